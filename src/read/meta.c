// SPDX-License-Identifier: Apache-2.0
/* Metadata: the document's slots, and what a page says about itself in JSON-LD, meta tags, time elements and its title. Which name
 * means what, and which is preferred, stands in data/read/markup.tsv; names of other origin carry a prefix there (ld: itemprop:
 * time: link: html: title: h1:). */
#include "base/json_load.h"
#include "read/html.h"
#include <stdio.h>

enum { NAME_LEN = 80, TITLE_LEN = 600, URL_LEN = 190, LD_STACK = 64, LD_NODES = 4000 };

dm_status dm_meta_set(dm_doc *doc, dm_str *slot, dm_str value)
{
    value = dm_str_trim(value);
    if (slot->len || !value.len)
        return DM_OK;
    dm_str copy = dm_arena_str(&doc->arena, value);
    if (!copy.p)
        return DM_ENOMEM;
    *slot = copy;
    return DM_OK;
}

dm_status dm_meta_date(dm_doc *doc, dm_str value)
{
    if (doc->meta.date.precision != DM_PREC_UNKNOWN || !dm_str_trim(value).len)
        return DM_OK;
    dm_date_found d = dm_date_read(value);
    int shown = (int)(value.len < 60 ? value.len : 60);
    if (d.ambiguous)
        return dm_note(doc, "date '%.*s' not used: day and month cannot be told apart; write YYYY-MM-DD", shown, value.p);
    if (d.when.precision == DM_PREC_UNKNOWN)
        return dm_note(doc, "date '%.*s' not understood; write YYYY-MM-DD", shown, value.p);
    doc->meta.date = d.when;
    doc->meta.date_source = DM_DATE_META;
    return DM_OK;
}

void dm_meta_url_date(dm_doc *doc)
{
    dm_str url = doc->meta.url;
    if (doc->meta.date.precision != DM_PREC_UNKNOWN || !url.len)
        return;
    url.len = url.len < URL_LEN ? url.len : URL_LEN;
    dm_date_found d = dm_date_read(url);
    if (d.when.precision != DM_PREC_DAY && d.when.precision != DM_PREC_MONTH)
        return;
    doc->meta.date = d.when;
    doc->meta.date_source = DM_DATE_META;
}

/* ---- candidates by kind ---- */

typedef struct best {
    dm_str value[DM_MK_KINDS];
    uint32_t rank[DM_MK_KINDS];
    bool title, heading; /* the first of each counts */
} best;

static dm_str fold_name(const char *prefix, dm_str name, char *out)
{
    size_t n = strlen(prefix);
    memcpy(out, prefix, n);
    for (size_t i = 0; i < name.len && n < NAME_LEN; i++)
        out[n++] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
    return (dm_str){ out, n };
}

static void offer(best *b, const dm_rules *rules, const char *prefix, dm_str name, dm_str value)
{
    char folded[NAME_LEN + 16];
    dm_str key = fold_name(prefix, name, folded);
    value = dm_str_trim(value);
    for (int kind = DM_MK_TITLE; kind <= DM_MK_LANGUAGE && value.len; kind++) {
        const dm_markup *m = dm_rules_markup(rules, (dm_markup_kind)kind, key);
        if (m && (!b->value[kind].len || m->rank < b->rank[kind])) {
            b->value[kind] = value;
            b->rank[kind] = m->rank;
        }
    }
}

/* ---- JSON-LD ---- */

static dm_str ld_string(const json_t *v)
{
    if (json_is_array(v))
        v = json_array_get(v, 0);
    if (json_is_object(v)) {
        const json_t *name = json_object_get(v, "name");
        v = name ? name : json_object_get(v, "@id");
    }
    return json_is_string(v) ? (dm_str){ json_string_value(v), json_string_length(v) } : DM_NIL;
}

/* Rank of an object's type among the article types; UINT32_MAX: none of them. */
static uint32_t ld_rank(const json_t *object, const dm_rules *rules)
{
    const json_t *type = json_object_get(object, "@type");
    uint32_t rank = UINT32_MAX;
    for (size_t i = 0; i < (json_is_array(type) ? json_array_size(type) : 1); i++) {
        char folded[NAME_LEN + 16];
        const json_t *t = json_is_array(type) ? json_array_get(type, i) : type;
        const dm_markup *m = dm_rules_markup(rules, DM_MK_LDTYPE, fold_name("", dm_str_of(json_string_value(t)), folded));
        if (m && m->rank < rank)
            rank = m->rank;
    }
    return rank;
}

/* First object of the best article type, looking into arrays and nested objects. */
static const json_t *ld_article(const json_t *top, const dm_rules *rules)
{
    const json_t *stack[LD_STACK], *found = NULL;
    uint32_t rank = UINT32_MAX;
    size_t n = 0, seen = 0;
    stack[n++] = top;
    while (n && seen++ < LD_NODES) {
        const json_t *v = stack[--n];
        uint32_t r = json_is_object(v) ? ld_rank(v, rules) : UINT32_MAX;
        if (r < rank) {
            rank = r;
            found = v;
        }
        for (size_t i = json_array_size(v); i-- > 0 && n < LD_STACK;)
            stack[n++] = json_array_get(v, i);
        const char *key;
        json_t *kid;
        if (json_is_object(v))
            json_object_foreach((json_t *)(uintptr_t)v, key,
                kid) if ((json_is_object(kid) || json_is_array(kid)) && n < LD_STACK) stack[n++] = kid;
    }
    return found;
}

static dm_status ld_fields(const json_t *article, dm_doc *doc, const dm_rules *rules, best *b, dm_str *body)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)article, key, v)
    {
        dm_str s = ld_string(v), copy = s.len ? dm_arena_str(&doc->arena, s) : DM_NIL;
        if (s.len && !copy.p)
            return DM_ENOMEM;
        offer(b, rules, "ld:", dm_str_of(key), copy);
        if (strcmp(key, "articleBody") == 0)
            *body = copy;
    }
    return DM_OK;
}

static dm_str node_text(const GumboNode *node)
{
    const GumboVector *kids = dm_children(node);
    const GumboNode *first = kids->length ? kids->data[0] : NULL;
    bool text =
        first && (first->type == GUMBO_NODE_TEXT || first->type == GUMBO_NODE_CDATA || first->type == GUMBO_NODE_WHITESPACE);
    return text ? dm_str_of(first->v.text.text) : DM_NIL;
}

static dm_status ld_script(const GumboNode *node, dm_doc *doc, const dm_rules *rules, best *b, dm_str *body)
{
    dm_str text = dm_str_trim(node_text(node));
    if (!text.len)
        return DM_OK;
    json_error_t e;
    bool starved;
    json_t *top = dm_json_load(text.p, text.len, JSON_ALLOW_NUL, &e, &starved);
    if (starved)
        return DM_ENOMEM;
    if (!top)
        return dm_note(doc, "a JSON-LD block of the page is not valid JSON (line %d) and was not used", e.line);
    const json_t *article = ld_article(top, rules);
    dm_status st = article ? ld_fields(article, doc, rules, b, body) : DM_OK;
    json_decref(top);
    return st;
}

/* ---- elements ---- */

/* All text below the node, white space collapsed. */
static dm_str flat_text(const GumboNode *root, dm_doc *doc)
{
    char *out = dm_arena_alloc(&doc->arena, TITLE_LEN, 1);
    size_t n = 0;
    for (const GumboNode *node = root; node && out; node = dm_next_node(root, node, true)) {
        if (node->type != GUMBO_NODE_TEXT && node->type != GUMBO_NODE_WHITESPACE)
            continue;
        for (const char *p = node->v.text.text; *p && n + 1 < TITLE_LEN; p++) {
            char c = strchr(" \t\r\n", *p) ? ' ' : *p;
            if (c != ' ' || (n && out[n - 1] != ' '))
                out[n++] = c;
        }
    }
    bool cut = n + 1 == TITLE_LEN; /* no half character there */
    while (cut && n && ((unsigned char)out[n - 1] & 0xC0) == 0x80)
        n--;
    n -= cut && n && (unsigned char)out[n - 1] >= 0xC0;
    return (dm_str){ out, n };
}

static dm_status element(const GumboNode *node, dm_doc *doc, const dm_rules *rules, best *b, dm_str *body)
{
    switch (node->v.element.tag) {
    case GUMBO_TAG_META: {
        dm_str content = dm_attribute(node, "content");
        offer(b, rules, "", dm_attribute(node, "name"), content);
        offer(b, rules, "", dm_attribute(node, "property"), content);
        offer(b, rules, "itemprop:", dm_attribute(node, "itemprop"), content);
        offer(b, rules, "http:", dm_attribute(node, "http-equiv"), content);
        return DM_OK;
    }
    case GUMBO_TAG_TIME: {
        dm_str at = dm_attribute(node, "datetime");
        dm_str prop = dm_attribute(node, "itemprop");
        offer(b, rules, prop.len ? "itemprop:" : "time:", prop.len ? prop : DM_STR("datetime"), at.len ? at : node_text(node));
        return DM_OK;
    }
    case GUMBO_TAG_LINK: offer(b, rules, "link:", dm_attribute(node, "rel"), dm_attribute(node, "href")); return DM_OK;
    case GUMBO_TAG_HTML: offer(b, rules, "html:", DM_STR("lang"), dm_attribute(node, "lang")); return DM_OK;
    case GUMBO_TAG_TITLE:
        if (!b->title && node->v.element.tag_namespace == GUMBO_NAMESPACE_HTML)
            offer(b, rules, "title:", DM_NIL, flat_text(node, doc));
        b->title = true;
        return DM_OK;
    case GUMBO_TAG_H1:
        if (!b->heading)
            offer(b, rules, "h1:", DM_NIL, flat_text(node, doc));
        b->heading = true;
        return DM_OK;
    case GUMBO_TAG_SCRIPT:
        return dm_str_is(dm_attribute(node, "type"), "application/ld+json") ? ld_script(node, doc, rules, b, body) : DM_OK;
    default: return DM_OK;
    }
}

/* "Talks resume | The Example Times" without the publisher; of unknown publishers only after a bar. */
static dm_str clean_title(dm_str title, dm_str publisher)
{
    static const char *const marks[] = { " | ", " - ", " \xE2\x80\x93 ", " \xE2\x80\x94 " };
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        size_t n = strlen(marks[k]);
        for (size_t i = title.len > n ? title.len - n : 0; i > 0; i--) {
            if (memcmp(title.p + i, marks[k], n) != 0)
                continue;
            dm_str tail = { title.p + i + n, title.len - i - n };
            if ((publisher.len && dm_str_eq(tail, publisher)) || (k == 0 && i >= 20))
                return (dm_str){ title.p, i };
            break;
        }
    }
    return title;
}

static dm_status settle(dm_doc *doc, const best *b)
{
    dm_meta *meta = &doc->meta;
    dm_status st = dm_meta_set(doc, &meta->publisher, b->value[DM_MK_PUBLISHER]);
    if (st == DM_OK)
        st = dm_meta_set(doc, &meta->title, clean_title(b->value[DM_MK_TITLE], b->value[DM_MK_PUBLISHER]));
    if (st == DM_OK)
        st = dm_meta_set(doc, &meta->url, b->value[DM_MK_URL]);
    if (st == DM_OK)
        st = dm_meta_set(doc, &meta->language, b->value[DM_MK_LANGUAGE]);
    return st == DM_OK ? dm_meta_date(doc, b->value[DM_MK_DATE]) : st;
}

dm_status dm_page_meta(const dm_page *page, dm_doc *doc, const dm_rules *rules, dm_str *body)
{
    best b = { .rank = { 0 } };
    dm_status st = DM_OK;
    *body = DM_NIL;
    const GumboNode *root = dm_page_root(page);
    for (const GumboNode *n = root; n && st == DM_OK; n = dm_next_node(root, n, true))
        if (n->type == GUMBO_NODE_ELEMENT)
            st = element(n, doc, rules, &b, body);
    return st == DM_OK ? settle(doc, &b) : st;
}

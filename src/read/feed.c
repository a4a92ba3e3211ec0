// SPDX-License-Identifier: Apache-2.0
/* News feeds: RSS 0.9 to 2.0, RDF, Atom (RFC 4287). Every item or entry is a document: its full content where the feed has it, else its
 * summary, with a note. libxml2 parses without network, outer entities or substitution of inner ones. */
#include "base/guard.h"
#include "read/internal.h"
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>

enum { SHOWN = 160 };

struct dm_feed {
    xmlDoc *xml;
    xmlNode *at; /* the next node that may be an item */
    const char *name, *shown;
    dm_str publisher, language;
    dm_arena arena;
    size_t n; /* items so far */
};

/* What an item tells, best first. */
typedef enum part { P_CONTENT, P_SUMMARY, P_TITLE, P_URL, P_ID, P_DATE, P_LANGUAGE, PARTS } part;
typedef struct found {
    xmlNode *node[PARTS];
    unsigned rank[PARTS];
} found;

static bool is(const xmlNode *n, const char *name)
{
    return n->type == XML_ELEMENT_NODE && strcasecmp((const char *)n->name, name) == 0;
}

static xmlNode *child(xmlNode *of, const char *name)
{
    xmlNode *n = of ? of->children : NULL;
    while (n && !is(n, name))
        n = n->next;
    return n;
}

/* Text of an element, trimmed, in the arena; "" with *starved when memory ran out. */
static dm_str text_of(dm_arena *arena, xmlNode *n, bool *starved)
{
    xmlChar *s = n ? xmlNodeGetContent(n) : NULL;
    dm_str out = DM_NIL;
    if (s) {
        out = dm_arena_str(arena, dm_str_trim(dm_str_of((const char *)s)));
        *starved = *starved || !out.p;
    }
    xmlFree(s);
    return out;
}

static dm_status no_memory(const dm_feed *f, dm_error *err)
{
    return dm_fail(
        err, DM_ENOMEM, f->n, f->n ? "'%.*s', item %zu: out of memory" : "'%.*s': out of memory", SHOWN, f->shown, f->n);
}

static dm_status parse(dm_feed *f, dm_str bytes, dm_error *err)
{
    bool starved = false;
    f->xml = xmlReadMemory(bytes.p, (int)bytes.len, NULL, "UTF-8",
        XML_PARSE_IGNORE_ENC | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA |
            XML_PARSE_RECOVER);
    xmlNode *root = f->xml ? xmlDocGetRootElement(f->xml) : NULL;
    if (!root || f->xml->intSubset)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is no feed that can be read: %s", SHOWN, f->shown,
            root ? "it declares a document type, which no feed needs" : "its XML is broken");
    xmlNode *channel = child(root, "channel");
    f->publisher = text_of(&f->arena, child(channel ? channel : root, "title"), &starved);
    f->language = text_of(&f->arena, child(channel ? channel : root, "language"), &starved);
    f->at = root->children;
    return starved ? no_memory(f, err) : DM_OK;
}

dm_status dm_feed_open(dm_feed **out, dm_str bytes, const char *name, const char *shown, dm_error *err)
{
    dm_feed *f = calloc(1, sizeof *f);
    if (!f)
        return dm_fail(err, DM_ENOMEM, 0, "'%.*s': out of memory", SHOWN, shown);
    f->name = name;
    f->shown = shown;
    uint64_t before = dm_guard_refusals();
    dm_status st = DM_ENOMEM;
    if (dm_guard_enter()) {
        st = parse(f, bytes, err);
        dm_guard_leave();
    }
    if (st == DM_ENOMEM || dm_guard_refusals() != before)
        st = no_memory(f, err);
    if (st == DM_OK)
        *out = f;
    else
        dm_feed_close(f);
    return st;
}

void dm_feed_close(dm_feed *f)
{
    if (!f)
        return;
    xmlFreeDoc(f->xml);
    dm_arena_free(&f->arena);
    free(f);
}

/* The node behind n, in the order of the document, that is not inside n; into channel elements only. */
static xmlNode *behind(const xmlNode *n)
{
    while (n && !n->next)
        n = n->parent && n->parent->type == XML_ELEMENT_NODE ? n->parent : NULL;
    return n ? n->next : NULL;
}

static xmlNode *next_item(dm_feed *f)
{
    for (xmlNode *n = f->at; n;) {
        if (is(n, "item") || is(n, "entry")) {
            f->at = behind(n);
            return n;
        }
        n = is(n, "channel") && n->children ? n->children : behind(n);
    }
    f->at = NULL;
    return NULL;
}

static void consider(found *w, part p, unsigned rank, xmlNode *n)
{
    if (!w->node[p] || rank < w->rank[p]) {
        w->node[p] = n;
        w->rank[p] = rank;
    }
}

static void look(found *w, xmlNode *item)
{
    static const struct {
        const char *name;
        part p;
    } names[] = { { "encoded", P_CONTENT }, { "content", P_CONTENT }, { "description", P_SUMMARY }, { "summary", P_SUMMARY },
        { "title", P_TITLE }, { "link", P_URL }, { "guid", P_ID }, { "id", P_ID }, { "pubDate", P_DATE },
        { "published", P_DATE }, { "issued", P_DATE }, { "date", P_DATE }, { "updated", P_DATE }, { "language", P_LANGUAGE } };
    for (xmlNode *n = item->children; n; n = n->next)
        for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
            if (is(n, names[i].name) && n->children)
                consider(w, names[i].p, i, n);
}

/* Atom has the address in an attribute, of the link whose relation is "alternate" or not told. */
static xmlChar *href(xmlNode *item)
{
    for (xmlNode *n = item->children; n; n = n->next) {
        if (!is(n, "link"))
            continue;
        xmlChar *rel = xmlGetProp(n, (const xmlChar *)"rel");
        bool main_one = !rel || strcmp((const char *)rel, "alternate") == 0;
        xmlFree(rel);
        if (main_one)
            return xmlGetProp(n, (const xmlChar *)"href");
    }
    return NULL;
}

static dm_status fill_meta(dm_feed *f, const found *w, xmlNode *item, dm_doc *doc)
{
    bool starved = false;
    xmlChar *address = w->node[P_URL] ? NULL : href(item);
    dm_str url =
        address ? dm_arena_str(&doc->arena, dm_str_of((const char *)address)) : text_of(&doc->arena, w->node[P_URL], &starved);
    dm_str id = text_of(&doc->arena, w->node[P_ID], &starved), title = text_of(&doc->arena, w->node[P_TITLE], &starved);
    dm_str date = text_of(&doc->arena, w->node[P_DATE], &starved),
           language = text_of(&doc->arena, w->node[P_LANGUAGE], &starved);
    xmlFree(address);
    if (!id.len)
        id = dm_arena_printf(&doc->arena, "%s:%zu", f->name, f->n);
    dm_status st = starved || !id.p ? DM_ENOMEM : dm_meta_set(doc, &doc->meta.id, id);
    st = st == DM_OK ? dm_meta_set(doc, &doc->meta.title, title) : st;
    st = st == DM_OK ? dm_meta_set(doc, &doc->meta.url, url) : st;
    st = st == DM_OK ? dm_meta_set(doc, &doc->meta.publisher, f->publisher) : st;
    st = st == DM_OK ? dm_meta_set(doc, &doc->meta.language, language.len ? language : f->language) : st;
    return st == DM_OK && date.len ? dm_meta_date(doc, date) : st;
}

/* Content as markup: XHTML inside the feed as it stands, else the text, which may hold tags. */
static dm_status markup_of(xmlNode *n, dm_buf *out)
{
    bool inner = false;
    for (xmlNode *c = n->children; c; c = c->next)
        inner = inner || c->type == XML_ELEMENT_NODE;
    if (!inner) {
        xmlChar *s = xmlNodeGetContent(n);
        dm_status st = s ? dm_buf_add(out, (const char *)s, strlen((const char *)s)) : DM_ENOMEM;
        xmlFree(s);
        return st;
    }
    xmlBuffer *b = xmlBufferCreate();
    dm_status st = b && xmlNodeDump(b, n->doc, n, 0, 0) >= 0 ? DM_OK : DM_ENOMEM;
    if (st == DM_OK)
        st = dm_buf_add(out, (const char *)xmlBufferContent(b), (size_t)xmlBufferLength(b));
    xmlBufferFree(b);
    return st;
}

static bool has_tags(const dm_buf *b)
{
    for (size_t i = 0; i + 1 < b->len; i++)
        if (b->p[i] == '<' && (strchr("/!", b->p[i + 1]) || (b->p[i + 1] | 32) >= 'a') && b->p[i + 1])
            return true;
    return memmem(b->p, b->len, "&#", 2) || memmem(b->p, b->len, "&amp;", 5) || memmem(b->p, b->len, "&nbsp;", 6);
}

static dm_status read_plain(dm_doc *doc, const dm_rules *rules, dm_str text, dm_error *err)
{
    dm_status st = dm_doc_set_text(doc, dm_str_trim(text), err);
    return st == DM_OK ? dm_mark_lines(doc, rules, err) : st;
}

/* The markup as a page of its own, so that it is read like any other. */
static dm_status read_markup(dm_feed *f, dm_doc *doc, const dm_rules *rules, const dm_buf *inner, dm_error *err)
{
    static const char head[] = "<!doctype html><html><body><article>", tail[] = "</article></body></html>";
    dm_buf page = { 0 };
    dm_status st = dm_buf_add(&page, head, sizeof head - 1);
    st = st == DM_OK ? dm_buf_add(&page, inner->p, inner->len) : st;
    st = st == DM_OK ? dm_buf_add(&page, tail, sizeof tail - 1) : st;
    if (st == DM_OK)
        st = dm_html_read(doc, rules, (dm_str){ page.p, page.len }, f->shown, err);
    else
        st = dm_fail(err, DM_ENOMEM, 0, "'%.*s': out of memory", SHOWN, f->shown);
    dm_buf_free(&page);
    return st;
}

static dm_status read_text(dm_feed *f, const found *w, dm_doc *doc, const dm_rules *rules, dm_error *err)
{
    dm_buf inner = { 0 };
    bool summary = !w->node[P_CONTENT];
    dm_status st = markup_of(summary ? w->node[P_SUMMARY] : w->node[P_CONTENT], &inner);
    if (st == DM_OK && summary)
        st = dm_note(doc, "the feed has only a summary");
    if (st != DM_OK)
        st = no_memory(f, err);
    else if (has_tags(&inner))
        st = read_markup(f, doc, rules, &inner, err);
    else
        st = read_plain(doc, rules, (dm_str){ inner.p, inner.len }, err);
    dm_buf_free(&inner);
    return st;
}

static dm_status read_item(dm_feed *f, xmlNode *item, dm_doc *doc, const dm_rules *rules, dm_error *err)
{
    found w = { .node = { NULL } };
    f->n++;
    look(&w, item);
    if (!w.node[P_CONTENT] && !w.node[P_SUMMARY])
        return dm_fail(err, DM_EINPUT, f->n, "'%.*s', item %zu: neither content nor summary; give the page that it points to",
            SHOWN, f->shown, f->n);
    return fill_meta(f, &w, item, doc) == DM_OK ? read_text(f, &w, doc, rules, err) : DM_ENOMEM;
}

dm_status dm_feed_next(dm_feed *f, dm_doc *doc, const dm_rules *rules, dm_error *err)
{
    xmlNode *item = next_item(f);
    uint64_t before = dm_guard_refusals();
    dm_status st = DM_ENOMEM;
    if (!item)
        return DM_END;
    if (dm_guard_enter()) {
        st = read_item(f, item, doc, rules, err);
        dm_guard_leave();
    }
    return st == DM_ENOMEM || dm_guard_refusals() != before ? no_memory(f, err) : st;
}

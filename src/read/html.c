// SPDX-License-Identifier: Apache-2.0
/* A page as a document: declared encoding, tree, metadata, text. Boilerplate is first looked for by the names of elements too; if
 * that leaves too little, once more without them; if a page draws its text by script, the article body of its JSON-LD is taken. */
#include "read/html.h"

enum { LITTLE = 250 /* bytes */, NAME_SHOWN = 160, CHARSET_MAX = 40 };

static const char *find_nocase(dm_str s, const char *low)
{
    size_t n = strlen(low);
    for (size_t i = 0; i + n <= s.len; i++) {
        size_t k = 0;
        while (k < n && (s.p[i + k] >= 'A' && s.p[i + k] <= 'Z' ? s.p[i + k] + 32 : s.p[i + k]) == low[k])
            k++;
        if (k == n)
            return s.p + i;
    }
    return NULL;
}

static dm_str value_after(dm_str head, const char *at)
{
    const char *end = head.p + head.len;
    while (at < end && (*at == ' ' || *at == '=' || *at == '"' || *at == '\''))
        at++;
    const char *from = at;
    while (at < end && at - from < CHARSET_MAX && !strchr("\"' ;>/?\t\r\n", *at))
        at++;
    return (dm_str){ from, (size_t)(at - from) };
}

dm_str dm_html_charset(dm_str head)
{
    if (head.len >= 5 && memcmp(head.p, "<?xml", 5) == 0) {
        const char *end = memchr(head.p, '>', head.len);
        dm_str first = { head.p, end ? (size_t)(end - head.p) : head.len };
        const char *at = find_nocase(first, "encoding");
        if (at)
            return value_after(first, at + 8);
    }
    for (dm_str rest = head;;) {
        const char *meta = find_nocase(rest, "<meta");
        if (!meta)
            return DM_NIL;
        rest = (dm_str){ meta + 5, (size_t)(head.p + head.len - meta - 5) };
        const char *end = memchr(rest.p, '>', rest.len);
        dm_str tag = { rest.p, end ? (size_t)(end - rest.p) : rest.len };
        const char *at = find_nocase(tag, "charset");
        if (at)
            return value_after(tag, at + 7);
    }
}

static dm_status best_text(const dm_page *page, const dm_rules *rules, dm_str body, dm_buf *out)
{
    dm_status st = dm_page_text(page, rules, true, out);
    if (st == DM_OK && out->len < LITTLE) {
        dm_buf more = { 0 };
        st = dm_page_text(page, rules, false, &more);
        if (st == DM_OK && (out->len == 0 || (more.len > out->len * 3 && more.len > LITTLE * 2))) {
            dm_buf swap = *out;
            *out = more;
            more = swap;
        }
        dm_buf_free(&more);
    }
    if (st == DM_OK && body.len > LITTLE && out->len < body.len / 2) {
        dm_buf_clear(out);
        st = dm_buf_add(out, body.p, body.len);
    }
    return st;
}

dm_status dm_html_read(dm_doc *doc, const dm_rules *rules, dm_str html, const char *name, dm_error *err)
{
    dm_page *page;
    dm_str body = DM_NIL;
    dm_buf text = { 0 };
    dm_status st = dm_page_parse(&page, html, name, err);
    if (st != DM_OK)
        return st;
    st = dm_page_meta(page, doc, rules, &body);
    if (st == DM_OK)
        st = best_text(page, rules, body, &text);
    dm_page_free(page);
    if (st == DM_ENOMEM)
        dm_fail(err, st, 0, "'%.*s': out of memory", NAME_SHOWN, name);
    else if (st == DM_OK && !text.len)
        st = dm_fail(
            err, DM_EINPUT, 0, "'%.*s': no article text in the page; save the article as text instead", NAME_SHOWN, name);
    if (st == DM_OK)
        st = dm_doc_set_text(doc, (dm_str){ text.p, text.len }, err);
    dm_buf_free(&text);
    return st == DM_OK ? dm_mark_lines(doc, rules, err) : st;
}

// SPDX-License-Identifier: Apache-2.0
/* HTML bytes to a tree. gumbo takes quadratic time on deep nesting and frees recursively, so markup is measured first, and the
 * parser works in an arena that stops it (longjmp out of its allocator) when a page grows out of all proportion. */
#include "read/html.h"
#include <setjmp.h>
#include <stdlib.h>

enum {
    MEMORY_MAX = 192 * 1024 * 1024,
    BLOCK_MIN = 256 * 1024,
    DEPTH_MAX = 400,       /* open elements */
    FORMAT_MAX = 200,      /* open formatting elements, which are opened again in each paragraph */
    ATTRIBUTES_MAX = 1000, /* of one tag: compared with each other */
    NAME_LEN = 12,
    NAME_SHOWN = 160
};

typedef struct block {
    struct block *next;
    size_t size, used;
} block;
enum { HEAD = (sizeof(block) + 15) / 16 * 16 };

struct dm_page {
    jmp_buf full;
    block *blocks;
    size_t total;
    bool refused; /* the system had no memory, rather than the page too much */
    GumboOutput *output;
};

/* ---- memory ---- */

static void *take(void *data, size_t size)
{
    dm_page *page = data;
    if (size > MEMORY_MAX)
        longjmp(page->full, 1);
    size = (size + 15) / 16 * 16;
    block *b = page->blocks;
    if (!b || b->size - b->used < size) {
        size_t bytes = HEAD + (size > BLOCK_MIN ? size : BLOCK_MIN);
        b = page->total + bytes > MEMORY_MAX ? NULL : malloc(bytes);
        page->refused = !b && page->total + bytes <= MEMORY_MAX;
        if (!b)
            longjmp(page->full, 1);
        *b = (block){ .next = page->blocks, .size = bytes, .used = HEAD };
        page->blocks = b;
        page->total += bytes;
    }
    void *p = (char *)b + b->used;
    b->used += size;
    return p;
}

static void leave(void *data, void *p)
{
    (void)data; /* goes with the page */
    (void)p;
}

void dm_page_free(dm_page *page)
{
    if (!page)
        return;
    for (block *b = page->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(page);
}

/* ---- measuring ---- */

typedef struct name {
    char letters[NAME_LEN];
} name;

static bool is_void(const name *n)
{
    return dm_str_in(dm_str_of(n->letters), "br hr img input meta link area base col embed param source track wbr frame keygen "
                                            "p li td tr th dd dt option tbody thead tfoot "
                                            "colgroup html head body optgroup rp rt !doctype");
}

static bool is_format(const name *n)
{
    return dm_str_in(dm_str_of(n->letters), "a b big code em font i nobr s small strike strong tt u");
}

static bool is_scope(const name *n)
{
    return dm_str_in(dm_str_of(n->letters), "table template marquee object applet caption button select svg math");
}

static bool is_raw(const name *n)
{
    return dm_str_in(dm_str_of(n->letters), "script style textarea title xmp noscript iframe noembed noframes");
}

/* The elements that are open while markup is measured. */
typedef struct depth {
    name open[DEPTH_MAX];
    uint32_t n, formats;
    uint32_t format_count[16]; /* open ones by a hash of the name */
} depth;

static uint32_t format_slot(const name *n)
{
    return ((uint32_t)(unsigned char)n->letters[0] * 7 + (uint32_t)(unsigned char)n->letters[1]) % 16;
}

static bool opened(depth *d, const name *n)
{
    if (is_void(n))
        return true;
    if (is_format(n)) {
        d->format_count[format_slot(n)]++;
        return ++d->formats < FORMAT_MAX;
    }
    if (d->n == DEPTH_MAX)
        return false;
    d->open[d->n++] = *n;
    return true;
}

static void closed(depth *d, const name *n)
{
    if (is_format(n)) {
        if (d->format_count[format_slot(n)]) {
            d->format_count[format_slot(n)]--;
            d->formats--;
        }
        return;
    }
    for (uint32_t i = d->n; i-- > 0;) {
        if (strcmp(d->open[i].letters, n->letters) == 0) {
            d->n = i;
            return;
        }
        if (is_scope(&d->open[i]))
            return;
    }
}

static name read_name(dm_str html, size_t i)
{
    name n = { "" };
    for (size_t k = 0; k + 1 < NAME_LEN && i + k < html.len; k++) {
        char c = html.p[i + k];
        c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '!' || c == '-'))
            break;
        n.letters[k] = c;
    }
    return n;
}

/* Byte after the '>' that ends the tag at i; *attributes counts pieces outside quotes. */
static size_t skip_tag(dm_str html, size_t i, uint32_t *attributes)
{
    char quote = 0;
    bool space = false, value = false;
    *attributes = 0;
    for (; i < html.len; i++) {
        char c = html.p[i];
        if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '>') {
            return i + 1;
        } else if (value && (c == '"' || c == '\'')) {
            quote = c;
        }
        value = c == '=' || (value && (c == ' ' || c == '\n' || c == '\t'));
        bool now = c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '/' || c == '\f';
        *attributes += !quote && space && !now;
        space = now || c == '"' || c == '\'';
    }
    return i;
}

static size_t skip_comment(dm_str html, size_t i)
{
    const char *e = memmem(html.p + i, html.len - i, "-->", 3);
    return e ? (size_t)(e - html.p) + 3 : html.len;
}

/* Text of a raw element ends at its own end tag. */
static size_t skip_raw(dm_str html, size_t i, const name *n)
{
    while (i < html.len) {
        const char *p = memmem(html.p + i, html.len - i, "</", 2);
        if (!p)
            return html.len;
        i = (size_t)(p - html.p) + 2;
        name end = read_name(html, i);
        if (strcmp(end.letters, n->letters) == 0)
            return i;
    }
    return i;
}

/* NULL, or what is too much for the parser. */
static const char *too_much(dm_str html)
{
    depth d = { .n = 0 };
    size_t i = 0;
    while (i < html.len) {
        const char *p = memchr(html.p + i, '<', html.len - i);
        if (!p || (size_t)(p - html.p) + 1 >= html.len)
            return NULL;
        i = (size_t)(p - html.p) + 1;
        if (html.len - i >= 3 && memcmp(html.p + i, "!--", 3) == 0) {
            i = skip_comment(html, i + 3);
            continue;
        }
        bool end = html.p[i] == '/';
        i += end;
        name n = read_name(html, i);
        if (!n.letters[0])
            continue;
        uint32_t attributes;
        i = skip_tag(html, i, &attributes);
        if (attributes > ATTRIBUTES_MAX)
            return "a tag of more than 1000 attributes";
        if (end)
            closed(&d, &n);
        else if (!opened(&d, &n))
            return "elements nested more than 200 deep without an end";
        if (!end && is_raw(&n) && !d.n)
            i = skip_raw(html, i, &n);
    }
    return NULL;
}

/* ---- parsing ---- */

static bool parse(dm_page *page, dm_str html)
{
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = take;
    options.deallocator = leave;
    options.userdata = page;
    options.max_errors = 0;
    if (setjmp(page->full))
        return false;
    page->output = gumbo_parse_with_options(&options, html.p, html.len);
    return page->output != NULL;
}

dm_status dm_page_parse(dm_page **out, dm_str html, const char *file, dm_error *err)
{
    const char *what = too_much(html);
    if (what)
        return dm_fail(err, DM_ELIMIT, 0, "'%.*s': markup with %s; save the article as text instead", NAME_SHOWN, file, what);
    dm_page *page = calloc(1, sizeof *page);
    if (!page)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    if (!parse(page, html)) {
        bool refused = page->refused;
        dm_page_free(page);
        if (refused)
            return dm_fail(err, DM_ENOMEM, 0, "'%.*s': out of memory for its markup", NAME_SHOWN, file);
        return dm_fail(err, DM_ELIMIT, 0,
            "'%.*s': markup that takes more than %d MB to analyse; save the article as text instead", NAME_SHOWN, file,
            MEMORY_MAX / 1024 / 1024);
    }
    *out = page;
    return DM_OK;
}

const GumboNode *dm_page_root(const dm_page *page) { return page->output->root; }

dm_str dm_attribute(const GumboNode *node, const char *attribute)
{
    const GumboAttribute *a =
        node->type == GUMBO_NODE_ELEMENT ? gumbo_get_attribute(&node->v.element.attributes, attribute) : NULL;
    return a ? dm_str_trim(dm_str_of(a->value)) : DM_NIL;
}

const GumboNode *dm_next_node(const GumboNode *root, const GumboNode *node, bool inside)
{
    if (inside && dm_children(node)->length)
        return dm_children(node)->data[0];
    while (node != root) {
        const GumboVector *siblings = dm_children(node->parent);
        if (node->index_within_parent + 1 < siblings->length)
            return siblings->data[node->index_within_parent + 1];
        node = node->parent;
    }
    return NULL;
}

// SPDX-License-Identifier: Apache-2.0
/* Builds table images. Phrases go into a trie whose edges are kept in one hash table keyed by (node, word); the phrases of a node are
 * chained while building and written as one run. Order of rows is kept, so the image is a pure function of its input. */
#include "base/table_build.h"
#include "base/arena.h"
#include "base/table_image.h"
#include "base/token.h"
#include <stdlib.h>

enum { COLUMNS_MAX = 64, PHRASE_WORDS_MAX = 24, WORD_MAX = 256 };

typedef struct word_map { /* edges while building */
    uint64_t key;
    uint32_t next;
} word_map;

typedef struct chained {
    dm_phrase phrase;
    uint32_t next;
} chained;

struct dm_table_builder {
    dm_arena arena;
    DM_VEC(dm_table) tables;
    DM_VEC(dm_image_cell) cells;
    DM_VEC(uint32_t) lines;
    DM_VEC(char) strings;
    DM_VEC(chained) phrases;
    DM_VEC(uint32_t) node_head; /* newest phrase of each node, UINT32_MAX none */
    word_map *edges;
    uint32_t n_edges, edge_cap;
    uint32_t irregular; /* table number + 1, 0 none */
};

static dm_status no_memory(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory building tables"); }

static uint32_t node_new(dm_table_builder *b)
{
    uint32_t *n = DM_PUSH(&b->arena, &b->node_head);
    if (!n)
        return DM_NO_NODE;
    *n = UINT32_MAX;
    return b->node_head.n - 1;
}

dm_status dm_table_builder_new(dm_table_builder **out, dm_error *err)
{
    dm_table_builder *b = calloc(1, sizeof *b);
    if (!b || node_new(b) == DM_NO_NODE) {
        dm_table_builder_free(b);
        return no_memory(err);
    }
    *out = b;
    return DM_OK;
}

void dm_table_builder_free(dm_table_builder *b)
{
    if (!b)
        return;
    dm_arena_free(&b->arena);
    free(b->edges);
    free(b);
}

static bool edges_grow(dm_table_builder *b)
{
    uint32_t cap = b->edge_cap ? b->edge_cap * 2 : 4096;
    word_map *e = calloc(cap, sizeof *e);
    if (!e)
        return false;
    for (uint32_t i = 0; i < b->edge_cap; i++) {
        if (!b->edges[i].key)
            continue;
        uint32_t at = (uint32_t)b->edges[i].key & (cap - 1);
        while (e[at].key)
            at = (at + 1) & (cap - 1);
        e[at] = b->edges[i];
    }
    free(b->edges);
    b->edges = e;
    b->edge_cap = cap;
    return true;
}

/* The node after word, made when missing; DM_NO_NODE on out of memory. */
static uint32_t node_after(dm_table_builder *b, uint32_t node, dm_str word)
{
    if ((b->n_edges + 1) * 2 > b->edge_cap && !edges_grow(b))
        return DM_NO_NODE;
    uint64_t key = dm_image_key(node, word);
    uint32_t at = (uint32_t)key & (b->edge_cap - 1);
    for (; b->edges[at].key; at = (at + 1) & (b->edge_cap - 1))
        if (b->edges[at].key == key)
            return b->edges[at].next;
    uint32_t next = node_new(b);
    if (next == DM_NO_NODE)
        return next;
    b->edges[at] = (word_map){ key, next };
    b->n_edges++;
    return next;
}

static bool attach(dm_table_builder *b, uint32_t node, dm_phrase p)
{
    uint32_t newest = b->node_head.v[node]; /* rows come in order: only the newest can be the same */
    if (newest != UINT32_MAX && b->phrases.v[newest].phrase.table == p.table && b->phrases.v[newest].phrase.row == p.row) {
        dm_phrase *same = &b->phrases.v[newest].phrase; /* the same row by another spelling ("NATO", "Nato"): either will do */
        same->caps &= p.caps;
        same->flags &= p.flags;
        return true;
    }
    chained *c = DM_PUSH(&b->arena, &b->phrases);
    if (!c)
        return false;
    *c = (chained){ p, b->node_head.v[node] };
    b->node_head.v[node] = b->phrases.n - 1;
    return true;
}

static bool starts_upper(dm_str w)
{
    uint32_t cp;
    if (!w.len)
        return false;
    dm_utf8_next(w.p, w.len, 0, &cp);
    return dm_cp_is_upper(cp);
}

static bool all_caps(dm_str w)
{
    unsigned letters = 0;
    uint32_t cp;
    for (size_t i = 0; i < w.len;) {
        i += dm_utf8_next(w.p, w.len, i, &cp);
        if (!dm_cp_is_alpha(cp))
            continue;
        if (!dm_cp_is_upper(cp))
            return false;
        letters++;
    }
    return letters >= 2;
}

/* Enters one spelling, tokenized as text would be. */
static dm_status index_phrase(dm_table_builder *b, dm_str text, dm_phrase p, dm_error *err)
{
    dm_rawtok tok[PHRASE_WORDS_MAX];
    char norm[WORD_MAX];
    uint32_t n = dm_tokenize(text.p, text.len, tok, PHRASE_WORDS_MAX), node = 0;
    if (n == 0 || n >= PHRASE_WORDS_MAX)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' has no word or more than %d", (int)text.len, text.p, PHRASE_WORDS_MAX - 1);
    for (uint32_t i = 0; i < n; i++) {
        dm_str w = { text.p + tok[i].start, tok[i].len };
        if (starts_upper(w) && i < 16)
            p.caps = (uint16_t)(p.caps | 1u << i);
        if (n == 1 && all_caps(w))
            p.flags |= DM_PHRASE_ALLCAPS;
        if (w.len * 3 > sizeof norm)
            return dm_fail(err, DM_EINPUT, 0, "word '%.*s' is too long", (int)w.len, w.p);
        node = node_after(b, node, (dm_str){ norm, dm_token_norm(norm, w.p, (uint32_t)w.len) });
        if (node == DM_NO_NODE)
            return no_memory(err);
    }
    return attach(b, node, p) ? DM_OK : no_memory(err);
}

static bool is_vowel(char c) { return c && strchr("aeiou", c) != NULL; }

typedef struct forms {
    char text[8][WORD_MAX];
    unsigned n;
} forms;

static void form_add(forms *f, const char *stem, size_t len, const char *tail)
{
    if (f->n < 8 && len + strlen(tail) < WORD_MAX) {
        memcpy(f->text[f->n], stem, len);
        memcpy(f->text[f->n] + len, tail, strlen(tail) + 1);
        f->n++;
    }
}

static bool hisses(dm_str w)
{
    return dm_str_ends(w, "s") || dm_str_ends(w, "x") || dm_str_ends(w, "z") || dm_str_ends(w, "ch") || dm_str_ends(w, "sh") ||
           dm_str_ends(w, "o");
}

/* Third person and noun plural are formed alike. */
static void form_s(forms *f, dm_str w)
{
    if (w.len > 1 && dm_str_ends(w, "y") && !is_vowel(w.p[w.len - 2]))
        form_add(f, w.p, w.len - 1, "ies");
    else if (hisses(w))
        form_add(f, w.p, w.len, "es");
    else
        form_add(f, w.p, w.len, "s");
    if (dm_str_ends(w, "o"))
        form_add(f, w.p, w.len, "s");
}

/* Regular forms; where doubling depends on stress both spellings are made, since a form that nobody writes does no harm. */
static void form_verb(forms *f, dm_str w)
{
    char last = w.p[w.len - 1], before = w.len > 1 ? w.p[w.len - 2] : '\0', third = w.len > 2 ? w.p[w.len - 3] : '\0';
    form_s(f, w);
    if (last == 'e') {
        form_add(f, w.p, w.len, "d");
        form_add(f, w.p, w.len - 1, before == 'i' ? "" : "ing");
        if (before == 'i')
            form_add(f, w.p, w.len - 2, "ying");
        if (before == 'e')
            form_add(f, w.p, w.len, "ing");
        return;
    }
    if (last == 'y' && !is_vowel(before))
        form_add(f, w.p, w.len - 1, "ied");
    else
        form_add(f, w.p, w.len, "ed");
    form_add(f, w.p, w.len, "ing");
    bool qu = third == 'u' && w.len > 3 && w.p[w.len - 4] == 'q'; /* equip, acquit: one vowel to the ear */
    if (w.len < WORD_MAX - 8 && !is_vowel(last) && is_vowel(before) && (!is_vowel(third) || qu) && !strchr("wxy", last)) {
        char doubled[WORD_MAX];
        memcpy(doubled, w.p, w.len);
        doubled[w.len] = last;
        form_add(f, doubled, w.len + 1, "ed");
        form_add(f, doubled, w.len + 1, "ing");
    }
}

static dm_str built_cell(const dm_table_builder *b, uint32_t cell)
{
    return (dm_str){ b->strings.v + b->cells.v[cell].off, b->cells.v[cell].len };
}

static dm_status index_irregular(dm_table_builder *b, dm_str verb, dm_phrase p, dm_error *err)
{
    if (!b->irregular)
        return DM_OK;
    dm_table t = b->tables.v[b->irregular - 1];
    for (uint32_t r = 0; r < t.rows; r++) {
        if (!dm_str_eq(built_cell(b, t.first_cell + r * t.columns), verb))
            continue;
        for (uint32_t c = 1; c < t.columns; c++) {
            dm_str rest = built_cell(b, t.first_cell + r * t.columns + c), form;
            while (dm_str_split(&rest, '|', &form)) {
                dm_status st = index_phrase(b, form, p, err);
                if (st != DM_OK)
                    return st;
            }
        }
    }
    return DM_OK;
}

/* Verbs are found by their first word alone: the particle may stand apart ("call the talks off"). */
static dm_status index_verb(dm_table_builder *b, dm_str v, dm_phrase p, dm_error *err)
{
    const char *space = memchr(v.p, ' ', v.len);
    if (space)
        v.len = (size_t)(space - v.p);
    if (v.len == 0 || v.len > WORD_MAX - 8)
        return dm_fail(err, DM_EINPUT, 0, "verb '%.*s' is empty or too long", (int)v.len, v.p);
    forms f = { .n = 0 };
    dm_status st = index_phrase(b, v, p, err);
    form_verb(&f, v);
    for (unsigned i = 0; i < f.n && st == DM_OK; i++)
        st = index_phrase(b, dm_str_of(f.text[i]), p, err);
    return st == DM_OK ? index_irregular(b, v, p, err) : st;
}

static dm_status index_noun(dm_table_builder *b, dm_str v, dm_phrase p, dm_error *err)
{
    dm_status st = index_phrase(b, v, p, err);
    if (v.len < 2 || v.len > WORD_MAX - 8)
        return st;
    forms f = { .n = 0 };
    if (dm_str_ends(v, "man"))
        form_add(&f, v.p, v.len - 2, "en");
    else
        form_s(&f, v);
    for (unsigned i = 0; i < f.n && st == DM_OK; i++)
        st = index_phrase(b, dm_str_of(f.text[i]), p, err);
    return st;
}

static dm_status index_cell(dm_table_builder *b, const dm_table_spec *spec, dm_str cell, dm_phrase p, dm_error *err)
{
    dm_str variant;
    while (dm_str_split(&cell, '|', &variant)) {
        dm_status st;
        if (spec->inflect == DM_INFLECT_VERB)
            st = index_verb(b, variant, p, err);
        else if (spec->inflect == DM_INFLECT_NOUN && !starts_upper(variant))
            st = index_noun(b, variant, p, err);
        else
            st = index_phrase(b, variant, p, err);
        if (st != DM_OK)
            return st;
    }
    return DM_OK;
}

static bool string_add(dm_table_builder *b, dm_str s, dm_image_cell *out)
{
    *out = (dm_image_cell){ b->strings.n, (uint32_t)s.len };
    for (size_t i = 0; i < s.len; i++) {
        char *c = DM_PUSH(&b->arena, &b->strings);
        if (!c)
            return false;
        *c = s.p[i];
    }
    return true;
}

/* Cells of one line into out; returns how many (at most max + 1). */
static uint32_t cut(dm_str line, dm_str *out, uint32_t max)
{
    uint32_t n = 0;
    for (size_t from = 0, i = 0; i <= line.len; i++) {
        if (i < line.len && line.p[i] != '\t')
            continue;
        if (n < max)
            out[n] = dm_str_trim((dm_str){ line.p + from, i - from });
        n++;
        from = i + 1;
    }
    return n;
}

static dm_status add_cells(dm_table_builder *b, const dm_str *cell, uint32_t n, dm_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        dm_image_cell c;
        dm_image_cell *to = string_add(b, cell[i], &c) ? DM_PUSH(&b->arena, &b->cells) : NULL;
        if (!to)
            return no_memory(err);
        *to = c;
    }
    return DM_OK;
}

static bool in_index(const dm_table_spec *spec, dm_str column)
{
    dm_str rest = spec->index, piece;
    while (dm_str_split(&rest, '|', &piece))
        if (dm_str_eq(piece, column))
            return true;
    return false;
}

typedef struct parse {
    const dm_table_spec *spec;
    dm_table table;
    dm_str columns[COLUMNS_MAX];
    uint32_t line;
} parse;

static dm_status add_row(dm_table_builder *b, parse *p, dm_str line, dm_error *err)
{
    dm_str cell[COLUMNS_MAX];
    uint32_t n = cut(line, cell, COLUMNS_MAX);
    if (n != p->table.columns)
        return dm_fail(err, DM_EINPUT, p->line, "%s.tsv:%u: %u cells where the header has %u", p->spec->name, p->line, n,
            p->table.columns);
    dm_status st = add_cells(b, cell, n, err);
    uint32_t *l = DM_PUSH(&b->arena, &b->lines);
    if (st != DM_OK || !l)
        return st != DM_OK ? st : no_memory(err);
    *l = p->line;
    for (uint32_t c = 0; c < n; c++) {
        if (!in_index(p->spec, p->columns[c]))
            continue;
        dm_phrase ph = {
            .table = (uint16_t)b->tables.n, .column = (uint16_t)c, .row = p->table.rows, .group = (uint8_t)p->spec->group
        };
        dm_error inner = { .msg = "" };
        if ((st = index_cell(b, p->spec, cell[c], ph, &inner)) != DM_OK)
            return dm_fail(err, st, p->line, "%s.tsv:%u: %.300s", p->spec->name, p->line, inner.msg);
    }
    p->table.rows++;
    return DM_OK;
}

static dm_status add_header(dm_table_builder *b, parse *p, dm_str line, dm_error *err)
{
    uint32_t n = cut(line, p->columns, COLUMNS_MAX);
    if (n > COLUMNS_MAX)
        return dm_fail(err, DM_EINPUT, p->line, "%s.tsv:%u: more than %d columns", p->spec->name, p->line, COLUMNS_MAX);
    p->table.columns = n;
    p->table.first_column = b->cells.n;
    dm_status st = add_cells(b, p->columns, n, err);
    p->table.first_cell = b->cells.n;
    return st;
}

dm_status dm_table_builder_add(dm_table_builder *b, const dm_table_spec *spec, dm_str tsv, dm_error *err)
{
    parse p = { .spec = spec, .table = { .first_line = b->lines.n, .reserved = b->tables.n } };
    dm_status st = DM_OK;
    if (!string_add(b, dm_str_of(spec->name), &p.table.name))
        return no_memory(err);
    for (size_t from = 0; from < tsv.len && st == DM_OK;) {
        const char *e = memchr(tsv.p + from, '\n', tsv.len - from);
        dm_str line = { tsv.p + from, e ? (size_t)(e - tsv.p) - from : tsv.len - from };
        from += line.len + 1;
        p.line++;
        if (line.len && line.p[line.len - 1] == '\r')
            line.len--;
        if (dm_str_trim(line).len == 0 || line.p[0] == '#')
            continue;
        st = p.table.columns ? add_row(b, &p, line, err) : add_header(b, &p, line, err);
    }
    if (st != DM_OK)
        return st;
    if (!p.table.columns)
        return dm_fail(err, DM_EINPUT, 0, "%s.tsv: no header line", spec->name);
    dm_table *t = DM_PUSH(&b->arena, &b->tables);
    if (!t)
        return no_memory(err);
    *t = p.table;
    if (dm_str_is(dm_str_of(spec->name), "morph/irregular"))
        b->irregular = b->tables.n;
    return DM_OK;
}

static uint64_t place(uint64_t *at, uint64_t n, uint64_t size)
{
    uint64_t off = *at;
    *at = (off + n * size + 7) / 8 * 8;
    return off;
}

static void write_nodes(const dm_table_builder *b, unsigned char *base, const dm_image_head *h)
{
    dm_image_node *nodes = (dm_image_node *)(void *)(base + h->nodes);
    dm_phrase *phrases = (dm_phrase *)(void *)(base + h->phrases);
    uint32_t at = 0;
    for (uint32_t i = 0; i < b->node_head.n; i++) {
        uint32_t n = 0;
        for (uint32_t p = b->node_head.v[i]; p != UINT32_MAX; p = b->phrases.v[p].next)
            n++;
        nodes[i] = (dm_image_node){ at, n };
        for (uint32_t p = b->node_head.v[i], k = n; p != UINT32_MAX; p = b->phrases.v[p].next)
            phrases[at + --k] = b->phrases.v[p].phrase; /* newest first in the chain, oldest first in the image */
        at += n;
    }
}

static void write_edges(const dm_table_builder *b, unsigned char *base, const dm_image_head *h)
{
    dm_image_edge *edges = (dm_image_edge *)(void *)(base + h->edges);
    for (uint32_t i = 0; i < b->edge_cap; i++)
        if (b->edges[i].key)
            edges[i] = (dm_image_edge){ b->edges[i].key, b->edges[i].next, 0 };
}

static void copy_section(unsigned char *to, const void *from, size_t bytes)
{
    if (bytes)
        memcpy(to, from, bytes);
}

dm_status dm_table_builder_finish(dm_table_builder *b, void **image, size_t *size, dm_error *err)
{
    if (!b->edge_cap && !edges_grow(b))
        return no_memory(err);
    dm_image_head h = { .n_tables = b->tables.n,
        .n_cells = b->cells.n,
        .n_lines = b->lines.n,
        .n_edges = b->edge_cap,
        .n_nodes = b->node_head.n,
        .n_phrases = b->phrases.n,
        .n_strings = b->strings.n };
    uint64_t at = sizeof h;
    memcpy(h.magic, DM_IMAGE_MAGIC, sizeof h.magic);
    h.tables = place(&at, h.n_tables, sizeof(dm_table));
    h.cells = place(&at, h.n_cells, sizeof(dm_image_cell));
    h.lines = place(&at, h.n_lines, sizeof(uint32_t));
    h.edges = place(&at, h.n_edges, sizeof(dm_image_edge));
    h.nodes = place(&at, h.n_nodes, sizeof(dm_image_node));
    h.phrases = place(&at, h.n_phrases, sizeof(dm_phrase));
    h.strings = place(&at, h.n_strings, 1);
    h.size = at;
    unsigned char *base = calloc(1, at);
    if (!base)
        return no_memory(err);
    copy_section(base + h.tables, b->tables.v, h.n_tables * sizeof(dm_table));
    copy_section(base + h.cells, b->cells.v, h.n_cells * sizeof(dm_image_cell));
    copy_section(base + h.lines, b->lines.v, h.n_lines * sizeof(uint32_t));
    copy_section(base + h.strings, b->strings.v, h.n_strings);
    write_edges(b, base, &h);
    write_nodes(b, base, &h);
    h.hash = dm_image_hash(&h, base + sizeof h, at - sizeof h);
    memcpy(base, &h, sizeof h);
    *image = base;
    *size = at;
    return DM_OK;
}

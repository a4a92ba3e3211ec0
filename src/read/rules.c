// SPDX-License-Identifier: Apache-2.0
/* The reader's knowledge, taken once from data/read/: noise phrases, JSON keys, markup names. Without tables the canonical JSON
 * keys remain, so that a document made by ourselves can always be read. */
#include "read/internal.h"
#include <stdlib.h>

enum { WORDS_DEFAULT = 12, WORDS_LIMIT = 200 };

static int index_of(dm_str s, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (dm_str_is(s, names[i]))
            return i;
    return -1;
}

static uint32_t variants(const dm_table *t, int column)
{
    uint32_t n = 0;
    for (uint32_t row = 0; row < dm_table_rows(t); row++) {
        dm_str rest = dm_table_cell(t, row, column), piece;
        while (dm_str_split(&rest, '|', &piece))
            n++;
    }
    return n;
}

static dm_status bad_row(const dm_table *t, uint32_t row, const char *what, dm_str value, dm_error *err)
{
    return dm_fail(err, DM_EINPUT, dm_table_line(t, row), "'%.*s.tsv', line %u: unknown %s '%.*s'", DM_FMT(dm_table_name(t)),
        dm_table_line(t, row), what, DM_FMT(value));
}

static uint16_t words_of(dm_str cell)
{
    uint32_t n = 0;
    for (size_t i = 0; i < cell.len && cell.p[i] >= '0' && cell.p[i] <= '9' && n < WORDS_LIMIT; i++)
        n = n * 10 + (uint32_t)(cell.p[i] - '0');
    return (uint16_t)(n == 0 ? WORDS_DEFAULT : n > WORDS_LIMIT ? WORDS_LIMIT : n);
}

static int by_pattern(const void *a, const void *b)
{
    return dm_str_cmp(((const dm_noise *)a)->pattern, ((const dm_noise *)b)->pattern);
}

static int by_name(const void *a, const void *b) { return dm_str_cmp(((const dm_key *)a)->name, ((const dm_key *)b)->name); }

static int by_kind_name(const void *a, const void *b)
{
    const dm_markup *x = a, *y = b;
    return x->kind != y->kind ? x->kind - y->kind : dm_str_cmp(x->name, y->name);
}

static dm_status load_noise(dm_rules *r, const dm_table *t, dm_error *err)
{
    static const char *const kinds[] = { "noise", "byline", "list" }, *const wheres[] = { "line", "prefix", "suffix",
        "anywhere", "word" };
    int pattern = dm_table_column(t, "pattern"), kind = dm_table_column(t, "kind"), where = dm_table_column(t, "where");
    int zone = dm_table_column(t, "zone"), words = dm_table_column(t, "words");
    r->noise = dm_arena_alloc(&r->arena, (size_t)variants(t, pattern) + 1, sizeof *r->noise);
    if (!r->noise)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the noise table");
    for (uint32_t row = 0; row < dm_table_rows(t); row++) {
        dm_str rest = dm_table_cell(t, row, pattern), piece;
        int k = index_of(dm_table_cell(t, row, kind), kinds, 3), w = index_of(dm_table_cell(t, row, where), wheres, 5);
        if (k < 0 || w < 0)
            return bad_row(t, row, k < 0 ? "kind" : "where", dm_table_cell(t, row, k < 0 ? kind : where), err);
        while (dm_str_split(&rest, '|', &piece))
            r->noise[r->n_noise++] = (dm_noise){ .pattern = piece,
                .kind = (uint8_t)k,
                .where = (uint8_t)w,
                .words = words_of(dm_table_cell(t, row, words)),
                .edge = dm_str_is(dm_table_cell(t, row, zone), "edge") };
    }
    qsort(r->noise, r->n_noise, sizeof *r->noise, by_pattern);
    return DM_OK;
}

static void index_noise(dm_rules *r)
{
    size_t i = 0;
    for (uint32_t c = 0; c <= 256; c++) {
        while (i < r->n_noise && (uint32_t)(unsigned char)r->noise[i].pattern.p[0] < c)
            i++;
        r->noise_at[c] = (uint32_t)i;
    }
}

static const char *const field_names[DM_FIELDS] = { "id", "text", "title", "date", "url", "publisher", "language", "nest",
    "list" };

static dm_status load_keys(dm_rules *r, const dm_table *t, dm_error *err)
{
    int field = t ? dm_table_column(t, "field") : -1, keys = t ? dm_table_column(t, "keys") : -1;
    r->keys = dm_arena_alloc(&r->arena, (t ? variants(t, keys) : 0) + (size_t)DM_FIELDS, sizeof *r->keys);
    if (!r->keys)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the key table");
    if (!t)
        for (int i = 0; i < DM_FD_NEST; i++)
            r->keys[r->n_keys++] = (dm_key){ .name = dm_str_of(field_names[i]), .field = (uint8_t)i };
    for (uint32_t row = 0; t && row < dm_table_rows(t); row++) {
        dm_str rest = dm_table_cell(t, row, keys), piece;
        int f = index_of(dm_table_cell(t, row, field), field_names, DM_FIELDS);
        if (f < 0)
            return bad_row(t, row, "field", dm_table_cell(t, row, field), err);
        for (uint16_t rank = 0; dm_str_split(&rest, '|', &piece); rank++)
            r->keys[r->n_keys++] = (dm_key){ .name = piece, .field = (uint8_t)f, .rank = rank };
    }
    qsort(r->keys, r->n_keys, sizeof *r->keys, by_name);
    return DM_OK;
}

static dm_status load_markup(dm_rules *r, const dm_table *t, dm_error *err)
{
    static const char *const kinds[DM_MK_KINDS] = { "drop", "weak", "good", "title", "date", "publisher", "url", "language",
        "ldtype" };
    int kind = dm_table_column(t, "kind"), names = dm_table_column(t, "names");
    r->markup = dm_arena_alloc(&r->arena, (size_t)variants(t, names) + 1, sizeof *r->markup);
    if (!r->markup)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the markup table");
    for (uint32_t row = 0; row < dm_table_rows(t); row++) {
        dm_str rest = dm_table_cell(t, row, names), piece;
        int k = index_of(dm_table_cell(t, row, kind), kinds, DM_MK_KINDS);
        if (k < 0)
            return bad_row(t, row, "kind", dm_table_cell(t, row, kind), err);
        for (uint16_t rank = 0; dm_str_split(&rest, '|', &piece); rank++)
            r->markup[r->n_markup++] = (dm_markup){ .name = piece, .kind = (uint8_t)k, .rank = (uint16_t)(rank + row * 64) };
    }
    qsort(r->markup, r->n_markup, sizeof *r->markup, by_kind_name);
    return DM_OK;
}

dm_status dm_rules_load(dm_rules *rules, const dm_tables *tables, dm_error *err)
{
    *rules = (dm_rules){ 0 };
    const dm_table *noise = tables ? dm_tables_get(tables, "read/noise") : NULL;
    const dm_table *keys = tables ? dm_tables_get(tables, "read/keys") : NULL;
    const dm_table *markup = tables ? dm_tables_get(tables, "read/markup") : NULL;
    if (tables && (!noise || !keys || !markup))
        return dm_fail(
            err, DM_ECORRUPT, 0, "the compiled tables lack 'read/noise', 'read/keys' or 'read/markup'; compile them again");
    dm_status st = noise ? load_noise(rules, noise, err) : DM_OK;
    if (st == DM_OK && markup)
        st = load_markup(rules, markup, err);
    if (st == DM_OK)
        st = load_keys(rules, keys, err);
    if (st != DM_OK) {
        dm_rules_free(rules);
        return st;
    }
    index_noise(rules);
    return DM_OK;
}

void dm_rules_free(dm_rules *rules)
{
    dm_arena_free(&rules->arena);
    *rules = (dm_rules){ 0 };
}

const dm_key *dm_rules_key(const dm_rules *rules, dm_str folded)
{
    dm_key want = { .name = folded };
    const dm_key *k = rules->n_keys ? bsearch(&want, rules->keys, rules->n_keys, sizeof want, by_name) : NULL;
    while (k && k > rules->keys && by_name(k - 1, &want) == 0)
        k--;
    return k;
}

const dm_key *dm_rules_next_key(const dm_rules *rules, const dm_key *k)
{
    return k + 1 < rules->keys + rules->n_keys && by_name(k, k + 1) == 0 ? k + 1 : NULL;
}

const dm_markup *dm_rules_markup(const dm_rules *rules, dm_markup_kind kind, dm_str folded)
{
    dm_markup want = { .name = folded, .kind = (uint8_t)kind };
    return rules->n_markup ? bsearch(&want, rules->markup, rules->n_markup, sizeof want, by_kind_name) : NULL;
}

// SPDX-License-Identifier: Apache-2.0
/* The words of segment/abbreviations in a hash table of their own: asked for every word before a period. Never grows after making. */
#include "segment/seg_int.h"
#include <stdlib.h>

enum { WORD_MAX = 24 };

typedef struct slot {
    dm_str word;
    uint8_t kind;
} slot;

struct dm_seg_words {
    uint32_t mask; /* slots - 1 */
    slot slot[];
};

static const struct {
    const char *name;
    uint8_t bit;
} KINDS[] = { { "title", K_TITLE }, { "number", K_NUMBER }, { "month", K_MONTH }, { "any", K_ANY }, { "starter", K_STARTER },
    { "speech", K_SPEECH }, { "label", K_LABEL } };

static uint8_t kind_of(dm_str name)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (dm_str_is(name, KINDS[i].name))
            return KINDS[i].bit;
    }
    return 0;
}

static slot *find(dm_seg_words *w, dm_str word)
{
    uint32_t i = (uint32_t)dm_hash(word.p, word.len, 0) & w->mask;
    while (w->slot[i].word.len && !dm_str_eq(w->slot[i].word, word))
        i = (i + 1) & w->mask;
    return &w->slot[i];
}

static uint8_t look(const dm_seg_words *w, dm_str word)
{
    uint32_t i = (uint32_t)dm_hash(word.p, word.len, 0) & w->mask;
    for (; w->slot[i].word.len; i = (i + 1) & w->mask) {
        if (dm_str_eq(w->slot[i].word, word))
            return w->slot[i].kind;
    }
    return 0;
}

static uint32_t count_words(const dm_table *t, int column)
{
    uint32_t n = 0;
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        dm_str rest = dm_table_cell(t, r, column), word;
        while (dm_str_split(&rest, '|', &word))
            n++;
    }
    return n;
}

dm_status dm_seg_words_new(dm_seg_words **out, const dm_tables *t, dm_error *err)
{
    const dm_table *table = dm_tables_get(t, "segment/abbreviations");
    if (!table)
        return dm_fail(err, DM_ECORRUPT, 0, "no table 'segment/abbreviations' among the compiled tables");
    int ck = dm_table_column(table, "kind"), cw = dm_table_column(table, "words");
    uint32_t n = count_words(table, cw), cap = 16;
    while (cap < 3 * n)
        cap *= 2;
    dm_seg_words *w = calloc(1, sizeof *w + cap * sizeof(slot));
    if (!w)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    w->mask = cap - 1;
    for (uint32_t r = 0; r < dm_table_rows(table); r++) {
        uint8_t bit = kind_of(dm_table_cell(table, r, ck));
        if (!bit) {
            free(w);
            return dm_fail(err, DM_ECORRUPT, dm_table_line(table, r), "unknown kind in segment/abbreviations.tsv, line %u",
                dm_table_line(table, r));
        }
        dm_str rest = dm_table_cell(table, r, cw), word;
        while (dm_str_split(&rest, '|', &word)) {
            slot *s = find(w, word);
            s->word = word;
            s->kind |= bit;
        }
    }
    *out = w;
    return DM_OK;
}

void dm_seg_words_free(dm_seg_words *w) { free(w); }

uint8_t dm_seg_kind(const dm_seg_words *w, dm_str word)
{
    if (word.len == 0 || word.len > WORD_MAX)
        return 0;
    uint8_t k = look(w, word);
    if (k)
        return k;
    char title[WORD_MAX]; /* GEN. as Gen. */
    title[0] = word.p[0];
    for (size_t i = 1; i < word.len; i++) {
        if (word.p[i] < 'A' || word.p[i] > 'Z')
            return 0;
        title[i] = (char)(word.p[i] + 32);
    }
    return word.len > 1 ? look(w, (dm_str){ title, word.len }) : 0;
}

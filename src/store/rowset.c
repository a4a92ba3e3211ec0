// SPDX-License-Identifier: Apache-2.0
/* Open addressing over an array of keys; and a radix sort, which for millions of numbers is several times faster than comparing. */
#include "store/rowset.h"
#include <stdlib.h>
#include <string.h>

enum { ROWS_FIRST = 256, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

static uint32_t place(const dm_rowset *s, uint64_t key)
{
    uint64_t h = key * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t k = (uint32_t)(h >> 32) & (s->cap - 1);
    while (s->slot[k] && s->key[s->slot[k] - 1] != key)
        k = (k + 1) & (s->cap - 1);
    return k;
}

static bool grow(dm_rowset *s)
{
    uint32_t cap = s->cap ? s->cap * 2 : ROWS_FIRST;
    uint64_t *key = cap > s->cap ? realloc(s->key, cap / 2 * sizeof *key) : NULL;
    if (!key)
        return false;
    s->key = key;
    uint32_t *slot = calloc(cap, sizeof *slot);
    if (!slot)
        return false;
    free(s->slot);
    s->slot = slot;
    s->cap = cap;
    for (uint32_t i = 0; i < s->n; i++)
        slot[place(s, key[i])] = i + 1;
    return true;
}

uint32_t dm_rowset_add(dm_rowset *s, uint64_t key)
{
    if (s->n * 2 >= s->cap && !grow(s))
        return DM_ROWSET_NONE;
    uint32_t k = place(s, key);
    if (s->slot[k])
        return s->slot[k] - 1;
    s->key[s->n] = key;
    s->slot[k] = ++s->n;
    return s->n - 1;
}

uint32_t dm_rowset_find(const dm_rowset *s, uint64_t key)
{
    uint32_t k = s->cap ? place(s, key) : 0;
    return s->cap && s->slot[k] ? s->slot[k] - 1 : DM_ROWSET_NONE;
}

void dm_rowset_free(dm_rowset *s)
{
    free(s->key);
    free(s->slot);
    *s = (dm_rowset){ 0 };
}

void dm_sort_numbers(uint64_t *v, uint64_t *spare, size_t n)
{
    uint64_t any = 0, all = UINT64_MAX, *from = v, *to = spare;
    for (size_t i = 0; i < n; i++) {
        any |= v[i];
        all &= v[i];
    }
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (((any ^ all) >> shift & (DIGITS - 1)) == 0)
            continue; /* all have the same digit */
        size_t count[DIGITS] = { 0 }, sum = 0;
        for (size_t i = 0; i < n; i++)
            count[from[i] >> shift & (DIGITS - 1)]++;
        for (size_t d = 0; d < DIGITS; d++) {
            size_t here = count[d];
            count[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            to[count[from[i] >> shift & (DIGITS - 1)]++] = from[i];
        uint64_t *last = from;
        from = to;
        to = last;
    }
    if (from != v)
        memcpy(v, from, n * sizeof *v);
}

// SPDX-License-Identifier: Apache-2.0
/* Numbers in a hash table: which were met, and a small number for each in the order of their coming. Start zeroed. */
#ifndef DM_STORE_ROWSET_H
#define DM_STORE_ROWSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct dm_rowset {
    uint64_t *key;  /* [n] in the order of their coming */
    uint32_t *slot; /* [cap] place in key, plus one; 0: free */
    uint32_t n, cap;
} dm_rowset;

#define DM_ROWSET_NONE UINT32_MAX

/* Place of the key, which is added when it is new; DM_ROWSET_NONE: out of memory. */
uint32_t dm_rowset_add(dm_rowset *s, uint64_t key);
/* Place of the key or DM_ROWSET_NONE. */
uint32_t dm_rowset_find(const dm_rowset *s, uint64_t key);
void dm_rowset_free(dm_rowset *s);

/* Sorts v; spare has room for as many. */
void dm_sort_numbers(uint64_t *v, uint64_t *spare, size_t n);

#endif

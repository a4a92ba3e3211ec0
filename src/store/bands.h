// SPDX-License-Identifier: Apache-2.0
/* Bands of sketches while a batch is filed (batch.h): what the table `band` is in a file. Each document is looked up by 21 of them. */
#ifndef DM_STORE_BANDS_H
#define DM_STORE_BANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct dm_bands {
    struct dm_band_slot {
        int64_t hash;
        uint32_t first, last; /* 1 + index in `in`; first 0: free */
    } * slot;
    size_t n, cap;
    struct dm_band_in {
        int64_t document;
        uint32_t next; /* 1 + index; 0: the last one */
    } * in;
    uint32_t n_in, cap_in;
} dm_bands;

/* Behind the band's documents, which come in the order of their rows. 1: added, 0: it was the last one already, -1: out of memory. */
int dm_bands_add(dm_bands *b, int64_t hash, int64_t document);
/* 1 + index of the band's first document, 0: none. */
uint32_t dm_bands_first(const dm_bands *b, int64_t hash);
void dm_bands_clear(dm_bands *b);
void dm_bands_free(dm_bands *b);

#endif

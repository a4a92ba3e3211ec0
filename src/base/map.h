// SPDX-License-Identifier: Apache-2.0
/* Map from short strings to numbers for the stages' own tables, filled once and then only read.
 * Keys are kept as 64-bit XXH3 hashes (salted by kind), not as text: for the few thousand words of a table a clash is out of reach. */
#ifndef DM_BASE_MAP_H
#define DM_BASE_MAP_H

#include "base/str.h"

typedef struct dm_map_slot {
    uint64_t key;
    uint32_t value, reserved;
} dm_map_slot;

typedef struct dm_map {
    dm_map_slot *slots;
    uint32_t n, cap; /* cap: 0 or a power of two */
} dm_map;

/* Sets (word, kind) to value; false on out of memory. */
bool dm_map_put(dm_map *m, dm_str word, uint32_t kind, uint32_t value);
/* The value, or UINT32_MAX when absent. */
uint32_t dm_map_get(const dm_map *m, dm_str word, uint32_t kind);
void dm_map_free(dm_map *m);

#endif

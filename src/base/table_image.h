// SPDX-License-Identifier: Apache-2.0
/* Layout of a compiled table image, shared by its writer (table_build.c) and its reader (table.c). All offsets are bytes from the
 * start of the image; all numbers are little-endian 32 or 64 bit; sections are 8-byte aligned. */
#ifndef DM_BASE_TABLE_IMAGE_H
#define DM_BASE_TABLE_IMAGE_H

#include "base/table.h"

#define DM_IMAGE_MAGIC "DMTABLE3"

typedef struct dm_image_cell {
    uint32_t off, len; /* in the string section */
} dm_image_cell;

struct dm_table {
    dm_image_cell name;
    uint32_t columns, rows;
    uint32_t first_column; /* index of the first column name in the cell section */
    uint32_t first_cell;   /* row-major */
    uint32_t first_line;   /* index in the line section */
    uint32_t reserved;
};

typedef struct dm_image_edge {
    uint64_t key; /* hash of word, seeded by node; 0: free */
    uint32_t next, reserved;
} dm_image_edge;

typedef struct dm_image_node {
    uint32_t first, n; /* phrases */
} dm_image_node;

typedef struct dm_image_head {
    char magic[8];
    uint64_t size, hash; /* hash: dm_image_hash() */
    uint32_t n_tables, n_cells, n_lines, n_edges /* a power of two */, n_nodes, n_phrases, n_strings /* bytes */, reserved;
    uint64_t tables, cells, lines, edges, nodes, phrases, strings; /* offsets */
} dm_image_head;

_Static_assert(sizeof(dm_table) == 32 && sizeof(dm_image_edge) == 16 && sizeof(dm_phrase) == 12, "image layout");

/* XXH3 of everything after the head, which the head without its hash seeds: a changed offset is seen, too. */
static inline uint64_t dm_image_hash(const dm_image_head *h, const void *body, size_t len)
{
    dm_image_head plain = *h;
    plain.hash = 0;
    return dm_hash(body, len, dm_hash(&plain, sizeof plain, 0));
}

static inline uint64_t dm_image_key(uint32_t node, dm_str word)
{
    uint64_t k = dm_hash(word.p, word.len, (uint64_t)node * 0x9E3779B97F4A7C15u + 1);
    return k ? k : 1;
}

#endif

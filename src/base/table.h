// SPDX-License-Identifier: Apache-2.0
/* Compiled knowledge tables: every data TSV as rows of strings plus one phrase index over all names, mapped read-only.
 *
 * Made by tools/dm-tables from data/ (manifest data/tables.tsv) or at run time by dm_tables_add_file(). Cells are the table's own
 * strings; a stage reads its columns by name once, when the coder is made. All strings live as long as the dm_tables. */
#ifndef DM_BASE_TABLE_H
#define DM_BASE_TABLE_H

#include "base/str.h"

typedef struct dm_tables dm_tables;
typedef struct dm_table dm_table;

dm_status dm_tables_open(dm_tables **out, const char *path, dm_error *err);
void dm_tables_close(dm_tables *t);
/* A hash of all that the tables say, users' own included. */
uint64_t dm_tables_mark(const dm_tables *t);

/* NULL when there is no such table. name: path under data/ without suffix, "actors/states". */
const dm_table *dm_tables_get(const dm_tables *t, const char *name);
const dm_table *dm_tables_at(const dm_tables *t, uint32_t index);
uint32_t dm_tables_count(const dm_tables *t);
uint32_t dm_table_index(const dm_tables *t, const dm_table *table);
dm_str dm_table_name(const dm_table *t);
uint32_t dm_table_rows(const dm_table *t);
int dm_table_column(const dm_table *t, const char *name);          /* -1 when there is none */
dm_str dm_table_cell(const dm_table *t, uint32_t row, int column); /* empty for column -1 */
uint32_t dm_table_line(const dm_table *t, uint32_t row);           /* line in the TSV, for traces: "actors/states.tsv:12" */

/* Groups of tables for longest match: a token is covered at most once in each group (ambiguity: several entries of one length). */
typedef enum dm_group {
    DM_GROUP_NAME,
    DM_GROUP_ROLE,
    DM_GROUP_TRIGGER,
    DM_GROUP_INST,
    DM_GROUP_TOPIC,
    DM_GROUP_TIME,
    DM_GROUP_CUE,
    DM_GROUPS
} dm_group;

/* One entry of the phrase index. */
typedef struct dm_phrase {
    uint16_t table, column;
    uint32_t row;
    uint8_t group, flags; /* DM_PHRASE_* */
    uint16_t caps;        /* bit i: word i (of the first 16) must start with a capital */
} dm_phrase;
enum { DM_PHRASE_ALLCAPS = 1 /* a single word that must be all capitals */ };

/* The compiled file plus the users' own tables are images; each has its own phrase index, walked side by side.
 * Node 0 is the start; a step returns the node after a word (folded form), or DM_NO_NODE. */
#define DM_NO_NODE UINT32_MAX
uint32_t dm_tables_images(const dm_tables *t);
uint32_t dm_phrase_step(const dm_tables *t, uint32_t image, uint32_t node, dm_str word);
/* Entries that end at node. Their table numbers are already the ones of dm_tables_at() after adding dm_image_base(). */
const dm_phrase *dm_phrase_at(const dm_tables *t, uint32_t image, uint32_t node, uint32_t *n);
uint32_t dm_image_base(const dm_tables *t, uint32_t image);

/* Takes a compiled image (dm_table_build()) over: freed with free() on close. On failure the caller keeps it. */
dm_status dm_tables_add_image(dm_tables *t, void *image, size_t size, dm_error *err);

#endif

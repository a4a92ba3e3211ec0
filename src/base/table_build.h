// SPDX-License-Identifier: Apache-2.0
/* Writer of compiled table images: reads TSV text, keeps its cells, and builds the phrase index. Used by tools/dm-tables for data/ and
 * by the coder for a user's own table (--actors). */
#ifndef DM_BASE_TABLE_BUILD_H
#define DM_BASE_TABLE_BUILD_H

#include "base/table.h"

typedef struct dm_table_builder dm_table_builder;

typedef struct dm_table_spec {
    const char *name; /* "actors/states" */
    dm_str index;     /* columns whose variants are phrases, joined by |; may be empty */
    dm_group group;
    enum { DM_INFLECT_NONE, DM_INFLECT_VERB, DM_INFLECT_NOUN } inflect;
} dm_table_spec;

dm_status dm_table_builder_new(dm_table_builder **out, dm_error *err);
void dm_table_builder_free(dm_table_builder *b);

/* Parses one TSV (comments with #, then a header line, then rows of as many cells) and indexes it. Text is copied.
 * DM_EINPUT names the line. The table "morph/irregular" must come before tables with inflected verbs. */
dm_status dm_table_builder_add(dm_table_builder *b, const dm_table_spec *spec, dm_str tsv, dm_error *err);

/* The finished image, malloc'ed, the caller's. */
dm_status dm_table_builder_finish(dm_table_builder *b, void **image, size_t *size, dm_error *err);

#endif

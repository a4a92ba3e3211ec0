// SPDX-License-Identifier: Apache-2.0
/* Where the SQL of the two engines differs. */
#ifndef DM_STORE_DIALECT_H
#define DM_STORE_DIALECT_H

#include "base/str.h"
#include <demarche/buffer.h>

/* A statement as PostgreSQL wants it: $1 for ?1, the words of dialect.c exchanged, numbers for new rows. *own: it is an insert that
 * gives the number of its row back. *params: highest parameter. false: out of memory. */
bool dm_dialect_statement(dm_buf *out, const char *sql, bool *own, int *params);

/* An array as PostgreSQL reads it from text, in an empty buffer: items (quoted by the caller where that is needed), then the end; without an
 * item it is {}. The buffer says whether memory failed. */
void dm_array_item(dm_buf *array, dm_str item);
void dm_array_int(dm_buf *array, int64_t item);
void dm_array_end(dm_buf *array);

/* A statement of the schema (schema.c) as PostgreSQL wants it; empty for what it has no use for. */
bool dm_dialect_schema(dm_buf *out, const char *sql);

#endif

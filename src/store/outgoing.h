// SPDX-License-Identifier: Apache-2.0
/* Rows of a batch that go to the server as they are inserted (outgoing.c). */
#ifndef DM_STORE_OUTGOING_H
#define DM_STORE_OUTGOING_H

#include "store/batch.h"

/* Which table's rows the statement puts down; -1: none. */
int dm_outgoing_table(const char *sql);
/* The table and its columns, for COPY. */
const char *dm_outgoing_into(int table);
/* A statement that puts a row of the table down; NULL: out of memory. */
dm_stmt *dm_outgoing_use(struct dm_batch *b, int table);
/* A new event, and what repeats it, tells another happening. */
void dm_outgoing_move(struct dm_batch *b, int64_t event, int64_t happening);
/* At the beginning of a batch, when its base is known; at the end of all. */
void dm_outgoing_clear(struct dm_batch *b);
void dm_outgoing_free(struct dm_batch *b);

/* Values of COPY's binary format behind their lengths; UINT32_MAX as a length: NULL. */
void dm_copy_length(dm_buf *out, uint32_t n);
void dm_copy_eight(dm_buf *out, uint64_t v);
void dm_copy_real(dm_buf *out, double v);
void dm_copy_str(dm_buf *out, dm_str v);
dm_status dm_copy_words(dm_words *words, dm_buf *out, dm_str text, dm_error *err);

#endif

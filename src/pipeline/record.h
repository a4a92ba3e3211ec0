// SPDX-License-Identifier: Apache-2.0
/* The record from inside: a store with the tables that give names and weights. */
#ifndef DM_PIPELINE_RECORD_H
#define DM_PIPELINE_RECORD_H

#include "base/table.h"
#include "store/store.h"
#include <demarche/record.h>

struct dm_record {
    dm_store *store;
    dm_tables *tables;
    char *path; /* as it was given: a URL may have a password, so dm_db_path() is what is shown */
    dm_access access;
    struct dm_told_memo *memo; /* record.c: while events are listed */
};

/* DM_EUSAGE unless the record was opened for writing. */
dm_status dm_record_writable(const dm_record *r, dm_error *err);

/* The row of a coder: the program's version, and the tables and model that it reads with. */
dm_status dm_record_coder(dm_record *r, dm_str version, uint64_t tables, int64_t *out, dm_error *err);
/* Counts of what was put (record_add.c), and of several together, without those of the run. */
void dm_add_count(dm_add_stats *sum, const dm_put_result *got);
void dm_add_fold(dm_add_stats *sum, const dm_add_stats *more);

/* What load does not know: the hash of the row's document and the counts of reports of its happening. */
dm_status dm_record_fill(dm_record *r, int64_t event, int64_t document, dm_filed *row, char hash[33], dm_error *err);

/* What is known of happenings is kept for a walk over events: the next walk may see more documents. end: back to the walk around it. */
dm_status dm_record_memo(dm_record *r, dm_error *err);
void dm_record_memo_end(dm_record *r, struct dm_told_memo *outer);

/* These events are loaded and filled next: from a server their rows come together. */
dm_status dm_record_expect(dm_record *r, const int64_t *event, size_t n, dm_error *err);

/* Events in an order that does not depend on that of adding (record_content.c). */
dm_status dm_record_events_by_content(dm_record *r, const dm_filter *filter, dm_filed_fn *fn, void *ctx, dm_error *err);

/* Row of the document with this name, hash or beginning of a hash; DM_EUSAGE: none, or several. */
dm_status dm_record_document_row(dm_record *r, const char *which, int64_t *row, dm_error *err);
/* Digits of a hash as the database holds it. */
void dm_hash_digits(char out[33], dm_str bytes);

/* 32 hex digits into a document's hash; DM_EUSAGE for anything else. */
dm_status dm_hash_read(uint8_t out[DM_HASH_BYTES], const char *digits, dm_error *err);

/* Row of the event behind piece i of the evidence: positive; minus the roll call's for a ballot; 0 for a treaty action. */
int64_t dm_position_row(const dm_position *p, size_t i);

#endif

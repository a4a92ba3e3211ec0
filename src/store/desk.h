// SPDX-License-Identifier: Apache-2.0
/* Questions that a browser of the record asks, and reviews. */
#ifndef DM_STORE_DESK_H
#define DM_STORE_DESK_H

#include "store/store.h"
#include <demarche/desk.h>

/* No condition at all, page and order aside. */
bool dm_filter_open(const dm_filter *f);
/* The rows that pass, page aside, into temp.chosen of this connection. */
dm_status dm_store_choose(dm_store *s, const dm_filter *f, dm_error *err);

dm_status dm_store_overview(dm_store *s, dm_overview *out, dm_error *err);
/* deeds: bit i for each dm_type that is a material act. */
dm_status dm_store_pairs(dm_store *s, const dm_filter *f, uint32_t deeds, dm_pair_fn *fn, void *ctx, dm_error *err);
dm_status dm_store_sources(dm_store *s, uint64_t offset, uint64_t limit, dm_source_fn *fn, void *ctx, dm_error *err);
dm_status dm_store_near(dm_store *s, const uint8_t hash[DM_HASH_BYTES], dm_copy_fn *fn, void *ctx, dm_error *err);

dm_status dm_store_review_put(dm_store *s, const uint8_t hash[DM_HASH_BYTES], const dm_review *r, uint64_t *n, dm_error *err);
/* DM_END: none counts. */
dm_status dm_store_review_undo(dm_store *s, const uint8_t hash[DM_HASH_BYTES], uint64_t event, uint64_t *n, dm_error *err);
dm_status dm_store_reviews(
    dm_store *s, const uint8_t hash[DM_HASH_BYTES], uint64_t event, dm_review_fn *fn, void *ctx, dm_error *err);
dm_status dm_store_review_queue(
    dm_store *s, const dm_filter *f, dm_verdict v, dm_row_fn *fn, void *ctx, uint64_t *total, dm_error *err);
/* Each reviewer's latest verdict on each event, by event. */
typedef struct dm_said {
    int64_t event; /* row of the first review of that event: the same for all of one event */
    dm_str reviewer;
    dm_verdict verdict;
    uint64_t n;
} dm_said;
typedef dm_status dm_said_fn(void *ctx, const dm_said *said, dm_error *err);
dm_status dm_store_said(dm_store *s, dm_said_fn *fn, void *ctx, dm_error *err);
/* Event rows whose latest verdict is accept or fix, by document and place, with the fix. */
typedef dm_status dm_right_fn(void *ctx, int64_t event, dm_str fix, dm_error *err);
dm_status dm_store_right(dm_store *s, dm_right_fn *fn, void *ctx, dm_error *err);

#endif

// SPDX-License-Identifier: Apache-2.0
/* A filter over digests: the same answer as the walk of find.c, for questions that let very many events pass. */
#ifndef DM_STORE_SIFT_H
#define DM_STORE_SIFT_H

#include "store/digest.h"
#include "store/rowset.h"

typedef struct dm_sift {
    const dm_filter *f;
    bool pair; /* actors and recipients are asked for by their codes: as a pair */
    bool text, source, instrument;
    dm_rowset sentences, documents, instruments; /* that fit, where they are asked for */
} dm_sift;

/* Borrows the filter. dm_sift_close() it, also after a failure. */
dm_status dm_sift_open(dm_sift *out, dm_store *s, const dm_filter *f, dm_error *err);
bool dm_sift_passes(const dm_sift *s, int64_t document, const dm_digest_event *e);
void dm_sift_close(dm_sift *s);

/* Each pair of the event that a dyad stands for: toward recipients, and among actors where there is no recipient; not an instrument's
 * subject. Ends when fn says so. */
typedef bool dm_pair_of_fn(void *ctx, const char *actor, const char *target);
bool dm_digest_pairs(const dm_digest_event *e, dm_pair_of_fn *fn, void *ctx);

#endif

// SPDX-License-Identifier: Apache-2.0
/* Counting by walking over all digests once: for the whole record, and for filters that let very many events pass. What these give is what
 * tally.c and desk.c count from rows, which is faster where few pass. Names and parameters are theirs. */
#ifndef DM_STORE_CENSUS_H
#define DM_STORE_CENSUS_H

#include "store/desk.h"

enum { DM_COUNT_KEY_MAX = 128 }; /* bytes of a key, longer ones are cut */

/* Whether the filter lets so many pass that all of the record is walked over. */
dm_status dm_store_many(dm_store *s, const dm_filter *f, bool *many, dm_error *err);

dm_status dm_census_stats(dm_store *s, dm_by by, const dm_filter *f, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err);
dm_status dm_census_actors(
    dm_store *s, const dm_filter *f, uint64_t offset, uint64_t limit, dm_presence_fn *fn, void *ctx, dm_error *err);
/* Without the pairs whose sides were not asked for; happenings of the filter (one event of each) is not looked at. */
dm_status dm_census_pairs(dm_store *s, const dm_filter *f, uint32_t deeds, dm_pair_fn *fn, void *ctx, dm_error *err);

/* What rows give for the same, whatever the filter: for few events, and to compare with. */
dm_status dm_tally_stats(dm_store *s, dm_by by, const dm_filter *f, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err);
dm_status dm_tally_actors(
    dm_store *s, const dm_filter *f, uint64_t offset, uint64_t limit, dm_presence_fn *fn, void *ctx, dm_error *err);
dm_status dm_tally_pairs(dm_store *s, const dm_filter *f, uint32_t deeds, dm_pair_fn *fn, void *ctx, dm_error *err);

/* An event with several parties makes several pairs: whether this one was asked for. */
bool dm_pair_asked_for(const dm_filter *f, const char *actor, const char *target);

#endif

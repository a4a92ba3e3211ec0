// SPDX-License-Identifier: Apache-2.0
/* Roll calls, ballots and treaty actions of files. All calls need a transaction. */
#ifndef DM_STORE_ROLLS_H
#define DM_STORE_ROLLS_H

#include "store/store.h"

typedef enum dm_filed_before {
    DM_FILED_NEW,
    DM_FILED_SAME,
    DM_FILED_OTHER /* it is there with another vote, which stays */
} dm_filed_before;

typedef struct dm_rollcall {
    dm_str source, reference; /* together its identity */
    dm_instrument instrument; /* type empty: none; body, subject and polarity count in any case */
    int session;              /* 0: none */
    dm_day from, to;
    dm_str resolution, title;
    uint64_t contexts;
} dm_rollcall;
dm_status dm_store_rollcall(dm_store *s, const dm_rollcall *r, int64_t *row, bool *fresh, dm_error *err);

/* vote: yes, no, abstain, absent. */
dm_status dm_store_ballot(dm_store *s, int64_t rollcall, dm_str code, const char *vote, dm_filed_before *how, dm_error *err);

/* Before the commit: at a server, ballots wait for each other. Forgotten after it: then others may write. */
void dm_ballots_forget(dm_store *s);
dm_status dm_ballots_flush(dm_store *s, dm_error *err);
dm_status dm_ballots_put(dm_store *s, int64_t rollcall, dm_str code, dm_str vote, dm_filed_before *how, dm_error *err);

typedef struct dm_treaty_action {
    dm_str treaty, code, action, source;
    dm_day from, to;
} dm_treaty_action;
dm_status dm_store_treaty_action(dm_store *s, const dm_treaty_action *a, dm_filed_before *how, dm_error *err);

/* After a transaction was taken back: forgets the rows that it had made. */
void dm_store_taken_back(dm_store *s);

/* One vote that was cast. */
typedef struct dm_cast {
    int64_t rollcall;
    dm_day day;
    int session; /* 0: none */
    dm_str code, vote;
} dm_cast;
typedef dm_status dm_cast_fn(void *ctx, const dm_cast *vote, dm_error *err);
/* Votes of one source by roll call, absences left out. body NULL: any; days DM_DAY_NONE: open. */
dm_status dm_store_casts(
    dm_store *s, dm_str source, const char *body, dm_day since, dm_day until, dm_cast_fn *fn, void *ctx, dm_error *err);
/* The source with most roll calls, cut to room; empty when there is none. */
dm_status dm_store_votes_source(dm_store *s, char *out, size_t room, dm_error *err);

#endif

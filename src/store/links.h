// SPDX-License-Identifier: Apache-2.0
/* Linking's work on one document: found documents, likenesses, happenings. */
#ifndef DM_STORE_LINKS_H
#define DM_STORE_LINKS_H

#include "store/linking.h"

enum {
    COMPARED_MAX = 16, /* documents that one document is compared with, those with the most in common first */
    STRAND_MAX = 32    /* events joined by likenesses that are sorted into happenings at once; a longer strand only grows */
};

/* What is kept of a document for linking. */
typedef struct tale {
    dm_day day;
    uint32_t n_term, n;
    uint32_t term[STORY_TERMS];
    telling v[TELL_EVENTS];
} tale;

typedef struct recall {
    int64_t document; /* whose event it is */
    dm_day day;
    uint8_t type;
} recall;

/* Documents of the same story; appended to out, which has room for COMPARED_MAX. */
dm_status dm_story_candidates(
    dm_store *s, const uint32_t *term, uint32_t n_term, dm_day day, int64_t *out, uint32_t *n, dm_error *err);
/* Documents that tell of the event's parties, an act of its kin, on its day. */
dm_status dm_story_recall(dm_store *s, const dm_event *ev, const recall *r, int64_t *out, uint32_t *n, dm_error *err);

dm_status dm_tale_load(dm_store *s, int64_t document, telling *out, uint32_t *n, dm_error *err);
dm_status dm_tale_put(dm_store *s, int64_t document, const tale *t, dm_error *err);
dm_status dm_tale_drop(dm_store *s, int64_t document, dm_error *err);

/* Two events that are alike; -1-i: the i-th of the document in hand. */
typedef struct likeness {
    int64_t a, b;
    double score;
} likeness;

/* One event of a strand. */
typedef struct strand_event {
    int64_t event, document, happening; /* happening: that it tells, or told before it was coded again; 0: none */
    uint64_t key;                       /* the same whatever its row */
    dm_day day, day_end;
    uint8_t precise;
    uint32_t group; /* out: events of one group are one happening */
} strand_event;

/* Sorts a strand into happenings: likenesses from the strongest down join two groups unless that would join days that differ or reports
 * most of which are not alike. The groups depend on the events and their likenesses only, not on
 * their order. n: at most STRAND_MAX; every likeness is given both ways. */
dm_status dm_strand_sort(strand_event *v, uint32_t n, likeness *of, uint32_t n_of, dm_error *err);

struct linking {
    tale *now;                /* of the document in hand */
    telling *other;           /* of one that it is compared with; TELL_EVENTS */
    double *score;            /* of their pairs */
    uint32_t *index;          /* place in now by event of the document, or DM_NONE */
    uint64_t *id;             /* content ids of the events in now */
    int64_t *happening;       /* by place in now */
    bool *joined;             /* another document tells it, too */
    likeness *found;          /* of events in now with those of the record, both ways */
    int64_t *touched, *taken; /* events whose likenesses are gone; happenings that have their group */
    int64_t *left;            /* happenings that may be told by nobody now */
    uint32_t cap_index, n_found, cap_found, n_touched, cap_touched, n_taken, cap_taken, n_left, cap_left;
    uint64_t salt; /* of the document's hash: parts alike events of copies */
};

/* Linking without the documents (relink.c): makes s->linking. */
dm_status dm_link_ready(dm_store *s, dm_error *err);
/* Finds the happenings of the events whose tellings the caller has put into `now`; ev: their types, ids and parties, in the same order. */
dm_status dm_link_again(dm_store *s, const dm_event *ev, int64_t document, const uint8_t hash[DM_HASH_BYTES], dm_error *err);
/* Keeps what later documents are compared with, when the events in `now` have their rows. */
dm_status dm_link_keep(dm_store *s, int64_t document, dm_error *err);

#endif

// SPDX-License-Identifier: Apache-2.0
/* What a browser of a record asks beside record.h: an overview, pairs of parties, sources, near copies, names, and what people said of
 * the machine's coding. Reviews are kept beside the coding and never change it. */
#ifndef DEMARCHE_DESK_H
#define DEMARCHE_DESK_H

#include <demarche/record.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dm_overview {
    uint64_t documents, independent, events, happenings;
    dm_day first, last; /* DM_DAY_NONE: nothing is dated */
    int schema;
} dm_overview;
DM_API dm_status dm_record_overview(dm_record *record, dm_overview *out, dm_error *err);
/* A number that changes when another connection has written to the record. */
DM_API dm_status dm_record_changes(dm_record *record, int64_t *out, dm_error *err);
/* Questions that take longer than `seconds` from now on, or past *stop becoming other than 0, end with DM_ELIMIT. 0: no limit; stop may
 * be NULL. */
DM_API void dm_record_limit(dm_record *record, unsigned seconds, const volatile int *stop);

/* Who does what to whom: counts for each pair, most events first. words and deeds share the events out: a deed is a material act that was
 * done; scale is the mean of PLOVER's scores (NaN: none is scored). Only pairs whose sides fit the filter's actor, recipient, either. */
typedef struct dm_pair {
    const char *actor, *recipient;
    uint64_t events, happenings, documents, words, deeds;
    double scale;
} dm_pair;
typedef dm_status dm_pair_fn(void *ctx, const dm_pair *row, dm_error *err);
/* filter->offset and limit count pairs. */
DM_API dm_status dm_record_dyads(dm_record *record, const dm_filter *filter, dm_pair_fn *fn, void *ctx, dm_error *err);

/* Articles as they are listed. */
typedef struct dm_source {
    const char *publication; /* "" where none is known */
    uint64_t documents, events;
    dm_day first, last;
} dm_source;
typedef dm_status dm_source_fn(void *ctx, const dm_source *row, dm_error *err);
DM_API dm_status dm_record_sources(
    dm_record *record, uint64_t offset, uint64_t limit, dm_source_fn *fn, void *ctx, dm_error *err);

/* Near copies of an article, at most DM_NEAR_MAX. */
enum { DM_NEAR_MAX = 100 };
typedef struct dm_copy {
    const char *document; /* hash */
    dm_str name, publication, title;
    dm_day date; /* DM_DAY_NONE */
} dm_copy;
typedef dm_status dm_copy_fn(void *ctx, const dm_copy *row, dm_error *err);
DM_API dm_status dm_record_near(dm_record *record, const char *document, dm_copy_fn *fn, void *ctx, dm_error *err);

/* The hash of the document with this hash, a unique beginning of it (4 digits or more), or this name. DM_EUSAGE: none, or several. */
DM_API dm_status dm_record_document_hash(dm_record *record, const char *which, char hash[33], dm_error *err);
/* The events of one document by their place in the text, as dm_record_events() gives them. */
DM_API dm_status dm_record_document_events(dm_record *record, const char *hash, dm_filed_fn *fn, void *ctx, dm_error *err);

/* Countries and bodies with a name, code or demonym that begins so, in any case, in the order of the tables; at most 500. */
typedef dm_status dm_name_fn(void *ctx, const char *code, dm_str name, dm_error *err);
DM_API dm_status dm_record_names(
    const dm_record *record, const char *start, size_t limit, dm_name_fn *fn, void *ctx, dm_error *err);

/* --- reviews --- */

typedef enum dm_verdict { DM_VERDICT_NONE, DM_VERDICT_ACCEPT, DM_VERDICT_FIX, DM_VERDICT_REJECT } dm_verdict;
enum { DM_VERDICTS = 4, DM_REVIEWER_MAX = 80, DM_FIX_MAX = 16384 };
DM_API const char *dm_verdict_name(dm_verdict v); /* none, accept, fix, reject */
DM_API dm_status dm_verdict_find(dm_verdict *out, const char *name, dm_error *err);

/* What one person said of one event of one document. Strings are borrowed. */
typedef struct dm_review {
    uint64_t sequence;    /* counts all reviews of the record; 0 in a new one */
    uint64_t event;       /* id */
    const char *document; /* hash, 32 hex digits */
    dm_verdict verdict;
    dm_str fix;           /* of DM_VERDICT_FIX: what is right, a JSON object (docs/api.md); else empty */
    const char *reviewer; /* name */
    int64_t at;           /* seconds since 1970, as the caller says; 0: not told */
} dm_review;
typedef dm_status dm_review_fn(void *ctx, const dm_review *review, dm_error *err);

/* Keeps a review beside the earlier ones; the latest counts. DM_EUSAGE: no such event, no name, a fix that says what cannot be. */
DM_API dm_status dm_record_review(dm_record *record, const dm_review *review, uint64_t *sequence, dm_error *err);
/* Takes the latest review of the event back, so that the one before it counts again; it stays in the record, marked. DM_EUSAGE: none. */
DM_API dm_status dm_record_review_undo(
    dm_record *record, uint64_t event, const char *document, uint64_t *sequence, dm_error *err);
/* Reviews of the event that count, latest first. */
DM_API dm_status dm_record_reviews(
    dm_record *record, uint64_t event, const char *document, dm_review_fn *fn, void *ctx, dm_error *err);
/* Events by what was said of them last, those that the machine is least sure of first; DM_VERDICT_NONE: not reviewed. *total (may be
 * NULL): how many without filter's offset and limit. */
DM_API dm_status dm_record_review_queue(
    dm_record *record, const dm_filter *filter, dm_verdict verdict, dm_filed_fn *fn, void *ctx, uint64_t *total, dm_error *err);

typedef struct dm_review_stats {
    uint64_t events;               /* reviewed */
    uint64_t verdict[DM_VERDICTS]; /* of these, by the latest verdict */
    double precision, low, high;   /* share accepted, with Wilson's 95% interval; NaN: nothing is reviewed */
    uint64_t pairs, agreed;        /* two people on one event; of these, with the same verdict */
    double agreement;              /* agreed / pairs; NaN: none */
    double alpha;                  /* Krippendorff's, nominal: 1 agreement, 0 as by chance; NaN: not defined */
} dm_review_stats;
typedef struct dm_reviewer {
    const char *name;
    uint64_t verdict[DM_VERDICTS];
} dm_reviewer;
typedef dm_status dm_reviewer_fn(void *ctx, const dm_reviewer *row, dm_error *err);
/* fn (may be NULL) is called for each reviewer, by name. */
DM_API dm_status dm_record_review_stats(dm_record *record, dm_review_stats *out, dm_reviewer_fn *fn, void *ctx, dm_error *err);
/* Reviewed events that are right, as coded or as fixed, one gold record a line (score_events.py), by document and place. */
DM_API dm_status dm_record_review_gold(
    dm_record *record, dm_status (*line)(void *ctx, dm_str json, dm_error *err), void *ctx, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

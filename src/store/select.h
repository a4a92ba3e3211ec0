// SPDX-License-Identifier: Apache-2.0
/* A filter as SQL, piece by piece. A query has one driver, which gives the rows in order, and conditions on what the driver does not
 * settle. Columns that are in an index of their own are written +column where they are only conditions: the driver decides. */
#ifndef DM_STORE_SELECT_H
#define DM_STORE_SELECT_H

#include "store/work.h"

enum {
    DM_LONG_DAYS = 400, /* longer events have an index of their own (schema.c) */
    DM_PAIR_ARMS = 64,  /* so many pairs of codes are walked side by side; more: one walk an actor, sorted */
    DM_VALUES_MAX = 10 * DM_WHO_MAX + 64,
    DM_TEXT_MAX = 1000
};

/* What drives a walk. */
typedef enum dm_path {
    PATH_EVENT_ID, /* the first four are sets that are sorted; the others are walked in the order of an index */
    PATH_HAPPENING,
    PATH_TEXT,
    PATH_SOURCE,
    PATH_PAIR,
    PATH_INSTRUMENT,
    PATH_ACT,
    PATH_ACTOR,
    PATH_RECIPIENT,
    PATH_EITHER,
    PATH_SPEAKER,
    PATH_TYPE,
    PATH_DAY,
    N_PATHS
} dm_path;

/* With `since`, a walk in the order of the days has two parts: the long events that began over DM_LONG_DAYS before, then the rest. */
typedef enum dm_part { PART_ALL, PART_LONG, PART_REST } dm_part;

typedef struct dm_select_value {
    bool is_str, is_real;
    int64_t n;
    double r;
    const char *s;
} dm_select_value;

typedef struct dm_select {
    dm_store *store;
    bool many; /* the answer may be long */
    dm_buf sql;
    dm_select_value v[DM_VALUES_MAX];
    int n;
    const char *row;  /* column of the event's number */
    char alias;       /* whose day, type, aux, contexts: e event, p party, d dyad */
    bool needs_event; /* a column of the event is asked for and the driver is another table */
    bool failed;
    dm_stmt *rows;
    char text[DM_TEXT_MAX * 2 + 16];
} dm_select;

/* Whether the filter has what the path needs. */
bool dm_path_fits(const dm_filter *f, dm_path path);
/* Number of ordered walks that make up the path. instruments: rows of the instruments asked for. */
size_t dm_path_arms(const dm_filter *f, dm_path path, size_t instruments);

/* One arm of a path as a statement, in rows: columns day, event, happening, document and sentence (0 where not asked for).
 * Words are a condition only as the path: else see dm_select_sentences(). It borrows the filter's strings.
 * instrument: row, for PATH_INSTRUMENT. */
typedef struct dm_arm {
    const dm_filter *f;
    dm_path path;
    dm_part part;
    size_t at;
    int64_t instrument;
    bool whole, sentence; /* happening and document, too; the sentence */
} dm_arm;
dm_status dm_select_arm(dm_store *s, const dm_arm *arm, dm_select **out, dm_error *err);
void dm_select_free(dm_select *q);
/* How many rows the key of the path alone gives, counted up to cap. */
dm_status dm_select_size(dm_store *s, const dm_arm *arm, int64_t cap, int64_t *out, dm_error *err);
/* Rows of the sentences with the words of the filter. */
dm_status dm_select_sentences(dm_store *s, const dm_filter *f, dm_select **out, dm_error *err);
/* Rows of the instruments of the filter, at most `room`; *n is room + 1 when there are more. */
dm_status dm_select_instruments(dm_store *s, const dm_filter *f, int64_t *rows, size_t room, size_t *n, dm_error *err);

#endif

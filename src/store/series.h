// SPDX-License-Identifier: Apache-2.0
/* Instruments as series: which rows of the table `instrument` are one thing, and which events speak of it. */
#ifndef DM_STORE_SERIES_H
#define DM_STORE_SERIES_H

#include "base/table.h"
#include "store/store.h"
#include <demarche/instrument.h>

typedef struct dm_one_series {
    dm_str id, family, body, subject, name;
    bool full;   /* all parts of its key are known, or it has a name */
    bool joins;  /* when it is not full: may stand for another series of its article */
    bool wanted; /* set by dm_series_want() */
} dm_one_series;

/* An instrument's row and the series that it belongs to by its own words. */
typedef struct dm_series_row {
    int64_t instrument;
    uint32_t series;
    dm_str type;
} dm_series_row;

typedef struct dm_series_set {
    dm_arena arena;
    dm_store *store;
    const dm_tables *tables;
    DM_VEC(dm_one_series) series;
    DM_VEC(dm_series_row) rows; /* by instrument */
    uint32_t n_wanted;
} dm_series_set;

/* Reads all instruments of the record. dm_series_clear() it, also after a failure. */
dm_status dm_series_load(dm_series_set *set, dm_store *s, const dm_tables *tables, dm_error *err);
void dm_series_clear(dm_series_set *set);
const dm_series_row *dm_series_row_of(const dm_series_set *set, int64_t instrument);

/* Marks the series that the filter's type, body, subject and text leave. DM_EUSAGE for a type that is none. */
dm_status dm_series_want(dm_series_set *set, const dm_series_filter *f, dm_error *err);
/* The one wanted series that `which` means (as in dm_record_life()); only it stays wanted. DM_EUSAGE: none
 * (err->at 0), or so many. */
dm_status dm_series_pick(dm_series_set *set, const char *which, uint32_t *out, dm_error *err);

/* An event that speaks of a wanted series. */
typedef struct dm_series_event {
    int64_t event, document, happening, instrument;
    uint32_t series;
    bool joined; /* by its article, not by its own words */
    bool party;  /* the party that is asked for is an actor or recipient; true without one */
    dm_day day, day_end;
    dm_str years; /* as in event.years */
} dm_series_event;
typedef dm_status dm_series_event_fn(void *ctx, const dm_series_event *e, dm_error *err);
/* Walks the events of the wanted series by document. party: code or NULL. */
dm_status dm_series_events(dm_series_set *set, const char *party, dm_series_event_fn *fn, void *ctx, dm_error *err);

/* Year of a day; 0 for DM_DAY_NONE. */
int dm_series_year(dm_day day);
/* Years of "1990 1992" into out; how many. */
int dm_series_years(dm_str text, int out[DM_YEARS_MAX]);

/* Number of different values; sorts v. */
size_t dm_series_distinct(int64_t *v, size_t n);

/* For dm_record_instruments() and dm_record_life(). */
dm_status dm_store_instruments(
    dm_store *s, const dm_tables *tables, const dm_series_filter *f, dm_series_fn *fn, void *ctx, dm_error *err);
dm_status dm_store_life(
    dm_store *s, const dm_tables *tables, const char *which, const dm_series_filter *f, dm_life **out, dm_error *err);

#endif

// SPDX-License-Identifier: Apache-2.0
/* The list of the record's instruments: each series with what is told of it. Events, happenings, reports and independent reports are
 * counted apart; roll calls and treaty actions come from files and are counted for themselves. */
#include "base/room.h"
#include "store/rowset.h"
#include "store/series.h"
#include <stdlib.h>

/* What an event adds to its series. */
typedef struct told {
    uint32_t series;
    int64_t document, happening;
} told;

typedef struct listing {
    dm_series_set *set;
    dm_store *s;
    const dm_series_filter *f;
    dm_series *out; /* [series] */
    told *told;
    size_t n, cap;
    dm_rowset documents;
    int64_t *family;  /* [documents.n] */
    int since, until; /* years; 0: open */
} listing;

static void widen(dm_series *s, int first, int last)
{
    if (first && (!s->first || first < s->first))
        s->first = first;
    if (last > s->last)
        s->last = last;
}

static bool in_time(const listing *l, int first, int last)
{
    if (!l->since && !l->until)
        return true;
    return last && (!l->since || last >= l->since) && (!l->until || first <= l->until);
}

static dm_status on_event(void *ctx, const dm_series_event *e, dm_error *err)
{
    listing *l = ctx;
    int years[DM_YEARS_MAX], n = dm_series_years(e->years, years);
    int first = n ? years[0] : dm_series_year(e->day), last = n ? years[n - 1] : dm_series_year(e->day_end);
    if (!e->party || !in_time(l, first, last))
        return DM_OK;
    if (!DM_ROOM(l->told, l->n, l->cap, 1024))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu events of instruments", l->n + 1);
    l->told[l->n++] = (told){ e->series, e->document, e->happening };
    l->out[e->series].events++;
    widen(&l->out[e->series], first, last);
    return DM_OK;
}

static int by_series(const void *a, const void *b)
{
    const told *x = a, *y = b;
    return (x->series > y->series) - (x->series < y->series);
}

/* The family of each document, which one walk over an index tells. */
static dm_status load_families(listing *l, dm_error *err)
{
    dm_stmt *q;
    uint32_t cap = 0;
    dm_status st = dm_db_use(dm_store_db(l->s), &q, "SELECT n, family FROM document ORDER BY family", err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        uint32_t at = dm_rowset_add(&l->documents, (uint64_t)dm_col_int(q, 0));
        if (at != DM_ROWSET_NONE && at >= cap) {
            cap = cap ? cap * 2 : 1024;
            int64_t *more = realloc(l->family, cap * sizeof *more);
            at = more ? at : DM_ROWSET_NONE;
            l->family = more ? more : l->family;
        }
        if (at == DM_ROWSET_NONE) {
            dm_stmt_done(q);
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for the documents of instruments");
        }
        l->family[at] = dm_col_int(q, 1);
    }
    return st == DM_END ? DM_OK : st;
}

/* Counts what is different among the n events of one series; v has room for n. */
static void count(listing *l, const told *t, size_t n, int64_t *v)
{
    dm_series *s = &l->out[t->series];
    for (size_t i = 0; i < n; i++)
        v[i] = t[i].happening;
    s->happenings = dm_series_distinct(v, n);
    for (size_t i = 0; i < n; i++)
        v[i] = t[i].document;
    n = dm_series_distinct(v, n);
    s->documents = n;
    for (size_t i = 0; i < n; i++) {
        uint32_t at = dm_rowset_find(&l->documents, (uint64_t)v[i]);
        v[i] = at != DM_ROWSET_NONE ? l->family[at] : v[i]; /* added since they were read: alone */
    }
    s->independent = dm_series_distinct(v, n);
}

static dm_status count_all(listing *l, dm_error *err)
{
    if (l->n == 0)
        return DM_OK;
    int64_t *v = malloc(l->n * sizeof *v);
    dm_status st = v ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu events of instruments", l->n);
    if (st == DM_OK)
        st = load_families(l, err);
    if (st == DM_OK)
        qsort(l->told, l->n, sizeof *l->told, by_series);
    for (size_t i = 0, k; i < l->n && st == DM_OK; i = k) {
        for (k = i; k < l->n && l->told[k].series == l->told[i].series;)
            k++;
        count(l, l->told + i, k - i, v);
    }
    free(v);
    return st;
}

/* Adds the rows of a file's table: instrument, number, first and last day. */
static dm_status add_filed(listing *l, const char *sql, bool rollcalls, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(l->s), &q, sql, err);
    if (st != DM_OK)
        return st;
    if (l->f->party)
        dm_bind_str(q, 1, dm_str_of(l->f->party));
    dm_bind_int(q, 2, l->f->since);
    dm_bind_int(q, 3, l->f->until == DM_DAY_NONE ? INT32_MAX : l->f->until);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        const dm_series_row *row = dm_series_row_of(l->set, dm_col_int(q, 0));
        if (!row || !l->set->series.v[row->series].wanted)
            continue;
        dm_series *s = &l->out[row->series];
        *(rollcalls ? &s->rollcalls : &s->actions) += (uint64_t)dm_col_int(q, 1);
        if (!dm_col_null(q, 2))
            widen(s, dm_series_year((dm_day)dm_col_int(q, 2)), dm_series_year((dm_day)dm_col_int(q, 3)));
    }
    return st == DM_END ? DM_OK : st;
}

#define ROLLCALLS                                                                                                              \
    "SELECT r.instrument, count(*), min(nullif(r.day, -2147483648)), max(r.day_end) FROM rollcall r WHERE r.instrument IS NOT" \
    " NULL AND (?1 IS NULL OR EXISTS(SELECT 1 FROM ballot b WHERE b.rollcall=r.n AND b.code=?1)) AND r.day_end>=?2 AND"        \
    " r.day<=?3 GROUP BY r.instrument"
#define ACTIONS                                                                                                                \
    "SELECT instrument, count(*), min(nullif(day, -2147483648)), max(day_end) FROM treaty_action WHERE (?1 IS NULL OR"         \
    " code=?1) AND day_end>=?2 AND day<=?3 GROUP BY instrument"

static bool there(const dm_series *s) { return s->events || s->rollcalls || s->actions; }

static int by_weight(const void *a, const void *b)
{
    const dm_series *x = a, *y = b;
    uint64_t wx = x->events + x->rollcalls + x->actions, wy = y->events + y->rollcalls + y->actions;
    return wx != wy ? (wx < wy) - (wx > wy) : strcmp(x->id, y->id);
}

static dm_status give(listing *l, dm_series_fn *fn, void *ctx, dm_error *err)
{
    dm_status st = DM_OK;
    uint64_t passed = 0, given = 0;
    qsort(l->out, l->set->series.n, sizeof *l->out, by_weight);
    for (uint32_t i = 0; i < l->set->series.n && st == DM_OK; i++) {
        if (!there(&l->out[i]) || passed++ < l->f->offset)
            continue;
        if (l->f->limit && given++ == l->f->limit)
            break;
        st = fn(ctx, &l->out[i], err);
    }
    return st == DM_END ? DM_OK : st;
}

/* NUL behind each: the arena's copies have one. */
static const char *z(dm_str s) { return s.len ? s.p : ""; }

static dm_status list(listing *l, dm_error *err)
{
    for (uint32_t i = 0; i < l->set->series.n; i++) {
        const dm_one_series *s = &l->set->series.v[i];
        l->out[i] = (dm_series){
            .id = z(s->id), .family = z(s->family), .body = z(s->body), .subject = z(s->subject), .name = z(s->name)
        };
    }
    dm_status st = dm_series_events(l->set, l->f->party, on_event, l, err);
    if (st == DM_OK)
        st = count_all(l, err);
    if (st == DM_OK)
        st = add_filed(l, ROLLCALLS, true, err);
    return st == DM_OK ? add_filed(l, ACTIONS, false, err) : st;
}

dm_status dm_store_instruments(
    dm_store *s, const dm_tables *tables, const dm_series_filter *f, dm_series_fn *fn, void *ctx, dm_error *err)
{
    dm_series_set set;
    listing l = { .set = &set, .s = s, .f = f };
    l.since = f->since == DM_DAY_NONE ? 0 : dm_series_year(f->since);
    l.until = f->until == DM_DAY_NONE ? 0 : dm_series_year(f->until);
    dm_status st = dm_series_load(&set, s, tables, err);
    if (st == DM_OK)
        st = dm_series_want(&set, f, err);
    if (st == DM_OK && !(l.out = calloc(set.series.n ? set.series.n : 1, sizeof *l.out)))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for %u instruments", set.series.n);
    if (st == DM_OK)
        st = list(&l, err);
    if (st == DM_OK)
        st = give(&l, fn, ctx, err);
    free(l.out);
    free(l.told);
    free(l.family);
    dm_rowset_free(&l.documents);
    dm_series_clear(&set);
    return st;
}

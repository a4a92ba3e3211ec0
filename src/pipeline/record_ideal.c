// SPDX-License-Identifier: Apache-2.0
/* Ideal points from the roll calls of a record: codes and days become the indices and periods of src/stance/ideal.h, and back. */
#include "base/room.h"
#include "pipeline/record.h"
#include "stance/ideal.h"
#include "store/rolls.h"
#include <demarche/instrument.h>
#include <stdio.h>
#include <stdlib.h>

enum { CODES_MAX = 4096 };

typedef struct collecting {
    const dm_ideal_query *q;
    dm_ideal_vote *vote;
    int32_t *period; /* [roll] */
    size_t n_votes, cap_votes, n_rolls, cap_rolls;
    int64_t roll; /* row of the last one */
    char code[CODES_MAX][DM_CODE_MAX];
    uint32_t n_codes;
} collecting;

/* Index of the code; the lists are short and the codes come in the same order again and again. */
static uint32_t actor_of(collecting *c, dm_str code)
{
    for (uint32_t i = 0; i < c->n_codes; i++)
        if (dm_str_is(code, c->code[i]))
            return i;
    if (c->n_codes == CODES_MAX || code.len >= DM_CODE_MAX)
        return UINT32_MAX;
    snprintf(c->code[c->n_codes], DM_CODE_MAX, "%.*s", DM_FMT(code));
    return c->n_codes++;
}

static int period_of(const collecting *c, const dm_cast *v)
{
    int y, m, d;
    if (c->q->sessions)
        return v->session;
    if (v->day == DM_DAY_NONE)
        return 0;
    dm_day_split(v->day, &y, &m, &d);
    return y;
}

static dm_status on_cast(void *ctx, const dm_cast *v, dm_error *err)
{
    collecting *c = ctx;
    int period = period_of(c, v);
    uint32_t actor = actor_of(c, v->code);
    if (period == 0 || actor == UINT32_MAX)
        return DM_OK;
    if (!DM_ROOM(c->vote, c->n_votes, c->cap_votes, 4096) || !DM_ROOM(c->period, c->n_rolls, c->cap_rolls, 4096))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu votes", c->n_votes);
    if (c->n_rolls == 0 || c->roll != v->rollcall) {
        c->roll = v->rollcall;
        c->period[c->n_rolls++] = period;
    }
    uint8_t side = dm_str_is(v->vote, "yes") ? DM_IDEAL_YES : dm_str_is(v->vote, "no") ? DM_IDEAL_NO : DM_IDEAL_ABSTAIN;
    c->vote[c->n_votes++] = (dm_ideal_vote){ actor, (uint32_t)c->n_rolls - 1, side };
    return DM_OK;
}

static int by_period(const void *a, const void *b)
{
    const dm_ideal_row *x = a, *y = b;
    return x->period != y->period ? (x->period > y->period) - (x->period < y->period) : strcmp(x->code, y->code);
}

static dm_status fit(collecting *c, dm_ideal_row **rows, size_t *n, dm_ideal_told *told, dm_error *err)
{
    dm_ideal_opts opts = DM_IDEAL_OPTS_INIT;
    dm_ideal_point *points = NULL;
    dm_ideal_fit_info info = { 0 };
    size_t n_points = 0;
    for (uint32_t i = 0; i < c->n_codes; i++)
        if (strcmp(c->code[i], "USA") == 0)
            opts.anchor_high = i;
    dm_status st = dm_ideal_fit(c->vote, c->n_votes, c->period, c->n_rolls, c->n_codes, &opts, &points, &n_points, &info, err);
    if (st != DM_OK)
        return st;
    dm_ideal_row *out = calloc(n_points ? n_points : 1, sizeof *out);
    for (size_t i = 0; out && i < n_points; i++) {
        memcpy(out[i].code, c->code[points[i].actor], DM_CODE_MAX);
        out[i].period = points[i].period;
        out[i].position = points[i].position;
        out[i].se = points[i].se;
        out[i].votes = points[i].n_votes;
    }
    free(points);
    if (!out)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu ideal points", n_points);
    qsort(out, n_points, sizeof *out, by_period);
    told->rollcalls = c->n_rolls;
    told->votes = c->n_votes;
    told->iterations = info.iterations;
    told->converged = info.converged;
    told->anchored = opts.anchor_high != DM_IDEAL_NOBODY;
    *rows = out;
    *n = n_points;
    return DM_OK;
}

dm_status dm_record_ideal(
    dm_record *r, const dm_ideal_query *query, dm_ideal_row **rows, size_t *n, dm_ideal_told *told, dm_error *err)
{
    const dm_ideal_query usual = DM_IDEAL_QUERY_INIT;
    const dm_ideal_query *q = query ? query : &usual;
    dm_ideal_told here = { .source = "" };
    if (q->version != DM_IDEAL_QUERY_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_ideal_query of version %u, this library has %d; use DM_IDEAL_QUERY_INIT",
            q->version, DM_IDEAL_QUERY_VERSION);
    collecting *c = calloc(1, sizeof *c);
    if (!c)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the votes");
    c->q = q;
    dm_status st = DM_OK;
    if (q->source)
        snprintf(here.source, sizeof here.source, "%s", q->source);
    else
        st = dm_store_votes_source(r->store, here.source, sizeof here.source, err);
    if (st == DM_OK)
        st = dm_store_casts(r->store, dm_str_of(here.source), q->body, q->since, q->until, on_cast, c, err);
    if (st == DM_OK && c->n_votes == 0)
        st = dm_fail(err, DM_EUSAGE, 0, "no votes that fit in the record '%s'; 'demarche import votes' brings some",
            dm_db_path(dm_store_db(r->store)));
    if (st == DM_OK)
        st = fit(c, rows, n, &here, err);
    if (st == DM_OK && told)
        *told = here;
    free(c->vote);
    free(c->period);
    free(c);
    return st;
}

void dm_ideal_rows_free(dm_ideal_row *rows) { free(rows); }

// SPDX-License-Identifier: Apache-2.0
/* The public face: evidence in, three lanes of points and turns out. */
#include "stance/work.h"
#include <math.h>
#include <stdlib.h>

enum { DAY_LEAST = -719162, DAY_MOST = 2932896 }; /* years 1 to 9999 */

struct dm_stance {
    dm_stance_use *use;
    size_t n;
    dm_track lane[DM_LANES];
    dm_stance_info info;
};

const char *dm_lane_name(dm_lane lane)
{
    static const char *const names[DM_LANES] = { "all", "words", "deeds" };
    return (unsigned)lane < DM_LANES ? names[lane] : "";
}

const char *dm_turn_name(dm_turn_kind kind)
{
    static const char *const names[] = { "opening", "change", "against", "resumed" };
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "";
}

/* The items of one lane; all of them are taken over. */
static dm_status pick_lane(dm_track *t, dm_lane lane, dm_item **items, size_t n, dm_error *err)
{
    if (lane == DM_LANE_ALL) {
        t->item = *items;
        t->n_items = n;
        *items = NULL;
        return DM_OK;
    }
    t->item = malloc((n + 1) * sizeof *t->item);
    if (!t->item)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu happenings", n);
    for (size_t i = 0; i < n; i++)
        if ((*items)[i].lane == lane)
            t->item[t->n_items++] = (*items)[i];
    return DM_OK;
}

/* What is needed no more once the lane is told. */
static void drop_work(dm_track *t)
{
    free(t->item);
    free(t->obs);
    free(t->sum);
    free(t->cut);
    free(t->learnt);
    t->item = NULL;
    t->obs = NULL;
    t->sum = NULL;
    t->cut = NULL;
    t->learnt = NULL;
}

static dm_status fit_lane(dm_stance *s, dm_lane lane, const dm_stance_opts *o, dm_error *err)
{
    dm_track *t = &s->lane[lane];
    double least = o->probability > 0 ? o->probability : t->m->set[SET_PROBABILITY_LEAST];
    dm_status st = dm_stance_settle(t, err);
    st = st == DM_OK ? dm_stance_cuts(t, least, err) : st;
    st = st == DM_OK ? dm_stance_smooth(t, o->since, o->until, err) : st;
    st = st == DM_OK ? dm_stance_tell(t, o->since, o->until, err) : st;
    if (lane != DM_LANE_ALL)
        drop_work(t);
    return st;
}

static void put_trust(dm_stance *s)
{
    const dm_track *t = &s->lane[DM_LANE_ALL];
    for (size_t i = 0; i < t->n_items; i++)
        s->use[t->item[i].evidence].trust = t->item[i].u;
}

static void put_info(dm_stance *s, const dm_stance_model *m)
{
    static const double days_in_year = 365.25;
    dm_stance_info *f = &s->info;
    const dm_track *all = &s->lane[DM_LANE_ALL];
    *f = (dm_stance_info){ .given = s->n, .first = DM_DAY_NONE, .last = DM_DAY_NONE, .horizon = (unsigned)m->set[SET_HORIZON] };
    for (size_t i = 0; i < s->n; i++) {
        uint64_t *const count[] = { [DM_FATE_USED] = &f->used, &f->same, &f->undated, &f->silent };
        ++*count[s->use[i].fate];
    }
    for (unsigned k = 0; k < DM_LANES; k++) {
        const dm_track *t = &s->lane[k];
        f->n[k] = (uint32_t)t->n_items;
        f->drift[k] = sqrt(t->best.q * days_in_year);
        f->noise[k] = sqrt(t->best.s2);
    }
    if (all->n_items) {
        f->first = all->item[0].day;
        f->last = all->item[all->n_items - 1].day;
    }
}

static dm_status check(dm_stance_opts *o, const dm_stance_opts *given, size_t n, dm_error *err)
{
    *o = given ? *given : (dm_stance_opts)DM_STANCE_OPTS_INIT;
    if (o->version != DM_STANCE_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_stance_opts of version %u, this library has %u; use DM_STANCE_OPTS_INIT",
            o->version, DM_STANCE_OPTS_VERSION);
    if (n > UINT32_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "%zu pieces of evidence are more than a stance can have (%u)", n, UINT32_MAX);
    dm_day *ends[] = { &o->since, &o->until };
    for (unsigned i = 0; i < 2; i++)
        if (*ends[i] != DM_DAY_NONE)
            *ends[i] = *ends[i] < DAY_LEAST ? DAY_LEAST : *ends[i] > DAY_MOST ? DAY_MOST : *ends[i];
    if (o->since != DM_DAY_NONE && o->until != DM_DAY_NONE && o->since > o->until)
        return dm_fail(err, DM_EUSAGE, 0, "the window of the stance ends before it begins");
    return DM_OK;
}

dm_status dm_stance_fit(dm_stance **out, const dm_stance_model *model, const dm_evidence *evidence, size_t n,
    const dm_stance_opts *opts, dm_error *err)
{
    dm_stance_opts o;
    dm_status st = check(&o, opts, n, err);
    if (st != DM_OK)
        return st;
    dm_stance *s = calloc(1, sizeof *s);
    dm_item *items = NULL;
    size_t n_items = 0;
    if (s) {
        s->n = n;
        s->use = calloc(n + 1, sizeof *s->use);
    }
    if (!s || !s->use) {
        dm_stance_free(s);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu pieces of evidence", n);
    }
    st = dm_stance_gather(model, evidence, n, s->use, &items, &n_items, err);
    for (unsigned k = DM_LANES; k-- > 0 && st == DM_OK;) { /* all of them last */
        s->lane[k].m = model;
        st = pick_lane(&s->lane[k], (dm_lane)k, &items, n_items, err);
        st = st == DM_OK ? fit_lane(s, (dm_lane)k, &o, err) : st;
    }
    free(items);
    if (st != DM_OK) {
        dm_stance_free(s);
        return st;
    }
    put_trust(s);
    put_info(s, model);
    *out = s;
    return DM_OK;
}

void dm_stance_free(dm_stance *s)
{
    if (!s)
        return;
    for (unsigned k = 0; k < DM_LANES; k++) {
        dm_track *t = &s->lane[k];
        drop_work(t);
        free(t->point);
        free(t->turn);
        free(t->cited);
    }
    free(s->use);
    free(s);
}

const dm_stance_point *dm_stance_points(const dm_stance *s, dm_lane lane, size_t *n)
{
    *n = (unsigned)lane < DM_LANES ? s->lane[lane].n_points : 0;
    return *n ? s->lane[lane].point : NULL;
}

const dm_stance_turn *dm_stance_turns(const dm_stance *s, dm_lane lane, size_t *n)
{
    *n = (unsigned)lane < DM_LANES ? s->lane[lane].n_turns : 0;
    return *n ? s->lane[lane].turn : NULL;
}

const dm_stance_use *dm_stance_uses(const dm_stance *s, size_t *n)
{
    *n = s->n;
    return s->use;
}

const dm_stance_info *dm_stance_about(const dm_stance *s) { return &s->info; }

// SPDX-License-Identifier: Apache-2.0
/* Ideal points from votes: checks, the loop between states and items, direction and scale of what is handed out. */
#include "stance/ideal_int.h"
#include <math.h>
#include <stdlib.h>

static dm_status check_options(const dm_ideal_opts *o, size_t n_actors, dm_error *err)
{
    if (!(o->tolerance >= 0) || !(o->drift >= 0) || !(o->tail >= 0) || isinf(o->drift))
        return dm_fail(err, DM_EUSAGE, 0, "tolerance, drift and tail of ideal points must be numbers of at least 0");
    if ((o->anchor_high != DM_IDEAL_NOBODY && o->anchor_high >= n_actors) ||
        (o->anchor_low != DM_IDEAL_NOBODY && o->anchor_low >= n_actors))
        return dm_fail(err, DM_EUSAGE, 0, "an anchor of the ideal points is not among the %zu actors", n_actors);
    if (o->anchor_high == o->anchor_low && o->anchor_high != DM_IDEAL_NOBODY)
        return dm_fail(err, DM_EUSAGE, 0, "the two anchors of the ideal points are the same actor: name two");
    return DM_OK;
}

static dm_status check_votes(
    const dm_ideal_vote *votes, size_t n_votes, const int32_t *roll_period, size_t n_rolls, size_t n_actors, dm_error *err)
{
    if (n_votes > DM_IDEAL_VOTES_MAX || n_rolls > DM_IDEAL_INDEX_MAX || n_actors > DM_IDEAL_INDEX_MAX)
        return dm_fail(err, DM_ELIMIT, 0,
            "too much for one fit of ideal points: %zu votes (at most %u), %zu roll calls, %zu actors", n_votes,
            DM_IDEAL_VOTES_MAX, n_rolls, n_actors);
    if (n_votes > 0 && (!votes || !roll_period))
        return dm_fail(err, DM_EUSAGE, 0, "ideal points need the votes and the period of each roll call");
    for (size_t i = 0; i < n_votes; i++) {
        const dm_ideal_vote *v = &votes[i];
        if (v->actor >= n_actors || v->roll >= n_rolls)
            return dm_fail(err, DM_EUSAGE, i,
                "vote %zu is of actor %u on roll call %u, but there are %zu actors and %zu roll calls", i, v->actor, v->roll,
                n_actors, n_rolls);
        if (v->vote < DM_IDEAL_YES || v->vote > DM_IDEAL_NO)
            return dm_fail(
                err, DM_EUSAGE, i, "vote %zu has code %u: 1 is yes, 2 abstain, 3 no, and absence is left out", i, v->vote);
    }
    return DM_OK;
}

/* Alternates until positions stand still. The bound comes for free with the next step, so only the last one costs a pass. */
static void iterate(dm_ideal_model *m, const dm_ideal_opts *o, dm_ideal_fit_info *info)
{
    unsigned most = o->iterations ? o->iterations : DM_IDEAL_ITERATIONS_DEFAULT;
    double tolerance = o->tolerance > 0 ? o->tolerance : DM_IDEAL_TOLERANCE_DEFAULT;
    while (info->iterations < most && !info->converged) {
        double moved;
        dm_ideal_states_step(m, &moved);
        dm_ideal_scale_step(m);
        dm_ideal_items_step(m);
        info->iterations++;
        info->converged = sqrt(moved / m->n_cells) < tolerance;
    }
    info->loglik = dm_ideal_states_bound(m) + dm_ideal_items_prior(m);
    for (uint32_t c = 0; c < m->n_cells; c++)
        info->n_used += m->cells[c].n;
}

/* Mean position of a state's chain; 0 without votes. */
static double chain_mean(const dm_ideal_model *m, uint32_t actor)
{
    double sum = 0;
    for (uint32_t c = m->chain[actor]; c < m->chain[actor + 1]; c++)
        sum += m->cells[c].m;
    return m->chain[actor + 1] > m->chain[actor] ? sum / (m->chain[actor + 1] - m->chain[actor]) : 0;
}

/* Without anchors: minus the sum over items of beta, each weighed by its votes; yes is the high level. */
static double less_yes(const dm_ideal_model *m)
{
    double sum = 0;
    for (uint32_t k = 0; k < m->n_items; k++)
        sum -= m->items[k].beta * m->items[k].n;
    return sum;
}

/* -1 when the fitted scale is to be turned round. */
static double direction(const dm_ideal_model *m, const dm_ideal_opts *o, double mean)
{
    bool high = o->anchor_high != DM_IDEAL_NOBODY && m->chain[o->anchor_high] < m->chain[o->anchor_high + 1];
    bool low = o->anchor_low != DM_IDEAL_NOBODY && m->chain[o->anchor_low] < m->chain[o->anchor_low + 1];
    double way = !high && !low ? less_yes(m)
                               : (high ? chain_mean(m, o->anchor_high) : mean) - (low ? chain_mean(m, o->anchor_low) : mean);
    return way < 0 ? -1 : 1;
}

static void fill_points(const dm_ideal_model *m, double mean, double scale, dm_ideal_point *points)
{
    for (uint32_t i = 0; i < m->n_cells; i++) {
        const dm_ideal_cell *c = &m->cells[m->cell_order[i]];
        points[i] = (dm_ideal_point){ c->actor, m->periods[c->period], (c->m - mean) * scale,
            dm_ideal_cell_se(m, c) * fabs(scale), c->all };
    }
}

static dm_status hand_out(const dm_ideal_model *m, const dm_ideal_opts *o, dm_ideal_point **points, dm_ideal_fit_info *info)
{
    double sum = 0, square = 0, n = m->n_cells;
    for (uint32_t i = 0; i < m->n_cells; i++)
        sum += m->cells[i].m;
    for (uint32_t i = 0; i < m->n_cells; i++)
        square += (m->cells[i].m - sum / n) * (m->cells[i].m - sum / n);
    double sd = sqrt(square / n), scale = direction(m, o, sum / n) / (sd > 1e-6 ? sd : 1);
    *points = calloc(m->n_cells, sizeof **points);
    if (!*points)
        return DM_ENOMEM;
    fill_points(m, sum / n, scale, *points);
    info->drift = sqrt(m->drift2) * fabs(scale);
    return DM_OK;
}

static dm_status fit(dm_ideal_model *m, const dm_ideal_opts *o, dm_ideal_point **points, dm_ideal_fit_info *info)
{
    m->drift_given = o->drift > 0;
    m->drift2 = o->drift * o->drift;
    m->tail = o->tail > 0 ? o->tail : DM_IDEAL_TAIL_DEFAULT;
    dm_status st = dm_ideal_start(m);
    if (st != DM_OK)
        return st;
    iterate(m, o, info);
    return hand_out(m, o, points, info);
}

dm_status dm_ideal_fit(const dm_ideal_vote *votes, size_t n_votes, const int32_t *roll_period, size_t n_rolls, size_t n_actors,
    const dm_ideal_opts *opts, dm_ideal_point **points, size_t *n_points, dm_ideal_fit_info *info, dm_error *err)
{
    const dm_ideal_opts o = opts ? *opts : (dm_ideal_opts)DM_IDEAL_OPTS_INIT;
    dm_ideal_fit_info told = { 0, n_votes == 0, 0, 0, 0 };
    dm_ideal_point *made = NULL;
    dm_ideal_model m = { .n_cells = 0 };
    dm_status st = check_options(&o, n_actors, err);
    if (st == DM_OK)
        st = check_votes(votes, n_votes, roll_period, n_rolls, n_actors, err);
    if (st == DM_OK && n_votes > 0) {
        st = dm_ideal_model_init(&m, votes, n_votes, roll_period, n_rolls, n_actors);
        if (st == DM_OK)
            st = fit(&m, &o, &made, &told);
        if (st == DM_ENOMEM)
            dm_fail(err, st, 0, "out of memory for the ideal points of %zu votes", n_votes);
    }
    if (st == DM_OK) {
        *points = made;
        *n_points = m.n_cells;
        if (info)
            *info = told;
    }
    dm_ideal_model_clear(&m);
    return st;
}

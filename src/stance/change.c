// SPDX-License-Identifier: Apache-2.0
/* Changes of level: exact posterior of a change in every gap between observations, by dynamic programming over all ways to cut them into
 * stretches of one level each (Barry and Hartigan 1993, Fearnhead 2006), the level integrated out, the noise by three nodes; neighbouring
 * gaps that share one change are one. */
#include "stance/work.h"
#include <math.h>
#include <stdlib.h>

enum { BINS = 320, NODES = 3, SCATTER_LEAST = 20, HALVINGS = 40 };

static const double days_in_year = 365.25;
static const double node_at[NODES] = { -0.35, 0, 0.35 }, node_share[NODES] = { 0.25, 0.5, 0.25 }; /* of log noise */
static const double median_chi2 = 0.4549364;                                                      /* of one degree of freedom */
static const double hill = 0.2;   /* a gap belongs to a peak down to this share of it */
static const double whole = 1.05; /* and as long as together they are one change */

typedef struct cutter {
    dm_obs o[BINS];
    size_t n;
    double log_p[BINS], stay[BINS];               /* of a change in the gap before i; sum of log (1 - p) up to it */
    double a[BINS + 1], b[BINS + 1], c[BINS + 1]; /* sums of 1/v, y/v, y*y/v + log v before i */
    double fore[BINS + 1], back[BINS + 1];        /* log evidence of what is before i, given a cut there; from i on */
    double gap[NODES][BINS], evidence[NODES];
    double level; /* variance of the level of a stretch */
    double terms[BINS];
} cutter;

static void set_hazard(cutter *c, const dm_stance_model *m)
{
    double rate = 1 / (m->set[SET_HAZARD_YEARS] * days_in_year), sum = 0;
    for (size_t i = 1; i < c->n; i++) {
        double p = fmin(-expm1(-rate * (c->o[i].t - c->o[i - 1].t)), m->set[SET_HAZARD_MOST]);
        c->log_p[i] = log(p);
        sum += log1p(-p);
        c->stay[i] = sum;
    }
}

static double log_hazard(const cutter *c, size_t i) { return i > 0 && i < c->n ? c->log_p[i] : 0; }

/* Scatter of neighbours beyond their noise: drift inside a stretch is no change. From the median, which changes do not move. */
static double scatter(const cutter *c, double s2)
{
    double low = 0, high = 100;
    if (c->n < SCATTER_LEAST)
        return 0;
    for (int k = 0; k < HALVINGS; k++) {
        double mid = k ? (low + high) / 2 : 0;
        size_t within = 0;
        for (size_t i = 1; i < c->n; i++) {
            double d = c->o[i].y - c->o[i - 1].y, var = s2 / c->o[i].w + s2 / c->o[i - 1].w + 2 * mid;
            within += d * d <= median_chi2 * var;
        }
        if (2 * within >= c->n - 1 && k == 0)
            return 0;
        if (2 * within >= c->n - 1)
            high = mid;
        else
            low = mid;
    }
    return (low + high) / 2;
}

static void sums(cutter *c, double s2, double extra)
{
    c->a[0] = c->b[0] = c->c[0] = 0;
    for (size_t i = 0; i < c->n; i++) {
        double v = s2 / c->o[i].w + extra, y = c->o[i].y;
        c->a[i + 1] = c->a[i] + 1 / v;
        c->b[i + 1] = c->b[i] + y / v;
        c->c[i + 1] = c->c[i] + y * y / v + log(v) + (c->o[i].n - 1.0) * log(s2) + c->o[i].within / s2;
    }
}

/* Log evidence of observations i .. k - 1 as one stretch, with no cut inside. */
static double stretch(const cutter *c, size_t i, size_t k)
{
    double a = c->a[k] - c->a[i], b = c->b[k] - c->b[i], inside = k - 1 > i ? c->stay[k - 1] - c->stay[i] : 0;
    return -0.5 * (c->c[k] - c->c[i] - b * b / (a + 1 / c->level) + log(1 + c->level * a)) + inside;
}

static double log_sum(const double *x, size_t n)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        most = x[i] > most ? x[i] : most;
    for (size_t i = 0; i < n; i++)
        sum += x[i] - most > -40 ? exp(x[i] - most) : 0;
    return most + log(sum);
}

/* Posterior of a change in every gap, for one noise. */
static void one_node(cutter *c, unsigned node, double s2)
{
    sums(c, s2, scatter(c, s2));
    c->fore[0] = c->back[c->n] = 0;
    for (size_t k = 1; k <= c->n; k++) {
        for (size_t i = 0; i < k; i++)
            c->terms[i] = c->fore[i] + log_hazard(c, i) + stretch(c, i, k);
        c->fore[k] = log_sum(c->terms, k);
    }
    for (size_t i = c->n; i-- > 0;) {
        for (size_t k = i + 1; k <= c->n; k++)
            c->terms[k - i - 1] = stretch(c, i, k) + log_hazard(c, k) + c->back[k];
        c->back[i] = log_sum(c->terms, c->n - i);
    }
    c->evidence[node] = c->fore[c->n];
    for (size_t i = 1; i < c->n; i++)
        c->gap[node][i] = exp(c->fore[i] + c->log_p[i] + c->back[i] - c->fore[c->n]);
}

/* gap[0]: over all nodes, each by its evidence. */
static void all_nodes(cutter *c, double s2)
{
    double weight[NODES], most = -INFINITY, sum = 0;
    for (unsigned k = 0; k < NODES; k++) {
        one_node(c, k, s2 * exp(2 * node_at[k]));
        weight[k] = c->evidence[k] + log(node_share[k]);
        most = fmax(most, weight[k]);
    }
    for (unsigned k = 0; k < NODES; k++)
        sum += weight[k] = exp(weight[k] - most);
    for (size_t i = 1; i < c->n; i++) {
        double p = 0;
        for (unsigned k = 0; k < NODES; k++)
            p += weight[k] / sum * c->gap[k][i];
        c->gap[0][i] = p;
    }
}

/* --- peaks --- */

/* Takes the gaps around peak that share its change, on the side that has more first; their posterior together, and their odds over what
 * they were before any evidence. */
static double climb(cutter *c, double *p, size_t peak, double *odds)
{
    double top = p[peak], sum = top, stay = 0;
    size_t left = peak, right = peak;
    for (;;) {
        double l = left > 1 ? p[left - 1] : 0, r = right + 1 < c->n ? p[right + 1] : 0, more = l > r ? l : r;
        if (more < hill * top || sum + more > whole)
            break;
        sum += more;
        if (l > r)
            left--;
        else
            right++;
    }
    for (size_t i = left; i <= right; i++) {
        stay += log1p(-exp(c->log_p[i]));
        p[i] = 0;
    }
    double before = -expm1(stay);
    sum = sum < 1 ? sum : 1;
    *odds = sum < 1 ? sum / (1 - sum) * (1 - before) / before : INFINITY;
    return sum;
}

/* A gap between bins to the gap between days where both sides fit their levels best. */
static size_t refine(const dm_track *t, const cutter *c, size_t gap)
{
    size_t each = (t->n_obs + BINS - 1) / BINS, at = gap * each, low = at > each ? at - each : 1, high = at + each;
    if (each <= 1)
        return at;
    high = high < t->n_obs ? high : t->n_obs - 1;
    at = low;
    double before = c->o[gap - 1].y, after = c->o[gap].y, gain = 0, best = 0;
    if (gap >= 2)
        before = (before + c->o[gap - 2].y) / 2;
    if (gap + 1 < c->n)
        after = (after + c->o[gap + 1].y) / 2;
    for (size_t i = low; i < high; i++) { /* day i on the old side: what that gains */
        double y = t->obs[i].y;
        gain += t->obs[i].w * ((y - after) * (y - after) - (y - before) * (y - before));
        if (gain > best) {
            best = gain;
            at = i + 1;
        }
    }
    return at;
}

static int by_place(const void *a, const void *b)
{
    size_t x = ((const dm_cut *)a)->at, y = ((const dm_cut *)b)->at;
    return (x > y) - (x < y);
}

static void peaks(dm_track *t, cutter *c, double least)
{
    double *p = c->gap[0];
    for (;;) {
        size_t top = 1;
        for (size_t i = 2; i < c->n; i++)
            top = p[i] > p[top] ? i : top;
        if (p[top] <= 0)
            break;
        bool alone = p[top] * 40 < least; /* no hill is that wide: nothing more to find */
        double odds, sum = climb(c, p, top, &odds);
        if (sum >= least && odds >= t->m->set[SET_ODDS_LEAST])
            t->cut[t->n_cuts++] = (dm_cut){ refine(t, c, top), sum };
        if (alone)
            break;
    }
    qsort(t->cut, t->n_cuts, sizeof *t->cut, by_place);
}

dm_status dm_stance_cuts(dm_track *t, double least, dm_error *err)
{
    if (t->n_obs < 2)
        return DM_OK;
    cutter *c = calloc(1, sizeof *c);
    t->cut = calloc(BINS, sizeof *t->cut);
    if (!c || !t->cut) {
        free(c);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the changes of a stance");
    }
    c->n = dm_stance_bin(t, c->o, BINS);
    c->level = t->m->set[SET_JUMP_SD] * t->m->set[SET_JUMP_SD];
    set_hazard(c, t->m);
    all_nodes(c, t->best.s2);
    peaks(t, c, least);
    free(c);
    return DM_OK;
}

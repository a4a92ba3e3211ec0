// SPDX-License-Identifier: Apache-2.0
/* Changes of level: exact posterior of a change in every gap between observations, by dynamic programming over all ways to cut them into
 * stretches (Barry and Hartigan 1993, Fearnhead 2006). Level and variance of a stretch are integrated out, so that a lively time beside a
 * quiet one is no chain of changes; neighbouring gaps that share one change are one. */
#include "stance/work.h"
#include <math.h>
#include <stdlib.h>

enum { BINS = 320, SCATTER_LEAST = 20, HALVINGS = 40 };

static const double days_in_year = 365.25;
static const double median_chi2 = 0.4549364; /* of one degree of freedom */
static const double hill = 0.2;              /* a gap belongs to a peak down to this share of it */
static const double whole = 1.05;            /* and as long as together they are one change */
static const double nothing = -40;           /* a logarithm below which nothing is added */
static const double trust_share =
    0.5; /* trust was learnt beside the smoothed position, which may follow chance: half of it counts */
static const double half_log_2pi = 0.9189385332046727;

typedef struct cutter {
    dm_obs o[BINS];
    size_t n;
    double log_p[BINS], stay[BINS];               /* of a change in the gap before i; sum of log (1 - p) up to it */
    double a[BINS + 1], b[BINS + 1], c[BINS + 1]; /* sums of w, w y, w y y and scatter inside, before i */
    double items[BINS + 1];                       /* before i */
    double fore[BINS + 1], back[BINS + 1];        /* log evidence of what is before i, given a cut there; from i on */
    double gap[BINS];                             /* posterior of a change before i */
    double level, sure, s2, own; /* variance of the level in units of s2; degrees of freedom of s2; their constant */
    double terms[BINS];
    double as_one[BINS][BINS + 1]; /* log evidence of i .. k - 1 as one stretch, i < k */
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

/* log of the gamma function for x >= 2. */
static double log_gamma(double x) { return (x - 0.5) * log(x) - x + half_log_2pi + 1 / (12 * x) - 1 / (360 * x * x * x); }

static void sums(cutter *c, const dm_stance_model *m, double s2)
{
    double extra = scatter(c, s2), jump = m->set[SET_JUMP_SD];
    c->s2 = s2;
    c->level = jump * jump / s2;
    c->sure = m->set[SET_NOISE_SURE];
    c->own = c->sure / 2 * log(c->sure * s2) - log_gamma(c->sure / 2);
    for (size_t i = 0; i < c->n; i++) {
        double w = c->o[i].w / (1 + extra * c->o[i].w / s2), y = c->o[i].y;
        c->a[i + 1] = c->a[i] + w;
        c->b[i + 1] = c->b[i] + w * y;
        c->c[i + 1] = c->c[i] + w * y * y + c->o[i].within;
        c->items[i + 1] = c->items[i] + c->o[i].n;
    }
}

/* Log evidence of observations i .. k - 1 as one stretch, with no cut inside, but for what is the same however they are cut. */
static double stretch(const cutter *c, size_t i, size_t k)
{
    double a = c->a[k] - c->a[i], b = c->b[k] - c->b[i], half = (c->sure + c->items[k] - c->items[i]) / 2;
    double square = c->c[k] - c->c[i] - b * b / (a + 1 / c->level), inside = k - 1 > i ? c->stay[k - 1] - c->stay[i] : 0;
    square = square > 0 ? square : 0;
    return log_gamma(half) - half * log(c->sure * c->s2 + square) + c->own - 0.5 * log(1 + c->level * a) + inside;
}

static double log_sum(const double *x, size_t n)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        most = x[i] > most ? x[i] : most;
    for (size_t i = 0; i < n; i++)
        sum += x[i] - most > nothing ? exp(x[i] - most) : 0;
    return most + log(sum);
}

static void sum_over_cuts(cutter *c)
{
    c->fore[0] = c->back[c->n] = 0;
    for (size_t k = 1; k <= c->n; k++) {
        for (size_t i = 0; i < k; i++)
            c->terms[i] = c->fore[i] + log_hazard(c, i) + (c->as_one[i][k] = stretch(c, i, k));
        c->fore[k] = log_sum(c->terms, k);
    }
    for (size_t i = c->n; i-- > 0;) {
        for (size_t k = i + 1; k <= c->n; k++)
            c->terms[k - i - 1] = c->as_one[i][k] + log_hazard(c, k) + c->back[k];
        c->back[i] = log_sum(c->terms, c->n - i);
    }
    for (size_t i = 1; i < c->n; i++)
        c->gap[i] = exp(c->fore[i] + c->log_p[i] + c->back[i] - c->fore[c->n]);
}

/* --- peaks --- */

typedef struct peak {
    size_t top, left, right; /* gaps */
    double sum;
} peak;

/* Gaps around the highest one that share its change, the side that has more first. */
static peak climb(const cutter *c, const double *p, size_t top)
{
    peak k = { top, top, top, p[top] };
    for (;;) {
        double l = k.left > 1 ? p[k.left - 1] : 0, r = k.right + 1 < c->n ? p[k.right + 1] : 0, more = l > r ? l : r;
        if (more < hill * p[top] || k.sum + more > whole)
            return k;
        k.sum += more;
        if (l > r)
            k.left--;
        else
            k.right++;
    }
}

/* Posterior that there is a change in one of the gaps of a peak: one stretch over all of them is the alternative. */
static double probability(const cutter *c, const peak *k)
{
    double none = 0;
    for (size_t i = 0; i < k->left; i++)
        for (size_t e = k->right + 1; e <= c->n; e++) {
            double x = c->fore[i] + log_hazard(c, i) + c->as_one[i][e] + log_hazard(c, e) + c->back[e] - c->fore[c->n];
            none += x > nothing ? exp(x) : 0;
        }
    return none < 1 ? 1 - none : 0;
}

/* Odds of that over what they were before any evidence. */
static double odds(const cutter *c, const peak *k, double p)
{
    double stay = 0;
    for (size_t i = k->left; i <= k->right; i++)
        stay += log1p(-exp(c->log_p[i]));
    double before = -expm1(stay);
    return p < 1 ? p / (1 - p) * (1 - before) / before : INFINITY;
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
    double *p = c->gap;
    for (;;) {
        size_t top = 1;
        for (size_t i = 2; i < c->n; i++)
            top = p[i] > p[top] ? i : top;
        if (p[top] * (double)c->n < least) /* all that is left is too little */
            break;
        peak k = climb(c, p, top);
        double sure = k.sum >= least ? probability(c, &k) : 0;
        if (sure >= least && odds(c, &k, sure) >= t->m->set[SET_ODDS_LEAST])
            t->cut[t->n_cuts++] = (dm_cut){ refine(t, c, top), sure };
        for (size_t i = k.left; i <= k.right; i++)
            p[i] = 0;
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
    dm_stance_weigh_days(t, trust_share);
    c->n = dm_stance_bin(t, c->o, BINS);
    set_hazard(c, t->m);
    sums(c, t->m, t->best.s2);
    sum_over_cuts(c);
    peaks(t, c, least);
    dm_stance_weigh_days(t, 1);
    free(c);
    return DM_OK;
}

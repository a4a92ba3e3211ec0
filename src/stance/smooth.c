// SPDX-License-Identifier: Apache-2.0
/* The position through time: a random walk seen through noise on irregular days (Kalman filter, Rauch-Tung-Striebel smoother), Student's t
 * by weights, both variances by their posterior on a grid, the position by the mixture over that grid. */
#include "stance/work.h"
#include <math.h>
#include <stdlib.h>

enum { GRID_Q = 9, GRID_S = 7, GRID = GRID_Q * GRID_S, ZOOMS = 4, ROUNDS = 4, BINS = 400, FACTORS = 16, POINTS_MOST = 600 };

static const double days_in_year = 365.25;
static const double coarse_q = 0.5, coarse_s = 0.35; /* steps of the first grid, in logarithms */
static const double node_least = 0.02;               /* share of the best node's weight below which a node is left out */
static const double tiny = 1e-9;

typedef struct node {
    dm_variances v;
    double log_q, log_s, weight;
} node;

typedef struct axis {
    double center, step, mean, sd;
} axis;

/* --- observations --- */

/* Weight of an item, its trust counting with `share`; less where its day is only the middle of an interval. */
static double effective(const dm_track *t, const dm_item *it, double share)
{
    double w = it->w * (1 + share * (it->u - 1));
    if (it->to > it->from)
        w /= 1 + t->best.q * dm_item_wide(it) * w / t->best.s2;
    return w > tiny ? w : tiny;
}

static void join(dm_obs *into, const dm_obs *o)
{
    double w = into->w + o->w, share = o->w / w, d = o->y - into->y;
    into->within += o->within + into->w * share * d * d;
    into->y += share * d;
    into->t += share * (o->t - into->t);
    into->w = w;
    into->n += o->n;
    into->jump += o->jump;
}

/* Which items lie on one day. */
static void find_days(dm_track *t)
{
    for (size_t i = 0; i < t->n_items; i++)
        if (i && t->item[i - 1].day == t->item[i].day)
            t->obs[t->n_obs - 1].n++;
        else
            t->obs[t->n_obs++] = (dm_obs){ .t = t->item[i].day, .first = i, .n = 1 };
}

void dm_stance_weigh_days(dm_track *t, double share)
{
    for (dm_obs *o = t->obs; o < t->obs + t->n_obs; o++) {
        double w = 0, sum = 0, square = 0;
        for (size_t i = o->first; i < o->first + o->n; i++) {
            double one = effective(t, &t->item[i], share), y = t->item[i].y;
            w += one;
            sum += one * y;
            square += one * y * y;
        }
        o->w = w;
        o->y = sum / w;
        o->within = fmax(square - sum * o->y, 0);
    }
}

size_t dm_stance_bin(const dm_track *t, dm_obs *out, size_t most)
{
    size_t each = (t->n_obs + most - 1) / most, n = 0;
    for (size_t i = 0; i < t->n_obs; i++)
        if (i % each == 0)
            out[n++] = t->obs[i];
        else
            join(&out[n - 1], &t->obs[i]);
    return n;
}

static bool add_up(dm_track *t)
{
    t->sum = calloc(t->n_items + 1, sizeof *t->sum);
    for (size_t i = 0; t->sum && i < t->n_items; i++) {
        double w = effective(t, &t->item[i], 1);
        t->sum[i + 1] = (dm_sum){ t->sum[i].w + w, t->sum[i].wy + w * t->item[i].y };
    }
    return t->sum;
}

double dm_stance_level(const dm_track *t, size_t a, size_t b, double *sd)
{
    double w = t->sum[b].w - t->sum[a].w;
    *sd = w > 0 ? sqrt(t->best.s2 / w) : 0;
    return w > 0 ? (t->sum[b].wy - t->sum[a].wy) / w : 0;
}

/* --- variances --- */

static double log_likelihood(const dm_obs *o, size_t n, double start, dm_variances v)
{
    double a = 0, p = start, sum = 0, product = 1, items = 0, within = 0;
    for (size_t i = 0; i < n; i++) {
        p += i ? v.q * (o[i].t - o[i - 1].t) + o[i].jump : 0;
        double noise = v.s2 / o[i].w, f = p + noise, d = o[i].y - a, k = p / f;
        sum += d * d / f;
        product *= f;
        a += k * d;
        p = k * noise;
        items += o[i].n - 1.0;
        within += o[i].within;
        if ((i + 1) % FACTORS == 0) { /* one logarithm for many: nothing overflows so soon */
            sum += log(product);
            product = 1;
        }
    }
    return -0.5 * (sum + log(product) + items * log(v.s2) + within / v.s2);
}

static double prior(const dm_stance_model *m, const node *x)
{
    double a = (x->log_q - log(m->set[SET_DRIFT])) / m->set[SET_DRIFT_SPREAD];
    double b = (x->log_s - log(m->set[SET_NOISE])) / m->set[SET_NOISE_SPREAD];
    return -0.5 * (a * a + b * b);
}

static node node_at(double log_q, double log_s)
{
    return (node){ { exp(2 * log_q) / days_in_year, exp(2 * log_s) }, log_q, log_s, 0 };
}

/* Weights of the grid around q and s, summing to 1; mean and deviation into both axes. */
static void weigh_grid(const dm_track *t, const dm_obs *o, size_t n, node *g, axis *q, axis *s)
{
    double most = -INFINITY, sum = 0, start = t->m->set[SET_START_SD];
    for (int i = 0; i < GRID; i++) {
        g[i] = node_at(q->center + (i / GRID_S - GRID_Q / 2) * q->step, s->center + (i % GRID_S - GRID_S / 2) * s->step);
        g[i].weight = log_likelihood(o, n, start * start, g[i].v) + prior(t->m, &g[i]);
        most = fmax(most, g[i].weight);
    }
    q->mean = s->mean = q->sd = s->sd = 0;
    for (int i = 0; i < GRID; i++) {
        g[i].weight = exp(g[i].weight - most);
        sum += g[i].weight;
    }
    for (int i = 0; i < GRID; i++) {
        g[i].weight /= sum;
        q->mean += g[i].weight * g[i].log_q;
        s->mean += g[i].weight * g[i].log_s;
    }
    for (int i = 0; i < GRID; i++) {
        q->sd += g[i].weight * (g[i].log_q - q->mean) * (g[i].log_q - q->mean);
        s->sd += g[i].weight * (g[i].log_s - s->mean) * (g[i].log_s - s->mean);
    }
    q->sd = sqrt(q->sd);
    s->sd = sqrt(s->sd);
}

static bool zoom(axis *a)
{
    bool fine = a->sd >= 0.7 * a->step;
    a->center = a->mean;
    a->step = fine ? a->step : fmax(a->sd, 0.3 * a->step);
    return !fine;
}

typedef struct dm_posterior {
    node g[GRID];
    axis q, s;
} posterior;

static void before_any(const dm_track *t, posterior *p)
{
    p->q = (axis){ .center = log(t->m->set[SET_DRIFT]), .step = coarse_q };
    p->s = (axis){ .center = log(t->m->set[SET_NOISE]), .step = coarse_s };
}

/* Moves the grid to where the posterior lies, coarse for little evidence and fine for much. t->best: its mean. */
static void learn(dm_track *t, posterior *p, dm_obs *bins, int zooms)
{
    size_t n = dm_stance_bin(t, bins, BINS);
    for (int i = 0; i < zooms; i++) {
        weigh_grid(t, bins, n, p->g, &p->q, &p->s);
        if (i + 1 == zooms)
            break;
        bool q = zoom(&p->q), s = zoom(&p->s);
        if (!q && !s)
            break;
    }
    t->best = node_at(p->q.mean, p->s.mean).v;
}

/* --- smoothing --- */

typedef struct step {
    double t, y, w, jump;   /* w 0: nothing seen */
    double a, p, mean, var; /* filtered; smoothed */
} step;

static void smooth(step *x, size_t n, double start, dm_variances v)
{
    double a = 0, p = start;
    for (size_t i = 0; i < n; i++) {
        p += i ? v.q * (x[i].t - x[i - 1].t) + x[i].jump : 0;
        if (x[i].w > 0) {
            double noise = v.s2 / x[i].w, k = p / (p + noise);
            a += k * (x[i].y - a);
            p = k * noise;
        }
        x[i].a = a;
        x[i].p = p;
    }
    for (size_t i = n; i-- > 0;) {
        x[i].mean = x[i].a;
        x[i].var = x[i].p;
        if (i + 1 == n)
            continue;
        double ahead = x[i].p + v.q * (x[i + 1].t - x[i].t) + x[i + 1].jump, j = x[i].p / ahead;
        x[i].mean += j * (x[i + 1].mean - x[i].a);
        x[i].var += j * j * (x[i + 1].var - ahead);
    }
}

/* Expected weight of Student's t given the smoothed position: far from it counts less. */
static void trust(dm_track *t, const step *x)
{
    double nu = t->m->set[SET_TAIL];
    for (size_t k = 0; k < t->n_obs; k++)
        for (size_t i = t->obs[k].first; i < t->obs[k].first + t->obs[k].n; i++) {
            dm_item *it = &t->item[i];
            double d = it->y - x[k].mean, noise = t->best.s2 + t->best.q * dm_item_wide(it) * it->w;
            it->u = (nu + 1) * noise / (nu * noise + (d * d + x[k].var) * it->w);
        }
}

/* Weights of Student's t say how evidence counts beside other evidence; what it tells of the position is less, (nu + 1) / (nu + 3) of its
 * precision (its Fisher information). The variance of a normal observation that tells as much: */
static double spread_of_tail(const dm_track *t) { return (t->m->set[SET_TAIL] + 3) / (t->m->set[SET_TAIL] + 1); }

static void settle(dm_track *t, dm_obs *bins, step *x)
{
    posterior *p = t->learnt;
    double start = t->m->set[SET_START_SD];
    before_any(t, p);
    t->best = node_at(log(t->m->set[SET_DRIFT]), log(t->m->set[SET_NOISE])).v;
    find_days(t);
    for (int round = 0; round < ROUNDS; round++) {
        dm_stance_weigh_days(t, 1);
        learn(t, p, bins, round ? 1 : ZOOMS);
        for (size_t i = 0; i < t->n_obs; i++)
            x[i] = (step){ .t = t->obs[i].t, .y = t->obs[i].y, .w = t->obs[i].w };
        smooth(x, t->n_obs, start * start, t->best);
        trust(t, x);
    }
    dm_stance_weigh_days(t, 1);
    t->best.s2 *= spread_of_tail(t);
    for (int i = 0; i < GRID; i++)
        p->g[i].v.s2 *= spread_of_tail(t);
}

dm_status dm_stance_settle(dm_track *t, dm_error *err)
{
    if (!t->n_items)
        return DM_OK;
    step *x = malloc((t->n_items + 1) * sizeof *x);
    dm_obs *bins = malloc(BINS * sizeof *bins);
    t->obs = malloc((t->n_items + 1) * sizeof *t->obs);
    t->learnt = malloc(sizeof *t->learnt);
    bool ok = x && bins && t->obs && t->learnt;
    if (ok)
        settle(t, bins, x);
    ok = ok && add_up(t);
    free(x);
    free(bins);
    return ok ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu happenings", t->n_items);
}

/* --- the days that are told --- */

typedef struct grid {
    dm_day first, last;
    int days, months; /* one of them is 0 */
} grid;

static grid grid_for(dm_day first, dm_day last)
{
    static const int months[] = { 1, 3, 12, 60, 120, 240 };
    grid g = { first, last, 0, 0 };
    double span = (double)last - first;
    if (span < 240) {
        g.days = span < 40 ? 1 : 7;
        return g;
    }
    unsigned i = 0;
    while (i + 1 < sizeof months / sizeof *months && span / (days_in_year / 12 * months[i]) > POINTS_MOST)
        i++;
    g.months = months[i];
    return g;
}

/* First day of the grid behind d. */
static dm_day grid_next(const grid *g, dm_day d)
{
    if (g->days)
        return d + g->days - (d - g->first) % g->days;
    int year, month, day;
    dm_day_split(d, &year, &month, &day);
    int at = (year * 12 + month - 1) / g->months * g->months + g->months;
    return dm_day_of(at / 12, at % 12 + 1, 1);
}

/* Evidence and grid in one line of time. x has room for n_obs and all of the grid. */
static size_t line_of_time(const dm_track *t, const grid *g, step *x)
{
    size_t n = 0, k = 0;
    dm_day next = g->first;
    while (k < t->n_obs || next <= g->last) {
        bool seen = k < t->n_obs && (next > g->last || t->obs[k].t <= next);
        x[n] = (step){ .t = seen ? t->obs[k].t : next };
        if (n && k && k < t->n_obs) /* a change may lie anywhere between two days of evidence */
            x[n].jump = t->obs[k].jump * (x[n].t - x[n - 1].t) / (t->obs[k].t - t->obs[k - 1].t);
        if (!seen || (next <= g->last && (dm_day)t->obs[k].t == next))
            next = grid_next(g, next);
        if (seen) {
            x[n].y = t->obs[k].y;
            x[n].w = t->obs[k++].w;
        }
        n++;
    }
    return n;
}

/* Mixture over the nodes of the grid of variances. */
static void mix(const dm_track *t, const node *g, step *x, size_t n, double *mean, double *square)
{
    double most = 0, sum = 0, start = t->m->set[SET_START_SD];
    for (int i = 0; i < GRID; i++)
        most = fmax(most, g[i].weight);
    for (int i = 0; i < GRID; i++) {
        if (g[i].weight < node_least * most)
            continue;
        smooth(x, n, start * start, g[i].v);
        sum += g[i].weight;
        for (size_t k = 0; k < n; k++) {
            mean[k] += g[i].weight * x[k].mean;
            square[k] += g[i].weight * (x[k].var + x[k].mean * x[k].mean);
        }
    }
    for (size_t k = 0; k < n; k++) {
        mean[k] /= sum;
        square[k] = fmax(square[k] / sum - mean[k] * mean[k], 0);
    }
}

static void tell(dm_track *t, const step *x, size_t n, const double *mean, const double *var, const grid *g)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        while (k < t->n_obs && t->obs[k].t < x[i].t)
            k++;
        bool seen = k < t->n_obs && t->obs[k].t <= x[i].t;
        double ahead = k < t->n_obs ? t->obs[k].t - x[i].t : INFINITY, back = k ? x[i].t - t->obs[k - 1].t : INFINITY;
        dm_stance_point p = { .day = (dm_day)x[i].t, .position = fmax(-10, fmin(10, mean[i])), .sd = sqrt(var[i]) };
        p.n = seen ? t->obs[k].n : 0;
        p.supported = fmin(ahead, back) <= t->m->set[SET_HORIZON] && p.sd <= t->m->set[SET_SD_MOST];
        if (p.day >= g->first && p.day <= g->last)
            t->point[t->n_points++] = p;
    }
}

static grid window(const dm_track *t, dm_day since, dm_day until)
{
    dm_day first = since == DM_DAY_NONE ? (dm_day)t->obs[0].t : since;
    dm_day last = until == DM_DAY_NONE ? (dm_day)t->obs[t->n_obs - 1].t : until;
    grid g = grid_for(first, last < first ? first : last);
    g.last = last;
    return g;
}

dm_status dm_stance_smooth(dm_track *t, dm_day since, dm_day until, dm_error *err)
{
    if (!t->n_items)
        return DM_OK;
    grid days = window(t, since, until);
    size_t room = t->n_obs + 2 * POINTS_MOST + 2;
    step *x = malloc(room * sizeof *x);
    double *mean = calloc(2 * room, sizeof *mean);
    t->point = malloc(room * sizeof *t->point);
    bool ok = x && mean && t->point;
    if (ok) {
        /* The variances stay as they were learnt without the changes: these were chosen, and a walk that knows them would seem too quiet. */
        for (size_t i = 0; i < t->n_cuts; i++)
            t->obs[t->cut[i].at].jump += t->cut[i].probability * t->m->set[SET_JUMP_SD] * t->m->set[SET_JUMP_SD];
        size_t n = line_of_time(t, &days, x);
        mix(t, t->learnt->g, x, n, mean, mean + room);
        tell(t, x, n, mean, mean + room, &days);
    }
    free(x);
    free(mean);
    return ok ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the points of a stance");
}

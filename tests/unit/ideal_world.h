// SPDX-License-Identifier: Apache-2.0
/* A made-up assembly for the ideal points: blocs, states that enter and leave, defectors, lopsided and divided roll calls, absence; and
 * how well a fit finds it again. Fixed seed. Used by the unit test (small) and by bench/ideal_sim.c (as large as the United Nations). */
#ifndef DM_TEST_IDEAL_WORLD_H
#define DM_TEST_IDEAL_WORLD_H

#include "stance/ideal.h"
#include <math.h>
#include <stdlib.h>

typedef struct world_plan {
    uint64_t seed;
    uint32_t periods, actors, founders, rolls; /* rolls: in a period */
    double absent;
    double
        foreign; /* share of items from the other model: quadratic utilities with heavy tails, abstention when nearly indifferent */
    double second; /* weight of a second dimension in every vote */
    double drift;  /* of a state in a period */
} world_plan;

typedef struct world {
    world_plan plan;
    uint64_t state;
    double *position; /* [periods][actors], NAN while not a member */
    double *other;    /* [actors], second dimension */
    dm_ideal_vote *votes;
    int32_t *roll_period;
    size_t n_votes;
    uint32_t n_rolls;
} world;

static double world_uniform(world *w)
{
    w->state ^= w->state >> 12;
    w->state ^= w->state << 25;
    w->state ^= w->state >> 27;
    return ((double)((w->state * 0x2545F4914F6CDD1Du) >> 11) + 0.5) / 9007199254740992.0;
}

static double world_normal(world *w)
{
    double r = sqrt(-2 * log(world_uniform(w))), a = 6.283185307179586 * world_uniform(w);
    return r * cos(a);
}

static double world_heavy(world *w) /* Student's t with three degrees of freedom */
{
    double z = world_normal(w), a = world_normal(w), b = world_normal(w), c = world_normal(w);
    return z / sqrt((a * a + b * b + c * c) / 3);
}

/* Bloc of an actor, by index: two outliers, a west, an east (half of which will defect), a large south. */
static double world_bloc(const world_plan *p, uint32_t actor, bool *defects)
{
    *defects = false;
    if (actor < 2)
        return 2.6;
    if (actor % 4 == 0)
        return 1.2;
    if (actor % 7 == 1 && actor * 3 < p->actors * 2) {
        *defects = actor % 2 == 1;
        return -1.5;
    }
    return -0.4;
}

static void world_careers(world *w)
{
    const world_plan *p = &w->plan;
    for (uint32_t i = 0; i < p->actors; i++) {
        bool defects;
        double x = world_bloc(p, i, &defects) + 0.35 * world_normal(w);
        uint32_t from = i < p->founders ? 0 : 1 + (i - p->founders) * (p->periods * 2 / 3) / (p->actors - p->founders);
        uint32_t until = i % 23 == 22 ? p->periods * 3 / 4 : p->periods;
        w->other[i] = world_normal(w);
        for (uint32_t t = 0; t < p->periods; t++) {
            x += t > from ? p->drift * world_normal(w) : 0;
            if (defects && t == p->periods * 3 / 5 + i % 3)
                x += 2.2;
            w->position[t * p->actors + i] = t >= from && t < until ? x : (double)NAN;
        }
    }
}

static int world_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One roll call of the model: cuts at the quantiles that give the wanted shares of no and of abstention. */
static void world_roll(world *w, uint32_t t, uint32_t roll, double *y, double *sorted)
{
    const world_plan *p = &w->plan;
    bool foreign = world_uniform(w) < p->foreign, lopsided = roll % 2 == 0;
    double beta = exp(0.2 + 0.5 * world_normal(w)) * (world_uniform(w) < 0.6 ? -1 : 1), tilt = p->second * world_normal(w);
    double yes = lopsided ? 0.75 + 0.2 * world_uniform(w) : 0.3 + 0.5 * world_uniform(w);
    double abstain = (1 - yes) * (0.1 + 0.7 * world_uniform(w));
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->actors; i++) {
        double x = w->position[t * p->actors + i], noise = foreign ? 0.7 * world_heavy(w) : world_normal(w);
        y[i] = beta * x + tilt * w->other[i] + noise;
        if (!isnan(x))
            sorted[n++] = y[i];
    }
    qsort(sorted, n, sizeof *sorted, world_order);
    double low = sorted[(uint32_t)((1 - yes - abstain) * n)], high = sorted[(uint32_t)((1 - yes) * n)];
    if (foreign) /* indifference: a band of fixed width round the point between the two outcomes */
        low = high - 0.4;
    for (uint32_t i = 0; i < p->actors; i++) {
        if (isnan(y[i]) || world_uniform(w) < p->absent)
            continue;
        uint8_t vote = y[i] > high ? DM_IDEAL_YES : y[i] > low ? DM_IDEAL_ABSTAIN : DM_IDEAL_NO;
        w->votes[w->n_votes++] = (dm_ideal_vote){ i, roll, vote };
    }
}

static void world_free(world *w)
{
    free(w->position);
    free(w->other);
    free(w->votes);
    free(w->roll_period);
}

static void world_make(world *w, const world_plan *plan)
{
    size_t rolls = (size_t)plan->periods * plan->rolls;
    *w = (world){ .plan = *plan, .state = plan->seed, .n_rolls = (uint32_t)rolls };
    w->position = calloc((size_t)plan->periods * plan->actors, sizeof(double));
    w->other = calloc(plan->actors, sizeof(double));
    w->votes = calloc(rolls * plan->actors, sizeof *w->votes);
    w->roll_period = calloc(rolls, sizeof *w->roll_period);
    double *y = calloc(plan->actors, sizeof *y), *sorted = calloc(plan->actors, sizeof *sorted);
    world_careers(w);
    for (uint32_t k = 0; k < w->n_rolls; k++) {
        w->roll_period[k] = 1946 + (int32_t)(k / plan->rolls);
        world_roll(w, k / plan->rolls, k, y, sorted);
    }
    free(y);
    free(sorted);
}

typedef struct world_fit {
    double worst, mean; /* correlation with the truth within a period */
    double coverage; /* share of true positions inside 1.96 standard errors, each period put on the truth's mean and spread */
    double slip;     /* root mean square error on that scale, in units of the standard error */
} world_fit;

/* points: of one period, n of them. */
static void world_period(const world *w, const dm_ideal_point *points, size_t n, world_fit *fit, double *inside)
{
    const double *truth = w->position + (size_t)(points->period - 1946) * w->plan.actors;
    double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, k = (double)n;
    for (size_t i = 0; i < n; i++) {
        double x = points[i].position, y = truth[points[i].actor];
        sx += x;
        sy += y;
        sxx += x * x;
        syy += y * y;
        sxy += x * y;
    }
    double vx = sxx / k - sx * sx / k / k, vy = syy / k - sy * sy / k / k, r = (sxy / k - sx * sy / k / k) / sqrt(vx * vy);
    double scale = sqrt(vy / vx);
    for (size_t i = 0; i < n; i++) {
        double off = (truth[points[i].actor] - sy / k - (points[i].position - sx / k) * scale) / (scale * points[i].se);
        *inside += fabs(off) < 1.96;
        fit->slip += off * off;
    }
    fit->worst = r < fit->worst ? r : fit->worst;
    fit->mean += r;
}

static world_fit world_compare(const world *w, const dm_ideal_point *points, size_t n)
{
    world_fit fit = { 1, 0, 0, 0 };
    double periods = 0, inside = 0;
    for (size_t from = 0, to; from < n; from = to, periods++) {
        for (to = from; to < n && points[to].period == points[from].period; to++)
            ;
        world_period(w, points + from, to - from, &fit, &inside);
    }
    fit.mean /= periods;
    fit.coverage = inside / (double)n;
    fit.slip = sqrt(fit.slip / (double)n);
    return fit;
}

#endif

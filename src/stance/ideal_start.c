// SPDX-License-Identifier: Apache-2.0
/* Start values: one static position for each state by the best rank-one fit to the votes (1, 0, -1) with gaps, by alternating least
 * squares; no matrix of states is needed. One direction for all periods keeps them from starting on different dimensions. */
#include "stance/ideal_int.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RIDGE 1.0 /* votes' worth of pull to zero, for states with few votes */
#define START_VARIANCE 0.1
#define START_DRIFT2 0.01
#define CUT_SPREAD 0.5 /* votes added to each level, so that no share is 0 */

enum { ROUNDS = 60, FIRST_STEPS = 6 };

static double score(const dm_ideal_item *it, unsigned level)
{
    if (level == DM_IDEAL_MIDDLE)
        return 0;
    return (level == DM_IDEAL_HIGH ? 1.0 : -1.0) * (it->levels == 2 ? 0.5 : 1.0);
}

typedef struct als {
    double *x, *top, *bottom; /* [n_actors]: position; sums of the regression on the items */
} als;

/* Regression of an item's votes on the positions, then its part of each state's regression on the items. first: all slopes are 1. */
static void visit_item(const dm_ideal_model *m, const dm_ideal_item *it, als *a, bool first)
{
    double n = it->n, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (uint32_t i = it->first; i < it->first + it->n; i++) {
        double x = a->x[m->cells[m->ivotes[i].cell].actor], y = score(it, m->ivotes[i].level);
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    double slope = first ? 1 : (sxy - sx * sy / n) / (sxx - sx * sx / n + RIDGE), at = sy / n - (first ? 0 : slope * sx / n);
    for (uint32_t i = it->first; i < it->first + it->n; i++) {
        uint32_t actor = m->cells[m->ivotes[i].cell].actor;
        a->top[actor] += slope * (score(it, m->ivotes[i].level) - at);
        a->bottom[actor] += slope * slope;
    }
}

/* Positions from their regressions, with mean 0 and standard deviation 1 over the states that voted. */
static void new_positions(const dm_ideal_model *m, als *a)
{
    double n = 0, sum = 0, square = 0;
    for (uint32_t i = 0; i < m->n_actors; i++) {
        if (m->chain[i] == m->chain[i + 1])
            continue;
        a->x[i] = a->top[i] / (a->bottom[i] + RIDGE);
        n++;
        sum += a->x[i];
        square += a->x[i] * a->x[i];
    }
    double mean = sum / n, var = square / n - mean * mean, scale = var > 0 ? 1 / sqrt(var) : 1;
    for (uint32_t i = 0; i < m->n_actors; i++)
        a->x[i] = (a->x[i] - mean) * scale;
}

/* Where the standard normal reaches p, to a few digits: a start only. Logistic approximation of the probit. */
static double probit_start(double p) { return log(p / (1 - p)) / 1.702; }

static void start_cuts(const dm_ideal_model *m, dm_ideal_item *it)
{
    double n[3] = { CUT_SPREAD, it->levels == 3 ? CUT_SPREAD : 0, CUT_SPREAD };
    for (uint32_t i = it->first; i < it->first + it->n; i++)
        n[m->ivotes[i].level]++;
    double all = n[0] + n[1] + n[2];
    it->cut[0] = probit_start(n[0] / all);
    it->cut[1] = it->levels == 3 ? probit_start((n[0] + n[1]) / all) : it->cut[0];
    it->beta = 0;
}

static void start_cells(dm_ideal_model *m, const double *x)
{
    for (uint32_t i = 0; i < m->n_cells; i++) {
        dm_ideal_cell *c = &m->cells[i];
        c->m = x[c->actor];
        c->v = START_VARIANCE;
        c->precision = 1 / START_VARIANCE;
        c->linear = c->m / START_VARIANCE;
        m->logdet[c->actor] -= log(START_VARIANCE);
    }
    if (!m->drift_given)
        m->drift2 = START_DRIFT2;
    for (uint32_t k = 0; k < m->n_items; k++)
        if (m->items[k].levels > 1)
            start_cuts(m, &m->items[k]);
    for (int i = 0; i < FIRST_STEPS; i++)
        dm_ideal_items_step(m);
}

dm_status dm_ideal_start(dm_ideal_model *m)
{
    als a = { calloc(m->n_actors, sizeof(double)), calloc(m->n_actors, sizeof(double)), calloc(m->n_actors, sizeof(double)) };
    dm_status st = a.x && a.top && a.bottom ? DM_OK : DM_ENOMEM;
    for (int round = 0; st == DM_OK && round < ROUNDS; round++) {
        memset(a.top, 0, m->n_actors * sizeof *a.top);
        memset(a.bottom, 0, m->n_actors * sizeof *a.bottom);
        for (uint32_t k = 0; k < m->n_items; k++)
            if (m->items[k].levels > 1)
                visit_item(m, &m->items[k], &a, round == 0);
        new_positions(m, &a);
    }
    if (st == DM_OK)
        start_cells(m, a.x);
    free(a.x);
    free(a.top);
    free(a.bottom);
    return st;
}

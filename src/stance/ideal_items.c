// SPDX-License-Identifier: Apache-2.0
/* Items: one Newton step for cuts and discrimination of each roll call, with the positions' uncertainty integrated out. The objective
 * is concave, so that a step that does not raise it is only too long and is halved. */
#include "stance/ideal_int.h"
#include <math.h>
#include <string.h>

#define GAP_MIN 0.001   /* smallest room between the cuts */
#define GAP_KEEP 0.1    /* a step leaves this share of it */
#define SURE_BELOW 1e-5 /* Newton decrement under which the step needs no check */
#define LOG_2PI 1.83787706640934548356

enum { HALVINGS = 12, P = 3 };

/* Value, gradient and negative Hessian (00 01 02 11 12 22) in (cut 0, cut 1, beta). */
typedef struct item_sum {
    double f, g[P], h[6];
} item_sum;

static double prior_of(const dm_ideal_item *it)
{
    double f = -0.5 * (it->beta * it->beta / (DM_IDEAL_BETA_SD * DM_IDEAL_BETA_SD) + LOG_2PI) - log(DM_IDEAL_BETA_SD);
    for (int k = 0; k < it->levels - 1; k++)
        f -= 0.5 * (it->cut[k] * it->cut[k] / (DM_IDEAL_CUT_SD * DM_IDEAL_CUT_SD) + LOG_2PI) + log(DM_IDEAL_CUT_SD);
    return f;
}

double dm_ideal_items_prior(const dm_ideal_model *m)
{
    double f = 0;
    for (uint32_t k = 0; k < m->n_items; k++)
        if (m->items[k].levels > 1)
            f += prior_of(&m->items[k]);
    return f;
}

static void add_term(item_sum *s, const dm_ideal_term *t, double w, double x)
{
    double d = t->d1 + t->d2, a = t->h11 + t->h12, b = t->h12 + t->h22;
    s->f += w * t->f;
    s->g[0] += w * t->d1;
    s->g[1] += w * t->d2;
    s->g[2] -= w * x * d;
    s->h[0] -= w * t->h11;
    s->h[1] -= w * t->h12;
    s->h[2] += w * x * a;
    s->h[3] -= w * t->h22;
    s->h[4] += w * x * b;
    s->h[5] -= w * x * x * (a + b);
}

/* With one cut, both entries of the item are that cut: they are added into the first, and the second is left standing. */
static void add_prior(item_sum *s, const dm_ideal_item *it)
{
    double pc = 1 / (DM_IDEAL_CUT_SD * DM_IDEAL_CUT_SD), pb = 1 / (DM_IDEAL_BETA_SD * DM_IDEAL_BETA_SD);
    if (it->levels == 2) {
        s->g[0] += s->g[1];
        s->h[0] += s->h[3] + 2 * s->h[1];
        s->h[2] += s->h[4];
        s->g[1] = s->h[1] = s->h[4] = 0;
        s->h[3] = 1;
    } else {
        s->g[1] -= pc * it->cut[1];
        s->h[3] += pc;
    }
    s->g[0] -= pc * it->cut[0];
    s->h[0] += pc;
    s->g[2] -= pb * it->beta;
    s->h[5] += pb;
    s->f += prior_of(it);
}

static item_sum sum_item(const dm_ideal_model *m, const dm_ideal_item *it)
{
    item_sum s;
    memset(&s, 0, sizeof s);
    for (uint32_t i = it->first; i < it->first + it->n; i++) {
        const dm_ideal_cell *c = &m->cells[m->ivotes[i].cell];
        double sd = sqrt(c->v);
        for (int k = 0; k < DM_IDEAL_NODES; k++) {
            double x = c->m + sd * dm_ideal_node[k];
            dm_ideal_term t =
                dm_ideal_level(m->normal, m->ivotes[i].level, it->cut[0] - it->beta * x, it->cut[1] - it->beta * x);
            add_term(&s, &t, dm_ideal_weight[k], x);
        }
    }
    add_prior(&s, it);
    return s;
}

static double item_value(const dm_ideal_model *m, const dm_ideal_item *it)
{
    double f = prior_of(it);
    for (uint32_t i = it->first; i < it->first + it->n; i++) {
        const dm_ideal_cell *c = &m->cells[m->ivotes[i].cell];
        double sd = sqrt(c->v);
        for (int k = 0; k < DM_IDEAL_NODES; k++) {
            double z = it->beta * (c->m + sd * dm_ideal_node[k]);
            f += dm_ideal_weight[k] * dm_ideal_level(m->normal, m->ivotes[i].level, it->cut[0] - z, it->cut[1] - z).f;
        }
    }
    return f;
}

/* Inverse of the symmetric positive matrix h (00 01 02 11 12 22). */
static void invert(const double h[6], double inv[6])
{
    double a = h[3] * h[5] - h[4] * h[4], b = h[2] * h[4] - h[1] * h[5], c = h[1] * h[4] - h[2] * h[3];
    double det = h[0] * a + h[1] * b + h[2] * c;
    inv[0] = a / det;
    inv[1] = b / det;
    inv[2] = c / det;
    inv[3] = (h[0] * h[5] - h[2] * h[2]) / det;
    inv[4] = (h[1] * h[2] - h[0] * h[4]) / det;
    inv[5] = (h[0] * h[3] - h[1] * h[1]) / det;
}

/* Longest share of the step that keeps the cuts in order. */
static double room_for(const dm_ideal_item *it, const double step[P])
{
    double gap = it->cut[1] - it->cut[0], closing = step[0] - step[1], keep = fmax(GAP_MIN, GAP_KEEP * gap);
    if (it->levels < 3 || closing <= gap - keep)
        return 1;
    return gap <= keep ? 0 : (gap - keep) / closing;
}

static dm_ideal_item moved(const dm_ideal_item *it, const double step[P], double share)
{
    dm_ideal_item to = *it;
    to.cut[0] += share * step[0];
    to.cut[1] = it->levels == 3 ? it->cut[1] + share * step[1] : to.cut[0];
    to.beta += share * step[2];
    return to;
}

static void step_item(const dm_ideal_model *m, dm_ideal_item *it)
{
    item_sum s = sum_item(m, it);
    double c[6];
    invert(s.h, c);
    memcpy(it->cov, c, sizeof c);
    if (it->levels == 2)
        it->cov[1] = it->cov[3] = it->cov[4] = 0;
    const double *g = s.g;
    double step[P] = { c[0] * g[0] + c[1] * g[1] + c[2] * g[2], c[1] * g[0] + c[3] * g[1] + c[4] * g[2],
        c[2] * g[0] + c[4] * g[1] + c[5] * g[2] };
    double decrement = step[0] * g[0] + step[1] * g[1] + step[2] * g[2], share = room_for(it, step);
    if (!(decrement >= 0) || !isfinite(decrement))
        return;
    for (int i = 0; i < HALVINGS; i++, share /= 2) {
        dm_ideal_item to = moved(it, step, share);
        if (decrement < SURE_BELOW || item_value(m, &to) >= s.f) {
            *it = to;
            return;
        }
    }
}

void dm_ideal_items_step(dm_ideal_model *m)
{
    for (uint32_t k = 0; k < m->n_items; k++)
        if (m->items[k].levels > 1)
            step_item(m, &m->items[k]);
}

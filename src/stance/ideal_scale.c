// SPDX-License-Identifier: Apache-2.0
/* Scale and origin of each period. Votes cannot tell a period's positions from the same stretched and shifted, with cuts and
 * discriminations stretched along: only the priors can, and alternating steps crawl along that direction. Here each period moves along
 * it at once, to where the walks of its states and the items' priors want it. The likelihood of the votes stays as it is. */
#include "stance/ideal_int.h"
#include <math.h>

#define STRETCH_MIN 0.5
#define STRETCH_MAX 2.0

enum { SWEEPS = 10, HALVINGS = 8 };

/* The bound as a function of shift a and stretch b of one period: links of weight w to neighbours at o, cells at x:
 * aa = sum w, ab = sum w E x, bb = sum w E xx, ao = sum w E o, bo = sum w E xo; entropy n log b; items' sums. */
typedef struct pull {
    double aa, ab, bb, ao, bo, n;
    double beta2, cut_beta, cuts_beta2; /* sums of beta^2, cut beta, beta^2 for each cut, over the prior's variance */
} pull;

static void add_link(pull *p, double w, const dm_ideal_cell *c, double other, double cov)
{
    p->aa += w;
    p->ab += w * c->m;
    p->bb += w * (c->m * c->m + c->v);
    p->ao += w * other;
    p->bo += w * (c->m * other + cov);
}

static bool follows(const dm_ideal_model *m, uint32_t cell) { return cell < m->n_cells && m->cells[cell].gap > 0; }

static void add_items(pull *p, const dm_ideal_model *m, uint32_t period)
{
    for (uint32_t i = m->items_at[period]; i < m->items_at[period + 1]; i++) {
        const dm_ideal_item *it = &m->items[m->item_order[i]];
        int cuts = it->levels - 1;
        if (cuts < 1)
            continue;
        p->beta2 += it->beta * it->beta / (DM_IDEAL_BETA_SD * DM_IDEAL_BETA_SD);
        p->cut_beta += (it->cut[0] + (cuts == 2 ? it->cut[1] : 0)) * it->beta / (DM_IDEAL_CUT_SD * DM_IDEAL_CUT_SD);
        p->cuts_beta2 += cuts * it->beta * it->beta / (DM_IDEAL_CUT_SD * DM_IDEAL_CUT_SD);
    }
}

static pull pull_of(const dm_ideal_model *m, uint32_t period)
{
    pull p = { 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    for (uint32_t i = m->cells_at[period]; i < m->cells_at[period + 1]; i++) {
        uint32_t k = m->cell_order[i];
        const dm_ideal_cell *c = &m->cells[k];
        bool entry = !(c->gap > 0);
        add_link(&p, dm_ideal_link(m, c), c, entry ? 0 : c[-1].m, entry ? 0 : c->cov);
        if (follows(m, k + 1))
            add_link(&p, dm_ideal_link(m, c + 1), c, c[1].m, c[1].cov);
        p.n++;
    }
    add_items(&p, m, period);
    return p;
}

static double pull_value(const pull *p, double a, double b)
{
    double u = a / b;
    return -0.5 * (p->aa * a * a + 2 * p->ab * a * b + p->bb * b * b) + p->ao * a + p->bo * b + p->n * log(b) -
           0.5 * p->beta2 / (b * b) - p->cut_beta * u - 0.5 * p->cuts_beta2 * u * u;
}

/* A guarded Newton step from (0, 1). */
static bool best_move(const pull *p, double *a, double *b)
{
    double ga = p->ao - p->ab - p->cut_beta, gb = p->bo - p->bb + p->n + p->beta2;
    double haa = p->aa + p->cuts_beta2, hab = p->ab - p->cut_beta, hbb = p->bb + p->n + 3 * p->beta2,
           det = haa * hbb - hab * hab;
    if (!(det > 0))
        return false;
    double da = (hbb * ga - hab * gb) / det, db = (haa * gb - hab * ga) / det, from = pull_value(p, 0, 1);
    for (int i = 0; i < HALVINGS; i++, da /= 2, db /= 2) {
        if (1 + db > STRETCH_MIN && 1 + db < STRETCH_MAX && pull_value(p, da, 1 + db) > from) {
            *a = da;
            *b = 1 + db;
            return true;
        }
    }
    return false;
}

static void move_period(dm_ideal_model *m, uint32_t period, double a, double b)
{
    for (uint32_t i = m->cells_at[period]; i < m->cells_at[period + 1]; i++) {
        uint32_t k = m->cell_order[i];
        dm_ideal_cell *c = &m->cells[k];
        c->m = a + b * c->m;
        c->v *= b * b;
        c->cov *= b;
        if (follows(m, k + 1))
            c[1].cov *= b;
    }
    for (uint32_t i = m->items_at[period]; i < m->items_at[period + 1]; i++) {
        dm_ideal_item *it = &m->items[m->item_order[i]];
        it->beta /= b;
        it->cut[0] += it->beta * a;
        it->cut[1] += it->beta * a;
    }
    m->stretch[period] *= b;
}

/* All periods at once, the scale of the moves with them: then only the entries and the items' priors pull. */
static void move_all(dm_ideal_model *m)
{
    pull p = { 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    for (uint32_t k = 0; k < m->n_cells; k++) {
        const dm_ideal_cell *c = &m->cells[k];
        if (c->gap > 0)
            continue;
        add_link(&p, dm_ideal_link(m, c), c, 0, 0);
        p.n++;
    }
    for (uint32_t t = 0; t < m->n_periods; t++)
        add_items(&p, m, t);
    double a, b;
    if (!best_move(&p, &a, &b) || m->drift2 * b * b > DM_IDEAL_DRIFT2_MAX || m->drift2 * b * b < DM_IDEAL_DRIFT2_MIN)
        return;
    for (uint32_t t = 0; t < m->n_periods; t++)
        move_period(m, t, a, b);
    m->drift2 *= b * b;
}

/* The chains' natural parameters after all moves: a precision matrix between stretched positions. */
static void refresh_sites(dm_ideal_model *m)
{
    for (uint32_t k = 0; k < m->n_cells; k++) {
        dm_ideal_cell *c = &m->cells[k];
        c->precision += c->r + (follows(m, k + 1) ? c[1].r : 0); /* the diagonal */
    }
    for (uint32_t k = 0; k < m->n_cells; k++) {
        dm_ideal_cell *c = &m->cells[k];
        double b = m->stretch[c->period];
        c->precision /= b * b;
        m->logdet[c->actor] -= 2 * log(b);
        if (c->gap > 0)
            c->r /= b * m->stretch[c[-1].period];
    }
    for (uint32_t k = 0; k < m->n_cells; k++) {
        dm_ideal_cell *c = &m->cells[k];
        bool next = follows(m, k + 1);
        c->linear = c->precision * c->m - (c->gap > 0 ? c->r * c[-1].m : 0) - (next ? c[1].r * c[1].m : 0);
    }
    for (uint32_t k = 0; k < m->n_cells; k++)
        m->cells[k].precision -= m->cells[k].r + (follows(m, k + 1) ? m->cells[k + 1].r : 0);
}

void dm_ideal_scale_step(dm_ideal_model *m)
{
    for (uint32_t p = 0; p < m->n_periods; p++)
        m->stretch[p] = 1;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (uint32_t i = 0; i < m->n_periods; i++) {
            uint32_t period = sweep % 2 ? m->n_periods - 1 - i : i;
            pull p = pull_of(m, period);
            double a, b;
            if (best_move(&p, &a, &b))
                move_period(m, period, a, b);
        }
        if (!m->drift_given)
            move_all(m);
        dm_ideal_drift_step(m);
    }
    refresh_sites(m);
}

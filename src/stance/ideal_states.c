// SPDX-License-Identifier: Apache-2.0
/* States: each one's positions through time as a Gaussian chain. The votes of a period act on it through a site (precision and linear
 * part), made from the expected derivatives of their log likelihood; forward elimination and back substitution over the chain (a
 * Rauch-Tung-Striebel smoother in information form) give means, variances and covariances of neighbours. */
#include "stance/ideal_int.h"
#include <math.h>

#define ENTRY_VARIANCE 1.0
#define LOG_2PI 1.83787706640934548356
#define SURE_BELOW 1e-4 /* largest move of a chain, in its own standard deviations, that needs no check */
#define SLACK 1e-9

enum { HALVINGS = 12 };

static bool gaussian(const dm_ideal_model *m) { return !(m->tail < 1e6); }

/* Expected square of the move into cell c from the one before. */
static double move2(const dm_ideal_cell *c)
{
    const dm_ideal_cell *b = c - 1;
    return (c->m - b->m) * (c->m - b->m) + c->v + b->v - 2 * c->cov;
}

/* Weight of a move: a long one says that its scale was larger then, and binds less. */
static double move_weight(const dm_ideal_model *m, const dm_ideal_cell *c)
{
    return gaussian(m) ? 1 : (m->tail + 1) / (m->tail + move2(c) / (m->drift2 * c->gap));
}

/* Log density of the move, for Student's t with the weight integrated out (bound, exact at its best weight). */
static double move_value(const dm_ideal_model *m, const dm_ideal_cell *c, double norm)
{
    double s2 = m->drift2 * c->gap, ratio = move2(c) / s2;
    return norm - 0.5 * log(s2) - (gaussian(m) ? 0.5 * ratio : 0.5 * (m->tail + 1) * log1p(ratio / m->tail));
}

static double move_norm(const dm_ideal_model *m)
{
    double t = m->tail;
    return gaussian(m) ? -0.5 * LOG_2PI : lgamma(0.5 * (t + 1)) - lgamma(0.5 * t) - 0.5 * (log(t) + LOG_2PI - log(2.0));
}

double dm_ideal_link(const dm_ideal_model *m, const dm_ideal_cell *c)
{
    return c->gap > 0 ? move_weight(m, c) / (m->drift2 * c->gap) : 1 / ENTRY_VARIANCE;
}

/* Expected log likelihood of a cell's votes under its marginal, with slope and bend (expected first and second derivative). */
static void read_votes(const dm_ideal_model *m, dm_ideal_cell *c)
{
    double sd = sqrt(c->v), f = 0, g = 0, h = 0;
    for (uint32_t i = c->first; i < c->first + c->n; i++) {
        const dm_ideal_item *it = &m->items[m->cvotes[i].item];
        for (int k = 0; k < DM_IDEAL_NODES; k++) {
            double z = it->beta * (c->m + sd * dm_ideal_node[k]), w = dm_ideal_weight[k];
            dm_ideal_term t = dm_ideal_level(m->normal, m->cvotes[i].level, it->cut[0] - z, it->cut[1] - z);
            f += w * t.f;
            g -= w * it->beta * (t.d1 + t.d2);
            h += w * it->beta * it->beta * (t.h11 + 2 * t.h12 + t.h22);
        }
    }
    c->value = f;
    c->slope = g;
    c->bend = h;
}

/* Posterior of a chain from its sites and links. pivot: [n]. Returns the log determinant of the precision. */
static double solve(dm_ideal_cell *c, uint32_t n, double *pivot)
{
    double logdet = 0;
    for (uint32_t t = 0; t < n; t++) {
        double next = t + 1 < n ? c[t + 1].r : 0, share = t > 0 ? c[t].r / pivot[t - 1] : 0;
        pivot[t] = c[t].precision + c[t].r + next - share * (t > 0 ? c[t].r : 0);
        c[t].m = c[t].linear + (t > 0 ? share * c[t - 1].m : 0);
        logdet += log(pivot[t]);
    }
    c[n - 1].m /= pivot[n - 1];
    c[n - 1].v = 1 / pivot[n - 1];
    for (uint32_t t = n - 1; t-- > 0;) {
        double share = c[t + 1].r / pivot[t];
        c[t].m = c[t].m / pivot[t] + share * c[t + 1].m;
        c[t].v = 1 / pivot[t] + share * share * c[t + 1].v;
        c[t + 1].cov = share * c[t + 1].v;
    }
    return logdet;
}

/* The bound of one chain; its cells' values are those of read_votes(). */
static double chain_bound(const dm_ideal_model *m, const dm_ideal_cell *c, uint32_t n, double logdet)
{
    double norm = move_norm(m), f = 0.5 * n * (1 + LOG_2PI) - 0.5 * logdet;
    for (uint32_t t = 0; t < n; t++) {
        f += c[t].value;
        if (c[t].gap > 0)
            f += move_value(m, &c[t], norm);
        else
            f -= 0.5 * (LOG_2PI + log(ENTRY_VARIANCE) + (c[t].m * c[t].m + c[t].v) / ENTRY_VARIANCE);
    }
    return f;
}

/* Six numbers kept of each cell so that a step can be shortened: arrays of n in work. */
enum { KEEP_M, KEEP_PRECISION, KEEP_LINEAR, KEEP_R, KEEP_PIVOT, KEEP_LINK, KEEPS };

static void keep_chain(const dm_ideal_model *m, const dm_ideal_cell *c, uint32_t n, double *work)
{
    for (uint32_t t = 0; t < n; t++) {
        work[KEEP_M * n + t] = c[t].m;
        work[KEEP_PRECISION * n + t] = c[t].precision;
        work[KEEP_LINEAR * n + t] = c[t].linear;
        work[KEEP_R * n + t] = c[t].r;
        work[KEEP_LINK * n + t] = dm_ideal_link(m, &c[t]);
    }
}

/* Natural parameters a share of the way from the kept ones to those that the votes ask for. slope, bend: at the kept means. */
static void blend(dm_ideal_cell *c, uint32_t n, const double *work, const double *slope_bend, double share)
{
    for (uint32_t t = 0; t < n; t++) {
        double precision = fmax(-slope_bend[2 * t + 1], 0), linear = slope_bend[2 * t] + precision * work[KEEP_M * n + t];
        c[t].precision = work[KEEP_PRECISION * n + t] + share * (precision - work[KEEP_PRECISION * n + t]);
        c[t].linear = work[KEEP_LINEAR * n + t] + share * (linear - work[KEEP_LINEAR * n + t]);
        c[t].r = work[KEEP_R * n + t] + share * (work[KEEP_LINK * n + t] - work[KEEP_R * n + t]);
    }
}

static double chain_moved(const dm_ideal_cell *c, uint32_t n, const double *work, double *largest)
{
    double sum = 0;
    *largest = 0;
    for (uint32_t t = 0; t < n; t++) {
        double d = c[t].m - work[KEEP_M * n + t];
        sum += d * d;
        *largest = fmax(*largest, d * d / c[t].v);
    }
    return sum;
}

/* One guarded step of a chain: towards its best Gaussian, halved until the bound does not fall. Returns the bound before. */
static double step_chain(dm_ideal_model *m, uint32_t actor, double *moved)
{
    dm_ideal_cell *c = &m->cells[m->chain[actor]];
    uint32_t n = m->chain[actor + 1] - m->chain[actor];
    double *work = m->work, *slope_bend = m->work + (size_t)KEEPS * n;
    for (uint32_t t = 0; t < n; t++) {
        read_votes(m, &c[t]);
        slope_bend[2 * t] = c[t].slope;
        slope_bend[2 * t + 1] = c[t].bend;
    }
    double before = chain_bound(m, c, n, m->logdet[actor]), share = 1, largest;
    keep_chain(m, c, n, work);
    for (int i = 0; i <= HALVINGS; i++, share /= 2) {
        blend(c, n, work, slope_bend, i < HALVINGS ? share : 0);
        m->logdet[actor] = solve(c, n, work + (size_t)KEEP_PIVOT * n);
        double sum = chain_moved(c, n, work, &largest);
        bool sure = largest < SURE_BELOW * SURE_BELOW || i == HALVINGS;
        for (uint32_t t = 0; !sure && t < n; t++)
            read_votes(m, &c[t]);
        if (sure || chain_bound(m, c, n, m->logdet[actor]) >= before - SLACK * (1 + fabs(before))) {
            *moved += sum;
            break;
        }
    }
    return before;
}

double dm_ideal_states_step(dm_ideal_model *m, double *moved)
{
    double bound = 0;
    *moved = 0;
    for (uint32_t a = 0; a < m->n_actors; a++)
        if (m->chain[a] < m->chain[a + 1])
            bound += step_chain(m, a, moved);
    return bound;
}

double dm_ideal_states_bound(dm_ideal_model *m)
{
    double bound = 0;
    for (uint32_t a = 0; a < m->n_actors; a++) {
        uint32_t n = m->chain[a + 1] - m->chain[a];
        dm_ideal_cell *c = m->cells + m->chain[a];
        for (uint32_t t = 0; t < n; t++)
            read_votes(m, &c[t]);
        if (n > 0)
            bound += chain_bound(m, c, n, m->logdet[a]);
    }
    return bound;
}

/* The scale of moves that fits the chains best, given the weights of the moves. */
void dm_ideal_drift_step(dm_ideal_model *m)
{
    double sum = 0;
    size_t n = 0;
    for (uint32_t i = 0; i < m->n_cells; i++) {
        const dm_ideal_cell *c = &m->cells[i];
        if (c->gap > 0) {
            sum += move_weight(m, c) * move2(c) / c->gap;
            n++;
        }
    }
    if (n > 0 && !m->drift_given)
        m->drift2 = fmin(fmax(sum / (double)n, DM_IDEAL_DRIFT2_MIN), DM_IDEAL_DRIFT2_MAX);
}

/* Variance of the expected slope of one vote that comes from the item's own uncertainty. */
static double item_noise(const dm_ideal_model *m, const dm_ideal_cell *c, const dm_ideal_cvote *v)
{
    const dm_ideal_item *it = &m->items[v->item];
    double sd = sqrt(c->v), g[3] = { 0, 0, 0 };
    for (int k = 0; k < DM_IDEAL_NODES; k++) {
        double x = c->m + sd * dm_ideal_node[k], z = it->beta * x, w = dm_ideal_weight[k];
        dm_ideal_term t = dm_ideal_level(m->normal, v->level, it->cut[0] - z, it->cut[1] - z);
        double a = t.h11 + t.h12, b = t.h12 + t.h22;
        g[0] -= w * it->beta * a;
        g[1] -= w * it->beta * b;
        g[2] += w * (x * it->beta * (a + b) - t.d1 - t.d2);
    }
    if (it->levels == 2) {
        g[0] += g[1];
        g[1] = 0;
    }
    const double *s = it->cov;
    return g[0] * (s[0] * g[0] + 2 * s[1] * g[1] + 2 * s[2] * g[2]) + g[1] * (s[3] * g[1] + 2 * s[4] * g[2]) +
           s[5] * g[2] * g[2];
}

double dm_ideal_cell_se(const dm_ideal_model *m, const dm_ideal_cell *c)
{
    double noise = 0;
    for (uint32_t i = c->first; i < c->first + c->n; i++)
        noise += item_noise(m, c, &m->cvotes[i]);
    return sqrt(c->v + c->v * c->v * noise);
}

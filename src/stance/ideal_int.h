// SPDX-License-Identifier: Apache-2.0
/* The parts of the ideal-point model, shared by the files of ideal.c. docs/ideal.md has the equations. */
#ifndef DM_STANCE_IDEAL_INT_H
#define DM_STANCE_IDEAL_INT_H

#include "stance/ideal.h"

enum { DM_IDEAL_NODES = 3, DM_IDEAL_GRID = 32, DM_IDEAL_REACH = 8, DM_IDEAL_CELLS = 2 * DM_IDEAL_REACH * DM_IDEAL_GRID };

/* log Phi(z) and its first derivatives on a grid of 1/DM_IDEAL_GRID between -DM_IDEAL_REACH and DM_IDEAL_REACH. */
typedef struct dm_ideal_normal {
    double f[DM_IDEAL_CELLS + 1], d[DM_IDEAL_CELLS + 1], dd[DM_IDEAL_CELLS + 1];
} dm_ideal_normal;

/* Levels of an item in the order of the latent scale: below the first cut, between, above the last. */
enum { DM_IDEAL_LOW, DM_IDEAL_MIDDLE, DM_IDEAL_HIGH };

/* Log probability of a level and its derivatives by the two standardised cuts. */
typedef struct dm_ideal_term {
    double f, d1, d2, h11, h12, h22;
} dm_ideal_term;

/* A roll call: P(level) from Phi(cut - beta * position). With two kinds of votes only, cut[1] is cut[0]. */
typedef struct dm_ideal_item {
    double cut[2], beta;
    double cov[6];     /* of (cut 0, cut 1, beta): 00 01 02 11 12 22 */
    uint32_t first, n; /* in ivotes */
    uint8_t levels;    /* kinds of votes seen: 0 or 1 means that nothing can be learnt */
} dm_ideal_item;

/* A state in a period. Its posterior comes from the site (precision, linear) and the links r of its chain. */
typedef struct dm_ideal_cell {
    double m, v, cov;            /* posterior mean, variance, covariance with the cell before */
    double precision, linear, r; /* natural parameters; r: precision of the move from the cell before, or of the entry */
    double value, slope, bend;   /* expected log likelihood of its votes and its derivatives */
    double gap;                  /* periods since the cell before; 0: entry */
    uint32_t first, n;           /* in cvotes */
    uint32_t period, actor, all; /* index of the period; all: with the votes on unanimous items */
} dm_ideal_cell;

typedef struct dm_ideal_ivote {
    uint32_t cell;
    uint8_t level;
} dm_ideal_ivote;

typedef struct dm_ideal_cvote {
    uint32_t item;
    uint8_t level;
} dm_ideal_cvote;

typedef struct dm_ideal_model {
    dm_ideal_normal *normal;
    dm_ideal_item *items; /* [n_items], one a roll call */
    dm_ideal_cell *cells; /* [n_cells], by actor, then period */
    uint32_t *chain;      /* [n_actors + 1], first cell of each actor */
    dm_ideal_ivote *ivotes;
    dm_ideal_cvote *cvotes;
    double *logdet; /* [n_actors], of the posterior precision */
    double *work;   /* [WORK * longest chain] */
    int32_t *periods;
    uint32_t *cell_order, *cells_at; /* cells by period, then actor; [n_periods + 1], first of each */
    uint32_t *item_order, *items_at; /* the same of roll calls */
    double *stretch;                 /* [n_periods], by the last scale step */
    uint32_t n_items, n_cells, n_actors, n_votes, n_periods, longest;
    double drift2, tail; /* scale of moves, squared; degrees of freedom */
    bool drift_given;
} dm_ideal_model;

/* Priors of the items: weak, they only keep roll calls with one or two dissenters finite. */
#define DM_IDEAL_CUT_SD 5.0
#define DM_IDEAL_BETA_SD 2.0

/* Limits of the estimated scale of moves, squared. */
#define DM_IDEAL_DRIFT2_MIN 0.0001
#define DM_IDEAL_DRIFT2_MAX 1.0

extern const double dm_ideal_node[DM_IDEAL_NODES], dm_ideal_weight[DM_IDEAL_NODES];

/* ideal_level.c */
void dm_ideal_normal_init(dm_ideal_normal *t);
dm_ideal_term dm_ideal_level(const dm_ideal_normal *t, unsigned level, double z1, double z2);

/* ideal_data.c: everything allocated and sorted; dm_ideal_model_clear() takes a model that was zeroed. */
dm_status dm_ideal_model_init(
    dm_ideal_model *m, const dm_ideal_vote *votes, size_t n_votes, const int32_t *roll_period, size_t n_rolls, size_t n_actors);
void dm_ideal_model_clear(dm_ideal_model *m);

/* ideal_start.c: positions by least squares, cuts by margins. DM_ENOMEM. */
dm_status dm_ideal_start(dm_ideal_model *m);

/* ideal_items.c: one guarded Newton step for each item; the log prior of all items. */
void dm_ideal_items_step(dm_ideal_model *m);
double dm_ideal_items_prior(const dm_ideal_model *m);

/* ideal_states.c: one guarded step for each state's chain. Returns the bound before the step (without the items' prior) and the sum of
 * squared moves. */
double dm_ideal_states_step(dm_ideal_model *m, double *moved);
double dm_ideal_states_bound(dm_ideal_model *m);
void dm_ideal_drift_step(dm_ideal_model *m);
double dm_ideal_link(const dm_ideal_model *m, const dm_ideal_cell *c); /* precision of the move into c, or of its entry */
double dm_ideal_cell_se(const dm_ideal_model *m, const dm_ideal_cell *c);

/* ideal_scale.c: shift and stretch of each period, and the drift. */
void dm_ideal_scale_step(dm_ideal_model *m);

#endif

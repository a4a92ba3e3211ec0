// SPDX-License-Identifier: Apache-2.0
/* Ideal points: where states stand on one dimension through time, from their roll-call votes (method and equations: docs/ideal.md).
 *
 * Pure computation: no files, no database, no clock. The same votes give the same points whatever order they come in. */
#ifndef DM_STANCE_IDEAL_H
#define DM_STANCE_IDEAL_H

#include <demarche/error.h>
#include <stdbool.h>
#include <stdint.h>

enum { DM_IDEAL_YES = 1, DM_IDEAL_ABSTAIN = 2, DM_IDEAL_NO = 3 };

#define DM_IDEAL_NOBODY UINT32_MAX        /* no anchor */
#define DM_IDEAL_VOTES_MAX 200000000u     /* over it DM_ELIMIT: about 4 GB of memory */
#define DM_IDEAL_INDEX_MAX (1u << 30)     /* actors and roll calls */
#define DM_IDEAL_ITERATIONS_DEFAULT 300u  /* a made-up assembly of the size of the United Nations needs 30 to 75 */
#define DM_IDEAL_TOLERANCE_DEFAULT 0.0005 /* in standard deviations of the positions */
#define DM_IDEAL_TAIL_DEFAULT 4.0

/* One vote. Absence is no vote: leave it out. A state that is given twice on one roll call counts twice. */
typedef struct dm_ideal_vote {
    uint32_t actor, roll; /* indices below n_actors and n_rolls */
    uint8_t vote;         /* DM_IDEAL_YES, DM_IDEAL_ABSTAIN, DM_IDEAL_NO */
} dm_ideal_vote;

/* Zero in a number means its default. */
typedef struct dm_ideal_opts {
    unsigned iterations; /* at most */
    double tolerance;    /* stops when positions move less than this (root mean square) in one iteration */
    double drift;        /* scale of a state's move in one period; 0: estimated from the votes */
    uint32_t anchor_high,
        anchor_low; /* actors that fix the direction, or DM_IDEAL_NOBODY; without any, positive is the side that says
                                          yes less often (in the United Nations that of the United States) */
    double tail;    /* degrees of freedom of the moves: small ones let a state jump, INFINITY is a Gaussian walk */
} dm_ideal_opts;

#define DM_IDEAL_OPTS_INIT                                                                                                     \
    {                                                                                                                          \
        0, 0.0, 0.0, DM_IDEAL_NOBODY, DM_IDEAL_NOBODY, 0.0                                                                     \
    }

/* Positions have mean 0 and standard deviation 1 over all points together. Every state has one in each period in which it voted. */
typedef struct dm_ideal_point {
    uint32_t actor;
    int32_t period;
    double position, se;
    uint32_t n_votes; /* with those on unanimous roll calls, which tell nothing */
} dm_ideal_point;

typedef struct dm_ideal_fit_info {
    unsigned iterations;
    bool converged;
    double loglik; /* lower bound of the log marginal likelihood, with the priors: no iteration makes it smaller */
    double drift;  /* scale of the moves, given or estimated, in the units of the positions */
    size_t n_used; /* votes on roll calls that were not unanimous */
} dm_ideal_fit_info;

/* Fits the model. roll_period[n_rolls]: the year or session of each roll call; the distance of two periods is their difference.
 * points: malloc'ed, the caller's, sorted by period, then actor; NULL when there are no votes. opts and info may be NULL.
 * DM_EUSAGE names the first vote that is wrong (err->at: its index). On failure outputs are untouched. */
dm_status dm_ideal_fit(const dm_ideal_vote *votes, size_t n_votes, const int32_t *roll_period, size_t n_rolls, size_t n_actors,
    const dm_ideal_opts *opts, dm_ideal_point **points, size_t *n_points, dm_ideal_fit_info *info, dm_error *err);

#endif

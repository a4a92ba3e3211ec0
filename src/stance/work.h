// SPDX-License-Identifier: Apache-2.0
/* What the files of stance hand to each other. */
#ifndef DM_STANCE_WORK_H
#define DM_STANCE_WORK_H

#include "base/map.h"
#include "stance/stance.h"

/* data/stance/settings.tsv, in the order of dm_setting_names. */
typedef enum dm_setting {
    SET_CONFIDENCE_LEAST,
    SET_REPORTS_GAIN,
    SET_REPORTS_MOST,
    SET_INTERVAL_MOST,
    SET_PART_DAYS,
    SET_PART_SHARE,
    SET_SAME_DAYS,
    SET_START_SD,
    SET_NOISE,
    SET_NOISE_SPREAD,
    SET_DRIFT,
    SET_DRIFT_SPREAD,
    SET_TAIL,
    SET_HORIZON,
    SET_SD_MOST,
    SET_HAZARD_YEARS,
    SET_HAZARD_MOST,
    SET_JUMP_SD,
    SET_NOISE_SURE,
    SET_PROBABILITY_LEAST,
    SET_ODDS_LEAST,
    SET_STEP_LEAST,
    SET_AGAINST_STEP,
    SET_AGAINST_WEIGHT,
    SET_AGAINST_SHARE,
    SET_AGAINST_EACH,
    N_SETTINGS
} dm_setting;

/* One row of weights.tsv. Words are bits: bit i of modes is word i of that column, WORD_OTHER any word that the column never names. */
enum { WORD_OTHER = 62, WORD_NONE = 63, WORDS_MAX = 62 };
typedef enum dm_from { FROM_SCALE, FROM_POLARITY, FROM_FIXED } dm_from;
typedef struct dm_rule {
    uint64_t modes, instruments, acts;
    double value, weight;
    uint32_t types, line; /* bit DM_N_TYPES: no type */
    uint8_t vias, statuses, lane, from;
} dm_rule;

enum { STATUS_OTHERS = 4, N_STATUS = 5 }; /* the four bits of aux in their order, then others_word */
typedef struct dm_status_rule {
    double scale, weight;
    bool words;
} dm_status_rule;

/* One row of sectors.tsv. */
enum { SECTORS_MAX = 48, SECTOR_LETTERS = 3 };
typedef struct dm_sector_rule {
    char name[SECTOR_LETTERS + 1];
    double weight;
} dm_sector_rule;

struct dm_stance_model {
    dm_rule *rule;
    uint32_t n;
    dm_map words; /* (word, column) -> bit; columns as in weigh.c */
    dm_status_rule status[N_STATUS];
    dm_sector_rule sector[SECTORS_MAX];
    uint32_t n_sectors;
    double set[N_SETTINGS];
};

/* Position, weight, lane and line of a piece of evidence; fate is USED or SILENT. memo [DM_WEIGH_MEMO], zeroed before the first call. */
enum { DM_WEIGH_MEMO = 4096 };
typedef struct dm_weigh_memo {
    uint64_t key;
    uint32_t row;
} dm_weigh_memo;
void dm_stance_weigh(const dm_stance_model *m, const dm_evidence *e, dm_weigh_memo *memo, dm_stance_use *out);

/* One happening, or a year's part of a long one. */
typedef struct dm_item {
    double y, w, u; /* position, weight, trust */
    dm_day day, from, to;
    uint32_t evidence; /* index of the one that stands for it */
    uint8_t lane;
} dm_item;

/* A quarter of its interval in days: how far its day is off, in days of drift. */
static inline double dm_item_wide(const dm_item *it) { return (it->to - it->from) / 4.0; }

/* Items by day; the same for every order of the evidence. use [n] is filled. *out is malloc'ed, NULL when none. */
dm_status dm_stance_gather(
    const dm_stance_model *m, const dm_evidence *e, size_t n, dm_stance_use *use, dm_item **out, size_t *n_out, dm_error *err);

/* Observations in time order: days of one lane, or several days together. Items first .. first + n - 1 are its own. */
typedef struct dm_obs {
    double t, y, w; /* mean day, mean position, sum of weights */
    double within;  /* sum of w (y - mean)^2 */
    double jump;    /* variance of the step here beyond the walk: a change of level */
    size_t first;
    uint32_t n;
} dm_obs;

typedef struct dm_sum {
    double w, wy;
} dm_sum;

typedef struct dm_variances {
    double q, s2; /* of the walk, each day; of an observation of weight 1 */
} dm_variances;

/* A lane while it is worked on. items are its own, by day. */
typedef struct dm_track {
    const dm_stance_model *m;
    dm_item *item;
    size_t n_items;
    dm_obs *obs; /* [n_obs] one a day */
    size_t n_obs;
    dm_sum *sum; /* [n_items + 1] weights, and weights times positions, before each item */
    dm_variances best;
    struct dm_posterior *learnt; /* of both variances, smooth.c */
    dm_stance_point *point;      /* [n_points] */
    size_t n_points;
    struct dm_cut *cut; /* [n_cuts] changes, by day */
    size_t n_cuts;
    dm_stance_turn *turn; /* [n_turns] */
    size_t n_turns;
    uint32_t *cited; /* what turn[].evidence points into */
} dm_track;

/* A change between observations at - 1 and at. */
typedef struct dm_cut {
    size_t at;
    double probability;
} dm_cut;

/* Weight and mean of each day of obs; the items' trust counts with `share`, 0 to 1. */
void dm_stance_weigh_days(dm_track *t, double share);
/* Days of the items as observations, at most `most` (neighbours are joined); out has room for most of them. */
size_t dm_stance_bin(const dm_track *t, dm_obs *out, size_t most);
/* Fills obs, sum, best and the items' trust. */
dm_status dm_stance_settle(dm_track *t, dm_error *err);
/* Fills cut. */
dm_status dm_stance_cuts(dm_track *t, double least, dm_error *err);
/* Fills point: the position, given the changes. */
dm_status dm_stance_smooth(dm_track *t, dm_day since, dm_day until, dm_error *err);
/* Fills turn and cited. */
dm_status dm_stance_tell(dm_track *t, dm_day since, dm_day until, dm_error *err);

/* Weighted mean of the items in [a, b) and its standard deviation under the noise of the lane. */
double dm_stance_level(const dm_track *t, size_t a, size_t b, double *sd);

#endif

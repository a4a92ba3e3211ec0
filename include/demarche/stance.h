// SPDX-License-Identifier: Apache-2.0
/* Where an actor stands toward another through time: evidence in, positions with uncertainty and change points out.
 *
 * dm_stance_fit() is pure computation on an array of evidence; dm_record_stance() (record.h) collects that array from a record and calls it.
 * Positions are on PLOVER's scale, -10 conflict to +10 cooperation. Method and equations: docs/stance.md. */
#ifndef DEMARCHE_STANCE_H
#define DEMARCHE_STANCE_H

#include <demarche/buffer.h>
#include <demarche/document.h>

#ifdef __cplusplus
extern "C" {
#endif

/* By which way a piece of evidence concerns the target. */
typedef enum dm_via {
    DM_VIA_RECIPIENT,  /* the actor did it to the target */
    DM_VIA_MUTUAL,     /* both were actors of a reciprocal event */
    DM_VIA_INSTRUMENT, /* an act on an instrument whose subject is the target */
    DM_VIA_BALLOT,     /* a vote in a roll call about the target */
    DM_VIA_TREATY      /* a signature, ratification or withdrawal */
} dm_via;

/* One point of evidence. Strings are borrowed, never NULL, "" when there is none. */
typedef struct dm_evidence {
    uint64_t event;     /* id, 0 for ballots and treaty actions */
    uint64_t happening; /* reports of one happening carry the same number; 0: none */
    dm_day from, to;    /* when it happened or was said; both DM_DAY_NONE when nothing is known */
    uint8_t via;        /* dm_via */
    uint8_t type;       /* dm_type; DM_TYPE_NONE for ballots and treaty actions */
    uint8_t aux;        /* DM_NEGATION | ... */
    int8_t polarity;    /* of the act toward the target, of instruments and ballots; 0 neither or none */
    bool has_instrument;
    bool others_word; /* rests only on the word of somebody who is not the actor */
    uint64_t contexts;
    double scale;                 /* PLOVER's score of type and mode */
    double confidence;            /* 0 to 1 */
    uint32_t reports;             /* independent reports of the happening, at least 1 */
    const char *mode;             /* PLOVER mode */
    const char *sector;           /* in which the actor acted, joined by +; "" or NULL the state itself */
    const char *instrument, *act; /* type of the instrument and act on it; of a ballot act is yes, no, abstain */
} dm_evidence;

/* What evidence is worth: data/stance as rules and numbers. Read-only once made; any number of threads may share one. */
typedef struct dm_stance_model dm_stance_model;
/* data_dir as in dm_coder_opts; NULL: found. */
DM_API dm_status dm_stance_model_load(dm_stance_model **out, const char *data_dir, dm_error *err);
DM_API void dm_stance_model_free(dm_stance_model *model);

/* Three readings of the same evidence. Deeds that are only announced are words. */
typedef enum dm_lane { DM_LANE_ALL, DM_LANE_WORDS, DM_LANE_DEEDS, DM_LANES } dm_lane;
DM_API const char *dm_lane_name(dm_lane lane); /* "all", "words", "deeds" */

/* Set with DM_STANCE_OPTS_INIT. */
typedef struct dm_stance_opts {
    unsigned version;
    dm_day since,
        until; /* the window that points and turns are told for, inclusive; DM_DAY_NONE: from the first, to the last evidence.
                            Evidence outside it still counts: it is what led there */
    double probability; /* least one of a change that is told; 0: as data/stance/settings.tsv has it */
} dm_stance_opts;
#define DM_STANCE_OPTS_VERSION 1
#define DM_STANCE_OPTS_INIT                                                                                                    \
    {                                                                                                                          \
        DM_STANCE_OPTS_VERSION, DM_DAY_NONE, DM_DAY_NONE, 0                                                                    \
    }

/* The position on one day. Where supported is false nothing near tells anything: position and sd are then what the model would guess, and
 * must not be shown as a position. */
typedef struct dm_stance_point {
    dm_day day;
    double position, sd; /* points of PLOVER's scale; about two thirds of the mass lie within one sd */
    uint32_t n;          /* happenings on this day; 0 on days of the grid between */
    bool supported;
} dm_stance_point;

typedef enum dm_turn_kind {
    DM_TURN_OPENING, /* the first stretch */
    DM_TURN_CHANGE,  /* the level changed */
    DM_TURN_AGAINST, /* an act on the other side of 0 than what went before in its stretch: no sure change of level, but worth telling */
    DM_TURN_RESUMED /* evidence again after a time without any */
} dm_turn_kind;
DM_API const char *dm_turn_name(dm_turn_kind kind); /* "opening", "change", "against", "resumed" */

/* A turning point, in the order of days. */
typedef struct dm_stance_turn {
    uint8_t kind; /* dm_turn_kind */
    dm_day day,
        last_before; /* first evidence of the new and last of the old; DM_DAY_NONE where there is no old. A change lies between */
    dm_day from, to;            /* interval of the first evidence of the new */
    double probability;         /* of a change: that there is one here; 1 for other kinds */
    double before, after;       /* level of the stretches; of DM_TURN_AGAINST what went before and the act's own position */
    double before_sd, after_sd; /* 0 where there is none */
    const uint32_t *evidence; /* [n_evidence] indices into the array given to dm_stance_fit(), what speaks most for it first */
    uint32_t n_evidence;      /* at most DM_TURN_EVIDENCE */
} dm_stance_turn;
enum { DM_TURN_EVIDENCE = 8 };

typedef enum dm_fate {
    DM_FATE_USED,
    DM_FATE_SAME,    /* tells the same happening as evidence `same`, with which it counts once */
    DM_FATE_UNDATED, /* no day, or an interval that is too wide to say when */
    DM_FATE_SILENT   /* says nothing of the stand: weight 0 in data/stance/weights.tsv */
} dm_fate;

/* What became of one piece of evidence. */
typedef struct dm_stance_use {
    uint8_t fate, lane;      /* dm_fate; DM_LANE_WORDS or DM_LANE_DEEDS */
    uint32_t same;           /* index; its own unless fate is DM_FATE_SAME */
    uint32_t line;           /* of data/stance/weights.tsv, 0 when none fits */
    dm_day day;              /* middle of its interval, DM_DAY_NONE when undated */
    double position, weight; /* as the tables have it; weight 1 is a plain deed */
    double trust;            /* factor on weight that outliers lose by: 1 and more fits, near 0 stands alone */
} dm_stance_use;

typedef struct dm_stance_info {
    uint64_t given, used, same, undated, silent;
    uint32_t n[DM_LANES];                    /* happenings */
    double drift[DM_LANES], noise[DM_LANES]; /* sd of a year's change; sd of one piece of evidence of weight 1 */
    dm_day first, last;                      /* days of evidence; DM_DAY_NONE when there is none */
    unsigned horizon;                        /* days from evidence after which a point is not supported */
} dm_stance_info;

typedef struct dm_stance dm_stance;

/* The order of evidence [n] does not matter; n may be 0. Nothing of it is kept. opts may be NULL. */
DM_API dm_status dm_stance_fit(dm_stance **out, const dm_stance_model *model, const dm_evidence *evidence, size_t n,
    const dm_stance_opts *opts, dm_error *err);
DM_API void dm_stance_free(dm_stance *stance);

/* Borrowed until dm_stance_free(). points: by day, each day once; on days of evidence and on a grid between (month, quarter, year ...). */
DM_API const dm_stance_point *dm_stance_points(const dm_stance *stance, dm_lane lane, size_t *n);
DM_API const dm_stance_turn *dm_stance_turns(const dm_stance *stance, dm_lane lane, size_t *n);
DM_API const dm_stance_use *dm_stance_uses(const dm_stance *stance, size_t *n); /* [n] as the evidence given */
DM_API const dm_stance_info *dm_stance_about(const dm_stance *stance);

/* Charts and tables: several stances side by side, several actors on one recipient or one actor on several. Strings are borrowed. */
enum { DM_STANCE_SERIES_MAX = 6 };
typedef struct dm_stance_series {
    const dm_stance *stance;
    const char *name; /* "Japan" */
    const char *const
        *label; /* [as the evidence given] a sentence for each piece of evidence, its entries and itself may be NULL */
    const dm_evidence *evidence; /* [as the evidence given] for ids and dates in tables; NULL: left out */
} dm_stance_series;

/* Set with DM_STANCE_CHART_INIT. */
typedef struct dm_stance_chart {
    unsigned version;
    const char *title;       /* NULL: none */
    const char *description; /* of the picture, for readers who do not see it; NULL: made from the series */
    unsigned width, height;  /* columns and rows (text), pixels (SVG); 0: 80 by 14, 960 by 420 */
    bool color;              /* text: escape sequences of a terminal */
    bool lanes;              /* words and deeds apart; with several series only the whole of each is drawn unless set */
} dm_stance_chart;
#define DM_STANCE_CHART_VERSION 1
#define DM_STANCE_CHART_INIT                                                                                                   \
    {                                                                                                                          \
        DM_STANCE_CHART_VERSION, NULL, NULL, 0, 0, false, true                                                                 \
    }

/* Appended to out. DM_EUSAGE: no series or more than DM_STANCE_SERIES_MAX. chart may be NULL. */
DM_API dm_status dm_write_stance_text(
    dm_buf *out, const dm_stance_series *series, size_t n, const dm_stance_chart *chart, dm_error *err);
/* One <svg> element: no scripts, no links, no fonts of its own; light and dark. Fit for a file and for a page that holds several. */
DM_API dm_status dm_write_stance_svg(
    dm_buf *out, const dm_stance_series *series, size_t n, const dm_stance_chart *chart, dm_error *err);
/* One JSON object with all series: points, turns, evidence. */
DM_API dm_status dm_write_stance_json(dm_buf *out, const dm_stance_series *series, size_t n, dm_error *err);
/* Rows of points, turns and evidence, told apart by the column `row`; a header line first. */
DM_API dm_status dm_write_stance_csv(dm_buf *out, const dm_stance_series *series, size_t n, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

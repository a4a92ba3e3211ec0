// SPDX-License-Identifier: Apache-2.0
/* What the files of when share: the lexicon, expressions before they are resolved, the state of one document.
 *
 * An expression (dm_tex) is an operator over one or two points (dm_point). Matching is a pure function of the tokens, so that an
 * expression can be matched again later instead of being stored. Resolving takes a single reference day; a document whose date is an
 * interval is resolved at both ends, and what differs too much stays unknown. */
#ifndef DM_WHEN_WHEN_INT_H
#define DM_WHEN_WHEN_INT_H

#include "when/when.h"

typedef enum dm_wkind {
    W_NONE,
    W_MONTH,
    W_WEEKDAY,
    W_SEASON,
    W_UNIT,
    W_NUMBER,
    W_ORDINAL,
    W_DAYREL,
    W_PART,
    W_DAYPART,
    W_LAST,
    W_NEXT,
    W_THIS,
    W_SAME,
    W_PRIOR,
    W_FOLLOWING,
    W_AGO,
    W_EARLIER,
    W_LATER,
    W_HENCE,
    W_NOW,
    W_PAST,
    W_RECENT,
    W_FUTURE,
    W_SET,
    W_HOLIDAY,
    W_FISCAL,
    W_FISCALWORD,
    W_PLAN,
    W_PASTCUE,
    W_THEN,
    W_EXTEND,
    W_ABOUT,
    W_CLOCK,
    W_PREFIX /* first words of a longer entry */
} dm_wkind;

typedef enum dm_unit {
    U_NONE,
    U_HOUR,
    U_DAY,
    U_WEEKEND,
    U_WEEK,
    U_FORTNIGHT,
    U_MONTH,
    U_SEASON,
    U_QUARTER,
    U_HALF,
    U_YEAR,
    U_DECADE,
    U_CENTURY
} dm_unit;

typedef enum dm_part {
    PART_NONE,
    PART_EARLY,
    PART_MID,
    PART_LATE,
    PART_BEGIN,
    PART_END,
    PART_EVE,
    PART_SOFAR /* earlier in */,
    PART_REST, /* later in */
    PART_WEEK  /* the week that holds the day */
} dm_part;

typedef struct dm_wlex {
    uint8_t kind, vague;
    uint8_t n; /* tokens */
    int16_t value;
} dm_wlex;

typedef enum dm_pkind {
    P_NONE,
    P_DATE,
    P_WEEKDAY,
    P_SEASON,
    P_DECADE,
    P_CENTURY,
    P_UNIT,
    P_DAYREL,
    P_OFFSET,
    P_LASTN,
    P_NEXTN,
    P_EVENT,
    P_FISCAL,
    P_PIECE /* n-th week, quarter, half of a date */
} dm_pkind;

typedef enum dm_relation { REL_NONE, REL_LAST, REL_THIS, REL_NEXT, REL_PRIOR, REL_FOLLOWING, REL_SAME } dm_relation;

typedef enum dm_anchor { ANCHOR_DOC, ANCHOR_TEXT, ANCHOR_POINT, ANCHOR_NOUN } dm_anchor;

typedef struct dm_point {
    uint8_t kind, part, rel, unit, anchor, vague;
    int8_t month, day, wday, season; /* month and day 1..; wday and season -1 unknown */
    int8_t sign, exact;              /* P_OFFSET: direction; "to the day" */
    int16_t year;                    /* 0 unknown; P_DECADE its first year */
    int16_t count;                   /* P_OFFSET, P_LASTN, P_NEXTN, P_PIECE; P_DAYREL: days */
    uint32_t n;                      /* tokens, from the start of the match */
    uint32_t hit;                    /* P_EVENT: index into doc->hits */
    uint32_t noun;                   /* ANCHOR_NOUN: the word after before/after */
    dm_interval to;                  /* ANCHOR_POINT: what the offset counts from, when it is fixed; else see inner */
    int8_t in_month, in_day, in_wday;
    int16_t in_year; /* ANCHOR_POINT: the point counted from */
} dm_point;

typedef enum dm_op {
    OP_NONE,
    OP_AT,
    OP_RANGE,
    OP_SINCE,
    OP_UNTIL,
    OP_THROUGH,
    OP_BY,
    OP_BEFORE,
    OP_AFTER,
    OP_FROM,
    OP_DURATION,
    OP_SET,
    OP_NOW,
    OP_PAST,
    OP_RECENT,
    OP_FUTURE
} dm_op;

typedef struct dm_tex {
    uint32_t first, n; /* tokens */
    uint32_t core;     /* first token of the point */
    uint8_t op;
    dm_point a, b;
    int16_t days;   /* OP_RECENT */
    uint8_t unit;   /* OP_SET, OP_DURATION */
    uint8_t bound;  /* OP_SET: OP_SINCE, OP_THROUGH, OP_RANGE or none */
    uint8_t phrase; /* the operator reaches its date over other words ("since the coup in 1991") */
    uint8_t n_except;
    int16_t except[8];
    uint8_t tense; /* dm_tense, where it stands */
    uint32_t head; /* token by which the tree holds it, or DM_NONE */
    uint32_t sent;
} dm_tex;

typedef enum dm_tense { TENSE_UNKNOWN, TENSE_PAST, TENSE_PRESENT, TENSE_FUTURE } dm_tense;

typedef struct dm_words dm_words;
typedef struct dm_span_row {
    dm_interval when;
    bool treaty;
} dm_span_row;

struct dm_when {
    const dm_tables *tables;
    dm_words *words;
    const dm_table *events, *people;
    dm_span_row *event_row; /* by row */
    dm_interval *term;      /* by row of people */
    int c_office, c_surname;
    uint32_t *by_surname, *next_surname; /* rows of people: heads by hash, chains by row */
    uint32_t surname_mask;
};

typedef struct dm_wstate {
    const dm_when *w;
    dm_doc *doc;
    dm_wlex *lex; /* by token - lex_from */
    uint32_t lex_from, lex_n, lex_room;
    uint32_t hit_at; /* first hit that may start at or after the token in hand */
    uint32_t depth;  /* points inside points */
    DM_VEC(dm_tex) tex;
    dm_interval anchor;     /* last time named in the text, while anchor_set */
    dm_interval anchor_day; /* last single day named in the text, in sentence anchor_day_sent */
    uint32_t anchor_sent, anchor_day_sent, since_sent;
    uint32_t anchor_first; /* its first token */
    uint8_t anchor_set;
    int16_t story;     /* year that the text around tells of, 0 when it is the present */
    dm_interval since; /* last period that began with since or from; unknown when none is near */
    dm_interval since_kept;
} dm_wstate;

/* words.c */
dm_status dm_words_new(dm_words **out, const dm_tables *t, dm_error *err);
void dm_words_free(dm_words *w);
dm_wlex dm_words_at(const dm_words *w, const dm_doc *doc, uint32_t t, uint32_t end);
int dm_words_fiscal(const dm_words *w, const char *country);

/* match.c: the longest expression that starts at token t and ends before end. */
bool dm_tex_match(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *out);
dm_status dm_when_lex(dm_wstate *st, uint32_t first, uint32_t n, dm_error *err);
dm_wlex dm_lex(const dm_wstate *st, uint32_t t);
/* point.c */
bool dm_point_match(dm_wstate *st, uint32_t t, uint32_t end, dm_point *out);
bool dm_when_offset(dm_wstate *st, uint32_t t, uint32_t end, dm_point *out);
bool dm_is_year(const dm_wstate *st, uint32_t t, int16_t *year);
uint32_t dm_number_at(const dm_wstate *st, uint32_t t, uint32_t end, int16_t *value, uint8_t *vague);

/* resolve.c */
dm_interval dm_resolve(const dm_wstate *st, const dm_tex *x, dm_interval ref, dm_tense tense);
/* The interval so much before (sign -1) or after another as an expression says. */
dm_interval dm_shifted(dm_interval base, const dm_time *t, int sign);
/* story.c: dates of events from the clause beside, from the same event told again, and from the day that the text is telling of. */
dm_interval dm_token_time(const dm_doc *doc, uint32_t token, uint32_t *speech);
void dm_when_story(dm_doc *doc);
/* Which words date each event: dm_event.when_words. */
void dm_when_cite(dm_doc *doc);
/* tense.c */
dm_tense dm_tense_of(const dm_wstate *st, uint32_t head, uint32_t first, uint32_t n, uint8_t op);
uint32_t dm_time_head(const dm_doc *doc, uint32_t first, uint32_t n);
/* docdate.c: fills doc->meta.date from metadata lines and datelines, else from what the text mentions. */
void dm_when_docdate(dm_wstate *st);
/* content.c */
dm_interval dm_when_content(dm_wstate *st, int dateline_month, int dateline_day);

#define DM_NO_INTERVAL ((dm_interval){ DM_DAY_NONE, DM_DAY_NONE, DM_PREC_UNKNOWN })
static inline bool dm_known(dm_interval i) { return i.precision != DM_PREC_UNKNOWN; }
static inline bool dm_norm_is(const dm_wstate *st, uint32_t t, const char *s)
{
    return dm_str_is(st->doc->tokens.v[t].norm, s);
}
static inline bool dm_norm_in(const dm_wstate *st, uint32_t t, const char *list)
{
    return dm_str_in(st->doc->tokens.v[t].norm, list);
}

#endif

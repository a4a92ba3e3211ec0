// SPDX-License-Identifier: Apache-2.0
/* Inside the event room: candidates of one sentence and what is made of them. */
#ifndef DM_EVENT_BUILD_H
#define DM_EVENT_BUILD_H

#include "event/choose.h"
#include "event/confidence.h"
#include "event/event.h"
#include "event/match.h"
#include "event/propose.h"

enum { CANDIDATES_MAX = 96, NOTES_MAX = 10, SALIENT_MAX = 24, DM_LOOK_BACK = 14 };

typedef struct cand {
    uint32_t t;
    match m;
    status status;
    uint8_t type, dropped, borrowed_act, modal_request;
    bool learned;         /* proposed by the back-off */
    uint8_t refused_type; /* what "will not" refused, type + 1; 0: no refusal */
    party_list actor, recipient;
    uint32_t inst; /* instrument mention or DM_NONE */
    uint32_t n_speakers;
    uint32_t speaker[SPEAKERS_MAX], speech[SPEAKERS_MAX];
    dm_str act;
    dm_str implied; /* type of an instrument that nobody names, where the clause shows it */
    float weight;
    float sure[DM_SIDES]; /* probability of the side chosen (choose.h), 0: not asked */
    uint8_t n_notes;
    const char *note[NOTES_MAX]; /* steps, static strings */
} cand;

/* data/instruments/implied.tsv: implied.c */
typedef struct dm_implied {
    const dm_table *table;
    int when, inst, act;
    uint32_t *types; /* by row: a bit for each event type */
    dm_map word;     /* word, kind row -> row */
} dm_implied;

struct dm_eventer {
    const dm_tables *tables;
    dm_frames frames;
    dm_status_tables status;
    const dm_table *polarity, *scores;
    dm_map score_row; /* key of frames/scores -> row */
    dm_confidence confidence;
    dm_party_model parties;
    dm_backoff backoff;
    dm_implied implied;
};

/* A party that the article has named so far. */
typedef struct salient {
    dm_party party;       /* as named last */
    uint32_t count, last; /* mentions; sentence of the last one */
    bool title, lead;
} salient;

/* A party of the whole text: mentions, and what the clauses say that it does and suffers. */
typedef struct survey_party {
    char code[DM_CODE_MAX];
    uint32_t named, did, suffered, suffered_hard;
    uint16_t toward[SALIENT_MAX]; /* acts toward the party of this number */
    uint16_t did_type[DM_N_TYPES], suffered_type[DM_N_TYPES];
} survey_party;

/* An earlier act, of this sentence or before. */
typedef struct past {
    const dm_party *actor, *recipient;
    uint32_t n_actor, n_recipient, sentence, type;
} past;

typedef struct ev_work {
    const dm_eventer *e;
    ev_doc d;
    cand *c; /* [CANDIDATES_MAX], of the sentence in hand */
    uint32_t n;
    uint32_t recent_event; /* last event built, or DM_NONE */
    uint32_t recent_inst;  /* its instrument mention */
    salient salient[SALIENT_MAX];
    bool surveying;                   /* clauses only: nothing is taken from the context */
    survey_party survey[SALIENT_MAX]; /* most named first */
    uint32_t n_survey;
    cand *told;                             /* the last act built, or none (m.frame NULL) */
    uint32_t n_salient, next_mention, lead; /* mentions read so far; first sentence of the text proper or DM_NONE */
} ev_work;

/* Sectors of people and private bodies, and of all who do not rule, for dm_str_in(). */
#define DM_CIVIL "CVL OPP REF JRN LAB EDU REL SOC MED"
#define DM_NO_RULERS DM_CIVIL " PTY JUD LEG CRM REB PTY+OPP"

static inline bool dm_is_hard(unsigned type)
{
    return type == DM_SANCTION || type == DM_COERCE || type == DM_ASSAULT || type == DM_ACCUSE;
}

static inline void dm_note(cand *c, const char *step)
{
    if (c->n_notes < NOTES_MAX)
        c->note[c->n_notes++] = step;
}

/* candidates.c: fills w->c for one sentence. */
void dm_candidates(ev_work *w, uint32_t sent);
const cand *dm_live_at(const ev_work *w, uint32_t t);           /* the candidate at t that still counts, or NULL */
cand *dm_candidate_add(ev_work *w, uint32_t t, const match *m); /* NULL when there are too many */
/* pastime.c: drops what is told of sport, the arts, trade, the weather. */
void dm_drop_pastime(ev_work *w, uint32_t sent);
/* parties.c: actors and recipients of every candidate, recovered where the clause is silent. */
void dm_fill_parties(ev_work *w);
/* context.c: the side that neither clause nor frame names, from what the text was just speaking of. */
void dm_parties_from_context(ev_work *w, cand *c);
/* Unrest, arrest or violence in a sentence that names one state only: happened there. */
bool dm_at_home(const ev_work *w, const cand *c);
/* Something given up in a sentence that names one other state: toward that state rather than the own people. */
bool dm_yields_abroad(const ev_work *w, const cand *c);
/* The act i steps before c, of its own sentence or earlier; false when there are not so many. */
bool dm_past_at(const ev_work *w, const cand *c, uint32_t i, past *out);
/* survey.c: number of the party in w->survey, or DM_NONE */
uint32_t dm_survey_find(const ev_work *w, const char *code);
/* duties.c: "should" and "must" of a verb that is no trigger itself. */
void dm_plain_duties(ev_work *w, uint32_t sent);
/* The same for "will not": a refusal. */
void dm_plain_refusals(ev_work *w, uint32_t sent);
/* implied.c: the row that fits an event whose instrument is of type `named` (empty: none is named), or DM_NONE. */
dm_status dm_implied_load(dm_implied *x, const dm_tables *tables, dm_error *err);
void dm_implied_free(dm_implied *x);
uint32_t dm_implied_row(const ev_work *w, const cand *c, dm_str named);
/* "X is against it", "there will be no talks": refusals without a verb that says so. */
void dm_plain_stands(ev_work *w, uint32_t sent);
/* echo.c: clauses that repeat the act before them for somebody else: "so did X", "X will not either", "X followed suit". */
void dm_echoes(ev_work *w, uint32_t sent);
/* instruments.c */
void dm_fill_instrument(ev_work *w, cand *c);
void dm_settle_instrument(ev_work *w, cand *c); /* once the parties are chosen */
bool dm_acts_with_sponsor(dm_str act);          /* cosponsoring, voting: toward whose instrument it is */
dm_status dm_make_instrument(ev_work *w, const cand *c, dm_event *ev, dm_error *err);
/* quotes.c: speaker of each quotation. */
dm_status dm_quote_speakers(ev_doc *d, dm_error *err);
uint32_t dm_speaker_meant(const ev_doc *d, uint32_t who);
/* reasons.c */
dm_status dm_fill_reasons(ev_work *w, const cand *c, dm_event *ev, dm_error *err);

#endif

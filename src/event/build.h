// SPDX-License-Identifier: Apache-2.0
/* Inside the event room: candidates of one sentence and what is made of them. */
#ifndef DM_EVENT_BUILD_H
#define DM_EVENT_BUILD_H

#include "event/confidence.h"
#include "event/event.h"
#include "event/match.h"

enum { CANDIDATES_MAX = 96, NOTES_MAX = 10 };

typedef struct cand {
    uint32_t t;
    match m;
    status status;
    uint8_t type, dropped, borrowed_act, modal_request;
    uint8_t refused_type; /* what "will not" refused, type + 1; 0: no refusal */
    party_list actor, recipient;
    uint32_t inst; /* instrument mention or DM_NONE */
    uint32_t n_speakers;
    uint32_t speaker[SPEAKERS_MAX], speech[SPEAKERS_MAX];
    dm_str act;
    float weight;
    uint8_t n_notes;
    const char *note[NOTES_MAX]; /* steps, static strings */
} cand;

struct dm_eventer {
    const dm_tables *tables;
    dm_frames frames;
    dm_status_tables status;
    const dm_table *polarity, *scores;
    dm_map score_row; /* key of frames/scores -> row */
    dm_confidence confidence;
};

typedef struct ev_work {
    const dm_eventer *e;
    ev_doc d;
    cand *c; /* [CANDIDATES_MAX], of the sentence in hand */
    uint32_t n;
    uint32_t recent_event; /* last event built, or DM_NONE */
    uint32_t recent_inst;  /* its instrument mention */
} ev_work;

static inline void dm_note(cand *c, const char *step)
{
    if (c->n_notes < NOTES_MAX)
        c->note[c->n_notes++] = step;
}

/* candidates.c: fills w->c for one sentence. */
dm_status dm_candidates(ev_work *w, uint32_t sent, dm_error *err);
/* parties.c: actors and recipients of every candidate, recovered where the clause is silent. */
void dm_fill_parties(ev_work *w);
/* context.c: the side that neither clause nor frame names, from what the text was just speaking of. */
void dm_parties_from_context(ev_work *w, cand *c);
/* duties.c: "should" and "must" of a verb that is no trigger itself. */
void dm_plain_duties(ev_work *w, uint32_t sent);
/* The same for "will not": a refusal. */
void dm_plain_refusals(ev_work *w, uint32_t sent);
/* instruments.c */
void dm_fill_instrument(ev_work *w, cand *c);
bool dm_acts_with_sponsor(dm_str act); /* cosponsoring, voting: toward whose instrument it is */
dm_status dm_make_instrument(ev_work *w, const cand *c, dm_event *ev, dm_error *err);
/* quotes.c: speaker of each quotation. */
dm_status dm_quote_speakers(ev_doc *d, dm_error *err);
/* reasons.c */
dm_status dm_fill_reasons(ev_work *w, const cand *c, dm_event *ev, dm_error *err);

#endif

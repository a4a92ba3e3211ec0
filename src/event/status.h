// SPDX-License-Identifier: Apache-2.0
/* Status of an event: negation, future, hypothetical, historical, composed along the path from its trigger to the top of the
 * sentence; and who says so: the speakers along the same path. Tables: data/status. */
#ifndef DM_EVENT_STATUS_H
#define DM_EVENT_STATUS_H

#include "event/view.h"

enum {
    EFFECT_NEG = 1,
    EFFECT_FUTURE = 2,
    EFFECT_HYP = 4,
    EFFECT_HIST = 8, /* the aux bits of document.h */
    EFFECT_ABSORB = 16,
    EFFECT_REJECT = 32,
    EFFECT_REQUEST = 64,
    EFFECT_DONE = 128,
    EFFECT_DECIDE = 256,   /* future, but a decision against is a refusal of today */
    EFFECT_WILL_NOT = 512, /* "would not": a refusal */
    EFFECT_DOUBT = 1024    /* with hypothetical: negated it says nothing ("no doubt that") */
};
enum {
    COMP_INF = 1,
    COMP_ING = 2,
    COMP_THAT = 4,
    COMP_NP = 8,
    COMP_OBJ_INF = 16,
    COMP_NP_OF = 32, /* a noun that is itself an operator */
    COMP_SUBJ = 64   /* the event is the subject */
};
/* Words of speech: saying, denying, asking or charging (what is asked is their word), judging ("praised it for helping"). */
enum { DM_SPEECH_SAY = 1, DM_SPEECH_DENY = 2, DM_SPEECH_HOLD = 4, DM_SPEECH_JUDGE = 8 };
enum { STATUS_WHY = 8, SPEAKERS_MAX = 4 };

typedef struct op_row {
    dm_str words;
    char pos;
    uint8_t comp;
    uint16_t effect;
    uint32_t row, next;
} op_row;

typedef struct mark_row {
    dm_str word; /* words joined by _ */
    uint16_t effect;
    int8_t reason; /* dm_reason_kind or -1 */
    uint32_t row;
} mark_row;

typedef struct dm_status_tables {
    const dm_tables *tables;
    op_row *ops;
    uint32_t n_ops;
    mark_row *marks;
    uint32_t n_marks;
    dm_map by_op, by_mark, modals, adverbs, speech;
    uint16_t op_table, modal_table, adverb_table, mark_table, speech_table;
} dm_status_tables;

typedef struct status_step {
    uint16_t table;
    uint32_t row;
} status_step;

typedef struct status {
    uint8_t aux;         /* DM_NEGATION ... */
    uint8_t request;     /* a duty ("should") laid on the subject */
    uint8_t purpose;     /* what it was done for ("to win back"), governed by no operator */
    uint32_t purpose_of; /* the verb done for it */
    uint8_t will_not;    /* 1: its own auxiliaries say "will not"; 2: "no intention of" */
    uint32_t absorber;   /* operator token that carries this event, or DM_NONE */
    uint32_t rejecter;   /* operator token of a refusal, or DM_NONE */
    uint32_t top;        /* highest operator or support word that the status came through */
    uint8_t n_why;
    status_step why[STATUS_WHY];
} status;

dm_status dm_status_load(dm_status_tables *s, const dm_tables *tables, dm_error *err);
void dm_status_free(dm_status_tables *s);

/* support: support verb of a noun trigger, or DM_NONE. */
/* "has to leave", "needs to stop": a duty said without a modal. */
bool dm_has_to(const dm_doc *doc, uint32_t t);
void dm_status_of(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t support, status *out);

/* Whether the token is a speech word in this use (pos v n a); kind: 1 say, 2 deny, 0 no. */
unsigned dm_is_speech(const dm_status_tables *s, const dm_doc *doc, uint32_t t);
/* Tokens of the speakers, innermost first; deny: set when the innermost speech is a denial. verbs: the speech words. */
unsigned dm_speakers(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t *speaker, uint32_t *verbs, bool *deny);

bool dm_verbal(const dm_doc *doc, uint32_t t);
bool dm_nominal(const dm_doc *doc, uint32_t t);
bool dm_marked_to(const dm_doc *doc, uint32_t t);
/* Which complement a word is of the one that governs it: COMP_*. */
uint8_t dm_comp_of(const dm_doc *doc, uint32_t cur);
/* "a claim that it attacked them": the clause says what the noun holds, also where the tree takes "that" for a relative. */
bool dm_content_clause(const dm_doc *doc, uint32_t cur);

/* The subordinator or preposition of a clause or noun, of one word or several; NULL when there is none. */
const mark_row *dm_mark_of(const dm_status_tables *s, const dm_doc *doc, uint32_t clause);

#endif

// SPDX-License-Identifier: Apache-2.0
/* The argument view of a trigger word: who is its logical subject, object and so on, the same for active and passive, finite and
 * participle, verb and noun. Built from the basic UD tree; shared and controlled arguments are marked inherited. */
#ifndef DM_EVENT_VIEW_H
#define DM_EVENT_VIEW_H

#include "event/frames.h"

enum { VIEW_MAX = 40, CLIMB_MAX = 8 };

typedef struct view_arg {
    uint16_t slot;
    uint8_t inherited; /* not a dependent of the trigger itself */
    uint32_t head;     /* token */
} view_arg;

typedef struct view {
    uint32_t t; /* the trigger */
    char pos;   /* v n a */
    uint8_t passive, n;
    uint32_t support;         /* the support verb of a noun trigger, or DM_NONE */
    uint8_t support_converse; /* its subject is the recipient */
    uint8_t support_aux;      /* status that the support verb adds */
    view_arg arg[VIEW_MAX];
} view;

void dm_view_build(const dm_frames *f, const dm_doc *doc, uint32_t t, char pos, view *out);

/* Of "be" before a predicate with a preposition: its subject, and the predicate in the slot of the preposition. */
void dm_view_build_copula(const dm_frames *f, const dm_doc *doc, uint32_t be, view *out);

/* Surface subject of a verb or predicate, through control, coordination and relative clauses; DM_NONE when there is none. */
uint32_t dm_surface_subject(const dm_doc *doc, uint32_t t);
uint32_t dm_headline_subject(const dm_doc *doc, uint32_t t); /* of a verbless headline's infinitive, or DM_NONE */
/* The one who acts: surface subject of an active verb, agent of a passive one. */
uint32_t dm_logical_subject(const dm_doc *doc, uint32_t t);
bool dm_is_passive(const dm_doc *doc, uint32_t t);
/* "in", "out_of", "according_to": prepositions of a nominal, joined; empty when none. out holds the bytes. */
dm_str dm_case_of(const dm_doc *doc, uint32_t t, char *out, size_t size);
/* First argument in the slot, or DM_NONE. */
uint32_t dm_view_slot(const view *v, uint16_t slot);

static inline const dm_token *dm_tok(const dm_doc *doc, uint32_t t) { return &doc->tokens.v[t]; }

#endif

// SPDX-License-Identifier: Apache-2.0
/* Which frame a trigger word is in its sentence. */
#ifndef DM_EVENT_MATCH_H
#define DM_EVENT_MATCH_H

#include "event/party.h"

enum { USED_MAX = 8 };

typedef struct match {
    const frame *frame; /* NULL: none */
    view view;
    uint8_t n_used;
    uint32_t used[USED_MAX]; /* argument tokens that the frame's conditions were about: they are part of this event */
} match;

/* Fills out; frame is NULL when no line of the tables holds. A line with type "-" is returned like any other. */
void dm_match(const ev_doc *e, uint32_t t, match *out);
/* "was in Lima": the lines of "be" for a predicate with a preposition, whose copula is the trigger of the view. */
void dm_match_copula(const ev_doc *e, uint32_t predicate, match *out);

#endif

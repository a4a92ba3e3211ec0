// SPDX-License-Identifier: Apache-2.0
/* Which time expression says when a word's event was: the tree's answer, for the stages that date events and instruments. */
#ifndef DM_DOC_TIMES_H
#define DM_DOC_TIMES_H

#include "doc/doc.h"

enum { DM_TIMES_MAX = 8 };

/* Time expressions that date the event stated by a token: governed by it, by its object, or by the clause that holds it (nearest
 * first; a clause of saying above it does not count). Fills at most max indices into doc->times and returns how many. *speech, when
 * not NULL, gets the verb of saying above, or DM_NONE. */
uint32_t dm_times_for(const dm_doc *doc, uint32_t token, uint32_t *out, uint32_t max, uint32_t *speech);

/* The best of them, or DM_NONE. */
uint32_t dm_time_for(const dm_doc *doc, uint32_t token);

/* Years that a time covers, without those excepted; returns how many, at most max. A repeated time ("every year since June 1989")
 * counts from the first whole year. Nothing for open ends and unknown intervals. */
uint32_t dm_when_years(const dm_doc *doc, const dm_time *time, int16_t *out, uint32_t max);

#endif

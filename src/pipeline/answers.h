// SPDX-License-Identifier: Apache-2.0
/* Which act answers which request: the rules of data/stance/answers.tsv, without a record. */
#ifndef DM_PIPELINE_ANSWERS_H
#define DM_PIPELINE_ANSWERS_H

#include "base/table.h"
#include <demarche/record.h>

/* What of an event matters for an answer. Strings are borrowed; empty when there is none. */
typedef struct dm_deed {
    uint8_t type, aux;
    dm_str cameo;
    dm_str instrument, subject, act;
    dm_day day, day_end; /* DM_DAY_NONE: not known */
} dm_deed;

typedef enum dm_tie { DM_TIE_INSTRUMENT, DM_TIE_ASKER } dm_tie;

/* rank: smaller is stronger. */
typedef struct dm_judgement {
    dm_answer answer; /* DM_ANSWER_NONE: it does not answer */
    unsigned rank;
    unsigned line; /* of the table */
} dm_judgement;

/* Types whose events may ask something, as bits; and whether this one does. */
uint32_t dm_ask_types(const dm_tables *tables);
bool dm_asks(const dm_tables *tables, const dm_deed *deed);

/* What the words behind the trigger say: asked not to; speaks of another's request. */
bool dm_asked_against(const dm_tables *tables, dm_str behind);
bool dm_asked_refers(const dm_tables *tables, dm_str behind);
/* The instrument is the asker's own way of asking. */
bool dm_asked_by_means(const dm_tables *tables, const dm_deed *request, dm_str behind);

/* What `deed` of the asked party says to the request (its instrument is what is asked for, if any); tie: how the two belong together.
 * The longest time in which a tie answers: dm_answer_days(). */
dm_judgement dm_judge(const dm_tables *tables, const dm_deed *request, bool against, const dm_deed *deed, dm_tie tie);
int dm_answer_days(const dm_tables *tables, dm_tie tie);

#endif

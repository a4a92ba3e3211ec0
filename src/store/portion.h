// SPDX-License-Identifier: Apache-2.0
/* Events that are about to be loaded, from inside (portion.c): load.c takes their rows from here where they were asked for together. */
#ifndef DM_STORE_PORTION_H
#define DM_STORE_PORTION_H

#include "store/work.h"

typedef enum dm_load { LOAD_EVENT, LOAD_HEAD, LOAD_PARTIES, LOAD_REASONS, DM_N_STREAMS } dm_load;
typedef struct dm_stream dm_stream;

/* The questions for a portion (load.c): ?1 an array of events; the column that says which of them a row is of, from 1. */
typedef struct dm_load_question {
    const char *sql;
    int column;
} dm_load_question;
extern const dm_load_question dm_load_questions[DM_N_STREAMS];

/* Whether the event is the next of the portion; its rows are there then. */
bool dm_portion_has(dm_store *s, int64_t event);
/* The first row of the next event; DM_END: there is none. */
dm_status dm_portion_row(dm_store *s, dm_load which, dm_stmt **q, dm_error *err);
/* The row behind; DM_END: it is of another event. */
dm_status dm_portion_step(dm_store *s, dm_load which, dm_error *err);
/* The event is loaded. */
void dm_portion_next(dm_store *s);
void dm_portion_free(dm_store *s);

#endif

// SPDX-License-Identifier: Apache-2.0
/* The store from inside. */
#ifndef DM_STORE_WORK_H
#define DM_STORE_WORK_H

#include "store/store.h"

enum { INSTRUMENTS_KEPT = 1024 /* rows of instruments that are looked up without the database */ };

typedef struct kept {
    uint64_t key;
    int64_t row;
} kept;

/* An event of a document that is being coded again, from before: its happening goes to the new event at the same place. */
typedef struct old_event {
    uint32_t trigger;
    uint8_t type;
    int64_t happening;
} old_event;

struct linker;
struct linking;

struct dm_store {
    dm_db *db;
    kept instruments[INSTRUMENTS_KEPT];
    old_event *old;
    uint32_t n_old, cap_old;
    struct linker *linker;   /* NULL: no linking */
    struct linking *linking; /* its work on the document in hand */
};

/* Finds the near copies of a new document and sets its family. */
dm_status dm_store_family(dm_store *s, int64_t document, const dm_filing *f, bool *near_copy, dm_error *err);

/* Before a document's events are replaced: keeps which happenings they told. After it: removes those that nobody tells any more. */
dm_status dm_store_remember(dm_store *s, int64_t document, dm_error *err);
dm_status dm_store_tidy(dm_store *s, dm_error *err);

void dm_linker_free(struct linker *k);
void dm_linking_free(struct linking *w);

#endif

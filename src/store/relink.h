// SPDX-License-Identifier: Apache-2.0
/* Linking a whole record anew, from inside: near copies (relink_family.c), happenings (relink.c), and what of both is written into the
 * record (relink_carry.c).
 *
 * A scratch record, a temporary file of SQLite's, has slim tables of what linking reads; documents, events and happenings are numbered there
 * in the order in which they come, which depends on their content alone. `row` is their number in the record. */
#ifndef DM_STORE_RELINK_H
#define DM_STORE_RELINK_H

#include "store/engine.h"
#include "store/links.h"

typedef struct relinking {
    dm_store *s;      /* the record, in a transaction */
    dm_store scratch; /* its db, and linking's work; the linker is the record's */
    const dm_relink_opts *opts;
    dm_relink_stats stats;
    uint64_t n_documents; /* of the record */
} relinking;

/* Shares of the work, for whoever waits. */
#define RELINK_FAMILIES 0.1
#define RELINK_LINKED 0.8

/* Tells how far it is. false: it is to stop. */
bool dm_relink_goes_on(relinking *r, double share);

/* Which documents are of another family than the record says: table `renamed` of the scratch. */
dm_status dm_relink_families(relinking *r, dm_error *err);
/* Writes what differs into the record. */
dm_status dm_relink_carry(relinking *r, dm_error *err);

/* One statement of the scratch, with two numbers. */
dm_status dm_relink_put(relinking *r, const char *sql, int64_t a, int64_t b, dm_error *err);

#endif

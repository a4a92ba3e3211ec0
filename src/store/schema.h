// SPDX-License-Identifier: Apache-2.0
/* The schema of a record and its versions: docs/schema.md tells what every column means. */
#ifndef DM_STORE_SCHEMA_H
#define DM_STORE_SCHEMA_H

#include "store/db.h"

enum { DM_SCHEMA_VERSION = 3, DM_SCHEMA_DIGESTS = 2 /* the last version without digests: the step behind it makes them */ };

/* Brings the record to this program's schema: makes it when it is empty, migrates older ones step by step, each in one transaction.
 * DM_EINPUT for a database that is no record, or one of a newer program. readonly: only checks. */
dm_status dm_schema_ready(dm_db *db, bool readonly, dm_error *err);
/* The same at a server (pg_schema.c): the steps as dialect.c says them, and what is PostgreSQL's own. */
dm_status dm_pg_schema_ready(dm_db *db, bool readonly, dm_error *err);
/* By version from 0, the statements that lead to the next one; each list ends with NULL. */
extern const char *const *const dm_schema_steps[DM_SCHEMA_VERSION];

/* Before a new record is filled with very many events: takes away the indexes that only questions need. Behind it, and whenever a record
 * is opened for writing, those that are missing are made. */
dm_status dm_schema_drop_late(dm_db *db, dm_error *err);
dm_status dm_schema_make_late(dm_db *db, dm_error *err);

#endif

// SPDX-License-Identifier: Apache-2.0
/* Where a unit test's record is: a file of its own, or, where tests/postgres.py says so ($DEMARCHE_TEST_RECORD), a database, which is
 * emptied for each record: the same cases run over both engines. */
#ifndef DM_TEST_RECORD_PLACE_H
#define DM_TEST_RECORD_PLACE_H

#include "store/db.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLACE_BYTES = 400 };

static inline const char *place_server(void) { return getenv("DEMARCHE_TEST_RECORD"); }

/* Takes the record away, whatever of it is there. */
static inline bool place_clear(const char *record)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    if (!dm_db_is_url(record)) {
        for (int i = 0; i < 3; i++) {
            char path[PLACE_BYTES + 8];
            snprintf(path, sizeof path, "%s%s", record, ends[i]);
            unlink(path);
        }
        return true;
    }
    dm_db *db = NULL;
    dm_error err = { .msg = "" };
    dm_status st = dm_db_open(&db, record, DM_DB_WRITE, &err);
    if (st == DM_OK)
        st = dm_db_exec(db, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", &err);
    dm_db_close(db);
    if (st != DM_OK)
        fprintf(stderr, "%s\n", err.msg);
    return st == DM_OK;
}

/* The name of a record that is not there yet; pattern: of a file, ending in XXXXXX. */
static inline bool place_new(char out[PLACE_BYTES], const char *pattern)
{
    const char *server = place_server();
    int n = snprintf(out, PLACE_BYTES, "%s", server ? server : pattern);
    if (n < 0 || n >= PLACE_BYTES)
        return false;
    if (server)
        return place_clear(out);
    int fd = mkstemp(out);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

#endif

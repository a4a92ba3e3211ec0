// SPDX-License-Identifier: Apache-2.0
/* Statements that write are sent ahead: nobody waits for their answers until something is asked that needs one. Filing writes ten rows for
 * each that it looks up; so it waits once in place of ten times. What fails is told by the next statement that waits, or by the commit. */
#include "store/postgres.h"
#include <stdlib.h>

enum { AHEAD_MAX = 512 /* answers that wait at the server */, FLUSH_EACH = 16 /* statements, so that it begins early */ };

bool dm_pg_ahead(pg *db)
{
    if (db->ahead == 0 && !PQenterPipelineMode(db->c))
        return false;
    db->ahead++;
    return true;
}

static bool failed(const PGresult *r)
{
    ExecStatusType how = PQresultStatus(r);
    return how == PGRES_FATAL_ERROR || how == PGRES_PIPELINE_ABORTED || how == PGRES_BAD_RESPONSE;
}

/* All answers up to the sync; *last: of the last statement, cleared by the caller. */
static dm_status take(pg *db, PGresult **last, dm_error *err)
{
    dm_status st = DM_OK;
    for (bool empty = false;;) {
        PGresult *r = dm_pg_next(db);
        bool sync = r && PQresultStatus(r) == PGRES_PIPELINE_SYNC;
        if (st == DM_OK && r && failed(r))
            st = dm_pg_told(db, r, err);
        bool lost = dm_pg_lost(db) || (!r && empty);
        empty = !r;
        if (r && !sync) {
            PQclear(*last);
            *last = r;
        } else {
            PQclear(r);
        }
        if (sync)
            return st;
        if (lost)
            return st == DM_OK ? dm_pg_told(db, NULL, err) : st;
    }
}

dm_status dm_pg_settle(pg *db, PGresult **last, dm_error *err)
{
    PGresult *r = NULL;
    if (db->ahead == 0)
        return DM_OK;
    dm_status st = PQpipelineSync(db->c) == 1 ? take(db, &r, err) : dm_pg_told(db, NULL, err);
    PQexitPipelineMode(db->c);
    db->ahead = 0;
    if (st == DM_OK && last)
        *last = r;
    else
        PQclear(r);
    return st;
}

dm_status dm_pg_sent(pg *db, dm_error *err)
{
    if (db->ahead % FLUSH_EACH == 0)
        PQflush(db->c);
    return db->ahead < AHEAD_MAX ? DM_OK : dm_pg_settle_write(db, err);
}

dm_status dm_pg_settle_write(pg *db, dm_error *err)
{
    PGresult *r = NULL;
    if (db->ahead == 0)
        return DM_OK;
    dm_status st = dm_pg_settle(db, &r, err);
    if (st == DM_OK) {
        db->changes = strtoll(PQcmdTuples(r), NULL, 10);
        if (db->numbers && PQntuples(r) > 0)
            db->last_id = dm_pg_int(r, 0, 0);
    }
    PQclear(r);
    return st;
}

/* What a caller asks for that cannot be told of a failure: the next statement, or the commit, tells. */
int64_t dm_pg_after_write(pg *db, const int64_t *what)
{
    dm_error late = { .msg = "" };
    dm_status st = dm_pg_settle_write(db, &late);
    if (st != DM_OK && db->late.code == DM_OK) {
        db->late = late;
        db->late.code = st;
    }
    return st == DM_OK ? *what : 0;
}

dm_status dm_pg_late(pg *db, dm_error *err)
{
    dm_status st = db->late.code;
    if (st != DM_OK && err)
        *err = db->late;
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* A record's engine by its name, and what both engines share: statements kept by the address of their text. */
#include "store/engine.h"

bool dm_db_is_url(const char *path) { return strncmp(path, "postgres://", 11) == 0 || strncmp(path, "postgresql://", 13) == 0; }

dm_status dm_db_open(dm_db **out, const char *path, dm_db_mode mode, dm_error *err)
{
    return dm_db_is_url(path) ? dm_postgres_open(out, path, mode, err) : dm_sqlite_open(out, path, mode, err);
}

void dm_db_drop_kept(dm_db *db)
{
    for (unsigned i = 0; i < db->n_kept; i++)
        dm_stmt_free(db->kept[i]);
    db->n_kept = 0;
    memset(db->kept_at, 0, sizeof db->kept_at);
}

void dm_db_close(dm_db *db)
{
    if (db)
        db->engine->close(db);
}

dm_db_kind dm_db_engine(const dm_db *db) { return db->engine->kind; }
const char *dm_db_path(const dm_db *db) { return db->path; }
dm_status dm_db_again(dm_db *db, dm_error *err) { return db->engine->again(db, err); }
void dm_db_limit(dm_db *db, uint64_t ns, const volatile int *stop) { db->engine->limit(db, ns, stop); }
void dm_db_budget(dm_db *db, int64_t steps) { db->engine->budget(db, steps); }
dm_status dm_db_exec(dm_db *db, const char *sql, dm_error *err) { return db->engine->exec(db, sql, err); }
dm_status dm_db_begin(dm_db *db, dm_error *err) { return db->engine->begin(db, err); }
dm_status dm_db_commit(dm_db *db, dm_error *err) { return db->engine->commit(db, err); }
void dm_db_rollback(dm_db *db) { db->engine->rollback(db); }
bool dm_db_in_transaction(dm_db *db) { return db->engine->in_transaction(db); }
int64_t dm_db_last_id(dm_db *db) { return db->batch ? dm_batch_last_id(db->batch) : db->engine->last_id(db); }
int64_t dm_db_changes(dm_db *db) { return db->batch ? dm_batch_changes(db->batch) : db->engine->changes(db); }
dm_status dm_db_version(dm_db *db, int64_t *out, dm_error *err) { return db->engine->version(db, out, err); }
dm_status dm_db_bulk(dm_db *db, bool on, dm_error *err) { return db->engine->tune(db, DM_TUNE_BULK, on, err); }
dm_status dm_db_foreign(dm_db *db, bool on, dm_error *err) { return db->engine->tune(db, DM_TUNE_FOREIGN, on, err); }
dm_status dm_db_sorting(dm_db *db, bool on, dm_error *err) { return db->engine->tune(db, DM_TUNE_SORTING, on, err); }

static dm_status use(dm_db *db, dm_stmt **out, const char *sql, bool many, dm_error *err)
{
    if (db->batch)
        return dm_batch_use(db->batch, out, sql, err);
    const size_t places = sizeof db->kept_at / sizeof *db->kept_at;
    size_t at = dm_db_slot(sql, places);
    for (; db->kept_at[at]; at = (at + 1) & (places - 1)) {
        dm_stmt *s = db->kept[db->kept_at[at] - 1];
        if (s->sql == sql) {
            dm_stmt_done(s);
            *out = s;
            return DM_OK;
        }
    }
    if (db->n_kept == DM_DB_STMTS_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "more than %d kinds of statement", DM_DB_STMTS_MAX);
    dm_status st = db->engine->prepare(db, &db->kept[db->n_kept], sql, true, many, err);
    if (st == DM_OK) {
        *out = db->kept[db->n_kept++];
        db->kept_at[at] = (uint16_t)db->n_kept;
    }
    return st;
}

dm_status dm_db_use(dm_db *db, dm_stmt **out, const char *sql, dm_error *err) { return use(db, out, sql, false, err); }
dm_status dm_db_use_long(dm_db *db, dm_stmt **out, const char *sql, dm_error *err) { return use(db, out, sql, true, err); }

dm_status dm_db_prepare(dm_db *db, dm_stmt **out, const char *sql, dm_error *err)
{
    return db->engine->prepare(db, out, sql, false, false, err);
}

dm_status dm_db_prepare_long(dm_db *db, dm_stmt **out, const char *sql, dm_error *err)
{
    return db->engine->prepare(db, out, sql, false, true, err);
}

void dm_stmt_free(dm_stmt *s)
{
    if (s)
        s->engine->free(s);
}

void dm_bind_int(dm_stmt *s, int at, int64_t value) { s->engine->bind_int(s, at, value); }
void dm_bind_real(dm_stmt *s, int at, double value) { s->engine->bind_real(s, at, value); }
void dm_bind_str(dm_stmt *s, int at, dm_str value) { s->engine->bind_str(s, at, value); }
void dm_bind_blob(dm_stmt *s, int at, dm_str value) { s->engine->bind_blob(s, at, value); }
void dm_bind_null(dm_stmt *s, int at) { s->engine->bind_null(s, at); }
dm_status dm_stmt_step(dm_stmt *s, dm_error *err) { return s->engine->step(s, err); }
void dm_stmt_done(dm_stmt *s) { s->engine->done(s); }
int64_t dm_col_int(dm_stmt *s, int at) { return s->engine->col_int(s, at); }
double dm_col_real(dm_stmt *s, int at) { return s->engine->col_real(s, at); }
dm_str dm_col_str(dm_stmt *s, int at) { return s->engine->col_str(s, at); }
bool dm_col_null(dm_stmt *s, int at) { return s->engine->col_null(s, at); }

dm_status dm_stmt_run(dm_stmt *s, dm_error *err)
{
    dm_status st = dm_stmt_step(s, err);
    if (st == DM_OK)
        dm_stmt_done(s);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_db_number(dm_db *db, const char *sql, int64_t *out, dm_error *err)
{
    dm_stmt *s = NULL;
    dm_status st = dm_db_prepare(db, &s, sql, err);
    if (st == DM_OK)
        st = dm_stmt_step(s, err);
    if (st == DM_OK || st == DM_END) {
        *out = st == DM_OK ? dm_col_int(s, 0) : 0;
        st = DM_OK;
    }
    dm_stmt_free(s);
    return st;
}

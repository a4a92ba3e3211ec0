// SPDX-License-Identifier: Apache-2.0
/* The record in one SQLite file: WAL, so that readers never wait; synchronous=NORMAL, so that a killed process loses nothing that
 * was committed and a power failure at most the last commits, never the file. */
#include "store/db.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    STMTS_MAX = 256,
    GAP_NS = 2000000,
    CACHE_KB = 64 * 1024,
    BULK_CACHE_KB = 768 * 1024,
    MMAP_MB = 1024,
    CHECKPOINT_PAGES = 4000,
    BULK_CHECKPOINT_PAGES = 100000,
    BUDGET_STEP = 1000
};

struct dm_stmt {
    dm_db *db;
    sqlite3_stmt *s;
    const char *sql;
    dm_status failed; /* of a bind, told by the next step */
};

struct dm_db {
    sqlite3 *h;
    char *path;
    dm_db_mode mode;
    dm_stmt cache[STMTS_MAX];
    unsigned n_cache;
    int64_t budget; /* 0: none */
    uint64_t until; /* clock at which a question ends; 0: never */
    const volatile int *stop;
};

/* What SQLite says, as what a user can do about it. */
static dm_status told(const dm_db *db, int rc, dm_error *err)
{
    const char *path = db->path, *msg = db->h ? sqlite3_errmsg(db->h) : sqlite3_errstr(rc);
    switch (rc & 0xff) {
    case SQLITE_NOMEM: return dm_fail(err, DM_ENOMEM, 0, "out of memory in the record '%s'", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return dm_fail(err, DM_EIO, 0, "the record '%s' is locked by another program; try again when that has ended", path);
    case SQLITE_READONLY: return dm_fail(err, DM_EIO, 0, "the record '%s' is read-only; change its rights, or copy it", path);
    case SQLITE_FULL:
        return dm_fail(err, DM_EIO, 0,
            "no room left on the disk of the record '%s'; what was added before is kept: free some room and run it again",
            path);
    case SQLITE_NOTADB: return dm_fail(err, DM_EINPUT, 0, "'%s' is not a record (not an SQLite file)", path);
    case SQLITE_CORRUPT:
        return dm_fail(err, DM_ECORRUPT, 0,
            "the record '%s' is damaged (%s); restore a copy, or recover it with 'sqlite3 %s .recover'", path, msg, path);
    case SQLITE_CANTOPEN:
        return dm_fail(err, DM_EIO, 0, "cannot open the record '%s': %s", path, errno ? strerror(errno) : msg);
    case SQLITE_IOERR: return dm_fail(err, DM_EIO, 0, "cannot read or write the record '%s': %s", path, msg);
    case SQLITE_INTERRUPT:
        return dm_fail(err, DM_ELIMIT, 0, "the record '%s' took too long to answer; ask for less of it", path);
    default: return dm_fail(err, DM_EIO, 0, "the record '%s': %s", path, msg);
    }
}

/* Looks again every millisecond, so that the gap that another writer leaves behind each commit is not missed. */
static int wait_for_other(void *ctx, int times)
{
    (void)ctx;
    if (times >= DM_DB_BUSY_MS)
        return 0;
    nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    return 1;
}

static dm_status setup(dm_db *db, dm_error *err)
{
    sqlite3_extended_result_codes(db->h, 1);
    sqlite3_busy_handler(db->h, wait_for_other, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    char sql[200];
    snprintf(sql, sizeof sql, "PRAGMA cache_size=-%d; PRAGMA mmap_size=%lld; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON",
        CACHE_KB, (long long)MMAP_MB << 20);
    dm_status st = dm_db_exec(db, sql, err);
    if (st == DM_OK && db->mode == DM_DB_WRITE)
        st = dm_db_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000",
            err); /* CHECKPOINT_PAGES */
    return st;
}

dm_status dm_db_open(dm_db **out, const char *path, dm_db_mode mode, dm_error *err)
{
    dm_db *db = calloc(1, sizeof *db);
    if (!db || !(db->path = strdup(path))) {
        free(db);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the record '%s'", path);
    }
    db->mode = mode;
    int flags = mode == DM_DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    errno = 0;
    int rc = sqlite3_open_v2(path, &db->h, flags | SQLITE_OPEN_NOMUTEX, NULL);
    dm_status st = rc == SQLITE_OK ? setup(db, err) : told(db, rc, err);
    if (st == DM_OK)
        *out = db;
    else
        dm_db_close(db);
    return st;
}

static uint64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Every BUDGET_STEP steps of a statement: not 0 ends it. */
static int on_progress(void *ctx)
{
    dm_db *db = ctx;
    bool spent = db->budget > 0 && (db->budget -= BUDGET_STEP) <= 0;
    return spent || (db->stop && *db->stop) || (db->until && clock_ns() > db->until);
}

static void watch(dm_db *db)
{
    bool any = db->budget > 0 || db->until || db->stop;
    sqlite3_progress_handler(db->h, any ? BUDGET_STEP : 0, any ? on_progress : NULL, db);
}

void dm_db_limit(dm_db *db, uint64_t ns, const volatile int *stop)
{
    db->until = ns ? clock_ns() + ns : 0;
    db->stop = stop;
    watch(db);
}

void dm_db_close(dm_db *db)
{
    if (!db)
        return;
    for (unsigned i = 0; i < db->n_cache; i++)
        sqlite3_finalize(db->cache[i].s);
    sqlite3_close(db->h);
    free(db->path);
    free(db);
}

const char *dm_db_path(const dm_db *db) { return db->path; }

dm_status dm_db_exec(dm_db *db, const char *sql, dm_error *err)
{
    errno = 0;
    int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? DM_OK : told(db, rc, err);
}

static dm_status prepare(dm_db *db, dm_stmt *s, const char *sql, unsigned flags, dm_error *err)
{
    int rc = sqlite3_prepare_v3(db->h, sql, -1, flags, &s->s, NULL);
    if (rc != SQLITE_OK)
        return told(db, rc, err);
    s->db = db;
    s->sql = sql;
    s->failed = DM_OK;
    return DM_OK;
}

dm_status dm_db_use(dm_db *db, dm_stmt **out, const char *sql, dm_error *err)
{
    for (unsigned i = 0; i < db->n_cache; i++)
        if (db->cache[i].sql == sql) {
            dm_stmt_done(&db->cache[i]);
            *out = &db->cache[i];
            return DM_OK;
        }
    if (db->n_cache == STMTS_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "more than %d kinds of statement", STMTS_MAX);
    dm_stmt *s = &db->cache[db->n_cache];
    dm_status st = prepare(db, s, sql, SQLITE_PREPARE_PERSISTENT, err);
    if (st == DM_OK) {
        db->n_cache++;
        *out = s;
    }
    return st;
}

dm_status dm_db_prepare(dm_db *db, dm_stmt **out, const char *sql, dm_error *err)
{
    dm_stmt *s = calloc(1, sizeof *s);
    if (!s)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a statement");
    dm_status st = prepare(db, s, sql, 0, err);
    if (st == DM_OK)
        *out = s;
    else
        free(s);
    return st;
}

void dm_stmt_free(dm_stmt *s)
{
    if (s)
        sqlite3_finalize(s->s);
    free(s);
}

static void bound(dm_stmt *s, int rc)
{
    if (rc != SQLITE_OK && s->failed == DM_OK)
        s->failed = rc == SQLITE_NOMEM ? DM_ENOMEM : rc == SQLITE_TOOBIG ? DM_ELIMIT : DM_EUSAGE;
}

void dm_bind_int(dm_stmt *s, int at, int64_t value) { bound(s, sqlite3_bind_int64(s->s, at, value)); }
void dm_bind_real(dm_stmt *s, int at, double value) { bound(s, sqlite3_bind_double(s->s, at, value)); }
void dm_bind_null(dm_stmt *s, int at) { bound(s, sqlite3_bind_null(s->s, at)); }

void dm_bind_str(dm_stmt *s, int at, dm_str value)
{
    bound(s, sqlite3_bind_text64(s->s, at, value.p, value.len, SQLITE_STATIC, SQLITE_UTF8));
}

void dm_bind_blob(dm_stmt *s, int at, dm_str value)
{
    bound(s, sqlite3_bind_blob64(s->s, at, value.p ? value.p : "", value.len, SQLITE_STATIC));
}

dm_status dm_stmt_step(dm_stmt *s, dm_error *err)
{
    if (s->failed != DM_OK)
        return dm_fail(err, s->failed, 0, "a value for the record '%s' is too large or memory ran out", s->db->path);
    errno = 0;
    int rc = sqlite3_step(s->s);
    if (rc == SQLITE_ROW)
        return DM_OK;
    if (rc == SQLITE_DONE) {
        dm_stmt_done(s);
        return DM_END;
    }
    dm_status st = told(s->db, rc, err);
    dm_stmt_done(s);
    return st;
}

dm_status dm_stmt_run(dm_stmt *s, dm_error *err)
{
    dm_status st = dm_stmt_step(s, err);
    if (st == DM_OK)
        dm_stmt_done(s);
    return st == DM_END ? DM_OK : st;
}

void dm_stmt_done(dm_stmt *s)
{
    sqlite3_reset(s->s);
    sqlite3_clear_bindings(s->s);
    s->failed = DM_OK;
}

int64_t dm_col_int(dm_stmt *s, int at) { return sqlite3_column_int64(s->s, at); }
double dm_col_real(dm_stmt *s, int at) { return sqlite3_column_double(s->s, at); }
bool dm_col_null(dm_stmt *s, int at) { return sqlite3_column_type(s->s, at) == SQLITE_NULL; }

dm_str dm_col_str(dm_stmt *s, int at)
{
    const void *p = sqlite3_column_blob(s->s, at);
    int n = sqlite3_column_bytes(s->s, at);
    return (dm_str){ n > 0 ? p : NULL, n > 0 ? (size_t)n : 0 };
}

void dm_db_budget(dm_db *db, int64_t steps)
{
    db->budget = steps;
    watch(db);
}

int64_t dm_db_last_id(dm_db *db) { return sqlite3_last_insert_rowid(db->h); }
int64_t dm_db_changes(dm_db *db) { return sqlite3_changes64(db->h); }

dm_status dm_db_begin(dm_db *db, dm_error *err) { return dm_db_exec(db, "BEGIN IMMEDIATE", err); }
dm_status dm_db_commit(dm_db *db, dm_error *err)
{
    dm_status st = dm_db_exec(db, "COMMIT", err);
    if (st == DM_OK) /* whoever else waits to write comes in between */
        nanosleep(&(struct timespec){ .tv_nsec = GAP_NS }, NULL);
    return st;
}
bool dm_db_in_transaction(dm_db *db) { return !sqlite3_get_autocommit(db->h); }

void dm_db_rollback(dm_db *db)
{
    if (dm_db_in_transaction(db))
        sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
}

dm_status dm_db_bulk(dm_db *db, bool on, dm_error *err)
{
    char sql[160];
    snprintf(sql, sizeof sql, "PRAGMA foreign_keys=%s; PRAGMA cache_size=-%d; PRAGMA wal_autocheckpoint=%d", on ? "OFF" : "ON",
        on ? BULK_CACHE_KB : CACHE_KB, on ? BULK_CHECKPOINT_PAGES : CHECKPOINT_PAGES);
    return dm_db_exec(db, sql, err);
}

dm_status dm_db_foreign(dm_db *db, bool on, dm_error *err)
{
    return dm_db_exec(db, on ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF", err);
}

dm_status dm_db_sorting(dm_db *db, bool on, dm_error *err)
{
    return dm_db_exec(db, on ? "PRAGMA temp_store=FILE" : "PRAGMA temp_store=MEMORY", err);
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

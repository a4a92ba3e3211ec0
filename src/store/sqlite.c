// SPDX-License-Identifier: Apache-2.0
/* The record in one SQLite file: WAL, so that readers never wait; synchronous=NORMAL, so that a killed process loses nothing that
 * was committed and a power failure at most the last commits, never the file. */
#include "base/flag.h"
#include "store/engine.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    GAP_NS = 2000000,
    CACHE_KB = 64 * 1024,
    BULK_CACHE_KB = 768 * 1024,
    SCRATCH_CACHE_KB = 256 * 1024,
    MMAP_MB = 1024,
    CHECKPOINT_PAGES = 4000,
    BULK_CHECKPOINT_PAGES = 100000,
    BUDGET_STEP = 1000
};

typedef struct lite lite;

typedef struct lite_stmt {
    dm_stmt base;
    lite *db;
    sqlite3_stmt *s;
    dm_status failed; /* of a bind, told by the next step */
} lite_stmt;

struct lite {
    dm_db base;
    sqlite3 *h;
    int64_t budget; /* 0: none */
    uint64_t until; /* clock at which a question ends; 0: never */
    const volatile int *stop;
};

static const dm_engine engine;

/* What SQLite says, as what a user can do about it. */
static dm_status told(const lite *db, int rc, dm_error *err)
{
    const char *path = db->base.path, *msg = db->h ? sqlite3_errmsg(db->h) : sqlite3_errstr(rc);
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

static dm_status setup(lite *db, dm_error *err)
{
    sqlite3_extended_result_codes(db->h, 1);
    sqlite3_busy_handler(db->h, wait_for_other, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    sqlite3_db_config(db->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    char sql[200];
    snprintf(sql, sizeof sql, "PRAGMA cache_size=-%d; PRAGMA mmap_size=%lld; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON",
        CACHE_KB, (long long)MMAP_MB << 20);
    dm_status st = dm_db_exec(&db->base, sql, err);
    if (st == DM_OK && db->base.mode == DM_DB_WRITE)
        st = dm_db_exec(&db->base, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000",
            err); /* CHECKPOINT_PAGES */
    return st;
}

dm_status dm_sqlite_open(dm_db **out, const char *path, dm_db_mode mode, dm_error *err)
{
    lite *db = calloc(1, sizeof *db);
    if (!db || !(db->base.path = strdup(path))) {
        free(db);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the record '%s'", path);
    }
    db->base.engine = &engine;
    db->base.mode = mode;
    int flags = mode == DM_DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    errno = 0;
    int rc = sqlite3_open_v2(path, &db->h, flags | SQLITE_OPEN_NOMUTEX, NULL);
    dm_status st = rc == SQLITE_OK ? setup(db, err) : told(db, rc, err);
    if (st == DM_OK)
        *out = &db->base;
    else
        dm_db_close(&db->base);
    return st;
}

dm_status dm_sqlite_scratch(dm_db **out, dm_error *err)
{
    char *shown = strdup("(a temporary file)");
    dm_status st = shown ? dm_sqlite_open(out, "", DM_DB_WRITE, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory");
    if (st != DM_OK) {
        free(shown);
        return st;
    }
    free((*out)->path);
    (*out)->path = shown;
    char sql[160];
    snprintf(sql, sizeof sql,
        "PRAGMA foreign_keys=OFF; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE; PRAGMA "
        "cache_size=-%d",
        SCRATCH_CACHE_KB);
    return dm_db_exec(*out, sql, err);
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
    lite *db = ctx;
    bool spent = db->budget > 0 && (db->budget -= BUDGET_STEP) <= 0;
    return spent || dm_flag(db->stop) || (db->until && clock_ns() > db->until);
}

static void watch(lite *db)
{
    bool any = db->budget > 0 || db->until || db->stop;
    sqlite3_progress_handler(db->h, any ? BUDGET_STEP : 0, any ? on_progress : NULL, db);
}

static void limit(dm_db *base, uint64_t ns, const volatile int *stop)
{
    lite *db = (lite *)base;
    db->until = ns ? clock_ns() + ns : 0;
    db->stop = stop;
    watch(db);
}

static void budget(dm_db *base, int64_t steps)
{
    lite *db = (lite *)base;
    db->budget = steps;
    watch(db);
}

static void close_db(dm_db *base)
{
    lite *db = (lite *)base;
    dm_db_drop_kept(base);
    sqlite3_close(db->h);
    free(base->path);
    free(db);
}

static dm_status again(dm_db *db, dm_error *err)
{
    (void)db, (void)err;
    return DM_OK;
}

static dm_status exec(dm_db *base, const char *sql, dm_error *err)
{
    lite *db = (lite *)base;
    errno = 0;
    int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? DM_OK : told(db, rc, err);
}

static dm_status prepare(dm_db *base, dm_stmt **out, const char *sql, bool kept, bool many, dm_error *err)
{
    (void)many; /* rows are made one by one */
    lite *db = (lite *)base;
    lite_stmt *s = calloc(1, sizeof *s);
    if (!s)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a statement");
    int rc = sqlite3_prepare_v3(db->h, sql, -1, kept ? SQLITE_PREPARE_PERSISTENT : 0, &s->s, NULL);
    if (rc != SQLITE_OK) {
        free(s);
        return told(db, rc, err);
    }
    s->base = (dm_stmt){ &engine, base, sql };
    s->db = db;
    *out = &s->base;
    return DM_OK;
}

static void free_stmt(dm_stmt *base)
{
    lite_stmt *s = (lite_stmt *)base;
    sqlite3_finalize(s->s);
    free(s);
}

static void bound(dm_stmt *base, int rc)
{
    lite_stmt *s = (lite_stmt *)base;
    if (rc != SQLITE_OK && s->failed == DM_OK)
        s->failed = rc == SQLITE_NOMEM ? DM_ENOMEM : rc == SQLITE_TOOBIG ? DM_ELIMIT : DM_EUSAGE;
}

static sqlite3_stmt *of(dm_stmt *base) { return ((lite_stmt *)base)->s; }
static void bind_int(dm_stmt *s, int at, int64_t value) { bound(s, sqlite3_bind_int64(of(s), at, value)); }
static void bind_real(dm_stmt *s, int at, double value) { bound(s, sqlite3_bind_double(of(s), at, value)); }
static void bind_null(dm_stmt *s, int at) { bound(s, sqlite3_bind_null(of(s), at)); }

static void bind_str(dm_stmt *s, int at, dm_str value)
{
    bound(s, sqlite3_bind_text64(of(s), at, value.p, value.len, SQLITE_STATIC, SQLITE_UTF8));
}

static void bind_blob(dm_stmt *s, int at, dm_str value)
{
    bound(s, sqlite3_bind_blob64(of(s), at, value.p ? value.p : "", value.len, SQLITE_STATIC));
}

static void done(dm_stmt *base)
{
    lite_stmt *s = (lite_stmt *)base;
    sqlite3_reset(s->s);
    sqlite3_clear_bindings(s->s);
    s->failed = DM_OK;
}

static dm_status step(dm_stmt *base, dm_error *err)
{
    lite_stmt *s = (lite_stmt *)base;
    if (s->failed != DM_OK)
        return dm_fail(err, s->failed, 0, "a value for the record '%s' is too large or memory ran out", s->db->base.path);
    errno = 0;
    int rc = sqlite3_step(s->s);
    if (rc == SQLITE_ROW)
        return DM_OK;
    if (rc == SQLITE_DONE) {
        done(base);
        return DM_END;
    }
    dm_status st = told(s->db, rc, err);
    done(base);
    return st;
}

static int64_t col_int(dm_stmt *s, int at) { return sqlite3_column_int64(of(s), at); }
static double col_real(dm_stmt *s, int at) { return sqlite3_column_double(of(s), at); }
static bool col_null(dm_stmt *s, int at) { return sqlite3_column_type(of(s), at) == SQLITE_NULL; }

static dm_str col_str(dm_stmt *s, int at)
{
    const void *p = sqlite3_column_blob(of(s), at);
    int n = sqlite3_column_bytes(of(s), at);
    return (dm_str){ n > 0 ? p : NULL, n > 0 ? (size_t)n : 0 };
}

static int64_t last_id(dm_db *db) { return sqlite3_last_insert_rowid(((lite *)db)->h); }
static int64_t changes(dm_db *db) { return sqlite3_changes64(((lite *)db)->h); }
static dm_status version(dm_db *db, int64_t *out, dm_error *err) { return dm_db_number(db, "PRAGMA data_version", out, err); }

static dm_status begin(dm_db *db, dm_error *err) { return exec(db, "BEGIN IMMEDIATE", err); }

static dm_status commit(dm_db *db, dm_error *err)
{
    dm_status st = exec(db, "COMMIT", err);
    if (st == DM_OK) /* whoever else waits to write comes in between */
        nanosleep(&(struct timespec){ .tv_nsec = GAP_NS }, NULL);
    return st;
}

static bool in_transaction(dm_db *db) { return !sqlite3_get_autocommit(((lite *)db)->h); }

static void rollback(dm_db *db)
{
    if (in_transaction(db))
        sqlite3_exec(((lite *)db)->h, "ROLLBACK", NULL, NULL, NULL);
}

static dm_status tune(dm_db *db, dm_db_tuning what, bool on, dm_error *err)
{
    if (what == DM_TUNE_FOREIGN)
        return exec(db, on ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF", err);
    if (what == DM_TUNE_SORTING)
        return exec(db, on ? "PRAGMA temp_store=FILE" : "PRAGMA temp_store=MEMORY", err);
    char sql[160];
    snprintf(sql, sizeof sql, "PRAGMA foreign_keys=%s; PRAGMA cache_size=-%d; PRAGMA wal_autocheckpoint=%d", on ? "OFF" : "ON",
        on ? BULK_CACHE_KB : CACHE_KB, on ? BULK_CHECKPOINT_PAGES : CHECKPOINT_PAGES);
    return exec(db, sql, err);
}

static const dm_engine engine = { DM_DB_SQLITE, close_db, again, limit, budget, exec, begin, commit, rollback, in_transaction,
    last_id, changes, version, tune, prepare, free_stmt, bind_int, bind_real, bind_str, bind_blob, bind_null, step, done,
    col_int, col_real, col_str, col_null };

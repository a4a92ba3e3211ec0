// SPDX-License-Identifier: Apache-2.0
/* The record in a database of PostgreSQL: the connection, its transactions, and what its errors mean.
 *
 * Everything that libpq takes from the URL, the environment, a password file or a service file is taken: TLS, timeouts, options. Who writes
 * holds an advisory lock from begin to commit, so that one program at a time writes to a record, and rows are numbered without gaps. */
#include "store/postgres.h"
#include "base/flag.h"
#include "store/dialect.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STOP_MS = 50, RECORD_LOCK = 1684894307 };

static const dm_engine engine;

static uint64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* --- errors --- */

bool dm_pg_lost(const pg *db) { return db->broken || PQstatus(db->c) != CONNECTION_OK; }

/* The first line of a message: libpq's have several. */
static int first_line(const char *msg) { return (int)strcspn(msg, "\n"); }

typedef struct meaning {
    const char *state; /* SQLSTATE, or how it begins */
    dm_status status;
    const char *says; /* behind "the record '...' " */
} meaning;

static const meaning meanings[] = {
    { "57014", DM_ELIMIT, "took too long to answer; ask for less of it" },
    { "55P03", DM_EAWAY, "is locked by another program; try again when that has ended" },
    { "53300", DM_EAWAY, "is at a server that has no connection left; try again" },
    { "57P", DM_EAWAY, "is at a server that is stopping or starting; try again" },
    { "08", DM_EAWAY, "is out of reach; try again" },
    { "40", DM_EAWAY, "was written by another program at the same time; try again" },
    { "53100", DM_EIO,
        "has no room left on the server's disk; what was added before is kept: free some room and run it again" },
    { "53", DM_EAWAY, "is at a server that is out of memory or room; try again" },
    { "25006", DM_EIO, "is read-only; ask the server's keeper" },
    { "42501", DM_EIO, "may not be used in this way by this role; docs/postgresql.md tells which role may do what" },
    { "XX001", DM_ECORRUPT, "is damaged; restore a copy" },
    { "XX002", DM_ECORRUPT, "is damaged: an index; REINDEX mends it" },
    { "22021", DM_EINPUT, "cannot hold a text that is not UTF-8, or has a zero byte in it" },
};

/* libpq may say so before it counts the connection as lost: when it could not send. */
static bool says_lost(const char *msg)
{
    static const char *const words[] = { "server closed the connection", "could not send data", "could not receive data",
        "no connection to the server", "SSL connection has been closed", "SSL SYSCALL error" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(msg, words[i]))
            return true;
    return false;
}

dm_status dm_pg_told(pg *db, const PGresult *r, dm_error *err)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *msg = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    msg = msg ? msg : PQerrorMessage(db->c);
    db->broken |= !state && says_lost(msg);
    for (size_t i = 0; state && i < sizeof meanings / sizeof *meanings; i++)
        if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0)
            return dm_fail(err, meanings[i].status, 0, "the record '%.200s' %s (%.*s)", db->base.path, meanings[i].says,
                first_line(msg), msg);
    if (dm_pg_lost(db))
        return dm_fail(err, DM_EAWAY, 0, "the server of the record '%.200s' is away (%.*s); try again when it is back",
            db->base.path, first_line(msg), msg);
    return dm_fail(err, DM_EIO, 0, "the record '%.200s': %.*s", db->base.path, first_line(msg), msg);
}

/* --- waiting --- */

static void ask_to_end(pg *db)
{
    char why[256];
    PGcancel *cancel = PQgetCancel(db->c);
    if (cancel)
        PQcancel(cancel, why, sizeof why);
    PQfreeCancel(cancel);
}

/* Until something came; asks the server to end what takes too long. */
static void wait_for_answer(pg *db)
{
    bool asked = false;
    while (PQisBusy(db->c) && !dm_pg_lost(db)) {
        uint64_t now = clock_ns();
        int64_t left = !db->until ? INT32_MAX : db->until > now ? (int64_t)((db->until - now) / 1000000) : 0;
        if (!asked && (left == 0 || dm_flag(db->stop))) {
            ask_to_end(db);
            asked = true;
        }
        struct pollfd p = { PQsocket(db->c), POLLIN, 0 };
        poll(&p, 1, asked ? -1 : db->stop && left > STOP_MS ? STOP_MS : (int)left);
        if (p.revents && !PQconsumeInput(db->c))
            return;
    }
}

static bool good(const PGresult *r)
{
    ExecStatusType how = PQresultStatus(r);
    return how == PGRES_COMMAND_OK || how == PGRES_TUPLES_OK || how == PGRES_COPY_IN;
}

PGresult *dm_pg_next(pg *db)
{
    if (db->until || db->stop)
        wait_for_answer(db);
    return PQgetResult(db->c);
}

dm_status dm_pg_answer(pg *db, PGresult **out, dm_error *err)
{
    PGresult *last = NULL, *r;
    do {
        r = dm_pg_next(db);
        if (r && (!last || good(last))) {
            PQclear(last);
            last = r;
        } else {
            PQclear(r);
        }
    } while (r && PQresultStatus(last) != PGRES_COPY_IN);
    dm_status st = last && good(last) ? DM_OK : dm_pg_told(db, last, err);
    if (st == DM_OK)
        *out = last;
    else
        PQclear(last);
    return st;
}

dm_status dm_pg_do(pg *db, const char *sql, dm_error *err)
{
    PGresult *r = NULL;
    dm_status st = dm_pg_settle_write(db, err);
    if (st != DM_OK)
        return st;
    if (!PQsendQuery(db->c, sql))
        return dm_pg_told(db, NULL, err);
    st = dm_pg_answer(db, &r, err);
    PQclear(r);
    return st;
}

/* --- the connection --- */

static void on_notice(void *ctx, const char *text) { (void)ctx, (void)text; }

/* What holds for every statement of the connection; how long a lock is waited for may stand in the URL. */
static const char settings[] =
    "SET client_min_messages=warning; SET jit=off; SET standard_conforming_strings=on; SET extra_float_digits=1; "
    "SET cursor_tuple_fraction=0.05; "
    "SELECT set_config('lock_timeout', '60s', false) WHERE current_setting('lock_timeout')='0'";

/* A server that is up and says no will say it again, but for these. */
static bool says_no(const char *msg)
{
    static const char *const later[] = { "starting up", "shutting down", "too many", "recovery", "remaining connection" };
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (strstr(msg, later[i]))
            return false;
    return strstr(msg, "FATAL:") || strstr(msg, "certificate") || strstr(msg, "SSL") || strstr(msg, "password");
}

static dm_status refused(const pg *db, dm_error *err)
{
    const char *msg = PQerrorMessage(db->c), *fatal = strstr(msg, "FATAL:");
    dm_status st = says_no(msg) ? DM_EIO : DM_EAWAY;
    msg = fatal ? fatal + strlen("FATAL:") : msg;
    msg += strspn(msg, " ");
    return dm_fail(err, st, 0, "cannot open the record '%.200s': %.*s", db->base.path, first_line(msg), msg);
}

static dm_status connect_db(pg *db, dm_error *err)
{
    /* what stands before dbname is only what holds when the URL says nothing else */
    const char *const key[] = { "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout", "fallback_application_name", "dbname", "client_encoding", NULL };
    const char *const value[] = { "10", "30", "10", "3", "30000", "demarche", db->url, "UTF8", NULL };
    db->c = PQconnectdbParams(key, value, 1);
    if (!db->c)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the record '%.200s'", db->base.path);
    PQsetNoticeProcessor(db->c, on_notice, NULL);
    db->generation++;
    db->reading = false;
    db->cursors = db->ahead = 0;
    db->broken = false;
    db->late = (dm_error){ .code = DM_OK };
    if (dm_pg_lost(db))
        return refused(db, err);
    if (PQserverVersion(db->c) < 150000)
        return dm_fail(err, DM_EINPUT, 0, "the record '%.200s' is at a server older than PostgreSQL 15", db->base.path);
    return dm_pg_do(db, settings, err);
}

dm_status dm_postgres_open(dm_db **out, const char *url, dm_db_mode mode, dm_error *err)
{
    pg *db = calloc(1, sizeof *db);
    if (!db || !(db->base.path = dm_pg_shown(url)) || !(db->url = strdup(url))) {
        free(db ? db->base.path : NULL);
        free(db);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a record");
    }
    db->base.engine = &engine;
    db->base.mode = mode;
    char *why = NULL;
    PQconninfoOption *parts = PQconninfoParse(url, &why);
    dm_status st = parts ? connect_db(db, err)
                         : dm_fail(err, DM_EUSAGE, 0,
                               "'%.200s' is no address of a record; it looks like "
                               "postgres://user@host:5432/database?sslmode=verify-full",
                               db->base.path);
    PQconninfoFree(parts);
    PQfreemem(why);
    if (st == DM_OK)
        *out = &db->base;
    else
        dm_db_close(&db->base);
    return st;
}

static void close_db(dm_db *base)
{
    pg *db = (pg *)base;
    dm_db_drop_kept(base);
    PQfinish(db->c);
    dm_buf_free(&db->rows);
    free(base->path);
    free(db->url);
    free(db);
}

static dm_status again(dm_db *base, dm_error *err)
{
    pg *db = (pg *)base;
    if (!dm_pg_lost(db))
        return DM_OK;
    PQfinish(db->c);
    db->filling = NULL;
    dm_buf_clear(&db->rows);
    return connect_db(db, err);
}

static void limit(dm_db *base, uint64_t ns, const volatile int *stop)
{
    pg *db = (pg *)base;
    db->until = ns ? clock_ns() + ns : 0;
    db->stop = stop;
}

static void budget(dm_db *base, int64_t steps) { ((pg *)base)->budget = steps; }

/* --- transactions --- */

void dm_pg_end_reading(pg *db)
{
    if (db->reading)
        dm_pg_do(db, "COMMIT", NULL);
    db->reading = false;
    db->cursors = 0;
}

static dm_status begin(dm_db *base, dm_error *err)
{
    pg *db = (pg *)base;
    dm_pg_end_reading(db);
    dm_status st = again(base, err);
    char sql[120];
    snprintf(sql, sizeof sql, "BEGIN; SELECT pg_advisory_xact_lock(%d, hashtext(current_schema()))", RECORD_LOCK);
    if (st == DM_OK && (st = dm_pg_do(db, sql, err)) != DM_OK && !dm_pg_lost(db))
        dm_pg_do(db, "ROLLBACK", NULL);
    return st;
}

static bool in_transaction(dm_db *base)
{
    const pg *db = (pg *)base;
    PGTransactionStatusType how = PQtransactionStatus(db->c);
    return !db->reading && how != PQTRANS_IDLE && how != PQTRANS_UNKNOWN;
}

/* COMMIT of a transaction that failed says ROLLBACK, and no error. */
static dm_status commit(dm_db *base, dm_error *err)
{
    pg *db = (pg *)base;
    dm_status st = dm_pg_late(db, err);
    if (st == DM_OK)
        st = dm_pg_fill(db, err);
    if (st == DM_OK)
        st = dm_pg_settle_write(db, err);
    if (st == DM_OK && dm_pg_lost(db))
        st = dm_pg_told(db, NULL, err);
    if (st == DM_OK && PQtransactionStatus(db->c) != PQTRANS_INTRANS)
        st = dm_fail(err, DM_EIO, 0, "the record '%.200s': the transaction failed before", base->path);
    if (st == DM_OK)
        st = dm_pg_do(db, "UPDATE demarche SET change=change+1; COMMIT", err);
    return st;
}

static void rollback(dm_db *base)
{
    pg *db = (pg *)base;
    db->filling = NULL;
    dm_buf_clear(&db->rows);
    dm_pg_settle(db, NULL, NULL);
    db->late = (dm_error){ .code = DM_OK };
    if (in_transaction(base))
        dm_pg_do(db, "ROLLBACK", NULL);
}

static dm_status exec(dm_db *base, const char *sql, dm_error *err)
{
    pg *db = (pg *)base;
    dm_buf text = { 0 };
    bool own;
    int params;
    dm_status st = dm_pg_late(db, err);
    if (st == DM_OK)
        st = dm_pg_fill(db, err);
    if (st == DM_OK && !dm_dialect_statement(&text, sql, &own, &params))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a statement");
    if (st == DM_OK)
        st = dm_pg_do(db, text.p, err);
    dm_buf_free(&text);
    return st;
}

static int64_t last_id(dm_db *base) { return dm_pg_after_write((pg *)base, &((pg *)base)->last_id); }
static int64_t changes(dm_db *base) { return dm_pg_after_write((pg *)base, &((pg *)base)->changes); }

static dm_status version(dm_db *base, int64_t *out, dm_error *err)
{
    return dm_db_number(base, "SELECT change FROM demarche", out, err);
}

/* Filing looks up keys, a few at a time: a table that was never analysed must not be read whole for them. */
static const char looking_up[] = "SET enable_seqscan=off; SET enable_hashjoin=off; SET enable_mergejoin=off; "
                                 "SET plan_cache_mode=force_generic_plan";
static const char usual[] = "RESET enable_seqscan; RESET enable_hashjoin; RESET enable_mergejoin; RESET plan_cache_mode";

static dm_status tune(dm_db *base, dm_db_tuning what, bool on, dm_error *err)
{
    return what == DM_TUNE_BULK ? dm_pg_do((pg *)base, on ? looking_up : usual, err) : DM_OK;
}

static const dm_engine engine = { DM_DB_POSTGRES, close_db, again, limit, budget, exec, begin, commit, rollback, in_transaction,
    last_id, changes, version, tune, dm_pg_prepare, dm_pg_free, dm_pg_bind_int, dm_pg_bind_real, dm_pg_bind_str,
    dm_pg_bind_blob, dm_pg_bind_null, dm_pg_step, dm_pg_done, dm_pg_col_int, dm_pg_col_real, dm_pg_col_str, dm_pg_col_null };

// SPDX-License-Identifier: Apache-2.0
/* Parquet through DuckDB's C library, loaded when it is needed and there. Rows go into a table of a database file beside the output, so
 * that memory does not grow with them, and from there into the file with one COPY. The declarations below are the few functions of
 * DuckDB's stable C API that this takes. */
#include "write/export.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__aarch64__)
#define NPM_FOLDER "node_modules/@duckdb/node-bindings-linux-arm64/libduckdb.so"
#else
#define NPM_FOLDER "node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so"
#endif

enum { DUCK_OK = 0, PATH_LEN = 4096, RESULT_WORDS = 16, FLUSH_ROWS = 16384 }; /* rows that DuckDB holds back beyond its limit */

typedef struct duck_result {
    void *word[RESULT_WORDS]; /* more than duckdb_result has */
} duck_result;

typedef struct duck_date {
    int32_t days;
} duck_date;

typedef struct duck {
    int (*open)(const char *path, void **db);
    void (*close)(void **db);
    int (*connect)(void *db, void **con);
    void (*disconnect)(void **con);
    int (*query)(void *con, const char *sql, duck_result *result);
    const char *(*result_error)(duck_result *result);
    void (*destroy_result)(duck_result *result);
    int (*appender_create)(void *con, const char *schema, const char *table, void **app);
    const char *(*appender_error)(void *app);
    int (*appender_flush)(void *app);
    int (*appender_close)(void *app);
    int (*appender_destroy)(void **app);
    int (*end_row)(void *app);
    int (*append_text)(void *app, const char *p, uint64_t len);
    int (*append_int)(void *app, int32_t n);
    int (*append_big)(void *app, uint64_t n);
    int (*append_real)(void *app, double x);
    int (*append_date)(void *app, duck_date day);
    int (*append_null)(void *app);
} duck;

static const struct {
    const char *name;
    size_t at;
} functions[] = { { "duckdb_open", offsetof(duck, open) }, { "duckdb_close", offsetof(duck, close) },
    { "duckdb_connect", offsetof(duck, connect) }, { "duckdb_disconnect", offsetof(duck, disconnect) },
    { "duckdb_query", offsetof(duck, query) }, { "duckdb_result_error", offsetof(duck, result_error) },
    { "duckdb_destroy_result", offsetof(duck, destroy_result) }, { "duckdb_appender_create", offsetof(duck, appender_create) },
    { "duckdb_appender_error", offsetof(duck, appender_error) }, { "duckdb_appender_flush", offsetof(duck, appender_flush) },
    { "duckdb_appender_close", offsetof(duck, appender_close) },
    { "duckdb_appender_destroy", offsetof(duck, appender_destroy) }, { "duckdb_appender_end_row", offsetof(duck, end_row) },
    { "duckdb_append_varchar_length", offsetof(duck, append_text) }, { "duckdb_append_int32", offsetof(duck, append_int) },
    { "duckdb_append_uint64", offsetof(duck, append_big) }, { "duckdb_append_double", offsetof(duck, append_real) },
    { "duckdb_append_date", offsetof(duck, append_date) }, { "duckdb_append_null", offsetof(duck, append_null) } };

typedef struct parquet {
    duck fn;
    void *library, *db, *con, *app;
    char *db_path; /* of the database beside the output */
    bool failed;   /* a value was refused: the appender has the reason */
} parquet;

static const char get_it[] =
    "npm install @duckdb/node-bindings-linux-x64 brings it; then set DEMARCHE_DUCKDB to its libduckdb.so";

/* Only where somebody with rights, or the user at home, put it: never from the folder that the program happens to run in. */
static void *search(void)
{
    static const char *const places[] = { "libduckdb.so", "/usr/local/lib/libduckdb.so", "/usr/local/lib/" NPM_FOLDER,
        "/usr/lib/" NPM_FOLDER };
    char path[PATH_LEN];
    void *found = NULL;
    for (size_t i = 0; !found && i < sizeof places / sizeof *places; i++)
        found = dlopen(places[i], RTLD_NOW | RTLD_LOCAL);
    const char *home = getenv("HOME");
    int n = !found && home && *home == '/' ? snprintf(path, sizeof path, "%s/" NPM_FOLDER, home) : 0;
    return n > 0 && n < PATH_LEN ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : found;
}

static dm_status load(parquet *q, const char *given, dm_error *err)
{
    const char *path = given ? given : getenv("DEMARCHE_DUCKDB");
    bool asked = path && *path;
    q->library = asked ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : search();
    if (!q->library && asked) {
        const char *why = dlerror();
        return dm_fail(err, DM_EIO, 0, "cannot load DuckDB's library: %.200s; %s", why ? why : path, get_it);
    }
    if (!q->library)
        return dm_fail(
            err, DM_EIO, 0, "parquet needs DuckDB's library (libduckdb.so), which is not on this machine; %s", get_it);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *f = dlsym(q->library, functions[i].name);
        if (!f)
            return dm_fail(
                err, DM_EIO, 0, "this libduckdb.so has no '%s'; a version from 1.0 on does; %s", functions[i].name, get_it);
        memcpy((char *)&q->fn + functions[i].at, &f, sizeof f);
    }
    return DM_OK;
}

static dm_status query(parquet *q, const char *sql, dm_error *err)
{
    duck_result result = { { NULL } };
    dm_status st = DM_OK;
    if (q->fn.query(q->con, sql, &result) != DUCK_OK) {
        const char *why = q->fn.result_error(&result);
        st = dm_fail(err, DM_EIO, 0, "DuckDB: %.300s", why ? why : "unknown error");
    }
    q->fn.destroy_result(&result);
    return st;
}

static void remove_database(const parquet *q)
{
    char wal[PATH_LEN];
    if (!q->db_path)
        return;
    (void)unlink(q->db_path);
    int n = snprintf(wal, sizeof wal, "%s.wal", q->db_path);
    if (n > 0 && n < PATH_LEN)
        (void)unlink(wal);
}

static dm_status open_database(dm_exporter *x, parquet *q, dm_error *err)
{
    size_t n = strlen(x->tmp) + sizeof ".db";
    q->db_path = malloc(n);
    if (!q->db_path)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the export");
    (void)snprintf(q->db_path, n, "%s.db", x->tmp);
    remove_database(q); /* of a run that was killed */
    if (q->fn.open(q->db_path, &q->db) != DUCK_OK || q->fn.connect(q->db, &q->con) != DUCK_OK)
        return dm_fail(err, DM_EIO, 0, "DuckDB cannot make '%.300s'", q->db_path);
    return query(q, "SET threads = 1; SET memory_limit = '256MB'; SET autoinstall_known_extensions = false", err);
}

static dm_status make_table(parquet *q, dm_error *err)
{
    static const char *const types[] = { [DM_COL_TEXT] = "VARCHAR",
        [DM_COL_DAY] = "DATE",
        [DM_COL_INT] = "INTEGER",
        [DM_COL_BIG] = "UBIGINT",
        [DM_COL_REAL] = "DOUBLE" };
    dm_buf sql = { 0 };
    for (unsigned c = 0; c < DM_COLUMNS; c++) {
        dm_put_z(&sql, c ? ", \"" : "CREATE TABLE events (\"");
        dm_put_z(&sql, dm_columns[c].name);
        dm_put_z(&sql, "\" ");
        dm_put_z(&sql, types[dm_columns[c].kind]);
    }
    dm_put(&sql, (dm_str){ ")", sizeof ")" }); /* with its NUL */
    dm_status st = sql.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the export") : query(q, sql.p, err);
    dm_buf_free(&sql);
    if (st == DM_OK && q->fn.appender_create(q->con, NULL, "events", &q->app) != DUCK_OK)
        st = dm_fail(err, DM_EIO, 0, "DuckDB takes no rows");
    return st;
}

static dm_status begin(dm_exporter *x, dm_error *err)
{
    parquet *q = x->state = calloc(1, sizeof *q);
    if (!q)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the export");
    dm_status st = load(q, x->opts.duckdb, err);
    if (st == DM_OK)
        st = open_database(x, q, err);
    return st == DM_OK ? make_table(q, err) : st;
}

/* A value of digits alone, as dm_put_u() writes it. */
static uint64_t whole(dm_str s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    return n;
}

static int append(const parquet *q, dm_column_kind kind, dm_str s)
{
    double x;
    dm_interval day;
    if (s.len == 0)
        return q->fn.append_null(q->app);
    if (kind == DM_COL_TEXT)
        return q->fn.append_text(q->app, s.p, s.len);
    if (kind == DM_COL_DAY)
        return dm_day_parse(&day, s, NULL) == DM_OK ? q->fn.append_date(q->app, (duck_date){ day.from })
                                                    : q->fn.append_null(q->app);
    if (kind == DM_COL_BIG)
        return q->fn.append_big(q->app, whole(s));
    if (!dm_str_double(s, &x) || (kind == DM_COL_INT && fabs(x) > INT32_MAX))
        return q->fn.append_null(q->app);
    return kind == DM_COL_INT ? q->fn.append_int(q->app, (int32_t)x) : q->fn.append_real(q->app, x);
}

static void take(void *ctx, unsigned column, dm_str value)
{
    parquet *q = ctx;
    q->failed = append(q, dm_columns[column].kind, value) != DUCK_OK || q->failed;
}

static dm_status appender_failed(const parquet *q, dm_error *err)
{
    const char *why = q->fn.appender_error(q->app);
    return dm_fail(err, DM_EIO, 0, "DuckDB: %.300s", why ? why : "a row was refused");
}

static dm_status event(dm_exporter *x, const dm_filed *f, dm_error *err)
{
    parquet *q = x->state;
    if (!dm_filed_cells(x->cross, f, take, q))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a row");
    if (q->failed || q->fn.end_row(q->app) != DUCK_OK)
        return appender_failed(q, err);
    x->stats.rows++;
    bool full = x->stats.rows % FLUSH_ROWS == 0;
    return full && q->fn.appender_flush(q->app) != DUCK_OK ? appender_failed(q, err) : DM_OK;
}

/* The SQL literal of a path: quotes doubled. */
static dm_status copy_out(const dm_exporter *x, parquet *q, dm_error *err)
{
    dm_buf sql = { 0 };
    dm_put_z(&sql, "COPY events TO '");
    for (const char *p = x->tmp; *p; p++)
        dm_put(&sql, *p == '\'' ? DM_STR("''") : (dm_str){ p, 1 });
    static const char rest[] = "' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768, USE_TMP_FILE false)";
    dm_put(&sql, (dm_str){ rest, sizeof rest });
    dm_status st = sql.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the export") : query(q, sql.p, err);
    dm_buf_free(&sql);
    return st;
}

static dm_status end(dm_exporter *x, dm_error *err)
{
    parquet *q = x->state;
    if (q->fn.appender_close(q->app) != DUCK_OK)
        return appender_failed(q, err);
    return copy_out(x, q, err);
}

/* The library stays loaded: its threads may still be ending. */
static void drop(dm_exporter *x)
{
    parquet *q = x->state;
    if (!q)
        return;
    if (q->app)
        (void)q->fn.appender_destroy(&q->app);
    if (q->con)
        q->fn.disconnect(&q->con);
    if (q->db)
        q->fn.close(&q->db);
    remove_database(q);
    free(q->db_path);
    free(q);
    x->state = NULL;
}

const dm_export_format dm_export_parquet = {
    .name = "parquet", .own_file = true, .begin = begin, .event = event, .end = end, .drop = drop
};

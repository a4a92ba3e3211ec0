// SPDX-License-Identifier: Apache-2.0
/* Statements of PostgreSQL: values in, rows out, both in binary.
 *
 * An answer is fetched whole, or, where it may be long, through a cursor in pieces that grow; so statements may run while the rows of
 * another one are still being read. Statements that come again and again are prepared at the server. */
#include "store/dialect.h"
#include "store/postgres.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    PIECE_FIRST = 128, /* rows of a long answer that are fetched at once; then more */
    PIECE_MOST = 4096,
    FILL_BYTES = 1 << 16, /* single numbers that go to a table of this connection at once */
    STEPS_A_ROW = 25      /* of a budget, which SQLite counts in steps of its machine */
};

typedef struct value {
    Oid type;
    const char *p;
    int len;
    bool null;
    uint64_t number; /* as it goes over the line */
} value;

typedef struct statement {
    dm_stmt base;
    char *sql;
    bool kept, many, own, writes, fills;
    bool ahead; /* it writes, and gives no rows: nobody waits for its answer */
    int n;
    value *v;
    Oid *type, *prepared; /* prepared: as the server knows the statement; 0: the server found the type */
    const char **values;
    int *lens, *formats;
    char name[16];
    unsigned generation; /* of the connection that has it prepared, or its cursor open; 0: none */
    unsigned opened;
    bool begun, open, last; /* last: no piece behind this one */
    int piece, row;
    PGresult *rows;
    dm_status failed;
} statement;

static pg *of(const statement *s) { return (pg *)s->base.db; }

static dm_status no_memory(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory for a statement"); }

static bool starts(const char *sql, const char *word) { return strncmp(sql, word, strlen(word)) == 0; }

/* "?2 IS NULL": nothing else tells the server the type there; codes and names are asked for in this way. */
static void mark_text(statement *s, const char *sql)
{
    for (const char *at = sql; (at = strchr(at, '?')); at++) {
        char *end;
        long n = strtol(at + 1, &end, 10);
        if (n >= 1 && n <= s->n && starts(end, " IS NULL"))
            s->type[n - 1] = PG_TEXT;
    }
}

static bool room_for(statement *s, int n)
{
    size_t room = n ? (size_t)n : 1;
    s->n = n;
    s->v = calloc(room, sizeof *s->v);
    s->type = calloc(room, sizeof *s->type);
    s->prepared = calloc(room, sizeof *s->prepared);
    s->values = calloc(room, sizeof *s->values);
    s->lens = calloc(room, sizeof *s->lens);
    s->formats = calloc(room, sizeof *s->formats);
    return s->v && s->type && s->prepared && s->values && s->lens && s->formats;
}

dm_status dm_pg_prepare(dm_db *db, dm_stmt **out, const char *sql, bool kept, bool many, dm_error *err)
{
    statement *s = calloc(1, sizeof *s);
    dm_buf text = { 0 };
    int n = 0;
    if (!s)
        return no_memory(err);
    s->base = (dm_stmt){ db->engine, db, sql };
    bool ok = dm_dialect_statement(&text, sql, &s->own, &n) && room_for(s, n);
    s->sql = text.p;
    if (!ok) {
        s->n = 0;
        dm_pg_free(&s->base);
        return no_memory(err);
    }
    s->writes = !starts(sql, "SELECT") && !starts(sql, "WITH");
    s->fills = starts(sql, "INSERT INTO temp.") && strstr(sql, "VALUES(?1)");
    s->kept = kept;
    s->ahead = s->writes && kept && !strstr(sql, "RETURNING");
    s->many = many && !s->writes;
    mark_text(s, sql);
    for (int i = 0; i < n; i++)
        s->v[i].null = true;
    *out = &s->base;
    return DM_OK;
}

void dm_pg_free(dm_stmt *base)
{
    statement *s = (statement *)base;
    dm_pg_done(base);
    if (of(s)->filling == base)
        of(s)->filling = NULL;
    free(s->sql);
    free(s->v);
    free(s->type);
    free(s->prepared);
    free(s->values);
    free(s->lens);
    free(s->formats);
    free(s);
}

/* --- values in --- */

static void bind(dm_stmt *base, int at, value v)
{
    statement *s = (statement *)base;
    if (at < 1 || at > s->n || v.len < 0)
        s->failed = v.len < 0 ? DM_ELIMIT : DM_EUSAGE;
    else
        s->v[at - 1] = v;
}

void dm_pg_bind_int(dm_stmt *s, int at, int64_t v)
{
    bind(s, at, (value){ .type = PG_INT8, .len = 8, .number = dm_pg_line_order((uint64_t)v) });
}

void dm_pg_bind_real(dm_stmt *s, int at, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    bind(s, at, (value){ .type = PG_FLOAT8, .len = 8, .number = dm_pg_line_order(bits) });
}

static int length(dm_str v) { return v.len <= INT32_MAX ? (int)v.len : -1; }

void dm_pg_bind_str(dm_stmt *s, int at, dm_str v)
{
    bind(s, at, (value){ .type = PG_TEXT, .p = v.p, .len = length(v), .null = !v.p });
}

void dm_pg_bind_blob(dm_stmt *s, int at, dm_str v)
{
    bind(s, at, (value){ .type = PG_BYTEA, .p = v.p ? v.p : "", .len = length(v) });
}

void dm_pg_bind_null(dm_stmt *s, int at) { bind(s, at, (value){ .null = true }); }

/* Types as the server is told; 0 for nothing: it finds the type where the value stands. */
static void set_out(statement *s)
{
    for (int i = 0; i < s->n; i++) {
        const value *v = &s->v[i];
        bool fixed = v->null && s->type[i] == PG_TEXT;
        if (!fixed)
            s->type[i] = v->null ? 0 : v->type;
        s->values[i] = v->null ? NULL : v->p ? v->p : (const char *)&v->number;
        s->lens[i] = v->len;
        s->formats[i] = 1;
    }
}

/* --- at the server --- */

static bool known_there(const statement *s)
{
    bool same = s->generation == of(s)->generation;
    for (int i = 0; i < s->n && same; i++)
        same = s->type[i] == s->prepared[i] || s->type[i] == 0 || s->prepared[i] == 0;
    return same;
}

static dm_status prepare_there(statement *s, dm_error *err)
{
    pg *db = of(s);
    PGresult *r = NULL;
    dm_status st = dm_pg_settle_write(db, err);
    if (st != DM_OK)
        return st;
    snprintf(s->name, sizeof s->name, "s%u", ++db->named);
    if (!PQsendPrepare(db->c, s->name, s->sql, s->n, s->type))
        return dm_pg_told(db, NULL, err);
    st = dm_pg_answer(db, &r, err);
    PQclear(r);
    if (st != DM_OK)
        return st;
    s->generation = db->generation;
    memcpy(s->prepared, s->type, (size_t)s->n * sizeof *s->type);
    return DM_OK;
}

static dm_status send_params(statement *s, const char *sql, PGresult **out, dm_error *err)
{
    pg *db = of(s);
    dm_status st = dm_pg_settle_write(db, err);
    if (st != DM_OK)
        return st;
    if (!PQsendQueryParams(db->c, sql, s->n, s->type, s->values, s->lens, s->formats, 1))
        return dm_pg_told(db, NULL, err);
    return dm_pg_answer(db, out, err);
}

static dm_status run_whole(statement *s, dm_error *err)
{
    pg *db = of(s);
    bool ahead = s->ahead && dm_db_in_transaction(&db->base), behind = db->ahead > 0;
    if (!s->kept)
        return send_params(s, s->sql, &s->rows, err);
    dm_status st = known_there(s) ? DM_OK : prepare_there(s, err);
    if (st != DM_OK)
        return st;
    if ((ahead || behind) && !dm_pg_ahead(db))
        return dm_pg_told(db, NULL, err);
    if (!PQsendQueryPrepared(db->c, s->name, s->n, s->values, s->lens, s->formats, 1))
        return dm_pg_told(db, NULL, err);
    db->numbers = s->own;
    if (ahead)
        return dm_pg_sent(db, err);
    return behind ? dm_pg_settle(db, &s->rows, err) : dm_pg_answer(db, &s->rows, err);
}

static dm_status fetch(statement *s, dm_error *err)
{
    pg *db = of(s);
    char sql[64];
    PQclear(s->rows);
    s->rows = NULL;
    s->piece = s->piece ? s->piece * 4 : PIECE_FIRST;
    s->piece = s->piece < PIECE_MOST ? s->piece : PIECE_MOST;
    snprintf(sql, sizeof sql, "FETCH %d FROM c%u", s->piece, s->opened);
    dm_status st = dm_pg_settle_write(db, err);
    if (st != DM_OK)
        return st;
    if (!PQsendQueryParams(db->c, sql, 0, NULL, NULL, NULL, NULL, 1))
        return dm_pg_told(db, NULL, err);
    st = dm_pg_answer(db, &s->rows, err);
    s->last = st != DM_OK || PQntuples(s->rows) < s->piece;
    s->row = 0;
    return st;
}

static dm_status declare(statement *s, dm_error *err)
{
    pg *db = of(s);
    dm_buf sql = { 0 };
    PGresult *r = NULL;
    char head[80];
    s->opened = ++db->named;
    dm_buf_add(&sql, head, (size_t)snprintf(head, sizeof head, "DECLARE c%u NO SCROLL CURSOR FOR ", s->opened));
    dm_buf_add(&sql, s->sql, strlen(s->sql) + 1);
    dm_status st = sql.failed ? no_memory(err) : send_params(s, sql.p, &r, err);
    PQclear(r);
    dm_buf_free(&sql);
    return st;
}

static dm_status open_cursor(statement *s, dm_error *err)
{
    pg *db = of(s);
    dm_status st = DM_OK;
    if (PQtransactionStatus(db->c) == PQTRANS_IDLE) {
        st = dm_pg_do(db, "BEGIN ISOLATION LEVEL REPEATABLE READ", err);
        db->reading = st == DM_OK;
    }
    if (st == DM_OK)
        st = declare(s, err);
    if (st != DM_OK)
        return st;
    s->open = true;
    s->generation = db->generation;
    s->piece = 0;
    db->cursors++;
    return fetch(s, err);
}

static void close_cursor(statement *s)
{
    pg *db = of(s);
    if (!s->open)
        return;
    s->open = false;
    if (s->generation != db->generation || db->cursors == 0)
        return;
    char sql[32];
    snprintf(sql, sizeof sql, "CLOSE c%u", s->opened);
    if (--db->cursors == 0 && db->reading)
        dm_pg_end_reading(db);
    else if (PQtransactionStatus(db->c) == PQTRANS_INTRANS)
        dm_pg_do(db, sql, NULL);
}

/* --- single numbers into a table of this connection --- */

dm_status dm_pg_fill(pg *db, dm_error *err)
{
    const statement *s = (statement *)db->filling;
    if (!s || db->rows.len == 0)
        return DM_OK;
    dm_buf sql = { 0 };
    const char *values = strstr(s->sql, "VALUES("), *behind = values ? strchr(values, ')') : NULL;
    static const char from[] = "SELECT unnest($1::bigint[])";
    dm_buf_add(&db->rows, "}", 2);
    dm_buf_add(&sql, s->sql, (size_t)(values ? values - s->sql : 0));
    dm_buf_add(&sql, from, sizeof from - 1);
    dm_buf_add(&sql, behind ? behind + 1 : "", (behind ? strlen(behind + 1) : 0) + 1);
    const char *const list[] = { db->rows.p };
    PGresult *r = NULL;
    dm_status st = sql.failed || db->rows.failed ? no_memory(err) : dm_pg_settle_write(db, err);
    if (st == DM_OK && !PQsendQueryParams(db->c, sql.p, 1, NULL, list, NULL, NULL, 0))
        st = dm_pg_told(db, NULL, err);
    else if (st == DM_OK)
        st = dm_pg_answer(db, &r, err);
    PQclear(r);
    dm_buf_free(&sql);
    dm_buf_clear(&db->rows);
    db->filling = NULL;
    return st;
}

static dm_status fill_one(statement *s, dm_error *err)
{
    pg *db = of(s);
    char number[32];
    dm_status st = db->filling && db->filling != &s->base ? dm_pg_fill(db, err) : DM_OK;
    db->filling = &s->base;
    long long v = (long long)dm_pg_line_order(s->v[0].number);
    dm_buf_add(&db->rows, number, (size_t)snprintf(number, sizeof number, "%c%lld", db->rows.len ? ',' : '{', v));
    if (db->rows.failed)
        return no_memory(err);
    return st == DM_OK && db->rows.len > FILL_BYTES ? dm_pg_fill(db, err) : st;
}

/* --- rows out --- */

static dm_status run_once(statement *s, dm_error *err)
{
    s->row = 0;
    s->last = true;
    return s->many ? open_cursor(s, err) : run_whole(s, err);
}

/* A question may be asked again when the connection was lost: nothing was changed. */
static dm_status run(statement *s, dm_error *err)
{
    pg *db = of(s);
    bool alone = !dm_db_in_transaction(&db->base) && db->cursors == 0;
    dm_status st = alone ? dm_db_again(&db->base, err) : dm_pg_late(db, err);
    if (st == DM_OK)
        st = dm_pg_fill(db, err);
    set_out(s);
    if (st == DM_OK)
        st = run_once(s, err);
    if (st == DM_EAWAY && alone && !s->writes && dm_pg_lost(db) && dm_db_again(&db->base, NULL) == DM_OK)
        st = run_once(s, err);
    if (st != DM_OK) {
        dm_pg_end_reading(db);
        return st;
    }
    s->begun = true;
    if (s->writes && s->rows)
        db->changes = strtoll(PQcmdTuples(s->rows), NULL, 10);
    if (s->own && s->rows && PQntuples(s->rows) > 0)
        db->last_id = dm_pg_int(s->rows, 0, 0);
    return DM_OK;
}

static dm_status first(statement *s, dm_error *err)
{
    if (s->failed != DM_OK)
        return dm_fail(err, s->failed, 0, "a value for the record '%s' is too large", s->base.db->path);
    dm_status st = s->fills && !s->v[0].null ? fill_one(s, err) : run(s, err);
    return st == DM_OK && (s->own || s->fills) ? DM_END : st;
}

dm_status dm_pg_step(dm_stmt *base, dm_error *err)
{
    statement *s = (statement *)base;
    pg *db = of(s);
    dm_status st = DM_OK;
    if (!s->begun)
        st = first(s, err);
    else
        s->row++;
    if (st == DM_OK && s->row >= PQntuples(s->rows) && !s->last)
        st = fetch(s, err);
    if (st == DM_OK && s->row >= PQntuples(s->rows))
        st = DM_END;
    if (st == DM_OK && db->budget > 0 && (db->budget -= STEPS_A_ROW) <= 0)
        st = dm_fail(err, DM_ELIMIT, 0, "the record '%s' took too long to answer; ask for less of it", db->base.path);
    if (st != DM_OK)
        dm_pg_done(base);
    return st;
}

void dm_pg_done(dm_stmt *base)
{
    statement *s = (statement *)base;
    PQclear(s->rows);
    s->rows = NULL;
    close_cursor(s);
    s->begun = false;
    s->failed = DM_OK;
    for (int i = 0; i < s->n; i++)
        s->v[i] = (value){ .null = true };
}

int64_t dm_pg_col_int(dm_stmt *s, int at) { return dm_pg_int(((statement *)s)->rows, ((statement *)s)->row, at); }
double dm_pg_col_real(dm_stmt *s, int at) { return dm_pg_real(((statement *)s)->rows, ((statement *)s)->row, at); }
dm_str dm_pg_col_str(dm_stmt *s, int at) { return dm_pg_str(((statement *)s)->rows, ((statement *)s)->row, at); }
bool dm_pg_col_null(dm_stmt *s, int at) { return dm_pg_null(((statement *)s)->rows, ((statement *)s)->row, at); }

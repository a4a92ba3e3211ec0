// SPDX-License-Identifier: Apache-2.0
/* A connection to PostgreSQL from inside. */
#ifndef DM_STORE_POSTGRES_H
#define DM_STORE_POSTGRES_H

#include "store/engine.h"
#include <demarche/buffer.h>
#include <libpq-fe.h>

/* Types of pg_type.dat that the record has. */
enum {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_FLOAT4 = 700,
    PG_FLOAT8 = 701,
    PG_NUMERIC = 1700
};

typedef struct pg {
    dm_db base;
    PGconn *c;
    char *url;           /* as it was given, perhaps with a password: never shown */
    unsigned generation; /* of the connection: prepared statements and cursors of an earlier one are gone */
    unsigned named;      /* statements and cursors that were given a name */
    unsigned cursors;    /* that are open */
    bool reading;        /* in a transaction that was begun for cursors alone */
    int64_t last_id, changes, budget;
    unsigned ahead; /* statements that were sent and whose answers were not taken (pg_ahead.c) */
    bool broken;    /* lost, whatever libpq says */
    bool numbers;   /* the last of them tells the number of its row */
    dm_error late;  /* what failed where nobody could be told */
    uint64_t until; /* clock at which a question ends; 0: never */
    const volatile int *stop;
    dm_stmt *filling; /* an insert of single numbers whose rows wait in `rows` */
    dm_buf rows;
} pg;

bool dm_pg_lost(const pg *db);
/* What the server or the connection says of a failed result (may be NULL), as what a user can do about it. */
dm_status dm_pg_told(pg *db, const PGresult *r, dm_error *err);
/* Waits for the answer to what was sent; *out is cleared by the caller. Of several results the last one, or the first that failed. */
dm_status dm_pg_answer(pg *db, PGresult **out, dm_error *err);
/* Statements without parameters and without an answer. */
dm_status dm_pg_do(pg *db, const char *sql, dm_error *err);
/* The next result of the connection, within its limits; NULL: the answer is over. */
PGresult *dm_pg_next(pg *db);

/* All rows of q, of another database, by COPY (ship.c). into: table and columns; types: of each, i a whole number, r a real, t text or bytes. */
dm_status dm_pg_copy(dm_db *to, const char *into, const char *types, dm_stmt *q, dm_error *err);

/* Statements sent ahead (pg_ahead.c). Before one is sent; false: the connection is lost. */
bool dm_pg_ahead(pg *db);
/* After it was. */
dm_status dm_pg_sent(pg *db, dm_error *err);
/* Takes the answers; *last: of the last statement, for the caller to clear. */
dm_status dm_pg_settle(pg *db, PGresult **last, dm_error *err);
/* The same where the last one wrote: sets last_id and changes. */
dm_status dm_pg_settle_write(pg *db, dm_error *err);
/* The same, and *what. */
int64_t dm_pg_after_write(pg *db, const int64_t *what);
/* What failed before. */
dm_status dm_pg_late(pg *db, dm_error *err);
/* Ends the transaction that was begun for cursors. */
void dm_pg_end_reading(pg *db);

/* Statements (pg_stmt.c). */
dm_status dm_pg_prepare(dm_db *db, dm_stmt **out, const char *sql, bool kept, bool many, dm_error *err);
void dm_pg_free(dm_stmt *s);
void dm_pg_bind_int(dm_stmt *s, int at, int64_t value);
void dm_pg_bind_real(dm_stmt *s, int at, double value);
void dm_pg_bind_str(dm_stmt *s, int at, dm_str value);
void dm_pg_bind_blob(dm_stmt *s, int at, dm_str value);
void dm_pg_bind_null(dm_stmt *s, int at);
dm_status dm_pg_step(dm_stmt *s, dm_error *err);
void dm_pg_done(dm_stmt *s);
int64_t dm_pg_col_int(dm_stmt *s, int at);
double dm_pg_col_real(dm_stmt *s, int at);
dm_str dm_pg_col_str(dm_stmt *s, int at);
bool dm_pg_col_null(dm_stmt *s, int at);
/* Sends rows that wait. */
dm_status dm_pg_fill(pg *db, dm_error *err);

/* Values of a result in binary (pg_value.c). */
int64_t dm_pg_int(const PGresult *r, int row, int at);
double dm_pg_real(const PGresult *r, int row, int at);
dm_str dm_pg_str(const PGresult *r, int row, int at);
bool dm_pg_null(const PGresult *r, int row, int at);
/* Eight bytes as they go over the line. */
uint64_t dm_pg_line_order(uint64_t v);

#endif

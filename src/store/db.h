// SPDX-License-Identifier: Apache-2.0
/* The database under the record: a connection and its prepared statements. Two engines are behind it, chosen by the record's name:
 * PostgreSQL for postgres://... and postgresql://..., else a file of SQLite.
 *
 * SQL is written once, with ?1 ?2 ... as parameters, in the part that both share (upserts with ON CONFLICT); the few words that differ stand
 * side by side in dialect.c. Statements are kept by the address of their text (string literals) and used again: dm_db_use() gives one ready
 * to be bound; after the last row, or dm_stmt_done(), it is free for the next. Every call that can fail says what was being done, on which
 * record and what to do; DM_EAWAY: the server is away or refuses for now, and the transaction in hand is lost: the same may be tried again. */
#ifndef DM_STORE_DB_H
#define DM_STORE_DB_H

#include "base/str.h"

typedef struct dm_db dm_db;
typedef struct dm_stmt dm_stmt;

typedef enum dm_db_mode { DM_DB_READ, DM_DB_WRITE } dm_db_mode;
typedef enum dm_db_kind { DM_DB_SQLITE, DM_DB_POSTGRES } dm_db_kind;
enum { DM_DB_BUSY_MS = 10000 }; /* how long another writer is waited for */

/* Whether the name of a record is that of a server's. */
bool dm_db_is_url(const char *path);
/* A URL without its password; malloc'ed. */
char *dm_pg_shown(const char *url);
/* DM_DB_WRITE creates the file when it is not there. DM_EIO: cannot be opened, read-only, locked; DM_EINPUT: no database;
 * DM_ECORRUPT: damaged; DM_EAWAY: the server is. */
dm_status dm_db_open(dm_db **out, const char *path, dm_db_mode mode, dm_error *err);
void dm_db_close(dm_db *db);
dm_db_kind dm_db_engine(const dm_db *db);
/* The name of the record, for messages: a URL without its password. */
const char *dm_db_path(const dm_db *db);
/* Opens a lost connection again; whatever was in hand is gone. DM_OK at once where there is none, or it stands. */
dm_status dm_db_again(dm_db *db, dm_error *err);
/* Statements that still run ns from now (0: never), or when *stop is not 0, end with DM_ELIMIT. stop may be NULL. */
void dm_db_limit(dm_db *db, uint64_t ns, const volatile int *stop);

/* One or several statements without parameters and rows. */
dm_status dm_db_exec(dm_db *db, const char *sql, dm_error *err);
/* A prepared statement, cached by the address of sql, which must live as long as the connection. */
dm_status dm_db_use(dm_db *db, dm_stmt **out, const char *sql, dm_error *err);
/* The same for an answer that may be long: its rows come in pieces, whatever engine is behind. */
dm_status dm_db_use_long(dm_db *db, dm_stmt **out, const char *sql, dm_error *err);
/* A prepared statement of its own; dm_stmt_free() it. Its answer is not long, or is: rows come in pieces. */
dm_status dm_db_prepare(dm_db *db, dm_stmt **out, const char *sql, dm_error *err);
dm_status dm_db_prepare_long(dm_db *db, dm_stmt **out, const char *sql, dm_error *err);
void dm_stmt_free(dm_stmt *s);

/* Parameters count from 1. Strings and blobs are borrowed until dm_stmt_done(). */
void dm_bind_int(dm_stmt *s, int at, int64_t value);
void dm_bind_real(dm_stmt *s, int at, double value);
void dm_bind_str(dm_stmt *s, int at, dm_str value); /* empty: NULL when p is NULL, else an empty string */
void dm_bind_blob(dm_stmt *s, int at, dm_str value);
void dm_bind_null(dm_stmt *s, int at);

/* DM_OK: a row is there; DM_END: no (more) rows, the statement is done. */
dm_status dm_stmt_step(dm_stmt *s, dm_error *err);
/* Runs a statement that gives no rows, or whose first row does not matter. */
dm_status dm_stmt_run(dm_stmt *s, dm_error *err);
void dm_stmt_done(dm_stmt *s);

/* Columns count from 0. Strings live until the next step. */
int64_t dm_col_int(dm_stmt *s, int at);
double dm_col_real(dm_stmt *s, int at);
dm_str dm_col_str(dm_stmt *s, int at); /* also blobs; empty for NULL */
bool dm_col_null(dm_stmt *s, int at);

/* Work that the statements may do from here on, in steps of the engine; then they end with DM_ELIMIT. 0: no limit. */
void dm_db_budget(dm_db *db, int64_t steps);

int64_t dm_db_last_id(dm_db *db); /* of the last insert */
int64_t dm_db_changes(dm_db *db); /* rows that the last statement changed */
/* A number that is another one when somebody else has changed the record since. */
dm_status dm_db_version(dm_db *db, int64_t *out, dm_error *err);

dm_status dm_db_begin(dm_db *db, dm_error *err); /* for writing: waits for the lock */
dm_status dm_db_commit(dm_db *db, dm_error *err);
void dm_db_rollback(dm_db *db);
bool dm_db_in_transaction(dm_db *db);

/* Before and after very many inserts, outside a transaction. Their rows name rows that were written just before: foreign keys are not
 * looked up. More memory for pages, fewer checkpoints. */
dm_status dm_db_bulk(dm_db *db, bool on, dm_error *err);

/* Outside a transaction: whether foreign keys are looked up. Rows that name rows written just before need it not. */
dm_status dm_db_foreign(dm_db *db, bool on, dm_error *err);

/* Before and after indexes of many rows are made: what is sorted goes to temporary files, not to memory. */
dm_status dm_db_sorting(dm_db *db, bool on, dm_error *err);

/* First column of the first row of a statement without parameters; 0 when there is no row. */
dm_status dm_db_number(dm_db *db, const char *sql, int64_t *out, dm_error *err);

#endif

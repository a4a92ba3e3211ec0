// SPDX-License-Identifier: Apache-2.0
/* What an engine does: the functions of db.h, one table of them for SQLite (sqlite.c) and one for PostgreSQL (postgres.c). */
#ifndef DM_STORE_ENGINE_H
#define DM_STORE_ENGINE_H

#include "store/db.h"

enum { DM_DB_STMTS_MAX = 512 };

/* What a connection is set to; each is nothing where an engine has no such thing. */
typedef enum dm_db_tuning { DM_TUNE_BULK, DM_TUNE_FOREIGN, DM_TUNE_SORTING } dm_db_tuning;

typedef struct dm_engine {
    dm_db_kind kind;
    void (*close)(dm_db *db);
    dm_status (*again)(dm_db *db, dm_error *err);
    void (*limit)(dm_db *db, uint64_t ns, const volatile int *stop);
    void (*budget)(dm_db *db, int64_t steps);
    dm_status (*exec)(dm_db *db, const char *sql, dm_error *err);
    dm_status (*begin)(dm_db *db, dm_error *err);
    dm_status (*commit)(dm_db *db, dm_error *err);
    void (*rollback)(dm_db *db);
    bool (*in_transaction)(dm_db *db);
    int64_t (*last_id)(dm_db *db);
    int64_t (*changes)(dm_db *db);
    dm_status (*version)(dm_db *db, int64_t *out, dm_error *err);
    dm_status (*tune)(dm_db *db, dm_db_tuning what, bool on, dm_error *err);

    /* kept: the statement will be used again and again; many: its answer may be long. */
    dm_status (*prepare)(dm_db *db, dm_stmt **out, const char *sql, bool kept, bool many, dm_error *err);
    void (*free)(dm_stmt *s);
    void (*bind_int)(dm_stmt *s, int at, int64_t value);
    void (*bind_real)(dm_stmt *s, int at, double value);
    void (*bind_str)(dm_stmt *s, int at, dm_str value);
    void (*bind_blob)(dm_stmt *s, int at, dm_str value);
    void (*bind_null)(dm_stmt *s, int at);
    dm_status (*step)(dm_stmt *s, dm_error *err);
    void (*done)(dm_stmt *s);
    int64_t (*col_int)(dm_stmt *s, int at);
    double (*col_real)(dm_stmt *s, int at);
    dm_str (*col_str)(dm_stmt *s, int at);
    bool (*col_null)(dm_stmt *s, int at);
} dm_engine;

/* Each engine's own come behind these, which are first in it. */
struct dm_stmt {
    const dm_engine *engine;
    dm_db *db;
    const char *sql; /* as it was given: its address is the key */
};

struct dm_db {
    const dm_engine *engine;
    char *path; /* for messages */
    dm_db_mode mode;
    struct dm_batch *batch; /* not NULL: statements by address go to its memory (batch.h) */
    dm_stmt *kept[DM_DB_STMTS_MAX];
    unsigned n_kept;
    uint16_t kept_at[DM_DB_STMTS_MAX * 2]; /* 1 + place in kept, by the address of the text; 0: free. Open addressing */
};

dm_status dm_sqlite_open(dm_db **out, const char *path, dm_db_mode mode, dm_error *err);
/* A database in a file without a name, in $SQLITE_TMPDIR, $TMPDIR or /var/tmp: it is gone with its last process, however that ends. Small
 * ones stay in memory. */
dm_status dm_sqlite_scratch(dm_db **out, dm_error *err);
/* Of a batch (batch.c). */
dm_status dm_batch_use(struct dm_batch *b, dm_stmt **out, const char *sql, dm_error *err);
int64_t dm_batch_last_id(const struct dm_batch *b);
int64_t dm_batch_changes(const struct dm_batch *b);

dm_status dm_postgres_open(dm_db **out, const char *url, dm_db_mode mode, dm_error *err);

/* Where the search for what goes with a text begins, by its address, in a table of so many places (a power of two). */
static inline size_t dm_db_slot(const char *sql, size_t places)
{
    return (size_t)(((uintptr_t)sql * UINT64_C(0x9E3779B97F4A7C15)) >> 40) & (places - 1);
}

/* Frees the kept statements; for the engine's close. */
void dm_db_drop_kept(dm_db *db);

#endif

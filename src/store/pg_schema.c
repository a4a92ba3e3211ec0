// SPDX-License-Identifier: Apache-2.0
/* The schema of a record at a server of PostgreSQL. The tables are those of schema.c, in the schema that comes first in the search path;
 * the table `demarche` says that they are a record's, and of which version. Who migrates holds the writers' lock. */
#include "store/dialect.h"
#include "store/digest.h"
#include "store/schema.h"
#include <stdio.h>

/* What a step has besides, by version from 0. Words of sentences: words.c cuts them, in place of FTS5. */
static const char *const own_1[] = {
    "CREATE TABLE demarche(one boolean PRIMARY KEY DEFAULT true CHECK(one), version bigint NOT NULL, change bigint NOT NULL "
    "DEFAULT 0);",
    "INSERT INTO demarche(version) VALUES(0);",
    "ALTER TABLE sentence ADD COLUMN words tsvector;",
    "CREATE INDEX sentence_words ON sentence USING gin(words) WITH (fastupdate=on);",
    /* texts are read whole or not at all; most rows of these tables are written once */
    "ALTER TABLE document ALTER COLUMN sketch SET STORAGE EXTERNAL;",
    "ALTER TABLE tale ALTER COLUMN facts SET STORAGE EXTERNAL;",
    NULL,
};
static const char *const nothing[] = { NULL };
static const char *const *own(int64_t version) { return version == 0 ? own_1 : nothing; }

static dm_status run_step(dm_db *db, const char *sql, dm_error *err)
{
    dm_buf text = { 0 };
    dm_status st = dm_dialect_schema(&text, sql) ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the schema");
    if (st == DM_OK && text.p[0])
        st = dm_db_exec(db, text.p, err);
    dm_buf_free(&text);
    return st;
}

/* -1: no table `demarche`; *others: the schema has tables all the same. Looked for in the catalogue: to_regclass() may answer from before a
 * wait for the lock. One question, as another program may be making the tables at this moment. */
static dm_status version_of(dm_db *db, int64_t *out, bool *others, dm_error *err)
{
    int64_t tables = 0;
    *out = -1;
    dm_status st = dm_db_number(db,
        "SELECT CASE WHEN bool_or(tablename='demarche') THEN -1 ELSE count(*) END FROM pg_catalog.pg_tables WHERE "
        "schemaname=current_schema()",
        &tables, err);
    *others = tables > 0;
    return st == DM_OK && tables < 0 ? dm_db_number(db, "SELECT version FROM demarche", out, err) : st;
}

static dm_status steps(dm_db *db, dm_error *err)
{
    int64_t from = 0;
    bool others;
    dm_status st = version_of(db, &from, &others, err); /* another program may have been faster */
    from = from < 0 ? 0 : from;
    for (int64_t v = from; v < DM_SCHEMA_VERSION && st == DM_OK; v++) {
        char mark[64];
        snprintf(mark, sizeof mark, "UPDATE demarche SET version=%d", (int)v + 1);
        for (const char *const *sql = dm_schema_steps[v]; *sql && st == DM_OK; sql++)
            st = run_step(db, *sql, err);
        for (const char *const *sql = own(v); *sql && st == DM_OK; sql++)
            st = dm_db_exec(db, *sql, err);
        if (st == DM_OK && v == DM_SCHEMA_DIGESTS)
            st = dm_digest_make_all(db, err);
        if (st == DM_OK)
            st = dm_db_exec(db, mark, err);
    }
    return st;
}

static dm_status migrate(dm_db *db, dm_error *err)
{
    dm_status st = dm_db_begin(db, err);
    if (st == DM_OK)
        st = steps(db, err);
    if (st == DM_OK)
        st = dm_db_commit(db, err);
    dm_db_rollback(db);
    return st;
}

dm_status dm_pg_schema_ready(dm_db *db, bool readonly, dm_error *err)
{
    int64_t version = 0;
    bool others = false;
    dm_status st = version_of(db, &version, &others, err);
    if (st != DM_OK)
        return st;
    if (others)
        return dm_fail(err, DM_EINPUT, 0,
            "'%.200s' is a database, but not a record of demarche; give another database, or a schema of its own "
            "(options=-csearch_path%%3DNAME)",
            dm_db_path(db));
    if (version > DM_SCHEMA_VERSION)
        return dm_fail(err, DM_EINPUT, 0,
            "the record '%.200s' is of a newer demarche (schema %d, this program knows %d); update the program", dm_db_path(db),
            (int)version, DM_SCHEMA_VERSION);
    if (version == DM_SCHEMA_VERSION)
        return DM_OK;
    if (readonly && version < 0)
        return dm_fail(
            err, DM_EINPUT, 0, "'%.200s' is empty: there is no record in it; 'demarche add' makes one", dm_db_path(db));
    if (readonly)
        return dm_fail(err, DM_EINPUT, 0,
            "the record '%.200s' is of an older demarche; 'demarche add --update' brings it up to date", dm_db_path(db));
    return migrate(db, err);
}

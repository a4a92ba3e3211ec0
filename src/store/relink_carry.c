// SPDX-License-Identifier: Apache-2.0
/* What linking anew found goes into the record: only rows that differ. The scratch works it out; then each table of the record is changed by
 * one statement from a temporary table, which goes to a server by COPY.
 *
 * A happening keeps its number where most of its events have it: of all pairs of a new happening and an old number those with the most events
 * in common are matched first. */
#include "base/room.h"
#include "store/digest.h"
#include "store/postgres.h"
#include "store/relink.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* led: with which happening events go that are not linked. pair: events of a new happening (g) that had an old number. */
static const char naming[] =
    "CREATE TABLE led(old INTEGER PRIMARY KEY, g INTEGER NOT NULL);"
    "INSERT INTO led SELECT old, happening FROM (SELECT old, happening, min(key) FROM event WHERE old IN (SELECT old FROM kept)"
    " GROUP BY old);"
    "CREATE TABLE pair(g INTEGER NOT NULL, old INTEGER NOT NULL, told INTEGER NOT NULL);"
    "INSERT INTO pair SELECT g, old, count(*) FROM (SELECT happening AS g, old FROM event UNION ALL SELECT l.g, k.old FROM "
    "kept k"
    " JOIN led l ON l.old=k.old) GROUP BY g, old;"
    "CREATE TABLE named(g INTEGER PRIMARY KEY, n INTEGER NOT NULL UNIQUE, id INTEGER);"
    "INSERT OR IGNORE INTO named(g, n) SELECT g, old FROM pair ORDER BY told DESC, old, g;"
    "CREATE TABLE fresh(n INTEGER PRIMARY KEY, g INTEGER NOT NULL);"
    "INSERT INTO fresh(g) SELECT DISTINCT g FROM pair WHERE g NOT IN (SELECT g FROM named) ORDER BY g;";

/* ?1: the record's highest number. The id of a new happening is that of its first event by key, as in link.c. */
static const char founding[] = "INSERT INTO named SELECT f.g, ?1 + f.n, (SELECT e.key FROM event e WHERE e.happening=f.g ORDER "
                               "BY e.key LIMIT 1) FROM fresh f";

static const char moving[] =
    "CREATE TABLE moved(document INTEGER NOT NULL, event INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(document, event))"
    " WITHOUT ROWID;"
    "INSERT INTO moved SELECT d.row, e.row, m.n FROM event e JOIN named m ON m.g=e.happening JOIN document d ON d.n=e.document"
    " WHERE e.old<>m.n;"
    "INSERT INTO moved SELECT k.document, k.row, m.n FROM kept k JOIN led l ON l.old=k.old JOIN named m ON m.g=l.g WHERE "
    "k.old<>m.n;"
    "CREATE TABLE digest(document INTEGER PRIMARY KEY, events BLOB NOT NULL);"
    "CREATE TABLE alike(a INTEGER NOT NULL, b INTEGER NOT NULL, score REAL NOT NULL, PRIMARY KEY(a, b)) WITHOUT ROWID;"
    "INSERT INTO alike SELECT x.row, y.row, l.score FROM likeness l JOIN event x ON x.n=l.a JOIN event y ON y.n=l.b;"
    "CREATE TABLE lost(a INTEGER NOT NULL, b INTEGER NOT NULL);"
    "CREATE TABLE gained(a INTEGER NOT NULL, b INTEGER NOT NULL, score REAL NOT NULL);";

/* Rows of the scratch for a table of the record: how they go there, and what is done with them. */
typedef struct carried {
    const char *make; /* of the temporary table; NULL: the rows go where they belong */
    const char *into, *insert, *types, *select;
    const char *change[2], *drop;
} carried;

static const carried happenings = { .into = "happening(n, id)",
    .insert = "INSERT INTO happening(n, id) VALUES(?1, ?2)",
    .types = "ii",
    .select = "SELECT n, id FROM named WHERE id IS NOT NULL ORDER BY n" };
static const carried events = { "CREATE TEMP TABLE relink_event AS SELECT document, n AS event, happening FROM event LIMIT 0",
    "pg_temp.relink_event(document, event, happening)", "INSERT INTO temp.relink_event VALUES(?1, ?2, ?3)", "iii",
    "SELECT document, event, n FROM moved ORDER BY document, event",
    { "UPDATE event SET happening=m.happening FROM temp.relink_event m WHERE event.n=m.event",
        "UPDATE dyad SET happening=m.happening FROM temp.relink_event m WHERE dyad.event=m.event" },
    "DROP TABLE temp.relink_event" };
static const carried digests = { "CREATE TEMP TABLE relink_digest AS SELECT document, events FROM digest LIMIT 0",
    "pg_temp.relink_digest(document, events)", "INSERT INTO temp.relink_digest VALUES(?1, ?2)", "it",
    "SELECT document, events FROM digest ORDER BY document",
    { "UPDATE digest SET events=m.events FROM temp.relink_digest m WHERE digest.document=m.document", NULL },
    "DROP TABLE temp.relink_digest" };
static const carried untold = { "CREATE TEMP TABLE relink_happening AS SELECT n, id FROM happening LIMIT 0",
    "pg_temp.relink_happening(n)", "INSERT INTO temp.relink_happening(n) VALUES(?1)", "i",
    "SELECT DISTINCT old FROM pair WHERE old NOT IN (SELECT n FROM named) ORDER BY old",
    { "DELETE FROM happening WHERE n IN (SELECT n FROM temp.relink_happening)", NULL }, "DROP TABLE temp.relink_happening" };
static const carried lost = { "CREATE TEMP TABLE relink_lost AS SELECT a, b FROM likeness LIMIT 0", "pg_temp.relink_lost(a, b)",
    "INSERT INTO temp.relink_lost VALUES(?1, ?2)", "ii", "SELECT a, b FROM lost",
    { "DELETE FROM likeness WHERE (a, b) IN (SELECT a, b FROM temp.relink_lost)", NULL }, "DROP TABLE temp.relink_lost" };
static const carried gained = { .into = "likeness(a, b, score)",
    .insert = "INSERT INTO likeness(a, b, score) VALUES(?1, ?2, ?3)",
    .types = "iir",
    .select = "SELECT a, b, score FROM gained" };
static const carried families = { "CREATE TEMP TABLE relink_family AS SELECT n AS document, family FROM document LIMIT 0",
    "pg_temp.relink_family(document, family)", "INSERT INTO temp.relink_family VALUES(?1, ?2)", "ii",
    "SELECT document, family FROM renamed ORDER BY document",
    { "UPDATE document SET family=m.family FROM temp.relink_family m WHERE document.n=m.document", NULL },
    "DROP TABLE temp.relink_family" };

/* --- rows into the record --- */

static void bind_as(dm_stmt *to, int at, dm_stmt *from, char type)
{
    if (type == 'i')
        dm_bind_int(to, at + 1, dm_col_int(from, at));
    else if (type == 'r')
        dm_bind_real(to, at + 1, dm_col_real(from, at));
    else
        dm_bind_blob(to, at + 1, dm_col_str(from, at));
}

static dm_status insert_rows(dm_db *to, const carried *c, dm_stmt *q, dm_error *err)
{
    dm_stmt *put = NULL;
    dm_status st = dm_db_prepare(to, &put, c->insert, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        for (int i = 0; c->types[i]; i++)
            bind_as(put, i, q, c->types[i]);
        st = dm_stmt_run(put, err);
    }
    dm_stmt_free(put);
    return st == DM_END ? DM_OK : st;
}

/* The temporary table with its rows. */
static dm_status fill(relinking *r, const carried *c, dm_error *err)
{
    dm_db *db = r->s->db;
    dm_stmt *q = NULL;
    dm_status st = c->make ? dm_db_exec(db, c->make, err) : DM_OK;
    if (st == DM_OK)
        st = dm_db_prepare(r->scratch.db, &q, c->select, err);
    if (st == DM_OK)
        st = dm_db_engine(db) == DM_DB_POSTGRES ? dm_pg_copy(db, c->into, c->types, q, err) : insert_rows(db, c, q, err);
    dm_stmt_free(q);
    return st;
}

/* A server does not know how many rows its temporary tables have. */
static dm_status change(relinking *r, const carried *c, dm_error *err)
{
    char sql[80];
    dm_status st = DM_OK;
    if (c->make && dm_db_engine(r->s->db) == DM_DB_POSTGRES) {
        snprintf(sql, sizeof sql, "ANALYZE %.*s", (int)strcspn(c->into, "("), c->into);
        st = dm_db_exec(r->s->db, sql, err);
    }
    for (size_t i = 0; i < 2 && c->change[i] && st == DM_OK; i++)
        st = dm_db_exec(r->s->db, c->change[i], err);
    if (st == DM_OK && c->drop)
        st = dm_db_exec(r->s->db, c->drop, err);
    return st;
}

static dm_status carry(relinking *r, const carried *c, dm_error *err)
{
    dm_status st = fill(r, c, err);
    return st == DM_OK ? change(r, c, err) : st;
}

/* --- numbers of happenings --- */

static dm_status name_happenings(relinking *r, dm_error *err)
{
    dm_stmt *q;
    int64_t highest = 0;
    dm_status st = dm_db_number(r->s->db, "SELECT max(n) FROM happening", &highest, err);
    if (st == DM_OK)
        st = dm_db_exec(r->scratch.db, naming, err);
    if (st == DM_OK)
        st = dm_db_use(r->scratch.db, &q, founding, err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, highest);
    if ((st = dm_stmt_run(q, err)) == DM_OK)
        st = dm_db_exec(r->scratch.db, moving, err);
    int64_t n = 0;
    if (st == DM_OK)
        st = dm_db_number(r->scratch.db, "SELECT count(*) FROM moved", &n, err);
    r->stats.moved = (uint64_t)n;
    return st;
}

/* --- digests --- */

typedef struct move {
    int64_t event, happening;
} move;

typedef struct moves {
    dm_stmt *q; /* of the scratch, by document */
    bool there; /* a row waits */
    move *v;    /* of one document, by event */
    size_t n, cap;
} moves;

static dm_status next_move(moves *m, dm_error *err)
{
    dm_status st = dm_stmt_step(m->q, err);
    m->there = st == DM_OK;
    return st == DM_END ? DM_OK : st;
}

static dm_status moves_of(moves *m, int64_t document, dm_error *err)
{
    dm_status st = DM_OK;
    for (m->n = 0; m->there && st == DM_OK && dm_col_int(m->q, 0) <= document; st = next_move(m, err)) {
        if (!DM_ROOM(m->v, m->n, m->cap, 64))
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document");
        if (dm_col_int(m->q, 0) == document)
            m->v[m->n++] = (move){ dm_col_int(m->q, 1), dm_col_int(m->q, 2) };
    }
    return st;
}

static int by_event(const void *x, const void *y)
{
    const move *a = x, *b = y;
    return (a->event > b->event) - (a->event < b->event);
}

/* The digest with the events' new numbers. */
static dm_status renumber(const moves *m, dm_str bytes, dm_buf *out, dm_error *err)
{
    dm_digest_reader d = { .p = (const uint8_t *)bytes.p, .end = (const uint8_t *)bytes.p + bytes.len };
    dm_digest_event e;
    dm_buf_clear(out);
    while (bytes.len && dm_digest_take(&d, &e)) {
        const move key = { .event = e.n }, *found = m->n ? bsearch(&key, m->v, m->n, sizeof *m->v, by_event) : NULL;
        if (found)
            e.happening = found->happening;
        dm_digest_put(out, &e);
    }
    dm_digest_reader_free(&d);
    return d.failed || out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document") : DM_OK;
}

static dm_status put_digest(relinking *r, int64_t document, const dm_buf *bytes, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(r->scratch.db, &q, "INSERT INTO digest VALUES(?1, ?2)", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    dm_bind_blob(q, 2, (dm_str){ bytes->p, bytes->len });
    return dm_stmt_run(q, err);
}

/* Of the documents in relink_event, which is filled. */
static dm_status make_digests(relinking *r, dm_error *err)
{
    moves m = { .q = NULL };
    dm_stmt *q = NULL;
    dm_buf bytes = { 0 };
    dm_status st = dm_db_prepare(r->scratch.db, &m.q, events.select, err);
    if (st == DM_OK)
        st = next_move(&m, err);
    if (st == DM_OK)
        st = dm_db_prepare_long(r->s->db, &q,
            "SELECT document, events FROM digest WHERE document IN (SELECT document FROM temp.relink_event) ORDER BY document",
            err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        int64_t document = dm_col_int(q, 0);
        if ((st = moves_of(&m, document, err)) == DM_OK && (st = renumber(&m, dm_col_str(q, 1), &bytes, err)) == DM_OK)
            st = put_digest(r, document, &bytes, err);
    }
    dm_stmt_free(q);
    dm_stmt_free(m.q);
    dm_buf_free(&bytes);
    free(m.v);
    return st == DM_END ? DM_OK : st;
}

/* --- likenesses --- */

static dm_status note_lost(relinking *r, dm_stmt *old, dm_error *err)
{
    return dm_relink_put(r, "INSERT INTO lost VALUES(?1, ?2)", dm_col_int(old, 0), dm_col_int(old, 1), err);
}

static dm_status note_gained(relinking *r, dm_stmt *now, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(r->scratch.db, &q, "INSERT INTO gained VALUES(?1, ?2, ?3)", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, dm_col_int(now, 0));
    dm_bind_int(q, 2, dm_col_int(now, 1));
    dm_bind_real(q, 3, dm_col_real(now, 2));
    return dm_stmt_run(q, err);
}

/* Which of two rows (a, b) comes first; one that is not there comes last. */
static int before(dm_stmt *x, bool x_there, dm_stmt *y, bool y_there)
{
    if (!x_there || !y_there)
        return x_there ? -1 : 1;
    for (int i = 0; i < 2; i++)
        if (dm_col_int(x, i) != dm_col_int(y, i))
            return dm_col_int(x, i) < dm_col_int(y, i) ? -1 : 1;
    return 0;
}

static dm_status step(dm_stmt *q, bool *there, dm_error *err)
{
    dm_status st = dm_stmt_step(q, err);
    *there = st == DM_OK;
    return st == DM_END ? DM_OK : st;
}

/* Both in the order of their keys: each row once. */
static dm_status compare_likenesses(relinking *r, dm_stmt *old, dm_stmt *now, dm_error *err)
{
    bool old_there = false, now_there = false;
    dm_status st = step(old, &old_there, err);
    if (st == DM_OK)
        st = step(now, &now_there, err);
    while (st == DM_OK && (old_there || now_there)) {
        int first = before(old, old_there, now, now_there);
        bool same = first == 0 && fabs(dm_col_real(old, 2) - dm_col_real(now, 2)) <= 0;
        if (first <= 0 && !same)
            st = note_lost(r, old, err);
        if (st == DM_OK && first >= 0 && !same)
            st = note_gained(r, now, err);
        if (st == DM_OK && first <= 0)
            st = step(old, &old_there, err);
        if (st == DM_OK && first >= 0)
            st = step(now, &now_there, err);
    }
    return st;
}

static dm_status find_likenesses(relinking *r, dm_error *err)
{
    dm_stmt *old = NULL, *now = NULL;
    dm_status st = dm_db_prepare_long(r->s->db, &old, "SELECT a, b, score FROM likeness ORDER BY a, b", err);
    if (st == DM_OK)
        st = dm_db_prepare(r->scratch.db, &now, "SELECT a, b, score FROM alike ORDER BY a, b", err);
    if (st == DM_OK)
        st = compare_likenesses(r, old, now, err);
    dm_stmt_free(old);
    dm_stmt_free(now);
    return st;
}

/* --- all of it --- */

dm_status dm_relink_carry(relinking *r, dm_error *err)
{
    int64_t n = 0;
    dm_status st = name_happenings(r, err);
    if (st == DM_OK)
        st = find_likenesses(r, err);
    if (st == DM_OK && !dm_relink_goes_on(r, RELINK_LINKED + 0.1))
        return DM_OK;
    if (st == DM_OK)
        st = fill(r, &events, err);
    if (st == DM_OK)
        st = make_digests(r, err);
    if (st == DM_OK)
        st = carry(r, &happenings, err);
    if (st == DM_OK)
        st = change(r, &events, err);
    const carried *const rest[] = { &digests, &untold, &lost, &gained, &families };
    for (size_t i = 0; i < sizeof rest / sizeof *rest && st == DM_OK; i++)
        st = carry(r, rest[i], err);
    if (st == DM_OK)
        st = dm_db_number(r->s->db, "SELECT count(*) FROM happening", &n, err);
    r->stats.happenings = (uint64_t)n;
    return st;
}

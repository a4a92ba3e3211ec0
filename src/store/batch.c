// SPDX-License-Identifier: Apache-2.0
/* The record in memory that a batch is filed in, and which statements change rows that the server has. */
#include "base/room.h"
#include "store/outgoing.h"
#include "store/schema.h"
#include <stdlib.h>

/* --- numbers --- */

static bool grow(dm_numbers *m)
{
    size_t cap = m->cap ? m->cap * 2 : 256;
    int64_t *v = calloc(cap, sizeof *v);
    if (!v)
        return false;
    for (size_t i = 0; i < m->cap; i++)
        if (m->v[i]) {
            size_t k = dm_hash(&m->v[i], sizeof *v, 0) & (cap - 1);
            while (v[k])
                k = (k + 1) & (cap - 1);
            v[k] = m->v[i];
        }
    free(m->v);
    *m = (dm_numbers){ v, m->n, cap };
    return true;
}

int dm_numbers_add(dm_numbers *m, int64_t n)
{
    if (m->n * 2 >= m->cap && !grow(m))
        return -1;
    size_t k = dm_hash(&n, sizeof n, 0) & (m->cap - 1);
    for (; m->v[k]; k = (k + 1) & (m->cap - 1))
        if (m->v[k] == n)
            return 0;
    m->v[k] = n;
    m->n++;
    return 1;
}

void dm_numbers_clear(dm_numbers *m)
{
    if (m->cap)
        memset(m->v, 0, m->cap * sizeof *m->v);
    m->n = 0;
}

/* --- the tables in memory --- */

/* Of a brought row only some columns are there; numbers go on from the server's. */
static bool put_table(dm_buf *out, const char *sql)
{
    static const struct {
        const char *there, *here;
    } words[] = { { " NOT NULL", "" }, { "n INTEGER PRIMARY KEY,", "n INTEGER PRIMARY KEY AUTOINCREMENT," },
        { ", UNIQUE(document, id)", "" } /* outgoing.c sees to it */ };
    while (*sql) {
        size_t n = 1, i = 0;
        const size_t n_words = sizeof words / sizeof *words;
        while (i < n_words && strncmp(sql, words[i].there, strlen(words[i].there)) != 0)
            i++;
        if (i < n_words) {
            n = strlen(words[i].there);
            dm_buf_add(out, words[i].here, strlen(words[i].here));
        } else {
            dm_buf_add(out, sql, 1);
        }
        sql += n;
    }
    dm_buf_add(out, "", 1);
    return !out->failed;
}

static bool wanted(const char *sql)
{
    static const char *const indexes[] = { "CREATE INDEX document_family ", "CREATE INDEX event_happening " };
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
        if (strncmp(sql, indexes[i], strlen(indexes[i])) == 0)
            return true;
    return strncmp(sql, "CREATE TABLE ", 13) == 0 || strncmp(sql, "ALTER TABLE ", 12) == 0;
}

static dm_status make_tables(dm_db *db, dm_error *err)
{
    dm_buf text = { 0 };
    dm_status st = dm_db_exec(
        db, "PRAGMA foreign_keys=OFF; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE", err);
    for (int v = 0; v < DM_SCHEMA_VERSION; v++)
        for (const char *const *sql = dm_schema_steps[v]; *sql && st == DM_OK; sql++) {
            if (!wanted(*sql))
                continue;
            dm_buf_clear(&text);
            st = put_table(&text, *sql) ? dm_db_exec(db, text.p, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
        }
    dm_buf_free(&text);
    return st;
}

enum { N_SETS = 8, FILED_MAX = 4096 /* then the memory is emptied */ };

static void all_sets(struct dm_batch *b, dm_numbers *out[N_SETS])
{
    dm_numbers *const sets[N_SETS] = { &b->documents, &b->events, &b->tales, &b->likened, &b->digests, &b->bands, &b->words,
        &b->parties };
    memcpy(out, sets, sizeof sets);
}

dm_status dm_batch_open(struct dm_batch **out, dm_error *err)
{
    struct dm_batch *b = calloc(1, sizeof *b);
    if (!b)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
    b->counted = -1;
    dm_status st = dm_sqlite_open(&b->memory, ":memory:", DM_DB_WRITE, err);
    if (st == DM_OK)
        st = make_tables(b->memory, err);
    if (st == DM_OK)
        *out = b;
    else
        dm_batch_close(b);
    return st;
}

void dm_batch_close(struct dm_batch *b)
{
    if (!b)
        return;
    for (unsigned i = 0; i < b->n_wrapped; i++)
        free(b->wrapped[i]);
    dm_db_close(b->memory);
    dm_numbers *sets[N_SETS];
    all_sets(b, sets);
    for (int i = 0; i < N_SETS; i++)
        free(sets[i]->v);
    free(b->change);
    dm_buf_free(&b->blobs);
    dm_outgoing_free(b);
    dm_bands_free(&b->near);
    free(b);
}

/* --- begin and end --- */

static const char *const tables[N_BASES] = { "document", "sentence", "event", "happening", "instrument" };

static dm_status learn_bases(dm_store *s, int64_t *change, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "SELECT (SELECT max(n) FROM document), (SELECT max(n) FROM sentence), (SELECT max(n) FROM event), (SELECT max(n) FROM "
        "happening), (SELECT max(n) FROM instrument), (SELECT change FROM demarche)",
        err);
    if (st == DM_OK)
        st = dm_stmt_step(q, err);
    for (int i = 0; st == DM_OK && i < N_BASES; i++)
        s->batch->base[i] = dm_col_int(q, i);
    if (st == DM_OK) {
        *change = dm_col_int(q, N_BASES);
        dm_stmt_done(q);
    }
    return st;
}

static dm_status set_numbers(struct dm_batch *b, dm_error *err)
{
    dm_status st = DM_OK;
    for (int i = 0; i < N_BASES && st == DM_OK; i++) {
        dm_stmt *q;
        if ((st = dm_db_use(b->memory, &q, "INSERT INTO sqlite_sequence(name, seq) VALUES(?1, ?2)", err)) != DM_OK)
            break;
        dm_bind_str(q, 1, dm_str_of(tables[i]));
        dm_bind_int(q, 2, b->base[i]);
        st = dm_stmt_run(q, err);
    }
    return st;
}

static dm_status empty(struct dm_batch *b, dm_error *err)
{
    static const char clear[] = /* what is not here is never put into memory (outgoing.c, bands.c) */
        "DELETE FROM document; DELETE FROM instrument; DELETE FROM happening; DELETE FROM event; DELETE FROM dyad; DELETE FROM "
        "tale; DELETE FROM story; DELETE FROM likeness; DELETE FROM digest; DELETE FROM sqlite_sequence";
    dm_numbers *sets[N_SETS];
    all_sets(b, sets);
    for (int i = 0; i < N_SETS; i++)
        dm_numbers_clear(sets[i]);
    dm_bands_clear(&b->near);
    b->filed = 0;
    dm_status st = dm_db_exec(b->memory, clear, err);
    return st == DM_OK ? set_numbers(b, err) : st;
}

dm_status dm_batch_begin(dm_store *s, dm_error *err)
{
    int64_t change = 0;
    dm_status st = s->batch ? DM_OK : dm_batch_open(&s->batch, err);
    struct dm_batch *b = s->batch;
    if (st != DM_OK)
        return st;
    /* keys are looked up, a few at a time: a table that was never analysed must not be read whole for them */
    st = dm_db_exec(s->db,
        "SET LOCAL enable_seqscan=off; SET LOCAL enable_hashjoin=off; SET LOCAL enable_mergejoin=off; SET LOCAL "
        "plan_cache_mode=force_generic_plan",
        err);
    b->n_change = 0;
    dm_buf_clear(&b->blobs);
    if (st == DM_OK)
        st = dm_store_words(s, err);
    if (st == DM_OK)
        st = learn_bases(s, &change, err);
    if (st != DM_OK)
        return st;
    b->words_of = s->words;
    dm_outgoing_clear(b);
    bool still = b->counted == change && b->filed < FILED_MAX;
    if ((st = dm_db_exec(b->memory, "BEGIN", err)) == DM_OK && !still)
        st = empty(b, err);
    b->counted = change;
    if (st == DM_OK)
        s->db->batch = b;
    return st;
}

dm_status dm_batch_end(dm_store *s, dm_error *err)
{
    s->db->batch = NULL;
    return s->batch && dm_db_in_transaction(s->batch->memory) ? dm_db_exec(s->batch->memory, "COMMIT", err) : DM_OK;
}

void dm_batch_true(dm_store *s, bool committed, size_t documents)
{
    struct dm_batch *b = s->batch;
    if (!b)
        return;
    b->counted = committed ? b->counted + 1 : -1; /* as the commit counted it */
    b->filed += documents;
}

/* --- statements that change the server's rows, too --- */

typedef struct wrapped {
    dm_stmt base;
    dm_stmt *inner;
    struct dm_batch *b;
    dm_base table;
    bool moves;  /* it says which happening an event tells */
    bool beyond; /* of columns that the memory does not have */
    dm_change now;
    dm_str blob;
} wrapped;

static wrapped *of(dm_stmt *s) { return (wrapped *)s; }

static void bind_int(dm_stmt *s, int at, int64_t v)
{
    if (at <= 2)
        of(s)->now.n[at - 1] = v;
    of(s)->now.params = (uint8_t)(at > of(s)->now.params ? at : of(s)->now.params);
    dm_bind_int(of(s)->inner, at, v);
}

static void bind_blob(dm_stmt *s, int at, dm_str v)
{
    of(s)->now.blob = true;
    of(s)->now.params = 2;
    of(s)->blob = v;
    dm_bind_blob(of(s)->inner, at, v);
}

static void bind_real(dm_stmt *s, int at, double v) { dm_bind_real(of(s)->inner, at, v); }
static void bind_str(dm_stmt *s, int at, dm_str v) { dm_bind_str(of(s)->inner, at, v); }
static void bind_null(dm_stmt *s, int at) { dm_bind_null(of(s)->inner, at); }

static dm_status remember(wrapped *w, dm_error *err)
{
    struct dm_batch *b = w->b;
    if (!DM_ROOM(b->change, b->n_change, b->cap_change, 64))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
    w->now.sql = w->base.sql;
    w->now.blob_at = b->blobs.len;
    w->now.blob_len = w->blob.len;
    if (w->now.blob && dm_buf_add(&b->blobs, w->blob.p, w->blob.len) != DM_OK)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
    b->change[b->n_change++] = w->now;
    return DM_OK;
}

/* Each of these names the row it changes first: a row above the base is sent as it is in the end, or was put down and is changed there. */
static dm_status step(dm_stmt *s, dm_error *err)
{
    wrapped *w = of(s);
    dm_status st = DM_OK;
    if (w->now.n[0] <= w->b->base[w->table])
        st = remember(w, err);
    else if (w->moves)
        dm_outgoing_move(w->b, w->now.n[0], w->now.n[1]);
    w->now = (dm_change){ 0 };
    if (st != DM_OK || w->beyond)
        return st == DM_OK ? DM_END : st;
    return dm_stmt_step(w->inner, err);
}

static void done(dm_stmt *s)
{
    of(s)->now = (dm_change){ 0 };
    dm_stmt_done(of(s)->inner);
}

static int64_t col_int(dm_stmt *s, int at) { return dm_col_int(of(s)->inner, at); }
static double col_real(dm_stmt *s, int at) { return dm_col_real(of(s)->inner, at); }
static dm_str col_str(dm_stmt *s, int at) { return dm_col_str(of(s)->inner, at); }
static bool col_null(dm_stmt *s, int at) { return dm_col_null(of(s)->inner, at); }

static const dm_engine wrapping = { .bind_int = bind_int,
    .bind_real = bind_real,
    .bind_str = bind_str,
    .bind_blob = bind_blob,
    .bind_null = bind_null,
    .step = step,
    .done = done,
    .col_int = col_int,
    .col_real = col_real,
    .col_str = col_str,
    .col_null = col_null };

/* Whether the statement may change a row of the server's, and the table of which the row is that it names first. */
static bool changes(const char *sql, dm_base *table)
{
    static const struct {
        const char *head;
        dm_base table;
    } known[] = { { "UPDATE document ", BASE_DOCUMENT }, { "UPDATE event ", BASE_EVENT }, { "UPDATE dyad ", BASE_EVENT },
        { "DELETE FROM happening ", BASE_HAPPENING }, { "INSERT INTO digest", BASE_DOCUMENT },
        { "DELETE FROM digest ", BASE_DOCUMENT } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(sql, known[i].head, strlen(known[i].head)) == 0) {
            *table = known[i].table;
            return true;
        }
    return false;
}

int64_t dm_batch_last_id(const struct dm_batch *b) { return b->outgoing_last ? b->last : dm_db_last_id(b->memory); }
int64_t dm_batch_changes(const struct dm_batch *b) { return b->outgoing_last ? b->last_fresh : dm_db_changes(b->memory); }

/* A statement that changes rows of the server, made: its place, -1 without memory. */
static int wrap(struct dm_batch *b, const char *sql, dm_base table)
{
    wrapped *w = b->n_wrapped < sizeof b->wrapped / sizeof *b->wrapped ? calloc(1, sizeof *w) : NULL;
    if (!w)
        return -1;
    w->base = (dm_stmt){ &wrapping, b->memory, sql };
    w->b = b;
    w->table = table;
    w->moves = strncmp(sql, "UPDATE event SET happening=?2 ", 30) == 0;
    w->beyond = strncmp(sql, "UPDATE dyad ", 12) == 0;
    b->wrapped[b->n_wrapped] = &w->base;
    return (int)b->n_wrapped++;
}

/* Where the statement goes; NULL: out of memory. A text keeps its place as long as there is the batch. */
static const struct dm_route *route(struct dm_batch *b, const char *sql)
{
    const size_t places = sizeof b->route / sizeof *b->route;
    size_t at = dm_db_slot(sql, places), tries = 0;
    while (b->route[at].sql && b->route[at].sql != sql && ++tries < places)
        at = (at + 1) & (places - 1);
    struct dm_route *r = &b->route[at];
    if (r->sql == sql)
        return r;
    dm_base table;
    int going = dm_outgoing_table(sql), wrapped_at = -1;
    bool alters = going < 0 && changes(sql, &table);
    if (r->sql || (alters && (wrapped_at = wrap(b, sql, table)) < 0))
        return NULL;
    *r = (struct dm_route){ sql, (int8_t)going, (int8_t)wrapped_at };
    return r;
}

dm_status dm_batch_use(struct dm_batch *b, dm_stmt **out, const char *sql, dm_error *err)
{
    const struct dm_route *r = route(b, sql);
    b->outgoing_last = false;
    if (!r || (r->outgoing >= 0 && !(*out = dm_outgoing_use(b, r->outgoing))))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
    if (r->outgoing >= 0)
        return DM_OK;
    if (r->wrapped < 0)
        return dm_db_use(b->memory, out, sql, err);
    wrapped *w = of(b->wrapped[r->wrapped]);
    w->now = (dm_change){ 0 };
    w->blob = DM_NIL;
    dm_status st = dm_db_use(b->memory, &w->inner, sql, err);
    *out = &w->base;
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* What a batch needs of the server's record, brought into memory: before its first document, what all of them will ask for by hash, near
 * copies, words and parties; then, document by document, the facts and the strands that linking comes upon. A row that is there already
 * stays: it may have been changed since. */
#include "store/batch.h"
#include "store/dialect.h"
#include "store/links.h"
#include <stdio.h>
#include <stdlib.h>

enum { NEAR_MAX = 400 /* as family.c looks at */, STRAND_EVENTS = 256 /* of one look along likenesses */ };

/* Lists of values, as PostgreSQL writes arrays. */
typedef struct lists {
    dm_buf v[3];
    size_t n;
} lists;

static void put_hex(dm_buf *b, const uint8_t *v, size_t n)
{
    char text[2 * DM_HASH_BYTES + 8];
    size_t at = (size_t)snprintf(text, sizeof text, "\"\\\\x");
    for (size_t i = 0; i < n && at + 4 < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%02x", v[i]);
    text[at++] = '"';
    dm_array_item(b, (dm_str){ text, at });
}

/* Codes of parties: letters and digits, but who knows. */
static void put_code(dm_buf *b, const char *code)
{
    char text[4 * DM_CODE_MAX + 4];
    size_t at = 0;
    text[at++] = '"';
    for (; *code; code++) {
        if (*code == '"' || *code == '\\')
            text[at++] = '\\';
        text[at++] = *code;
    }
    text[at++] = '"';
    dm_array_item(b, (dm_str){ text, at });
}

static void free_lists(lists *l)
{
    for (int i = 0; i < 3; i++)
        dm_buf_free(&l->v[i]);
}

/* A question to the server while statements go to memory. */
static dm_status ask(dm_store *s, dm_stmt **q, const char *sql, lists *l, dm_error *err)
{
    struct dm_batch *b = s->db->batch;
    s->db->batch = NULL;
    dm_status st = dm_db_use(s->db, q, sql, err);
    s->db->batch = b;
    for (int i = 0; st == DM_OK && i < 3; i++) {
        dm_buf *v = &l->v[i];
        if (v->len == 0)
            continue;
        dm_array_end(v);
        if (v->failed)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
        dm_bind_str(*q, i + 1, (dm_str){ v->p, v->len });
    }
    return st;
}

/* One value of a row there into a row here. type: i whole number, r real, t text, b bytes. */
static void carry(dm_stmt *to, int at, dm_stmt *from, int column, char type)
{
    if (dm_col_null(from, column))
        dm_bind_null(to, at);
    else if (type == 'i')
        dm_bind_int(to, at, dm_col_int(from, column));
    else if (type == 'r')
        dm_bind_real(to, at, dm_col_real(from, column));
    else if (type == 't') {
        dm_str v = dm_col_str(from, column);
        dm_bind_str(to, at, v.len ? v : DM_STR(""));
    } else
        dm_bind_blob(to, at, dm_col_str(from, column));
}

/* Row `from` at columns from `first` on, one for each letter of types, into memory. */
static dm_status keep(dm_store *s, const char *sql, dm_stmt *from, int first, const char *types, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->batch->memory, &q, sql, err);
    for (int i = 0; st == DM_OK && types[i]; i++)
        carry(q, i + 1, from, first + i, types[i]);
    return st == DM_OK ? dm_stmt_run(q, err) : st;
}

static dm_status bring(dm_store *s, const char *sql, lists *l, const char *into, const char *types, dm_error *err)
{
    dm_stmt *q = NULL;
    dm_status st = ask(s, &q, sql, l, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        st = keep(s, into, q, 0, types, err);
    if (q)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

#define DOCUMENT_COLUMNS "d.n, d.hash, d.coder, d.family, d.sketch"
#define KEEP_DOCUMENT "INSERT OR IGNORE INTO document(n, hash, coder, family, sketch) VALUES(?1, ?2, ?3, ?4, ?5)"
#define EVENT_COLUMNS "e.n, e.document, e.happening, e.id, e.day, e.day_end, e.when_precision"
#define KEEP_EVENT                                                                                                             \
    "INSERT OR IGNORE INTO event(n, document, happening, id, day, day_end, when_precision) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"

/* --- before the first document --- */

typedef struct wanted {
    lists hashes, bands, words, parties;
} wanted;

/* Each is asked for once. */
static bool first_time(dm_numbers *asked, int64_t key) { return dm_numbers_add(asked, key ? key : 1) != 0; }

static void want_bands(dm_store *s, wanted *w, const dm_filing *f)
{
    for (int band = 0; f->sketched && band < DM_SKETCH_BANDS; band++) {
        int64_t key = dm_family_band(f->sketch, band);
        if (first_time(&s->batch->bands, key))
            dm_array_int(&w->bands.v[0], key);
    }
}

static void want_words(dm_store *s, wanted *w, const dm_doc *doc, const dm_batch_terms *t)
{
    dm_day day = doc->meta.date.precision != DM_PREC_UNKNOWN ? doc->meta.date.from : DM_DAY_NONE;
    for (uint32_t i = 0; i < t->n && doc->events.n; i++) {
        const int64_t key[] = { t->term[i], day };
        if (!first_time(&s->batch->words, (int64_t)dm_hash(key, sizeof key, 1)))
            continue;
        dm_array_int(&w->words.v[0], t->term[i]);
        dm_array_int(&w->words.v[1], day);
    }
}

/* As dm_story_recall() will ask. */
static void want_party(dm_store *s, wanted *w, const char *actor, const char *target, dm_day day)
{
    char key[2 * DM_CODE_MAX + 24];
    int n = snprintf(key, sizeof key, "%s %s %d", actor, target, day);
    if (!first_time(&s->batch->parties, (int64_t)dm_hash(key, (size_t)n, 2)))
        return;
    put_code(&w->parties.v[0], actor);
    put_code(&w->parties.v[1], target);
    dm_array_int(&w->parties.v[2], day);
}

static void want_parties(dm_store *s, wanted *w, const dm_doc *doc, const dm_event *e)
{
    const dm_party *to = e->n_recipient ? e->recipient : e->actor;
    uint32_t n_to = e->n_recipient ? e->n_recipient : e->n_actor;
    dm_day day, end;
    if (e->when.precision != DM_PREC_DAY)
        return;
    dm_event_days(doc, e, &day, &end);
    for (uint32_t i = 0; i < e->n_actor && i < TELL_PARTIES; i++)
        for (uint32_t k = 0; k < n_to && k < TELL_PARTIES; k++)
            if (e->actor[i].code[0] && to[k].code[0])
                want_party(s, w, e->actor[i].code, to[k].code, day);
}

static dm_status want(dm_store *s, wanted *w, const dm_str *packed, size_t n, dm_batch_terms *terms, size_t *at, dm_error *err)
{
    dm_doc *doc = dm_doc_new();
    dm_filing f;
    dm_status st = doc ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    for (size_t i = 0; i < n && st == DM_OK; i++) {
        *at = i;
        dm_doc_reset(doc);
        if ((st = dm_pack_read(doc, &f, packed[i], err)) != DM_OK)
            break;
        terms[i].n = s->linker ? dm_story_terms(terms[i].term, s->linker, doc) : 0;
        put_hex(&w->hashes.v[0], f.hash, sizeof f.hash);
        want_bands(s, w, &f);
        want_words(s, w, doc, &terms[i]);
        for (uint32_t k = 0; s->linker && k < doc->events.n; k++)
            want_parties(s, w, doc, &doc->events.v[k]);
    }
    dm_doc_free(doc);
    return st;
}

/* Documents by row that are not here yet. */
static dm_status bring_rows(dm_store *s, lists *rows, dm_error *err)
{
    return rows->v[0].len ? bring(s, "SELECT " DOCUMENT_COLUMNS " FROM document d WHERE d.n = ANY(CAST(?1 AS bigint[]))", rows,
                                KEEP_DOCUMENT, "ibiib", err)
                          : DM_OK;
}

static dm_status bring_near(dm_store *s, wanted *w, dm_error *err)
{
    static const char sql[] =
        "SELECT b.hash, b.document FROM (SELECT DISTINCT unnest(CAST(?1 AS bigint[])) AS h) k JOIN LATERAL (SELECT hash, "
        "document FROM band WHERE hash=k.h ORDER BY document LIMIT 400) b ON true ORDER BY b.document";
    _Static_assert(NEAR_MAX == 400, "as in the statement");
    lists rows = { 0 };
    dm_stmt *q = NULL;
    dm_status st = ask(s, &q, sql, &w->bands, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        int fresh = dm_numbers_add(&s->batch->documents, dm_col_int(q, 1));
        if (fresh > 0)
            dm_array_int(&rows.v[0], dm_col_int(q, 1));
        bool held = fresh >= 0 && dm_bands_add(&s->batch->near, dm_col_int(q, 0), dm_col_int(q, 1)) >= 0;
        st = held ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
    }
    if (q)
        dm_stmt_done(q);
    if (st == DM_END)
        st = bring_rows(s, &rows, err);
    free_lists(&rows);
    return st;
}

static dm_status bring_story(dm_store *s, wanted *w, dm_error *err)
{
    static const char words[] =
        "SELECT s.term, s.day, s.document FROM (SELECT DISTINCT t, d FROM unnest(CAST(?1 AS bigint[]), CAST(?2 AS bigint[])) "
        "x(t, d)) k JOIN LATERAL (SELECT term, day, document FROM story WHERE term=k.t AND day BETWEEN k.d-10 AND k.d+10 ORDER "
        "BY day, document LIMIT 64) s ON true";
    static const char parties[] =
        "SELECT e.actor, e.target, e.day, e.event, e.via, e.document, e.type, e.n, e.document, e.happening, e.id, e.eday, "
        "e.day_end, e.when_precision FROM (SELECT DISTINCT a, t, d FROM unnest(CAST(?1 AS text[]), CAST(?2 AS text[]), CAST(?3 "
        "AS bigint[])) x(a, t, d)) k JOIN LATERAL (SELECT d.actor, d.target, d.day, d.event, d.via, d.document, d.type, e.n, "
        "e.happening, e.id, e.day AS eday, e.day_end, e.when_precision FROM dyad d JOIN event e ON e.n=d.event WHERE "
        "d.actor=k.a COLLATE \"C\" AND d.target=k.t COLLATE \"C\" AND d.day BETWEEN k.d-1 AND k.d+1 AND d.via<2 AND "
        "e.when_precision=1 ORDER BY d.day, d.event, d.via LIMIT 24) e ON true";
    _Static_assert(DM_PREC_DAY == 1, "as in the statement");
    dm_stmt *q = NULL;
    dm_status st = w->words.v[0].len ? bring(s, words, &w->words,
                                           "INSERT OR IGNORE INTO story(term, day, document) VALUES(?1, ?2, ?3)", "iii", err)
                                     : DM_OK;
    if (st != DM_OK || !w->parties.v[0].len)
        return st;
    st = ask(s, &q, parties, &w->parties, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        st = keep(s,
            "INSERT OR IGNORE INTO dyad(actor, target, day, event, via, document, type) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", q,
            0, "ttiiiii", err);
        if (st == DM_OK)
            st = keep(s, KEEP_EVENT, q, 7, "iiiiiii", err);
    }
    if (q)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_bring_documents(dm_store *s, const dm_str *packed, size_t n, dm_batch_terms *terms, size_t *at, dm_error *err)
{
    wanted w = { 0 };
    dm_status st = want(s, &w, packed, n, terms, at, err);
    if (st == DM_OK)
        st = bring(s, "SELECT " DOCUMENT_COLUMNS " FROM document d WHERE d.hash = ANY(CAST(?1 AS bytea[]))", &w.hashes,
            KEEP_DOCUMENT, "ibiib", err);
    if (st == DM_OK && w.bands.v[0].len)
        st = bring_near(s, &w, err);
    if (st == DM_OK)
        st = bring_story(s, &w, err);
    free_lists(&w.hashes), free_lists(&w.bands), free_lists(&w.words), free_lists(&w.parties);
    return st;
}

/* --- while one is filed --- */

static dm_status no_memory(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch"); }

dm_status dm_bring_tales(dm_store *s, const int64_t *document, uint32_t n, dm_error *err)
{
    struct dm_batch *b = s->db->batch;
    lists l = { 0 };
    int fresh = 0;
    for (uint32_t i = 0; b && i < n && fresh >= 0; i++)
        if (document[i] <= b->base[BASE_DOCUMENT] && (fresh = dm_numbers_add(&b->tales, document[i])) > 0)
            dm_array_int(&l.v[0], document[i]);
    dm_status st = fresh < 0 ? no_memory(err) : DM_OK;
    if (st == DM_OK && l.v[0].len)
        st = bring(s, "SELECT document, facts FROM tale WHERE document = ANY(CAST(?1 AS bigint[]))", &l,
            "INSERT OR IGNORE INTO tale(document, facts) VALUES(?1, ?2)", "ib", err);
    free_lists(&l);
    return st;
}

/* Likenesses of all events that hang together with these; *events: those that are not here yet. */
static dm_status bring_likenesses(dm_store *s, lists *from, lists *events, dm_error *err)
{
    static const char sql[] =
        "WITH RECURSIVE c(n) AS (SELECT unnest(CAST(?1 AS bigint[])) UNION SELECT l.b FROM c JOIN likeness l ON l.a=c.n), k AS "
        "MATERIALIZED (SELECT n FROM c LIMIT 256) SELECT k.n, l.b, l.score FROM k LEFT JOIN likeness l ON l.a=k.n";
    _Static_assert(STRAND_EVENTS == 256, "as in the statement");
    struct dm_batch *b = s->batch;
    dm_stmt *q = NULL;
    dm_status st = ask(s, &q, sql, from, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        int64_t row[2] = { dm_col_int(q, 0), dm_col_int(q, 1) };
        if (dm_numbers_add(&b->likened, row[0]) < 0)
            st = no_memory(err);
        for (int i = 0; i < 2 && st == DM_OK; i++) {
            int fresh = row[i] ? dm_numbers_add(&b->events, row[i]) : 0;
            if (fresh > 0)
                dm_array_int(&events->v[0], row[i]);
            st = fresh < 0 ? no_memory(err) : DM_OK;
        }
        if (st == DM_OK && row[1])
            st = keep(s, "INSERT OR IGNORE INTO likeness(a, b, score) VALUES(?1, ?2, ?3)", q, 0, "iir", err);
    }
    if (q)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

/* Events, with those that tell the same as far as linking counts them, and their documents. */
static dm_status bring_events(dm_store *s, lists *events, dm_error *err)
{
    static const char sql[] =
        "SELECT " EVENT_COLUMNS ", " DOCUMENT_COLUMNS
        " FROM (SELECT unnest(CAST(?1 AS bigint[])) UNION SELECT x.n FROM (SELECT "
        "DISTINCT happening FROM event WHERE n = ANY(CAST(?1 AS bigint[]))) h JOIN LATERAL (SELECT n FROM event WHERE "
        "happening=h.happening LIMIT 32) x ON true) k(n) JOIN event e ON e.n=k.n JOIN document d ON d.n=e.document";
    _Static_assert(STRAND_MAX == 32, "as in the statement");
    dm_stmt *q = NULL;
    if (!events->v[0].len)
        return DM_OK;
    dm_status st = ask(s, &q, sql, events, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        st = keep(s, KEEP_EVENT, q, 0, "iiiiiii", err);
        int fresh = st == DM_OK ? dm_numbers_add(&s->batch->documents, dm_col_int(q, 7)) : 0;
        if (fresh)
            st = fresh < 0 ? no_memory(err) : keep(s, KEEP_DOCUMENT, q, 7, "ibiib", err);
    }
    if (q)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_bring_strands(dm_store *s, const int64_t *event, size_t n, dm_error *err)
{
    struct dm_batch *b = s->db->batch;
    lists from = { 0 }, events = { 0 };
    int fresh = 0;
    for (size_t i = 0; b && i < n && fresh >= 0; i++)
        if (event[i] > 0 && event[i] <= b->base[BASE_EVENT] && (fresh = dm_numbers_add(&b->likened, event[i])) > 0)
            dm_array_int(&from.v[0], event[i]);
    dm_status st = fresh < 0 ? no_memory(err) : DM_OK;
    if (st == DM_OK && from.v[0].len)
        st = bring_likenesses(s, &from, &events, err);
    if (st == DM_OK)
        st = bring_events(s, &events, err);
    free_lists(&from);
    free_lists(&events);
    return st;
}

dm_status dm_bring_digest(dm_store *s, int64_t document, dm_error *err)
{
    struct dm_batch *b = s->db->batch;
    if (!b || document > b->base[BASE_DOCUMENT])
        return DM_OK;
    int fresh = dm_numbers_add(&b->digests, document);
    lists l = { 0 };
    dm_array_int(&l.v[0], document);
    dm_status st = fresh < 0 ? no_memory(err) : DM_OK;
    if (fresh > 0)
        st = bring(s, "SELECT document, events FROM digest WHERE document = ANY(CAST(?1 AS bigint[]))", &l,
            "INSERT OR IGNORE INTO digest(document, events) VALUES(?1, ?2)", "ib", err);
    free_lists(&l);
    return st;
}

dm_status dm_bring_instrument(dm_store *s, const dm_instrument *in, dm_error *err)
{
    struct dm_batch *b = s->db->batch;
    const dm_str parts[] = { in->type, in->body, in->subject, in->name };
    dm_stmt *q = NULL;
    if (!b)
        return DM_OK;
    s->db->batch = NULL;
    dm_status st = dm_db_use(s->db, &q,
        "SELECT n, type, body, subject, name FROM instrument WHERE type=?1 AND body=?2 AND subject=?3 AND name=?4", err);
    s->db->batch = b;
    for (int i = 0; st == DM_OK && i < 4; i++)
        dm_bind_str(q, i + 1, parts[i].len ? parts[i] : DM_STR(""));
    if (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        st = keep(
            s, "INSERT OR IGNORE INTO instrument(n, type, body, subject, name) VALUES(?1, ?2, ?3, ?4, ?5)", q, 0, "itttt", err);
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

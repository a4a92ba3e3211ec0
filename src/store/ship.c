// SPDX-License-Identifier: Apache-2.0
/* What a batch has made goes to the server: new rows by COPY in binary, table by table; changes of old rows as the statements that made
 * them, many on the line at once. */
#include "store/batch.h"
#include "store/dialect.h"
#include "store/postgres.h"
#include <stdio.h>
#include <stdlib.h>

enum { COPY_BYTES = 1 << 18, LINE_MAX_STATEMENTS = 256 };

/* A table, how its columns go (i: whole number, r: real, t: text or bytes), and which rows are new: those above the base. likeness has rows
 * of old events that are new. Columns are in the order of schema.c. */
typedef struct shipped {
    const char *table, *select, *columns, *types;
    dm_base base;
} shipped;

static const shipped list[] = {
    { "instrument", "SELECT n, type, body, subject, name FROM instrument WHERE n>?1", "n, type, body, subject, name", "itttt",
        BASE_INSTRUMENT },
    { "document",
        "SELECT n, hash, name, url, title, publication, language, day_from, day_to, day_precision, day_source, home, coder, "
        "family, sketch, text FROM document WHERE n>?1",
        "n, hash, name, url, title, publication, language, day_from, day_to, day_precision, day_source, home, coder, family, "
        "sketch, text",
        "itttttt"
        "iiii"
        "tii"
        "tt",
        BASE_DOCUMENT },
    { "band", "SELECT hash, document FROM band WHERE document>?1", "hash, document", "ii", BASE_DOCUMENT },
    { "sentence", "SELECT n, document, sequence, start, len, kind, text FROM sentence WHERE n>?1",
        "n, document, sequence, start, len, kind, text, words", "iiiiiitw", BASE_SENTENCE },
    { "happening", "SELECT n, id FROM happening WHERE n>?1", "n, id", "ii", BASE_HAPPENING },
    { "event",
        "SELECT n, id, document, sentence, happening, type, mode, aux, cameo, scale, goldstein, quad, contexts, day, day_end, "
        "when_from, when_to, when_precision, said_from, said_to, said_precision, trigger_start, trigger_len, confidence, why, "
        "instrument, act, polarity, years, reasons, when_start, when_len FROM event WHERE n>?1",
        "n, id, document, sentence, happening, type, mode, aux, cameo, scale, goldstein, quad, contexts, day, day_end, "
        "when_from, when_to, when_precision, said_from, said_to, said_precision, trigger_start, trigger_len, confidence, why, "
        "instrument, act, polarity, years, reasons, when_start, when_len",
        "iiiiii"
        "titrr"
        "iiii"
        "iiiiii"
        "ii"
        "rt"
        "itit"
        "iii",
        BASE_EVENT },
    { "party", "SELECT event, role, place, code, sector, start, len, day, type, aux, contexts FROM party WHERE event>?1",
        "event, role, place, code, sector, start, len, day, type, aux, contexts", "iiittiiiiii", BASE_EVENT },
    { "dyad",
        "SELECT actor, target, day, event, via, day_end, type, aux, contexts, mode, scale, confidence, instrument, act, "
        "polarity, others_word, happening, document, id, years, sector FROM dyad WHERE event>?1",
        "actor, target, day, event, via, day_end, type, aux, contexts, mode, scale, confidence, instrument, act, polarity, "
        "others_word, happening, document, id, years, sector",
        "ttiiiiiii"
        "trr"
        "tt"
        "iiiii"
        "tt",
        BASE_EVENT },
    { "reason", "SELECT event, place, kind, start, len FROM reason WHERE event>?1", "event, place, kind, start, len", "iiiii",
        BASE_EVENT },
    { "tale", "SELECT document, day, terms, facts FROM tale WHERE document>?1", "document, day, terms, facts", "iitt",
        BASE_DOCUMENT },
    { "story", "SELECT term, day, document FROM story WHERE document>?1", "term, day, document", "iii", BASE_DOCUMENT },
    { "likeness", "SELECT a, b, score FROM likeness WHERE a>?1 OR b>?1", "a, b, score", "iir", BASE_EVENT },
    { "digest", "SELECT document, events FROM digest WHERE document>?1", "document, events", "it", BASE_DOCUMENT },
};

/* --- rows in binary --- */

static void put_length(dm_buf *out, uint32_t n)
{
    const char b[4] = { (char)(n >> 24), (char)(n >> 16 & 0xFF), (char)(n >> 8 & 0xFF), (char)(n & 0xFF) };
    dm_buf_add(out, b, sizeof b);
}

static void put_eight(dm_buf *out, uint64_t v)
{
    char b[12] = { 0, 0, 0, 8 };
    v = dm_pg_line_order(v);
    memcpy(b + 4, &v, sizeof v);
    dm_buf_add(out, b, sizeof b);
}

static dm_status put_words(dm_store *s, dm_buf *out, dm_str text, dm_error *err)
{
    size_t at = out->len;
    put_length(out, 0);
    dm_status st = dm_words_binary(s->words, text, out, err);
    uint32_t n = (uint32_t)(out->len - at - 4);
    for (int i = 0; i < 4 && st == DM_OK; i++)
        out->p[at + (size_t)i] = (char)(n >> 8 * (3 - i) & 0xFF);
    return st;
}

static dm_status put_row(dm_store *s, dm_buf *out, dm_stmt *q, const char *types, dm_error *err)
{
    dm_status st = DM_OK;
    size_t n = strlen(types);
    dm_buf_add(out, (const char[]){ 0, (char)n }, 2);
    for (int i = 0; types[i] && st == DM_OK; i++) {
        if (types[i] == 'w') {
            st = put_words(s, out, dm_col_str(q, i - 1), err);
        } else if (dm_col_null(q, i)) {
            put_length(out, UINT32_MAX);
        } else if (types[i] == 'i') {
            put_eight(out, (uint64_t)dm_col_int(q, i));
        } else if (types[i] == 'r') {
            double v = dm_col_real(q, i);
            uint64_t bits;
            memcpy(&bits, &v, sizeof bits);
            put_eight(out, bits);
        } else {
            dm_str v = dm_col_str(q, i);
            put_length(out, (uint32_t)v.len);
            dm_buf_add(out, v.p ? v.p : "", v.len);
        }
    }
    return st == DM_OK && out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch") : st;
}

/* --- COPY --- */

static dm_status begin_copy(pg *db, const shipped *t, dm_error *err)
{
    char sql[640];
    PGresult *r = NULL;
    snprintf(sql, sizeof sql, "COPY %s(%s) FROM STDIN (FORMAT binary)", t->table, t->columns);
    if (!PQsendQuery(db->c, sql))
        return dm_pg_told(db, NULL, err);
    dm_status st = dm_pg_answer(db, &r, err);
    PQclear(r);
    return st;
}

static dm_status send_copy(pg *db, dm_buf *rows, dm_error *err)
{
    int sent = rows->len ? PQputCopyData(db->c, rows->p, (int)rows->len) : 1;
    dm_buf_clear(rows);
    return sent == 1 ? DM_OK : dm_pg_told(db, NULL, err);
}

static dm_status end_copy(pg *db, bool good, dm_error *err)
{
    PGresult *r = NULL;
    if (PQputCopyEnd(db->c, good ? NULL : "given up") != 1)
        return dm_pg_told(db, NULL, err);
    dm_status st = dm_pg_answer(db, &r, err);
    PQclear(r);
    return st;
}

static dm_status ship_table(dm_store *s, const shipped *t, dm_error *err)
{
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", tail[] = { (char)0xFF, (char)0xFF };
    pg *db = (pg *)s->db;
    dm_buf *rows = &s->batch->copy;
    dm_stmt *q;
    dm_status st = dm_db_use(s->batch->memory, &q, t->select, err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, s->batch->base[t->base]);
    if ((st = dm_stmt_step(q, err)) == DM_END)
        return DM_OK;
    dm_buf_clear(rows);
    dm_buf_add(rows, head, 19);
    if (st == DM_OK)
        st = begin_copy(db, t, err);
    if (st != DM_OK) {
        dm_stmt_done(q);
        return st;
    }
    do {
        if ((st = put_row(s, rows, q, t->types, err)) == DM_OK && rows->len > COPY_BYTES)
            st = send_copy(db, rows, err);
    } while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK);
    dm_stmt_done(q);
    bool good = st == DM_END;
    if (good)
        dm_buf_add(rows, tail, sizeof tail);
    if (good)
        st = send_copy(db, rows, err);
    dm_status end = end_copy(db, good && st == DM_OK, st == DM_OK ? err : NULL);
    return st == DM_OK ? end : st;
}

/* --- changes --- */

/* A change as it stands, without waiting for its answer. */
static bool send_change(pg *db, const dm_change *c, const struct dm_batch *b, const char *sql)
{
    uint64_t n[2] = { dm_pg_line_order((uint64_t)c->n[0]), dm_pg_line_order((uint64_t)c->n[1]) };
    const char *values[2] = { (const char *)&n[0], c->blob ? b->blobs.p + c->blob_at : (const char *)&n[1] };
    const int lens[2] = { 8, c->blob ? (int)c->blob_len : 8 }, formats[2] = { 1, 1 };
    const Oid types[2] = { PG_INT8, c->blob ? PG_BYTEA : PG_INT8 };
    return PQsendQueryParams(db->c, sql, c->params, types, values, lens, formats, 1) == 1;
}

/* All answers up to the sync; the first that failed is told. */
static dm_status take_answers(pg *db, dm_error *err)
{
    dm_status st = DM_OK;
    for (bool empty = false;;) {
        PGresult *r = PQgetResult(db->c);
        ExecStatusType how = r ? PQresultStatus(r) : PGRES_COMMAND_OK;
        if (st == DM_OK && r && (how == PGRES_FATAL_ERROR || how == PGRES_PIPELINE_ABORTED))
            st = dm_pg_told(db, r, err);
        bool lost = PQstatus(db->c) != CONNECTION_OK || (!r && empty);
        empty = !r;
        PQclear(r);
        if (how == PGRES_PIPELINE_SYNC)
            return st;
        if (lost)
            return st == DM_OK ? dm_pg_told(db, NULL, err) : st;
    }
}

static dm_status ship_some(dm_store *s, size_t from, size_t to, dm_error *err)
{
    pg *db = (pg *)s->db;
    dm_buf sql = { 0 };
    dm_status st = DM_OK;
    if (!PQenterPipelineMode(db->c))
        return dm_pg_told(db, NULL, err);
    for (size_t i = from; i < to && st == DM_OK; i++) {
        const dm_change *c = &s->batch->change[i];
        bool own;
        int params;
        dm_buf_clear(&sql);
        if (!dm_dialect_statement(&sql, c->sql, &own, &params))
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
        else if (!send_change(db, c, s->batch, sql.p))
            st = dm_pg_told(db, NULL, err);
    }
    if (PQpipelineSync(db->c) == 1) {
        dm_status answered = take_answers(db, st == DM_OK ? err : NULL);
        st = st == DM_OK ? answered : st;
    } else if (st == DM_OK) {
        st = dm_pg_told(db, NULL, err);
    }
    PQexitPipelineMode(db->c);
    dm_buf_free(&sql);
    return st;
}

dm_status dm_batch_ship(dm_store *s, dm_error *err)
{
    dm_status st = dm_store_words(s, err);
    for (size_t i = 0; i < sizeof list / sizeof *list && st == DM_OK; i++)
        st = ship_table(s, &list[i], err);
    size_t n = s->batch->n_change;
    for (size_t i = 0; i < n && st == DM_OK; i += LINE_MAX_STATEMENTS)
        st = ship_some(s, i, i + LINE_MAX_STATEMENTS < n ? i + LINE_MAX_STATEMENTS : n, err);
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* What a batch has made goes to the server: new rows by COPY in binary, table by table (outgoing.c has most of them
 * ready); changes of old rows as the statements that made
 * them, many on the line at once. */
#include "store/dialect.h"
#include "store/outgoing.h"
#include "store/postgres.h"
#include <stdio.h>
#include <stdlib.h>

enum { COPY_BYTES = 1 << 18 };

/* Tables whose rows may change until the batch is filed: how their columns go (i: whole number, r: real, t: text or bytes), and which rows are
 * new: those above the base. likeness has rows of old events that are new. Columns are in the order of schema.c. */
typedef struct shipped {
    const char *into, *select, *types;
    dm_base base;
} shipped;

static const shipped list[] = {
    { "instrument(n, type, body, subject, name)", "SELECT n, type, body, subject, name FROM instrument WHERE n>?1", "itttt",
        BASE_INSTRUMENT },
    { "document(n, hash, name, url, title, publication, language, day_from, day_to, day_precision, day_source, home, coder, "
      "family, sketch, text)",
        "SELECT n, hash, name, url, title, publication, language, day_from, day_to, day_precision, day_source, home, coder, "
        "family, sketch, text FROM document WHERE n>?1",
        "itttttt"
        "iiii"
        "tii"
        "tt",
        BASE_DOCUMENT },
    { "happening(n, id)", "SELECT n, id FROM happening WHERE n>?1", "ii", BASE_HAPPENING },
    { "tale(document, day, terms, facts)", "SELECT document, day, terms, facts FROM tale WHERE document>?1", "iitt",
        BASE_DOCUMENT },
    { "likeness(a, b, score)", "SELECT a, b, score FROM likeness WHERE a>?1 OR b>?1", "iir", BASE_EVENT },
    { "digest(document, events)", "SELECT document, events FROM digest WHERE document>?1", "it", BASE_DOCUMENT },
};

static dm_status put_row(dm_buf *out, dm_stmt *q, const char *types, dm_error *err)
{
    size_t n = strlen(types);
    dm_buf_add(out, (const char[]){ 0, (char)n }, 2);
    for (int i = 0; types[i]; i++) {
        if (dm_col_null(q, i))
            dm_copy_length(out, UINT32_MAX);
        else if (types[i] == 'i')
            dm_copy_eight(out, (uint64_t)dm_col_int(q, i));
        else if (types[i] == 'r')
            dm_copy_real(out, dm_col_real(q, i));
        else
            dm_copy_str(out, dm_col_str(q, i));
    }
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch") : DM_OK;
}

/* --- COPY --- */

static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", tail[] = { (char)0xFF, (char)0xFF };
enum { HEAD = 19 };

static dm_status begin_copy(pg *db, const char *into, dm_error *err)
{
    char sql[640];
    PGresult *r = NULL;
    snprintf(sql, sizeof sql, "COPY %s FROM STDIN (FORMAT binary)", into);
    dm_status st = dm_pg_settle_write(db, err);
    if (st != DM_OK)
        return st;
    if (!PQsendQuery(db->c, sql))
        return dm_pg_told(db, NULL, err);
    st = dm_pg_answer(db, &r, err);
    PQclear(r);
    return st;
}

static dm_status send_copy(pg *db, const char *p, size_t n, dm_error *err)
{
    for (size_t part; n; p += part, n -= part) {
        part = n < COPY_BYTES ? n : COPY_BYTES;
        if (PQputCopyData(db->c, p, (int)part) != 1)
            return dm_pg_told(db, NULL, err);
    }
    return DM_OK;
}

static dm_status send_rows(pg *db, dm_buf *rows, dm_error *err)
{
    dm_status st = send_copy(db, rows->p, rows->len, err);
    dm_buf_clear(rows);
    return st;
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

/* Rows as they were put down. */
static dm_status ship_outgoing(dm_store *s, int table, dm_error *err)
{
    pg *db = (pg *)s->db;
    const dm_buf *rows = &s->batch->out[table];
    if (rows->len == 0)
        return DM_OK;
    dm_status st = begin_copy(db, dm_outgoing_into(table), err);
    if (st != DM_OK)
        return st;
    if ((st = send_copy(db, head, HEAD, err)) == DM_OK && (st = send_copy(db, rows->p, rows->len, err)) == DM_OK)
        st = send_copy(db, tail, sizeof tail, err);
    dm_status end = end_copy(db, st == DM_OK, st == DM_OK ? err : NULL);
    return st == DM_OK ? end : st;
}

dm_status dm_pg_copy(dm_db *to, const char *into, const char *types, dm_stmt *q, dm_error *err)
{
    pg *db = (pg *)to;
    dm_buf rows = { 0 };
    dm_status st = dm_stmt_step(q, err);
    if (st == DM_END)
        return DM_OK;
    dm_buf_add(&rows, head, HEAD);
    if (st == DM_OK)
        st = begin_copy(db, into, err);
    if (st != DM_OK) {
        dm_stmt_done(q);
        dm_buf_free(&rows);
        return st;
    }
    do {
        if ((st = put_row(&rows, q, types, err)) == DM_OK && rows.len > COPY_BYTES)
            st = send_rows(db, &rows, err);
    } while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK);
    dm_stmt_done(q);
    bool good = st == DM_END;
    if (good)
        dm_buf_add(&rows, tail, sizeof tail);
    if (good)
        st = rows.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch") : send_rows(db, &rows, err);
    dm_status end = end_copy(db, good && st == DM_OK, st == DM_OK ? err : NULL);
    dm_buf_free(&rows);
    return st == DM_OK ? end : st;
}

static dm_status ship_table(dm_store *s, const shipped *t, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->batch->memory, &q, t->select, err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, s->batch->base[t->base]);
    return dm_pg_copy(s->db, t->into, t->types, q, err);
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

/* In the order in which they were made; many have the text of the one before. */
static dm_status ship_changes(dm_store *s, dm_error *err)
{
    pg *db = (pg *)s->db;
    dm_buf sql = { 0 };
    const char *text = NULL;
    dm_status st = DM_OK;
    for (size_t i = 0; i < s->batch->n_change && st == DM_OK; i++) {
        const dm_change *c = &s->batch->change[i];
        bool own, good = true;
        int params;
        if (c->sql != text) {
            dm_buf_clear(&sql);
            good = dm_dialect_statement(&sql, c->sql, &own, &params);
            text = c->sql;
        }
        if (!good)
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
        else if (!dm_pg_ahead(db) || !send_change(db, c, s->batch, sql.p))
            st = dm_pg_told(db, NULL, err);
        else
            st = dm_pg_sent(db, err);
    }
    dm_status answered = dm_pg_settle(db, NULL, st == DM_OK ? err : NULL);
    dm_buf_free(&sql);
    return st == DM_OK ? answered : st;
}

dm_status dm_batch_ship(dm_store *s, dm_error *err)
{
    dm_status st = DM_OK;
    for (size_t i = 0; i < sizeof list / sizeof *list && st == DM_OK; i++)
        st = ship_table(s, &list[i], err);
    for (int i = 0; i < DM_N_OUTGOING && st == DM_OK; i++)
        st = ship_outgoing(s, i, err);
    return st == DM_OK ? ship_changes(s, err) : st;
}

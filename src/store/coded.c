// SPDX-License-Identifier: Apache-2.0
/* Events that were coded elsewhere. Their file may number happenings: those numbers are kept as rows where they are free, so that a
 * record that was exported comes back as it was. The events of one document may come in parts (an export goes by day): each part adds
 * its events and its words to the text, whose unknown stretches are spaces. */
#include "store/schema.h"
#include "store/work.h"
#include <stdlib.h>

enum { NUMBERS_FIRST = 1024 };
static const int64_t number_max = (int64_t)1 << 53; /* larger ones are not taken as rows */

/* --- numbers of happenings --- */

static struct number *slot_of(struct number *v, size_t cap, uint64_t key)
{
    size_t k = dm_hash(&key, sizeof key, 0) & (cap - 1);
    while (v[k].key && v[k].key != key)
        k = (k + 1) & (cap - 1);
    return &v[k];
}

static bool put_number(numbers *m, uint64_t key, int64_t row)
{
    if (m->n * 2 >= m->cap) {
        size_t cap = m->cap ? m->cap * 2 : NUMBERS_FIRST;
        struct number *v = calloc(cap, sizeof *v);
        if (!v)
            return false;
        for (size_t i = 0; i < m->cap; i++)
            if (m->v[i].key)
                *slot_of(v, cap, m->v[i].key) = m->v[i];
        free(m->v);
        *m = (numbers){ v, m->n, cap };
    }
    struct number *s = slot_of(m->v, m->cap, key);
    m->n += s->key == 0;
    *s = (struct number){ key, row };
    return true;
}

static int64_t get_number(const numbers *m, uint64_t key) { return m->cap && key ? slot_of(m->v, m->cap, key)->row : 0; }

void dm_store_given_forget(dm_store *s)
{
    free(s->given.v);
    s->given = (numbers){ 0 };
}

dm_status dm_store_given_learn(dm_store *s, uint64_t given, int64_t row, dm_error *err)
{
    return !given || put_number(&s->given, given, row)
               ? DM_OK
               : dm_fail(err, DM_ENOMEM, 0, "out of memory for the happenings of a file");
}

dm_status dm_store_fill_begin(dm_store *s, dm_error *err)
{
    int64_t there = 0;
    dm_status st = dm_db_number(s->db, "SELECT EXISTS(SELECT 1 FROM document)", &there, err);
    return st == DM_OK && !there ? dm_schema_drop_late(s->db, err) : st;
}

dm_status dm_store_fill_end(dm_store *s, dm_error *err) { return dm_schema_make_late(s->db, err); }

dm_status dm_store_coded_begin(dm_store *s, dm_error *err)
{
    int64_t there = 0;
    dm_store_given_forget(s);
    s->given_begun = false;
    dm_status st = dm_db_number(s->db, "SELECT EXISTS(SELECT 1 FROM document)", &there, err);
    s->given_links = there != 0;
    if (st == DM_OK)
        st = dm_store_fill_begin(s, err);
    return st == DM_OK ? dm_db_bulk(s->db, true, err) : st;
}

dm_status dm_store_coded_end(dm_store *s, dm_error *err)
{
    dm_status st = dm_store_fill_end(s, err), after = dm_db_bulk(s->db, false, st == DM_OK ? err : NULL);
    return st == DM_OK ? after : st;
}

dm_status dm_store_given_there(dm_store *s, int64_t document, uint64_t id, uint64_t given, bool *there, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT happening FROM event WHERE document=?1 AND id=?2", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    dm_bind_int(q, 2, (int64_t)id);
    st = dm_stmt_step(q, err);
    *there = st == DM_OK;
    if (st == DM_OK) {
        int64_t row = dm_col_int(q, 0);
        dm_stmt_done(q);
        return dm_store_given_learn(s, given, row, err);
    }
    return st == DM_END ? DM_OK : st;
}

/* A new happening, under the file's number when that is free. */
static dm_status found(dm_store *s, uint64_t id, uint64_t given, int64_t *happening, dm_error *err)
{
    dm_stmt *q;
    dm_status st;
    if (given && given <= (uint64_t)number_max) {
        if ((st = dm_db_use(s->db, &q, "INSERT INTO happening(n, id) VALUES(?1, ?2) ON CONFLICT DO NOTHING", err)) != DM_OK)
            return st;
        dm_bind_int(q, 1, (int64_t)given);
        dm_bind_int(q, 2, (int64_t)id);
        if ((st = dm_stmt_run(q, err)) != DM_OK)
            return st;
        if (dm_db_changes(s->db)) {
            *happening = (int64_t)given;
            return DM_OK;
        }
    }
    if ((st = dm_db_use(s->db, &q, "INSERT INTO happening(id) VALUES(?1)", err)) != DM_OK)
        return st;
    dm_bind_int(q, 1, (int64_t)id);
    if ((st = dm_stmt_run(q, err)) == DM_OK)
        *happening = dm_db_last_id(s->db);
    return st;
}

/* A row that was learnt may be gone: linking sorts happenings anew. */
static dm_status still_there(dm_store *s, int64_t *row, dm_error *err)
{
    dm_stmt *q;
    dm_status st = *row ? dm_db_use(s->db, &q, "SELECT 1 FROM happening WHERE n=?1", err) : DM_OK;
    if (st != DM_OK || !*row)
        return st;
    dm_bind_int(q, 1, *row);
    st = dm_stmt_step(q, err);
    if (st == DM_OK)
        dm_stmt_done(q);
    else if (st == DM_END)
        *row = 0;
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_given(dm_store *s, uint64_t id, uint64_t given, int64_t *happening, bool *joined, dm_error *err)
{
    *happening = get_number(&s->given, given);
    dm_status st = s->given_links ? still_there(s, happening, err) : DM_OK;
    *joined = *happening != 0;
    if (st != DM_OK || *happening)
        return st;
    st = found(s, id, given, happening, err);
    return st == DM_OK ? dm_store_given_learn(s, given, *happening, err) : st;
}

/* --- a document in parts --- */

typedef struct part {
    dm_store *s;
    dm_doc *doc;
    const dm_filing *f;
    int64_t coder, row;
    const uint64_t *given;
    dm_put_result *out;
} part;

/* Whether the document of this row came from such a file itself: one that was coded here has its text, and its events stay as they are. */
static dm_status from_elsewhere(const part *p, int64_t coder, bool *yes, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(p->s->db, &q, "SELECT tables FROM coder WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, coder);
    st = dm_stmt_step(q, err);
    *yes = st == DM_OK && dm_str_is(dm_col_str(q, 0), DM_CODED_ELSEWHERE);
    if (st == DM_OK)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

/* Rows of the sentences that are there, by their sequence. */
static dm_status sentence_rows(const part *p, int64_t *rows, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(p->s->db, &q, "SELECT sequence, n FROM sentence WHERE document=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, p->row);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        int64_t sequence = dm_col_int(q, 0);
        if (sequence >= 0 && sequence < p->doc->sents.n)
            rows[sequence] = dm_col_int(q, 1);
    }
    return st == DM_END ? DM_OK : st;
}

static dm_status put_part(const part *p, dm_error *err)
{
    int64_t *rows = calloc(p->doc->sents.n ? p->doc->sents.n : 1, sizeof *rows);
    dm_status st = rows ? sentence_rows(p, rows, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    if (st == DM_OK)
        st = dm_store_overlay(p->s, p->row, p->doc, &p->out->clash, err);
    if (st == DM_OK && !p->out->clash)
        st = dm_store_put_events(p->s, p->doc, p->row, rows, p->given, p->out, err);
    free(rows);
    return st;
}

static dm_status put_coded(void *ctx, dm_error *err)
{
    part *p = ctx;
    int64_t coder = 0;
    bool elsewhere = false;
    dm_status st = dm_store_put_document(p->s, p->doc, p->f, p->coder, &p->row, err);
    if (!p->s->given_begun && st == DM_OK) {
        p->s->given_begun = true;
        p->s->given_links &= p->row != 0; /* the first one is there: this is the file that the record is of */
    }
    if (st == DM_OK && p->row) {
        st = dm_store_family(p->s, p->row, p->f, &p->out->near_copy, err);
        return st == DM_OK ? dm_store_put_events(p->s, p->doc, p->row, NULL, p->given, p->out, err) : st;
    }
    p->out->known = true;
    if (st == DM_OK)
        st = dm_store_known(p->s, p->f->hash, &p->row, &coder, err);
    if (st == DM_OK)
        st = from_elsewhere(p, coder, &elsewhere, err);
    return st == DM_OK && elsewhere ? put_part(p, err) : st;
}

dm_status dm_store_put_coded(
    dm_store *s, dm_doc *doc, const dm_filing *f, int64_t coder, const uint64_t *given, dm_put_result *out, dm_error *err)
{
    memset(out, 0, sizeof *out);
    part p = { s, doc, f, coder, 0, given, out };
    return dm_store_whole(s, put_coded, &p, err);
}

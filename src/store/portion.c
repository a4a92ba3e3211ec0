// SPDX-License-Identifier: Apache-2.0
/* Events that are about to be loaded one after the other. At a server each question costs a way there and back, and an event needs four: so
 * the events of a portion are asked for together, and their rows are taken in the order in which they will be wanted. */
#include "store/portion.h"
#include "store/dialect.h"
#include <stdio.h>
#include <stdlib.h>

enum { PORTION_FIRST = 32 };

/* Rows of one question, in the order of the events; the last column says of which. */
struct dm_stream {
    dm_stmt *q;
    int64_t at; /* the event that the row in hand is of, from 1; 0: no more rows */
    int column; /* that says so */
};

struct dm_portion {
    int64_t event[DM_PORTION_MOST];
    size_t n, next;
    dm_buf list; /* of the events, as an array */
    dm_stream of[DM_N_STREAMS];
};

size_t dm_portion_size(dm_store *s, size_t before)
{
    if (dm_db_engine(dm_store_db(s)) != DM_DB_POSTGRES)
        return 1;
    size_t more = before ? before * 2 : PORTION_FIRST;
    return more < DM_PORTION_MOST ? more : DM_PORTION_MOST;
}

static dm_status step(dm_stream *m, dm_error *err)
{
    dm_status st = dm_stmt_step(m->q, err);
    m->at = st == DM_OK ? dm_col_int(m->q, m->column) : 0;
    return st == DM_END ? DM_OK : st;
}

static dm_status ask(dm_store *s, struct dm_portion *p, dm_stream *m, const char *sql, int column, dm_error *err)
{
    m->column = column;
    dm_status st = dm_db_use(dm_store_db(s), &m->q, sql, err);
    if (st != DM_OK)
        return st;
    dm_bind_str(m->q, 1, (dm_str){ p->list.p, p->list.len });
    return step(m, err);
}

dm_status dm_numbers_list(dm_buf *out, const int64_t *v, size_t n, dm_error *err)
{
    dm_buf_clear(out);
    for (size_t i = 0; i < n; i++)
        dm_array_int(out, v[i]);
    dm_array_end(out);
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu events", n) : DM_OK;
}

dm_status dm_store_expect(dm_store *s, const int64_t *event, size_t n, dm_error *err)
{
    if (dm_db_engine(dm_store_db(s)) != DM_DB_POSTGRES || n > DM_PORTION_MOST)
        return DM_OK;
    if (!s->portion && !(s->portion = calloc(1, sizeof *s->portion)))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu events", n);
    struct dm_portion *p = s->portion;
    memcpy(p->event, event, n * sizeof *event);
    p->n = p->next = 0;
    dm_status st = dm_numbers_list(&p->list, event, n, err);
    for (int i = 0; i < DM_N_STREAMS && st == DM_OK; i++)
        st = ask(s, p, &p->of[i], dm_load_questions[i].sql, dm_load_questions[i].column, err);
    p->n = st == DM_OK ? n : 0;
    return st;
}

bool dm_portion_has(dm_store *s, int64_t event)
{
    struct dm_portion *p = s->portion;
    if (!p || p->next >= p->n)
        return false;
    if (p->event[p->next] == event)
        return true;
    p->n = 0; /* something else is loaded: the rest is asked for one by one */
    return false;
}

void dm_portion_next(dm_store *s) { s->portion->next++; }

dm_status dm_portion_row(dm_store *s, dm_load which, dm_stmt **q, dm_error *err)
{
    struct dm_portion *p = s->portion;
    dm_stream *m = &p->of[which];
    int64_t at = (int64_t)p->next + 1;
    dm_status st = DM_OK;
    while (st == DM_OK && m->at && m->at < at)
        st = step(m, err);
    *q = m->q;
    return st != DM_OK ? st : m->at == at ? DM_OK : DM_END;
}

dm_status dm_portion_step(dm_store *s, dm_load which, dm_error *err)
{
    dm_stream *m = &s->portion->of[which];
    int64_t before = m->at;
    dm_status st = step(m, err);
    return st != DM_OK ? st : m->at == before ? DM_OK : DM_END;
}

void dm_portion_free(dm_store *s)
{
    if (s->portion)
        dm_buf_free(&s->portion->list);
    free(s->portion);
    s->portion = NULL;
}

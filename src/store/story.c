// SPDX-License-Identifier: Apache-2.0
/* Which documents are compared for the happenings that they share: those that appeared within some days of each other and have rare words
 * in common, and those that tell of the same parties on the same exact day, however much later. Both are the same seen from either
 * document, so that it does not matter which was added first. */
#include "store/links.h"
#include <stdlib.h>

enum {
    STORY_DAYS = 10,   /* between the articles of one story */
    STORY_SHARED = 2,  /* rarest words in common, of STORY_TERMS */
    POSTINGS_MAX = 64, /* documents of one word and some days that are looked at */
    SEEN_MAX = 512,    /* documents found by words, a power of two */
    RECALL_MAX = 24    /* events of two parties on one day that are looked at */
};

typedef struct seen {
    int64_t document;
    uint32_t shared;
} seen;

static dm_status count_term(dm_store *s, uint32_t term, dm_day day, seen *table, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(
        s->db, &q, "SELECT document FROM story WHERE term=?1 AND day BETWEEN ?2 AND ?3 ORDER BY day, document LIMIT ?4", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, term);
    dm_bind_int(q, 2, (int64_t)day - STORY_DAYS);
    dm_bind_int(q, 3, (int64_t)day + STORY_DAYS);
    dm_bind_int(q, 4, POSTINGS_MAX);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        int64_t document = dm_col_int(q, 0);
        uint64_t at = dm_hash(&document, sizeof document, 17) % SEEN_MAX;
        for (int tries = 0; tries < 8; tries++, at = (at + 1) % SEEN_MAX)
            if (table[at].document == 0 || table[at].document == document) {
                table[at].document = document;
                table[at].shared++;
                break;
            }
    }
    return st == DM_END ? DM_OK : st;
}

static int by_shared(const void *x, const void *y)
{
    const seen *a = x, *b = y;
    return a->shared != b->shared ? (a->shared < b->shared) - (a->shared > b->shared)
                                  : (a->document > b->document) - (a->document < b->document);
}

dm_status dm_story_candidates(
    dm_store *s, const uint32_t *term, uint32_t n_term, dm_day day, int64_t *out, uint32_t *n, dm_error *err)
{
    seen table[SEEN_MAX] = { 0 };
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < n_term && st == DM_OK; i++)
        st = count_term(s, term[i], day, table, err);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < SEEN_MAX; i++)
        if (table[i].shared >= STORY_SHARED)
            table[kept++] = table[i];
    qsort(table, kept, sizeof *table, by_shared);
    for (uint32_t i = 0; i < kept && *n < COMPARED_MAX; i++)
        out[(*n)++] = table[i].document;
    return st;
}

static void add_once(int64_t *out, uint32_t *n, int64_t document)
{
    for (uint32_t i = 0; i < *n; i++)
        if (out[i] == document)
            return;
    if (*n < COMPARED_MAX)
        out[(*n)++] = document;
}

static dm_status recall_dyad(
    dm_store *s, const char *actor, const char *target, const recall *r, int64_t *out, uint32_t *n, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "SELECT d.document, d.type FROM dyad d JOIN event e ON e.n=d.event WHERE d.actor=?1 AND d.target=?2 AND d.day BETWEEN "
        "?3 AND ?4"
        " AND d.via<2 AND e.when_precision=?6 ORDER BY d.day, d.event, d.via LIMIT ?5",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(actor));
    dm_bind_str(q, 2, dm_str_of(target));
    dm_bind_int(q, 3, (int64_t)r->day - 1);
    dm_bind_int(q, 4, (int64_t)r->day + 1);
    dm_bind_int(q, 5, RECALL_MAX);
    dm_bind_int(q, 6, DM_PREC_DAY);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        int64_t type = dm_col_int(q, 1);
        if (type >= 0 && type < DM_N_TYPES && s->linker->kin[r->type] >> type & 1 && dm_col_int(q, 0) != r->document)
            add_once(out, n, dm_col_int(q, 0));
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_story_recall(dm_store *s, const dm_event *ev, const recall *r, int64_t *out, uint32_t *n, dm_error *err)
{
    const dm_party *to = ev->n_recipient ? ev->recipient : ev->actor;
    uint32_t n_to = ev->n_recipient ? ev->n_recipient : ev->n_actor;
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < ev->n_actor && i < TELL_PARTIES; i++)
        for (uint32_t k = 0; k < n_to && k < TELL_PARTIES && st == DM_OK; k++)
            if (ev->actor[i].code[0] && to[k].code[0])
                st = recall_dyad(s, ev->actor[i].code, to[k].code, r, out, n, err);
    return st;
}

dm_status dm_tale_load(dm_store *s, int64_t document, telling *out, uint32_t *n, dm_error *err)
{
    dm_stmt *q;
    *n = 0;
    dm_status st = dm_db_use(s->db, &q, "SELECT facts FROM tale WHERE document=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        *n = dm_tale_unpack(out, TELL_EVENTS, dm_col_str(q, 0));
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

static dm_status story_row(dm_store *s, const char *sql, uint32_t term, int64_t day, int64_t document, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, sql, err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, term);
    dm_bind_int(q, 2, day);
    dm_bind_int(q, 3, document);
    return dm_stmt_run(q, err);
}

dm_status dm_tale_put(dm_store *s, int64_t document, const tale *t, dm_error *err)
{
    dm_buf facts = { 0 };
    dm_stmt *q;
    dm_status st = dm_tale_pack(&facts, t->v, t->n, err);
    if (st == DM_OK)
        st = dm_db_use(s->db, &q,
            "INSERT INTO tale VALUES(?1, ?2, CAST(?3 AS BLOB), CAST(?4 AS BLOB)) ON CONFLICT(document) DO UPDATE SET "
            "facts=CAST(tale.facts || excluded.facts AS BLOB)", /* its events came in parts */
            err);
    if (st == DM_OK) {
        dm_bind_int(q, 1, document);
        dm_bind_int(q, 2, t->day);
        dm_bind_blob(q, 3, (dm_str){ (const char *)t->term, t->n_term * sizeof *t->term });
        dm_bind_blob(q, 4, (dm_str){ facts.len ? facts.p : "", facts.len });
        st = dm_stmt_run(q, err);
    }
    for (uint32_t i = 0; i < t->n_term && st == DM_OK; i++)
        st = story_row(s, "INSERT INTO story VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING", t->term[i], t->day, document, err);
    dm_buf_free(&facts);
    return st;
}

dm_status dm_tale_drop(dm_store *s, int64_t document, dm_error *err)
{
    dm_stmt *q;
    uint32_t term[STORY_TERMS], n = 0;
    int64_t day = 0;
    dm_status st = dm_db_use(s->db, &q, "SELECT day, terms FROM tale WHERE document=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    if ((st = dm_stmt_step(q, err)) == DM_END)
        return DM_OK;
    if (st == DM_OK) {
        dm_str terms = dm_col_str(q, 1);
        day = dm_col_int(q, 0);
        n = (uint32_t)(terms.len / sizeof *term < STORY_TERMS ? terms.len / sizeof *term : STORY_TERMS);
        if (n)
            memcpy(term, terms.p, n * sizeof *term);
        dm_stmt_done(q);
    }
    for (uint32_t i = 0; i < n && st == DM_OK; i++)
        st = story_row(s, "DELETE FROM story WHERE term=?1 AND day=?2 AND document=?3", term[i], day, document, err);
    if (st == DM_OK)
        st = dm_db_use(s->db, &q, "DELETE FROM tale WHERE document=?1", err);
    if (st == DM_OK) {
        dm_bind_int(q, 1, document);
        st = dm_stmt_run(q, err);
    }
    return st;
}

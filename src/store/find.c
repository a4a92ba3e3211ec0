// SPDX-License-Identifier: Apache-2.0
/* Which events pass a filter, in order, one by one.
 *
 * The walk is driven by what the record has least of among the things asked for (one pair, one instrument, a rare word ...), counted up
 * to FEW. A path with several arms (two countries, both roles of one) has each arm in the order of its index; they are merged here, and
 * an event that comes from two arms is given once. So the first rows of a large record come at once, whatever is behind them. */
#include "store/census.h"
#include "store/select.h"
#include <stdlib.h>

enum { FEW = 20000, INSTRUMENTS_MAX = 256, COUNT_STEPS = 500000 /* of the database's machine, when a count has a limit */ };

typedef struct plan {
    dm_path path;
    int64_t instrument[INSTRUMENTS_MAX];
    size_t n_instruments;
    bool many; /* the path has more rows than can be looked at one by one */
} plan;

static dm_status path_size(dm_store *s, const dm_filter *f, dm_path path, const plan *p, int64_t *out, dm_error *err)
{
    dm_status st = DM_OK;
    *out = 0;
    for (size_t i = 0; i < dm_path_arms(f, path, p->n_instruments) && *out < FEW && st == DM_OK; i++) {
        dm_arm arm = { .f = f, .path = path, .at = i, .instrument = path == PATH_INSTRUMENT ? p->instrument[i] : 0 };
        int64_t n = 0;
        st = dm_select_size(s, &arm, FEW - *out, &n, err);
        *out += n;
    }
    return st;
}

/* Sets are sorted before their first row comes: only small ones may drive. */
static bool may_drive(const dm_filter *f, dm_path path, const plan *p)
{
    return dm_path_fits(f, path) && (path != PATH_INSTRUMENT || p->n_instruments <= INSTRUMENTS_MAX);
}

static dm_status choose(dm_store *s, const dm_filter *f, plan *p, dm_error *err)
{
    dm_status st = DM_OK;
    if (dm_path_fits(f, PATH_INSTRUMENT))
        st = dm_select_instruments(s, f, p->instrument, INSTRUMENTS_MAX, &p->n_instruments, err);
    int64_t least = INT64_MAX;
    p->path = PATH_DAY;
    p->many = true;
    for (int at = 0; at < PATH_DAY && st == DM_OK && least > 0; at++) {
        dm_path path = (dm_path)at;
        if (!may_drive(f, path, p))
            continue;
        int64_t n = 0;
        if (path == PATH_EVENT_ID || path == PATH_HAPPENING) {
            p->path = path;
            return DM_OK;
        }
        st = path_size(s, f, path, p, &n, err);
        if (n < least && (n < FEW || path > PATH_SOURCE)) {
            least = n;
            p->path = path;
            p->many = n >= FEW;
        }
    }
    return st;
}

dm_status dm_store_many(dm_store *s, const dm_filter *f, bool *many, dm_error *err)
{
    plan p = { .many = false };
    dm_status st = choose(s, f, &p, err);
    *many = st == DM_OK && p.many && p.path != PATH_EVENT_ID && p.path != PATH_HAPPENING;
    return st;
}

/* Happenings or documents that were met already. Open addressing; 0 is free. */
typedef struct seen {
    int64_t *slot;
    size_t n, cap;
} seen;

static bool grow(seen *s)
{
    size_t cap = s->cap ? s->cap * 2 : 1024;
    int64_t *slot = calloc(cap, sizeof *slot);
    if (!slot)
        return false;
    for (size_t i = 0; i < s->cap; i++)
        if (s->slot[i]) {
            size_t k = dm_hash(&s->slot[i], sizeof *slot, 0) & (cap - 1);
            while (slot[k])
                k = (k + 1) & (cap - 1);
            slot[k] = s->slot[i];
        }
    free(s->slot);
    *s = (seen){ slot, s->n, cap };
    return true;
}

/* 1 new, 0 seen, -1 out of memory. */
static int see(seen *s, int64_t row)
{
    if (s->n * 2 >= s->cap && !grow(s))
        return -1;
    size_t k = dm_hash(&row, sizeof row, 0) & (s->cap - 1);
    for (; s->slot[k]; k = (k + 1) & (s->cap - 1))
        if (s->slot[k] == row)
            return 0;
    s->slot[k] = row;
    s->n++;
    return 1;
}

/* One row of a walk. */
typedef struct found {
    int64_t day, event, happening, document, sentence;
} found;
typedef dm_status found_fn(void *ctx, const found *row, dm_error *err);

typedef struct arm {
    dm_select *q;
    found head;
    bool live;
} arm;

/* Sentences with the words that are asked for, a bit each: words are looked up once, not for each row. */
typedef struct bits {
    uint64_t *v;
    size_t n; /* of v */
} bits;

static bool set_bit(bits *b, uint64_t at)
{
    if (at / 64 >= b->n) {
        size_t n = (at / 64 + 1) * 2;
        uint64_t *v = realloc(b->v, n * sizeof *v);
        if (!v)
            return false;
        memset(v + b->n, 0, (n - b->n) * sizeof *v);
        *b = (bits){ v, n };
    }
    b->v[at / 64] |= UINT64_C(1) << (at % 64);
    return true;
}

static bool has_bit(const bits *b, uint64_t at) { return at / 64 < b->n && (b->v[at / 64] >> (at % 64) & 1); }

typedef struct walk {
    dm_store *s;
    const dm_filter *f;
    plan plan;
    bool words; /* sentences are asked for, and not as the path */
    bits sentences;
    bool whole;
    found_fn *fn;
    void *ctx;
} walk;

static dm_status next(arm *a, dm_error *err)
{
    dm_stmt *q = a->q->rows;
    dm_status st = dm_stmt_step(q, err);
    a->live = st == DM_OK;
    if (a->live)
        a->head = (found){ dm_col_int(q, 0), dm_col_int(q, 1), dm_col_int(q, 2), dm_col_int(q, 3), dm_col_int(q, 4) };
    return st == DM_END ? DM_OK : st;
}

static bool before(const found *a, const found *b, bool newest)
{
    int64_t x = a->day != b->day ? a->day - b->day : a->event - b->event;
    return newest ? x > 0 : x < 0;
}

static dm_status merge(walk *w, arm *arms, size_t n, dm_error *err)
{
    int64_t last = 0;
    for (;;) {
        arm *best = NULL;
        for (size_t i = 0; i < n; i++)
            if (arms[i].live && (!best || before(&arms[i].head, &best->head, w->f->newest_first)))
                best = &arms[i];
        if (!best)
            return DM_OK;
        found row = best->head;
        dm_status st = next(best, err);
        if (st == DM_OK && row.event != last && (!w->words || has_bit(&w->sentences, (uint64_t)row.sentence)))
            st = w->fn(w->ctx, &row, err);
        last = row.event;
        if (st != DM_OK)
            return st;
    }
}

static dm_status walk_part(walk *w, dm_part part, dm_error *err)
{
    size_t n = part == PART_LONG && w->plan.path >= PATH_ACTOR ? 1 : dm_path_arms(w->f, w->plan.path, w->plan.n_instruments);
    arm *arms = calloc(n ? n : 1, sizeof *arms);
    dm_status st = arms ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    for (size_t i = 0; i < n && st == DM_OK; i++) {
        dm_arm a = { .f = w->f, .path = w->plan.path, .part = part, .at = i, .whole = w->whole, .sentence = w->words };
        a.instrument = w->plan.path == PATH_INSTRUMENT ? w->plan.instrument[i] : 0;
        if ((st = dm_select_arm(w->s, &a, &arms[i].q, err)) == DM_OK)
            st = next(&arms[i], err);
    }
    if (st == DM_OK)
        st = merge(w, arms, n, err);
    for (size_t i = 0; arms && i < n; i++)
        dm_select_free(arms[i].q);
    free(arms);
    return st;
}

static dm_status find_words(walk *w, dm_error *err)
{
    dm_select *q = NULL;
    w->words = dm_path_fits(w->f, PATH_TEXT) && w->plan.path != PATH_TEXT;
    if (!w->words)
        return DM_OK;
    dm_status st = dm_select_sentences(w->s, w->f, &q, err);
    while (st == DM_OK && (st = dm_stmt_step(q->rows, err)) == DM_OK)
        if (!set_bit(&w->sentences, (uint64_t)dm_col_int(q->rows, 0)))
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the words of a query");
    dm_select_free(q);
    return st == DM_END ? DM_OK : st;
}

static dm_status run(walk *w, dm_error *err)
{
    dm_status st = choose(w->s, w->f, &w->plan, err);
    if (st == DM_OK)
        st = find_words(w, err);
    bool days = w->plan.path >= PATH_ACTOR && w->plan.many && w->f->since != DM_DAY_NONE;
    if (st == DM_OK && !days)
        st = walk_part(w, PART_ALL, err);
    else if (st == DM_OK && (st = walk_part(w, w->f->newest_first ? PART_REST : PART_LONG, err)) == DM_OK)
        st = walk_part(w, w->f->newest_first ? PART_LONG : PART_REST, err);
    free(w->sentences.v);
    return st;
}

typedef struct giving {
    const dm_filter *f;
    seen seen;
    uint64_t passed, given;
    dm_row_fn *fn;
    void *ctx;
} giving;

static dm_status give(void *ctx, const found *row, dm_error *err)
{
    giving *g = ctx;
    int fresh = g->f->happenings ? see(&g->seen, row->happening) : 1;
    if (fresh < 0)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the happenings of a query");
    if (fresh == 0 || g->passed++ < g->f->offset)
        return DM_OK;
    dm_status st = g->fn(g->ctx, row->event, err);
    return st == DM_OK && ++g->given == g->f->limit ? DM_END : st; /* limit 0 is never reached */
}

dm_status dm_store_find(dm_store *s, const dm_filter *f, dm_row_fn *fn, void *ctx, dm_error *err)
{
    giving g = { .f = f, .fn = fn, .ctx = ctx };
    walk w = { .s = s, .f = f, .whole = f->happenings, .fn = give, .ctx = &g };
    dm_status st = run(&w, err);
    free(g.seen.slot);
    return st == DM_END ? DM_OK : st;
}

typedef struct counting {
    seen happenings, documents;
    uint64_t events, limit;
} counting;

static dm_status count(void *ctx, const found *row, dm_error *err)
{
    counting *c = ctx;
    if (see(&c->happenings, row->happening) < 0 || see(&c->documents, row->document) < 0)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for counting");
    return ++c->events == c->limit ? DM_END : DM_OK;
}

dm_status dm_store_count(
    dm_store *s, const dm_filter *f, uint64_t *events, uint64_t *happenings, uint64_t *documents, bool *more, dm_error *err)
{
    counting c = { .limit = f->limit };
    walk w = { .s = s, .f = f, .whole = true, .fn = count, .ctx = &c };
    dm_db_budget(s->db, f->limit ? COUNT_STEPS : 0);
    dm_status st = run(&w, err);
    dm_db_budget(s->db, 0);
    free(c.happenings.slot);
    free(c.documents.slot);
    *more = st == DM_END || st == DM_ELIMIT;
    if (st != DM_OK && !*more)
        return st;
    *events = c.events;
    *happenings = c.happenings.n;
    *documents = c.documents.n;
    return DM_OK;
}

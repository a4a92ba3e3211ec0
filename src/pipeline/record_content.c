// SPDX-License-Identifier: Apache-2.0
/* Events in an order that depends on what they tell alone: by day, document hash, place and id, with happenings numbered as they come. Row
 * numbers depend on the order in which articles were added; with many writers that is chance. Records with the same articles give the same
 * rows here, whoever added them, in whatever order, to a file or a server. */
#include "base/room.h"
#include "pipeline/record.h"
#include <stdlib.h>

enum { LOOK_AT_ONCE = 2048 };

typedef struct item {
    int64_t n, happening;
    uint64_t id, rank; /* rank: of its happening, from 1 */
    uint32_t start;
    dm_day day;
    bool repeat;
    uint8_t hash[DM_HASH_BYTES];
} item;

typedef struct items {
    dm_record *r;
    item *v;
    size_t n, cap;
} items;

static dm_status collect(void *ctx, int64_t event, dm_error *err)
{
    items *l = ctx;
    if (!DM_ROOM(l->v, l->n, l->cap, 1024))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu events", l->n + 1);
    l->v[l->n++] = (item){ .n = event };
    return DM_OK;
}

static void fill(item *it, dm_stmt *q)
{
    dm_str hash = dm_col_str(q, 4);
    it->happening = dm_col_int(q, 0);
    it->id = (uint64_t)dm_col_int(q, 1);
    it->start = (uint32_t)dm_col_int(q, 2);
    it->day = (dm_day)dm_col_int(q, 3);
    if (hash.len == sizeof it->hash)
        memcpy(it->hash, hash.p, sizeof it->hash);
}

#define SORTED_BY "SELECT e.happening, e.id, e.trigger_start, e.day, d.hash"

/* What an event is sorted by. */
static dm_status look_up(dm_record *r, item *it, dm_error *err)
{
    dm_stmt *q;
    dm_status st =
        dm_db_use(dm_store_db(r->store), &q, SORTED_BY " FROM event e JOIN document d ON d.n=e.document WHERE e.n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, it->n);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        fill(it, q);
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

/* The same of many, from a server. */
static dm_status look_up_some(dm_record *r, item *it, size_t n, dm_error *err)
{
    dm_stmt *q = NULL;
    dm_buf list = { 0 };
    int64_t v[LOOK_AT_ONCE];
    for (size_t i = 0; i < n; i++)
        v[i] = it[i].n;
    dm_status st = dm_numbers_list(&list, v, n, err);
    if (st == DM_OK)
        st = dm_db_use(dm_store_db(r->store), &q,
            SORTED_BY ", k.at FROM " DM_ARRAY_1 " WITH ORDINALITY k(n, at) JOIN event e ON e.n=k.n JOIN document "
                      "d ON d.n=e.document",
            err);
    if (st == DM_OK)
        dm_bind_str(q, 1, (dm_str){ list.p, list.len });
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        int64_t at = dm_col_int(q, 5);
        if (at >= 1 && (uint64_t)at <= n)
            fill(&it[at - 1], q);
    }
    dm_buf_free(&list);
    return st == DM_END ? DM_OK : st;
}

static dm_status look_up_all(items *l, dm_error *err)
{
    dm_status st = DM_OK;
    size_t each = dm_db_engine(dm_store_db(l->r->store)) == DM_DB_POSTGRES ? LOOK_AT_ONCE : 1;
    for (size_t i = 0; i < l->n && st == DM_OK; i += each)
        st = each == 1 ? look_up(l->r, &l->v[i], err) : look_up_some(l->r, &l->v[i], l->n - i < each ? l->n - i : each, err);
    return st;
}

static int by_content(const void *x, const void *y)
{
    const item *a = x, *b = y;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    int c = memcmp(a->hash, b->hash, sizeof a->hash);
    if (c != 0)
        return c;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* Of one happening together, the first of them first. */
static int by_happening(const void *x, const void *y)
{
    const item *a = *(const item *const *)x, *b = *(const item *const *)y;
    return a->happening != b->happening ? (a->happening > b->happening) - (a->happening < b->happening) : (a > b) - (a < b);
}

static dm_status number_happenings(items *l, dm_error *err)
{
    item **p = malloc((l->n ? l->n : 1) * sizeof *p);
    uint64_t last = 0;
    if (!p)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu events", l->n);
    for (size_t i = 0; i < l->n; i++)
        p[i] = &l->v[i];
    qsort(p, l->n, sizeof *p, by_happening);
    for (size_t i = 0; i < l->n; i++) {
        p[i]->repeat = i > 0 && p[i]->happening == p[i - 1]->happening;
        p[i]->rank = p[i]->repeat ? p[i - 1]->rank : (uint64_t)(p[i] - l->v); /* for now where its first event is */
    }
    free(p);
    for (size_t i = 0; i < l->n; i++)
        l->v[i].rank = l->v[i].repeat ? l->v[l->v[i].rank].rank : ++last; /* the first one has its number by now */
    return DM_OK;
}

typedef struct giving {
    const dm_filter *f;
    dm_doc *doc;
    int64_t held;
    dm_filed_fn *fn;
    void *ctx;
} giving;

static dm_status give(dm_record *r, const item *it, giving *g, dm_error *err)
{
    dm_filed row;
    char hash[33];
    dm_status st = dm_store_load_event(r->store, it->n, g->doc, &g->held, &row, err);
    if (st == DM_OK)
        st = dm_record_fill(r, it->n, g->held, &row, hash, err);
    row.happening = it->rank;
    row.repeat = it->repeat;
    return st == DM_OK ? g->fn(g->ctx, &row, err) : st;
}

/* A portion of those that are given, by their places in the list. */
static dm_status give_some(const items *l, const size_t *at, size_t n, giving *g, dm_error *err)
{
    int64_t event[DM_PORTION_MOST];
    for (size_t i = 0; i < n; i++)
        event[i] = l->v[at[i]].n;
    dm_status st = n > 1 ? dm_record_expect(l->r, event, n, err) : DM_OK;
    for (size_t i = 0; i < n && st == DM_OK; i++)
        st = give(l->r, &l->v[at[i]], g, err);
    return st;
}

static dm_status give_all(const items *l, giving *g, dm_error *err)
{
    dm_status st = DM_OK;
    uint64_t passed = 0, given = 0;
    size_t at[DM_PORTION_MOST], n = 0, most = dm_portion_size(l->r->store, 0);
    for (size_t i = 0; i < l->n && st == DM_OK; i++) {
        if ((g->f->happenings && l->v[i].repeat) || passed++ < g->f->offset)
            continue;
        if (g->f->limit && given++ == g->f->limit)
            break;
        at[n++] = i;
        if (n < most)
            continue;
        st = give_some(l, at, n, g, err);
        most = dm_portion_size(l->r->store, most);
        n = 0;
    }
    return st == DM_OK ? give_some(l, at, n, g, err) : st;
}

dm_status dm_record_events_by_content(dm_record *r, const dm_filter *filter, dm_filed_fn *fn, void *ctx, dm_error *err)
{
    dm_filter all = *filter;
    items l = { .r = r };
    giving g = { filter, dm_doc_new(), 0, fn, ctx };
    all.happenings = all.newest_first = false;
    all.offset = all.limit = 0;
    dm_status st = g.doc ? dm_store_find(r->store, &all, collect, &l, err)
                         : dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of the record");
    if (st == DM_OK)
        st = look_up_all(&l, err);
    if (st == DM_OK && l.n)
        qsort(l.v, l.n, sizeof *l.v, by_content);
    if (st == DM_OK)
        st = number_happenings(&l, err);
    struct dm_told_memo *outer = r->memo;
    if (st == DM_OK && (st = dm_record_memo(r, err)) == DM_OK)
        st = give_all(&l, &g, err);
    dm_record_memo_end(r, outer);
    free(l.v);
    dm_doc_free(g.doc);
    return st == DM_END ? DM_OK : st;
}

// SPDX-License-Identifier: Apache-2.0
/* Roll calls of an instrument. Its life has a part for each side of a vote; here the sides of one vote stand together again. */
#include "serve/desk.h"
#include <stdlib.h>

enum { SIDES = 4 };
static const char *const acts[SIDES] = { "yes", "no", "abstention", "absence" };
static const char *const sides[SIDES] = { "yes", "no", "abstain", "absent" };

static bool is_vote(const dm_part *p) { return p->dating == DM_DATING_FILE && p->n_who && strcmp(p->type, "vote") == 0; }

/* By day, then by what its file calls it, then the sides in their order. */
static int side_of(const dm_part *p)
{
    for (int i = 0; i < SIDES; i++)
        if (strcmp(p->act, acts[i]) == 0)
            return i;
    return SIDES;
}

static int compare_votes(const dm_part *x, const dm_part *y)
{
    int way = (x->day > y->day) - (x->day < y->day);
    way = way ? way : strcmp(x->source, y->source);
    return way ? way : strcmp(x->document, y->document);
}

static int by_vote(const void *a, const void *b)
{
    const dm_part *x = *(const dm_part *const *)a, *y = *(const dm_part *const *)b;
    int way = compare_votes(x, y);
    return way ? way : side_of(x) - side_of(y);
}

static const dm_part *side_at(const dm_part *const *v, size_t n, int side)
{
    for (size_t i = 0; i < n; i++)
        if (side_of(v[i]) == side)
            return v[i];
    return NULL;
}

static void put_vote(dm_buf *b, const dm_part *const *v, size_t n)
{
    dm_js_open(b, '{');
    dm_js_day(b, "date", v[0]->day);
    if (v[0]->day_end != v[0]->day)
        dm_js_day(b, "enddate", v[0]->day_end);
    dm_js_str(b, "source", dm_str_of(v[0]->source));
    dm_js_str(b, "reference", dm_str_of(v[0]->document));
    dm_js_text(b, "resolution", dm_str_of(v[0]->trace));
    dm_js_text(b, "title", dm_str_of(v[0]->sentence));
    for (int i = 0; i < SIDES; i++) {
        const dm_part *p = side_at(v, n, i);
        dm_js_count(b, sides[i], p ? p->n_who : 0);
    }
    dm_js_key(b, "ballots");
    dm_js_open(b, '{');
    for (int i = 0; i < SIDES; i++) {
        const dm_part *p = side_at(v, n, i);
        dm_js_key(b, sides[i]);
        dm_js_open(b, '[');
        for (size_t k = 0; p && k < p->n_who; k++)
            dm_js_item(b, dm_str_of(p->who[k].code));
        dm_js_close(b, ']');
    }
    dm_js_close(b, '}');
    dm_js_close(b, '}');
}

/* The vote parts of a life, those of one vote together, and which of them are on the page. */
typedef struct page {
    const dm_part **v;
    size_t n, from, to;
    uint64_t votes;
} page;

static size_t end_of_vote(const page *p, size_t i)
{
    size_t k = i;
    while (k < p->n && compare_votes(p->v[k], p->v[i]) == 0)
        k++;
    return k;
}

static dm_status turn_to(page *p, const dm_life *life, uint64_t offset, uint64_t limit, dm_error *err)
{
    *p = (page){ .v = malloc((life->n ? life->n : 1) * sizeof *p->v) };
    if (!p->v)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu parts", life->n);
    for (size_t i = 0; i < life->n; i++)
        if (is_vote(&life->part[i]))
            p->v[p->n++] = &life->part[i];
    qsort(p->v, p->n, sizeof *p->v, by_vote);
    p->from = p->to = p->n;
    for (size_t i = 0; i < p->n; i = end_of_vote(p, i), p->votes++) {
        if (p->votes == offset)
            p->from = i;
        if (p->votes >= offset && p->votes - offset < limit)
            p->to = end_of_vote(p, i);
    }
    return DM_OK;
}

static bool on_page(const page *p, const dm_part *part)
{
    if (!is_vote(part))
        return true;
    size_t lo = p->from, hi = p->to;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (by_vote(&p->v[mid], &part) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->to && compare_votes(p->v[lo], part) == 0;
}

dm_status dm_put_answer_parts(
    dm_buf *b, const dm_life *life, uint64_t offset, uint64_t limit, dm_put_part_fn *put, dm_error *err)
{
    page p;
    dm_status st = turn_to(&p, life, offset, limit, err);
    if (st != DM_OK)
        return st;
    dm_js_key(b, "parts");
    dm_js_open(b, '[');
    for (size_t i = 0; i < life->n; i++)
        if (on_page(&p, &life->part[i]))
            put(b, &life->part[i]);
    dm_js_close(b, ']');
    dm_js_key(b, "votes");
    dm_js_open(b, '[');
    for (size_t i = p.from; i < p.to; i = end_of_vote(&p, i))
        put_vote(b, p.v + i, end_of_vote(&p, i) - i);
    dm_js_close(b, ']');
    dm_js_count(b, "votes_total", p.votes);
    free(p.v);
    return DM_OK;
}

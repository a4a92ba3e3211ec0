// SPDX-License-Identifier: Apache-2.0
/* From likenesses to happenings: a chain of reports each like the next is not one happening when its ends are not alike (the talks of
 * each day of a week). */
#include "store/links.h"
#include <stdlib.h>

enum { DAYS_SAME = 1, /* exact days of one happening: time zones, "overnight" */ DAYS_SPAN = 45 };
static const double joined_min = 0.4; /* share of the pairs of reports of two groups that are alike */

typedef struct group {
    dm_day from, to;             /* exact days; from > to: none */
    dm_day vague_from, vague_to; /* of the others */
} group;

static uint32_t place_of(const strand_event *v, uint32_t n, int64_t event)
{
    uint32_t i = 0;
    while (i < n && v[i].event != event)
        i++;
    return i;
}

static dm_day least(dm_day a, dm_day b) { return a < b ? a : b; }
static dm_day most(dm_day a, dm_day b) { return a > b ? a : b; }

static bool days_fit(const group *a, const group *b)
{
    dm_day from = least(a->from, b->from), to = most(a->to, b->to);
    if (from <= to && to - from > DAYS_SAME)
        return false;
    dm_day first = least(a->vague_from, b->vague_from), last = most(a->vague_to, b->vague_to);
    return first > last || (int64_t)last - first <= DAYS_SPAN;
}

/* By two groups: pairs of reports of different documents, and how many of them are alike. */
typedef struct counts {
    uint16_t pairs[STRAND_MAX][STRAND_MAX], alike[STRAND_MAX][STRAND_MAX];
} counts;

static void count(counts *c, const strand_event *v, uint32_t n, const likeness *of, uint32_t n_of)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++)
            c->pairs[i][k] = v[i].document != v[k].document;
    for (uint32_t i = 0; i < n_of; i++)
        c->alike[of[i].a][of[i].b] = c->alike[of[i].b][of[i].a] = 1;
}

static bool close_enough(const counts *c, uint32_t x, uint32_t y) { return c->alike[x][y] >= joined_min * c->pairs[x][y]; }

/* Group y into x. */
static void join(counts *c, strand_event *v, uint32_t n, group *g, uint32_t x, uint32_t y)
{
    g[x] = (group){ least(g[x].from, g[y].from), most(g[x].to, g[y].to), least(g[x].vague_from, g[y].vague_from),
        most(g[x].vague_to, g[y].vague_to) };
    for (uint32_t k = 0; k < n; k++) {
        c->pairs[x][k] = c->pairs[k][x] = (uint16_t)(c->pairs[x][k] + c->pairs[y][k]);
        c->alike[x][k] = c->alike[k][x] = (uint16_t)(c->alike[x][k] + c->alike[y][k]);
    }
    for (uint32_t k = 0; k < n; k++)
        if (v[k].group == y)
            v[k].group = x;
}

typedef struct order {
    likeness l;
    uint64_t low, high;
} order;

static int strongest_first(const void *x, const void *y)
{
    const order *a = x, *b = y;
    if (a->l.score != b->l.score)
        return (a->l.score < b->l.score) - (a->l.score > b->l.score);
    return a->low != b->low ? (a->low > b->low) - (a->low < b->low) : (a->high > b->high) - (a->high < b->high);
}

/* By key, each likeness once and by places instead of events; false: out of memory. */
static bool put_in_order(const strand_event *v, uint32_t n, likeness *of, uint32_t *n_of)
{
    order *sorted = malloc((*n_of ? *n_of : 1) * sizeof *sorted);
    if (!sorted)
        return false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *n_of; i++) {
        uint32_t a = place_of(v, n, of[i].a), b = place_of(v, n, of[i].b);
        if (a == n || b == n || of[i].a >= of[i].b) /* each is given both ways */
            continue;
        uint64_t low = v[a].key < v[b].key ? v[a].key : v[b].key, high = v[a].key < v[b].key ? v[b].key : v[a].key;
        sorted[kept++] = (order){ { a, b, of[i].score }, low, high };
    }
    qsort(sorted, kept, sizeof *sorted, strongest_first);
    for (uint32_t i = 0; i < kept; i++)
        of[i] = sorted[i].l;
    *n_of = kept;
    free(sorted);
    return true;
}

static void alone(strand_event *v, uint32_t n, group *g)
{
    for (uint32_t i = 0; i < n; i++) {
        v[i].group = i;
        g[i] = (group){ INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN };
        if (v[i].day == DM_DAY_NONE)
            continue;
        if (v[i].precise)
            g[i].from = g[i].to = v[i].day;
        else { /* two stretches of time that overlap are not apart */
            g[i].vague_from = v[i].day_end;
            g[i].vague_to = v[i].day;
        }
    }
}

dm_status dm_strand_sort(strand_event *v, uint32_t n, likeness *of, uint32_t n_of, dm_error *err)
{
    group g[STRAND_MAX];
    counts *c = calloc(1, sizeof *c);
    bool ready = c && put_in_order(v, n, of, &n_of);
    if (!ready) {
        free(c);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the reports of a happening");
    }
    alone(v, n, g);
    count(c, v, n, of, n_of);
    for (uint32_t i = 0; i < n_of; i++) {
        uint32_t x = v[of[i].a].group, y = v[of[i].b].group;
        if (x != y && days_fit(&g[x], &g[y]) && close_enough(c, x, y))
            join(c, v, n, g, x, y);
    }
    free(c);
    return DM_OK;
}

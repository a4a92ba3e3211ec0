// SPDX-License-Identifier: Apache-2.0
/* Evidence to items: weighed, dated, long intervals by calendar years, each happening once. Everything is sorted by content before it is
 * summed, so that the order in which evidence comes changes no bit of the result. */
#include "stance/work.h"
#include <math.h>
#include <stdlib.h>

enum { DAY_LEAST = -719162, DAY_MOST = 2932896, SHORT_RUN = 24, RADIX = 256 }; /* years 1 to 9999 */

typedef struct entry {
    uint64_t key; /* happening and via; 0: alone */
    dm_item it;
} entry;

typedef struct order {
    uint64_t key;
    uint32_t at;
} order;

typedef struct gatherer {
    const dm_stance_model *m;
    const dm_evidence *e;
    dm_stance_use *use;
    entry *v, *spare;
    size_t n, cap;
} gatherer;

/* --- one piece of evidence to entries --- */

static bool known(dm_day d) { return d >= DAY_LEAST && d <= DAY_MOST; }

/* False when it says nothing of when. */
static bool days_of(const dm_stance_model *m, const dm_evidence *e, dm_day *from, dm_day *to)
{
    *from = e->from == DM_DAY_NONE ? e->to : e->from;
    *to = e->to == DM_DAY_NONE ? e->from : e->to;
    if (!known(*from) || !known(*to))
        return false;
    if (*from > *to) {
        dm_day swap = *from;
        *from = *to;
        *to = swap;
    }
    return *to - *from <= m->set[SET_INTERVAL_MOST];
}

static uint64_t key_of(const dm_evidence *e)
{
    struct {
        uint64_t id, kind;
    } k = { e->happening ? e->happening : e->event, (uint64_t)e->via << 1 | (e->happening != 0) };
    uint64_t h = k.id ? dm_hash(&k, sizeof k, 0) : 0;
    return k.id && !h ? 1 : h;
}

static bool push(gatherer *g, uint64_t key, const dm_stance_use *use, uint32_t i, dm_day from, dm_day to, double w)
{
    if (g->n == g->cap) {
        size_t cap = g->cap + g->cap / 2 + 64;
        entry *more = cap <= UINT32_MAX ? realloc(g->v, cap * sizeof *more) : NULL;
        if (!more)
            return false;
        g->v = more;
        g->cap = cap;
    }
    g->v[g->n++] = (entry){ key, { .y = use->position,
                                     .w = w,
                                     .u = 1,
                                     .day = from + (to - from) / 2,
                                     .from = from,
                                     .to = to,
                                     .evidence = i,
                                     .lane = use->lane } };
    return true;
}

/* A long interval as its calendar years: what was done each year is not one act in the middle. */
static bool push_parts(gatherer *g, uint64_t key, const dm_stance_use *use, uint32_t i, dm_day from, dm_day to)
{
    if (to - from <= g->m->set[SET_PART_DAYS])
        return push(g, key, use, i, from, to, use->weight);
    int first, last, month, day;
    dm_day_split(from, &first, &month, &day);
    dm_day_split(to, &last, &month, &day);
    double w = use->weight / pow(last - first + 1, g->m->set[SET_PART_SHARE]);
    for (int year = first; year <= last; year++) {
        dm_day a = dm_day_of(year, 1, 1), b = dm_day_of(year, 12, 31);
        if (!push(g, key, use, i, a > from ? a : from, b < to ? b : to, w))
            return false;
    }
    return true;
}

static bool add(gatherer *g, uint32_t i, dm_weigh_memo *memo)
{
    dm_stance_use *use = &g->use[i];
    const dm_evidence *e = &g->e[i];
    dm_stance_weigh(g->m, e, memo, use);
    use->same = i;
    dm_day from, to;
    bool dated = days_of(g->m, e, &from, &to);
    if (use->fate == DM_FATE_SILENT)
        return true;
    if (!dated) {
        use->fate = DM_FATE_UNDATED;
        return true;
    }
    use->day = from + (to - from) / 2;
    use->fate = DM_FATE_SAME; /* until it stands for a happening */
    return push_parts(g, key_of(e), use, i, from, to);
}

/* --- sorting --- */

static int by_number(double a, double b) { return (a > b) - (a < b); }

static int by_content(const void *pa, const void *pb)
{
    const dm_item *a = &((const entry *)pa)->it, *b = &((const entry *)pb)->it;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    if (a->w != b->w)
        return by_number(b->w, a->w);
    if (a->y != b->y)
        return by_number(a->y, b->y);
    if (a->lane != b->lane)
        return a->lane < b->lane ? -1 : 1;
    return a->evidence < b->evidence ? -1 : a->evidence > b->evidence;
}

/* LSD radix over the bytes in which the keys differ. */
static order *radix(order *v, order *spare, size_t n)
{
    uint64_t ones = UINT64_MAX, any = 0;
    for (size_t i = 0; i < n; i++) {
        ones &= v[i].key;
        any |= v[i].key;
    }
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if (((ones ^ any) >> shift & 0xFF) == 0)
            continue;
        size_t start[RADIX] = { 0 };
        for (size_t i = 0; i < n; i++)
            start[v[i].key >> shift & 0xFF]++;
        for (size_t b = 0, sum = 0; b < RADIX; b++) {
            size_t c = start[b];
            start[b] = sum;
            sum += c;
        }
        for (size_t i = 0; i < n; i++)
            spare[start[v[i].key >> shift & 0xFF]++] = v[i];
        order *swap = v;
        v = spare;
        spare = swap;
    }
    return v;
}

static void sort_run(entry *v, size_t n)
{
    if (n > SHORT_RUN) {
        qsort(v, n, sizeof *v, by_content);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        entry e = v[i];
        size_t k = i;
        for (; k > 0 && by_content(&v[k - 1], &e) > 0; k--)
            v[k] = v[k - 1];
        v[k] = e;
    }
}

/* By key when by_key, else by day; equal ones by content. g->spare has room for all. */
static bool sort(gatherer *g, bool by_key)
{
    order *o = malloc((2 * g->n + 1) * sizeof *o);
    if (!o)
        return false;
    for (size_t i = 0; i < g->n; i++)
        o[i] = (order){ by_key ? g->v[i].key : (uint64_t)((int64_t)g->v[i].it.day - DAY_LEAST), (uint32_t)i };
    order *s = radix(o, o + g->n, g->n);
    for (size_t i = 0; i < g->n; i++)
        g->spare[i] = g->v[s[i].at];
    for (size_t i = 0, k; i < g->n; i = k) {
        for (k = i + 1; k < g->n && s[k].key == s[i].key; k++) {
        }
        if (s[i].key || !by_key)
            sort_run(g->spare + i, k - i);
    }
    entry *swap = g->v;
    g->v = g->spare;
    g->spare = swap;
    free(o);
    return true;
}

/* --- each happening once --- */

/* One item of entries [n]: the heaviest stands for it, the one that knows best when dates it. */
static dm_item merge(const gatherer *g, const entry *v, size_t n)
{
    size_t heavy = 0, exact = 0;
    double sum = 0, mean = 0;
    for (size_t i = 0; i < n; i++) {
        const dm_item *it = &v[i].it;
        heavy = it->w > v[heavy].it.w ? i : heavy;
        exact = it->to - it->from < v[exact].it.to - v[exact].it.from ? i : exact;
        sum += it->w;
        mean += it->w * it->y;
    }
    dm_item out = v[exact].it;
    out.w = v[heavy].it.w;
    out.y = mean / sum;
    out.lane = v[heavy].it.lane;
    out.evidence = v[heavy].it.evidence;
    g->use[out.evidence].fate = DM_FATE_USED;
    g->use[out.evidence].same = out.evidence;
    for (size_t i = 0; i < n; i++)
        if (g->use[v[i].it.evidence].fate == DM_FATE_SAME)
            g->use[v[i].it.evidence].same = out.evidence;
    return out;
}

/* End of the entries from i that tell one happening: they overlap, or their middles are near. */
static size_t same_until(const gatherer *g, size_t i)
{
    dm_day to = g->v[i].it.to, middle = g->v[i].it.day;
    size_t k = i + 1;
    if (g->v[i].key == 0)
        return k;
    for (; k < g->n && g->v[k].key == g->v[i].key; k++) {
        const dm_item *it = &g->v[k].it;
        if (it->from > to && it->day - middle > g->m->set[SET_SAME_DAYS])
            break;
        to = it->to > to ? it->to : to;
        middle = it->day > middle ? it->day : middle;
    }
    return k;
}

static bool unite(gatherer *g)
{
    g->spare = malloc((g->n + 1) * sizeof *g->spare);
    if (!g->spare || !sort(g, true))
        return false;
    size_t out = 0;
    for (size_t i = 0, k; i < g->n; i = k) {
        k = same_until(g, i);
        entry one = { 0, merge(g, g->v + i, k - i) };
        g->v[out++] = one;
    }
    g->n = out;
    return sort(g, false);
}

static bool finish(const gatherer *g, dm_item **out)
{
    dm_item *items = g->n ? malloc(g->n * sizeof *items) : NULL;
    if (g->n && !items)
        return false;
    for (size_t i = 0; i < g->n; i++)
        items[i] = g->v[i].it;
    *out = items;
    return true;
}

dm_status dm_stance_gather(
    const dm_stance_model *m, const dm_evidence *e, size_t n, dm_stance_use *use, dm_item **out, size_t *n_out, dm_error *err)
{
    gatherer g = { .m = m, .e = e, .use = use, .cap = n + 64 };
    dm_weigh_memo *memo = calloc(DM_WEIGH_MEMO, sizeof *memo);
    g.v = malloc(g.cap * sizeof *g.v);
    bool ok = memo && g.v;
    for (size_t i = 0; i < n && ok; i++)
        ok = add(&g, (uint32_t)i, memo);
    ok = ok && unite(&g) && finish(&g, out);
    *n_out = g.n;
    free(g.v);
    free(g.spare);
    free(memo);
    return ok ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu pieces of evidence", n);
}

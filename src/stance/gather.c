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

_Static_assert(sizeof(entry) >= sizeof(dm_item), "items take the place of entries");

typedef struct order {
    uint64_t key;
    uint32_t at;
} order;

typedef struct gatherer {
    const dm_stance_model *m;
    const dm_evidence *e;
    dm_stance_use *use;
    entry *v;
    size_t n, cap;
    dm_item *item; /* happenings */
    size_t n_items;
    dm_item *run; /* reports of one happening */
    size_t run_cap;
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
    const dm_item *a = pa, *b = pb;
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

static void sort_run(dm_item *v, size_t n)
{
    if (n > SHORT_RUN) {
        qsort(v, n, sizeof *v, by_content);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        dm_item e = v[i];
        size_t k = i;
        for (; k > 0 && by_content(&v[k - 1], &e) > 0; k--)
            v[k] = v[k - 1];
        v[k] = e;
    }
}

/* --- each happening once --- */

/* One item of reports [n]: the heaviest stands for it, the one that knows best when dates it. */
static dm_item merge(const dm_item *v, size_t n)
{
    size_t heavy = 0, exact = 0;
    double sum = 0, mean = 0;
    for (size_t i = 0; i < n; i++) {
        heavy = v[i].w > v[heavy].w ? i : heavy;
        exact = v[i].to - v[i].from < v[exact].to - v[exact].from ? i : exact;
        sum += v[i].w;
        mean += v[i].w * v[i].y;
    }
    dm_item out = v[exact];
    out.w = v[heavy].w;
    out.y = mean / sum;
    out.lane = v[heavy].lane;
    out.evidence = v[heavy].evidence;
    return out;
}

static void stand_for(gatherer *g, const dm_item *one, const dm_item *v, size_t n)
{
    g->use[one->evidence].fate = DM_FATE_USED;
    g->use[one->evidence].same = one->evidence;
    for (size_t i = 0; i < n; i++)
        if (g->use[v[i].evidence].fate == DM_FATE_SAME)
            g->use[v[i].evidence].same = one->evidence;
    g->item[g->n_items++] = *one;
}

/* End of the reports from i that tell one happening: they overlap, or their middles are near. */
static size_t same_until(const gatherer *g, const dm_item *v, size_t i, size_t n)
{
    dm_day to = v[i].to, middle = v[i].day;
    size_t k = i + 1;
    for (; k < n; k++) {
        if (v[k].from > to && v[k].day - middle > g->m->set[SET_SAME_DAYS])
            break;
        to = v[k].to > to ? v[k].to : to;
        middle = v[k].day > middle ? v[k].day : middle;
    }
    return k;
}

/* Entries o [n] have one key. */
static bool unite_run(gatherer *g, const order *o, size_t n)
{
    if (n > g->run_cap) {
        dm_item *more = realloc(g->run, 2 * n * sizeof *more);
        if (!more)
            return false;
        g->run = more;
        g->run_cap = 2 * n;
    }
    for (size_t i = 0; i < n; i++)
        g->run[i] = g->v[o[i].at].it;
    sort_run(g->run, n);
    for (size_t i = 0, k; i < n; i = k) {
        k = same_until(g, g->run, i, n);
        dm_item one = merge(g->run + i, k - i);
        stand_for(g, &one, g->run + i, k - i);
    }
    return true;
}

static bool unite(gatherer *g, order *o)
{
    for (size_t i = 0; i < g->n; i++)
        o[i] = (order){ g->v[i].key, (uint32_t)i };
    const order *s = radix(o, o + g->n, g->n);
    bool ok = true;
    for (size_t i = 0, k; i < g->n && ok; i = k) {
        const dm_item *one = &g->v[s[i].at].it;
        for (k = i + 1; k < g->n && s[i].key && s[k].key == s[i].key; k++) {
        }
        if (k == i + 1)
            stand_for(g, one, one, 1);
        else
            ok = unite_run(g, s + i, k - i);
    }
    return ok;
}

/* By day, equal ones by content; in the memory of the entries, which are done with. */
static void by_days(gatherer *g, order *o, dm_item **out)
{
    dm_item *items = (dm_item *)(void *)g->v;
    g->v = NULL;
    for (size_t i = 0; i < g->n_items; i++)
        o[i] = (order){ (uint64_t)((int64_t)g->item[i].day - DAY_LEAST), (uint32_t)i };
    const order *s = radix(o, o + g->n_items, g->n_items);
    for (size_t i = 0; i < g->n_items; i++)
        items[i] = g->item[s[i].at];
    for (size_t i = 0, k; i < g->n_items; i = k) {
        for (k = i + 1; k < g->n_items && s[k].key == s[i].key; k++) {
        }
        sort_run(items + i, k - i);
    }
    *out = items;
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
    order *o = ok ? malloc((2 * g.n + 1) * sizeof *o) : NULL;
    g.item = o ? malloc((g.n + 1) * sizeof *g.item) : NULL;
    ok = g.item && unite(&g, o);
    if (ok)
        by_days(&g, o, out);
    *n_out = g.n_items;
    free(o);
    free(g.v);
    free(g.item);
    free(g.run);
    free(memo);
    return ok ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu pieces of evidence", n);
}

// SPDX-License-Identifier: Apache-2.0
/* What is told of a stance: the stretches between its changes, each change with the evidence that speaks most for it, single acts against
 * their stretch, and evidence that comes again after a time without any. */
#include "stance/work.h"
#include <math.h>
#include <stdlib.h>

enum { WINDOW_DAYS = 400, RESUMED_DAYS = 120, WINDOW_ITEMS = 400, AGAINST_MAX = 8 };

static const double side_least = 0.25; /* a level nearer to 0 is on no side */

typedef struct teller {
    dm_track *t;
    size_t *edge; /* [n_edges] first item of each stretch, then the end */
    size_t n_edges, cap;
    size_t first, end; /* items of the window that is told */
    bool failed;
} teller;

typedef struct pick {
    double score;
    size_t item;
} pick;

/* --- stretches --- */

static double step_at(const teller *s, size_t k)
{
    double sd, before = dm_stance_level(s->t, s->edge[k - 1], s->edge[k], &sd);
    return fabs(dm_stance_level(s->t, s->edge[k], s->edge[k + 1], &sd) - before);
}

static void drop(teller *s, size_t k)
{
    dm_track *t = s->t;
    for (size_t i = k; i + 1 < s->n_edges; i++)
        s->edge[i] = s->edge[i + 1];
    for (size_t i = k - 1; i + 1 < t->n_cuts; i++)
        t->cut[i] = t->cut[i + 1];
    s->n_edges--;
    t->n_cuts--;
}

/* Edges from cuts; the smallest steps that are too small to tell go first. */
static bool stretches(teller *s)
{
    dm_track *t = s->t;
    s->edge = calloc(t->n_cuts + 2, sizeof *s->edge);
    if (!s->edge)
        return false;
    s->n_edges = t->n_cuts + 2;
    for (size_t k = 0; k < t->n_cuts; k++)
        s->edge[k + 1] = t->obs[t->cut[k].at].first;
    s->edge[s->n_edges - 1] = t->n_items;
    for (;;) {
        size_t small = 0;
        double least = t->m->set[SET_STEP_LEAST];
        for (size_t k = 1; k + 1 < s->n_edges; k++) {
            double step = s->edge[k] > s->edge[k - 1] ? step_at(s, k) : 0;
            if (step < least) {
                least = step;
                small = k;
            }
        }
        if (!small)
            return true;
        drop(s, small);
    }
}

/* --- evidence of a turn --- */

static int by_score(const void *a, const void *b)
{
    const pick *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

/* Items from a on that are near enough in time to tell of a turn there. */
static size_t window_end(const dm_track *t, size_t a, size_t b, int days)
{
    size_t end = a;
    while (end < b && end - a < WINDOW_ITEMS && t->item[end].day - t->item[a].day <= days)
        end++;
    return end;
}

/* Cites the items of [a, b) that lie on the far side of `middle` (side 1: above), the strongest first. */
static void cite(teller *s, dm_stance_turn *turn, size_t a, size_t b, double middle, double side)
{
    dm_track *t = s->t;
    pick best[WINDOW_ITEMS];
    size_t n = 0, end = window_end(t, a, b, WINDOW_DAYS);
    uint32_t *out = t->cited + DM_TURN_EVIDENCE * (size_t)(turn - t->turn);
    for (size_t i = a; i < end; i++) {
        double score = t->item[i].w * (t->item[i].y - middle) * side;
        if (score > 0)
            best[n++] = (pick){ score, i };
    }
    qsort(best, n, sizeof *best, by_score);
    for (size_t i = 0; i < n && turn->n_evidence < DM_TURN_EVIDENCE; i++) {
        uint32_t e = t->item[best[i].item].evidence;
        bool twice = false;
        for (uint32_t k = 0; k < turn->n_evidence; k++)
            twice |= out[k] == e;
        if (!twice)
            out[turn->n_evidence++] = e;
    }
}

static dm_stance_turn *add(teller *s, dm_turn_kind kind, size_t at)
{
    dm_track *t = s->t;
    if (t->n_turns == s->cap) {
        size_t cap = s->cap * 2 + 16;
        dm_stance_turn *turn = realloc(t->turn, cap * sizeof *turn);
        t->turn = turn ? turn : t->turn;
        uint32_t *cited = realloc(t->cited, cap * DM_TURN_EVIDENCE * sizeof *cited);
        t->cited = cited ? cited : t->cited;
        s->failed |= !turn || !cited;
        if (s->failed)
            return NULL;
        s->cap = cap;
    }
    dm_stance_turn *turn = &t->turn[t->n_turns++];
    *turn = (dm_stance_turn){ .kind = (uint8_t)kind,
        .day = t->item[at].day,
        .from = t->item[at].from,
        .to = t->item[at].to,
        .probability = 1,
        .last_before = at ? t->item[at - 1].day : DM_DAY_NONE };
    return turn;
}

/* --- kinds of turns --- */

static void opening(teller *s, size_t end)
{
    dm_stance_turn *turn = add(s, DM_TURN_OPENING, s->first);
    if (!turn)
        return;
    turn->last_before = DM_DAY_NONE;
    turn->after = dm_stance_level(s->t, s->first, end, &turn->after_sd);
    cite(s, turn, s->first, end, turn->after > 0 ? fmin(turn->after, 1) - 1 : fmax(turn->after, -1) + 1,
        turn->after > 0 ? 1 : -1);
}

static void change(teller *s, size_t k)
{
    size_t at = s->edge[k];
    dm_stance_turn *turn = add(s, DM_TURN_CHANGE, at);
    if (!turn)
        return;
    turn->probability = s->t->cut[k - 1].probability;
    turn->before = dm_stance_level(s->t, s->edge[k - 1], at, &turn->before_sd);
    turn->after = dm_stance_level(s->t, at, s->edge[k + 1], &turn->after_sd);
    cite(s, turn, at, s->edge[k + 1], (turn->before + turn->after) / 2, turn->after > turn->before ? 1 : -1);
}

/* Evidence again inside stretch [a, b) after more than two horizons without. */
static void resumed(teller *s, size_t a, size_t b)
{
    dm_track *t = s->t;
    for (size_t i = a + 1; i < b; i++) {
        if (t->item[i].day - t->item[i - 1].day <= 2 * t->m->set[SET_HORIZON] || i <= s->first || i >= s->end)
            continue;
        dm_stance_turn *turn = add(s, DM_TURN_RESUMED, i);
        if (!turn)
            return;
        size_t end = window_end(t, i, b, RESUMED_DAYS);
        turn->before = dm_stance_level(t, a, i, &turn->before_sd);
        turn->after = dm_stance_level(t, i, end, &turn->after_sd);
        cite(s, turn, i, end, turn->after > 0 ? fmin(turn->after, 1) - 1 : fmax(turn->after, -1) + 1, turn->after > 0 ? 1 : -1);
    }
}

/* What an act is held against: the level of what went before, and whether that was of one mind. */
typedef struct ground {
    size_t low, high;   /* items of the last years, before the day of the act */
    double plus, minus; /* their weight above and below 0 */
    double level, sd;
} ground;

static void count(ground *g, const dm_item *it, double sign)
{
    g->plus += it->y > 0 ? sign * it->w : 0;
    g->minus += it->y < 0 ? sign * it->w : 0;
}

/* Moves the ground up to item i of the piece from a; false where there is none, or where it lies on no side or on both. */
static bool move_ground(const dm_track *t, ground *g, size_t i)
{
    double share, all;
    for (; t->item[g->high].day < t->item[i].day; g->high++)
        count(g, &t->item[g->high], 1);
    for (; g->low < g->high && t->item[i].day - t->item[g->low].day > 2 * t->m->set[SET_HORIZON]; g->low++)
        count(g, &t->item[g->low], -1);
    all = g->plus + g->minus;
    if (g->low == g->high || all <= 0)
        return false;
    g->level = dm_stance_level(t, g->low, g->high, &g->sd);
    share = (g->level > 0 ? g->minus : g->plus) / all;
    return fabs(g->level) >= side_least && share <= t->m->set[SET_AGAINST_SHARE];
}

typedef struct departure {
    double score;
    size_t item;
    ground from;
} departure;

static void tell_departures(teller *s, const departure *best, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = best[i].item;
        dm_stance_turn *turn = add(s, DM_TURN_AGAINST, at);
        if (!turn)
            return;
        turn->last_before = DM_DAY_NONE;
        turn->before = best[i].from.level;
        turn->before_sd = best[i].from.sd;
        turn->after = s->t->item[at].y;
        cite(s, turn, at, at + 1, 0, turn->after > 0 ? 1 : -1);
    }
}

/* The strongest acts of [a, b) on the other side of 0 than what went before, where that was of one mind. */
static void against_in(teller *s, size_t a, size_t b)
{
    dm_track *t = s->t;
    size_t room = (size_t)fmin(t->m->set[SET_AGAINST_EACH], AGAINST_MAX), n = 0;
    departure best[AGAINST_MAX + 1];
    ground g = { .low = a, .high = a };
    for (size_t i = a; i < b; i++) {
        const dm_item *it = &t->item[i];
        if (!move_ground(t, &g, i) || it->y * g.level >= 0 || fabs(it->y - g.level) < t->m->set[SET_AGAINST_STEP] ||
            it->w < t->m->set[SET_AGAINST_WEIGHT] || i < s->first || i >= s->end)
            continue;
        departure p = { it->w * fabs(it->y - g.level), i, g };
        size_t k = n < room ? n++ : room;
        for (; k > 0 && best[k - 1].score < p.score; k--)
            best[k] = best[k - 1];
        best[k] = p;
    }
    tell_departures(s, best, n);
}

/* Piece by piece between times without evidence. */
static void against(teller *s, size_t a, size_t b)
{
    const dm_track *t = s->t;
    for (size_t i = a, k; i < b; i = k) {
        for (k = i + 1; k < b && t->item[k].day - t->item[k - 1].day <= 2 * t->m->set[SET_HORIZON]; k++) {
        }
        against_in(s, i, k);
    }
}

/* --- all of them --- */

static int by_day(const void *a, const void *b)
{
    const dm_stance_turn *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->evidence > y->evidence) - (x->evidence < y->evidence);
}

static void tell(teller *s)
{
    for (size_t k = 0; k + 1 < s->n_edges; k++) {
        size_t a = s->edge[k], b = s->edge[k + 1];
        if (a >= s->end || b <= s->first)
            continue;
        if (k && a > s->first)
            change(s, k);
        else
            opening(s, b);
        resumed(s, a, b);
        against(s, a, b);
    }
    for (size_t i = 0; i < s->t->n_turns && !s->failed; i++) /* only now, when nothing moves any more */
        s->t->turn[i].evidence = s->t->cited + DM_TURN_EVIDENCE * i;
    if (s->t->n_turns)
        qsort(s->t->turn, s->t->n_turns, sizeof *s->t->turn, by_day);
}

dm_status dm_stance_tell(dm_track *t, dm_day since, dm_day until, dm_error *err)
{
    teller s = { .t = t, .end = t->n_items };
    if (!t->n_items)
        return DM_OK;
    while (since != DM_DAY_NONE && s.first < t->n_items && t->item[s.first].day < since)
        s.first++;
    while (until != DM_DAY_NONE && s.end > s.first && t->item[s.end - 1].day > until)
        s.end--;
    s.failed = !stretches(&s);
    if (!s.failed && s.first < s.end)
        tell(&s);
    free(s.edge);
    return s.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the turning points of a stance") : DM_OK;
}

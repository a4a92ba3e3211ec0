// SPDX-License-Identifier: Apache-2.0
/* When an undated text can have been written: the days on which everything it mentions can be true.
 *
 * Evidence: years named as past or as coming, terms of office holders named with their title, dated happenings, days and months
 * without a year together with tense, weekdays, and the habit of newswire not to name the year that it calls "last year", nor its own.
 * Each calendar year is tried; what is left is the answer. One calendar year is chosen among several only when "last year" stands
 * beside an explicit year that comes just before it. */
#include "base/token.h"
#include "when/when_int.h"

enum {
    FIRST_YEAR = 1945,
    LAST_YEAR = 2035,
    NEAR_DAYS = 183,     /* a date without a year is at most this far away */
    DEADLINE_DAYS = 300, /* a deadline may be farther */
    SPAN_MAX = 10 * 366, /* widest interval worth giving */
    SURNAME_MAX = 32,    /* bytes */
    NAMED_MAX = 32,
    PARTIAL_MAX = 64
};

typedef struct evidence {
    dm_day lo, hi;           /* bounds */
    dm_day term_lo, term_hi; /* of office holders */
    bool lo_set, hi_set, term_set, last_year;
    bool last_name;           /* last December, last summer */
    int16_t named[NAMED_MAX]; /* years that stand alone, told as past */
    uint32_t n_named;
    int newest; /* latest year told as past */
    const dm_tex *partial[PARTIAL_MAX];
    uint32_t n_partial;
    int month, day; /* of a dateline without a year */
} evidence;

static int year_of(dm_day d)
{
    int y, m, day;
    dm_day_split(d, &y, &m, &day);
    return y;
}

static void at_least(evidence *e, dm_day d)
{
    if (d != DM_DAY_NONE && (!e->lo_set || d > e->lo)) {
        e->lo = d;
        e->lo_set = true;
    }
}

static void at_most(evidence *e, dm_day d)
{
    if (d != DM_DAY_NONE && (!e->hi_set || d < e->hi)) {
        e->hi = d;
        e->hi_set = true;
    }
}

static bool year_named(const evidence *e, int y)
{
    for (uint32_t i = 0; i < e->n_named; i++) {
        if (e->named[i] == y)
            return true;
    }
    return false;
}

static void name_year(evidence *e, int y)
{
    if (e->n_named < NAMED_MAX && !year_named(e, y))
        e->named[e->n_named++] = (int16_t)y;
}

/* An explicit date: past ones bound from below, coming ones from above. */
static void take_date(evidence *e, const dm_tex *x, const dm_point *p)
{
    if (p->kind != P_DATE || !p->year || p->year < FIRST_YEAR || p->year > LAST_YEAR)
        return;
    dm_day from = dm_day_of(p->year, p->month ? p->month : 1, p->day ? p->day : 1);
    bool closing = x->op == OP_THROUGH || x->op == OP_UNTIL || x->op == OP_BY;
    if (x->tense == TENSE_FUTURE) {
        int m = p->month ? p->month : 12, d = p->day ? p->day : dm_month_days(p->year, m);
        if (d <= dm_month_days(p->year, m) && x->op != OP_SINCE)
            at_most(e, dm_day_of(p->year, m, d));
        return;
    }
    if (x->tense != TENSE_PAST && x->op != OP_SINCE && !(closing && x->tense == TENSE_UNKNOWN))
        return;
    at_least(e, from);
    if (p->year > e->newest)
        e->newest = p->year;
    if (!p->month)
        name_year(e, p->year);
}

static void take_partial(evidence *e, const dm_tex *x)
{
    const dm_point *p = &x->a;
    if (x->op == OP_SET || x->op == OP_DURATION || x->op == OP_RANGE || p->year || p->part == PART_BEGIN)
        return;
    bool date = p->kind == P_DATE && p->month && (p->day || x->tense != TENSE_UNKNOWN) && !p->rel;
    bool season = p->kind == P_SEASON && p->rel == REL_THIS && x->tense != TENSE_UNKNOWN;
    if ((date || season) && e->n_partial < PARTIAL_MAX)
        e->partial[e->n_partial++] = x;
}

static void take_tex(const dm_wstate *st, evidence *e, const dm_tex *x)
{
    (void)st;
    take_date(e, x, &x->a);
    if (x->op == OP_RANGE || (x->op == OP_SET && x->bound))
        take_date(e, x, &x->b);
    if (x->op == OP_SET && x->bound == OP_THROUGH && x->b.kind == P_DATE && x->b.year && x->tense != TENSE_FUTURE) {
        at_least(e, dm_day_of(x->b.year, 1, 1));
        name_year(e, x->b.year);
        e->newest = x->b.year > e->newest ? x->b.year : e->newest;
    }
    for (uint32_t i = 0; i < x->n_except; i++)
        name_year(e, x->except[i]);
    const dm_point *p = &x->a;
    e->last_name |=
        (p->kind == P_SEASON || (p->kind == P_DATE && p->month && !p->year && p->unit != U_YEAR)) && p->rel == REL_LAST;
    e->last_year |= p->kind == P_UNIT && p->unit == U_YEAR && !p->count && p->rel == REL_LAST;
    take_partial(e, x);
}

/* Whether the words before token t end with this office ("foreign minister"); how many tokens it takes. Hyphens do not count, so that
 * "Secretary General" is the "secretary-general". */
static uint32_t office_before(const dm_wstate *st, uint32_t t, dm_str office)
{
    uint32_t from = st->doc->sents.v[st->doc->tokens.v[t].sent].first, i = t;
    size_t left = office.len;
    while (left > 0) {
        size_t end = left;
        while (left > 0 && office.p[left - 1] != ' ' && office.p[left - 1] != '-')
            left--;
        dm_str want = { office.p + left, end - left };
        if (left > 0)
            left--; /* the space or hyphen */
        if (!want.len)
            continue;
        while (i > from && dm_str_is(st->doc->tokens.v[i - 1].norm, "-"))
            i--;
        if (i == from)
            return 0;
        dm_str have = st->doc->tokens.v[--i].norm;
        bool same = dm_str_eq(have, want) || (dm_str_is(have, "defense") && dm_str_is(want, "defence"));
        if (!same)
            return 0;
    }
    return t - i;
}

static bool sentence_tells_past(const dm_wstate *st, uint32_t sent)
{
    uint32_t lo = 0, hi = st->tex.n; /* expressions are in text order */
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (st->tex.v[mid].sent < sent)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < st->tex.n && st->tex.v[lo].sent == sent; lo++) {
        const dm_tex *x = &st->tex.v[lo];
        if (x->a.kind == P_DATE && x->a.year && x->tense != TENSE_FUTURE)
            return true;
    }
    return false;
}

/* The terms that one named person may be in, by the title before the name. */
typedef struct holder {
    dm_day lo, hi;
    uint32_t words; /* of the title; 0: no title before the name fits */
    bool open;
} holder;

static void add_term(const dm_wstate *st, holder *h, uint32_t row, uint32_t token)
{
    uint32_t n = office_before(st, token, dm_table_cell(st->w->people, row, st->w->c_office));
    dm_interval term = st->w->term[row];
    if (!n || !dm_known(term) || term.from == DM_DAY_NONE)
        return;
    h->lo = !h->words || term.from < h->lo ? term.from : h->lo;
    h->hi = !h->words || term.to > h->hi ? term.to : h->hi;
    h->open |= term.to == DM_DAY_NONE;
    h->words = n;
}

/* What the holder named at token says of the date: a present one bounds it from both sides, a former one from below. */
static void take_holder(const dm_wstate *st, evidence *e, const holder *h, uint32_t token)
{
    const dm_doc *doc = st->doc;
    if (!h->words)
        return;
    uint32_t before = token - h->words, sent = doc->tokens.v[token].sent;
    for (int back = 0; back < 3 && before > doc->sents.v[sent].first; back++, before--) {
        dm_str n = doc->tokens.v[before - 1].norm;
        if (dm_str_in(n, "former ex late onetime deposed ousted toppled") || dm_str_starts(n, "ex-")) {
            if (!h->open)
                at_least(e, h->hi);
            return;
        }
        if (dm_str_in(n, "then future incoming next elected"))
            return;
    }
    if (sentence_tells_past(st, sent))
        return;
    dm_day lo = e->term_set && e->term_lo > h->lo ? e->term_lo : h->lo;
    dm_day hi = h->open ? dm_day_of(LAST_YEAR, 12, 31) : h->hi;
    hi = e->term_set && e->term_hi < hi ? e->term_hi : hi;
    if (lo > hi)
        return; /* two terms that never met: one of them is background */
    e->term_lo = lo;
    e->term_hi = hi;
    e->term_set = true;
}

/* Holders named in full: hits of the people table. */
static void take_full_names(const dm_wstate *st, evidence *e)
{
    const dm_doc *doc = st->doc;
    uint32_t people = dm_table_index(st->w->tables, st->w->people);
    for (uint32_t i = 0; i < doc->hits.n;) {
        const dm_hit *x = &doc->hits.v[i];
        holder h = { 0 };
        uint32_t k = i;
        for (; k < doc->hits.n && doc->hits.v[k].first == x->first; k++) {
            if (doc->hits.v[k].table == people)
                add_term(st, &h, doc->hits.v[k].row, x->first);
        }
        take_holder(st, e, &h, x->first);
        i = k;
    }
}

/* "President Clinton", "Chancellor Kohl": title and surname. */
static void take_surnames(const dm_wstate *st, evidence *e)
{
    const dm_doc *doc = st->doc;
    char norm[DM_NORM_ROOM(SURNAME_MAX)];
    for (uint32_t t = 1; t < doc->tokens.n; t++) {
        const dm_token *k = &doc->tokens.v[t];
        if (!(k->flags & DM_T_UPPER) || k->norm.len > SURNAME_MAX || doc->tokens.v[t - 1].sent != k->sent)
            continue;
        holder h = { 0 };
        uint32_t row = st->w->by_surname[dm_hash(k->norm.p, k->norm.len, 2) & st->w->surname_mask];
        for (; row != DM_NONE; row = st->w->next_surname[row]) {
            dm_str s = dm_table_cell(st->w->people, row, st->w->c_surname);
            uint32_t n = dm_token_norm(norm, s.p, (uint32_t)s.len);
            if (dm_str_eq((dm_str){ norm, n }, k->norm))
                add_term(st, &h, row, t);
        }
        take_holder(st, e, &h, t);
    }
}

/* Happenings by which the text dates: past ones have begun, coming ones are not over. Only names that stand for one happening. */
static void take_happenings(const dm_wstate *st, evidence *e)
{
    for (uint32_t k = 0; k < st->tex.n; k++) {
        const dm_tex *x = &st->tex.v[k];
        if (x->a.kind != P_EVENT || x->a.hit == DM_NONE)
            continue;
        dm_interval i = dm_resolve(st, &(dm_tex){ .op = OP_AT, .a = x->a }, DM_NO_INTERVAL, TENSE_UNKNOWN);
        if (!dm_known(i))
            continue;
        if (x->tense == TENSE_PAST || x->op == OP_SINCE || x->op == OP_AFTER)
            at_least(e, i.from);
        else if (x->tense == TENSE_FUTURE && x->op != OP_AFTER)
            at_most(e, i.to);
    }
}

static dm_interval clip(dm_interval i, dm_day lo, dm_day hi)
{
    if (lo != DM_DAY_NONE && i.from < lo)
        i.from = lo;
    if (hi != DM_DAY_NONE && i.to > hi)
        i.to = hi;
    if (i.from > i.to)
        i.precision = DM_PREC_UNKNOWN;
    return i;
}

/* The part of i from which a date without a year lies ahead (or behind) within half a year; the wider of this year's and the
 * neighbouring year's date. */
static dm_interval clip_partial(dm_interval i, const dm_tex *x)
{
    dm_interval best = { 0, -1, DM_PREC_UNKNOWN };
    int y = year_of(i.from);
    const dm_point *p = &x->a;
    for (int k = -1; k <= 1; k++) {
        int m1 = p->kind == P_SEASON ? 3 + 3 * p->season : p->month, m2 = p->kind == P_SEASON ? m1 + 2 : m1, yy = y + k;
        if (m2 > 12)
            m2 = 12;
        if (p->day && p->day > dm_month_days(yy, m1))
            continue;
        dm_day a = dm_day_of(yy, m1, p->day ? p->day : 1), b = dm_day_of(yy, m2, p->day ? p->day : dm_month_days(yy, m2));
        if (p->wday >= 0 && p->day && dm_weekday(a) != p->wday)
            continue;
        if (p->kind == P_SEASON && k != 0)
            continue;
        dm_interval c = x->tense == TENSE_FUTURE ? clip(i, a - (x->op == OP_BY ? DEADLINE_DAYS : NEAR_DAYS),
                                                       p->kind == P_SEASON || !p->day ? b : b - 1)
                        : x->tense == TENSE_PAST ? clip(i, a, b + NEAR_DAYS)
                                                 : clip(i, a - NEAR_DAYS, b + NEAR_DAYS);
        if (dm_known(c) && (!dm_known(best) || c.to - c.from > best.to - best.from))
            best = c;
    }
    return best;
}

/* The days of year y on which the text can have been written. */
static dm_interval days_in(const evidence *e, int y, bool strict)
{
    dm_interval none = DM_NO_INTERVAL, i = { dm_day_of(y, 1, 1), dm_day_of(y, 12, 31), DM_PREC_RANGE };
    if (strict && ((e->last_year && year_named(e, y - 1)) || year_named(e, y) || (e->last_name && y == e->newest)))
        return none;
    i = clip(i, e->lo_set ? e->lo : DM_DAY_NONE, e->hi_set ? e->hi : DM_DAY_NONE);
    if (dm_known(i) && e->term_set)
        i = clip(i, e->term_lo, e->term_hi);
    if (dm_known(i) && e->month) {
        int d = e->day ? e->day : 1, last = e->day ? e->day : dm_month_days(y, e->month);
        if (d > dm_month_days(y, e->month))
            return none;
        i = clip(i, dm_day_of(y, e->month, d), dm_day_of(y, e->month, last));
    }
    for (uint32_t k = 0; k < e->n_partial && dm_known(i); k++) {
        dm_interval c = clip_partial(i, e->partial[k]);
        bool hard = e->partial[k]->a.wday >= 0 || e->partial[k]->a.day;
        if (dm_known(c) || hard)
            i = c;
    }
    return i;
}

static dm_interval try_years(const evidence *e, bool strict)
{
    dm_interval all = DM_NO_INTERVAL, first = DM_NO_INTERVAL;
    uint32_t n = 0;
    for (int y = FIRST_YEAR; y <= LAST_YEAR; y++) {
        dm_interval i = days_in(e, y, strict);
        if (!dm_known(i))
            continue;
        if (!n++)
            first = all = i;
        all.to = i.to;
    }
    if (n > 1 && strict && (e->last_year || e->last_name) && e->newest && year_of(first.from) - e->newest <= 2 &&
        year_of(first.from) > e->newest)
        return first;
    return all;
}

static dm_precision precision_of(dm_interval i)
{
    int y1, m1, d1, y2, m2, d2;
    dm_day_split(i.from, &y1, &m1, &d1);
    dm_day_split(i.to, &y2, &m2, &d2);
    if (i.from == i.to)
        return DM_PREC_DAY;
    if (y1 == y2 && m1 == m2 && d1 == 1 && d2 == dm_month_days(y2, m2))
        return DM_PREC_MONTH;
    return y1 == y2 && m1 == 1 && d1 == 1 && m2 == 12 && d2 == 31 ? DM_PREC_YEAR : DM_PREC_RANGE;
}

dm_interval dm_when_content(dm_wstate *st, int dateline_month, int dateline_day)
{
    evidence e = { .month = dateline_month, .day = dateline_day };
    for (uint32_t k = 0; k < st->tex.n; k++)
        take_tex(st, &e, &st->tex.v[k]);
    if (st->w->people) {
        take_full_names(st, &e);
        take_surnames(st, &e);
    }
    take_happenings(st, &e);
    if (!e.lo_set && !e.term_set)
        return DM_NO_INTERVAL;
    dm_interval i = try_years(&e, true);
    if (!dm_known(i))
        i = try_years(&e, false);
    if (!dm_known(i) || i.to - i.from > SPAN_MAX)
        return DM_NO_INTERVAL;
    i.precision = precision_of(i);
    return i;
}

// SPDX-License-Identifier: Apache-2.0
/* Expressions -> day intervals, for one reference day. Weeks run from Monday to Sunday. A part of a period (early, mid, late) is its
 * third; beginning and end are the first and last month of a year, the first and last week of a month. */
#include "when/when_int.h"

enum { WEEK = 7 };

typedef struct rctx {
    const dm_wstate *st;
    dm_day d; /* reference day, DM_DAY_NONE when there is none */
    dm_tense tense;
} rctx;

static dm_interval span(dm_day a, dm_day b, dm_precision p) { return (dm_interval){ a, b, p }; }

static void ymd(dm_day d, int *y, int *m, int *day) { dm_day_split(d, y, m, day); }

static int year_of(dm_day d)
{
    int y, m, day;
    ymd(d, &y, &m, &day);
    return y;
}

static dm_interval year_span(int y) { return span(dm_day_of(y, 1, 1), dm_day_of(y, 12, 31), DM_PREC_YEAR); }

/* Month m of year y; m may lie outside 1..12. */
static dm_interval month_span(int y, int m)
{
    int k = y * 12 + (m - 1);
    y = k / 12, m = k % 12 + 1;
    return span(dm_day_of(y, m, 1), dm_day_of(y, m, dm_month_days(y, m)), DM_PREC_MONTH);
}

static dm_interval months_span(int y, int m, int n, dm_precision p)
{
    return span(month_span(y, m).from, month_span(y, m + n - 1).to, p);
}

static dm_interval season_span(int y, int s)
{
    return months_span(y, 3 + 3 * s, 3, DM_PREC_SEASON); /* winter of 1998 ends in February 1999 */
}

static dm_day add_months(dm_day d, int n)
{
    int y, m, day;
    ymd(d, &y, &m, &day);
    int k = y * 12 + (m - 1) + n, yy = k / 12, mm = k % 12 + 1, last = dm_month_days(yy, mm);
    return dm_day_of(yy, mm, day < last ? day : last);
}

static dm_day monday(dm_day d) { return d - dm_weekday(d); }

/* The unit that holds day d, moved by n units. */
static dm_interval unit_span(dm_day d, uint8_t unit, int n)
{
    int y, m, day;
    ymd(d, &y, &m, &day);
    switch (unit) {
    case U_HOUR: return span(d, d, DM_PREC_DAY);
    case U_DAY: return span(d + n, d + n, DM_PREC_DAY);
    case U_WEEK: return span(monday(d) + WEEK * n, monday(d) + WEEK * n + 6, DM_PREC_WEEK);
    case U_FORTNIGHT: return span(monday(d) + 2 * WEEK * n, monday(d) + 2 * WEEK * n + 6, DM_PREC_WEEK);
    case U_WEEKEND: return span(monday(d) + WEEK * n + 5, monday(d) + WEEK * n + 6, DM_PREC_DAY);
    case U_MONTH: return month_span(y, m + n);
    case U_QUARTER: return months_span(y, (m - 1) / 3 * 3 + 1 + 3 * n, 3, DM_PREC_RANGE);
    case U_HALF: return months_span(y, (m - 1) / 6 * 6 + 1 + 6 * n, 6, DM_PREC_RANGE);
    case U_YEAR: return year_span(y + n);
    case U_DECADE: {
        int from = y - y % 10 + 10 * n;
        return span(dm_day_of(from, 1, 1), dm_day_of(from + 9, 12, 31), DM_PREC_RANGE);
    }
    case U_CENTURY: {
        int from = y - (y - 1) % 100 + 100 * n;
        return span(dm_day_of(from, 1, 1), dm_day_of(from + 99, 12, 31), DM_PREC_RANGE);
    }
    default: return DM_NO_INTERVAL;
    }
}

/* Day d moved by n units. */
static dm_day shift(dm_day d, uint8_t unit, int n)
{
    switch (unit) {
    case U_DAY: return d + n;
    case U_WEEKEND:
    case U_WEEK: return d + WEEK * n;
    case U_FORTNIGHT: return d + 2 * WEEK * n;
    case U_MONTH: return add_months(d, n);
    case U_QUARTER: return add_months(d, 3 * n);
    case U_HALF: return add_months(d, 6 * n);
    case U_YEAR: return add_months(d, 12 * n);
    case U_DECADE: return add_months(d, 120 * n);
    case U_CENTURY: return add_months(d, 1200 * n);
    default: return d;
    }
}

static dm_interval third(dm_interval i, int k)
{
    if (i.from == DM_DAY_NONE || i.to == DM_DAY_NONE)
        return i;
    int n = (i.to - i.from + 1) / 3;
    if (n < 1)
        return i;
    dm_day a = i.from + n * k;
    return span(a, k == 2 ? i.to : a + n - 1, DM_PREC_RANGE);
}

/* Early, mid, late as months of a year and as ten days of a month; other periods by thirds. */
static dm_interval part_third(dm_interval i, int k)
{
    int y, m, d;
    ymd(i.from, &y, &m, &d);
    if (i.precision == DM_PREC_YEAR)
        return months_span(y, 1 + 4 * k, 4, DM_PREC_RANGE);
    if (i.precision == DM_PREC_MONTH)
        return span(dm_day_of(y, m, 1 + 10 * k), k == 2 ? i.to : dm_day_of(y, m, 10 + 10 * k), DM_PREC_RANGE);
    if (i.to - i.from > 3600 && i.to - i.from < 3700) /* a decade: its years 0-3, 4-6, 7-9 */
        return span(dm_day_of(y + (k == 0 ? 0 : 1 + 3 * k), 1, 1), dm_day_of(y + 3 + 3 * k, 12, 31), DM_PREC_RANGE);
    return i.precision == DM_PREC_DAY ? i : third(i, k);
}

static dm_interval edge(dm_interval i, bool end)
{
    int y, m, d;
    ymd(end ? i.to : i.from, &y, &m, &d);
    if (i.to - i.from > 100)
        return month_span(y, m);
    if (i.to - i.from > 2 * WEEK)
        return end ? span(i.to - 6, i.to, DM_PREC_RANGE) : span(i.from, i.from + 6, DM_PREC_RANGE);
    return end ? span(i.to, i.to, DM_PREC_DAY) : span(i.from, i.from, DM_PREC_DAY);
}

static dm_interval apply_part(const rctx *c, dm_interval i, uint8_t part)
{
    if (!dm_known(i) || i.from == DM_DAY_NONE || i.to == DM_DAY_NONE)
        return i;
    switch (part) {
    case PART_EARLY: return part_third(i, 0);
    case PART_MID: return part_third(i, 1);
    case PART_LATE: return part_third(i, 2);
    case PART_BEGIN: return edge(i, false);
    case PART_END: return edge(i, true);
    case PART_EVE: return span(i.from - 1, i.from - 1, DM_PREC_DAY);
    case PART_WEEK: return unit_span(i.from, U_WEEK, 0);
    case PART_SOFAR:
        if (c->d != DM_DAY_NONE && i.from <= c->d && i.to >= c->d && i.precision != DM_PREC_DAY)
            return span(i.from, c->d, DM_PREC_RANGE);
        return i;
    case PART_REST:
        if (c->d != DM_DAY_NONE && i.from <= c->d && i.to >= c->d && i.precision != DM_PREC_DAY)
            return span(c->d, i.to, DM_PREC_RANGE);
        return i;
    default: return i;
    }
}

/* The n-th week, quarter, half, day of an interval; n < 0: the last. */
static dm_interval piece_of(dm_interval i, uint8_t unit, int n)
{
    if (!dm_known(i) || i.from == DM_DAY_NONE || i.to == DM_DAY_NONE)
        return DM_NO_INTERVAL;
    int y, m, d, len = i.to - i.from + 1;
    ymd(i.from, &y, &m, &d);
    dm_interval r = DM_NO_INTERVAL;
    if (unit == U_HALF || unit == U_QUARTER) {
        int parts = unit == U_HALF ? 2 : 4;
        n = n < 0 ? parts : n;
        if (n > parts)
            return r;
        if (i.precision == DM_PREC_YEAR)
            return months_span(y, 1 + (n - 1) * (12 / parts), 12 / parts, DM_PREC_RANGE);
        dm_day a = i.from + len * (n - 1) / parts;
        return span(a, i.from + len * n / parts - 1, DM_PREC_RANGE);
    }
    if (unit == U_DAY)
        r = n < 0 ? span(i.to, i.to, DM_PREC_DAY) : span(i.from + n - 1, i.from + n - 1, DM_PREC_DAY);
    else if (unit == U_MONTH)
        r = n < 0 ? month_span(year_of(i.to), 12) : month_span(y, m + n - 1);
    else if (unit == U_WEEK)
        r = n < 0 ? span(i.to - 6, i.to, DM_PREC_WEEK)
                  : span(i.from + WEEK * (n - 1), i.from + WEEK * (n - 1) + 6, DM_PREC_WEEK);
    else if (unit == U_WEEKEND)
        r = n < 0 ? unit_span(i.to, U_WEEKEND, 0) : unit_span(i.from + 4, U_WEEKEND, n - 1);
    if (r.from < i.from || r.from > i.to)
        return DM_NO_INTERVAL;
    return r;
}

static bool valid_day(int y, int m, int d) { return d >= 1 && d <= dm_month_days(y, m); }

static dm_interval date_in(int y, const dm_point *p)
{
    if (!p->month)
        return year_span(y);
    if (!p->day)
        return month_span(y, p->month);
    if (!valid_day(y, p->month, p->day))
        return DM_NO_INTERVAL;
    dm_day d = dm_day_of(y, p->month, p->day);
    return span(d, d, DM_PREC_DAY);
}

/* How far a candidate is from the reference, by tense: the wrong side costs much. */
static int cost(const rctx *c, dm_interval i)
{
    int gap = i.from > c->d ? i.from - c->d : i.to < c->d ? c->d - i.to : 0;
    if (c->tense == TENSE_PAST && i.from > c->d)
        gap += 2000;
    if (c->tense == TENSE_FUTURE && i.to < c->d)
        gap += 2000;
    return gap;
}

/* The year of the text's own story, when it tells of long ago; 0 otherwise. */
static int story_year(const rctx *c)
{
    if (!c->st->story || c->tense == TENSE_FUTURE)
        return 0;
    return c->d != DM_DAY_NONE && c->d - dm_day_of(c->st->story, 12, 31) < 0 ? 0 : c->st->story;
}

/* A date without a year: the nearest that fits tense and weekday. */
static dm_interval partial_date(const rctx *c, const dm_point *p)
{
    if (p->rel == REL_SAME && c->st->anchor_set && c->st->anchor.from != DM_DAY_NONE)
        return date_in(year_of(c->st->anchor.from), p); /* that June */
    int story = p->rel ? 0 : story_year(c);
    if (story)
        return date_in(story, p);
    if (c->d == DM_DAY_NONE)
        return DM_NO_INTERVAL;
    int y = year_of(c->d), best_cost = INT32_MAX;
    dm_interval best = DM_NO_INTERVAL;
    for (int k = -4; k <= 4; k++) {
        dm_interval i = date_in(y + k, p);
        if (!dm_known(i))
            continue;
        int w = cost(c, i);
        if (p->wday >= 0 && dm_weekday(i.from) != p->wday)
            w += 5000;
        if (p->rel == REL_LAST && (i.to >= c->d))
            w += 5000;
        if (p->rel == REL_NEXT && (i.from <= c->d))
            w += 5000;
        if (p->rel == REL_THIS && k != 0)
            w += 5000;
        if (w < best_cost)
            best = i, best_cost = w;
    }
    return best;
}

static dm_interval unit_of(const rctx *c, const dm_point *p);

static dm_interval resolve_date(const rctx *c, const dm_point *p)
{
    if (p->unit == U_YEAR) { /* September of that year */
        dm_interval y = unit_of(c, &(dm_point){ .kind = P_UNIT, .unit = U_YEAR, .rel = p->rel, .anchor = p->anchor });
        return dm_known(y) ? date_in(year_of(y.from), p) : y;
    }
    return p->year ? date_in(p->year, p) : partial_date(c, p);
}

static dm_interval weekday_of(const rctx *c, const dm_point *p)
{
    if (c->d == DM_DAY_NONE)
        return DM_NO_INTERVAL;
    dm_day week = monday(c->d), d;
    int today = dm_weekday(c->d);
    if (p->unit == U_WEEK)
        d = week + p->wday + (p->rel == REL_LAST ? -WEEK : p->rel == REL_NEXT ? WEEK : 0);
    else if (p->rel == REL_LAST || p->rel == REL_PRIOR)
        d = week + p->wday - (p->wday >= today ? WEEK : 0);
    else if (p->rel == REL_NEXT)
        d = week + WEEK + p->wday;
    else if (p->rel == REL_FOLLOWING)
        d = week + p->wday + (p->wday <= today ? WEEK : 0);
    else if (p->rel == REL_THIS)
        d = week + p->wday;
    else if (c->tense == TENSE_FUTURE)
        d = week + p->wday + (p->wday < today ? WEEK : 0);
    else
        d = week + p->wday - (p->wday > today ? WEEK : 0);
    return span(d, d, DM_PREC_DAY);
}

static dm_interval season_of(const rctx *c, const dm_point *p)
{
    if (p->year)
        return season_span(p->year, p->season);
    if (p->rel == REL_SAME && c->st->anchor_set && c->st->anchor.from != DM_DAY_NONE)
        return season_span(year_of(c->st->anchor.from), p->season); /* that summer */
    if (c->d == DM_DAY_NONE)
        return DM_NO_INTERVAL;
    int y = year_of(c->d), best_cost = INT32_MAX;
    dm_interval best = DM_NO_INTERVAL;
    for (int k = -2; k <= 2; k++) {
        dm_interval i = season_span(y + k, p->season);
        int w = cost(c, i);
        if ((p->rel == REL_LAST && i.to >= c->d) || (p->rel == REL_NEXT && i.from <= c->d))
            w += 5000;
        if (p->rel == REL_THIS && year_of(i.from) != y && !(i.from <= c->d && i.to >= c->d))
            w += 1000;
        if (w < best_cost)
            best = i, best_cost = w;
    }
    return best;
}

static dm_interval unit_of(const rctx *c, const dm_point *p)
{
    const dm_wstate *st = c->st;
    bool text = p->anchor == ANCHOR_TEXT || p->rel == REL_SAME;
    if (text && p->unit == U_NONE)
        return st->anchor_set ? st->anchor : DM_NO_INTERVAL;
    dm_day d = c->d;
    bool day_of_wide = text && p->unit == U_DAY && st->anchor_set && st->anchor.precision != DM_PREC_DAY;
    if (day_of_wide) { /* "On Friday they talked of the pact of 1998. The next day": no day of 1998 */
        int step = p->rel == REL_SAME ? 0 : p->rel == REL_PRIOR || p->rel == REL_LAST ? -1 : 1;
        return dm_known(st->anchor_day) ? unit_span(st->anchor_day.from, U_DAY, step) : DM_NO_INTERVAL;
    }
    if ((text || (p->exact && p->rel == REL_THIS && !p->count && story_year(c))) && st->anchor_set)
        d = p->rel == REL_FOLLOWING ? st->anchor.to : st->anchor.from;
    if (d == DM_DAY_NONE)
        return DM_NO_INTERVAL;
    if (text && p->rel == REL_NEXT && (c->tense == TENSE_FUTURE || (p->unit != U_DAY && c->tense != TENSE_PAST)))
        d = c->d; /* "the next week" is the text's where it tells of the past */
    else if (text && p->rel == REL_NEXT && st->anchor_set)
        d = st->anchor.to;
    if (d == DM_DAY_NONE)
        return DM_NO_INTERVAL;
    int n = p->rel == REL_LAST || p->rel == REL_PRIOR ? -1 : p->rel == REL_NEXT || p->rel == REL_FOLLOWING ? 1 : 0;
    if (p->unit == U_WEEKEND && p->rel != REL_LAST && p->rel != REL_NEXT) {
        dm_interval i = unit_span(d, U_WEEKEND, 0);
        return c->tense != TENSE_FUTURE && i.from > d ? unit_span(d, U_WEEKEND, -1) : i;
    }
    return unit_span(d, p->unit, n);
}

/* The interval that an offset counts from. */
static dm_interval counted_from(const rctx *c, const dm_point *p);

static dm_interval offset_of(const rctx *c, const dm_point *p)
{
    dm_interval base = counted_from(c, p);
    if (!dm_known(base))
        return base;
    dm_day d = p->sign < 0 ? base.from : base.to;
    if (d == DM_DAY_NONE)
        return DM_NO_INTERVAL;
    int n = p->sign * p->count;
    if (p->unit == U_HOUR)
        return span(d, d, DM_PREC_DAY);
    if (p->vague)
        return p->sign < 0 ? span(shift(d, p->unit, 2 * n - 1), shift(d, p->unit, -1), DM_PREC_RANGE)
                           : span(shift(d, p->unit, 1), shift(d, p->unit, 2 * n + 1), DM_PREC_RANGE);
    if (p->exact)
        return span(shift(d, p->unit, n), shift(d, p->unit, n), DM_PREC_DAY);
    if (p->unit == U_DECADE || p->unit == U_CENTURY)
        return unit_span(shift(d, p->unit, n), U_YEAR, 0);
    return unit_span(shift(d, p->unit, n), p->unit == U_HALF || p->unit == U_QUARTER ? U_MONTH : p->unit, 0);
}

/* Among the rows of one name the happening nearest to the reference. */
static dm_interval happening_of(const rctx *c, uint32_t hit)
{
    const dm_doc *doc = c->st->doc;
    const dm_hit *x = &doc->hits.v[hit];
    dm_interval best = DM_NO_INTERVAL;
    int best_cost = INT32_MAX;
    uint32_t rows = 0;
    for (uint32_t h = hit; h < doc->hits.n && doc->hits.v[h].first == x->first; h++) {
        if (doc->hits.v[h].table != x->table || doc->hits.v[h].n != x->n)
            continue;
        dm_interval i = c->st->w->event_row[doc->hits.v[h].row].when;
        dm_interval closed = i.to == DM_DAY_NONE ? span(i.from, i.from, i.precision) : i;
        int w = c->d == DM_DAY_NONE ? 0 : cost(c, closed);
        rows++;
        if (w < best_cost)
            best = i, best_cost = w;
    }
    return c->d == DM_DAY_NONE && rows > 1 ? DM_NO_INTERVAL : best;
}

static dm_interval counted_from(const rctx *c, const dm_point *p)
{
    if (p->anchor == ANCHOR_DOC)
        return c->d == DM_DAY_NONE ? DM_NO_INTERVAL : span(c->d, c->d, DM_PREC_DAY);
    if (p->anchor == ANCHOR_POINT && p->hit != DM_NONE)
        return apply_part(c, happening_of(c, p->hit), p->part);
    if (p->anchor == ANCHOR_POINT && p->in_wday >= 0 && !p->in_month)
        return weekday_of(c, &(dm_point){ .kind = P_WEEKDAY, .wday = p->in_wday });
    if (p->anchor == ANCHOR_POINT)
        return resolve_date(
            c, &(dm_point){ .kind = P_DATE, .year = p->in_year, .month = p->in_month, .day = p->in_day, .wday = p->in_wday });
    if (p->anchor == ANCHOR_TEXT && c->st->anchor_set)
        return c->st->anchor;
    return DM_NO_INTERVAL;
}

static dm_interval fiscal_of(const rctx *c, const dm_point *p)
{
    int m = dm_words_fiscal(c->st->w->words, c->st->doc->home);
    if (!p->year)
        return DM_NO_INTERVAL;
    if (m == 0)
        return span(dm_day_of(p->year, 1, 1), dm_day_of(p->year, 12, 31), DM_PREC_RANGE);
    return months_span(m < 0 ? p->year - 1 : p->year, m < 0 ? -m : m, 12, DM_PREC_RANGE);
}

static dm_interval point_whole(const rctx *c, const dm_point *p)
{
    switch (p->kind) {
    case P_DATE: return resolve_date(c, p);
    case P_WEEKDAY: return weekday_of(c, p);
    case P_SEASON: return season_of(c, p);
    case P_DECADE: return span(dm_day_of(p->year, 1, 1), dm_day_of(p->year + 9, 12, 31), DM_PREC_RANGE);
    case P_CENTURY: return span(dm_day_of(p->year, 1, 1), dm_day_of(p->year + 99, 12, 31), DM_PREC_RANGE);
    case P_UNIT: return unit_of(c, p);
    case P_DAYREL: return c->d == DM_DAY_NONE ? DM_NO_INTERVAL : span(c->d + p->count, c->d + p->count, DM_PREC_DAY);
    case P_OFFSET: return offset_of(c, p);
    case P_EVENT: return happening_of(c, p->hit);
    case P_FISCAL: return fiscal_of(c, p);
    case P_LASTN:
    case P_NEXTN: {
        dm_day d =
            p->anchor == ANCHOR_TEXT && c->st->anchor_set ? (p->kind == P_LASTN ? c->st->anchor.from : c->st->anchor.to) : c->d;
        if (d == DM_DAY_NONE)
            return DM_NO_INTERVAL;
        return p->kind == P_LASTN ? span(shift(d, p->unit, -p->count), d, DM_PREC_RANGE)
                                  : span(d, shift(d, p->unit, p->count), DM_PREC_RANGE);
    }
    default: return DM_NO_INTERVAL;
    }
}

static bool is_piece(const dm_point *p)
{
    return p->count && p->exact &&
           (p->kind == P_DATE || p->kind == P_UNIT || p->kind == P_SEASON || p->kind == P_DECADE || p->kind == P_FISCAL);
}

static dm_interval point(const rctx *c, const dm_point *p)
{
    dm_interval i = point_whole(c, p);
    if (is_piece(p))
        return piece_of(i, (uint8_t)p->exact, p->count);
    if (p->kind == P_EVENT && (p->part == PART_BEGIN || p->part == PART_END) && dm_known(i)) {
        dm_day d = p->part == PART_BEGIN ? i.from : i.to;
        return d == DM_DAY_NONE ? DM_NO_INTERVAL : span(d, d, DM_PREC_DAY);
    }
    return p->kind == P_OFFSET ? i : apply_part(c, i, p->part);
}

static dm_interval join(dm_interval a, dm_interval b)
{
    if (!dm_known(a) || !dm_known(b) || (a.from != DM_DAY_NONE && b.to != DM_DAY_NONE && a.from > b.to))
        return DM_NO_INTERVAL;
    dm_precision p = a.from == b.from && a.to == b.to ? a.precision : DM_PREC_RANGE;
    return span(a.from, b.to, p);
}

static dm_interval open_end(dm_interval i, dm_day from, dm_day to)
{
    if (!dm_known(i) || (from != DM_DAY_NONE && to != DM_DAY_NONE && from > to))
        return DM_NO_INTERVAL;
    return span(from, to, DM_PREC_RANGE);
}

/* Where a period "until Y" begins, when the text has just told of a period that began earlier. */
static dm_day since_before(const rctx *c, const dm_point *p, dm_day to)
{
    dm_interval s = c->st->since;
    if (p->kind != P_DATE || !p->year)
        return DM_DAY_NONE;
    return dm_known(s) && s.from != DM_DAY_NONE && to != DM_DAY_NONE && s.from < to ? s.from : DM_DAY_NONE;
}

static bool month_only(const dm_point *p) { return p->kind == P_DATE && p->month && !p->year && !p->rel; }

/* Both ends of a range. Ends without a year go together: the nearer one is found by tense, the other lies beside it. */
static dm_interval range(const rctx *c, const dm_tex *x)
{
    if (!month_only(&x->a) || !month_only(&x->b) || (c->d == DM_DAY_NONE && !c->st->story))
        return join(point(c, &x->a), point(c, &x->b));
    bool ahead = c->tense == TENSE_FUTURE;
    dm_point a = x->a, b = x->b;
    dm_interval near = point(c, ahead ? &a : &b);
    if (!dm_known(near))
        return near;
    bool over =
        a.month * 32 + a.day > b.month * 32 + b.day && !(a.month == b.month && !(a.day && b.day)); /* December to January */
    int y = year_of(near.from);
    a.year = (int16_t)(ahead ? y : y - over);
    b.year = (int16_t)(ahead ? y + over : y);
    return join(point(c, &a), point(c, &b));
}

static dm_interval repeated(const rctx *c, const dm_tex *x)
{
    dm_interval a, b;
    switch (x->bound) {
    case OP_RANGE: return range(c, x);
    case OP_SINCE: a = point(c, &x->a); return open_end(a, a.from, c->d);
    case OP_THROUGH: b = point(c, &x->b); return open_end(b, since_before(c, &x->b, b.to), b.to);
    default: return DM_NO_INTERVAL;
    }
}

static dm_interval apply_op(const rctx *c, const dm_tex *x)
{
    dm_interval a = x->op == OP_RANGE ? DM_NO_INTERVAL : point(c, &x->a);
    bool ahead = c->tense == TENSE_FUTURE;
    switch (x->op) {
    case OP_AT: return a;
    case OP_RANGE: return range(c, x);
    case OP_SINCE:
        return open_end(a, a.from, c->d != DM_DAY_NONE && a.from != DM_DAY_NONE && a.from <= c->d ? c->d : DM_DAY_NONE);
    case OP_THROUGH:
    case OP_UNTIL: return open_end(a, ahead && c->d != DM_DAY_NONE && a.to >= c->d ? c->d : since_before(c, &x->a, a.to), a.to);
    case OP_BY: return open_end(a, ahead && c->d != DM_DAY_NONE && a.to >= c->d ? c->d : DM_DAY_NONE, a.to);
    case OP_BEFORE: return open_end(a, DM_DAY_NONE, a.from == DM_DAY_NONE ? DM_DAY_NONE : a.from - (x->phrase ? 0 : 1));
    case OP_AFTER: {
        dm_day from = x->phrase || x->a.kind == P_EVENT ? a.from : a.to == DM_DAY_NONE ? a.to : a.to + 1;
        return open_end(a, from, !ahead && c->d != DM_DAY_NONE && from <= c->d ? c->d : DM_DAY_NONE);
    }
    case OP_FROM: return open_end(a, a.from, !ahead && c->d != DM_DAY_NONE && a.from <= c->d ? c->d : DM_DAY_NONE);
    case OP_SET: return repeated(c, x);
    case OP_NOW: return c->d == DM_DAY_NONE ? DM_NO_INTERVAL : span(c->d, c->d, DM_PREC_DAY);
    case OP_RECENT: return c->d == DM_DAY_NONE ? DM_NO_INTERVAL : span(c->d - x->days, c->d, DM_PREC_RANGE);
    case OP_DURATION: return x->bound == OP_BY && ahead ? a : DM_NO_INTERVAL;
    default: return DM_NO_INTERVAL;
    }
}

dm_interval dm_shifted(dm_interval base, const dm_time *t, int sign)
{
    dm_day d = sign < 0 ? base.from : base.to;
    if (!dm_known(base) || d == DM_DAY_NONE || !t->count)
        return DM_NO_INTERVAL;
    rctx c = { .d = d };
    dm_point p = { .kind = P_OFFSET, .unit = t->unit, .count = t->count, .vague = t->vague, .sign = (int8_t)sign };
    dm_interval i = offset_of(&c, &p);
    if (base.precision > DM_PREC_DAY && dm_known(i) && i.precision == DM_PREC_DAY && base.from != DM_DAY_NONE &&
        base.to != DM_DAY_NONE) /* two days after some day of June: as wide as June */
        return t->unit == U_HOUR ? base : span(i.from - (d - base.from), i.to + (base.to - d), DM_PREC_RANGE);
    return i;
}

/* How many days apart the two readings of a document of uncertain date may lie. */
static int slack(const dm_tex *x)
{
    uint8_t u = x->a.kind == P_UNIT || x->a.kind == P_OFFSET ? x->a.unit : x->a.kind == P_SEASON ? U_SEASON : U_DAY;
    return x->op == OP_SINCE || x->op == OP_RECENT || x->op == OP_SET ? 400 : u >= U_YEAR ? 0 : u >= U_MONTH ? 100 : 31;
}

dm_interval dm_resolve(const dm_wstate *st, const dm_tex *x, dm_interval ref, dm_tense tense)
{
    rctx c = { .st = st, .tense = tense, .d = dm_known(ref) ? ref.from : DM_DAY_NONE };
    if (dm_known(ref) && (ref.from == DM_DAY_NONE || ref.to == DM_DAY_NONE))
        c.d = DM_DAY_NONE;
    dm_interval lo = apply_op(&c, x);
    if (c.d == DM_DAY_NONE || ref.from == ref.to)
        return lo;
    c.d = ref.to;
    dm_interval hi = apply_op(&c, x);
    if (!dm_known(lo) || !dm_known(hi) || (lo.from == hi.from && lo.to == hi.to))
        return dm_known(lo) && dm_known(hi) ? lo : DM_NO_INTERVAL;
    int gap = slack(x);
    bool from_near = lo.from == hi.from || (lo.from != DM_DAY_NONE && hi.from != DM_DAY_NONE && hi.from - lo.from <= gap);
    bool to_near = lo.to == hi.to || (lo.to != DM_DAY_NONE && hi.to != DM_DAY_NONE && hi.to - lo.to <= gap);
    if (!from_near || !to_near)
        return DM_NO_INTERVAL;
    return span(lo.from < hi.from ? lo.from : hi.from, lo.to > hi.to ? lo.to : hi.to, DM_PREC_RANGE);
}

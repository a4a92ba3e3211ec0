// SPDX-License-Identifier: Apache-2.0
/* Points in time as words: dates, weekdays, "last year", "the second week of March", "two days ago", named happenings.
 * Every function looks at tokens from t on, fills a point with the number of tokens it took, and has no other effect. */
#include "when/when_int.h"

enum {
    YEAR_MIN = 1000,
    YEAR_LOW = 1800,
    YEAR_HIGH = 2100,
    COUNT_MAX = 999,
    EVENT_GAP = 3,
    DEPTH_MAX = 4,
    NOUN_LOOK = 8,
    VAGUE_COUNT = 3
};

static const dm_token *tok(const dm_wstate *st, uint32_t t) { return &st->doc->tokens.v[t]; }

static dm_point blank(uint8_t kind)
{
    return (dm_point){
        .kind = kind, .wday = -1, .season = -1, .in_wday = -1, .hit = DM_NONE, .noun = DM_NONE, .to = DM_NO_INTERVAL
    };
}

bool dm_is_year(const dm_wstate *st, uint32_t t, int16_t *year)
{
    dm_str s = tok(st, t)->norm;
    int v = s.len == 4 ? dm_str_digits(s) : -1;
    if (s.len == 3 && s.p[0] == '\'') {
        v = dm_str_digits((dm_str){ s.p + 1, 2 });
        v = v < 0 ? v : v < 40 ? v + 2000 : v + 1900;
    }
    if (v < YEAR_MIN || v > YEAR_HIGH)
        return false;
    *year = (int16_t)v;
    return true;
}

/* Day of the month at t: 3, 03, 3rd; 0 when it is none. */
static int day_number(const dm_wstate *st, uint32_t t, uint32_t end)
{
    if (t >= end)
        return 0;
    dm_str s = tok(st, t)->norm;
    if (s.len > 2 && (dm_str_ends(s, "st") || dm_str_ends(s, "nd") || dm_str_ends(s, "rd") || dm_str_ends(s, "th")))
        s.len -= 2;
    int v = s.len <= 2 ? dm_str_digits(s) : -1;
    if (v < 0 && dm_lex(st, t).kind == W_ORDINAL)
        v = dm_lex(st, t).value;
    return v >= 1 && v <= 31 ? v : 0;
}

uint32_t dm_number_at(const dm_wstate *st, uint32_t t, uint32_t end, int16_t *value, uint8_t *vague)
{
    if (t >= end)
        return 0;
    dm_wlex x = dm_lex(st, t);
    *vague = x.vague;
    if (x.kind == W_NUMBER && t + x.n <= end) {
        *value = x.value;
        int16_t more = 0;
        uint8_t v2;
        if (x.value == 1 && t + 1 < end && dm_lex(st, t + 1).kind == W_NUMBER &&
            dm_lex(st, t + 1).value > 1) { /* a dozen, a few */
            uint32_t n = dm_number_at(st, t + 1, end, &more, &v2);
            *value = more;
            *vague = v2;
            return n + 1;
        }
        bool tens = x.value >= 20 && x.value < 100 && x.value % 10 == 0 && t + 2 < end && dm_norm_is(st, t + 1, "-");
        if (tens && dm_lex(st, t + 2).kind == W_NUMBER && dm_lex(st, t + 2).value < 10) {
            *value = (int16_t)(x.value + dm_lex(st, t + 2).value);
            return 3;
        }
        return x.n;
    }
    int v = dm_str_digits(tok(st, t)->norm);
    if (v < 0 || v > COUNT_MAX)
        return 0;
    *value = (int16_t)v;
    return 1;
}

static uint32_t skip_the(const dm_wstate *st, uint32_t t, uint32_t end)
{
    return t < end && dm_norm_is(st, t, "the") ? t + 1 : t;
}

static uint32_t skip_of(const dm_wstate *st, uint32_t t, uint32_t end)
{
    return t < end && dm_norm_in(st, t, "of in") ? t + 1 : t;
}

static bool comma_at(const dm_wstate *st, uint32_t t, uint32_t end) { return t < end && dm_norm_is(st, t, ","); }

static int month_at(const dm_wstate *st, uint32_t t, uint32_t end)
{
    return t < end && dm_lex(st, t).kind == W_MONTH ? dm_lex(st, t).value : 0;
}

/* Year after a date, with or without a comma; years outside what news writes about need no "of". */
static uint32_t year_after(const dm_wstate *st, uint32_t t, uint32_t end, int16_t *year)
{
    uint32_t i = t;
    if (comma_at(st, i, end) || (i < end && dm_norm_is(st, i, "of")))
        i++;
    if (i < end && dm_is_year(st, i, year) && *year >= YEAR_LOW)
        return i + 1 - t;
    return 0;
}

/* 2003-05-01, 3/5/2004, 03.05.2004. */
static bool numeric_date(const dm_wstate *st, uint32_t t, dm_point *p)
{
    dm_str s = tok(st, t)->norm;
    int v[3] = { 0, 0, 0 }, len[3] = { 0, 0, 0 }, k = 0;
    char sep = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9') {
            if (++len[k] > 4)
                return false;
            v[k] = v[k] * 10 + (c - '0');
        } else if ((c == '-' || c == '/' || c == '.') && (!sep || c == sep) && k < 2 && len[k]) {
            sep = c;
            k++;
        } else {
            return false;
        }
    }
    if (k != 2 || !len[2])
        return false;
    int y, m, d;
    if (len[0] == 4) {
        y = v[0], m = v[1], d = v[2];
    } else {
        const char *home = st->doc->home;
        bool first_day =
            v[0] > 12 || (v[1] <= 12 && (sep == '.' || (home[0] && strcmp(home, "USA") != 0 && strcmp(home, "PHL") != 0)));
        d = first_day ? v[0] : v[1], m = first_day ? v[1] : v[0], y = v[2];
        if (len[2] == 2)
            y += y < 40 ? 2000 : 1900;
        else if (len[2] != 4)
            return false;
    }
    if (y < YEAR_LOW || y > YEAR_HIGH || m < 1 || m > 12 || d < 1 || d > dm_month_days(y, m))
        return false;
    *p = blank(P_DATE);
    p->year = (int16_t)y, p->month = (int8_t)m, p->day = (int8_t)d, p->n = 1;
    return true;
}

static uint8_t relation_of(uint8_t kind);

/* "of that year", "last year", "of the same year" after a month or day. */
static uint32_t rel_year(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    uint32_t i = t < end && dm_norm_is(st, t, "of") ? t + 1 : t;
    i = i < end && dm_norm_is(st, i, "the") ? i + 1 : i;
    if (i >= end)
        return 0;
    dm_wlex x = dm_lex(st, i);
    uint8_t rel = relation_of(x.kind);
    uint32_t u = i + x.n;
    if (!rel || u >= end || dm_lex(st, u).kind != W_UNIT || dm_lex(st, u).value != U_YEAR || dm_norm_is(st, u, "years") ||
        dm_norm_is(st, i, "past"))
        return 0;
    p->unit = U_YEAR;
    p->rel = rel;
    p->anchor = rel >= REL_PRIOR ? ANCHOR_TEXT : ANCHOR_DOC;
    return u + 1 - t;
}

/* "Theresa May", "Mrs May", "May said", "Jan Novak": a name, no month. */
static bool is_surname(const dm_wstate *st, uint32_t t)
{
    if (dm_norm_is(st, t, "jan")) /* "Jan Novak" */
        return t + 1 < st->doc->tokens.n && tok(st, t + 1)->xpos == DM_X_NNP && dm_lex(st, t + 1).kind == W_NONE;
    if (!dm_norm_in(st, t, "may april june august"))
        return false;
    if (t && tok(st, t - 1)->xpos == DM_X_NNP && dm_lex(st, t - 1).kind == W_NONE)
        return true;
    const dm_token *head = tok(st, t)->head == DM_NONE ? NULL : tok(st, tok(st, t)->head);
    return tok(st, t)->deprel == DM_D_NSUBJ && head && dm_str_in(head->lemma, "say tell add reply answer warn announce");
}

/* 3 June 1989, 3rd of June, June 3, 1989, June 1989, June. */
static bool month_date(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    uint32_t i = t;
    int d = day_number(st, i, end), m;
    *p = blank(P_DATE);
    if (d) {
        i++;
        if (i < end && dm_norm_is(st, i, "day"))
            i++;
        if (i < end && dm_norm_is(st, i, "of"))
            i++;
        m = month_at(st, i, end);
        if (!m)
            return false;
        i++;
    } else {
        m = month_at(st, i, end);
        if (!m || is_surname(st, i))
            return false;
        i += dm_lex(st, i).n;
        if (i < end && dm_norm_is(st, i, "the") && day_number(st, i + 1, end))
            i++;
        d = day_number(st, i, end);
        bool unit = d && i + 1 < end && dm_lex(st, i + 1).kind == W_UNIT;
        if (d && !unit && !(i + 1 < end && dm_norm_in(st, i + 1, "% percent people million billion")))
            i++;
        else
            d = 0;
    }
    p->month = (int8_t)m;
    p->day = (int8_t)d;
    i += year_after(st, i, end, &p->year);
    if (!p->year)
        i += rel_year(st, i, end, p);
    if (!p->year && !d && i + 1 < end && dm_norm_in(st, i, "and or") && month_at(st, i + 1, end)) {
        int16_t y = 0;
        if (year_after(st, i + 2, end, &y))
            p->year = y; /* in March and April 1999 */
    }
    p->n = i - t;
    return true;
}

/* The 1990s, '90s, the 20th century; mid-1990s comes here without its prefix. */
static bool decade_or_century(const dm_wstate *st, uint32_t t, uint32_t end, dm_str s, dm_point *p)
{
    if (s.len >= 5 && s.p[4] == '\'' && dm_str_ends(s, "'s"))
        s.len = 4;
    else if (s.len >= 3 && s.p[s.len - 1] == 's')
        s.len--;
    else
        s.len = 0;
    bool apos = s.len && s.p[0] == '\'';
    int v = apos ? dm_str_digits((dm_str){ s.p + 1, s.len - 1 }) : dm_str_digits(s);
    if (v >= 0 && v % 10 == 0 && ((s.len == 4 && v >= YEAR_LOW) || (v < 100 && (s.len == 2 || (apos && s.len == 3))))) {
        *p = blank(P_DECADE);
        p->year = (int16_t)(v >= 100 ? v : v < 30 ? 2000 + v : 1900 + v);
        p->n = 1;
        return true;
    }
    int o = day_number(st, t, end);
    if (o && t + 1 < end && dm_lex(st, t + 1).kind == W_UNIT && dm_lex(st, t + 1).value == U_CENTURY && o > 10 && o < 23) {
        *p = blank(P_CENTURY);
        p->year = (int16_t)(o * 100 - 99);
        p->n = 2;
        return true;
    }
    return false;
}

/* "mid-July", "mid-1980s", "mid-2004", "mid-week": one token, because the prefix stays joined. */
static bool mid_word(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    dm_token *k = &st->doc->tokens.v[t];
    if (!dm_str_starts(k->norm, "mid-") || k->norm.len < 6)
        return false;
    dm_str whole = k->norm;
    dm_wlex saved = st->lex[t - st->lex_from];
    k->norm = (dm_str){ whole.p + 4, whole.len - 4 };
    uint16_t flags = k->flags;
    k->flags |= DM_T_UPPER; /* mid-july */
    st->lex[t - st->lex_from] = dm_words_at(st->w->words, st->doc, t, end);
    bool ok = dm_point_match(st, t, end, p);
    k->norm = whole;
    k->flags = flags;
    st->lex[t - st->lex_from] = saved;
    if (ok)
        p->part = PART_MID;
    return ok;
}

static bool weekday(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    if (dm_lex(st, t).kind != W_WEEKDAY)
        return false;
    dm_point q = blank(P_WEEKDAY);
    q.wday = (int8_t)dm_lex(st, t).value;
    uint32_t i = t + 1, j;
    if (i < end && dm_lex(st, i).kind == W_DAYPART)
        i++;
    j = i;
    if (comma_at(st, j, end))
        j++;
    if (j < end && dm_norm_is(st, j, "the"))
        j++;
    dm_point d;
    if (j < end && (month_date(st, j, end, &d) || numeric_date(st, j, &d)) && d.day) {
        d.wday = q.wday;
        d.n += j - t;
        *p = d;
        return true;
    }
    j = skip_of(st, i, end);
    uint8_t rel = j < end ? dm_lex(st, j).kind : W_NONE;
    bool week = j + 1 < end && dm_lex(st, j + 1).kind == W_UNIT && dm_lex(st, j + 1).value == U_WEEK;
    if (week && (rel == W_LAST || rel == W_NEXT || rel == W_THIS)) {
        q.unit = U_WEEK;
        q.rel = rel == W_LAST ? REL_LAST : rel == W_NEXT ? REL_NEXT : REL_THIS;
        i = j + 2;
    }
    q.n = i - t;
    *p = q;
    return true;
}

static bool season(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    if (dm_lex(st, t).kind != W_SEASON)
        return false;
    *p = blank(P_SEASON);
    p->season = (int8_t)dm_lex(st, t).value;
    uint32_t i = t + 1;
    i += year_after(st, i, end, &p->year);
    p->n = i - t;
    return p->year != 0;
}

static uint8_t relation_of(uint8_t kind)
{
    switch (kind) {
    case W_LAST: return REL_LAST;
    case W_NEXT: return REL_NEXT;
    case W_THIS: return REL_THIS;
    case W_SAME: return REL_SAME;
    case W_PRIOR: return REL_PRIOR;
    case W_FOLLOWING: return REL_FOLLOWING;
    default: return REL_NONE;
    }
}

/* "the past two weeks", "the next 10 days". */
static bool relative_count(const dm_wstate *st, uint32_t t, uint32_t end, uint8_t rel, dm_point *p)
{
    int16_t count = 0;
    uint8_t vague = 0;
    uint32_t i = t + dm_lex(st, t).n, n = dm_lex(st, i).kind == W_UNIT ? 0 : dm_number_at(st, i, end, &count, &vague);
    if (!n || count <= 0 || i + n >= end || dm_lex(st, i + n).kind != W_UNIT || rel == REL_THIS || rel == REL_SAME)
        return false;
    *p = blank(rel == REL_NEXT || rel == REL_FOLLOWING ? P_NEXTN : P_LASTN);
    p->count = count;
    p->unit = (uint8_t)dm_lex(st, i + n).value;
    p->vague = vague;
    p->anchor = rel >= REL_PRIOR ? ANCHOR_TEXT : ANCHOR_DOC;
    p->n = i + n + 1 - t;
    return true;
}

/* "last year", "this week", "the next day", "the past year", "recent weeks". i: the unit. */
static bool relative_unit(const dm_wstate *st, uint32_t t, uint32_t i, uint8_t rel, dm_point *p)
{
    dm_str word = tok(st, i)->norm;
    int16_t unit = dm_lex(st, i).value;
    bool past_word = dm_norm_is(st, t, "past"), plural = word.p[word.len - 1] == 's';
    bool run = (past_word && unit >= U_WEEK) || (unit >= U_DECADE && rel == REL_LAST) || plural;
    *p = blank(!run ? P_UNIT : rel == REL_NEXT ? P_NEXTN : P_LASTN);
    p->count = (int16_t)(!run ? 0 : plural ? 3 : 1);
    p->vague = plural;
    p->rel = rel;
    p->unit = (uint8_t)unit;
    p->n = i + 1 - t;
    bool the_next = rel == REL_NEXT && !run && t > st->lex_from && dm_norm_is(st, t - 1, "the");
    p->anchor = rel >= REL_PRIOR || the_next ? ANCHOR_TEXT : ANCHOR_DOC;
    return !(rel == REL_THIS && plural) && unit != U_HOUR && !(unit == U_DAY && rel == REL_LAST && !past_word);
}

/* "last Friday", "next March 3", "this summer". i: the name. */
static bool relative_name(const dm_wstate *st, uint32_t t, uint32_t i, uint32_t end, uint8_t rel, dm_point *p)
{
    dm_wlex y = dm_lex(st, i);
    *p = blank(y.kind == W_WEEKDAY ? P_WEEKDAY : y.kind == W_MONTH ? P_DATE : P_SEASON);
    if (y.kind == W_WEEKDAY)
        p->wday = (int8_t)y.value;
    else if (y.kind == W_MONTH)
        p->month = (int8_t)y.value;
    else
        p->season = (int8_t)y.value;
    p->rel = rel;
    i++;
    if (y.kind == W_MONTH && day_number(st, i, end))
        p->day = (int8_t)day_number(st, i++, end);
    if (i < end && y.kind == W_WEEKDAY && dm_lex(st, i).kind == W_DAYPART)
        i++;
    p->n = i - t;
    return true;
}

/* "last Friday", "next March", "this summer", "last year", "the past two weeks". */
static bool relative(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    uint8_t rel = relation_of(dm_lex(st, t).kind);
    uint32_t i = t + dm_lex(st, t).n;
    if (!rel || i >= end)
        return false;
    if (rel == REL_THIS && dm_norm_in(st, i, "past coming") && dm_norm_is(st, t, "this") && relative(st, i, end, p)) {
        p->n++; /* this past week */
        return true;
    }
    if (relative_count(st, t, end, rel, p))
        return true;
    dm_wlex y = dm_lex(st, i);
    if (y.kind == W_UNIT)
        return relative_unit(st, t, i, rel, p);
    if (y.kind == W_WEEKDAY || y.kind == W_MONTH || y.kind == W_SEASON)
        return relative_name(st, t, i, end, rel, p);
    if (y.kind != W_DAYPART)
        return false;
    *p = blank(P_UNIT); /* the next morning, the same evening */
    p->unit = U_DAY;
    p->rel = rel;
    p->n = i + 1 - t;
    p->anchor = rel >= REL_PRIOR || rel == REL_NEXT ? ANCHOR_TEXT : ANCHOR_DOC;
    return rel != REL_LAST || dm_norm_is(st, i, "night");
}

/* "the first half of 1999", "the second week of March", "first quarter": a numbered piece of a date. */
static bool piece(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    dm_wlex x = dm_lex(st, t);
    int ord = x.kind == W_ORDINAL                                  ? x.value
              : x.kind == W_LAST                                   ? -1
              : day_number(st, t, end) && tok(st, t)->norm.len > 2 ? day_number(st, t, end)
                                                                   : 0;
    uint32_t i = t + 1;
    if (!ord || i >= end)
        return false;
    if (i < end && dm_norm_is(st, i, "-"))
        i++;
    if (i >= end || dm_lex(st, i).kind != W_UNIT)
        return false;
    uint8_t unit = (uint8_t)dm_lex(st, i).value;
    if (unit != U_HALF && unit != U_QUARTER && unit != U_WEEK && unit != U_WEEKEND && unit != U_MONTH && unit != U_DAY)
        return false;
    i++;
    dm_point of;
    uint32_t j = i < end && dm_norm_in(st, i, "of in") ? i + 1 : DM_NONE;
    bool inner = j != DM_NONE && dm_point_match(st, j, end, &of) && of.kind != P_EVENT;
    if (!inner && ((unit != U_HALF && unit != U_QUARTER) || ord < 0))
        return false;
    *p = inner ? of : blank(P_UNIT);
    if (!inner)
        p->unit = U_YEAR, p->rel = REL_THIS, p->n = 0;
    if (p->part || p->count)
        return false;
    p->part = PART_NONE;
    p->exact = (int8_t)unit; /* which piece: unit here, number in count */
    p->count = (int16_t)ord;
    p->n = inner ? j + of.n - t : i - t;
    return true;
}

/* Part words: "early 1997", "late last year", "the end of March", "the beginning of the year", "earlier this month". */
static bool parted(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    dm_wlex x = dm_lex(st, t);
    uint8_t part = x.kind == W_PART ? (uint8_t)x.value : PART_NONE;
    if (x.kind == W_EARLIER && dm_norm_is(st, t, "earlier"))
        part = PART_SOFAR;
    if (x.kind == W_LATER && dm_norm_is(st, t, "later"))
        part = PART_REST;
    if (!part)
        return false;
    uint32_t i = t + x.n;
    bool noun = dm_norm_in(st, t, "middle beginning start outset end close") && x.n == 1;
    if (i < end && dm_norm_is(st, i, "-"))
        i++;
    if (i < end && dm_norm_in(st, i, "of in on"))
        i++;
    else if (noun && !(i > t + 1))
        return false;
    uint32_t j = skip_the(st, i, end);
    if (j >= end)
        return false;
    dm_wlex y = dm_lex(st, j);
    if (j > i && y.kind == W_UNIT && y.value >= U_WEEK && !y.vague) { /* the end of the year */
        *p = blank(P_UNIT);
        p->unit = (uint8_t)y.value, p->rel = REL_THIS, p->part = part, p->n = j + 1 - t;
        p->exact = 1; /* "the year": the text's year where it tells of another */
        return true;
    }
    if (!dm_point_match(st, i, end, p) || p->part)
        return false;
    if ((part == PART_SOFAR || part == PART_REST) && p->kind != P_UNIT && p->kind != P_DATE && p->kind != P_WEEKDAY &&
        p->kind != P_DAYREL && p->kind != P_SEASON)
        return false;
    p->part = part;
    p->n += i - t;
    return true;
}

static bool fiscal(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    if (dm_lex(st, t).kind != W_FISCALWORD)
        return false;
    uint32_t i = t + dm_lex(st, t).n;
    *p = blank(P_FISCAL);
    if (i < end && dm_is_year(st, i, &p->year)) {
        p->n = i + 1 - t;
        return true;
    }
    return false;
}

/* A day and month that fall every year: Christmas, May Day. */
static bool holiday(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    dm_wlex x = dm_lex(st, t);
    if (x.kind != W_HOLIDAY)
        return false;
    *p = blank(P_DATE);
    p->month = (int8_t)(x.value / 32);
    p->day = (int8_t)(x.value % 32);
    uint32_t i = t + x.n;
    i += year_after(st, i, end, &p->year);
    p->n = i - t;
    return true;
}

/* A named happening that scan found, a few modifiers after "the" allowed. */
static bool happening(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    const dm_doc *doc = st->doc;
    if (!st->w->events)
        return false;
    uint32_t table = dm_table_index(st->w->tables, st->w->events), limit = t + EVENT_GAP < end ? t + EVENT_GAP : end;
    for (uint32_t h = st->hit_at; h < doc->hits.n && doc->hits.v[h].first < limit; h++) {
        const dm_hit *x = &doc->hits.v[h];
        if (x->table != table || x->first < t || x->first + x->n > end)
            continue;
        *p = blank(P_EVENT);
        p->hit = h;
        uint32_t i = x->first + x->n;
        if (i + 1 < end && dm_norm_in(st, i, "opening closing") && dm_norm_in(st, i + 1, "ceremony ceremonies")) {
            p->part = dm_norm_is(st, i, "opening") ? PART_BEGIN : PART_END;
            i += 2;
        } else if (i < end && dm_norm_is(st, i, "'s")) {
            i++;
            if (i + 1 < end && dm_norm_in(st, i, "opening closing")) {
                p->part = dm_norm_is(st, i, "opening") ? PART_BEGIN : PART_END;
                i += dm_norm_in(st, i + 1, "ceremony ceremonies") ? 2 : 1;
            }
        }
        p->n = i - t;
        return true;
    }
    return false;
}

/* "the week of March 3", "the week ending 7 March 2003", "the month of May", "the year 2000". */
static bool named_unit(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    dm_wlex x = dm_lex(st, t);
    if (x.kind != W_UNIT || t + 1 >= end)
        return false;
    bool link = dm_norm_in(st, t + 1, "of beginning ending starting");
    uint32_t i = link ? t + 2 : t + 1;
    if (!(x.value == U_WEEK && link) && !(x.value == U_MONTH && link) && !(x.value == U_YEAR && !link))
        return false;
    if (!dm_point_match(st, i, end, p) || p->kind != P_DATE || p->part || p->count)
        return false;
    if ((x.value == U_WEEK) != (p->day != 0) || (x.value == U_YEAR && p->month))
        return false;
    p->part = x.value == U_WEEK ? PART_WEEK : PART_NONE;
    p->n += i - t;
    return true;
}

static bool bare_year(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    int16_t y;
    if (!dm_is_year(st, t, &y) || y < YEAR_LOW)
        return false;
    *p = blank(P_DATE);
    p->year = y;
    p->n = 1;
    if (t + 1 < end && dm_lex(st, t + 1).kind == W_FISCALWORD) {
        p->kind = P_FISCAL;
        p->n = 1 + dm_lex(st, t + 1).n;
    }
    return true;
}

static bool day_rel(const dm_wstate *st, uint32_t t, dm_point *p)
{
    dm_wlex x = dm_lex(st, t);
    if (x.kind == W_THEN) { /* at the time: when what was just told happened */
        *p = blank(P_UNIT);
        p->rel = REL_SAME;
        p->n = x.n;
        return true;
    }
    if (x.kind != W_DAYREL)
        return false;
    *p = blank(P_DAYREL);
    p->count = x.value;
    p->n = x.n;
    return true;
}

/* A noun phrase from t on that ends with its own day ("the raid on the camp on 4 May 1999"); its length goes to p->count. */
static bool dated_noun(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    for (uint32_t i = t + 1; i + 1 < end && i < t + NOUN_LOOK; i++) {
        if (tok(st, i)->flags & DM_T_PUNCT)
            return false;
        if (!dm_norm_in(st, i, "on of") || !dm_point_match(st, i + 1, end, p))
            continue;
        bool day = (p->kind == P_DATE && p->day && !p->rel) || (p->kind == P_WEEKDAY && !p->rel && !p->unit);
        p->count = (int16_t)(i + 1 + p->n - t); /* a few dozen at most: a sentence is short */
        return day;
    }
    return false;
}

/* What an offset counts from: "two days before [the Olympics | March 3 | the vote]". */
static void offset_from(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    dm_point in;
    uint32_t i = skip_the(st, t, end);
    if (i < end && (happening(st, i, end, &in) || dm_point_match(st, i, end, &in)) &&
        (in.kind == P_EVENT || in.kind == P_DATE || in.kind == P_WEEKDAY)) {
        p->anchor = ANCHOR_POINT;
        p->hit = in.hit, p->in_month = in.month, p->in_day = in.day, p->in_wday = in.wday, p->in_year = in.year;
        p->part = in.part;
        p->n = i + in.n - (t - p->n);
    } else if (dated_noun(st, i, end, &in)) { /* two days after the raid on 4 May 1999 */
        p->anchor = ANCHOR_POINT;
        p->in_month = in.month, p->in_day = in.day, p->in_wday = in.wday, p->in_year = in.year;
        uint32_t taken = (uint32_t)(i - t);
        p->n += taken + (uint16_t)in.count;
    } else if (i < end && !(tok(st, i)->flags & DM_T_PUNCT) &&
               (i > t || (tok(st, i)->flags & DM_T_UPPER) || dm_norm_in(st, i, "a an his her its their"))) {
        p->anchor = ANCHOR_NOUN;
        p->noun = i;
    }
}

/* "two days ago", "three weeks earlier", "a year after the vote", "a decade later", "two days ahead of the summit". */
bool dm_when_offset(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    int16_t count;
    uint8_t vague;
    uint32_t i = t;
    if (i < end && dm_lex(st, i).kind == W_ABOUT)
        i += dm_lex(st, i).n;
    uint32_t n = dm_number_at(st, i, end, &count, &vague);
    if (!n && i < end && dm_lex(st, i).kind == W_UNIT && dm_str_ends(tok(st, i)->norm, "s")) {
        count = VAGUE_COUNT; /* hours later, weeks before */
        vague = 1;
    } else if (!n) {
        return false;
    }
    if (i + n >= end || dm_lex(st, i + n).kind != W_UNIT)
        return false;
    dm_point q = blank(P_OFFSET);
    q.count = count, q.vague = vague, q.unit = (uint8_t)dm_lex(st, i + n).value;
    i += n + 1;
    if (i + 2 < end && dm_norm_is(st, i, "to") && dm_norm_is(st, i + 1, "the") && dm_norm_is(st, i + 2, "day")) {
        q.exact = 1; /* a year to the day [before, after] */
        i += 3;
    }
    dm_wlex x = i < end ? dm_lex(st, i) : (dm_wlex){ 0 };
    bool ahead = i + 1 < end && ((dm_norm_is(st, i, "ahead") && dm_norm_is(st, i + 1, "of")) ||
                                    (dm_norm_is(st, i, "prior") && dm_norm_is(st, i + 1, "to")));
    if (!ahead && x.kind != W_AGO && x.kind != W_EARLIER && x.kind != W_LATER && x.kind != W_HENCE &&
        !(i < end && dm_norm_in(st, i, "since from")))
        return false;
    q.sign = ahead || x.kind == W_AGO || x.kind == W_EARLIER ? -1 : 1;
    q.anchor = x.kind == W_AGO || x.kind == W_HENCE ? ANCHOR_DOC : ANCHOR_TEXT;
    bool counts = ahead || (i < end && dm_norm_in(st, i, "before after since from"));
    i += ahead ? 2 : x.kind ? x.n : 1;
    q.n = i - t;
    if (x.kind == W_AGO && i < end && (dm_lex(st, i).kind == W_DAYREL || dm_lex(st, i).kind == W_WEEKDAY)) {
        q.exact = 1; /* a year ago today */
        q.n++;
    }
    if (counts)
        offset_from(st, i, end, &q);
    if (counts && q.anchor == ANCHOR_TEXT && i < end && dm_norm_in(st, i - 1, "since from"))
        return false;
    *p = q;
    return true;
}

static bool any_point(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    if (day_rel(st, t, p)) /* the day before yesterday */
        return true;
    uint32_t the = skip_the(st, t, end) - t, i = t + the;
    if (i >= end)
        return false;
    bool ok = named_unit(st, i, end, p) || parted(st, i, end, p) || piece(st, i, end, p) || mid_word(st, i, end, p) ||
              weekday(st, i, end, p) || numeric_date(st, i, p) || month_date(st, i, end, p) || holiday(st, i, end, p) ||
              decade_or_century(st, i, end, tok(st, i)->norm, p) || season(st, i, end, p) || relative(st, i, end, p) ||
              day_rel(st, i, p) || fiscal(st, i, end, p) || bare_year(st, i, end, p);
    if (!ok && the == 1 && dm_lex(st, i).kind == W_UNIT && dm_lex(st, i).value == U_WEEKEND) {
        *p = blank(P_UNIT); /* the weekend */
        p->unit = U_WEEKEND, p->rel = REL_NONE, p->n = 1;
        ok = true;
    }
    if (ok)
        p->n += the;
    return ok;
}

bool dm_point_match(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    if (t >= end || st->depth >= DEPTH_MAX)
        return false;
    st->depth++;
    bool ok = any_point(st, t, end, p);
    st->depth--;
    return ok;
}

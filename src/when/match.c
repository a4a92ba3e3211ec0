// SPDX-License-Identifier: Apache-2.0
/* Time expressions: operators (since, until, between, every ... except) over points. The longest reading at a token wins. */
#include "when/when_int.h"

enum { PHRASE_LOOK = 16, EXCEPT_LOOK = 24 };

static const dm_token *tok(const dm_wstate *st, uint32_t t) { return &st->doc->tokens.v[t]; }

dm_wlex dm_lex(const dm_wstate *st, uint32_t t)
{
    uint32_t i = t - st->lex_from;
    return t >= st->lex_from && i < st->lex_n ? st->lex[i] : (dm_wlex){ .kind = W_NONE, .n = 1 };
}

dm_status dm_when_lex(dm_wstate *st, uint32_t first, uint32_t n, dm_error *err)
{
    if (n > st->lex_room) {
        uint32_t room = n < DM_SENT_TOKENS_MAX ? DM_SENT_TOKENS_MAX : n;
        st->lex = dm_arena_alloc(&st->doc->arena, room, sizeof *st->lex);
        if (!st->lex)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory");
        st->lex_room = room;
    }
    st->lex_from = first;
    st->lex_n = n;
    for (uint32_t t = first; t < first + n; t++)
        st->lex[t - first] = dm_words_at(st->w->words, st->doc, t, first + n);
    while (st->hit_at < st->doc->hits.n && st->doc->hits.v[st->hit_at].first < first)
        st->hit_at++;
    return DM_OK;
}

static bool full_point(dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    return dm_when_offset(st, t, end, p) || dm_point_match(st, t, end, p);
}

/* Whether a bare four-digit number at t may be a year: by what stands before and after it. */
static bool year_context(const dm_wstate *st, uint32_t t, uint32_t start, uint32_t end)
{
    if (t > start && dm_norm_in(st, t - 1,
                         "$ # no us$ £ € resolution resolutions article flight room convoy camp bulletin nearly some about "
                         "almost over than least most"))
        return t > start && dm_norm_in(st, t - 1, "about over") && t > start + 1 && dm_norm_in(st, t - 2, "in");
    if (t + 1 < end && dm_norm_in(st, t + 1,
                           "people troops soldiers men women children dollars euros yen pounds miles km tons tonnes % percent "
                           "per euro dead deaths refugees prisoners civilians houses police members workers"))
        return false;
    if (t == start || (tok(st, t)->flags & DM_T_BRACKETED))
        return true;
    if (dm_norm_in(st, t - 1,
            "in since until till through by from to of during before after between and or for the a an this 's , - early late "
            "mid "
            "( circa around year its his her their our last fiscal exercise"))
        return true;
    return (tok(st, t - 1)->flags & DM_T_UPPER) || dm_lex(st, t - 1).kind == W_MONTH || tok(st, t)->deprel == DM_D_NUMMOD ||
           tok(st, t)->deprel == DM_D_COMPOUND || tok(st, t)->deprel == DM_D_NMOD_TMOD || tok(st, t)->deprel == DM_D_OBL;
}

static bool is_bare_year(const dm_point *p) { return p->kind == P_DATE && p->year && !p->month && !p->part && !p->count; }

/* "3-5 March", "March 3-5", "from 3 to 5 March": a day number that takes month and year from the other end. */
static bool lone_day(const dm_wstate *st, uint32_t t, uint32_t end, dm_point *p)
{
    int16_t v;
    uint8_t vague;
    if (t >= end || !(tok(st, t)->flags & DM_T_NUM) || dm_number_at(st, t, end, &v, &vague) != 1 || v < 1 || v > 31)
        return false;
    *p = (dm_point){
        .kind = P_DATE, .day = (int8_t)v, .wday = -1, .season = -1, .in_wday = -1, .hit = DM_NONE, .noun = DM_NONE, .n = 1
    };
    return true;
}

/* "1990-95": the two digits after the dash of a range of years. */
static bool short_year(const dm_wstate *st, uint32_t t, uint32_t end, const dm_point *a, dm_point *p)
{
    int16_t v;
    uint8_t vague;
    if (t >= end || tok(st, t)->norm.len != 2 || !is_bare_year(a) || dm_number_at(st, t, end, &v, &vague) != 1)
        return false;
    int16_t y = (int16_t)(a->year - a->year % 100 + v);
    if (y <= a->year)
        return false;
    *p = *a;
    p->year = y;
    p->n = 1;
    return true;
}

/* What one end of a range leaves unsaid, the other says. False when the two do not go together. */
static bool share(dm_point *a, dm_point *b)
{
    if (a->kind != P_DATE || b->kind != P_DATE)
        return true;
    if (!a->month && !a->year)
        a->month = b->month, a->year = b->year;
    if (!b->month && !b->year)
        b->month = a->month, b->year = a->year;
    if (b->year && !a->year && a->month)
        a->year = (int16_t)(b->year - (a->month > b->month && b->month));
    if (a->year && !b->year && b->month)
        b->year = (int16_t)(a->year + (b->month < a->month && a->month));
    return (a->month || a->year) && !(a->year && b->year && a->year > b->year);
}

/* Second end of a range at t, after the first. */
static bool second(dm_wstate *st, uint32_t t, uint32_t end, dm_point *a, dm_point *b)
{
    if (t < end && dm_norm_is(st, t, "the") && full_point(st, t, end, b))
        return share(a, b);
    if (short_year(st, t, end, a, b) || full_point(st, t, end, b))
        return share(a, b);
    if (!lone_day(st, t, end, b))
        return false;
    uint32_t y = t + 1 < end && dm_norm_is(st, t + 1, ",") ? t + 2 : t + 1;
    if (a->month && y < end && dm_is_year(st, y, &b->year)) { /* March 3-5, 1998 */
        b->month = a->month;
        b->n = y + 1 - t;
    }
    return share(a, b);
}

static bool first_end(dm_wstate *st, uint32_t t, uint32_t end, dm_point *a)
{
    return full_point(st, t, end, a) || lone_day(st, t, end, a);
}

/* from P to P, between P and P. */
static bool range(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    bool between = dm_norm_is(st, t, "between"), from = dm_norm_is(st, t, "from");
    if ((!between && !from) || t + 2 >= end)
        return false;
    if (!first_end(st, t + 1, end, &x->a))
        return false;
    uint32_t i = t + 1 + x->a.n;
    if (i < end && dm_norm_is(st, i, ","))
        i++;
    bool joint = i < end && (between ? dm_norm_is(st, i, "and") : dm_norm_in(st, i, "to until till through - up"));
    if (!joint)
        return false;
    i += i + 1 < end && dm_norm_is(st, i, "up") && dm_norm_in(st, i + 1, "to until") ? 2 : 1;
    if (!second(st, i, end, &x->a, &x->b))
        return false;
    x->op = OP_RANGE;
    x->core = i;
    x->n = i + x->b.n - t;
    return true;
}

/* P - P, P to P, P through P: both ends are dates. */
static bool bare_range(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    dm_point a, b;
    if (!first_end(st, t, end, &a) || (a.kind != P_DATE && a.kind != P_WEEKDAY && a.kind != P_DECADE))
        return false;
    uint32_t i = t + a.n;
    bool day_only = a.kind == P_DATE && !a.month && !a.year;
    if (i + 1 >= end || !(dm_norm_in(st, i, "- to through") || (dm_norm_in(st, i, "and /") && (day_only || a.day))))
        return false;
    if (dm_norm_in(st, i, "and /") && !day_only && !lone_day(st, i + 1, end, &b))
        return false; /* March 14 and 15; but March 14 and April 2 are two */
    if (!second(st, i + 1, end, &a, &b) || b.kind != a.kind)
        return false;
    if (day_only && !(b.month && b.day))
        return false;
    if (dm_norm_is(st, i, "to") && a.kind == P_DATE && a.year && !a.month && !is_bare_year(&b))
        return false;
    x->op = OP_RANGE;
    x->a = a, x->b = b;
    x->core = t;
    x->n = i + 1 + b.n - t;
    return true;
}

static uint8_t preposition(const dm_wstate *st, uint32_t t, uint32_t end, uint32_t *n)
{
    static const struct {
        const char *one, *two, *three;
        uint8_t op;
    } PREPS[] = { { "since", NULL, NULL, OP_SINCE }, { "ever", "since", NULL, OP_SINCE }, { "until", NULL, NULL, OP_UNTIL },
        { "till", NULL, NULL, OP_UNTIL }, { "through", NULL, NULL, OP_THROUGH }, { "up", "to", NULL, OP_THROUGH },
        { "up", "until", NULL, OP_UNTIL }, { "by", NULL, NULL, OP_BY }, { "no", "later", "than", OP_BY },
        { "not", "later", "than", OP_BY }, { "before", NULL, NULL, OP_BEFORE }, { "prior", "to", NULL, OP_BEFORE },
        { "after", NULL, NULL, OP_AFTER }, { "following", NULL, NULL, OP_AFTER }, { "as", "early", "as", OP_FROM },
        { "as", "soon", "as", OP_FROM }, { "as", "of", NULL, OP_FROM }, { "as", "from", NULL, OP_FROM },
        { "starting", NULL, NULL, OP_FROM }, { "beginning", NULL, NULL, OP_FROM }, { "effective", NULL, NULL, OP_FROM },
        { "from", NULL, NULL, OP_FROM }, { "as", "late", "as", OP_AT } };
    for (size_t i = 0; i < sizeof PREPS / sizeof *PREPS; i++) {
        uint32_t k = PREPS[i].three ? 3 : PREPS[i].two ? 2 : 1;
        if (t + k > end || !dm_norm_is(st, t, PREPS[i].one) || (k > 1 && !dm_norm_is(st, t + 1, PREPS[i].two)) ||
            (k > 2 && !dm_norm_is(st, t + 2, PREPS[i].three)))
            continue;
        *n = k;
        if (t + k < end && k == 1 && dm_norm_in(st, t + k, "on in about around"))
            (*n)++;
        return PREPS[i].op;
    }
    return OP_NONE;
}

/* A happening is a time only where the text dates by it. */
static bool happening_at(dm_wstate *st, uint32_t t, uint32_t end, uint8_t op, dm_point *p)
{
    uint32_t i = t < end && dm_norm_in(st, t, "the this last") ? t + 1 : t;
    uint32_t limit = i + 4 < end ? i + 4 : end, table = st->w->events ? dm_table_index(st->w->tables, st->w->events) : DM_NONE;
    for (uint32_t h = st->hit_at; h < st->doc->hits.n && st->doc->hits.v[h].first < limit; h++) {
        const dm_hit *x = &st->doc->hits.v[h];
        if (x->table != table || x->first < i || x->first + x->n > end)
            continue;
        for (uint32_t k = i; k < x->first; k++) {
            if (dm_lex(st, k).kind != W_NONE || dm_norm_in(st, k, "at in on of for to with by from and or , - ( the a an"))
                return false;
        }
        bool strong = op == OP_SINCE || op == OP_AFTER || op == OP_BEFORE || op == OP_UNTIL;
        if (st->w->event_row[x->row].treaty && !strong)
            return false;
        *p = (dm_point){ .kind = P_EVENT, .wday = -1, .season = -1, .in_wday = -1, .hit = h, .noun = DM_NONE };
        uint32_t e = x->first + x->n;
        if (e + 1 < end && dm_norm_in(st, e, "opening closing") && dm_norm_is(st, e + 1, "ceremony")) {
            p->part = dm_norm_is(st, e, "opening") ? PART_BEGIN : PART_END;
            e += 2;
        }
        p->n = e - t;
        return true;
    }
    return false;
}

/* since P, until P, by P ...; and at, during, in, on P where P is a named happening. */
static bool governed(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    uint32_t n = 0;
    uint8_t op = preposition(st, t, end, &n);
    if (!op) {
        if (dm_norm_in(st, t, "at during in on") && happening_at(st, t + 1, end, OP_AT, &x->a)) {
            x->op = OP_AT;
            x->core = t + 1;
            x->n = x->a.n + 1;
            return true;
        }
        return false;
    }
    if (t + n >= end)
        return false;
    if (!full_point(st, t + n, end, &x->a) && !happening_at(st, t + n, end, op, &x->a))
        return false;
    if (is_bare_year(&x->a) && !year_context(st, t + n, t + n, end))
        return false;
    if (x->a.kind == P_LASTN && op == OP_BY)
        return false;
    x->op = op;
    x->core = t + n;
    x->n = n + x->a.n;
    return true;
}

/* "since the military coup in June 1989": an operator that reaches its date over a noun phrase. */
static bool over_phrase(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    uint32_t n = 0;
    uint8_t op = preposition(st, t, end, &n);
    if (op != OP_SINCE && op != OP_AFTER && op != OP_BEFORE && op != OP_UNTIL)
        return false;
    for (uint32_t i = t + n + 1; i < end && i < t + PHRASE_LOOK; i++) {
        if ((tok(st, i)->flags & DM_T_PUNCT) && !dm_norm_in(st, i, "- \" '"))
            return false;
        if (i > t + n && preposition(st, i, end, &n) && !dm_norm_in(st, i, "by through"))
            return false;
        if (!dm_norm_in(st, i, "in on of") || i + 1 >= end)
            continue;
        if (!dm_point_match(st, i + 1, end, &x->a) || (x->a.kind != P_DATE && x->a.kind != P_UNIT && x->a.kind != P_WEEKDAY))
            continue;
        if (x->a.kind == P_UNIT && x->a.rel != REL_LAST && x->a.rel != REL_THIS)
            return false;
        x->op = op;
        x->phrase = 1;
        x->core = i + 1;
        x->n = i + 1 + x->a.n - t;
        return true;
    }
    return false;
}

/* Years after "except": 1991, 1993 and 1995. Returns the token after them. */
static uint32_t except_years(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    bool word = t < end && dm_norm_in(st, t, "except excluding but save bar barring");
    uint32_t i = t + 1, last = t;
    if (!word && t + 1 < end && dm_norm_in(st, t, "other apart aside") && dm_norm_in(st, t + 1, "than from")) {
        word = true;
        i = t + 2;
    }
    if (!word)
        return t;
    for (; i < end && i < t + EXCEPT_LOOK; i++) {
        int16_t y;
        if (dm_is_year(st, i, &y)) {
            if (x->n_except < sizeof x->except / sizeof *x->except)
                x->except[x->n_except++] = y;
            last = i + 1;
        } else if (!dm_norm_in(st, i, "for in , and or the year years")) {
            break;
        }
    }
    return x->n_except ? last : t;
}

/* Bounds after a repeated time: ", through 1997", "since 1990", "from 1990 to 1995", "between ...". */
static uint32_t set_bound(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    uint32_t i = t < end && dm_norm_is(st, t, ",") ? t + 1 : t;
    dm_tex b = { .first = i };
    if (i >= end)
        return t;
    if (range(st, i, end, &b)) {
        x->bound = OP_RANGE;
        x->a = b.a, x->b = b.b;
        return i + b.n;
    }
    if (!governed(st, i, end, &b))
        return t;
    if (b.op == OP_SINCE || b.op == OP_FROM)
        x->bound = OP_SINCE, x->a = b.a;
    else if (b.op == OP_THROUGH || b.op == OP_UNTIL)
        x->bound = OP_THROUGH, x->b = b.a;
    else
        return t;
    return i + b.n;
}

/* every year except 1982, through 1990; annually; each year since 1990; every two years. */
static bool repeated(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    dm_wlex l = dm_lex(st, t);
    uint32_t i = t;
    if (l.kind == W_SET) {
        x->unit = (uint8_t)l.value;
        i += l.n;
    } else if (dm_norm_in(st, t, "every each")) {
        int16_t v;
        uint8_t vague;
        i++;
        i += dm_number_at(st, i, end, &v, &vague);
        if (i >= end || (dm_lex(st, i).kind != W_UNIT && dm_lex(st, i).kind != W_WEEKDAY && dm_lex(st, i).kind != W_SEASON &&
                            dm_lex(st, i).kind != W_MONTH))
            return false;
        x->unit = dm_lex(st, i).kind == W_UNIT      ? (uint8_t)dm_lex(st, i).value
                  : dm_lex(st, i).kind == W_WEEKDAY ? U_WEEK
                                                    : U_YEAR;
        i++;
    } else {
        return false;
    }
    x->op = OP_SET;
    x->core = t;
    i = except_years(st, i, end, x);
    i = set_bound(st, i, end, x);
    if (!x->n_except) {
        uint32_t j = i < end && dm_norm_is(st, i, ",") ? i + 1 : i, k = except_years(st, j, end, x);
        i = k > j ? k : i;
    }
    x->n = i - t;
    return true;
}

/* for three days; lasting two weeks; the three-day visit; within two weeks. */
static bool duration(const dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    uint32_t i = t;
    bool prep = dm_norm_in(st, t, "for over lasting within in during"), inside = dm_norm_in(st, t, "within in");
    i += prep;
    if (i < end && dm_lex(st, i).kind == W_ABOUT)
        i += dm_lex(st, i).n;
    int16_t v;
    uint8_t vague;
    uint32_t n = dm_number_at(st, i, end, &v, &vague);
    if (!n)
        return false;
    i += n;
    bool hyphen = i < end && dm_norm_is(st, i, "-");
    i += hyphen;
    if (i >= end || dm_lex(st, i).kind != W_UNIT || (!prep && !hyphen) || dm_lex(st, i).value == U_QUARTER ||
        dm_lex(st, i).value == U_HALF)
        return false;
    x->unit = (uint8_t)dm_lex(st, i).value;
    x->op = OP_DURATION;
    x->core = i;
    if (inside) { /* resolved as an offset where the clause looks ahead */
        x->a = (dm_point){ .kind = P_NEXTN,
            .count = v,
            .vague = vague,
            .unit = x->unit,
            .wday = -1,
            .season = -1,
            .hit = DM_NONE,
            .noun = DM_NONE };
        x->bound = OP_BY;
    }
    x->n = i + 1 - t;
    return true;
}

static bool word_time(const dm_wstate *st, uint32_t t, dm_tex *x)
{
    dm_wlex l = dm_lex(st, t);
    uint32_t after = t + l.n, end = st->lex_from + st->lex_n;
    if (l.kind == W_PAST && after < end &&
        (dm_lex(st, after).kind == W_UNIT || dm_lex(st, after).kind == W_NUMBER || (tok(st, after)->flags & DM_T_NUM)))
        return false; /* in the past [two] years */
    uint8_t op = l.kind == W_NOW      ? OP_NOW
                 : l.kind == W_PAST   ? OP_PAST
                 : l.kind == W_RECENT ? OP_RECENT
                 : l.kind == W_FUTURE ? OP_FUTURE
                                      : OP_NONE;
    if (!op)
        return false;
    x->op = op;
    x->days = l.value;
    x->core = t;
    x->n = l.n;
    return true;
}

static bool lone_point(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *x)
{
    if (!full_point(st, t, end, &x->a))
        return false;
    uint32_t core = dm_norm_is(st, t, "the") ? t + 1 : t;
    int16_t y;
    if (is_bare_year(&x->a) && dm_is_year(st, core, &y) && (core > t || !year_context(st, core, st->lex_from, end)))
        return false; /* "the 1997 accord": the article is not the year's */
    x->op = OP_AT;
    x->core = core;
    x->n = x->a.n;
    return true;
}

static void keep_longer(dm_tex *best, const dm_tex *x, bool ok)
{
    if (ok && x->n > best->n)
        *best = *x;
}

/* Whether anything at t can begin an expression: most words cannot, and are dismissed here. */
static bool may_begin(const dm_wstate *st, uint32_t t)
{
    if (dm_lex(st, t).kind != W_NONE || (tok(st, t)->flags & DM_T_NUM))
        return true;
    dm_str n = tok(st, t)->norm;
    if (n.len && (n.p[0] == '\'' || dm_str_starts(n, "mid-")))
        return true;
    return n.len <= 9 &&
           dm_str_in(n,
               "from between since ever until till through up by no not before prior after following as starting beginning "
               "effective at during in on every each for over lasting within the");
}

bool dm_tex_match(dm_wstate *st, uint32_t t, uint32_t end, dm_tex *out)
{
    if (!may_begin(st, t))
        return false;
    dm_tex best = { .n = 0 }, x;
    bool (*const forms[])(dm_wstate *, uint32_t, uint32_t, dm_tex *) = { range, bare_range, governed, repeated, lone_point };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        x = (dm_tex){ .first = t };
        keep_longer(&best, &x, forms[i](st, t, end, &x));
    }
    x = (dm_tex){ .first = t };
    keep_longer(&best, &x, duration(st, t, end, &x));
    x = (dm_tex){ .first = t };
    keep_longer(&best, &x, word_time(st, t, &x));
    if (!best.n) {
        x = (dm_tex){ .first = t };
        keep_longer(&best, &x, over_phrase(st, t, end, &x));
    }
    if (!best.n)
        return false;
    *out = best;
    return true;
}

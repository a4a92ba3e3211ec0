// SPDX-License-Identifier: Apache-2.0
/* Drives the stage: expressions of all sentences, the document's date, then intervals in text order, each anchored to the last. */
#include "base/token.h"
#include "doc/times.h"
#include "when/when_int.h"
#include <stdlib.h>

enum {
    SURNAME_BYTES = 32,
    ASIDE_CLIMB = 8,
    ANCHOR_SENTS = 2,  /* sentences after which "the next day" has lost its anchor */
    SINCE_SENTS = 10,  /* sentences over which "through 1996" still continues an earlier "since 1989" */
    PENDING_MAX = 32,  /* expressions of a document anchored to a noun ("a day after the vote") that are looked up */
    WEEKDAY_REACH = 3, /* days between a happening and the weekday that it is said to be on */
    WHEN_CLIMB = 3,    /* steps from an event's word to the clause that "when" opens */
    STORY_FAR = 200    /* days before the document's date from which the text tells of the past */
};

static dm_interval cell_interval(const dm_table *t, uint32_t r, int column)
{
    dm_interval i = DM_NO_INTERVAL;
    dm_str s = dm_table_cell(t, r, column);
    if (s.len && dm_day_parse(&i, s, NULL) != DM_OK)
        return DM_NO_INTERVAL;
    return i;
}

/* from and to cells as one interval; empty cells are open ends. */
static dm_interval row_interval(const dm_table *t, uint32_t r, int cf, int ct)
{
    dm_interval a = cell_interval(t, r, cf), b = cell_interval(t, r, ct);
    dm_interval i = { dm_known(a) ? a.from : DM_DAY_NONE, dm_known(b) ? b.to : DM_DAY_NONE, DM_PREC_RANGE };
    if (!dm_known(a) && !dm_known(b))
        i.precision = DM_PREC_UNKNOWN;
    else if (i.from == i.to)
        i.precision = DM_PREC_DAY;
    return i;
}

static dm_status read_events(dm_when *w, dm_error *err)
{
    const dm_table *t = w->events;
    uint32_t n = dm_table_rows(t);
    int cf = dm_table_column(t, "from"), ct = dm_table_column(t, "to"), cn = dm_table_column(t, "note");
    w->event_row = calloc((size_t)n + 1, sizeof *w->event_row);
    if (!w->event_row)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    for (uint32_t r = 0; r < n; r++) {
        w->event_row[r].when = row_interval(t, r, cf, ct);
        w->event_row[r].treaty = dm_str_is(dm_table_cell(t, r, cn), "treaty");
        if (!dm_known(w->event_row[r].when) || w->event_row[r].when.from == DM_DAY_NONE)
            return dm_fail(err, DM_ECORRUPT, dm_table_line(t, r), "no date in when/events.tsv, line %u", dm_table_line(t, r));
    }
    return DM_OK;
}

/* Chains the rows of people by surname. */
static dm_status chain_surnames(dm_when *w, dm_error *err)
{
    uint32_t n = dm_table_rows(w->people), cap = 64;
    while (cap < 2 * n)
        cap *= 2;
    w->by_surname = malloc(cap * sizeof *w->by_surname);
    w->next_surname = malloc(((size_t)n + 1) * sizeof *w->next_surname);
    if (!w->by_surname || !w->next_surname)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    memset(w->by_surname, 0xFF, cap * sizeof *w->by_surname); /* DM_NONE */
    w->surname_mask = cap - 1;
    for (uint32_t r = 0; r < n; r++) {
        char norm[DM_NORM_ROOM(SURNAME_BYTES)];
        dm_str s = dm_table_cell(w->people, r, w->c_surname);
        w->next_surname[r] = DM_NONE;
        if (!s.len || s.len > SURNAME_BYTES)
            continue;
        uint32_t k = dm_token_norm(norm, s.p, (uint32_t)s.len);
        uint32_t *head = &w->by_surname[dm_hash(norm, k, 2) & w->surname_mask];
        w->next_surname[r] = *head;
        *head = r;
    }
    return DM_OK;
}

static dm_status read_people(dm_when *w, dm_error *err)
{
    const dm_table *t = w->people;
    if (!t)
        return DM_OK;
    uint32_t n = dm_table_rows(t);
    int cf = dm_table_column(t, "from"), ct = dm_table_column(t, "to");
    w->c_office = dm_table_column(t, "office");
    w->c_surname = dm_table_column(t, "surname");
    w->term = calloc((size_t)n + 1, sizeof *w->term);
    if (!w->term)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    for (uint32_t r = 0; r < n; r++)
        w->term[r] = row_interval(t, r, cf, ct);
    return chain_surnames(w, err);
}

dm_status dm_when_new(dm_when **out, const dm_tables *t, dm_error *err)
{
    dm_when *w = calloc(1, sizeof *w);
    if (!w)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    w->tables = t;
    w->events = dm_tables_get(t, "when/events");
    w->people = dm_tables_get(t, "actors/people");
    dm_status s = w->events ? dm_words_new(&w->words, t, err)
                            : dm_fail(err, DM_ECORRUPT, 0, "no table 'when/events' among the compiled tables");
    if (s == DM_OK)
        s = read_events(w, err);
    if (s == DM_OK)
        s = read_people(w, err);
    if (s != DM_OK) {
        dm_when_free(w);
        return s;
    }
    *out = w;
    return DM_OK;
}

void dm_when_free(dm_when *w)
{
    if (!w)
        return;
    dm_words_free(w->words);
    free(w->event_row);
    free(w->term);
    free(w->by_surname);
    free(w->next_surname);
    free(w);
}

static dm_status find_in_sentence(dm_wstate *st, uint32_t sent, dm_error *err)
{
    const dm_sent *s = &st->doc->sents.v[sent];
    dm_status status = dm_when_lex(st, s->first, s->n, err);
    for (uint32_t t = s->first, end = s->first + s->n; t < end && status == DM_OK;) {
        dm_tex x;
        while (st->hit_at < st->doc->hits.n && st->doc->hits.v[st->hit_at].first < t)
            st->hit_at++;
        if (!dm_tex_match(st, t, end, &x)) {
            t++;
            continue;
        }
        x.sent = sent;
        x.head = dm_time_head(st->doc, x.first, x.n);
        x.tense = (uint8_t)dm_tense_of(st, x.head, x.first, x.n, x.op);
        dm_tex *p = DM_PUSH(&st->doc->arena, &st->tex);
        if (!p)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory");
        *p = x;
        t += x.phrase ? 1 : x.n; /* the date inside "since the coup in 1991" is found on its own, too */
    }
    return status;
}

static uint8_t kind_of(const dm_tex *x)
{
    switch (x->op) {
    case OP_DURATION: return x->bound == OP_BY ? DM_TIME_DATE : DM_TIME_DURATION;
    case OP_SET: return DM_TIME_SET;
    case OP_NOW: return DM_TIME_NOW;
    case OP_PAST:
    case OP_RECENT: return DM_TIME_PAST;
    case OP_FUTURE: return DM_TIME_FUTURE;
    default: return DM_TIME_DATE;
    }
}

static dm_str why_of(const dm_tex *x, dm_interval i)
{
    static const char *const OPS[] = { [OP_NONE] = "when/none",
        [OP_AT] = "when/at",
        [OP_RANGE] = "when/range",
        [OP_SINCE] = "when/since",
        [OP_UNTIL] = "when/until",
        [OP_THROUGH] = "when/through",
        [OP_BY] = "when/by",
        [OP_BEFORE] = "when/before",
        [OP_AFTER] = "when/after",
        [OP_FROM] = "when/from",
        [OP_DURATION] = "when/duration",
        [OP_SET] = "when/set",
        [OP_NOW] = "when/now",
        [OP_PAST] = "when/past",
        [OP_RECENT] = "when/recent",
        [OP_FUTURE] = "when/future" };
    static const char *const POINTS[] = { [P_NONE] = "when/at",
        [P_DATE] = "when/date",
        [P_WEEKDAY] = "when/weekday",
        [P_SEASON] = "when/season",
        [P_DECADE] = "when/decade",
        [P_CENTURY] = "when/century",
        [P_UNIT] = "when/unit",
        [P_DAYREL] = "when/day",
        [P_OFFSET] = "when/offset",
        [P_LASTN] = "when/last-n",
        [P_NEXTN] = "when/next-n",
        [P_EVENT] = "when/happening",
        [P_FISCAL] = "when/fiscal",
        [P_PIECE] = "when/piece" };
    (void)i;
    return dm_str_of(x->op == OP_AT ? POINTS[x->a.kind] : OPS[x->op]);
}

/* The relative clause or participle around a token of a parsed sentence, or DM_NONE. */
static uint32_t aside_of(const dm_doc *doc, uint32_t t)
{
    for (unsigned i = 0; i < ASIDE_CLIMB && doc->kid_first && t != DM_NONE; i++, t = doc->tokens.v[t].head)
        if (dm_deprel_base((dm_deprel)doc->tokens.v[t].deprel) == DM_D_ACL)
            return t;
    return DM_NONE;
}

/* "Peru, which admitted it in 2002, agreed in May": the May is not that year's. */
static bool anchored_aside(const dm_wstate *st, uint32_t first)
{
    uint32_t aside = aside_of(st->doc, st->anchor_first);
    return aside != DM_NONE && aside_of(st->doc, first) != aside;
}

/* Sets the state's anchors for an expression in its place. */
static void place(dm_wstate *st, const dm_tex *x)
{
    if (st->anchor_set && x->sent > st->anchor_sent + ANCHOR_SENTS)
        st->anchor_set = 0;
    if (x->sent > st->anchor_day_sent + ANCHOR_SENTS)
        st->anchor_day = DM_NO_INTERVAL;
    uint32_t reach = x->op == OP_UNTIL ? 1 : SINCE_SENTS;
    st->since = x->sent <= st->since_sent + reach ? st->since_kept : DM_NO_INTERVAL;
    st->story = 0;
    if (!st->anchor_set || st->anchor.from == DM_DAY_NONE)
        return;
    const dm_doc *doc = st->doc;
    dm_interval ref = doc->meta.date;
    if (dm_known(ref) && ref.from != DM_DAY_NONE && ref.from - st->anchor.from < STORY_FAR)
        return;
    bool same = x->sent == st->anchor_sent;
    bool fine = st->anchor.precision == DM_PREC_DAY || st->anchor.precision == DM_PREC_MONTH;
    bool near = fine && x->sent == st->anchor_sent + 1 && doc->sents.v[x->sent].para == doc->sents.v[st->anchor_sent].para;
    if ((!same && !near) || anchored_aside(st, x->first))
        return;
    int y, m, d;
    dm_day_split(st->anchor.from, &y, &m, &d);
    st->story = (int16_t)y;
}

static void remember(dm_wstate *st, const dm_tex *x, dm_interval i)
{
    if (!dm_known(i))
        return;
    bool date = x->op == OP_AT && x->a.kind != P_LASTN && x->a.kind != P_NEXTN && x->a.kind != P_EVENT;
    if ((date && i.from != DM_DAY_NONE && i.to != DM_DAY_NONE) || x->op == OP_NOW) {
        st->anchor = i;
        st->anchor_sent = x->sent;
        st->anchor_first = x->first;
        st->anchor_set = 1;
        if (i.precision == DM_PREC_DAY) {
            st->anchor_day = i;
            st->anchor_day_sent = x->sent;
        }
    }
    if ((x->op == OP_SINCE || x->op == OP_RANGE || (x->op == OP_SET && x->bound)) && i.from != DM_DAY_NONE &&
        x->tense != TENSE_FUTURE) {
        st->since_kept = i;
        st->since_sent = x->sent;
    }
}

/* "the opening ceremony on Friday": a bare weekday right after a happening is that happening's. */
static dm_interval weekday_of_happening(dm_wstate *st, uint32_t k, dm_interval i)
{
    const dm_tex *x = &st->tex.v[k], *p = k ? x - 1 : NULL;
    if (!p || x->op != OP_AT || x->a.kind != P_WEEKDAY || x->a.rel || x->a.unit || p->sent != x->sent || p->a.kind == P_NONE ||
        p->a.hit == DM_NONE || x->first > p->first + p->n + 1)
        return i;
    dm_point happening = {
        .kind = P_EVENT, .hit = p->a.hit, .part = p->a.part, .wday = -1, .season = -1, .in_wday = -1, .noun = DM_NONE
    };
    dm_interval base = dm_resolve(st, &(dm_tex){ .op = OP_AT, .a = happening }, st->doc->meta.date, TENSE_UNKNOWN);
    if (!dm_known(base) || base.from == DM_DAY_NONE)
        return i;
    for (dm_day d = base.from - WEEKDAY_REACH; d <= base.from + WEEKDAY_REACH; d++) {
        if (dm_weekday(d) == x->a.wday)
            return (dm_interval){ d, d, DM_PREC_DAY };
    }
    return i;
}

static dm_status resolve_all(dm_wstate *st, dm_error *err)
{
    dm_doc *doc = st->doc;
    for (uint32_t k = 0; k < st->tex.n; k++) {
        const dm_tex *x = &st->tex.v[k];
        dm_time *t = DM_PUSH(&doc->arena, &doc->times);
        if (!t)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory");
        place(st, x);
        dm_interval i = weekday_of_happening(st, k, dm_resolve(st, x, doc->meta.date, (dm_tense)x->tense));
        *t = (dm_time){ .first = x->first,
            .n = x->n,
            .head = x->head,
            .when = i,
            .kind = kind_of(x),
            .n_except = x->n_except,
            .why = why_of(x, i) };
        memcpy(t->except, x->except, sizeof t->except);
        dm_tex at = *x;
        at.op = OP_AT;
        bool bounded = x->op >= OP_SINCE && x->op <= OP_FROM && x->a.kind != P_NONE;
        t->point = bounded ? dm_resolve(st, &at, doc->meta.date, (dm_tense)x->tense) : i;
        uint32_t last = x->first + x->n - 1;
        bool clause = doc->tokens.v[last].deprel == DM_D_MARK && dm_str_in(doc->tokens.v[last].norm, "after before");
        if (x->op == OP_AT && x->a.kind == P_OFFSET && (x->a.anchor == ANCHOR_NOUN || clause)) {
            t->when = t->point = clause ? DM_NO_INTERVAL : t->when;
            t->count = x->a.count;
            t->unit = x->a.unit;
            t->vague = x->a.vague;
        }
        t->same =
            x->op == OP_AT && x->a.rel == REL_SAME && !x->a.month && !x->a.year && (x->a.unit == U_DAY || x->a.unit == U_HOUR);
        remember(st, x, i);
    }
    return DM_OK;
}

/* The interval of what noun t stands for: by its own words or by another mention of the same noun. */
static dm_interval noun_time(const dm_doc *doc, uint32_t noun, uint32_t self);

static uint32_t noun_head(const dm_doc *doc, uint32_t t)
{
    uint32_t end = doc->sents.v[doc->tokens.v[t].sent].first + doc->sents.v[doc->tokens.v[t].sent].n;
    for (uint32_t i = t; i < end && i < t + 6; i++) {
        if (doc->tokens.v[i].upos == DM_U_NOUN && !(i + 1 < end && doc->tokens.v[i + 1].upos == DM_U_NOUN))
            return i;
        if (doc->tokens.v[i].flags & DM_T_PUNCT)
            break;
    }
    return DM_NONE;
}

/* "a day after the vote": dated by another mention of the vote. */
static void settle_pending(dm_wstate *st)
{
    dm_doc *doc = st->doc;
    uint32_t left = PENDING_MAX;
    for (uint32_t k = 0; k < st->tex.n && left; k++) {
        dm_tex *x = &st->tex.v[k];
        if (x->op != OP_AT || x->a.kind != P_OFFSET || x->a.anchor != ANCHOR_NOUN || x->a.noun == DM_NONE)
            continue;
        if (x->a.noun && doc->tokens.v[x->a.noun - 1].deprel == DM_D_MARK)
            continue; /* "a day after the council voted": story.c */
        left--;
        dm_interval base = noun_time(doc, x->a.noun, k);
        if (!dm_known(base))
            continue;
        st->anchor = base;
        st->anchor_set = 1;
        x->a.anchor = ANCHOR_TEXT;
        doc->times.v[k].when = dm_resolve(st, x, doc->meta.date, (dm_tense)x->tense);
        doc->times.v[k].why = DM_STR("when/offset-noun");
    }
}

dm_status dm_when_doc(const dm_when *w, dm_doc *doc, dm_error *err)
{
    dm_wstate st = { .w = w,
        .doc = doc,
        .anchor = DM_NO_INTERVAL,
        .anchor_day = DM_NO_INTERVAL,
        .since = DM_NO_INTERVAL,
        .since_kept = DM_NO_INTERVAL };
    dm_status s = DM_OK;
    for (uint32_t i = 0; i < doc->sents.n && s == DM_OK; i++)
        s = find_in_sentence(&st, i, err);
    if (s != DM_OK)
        return s;
    if (!dm_known(doc->meta.date))
        dm_when_docdate(&st);
    s = resolve_all(&st, err);
    if (s == DM_OK)
        settle_pending(&st);
    return s;
}

static uint32_t distance(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

/* One interval out of those that date a token: what they share; where two contradict each other, the nearer one. */
static dm_interval merge(const dm_doc *doc, const uint32_t *v, uint32_t n, uint32_t token)
{
    dm_interval best = DM_NO_INTERVAL;
    uint32_t from_token = 0;
    for (uint32_t i = 0; i < n; i++) {
        const dm_time *t = &doc->times.v[v[i]];
        dm_interval w = t->when;
        if (!dm_known(w))
            continue;
        if (!dm_known(best)) {
            best = w;
            from_token = distance(t->first, token);
            continue;
        }
        dm_day from = best.from == DM_DAY_NONE || (w.from != DM_DAY_NONE && w.from > best.from) ? w.from : best.from;
        dm_day to = best.to == DM_DAY_NONE || (w.to != DM_DAY_NONE && w.to < best.to) ? w.to : best.to;
        if (from != DM_DAY_NONE && to != DM_DAY_NONE && from > to) {
            if (distance(t->first, token) < from_token) {
                best = w;
                from_token = distance(t->first, token);
            }
            continue;
        }
        dm_precision p = from == w.from && to == w.to         ? w.precision
                         : from == best.from && to == best.to ? best.precision
                                                              : DM_PREC_RANGE;
        best = (dm_interval){ from, to, p };
    }
    return best;
}

dm_interval dm_token_time(const dm_doc *doc, uint32_t token, uint32_t *speech)
{
    uint32_t v[DM_TIMES_MAX], n = dm_times_for(doc, token, v, DM_TIMES_MAX, speech);
    return merge(doc, v, n, token);
}

/* "since October, when the court ruled": the clause tells of the October, not of what has lasted since. */
static dm_interval when_clause_time(const dm_doc *doc, uint32_t token)
{
    uint32_t v = token, when = DM_NONE;
    for (unsigned i = 0; i < WHEN_CLIMB && v != DM_NONE && when == DM_NONE; i++) {
        DM_EACH_KID(doc, v, k)
        if (dm_token_is(doc, k, "when"))
            when = k;
        dm_deprel r = dm_deprel_base((dm_deprel)doc->tokens.v[v].deprel);
        if (when == DM_NONE && r != DM_D_CONJ && r != DM_D_XCOMP && r != DM_D_OBJ && r != DM_D_OBL)
            return DM_NO_INTERVAL;
        v = doc->tokens.v[v].head;
    }
    if (when == DM_NONE || when < 2)
        return DM_NO_INTERVAL;
    uint32_t end = dm_token_is(doc, when - 1, ",") ? when - 1 : when;
    const dm_sent *s = &doc->sents.v[doc->tokens.v[token].sent];
    for (uint32_t i = dm_doc_time_from(doc, s->first); i < doc->times.n && doc->times.v[i].first < end; i++)
        if (doc->times.v[i].first + doc->times.v[i].n == end && doc->times.v[i].point.precision != DM_PREC_UNKNOWN)
            return doc->times.v[i].point;
    return DM_NO_INTERVAL;
}

/* The same for an event's word; "until June 30" does not date what extends or postpones something to that day. */
static dm_interval event_time(const dm_when *w, const dm_doc *doc, uint32_t token, uint32_t *speech)
{
    uint32_t v[DM_TIMES_MAX], n = dm_times_for(doc, token, v, DM_TIMES_MAX, speech), k = 0;
    dm_interval clause = doc->kid_first ? when_clause_time(doc, token) : DM_NO_INTERVAL;
    if (dm_known(clause))
        return clause;
    bool extends = dm_words_at(w->words, doc, token, token + 1).kind == W_EXTEND;
    for (uint32_t i = 0; i < n; i++) {
        dm_str why = doc->times.v[v[i]].why;
        if (!extends || !(dm_str_is(why, "when/until") || dm_str_is(why, "when/through") || dm_str_is(why, "when/by")))
            v[k++] = v[i];
    }
    return merge(doc, v, k, token);
}

static dm_interval noun_time(const dm_doc *doc, uint32_t noun, uint32_t self)
{
    uint32_t h = noun_head(doc, noun);
    if (h == DM_NONE)
        return DM_NO_INTERVAL;
    dm_str lemma = doc->tokens.v[h].lemma;
    dm_interval best = DM_NO_INTERVAL;
    for (uint32_t t = 0; t < doc->tokens.n; t++) { /* the last mention before it, else the first after it */
        const dm_token *k = &doc->tokens.v[t];
        if (t > h && dm_known(best))
            break;
        if (t == h || (k->upos != DM_U_NOUN && k->upos != DM_U_VERB) || !dm_str_eq(k->lemma, lemma) ||
            k->sent == doc->tokens.v[doc->times.v[self].first].sent)
            continue;
        dm_interval i = dm_token_time(doc, t, NULL);
        if (dm_known(i) && i.from != DM_DAY_NONE && i.to != DM_DAY_NONE && i.precision <= DM_PREC_WEEK)
            best = i;
    }
    return best;
}

/* First token that begins at or after byte `at`. */
static uint32_t token_at(const dm_doc *doc, uint32_t at)
{
    uint32_t lo = 0, hi = doc->tokens.n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (doc->tokens.v[mid].span.start < at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The verb of which the words of a speaker are the subject. */
static uint32_t speaker_verb(const dm_doc *doc, const dm_event *e)
{
    if (!e->n_attribution)
        return DM_NONE;
    dm_span s = e->attribution[0].span;
    uint32_t t = token_at(doc, s.start), end = token_at(doc, s.start + s.len);
    for (; t < end && t < doc->tokens.n; t++) {
        uint32_t h = doc->tokens.v[t].head;
        if (h != DM_NONE && (h < token_at(doc, s.start) || h >= end))
            return doc->tokens.v[h].upos == DM_U_VERB ? h : DM_NONE;
    }
    return DM_NONE;
}

/* Where the tree ties no time to an event: the time that opens its sentence, else the sentence's only one, when it stands in the event's
 * own clause as far as the words tell (no semicolon, quotation mark or relative between). */
static dm_interval sentence_time(const dm_doc *doc, uint32_t head)
{
    const dm_sent *s = &doc->sents.v[doc->tokens.v[head].sent];
    const dm_time *pick = NULL;
    uint32_t seen = 0, lo = 0, hi = doc->times.n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (doc->times.v[mid].first < s->first)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (uint32_t i = lo; i < doc->times.n && doc->times.v[i].first < s->first + s->n; i++) {
        const dm_time *t = &doc->times.v[i];
        if (!dm_known(t->when) || t->kind == DM_TIME_DURATION || t->first < s->first + s->dateline)
            continue;
        seen++;
        if (!pick || t->first <= s->first + s->dateline + 1)
            pick = t;
    }
    bool opens = pick && pick->first <= s->first + s->dateline + 1;
    if (!pick || (!opens && (seen > 1 || pick->first < head)))
        return DM_NO_INTERVAL;
    uint32_t from = pick->first < head ? pick->first : head, to = pick->first < head ? head : pick->first;
    for (uint32_t t = from; t < to; t++)
        if ((dm_token_is(doc, t, "that") && doc->tokens.v[t].deprel != DM_D_DET) ||
            dm_str_in(doc->tokens.v[t].norm, "; \" : -- because after before since until when while which who whom whose where "
                                             "due scheduled planned slated expected"))
            return DM_NO_INTERVAL;
    return pick->when;
}

/* What is told as done lies before the report: "telephoned four times this month" up to its day, "ordered it to report within a month"
 * no day at all. */
static dm_interval until_today(dm_interval i, dm_interval pub)
{
    if (!dm_known(i) || !dm_known(pub) || i.from == DM_DAY_NONE || pub.to == DM_DAY_NONE ||
        (i.to != DM_DAY_NONE && i.to <= pub.to))
        return i;
    bool ahead = i.from > pub.to || (i.from == pub.to && i.precision == DM_PREC_RANGE);
    if (ahead)
        return DM_NO_INTERVAL;
    return (dm_interval){ i.from, pub.to, i.from == pub.to ? DM_PREC_DAY : DM_PREC_RANGE };
}

dm_status dm_when_events(const dm_when *w, dm_doc *doc, dm_error *err)
{
    (void)err;
    for (uint32_t i = 0; i < doc->events.n; i++) {
        dm_event *e = &doc->events.v[i];
        uint32_t speech = DM_NONE, head = i < doc->event_head.n ? doc->event_head.v[i] : DM_NONE;
        if (head == DM_NONE)
            continue;
        if (!dm_known(e->when))
            e->when = event_time(w, doc, head, &speech);
        bool past = doc->tokens.v[head].xpos == DM_X_VBD || doc->tokens.v[head].xpos == DM_X_VBN;
        if (past && !(e->aux & (DM_FUTURE | DM_HYPOTHETICAL)))
            e->when = until_today(e->when, doc->meta.date);
        if (!dm_known(e->when) && !(e->aux & (DM_FUTURE | DM_HYPOTHETICAL)))
            e->when = sentence_time(doc, head);
        uint32_t verb = speaker_verb(doc, e);
        dm_interval said = verb != DM_NONE ? dm_token_time(doc, verb, NULL) : DM_NO_INTERVAL;
        if (!dm_known(said) && speech != DM_NONE)
            said = dm_token_time(doc, speech, NULL);
        e->said = dm_known(said) ? said : doc->meta.date;
    }
    if (doc->kid_first)
        dm_when_story(doc);
    dm_when_cite(doc);
    return DM_OK;
}

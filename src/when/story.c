// SPDX-License-Identifier: Apache-2.0
/* Dates of events whose own clause tells none: "two days after Iran withdrew" counts from the clause beside; what a headline or a lead in
 * the perfect tense tells is dated where the text tells it again; and what a report goes on telling in the simple past happened on the day
 * that it has just named ("On Monday they met. They signed a treaty."). Background of other years holds for its own paragraph only. */
#include "base/token.h"
#include "doc/times.h"
#include "when/when_int.h"

enum {
    CLIMB = 6,
    NEAR_DAYS = 12,       /* a report's own day lies so near to its date */
    WIDE_DAYS = 366,      /* wider periods date nothing else */
    BACKGROUND_SENTS = 2, /* sentences for which a background date holds */
    AGAIN_EVENTS = 40,    /* events searched for the same one told again */
    AGAIN_CODES = 4,
    MONTH_LEAST = 26,
    WHY_ROOM = 16 /* as in event.c */
};

typedef struct teller {
    dm_doc *doc;
    dm_interval now, story; /* the day told of last; the report's own day */
    uint32_t sent, para;    /* where `now` was named */
    uint32_t next;          /* first sentence not yet read */
} teller;

static const dm_token *tok(const dm_doc *doc, uint32_t t) { return &doc->tokens.v[t]; }

static bool is_verb(const dm_doc *doc, uint32_t t) { return tok(doc, t)->upos == DM_U_VERB; }

static uint32_t clause_verb(const dm_doc *doc, uint32_t t)
{
    for (unsigned i = 0; i < CLIMB && t != DM_NONE && !is_verb(doc, t); i++)
        t = tok(doc, t)->head;
    return t != DM_NONE && is_verb(doc, t) ? t : DM_NONE;
}

static bool has_kid_in(const dm_doc *doc, uint32_t v, dm_deprel rel, const char *list)
{
    DM_EACH_KID(doc, v, k)
    if (dm_deprel_base((dm_deprel)tok(doc, k)->deprel) == rel && dm_str_in(tok(doc, k)->norm, list))
        return true;
    return false;
}

/* "signed", "was signed"; no perfect, no modal. */
static bool simple_past(const dm_doc *doc, uint32_t v)
{
    if (has_kid_in(doc, v, DM_D_AUX, "have has had 've will would shall should may might can could must is are am be being"))
        return false;
    unsigned x = tok(doc, v)->xpos;
    return x == DM_X_VBD || (x == DM_X_VBN && has_kid_in(doc, v, DM_D_AUX, "was were")) || has_kid_in(doc, v, DM_D_AUX, "did");
}

/* Words that set a clause apart from the day that is being told of. */
static bool set_apart(const dm_doc *doc, uint32_t v)
{
    return has_kid_in(doc, v, DM_D_ADVMOD,
        "once previously earlier formerly already originally initially long often always traditionally repeatedly later since "
        "ever "
        "still usually regularly sometimes frequently eventually subsequently recently lately first last");
}

static bool open_clause(const dm_doc *doc, uint32_t v)
{
    return !has_kid_in(doc, v, DM_D_MARK, "after before since until if unless though although because whether once than");
}

/* Whether the clause of verb v moves along with the story: a main clause in the simple past, what is joined to it, or a participle,
 * infinitive or relative ("where they signed") that hangs on one. */
static bool narrative(const dm_doc *doc, uint32_t v)
{
    bool finite = false;
    for (unsigned i = 0; i < CLIMB && v != DM_NONE; i++) {
        unsigned x = tok(doc, v)->xpos;
        bool nonfinite = (x == DM_X_VBG || x == DM_X_VB || x == DM_X_VBN) && !has_kid_in(doc, v, DM_D_AUX, "was were did");
        dm_deprel r = dm_deprel_base((dm_deprel)tok(doc, v)->deprel);
        uint32_t up = tok(doc, v)->head;
        if (set_apart(doc, v) || !open_clause(doc, v))
            return false;
        if (!is_verb(doc, v)) { /* "was the only one to oppose it" */
            finite = finite || has_kid_in(doc, v, DM_D_COP, "was were");
            nonfinite = !finite;
        } else if (!nonfinite && !finite) {
            if (!simple_past(doc, v))
                return false;
            finite = true;
        }
        if (up == DM_NONE)
            return finite;
        bool predicate = r == DM_D_ACL && !finite && has_kid_in(doc, up, DM_D_COP, "was were");
        bool relative = (tok(doc, v)->deprel == DM_D_ACL_RELCL || has_kid_in(doc, v, DM_D_ADVMOD, "where")) && finite;
        bool beside = (r == DM_D_CONJ || r == DM_D_PARATAXIS) && finite && has_kid_in(doc, up, DM_D_COP, "was were");
        if (r != DM_D_CONJ && r != DM_D_XCOMP && r != DM_D_ADVCL && r != DM_D_PARATAXIS && !relative && !predicate)
            return false;
        if (!finite && is_verb(doc, v) && (x == DM_X_VBN || r == DM_D_PARATAXIS))
            return false;
        v = predicate || beside ? up : clause_verb(doc, up);
    }
    return false;
}

static bool closed(dm_interval i)
{
    return dm_known(i) && i.from != DM_DAY_NONE && i.to != DM_DAY_NONE && i.to - i.from <= WIDE_DAYS;
}

static bool own_day(const dm_doc *doc, dm_interval i)
{
    dm_interval pub = doc->meta.date;
    return closed(i) && dm_known(pub) && pub.to != DM_DAY_NONE && i.to <= pub.to && pub.to - i.from <= NEAR_DAYS;
}

/* The day that a verb's own time words name; "since May" names May, "the same day" none. */
static dm_interval named_day(const dm_doc *doc, uint32_t t)
{
    uint32_t v[DM_TIMES_MAX], n = dm_times_for(doc, t, v, DM_TIMES_MAX, NULL);
    for (uint32_t i = 0; i < n; i++) {
        const dm_time *x = &doc->times.v[v[i]];
        if (x->same)
            return DM_NO_INTERVAL;
        if (dm_known(x->point) && (x->point.from != x->when.from || x->point.to != x->when.to))
            return x->point;
    }
    return dm_token_time(doc, t, NULL);
}

static bool same_day(const dm_doc *doc, uint32_t t)
{
    uint32_t v[DM_TIMES_MAX], n = dm_times_for(doc, t, v, DM_TIMES_MAX, NULL);
    for (uint32_t i = 0; i < n; i++)
        if (doc->times.v[v[i]].same)
            return true;
    return false;
}

/* A report's first day may stand beside its main clause: "Friday's defeat settled it", "was among those that met on Friday"; not what is
 * told of a thing besides ("condemned the attack, which killed 20 on Friday"). */
static dm_interval any_day(const dm_doc *doc, const dm_sent *s)
{
    for (uint32_t i = dm_doc_time_from(doc, s->first); i < doc->times.n && doc->times.v[i].first < s->first + s->n; i++) {
        const dm_time *t = &doc->times.v[i];
        if (t->first < s->first + s->dateline || t->when.from != t->when.to || !own_day(doc, t->when) || t->count)
            continue;
        uint32_t v = t->head == DM_NONE ? DM_NONE : clause_verb(doc, t->head);
        bool aside = v != DM_NONE && tok(doc, v)->deprel == DM_D_ACL_RELCL && has_kid_in(doc, v, DM_D_NSUBJ, "which who");
        if (!aside)
            return t->when;
    }
    return DM_NO_INTERVAL;
}

/* Reads the sentences up to and including s: the day that the main clause of each names. */
static void read_to(teller *w, uint32_t s)
{
    const dm_doc *doc = w->doc;
    for (; w->next <= s && w->next < doc->sents.n; w->next++) {
        const dm_sent *st = &doc->sents.v[w->next];
        bool background = dm_known(w->now) && (!own_day(doc, w->now) || (dm_known(w->story) && w->now.from != w->story.from));
        if (background && (st->para != w->para || w->next > w->sent + BACKGROUND_SENTS))
            w->now = w->story;
        for (uint32_t t = st->first; st->parsed && t < st->first + st->n; t++) {
            if (tok(doc, t)->head != DM_NONE || !is_verb(doc, t))
                continue;
            dm_interval i = named_day(doc, t);
            bool past = simple_past(doc, t) || has_kid_in(doc, t, DM_D_AUX, "have has had");
            if (!closed(i) || !past)
                break;
            w->now = i;
            w->sent = w->next;
            w->para = st->para;
            if (!dm_known(w->story) && own_day(doc, i))
                w->story = i;
            break;
        }
        if (!dm_known(w->story) && st->parsed && st->kind == DM_SENT_BODY && dm_known(w->story = any_day(doc, st))) {
            w->now = w->story;
            w->sent = w->next;
            w->para = st->para;
        }
    }
}

/* The verb of the clause around v that "after" or "before" opens; *mark gets that word. */
static uint32_t beside_clause(const dm_doc *doc, uint32_t v, uint32_t *mark)
{
    for (unsigned i = 0; i < CLIMB && v != DM_NONE; i++) {
        dm_deprel r = dm_deprel_base((dm_deprel)tok(doc, v)->deprel);
        DM_EACH_KID(doc, v, k)
        if (r == DM_D_ADVCL && tok(doc, k)->deprel == DM_D_MARK && dm_str_in(tok(doc, k)->norm, "after before")) {
            *mark = k;
            return v;
        }
        if (r != DM_D_CONJ && r != DM_D_XCOMP)
            return DM_NONE;
        v = tok(doc, v)->head;
    }
    return DM_NONE;
}

/* The counted time that ends at the mark ("two days after"), or DM_NONE; *soon: "shortly after". */
static uint32_t count_at(const dm_doc *doc, uint32_t mark, bool *soon)
{
    const dm_sent *s = &doc->sents.v[tok(doc, mark)->sent];
    *soon = mark > s->first &&
            dm_str_in(tok(doc, mark - 1)->norm, "shortly soon immediately just right minutes moments hours even");
    for (uint32_t i = dm_doc_time_from(doc, s->first); i < doc->times.n && doc->times.v[i].first <= mark; i++)
        if (doc->times.v[i].count && doc->times.v[i].first + doc->times.v[i].n >= mark &&
            doc->times.v[i].first + doc->times.v[i].n <= mark + 1)
            return i;
    return DM_NONE;
}

/* "on 5 May, the day after they met": the time right before the words that count, or DM_NONE. */
static uint32_t time_before(const dm_doc *doc, uint32_t first)
{
    const dm_sent *s = &doc->sents.v[tok(doc, first)->sent];
    uint32_t end = first > s->first && dm_token_is(doc, first - 1, ",") ? first - 1 : first;
    for (uint32_t i = dm_doc_time_from(doc, s->first); i < doc->times.n && doc->times.v[i].first < end; i++)
        if (doc->times.v[i].first + doc->times.v[i].n == end && dm_known(doc->times.v[i].when))
            return i;
    return DM_NONE;
}

/* The main verb or the one joined to it that stands nearest before the mark and is dated. */
static dm_interval main_day(const dm_doc *doc, uint32_t main, uint32_t mark)
{
    dm_interval best = dm_token_time(doc, main, NULL);
    DM_EACH_KID(doc, main, k)
    {
        dm_interval i = tok(doc, k)->deprel == DM_D_CONJ && k < mark ? dm_token_time(doc, k, NULL) : DM_NO_INTERVAL;
        best = dm_known(i) ? i : best;
    }
    return best;
}

/* The date of an event of this sentence that is at verb v, else of the verb itself. */
static dm_interval date_at(const dm_doc *doc, uint32_t v, uint32_t near)
{
    dm_interval i = dm_token_time(doc, v, NULL);
    for (uint32_t k = near; !dm_known(i) && k > 0 && doc->events.v[k - 1].sentence == doc->events.v[near].sentence; k--)
        if (clause_verb(doc, doc->event_head.v[k - 1]) == v)
            i = doc->events.v[k - 1].when;
    return i;
}

static dm_interval counted(const teller *w, uint32_t i, uint32_t v)
{
    const dm_doc *doc = w->doc;
    uint32_t mark = DM_NONE, clause = beside_clause(doc, v, &mark);
    bool soon = false;
    if (clause != DM_NONE) {
        uint32_t time = count_at(doc, mark, &soon), main = clause_verb(doc, tok(doc, clause)->head);
        dm_time one = { .count = 1, .unit = U_DAY };
        bool next_day = mark >= 2 && dm_token_is(doc, mark - 1, "day") && dm_token_is(doc, mark - 2, "the");
        uint32_t apposed = next_day          ? time_before(doc, mark - 2)
                           : time != DM_NONE ? time_before(doc, doc->times.v[time].first)
                                             : DM_NONE;
        if (main == DM_NONE && apposed == DM_NONE)
            return DM_NO_INTERVAL;
        dm_interval base = apposed != DM_NONE ? doc->times.v[apposed].when : main_day(doc, main, mark);
        if (time == DM_NONE && !soon && !next_day) /* "broke down in April after they had met": some time in April */
            return dm_token_is(doc, mark, "after") && closed(base) && base.to - base.from > MONTH_LEAST ? base : DM_NO_INTERVAL;
        if (!dm_known(base) && main != DM_NONE)
            base = date_at(doc, main, i);
        if (!dm_known(base) && own_day(doc, w->now))
            base = w->now;
        if (next_day)
            return dm_shifted(base, &one, dm_token_is(doc, mark, "after") ? -1 : 1);
        if (time == DM_NONE)
            return base;
        return dm_shifted(base, &doc->times.v[time], dm_token_is(doc, mark, "after") ? -1 : 1);
    }
    DM_EACH_KID(doc, v, k)
    {
        if (tok(doc, k)->deprel != DM_D_ADVCL || beside_clause(doc, k, &mark) != k)
            continue;
        uint32_t time = count_at(doc, mark, &soon);
        dm_interval base = time != DM_NONE || soon ? dm_token_time(doc, k, NULL) : DM_NO_INTERVAL;
        return time == DM_NONE ? base : dm_shifted(base, &doc->times.v[time], dm_token_is(doc, mark, "after") ? 1 : -1);
    }
    return DM_NO_INTERVAL;
}

static bool at_that_time(const dm_doc *doc, uint32_t clause)
{
    return tok(doc, clause)->deprel == DM_D_ADVCL && is_verb(doc, clause) &&
           (has_kid_in(doc, clause, DM_D_ADVMOD, "when") || has_kid_in(doc, clause, DM_D_MARK, "when while as"));
}

/* "When it honoured him in 2010, Beijing cut its ties", "They rose against him in May while he was abroad": both at the one time named. */
static dm_interval beside_when(const dm_doc *doc, uint32_t v)
{
    if (!simple_past(doc, v))
        return DM_NO_INTERVAL;
    uint32_t main = v;
    for (unsigned i = 0; i < CLIMB && tok(doc, main)->deprel == DM_D_CONJ && is_verb(doc, tok(doc, main)->head); i++)
        main = tok(doc, main)->head;
    if (at_that_time(doc, main)) {
        uint32_t up = clause_verb(doc, tok(doc, main)->head);
        return up != DM_NONE && simple_past(doc, up) ? dm_token_time(doc, up, NULL) : DM_NO_INTERVAL;
    }
    for (uint32_t at = v, i = 0; i < CLIMB && at != DM_NONE; i++, at = at == main ? DM_NONE : tok(doc, at)->head)
        DM_EACH_KID(doc, at, k)
        {
            dm_interval there =
                k < v && at_that_time(doc, k) && simple_past(doc, k) ? dm_token_time(doc, k, NULL) : DM_NO_INTERVAL;
            if (closed(there))
                return there;
        }
    return DM_NO_INTERVAL;
}

/* "said on Friday that it was recalling its envoy", "We regret it," she said: what one announces is done by saying it. */
static dm_interval announced(const teller *w, uint32_t v)
{
    const dm_doc *doc = w->doc;
    bool under_way = tok(doc, v)->xpos == DM_X_VBG && has_kid_in(doc, v, DM_D_AUX, "was were is are am 's 're 'm");
    bool ours = tok(doc, v)->xpos == DM_X_VBP && has_kid_in(doc, v, DM_D_NSUBJ, "we i");
    uint32_t says = tok(doc, v)->deprel == DM_D_CCOMP ? tok(doc, v)->head : dm_kid(doc, v, DM_D_PARATAXIS);
    if ((!under_way && !ours) || says == DM_NONE || !simple_past(doc, says) ||
        !dm_str_in(tok(doc, says)->lemma, "say announce tell declare state add confirm inform explain reply"))
        return DM_NO_INTERVAL;
    dm_interval i = dm_token_time(doc, says, NULL);
    return dm_known(i) || !narrative(doc, says) ? i : w->now;
}

/* "The envoy, who arrived on Monday, was not let in": the subject's own day. */
static dm_interval subject_day(const dm_doc *doc, uint32_t v)
{
    uint32_t subject = dm_kid(doc, v, DM_D_NSUBJ);
    subject = subject == DM_NONE ? dm_kid(doc, v, DM_D_NSUBJ_PASS) : subject;
    uint32_t rel = subject == DM_NONE ? DM_NONE : dm_kid(doc, subject, DM_D_ACL_RELCL);
    dm_interval i = rel == DM_NONE || !simple_past(doc, rel) ? DM_NO_INTERVAL : dm_token_time(doc, rel, NULL);
    return own_day(doc, i) && i.precision == DM_PREC_DAY ? i : DM_NO_INTERVAL;
}

static bool shares(const dm_party *a, uint32_t na, const dm_party *b, uint32_t nb)
{
    for (uint32_t i = 0; i < na && i < AGAIN_CODES; i++)
        for (uint32_t k = 0; k < nb && k < AGAIN_CODES; k++)
            if (a[i].code[0] && strcmp(a[i].code, b[k].code) == 0)
                return true;
    return false;
}

/* A headline or a first sentence: dated by the same event further on. */
static dm_interval told_again(const dm_doc *doc, uint32_t i)
{
    const dm_event *e = &doc->events.v[i];
    for (uint32_t k = i + 1; k < doc->events.n && k <= i + AGAIN_EVENTS; k++) {
        const dm_event *o = &doc->events.v[k];
        if (o->type == e->type && o->sentence != e->sentence && own_day(doc, o->when) && o->when.precision == DM_PREC_DAY &&
            shares(e->actor, e->n_actor, o->actor, o->n_actor) &&
            (!e->n_recipient || !o->n_recipient || shares(e->recipient, e->n_recipient, o->recipient, o->n_recipient)))
            return o->when;
    }
    return DM_NO_INTERVAL;
}

static void date_it(dm_event *e, dm_interval i, const char *why)
{
    if (!dm_known(i))
        return;
    e->when = i;
    if (e->why && e->n_why < WHY_ROOM)
        e->why[e->n_why++] = dm_str_of(why);
}

void dm_when_story(dm_doc *doc)
{
    teller w = { .doc = doc, .now = DM_NO_INTERVAL, .story = DM_NO_INTERVAL };
    uint32_t opening = 0;
    while (opening < doc->sents.n && doc->sents.v[opening].kind != DM_SENT_BODY)
        opening++;
    for (uint32_t i = 0; i < doc->events.n && i < doc->event_head.n; i++) {
        dm_event *e = &doc->events.v[i];
        uint32_t v = doc->event_head.v[i] == DM_NONE ? DM_NONE : clause_verb(doc, doc->event_head.v[i]);
        if (v != DM_NONE && same_day(doc, v)) {
            read_to(&w, e->sentence ? e->sentence - 1 : 0);
            date_it(e, w.now, "when/same-day");
        }
        read_to(&w, e->sentence);
        if (dm_known(e->when) || v == DM_NONE || (e->aux & (DM_FUTURE | DM_HYPOTHETICAL)))
            continue;
        date_it(e, counted(&w, i, v), "when/counted-from-clause");
        if (!dm_known(e->when))
            date_it(e, beside_when(doc, v), "when/beside-when");
        if (!dm_known(e->when))
            date_it(e, announced(&w, v), "when/announced");
        if (!dm_known(e->when) && simple_past(doc, v))
            date_it(e, subject_day(doc, v), "when/subject-day");
        if (!dm_known(e->when) && narrative(doc, v))
            date_it(e, w.now, "when/story");
    }
    for (uint32_t i = 0; i < doc->events.n && doc->events.v[i].sentence <= opening; i++)
        if (!dm_known(doc->events.v[i].when) && !(doc->events.v[i].aux & (DM_FUTURE | DM_HYPOTHETICAL)))
            date_it(&doc->events.v[i], told_again(doc, i), "when/told-again");
    for (uint32_t i = 0; i < doc->events.n && doc->events.v[i].sentence <= opening; i++) /* what comes first is the news */
        if (!dm_known(doc->events.v[i].when) && !(doc->events.v[i].aux & (DM_FUTURE | DM_HYPOTHETICAL)))
            date_it(&doc->events.v[i], w.story, "when/story");
}

// SPDX-License-Identifier: Apache-2.0
/* Times of events by the dependency tree: see times.h. Climbs a bounded number of steps. */
#include "doc/times.h"

enum { CLIMB_MAX = 6, DESCEND_MAX = 4 };

static const dm_token *tok(const dm_doc *doc, uint32_t t) { return &doc->tokens.v[t]; }

static uint32_t governor(const dm_doc *doc, const dm_time *t)
{
    return t->head == DM_NONE || t->head >= doc->tokens.n ? DM_NONE : tok(doc, t->head)->head;
}

static bool has_case(const dm_doc *doc, uint32_t noun, const char *list)
{
    if (!doc->kid_first)
        return false;
    DM_EACH_KID(doc, noun, k)
    {
        if (tok(doc, k)->deprel == DM_D_CASE && dm_str_in(tok(doc, k)->norm, list))
            return true;
    }
    return false;
}

/* "following the vote", "after a meeting": what comes later or earlier has a time of its own. */
static bool set_apart(const dm_doc *doc, uint32_t noun)
{
    return has_case(
        doc, noun, "following after before since until despite ahead prior amid pending over about because like than");
}

/* Whether a token triggered an event: events stand in text order. */
static bool is_event(const dm_doc *doc, uint32_t t)
{
    uint32_t lo = 0, hi = doc->event_head.n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (doc->event_head.v[mid] < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < doc->event_head.n && doc->event_head.v[lo] == t;
}

/* Whether a noun under token e may lend its time to e: what was done and where, not who did it. */
static bool lends(const dm_doc *doc, uint32_t e, uint32_t noun, const dm_time *t)
{
    if (noun == DM_NONE || tok(doc, noun)->head != e)
        return false;
    dm_deprel rel = dm_deprel_base((dm_deprel)tok(doc, noun)->deprel);
    if (t->first < noun) /* "during last week's visit" */
        return rel == DM_D_OBL && has_case(doc, noun, "during at in on");
    if (rel == DM_D_NSUBJ) /* "Russia on Tuesday vetoed" */
        return t->first + t->n <= e && tok(doc, e)->upos == DM_U_VERB;
    switch (rel) {
    case DM_D_OBJ:
    case DM_D_OBL:
    case DM_D_NMOD: break;
    default: return tok(doc, noun)->deprel == DM_D_NSUBJ_PASS;
    }
    if (set_apart(doc, noun))
        return false;
    if (rel == DM_D_OBL && noun < e && has_case(doc, noun, "on at during in")) /* "On a visit to Oslo on 5 May he met" */
        return true;
    return !is_event(doc, noun);
}

/* "the declaration issued in Tokyo in 1996": from a time's governor up to the noun through its participle and that one's places. */
static bool hangs_under(const dm_doc *doc, uint32_t g, uint32_t noun)
{
    bool participle = false;
    for (int i = 0; i < DESCEND_MAX && g != DM_NONE && g != noun; i++) {
        dm_deprel r = (dm_deprel)tok(doc, g)->deprel;
        dm_deprel base = dm_deprel_base(r);
        bool acl = base == DM_D_ACL && tok(doc, g)->xpos == DM_X_VBN;
        if (!acl && (participle || (base != DM_D_OBL && base != DM_D_NMOD)))
            return false;
        participle |= acl;
        g = tok(doc, g)->head;
    }
    return participle && g == noun;
}

static void add(uint32_t *out, uint32_t *n, uint32_t max, uint32_t i)
{
    for (uint32_t k = 0; k < *n; k++) {
        if (out[k] == i)
            return;
    }
    if (*n < max)
        out[(*n)++] = i;
}

/* Times held by token g (with its lent ones), that do not contain the event's own word. */
static void collect(const dm_doc *doc, uint32_t g, uint32_t self, bool fronted, uint32_t *out, uint32_t *n, uint32_t max)
{
    const dm_sent *s = &doc->sents.v[tok(doc, self)->sent];
    for (uint32_t i = dm_doc_time_from(doc, s->first); i < doc->times.n && doc->times.v[i].first < s->first + s->n; i++) {
        const dm_time *t = &doc->times.v[i];
        if ((self >= t->first && self < t->first + t->n) || t->first < s->first + s->dateline)
            continue;
        if (fronted && t->first > g)
            continue;
        if (governor(doc, t) == g)
            add(out, n, max, i);
    }
    if (*n || g != self)
        return;
    for (uint32_t i = dm_doc_time_from(doc, s->first); i < doc->times.n && doc->times.v[i].first < s->first + s->n; i++) {
        const dm_time *t = &doc->times.v[i];
        if (!(self >= t->first && self < t->first + t->n) && lends(doc, self, governor(doc, t), t))
            add(out, n, max, i);
    }
    if (*n || tok(doc, self)->upos == DM_U_VERB)
        return;
    for (uint32_t i = dm_doc_time_from(doc, self); i < doc->times.n && doc->times.v[i].first < s->first + s->n; i++) {
        if (doc->times.v[i].first > self && hangs_under(doc, governor(doc, &doc->times.v[i]), self))
            add(out, n, max, i);
    }
}

/* The date inside a longer expression that holds the token ("since [the crackdown in] [June 1989]"): it dates that word. */
static bool inner_time(const dm_doc *doc, uint32_t token, uint32_t *out)
{
    const dm_sent *s = &doc->sents.v[tok(doc, token)->sent];
    for (uint32_t i = dm_doc_time_from(doc, s->first); i < doc->times.n && doc->times.v[i].first <= token; i++) {
        const dm_time *t = &doc->times.v[i];
        if (token >= t->first + t->n)
            continue;
        for (uint32_t k = i + 1; k < doc->times.n && doc->times.v[k].first < t->first + t->n; k++) {
            const dm_time *in = &doc->times.v[k];
            if (in->first > token && in->first + in->n == t->first + t->n) {
                *out = k;
                return true;
            }
        }
    }
    return false;
}

/* "in August when the premier bowed": the clause hangs on the time itself. */
static bool on_time(const dm_doc *doc, uint32_t token, uint32_t *out)
{
    uint32_t h = tok(doc, token)->head;
    dm_deprel r = (dm_deprel)tok(doc, token)->deprel;
    if (h == DM_NONE || h >= token || (r != DM_D_ACL_RELCL && r != DM_D_ADVCL_RELCL && r != DM_D_ACL && r != DM_D_ADVCL))
        return false;
    for (uint32_t i = dm_doc_time_from(doc, doc->sents.v[tok(doc, h)->sent].first);
         i < doc->times.n && doc->times.v[i].first <= h; i++) {
        if (doc->times.v[i].head == h && h < doc->times.v[i].first + doc->times.v[i].n) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* "a statement on Monday that blamed the army": the noun's time between it and its relative clause. */
static void from_antecedent(const dm_doc *doc, uint32_t noun, uint32_t verb, uint32_t *out, uint32_t *n, uint32_t max)
{
    for (uint32_t i = dm_doc_time_from(doc, noun); i < doc->times.n && doc->times.v[i].first < verb; i++) {
        if (governor(doc, &doc->times.v[i]) == noun)
            add(out, n, max, i);
    }
}

/* Whether a clause has a word that sets it apart in time: "after", "before", "when", "since". */
static bool has_mark(const dm_doc *doc, uint32_t v) { return doc->kid_first && dm_kid(doc, v, DM_D_MARK) != DM_NONE; }

static bool has_kid(const dm_doc *doc, uint32_t v, dm_deprel rel) { return doc->kid_first && dm_kid(doc, v, rel) != DM_NONE; }

static bool has_opener(const dm_doc *doc, uint32_t v, dm_deprel rel, const char *list)
{
    if (!doc->kid_first)
        return false;
    DM_EACH_KID(doc, v, k)
    {
        if (tok(doc, k)->deprel == rel && dm_str_in(tok(doc, k)->norm, list))
            return true;
    }
    return false;
}

/* Adverbial clauses that happen when their main clause does: participles, purposes, "when". */
static bool same_time_clause(const dm_doc *doc, uint32_t v)
{
    if (has_opener(doc, v, DM_D_MARK, "when as while") || has_opener(doc, v, DM_D_ADVMOD, "when"))
        return has_opener(doc, v, DM_D_MARK, "when") || has_opener(doc, v, DM_D_ADVMOD, "when");
    if (tok(doc, v)->xpos == DM_X_VB && has_opener(doc, v, DM_D_MARK, "to"))
        return true;
    return tok(doc, v)->xpos == DM_X_VBG && !has_mark(doc, v);
}

/* "expelled two diplomats on Monday and recalled its envoy": one subject, one form, one time. */
static bool same_time_conjunct(const dm_doc *doc, uint32_t v)
{
    uint32_t up = tok(doc, v)->head;
    return tok(doc, v)->xpos == tok(doc, up)->xpos && !has_kid(doc, v, DM_D_NSUBJ) && !has_kid(doc, v, DM_D_AUX);
}

/* "In May the council voted; two members abstained": a clause after a semicolon, no clause of saying. */
static bool after_semicolon(const dm_doc *doc, uint32_t t)
{
    uint32_t up = tok(doc, t)->head;
    if (tok(doc, t)->deprel != DM_D_PARATAXIS || up == DM_NONE || up > t)
        return false;
    for (uint32_t i = up + 1; i < t; i++) {
        if (dm_token_is(doc, i, ";"))
            return true;
    }
    return false;
}

/* One step up from t: whether the event's time may be said there; *fronted when only a time before both verbs counts. */
static bool step_up(const dm_doc *doc, uint32_t t, bool *fronted)
{
    dm_deprel r = (dm_deprel)tok(doc, t)->deprel;
    bool noun = tok(doc, t)->upos == DM_U_NOUN || tok(doc, t)->upos == DM_U_PROPN || tok(doc, t)->upos == DM_U_ADJ;
    *fronted = false;
    switch (dm_deprel_base(r)) {
    case DM_D_XCOMP: return true;
    case DM_D_ADVCL: return same_time_clause(doc, t);
    case DM_D_PARATAXIS: *fronted = true; return after_semicolon(doc, t);
    case DM_D_CONJ: *fronted = !same_time_conjunct(doc, t); return true;
    case DM_D_OBJ:
    case DM_D_NSUBJ:
    case DM_D_OBL: return noun;
    case DM_D_NMOD:
    case DM_D_COMPOUND: return noun && r != DM_D_NMOD_POSS;
    default: return false;
    }
}

static bool is_speech_link(const dm_doc *doc, uint32_t t)
{
    dm_deprel r = dm_deprel_base((dm_deprel)tok(doc, t)->deprel);
    if (after_semicolon(doc, t))
        return false;
    return r == DM_D_CCOMP || r == DM_D_PARATAXIS;
}

uint32_t dm_times_for(const dm_doc *doc, uint32_t token, uint32_t *out, uint32_t max, uint32_t *speech)
{
    uint32_t n = 0, t = token;
    bool verb_seen = false;
    if (speech)
        *speech = DM_NONE;
    if (token >= doc->tokens.n || !doc->sents.v[tok(doc, token)->sent].parsed)
        return 0;
    if (max && (inner_time(doc, token, out) || on_time(doc, token, out)))
        return 1;
    collect(doc, t, token, false, out, &n, max);
    if (n == 0 && tok(doc, t)->deprel == DM_D_ACL_RELCL && tok(doc, t)->head != DM_NONE)
        from_antecedent(doc, tok(doc, t)->head, t, out, &n, max);
    bool open = n == 0, noun = tok(doc, t)->upos != DM_U_VERB;
    for (int i = 0; i < CLIMB_MAX; i++) {
        uint32_t up = tok(doc, t)->head;
        bool fronted = false;
        if (up == DM_NONE)
            break;
        if (is_speech_link(doc, t)) {
            if (speech)
                *speech = up;
            break;
        }
        verb_seen |= tok(doc, t)->upos == DM_U_VERB;
        bool nominal = tok(doc, t)->upos != DM_U_VERB;
        bool past_verb = noun && verb_seen && dm_deprel_base((dm_deprel)tok(doc, t)->deprel) != DM_D_XCOMP;
        open = open && step_up(doc, t, &fronted) && !(verb_seen && nominal && i > 0) && !past_verb;
        if (open) {
            collect(doc, up, token, fronted, out, &n, max);
            open = n == 0;
        }
        t = up;
    }
    return n;
}

uint32_t dm_time_for(const dm_doc *doc, uint32_t token)
{
    uint32_t v[DM_TIMES_MAX], n = dm_times_for(doc, token, v, DM_TIMES_MAX, NULL), best = DM_NONE;
    for (uint32_t i = 0; i < n; i++) {
        const dm_time *t = &doc->times.v[v[i]];
        if (t->when.precision == DM_PREC_UNKNOWN)
            continue;
        if (best == DM_NONE || (t->kind == DM_TIME_SET && doc->times.v[best].kind != DM_TIME_SET))
            best = v[i];
    }
    return best;
}

uint32_t dm_when_years(const dm_doc *doc, const dm_time *time, int16_t *out, uint32_t max)
{
    (void)doc;
    int y, m, d, last;
    uint32_t n = 0;
    if (time->when.precision == DM_PREC_UNKNOWN || time->when.from == DM_DAY_NONE || time->when.to == DM_DAY_NONE)
        return 0;
    dm_day_split(time->when.to, &last, &m, &d);
    dm_day_split(time->when.from, &y, &m, &d);
    if (time->kind == DM_TIME_SET && (m > 1 || d > 1))
        y++;
    for (; y <= last && n < max; y++) {
        bool except = false;
        for (uint32_t i = 0; i < time->n_except; i++)
            except |= time->except[i] == y;
        if (!except)
            out[n++] = (int16_t)y;
    }
    return n;
}

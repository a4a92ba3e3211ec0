// SPDX-License-Identifier: Apache-2.0
/* Facts of an event's making and their weights. Nothing here changes an event; only its confidence follows. */
#include "event/build.h"
#include <math.h>

enum { SHORT_WORDS = 12, LONG_WORDS = 32, MANY_TRIGGERS = 4 };
static const float UNSURE = 0.6f, SURE = 0.9f; /* probability of a side that was chosen */
static const float WEAK = 0.65f;               /* confidence of a mention under which a party is weakly known */

#define BIT(name) (UINT64_C(1) << DM_FACT_##name)

const char *dm_fact_name(unsigned fact)
{
    static const char *const names[DM_N_FACTS] = {
#define X_(name, text) text,
        DM_FACTS(X_)
#undef X_
    };
    return fact < DM_N_FACTS ? names[fact] : NULL;
}

/* Where the weight of this line goes; NULL: no such fact. */
static double *place(dm_confidence *c, dm_str key)
{
    if (dm_str_is(key, "base"))
        return &c->base;
    for (unsigned i = 0; i < DM_N_FACTS; i++)
        if (dm_str_is(key, dm_fact_name(i)))
            return &c->fact[i];
    dm_type type = dm_type_find(key);
    return type < DM_N_TYPES ? &c->type[type] : NULL;
}

dm_status dm_confidence_load(dm_confidence *c, const dm_tables *tables, dm_error *err)
{
    const dm_table *t = dm_tables_get(tables, "model/confidence");
    if (!t)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack 'model/confidence'; compile them again");
    int key = dm_table_column(t, "fact"), weight = dm_table_column(t, "weight");
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        dm_str name = dm_table_cell(t, r, key);
        double *to = place(c, name);
        if (!to || !dm_str_double(dm_table_cell(t, r, weight), to))
            return dm_fail(err, DM_EINPUT, dm_table_line(t, r), "model/confidence.tsv:%u: '%.*s' is no %s", dm_table_line(t, r),
                DM_FMT(name), to ? "line with a number" : "fact");
    }
    return DM_OK;
}

static uint64_t if_(bool yes, uint64_t bit) { return yes ? bit : 0; }

static uint64_t frame_facts(const cand *c)
{
    const frame *f = c->m.frame;
    return if_(c->learned, BIT(BACKOFF)) | if_(c->m.view.pos == 'n', BIT(NOUN)) | if_(c->m.view.pos == 'a', BIT(ADJECTIVE)) |
           if_(c->m.view.passive != 0, BIT(PASSIVE)) |
           if_(c->m.view.pos == 'n' && c->m.view.support != DM_NONE, BIT(SUPPORTED)) | if_(f->n_cond == 0, BIT(PLAIN)) |
           if_(f->n_cond > 1, BIT(CONDITIONS)) | if_(f->words.len && memchr(f->words.p, ' ', f->words.len), BIT(PHRASE)) |
           if_(f->mode[0] != '\0', BIT(MODE)) | if_(f->act.len > 0, BIT(ACT)) | if_(f->actor.all != 0, BIT(MUTUAL)) |
           if_(f->aux != 0, BIT(FRAME_STATUS)) | if_(f->no_recipient != 0, BIT(ONE_SIDED));
}

static uint64_t clause_facts(const dm_doc *doc, uint32_t t)
{
    switch (dm_tok(doc, t)->deprel) {
    case DM_D_ROOT: return BIT(MAIN);
    case DM_D_CCOMP:
    case DM_D_XCOMP: return BIT(COMPLEMENT);
    case DM_D_ACL:
    case DM_D_ACL_RELCL: return BIT(RELATIVE);
    case DM_D_ADVCL:
    case DM_D_ADVCL_RELCL: return BIT(ADVERBIAL);
    case DM_D_CONJ: return BIT(CONJUNCT);
    default: return 0;
    }
}

static uint64_t sentence_facts(const ev_work *w, const cand *c)
{
    const dm_token *t = dm_tok(w->d.doc, c->t);
    const dm_sent *s = &w->d.doc->sents.v[t->sent];
    uint32_t live = 0;
    for (uint32_t i = 0; i < w->n; i++)
        live += !w->c[i].dropped && w->c[i].type != DM_TYPE_NONE;
    return if_(s->kind == DM_SENT_HEADLINE, BIT(HEADLINE)) | if_(s->n <= SHORT_WORDS, BIT(SHORT)) |
           if_(s->n > LONG_WORDS, BIT(LONG)) | if_(live >= MANY_TRIGGERS, BIT(CROWDED)) |
           if_((t->flags & DM_T_QUOTED) != 0, BIT(QUOTED));
}

/* Facts of one side, as bits of the actor's; side_of() moves them. */
enum { SIDE_FACTS = DM_FACT_ACTORS - DM_FACT_ACTOR_UNKNOWN };
_Static_assert(
    DM_FACT_RECIPIENTS - DM_FACT_RECIPIENT_UNKNOWN == (int)SIDE_FACTS, "both sides have the same facts in one order");

static uint64_t side_facts(const ev_work *w, const cand *c, const party_list *l)
{
    const dm_span *s = &w->d.doc->sents.v[dm_tok(w->d.doc, c->t)->sent].span;
    const dm_span *at = &l->p[0].span;
    return if_(!dm_parties_coded(l), BIT(ACTOR_UNKNOWN)) |
           if_(dm_str_starts(l->why, "actor/coref") || dm_str_is(l->why, "actor/possessive-pronoun"), BIT(ACTOR_PRONOUN)) |
           if_(dm_str_starts(l->why, "actor/home-country"), BIT(ACTOR_HOME)) |
           if_(dm_str_starts(l->why, "actor/description") || dm_str_is(l->why, "actor/group") ||
                   dm_str_starts(l->why, "act/sponsor"),
               BIT(ACTOR_DESCRIBED)) |
           if_(l->confidence > 0 && l->confidence < WEAK, BIT(ACTOR_WEAK)) |
           if_(at->start < s->start || at->start >= s->start + s->len, BIT(ACTOR_FAR)) | if_(l->n > 1, BIT(ACTORS));
}

static uint64_t party_facts(const ev_work *w, const cand *c)
{
    uint64_t out = c->actor.n ? side_facts(w, c, &c->actor) : BIT(NO_ACTOR);
    if (c->recipient.n)
        out |= side_facts(w, c, &c->recipient) << (DM_FACT_RECIPIENT_UNKNOWN - DM_FACT_ACTOR_UNKNOWN);
    else if (!c->m.frame->no_recipient && !c->m.frame->actor.all)
        out |= BIT(NO_RECIPIENT);
    bool within =
        c->actor.n && c->recipient.n && c->actor.p[0].code[0] && strcmp(c->actor.p[0].code, c->recipient.p[0].code) == 0;
    const char *code = c->recipient.n ? c->recipient.p[0].code : ""; /* the country that the article is about */
    bool focus = code[0] && (strcmp(code, w->d.doc->focus) == 0 || strcmp(code, w->d.doc->home) == 0);
    out |= if_(c->sure[0] > 0 && c->sure[0] < UNSURE, BIT(ACTOR_UNSURE)) | if_(c->sure[0] > SURE, BIT(ACTOR_SURE)) |
           if_(c->sure[1] > 0 && c->sure[1] < UNSURE, BIT(RECIPIENT_UNSURE)) | if_(c->sure[1] > SURE, BIT(RECIPIENT_SURE));
    return out | if_(within, BIT(WITHIN)) | if_(focus, BIT(RECIPIENT_FOCUS));
}

/* Steps that the other files left as notes. */
static uint64_t step_facts(const cand *c)
{
    static const struct {
        const char *step;
        uint64_t bit;
    } steps[] = {
        { "event/recipient-whose-doing", BIT(GUESS_DEALINGS) },
        { "event/recipient-last-dealings", BIT(GUESS_DEALINGS) },
        { "event/recipient-same-kind", BIT(GUESS_DEALINGS) },
        { "event/recipient-from-article", BIT(GUESS_DEALINGS) },
        { "event/actor-learned", BIT(ACTOR_LEARNED) },
        { "event/recipient-learned", BIT(RECIPIENT_LEARNED) },
        { "event/actor-last-dealings", BIT(GUESS_ACTOR) },
        { "event/own-people", BIT(OWN_PEOPLE) },
        { "event/own-forces", BIT(OWN_PEOPLE) },
        { "event/own-state", BIT(OWN_PEOPLE) },
        { "event/actor-from-governing-event", BIT(GOVERNED) },
        { "event/parties-from-governing-event", BIT(GOVERNED) },
        { "event/recipient-from-governing-event", BIT(GOVERNED) },
        { "event/actor-from-attitude", BIT(GOVERNED) },
        { "event/speaker-is-actor", BIT(OPINION) },
        { "event/duty-is-request", BIT(DUTY) },
        { "event/will-not-is-refusal", BIT(REFUSAL) },
    };
    uint64_t out = 0;
    for (unsigned n = 0; n < c->n_notes; n++)
        for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++)
            out |= if_(strcmp(c->note[n], steps[i].step) == 0, steps[i].bit);
    return out;
}

uint64_t dm_facts_of(const ev_work *w, const cand *c)
{
    return frame_facts(c) | clause_facts(w->d.doc, c->t) | sentence_facts(w, c) | party_facts(w, c) | step_facts(c) |
           if_(c->borrowed_act != 0, BIT(BORROWED)) | if_(c->status.n_why > 0, BIT(OPERATOR)) |
           if_(c->status.n_why > 1, BIT(OPERATORS));
}

uint64_t dm_facts_late(const dm_event *ev)
{
    return if_((ev->aux & DM_NEGATION) != 0, BIT(NEGATED)) | if_((ev->aux & DM_FUTURE) != 0, BIT(TO_COME)) |
           if_((ev->aux & DM_HYPOTHETICAL) != 0, BIT(HYPOTHETICAL)) | if_((ev->aux & DM_HISTORICAL) != 0, BIT(HISTORICAL)) |
           if_(ev->n_attribution > 0, BIT(ATTRIBUTED)) | if_(ev->instrument != NULL, BIT(INSTRUMENT)) |
           if_(ev->when.precision != DM_PREC_UNKNOWN, BIT(DATED));
}

double dm_confidence_of(const dm_confidence *c, uint64_t facts, unsigned type)
{
    double odds = c->base + (type < DM_N_TYPES ? c->type[type] : 0.0);
    for (unsigned i = 0; i < DM_N_FACTS; i++)
        if (facts >> i & 1)
            odds += c->fact[i];
    return 1.0 / (1.0 + exp(-odds));
}

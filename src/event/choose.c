// SPDX-License-Identifier: Apache-2.0
/* The learned choice of parties (choose.h): candidate sets, their clues, the likeliest. A set is a candidate once; order is the order of
 * finding, and the first of equals wins, so that the result does not depend on anything but the text and the tables. */
#include "event/build.h"
#include <math.h>
#include <stdio.h>

enum { SETS_MAX = 40, TEXT_SETS = 5, PARAGRAPH_MENTIONS = 120, PREPS = 9, OFTEN = 3 };

typedef struct set {
    uint32_t n;
    dm_party p[PARTIES_MAX];
    dm_clues clues;
} set;

/* What is asked of the article for one side of one event. */
typedef struct question {
    ev_work *w;
    cand *c;
    unsigned side; /* 0: actor, 1: recipient */
    const party_list *rule, *other;
    uint32_t n;
    set sets[SETS_MAX];
} question;

const char *dm_clue_name(unsigned clue)
{
    static const char *const names[DM_N_CLUES] = {
#define X_(name, text) text,
        DM_CLUES(X_)
#undef X_
    };
    return clue < DM_N_CLUES ? names[clue] : NULL;
}

/* ---- the table */

static unsigned clue_named(dm_str name)
{
    unsigned k = 0;
    while (k < DM_N_CLUES && !dm_str_is(name, dm_clue_name(k)))
        k++;
    return k;
}

/* Where the weight of this line goes; NULL: a name that is none. */
static float *place(dm_party_model *m, dm_str side, dm_str with, dm_str clue)
{
    unsigned s = dm_str_is(side, "recipient"), k = clue_named(clue);
    if (k == DM_N_CLUES || (!s && !dm_str_is(side, "actor")))
        return NULL;
    if (dm_str_is(with, "any"))
        return &m->all[s][k];
    dm_type t = dm_type_find(with);
    if (t < DM_N_TYPES)
        return &m->type[s][t][k];
    unsigned other = clue_named(with);
    if (other == DM_N_CLUES || (!m->with[other] && m->n_pairs == DM_CLUE_PAIRS))
        return NULL;
    if (!m->with[other])
        m->with[other] = ++m->n_pairs;
    return &m->pair[s][m->with[other] - 1][k];
}

dm_status dm_party_model_load(dm_party_model *m, const dm_tables *tables, dm_error *err)
{
    const dm_table *t = dm_tables_get(tables, "model/parties");
    if (!t)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack 'model/parties'; compile them again");
    int side = dm_table_column(t, "side"), with = dm_table_column(t, "with"), clue = dm_table_column(t, "clue"),
        weight = dm_table_column(t, "weight");
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        dm_str name = dm_table_cell(t, r, clue);
        float *to = place(m, dm_table_cell(t, r, side), dm_table_cell(t, r, with), name);
        if (!to || !dm_str_float(dm_table_cell(t, r, weight), to))
            return dm_fail(err, DM_EINPUT, dm_table_line(t, r), "model/parties.tsv:%u: '%.*s' is no %s", dm_table_line(t, r),
                DM_FMT(name), to ? "line with a number" : "clue");
        m->on = true;
    }
    return DM_OK;
}

/* ---- sets */

/* Unlike dm_party_among(): somebody without a code is found among others without one. */
static bool has(const dm_party *p, uint32_t n, const char *code)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(p[i].code, code) == 0)
            return true;
    return false;
}

static bool within(const set *s, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (!has(p, n, s->p[i].code))
            return false;
    return s->n > 0;
}

static bool same_set(const set *s, const dm_party *p, uint32_t n) { return n == s->n && (n == 0 || within(s, p, n)); }

/* What a state or body does not do to itself; its people, parties and courts may. */
static bool outward(const question *q)
{
    unsigned t = q->c->type;
    bool alone = q->w->n_survey < 2; /* the text names nobody else */
    dm_str sector = dm_str_of(q->other->n ? q->other->p[0].sector : "");
    return (t == DM_AGREE || t == DM_CONSULT || t == DM_SUPPORT || t == DM_COOPERATE || t == DM_AID || t == DM_REJECT ||
               t == DM_THREATEN || t == DM_SANCTION ||
               (alone && (t == DM_ACCUSE || t == DM_CONCEDE || t == DM_RETREAT || t == DM_REQUEST))) &&
           !dm_str_in(sector, DM_NO_RULERS);
}

static void propose(question *q, const dm_party *p, uint32_t n)
{
    set s = { .n = 0 };
    for (uint32_t i = 0; i < n && s.n < PARTIES_MAX; i++)
        if (p[i].code[0] && !has(s.p, s.n, p[i].code))
            s.p[s.n++] = p[i];
    if (!s.n || q->n == SETS_MAX || (within(&s, q->other->p, q->other->n) && outward(q)))
        return;
    for (uint32_t i = 0; i < q->n; i++)
        if (same_set(&q->sets[i], s.p, s.n))
            return;
    q->sets[q->n++] = s;
}

/* The rules' answer stands first, with or without codes; nobody second. */
static void propose_rule(question *q)
{
    set *s = &q->sets[q->n++];
    *s = (set){ .n = q->rule->n };
    memcpy(s->p, q->rule->p, q->rule->n * sizeof *s->p);
    if (s->n)
        q->sets[q->n++] = (set){ .n = 0 };
}

static void collect(question *q)
{
    past p;
    propose_rule(q);
    for (unsigned a = 0; a < q->c->m.view.n; a++) {
        party_list l = { 0 };
        dm_parties_of(&q->w->d, q->c->m.view.arg[a].head, q->side ? ROLE_RECIPIENT : ROLE_ACTOR, &l);
        propose(q, l.p, l.n);
    }
    for (uint32_t i = 0; i < q->w->n_salient; i++)
        propose(q, &q->w->salient[i].party, q->w->salient[i].count > 0);
    for (uint32_t i = 0; i < q->w->n_survey && i < TEXT_SETS; i++) {
        dm_party named = { 0 };
        memcpy(named.code, q->w->survey[i].code, DM_CODE_MAX);
        named.span = dm_doc_token_span(q->w->d.doc, q->c->t, 1);
        propose(q, &named, 1);
    }
    for (uint32_t i = 0; i < DM_LOOK_BACK && dm_past_at(q->w, q->c, i, &p); i++) {
        propose(q, p.actor, p.n_actor);
        propose(q, p.recipient, p.n_recipient);
    }
    if (q->other->n)
        propose(q, q->other->p, q->other->n);
}

/* ---- clues */

static void put(set *s, dm_clue clue, bool yes)
{
    if (yes)
        s->clues.bit[clue / 64] |= UINT64_C(1) << clue % 64;
}

static bool noted(const cand *c, const char *const *steps, unsigned n)
{
    for (unsigned i = 0; i < c->n_notes; i++)
        for (unsigned k = 0; k < n; k++)
            if (strcmp(c->note[i], steps[k]) == 0)
                return true;
    return false;
}
#define NOTED(c, ...)                                                                                                          \
    noted(c, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* How the rules came to their answer. */
static void clues_of_rule(const question *q, set *s)
{
    const cand *c = q->c;
    dm_str why = q->rule->why;
    bool guess, actor = q->side == 0;
    put(s, DM_CLUE_RULE, true);
    put(s, DM_CLUE_RULE_NOUN, c->m.view.pos == 'n');
    put(s, DM_CLUE_RULE_PASSIVE, c->m.view.passive != 0);
    put(s, DM_CLUE_RULE_UNCODED, !dm_parties_coded(q->rule));
    put(s, DM_CLUE_RULE_WEAK, q->rule->confidence > 0 && q->rule->confidence < 0.65f);
    put(s, DM_CLUE_RULE_DOER, !actor && NOTED(c, "event/recipient-whose-doing"));
    put(s, DM_CLUE_RULE_DEALINGS, NOTED(c, actor ? "event/actor-last-dealings" : "event/recipient-last-dealings"));
    put(s, DM_CLUE_RULE_KIND, !actor && NOTED(c, "event/recipient-same-kind"));
    put(s, DM_CLUE_RULE_ARTICLE, !actor && NOTED(c, "event/recipient-from-article"));
    put(s, DM_CLUE_RULE_OWN, NOTED(c, "event/own-people", "event/own-forces", "event/own-state", "event/own-government"));
    put(s, DM_CLUE_RULE_GOVERNED,
        NOTED(c, "event/actor-from-governing-event", "event/parties-from-governing-event",
            "event/recipient-from-governing-event", "event/actor-from-attitude"));
    put(s, DM_CLUE_RULE_OPINION, actor && NOTED(c, "event/speaker-is-actor"));
    guess = NOTED(c, actor ? "event/actor-last-dealings" : "event/recipient-last-dealings", "event/recipient-whose-doing",
                "event/recipient-same-kind", "event/recipient-from-article") &&
            (!actor || NOTED(c, "event/actor-last-dealings"));
    if (guess)
        return;
    put(s, DM_CLUE_RULE_NAME, dm_str_starts(why, "actors/"));
    put(s, DM_CLUE_RULE_COREF, dm_str_starts(why, "actor/coref"));
    put(s, DM_CLUE_RULE_POSSESSIVE, dm_str_starts(why, "actor/possess"));
    put(s, DM_CLUE_RULE_HOME, dm_str_starts(why, "actor/home-country"));
    put(s, DM_CLUE_RULE_DESCRIBED,
        dm_str_starts(why, "actor/description") || dm_str_is(why, "actor/group") || dm_str_starts(why, "act/sponsor"));
}

static void clues_of_nobody(const question *q, set *s)
{
    const cand *c = q->c;
    const dm_doc *doc = q->w->d.doc;
    uint32_t o = dm_view_slot(&c->m.view, SLOT_OBJ);
    put(s, DM_CLUE_EMPTY, true);
    put(s, DM_CLUE_EMPTY_ONE_SIDED, c->m.frame->no_recipient != 0);
    put(s, DM_CLUE_EMPTY_SLOT, (q->side ? c->m.frame->recipient.n : c->m.frame->actor.n) > 0);
    put(s, DM_CLUE_EMPTY_MUTUAL, c->m.frame->actor.all != 0);
    put(s, DM_CLUE_EMPTY_NOUN, c->m.view.pos == 'n');
    put(s, DM_CLUE_EMPTY_PASSIVE, c->m.view.passive != 0);
    put(s, DM_CLUE_EMPTY_ACT, c->act.len > 0);
    put(s, DM_CLUE_EMPTY_INSTRUMENT, c->inst != DM_NONE);
    put(s, DM_CLUE_EMPTY_OBJECT, o != DM_NONE && q->w->d.mention_at[o] == DM_NONE);
    put(s, DM_CLUE_EMPTY_QUOTED, (dm_tok(doc, c->t)->flags & DM_T_QUOTED) != 0);
    put(s, DM_CLUE_EMPTY_HEADLINE, doc->sents.v[dm_tok(doc, c->t)->sent].kind == DM_SENT_HEADLINE);
}

static dm_clue clue_of_slot(const question *q, uint16_t slot)
{
    static const struct {
        const char *prep;
        dm_clue clue;
    } preps[PREPS] = { { "to", DM_CLUE_ARG_TO }, { "against", DM_CLUE_ARG_AGAINST }, { "on", DM_CLUE_ARG_ON },
        { "with", DM_CLUE_ARG_WITH }, { "from", DM_CLUE_ARG_FROM }, { "of", DM_CLUE_ARG_OF }, { "in", DM_CLUE_ARG_IN },
        { "for", DM_CLUE_ARG_FOR }, { "by", DM_CLUE_ARG_BY } };
    if (slot == SLOT_SUBJ)
        return DM_CLUE_ARG_SUBJECT;
    if (slot == SLOT_OBJ || slot == SLOT_IOBJ)
        return DM_CLUE_ARG_OBJECT;
    if (slot == SLOT_POSS)
        return DM_CLUE_ARG_POSSESSOR;
    for (unsigned i = 0; i < PREPS; i++)
        if (dm_frames_prep(q->w->d.frames, dm_str_of(preps[i].prep)) == slot)
            return preps[i].clue;
    return DM_CLUE_ARG_OTHER;
}

static void clues_of_arguments(question *q)
{
    const view *v = &q->c->m.view;
    for (unsigned a = 0; a < v->n; a++) {
        party_list l = { 0 };
        dm_parties_of(&q->w->d, v->arg[a].head, q->side ? ROLE_RECIPIENT : ROLE_ACTOR, &l);
        dm_clue clue = clue_of_slot(q, v->arg[a].slot);
        for (uint32_t i = 0; i < q->n && l.n; i++)
            if (within(&q->sets[i], l.p, l.n)) {
                put(&q->sets[i], clue, true);
                put(&q->sets[i], DM_CLUE_ARG_INHERITED, v->arg[a].inherited != 0);
            }
    }
}

static bool under(const dm_doc *doc, uint32_t t, uint32_t top)
{
    for (unsigned i = 0; i < 2 * CLIMB_MAX && t != DM_NONE; i++, t = dm_tok(doc, t)->head)
        if (t == top)
            return true;
    return false;
}

/* One mention of the sentence: where it stands from the trigger. */
static void clues_of_mention(question *q, const dm_mention *m, uint32_t *nearest)
{
    const dm_doc *doc = q->w->d.doc;
    bool before = m->first < q->c->t, below = under(doc, m->head, q->c->t);
    for (uint32_t k = 0; k < m->n_entity; k++) {
        const dm_entity *en = &doc->entities.v[m->entity[k]];
        if (!en->code[0])
            continue;
        bool others = has(q->other->p, q->other->n, en->code);
        for (uint32_t i = 0; i < q->n; i++) {
            set *s = &q->sets[i];
            if (!has(s->p, s->n, en->code))
                continue;
            put(s, DM_CLUE_HERE, true);
            put(s, before ? DM_CLUE_BEFORE : DM_CLUE_AFTER, true);
            put(s, DM_CLUE_UNDER, below);
            put(s, DM_CLUE_PRONOUN, m->form == DM_FORM_PRONOUN || m->form == DM_FORM_ROLE || m->form == DM_FORM_DESC);
            put(s, DM_CLUE_ADJECTIVE, m->form == DM_FORM_ADJ);
            if (before && !others)
                nearest[0] = i;
            else if (!others && nearest[1] == DM_NONE)
                nearest[1] = i;
        }
    }
}

static void clues_of_sentence(question *q)
{
    const dm_doc *doc = q->w->d.doc;
    const dm_sent *sent = &doc->sents.v[dm_tok(doc, q->c->t)->sent];
    uint32_t nearest[2] = { DM_NONE, DM_NONE }, alone = DM_NONE, n = q->w->next_mention;
    while (n > 0 && doc->mentions.v[n - 1].first >= sent->first)
        n--;
    for (uint32_t m = n; m < q->w->next_mention; m++)
        clues_of_mention(q, &doc->mentions.v[m], nearest);
    if (nearest[0] != DM_NONE)
        put(&q->sets[nearest[0]], DM_CLUE_NEAREST_BEFORE, true);
    if (nearest[1] != DM_NONE)
        put(&q->sets[nearest[1]], DM_CLUE_NEAREST_AFTER, true);
    n = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        const set *s = &q->sets[i];
        if (s->n == 1 && s->p[0].code[0] && (s->clues.bit[DM_CLUE_HERE / 64] >> DM_CLUE_HERE % 64 & 1) &&
            !has(q->other->p, q->other->n, s->p[0].code)) {
            alone = i;
            n++;
        }
    }
    if (n == 1)
        put(&q->sets[alone], DM_CLUE_ONLY, true);
}

static void mark(question *q, const dm_party *p, uint32_t n, dm_clue clue)
{
    for (uint32_t i = 0; i < q->n && n; i++)
        put(&q->sets[i], clue, within(&q->sets[i], p, n));
}

static void mark_phrase(question *q, uint32_t t, dm_clue clue)
{
    party_list l = { 0 };
    if (t != DM_NONE)
        dm_parties_of(&q->w->d, t, ROLE_SPEAKER, &l);
    mark(q, l.p, l.n, clue);
}

static void clues_of_speech(question *q)
{
    const dm_doc *doc = q->w->d.doc;
    uint32_t root = q->c->t;
    for (unsigned i = 0; i < 2 * CLIMB_MAX && dm_tok(doc, root)->head != DM_NONE; i++)
        root = dm_tok(doc, root)->head;
    mark_phrase(q, root == q->c->t ? DM_NONE : dm_logical_subject(doc, root), DM_CLUE_ROOT_SUBJECT);
    for (uint32_t i = 0; i < q->c->n_speakers; i++)
        mark_phrase(q, q->c->speaker[i], DM_CLUE_SPEAKER);
    uint32_t quote = q->c->n_speakers ? DM_NONE : dm_quote_of(doc, q->c->t);
    if (quote != DM_NONE)
        mark_phrase(q, q->w->d.quote_who[quote], DM_CLUE_SPEAKER);
}

static uint32_t root_of(const dm_doc *doc, const dm_sent *s)
{
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (dm_tok(doc, t)->deprel == DM_D_ROOT)
            return t;
    return DM_NONE;
}

/* Who stands where in the sentence before; only mentions of the same paragraph are looked at. */
static void clues_of_paragraph(question *q)
{
    const dm_doc *doc = q->w->d.doc;
    uint32_t here = dm_tok(doc, q->c->t)->sent, para = doc->sents.v[here].para;
    uint32_t root = here && doc->sents.v[here - 1].parsed ? root_of(doc, &doc->sents.v[here - 1]) : DM_NONE;
    uint32_t subject = root == DM_NONE ? DM_NONE : dm_logical_subject(doc, root);
    mark_phrase(q, subject, DM_CLUE_PREVIOUS_SUBJECT);
    if (root != DM_NONE)
        DM_EACH_KID(doc, root, k)
    if (k != subject && (dm_tok(doc, k)->deprel == DM_D_OBJ || dm_tok(doc, k)->deprel == DM_D_OBL))
        mark_phrase(q, k, DM_CLUE_PREVIOUS_OBJECT);
    uint32_t left = PARAGRAPH_MENTIONS;
    for (uint32_t m = q->w->next_mention; m-- > 0 && left-- > 0 && doc->sents.v[doc->mentions.v[m].sent].para == para;) {
        const dm_mention *me = &doc->mentions.v[m];
        bool first = me->sent == 0 || doc->sents.v[me->sent - 1].para != para;
        for (uint32_t e = 0; e < me->n_entity && me->sent < here; e++)
            for (uint32_t k = 0; k < q->n; k++)
                if (has(q->sets[k].p, q->sets[k].n, doc->entities.v[me->entity[e]].code)) {
                    put(&q->sets[k], DM_CLUE_PARAGRAPH, true);
                    put(&q->sets[k], DM_CLUE_PARAGRAPH_FIRST, first);
                }
    }
}

/* How much the article speaks of it. */
static void clues_of_salience(const question *q, set *s)
{
    const ev_work *w = q->w;
    uint32_t now = dm_tok(w->d.doc, q->c->t)->sent, last = 0, rank = 0, count = UINT32_MAX;
    bool title = s->n > 0, lead = s->n > 0;
    for (uint32_t k = 0; k < s->n; k++)
        for (uint32_t i = 0; i < w->n_salient; i++) {
            const salient *e = &w->salient[i];
            if (strcmp(e->party.code, s->p[k].code) != 0)
                continue;
            uint32_t above = 0;
            for (uint32_t j = 0; j < w->n_salient; j++)
                above += w->salient[j].count > e->count && !has(q->other->p, q->other->n, w->salient[j].party.code);
            rank = above > rank ? above : rank;
            count = e->count < count ? e->count : count;
            last = now - e->last > last ? now - e->last : last;
            title = title && e->title;
            lead = lead && e->lead;
        }
    if (count == UINT32_MAX)
        return;
    put(s, DM_CLUE_TOP, rank == 0);
    put(s, DM_CLUE_SECOND, rank == 1);
    put(s, DM_CLUE_THIRD, rank == 2);
    put(s, DM_CLUE_ONCE, count == 1);
    put(s, DM_CLUE_TITLE, title);
    put(s, DM_CLUE_LEAD, lead);
    put(s, DM_CLUE_AGO_1, last == 1);
    put(s, DM_CLUE_AGO_FEW, last > 1 && last < 5);
    put(s, DM_CLUE_AGO_MANY, last >= 5);
}

static uint32_t toward_any(const question *q, uint32_t k, bool back)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < q->other->n; i++) {
        uint32_t o = dm_survey_find(q->w, q->other->p[i].code);
        if (o != DM_NONE)
            sum += (q->side == 1) != back ? q->w->survey[o].toward[k] : q->w->survey[k].toward[o];
    }
    return sum;
}

/* What the whole text says of it, ahead as well as back. */
static void clues_of_text(const question *q, set *s)
{
    const ev_work *w = q->w;
    if (s->n != 1)
        return;
    uint32_t me = dm_survey_find(w, s->p[0].code);
    if (me == DM_NONE)
        return;
    const survey_party *p = &w->survey[me];
    uint32_t named = 0, pair = toward_any(q, me, false);
    unsigned kind = q->c->type;
    bool kind_target = p->suffered_type[kind] > 0, kind_actor = p->did_type[kind] > 0;
    bool pair_top = pair > 0, target = p->suffered > 0, hard = p->suffered_hard > 0, actor = p->did > 0;
    for (uint32_t i = 0; i < w->n_survey; i++) {
        if (i == me || has(q->other->p, q->other->n, w->survey[i].code))
            continue;
        named += w->survey[i].named > p->named;
        pair_top = pair_top && toward_any(q, i, false) <= pair;
        target = target && w->survey[i].suffered <= p->suffered;
        hard = hard && w->survey[i].suffered_hard <= p->suffered_hard;
        actor = actor && w->survey[i].did <= p->did;
        kind_target = kind_target && w->survey[i].suffered_type[kind] <= p->suffered_type[kind];
        kind_actor = kind_actor && w->survey[i].did_type[kind] <= p->did_type[kind];
    }
    put(s, DM_CLUE_TEXT_TOP, named == 0);
    put(s, DM_CLUE_TEXT_SECOND, named == 1);
    put(s, DM_CLUE_TEXT_THIRD, named == 2);
    put(s, DM_CLUE_TEXT_PAIR, pair_top);
    put(s, DM_CLUE_TEXT_PAIR_ANY, pair > 0);
    put(s, DM_CLUE_TEXT_PAIR_BACK, toward_any(q, me, true) > 0);
    put(s, DM_CLUE_TEXT_TARGET, target);
    put(s, DM_CLUE_TEXT_HARD_TARGET, hard);
    put(s, DM_CLUE_TEXT_ACTOR, actor);
    put(s, DM_CLUE_TEXT_KIND_TARGET, kind_target);
    put(s, DM_CLUE_TEXT_KIND_ACTOR, kind_actor);
}

static void clues_of_nature(const question *q, set *s)
{
    const dm_doc *doc = q->w->d.doc;
    bool un = false, body = false, private = false, civil = false, focus = false, home = false;
    for (uint32_t i = 0; i < s->n; i++) {
        dm_str code = dm_str_of(s->p[i].code);
        un = un || dm_str_is(code, "UNO");
        body = body || dm_str_in(code, "UNO EUR IGO");
        private = private || dm_str_in(code, "NGO MNC IMG ISM");
        civil = civil || dm_str_in(dm_str_of(s->p[i].sector), DM_CIVIL);
        focus = focus || (code.len && dm_str_is(code, doc->focus));
        home = home || (code.len && dm_str_is(code, doc->home));
    }
    put(s, DM_CLUE_IS_UN, un);
    put(s, DM_CLUE_IS_BODY, body);
    put(s, DM_CLUE_IS_PRIVATE, private);
    put(s, DM_CLUE_CIVIL, civil);
    put(s, DM_CLUE_FOCUS, focus);
    put(s, DM_CLUE_HOME, home);
    put(s, DM_CLUE_TWO, s->n == 2);
    put(s, DM_CLUE_MANY, s->n > 2);
    bool own = within(s, q->other->p, q->other->n), overlap = false;
    for (uint32_t i = 0; i < s->n; i++)
        overlap = overlap || has(q->other->p, q->other->n, s->p[i].code);
    put(s, DM_CLUE_OWN, own);
    put(s, DM_CLUE_OWN_CIVIL, own && civil);
    put(s, DM_CLUE_OVERLAP, overlap && !own);
    const char *sector = q->other->n ? q->other->p[0].sector : "";
    bool people = dm_str_in(dm_str_of(sector), DM_NO_RULERS);
    put(s, DM_CLUE_OWN_BY_CIVIL, own && people);
    put(s, DM_CLUE_OWN_BY_STATE, own && !people);
}

/* What was done between them before. */
static void clues_of_past(question *q)
{
    uint32_t here = dm_tok(q->w->d.doc, q->c->t)->sent;
    bool seen_kind = false, seen_did = false, seen_done = false;
    uint32_t as_actor[SETS_MAX] = { 0 }, as_recipient[SETS_MAX] = { 0 };
    past p;
    for (uint32_t i = 0; i < DM_LOOK_BACK && dm_past_at(q->w, q->c, i, &p); i++) {
        bool did = dm_parties_share(q->other, p.actor, p.n_actor),
             done = dm_parties_share(q->other, p.recipient, p.n_recipient);
        for (uint32_t k = 0; k < q->n; k++) {
            set *s = &q->sets[k];
            bool actor = within(s, p.actor, p.n_actor), recipient = within(s, p.recipient, p.n_recipient);
            as_actor[k] += actor;
            as_recipient[k] += recipient;
            put(s, DM_CLUE_SET_ACTOR, same_set(s, p.actor, p.n_actor) && s->n);
            put(s, DM_CLUE_SET_RECIPIENT, same_set(s, p.recipient, p.n_recipient) && s->n);
            put(s, DM_CLUE_OTHER_DID, did && recipient);
            put(s, DM_CLUE_DID_OTHER, done && actor);
            put(s, DM_CLUE_OTHER_DID_LAST, did && !seen_did && recipient);
            put(s, DM_CLUE_DID_OTHER_LAST, done && !seen_done && actor);
            put(s, DM_CLUE_WITH_OTHER, did && actor && !within(s, q->other->p, q->other->n));
            put(s, DM_CLUE_LAST_ACTOR, i == 0 && actor);
            put(s, DM_CLUE_LAST_RECIPIENT, i == 0 && recipient);
            put(s, DM_CLUE_KIND_ACTOR, p.type == q->c->type && !seen_kind && actor);
            put(s, DM_CLUE_KIND_RECIPIENT, p.type == q->c->type && !seen_kind && recipient);
            put(s, DM_CLUE_SENTENCE_ACTOR, p.sentence == here && actor);
            put(s, DM_CLUE_SENTENCE_RECIPIENT, p.sentence == here && recipient);
            put(s, DM_CLUE_HARD_RECIPIENT, dm_is_hard(p.type) && recipient);
        }
        seen_kind = seen_kind || p.type == q->c->type;
        seen_did = seen_did || (did && p.n_recipient);
        seen_done = seen_done || (done && p.n_actor);
    }
    for (uint32_t k = 0; k < q->n; k++) {
        put(&q->sets[k], DM_CLUE_OFTEN_ACTOR, as_actor[k] >= OFTEN);
        put(&q->sets[k], DM_CLUE_OFTEN_RECIPIENT, as_recipient[k] >= OFTEN);
    }
}

static void clues_of_neighbours(question *q)
{
    const dm_doc *doc = q->w->d.doc;
    uint32_t t = q->c->t;
    bool joined = dm_tok(doc, t)->deprel == DM_D_CONJ;
    for (unsigned i = 0; i < CLIMB_MAX && (t = dm_tok(doc, t)->head) != DM_NONE; i++) {
        const cand *g = dm_live_at(q->w, t);
        if (g) {
            mark(q, g->actor.p, g->actor.n, joined ? DM_CLUE_BESIDE_ACTOR : DM_CLUE_GOVERNOR_ACTOR);
            mark(q, g->recipient.p, g->recipient.n, joined ? DM_CLUE_BESIDE_RECIPIENT : DM_CLUE_GOVERNOR_RECIPIENT);
            break;
        }
        joined = joined && dm_tok(doc, t)->deprel == DM_D_CONJ;
    }
}

/* The instrument spoken of last, whether or not this clause has one. */
static void clues_of_last_instrument(question *q)
{
    const dm_doc *doc = q->w->d.doc;
    uint32_t lo = dm_doc_inst_from(doc, q->c->t + 1);
    if (!lo)
        return;
    const dm_inst *i = &doc->insts.v[doc->insts.v[lo - 1].chain];
    const dm_inst *near = &doc->insts.v[lo - 1];
    for (uint32_t k = 0; k < q->n; k++) {
        set *s = &q->sets[k];
        if (s->n != 1 || !s->p[0].code[0])
            continue;
        const char *code = s->p[0].code;
        put(s, DM_CLUE_LAST_SPONSOR, strcmp(i->sponsor, code) == 0 || strcmp(near->sponsor, code) == 0);
        put(s, DM_CLUE_LAST_SUBJECT, dm_str_is(i->subject, code) || dm_str_is(near->subject, code));
        put(s, DM_CLUE_LAST_BODY, i->body.len >= 3 && memcmp(i->body.p, code, 3) == 0);
    }
}

static void clues_of_instrument(question *q)
{
    if (q->c->inst == DM_NONE)
        return;
    const dm_inst *i = &q->w->d.doc->insts.v[q->c->inst];
    for (uint32_t k = 0; k < q->n; k++) {
        set *s = &q->sets[k];
        if (s->n != 1 || !s->p[0].code[0])
            continue;
        put(s, DM_CLUE_SPONSOR, strcmp(i->sponsor, s->p[0].code) == 0);
        put(s, DM_CLUE_SUBJECT, dm_str_is(i->subject, s->p[0].code));
        put(s, DM_CLUE_BODY, i->body.len >= 3 && memcmp(i->body.p, s->p[0].code, 3) == 0);
    }
}

static void clues(question *q)
{
    clues_of_rule(q, &q->sets[0]);
    clues_of_nobody(q, &q->sets[q->rule->n ? 1 : 0]);
    clues_of_arguments(q);
    clues_of_sentence(q);
    clues_of_speech(q);
    clues_of_past(q);
    clues_of_neighbours(q);
    clues_of_instrument(q);
    clues_of_last_instrument(q);
    clues_of_paragraph(q);
    for (uint32_t i = 0; i < q->n; i++) {
        clues_of_salience(q, &q->sets[i]);
        clues_of_text(q, &q->sets[i]);
        clues_of_nature(q, &q->sets[i]);
    }
}

/* ---- the choice */

static float weigh(const dm_clues *c, const float *weight)
{
    float sum = 0;
    for (unsigned k = 0; k < DM_CLUE_WORDS; k++)
        for (uint64_t bits = c->bit[k]; bits; bits &= bits - 1)
            sum += weight[k * 64 + (unsigned)__builtin_ctzll(bits)];
    return sum;
}

static float score(const dm_party_model *m, const question *q, const set *s)
{
    float sum = weigh(&s->clues, m->all[q->side]) + weigh(&s->clues, m->type[q->side][q->c->type]);
    for (unsigned k = 0; k < DM_CLUE_WORDS; k++)
        for (uint64_t bits = s->clues.bit[k]; bits; bits &= bits - 1) {
            unsigned clue = k * 64 + (unsigned)__builtin_ctzll(bits);
            if (m->with[clue])
                sum += weigh(&s->clues, m->pair[q->side][m->with[clue] - 1]);
        }
    return sum;
}

static void join(const dm_party *p, uint32_t n, char *out, size_t size)
{
    size_t at = 0;
    for (uint32_t i = 0; i < n && at + DM_CODE_MAX + 1 < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", i ? "+" : "", p[i].code);
}

static void keep(const question *q)
{
    dm_doc *doc = q->w->d.doc;
    for (uint32_t i = 0; i < q->n && doc->keep_choices; i++) {
        dm_choice *k = DM_PUSH(&doc->arena, &doc->choices);
        if (!k)
            return;
        *k = (dm_choice){ .token = q->c->t, .side = (uint8_t)q->side, .type = q->c->type, .mutual = q->c->m.frame->actor.all };
        memcpy(k->clues, q->sets[i].clues.bit, sizeof k->clues);
        join(q->sets[i].p, q->sets[i].n, k->codes, sizeof k->codes);
        join(q->other->p, q->other->n, k->other, sizeof k->other);
    }
}

/* Puts the winner where the rules' answer was; true when they differ. */
static bool decide(question *q, party_list *to, float *odds)
{
    const dm_party_model *m = &q->w->e->parties;
    uint32_t best = 0;
    float top = 0, all = 0, scores[SETS_MAX];
    for (uint32_t i = 0; i < q->n; i++) {
        scores[i] = score(m, q, &q->sets[i]);
        best = scores[i] > scores[best] ? i : best;
    }
    top = scores[best];
    for (uint32_t i = 0; i < q->n; i++)
        all += expf(scores[i] - top);
    *odds = 1.0f / all;
    if (best == 0)
        return false;
    to->n = q->sets[best].n;
    memcpy(to->p, q->sets[best].p, to->n * sizeof *to->p);
    to->bare = false;
    to->found = to->n > 0;
    to->confidence = 0;
    to->why = DM_NIL;
    return true;
}

static void choose(ev_work *w, cand *c, unsigned side)
{
    party_list *mine = side ? &c->recipient : &c->actor, rule = *mine;
    question q = { .w = w, .c = c, .side = side, .rule = &rule, .other = side ? &c->actor : &c->recipient };
    float odds = 0;
    collect(&q);
    clues(&q);
    keep(&q);
    if (w->e->parties.on && decide(&q, mine, &odds))
        dm_note(c, side ? "event/recipient-learned" : "event/actor-learned");
    c->sure[side] = odds;
}

void dm_choose_parties(ev_work *w, cand *c)
{
    if (!dm_parties_coded(&c->actor) && !dm_parties_coded(&c->recipient) && !c->learned && c->m.view.pos != 'v')
        return;
    bool mutual = c->m.frame->actor.all || c->type == DM_CONSULT || c->type == DM_COOPERATE;
    if (mutual && c->actor.n > 1 && !c->recipient.n && dm_parties_coded(&c->actor))
        return; /* those who met are all there */
    choose(w, c, 0);
    choose(w, c, 1);
}

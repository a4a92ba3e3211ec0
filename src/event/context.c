// SPDX-License-Identifier: Apache-2.0
/* Who is meant but not named in the clause (gold/GUIDE.md): whose decision, report or demand it was that is rejected or welcomed; whom
 * the actor was last dealing with; whose own people or government it is. Candidates of the same sentence come before earlier events,
 * nearer before farther, at most LOOK_BACK events. Each guess lowers the confidence and leaves its step in the trace. */
#include "event/build.h"

enum { LOOK_BACK = 14 };

static bool code_in(const party_list *l, const char *code)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (code[0] && strcmp(l->p[i].code, code) == 0)
            return true;
    return false;
}

static bool code_among(const dm_party *p, uint32_t n, const char *code)
{
    for (uint32_t i = 0; i < n; i++)
        if (code[0] && strcmp(p[i].code, code) == 0)
            return true;
    return false;
}

static bool coded(const party_list *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->p[i].code[0])
            return true;
    return false;
}

static bool any_shared(const party_list *l, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (code_among(p, n, l->p[i].code))
            return true;
    return false;
}

static bool copy_others(party_list *to, const party_list *not_these, const dm_party *p, uint32_t n)
{
    uint32_t before = to->n;
    for (uint32_t i = 0; i < n; i++)
        if (p[i].code[0] && !code_in(not_these, p[i].code))
            dm_party_add(to, p[i].code, p[i].sector, p[i].span);
    return to->n > before;
}

/* An earlier act, of this sentence or before. */
typedef struct past {
    const dm_party *actor, *recipient;
    uint32_t n_actor, n_recipient, sentence, type;
} past;

static bool past_at(const ev_work *w, const cand *c, uint32_t i, past *out)
{
    uint32_t here = (uint32_t)(c - w->c), seen = 0;
    for (uint32_t k = here; k-- > 0;) {
        const cand *o = &w->c[k];
        if (o->dropped || o->type >= DM_N_TYPES || !(o->actor.n || o->recipient.n))
            continue;
        if (seen++ == i) {
            *out = (past){ o->actor.p, o->recipient.p, o->actor.n, o->recipient.n, dm_tok(w->d.doc, o->t)->sent, o->type };
            return true;
        }
    }
    uint32_t back = i - seen;
    if (back >= w->d.doc->events.n)
        return false;
    const dm_event *e = &w->d.doc->events.v[w->d.doc->events.n - 1 - back];
    *out = (past){ e->actor, e->recipient, e->n_actor, e->n_recipient, e->sentence, e->type };
    return true;
}

static void guessed(cand *c, float weight, const char *step)
{
    c->weight *= weight;
    dm_note(c, step);
}

/* The argument that should have held the recipient is somebody's doing: "the decision", "the report", "it". */
static bool names_a_doing(const ev_work *w, const cand *c)
{
    const dm_doc *doc = w->d.doc;
    for (unsigned a = 0; a < c->m.view.n; a++) {
        uint16_t slot = c->m.view.arg[a].slot;
        uint32_t h = c->m.view.arg[a].head;
        if (slot == SLOT_SUBJ || slot == SLOT_ADV || slot == SLOT_COMP || slot == SLOT_ADJ)
            continue;
        bool noun = dm_tok(doc, h)->upos == DM_U_NOUN, definite = dm_kid(doc, h, DM_D_DET) != DM_NONE;
        if ((noun && definite) || dm_str_in(dm_tok(doc, h)->norm, "it this that these them"))
            return true;
    }
    return false;
}

/* Whose doing it was: the nearest earlier act done to this actor, else the nearest by somebody else. */
static bool from_doer(ev_work *w, cand *c)
{
    past p;
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < LOOK_BACK && past_at(w, c, i, &p); i++) {
            bool done_to_us = any_shared(&c->actor, p.recipient, p.n_recipient),
                 ours = any_shared(&c->actor, p.actor, p.n_actor);
            if (ours || (pass == 0 && !done_to_us) || (pass == 1 && dm_tok(w->d.doc, c->t)->sent - p.sentence > 3))
                continue;
            if (copy_others(&c->recipient, &c->actor, p.actor, p.n_actor)) {
                guessed(c, 0.7f, "event/recipient-whose-doing");
                return true;
            }
        }
    return false;
}

/* Whom the actor was last dealing with. */
static bool from_dealings(ev_work *w, cand *c)
{
    past p;
    for (uint32_t i = 0; i < LOOK_BACK && past_at(w, c, i, &p); i++) {
        bool acted = any_shared(&c->actor, p.actor, p.n_actor), suffered = any_shared(&c->actor, p.recipient, p.n_recipient);
        if ((acted && copy_others(&c->recipient, &c->actor, p.recipient, p.n_recipient)) ||
            (suffered && copy_others(&c->recipient, &c->actor, p.actor, p.n_actor))) {
            guessed(c, 0.6f, "event/recipient-last-dealings");
            return true;
        }
    }
    return false;
}

/* The target of the nearest act of the same kind: "Germany and Austria also called their envoys home". */
static bool from_same_kind(ev_work *w, cand *c)
{
    past p;
    for (uint32_t i = 0; i < LOOK_BACK && past_at(w, c, i, &p); i++)
        if (p.type == c->type && dm_tok(w->d.doc, c->t)->sent - p.sentence <= 4 &&
            copy_others(&c->recipient, &c->actor, p.recipient, p.n_recipient)) {
            guessed(c, 0.7f, "event/recipient-same-kind");
            return true;
        }
    return false;
}

static bool from_article(ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    const char *code = doc->focus[0] && !code_in(&c->actor, doc->focus) ? doc->focus : doc->home;
    if (!code[0] || code_in(&c->actor, code))
        return false;
    for (uint32_t m = 0; m < doc->mentions.n; m++) {
        const dm_mention *me = &doc->mentions.v[m];
        if (!me->n_entity || strcmp(doc->entities.v[me->entity[0]].code, code) != 0)
            continue;
        dm_party_add(&c->recipient, code, "", dm_doc_token_span(doc, me->first, me->n));
        guessed(c, 0.5f, "event/recipient-from-article");
        return true;
    }
    return false;
}

static void own_people(cand *c)
{
    for (uint32_t i = 0; i < c->actor.n; i++)
        if (c->actor.p[i].code[0] && !dm_str_in(dm_str_of(c->actor.p[i].code), "UNO EUR IGO NGO MNC IMG ISM"))
            dm_party_add(&c->recipient, c->actor.p[i].code, c->type == DM_PROTEST ? "GOV" : "CVL", c->actor.p[i].span);
    if (c->recipient.n)
        guessed(c, 0.6f, "event/own-people");
}

static void find_recipient(ev_work *w, cand *c)
{
    switch (c->type) {
    case DM_ACCUSE:
    case DM_REJECT:
    case DM_SUPPORT:
    case DM_AGREE:
    case DM_THREATEN:
    case DM_CONCEDE:
    case DM_RETREAT:
        if (names_a_doing(w, c) && from_doer(w, c))
            return;
        if ((c->type == DM_ACCUSE || c->type == DM_THREATEN) && from_same_kind(w, c))
            return;
        if (!from_dealings(w, c) && c->type != DM_SUPPORT)
            (void)from_article(w, c);
        return;
    case DM_SANCTION:
        if (!from_same_kind(w, c) && !from_dealings(w, c))
            (void)from_article(w, c);
        return;
    case DM_REQUEST:
        if (!from_dealings(w, c))
            (void)from_doer(w, c);
        return;
    case DM_COERCE:
    case DM_ASSAULT:
    case DM_PROTEST: own_people(c); return;
    default: return;
    }
}

/* The one who did the same kind of thing to the same party last, or was last said to deal with it. */
static void find_actor(ev_work *w, cand *c)
{
    past p;
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < LOOK_BACK && past_at(w, c, i, &p); i++) {
            bool same_target = any_shared(&c->recipient, p.recipient, p.n_recipient);
            bool hard = p.type == c->type || p.type == DM_SANCTION || p.type == DM_COERCE || p.type == DM_ASSAULT ||
                        p.type == DM_ACCUSE;
            if (same_target && (pass == 1 || hard) && copy_others(&c->actor, &c->recipient, p.actor, p.n_actor)) {
                guessed(c, 0.6f, "event/actor-last-dealings");
                return;
            }
        }
}

void dm_parties_from_context(ev_work *w, cand *c)
{
    if (!coded(&c->actor) && coded(&c->recipient) && c->type != DM_CONSULT && c->type != DM_PROTEST) {
        c->actor.n = 0;
        find_actor(w, c);
    }
    if (coded(&c->recipient) || c->m.frame->no_recipient || !coded(&c->actor) || c->m.frame->actor.all)
        return;
    c->recipient.n = 0;
    find_recipient(w, c);
}

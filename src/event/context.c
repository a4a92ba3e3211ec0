// SPDX-License-Identifier: Apache-2.0
/* Who is meant but not named in the clause (gold/GUIDE.md): whose decision, report or demand it was that is rejected or welcomed; whom
 * the actor was last dealing with; whose own people or government it is. Candidates of the same sentence come before earlier events,
 * nearer before farther, at most DM_LOOK_BACK events. Each guess lowers the confidence and leaves its step in the trace. */
#include "event/build.h"

enum { NOUN_FRAMES_MAX = 40 };

static bool code_in_str(const party_list *l, dm_str code)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (code.len && dm_str_is(code, l->p[i].code))
            return true;
    return false;
}

static bool code_in(const party_list *l, const char *code) { return dm_party_among(l->p, l->n, code); }

static bool copy_others(party_list *to, const party_list *not_these, const dm_party *p, uint32_t n)
{
    uint32_t before = to->n;
    for (uint32_t i = 0; i < n; i++)
        if (p[i].code[0] && !code_in(not_these, p[i].code))
            dm_party_add(to, p[i].code, p[i].sector, p[i].span);
    return to->n > before;
}

bool dm_past_at(const ev_work *w, const cand *c, uint32_t i, past *out)
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

/* The acts that a noun may call back ("the offer", "the invasion"): bits of the types of its frames; 0 when it names no act. */
static uint32_t acts_named(const ev_work *w, uint32_t h)
{
    const dm_frames *f = w->d.frames;
    uint32_t bits = 0, n = 0;
    if (dm_tok(w->d.doc, h)->upos != DM_U_NOUN)
        return 0;
    for (uint32_t i = dm_frames_find(f, dm_tok(w->d.doc, h)->lemma, 'n'); i != DM_NONE && n < NOUN_FRAMES_MAX;
         i = f->frames[i].next, n++)
        if (f->frames[i].type < DM_N_TYPES && f->frames[i].type != DM_CONSULT)
            bits |= 1u << f->frames[i].type;
    return bits;
}

/* The acts that the argument of c names: "rejected the offer", "condemned the invasion". */
static uint32_t acts_judged(const ev_work *w, const cand *c)
{
    uint32_t bits = 0;
    for (unsigned a = 0; a < c->m.view.n; a++) {
        uint16_t slot = c->m.view.arg[a].slot;
        uint32_t h = c->m.view.arg[a].head;
        uint32_t det = dm_kid(w->d.doc, h, DM_D_DET);
        if ((slot == SLOT_OBJ || slot >= SLOT_PREP) && h != c->t && det != DM_NONE &&
            dm_str_in(dm_tok(w->d.doc, det)->norm, "the this that these those such"))
            bits |= acts_named(w, h);
    }
    return bits;
}

/* Whose doing it was: the nearest earlier act of the kind that is named, else the nearest done to this actor, else the nearest by
 * somebody else. */
static bool from_doer(ev_work *w, cand *c, bool named_only)
{
    past p;
    uint32_t kinds = acts_judged(w, c);
    for (unsigned pass = kinds ? 0 : 1; pass < (named_only ? 1 : 3); pass++)
        for (uint32_t i = 0; i < DM_LOOK_BACK && dm_past_at(w, c, i, &p); i++) {
            bool done_to_us = dm_parties_share(&c->actor, p.recipient, p.n_recipient),
                 ours = dm_parties_share(&c->actor, p.actor, p.n_actor), named = p.type < DM_N_TYPES && (kinds >> p.type & 1);
            if (ours || (pass == 0 && !named) || (pass == 1 && !done_to_us) ||
                (pass == 2 && dm_tok(w->d.doc, c->t)->sent - p.sentence > 3))
                continue;
            if (copy_others(&c->recipient, &c->actor, p.actor, p.n_actor)) {
                guessed(c, 0.7f, "event/recipient-whose-doing");
                return true;
            }
        }
    return false;
}

enum { BALLOT_MAX = 24 };

/* Votes for the side that is missing: each earlier act speaks for somebody, the nearer the louder. */
typedef struct ballot {
    uint32_t n;
    const dm_party *who[BALLOT_MAX];
    float votes[BALLOT_MAX];
} ballot;

static void vote(ballot *b, const dm_party *p, uint32_t n, const party_list *not_these, float weight)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = 0;
        if (!p[i].code[0] || code_in(not_these, p[i].code))
            continue;
        while (k < b->n && strcmp(b->who[k]->code, p[i].code) != 0)
            k++;
        if (k == BALLOT_MAX)
            return;
        if (k == b->n) {
            b->who[k] = &p[i];
            b->votes[k] = 0;
            b->n++;
        }
        b->votes[k] += weight;
    }
}

/* The winner, and who has nearly as many votes by the same act ("Japan and South Korea"). */
static bool elect(const ballot *b, party_list *to)
{
    float best = 0;
    for (uint32_t i = 0; i < b->n; i++)
        best = b->votes[i] > best ? b->votes[i] : best;
    for (uint32_t i = 0; i < b->n && best > 0; i++)
        if (b->votes[i] >= best * 0.97f)
            dm_party_add(to, b->who[i]->code, b->who[i]->sector, b->who[i]->span);
    return to->n > 0;
}

/* Whom the actor is dealing with in this article, and, for acts against somebody, whom others treat alike. */
static bool from_dealings(ev_work *w, cand *c)
{
    bool hostile = c->type == DM_SANCTION || c->type == DM_ACCUSE || c->type == DM_THREATEN || c->type == DM_REJECT;
    ballot b = { .n = 0 };
    past p;
    float loud = 1.0f;
    for (uint32_t i = 0; i < DM_LOOK_BACK && dm_past_at(w, c, i, &p); i++, loud *= 0.85f) {
        bool acted = dm_parties_share(&c->actor, p.actor, p.n_actor),
             suffered = dm_parties_share(&c->actor, p.recipient, p.n_recipient);
        if (acted)
            vote(&b, p.recipient, p.n_recipient, &c->actor, loud);
        else if (suffered)
            vote(&b, p.actor, p.n_actor, &c->actor, loud * 0.9f);
        else if (hostile && p.type == c->type)
            vote(&b, p.recipient, p.n_recipient, &c->actor, loud * 0.8f);
    }
    if (!elect(&b, &c->recipient))
        return false;
    guessed(c, 0.65f, "event/recipient-last-dealings");
    return true;
}

/* The target of the act of the same kind just before: "Germany and Austria also called their envoys home". */
static bool from_same_kind(ev_work *w, cand *c)
{
    past p;
    for (uint32_t i = 0; i < 3 && dm_past_at(w, c, i, &p); i++)
        if (p.type == c->type && dm_tok(w->d.doc, c->t)->sent - p.sentence <= 1 &&
            !dm_parties_share(&c->actor, p.actor, p.n_actor) &&
            copy_others(&c->recipient, &c->actor, p.recipient, p.n_recipient)) {
            guessed(c, 0.7f, "event/recipient-same-kind");
            return true;
        }
    return false;
}

/* Opposition, unions, crowds and courts ask their own government. */
static bool asks_at_home(cand *c)
{
    if (!c->actor.n || !c->actor.p[0].code[0] ||
        !dm_str_in(dm_str_of(c->actor.p[0].sector), "OPP CVL LAB EDU REL SOC PTY+OPP LEG"))
        return false;
    dm_party_add(&c->recipient, c->actor.p[0].code, "GOV", c->actor.p[0].span);
    guessed(c, 0.7f, "event/own-government");
    return true;
}

static bool from_article(ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    const char *code = doc->focus[0] && !code_in(&c->actor, doc->focus) ? doc->focus : doc->home;
    if (!code[0] || code_in(&c->actor, code))
        return false;
    uint32_t m = code == doc->focus ? w->d.focus_at : w->d.home_at;
    if (m == DM_NONE || doc->mentions.v[m].first > c->t)
        return false;
    dm_party_add(&c->recipient, code, "", dm_doc_token_span(doc, doc->mentions.v[m].first, doc->mentions.v[m].n));
    guessed(c, 0.5f, "event/recipient-from-article");
    return true;
}

static void own_people(cand *c)
{
    for (uint32_t i = 0; i < c->actor.n; i++)
        if (c->actor.p[i].code[0] && !dm_str_in(dm_str_of(c->actor.p[i].code), DM_BODY_CODES))
            dm_party_add(&c->recipient, c->actor.p[i].code, c->type == DM_PROTEST ? "GOV" : "CVL", c->actor.p[i].span);
    if (c->recipient.n)
        guessed(c, 0.6f, "event/own-people");
}

static bool speaks(const cand *c, uint32_t t)
{
    for (uint32_t i = 0; i < c->n_speakers; i++)
        if (c->speaker[i] == t)
            return true;
    return false;
}

/* The one state but these that the sentence names besides those who speak; false when there is none or there are more. */
static bool sole_state(const ev_work *w, const cand *c, const party_list *not_these, party_list *out)
{
    const dm_doc *doc = w->d.doc;
    const dm_sent *s = &doc->sents.v[dm_tok(doc, c->t)->sent];
    *out = (party_list){ .n = 0 };
    for (uint32_t t = s->first + s->dateline; t < s->first + s->n && out->n < 2; t++)
        if (w->d.mention_at[t] != DM_NONE && !speaks(c, t)) {
            party_list l = { 0 };
            dm_parties_of(&w->d, t, ROLE_RECIPIENT, &l);
            (void)copy_others(out, not_these, l.p, l.n);
        }
    return out->n == 1 && !dm_str_in(dm_str_of(out->p[0].code), DM_BODY_CODES);
}

/* Forces that move on their own soil move against somebody: the one other state that the sentence names ("facing", "when ... entered"). */
static void from_faced(const ev_work *w, cand *c)
{
    party_list other;
    if (!sole_state(w, c, &c->actor, &other))
        return;
    c->recipient = other;
    guessed(c, 0.7f, "event/recipient-faced");
}

bool dm_yields_abroad(const ev_work *w, const cand *c)
{
    party_list other;
    bool freed = dm_str_in(dm_str_of(c->m.frame->mode), "release resign") || strncmp(c->m.frame->cameo, "081", 3) == 0;
    return (c->type == DM_CONCEDE || c->type == DM_RETREAT) && !freed && sole_state(w, c, &c->actor, &other);
}

/* here: the one state in whose land it happened. */
static bool at_home(const ev_work *w, const cand *c, party_list *here)
{
    party_list nobody = { .n = 0 };
    bool noun = c->m.view.pos == 'n', unrest = c->type == DM_PROTEST || c->type == DM_COERCE;
    unsigned as = dm_tok(w->d.doc, c->t)->deprel;
    bool told =
        noun ? unrest && (as == DM_D_NSUBJ || as == DM_D_NSUBJ_PASS) : unrest || (c->type == DM_ASSAULT && c->m.view.passive);
    return told && !(c->status.aux & (DM_NEGATION | DM_HYPOTHETICAL)) && sole_state(w, c, &nobody, here);
}

bool dm_at_home(const ev_work *w, const cand *c)
{
    party_list here;
    return at_home(w, c, &here);
}

/* "A general strike brought Lisbon to a standstill": nobody is named, and it happened in one country. */
static void from_place(const ev_work *w, cand *c)
{
    party_list here;
    if (!at_home(w, c, &here))
        return;
    bool people = c->type == DM_PROTEST;
    c->actor.n = c->recipient.n = 0;
    dm_party_add(&c->actor, here.p[0].code, people ? "CVL" : "GOV", here.p[0].span);
    if (!c->m.frame->no_recipient)
        dm_party_add(&c->recipient, here.p[0].code, people ? "GOV" : "CVL", here.p[0].span);
    guessed(c, 0.6f, "event/at-home");
}

/* Nobody else is shown to them: the state's own land and people. */
static bool on_own_soil(const cand *c)
{
    for (uint32_t i = 0; i < c->recipient.n; i++)
        if (c->recipient.p[i].code[0] && !code_in(&c->actor, c->recipient.p[i].code))
            return false;
    return true;
}

/* Nobody but the actor and one state is named: between them it was ("begged to differ when Madrid asked"). */
static bool from_only_other(const ev_work *w, cand *c)
{
    party_list other;
    bool rules_at_home = c->type == DM_COERCE && dm_str_in(dm_str_of(c->m.frame->mode), "arrest curfew martial-law censor");
    if (rules_at_home || dm_str_is(dm_str_of(c->m.frame->mode), "resign") || !sole_state(w, c, &c->actor, &other))
        return false;
    c->recipient = other;
    guessed(c, 0.7f, "event/recipient-faced");
    return true;
}

static bool judges(const cand *c) { return c->type == DM_ACCUSE || c->type == DM_REJECT || c->type == DM_SUPPORT; }

static void find_recipient(ev_work *w, cand *c)
{
    if (c->type == DM_REQUEST && asks_at_home(c))
        return;
    if (judges(c) && from_doer(w, c, true))
        return;
    if (from_only_other(w, c))
        return;
    switch (c->type) {
    case DM_ACCUSE:
    case DM_REJECT:
    case DM_SUPPORT:
    case DM_AGREE:
    case DM_THREATEN:
    case DM_CONCEDE:
    case DM_RETREAT:
        if (strcmp(c->m.frame->mode, "resign") == 0) { /* whoever leaves office yields to those he ruled */
            own_people(c);
            return;
        }
        if (names_a_doing(w, c) && from_doer(w, c, false))
            return;
        if ((c->type == DM_ACCUSE || c->type == DM_THREATEN) && from_same_kind(w, c))
            return;
        if (!from_dealings(w, c) && c->type != DM_SUPPORT)
            (void)from_article(w, c);
        return;
    case DM_AID: (void)from_dealings(w, c); return;
    case DM_SANCTION:
        if (!from_same_kind(w, c) && !from_dealings(w, c))
            (void)from_article(w, c);
        return;
    case DM_REQUEST:
        if (!from_dealings(w, c))
            (void)from_doer(w, c, false);
        return;
    case DM_ASSAULT:
        if (!from_dealings(w, c))
            own_people(c);
        return;
    case DM_COERCE:
    case DM_PROTEST: own_people(c); return;
    default: return;
    }
}

/* The one who does things to the same party in this article; hard acts speak loudest. */
static void find_actor(ev_work *w, cand *c)
{
    ballot b = { .n = 0 };
    past p;
    float loud = 1.0f;
    for (uint32_t i = 0; i < DM_LOOK_BACK && dm_past_at(w, c, i, &p); i++, loud *= 0.85f) {
        bool hard =
            p.type == c->type || p.type == DM_SANCTION || p.type == DM_COERCE || p.type == DM_ASSAULT || p.type == DM_ACCUSE;
        if (c->type == DM_ASSAULT && p.type != DM_ASSAULT)
            continue; /* who killed is not guessed from other quarrels */
        if (dm_parties_share(&c->recipient, p.recipient, p.n_recipient))
            vote(&b, p.actor, p.n_actor, &c->recipient, hard ? loud : loud * 0.4f);
    }
    if (elect(&b, &c->actor))
        guessed(c, 0.6f, "event/actor-last-dealings");
}

/* "was suspended from the council": the body that it is shut out of did it. */
static bool from_left_body(ev_work *w, cand *c)
{
    static const char *const preps[] = { "from", "of", "out_of" };
    for (unsigned i = 0; i < sizeof preps / sizeof *preps && c->type == DM_SANCTION; i++) {
        uint32_t h = dm_view_slot(&c->m.view, dm_frames_prep(w->d.frames, dm_str_of(preps[i])));
        party_list l = { 0 };
        if (h != DM_NONE)
            dm_parties_of(&w->d, h, ROLE_ACTOR, &l);
        if (l.n == 1 && dm_str_in(dm_str_of(l.p[0].code), "UNO EUR IGO") && !code_in(&c->recipient, l.p[0].code)) {
            c->actor = l;
            guessed(c, 0.8f, "event/actor-left-body");
            return true;
        }
    }
    return false;
}

/* Nobody is said to have freed, pardoned or sentenced them: a state does that to its own, unless another is named beside. */
static bool frees_its_own(const ev_work *w, const cand *c)
{
    dm_str mode = dm_str_of(c->m.frame->mode);
    bool told = (c->type == DM_RETREAT && dm_str_is(mode, "release")) ||
                (c->type == DM_SANCTION && dm_str_is(mode, "convict")) ||
                (c->type == DM_CONCEDE && strncmp(c->m.frame->cameo, "081", 3) == 0);
    party_list other;
    return told && c->recipient.n == 1 && !dm_str_in(dm_str_of(c->recipient.p[0].code), DM_BODY_CODES) &&
           !sole_state(w, c, &c->recipient, &other) && other.n == 0;
}

/* Civilians who are arrested or driven out, nobody is said by whom: their own state's doing before anybody else's. */
static bool from_own_state(const ev_work *w, cand *c)
{
    bool seized = c->type == DM_COERCE && c->recipient.n == 1 && dm_str_in(dm_str_of(c->recipient.p[0].sector), DM_CIVIL);
    if (!seized && !frees_its_own(w, c))
        return false;
    dm_party_add(&c->actor, c->recipient.p[0].code, "GOV", c->recipient.p[0].span);
    guessed(c, 0.6f, "event/own-state");
    return true;
}

/* Nobody else but one state is named beside whom it is done to: that state does it ("Germany: no more arms go to Peru"). */
static bool actor_only_other(const ev_work *w, cand *c)
{
    party_list other;
    bool said = c->type == DM_REQUEST || c->type == DM_ACCUSE || c->type == DM_REJECT || c->type == DM_SUPPORT;
    if ((said && c->n_speakers) || !sole_state(w, c, &c->recipient, &other))
        return false;
    c->actor = other;
    guessed(c, 0.7f, "event/actor-last-dealings");
    return true;
}

void dm_parties_from_context(ev_work *w, cand *c)
{
    if (!dm_parties_coded(&c->actor) && !dm_parties_coded(&c->recipient))
        from_place(w, c);
    if (!dm_parties_coded(&c->actor) && dm_parties_coded(&c->recipient) && c->type != DM_CONSULT && c->type != DM_PROTEST) {
        c->actor.n = 0;
        if (!from_left_body(w, c) && !from_own_state(w, c) && !actor_only_other(w, c))
            find_actor(w, c);
    }
    bool police = dm_str_is(dm_str_of(c->m.frame->mode), "police");
    if (c->type == DM_MOBILIZE && !police && !c->m.frame->no_recipient && dm_parties_coded(&c->actor) && on_own_soil(c))
        from_faced(w, c);
    if (dm_parties_coded(&c->recipient) || c->m.frame->no_recipient || !dm_parties_coded(&c->actor) ||
        (c->m.frame->actor.all && c->type != DM_AGREE))
        return;
    c->recipient.n = 0;
    find_recipient(w, c);
    if (c->recipient.n && c->inst != DM_NONE && dm_acts_with_sponsor(c->act) &&
        code_in_str(&c->recipient, w->d.doc->insts.v[c->inst].subject))
        c->recipient.n = 0; /* its subject is not whom a vote is cast toward */
}

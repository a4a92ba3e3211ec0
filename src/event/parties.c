// SPDX-License-Identifier: Apache-2.0
/* Actor and recipient of each candidate: from the frame's slots, then from the support verb, the governing event, the instrument, and
 * last from what the article was just speaking of. What is only defaulted (a bare role) yields to what the clause says. */
#include "event/build.h"

enum { COMPANION_MAX = 6 };

static bool is_complement(uint16_t slot) { return slot == SLOT_INF || slot == SLOT_ING || slot == SLOT_THAT; }

/* The recipient by the complement's own line: "ready to withdraw its troops from X". */
static void from_own_line(const ev_work *w, uint32_t verb, role as, party_list *out)
{
    match m;
    dm_match(&w->d, verb, &m);
    if (!m.frame || m.frame->type == DM_TYPE_NONE || m.frame->no_recipient)
        return;
    for (unsigned i = 0; i < m.frame->recipient.n && !out->n; i++)
        for (unsigned a = 0; a < m.view.n && !out->n; a++)
            if (m.view.arg[a].slot == m.frame->recipient.slot[i] && !is_complement(m.view.arg[a].slot))
                dm_parties_of(&w->d, m.view.arg[a].head, as, out);
}

/* "threatened to bomb X": the one the complement is done to. */
static void from_complement(const ev_work *w, uint32_t verb, role as, party_list *out)
{
    view v;
    static const char *const preps[] = { "against", "on", "to", "with", "at" };
    from_own_line(w, verb, as, out);
    if (out->n)
        return;
    dm_view_build(w->d.frames, w->d.doc, verb, 'v', &v);
    uint32_t o = dm_view_slot(&v, SLOT_OBJ);
    if (o != DM_NONE)
        dm_parties_of(&w->d, o, as, out);
    for (unsigned i = 0; i < sizeof preps / sizeof *preps && !out->n; i++) {
        uint32_t h = dm_view_slot(&v, dm_frames_prep(w->d.frames, dm_str_of(preps[i])));
        if (h != DM_NONE)
            dm_parties_of(&w->d, h, as, out);
    }
}

/* "complained that X had left", not "alleged that X had been robbed": whose doing is told in the complaint. */
static bool from_blamed(const ev_work *w, const cand *c, uint32_t verb, party_list *out)
{
    uint32_t s = dm_logical_subject(w->d.doc, verb);
    party_list l = { .n = 0 };
    if (s == DM_NONE)
        return false;
    dm_parties_of(&w->d, s, ROLE_RECIPIENT, &l);
    if (!dm_parties_coded(&l) || l.bare || dm_parties_same(&l, &c->actor))
        return false;
    *out = l;
    return true;
}

static void from_slots(const ev_work *w, const cand *c, const frame_roles *r, role as, party_list *out)
{
    const view *v = &c->m.view;
    for (unsigned i = 0; i < r->n; i++) {
        for (unsigned a = 0; a < v->n; a++) {
            if (v->arg[a].slot != r->slot[i] || (v->pos == 'n' && v->arg[a].inherited && r->slot[i] == SLOT_OBJ))
                continue;
            if (r->slot[i] == SLOT_THAT && c->type == DM_REQUEST && dm_surface_subject(w->d.doc, v->arg[a].head) != DM_NONE)
                dm_parties_of(&w->d, dm_surface_subject(w->d.doc, v->arg[a].head), as, out); /* "demanded that X annul" */
            else if (r->slot[i] == SLOT_THAT && c->type == DM_ACCUSE && from_blamed(w, c, v->arg[a].head, out))
                return;
            else if (is_complement(r->slot[i]) && dm_tok(w->d.doc, v->arg[a].head)->upos == DM_U_VERB)
                from_complement(w, v->arg[a].head, as, out);
            else
                dm_parties_of(&w->d, v->arg[a].head, as, out);
            if (out->n && !r->all)
                return;
        }
    }
}

/* Parties without a code stay only when nobody in the list has one. */
static void prune(party_list *l)
{
    if (!dm_parties_coded(l))
        return;
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++)
        if (l->p[i].code[0])
            l->p[n++] = l->p[i];
    l->n = n;
}

static void remove_shared(cand *c)
{
    /* "ties between Lima and Quito": an actor is not its own recipient among others */
    if (c->recipient.n < 2 || (c->type == DM_REQUEST && dm_str_is(c->recipient.why, "actor/group")))
        return; /* "called on both sides": on its own as well */
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->recipient.n; i++) {
        bool same = dm_party_among(c->actor.p, c->actor.n, c->recipient.p[i].code);
        if (!same)
            c->recipient.p[n++] = c->recipient.p[i];
    }
    if (n)
        c->recipient.n = n;
}

/* "Peru and Chile met": whoever acts together with others is not the one acted on as well. */
static void drop_own_side(cand *c)
{
    bool mutual = c->type == DM_CONSULT || c->type == DM_COOPERATE || c->type == DM_AGREE || c->type == DM_SUPPORT;
    bool all = mutual && c->actor.n > 1 && c->recipient.n > 0;
    for (uint32_t i = 0; i < c->recipient.n && all; i++) {
        bool same = dm_party_among(c->actor.p, c->actor.n, c->recipient.p[i].code);
        all = same;
    }
    if (all)
        c->recipient.n = 0;
}

/* Measures between states, agreements and refusals are not taken toward oneself: such a recipient is a possessive or a place. */
static bool only_itself(const cand *c)
{
    bool outward = c->type == DM_SANCTION || c->type == DM_THREATEN || c->type == DM_SUPPORT || c->type == DM_AGREE ||
                   c->type == DM_REJECT || c->type == DM_RETREAT || c->type == DM_AID || c->type == DM_ACCUSE ||
                   c->type == DM_CONCEDE;
    if (!outward || !c->recipient.n || !c->actor.n ||
        (c->recipient.p[0].sector[0] && strcmp(c->recipient.p[0].sector, c->actor.p[0].sector) != 0))
        return false;
    for (uint32_t i = 0; i < c->recipient.n; i++) {
        bool same = dm_party_among(c->actor.p, c->actor.n, c->recipient.p[i].code);
        if (!same)
            return false;
    }
    return true;
}

static void from_support(const ev_work *w, cand *c)
{
    const view *v = &c->m.view;
    if (v->pos != 'n' || v->support == DM_NONE)
        return;
    uint32_t s = dm_view_slot(v, SLOT_SUBJ);
    if (s != DM_NONE) {
        party_list *side = v->support_converse ? &c->recipient : &c->actor;
        if (!side->n || (c->m.frame->actor.all && side == &c->actor)) { /* "held talks with him": both */
            dm_parties_of(&w->d, s, v->support_converse ? ROLE_RECIPIENT : ROLE_ACTOR, side);
            dm_note(c, "event/support-verb");
        }
    }
    if (v->support_converse && !c->actor.n) {
        static const char *const from[] = { "from", "by", "of" };
        for (unsigned i = 0; i < 3 && !c->actor.n; i++) {
            uint32_t h = dm_view_slot(v, dm_frames_prep(w->d.frames, dm_str_of(from[i])));
            if (h != DM_NONE)
                dm_parties_of(&w->d, h, ROLE_ACTOR, &c->actor);
        }
    }
    uint32_t o = dm_view_slot(v, SLOT_IOBJ);
    if (!c->recipient.n && o != DM_NONE && !c->m.frame->no_recipient)
        dm_parties_of(&w->d, o, ROLE_RECIPIENT, &c->recipient);
}

static const cand *governor(const ev_work *w, const cand *c)
{
    uint32_t cur = c->t;
    for (unsigned depth = 0; depth < CLIMB_MAX; depth++) {
        cur = dm_tok(w->d.doc, cur)->head;
        if (cur == DM_NONE)
            return NULL;
        const cand *g = dm_live_at(w, cur);
        if (g)
            return g;
    }
    return NULL;
}

static bool hurts(unsigned type) { return type == DM_COERCE || type == DM_ASSAULT; }

/* "condemned the arrest of activists": whoever is condemned arrested them. */
static void actor_from_governor(ev_work *w, cand *c)
{
    if (c->actor.n || c->m.view.pos != 'n' || !hurts(c->type))
        return;
    const cand *g = governor(w, c);
    if (g && (g->type == DM_ACCUSE || g->type == DM_SANCTION || g->type == DM_REJECT || g->type == DM_REQUEST) &&
        g->recipient.n && g != c) {
        c->actor = g->recipient;
        c->actor.bare = false;
        c->weight *= 0.7f;
        dm_note(c, "event/actor-from-governing-event");
    }
}

/* "asked Japan at a meeting of ministers": those who deal with each other in the clause met. */
static void meeting_from_governor(ev_work *w, cand *c)
{
    const cand *g = c->type == DM_CONSULT && c->m.view.pos == 'n' && (!c->actor.n || c->actor.bare) ? governor(w, c) : NULL;
    if (!g || !dm_parties_coded(&g->actor) || !dm_parties_coded(&g->recipient) || g->type == DM_AGREE)
        return;
    party_list both = g->actor;
    for (uint32_t i = 0; i < g->recipient.n; i++)
        dm_party_add(&both, g->recipient.p[i].code, g->recipient.p[i].sector, g->recipient.p[i].span);
    c->actor = both;
    c->recipient.n = 0;
    c->weight *= 0.8f;
    dm_note(c, "event/parties-from-governing-event");
}

static bool is_civil(const char *sector) { return dm_str_in(dm_str_of(sector), "CVL OPP REF JRN LAB EDU REL SOC MED ELI PRE"); }

/* "after talks", "after years of talks": a time, not "the talks" of others or talks somebody was called home for. */
static bool time_of_meeting(const dm_doc *doc, uint32_t t)
{
    char buf[64];
    dm_str c = dm_case_of(doc, t, buf, sizeof buf);
    if (dm_kid(doc, t, DM_D_DET) != DM_NONE)
        return false;
    if (dm_str_is(c, "of") && dm_tok(doc, t)->head != DM_NONE)
        c = dm_case_of(doc, dm_tok(doc, t)->head, buf, sizeof buf);
    return dm_str_in(c, "after following during amid despite in");
}

/* "After years of talks X recognised Y": a meeting nobody is named for is of those who then deal with each other. */
static void meeting_before(ev_work *w, cand *c)
{
    if (c->dropped != 2 || c->type != DM_CONSULT || !time_of_meeting(w->d.doc, c->t))
        return;
    meeting_from_governor(w, c);
    if (c->actor.n)
        c->dropped = 0;
}

/* "X did this, which Y said was welcome": what is judged is the governing event's doing. */
static void judged_from_governor(ev_work *w, cand *c)
{
    bool judges = c->type == DM_SUPPORT || c->type == DM_ACCUSE || c->type == DM_REJECT;
    const cand *g =
        judges && !c->recipient.n && !c->m.frame->no_recipient && dm_parties_coded(&c->actor) ? governor(w, c) : NULL;
    if (!g || !dm_parties_coded(&g->actor) || dm_parties_same(&g->actor, &c->actor))
        return;
    for (uint32_t t = c->t, i = 0; i < CLIMB_MAX && t != g->t && t != DM_NONE; i++, t = dm_tok(w->d.doc, t)->head)
        if (dm_tok(w->d.doc, t)->deprel == DM_D_ACL_RELCL || dm_tok(w->d.doc, t)->deprel == DM_D_ADVCL_RELCL) {
            c->recipient = g->actor;
            c->weight *= 0.7f;
            dm_note(c, "event/recipient-from-governing-event");
            return;
        }
}

/* Somebody unknown who speaks against a state is not taken for that state's man because the article is about it. */
static void settle_unknown(cand *c)
{
    bool against = c->type == DM_ACCUSE || c->type == DM_REJECT || c->type == DM_THREATEN || c->type == DM_SANCTION;
    if (!against || !c->actor.bare || c->actor.n != 1 || !dm_str_is(c->actor.why, "actor/home-country-person"))
        return;
    for (uint32_t i = 0; i < c->recipient.n && !c->recipient.bare; i++)
        if (strcmp(c->recipient.p[i].code, c->actor.p[0].code) == 0)
            c->actor.p[0].code[0] = '\0';
}

/* What is done to civilians by those who rule them (CAMEO 175: violent repression); other killing may be anybody's. */
static bool represses(const cand *c)
{
    return c->type == DM_COERCE || (c->type == DM_ASSAULT && strncmp(c->m.frame->cameo, "175", 3) == 0);
}

/* A state's own people: arrests and crackdowns without another actor are their state's. */
static void settle_bare(const ev_work *w, cand *c)
{
    if (!hurts(c->type) && c->type != DM_RETREAT && c->type != DM_CONCEDE && c->type != DM_PROTEST)
        return;
    if (c->actor.n == 1 && c->actor.p[0].code[0] && !c->actor.bare && c->recipient.n &&
        (c->recipient.bare || !dm_parties_coded(&c->recipient))) {
        if (!is_civil(c->recipient.p[0].sector) && dm_yields_abroad(w, c)) {
            c->recipient.n = 0;
            return;
        }
        memcpy(c->recipient.p[0].code, c->actor.p[0].code, DM_CODE_MAX);
        c->recipient.n = 1;
        dm_note(c, "event/own-people");
    } else if (c->recipient.n == 1 && c->recipient.p[0].code[0] && !c->recipient.bare && c->actor.n == 1 &&
               is_civil(c->recipient.p[0].sector) && dm_str_in(dm_str_of(c->actor.p[0].sector), "MIL COP GOV JUD SPY") &&
               (c->actor.bare || !dm_parties_coded(&c->actor))) {
        memcpy(c->actor.p[0].code, c->recipient.p[0].code, DM_CODE_MAX);
        dm_note(c, "event/own-forces");
    } else if (is_civil(c->recipient.n ? c->recipient.p[0].sector : "") && represses(c) && c->actor.n == 0 &&
               !c->recipient.bare && c->recipient.n == 1 && c->recipient.p[0].code[0]) {
        c->actor = c->recipient;
        strcpy(c->actor.p[0].sector, "GOV");
        c->weight *= 0.6f;
        dm_note(c, "event/own-state");
    }
}

/* A preposition right behind the trigger (or behind the noun that the frame used), wherever the tree hung its phrase. */
static void from_next_preposition(const ev_work *w, const cand *c, const frame_roles *r, party_list *out)
{
    const dm_doc *doc = w->d.doc;
    uint32_t after[2] = { c->t + 1, c->m.n_used ? c->m.used[0] + 1 : c->t + 1 };
    for (unsigned i = 0; i < 2; i++) {
        if (after[i] >= doc->tokens.n || dm_tok(doc, after[i])->sent != dm_tok(doc, c->t)->sent ||
            dm_tok(doc, after[i])->deprel != DM_D_CASE)
            continue;
        uint16_t slot = dm_frames_prep(w->d.frames, dm_tok(doc, after[i])->norm);
        for (unsigned k = 0; k < r->n && slot != NO_SLOT; k++)
            if (r->slot[k] == slot && dm_tok(doc, after[i])->head != DM_NONE) {
                dm_parties_of(&w->d, dm_tok(doc, after[i])->head, ROLE_RECIPIENT, out);
                return;
            }
    }
}

/* What is called wrong, welcome or refused in somebody's words, without another actor, is so by the speaker. */
static void actor_from_speaker(const ev_work *w, cand *c)
{
    bool opinion = c->type == DM_ACCUSE || c->type == DM_SUPPORT || c->type == DM_REJECT || c->type == DM_THREATEN;
    if (dm_parties_coded(&c->actor) || !opinion || !c->n_speakers || c->m.view.passive)
        return;
    party_list by = { 0 };
    dm_parties_of(&w->d, c->speaker[0], ROLE_SPEAKER, &by);
    if (!dm_parties_coded(&by))
        return;
    c->actor = by;
    c->n_speakers = 0;
    dm_note(c, "event/speaker-is-actor");
}

/* A table line may join the parties of a relation; where the act has a direction, the subject acts. */
static bool split_sides(ev_work *w, cand *c)
{
    bool mutual = c->type == DM_CONSULT || c->type == DM_COOPERATE || c->type == DM_AGREE || c->type == DM_ASSAULT;
    if (!c->m.frame->actor.all || mutual || c->m.view.pos != 'v')
        return false;
    frame_roles rest = { .n = 0 }, subject = { .n = 1, .slot = { SLOT_SUBJ } };
    for (unsigned i = 0; i < c->m.frame->actor.n; i++)
        if (c->m.frame->actor.slot[i] != SLOT_SUBJ)
            rest.slot[rest.n++] = c->m.frame->actor.slot[i];
    from_slots(w, c, &subject, ROLE_ACTOR, &c->actor);
    from_slots(w, c, &rest, ROLE_RECIPIENT, &c->recipient);
    if (c->actor.n && c->recipient.n)
        return true;
    c->actor.n = c->recipient.n = 0;
    return false;
}

/* "gave up the threat of war to win back the province": whom the purpose of the object is about. */
static void from_object_purpose(const ev_work *w, cand *c)
{
    uint32_t o = dm_view_slot(&c->m.view, SLOT_OBJ);
    if (c->recipient.n || c->m.frame->no_recipient || o == DM_NONE || c->m.view.pos != 'v')
        return;
    DM_EACH_KID(w->d.doc, o, k)
    {
        if (dm_tok(w->d.doc, k)->deprel == DM_D_ACL && dm_tok(w->d.doc, k)->upos == DM_U_VERB &&
            dm_kid(w->d.doc, k, DM_D_MARK) != DM_NONE)
            from_complement(w, k, ROLE_RECIPIENT, &c->recipient);
    }
    DM_EACH_KID(w->d.doc, c->t, a)
    if (dm_tok(w->d.doc, a)->deprel == DM_D_ADVCL) /* "if necessary, to reunify" */
        DM_EACH_KID(w->d.doc, a, k)
    if (dm_tok(w->d.doc, k)->deprel == DM_D_ADVCL && dm_tok(w->d.doc, k)->upos == DM_U_VERB && !c->recipient.n)
        from_complement(w, k, ROLE_RECIPIENT, &c->recipient);
    uint32_t inf = dm_view_slot(&c->m.view, SLOT_INF);
    if (!c->recipient.n && inf != DM_NONE && (c->type == DM_CONCEDE || c->type == DM_THREATEN || c->type == DM_RETREAT))
        from_complement(w, inf, ROLE_RECIPIENT, &c->recipient);
}

/* "has a guarded attitude to an embargo", "has plans for talks": whoever holds the attitude. */
static void actor_from_path(const ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    uint32_t top = c->status.top, g = dm_tok(doc, top)->head;
    if (c->actor.n || c->m.view.pos != 'n' || top == c->t)
        return;
    if (dm_tok(doc, top)->upos == DM_U_VERB) {
        uint32_t s = dm_logical_subject(doc, top);
        if (s != DM_NONE)
            dm_parties_of(&w->d, s, ROLE_ACTOR, &c->actor);
        return;
    }
    uint32_t p = dm_kid(doc, top, DM_D_NMOD_POSS);
    if (p != DM_NONE)
        dm_parties_of(&w->d, p, ROLE_ACTOR, &c->actor);
    else if (g != DM_NONE && dm_tok(doc, g)->upos == DM_U_VERB && dm_tok(doc, top)->deprel == DM_D_OBJ &&
             dm_logical_subject(doc, g) != DM_NONE)
        dm_parties_of(&w->d, dm_logical_subject(doc, g), ROLE_ACTOR, &c->actor);
    if (c->actor.n)
        dm_note(c, "event/actor-from-attitude");
}

/* "offered troops", "ruled out sending soldiers", "pulled out its divisions": what is sent or kept is the actor's own, not whom it acts
 * toward. */
static bool only_its_men(const cand *c)
{
    bool leaves = c->type == DM_RETREAT && strcmp(c->m.frame->mode, "withdraw") == 0;
    bool sends = c->type == DM_AGREE || c->type == DM_AID || c->type == DM_REJECT || c->type == DM_MOBILIZE || leaves;
    if (!sends || !dm_parties_coded(&c->actor) || c->actor.bare || c->recipient.n != 1)
        return false;
    bool own = dm_parties_same(&c->actor, &c->recipient), forces = strcmp(c->recipient.p[0].sector, "MIL") == 0;
    return forces && (c->recipient.bare || (own && leaves));
}

/* Whether t brings in those who act beside the subject: "together with X", "along with X", "alongside X", "as well as X". */
static uint32_t companion_at(const dm_doc *doc, uint32_t t, uint32_t end)
{
    if (t + 1 < end && dm_str_in(dm_tok(doc, t)->norm, "together along jointly") && dm_token_is(doc, t + 1, "with"))
        return t + 1;
    if (t + 2 < end && dm_token_is(doc, t, "as") && dm_token_is(doc, t + 1, "well") && dm_token_is(doc, t + 2, "as"))
        return t + 2;
    return dm_token_is(doc, t, "alongside") ? t : DM_NONE;
}

/* "X, together with Y, lodged a complaint": both acted. */
static void companions(const ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    const dm_sent *s = &doc->sents.v[dm_tok(doc, c->t)->sent];
    if (c->m.view.pos != 'v' || c->m.view.passive || !dm_parties_coded(&c->actor) || c->actor.bare)
        return;
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        uint32_t with = companion_at(doc, t, s->first + s->n), y = with;
        if (with == DM_NONE)
            continue;
        while (y + 1 < s->first + s->n && y < with + COMPANION_MAX && w->d.mention_at[y] == DM_NONE)
            y++;
        uint32_t subject = dm_view_slot(&c->m.view, SLOT_SUBJ), up = dm_tok(doc, t)->head,
                 above = w->d.mention_at[y] == DM_NONE ? DM_NONE : dm_tok(doc, y)->head;
        if (above == DM_NONE || subject == DM_NONE || dm_tok(doc, y)->upos != DM_U_PROPN ||
            (up != c->t && above != c->t && above != subject))
            continue;
        party_list l = { .n = 0 };
        dm_parties_of(&w->d, y, ROLE_ACTOR, &l);
        for (uint32_t i = 0; i < l.n; i++)
            if (l.p[i].code[0])
                dm_party_add(&c->actor, l.p[i].code, l.p[i].sector, l.p[i].span);
        return;
    }
}

static bool names_slot(const frame_roles *r, uint16_t slot)
{
    for (unsigned i = 0; i < r->n; i++)
        if (r->slot[i] == slot)
            return true;
    return false;
}

static bool has_case(const dm_doc *doc, uint32_t t, const char *words)
{
    char buf[64];
    return dm_tok(doc, t)->deprel == DM_D_NMOD && dm_str_in(dm_case_of(doc, t, buf, sizeof buf), words);
}

/* Who did what the noun h names: its possessor, "by", or an adjective where "of" names the other side; in this order. */
static void doer_of_noun(const ev_work *w, uint32_t h, party_list *out)
{
    const dm_doc *doc = w->d.doc;
    bool of = false;
    DM_EACH_KID(doc, h, k) of = of || has_case(doc, k, "of");
    for (unsigned pass = 0; pass < 3 && !out->n; pass++)
        DM_EACH_KID(doc, h, k)
        {
            unsigned d = dm_tok(doc, k)->deprel;
            bool fits = pass == 0   ? d == DM_D_NMOD_POSS
                        : pass == 1 ? has_case(doc, k, "by")
                                    : of && (d == DM_D_AMOD || d == DM_D_COMPOUND || d == DM_D_NMOD_DESC);
            if (fits && !out->n && w->d.mention_at[k] != DM_NONE)
                dm_parties_of(&w->d, k, ROLE_RECIPIENT, out);
        }
}

/* "condemned Peru's arrest of Chilean sailors": judged is who did it, not whom it was done to. */
static void from_judged_doer(const ev_work *w, cand *c)
{
    bool judged = c->type == DM_ACCUSE || c->type == DM_REJECT || c->type == DM_SUPPORT;
    for (unsigned a = 0; judged && c->m.view.pos == 'v' && a < c->m.view.n && !c->m.frame->no_recipient; a++) {
        uint32_t h = c->m.view.arg[a].head;
        party_list l = { .n = 0 };
        if (!names_slot(&c->m.frame->recipient, c->m.view.arg[a].slot) || c->m.view.arg[a].inherited ||
            dm_tok(w->d.doc, h)->upos != DM_U_NOUN || w->d.mention_at[h] != DM_NONE || w->d.inst_at[h] != DM_NONE)
            continue;
        doer_of_noun(w, h, &l);
        if (dm_parties_coded(&l) && !dm_parties_same(&l, &c->actor)) {
            c->recipient = l;
            return;
        }
    }
}

/* "lodged a complaint with the council over Peru's dam": the body it is laid before is not whom it is about. */
static void not_the_forum(const ev_work *w, cand *c)
{
    static const char *const laid[] = { "with", "to", "at", "before", "in" }, *const about[] = { "against", "over", "about",
        "on" };
    if (c->type != DM_ACCUSE || c->m.view.pos != 'v' || c->recipient.n != 1 || c->recipient.bare ||
        !dm_str_in(dm_str_of(c->recipient.p[0].code), "UNO IGO"))
        return;
    uint32_t forum = DM_NONE;
    for (unsigned i = 0; i < sizeof laid / sizeof *laid; i++) {
        uint32_t h = dm_view_slot(&c->m.view, dm_frames_prep(w->d.frames, dm_str_of(laid[i])));
        party_list l = { .n = 0 };
        if (h != DM_NONE)
            dm_parties_of(&w->d, h, ROLE_RECIPIENT, &l);
        if (l.n && l.p[0].span.start == c->recipient.p[0].span.start)
            forum = h;
    }
    if (forum == DM_NONE)
        return;
    c->recipient.n = 0;
    DM_EACH_KID(w->d.doc, forum, k)
    if (has_case(w->d.doc, k, "against over about")) /* hung there by the tree */
        dm_parties_of(&w->d, k, ROLE_RECIPIENT, &c->recipient);
    for (unsigned i = 0; i < sizeof about / sizeof *about && !dm_parties_coded(&c->recipient); i++) {
        uint32_t h = dm_view_slot(&c->m.view, dm_frames_prep(w->d.frames, dm_str_of(about[i])));
        if (h != DM_NONE)
            dm_parties_of(&w->d, h, ROLE_RECIPIENT, &c->recipient);
    }
}

/* "Latvia's insistence that Moscow pay", "claims that X cheats": whom the clause behind the noun is about. */
static void from_noun_clause(const ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    bool about = c->type == DM_REQUEST || c->type == DM_ACCUSE;
    if (c->m.view.pos != 'n' || c->recipient.n || c->m.frame->no_recipient || !about)
        return;
    DM_EACH_KID(doc, c->t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        uint32_t mark = dm_kid(doc, k, DM_D_MARK);
        if ((d != DM_D_ACL && d != DM_D_CCOMP && d != DM_D_ACL_RELCL) || mark == DM_NONE || !dm_token_is(doc, mark, "that"))
            continue;
        uint32_t s = c->type == DM_REQUEST ? dm_surface_subject(doc, k) : dm_logical_subject(doc, k);
        if (s != DM_NONE)
            dm_parties_of(&w->d, s, ROLE_RECIPIENT, &c->recipient);
    }
}

/* "Border guards were rushed to the river", "tanks rolled": forces that are moved, nobody is said by whom, are their state's act. */
static void own_forces_move(cand *c)
{
    if (c->type != DM_MOBILIZE || dm_parties_coded(&c->actor) || c->recipient.n != 1 || !c->recipient.p[0].code[0] ||
        !dm_str_in(dm_str_of(c->recipient.p[0].sector), "MIL COP REB UAF"))
        return;
    c->actor = c->recipient;
    c->recipient.n = 0;
    dm_note(c, "event/own-forces");
}

/* "Russia and its ally Belarus condemned": the tree may give the verb two subjects in a row; "joined Y in opposing it": Y as well. */
static void beside_subject(const ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    uint32_t subject = dm_view_slot(&c->m.view, SLOT_SUBJ), above = dm_tok(doc, c->t)->head;
    if (c->m.view.pos != 'v' || c->m.view.passive || subject == DM_NONE || !dm_parties_coded(&c->actor))
        return;
    party_list l = { .n = 0 };
    DM_EACH_KID(doc, c->t, k)
    if (dm_tok(doc, k)->deprel == DM_D_NSUBJ && k > subject && k < c->t && dm_tok(doc, k)->upos == DM_U_PROPN)
        dm_parties_of(&w->d, k, ROLE_ACTOR, &l);
    if (above != DM_NONE && dm_str_is(dm_tok(doc, above)->lemma, "join") && dm_kid(doc, above, DM_D_OBJ) != DM_NONE &&
        (dm_tok(doc, c->t)->deprel == DM_D_ADVCL || dm_tok(doc, c->t)->deprel == DM_D_XCOMP))
        dm_parties_of(&w->d, dm_kid(doc, above, DM_D_OBJ), ROLE_ACTOR, &l);
    for (uint32_t i = 0; i < l.n; i++)
        if (l.p[i].code[0])
            dm_party_add(&c->actor, l.p[i].code, l.p[i].sector, l.p[i].span);
}

static void fill_one(ev_work *w, cand *c)
{
    if (!split_sides(w, c))
        from_slots(w, c, &c->m.frame->actor, ROLE_ACTOR, &c->actor);
    if (!c->recipient.n)
        from_judged_doer(w, c);
    if (!c->m.frame->no_recipient && !c->recipient.n)
        from_slots(w, c, &c->m.frame->recipient, ROLE_RECIPIENT, &c->recipient);
    companions(w, c);
    beside_subject(w, c);
    from_support(w, c);
    if (!c->recipient.n && !c->m.frame->no_recipient)
        from_next_preposition(w, c, &c->m.frame->recipient, &c->recipient);
    not_the_forum(w, c);
    for (unsigned a = 0;
         a < c->m.view.n && c->m.view.pos == 'n' && !c->actor.n && !names_slot(&c->m.frame->recipient, SLOT_SUBJ); a++)
        if (c->m.view.arg[a].slot == SLOT_SUBJ && !c->m.view.arg[a].inherited)
            dm_parties_of(&w->d, c->m.view.arg[a].head, ROLE_ACTOR, &c->actor); /* "is a signatory to" */
    from_noun_clause(w, c);
    from_object_purpose(w, c);
    actor_from_path(w, c);
    actor_from_speaker(w, c);
    prune(&c->actor);
    prune(&c->recipient);
    if (c->m.view.pos == 'n' && c->actor.n && dm_parties_same(&c->actor, &c->recipient) &&
        c->actor.p[0].span.start == c->recipient.p[0].span.start)
        c->recipient.n = 0; /* the same words cannot be both sides */
    if (c->m.view.pos != 'n' && c->actor.n && c->recipient.n && c->actor.p[0].span.start == c->recipient.p[0].span.start &&
        c->actor.p[0].span.len == c->recipient.p[0].span.len)
        c->recipient.n = 0;
    own_forces_move(c);
    remove_shared(c);
    if (only_itself(c) || only_its_men(c))
        c->recipient.n = 0;
}

void dm_fill_parties(ev_work *w)
{
    for (uint32_t i = 0; i < w->n; i++)
        if (!w->c[i].dropped && w->c[i].type != DM_TYPE_NONE)
            fill_one(w, &w->c[i]);
    for (uint32_t i = 0; i < w->n; i++) {
        cand *c = &w->c[i];
        if (c->dropped || c->type == DM_TYPE_NONE)
            continue;
        dm_fill_instrument(w, c);
        settle_unknown(c);
        settle_bare(w, c);
        actor_from_governor(w, c);
        meeting_from_governor(w, c);
        judged_from_governor(w, c);
        settle_unknown(c);
        settle_bare(w, c);
        if (w->surveying)
            continue;
        dm_parties_from_context(w, c);
        dm_choose_parties(w, c);
        dm_settle_instrument(w, c);
        drop_own_side(c);
    }
    for (uint32_t i = 0; i < w->n && !w->surveying; i++)
        meeting_before(w, &w->c[i]);
}

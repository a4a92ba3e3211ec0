// SPDX-License-Identifier: Apache-2.0
/* Trigger words of a sentence, their frames and status; then the words that belong to another event step back: objects that a frame's
 * condition was about, support verbs of an event noun, and what an operator carries ("asked Japan to cosponsor"). */
#include "event/build.h"

enum { CLIMB = 6 };

static cand *find_cand(ev_work *w, uint32_t t)
{
    for (uint32_t i = 0; i < w->n; i++)
        if (w->c[i].t == t)
            return &w->c[i];
    return NULL;
}

const cand *dm_live_at(const ev_work *w, uint32_t t)
{
    for (uint32_t i = 0; i < w->n; i++)
        if (w->c[i].t == t && !w->c[i].dropped && w->c[i].type != DM_TYPE_NONE)
            return &w->c[i];
    return NULL;
}

static bool is_negator(const dm_doc *doc, uint32_t t)
{
    return dm_str_in(dm_tok(doc, t)->norm, "not n't never no hardly little scant");
}

/* The negation that a line asks for belongs to its own sense: "did not budge", "paid no heed", "will not stand idly by". Such an act is
 * done by saying so, whatever the tense. */
static bool negation_is_its_own(const dm_doc *doc, const match *m)
{
    bool refuses = m->frame->type == DM_REJECT || m->frame->type == DM_THREATEN;
    for (unsigned u = 0; u < m->n_used && refuses; u++) {
        if (is_negator(doc, m->used[u]))
            return true;
        uint32_t det = dm_kid(doc, m->used[u], DM_D_DET);
        if (det != DM_NONE && dm_token_is(doc, det, "no"))
            return true;
    }
    return false;
}

/* A line without an actor of its own for a threat: whoever foretells it threatens. */
static bool foretells(const ev_work *w, const match *m)
{
    const frame_roles *by = &m->frame->actor;
    return m->frame->type == DM_THREATEN && m->view.pos == 'v' && by->n == 1 &&
           by->slot[0] == dm_frames_prep(w->d.frames, DM_STR("-"));
}

cand *dm_candidate_add(ev_work *w, uint32_t t, const match *m)
{
    if (w->n == CANDIDATES_MAX)
        return NULL;
    cand *c = &w->c[w->n++];
    memset(c, 0, offsetof(cand, note));
    c->t = t;
    c->m = *m;
    c->type = m->frame->type;
    c->inst = DM_NONE;
    c->act = m->frame->act;
    c->weight = m->view.pos == 'v' ? 0.9f : m->view.pos == 'n' ? 0.8f : 0.75f;
    dm_status_of(&w->e->status, w->d.doc, t, m->view.pos == 'n' ? m->view.support : DM_NONE, &c->status);
    if (negation_is_its_own(w->d.doc, m))
        c->status.aux = 0;
    else if (foretells(w, m)) { /* "Y will pay dearly, X said": the future is the threat, the past a report */
        if (!(c->status.aux & (DM_FUTURE | DM_HYPOTHETICAL)) || (c->status.aux & DM_NEGATION)) {
            w->n--;
            return NULL;
        }
        c->status.aux = 0;
        c->status.request = 0;
    }
    c->status.aux |= m->frame->aux | m->view.support_aux;
    bool deny = false;
    c->n_speakers = dm_speakers(&w->e->status, w->d.doc, t, c->speaker, c->speech, &deny);
    return c;
}

/* "rejected an American appeal", "condemned the arrest of him by Lima": the noun tells an earlier act of somebody else's, who is named. */
static bool anothers_act(const ev_work *w, const cand *by, const cand *c)
{
    const dm_doc *doc = w->d.doc;
    bool verdict = by->type == DM_REJECT || by->type == DM_ACCUSE || by->type == DM_SUPPORT || by->type == DM_CONCEDE;
    if (c->m.view.pos != 'n' || by->m.view.pos != 'v' || c->type == DM_TYPE_NONE)
        return false;
    if (!verdict)
        return false;
    for (unsigned a = 0; a < c->m.view.n; a++) {
        const view_arg *v = &c->m.view.arg[a];
        party_list own = { 0 };
        bool maker = !v->inherited && (v->slot == SLOT_POSS || v->slot == SLOT_ADJ || v->slot == SLOT_COMP ||
                                          v->slot == dm_frames_prep(w->d.frames, DM_STR("by")));
        if (!maker || dm_tok(doc, v->head)->upos == DM_U_PRON)
            continue;
        dm_parties_of(&w->d, v->head, ROLE_ACTOR, &own);
        if (dm_parties_coded(&own))
            return true;
    }
    return false;
}

/* A word that the frame of another trigger needs is no event of its own. */
static void drop_used(ev_work *w)
{
    for (uint32_t i = 0; i < w->n; i++) {
        const match *m = &w->c[i].m;
        for (unsigned u = 0; u < m->n_used; u++) {
            cand *c = find_cand(w, m->used[u]);
            if (c && c != &w->c[i] && (c->m.view.pos == 'n' || c->m.frame->type == DM_TYPE_NONE) &&
                w->c[i].type != DM_TYPE_NONE) {
                c->dropped = !anothers_act(w, &w->c[i], c);
                if (w->c[i].m.view.n <
                    VIEW_MAX) /* the noun's own prepositions count for the verb: "submit a complaint against" */
                    for (unsigned a = 0; a < c->m.view.n && w->c[i].m.view.n < VIEW_MAX; a++)
                        if (c->m.view.arg[a].slot >= SLOT_PREP && !c->m.view.arg[a].inherited) {
                            view_arg va = c->m.view.arg[a];
                            va.inherited = 1;
                            w->c[i].m.view.arg[w->c[i].m.view.n++] = va;
                        }
            } else if (c && c->m.view.pos == 'n' && w->c[i].type == DM_TYPE_NONE && m->frame->n_cond > 1) {
                c->dropped = 1; /* an idiom that is no event takes its noun along */
            }
        }
    }
}

/* "offered relief and the delivery of planes": the verb's line was about the noun that this one is joined to. */
static bool joined_to_used(const ev_work *w, const cand *verb, uint32_t noun)
{
    for (unsigned u = 0; u < verb->m.n_used; u++)
        if (dm_tok(w->d.doc, noun)->deprel == DM_D_CONJ && dm_tok(w->d.doc, noun)->head == verb->m.used[u])
            return true;
    return false;
}

/* "held talks": hold has a line of its own for other senses; the noun wins unless the verb's line was about this noun. */
static void drop_support(ev_work *w)
{
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->c[i].m.view.pos != 'n' || w->c[i].dropped || w->c[i].type == DM_TYPE_NONE || w->c[i].m.view.support == DM_NONE)
            continue;
        cand *c = find_cand(w, w->c[i].m.view.support);
        if (!c || c->dropped || c->t == w->c[i].t)
            continue;
        if (c->type != DM_TYPE_NONE && joined_to_used(w, c, w->c[i].t))
            w->c[i].dropped = 1;
        else
            c->dropped = 1;
    }
}

static bool has_role_args(const ev_work *w, const cand *c)
{
    party_list l = { 0 };
    for (unsigned a = 0; a < c->m.view.n && !l.n; a++)
        dm_parties_of(&w->d, c->m.view.arg[a].head, ROLE_RECIPIENT, &l);
    return l.n > 0;
}

/* The refusal carries the refused act: its parties and its instrument. */
static void reject(ev_work *w, cand *c)
{
    cand *r = find_cand(w, c->status.rejecter);
    if (!r || r->type != DM_REJECT || r == c)
        return;
    if (c->type == DM_REJECT && dm_tok(w->d.doc, c->t)->head == r->t &&
        dm_str_in(dm_tok(w->d.doc, c->t)->lemma, "rule exclude")) {
        r->dropped = c->dropped = 1; /* "refused to rule out": what it was about is left open */
        c->status.aux |= DM_NEGATION;
        return;
    }
    if (r->status.aux & DM_NEGATION) { /* "did not rule out sanctions": left open */
        r->dropped = 1;
        c->status.absorber = DM_NONE;
        c->status.aux = (uint8_t)((c->status.aux & ~DM_NEGATION) | DM_HYPOTHETICAL);
        return;
    }
    for (unsigned a = 0; a < c->m.view.n && r->m.view.n < VIEW_MAX; a++)
        if (c->m.view.arg[a].slot != SLOT_SUBJ && c->m.view.arg[a].slot != SLOT_ADV) {
            view_arg va = c->m.view.arg[a];
            va.inherited = 1;
            r->m.view.arg[r->m.view.n++] = va;
        }
    if (!r->act.len)
        r->act = c->act;
    r->borrowed_act = 1;
    c->dropped = !anothers_act(w, r, c);
    if (!c->dropped)
        c->status.aux &= (uint8_t) ~(DM_NEGATION | DM_HYPOTHETICAL);
}

static void absorb(ev_work *w, cand *c)
{
    cand *by = find_cand(w, c->status.absorber);
    if (!by || by == c || by->type == DM_TYPE_NONE)
        return;
    if (by->dropped && !(by->m.view.pos == 'v'))
        return;
    if (by->type == DM_REJECT && (by->status.aux & DM_NEGATION) && dm_is_speech(&w->e->status, w->d.doc, by->t) == 2) {
        by->dropped = 1; /* "did not deny that it had sold them": left open */
        c->status.aux = (uint8_t)((c->status.aux & ~DM_NEGATION) | DM_HYPOTHETICAL);
        return;
    }
    bool peaceful = c->type == DM_CONSULT || c->type == DM_SUPPORT || c->type == DM_COOPERATE || c->type == DM_AID ||
                    c->type == DM_CONCEDE || c->type == DM_RETREAT || c->type == DM_AGREE;
    bool promise = dm_str_in(dm_tok(w->d.doc, by->t)->lemma, "promise pledge undertake commit agree guarantee assure");
    if (by->type == DM_AGREE && peaceful && !promise && (c->status.aux & DM_NEGATION) && !(by->status.aux & DM_NEGATION)) {
        by->refused_type = (uint8_t)(c->type + 1); /* "vowed not to cooperate" */
        by->type = DM_REJECT;
        dm_note(by, "event/vow-not-is-refusal");
    }
    if (!by->act.len) {
        by->act = c->act;
        by->borrowed_act = 1;
        for (unsigned a = 0; a < c->m.view.n && by->m.view.n < VIEW_MAX; a++)
            if (c->m.view.arg[a].slot == SLOT_OBJ || c->m.view.arg[a].slot >= SLOT_PREP) {
                view_arg va = c->m.view.arg[a];
                va.slot = SLOT_SUBJECT_INST; /* for its instrument only */
                va.inherited = 1;
                by->m.view.arg[by->m.view.n++] = va;
            }
    }
    c->dropped = 1;
}

static void fuse_into(ev_work *w, cand *maker, cand *c)
{
    maker->type = c->type;
    for (unsigned a = 0; a < c->m.view.n && maker->m.view.n < VIEW_MAX; a++)
        if (c->m.view.arg[a].slot == SLOT_OBJ || c->m.view.arg[a].slot >= SLOT_PREP) {
            view_arg va = c->m.view.arg[a];
            if (va.slot == SLOT_OBJ)
                va.slot = dm_frames_prep(w->d.frames, DM_STR("against"));
            va.inherited = 1;
            maker->m.view.arg[maker->m.view.n++] = va;
        }
    c->dropped = 1;
}

/* "adopted a resolution condemning X": the act of the text is its maker's; of one that only backed or blocked it, no event of its own. */
static bool fuse_content(ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    uint32_t text = dm_tok(doc, c->t)->head;
    if (dm_tok(doc, c->t)->deprel != DM_D_ACL || dm_tok(doc, c->t)->xpos != DM_X_VBG || text == DM_NONE ||
        w->d.inst_at[text] == DM_NONE)
        return false;
    unsigned d = dm_tok(doc, text)->deprel;
    cand *maker = dm_tok(doc, text)->head == DM_NONE ? NULL : find_cand(w, dm_tok(doc, text)->head);
    if (!maker || maker->dropped || !maker->act.len || (d != DM_D_OBJ && d != DM_D_NSUBJ_PASS && d != DM_D_OBL))
        return false;
    if (dm_str_in(maker->act, "draft introduce adopt submit issue"))
        fuse_into(w, maker, c);
    c->dropped = 1;
    return true;
}

/* What is only an instrument's purpose ("a resolution drafted to condemn") belongs to its maker's event. */
static void fuse_purpose(ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    if (fuse_content(w, c))
        return;
    uint32_t up = c->t;
    for (unsigned i = 0; i < CLIMB; i++) {
        uint32_t g = dm_tok(doc, up)->head;
        if (g == DM_NONE)
            return;
        unsigned d = dm_tok(doc, up)->deprel;
        cand *maker = find_cand(w, g);
        bool purpose = (d == DM_D_ADVCL || d == DM_D_XCOMP || d == DM_D_ACL) && dm_kid(doc, up, DM_D_MARK) != DM_NONE &&
                       dm_token_is(doc, dm_kid(doc, up, DM_D_MARK), "to");
        bool makes = maker && dm_str_in(maker->m.frame->act, "draft introduce adopt submit issue");
        if (purpose && makes && !maker->dropped) {
            fuse_into(w, maker, c);
            return;
        }
        if (purpose && w->d.inst_at[g] != DM_NONE)
            up = g;
        else if (d == DM_D_CONJ || d == DM_D_XCOMP)
            up = g;
        else
            return;
    }
}

/* A purpose is kept as the reason of the act above; an event of its own it is only where somebody came or wrote in order to speak. */
static void settle_purpose(const ev_work *w, cand *c)
{
    bool speech = c->type == DM_REQUEST || c->type == DM_CONSULT || c->type == DM_SUPPORT || c->type == DM_ACCUSE;
    const dm_token *g = dm_tok(w->d.doc, c->status.purpose_of);
    if (speech && dm_str_in(g->lemma,
                      "send go travel fly visit come meet telephone phone call write appear arrive dispatch gather take use")) {
        status of;
        dm_status_of(&w->e->status, w->d.doc, c->status.purpose_of, DM_NONE, &of);
        c->status.aux = (uint8_t)((c->status.aux & ~DM_HYPOTHETICAL) | (of.aux & ~DM_HISTORICAL)); /* "will fly there to ask" */
    } else
        c->dropped = 1;
}

/* "voted to condemn": the vote is how the condemning was done. */
static void fuse_vote(ev_work *w, cand *c)
{
    uint32_t inf = dm_view_slot(&c->m.view, SLOT_INF);
    cand *done = inf == DM_NONE ? NULL : find_cand(w, inf);
    if (done && !done->dropped && done->type != DM_TYPE_NONE &&
        dm_str_in(dm_tok(w->d.doc, c->t)->lemma, "vote decide resolve choose move act join"))
        c->dropped = 1;
}

/* "An embargo is unlikely", "no summit has been agreed": somebody's plans are spoken of, and the text says whose. */
static bool spoken_of(const ev_work *w, const cand *c)
{
    unsigned d = dm_tok(w->d.doc, c->t)->deprel;
    bool plan = c->type == DM_SANCTION || c->type == DM_CONSULT || c->type == DM_MOBILIZE;
    return plan && (d == DM_D_NSUBJ || d == DM_D_NSUBJ_PASS) && (c->status.aux & (DM_NEGATION | DM_FUTURE | DM_HYPOTHETICAL));
}

/* "said that it had not cheated": a wrong that the line asks for in the clause, and that is said not to be, is no reproach. */
static bool wrong_denied(const ev_work *w, const cand *c)
{
    uint32_t clause = c->type == DM_ACCUSE && c->m.view.pos == 'v' ? dm_view_slot(&c->m.view, SLOT_THAT) : DM_NONE;
    bool asked = false;
    for (unsigned i = 0; i < c->m.frame->n_cond; i++) {
        const frame_cond *k = &c->m.frame->cond[i];
        asked = asked || (k->slot == SLOT_THAT && k->n && w->d.frames->values[k->first].kind != VALUE_ANY);
    }
    if (clause == DM_NONE || !asked)
        return false;
    DM_EACH_KID(w->d.doc, clause, k) if (dm_str_in(dm_tok(w->d.doc, k)->norm, "not n't never")) return true;
    return false;
}

/* A nominal predicate of saying or an adjective must not double its own noun: "critical remarks". */
static bool weak_noun(const ev_work *w, const cand *c)
{
    if (c->m.view.pos != 'n' || c->m.view.support != DM_NONE)
        return false;
    return !has_role_args(w, c);
}

void dm_candidates(ev_work *w, uint32_t sent)
{
    const dm_sent *s = &w->d.doc->sents.v[sent];
    w->n = 0;
    for (uint32_t t = s->first + s->dateline; t < s->first + s->n; t++) {
        match m;
        m.frame = NULL;
        if (!w->d.in_name[t])
            dm_match(&w->d, t, &m);
        if (!m.frame)
            dm_match_copula(&w->d, t, &m); /* "was in Lima" */
        if (m.frame)
            dm_candidate_add(w, t, &m);
    }
    drop_used(w);
    drop_support(w);
    for (uint32_t i = 0; i < w->n; i++) {
        cand *c = &w->c[i];
        if (c->type == DM_TYPE_NONE || c->dropped)
            continue;
        if (wrong_denied(w, c)) {
            c->dropped = 1;
            continue;
        }
        if (weak_noun(w, c) && !dm_at_home(w, c) && !spoken_of(w, c)) {
            c->dropped = 2; /* may come back when the context gives it parties */
            continue;
        }
        if (c->status.rejecter == DM_NONE && c->status.top != c->t && find_cand(w, c->status.top) &&
            find_cand(w, c->status.top)->type == DM_REJECT)
            c->status.rejecter = c->status.top; /* "held off on sending" */
        if (c->status.rejecter != DM_NONE)
            reject(w, c);
        if (!c->dropped && c->status.absorber != DM_NONE)
            absorb(w, c);
        if (!c->dropped)
            fuse_purpose(w, c);
        if (!c->dropped && c->status.purpose)
            settle_purpose(w, c);
        if (!c->dropped)
            fuse_vote(w, c);
    }
    dm_drop_pastime(w, sent);
}

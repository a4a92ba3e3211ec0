// SPDX-License-Identifier: Apache-2.0
/* What a modal says of a verb that is no trigger itself.
 *
 * "We will not enter, she said": whoever says so of himself refuses; the frame is the table line of the verb "refuse".
 * A duty that a speaker lays on somebody ("Japan should do more, an adviser said") is a request of the speaker's, whatever the verb.
 * Events inside that clause are what is asked for, so they step back. The frame is the table line of the verb "urge". */
#include "event/build.h"

enum { CLIMB = 8 };

static bool before_subject(const dm_doc *doc, uint32_t aux, uint32_t verb)
{
    uint32_t s = dm_kid(doc, verb, DM_D_NSUBJ);
    return s != DM_NONE && aux < s;
}

static bool has_duty(const ev_work *w, uint32_t v)
{
    if (dm_has_to(w->d.doc, v) && !dm_str_in(dm_tok(w->d.doc, v)->lemma, "win score beat play qualify wait live die admit say"))
        return true;
    DM_EACH_KID(w->d.doc, v, k)
    {
        if (dm_tok(w->d.doc, k)->deprel != DM_D_AUX)
            continue;
        uint32_t row = dm_map_get(&w->e->status.modals, dm_tok(w->d.doc, k)->norm, 0);
        if (row != UINT32_MAX && (row & EFFECT_REQUEST) && !before_subject(w->d.doc, k, v))
            return true;
    }
    return false;
}

/* "must have known": a guess at what happened. "should have told us": a reproach, and no request either. */
static bool of_the_past(const dm_doc *doc, uint32_t v)
{
    if (dm_tok(doc, v)->xpos != DM_X_VBN)
        return false;
    DM_EACH_KID(doc, v, k) if (dm_tok(doc, k)->deprel == DM_D_AUX && dm_token_is(doc, k, "have")) return true;
    return false;
}

/* "agreed that their ministers should seek": laid on nobody else. "review whether it should stay": left open. */
static bool left_to_themselves(const dm_doc *doc, uint32_t v, uint32_t speech)
{
    uint32_t mark = dm_kid(doc, v, DM_D_MARK);
    return (mark != DM_NONE && dm_token_is(doc, mark, "whether")) ||
           (speech != DM_NONE && dm_str_in(dm_tok(doc, speech)->lemma, "agree decide settle resolve"));
}

static bool below(const dm_doc *doc, uint32_t t, uint32_t top)
{
    for (unsigned i = 0; i < CLIMB && t != DM_NONE; i++, t = dm_tok(doc, t)->head)
        if (t == top)
            return true;
    return false;
}

static bool is_candidate(const ev_work *w, uint32_t t)
{
    for (uint32_t i = 0; i < w->n; i++)
        if (w->c[i].t == t && !w->c[i].dropped && w->c[i].type != DM_TYPE_NONE)
            return true;
    return false;
}

/* What a clause under v tells besides: "must be tried, although X pardoned them", "the general whom X pardoned". */
static bool told_beside(const dm_doc *doc, uint32_t t, uint32_t v)
{
    for (unsigned i = 0; i < CLIMB && t != DM_NONE && t != v; i++, t = dm_tok(doc, t)->head) {
        unsigned d = dm_tok(doc, t)->deprel;
        uint32_t mark = dm_kid(doc, t, DM_D_MARK);
        if (d == DM_D_ACL_RELCL ||
            (d == DM_D_ADVCL && mark != DM_NONE &&
                dm_str_in(dm_tok(doc, mark)->norm, "although though while whereas because since after as")))
            return true;
    }
    return false;
}

static void lay(ev_work *w, uint32_t v, const frame *urge)
{
    const dm_doc *doc = w->d.doc;
    uint32_t speaker[SPEAKERS_MAX], verb[SPEAKERS_MAX], subject = dm_surface_subject(doc, v);
    bool deny = false;
    unsigned n = dm_speakers(&w->e->status, doc, v, speaker, verb, &deny);
    if (!n || subject == DM_NONE || dm_tok(doc, subject)->upos == DM_U_PRON || w->n == CANDIDATES_MAX)
        return;
    if (left_to_themselves(doc, v, verb[0]))
        return;
    cand *c = &w->c[w->n];
    memset(c, 0, sizeof *c);
    dm_parties_of(&w->d, speaker[0], ROLE_SPEAKER, &c->actor);
    dm_parties_of(&w->d, subject, ROLE_RECIPIENT, &c->recipient);
    if (!c->actor.n || !c->recipient.n || c->actor.p[0].span.start == c->recipient.p[0].span.start)
        return;
    if (dm_has_to(doc, v) && strcmp(c->actor.p[0].code, c->recipient.p[0].code) == 0)
        return; /* one's own need is no request */
    for (uint32_t i = 0; i < w->n; i++)
        if (below(doc, w->c[i].t, v) && !told_beside(doc, w->c[i].t, v))
            w->c[i].dropped = 1;
    c->t = v;
    c->m.frame = urge;
    c->m.view.t = v;
    c->m.view.pos = 'v';
    c->m.view.support = DM_NONE;
    c->type = DM_REQUEST;
    c->inst = DM_NONE;
    c->weight = 0.75f;
    c->modal_request = 1;
    c->n_speakers = n;
    memcpy(c->speaker, speaker, sizeof speaker);
    memcpy(c->speech, verb, sizeof verb);
    c->status = (status){ .absorber = DM_NONE, .rejecter = DM_NONE, .top = v };
    dm_note(c, "event/duty-is-request");
    w->n++;
}

/* The table line of a plain refusal. */
static const frame *refusal(const dm_frames *f)
{
    for (uint32_t i = dm_frames_find(f, DM_STR("refuse"), 'v'); i != DM_NONE; i = f->frames[i].next)
        if (f->frames[i].type == DM_REJECT && strcmp(f->frames[i].cameo, "120") == 0)
            return &f->frames[i];
    return NULL;
}

/* Verbs whose negated future tells a state or a belief, not a refusal. */
static bool may_refuse(const dm_doc *doc, uint32_t v)
{
    return dm_kid(doc, v, DM_D_COP) == DM_NONE && !dm_is_passive(doc, v) &&
           !dm_str_in(dm_tok(doc, v)->lemma,
               "be have know happen affect become remain seem say tell comment elaborate need matter work succeed last suffer "
               "survive "
               "win lose die get go feel think believe expect mean harm hurt stop cease hesitate forget");
}

static void refuse(ev_work *w, uint32_t v, const frame *line)
{
    const dm_doc *doc = w->d.doc;
    uint32_t speaker[SPEAKERS_MAX], verb[SPEAKERS_MAX], subject = dm_surface_subject(doc, v);
    bool deny = false;
    unsigned n = dm_speakers(&w->e->status, doc, v, speaker, verb, &deny);
    bool quoted = (dm_tok(doc, v)->flags & DM_T_QUOTED) != 0;
    status st;
    bool willed = dm_tok(doc, v)->deprel == DM_D_ACL; /* "has no intention of": the article's own word will do */
    if ((!n && !quoted && !willed) || subject == DM_NONE || w->n == CANDIDATES_MAX)
        return;
    dm_status_of(&w->e->status, doc, v, DM_NONE, &st);
    cand *c = &w->c[w->n];
    memset(c, 0, sizeof *c);
    dm_view_build(w->d.frames, doc, v, 'v', &c->m.view);
    dm_parties_of(&w->d, subject, ROLE_ACTOR, &c->actor);
    if (!st.will_not || !c->actor.n || !c->actor.p[0].code[0])
        return;
    uint32_t object = dm_view_slot(&c->m.view, SLOT_OBJ),
             with = dm_view_slot(&c->m.view, dm_frames_prep(w->d.frames, DM_STR("with")));
    if (object != DM_NONE)
        dm_parties_of(&w->d, object, ROLE_RECIPIENT, &c->recipient);
    if (!c->recipient.n && with != DM_NONE)
        dm_parties_of(&w->d, with, ROLE_RECIPIENT, &c->recipient);
    c->t = v;
    c->m.frame = line;
    c->type = DM_REJECT;
    c->inst = DM_NONE;
    c->weight = 0.5f;
    c->n_speakers = n;
    memcpy(c->speaker, speaker, sizeof speaker);
    memcpy(c->speech, verb, sizeof verb);
    c->status = st;
    c->status.aux &= (uint8_t)~DM_NEGATION;
    if (willed)
        c->status.aux &= (uint8_t)~DM_FUTURE; /* not intended now: nothing is planned */
    dm_note(c, "event/will-not-is-refusal");
    w->n++;
    dm_parties_from_context(w, c);
}

void dm_plain_refusals(ev_work *w, uint32_t sent)
{
    const dm_doc *doc = w->d.doc;
    const dm_sent *s = &doc->sents.v[sent];
    const frame *line = refusal(w->d.frames);
    for (uint32_t t = s->first; line && t < s->first + s->n; t++)
        if (dm_tok(doc, t)->upos == DM_U_VERB && !is_candidate(w, t) && may_refuse(doc, t) &&
            (dm_tok(doc, t)->deprel == DM_D_ACL || dm_tok(doc, t)->deprel == DM_D_XCOMP ||
                (dm_tok(doc, t)->xpos == DM_X_VB && dm_kid(doc, t, DM_D_AUX) != DM_NONE)))
            refuse(w, t, line);
}

/* An act that no trigger word states, with the parties found so far. */
static cand *open_cand(ev_work *w, uint32_t t, const frame *line, const char *step)
{
    if (w->n == CANDIDATES_MAX)
        return NULL;
    cand *c = &w->c[w->n];
    memset(c, 0, sizeof *c);
    c->t = t;
    c->m.frame = line;
    c->m.view.t = t;
    c->m.view.pos = 'v';
    c->m.view.support = DM_NONE;
    c->type = line->type;
    c->inst = DM_NONE;
    c->weight = 0.6f;
    c->status = (status){ .absorber = DM_NONE, .rejecter = DM_NONE, .top = t };
    dm_note(c, step);
    return c;
}

/* Recipients of a refusal: those of the act that is refused, or whoever stands by its noun; never the refuser. */
static void refused_side(ev_work *w, uint32_t noun, cand *c)
{
    party_list all = { 0 };
    for (uint32_t i = 0; i < w->n; i++) {
        cand *o = &w->c[i];
        if (o->t != noun || o == c)
            continue;
        o->dropped = 1;
        for (uint32_t k = 0; k < o->actor.n + o->recipient.n; k++) {
            const dm_party *p = k < o->actor.n ? &o->actor.p[k] : &o->recipient.p[k - o->actor.n];
            dm_party_add(&all, p->code, p->sector, p->span);
        }
    }
    if (!all.n)
        dm_parties_of(&w->d, noun, ROLE_RECIPIENT, &all);
    DM_EACH_KID(w->d.doc, noun, k)
    if (dm_tok(w->d.doc, k)->deprel == DM_D_NMOD && !all.n)
        dm_parties_of(&w->d, k, ROLE_RECIPIENT, &all);
    for (uint32_t k = 0; k < all.n; k++)
        if (all.p[k].code[0] && strcmp(all.p[k].code, c->actor.p[0].code) != 0)
            dm_party_add(&c->recipient, all.p[k].code, all.p[k].sector, all.p[k].span);
}

static bool is_refusable(const ev_work *w, uint32_t noun)
{
    return is_candidate(w, noun) ||
           dm_str_in(dm_tok(w->d.doc, noun)->lemma, "return retreat compromise concession turning change deal talk negotiation "
                                                    "contact dialogue recognition reunification surrender amnesty ransom");
}

/* "There will be no talks, X said": whoever says so refuses them. */
static void deny_existence(ev_work *w, uint32_t be, const frame *line)
{
    const dm_doc *doc = w->d.doc;
    uint32_t there = dm_kid(doc, be, DM_D_EXPL), noun = dm_kid(doc, be, DM_D_NSUBJ), aux = dm_kid(doc, be, DM_D_AUX);
    if (there == DM_NONE || noun == DM_NONE || aux == DM_NONE || !dm_token_is(doc, there, "there") ||
        !dm_str_in(dm_tok(doc, aux)->norm, "will wo can ca could would") || !is_refusable(w, noun))
        return;
    uint32_t no = dm_kid(doc, noun, DM_D_DET), speaker[SPEAKERS_MAX], verb[SPEAKERS_MAX];
    bool deny = false;
    if (no == DM_NONE || !dm_token_is(doc, no, "no") || !dm_speakers(&w->e->status, doc, be, speaker, verb, &deny))
        return;
    cand *c = open_cand(w, be, line, "event/no-such-thing-is-refusal");
    if (!c)
        return;
    dm_parties_of(&w->d, speaker[0], ROLE_SPEAKER, &c->actor);
    if (!c->actor.n || !c->actor.p[0].code[0])
        return;
    refused_side(w, noun, c);
    c->t = noun;
    w->n++;
    dm_parties_from_context(w, c);
}

/* "X is against the plan": a stand told by the preposition alone. */
static void stand_against(ev_work *w, uint32_t against, const frame *line)
{
    const dm_doc *doc = w->d.doc;
    uint32_t what = dm_tok(doc, against)->head, who = what == DM_NONE ? DM_NONE : dm_kid(doc, what, DM_D_NSUBJ);
    if (who == DM_NONE || dm_tok(doc, against)->deprel != DM_D_CASE || dm_kid(doc, what, DM_D_COP) == DM_NONE ||
        dm_tok(doc, what)->upos == DM_U_PROPN)
        return; /* "England is against Wales" is a match */
    cand *c = open_cand(w, against, line, "event/stand-against");
    if (!c)
        return;
    bool deny = false;
    dm_parties_of(&w->d, who, ROLE_ACTOR, &c->actor);
    if (!c->actor.n || !c->actor.p[0].code[0])
        return;
    dm_status_of(&w->e->status, doc, what, DM_NONE, &c->status);
    c->n_speakers = dm_speakers(&w->e->status, doc, what, c->speaker, c->speech, &deny);
    refused_side(w, what, c);
    w->n++;
    dm_parties_from_context(w, c);
}

/* "It does not intend to.", "we have no plans to": the verb that is left out was spoken of before. */
static void refuse_unsaid(ev_work *w, uint32_t to, const frame *line)
{
    const dm_doc *doc = w->d.doc;
    uint32_t verb = dm_tok(doc, to)->head;
    if (to + 1 >= doc->tokens.n || !(dm_tok(doc, to + 1)->flags & DM_T_PUNCT) || verb == DM_NONE || verb > to)
        return;
    uint32_t no = dm_kid(doc, verb, DM_D_DET);
    bool plans =
        dm_str_in(dm_tok(doc, verb)->lemma, "plan intention wish desire") && no != DM_NONE && dm_token_is(doc, no, "no");
    bool means = dm_str_in(dm_tok(doc, verb)->lemma, "intend plan want wish mean") && dm_tok(doc, verb)->upos == DM_U_VERB;
    if (plans)
        verb = dm_tok(doc, verb)->head;
    cand *c = (plans || means) && verb != DM_NONE ? open_cand(w, verb, line, "event/will-not-is-refusal") : NULL;
    uint32_t who = c ? dm_surface_subject(doc, verb) : DM_NONE;
    if (who == DM_NONE)
        return;
    bool deny = false;
    dm_status_of(&w->e->status, doc, verb, DM_NONE, &c->status);
    dm_parties_of(&w->d, who, ROLE_ACTOR, &c->actor);
    if (!dm_parties_coded(&c->actor) || !(plans || (c->status.aux & DM_NEGATION)))
        return;
    c->status.aux &= (uint8_t)~DM_NEGATION;
    c->n_speakers = dm_speakers(&w->e->status, doc, verb, c->speaker, c->speech, &deny);
    w->n++;
    dm_parties_from_context(w, c);
}

void dm_plain_stands(ev_work *w, uint32_t sent)
{
    const dm_doc *doc = w->d.doc;
    const dm_sent *s = &doc->sents.v[sent];
    const frame *line = refusal(w->d.frames);
    for (uint32_t t = s->first; line && t < s->first + s->n; t++) {
        if (dm_token_is(doc, t, "against"))
            stand_against(w, t, line);
        else if (dm_token_is(doc, t, "be"))
            deny_existence(w, t, line);
        else if (dm_token_is(doc, t, "to"))
            refuse_unsaid(w, t, line);
    }
}

void dm_plain_duties(ev_work *w, uint32_t sent)
{
    const dm_doc *doc = w->d.doc;
    const dm_sent *s = &doc->sents.v[sent];
    uint32_t urge = dm_frames_find(w->d.frames, DM_STR("urge"), 'v');
    if (urge == DM_NONE)
        return;
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (dm_tok(doc, t)->upos == DM_U_VERB && has_duty(w, t) && !of_the_past(doc, t) && !is_candidate(w, t))
            lay(w, t, &w->d.frames->frames[urge]);
}

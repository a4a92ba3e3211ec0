// SPDX-License-Identifier: Apache-2.0
/* Clauses that repeat an act for somebody else and leave its verb out: "and so did Finland", "Slovakia will not either", "Peru followed
 * suit", "they would not", or say of its object only whose it is: "Chile recalled its own". The act is the one told just before, of the same
 * sentence or the one before it. */
#include "event/build.h"

enum { REACH = 1 }; /* sentences that an act is remembered */

/* The clause that one at t continues: what it is joined to, or the main clause of the sentence before. */
static bool continues(const dm_doc *doc, uint32_t t, uint32_t act)
{
    const dm_token *a = dm_tok(doc, t);
    if (a->head == act)
        return true;
    uint32_t up = dm_tok(doc, act)->head; /* "X said that Y would vote no and that Z would too" */
    bool top = up == DM_NONE || (dm_tok(doc, up)->head == DM_NONE && dm_tok(doc, act)->deprel == DM_D_CCOMP) ||
               dm_tok(doc, act)->deprel == DM_D_CONJ || dm_tok(doc, act)->deprel == DM_D_OBJ;
    return dm_tok(doc, act)->sent != a->sent && a->head == DM_NONE && top;
}

/* The act that a clause at t repeats. */
static const cand *model_of(const ev_work *w, uint32_t t)
{
    const dm_doc *doc = w->d.doc;
    for (uint32_t i = 0; i < w->n; i++) {
        const cand *c = &w->c[i];
        if (!c->dropped && c->type != DM_TYPE_NONE && c->t < t && dm_parties_coded(&c->actor) && continues(doc, t, c->t))
            return c;
    }
    if (!w->told->m.frame || dm_tok(doc, t)->sent - dm_tok(doc, w->told->t)->sent > REACH || !continues(doc, t, w->told->t))
        return NULL;
    return w->told;
}

static bool has_complement(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d == DM_D_OBJ || d == DM_D_XCOMP || d == DM_D_CCOMP || d == DM_D_OBL || d == DM_D_EXPL || d == DM_D_IOBJ)
            return true;
    }
    return false;
}

static bool has_word(const dm_doc *doc, uint32_t t, const char *words)
{
    DM_EACH_KID(doc, t, k) if (dm_str_in(dm_tok(doc, k)->norm, words)) return true;
    return false;
}

/* "so did X", "as did X", "neither did X": the subject follows, and the parser may take it for anything. */
static uint32_t inverted_subject(const dm_doc *doc, uint32_t t)
{
    if (!t || dm_tok(doc, t - 1)->sent != dm_tok(doc, t)->sent || !dm_str_in(dm_tok(doc, t - 1)->norm, "so as neither nor"))
        return DM_NONE;
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (k > t && (d == DM_D_NSUBJ || d == DM_D_OBJ || d == DM_D_OBL || d == DM_D_NSUBJ_PASS))
            return k;
    }
    return DM_NONE;
}

/* An auxiliary that stands for a whole clause. */
static bool stands_alone(const dm_doc *doc, uint32_t t)
{
    if (t + 1 < doc->tokens.n && dm_token_is(doc, t + 1, "neither"))
        return false; /* "did neither" of two things */
    const dm_token *a = dm_tok(doc, t);
    return dm_str_in(a->norm, "did does do has have had will would wo could can is was are were") && a->deprel != DM_D_AUX &&
           a->deprel != DM_D_AUX_PASS && a->deprel != DM_D_COP &&
           (inverted_subject(doc, t) != DM_NONE ||
               (!has_complement(doc, t) && has_word(doc, t, "so too either neither nor likewise also not n't as")));
}

/* "Japan followed a day later", "Peru will follow": nothing is said of what it followed. */
static bool follows_alone(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d == DM_D_OBL_AGENT || d == DM_D_NSUBJ_PASS || d == DM_D_CCOMP || d == DM_D_XCOMP || d == DM_D_COMPOUND_PRT ||
            (d == DM_D_OBL && dm_kid(doc, k, DM_D_CASE) != DM_NONE &&
                !dm_str_in(dm_tok(doc, dm_kid(doc, k, DM_D_CASE))->norm, "on in at within by with")))
            return false;
    }
    return dm_tok(doc, t)->xpos != DM_X_VBG && dm_tok(doc, t)->deprel != DM_D_ACL && dm_tok(doc, t)->deprel != DM_D_ACL_RELCL;
}

/* "did the same", "followed suit": a verb that says no more than an auxiliary would. */
static bool says_the_same(const dm_doc *doc, uint32_t t)
{
    const dm_token *v = dm_tok(doc, t);
    uint32_t o = dm_kid(doc, t, DM_D_OBJ);
    if (dm_str_is(v->lemma, "follow"))
        return o != DM_NONE ? dm_token_is(doc, o, "suit") : follows_alone(doc, t);
    if (dm_str_is(v->lemma, "do") && v->deprel != DM_D_AUX)
        return (o != DM_NONE && dm_token_is(doc, o, "same")) || has_word(doc, t, "likewise") ||
               (t + 1 < doc->tokens.n && dm_token_is(doc, t + 1, "so"));
    return false;
}

/* "recalled hers", "imposed its own": an object that is a possessor alone, of a thing just spoken of. */
static bool does_to_own(const dm_doc *doc, uint32_t t)
{
    if (dm_tok(doc, t)->upos != DM_U_VERB)
        return false;
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        bool owned = dm_token_is(doc, k, "own") && dm_kid(doc, k, DM_D_NMOD_POSS) != DM_NONE;
        if (k > t && (d == DM_D_OBJ || d == DM_D_XCOMP) && (owned || dm_str_in(dm_tok(doc, k)->norm, "ours theirs hers mine")))
            return true;
    }
    return false;
}

/* The act of another that one with its own follows, where the words tell both alike; what the verb means without its object is dropped. */
static bool repeats_on_own(ev_work *w, uint32_t t, const cand *model)
{
    bool same = dm_str_eq(dm_tok(w->d.doc, t)->lemma, dm_tok(w->d.doc, model->t)->lemma);
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->c[i].t != t || w->c[i].dropped || w->c[i].type == DM_TYPE_NONE)
            continue;
        if (!same || w->c[i].type == model->type)
            return false;
        w->c[i].dropped = 1;
    }
    return true;
}

/* Those whom the act was done to, less whoever does it now. */
static void other_side(const party_list *from, const party_list *self, party_list *out)
{
    for (uint32_t i = 0; i < from->n; i++) {
        bool own = false;
        for (uint32_t k = 0; k < self->n; k++)
            own = own || strcmp(from->p[i].code, self->p[k].code) == 0;
        if (!own)
            dm_party_add(out, from->p[i].code, from->p[i].sector, from->p[i].span);
    }
}

/* "Asked to leave, X did not" and "they would not": not to do what one was asked is a refusal. */
static void refuse_request(const ev_work *w, const cand *model, cand *c)
{
    uint32_t line = dm_frames_find(w->d.frames, DM_STR("refuse"), 'v');
    if (model->type != DM_REQUEST || line == DM_NONE || !dm_parties_same(&model->recipient, &c->actor))
        return;
    for (; line != DM_NONE; line = w->d.frames->frames[line].next)
        if (w->d.frames->frames[line].type == DM_REJECT && strcmp(w->d.frames->frames[line].cameo, "120") == 0) {
            c->m.frame = &w->d.frames->frames[line];
            break;
        }
    c->type = DM_REJECT;
    c->status.aux = 0;
    c->recipient.n = 0;
    other_side(&model->actor, &c->actor, &c->recipient);
}

static void echo(ev_work *w, uint32_t t, bool own)
{
    const dm_doc *doc = w->d.doc;
    uint32_t after = inverted_subject(doc, t), subject = after == DM_NONE ? dm_surface_subject(doc, t) : after;
    const cand *model = subject == DM_NONE || w->n == CANDIDATES_MAX ? NULL : model_of(w, t);
    if (!model || (own && !repeats_on_own(w, t, model)))
        return;
    cand *c = &w->c[w->n];
    *c = *model;
    c->t = t;
    c->m.view.t = t;
    c->m.view.pos = 'v';
    c->m.view.n = 0;
    c->m.view.support = DM_NONE;
    c->m.n_used = 0;
    c->weight *= 0.7f;
    c->n_notes = 0;
    c->inst = DM_NONE;
    c->actor.n = c->recipient.n = 0;
    dm_parties_of(&w->d, subject, ROLE_ACTOR, &c->actor);
    if (!dm_parties_coded(&c->actor) || dm_parties_same(&c->actor, &model->actor))
        return;
    bool deny = false;
    uint8_t before = model->status.aux;
    dm_status_of(&w->e->status, doc, t, DM_NONE, &c->status);
    c->n_speakers = dm_speakers(&w->e->status, doc, t, c->speaker, c->speech, &deny);
    if (dm_str_in(dm_tok(doc, t)->norm, "will wo"))
        c->status.aux |= DM_FUTURE;
    bool negated =
        has_word(doc, t, "neither nor not n't either") || (after != DM_NONE && !dm_str_in(dm_tok(doc, t - 1)->norm, "so as"));
    c->status.aux = (uint8_t)((c->status.aux & ~DM_NEGATION) | (negated && model->type != DM_REJECT ? DM_NEGATION : 0) |
                              (before & DM_HISTORICAL));
    other_side(&model->recipient, &c->actor, &c->recipient);
    if (own && !c->recipient.n)
        other_side(&model->actor, &c->actor, &c->recipient); /* in answer: "Chile recalled its own" */
    dm_note(c, "event/echo");
    if (negated)
        refuse_request(w, model, c);
    w->n++;
}

void dm_echoes(ev_work *w, uint32_t sent)
{
    const dm_doc *doc = w->d.doc;
    const dm_sent *s = &doc->sents.v[sent];
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (stands_alone(doc, t) || says_the_same(doc, t))
            echo(w, t, false);
        else if (does_to_own(doc, t))
            echo(w, t, true);
}

// SPDX-License-Identifier: Apache-2.0
/* A duty that a speaker lays on somebody ("Japan should do more, an adviser said") is a request of the speaker's, whatever the verb.
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

static void lay(ev_work *w, uint32_t v, const frame *urge)
{
    const dm_doc *doc = w->d.doc;
    uint32_t speaker[SPEAKERS_MAX], verb[SPEAKERS_MAX], subject = dm_surface_subject(doc, v);
    bool deny = false;
    unsigned n = dm_speakers(&w->e->status, doc, v, speaker, verb, &deny);
    if (!n || subject == DM_NONE || dm_tok(doc, subject)->upos == DM_U_PRON || w->n == CANDIDATES_MAX)
        return;
    cand *c = &w->c[w->n];
    memset(c, 0, sizeof *c);
    dm_parties_of(&w->d, speaker[0], ROLE_SPEAKER, &c->actor);
    dm_parties_of(&w->d, subject, ROLE_RECIPIENT, &c->recipient);
    if (!c->actor.n || !c->recipient.n || c->actor.p[0].span.start == c->recipient.p[0].span.start)
        return;
    for (uint32_t i = 0; i < w->n; i++)
        if (below(doc, w->c[i].t, v))
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

void dm_plain_duties(ev_work *w, uint32_t sent)
{
    const dm_doc *doc = w->d.doc;
    const dm_sent *s = &doc->sents.v[sent];
    uint32_t urge = dm_frames_find(w->d.frames, DM_STR("urge"), 'v');
    if (urge == DM_NONE)
        return;
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (dm_tok(doc, t)->upos == DM_U_VERB && has_duty(w, t) && !is_candidate(w, t))
            lay(w, t, &w->d.frames->frames[urge]);
}

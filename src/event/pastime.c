// SPDX-License-Identifier: Apache-2.0
/* Sentences about sport, the arts, trade and the weather use the words of conflict and diplomacy for what is none ("the striker was
 * released", "the storm struck"). They are known by their other words: classes GAMEN, PLAY, PLAYISH, FIRMN, DISASTER, BEAST of frames/classes_conflict;
 * one word of STATECRAFT ("government", "visa") and the sentence is read as any other. */
#include "event/build.h"

enum { MARKS_MAX = 16, PLAY_WEIGHT = 2, ENOUGH = 3, FIRMS = 2 };

typedef struct hint {
    uint32_t game, play, playish, firm, statecraft, disaster, beast; /* classes */
    uint32_t n_seen, plays, firms;                                   /* distinct words; sums */
    dm_str seen[MARKS_MAX];
} hint;

static bool is(const ev_work *w, uint32_t t, uint32_t klass)
{
    const dm_token *k = dm_tok(w->d.doc, t);
    return klass != UINT32_MAX &&
           (dm_frames_in_class(w->d.frames, k->lemma, klass) || dm_frames_in_class(w->d.frames, k->norm, klass));
}

/* A word counts once, however often it stands there. */
static bool news(hint *h, dm_str lemma)
{
    for (uint32_t i = 0; i < h->n_seen; i++)
        if (dm_str_eq(h->seen[i], lemma))
            return false;
    if (h->n_seen < MARKS_MAX)
        h->seen[h->n_seen++] = lemma;
    return true;
}

static void classes(const ev_work *w, hint *h)
{
    const dm_frames *f = w->d.frames;
    h->game = dm_frames_class(f, "GAMEN");
    h->play = dm_frames_class(f, "PLAY");
    h->playish = dm_frames_class(f, "PLAYISH");
    h->firm = dm_frames_class(f, "FIRMN");
    h->statecraft = dm_frames_class(f, "STATECRAFT");
    h->disaster = dm_frames_class(f, "DISASTER");
    h->beast = dm_frames_class(f, "BEAST");
}

/* False: the sentence speaks of states after all. */
static bool weigh(const ev_work *w, const dm_sent *s, hint *h)
{
    for (uint32_t t = s->first + s->dateline; t < s->first + s->n; t++) {
        const dm_token *k = dm_tok(w->d.doc, t);
        bool noun = k->upos == DM_U_NOUN || k->upos == DM_U_ADJ;
        if ((noun || k->upos == DM_U_PROPN) && is(w, t, h->statecraft))
            return false;
        if (!noun || w->d.in_name[t])
            continue;
        bool play = is(w, t, h->play) || is(w, t, h->game), playish = !play && k->upos == DM_U_NOUN && is(w, t, h->playish),
             firm = is(w, t, h->firm);
        if ((play || playish || firm) && news(h, k->lemma)) {
            h->plays += is(w, t, h->game) ? ENOUGH : play ? PLAY_WEIGHT : playish;
            h->firms += firm;
        }
    }
    return true;
}

static bool by_subject(const ev_work *w, const cand *c, const hint *h)
{
    uint32_t s = c->m.view.pos == 'v' ? dm_logical_subject(w->d.doc, c->t) : DM_NONE, root = c->t;
    for (unsigned i = 0; i < CLIMB_MAX && dm_tok(w->d.doc, root)->head != DM_NONE; i++)
        root = dm_tok(w->d.doc, root)->head;
    uint32_t teller = dm_is_passive(w->d.doc, root) ? DM_NONE : dm_logical_subject(w->d.doc, root);
    return h->plays >= PLAY_WEIGHT && ((s != DM_NONE && is(w, s, h->play)) || (teller != DM_NONE && is(w, teller, h->play)));
}

/* "The makers appealed to the European Commission": a party of the state's world is addressed. */
static bool addresses(const ev_work *w, const cand *c)
{
    party_list to = { 0 };
    for (unsigned a = 0; a < c->m.view.n && !dm_parties_coded(&to); a++)
        if (c->m.view.arg[a].slot == SLOT_OBJ || c->m.view.arg[a].slot == dm_frames_prep(w->d.frames, DM_STR("to")))
            dm_parties_of(&w->d, c->m.view.arg[a].head, ROLE_RECIPIENT, &to);
    return dm_parties_coded(&to);
}

void dm_drop_pastime(ev_work *w, uint32_t sent)
{
    hint h = { .n_seen = 0 };
    classes(w, &h);
    bool free_of_states = weigh(w, &w->d.doc->sents.v[sent], &h);
    for (uint32_t i = 0; i < w->n; i++) {
        cand *c = &w->c[i];
        bool force = c->type == DM_ASSAULT || c->type == DM_COERCE || c->type == DM_PROTEST || c->type == DM_MOBILIZE ||
                     c->type == DM_THREATEN;
        uint32_t by = force && c->m.view.pos == 'v' ? dm_logical_subject(w->d.doc, c->t) : DM_NONE;
        if (force && by == DM_NONE && c->t > w->d.doc->sents.v[sent].first && dm_tok(w->d.doc, c->t - 1)->head == c->t)
            by = c->t - 1; /* "Lightning struck": taken for a compound */
        bool nature = by != DM_NONE && (is(w, by, h.disaster) || is(w, by, h.beast));
        bool trade = force && c->type != DM_PROTEST && c->m.view.pos == 'v' &&
                     (h.firms >= FIRMS || (by != DM_NONE && is(w, by, h.firm)));
        bool yields = c->type == DM_REJECT || c->type == DM_CONCEDE || c->type == DM_RETREAT || c->type == DM_REQUEST;
        uint32_t firm = yields && c->m.view.pos == 'v' ? dm_logical_subject(w->d.doc, c->t) : DM_NONE;
        trade |= firm != DM_NONE && is(w, firm, h.firm) && !addresses(w, c);
        if (nature || (free_of_states && (h.plays >= ENOUGH || by_subject(w, c, &h) || trade)))
            c->dropped = 1;
    }
}

// SPDX-License-Identifier: Apache-2.0
/* Small questions to the tree: whose subject, which preposition, which state inside a phrase. Every climb and descent is bounded. */
#include "act/work.h"

enum { CLIMB_MAX = 6, DEPTH_MAX = 4, VISIT_MAX = 40 };

bool dm_act_verbal(const iw *w, uint32_t t) { return dm_ict(w, t)->upos == DM_U_VERB || dm_ict(w, t)->upos == DM_U_AUX; }

const dm_entity *dm_act_entity_at(const iw *w, uint32_t t)
{
    uint32_t m = dm_ict(w, t)->mention;
    if (m == DM_NONE || m >= w->doc->mentions.n)
        return NULL;
    const dm_mention *p = &w->doc->mentions.v[m];
    for (uint32_t k = 0; k < p->n_entity; k++)
        if (w->doc->entities.v[p->entity[k]].code[0])
            return &w->doc->entities.v[p->entity[k]];
    return NULL;
}

bool dm_act_state(const dm_entity *e) { return e && e->code[0] && !dm_str_in(dm_str_of(e->code), DM_BODY_CODES); }

dm_str dm_act_case(const iw *w, uint32_t t)
{
    DM_EACH_KID(w->doc, t, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        if ((d == DM_D_CASE || d == DM_D_MARK) && !dm_str_in(dm_ict(w, k)->norm, "'s '"))
            return dm_ict(w, k)->norm;
    }
    return DM_NIL;
}

bool dm_act_passive(const iw *w, uint32_t verb)
{
    DM_EACH_KID(w->doc, verb, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        if (d == DM_D_AUX_PASS || d == DM_D_NSUBJ_PASS)
            return true;
        if (d == DM_D_NSUBJ || d == DM_D_OBJ)
            return false;
    }
    const dm_token *t = dm_ict(w, verb);
    return t->xpos == DM_X_VBN && (t->deprel == DM_D_ACL || t->deprel == DM_D_ADVCL || t->deprel == DM_D_AMOD);
}

static bool inner(unsigned d, bool top)
{
    return d == DM_D_NMOD || d == DM_D_NMOD_POSS || d == DM_D_AMOD || d == DM_D_COMPOUND || d == DM_D_FLAT || d == DM_D_APPOS ||
           (top && d == DM_D_CONJ);
}

/* "government officials" of nowhere said: that they were given the home country tells nothing about whom an instrument is aimed at. */
static bool is_bare(const iw *w, uint32_t t)
{
    const dm_mention *m = &w->doc->mentions.v[dm_ict(w, t)->mention];
    const dm_entity *e = dm_act_entity_at(w, t);
    return (dm_str_starts(m->why, "actor/home-country") && !dm_str_is(m->why, "actor/home-country-person")) ||
           (m->form == DM_FORM_ROLE && e && strcmp(e->code, w->doc->home) == 0);
}

/* Breadth first, so that the nearest state wins; nmod of accompaniment ("with the United States") is not what a phrase is about. */
const dm_entity *dm_act_find_state(const iw *w, uint32_t t, bool bare)
{
    uint32_t queue[VISIT_MAX], depth[VISIT_MAX], n = 0;
    queue[n] = t;
    depth[n++] = 0;
    for (uint32_t at = 0; at < n; at++) {
        const dm_entity *e = dm_act_entity_at(w, queue[at]);
        if (dm_act_state(e) && (bare || !is_bare(w, queue[at])))
            return e;
        if (depth[at] == DEPTH_MAX)
            continue;
        DM_EACH_KID(w->doc, queue[at], k)
        {
            dm_str c = dm_act_case(w, k);
            if (n < VISIT_MAX && inner(dm_ict(w, k)->deprel, at == 0) &&
                !dm_str_in(c, "with alongside following after before since")) {
                queue[n] = k;
                depth[n++] = depth[at] + 1;
            }
        }
    }
    return NULL;
}

uint32_t dm_act_agent(const iw *w, uint32_t verb)
{
    DM_EACH_KID(w->doc, verb, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        if (d == DM_D_OBL_AGENT || (d == DM_D_OBL && dm_str_is(dm_act_case(w, k), "by")))
            return k;
    }
    return DM_NONE;
}

static uint32_t own_subject(const iw *w, uint32_t verb)
{
    DM_EACH_KID(w->doc, verb, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        if (d == DM_D_NSUBJ || d == DM_D_NSUBJ_PASS || d == DM_D_NSUBJ_OUTER) {
            bool relative = dm_ict(w, verb)->deprel == DM_D_ACL_RELCL && dm_str_in(dm_ict(w, k)->norm, "who which that");
            return relative ? dm_ict(w, verb)->head : k;
        }
    }
    return DM_NONE;
}

/* The verb's subject, from governing verbs where it has none of its own; an object controls the infinitive ("asked Japan to back"). */
uint32_t dm_act_subject(const iw *w, uint32_t verb, bool logical)
{
    if (logical && dm_act_passive(w, verb))
        return dm_act_agent(w, verb);
    for (unsigned step = 0; step < CLIMB_MAX; step++) {
        uint32_t s = own_subject(w, verb), g = dm_ict(w, verb)->head;
        unsigned d = dm_ict(w, verb)->deprel;
        if (s != DM_NONE || g == DM_NONE)
            return s;
        if (d == DM_D_XCOMP && dm_kid(w->doc, g, DM_D_OBJ) != DM_NONE)
            return dm_kid(w->doc, g, DM_D_OBJ);
        if (d == DM_D_ACL) { /* "decision to impose": the possessor */
            DM_EACH_KID(w->doc, g, k) if (dm_ict(w, k)->deprel == DM_D_NMOD_POSS || dm_act_entity_at(w, k)) return k;
            return DM_NONE;
        }
        if (d != DM_D_XCOMP && d != DM_D_CONJ && d != DM_D_ADVCL && d != DM_D_CCOMP)
            return DM_NONE;
        verb = g;
    }
    return DM_NONE;
}

// SPDX-License-Identifier: Apache-2.0
/* One certain repair of trees: verb forms that cannot stand in one coordination.
 *
 * In "asked Japan to join and warned China" the finite "warned" cannot share the "to" of "join"; likewise after a modal. Where the parser
 * hung a finite verb on a bare infinitive, it is hung on the nearest finite verb above instead. Heads stay to the left, so the tree stays
 * a tree. */
#include "parse/repair.h"

enum { CLIMB_MAX = 8 };

static bool is_finite(const dm_token *t)
{
    return t->upos == DM_U_VERB && (t->xpos == DM_X_VBD || t->xpos == DM_X_VBZ);
}

static bool has_subject(const dm_doc *doc, const dm_sent *s, uint32_t verb)
{
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (doc->tokens.v[t].head == verb && dm_deprel_base((dm_deprel)doc->tokens.v[t].deprel) == DM_D_NSUBJ)
            return true;
    return false;
}

static uint32_t finite_above(const dm_doc *doc, uint32_t t)
{
    uint32_t up = t;
    for (unsigned i = 0; i < CLIMB_MAX; i++) {
        up = doc->tokens.v[up].head;
        if (up == DM_NONE)
            return DM_NONE;
        const dm_token *k = &doc->tokens.v[up];
        if (up < t && (is_finite(k) || (k->upos == DM_U_VERB && (k->xpos == DM_X_VBN || k->xpos == DM_X_VBP))))
            return up;
    }
    return DM_NONE;
}

void dm_parse_repair(dm_doc *doc, uint32_t sent)
{
    const dm_sent *s = &doc->sents.v[sent];
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        dm_token *k = &doc->tokens.v[t];
        if (k->deprel != DM_D_CONJ || !is_finite(k) || k->head == DM_NONE || k->head >= t)
            continue;
        const dm_token *g = &doc->tokens.v[k->head];
        if (g->upos != DM_U_VERB || g->xpos != DM_X_VB || has_subject(doc, s, t))
            continue;
        uint32_t up = finite_above(doc, k->head);
        if (up != DM_NONE)
            k->head = up;
    }
}

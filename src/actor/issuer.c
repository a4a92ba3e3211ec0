// SPDX-License-Identifier: Apache-2.0
/* Who says "we" outside quotations: the organisation that issued a press release, statement or open letter. It is the first organisation
 * without a country named in the opening lines, else an organisation of which no more than its kind is known. A newspaper that says "we"
 * is no party: without the words of a release in the opening nobody is meant. */
#include "actor/work.h"

enum { OPENING_TOKENS = 60, WE_MIN = 2 };

static bool says_release(const aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    dm_str next = t + 1 < w->doc->tokens.n ? dm_atok(w, t + 1)->norm : DM_NIL;
    if (dm_str_in(k->norm, "press media news") && dm_str_in(next, "release statement communique communiqué"))
        return true;
    if (dm_str_in(k->norm, "open") && dm_str_is(next, "letter"))
        return true;
    if (dm_str_is(k->norm, "for") && dm_str_is(next, "immediate"))
        return true;
    return dm_str_in(k->norm, "joint public official") && dm_str_is(next, "statement");
}

/* "we" as often as a text needs that speaks for its writers. */
static bool speaks(const aw *w)
{
    unsigned n = 0;
    for (uint32_t t = 0; t < w->doc->tokens.n && n < WE_MIN; t++)
        n += dm_str_in(dm_atok(w, t)->norm, "we our us") && !(dm_atok(w, t)->flags & (DM_T_QUOTED | DM_T_ALLCAPS));
    return n >= WE_MIN;
}

static bool can_issue(const dm_entity *en)
{
    return en->nature == DM_NAT_BODY && dm_str_in(dm_str_of(en->code), "NGO IGO UNO EUR MNC");
}

dm_status dm_actor_issuer(aw *w)
{
    uint32_t end = w->doc->tokens.n < OPENING_TOKENS ? w->doc->tokens.n : OPENING_TOKENS;
    bool release = false;
    for (uint32_t t = 0; t < end && !release; t++)
        release = says_release(w, t);
    if (!release || !speaks(w))
        return DM_OK;
    for (uint32_t i = 0; i < w->n_names && w->doc->mentions.v[i].first < end; i++) {
        const dm_mention *m = &w->doc->mentions.v[i];
        if (m->n_entity && can_issue(&w->doc->entities.v[m->entity[0]])) {
            w->issuer = m->entity[0];
            return DM_OK;
        }
    }
    w->issuer = dm_entity_new(w, DM_NIL, "NGO", DM_NIL, DM_NAT_BODY, DM_STR("we"));
    return w->issuer == DM_NONE ? DM_ENOMEM : DM_OK;
}

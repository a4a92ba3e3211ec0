// SPDX-License-Identifier: Apache-2.0
/* Bodies that come back by a noun: "the Council", "the watchdog", "the bloc". The last body so named is meant, whether its name or its table
 * line has the noun; a bare role ("the committee") gives way to it. */
#include "actor/work.h"

/* A mention that may turn out to be the body named before: a bare role that ends here, or nothing. */
static bool open_to_body(const aw *w, uint32_t t, uint32_t *first)
{
    uint32_t i = w->name_at[t];
    *first = t;
    if (i == DM_NONE)
        return true;
    const dm_mention *m = &w->doc->mentions.v[i];
    *first = m->first;
    bool bare = dm_str_starts(m->why, "actor/home-country") || dm_str_is(m->why, "actor/unknown-role") ||
                dm_str_is(m->why, "actor/description");
    return m->form == DM_FORM_ROLE && bare && m->first + m->n == t + 1 &&
           (m->n == 1 || ((dm_atok(w, m->first)->flags & DM_T_UPPER) &&
                             !dm_str_in(dm_atok(w, m->first)->norm, "national federal state local supreme constitutional")));
}

/* Is this one of the general nouns for the body? */
static bool called(const aw *w, uint32_t id, dm_str noun)
{
    const dm_entity *en = id == DM_NONE ? NULL : &w->doc->entities.v[id];
    if (!en || en->table != w->a->i_bodies || en->table_row == DM_NONE)
        return false;
    dm_str heads = dm_table_cell(w->a->bodies, en->table_row, w->a->cb.heads), h;
    while (dm_str_split(&heads, '|', &h))
        if (dm_str_eq(h, noun))
            return true;
    return false;
}

/* "the Council", "the watchdog": a body named before, by a word of its name or one of the table's general nouns. */
dm_status dm_take_body(aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    uint32_t first = t;
    if ((k->upos != DM_U_NOUN && k->upos != DM_U_PROPN) || !open_to_body(w, t, &first))
        return DM_OK;
    if (first == 0 || !dm_str_in(dm_atok(w, first - 1)->norm, "the this that 's its their") ||
        dm_atok(w, first - 1)->sent != k->sent)
        return DM_OK;
    uint32_t id = dm_str_in(k->norm, "body organisation organization agency institution") && called(w, w->last_body, k->norm)
                      ? w->last_body
                      : dm_map_get(&w->body_word, k->norm, 0);
    bool longer = t + 1 < w->doc->tokens.n && dm_atok(w, t + 1)->upos == DM_U_PROPN && dm_atok(w, t + 1)->sent == k->sent;
    if (id == UINT32_MAX || longer)
        return DM_OK;
    if (dm_str_in(dm_str_of(w->doc->entities.v[id].code), "UNO IGO EUR"))
        w->last_body = id;
    if (w->name_at[t] == DM_NONE)
        return dm_mention_new(w, t, 1, DM_FORM_DESC, id, 0.75f, DM_STR("actor/description-body")) ? DM_OK : DM_ENOMEM;
    dm_mention *m = &w->doc->mentions.v[w->name_at[t]];
    m->entity[0] = id;
    m->form = DM_FORM_DESC;
    m->confidence = 0.75f;
    m->why = DM_STR("actor/description-body");
    return DM_OK;
}

static bool is_body_word(dm_str word)
{
    return dm_str_in(word,
        "council committee assembly commission court tribunal union organisation organization agency league parliament "
        "congress senate "
        "secretariat bank fund party front army movement group alliance federation forum panel association bureau office");
}

/* The words by which a body may be called again: general nouns of its table line, and the nouns of its name. */
bool dm_learn_body(aw *w, const dm_mention *m)
{
    const dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
    dm_str last = dm_atok(w, m->first + m->n - 1)->norm;
    bool owned = m->form == DM_FORM_ROLE && en && en->code[0] && !en->plural && !dm_str_starts(m->why, "actor/home-country");
    if (owned && is_body_word(last)) /* "Britain's highest court", later "the court" */
        return dm_map_put(&w->body_word, last, 0, m->entity[0]) || dm_oom(w);
    if (!en || en->nature != DM_NAT_BODY || m->form != DM_FORM_NAME)
        return true;
    if (dm_str_in(dm_str_of(en->code), "UNO IGO EUR"))
        w->last_body = m->entity[0];
    if (en->table == w->a->i_bodies && en->table_row != DM_NONE) {
        dm_str heads = dm_table_cell(w->a->bodies, en->table_row, w->a->cb.heads), h;
        while (dm_str_split(&heads, '|', &h))
            if (!memchr(h.p, ' ', h.len) && !dm_map_put(&w->body_word, h, 0, m->entity[0]))
                return dm_oom(w);
    }
    for (uint32_t t = m->first; t < m->first + m->n && m->n > 1; t++)
        if (is_body_word(dm_atok(w, t)->norm) && !dm_map_put(&w->body_word, dm_atok(w, t)->norm, 0, m->entity[0]))
            return dm_oom(w);
    return true;
}

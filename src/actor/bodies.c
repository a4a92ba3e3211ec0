// SPDX-License-Identifier: Apache-2.0
/* Bodies that come back by a noun: "the Council", "the watchdog", "the bloc". The last body so named is meant, whether its name or its table
 * line has the noun; a bare role ("the committee") gives way to it. */
#define _GNU_SOURCE
#include "actor/work.h"

static bool is_body_word(dm_str word)
{
    return dm_str_in(word,
        "council committee assembly commission court tribunal union organisation organization agency league parliament "
        "congress senate "
        "secretariat bank fund party front army movement group alliance federation forum panel association bureau office");
}

/* "the world body", "the health agency": a general noun of two words. */
static uint32_t two_words(const aw *w, uint32_t t)
{
    char buf[64];
    dm_str a = t ? dm_atok(w, t - 1)->norm : DM_NIL, b = dm_atok(w, t)->norm;
    if (!a.len || a.len + b.len + 1 > sizeof buf || dm_atok(w, t - 1)->sent != dm_atok(w, t)->sent)
        return DM_NONE;
    memcpy(buf, a.p, a.len);
    buf[a.len] = ' ';
    memcpy(buf + a.len + 1, b.p, b.len);
    return dm_map_get(&w->body_word, (dm_str){ buf, a.len + b.len + 1 }, 0);
}

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
    if (m->form == DM_FORM_NAME && m->n == 1 && dm_str_is(m->why, "actor/unknown-name"))
        return is_body_word(dm_atok(w, t)->norm); /* "the Front" */
    return m->form == DM_FORM_ROLE && bare && m->first + m->n == t + 1 &&
           (m->n == 1 || two_words(w, t) != DM_NONE ||
               ((dm_atok(w, m->first)->flags & DM_T_UPPER) &&
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

static bool is_determiner(dm_str word) { return dm_str_in(word, "the this that 's its their"); }

/* "the full Assembly", "the 54-nation group": the determiner before the words that may stand between; *counted tells of a number of
 * members. DM_NONE when there is none. */
static uint32_t determiner(const aw *w, uint32_t first, bool *counted)
{
    enum { BETWEEN = 5 };
    uint32_t sent = dm_atok(w, first)->sent;
    for (uint32_t t = first; t-- > 0 && first - t <= BETWEEN && dm_atok(w, t)->sent == sent;) {
        dm_str s = dm_atok(w, t)->norm;
        if (is_determiner(s))
            return t;
        bool number = (dm_atok(w, t)->flags & DM_T_NUM) && dm_str_is(dm_atok(w, t + 1)->norm, "-");
        *counted = *counted || number;
        if (!number &&
            !dm_str_in(s, "- nation member state country strong full whole same entire regional global world powerful top"))
            return DM_NONE;
    }
    return DM_NONE;
}

/* The body that the noun at t, of a phrase that starts at first, brings back; DM_NONE for none. */
static uint32_t body_again(const aw *w, uint32_t t, uint32_t first)
{
    dm_str noun = dm_atok(w, t)->norm;
    bool counted = false;
    uint32_t det = determiner(w, first, &counted), two = two_words(w, t);
    if (det == DM_NONE)
        return DM_NONE;
    if (two != DM_NONE)
        return two;
    uint32_t by = dm_str_is(dm_atok(w, det)->norm, "'s") && det ? w->name_at[det - 1] : w->name_at[det];
    bool general = dm_str_in(noun, "body organisation organization agency institution");
    if (counted && dm_str_in(noun, "group bloc body grouping organisation organization alliance club union community league"))
        return w->last_body;
    uint32_t id = general && called(w, w->last_body, noun) ? w->last_body : dm_map_get(&w->body_word, noun, 0);
    const char *owner = by == DM_NONE || !dm_first_entity(w, by) ? "" : dm_first_entity(w, by)->code;
    bool other = id != DM_NONE && owner[0] && strcmp(owner, w->doc->entities.v[id].code) != 0; /* "the minister's office" */
    return other ? DM_NONE : id;
}

/* "the Labor Party" is not the Liberal Democratic one named before: of a capitalised phrase the body's names must have the first word too. */
static bool agrees(const aw *w, uint32_t id, uint32_t first, uint32_t t)
{
    const dm_entity *en = &w->doc->entities.v[id];
    if (first == t || !(dm_atok(w, first)->flags & DM_T_UPPER) || en->table != w->a->i_bodies || en->table_row == DM_NONE)
        return true;
    dm_str names = dm_table_cell(w->a->bodies, en->table_row, w->a->cb.names), word = dm_token_text(w->doc, first);
    return memmem(names.p, names.len, word.p, word.len) != NULL;
}

/* "the Council", "the watchdog": a body named before, by a word of its name or one of the table's general nouns. */
dm_status dm_take_body(aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    uint32_t first = t;
    if ((k->upos != DM_U_NOUN && k->upos != DM_U_PROPN) || !open_to_body(w, t, &first))
        return DM_OK;
    uint32_t id = body_again(w, t, first);
    bool longer = t + 1 < w->doc->tokens.n && dm_atok(w, t + 1)->upos == DM_U_PROPN && dm_atok(w, t + 1)->sent == k->sent;
    if (id == UINT32_MAX || longer || !agrees(w, id, first, t))
        return DM_OK;
    if (dm_str_in(dm_str_of(w->doc->entities.v[id].code), "UNO IGO EUR"))
        w->last_body = id;
    if (w->name_at[t] == DM_NONE)
        return dm_mention_new(w, t, 1, DM_FORM_DESC, id, 0.75f, DM_STR("actor/description-body")) ? DM_OK : DM_ENOMEM;
    dm_mention *m = &w->doc->mentions.v[w->name_at[t]];
    m->entity[0] = id;
    m->n_entity = 1;
    m->form = DM_FORM_DESC;
    m->confidence = 0.75f;
    m->why = DM_STR("actor/description-body");
    return DM_OK;
}

/* Those whom organisations send or call together. */
static bool is_staff(dm_str word)
{
    return dm_str_in(word,
        "experts inspectors investigators monitors observers rapporteurs peacekeepers jurists envoys mediators officials "
        "commissioners judges prosecutors scientists auditors examiners reviewers negotiators delegates staff team");
}

/* "a UN panel of experts", "the committee, 18 jurists", "inspectors of the agency": they are called so again ("the experts"). */
static bool learn_staff(aw *w, const dm_mention *m)
{
    const dm_entity *en = dm_first_entity(w, (uint32_t)(m - w->doc->mentions.v));
    if (!en || !dm_str_in(dm_str_of(en->code), "UNO IGO EUR") || !w->doc->sents.v[m->sent].parsed)
        return true;
    static const char *const members[] = { "experts", "investigators" }; /* of whom panels are made */
    uint32_t up = dm_atok(w, m->head)->head, noun = up == DM_NONE ? m->head : up;
    bool panel = dm_str_in(dm_atok(w, noun)->norm, "panel inquiry mission commission committee") ||
                 dm_str_in(dm_atok(w, m->head)->norm, "panel inquiry mission commission committee");
    for (unsigned i = 0; panel && i < sizeof members / sizeof *members; i++)
        if (dm_map_get(&w->body_word, dm_str_of(members[i]), 0) == DM_NONE &&
            !dm_map_put(&w->body_word, dm_str_of(members[i]), 0, m->entity[0]))
            return dm_oom(w);
    unsigned as = dm_atok(w, m->head)->deprel;
    bool within = up != DM_NONE && (as == DM_D_NMOD || as == DM_D_COMPOUND || as == DM_D_AMOD || as == DM_D_NMOD_POSS);
    if (within && is_staff(dm_atok(w, up)->norm) && !dm_map_put(&w->body_word, dm_atok(w, up)->norm, 0, m->entity[0]))
        return dm_oom(w);
    DM_EACH_KID(w->doc, m->head, k)
    {
        unsigned d = dm_atok(w, k)->deprel;
        if ((d == DM_D_NMOD || d == DM_D_APPOS) && is_staff(dm_atok(w, k)->norm) &&
            !dm_map_put(&w->body_word, dm_atok(w, k)->norm, 0, m->entity[0]))
            return dm_oom(w);
    }
    return true;
}

/* The words by which a body may be called again: general nouns of its table line, and the nouns of its name. */
bool dm_learn_body(aw *w, const dm_mention *m)
{
    const dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
    dm_str last = dm_atok(w, m->first + m->n - 1)->norm;
    bool owned = m->form == DM_FORM_ROLE && en && en->code[0] && !en->plural && !dm_str_starts(m->why, "actor/home-country");
    if (owned && is_body_word(last)) /* "Britain's highest court", later "the court" */
        return dm_map_put(&w->body_word, last, 0, m->entity[0]) || dm_oom(w);
    if (!learn_staff(w, m))
        return false;
    if (!en || en->nature != DM_NAT_BODY || m->form != DM_FORM_NAME)
        return true;
    if (dm_str_in(dm_str_of(en->code), "UNO IGO EUR"))
        w->last_body = m->entity[0];
    if (en->table == w->a->i_bodies && en->table_row != DM_NONE) {
        dm_str heads = dm_table_cell(w->a->bodies, en->table_row, w->a->cb.heads), h;
        while (dm_str_split(&heads, '|', &h))
            if (!dm_map_put(&w->body_word, h, 0, m->entity[0]))
                return dm_oom(w);
    }
    for (uint32_t t = m->first; t < m->first + m->n && m->n > 1; t++)
        if (is_body_word(dm_atok(w, t)->norm) && !dm_map_put(&w->body_word, dm_atok(w, t)->norm, 0, m->entity[0]))
            return dm_oom(w);
    return true;
}

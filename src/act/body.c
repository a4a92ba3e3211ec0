// SPDX-License-Identifier: Apache-2.0
/* Whose instrument: the UN organ, parliament or union that stands in the noun phrase, in its prepositional phrases, or beside the verb
 * that passes it. UN organs have names of their own here (UNCHR UNHRC UNSC UNGA), parliaments are state-LEG. */
#include "act/work.h"

enum { LOOK_MAX = 24 };

static bool has(dm_str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.len; i++)
        if (memcmp(s.p + i, word, n) == 0)
            return true;
    return false;
}

static const char *un_organ(dm_str name)
{
    if (has(name, "Security Council"))
        return "UNSC";
    if (has(name, "General Assembly") || has(name, "Third Committee"))
        return "UNGA";
    if (has(name, "Human Rights Council"))
        return "UNHRC";
    if (has(name, "Human Rights Commission") || has(name, "Commission on Human Rights"))
        return "UNCHR";
    return "UNO";
}

/* Body code of an entity; false when it is none that has instruments (a state's government, a person). */
bool dm_act_body_of(const iw *w, const dm_entity *e, char *out)
{
    if (!e || !e->code[0])
        return false;
    dm_str code = dm_str_of(e->code), sector = dm_str_of(e->sector);
    if (dm_str_is(code, "UNO")) {
        bool known = e->table == w->a->i_bodies && e->table_row != DM_NONE;
        strcpy(out, un_organ(known ? dm_table_cell(w->a->bodies, e->table_row, w->a->body_names) : e->name));
        return true;
    }
    if (dm_str_is(code, "EUR")) {
        strcpy(out, "EUR");
        return true;
    }
    if (dm_act_state(e) && has(sector, "LEG") && e->nature != DM_NAT_PERSON) {
        memcpy(out, e->code, 3);
        strcpy(out + 3, "-LEG");
        return true;
    }
    if (dm_str_is(code, "IGO") && e->nature == DM_NAT_BODY) {
        strcpy(out, "IGO");
        return true;
    }
    return false;
}

/* Which organs with resolutions the article names: one alone is what a bare "U.N. resolution" means. */
void dm_act_article_bodies(iw *w)
{
    bool several = false;
    for (uint32_t k = 0; k < w->doc->entities.n; k++) {
        const dm_entity *e = &w->doc->entities.v[k];
        char body[BODY_MAX] = "";
        if (!dm_act_body_of(w, e, body))
            continue;
        if (memcmp(body, "UN", 2) != 0 || strcmp(body, "UNO") == 0)
            continue;
        several = several || (w->un_body[0] && strcmp(w->un_body, body) != 0);
        memcpy(w->un_body, body, sizeof body);
    }
    if (several)
        w->un_body[0] = 0;
}

static void set(inst *i, const char *body, const char *why)
{
    size_t n = strnlen(body, BODY_MAX - 1);
    memcpy(i->body, body, n);
    i->body[n] = 0;
    i->body_why = why;
}

static bool adopts(dm_str lemma)
{
    return dm_str_in(lemma, "adopt pass approve vote debate consider table reject defeat enact ratify endorse discuss "
                            "circulate veto condemn demand issue release carry renew throw shelve");
}

static bool phrase_word(const iw *w, const inst *i, const char *list)
{
    DM_EACH_KID(w->doc, i->head, k) if (dm_str_in(dm_ict(w, k)->norm, list)) return true;
    for (uint32_t t = i->first; t < i->first + i->n; t++)
        if (dm_str_in(dm_ict(w, t)->norm, list))
            return true;
    return false;
}

static bool from_kids(const iw *w, inst *i)
{
    char body[BODY_MAX] = "";
    DM_EACH_KID(w->doc, i->head, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        bool before = d == DM_D_COMPOUND || d == DM_D_AMOD || d == DM_D_NMOD_POSS || d == DM_D_FLAT;
        bool after = d == DM_D_NMOD && dm_str_in(dm_act_case(w, k), "of by in at from before");
        if ((before || after) && dm_act_body_of(w, dm_act_entity_at(w, k), body)) {
            set(i, body, before ? "noun phrase" : "prepositional phrase");
            return true;
        }
    }
    for (uint32_t t = i->first; t < i->first + i->n; t++) /* "Security Council resolution" is one entry */
        if (dm_act_body_of(w, dm_act_entity_at(w, t), body)) {
            set(i, body, "own words");
            return true;
        }
    return false;
}

static bool parliament(const iw *w, inst *i)
{
    char body[BODY_MAX];
    const char *state = w->doc->home;
    if (phrase_word(w, i, "congressional senate house"))
        state = "USA";
    else if (!phrase_word(w, i, "parliamentary legislative parliament"))
        return false;
    DM_EACH_KID(w->doc, i->head, k)
    if (dm_act_state(dm_act_entity_at(w, k)) && dm_ict(w, k)->deprel != DM_D_NMOD)
        state = dm_act_entity_at(w, k)->code;
    if (!state[0])
        return false;
    memcpy(body, state, 3);
    strcpy(body + 3, "-LEG");
    set(i, body, "parliament");
    return true;
}

static bool formal(const inst *i)
{
    return dm_str_in(i->type, "resolution motion vote law declaration") || (dm_str_is(i->type, "sanction") && !i->verb);
}

/* "presented the resolution to the commission", "adopted by the Security Council", "the Senate passed a bill". */
static bool from_verb(const iw *w, inst *i)
{
    char body[BODY_MAX] = "";
    const dm_token *t = dm_ict(w, i->head);
    uint32_t verb = t->head;
    unsigned looked = 0;
    DM_EACH_KID(w->doc, i->head, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        bool passed = (d == DM_D_ACL || d == DM_D_ACL_RELCL) && adopts(dm_ict(w, k)->lemma); /* who drafts it is its sponsor */
        uint32_t by = passed ? dm_act_agent(w, k) : DM_NONE;
        if (by != DM_NONE && dm_act_body_of(w, dm_act_entity_at(w, by), body)) {
            set(i, body, "agent");
            return true;
        }
        if (d != DM_D_ACL && d != DM_D_ACL_RELCL)
            continue;
        for (uint32_t s = k; s < w->doc->tokens.n && s < k + LOOK_MAX && dm_ict(w, s)->sent == i->sent;
             s++) /* "draft X said it would table in the assembly" */
            if (dm_ict(w, s)->deprel == DM_D_OBL && dm_str_in(dm_act_case(w, s), "to at before in") &&
                dm_act_body_of(w, dm_act_entity_at(w, s), body)) {
                set(i, body, "recipient of the draft");
                return true;
            }
    }
    uint32_t end = w->doc->sents.v[i->sent].first + w->doc->sents.v[i->sent].n;
    for (uint32_t s = i->head + 1; s < end && s < i->head + LOOK_MAX && !(dm_ict(w, s)->flags & DM_T_PUNCT);
         s++) /* the same, attached elsewhere */
        if (dm_ict(w, s)->deprel == DM_D_OBL && dm_str_is(dm_act_case(w, s), "to") &&
            dm_act_body_of(w, dm_act_entity_at(w, s), body)) {
            set(i, body, "recipient of the draft");
            return true;
        }
    if (verb == DM_NONE || !dm_act_verbal(w, verb))
        return false;
    DM_EACH_KID(w->doc, verb, k)
    {
        if (looked++ > LOOK_MAX)
            break;
        unsigned d = dm_ict(w, k)->deprel;
        bool place = (d == DM_D_OBL || d == DM_D_OBL_AGENT) && dm_str_in(dm_act_case(w, k), "to at before in by through");
        bool maker = (d == DM_D_NSUBJ || d == DM_D_NSUBJ_PASS) && t->deprel != d && !dm_str_is(i->type, "vote") &&
                     adopts(dm_ict(w, verb)->lemma);
        if ((place || maker) && dm_act_body_of(w, dm_act_entity_at(w, k), body)) {
            set(i, body, place ? "beside the verb" : "who passes it");
            return true;
        }
    }
    return false;
}

void dm_act_body(iw *w, inst *i)
{
    if (i->body[0] || !formal(i))
        return;
    bool found = from_kids(w, i) || parliament(w, i) || from_verb(w, i);
    if (found && strcmp(i->body, "UNO") == 0 && w->un_body[0])
        set(i, w->un_body, "the organ that the article names");
}

// SPDX-License-Identifier: Apache-2.0
/* Groups: "the two sides", "both capitals", "the four countries", "each side", "both". Parties that were named together come first, then the
 * two states of the article, then whoever was named last. */
#include "actor/work.h"

static uint32_t number_of(dm_str word)
{
    static const char *const words[] = { "two", "three", "four", "five", "six", "seven" };
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
        if (dm_str_is(word, words[i]))
            return i + 2;
    return dm_str_is(word, "both") ? 2 : 0;
}

/* "both have passed laws", "turned both down", "the neighbours": two parties without a noun or number. */
static bool alone(const aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    unsigned d = dm_deprel_base((dm_deprel)k->deprel);
    bool argument = d == DM_D_NSUBJ || d == DM_D_OBJ || d == DM_D_IOBJ || d == DM_D_OBL;
    if (!w->doc->sents.v[k->sent].parsed || !argument)
        return false;
    if (dm_str_in(k->norm, "both neither"))
        return true;
    if (t && dm_str_in(k->norm, "side party government country") && dm_str_in(dm_atok(w, t - 1)->norm, "each either neither"))
        return true;
    return t && dm_str_in(k->norm, "neighbours neighbors rivals foes sides presidents premiers delegations") &&
           dm_str_is(dm_atok(w, t - 1)->norm, "the") && dm_kid(w->doc, t, DM_D_NMOD) == DM_NONE;
}

/* "the two sides", "both capitals", "the four countries": how many parties, 0 when it is no such phrase. */
uint32_t dm_group_size(const aw *w, uint32_t t, uint32_t *words)
{
    if (alone(w, t)) {
        *words = 1;
        return 2;
    }
    uint32_t k = t, end = w->doc->sents.v[dm_atok(w, t)->sent].first + w->doc->sents.v[dm_atok(w, t)->sent].n;
    if (dm_str_in(dm_atok(w, k)->norm, "the these those all"))
        k++;
    uint32_t size = k < end ? number_of(dm_atok(w, k)->norm) : 0;
    if (!size || (k == t && size != 2))
        return 0;
    k++;
    for (int skip = 0;
         skip < 2 && k < end &&
         dm_str_in(dm_atok(w, k)->norm, "the neighbouring neighboring asian rival warring european african arab foreign prime");
         skip++)
        k++;
    if (k >= end ||
        !dm_str_in(dm_atok(w, k)->norm,
            "sides countries nations capitals governments leaders neighbours neighbors states powers parties allies "
            "ministers presidents men women delegations rivals foes partners armies premiers"))
        return 0;
    *words = k - t + 1;
    return size;
}

typedef struct pick {
    uint32_t v[DM_MENTION_ENTITIES];
    uint32_t n;
} pick;

static void pick_entity(const aw *w, pick *p, uint32_t id, const dm_entity *barred)
{
    const dm_entity *en = &w->doc->entities.v[id];
    bool known = p->n == DM_MENTION_ENTITIES || (barred && strcmp(barred->code, en->code) == 0) || !dm_is_country(en->code) ||
                 en->nature == DM_NAT_OTHER;
    for (uint32_t k = 0; k < p->n; k++)
        known = known || strcmp(w->doc->entities.v[p->v[k]].code, en->code) == 0;
    if (!known)
        p->v[p->n++] = id;
}

/* "Saudi Arabia, Egypt and Bahrain": the joined mentions from this one on. */
static void pick_joined(const aw *w, pick *p, const dm_mention *m)
{
    p->n = 0;
    pick_entity(w, p, m->entity[0], NULL);
    DM_EACH_KID(w->doc, m->head, k)
    {
        if (dm_is_joined(w, m, k))
            pick_entity(w, p, w->doc->mentions.v[w->name_at[k]].entity[0], NULL);
    }
}

static bool names_men(dm_str noun) { return dm_str_in(noun, "men women leaders presidents ministers premiers"); }

/* The last so many different countries mentioned, but for the subject of the same clause ("China called on the two sides"). */
static void pick_recent(const aw *w, const recent *r, uint32_t t, uint32_t size, const dm_entity *barred, bool men, pick *p)
{
    p->n = 0;
    for (uint32_t i = r->n; i-- > 0 && p->n < size;) {
        const dm_mention *o = &w->doc->mentions.v[r->mention[i]];
        for (uint32_t e = o->n_entity; e-- > 0 && p->n < size;) {
            unsigned nature = w->doc->entities.v[o->entity[e]].nature;
            if (o->first < t && (men ? nature == DM_NAT_PERSON : nature != DM_NAT_PLACE))
                pick_entity(w, p, o->entity[e], barred);
        }
    }
}

/* "the two sides" of the whole article, when both were spoken of lately. */
static void pick_pair(const aw *w, const recent *r, uint32_t t, const dm_entity *barred, pick *p)
{
    p->n = 0;
    for (uint32_t i = r->n; i-- > 0 && p->n < 2;) {
        const dm_mention *o = &w->doc->mentions.v[r->mention[i]];
        for (uint32_t e = o->n_entity; e-- > 0 && p->n < 2;) {
            const char *code = w->doc->entities.v[o->entity[e]].code;
            if (o->first < t && (strcmp(code, w->doc->home) == 0 || strcmp(code, w->doc->focus) == 0))
                pick_entity(w, p, o->entity[e], barred);
        }
    }
}

/* Parties named together, so many as the phrase says, come first; then two men last named; then whoever was named last. */
dm_status dm_take_group(aw *w, const recent *r, uint32_t t, uint32_t words, uint32_t size)
{
    uint32_t head = t + words - 1;
    bool subject_itself = dm_deprel_base((dm_deprel)dm_atok(w, head)->deprel) == DM_D_NSUBJ;
    uint32_t s = subject_itself || !w->doc->sents.v[dm_atok(w, t)->sent].parsed ? DM_NONE : dm_clause_subject(w, head);
    const dm_entity *barred = s == DM_NONE ? NULL : dm_first_entity(w, s);
    if (barred &&
        dm_str_in(dm_str_of(barred->sector), "CVL OPP SOC REB LAB JRN EDU REL")) /* a citizen may speak of both governments */
        barred = NULL;
    pick p = { .n = 0 };
    for (uint32_t i = r->n; i-- > 0 && p.n != size;) {
        const dm_mention *o = &w->doc->mentions.v[r->mention[i]];
        p.n = 0;
        if (o->first < t && o->n_entity == 1 && dm_has_conjunct(w, o))
            pick_joined(w, &p, o);
        else if (o->n_entity == size && o->first < t)
            for (uint32_t e = 0; e < size; e++)
                pick_entity(w, &p, o->entity[e], NULL);
    }
    if (p.n != size && names_men(dm_atok(w, head)->norm))
        pick_recent(w, r, t, size, barred, true, &p);
    if (p.n != size && size == 2)
        pick_pair(w, r, t, barred, &p);
    if (p.n != size)
        pick_recent(w, r, t, size, barred, false, &p);
    if (p.n < 2)
        return DM_OK;
    dm_mention *m = dm_mention_new(w, t, words, DM_FORM_GROUP, p.v[0], p.n == size ? 0.75f : 0.5f, DM_STR("actor/group"));
    if (!m)
        return DM_ENOMEM;
    for (uint32_t k = 1; k < p.n; k++)
        m->entity[m->n_entity++] = p.v[k];
    dm_mention *inner = w->name_at[head] < w->doc->mentions.n - 1 ? &w->doc->mentions.v[w->name_at[head]] : NULL;
    if (inner && inner->form == DM_FORM_ROLE) { /* the role inside is the same group */
        memcpy(inner->entity, m->entity, sizeof inner->entity);
        inner->n_entity = m->n_entity;
        inner->why = m->why;
    }
    return DM_OK;
}

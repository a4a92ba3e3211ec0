// SPDX-License-Identifier: Apache-2.0
/* Groups: "the two sides", "both capitals", "the four countries", "each side", "both", "the pair", "the three". Parties that were named
 * together just before come first, then the two states of the article, then parties of that number named together anywhere before, then
 * whoever was named last or, of three and more, most. */
#include "actor/work.h"

static uint32_t number_of(dm_str word)
{
    static const char *const words[] = { "two", "three", "four", "five", "six", "seven", "eight" };
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
        if (dm_str_is(word, words[i]))
            return i + 2;
    return dm_str_is(word, "both") ? 2 : 0;
}

static bool after_the(const aw *w, uint32_t t)
{
    uint32_t d = dm_kid(w->doc, t, DM_D_DET);
    return (d != DM_NONE && dm_str_in(dm_atok(w, d)->norm, "the all")) || (t && dm_str_in(dm_atok(w, t - 1)->norm, "the all"));
}

/* "the pair", "the trio", "the three": how many. */
static uint32_t named_number(dm_str word)
{
    if (dm_str_in(word, "pair duo twosome"))
        return 2;
    if (dm_str_in(word, "trio threesome"))
        return 3;
    return dm_str_in(word, "quartet foursome") ? 4 : dm_str_is(word, "both") ? 0 : number_of(word);
}

/* "both have passed laws", "turned both down", "the neighbours", "the three": so many parties without a noun or number; 0 otherwise. */
static uint32_t alone(const aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    unsigned d = dm_deprel_base((dm_deprel)k->deprel);
    bool argument = d == DM_D_NSUBJ || d == DM_D_OBJ || d == DM_D_IOBJ || d == DM_D_OBL;
    if (!w->doc->sents.v[k->sent].parsed || !argument)
        return 0;
    if (dm_str_in(k->norm, "both neither"))
        return 2;
    if (t &&
        dm_str_in(k->norm, "side party government country man woman leader minister president state nation capital camp") &&
        dm_str_in(dm_atok(w, t - 1)->norm, "each either neither"))
        return 2;
    if (dm_kid(w->doc, t, DM_D_NMOD) != DM_NONE || !after_the(w, t))
        return 0;
    if (dm_str_in(k->norm, "neighbours neighbors rivals foes sides presidents premiers delegations") && t &&
        dm_str_is(dm_atok(w, t - 1)->norm, "the"))
        return 2;
    return named_number(k->norm);
}

/* Between the number and the noun: "the two neighbouring states", "the three Baltic ministers". */
static bool is_between(const aw *w, uint32_t k)
{
    return dm_str_in(
               dm_atok(w, k)->norm, "the neighbouring neighboring asian rival warring european african arab foreign prime") ||
           dm_atok(w, k)->upos == DM_U_ADJ;
}

/* "the two sides", "both capitals", "the four countries": how many parties, 0 when it is no such phrase. */
uint32_t dm_group_size(const aw *w, uint32_t t, uint32_t *words)
{
    uint32_t n = alone(w, t);
    if (n) {
        *words = 1;
        return n;
    }
    uint32_t k = t, end = w->doc->sents.v[dm_atok(w, t)->sent].first + w->doc->sents.v[dm_atok(w, t)->sent].n;
    if (dm_str_in(dm_atok(w, k)->norm, "the these those all"))
        k++;
    uint32_t size = k < end ? number_of(dm_atok(w, k)->norm) : 0;
    if (!size || (k == t && size != 2))
        return 0;
    k++;
    for (int skip = 0; skip < 2 && k < end && is_between(w, k); skip++)
        k++;
    if (k >= end ||
        !dm_str_in(dm_atok(w, k)->norm,
            "sides countries nations capitals governments leaders neighbours neighbors states powers parties allies "
            "ministers presidents men women delegations rivals foes partners armies premiers republics democracies "
            "kingdoms riparians signatories guarantors enemies adversaries belligerents superpowers heavyweights giants "
            "camps delegates envoys statesmen negotiators congresses parliaments assemblies legislatures cabinets peoples "
            "publics "
            "militaries navies embassies economies republics monarchs"))
        return 0;
    *words = k - t + 1;
    return size;
}

typedef party_set pick;

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

static void pick_conjuncts(const aw *w, pick *p, const dm_mention *m, unsigned depth)
{
    enum { CHAIN_MAX = 8 };
    DM_EACH_KID(w->doc, m->head, k)
    {
        const dm_mention *o = dm_is_joined(w, m, k) ? &w->doc->mentions.v[w->name_at[k]] : NULL;
        if (!o)
            continue;
        pick_entity(w, p, o->entity[0], NULL);
        if (depth < CHAIN_MAX && o->head == k)
            pick_conjuncts(w, p, o, depth + 1); /* the tree may hang C on B */
    }
}

/* "Saudi Arabia, Egypt and Bahrain": the joined mentions from this one on. */
static void pick_joined(const aw *w, pick *p, const dm_mention *m)
{
    p->n = 0;
    pick_entity(w, p, m->entity[0], NULL);
    pick_conjuncts(w, p, m, 0);
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

/* Keeps the parties that this mention names together or counts. */
void dm_learn_group(aw *w, uint32_t mention)
{
    const dm_mention *m = &w->doc->mentions.v[mention];
    const dm_entity *en = dm_first_entity(w, mention);
    if (!en || m->form == DM_FORM_ADJ || en->nature == DM_NAT_PLACE || !w->doc->sents.v[m->sent].parsed)
        return;
    uint32_t number = dm_kid(w->doc, m->head, DM_D_NUMMOD);
    uint32_t counted = number == DM_NONE ? 0 : number_of(dm_atok(w, number)->norm);
    if (counted && m->n_entity == 1 && en->code[0])
        w->men[counted] = (party_set){ .v = { m->entity[0] }, .n = 1 };
    if (m->n_entity != 1 || !dm_has_conjunct(w, m))
        return;
    pick p;
    pick_joined(w, &p, m);
    if (p.n < 2 || p.n > GROUP_MAX)
        return;
    w->joined[p.n] = p;
    if (en->nature == DM_NAT_PERSON)
        w->men[p.n] = p;
}

/* "the Nordic pair", "the three Baltic ministers": those of the region's states that the text names, or all of them. */
static void pick_region(const aw *w, uint32_t head, uint32_t size, pick *p)
{
    const dm_mention *r = NULL;
    p->n = 0;
    DM_EACH_KID(w->doc, head, k)
    {
        const dm_mention *m = w->name_at[k] == DM_NONE ? NULL : &w->doc->mentions.v[w->name_at[k]];
        if (m && m->n_entity > 1 && dm_str_starts(m->why, "actors/regions"))
            r = m;
    }
    for (uint32_t i = 0; r && i < r->n_entity; i++)
        if (dm_map_get(&w->code_seen, dm_str_of(w->doc->entities.v[r->entity[i]].code), 0) != UINT32_MAX)
            p->v[p->n++] = r->entity[i];
    if (r && p->n != size && r->n_entity == size)
        memcpy(p->v, r->entity, (p->n = size) * sizeof *p->v);
}

static bool is_home_pair(const aw *w, const pick *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (strcmp(w->doc->entities.v[p->v[i]].code, w->doc->home) != 0 &&
            strcmp(w->doc->entities.v[p->v[i]].code, w->doc->focus) != 0)
            return false;
    return p->n == 2;
}

/* Parties named together among the last mentions. Two of them stay "the two sides" for a few sentences only, unless the article is about
 * them; and whoever does something to both is none of them. */
static void pick_together(const aw *w, const recent *r, uint32_t t, uint32_t size, const dm_entity *barred, pick *p)
{
    enum { TOGETHER = 2 };
    p->n = 0;
    for (uint32_t i = r->n; i-- > 0 && p->n != size;) {
        const dm_mention *o = &w->doc->mentions.v[r->mention[i]];
        p->n = 0;
        if (o->first < t && o->n_entity == 1 && o->form != DM_FORM_ADJ && dm_has_conjunct(w, o))
            pick_joined(w, p, o);
        else if (o->n_entity == size && o->first < t)
            for (uint32_t e = 0; e < size; e++)
                pick_entity(w, p, o->entity[e], NULL);
        bool far = size == 2 && dm_atok(w, t)->sent > o->sent + TOGETHER && !is_home_pair(w, p);
        for (uint32_t e = 0; e < p->n && !far; e++)
            far = barred && size == 2 && !is_home_pair(w, p) && strcmp(w->doc->entities.v[p->v[e]].code, barred->code) == 0;
        if (far)
            p->n = 0;
    }
}

/* So many states named within the last sentences. */
static void pick_near(const aw *w, const recent *r, uint32_t t, uint32_t size, pick *p)
{
    enum { NEAR = 2 };
    recent near = { .n = 0 };
    for (uint32_t i = 0; i < r->n; i++)
        if (w->doc->mentions.v[r->mention[i]].sent + NEAR >= dm_atok(w, t)->sent)
            near.mention[near.n++] = r->mention[i];
    pick_recent(w, &near, t, size, NULL, false, p);
}

/* The states that the article names most. */
static void pick_top(const aw *w, uint32_t size, pick *p)
{
    p->n = 0;
    for (uint32_t k = 0; k < size && w->top[k][0]; k++) {
        char key[16];
        memcpy(key, "state ", 6);
        memcpy(key + 6, w->top[k], DM_CODE_MAX);
        uint32_t id = dm_map_get(&w->entity_by_key, dm_str_of(key), 0);
        if (id != DM_NONE)
            p->v[p->n++] = id;
    }
}

/* "the seven" of an organisation of seven. */
static void pick_body(const aw *w, uint32_t head, uint32_t size, pick *p)
{
    uint32_t id = size > 2 ? dm_map_get(&w->body_word, dm_atok(w, head)->norm, 0) : DM_NONE;
    p->n = 0;
    if (id != DM_NONE && number_of(dm_atok(w, head)->norm) == size)
        p->v[p->n++] = id;
}

static void pick_group(const aw *w, const recent *r, uint32_t t, uint32_t head, uint32_t size, const dm_entity *barred, pick *p)
{
    enum { COUNTABLE = 4 }; /* more states than these are named as a body */
    pick_region(w, head, size, p);
    if (p->n == size)
        return;
    if (dm_str_in(dm_atok(w, head)->norm, "men women man woman") && w->men[size].n) {
        *p = w->men[size];
        return;
    }
    pick_together(w, r, t, size, barred, p);
    if (p->n != size && names_men(dm_atok(w, head)->norm))
        pick_recent(w, r, t, size, barred, true, p);
    if (p->n != size && size == 2)
        pick_pair(w, r, t, NULL, p);
    if (p->n != size)
        pick_body(w, head, size, p);
    if (p->n == 1)
        return;
    if (p->n != size && w->joined[size].n)
        *p = w->joined[size];
    if (p->n != size && size > 2)
        pick_near(w, r, t, size, p);
    if (p->n != size && size > 2 && size <= COUNTABLE)
        pick_top(w, size, p);
    if (p->n != size && size <= COUNTABLE)
        pick_recent(w, r, t, size, barred, false, p);
    p->n = size > COUNTABLE && p->n != size ? 0 : p->n;
}

/* "senators of both parties": those of their own state. */
static bool is_of_lawmakers(const aw *w, uint32_t head)
{
    uint32_t up = dm_atok(w, head)->head;
    const dm_entity *en = up == DM_NONE || w->name_at[up] == DM_NONE ? NULL : dm_first_entity(w, w->name_at[up]);
    return en && dm_str_in(dm_atok(w, head)->norm, "parties party") && dm_str_in(dm_str_of(en->sector), "LEG PTY");
}

/* "the leaders of the three countries": all of them. */
static void share_group(aw *w, uint32_t head, const dm_mention *group)
{
    uint32_t up = dm_atok(w, head)->deprel == DM_D_NMOD ? dm_atok(w, head)->head : DM_NONE, c = dm_kid(w->doc, head, DM_D_CASE);
    dm_mention *role = up == DM_NONE || w->name_at[up] == DM_NONE ? NULL : &w->doc->mentions.v[w->name_at[up]];
    if (!role || role->form != DM_FORM_ROLE || c == DM_NONE || !dm_str_in(dm_atok(w, c)->norm, "of from") ||
        !dm_str_starts(role->why, "actor/home-country"))
        return;
    memcpy(role->entity, group->entity, sizeof role->entity);
    role->n_entity = group->n_entity;
    role->why = group->why;
}

dm_status dm_take_group(aw *w, const recent *r, uint32_t t, uint32_t words, uint32_t size)
{
    uint32_t head = t + words - 1;
    const dm_entity *named = w->name_at[head] == DM_NONE ? NULL : dm_first_entity(w, w->name_at[head]);
    if (named && named->nature == DM_NAT_BODY) /* "the seven richest nations" */
        return DM_OK;
    bool subject_itself = dm_deprel_base((dm_deprel)dm_atok(w, head)->deprel) == DM_D_NSUBJ;
    uint32_t s = subject_itself || !w->doc->sents.v[dm_atok(w, t)->sent].parsed ? DM_NONE : dm_clause_subject(w, head);
    const dm_entity *barred = s == DM_NONE ? NULL : dm_first_entity(w, s);
    if (barred &&
        dm_str_in(dm_str_of(barred->sector), "CVL OPP SOC REB LAB JRN EDU REL")) /* a citizen may speak of both governments */
        barred = NULL;
    pick p = { .n = 0 };
    pick_group(w, r, t, head, size, barred, &p);
    bool one =
        p.n == 1 && ((w->men[size].n == 1 && p.v[0] == w->men[size].v[0]) || w->doc->entities.v[p.v[0]].nature == DM_NAT_BODY);
    if ((p.n < 2 && !one) || is_of_lawmakers(w, head))
        return DM_OK;
    dm_mention *m = dm_mention_new(w, t, words, DM_FORM_GROUP, p.v[0], p.n == size ? 0.75f : 0.5f, DM_STR("actor/group"));
    if (!m)
        return DM_ENOMEM;
    for (uint32_t k = 1; k < p.n; k++)
        m->entity[m->n_entity++] = p.v[k];
    share_group(w, head, m);
    dm_mention *inner = w->name_at[head] < w->doc->mentions.n - 1 ? &w->doc->mentions.v[w->name_at[head]] : NULL;
    if (inner && inner->form == DM_FORM_ROLE) { /* the role inside is the same group */
        memcpy(inner->entity, m->entity, sizeof inner->entity);
        inner->n_entity = m->n_entity;
        inner->why = m->why;
    }
    return DM_OK;
}

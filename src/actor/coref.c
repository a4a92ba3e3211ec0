// SPDX-License-Identifier: Apache-2.0
/* Who pronouns, definite descriptions and groups stand for, and whose the bare roles are. One walk over the text; at each point the
 * last LOOK_BACK mentions are looked at, so the whole is linear. */
#include "actor/work.h"
#include <stdio.h>
#include <stdlib.h>

enum { PHRASE_MAX = 96, PHRASE_WORDS = 6 };

static void see(recent *r, uint32_t mention)
{
    if (r->n == LOOK_BACK) {
        memmove(r->mention, r->mention + 1, (LOOK_BACK - 1) * sizeof *r->mention);
        r->n--;
    }
    r->mention[r->n++] = mention;
}

static bool year_ok(const aw *w, const struct fact *f)
{
    dm_interval d = w->doc->meta.date;
    int y, m, day;
    if (d.precision == DM_PREC_UNKNOWN || d.from == DM_DAY_NONE)
        return true;
    dm_day_split(d.from, &y, &m, &day);
    return (!f->from || y >= f->from) && (!f->to || y <= f->to);
}

static dm_str fact_code(const aw *w, uint32_t i)
{
    return dm_table_cell(w->a->facts, w->a->fact[i - 1].row, dm_table_column(w->a->facts, "code"));
}

/* The entity of the most recently mentioned state for which the fact holds; a fact that one state alone has needs no mention. */
static uint32_t described_state(aw *w, const recent *r, uint32_t fact, bool alone_too, bool telling)
{
    for (uint32_t k = r->n; k-- > 0;) {
        const dm_entity *en = dm_first_entity(w, r->mention[k]);
        for (uint32_t i = fact; en && i; i = w->a->fact[i - 1].next)
            if (year_ok(w, &w->a->fact[i - 1]) && dm_str_is(fact_code(w, i), en->code))
                return w->doc->mentions.v[r->mention[k]].entity[0];
    }
    dm_str only = DM_NIL;
    for (uint32_t i = alone_too ? fact : 0; i; i = w->a->fact[i - 1].next) {
        if (!year_ok(w, &w->a->fact[i - 1]))
            continue;
        if (only.len && !dm_str_eq(only, fact_code(w, i)))
            return DM_NONE;
        only = fact_code(w, i);
    }
    char key[16], code[DM_CODE_MAX];
    dm_copy_code(code, sizeof code, only);
    if (only.len && !telling && dm_map_get(&w->code_seen, only, 0) == UINT32_MAX)
        return DM_NONE; /* two words say too little of a state that the text does not name */
    snprintf(key, sizeof key, "state %s", code);
    uint32_t id = only.len ? dm_entity_find(w, dm_str_of(key)) : DM_NONE;
    return id != DM_NONE || !only.len ? id : dm_entity_new(w, dm_str_of(key), code, DM_STR("GOV"), DM_NAT_STATE, only);
}

static uint32_t phrase_fact(const aw *w, uint32_t first, uint32_t *words)
{
    char buf[PHRASE_MAX];
    size_t n = 0;
    uint32_t found = 0, sent = dm_atok(w, first)->sent;
    for (uint32_t t = first; t < w->doc->tokens.n && t < first + PHRASE_WORDS && dm_atok(w, t)->sent == sent; t++) {
        dm_str s = dm_atok(w, t)->norm;
        bool glue = n == 0 || dm_str_in(s, "'s - '") || (t > first && dm_str_in(dm_atok(w, t - 1)->norm, "-"));
        if (n + s.len + 2 > sizeof buf)
            break;
        if (!glue)
            buf[n++] = ' ';
        memcpy(buf + n, s.p, s.len);
        n += s.len;
        uint32_t f = dm_map_get(&w->a->facts_phrase, (dm_str){ buf, n }, 0);
        if (f != UINT32_MAX) {
            found = f;
            *words = t - first + 1;
        }
    }
    return found;
}

/* The words of a person's title, by which the text comes back ("the general"), and what they say of the sex. */
static bool learn_title(aw *w, const dm_mention *m)
{
    dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
    if (!en || en->nature != DM_NAT_PERSON || m->form != DM_FORM_NAME)
        return true;
    char buf[PHRASE_MAX];
    size_t n = 0;
    for (uint32_t t = m->first; t < m->first + m->n; t++) {
        dm_str s = dm_atok(w, t)->norm;
        en->male = en->male || dm_str_in(s, "mr sir lord king prince");
        en->female = en->female || dm_str_in(s, "mrs ms miss lady queen princess madame");
        if (!w->title[t] || w->title[t] == 3 || n + s.len + 2 > sizeof buf)
            continue;
        if (n)
            buf[n++] = ' ';
        memcpy(buf + n, s.p, s.len);
        n += s.len;
    }
    if (n && dm_str_in((dm_str){ buf, n }, "gen"))
        n = (size_t)snprintf(buf, sizeof buf, "general");
    return n == 0 || dm_map_put(&w->title_entity, (dm_str){ buf, n }, 0, m->entity[0]) || dm_oom(w);
}

/* "their host, President Fernandez": the noun beside the name is the person. */
static dm_status take_apposed(aw *w, uint32_t mention)
{
    const dm_mention *m = &w->doc->mentions.v[mention];
    const dm_entity *en = dm_first_entity(w, mention);
    const dm_token *h = dm_atok(w, m->head);
    if (!en || en->nature != DM_NAT_PERSON || !en->code[0] || !w->doc->sents.v[m->sent].parsed || h->deprel != DM_D_APPOS ||
        h->head == DM_NONE)
        return DM_OK;
    if (w->name_at[h->head] != DM_NONE || dm_atok(w, h->head)->upos != DM_U_NOUN)
        return DM_OK;
    return dm_mention_new(w, h->head, 1, DM_FORM_DESC, m->entity[0], 0.85f, DM_STR("actor/apposition")) ? DM_OK : DM_ENOMEM;
}

static dm_status take_description(aw *w, const recent *r, uint32_t t, uint32_t *skip)
{
    uint32_t words = 0, before = w->name_at[t];
    if (w->name_at[t] != DM_NONE && w->doc->mentions.v[w->name_at[t]].form != DM_FORM_ADJ &&
        dm_first_entity(w, w->name_at[t]) && dm_first_entity(w, w->name_at[t])->nature != DM_NAT_OTHER &&
        !dm_str_starts(w->doc->mentions.v[w->name_at[t]].why, "actor/home-country") &&
        !dm_str_is(w->doc->mentions.v[w->name_at[t]].why, "actor/unknown-role"))
        return dm_str_is(w->doc->mentions.v[w->name_at[t]].why, "actor/unknown-name") ? dm_take_body(w, t) : DM_OK;
    uint32_t size = dm_group_size(w, t, &words);
    if (size) {
        *skip = words;
        return dm_take_group(w, r, t, words, size);
    }
    dm_status st = dm_take_body(w, t);
    if (st != DM_OK || w->name_at[t] != before)
        return st;
    bool definite = t > 0 && dm_str_in(dm_atok(w, t - 1)->norm, "the its their this that 's his our") &&
                    dm_atok(w, t - 1)->sent == dm_atok(w, t)->sent;
    uint32_t fact = phrase_fact(w, t, &words);
    if (!fact || (!definite && words < 3))
        return DM_OK;
    uint32_t id = described_state(w, r, fact, definite && words > 1, words > 2);
    if (id == DM_NONE)
        return DM_OK;
    *skip = words;
    return dm_mention_new(w, t, words, DM_FORM_DESC, id, 0.8f, DM_STR("actor/description")) ? DM_OK : DM_ENOMEM;
}

/* "the country", "the nation": the state spoken of last; "its giant neighbour", in apposition: whom it stands beside. */
static dm_status take_plain(aw *w, const recent *r, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    if (w->name_at[t] != DM_NONE || t == 0 || !w->doc->sents.v[k->sent].parsed)
        return DM_OK;
    bool place = dm_str_in(k->norm, "country nation kingdom republic island state regime communist");
    bool related = dm_str_in(k->norm, "neighbour neighbor ally rival partner adversary patron enemy foe");
    uint32_t pick = DM_NONE;
    if (related && k->deprel == DM_D_APPOS && k->head != DM_NONE)
        pick = w->name_at[k->head];
    if (place && k->upos == DM_U_NOUN) {
        uint32_t d = dm_kid(w->doc, t, DM_D_DET);
        if (d == DM_NONE || !dm_str_in(dm_atok(w, d)->norm, "the this that"))
            return DM_OK;
        for (uint32_t i = r->n; i-- > 0 && pick == DM_NONE;) {
            const dm_entity *en = dm_first_entity(w, r->mention[i]);
            if (en && en->code[0] &&
                (en->nature == DM_NAT_STATE || (en->nature == DM_NAT_PLACE && dm_str_is(k->norm, "island"))))
                pick = r->mention[i];
        }
    }
    if (pick == DM_NONE || !w->doc->mentions.v[pick].n_entity)
        return DM_OK;
    return dm_mention_new(w, t, 1, DM_FORM_DESC, w->doc->mentions.v[pick].entity[0], 0.65f, DM_STR("actor/description"))
               ? DM_OK
               : DM_ENOMEM;
}

static void set_code(dm_entity *en, const char *code)
{
    if (!en->code[0])
        memcpy(en->code, code, DM_CODE_MAX);
}

static int by_place(const void *a_, const void *b_)
{
    const dm_mention *a = a_, *b = b_;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    return (int)a->form - (int)b->form;
}

static void sort_mentions(aw *w)
{
    if (w->doc->mentions.n)
        qsort(w->doc->mentions.v, w->doc->mentions.n, sizeof *w->doc->mentions.v, by_place);
    for (uint32_t t = 0; t < w->doc->tokens.n; t++)
        w->name_at[t] = w->doc->tokens.v[t].mention = DM_NONE;
    for (uint32_t i = 0; i < w->doc->mentions.n; i++) /* later is inner: longest first at each place */
        for (uint32_t t = w->doc->mentions.v[i].first; t < w->doc->mentions.v[i].first + w->doc->mentions.v[i].n; t++)
            w->name_at[t] = w->doc->tokens.v[t].mention = i;
}

/* "its forces", "his officials": the role belongs to whom the pronoun stands for. */
static dm_status give_owner(aw *w, uint32_t pronoun)
{
    uint32_t noun = dm_atok(w, pronoun)->head;
    if (dm_atok(w, pronoun)->deprel != DM_D_NMOD_POSS || noun == DM_NONE || w->name_at[noun] == DM_NONE ||
        w->name_at[pronoun] == DM_NONE)
        return DM_OK;
    dm_mention *owned = &w->doc->mentions.v[w->name_at[noun]];
    const dm_mention *by = &w->doc->mentions.v[w->name_at[pronoun]];
    if (!owned->n_entity || !by->n_entity || !dm_str_is(owned->why, "actor/possessive-pronoun"))
        return DM_OK;
    dm_entity role = w->doc->entities.v[owned->entity[0]];
    set_code(&w->doc->entities.v[owned->entity[0]], w->doc->entities.v[by->entity[0]].code);
    bool many = (dm_atok(w, noun)->feats & DM_F_PLUR) != 0 && owned->n_entity == 1;
    for (uint32_t i = 1; many && i < by->n_entity; i++) { /* "their armies": one for each */
        uint32_t id =
            dm_entity_new(w, DM_NIL, w->doc->entities.v[by->entity[i]].code, dm_str_of(role.sector), DM_NAT_ROLE, role.name);
        if (id == DM_NONE)
            return DM_ENOMEM;
        w->doc->entities.v[id].plural = true;
        w->doc->entities.v[id].table = role.table;
        w->doc->entities.v[id].table_row = role.table_row;
        owned->entity[owned->n_entity++] = id;
    }
    return DM_OK;
}

/* "the government of the tiny republic": what the phrase inside turned out to be owns the role. */
static void share_owner(aw *w, uint32_t mention)
{
    const dm_mention *m = &w->doc->mentions.v[mention];
    const dm_token *h = dm_atok(w, m->head);
    if (!m->n_entity || (m->form != DM_FORM_DESC && m->form != DM_FORM_GROUP) || h->deprel != DM_D_NMOD || h->head == DM_NONE ||
        w->name_at[h->head] == DM_NONE)
        return;
    uint32_t c = dm_kid(w->doc, m->head, DM_D_CASE);
    dm_mention *role = &w->doc->mentions.v[w->name_at[h->head]];
    const char *code = w->doc->entities.v[m->entity[0]].code;
    if (c == DM_NONE || !dm_str_in(dm_atok(w, c)->norm, "of") || role->form != DM_FORM_ROLE || role->n_entity != 1 ||
        !code[0] || m->n_entity != 1 || !dm_str_starts(role->why, "actor/home-country"))
        return;
    memcpy(w->doc->entities.v[role->entity[0]].code, code, DM_CODE_MAX);
    role->why = DM_STR("actor/of");
    role->confidence = 0.75f;
}

static void home_for_the_rest(aw *w)
{
    for (uint32_t i = 0; i < w->doc->mentions.n && w->doc->home[0]; i++) {
        dm_mention *m = &w->doc->mentions.v[i];
        if (m->n_entity && dm_str_is(m->why, "actor/possessive-pronoun") && !w->doc->entities.v[m->entity[0]].code[0]) {
            set_code(&w->doc->entities.v[m->entity[0]], w->doc->home);
            m->why = DM_STR("actor/home-country");
        }
    }
}

dm_status dm_actor_coref(aw *w)
{
    sort_mentions(w);
    uint32_t named = w->doc->mentions.n, next = 0, skip = 0;
    recent r = { .n = 0 };
    topics tp = { 0 };
    for (uint32_t t = 0; t < w->doc->tokens.n; t++) {
        while (next < named && w->doc->mentions.v[next].first <= t) {
            dm_bare_settle(w, next, &tp);
            dm_topic_see(w, &tp, next);
            if (w->doc->mentions.v[next].n_entity)
                see(&r, next);
            dm_learn_group(w, next);
            if (take_apposed(w, next) != DM_OK || !dm_learn_body(w, &w->doc->mentions.v[next]) ||
                !learn_title(w, &w->doc->mentions.v[next]))
                return DM_ENOMEM;
            next++;
        }
        if (skip) {
            skip--;
            continue;
        }
        uint32_t before = w->doc->mentions.n;
        dm_status st = dm_take_pronoun(w, &r, t);
        if (st == DM_OK && w->doc->mentions.n == before)
            st = take_description(w, &r, t, &skip);
        if (st == DM_OK && w->doc->mentions.n == before)
            st = take_plain(w, &r, t);
        if (st != DM_OK)
            return st;
        if (w->doc->mentions.n > before) {
            see(&r, before);
            dm_topic_see(w, &tp, before);
            if (give_owner(w, t) != DM_OK)
                return DM_ENOMEM;
            share_owner(w, before);
        }
        skip = skip ? skip - 1 : 0;
    }
    home_for_the_rest(w);
    sort_mentions(w);
    return DM_OK;
}

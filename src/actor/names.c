// SPDX-License-Identifier: Apache-2.0
/* Names found by scan. Where several rows know the same words, the row that holds at the document's date wins, then people before
 * states before bodies. A person's row gives the office held then; after the term the sector is ELI. */
#define _GNU_SOURCE
#include "actor/work.h"
#include <stdio.h>

static bool is_office_sector(dm_str s) { return dm_str_in(s, "GOV LEG JUD MIL"); }

static dm_str user_cell(const aw *w, const dm_hit *h, int column)
{
    return dm_table_cell(dm_tables_at(w->a->tables, h->table), h->row, column);
}

/* A user's line wins over ours while it holds, a later file's over an earlier one's. Out of its time a person is still known, below
 * what we know; any other name is not. */
static int rank_user_hit(const aw *w, const dm_hit *h)
{
    const dm_actor *a = w->a;
    dm_str from = user_cell(w, h, a->cu.from), to = user_cell(w, h, a->cu.to);
    bool dated = from.len || to.len, known = w->doc->meta.date.precision != DM_PREC_UNKNOWN;
    if (!dm_dates_cover(w->doc, from, to))
        return dm_str_is(user_cell(w, h, a->cu.kind), "person") ? 2 : -1;
    return 100 + (int)(h->table - a->i_user) * 2 + (dated == known);
}

/* A second sign for an ambiguous body name: a state of its code in the text, or a body with the same code whose name is plain. */
static bool body_has_sign(const aw *w, uint32_t row)
{
    const dm_actor *a = w->a;
    dm_str code = dm_table_cell(a->bodies, row, a->cb.code);
    return !dm_str_starts(dm_table_cell(a->bodies, row, a->cb.note), "ambiguous") ||
           dm_map_get(&w->code_seen, code, 0) != UINT32_MAX;
}

/* Preference among rows for the same words; higher is better. */
static int rank_hit(const aw *w, const dm_hit *h)
{
    const dm_actor *a = w->a;
    if (dm_is_user_name(a, h->table))
        return rank_user_hit(w, h);
    if (h->table == a->i_people) {
        bool in =
            dm_dates_cover(w->doc, dm_table_cell(a->people, h->row, a->cp.from), dm_table_cell(a->people, h->row, a->cp.to));
        dm_str code = dm_table_cell(a->people, h->row, a->cp.code);
        bool seen = code.len == 3 && !dm_str_in(code, "UNO IGO EUR NGO") && dm_map_get(&w->code_seen, code, 0) != UINT32_MAX;
        return 50 + (in ? 10 : 0) + seen; /* without a date the state in the text tells the term */
    }
    if (h->table == a->i_states) {
        bool dated = dm_table_cell(a->states, h->row, a->cs.from).len || dm_table_cell(a->states, h->row, a->cs.to).len;
        bool in =
            dm_dates_cover(w->doc, dm_table_cell(a->states, h->row, a->cs.from), dm_table_cell(a->states, h->row, a->cs.to));
        bool ambiguous = dm_str_starts(dm_table_cell(a->states, h->row, a->cs.note), "ambiguous");
        int r = h->column == a->cs.names ? 45 : h->column == a->cs.demonyms ? 43 : h->column == a->cs.government ? 42 : 40;
        return in ? r + (dated && w->doc->meta.date.precision != DM_PREC_UNKNOWN ? 3 : 0) - (ambiguous ? 6 : 0) : 5;
    }
    if (h->table == a->i_bodies && !body_has_sign(w, h->row))
        return -1;
    if (h->table == a->i_bodies)
        return dm_dates_cover(w->doc, dm_table_cell(a->bodies, h->row, a->cb.from), dm_table_cell(a->bodies, h->row, a->cb.to))
                   ? 44
                   : 4;
    return 30;
}

static dm_str why_line(aw *w, const dm_table *t, uint32_t row)
{
    return dm_arena_printf(&w->doc->arena, "%.*s.tsv:%u", DM_FMT(dm_table_name(t)), dm_table_line(t, row));
}

static uint32_t state_entity(aw *w, uint32_t row, dm_nature nature, dm_str words)
{
    const dm_actor *a = w->a;
    char key[KEY_MAX];
    dm_str code = dm_table_cell(a->states, row, a->cs.code), note = dm_table_cell(a->states, row, a->cs.note);
    dm_str name = dm_table_cell(a->states, row, a->cs.names);
    if (nature == DM_NAT_STATE && dm_str_starts(note, "PRE")) /* a breakaway region shares its state's code, not its identity */
        snprintf(key, sizeof key, "state %.*s PRE %u", DM_FMT(code), (unsigned)row);
    else if (nature == DM_NAT_STATE)
        snprintf(key, sizeof key, "state %.*s", DM_FMT(code));
    else
        snprintf(key, sizeof key, "%s %.*s %.100s", nature == DM_NAT_PLACE ? "place" : "people", DM_FMT(code),
            words.len < 100 ? words.p : "");
    uint32_t id = dm_entity_find(w, dm_str_of(key));
    if (id != DM_NONE)
        return id;
    char c[DM_CODE_MAX];
    dm_copy_code(c, sizeof c, code);
    dm_str sector = dm_str_starts(note, "PRE") ? DM_STR("PRE") : nature == DM_NAT_STATE ? DM_STR("GOV") : DM_NIL;
    id = dm_entity_new(w, dm_str_of(key), c, sector, nature, name.len ? name : words);
    if (id != DM_NONE) {
        w->doc->entities.v[id].table = (uint16_t)a->i_states;
        w->doc->entities.v[id].table_row = row;
        w->doc->entities.v[id].plural = nature == DM_NAT_PEOPLE;
        w->doc->entities.v[id].why = why_line(w, a->states, row);
    }
    return id;
}

static uint32_t table_entity(
    aw *w, const dm_table *t, uint32_t index, uint32_t row, dm_str code, dm_str sector, dm_nature nature, dm_str name)
{
    char key[KEY_MAX], c[DM_CODE_MAX];
    snprintf(key, sizeof key, "%s %.*s", nature == DM_NAT_PERSON ? "person" : "body",
        DM_FMT(((dm_str){ name.p, name.len < 120 ? name.len : 120 })));
    uint32_t id = dm_entity_find(w, dm_str_of(key));
    if (id != DM_NONE)
        return id;
    dm_copy_code(c, sizeof c, code);
    id = dm_entity_new(w, dm_str_of(key), c, sector, nature, name);
    if (id != DM_NONE) {
        w->doc->entities.v[id].table = (uint16_t)index;
        w->doc->entities.v[id].table_row = row;
        w->doc->entities.v[id].why = why_line(w, t, row);
    }
    return id;
}

static dm_str first_variant(dm_str cell)
{
    dm_str piece = DM_NIL;
    dm_str_split(&cell, '|', &piece);
    return piece;
}

static bool register_surnames(aw *w, uint32_t row, uint32_t entity)
{
    dm_str cell = dm_table_cell(w->a->people, row, w->a->cp.surname), s;
    while (dm_str_split(&cell, '|', &s))
        if (!dm_map_put(&w->surname_entity, s, 0, entity))
            return dm_oom(w);
    return true;
}

static uint32_t person_entity(aw *w, uint32_t row)
{
    const dm_actor *a = w->a;
    dm_str sector = dm_table_cell(a->people, row, a->cp.sector), to = dm_table_cell(a->people, row, a->cp.to);
    if (is_office_sector(sector) && !dm_dates_cover(w->doc, DM_NIL, to))
        sector = DM_STR("ELI");
    dm_str code = dm_table_cell(a->people, row, a->cp.code);
    char held[DM_CODE_MAX];
    dm_copy_code(held, sizeof held, code);
    if (!dm_is_country(held) && !dm_dates_cover(w->doc, dm_table_cell(a->people, row, a->cp.from), DM_NIL))
        code = DM_NIL; /* not yet the head of that organisation */
    uint32_t id =
        table_entity(w, a->people, a->i_people, row, code, sector, DM_NAT_PERSON, dm_table_cell(a->people, row, a->cp.name));
    if (id != DM_NONE && !register_surnames(w, row, id))
        return DM_NONE;
    return id;
}

/* Demonym before a noun is an adjective; alone it means the people. */
static bool modifies(const aw *w, uint32_t last)
{
    const dm_token *t = dm_atok(w, last);
    if (w->doc->sents.v[t->sent].parsed)
        return t->deprel == DM_D_AMOD || t->deprel == DM_D_COMPOUND || t->upos == DM_U_ADJ || t->deprel == DM_D_NMOD_DESC;
    return last + 1 < w->doc->tokens.n && dm_atok(w, last + 1)->sent == t->sent &&
           !(dm_atok(w, last + 1)->flags & DM_T_PUNCT) &&
           !dm_str_in(dm_atok(w, last + 1)->norm,
               "have has had are were is was will would and or said say to in on of at for by from with");
}

/* A capital after a locative preposition is a town; elsewhere it stands for its government. */
static bool is_locative(const aw *w, uint32_t first)
{
    if (first == 0 || dm_atok(w, first - 1)->sent != dm_atok(w, first)->sent)
        return false;
    return dm_str_in(dm_atok(w, first - 1)->norm,
        "in at near outside around inside across throughout central downtown northern southern eastern western");
}

/* "US-backed rebels", "Chinese-born": not whose they are. A "US-led coalition" is its leader's. */
static bool only_backs(const aw *w, uint32_t last)
{
    if (last + 2 >= w->doc->tokens.n || dm_atok(w, last + 2)->sent != dm_atok(w, last)->sent ||
        !dm_str_is(dm_atok(w, last + 1)->norm, "-"))
        return false;
    return dm_str_in(dm_atok(w, last + 2)->norm, "backed born made supported funded trained educated speaking style friendly "
                                                 "controlled occupied brokered sponsored armed");
}

/* "Santiago Creel", "Dr Jim Swire": one word that is part of a person's name. */
static bool inside_name(const aw *w, const dm_hit *h)
{
    uint32_t t = h->first;
    if (h->n != 1 || !w->doc->sents.v[dm_atok(w, t)->sent].parsed)
        return false;
    const dm_token *k = dm_atok(w, t), *next = t + 1 < w->doc->tokens.n ? k + 1 : NULL, *before = t ? k - 1 : NULL;
    bool given = next && next->sent == k->sent && next->deprel == DM_D_FLAT && next->head == t && next->upos == DM_U_PROPN;
    bool family = before && before->sent == k->sent && k->deprel == DM_D_FLAT && before->upos == DM_U_PROPN &&
                  (before->flags & DM_T_UPPER) && w->name_at[t - 1] == DM_NONE;
    return given || family;
}

static dm_status take_state(aw *w, const dm_hit *h, dm_str words)
{
    const dm_actor *a = w->a;
    uint32_t last = h->first + h->n - 1;
    if ((h->column == a->cs.places || h->column == a->cs.government) && inside_name(w, h))
        return DM_OK;
    bool ethnic = h->first && dm_atok(w, h->first - 1)->sent == dm_atok(w, last)->sent &&
                  dm_str_is(dm_atok(w, h->first - 1)->norm, "ethnic");
    if (only_backs(w, last) || ethnic) /* "ethnic Albanians": of whatever state they live in */
        return DM_OK;
    bool adjective = h->column == a->cs.demonyms && modifies(w, last);
    dm_nature nature = h->column == a->cs.places || (h->column == a->cs.government && is_locative(w, h->first)) ? DM_NAT_PLACE
                       : h->column == a->cs.people || (h->column == a->cs.demonyms && !adjective)               ? DM_NAT_PEOPLE
                                                                                                                : DM_NAT_STATE;
    uint32_t person =
        nature == DM_NAT_PLACE && h->n == 1 && !is_locative(w, h->first) ? dm_map_get(&w->surname_entity, words, 0) : DM_NONE;
    if (person != DM_NONE) /* a town's name after a person of that name */
        return dm_mention_new(w, h->first, h->n, DM_FORM_NAME, person, 0.9f, DM_STR("actor/coref-surname")) ? DM_OK : DM_ENOMEM;
    uint32_t id = state_entity(w, h->row, nature, words);
    if (id == DM_NONE)
        return DM_ENOMEM;
    return dm_mention_new(w, h->first, h->n, adjective ? DM_FORM_ADJ : DM_FORM_NAME, id, nature == DM_NAT_PLACE ? 0.8f : 0.97f,
               w->doc->entities.v[id].why)
               ? DM_OK
               : DM_ENOMEM;
}

static dm_status take_region(aw *w, const dm_hit *h, dm_str words)
{
    dm_str codes = dm_table_cell(w->a->regions, h->row, dm_table_column(w->a->regions, "code")), code;
    dm_mention *m = NULL;
    while (!is_locative(w, h->first) && dm_str_split(&codes, '|', &code)) {
        char key[KEY_MAX], c[DM_CODE_MAX];
        snprintf(key, sizeof key, "state %.*s", DM_FMT(code));
        dm_copy_code(c, sizeof c, code);
        uint32_t id = dm_entity_find(w, dm_str_of(key));
        if (id == DM_NONE)
            id = dm_entity_new(w, dm_str_of(key), c, DM_STR("GOV"), DM_NAT_STATE, code);
        if (id == DM_NONE)
            return DM_ENOMEM;
        if (!m)
            m = dm_mention_new(w, h->first, h->n, DM_FORM_NAME, id, 0.7f, why_line(w, w->a->regions, h->row));
        else if (m->n_entity < DM_MENTION_ENTITIES)
            m->entity[m->n_entity++] = id;
        if (!m)
            return DM_ENOMEM;
    }
    if (!m) { /* a name that is nobody: known, so that it is not taken for a person */
        uint32_t id = dm_entity_new(w, DM_NIL, "", DM_NIL, DM_NAT_OTHER, words);
        if (id != DM_NONE) {
            w->doc->entities.v[id].table = (uint16_t)w->a->i_regions;
            w->doc->entities.v[id].table_row = h->row;
        }
        m = id == DM_NONE ? NULL
                          : dm_mention_new(w, h->first, h->n, DM_FORM_NAME, id, 0.5f, why_line(w, w->a->regions, h->row));
    }
    return m ? DM_OK : DM_ENOMEM;
}

uint32_t dm_body_entity(aw *w, uint32_t row)
{
    const dm_actor *a = w->a;
    return table_entity(w, a->bodies, a->i_bodies, row, dm_table_cell(a->bodies, row, a->cb.code),
        dm_table_cell(a->bodies, row, a->cb.sector), DM_NAT_BODY, first_variant(dm_table_cell(a->bodies, row, a->cb.names)));
}

static dm_str user_why(aw *w, const dm_hit *h)
{
    dm_str file = dm_table_name(dm_tables_at(w->a->tables, h->table)), line = user_cell(w, h, w->a->cu.line);
    return dm_arena_printf(&w->doc->arena, "%.*s:%.*s", DM_FMT(file), DM_FMT(line));
}

/* What the user's line says, with the sector of a former official behind its end and none before its start. */
static uint32_t user_entity(aw *w, const dm_hit *h, dm_nature nature, dm_str words)
{
    const dm_actor *a = w->a;
    dm_str code = user_cell(w, h, a->cu.code), sector = user_cell(w, h, a->cu.sector),
           name = first_variant(user_cell(w, h, a->cu.names));
    char key[KEY_MAX], c[DM_CODE_MAX];
    if (nature == DM_NAT_PERSON && is_office_sector(sector) && !dm_dates_cover(w->doc, DM_NIL, user_cell(w, h, a->cu.to)))
        sector = DM_STR("ELI");
    else if (nature == DM_NAT_PERSON && !dm_dates_cover(w->doc, user_cell(w, h, a->cu.from), DM_NIL))
        sector = DM_NIL;
    if (nature == DM_NAT_STATE)
        snprintf(key, sizeof key, "state %.*s", DM_FMT(code)); /* the one that our tables name */
    else
        snprintf(key, sizeof key, "%s %.*s",
            nature == DM_NAT_PERSON  ? "person"
            : nature == DM_NAT_PLACE ? "place"
                                     : "body",
            (int)(name.len < 120 ? name.len : 120), name.p);
    uint32_t id = dm_entity_find(w, dm_str_of(key));
    if (id != DM_NONE)
        return id;
    dm_copy_code(c, sizeof c, code);
    id = dm_entity_new(
        w, dm_str_of(key), c, nature == DM_NAT_STATE && !sector.len ? DM_STR("GOV") : sector, nature, name.len ? name : words);
    if (id == DM_NONE)
        return id;
    w->doc->entities.v[id].table = h->table;
    w->doc->entities.v[id].table_row = h->row;
    w->doc->entities.v[id].why = user_why(w, h);
    return id;
}

static dm_status take_user(aw *w, const dm_hit *h, dm_str words)
{
    const dm_actor *a = w->a;
    dm_str kind = user_cell(w, h, a->cu.kind), surname = user_cell(w, h, a->cu.surname), s;
    bool state = dm_str_is(kind, "state");
    dm_nature nature = dm_str_is(kind, "person")  ? DM_NAT_PERSON
                       : !state                   ? DM_NAT_BODY
                       : is_locative(w, h->first) ? DM_NAT_PLACE
                                                  : DM_NAT_STATE;
    bool adjective = state && dm_atok(w, h->first + h->n - 1)->upos == DM_U_ADJ && modifies(w, h->first + h->n - 1);
    uint32_t id = user_entity(w, h, nature, words);
    if (id == DM_NONE)
        return DM_ENOMEM;
    while (nature == DM_NAT_PERSON && dm_str_split(&surname, '|', &s))
        if (!dm_map_put(&w->surname_entity, s, 0, id))
            return DM_ENOMEM;
    return dm_mention_new(w, h->first, h->n, adjective ? DM_FORM_ADJ : DM_FORM_NAME, id, 0.95f, user_why(w, h)) ? DM_OK
                                                                                                                : DM_ENOMEM;
}

/* "the Rwandese Patriotic Front" where the table knows another state's: the demonym right before decides. */
static uint32_t body_of(aw *w, const dm_hit *h)
{
    const dm_actor *a = w->a;
    uint32_t before = h->first ? w->name_at[h->first - 1] : DM_NONE;
    char own[DM_CODE_MAX], key[KEY_MAX];
    dm_copy_code(own, sizeof own, dm_table_cell(a->bodies, h->row, a->cb.code));
    const dm_mention *m = before == DM_NONE ? NULL : &w->doc->mentions.v[before];
    if (!m || m->form != DM_FORM_ADJ || !m->n_entity || !dm_is_country(own) ||
        dm_atok(w, m->first)->sent != dm_atok(w, h->first)->sent)
        return dm_body_entity(w, h->row);
    const char *code = w->doc->entities.v[m->entity[0]].code;
    if (!dm_is_country(code) || strcmp(code, own) == 0)
        return dm_body_entity(w, h->row);
    dm_str name = first_variant(dm_table_cell(a->bodies, h->row, a->cb.names));
    snprintf(key, sizeof key, "body %s %.*s", code, DM_FMT(((dm_str){ name.p, name.len < 100 ? name.len : 100 })));
    uint32_t id = dm_entity_find(w, dm_str_of(key));
    return id != DM_NONE
               ? id
               : dm_entity_new(w, dm_str_of(key), code, dm_table_cell(a->bodies, h->row, a->cb.sector), DM_NAT_BODY, name);
}

static dm_status take_hit(aw *w, const dm_hit *h)
{
    const dm_actor *a = w->a;
    dm_str words = dm_doc_slice(w->doc, dm_doc_token_span(w->doc, h->first, h->n));
    words = dm_arena_str(&w->doc->arena, words);
    uint32_t id;
    if (dm_is_user_name(a, h->table))
        return take_user(w, h, words);
    if (h->table == a->i_states)
        return take_state(w, h, words);
    if (h->table == a->i_regions)
        return take_region(w, h, words);
    if (h->table == a->i_people)
        id = person_entity(w, h->row);
    else if (dm_str_is(dm_table_cell(a->bodies, h->row, a->cb.kind), "company") && inside_name(w, h))
        return DM_OK;
    else
        id = body_of(w, h);
    if (id == DM_NONE)
        return DM_ENOMEM;
    return dm_mention_new(w, h->first, h->n, DM_FORM_NAME, id, 0.95f, w->doc->entities.v[id].why) ? DM_OK : DM_ENOMEM;
}

/* The codes that the text names for certain. */
static dm_status see_codes(aw *w)
{
    const dm_actor *a = w->a;
    for (uint32_t i = 0; i < w->doc->hits.n; i++) {
        const dm_hit *h = &w->doc->hits.v[i];
        bool state = h->table == a->i_states && h->column != a->cs.places &&
                     !dm_str_starts(dm_table_cell(a->states, h->row, a->cs.note), "ambiguous");
        bool body = h->table == a->i_bodies && !dm_str_starts(dm_table_cell(a->bodies, h->row, a->cb.note), "ambiguous");
        dm_str code = state  ? dm_table_cell(a->states, h->row, a->cs.code)
                      : body ? dm_table_cell(a->bodies, h->row, a->cb.code)
                             : DM_NIL;
        if (code.len && !dm_map_put(&w->code_seen, code, 0, 1))
            return dm_oom(w), DM_ENOMEM;
    }
    return DM_OK;
}

static bool is_actor_hit(const dm_actor *a, const dm_hit *h)
{
    return dm_is_user_name(a, h->table) || h->table == a->i_states || h->table == a->i_people || h->table == a->i_bodies ||
           h->table == a->i_regions;
}

/* A user's line that names the state that ours names adds nothing, and ours knows capitals, peoples and places apart. */
static const dm_hit *agreed(const aw *w, uint32_t from, uint32_t end, const dm_hit *best)
{
    const dm_actor *a = w->a;
    if (!best || !dm_is_user_name(a, best->table) || !dm_str_is(user_cell(w, best, a->cu.kind), "state"))
        return best;
    dm_str code = user_cell(w, best, a->cu.code);
    for (uint32_t i = from; i < end; i++) {
        const dm_hit *h = &w->doc->hits.v[i];
        if (h->table == a->i_states && dm_str_eq(dm_table_cell(a->states, h->row, a->cs.code), code) &&
            dm_dates_cover(w->doc, dm_table_cell(a->states, h->row, a->cs.from), dm_table_cell(a->states, h->row, a->cs.to)))
            return h;
    }
    return best;
}

dm_status dm_actor_names(aw *w)
{
    if (see_codes(w) != DM_OK)
        return DM_ENOMEM;
    for (uint32_t i = 0; i < w->doc->hits.n;) {
        const dm_hit *h = &w->doc->hits.v[i], *best = NULL;
        int best_rank = -1;
        uint32_t k = i;
        for (; k < w->doc->hits.n && w->doc->hits.v[k].first == h->first; k++) {
            const dm_hit *o = &w->doc->hits.v[k];
            int r = is_actor_hit(w->a, o) ? rank_hit(w, o) : -1;
            if (r > best_rank) {
                best_rank = r;
                best = o;
            }
        }
        best = agreed(w, i, k, best);
        i = k;
        if (best && take_hit(w, best) != DM_OK)
            return DM_ENOMEM;
    }
    return DM_OK;
}

/* "President Clinton", "Mr Obuchi": a known office holder by surname, when office and date agree; else whoever held that office last. */
uint32_t dm_person_by_surname(aw *w, uint32_t t, dm_str office)
{
    const dm_actor *a = w->a;
    uint32_t now = DM_NONE, past = DM_NONE;
    for (uint32_t r = dm_map_get(&a->surname, dm_token_text(w->doc, t), 0); office.len && r != DM_NONE && r != 0;
         r = a->bearer[r - 1].next) {
        uint32_t row = a->bearer[r - 1].row;
        dm_str held = dm_table_cell(a->people, row, a->cp.office), from = dm_table_cell(a->people, row, a->cp.from);
        if (held.len < office.len || !memmem(held.p, held.len, office.p, office.len) || !dm_dates_cover(w->doc, from, DM_NIL))
            continue;
        if (now == DM_NONE && dm_dates_cover(w->doc, from, dm_table_cell(a->people, row, a->cp.to)))
            now = row;
        dm_str best = past == DM_NONE ? DM_NIL : dm_table_cell(a->people, past, a->cp.from);
        if (past == DM_NONE || dm_str_cmp(from, best) > 0)
            past = row;
    }
    uint32_t row = now != DM_NONE ? now : past;
    return row == DM_NONE ? DM_NONE : person_entity(w, row);
}

/* The term of this person that holds at the document's date, else the last one begun before it; DM_NONE when all come later. */
static uint32_t term_of(const aw *w, uint32_t row)
{
    const dm_actor *a = w->a;
    dm_str name = dm_table_cell(a->people, row, a->cp.name), surname = dm_table_cell(a->people, row, a->cp.surname), first;
    if (!dm_str_split(&surname, '|', &first))
        return dm_dates_cover(w->doc, dm_table_cell(a->people, row, a->cp.from), DM_NIL) ? row : DM_NONE;
    uint32_t past = DM_NONE;
    for (uint32_t r = dm_map_get(&a->surname, first, 0); r != DM_NONE && r != 0; r = a->bearer[r - 1].next) {
        uint32_t term = a->bearer[r - 1].row;
        dm_str from = dm_table_cell(a->people, term, a->cp.from);
        if (!dm_str_eq(dm_table_cell(a->people, term, a->cp.name), name) || !dm_dates_cover(w->doc, from, DM_NIL))
            continue;
        if (dm_dates_cover(w->doc, from, dm_table_cell(a->people, term, a->cp.to)))
            return term;
        if (past == DM_NONE || dm_str_cmp(from, dm_table_cell(a->people, past, a->cp.from)) > 0)
            past = term;
    }
    return past;
}

uint32_t dm_person_spelt(aw *w, dm_str name)
{
    char buf[KEY_MAX];
    dm_str key = dm_spelling_key(name, buf, sizeof buf);
    uint32_t row = key.len ? dm_map_get(&w->a->spelling, key, 0) : DM_NONE;
    row = row == DM_NONE ? row : term_of(w, row);
    return row == DM_NONE ? row : person_entity(w, row);
}

/* In office at the document's date, for a state that the text names. */
static bool holds_office(const aw *w, uint32_t row)
{
    const dm_actor *a = w->a;
    dm_str code = dm_table_cell(a->people, row, a->cp.code);
    return is_office_sector(dm_table_cell(a->people, row, a->cp.sector)) && dm_map_get(&w->code_seen, code, 0) != UINT32_MAX &&
           dm_dates_cover(w->doc, dm_table_cell(a->people, row, a->cp.from), dm_table_cell(a->people, row, a->cp.to));
}

/* "Gaddafi" in a headline: whoever of this name holds office; nobody where two do. */
uint32_t dm_person_in_office(aw *w, dm_str surname)
{
    const dm_actor *a = w->a;
    uint32_t found = DM_NONE;
    if (w->doc->meta.date.precision == DM_PREC_UNKNOWN)
        return DM_NONE;
    for (uint32_t r = dm_map_get(&a->surname, surname, 0); r != DM_NONE && r != 0; r = a->bearer[r - 1].next) {
        uint32_t row = a->bearer[r - 1].row;
        if (!holds_office(w, row))
            continue;
        if (found != DM_NONE &&
            !dm_str_eq(dm_table_cell(a->people, found, a->cp.name), dm_table_cell(a->people, row, a->cp.name)))
            return DM_NONE;
        found = row;
    }
    return found == DM_NONE ? found : person_entity(w, found);
}

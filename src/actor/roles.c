// SPDX-License-Identifier: Apache-2.0
/* Roles ("the foreign minister", "government sources").
 *
 * A role takes its country from what stands with it: possessor, demonym, "of X", a body inside it, a named person beside it. Without any
 * it is bare: the clause (event stage), the sentence or the home country decides, and the trace says so. */
#define _GNU_SOURCE
#include "actor/work.h"
#include <stdio.h>

enum { CASE_MAX = 32, SEAT_NAMES_MAX = 200 };

static dm_str lemma_of(const aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    return w->doc->sents.v[k->sent].parsed && k->upos != DM_U_PROPN ? k->lemma : k->norm;
}

static role_info info_of(const aw *w, const dm_hit *h)
{
    bool user = dm_is_user_role(w->a, h->table);
    const dm_table *t = user ? dm_tables_at(w->a->tables, h->table) : w->a->roles;
    const col_roles *c = user ? &w->a->cur : &w->a->cr;
    uint32_t row = h->row;
    dm_str scope = dm_table_cell(t, row, c->scope), kind = dm_table_cell(t, row, c->kind);
    role_info info = { .row = row,
        .table = h->table,
        .scope = dm_str_is(scope, "national") ? SCOPE_NATIONAL
                 : dm_str_is(scope, "spokes") ? SCOPE_SPOKES
                                              : SCOPE_ANY,
        .person = dm_str_is(kind, "person"),
        .group = dm_str_is(kind, "group"),
        .sector = dm_table_cell(t, row, c->sector) };
    dm_str note = dm_table_cell(t, row, c->note);
    info.states = note.len && memmem(note.p, note.len, "states", 6) != NULL;
    const char *code = note.len ? memmem(note.p, note.len, "code=", 5) : NULL;
    if (code && code + 8 <= note.p + note.len)
        dm_copy_code(info.code, sizeof info.code, (dm_str){ code + 5, 3 });
    return info;
}

static dm_str role_cell(const aw *w, const dm_entity *en, bool kind)
{
    if (en->nature != DM_NAT_ROLE || en->table_row == DM_NONE)
        return DM_NIL;
    bool user = dm_is_user_role(w->a, en->table);
    const col_roles *c = user ? &w->a->cur : &w->a->cr;
    return dm_table_cell(user ? dm_tables_at(w->a->tables, en->table) : w->a->roles, en->table_row, kind ? c->kind : c->scope);
}

dm_str dm_role_kind(const aw *w, const dm_entity *en) { return role_cell(w, en, true); }

/* The United States have no prime minister and no foreign ministry. */
bool dm_role_excludes(const aw *w, const dm_entity *en, const char *code)
{
    if (en->nature != DM_NAT_ROLE || en->table != w->a->i_roles || en->table_row == DM_NONE)
        return false;
    dm_str note = dm_table_cell(w->a->roles, en->table_row, w->a->cr.note);
    const char *at = note.len ? memmem(note.p, note.len, "not=", 4) : NULL;
    return at && at + 7 <= note.p + note.len && strncmp(at + 4, code, 3) == 0;
}

bool dm_role_is_national(const aw *w, const dm_entity *en) { return dm_str_is(role_cell(w, en, false), "national"); }

bool dm_is_coded(const aw *w, uint32_t mention)
{
    return mention != DM_NONE && w->doc->mentions.v[mention].n_entity &&
           w->doc->entities.v[w->doc->mentions.v[mention].entity[0]].code[0];
}

static dm_str case_word(const aw *w, uint32_t t)
{
    uint32_t k = w->doc->sents.v[dm_atok(w, t)->sent].parsed ? dm_kid(w->doc, t, DM_D_CASE) : DM_NONE;
    return k == DM_NONE ? DM_NIL : dm_atok(w, k)->norm;
}

/* "France's allies", "its neighbour": the owner's code is not theirs. A rival of a person or party is of the same country. */
static bool is_relational(dm_str lemma)
{
    return dm_str_in(lemma, "neighbor neighbour ally partner rival foe adversary enemy counterpart archrival arch-rival "
                            "opponent critic donor host");
}

static bool stands_apart(const aw *w, dm_str lemma, uint32_t owner, const char *step)
{
    if (!is_relational(lemma) || !step || !dm_str_in(dm_str_of(step), "actor/possessor actor/of"))
        return false;
    const dm_entity *en = &w->doc->entities.v[w->doc->mentions.v[owner].entity[0]];
    return en->nature == DM_NAT_STATE || dm_str_is(lemma, "counterpart");
}

/* Whoever is posted abroad is not his host's: "the ambassador in Washington". */
static bool is_posted(dm_str lemma)
{
    return dm_str_in(
        lemma, "ambassador envoy embassy consulate consul attache attaché legation nuncio mission diplomat high-commission");
}

/* The mention that gives a role its country, from the tree; *step names how. */
static uint32_t owner_in_tree(const aw *w, uint32_t head, const char **step)
{
    bool apart = is_relational(lemma_of(w, head)); /* "his Russian counterpart" */
    uint32_t best = DM_NONE;
    int best_rank = 9;
    DM_EACH_KID(w->doc, head, k)
    {
        uint32_t m = w->name_at[k];
        int rank = 9;
        if (!dm_is_coded(w, m))
            continue;
        switch (dm_atok(w, k)->deprel) {
        case DM_D_NMOD_POSS: rank = apart ? 2 : 0; break;
        case DM_D_AMOD:
        case DM_D_COMPOUND:
        case DM_D_NMOD_DESC:
        case DM_D_NMOD_UNMARKED: rank = 1; break;
        case DM_D_NMOD:
            if (dm_str_in(case_word(w, k), "of for from within"))
                rank = 2;
            else if (dm_str_in(case_word(w, k), "in at") && !is_posted(lemma_of(w, head)))
                rank = 3;
            break;
        case DM_D_APPOS:
        case DM_D_FLAT: rank = 4; break;
        default: break;
        }
        if (rank < best_rank) {
            static const char *const steps[] = { "actor/possessor", "actor/modifier", "actor/of", "actor/in",
                "actor/apposition" };
            best_rank = rank;
            best = m;
            *step = dm_atok(w, k)->deprel == DM_D_NMOD_POSS ? steps[0] : steps[rank];
        }
    }
    return best;
}

/* Where there is no tree: the words right before ("Japanese", "Japan's"), or "of X" right after. */
static uint32_t owner_beside(const aw *w, uint32_t first, uint32_t end, const char **step)
{
    uint32_t sent = dm_atok(w, first)->sent, t = first;
    while (t > 0 && dm_atok(w, t - 1)->sent == sent &&
           (dm_str_in(dm_atok(w, t - 1)->norm, "'s ' former then senior top deputy chief new ruling") ||
               w->name_at[t - 1] != DM_NONE)) {
        t--;
        if (dm_is_coded(w, w->name_at[t])) {
            *step = "actor/modifier";
            return w->name_at[t];
        }
    }
    for (t = end; t < w->doc->tokens.n && t < end + 3 && dm_atok(w, t)->sent == sent; t++) {
        if (!dm_str_in(dm_atok(w, t)->norm, "of for the") && w->name_at[t] == DM_NONE)
            break;
        bool inner = w->doc->sents.v[sent].parsed &&
                     (dm_atok(w, t)->deprel == DM_D_COMPOUND || dm_atok(w, t)->deprel == DM_D_AMOD) &&
                     dm_atok(w, t)->head != DM_NONE && w->name_at[dm_atok(w, t)->head] != w->name_at[t];
        if (inner) /* "the minister for EU affairs" */
            break;
        if (dm_is_coded(w, w->name_at[t])) {
            *step = "actor/of";
            return w->name_at[t];
        }
    }
    return DM_NONE;
}

static bool says_former(const aw *w, uint32_t head, uint32_t first)
{
    if (first && dm_str_in(dm_atok(w, first - 1)->norm, "former ex then late deposed ousted"))
        return true;
    if (w->doc->sents.v[dm_atok(w, head)->sent].parsed)
        DM_EACH_KID(w->doc, head, k) if (dm_str_in(dm_atok(w, k)->norm, "former ex deposed ousted")) return true;
    return false;
}

static uint32_t new_role(aw *w, dm_str lemma, const char *code, const role_info *info, bool former, bool plural)
{
    dm_str sector = info->sector;
    if (former && dm_str_in(sector, "GOV LEG JUD MIL"))
        sector = DM_STR("ELI");
    uint32_t id = dm_entity_new(w, DM_NIL, code, sector, DM_NAT_ROLE, lemma);
    if (id != DM_NONE) {
        w->doc->entities.v[id].plural = plural || info->group;
        w->doc->entities.v[id].table = info->table;
        w->doc->entities.v[id].table_row = info->row;
    }
    return id;
}

static bool is_plural(const aw *w, uint32_t head)
{
    const dm_token *t = dm_atok(w, head);
    return w->doc->sents.v[t->sent].parsed ? (t->feats & DM_F_PLUR) != 0 || t->xpos == DM_X_NNS : dm_str_ends(t->norm, "s");
}

/* "a coalition of ...": introduced here, so that "the coalition" later is this one. */
static bool is_new(const aw *w, uint32_t head)
{
    uint32_t d = w->doc->sents.v[dm_atok(w, head)->sent].parsed ? dm_kid(w->doc, head, DM_D_DET) : DM_NONE;
    return d != DM_NONE && dm_str_in(dm_atok(w, d)->norm, "a an");
}

static bool is_definite(const aw *w, uint32_t head, uint32_t first)
{
    if (first && dm_str_in(dm_atok(w, first - 1)->norm, "the this that these those his her its their"))
        return true;
    if (!w->doc->sents.v[dm_atok(w, head)->sent].parsed)
        return false;
    uint32_t d = dm_kid(w->doc, head, DM_D_DET);
    return d != DM_NONE && dm_str_in(dm_atok(w, d)->norm, "the this that these those");
}

/* How many of the table's names stand before token t. */
static uint32_t names_before(const aw *w, uint32_t t)
{
    uint32_t lo = 0, hi = w->n_names;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (w->doc->mentions.v[mid].first < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* "the former defence minister" after "Mr Nakatani": an earlier person whose office or role this is. One is not many. */
static uint32_t earlier_holder(aw *w, uint32_t at, dm_str key, dm_str words, bool person, bool plural)
{
    uint32_t id = dm_map_get(&w->role_entity, key, 0);
    if (id == DM_NONE && !person)
        id = dm_map_get(&w->role_entity, words, 0); /* "the agencies" after "aid agencies" */
    if (id != DM_NONE && (!person || w->doc->entities.v[id].plural == plural))
        return id;
    uint32_t n = names_before(w, at);
    for (uint32_t i = n; i-- > 0 && n - i <= LOOK_BACK && !plural;) {
        const dm_mention *m = &w->doc->mentions.v[i];
        const dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
        if (en && en->nature == DM_NAT_PERSON && en->table == w->a->i_people && en->table_row != DM_NONE &&
            dm_str_eq(dm_table_cell(w->a->people, en->table_row, w->a->cp.office), words))
            return m->entity[0];
    }
    return DM_NONE;
}

static bool remember(aw *w, dm_str key, uint32_t id) { return dm_map_put(&w->role_entity, key, 0, id) || dm_oom(w); }

static bool has_pronoun_owner(const aw *w, uint32_t head)
{
    uint32_t p = dm_kid(w->doc, head, DM_D_NMOD_POSS);
    return p != DM_NONE && dm_str_in(dm_atok(w, p)->norm, "its their his her");
}

/* "the foreign minister, Tom Ikimi": somebody new, not the minister of before. */
static bool introduces_name(const aw *w, uint32_t head)
{
    uint32_t k = dm_kid(w->doc, head, DM_D_APPOS);
    return k != DM_NONE && dm_atok(w, k)->upos == DM_U_PROPN;
}

static uint32_t widen_left(const aw *w, uint32_t first)
{
    uint32_t sent = dm_atok(w, first)->sent;
    while (first > 0 && dm_atok(w, first - 1)->sent == sent &&
           (dm_str_in(dm_atok(w, first - 1)->norm, "former ex then senior top deputy acting chief ruling") ||
               (w->name_at[first - 1] != DM_NONE && w->doc->mentions.v[w->name_at[first - 1]].form == DM_FORM_ADJ)))
        first--;
    return first;
}

/* "soldiers from Senegal and Nigeria": one group for each owner. */
static dm_status add_owners(aw *w, uint32_t mention, uint32_t owner, dm_str lemma, const role_info *info, bool former)
{
    const dm_mention *by = &w->doc->mentions.v[owner];
    uint32_t head = by->head, several = is_plural(w, w->doc->mentions.v[mention].head) ? by->n_entity : 0;
    for (uint32_t i = 1; i < several; i++) { /* "the Baltic foreign ministers" */
        uint32_t id = new_role(w, lemma, w->doc->entities.v[w->doc->mentions.v[owner].entity[i]].code, info, former, true);
        if (id == DM_NONE)
            return DM_ENOMEM;
        dm_mention *m = &w->doc->mentions.v[mention];
        m->entity[m->n_entity++] = id;
    }
    DM_EACH_KID(w->doc, head, k)
    {
        uint32_t o = w->name_at[k];
        if (dm_atok(w, k)->deprel != DM_D_CONJ || !dm_is_coded(w, o) ||
            w->doc->mentions.v[mention].n_entity == DM_MENTION_ENTITIES)
            continue;
        uint32_t id = new_role(w, lemma, w->doc->entities.v[w->doc->mentions.v[o].entity[0]].code, info, former, true);
        if (id == DM_NONE)
            return DM_ENOMEM;
        dm_mention *m = &w->doc->mentions.v[mention];
        m->entity[m->n_entity++] = id;
    }
    return DM_OK;
}

static const dm_entity *entity_at(const aw *w, uint32_t i)
{
    const dm_mention *m = &w->doc->mentions.v[i];
    return m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
}

static bool sits_at(const aw *w, uint32_t row, dm_str place, dm_str noun)
{
    dm_str note = dm_table_cell(w->a->bodies, row, w->a->cb.note), heads = dm_table_cell(w->a->bodies, row, w->a->cb.heads), h;
    const char *at = note.len ? memmem(note.p, note.len, "seat=", 5) : NULL;
    if (!at || (size_t)(note.p + note.len - at) < 5 + place.len || memcmp(at + 5, place.p, place.len) != 0)
        return false;
    while (dm_str_split(&heads, '|', &h))
        if (dm_str_eq(h, noun))
            return true;
    return false;
}

/* "judges in The Hague", "lawmakers in Strasbourg": bodies that sit abroad are not their host's. */
static uint32_t seated_body(aw *w, uint32_t head, uint32_t place)
{
    const dm_mention *p = &w->doc->mentions.v[place];
    char key[KEY_MAX];
    const dm_str words = dm_doc_slice(w->doc, dm_doc_token_span(w->doc, p->first, p->n)), noun = dm_atok(w, head)->norm;
    int n = snprintf(key, sizeof key, "%.*s/%.*s", DM_FMT(words), DM_FMT(noun));
    uint32_t row = n > 0 && (size_t)n < sizeof key ? dm_map_get(&w->a->seat, (dm_str){ key, (size_t)n }, 0) : DM_NONE;
    for (uint32_t i = 0; row != DM_NONE && i < w->n_names && i < SEAT_NAMES_MAX;
         i++) { /* one that the article names comes first */
        const dm_entity *en = entity_at(w, i);
        if (en && en->nature == DM_NAT_BODY && en->table == w->a->i_bodies && sits_at(w, en->table_row, words, noun))
            return w->doc->mentions.v[i].entity[0];
    }
    return row == DM_NONE ? DM_NONE : dm_body_entity(w, row - 1);
}

static bool is_region(const aw *w, uint32_t mention)
{
    const dm_entity *en = mention == DM_NONE ? NULL : entity_at(w, mention);
    return en && en->nature == DM_NAT_OTHER && en->table == w->a->i_regions && en->table_row != DM_NONE;
}

/* "African leaders", "Western diplomats": the region whose they are, as a mention; DM_NONE without one. */
static uint32_t region_of(const aw *w, uint32_t head, uint32_t first)
{
    if (first && dm_atok(w, first - 1)->sent == dm_atok(w, head)->sent && is_region(w, w->name_at[first - 1]))
        return w->name_at[first - 1];
    if (w->doc->sents.v[dm_atok(w, head)->sent].parsed)
        DM_EACH_KID(w->doc, head, k)
        {
            unsigned d = dm_atok(w, k)->deprel;
            if ((d == DM_D_AMOD || d == DM_D_COMPOUND) && is_region(w, w->name_at[k]))
                return w->name_at[k];
        }
    return DM_NONE;
}

/* One role on its way to a mention. */
typedef struct role_case {
    const dm_hit *h;
    role_info info;
    uint32_t head, end, owner;
    const char *step; /* how the owner was found */
    dm_str lemma, key, words;
    bool parsed, former, theirs; /* theirs: "its", "his" before it */
    bool bare;
    uint32_t region; /* mention of the region whose it is, or DM_NONE */
} role_case;

/* A verb, or an adjective that is nobody: "to police", "military". */
static bool is_no_role(const aw *w, const role_case *c)
{
    unsigned pos = dm_atok(w, c->head)->upos;
    return c->parsed &&
           (pos == DM_U_VERB || pos == DM_U_ADP || pos == DM_U_ADV || (pos == DM_U_ADJ && !c->info.group && !c->info.person));
}

/* What stands in an owner's place is not always the owner. */
static bool is_no_owner(const aw *w, const role_case *c)
{
    const dm_mention *o = &w->doc->mentions.v[c->owner];
    dm_str step = dm_str_of(c->step);
    bool of = dm_str_is(step, "actor/of"), in = dm_str_is(step, "actor/in"), strict = dm_str_is(case_word(w, o->head), "of");
    if ((of || in) && !strict && c->info.code[0]) /* "to expel aid agencies from X" */
        return true;
    if (of && !strict && c->theirs) /* "its peacekeepers from X" */
        return true;
    if (in && (c->theirs || is_posted(c->lemma)))
        return true;
    if (c->info.scope == SCOPE_NATIONAL && dm_str_is(step, "actor/apposition") &&
        !dm_is_country(w->doc->entities.v[o->entity[0]].code))
        return true; /* a minister is no organisation's */
    return stands_apart(w, c->lemma, c->owner, c->step);
}

/* "a Nordic minister": one of several states, and nobody says which. */
static bool is_one_of_many(const aw *w, const role_case *c)
{
    return w->doc->mentions.v[c->owner].n_entity > 1 && !is_plural(w, c->head) && !c->info.group;
}

static dm_str bare_step(const aw *w, const role_case *c)
{
    bool any = c->info.scope == SCOPE_ANY, org = any && !c->info.person && !c->info.group;
    if (c->theirs && !is_relational(c->lemma))
        return DM_STR("actor/possessive-pronoun");
    if (dm_str_is(c->lemma, "counterpart"))
        return DM_STR("actor/counterpart");
    if (c->region != DM_NONE)
        return DM_STR("actor/region");
    if (c->info.states || c->theirs || (org && (!c->info.sector.len || !is_definite(w, c->head, c->h->first))))
        return DM_STR("actor/unknown-role");
    return any                             ? DM_STR("actor/home-country-any")
           : c->info.scope == SCOPE_SPOKES ? DM_STR("actor/home-country-spokes")
                                           : DM_STR("actor/home-country");
}

/* The entity of a role whose owner is known. */
static uint32_t owned_role(aw *w, role_case *c, dm_str *why)
{
    uint32_t id = w->doc->mentions.v[c->owner].entity[0];
    char code[DM_CODE_MAX];
    memcpy(code, w->doc->entities.v[id].code, sizeof code);
    char sector[DM_SECTOR_MAX];
    memcpy(sector, w->doc->entities.v[id].sector, sizeof sector);
    if (!c->info.sector.len && c->info.scope == SCOPE_SPOKES) /* a spokesman is of the same branch */
        c->info.sector = dm_arena_str(&w->doc->arena, dm_str_of(sector));
    bool same = dm_str_is(dm_str_of(c->step), "actor/apposition") && w->doc->entities.v[id].nature == DM_NAT_PERSON;
    uint32_t seated =
        dm_str_is(dm_str_of(c->step), "actor/in") && !is_new(w, c->head) ? seated_body(w, c->head, c->owner) : DM_NONE;
    *why = seated != DM_NONE ? DM_STR("actor/seat") : dm_str_of(c->step);
    return seated != DM_NONE ? seated : same ? id : new_role(w, c->lemma, code, &c->info, c->former, is_plural(w, c->head));
}

/* "the ambassadors of eleven states", "the party of the mayor": said here whose they are, so not those of before. */
static bool has_complement(const aw *w, uint32_t head)
{
    uint32_t k = dm_kid(w->doc, head, DM_D_NMOD);
    return k != DM_NONE && dm_str_in(case_word(w, k), "of from") &&
           !dm_str_in(dm_atok(w, k)->norm, "day time moment past course it them him her");
}

/* "the new president", "another minister": not the one before. */
static bool is_another(const aw *w, uint32_t first)
{
    return first && dm_str_in(dm_atok(w, first - 1)->norm, "new next incoming another other future");
}

/* Those who govern a region together act as its bloc: "bloc=EUR" in the region's note. */
static void bloc_code(const aw *w, const role_case *c, char *code)
{
    if (!is_region(w, c->region))
        return;
    dm_str note = dm_table_cell(w->a->regions, entity_at(w, c->region)->table_row, dm_table_column(w->a->regions, "note"));
    const char *at = note.len ? memmem(note.p, note.len, "bloc=", 5) : NULL;
    bool govern = dm_str_in(c->info.sector, "GOV") || c->info.states || c->info.scope == SCOPE_SPOKES;
    if (at && at + 8 <= note.p + note.len && govern && is_plural(w, c->head))
        dm_copy_code(code, DM_CODE_MAX, (dm_str){ at + 5, 3 });
}

/* "the troops" are the "Syrian soldiers" spoken of last. */
static bool are_troops(const aw *w, const role_case *c)
{
    return dm_str_in(c->info.sector, "MIL") && is_plural(w, c->head) &&
           dm_str_in(dm_atok(w, c->end - 1)->norm,
               "troops soldiers forces paratroopers servicemen units infantrymen commandos marines");
}

/* The entity of a role that stands alone: one spoken of before, or somebody of a country to be found. */
static uint32_t lone_role(aw *w, role_case *c, dm_str *why, float *confidence)
{
    bool again = !c->theirs && !(c->parsed && (introduces_name(w, c->head) || has_complement(w, c->head))) &&
                 !is_another(w, c->h->first) &&
                 (is_definite(w, c->head, c->h->first) || (c->info.scope == SCOPE_SPOKES && !is_new(w, c->head)));
    uint32_t id = again ? earlier_holder(w, c->h->first, c->key, c->words, c->info.person, is_plural(w, c->head)) : DM_NONE;
    if (id == DM_NONE && again && are_troops(w, c))
        id = dm_map_get(&w->role_entity, DM_STR("troops"), 0);
    *why = DM_STR("actor/description");
    *confidence = 0.8f;
    if (id != DM_NONE)
        return id;
    c->bare = true;
    *why = bare_step(w, c);
    *confidence = c->info.scope == SCOPE_NATIONAL ? 0.7f : 0.5f;
    char code[DM_CODE_MAX];
    memcpy(code, c->info.code, sizeof code);
    if (c->region != DM_NONE)
        bloc_code(w, c, code);
    return new_role(w, c->lemma, code, &c->info, c->former, is_plural(w, c->head));
}

/* So that "the coalition", "the agencies" later are these. */
static bool keep_role(aw *w, const role_case *c, uint32_t id)
{
    bool keep = c->bare ? c->info.scope == SCOPE_SPOKES || is_new(w, c->head) : true;
    if ((keep && !remember(w, c->key, id)) || (!c->bare && are_troops(w, c) && !remember(w, DM_STR("troops"), id)))
        return false;
    return !(c->info.code[0] && !c->info.person && c->h->n > 1) || remember(w, dm_atok(w, c->end - 1)->norm, id);
}

static dm_status take_role(aw *w, const dm_hit *h)
{
    char row[24];
    snprintf(row, sizeof row, "%u/%u", (unsigned)h->table, (unsigned)h->row);
    role_case c = { .h = h,
        .info = info_of(w, h),
        .head = dm_phrase_head(w, h->first, h->n),
        .end = h->first + h->n,
        .key = dm_str_of(row),
        .words = dm_doc_slice(w->doc, dm_doc_token_span(w->doc, h->first, h->n)) };
    c.parsed = w->doc->sents.v[dm_atok(w, c.head)->sent].parsed;
    if (is_no_role(w, &c))
        return DM_OK;
    c.former = says_former(w, c.head, h->first);
    c.lemma = lemma_of(w, c.end - 1);
    c.theirs = c.parsed && has_pronoun_owner(w, c.head);
    c.owner = c.parsed ? owner_in_tree(w, c.head, &c.step) : DM_NONE;
    if (c.owner == DM_NONE)
        c.owner = owner_beside(w, h->first, c.end, &c.step);
    c.region = c.owner == DM_NONE && !c.theirs ? region_of(w, c.head, h->first) : DM_NONE;
    bool country = c.owner == DM_NONE && c.info.states && c.parsed && !c.theirs && dm_str_in(c.lemma, "country nation state");
    if (country)
        return DM_OK; /* "the country": coref.c */
    if (c.owner != DM_NONE && is_one_of_many(w, &c)) {
        c.region = c.owner;
        c.owner = DM_NONE;
    } else if (c.owner != DM_NONE && is_no_owner(w, &c))
        c.owner = DM_NONE;
    dm_str why;
    float confidence = 0.9f;
    uint32_t id = c.owner != DM_NONE ? owned_role(w, &c, &why) : lone_role(w, &c, &why, &confidence),
             first = widen_left(w, h->first);
    if (id == DM_NONE || !keep_role(w, &c, id))
        return DM_ENOMEM;
    dm_mention *m = dm_mention_new(w, first, c.end - first, DM_FORM_ROLE, id, confidence, why);
    if (!m)
        return DM_ENOMEM;
    m->head = c.head;
    return c.owner == DM_NONE || !c.parsed ? DM_OK : add_owners(w, w->doc->mentions.n - 1, c.owner, c.lemma, &c.info, c.former);
}

/* Is the role part of a person's mention already ("Prime Minister" of "Prime Minister Obuchi")? */
static bool covered(const aw *w, const dm_hit *h)
{
    uint32_t end = h->first + h->n;
    for (uint32_t t = h->first; t < end; t++)
        if (w->name_at[t] != DM_NONE && w->doc->mentions.v[w->name_at[t]].form != DM_FORM_ADJ)
            return true;
    if (end >= w->doc->tokens.n || dm_atok(w, end)->sent != dm_atok(w, h->first)->sent || w->name_at[end] == DM_NONE)
        return false;
    const dm_mention *m = &w->doc->mentions.v[w->name_at[end]];
    return m->n_entity && w->doc->entities.v[m->entity[0]].nature == DM_NAT_PERSON && m->first <= h->first;
}

/* "State Department spokesman": what a name before it leaves of the role. */
static dm_hit uncovered(const aw *w, const dm_hit *h)
{
    dm_hit rest = *h;
    uint32_t end = h->first + h->n;
    while (rest.n > 1 && w->name_at[rest.first] != DM_NONE && w->doc->mentions.v[w->name_at[rest.first]].form == DM_FORM_NAME &&
           w->name_at[end - 1] == DM_NONE) {
        rest.first++;
        rest.n--;
    }
    return rest;
}

/* "a coalition of civil society groups", "the party of Mr Vajpayee": the role inside was named after the one it belongs to. */
void dm_actor_owners(aw *w)
{
    for (uint32_t i = 0; i < w->doc->mentions.n; i++) {
        dm_mention *m = &w->doc->mentions.v[i];
        if (m->form != DM_FORM_ROLE || !dm_str_starts(m->why, "actor/home-country") || !w->doc->sents.v[m->sent].parsed)
            continue;
        const char *step = NULL;
        uint32_t owner = owner_in_tree(w, m->head, &step);
        if (owner == DM_NONE || owner == i ||
            (dm_str_is(dm_str_of(step), "actor/apposition") && dm_str_is(m->why, "actor/home-country") &&
                !dm_is_country(w->doc->entities.v[w->doc->mentions.v[owner].entity[0]].code)))
            continue;
        dm_entity *en = &w->doc->entities.v[m->entity[0]];
        memcpy(en->code, w->doc->entities.v[w->doc->mentions.v[owner].entity[0]].code, DM_CODE_MAX);
        m->why = dm_str_of(step);
        m->confidence = 0.8f;
    }
}

/* Of several roles for the same words the last of our table counts, and a user's over ours, a later file's over an earlier one's. */
static bool beaten(const aw *w, uint32_t i)
{
    const dm_hit *v = w->doc->hits.v, *h = &v[i];
    bool user = dm_is_user_role(w->a, h->table);
    for (uint32_t k = i + 1; k < w->doc->hits.n && v[k].first == h->first; k++)
        if (user ? dm_is_user_role(w->a, v[k].table) : k == i + 1 && v[k].table == h->table)
            return true;
    for (uint32_t k = i; !user && k-- > 0 && v[k].first == h->first;)
        if (dm_is_user_role(w->a, v[k].table))
            return true;
    return false;
}

/* A title without a name behind it ends in a role: "a State Department spokesman". *out is that role. */
static bool ends_in_role(const aw *w, const dm_hit *title, dm_hit *out)
{
    uint32_t last = title->first + title->n - 1;
    if (title->table != w->a->i_ranks || title->n < 2 || (dm_atok(w, last)->flags & DM_T_UPPER))
        return false;
    uint32_t row = dm_map_get(&w->a->role_word, dm_atok(w, last)->norm, 0);
    *out = *title;
    out->table = (uint16_t)w->a->i_roles;
    out->row = row;
    out->first = last;
    out->n = 1;
    return row != UINT32_MAX;
}

dm_status dm_actor_roles(aw *w)
{
    for (uint32_t i = 0; i < w->doc->hits.n; i++) {
        const dm_hit *h = &w->doc->hits.v[i];
        dm_hit rest;
        bool role = dm_is_role(w->a, h->table);
        if (role ? beaten(w, i) : !ends_in_role(w, h, &rest))
            continue;
        rest = role ? uncovered(w, h) : rest;
        if (covered(w, &rest))
            continue;
        dm_status st = take_role(w, &rest);
        if (st != DM_OK)
            return st;
    }
    dm_actor_owners(w);
    return DM_OK;
}

// SPDX-License-Identifier: Apache-2.0
/* Roles ("the foreign minister", "government sources") and persons whom no table knows.
 *
 * A role takes its country from what stands with it: possessor, demonym, "of X", a body inside it, a named person beside it. Without any
 * it is bare: the clause (event stage), the sentence or the home country decides, and the trace says so. */
#define _GNU_SOURCE
#include "actor/work.h"
#include <stdio.h>

enum { CASE_MAX = 32, NAME_WORDS_MAX = 5, SEAT_NAMES_MAX = 200 };

static bool is_rank_hit(const aw *w, const dm_hit *h)
{
    return h->table == w->a->i_ranks;
}

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
    role_info info = { .row = row, .scope = dm_str_is(scope, "national") ? SCOPE_NATIONAL : dm_str_is(scope, "spokes") ? SCOPE_SPOKES : SCOPE_ANY,
                        .person = dm_str_is(kind, "person"), .group = dm_str_is(kind, "group"),
                       .sector = dm_table_cell(t, row, c->sector) };
    dm_str note = dm_table_cell(t, row, c->note);
    info.states = note.len && memmem(note.p, note.len, "states", 6) != NULL;
    const char *code = note.len ? memmem(note.p, note.len, "code=", 5) : NULL;
    if (code && code + 8 <= note.p + note.len)
        dm_copy_code(info.code, sizeof info.code, (dm_str){ code + 5, 3 });
    return info;
}

static bool coded(const aw *w, uint32_t mention)
{
    return mention != DM_NONE && w->doc->mentions.v[mention].n_entity && w->doc->entities.v[w->doc->mentions.v[mention].entity[0]].code[0];
}

static dm_str case_word(const aw *w, uint32_t t)
{
    uint32_t k = w->doc->sents.v[dm_atok(w, t)->sent].parsed ? dm_kid(w->doc, t, DM_D_CASE) : DM_NONE;
    return k == DM_NONE ? DM_NIL : dm_atok(w, k)->norm;
}

/* "France's allies", "its neighbour": the owner's code is not theirs. A rival of a person or party is of the same country. */
static bool is_relational(dm_str lemma) { return dm_str_in(lemma, "neighbor neighbour ally partner rival foe adversary enemy counterpart archrival arch-rival opponent critic donor host"); }

static bool stands_apart(const aw *w, dm_str lemma, uint32_t owner, const char *step)
{
    if (!is_relational(lemma) || !step || !dm_str_in(dm_str_of(step), "actor/possessor actor/of"))
        return false;
    const dm_entity *en = &w->doc->entities.v[w->doc->mentions.v[owner].entity[0]];
    return en->nature == DM_NAT_STATE || dm_str_is(lemma, "counterpart");
}

/* Whoever is posted abroad is not his host's: "the ambassador in Washington". */
static bool is_posted(dm_str lemma) { return dm_str_in(lemma, "ambassador envoy embassy consulate consul attache attaché legation nuncio mission diplomat high-commission"); }

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
        if (!coded(w, m))
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
            static const char *const steps[] = { "actor/possessor", "actor/modifier", "actor/of", "actor/in", "actor/apposition" };
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
    while (t > 0 && dm_atok(w, t - 1)->sent == sent && (dm_str_in(dm_atok(w, t - 1)->norm, "'s ' former then senior top deputy chief new ruling") ||
                                                        w->name_at[t - 1] != DM_NONE)) {
        t--;
        if (coded(w, w->name_at[t])) {
            *step = "actor/modifier";
            return w->name_at[t];
        }
    }
    for (t = end; t < w->doc->tokens.n && t < end + 3 && dm_atok(w, t)->sent == sent; t++) {
        if (!dm_str_in(dm_atok(w, t)->norm, "of for the") && w->name_at[t] == DM_NONE)
            break;
        bool inner = w->doc->sents.v[sent].parsed && (dm_atok(w, t)->deprel == DM_D_COMPOUND || dm_atok(w, t)->deprel == DM_D_AMOD) &&
                     dm_atok(w, t)->head != DM_NONE && w->name_at[dm_atok(w, t)->head] != w->name_at[t];
        if (inner) /* "the minister for EU affairs" */
            break;
        if (coded(w, w->name_at[t])) {
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
        w->doc->entities.v[id].table = (uint16_t)w->a->i_roles;
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

/* "the former defence minister" after "Mr Nakatani": an earlier person whose office or role this is. */
static uint32_t earlier_holder(aw *w, uint32_t at, dm_str key, dm_str words, bool person)
{
    uint32_t id = dm_map_get(&w->role_entity, key, 0);
    if (id == DM_NONE && !person)
        id = dm_map_get(&w->role_entity, words, 0); /* "the agencies" after "aid agencies" */
    if (id != DM_NONE)
        return id;
    uint32_t n = names_before(w, at);
    for (uint32_t i = n; i-- > 0 && n - i <= LOOK_BACK;) {
        const dm_mention *m = &w->doc->mentions.v[i];
        const dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
        if (en && en->nature == DM_NAT_PERSON && en->table == w->a->i_people && en->table_row != DM_NONE &&
            dm_str_eq(dm_table_cell(w->a->people, en->table_row, w->a->cp.office), words))
            return m->entity[0];
    }
    return DM_NONE;
}

static bool remember(aw *w, dm_str key, uint32_t id)
{
    return dm_map_put(&w->role_entity, key, 0, id) || dm_oom(w);
}

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
    uint32_t head = w->doc->mentions.v[owner].head;
    DM_EACH_KID(w->doc, head, k)
    {
        uint32_t o = w->name_at[k];
        if (dm_atok(w, k)->deprel != DM_D_CONJ || !coded(w, o) || w->doc->mentions.v[mention].n_entity == DM_MENTION_ENTITIES)
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
    for (uint32_t i = 0; row != DM_NONE && i < w->n_names && i < SEAT_NAMES_MAX; i++) { /* one that the article names comes first */
        const dm_entity *en = entity_at(w, i);
        if (en && en->nature == DM_NAT_BODY && en->table == w->a->i_bodies && sits_at(w, en->table_row, words, noun))
            return w->doc->mentions.v[i].entity[0];
    }
    return row == DM_NONE ? DM_NONE : dm_body_entity(w, row - 1);
}

static dm_status take_role(aw *w, const dm_hit *h)
{
    dm_doc *doc = w->doc;
    role_info info = info_of(w, h);
    uint32_t end = h->first + h->n, head = dm_phrase_head(w, h->first, h->n), first = widen_left(w, h->first);
    const char *step = NULL;
    bool parsed = doc->sents.v[dm_atok(w, head)->sent].parsed, former = says_former(w, head, h->first);
    if (parsed && (dm_atok(w, head)->upos == DM_U_VERB || dm_atok(w, head)->upos == DM_U_ADP || dm_atok(w, head)->upos == DM_U_ADV))
        return DM_OK;
    if (parsed && dm_atok(w, head)->upos == DM_U_ADJ && !info.group && !info.person)
        return DM_OK;
    dm_str lemma = lemma_of(w, end - 1);
    char rows[24];
    snprintf(rows, sizeof rows, "%u", (unsigned)h->row);
    dm_str key = dm_str_of(rows);
    dm_str role_words = dm_doc_slice(doc, dm_doc_token_span(doc, h->first, h->n));
    uint32_t owner = parsed ? owner_in_tree(w, head, &step) : DM_NONE;
    if (owner == DM_NONE)
        owner = owner_beside(w, h->first, end, &step);
    bool loose = info.code[0] && step && dm_str_in(dm_str_of(step), "actor/of actor/in") && !dm_str_is(case_word(w, doc->mentions.v[owner].head), "of");
    loose = loose || (owner != DM_NONE && info.scope == SCOPE_NATIONAL && dm_str_is(dm_str_of(step), "actor/apposition") &&
                      !dm_is_country(doc->entities.v[doc->mentions.v[owner].entity[0]].code)); /* a minister is no organisation's */
    bool theirs = parsed && has_pronoun_owner(w, head); /* "its peacekeepers from X" */
    loose = loose || (owner != DM_NONE && theirs && dm_str_is(dm_str_of(step), "actor/of") && !dm_str_is(case_word(w, doc->mentions.v[owner].head), "of"));
    loose = loose || (owner != DM_NONE && dm_str_is(dm_str_of(step), "actor/in") && (theirs || is_posted(lemma)));
    if (owner != DM_NONE && (loose || stands_apart(w, lemma, owner, step)))
        owner = DM_NONE; /* "to expel aid agencies from X": not X's */
    else if (owner == DM_NONE && info.states && parsed && !has_pronoun_owner(w, head) && dm_str_in(lemma, "country nation state"))
        return DM_OK; /* "the country": coref.c */
    uint32_t id = DM_NONE;
    float confidence = 0.9f;
    dm_str why;
    bool bare = false;
    if (owner != DM_NONE) {
        const dm_entity *en = &doc->entities.v[doc->mentions.v[owner].entity[0]];
        bool same = step && dm_str_is(dm_str_of(step), "actor/apposition") && en->nature == DM_NAT_PERSON;
        uint32_t seated = dm_str_is(dm_str_of(step), "actor/in") && !is_new(w, head) ? seated_body(w, head, owner) : DM_NONE;
        if (seated != DM_NONE)
            step = "actor/seat";
        id = seated != DM_NONE ? seated : same ? doc->mentions.v[owner].entity[0] : new_role(w, lemma, en->code, &info, former, is_plural(w, head));
        why = dm_arena_printf(&doc->arena, "%s", step);
    } else {
        if (!(parsed && has_pronoun_owner(w, head)) && !(parsed && introduces_name(w, head)) && (is_definite(w, head, h->first) || (info.scope == SCOPE_SPOKES && !is_new(w, head))))
            id = earlier_holder(w, h->first, key, role_words, info.person);
        if (id != DM_NONE) {
            why = DM_STR("actor/description");
            confidence = 0.8f;
        } else {
            id = new_role(w, lemma, info.code, &info, former, is_plural(w, head));
            bool vague = info.states || (info.scope == SCOPE_ANY && !info.person && !info.group && !info.sector.len) || (info.scope == SCOPE_ANY && !info.person && !info.group && !is_definite(w, head, h->first));
            vague = vague || (theirs && is_relational(lemma));
            theirs = theirs && !is_relational(lemma);
            why = theirs ? DM_STR("actor/possessive-pronoun") : dm_str_is(lemma, "counterpart") ? DM_STR("actor/counterpart") : vague ? DM_STR("actor/unknown-role") : info.scope == SCOPE_ANY ? DM_STR("actor/home-country-any") : info.scope == SCOPE_SPOKES ? DM_STR("actor/home-country-spokes") : DM_STR("actor/home-country");
            confidence = info.scope == SCOPE_NATIONAL ? 0.7f : 0.5f;
            bare = true;
        }
    }
    if (id == DM_NONE || (!bare && info.scope != SCOPE_ANY && !remember(w, key, id)) || (bare && (info.scope == SCOPE_SPOKES || is_new(w, head)) && !remember(w, key, id)))
        return dm_fail(w->err, DM_ENOMEM, 0, "out of memory resolving roles");
    bool own = info.code[0] && !info.person && h->n > 1;
    if (own && !remember(w, dm_atok(w, end - 1)->norm, id))
        return DM_ENOMEM;
    dm_mention *m = dm_mention_new(w, first, end - first, DM_FORM_ROLE, id, confidence, why);
    if (!m)
        return DM_ENOMEM;
    m->head = head;
    return owner == DM_NONE || !parsed ? DM_OK : add_owners(w, w->doc->mentions.n - 1, owner, lemma, &info, former);
}

/* A person's name takes the titles and roles before it: one mention from "Japanese Prime Minister" to the surname. */
static uint32_t titles_before(const aw *w, uint32_t first, const uint8_t *title)
{
    uint32_t sent = dm_atok(w, first)->sent;
    while (first > 0 && dm_atok(w, first - 1)->sent == sent) {
        uint32_t t = first - 1;
        bool adjective = w->name_at[t] != DM_NONE && w->doc->mentions.v[w->name_at[t]].form == DM_FORM_ADJ;
        bool state = w->name_at[t] != DM_NONE && first < w->doc->tokens.n && title[first] && coded(w, w->name_at[t]);
        if ((!title[t] || title[t] == 3) && !adjective && !state && !dm_str_in(dm_atok(w, t)->norm, "then former"))
            break;
        first = state ? w->doc->mentions.v[w->name_at[t]].first : t;
    }
    return first;
}

static void widen_persons(aw *w, const uint8_t *title)
{
    for (uint32_t i = 0; i < w->doc->mentions.n; i++) {
        dm_mention *m = &w->doc->mentions.v[i];
        if (!m->n_entity || w->doc->entities.v[m->entity[0]].nature != DM_NAT_PERSON)
            continue;
        uint32_t first = titles_before(w, m->first, title), end = m->first + m->n;
        if (first == m->first)
            continue;
        m->first = first;
        m->n = end - first;
        m->head = dm_phrase_head(w, first, end - first);
    }
}

static uint8_t *title_marks(aw *w)
{
    uint8_t *title = dm_arena_alloc(&w->doc->arena, w->doc->tokens.n + 1u, 1);
    for (uint32_t i = 0; title && i < w->doc->hits.n; i++) {
        const dm_hit *h = &w->doc->hits.v[i];
        if (!is_rank_hit(w, h) && !dm_is_role(w->a, h->table))
            continue;
        for (uint32_t t = h->first; t < h->first + h->n; t++)
            if (is_rank_hit(w, h) || (dm_atok(w, t)->flags & DM_T_UPPER) || h->n > 0)
                title[t] = is_rank_hit(w, h) ? 2 : title[t] ? title[t] : 1;
    }
    for (uint32_t i = 0; title && i < w->doc->times.n; i++) /* "Monday" is nobody */
        for (uint32_t t = w->doc->times.v[i].first; t < w->doc->times.v[i].first + w->doc->times.v[i].n; t++)
            if (w->name_at[t] == DM_NONE)
                title[t] = 3;
    return title;
}

static bool is_name_word(const aw *w, uint32_t t, uint32_t sent, const uint8_t *title)
{
    const dm_token *k = dm_atok(w, t);
    if (k->sent != sent || w->name_at[t] != DM_NONE || !(k->flags & DM_T_UPPER) || title[t] == 2 || title[t] == 3)
        return false;
    bool number = t + 1 < w->doc->tokens.n && (dm_atok(w, t + 1)->flags & DM_T_NUM) && dm_atok(w, t + 1)->sent == sent;
    if (number) /* "Article 16" */
        return false;
    return w->doc->sents.v[sent].parsed ? k->upos == DM_U_PROPN : !(k->flags & DM_T_SENT_START);
}

/* "Saro-Wiwa": one name. */
static bool joins_name(const aw *w, uint32_t t, uint32_t sent, uint32_t end, const uint8_t *title)
{
    return t + 1 < end && dm_str_is(dm_atok(w, t)->norm, "-") && !(dm_atok(w, t)->flags & DM_T_SPACE) && !(dm_atok(w, t + 1)->flags & DM_T_SPACE) &&
           is_name_word(w, t + 1, sent, title);
}

static dm_str office_before(const aw *w, uint32_t first, const uint8_t *title, char *buf, size_t size)
{
    uint32_t t = first;
    size_t n = 0;
    while (t > 0 && title[t - 1] && title[t - 1] != 3 && dm_atok(w, t - 1)->sent == dm_atok(w, first)->sent)
        t--;
    for (; t < first; t++) {
        dm_str s = dm_atok(w, t)->norm;
        if (n + s.len + 2 > size)
            break;
        if (n)
            buf[n++] = ' ';
        memcpy(buf + n, s.p, s.len);
        n += s.len;
    }
    return (dm_str){ buf, n };
}

static const dm_entity *code_beside(const aw *w, uint32_t first, uint32_t head, float *confidence)
{
    /* a role or state in the titles before, or in apposition */
    uint32_t sent = dm_atok(w, first)->sent;
    for (uint32_t t = first; t-- > 0 && first - t <= 6 && dm_atok(w, t)->sent == sent && !(dm_atok(w, t)->flags & DM_T_PUNCT);)
        if (coded(w, w->name_at[t]) && w->doc->entities.v[w->doc->mentions.v[w->name_at[t]].entity[0]].nature != DM_NAT_PERSON) {
            *confidence = 0.85f;
            return &w->doc->entities.v[w->doc->mentions.v[w->name_at[t]].entity[0]];
        }
    if (!w->doc->sents.v[sent].parsed)
        return NULL;
    DM_EACH_KID(w->doc, head, k) if (dm_atok(w, k)->deprel == DM_D_APPOS && coded(w, w->name_at[k]))
    {
        *confidence = 0.85f;
        return &w->doc->entities.v[w->doc->mentions.v[w->name_at[k]].entity[0]];
    }
    uint32_t g = dm_atok(w, head)->head;
    if (dm_atok(w, head)->deprel == DM_D_APPOS && g != DM_NONE && coded(w, w->name_at[g])) {
        *confidence = 0.85f;
        return &w->doc->entities.v[w->doc->mentions.v[w->name_at[g]].entity[0]];
    }
    return NULL;
}

static bool looks_like_body(dm_str last)
{
    return dm_str_in(last, "ministry party army council court university inc corp ltd group association union commission committee agency front "
                           "movement bank institute foundation company department office bureau league organization organisation network club center centre");
}

static uint32_t unknown_entity(aw *w, uint32_t first, uint32_t n, uint32_t head, bool titled)
{
    float confidence = 0.4f;
    const dm_entity *beside = code_beside(w, first, head, &confidence);
    dm_str name = dm_arena_str(&w->doc->arena, dm_doc_slice(w->doc, dm_doc_token_span(w->doc, first, n)));
    dm_str last = dm_atok(w, first + n - 1)->norm;
    bool the = first && dm_str_is(dm_atok(w, first - 1)->norm, "the"); /* persons take no article */
    bool body = !titled && (the || looks_like_body(last));
    char code[DM_CODE_MAX] = "", sector[DM_SECTOR_MAX] = "";
    if (beside) {
        memcpy(code, beside->code, sizeof code);
        if (beside->nature == DM_NAT_ROLE)
            memcpy(sector, beside->sector, sizeof sector);
    }
    bool place = !titled && !beside && n == 1 && first && dm_atok(w, first - 1)->sent == dm_atok(w, first)->sent &&
                 dm_str_in(dm_atok(w, first - 1)->norm, "in at near around outside inside across");
    uint32_t id = dm_entity_new(w, DM_NIL, code, dm_str_of(sector), place ? DM_NAT_OTHER : body ? DM_NAT_BODY : DM_NAT_PERSON, name);
    if (id == DM_NONE)
        return id;
    if (!body && (n > 1 || titled) && !dm_map_put(&w->surname_entity, dm_token_text(w->doc, first + n - 1), 0, id)) {
        dm_oom(w);
        return DM_NONE;
    }
    return id;
}

static dm_status take_unknown(aw *w, uint32_t first, uint32_t n, const uint8_t *title)
{
    char buf[96];
    bool titled = first > 0 && title[first - 1] && title[first - 1] != 3 && dm_atok(w, first - 1)->sent == dm_atok(w, first)->sent;
    uint32_t head = dm_phrase_head(w, first, n), id = DM_NONE;
    dm_str why = DM_STR("actor/unknown-name");
    float confidence = 0.5f;
    if (n == 1)
        id = dm_map_get(&w->surname_entity, dm_token_text(w->doc, first), 0);
    else
        id = dm_map_get(&w->surname_entity, dm_doc_slice(w->doc, dm_doc_token_span(w->doc, first, n)), 0);
    if (id == DM_NONE && n == 3 && dm_str_is(dm_atok(w, first + 1)->norm, "-"))
        id = dm_map_get(&w->surname_entity, dm_token_text(w->doc, first + 2), 0);
    if (id != DM_NONE) {
        why = DM_STR("actor/coref-surname");
        confidence = 0.9f;
    } else if (n == 1 && titled) {
        id = dm_person_by_surname(w, first, office_before(w, first, title, buf, sizeof buf));
        if (id != DM_NONE) {
            why = w->doc->entities.v[id].why;
            confidence = 0.9f;
        }
    }
    if (id == DM_NONE && n > 1) { /* "Gen Nakatani" again as "Mr Gen Nakatani": the last word may be known */
        uint32_t known = dm_map_get(&w->surname_entity, dm_token_text(w->doc, first + n - 1), 0);
        if (known != DM_NONE && w->doc->entities.v[known].table_row == DM_NONE) {
            id = known;
            why = DM_STR("actor/coref-surname");
        }
    }
    if (id == DM_NONE)
        id = unknown_entity(w, first, n, head, titled);
    if (id == DM_NONE)
        return DM_ENOMEM;
    uint32_t from = titles_before(w, first, title);
    return dm_mention_new(w, from, first + n - from, DM_FORM_NAME, id, confidence, why) ? DM_OK : DM_ENOMEM;
}

dm_status dm_actor_unknown(aw *w)
{
    const uint8_t *title = w->title;
    for (uint32_t s = 0; s < w->doc->sents.n; s++) {
        const dm_sent *sent = &w->doc->sents.v[s];
        if (sent->kind == DM_SENT_NOISE)
            continue;
        for (uint32_t t = sent->first; t < sent->first + sent->n; t++) {
            uint32_t n = 0, end = sent->first + sent->n;
            while (n < NAME_WORDS_MAX && t + n < end && (is_name_word(w, t + n, s, title) || (n && joins_name(w, t + n, s, end, title))))
                n++;
            if (n > 1 && dm_str_is(dm_atok(w, t + n - 1)->norm, "-"))
                n--;
            if (!n)
                continue;
            if (take_unknown(w, t, n, title) != DM_OK)
                return DM_ENOMEM;
            t += n - 1;
        }
    }
    return DM_OK;
}

dm_status dm_actor_titles(aw *w)
{
    w->title = title_marks(w);
    if (!w->title)
        return dm_fail(w->err, DM_ENOMEM, 0, "out of memory resolving names");
    widen_persons(w, w->title);
    return DM_OK;
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

/* "a coalition of civil society groups": the role inside was named after the one it belongs to. */
static void second_look(aw *w)
{
    for (uint32_t i = 0; i < w->doc->mentions.n; i++) {
        dm_mention *m = &w->doc->mentions.v[i];
        if (m->form != DM_FORM_ROLE || !dm_str_starts(m->why, "actor/home-country") || !w->doc->sents.v[m->sent].parsed)
            continue;
        const char *step = NULL;
        uint32_t owner = owner_in_tree(w, m->head, &step);
        if (owner == DM_NONE || owner == i || (dm_str_is(dm_str_of(step), "actor/apposition") && dm_str_is(m->why, "actor/home-country") &&
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

dm_status dm_actor_roles(aw *w)
{
    for (uint32_t i = 0; i < w->doc->hits.n; i++) {
        const dm_hit *h = &w->doc->hits.v[i];
        if (!dm_is_role(w->a, h->table) || beaten(w, i))
            continue;
        if (covered(w, h))
            continue;
        dm_status st = take_role(w, h);
        if (st != DM_OK)
            return st;
    }
    second_look(w);
    return DM_OK;
}

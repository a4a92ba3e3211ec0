// SPDX-License-Identifier: Apache-2.0
/* Persons: a name takes the titles and roles before it; names that no table knows are persons (or bodies, by their last word or an
 * article), with the code of what stands beside them. Who stays without one is placed by bare.c. */
#include "actor/work.h"

enum { NAME_WORDS_MAX = 5 };

static bool is_rank_hit(const aw *w, const dm_hit *h) { return h->table == w->a->i_ranks; }

/* A person's name takes the titles and roles before it: one mention from "Japanese Prime Minister" to the surname. */
static uint32_t titles_before(const aw *w, uint32_t first, const uint8_t *title)
{
    uint32_t sent = dm_atok(w, first)->sent;
    while (first > 0 && dm_atok(w, first - 1)->sent == sent) {
        uint32_t t = first - 1;
        bool adjective = w->name_at[t] != DM_NONE && w->doc->mentions.v[w->name_at[t]].form == DM_FORM_ADJ;
        bool state = w->name_at[t] != DM_NONE && first < w->doc->tokens.n && title[first] && dm_is_coded(w, w->name_at[t]);
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

/* "Saro-Wiwa", "Choe Myong-nam": one name. */
static bool joins_name(const aw *w, uint32_t t, uint32_t sent, uint32_t end, const uint8_t *title)
{
    if (t + 1 >= end || !dm_str_is(dm_atok(w, t)->norm, "-") || (dm_atok(w, t)->flags & DM_T_SPACE) ||
        (dm_atok(w, t + 1)->flags & DM_T_SPACE))
        return false;
    const dm_token *k = dm_atok(w, t + 1);
    bool syllable = k->upos == DM_U_PROPN && k->norm.len >= 2 && w->name_at[t + 1] == DM_NONE && !title[t + 1];
    return syllable || is_name_word(w, t + 1, sent, title);
}

static bool is_particle(const aw *w, uint32_t t)
{
    return !(dm_atok(w, t)->flags & DM_T_UPPER) && w->name_at[t] == DM_NONE &&
           dm_str_in(
               dm_atok(w, t)->norm, "de van von der den ter ten da dos das do di du del la le bin ibn ben al el as ash ul zu");
}

/* "Ursula von der Leyen": how many tokens from t on are particles before a further word of the name; 0 where none follows. */
static uint32_t particles(const aw *w, uint32_t t, uint32_t sent, uint32_t end, const uint8_t *title)
{
    uint32_t n = 0;
    while (n < 3 && t + n < end && (is_particle(w, t + n) || (n && dm_str_is(dm_atok(w, t + n)->norm, "-"))))
        n++;
    return n && t + n < end && is_name_word(w, t + n, sent, title) && dm_atok(w, t + n)->upos == DM_U_PROPN ? n : 0;
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
        if (dm_is_coded(w, w->name_at[t]) &&
            w->doc->entities.v[w->doc->mentions.v[w->name_at[t]].entity[0]].nature != DM_NAT_PERSON) {
            *confidence = 0.85f;
            return &w->doc->entities.v[w->doc->mentions.v[w->name_at[t]].entity[0]];
        }
    if (!w->doc->sents.v[sent].parsed)
        return NULL;
    DM_EACH_KID(w->doc, head, k) if (dm_atok(w, k)->deprel == DM_D_APPOS && dm_is_coded(w, w->name_at[k]))
    {
        *confidence = 0.85f;
        return &w->doc->entities.v[w->doc->mentions.v[w->name_at[k]].entity[0]];
    }
    uint32_t g = dm_atok(w, head)->head;
    if (dm_atok(w, head)->deprel == DM_D_APPOS && g != DM_NONE && dm_is_coded(w, w->name_at[g])) {
        *confidence = 0.85f;
        return &w->doc->entities.v[w->doc->mentions.v[w->name_at[g]].entity[0]];
    }
    return NULL;
}

static bool looks_like_body(dm_str last)
{
    return dm_str_in(last,
        "ministry party army council court university inc corp ltd group association union commission committee agency front "
        "movement bank institute foundation company department office bureau league organization organisation network club "
        "center centre");
}

/* What a person is called later: the last word, with the particles before it, and in East Asia the first. */
static bool learn_surname(aw *w, uint32_t first, uint32_t n, const char *code, uint32_t id)
{
    uint32_t last = first + n - 1, from = last;
    while (from > first + 1 && is_particle(w, from - 1))
        from--;
    if (from < last &&
        !dm_map_put(&w->surname_entity, dm_doc_slice(w->doc, dm_doc_token_span(w->doc, from, last + 1 - from)), 0, id))
        return false;
    bool eastern = n > 1 && dm_str_in(dm_str_of(code), "CHN TWN HKG KOR PRK VNM KHM HUN SGP");
    return (!eastern || dm_map_put(&w->surname_entity, dm_token_text(w->doc, first), 0, id)) &&
           dm_map_put(&w->surname_entity, dm_token_text(w->doc, last), 0, id);
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
    uint32_t id = dm_entity_new(w, DM_NIL, code, dm_str_of(sector),
        place  ? DM_NAT_OTHER
        : body ? DM_NAT_BODY
               : DM_NAT_PERSON,
        name);
    if (id == DM_NONE)
        return id;
    if (!body && (n > 1 || titled) && !learn_surname(w, first, n, code, id)) {
        dm_oom(w);
        return DM_NONE;
    }
    return id;
}

/* Lower-case particles before a name of one word: "Mr de Klerk". */
static uint32_t small_before(const aw *w, uint32_t first)
{
    uint32_t t = first;
    while (t && first - t < 3 && dm_atok(w, t - 1)->sent == dm_atok(w, first)->sent &&
           (is_particle(w, t - 1) || (t < first && dm_str_is(dm_atok(w, t - 1)->norm, "-")) ||
               (t == first && dm_str_is(dm_atok(w, t - 1)->norm, "-") && t > 1 && is_particle(w, t - 2))))
        t--;
    return t;
}

/* A person spoken of before or known to the tables, for n words from *first on; particles before them are taken in. */
static uint32_t known_person(aw *w, uint32_t *first, uint32_t *n, dm_str *why)
{
    uint32_t from = *n == 1 ? small_before(w, *first) : *first;
    for (; from <= *first; from++) {
        uint32_t id =
            dm_map_get(&w->surname_entity, dm_doc_slice(w->doc, dm_doc_token_span(w->doc, from, *first + *n - from)), 0);
        if (id == DM_NONE)
            continue;
        *n += *first - from;
        *first = from;
        *why = DM_STR("actor/coref-surname");
        return id;
    }
    dm_str words = dm_doc_slice(w->doc, dm_doc_token_span(w->doc, *first, *n));
    uint32_t id = *n == 1 ? dm_person_in_office(w, words) : dm_person_spelt(w, words);
    if (id != DM_NONE)
        *why = w->doc->entities.v[id].why;
    return id;
}

static dm_status take_unknown(aw *w, uint32_t first, uint32_t n, const uint8_t *title)
{
    char buf[96];
    bool titled =
        first > 0 && title[first - 1] && title[first - 1] != 3 && dm_atok(w, first - 1)->sent == dm_atok(w, first)->sent;
    uint32_t head = dm_phrase_head(w, first, n), id = DM_NONE;
    dm_str why = DM_STR("actor/unknown-name");
    float confidence = 0.5f;
    id = known_person(w, &first, &n, &why);
    head = id == DM_NONE ? head : dm_phrase_head(w, first, n);
    if (id == DM_NONE && n == 3 && dm_str_is(dm_atok(w, first + 1)->norm, "-")) {
        id = dm_map_get(&w->surname_entity, dm_token_text(w->doc, first + 2), 0);
        why = id == DM_NONE ? why : DM_STR("actor/coref-surname");
    }
    if (id != DM_NONE)
        confidence = 0.9f;
    else if (n == 1 && titled) {
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
            while (n < NAME_WORDS_MAX && t + n < end) {
                uint32_t small = n ? particles(w, t + n, s, end, title) : 0;
                if (!small && !is_name_word(w, t + n, s, title) && !(n && joins_name(w, t + n, s, end, title)))
                    break;
                n += joins_name(w, t + n, s, end, title) && n ? 2 : small + 1;
            }
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

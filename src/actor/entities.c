// SPDX-License-Identifier: Apache-2.0
/* Entities and mentions: making and finding them. Entities are found again by a key ("state JPN", "person Keizo Obuchi"). */
#include "actor/work.h"

bool dm_oom(const aw *w)
{
    dm_fail(w->err, DM_ENOMEM, 0, "out of memory resolving actors");
    return false;
}

void dm_copy_code(char *out, size_t size, dm_str s)
{
    size_t n = s.len < size ? s.len : size - 1;
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

uint32_t dm_entity_find(aw *w, dm_str key) { return dm_map_get(&w->entity_by_key, key, 0); }

uint32_t dm_entity_new(aw *w, dm_str key, const char *code, dm_str sector, dm_nature nature, dm_str name)
{
    dm_entity made = { .nature = (uint8_t)nature, .name = name, .table_row = DM_NONE };
    dm_copy_code(
        made.code, sizeof made.code, dm_str_of(code)); /* code and sector may be those of an entity, which the push moves */
    dm_copy_code(made.sector, sizeof made.sector, sector);
    dm_entity *en = DM_PUSH(&w->doc->arena, &w->doc->entities);
    uint32_t id = w->doc->entities.n - 1;
    if (!en || (key.len && !dm_map_put(&w->entity_by_key, key, 0, id))) {
        dm_oom(w);
        return DM_NONE;
    }
    *en = made;
    return id;
}

static bool is_noun(const dm_token *t) { return t->upos == DM_U_NOUN || t->upos == DM_U_PROPN || t->upos == DM_U_PRON; }

static bool is_empty_word(const dm_token *t)
{
    return t->upos == DM_U_ADP || t->upos == DM_U_DET || t->upos == DM_U_PUNCT || t->upos == DM_U_ADV;
}

/* The token by which the tree holds the phrase: the first noun whose head lies outside, else the first other word of content; the last
 * token where there is no tree. */
uint32_t dm_phrase_head(const aw *w, uint32_t first, uint32_t n)
{
    uint32_t other = DM_NONE;
    for (uint32_t t = first; t < first + n && w->doc->sents.v[dm_atok(w, t)->sent].parsed; t++) {
        uint32_t h = dm_atok(w, t)->head;
        if (h != DM_NONE && h >= first && h < first + n)
            continue;
        if (is_noun(dm_atok(w, t)))
            return t;
        if (other == DM_NONE && !is_empty_word(dm_atok(w, t)))
            other = t;
    }
    return other == DM_NONE ? first + n - 1 : other;
}

dm_mention *dm_mention_new(aw *w, uint32_t first, uint32_t n, dm_form form, uint32_t entity, float confidence, dm_str why)
{
    dm_mention *m = DM_PUSH(&w->doc->arena, &w->doc->mentions);
    if (!m) {
        dm_oom(w);
        return NULL;
    }
    *m = (dm_mention){ .first = first,
        .n = n,
        .head = dm_phrase_head(w, first, n),
        .sent = dm_atok(w, first)->sent,
        .form = (uint8_t)form,
        .confidence = confidence,
        .why = why };
    if (entity != DM_NONE) {
        m->entity[0] = entity;
        m->n_entity = 1;
    }
    for (uint32_t t = first; t < first + n; t++)
        if (w->name_at[t] == DM_NONE)
            w->name_at[t] = w->doc->mentions.n - 1;
    return m;
}

/* Whether [from, to] may hold at the document's date; an unknown date or bound never excludes. */
bool dm_dates_cover(const dm_doc *doc, dm_str from, dm_str to)
{
    dm_interval a, b, pub = doc->meta.date;
    if (pub.precision == DM_PREC_UNKNOWN)
        return true;
    if (from.len && dm_day_parse(&a, from, NULL) == DM_OK && pub.to != DM_DAY_NONE && pub.to < a.from)
        return false;
    if (to.len && dm_day_parse(&b, to, NULL) == DM_OK && pub.from != DM_DAY_NONE && pub.from > b.to)
        return false;
    return true;
}

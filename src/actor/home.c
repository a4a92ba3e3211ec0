// SPDX-License-Identifier: Apache-2.0
/* The article's home country (whose "government" it means) and its focus (the other country it is most about).
 *
 * Points: state as subject 2 (4 more in the first two sentences), any other mention 1, dateline 4, the outlet's own country 4 when the text names that state too, bare
 * national roles nothing (they are what is asked), but the subject of what unnamed sources report 4, and an office holder without a country 2. The focus is the state with most points next to home. */
#include "actor/work.h"

enum {
    CODES_MAX = 64,
    DATELINE_POINTS = 4,
    OUTLET_POINTS = 4,
    SUBJECT_POINTS = 2,
    LEAD_POINTS = 4,
    SOURCE_POINTS = 4,
    OFFICE_POINTS = 2,
    LOCAL_POINTS = 8,
    LEAD_SENTENCES = 2
};

typedef struct tally {
    char code[CODES_MAX][DM_CODE_MAX];
    unsigned points[CODES_MAX], mentions[CODES_MAX], n;
} tally;

static unsigned *slot(tally *t, const char *code, bool counts)
{
    for (unsigned i = 0; i < t->n; i++)
        if (strcmp(t->code[i], code) == 0) {
            t->mentions[i] += counts;
            return &t->points[i];
        }
    if (t->n == CODES_MAX)
        return NULL;
    memcpy(t->code[t->n], code, DM_CODE_MAX);
    t->mentions[t->n] = counts;
    t->points[t->n] = 0;
    return &t->points[t->n++];
}

static bool is_outlet(const aw *w, const dm_entity *en)
{
    return en->table == w->a->i_bodies && en->table_row != DM_NONE &&
           dm_str_is(dm_table_cell(w->a->bodies, en->table_row, w->a->cb.kind), "media");
}

/* How many body sentences come up to this one. */
static void follow_lead(aw *w, uint32_t sent)
{
    for (; w->lead_next <= sent; w->lead_next++)
        w->lead_seen += w->doc->sents.v[w->lead_next].kind == DM_SENT_BODY;
}

/* "Japan has decided, government sources said": sources without a country are at home. */
static void count_source(const aw *w, const dm_mention *m, tally *t)
{
    const char *code = dm_reported_subject(w, m);
    unsigned *p = code && dm_is_country(code) ? slot(t, code, false) : NULL;
    if (p)
        *p += SOURCE_POINTS;
}

/* "Prime Minister Obuchi" without a country: readers know whose he is. American presidents go without one everywhere. */
static bool needs_no_country(const aw *w, const dm_mention *m, const dm_entity *en)
{
    if (en->nature != DM_NAT_PERSON || m->form != DM_FORM_NAME || strcmp(en->code, "USA") == 0 ||
        !dm_str_starts(dm_str_of(en->sector), "GOV"))
        return false;
    bool office = false;
    for (uint32_t t = m->first; t < m->first + m->n; t++) {
        bool adjective = w->name_at[t] != DM_NONE && w->doc->mentions.v[w->name_at[t]].form == DM_FORM_ADJ;
        if (adjective || dm_str_in(dm_atok(w, t)->norm, "'s then"))
            return false;
        office = office || (w->title[t] == 1 && !dm_str_in(dm_atok(w, t)->norm, "general gen former"));
    }
    bool after = m->first && dm_atok(w, m->first - 1)->sent == m->sent && dm_str_in(dm_atok(w, m->first - 1)->norm, "'s '");
    return office && !after;
}

/* "ISLAMABAD: The government said": whose government stands in the opening without a country is the dateline's. */
static void count_local(aw *w, tally *t)
{
    const char *line = NULL;
    bool bare = false;
    for (uint32_t i = 0; i < w->doc->mentions.n; i++) {
        const dm_mention *m = &w->doc->mentions.v[i];
        const dm_sent *s = &w->doc->sents.v[m->sent];
        const dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
        if (en && !line && m->first < s->first + s->dateline && dm_is_country(en->code))
            line = en->code;
        bare = bare || (en && dm_str_is(m->why, "actor/home-country") && s->dateline && s->parsed &&
                           dm_deprel_base((dm_deprel)dm_atok(w, m->head)->deprel) == DM_D_NSUBJ);
    }
    unsigned *p = line && bare ? slot(t, line, false) : NULL;
    if (p)
        *p += LOCAL_POINTS;
}

static void count(aw *w, const dm_mention *m, tally *t)
{
    const dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
    if (en && dm_str_is(m->why, "actor/home-country-spokes"))
        count_source(w, m, t);
    if (!en || !dm_is_country(en->code) || dm_str_starts(m->why, "actor/home-country"))
        return;
    follow_lead(w, m->sent);
    const dm_sent *s = &w->doc->sents.v[m->sent];
    const dm_token *h = dm_atok(w, m->head);
    bool dateline = m->first < s->first + s->dateline, outlet = is_outlet(w, en);
    unsigned *p = slot(t, en->code, !outlet && !dateline);
    if (!p)
        return;
    if (needs_no_country(w, m, en))
        *p += OFFICE_POINTS;
    bool lead = s->kind == DM_SENT_BODY && w->lead_seen <= LEAD_SENTENCES;
    bool subject = s->parsed && dm_deprel_base((dm_deprel)h->deprel) == DM_D_NSUBJ;
    *p += outlet     ? (unsigned)OUTLET_POINTS
          : dateline ? (unsigned)DATELINE_POINTS
          : subject  ? SUBJECT_POINTS + (lead ? (unsigned)LEAD_POINTS : 0u)
                     : 1u;
}

/* The states named most, for "the three countries". */
static void rank_states(aw *w, tally *t)
{
    for (unsigned k = 0; k < GROUP_MAX; k++) {
        unsigned best = CODES_MAX;
        for (unsigned i = 0; i < t->n; i++)
            if (t->mentions[i] && (best == CODES_MAX || t->mentions[i] > t->mentions[best]))
                best = i;
        if (best == CODES_MAX)
            return;
        memcpy(w->top[k], t->code[best], DM_CODE_MAX);
        t->mentions[best] = 0;
    }
}

void dm_actor_home(aw *w)
{
    tally t = { .n = 0 };
    unsigned best = CODES_MAX, second = CODES_MAX;
    for (uint32_t i = 0; i < w->doc->mentions.n; i++)
        count(w, &w->doc->mentions.v[i], &t);
    count_local(w, &t);
    for (unsigned i = 0; i < t.n; i++)
        if (t.mentions[i] && (best == CODES_MAX || t.points[i] > t.points[best]))
            best = i;
    if (best == CODES_MAX)
        return;
    if (!w->doc->home[0]) {
        memcpy(w->doc->home, t.code[best], DM_CODE_MAX);
        w->doc->home_why = DM_STR("actor/home-country");
    }
    for (unsigned i = 0; i < t.n; i++)
        if (strcmp(t.code[i], w->doc->home) != 0 && t.mentions[i] &&
            (second == CODES_MAX || t.mentions[i] > t.mentions[second]))
            second = i;
    if (second != CODES_MAX)
        memcpy(w->doc->focus, t.code[second], DM_CODE_MAX);
    rank_states(w, &t);
}

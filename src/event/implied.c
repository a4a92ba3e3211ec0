// SPDX-License-Identifier: Apache-2.0
/* What data/instruments/implied.tsv says of an event: the instrument that it implies when none is named ("froze its assets"), or what
 * its verb does with the one that is named ("kept the embargo"). Rows are tried in table order; each is first asked for its words by hash. */
#include "event/build.h"
#include <stdlib.h>

static uint32_t types_of(dm_str cell)
{
    uint32_t mask = 0;
    dm_str piece;
    while (dm_str_split(&cell, '|', &piece))
        for (unsigned t = 0; t < DM_N_TYPES; t++)
            if (dm_str_is(piece, "*") || dm_str_is(piece, dm_type_names[t]))
                mask |= 1u << t;
    return mask;
}

dm_status dm_implied_load(dm_implied *x, const dm_tables *tables, dm_error *err)
{
    const dm_table *t = x->table = dm_tables_get(tables, "instruments/implied");
    if (!t)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack 'instruments/implied'; compile them again");
    x->when = dm_table_column(t, "when");
    x->inst = dm_table_column(t, "inst");
    x->act = dm_table_column(t, "act");
    int words = dm_table_column(t, "words"), types = dm_table_column(t, "types");
    x->types = calloc(dm_table_rows(t) + 1, sizeof *x->types);
    bool ok = x->types != NULL;
    for (uint32_t r = 0; ok && r < dm_table_rows(t); r++) {
        x->types[r] = types_of(dm_table_cell(t, r, types));
        if (!x->types[r])
            return dm_fail(
                err, DM_EINPUT, dm_table_line(t, r), "instruments/implied.tsv:%u: no event type is known", dm_table_line(t, r));
        dm_str cell = dm_table_cell(t, r, words), piece;
        while (ok && dm_str_split(&cell, '|', &piece))
            ok = dm_map_put(&x->word, piece, r, r);
    }
    return ok ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the instruments");
}

void dm_implied_free(dm_implied *x)
{
    dm_map_free(&x->word);
    free(x->types);
}

static bool listed(dm_str list, dm_str word)
{
    dm_str piece;
    while (dm_str_split(&list, ',', &piece))
        if (dm_str_eq(piece, word))
            return true;
    return false;
}

static bool party_in(const party_list *l, dm_str list, const party_list *actors)
{
    for (uint32_t i = 0; i < l->n; i++) {
        dm_str code = dm_str_of(l->p[i].code);
        bool state = code.len && !dm_str_in(code, DM_BODY_CODES);
        if (listed(list, code) || (state && listed(list, DM_STR("STATE"))))
            return true;
        bool acts = false;
        for (uint32_t a = 0; a < actors->n; a++)
            acts = acts || strcmp(actors->p[a].code, l->p[i].code) == 0;
        if (state && !acts && listed(list, DM_STR("ABROAD")))
            return true;
    }
    return false;
}

/* The head of an argument or a word that belongs to it: "arms sales", "sales of arms", "to stop sales". */
static bool phrase_has(const dm_doc *doc, uint32_t head, dm_str list)
{
    if (listed(list, dm_tok(doc, head)->lemma))
        return true;
    DM_EACH_KID(doc, head, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if ((d == DM_D_OBJ || d == DM_D_COMPOUND || d == DM_D_NMOD || d == DM_D_CONJ || d == DM_D_AMOD) &&
            listed(list, dm_tok(doc, k)->lemma))
            return true;
    }
    return false;
}

static bool argument_in(const ev_work *w, const cand *c, dm_str list)
{
    for (unsigned a = 0; a < c->m.view.n; a++)
        if (c->m.view.arg[a].slot != SLOT_SUBJ && phrase_has(w->d.doc, c->m.view.arg[a].head, list))
            return true;
    return listed(list, dm_tok(w->d.doc, c->t)->lemma);
}

/* Type of the last instrument spoken of, in the sentences right before. */
static dm_str spoken_before(const ev_work *w, const cand *c)
{
    enum { SENTENCES = 4 };
    uint32_t at = dm_doc_inst_from(w->d.doc, c->t);
    const dm_inst *i = at ? &w->d.doc->insts.v[at - 1] : NULL;
    return i && dm_tok(w->d.doc, c->t)->sent - i->sent <= SENTENCES ? i->type : DM_NIL;
}

static bool holds(const ev_work *w, const cand *c, dm_str named, dm_str cond)
{
    dm_str rest = cond, key = DM_NIL;
    if (!dm_str_split(&rest, ':', &key))
        return false;
    if (dm_str_is(key, "inst"))
        return named.len && listed(rest, named);
    if (dm_str_is(key, "from"))
        return !named.len;
    if (dm_str_is(key, "after"))
        return listed(rest, spoken_before(w, c));
    if (dm_str_is(key, "under")) {
        uint32_t g = dm_tok(w->d.doc, c->t)->head;
        return g != DM_NONE && listed(rest, dm_tok(w->d.doc, g)->lemma);
    }
    if (dm_str_is(key, "act"))
        return listed(rest, c->act);
    if (dm_str_is(key, "actor"))
        return party_in(&c->actor, rest, &c->actor);
    if (dm_str_is(key, "recipient"))
        return party_in(&c->recipient, rest, &c->actor);
    return dm_str_is(key, "with") && argument_in(w, c, rest);
}

/* A line on an instrument that is named has inst:, and no other line is for such an event. */
static bool fits(const ev_work *w, const cand *c, dm_str named, dm_str when)
{
    dm_str cond;
    bool about_named = false;
    while (dm_str_split(&when, ' ', &cond)) {
        if (!holds(w, c, named, cond))
            return false;
        about_named = about_named || dm_str_starts(cond, "inst:");
    }
    return about_named == (named.len > 0);
}

uint32_t dm_implied_row(const ev_work *w, const cand *c, dm_str named)
{
    const dm_implied *x = &w->e->implied;
    dm_str lemma = dm_tok(w->d.doc, c->t)->lemma;
    uint32_t mask = 1u << c->type | (c->refused_type ? 1u << (c->refused_type - 1) : 0);
    for (uint32_t r = 0; r < dm_table_rows(x->table); r++) {
        if (!(x->types[r] & mask))
            continue;
        bool word = dm_map_get(&x->word, c->m.frame->words, r) == r || dm_map_get(&x->word, lemma, r) == r ||
                    dm_map_get(&x->word, DM_STR("*"), r) == r;
        if (word && fits(w, c, named, dm_table_cell(x->table, r, x->when)))
            return r;
    }
    return DM_NONE;
}

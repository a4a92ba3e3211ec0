// SPDX-License-Identifier: Apache-2.0
/* Driver of the act room: mentions, slots from their own words, chains, then doc->insts. The table's notes say which nouns need a sign. */
#include "act/work.h"
#include <stdlib.h>

enum { KEY_WORDS_MAX = 64 };

static dm_status lacking(dm_error *err, const char *name)
{
    return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack '%s'; compile them again", name);
}

static const dm_table *table_of(const dm_act *a, const char *name, uint32_t *index)
{
    const dm_table *t = dm_tables_get(a->tables, name);
    *index = t ? dm_table_index(a->tables, t) : UINT32_MAX;
    return t;
}

/* Verbs that are an instrument by themselves carry the note `verb` on the line of their noun. */
static dm_status load_verbs(dm_act *a, dm_error *err)
{
    for (uint32_t r = 0; r < dm_table_rows(a->nouns); r++) {
        if (!dm_str_in(dm_table_cell(a->nouns, r, a->cn.note), "verb"))
            continue;
        dm_str rest = dm_table_cell(a->nouns, r, a->cn.names), piece;
        while (dm_str_split(&rest, '|', &piece))
            if (piece.len < KEY_WORDS_MAX && !memchr(piece.p, ' ', piece.len) && !dm_map_put(&a->verb, piece, 0, r))
                return dm_fail(err, DM_ENOMEM, 0, "out of memory for the instruments");
    }
    return DM_OK;
}

/* Where games are held; names of states today win over those of the past, which come later in no fixed order. */
static dm_status load_places(dm_act *a, dm_error *err)
{
    static const char *const columns[] = { "names", "government", "places" };
    int to = dm_table_column(a->states, "to");
    for (uint32_t r = 0; r < dm_table_rows(a->states); r++)
        for (unsigned c = 0; c < sizeof columns / sizeof *columns && !dm_table_cell(a->states, r, to).len; c++) {
            dm_str rest = dm_table_cell(a->states, r, dm_table_column(a->states, columns[c])), piece;
            while (dm_str_split(&rest, '|', &piece))
                if (dm_map_get(&a->place, piece, 0) == UINT32_MAX && !dm_map_put(&a->place, piece, 0, r))
                    return dm_fail(err, DM_ENOMEM, 0, "out of memory for the instruments");
        }
    return DM_OK;
}

static dm_status load(dm_act *a, dm_error *err)
{
    a->nouns = table_of(a, "instruments/nouns", &a->i_nouns);
    a->named = table_of(a, "instruments/named", &a->i_named);
    a->bodies = table_of(a, "actors/bodies", &a->i_bodies);
    a->states = table_of(a, "actors/states", &a->i_states);
    a->games = table_of(a, "when/events", &a->i_games);
    dm_status st;
    if (!a->nouns || !a->named)
        return lacking(err, a->nouns ? "instruments/named" : "instruments/nouns");
    if (!a->bodies || !a->states || !a->games)
        return lacking(err, !a->bodies ? "actors/bodies" : !a->states ? "actors/states" : "when/events");
    const dm_table *n = a->nouns, *m = a->named, *g = a->games;
    a->cn = (col_nouns){ dm_table_column(n, "names"), dm_table_column(n, "type"), dm_table_column(n, "note") };
    a->cm = (col_named){ dm_table_column(m, "names"), dm_table_column(m, "type"), dm_table_column(m, "body"),
        dm_table_column(m, "subject"), dm_table_column(m, "sponsor"), dm_table_column(m, "from"), dm_table_column(m, "to") };
    a->cg = (col_games){ dm_table_column(g, "names"), dm_table_column(g, "from"), dm_table_column(g, "note") };
    a->body_names = dm_table_column(a->bodies, "names");
    a->state_code = dm_table_column(a->states, "code");
    if (a->cn.type < 0 || a->cm.type < 0 || a->body_names < 0 || a->state_code < 0)
        return dm_fail(
            err, DM_ECORRUPT, 0, "a table of instruments or bodies has no column 'type' or 'names'; compile the tables again");
    st = load_places(a, err);
    return st == DM_OK ? load_verbs(a, err) : st;
}

dm_status dm_act_new(dm_act **out, const dm_tables *tables, dm_error *err)
{
    dm_act *a = calloc(1, sizeof *a);
    if (!a)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the instruments");
    a->tables = tables;
    dm_status st = load(a, err);
    if (st != DM_OK) {
        dm_act_free(a);
        return st;
    }
    *out = a;
    return DM_OK;
}

void dm_act_free(dm_act *a)
{
    if (!a)
        return;
    dm_map_free(&a->verb);
    dm_map_free(&a->place);
    free(a);
}

static dm_str note_of(iw *w, const inst *i)
{
    const dm_table *t = i->named ? w->a->named : w->a->nouns;
    return dm_arena_printf(&w->doc->arena, "%.*s.tsv:%u%s%s%s%s%s%s%s", DM_FMT(dm_table_name(t)), dm_table_line(t, i->row),
        i->body_why ? "; body " : "", i->body_why ? i->body_why : "", i->subject_why ? "; subject " : "",
        i->subject_why ? i->subject_why : "", i->sponsor_why ? "; sponsor " : "", i->sponsor_why ? i->sponsor_why : "",
        i->chain != DM_NONE ? "; act/chain" : "");
}

/* Kept mentions become doc->insts; chain numbers move with what was dropped. */
static dm_status publish(iw *w)
{
    dm_doc *doc = w->doc;
    uint32_t *to = dm_arena_alloc(&doc->arena, w->v.n ? w->v.n : 1, sizeof *to);
    if (!to)
        return dm_fail(w->err, DM_ENOMEM, 0, "out of memory for instruments");
    for (uint32_t k = 0; k < w->v.n; k++) {
        const inst *i = &w->v.v[k];
        to[k] = DM_NONE;
        if (i->dropped)
            continue;
        dm_inst *o = DM_PUSH(&doc->arena, &doc->insts);
        if (!o)
            return dm_fail(w->err, DM_ENOMEM, 0, "out of memory for instruments");
        to[k] = doc->insts.n - 1;
        uint32_t chain = i->chain != DM_NONE && to[i->chain] != DM_NONE ? to[i->chain] : to[k];
        *o = (dm_inst){ .first = i->first,
            .n = i->n,
            .head = i->head,
            .sent = i->sent,
            .chain = chain,
            .type = i->type,
            .name = i->name,
            .body = dm_arena_str(&doc->arena, dm_str_of(i->body)),
            .subject = dm_arena_str(&doc->arena, dm_str_of(i->subject)),
            .plural = i->plural,
            .sure = i->own_subject ? DM_SURE_OWN : DM_SURE_NOT,
            .gap = i->gap,
            .why = note_of(w, i) };
        memcpy(o->sponsor, i->sponsor, sizeof o->sponsor);
        memcpy(o->fellow, i->fellow, sizeof o->fellow);
        if (!o->why.p || (i->body[0] && !o->body.p) || (i->subject[0] && !o->subject.p))
            return dm_fail(w->err, DM_ENOMEM, 0, "out of memory for instruments");
    }
    return DM_OK;
}

dm_status dm_act_doc(const dm_act *a, dm_doc *doc, dm_error *err)
{
    iw w = { .a = a, .doc = doc, .err = err };
    dm_act_article_bodies(&w);
    dm_act_find_games(&w);
    dm_status st = dm_act_mentions(&w);
    if (st != DM_OK)
        return st;
    for (uint32_t k = 0; k < w.v.n; k++) {
        inst *i = &w.v.v[k];
        if (i->pronoun)
            continue; /* all that it has comes from what it stands for */
        dm_act_body(&w, i);
        dm_act_sponsor(&w, i);
        dm_act_subject_of(&w, i);
    }
    dm_act_chains(&w);
    return publish(&w);
}

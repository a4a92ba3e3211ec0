// SPDX-License-Identifier: Apache-2.0
/* The actor room's own indexes over the tables, and the order of its steps. */
#define _GNU_SOURCE
#include "actor/work.h"
#include <stdio.h>
#include <stdlib.h>

static dm_status need(const dm_table **out, uint32_t *index, const dm_tables *tables, const char *name, dm_error *err)
{
    *out = dm_tables_get(tables, name);
    if (!*out)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack '%s'; compile them again", name);
    if (index)
        *index = dm_table_index(tables, *out);
    return DM_OK;
}

static void find_columns(dm_actor *a)
{
    const dm_table *t = a->states;
    a->cs = (col_states){ dm_table_column(t, "code"), dm_table_column(t, "names"), dm_table_column(t, "demonyms"),
        dm_table_column(t, "people"), dm_table_column(t, "government"), dm_table_column(t, "places"),
        dm_table_column(t, "from"), dm_table_column(t, "to"), dm_table_column(t, "note") };
    t = a->bodies;
    a->cb = (col_bodies){ dm_table_column(t, "code"), dm_table_column(t, "names"), dm_table_column(t, "sector"),
        dm_table_column(t, "kind"), dm_table_column(t, "heads"), dm_table_column(t, "from"), dm_table_column(t, "to"),
        dm_table_column(t, "note") };
    t = a->people;
    a->cp = (col_people){ dm_table_column(t, "name"), dm_table_column(t, "surname"), dm_table_column(t, "code"),
        dm_table_column(t, "sector"), dm_table_column(t, "office"), dm_table_column(t, "from"), dm_table_column(t, "to") };
    t = a->roles;
    a->cr = (col_roles){ dm_table_column(t, "names"), dm_table_column(t, "sector"), dm_table_column(t, "kind"),
        dm_table_column(t, "scope"), dm_table_column(t, "note") };
}

/* The users' own tables stand in the image behind ours. */
static void find_user_tables(dm_actor *a)
{
    const dm_table *names, *roles;
    a->i_user = dm_tables_images(a->tables) > 1 ? dm_image_base(a->tables, 1) : UINT32_MAX;
    if (a->i_user == UINT32_MAX || !(names = dm_tables_at(a->tables, a->i_user)) ||
        !(roles = dm_tables_at(a->tables, a->i_user + 1)))
        return;
    a->cu = (col_user){ dm_table_column(names, "names"), dm_table_column(names, "code"), dm_table_column(names, "sector"),
        dm_table_column(names, "kind"), dm_table_column(names, "surname"), dm_table_column(names, "from"),
        dm_table_column(names, "to"), dm_table_column(names, "line") };
    a->cur = (col_roles){ dm_table_column(roles, "names"), dm_table_column(roles, "sector"), dm_table_column(roles, "kind"),
        dm_table_column(roles, "scope"), dm_table_column(roles, "note") };
    a->user_role_line = dm_table_column(roles, "line");
}

static dm_status index_surnames(dm_actor *a, dm_error *err)
{
    uint32_t rows = dm_table_rows(a->people), total = 0;
    dm_str s;
    for (uint32_t r = 0; r < rows; r++)
        for (dm_str cell = dm_table_cell(a->people, r, a->cp.surname); dm_str_split(&cell, '|', &s);)
            total++;
    a->bearer = calloc(total ? total : 1, sizeof *a->bearer);
    if (!a->bearer)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory loading actors");
    for (uint32_t r = rows; r-- > 0;)
        for (dm_str cell = dm_table_cell(a->people, r, a->cp.surname); dm_str_split(&cell, '|', &s);) {
            uint32_t first = dm_map_get(&a->surname, s, 0);
            a->bearer[a->n_bearer] = (struct bearer){ .row = r, .next = first == UINT32_MAX ? 0 : first };
            if (!dm_map_put(&a->surname, s, 0, ++a->n_bearer))
                return dm_fail(err, DM_ENOMEM, 0, "out of memory loading actors");
        }
    return DM_OK;
}

static int16_t year_of(dm_str s)
{
    int y = 0;
    for (size_t i = 0; i < s.len && i < 4; i++)
        y = s.p[i] >= '0' && s.p[i] <= '9' ? y * 10 + (s.p[i] - '0') : y;
    return (int16_t)y;
}

/* "world's second-largest economy@2010-" */
static bool add_fact(dm_actor *a, uint32_t row, dm_str d)
{
    struct fact *f = &a->fact[a->n_fact];
    const char *at = memchr(d.p, '@', d.len);
    *f = (struct fact){ .row = row };
    if (at) {
        dm_str span = { at + 1, d.len - (size_t)(at + 1 - d.p) };
        const char *dash = memchr(span.p, '-', span.len);
        f->from = year_of((dm_str){ span.p, dash ? (size_t)(dash - span.p) : span.len });
        f->to = dash ? year_of((dm_str){ dash + 1, span.len - (size_t)(dash + 1 - span.p) }) : f->from;
        d.len = (size_t)(at - d.p);
    }
    uint32_t first = dm_map_get(&a->facts_phrase, d, 0);
    f->next = first == UINT32_MAX ? 0 : first;
    return dm_map_put(&a->facts_phrase, d, 0, ++a->n_fact);
}

/* "the judges in The Hague": bodies by their seat and general nouns. */
static bool index_seat(dm_actor *a, uint32_t row)
{
    dm_str note = dm_table_cell(a->bodies, row, a->cb.note), heads = dm_table_cell(a->bodies, row, a->cb.heads), h;
    const char *at = note.len ? memmem(note.p, note.len, "seat=", 5) : NULL;
    if (!at)
        return true;
    dm_str seat = { at + 5, note.len - (size_t)(at + 5 - note.p) };
    const char *stop = memchr(seat.p, ';', seat.len);
    seat.len = stop ? (size_t)(stop - seat.p) : seat.len;
    while (dm_str_split(&heads, '|', &h)) {
        char key[KEY_MAX];
        int n = snprintf(key, sizeof key, "%.*s/%.*s", DM_FMT(seat), DM_FMT(h));
        dm_str k = { key, n > 0 && (size_t)n < sizeof key ? (size_t)n : 0 };
        if (k.len && dm_map_get(&a->seat, k, 0) == UINT32_MAX && !dm_map_put(&a->seat, k, 0, row + 1))
            return false;
    }
    return true;
}

static dm_status index_role_words(dm_actor *a, dm_error *err)
{
    for (uint32_t r = 0; r < dm_table_rows(a->roles); r++) {
        dm_str cell = dm_table_cell(a->roles, r, a->cr.names), word;
        while (dm_str_split(&cell, '|', &word))
            if (!memchr(word.p, ' ', word.len) && !dm_map_put(&a->role_word, word, 0, r))
                return dm_fail(err, DM_ENOMEM, 0, "out of memory loading actors");
    }
    return DM_OK;
}

static dm_status index_seats(dm_actor *a, dm_error *err)
{
    for (uint32_t r = 0; r < dm_table_rows(a->bodies); r++)
        if (!index_seat(a, r))
            return dm_fail(err, DM_ENOMEM, 0, "out of memory loading actors");
    return DM_OK;
}

static dm_status index_facts(dm_actor *a, dm_error *err)
{
    int cd = dm_table_column(a->facts, "descriptions");
    uint32_t total = 0;
    dm_str d;
    for (uint32_t r = 0; r < dm_table_rows(a->facts); r++)
        for (dm_str cell = dm_table_cell(a->facts, r, cd); dm_str_split(&cell, '|', &d);)
            total++;
    a->fact = calloc(total ? total : 1, sizeof *a->fact);
    if (!a->fact)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory loading actors");
    for (uint32_t r = 0; r < dm_table_rows(a->facts); r++)
        for (dm_str cell = dm_table_cell(a->facts, r, cd); dm_str_split(&cell, '|', &d);)
            if (!add_fact(a, r, d))
                return dm_fail(err, DM_ENOMEM, 0, "out of memory loading actors");
    return DM_OK;
}

dm_status dm_actor_new(dm_actor **out, const dm_tables *tables, dm_error *err)
{
    dm_actor *a = calloc(1, sizeof *a);
    if (!a)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory loading actors");
    a->tables = tables;
    dm_status st = need(&a->states, &a->i_states, tables, "actors/states", err);
    if (st == DM_OK)
        st = need(&a->bodies, &a->i_bodies, tables, "actors/bodies", err);
    if (st == DM_OK)
        st = need(&a->people, &a->i_people, tables, "actors/people", err);
    if (st == DM_OK)
        st = need(&a->regions, &a->i_regions, tables, "actors/regions", err);
    if (st == DM_OK)
        st = need(&a->ranks, &a->i_ranks, tables, "actors/ranks", err);
    if (st == DM_OK)
        st = need(&a->roles, &a->i_roles, tables, "actors/roles", err);
    if (st == DM_OK)
        st = need(&a->facts, NULL, tables, "actors/facts", err);
    if (st == DM_OK) {
        find_columns(a);
        find_user_tables(a);
        st = index_surnames(a, err);
    }
    if (st == DM_OK && !dm_spelling_index(a))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory loading actors");
    if (st == DM_OK)
        st = index_role_words(a, err);
    if (st == DM_OK)
        st = index_seats(a, err);
    if (st == DM_OK)
        st = index_facts(a, err);
    if (st != DM_OK) {
        dm_actor_free(a);
        return st;
    }
    *out = a;
    return DM_OK;
}

void dm_actor_free(dm_actor *a)
{
    if (!a)
        return;
    dm_map_free(&a->surname);
    dm_map_free(&a->role_word);
    dm_map_free(&a->spelling);
    dm_map_free(&a->seat);
    dm_map_free(&a->facts_phrase);
    free(a->bearer);
    free(a->fact);
    free(a);
}

static dm_status steps(aw *w)
{
    dm_status st = dm_actor_names(w);
    w->n_names = w->doc->mentions.n;
    if (st == DM_OK)
        st = dm_actor_titles(w);
    if (st == DM_OK)
        st = dm_actor_roles(w);
    if (st == DM_OK)
        st = dm_actor_unknown(w);
    if (st != DM_OK)
        return st;
    dm_actor_owners(w);
    dm_actor_home(w);
    st = dm_actor_issuer(w);
    return st != DM_OK ? st : dm_actor_coref(w);
}

dm_status dm_actor_doc(const dm_actor *a, dm_doc *doc, dm_error *err)
{
    aw w = { .a = a, .doc = doc, .last_body = DM_NONE, .issuer = DM_NONE, .err = err };
    uint32_t n = doc->tokens.n ? doc->tokens.n : 1;
    w.name_at = dm_arena_alloc(&doc->arena, n, sizeof *w.name_at);
    if (!w.name_at)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory resolving actors");
    memset(w.name_at, 0xFF, n * sizeof *w.name_at);
    dm_status st = steps(&w);
    dm_map_free(&w.entity_by_key);
    dm_map_free(&w.surname_entity);
    dm_map_free(&w.role_entity);
    dm_map_free(&w.title_entity);
    dm_map_free(&w.code_seen);
    dm_map_free(&w.body_word);
    return st;
}

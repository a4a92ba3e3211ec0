// SPDX-License-Identifier: Apache-2.0
/* Files of roll calls and treaty actions on any bytes: rows that are taken must hold what the record asks of them, and the same bytes in
 * other portions must give the same rows. */
#include "import/votes.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16, PATH_BYTES = 4096, NAMES_MOST = 8 };

typedef struct tables {
    dm_tables *tables;
    dm_states states;
} tables;

typedef struct pass {
    const tables *t;
    dm_votes_file votes;
    dm_actions_file actions;
    bool is_votes, is_actions, begun;
    uint64_t mark;  /* of all rows that were taken */
    unsigned names; /* of treaties and actions that were looked for: each goes through a table */
} pass;

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_votes: %s\n", what);
    abort();
}

static void mark(pass *p, dm_str s) { p->mark = dm_hash(s.p, s.len, p->mark + 1); }

static void vote(pass *p, const dm_str *cell, size_t n)
{
    dm_vote_row row;
    dm_str detail = DM_NIL;
    dm_title title;
    if (dm_votes_row(&p->votes, &p->t->states, cell, n, &row, &detail))
        return;
    must(row.code.len == 3, "a vote without a state");
    must(row.from <= row.to, "a day that ends before it begins");
    must(row.roll.len > 0, "a vote without a roll call");
    dm_title_read(p->t->tables, &p->t->states, row.title, &title);
    must(title.polarity == 0 || title.subject.len == 3, "a side without a subject");
    must(dm_title_clean(row.title).len <= row.title.len, "a title that grows");
    mark(p, row.code), mark(p, row.roll), mark(p, row.title);
}

static void action(pass *p, const dm_str *cell, size_t n)
{
    dm_day from, to;
    for (size_t i = 0; i < n; i++) {
        must(!dm_votes_date(cell[i], &from, &to) || from <= to, "a day that ends before it begins");
        mark(p, dm_states_name(&p->t->states, cell[i]));
        if (p->names++ >= NAMES_MOST)
            continue;
        must(dm_treaty_name(p->t->tables, cell[i]).len || !cell[i].len, "a treaty that loses its name");
        mark(p, dm_action_find(p->t->tables, cell[i]));
    }
}

static dm_status on_row(void *ctx, const dm_str *cell, size_t n, uint32_t line, dm_error *err)
{
    pass *p = ctx;
    (void)line;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < cell[i].len;) {
            uint32_t cp, len = dm_utf8_next(cell[i].p, cell[i].len, k, &cp);
            must(!(len == 1 && cp == 0xFFFD) && cp >= 0x20, "a cell with malformed bytes or control characters");
            k += len;
        }
    if (!p->begun) {
        p->begun = true;
        p->is_votes = dm_votes_header(&p->votes, p->t->tables, cell, n, err) == DM_OK;
        p->is_actions = dm_actions_header(&p->actions, p->t->tables, cell, n, true, err) == DM_OK;
        return DM_OK;
    }
    if (p->is_votes)
        vote(p, cell, n);
    if (p->is_actions)
        action(p, cell, n);
    return DM_OK;
}

static uint64_t read_in(const tables *t, const uint8_t *data, size_t size, size_t portion, dm_status *st)
{
    pass p = { .t = t };
    dm_cells *c = NULL;
    dm_error err = { .msg = "" };
    must(dm_cells_open(&c, on_row, &p, &err) == DM_OK, "out of memory");
    *st = DM_OK;
    for (size_t i = 0; i < size && *st == DM_OK; i += portion)
        *st = dm_cells_feed(c, (const char *)data + i, size - i < portion ? size - i : portion, &err);
    if (*st == DM_OK)
        *st = dm_cells_end(c, &err);
    must(*st == DM_OK || err.msg[0], "a failure without a message");
    dm_cells_close(c);
    return p.mark;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static tables t; /* opened once: opening is not what is tested */
    enum { SMALL = 7 };
    if (!t.tables) {
        const char *dir = getenv("DEMARCHE_DATA");
        char path[PATH_BYTES];
        dm_error err = { .msg = "" };
        snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : ".");
        if (dm_tables_open(&t.tables, path, &err) != DM_OK || dm_states_load(&t.states, t.tables, &err) != DM_OK) {
            fprintf(stderr, "fuzz_votes: %s\n", err.msg);
            exit(1);
        }
    }
    if (size == 0 || size > INPUT_MAX)
        return 0;
    dm_status whole, pieces;
    uint64_t a = read_in(&t, data, size, size, &whole), b = read_in(&t, data, size, SMALL, &pieces);
    must(whole == pieces && a == b, "other rows when the bytes come in pieces");
    return 0;
}

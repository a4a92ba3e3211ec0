// SPDX-License-Identifier: Apache-2.0
/* Files of votes and signatures into the record. A whole file is one transaction: rows of one roll call may stand anywhere in it, and a roll
 * call is there with all its ballots or not at all, whatever ends the run. */
#include "base/flag.h"
#include "import/votes.h"
#include "pipeline/record.h"
#include "store/rolls.h"
#include <demarche/instrument.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_BYTES = 1 << 18, REFERENCE_BYTES = 200 };

typedef struct reading {
    dm_record *r;
    const dm_votes_opts *opts;
    dm_votes_stats stats;
    dm_states states;
    dm_str source;
    bool treaties, begun;
    dm_votes_file votes;
    dm_actions_file actions;
    dm_map rolls; /* rows of the roll calls of this file, by number */
    dm_arena arena;
    const char *path;
} reading;

static void reject(reading *g, uint32_t line, const char *reason, dm_str detail)
{
    const dm_import_note note = { .line = line, .refused = true, .reason = reason, .detail = detail.p ? detail : DM_STR("") };
    g->stats.rejected++;
    if (g->opts->note)
        g->opts->note(g->opts->ctx, &note);
}

/* --- roll calls --- */

/* Organs by the beginning of the numbers of their resolutions. */
static dm_str body_of(const reading *g, dm_str resolution)
{
    static const struct {
        const char *start, *body;
    } bodies[] = { { "A/HRC/", "UNHRC" }, { "E/CN.4/", "UNCHR" }, { "A/", "UNGA" }, { "S/", "UNSC" }, { "R/", "UNGA" } };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        if (dm_str_starts(resolution, bodies[i].start))
            return dm_str_of(bodies[i].body);
    return dm_str_of(g->opts->body ? g->opts->body : "UNGA");
}

static dm_status find_roll(reading *g, const dm_vote_row *v, int64_t *row, dm_error *err)
{
    uint32_t known = dm_map_get(&g->rolls, v->roll, 0);
    if (known != UINT32_MAX) {
        *row = known;
        return DM_OK;
    }
    dm_title title;
    dm_title_read(g->r->tables, &g->states, v->title, &title);
    dm_str name = dm_title_clean(v->title);
    dm_rollcall roll = { .source = g->source,
        .reference = v->roll,
        .session = v->session,
        .from = v->from,
        .to = v->to,
        .resolution = v->resolution,
        .title = v->title,
        .contexts = title.contexts | v->flags };
    roll.instrument = (dm_instrument){ .type = DM_STR("resolution"),
        .body = body_of(g, v->resolution),
        .subject = title.subject,
        .name = title.own  ? DM_NIL
                : name.len ? name
                           : v->resolution,
        .polarity = (int8_t)title.polarity };
    if (!roll.instrument.subject.len && !roll.instrument.name.len)
        roll.instrument.type = DM_NIL; /* nothing tells it from others */
    bool fresh = false;
    dm_status st = dm_store_rollcall(g->r->store, &roll, row, &fresh, err);
    g->stats.rollcalls += st == DM_OK && fresh;
    if (st == DM_OK && *row < UINT32_MAX && !dm_map_put(&g->rolls, v->roll, 0, (uint32_t)*row))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the roll calls of '%s'", g->path);
    return st;
}

static dm_status vote_row(reading *g, const dm_str *cell, size_t n, uint32_t line, dm_error *err)
{
    dm_vote_row v;
    dm_str detail = DM_NIL;
    const char *wrong = dm_votes_row(&g->votes, &g->states, cell, n, &v, &detail);
    if (!wrong && v.roll.len > REFERENCE_BYTES) {
        wrong = "a number of a roll call that is too long";
        detail = (dm_str){ v.roll.p, 40 };
    }
    if (wrong) {
        reject(g, line, wrong, detail);
        return DM_OK;
    }
    if (!v.vote) {
        g->stats.outside++;
        return DM_OK;
    }
    int64_t roll = 0;
    dm_filed_before how = DM_FILED_NEW;
    dm_status st = find_roll(g, &v, &roll, err);
    if (st == DM_OK)
        st = dm_store_ballot(g->r->store, roll, v.code, v.vote, &how, err);
    if (st != DM_OK)
        return st;
    g->stats.ballots += how == DM_FILED_NEW;
    g->stats.known += how == DM_FILED_SAME;
    if (how == DM_FILED_OTHER)
        reject(g, line, "another vote of this state in this roll call is in the record", v.code);
    return DM_OK;
}

/* --- treaty actions --- */

static dm_status one_action(reading *g, dm_treaty_action *a, dm_str action, dm_str date, uint32_t line, dm_error *err)
{
    dm_filed_before how;
    a->action = action;
    if (!dm_votes_date(date, &a->from, &a->to)) {
        reject(g, line, "no date that can be read", date);
        return DM_OK;
    }
    dm_status st = dm_store_treaty_action(g->r->store, a, &how, err);
    g->stats.actions += st == DM_OK && how == DM_FILED_NEW;
    g->stats.known += st == DM_OK && how == DM_FILED_SAME;
    return st;
}

static dm_str party_of(const reading *g, dm_str who)
{
    dm_str code = dm_states_alpha3(&g->states, who);
    char known[DM_CODE_MAX], text[REFERENCE_BYTES];
    if (!code.len)
        code = dm_states_name(&g->states, who);
    if (code.len || who.len == 0 || who.len >= sizeof text)
        return code;
    memcpy(text, who.p, who.len);
    text[who.len] = '\0';
    dm_error ignored;
    if (dm_record_code(g->r, text, known, &ignored) != DM_OK) /* bodies that sign, as the European Union */
        return DM_NIL;
    return dm_arena_str((dm_arena *)(uintptr_t)&g->arena, dm_str_of(known));
}

static dm_str cell_at(const dm_str *cell, size_t n, int column)
{
    return column >= 0 && (size_t)column < n ? cell[column] : DM_NIL;
}

static dm_status action_row(reading *g, const dm_str *cell, size_t n, uint32_t line, dm_error *err)
{
    dm_str who = cell_at(cell, n, g->actions.party),
           treaty = g->opts->treaty ? dm_str_of(g->opts->treaty) : cell_at(cell, n, g->actions.treaty);
    dm_treaty_action a = { .treaty = dm_treaty_name(g->r->tables, treaty), .code = party_of(g, who), .source = g->source };
    if (!treaty.len || treaty.len > REFERENCE_BYTES) {
        reject(g, line, "no name of a treaty", who);
        return DM_OK;
    }
    if (!a.code.len) {
        reject(g, line, "a party that is not known", who);
        return DM_OK;
    }
    if (g->actions.action >= 0) {
        dm_str words = cell_at(cell, n, g->actions.action), action = dm_action_find(g->r->tables, words);
        if (action.len)
            return one_action(g, &a, action, cell_at(cell, n, g->actions.date), line, err);
        reject(g, line, "an action that is not known (data/instruments/actions.tsv)", words);
        return DM_OK;
    }
    dm_status st = DM_OK;
    for (unsigned i = 0; i < g->actions.n_wide && st == DM_OK; i++) {
        dm_str date = cell_at(cell, n, g->actions.wide[i].column);
        if (date.len && !dm_str_is(date, "NA"))
            st = one_action(g, &a, g->actions.wide[i].action, date, line, err);
    }
    return st;
}

/* --- the file --- */

static dm_status header(reading *g, const dm_str *cell, size_t n, dm_error *err)
{
    g->begun = true;
    dm_status st = g->treaties ? dm_actions_header(&g->actions, g->r->tables, cell, n, g->opts->treaty != NULL, err)
                               : dm_votes_header(&g->votes, g->r->tables, cell, n, err);
    g->stats.format = g->treaties ? "treaty actions" : g->votes.form == DM_VOTES_UNDL ? "UN Digital Library" : "Voeten";
    g->source = dm_str_of(g->opts->source ? g->opts->source : g->stats.format);
    return st;
}

static dm_status on_row(void *ctx, const dm_str *cell, size_t n, uint32_t line, dm_error *err)
{
    reading *g = ctx;
    if (!g->begun)
        return header(g, cell, n, err);
    g->stats.rows++;
    return g->treaties ? action_row(g, cell, n, line, err) : vote_row(g, cell, n, line, err);
}

static double share_of(FILE *f, long size)
{
    long at = size > 0 ? ftell(f) : 0;
    return size > 0 && at > 0 ? (double)at / (double)size : 0;
}

static dm_status read_blocks(reading *g, FILE *f, dm_cells *cells, char *block, dm_error *err)
{
    dm_status st = DM_OK;
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : 0;
    rewind(f);
    for (size_t n; st == DM_OK && (n = fread(block, 1, BLOCK_BYTES, f)) > 0;) {
        st = dm_cells_feed(cells, block, n, err);
        if (st == DM_OK && dm_flag(g->opts->stop))
            st = dm_fail(err, DM_EIO, 0, "interrupted; nothing of '%s' was added", g->path);
        if (g->opts->after)
            g->opts->after(g->opts->ctx, &g->stats, share_of(f, size));
    }
    if (st == DM_OK && ferror(f))
        st = dm_fail(err, DM_EIO, 0, "cannot read '%s': %s", g->path, strerror(errno));
    if (st == DM_OK)
        st = dm_cells_end(cells, err);
    if (st == DM_OK && !g->begun)
        st = dm_fail(err, DM_EINPUT, 0, "'%s' is empty", g->path);
    return st;
}

static dm_status read_file(reading *g, dm_error *err)
{
    dm_cells *cells = NULL;
    char *block = malloc(BLOCK_BYTES);
    FILE *f = fopen(g->path, "rb");
    dm_status st = !block ? dm_fail(err, DM_ENOMEM, 0, "out of memory for '%s'", g->path)
                   : !f   ? dm_fail(err, DM_EIO, 0, "cannot open '%s': %s", g->path, strerror(errno))
                          : dm_cells_open(&cells, on_row, g, err);
    if (st == DM_OK)
        st = read_blocks(g, f, cells, block, err);
    dm_cells_close(cells);
    if (f)
        fclose(f);
    free(block);
    return st;
}

static dm_status in_transaction(reading *g, dm_error *err)
{
    dm_db *db = dm_store_db(g->r->store);
    dm_status st = dm_db_begin(db, err);
    if (st == DM_OK)
        st = read_file(g, err);
    if (st == DM_OK)
        st = dm_ballots_flush(g->r->store, err);
    if (st == DM_OK)
        st = dm_db_commit(db, err);
    if (st != DM_OK) {
        dm_db_rollback(db);
        dm_store_taken_back(g->r->store);
    }
    dm_ballots_forget(g->r->store);
    return st;
}

static dm_status import(
    dm_record *r, const char *path, const dm_votes_opts *opts, bool treaties, dm_votes_stats *stats, dm_error *err)
{
    const dm_votes_opts usual = DM_VOTES_OPTS_INIT;
    reading g = { .r = r, .opts = opts ? opts : &usual, .treaties = treaties, .path = path };
    g.stats.format = "";
    if (g.opts->version != DM_VOTES_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_votes_opts of version %u, this library has %d; use DM_VOTES_OPTS_INIT",
            g.opts->version, DM_VOTES_OPTS_VERSION);
    dm_status st = dm_record_writable(r, err);
    if (st == DM_OK)
        st = dm_states_load(&g.states, r->tables, err);
    if (st == DM_OK)
        st = in_transaction(&g, err);
    dm_states_clear(&g.states);
    dm_map_free(&g.rolls);
    dm_arena_free(&g.arena);
    if (stats)
        *stats = g.stats;
    return st;
}

dm_status dm_record_import_votes(
    dm_record *r, const char *path, const dm_votes_opts *opts, dm_votes_stats *stats, dm_error *err)
{
    return import(r, path, opts, false, stats, err);
}

dm_status dm_record_import_treaties(
    dm_record *r, const char *path, const dm_votes_opts *opts, dm_votes_stats *stats, dm_error *err)
{
    return import(r, path, opts, true, stats, err);
}

// SPDX-License-Identifier: Apache-2.0
/* demarche ideal: where states stand on one dimension, year by year or session by session, from their votes in roll calls. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACTORS_MAX = 64, TEXT_BYTES = 32, BAR = 20, OPT_ACTOR = 1 };

typedef struct args {
    char *as, *since, *until, *period, *source, *body;
    cli_list actor;
} args;

static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return val == OPT_ACTOR && value && cli_list_add(&a->actor, value);
}

static bool wanted(char codes[][DM_CODE_MAX], size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return n == 0;
}

/* Where it stands between -2 and 2 standard deviations. */
static void bar(double position, char out[BAR + 2])
{
    memset(out, '.', BAR + 1);
    out[BAR / 2] = '|';
    int at = (int)((position + 2) / 4 * BAR + 0.5);
    out[at < 0 ? 0 : at > BAR ? BAR : at] = '#';
    out[BAR + 1] = '\0';
}

static void row_shown(const dm_record *r, cli_form form, bool first, const dm_ideal_row *row)
{
    char n[4][TEXT_BYTES], line[BAR + 2];
    dm_str name = dm_record_name(r, row->code);
    if (form == CLI_TABLE) {
        bar(row->position, line);
        if (first)
            printf(
                "%-6s %-4s %8s %6s %6s  %-*s  %s\n", "period", "code", "position", "se", "votes", BAR + 1, "-2 .. 2", "state");
        printf("%-6d %-4s %8.3f %6.3f %6u  %s  %.*s\n", row->period, row->code, row->position, row->se, row->votes, line,
            (int)name.len, name.p);
        return;
    }
    snprintf(n[0], TEXT_BYTES, "%d", row->period);
    snprintf(n[1], TEXT_BYTES, "%.4f", row->position);
    snprintf(n[2], TEXT_BYTES, "%.4f", row->se);
    snprintf(n[3], TEXT_BYTES, "%u", row->votes);
    const cli_field fields[] = { { "code", row->code, CLI_TEXT }, { "period", n[0], CLI_BARE }, { "position", n[1], CLI_BARE },
        { "se", n[2], CLI_BARE }, { "votes", n[3], CLI_BARE } };
    cli_fields_put(form, first, fields, sizeof fields / sizeof *fields);
}

static dm_status read_args(const dm_record *r, const args *a, dm_ideal_query *q, char codes[][DM_CODE_MAX], dm_error *err)
{
    q->source = a->source;
    q->body = a->body;
    if (a->period && strcmp(a->period, "session") == 0)
        q->sessions = true;
    else if (a->period && strcmp(a->period, "year") != 0)
        return dm_fail(err, DM_EUSAGE, 0, "'%.60s' is no period; there are year and session", a->period);
    dm_status st = cli_days(a->since, a->until, &q->since, &q->until, err);
    if (st != DM_OK)
        return st;
    if (a->actor.n > ACTORS_MAX)
        return dm_fail(err, DM_EUSAGE, 0, "at most %d actors", ACTORS_MAX);
    for (size_t k = 0; k < a->actor.n && st == DM_OK; k++)
        st = dm_record_code(r, a->actor.v[k], codes[k], err);
    return st;
}

static int show(dm_record *r, const args *a, cli_form form, dm_error *err)
{
    dm_ideal_query q = DM_IDEAL_QUERY_INIT;
    char codes[ACTORS_MAX][DM_CODE_MAX];
    dm_ideal_row *rows = NULL;
    dm_ideal_told told;
    size_t n = 0;
    dm_status st = read_args(r, a, &q, codes, err);
    if (st == DM_OK)
        st = dm_record_ideal(r, &q, &rows, &n, &told, err);
    if (st != DM_OK) {
        cli_say("%s", err->msg);
        return cli_exit(st);
    }
    bool first = true;
    for (size_t i = 0; i < n; i++)
        if (wanted(codes, a->actor.n, rows[i].code)) {
            row_shown(r, form, first, &rows[i]);
            first = false;
        }
    dm_ideal_rows_free(rows);
    fprintf(stderr, "%llu votes in %llu roll calls (%s); %s%s\n", (unsigned long long)told.votes,
        (unsigned long long)told.rollcalls, told.source,
        told.anchored ? "positive is the side of the United States"
                      : "the United States did not vote: positive is who says yes less often",
        told.converged ? "" : "; the estimate has not settled");
    return EXIT_ALL_READ;
}

static int run(const args *a, const char **paths)
{
    dm_error err = { .msg = "" };
    dm_record *record = NULL;
    cli_form form;
    if (!paths || !paths[0] || paths[1]) {
        cli_say("name the record: demarche ideal RECORD");
        return EXIT_USAGE;
    }
    if (!cli_fields_form(a->as, &form))
        return EXIT_USAGE;
    if (dm_record_open(&record, paths[0], DM_ACCESS_READ, NULL, &err) != DM_OK) {
        cli_say("%s", err.msg);
        return EXIT_BROKEN;
    }
    int code = show(record, a, form, &err);
    dm_record_close(record);
    return code;
}

int cmd_ideal(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "actor", 'p', POPT_ARG_STRING, NULL, OPT_ACTOR, "only this state (may be given again); all count for the estimate",
            "WHO" },
        { "since", 0, POPT_ARG_STRING, &a.since, 0, "votes from then on", "YYYY[-MM[-DD]]" },
        { "until", 0, POPT_ARG_STRING, &a.until, 0, "votes up to then", "YYYY[-MM[-DD]]" },
        { "period", 0, POPT_ARG_STRING, &a.period, 0, "year (default) or session", "PERIOD" },
        { "source", 0, POPT_ARG_STRING, &a.source, 0, "of the roll calls (default: the one with most of them)", "NAME" },
        { "body", 'b', POPT_ARG_STRING, &a.body, 0, "whose votes: UNGA, UNHRC (default: all)", "BODY" },
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "table (default), jsonl or csv", "FORM" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD");
    int code;
    if (cli_read_options_with(popt, &code, on_option, &a))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    for (size_t i = 0; i < a.actor.n; i++)
        free((void *)(uintptr_t)a.actor.v[i]);
    free(a.actor.v);
    char *const owned[] = { a.as, a.since, a.until, a.period, a.source, a.body };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    return code;
}

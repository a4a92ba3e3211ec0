// SPDX-License-Identifier: Apache-2.0
/* demarche import actors: a dictionary as a table to keep and to edit, with an account of what could not be used. Votes and treaties: see
 * cmd_import_votes.c. */
#include "cli.h"
#include <demarche/import.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines told of one reason, without --verbose. */
enum { LINES_SHOWN = 5, REASONS_MAX = 32, ITEM_BYTES = 128 };

typedef struct reason {
    const char *text;
    bool refused;
    uint32_t n;
    char first[LINES_SHOWN][ITEM_BYTES];
} reason;

typedef struct account {
    const char *path;
    bool verbose;
    reason reasons[REASONS_MAX];
    size_t n;
} account;

static reason *find_reason(account *a, const dm_import_note *note)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->reasons[i].text, note->reason) == 0 && a->reasons[i].refused == note->refused)
            return &a->reasons[i];
    if (a->n == REASONS_MAX)
        return NULL;
    a->reasons[a->n] = (reason){ .text = note->reason, .refused = note->refused };
    return &a->reasons[a->n++];
}

static void on_note(void *ctx, const dm_import_note *note)
{
    account *a = ctx;
    reason *r = find_reason(a, note);
    if (a->verbose || !r)
        cli_say("%s:%u: %s%s: '%.*s'", a->path, note->line, note->refused ? "" : "repaired: ", note->reason,
            (int)note->detail.len, note->detail.p ? note->detail.p : "");
    if (!r)
        return;
    if (r->n < LINES_SHOWN)
        snprintf(r->first[r->n], ITEM_BYTES, "line %u '%.*s'", note->line, (int)note->detail.len,
            note->detail.p ? note->detail.p : "");
    r->n++;
}

static int by_count(const void *a, const void *b)
{
    const reason *x = a, *y = b;
    return x->refused != y->refused ? (int)y->refused - (int)x->refused : (x->n < y->n) - (x->n > y->n);
}

static void tell(account *a, const dm_import_stats *s)
{
    cli_say("%s: %s, %u entries, %u used, %u rows; lines not used: %u, repaired: %u", a->path, s->format, s->entries, s->used,
        s->rows, s->refused, s->repaired);
    qsort(a->reasons, a->n, sizeof *a->reasons, by_count);
    for (size_t i = 0; i < a->n; i++) {
        const reason *r = &a->reasons[i];
        cli_say("  %7u %s%s", r->n, r->refused ? "" : "repaired: ", r->text);
        for (uint32_t k = 0; !a->verbose && k < r->n && k < LINES_SHOWN; k++)
            cli_say("          %s", r->first[k]);
        if (!a->verbose && r->n > LINES_SHOWN)
            cli_say("          and %u more (--verbose lists all)", r->n - LINES_SHOWN);
    }
}

static int write_table(const char *path, const dm_buf *table)
{
    dm_error err = { .msg = "" };
    if (path) {
        dm_status st = cli_write_file(path, (dm_str){ table->p, table->len }, &err);
        if (st != DM_OK)
            cli_say("%s", err.msg);
        return st == DM_OK ? EXIT_ALL_READ : EXIT_BROKEN;
    }
    bool ok = fwrite(table->p, 1, table->len, stdout) == table->len && fflush(stdout) == 0;
    int why = errno;
    if (!ok && why != EPIPE)
        cli_say("cannot write the output: %s", strerror(why));
    return ok || why == EPIPE ? EXIT_ALL_READ : EXIT_BROKEN;
}

static int import(const char *path, const char *to, bool verbose)
{
    account a = { .path = path, .verbose = verbose };
    dm_coder *coder = NULL;
    dm_buf table = { 0 };
    dm_import_stats stats = { 0 };
    dm_error err = { .msg = "" };
    int code;
    dm_status st = dm_coder_open(&coder, NULL, &err);
    if (st != DM_OK) {
        cli_say("%s", err.msg);
        return EXIT_BROKEN;
    }
    st = dm_import_actors(coder, path, &table, &stats, on_note, &a, &err);
    if (st == DM_OK) {
        code = write_table(to, &table);
        tell(&a, &stats);
    } else {
        cli_say("%s", err.msg);
        code = st == DM_ENOMEM ? EXIT_BROKEN : EXIT_SOME_FAILED;
    }
    dm_buf_free(&table);
    dm_coder_close(coder);
    return code;
}

static int run(const char **paths, const char *to, bool verbose, const cli_votes_args *votes)
{
    if (paths && paths[0] && (strcmp(paths[0], "votes") == 0 || strcmp(paths[0], "treaties") == 0))
        return cli_import_votes(paths, votes);
    if (!paths || !paths[0] || strcmp(paths[0], "actors") != 0) {
        cli_say("write 'demarche import actors FILE', 'import votes RECORD FILE' or 'import treaties RECORD FILE'");
        return EXIT_USAGE;
    }
    if (paths[1] && !paths[2])
        return import(paths[1], to, verbose);
    if (paths[1])
        cli_say("one file at a time; '%s' is a second one", paths[2]);
    else
        cli_say("no file; write 'demarche import actors FILE'");
    return EXIT_USAGE;
}

int cmd_import(int argc, const char **argv)
{
    char *to = NULL, *source = NULL, *body = NULL, *treaty = NULL;
    int verbose = 0, code;
    const struct poptOption options[] = {
        { "output", 'o', POPT_ARG_STRING, &to, 0, "the table (default: standard output)", "FILE" },
        { "verbose", 'v', POPT_ARG_NONE, &verbose, 0, "every line that could not be used or was repaired", NULL },
        { "source", 0, POPT_ARG_STRING, &source, 0,
            "whose roll calls: with their numbers it tells them apart (default: by the form)", "NAME" },
        { "body", 0, POPT_ARG_STRING, &body, 0, "whose votes, where the file does not tell (default: UNGA)", "BODY" },
        { "treaty", 0, POPT_ARG_STRING, &treaty, 0, "the treaty, where the file has no column for it", "NAME" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] actors FILE | votes RECORD FILE | treaties RECORD FILE");
    if (cli_read_options(popt, &code))
        code = run(poptGetArgs(popt), to, verbose != 0, &(cli_votes_args){ source, body, treaty });
    poptFreeContext(popt);
    free(to);
    free(source);
    free(body);
    free(treaty);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
/* demarche add: articles coded into a record. */
#include "cli.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct args {
    char *date, *home;
    int threads, recode;
    cli_list actors;
} args;

enum { OPT_ACTORS = 1 };

static volatile int stop_asked;

static void on_signal(int signal)
{
    (void)signal;
    stop_asked = 1;
}

static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return val == OPT_ACTORS && value && cli_list_add(&a->actors, value);
}

static void on_note(void *ctx, dm_str line)
{
    (void)ctx;
    cli_say("%.*s", (int)line.len, line.p);
}

static void on_failed(void *ctx, const dm_error *err)
{
    (void)ctx;
    cli_say("%s", err->msg);
}

static void on_after(void *ctx, const dm_add_stats *so_far)
{
    (void)ctx;
    cli_progress(&so_far->run, false);
}

static void summary(const char *record, const dm_add_stats *s)
{
    fprintf(stderr, "%s: %llu added, %llu there already", record, (unsigned long long)s->added, (unsigned long long)s->known);
    if (s->recoded)
        fprintf(stderr, ", %llu coded again", (unsigned long long)s->recoded);
    if (s->near_copies)
        fprintf(stderr, ", %llu of them near copies", (unsigned long long)s->near_copies);
    fprintf(
        stderr, "; %llu events, %llu of happenings told before", (unsigned long long)s->events, (unsigned long long)s->linked);
    if (s->run.failed)
        fprintf(stderr, "; %llu could not be read", (unsigned long long)s->run.failed);
    fputc('\n', stderr);
}

static dm_status add(const args *a, const char *path, const char **inputs, dm_coder *coder, dm_add_stats *stats, dm_error *err)
{
    dm_record *record = NULL;
    dm_input *in = NULL;
    dm_add_opts opts = DM_ADD_OPTS_INIT;
    opts.threads = (unsigned)a->threads;
    opts.recode = a->recode != 0;
    opts.note = on_note;
    opts.failed = on_failed;
    opts.after = on_after;
    opts.stop = &stop_asked;
    dm_status st = dm_record_open(&record, path, DM_ACCESS_WRITE, NULL, err);
    if (st == DM_OK && *inputs) {
        st = dm_input_open(&in, coder, err);
        for (; st == DM_OK && *inputs; inputs++)
            st = dm_input_add(in, *inputs, err);
        if (st == DM_OK)
            st = dm_record_add(record, coder, in, &opts, stats, err);
    } else if (st == DM_OK) {
        st = dm_record_recode(record, coder, &opts, stats, err);
    }
    dm_input_close(in);
    dm_record_close(record);
    return st;
}

static int run(const args *a, const char **paths)
{
    dm_error err = { .msg = "" };
    if (!paths || !paths[0] || (!paths[1] && !a->recode)) {
        cli_say("name the record and what to add: demarche add RECORD FILE...");
        return EXIT_USAGE;
    }
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    o.home = a->home;
    o.actors = a->actors.v;
    o.n_actors = a->actors.n;
    o.note = on_note;
    if ((a->date && dm_day_parse(&o.date, (dm_str){ a->date, strlen(a->date) }, &err) != DM_OK) || a->threads < 0) {
        cli_say("%s", a->threads < 0 ? "-j is a number of threads, from 0" : err.msg);
        return EXIT_USAGE;
    }
    struct sigaction act = { .sa_handler = on_signal }; /* the document in hand is finished; a second signal does no more */
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    cli_progress_start();
    dm_coder *coder = NULL;
    dm_add_stats stats = { 0 };
    dm_status st = dm_coder_open(&coder, &o, &err);
    if (st == DM_OK)
        st = add(a, paths[0], paths + 1, coder, &stats, &err);
    cli_progress(&stats.run, true);
    dm_coder_close(coder);
    if (st != DM_OK)
        cli_say("%s", err.msg);
    if (st == DM_OK || stats.added)
        summary(paths[0], &stats);
    return st == DM_EUSAGE ? EXIT_USAGE : st != DM_OK ? EXIT_BROKEN : stats.run.failed ? EXIT_SOME_FAILED : EXIT_ALL_READ;
}

int cmd_add(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "recode", 'R', POPT_ARG_NONE, &a.recode, 0,
            "code documents again that were coded with other tables (without FILE: all of the record)", NULL },
        { "date", 'd', POPT_ARG_STRING, &a.date, 0, "date of the articles, over any date found in them", "YYYY[-MM[-DD]]" },
        { "home", 'H', POPT_ARG_STRING, &a.home, 0, "country of bare roles (\"the government\")", "CODE" },
        { "actors", 'A', POPT_ARG_STRING, NULL, OPT_ACTORS, "your own actors (may be given again)", "FILE" },
        { NULL, 'j', POPT_ARG_INT, &a.threads, 0, "threads (default: one for each processor); the record is the same", "N" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD FILE...");
    int code;
    if (cli_read_options_with(popt, &code, on_option, &a))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    for (size_t i = 0; i < a.actors.n; i++)
        free((void *)(uintptr_t)a.actors.v[i]);
    free(a.actors.v);
    free(a.date);
    free(a.home);
    return code;
}

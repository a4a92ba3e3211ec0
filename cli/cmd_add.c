// SPDX-License-Identifier: Apache-2.0
/* demarche add: articles coded into a record, or events that were coded elsewhere. */
#include "cli.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPT_ACTORS = 1,
    REASONS_MAX = 64,
    FIRST_SHOWN = 5,
    REASON_BYTES = 512,
    EXIT_SIGNAL = 128,
    AWAY_TRIES = 10 /* over a minute */
};

typedef struct args {
    char *date, *home, *shard;
    int threads, recode, events, update;
    cli_list actors;
} args;

/* Inputs that were left out, by reason: messages that differ only in what they quote and count are one. */
typedef struct reason {
    char like[REASON_BYTES];
    char first[FIRST_SHOWN][REASON_BYTES];
    unsigned long long n;
} reason;

typedef struct account {
    reason *reasons;
    size_t n;
    unsigned long long beyond; /* of reasons that found no room */
} account;

static volatile int stop_asked; /* the signal */

static void on_signal(int signal) { __atomic_store_n(&stop_asked, signal, __ATOMIC_RELAXED); } /* on any thread */

static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return val == OPT_ACTORS && value && cli_list_add(&a->actors, value);
}

/* --- what could not be used --- */

/* The message without names and numbers. */
static void liken(char out[REASON_BYTES], const char *msg)
{
    size_t n = 0;
    for (const char *p = msg; *p && n + 4 < REASON_BYTES; p++) {
        if (*p == '\'') {
            const char *end = strchr(p + 1, '\'');
            memcpy(out + n, "'*'", 3);
            n += 3;
            p = end ? end : p + strlen(p) - 1;
        } else if (*p >= '0' && *p <= '9') {
            if (n == 0 || out[n - 1] != '#')
                out[n++] = '#';
        } else {
            out[n++] = *p;
        }
    }
    out[n] = '\0';
}

static void keep_reason(account *a, const char *msg)
{
    char like[REASON_BYTES];
    size_t i = 0;
    liken(like, msg);
    while (i < a->n && strcmp(a->reasons[i].like, like) != 0)
        i++;
    if (i == a->n && (a->n == REASONS_MAX || (!a->reasons && !(a->reasons = calloc(REASONS_MAX, sizeof *a->reasons))))) {
        a->beyond++;
        return;
    }
    reason *r = &a->reasons[i];
    if (i == a->n) {
        memcpy(r->like, like, sizeof like);
        a->n++;
    }
    if (r->n < FIRST_SHOWN)
        snprintf(r->first[r->n], REASON_BYTES, "%s", msg);
    r->n++;
}

static void list_reasons(const account *a)
{
    for (size_t i = 0; i < a->n; i++) {
        const reason *r = &a->reasons[i];
        for (unsigned long long k = 0; k < r->n && k < FIRST_SHOWN; k++)
            cli_tell("  ", (dm_str){ r->first[k], strlen(r->first[k]) });
        if (r->n > FIRST_SHOWN)
            fprintf(stderr, "  and %llu more like this\n", r->n - FIRST_SHOWN);
    }
    if (a->beyond)
        fprintf(stderr, "  and %llu for other reasons\n", a->beyond);
}

/* --- callbacks --- */

static void on_failed(void *ctx, const dm_error *err)
{
    cli_say("%s", err->msg);
    keep_reason(ctx, err->msg);
}

static void on_after(void *ctx, const dm_add_stats *so_far)
{
    (void)ctx;
    cli_progress(&so_far->run, false);
}

/* --- the run --- */

static void fold_in(dm_add_stats *sum, const dm_add_stats *more)
{
    sum->run.failed += more->run.failed;
    sum->added += more->added;
    sum->known += more->known;
    sum->near_copies += more->near_copies;
    sum->events += more->events;
    sum->linked += more->linked;
}

static dm_status add_events(dm_record *record, const char **inputs, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err)
{
    dm_status st = DM_OK;
    for (; st == DM_OK && *inputs && !stop_asked; inputs++) {
        dm_add_stats of_file = { 0 };
        st = dm_record_add_events(record, *inputs, opts, &of_file, err);
        fold_in(stats, &of_file);
    }
    return st;
}

static dm_status add_articles(
    dm_record *record, const args *a, const char **inputs, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err)
{
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    o.home = a->home;
    o.actors = a->actors.v;
    o.n_actors = a->actors.n;
    o.note = cli_note;
    dm_coder *coder = NULL;
    dm_input *in = NULL;
    dm_status st = a->date ? dm_day_parse(&o.date, (dm_str){ a->date, strlen(a->date) }, err) : DM_OK;
    if (st != DM_OK)
        return DM_EUSAGE;
    st = dm_coder_open(&coder, &o, err);
    if (st == DM_OK && *inputs) {
        st = dm_input_open(&in, coder, err);
        for (; st == DM_OK && *inputs; inputs++)
            st = dm_input_add(in, *inputs, err);
        if (st == DM_OK && a->shard)
            st = dm_input_shard(in, a->shard, err);
        if (st == DM_OK)
            st = dm_record_add(record, coder, in, opts, stats, err);
    } else if (st == DM_OK) {
        st = dm_record_recode(record, coder, opts, stats, err);
    }
    dm_input_close(in);
    dm_coder_close(coder);
    return st;
}

static void summary(const char *record, const dm_add_stats *s, const account *left_out)
{
    char shown[512];
    dm_record_shown(record, shown, sizeof shown);
    fprintf(stderr, "%s: ", shown);
    cli_count("", s->added, "document added", "documents added");
    if (s->near_copies)
        cli_count(" (", s->near_copies, "a near copy)", "near copies)");
    if (s->known)
        cli_count(", ", s->known, "there already", "there already");
    if (s->recoded)
        cli_count(", ", s->recoded, "coded again", "coded again");
    cli_count("; ", s->events, "event", "events");
    if (s->linked)
        cli_count(
            ", ", s->linked, "of a happening that other articles tell, too", "of happenings that other articles tell, too");
    if (s->run.failed)
        cli_count("; ", s->run.failed, "input left out:", "inputs left out:");
    fputc('\n', stderr);
    list_reasons(left_out);
}

/* The usual handler again: a second signal ends the program at once, which the record survives. */
static void catch_signals(void)
{
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = (int)(SA_RESETHAND | SA_RESTART) };
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

static int finish(const char *path, dm_status st, const dm_add_stats *stats, const account *left_out, const dm_error *err)
{
    if (st != DM_OK)
        cli_say("%s", err->msg);
    if (st == DM_OK || stats->added || stats->run.failed)
        summary(path, stats, left_out);
    if (st != DM_OK)
        return cli_exit(st);
    if (stop_asked) {
        cli_say("stopped; what was added is kept, and the same command goes on from there");
        return EXIT_SIGNAL + stop_asked;
    }
    return stats->run.failed ? EXIT_SOME_FAILED : EXIT_ALL_READ;
}

/* A record of an older program gets today's tables; nothing is added. */
static int update(const char *path)
{
    char shown[512];
    dm_error err = { .msg = "" };
    dm_record *record = NULL;
    dm_record_shown(path, shown, sizeof shown);
    if (!strstr(path, "://") && access(path, F_OK) != 0) {
        cli_say("cannot bring '%s' up to date: %s", shown, strerror(errno));
        return cli_exit(DM_EIO);
    }
    dm_status st = dm_record_open(&record, path, DM_ACCESS_WRITE, NULL, &err);
    dm_record_close(record);
    if (st != DM_OK)
        cli_say("%s", err.msg);
    else
        fprintf(stderr, "%s: up to date\n", shown);
    return st == DM_OK ? EXIT_ALL_READ : cli_exit(st);
}

static int run(const args *a, const char **paths)
{
    if (a->update && paths && paths[0] && !paths[1])
        return update(paths[0]);
    if (a->update) {
        cli_say("--update takes one record and nothing to add: demarche add --update RECORD");
        return EXIT_USAGE;
    }
    if (a->shard && (a->events || !paths || !paths[0] || !paths[1])) {
        cli_say("--shard deals articles out; it goes with files of them, not with coded events or a record");
        return EXIT_USAGE;
    }
    if (!paths || !paths[0] || (!paths[1] && (!a->recode || a->events)) || a->threads < 0) {
        cli_say("%s", a->threads < 0 ? "-j is a number of threads, from 0"
                                     : "name the record and what to add: demarche add RECORD FILE...");
        return EXIT_USAGE;
    }
    dm_error err = { .msg = "" };
    dm_record *record = NULL;
    dm_add_stats stats = { 0 };
    account left_out = { 0 };
    dm_add_opts opts = DM_ADD_OPTS_INIT;
    opts.threads = (unsigned)a->threads;
    opts.recode = a->recode != 0;
    opts.ctx = &left_out;
    opts.note = cli_note;
    opts.failed = on_failed;
    opts.after = on_after;
    opts.stop = &stop_asked;
    opts.tries = AWAY_TRIES;
    catch_signals();
    cli_progress_start();
    dm_status st = dm_record_open(&record, paths[0], DM_ACCESS_WRITE, NULL, &err);
    if (st == DM_OK && cli_progress_wanted())
        cli_progress_find(paths + 1, &stop_asked);
    if (st == DM_OK)
        st = a->events ? add_events(record, paths + 1, &opts, &stats, &err)
                       : add_articles(record, a, paths + 1, &opts, &stats, &err);
    dm_record_close(record);
    cli_progress(&stats.run, true);
    int code = finish(paths[0], st, &stats, &left_out, &err);
    free(left_out.reasons);
    return code;
}

int cmd_add(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "events", 'E', POPT_ARG_NONE, &a.events, 0,
            "each FILE holds coded events (JSON lines of ours or PLOVER's), not articles", NULL },
        { "recode", 'R', POPT_ARG_NONE, &a.recode, 0,
            "code documents again that were coded with other tables (without FILE: all of the record)", NULL },
        { "update", 'U', POPT_ARG_NONE, &a.update, 0, "bring a record of an older demarche up to date, and add nothing", NULL },
        { "shard", 's', POPT_ARG_STRING, &a.shard, 0, "only what falls to the I-th of N machines, as in demarche code", "I/N" },
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
    free(a.shard);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
/* demarche import votes, demarche import treaties: files of roll calls and of signatures into a record. */
#include "cli.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REJECTED_SHOWN = 20, DETAIL_BYTES = 48, UNKNOWN_MAX = 64 };

/* States that are not known, with how many rows each took. */
typedef struct unknown {
    char text[DETAIL_BYTES];
    uint64_t rows;
} unknown;

typedef struct telling {
    const char *path;
    uint64_t rejected;
    bool progress, shown;
    unknown unknown[UNKNOWN_MAX];
    size_t n_unknown;
} telling;

static volatile int stop_asked;

static void on_signal(int signal)
{
    (void)signal;
    __atomic_store_n(&stop_asked, 1, __ATOMIC_RELAXED); /* on any thread */
}

static void clear(telling *t)
{
    if (t->shown)
        fputs("\r\033[K", stderr);
    t->shown = false;
}

static void count_unknown(telling *t, const dm_import_note *note)
{
    char text[DETAIL_BYTES];
    snprintf(text, sizeof text, "%.*s", (int)note->detail.len, note->detail.p);
    for (size_t i = 0; i < t->n_unknown; i++)
        if (strcmp(t->unknown[i].text, text) == 0) {
            t->unknown[i].rows++;
            return;
        }
    if (t->n_unknown < UNKNOWN_MAX) {
        t->unknown[t->n_unknown].rows = 1;
        memcpy(t->unknown[t->n_unknown++].text, text, sizeof text);
    }
}

static void on_note(void *ctx, const dm_import_note *note)
{
    telling *t = ctx;
    if (strstr(note->reason, "not known") && !strstr(note->reason, "action"))
        count_unknown(t, note);
    if (t->rejected++ >= REJECTED_SHOWN)
        return;
    clear(t);
    cli_say("%s:%u: %s: '%.*s'", t->path, note->line, note->reason,
        (int)(note->detail.len < DETAIL_BYTES ? note->detail.len : DETAIL_BYTES), note->detail.p);
}

static void on_after(void *ctx, const dm_votes_stats *s, double share)
{
    telling *t = ctx;
    if (!t->progress)
        return;
    t->shown = true;
    fprintf(stderr, "\r\033[K%llu rows, %llu roll calls, %.0f %%", (unsigned long long)s->rows,
        (unsigned long long)s->rollcalls, 100 * share);
    fflush(stderr);
}

static void summary(const telling *t, const dm_votes_stats *s, bool treaties)
{
    if (t->rejected > REJECTED_SHOWN)
        cli_say("%s: %llu more rows that could not be used", t->path, (unsigned long long)(t->rejected - REJECTED_SHOWN));
    for (size_t i = 0; i < t->n_unknown; i++)
        cli_say("%s: not known: '%s' (%llu rows)", t->path, t->unknown[i].text, (unsigned long long)t->unknown[i].rows);
    fprintf(stderr, "%s (%s): %llu rows, ", t->path, s->format, (unsigned long long)s->rows);
    if (treaties)
        fprintf(stderr, "%llu actions added", (unsigned long long)s->actions);
    else
        fprintf(
            stderr, "%llu roll calls and %llu votes added", (unsigned long long)s->rollcalls, (unsigned long long)s->ballots);
    fprintf(stderr, ", %llu there already", (unsigned long long)s->known);
    if (s->outside)
        fprintf(stderr, ", %llu of states that were no members", (unsigned long long)s->outside);
    fprintf(stderr, "; %llu could not be used\n", (unsigned long long)s->rejected);
}

static int import(const char *record_path, const char *path, const dm_votes_opts *opts, telling *t, bool treaties)
{
    dm_error err = { .msg = "" };
    dm_votes_stats stats = { .format = "" };
    dm_record *record = NULL;
    const char *term = getenv("TERM");
    t->path = path;
    t->progress = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART }; /* stdio does not go on by itself */
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    dm_status st = dm_record_open(&record, record_path, DM_ACCESS_WRITE, NULL, &err);
    if (st == DM_OK)
        st = treaties ? dm_record_import_treaties(record, path, opts, &stats, &err)
                      : dm_record_import_votes(record, path, opts, &stats, &err);
    dm_record_close(record);
    clear(t);
    if (st == DM_OK)
        summary(t, &stats, treaties);
    else
        cli_say("%s", err.msg);
    return st == DM_OK       ? stats.rejected ? EXIT_SOME_FAILED : EXIT_ALL_READ
           : st == DM_EUSAGE ? EXIT_USAGE
           : st == DM_EINPUT ? EXIT_SOME_FAILED
                             : EXIT_BROKEN;
}

int cli_import_votes(const char **paths, const cli_votes_args *a)
{
    bool treaties = strcmp(paths[0], "treaties") == 0;
    telling *t = calloc(1, sizeof *t);
    if (!paths[1] || !paths[2] || paths[3]) {
        cli_say("name the record and the file: demarche import %s RECORD FILE", paths[0]);
        free(t);
        return EXIT_USAGE;
    }
    if (!t) {
        cli_say("out of memory");
        return EXIT_BROKEN;
    }
    dm_votes_opts opts = DM_VOTES_OPTS_INIT;
    opts.source = a->source;
    opts.body = a->body;
    opts.treaty = a->treaty;
    opts.ctx = t;
    opts.note = on_note;
    opts.after = on_after;
    opts.stop = &stop_asked;
    int code = import(paths[1], paths[2], &opts, t, treaties);
    free(t);
    return code;
}

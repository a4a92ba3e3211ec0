// SPDX-License-Identifier: Apache-2.0
/* demarche work: articles from a queue, coded into a record, until it is told to stop. */
#include "queue.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct args {
    cli_queue queue;
    char *store, *home, *metrics;
    int threads, batch, ack_seconds, max_deliver, document_seconds, until_empty;
    cli_list actors;
} args;
enum { OPT_ACTORS = 1, NAME_SHOWN = 200 };

static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return val == OPT_ACTORS && value && cli_list_add(&a->actors, value);
}

static void on_started(void *ctx, const char *metrics)
{
    (void)ctx;
    if (metrics)
        cli_say("working; metrics are at %s", metrics);
    else
        cli_say("working");
}

static void on_dead(void *ctx, dm_str name, dm_str reason)
{
    (void)ctx;
    cli_say("put away '%.*s': %.*s", (int)(name.len < NAME_SHOWN ? name.len : NAME_SHOWN), name.p, (int)reason.len, reason.p);
}

static void on_after(void *ctx, const dm_work_stats *so_far)
{
    (void)ctx;
    dm_run_stats s = { .documents = so_far->added + so_far->known, .failed = so_far->dead, .events = so_far->events };
    cli_progress(&s, false);
}

static void summary(const dm_work_stats *s)
{
    cli_count("demarche: ", s->added, "document added", "documents added");
    if (s->near_copies)
        cli_count(" (", s->near_copies, "a near copy)", "near copies)");
    if (s->known)
        cli_count(", ", s->known, "there already", "there already");
    cli_count("; ", s->events, "event", "events");
    if (s->dead)
        cli_count("; ", s->dead, "document put away", "documents put away");
    if (s->given_back)
        cli_count("; ", s->given_back, "handed back", "handed back");
    fputc('\n', stderr);
}

static dm_status work(const args *a, dm_queue *q, const dm_coder *coder, dm_work_stats *stats, dm_error *err)
{
    dm_work_opts o = DM_WORK_OPTS_INIT;
    o.threads = (unsigned)a->threads;
    o.batch = a->batch ? (unsigned)a->batch : o.batch;
    o.ack_seconds = a->ack_seconds ? (unsigned)a->ack_seconds : o.ack_seconds;
    o.max_deliver = a->max_deliver ? (unsigned)a->max_deliver : o.max_deliver;
    o.document_seconds = a->document_seconds ? (unsigned)a->document_seconds : o.document_seconds;
    o.until_empty = a->until_empty != 0;
    o.metrics = a->metrics;
    o.ctx = (void *)(uintptr_t)a;
    o.note = cli_note;
    o.started = on_started;
    o.dead = on_dead;
    o.after = on_after;
    o.stop = cli_stop();
    return dm_queue_work(q, coder, a->store, &o, stats, err);
}

static int run_queue(const args *a, dm_queue *q)
{
    dm_error err = { .msg = "" };
    dm_coder *coder = NULL;
    dm_work_stats stats = { 0 };
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    o.home = a->home;
    o.actors = a->actors.v;
    o.n_actors = a->actors.n;
    o.note = cli_note;
    cli_progress_start();
    dm_status st = dm_coder_open(&coder, &o, &err);
    if (st == DM_OK)
        st = work(a, q, coder, &stats, &err);
    dm_coder_close(coder);
    cli_progress(&(dm_run_stats){ 0 }, true);
    if (st != DM_OK)
        cli_say("%s", err.msg);
    if (st == DM_OK || stats.added || stats.known)
        summary(&stats);
    return st == DM_OK ? EXIT_ALL_READ : cli_exit(st);
}

static int run(const args *a, const char **words)
{
    int code = EXIT_USAGE;
    if (!a->store || (words && words[0])) {
        cli_say("name the record and nothing else: demarche work --queue nats://127.0.0.1:4222 --store RECORD");
        return code;
    }
    if (a->threads < 0 || a->batch < 0 || a->ack_seconds < 0 || a->max_deliver < 0 || a->document_seconds < 0) {
        cli_say("-j, --batch, --ack-seconds, --max-deliver and --document-seconds are numbers from 1");
        return code;
    }
    dm_queue *q = cli_queue_open(&a->queue, "work", &code);
    if (!q)
        return code;
    cli_catch_signals();
    code = run_queue(a, q);
    dm_queue_close(q);
    return code;
}

int cmd_work(int argc, const char **argv)
{
    args a = { .store = NULL };
    const struct poptOption options[] = {
        CLI_QUEUE_OPTIONS(&a.queue),
        { "store", 's', POPT_ARG_STRING, &a.store, 0, "the record: a file, or postgres://...", "RECORD" },
        { "home", 'H', POPT_ARG_STRING, &a.home, 0, "country of bare roles (\"the government\")", "CODE" },
        { "actors", 'A', POPT_ARG_STRING, NULL, OPT_ACTORS, "your own actors (may be given again)", "FILE" },
        { NULL, 'j', POPT_ARG_INT, &a.threads, 0, "threads that code (default: one for each processor)", "N" },
        { "batch", 0, POPT_ARG_INT, &a.batch, 0, "documents of one transaction, at most (default: 256)", "N" },
        { "ack-seconds", 0, POPT_ARG_INT, &a.ack_seconds, 0,
            "until the documents of a worker that fell silent go to another (default: 30; the first worker of a queue says)",
            "N" },
        { "max-deliver", 0, POPT_ARG_INT, &a.max_deliver, 0,
            "deliveries before a document is tried in a process of its own (default: 5)", "N" },
        { "document-seconds", 0, POPT_ARG_INT, &a.document_seconds, 0, "processor time that it has there (default: 300)", "N" },
        { "until-empty", 0, POPT_ARG_NONE, &a.until_empty, 0, "end when the queue is empty", NULL },
        { "metrics", 0, POPT_ARG_STRING, &a.metrics, 0, "where Prometheus may read them, as 127.0.0.1:9100", "ADDRESS" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] --queue URL --store RECORD");
    int code;
    if (cli_read_options_with(popt, &code, on_option, &a))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    for (size_t i = 0; i < a.actors.n; i++)
        free((void *)(uintptr_t)a.actors.v[i]);
    free(a.actors.v);
    cli_queue_free(&a.queue);
    free(a.store);
    free(a.home);
    free(a.metrics);
    return code;
}

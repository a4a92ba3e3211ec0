// SPDX-License-Identifier: Apache-2.0
/* demarche join: the parts of `demarche code --as part --shard I/N` as one record, or as the events that one machine would have written. */
#include "cli.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_SIGNAL = 128 };

typedef struct args {
    char *as, *record;
} args;

static volatile int stop_asked; /* the signal */

static void on_signal(int signal) { __atomic_store_n(&stop_asked, signal, __ATOMIC_RELAXED); } /* on any thread */

static void on_after(void *ctx, const dm_add_stats *so_far)
{
    (void)ctx;
    cli_progress(&so_far->run, false);
}

static dm_status into_record(const char *path, dm_parts *parts, dm_error *err)
{
    dm_record *record = NULL;
    dm_add_stats s = { 0 };
    dm_add_opts o = DM_ADD_OPTS_INIT;
    o.after = on_after;
    o.stop = &stop_asked;
    dm_status st = dm_record_open(&record, path, DM_ACCESS_WRITE, NULL, err);
    if (st == DM_OK)
        st = dm_record_add_parts(record, parts, &o, &s, err);
    dm_record_close(record);
    cli_progress(&s.run, true);
    if (st == DM_OK || s.added)
        cli_say("%s: %llu documents added, %llu there already; %llu events", path, (unsigned long long)s.added,
            (unsigned long long)s.known, (unsigned long long)s.events);
    if (st == DM_OK && stop_asked)
        cli_say("stopped; what was added is kept, and the same command goes on from there");
    return st;
}

static dm_status write_doc(const args *a, cli_out *out, const dm_doc *doc, const dm_write_opts *w, dm_error *err)
{
    dm_status st =
        a->as && strcmp(a->as, "docs") == 0 ? dm_write_answer(&out->buf, doc, err) : dm_write_doc(&out->buf, doc, w, err);
    return st == DM_OK ? cli_out_flush(out, false, err) : st;
}

static dm_status to_output(const args *a, dm_parts *parts, dm_error *err)
{
    dm_write_opts w = DM_WRITE_OPTS_INIT;
    cli_out out;
    dm_doc *doc = NULL;
    bool docs = a->as && strcmp(a->as, "docs") == 0;
    dm_status st = a->as && !docs ? dm_format_find(&w.format, a->as, err) : DM_OK;
    if (st != DM_OK)
        return st;
    cli_out_start(&out, false);
    st = docs ? DM_OK : dm_write_begin(&out.buf, &w, err);
    while (st == DM_OK && !stop_asked && (st = dm_parts_next(parts, &doc, err)) == DM_OK)
        st = write_doc(a, &out, doc, &w, err);
    if (st == DM_OK || (st == DM_END && !out.gone))
        st = cli_out_flush(&out, true, err);
    if (out.gone) /* no matter to us */
        st = DM_OK;
    cli_out_end(&out);
    dm_doc_free(doc);
    return st;
}

static int run(const args *a, const char **paths)
{
    size_t n = 0;
    while (paths && paths[n])
        n++;
    if (n == 0 || (a->as && a->record)) {
        cli_say(
            n ? "--as writes events, --record files them; not both" : "name the parts: demarche join --record RECORD PART...");
        return EXIT_USAGE;
    }
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    dm_error err = { .msg = "" };
    dm_parts *parts = NULL;
    cli_progress_start();
    dm_status st = dm_parts_open(&parts, paths, n, &err);
    if (st == DM_OK)
        st = a->record ? into_record(a->record, parts, &err) : to_output(a, parts, &err);
    dm_parts_close(parts);
    if (st != DM_OK) {
        cli_say("%s", err.msg);
        return st == DM_EUSAGE ? EXIT_USAGE : EXIT_BROKEN;
    }
    return stop_asked ? EXIT_SIGNAL + stop_asked : EXIT_ALL_READ;
}

int cmd_join(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "record", 'r', POPT_ARG_STRING, &a.record, 0, "file everything in this record, as demarche add would have",
            "RECORD" },
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "write the events, as demarche code would have (default jsonl)",
            "text|jsonl|csv|tsv|docs" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] PART...");
    int code;
    if (cli_read_options(popt, &code))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    free(a.as);
    free(a.record);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
/* demarche export: events of a record in the formats of other projects and programs. */
#include "cli.h"
#include <demarche/export.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct args {
    char *as, *output, *duckdb;
    int all;
    cli_filter filter;
    int by_content;
} args;

typedef struct exporting {
    dm_exporter *x;
    uint64_t n;
} exporting;

static dm_status on_bytes(void *ctx, dm_str bytes, dm_error *err)
{
    (void)ctx;
    while (bytes.len) {
        ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return dm_fail(err, errno == EPIPE ? DM_END : DM_EIO, 0, "cannot write the output: %s", strerror(errno));
        bytes.p += n;
        bytes.len -= (size_t)n;
    }
    return DM_OK;
}

static dm_status on_event(void *ctx, const dm_filed *row, dm_error *err)
{
    exporting *e = ctx;
    dm_run_stats so_far = { .documents = 0, .events = ++e->n };
    cli_progress(&so_far, false);
    return dm_export_event(e->x, row, err);
}

/* What a format had no place for is said, so that nobody takes the file for the whole record. */
static void summary(const args *a, const dm_export_stats *s)
{
    fprintf(
        stderr, "demarche: %llu events as %s, %llu rows", (unsigned long long)s->written, a->as, (unsigned long long)s->rows);
    if (s->undone)
        fprintf(stderr, "; %llu left out that were refused, planned or only possible (--all has them)",
            (unsigned long long)s->undone);
    if (s->uncoded)
        fprintf(stderr, "; %llu left out without a CAMEO code", (unsigned long long)s->uncoded);
    if (s->repeated)
        fprintf(stderr, "; %llu further reports counted with their happening", (unsigned long long)s->repeated);
    if (s->cut)
        fprintf(stderr, "; %llu texts cut to the format's length", (unsigned long long)s->cut);
    fputc('\n', stderr);
}

static dm_status export_rows(const args *a, dm_record *record, const dm_filter *f, dm_error *err)
{
    dm_export_opts o = DM_EXPORT_OPTS_INIT;
    o.path = a->output && strcmp(a->output, "-") != 0 ? a->output : NULL;
    o.emit = on_bytes;
    o.all = a->all != 0;
    o.duckdb = a->duckdb;
    exporting e = { .n = 0 };
    dm_export_stats stats = { 0 };
    dm_status st = dm_export_open(&e.x, a->as, &o, err);
    if (st != DM_OK)
        return st;
    cli_progress_start();
    st = dm_record_events(record, f, on_event, &e, err);
    cli_progress_clear();
    if (st != DM_OK) {
        dm_export_abort(e.x);
        return st;
    }
    if ((st = dm_export_close(e.x, &stats, err)) == DM_OK)
        summary(a, &stats);
    return st;
}

static dm_status work(args *a, const char *path, dm_error *err)
{
    dm_record *record = NULL;
    dm_status st = dm_record_open(&record, path, DM_ACCESS_READ, NULL, err);
    if (st == DM_OK)
        st = cli_filter_fill(&a->filter, record, false, err);
    a->filter.f.by_content = a->by_content != 0;
    if (st == DM_OK)
        st = export_rows(a, record, &a->filter.f, err);
    dm_record_close(record);
    return st;
}

static int run(args *a, const char **names)
{
    if (!names || !names[0] || names[1] || !a->as) {
        cli_say("name the record and the form: demarche export RECORD --as plover");
        return EXIT_USAGE;
    }
    dm_error err = { .msg = "" };
    return cli_query_exit(work(a, names[0], &err), &err);
}

static bool on_option(void *ctx, int val, char *value) { return cli_filter_option(&((args *)ctx)->filter, val, value); }

int cmd_export(int argc, const char **argv)
{
    args a = { .filter = CLI_FILTER_INIT };
    const struct poptOption options[] = {
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "form of the output", "plover|csv|icews|gdelt|gdelt1|polecat|dta|parquet" },
        { "output", 'o', POPT_ARG_STRING, &a.output, 0, "file to write (default: standard output; dta and parquet need a file)",
            "FILE" },
        { "by-content", 0, POPT_ARG_NONE, &a.by_content, 0,
            "in an order, and with numbers of happenings, that do not depend on the order of adding: records of the same "
            "articles "
            "give the same bytes",
            NULL },
        { "all", 0, POPT_ARG_NONE, &a.all, 0,
            "icews, gdelt, polecat: also what was refused, is planned or only possible, as if it were done", NULL },
        { "duckdb", 0, POPT_ARG_STRING, &a.duckdb, 0, "parquet: path of libduckdb.so", "FILE" },
        CLI_PARTY_OPTIONS,
        CLI_FILTER_OPTIONS(&a.filter),
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD");
    int code;
    if (cli_read_options_with(popt, &code, on_option, &a))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    cli_filter_free(&a.filter);
    free(a.as);
    free(a.output);
    free(a.duckdb);
    return code;
}

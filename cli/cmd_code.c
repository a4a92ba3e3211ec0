// SPDX-License-Identifier: Apache-2.0
/* demarche code: events of articles, readable or for machines. */
#include "cli.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static dm_status begin(void *ctx, const dm_coder *coder, const dm_input *in, dm_buf *out, dm_error *err)
{
    (void)coder, (void)in;
    return dm_write_begin(out, ctx, err);
}

static dm_status render(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err) { return dm_write_doc(out, doc, ctx, err); }

/* --as docs: one line a document, also for one without events and for one that cannot be read. */
static dm_status answer(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err)
{
    (void)ctx;
    return dm_write_answer(out, doc, err);
}

static dm_status refuse(void *ctx, uint64_t number, const char *why, dm_buf *out, dm_error *err)
{
    (void)ctx;
    return dm_write_refusal(out, number, why, err);
}

/* --as part: for demarche join. */
static dm_status begin_part(void *ctx, const dm_coder *coder, const dm_input *in, dm_buf *out, dm_error *err)
{
    (void)ctx;
    return dm_part_begin(out, coder, in, err);
}

static dm_status render_part(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err)
{
    (void)ctx;
    return dm_part_doc(out, doc, err);
}

static dm_status end_part(void *ctx, const dm_input *in, uint64_t documents, dm_buf *out, dm_error *err)
{
    (void)ctx;
    return dm_part_end(out, in, documents, err);
}

/* Values as given; NULL where not. popt allocates them. */
typedef struct args {
    char *as, *date, *home, *read, *shard;
    int why, threads, timings, pipe;
    cli_list actors;
} args;

enum { OPT_ACTORS = 1 };

/* Takes value over. */
static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return val == OPT_ACTORS && value && cli_list_add(&a->actors, value);
}

static void free_args(args *a)
{
    for (size_t i = 0; i < a->actors.n; i++)
        free((void *)(uintptr_t)a->actors.v[i]);
    free(a->actors.v);
    free(a->as);
    free(a->date);
    free(a->home);
    free(a->read);
    free(a->shard);
}

static bool is(const args *a, const char *form) { return a->as && strcmp(a->as, form) == 0; }

static bool fits_pipe(const args *a, const char **paths)
{
    if (!a->pipe || (!a->shard && !is(a, "part") && (!paths || !*paths || (strcmp(*paths, "-") == 0 && !paths[1]))))
        return true;
    cli_say("--pipe reads standard input, one document a line, all of it; it goes with no FILE, --shard or --as part");
    return false;
}

static bool fill_opts(const args *a, dm_coder_opts *coder, dm_write_opts *write, dm_error *err)
{
    write->format = DM_FORMAT_TEXT;
    if (a->as && !is(a, "docs") && !is(a, "part") && dm_format_find(&write->format, a->as, err) != DM_OK)
        return false;
    if (a->date && dm_day_parse(&coder->date, (dm_str){ a->date, strlen(a->date) }, err) != DM_OK)
        return false;
    if (a->threads < 0 || a->threads > DM_THREADS_MAX) {
        dm_fail(err, DM_EUSAGE, 0, "-j %d is not a number of threads; 0 (all processors) to %d", a->threads, DM_THREADS_MAX);
        return false;
    }
    coder->read = !a->read || strcmp(a->read, "all") == 0 ? 0
                  : strcmp(a->read, "frames") == 0        ? (unsigned)DM_READ_FRAMES
                  : strcmp(a->read, "backoff") == 0       ? (unsigned)DM_READ_BACKOFF
                                                          : UINT_MAX;
    if (coder->read == UINT_MAX) {
        dm_fail(err, DM_EUSAGE, 0, "--read %.20s: it is frames, backoff or all", a->read);
        return false;
    }
    coder->home = a->home;
    coder->actors = a->actors.v;
    coder->n_actors = a->actors.n;
    coder->note = cli_note;
    write->why = a->why != 0;
    write->color = write->format == DM_FORMAT_TEXT && cli_color();
    write->width = write->format == DM_FORMAT_TEXT ? cli_width() : 0;
    return true;
}

static int run(const args *a, const char **paths)
{
    dm_coder_opts coder = DM_CODER_OPTS_INIT;
    dm_write_opts write = DM_WRITE_OPTS_INIT;
    dm_error err = { .msg = "" };
    if (!fits_pipe(a, paths))
        return EXIT_USAGE;
    if (!fill_opts(a, &coder, &write, &err)) {
        cli_say("%s", err.msg);
        return EXIT_USAGE;
    }
    bool part = is(a, "part"), docs = is(a, "docs");
    cli_job job = { .coder = &coder,
        .paths = paths,
        .shard = a->shard,
        .threads = a->pipe && !a->threads ? 1 : a->threads, /* what feeds the pipes runs as many as there are processors */
        .timings = a->timings != 0,
        .pipe = a->pipe != 0,
        .begin = part   ? begin_part
                 : docs ? NULL
                        : begin,
        .render = part   ? render_part
                  : docs ? answer
                         : render,
        .refuse = docs ? refuse : NULL,
        .end = part ? end_part : NULL,
        .ctx = &write };
    return cli_run(&job);
}

int cmd_code(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "as", 'a', POPT_ARG_STRING, &a.as, 0,
            "form of the output (default text); docs: JSON, one line a document; part: for demarche join",
            "text|jsonl|csv|tsv|docs|part" },
        { "why", 'w', POPT_ARG_NONE, &a.why, 0,
            "show the table lines and steps behind each event (jsonl, csv and tsv always do)", NULL },
        { "date", 'd', POPT_ARG_STRING, &a.date, 0, "date of the articles, over any date found in them", "YYYY[-MM[-DD]]" },
        { "home", 'H', POPT_ARG_STRING, &a.home, 0,
            "country of bare roles (\"the government\"); default: what the article tells", "CODE" },
        { "actors", 'A', POPT_ARG_STRING, NULL, OPT_ACTORS,
            "your own actors: our table, a PETRARCH dictionary, or a CSV from Wikidata (may be given again)", "FILE" },
        { "read", 'r', POPT_ARG_STRING, &a.read, 0,
            "what may propose events: the written frames, the learned back-off, or all (default)", "frames|backoff|all" },
        { "shard", 's', POPT_ARG_STRING, &a.shard, 0,
            "only what falls to the I-th of N machines, by the content of each document; all of them together code everything "
            "once",
            "I/N" },
        { "pipe", 'p', POPT_ARG_NONE, &a.pipe, 0,
            "standard input is one JSON document a line, each answered as it comes; bad lines are told and passed over", NULL },
        { NULL, 'j', POPT_ARG_INT, &a.threads, 0, "threads (default: one for each processor); the output is the same", "N" },
        { "timings", 0, POPT_ARG_NONE, &a.timings, 0, "time by stage on standard error", NULL },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] FILE...");
    int code;
    if (cli_read_options_with(popt, &code, on_option, &a))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    free_args(&a);
    return code;
}

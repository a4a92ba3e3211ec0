// SPDX-License-Identifier: Apache-2.0
/* From the paths on the command line to standard output: messages, progress, exit code.
 * The events of a document are written at once, so that whoever reads a pipe need not wait for the next document. A reader that has
 * gone away (EPIPE) ends the work without a word, as it would end any filter. */
#include "cli.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SAID_MAX = 4096 };

typedef struct output {
    const cli_job *job;
    bool gone;    /* the reader of our output */
    bool broken;  /* the input cannot be read on */
    dm_error err; /* of the answer to a failure */
} output;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Where there is no memory for a clean copy: what is not plain becomes "?". */
static void put_plain(dm_str text)
{
    char part[256];
    for (size_t i = 0, n; i < text.len; i += n) {
        for (n = 0; n < sizeof part && i + n < text.len; n++)
            part[n] = text.p[i + n] >= ' ' && text.p[i + n] <= '~' ? text.p[i + n] : '?';
        fwrite(part, 1, n, stderr);
    }
}

void cli_tell(const char *before, dm_str text)
{
    dm_buf line = { 0 };
    cli_put_clean(&line, text);
    if (line.failed) {
        fputs(before, stderr);
        put_plain(text);
        fputc('\n', stderr);
    } else {
        fprintf(stderr, "%s%.*s\n", before, (int)line.len, line.p ? line.p : "");
    }
    dm_buf_free(&line);
}

void cli_say(const char *format, ...)
{
    char text[SAID_MAX];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    cli_progress_clear();
    cli_tell("demarche: ", (dm_str){ text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1 });
}

void cli_note(void *ctx, dm_str line)
{
    (void)ctx;
    cli_say("%.*s", (int)line.len, line.p);
}

void cli_count(const char *before, uint64_t n, const char *one, const char *many)
{
    fprintf(stderr, "%s%llu %s", before, (unsigned long long)n, n == 1 ? one : many);
}

static dm_status put(output *o, dm_str bytes, dm_error *err)
{
    cli_progress_clear();
    while (bytes.len) {
        ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            o->gone = errno == EPIPE;
            return dm_fail(err, DM_EIO, 0, "cannot write the output: %s", strerror(errno));
        }
        bytes.p += n;
        bytes.len -= (size_t)n;
    }
    return DM_OK;
}

/* Everything written by one of the job's functions. */
static dm_status put_built(output *o, dm_status st, dm_buf *built, dm_error *err)
{
    if (st == DM_OK)
        st = put(o, (dm_str){ built->p, built->len }, err);
    dm_buf_free(built);
    return st;
}

static dm_status on_emit(void *ctx, dm_str bytes, dm_error *err)
{
    output *o = ctx;
    if (o->err.code != DM_OK) { /* the answer to a failure before this could not be written */
        *err = o->err;
        return err->code;
    }
    return put(o, bytes, err);
}

static dm_status on_render(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err)
{
    const output *o = ctx;
    return o->job->render(o->job->ctx, doc, out, err);
}

static void on_note(void *ctx, dm_str line)
{
    (void)ctx;
    cli_say("%.*s", (int)line.len, line.p);
}

static void on_failed(void *ctx, uint64_t number, const dm_error *err)
{
    output *o = ctx;
    cli_say("%s", err->msg);
    o->broken = o->broken || err->code == DM_EIO;
    if (!o->job->refuse || err->code == DM_EIO || o->err.code != DM_OK)
        return;
    dm_buf line = { 0 };
    dm_status st = o->job->refuse(o->job->ctx, number, err->msg, &line, &o->err);
    o->err.code = put_built(o, st, &line, &o->err);
}

static void on_after(void *ctx, const dm_run_stats *so_far)
{
    (void)ctx;
    cli_progress(so_far, false);
}

static void tell_timings(const dm_run_stats *s, double from)
{
    double total = 0, wall = now() - from;
    for (unsigned i = 0; i < s->n_stages; i++)
        total += (double)s->stage[i].ns;
    fprintf(stderr, "%-10s %9s %6s\n", "stage", "seconds", "share");
    for (unsigned i = 0; i < s->n_stages; i++)
        fprintf(stderr, "%-10s %9.3f %5.1f%%\n", s->stage[i].name, (double)s->stage[i].ns / 1e9,
            total > 0 ? 100.0 * (double)s->stage[i].ns / total : 0.0);
    fprintf(stderr, "documents %llu, sentences %llu, events %llu, wall %.3f s, %.0f sentences/s\n",
        (unsigned long long)s->documents, (unsigned long long)s->sentences, (unsigned long long)s->events, wall,
        wall > 0 ? (double)s->sentences / wall : 0.0);
}

static dm_status add_paths(dm_input *in, const char **paths, dm_error *err)
{
    dm_status st = DM_OK;
    for (; *paths && st == DM_OK; paths++)
        st = dm_input_add(in, *paths, err);
    return st;
}

static dm_status write_begin(const cli_job *job, const dm_coder *coder, const dm_input *in, output *o, dm_error *err)
{
    dm_buf head = { 0 };
    return job->begin ? put_built(o, job->begin(job->ctx, coder, in, &head, err), &head, err) : DM_OK;
}

static dm_status write_end(const cli_job *job, const dm_input *in, const dm_run_stats *stats, output *o, dm_error *err)
{
    dm_buf tail = { 0 };
    if (o->err.code != DM_OK) {
        *err = o->err;
        return err->code;
    }
    if (job->end && o->broken)
        return dm_fail(
            err, DM_EIO, 0, "an input could not be opened or read to its end; the part is left without an end, make it again");
    return job->end ? put_built(o, job->end(job->ctx, in, stats->documents, &tail, err), &tail, err) : DM_OK;
}

static dm_status run_inputs(
    const cli_job *job, const dm_coder *coder, dm_input *in, output *o, dm_run_stats *stats, dm_error *err)
{
    const dm_sink sink = { .ctx = o,
        .code = job->code,
        .render = on_render,
        .emit = on_emit,
        .note = on_note,
        .failed = on_failed,
        .after = on_after };
    dm_status st = job->pipe ? dm_input_add_lines(in, "-", err) : add_paths(in, job->paths, err);
    if (st == DM_OK && job->shard)
        st = dm_input_shard(in, job->shard, err);
    if (st == DM_OK)
        st = write_begin(job, coder, in, o, err);
    if (st == DM_OK)
        st = dm_run(coder, in, &sink, (unsigned)job->threads, stats, err);
    return st == DM_OK ? write_end(job, in, stats, o, err) : st;
}

/* A bad line of a pipe is told, and nothing for which whoever feeds the pipe should do everything again. */
static int exit_code(dm_status st, const output *o, const dm_run_stats *stats, const dm_error *err)
{
    if (st == DM_OK && o->job->pipe)
        return o->broken ? EXIT_BROKEN : EXIT_ALL_READ;
    if (st == DM_OK)
        return stats->failed ? EXIT_SOME_FAILED : EXIT_ALL_READ;
    if (o->gone)
        return EXIT_ALL_READ;
    cli_say("%s", err->msg);
    return cli_exit(st);
}

int cli_run(const cli_job *job)
{
    if (!job->pipe && (!job->paths || !*job->paths)) {
        cli_say("no input; name files or folders, or - for standard input");
        return EXIT_USAGE;
    }
    double from = now();
    dm_coder *coder = NULL;
    dm_input *in = NULL;
    output o = { .job = job };
    dm_run_stats stats = { 0 };
    dm_error err = { .msg = "" };
    cli_progress_start();
    dm_status st = dm_coder_open(&coder, job->coder, &err);
    if (st == DM_OK)
        st = dm_input_open(&in, coder, &err);
    if (st == DM_OK)
        st = run_inputs(job, coder, in, &o, &stats, &err);
    cli_progress(&stats, true);
    if (st == DM_OK && job->timings)
        tell_timings(&stats, from);
    int code = exit_code(st, &o, &stats, &err);
    dm_input_close(in);
    dm_coder_close(coder);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
/* Articles into the record. The coding threads read, code and pack; the one thread that emits writes. Several documents share a
 * transaction, which ends after BATCH_NS or BATCH_BYTES: a document is there whole or not at all, and a process that is killed loses at
 * most the last batch, which the next run adds. Counts are told only of what was committed. */
#include "base/flag.h"
#include "pipeline/coder.h"
#include "pipeline/part.h"
#include "pipeline/record.h"
#include <demarche/write.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BATCH_BYTES = 16 << 20 };
#define BATCH_NS 500000000u
#define GATHER_NS 2000000000u /* at a server, where a batch costs some looks besides its documents */

typedef struct adding {
    dm_record *r;
    const dm_add_opts *opts;
    dm_store *look; /* a second connection, for the coding threads: which documents are known */
    pthread_mutex_t looking;
    int64_t coder;
    bool replace;
    dm_doc *doc;                /* what is being written */
    dm_add_stats done, pending; /* committed; of the open transaction */
    uint64_t emitted;           /* documents of this run that were not skipped */
    uint64_t began;
    size_t bytes;
    bool gathers; /* at a server: documents of a batch are filed together */
    dm_buf packs; /* that wait, one behind the other */
    size_t *ends; /* of each in packs */
    size_t n_packs, cap_packs;
} adding;

static uint64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool stopped(const adding *a) { return dm_flag(a->opts->stop); }

/* A document that is there, with the same coder or not to be coded again, need not be coded. A wrong "no" costs only time. */
static bool on_skip(void *ctx, const dm_doc *doc)
{
    adding *a = ctx;
    uint8_t hash[DM_HASH_BYTES];
    dm_filing_hash(hash, doc);
    int64_t row = 0, coder = 0;
    pthread_mutex_lock(&a->looking);
    dm_status st = dm_store_known(a->look, hash, &row, &coder, NULL);
    pthread_mutex_unlock(&a->looking);
    return st == DM_OK && row && (!a->replace || coder == a->coder);
}

static dm_status on_render(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err)
{
    (void)ctx;
    dm_filing f;
    dm_filing_make(&f, doc);
    return dm_pack_write(out, doc, &f, err);
}

void dm_add_count(dm_add_stats *sum, const dm_put_result *got)
{
    sum->known += got->known;
    sum->recoded += !got->known && got->replaced;
    sum->added += !got->known && !got->replaced;
    sum->near_copies += got->near_copy;
    sum->events += got->events;
    sum->linked += got->linked;
}

void dm_add_fold(dm_add_stats *sum, const dm_add_stats *more)
{
    sum->added += more->added;
    sum->known += more->known;
    sum->recoded += more->recoded;
    sum->near_copies += more->near_copies;
    sum->events += more->events;
    sum->linked += more->linked;
}

/* --- a server's record: many documents at once --- */

static void pause_before(unsigned again)
{
    uint64_t ms = again < 7 ? UINT64_C(100) << again : 10000;
    nanosleep(&(struct timespec){ .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 }, NULL);
}

static void tell_again(const adding *a, const dm_error *err)
{
    char line[DM_ERROR_MSG + 40];
    int n = snprintf(line, sizeof line, "%s; trying again", err->msg);
    if (a->opts->note && n > 0)
        a->opts->note(a->opts->ctx, (dm_str){ line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1 });
}

/* Files the packs, again and again while the server is away. A document that cannot be filed is left out and told. */
static dm_status file_packs(adding *a, const dm_str *packs, size_t n, dm_put_result *got, dm_error *err)
{
    const dm_file_opts how = { a->coder, a->replace };
    dm_error bad = { .msg = "" };
    dm_status st = DM_EAWAY;
    size_t at = 0;
    for (unsigned again = 0; st == DM_EAWAY; again++) {
        st = dm_store_file(a->r->store, packs, n, &how, got, &at, &bad);
        if (st != DM_EAWAY || again >= a->opts->tries || stopped(a))
            break;
        tell_again(a, &bad);
        pause_before(again);
    }
    if (st != DM_OK && err)
        *err = bad;
    if (st != DM_EINPUT && st != DM_ELIMIT)
        return st;
    if (a->opts->failed)
        a->opts->failed(a->opts->ctx, &bad);
    a->done.run.failed++;
    st = at ? file_packs(a, packs, at, got, err) : DM_OK;
    return st == DM_OK && at + 1 < n ? file_packs(a, packs + at + 1, n - at - 1, got + at + 1, err) : st;
}

static dm_status file_gathered(adding *a, dm_error *err)
{
    size_t n = a->n_packs, from = 0;
    dm_str *packs = calloc(n + 1, sizeof *packs);
    dm_put_result *got = calloc(n + 1, sizeof *got);
    dm_status st = packs && got ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
    for (size_t i = 0; i < n && st == DM_OK; i++) {
        packs[i] = (dm_str){ a->packs.p + from, a->ends[i] - from };
        from = a->ends[i];
    }
    if (st == DM_OK && n)
        st = file_packs(a, packs, n, got, err);
    for (size_t i = 0; i < n && st == DM_OK; i++)
        dm_add_count(&a->done, &got[i]);
    free(packs);
    free(got);
    dm_buf_clear(&a->packs);
    a->n_packs = 0;
    return st;
}

static dm_status gather(adding *a, dm_str bytes, dm_error *err)
{
    if (a->n_packs == a->cap_packs) {
        size_t cap = a->cap_packs ? a->cap_packs * 2 : 256;
        size_t *more = realloc(a->ends, cap * sizeof *more);
        if (!more)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
        a->ends = more;
        a->cap_packs = cap;
    }
    if (a->n_packs == 0)
        a->began = clock_ns();
    if (dm_buf_add(&a->packs, bytes.p, bytes.len) != DM_OK)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
    a->ends[a->n_packs++] = a->packs.len;
    return a->packs.len > BATCH_BYTES || clock_ns() - a->began > GATHER_NS ? file_gathered(a, err) : DM_OK;
}

static dm_status commit(adding *a, dm_error *err)
{
    if (a->gathers)
        return file_gathered(a, err);
    dm_db *db = dm_store_db(a->r->store);
    dm_status st = dm_db_in_transaction(db) ? dm_db_commit(db, err) : DM_OK;
    if (st != DM_OK)
        dm_db_rollback(db);
    else
        dm_add_fold(&a->done, &a->pending);
    a->pending = (dm_add_stats){ 0 };
    a->bytes = 0;
    return st;
}

static dm_status begin(adding *a, dm_error *err)
{
    dm_db *db = dm_store_db(a->r->store);
    if (dm_db_in_transaction(db))
        return DM_OK;
    a->began = clock_ns();
    return dm_db_begin(db, err);
}

static dm_status file(adding *a, const dm_doc *doc, const dm_filing *f, dm_error *err)
{
    dm_put_result got;
    dm_status st = begin(a, err);
    if (st == DM_OK)
        st = dm_store_put(a->r->store, doc, f, a->coder, a->replace, &got, err);
    if (st != DM_OK) {
        a->pending = (dm_add_stats){ 0 }; /* rolled back */
        return st;
    }
    dm_add_count(&a->pending, &got);
    a->bytes += doc->text.len;
    return a->bytes > BATCH_BYTES || clock_ns() - a->began > BATCH_NS ? commit(a, err) : DM_OK;
}

static dm_status on_emit(void *ctx, dm_str bytes, dm_error *err)
{
    adding *a = ctx;
    dm_filing f;
    a->emitted++;
    if (a->gathers)
        return gather(a, bytes, err);
    dm_doc_reset(a->doc);
    dm_status st = dm_pack_read(a->doc, &f, bytes, err);
    return st == DM_OK ? file(a, a->doc, &f, err) : st;
}

static void on_note(void *ctx, dm_str line)
{
    const adding *a = ctx;
    if (a->opts->note)
        a->opts->note(a->opts->ctx, line);
}

static void on_failed(void *ctx, uint64_t number, const dm_error *err)
{
    (void)number;
    const adding *a = ctx;
    if (a->opts->failed)
        a->opts->failed(a->opts->ctx, err);
}

static void on_after(void *ctx, const dm_run_stats *so_far)
{
    adding *a = ctx;
    if (!a->opts->after)
        return;
    dm_add_stats now = a->done;
    dm_add_fold(&now, &a->pending);
    now.run = *so_far;
    now.known += so_far->documents - a->emitted; /* those that were skipped */
    a->opts->after(a->opts->ctx, &now);
}

dm_status dm_record_coder(dm_record *r, dm_str version, uint64_t tables, int64_t *out, dm_error *err)
{
    char mark[17];
    snprintf(mark, sizeof mark, "%016llx", (unsigned long long)tables);
    dm_db *db = dm_store_db(r->store);
    dm_status st = dm_db_begin(db, err);
    if (st == DM_OK)
        st = dm_store_coder(r->store, version, dm_str_of(mark), out, err);
    if (st == DM_OK)
        st = dm_db_commit(db, err);
    dm_db_rollback(db);
    return st;
}

static dm_status open_adding(
    adding *a, dm_record *r, const dm_add_opts *opts, dm_str version, uint64_t tables, bool replace, dm_error *err)
{
    *a = (adding){ .r = r, .opts = opts, .replace = replace, .looking = PTHREAD_MUTEX_INITIALIZER };
    dm_status st = dm_record_writable(r, err);
    if (st == DM_OK)
        st = dm_record_coder(r, version, tables, &a->coder, err);
    if (st == DM_OK)
        st = dm_store_open(&a->look, r->path, DM_DB_READ, err);
    a->gathers = st == DM_OK && dm_db_engine(dm_store_db(r->store)) == DM_DB_POSTGRES;
    if (st == DM_OK && !(a->doc = dm_doc_new()))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    return st;
}

/* What is whole is kept, whatever ended the run. */
static dm_status close_adding(adding *a, dm_status st, dm_error *err)
{
    if (st == DM_OK)
        st = commit(a, err);
    else if (st != DM_EAWAY)
        commit(a, NULL);
    dm_buf_free(&a->packs);
    free(a->ends);
    dm_store_close(a->look);
    dm_doc_free(a->doc);
    return st;
}

static dm_status run(adding *a, const dm_coder *coder, dm_input *in, dm_error *err)
{
    const dm_sink sink = { .ctx = a,
        .stop = a->opts->stop,
        .skip = on_skip,
        .render = on_render,
        .emit = on_emit,
        .note = on_note,
        .failed = on_failed,
        .after = on_after };
    a->emitted = 0;
    dm_status st = dm_run(coder, in, &sink, a->opts->threads, &a->done.run, err);
    a->done.known += a->done.run.documents - a->emitted;
    return st;
}

static dm_status check_opts(const dm_add_opts *o, dm_error *err)
{
    return o->version == DM_ADD_OPTS_VERSION
               ? DM_OK
               : dm_fail(err, DM_EUSAGE, 0, "dm_add_opts of version %u, this library has %d; use DM_ADD_OPTS_INIT", o->version,
                     DM_ADD_OPTS_VERSION);
}

/* Where new documents come from: coded now, or parts that were coded before. */
typedef struct source {
    const dm_coder *coder;
    dm_input *in;
    dm_parts *parts;
} source;

static dm_status file_parts(adding *a, dm_parts *parts, dm_error *err)
{
    dm_filing f;
    dm_status st = DM_OK;
    while (!stopped(a) && (st = dm_parts_take(parts, a->doc, &f, err)) == DM_OK) {
        a->done.run.documents++;
        a->done.run.events += a->doc->events.n;
        if ((st = on_emit(a, dm_parts_packed(parts), err)) != DM_OK)
            return st;
        on_after(a, &a->done.run);
    }
    return st == DM_END ? DM_OK : st;
}

static dm_status add_from(const source *s, dm_record *r, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err)
{
    const dm_add_opts usual = DM_ADD_OPTS_INIT;
    opts = opts ? opts : &usual;
    adding a;
    dm_status st = check_opts(opts, err);
    if (st != DM_OK)
        return st;
    st = open_adding(&a, r, opts, s->parts ? dm_parts_version(s->parts) : dm_str_of(dm_version()),
        s->parts ? dm_parts_mark(s->parts) : dm_coder_mark(s->coder), opts->recode, err);
    if (st == DM_OK) /* taking events out needs the foreign keys; adding does not */
        st = dm_db_foreign(dm_store_db(r->store), opts->recode, err);
    if (st == DM_OK)
        st = dm_store_fill_begin(r->store, err);
    if (st == DM_OK)
        st = s->parts ? file_parts(&a, s->parts, err) : run(&a, s->coder, s->in, err);
    st = close_adding(&a, st, err);
    dm_status full = dm_store_fill_end(r->store, st == DM_OK ? err : NULL);
    st = st == DM_OK ? full : st;
    dm_status after = dm_db_foreign(dm_store_db(r->store), true, st == DM_OK ? err : NULL);
    st = st == DM_OK ? after : st;
    if (stats)
        *stats = a.done;
    return st;
}

dm_status dm_record_add(
    dm_record *r, const dm_coder *coder, dm_input *in, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err)
{
    const source s = { coder, in, NULL };
    return add_from(&s, r, opts, stats, err);
}

dm_status dm_record_add_parts(dm_record *r, dm_parts *parts, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err)
{
    const source s = { NULL, NULL, parts };
    return add_from(&s, r, opts, stats, err);
}

/* --- coding again --- */

enum { RECODE_AT_ONCE = 2000 }; /* documents that go through one temporary file */

/* Documents of other coders behind row *after, as JSON lines into f; *n how many. */
static dm_status write_stale(adding *a, int64_t *after, FILE *f, int *n, dm_error *err)
{
    dm_stmt *q = NULL;
    dm_doc *doc = dm_doc_new();
    dm_buf out = { 0 };
    dm_status st = doc ? dm_db_prepare(dm_store_db(a->r->store), &q,
                             "SELECT n FROM document WHERE n>?1 AND coder<>?2 AND coder NOT IN (SELECT n FROM coder WHERE "
                             "tables='" DM_CODED_ELSEWHERE "') ORDER BY n LIMIT ?3",
                             err)
                       : dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    if (st == DM_OK) {
        dm_bind_int(q, 1, *after);
        dm_bind_int(q, 2, a->coder);
        dm_bind_int(q, 3, RECODE_AT_ONCE);
    }
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        *after = dm_col_int(q, 0);
        dm_buf_clear(&out);
        if ((st = dm_store_load_document(a->r->store, *after, doc, err)) == DM_OK)
            st = dm_write_source(&out, doc, DM_FORMAT_JSONL, err);
        if (st == DM_OK && fwrite(out.p, 1, out.len, f) != out.len)
            st = dm_fail(err, DM_EIO, 0, "cannot write a temporary file of %zu bytes; is there room in $TMPDIR?", out.len);
        (*n)++;
    }
    dm_stmt_free(q);
    dm_doc_free(doc);
    dm_buf_free(&out);
    if (st == DM_END && fflush(f) != 0)
        return dm_fail(err, DM_EIO, 0, "cannot write a temporary file; is there room in $TMPDIR?");
    return st == DM_END ? DM_OK : st;
}

static dm_status recode_some(adding *a, const dm_coder *coder, int64_t *after, int *n, dm_error *err)
{
    FILE *f = tmpfile();
    dm_input *in = NULL;
    char path[64];
    dm_status st = f ? write_stale(a, after, f, n, err)
                     : dm_fail(err, DM_EIO, 0, "cannot make a temporary file; is there room in $TMPDIR?");
    if (st == DM_OK && *n) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(f));
        rewind(f);
        st = dm_input_open(&in, coder, err);
        if (st == DM_OK)
            st = dm_input_add(in, path, err);
        if (st == DM_OK)
            st = run(a, coder, in, err);
        dm_input_close(in);
    }
    if (f)
        fclose(f);
    return st;
}

dm_status dm_record_recode(dm_record *r, const dm_coder *coder, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err)
{
    const dm_add_opts usual = DM_ADD_OPTS_INIT;
    opts = opts ? opts : &usual;
    adding a;
    dm_status st = check_opts(opts, err);
    if (st != DM_OK)
        return st;
    int64_t after = 0;
    int n = 1;
    st = open_adding(&a, r, opts, dm_str_of(dm_version()), dm_coder_mark(coder), true, err);
    while (st == DM_OK && n > 0 && !stopped(&a)) {
        n = 0;
        st = recode_some(&a, coder, &after, &n, err);
        if (st == DM_OK)
            st = commit(&a, err);
    }
    st = close_adding(&a, st, err);
    if (stats)
        *stats = a.done;
    return st;
}

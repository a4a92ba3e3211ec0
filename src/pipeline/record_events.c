// SPDX-License-Identifier: Apache-2.0
/* Events that were coded elsewhere into the record. Documents come whole from the reader; many share a transaction, which is longer than
 * that of coding: each commit writes every page that was touched, and with more events a page is touched more often before. */
#include "base/flag.h"
#include "pipeline/record.h"
#include "read/events.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BATCH_EVENTS = 250000 };
#define BATCH_NS 5000000000u

typedef struct importing {
    dm_record *r;
    const dm_add_opts *opts;
    dm_events_reader *in;
    int64_t coder;
    char coder_name[128];
    dm_add_stats done, pending; /* committed; of the open transaction */
    uint64_t began, in_batch;
} importing;

static uint64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fold_in(dm_add_stats *sum, const dm_add_stats *more)
{
    sum->run.documents += more->run.documents;
    sum->run.events += more->run.events;
    sum->run.failed += more->run.failed;
    sum->added += more->added;
    sum->known += more->known;
    sum->near_copies += more->near_copies;
    sum->events += more->events;
    sum->linked += more->linked;
}

static dm_status commit(importing *im, dm_error *err)
{
    dm_db *db = dm_store_db(im->r->store);
    dm_status st = dm_db_in_transaction(db) ? dm_db_commit(db, err) : DM_OK;
    if (st == DM_OK)
        fold_in(&im->done, &im->pending);
    else
        dm_db_rollback(db);
    im->pending = (dm_add_stats){ 0 };
    im->in_batch = 0;
    return st;
}

static dm_status begin(importing *im, dm_error *err)
{
    dm_db *db = dm_store_db(im->r->store);
    if (dm_db_in_transaction(db))
        return DM_OK;
    im->began = clock_ns();
    return dm_db_begin(db, err);
}

/* The row of who coded the document; it is looked up when the name changes. */
static dm_status find_coder(importing *im, dm_str name, dm_error *err)
{
    size_t n = name.len < sizeof im->coder_name ? name.len : sizeof im->coder_name - 1;
    name.len = n;
    if (im->coder && dm_str_is(name, im->coder_name))
        return DM_OK;
    memcpy(im->coder_name, name.p, n);
    im->coder_name[n] = '\0';
    return dm_store_coder(im->r->store, name, dm_str_of(DM_CODED_ELSEWHERE), &im->coder, err);
}

static dm_status clash(importing *im, const dm_coded *c)
{
    dm_error bad;
    dm_str name = c->doc->meta.id;
    dm_fail(&bad, DM_EINPUT, 0, "'%.*s': the record has another text of this document; its events were left out", (int)name.len,
        name.p ? name.p : "");
    im->pending.run.failed++;
    if (im->opts->failed)
        im->opts->failed(im->opts->ctx, &bad);
    return DM_OK;
}

static dm_status file(importing *im, const dm_coded *c, dm_error *err)
{
    dm_filing f;
    dm_put_result got;
    dm_filing_make(&f, c->doc);
    memcpy(f.hash, c->hash, sizeof f.hash);
    dm_status st = begin(im, err);
    if (st == DM_OK)
        st = find_coder(im, c->coder, err);
    if (st == DM_OK)
        st = dm_store_put_coded(im->r->store, c->doc, &f, im->coder, c->happening, &got, err);
    if (st != DM_OK) {
        im->pending = (dm_add_stats){ 0 }; /* rolled back */
        return st;
    }
    if (got.clash)
        return clash(im, c);
    im->pending.added += !got.known;
    im->pending.known += got.known && got.events == 0;
    im->pending.near_copies += got.near_copy;
    im->pending.events += got.events;
    im->pending.linked += got.linked;
    im->pending.run.documents++;
    im->pending.run.events += c->doc->events.n;
    im->in_batch += c->doc->events.n;
    return im->in_batch >= BATCH_EVENTS || clock_ns() - im->began > BATCH_NS ? commit(im, err) : DM_OK;
}

static void tell(importing *im)
{
    if (!im->opts->after)
        return;
    dm_add_stats now = im->done;
    fold_in(&now, &im->pending);
    now.run.read = dm_events_bytes(im->in);
    im->opts->after(im->opts->ctx, &now);
}

static dm_status walk(importing *im, dm_error *err)
{
    dm_status st = DM_OK;
    while (st == DM_OK && !dm_flag(im->opts->stop)) {
        dm_coded c;
        dm_error bad = { .code = DM_OK };
        dm_status got = dm_events_next(im->in, &c, &bad);
        if (got == DM_END)
            break;
        if (got == DM_OK) {
            st = file(im, &c, err);
        } else if (got == DM_EINPUT || got == DM_ELIMIT) {
            im->done.run.failed++;
            if (im->opts->failed)
                im->opts->failed(im->opts->ctx, &bad);
        } else {
            if (err)
                *err = bad;
            return got;
        }
        tell(im);
    }
    return st;
}

static dm_status import(importing *im, const char *path, dm_error *err)
{
    dm_status st = dm_events_open(&im->in, path, err);
    if (st == DM_OK)
        st = dm_store_coded_begin(im->r->store, err);
    if (st == DM_OK)
        st = walk(im, err);
    if (st == DM_OK)
        st = commit(im, err);
    else
        commit(im, NULL); /* what is whole is kept, whatever ended the run */
    dm_status after = dm_store_coded_end(im->r->store, st == DM_OK ? err : NULL);
    st = st == DM_OK ? after : st;
    im->done.run.read = im->in ? dm_events_bytes(im->in) : 0;
    dm_events_close(im->in);
    return st;
}

dm_status dm_record_add_events(dm_record *record, const char *path, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err)
{
    const dm_add_opts usual = DM_ADD_OPTS_INIT;
    importing im = { .r = record, .opts = opts ? opts : &usual };
    dm_status st = dm_record_writable(record, err);
    if (im.opts->version != DM_ADD_OPTS_VERSION)
        st = dm_fail(err, DM_EUSAGE, 0, "dm_add_opts of version %u, this library has %d; use DM_ADD_OPTS_INIT",
            im.opts->version, DM_ADD_OPTS_VERSION);
    if (st == DM_OK)
        st = import(&im, path, err);
    if (stats)
        *stats = im.done;
    return st;
}

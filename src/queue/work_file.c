// SPDX-License-Identifier: Apache-2.0
/* The filing thread of a worker: coded documents into the record, several in a transaction, acknowledged behind the commit. When the record
 * is away it waits and tries again, for as long as that takes; meanwhile no further messages are taken than there is room for. */
#include "queue/work.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_MS = 50, TOLD_MS = 30000 };

typedef struct filing {
    worker *w;
    dm_filer *filer; /* NULL: to be opened */
    job *jobs[JOBS_MAX / 2];
    dm_str packed[JOBS_MAX / 2];
    size_t n;
    uint64_t told;
    dm_backoff wait;
} filing;

/* What asking again does not mend. */
static bool is_lasting(dm_status st) { return st == DM_EUSAGE || st == DM_ECORRUPT || st == DM_EINPUT || st == DM_ELIMIT; }

static bool wait_again(filing *f, const dm_error *err)
{
    worker *w = f->w;
    uint64_t now = dm_clock_ms();
    if (!f->told || now - f->told > TOLD_MS) {
        dm_queue_tell(w->q, "%s; trying again", err->msg);
        f->told = now;
    }
    pthread_mutex_lock(&w->lock);
    w->stats.retries++;
    w->m.errors++;
    pthread_mutex_unlock(&w->lock);
    return dm_backoff_wait(&f->wait, 0, w->o->stop);
}

static dm_status reach(filing *f, dm_error *err)
{
    dm_status st = DM_OK;
    while (!f->filer && (st = dm_filer_open(&f->filer, f->w->store, f->w->coder, err)) != DM_OK)
        if (is_lasting(st) || !wait_again(f, err))
            return is_lasting(st) ? st : DM_END;
    if (f->told)
        dm_queue_tell(f->w->q, "the record is back");
    f->told = 0;
    return DM_OK;
}

/* A file that cannot be opened at the start is no server that is away. */
dm_status dm_work_reach(worker *w, dm_filer **out, dm_error *err)
{
    filing f = { .w = w };
    dm_error own = { .msg = "" };
    dm_status st = strstr(w->store, "://") ? reach(&f, &own) : dm_filer_open(&f.filer, w->store, w->coder, &own);
    if (st == DM_OK)
        *out = f.filer;
    else if (err)
        *err = own;
    return st;
}

/* --- a batch --- */

/* Documents for the next transaction, with lock held. */
static void gather(filing *f)
{
    worker *w = f->w;
    size_t bytes = 0;
    job *j;
    f->n = 0;
    while (f->n < w->batch && bytes < BATCH_BYTES_MAX && (j = dm_work_pick(w, JOB_READY, JOB_FILING))) {
        bytes += j->packed.len;
        f->jobs[f->n++] = j;
    }
}

/* Whether it is time to file: with lock held. */
static bool is_time(const worker *w)
{
    uint64_t oldest = UINT64_MAX;
    size_t bytes = 0;
    if (w->ready == 0)
        return false;
    if (w->ready >= w->batch || w->waiting + w->coding == 0 || w->ending)
        return true;
    for (size_t i = 0; i < JOBS_MAX; i++)
        if (w->jobs[i].state == JOB_READY) {
            oldest = w->jobs[i].since < oldest ? w->jobs[i].since : oldest;
            bytes += w->jobs[i].packed.len;
        }
    return bytes >= BATCH_BYTES_MAX || dm_clock_ms() - oldest >= (w->waiting ? BATCH_BUSY_MS : BATCH_MS);
}

/* false: all is done. */
static bool next(filing *f)
{
    worker *w = f->w;
    pthread_mutex_lock(&w->lock);
    while (!is_time(w) && !(w->ending && w->held == 0))
        dm_wait_ms(&w->to_file, &w->lock, WAIT_MS);
    gather(f);
    pthread_mutex_unlock(&w->lock);
    return f->n > 0;
}

static void count(filing *f, const dm_add_stats *of_these, uint64_t ns)
{
    worker *w = f->w;
    pthread_mutex_lock(&w->lock);
    w->stats.added += of_these->added;
    w->stats.known += of_these->known;
    w->stats.events += of_these->events;
    w->stats.near_copies += of_these->near_copies;
    w->stats.linked += of_these->linked;
    w->stats.batches++;
    w->m.filing_ns += ns;
    w->m.last_commit = (uint64_t)time(NULL);
    w->m.batch_documents += f->n;
    for (size_t i = 0; i < BATCH_BUCKETS; i++) /* 1, 4, 16 ... */
        w->m.batch_le[i] += f->n <= (size_t)1 << 2 * i;
    pthread_mutex_unlock(&w->lock);
}

static void committed(filing *f)
{
    worker *w = f->w;
    for (size_t i = 0; i < f->n; i++)
        dm_work_done(w, f->jobs[i]);
    pthread_mutex_lock(&w->lock);
    dm_work_stats so_far = w->stats;
    pthread_mutex_unlock(&w->lock);
    pthread_mutex_lock(&w->telling);
    if (w->o->after)
        w->o->after(w->o->ctx, &so_far);
    pthread_mutex_unlock(&w->telling);
}

static void give_back_all(filing *f)
{
    worker *w = f->w;
    pthread_mutex_lock(&w->lock);
    w->stats.given_back += f->n;
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < f->n; i++)
        dm_work_give_back(w, f->jobs[i], 0);
}

/* One attempt; DM_OK also when a document that cannot be filed was put away and the others are to be tried. */
static dm_status attempt(filing *f, bool *filed, dm_error *err)
{
    dm_add_stats sum = { 0 };
    size_t at = 0;
    uint64_t from = dm_now_ns();
    for (size_t i = 0; i < f->n; i++)
        f->packed[i] = (dm_str){ f->jobs[i]->packed.p, f->jobs[i]->packed.len };
    dm_status st = dm_filer_file(f->filer, f->packed, f->n, &sum, &at, err);
    *filed = st == DM_OK;
    if (st == DM_OK)
        count(f, &sum, dm_now_ns() - from);
    if (st != DM_EINPUT && st != DM_ELIMIT)
        return st;
    dm_work_bury(f->w, f->jobs[at], err->msg);
    f->jobs[at] = f->jobs[--f->n];
    return DM_OK;
}

static void file(filing *f)
{
    bool filed = false;
    while (f->n && !filed) {
        dm_error err = { .msg = "" };
        dm_status st = reach(f, &err);
        bool reached = st == DM_OK;
        if (reached)
            st = attempt(f, &filed, &err);
        if (st == DM_OK)
            continue;
        dm_filer_close(f->filer);
        f->filer = NULL;
        if (st != DM_END && is_lasting(st))
            dm_work_break(f->w, st, &err);
        else if (reached && wait_again(f, &err))
            continue;
        give_back_all(f);
        return;
    }
    dm_backoff_reset(&f->wait);
    committed(f);
}

void *dm_work_filer(void *arg)
{
    filing f = { .w = arg };
    while (next(&f))
        file(&f);
    dm_filer_close(f.filer);
    return NULL;
}

// SPDX-License-Identifier: Apache-2.0
/* demarche work: taken, coded, filed, committed, and only then acknowledged. A worker that dies at any moment leaves messages that are
 * delivered again; what it had filed by then the record knows. */
#include "queue/work.h"
#include "base/flag.h"
#include <sched.h>
#include <stdlib.h>
#include <time.h>

void dm_work_break(worker *w, dm_status st, const dm_error *err)
{
    pthread_mutex_lock(&w->lock);
    if (w->broken == DM_OK) {
        w->broken = st;
        w->err = *err;
    }
    pthread_cond_broadcast(&w->room);
    pthread_mutex_unlock(&w->lock);
}

bool dm_work_stopped(const worker *w) { return dm_flag(w->o->stop); }

void dm_work_error(worker *w)
{
    pthread_mutex_lock(&w->lock);
    w->m.errors++;
    pthread_mutex_unlock(&w->lock);
}

/* --- jobs --- */

static size_t *count_of(worker *w, job_state s)
{
    return s == JOB_WAITING ? &w->waiting : s == JOB_CODING ? &w->coding : s == JOB_READY ? &w->ready : NULL;
}

void dm_work_set(worker *w, job *j, job_state to)
{
    size_t *from = count_of(w, j->state), *now = count_of(w, to);
    if (from)
        --*from;
    if (now)
        ++*now;
    w->held += (to != JOB_FREE) - (size_t)(j->state != JOB_FREE);
    j->state = to;
    if (to == JOB_WAITING)
        pthread_cond_signal(&w->to_code);
    if (to == JOB_READY)
        pthread_cond_signal(&w->to_file);
    pthread_cond_signal(&w->room);
}

job *dm_work_pick(worker *w, job_state from, job_state to)
{
    job *first = NULL;
    for (size_t i = 0; i < JOBS_MAX; i++)
        if (w->jobs[i].state == from && (!first || w->jobs[i].turn < first->turn))
            first = &w->jobs[i];
    if (first)
        dm_work_set(w, first, to);
    return first;
}

/* From here on nobody else looks at it. */
static void begin_end(worker *w, job *j)
{
    pthread_mutex_lock(&w->lock);
    dm_work_set(w, j, JOB_ENDING);
    pthread_mutex_unlock(&w->lock);
}

static void release(worker *w, job *j, bool acknowledged)
{
    natsMsg_Destroy(j->msg);
    dm_buf_free(&j->packed);
    pthread_mutex_lock(&w->lock);
    w->bytes -= j->bytes;
    w->m.acks += acknowledged;
    *j = (job){ .state = JOB_ENDING };
    dm_work_set(w, j, JOB_FREE);
    pthread_mutex_unlock(&w->lock);
}

/* Its parts go when the queue has surely let go of it: a message that comes again must find them. */
void dm_work_done(worker *w, job *j)
{
    begin_end(w, j);
    if (!j->parts)
        dm_pull_ack(w->l, j->msg);
    else if (dm_pull_ack_sure(w->l, j->msg))
        dm_parts_remove(w->l, dm_str_of(dm_message_header(j->msg, DM_HEAD_KEY)));
    release(w, j, true);
}

void dm_work_give_back(worker *w, job *j, unsigned seconds)
{
    begin_end(w, j);
    dm_pull_back(w->l, j->msg, seconds);
    release(w, j, false);
}

void dm_work_bury(worker *w, job *j, const char *reason)
{
    dm_error err = { .msg = "" };
    if (dm_dead_put(w->l, j->msg, j->deliveries, reason, &err) != DM_OK) {
        dm_queue_tell(w->q, "%s; the document comes again", err.msg);
        dm_work_error(w);
        dm_work_give_back(w, j, LATER_SECONDS);
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->stats.dead++;
    pthread_mutex_unlock(&w->lock);
    pthread_mutex_lock(&w->telling);
    if (w->o->dead)
        w->o->dead(w->o->ctx, dm_str_of(dm_message_header(j->msg, DM_HEAD_NAME)), dm_str_of(reason));
    pthread_mutex_unlock(&w->telling);
    begin_end(w, j);
    dm_pull_ack(w->l, j->msg);
    release(w, j, true);
}

/* --- the whole --- */

static unsigned processors(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > DM_THREADS_MAX ? DM_THREADS_MAX : (unsigned)n;
}

static dm_status check(const worker *w, dm_error *err)
{
    const dm_work_opts *o = w->o;
    if (o->version != DM_WORK_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_work_opts of version %u, this library has %d; use DM_WORK_OPTS_INIT", o->version,
            DM_WORK_OPTS_VERSION);
    if (w->threads > DM_THREADS_MAX || !o->batch || o->batch > JOBS_MAX / 2)
        return dm_fail(err, DM_EUSAGE, 0, "%u threads and batches of %u documents asked for; at most %d, and from 1 to %d",
            w->threads, o->batch, DM_THREADS_MAX, JOBS_MAX / 2);
    if (!o->ack_seconds || !o->max_deliver || !o->document_seconds)
        return dm_fail(err, DM_EUSAGE, 0,
            "seconds until a message is delivered again, deliveries and seconds for a document are from 1 up");
    return DM_OK;
}

static unsigned start_threads(worker *w, pthread_t *thread)
{
    unsigned n = 0;
    if (pthread_create(&thread[0], NULL, dm_work_filer, w) != 0)
        return 0;
    for (n = 1; n <= w->threads && pthread_create(&thread[n], NULL, dm_work_coder, w) == 0;)
        n++;
    return n;
}

static dm_status run(worker *w, dm_error *err)
{
    pthread_t thread[DM_THREADS_MAX + 1];
    unsigned n = start_threads(w, thread);
    dm_status st = n > 1 ? dm_take_all(w, err) : dm_fail(err, DM_ENOMEM, 0, "no thread can be started");
    dm_take_drain(w);
    for (unsigned i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
    if (st == DM_OK && w->broken != DM_OK) {
        st = w->broken;
        if (err)
            *err = w->err;
    }
    return st;
}

/* The meter first: it shows a worker that waits for its queue. */
static dm_status open_and_run(worker *w, dm_meter *meter, dm_error *err)
{
    dm_status st = dm_link_open(&w->l, w->q, w->o->stop, err);
    if (st == DM_OK)
        st = dm_take_open(w, err);
    if (st == DM_OK && w->o->started)
        w->o->started(w->o->ctx, meter ? dm_meter_url(meter) : NULL);
    if (st == DM_OK)
        st = run(w, err);
    dm_take_close(w);
    dm_link_close(w->l);
    return st == DM_END ? DM_OK : st;
}

static worker *make(dm_queue *q, const dm_coder *coder, const char *store, const dm_work_opts *o)
{
    worker *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->q = q;
    w->coder = coder;
    w->store = store;
    w->o = o;
    w->threads = o->threads ? o->threads : processors();
    w->batch = o->batch;
    w->m.started = (uint64_t)time(NULL);
    pthread_mutex_init(&w->telling, NULL);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->to_code, NULL);
    pthread_cond_init(&w->to_file, NULL);
    pthread_cond_init(&w->room, NULL);
    return w;
}

static void unmake(worker *w)
{
    for (size_t i = 0; i < JOBS_MAX; i++) {
        natsMsg_Destroy(w->jobs[i].msg);
        dm_buf_free(&w->jobs[i].packed);
    }
    pthread_cond_destroy(&w->room);
    pthread_cond_destroy(&w->to_file);
    pthread_cond_destroy(&w->to_code);
    pthread_mutex_destroy(&w->lock);
    pthread_mutex_destroy(&w->telling);
    free(w);
}

dm_status dm_queue_work(
    dm_queue *q, const dm_coder *coder, const char *store, const dm_work_opts *opts, dm_work_stats *stats, dm_error *err)
{
    const dm_work_opts usual = DM_WORK_OPTS_INIT;
    dm_meter *meter = NULL;
    dm_filer *filer = NULL;
    worker *w = make(q, coder, store, opts ? opts : &usual);
    if (!w)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a worker");
    dm_status st = check(w, err);
    if (st == DM_OK)
        st = dm_trial_start(&w->trial, coder, w->o->document_seconds, err); /* before any thread */
    if (st == DM_OK && w->o->metrics)
        st = dm_meter_start(&meter, w->o->metrics, dm_work_metrics, w, err);
    if (st == DM_OK)
        st = dm_work_reach(w, &filer, err);
    dm_filer_close(filer);
    if (st == DM_OK)
        st = open_and_run(w, meter, err);
    dm_meter_stop(meter);
    dm_trial_end(w->trial);
    if (stats)
        *stats = w->stats;
    unmake(w);
    return st == DM_END ? DM_OK : st;
}

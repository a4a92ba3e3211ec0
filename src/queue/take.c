// SPDX-License-Identifier: Apache-2.0
/* Messages from the queue: one durable consumer that all workers share, pulled from as fast as they are coded. Those that are held are kept
 * alive, so that the queue gives them to nobody else while their worker lives. */
#include "queue/work.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum {
    FETCH_MS = 500,
    FETCH_LAST_MS = 50, /* where an empty queue is the end */
    FETCH_MOST = 64,
    PAUSE_MS = 100,
    PENDING_MAX = 100000,
    LOOK_MS = 1000,
    TROUBLE_MAX = 3,
    SWEEP_MS = 2000
};

/* --- the consumer --- */

static dm_status consumer(worker *w, dm_error *err)
{
    char stream[DM_SUBJECT_MAX];
    jsErrCode code = (jsErrCode)0;
    jsConsumerInfo *ci = NULL;
    jsConsumerConfig c;
    dm_stream_name(w->q, DM_STREAM_DOCS, stream);
    natsStatus s = js_GetConsumerInfo(&ci, w->l->js, stream, DM_CONSUMER, NULL, &code);
    if (s == NATS_NOT_FOUND) {
        jsConsumerConfig_Init(&c);
        c.Durable = DM_CONSUMER;
        c.AckPolicy = js_AckExplicit;
        c.AckWait = (int64_t)w->o->ack_seconds * 1000000000;
        c.MaxDeliver = -1; /* who gives up is the worker, with a reason */
        c.MaxAckPending = PENDING_MAX;
        s = js_AddConsumer(&ci, w->l->js, stream, &c, NULL, &code);
    }
    if (s != NATS_OK)
        return dm_link_fail(w->q, "make the queue's consumer", s, code, err);
    w->ack_ms = (uint64_t)ci->Config->AckWait / 1000000;
    w->ack_ms = w->ack_ms ? w->ack_ms : (uint64_t)w->o->ack_seconds * 1000;
    jsConsumerInfo_Destroy(ci);
    return DM_OK;
}

static dm_status subscribe(worker *w, dm_error *err)
{
    dm_status st = consumer(w, err);
    return st == DM_OK ? dm_pull_open(&w->pull, w->l, err) : st;
}

void dm_take_close(worker *w)
{
    dm_pull_close(w->pull);
    w->pull = NULL;
}

dm_status dm_take_open(worker *w, dm_error *err)
{
    dm_backoff wait = { 0 };
    dm_error own = { .msg = "" };
    dm_status st;
    dm_take_close(w);
    while ((st = subscribe(w, &own)) == DM_EAWAY) {
        if (!wait.began)
            dm_queue_tell(w->q, "%s; trying again", own.msg);
        if (!dm_backoff_wait(&wait, w->q->patience, w->o->stop))
            break;
    }
    if (st != DM_OK && err)
        *err = own;
    return st != DM_OK && dm_work_stopped(w) ? DM_END : st;
}

/* --- alive --- */

static void keep_alive(worker *w, uint64_t *last)
{
    uint64_t now = dm_clock_ms();
    if (now - *last < w->ack_ms / 3)
        return;
    *last = now;
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < JOBS_MAX; i++)
        if (w->jobs[i].state != JOB_FREE && w->jobs[i].state != JOB_ENDING)
            dm_pull_alive(w->l, w->jobs[i].msg);
    pthread_mutex_unlock(&w->lock);
    dm_pull_keep(w->pull);
}

static void pause_for_room(worker *w)
{
    pthread_mutex_lock(&w->lock);
    dm_wait_ms(&w->room, &w->lock, PAUSE_MS);
    pthread_mutex_unlock(&w->lock);
}

/* --- taking --- */

/* Takes the message over. */
static void add_job(worker *w, natsMsg *msg)
{
    uint64_t deliveries = dm_pull_deliveries(msg);
    if (!deliveries) { /* no message of a stream */
        natsMsg_Destroy(msg);
        return;
    }
    pthread_mutex_lock(&w->lock);
    job *j = w->jobs;
    while (j->state != JOB_FREE) /* there is one: no more are taken than there is room for */
        j++;
    *j = (job){ .msg = msg, .turn = w->turns++, .deliveries = deliveries, .bytes = (size_t)natsMsg_GetDataLength(msg) };
    w->bytes += j->bytes;
    w->stats.taken++;
    w->stats.redelivered += deliveries > 1;
    dm_work_set(w, j, JOB_WAITING);
    pthread_mutex_unlock(&w->lock);
}

/* How many may be taken now. */
static int room_for(worker *w)
{
    pthread_mutex_lock(&w->lock);
    size_t ahead = (size_t)w->threads * WAITING_PER_THREAD, n = w->waiting < ahead ? ahead - w->waiting : 0;
    if (w->held >= 2 * (w->batch + ahead) /* one batch is filed while the next is coded */ || w->bytes >= HELD_BYTES_MAX)
        n = 0;
    size_t left = JOBS_MAX - w->held;
    pthread_mutex_unlock(&w->lock);
    n = n < FETCH_MOST ? n : FETCH_MOST;
    return (int)(n < left ? n : left);
}

/* *got grows; the library's status. */
static natsStatus take_some(worker *w, int n, uint64_t *got)
{
    natsMsg *msgs[FETCH_MOST];
    size_t k = 0;
    natsStatus s = dm_pull_some(w->pull, msgs, (size_t)n, w->o->until_empty ? FETCH_LAST_MS : FETCH_MS, &k);
    for (size_t i = 0; i < k; i++)
        add_job(w, msgs[i]);
    *got += k;
    return s;
}

static bool nothing_held(worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool none = w->held == 0;
    pthread_mutex_unlock(&w->lock);
    return none;
}

static bool is_empty(worker *w)
{
    char stream[DM_SUBJECT_MAX];
    jsStreamInfo *si = NULL;
    dm_stream_name(w->q, DM_STREAM_DOCS, stream);
    natsConnection_FlushTimeout(w->l->nc, DM_ASK_MS); /* our own acknowledgements */
    bool empty = js_GetStreamInfo(&si, w->l->js, stream, NULL, NULL) == NATS_OK && si->State.Msgs == 0;
    jsStreamInfo_Destroy(si);
    return empty;
}

/* For the metrics: how much there is to do. */
static void look(worker *w, uint64_t *last)
{
    char stream[DM_SUBJECT_MAX];
    jsConsumerInfo *ci = NULL;
    uint64_t now = dm_clock_ms();
    if (!w->o->metrics || now - *last < LOOK_MS || natsConnection_Status(w->l->nc) != NATS_CONN_STATUS_CONNECTED)
        return;
    *last = now;
    dm_stream_name(w->q, DM_STREAM_DOCS, stream);
    if (js_GetConsumerInfo(&ci, w->l->js, stream, DM_CONSUMER, NULL, NULL) != NATS_OK)
        return;
    pthread_mutex_lock(&w->lock);
    w->m.pending = ci->NumPending;
    w->m.in_flight = (uint64_t)ci->NumAckPending;
    pthread_mutex_unlock(&w->lock);
    jsConsumerInfo_Destroy(ci);
}

/* A server that was killed may come back with messages that its consumer takes for acknowledged (seen with 2.9.10): nobody would ever get
 * them. When that is seen twice, the consumer is made anew and they come again; the record knows which of them it has. */
typedef struct sweep {
    uint64_t last, messages, first; /* clock of the last look, and what was left then; 0: nothing */
} sweep;

static uint64_t left_over(worker *w, const char *stream, uint64_t *first, bool *gone)
{
    jsConsumerInfo *ci = NULL;
    jsStreamInfo *si = NULL;
    uint64_t n = 0;
    natsStatus s = js_GetConsumerInfo(&ci, w->l->js, stream, DM_CONSUMER, NULL, NULL);
    *gone = s == NATS_NOT_FOUND;
    if (s == NATS_OK && !ci->NumPending && !ci->NumAckPending &&
        js_GetStreamInfo(&si, w->l->js, stream, NULL, NULL) == NATS_OK) {
        n = si->State.Msgs;
        *first = si->State.FirstSeq;
    }
    jsConsumerInfo_Destroy(ci);
    jsStreamInfo_Destroy(si);
    return n;
}

static dm_status look_for_left_over(worker *w, sweep *s, dm_error *err)
{
    char stream[DM_SUBJECT_MAX];
    uint64_t now = dm_clock_ms(), first = 0;
    if (now - s->last < SWEEP_MS || natsConnection_Status(w->l->nc) != NATS_CONN_STATUS_CONNECTED)
        return DM_OK;
    s->last = now;
    dm_stream_name(w->q, DM_STREAM_DOCS, stream);
    bool gone;
    uint64_t n = left_over(w, stream, &first, &gone);
    if (gone) {
        dm_queue_tell(w->q, "the queue has lost its consumer; it is made anew");
        return dm_take_open(w, err);
    }
    bool again = n && n == s->messages && first == s->first;
    s->messages = again ? 0 : n;
    s->first = first;
    if (!again)
        return DM_OK;
    dm_queue_tell(
        w->q, "the queue holds %llu documents that it takes for done; they are gone through again", (unsigned long long)n);
    js_DeleteConsumer(w->l->js, stream, DM_CONSUMER, NULL, NULL);
    return dm_take_open(w, err);
}

static bool goes_on(worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool broken = w->broken != DM_OK;
    pthread_mutex_unlock(&w->lock);
    return !broken && !dm_work_stopped(w);
}

/* The queue is away, or has forgotten its consumer: waits, and makes it anew. */
static dm_status recover(worker *w, unsigned trouble, dm_backoff *wait, dm_error *err)
{
    dm_work_error(w);
    dm_status st = dm_link_lost(w->l, err);
    if (st != DM_OK)
        return st;
    if (!dm_backoff_wait(wait, w->q->patience, w->o->stop))
        return dm_work_stopped(w) ? DM_OK
                                  : dm_fail(err, DM_EAWAY, 0, "the queue at %.200s is away for more than %u seconds", w->q->url,
                                        w->q->patience);
    return trouble % TROUBLE_MAX == 0 && natsConnection_Status(w->l->nc) == NATS_CONN_STATUS_CONNECTED ? dm_take_open(w, err)
                                                                                                       : DM_OK;
}

dm_status dm_take_all(worker *w, dm_error *err)
{
    dm_backoff wait = { .most_ms = FETCH_MS };
    uint64_t alive = dm_clock_ms(), looked = 0;
    unsigned trouble = 0;
    sweep left = { .last = alive };
    dm_status st = DM_OK;
    while (st == DM_OK && goes_on(w)) {
        uint64_t got = 0;
        int n = room_for(w);
        natsStatus s = NATS_OK;
        if (n > 0)
            s = take_some(w, n, &got);
        else
            pause_for_room(w);
        keep_alive(w, &alive);
        look(w, &looked);
        if (s == NATS_OK || s == NATS_TIMEOUT) {
            trouble = 0;
            dm_backoff_reset(&wait);
        } else {
            st = recover(w, ++trouble, &wait, err);
        }
        if (n == 0 || got > 0 || !nothing_held(w))
            continue;
        if (w->o->until_empty && is_empty(w))
            break;
        if (st == DM_OK && s == NATS_TIMEOUT)
            st = look_for_left_over(w, &left, err);
    }
    return st == DM_END ? DM_OK : st;
}

void dm_take_drain(worker *w)
{
    uint64_t alive = 0;
    job *j;
    dm_pull_end(w->pull);
    for (;;) {
        pthread_mutex_lock(&w->lock);
        w->ending = true;
        j = dm_work_pick(w, JOB_WAITING, JOB_ENDING);
        w->stats.given_back += j != NULL;
        pthread_cond_broadcast(&w->to_code);
        pthread_cond_broadcast(&w->to_file);
        pthread_mutex_unlock(&w->lock);
        if (!j)
            break;
        dm_work_give_back(w, j, 0);
    }
    while (!nothing_held(w)) {
        keep_alive(w, &alive);
        pause_for_room(w);
    }
    natsConnection_FlushTimeout(w->l->nc, DM_ASK_MS);
}

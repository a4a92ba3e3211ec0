// SPDX-License-Identifier: Apache-2.0
/* Messages onto the queue, a window of them open at a time. Each has an answer of its own to wait for, under the inbox of this post; what
 * is not answered in time, or refused, is sent again under the same id, so that the queue stores it once where it remembers it.
 *
 * The answers come on a thread of the library, which only marks slots; everything else is done by the caller's. */
#include "base/flag.h"
#include "queue/queue.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    ID_MAX = 96,
    WAIT_MS = 50,
    TOLD_MS = 30000,
    DENIED_MS = 500, /* nothing was confirmed for so long: what was not allowed is ours */
    SAID_MAX = 160,
    TOO_LARGE = 10054 /* of JetStream: the stream takes no such message */
};

typedef enum answer { FREE, FILLING, OPEN, CONFIRMED, REFUSED } answer;

typedef struct slot {
    answer state; /* under lock */
    natsMsg *msg;
    uint32_t turn; /* the answer to an earlier message of the slot is none to this one */
    size_t bytes;
    uint64_t sent;
    bool marked;
    uint8_t mark[DM_MARK_BYTES];
} slot;

struct dm_post {
    dm_link *l;
    natsInbox *inbox;
    natsSubscription *sub;
    dm_confirmed_fn *confirmed;
    void *ctx;
    const volatile int *stop;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    slot slots[DM_WINDOW_MESSAGES];
    char said[SAID_MAX]; /* under lock: why one was refused */
    bool too_large;      /* under lock */
    bool ended;          /* under lock: no further answer comes */
    size_t filling, open, open_bytes;
    uint64_t retries, moved, told; /* clock of the last confirmation, of the last time that somebody was told */
    dm_backoff wait;
    uint64_t wait_until;
};

/* --- answers, on the library's thread --- */

static void take_refusal(dm_post *p, dm_str body)
{
    char text[2 * SAID_MAX];
    snprintf(text, sizeof text, "%.*s", (int)(body.len < sizeof text ? body.len : sizeof text - 1), body.p ? body.p : "");
    const char *what = strstr(text, "\"description\":\""), *code = strstr(text, "\"err_code\":");
    what = what ? what + strlen("\"description\":\"") : "no server stores it now";
    snprintf(p->said, sizeof p->said, "%.*s", (int)strcspn(what, "\""), what);
    p->too_large |= code && atoi(code + strlen("\"err_code\":")) == TOO_LARGE;
}

static void on_answer(natsConnection *nc, natsSubscription *sub, natsMsg *msg, void *closure)
{
    dm_post *p = closure;
    const char *subject = natsMsg_GetSubject(msg), *dot = strrchr(subject, '.');
    unsigned i = 0, turn = 0;
    int len = natsMsg_GetDataLength(msg);
    dm_str body = { natsMsg_GetData(msg), len > 0 ? (size_t)len : 0 };
    (void)nc, (void)sub;
    bool ours = dot && sscanf(dot, ".%u-%u", &i, &turn) == 2 && i < DM_WINDOW_MESSAGES;
    bool stored = !natsMsg_IsNoResponders(msg) && body.len && memmem(body.p, body.len, "\"seq\":", 6) &&
                  !memmem(body.p, body.len, "\"error\":", 8);
    pthread_mutex_lock(&p->lock);
    if (ours && p->slots[i].state == OPEN && p->slots[i].turn == turn) {
        p->slots[i].state = stored ? CONFIRMED : REFUSED;
        if (!stored)
            take_refusal(p, body);
        pthread_cond_signal(&p->answered);
    }
    pthread_mutex_unlock(&p->lock);
    natsMsg_Destroy(msg);
}

/* --- open and close --- */

dm_status dm_post_open(
    dm_post **out, dm_link *l, dm_confirmed_fn *confirmed, void *ctx, const volatile int *stop, dm_error *err)
{
    char subject[DM_SUBJECT_MAX];
    dm_post *p = calloc(1, sizeof *p);
    if (!p)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for sending");
    p->l = l;
    p->confirmed = confirmed;
    p->ctx = ctx;
    p->stop = stop;
    p->moved = dm_clock_ms();
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->answered, NULL);
    natsStatus s = natsInbox_Create(&p->inbox);
    snprintf(subject, sizeof subject, "%s.*", s == NATS_OK ? p->inbox : "");
    if (s == NATS_OK)
        s = natsConnection_Subscribe(&p->sub, l->nc, subject, on_answer, p);
    if (s == NATS_OK) {
        natsSubscription_SetPendingLimits(p->sub, -1, -1);
        *out = p;
        return DM_OK;
    }
    dm_post_close(p);
    return dm_link_fail(l->q, "listen to answers", s, (jsErrCode)0, err);
}

/* The subscription's thread may be inside on_answer() until the library says that it has ended. */
static void on_ended(void *closure)
{
    dm_post *p = closure;
    pthread_mutex_lock(&p->lock);
    p->ended = true;
    pthread_cond_broadcast(&p->answered);
    pthread_mutex_unlock(&p->lock);
}

static void end_answers(dm_post *p)
{
    if (natsSubscription_SetOnCompleteCB(p->sub, on_ended, p) == NATS_OK && natsSubscription_Unsubscribe(p->sub) == NATS_OK) {
        pthread_mutex_lock(&p->lock);
        while (!p->ended)
            pthread_cond_wait(&p->answered, &p->lock);
        pthread_mutex_unlock(&p->lock);
    }
    natsSubscription_Destroy(p->sub);
}

void dm_post_close(dm_post *p)
{
    if (!p)
        return;
    if (p->sub)
        end_answers(p);
    for (size_t i = 0; i < DM_WINDOW_MESSAGES; i++)
        natsMsg_Destroy(p->slots[i].msg);
    natsInbox_Destroy(p->inbox);
    pthread_cond_destroy(&p->answered);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

uint64_t dm_post_retries(const dm_post *p) { return p->retries; }

/* --- slots --- */

static answer state_of(dm_post *p, size_t i)
{
    pthread_mutex_lock(&p->lock);
    answer a = p->slots[i].state;
    pthread_mutex_unlock(&p->lock);
    return a;
}

static void set_state(dm_post *p, size_t i, answer a)
{
    pthread_mutex_lock(&p->lock);
    p->slots[i].state = a;
    pthread_mutex_unlock(&p->lock);
}

static void free_slot(dm_post *p, size_t i)
{
    slot *s = &p->slots[i];
    natsMsg_Destroy(s->msg);
    s->msg = NULL;
    s->turn++;
    p->open--;
    p->open_bytes -= s->bytes;
    set_state(p, i, FREE);
    if (s->marked)
        p->confirmed(p->ctx, s->mark, s->bytes);
}

static void transmit(dm_post *p, size_t i)
{
    set_state(p, i, OPEN); /* before the answer can come */
    p->slots[i].sent = dm_clock_ms();
    natsConnection_PublishMsg(p->l->nc, p->slots[i].msg); /* a failure is seen as a missing answer */
}

static void tell_refusal(dm_post *p)
{
    char said[SAID_MAX];
    if (p->told && dm_clock_ms() - p->told < TOLD_MS)
        return;
    pthread_mutex_lock(&p->lock);
    memcpy(said, p->said, sizeof said);
    pthread_mutex_unlock(&p->lock);
    p->told = dm_clock_ms();
    dm_queue_tell(p->l->q, "the queue does not take a document now (%s); trying again", said);
}

/* What was confirmed leaves; what was refused, or is not answered, goes again, not too often. */
static void reap(dm_post *p)
{
    bool connected = natsConnection_Status(p->l->nc) == NATS_CONN_STATUS_CONNECTED;
    uint64_t now = dm_clock_ms();
    bool again = connected && now >= p->wait_until, sent = false;
    for (size_t i = 0; i < DM_WINDOW_MESSAGES; i++) {
        slot *s = &p->slots[i];
        answer a = state_of(p, i);
        if (a == CONFIRMED) {
            p->moved = now;
            dm_backoff_reset(&p->wait);
            free_slot(p, i);
        } else if (again && (a == REFUSED || (a == OPEN && now - s->sent > DM_ASK_MS))) {
            if (a == REFUSED)
                tell_refusal(p);
            p->retries++;
            sent = true;
            transmit(p, i);
        }
    }
    if (sent)
        p->wait_until = now + dm_backoff_next(&p->wait);
}

static void wait_for_answers(dm_post *p)
{
    pthread_mutex_lock(&p->lock);
    dm_wait_ms(&p->answered, &p->lock, WAIT_MS);
    pthread_mutex_unlock(&p->lock);
}

static dm_status check(dm_post *p, dm_error *err)
{
    char denied[DM_DENIED_MAX];
    dm_queue *q = p->l->q;
    pthread_mutex_lock(&p->lock);
    bool too_large = p->too_large;
    pthread_mutex_unlock(&p->lock);
    if (too_large)
        return dm_fail(
            err, DM_EUSAGE, 0, "the streams at %.200s take no messages as large as the server allows (max_msg_size)", q->url);
    if (p->open && dm_clock_ms() - p->moved > DENIED_MS && dm_link_denied(q, denied))
        return dm_fail(
            err, DM_EUSAGE, 0, "cannot send to %.200s: the server does not allow it to this user (%s)", q->url, denied);
    if (p->open && dm_link_lost(p->l, err) != DM_OK)
        return DM_EUSAGE;
    if (p->open && q->patience && dm_clock_ms() - p->moved > (uint64_t)q->patience * 1000)
        return dm_fail(err, DM_EAWAY, 0,
            "the queue at %.200s has confirmed nothing for %u seconds; the same command goes on from here", q->url,
            q->patience);
    return DM_OK;
}

static bool full(const dm_post *p, size_t bytes)
{
    return p->open >= DM_WINDOW_MESSAGES || (p->open && p->open_bytes + bytes > DM_WINDOW_BYTES);
}

dm_status dm_post_begin(dm_post *p, const char *subject, dm_str bytes, const char *id, natsMsg **msg, dm_error *err)
{
    char reply[DM_SUBJECT_MAX];
    dm_status st = DM_OK;
    size_t i = 0;
    if (p->open >= DM_WINDOW_MESSAGES / 2 || full(p, bytes.len))
        reap(p);
    while (full(p, bytes.len)) {
        if (dm_flag(p->stop))
            return DM_END;
        if ((st = check(p, err)) != DM_OK)
            return st;
        wait_for_answers(p);
        reap(p);
    }
    while (state_of(p, i) != FREE)
        i++;
    slot *s = &p->slots[i];
    snprintf(reply, sizeof reply, "%s.%zu-%" PRIu32, p->inbox, i, s->turn);
    if (natsMsg_Create(&s->msg, subject, reply, bytes.p, (int)bytes.len) != NATS_OK ||
        (id && natsMsgHeader_Set(s->msg, "Nats-Msg-Id", id) != NATS_OK))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a message");
    if (!p->open)
        p->moved = dm_clock_ms(); /* patience counts from here */
    s->bytes = bytes.len;
    p->open++;
    p->open_bytes += s->bytes;
    p->filling = i;
    set_state(p, i, FILLING);
    *msg = s->msg;
    return DM_OK;
}

dm_status dm_post_send(dm_post *p, const uint8_t *mark, dm_error *err)
{
    slot *s = &p->slots[p->filling];
    s->marked = mark != NULL;
    if (mark)
        memcpy(s->mark, mark, DM_MARK_BYTES);
    transmit(p, p->filling);
    return check(p, err);
}

dm_status dm_post_flush(dm_post *p, dm_error *err)
{
    uint64_t stopped = 0;
    dm_status st = DM_OK;
    for (reap(p); p->open && st == DM_OK; reap(p)) {
        if (dm_flag(p->stop) && !stopped)
            stopped = dm_clock_ms();
        if (stopped && dm_clock_ms() - stopped > DM_FLUSH_MS)
            return DM_END;
        wait_for_answers(p);
        st = check(p, err);
    }
    return st;
}

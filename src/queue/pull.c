// SPDX-License-Identifier: Apache-2.0
/* Messages asked for from the consumer that the workers share, and the answers to them. The library could do this itself, but it takes a
 * document whose header begins like a status of the server ("NATS/1.0 409 ...") for one, drops it and stops; whoever may publish could
 * hold up all workers so. What is a status is told here by where it came to: our own inbox. */
#include "queue/queue.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { RING = 256, GRACE_MS = 1000, ASK_MAX = 128, NAK_MAX = 64, TOKENS_SHORT = 9, DELIVERED_SHORT = 4, DELIVERED_LONG = 6 };

struct dm_pull {
    dm_link *l;
    natsInbox *inbox;
    natsSubscription *sub;
    char ask[DM_SUBJECT_MAX];
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t told;
    natsMsg *ring[RING];
    size_t first, n;
    uint64_t turn, until; /* of the question that is open; clock at which it is over */
    size_t open;          /* messages that may still come for it */
    natsStatus end;       /* how it ended, where that says something */
    bool ended;           /* no further message comes */
};

/* --- answers to a message --- */

void dm_pull_ack(dm_link *l, natsMsg *msg) { natsConnection_PublishString(l->nc, natsMsg_GetReply(msg), "+ACK"); }

bool dm_pull_ack_sure(dm_link *l, natsMsg *msg)
{
    natsMsg *answer = NULL;
    natsStatus s = natsConnection_RequestString(&answer, l->nc, natsMsg_GetReply(msg), "+ACK", DM_ASK_MS);
    natsMsg_Destroy(answer);
    return s == NATS_OK;
}

void dm_pull_alive(dm_link *l, natsMsg *msg) { natsConnection_PublishString(l->nc, natsMsg_GetReply(msg), "+WPI"); }

void dm_pull_back(dm_link *l, natsMsg *msg, unsigned seconds)
{
    char text[NAK_MAX] = "-NAK";
    if (seconds)
        snprintf(text, sizeof text, "-NAK {\"delay\": %u000000000}", seconds);
    natsConnection_PublishString(l->nc, natsMsg_GetReply(msg), text);
}

/* $JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.SEQUENCE.TIME.PENDING; newer servers put domain and account before the stream. */
uint64_t dm_pull_deliveries(natsMsg *msg)
{
    const char *reply = natsMsg_GetReply(msg);
    dm_str rest = dm_str_of(reply ? reply : ""), token[DELIVERED_LONG + 1] = { DM_NIL }, one;
    size_t n = 0;
    if (!dm_str_starts(rest, "$JS.ACK."))
        return 0;
    for (; dm_str_split(&rest, '.', &one); n++)
        if (n <= DELIVERED_LONG)
            token[n] = one;
    dm_str delivered = token[n > TOKENS_SHORT ? DELIVERED_LONG : DELIVERED_SHORT];
    return n < TOKENS_SHORT || !delivered.len ? 0 : strtoull(delivered.p, NULL, 10); /* a dot is behind it */
}

/* --- on the library's thread --- */

static natsStatus meaning(natsMsg *msg)
{
    const char *code = dm_message_header(msg, "Status");
    if (natsMsg_IsNoResponders(msg))
        return NATS_NO_RESPONDERS;
    return strcmp(code, "404") == 0 || strcmp(code, "408") == 0 ? NATS_TIMEOUT : NATS_ERR;
}

static void on_message(natsConnection *nc, natsSubscription *sub, natsMsg *msg, void *closure)
{
    dm_pull *p = closure;
    dm_str subject = dm_str_of(natsMsg_GetSubject(msg));
    (void)nc, (void)sub;
    pthread_mutex_lock(&p->lock);
    if (dm_str_starts(subject, p->inbox)) {
        const char *dot = strrchr(subject.p, '.');
        if (dot && strtoull(dot + 1, NULL, 10) == p->turn && p->open) {
            p->open = 0;
            p->end = meaning(msg);
        }
    } else if (p->n < RING) { /* always: no more are asked for than there is room for */
        p->ring[(p->first + p->n++) % RING] = msg;
        p->open -= p->open > 0;
        msg = NULL;
    }
    pthread_cond_signal(&p->told);
    pthread_mutex_unlock(&p->lock);
    natsMsg_Destroy(msg);
}

static void on_ended(void *closure)
{
    dm_pull *p = closure;
    pthread_mutex_lock(&p->lock);
    p->ended = true;
    pthread_cond_broadcast(&p->told);
    pthread_mutex_unlock(&p->lock);
}

/* --- open and close --- */

dm_status dm_pull_open(dm_pull **out, dm_link *l, dm_error *err)
{
    char subject[DM_SUBJECT_MAX], stream[DM_SUBJECT_MAX];
    dm_pull *p = calloc(1, sizeof *p);
    if (!p)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for asking the queue");
    p->l = l;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->told, NULL);
    dm_stream_name(l->q, DM_STREAM_DOCS, stream);
    snprintf(p->ask, sizeof p->ask, "$JS.API.CONSUMER.MSG.NEXT.%.40s." DM_CONSUMER, stream);
    natsStatus s = natsInbox_Create(&p->inbox);
    snprintf(subject, sizeof subject, "%s.*", s == NATS_OK ? p->inbox : "");
    if (s == NATS_OK)
        s = natsConnection_Subscribe(&p->sub, l->nc, subject, on_message, p);
    if (s == NATS_OK) {
        natsSubscription_SetPendingLimits(p->sub, -1, -1);
        *out = p;
        return DM_OK;
    }
    dm_pull_close(p);
    return dm_link_fail(l->q, "listen to the queue", s, (jsErrCode)0, err);
}

static bool connected(const dm_pull *p) { return natsConnection_Status(p->l->nc) == NATS_CONN_STATUS_CONNECTED; }

/* With lock held. */
static bool is_open(dm_pull *p)
{
    if (p->open && dm_clock_ms() >= p->until)
        p->open = 0;
    return p->open > 0;
}

void dm_pull_end(dm_pull *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    while (is_open(p) && connected(p))
        dm_wait_ms(&p->told, &p->lock, DM_BACKOFF_FIRST_MS);
    for (; p->n; p->n--) {
        natsMsg *msg = p->ring[p->first];
        p->first = (p->first + 1) % RING;
        dm_pull_back(p->l, msg, 0);
        natsMsg_Destroy(msg);
    }
    pthread_mutex_unlock(&p->lock);
}

void dm_pull_close(dm_pull *p)
{
    if (!p)
        return;
    if (p->sub && natsSubscription_SetOnCompleteCB(p->sub, on_ended, p) == NATS_OK &&
        natsSubscription_Unsubscribe(p->sub) == NATS_OK) {
        pthread_mutex_lock(&p->lock);
        while (!p->ended)
            pthread_cond_wait(&p->told, &p->lock);
        pthread_mutex_unlock(&p->lock);
    }
    p->open = 0;
    dm_pull_end(p);
    natsSubscription_Destroy(p->sub);
    natsInbox_Destroy(p->inbox);
    pthread_cond_destroy(&p->told);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* --- asking --- */

void dm_pull_keep(dm_pull *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->n; i++)
        dm_pull_alive(p->l, p->ring[(p->first + i) % RING]);
    pthread_mutex_unlock(&p->lock);
}

/* With lock held. */
static natsStatus ask(dm_pull *p, size_t n, unsigned ms)
{
    char reply[DM_SUBJECT_MAX], body[ASK_MAX];
    p->turn++;
    p->open = n;
    p->end = NATS_TIMEOUT;
    p->until = dm_clock_ms() + ms + GRACE_MS;
    snprintf(reply, sizeof reply, "%s.%" PRIu64, p->inbox, p->turn);
    int len = snprintf(body, sizeof body, "{\"batch\": %zu, \"expires\": %u000000}", n, ms);
    return natsConnection_PublishRequest(p->l->nc, p->ask, reply, body, len);
}

natsStatus dm_pull_some(dm_pull *p, natsMsg **out, size_t n, unsigned ms, size_t *got)
{
    natsStatus s = NATS_OK;
    *got = 0;
    pthread_mutex_lock(&p->lock);
    if (!p->n && !is_open(p))
        s = ask(p, n < RING ? n : RING, ms);
    while (s == NATS_OK && !p->n && is_open(p) && connected(p))
        dm_wait_ms(&p->told, &p->lock, DM_BACKOFF_FIRST_MS);
    for (; p->n && *got < n; p->n--, (*got)++) {
        out[*got] = p->ring[p->first];
        p->first = (p->first + 1) % RING;
    }
    if (s == NATS_OK && !*got)
        s = connected(p) ? p->end : NATS_CONNECTION_DISCONNECTED;
    if (s == NATS_CONNECTION_DISCONNECTED)
        p->open = 0; /* nobody knows of the question any more */
    pthread_mutex_unlock(&p->lock);
    return *got ? NATS_OK : s;
}

// SPDX-License-Identifier: Apache-2.0
/* One connection to the queue, and its three streams. The library of NATS finds its way back to any of the servers by itself; it is only
 * the first connection that is tried again here. */
#include "base/flag.h"
#include "queue/queue.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CONNECT_MS = 3000,
    RECONNECT_MS = 250,
    JITTER_MS = 250,
    CLOSE_MS = 10000,
    LOOK_MS = 100,
    TOLD_MS = 30000,
    KEEP_BYTES = 32 << 20,
    DENIED_MS = DM_ASK_MS + 1000
};

void dm_queue_tell(dm_queue *q, const char *format, ...)
{
    char line[DM_ERROR_MSG];
    if (!q->note)
        return;
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    pthread_mutex_lock(&q->telling);
    q->note(q->ctx, (dm_str){ line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1 });
    pthread_mutex_unlock(&q->telling);
}

/* --- what went wrong --- */

static bool is_lasting(natsStatus s, jsErrCode code)
{
    switch (code) {
    case JSNotEnabledErr:
    case JSNotEnabledForAccountErr:
    case JSStreamReplicasNotSupportedErr:
    case JSStreamSubjectOverlapErr:
    case JSStreamInvalidConfig:
    case JSStreamNameExistErr:
    case JSMaximumStreamsLimitErr: return true;
    default:
        return s == NATS_CONNECTION_AUTH_FAILED || s == NATS_NOT_PERMITTED || s == NATS_SSL_ERROR || s == NATS_INVALID_ARG ||
               s == NATS_ADDRESS_MISSING || s == NATS_SECURE_CONNECTION_REQUIRED || s == NATS_SECURE_CONNECTION_WANTED ||
               s == NATS_CONNECTION_CLOSED;
    }
}

static const char *what_to_do(natsStatus s, jsErrCode code)
{
    switch (code) {
    case JSNotEnabledErr:
    case JSNotEnabledForAccountErr: return "; JetStream is off there: start nats-server with -js or a jetstream block";
    case JSStreamReplicasNotSupportedErr: return "; one server alone keeps one replica: leave --replicas out";
    case JSStreamSubjectOverlapErr: return "; another stream takes these subjects: give another name behind the address";
    default: break;
    }
    switch (s) {
    case NATS_CONNECTION_AUTH_FAILED: return "; see to user and password (--login, --creds)";
    case NATS_SSL_ERROR: return "; see to --tls-ca, --tls-cert, --tls-key and the server's name";
    case NATS_SECURE_CONNECTION_REQUIRED: return "; the server wants TLS: write tls://";
    case NATS_SECURE_CONNECTION_WANTED: return "; the server has no TLS: write nats://";
    default: return "";
    }
}

/* The library puts the place in its own sources before what it says: "(conn.c:1905): ". */
static const char *without_place(const char *said)
{
    const char *end = *said == '(' ? strstr(said, "): ") : NULL;
    return end ? end + strlen("): ") : said;
}

/* A server does not answer what it does not allow; it tells so beside, and the question runs out of time. */
bool dm_link_denied(dm_queue *q, char out[DM_DENIED_MAX])
{
    pthread_mutex_lock(&q->telling);
    bool now = q->denied_at && dm_clock_ms() - q->denied_at < DENIED_MS;
    memcpy(out, q->denied, DM_DENIED_MAX);
    pthread_mutex_unlock(&q->telling);
    return now;
}

dm_status dm_link_fail(dm_queue *q, const char *doing, natsStatus s, jsErrCode code, dm_error *err)
{
    char denied[DM_DENIED_MAX];
    natsStatus last = NATS_OK;
    const char *said = nats_GetLastError(&last), *text = natsStatus_GetText(s);
    if (s == NATS_NO_MEMORY)
        return dm_fail(err, DM_ENOMEM, 0, "cannot %s: out of memory", doing);
    if (last != s || !said || !*said)
        said = text;
    said = without_place(said);
    if (s == NATS_TIMEOUT && dm_link_denied(q, denied))
        return dm_fail(
            err, DM_EUSAGE, 0, "cannot %s at %.200s: the server does not allow it to this user (%s)", doing, q->url, denied);
    return dm_fail(err, is_lasting(s, code) ? DM_EUSAGE : DM_EAWAY, 0, "cannot %s at %.200s: %.160s%s", doing, q->url, said,
        what_to_do(s, code));
}

/* --- callbacks of the library, on its own thread --- */

static void on_disconnected(natsConnection *nc, void *closure)
{
    dm_link *l = closure;
    (void)nc;
    pthread_mutex_lock(&l->lock);
    bool closing = l->closing;
    pthread_mutex_unlock(&l->lock);
    if (!closing)
        dm_queue_tell(l->q, "the queue is away; trying to reach it again");
}

static void on_reconnected(natsConnection *nc, void *closure)
{
    dm_link *l = closure;
    (void)nc;
    dm_queue_tell(l->q, "the queue is back");
}

static void on_closed(natsConnection *nc, void *closure)
{
    dm_link *l = closure;
    const char *said = NULL;
    natsConnection_GetLastError(nc, &said);
    pthread_mutex_lock(&l->lock);
    dm_header_text(l->why, sizeof l->why, dm_str_of(said && *said ? said : "no reason was told"));
    l->closed = true;
    pthread_cond_broadcast(&l->done);
    pthread_mutex_unlock(&l->lock);
}

/* Without it the library prints. What goes wrong is seen where it matters: by missing answers. Why they are missing is known only here. */
static void on_error(natsConnection *nc, natsSubscription *sub, natsStatus s, void *closure)
{
    dm_queue *q = ((dm_link *)closure)->q;
    const char *said = NULL;
    char denied[DM_DENIED_MAX];
    (void)sub;
    if (s != NATS_NOT_PERMITTED)
        return;
    natsConnection_GetLastError(nc, &said);
    dm_header_text(denied, sizeof denied, dm_str_of(said && *said ? said : natsStatus_GetText(s)));
    uint64_t now = dm_clock_ms();
    pthread_mutex_lock(&q->telling);
    bool again = q->denied_at && now - q->denied_at < TOLD_MS && strcmp(q->denied, denied) == 0;
    memcpy(q->denied, denied, sizeof denied);
    q->denied_at = now;
    pthread_mutex_unlock(&q->telling);
    if (!again)
        dm_queue_tell(q, "the server does not allow this user everything: %s", denied);
}

/* The library tries forever to get back, unless it is refused twice: then it closes the connection for good. */
dm_status dm_link_lost(dm_link *l, dm_error *err)
{
    char why[DM_DENIED_MAX];
    pthread_mutex_lock(&l->lock);
    bool lost = l->closed;
    memcpy(why, l->why, sizeof why);
    pthread_mutex_unlock(&l->lock);
    return lost ? dm_fail(err, DM_EUSAGE, 0, "the queue at %.200s does not let this user in again: %s", l->q->url, why) : DM_OK;
}

/* --- connecting --- */

static natsStatus set_way(natsOptions *o, const dm_queue *q)
{
    natsStatus s = natsOptions_SetServers(o, (const char **)(uintptr_t)q->servers, (int)q->n_servers);
    if (s == NATS_OK && q->creds)
        s = natsOptions_SetUserCredentialsFromFiles(o, q->creds, NULL);
    if (s == NATS_OK && q->user)
        s = natsOptions_SetUserInfo(o, q->user, q->password);
    if (s == NATS_OK && q->tls)
        s = natsOptions_SetSecure(o, true);
    if (s == NATS_OK && q->tls_ca)
        s = natsOptions_LoadCATrustedCertificates(o, q->tls_ca);
    if (s == NATS_OK && q->tls_cert)
        s = natsOptions_LoadCertificatesChain(o, q->tls_cert, q->tls_key);
    return s;
}

/* Between two looks at all servers. The library would wait for a time of the calendar, which comes a day late when the clock is set back. */
static int64_t pause_before_next(natsConnection *nc, int attempts, void *closure)
{
    dm_link *l = closure;
    dm_backoff wait = { .ms = RECONNECT_MS, .most_ms = RECONNECT_MS + JITTER_MS };
    (void)nc, (void)attempts;
    (void)dm_backoff_wait(&wait, 0, &l->leaving);
    return 0;
}

static natsStatus set_patience(natsOptions *o, dm_link *l)
{
    natsStatus s = natsOptions_SetName(o, "demarche");
    if (s == NATS_OK)
        s = natsOptions_SetTimeout(o, CONNECT_MS);
    if (s == NATS_OK)
        s = natsOptions_SetMaxReconnect(o, -1);
    if (s == NATS_OK)
        s = natsOptions_SetCustomReconnectDelay(o, pause_before_next, l);
    if (s == NATS_OK)
        s = natsOptions_SetReconnectBufSize(o, KEEP_BYTES);
    if (s == NATS_OK)
        s = natsOptions_SetPingInterval(o, DM_PING_MS);
    if (s == NATS_OK)
        s = natsOptions_SetMaxPingsOut(o, DM_PINGS_LOST);
    if (s == NATS_OK) /* its flushing thread waits a moment by the calendar: a day when the clock is set back just then */
        s = natsOptions_SetSendAsap(o, true);
    if (s == NATS_OK)
        s = natsOptions_SetErrorHandler(o, on_error, l);
    if (s == NATS_OK)
        s = natsOptions_SetDisconnectedCB(o, on_disconnected, l);
    if (s == NATS_OK)
        s = natsOptions_SetReconnectedCB(o, on_reconnected, l);
    return s == NATS_OK ? natsOptions_SetClosedCB(o, on_closed, l) : s;
}

static dm_status connect_once(dm_link *l, dm_error *err)
{
    natsOptions *o = NULL;
    natsStatus s = natsOptions_Create(&o);
    if (s == NATS_OK)
        s = set_way(o, l->q);
    if (s == NATS_OK)
        s = set_patience(o, l);
    if (s == NATS_OK)
        s = natsConnection_Connect(&l->nc, o);
    natsOptions_Destroy(o);
    if (s != NATS_OK)
        return dm_link_fail(l->q, "connect to the queue", s, (jsErrCode)0, err);
    jsOptions js;
    jsOptions_Init(&js);
    js.Wait = DM_ASK_MS;
    s = natsConnection_JetStream(&l->js, l->nc, &js);
    return s == NATS_OK ? DM_OK : dm_link_fail(l->q, "use the queue", s, (jsErrCode)0, err);
}

/* --- streams --- */

static void configure(jsStreamConfig *c, const dm_queue *q, dm_stream which, const char *name, const char *const *subject)
{
    jsStreamConfig_Init(c);
    c->Name = name;
    c->Subjects = (const char **)(uintptr_t)subject;
    c->SubjectsLen = 1;
    c->Storage = js_FileStorage;
    c->Retention = which == DM_STREAM_DOCS ? js_WorkQueuePolicy : js_LimitsPolicy; /* what is acknowledged is taken away */
    c->Discard = js_DiscardNew;                                                    /* a full stream refuses; it loses nothing */
    c->Replicas = q->replicas;
    c->Duplicates = (int64_t)DM_DEDUP_SECONDS * 1000000000;
    if (which == DM_STREAM_PARTS)
        c->MaxMsgsPerSubject = 1; /* a part that is sent again takes the place of the first */
    if (which == DM_STREAM_PARTS)
        c->Discard = js_DiscardOld;
}

/* A stream of this name that is not ours is left alone. */
static dm_status check_stream(const dm_queue *q, const jsStreamInfo *si, const char *name, const char *subject, dm_error *err)
{
    for (int i = 0; i < si->Config->SubjectsLen; i++)
        if (strcmp(si->Config->Subjects[i], subject) == 0)
            return DM_OK;
    return dm_fail(err, DM_EUSAGE, 0,
        "the stream '%s' at %.200s does not take '%s': it is another program's; give another name behind the "
        "address",
        name, q->url, subject);
}

static dm_status make_stream(dm_link *l, dm_stream which, dm_error *err)
{
    char name[DM_SUBJECT_MAX], subject[DM_SUBJECT_MAX];
    const char *const subjects[] = { subject };
    jsStreamConfig c;
    jsErrCode code = (jsErrCode)0;
    jsStreamInfo *si = NULL;
    dm_stream_name(l->q, which, name);
    dm_subject(l->q, which, subject);
    natsStatus s = js_GetStreamInfo(&si, l->js, name, NULL, &code);
    if (s == NATS_NOT_FOUND) {
        configure(&c, l->q, which, name, subjects);
        s = js_AddStream(&si, l->js, &c, NULL, &code);
        if (code == JSStreamNameExistErr) /* somebody else made it just now */
            s = js_GetStreamInfo(&si, l->js, name, NULL, &code);
    }
    dm_status st = s == NATS_OK ? check_stream(l->q, si, name, subject, err)
                                : dm_link_fail(l->q, "make the queue's streams", s, code, err);
    jsStreamInfo_Destroy(si);
    return st;
}

static dm_status make_streams(dm_link *l, dm_error *err)
{
    dm_status st = DM_OK;
    for (int i = 0; i < DM_N_STREAMS && st == DM_OK; i++)
        st = make_stream(l, (dm_stream)i, err);
    return st;
}

/* --- open and close --- */

/* Waits for the callback of the end: those before it still look at the link. */
static void end_connection(dm_link *l)
{
    uint64_t until = dm_clock_ms() + CLOSE_MS;
    jsCtx_Destroy(l->js);
    l->js = NULL;
    if (!l->nc)
        return;
    pthread_mutex_lock(&l->lock);
    l->closing = true;
    pthread_mutex_unlock(&l->lock);
    dm_flag_set(&l->leaving);
    natsConnection_Close(l->nc);
    pthread_mutex_lock(&l->lock);
    while (!l->closed && dm_clock_ms() < until)
        dm_wait_ms(&l->done, &l->lock, LOOK_MS);
    l->closing = l->closed = false;
    pthread_mutex_unlock(&l->lock);
    natsConnection_Destroy(l->nc);
    l->nc = NULL;
    l->leaving = 0;
}

void dm_link_close(dm_link *l)
{
    if (!l)
        return;
    end_connection(l);
    pthread_cond_destroy(&l->done);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

size_t dm_link_room(const dm_link *l)
{
    int64_t most = natsConnection_GetMaxPayload(l->nc);
    return most > 2 * DM_MESSAGE_SPARE ? (size_t)most - DM_MESSAGE_SPARE : DM_MESSAGE_SPARE;
}

dm_status dm_link_open(dm_link **out, dm_queue *q, const volatile int *stop, dm_error *err)
{
    dm_link *l = calloc(1, sizeof *l);
    dm_backoff wait = { 0 };
    dm_error own = { .msg = "" };
    uint64_t told = 0;
    if (!l)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a connection");
    l->q = q;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->done, NULL);
    for (;;) {
        dm_status st = l->nc ? DM_OK : connect_once(l, &own);
        if (st == DM_OK)
            st = make_streams(l, &own);
        if (st == DM_OK) {
            *out = l;
            return DM_OK;
        }
        if (!l->js)
            end_connection(l);
        if (st == DM_EAWAY && (!told || dm_clock_ms() - told > TOLD_MS)) {
            dm_queue_tell(q, "%s; trying again", own.msg);
            told = dm_clock_ms();
        }
        if (st == DM_EAWAY && dm_backoff_wait(&wait, q->patience, stop))
            continue;
        dm_link_close(l);
        if (err)
            *err = own;
        return dm_flag(stop) ? DM_END : st;
    }
}

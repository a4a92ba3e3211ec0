// SPDX-License-Identifier: Apache-2.0
/* The queue from inside: address, connection, streams, documents as messages. Only link.c, post.c, take.c and dead.c speak to the library
 * of NATS; a message is published by post.c and read by letter.c and parts.c. */
#ifndef DM_QUEUE_QUEUE_H
#define DM_QUEUE_QUEUE_H

#include "base/str.h"
#include "doc/doc.h"
#include <demarche/queue.h>
#include <nats/nats.h>
#include <pthread.h>

enum {
    DM_SERVERS_MAX = 32,
    DM_STREAM_NAME_MAX = 32, /* bytes; letters, digits, - and _ */
    DM_SUBJECT_MAX = 160,
    DM_TOKEN_BYTES = 32,     /* of a run, of a document's parts */
    DM_MESSAGE_SPARE = 2048, /* bytes of a message that are left for headers, also those of the dead */
    DM_NAME_SHOWN = 200,     /* bytes of a document's name in a header */
    DM_REPLICAS_MAX = 5,
    DM_PARTS_MAX = 65536,
    DM_DEDUP_SECONDS = 120, /* of the streams: a message sent again within it is stored once */
    DM_PING_MS = 4000,      /* how often a silent connection is asked, */
    DM_PINGS_LOST = 2,      /* and how many answers may be missing */
    DM_ASK_MS = 5000,       /* for one answer of the queue */
    DM_DENIED_MAX = 160
};

/* Streams and subjects: NAME with NAME.docs, NAME-parts with NAME.parts.KEY.I, NAME-dead with NAME.dead. */
typedef enum dm_stream { DM_STREAM_DOCS, DM_STREAM_PARTS, DM_STREAM_DEAD, DM_N_STREAMS } dm_stream;
#define DM_CONSUMER "workers"

/* Headers of our messages. */
#define DM_HEAD_FORM "Demarche-Form"     /* document/1: as letter.c writes it; none: an article as it was published */
#define DM_HEAD_NAME "Demarche-Name"     /* for people, and of an article: how its file would be called */
#define DM_HEAD_PARTS "Demarche-Parts"   /* number of parts; the message itself is empty */
#define DM_HEAD_BYTES "Demarche-Bytes"   /* of all parts */
#define DM_HEAD_HASH "Demarche-Hash"     /* of all parts, 16 hex digits */
#define DM_HEAD_KEY "Demarche-Key"       /* by which the parts are found */
#define DM_HEAD_REASON "Demarche-Reason" /* of the dead */
#define DM_HEAD_DELIVERIES "Demarche-Deliveries"
#define DM_FORM_DOCUMENT "document/1"

struct dm_queue {
    char *url;                     /* as it may be shown */
    char *servers[DM_SERVERS_MAX]; /* scheme://host:port */
    size_t n_servers;
    char stream[DM_STREAM_NAME_MAX + 1];
    bool tls, exposed;
    char *creds, *user, *password, *tls_ca, *tls_cert, *tls_key;
    unsigned replicas, patience;
    void *ctx;
    void (*note)(void *ctx, dm_str line);
    pthread_mutex_t telling;    /* over note and what follows */
    char denied[DM_DENIED_MAX]; /* what the server said when it last did not allow something */
    uint64_t denied_at;         /* clock of it; 0: never */
};

/* creds.c: a file that only its owner may read. */
dm_status dm_secret_check(const char *path, const char *what, dm_error *err);
/* DM_EINPUT: it is no credentials file as NATS makes them, or its key is damaged. */
dm_status dm_creds_check(const char *path, dm_error *err);

/* url.c */
dm_status dm_url_read(dm_queue *q, const char *url, dm_error *err);
void dm_stream_name(const dm_queue *q, dm_stream which, char out[DM_SUBJECT_MAX]);
void dm_subject(const dm_queue *q, dm_stream which, char out[DM_SUBJECT_MAX]); /* of parts: with the wild card */

/* backoff.c: waits that grow from 100 ms to `most`, with jitter, and look at *stop. */
typedef struct dm_backoff {
    uint64_t ms, most_ms, began; /* began: clock of the first failure, 0: none */
    uint64_t seed;
} dm_backoff;
enum { DM_BACKOFF_FIRST_MS = 100, DM_BACKOFF_MOST_MS = 10000 };
void dm_backoff_reset(dm_backoff *b);
/* How long the next wait should be; grows. */
uint64_t dm_backoff_next(dm_backoff *b);
/* Waits; false when *stop was set, or when `patience` seconds (0: any) have passed since the first failure. */
bool dm_backoff_wait(dm_backoff *b, unsigned patience, const volatile int *stop);
void dm_wait_ms(pthread_cond_t *told, pthread_mutex_t *held, unsigned ms); /* until it is told, or so long */
uint64_t dm_clock_ms(void);                                                /* never goes back */
void dm_queue_token(char out[DM_TOKEN_BYTES]);                             /* random: 16 hex digits */

/* link.c: one connection. */
typedef struct dm_link {
    dm_queue *q;
    natsConnection *nc;
    jsCtx *js;
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool closing, closed;    /* under lock */
    char why[DM_DENIED_MAX]; /* it was closed; under lock */
    volatile int leaving;    /* a flag: nobody waits for a server any more */
} dm_link;
void dm_queue_tell(dm_queue *q, const char *format, ...) DM_PRINTF(2, 3);
/* Connects, and makes the streams that are not there. Waits as long as the queue's patience allows. DM_END: *stop. */
dm_status dm_link_open(dm_link **out, dm_queue *q, const volatile int *stop, dm_error *err);
void dm_link_close(dm_link *l);
/* DM_EUSAGE: the connection was ended for good, and not by us. */
dm_status dm_link_lost(dm_link *l, dm_error *err);
/* Whether this user was just now not allowed something: what it waits for then never comes. out: what the server said. */
bool dm_link_denied(dm_queue *q, char out[DM_DENIED_MAX]);
size_t dm_link_room(const dm_link *l); /* bytes of one message's body */
/* What the library said in our words: DM_EAWAY for what may pass, DM_EUSAGE where asking again is no use. */
dm_status dm_link_fail(dm_queue *q, const char *doing, natsStatus s, jsErrCode code, dm_error *err);

/* letter.c: a document that was read, as bytes and back. Nothing of it is trusted. */
dm_status dm_letter_write(dm_buf *out, const dm_doc *doc, dm_error *err);
dm_status dm_letter_read(dm_doc *doc, dm_str bytes, dm_error *err);

/* message.c: a message taken apart, and documents in parts. */
typedef struct dm_message {
    dm_str form, name, key;     /* borrowed from the message */
    dm_str body;                /* borrowed; empty when it lies in parts */
    uint64_t parts, size, hash; /* parts 0: whole */
} dm_message;
/* DM_EINPUT: its headers are not ours. */
dm_status dm_message_read(dm_message *out, natsMsg *msg, dm_error *err);
/* All parts joined into out; DM_EIO: ask again later; DM_EINPUT, DM_ELIMIT: they are not there, not whole, too much. */
dm_status dm_message_join(dm_link *l, const dm_message *m, dm_buf *out, dm_error *err);
void dm_parts_subject(const dm_queue *q, dm_str key, uint64_t i, char out[DM_SUBJECT_MAX]); /* i UINT64_MAX: of all */
/* Takes the parts of a document away; what stays after a failure is only in the way. */
void dm_parts_remove(dm_link *l, dm_str key);
/* A header's text without what has no place in one, cut at `most` bytes with its end. */
void dm_header_text(char *out, size_t most, dm_str text);
dm_status dm_message_head(natsMsg *msg, const char *name, dm_error *err, const char *format, ...) DM_PRINTF(4, 5);
/* "" when it is not there. */
const char *dm_message_header(natsMsg *msg, const char *name);
/* One message, confirmed before it returns; id may be NULL. */
dm_status dm_message_post(dm_link *l, natsMsg *msg, const char *id, dm_error *err);

/* post.c: messages onto the queue, many at once, each confirmed by the queue, sent again until it is. */
typedef struct dm_post dm_post;
enum { DM_WINDOW_MESSAGES = 512, DM_WINDOW_BYTES = 8 << 20, DM_MARK_BYTES = 16 };
/* confirmed: called from within the calls below for each message that has a mark. */
typedef void dm_confirmed_fn(void *ctx, const uint8_t mark[DM_MARK_BYTES], size_t bytes);
dm_status dm_post_open(
    dm_post **out, dm_link *l, dm_confirmed_fn *confirmed, void *ctx, const volatile int *stop, dm_error *err);
void dm_post_close(dm_post *p);
/* Waits for room. DM_EAWAY: the patience is over; DM_END: *stop. The message is the post's; dm_post_send() it. */
dm_status dm_post_begin(dm_post *p, const char *subject, dm_str bytes, const char *id, natsMsg **msg, dm_error *err);
dm_status dm_post_send(dm_post *p, const uint8_t *mark, dm_error *err); /* mark may be NULL */
/* Until all are confirmed; also after *stop for as long as DM_FLUSH_MS. */
enum { DM_FLUSH_MS = 10000 };
dm_status dm_post_flush(dm_post *p, dm_error *err);
uint64_t dm_post_retries(const dm_post *p);

/* journal.c: the documents of a call that the queue has. */
typedef struct dm_journal {
    int fd; /* -1: none is kept */
    char *path;
    char run[DM_TOKEN_BYTES];
    uint8_t (*before)[DM_MARK_BYTES]; /* of an earlier call; sorted */
    size_t n_before;
    bool failed; /* could not be written: told at the end */
} dm_journal;
dm_status dm_journal_open(dm_journal *j, const char *path, dm_error *err); /* path NULL: none */
bool dm_journal_has(const dm_journal *j, const uint8_t mark[DM_MARK_BYTES]);
void dm_journal_add(dm_journal *j, const uint8_t mark[DM_MARK_BYTES]);
void dm_journal_close(dm_journal *j, bool finished); /* finished: the file goes */

/* trial.c: a process of its own that codes documents that may have killed a worker. */
typedef struct dm_trial dm_trial;
dm_status dm_trial_start(dm_trial **out, const dm_coder *coder, unsigned seconds, dm_error *err);
void dm_trial_end(dm_trial *t);
/* DM_OK: it can be coded; DM_EINPUT with the reason: it kills; DM_EIO: the trial itself is no more. */
dm_status dm_trial_run(dm_trial *t, dm_str form, dm_str name, dm_str bytes, dm_error *err);

/* letter.c: a message's bytes as a document that was read; raw articles go through the readers. */
dm_status dm_letter_open(const dm_coder *coder, dm_doc **doc, dm_str form, dm_str name, dm_str bytes, dm_error *err);

/* dead.c: puts a document away. */
dm_status dm_dead_put(dm_link *l, natsMsg *msg, uint64_t deliveries, const char *reason, dm_error *err);

/* pull.c: messages of the workers' consumer, and what is answered to them. Of one thread, but for the answers; NULL is nothing to end. */
typedef struct dm_pull dm_pull;
dm_status dm_pull_open(dm_pull **out, dm_link *l, dm_error *err);
void dm_pull_close(dm_pull *p); /* what nobody took goes back */
/* Up to n messages, as soon as there are some; the caller's. NATS_TIMEOUT: there were none for so long; another status: the queue is away,
 * or its consumer is. */
natsStatus dm_pull_some(dm_pull *p, natsMsg **out, size_t n, unsigned ms, size_t *got);
void dm_pull_keep(dm_pull *p); /* what came and was not taken yet stays ours */
void dm_pull_end(dm_pull *p);  /* waits for what was asked for, and hands it back */
void dm_pull_ack(dm_link *l, natsMsg *msg);
bool dm_pull_ack_sure(dm_link *l, natsMsg *msg); /* the queue has confirmed it */
void dm_pull_alive(dm_link *l, natsMsg *msg);
void dm_pull_back(dm_link *l, natsMsg *msg, unsigned seconds); /* comes again, after so many */
uint64_t dm_pull_deliveries(natsMsg *msg);                     /* 0: it is no message of a consumer */

/* metrics.c */
typedef struct dm_meter dm_meter;
dm_status dm_meter_start(dm_meter **out, const char *where, void (*write)(void *ctx, dm_buf *out), void *ctx, dm_error *err);
const char *dm_meter_url(const dm_meter *m);
void dm_meter_stop(dm_meter *m);

#endif

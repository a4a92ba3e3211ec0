// SPDX-License-Identifier: Apache-2.0
/* Many machines, one record: documents go onto a queue, workers code them into the record. The queue is NATS JetStream; its streams,
 * their settings and what is guaranteed: docs/queue.md.
 *
 * A dm_queue is where the queue is and how one gets in; each call below makes its own connection. Nothing here prints: what a user should
 * know comes through the callbacks. Passwords are taken from files or given by the caller, and never told. */
#ifndef DEMARCHE_QUEUE_H
#define DEMARCHE_QUEUE_H

#include <demarche/record.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dm_queue dm_queue;

/* Set with DM_QUEUE_OPTS_INIT and then change fields. Strings are copied; those not needed are NULL. */
typedef struct dm_queue_opts {
    unsigned version;
    const char *creds;           /* file of a user's JWT and seed, as nsc writes it */
    const char *user, *password; /* or login: file with one line USER:PASSWORD */
    const char *login;
    const char *tls_ca;                   /* file of certificates that are trusted; turns TLS on, as does tls:// */
    const char *tls_cert, *tls_key;       /* files by which this side shows who it is; together */
    unsigned replicas;                    /* of streams that are made: 1, 3 or 5; 0: 1 */
    unsigned patience;                    /* seconds without the queue before a call gives up; 0: never */
    void *ctx;                            /* for note */
    void (*note)(void *ctx, dm_str line); /* the queue is away, is back ...; from any thread, one at a time; may be NULL */
} dm_queue_opts;
#define DM_QUEUE_OPTS_VERSION 1
#define DM_QUEUE_OPTS_INIT                                                                                                     \
    {                                                                                                                          \
        .version = DM_QUEUE_OPTS_VERSION                                                                                       \
    }

/* url: nats://HOST[:PORT][,HOST...][/STREAM], or tls://. DM_EUSAGE: no such address, options that do not go together; DM_EIO, DM_EINPUT: a
 * file that cannot be read, or is not what it should be. Nothing is connected yet. */
DM_API dm_status dm_queue_open(dm_queue **out, const char *url, const dm_queue_opts *opts, dm_error *err);
/* NULL is allowed. */
DM_API void dm_queue_close(dm_queue *q);
/* The address without what was secret in it; lives as long as q. */
DM_API const char *dm_queue_url(const dm_queue *q);
/* True: the address itself held a password, which others on the machine can see in the list of processes. */
DM_API bool dm_queue_exposed(const dm_queue *q);

/* --- sending --- */

typedef struct dm_send_stats {
    uint64_t sent;    /* documents that the queue has confirmed in this call */
    uint64_t before;  /* documents of an earlier, interrupted call, which were passed over */
    uint64_t failed;  /* inputs that could not be read */
    uint64_t parted;  /* of `sent`: over the server's limit, sent in parts */
    uint64_t bytes;   /* of text, of `sent` */
    uint64_t read;    /* bytes of the inputs, as they came */
    uint64_t retries; /* messages that were sent again because no answer came */
} dm_send_stats;

typedef struct dm_send_opts {
    unsigned version;
    const char *journal; /* file that keeps how far the call came; one that is there is gone on from. NULL: none is kept */
    void *ctx;
    void (*note)(void *ctx, dm_str line);
    void (*failed)(void *ctx, const dm_error *err);
    void (*after)(void *ctx, const dm_send_stats *so_far);
    const volatile int *stop; /* not NULL and not 0: ends; what was read is sent, the journal stays */
} dm_send_opts;
#define DM_SEND_OPTS_VERSION 1
#define DM_SEND_OPTS_INIT                                                                                                      \
    {                                                                                                                          \
        .version = DM_SEND_OPTS_VERSION                                                                                        \
    }

/* Every document of `in` onto the queue; DM_OK when all are confirmed, also when some inputs could not be read. The journal is taken away
 * then, so that the same call sends everything anew. opts and stats may be NULL. DM_EAWAY: the queue was away for too long. */
DM_API dm_status dm_queue_send(dm_queue *q, dm_input *in, const dm_send_opts *opts, dm_send_stats *stats, dm_error *err);

/* --- working --- */

typedef struct dm_work_stats {
    uint64_t taken;                                     /* messages, also those delivered again */
    uint64_t redelivered;                               /* of `taken`: delivered before */
    uint64_t added, known, events, near_copies, linked; /* as in dm_add_stats */
    uint64_t dead;                                      /* put away with their reason */
    uint64_t given_back;                                /* handed back unfinished at the end */
    uint64_t retries;                                   /* filings that were tried again because the record was away */
    uint64_t batches;                                   /* transactions */
} dm_work_stats;

typedef struct dm_work_opts {
    unsigned version;
    unsigned threads;          /* that code; 0: one for each processor */
    unsigned batch;            /* documents of one transaction, at most */
    unsigned ack_seconds;      /* after which the queue delivers again what a worker that fell silent had */
    unsigned max_deliver;      /* deliveries of a document that kills or stalls the coder before it is put away */
    unsigned document_seconds; /* processor time for coding a document that was delivered before */
    bool until_empty;          /* ends when nothing is left, also with other workers */
    const char *metrics;       /* "127.0.0.1:PORT" (port 0: any free one), "[::1]:PORT"; NULL: none */
    void *ctx;
    void (*note)(void *ctx, dm_str line);            /* from any thread, one at a time, as the others */
    void (*started)(void *ctx, const char *metrics); /* the queue and the record are there; where the metrics are, or NULL */
    void (*dead)(void *ctx, dm_str name, dm_str reason);
    void (*after)(void *ctx, const dm_work_stats *so_far); /* behind each transaction */
    const volatile int *stop; /* not NULL and not 0: ends after what is being coded is filed; the rest is handed back */
} dm_work_opts;
enum { DM_WORK_BATCH = 256, DM_WORK_ACK_SECONDS = 30, DM_WORK_MAX_DELIVER = 5, DM_WORK_DOCUMENT_SECONDS = 300 };
#define DM_WORK_OPTS_VERSION 1
#define DM_WORK_OPTS_INIT                                                                                                      \
    {                                                                                                                          \
        .version = DM_WORK_OPTS_VERSION, .batch = DM_WORK_BATCH, .ack_seconds = DM_WORK_ACK_SECONDS,                           \
        .max_deliver = DM_WORK_MAX_DELIVER, .document_seconds = DM_WORK_DOCUMENT_SECONDS                                       \
    }

/* Takes documents from the queue, codes them, files them in the record named `store` (made when it is not there), and acknowledges what was
 * committed. Waits for a queue or a record that is away. Starts one child process, which tries documents that may have killed a worker.
 * DM_OK: stopped, or empty; stats may be NULL. */
DM_API dm_status dm_queue_work(
    dm_queue *q, const dm_coder *coder, const char *store, const dm_work_opts *opts, dm_work_stats *stats, dm_error *err);

/* --- what could not be coded --- */

typedef struct dm_dead {
    uint64_t number; /* by which it is named below; grows */
    int64_t when;    /* seconds since 1970 */
    const char *name, *reason;
    uint64_t deliveries, bytes;
    bool parts; /* its text lies in parts */
} dm_dead;
/* Strings live until it returns. Another status than DM_OK ends the walk; DM_END without an error. */
typedef dm_status dm_dead_fn(void *ctx, const dm_dead *d, dm_error *err);
DM_API dm_status dm_queue_dead(dm_queue *q, dm_dead_fn *fn, void *ctx, dm_error *err);
/* Sends them back onto the queue, or drops them for good. DM_EUSAGE: there is no such number (those before it are done). */
DM_API dm_status dm_queue_replay(dm_queue *q, const uint64_t *numbers, size_t n, dm_error *err);
DM_API dm_status dm_queue_drop(dm_queue *q, const uint64_t *numbers, size_t n, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

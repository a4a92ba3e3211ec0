// SPDX-License-Identifier: Apache-2.0
/* The desk without its sockets: records that are lent to the threads that answer, and the answers. */
#ifndef DM_SERVE_DESK_H
#define DM_SERVE_DESK_H

#include "serve/ask.h"
#include "serve/json.h"
#include <demarche/desk.h>
#include <demarche/instrument.h>
#include <demarche/serve.h>
#include <pthread.h>

enum {
    DM_READERS_MAX = 4,     /* questions to the record at once */
    DM_DOWNLOADS_MAX = 2,   /* downloads at once, with records of their own */
    DM_ANSWER_SECONDS = 30, /* a question that takes longer is given up */
    DM_DOWNLOAD_SECONDS = 1800,
    DM_TOKEN_BYTES = 32
};

/* Answers that took long are kept while the record stays as it is: their tag tells. */
enum { DM_KEPT_MAX = 64, DM_KEPT_BYTES = 512 * 1024 };
#define DM_KEPT_LEAST_NS UINT64_C(50000000)
enum { DM_TAG_BYTES = 20 };
typedef struct dm_kept {
    char tag[DM_TAG_BYTES];
    dm_buf body;
} dm_kept;

typedef struct dm_desk {
    char *path, *data_dir, *reviewer;
    bool writable;
    char token[2 * DM_TOKEN_BYTES + 1]; /* for requests that change something */
    uint64_t mark;                      /* of this run: tags of an earlier one are void */
    volatile int stop;                  /* questions in hand are given up */
    pthread_mutex_t lock;               /* over the pool and watch */
    pthread_cond_t given_back;
    dm_record *idle[DM_READERS_MAX];
    unsigned n_idle, n_open, n_downloads;
    dm_record *watch;          /* sees whether the record changed */
    dm_kept kept[DM_KEPT_MAX]; /* under lock, too */
    unsigned next_kept;
    pthread_mutex_t writing; /* over writer and coder */
    dm_record *writer;
    dm_coder *coder; /* opened for the first article */
} dm_desk;

dm_status dm_desk_open(dm_desk **out, const char *path, const dm_serve_opts *opts, dm_error *err);
void dm_desk_close(dm_desk *d);

/* A record for one question; waits for one. Every question has to give it back. */
dm_status dm_desk_take(dm_desk *d, dm_record **out, dm_error *err);
void dm_desk_give(dm_desk *d, dm_record *r);
/* "\"0123456789abcdef\"": changes when the record does, or another question is asked. */
dm_status dm_desk_tag(dm_desk *d, const char *url, char out[DM_TAG_BYTES], dm_error *err);

/* True: the answer with this tag was kept and is in *body. */
bool dm_desk_kept(dm_desk *d, const char *tag, dm_buf *body);
void dm_desk_keep(dm_desk *d, const char *tag, const dm_buf *body);

/* A reply in memory, or one that a download makes. */
typedef struct dm_http_reply {
    unsigned status; /* HTTP */
    const char *type;
    dm_buf body;
    const char *file;       /* name to save it under, or NULL */
    const char *allow;      /* of 405 */
    char tag[DM_TAG_BYTES]; /* "" for none */
    bool close;             /* the connection, too */
    bool streams;           /* the body comes from dm_desk_stream() */
} dm_http_reply;

/* Answers a request under /api/. has: tags that the client has (If-None-Match) or NULL. Never fails: what goes wrong is in the reply. */
void dm_desk_answer(dm_desk *d, const dm_request *q, const char *has, dm_http_reply *out);
void dm_reply_fail(dm_http_reply *out, unsigned status, const dm_error *err);
/* The rows of a download, piece by piece; a status other than DM_OK from emit ends it. */
dm_status dm_desk_stream(
    dm_desk *d, const dm_request *q, dm_status (*emit)(void *ctx, dm_str bytes, dm_error *err), void *ctx, dm_error *err);

/* Whether a request of this path may change something; bytes that its body may have. */
bool dm_desk_changes(const char *path);
size_t dm_desk_body_max(const char *path);

/* --- the answers, by file --- */

/* rest: the path behind the answer's own, or "". DM_EUSAGE and DM_EINPUT are the client's fault; out->status says more. */
typedef struct dm_question {
    dm_desk *desk;
    dm_record *record;
    const dm_request *q;
    const char *rest;
    dm_http_reply *out;
} dm_question;
typedef dm_status dm_answer_fn(dm_question *w, dm_error *err);
dm_answer_fn dm_answer_record, dm_answer_names, dm_answer_events, dm_answer_event, dm_answer_document, dm_answer_sources,
    dm_answer_actors, dm_answer_stats, dm_answer_dyads, dm_answer_stance, dm_answer_pressure, dm_answer_instruments,
    dm_answer_instrument, dm_answer_reviews, dm_answer_review_stats, dm_answer_download, dm_answer_post_review,
    dm_answer_post_undo, dm_answer_post_document;

/* One event of the record with day and review. */
dm_status dm_put_answer_event(dm_buf *b, dm_record *r, const dm_filed *row, dm_error *err);
/* Near copies as "near":[...]. */
dm_status dm_put_answer_near(dm_buf *b, dm_record *r, const char *document, dm_error *err);
void dm_put_answer_review(dm_buf *b, const dm_review *v);
/* "parts":[...] and the roll calls among them once more as "votes":[...], by day, each with all its sides; "votes_total". Roll calls are
 * paged: those that are not on the page are not among the parts either. */
typedef void dm_put_part_fn(dm_buf *b, const dm_part *p);
dm_status dm_put_answer_parts(
    dm_buf *b, const dm_life *life, uint64_t offset, uint64_t limit, dm_put_part_fn *put, dm_error *err);
/* 404 with this message. */
dm_status dm_answer_missing(dm_question *w, dm_error *err, const char *format, ...) DM_PRINTF(3, 4);

#endif

// SPDX-License-Identifier: Apache-2.0
/* Replies out: headers that browsers heed, gzip, pages, downloads. */
#include "serve/pages.h"
#include "serve/server.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

enum { STREAM_BLOCK = 64 * 1024, GZIP_WINDOW = 15 + 16, GZIP_LEVEL = 5, GZIP_MEMORY = 8 };

/* Own scripts and styles only, no frames, no forms to elsewhere: text of articles can never run. */
#define PAGE_POLICY                                                                                                            \
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; "   \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'; sandbox"

static void head(struct MHD_Response *r, const char *policy)
{
    static const char *const all[][2] = { { "X-Content-Type-Options", "nosniff" }, { "X-Frame-Options", "DENY" },
        { "Referrer-Policy", "no-referrer" }, { "Cross-Origin-Opener-Policy", "same-origin" },
        { "Cross-Origin-Resource-Policy", "same-origin" }, { "Cross-Origin-Embedder-Policy", "require-corp" },
        { "Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()" },
        { "Vary", "Accept-Encoding" } };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        MHD_add_response_header(r, all[i][0], all[i][1]);
    MHD_add_response_header(r, "Content-Security-Policy", policy);
}

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* True: the body is packed now. */
static bool zip(dm_buf *body)
{
    z_stream z = { .zalloc = Z_NULL };
    if (body->len < DM_ZIP_LEAST || body->len > UINT32_MAX / 2 ||
        deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t room = deflateBound(&z, (uLong)body->len);
    unsigned char *out = malloc(room);
    z.next_in = (unsigned char *)body->p;
    z.avail_in = (uInt)body->len;
    z.next_out = out;
    z.avail_out = (uInt)room;
    bool ok = out && deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < body->len;
    deflateEnd(&z);
    if (!ok) {
        free(out);
        return false;
    }
    dm_buf_free(body);
    *body = (dm_buf){ .p = (char *)out, .len = z.total_out, .cap = room };
    return true;
}

/* --- downloads --- */

/* A thread walks over the record and writes into one end of a pair of sockets; MHD's thread reads the other when the client is ready. */
typedef struct stream {
    dm_desk *desk;
    dm_request q;
    int from, to;
    pthread_t thread;
    dm_status ended; /* of the thread, once it is joined */
    bool joined;
} stream;

static dm_status write_all(void *ctx, dm_str bytes, dm_error *err)
{
    const stream *s = ctx;
    while (bytes.len) {
        ssize_t n = send(s->to, bytes.p, bytes.len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return dm_fail(err, DM_EIO, 0, "the client is gone: %s", strerror(errno));
        bytes.p += n;
        bytes.len -= (size_t)n;
    }
    return DM_OK;
}

static void *produce(void *ctx)
{
    stream *s = ctx;
    dm_error err;
    s->ended = dm_desk_stream(s->desk, &s->q, write_all, s, &err);
    shutdown(s->to, SHUT_WR);
    return NULL;
}

static void join(stream *s)
{
    if (!s->joined)
        pthread_join(s->thread, NULL);
    s->joined = true;
}

static ssize_t on_read(void *ctx, uint64_t at, char *out, size_t room)
{
    (void)at;
    stream *s = ctx;
    ssize_t n;
    while ((n = recv(s->from, out, room, 0)) < 0 && errno == EINTR)
        ;
    if (n > 0)
        return n;
    join(s);
    return n == 0 && s->ended == DM_OK ? MHD_CONTENT_READER_END_OF_STREAM
                                       : MHD_CONTENT_READER_END_WITH_ERROR; /* never cut short unseen */
}

static void on_free(void *ctx)
{
    stream *s = ctx;
    close(s->from); /* the thread sees that nobody reads */
    join(s);
    close(s->to);
    free(s);
}

/* dm_request points into itself: taken along by hand. */
static void copy_request(dm_request *to, const dm_request *from)
{
    *to = *from;
    to->path = to->url + (from->path - from->url);
    for (size_t i = 0; i < from->n_param; i++) {
        to->param[i].key = to->url + (from->param[i].key - from->url);
        to->param[i].value = to->url + (from->param[i].value - from->url);
    }
    to->body = DM_NIL;
}

static struct MHD_Response *open_stream(dm_desk *d, const dm_request *q)
{
    int pair[2];
    stream *s = calloc(1, sizeof *s);
    if (!s || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        free(s);
        return NULL;
    }
    s->desk = d;
    s->from = pair[0];
    s->to = pair[1];
    copy_request(&s->q, q);
    if (pthread_create(&s->thread, NULL, produce, s) != 0) {
        close(pair[0]);
        close(pair[1]);
        free(s);
        return NULL;
    }
    struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_read, s, on_free);
    if (!r)
        on_free(s);
    return r;
}

/* --- replies --- */

static struct MHD_Response *make(dm_server *s, struct MHD_Connection *c, const dm_request *q, dm_http_reply *reply)
{
    if (reply->status == 200 && reply->streams)
        return open_stream(s->desk, q);
    bool packed = dm_takes_gzip(header(c, "Accept-Encoding")) && zip(&reply->body);
    size_t len = reply->body.failed ? 0 : reply->body.len;
    struct MHD_Response *r = MHD_create_response_from_buffer(
        len, reply->body.p ? reply->body.p : (void *)"", reply->body.p ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (r)
        reply->body = (dm_buf){ .p = NULL };
    if (r && packed)
        MHD_add_response_header(r, "Content-Encoding", "gzip");
    return r;
}

enum MHD_Result dm_send(dm_server *s, struct MHD_Connection *c, const dm_request *q, dm_http_reply *reply)
{
    char save[80];
    struct MHD_Response *r = make(s, c, q, reply);
    dm_buf_free(&reply->body);
    if (!r)
        return MHD_NO;
    head(r, DATA_POLICY);
    MHD_add_response_header(r, "Content-Type", reply->type);
    MHD_add_response_header(r, "Cache-Control", q->post ? "no-store" : "private, no-cache");
    if (reply->tag[0])
        MHD_add_response_header(r, "ETag", reply->tag);
    if (reply->allow)
        MHD_add_response_header(r, "Allow", reply->allow);
    if (reply->close)
        MHD_add_response_header(r, "Connection", "close");
    if (reply->status == 401)
        MHD_add_response_header(r, "WWW-Authenticate", "Basic realm=\"demarche\", charset=\"UTF-8\"");
    snprintf(save, sizeof save, "attachment; filename=\"%s\"", reply->file ? reply->file : "");
    if (reply->file)
        MHD_add_response_header(r, "Content-Disposition", save);
    enum MHD_Result sent = MHD_queue_response(c, reply->status, r);
    MHD_destroy_response(r);
    return sent;
}

enum MHD_Result dm_send_page(struct MHD_Connection *c, const char *path, bool *found)
{
    const dm_page *p = dm_page_find(path);
    *found = p != NULL;
    if (!p)
        return MHD_NO;
    char tag[DM_TAG_BYTES];
    snprintf(tag, sizeof tag, "\"%016llx\"", (unsigned long long)dm_hash(p->bytes, p->len, 0));
    const char *has = header(c, "If-None-Match");
    bool same = has && dm_tag_matches(has, tag), packed = p->zipped && dm_takes_gzip(header(c, "Accept-Encoding"));
    const unsigned char *bytes = packed ? p->zipped : p->bytes;
    struct MHD_Response *r = MHD_create_response_from_buffer(same     ? 0
                                                             : packed ? p->zipped_len
                                                                      : p->len,
        (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    head(r, PAGE_POLICY);
    MHD_add_response_header(r, "Content-Type", p->type);
    MHD_add_response_header(r, "Cache-Control", p->fixed ? "public, max-age=31536000, immutable" : "no-cache");
    MHD_add_response_header(r, "ETag", tag);
    if (packed && !same)
        MHD_add_response_header(r, "Content-Encoding", "gzip");
    enum MHD_Result sent = MHD_queue_response(c, same ? 304 : 200, r);
    MHD_destroy_response(r);
    return sent;
}

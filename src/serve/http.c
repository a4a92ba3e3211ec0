// SPDX-License-Identifier: Apache-2.0
/* One request: looked at by its header before a byte of its body is taken, then answered. */
#include "serve/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

typedef struct call {
    dm_request q;
    dm_status parsed;
    dm_error err;
    bool begun, too_large;
    size_t body_max;
    dm_buf body;
} call;

void *dm_on_url(void *server, const char *url, struct MHD_Connection *c)
{
    (void)server, (void)c;
    call *k = calloc(1, sizeof *k);
    if (k)
        k->parsed = dm_request_parse(&k->q, url, &k->err);
    return k;
}

void dm_on_completed(void *server, struct MHD_Connection *c, void **slot, enum MHD_RequestTerminationCode how)
{
    (void)how;
    call *k = *slot;
    *slot = NULL;
    if (!k)
        return;
    dm_buf_free(&k->body);
    free(k);
    dm_connection_until(server, c, DM_REQUEST_SECONDS);
}

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

typedef struct frame {
    unsigned hosts, lengths, codings;
    bool bad;
} frame;

static bool is_name(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] <= ' ' || s[i] == 0x7F || strchr("()<>@,;:\\\"/[]?={}", s[i]))
            return false;
    return n > 0;
}

static bool is_value(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7F)
            return false;
    return true;
}

static enum MHD_Result look_at_header(
    void *ctx, enum MHD_ValueKind kind, const char *key, size_t key_n, const char *value, size_t value_n)
{
    frame *f = ctx;
    (void)kind;
    f->hosts += strcasecmp(key, "Host") == 0;
    f->lengths += strcasecmp(key, "Content-Length") == 0;
    if (strcasecmp(key, "Transfer-Encoding") == 0) {
        f->codings++;
        f->bad |= !value || strcasecmp(value, "chunked") != 0;
    }
    f->bad |= !is_name(key, key_n) || (value && !is_value(value, value_n));
    return MHD_YES;
}

/* Where a request ends must be clear: a gateway before the desk that sees it end elsewhere would take the rest for somebody's next one. */
static unsigned check_frame(struct MHD_Connection *c, frame *f, dm_error *err)
{
    MHD_get_connection_values_n(c, MHD_HEADER_KIND, look_at_header, f);
    if (!f->bad && f->lengths + f->codings <= 1)
        return 0;
    dm_fail(err, DM_EUSAGE, 0, "the header is malformed, or does not say clearly where the request ends");
    return 400;
}

/* 0: may go on; else the status of the refusal, its reason in err. */
static unsigned check_who(dm_server *s, struct MHD_Connection *c, const dm_request *q, dm_error *err)
{
    const char *host = header(c, "Host"), *origin = header(c, "Origin"), *site = header(c, "Sec-Fetch-Site");
    frame f = { 0 };
    if (check_frame(c, &f, err) != 0)
        return 400;
    if (f.hosts != 1 || !dm_host_ok(host, s->port, s->name, s->lan)) {
        dm_fail(err, DM_EUSAGE, 0, "this desk is not '%.80s'; open %s", host ? host : "", s->url);
        return 421;
    }
    if (s->passwords && !dm_passwords_ok(s->passwords, header(c, "Authorization"))) {
        dm_fail(err, DM_EUSAGE, 0, "name and password, please");
        return 401;
    }
    bool foreign = site && strcasecmp(site, "same-origin") != 0 && strcasecmp(site, "none") != 0;
    if ((origin && !dm_origin_ok(origin, host, s->name)) || (foreign && strncmp(q->path, "/api/", 5) == 0)) {
        dm_fail(err, DM_EUSAGE, 0, "requests of other sites' pages are not answered");
        return 403;
    }
    return 0;
}

static unsigned check_method(const char *method, call *k, dm_error *err)
{
    k->q.post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    if (k->q.post || strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
        return 0;
    dm_fail(err, DM_EUSAGE, 0, "only GET, HEAD and POST are answered");
    return 405;
}

static unsigned check_post(dm_server *s, struct MHD_Connection *c, call *k, dm_error *err)
{
    const char *token = header(c, "X-Demarche-Token"), *length = header(c, "Content-Length"), *type = header(c, "Content-Type");
    k->body_max = dm_desk_body_max(k->q.path);
    if (!dm_desk_changes(k->q.path))
        return 0; /* answered with 404 or 405 */
    if (s->desk->writable && (!token || !dm_secret_same(token, s->desk->token))) {
        dm_fail(err, DM_EUSAGE, 0, "the header X-Demarche-Token is missing or wrong; GET /api/record tells it");
        return 403;
    }
    if (length && strtoull(length, NULL, 10) > k->body_max) {
        dm_fail(err, DM_ELIMIT, 0, "the body has more than %zu bytes", k->body_max);
        return 413;
    }
    if (k->body_max == DM_BODY_MAX && (!type || strncasecmp(type, "application/json", 16) != 0)) {
        dm_fail(err, DM_EUSAGE, 0, "the body has to be application/json");
        return 415;
    }
    return 0;
}

static enum MHD_Result refuse(dm_server *s, struct MHD_Connection *c, call *k, unsigned status, const dm_error *err)
{
    dm_http_reply reply = { .status = status };
    dm_reply_fail(&reply, status, err);
    reply.close = status == 400; /* what follows may belong to it */
    reply.allow = status == 405 ? "GET, HEAD, POST" : NULL;
    return dm_send(s, c, &k->q, &reply);
}

/* Once the header is there. *status: of a refusal. */
static void look(dm_server *s, struct MHD_Connection *c, const char *method, call *k, unsigned *status, dm_error *err)
{
    *status = 0;
    if (k->parsed != DM_OK) {
        *err = k->err;
        *status = k->parsed == DM_ELIMIT ? 414 : 400;
    } else if ((*status = check_who(s, c, &k->q, err)) == 0 && (*status = check_method(method, k, err)) == 0 && k->q.post) {
        *status = check_post(s, c, k, err);
    }
}

static enum MHD_Result take_body(call *k, const char *data, size_t *len)
{
    if (k->body.len + *len > k->body_max)
        k->too_large = k->body_max > 0; /* where nothing is posted, the path is what is wrong */
    else
        dm_buf_add(&k->body, data, *len);
    *len = 0;
    return MHD_YES;
}

static enum MHD_Result answer(dm_server *s, struct MHD_Connection *c, call *k)
{
    dm_http_reply reply = { .status = 200 };
    dm_error err = { .msg = "" };
    bool found = false;
    dm_connection_until(s, c, DM_REPLY_SECONDS);
    if (k->too_large || k->body.failed) {
        dm_fail(&err, DM_ELIMIT, 0, "the body has more than %zu bytes, or memory ran out", k->body_max);
        return refuse(s, c, k, 413, &err);
    }
    if (strncmp(k->q.path, "/api", 4) != 0 && !k->q.post) {
        enum MHD_Result sent = dm_send_page(c, k->q.path, &found);
        if (found)
            return sent;
    }
    k->q.body = (dm_str){ k->body.p, k->body.len };
    k->q.at = (int64_t)time(NULL);
    dm_desk_answer(s->desk, &k->q, header(c, "If-None-Match"), &reply);
    return dm_send(s, c, &k->q, &reply);
}

enum MHD_Result dm_on_request(void *server, struct MHD_Connection *c, const char *url, const char *method, const char *version,
    const char *data, size_t *len, void **slot)
{
    (void)url, (void)version;
    dm_server *s = server;
    call *k = *slot;
    if (!k)
        return MHD_NO; /* out of memory */
    if (!k->begun) {
        unsigned status;
        dm_error err = { .msg = "" };
        k->begun = true;
        look(s, c, method, k, &status, &err);
        return status ? refuse(s, c, k, status, &err) : MHD_YES;
    }
    return *len ? take_body(k, data, len) : answer(s, c, k);
}

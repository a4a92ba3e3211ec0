// SPDX-License-Identifier: Apache-2.0
/* A worker's metrics over HTTP, as text that Prometheus reads. Loopback only: who else should read them goes through the machine's own
 * agent. One thread, few connections, nothing but GET /metrics. */
#include "queue/queue.h"
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CONNECTIONS = 8, SECONDS = 5, URL_BYTES = 80, ADDRESS_MAX = 64, MEMORY = 8192 };

struct dm_meter {
    struct MHD_Daemon *daemon;
    void (*write)(void *ctx, dm_buf *out);
    void *ctx;
    char url[URL_BYTES];
};

const char *dm_meter_url(const dm_meter *m) { return m->url; }

static enum MHD_Result reply(struct MHD_Connection *c, unsigned code, const char *type, dm_buf *body)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(body->len, body->p, MHD_RESPMEM_MUST_COPY);
    dm_buf_free(body);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    enum MHD_Result done = MHD_queue_response(c, code, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version,
    const char *data, size_t *size, void **con)
{
    static const char none[] = "there is /metrics, to be read with GET\n";
    dm_meter *m = cls;
    dm_buf body = { 0 };
    (void)version, (void)data, (void)con;
    if (*size) { /* a body is none of ours */
        *size = 0;
        return MHD_NO;
    }
    if (strcmp(method, "GET") != 0 || strcmp(url, "/metrics") != 0) {
        dm_buf_add(&body, none, sizeof none - 1);
        return reply(c, strcmp(method, "GET") == 0 ? MHD_HTTP_NOT_FOUND : MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", &body);
    }
    m->write(m->ctx, &body);
    return reply(c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &body);
}

/* 127.0.0.1:9100, [::1]:9100 */
static dm_status read_address(const char *where, struct sockaddr_storage *at, socklen_t *len, dm_error *err)
{
    char host[ADDRESS_MAX] = "";
    const char *colon = strrchr(where, ':');
    struct sockaddr_in *four = (struct sockaddr_in *)at;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)at;
    size_t n = colon ? (size_t)(colon - where) : 0;
    char *end = NULL;
    unsigned long port = colon && colon[1] >= '0' && colon[1] <= '9' ? strtoul(colon + 1, &end, 10) : 65536;
    bool bracket = n > 2 && where[0] == '[' && where[n - 1] == ']';
    if (n < ADDRESS_MAX)
        memcpy(host, bracket ? where + 1 : where, bracket ? n - 2 : n);
    memset(at, 0, sizeof *at);
    *len = bracket ? sizeof *six : sizeof *four;
    bool good = port <= 65535 && end && !*end;
    if (bracket) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        good = good && inet_pton(AF_INET6, host, &six->sin6_addr) == 1 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    } else {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        good = good && inet_pton(AF_INET, host, &four->sin_addr) == 1 && ntohl(four->sin_addr.s_addr) >> 24 == 127;
    }
    return good ? DM_OK
                : dm_fail(err, DM_EUSAGE, 0, "'%.60s' is no address for metrics; write 127.0.0.1:PORT or [::1]:PORT", where);
}

static dm_status start(dm_meter *m, const char *where, const struct sockaddr_storage *at, dm_error *err)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | (at->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    m->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, m, MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)at,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_END);
    const union MHD_DaemonInfo *info = m->daemon ? MHD_get_daemon_info(m->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info)
        return dm_fail(err, DM_EIO, 0, "cannot listen on '%.60s' for metrics: %s", where, strerror(errno));
    snprintf(m->url, sizeof m->url, at->ss_family == AF_INET6 ? "http://[::1]:%u/metrics" : "http://127.0.0.1:%u/metrics",
        info->port);
    return DM_OK;
}

dm_status dm_meter_start(dm_meter **out, const char *where, void (*write)(void *ctx, dm_buf *out), void *ctx, dm_error *err)
{
    struct sockaddr_storage at;
    socklen_t len;
    dm_status st = read_address(where, &at, &len, err);
    dm_meter *m = st == DM_OK ? calloc(1, sizeof *m) : NULL;
    if (!m)
        return st != DM_OK ? st : dm_fail(err, DM_ENOMEM, 0, "out of memory for metrics");
    m->write = write;
    m->ctx = ctx;
    st = start(m, where, &at, err);
    if (st == DM_OK)
        *out = m;
    else
        dm_meter_stop(m);
    return st;
}

void dm_meter_stop(dm_meter *m)
{
    if (!m)
        return;
    if (m->daemon)
        MHD_stop_daemon(m->daemon);
    free(m);
}

// SPDX-License-Identifier: Apache-2.0
/* The address of a queue: scheme://[user:password@]host[:port][,host[:port] ...][/STREAM]. What is secret in it never gets further than
 * dm_queue's own fields. */
#include "queue/queue.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define STREAM_USUAL "DEMARCHE"
enum { URL_MAX = 4096, PORT_USUAL = 4222, SHOWN = 100 };

static dm_status no_address(const char *what, dm_error *err)
{
    return dm_fail(
        err, DM_EUSAGE, 0, "the address of the queue %s; write nats://HOST:PORT or nats://HOST:PORT,HOST:PORT/STREAM", what);
}

/* The name is also part of subjects and of files on the servers. */
static bool read_stream(dm_queue *q, dm_str name)
{
    if (!name.len)
        name = DM_STR(STREAM_USUAL);
    if (name.len > DM_STREAM_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '-' && name.p[i] != '_')
            return false;
    memcpy(q->stream, name.p, name.len);
    q->stream[name.len] = '\0';
    return true;
}

static bool port_is_good(dm_str port)
{
    unsigned long n = 0;
    for (size_t i = 0; i < port.len; i++) {
        if (!isdigit((unsigned char)port.p[i]) || n > 65535)
            return false;
        n = n * 10 + (unsigned long)(port.p[i] - '0');
    }
    return n > 0 && n <= 65535;
}

/* host, host:port, [v6]:port */
static bool server_is_good(dm_str s, bool *with_port)
{
    const char *close = s.len && s.p[0] == '[' ? memchr(s.p, ']', s.len) : NULL;
    size_t host = close ? (size_t)(close - s.p) + 1 : 0;
    while (!close && host < s.len && s.p[host] != ':')
        host++;
    for (size_t i = 0; i < host; i++)
        if (!isalnum((unsigned char)s.p[i]) && !strchr("-._:[]", s.p[i]))
            return false;
    *with_port = host < s.len;
    return host && (host == s.len || (s.p[host] == ':' && port_is_good((dm_str){ s.p + host + 1, s.len - host - 1 })));
}

static dm_status add_server(dm_queue *q, dm_str s, dm_error *err)
{
    bool with_port = false;
    if (!server_is_good(s, &with_port))
        return no_address("has a server that is no HOST:PORT", err);
    if (q->n_servers == DM_SERVERS_MAX)
        return dm_fail(err, DM_EUSAGE, 0, "the address of the queue names more than %d servers", DM_SERVERS_MAX);
    char one[URL_MAX];
    int n = snprintf(one, sizeof one, with_port ? "%s://%.*s" : "%s://%.*s:%d", q->tls ? "tls" : "nats", DM_FMT(s), PORT_USUAL);
    if (n < 0 || (size_t)n >= sizeof one || !(q->servers[q->n_servers] = strdup(one)))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the address of the queue");
    q->n_servers++;
    return DM_OK;
}

static char *copy(dm_str s)
{
    char *out = malloc(s.len + 1);
    if (out && s.len)
        memcpy(out, s.p, s.len);
    if (out)
        out[s.len] = '\0';
    return out;
}

/* user:password@ comes off the front. */
static dm_status take_user(dm_queue *q, dm_str *rest, dm_error *err)
{
    const char *at = NULL;
    for (size_t i = 0; i < rest->len; i++)
        at = rest->p[i] == '@' ? rest->p + i : at;
    if (!at)
        return DM_OK;
    dm_str user = { rest->p, (size_t)(at - rest->p) };
    const char *colon = memchr(user.p, ':', user.len);
    *rest = (dm_str){ at + 1, rest->len - user.len - 1 };
    if (!colon)
        return dm_fail(
            err, DM_EUSAGE, 0, "the address of the queue names a user without a password; give both in a file, with --login");
    q->exposed = true;
    q->user = copy((dm_str){ user.p, (size_t)(colon - user.p) });
    q->password = copy((dm_str){ colon + 1, user.len - (size_t)(colon + 1 - user.p) });
    return q->user && q->password ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the address of the queue");
}

/* The address as it may be told. */
static dm_status set_shown(dm_queue *q, dm_error *err)
{
    dm_buf b = { 0 };
    for (size_t i = 0; i < q->n_servers; i++) {
        const char *s = i ? strstr(q->servers[i], "://") + 3 : q->servers[i];
        dm_buf_add(&b, ",", i ? 1 : 0);
        dm_buf_add(&b, s, strlen(s));
    }
    dm_buf_add(&b, "/", 1);
    dm_buf_add(&b, q->stream, strlen(q->stream) + 1);
    if (b.failed) {
        dm_buf_free(&b);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the address of the queue");
    }
    q->url = b.p;
    return DM_OK;
}

dm_status dm_url_read(dm_queue *q, const char *url, dm_error *err)
{
    dm_str rest = dm_str_of(url), one;
    if (rest.len > URL_MAX / 2)
        return no_address("is too long", err);
    q->tls = dm_str_starts(rest, "tls://");
    if (!q->tls && !dm_str_starts(rest, "nats://"))
        return no_address("begins with neither nats:// nor tls://", err);
    size_t scheme = q->tls ? 6 : 7;
    rest = (dm_str){ rest.p + scheme, rest.len - scheme };
    dm_status st = take_user(q, &rest, err);
    if (st != DM_OK)
        return st;
    const char *slash = memchr(rest.p, '/', rest.len);
    size_t host = slash ? (size_t)(slash - rest.p) : rest.len;
    dm_str stream = slash ? (dm_str){ slash + 1, rest.len - host - 1 } : DM_NIL;
    bool good = read_stream(q, stream);
    if (!good && q->exposed) /* what stands behind the servers may repeat what is secret */
        return no_address("has no good name of a stream behind its servers", err);
    if (!good)
        return dm_fail(err, DM_EUSAGE, 0, "'%.*s' is no name of a stream; letters, digits, - and _, at most %d",
            (int)(stream.len < SHOWN ? stream.len : SHOWN), stream.p, DM_STREAM_NAME_MAX);
    dm_str servers = { rest.p, host };
    while (st == DM_OK && dm_str_split(&servers, ',', &one))
        st = add_server(q, one, err);
    if (st == DM_OK && !q->n_servers)
        return no_address("names no server", err);
    return st == DM_OK ? set_shown(q, err) : st;
}

void dm_stream_name(const dm_queue *q, dm_stream which, char out[DM_SUBJECT_MAX])
{
    static const char *const ends[DM_N_STREAMS] = { "", "-parts", "-dead" };
    snprintf(out, DM_SUBJECT_MAX, "%s%s", q->stream, ends[which]);
}

void dm_subject(const dm_queue *q, dm_stream which, char out[DM_SUBJECT_MAX])
{
    static const char *const ends[DM_N_STREAMS] = { ".docs", ".parts.>", ".dead" };
    snprintf(out, DM_SUBJECT_MAX, "%s%s", q->stream, ends[which]);
}

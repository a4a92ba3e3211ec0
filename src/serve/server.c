// SPDX-License-Identifier: Apache-2.0
/* The server's life: opened, watched, closed. Each connection has a thread of its own, which a slow client may keep without holding up
 * others; questions to the record wait for one of a few records. */
#include "serve/server.h"
#include "base/flag.h"
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_NS = 200 * 1000 * 1000 };

static uint64_t seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec;
}

void dm_on_connection(void *server, struct MHD_Connection *c, void **slot, enum MHD_ConnectionNotificationCode what)
{
    dm_server *s = server;
    dm_connection *own = *slot;
    pthread_mutex_lock(&s->lock);
    if (what == MHD_CONNECTION_NOTIFY_CLOSED && own)
        own->fd = -1; /* before MHD closes it: the number may then be another's */
    const union MHD_ConnectionInfo *fd =
        what == MHD_CONNECTION_NOTIFY_STARTED ? MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD) : NULL;
    for (size_t i = 0; fd && i < sizeof s->connection / sizeof *s->connection; i++)
        if (s->connection[i].fd < 0) {
            s->connection[i] = (dm_connection){ fd->connect_fd, seconds_now() + DM_REQUEST_SECONDS };
            *slot = &s->connection[i];
            break;
        }
    pthread_mutex_unlock(&s->lock);
}

void dm_connection_until(dm_server *s, struct MHD_Connection *c, unsigned seconds)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    dm_connection *own = info ? info->socket_context : NULL;
    if (!own)
        return;
    pthread_mutex_lock(&s->lock);
    own->until = seconds_now() + seconds;
    pthread_mutex_unlock(&s->lock);
}

static void cut_late_ones(dm_server *s)
{
    uint64_t now = seconds_now();
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < sizeof s->connection / sizeof *s->connection; i++)
        if (s->connection[i].fd >= 0 && now > s->connection[i].until)
            shutdown(s->connection[i].fd, SHUT_RDWR);
    pthread_mutex_unlock(&s->lock);
}

void dm_server_run(dm_server *s, const volatile int *stop)
{
    const struct timespec pause = { .tv_nsec = LOOK_NS };
    while (!dm_flag(stop)) {
        nanosleep(&pause, NULL);
        cut_late_ones(s);
    }
}

static dm_status start(dm_server *s, const int fd[DM_SOCKETS], dm_error *err)
{
    const unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC;
    for (int i = 0; i < DM_SOCKETS; i++) {
        if (fd[i] < 0)
            continue;
        struct sockaddr_storage at;
        socklen_t len = sizeof at;
        bool six = getsockname(fd[i], (struct sockaddr *)&at, &len) == 0 && at.ss_family == AF_INET6;
        s->daemon[i] = MHD_start_daemon(flags | (six ? MHD_USE_IPv6 : 0), 0, NULL, NULL, dm_on_request, s,
            MHD_OPTION_LISTEN_SOCKET, fd[i], MHD_OPTION_CONNECTION_LIMIT, (unsigned)DM_CONNECTIONS_MAX,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)DM_CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
            (unsigned)DM_IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, dm_on_connection, s,
            MHD_OPTION_NOTIFY_COMPLETED, dm_on_completed, s, MHD_OPTION_URI_LOG_CALLBACK, dm_on_url, s, MHD_OPTION_END);
        if (!s->daemon[i])
            return dm_fail(err, DM_EIO, 0, "the server does not start: the system has no threads or memory left");
    }
    return DM_OK;
}

static dm_status open_all(dm_server *s, const char *record, const dm_serve_opts *o, dm_error *err)
{
    int fd[DM_SOCKETS] = { -1, -1 };
    dm_status st = o->version == DM_SERVE_OPTS_VERSION
                       ? DM_OK
                       : dm_fail(err, DM_EUSAGE, 0, "dm_serve_opts of version %u, this library has %d; use DM_SERVE_OPTS_INIT",
                             o->version, DM_SERVE_OPTS_VERSION);
    if (st == DM_OK && o->password_file)
        st = dm_passwords_open(&s->passwords, o->password_file, err);
    if (st == DM_OK && o->name && !(s->name = strdup(o->name)))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the desk");
    if (st == DM_OK)
        st = dm_listen(s, o, fd, err);
    if (st == DM_OK)
        st = dm_desk_open(&s->desk, record, o, err);
    if (st == DM_OK)
        st = start(s, fd, err);
    for (int i = 0; i < DM_SOCKETS; i++)
        if (fd[i] >= 0 && !s->daemon[i])
            close(fd[i]);
    return st;
}

dm_status dm_server_open(dm_server **out, const char *record, const dm_serve_opts *opts, dm_error *err)
{
    const dm_serve_opts usual = DM_SERVE_OPTS_INIT;
    dm_server *s = calloc(1, sizeof *s);
    if (!s)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the desk");
    pthread_mutex_init(&s->lock, NULL);
    for (size_t i = 0; i < sizeof s->connection / sizeof *s->connection; i++)
        s->connection[i].fd = -1;
    dm_status st = open_all(s, record, opts ? opts : &usual, err);
    if (st == DM_OK)
        *out = s;
    else
        dm_server_close(s);
    return st;
}

const char *dm_server_url(const dm_server *s) { return s->url; }
bool dm_server_writable(const dm_server *s) { return s->desk->writable; }

void dm_server_close(dm_server *s)
{
    if (!s)
        return;
    if (s->desk)
        dm_flag_set(&s->desk->stop); /* questions in hand end */
    for (int i = 0; i < DM_SOCKETS; i++)
        if (s->daemon[i])
            MHD_stop_daemon(s->daemon[i]);
    dm_desk_close(s->desk);
    dm_passwords_close(s->passwords);
    pthread_mutex_destroy(&s->lock);
    free(s->name);
    free(s);
}

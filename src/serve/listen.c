// SPDX-License-Identifier: Apache-2.0
/* Sockets: 127.0.0.1 and ::1, or the one address that was asked for. */
#include "serve/server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <unistd.h>

static dm_status refused(const char *where, unsigned port, dm_error *err)
{
    if (errno == EADDRINUSE)
        return dm_fail(
            err, DM_EIO, 0, "port %u is taken, perhaps by another desk; end that one, or give another with --port", port);
    if (errno == EACCES)
        return dm_fail(err, DM_EIO, 0, "port %u is for the system; give one from 1024 up with --port", port);
    return dm_fail(err, DM_EIO, 0, "cannot listen on %s, port %u: %s", where, port, strerror(errno));
}

static int open_socket(const struct sockaddr *at, socklen_t len)
{
    int on = 1, fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* connections of an ended desk do not keep the port */
    if (at->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, at, len) == 0 && listen(fd, DM_CONNECTIONS_MAX) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static dm_status port_of(int fd, unsigned *port, dm_error *err)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return dm_fail(err, DM_EIO, 0, "cannot tell the port: %s", strerror(errno));
    *port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port : ((struct sockaddr_in *)&at)->sin_port);
    return DM_OK;
}

static dm_status listen_loopback(dm_server *s, unsigned port, int fd[DM_SOCKETS], dm_error *err)
{
    struct sockaddr_in four = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
    };
    fd[0] = open_socket((struct sockaddr *)&four, sizeof four);
    if (fd[0] < 0)
        return refused("127.0.0.1", port, err);
    dm_status st = port_of(fd[0], &s->port, err);
    struct sockaddr_in6 six = {
        .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)s->port), .sin6_addr = IN6ADDR_LOOPBACK_INIT
    };
    if (st == DM_OK)
        fd[1] = open_socket((struct sockaddr *)&six, sizeof six);
    if (st == DM_OK && fd[1] < 0 && errno == EADDRINUSE)
        return refused("::1", s->port, err); /* else there is no IPv6 here, which is no harm */
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u/", s->port);
    return st;
}

static bool is_loopback(const struct sockaddr *at)
{
    if (at->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)at)->sin_addr.s_addr) >> 24 == 127;
    return at->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)at)->sin6_addr);
}

static dm_status listen_at(dm_server *s, const dm_serve_opts *o, const struct addrinfo *at, int fd[DM_SOCKETS], dm_error *err)
{
    s->lan = !is_loopback(at->ai_addr);
    if (s->lan && !o->password_file)
        return dm_fail(err, DM_EUSAGE, 0,
            "listening on %s lets other machines in: that needs --password-file; 'demarche serve --make-password FILE' writes "
            "one",
            o->listen);
    fd[0] = open_socket(at->ai_addr, at->ai_addrlen);
    if (fd[0] < 0)
        return refused(o->listen, o->port, err);
    dm_status st = port_of(fd[0], &s->port, err);
    snprintf(s->url, sizeof s->url, at->ai_family == AF_INET6 ? "http://[%s]:%u/" : "http://%s:%u/", o->listen, s->port);
    return st;
}

dm_status dm_listen(dm_server *s, const dm_serve_opts *o, int fd[DM_SOCKETS], dm_error *err)
{
    for (int i = 0; i < DM_SOCKETS; i++)
        fd[i] = -1;
    if (o->port > 65535)
        return dm_fail(err, DM_EUSAGE, 0, "there is no port %u", o->port);
    if (!o->listen)
        return listen_loopback(s, o->port, fd, err);
    char port[8];
    struct addrinfo how = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV }, *at = NULL;
    snprintf(port, sizeof port, "%u", o->port);
    if (strlen(o->listen) > INET6_ADDRSTRLEN || getaddrinfo(o->listen, port, &how, &at) != 0)
        return dm_fail(err, DM_EUSAGE, 0, "'%.60s' is no address to listen on, as 0.0.0.0 or 192.168.1.5", o->listen);
    dm_status st = listen_at(s, o, at, fd, err);
    freeaddrinfo(at);
    return st;
}

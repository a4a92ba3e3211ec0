// SPDX-License-Identifier: Apache-2.0
/* The server from inside: sockets, connections and their limits. */
#ifndef DM_SERVE_SERVER_H
#define DM_SERVE_SERVER_H

#include "serve/desk.h"
#include "serve/password.h"
#include <microhttpd.h>

enum {
    DM_CONNECTIONS_MAX = 64,
    DM_CONNECTION_MEMORY = 32 * 1024, /* header and what MHD keeps beside it: a larger header is refused with 431 */
    DM_IDLE_SECONDS = 15,             /* without a byte from or to the client */
    DM_REQUEST_SECONDS = 60,          /* for a request to arrive whole, however it trickles */
    DM_REPLY_SECONDS = DM_DOWNLOAD_SECONDS + 60,
    DM_ZIP_LEAST = 1024,
    DM_SOCKETS = 2 /* 127.0.0.1 and ::1 */
};

typedef struct dm_connection {
    int fd;         /* -1: free */
    uint64_t until; /* clock in seconds at which it is cut */
} dm_connection;

struct dm_server {
    dm_desk *desk;
    dm_passwords *passwords; /* NULL: none is asked for */
    char *name;              /* see dm_serve_opts; may be NULL */
    unsigned port;
    bool lan; /* listens to other machines */
    char url[128];
    struct MHD_Daemon *daemon[DM_SOCKETS];
    pthread_mutex_t lock; /* over connection */
    dm_connection connection[DM_CONNECTIONS_MAX * DM_SOCKETS];
};

/* Listening sockets into fd[], -1 where there is none; sets port, lan, url. */
dm_status dm_listen(dm_server *s, const dm_serve_opts *opts, int fd[DM_SOCKETS], dm_error *err);

/* Callbacks of MHD. */
void *dm_on_url(void *server, const char *url, struct MHD_Connection *c);
enum MHD_Result dm_on_request(void *server, struct MHD_Connection *c, const char *url, const char *method, const char *version,
    const char *data, size_t *len, void **call);
void dm_on_completed(void *server, struct MHD_Connection *c, void **call, enum MHD_RequestTerminationCode how);
void dm_on_connection(void *server, struct MHD_Connection *c, void **connection, enum MHD_ConnectionNotificationCode what);

/* The reply goes out, its memory with it. */
enum MHD_Result dm_send(dm_server *s, struct MHD_Connection *c, const dm_request *q, dm_http_reply *reply);
enum MHD_Result dm_send_page(struct MHD_Connection *c, const char *path, bool *found);
void dm_connection_until(dm_server *s, struct MHD_Connection *c, unsigned seconds);

#endif

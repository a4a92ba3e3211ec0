// SPDX-License-Identifier: Apache-2.0
/* The desk: a record in a browser, served on this machine. The requests and answers: docs/api.md.
 *
 * Only loopback is listened on unless opts->listen says otherwise, which needs a file of passwords. */
#ifndef DEMARCHE_SERVE_H
#define DEMARCHE_SERVE_H

#include <demarche/coder.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dm_server dm_server;

/* Set with DM_SERVE_OPTS_INIT and then change fields. Strings are copied. */
typedef struct dm_serve_opts {
    unsigned version;
    unsigned port;             /* 0: any free one */
    const char *listen;        /* an address that is not loopback: needs password_file; NULL: 127.0.0.1 and ::1 */
    const char *password_file; /* as dm_serve_password() writes it; NULL: none is asked for */
    const char *name;          /* a host name by which the server is reached beside its addresses; NULL: none */
    bool read_only;            /* neither reviews nor documents are taken */
    const char *reviewer;      /* name that the page proposes; may be NULL */
    const char *data_dir;      /* as in dm_coder_opts */
} dm_serve_opts;
#define DM_SERVE_OPTS_VERSION 1
#define DM_SERVE_PORT 8321
#define DM_SERVE_OPTS_INIT                                                                                                     \
    {                                                                                                                          \
        .version = DM_SERVE_OPTS_VERSION, .port = DM_SERVE_PORT                                                                \
    }

/* Opens the record (makes it when it is not there, unless read_only), listens and answers from now on. DM_EIO: the record cannot be
 * opened, the port is taken; DM_EUSAGE: options that do not go together. */
DM_API dm_status dm_server_open(dm_server **out, const char *record, const dm_serve_opts *opts, dm_error *err);
/* "http://127.0.0.1:8321/"; lives as long as the server. */
DM_API const char *dm_server_url(const dm_server *server);
/* False: the record could not be opened for writing, or should not be. */
DM_API bool dm_server_writable(const dm_server *server);
/* Watches over the connections until *stop is not 0. */
DM_API void dm_server_run(dm_server *server, const volatile int *stop);
/* Ends the questions in hand and frees it. NULL is allowed. */
DM_API void dm_server_close(dm_server *server);

/* Writes "NAME:HASH" of the password to the file, in place of an earlier line of that name; readable by its owner alone. */
DM_API dm_status dm_serve_password(const char *path, const char *name, dm_str password, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

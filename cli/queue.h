// SPDX-License-Identifier: Apache-2.0
/* What send and work share: where the queue is and how one gets in. */
#ifndef DM_CLI_QUEUE_H
#define DM_CLI_QUEUE_H

#include "cli.h"
#include <demarche/queue.h>

typedef struct cli_queue {
    char *url, *creds, *login, *tls_ca, *tls_cert, *tls_key;
    int replicas, patience;
} cli_queue;

#define CLI_QUEUE_OPTIONS(a)                                                                                                   \
    { "queue", 'q', POPT_ARG_STRING, &(a)->url, 0, "the queue: nats://HOST:PORT[,HOST:PORT...][/STREAM], or tls://", "URL" },  \
        { "replicas", 0, POPT_ARG_INT, &(a)->replicas, 0, "copies of streams that are made: 1 (default), 3 or 5", "N" },       \
        { "patience", 0, POPT_ARG_INT, &(a)->patience, 0, "seconds to wait for a queue that is away (default: for ever)",      \
            "N" },                                                                                                             \
        { "creds", 0, POPT_ARG_STRING, &(a)->creds, 0, "file with a user's JWT and seed", "FILE" },                            \
        { "login", 0, POPT_ARG_STRING, &(a)->login, 0, "file with one line USER:PASSWORD", "FILE" },                           \
        { "tls-ca", 0, POPT_ARG_STRING, &(a)->tls_ca, 0, "certificates to trust", "FILE" },                                    \
        { "tls-cert", 0, POPT_ARG_STRING, &(a)->tls_cert, 0, "certificate to show", "FILE" },                                  \
    {                                                                                                                          \
        "tls-key", 0, POPT_ARG_STRING, &(a)->tls_key, 0, "its key", "FILE"                                                     \
    }

/* Opens it, with user and password from the environment when they are there; warns of a password in the address. NULL: told, *code. */
dm_queue *cli_queue_open(const cli_queue *a, const char *command, int *code);
void cli_queue_free(cli_queue *a);
/* The first SIGINT or SIGTERM sets *cli_stop(); a second one ends the program at once. */
const volatile int *cli_stop(void);
void cli_catch_signals(void);

#endif

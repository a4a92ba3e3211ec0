// SPDX-License-Identifier: Apache-2.0
/* The queue's options and the signals that end a sender or worker. */
#include "queue.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static volatile int stop_asked; /* the signal */

static void on_signal(int signal) { __atomic_store_n(&stop_asked, signal, __ATOMIC_RELAXED); } /* on any thread */

const volatile int *cli_stop(void) { return &stop_asked; }

void cli_catch_signals(void)
{
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

static void on_note(void *ctx, dm_str line)
{
    (void)ctx;
    cli_say("%.*s", (int)line.len, line.p);
}

dm_queue *cli_queue_open(const cli_queue *a, const char *command, int *code)
{
    dm_error err = { .msg = "" };
    dm_queue *q = NULL;
    dm_queue_opts o = DM_QUEUE_OPTS_INIT;
    o.creds = a->creds;
    o.login = a->login;
    o.tls_ca = a->tls_ca;
    o.tls_cert = a->tls_cert;
    o.tls_key = a->tls_key;
    o.replicas = (unsigned)a->replicas;
    o.patience = (unsigned)a->patience;
    o.note = on_note;
    if (!a->creds && !a->login) {
        o.user = getenv("DEMARCHE_QUEUE_USER");
        o.password = getenv("DEMARCHE_QUEUE_PASSWORD");
    }
    *code = EXIT_USAGE;
    if (!a->url || a->replicas < 0 || a->patience < 0) {
        cli_say(
            "%s", a->url ? "--replicas and --patience are numbers from 0" : "name the queue, as --queue nats://127.0.0.1:4222");
        return NULL;
    }
    dm_status st = dm_queue_open(&q, a->url, &o, &err);
    if (st != DM_OK) {
        cli_say("%s", err.msg);
        *code = st == DM_EUSAGE ? EXIT_USAGE : EXIT_BROKEN;
        return NULL;
    }
    if (dm_queue_exposed(q))
        cli_say(
            "others on this machine can see the password in the address of '%s'; put it into a file and give that with --login",
            command);
    return q;
}

void cli_queue_free(cli_queue *a)
{
    char *const owned[] = { a->url, a->creds, a->login, a->tls_ca, a->tls_cert, a->tls_key };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

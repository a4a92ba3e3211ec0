// SPDX-License-Identifier: Apache-2.0
/* Where the queue is and how one gets in: the caller's options, checked and copied. */
#include "queue/queue.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOGIN_MAX = 1024, SHOWN = 200 };

/* A password goes out of memory before the memory goes back. */
static void forget(char **secret)
{
    if (*secret)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

void dm_queue_close(dm_queue *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->n_servers; i++)
        free(q->servers[i]);
    forget(&q->user);
    forget(&q->password);
    free(q->url);
    free(q->creds);
    free(q->tls_ca);
    free(q->tls_cert);
    free(q->tls_key);
    pthread_mutex_destroy(&q->telling);
    free(q);
}

const char *dm_queue_url(const dm_queue *q) { return q->url; }
bool dm_queue_exposed(const dm_queue *q) { return q->exposed; }

static dm_status copy_string(char **out, const char *s, dm_error *err)
{
    if (!s)
        return DM_OK;
    forget(out);
    *out = strdup(s);
    return *out ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the options of the queue");
}

/* A file that must be there and readable; the library of NATS would only say that TLS failed. */
static dm_status copy_file(char **out, const char *path, const char *what, dm_error *err)
{
    if (path && access(path, R_OK) != 0)
        return dm_fail(err, DM_EIO, 0, "cannot read %s '%.*s': %s", what, SHOWN, path, strerror(errno));
    return copy_string(out, path, err);
}

static dm_status parse_login(dm_queue *q, const char *path, char *line, dm_error *err)
{
    line[strcspn(line, "\r\n")] = '\0';
    char *colon = strchr(line, ':');
    if (!colon || colon == line)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is no login file: its first line is USER:PASSWORD", SHOWN, path);
    *colon = '\0';
    dm_status st = copy_string(&q->user, line, err);
    return st == DM_OK ? copy_string(&q->password, colon + 1, err) : st;
}

static dm_status read_login(dm_queue *q, const char *path, dm_error *err)
{
    char line[LOGIN_MAX];
    dm_status st = dm_secret_check(path, "login file", err);
    if (st != DM_OK)
        return st;
    FILE *f = fopen(path, "re");
    if (!f)
        return dm_fail(err, DM_EIO, 0, "cannot read the login file '%.*s': %s", SHOWN, path, strerror(errno));
    if (!fgets(line, sizeof line, f))
        st = dm_fail(err, DM_EINPUT, 0, "'%.*s' is no login file: its first line is USER:PASSWORD", SHOWN, path);
    else
        st = parse_login(q, path, line, err);
    explicit_bzero(line, sizeof line);
    fclose(f);
    return st;
}

static dm_status read_secrets(dm_queue *q, const dm_queue_opts *o, dm_error *err)
{
    if (!o->user != !o->password)
        return dm_fail(err, DM_EUSAGE, 0, "a user of the queue goes with a password");
    if ((o->user != NULL) + (o->login != NULL) + (o->creds != NULL) + q->exposed > 1)
        return dm_fail(
            err, DM_EUSAGE, 0, "there are several ways into the queue (address, user, login file, creds file); give one");
    if (!o->tls_cert != !o->tls_key)
        return dm_fail(err, DM_EUSAGE, 0, "a TLS certificate goes with its key: give both or none");
    dm_status st = copy_string(&q->user, o->user, err);
    if (st == DM_OK)
        st = copy_string(&q->password, o->password, err);
    if (st == DM_OK && o->login)
        st = read_login(q, o->login, err);
    if (st == DM_OK && o->creds)
        st = dm_creds_check(o->creds, err);
    if (st == DM_OK)
        st = copy_file(&q->creds, o->creds, "the creds file", err);
    if (st == DM_OK)
        st = copy_file(&q->tls_ca, o->tls_ca, "the TLS authorities", err);
    if (st == DM_OK)
        st = copy_file(&q->tls_cert, o->tls_cert, "the TLS certificate", err);
    if (st == DM_OK && o->tls_key)
        st = dm_secret_check(o->tls_key, "TLS key", err);
    if (st == DM_OK)
        st = copy_file(&q->tls_key, o->tls_key, "the TLS key", err);
    q->tls = q->tls || q->tls_ca || q->tls_cert;
    return st;
}

dm_status dm_queue_open(dm_queue **out, const char *url, const dm_queue_opts *opts, dm_error *err)
{
    const dm_queue_opts usual = DM_QUEUE_OPTS_INIT;
    const dm_queue_opts *o = opts ? opts : &usual;
    if (o->version != DM_QUEUE_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_queue_opts of version %u, this library has %d; use DM_QUEUE_OPTS_INIT",
            o->version, DM_QUEUE_OPTS_VERSION);
    if (o->replicas > DM_REPLICAS_MAX)
        return dm_fail(err, DM_EUSAGE, 0, "%u replicas; a stream has 1, 3 or 5", o->replicas);
    dm_queue *q = calloc(1, sizeof *q);
    if (!q)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the queue");
    pthread_mutex_init(&q->telling, NULL);
    q->replicas = o->replicas ? o->replicas : 1;
    q->patience = o->patience;
    q->ctx = o->ctx;
    q->note = o->note;
    dm_status st = dm_url_read(q, url, err);
    if (st == DM_OK)
        st = read_secrets(q, o, err);
    if (st == DM_OK)
        *out = q;
    else
        dm_queue_close(q);
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* Records for the threads that answer: some for reading, opened when they are needed; one for writing, under a lock. */
#include "serve/desk.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static dm_status random_bytes(void *out, size_t n, dm_error *err)
{
    for (char *p = out; n > 0;) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return dm_fail(err, DM_EIO, 0, "no random numbers from the system: %s", strerror(errno));
        p += got;
        n -= (size_t)got;
    }
    return DM_OK;
}

static dm_status make_token(dm_desk *d, dm_error *err)
{
    unsigned char bytes[DM_TOKEN_BYTES];
    dm_status st = random_bytes(bytes, sizeof bytes, err);
    for (size_t i = 0; st == DM_OK && i < sizeof bytes; i++)
        snprintf(d->token + 2 * i, 3, "%02x", bytes[i]);
    return st == DM_OK ? random_bytes(&d->mark, sizeof d->mark, err) : st;
}

static bool copy_opts(dm_desk *d, const char *path, const dm_serve_opts *o)
{
    d->path = strdup(path);
    d->reviewer = strdup(o->reviewer ? o->reviewer : "");
    d->data_dir = o->data_dir ? strdup(o->data_dir) : NULL;
    return d->path && d->reviewer && (d->data_dir || !o->data_dir);
}

/* For writing where that can be: a record that may only be read is still served. */
static dm_status open_records(dm_desk *d, bool read_only, dm_error *err)
{
    dm_error why = { .msg = "" };
    dm_status wrote = read_only ? DM_END : dm_record_open(&d->writer, d->path, DM_ACCESS_WRITE, d->data_dir, &why);
    if (wrote == DM_ENOMEM) /* says nothing of the record */
        return dm_fail(err, wrote, why.at, "%s", why.msg);
    d->writable = wrote == DM_OK;
    dm_status st = dm_record_open(&d->watch, d->path, DM_ACCESS_READ, d->data_dir, err);
    if (st != DM_OK && !read_only && !d->writable)
        return dm_fail(err, why.code, 0, "%s", why.msg); /* what stood in the way first */
    return st;
}

dm_status dm_desk_open(dm_desk **out, const char *path, const dm_serve_opts *opts, dm_error *err)
{
    dm_desk *d = calloc(1, sizeof *d);
    if (!d)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the desk");
    pthread_mutex_init(&d->lock, NULL);
    pthread_mutex_init(&d->writing, NULL);
    pthread_cond_init(&d->given_back, NULL);
    dm_status st = copy_opts(d, path, opts) ? make_token(d, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory for the desk");
    if (st == DM_OK)
        st = open_records(d, opts->read_only, err);
    if (st == DM_OK)
        *out = d;
    else
        dm_desk_close(d);
    return st;
}

void dm_desk_close(dm_desk *d)
{
    if (!d)
        return;
    for (unsigned i = 0; i < d->n_idle; i++)
        dm_record_close(d->idle[i]);
    for (unsigned i = 0; i < DM_KEPT_MAX; i++)
        dm_buf_free(&d->kept[i].body);
    dm_record_close(d->watch);
    dm_record_close(d->writer);
    dm_coder_close(d->coder);
    pthread_mutex_destroy(&d->lock);
    pthread_mutex_destroy(&d->writing);
    pthread_cond_destroy(&d->given_back);
    free(d->path);
    free(d->reviewer);
    free(d->data_dir);
    free(d);
}

dm_status dm_desk_take(dm_desk *d, dm_record **out, dm_error *err)
{
    dm_record *r = NULL;
    pthread_mutex_lock(&d->lock);
    while (d->n_idle == 0 && d->n_open == DM_READERS_MAX)
        pthread_cond_wait(&d->given_back, &d->lock);
    if (d->n_idle)
        r = d->idle[--d->n_idle];
    else
        d->n_open++;
    pthread_mutex_unlock(&d->lock);
    dm_status st = r ? DM_OK : dm_record_open(&r, d->path, DM_ACCESS_READ, d->data_dir, err);
    if (st == DM_OK) {
        dm_record_limit(r, DM_ANSWER_SECONDS, &d->stop);
        *out = r;
        return DM_OK;
    }
    pthread_mutex_lock(&d->lock);
    d->n_open--;
    pthread_cond_signal(&d->given_back);
    pthread_mutex_unlock(&d->lock);
    return st;
}

void dm_desk_give(dm_desk *d, dm_record *r)
{
    dm_record_limit(r, 0, NULL);
    pthread_mutex_lock(&d->lock);
    d->idle[d->n_idle++] = r;
    pthread_cond_signal(&d->given_back);
    pthread_mutex_unlock(&d->lock);
}

dm_status dm_desk_tag(dm_desk *d, const char *url, char out[DM_TAG_BYTES], dm_error *err)
{
    int64_t version = 0;
    pthread_mutex_lock(&d->lock);
    dm_status st = dm_record_changes(d->watch, &version, err);
    pthread_mutex_unlock(&d->lock);
    uint64_t tag = dm_hash(url, strlen(url), d->mark ^ dm_hash(&version, sizeof version, 0));
    snprintf(out, DM_TAG_BYTES, "\"%016llx\"", (unsigned long long)tag);
    return st;
}

bool dm_desk_kept(dm_desk *d, const char *tag, dm_buf *body)
{
    bool found = false;
    pthread_mutex_lock(&d->lock);
    for (unsigned i = 0; i < DM_KEPT_MAX && !found; i++)
        if (d->kept[i].tag[0] && strcmp(d->kept[i].tag, tag) == 0) {
            found = dm_buf_add(body, d->kept[i].body.p, d->kept[i].body.len) == DM_OK;
            break;
        }
    pthread_mutex_unlock(&d->lock);
    if (!found)
        dm_buf_free(body);
    return found;
}

/* In the place of the oldest. */
void dm_desk_keep(dm_desk *d, const char *tag, const dm_buf *body)
{
    if (body->failed || body->len == 0 || body->len > DM_KEPT_BYTES)
        return;
    pthread_mutex_lock(&d->lock);
    dm_kept *k = &d->kept[d->next_kept++ % DM_KEPT_MAX];
    dm_buf_clear(&k->body);
    bool ok = dm_buf_add(&k->body, body->p, body->len) == DM_OK;
    snprintf(k->tag, sizeof k->tag, "%s", ok ? tag : "");
    k->body.failed = false;
    pthread_mutex_unlock(&d->lock);
}

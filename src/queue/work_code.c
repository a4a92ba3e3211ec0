// SPDX-License-Identifier: Apache-2.0
/* The coding threads of a worker: from a message to a coded document, or to the reason why there is none. */
#include "queue/work.h"
#include <inttypes.h>
#include <stdio.h>

enum { KEEP_BYTES = 1 << 20 };

/* One thread's own. */
typedef struct bench {
    worker *w;
    dm_doc *doc;
    dm_buf joined;
} bench;

/* Documents that were delivered too often may be what ended those who had them. */
static dm_status suspect(bench *b, const job *j, const dm_message *m, dm_str bytes, dm_error *err)
{
    const worker *w = b->w;
    if (j->deliveries <= w->o->max_deliver)
        return DM_OK;
    if (j->deliveries > (uint64_t)w->o->max_deliver * HOPELESS)
        return dm_fail(err, DM_EINPUT, 0, "it was delivered %" PRIu64 " times, and never finished", j->deliveries - 1);
    return dm_trial_run(w->trial, m->form, m->name, bytes, err);
}

static dm_status code(bench *b, job *j, uint64_t *ns, dm_error *err)
{
    worker *w = b->w;
    dm_message m;
    uint64_t from = dm_now_ns();
    dm_status st = dm_message_read(&m, j->msg, err);
    if (st == DM_OK && m.parts) {
        j->parts = true;
        st = dm_message_join(w->l, &m, &b->joined, err);
    }
    dm_str bytes = st == DM_OK && m.parts ? (dm_str){ b->joined.p, b->joined.len } : m.body;
    if (st == DM_OK)
        st = suspect(b, j, &m, bytes, err);
    if (st == DM_OK)
        st = dm_letter_open(w->coder, &b->doc, m.form, m.name, bytes, err);
    if (st == DM_OK)
        st = dm_code_doc(w->coder, b->doc, err);
    if (st == DM_OK)
        st = dm_filer_pack(&j->packed, b->doc, err);
    *ns = dm_now_ns() - from;
    if (b->joined.cap > KEEP_BYTES)
        dm_buf_free(&b->joined);
    return st;
}

static void hand_over(worker *w, job *j)
{
    pthread_mutex_lock(&w->lock);
    w->bytes += j->packed.len;
    j->bytes += j->packed.len;
    j->since = dm_clock_ms();
    dm_work_set(w, j, JOB_READY);
    pthread_mutex_unlock(&w->lock);
}

static job *next(worker *w)
{
    pthread_mutex_lock(&w->lock);
    job *j;
    while (!(j = dm_work_pick(w, JOB_WAITING, JOB_CODING)) && !w->ending)
        pthread_cond_wait(&w->to_code, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return j;
}

void *dm_work_coder(void *arg)
{
    worker *w = arg;
    bench b = { .w = w };
    job *j;
    while ((j = next(w))) {
        dm_error err = { .msg = "" };
        uint64_t ns = 0;
        dm_status st = code(&b, j, &ns, &err);
        pthread_mutex_lock(&w->lock);
        w->m.coding_ns += ns;
        pthread_mutex_unlock(&w->lock);
        if (st == DM_OK) {
            hand_over(w, j);
        } else if (st == DM_ENOMEM || st == DM_EIO) { /* of this machine or of now, not of the document */
            dm_queue_tell(w->q, "%s; the document comes again", err.msg);
            dm_work_error(w);
            dm_work_give_back(w, j, LATER_SECONDS);
        } else {
            dm_work_bury(w, j, err.msg);
        }
    }
    dm_doc_free(b.doc);
    dm_buf_free(&b.joined);
    return NULL;
}

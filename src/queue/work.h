// SPDX-License-Identifier: Apache-2.0
/* A worker from inside. One thread takes messages and keeps them alive (take.c), several code (work_code.c), one files (work_file.c); a
 * message that is held is a job, and goes from state to state. */
#ifndef DM_QUEUE_WORK_H
#define DM_QUEUE_WORK_H

#include "pipeline/coder.h"
#include "pipeline/filing.h"
#include "queue/queue.h"

enum {
    JOBS_MAX = 2048,
    WAITING_PER_THREAD = 8,     /* messages taken ahead of the coding */
    HELD_BYTES_MAX = 64 << 20,  /* of messages and coded documents; then none is taken */
    BATCH_BYTES_MAX = 16 << 20, /* of coded documents in one transaction */
    BATCH_MS = 250,             /* that a coded document waits for company */
    BATCH_BUSY_MS = 1500,       /* the same while more are waiting to be coded: large batches cost the record less */
    LATER_SECONDS = 5,          /* until a message that could not be worked on is tried again */
    HOPELESS = 10,              /* times max_deliver deliveries: put away, whatever the trial says */
    BATCH_BUCKETS = 8
};

typedef enum job_state { JOB_FREE, JOB_WAITING, JOB_CODING, JOB_READY, JOB_FILING, JOB_ENDING } job_state;

typedef struct job {
    job_state state; /* under lock */
    natsMsg *msg;
    uint64_t turn, deliveries, since; /* since: clock at which it became ready */
    size_t bytes;                     /* that it holds, under lock */
    bool parts;
    dm_buf packed;
} job;

typedef struct meters {
    uint64_t acks, errors, coding_ns, filing_ns, pending, in_flight, last_commit,
        started; /* the last two: seconds since 1970 */
    uint64_t batch_le[BATCH_BUCKETS], batch_documents;
} meters;

typedef struct worker {
    dm_queue *q;
    const dm_coder *coder;
    const char *store;
    const dm_work_opts *o;
    unsigned threads, batch;
    dm_link *l;
    dm_trial *trial;
    dm_pull *pull;
    uint64_t ack_ms;
    pthread_mutex_t telling; /* over the callbacks */
    pthread_mutex_t lock;    /* over what follows */
    pthread_cond_t to_code, to_file, room;
    job jobs[JOBS_MAX];
    size_t held, waiting, coding, ready, bytes;
    uint64_t turns;
    bool ending;      /* no further job comes */
    bool giving_up;   /* the record is away and we are to stop */
    dm_status broken; /* not DM_OK: ends */
    dm_error err;
    dm_work_stats stats;
    meters m;
} worker;

/* work.c */
void dm_work_break(worker *w, dm_status st, const dm_error *err);
bool dm_work_stopped(const worker *w);
/* The oldest job in this state, which gets the next; NULL: none. With lock held. */
job *dm_work_pick(worker *w, job_state from, job_state to);
void dm_work_set(worker *w, job *j, job_state to); /* with lock held */
/* The job's end: acknowledged; handed back (after so many seconds); put away. */
void dm_work_done(worker *w, job *j);
void dm_work_give_back(worker *w, job *j, unsigned seconds);
void dm_work_bury(worker *w, job *j, const char *reason);
void dm_work_error(worker *w);

/* take.c */
dm_status dm_take_open(worker *w, dm_error *err);
void dm_take_close(worker *w);
dm_status dm_take_all(worker *w, dm_error *err); /* until stopped, broken or empty */
void dm_take_drain(worker *w);                   /* hands back what waits, keeps the rest alive until it is filed */

/* work_code.c, work_file.c, work_meter.c: threads and what is told of them */
void *dm_work_coder(void *worker);
void *dm_work_filer(void *worker);
/* Opens the record, waiting for it as long as it is away; DM_END: stopped. */
dm_status dm_work_reach(worker *w, dm_filer **out, dm_error *err);
void dm_work_metrics(void *worker, dm_buf *out);

#endif

// SPDX-License-Identifier: Apache-2.0
/* Many documents on several threads, the output in the order of the input.
 *
 * Every worker does the same: take the next document (one reader at a time, which numbers them), code it, render it into a buffer,
 * put the buffer into the ring at its number. Whoever finds the ring's next number filled, and nobody emitting, emits until there is a
 * gap. A worker may read only while its number is less than the ring's size ahead of the next to emit: that bounds the memory.
 *
 * Locks: `reading` before `state`; `state` guards everything of `run` that is marked; the callbacks run without any lock, but only
 * by the one thread that has set `emitting`. */
#include "base/flag.h"
#include "pipeline/coder.h"
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { SLOTS_PER_THREAD = 4, KEEP_BYTES = 1 << 20 };

typedef struct slot {
    bool filled;
    dm_status status; /* of reading or coding */
    dm_buf out, notes;
    dm_error err;
    uint64_t sentences, events, bytes;
    uint64_t read;   /* bytes of the inputs up to here */
    uint64_t number; /* in the whole input */
} slot;

typedef struct run {
    const dm_coder *coder;
    dm_input *in;
    const dm_sink *sink;
    pthread_mutex_t reading, state;
    pthread_cond_t room;
    uint64_t next_read; /* under reading */
    bool ended;         /* under reading */
    /* under state */
    uint64_t next_emit;
    bool emitting, stop;
    dm_status status;
    dm_error err;
    slot *ring;
    size_t n_slots;
    dm_run_stats stats;
} run;

typedef struct worker {
    run *r;
    dm_doc *doc;
    slot done; /* the document in hand */
    uint64_t ns[DM_STAGES_MAX];
} worker;

/* Ends the run; the first reason stays. */
static void stop_with(run *r, dm_status st, const dm_error *err)
{
    pthread_mutex_lock(&r->state);
    if (!r->stop) {
        r->stop = true;
        r->status = st;
        r->err = *err;
    }
    pthread_cond_broadcast(&r->room);
    pthread_mutex_unlock(&r->state);
}

/* Waits until number `next_read` may be worked on; false when the run stops. */
static bool wait_for_room(run *r)
{
    pthread_mutex_lock(&r->state);
    while (!r->stop && r->next_read - r->next_emit >= r->n_slots)
        pthread_cond_wait(&r->room, &r->state);
    bool go = !r->stop;
    pthread_mutex_unlock(&r->state);
    return go;
}

/* Takes the next document and its number; false when there is none. */
static bool take(worker *w, uint64_t *number)
{
    run *r = w->r;
    pthread_mutex_lock(&r->reading);
    bool got = !r->ended && !dm_flag(r->sink->stop) && wait_for_room(r);
    if (got) {
        uint64_t from = dm_now_ns();
        w->done.err = (dm_error){ .code = DM_OK };
        w->done.status = dm_input_next(r->in, &w->doc, &w->done.err);
        w->ns[DM_STAGE_READ] += dm_now_ns() - from;
        w->done.read = dm_input_bytes(r->in);
        w->done.number = dm_input_seen(r->in);
        r->ended = w->done.status == DM_END || w->done.status == DM_ENOMEM;
        if (w->done.status == DM_ENOMEM)
            stop_with(r, DM_ENOMEM, &w->done.err);
        got = !r->ended;
        *number = r->next_read;
        r->next_read += got;
    }
    pthread_mutex_unlock(&r->reading);
    return got;
}

static dm_status collect_notes(slot *s, const dm_doc *doc)
{
    for (size_t i = 0; i < dm_doc_note_count(doc); i++) {
        dm_str note = dm_doc_note(doc, i), id = doc->meta.id;
        if (dm_buf_add(&s->notes, id.p, id.len) != DM_OK || dm_buf_add(&s->notes, ": ", 2) != DM_OK ||
            dm_buf_add(&s->notes, note.p, note.len) != DM_OK || dm_buf_add(&s->notes, "\n", 1) != DM_OK)
            return DM_ENOMEM;
    }
    return DM_OK;
}

/* Of a document that is skipped only what was noted while it was read. */
static dm_status render(worker *w, bool skipped)
{
    run *r = w->r;
    uint64_t from = dm_now_ns();
    dm_status st = collect_notes(&w->done, w->doc);
    if (st != DM_OK)
        return dm_fail(&w->done.err, st, 0, "out of memory for notes");
    if (!skipped)
        st = r->sink->render(r->sink->ctx, w->doc, &w->done.out, &w->done.err);
    w->ns[dm_stage_count() - 1] += dm_now_ns() - from;
    w->done.sentences = dm_doc_sentence_count(w->doc);
    w->done.bytes = dm_doc_text(w->doc).len;
    size_t events;
    (void)dm_doc_events(w->doc, &events);
    w->done.events = events;
    return st;
}

/* Codes and renders the document in hand. A document that cannot be coded fails alone; what else fails ends the run. */
static bool work(worker *w)
{
    run *r = w->r;
    dm_buf_clear(&w->done.out);
    dm_buf_clear(&w->done.notes);
    w->done.sentences = w->done.events = w->done.bytes = 0;
    if (w->done.status != DM_OK)
        return true;
    bool skipped = r->sink->skip && r->sink->skip(r->sink->ctx, w->doc);
    if (!skipped && r->sink->code)
        w->done.status = r->sink->code(r->coder, w->doc, &w->done.err);
    else if (!skipped)
        w->done.status = dm_code_timed(r->coder, w->doc, w->ns, &w->done.err);
    if (w->done.status != DM_OK && w->done.status != DM_ENOMEM)
        return true;
    dm_status st = w->done.status == DM_OK ? render(w, skipped) : w->done.status;
    if (st != DM_OK)
        stop_with(r, st, &w->done.err);
    return st == DM_OK;
}

static void count(run *r, const slot *s)
{
    if (s->status == DM_OK)
        r->stats.documents++;
    else
        r->stats.failed++;
    r->stats.sentences += s->sentences;
    r->stats.events += s->events;
    r->stats.bytes += s->bytes;
    r->stats.read = s->read;
}

static void emit_notes(const dm_sink *k, dm_str lines)
{
    while (lines.len) {
        const char *end = memchr(lines.p, '\n', lines.len);
        size_t n = end ? (size_t)(end - lines.p) : lines.len;
        k->note(k->ctx, (dm_str){ lines.p, n });
        n += end ? 1 : 0;
        lines = (dm_str){ lines.p + n, lines.len - n };
    }
}

/* The callbacks for one filled slot. */
static dm_status emit(const dm_sink *k, slot *s, const dm_run_stats *so_far, dm_error *err)
{
    dm_status st = DM_OK;
    if (k->note && s->notes.len)
        emit_notes(k, (dm_str){ s->notes.p, s->notes.len });
    if (s->status != DM_OK && k->failed)
        k->failed(k->ctx, s->number, &s->err);
    if (s->status == DM_OK && s->out.len && k->emit)
        st = k->emit(k->ctx, (dm_str){ s->out.p, s->out.len }, err);
    if (st == DM_OK && k->after)
        k->after(k->ctx, so_far);
    if (s->out.cap > KEEP_BYTES)
        dm_buf_free(&s->out);
    return st;
}

/* Emits while the next number is there. Called and left with `state` held. */
static void drain(run *r)
{
    r->emitting = true;
    for (;;) {
        slot *s = &r->ring[r->next_emit % r->n_slots];
        if (!s->filled || r->stop)
            break;
        count(r, s);
        dm_run_stats so_far = r->stats;
        pthread_mutex_unlock(&r->state);
        dm_error err = { .code = DM_OK };
        dm_status st = emit(r->sink, s, &so_far, &err);
        if (st != DM_OK)
            stop_with(r, st, &err);
        pthread_mutex_lock(&r->state);
        s->filled = false;
        r->next_emit++;
        pthread_cond_broadcast(&r->room);
    }
    r->emitting = false;
}

static void publish(worker *w, uint64_t number)
{
    run *r = w->r;
    pthread_mutex_lock(&r->state);
    slot *s = &r->ring[number % r->n_slots];
    slot old = *s;
    *s = w->done;
    s->filled = true;
    w->done.out = old.out; /* the slot's empty buffers for the next document */
    w->done.notes = old.notes;
    if (!r->emitting)
        drain(r);
    pthread_mutex_unlock(&r->state);
}

static void *worker_main(void *arg)
{
    worker *w = arg;
    uint64_t number;
    while (take(w, &number)) {
        if (!work(w))
            break;
        publish(w, number);
    }
    run *r = w->r;
    pthread_mutex_lock(&r->state);
    for (unsigned i = 0; i < DM_STAGES_MAX; i++)
        r->stats.stage[i].ns += w->ns[i];
    pthread_mutex_unlock(&r->state);
    dm_buf_free(&w->done.out);
    dm_buf_free(&w->done.notes);
    dm_doc_free(w->doc);
    return NULL;
}

static unsigned processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > DM_THREADS_MAX ? DM_THREADS_MAX : (unsigned)n;
}

/* The calling thread is the first worker; a thread that cannot be had is done without. */
static void run_workers(worker *w, unsigned n)
{
    pthread_t thread[DM_THREADS_MAX];
    unsigned started = 1;
    while (started < n && pthread_create(&thread[started], NULL, worker_main, &w[started]) == 0)
        started++;
    worker_main(&w[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(thread[i], NULL);
}

static void finish(run *r, dm_run_stats *stats)
{
    for (size_t i = 0; i < r->n_slots; i++) {
        dm_buf_free(&r->ring[i].out);
        dm_buf_free(&r->ring[i].notes);
    }
    r->stats.n_stages = dm_stage_count();
    for (unsigned i = 0; i < r->stats.n_stages; i++)
        r->stats.stage[i].name = dm_stage_name(i);
    if (stats)
        *stats = r->stats;
}

dm_status dm_run(const dm_coder *coder, dm_input *in, const dm_sink *sink, unsigned threads, dm_run_stats *stats, dm_error *err)
{
    unsigned n = threads ? threads : processors();
    if (n > DM_THREADS_MAX || !sink || !sink->render)
        return dm_fail(err, DM_EUSAGE, 0, "%u threads asked for, at most %d, and a sink that renders", n, DM_THREADS_MAX);
    run r = { .coder = coder,
        .in = in,
        .sink = sink,
        .reading = PTHREAD_MUTEX_INITIALIZER,
        .state = PTHREAD_MUTEX_INITIALIZER,
        .room = PTHREAD_COND_INITIALIZER,
        .n_slots = (size_t)n * SLOTS_PER_THREAD };
    r.ring = calloc(r.n_slots, sizeof *r.ring);
    worker *w = calloc(n, sizeof *w);
    dm_status st = DM_ENOMEM;
    if (r.ring && w) {
        for (unsigned i = 0; i < n; i++)
            w[i].r = &r;
        run_workers(w, n);
        finish(&r, stats);
        st = r.status;
    }
    free(r.ring);
    free(w);
    if (st == DM_ENOMEM && !r.stop)
        return dm_fail(err, st, 0, "out of memory for %u threads", n);
    if (st != DM_OK && err)
        *err = r.err;
    return st;
}

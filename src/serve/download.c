// SPDX-License-Identifier: Apache-2.0
/* Downloads: all rows that pass, handed on piece by piece, from a record of their own so that nobody waits for them. */
#include "serve/desk.h"
#include <demarche/export.h>
#include <demarche/write.h>

enum { PIECE_BYTES = 64 * 1024 };

typedef dm_status emit_fn(void *ctx, dm_str bytes, dm_error *err);

typedef struct lines {
    dm_buf b;
    emit_fn *emit;
    void *ctx;
    dm_exporter *csv; /* NULL: JSON lines */
} lines;

static dm_status flush(lines *l, size_t least, dm_error *err)
{
    if (l->b.len <= least)
        return l->b.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a download") : DM_OK;
    dm_status st = l->emit(l->ctx, (dm_str){ l->b.p, l->b.len }, err);
    dm_buf_clear(&l->b);
    return st;
}

static dm_status on_row(void *ctx, const dm_filed *row, dm_error *err)
{
    lines *l = ctx;
    dm_write_opts opts = DM_WRITE_OPTS_INIT;
    if (l->csv)
        return dm_export_event(l->csv, row, err);
    dm_status st = dm_write_filed(&l->b, row, &opts, err);
    return st == DM_OK ? flush(l, PIECE_BYTES, err) : st;
}

static dm_status on_gold(void *ctx, dm_str json, dm_error *err)
{
    lines *l = ctx;
    dm_put(&l->b, json);
    return flush(l, PIECE_BYTES, err);
}

static dm_status stream_csv(dm_desk *d, dm_record *r, const dm_filter *f, lines *l, dm_error *err)
{
    dm_export_opts opts = DM_EXPORT_OPTS_INIT;
    opts.data_dir = d->data_dir;
    opts.emit = l->emit;
    opts.ctx = l->ctx;
    dm_status st = dm_export_open(&l->csv, "csv", &opts, err);
    if (st != DM_OK)
        return st;
    if ((st = dm_record_events(r, f, on_row, l, err)) == DM_OK)
        return dm_export_close(l->csv, NULL, err);
    dm_export_abort(l->csv);
    return st;
}

static dm_status stream(dm_desk *d, dm_record *r, const dm_request *q, lines *l, dm_error *err)
{
    dm_ask a;
    if (strcmp(q->path, "/api/review/gold.jsonl") == 0)
        return dm_record_review_gold(r, on_gold, l, err);
    dm_status st = dm_ask_read(&a, r, q, "", err);
    if (st != DM_OK)
        return st;
    if (!dm_request_get(q, "limit"))
        a.f.limit = 0; /* all of them */
    return strcmp(q->path, "/api/events.csv") == 0 ? stream_csv(d, r, &a.f, l, err) : dm_record_events(r, &a.f, on_row, l, err);
}

static bool enter(dm_desk *d)
{
    pthread_mutex_lock(&d->lock);
    bool room = d->n_downloads < DM_DOWNLOADS_MAX;
    d->n_downloads += room;
    pthread_mutex_unlock(&d->lock);
    return room;
}

static void leave(dm_desk *d)
{
    pthread_mutex_lock(&d->lock);
    d->n_downloads--;
    pthread_mutex_unlock(&d->lock);
}

dm_status dm_desk_stream(dm_desk *d, const dm_request *q, emit_fn *emit, void *ctx, dm_error *err)
{
    lines l = { .emit = emit, .ctx = ctx };
    dm_record *r = NULL;
    if (!enter(d))
        return dm_fail(err, DM_ELIMIT, 0, "more than %d downloads at once; try again when one has ended", DM_DOWNLOADS_MAX);
    dm_status st = dm_record_open(&r, d->path, DM_ACCESS_READ, d->data_dir, err);
    if (st == DM_OK) {
        dm_record_limit(r, DM_DOWNLOAD_SECONDS, &d->stop);
        st = stream(d, r, q, &l, err);
    }
    if (st == DM_OK)
        st = flush(&l, 0, err);
    dm_record_close(r);
    dm_buf_free(&l.b);
    leave(d);
    return st;
}

/* Says beforehand whether the question is right and there is room; the rows come from dm_desk_stream(). */
dm_status dm_answer_download(dm_question *w, dm_error *err)
{
    dm_ask a;
    if (!enter(w->desk))
        return dm_fail(err, DM_ELIMIT, 0, "more than %d downloads at once; try again when one has ended", DM_DOWNLOADS_MAX);
    leave(w->desk);
    return strcmp(w->q->path, "/api/review/gold.jsonl") == 0 ? dm_request_only(w->q, "", "", err)
                                                             : dm_ask_read(&a, w->record, w->q, "", err);
}

// SPDX-License-Identifier: Apache-2.0
/* Answers that count: sources, actors, keys, pairs. */
#include "serve/desk.h"

static void rows_open(dm_question *w)
{
    dm_js_open(&w->out->body, '{');
    dm_js_key(&w->out->body, "rows");
    dm_js_open(&w->out->body, '[');
}

static void rows_close(dm_question *w)
{
    dm_js_close(&w->out->body, ']');
    dm_js_close(&w->out->body, '}');
}

static dm_status on_source(void *ctx, const dm_source *s, dm_error *err)
{
    (void)err;
    dm_buf *b = ctx;
    dm_js_open(b, '{');
    dm_js_str(b, "publication", dm_str_of(s->publication));
    dm_js_count(b, "documents", s->documents);
    dm_js_count(b, "events", s->events);
    dm_js_day(b, "first", s->first);
    dm_js_day(b, "last", s->last);
    dm_js_close(b, '}');
    return DM_OK;
}

dm_status dm_answer_sources(dm_question *w, dm_error *err)
{
    uint64_t limit, offset;
    dm_status st = dm_request_only(w->q, "limit offset", "", err);
    if (st == DM_OK)
        st = dm_request_number(w->q, "limit", 1, DM_ROWS_MAX, DM_ROWS_MAX, &limit, err);
    if (st == DM_OK)
        st = dm_request_number(w->q, "offset", 0, DM_OFFSET_MAX, 0, &offset, err);
    if (st != DM_OK)
        return st;
    rows_open(w);
    st = dm_record_sources(w->record, offset, limit, on_source, &w->out->body, err);
    rows_close(w);
    return st;
}

static dm_status on_actor(void *ctx, const dm_presence *p, dm_error *err)
{
    (void)err;
    dm_buf *b = ctx;
    dm_js_open(b, '{');
    dm_js_str(b, "code", dm_str_of(p->code));
    dm_js_str(b, "name", p->name);
    dm_js_count(b, "as_actor", p->as_actor);
    dm_js_count(b, "as_recipient", p->as_recipient);
    dm_js_day(b, "first", p->first);
    dm_js_day(b, "last", p->last);
    dm_js_key(b, "with");
    dm_js_open(b, '[');
    for (size_t i = 0; i < p->n_with; i++) {
        dm_js_open(b, '{');
        dm_js_str(b, "code", dm_str_of(p->with[i].code));
        dm_js_count(b, "events", p->with[i].events);
        dm_js_close(b, '}');
    }
    dm_js_close(b, ']');
    dm_js_close(b, '}');
    return DM_OK;
}

dm_status dm_answer_actors(dm_question *w, dm_error *err)
{
    dm_ask a;
    dm_status st = dm_ask_read(&a, w->record, w->q, "", err);
    if (st != DM_OK)
        return st;
    rows_open(w);
    st = dm_record_actors(w->record, &a.f, a.f.offset, a.f.limit, on_actor, &w->out->body, err);
    rows_close(w);
    return st;
}

typedef struct tallying {
    dm_buf *b;
    uint64_t passed, offset;
} tallying;

static dm_status on_tally(void *ctx, const dm_tally *t, dm_error *err)
{
    (void)err;
    tallying *w = ctx;
    if (w->passed++ < w->offset)
        return DM_OK;
    dm_js_open(w->b, '{');
    dm_js_str(w->b, "key", dm_str_of(t->key));
    dm_js_text(w->b, "other", dm_str_of(t->other));
    dm_js_count(w->b, "events", t->events);
    dm_js_count(w->b, "happenings", t->happenings);
    dm_js_count(w->b, "documents", t->documents);
    dm_js_count(w->b, "independent", t->independent);
    dm_js_close(w->b, '}');
    return DM_OK;
}

dm_status dm_answer_stats(dm_question *w, dm_error *err)
{
    dm_ask a;
    dm_by by = DM_BY_TYPE;
    const char *name = dm_request_get(w->q, "by");
    dm_status st = dm_ask_read(&a, w->record, w->q, "by", err);
    if (st == DM_OK)
        st = dm_by_find(&by, name ? name : "type", err);
    if (st != DM_OK)
        return st;
    uint64_t limit = dm_request_get(w->q, "limit") ? a.f.limit : DM_ROWS_MAX;
    tallying t = { &w->out->body, 0, a.f.offset };
    rows_open(w);
    st = dm_record_stats(w->record, by, &a.f, a.f.offset + limit, on_tally, &t, err);
    rows_close(w);
    return st;
}

static dm_status on_pair(void *ctx, const dm_pair *p, dm_error *err)
{
    (void)err;
    dm_buf *b = ctx;
    dm_js_open(b, '{');
    dm_js_str(b, "actor", dm_str_of(p->actor));
    dm_js_str(b, "recipient", dm_str_of(p->recipient));
    dm_js_count(b, "events", p->events);
    dm_js_count(b, "happenings", p->happenings);
    dm_js_count(b, "documents", p->documents);
    dm_js_count(b, "words", p->words);
    dm_js_count(b, "deeds", p->deeds);
    dm_js_real(b, "scale", p->scale);
    dm_js_close(b, '}');
    return DM_OK;
}

dm_status dm_answer_dyads(dm_question *w, dm_error *err)
{
    dm_ask a;
    dm_status st = dm_ask_read(&a, w->record, w->q, "", err);
    if (st != DM_OK)
        return st;
    if (!dm_request_get(w->q, "limit"))
        a.f.limit = DM_ROWS_MAX;
    rows_open(w);
    st = dm_record_dyads(w->record, &a.f, on_pair, &w->out->body, err);
    rows_close(w);
    return st;
}

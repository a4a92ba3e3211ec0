// SPDX-License-Identifier: Apache-2.0
/* Answers about the record, its events and its articles. */
#include "pipeline/record.h"
#include "read/read.h"
#include "serve/desk.h"
#include "store/desk.h"
#include <demarche/write.h>

enum { NAMES_MAX = 20, REPORTS_MAX = 200, COUNT_MAX = 100000 };

/* --- the record --- */

static void put_words(dm_buf *b)
{
    static const char *const statuses[] = { "done", "negated", "planned", "hypothetical", "historical" };
    dm_js_key(b, "types");
    dm_js_open(b, '[');
    for (int i = 0; i < DM_N_TYPES; i++)
        dm_js_item(b, dm_str_of(dm_type_name((dm_type)i)));
    dm_js_close(b, ']');
    dm_js_key(b, "contexts");
    dm_js_open(b, '[');
    for (unsigned i = 0; dm_context_name(i); i++)
        dm_js_item(b, dm_str_of(dm_context_name(i)));
    dm_js_close(b, ']');
    dm_js_key(b, "statuses");
    dm_js_open(b, '[');
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        dm_js_item(b, dm_str_of(statuses[i]));
    dm_js_close(b, ']');
}

dm_status dm_answer_record(dm_question *w, dm_error *err)
{
    dm_buf *b = &w->out->body;
    dm_overview o;
    dm_status st = dm_request_only(w->q, "", "", err);
    if (st == DM_OK)
        st = dm_record_overview(w->record, &o, err);
    if (st != DM_OK)
        return st;
    dm_js_open(b, '{');
    dm_js_str(b, "path", dm_str_of(w->desk->path));
    dm_js_str(b, "version", dm_str_of(dm_version()));
    dm_js_count(b, "schema", (uint64_t)o.schema);
    dm_js_count(b, "documents", o.documents);
    dm_js_count(b, "independent", o.independent);
    dm_js_count(b, "events", o.events);
    dm_js_count(b, "happenings", o.happenings);
    dm_js_day(b, "first", o.first);
    dm_js_day(b, "last", o.last);
    dm_js_bool(b, "writable", w->desk->writable);
    dm_js_str(b, "token", dm_str_of(w->desk->writable ? w->desk->token : ""));
    dm_js_str(b, "reviewer", dm_str_of(w->desk->reviewer));
    put_words(b);
    dm_js_close(b, '}');
    return DM_OK;
}

static dm_status on_name(void *ctx, const char *code, dm_str name, dm_error *err)
{
    (void)err;
    dm_buf *b = ctx;
    dm_js_open(b, '{');
    dm_js_str(b, "code", dm_str_of(code));
    dm_js_str(b, "name", name);
    dm_js_close(b, '}');
    return DM_OK;
}

dm_status dm_answer_names(dm_question *w, dm_error *err)
{
    const char *start = dm_request_get(w->q, "q");
    uint64_t limit;
    dm_status st = dm_request_only(w->q, "q limit", "", err);
    if (st == DM_OK)
        st = dm_request_number(w->q, "limit", 1, DM_ROWS_MAX, NAMES_MAX, &limit, err);
    if (st != DM_OK)
        return st;
    dm_js_open(&w->out->body, '[');
    st = dm_record_names(w->record, start ? start : "", (size_t)limit, on_name, &w->out->body, err);
    dm_js_close(&w->out->body, ']');
    return st;
}

/* --- events --- */

void dm_put_answer_review(dm_buf *b, const dm_review *v)
{
    dm_js_open(b, '{');
    dm_js_str(b, "verdict", dm_str_of(dm_verdict_name(v->verdict)));
    if (v->fix.len) {
        dm_js_key(b, "fix");
        dm_put(b, v->fix); /* an object of ours, checked when it came */
    }
    dm_js_str(b, "by", dm_str_of(v->reviewer));
    if (v->at)
        dm_js_count(b, "at", (uint64_t)v->at);
    dm_js_count(b, "sequence", v->sequence);
    dm_js_close(b, '}');
}

typedef struct reviewing {
    dm_buf *b;
    unsigned n;
} reviewing;

static dm_status on_review(void *ctx, const dm_review *v, dm_error *err)
{
    (void)err;
    reviewing *w = ctx;
    if (w->n++ == 0) {
        dm_js_key(w->b, "review");
        dm_put_answer_review(w->b, v);
    }
    return DM_OK;
}

/* The words that date the event, as its trigger. */
static void put_when_words(dm_buf *b, const dm_filed *row)
{
    dm_span s = row->event->when_words;
    dm_str text = dm_doc_text(row->doc);
    if (s.len == 0 || (uint64_t)s.start + s.len > text.len)
        return;
    dm_js_key(b, "when_words");
    dm_js_open(b, '{');
    dm_js_str(b, "text", (dm_str){ text.p + s.start, s.len });
    dm_js_count(b, "start", dm_doc_codepoint(row->doc, s.start));
    dm_js_count(b, "end", dm_doc_codepoint(row->doc, s.start + s.len));
    dm_js_close(b, '}');
}

dm_status dm_put_answer_event(dm_buf *b, dm_record *r, const dm_filed *row, dm_error *err)
{
    dm_write_opts opts = DM_WRITE_OPTS_INIT;
    if (b->len && !strchr("{[:", b->p[b->len - 1]))
        dm_put_z(b, ",");
    dm_status st = dm_write_filed(b, row, &opts, err);
    if (st != DM_OK || b->failed)
        return st;
    b->len -= 2; /* the line is opened again before its brace */
    dm_js_text(b, "title", dm_doc_meta(row->doc)->title);
    dm_js_text(b, "publication", dm_doc_meta(row->doc)->publisher);
    dm_js_day(b, "day", row->day);
    dm_js_day(b, "day_end", row->day_end);
    put_when_words(b, row);
    reviewing w = { b, 0 };
    st = dm_record_reviews(r, row->event->id, row->document, on_review, &w, err);
    dm_js_close(b, '}');
    return st;
}

typedef struct listing {
    dm_record *r;
    dm_buf *b;
    const char *not_of; /* a document that is left out, or NULL */
} listing;

static dm_status on_event(void *ctx, const dm_filed *row, dm_error *err)
{
    listing *l = ctx;
    if (l->not_of && strcmp(l->not_of, row->document) == 0)
        return DM_OK;
    return dm_put_answer_event(l->b, l->r, row, err);
}

static void put_total(dm_buf *b, const dm_counts *c)
{
    dm_js_key(b, "total");
    dm_js_open(b, '{');
    dm_js_count(b, "events", c->events);
    dm_js_count(b, "happenings", c->happenings);
    dm_js_count(b, "documents", c->documents);
    if (c->more)
        dm_js_bool(b, "more", true);
    dm_js_close(b, '}');
}

/* Counted whole up to COUNT_MAX: a page does not wait for the last of millions. */
static dm_status count(dm_record *r, const dm_filter *f, dm_counts *c, dm_error *err)
{
    dm_filter all = *f;
    all.limit = COUNT_MAX;
    all.offset = 0;
    all.happenings = all.newest_first = false;
    if (!dm_filter_open(&all))
        return dm_record_count(r, &all, c, err);
    dm_overview o; /* everything: not by looking at every row */
    dm_status st = dm_record_overview(r, &o, err);
    if (st == DM_OK)
        *c = (dm_counts){ o.events, o.happenings, o.documents, false };
    return st;
}

dm_status dm_answer_events(dm_question *w, dm_error *err)
{
    dm_ask a;
    dm_counts c;
    listing l = { w->record, &w->out->body, NULL };
    dm_status st = dm_ask_read(&a, w->record, w->q, "", err);
    if (st == DM_OK)
        st = count(w->record, &a.f, &c, err);
    if (st != DM_OK)
        return st;
    dm_js_open(l.b, '{');
    put_total(l.b, &c);
    dm_js_key(l.b, "rows");
    dm_js_open(l.b, '[');
    st = dm_record_events(w->record, &a.f, on_event, &l, err);
    dm_js_close(l.b, ']');
    dm_js_close(l.b, '}');
    return st;
}

static dm_status on_copy(void *ctx, const dm_copy *c, dm_error *err)
{
    (void)err;
    dm_buf *b = ctx;
    dm_js_open(b, '{');
    dm_js_str(b, "document", dm_str_of(c->document));
    dm_js_text(b, "name", c->name);
    dm_js_text(b, "publication", c->publication);
    dm_js_day(b, "date", c->date);
    dm_js_text(b, "title", c->title);
    dm_js_close(b, '}');
    return DM_OK;
}

dm_status dm_put_answer_near(dm_buf *b, dm_record *r, const char *document, dm_error *err)
{
    dm_js_key(b, "near");
    dm_js_open(b, '[');
    dm_status st = dm_record_near(r, document, on_copy, b, err);
    dm_js_close(b, ']');
    return st;
}

typedef struct first_event {
    listing l;
    uint64_t id, happening;
    char document[33];
    bool any;
} first_event;

static dm_status on_first(void *ctx, const dm_filed *row, dm_error *err)
{
    first_event *f = ctx;
    f->any = true;
    f->happening = row->happening;
    memcpy(f->document, row->document, sizeof f->document);
    dm_status st = on_event(&f->l, row, err);
    return st == DM_OK ? DM_END : st;
}

static dm_status put_reports(dm_question *w, first_event *f, dm_error *err)
{
    dm_filter same = DM_FILTER_INIT;
    same.happening = f->happening;
    same.limit = REPORTS_MAX;
    f->l.not_of = f->document;
    dm_js_key(f->l.b, "reports");
    dm_js_open(f->l.b, '[');
    dm_status st = dm_record_events(w->record, &same, on_event, &f->l, err);
    dm_js_close(f->l.b, ']');
    return st == DM_OK ? dm_put_answer_near(f->l.b, w->record, f->document, err) : st;
}

static dm_status on_that(void *ctx, const dm_filed *row, dm_error *err)
{
    first_event *f = ctx;
    return row->event->id == f->id ? on_first(ctx, row, err) : DM_OK;
}

/* Copies of an article share the ids of their events: the document may be said, too. */
static dm_status find_event(dm_question *w, first_event *f, dm_error *err)
{
    const char *document = dm_request_get(w->q, "document");
    dm_filter one = DM_FILTER_INIT;
    one.id = f->id;
    one.limit = 1;
    dm_status st = document ? dm_record_document_events(w->record, document, on_that, f, err)
                            : dm_record_events(w->record, &one, on_first, f, err);
    return st == DM_OK && !f->any ? dm_answer_missing(w, err, "no event '%.40s' in this record", w->rest) : st;
}

dm_status dm_answer_event(dm_question *w, dm_error *err)
{
    first_event f = { .l = { w->record, &w->out->body, NULL } };
    dm_status st = dm_request_only(w->q, "document", "", err);
    if (st == DM_OK && (st = dm_record_event_id(w->record, w->rest, &f.id, err)) == DM_EUSAGE)
        w->out->status = 404;
    if (st != DM_OK)
        return st;
    dm_js_open(f.l.b, '{');
    dm_js_key(f.l.b, "event");
    st = find_event(w, &f, err);
    if (st == DM_OK)
        st = put_reports(w, &f, err);
    dm_js_close(f.l.b, '}');
    return st;
}

/* --- articles --- */

/* Noise is not kept: the article's lines are looked at again, as when it was read. */
static dm_status put_noise(dm_buf *b, const dm_record *r, const dm_doc *doc, dm_error *err)
{
    dm_reader *reader = NULL;
    dm_doc *again = dm_doc_new();
    dm_read_opts opts = DM_READ_OPTS_INIT;
    opts.tables = r->tables;
    dm_status st = again ? dm_reader_open(&reader, &opts, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory for an article");
    if (st == DM_OK)
        st = dm_reader_add_bytes(reader, "article.txt", dm_doc_text(doc), err);
    dm_js_key(b, "noise");
    dm_js_open(b, '[');
    if (st == DM_OK && dm_reader_next(reader, again, NULL) == DM_OK && dm_str_eq(dm_doc_text(again), dm_doc_text(doc)))
        for (uint32_t i = 0; i < again->lines.n; i++) {
            dm_span s = again->lines.v[i].span;
            if (again->lines.v[i].kind != DM_LINE_NOISE)
                continue;
            dm_js_open(b, '[');
            dm_put_u(b, dm_doc_codepoint(doc, s.start));
            dm_put_z(b, ",");
            dm_put_u(b, dm_doc_codepoint(doc, s.start + s.len));
            dm_js_close(b, ']');
        }
    dm_js_close(b, ']');
    dm_reader_close(reader);
    dm_doc_free(again);
    return st;
}

static void put_head(dm_buf *b, const dm_doc *doc, const char *hash)
{
    const dm_meta *m = dm_doc_meta(doc);
    dm_js_str(b, "document", dm_str_of(hash));
    dm_js_str(b, "name", m->id);
    dm_js_text(b, "url", m->url);
    dm_js_text(b, "title", m->title);
    dm_js_text(b, "publication", m->publisher);
    dm_js_text(b, "language", m->language);
    if (m->date.precision != DM_PREC_UNKNOWN)
        dm_js_day(b, "date", m->date.from);
    dm_js_str(b, "text", dm_doc_text(doc));
}

/* The events of one document are walked over by its hash, so that they come with happenings and reviews. */
static dm_status put_events(dm_question *w, const char *hash, dm_error *err)
{
    listing l = { w->record, &w->out->body, NULL };
    dm_js_key(l.b, "events");
    dm_js_open(l.b, '[');
    dm_status st = dm_record_document_events(w->record, hash, on_event, &l, err);
    dm_js_close(l.b, ']');
    return st;
}

dm_status dm_answer_document(dm_question *w, dm_error *err)
{
    dm_doc *doc = NULL;
    char hash[33];
    dm_buf *b = &w->out->body;
    dm_status st = dm_request_only(w->q, "", "", err);
    if (st != DM_OK)
        return st;
    if ((st = dm_record_document_hash(w->record, w->rest, hash, err)) == DM_OK)
        st = dm_record_document(w->record, hash, &doc, err);
    if (st == DM_EUSAGE) {
        w->out->status = 404;
        return st;
    }
    dm_js_open(b, '{');
    if (st == DM_OK) {
        put_head(b, doc, hash);
        st = put_noise(b, w->record, doc, err);
    }
    if (st == DM_OK)
        st = put_events(w, hash, err);
    if (st == DM_OK)
        st = dm_put_answer_near(b, w->record, hash, err);
    dm_js_close(b, '}');
    dm_doc_free(doc);
    return st;
}

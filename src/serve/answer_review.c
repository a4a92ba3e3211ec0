// SPDX-License-Identifier: Apache-2.0
/* Answers that review, and those that take something in: they are posted, one at a time, to the record that is open for writing. */
#include "base/json_load.h"
#include "pipeline/record.h"
#include "serve/desk.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_BYTES = 200, ID_DIGITS = 16 };

typedef struct queue {
    dm_question *w;
    dm_buf rows;
} queue;

static dm_status on_row(void *ctx, const dm_filed *row, dm_error *err)
{
    queue *q = ctx;
    return dm_put_answer_event(&q->rows, q->w->record, row, err);
}

dm_status dm_answer_reviews(dm_question *w, dm_error *err)
{
    dm_ask a;
    queue q = { w, { 0 } };
    dm_verdict v = DM_VERDICT_NONE;
    uint64_t total = 0;
    const char *name = dm_request_get(w->q, "verdict");
    dm_status st = dm_ask_read(&a, w->record, w->q, "verdict", err);
    if (st == DM_OK && name)
        st = dm_verdict_find(&v, name, err);
    if (st == DM_OK)
        st = dm_record_review_queue(w->record, &a.f, v, on_row, &q, &total, err);
    dm_buf *b = &w->out->body;
    dm_js_open(b, '{');
    dm_js_count(b, "total", total);
    dm_js_key(b, "rows");
    dm_js_open(b, '[');
    dm_put(b, (dm_str){ q.rows.p, q.rows.len });
    dm_js_close(b, ']');
    dm_js_close(b, '}');
    b->failed = b->failed || q.rows.failed;
    dm_buf_free(&q.rows);
    return st;
}

static void put_verdicts(dm_buf *b, const uint64_t verdict[DM_VERDICTS])
{
    for (int v = DM_VERDICT_ACCEPT; v <= DM_VERDICT_REJECT; v++)
        dm_js_count(b, dm_verdict_name((dm_verdict)v), verdict[v]);
}

static dm_status on_reviewer(void *ctx, const dm_reviewer *r, dm_error *err)
{
    (void)err;
    dm_buf *b = ctx;
    dm_js_open(b, '{');
    dm_js_str(b, "by", dm_str_of(r->name));
    put_verdicts(b, r->verdict);
    dm_js_close(b, '}');
    return DM_OK;
}

dm_status dm_answer_review_stats(dm_question *w, dm_error *err)
{
    dm_review_stats s;
    dm_buf *b = &w->out->body, people = { 0 };
    dm_status st = dm_request_only(w->q, "", "", err);
    if (st == DM_OK)
        st = dm_record_review_stats(w->record, &s, on_reviewer, &people, err);
    if (st == DM_OK) {
        dm_js_open(b, '{');
        dm_js_count(b, "events", s.events);
        dm_js_key(b, "by_verdict");
        dm_js_open(b, '{');
        put_verdicts(b, s.verdict);
        dm_js_close(b, '}');
        dm_js_real(b, "precision", s.precision);
        dm_js_real(b, "precision_low", s.low);
        dm_js_real(b, "precision_high", s.high);
        dm_js_key(b, "by_reviewer");
        dm_js_open(b, '[');
        dm_put(b, (dm_str){ people.p, people.len });
        dm_js_close(b, ']');
        dm_js_count(b, "pairs", s.pairs);
        dm_js_real(b, "agreement", s.agreement);
        dm_js_real(b, "alpha", s.alpha);
        dm_js_close(b, '}');
        b->failed = b->failed || people.failed;
    }
    dm_buf_free(&people);
    return st;
}

/* --- what is posted --- */

static dm_status read_body(const dm_question *w, json_t **out, dm_error *err)
{
    json_error_t why;
    dm_str s = w->q->body;
    bool starved;
    *out = dm_json_load(s.p ? s.p : "", s.len, JSON_REJECT_DUPLICATES, &why, &starved);
    if (starved)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the body");
    if (json_is_object(*out))
        return DM_OK;
    json_decref(*out);
    *out = NULL;
    return dm_fail(err, DM_EINPUT, 0, "the body has to be a JSON object");
}

static dm_status read_event(json_t *body, dm_review *r, dm_error *err)
{
    const char *id = json_string_value(json_object_get(body, "event"));
    r->document = json_string_value(json_object_get(body, "document"));
    if (!id || strlen(id) != ID_DIGITS || strspn(id, "0123456789abcdef") != ID_DIGITS)
        return dm_fail(err, DM_EINPUT, 0, "'event' has to be the event's id, 16 of 0-9a-f");
    if (!r->document)
        return dm_fail(err, DM_EINPUT, 0, "'document' has to be the document's hash");
    r->event = strtoull(id, NULL, 16);
    return DM_OK;
}

static dm_status no_more_keys(json_t *body, const char *known, dm_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(body, key, value) if (strchr(key, ' ') || !*key || !dm_str_in(dm_str_of(key), known)) return dm_fail(
        err, DM_EINPUT, 0, "the body has no place for '%.40s'; there are %s", key, known);
    return DM_OK;
}

static dm_status keep(dm_question *w, json_t *body, dm_review *r, dm_error *err)
{
    const char *verdict = json_string_value(json_object_get(body, "verdict"));
    json_t *fix = json_object_get(body, "fix");
    char *text = fix && !json_is_null(fix) ? json_dumps(fix, JSON_COMPACT) : NULL;
    r->reviewer = json_string_value(json_object_get(body, "by"));
    r->at = w->q->at;
    r->fix = dm_str_of(text);
    dm_status st = dm_verdict_find(&r->verdict, verdict ? verdict : "", err);
    if (st == DM_OK && text && r->verdict != DM_VERDICT_FIX && json_object_size(fix) > 0)
        st = dm_fail(err, DM_EUSAGE, 0, "a fix goes with the verdict 'fix' alone");
    if (st == DM_OK)
        st = dm_record_review(w->record, r, &r->sequence, err);
    free(text);
    return st;
}

typedef struct latest {
    dm_buf *b;
    unsigned n;
} latest;

static dm_status on_latest(void *ctx, const dm_review *v, dm_error *err)
{
    (void)err;
    latest *l = ctx;
    if (l->n++ == 0)
        dm_put_answer_review(l->b, v);
    return DM_OK;
}

/* {"review": what counts now, null when nothing does} */
static dm_status put_latest(dm_question *w, const dm_review *r, dm_error *err)
{
    dm_buf *b = &w->out->body;
    latest l = { b, 0 };
    dm_js_open(b, '{');
    dm_js_key(b, "review");
    dm_status st = dm_record_reviews(w->record, r->event, r->document, on_latest, &l, err);
    if (l.n == 0)
        dm_put_z(b, "null");
    dm_js_close(b, '}');
    return st;
}

dm_status dm_answer_post_review(dm_question *w, dm_error *err)
{
    json_t *body = NULL;
    dm_review r = { .sequence = 0 };
    dm_status st = read_body(w, &body, err);
    if (st == DM_OK)
        st = no_more_keys(body, "event document verdict fix by", err);
    if (st == DM_OK)
        st = read_event(body, &r, err);
    if (st == DM_OK)
        st = keep(w, body, &r, err);
    if (st == DM_OK)
        st = put_latest(w, &r, err);
    json_decref(body);
    return st;
}

dm_status dm_answer_post_undo(dm_question *w, dm_error *err)
{
    json_t *body = NULL;
    dm_review r = { .sequence = 0 };
    dm_status st = read_body(w, &body, err);
    if (st == DM_OK)
        st = no_more_keys(body, "event document by", err);
    if (st == DM_OK)
        st = read_event(body, &r, err);
    if (st == DM_OK && (st = dm_record_review_undo(w->record, r.event, r.document, &r.sequence, err)) == DM_EUSAGE)
        w->out->status = 409;
    if (st == DM_OK)
        st = put_latest(w, &r, err);
    json_decref(body);
    return st;
}

/* --- articles --- */

/* The last part of the name, without what does not show; a suffix tells what it is. */
static void plain_name(const char *name, char out[NAME_BYTES])
{
    size_t n = 0;
    const char *slash = name ? strrchr(name, '/') : NULL, *back = name ? strrchr(name, '\\') : NULL;
    const char *from = !name ? "" : back && (!slash || back > slash) ? back + 1 : slash ? slash + 1 : name;
    for (; *from && n + 1 < NAME_BYTES; from++)
        if ((unsigned char)*from >= 0x20 && *from != 0x7F)
            out[n++] = *from;
    while (n > 0 && *from && ((unsigned char)out[n - 1] & 0xC0) == 0x80)
        n--; /* cut before a character, not inside it */
    if (n > 0 && *from && (unsigned char)out[n - 1] >= 0xC0)
        n--;
    out[n] = '\0';
    if (n == 0 || strspn(out, ".") == n)
        snprintf(out, NAME_BYTES, "article.txt");
}

typedef struct taking {
    dm_error first; /* what could not be read */
    unsigned failed;
} taking;

static void on_failed(void *ctx, const dm_error *err)
{
    taking *t = ctx;
    if (t->failed++ == 0)
        t->first = *err;
}

static dm_status open_input(dm_question *w, const char *name, dm_input **in, dm_error *err)
{
    dm_coder_opts opts = DM_CODER_OPTS_INIT;
    opts.data_dir = w->desk->data_dir;
    dm_status st = w->desk->coder ? DM_OK : dm_coder_open(&w->desk->coder, &opts, err);
    if (st == DM_OK)
        st = dm_input_open(in, w->desk->coder, err);
    return st == DM_OK ? dm_input_add_bytes(*in, name, w->q->body, err) : st;
}

/* The hash of the first article in the body. */
static dm_status first_hash(dm_question *w, const char *name, char out[33], dm_error *err)
{
    dm_input *in = NULL;
    dm_doc *doc = NULL;
    uint8_t hash[DM_HASH_BYTES];
    dm_status st = open_input(w, name, &in, err);
    while (st == DM_OK && !out[0] && (st = dm_input_next(in, &doc, err)) != DM_END) {
        if (st == DM_OK) {
            dm_filing_hash(hash, doc);
            dm_hash_digits(out, (dm_str){ (const char *)hash, sizeof hash });
        }
        st = st == DM_ENOMEM ? st : DM_OK;
    }
    dm_input_close(in);
    dm_doc_free(doc);
    return st == DM_END ? DM_OK : st;
}

static dm_status take_in(dm_question *w, const char *name, taking *t, dm_add_stats *s, dm_error *err)
{
    dm_input *in = NULL;
    dm_add_opts opts = DM_ADD_OPTS_INIT;
    opts.threads = 1;
    opts.ctx = t;
    opts.failed = on_failed;
    opts.stop = &w->desk->stop;
    dm_status st = open_input(w, name, &in, err);
    if (st == DM_OK)
        st = dm_record_add(w->record, w->desk->coder, in, &opts, s, err);
    dm_input_close(in);
    return st;
}

dm_status dm_answer_post_document(dm_question *w, dm_error *err)
{
    char name[NAME_BYTES], hash[33] = "";
    taking t = { .failed = 0 };
    dm_add_stats s = { .added = 0 };
    dm_status st = dm_request_only(w->q, "name", "", err);
    if (st == DM_OK && w->q->body.len == 0)
        st = dm_fail(err, DM_EINPUT, 0, "the body is empty; it has to be an article: text, HTML or JSON");
    plain_name(dm_request_get(w->q, "name"), name);
    if (st == DM_OK)
        st = first_hash(w, name, hash, err);
    if (st == DM_OK)
        st = take_in(w, name, &t, &s, err);
    if (st == DM_OK && s.added + s.known == 0) {
        w->out->status = 422;
        return dm_fail(err, DM_EINPUT, 0, "%s", t.failed ? t.first.msg : "there is no article in the body");
    }
    if (st != DM_OK)
        return st;
    dm_buf *b = &w->out->body;
    dm_js_open(b, '{');
    dm_js_count(b, "added", s.added);
    dm_js_count(b, "known", s.known);
    dm_js_count(b, "failed", t.failed);
    dm_js_count(b, "events", s.events);
    dm_js_text(b, "document", dm_str_of(hash));
    dm_js_close(b, '}');
    return DM_OK;
}

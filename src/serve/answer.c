// SPDX-License-Identifier: Apache-2.0
/* Which answer a path has, and what becomes of errors. */
#include "serve/desk.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

typedef struct route {
    const char *path;
    dm_answer_fn *get, *post; /* NULL: not to be asked so */
    bool deeper;              /* the path goes on: "/api/events/ID" */
    bool streams;             /* a download */
    const char *type, *file;
} route;

#define JSON "application/json; charset=utf-8"
#define JSONL "application/x-ndjson; charset=utf-8"
#define CSV "text/csv; charset=utf-8"

static const route routes[] = {
    { "/api/record", dm_answer_record, NULL, false, false, JSON, NULL },
    { "/api/names", dm_answer_names, NULL, false, false, JSON, NULL },
    { "/api/events.csv", dm_answer_download, NULL, false, true, CSV, "events.csv" },
    { "/api/events.jsonl", dm_answer_download, NULL, false, true, JSONL, "events.jsonl" },
    { "/api/events", dm_answer_events, NULL, false, false, JSON, NULL },
    { "/api/events/", dm_answer_event, NULL, true, false, JSON, NULL },
    { "/api/documents", NULL, dm_answer_post_document, false, false, JSON, NULL },
    { "/api/documents/", dm_answer_document, NULL, true, false, JSON, NULL },
    { "/api/sources", dm_answer_sources, NULL, false, false, JSON, NULL },
    { "/api/actors", dm_answer_actors, NULL, false, false, JSON, NULL },
    { "/api/stats", dm_answer_stats, NULL, false, false, JSON, NULL },
    { "/api/dyads", dm_answer_dyads, NULL, false, false, JSON, NULL },
    { "/api/stance", dm_answer_stance, NULL, false, false, JSON, NULL },
    { "/api/pressure", dm_answer_pressure, NULL, false, false, JSON, NULL },
    { "/api/instruments", dm_answer_instruments, NULL, false, false, JSON, NULL },
    { "/api/instruments/", dm_answer_instrument, NULL, true, false, JSON, NULL },
    { "/api/review", dm_answer_reviews, dm_answer_post_review, false, false, JSON, NULL },
    { "/api/review/undo", NULL, dm_answer_post_undo, false, false, JSON, NULL },
    { "/api/review/stats", dm_answer_review_stats, NULL, false, false, JSON, NULL },
    { "/api/review/gold.jsonl", dm_answer_download, NULL, false, true, JSONL, "gold.jsonl" },
};
enum { ROUTES = sizeof routes / sizeof *routes };

static const route *find(const char *path)
{
    for (size_t i = 0; i < ROUTES; i++) {
        size_t n = strlen(routes[i].path);
        if (strcmp(path, routes[i].path) == 0 ? !routes[i].deeper
                                              : routes[i].deeper && strncmp(path, routes[i].path, n) == 0 && path[n])
            return &routes[i];
    }
    return NULL;
}

bool dm_desk_changes(const char *path)
{
    const route *r = find(path);
    return r && r->post;
}

size_t dm_desk_body_max(const char *path)
{
    const route *r = find(path);
    return !r || !r->post ? 0 : r->post == dm_answer_post_document ? DM_ARTICLE_MAX : DM_BODY_MAX;
}

dm_status dm_answer_missing(dm_question *w, dm_error *err, const char *format, ...)
{
    char text[DM_ERROR_MSG];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    w->out->status = 404;
    return dm_fail(err, DM_EUSAGE, 0, "%s", text);
}

/* "...; did you mean Japan (JPN), Jordan (JOR)?" told again as a list. */
static void put_suggestions(dm_buf *b, const char *msg)
{
    const char *from = strstr(msg, "did you mean ");
    from = from                        ? from + strlen("did you mean ")
           : strstr(msg, "there are ") ? strstr(msg, "there are ") + strlen("there are ")
                                       : NULL;
    dm_js_key(b, "suggest");
    dm_js_open(b, '[');
    dm_str all = from ? (dm_str){ from, strcspn(from, "?;") } : DM_NIL, one;
    while (dm_str_split(&all, ',', &one)) {
        size_t and = 0;
        for (size_t i = 0; i + 5 <= one.len && !and; i++)
            and = memcmp(one.p + i, " and ", 5) == 0 ? i : 0;
        dm_js_item(b, and? (dm_str){ one.p, and} : one);
        if (and)
            dm_js_item(b, (dm_str){ one.p + and+5, one.len - and-5 });
    }
    dm_js_close(b, ']');
}

/* Messages may quote what was asked for, cut inside a character. */
static dm_str whole_characters(const char *msg, dm_buf *room)
{
    size_t len = strlen(msg);
    for (size_t i = 0; i < len;) {
        uint32_t cp, n = dm_utf8_next(msg, len, i, &cp);
        if (cp != 0xFFFD)
            dm_buf_add(room, msg + i, n);
        i += n;
    }
    dm_buf_add(room, "", 1);
    return (dm_str){ room->p, room->failed ? 0 : room->len - 1 };
}

void dm_reply_fail(dm_http_reply *out, unsigned status, const dm_error *err)
{
    dm_buf text = { 0 };
    dm_str msg = whole_characters(err->msg, &text);
    dm_buf_clear(&out->body);
    out->body.failed = false;
    out->status = status;
    out->type = JSON;
    out->file = NULL;
    out->streams = false;
    out->tag[0] = '\0';
    dm_js_open(&out->body, '{');
    dm_js_str(&out->body, "error", msg);
    put_suggestions(&out->body, msg.len ? msg.p : "");
    dm_js_close(&out->body, '}');
    dm_buf_free(&text);
}

static unsigned status_of(dm_status st, unsigned said)
{
    if (said >= 400)
        return said;
    return st == DM_EUSAGE || st == DM_EINPUT ? 400 : st == DM_ELIMIT ? 503 : st == DM_ENOMEM ? 503 : 500;
}

static uint64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static dm_status get(dm_desk *d, const route *r, const dm_request *q, dm_http_reply *out, dm_error *err)
{
    dm_question w = { d, NULL, q, q->path + strlen(r->path), out };
    if (!r->streams && dm_desk_kept(d, out->tag, &out->body))
        return DM_OK;
    dm_status st = dm_desk_take(d, &w.record, err);
    if (st != DM_OK)
        return st;
    uint64_t begun = clock_ns();
    st = r->get(&w, err);
    dm_desk_give(d, w.record);
    if (st == DM_OK && !r->streams && clock_ns() - begun > DM_KEPT_LEAST_NS)
        dm_desk_keep(
            d, out->tag, &out->body); /* its tag is from before it: if the record changed meanwhile, nobody asks for it */
    return st;
}

static dm_status post(dm_desk *d, const route *r, const dm_request *q, dm_http_reply *out, dm_error *err)
{
    dm_question w = { d, d->writer, q, "", out };
    if (!d->writable) {
        out->status = 403;
        return dm_fail(err, DM_EUSAGE, 0, "this desk only shows the record; start it without --read-only to change it");
    }
    pthread_mutex_lock(&d->writing);
    dm_status st = r->post(&w, err);
    pthread_mutex_unlock(&d->writing);
    return st;
}

/* The whole URL is hashed: the order of parameters makes no difference to what is answered, only to the tag. */
static dm_status tag_of(dm_desk *d, const dm_request *q, dm_http_reply *out, dm_error *err)
{
    char url[sizeof q->url];
    size_t n = (size_t)snprintf(url, sizeof url, "%s", q->path);
    for (size_t i = 0; i < q->n_param && n < sizeof url; i++)
        n += (size_t)snprintf(url + n, sizeof url - n, "\n%s\t%s", q->param[i].key, q->param[i].value);
    return dm_desk_tag(d, url, out->tag, err);
}

static dm_status answer(dm_desk *d, const route *r, const dm_request *q, const char *has, dm_http_reply *out, dm_error *err)
{
    if (q->post)
        return post(d, r, q, out, err);
    dm_status st = tag_of(d, q, out, err);
    if (st == DM_OK && has && dm_tag_matches(has, out->tag)) {
        out->status = 304;
        return DM_OK;
    }
    if (st == DM_OK)
        st = get(d, r, q, out, err);
    out->file = r->file;
    out->streams = r->streams;
    return st;
}

void dm_desk_answer(dm_desk *d, const dm_request *q, const char *has, dm_http_reply *out)
{
    dm_error err = { .msg = "" };
    const route *r = find(q->path);
    out->status = 200;
    out->type = r ? r->type : JSON;
    dm_status st = DM_OK;
    if (!r) {
        dm_fail(&err, DM_EUSAGE, 0, "there is nothing at '%.100s'; docs/api.md tells what there is", q->path);
        dm_reply_fail(out, 404, &err);
    } else if (q->post ? !r->post : !r->get) {
        dm_fail(&err, DM_EUSAGE, 0, "'%s' cannot be asked so", r->path);
        dm_reply_fail(out, 405, &err);
        out->allow = r->get && r->post ? "GET, HEAD, POST" : r->get ? "GET, HEAD" : "POST";
    } else if ((st = answer(d, r, q, has, out, &err)) != DM_OK) {
        dm_reply_fail(out, status_of(st, out->status), &err);
    } else if (out->body.failed) {
        dm_fail(&err, DM_ENOMEM, 0, "out of memory for the answer");
        dm_reply_fail(out, 503, &err);
    }
}

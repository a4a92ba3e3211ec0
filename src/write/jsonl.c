// SPDX-License-Identifier: Apache-2.0
/* One event a line, PLOVER's key names and ours, in the order of docs/record.md. What is not known is absent. */
#include "write/export.h"
#include <math.h>

static void put_key(dm_buf *b, const char *key)
{
    dm_put_z(b, ",\"");
    dm_put_z(b, key);
    dm_put_z(b, "\":");
}

static void put_pair(dm_buf *b, const char *key, dm_str value)
{
    if (value.len == 0)
        return;
    put_key(b, key);
    dm_put_json(b, value);
}

static void put_place(dm_buf *b, const dm_doc *doc, dm_span span)
{
    put_key(b, "start");
    dm_put_u(b, dm_doc_codepoint(doc, span.start));
    put_key(b, "end");
    dm_put_u(b, dm_doc_codepoint(doc, span.start + span.len));
}

/* The members of an object each open with a comma: the first one is dropped when the object is closed over them. */
static size_t open_object(dm_buf *b)
{
    dm_put_z(b, "{");
    return b->len;
}

static void close_object(dm_buf *b, size_t from)
{
    if (!b->failed && b->len > from) {
        memmove(b->p + from, b->p + from + 1, b->len - from - 1);
        b->len--;
    }
    dm_put_z(b, "}");
}

static void put_party(dm_buf *b, const dm_doc *doc, const dm_party *p)
{
    size_t from = open_object(b);
    put_pair(b, "code", dm_str_of(p->code));
    put_pair(b, "sector", dm_str_of(p->sector));
    if (p->span.len) {
        put_pair(b, "entity_text", dm_doc_slice(doc, p->span));
        put_place(b, doc, p->span);
    }
    close_object(b, from);
}

static void put_parties(dm_buf *b, const dm_doc *doc, const char *key, const dm_party *p, uint32_t n)
{
    put_key(b, key);
    dm_put_z(b, "[");
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            dm_put_z(b, ",");
        put_party(b, doc, &p[i]);
    }
    dm_put_z(b, "]");
}

static void put_word_list(dm_buf *b, const char *key, const char *word)
{
    put_key(b, key);
    dm_put_z(b, "[");
    if (word && *word)
        dm_put_json(b, dm_str_of(word));
    dm_put_z(b, "]");
}

static void put_dates(dm_buf *b, const dm_event *e)
{
    if (dm_interval_known(e->when)) {
        if (e->when.from != DM_DAY_NONE) {
            dm_put_z(b, ",\"date\":\"");
            dm_put_day(b, e->when.from);
            dm_put_z(b, "\"");
        }
        if (e->when.to != DM_DAY_NONE && e->when.to != e->when.from) {
            dm_put_z(b, ",\"enddate\":\"");
            dm_put_day(b, e->when.to);
            dm_put_z(b, "\"");
        }
        put_pair(b, "date_precision", dm_str_of(dm_precision_name(e->when.precision)));
    }
    if (dm_interval_known(e->said)) {
        dm_put_z(b, ",\"statement_date\":\"");
        dm_put_interval(b, e->said);
        dm_put_z(b, "\"");
    }
}

static void put_contexts(dm_buf *b, uint64_t contexts)
{
    dm_put_z(b, ",\"context\":[");
    bool any = false;
    for (unsigned i = 0; i < 64 && dm_context_name(i); i++) {
        if (!(contexts >> i & 1))
            continue;
        dm_put_z(b, any ? ",\"" : "\"");
        dm_put_z(b, dm_context_name(i));
        dm_put_z(b, "\"");
        any = true;
    }
    dm_put_z(b, "]");
}

static void put_aux(dm_buf *b, unsigned aux)
{
    dm_put_z(b, ",\"aux\":[");
    bool any = false;
    for (unsigned i = 0; i < DM_N_AUX; i++) {
        if (!(aux >> i & 1))
            continue;
        dm_put_z(b, any ? ",\"" : "\"");
        dm_put_z(b, dm_aux_names[i]);
        dm_put_z(b, "\"");
        any = true;
    }
    dm_put_z(b, "]");
}

static void put_scores(dm_buf *b, const dm_event *e)
{
    put_pair(b, "cameo", dm_str_of(e->cameo));
    if (isfinite(e->scale)) {
        put_key(b, "event_scale");
        dm_put_num(b, e->scale, 1, 3);
    }
    if (isfinite(e->goldstein) && e->cameo[0]) {
        put_key(b, "goldstein");
        dm_put_num(b, e->goldstein, 1, 3);
    }
    if (e->quad > 0) {
        put_key(b, "quad_code");
        dm_put_i(b, e->quad);
    }
}

static void put_trigger(dm_buf *b, const dm_doc *doc, dm_span span)
{
    dm_put_z(b, ",\"trigger\":{\"text\":");
    dm_put_json(b, dm_doc_slice(doc, span));
    put_place(b, doc, span);
    dm_put_z(b, "}");
}

static void put_instrument(dm_buf *b, const dm_instrument *in)
{
    dm_put_z(b, ",\"instrument\":");
    size_t from = open_object(b);
    put_pair(b, "type", in->type);
    put_pair(b, "body", in->body);
    put_pair(b, "subject", in->subject);
    put_pair(b, "act", in->act);
    if (in->subject.len) {
        put_key(b, "polarity");
        dm_put_i(b, in->polarity);
    }
    if (in->n_years) {
        dm_put_z(b, ",\"years\":[");
        for (unsigned i = 0; i < in->n_years; i++) {
            if (i)
                dm_put_z(b, ",");
            dm_put_i(b, in->years[i]);
        }
        dm_put_z(b, "]");
    }
    put_pair(b, "name", in->name);
    close_object(b, from);
}

static void put_reasons(dm_buf *b, const dm_doc *doc, const dm_event *e)
{
    dm_put_z(b, ",\"reason\":[");
    for (uint32_t i = 0; i < e->n_reason; i++) {
        dm_put_z(b, i ? ",{\"kind\":" : "{\"kind\":");
        dm_put_json(b, dm_str_of(dm_reason_name((dm_reason_kind)e->reason[i].kind)));
        put_pair(b, "text", dm_doc_slice(doc, e->reason[i].span));
        put_place(b, doc, e->reason[i].span);
        dm_put_z(b, "}");
    }
    dm_put_z(b, "]");
}

static void put_source(dm_buf *b, const dm_doc *doc, const dm_event *e)
{
    dm_span span = dm_doc_sentence(doc, e->sentence, NULL);
    dm_put_z(b, ",\"text\":");
    dm_put_json(b, dm_doc_slice(doc, span));
    dm_put_z(b, ",\"text_info\":{\"sequence\":");
    dm_put_u(b, (uint64_t)e->sentence + 1);
    put_place(b, doc, span);
    const dm_meta *m = &doc->meta;
    dm_put_z(b, "}");
    if (m->url.len || m->title.len || m->publisher.len || m->language.len) {
        dm_put_z(b, ",\"cite_info\":");
        size_t from = open_object(b);
        put_pair(b, "url", m->url);
        put_pair(b, "title", m->title);
        put_pair(b, "publication", m->publisher);
        put_pair(b, "language", m->language);
        close_object(b, from);
    }
}

static void put_why(dm_buf *b, const dm_event *e)
{
    dm_put_z(b, ",\"why\":[");
    for (uint32_t i = 0; i < e->n_why; i++) {
        if (i)
            dm_put_z(b, ",");
        dm_put_json(b, e->why[i]);
    }
    dm_put_z(b, "]");
}

/* What a record knows of an event besides. */
static void put_filed(dm_buf *b, const dm_filed *f)
{
    put_key(b, "happening");
    dm_put_u(b, f->happening);
    put_key(b, "reports");
    dm_put_u(b, f->reports);
    put_key(b, "independent");
    dm_put_u(b, f->independent);
    put_pair(b, "document", dm_str_of(f->document));
    if (f->first_report != DM_DAY_NONE) {
        dm_put_z(b, ",\"first_report\":\"");
        dm_put_day(b, f->first_report);
        dm_put_z(b, "\"");
    }
}

/* f: NULL for an event that is not in a record. */
static void put_event(dm_buf *b, const dm_doc *doc, const dm_event *e, const dm_filed *f)
{
    dm_put_z(b, "{\"id\":\"");
    dm_put_id(b, e->id);
    dm_put_z(b, "\"");
    if (f)
        dm_put_z(b, ",\"has_event\":true");
    put_pair(b, "doc", doc->meta.id);
    put_dates(b, e);
    put_parties(b, doc, "actor", e->actor, e->n_actor);
    put_parties(b, doc, "recipient", e->recipient, e->n_recipient);
    put_word_list(b, "event", dm_type_name((dm_type)e->type));
    put_word_list(b, "mode", e->mode);
    put_contexts(b, e->contexts);
    put_aux(b, e->aux);
    put_scores(b, e);
    put_trigger(b, doc, e->trigger);
    if (f)
        put_pair(b, "event_text", dm_doc_slice(doc, e->trigger));
    if (e->n_attribution)
        put_parties(b, doc, "attribution", e->attribution, e->n_attribution);
    if (e->instrument)
        put_instrument(b, e->instrument);
    if (e->n_reason)
        put_reasons(b, doc, e);
    put_source(b, doc, e);
    put_key(b, "confidence");
    dm_put_num(b, e->confidence, 1, 3);
    if (e->n_why)
        put_why(b, e);
    put_pair(b, "coder", DM_STR("demarche " DM_VERSION));
    if (f)
        put_filed(b, f);
    dm_put_z(b, "}\n");
}

void dm_put_jsonl(dm_buf *b, const dm_doc *doc)
{
    for (uint32_t i = 0; i < doc->events.n; i++)
        put_event(b, doc, &doc->events.v[i], NULL);
}

/* All events of a document as one line: the line ends between them become commas (inside strings they are escaped). */
void dm_put_answer(dm_buf *b, const dm_doc *doc)
{
    dm_put_z(b, "{\"number\":");
    dm_put_u(b, doc->number);
    dm_put_z(b, ",\"doc\":");
    dm_put_json(b, doc->meta.id);
    dm_put_z(b, ",\"events\":[");
    size_t from = b->len;
    dm_put_jsonl(b, doc);
    for (size_t i = from; !b->failed && i < b->len; i++)
        b->p[i] = b->p[i] == '\n' ? ',' : b->p[i];
    b->len -= !b->failed && b->len > from;
    dm_put_z(b, "]}\n");
}

void dm_put_filed_json(dm_buf *out, const dm_filed *f) { put_event(out, f->doc, f->event, f); }

/* The document without its events, for `demarche text --as jsonl`: it can be read again, with the same text and offsets. */
void dm_put_source(dm_buf *b, const dm_doc *doc)
{
    const dm_meta *m = &doc->meta;
    size_t from = open_object(b);
    put_pair(b, "id", m->id);
    put_pair(b, "title", m->title);
    if (dm_interval_known(m->date) && m->date.from == m->date.to) {
        dm_put_z(b, ",\"date\":\"");
        dm_put_day(b, m->date.from);
        dm_put_z(b, "\"");
    }
    put_pair(b, "url", m->url);
    put_pair(b, "publisher", m->publisher);
    put_pair(b, "language", m->language);
    put_key(b, "text");
    dm_put_json(b, doc->text);
    if (doc->notes.n) {
        put_key(b, "notes");
        dm_put_z(b, "[");
        for (uint32_t i = 0; i < doc->notes.n; i++) {
            if (i)
                dm_put_z(b, ",");
            dm_put_json(b, doc->notes.v[i]);
        }
        dm_put_z(b, "]");
    }
    close_object(b, from);
    dm_put_z(b, "\n");
}

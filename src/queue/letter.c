// SPDX-License-Identifier: Apache-2.0
/* A document that was read, as bytes: what the reader found of it and nothing else, so that the worker codes exactly what the sender's
 * machine would have coded. Numbers are little endian, in 4 bytes; texts have their length before them. One walk serves both ways.
 *
 * The form is a promise between machines: what changes it gets another first word and another Demarche-Form. */
#include "queue/queue.h"

enum { MAGIC = 0x31524C44 /* "DLR1" */, LINES_MAX = 1 << 22, LINE_KIND_MAX = DM_LINE_DATE, WORD = 4 };

typedef struct walker {
    dm_buf *out; /* NULL: reading */
    const unsigned char *p, *end;
    dm_doc *doc;
    bool bad;
} walker;

static void number(walker *w, uint32_t *v)
{
    if (w->out) {
        const char bytes[WORD] = { (char)*v, (char)(*v >> 8), (char)(*v >> 16), (char)(*v >> 24) };
        dm_buf_add(w->out, bytes, WORD);
    } else if (w->end - w->p < WORD) {
        w->bad = true;
        w->p = w->end;
        *v = 0;
    } else {
        *v = (uint32_t)w->p[0] | (uint32_t)w->p[1] << 8 | (uint32_t)w->p[2] << 16 | (uint32_t)w->p[3] << 24;
        w->p += WORD;
    }
}

static bool is_utf8(dm_str s)
{
    uint32_t cp;
    for (size_t i = 0, n; i < s.len; i += n)
        if ((n = dm_utf8_next(s.p, s.len, i, &cp)) == 1 && (unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* keep: into the document's memory; else borrowed. */
static void text(walker *w, dm_str *s, bool keep)
{
    uint32_t n = (uint32_t)s->len;
    number(w, &n);
    if (w->out) {
        dm_buf_add(w->out, s->p ? s->p : "", n);
        return;
    }
    if (n > (size_t)(w->end - w->p)) {
        w->bad = true;
        return;
    }
    dm_str here = { (const char *)w->p, n };
    w->bad |= !is_utf8(here);
    *s = !n ? DM_NIL : keep ? dm_arena_str(&w->doc->arena, here) : here;
    w->p += n;
}

/* Of years that are counted, in order; an end that is open is DM_DAY_NONE. The stages count days on from these. */
static bool days_are_good(dm_day from, dm_day to)
{
    const dm_day first = dm_day_of(1, 1, 1), last = dm_day_of(9999, 12, 31);
    return (from == DM_DAY_NONE || (from >= first && from <= last)) && (to == DM_DAY_NONE || (to >= first && to <= last)) &&
           (from == DM_DAY_NONE || to == DM_DAY_NONE || from <= to);
}

static void date(walker *w, dm_meta *m)
{
    uint32_t from = (uint32_t)m->date.from, to = (uint32_t)m->date.to, precision = (uint32_t)m->date.precision,
             source = m->date_source;
    number(w, &from);
    number(w, &to);
    number(w, &precision);
    number(w, &source);
    if (precision > DM_PREC_RANGE || source > DM_DATE_CONTENT || !days_are_good((dm_day)from, (dm_day)to))
        w->bad = true;
    else if (!w->out)
        m->date = (dm_interval){ (dm_day)from, (dm_day)to, (dm_precision)precision };
    if (!w->out && !w->bad)
        m->date_source = (uint8_t)source;
}

static bool between_characters(dm_str text, uint32_t at)
{
    return at >= text.len || ((unsigned char)text.p[at] & 0xC0) != 0x80;
}

/* In text order, none over another, inside the text, of whole characters: the stages rely on it. */
static void line(walker *w, dm_line *l, uint32_t *from)
{
    uint32_t start = l->span.start, len = l->span.len, kind = l->kind;
    number(w, &start);
    number(w, &len);
    number(w, &kind);
    if (w->out)
        return;
    if (start < *from || (uint64_t)start + len > w->doc->text.len || kind > LINE_KIND_MAX)
        w->bad = true;
    else if (!between_characters(w->doc->text, start) || !between_characters(w->doc->text, start + len))
        w->bad = true;
    *from = start + len;
    *l = (dm_line){ { start, len }, (uint8_t)kind };
}

static void lines(walker *w)
{
    dm_doc *doc = w->doc;
    uint32_t n = doc->lines.n, from = 0;
    number(w, &n);
    if (!w->out && (n > LINES_MAX || n > (size_t)(w->end - w->p) / (3 * WORD)))
        w->bad = true;
    for (uint32_t i = 0; i < n && !w->bad; i++) {
        dm_line *l = w->out ? &doc->lines.v[i] : DM_PUSH(&doc->arena, &doc->lines);
        if (!l)
            return; /* the arena remembers */
        line(w, l, &from);
    }
}

static void walk(walker *w)
{
    dm_meta *m = &w->doc->meta;
    dm_str *const strings[] = { &m->id, &m->url, &m->title, &m->publisher, &m->language };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        text(w, strings[i], true);
    date(w, m);
    lines(w);
}

dm_status dm_letter_write(dm_buf *out, const dm_doc *doc, dm_error *err)
{
    /* The walk changes nothing when it writes. */
    walker w = { .out = out, .doc = (dm_doc *)(uintptr_t)doc };
    uint32_t magic = MAGIC;
    dm_str body = doc->text;
    number(&w, &magic);
    text(&w, &body, false);
    walk(&w);
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the document '%.*s'", DM_FMT(doc->meta.id)) : DM_OK;
}

dm_status dm_letter_read(dm_doc *doc, dm_str bytes, dm_error *err)
{
    const unsigned char *from = (const unsigned char *)(bytes.p ? bytes.p : ""); /* a message may have no body at all */
    walker w = { .p = from, .end = from + bytes.len, .doc = doc };
    uint32_t magic = 0;
    dm_str body = DM_NIL;
    dm_doc_reset(doc);
    number(&w, &magic);
    text(&w, &body, false);
    if (magic != MAGIC || w.bad)
        return dm_fail(err, DM_EINPUT, 0, "the message is damaged, or of another version of demarche");
    if (body.len > DM_DOC_MAX)
        return dm_fail(
            err, DM_ELIMIT, 0, "the document of a message has %zu bytes; %d are the limit", body.len, (int)DM_DOC_MAX);
    dm_status st = dm_doc_set_text(doc, body, err);
    if (st != DM_OK)
        return st;
    walk(&w);
    if (doc->arena.failed)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    return w.bad || w.p != w.end
               ? dm_fail(err, DM_EINPUT, 0, "the message is damaged: its document ends early, or breaks its rules")
               : DM_OK;
}

/* An article as it was published: the readers find it by its name, as they would in a file. */
static dm_status read_raw(const dm_coder *coder, dm_doc **doc, dm_str name, dm_str bytes, dm_error *err)
{
    char file[DM_NAME_SHOWN];
    dm_input *in = NULL;
    dm_doc *more = NULL;
    dm_header_text(file, sizeof file, name.len ? name : DM_STR("message"));
    dm_status st = dm_input_open(&in, coder, err);
    if (st == DM_OK)
        st = dm_input_add_bytes(in, file, bytes, err);
    if (st == DM_OK)
        st = dm_input_next(in, doc, err);
    if (st == DM_END)
        st = dm_fail(err, DM_EINPUT, 0, "the message holds no article");
    else if (st == DM_OK && dm_input_next(in, &more, NULL) != DM_END)
        st = dm_fail(
            err, DM_EINPUT, 0, "the message holds more than one article; send them one by one, as 'demarche send' does");
    dm_doc_free(more);
    dm_input_close(in);
    return st;
}

dm_status dm_letter_open(const dm_coder *coder, dm_doc **doc, dm_str form, dm_str name, dm_str bytes, dm_error *err)
{
    if (!dm_str_is(form, DM_FORM_DOCUMENT))
        return read_raw(coder, doc, name, bytes, err);
    if (!*doc)
        *doc = dm_doc_new();
    return *doc ? dm_letter_read(*doc, bytes, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
}

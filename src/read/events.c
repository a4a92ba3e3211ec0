// SPDX-License-Identifier: Apache-2.0
/* Documents from lines of coded events. The text grows as an array of code points, 0 where no line has quoted anything yet; when the
 * last line of the document is in, it becomes UTF-8 and all spans become bytes. */
#include "read/events_int.h"
#include "read/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct dm_events_reader {
    dm_stream stream;
    char *shown;
    size_t number; /* of the line in hand, from 1 */
    uint64_t bytes;
    dm_buf buf, key, next_key;
    dm_flat flat;
    const dm_node *ahead; /* first line of the next document, in flat */
    size_t ahead_number;
    dm_doc *doc;
    DM_VEC(uint64_t) happenings; /* in doc's arena */
    uint32_t *cp;                /* [cap] the text; 0: nothing known */
    uint32_t *byte;              /* [cap + 1] where code point i starts in the finished text */
    uint32_t n, cap;
    dm_event_line line;
    bool begun, ended, hashed, dated;
    uint8_t hash[16];
    dm_str coder;
};

static dm_status no_memory(const dm_events_reader *r, dm_error *err)
{
    return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of '%s'", r->shown);
}

dm_status dm_events_open(dm_events_reader **out, const char *path, dm_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return dm_fail(err, DM_EIO, 0, "cannot open '%s': %s", path, strerror(errno));
    dm_events_reader *r = calloc(1, sizeof *r);
    if (r)
        r->stream.fd = fd;
    if (r && (r->shown = strdup(standard ? "standard input" : path)) && (r->doc = dm_doc_new())) {
        dm_status st = dm_stream_start(&r->stream);
        if (st == DM_OK) {
            *out = r;
            return DM_OK;
        }
        dm_fail(err, st, 0, "cannot read '%s': %s", path, st == DM_EIO ? strerror(r->stream.error) : "out of memory");
        dm_events_close(r);
        return st;
    }
    if (!r && !standard)
        close(fd);
    dm_events_close(r);
    return dm_fail(err, DM_ENOMEM, 0, "out of memory for '%s'", path);
}

void dm_events_close(dm_events_reader *r)
{
    if (!r)
        return;
    dm_stream_stop(&r->stream);
    dm_flat_free(&r->flat);
    dm_buf_free(&r->buf), dm_buf_free(&r->key), dm_buf_free(&r->next_key);
    dm_doc_free(r->doc);
    free(r->cp), free(r->byte), free(r->shown);
    free(r);
}

uint64_t dm_events_bytes(const dm_events_reader *r) { return r->bytes; }

/* --- the text --- */

static bool room_for(dm_events_reader *r, uint32_t end)
{
    if (end <= r->cap)
        return true;
    uint32_t cap = r->cap ? r->cap : 4096;
    while (cap < end)
        cap *= 2;
    uint32_t *cp = realloc(r->cp, cap * sizeof *cp);
    if (cp)
        r->cp = cp;
    uint32_t *byte = cp ? realloc(r->byte, (cap + (size_t)1) * sizeof *byte) : NULL;
    if (!byte)
        return false;
    r->byte = byte;
    r->cap = cap;
    return true;
}

/* The piece against what stands there: true when both agree. put: writes it. */
static bool lay(dm_events_reader *r, const dm_piece *p, bool put)
{
    uint32_t at = p->start, cp;
    for (size_t i = 0; i < p->text.len; at++) {
        i += dm_utf8_next(p->text.p, p->text.len, i, &cp);
        uint32_t there = at < r->n ? r->cp[at] : 0;
        if (!put && there && there != cp)
            return false;
        if (put)
            r->cp[at] = cp;
    }
    return true;
}

/* All pieces of the line, or none. NULL: done; else why not. */
static const char *lay_all(dm_events_reader *r, dm_event_line *l)
{
    uint32_t end = r->n;
    for (uint32_t i = 0; i < l->n_piece; i++) {
        const dm_piece *p = &l->piece[i];
        if (p->start + p->len > DM_DOC_MAX)
            return "its words stand behind the 16 MB that a document may have";
        if (!lay(r, p, false))
            return "its words contradict those of earlier lines at the same place; is 'doc' the same for different articles?";
        end = p->start + p->len > end ? p->start + p->len : end;
    }
    if (!room_for(r, end))
        return "";
    if (end > r->n)
        memset(r->cp + r->n, 0, (end - r->n) * sizeof *r->cp);
    r->n = end;
    for (uint32_t i = 0; i < l->n_piece; i++)
        lay(r, &l->piece[i], true);
    return NULL;
}

/* --- one line --- */

/* A sentence without a number: the one at its place, or with its words at the end, else a new one. */
static uint32_t number_of(dm_events_reader *r, const dm_event_line *l)
{
    const dm_doc *d = r->doc;
    if (!l->placed && d->sents.n) {
        dm_span last = d->sents.v[d->sents.n - 1].span;
        const dm_piece same = { l->text, last.start, l->len };
        return last.len == l->len && lay(r, &same, false) ? d->sents.n - 1 : d->sents.n;
    }
    for (uint32_t i = d->sents.n; i-- > 0;) /* mostly the last */
        if (d->sents.v[i].span.start == l->at && d->sents.v[i].span.len == l->len)
            return i;
    return d->sents.n;
}

/* Which sentence of the document the line quotes, and where it stands (code points). NULL: found; else why it cannot be. */
static const char *find_sentence(dm_events_reader *r, dm_event_line *l)
{
    const dm_doc *d = r->doc;
    if (!l->numbered)
        l->sequence = number_of(r, l);
    bool there = l->sequence < d->sents.n && d->sents.v[l->sequence].kind != DM_SENT_NOISE;
    if (there) {
        dm_span s = d->sents.v[l->sequence].span;
        if (s.len != l->len || (l->placed && s.start != l->at))
            return "its sentence is another one than an earlier line had under that number";
        l->at = s.start;
    } else if (!l->placed) {
        l->at = r->n ? r->n + 1 : 0;
    }
    return NULL;
}

static bool keep_sentence(dm_doc *d, const dm_event_line *l)
{
    while (d->sents.n <= l->sequence) {
        dm_sent *s = DM_PUSH(&d->arena, &d->sents);
        if (!s)
            return false;
        s->kind = DM_SENT_NOISE; /* until a line quotes it */
    }
    d->sents.v[l->sequence].span = (dm_span){ l->at, l->len };
    d->sents.v[l->sequence].kind = DM_SENT_BODY;
    return true;
}

static dm_status refuse(const dm_events_reader *r, size_t number, const char *why, const char *what, dm_error *err)
{
    return dm_fail(err, DM_EINPUT, number, "%s:%zu: %s%s%s%s; the line was left out", r->shown, number, why,
        what[0] ? ": '" : "", what, what[0] ? "'" : "");
}

/* Adds the event of one line to the document in hand. */
static dm_status take_line(dm_events_reader *r, const dm_node *root, size_t number, dm_error *err)
{
    dm_event_line *l = &r->line;
    l->root = root, l->doc = r->doc, l->n_piece = 0, l->wrong = NULL, l->what[0] = '\0', l->at = 0;
    memset(&l->ev, 0, sizeof l->ev);
    dm_event_line_sentence(l);
    const char *why = l->wrong ? NULL : find_sentence(r, l);
    if (!l->wrong && !why)
        dm_event_line_fill(l);
    if (r->doc->arena.failed)
        return no_memory(r, err);
    if (!l->wrong && !why && (why = lay_all(r, l)) && !*why)
        return no_memory(r, err);
    if (l->wrong || why)
        return refuse(r, number, why ? why : l->wrong, why ? "" : l->what, err);
    l->ev.sentence = l->sequence;
    dm_event *ev = DM_PUSH(&r->doc->arena, &r->doc->events);
    uint64_t *happening = DM_PUSH(&r->doc->arena, &r->happenings);
    if (!ev || !happening || !keep_sentence(r->doc, l))
        return no_memory(r, err);
    *ev = l->ev;
    dm_event_line_published(root, r->doc, &r->dated);
    *happening = l->happening;
    return DM_OK;
}

/* --- one document --- */

static bool hex16(dm_str s, uint8_t out[16])
{
    if (s.len != 32)
        return false;
    for (size_t i = 0; i < 32; i++) {
        char c = s.p[i];
        int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (v < 0)
            return false;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | v : v << 4);
    }
    return true;
}

static void begin(dm_events_reader *r, const dm_node *root)
{
    dm_doc_reset(r->doc);
    memset(&r->happenings, 0, sizeof r->happenings);
    r->n = 0;
    dm_event_line_meta(root, r->doc);
    r->dated = r->doc->meta.date.precision != DM_PREC_UNKNOWN;
    r->hashed = hex16(dm_str_at(root, "document"), r->hash);
    dm_str coder = dm_str_at(root, "coder");
    r->coder = coder.len ? dm_arena_str(&r->doc->arena, coder) : DM_STR("unknown");
    r->begun = true;
}

static dm_span to_bytes(const dm_events_reader *r, dm_span s)
{
    uint32_t from = s.start < r->n ? s.start : r->n, to = s.start + s.len < r->n ? s.start + s.len : r->n;
    return (dm_span){ r->byte[from], r->byte[to] - r->byte[from] };
}

static void spans_to_bytes(dm_events_reader *r)
{
    dm_doc *d = r->doc;
    for (uint32_t i = 0; i < d->sents.n; i++)
        d->sents.v[i].span = to_bytes(r, d->sents.v[i].span);
    for (uint32_t i = 0; i < d->events.n; i++) {
        dm_event *e = &d->events.v[i];
        e->trigger = to_bytes(r, e->trigger);
        dm_party *const lists[] = { e->actor, e->recipient, e->attribution };
        const uint32_t n[] = { e->n_actor, e->n_recipient, e->n_attribution };
        for (int k = 0; k < 3; k++)
            for (uint32_t j = 0; j < n[k]; j++)
                lists[k][j].span = to_bytes(r, lists[k][j].span);
        for (uint32_t k = 0; k < e->n_reason; k++)
            e->reason[k].span = to_bytes(r, e->reason[k].span);
    }
}

/* Without a hash of its own, a document is what its lines make it: text, source, name, and what the events say where no text is. */
static void make_hash(dm_events_reader *r)
{
    const dm_doc *d = r->doc;
    const dm_str parts[] = { d->text, d->meta.publisher, d->meta.url, d->meta.id };
    for (uint64_t half = 0; half < 2; half++) {
        uint64_t h = half + 21;
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            h = dm_hash(parts[i].p, parts[i].len, h);
        for (uint32_t i = 0; !d->text.len && i < d->events.n; i++)
            h = dm_hash(&d->events.v[i].id, sizeof d->events.v[i].id, h);
        for (int i = 0; i < 8; i++)
            r->hash[half * 8 + (uint64_t)i] = (uint8_t)(h >> (56 - 8 * i));
    }
}

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* An event that stands in the file twice is one: the first. */
static bool drop_doubles(dm_events_reader *r)
{
    dm_doc *d = r->doc;
    uint64_t *id = dm_arena_alloc(&d->arena, d->events.n, sizeof *id);
    uint32_t doubles = 0;
    for (uint32_t i = 0; id && i < d->events.n; i++)
        id[i] = d->events.v[i].id;
    if (id)
        qsort(id, d->events.n, sizeof *id, by_id);
    for (uint32_t i = 1; id && i < d->events.n; i++)
        doubles += id[i] == id[i - 1];
    for (uint32_t i = d->events.n; doubles && i-- > 1;) {
        uint32_t k = 0;
        while (d->events.v[k].id != d->events.v[i].id)
            k++;
        if (k == i)
            continue;
        memmove(&d->events.v[i], &d->events.v[i + 1], (d->events.n - i - 1) * sizeof *d->events.v);
        memmove(&r->happenings.v[i], &r->happenings.v[i + 1], (d->events.n - i - 1) * sizeof *r->happenings.v);
        d->events.n--, r->happenings.n--, doubles--;
    }
    return id != NULL;
}

static dm_status finish(dm_events_reader *r, dm_coded *out, dm_error *err)
{
    r->begun = false;
    if (!drop_doubles(r) || !room_for(r, r->n + 1)) /* the places are needed even of an empty text */
        return no_memory(r, err);
    char *text = malloc((size_t)r->n * 4 + 1);
    if (!text)
        return no_memory(r, err);
    size_t at = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        r->byte[i] = (uint32_t)at;
        at += dm_utf8_put(text + at, r->cp[i] ? r->cp[i] : ' ');
    }
    r->byte[r->n] = (uint32_t)at;
    dm_status st = dm_doc_set_text(r->doc, (dm_str){ text, at }, err);
    free(text);
    if (st != DM_OK)
        return st;
    spans_to_bytes(r);
    if (!r->hashed)
        make_hash(r);
    *out = (dm_coded){ .doc = r->doc, .happening = r->happenings.v, .coder = r->coder, .hashed = r->hashed };
    memcpy(out->hash, r->hash, sizeof out->hash);
    return DM_OK;
}

/* The next line as an object. DM_END at the end of the input. */
static dm_status parse_line(dm_events_reader *r, dm_error *err)
{
    bool over = false;
    size_t at = 0;
    do {
        dm_status st = dm_stream_line(&r->stream, &r->buf, DM_EVENT_LINE_MAX, &over);
        if (st == DM_EIO)
            return dm_fail(err, DM_EIO, 0, "cannot read '%s': %s", r->shown, strerror(r->stream.error));
        if (st != DM_OK)
            return st == DM_END ? DM_END : no_memory(r, err);
        r->number++;
        r->bytes += r->buf.len + 1;
    } while (!over && dm_str_trim((dm_str){ r->buf.p, r->buf.len }).len == 0);
    if (over)
        return dm_fail(err, DM_ELIMIT, r->number, "%s:%zu: longer than %d bytes; the line was left out", r->shown, r->number,
            DM_EVENT_LINE_MAX);
    if (!dm_utf8_valid((dm_str){ r->buf.p, r->buf.len }))
        return refuse(r, r->number, "not UTF-8", "", err);
    const char *why = dm_flat_parse(&r->flat, r->buf.p, r->buf.len, &at);
    if (why && !*why)
        return no_memory(r, err);
    if (why || !dm_node_is(r->flat.v, DM_FLAT_OBJECT))
        return refuse(r, r->number, why ? why : "no JSON object", "", err);
    r->ahead = r->flat.v;
    return DM_OK;
}

/* The document in hand is whole when the next line has another key. */
static bool belongs(dm_events_reader *r)
{
    return r->next_key.len > 0 && r->next_key.len == r->key.len && memcmp(r->key.p, r->next_key.p, r->key.len) == 0 &&
           r->doc->events.n < DM_EVENT_DOC_MAX;
}

static void swap_keys(dm_events_reader *r)
{
    dm_buf old = r->key;
    r->key = r->next_key;
    r->next_key = old;
}

dm_status dm_events_next(dm_events_reader *r, dm_coded *out, dm_error *err)
{
    for (;;) {
        dm_status st = DM_OK;
        if (!r->ahead && !r->ended) {
            st = parse_line(r, err);
            r->ahead_number = r->number;
            r->ended = st == DM_END;
            if (st == DM_OK)
                st = dm_event_line_key(r->ahead, &r->next_key) == DM_OK ? DM_OK : no_memory(r, err);
        }
        if (r->ended && !r->begun)
            return DM_END;
        if (st != DM_OK && st != DM_END)
            return st;
        if (r->begun && (r->ended || !belongs(r))) {
            if (r->doc->events.n)
                return finish(r, out, err);
            r->begun = false; /* every line of it was left out */
            continue;
        }
        if (!r->begun) {
            begin(r, r->ahead);
            swap_keys(r);
        }
        const dm_node *root = r->ahead;
        r->ahead = NULL;
        st = take_line(r, root, r->ahead_number, err);
        if (st != DM_OK)
            return st;
    }
}

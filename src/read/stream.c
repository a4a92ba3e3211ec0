// SPDX-License-Identifier: Apache-2.0
/* Byte stream with look-ahead over a descriptor or memory. Invariant: buf[at..end) are bytes not yet given out, already UTF-8 when
 * the input was UTF-16 or UTF-32 (then unpaired surrogates are U+FFFD and counted), and never with a BOM at the start. */
#include "read/internal.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 65536, LOOK = 4096, GROWTH = 3 /* UTF-8 bytes from one UTF-16 unit */, PATTERN = 2048 };

static dm_status room(dm_stream *s, size_t need)
{
    if (s->at) {
        memmove(s->buf, s->buf + s->at, s->end - s->at);
        s->end -= s->at;
        s->at = 0;
    }
    if (s->cap - s->end >= need)
        return DM_OK;
    size_t cap = s->end + need; /* both are bounded by a few chunks */
    char *p = realloc(s->buf, cap);
    if (!p)
        return DM_ENOMEM;
    s->buf = p;
    s->cap = cap;
    return DM_OK;
}

/* Up to max bytes; 0 at the end or on failure. */
static size_t get(dm_stream *s, char *out, size_t max)
{
    if (s->fd < 0 && !s->from) {
        size_t n = s->memory_left < max ? s->memory_left : max;
        if (n)
            memcpy(out, s->memory, n);
        s->memory += n;
        s->memory_left -= n;
        s->taken += n;
        s->eof = n == 0;
        return n;
    }
    ssize_t n;
    if (s->from) {
        n = dm_unpack_read(s->from, out, max, &s->why);
        s->failed = n < 0;
        s->eof = n <= 0;
        return n > 0 ? (size_t)n : 0;
    }
    do
        n = read(s->fd, out, max);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        s->failed = true;
        s->error = errno;
    }
    s->eof = n <= 0;
    s->taken += n > 0 ? (size_t)n : 0;
    return n > 0 ? (size_t)n : 0;
}

const char *dm_stream_error(const dm_stream *s) { return s->why ? s->why : strerror(s->error); }

static void put_cp(dm_stream *s, uint32_t cp)
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000)) {
        cp = 0xFFFD;
        s->malformed++;
    }
    s->end += dm_utf8_put(s->buf + s->end, cp);
}

static void put_unit16(dm_stream *s, uint32_t u)
{
    if (s->high && u >= 0xDC00 && u < 0xE000) {
        put_cp(s, 0x10000 + ((s->high - 0xD800) << 10) + (u - 0xDC00));
        s->high = 0;
        return;
    }
    if (s->high)
        put_cp(s, s->high); /* unpaired */
    s->high = u >= 0xD800 && u < 0xDC00 ? u : 0;
    if (!s->high)
        put_cp(s, u);
}

static void put_unit(dm_stream *s, const unsigned char *p)
{
    switch (s->wide) {
    case DM_UTF16LE: put_unit16(s, (uint32_t)p[0] | (uint32_t)p[1] << 8); break;
    case DM_UTF16BE: put_unit16(s, (uint32_t)p[1] | (uint32_t)p[0] << 8); break;
    case DM_UTF32LE: put_cp(s, (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24); break;
    default: put_cp(s, (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24); break;
    }
}

static void widen(dm_stream *s, const unsigned char *raw, size_t n)
{
    unsigned unit = s->wide == DM_UTF16LE || s->wide == DM_UTF16BE ? 2 : 4;
    for (size_t i = 0; i < n; i++) {
        s->rest[s->n_rest++] = raw[i];
        if (s->n_rest == unit) {
            put_unit(s, s->rest);
            s->n_rest = 0;
        }
    }
    if (s->eof && (s->high || s->n_rest)) { /* cut off in the middle of a character */
        s->high = s->n_rest = 0;
        put_cp(s, 0xD800);
    }
}

static dm_status fill_wide(dm_stream *s)
{
    unsigned char raw[4096];
    dm_status st = room(s, sizeof raw * GROWTH + 8);
    if (st != DM_OK)
        return st;
    size_t n = get(s, (char *)raw, sizeof raw), before = s->end;
    widen(s, raw, n);
    return s->failed ? DM_EIO : s->end > before || n ? DM_OK : DM_END;
}

dm_status dm_stream_fill(dm_stream *s)
{
    if (s->eof)
        return s->failed ? DM_EIO : DM_END;
    if (s->wide)
        return fill_wide(s);
    dm_status st = room(s, CHUNK);
    if (st != DM_OK)
        return st;
    size_t n = get(s, s->buf + s->end, CHUNK);
    s->end += n;
    return s->failed ? DM_EIO : n ? DM_OK : DM_END;
}

/* Encoding by the zeros that ASCII letters leave in UTF-16 and UTF-32. */
static dm_wide by_zeros(const unsigned char *p, size_t n)
{
    size_t zero[4] = { 0 }, units = (n < PATTERN ? n : PATTERN) / 4;
    if (units < 2)
        return DM_BYTES;
    for (size_t i = 0; i < units * 4; i++)
        zero[i % 4] += p[i] == 0;
    size_t most = units - units / 8, few = units / 8;
    if (zero[2] >= most && zero[3] >= most && zero[0] <= few)
        return DM_UTF32LE;
    if (zero[0] >= most && zero[1] >= most && zero[3] <= few)
        return DM_UTF32BE;
    if (zero[1] + zero[3] >= units && zero[0] + zero[2] <= few)
        return DM_UTF16LE;
    if (zero[0] + zero[2] >= units && zero[1] + zero[3] <= few)
        return DM_UTF16BE;
    return DM_BYTES;
}

static void find_encoding(dm_stream *s, size_t *skip)
{
    const unsigned char *p = (const unsigned char *)s->buf;
    size_t n = s->end;
    static const struct {
        unsigned char bytes[4];
        size_t n;
        dm_wide wide;
    } marks[] = { { { 0xEF, 0xBB, 0xBF }, 3, DM_BYTES }, { { 0xFF, 0xFE, 0, 0 }, 4, DM_UTF32LE },
        { { 0, 0, 0xFE, 0xFF }, 4, DM_UTF32BE }, { { 0xFF, 0xFE }, 2, DM_UTF16LE }, { { 0xFE, 0xFF }, 2, DM_UTF16BE } };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (n >= marks[i].n && memcmp(p, marks[i].bytes, marks[i].n) == 0) {
            s->wide = (uint8_t)marks[i].wide;
            s->bom = true;
            *skip = marks[i].n;
            return;
        }
    s->wide = (uint8_t)by_zeros(p, n);
}

/* Enough to know format and encoding; a JSON line from a slow pipe need not fill the whole window. */
static bool seen_enough(const dm_stream *s)
{
    return s->end >= LOOK || (s->end && s->buf[0] == '{' && memchr(s->buf, '\n', s->end));
}

dm_status dm_stream_start(dm_stream *s)
{
    dm_status st = DM_OK;
    while (!seen_enough(s) && (st = dm_stream_fill(s)) == DM_OK)
        ;
    if (st != DM_OK && st != DM_END)
        return st;
    if (dm_packed(s->buf, s->end))
        return DM_OK;
    size_t skip = 0;
    find_encoding(s, &skip);
    if (!s->wide) {
        s->at = skip;
        return DM_OK;
    }
    char *raw = s->buf;
    size_t n = s->end - skip;
    s->buf = NULL;
    s->at = s->end = s->cap = 0;
    st = room(s, n * GROWTH + 8);
    if (st == DM_OK)
        widen(s, (const unsigned char *)raw + skip, n);
    free(raw);
    return st;
}

void dm_stream_stop(dm_stream *s)
{
    if (s->fd > 0)
        close(s->fd);
    free(s->buf);
    *s = (dm_stream){ .fd = -1 };
}

dm_status dm_stream_all(dm_stream *s, dm_buf *out, size_t limit)
{
    dm_status st;
    do {
        if (dm_buf_add(out, s->buf + s->at, s->end - s->at) != DM_OK)
            return DM_ENOMEM;
        s->at = s->end;
        if (out->len > limit)
            return DM_ELIMIT;
    } while ((st = dm_stream_fill(s)) == DM_OK);
    return st == DM_END ? DM_OK : st;
}

static dm_status keep(dm_buf *out, const char *p, size_t n, size_t limit, bool *over)
{
    if (!*over && n > limit - out->len) {
        *over = true;
        dm_buf_clear(out);
    }
    return *over ? DM_OK : dm_buf_add(out, p, n);
}

dm_status dm_stream_line(dm_stream *s, dm_buf *out, size_t limit, bool *over)
{
    dm_status st = DM_OK;
    bool any = false;
    dm_buf_clear(out);
    *over = false;
    for (;;) {
        if (s->at == s->end && (st = dm_stream_fill(s)) != DM_OK)
            return st == DM_END && any ? DM_OK : st;
        if (s->at == s->end)
            continue; /* half a character came in */
        any = true;
        const char *p = s->buf + s->at, *e = memchr(p, '\n', s->end - s->at);
        size_t n = e ? (size_t)(e - p) : s->end - s->at;
        if ((st = keep(out, p, n, limit, over)) != DM_OK)
            return st;
        s->at += n + (e ? 1 : 0);
        if (e)
            return DM_OK;
    }
}

/* Where the scan for one object stands. */
typedef struct scan {
    size_t depth;
    bool string, escape;
} scan;

/* Takes one byte; true when it ends the object. */
static bool scan_byte(scan *k, char c)
{
    if (k->escape) {
        k->escape = false;
    } else if (k->string) {
        k->escape = c == '\\';
        k->string = c != '"';
    } else if (c == '"') {
        k->string = true;
    } else if (c == '{') {
        k->depth++;
    } else if (c == '}') {
        return --k->depth == 0;
    }
    return false;
}

/* Skips to the next '{'. Other values between the objects (numbers, strings) are passed over: they hold no document. */
static dm_status to_object(dm_stream *s, size_t *lines)
{
    for (;;) {
        dm_status st;
        while (s->at < s->end && s->buf[s->at] != '{')
            *lines += s->buf[s->at++] == '\n';
        if (s->at < s->end)
            return DM_OK;
        if ((st = dm_stream_fill(s)) != DM_OK)
            return st;
    }
}

dm_status dm_stream_object(dm_stream *s, dm_buf *out, size_t limit, bool *over, size_t *lines, size_t *first_line)
{
    scan k = { 0 };
    dm_buf_clear(out);
    *over = false;
    dm_status st = to_object(s, lines);
    *first_line = *lines;
    while (st == DM_OK) {
        size_t i = s->at;
        bool done = false;
        while (i < s->end && !done) {
            *lines += s->buf[i] == '\n';
            done = scan_byte(&k, s->buf[i++]);
        }
        if ((st = keep(out, s->buf + s->at, i - s->at, limit, over)) != DM_OK)
            return st;
        s->at = i;
        if (done)
            return DM_OK;
        st = dm_stream_fill(s);
    }
    return st == DM_END && (out->len || *over) ? DM_OK : st; /* an object that never ends goes to the parser, which says so */
}

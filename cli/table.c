// SPDX-License-Identifier: Apache-2.0
/* Text and tables in the columns of a terminal: wide characters take two, marks none; nothing in an article can drive the terminal. */
#include "cli.h"
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { GAP = 2, WIDE_LEAST = 12, WIDE_MOST = 100 /* of the column that gives way, when any width will do */ };

/* A byte that is no character counts as a control character. */
static size_t decode(dm_str s, size_t i, uint32_t *cp)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char c = (unsigned char)s.p[i];
    size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    bool bad = n > s.len - i || (n == 1 && c >= 0x80);
    for (size_t k = 1; !bad && k < n; k++)
        bad = ((unsigned char)s.p[i + k] & 0xC0) != 0x80;
    if (bad) {
        *cp = 0x80;
        return 1;
    }
    *cp = n == 1 ? c : n == 2 ? c & 0x1Fu : n == 3 ? c & 0x0Fu : c & 0x07u;
    for (size_t k = 1; k < n; k++)
        *cp = *cp << 6 | ((unsigned char)s.p[i + k] & 0x3Fu);
    if (*cp < least[n] || (*cp >= 0xD800 && *cp < 0xE000) || *cp > 0x10FFFF) {
        *cp = 0x80;
        return 1;
    }
    return n;
}

static unsigned width_of(uint32_t cp)
{
    int w = wcwidth((wchar_t)cp);
    return w < 0 ? 1 : (unsigned)w; /* -1: not printable in this locale */
}

static bool blank(uint32_t cp) { return cp == ' ' || cp == '\n' || cp == '\t' || cp == '\r' || cp == 0xA0; }

/* Control characters, and marks that turn the direction of what follows: a name could hide its end behind them, or look like another. */
static bool drives(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x061C || cp == 0x200E || cp == 0x200F ||
           (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

unsigned cli_columns(dm_str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.len;) {
        uint32_t cp;
        i += decode(s, i, &cp);
        n += width_of(cp);
    }
    return n;
}

void cli_put_clean(dm_buf *b, dm_str s)
{
    for (size_t i = 0, len; i < s.len; i += len) {
        uint32_t cp;
        len = decode(s, i, &cp);
        bool space = blank(cp) && cp != 0xA0, hidden = !space && drives(cp);
        dm_buf_add(b, space ? " " : hidden ? "?" : s.p + i, space || hidden ? 1 : len);
    }
}

unsigned cli_put_cut(dm_buf *b, dm_str s, unsigned width)
{
    bool cut = width && cli_columns(s) > width, gap = false;
    unsigned n = 0, most = cut ? width - 1 : width;
    for (size_t i = 0; i < s.len;) {
        uint32_t cp;
        size_t len = decode(s, i, &cp);
        unsigned w = width_of(cp) + (gap && n > 0);
        if (blank(cp)) {
            gap = true;
        } else {
            if (most && n + w > most) {
                dm_buf_add(b, "\xE2\x80\xA6", 3);
                return n + 1;
            }
            if (gap && n > 0)
                dm_buf_add(b, " ", 1);
            bool hidden = drives(cp);
            dm_buf_add(b, hidden ? "?" : s.p + i, hidden ? 1 : len);
            n += w;
            gap = false;
        }
        i += len;
    }
    return n;
}

void cli_put_style(dm_buf *b, cli_style style, bool on)
{
    static const char *const escapes[] = { "", "\033[1m", "\033[2m", "\033[36m", "\033[1;33m", "\033[1;4m", "\033[32m",
        "\033[31m" };
    if (on && style != CLI_PLAIN)
        dm_buf_add(b, escapes[style], strlen(escapes[style]));
}

static void style_end(dm_buf *b, cli_style style, bool on)
{
    if (on && style != CLI_PLAIN)
        dm_buf_add(b, "\033[0m", 4);
}

/* Start of the last `width` columns of s. */
static dm_str tail_of(dm_str s, unsigned width)
{
    unsigned all = cli_columns(s);
    size_t i = 0;
    while (i < s.len && all > width) {
        uint32_t cp;
        i += decode(s, i, &cp);
        all -= width_of(cp);
    }
    return (dm_str){ s.p + i, s.len - i };
}

/* A piece beside the marked words: its blanks toward them are kept. */
static void put_side(dm_buf *b, dm_str s, unsigned width, bool before)
{
    bool lead = !before && s.len && blank((unsigned char)s.p[0]),
         trail = before && s.len && blank((unsigned char)s.p[s.len - 1]);
    if (lead)
        dm_buf_add(b, " ", 1);
    cli_put_cut(b, s, width);
    if (trail)
        dm_buf_add(b, " ", 1);
}

/* A third of the room before the trigger, the rest behind it; what one side does not need the other may have. */
static void put_marked(dm_buf *b, dm_str front, dm_str mark, dm_str back, unsigned width, bool color)
{
    unsigned n_mark = cli_columns(mark) + 2, n_front = cli_columns(front), n_back = cli_columns(back);
    unsigned room = width > n_mark ? width - n_mark : 0, first = room / 3;
    if (width && n_front + n_back > room) {
        first = n_front < first ? n_front : n_back < room - first ? room - n_back : first;
        if (n_front > first && first > 2) {
            dm_buf_add(b, "\xE2\x80\xA6", 3);
            front = tail_of(front, first - 2);
        } else if (n_front > first) {
            front.len = 0;
        }
    }
    put_side(b, front, 0, true);
    cli_put_style(b, CLI_MARKED, color);
    dm_buf_add(b, "[", color ? 0 : 1);
    cli_put_cut(b, mark, width && n_mark > width ? width : 0);
    dm_buf_add(b, "]", color ? 0 : 1);
    style_end(b, CLI_MARKED, color);
    if (!width || n_front + n_back <= room)
        put_side(b, back, 0, false);
    else if (room > first + 2)
        put_side(b, back, room - first - 1, false);
}

static dm_str part(const dm_doc *doc, uint32_t from, uint32_t to)
{
    return (dm_str){ dm_doc_text(doc).p + from, to > from ? to - from : 0 };
}

void cli_put_sentence(dm_buf *b, const dm_doc *doc, const dm_event *e, unsigned width, bool color)
{
    dm_span s = dm_doc_sentence(doc, e->sentence, NULL), t = e->trigger;
    uint32_t end = s.start + s.len, behind = t.start + t.len;
    if (t.len == 0 || t.start < s.start || behind > end)
        cli_put_cut(b, part(doc, s.start, end), width);
    else
        put_marked(b, part(doc, s.start, t.start), part(doc, t.start, behind), part(doc, behind, end), width, color);
}

enum { MARK_FROM = 1, MARK_TO = 2 }; /* around the trigger, inside a cell */

void cli_put_marks(dm_buf *b, const dm_doc *doc, const dm_event *e)
{
    dm_span s = dm_doc_sentence(doc, e->sentence, NULL), t = e->trigger;
    uint32_t end = s.start + s.len, behind = t.start + t.len;
    bool marked = t.len && t.start >= s.start && behind <= end;
    put_side(b, part(doc, s.start, marked ? t.start : end), 0, true);
    if (!marked)
        return;
    dm_buf_add(b, &(const char){ MARK_FROM }, 1);
    cli_put_cut(b, part(doc, t.start, behind), 0);
    dm_buf_add(b, &(const char){ MARK_TO }, 1);
    put_side(b, part(doc, behind, end), 0, false);
}

/* A cell of a table; returns its columns. */
static unsigned put_text(dm_buf *b, dm_str s, unsigned width, bool color)
{
    const char *from = s.len ? memchr(s.p, MARK_FROM, s.len) : NULL;
    const char *to = from ? memchr(from, MARK_TO, s.len - (size_t)(from - s.p)) : NULL;
    if (!to)
        return cli_put_cut(b, s, width);
    put_marked(b, (dm_str){ s.p, (size_t)(from - s.p) }, (dm_str){ from + 1, (size_t)(to - from) - 1 },
        (dm_str){ to + 1, s.len - (size_t)(to + 1 - s.p) }, width, color);
    return width;
}

void cli_table_add(cli_table *t, dm_str text)
{
    size_t n = t->n_cells;
    if (n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 256;
        dm_str *v = realloc(t->cell, cap * sizeof *v);
        if (!v) {
            t->failed = true;
            return;
        }
        t->cell = v;
        t->cap = cap;
    }
    char *own = malloc(text.len + 1);
    if (!own) {
        t->failed = true;
        return;
    }
    if (text.len)
        memcpy(own, text.p, text.len);
    t->cell[t->n_cells++] = (dm_str){ own, text.len };
}

static void put_row(const cli_table *t, dm_buf *out, const dm_str *cells, const unsigned *width, bool color, bool head)
{
    unsigned due = 0;
    for (size_t c = 0; c < t->n_columns; c++) {
        cli_style style = head ? CLI_DIM : t->style[c];
        dm_buf one = { 0 };
        unsigned n = put_text(&one, cells[c], width[c], color);
        unsigned before = t->right[c] ? width[c] - (n < width[c] ? n : width[c]) : 0;
        for (due += before; due && n; due--)
            dm_buf_add(out, " ", 1);
        cli_put_style(out, style, color && n > 0);
        dm_buf_add(out, one.p, one.len);
        out->failed = out->failed || one.failed;
        style_end(out, style, color && n > 0);
        due += GAP + (t->right[c] ? 0 : width[c] - (n < width[c] ? n : width[c]));
        dm_buf_free(&one);
    }
    dm_buf_add(out, "\n", 1);
}

static void fit(const cli_table *t, unsigned *width, unsigned room, size_t wide)
{
    unsigned sum = 0;
    for (size_t c = 0; c < t->n_columns; c++) {
        width[c] = cli_columns((dm_str){ t->head[c], strlen(t->head[c]) });
        for (size_t i = c; i < t->n_cells; i += t->n_columns) {
            unsigned n = cli_columns(t->cell[i]);
            width[c] = n > width[c] ? n : width[c];
        }
        if (t->most[c] && width[c] > t->most[c])
            width[c] = t->most[c];
        sum += width[c] + (c ? GAP : 0);
    }
    unsigned others = sum - width[wide];
    unsigned most = room == 0 ? WIDE_MOST : room > others + WIDE_LEAST ? room - others : WIDE_LEAST;
    if (width[wide] > most)
        width[wide] = most;
}

void cli_table_put(cli_table *t, dm_buf *out, unsigned room, size_t wide, bool color)
{
    unsigned width[CLI_TABLE_COLUMNS];
    dm_str head[CLI_TABLE_COLUMNS];
    if (t->failed)
        out->failed = true;
    if (t->n_cells == 0 || t->failed)
        return;
    fit(t, width, room, wide);
    for (size_t c = 0; c < t->n_columns; c++)
        head[c] = (dm_str){ t->head[c], strlen(t->head[c]) };
    put_row(t, out, head, width, color, true);
    for (size_t i = 0; i + t->n_columns <= t->n_cells; i += t->n_columns)
        put_row(t, out, t->cell + i, width, color, false);
}

void cli_table_free(cli_table *t)
{
    for (size_t i = 0; i < t->n_cells; i++)
        free((void *)(uintptr_t)t->cell[i].p);
    free(t->cell);
}

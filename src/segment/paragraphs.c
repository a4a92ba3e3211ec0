// SPDX-License-Identifier: Apache-2.0
/* Text -> paragraphs. Blank lines always end one; a line break ends one unless the text is wrapped at a column, or the next line goes
 * on in lower case. Marks that read left on lines cut too. Every line is looked at a fixed number of times. */
#include "segment/seg_int.h"
#include <stdlib.h>

enum {
    WRAP_MIN = 40,  /* narrowest column, in characters, at which text counts as wrapped */
    WRAP_MAX = 120, /* widest */
    WRAP_SLACK = 3, /* characters by which a line may be shorter than greedy filling makes it */
    JOIN_MIN = 8,   /* shortest line that a lower-case line may continue */
    HEADLINE_MAX = 200
};

/* A line, or the part of a line between marks. */
typedef struct piece {
    uint32_t start, end; /* trimmed */
    uint32_t width;      /* code points */
    uint8_t kind, fixed;
    bool blank, bullet, cut; /* cut: begins inside a line */
    bool lower, closed;      /* first letter is lower case; ends with a final mark */
} piece;

typedef struct cutter {
    dm_seg_state *st;
    dm_line *mark; /* sorted by start */
    uint32_t n_mark, at;
    DM_VEC(piece) pieces;
    uint32_t pairs, lowers; /* neighbours without a blank between; those where the second goes on in lower case */
} cutter;

static int by_start(const void *a, const void *b)
{
    const dm_line *x = a, *y = b;
    return (x->span.start > y->span.start) - (x->span.start < y->span.start);
}

static bool is_break(const char *p, uint32_t i, uint32_t end, uint32_t *n)
{
    unsigned char c = (unsigned char)p[i];
    *n = 1;
    if (c == '\n' || c == '\f' || c == '\v')
        return true;
    if (c == '\r') {
        *n = i + 1 < end && p[i + 1] == '\n' ? 2 : 1;
        return true;
    }
    if (c == 0xE2 && i + 2 < end && (unsigned char)p[i + 1] == 0x80 && ((unsigned char)p[i + 2] & 0xFE) == 0xA8) {
        *n = 3; /* U+2028, U+2029 */
        return true;
    }
    return false;
}

static bool blank_byte(const char *p, uint32_t i, uint32_t end, uint32_t *n)
{
    unsigned char c = (unsigned char)p[i];
    *n = 1;
    if (c == ' ' || (c >= 9 && c <= 13) || c == 0)
        return true;
    *n = 2;
    if (c == 0xC2 && i + 1 < end && (unsigned char)p[i + 1] == 0xA0)
        return true;
    *n = 3;
    return c == 0xE3 && i + 2 < end && (unsigned char)p[i + 1] == 0x80 && (unsigned char)p[i + 2] == 0x80;
}

static bool bullet_at(const char *p, uint32_t start, uint32_t end)
{
    static const char *const MARKS[] = { "•", "·", "▪", "●", "■", "‣", "◦", "*", "-", "–", "—", "o\t" };
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++) {
        uint32_t n = (uint32_t)strlen(MARKS[i]), step;
        if (end - start > n && memcmp(p + start, MARKS[i], n) == 0 && (blank_byte(p, start + n, end, &step) || (i < 7)))
            return true;
    }
    uint32_t i = start;
    while (i < end && i - start < 3 && p[i] >= '0' && p[i] <= '9')
        i++;
    return i > start && i + 1 < end && (p[i] == '.' || p[i] == ')') && (p[i + 1] == ' ' || p[i + 1] == '\t');
}

/* Whether the text ends a sentence, brackets and quotation marks after it left out. */
static bool ends_closed(const char *p, uint32_t start, uint32_t end)
{
    while (end > start) {
        unsigned char c = (unsigned char)p[end - 1];
        if (c == '"' || c == '\'' || c == ')' || c == ']') {
            end--;
            continue;
        }
        if (end - start >= 3 && (memcmp(p + end - 3, "”", 3) == 0 || memcmp(p + end - 3, "’", 3) == 0)) {
            end -= 3;
            continue;
        }
        return c == '.' || c == '!' || c == '?' || c == ':' || c == ';' ||
               (end - start >= 3 && memcmp(p + end - 3, "…", 3) == 0);
    }
    return false;
}

static dm_status add_piece(cutter *c, uint32_t start, uint32_t end, const dm_line *mark, bool cut, dm_error *err)
{
    const char *p = c->st->doc->text.p;
    uint32_t n, cp = 0;
    while (start < end && blank_byte(p, start, end, &n))
        start += n;
    while (end > start && (p[end - 1] == ' ' || ((unsigned char)p[end - 1] >= 9 && p[end - 1] <= 13)))
        end--;
    if (start >= end && cut)
        return DM_OK;
    piece *x = DM_PUSH(&c->st->doc->arena, &c->pieces);
    if (!x)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    *x = (piece){ .start = start, .end = end, .cut = cut, .blank = start >= end };
    if (x->blank)
        return DM_OK;
    for (uint32_t i = start; i < end; i++)
        x->width += ((unsigned char)p[i] & 0xC0) != 0x80;
    (void)dm_utf8_next(p, end, start, &cp);
    x->lower = dm_cp_is_alpha(cp) && !dm_cp_is_upper(cp);
    x->bullet = bullet_at(p, start, end);
    x->closed = ends_closed(p, start, end);
    if (mark) {
        x->fixed = true;
        x->kind = mark->kind == DM_LINE_HEADLINE ? DM_SENT_HEADLINE : DM_SENT_NOISE;
    }
    return DM_OK;
}

/* The mark that covers byte i, or NULL; *until is where that changes. Marks of datelines do not cut. */
static const dm_line *mark_at(cutter *c, uint32_t i, uint32_t end, uint32_t *until)
{
    while (c->at < c->n_mark &&
           (c->mark[c->at].span.start + c->mark[c->at].span.len <= i || c->mark[c->at].kind == DM_LINE_DATELINE))
        c->at++;
    *until = end;
    if (c->at >= c->n_mark)
        return NULL;
    const dm_line *m = &c->mark[c->at];
    uint32_t edge = m->span.start > i ? m->span.start : m->span.start + m->span.len;
    if (edge < end)
        *until = edge;
    return m->span.start > i ? NULL : m;
}

static dm_status add_line(cutter *c, uint32_t start, uint32_t end, dm_error *err)
{
    uint32_t i = start, until;
    do {
        const dm_line *m = mark_at(c, i, end, &until);
        dm_status s = add_piece(c, i, until, m, i > start, err);
        if (s != DM_OK)
            return s;
        i = until;
    } while (i < end);
    return DM_OK;
}

static dm_status cut_lines(cutter *c, dm_error *err)
{
    const char *p = c->st->doc->text.p;
    uint32_t len = (uint32_t)c->st->doc->text.len, start = 0, n = 0;
    for (uint32_t i = 0; i <= len;) {
        if (i < len && !is_break(p, i, len, &n)) {
            i++;
            continue;
        }
        dm_status s = add_line(c, start, i, err);
        if (s != DM_OK)
            return s;
        if (i == len)
            break;
        start = i += n;
    }
    return DM_OK;
}

/* How much of the text goes on in lower case after a line break: wrapped text does it all the time. */
static bool is_wrapped(const cutter *c)
{
    uint32_t pairs = 0, lowers = 0;
    for (uint32_t i = 0; i + 1 < c->pieces.n; i++) {
        const piece *a = &c->pieces.v[i], *b = &c->pieces.v[i + 1];
        if (a->blank || b->blank || b->cut || a->fixed || b->fixed || a->width < WRAP_MIN || a->width > WRAP_MAX)
            continue;
        pairs++;
        lowers += b->lower && !b->bullet;
    }
    return lowers >= 2 && lowers * 4 >= pairs;
}

static uint32_t first_word(const char *p, const piece *x)
{
    uint32_t n = 0;
    for (uint32_t i = x->start; i < x->end && p[i] != ' ' && p[i] != '\t'; i++)
        n += ((unsigned char)p[i] & 0xC0) != 0x80;
    return n;
}

/* Whether piece b continues the paragraph of piece a; width: the widest line of the block. */
static bool continues(const cutter *c, const piece *a, const piece *b, uint32_t width, bool wrapped)
{
    if (a->blank || b->blank || b->cut || b->bullet || a->kind != b->kind || (a->fixed && a->kind == DM_SENT_NOISE))
        return false;
    if (wrapped && width >= WRAP_MIN && width <= WRAP_MAX &&
        a->width + 1 + first_word(c->st->doc->text.p, b) + WRAP_SLACK > width)
        return true;
    return b->lower && !a->closed && a->width >= JOIN_MIN && b->width >= JOIN_MIN;
}

/* Widest line of the run of lines without a blank that starts at piece i. */
static uint32_t block_width(const cutter *c, uint32_t i)
{
    uint32_t w = 0;
    for (; i < c->pieces.n && !c->pieces.v[i].blank; i++)
        w = c->pieces.v[i].width > w ? c->pieces.v[i].width : w;
    return w;
}

static bool looks_headline(const dm_doc *doc, const dm_para *p, const piece *first)
{
    if (first->bullet || p->end - p->start > HEADLINE_MAX)
        return false;
    char last = doc->text.p[p->end - 1];
    bool open = last == ',' || last == '-';
    return !open && !ends_closed(doc->text.p, p->start, p->end);
}

static dm_status add_para(cutter *c, uint32_t from, uint32_t to, dm_error *err)
{
    const piece *a = &c->pieces.v[from], *b = &c->pieces.v[to - 1];
    dm_seg_state *st = c->st;
    dm_para *p = DM_PUSH(&st->doc->arena, &st->paras);
    if (!p)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    *p = (dm_para){ .start = a->start, .end = b->end, .number = st->paras.n - 1, .kind = a->kind, .fixed = a->fixed };
    bool alone = !b->cut && (to >= c->pieces.n || !c->pieces.v[to].cut) && !a->cut;
    if (!p->fixed && alone && looks_headline(st->doc, p, a))
        p->kind = DM_SENT_HEADLINE;
    return DM_OK;
}

static dm_status join(cutter *c, dm_error *err)
{
    bool wrapped = is_wrapped(c);
    uint32_t width = 0;
    for (uint32_t i = 0; i < c->pieces.n;) {
        if (c->pieces.v[i].blank) {
            i++;
            continue;
        }
        if (i == 0 || c->pieces.v[i - 1].blank)
            width = block_width(c, i);
        uint32_t e = i + 1;
        while (e < c->pieces.n && continues(c, &c->pieces.v[e - 1], &c->pieces.v[e], width, wrapped))
            e++;
        dm_status s = add_para(c, i, e, err);
        if (s != DM_OK)
            return s;
        i = e;
    }
    return DM_OK;
}

dm_status dm_seg_paragraphs(dm_seg_state *st, dm_error *err)
{
    dm_doc *doc = st->doc;
    cutter c = { .st = st, .n_mark = doc->lines.n };
    if (doc->lines.n) {
        c.mark = dm_arena_alloc(&doc->arena, doc->lines.n, sizeof *c.mark);
        if (!c.mark)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory");
        memcpy(c.mark, doc->lines.v, doc->lines.n * sizeof *c.mark);
        qsort(c.mark, c.n_mark, sizeof *c.mark, by_start);
    }
    dm_status s = cut_lines(&c, err);
    return s == DM_OK ? join(&c, err) : s;
}

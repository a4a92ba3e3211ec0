// SPDX-License-Identifier: Apache-2.0
/* The readable page: for each event who, what, to whom; then its status, time, speaker, instrument, reasons and contexts, and the
 * sentence with the words that state it marked. Wrapped by display columns, labels aligned, colour only when asked for. */
#include "write/put.h"
#include <string.h>
#include <wchar.h>

enum { LABEL = 14, INDENT = 4, TEXT_AT = INDENT + LABEL };

typedef enum style { PLAIN, BOLD, DIM, ACTOR, TYPE, MARKED, STATUS } style;
static const char *const escapes[] = { "", "\033[1m", "\033[2m", "\033[36m", "\033[1;33m", "\033[1;4m", "\033[35m" };

/* Where the line stands. */
typedef struct page {
    dm_buf *b;
    unsigned width, col, indent; /* width 0: lines are as long as they are */
    size_t blank;                /* offset in b of the last blank of this line, where it may be broken; 0: none */
    unsigned blank_col;          /* the column after it */
    bool color, gap;             /* gap: a space is due before the next word */
} page;

static unsigned columns_of(dm_str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.len;) {
        uint32_t cp;
        i += dm_utf8_next(s.p, s.len, i, &cp);
        int w = wcwidth((wchar_t)cp);
        n += w < 0 ? 1 : (unsigned)w; /* -1: not printable in this locale */
    }
    return n;
}

static void new_line(page *p, unsigned indent)
{
    static const char spaces[] = "                                ";
    dm_put_z(p->b, "\n");
    dm_put(p->b, (dm_str){ spaces, indent < sizeof spaces ? indent : sizeof spaces - 1 });
    p->col = indent;
    p->indent = indent;
    p->blank = 0;
    p->gap = false;
}

/* Puts what stands after the line's last blank on a new line: pieces without a blank between them stay together. */
static void break_at_blank(page *p)
{
    size_t from = p->blank + 1, n = p->b->len - from;
    unsigned col = p->indent + (p->col - p->blank_col);
    new_line(p, p->indent);
    if (!p->b->failed) {
        size_t n_line = p->b->len - from - n;
        memmove(p->b->p + from - 1 + n_line, p->b->p + from, n);
        p->b->p[from - 1] = '\n';
        memset(p->b->p + from, ' ', n_line - 1);
        p->b->len--;
    }
    p->col = col;
}

/* A piece of a line that is never broken. */
static void piece(page *p, dm_str s, style st)
{
    unsigned w = columns_of(s);
    if (p->width && p->col > p->indent && p->col + p->gap + w > p->width) {
        if (p->gap)
            new_line(p, p->indent);
        else if (p->blank)
            break_at_blank(p);
    }
    if (p->gap) {
        p->blank = p->b->len;
        dm_put_z(p->b, " ");
        p->blank_col = ++p->col;
    }
    p->col += w;
    p->gap = false;
    bool styled = p->color && st != PLAIN;
    dm_put_z(p->b, styled ? escapes[st] : "");
    dm_put(p->b, s);
    dm_put_z(p->b, styled ? "\033[0m" : "");
}

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/* Words of s, runs of blanks as one; control characters are shown as '?' so that no article can drive the terminal. */
static void words(page *p, dm_str s, style st)
{
    for (size_t i = 0; i < s.len;) {
        if (is_blank(s.p[i])) {
            p->gap = p->gap || p->col > p->indent;
            i++;
            continue;
        }
        size_t from = i;
        while (i < s.len && !is_blank(s.p[i]) && (unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7F)
            i++;
        if (i == from) {
            piece(p, DM_STR("?"), st);
            i++;
        } else
            piece(p, (dm_str){ s.p + from, i - from }, st);
    }
}

static void words_z(page *p, const char *z, style st) { words(p, dm_str_of(z), st); }

static void space(page *p) { p->gap = p->col > p->indent; }

static void label(page *p, const char *name)
{
    new_line(p, INDENT);
    piece(p, dm_str_of(name), DIM);
    while (p->col < TEXT_AT) {
        dm_put_z(p->b, " ");
        p->col++;
    }
    p->indent = TEXT_AT;
}

static void party(page *p, const dm_doc *doc, const dm_party *a, style st)
{
    space(p);
    words_z(p, a->code[0] ? a->code : "?", st);
    if (a->sector[0]) {
        space(p);
        words_z(p, a->sector, PLAIN);
    }
    if (a->span.len) {
        space(p);
        piece(p, DM_STR("("), DIM);
        words(p, dm_doc_slice(doc, a->span), PLAIN);
        piece(p, DM_STR(")"), DIM);
    }
}

static void party_list(page *p, const dm_doc *doc, const dm_party *a, uint32_t n, style st)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            piece(p, DM_STR(","), PLAIN);
        party(p, doc, &a[i], st);
    }
}

static void put_number(page *p, uint64_t n)
{
    char digit[24];
    dm_buf number = { digit, 0, sizeof digit, false }; /* never grows: 20 digits fit */
    dm_put_u(&number, n);
    piece(p, (dm_str){ digit, number.len }, PLAIN);
}

static void put_title(page *p, const dm_doc *doc, const dm_event *e, uint32_t number)
{
    new_line(p, 0);
    p->indent = INDENT;
    put_number(p, number);
    piece(p, DM_STR("."), PLAIN);
    while (p->col < INDENT) {
        dm_put_z(p->b, " ");
        p->col++;
    }
    if (e->n_actor)
        party_list(p, doc, e->actor, e->n_actor, ACTOR);
    else
        words_z(p, "somebody", PLAIN);
    space(p);
    words_z(p, dm_type_name((dm_type)e->type), TYPE);
    if (e->mode[0]) {
        piece(p, DM_STR("/"), PLAIN);
        words_z(p, e->mode, TYPE);
    }
    if (e->n_recipient) {
        space(p);
        words_z(p, "\xE2\x86\x92", PLAIN);
        party_list(p, doc, e->recipient, e->n_recipient, ACTOR);
    }
}

static void put_status(page *p, const dm_event *e)
{
    static const char *const meaning[DM_N_AUX] = { "did not or will not happen", "still to come",
        "conditional, wished for or possible", "background" };
    label(p, "status");
    if (e->aux == 0)
        words_z(p, "done or under way", PLAIN);
    bool any = false;
    for (unsigned i = 0; i < DM_N_AUX; i++) {
        if (!(e->aux >> i & 1))
            continue;
        if (any)
            piece(p, DM_STR(";"), PLAIN);
        space(p);
        words_z(p, dm_aux_names[i], STATUS);
        space(p);
        piece(p, DM_STR("("), DIM);
        words_z(p, meaning[i], DIM);
        piece(p, DM_STR(")"), DIM);
        any = true;
    }
}

static void put_span_of_days(page *p, dm_interval i)
{
    char text[16];
    if (i.from == DM_DAY_NONE)
        words_z(p, "until", PLAIN);
    else if (i.to == DM_DAY_NONE)
        words_z(p, "since", PLAIN);
    space(p);
    dm_day_format(text, i.from == DM_DAY_NONE ? i.to : i.from);
    words_z(p, text, PLAIN);
    if (i.from != DM_DAY_NONE && i.to != DM_DAY_NONE && i.to != i.from) {
        words_z(p, " to ", PLAIN);
        dm_day_format(text, i.to);
        words_z(p, text, PLAIN);
    }
}

static void put_when(page *p, const dm_event *e)
{
    if (dm_interval_known(e->when)) {
        label(p, "when");
        put_span_of_days(p, e->when);
        if (e->when.precision != DM_PREC_DAY) {
            space(p);
            piece(p, DM_STR("("), DIM);
            words_z(p, dm_precision_name(e->when.precision), DIM);
            piece(p, DM_STR(")"), DIM);
        }
    }
    if (dm_interval_known(e->said)) {
        label(p, "said on");
        put_span_of_days(p, e->said);
    }
}

static void put_instrument(page *p, const dm_instrument *in)
{
    static const char *const side[] = { "against", "about", "for" };
    label(p, "by means of");
    words(p, in->act, BOLD);
    space(p);
    words(p, in->type, PLAIN);
    if (in->name.len) {
        words_z(p, " \xE2\x80\x9C", PLAIN);
        words(p, in->name, PLAIN);
        piece(p, DM_STR("\xE2\x80\x9D"), PLAIN);
    }
    if (in->body.len) {
        words_z(p, " of ", PLAIN);
        words(p, in->body, PLAIN);
    }
    if (in->subject.len) {
        space(p);
        words_z(p, side[in->polarity < 0 ? 0 : in->polarity == 0 ? 1 : 2], PLAIN);
        space(p);
        words(p, in->subject, ACTOR);
    }
    for (unsigned i = 0; i < in->n_years; i++) {
        if (i)
            piece(p, DM_STR(","), PLAIN);
        space(p);
        put_number(p, in->years[i] < 0 ? 0 : (uint64_t)in->years[i]);
    }
}

static void put_words(page *p, const dm_doc *doc, const dm_event *e)
{
    dm_span s = dm_doc_sentence(doc, e->sentence, NULL), t = e->trigger;
    uint32_t end = s.start + s.len, t_end = t.start + t.len;
    label(p, "words");
    if (t.len == 0 || t.start < s.start || t_end > end) {
        words(p, dm_doc_slice(doc, s), PLAIN);
        return;
    }
    words(p, dm_doc_slice(doc, (dm_span){ s.start, t.start - s.start }), PLAIN);
    if (!p->color)
        piece(p, DM_STR("\xC2\xAB"), PLAIN);
    words(p, dm_doc_slice(doc, t), MARKED);
    if (!p->color)
        piece(p, DM_STR("\xC2\xBB"), PLAIN);
    words(p, dm_doc_slice(doc, (dm_span){ t_end, end - t_end }), PLAIN);
}

static void put_contexts(page *p, uint64_t contexts)
{
    bool any = false;
    if (contexts)
        label(p, "contexts");
    for (unsigned i = 0; i < 64 && dm_context_name(i); i++) {
        if (!(contexts >> i & 1))
            continue;
        if (any)
            piece(p, DM_STR(","), PLAIN);
        space(p);
        words_z(p, dm_context_name(i), PLAIN);
        any = true;
    }
}

static void put_why(page *p, const dm_event *e)
{
    for (uint32_t i = 0; i < e->n_why; i++) {
        label(p, i ? "" : "because");
        words(p, e->why[i], PLAIN);
    }
    label(p, "confidence");
    char digit[24];
    dm_buf number = { digit, 0, sizeof digit, false };
    dm_put_num(&number, e->confidence, 2, 2);
    words(p, (dm_str){ digit, number.len }, PLAIN);
}

static void put_event(page *p, const dm_doc *doc, const dm_event *e, uint32_t number, bool why)
{
    put_title(p, doc, e, number);
    put_status(p, e);
    put_when(p, e);
    if (e->n_attribution) {
        label(p, "according to");
        party_list(p, doc, e->attribution, e->n_attribution, ACTOR);
    }
    if (e->instrument)
        put_instrument(p, e->instrument);
    for (uint32_t i = 0; i < e->n_reason; i++) {
        label(p, dm_reason_name((dm_reason_kind)e->reason[i].kind));
        words(p, dm_doc_slice(doc, e->reason[i].span), PLAIN);
    }
    put_contexts(p, e->contexts);
    put_words(p, doc, e);
    if (why)
        put_why(p, e);
    dm_put_z(p->b, "\n");
}

static void put_head(page *p, const dm_doc *doc)
{
    static const char *const source[] = { "", "given", "from its markup", "from its dateline", "from its contents" };
    const dm_meta *m = &doc->meta;
    words(p, m->id.len ? m->id : DM_STR("(no name)"), BOLD);
    if (m->title.len) {
        words_z(p, " \xC2\xB7 ", DIM);
        words(p, m->title, PLAIN);
    }
    if (m->publisher.len) {
        words_z(p, " \xC2\xB7 ", DIM);
        words(p, m->publisher, PLAIN);
    }
    words_z(p, " \xC2\xB7 ", DIM);
    if (dm_interval_known(m->date)) {
        put_span_of_days(p, m->date);
        if (m->date_source > DM_DATE_NONE && m->date_source <= DM_DATE_CONTENT) {
            words_z(p, " (", DIM);
            words_z(p, source[m->date_source], DIM);
            piece(p, DM_STR(")"), DIM);
        }
    } else
        words_z(p, "undated", PLAIN);
    if (doc->events.n == 0)
        words_z(p, " \xC2\xB7 no events", PLAIN);
    dm_put_z(p->b, "\n");
}

void dm_put_page(dm_buf *b, const dm_doc *doc, const dm_write_opts *opts)
{
    unsigned width = opts->width && opts->width < DM_WIDTH_MIN ? DM_WIDTH_MIN : opts->width;
    page p = { .b = b, .width = width, .color = opts->color };
    put_head(&p, doc);
    for (uint32_t i = 0; i < doc->events.n; i++)
        put_event(&p, doc, &doc->events.v[i], i + 1, opts->why);
    dm_put_z(b, "\n");
}

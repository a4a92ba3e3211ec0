// SPDX-License-Identifier: Apache-2.0
/* The document's date where nobody gave it: a metadata line near the top (or the bottom), a dateline, else the contents. */
#include "when/when_int.h"

enum {
    TOP_SENTS = 30, /* sentences at the top that may be metadata */
    BOTTOM_SENTS = 6,
    META_WORDS = 16, /* words of a line of metadata */
    RANK_LAST = 9,
    CUE_REACH = 3,
    BARE_WORDS = 4 /* words beside the date on a line without "published" or the like */
};

typedef struct found {
    dm_interval date;
    int rank;       /* lower is better */
    int month, day; /* dateline without a year */
} found;

static bool full_date(const dm_tex *x, dm_interval *out)
{
    const dm_point *p = &x->a;
    if (x->op != OP_AT || p->kind != P_DATE || !p->year || !p->month || !p->day || p->part || p->count)
        return false;
    if (p->day > dm_month_days(p->year, p->month))
        return false;
    dm_day d = dm_day_of(p->year, p->month, p->day);
    *out = (dm_interval){ d, d, DM_PREC_DAY };
    return true;
}

/* "May 2004" alone on a line near the top. */
static bool month_line(const dm_wstate *st, const dm_tex *x, dm_interval *out)
{
    const dm_point *p = &x->a;
    if (x->op != OP_AT || p->kind != P_DATE || !p->year || !p->month || p->day || p->part || p->count || x->sent >= TOP_SENTS)
        return false;
    const dm_sent *s = &st->doc->sents.v[x->sent];
    if (s->n > x->n + 2 || s->kind == DM_SENT_BODY)
        return false;
    *out = (dm_interval){ dm_day_of(p->year, p->month, 1), dm_day_of(p->year, p->month, dm_month_days(p->year, p->month)),
        DM_PREC_MONTH };
    return true;
}

static bool line_marked(const dm_doc *doc, const dm_sent *s)
{
    for (uint32_t i = 0; i < doc->lines.n; i++) {
        const dm_line *l = &doc->lines.v[i];
        if ((l->kind == DM_LINE_DATE || l->kind == DM_LINE_DATELINE) && l->span.start < s->span.start + s->span.len &&
            s->span.start < l->span.start + l->span.len)
            return true;
    }
    return false;
}

/* 1 published, 2 updated, 0 no such word. */
static int cue_rank(const dm_wstate *st, const dm_sent *s)
{
    int rank = 0;
    uint32_t reach =
        s->kind == DM_SENT_BODY ? CUE_REACH : META_WORDS; /* "published" opens a line; a sentence may hold it anywhere */
    for (uint32_t t = s->first; t < s->first + s->n && t < s->first + reach; t++) {
        if (dm_norm_in(st, t, "published posted date dated filed issued released publication created first-published pubdate"))
            return 1;
        if (dm_norm_in(st, t, "updated modified revised last-modified"))
            rank = 2;
    }
    return rank;
}

static uint32_t words_beside(const dm_wstate *st, const dm_sent *s, const dm_tex *x)
{
    uint32_t n = 0;
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        const dm_token *k = &st->doc->tokens.v[t];
        bool inside = t >= x->first && t < x->first + x->n;
        n += !inside && !(k->flags & (DM_T_PUNCT | DM_T_NUM));
    }
    return n;
}

/* How good the line of x is as the place of the document's date; 0: it is none. */
static int rank_of(const dm_wstate *st, const dm_tex *x)
{
    const dm_doc *doc = st->doc;
    const dm_sent *s = &doc->sents.v[x->sent];
    bool top = x->sent < TOP_SENTS, bottom = x->sent + BOTTOM_SENTS >= doc->sents.n;
    if (s->dateline && x->first < s->first + s->dateline)
        return 2;
    if (!top && !bottom)
        return 0;
    if (line_marked(doc, s) && s->kind != DM_SENT_BODY)
        return 1;
    int cue = cue_rank(st, s);
    uint32_t beside = words_beside(st, s, x);
    if (cue && beside <= META_WORDS && (s->kind != DM_SENT_BODY || beside <= META_WORDS / 2))
        return (top ? 2 : 6) + cue;
    bool listed = (doc->tokens.v[s->first].flags & DM_T_PUNCT) != 0; /* a bullet */
    if (beside <= (s->kind != DM_SENT_BODY || listed ? BARE_WORDS : 1))
        return top ? 5 : 8;
    return s->kind == DM_SENT_NOISE && top ? 7 : 0;
}

static void consider(const dm_wstate *st, const dm_tex *x, found *f)
{
    const dm_sent *s = &st->doc->sents.v[x->sent];
    dm_interval d;
    if (full_date(x, &d)) {
        int r = rank_of(st, x);
        if (r && (!f->rank || r < f->rank)) {
            f->rank = r;
            f->date = d;
        }
    } else if (month_line(st, x, &d)) {
        if (!f->rank) {
            f->rank = RANK_LAST;
            f->date = d;
        }
    } else if (s->dateline && x->first < s->first + s->dateline && x->op == OP_AT && x->a.kind == P_DATE && x->a.month &&
               !x->a.year) {
        f->month = x->a.month;
        f->day = x->a.day;
    }
}

void dm_when_docdate(dm_wstate *st)
{
    dm_doc *doc = st->doc;
    found f = { .date = DM_NO_INTERVAL };
    for (uint32_t k = 0; k < st->tex.n; k++)
        consider(st, &st->tex.v[k], &f);
    if (f.rank) {
        doc->meta.date = f.date;
        doc->meta.date_source = f.rank == 2 ? DM_DATE_DATELINE : DM_DATE_META;
        return;
    }
    dm_interval i = dm_when_content(st, f.month, f.day);
    if (!dm_known(i))
        return;
    doc->meta.date = i;
    doc->meta.date_source = DM_DATE_CONTENT;
}

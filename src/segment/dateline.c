// SPDX-License-Identifier: Apache-2.0
/* Datelines: "GENEVA, March 3 (Reuters) - ", "date 2019-06-11 OSLO (AGENCY) - ", "MOSCOW — ", "NEW DELHI: ". */
#include "segment/seg_int.h"

enum {
    DATELINE_MAX = 26,   /* tokens */
    DATELINE_WORDS = 9,  /* words before the bracket or dash */
    DATELINE_PARAS = 12, /* body paragraphs in which one is looked for while none has been found */
    DATELINE_LAST = 60,  /* paragraphs of any kind */
    AGENCY_MAX = 9,      /* tokens between the brackets */
    CAPITALS_MIN = 3
};

typedef struct scan {
    uint32_t words, capitals; /* words so far, of them in capitals */
    bool agency, number, label, small;
} scan;

static bool is_number(const dm_token *t) { return (t->flags & DM_T_NUM) != 0; }

/* After a bracket at t: the token past its partner when it holds a few capitalised words, else t. */
static uint32_t skip_agency(const dm_seg_state *st, uint32_t t, scan *s)
{
    bool capital = false;
    for (uint32_t i = t + 1; i < st->end && i <= t + AGENCY_MAX; i++) {
        const dm_token *k = &st->doc->tokens.v[i];
        if (dm_seg_is(st, i, ")") || dm_seg_is(st, i, "]")) {
            s->agency |= capital;
            return i > t + 1 ? i + 1 : t;
        }
        capital |= (k->flags & DM_T_UPPER) != 0;
    }
    return t;
}

static bool allowed_small(const dm_seg_state *st, uint32_t t)
{
    return dm_str_in(st->doc->tokens.v[t].norm, "de del la al el of and the les sur upon en near");
}

/* Whether token t is a dash or colon that may close a dateline. */
static bool closes(const dm_seg_state *st, uint32_t t, const scan *s)
{
    const dm_token *k = &st->doc->tokens.v[t];
    bool after = t + 1 < st->end && (st->doc->tokens.v[t + 1].flags & DM_T_SPACE);
    if (dm_seg_is(st, t, ":"))
        return after && !s->small && !s->label && s->capitals > 0 && (s->capitals == s->words || s->agency || s->number);
    if (!dm_seg_is(st, t, "-") && !dm_seg_is(st, t, "_"))
        return false;
    bool hyphen = k->span.len == 1;
    return hyphen ? after || (k->flags & DM_T_SPACE) : true;
}

/* Whether what stands before the dash is a dateline; a lone acronym needs a capital after the dash ("NATO - the alliance"). */
static bool accepted(const dm_seg_state *st, uint32_t dash, const scan *s)
{
    if (dash + 1 >= st->end)
        return false;
    uint32_t w = dash + 1;
    while (w + 1 < st->end && (st->doc->tokens.v[w].flags & DM_T_PUNCT))
        w++;
    bool capital = (st->doc->tokens.v[w].flags & (DM_T_UPPER | DM_T_NUM)) != 0;
    if (s->agency && s->words <= DATELINE_WORDS)
        return true;
    if (!s->capitals || s->label)
        return false;
    return capital;
}

/* A date before the place, as scrapers leave it: "date 2022-02-03". */
static uint32_t skip_prefix(const dm_seg_state *st)
{
    uint32_t t = st->first;
    if (t < st->end && (dm_seg_is(st, t, "date") || dm_seg_is(st, t, "published") || dm_seg_is(st, t, "posted")))
        t++;
    if (t < st->end && dm_seg_is(st, t, ":"))
        t++;
    return t < st->end && is_number(&st->doc->tokens.v[t]) && st->doc->tokens.v[t].span.len >= 8 ? t + 1 : st->first;
}

static void take_word(const dm_seg_state *st, uint32_t t, scan *s)
{
    const dm_token *k = &st->doc->tokens.v[t];
    s->words++;
    s->number |= is_number(k);
    if ((k->flags & DM_T_ALLCAPS) && k->span.len >= CAPITALS_MIN && !is_number(k)) {
        if (s->words == 1)
            s->label = (dm_seg_kind(st->seg->words, dm_seg_text(st, t)) & K_LABEL) != 0;
        s->capitals += s->words == 1 || s->capitals;
    } else if (is_number(k)) {
        s->words--;
    }
}

static uint32_t find(const dm_seg_state *st)
{
    uint32_t start = skip_prefix(st), t = start;
    scan s = { 0 };
    while (t < st->end && t - st->first < DATELINE_MAX && s.words <= DATELINE_WORDS) {
        const dm_token *k = &st->doc->tokens.v[t];
        if (dm_seg_is(st, t, "(") || dm_seg_is(st, t, "[")) {
            uint32_t next = skip_agency(st, t, &s);
            if (next == t)
                return 0;
            t = next;
            continue;
        }
        if (t > start && closes(st, t, &s))
            return accepted(st, t, &s) ? t + 1 - st->first : 0;
        bool mark = dm_seg_is(st, t, ",") || dm_seg_is(st, t, "/") || dm_seg_is(st, t, ".") || dm_seg_is(st, t, "-");
        bool word = (k->flags & DM_T_UPPER) || is_number(k);
        if (!mark && !word) {
            if (!allowed_small(st, t) || t == start)
                return 0;
            s.small |= !s.capitals;
        }
        if (word)
            take_word(st, t, &s);
        t++;
    }
    return 0;
}

/* Tokens covered by a dateline that read marked. */
static uint32_t marked(const dm_seg_state *st)
{
    const dm_doc *doc = st->doc;
    for (uint32_t i = 0; i < doc->lines.n; i++) {
        const dm_line *l = &doc->lines.v[i];
        if (l->kind != DM_LINE_DATELINE || l->span.start > doc->tokens.v[st->first].span.start ||
            l->span.start + l->span.len <= doc->tokens.v[st->first].span.start)
            continue;
        uint32_t t = st->first;
        while (t < st->end && doc->tokens.v[t].span.start < l->span.start + l->span.len)
            t++;
        return t - st->first < UINT8_MAX && t < st->end ? t - st->first : 0;
    }
    return 0;
}

uint32_t dm_seg_dateline(const dm_seg_state *st, const dm_para *p)
{
    if (p->kind == DM_SENT_NOISE || st->first == st->end || st->datelines || st->body > DATELINE_PARAS ||
        p->number > DATELINE_LAST)
        return 0;
    uint32_t n = find(st), m = marked(st);
    return m > n ? m : n;
}

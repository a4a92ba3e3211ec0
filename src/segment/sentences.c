// SPDX-License-Identifier: Apache-2.0
/* Tokens of a paragraph -> sentences. A final mark ends one unless what follows shows otherwise; a period that belongs to an
 * abbreviation ends one only before a word that begins sentences. Looks a bounded number of tokens ahead. */
#include "segment/seg_int.h"

enum { SPEECH_LOOK = 4, PLAIN_WORD = 4, LONG_MIN = DM_SENT_TOKENS_MAX / 2 };

static const dm_token *tok(const dm_seg_state *st, uint32_t t) { return &st->doc->tokens.v[t]; }

static uint8_t role(const dm_seg_state *st, uint32_t t) { return st->role[t - st->first]; }

static uint32_t first_cp(const dm_seg_state *st, uint32_t t)
{
    dm_str s = dm_seg_text(st, t);
    uint32_t cp = 0;
    if (s.len)
        (void)dm_utf8_next(s.p, s.len, 0, &cp);
    return cp;
}

/* The first token from t on that is a word, and whether it begins with a lower-case letter. */
static uint32_t next_word(const dm_seg_state *st, uint32_t t, bool *lower)
{
    while (t + 1 < st->end && (tok(st, t)->flags & DM_T_PUNCT))
        t++;
    uint32_t cp = first_cp(st, t);
    *lower = dm_cp_is_alpha(cp) && !dm_cp_is_upper(cp);
    return t;
}

static bool is_starter(const dm_seg_state *st, uint32_t w)
{
    return (dm_seg_kind(st->seg->words, dm_seg_text(st, w)) & K_STARTER) != 0;
}

/* "Why?" Clinton asked: a verb of saying soon after the closing mark. */
static bool speech_follows(const dm_seg_state *st, uint32_t w)
{
    for (uint32_t i = w; i < st->end && i < w + SPEECH_LOOK; i++) {
        if (dm_seg_kind(st->seg->words, dm_seg_text(st, i)) & K_SPEECH)
            return true;
        if (!(tok(st, i)->flags & DM_T_UPPER))
            return false;
    }
    return false;
}

static bool is_clock(const dm_seg_state *st, uint32_t t) { return dm_seg_is(st, t, "am") || dm_seg_is(st, t, "pm"); }

static bool calendar_word(const dm_seg_state *st, uint32_t w)
{
    return dm_str_in(tok(st, w)->norm,
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june "
        "july august september october november december eastern pacific");
}

/* Whether the abbreviation at t ends its sentence before the word w (tokens between are marks from j on). */
static bool abbrev_ends(const dm_seg_state *st, uint32_t t, uint32_t j, uint32_t w)
{
    dm_str s = dm_seg_text(st, t);
    uint8_t kind = dm_seg_kind(st->seg->words, (dm_str){ s.p, s.len - 1 });
    if (kind & (K_TITLE | K_NUMBER))
        return false;
    if (!(tok(st, w)->flags & DM_T_UPPER))
        return false;
    if (is_starter(st, w))
        return true;
    if (is_clock(st, t) && !calendar_word(st, w) && !(tok(st, w)->flags & DM_T_ALLCAPS))
        return true;
    bool initial = s.len == 2;
    return !(kind & K_MONTH) && !initial && j != w && (role(st, j) & R_OPEN) && dm_seg_is(st, j, "\"");
}

static bool is_abbrev(const dm_seg_state *st, uint32_t t)
{
    dm_str s = dm_seg_text(st, t);
    return s.len > 1 && s.p[s.len - 1] == '.' && !(tok(st, t)->flags & (DM_T_PUNCT | DM_T_NUM));
}

/* A numbered item's own period: "1." at the start of its sentence. */
static bool list_number(const dm_seg_state *st, uint32_t start, uint32_t t)
{
    return t == start + 1 && (tok(st, start)->flags & DM_T_NUM) && tok(st, start)->span.len <= 3 && dm_seg_is(st, t, ".");
}

/* A footnote mark "[12]" at t. */
static bool note_mark(const dm_seg_state *st, uint32_t t)
{
    return t + 2 < st->end && dm_seg_is(st, t, "[") && (tok(st, t + 1)->flags & DM_T_NUM) && dm_seg_is(st, t + 2, "]");
}

/* A period after a plain word: the sentence ends even before a lower-case word ("... with them. al-Qaeda said"). */
static bool plain_stop(const dm_seg_state *st, uint32_t t)
{
    if (t == st->first || !dm_seg_is(st, t, "."))
        return false;
    const dm_token *w = tok(st, t - 1);
    return w->span.len >= PLAIN_WORD && !(w->flags & (DM_T_UPPER | DM_T_PUNCT | DM_T_NUM));
}

/* Marks after a final mark that still belong to the sentence: closing quotes and brackets, more final marks. */
static uint32_t absorb(const dm_seg_state *st, uint32_t t)
{
    uint32_t j = t + 1;
    while (j < st->end) {
        if (note_mark(st, j)) {
            j += 3;
            continue;
        }
        uint8_t r = role(st, j);
        bool bare = (tok(st, j)->flags & DM_T_PUNCT) && !(tok(st, j)->flags & DM_T_SPACE) && !(r & R_OPEN);
        if (!(r & (R_CLOSE | R_TERMINAL)) && !(bare && !dm_seg_is(st, j, "-") && tok(st, j)->span.len <= 3))
            break;
        if (!(r & R_CLOSE) && (tok(st, j)->flags & DM_T_SPACE) && tok(st, j)->span.len > 1)
            break;
        if (dm_seg_is(st, j, ",") || dm_seg_is(st, j, ";") || dm_seg_is(st, j, ":"))
            break;
        j++;
    }
    return j;
}

/* Whether a sentence that began at start ends with token t; *next is where the following one begins. */
static bool ends_at(const dm_seg_state *st, uint32_t start, uint32_t t, uint32_t *next)
{
    bool final = (role(st, t) & R_TERMINAL) != 0, abbrev = !final && is_abbrev(st, t), lower;
    if ((!final && !abbrev) || (role(st, t) & R_INSIDE) || (final && list_number(st, start, t)))
        return false;
    uint32_t j = absorb(st, t);
    *next = j;
    if (j >= st->end)
        return true;
    uint32_t w = next_word(st, j, &lower);
    if (abbrev)
        return j > t + 1 && (role(st, j - 1) & R_CLOSE) && dm_seg_is(st, j - 1, "\"") ? !lower && is_starter(st, w)
                                                                                      : abbrev_ends(st, t, j, w);
    bool tight = !(tok(st, j)->flags & DM_T_SPACE);
    if (dm_seg_is(st, j, ",") || dm_seg_is(st, j, ";") || (lower && (tight || j > t + 1 || !plain_stop(st, t))))
        return false;
    if (tight && !(tok(st, w)->flags & DM_T_UPPER))
        return false;
    bool quoted = j > t + 1;
    return !(quoted && !dm_seg_is(st, t, ".") && speech_follows(st, w));
}

static bool is_bullet(const dm_seg_state *st, uint32_t t)
{
    uint32_t cp = first_cp(st, t);
    return (cp == 0x2022 || cp == 0x25AA || cp == 0x25CF || cp == 0x25A0 || cp == 0x2023 || cp == 0x25E6) &&
           (tok(st, t)->flags & DM_T_PUNCT);
}

static dm_status add_sentence(dm_seg_state *st, const dm_para *p, uint32_t from, uint32_t to, uint32_t dateline, dm_error *err)
{
    dm_doc *doc = st->doc;
    dm_sent *s = DM_PUSH(&doc->arena, &doc->sents);
    if (!s)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    s->first = from;
    s->n = to - from;
    s->span = dm_doc_token_span(doc, from, to - from);
    s->kind = p->kind;
    s->para = p->number;
    s->quote = DM_NONE;
    s->dateline = (uint8_t)dateline;
    bool started = false;
    for (uint32_t t = from; t < to; t++) {
        doc->tokens.v[t].sent = doc->sents.n - 1;
        if (!started && t >= from + dateline && !(doc->tokens.v[t].flags & DM_T_PUNCT)) {
            doc->tokens.v[t].flags |= DM_T_SENT_START;
            started = true;
        }
    }
    return DM_OK;
}

/* Best place to cut a sentence that is over the limit: after the last semicolon, colon or dash in its second half, else comma. */
static uint32_t long_cut(const dm_seg_state *st, uint32_t from)
{
    uint32_t comma = 0;
    for (uint32_t t = from + DM_SENT_TOKENS_MAX - 1; t >= from + LONG_MIN; t--) {
        dm_str n = tok(st, t)->norm;
        if (n.len != 1)
            continue;
        if (n.p[0] == ';' || n.p[0] == ':' || (n.p[0] == '-' && tok(st, t)->span.len > 1))
            return t + 1;
        if (n.p[0] == ',' && !comma)
            comma = t + 1;
    }
    return comma ? comma : from + DM_SENT_TOKENS_MAX;
}

static dm_status add_all(dm_seg_state *st, const dm_para *p, uint32_t from, uint32_t to, uint32_t dateline, dm_error *err)
{
    while (to - from > DM_SENT_TOKENS_MAX) {
        uint32_t cut = long_cut(st, from);
        dm_status s = add_sentence(st, p, from, cut, dateline, err);
        if (s != DM_OK)
            return s;
        from = cut;
        dateline = 0;
    }
    return add_sentence(st, p, from, to, dateline, err);
}

dm_status dm_seg_sentences(dm_seg_state *st, const dm_para *p, uint32_t dateline, dm_error *err)
{
    uint32_t from = st->first, skip = dateline;
    dm_status s = DM_OK;
    for (uint32_t t = st->first + dateline; t < st->end && s == DM_OK;) {
        uint32_t next = t + 1;
        bool cut = ends_at(st, from + skip, t, &next);
        if (!cut && next < st->end && is_bullet(st, next) && next > from + 1) {
            cut = true;
        } else if (!cut) {
            next = t + 1;
        }
        if (cut) {
            s = add_all(st, p, from, next, skip, err);
            from = next;
            skip = 0;
        }
        t = next;
    }
    if (s == DM_OK && from < st->end)
        s = add_all(st, p, from, st->end, skip, err);
    return s;
}

// SPDX-License-Identifier: Apache-2.0
/* Quotation marks and brackets: roles, flags, doc->quotes. A quotation may run over paragraphs when each begins with a mark again;
 * otherwise it ends with its paragraph, so that one missing mark spoils no more than that. */
#include "segment/seg_int.h"

enum { SINGLE_LOOK = 80, BRACKET_LOOK = 60 };

typedef enum mark { M_NONE, M_DOUBLE, M_OPEN2, M_CLOSE2, M_OPEN1, M_CLOSE1, M_SINGLE } mark;

static mark mark_of(dm_str s)
{
    if (s.len == 1)
        return s.p[0] == '"' ? M_DOUBLE : s.p[0] == '\'' ? M_SINGLE : M_NONE;
    if (dm_str_is(s, "“") || dm_str_is(s, "«") || dm_str_is(s, "„") || dm_str_is(s, "``"))
        return M_OPEN2;
    if (dm_str_is(s, "”") || dm_str_is(s, "»"))
        return M_CLOSE2;
    if (dm_str_is(s, "''"))
        return M_DOUBLE;
    return dm_str_is(s, "‘") ? M_OPEN1 : dm_str_is(s, "’") ? M_CLOSE1 : M_NONE;
}

static bool spaced_before(const dm_seg_state *st, uint32_t t)
{
    return t == st->first || (st->doc->tokens.v[t].flags & DM_T_SPACE);
}

static bool spaced_after(const dm_seg_state *st, uint32_t t)
{
    return t + 1 >= st->end || (st->doc->tokens.v[t + 1].flags & DM_T_SPACE);
}

/* Whether an opening single mark at t finds its partner soon; otherwise it is an apostrophe. */
static bool single_pairs(const dm_seg_state *st, uint32_t t)
{
    for (uint32_t i = t + 1; i < st->end && i < t + SINGLE_LOOK; i++) {
        mark m = mark_of(dm_seg_text(st, i));
        if ((m == M_SINGLE || m == M_CLOSE1) && !spaced_before(st, i) && i > t + 1)
            return true;
    }
    return false;
}

static dm_status close_quote(dm_seg_state *st, uint32_t end, dm_error *err)
{
    uint32_t from = st->quote_from;
    st->quote_from = DM_NONE;
    if (end <= from)
        return DM_OK;
    dm_quote *q = DM_PUSH(&st->doc->arena, &st->doc->quotes);
    if (!q)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    *q = (dm_quote){ .first = from, .n = end - from };
    for (uint32_t i = from; i < end; i++)
        st->doc->tokens.v[i].flags |= DM_T_QUOTED;
    return DM_OK;
}

/* +1 the mark at t opens a quotation, -1 it closes the open one, 0 neither. */
static int direction(const dm_seg_state *st, uint32_t t)
{
    mark m = mark_of(dm_seg_text(st, t));
    bool open = st->quote_from != DM_NONE, single = open && st->quote_mark == M_OPEN1;
    switch (m) {
    case M_DOUBLE:
        if (open && !single)
            return spaced_before(st, t) && !spaced_after(st, t) && t != st->quote_from ? 1 : -1;
        return 1;
    case M_OPEN2: return 1;
    case M_CLOSE2: return open && !single ? -1 : 0;
    case M_OPEN1: return !open && single_pairs(st, t) ? 1 : 0;
    case M_SINGLE:
        if (!open)
            return spaced_before(st, t) && !spaced_after(st, t) && single_pairs(st, t) ? 1 : 0;
        return single && !spaced_before(st, t) ? -1 : 0;
    case M_CLOSE1: return single ? -1 : 0;
    case M_NONE: break;
    }
    return 0;
}

static dm_status take_quote(dm_seg_state *st, uint32_t t, int dir, dm_error *err)
{
    dm_status s = DM_OK;
    if (dir > 0) {
        if (st->quote_from != DM_NONE && st->quote_last == st->first && t == st->first) {
            st->role[0] |= R_OPEN; /* the quotation goes on in this paragraph */
            return DM_OK;
        }
        if (st->quote_from != DM_NONE)
            s = close_quote(st, t, err);
        mark m = mark_of(dm_seg_text(st, t));
        st->quote_from = t + 1;
        st->quote_mark = m == M_SINGLE ? M_OPEN1 : (uint32_t)m;
        st->role[t - st->first] |= R_OPEN;
    } else if (dir < 0) {
        st->role[t - st->first] |= R_CLOSE;
        s = close_quote(st, t, err);
    }
    return s;
}

static void brackets(dm_seg_state *st)
{
    uint32_t open = DM_NONE;
    for (uint32_t t = st->first; t < st->end; t++) {
        dm_str s = dm_seg_text(st, t);
        char c = s.len == 1 ? s.p[0] : 0;
        uint8_t *role = &st->role[t - st->first];
        if (c == '(' || c == '[') {
            *role |= R_OPEN;
            open = open == DM_NONE ? t : open;
        } else if (c == ')' || c == ']') {
            *role |= R_CLOSE;
            for (uint32_t i = open; open != DM_NONE && i <= t; i++) {
                st->doc->tokens.v[i].flags |= DM_T_BRACKETED;
                if (open > st->first && !(st->role[open - 1 - st->first] & R_TERMINAL) && i < t)
                    st->role[i - st->first] |= R_INSIDE;
            }
            open = DM_NONE;
        } else if (open != DM_NONE && t - open > BRACKET_LOOK) {
            open = DM_NONE;
        }
    }
}

static void terminals(dm_seg_state *st)
{
    for (uint32_t t = st->first; t < st->end; t++) {
        dm_str s = dm_seg_text(st, t);
        bool end = s.len && (s.p[0] == '.' || s.p[0] == '?' || s.p[0] == '!') && (st->doc->tokens.v[t].flags & DM_T_PUNCT);
        st->role[t - st->first] = end || dm_str_is(s, "…") || dm_str_is(s, "。") ? R_TERMINAL : 0;
    }
}

dm_status dm_seg_quotes(dm_seg_state *st, dm_error *err)
{
    dm_status s = DM_OK;
    terminals(st);
    brackets(st);
    if (st->quote_from != DM_NONE) {
        mark m = mark_of(dm_seg_text(st, st->first));
        if (st->first == st->end || (m != M_DOUBLE && m != M_OPEN2 && !(m == M_OPEN1 && st->quote_mark == M_OPEN1)))
            s = close_quote(st, st->first, err);
        else
            st->quote_last = st->first;
    }
    for (uint32_t t = st->first; t < st->end && s == DM_OK; t++) {
        bool goes_on = t == st->first && st->quote_from != DM_NONE;
        int dir = goes_on ? 1 : direction(st, t);
        if (dir)
            s = take_quote(st, t, dir, err);
    }
    return s;
}

dm_status dm_seg_quotes_end(dm_seg_state *st, dm_error *err)
{
    return st->quote_from != DM_NONE ? close_quote(st, st->doc->tokens.n, err) : DM_OK;
}

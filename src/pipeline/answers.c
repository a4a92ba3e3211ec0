// SPDX-License-Identifier: Apache-2.0
/* Rules by which a later act answers a request. The table is small and read as it is; a row decides by itself. */
#include "pipeline/answers.h"

enum { WORDS_WINDOW = 90 /* bytes behind the trigger in which the asked act is looked for */ };

typedef struct columns {
    const dm_table *t;
    int kind, asked, link, reply, done, negated, days;
} columns;

static columns open_table(const dm_tables *tables)
{
    const dm_table *t = dm_tables_get(tables, "stance/answers");
    columns c = { .t = t };
    if (!t)
        return c;
    c.kind = dm_table_column(t, "kind");
    c.asked = dm_table_column(t, "asked");
    c.link = dm_table_column(t, "link");
    c.reply = dm_table_column(t, "reply");
    c.done = dm_table_column(t, "done");
    c.negated = dm_table_column(t, "negated");
    c.days = dm_table_column(t, "days");
    return c;
}

static uint32_t rows(const columns *c) { return c->t ? dm_table_rows(c->t) : 0; }
static dm_str cell(const columns *c, uint32_t row, int column) { return dm_table_cell(c->t, row, column); }

/* "TYPE", or "TYPE:CODE" with the beginning of a CAMEO code. */
static bool kind_fits(dm_str pattern, const dm_deed *d)
{
    dm_str type;
    if (!dm_str_split(&pattern, ':', &type) || !dm_str_is(type, dm_type_name((dm_type)d->type)))
        return false;
    return pattern.len == 0 || (d->cameo.len >= pattern.len && memcmp(d->cameo.p, pattern.p, pattern.len) == 0);
}

static bool any_kind(dm_str list, const dm_deed *d)
{
    dm_str one;
    while (dm_str_split(&list, '|', &one))
        if (kind_fits(one, d))
            return true;
    return false;
}

static bool has(dm_str list, dm_str word)
{
    dm_str one;
    while (word.len && dm_str_split(&list, '|', &one))
        if (dm_str_eq(one, word))
            return true;
    return false;
}

static bool begins(dm_str list, dm_str code)
{
    dm_str one;
    while (dm_str_split(&list, '|', &one))
        if (one.len && code.len >= one.len && memcmp(code.p, one.p, one.len) == 0)
            return true;
    return false;
}

uint32_t dm_ask_types(const dm_tables *tables)
{
    columns c = open_table(tables);
    uint32_t types = 0;
    for (uint32_t row = 0; row < rows(&c); row++) {
        dm_str list = cell(&c, row, c.asked), one, type;
        if (!dm_str_is(cell(&c, row, c.kind), "ask"))
            continue;
        while (dm_str_split(&list, '|', &one))
            if (dm_str_split(&one, ':', &type))
                for (int k = 0; k < DM_N_TYPES; k++)
                    types |= dm_str_is(type, dm_type_name((dm_type)k)) ? 1u << k : 0;
    }
    return types;
}

bool dm_asks(const dm_tables *tables, const dm_deed *deed)
{
    columns c = open_table(tables);
    for (uint32_t row = 0; row < rows(&c); row++)
        if (dm_str_is(cell(&c, row, c.kind), "ask") && any_kind(cell(&c, row, c.asked), deed))
            return true;
    return false;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80; }
static char low(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* Whole words in any case; open: the last word may go on ("sanction" in "sanctions"). */
static bool says(dm_str text, dm_str words, bool open)
{
    for (size_t i = 0; words.len && i + words.len <= text.len; i++) {
        size_t k = 0;
        while (k < words.len && low(text.p[i + k]) == low(words.p[k]))
            k++;
        size_t end = i + words.len;
        if (k == words.len && (i == 0 || !is_letter(text.p[i - 1])) && (open || end == text.len || !is_letter(text.p[end])))
            return true;
    }
    return false;
}

static bool says_any(const dm_tables *tables, const char *kind, dm_str behind)
{
    columns c = open_table(tables);
    behind.len = behind.len < WORDS_WINDOW ? behind.len : WORDS_WINDOW;
    for (uint32_t row = 0; row < rows(&c); row++) {
        dm_str list = cell(&c, row, c.asked), one;
        if (dm_str_is(cell(&c, row, c.kind), kind))
            while (dm_str_split(&list, '|', &one))
                if (says(behind, one, false))
                    return true;
    }
    return false;
}

bool dm_asked_against(const dm_tables *tables, dm_str behind) { return says_any(tables, "against", behind); }
bool dm_asked_refers(const dm_tables *tables, dm_str behind) { return says_any(tables, "refers", behind); }

bool dm_asked_by_means(const dm_tables *tables, const dm_deed *request, dm_str behind)
{
    columns c = open_table(tables);
    for (uint32_t row = 0; row < rows(&c); row++)
        if (dm_str_is(cell(&c, row, c.kind), "means") && has(cell(&c, row, c.asked), request->act))
            return !says(behind, request->instrument, true);
    return false;
}

static const char *const ties[] = { "instrument", "asker" };

int dm_answer_days(const dm_tables *tables, dm_tie tie)
{
    columns c = open_table(tables);
    int most = 0;
    for (uint32_t row = 0; row < rows(&c); row++) {
        int days = dm_str_digits(cell(&c, row, c.days));
        if (dm_str_is(cell(&c, row, c.link), ties[tie]) && days > most)
            most = days;
    }
    return most;
}

static dm_answer answer_of(dm_str word, bool turned)
{
    if (dm_str_is(word, "complied"))
        return turned ? DM_ANSWER_REFUSED : DM_ANSWER_COMPLIED;
    if (dm_str_is(word, "refused"))
        return turned ? DM_ANSWER_COMPLIED : DM_ANSWER_REFUSED;
    return DM_ANSWER_NONE;
}

static bool asked_fits(dm_str asked, const dm_deed *request, dm_tie tie)
{
    if (dm_str_is(asked, "*"))
        return tie != DM_TIE_INSTRUMENT || request->act.len > 0;
    return tie == DM_TIE_INSTRUMENT ? has(asked, request->act) : begins(asked, request->cameo);
}

static bool reply_fits(dm_str reply, const dm_deed *request, const dm_deed *deed, dm_tie tie)
{
    if (tie != DM_TIE_INSTRUMENT)
        return any_kind(reply, deed);
    return dm_str_is(reply, "=") ? dm_str_eq(request->act, deed->act) : has(reply, deed->act);
}

static bool in_time(const dm_deed *request, const dm_deed *deed, int days)
{
    if (request->day == DM_DAY_NONE || deed->day == DM_DAY_NONE)
        return false;
    return deed->day_end >= request->day && deed->day >= request->day - (request->day_end - request->day) &&
           (int64_t)deed->day <= (int64_t)request->day_end + days;
}

/* Whether the deed is that something was not done: said by its status, or by its type where an act on an instrument is refused. */
static bool not_done(const columns *c, const dm_deed *deed, dm_tie tie)
{
    bool negated = deed->aux & DM_NEGATION;
    for (uint32_t row = 0; tie == DM_TIE_INSTRUMENT && row < rows(c); row++)
        if (dm_str_is(cell(c, row, c->kind), "refusal") && any_kind(cell(c, row, c->asked), deed) &&
            !has(cell(c, row, c->reply), deed->act))
            return !negated;
    return negated;
}

dm_judgement dm_judge(const dm_tables *tables, const dm_deed *request, bool against, const dm_deed *deed, dm_tie tie)
{
    dm_judgement none = { .answer = DM_ANSWER_NONE, .rank = UINT32_MAX };
    columns c = open_table(tables);
    if (deed->aux & DM_HYPOTHETICAL)
        return none;
    for (uint32_t row = 0; row < rows(&c); row++) {
        dm_str asked = cell(&c, row, c.asked);
        if (!dm_str_is(cell(&c, row, c.kind), "reply") || !dm_str_is(cell(&c, row, c.link), ties[tie]) ||
            !asked_fits(asked, request, tie) || !reply_fits(cell(&c, row, c.reply), request, deed, tie) ||
            !in_time(request, deed, dm_str_digits(cell(&c, row, c.days))))
            continue;
        dm_str word = cell(&c, row, not_done(&c, deed, tie) ? c.negated : c.done);
        dm_answer answer = answer_of(word, against && tie == DM_TIE_INSTRUMENT);
        if (answer == DM_ANSWER_NONE)
            continue;
        unsigned rank = tie == DM_TIE_INSTRUMENT ? 0 : dm_str_is(asked, "*") ? 2 : 1;
        return (dm_judgement){ answer, rank, dm_table_line(c.t, row) };
    }
    return none;
}

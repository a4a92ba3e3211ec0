// SPDX-License-Identifier: Apache-2.0
/* Which events: the options that every command over a record shares, read into a dm_filter. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_MAX = 96 };

bool cli_filter_option(cli_filter *a, int val, char *value)
{
    cli_list *list = val == CLI_OPT_ACTOR       ? &a->actor
                     : val == CLI_OPT_RECIPIENT ? &a->recipient
                     : val == CLI_OPT_EITHER    ? &a->either
                     : val == CLI_OPT_SPEAKER   ? &a->speaker
                     : val == CLI_OPT_TYPE      ? &a->type
                     : val == CLI_OPT_CONTEXT   ? &a->context
                     : val == CLI_OPT_STATUS    ? &a->status
                                                : NULL;
    return list && value && cli_list_add(list, value);
}

/* The next piece of a comma list; false at its end. */
static bool next_piece(const char **rest, char out[PIECE_MAX])
{
    size_t n = 0;
    while (**rest == ',' || **rest == ' ')
        ++*rest;
    for (; **rest && **rest != ','; ++*rest)
        if (n + 1 < PIECE_MAX)
            out[n++] = **rest;
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return n > 0;
}

static dm_status fill_who(const cli_list *list, const dm_record *r, dm_who *who, size_t *n, dm_error *err)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *rest = list->v[i];
        char piece[PIECE_MAX];
        while (next_piece(&rest, piece)) {
            if (*n == DM_WHO_MAX)
                return dm_fail(err, DM_EUSAGE, 0, "more than %d parties in one option", DM_WHO_MAX);
            dm_status st = dm_record_who(r, piece, &who[*n], err);
            if (st != DM_OK)
                return st;
            ++*n;
        }
    }
    return DM_OK;
}

static dm_status add_word(cli_filter *a, dm_word_kind kind, const dm_record *r, const char *piece, dm_error *err)
{
    char word[DM_WORD_MAX];
    unsigned number = 0;
    dm_status st = dm_record_word(r, kind, piece, word, &number, err);
    if (st != DM_OK)
        return st;
    if (kind == DM_WORD_TYPE)
        a->f.types |= UINT32_C(1) << number;
    else if (kind == DM_WORD_CONTEXT)
        a->f.contexts |= UINT64_C(1) << number;
    else if (number)
        a->f.with |= (uint8_t)number;
    else
        a->f.without |= DM_NEGATION | DM_FUTURE | DM_HYPOTHETICAL;
    return DM_OK;
}

static dm_status fill_words(cli_filter *a, dm_word_kind kind, const cli_list *list, const dm_record *r, dm_error *err)
{
    dm_status st = DM_OK;
    for (size_t i = 0; i < list->n; i++) {
        const char *rest = list->v[i];
        char piece[PIECE_MAX];
        while (st == DM_OK && next_piece(&rest, piece))
            st = add_word(a, kind, r, piece, err);
    }
    if (st == DM_OK && (a->f.with & a->f.without))
        return dm_fail(err, DM_EUSAGE, 0, "--status: what is done is not negated, planned or hypothetical at once");
    return st;
}

static dm_status fill_one(
    const dm_record *r, dm_word_kind kind, const char *text, char word[DM_WORD_MAX], const char **out, dm_error *err)
{
    unsigned number;
    if (!text)
        return DM_OK;
    *out = word;
    return dm_record_word(r, kind, text, word, &number, err);
}

dm_status cli_days(const char *since, const char *until, dm_day *from, dm_day *to, dm_error *err)
{
    dm_interval i;
    dm_status st = DM_OK;
    if (since && (st = dm_day_parse(&i, (dm_str){ since, strlen(since) }, err)) == DM_OK)
        *from = i.from;
    if (st == DM_OK && until && (st = dm_day_parse(&i, (dm_str){ until, strlen(until) }, err)) == DM_OK)
        *to = i.to;
    return st == DM_OK ? DM_OK : DM_EUSAGE;
}

dm_status cli_contexts(const dm_record *r, const char *list, uint64_t *out, dm_error *err)
{
    char piece[PIECE_MAX], word[DM_WORD_MAX];
    dm_status st = DM_OK;
    while (st == DM_OK && next_piece(&list, piece)) {
        unsigned bit = 0;
        if ((st = dm_record_word(r, DM_WORD_CONTEXT, piece, word, &bit, err)) == DM_OK)
            *out |= UINT64_C(1) << bit;
    }
    return st;
}

static dm_status fill_days(cli_filter *a, dm_error *err)
{
    dm_status st = cli_days(a->since, a->until, &a->f.since, &a->f.until, err);
    if (st != DM_OK)
        return st;
    if (a->since && a->until && a->f.since > a->f.until)
        return dm_fail(err, DM_EUSAGE, 0, "--since %.20s is after --until %.20s", a->since, a->until);
    return DM_OK;
}

static dm_status fill_page(cli_filter *a, bool table, dm_error *err)
{
    if (a->page < 1 || a->limit < CLI_LIMIT_UNSET)
        return dm_fail(err, DM_EUSAGE, 0, "--page counts from 1, --limit from 0");
    if (a->confidence < 0 || a->confidence > 1)
        return dm_fail(err, DM_EUSAGE, 0, "--confidence is a number from 0 to 1");
    a->f.limit = a->limit == CLI_LIMIT_UNSET ? (table || a->page > 1 ? CLI_PAGE_ROWS : 0) : (uint64_t)a->limit;
    a->f.offset = a->f.limit * (uint64_t)(a->page - 1);
    return DM_OK;
}

static dm_status fill_parties(cli_filter *a, const dm_record *r, dm_error *err)
{
    dm_filter *f = &a->f;
    const struct {
        const cli_list *list;
        const dm_who **who;
        size_t *n;
    } lists[] = { { &a->actor, &f->actor, &f->n_actor }, { &a->recipient, &f->recipient, &f->n_recipient },
        { &a->either, &f->either, &f->n_either }, { &a->speaker, &f->speaker, &f->n_speaker } };
    dm_status st = DM_OK;
    for (size_t i = 0; i < sizeof lists / sizeof *lists && st == DM_OK; i++) {
        *lists[i].who = a->who[i];
        st = fill_who(lists[i].list, r, a->who[i], lists[i].n, err);
    }
    return st;
}

dm_status cli_filter_fill(cli_filter *a, const dm_record *r, bool table, dm_error *err)
{
    a->f = (dm_filter)DM_FILTER_INIT;
    a->f.source = a->source;
    a->f.text = a->text;
    a->f.confidence = a->confidence;
    a->f.happenings = a->happenings != 0;
    a->f.newest_first = a->newest != 0;
    dm_status st = fill_parties(a, r, err);
    if (st == DM_OK)
        st = fill_words(a, DM_WORD_TYPE, &a->type, r, err);
    if (st == DM_OK)
        st = fill_words(a, DM_WORD_CONTEXT, &a->context, r, err);
    if (st == DM_OK)
        st = fill_words(a, DM_WORD_STATUS, &a->status, r, err);
    if (st == DM_OK)
        st = fill_one(r, DM_WORD_MODE, a->mode, a->mode_word, &a->f.mode, err);
    if (st == DM_OK)
        st = fill_one(r, DM_WORD_INSTRUMENT, a->instrument, a->instrument_word, &a->f.instrument, err);
    if (st == DM_OK)
        st = fill_one(r, DM_WORD_ACT, a->act, a->act_word, &a->f.act, err);
    if (st == DM_OK && a->subject && (st = dm_record_code(r, a->subject, a->subject_code, err)) == DM_OK)
        a->f.subject = a->subject_code;
    if (st == DM_OK)
        st = fill_days(a, err);
    return st == DM_OK ? fill_page(a, table, err) : st;
}

static void free_list(cli_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free((void *)(uintptr_t)list->v[i]);
    free(list->v);
}

void cli_filter_free(cli_filter *a)
{
    cli_list *const lists[] = { &a->actor, &a->recipient, &a->either, &a->speaker, &a->type, &a->context, &a->status };
    char *const texts[] = { a->mode, a->instrument, a->subject, a->act, a->source, a->since, a->until, a->text };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        free_list(lists[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
}

int cli_exit(dm_status st) { return st == DM_EUSAGE ? EXIT_USAGE : st == DM_EAWAY ? EXIT_AWAY : EXIT_BROKEN; }

int cli_query_exit(dm_status st, const dm_error *err)
{
    if (st == DM_OK)
        return EXIT_ALL_READ;
    cli_say("%s", err->msg);
    return cli_exit(st);
}

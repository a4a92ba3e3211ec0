// SPDX-License-Identifier: Apache-2.0
/* Parameters into a filter. */
#include "serve/ask.h"
#include <math.h>

enum { PIECE_MAX = 96 };

/* The next piece of a list with commas; pieces too long for any name are cut. */
static bool next_piece(const char **rest, char out[PIECE_MAX])
{
    dm_str all = dm_str_of(*rest), piece;
    if (!dm_str_split(&all, ',', &piece))
        return false;
    size_t n = piece.len < PIECE_MAX ? piece.len : PIECE_MAX - 1;
    while (n < piece.len && n > 0 && ((unsigned char)piece.p[n] & 0xC0) == 0x80)
        n--;
    memcpy(out, piece.p, n);
    out[n] = '\0';
    *rest = all.p ? all.p : "";
    return true;
}

typedef dm_status each_fn(void *ctx, const char *piece, dm_error *err);

static dm_status each(const dm_request *q, const char *key, each_fn *fn, void *ctx, dm_error *err)
{
    dm_status st = DM_OK;
    for (size_t i = 0; i < q->n_param; i++) {
        char piece[PIECE_MAX];
        const char *rest = q->param[i].value;
        if (strcmp(q->param[i].key, key) == 0)
            while (st == DM_OK && next_piece(&rest, piece))
                st = fn(ctx, piece, err);
    }
    return st;
}

typedef struct whos {
    const dm_record *r;
    dm_who *who;
    size_t *n;
} whos;

static dm_status add_who(void *ctx, const char *piece, dm_error *err)
{
    whos *w = ctx;
    if (*w->n == DM_WHO_MAX)
        return dm_fail(err, DM_EUSAGE, 0, "more than %d parties in one list", DM_WHO_MAX);
    dm_status st = dm_record_who(w->r, piece, &w->who[*w->n], err);
    *w->n += st == DM_OK;
    return st;
}

typedef struct wording {
    const dm_record *r;
    dm_filter *f;
    dm_word_kind kind;
} wording;

static dm_status add_word(void *ctx, const char *piece, dm_error *err)
{
    wording *w = ctx;
    char word[DM_WORD_MAX];
    unsigned number = 0;
    dm_status st = dm_record_word(w->r, w->kind, piece, word, &number, err);
    if (st != DM_OK)
        return st;
    if (w->kind == DM_WORD_TYPE)
        w->f->types |= UINT32_C(1) << number;
    else if (w->kind == DM_WORD_CONTEXT)
        w->f->contexts |= UINT64_C(1) << number;
    else if (number)
        w->f->with |= (uint8_t)number;
    else
        w->f->without |= DM_NEGATION | DM_FUTURE | DM_HYPOTHETICAL;
    return w->f->with & w->f->without
               ? dm_fail(err, DM_EUSAGE, 0, "status: what is done is not negated, planned or hypothetical at once")
               : DM_OK;
}

static dm_status words(const dm_record *r, const dm_request *q, const char *key, dm_word_kind kind, dm_filter *f, dm_error *err)
{
    wording w = { r, f, kind };
    return each(q, key, add_word, &w, err);
}

static dm_status one_word(const dm_record *r, const dm_request *q, const char *key, dm_word_kind kind, char room[DM_WORD_MAX],
    const char **out, dm_error *err)
{
    const char *text = dm_request_get(q, key);
    unsigned number;
    if (!text || !*text)
        return DM_OK;
    *out = room;
    return dm_record_word(r, kind, text, room, &number, err);
}

dm_status dm_ask_day(const dm_request *q, const char *key, bool last, dm_day *out, dm_error *err)
{
    const char *text = dm_request_get(q, key);
    dm_interval i;
    if (!text || !*text)
        return DM_OK;
    if (dm_day_parse(&i, dm_str_of(text), NULL) != DM_OK)
        return dm_fail(err, DM_EUSAGE, 0, "'%s' has to be YYYY, YYYY-MM or YYYY-MM-DD, not '%.20s'", key, text);
    *out = last ? i.to : i.from;
    return DM_OK;
}

dm_status dm_ask_contexts(const dm_record *r, const dm_request *q, uint64_t *out, dm_error *err)
{
    dm_filter f = DM_FILTER_INIT;
    dm_status st = words(r, q, "context", DM_WORD_CONTEXT, &f, err);
    *out = f.contexts;
    return st;
}

typedef struct coding {
    const dm_record *r;
    char (*out)[DM_CODE_MAX];
    size_t room, *n;
} coding;

static dm_status add_code(void *ctx, const char *piece, dm_error *err)
{
    coding *c = ctx;
    if (*c->n == c->room)
        return dm_fail(err, DM_EUSAGE, 0, "at most %zu of them can be given", c->room);
    dm_status st = dm_record_code(c->r, piece, c->out[*c->n], err);
    *c->n += st == DM_OK;
    return st;
}

dm_status dm_ask_codes(
    const dm_record *r, const dm_request *q, const char *key, char out[][DM_CODE_MAX], size_t room, size_t *n, dm_error *err)
{
    coding c = { r, out, room, n };
    *n = 0;
    return each(q, key, add_code, &c, err);
}

static dm_status parties(dm_ask *a, const dm_record *r, const dm_request *q, dm_error *err)
{
    static const char *const keys[] = { "actor", "recipient", "either", "speaker" };
    size_t n[4] = { 0 };
    dm_status st = DM_OK;
    for (int i = 0; i < 4 && st == DM_OK; i++) {
        whos w = { r, a->who[i], &n[i] };
        st = each(q, keys[i], add_who, &w, err);
    }
    a->f.actor = a->who[0], a->f.n_actor = n[0];
    a->f.recipient = a->who[1], a->f.n_recipient = n[1];
    a->f.either = a->who[2], a->f.n_either = n[2];
    a->f.speaker = a->who[3], a->f.n_speaker = n[3];
    return st;
}

static dm_status meanings(dm_ask *a, const dm_record *r, const dm_request *q, dm_error *err)
{
    const char *subject = dm_request_get(q, "subject");
    dm_status st = words(r, q, "type", DM_WORD_TYPE, &a->f, err);
    if (st == DM_OK)
        st = words(r, q, "context", DM_WORD_CONTEXT, &a->f, err);
    if (st == DM_OK)
        st = words(r, q, "status", DM_WORD_STATUS, &a->f, err);
    if (st == DM_OK)
        st = one_word(r, q, "mode", DM_WORD_MODE, a->mode, &a->f.mode, err);
    if (st == DM_OK)
        st = one_word(r, q, "instrument", DM_WORD_INSTRUMENT, a->instrument, &a->f.instrument, err);
    if (st == DM_OK)
        st = one_word(r, q, "act", DM_WORD_ACT, a->act, &a->f.act, err);
    if (st == DM_OK && subject && *subject) {
        st = dm_record_code(r, subject, a->subject, err);
        a->f.subject = a->subject;
    }
    return st;
}

/* A switch: 1 or nothing. */
static dm_status flag(const dm_request *q, const char *key, bool *out, dm_error *err)
{
    uint64_t n;
    dm_status st = dm_request_number(q, key, 0, 1, 0, &n, err);
    *out = n == 1;
    return st;
}

static dm_status confidence(const dm_request *q, double *out, dm_error *err)
{
    const char *text = dm_request_get(q, "confidence");
    if (text && (!dm_str_double(dm_str_of(text), out) || *out < 0 || *out > 1))
        return dm_fail(err, DM_EUSAGE, 0, "'confidence' has to be a number from 0 to 1, not '%.20s'", text);
    return DM_OK;
}

static dm_status rest(dm_ask *a, const dm_request *q, dm_error *err)
{
    const char *source = dm_request_get(q, "source"), *text = dm_request_get(q, "text");
    a->f.source = source && *source ? source : NULL;
    a->f.text = text && *text ? text : NULL;
    dm_status st = dm_ask_day(q, "since", false, &a->f.since, err);
    if (st == DM_OK)
        st = dm_ask_day(q, "until", true, &a->f.until, err);
    if (st == DM_OK && a->f.since != DM_DAY_NONE && a->f.until != DM_DAY_NONE && a->f.since > a->f.until)
        st = dm_fail(err, DM_EUSAGE, 0, "'since' is after 'until'");
    if (st == DM_OK)
        st = confidence(q, &a->f.confidence, err);
    if (st == DM_OK)
        st = flag(q, "happenings", &a->f.happenings, err);
    if (st == DM_OK)
        st = flag(q, "newest", &a->f.newest_first, err);
    if (st == DM_OK)
        st = dm_request_number(q, "limit", 1, DM_ROWS_MAX, DM_ROWS_USUAL, &a->f.limit, err);
    return st == DM_OK ? dm_request_number(q, "offset", 0, DM_OFFSET_MAX, 0, &a->f.offset, err) : st;
}

dm_status dm_ask_read(dm_ask *a, const dm_record *r, const dm_request *q, const char *more, dm_error *err)
{
    memset(a, 0, sizeof *a);
    a->f = (dm_filter)DM_FILTER_INIT;
    dm_status st = dm_request_only(q, DM_ASK_KEYS, more, err);
    if (st == DM_OK)
        st = parties(a, r, q, err);
    if (st == DM_OK)
        st = meanings(a, r, q, err);
    return st == DM_OK ? rest(a, q, err) : st;
}

// SPDX-License-Identifier: Apache-2.0
/* Answers about stances, pressure and instruments. */
#include "serve/desk.h"
#include <demarche/instrument.h>
#include <stdio.h>

enum { NAME_BYTES = 160, VOTES_MAX = 50 };

/* --- stance --- */

typedef struct sides {
    char actor[DM_STANCE_SERIES_MAX][DM_CODE_MAX], recipient[DM_STANCE_SERIES_MAX][DM_CODE_MAX];
    size_t n_actor, n_recipient;
} sides;

typedef struct shown {
    dm_position *position[DM_STANCE_SERIES_MAX];
    dm_stance_series series[DM_STANCE_SERIES_MAX];
    char name[DM_STANCE_SERIES_MAX][NAME_BYTES];
    size_t n;
} shown;

static dm_status read_sides(const dm_question *w, sides *s, dm_error *err)
{
    dm_status st = dm_ask_codes(w->record, w->q, "actor", s->actor, DM_STANCE_SERIES_MAX, &s->n_actor, err);
    if (st == DM_OK)
        st = dm_ask_codes(w->record, w->q, "recipient", s->recipient, DM_STANCE_SERIES_MAX, &s->n_recipient, err);
    if (st == DM_OK && (s->n_actor == 0 || s->n_recipient == 0))
        return dm_fail(err, DM_EUSAGE, 0, "a stance needs 'actor' and 'recipient'");
    if (st == DM_OK && s->n_actor != 1 && s->n_recipient != 1)
        return dm_fail(err, DM_EUSAGE, 0, "compare several actors on one recipient, or one actor on several recipients");
    return st;
}

static dm_status read_query(const dm_question *w, dm_position_query *p, dm_error *err)
{
    dm_status st = dm_request_only(w->q, "actor recipient context since until", "", err);
    if (st == DM_OK)
        st = dm_ask_day(w->q, "since", false, &p->stance.since, err);
    if (st == DM_OK)
        st = dm_ask_day(w->q, "until", true, &p->stance.until, err);
    if (st == DM_OK && p->stance.since != DM_DAY_NONE && p->stance.until != DM_DAY_NONE && p->stance.since > p->stance.until)
        st = dm_fail(err, DM_EUSAGE, 0, "'since' is after 'until'");
    p->words = true;
    return st == DM_OK ? dm_ask_contexts(w->record, w->q, &p->contexts, err) : st;
}

static dm_status load(const dm_question *w, const sides *s, dm_position_query *p, shown *out, dm_error *err)
{
    size_t n = s->n_actor > s->n_recipient ? s->n_actor : s->n_recipient, count;
    for (out->n = 0; out->n < n; out->n++) {
        size_t i = out->n;
        p->actor = s->actor[s->n_actor > 1 ? i : 0];
        p->recipient = s->recipient[s->n_recipient > 1 ? i : 0];
        dm_status st = dm_record_position(w->record, p, &out->position[i], err);
        if (st != DM_OK)
            return st;
        dm_str name = dm_record_name(w->record, s->n_recipient > 1 ? p->recipient : p->actor);
        snprintf(out->name[i], NAME_BYTES, "%.*s", DM_FMT(name));
        out->series[i] = (dm_stance_series){ dm_position_stance(out->position[i]), out->name[i],
            dm_position_words(out->position[i]), dm_position_evidence(out->position[i], &count) };
    }
    return DM_OK;
}

dm_status dm_answer_stance(dm_question *w, dm_error *err)
{
    sides s;
    shown out = { .n = 0 };
    dm_position_query p = DM_POSITION_QUERY_INIT;
    dm_status st = read_query(w, &p, err);
    if (st == DM_OK)
        st = read_sides(w, &s, err);
    if (st == DM_OK)
        st = load(w, &s, &p, &out, err);
    if (st == DM_OK)
        st = dm_write_stance_json(&w->out->body, out.series, out.n, err);
    for (size_t i = 0; i < DM_STANCE_SERIES_MAX; i++)
        dm_position_free(out.position[i]);
    return st;
}

/* --- pressure --- */

static const char *answer_name(dm_answer a)
{
    static const char *const names[] = { "none", "complied", "refused", "both" };
    return names[a];
}

static dm_status on_pressure(void *ctx, const dm_pressure *p, dm_error *err)
{
    dm_question *w = ctx;
    dm_buf *b = &w->out->body;
    dm_js_open(b, '{');
    dm_js_key(b, "request");
    dm_status st = dm_put_answer_event(b, w->record, p->request, err);
    dm_js_bool(b, "against", p->against);
    dm_js_text(b, "instrument", p->instrument);
    dm_js_text(b, "subject", p->subject);
    dm_js_text(b, "act", p->act);
    dm_js_key(b, "about");
    dm_js_open(b, '[');
    for (size_t i = 0; i < p->n_about; i++)
        dm_js_item(b, dm_str_of(p->about[i]));
    dm_js_close(b, ']');
    dm_js_str(b, "answer", dm_str_of(answer_name(p->answer)));
    dm_js_key(b, "replies");
    dm_js_open(b, '[');
    for (size_t i = 0; i < p->n_replies && st == DM_OK; i++) {
        dm_js_open(b, '{');
        dm_js_str(b, "answer", dm_str_of(answer_name(p->reply[i].answer)));
        dm_js_key(b, "event");
        st = dm_put_answer_event(b, w->record, p->reply[i].row, err);
        dm_js_close(b, '}');
    }
    dm_js_close(b, ']');
    dm_js_close(b, '}');
    return st;
}

/* The actor is who was pressed. */
dm_status dm_answer_pressure(dm_question *w, dm_error *err)
{
    dm_ask a;
    char about[2][DM_CODE_MAX];
    size_t n;
    dm_status st = dm_ask_read(&a, w->record, w->q, "about", err);
    if (st == DM_OK && (a.f.n_actor != 1 || a.f.n_recipient))
        st = dm_fail(err, DM_EUSAGE, 0, "pressure needs one 'actor', on whom it was brought, and no 'recipient'");
    if (st == DM_OK)
        st = dm_ask_codes(w->record, w->q, "about", about, 1, &n, err);
    if (st != DM_OK)
        return st;
    dm_who actor = a.f.actor[0];
    a.f.n_actor = 0;
    dm_js_open(&w->out->body, '{');
    dm_js_key(&w->out->body, "rows");
    dm_js_open(&w->out->body, '[');
    st = dm_record_pressure(w->record, &actor, n ? about[0] : "", &a.f, on_pressure, w, err);
    dm_js_close(&w->out->body, ']');
    dm_js_close(&w->out->body, '}');
    return st;
}

/* --- instruments --- */

static void put_year(dm_buf *b, const char *key, int year)
{
    if (year > 0)
        dm_js_count(b, key, (uint64_t)year);
}

static void put_series(dm_buf *b, const dm_series *s)
{
    dm_js_str(b, "id", dm_str_of(s->id));
    dm_js_str(b, "type", dm_str_of(s->family));
    dm_js_text(b, "body", dm_str_of(s->body));
    dm_js_text(b, "subject", dm_str_of(s->subject));
    dm_js_text(b, "name", dm_str_of(s->name));
    put_year(b, "first", s->first);
    put_year(b, "last", s->last);
    dm_js_count(b, "events", s->events);
    dm_js_count(b, "happenings", s->happenings);
    dm_js_count(b, "reports", s->documents);
    dm_js_count(b, "independent", s->independent);
    dm_js_count(b, "rollcalls", s->rollcalls);
    dm_js_count(b, "actions", s->actions);
}

static dm_status on_series(void *ctx, const dm_series *s, dm_error *err)
{
    (void)err;
    dm_buf *b = ctx;
    dm_js_open(b, '{');
    put_series(b, s);
    dm_js_close(b, '}');
    return DM_OK;
}

/* Of the filter's parameters those that concern instruments. */
static dm_status read_series(dm_question *w, dm_ask *a, dm_series_filter *f, char party[][DM_CODE_MAX], dm_error *err)
{
    size_t n = 0;
    dm_status st = dm_ask_read(a, w->record, w->q, "party body", err);
    if (st == DM_OK)
        st = dm_ask_codes(w->record, w->q, "party", party, 1, &n, err);
    if (st != DM_OK)
        return st;
    if (n == 0 && a->f.n_actor == 1 && a->f.actor[0].code[0])
        memcpy(party[n++], a->f.actor[0].code, DM_CODE_MAX);
    const char *body = dm_request_get(w->q, "body");
    f->type = a->f.instrument;
    f->subject = a->f.subject;
    f->body = body && *body ? body : NULL;
    f->party = n ? party[0] : NULL;
    f->text = a->f.text;
    f->since = a->f.since;
    f->until = a->f.until;
    f->offset = a->f.offset;
    f->limit = dm_request_get(w->q, "limit") ? a->f.limit : DM_ROWS_MAX;
    return DM_OK;
}

dm_status dm_answer_instruments(dm_question *w, dm_error *err)
{
    dm_ask a;
    char party[1][DM_CODE_MAX];
    dm_series_filter f = DM_SERIES_FILTER_INIT;
    dm_status st = read_series(w, &a, &f, party, err);
    if (st != DM_OK)
        return st;
    dm_js_open(&w->out->body, '{');
    dm_js_key(&w->out->body, "rows");
    dm_js_open(&w->out->body, '[');
    st = dm_record_instruments(w->record, &f, on_series, &w->out->body, err);
    dm_js_close(&w->out->body, ']');
    dm_js_close(&w->out->body, '}');
    return st;
}

static void put_who(dm_buf *b, const char *key, const dm_who *who, size_t n)
{
    char text[DM_CODE_MAX + DM_SECTOR_MAX + 1];
    dm_js_key(b, key);
    dm_js_open(b, '[');
    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "%s%s%s", who[i].code, who[i].sector[0] ? "/" : "", who[i].sector);
        dm_js_item(b, dm_str_of(text));
    }
    dm_js_close(b, ']');
}

static void put_words_of(dm_buf *b, const char *codes)
{
    dm_str all = dm_str_of(codes), one;
    if (!*codes)
        return;
    dm_js_key(b, "on_word_of");
    dm_js_open(b, '[');
    while (dm_str_split(&all, ' ', &one))
        dm_js_item(b, one);
    dm_js_close(b, ']');
}

static void put_telling(dm_buf *b, const dm_part *p)
{
    dm_js_day(b, "date", p->day);
    if (p->day_end != p->day)
        dm_js_day(b, "enddate", p->day_end);
    dm_js_count(b, "events", p->events);
    dm_js_count(b, "happenings", p->happenings);
    dm_js_count(b, "reports", p->documents);
    dm_js_count(b, "independent", p->independent);
    if (p->event)
        dm_js_id(b, "event", p->event);
    dm_js_real(b, "confidence", p->confidence);
    dm_js_text(b, "source", dm_str_of(p->source));
    dm_js_text(b, "document", dm_str_of(p->document));
    dm_js_text(b, "text", dm_str_of(p->sentence));
    dm_js_text(b, "why", dm_str_of(p->trace));
}

/* The fields of `demarche instruments RECORD ID --as jsonl`. */
static void put_part(dm_buf *b, const dm_part *p)
{
    dm_js_open(b, '{');
    put_year(b, "year", p->year);
    if (p->year_to != p->year)
        put_year(b, "year_to", p->year_to);
    dm_js_str(b, "dating", dm_str_of(dm_dating_name((dm_dating)p->dating)));
    put_who(b, "party", p->who, p->n_who);
    dm_js_str(b, "act", dm_str_of(p->act));
    dm_js_str(b, "status", dm_str_of(dm_part_status_name((dm_part_status)p->status)));
    if (p->request) {
        dm_js_str(b, "request", dm_str_of(p->asked_not ? "not to" : "to"));
        put_who(b, "asked", &p->asked, p->asked.code[0] || p->asked.sector[0] ? 1 : 0);
    }
    dm_js_bool(b, "open", p->open);
    dm_js_text(b, "type", dm_str_of(p->type));
    dm_js_text(b, "words", dm_str_of(p->words));
    put_words_of(b, p->word_of);
    put_telling(b, p);
    dm_js_close(b, '}');
}

dm_status dm_answer_instrument(dm_question *w, dm_error *err)
{
    dm_ask a;
    char party[1][DM_CODE_MAX];
    dm_life *life = NULL;
    dm_series_filter f = DM_SERIES_FILTER_INIT;
    dm_status st = read_series(w, &a, &f, party, err);
    uint64_t limit = dm_request_get(w->q, "limit") ? f.limit : VOTES_MAX, offset = f.offset; /* roll calls are paged */
    f.offset = f.limit = 0;
    if (st == DM_OK && (st = dm_record_life(w->record, w->rest, &f, &life, err)) == DM_EUSAGE)
        w->out->status = 404;
    if (st != DM_OK)
        return st;
    dm_buf *b = &w->out->body;
    dm_js_open(b, '{');
    put_series(b, &life->series);
    st = dm_put_answer_parts(b, life, offset, limit, put_part, err);
    dm_js_close(b, '}');
    dm_life_free(life);
    return st;
}

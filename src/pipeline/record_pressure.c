// SPDX-License-Identifier: Apache-2.0
/* Pressure on an actor: the requests that the record tells, each with what the actor then did. Rules: data/stance/answers.tsv. */
#include "pipeline/answers.h"
#include "pipeline/record.h"
#include <stdlib.h>

enum {
    NEAR_SENTENCES = 2,       /* so far before a request may stand the one that its words refer to */
    CANDIDATES_MAX = 2 * 4096 /* the first 4096 on the instrument, and toward each asker */
};

typedef struct candidate {
    int64_t event, happening, document;
    uint64_t act; /* hash of type, status and act */
    dm_day day;
    dm_judgement said;
} candidate;

/* A loaded event with its document and what dm_filed borrows. */
typedef struct loaded {
    dm_doc *doc;
    int64_t held;
    dm_filed row;
    char hash[33];
} loaded;

typedef struct walk {
    dm_record *r;
    const dm_who *actor;
    const char *about;
    uint64_t offset, limit, passed, given;
    dm_pressure_fn *fn;
    void *ctx;
    loaded request, reply[DM_REPLIES_MAX];
    char type[DM_WORD_MAX], subject[DM_CODE_MAX], act[DM_WORD_MAX]; /* of an instrument that was taken over */
    candidate *found;                                               /* [CANDIDATES_MAX] */
    size_t n_found;
} walk;

static dm_status load(walk *w, int64_t event, loaded *l, dm_error *err)
{
    dm_status st = dm_store_load_event(w->r->store, event, l->doc, &l->held, &l->row, err);
    return st == DM_OK ? dm_record_fill(w->r, event, l->held, &l->row, l->hash, err) : st;
}

static dm_deed deed_of(const dm_filed *row)
{
    const dm_event *e = row->event;
    dm_deed d = { .type = e->type, .aux = e->aux, .cameo = dm_str_of(e->cameo), .day = row->day, .day_end = row->day_end };
    if (e->instrument) {
        d.instrument = e->instrument->type;
        d.subject = e->instrument->subject;
        d.act = e->instrument->act;
    }
    return d;
}

static dm_str behind_trigger(const dm_filed *row)
{
    const dm_event *e = row->event;
    dm_str text = dm_doc_text(row->doc);
    dm_span s = dm_doc_sentence(row->doc, e->sentence, NULL);
    uint32_t from = e->trigger.start + e->trigger.len, to = s.start + s.len;
    return from < to && to <= text.len ? (dm_str){ text.p + from, to - from } : DM_NIL;
}

static void copy(char *out, size_t room, dm_str s)
{
    size_t n = s.len < room ? s.len : 0; /* what does not fit is none of ours */
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

/* The instrument of the request shortly before, to the same actor and by somebody else, that this one speaks of. */
static dm_status take_over(walk *w, int64_t event, dm_pressure *p, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(w->r->store), &q,
        "SELECT i.type, i.subject, a.act FROM event e CROSS JOIN sentence s ON s.n=e.sentence CROSS JOIN event a ON "
        "a.document=e.document "
        "AND "
        "+a.n<e.n"
        " JOIN sentence b ON b.n=a.sentence JOIN instrument i ON i.n=a.instrument"
        " WHERE e.n=?1 AND b.sequence>=s.sequence-?2 AND +a.type=e.type AND +a.act IS NOT NULL"
        " AND EXISTS(SELECT 1 FROM party p WHERE p.event=a.n AND p.role=1 AND +p.code=?3)"
        " AND NOT EXISTS(SELECT 1 FROM party p JOIN party o ON +o.code=+p.code WHERE p.event=a.n AND p.role=0 AND o.event=e.n "
        "AND "
        "o.role=0)"
        " ORDER BY +a.n DESC LIMIT 1",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, event);
    dm_bind_int(q, 2, NEAR_SENTENCES);
    dm_bind_str(q, 3, dm_str_of(w->actor->code));
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        copy(w->type, sizeof w->type, dm_col_str(q, 0));
        copy(w->subject, sizeof w->subject, dm_col_str(q, 1));
        copy(w->act, sizeof w->act, dm_col_str(q, 2));
        p->instrument = dm_str_of(w->type);
        p->subject = dm_str_of(w->subject);
        p->act = dm_str_of(w->act);
        p->taken = true;
    }
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

/* What is asked for: the event's own instrument, unless that is only how it is asked, or the one that its words refer to. */
static dm_status asked_for(walk *w, int64_t event, dm_pressure *p, dm_error *err)
{
    const dm_tables *tables = w->r->tables;
    dm_deed d = deed_of(p->request);
    dm_str behind = behind_trigger(p->request);
    p->against = dm_asked_against(tables, behind);
    if (d.act.len && !dm_asked_by_means(tables, &d, behind)) {
        p->instrument = d.instrument;
        p->subject = d.subject;
        p->act = d.act;
        return DM_OK;
    }
    return dm_asked_refers(tables, behind) ? take_over(w, event, p, err) : DM_OK;
}

static bool party_of(const dm_event *e, const char *code)
{
    for (uint32_t i = 0; i < e->n_actor; i++)
        if (strcmp(e->actor[i].code, code) == 0)
            return true;
    for (uint32_t i = 0; i < e->n_recipient; i++)
        if (strcmp(e->recipient[i].code, code) == 0)
            return true;
    return false;
}

static void add_about(dm_pressure *p, dm_str code)
{
    for (size_t i = 0; i < p->n_about; i++)
        if (dm_str_is(code, p->about[i]))
            return;
    if (p->n_about < DM_ABOUT_MAX && code.len && code.len < DM_CODE_MAX)
        copy(p->about[p->n_about++], DM_CODE_MAX, code);
}

/* At whom the instrument is aimed, then the third parties of the events in the same sentence. */
static dm_status concerns(walk *w, int64_t event, dm_pressure *p, dm_error *err)
{
    add_about(p, p->subject.len ? p->subject : p->request->event->instrument ? p->request->event->instrument->subject : DM_NIL);
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(w->r->store), &q,
        "SELECT DISTINCT p.code FROM event e JOIN party p ON p.event=e.n WHERE e.sentence=(SELECT sentence FROM event WHERE "
        "n=?1)"
        " AND p.role<2 AND p.code<>'' ORDER BY 1",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, event);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        char code[DM_CODE_MAX];
        copy(code, sizeof code, dm_col_str(q, 0));
        if (!party_of(p->request->event, code))
            add_about(p, dm_str_of(code));
    }
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

/* Candidates come as event, happening, day, day_end, type, aux, cameo, instrument, subject, act, document. */
#define DEED "e.n, e.happening, e.day, e.day_end, e.type, e.aux, e.cameo, i.type, i.subject, e.act, e.document"

static dm_status judge_rows(walk *w, dm_stmt *q, const dm_deed *request, const dm_pressure *p, dm_tie tie, dm_error *err)
{
    dm_status st = DM_OK;
    while (w->n_found < CANDIDATES_MAX && (st = dm_stmt_step(q, err)) == DM_OK) {
        dm_deed d = { .day = (dm_day)dm_col_int(q, 2),
            .day_end = (dm_day)dm_col_int(q, 3),
            .type = (uint8_t)dm_col_int(q, 4),
            .aux = (uint8_t)dm_col_int(q, 5),
            .cameo = dm_col_str(q, 6),
            .instrument = dm_col_str(q, 7),
            .subject = dm_col_str(q, 8),
            .act = dm_col_str(q, 9) };
        candidate c = { .event = dm_col_int(q, 0),
            .happening = dm_col_int(q, 1),
            .document = dm_col_int(q, 10),
            .act = dm_hash(d.act.p, d.act.len, (uint64_t)d.type << 8 | d.aux),
            .day = d.day,
            .said = dm_judge(w->r->tables, request, p->against, &d, tie) };
        if (c.said.answer != DM_ANSWER_NONE && (uint64_t)c.happening != p->request->happening)
            w->found[w->n_found++] = c;
    }
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

static dm_status on_instrument(walk *w, const dm_deed *request, const dm_pressure *p, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(w->r->store), &q,
        "SELECT " DEED
        " FROM instrument i CROSS JOIN event e ON e.instrument=i.n WHERE i.type=?1 AND i.subject=?2 AND e.day<=?3 AND e.day>=?6"
        " AND e.day_end>=?4 AND EXISTS(SELECT 1 FROM party p WHERE p.event=e.n AND p.role=0 AND +p.code=?5) ORDER BY e.day, "
        "e.n "
        "LIMIT 4096",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, p->instrument);
    dm_bind_str(q, 2, p->subject.len ? p->subject : DM_STR(""));
    dm_bind_int(q, 3, (int64_t)request->day_end + dm_answer_days(w->r->tables, DM_TIE_INSTRUMENT));
    dm_bind_int(q, 4, request->day);
    dm_bind_str(q, 5, dm_str_of(w->actor->code));
    dm_bind_int(q, 6, (int64_t)request->day - (request->day_end - request->day));
    return judge_rows(w, q, request, p, DM_TIE_INSTRUMENT, err);
}

static dm_status toward(walk *w, const char *asker, const dm_deed *request, const dm_pressure *p, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(w->r->store), &q,
        "SELECT " DEED " FROM dyad d CROSS JOIN event e ON e.n=d.event LEFT JOIN instrument i ON i.n=e.instrument"
        " WHERE d.actor=?1 AND d.target=?2 AND d.via<2 AND d.day<=?3 AND d.day>=?4 AND d.day_end>=?5 ORDER BY d.day, d.event "
        "LIMIT 4096",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(w->actor->code));
    dm_bind_str(q, 2, dm_str_of(asker));
    dm_bind_int(q, 3, (int64_t)request->day_end + dm_answer_days(w->r->tables, DM_TIE_ASKER));
    dm_bind_int(q, 4, (int64_t)request->day - (request->day_end - request->day));
    dm_bind_int(q, 5, request->day);
    return judge_rows(w, q, request, p, DM_TIE_ASKER, err);
}

static int by_rank_and_day(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->said.rank != y->said.rank)
        return x->said.rank < y->said.rank ? -1 : 1;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->event < y->event ? -1 : x->event > y->event;
}

/* Told before: by another report, or again in the same article. */
static bool told(const candidate *v, size_t n, const candidate *c)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].happening == c->happening || (v[i].document == c->document && v[i].act == c->act && v[i].day == c->day))
            return true;
    return false;
}

/* Of the strongest rank, one event of each happening, in order; the first few are loaded. */
static dm_status give_replies(walk *w, dm_pressure *p, dm_error *err)
{
    dm_status st = DM_OK;
    size_t n = 0;
    if (w->n_found)
        qsort(w->found, w->n_found, sizeof *w->found, by_rank_and_day);
    for (size_t i = 0; i < w->n_found && w->found[i].said.rank == w->found[0].said.rank && st == DM_OK; i++) {
        candidate c = w->found[i];
        if (told(w->found, n, &c))
            continue;
        w->found[n++] = c;
        p->answer = p->answer == DM_ANSWER_NONE || p->answer == c.said.answer ? c.said.answer : DM_ANSWER_BOTH;
        if (p->n_replies == DM_REPLIES_MAX)
            continue;
        loaded *l = &w->reply[p->n_replies];
        if ((st = load(w, c.event, l, err)) == DM_OK)
            p->reply[p->n_replies++] = (dm_reply){ &l->row, c.said.answer, c.said.line };
    }
    return st;
}

static dm_status answers(walk *w, dm_pressure *p, dm_error *err)
{
    dm_deed request = deed_of(p->request);
    request.instrument = p->instrument;
    request.subject = p->subject;
    request.act = p->act;
    w->n_found = 0;
    dm_status st = DM_OK;
    if (request.day == DM_DAY_NONE)
        return DM_OK;
    if (p->act.len && p->subject.len)
        st = on_instrument(w, &request, p, err);
    const dm_event *e = p->request->event;
    for (uint32_t i = 0; i < e->n_actor && st == DM_OK; i++)
        if (e->actor[i].code[0] && strcmp(e->actor[i].code, w->actor->code) != 0)
            st = toward(w, e->actor[i].code, &request, p, err);
    return st == DM_OK ? give_replies(w, p, err) : st;
}

static bool about_fits(const dm_pressure *p, const char *about)
{
    for (size_t i = 0; i < p->n_about; i++)
        if (strcmp(p->about[i], about) == 0)
            return true;
    return !about || !*about;
}

static dm_status on_request(void *ctx, int64_t event, dm_error *err)
{
    walk *w = ctx;
    dm_pressure p = { .request = &w->request.row };
    dm_status st = load(w, event, &w->request, err);
    if (st != DM_OK)
        return st;
    dm_deed d = deed_of(p.request);
    if (!dm_asks(w->r->tables, &d))
        return DM_OK;
    if ((st = asked_for(w, event, &p, err)) == DM_OK)
        st = concerns(w, event, &p, err);
    if (st != DM_OK || !about_fits(&p, w->about) || w->passed++ < w->offset)
        return st;
    if ((st = answers(w, &p, err)) == DM_OK)
        st = w->fn(w->ctx, &p, err);
    return st == DM_OK && ++w->given == w->limit ? DM_END : st;
}

static bool make_room(walk *w)
{
    w->found = calloc(CANDIDATES_MAX, sizeof *w->found);
    w->request.doc = dm_doc_new();
    bool ok = w->found && w->request.doc;
    for (int i = 0; i < DM_REPLIES_MAX; i++)
        ok = (w->reply[i].doc = dm_doc_new()) && ok;
    return ok;
}

dm_status dm_record_pressure(
    dm_record *r, const dm_who *actor, const char *about, const dm_filter *filter, dm_pressure_fn *fn, void *ctx, dm_error *err)
{
    dm_filter f = DM_FILTER_INIT;
    if (filter)
        f = *filter;
    if (!actor->code[0])
        return dm_fail(err, DM_EUSAGE, 0, "whose pressure? name a country or body");
    walk w = { .r = r, .actor = actor, .about = about, .offset = f.offset, .limit = f.limit, .fn = fn, .ctx = ctx };
    uint32_t types = dm_ask_types(r->tables);
    if (!types)
        return dm_fail(err, DM_ECORRUPT, 0, "the data has no table stance/answers; install it again");
    f.recipient = actor;
    f.n_recipient = 1;
    f.types = f.types ? f.types & types : types;
    f.without |= DM_NEGATION | DM_HYPOTHETICAL;
    f.happenings = true;
    f.offset = f.limit = 0;
    dm_status st = DM_OK;
    if (!make_room(&w))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the requests of the record");
    if (st == DM_OK && f.types)
        st = dm_store_find(r->store, &f, on_request, &w, err);
    dm_doc_free(w.request.doc);
    for (int i = 0; i < DM_REPLIES_MAX; i++)
        dm_doc_free(w.reply[i].doc);
    free(w.found);
    return st;
}

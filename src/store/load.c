// SPDX-License-Identifier: Apache-2.0
/* Rows back into documents: so that whatever writes coded events can write those of the record. */
#include "store/portion.h"
#include <math.h>
#include <stdlib.h>

#define EVENT_COLUMNS                                                                                                          \
    "e.n, e.document, e.id, s.sequence, s.start, s.len, s.kind, e.type, e.mode, e.aux, e.cameo, e.scale, e.goldstein, e.quad," \
    " e.contexts, e.when_from, e.when_to, e.when_precision, e.said_from, e.said_to, e.said_precision, e.trigger_start,"        \
    " e.trigger_len, e.confidence, e.why, i.type, i.body, i.subject, i.name, e.act, e.polarity, e.years, e.reasons,"           \
    " e.happening, e.day, e.day_end, e.when_start, e.when_len, d.hash"
#define EVENT_FROM                                                                                                             \
    " FROM event e JOIN sentence s ON s.n=e.sentence JOIN document d ON d.n=e.document LEFT JOIN instrument i ON "             \
    "i.n=e.instrument "
enum {
    C_N,
    C_DOCUMENT,
    C_ID,
    C_SEQUENCE,
    C_START,
    C_LEN,
    C_KIND,
    C_TYPE,
    C_MODE,
    C_AUX,
    C_CAMEO,
    C_SCALE,
    C_GOLDSTEIN,
    C_QUAD,
    C_CONTEXTS,
    C_WHEN_FROM,
    C_WHEN_TO,
    C_WHEN_PRECISION,
    C_SAID_FROM,
    C_SAID_TO,
    C_SAID_PRECISION,
    C_TRIGGER_START,
    C_TRIGGER_LEN,
    C_CONFIDENCE,
    C_WHY,
    C_I_TYPE,
    C_I_BODY,
    C_I_SUBJECT,
    C_I_NAME,
    C_ACT,
    C_POLARITY,
    C_YEARS,
    C_REASONS,
    C_HAPPENING,
    C_DAY,
    C_DAY_END,
    C_WHEN_START,
    C_WHEN_LEN,
    C_HASH,
    C_AT /* in a portion */
};

#define HEAD_COLUMNS                                                                                                           \
    "d.text, d.name, d.url, d.title, d.publication, d.language, d.day_from, d.day_to, d.day_precision, d.day_source, d.home"
#define PARTY_COLUMNS "p.role, p.code, p.sector, p.start, p.len"
#define REASON_COLUMNS "r.kind, r.start, r.len"
#define PORTION DM_ARRAY_1 " WITH ORDINALITY k(n, at)"

/* Of a document several events of which follow each other the head comes once. */
const dm_load_question dm_load_questions[DM_N_STREAMS] = {
    [LOAD_EVENT] = { "SELECT " EVENT_COLUMNS ", k.at" EVENT_FROM "JOIN " PORTION " ON k.n=e.n ORDER BY k.at", C_AT },
    [LOAD_HEAD] = { "SELECT " HEAD_COLUMNS
                    ", x.at FROM (SELECT k.at, e.document, lag(e.document) OVER (ORDER BY k.at) AS before "
                    "FROM " PORTION " JOIN event e ON e.n=k.n) x JOIN document d ON d.n=x.document WHERE x.before IS NULL OR "
                    "x.before<>x.document ORDER BY x.at",
        11 },
    [LOAD_PARTIES] = { "SELECT " PARTY_COLUMNS ", k.at FROM " PORTION
                       " JOIN party p ON p.event=k.n ORDER BY k.at, p.role, p.place",
        5 },
    [LOAD_REASONS] = { "SELECT " REASON_COLUMNS ", k.at FROM " PORTION " JOIN reason r ON r.event=k.n ORDER BY k.at, r.place",
        3 },
};

/* The first of the rows that are wanted of an event or of its document: out of the portion, or asked for alone. */
static dm_status first_row(dm_store *s, bool portion, dm_load which, dm_stmt **q, const char *sql, int64_t n, dm_error *err)
{
    if (portion)
        return dm_portion_row(s, which, q, err);
    dm_status st = dm_db_use(s->db, q, sql, err);
    if (st != DM_OK)
        return st;
    dm_bind_int(*q, 1, n);
    return dm_stmt_step(*q, err);
}

static dm_status next_row(dm_store *s, bool portion, dm_load which, dm_stmt *q, dm_error *err)
{
    return portion ? dm_portion_step(s, which, err) : dm_stmt_step(q, err);
}

static dm_str keep(dm_doc *doc, dm_str s) { return s.len ? dm_arena_str(&doc->arena, s) : DM_NIL; }

static void copy_z(char *out, size_t room, dm_str s)
{
    size_t n = s.len < room ? s.len : room - 1;
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

/* A span of the document, cut to it: a damaged record must not lead outside the text. */
static dm_span span_at(const dm_doc *doc, int64_t start, int64_t len)
{
    int64_t end = (int64_t)doc->text.len;
    if (start < 0 || len < 0 || start > end)
        return (dm_span){ 0, 0 };
    return (dm_span){ (uint32_t)start, (uint32_t)(len > end - start ? end - start : len) };
}

static dm_interval interval_at(dm_stmt *q, int at)
{
    dm_interval i = { .precision = (dm_precision)dm_col_int(q, at + 2) };
    i.from = dm_col_null(q, at) ? DM_DAY_NONE : (dm_day)dm_col_int(q, at);
    i.to = dm_col_null(q, at + 1) ? DM_DAY_NONE : (dm_day)dm_col_int(q, at + 1);
    return i;
}

static double real_at(dm_stmt *q, int at) { return dm_col_null(q, at) ? NAN : dm_col_real(q, at); }

static void fill_years(dm_instrument *in, dm_str years)
{
    dm_str year;
    while (in->n_years < DM_YEARS_MAX && dm_str_split(&years, ' ', &year)) {
        int y = dm_str_digits(year);
        if (y > 0)
            in->years[in->n_years++] = (int16_t)y;
    }
}

static bool fill_instrument(dm_doc *doc, dm_event *ev, dm_stmt *q)
{
    if (dm_col_null(q, C_I_TYPE))
        return true;
    dm_instrument *in = dm_arena_alloc(&doc->arena, 1, sizeof *in);
    if (!in)
        return false;
    in->type = keep(doc, dm_col_str(q, C_I_TYPE));
    in->body = keep(doc, dm_col_str(q, C_I_BODY));
    in->subject = keep(doc, dm_col_str(q, C_I_SUBJECT));
    in->name = keep(doc, dm_col_str(q, C_I_NAME));
    in->act = keep(doc, dm_col_str(q, C_ACT));
    in->polarity = (int8_t)dm_col_int(q, C_POLARITY);
    fill_years(in, dm_col_str(q, C_YEARS));
    ev->instrument = in;
    return true;
}

static bool fill_why(dm_doc *doc, dm_event *ev, dm_str lines)
{
    dm_str all = keep(doc, lines), line;
    uint32_t n = all.len > 0;
    for (size_t i = 0; i < all.len; i++)
        n += all.p[i] == '\n';
    ev->why = n ? dm_arena_alloc(&doc->arena, n, sizeof *ev->why) : NULL;
    while (ev->why && ev->n_why < n && dm_str_split(&all, '\n', &line))
        ev->why[ev->n_why++] = line;
    return n == 0 || ev->why;
}

/* The sentence at its place: sentences that carry no event are not kept, their places stay empty. */
static bool fill_sentence(dm_doc *doc, dm_stmt *q, uint32_t *sentence)
{
    int64_t sequence = dm_col_int(q, C_SEQUENCE);
    if (sequence < 0 || sequence > DM_DOC_MAX)
        sequence = 0;
    while (doc->sents.n <= (uint32_t)sequence) {
        dm_sent *s = DM_PUSH(&doc->arena, &doc->sents);
        if (!s)
            return false;
        s->kind = DM_SENT_NOISE;
    }
    dm_sent *s = &doc->sents.v[sequence];
    s->span = span_at(doc, dm_col_int(q, C_START), dm_col_int(q, C_LEN));
    s->kind = (uint8_t)dm_col_int(q, C_KIND);
    *sentence = (uint32_t)sequence;
    return true;
}

static bool fill_event(dm_doc *doc, dm_event *ev, dm_stmt *q)
{
    ev->id = (uint64_t)dm_col_int(q, C_ID);
    ev->type = (uint8_t)dm_col_int(q, C_TYPE) % DM_N_TYPES;
    copy_z(ev->mode, sizeof ev->mode, dm_col_str(q, C_MODE));
    ev->aux = (uint8_t)dm_col_int(q, C_AUX);
    copy_z(ev->cameo, sizeof ev->cameo, dm_col_str(q, C_CAMEO));
    ev->scale = real_at(q, C_SCALE);
    ev->goldstein = real_at(q, C_GOLDSTEIN);
    ev->quad = (int8_t)dm_col_int(q, C_QUAD);
    ev->contexts = (uint64_t)dm_col_int(q, C_CONTEXTS);
    ev->when = interval_at(q, C_WHEN_FROM);
    ev->said = interval_at(q, C_SAID_FROM);
    ev->trigger = span_at(doc, dm_col_int(q, C_TRIGGER_START), dm_col_int(q, C_TRIGGER_LEN));
    ev->when_words = span_at(doc, dm_col_int(q, C_WHEN_START), dm_col_int(q, C_WHEN_LEN));
    ev->confidence = dm_col_real(q, C_CONFIDENCE);
    return fill_sentence(doc, q, &ev->sentence) && fill_instrument(doc, ev, q) && fill_why(doc, ev, dm_col_str(q, C_WHY));
}

static dm_status load_parties(dm_store *s, dm_doc *doc, dm_event *ev, int64_t event, bool portion, dm_error *err)
{
    dm_stmt *q = NULL;
    DM_VEC(dm_party) v = { 0 };
    dm_status st = first_row(s, portion, LOAD_PARTIES, &q,
        "SELECT " PARTY_COLUMNS " FROM party p WHERE p.event=?1 ORDER BY p.role, p.place", event, err);
    for (; st == DM_OK; st = next_row(s, portion, LOAD_PARTIES, q, err)) {
        dm_party *p = DM_PUSH(&doc->arena, &v);
        if (!p)
            break;
        copy_z(p->code, sizeof p->code, dm_col_str(q, 1));
        copy_z(p->sector, sizeof p->sector, dm_col_str(q, 2));
        p->span = span_at(doc, dm_col_int(q, 3), dm_col_int(q, 4));
        int64_t role = dm_col_int(q, 0);
        ev->n_actor += role == 0;
        ev->n_recipient += role == 1;
        ev->n_attribution += role == 2;
    }
    if (!portion && q)
        dm_stmt_done(q);
    ev->actor = v.v;
    ev->recipient = v.n ? v.v + ev->n_actor : NULL;
    ev->attribution = v.n ? v.v + ev->n_actor + ev->n_recipient : NULL;
    return st == DM_END ? DM_OK : st;
}

static dm_status load_reasons(dm_store *s, dm_doc *doc, dm_event *ev, int64_t event, bool portion, dm_error *err)
{
    dm_stmt *q = NULL;
    DM_VEC(dm_reason) v = { 0 };
    dm_status st = first_row(
        s, portion, LOAD_REASONS, &q, "SELECT " REASON_COLUMNS " FROM reason r WHERE r.event=?1 ORDER BY r.place", event, err);
    for (; st == DM_OK; st = next_row(s, portion, LOAD_REASONS, q, err)) {
        dm_reason *r = DM_PUSH(&doc->arena, &v);
        if (!r)
            break;
        r->kind = (uint8_t)dm_col_int(q, 0);
        r->span = span_at(doc, dm_col_int(q, 1), dm_col_int(q, 2));
    }
    if (!portion && q)
        dm_stmt_done(q);
    ev->reason = v.v;
    ev->n_reason = v.n;
    return st == DM_END ? DM_OK : st;
}

static void fill_meta(dm_doc *doc, dm_stmt *q)
{
    dm_meta *m = &doc->meta;
    m->id = keep(doc, dm_col_str(q, 1));
    m->url = keep(doc, dm_col_str(q, 2));
    m->title = keep(doc, dm_col_str(q, 3));
    m->publisher = keep(doc, dm_col_str(q, 4));
    m->language = keep(doc, dm_col_str(q, 5));
    m->date = (dm_interval){ (dm_day)dm_col_int(q, 6), (dm_day)dm_col_int(q, 7), (dm_precision)dm_col_int(q, 8) };
    m->date_source = (uint8_t)dm_col_int(q, 9);
    copy_z(doc->home, sizeof doc->home, dm_col_str(q, 10));
}

/* Text and metadata of a document into doc, emptied. */
static dm_status load_head(dm_store *s, int64_t n, dm_doc *doc, bool portion, dm_error *err)
{
    dm_stmt *q = NULL;
    dm_status st = first_row(s, portion, LOAD_HEAD, &q, "SELECT " HEAD_COLUMNS " FROM document d WHERE d.n=?1", n, err);
    if (st == DM_END && portion) { /* it came with an event before, and another one was held since */
        portion = false;
        st = first_row(s, portion, LOAD_HEAD, &q, "SELECT " HEAD_COLUMNS " FROM document d WHERE d.n=?1", n, err);
    }
    if (st != DM_OK)
        return st;
    dm_doc_reset(doc);
    st = dm_doc_set_text(doc, dm_col_str(q, 0), err);
    if (st == DM_OK)
        fill_meta(doc, q);
    if (!portion)
        dm_stmt_done(q);
    return st;
}

static dm_status add_event(dm_store *s, dm_doc *doc, dm_stmt *q, bool portion, dm_error *err)
{
    int64_t row = dm_col_int(q, C_N), reasons = dm_col_int(q, C_REASONS);
    dm_event *ev = DM_PUSH(&doc->arena, &doc->events);
    if (ev)
        memset(ev, 0, sizeof *ev); /* the place of an earlier event of the same document */
    if (!ev || !fill_event(doc, ev, q))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for an event of the record");
    dm_status st = load_parties(s, doc, ev, row, portion, err);
    if (st == DM_OK && reasons)
        st = load_reasons(s, doc, ev, row, portion, err);
    if (st == DM_OK && doc->arena.failed)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for an event of the record");
    return st;
}

const uint8_t *dm_store_loaded_hash(const dm_store *s, int64_t event)
{
    return event && s->loaded == event ? s->loaded_hash : NULL;
}

static void keep_hash(dm_store *s, int64_t event, dm_str hash)
{
    s->loaded = hash.len == sizeof s->loaded_hash ? event : 0;
    if (s->loaded)
        memcpy(s->loaded_hash, hash.p, hash.len);
}

static dm_status load_row(dm_store *s, dm_stmt *q, bool portion, dm_doc *doc, int64_t *held, dm_filed *out, dm_error *err)
{
    int64_t document = dm_col_int(q, C_DOCUMENT);
    dm_status st = DM_OK;
    keep_hash(s, dm_col_int(q, C_N), dm_col_str(q, C_HASH));
    if (*held != document) {
        *held = 0;
        if ((st = load_head(s, document, doc, portion, err)) == DM_OK)
            *held = document;
    }
    doc->events.n = 0;
    if (st == DM_OK)
        st = add_event(s, doc, q, portion, err);
    if (st == DM_OK)
        *out = (dm_filed){ .doc = doc,
            .event = &doc->events.v[0],
            .happening = (uint64_t)dm_col_int(q, C_HAPPENING),
            .day = (dm_day)dm_col_int(q, C_DAY),
            .day_end = (dm_day)dm_col_int(q, C_DAY_END) };
    return st == DM_END
               ? dm_fail(err, DM_ECORRUPT, 0, "the record '%s' has no document %lld", dm_db_path(s->db), (long long)document)
               : st;
}

dm_status dm_store_load_event(dm_store *s, int64_t n, dm_doc *doc, int64_t *held, dm_filed *out, dm_error *err)
{
    dm_stmt *q = NULL;
    bool portion = dm_portion_has(s, n);
    dm_status st = first_row(s, portion, LOAD_EVENT, &q, "SELECT " EVENT_COLUMNS EVENT_FROM "WHERE e.n=?1", n, err);
    if (st == DM_OK) {
        st = load_row(s, q, portion, doc, held, out, err);
        if (!portion)
            dm_stmt_done(q);
    }
    if (portion)
        dm_portion_next(s);
    return st;
}

dm_status dm_store_load_document(dm_store *s, int64_t n, dm_doc *doc, dm_error *err)
{
    dm_status st = load_head(s, n, doc, false, err);
    dm_stmt *q;
    if (st == DM_OK)
        st = dm_db_use(s->db, &q, "SELECT " EVENT_COLUMNS EVENT_FROM "WHERE e.document=?1 ORDER BY e.n", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, n);
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        if ((st = add_event(s, doc, q, false, err)) != DM_OK)
            break;
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

// SPDX-License-Identifier: Apache-2.0
/* Rows back into documents: so that whatever writes coded events can write those of the record. */
#include "store/work.h"
#include <math.h>
#include <stdlib.h>

#define EVENT_COLUMNS                                                                                                          \
    "e.n, e.document, e.id, s.sequence, s.start, s.len, s.kind, e.type, e.mode, e.aux, e.cameo, e.scale, e.goldstein, e.quad," \
    " e.contexts, e.when_from, e.when_to, e.when_precision, e.said_from, e.said_to, e.said_precision, e.trigger_start,"        \
    " e.trigger_len, e.confidence, e.why, i.type, i.body, i.subject, i.name, e.act, e.polarity, e.years, e.reasons,"           \
    " e.happening, e.day, e.day_end, e.when_start, e.when_len FROM event e JOIN sentence s ON s.n=e.sentence LEFT JOIN "       \
    "instrument i ON "                                                                                                         \
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
    C_WHEN_LEN
};

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

static dm_status load_parties(dm_store *s, dm_doc *doc, dm_event *ev, int64_t event, dm_error *err)
{
    dm_stmt *q;
    dm_status st =
        dm_db_use(s->db, &q, "SELECT role, code, sector, start, len FROM party WHERE event=?1 ORDER BY role, place", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, event);
    DM_VEC(dm_party) v = { 0 };
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
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
    dm_stmt_done(q);
    ev->actor = v.v;
    ev->recipient = v.n ? v.v + ev->n_actor : NULL;
    ev->attribution = v.n ? v.v + ev->n_actor + ev->n_recipient : NULL;
    return st == DM_END ? DM_OK : st;
}

static dm_status load_reasons(dm_store *s, dm_doc *doc, dm_event *ev, int64_t event, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT kind, start, len FROM reason WHERE event=?1 ORDER BY place", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, event);
    DM_VEC(dm_reason) v = { 0 };
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        dm_reason *r = DM_PUSH(&doc->arena, &v);
        if (!r)
            break;
        r->kind = (uint8_t)dm_col_int(q, 0);
        r->span = span_at(doc, dm_col_int(q, 1), dm_col_int(q, 2));
    }
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
static dm_status load_head(dm_store *s, int64_t n, dm_doc *doc, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "SELECT text, name, url, title, publication, language, day_from, day_to, day_precision, day_source, home FROM document "
        "WHERE n=?1",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, n);
    if ((st = dm_stmt_step(q, err)) != DM_OK)
        return st;
    dm_doc_reset(doc);
    st = dm_doc_set_text(doc, dm_col_str(q, 0), err);
    if (st == DM_OK)
        fill_meta(doc, q);
    dm_stmt_done(q);
    return st;
}

static dm_status add_event(dm_store *s, dm_doc *doc, dm_stmt *q, dm_error *err)
{
    int64_t row = dm_col_int(q, C_N), reasons = dm_col_int(q, C_REASONS);
    dm_event *ev = DM_PUSH(&doc->arena, &doc->events);
    if (ev)
        memset(ev, 0, sizeof *ev); /* the place of an earlier event of the same document */
    if (!ev || !fill_event(doc, ev, q))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for an event of the record");
    dm_status st = load_parties(s, doc, ev, row, err);
    if (st == DM_OK && reasons)
        st = load_reasons(s, doc, ev, row, err);
    if (st == DM_OK && doc->arena.failed)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for an event of the record");
    return st;
}

dm_status dm_store_load_event(dm_store *s, int64_t n, dm_doc *doc, int64_t *held, dm_filed *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT " EVENT_COLUMNS "WHERE e.n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, n);
    if ((st = dm_stmt_step(q, err)) != DM_OK)
        return st;
    int64_t document = dm_col_int(q, C_DOCUMENT);
    if (*held != document) {
        *held = 0;
        if ((st = load_head(s, document, doc, err)) == DM_OK)
            *held = document;
    }
    doc->events.n = 0;
    if (st == DM_OK)
        st = add_event(s, doc, q, err);
    if (st == DM_OK)
        *out = (dm_filed){ .doc = doc,
            .event = &doc->events.v[0],
            .happening = (uint64_t)dm_col_int(q, C_HAPPENING),
            .day = (dm_day)dm_col_int(q, C_DAY),
            .day_end = (dm_day)dm_col_int(q, C_DAY_END) };
    dm_stmt_done(q);
    return st == DM_END
               ? dm_fail(err, DM_ECORRUPT, 0, "the record '%s' has no document %lld", dm_db_path(s->db), (long long)document)
               : st;
}

dm_status dm_store_load_document(dm_store *s, int64_t n, dm_doc *doc, dm_error *err)
{
    dm_status st = load_head(s, n, doc, err);
    dm_stmt *q;
    if (st != DM_OK || (st = dm_db_use(s->db, &q, "SELECT " EVENT_COLUMNS "WHERE e.document=?1 ORDER BY e.n", err)) != DM_OK)
        return st;
    dm_bind_int(q, 1, n);
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        if ((st = add_event(s, doc, q, err)) != DM_OK)
            break;
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

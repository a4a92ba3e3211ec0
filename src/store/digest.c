// SPDX-License-Identifier: Apache-2.0
/* Digests: their bytes, keeping them, walking over them. Numbers are written in sevens of bits, the lowest first; strings behind their
 * length. Each event stands for itself, so that more can be put behind it. */
#include "store/digest.h"
#include "store/batch.h"
#include <math.h>
#include <stdlib.h>

/* A score of two decimals is written as a number from SCORE_FIRST on; others as their eight bytes. */
enum { SCORE_NONE, SCORE_RAW, SCORE_FIRST, SCORE_MAX = 1000000 };

/* --- bytes --- */

static void put_number(dm_buf *out, uint64_t v)
{
    char bytes[10];
    size_t n = 0;
    for (; v > 0x7f; v >>= 7)
        bytes[n++] = (char)(uint8_t)(v | 0x80);
    bytes[n++] = (char)(uint8_t)v;
    dm_buf_add(out, bytes, n);
}

/* Small numbers of either sign stay short. */
static void put_signed(dm_buf *out, int64_t v) { put_number(out, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0)); }

static void put_str(dm_buf *out, dm_str s)
{
    put_number(out, s.len);
    dm_buf_add(out, s.p ? s.p : "", s.len);
}

static void put_score(dm_buf *out, double v)
{
    double hundredths = isfinite(v) && fabs(v) < SCORE_MAX ? round(v * 100) : 0;
    if (!isfinite(v)) {
        put_number(out, SCORE_NONE);
    } else if (hundredths / 100 == v && !(v == 0 && signbit(v))) {
        int64_t n = (int64_t)hundredths;
        put_number(out, ((uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0)) + SCORE_FIRST);
    } else {
        put_number(out, SCORE_RAW);
        dm_buf_add(out, (const char *)&v, sizeof v);
    }
}

void dm_digest_put(dm_buf *out, const dm_digest_event *e)
{
    put_number(out, (uint64_t)e->n);
    put_number(out, (uint64_t)e->sentence);
    put_number(out, (uint64_t)e->happening);
    put_number(out, (uint64_t)e->instrument);
    put_number(out, e->type);
    put_number(out, e->aux);
    put_number(out, e->contexts);
    put_signed(out, e->day);
    put_signed(out, (int64_t)e->day_end - e->day);
    put_score(out, e->confidence);
    put_score(out, e->scale);
    put_str(out, e->mode);
    put_str(out, e->act);
    put_number(out, e->n_party);
    for (uint32_t i = 0; i < e->n_party; i++) {
        put_number(out, e->party[i].role);
        put_str(out, dm_str_of(e->party[i].code));
        put_str(out, e->party[i].sector);
    }
}

static uint64_t take_number(dm_digest_reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; r->p < r->end && shift < 64; shift += 7) {
        uint8_t b = *r->p++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80)
            return v;
    }
    r->bad = true;
    return 0;
}

static int64_t sign_of(uint64_t v) { return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0)); }

static dm_str take_str(dm_digest_reader *r)
{
    uint64_t n = take_number(r);
    if (n > (uint64_t)(r->end - r->p)) {
        r->bad = true;
        return DM_NIL;
    }
    dm_str s = { n ? (const char *)r->p : NULL, (size_t)n };
    r->p += n;
    return s;
}

static double take_score(dm_digest_reader *r)
{
    uint64_t v = take_number(r);
    double raw = NAN;
    if (v >= SCORE_FIRST)
        return (double)sign_of(v - SCORE_FIRST) / 100;
    if (v == SCORE_NONE)
        return NAN;
    if ((size_t)(r->end - r->p) < sizeof raw) {
        r->bad = true;
        return NAN;
    }
    memcpy(&raw, r->p, sizeof raw);
    r->p += sizeof raw;
    return raw;
}

static void take_party(dm_digest_reader *r, dm_digest_party *p)
{
    p->role = (uint8_t)take_number(r);
    dm_str code = take_str(r);
    r->bad |= code.len >= DM_CODE_MAX;
    memset(p->code, 0, sizeof p->code);
    if (!r->bad && code.len)
        memcpy(p->code, code.p, code.len);
    p->sector = take_str(r);
}

static dm_day take_day(dm_digest_reader *r, int64_t from)
{
    int64_t day = from + sign_of(take_number(r) & ((UINT64_C(1) << 40) - 1)); /* not so far that the sum overflows */
    r->bad |= day < INT32_MIN || day > INT32_MAX;
    return r->bad ? DM_DAY_NONE : (dm_day)day;
}

static void take_parties(dm_digest_reader *r, dm_digest_event *e)
{
    uint64_t n = take_number(r);
    if (n > (uint64_t)(r->end - r->p)) { /* each takes three bytes at least */
        r->bad = true;
        return;
    }
    if (n > r->cap) {
        dm_digest_party *more = realloc(r->party, n * sizeof *more);
        if (!more) {
            r->failed = true;
            return;
        }
        r->party = more;
        r->cap = (uint32_t)n;
    }
    for (uint32_t i = 0; i < n && !r->bad; i++)
        take_party(r, &r->party[i]);
    e->party = r->party;
    e->n_party = (uint32_t)n;
}

bool dm_digest_take(dm_digest_reader *r, dm_digest_event *out)
{
    if (r->p == r->end || r->bad || r->failed)
        return false;
    out->n = (int64_t)take_number(r);
    out->sentence = (int64_t)take_number(r);
    out->happening = (int64_t)take_number(r);
    out->instrument = (int64_t)take_number(r);
    uint64_t type = take_number(r), aux = take_number(r);
    r->bad |= type >= DM_N_TYPES || aux > UINT8_MAX;
    out->type = r->bad ? 0 : (uint8_t)type;
    out->aux = r->bad ? 0 : (uint8_t)aux;
    out->contexts = take_number(r);
    out->day = take_day(r, 0);
    out->day_end = take_day(r, out->day);
    out->confidence = take_score(r);
    out->scale = take_score(r);
    out->mode = take_str(r);
    out->act = take_str(r);
    take_parties(r, out);
    return !r->bad && !r->failed;
}

void dm_digest_reader_free(dm_digest_reader *r)
{
    free(r->party);
    r->party = NULL;
    r->cap = 0;
}

static void read_from(dm_digest_reader *r, dm_str bytes)
{
    static const uint8_t none[1];
    r->p = bytes.len ? (const uint8_t *)bytes.p : none;
    r->end = r->p + bytes.len;
}

/* What a reader that stopped says. */
static dm_status told(const dm_digest_reader *r, const dm_db *db, int64_t document, dm_error *err)
{
    if (r->failed)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document");
    return r->bad ? dm_fail(err, DM_ECORRUPT, 0, "the record '%s' is damaged (digest of document %lld); restore a copy",
                        dm_db_path(db), (long long)document)
                  : DM_OK;
}

/* --- keeping --- */

static dm_status read_one(dm_store *s, int64_t document, dm_buf *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q, "SELECT events FROM digest WHERE document=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        dm_str bytes = dm_col_str(q, 0);
        dm_buf_add(out, bytes.p ? bytes.p : "", bytes.len);
        dm_stmt_done(q);
    }
    if (out->failed)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document");
    return st == DM_END ? DM_OK : st;
}

static dm_status write_one(dm_db *db, int64_t document, dm_str bytes, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(db, &q,
        bytes.len
            ? "INSERT INTO digest(document, events) VALUES(?1, ?2) ON CONFLICT(document) DO UPDATE SET events=excluded.events"
            : "DELETE FROM digest WHERE document=?1",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    if (bytes.len)
        dm_bind_blob(q, 2, bytes);
    return dm_stmt_run(q, err);
}

dm_status dm_digest_save(dm_store *s, int64_t document, dm_str bytes, bool more, dm_error *err)
{
    if (!more)
        return write_one(dm_store_db(s), document, bytes, err);
    if (bytes.len == 0)
        return DM_OK;
    dm_buf all = { 0 };
    dm_status st = read_one(s, document, &all, err);
    if (st == DM_OK && dm_buf_add(&all, bytes.p, bytes.len) != DM_OK)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document");
    if (st == DM_OK)
        st = write_one(dm_store_db(s), document, (dm_str){ all.p, all.len }, err);
    dm_buf_free(&all);
    return st;
}

dm_status dm_digest_move(dm_store *s, int64_t document, int64_t event, int64_t happening, dm_error *err)
{
    dm_buf old = { 0 }, now = { 0 };
    dm_status st = dm_bring_digest(s, document, err);
    if (st == DM_OK)
        st = read_one(s, document, &old, err);
    dm_digest_reader r = { 0 };
    dm_digest_event e;
    read_from(&r, (dm_str){ old.p, old.len });
    while (st == DM_OK && dm_digest_take(&r, &e)) {
        if (e.n == event)
            e.happening = happening;
        dm_digest_put(&now, &e);
    }
    if (st == DM_OK)
        st = told(&r, dm_store_db(s), document, err);
    if (st == DM_OK && now.failed)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document");
    if (st == DM_OK)
        st = write_one(dm_store_db(s), document, (dm_str){ now.p, now.len }, err);
    dm_digest_reader_free(&r);
    dm_buf_free(&old);
    dm_buf_free(&now);
    return st;
}

/* --- from the rows --- */

typedef struct making {
    dm_db *db;
    dm_buf bytes, strings; /* of one document; sectors of one event */
    dm_digest_party *party;
    size_t *at; /* [cap] where the party's sector begins in strings */
    uint32_t n, cap;
    int64_t document;
} making;

static dm_status take_row(making *m, dm_stmt *q, dm_error *err)
{
    if (m->n == m->cap) {
        uint32_t cap = m->cap ? m->cap * 2 : 16;
        dm_digest_party *party = realloc(m->party, cap * sizeof *party);
        m->party = party ? party : m->party;
        size_t *at = realloc(m->at, cap * sizeof *at);
        m->at = at ? at : m->at;
        if (!party || !at)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for the parties of an event");
        m->cap = cap;
    }
    dm_digest_party *p = &m->party[m->n];
    dm_str code = dm_col_str(q, 1), sector = dm_col_str(q, 2);
    *p = (dm_digest_party){ .role = (uint8_t)dm_col_int(q, 0), .sector = { NULL, sector.len } };
    memcpy(p->code, code.p ? code.p : "", code.len < DM_CODE_MAX ? code.len : DM_CODE_MAX - 1);
    m->at[m->n++] = m->strings.len;
    return dm_buf_add(&m->strings, sector.p ? sector.p : "", sector.len) == DM_OK
               ? DM_OK
               : dm_fail(err, DM_ENOMEM, 0, "out of memory for the parties of an event");
}

static dm_status take_rows(making *m, int64_t event, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(m->db, &q, "SELECT role, code, sector FROM party WHERE event=?1 ORDER BY role, place", err);
    if (st != DM_OK)
        return st;
    dm_buf_clear(&m->strings);
    m->n = 0;
    dm_bind_int(q, 1, event);
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        if ((st = take_row(m, q, err)) != DM_OK) {
            dm_stmt_done(q);
            return st;
        }
    for (uint32_t i = 0; i < m->n; i++)
        m->party[i].sector.p = m->strings.p + m->at[i];
    return st == DM_END ? DM_OK : st;
}

static dm_status flush(making *m, dm_error *err)
{
    dm_status st = m->bytes.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document") : DM_OK;
    if (st == DM_OK && m->document)
        st = write_one(m->db, m->document, (dm_str){ m->bytes.p, m->bytes.len }, err);
    dm_buf_clear(&m->bytes);
    return st;
}

static dm_status make_row(making *m, dm_stmt *q, dm_error *err)
{
    dm_status st = DM_OK;
    if (dm_col_int(q, 0) != m->document)
        st = flush(m, err);
    m->document = dm_col_int(q, 0);
    dm_digest_event e = { .n = dm_col_int(q, 1),
        .sentence = dm_col_int(q, 2),
        .happening = dm_col_int(q, 3),
        .type = (uint8_t)dm_col_int(q, 4),
        .aux = (uint8_t)dm_col_int(q, 5),
        .contexts = (uint64_t)dm_col_int(q, 6),
        .day = (dm_day)dm_col_int(q, 7),
        .day_end = (dm_day)dm_col_int(q, 8),
        .confidence = dm_col_real(q, 9),
        .scale = dm_col_null(q, 10) ? NAN : dm_col_real(q, 10),
        .mode = dm_col_str(q, 11),
        .act = dm_col_str(q, 12),
        .instrument = dm_col_int(q, 13) };
    if (st == DM_OK)
        st = take_rows(m, e.n, err);
    e.party = m->party;
    e.n_party = m->n;
    if (st == DM_OK)
        dm_digest_put(&m->bytes, &e);
    return st;
}

dm_status dm_digest_make_all(dm_db *db, dm_error *err)
{
    making m = { .db = db };
    dm_stmt *q = NULL;
    dm_status st = dm_db_exec(db, "DELETE FROM digest", err);
    if (st == DM_OK)
        st = dm_db_prepare_long(db, &q,
            "SELECT document, n, sentence, happening, type, aux, contexts, day, day_end, confidence, scale, mode, act, "
            "instrument"
            " FROM event ORDER BY document, n",
            err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        st = make_row(&m, q, err);
    if (st == DM_END)
        st = flush(&m, err);
    dm_stmt_free(q);
    dm_buf_free(&m.bytes);
    dm_buf_free(&m.strings);
    free(m.party);
    free(m.at);
    return st;
}

/* --- walking --- */

dm_status dm_digest_walk(dm_store *s, dm_digest_fn *fn, void *ctx, dm_error *err)
{
    dm_stmt *q = NULL;
    dm_digest_reader r = { 0 };
    dm_status st = dm_db_prepare_long(dm_store_db(s), &q,
        "SELECT d.family, d.n, g.events FROM document d CROSS JOIN digest g ON g.document=d.n ORDER BY d.family, d.n", err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        int64_t family = dm_col_int(q, 0), document = dm_col_int(q, 1);
        dm_str bytes = dm_col_str(q, 2);
        dm_digest_event e;
        read_from(&r, bytes);
        while (st == DM_OK && dm_digest_take(&r, &e))
            st = fn(ctx, family, document, &e, err);
        if (st == DM_OK)
            st = told(&r, dm_store_db(s), document, err);
    }
    dm_digest_reader_free(&r);
    dm_stmt_free(q);
    return st == DM_END ? DM_OK : st;
}

// SPDX-License-Identifier: Apache-2.0
/* New rows of a batch on their way to the server, put down as COPY's binary rows when they are inserted. Most columns are never asked for
 * while a batch is filed: of those tables the memory holds the columns that filing reads (`kept`), or nothing. */
#include "store/outgoing.h"
#include "base/room.h"
#include "store/postgres.h"
#include <math.h>
#include <stdlib.h>

/* A row is its number, if the table numbers its rows, then the statement's parameters, then words cut from the last of them.
 * types of the parameters: i whole number, r real, t text. */
typedef struct outgoing_table {
    const char *head;       /* of the statement that inserts */
    const char *into;       /* for COPY */
    const char *types;      /* of the parameters */
    const char *kept;       /* statement for the memory, or NULL */
    const uint8_t keeps[8]; /* its parameters: NUMBER, or which of ours; ends with 0 */
    uint8_t moves;          /* the parameter that may change before the row is sent: its happening; 0: none */
    bool numbered, words;
    bool once; /* of one document each first parameter once; all of a document's rows come together */
    dm_base base;
} outgoing_table;

enum { NUMBER = 255 };

static const outgoing_table tables[DM_N_OUTGOING] = {
    { .head = "INSERT INTO sentence(",
        .into = "sentence(n, document, sequence, start, len, kind, text, words)",
        .types = "iiiiit",
        .numbered = true,
        .words = true,
        .base = BASE_SENTENCE },
    { .head = "INSERT INTO event(",
        .into =
            "event(n, id, document, sentence, happening, type, mode, aux, cameo, scale, goldstein, quad, contexts, day, "
            "day_end, "
            "when_from, when_to, when_precision, said_from, said_to, said_precision, trigger_start, trigger_len, confidence, "
            "why, instrument, act, polarity, years, reasons, when_start, when_len)",
        .types = "iiiii"
                 "titrr"
                 "iiii"
                 "iiiiii"
                 "ii"
                 "rt"
                 "itit"
                 "iii",
        .kept =
            "INSERT INTO event(n, id, document, happening, day, day_end, when_precision) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        .once = true,
        .keeps = { NUMBER, 1, 2, 4, 13, 14, 17 },
        .moves = 4,
        .numbered = true,
        .base = BASE_EVENT },
    { .head = "INSERT INTO party ",
        .into = "party(event, role, place, code, sector, start, len, day, type, aux, contexts)",
        .types = "iiittiiiiii" },
    { .head = "INSERT INTO dyad ",
        .into = "dyad(actor, target, day, event, via, day_end, type, aux, contexts, mode, scale, confidence, instrument, act, "
                "polarity, others_word, happening, document, id, years, sector)",
        .types = "ttiiiiiii"
                 "trr"
                 "tt"
                 "iiiii"
                 "tt",
        .kept = "INSERT INTO dyad(actor, target, day, event, via, document, type) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        .keeps = { 1, 2, 3, 4, 5, 18, 7 },
        .moves = 17 },
    { .head = "INSERT INTO reason ", .into = "reason(event, place, kind, start, len)", .types = "iiiii" },
    { .head = "INSERT INTO band ", .into = "band(hash, document)", .types = "ii" }, /* bands.c */
    { .head = "INSERT INTO story ",
        .into = "story(term, day, document)",
        .types = "iii",
        .kept = "INSERT INTO story VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING",
        .keeps = { 1, 2, 3 } },
};

const char *dm_outgoing_into(int table) { return tables[table].into; }

int dm_outgoing_table(const char *sql)
{
    for (int i = 0; i < DM_N_OUTGOING; i++)
        if (strncmp(sql, tables[i].head, strlen(tables[i].head)) == 0)
            return i;
    return -1;
}

/* --- rows in binary --- */

void dm_copy_length(dm_buf *out, uint32_t n)
{
    const char b[4] = { (char)(n >> 24), (char)(n >> 16 & 0xFF), (char)(n >> 8 & 0xFF), (char)(n & 0xFF) };
    dm_buf_add(out, b, sizeof b);
}

void dm_copy_eight(dm_buf *out, uint64_t v)
{
    char b[12] = { 0, 0, 0, 8 };
    v = dm_pg_line_order(v);
    memcpy(b + 4, &v, sizeof v);
    dm_buf_add(out, b, sizeof b);
}

void dm_copy_real(dm_buf *out, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    dm_copy_eight(out, bits);
}

void dm_copy_str(dm_buf *out, dm_str v)
{
    dm_copy_length(out, (uint32_t)v.len);
    dm_buf_add(out, v.p ? v.p : "", v.len);
}

dm_status dm_copy_words(dm_words *words, dm_buf *out, dm_str text, dm_error *err)
{
    size_t at = out->len;
    dm_copy_length(out, 0);
    dm_status st = dm_words_binary(words, text, out, err);
    uint32_t n = (uint32_t)(out->len - at - 4);
    for (int i = 0; i < 4 && st == DM_OK; i++)
        out->p[at + (size_t)i] = (char)(n >> 8 * (3 - i) & 0xFF);
    return st;
}

/* --- a statement that puts a row down --- */

enum { PARAMS_MAX = 32 };

typedef struct value {
    bool there;
    union {
        int64_t i;
        double r;
        dm_str s;
    };
} value;

typedef struct putting {
    dm_stmt base;
    const outgoing_table *t;
    struct dm_batch *b;
    dm_stmt *inner; /* NULL: nothing is kept */
    value v[PARAMS_MAX];
} putting;

static putting *of(dm_stmt *s) { return (putting *)s; }

static void bind_int(dm_stmt *s, int at, int64_t v)
{
    of(s)->v[at - 1].i = v;
    of(s)->v[at - 1].there = true;
}

static void bind_real(dm_stmt *s, int at, double v)
{
    of(s)->v[at - 1].r = v;
    of(s)->v[at - 1].there = !isnan(v); /* as SQLite takes it */
}

static void bind_str(dm_stmt *s, int at, dm_str v)
{
    of(s)->v[at - 1].s = v;
    of(s)->v[at - 1].there = v.p != NULL;
}

static void bind_null(dm_stmt *s, int at) { of(s)->v[at - 1].there = false; }

static void forget(putting *p)
{
    for (size_t i = 0; p->t->types[i]; i++)
        p->v[i].there = false;
}

/* 1: the document has none with this id yet; -1: out of memory. */
static int first_of_id(struct dm_batch *b, int64_t document, int64_t id)
{
    if (b->last_document != document)
        dm_numbers_clear(&b->ids);
    b->last_document = document;
    return dm_numbers_add(&b->ids, id ? id : 1);
}

/* What filing will read of the row. *fresh: it was not there. */
static dm_status keep(putting *p, int64_t number, bool *fresh, dm_error *err)
{
    const outgoing_table *t = p->t;
    int first = t->once ? first_of_id(p->b, p->v[1].i, p->v[0].i) : 1;
    *fresh = first > 0;
    if (first <= 0 || !t->kept)
        return first < 0 ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch") : DM_OK;
    dm_stmt *q;
    dm_status st = dm_db_use(p->b->memory, &q, t->kept, err);
    for (int i = 0; i < (int)sizeof t->keeps && t->keeps[i] && st == DM_OK; i++) {
        const value *v = t->keeps[i] == NUMBER ? NULL : &p->v[t->keeps[i] - 1];
        if (!v)
            dm_bind_int(q, i + 1, number);
        else if (t->types[v - p->v] == 't')
            dm_bind_str(q, i + 1, v->s);
        else
            dm_bind_int(q, i + 1, v->i);
    }
    if (st == DM_OK)
        st = dm_stmt_run(q, err);
    *fresh = st == DM_OK && dm_db_changes(p->b->memory) > 0;
    return st;
}

static bool remember_place(dm_places *places, int64_t event, size_t at)
{
    if (!DM_ROOM(places->v, places->n, places->cap, 1024))
        return false;
    places->v[places->n++] = (dm_place){ event, at };
    return true;
}

static dm_status put_down(putting *p, int64_t number, dm_error *err)
{
    const outgoing_table *t = p->t;
    size_t n = strlen(t->types), table = (size_t)(t - tables);
    dm_buf *out = &p->b->out[table];
    dm_status st = DM_OK;
    bool placed = true;
    dm_buf_add(out, (const char[]){ 0, (char)(n + t->numbered + t->words) }, 2);
    if (t->numbered)
        dm_copy_eight(out, (uint64_t)number);
    for (size_t i = 0; i < n; i++) {
        if (i + 1 == t->moves)
            placed = remember_place(&p->b->places[table], t->numbered ? number : p->v[3].i, out->len + 4);
        if (!p->v[i].there)
            dm_copy_length(out, UINT32_MAX);
        else if (t->types[i] == 'i')
            dm_copy_eight(out, (uint64_t)p->v[i].i);
        else if (t->types[i] == 'r')
            dm_copy_real(out, p->v[i].r);
        else
            dm_copy_str(out, p->v[i].s);
    }
    if (t->words)
        st = dm_copy_words(p->b->words_of, out, p->v[n - 1].s, err);
    return st == DM_OK && (out->failed || !placed) ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch") : st;
}

static dm_status step(dm_stmt *s, dm_error *err)
{
    putting *p = of(s);
    bool fresh = false;
    int64_t number = p->t->numbered ? p->b->next[p->t->base] + 1 : 0;
    dm_status st = keep(p, number, &fresh, err);
    if (st == DM_OK && fresh)
        st = put_down(p, number, err);
    p->b->last = fresh ? number : 0;
    p->b->last_fresh = fresh;
    p->b->outgoing_last = true;
    if (st == DM_OK && fresh && p->t->numbered)
        p->b->next[p->t->base] = number;
    forget(p);
    return st == DM_OK ? DM_END : st;
}

static void done(dm_stmt *s) { forget(of(s)); }

static const dm_engine outgoing = { .bind_int = bind_int,
    .bind_real = bind_real,
    .bind_str = bind_str,
    .bind_blob = bind_str,
    .bind_null = bind_null,
    .step = step,
    .done = done };

dm_stmt *dm_outgoing_use(struct dm_batch *b, int table)
{
    if (!b->putting[table]) {
        putting *p = calloc(1, sizeof *p);
        if (!p)
            return NULL;
        p->base = (dm_stmt){ &outgoing, b->memory, tables[table].head };
        p->t = &tables[table];
        p->b = b;
        b->putting[table] = &p->base;
    }
    forget(of(b->putting[table]));
    return b->putting[table];
}

/* --- rows that change before they are sent --- */

/* The first place of an event that is not before it. Places are in the order of events. */
static size_t first_of(const dm_places *places, int64_t event)
{
    size_t low = 0, high = places->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (places->v[mid].event < event)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void dm_outgoing_move(struct dm_batch *b, int64_t event, int64_t happening)
{
    uint64_t v = dm_pg_line_order((uint64_t)happening);
    for (int t = 0; t < DM_N_OUTGOING; t++) {
        const dm_places *places = &b->places[t];
        for (size_t i = first_of(places, event); i < places->n && places->v[i].event == event; i++)
            memcpy(b->out[t].p + places->v[i].at, &v, sizeof v);
    }
}

void dm_outgoing_clear(struct dm_batch *b)
{
    for (int t = 0; t < DM_N_OUTGOING; t++) {
        dm_buf_clear(&b->out[t]);
        b->places[t].n = 0;
    }
    memcpy(b->next, b->base, sizeof b->next);
    b->last_document = 0;
}

void dm_outgoing_free(struct dm_batch *b)
{
    for (int t = 0; t < DM_N_OUTGOING; t++) {
        dm_buf_free(&b->out[t]);
        free(b->places[t].v);
        free(b->putting[t]);
    }
    free(b->ids.v);
}

// SPDX-License-Identifier: Apache-2.0
/* Filters as SQL. The walk is driven by the most selective index that also gives the order (by day, then row): one pair of codes by its
 * dyads, one code by its parties, else the events by day; everything else is a condition on the rows.
 *
 * Without parties and with `since`, two walks follow each other: first the few long events (over LONG_DAYS) that began before and last
 * into the time asked for, then the rest from there on; so the walk by day begins where it should. */
#include "store/work.h"
#include <stdio.h>
#include <stdlib.h>

enum { LONG_DAYS = 400, VALUES_MAX = 4 * DM_WHO_MAX * 2 + 32, TEXT_MAX = 1000 };

typedef struct value {
    bool is_str, is_real;
    int64_t n;
    double r;
    dm_str s;
} value;

/* What is asked of the rows. */
typedef enum asked { ASK_ROW, ASK_HAPPENING, ASK_COUNTS } asked;

typedef enum part { PART_ALL, PART_LONG, PART_REST } part;

typedef struct query {
    dm_buf sql;
    value v[VALUES_MAX];
    int n;
    const char *row;  /* column of the event's number: "d.event" */
    char alias;       /* whose day, type, aux, contexts */
    bool needs_event; /* the event's own row is asked for and not the driver */
    bool failed;
    char text[TEXT_MAX * 2 + 16];
} query;

static void put(query *q, const char *z) { dm_buf_add(&q->sql, z, strlen(z)); }

static void put_value(query *q, value v)
{
    if (q->n == VALUES_MAX) {
        q->failed = true;
        return;
    }
    q->v[q->n++] = v;
    char mark[16];
    snprintf(mark, sizeof mark, "?%d", q->n);
    put(q, mark);
}

static void put_int(query *q, int64_t n) { put_value(q, (value){ .n = n }); }
static void put_text(query *q, const char *z) { put_value(q, (value){ .is_str = true, .s = dm_str_of(z) }); }

/* " AND a.column" */
static void also(query *q, const char *column)
{
    char text[64];
    snprintf(text, sizeof text, " AND %c.%s", q->alias, column);
    put(q, text);
}

static void of_event(query *q, const char *condition)
{
    q->needs_event = true;
    put(q, " AND e.");
    put(q, condition);
}

/* (x.code=? AND x.sector=? OR ...) */
static void put_who(query *q, const dm_who *who, size_t n, const char *alias)
{
    put(q, "(");
    for (size_t i = 0; i < n; i++) {
        put(q, i ? " OR (1" : "(1");
        if (who[i].code[0]) {
            put(q, " AND "), put(q, alias), put(q, ".code="), put_text(q, who[i].code);
        }
        if (who[i].sector[0]) {
            put(q, " AND instr("), put(q, alias), put(q, ".sector, "), put_text(q, who[i].sector),
                put(q, ")>0"); /* "PTY+OPP" */
        }
        put(q, ")");
    }
    put(q, ")");
}

/* A party in one of the roles ("0", "0,1") is one of the list. */
static void put_party(query *q, const dm_who *who, size_t n, const char *roles)
{
    if (n == 0)
        return;
    put(q, " AND EXISTS(SELECT 1 FROM party x WHERE x.event="), put(q, q->row), put(q, " AND x.role IN ("), put(q, roles),
        put(q, ") AND ");
    put_who(q, who, n, "x");
    put(q, ")");
}

static bool one_code(const dm_who *who, size_t n) { return n == 1 && who[0].code[0] != '\0'; }

/* Words as an FTS5 query that cannot fail: each word and each quoted phrase as a string, * behind it kept. */
static const char *fts_query(query *q, const char *text)
{
    size_t n = 0, len = strlen(text);
    for (size_t i = 0; i < len && n + 8 < sizeof q->text;) {
        while (i < len && text[i] == ' ')
            i++;
        if (i == len)
            break;
        bool phrase = text[i] == '"';
        i += phrase;
        q->text[n++] = '"';
        size_t from = n;
        while (i < len && n + 8 < sizeof q->text && (phrase ? text[i] != '"' : text[i] != ' ')) {
            if (text[i] != '"' && text[i] != '*')
                q->text[n++] = text[i];
            i++;
        }
        bool prefix = i > 0 && text[i - 1] == '*';
        i += phrase && i < len;
        prefix |= phrase && i < len && text[i] == '*';
        if (n == from) {
            n--;
            continue;
        }
        q->text[n++] = '"';
        if (prefix)
            q->text[n++] = '*';
        q->text[n++] = ' ';
    }
    q->text[n] = '\0';
    return n ? q->text : "\"\"";
}

/* FROM and the key conditions. */
static void put_driver(query *q, const dm_filter *f)
{
    if (one_code(f->actor, f->n_actor) && one_code(f->recipient, f->n_recipient)) {
        q->row = "d.event", q->alias = 'd';
        put(q, " FROM dyad d @ WHERE d.actor="), put_text(q, f->actor[0].code);
        put(q, " AND d.target="), put_text(q, f->recipient[0].code), put(q, " AND d.via<2");
        return;
    }
    const dm_who *who = one_code(f->actor, f->n_actor)           ? f->actor
                        : one_code(f->recipient, f->n_recipient) ? f->recipient
                                                                 : NULL;
    const dm_who *speaker = !who && one_code(f->speaker, f->n_speaker) ? f->speaker : NULL;
    if (who || speaker) {
        q->row = "p.event", q->alias = 'p';
        put(q, " FROM (SELECT DISTINCT day, event, type, aux, contexts FROM party WHERE code="),
            put_text(q, (who ? who : speaker)->code);
        put(q, who == NULL ? " AND role=2" : who == f->actor ? " AND role=0" : " AND role=1");
        put(q, " ORDER BY day, event) p @ WHERE 1");
        return;
    }
    q->row = "e.n", q->alias = 'e';
    put(q, " FROM event e WHERE 1");
}

static void put_days(query *q, const dm_filter *f, part p)
{
    if (f->until != DM_DAY_NONE)
        also(q, "day<="), put_int(q, f->until);
    if (f->since == DM_DAY_NONE)
        return;
    if (q->alias == 'p')
        of_event(q, "day_end>=");
    else
        also(q, "day_end>=");
    put_int(q, f->since);
    if (p == PART_LONG)
        also(q, "day_end>e.day+400"), also(q, "day<"), put_int(q, (int64_t)f->since - LONG_DAYS);
    else if (p == PART_REST)
        also(q, "day>="), put_int(q, (int64_t)f->since - LONG_DAYS);
}

static void put_kind(query *q, const dm_filter *f)
{
    if (f->types) {
        also(q, "type IN (");
        for (int i = 0, first = 1; i < DM_N_TYPES; i++)
            if (f->types >> i & 1) {
                put(q, first ? "" : ",");
                put_int(q, i);
                first = 0;
            }
        put(q, ")");
    }
    if (f->contexts)
        also(q, "contexts & "), put_int(q, (int64_t)f->contexts);
    if (f->with || f->without) {
        also(q, "aux & "), put_int(q, f->with | f->without);
        put(q, " = "), put_int(q, f->with);
    }
    if (f->mode)
        of_event(q, "mode="), put_text(q, f->mode);
    if (f->confidence > 0)
        of_event(q, "confidence>="), put_value(q, (value){ .is_real = true, .r = f->confidence });
    if (f->id)
        of_event(q, "id="), put_int(q, (int64_t)f->id);
    if (f->happening)
        of_event(q, "happening="), put_int(q, (int64_t)f->happening);
}

static void put_instrument(query *q, const dm_filter *f)
{
    if (f->instrument || f->subject) {
        of_event(q, "instrument IN (SELECT n FROM instrument WHERE 1");
        if (f->instrument)
            put(q, " AND type="), put_text(q, f->instrument);
        if (f->subject)
            put(q, " AND subject="), put_text(q, f->subject);
        put(q, ")");
    }
    if (f->act)
        of_event(q, "act="), put_text(q, f->act);
}

static void put_source(query *q, const dm_filter *f)
{
    if (f->source) {
        of_event(q, "document IN (SELECT n FROM document WHERE publication="), put_text(q, f->source);
        put(q, " UNION SELECT n FROM document WHERE name="), put_text(q, f->source), put(q, ")");
    }
    if (f->text && *f->text) {
        of_event(q, "sentence IN (SELECT rowid FROM sentence_text WHERE sentence_text MATCH ");
        put_text(q, fts_query(q, f->text)), put(q, ")");
    }
}

/* The @ of the driver becomes the join with the event, where that is needed. */
static bool put_join(query *q)
{
    char *at = q->sql.failed ? NULL : memchr(q->sql.p, '@', q->sql.len);
    if (!at)
        return !q->sql.failed;
    char join[48] = "";
    if (q->needs_event)
        snprintf(join, sizeof join, "CROSS JOIN event e ON e.n=%s", q->row);
    dm_buf out = { 0 };
    dm_buf_add(&out, q->sql.p, (size_t)(at - q->sql.p));
    dm_buf_add(&out, join, strlen(join));
    dm_buf_add(&out, at + 1, q->sql.len - (size_t)(at + 1 - q->sql.p));
    dm_buf_free(&q->sql);
    q->sql = out;
    return !out.failed;
}

/* SELECT and its columns. */
static void put_columns(const query *q, asked what, dm_buf *out)
{
    const char *row = what == ASK_COUNTS ? "count(*), count(DISTINCT e.happening), count(DISTINCT e.document)" : q->row;
    dm_buf_add(out, "SELECT ", 7);
    dm_buf_add(out, row, strlen(row));
    if (what == ASK_HAPPENING)
        dm_buf_add(out, ", e.happening", 13);
}

/* The statement for one part, prepared and bound. */
static dm_status prepare(dm_store *s, const dm_filter *f, part p, asked what, query *q, dm_stmt **out, dm_error *err)
{
    memset(q, 0, sizeof *q);
    put_driver(q, f);
    put_days(q, f, p);
    put_kind(q, f);
    bool pair = q->alias == 'd';
    put_party(q, f->actor, pair && !f->actor[0].sector[0] ? 0 : f->n_actor, "0");
    put_party(q, f->recipient, pair && !f->recipient[0].sector[0] ? 0 : f->n_recipient, pair ? "0,1" : "1");
    put_party(q, f->either, f->n_either, "0,1");
    put_party(q, f->speaker, f->n_speaker, "2");
    put_instrument(q, f);
    put_source(q, f);
    q->needs_event |= what != ASK_ROW;
    if (what != ASK_COUNTS) {
        char tail[96];
        const char *way = f->newest_first ? " DESC" : "";
        snprintf(tail, sizeof tail, " ORDER BY %c.day%s, %s%s", q->alias, way, q->row, way);
        put(q, tail);
    }
    dm_status st = DM_OK;
    dm_buf sql = { 0 };
    put_columns(q, what, &sql);
    if (!put_join(q) || dm_buf_add(&sql, q->sql.p, q->sql.len) != DM_OK || dm_buf_add(&sql, "", 1) != DM_OK)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    else if (q->failed)
        st = dm_fail(err, DM_EUSAGE, 0, "the filter has more than %d values", VALUES_MAX);
    if (st == DM_OK)
        st = dm_db_prepare(s->db, out, sql.p, err);
    for (int i = 0; st == DM_OK && i < q->n; i++) {
        if (q->v[i].is_str)
            dm_bind_str(*out, i + 1, q->v[i].s.len ? q->v[i].s : DM_STR(""));
        else if (q->v[i].is_real)
            dm_bind_real(*out, i + 1, q->v[i].r);
        else
            dm_bind_int(*out, i + 1, q->v[i].n);
    }
    dm_buf_free(&q->sql);
    dm_buf_free(&sql);
    return st;
}

static bool by_day_alone(const dm_filter *f)
{
    return !one_code(f->actor, f->n_actor) && !one_code(f->recipient, f->n_recipient) && !one_code(f->speaker, f->n_speaker);
}

/* Happenings that were given already. Open addressing; 0 is free. */
typedef struct seen {
    int64_t *slot;
    size_t n, cap;
} seen;

static bool grow(seen *s)
{
    size_t cap = s->cap ? s->cap * 2 : 1024;
    int64_t *slot = calloc(cap, sizeof *slot);
    if (!slot)
        return false;
    for (size_t i = 0; i < s->cap; i++)
        if (s->slot[i]) {
            size_t k = dm_hash(&s->slot[i], sizeof *slot, 0) & (cap - 1);
            while (slot[k])
                k = (k + 1) & (cap - 1);
            slot[k] = s->slot[i];
        }
    free(s->slot);
    *s = (seen){ slot, s->n, cap };
    return true;
}

/* 1 new, 0 seen, -1 out of memory. */
static int see(seen *s, int64_t happening)
{
    if (s->n * 2 >= s->cap && !grow(s))
        return -1;
    size_t k = dm_hash(&happening, sizeof happening, 0) & (s->cap - 1);
    for (; s->slot[k]; k = (k + 1) & (s->cap - 1))
        if (s->slot[k] == happening)
            return 0;
    s->slot[k] = happening;
    s->n++;
    return 1;
}

typedef struct walk {
    dm_store *s;
    const dm_filter *f;
    seen seen;
    uint64_t passed, given;
} walk;

static dm_status walk_part(walk *w, part p, dm_row_fn *fn, void *ctx, dm_error *err)
{
    query *q = malloc(sizeof *q);
    dm_stmt *rows = NULL;
    dm_status st = q ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    if (st == DM_OK)
        st = prepare(w->s, w->f, p, w->f->happenings ? ASK_HAPPENING : ASK_ROW, q, &rows, err);
    while (st == DM_OK && !(w->f->limit && w->given == w->f->limit) && (st = dm_stmt_step(rows, err)) == DM_OK) {
        int fresh = w->f->happenings ? see(&w->seen, dm_col_int(rows, 1)) : 1;
        if (fresh < 0)
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the happenings of a query");
        if (fresh <= 0 || w->passed++ < w->f->offset)
            continue;
        w->given++;
        st = fn(ctx, dm_col_int(rows, 0), err);
    }
    dm_stmt_free(rows);
    free(q);
    return st;
}

dm_status dm_store_find(dm_store *s, const dm_filter *f, dm_row_fn *fn, void *ctx, dm_error *err)
{
    walk w = { .s = s, .f = f };
    dm_status st = DM_END;
    if (by_day_alone(f) && f->since != DM_DAY_NONE) {
        const part order[2] = { f->newest_first ? PART_REST : PART_LONG, f->newest_first ? PART_LONG : PART_REST };
        for (int i = 0; i < 2 && st == DM_END; i++)
            st = walk_part(&w, order[i], fn, ctx, err);
    } else {
        st = walk_part(&w, PART_ALL, fn, ctx, err);
    }
    free(w.seen.slot);
    return st == DM_END ? DM_OK : st;
}

static dm_status count_part(dm_store *s, const dm_filter *f, part p, uint64_t *sum, dm_error *err)
{
    query *q = malloc(sizeof *q);
    dm_stmt *rows = NULL;
    dm_status st = q ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    if (st == DM_OK)
        st = prepare(s, f, p, ASK_COUNTS, q, &rows, err);
    if (st == DM_OK && (st = dm_stmt_step(rows, err)) == DM_OK)
        for (int i = 0; i < 3; i++)
            sum[i] += (uint64_t)dm_col_int(rows, i);
    dm_stmt_free(rows);
    free(q);
    return st;
}

dm_status dm_store_count(
    dm_store *s, const dm_filter *f, uint64_t *events, uint64_t *happenings, uint64_t *documents, dm_error *err)
{
    uint64_t sum[3] = { 0 };
    dm_status st = count_part(s, f, PART_ALL, sum, err);
    if (st == DM_OK) {
        *events = sum[0];
        *happenings = sum[1];
        *documents = sum[2];
    }
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* Counts by a key, and who is in the record. Rows that pass a filter are put into a table of this connection first, so that the same walk
 * (find.c) decides in every command; where very many pass, digests are counted (census.c). */
#include "store/census.h"
#include <stdio.h>

enum { KEY_MAX = DM_COUNT_KEY_MAX, SQL_MAX = 1200 };

static bool wants_all(const dm_filter *f)
{
    return !f->n_actor && !f->n_recipient && !f->n_either && !f->n_speaker && !f->types && !f->mode && !f->contexts &&
           !f->with && !f->without && !f->instrument && !f->subject && !f->act && !f->source && !(f->text && *f->text) &&
           f->since == DM_DAY_NONE && f->until == DM_DAY_NONE && !f->id && !f->happening && f->confidence <= 0;
}

static dm_status pick_one(void *ctx, int64_t event, dm_error *err)
{
    dm_store *s = ctx;
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q, "INSERT INTO temp.picked VALUES(?1)", err);
    if (st == DM_OK)
        dm_bind_int(q, 1, event);
    return st == DM_OK ? dm_stmt_run(q, err) : st;
}

static dm_status pick(dm_store *s, const dm_filter *f, dm_error *err)
{
    dm_filter all = *f;
    all.happenings = false;
    all.limit = all.offset = 0;
    dm_status st = dm_db_exec(
        dm_store_db(s), "CREATE TEMP TABLE IF NOT EXISTS picked(n INTEGER PRIMARY KEY); DELETE FROM temp.picked", err);
    return st == DM_OK ? dm_store_find(s, &all, pick_one, s, err) : st;
}

/* Key, second key, and what is joined to the event e for it. */
typedef struct key {
    const char *name, *key, *other, *join, *order;
} key;

#define BITS "JOIN (WITH RECURSIVE b(bit) AS (SELECT 0 UNION ALL SELECT bit+1 FROM b WHERE bit<62) SELECT bit FROM b) b ON "
#define MOST "5 DESC, 1, 2"
static const key keys[] = {
    [DM_BY_ALL] = { "", "''", "''", "", MOST },
    [DM_BY_TYPE] = { "type", "t.name", "''", "JOIN type t ON t.n=e.type", MOST },
    [DM_BY_YEAR] = { "year", "CASE WHEN e.day=-2147483648 THEN 'undated' ELSE strftime('%Y', e.day*86400, 'unixepoch') END",
        "''", "", "1" },
    [DM_BY_ACTOR] = { "actor", "p.code", "''", "JOIN party p ON p.event=e.n AND p.role=0 AND p.code<>''", MOST },
    [DM_BY_RECIPIENT] = { "recipient", "p.code", "''", "JOIN party p ON p.event=e.n AND p.role=1 AND p.code<>''", MOST },
    [DM_BY_DYAD] = { "dyad", "y.actor", "y.target", "JOIN dyad y ON y.event=e.n AND y.via<2", MOST },
    [DM_BY_CONTEXT] = { "context", "b.bit", "''", BITS "((e.contexts >> b.bit) & 1)=1", MOST },
    [DM_BY_STATUS] = { "status",
        "CASE b.bit WHEN 0 THEN 'done' WHEN 1 THEN 'negated' WHEN 2 THEN 'planned' WHEN 3 THEN 'hypothetical' ELSE "
        "'historical' "
        "END",
        "''", BITS "b.bit<5 AND CASE b.bit WHEN 0 THEN (e.aux & 7)=0 ELSE ((e.aux >> (b.bit-1)) & 1)=1 END", MOST },
    [DM_BY_SOURCE] = { "source", "coalesce(d.publication, '')", "''", "", MOST },
    [DM_BY_INSTRUMENT] = { "instrument", "i.type", "i.subject", "JOIN instrument i ON i.n=e.instrument", MOST },
};
enum { N_KEYS = sizeof keys / sizeof *keys };

dm_status dm_by_find(dm_by *out, const char *name, dm_error *err)
{
    for (int i = 1; i < (int)N_KEYS; i++)
        if (strcmp(keys[i].name, name) == 0) {
            *out = (dm_by)i;
            return DM_OK;
        }
    return dm_fail(err, DM_EUSAGE, 0,
        "cannot count by '%.40s'; there are type, year, actor, recipient, dyad, context, status, source and instrument", name);
}

static void copy(char out[KEY_MAX], dm_str s)
{
    size_t n = s.len < KEY_MAX ? s.len : KEY_MAX - 1;
    while (n < s.len && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--; /* never inside a character */
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

static dm_status give(dm_stmt *q, dm_by by, dm_tally_fn *fn, void *ctx, dm_error *err)
{
    char name[KEY_MAX], other[KEY_MAX];
    copy(name, dm_col_str(q, 0));
    copy(other, dm_col_str(q, 1));
    dm_tally row = { .key = name,
        .other = other,
        .independent = (uint64_t)dm_col_int(q, 2),
        .documents = (uint64_t)dm_col_int(q, 3),
        .events = (uint64_t)dm_col_int(q, 4),
        .happenings = (uint64_t)dm_col_int(q, 5) };
    if (by == DM_BY_CONTEXT)
        row.key = dm_context_name((unsigned)dm_col_int(q, 0)) ? dm_context_name((unsigned)dm_col_int(q, 0)) : "";
    return fn(ctx, &row, err);
}

/* All of the record: articles without events count as documents, too. */
static dm_status count_all(dm_store *s, dm_tally_fn *fn, void *ctx, dm_error *err)
{
    dm_db *db = dm_store_db(s);
    int64_t n[4] = { 0 };
    static const char *const sql[] = { "SELECT count(*) FROM event", "SELECT count(*) FROM happening",
        "SELECT count(*) FROM document", "SELECT count(DISTINCT family) FROM document" };
    dm_status st = DM_OK;
    for (int i = 0; i < 4 && st == DM_OK; i++)
        st = dm_db_number(db, sql[i], &n[i], err);
    dm_tally row = { "", "", (uint64_t)n[0], (uint64_t)n[1], (uint64_t)n[2], (uint64_t)n[3] };
    return st == DM_OK ? fn(ctx, &row, err) : st;
}

dm_status dm_store_stats(dm_store *s, dm_by by, const dm_filter *f, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err)
{
    bool many = wants_all(f);
    if (many && by == DM_BY_ALL)
        return count_all(s, fn, ctx, err);
    dm_status st = many ? DM_OK : dm_store_many(s, f, &many, err);
    if (st != DM_OK)
        return st;
    return many ? dm_census_stats(s, by, f, limit, fn, ctx, err) : dm_tally_stats(s, by, f, limit, fn, ctx, err);
}

dm_status dm_tally_stats(dm_store *s, dm_by by, const dm_filter *f, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err)
{
    bool all = wants_all(f);
    const key *k = &keys[by];
    char sql[SQL_MAX];
    snprintf(sql, sizeof sql,
        "SELECT %s, %s, count(DISTINCT d.family), count(DISTINCT e.document), count(DISTINCT e.n), count(DISTINCT e.happening)"
        " FROM %s JOIN document d ON d.n=e.document %s%s ORDER BY %s LIMIT %lld",
        k->key, k->other, all ? "event e" : "temp.picked k CROSS JOIN event e ON e.n=k.n", k->join,
        by == DM_BY_ALL ? "" : " GROUP BY 1, 2", k->order, limit ? (long long)limit : -1LL);
    dm_stmt *q = NULL;
    dm_status st = all ? DM_OK : pick(s, f, err);
    if (st == DM_OK)
        st = dm_db_prepare(dm_store_db(s), &q, sql, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        st = give(q, by, fn, ctx, err);
    dm_stmt_free(q);
    return st == DM_END ? DM_OK : st;
}

/* Most common on the other side of the actor's events, whichever side it is on itself. */
static dm_status counterparts(dm_store *s, bool all, dm_presence *row, dm_error *err)
{
    static const char every[] =
        "SELECT code, count(DISTINCT event) FROM (SELECT target AS code, event FROM dyad WHERE actor=?1 AND via<2"
        " UNION ALL SELECT actor, event FROM dyad WHERE target=?1 AND via<2) o WHERE code<>?1 GROUP BY 1 ORDER BY 2 DESC, 1 "
        "LIMIT 3";
    static const char picked[] =
        "SELECT code, count(DISTINCT event) FROM (SELECT target AS code, event FROM dyad WHERE actor=?1 AND via<2"
        " UNION ALL SELECT actor, event FROM dyad WHERE target=?1 AND via<2) o WHERE code<>?1 AND event IN (SELECT n FROM "
        "temp.picked) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3";
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q, all ? every : picked, err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(row->code));
    for (row->n_with = 0; row->n_with < DM_COUNTERPARTS && (st = dm_stmt_step(q, err)) == DM_OK; row->n_with++) {
        dm_str code = dm_col_str(q, 0);
        size_t n = code.len < DM_CODE_MAX ? code.len : DM_CODE_MAX - 1;
        if (n)
            memcpy(row->with[row->n_with].code, code.p, n);
        row->with[row->n_with].code[n] = '\0';
        row->with[row->n_with].events = (uint64_t)dm_col_int(q, 1);
    }
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

static dm_status give_actor(dm_store *s, dm_stmt *q, bool all, dm_presence_fn *fn, void *ctx, dm_error *err)
{
    char code[KEY_MAX];
    copy(code, dm_col_str(q, 0));
    dm_presence row = { .code = code,
        .name = dm_str_of(code),
        .as_actor = (uint64_t)dm_col_int(q, 1),
        .as_recipient = (uint64_t)dm_col_int(q, 2),
        .first = dm_col_null(q, 3) ? DM_DAY_NONE : (dm_day)dm_col_int(q, 3),
        .last = dm_col_null(q, 4) ? DM_DAY_NONE : (dm_day)dm_col_int(q, 4) };
    dm_status st = counterparts(s, all, &row, err);
    return st == DM_OK ? fn(ctx, &row, err) : st;
}

dm_status dm_store_actors(
    dm_store *s, const dm_filter *f, uint64_t offset, uint64_t limit, dm_presence_fn *fn, void *ctx, dm_error *err)
{
    bool many = wants_all(f);
    dm_status st = many ? DM_OK : dm_store_many(s, f, &many, err);
    if (st != DM_OK)
        return st;
    return many ? dm_census_actors(s, f, offset, limit, fn, ctx, err) : dm_tally_actors(s, f, offset, limit, fn, ctx, err);
}

dm_status dm_tally_actors(
    dm_store *s, const dm_filter *f, uint64_t offset, uint64_t limit, dm_presence_fn *fn, void *ctx, dm_error *err)
{
    bool all = wants_all(f);
    char sql[SQL_MAX];
    snprintf(sql, sizeof sql,
        "SELECT p.code, count(DISTINCT CASE WHEN p.role=0 THEN p.event END), count(DISTINCT CASE WHEN p.role=1 THEN p.event "
        "END),"
        " min(nullif(p.day, -2147483648)), max(nullif(p.day, -2147483648)) FROM %s WHERE p.role<2 AND p.code<>'' GROUP BY "
        "p.code"
        " ORDER BY count(DISTINCT p.event) DESC, p.code LIMIT %lld OFFSET %lld",
        all ? "party p" : "temp.picked k CROSS JOIN party p ON p.event=k.n", limit ? (long long)limit : -1LL,
        (long long)offset);
    dm_stmt *q = NULL;
    dm_status st = all ? DM_OK : pick(s, f, err);
    if (st == DM_OK)
        st = dm_db_prepare(dm_store_db(s), &q, sql, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        st = give_actor(s, q, all, fn, ctx, err);
    dm_stmt_free(q);
    return st == DM_END ? DM_OK : st;
}

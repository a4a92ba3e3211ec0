// SPDX-License-Identifier: Apache-2.0
/* Overview, pairs, sources and near copies. With a filter, its rows are put into a table of this connection first, so that one walk
 * (find.c) decides everywhere. */
#include "store/census.h"
#include "store/schema.h"
#include <math.h>
#include <stdio.h>

enum { SQL_MAX = 1400, NAME_MAX_BYTES = 400 };

bool dm_filter_open(const dm_filter *f)
{
    bool who = f->n_actor || f->n_recipient || f->n_either || f->n_speaker;
    bool what = f->types || f->mode || f->contexts || f->with || f->without || f->instrument || f->subject || f->act;
    bool where = f->source || (f->text && *f->text) || f->id || f->happening || f->confidence > 0;
    return !who && !what && !where && f->since == DM_DAY_NONE && f->until == DM_DAY_NONE && !f->happenings;
}

static dm_status choose_one(void *ctx, int64_t event, dm_error *err)
{
    dm_store *s = ctx;
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q, "INSERT INTO temp.chosen VALUES(?1) ON CONFLICT DO NOTHING", err);
    if (st == DM_OK)
        dm_bind_int(q, 1, event);
    return st == DM_OK ? dm_stmt_run(q, err) : st;
}

dm_status dm_store_choose(dm_store *s, const dm_filter *f, dm_error *err)
{
    dm_db *db = dm_store_db(s);
    dm_filter all = *f;
    all.offset = all.limit = 0;
    dm_status st =
        dm_db_exec(db, "CREATE TEMP TABLE IF NOT EXISTS chosen(n INTEGER PRIMARY KEY); BEGIN; DELETE FROM temp.chosen", err);
    if (st == DM_OK)
        st = dm_store_find(s, &all, choose_one, s, err);
    dm_status end = dm_db_exec(db, "COMMIT", st == DM_OK ? err : NULL);
    return st == DM_OK ? end : st;
}

dm_status dm_store_overview(dm_store *s, dm_overview *out, dm_error *err)
{
    static const char *const sql[] = { "SELECT count(*) FROM document", "SELECT count(DISTINCT family) FROM document",
        "SELECT count(*) FROM event", "SELECT count(*) FROM happening",
        "SELECT coalesce((SELECT min(day) FROM event WHERE day>-2147483648), -2147483648)",
        "SELECT coalesce((SELECT max(day) FROM event WHERE day>-2147483648), -2147483648)" };
    int64_t n[6] = { 0 };
    dm_status st = DM_OK;
    for (int i = 0; i < 6 && st == DM_OK; i++)
        st = dm_db_number(dm_store_db(s), sql[i], &n[i], err);
    if (st == DM_OK)
        *out = (dm_overview){ (uint64_t)n[0], (uint64_t)n[1], (uint64_t)n[2], (uint64_t)n[3], (dm_day)n[4], (dm_day)n[5],
            DM_SCHEMA_VERSION };
    return st;
}

static void copy(char *out, size_t room, dm_str s)
{
    size_t n = s.len < room ? s.len : room - 1;
    while (n < s.len && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--; /* never inside a character */
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

static bool among(const dm_who *who, size_t n, const char *code)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (who[i].code[0] && strcmp(who[i].code, code) == 0)
            return true;
        any = any || who[i].code[0] == '\0'; /* asked for by sector alone */
    }
    return n == 0 || any;
}

bool dm_pair_asked_for(const dm_filter *f, const char *actor, const char *target)
{
    return among(f->actor, f->n_actor, actor) && among(f->recipient, f->n_recipient, target) &&
           (f->n_either == 0 || among(f->either, f->n_either, actor) || among(f->either, f->n_either, target));
}

dm_status dm_store_pairs(dm_store *s, const dm_filter *f, uint32_t deeds, dm_pair_fn *fn, void *ctx, dm_error *err)
{
    bool many = dm_filter_open(f);
    dm_status st = many || f->happenings ? DM_OK : dm_store_many(s, f, &many, err);
    if (st != DM_OK)
        return st;
    return many ? dm_census_pairs(s, f, deeds, fn, ctx, err) : dm_tally_pairs(s, f, deeds, fn, ctx, err);
}

dm_status dm_tally_pairs(dm_store *s, const dm_filter *f, uint32_t deeds, dm_pair_fn *fn, void *ctx, dm_error *err)
{
    bool all = dm_filter_open(f);
    char sql[SQL_MAX], actor[16], target[16];
    snprintf(sql, sizeof sql,
        "SELECT y.actor, y.target, count(*), count(DISTINCT y.happening), count(DISTINCT y.document), "
        "sum(CASE WHEN ((%u >> CAST(y.type AS INTEGER)) & 1)=1 AND (y.aux & 7)=0 THEN 1 ELSE 0 END), "
        "avg(y.scale)"
        " FROM %s WHERE y.via<2 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        (unsigned)deeds, all ? "dyad y" : "temp.chosen k CROSS JOIN dyad y ON y.event=k.n");
    dm_stmt *q = NULL;
    dm_status st = all ? DM_OK : dm_store_choose(s, f, err);
    if (st == DM_OK)
        st = dm_db_prepare(dm_store_db(s), &q, sql, err);
    for (uint64_t passed = 0; st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK;) {
        copy(actor, sizeof actor, dm_col_str(q, 0));
        copy(target, sizeof target, dm_col_str(q, 1));
        if (!dm_pair_asked_for(f, actor, target) || passed++ < f->offset)
            continue;
        if (f->limit && passed > f->offset + f->limit)
            break;
        uint64_t n = (uint64_t)dm_col_int(q, 2), done = (uint64_t)dm_col_int(q, 5);
        dm_pair row = { .actor = actor,
            .recipient = target,
            .events = n,
            .happenings = (uint64_t)dm_col_int(q, 3),
            .documents = (uint64_t)dm_col_int(q, 4),
            .words = n - done,
            .deeds = done,
            .scale = dm_col_null(q, 6) ? NAN : dm_col_real(q, 6) };
        st = fn(ctx, &row, err);
    }
    dm_stmt_free(q);
    return st == DM_END ? DM_OK : st;
}

static dm_day day_at(dm_stmt *q, int at) { return dm_col_null(q, at) ? DM_DAY_NONE : (dm_day)dm_col_int(q, at); }

dm_status dm_store_sources(dm_store *s, uint64_t offset, uint64_t limit, dm_source_fn *fn, void *ctx, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q,
        "SELECT coalesce(d.publication, ''), count(*), sum((SELECT count(*) FROM event e WHERE e.document=d.n)),"
        " min(nullif(d.day_from, -2147483648)), max(nullif(d.day_to, -2147483648)) FROM document d GROUP BY 1"
        " ORDER BY 3 DESC, 1 LIMIT ?1 OFFSET ?2",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, limit ? (int64_t)limit : INT64_MAX);
    dm_bind_int(q, 2, (int64_t)offset);
    char name[NAME_MAX_BYTES];
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        copy(name, sizeof name, dm_col_str(q, 0));
        dm_source row = { name, (uint64_t)dm_col_int(q, 1), (uint64_t)dm_col_int(q, 2), day_at(q, 3), day_at(q, 4) };
        st = fn(ctx, &row, err);
    }
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_near(dm_store *s, const uint8_t hash[DM_HASH_BYTES], dm_copy_fn *fn, void *ctx, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q,
        "SELECT lower(hex(d.hash)), d.name, d.publication, d.title, d.day_from FROM document o JOIN document d ON "
        "d.family=o.family"
        " AND d.n<>o.n WHERE o.hash=?1 ORDER BY d.day_from, d.n LIMIT ?2",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_blob(q, 1, (dm_str){ (const char *)hash, DM_HASH_BYTES });
    dm_bind_int(q, 2, DM_NEAR_MAX);
    char digits[2 * DM_HASH_BYTES + 1];
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        copy(digits, sizeof digits, dm_col_str(q, 0));
        dm_copy row = { digits, dm_col_str(q, 1), dm_col_str(q, 2), dm_col_str(q, 3), (dm_day)dm_col_int(q, 4) };
        st = fn(ctx, &row, err);
    }
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

// SPDX-License-Identifier: Apache-2.0
/* Reviews: rows that are only added, and marked when they are taken back. The latest that is not taken back counts. */
#include "store/desk.h"
#include <stdio.h>

enum { SQL_MAX = 900 };

static dm_str hash_str(const uint8_t *hash) { return (dm_str){ (const char *)hash, DM_HASH_BYTES }; }

/* DM_EUSAGE unless the document has the event. */
static dm_status check_event(dm_store *s, const uint8_t *hash, uint64_t event, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(
        dm_store_db(s), &q, "SELECT 1 FROM event e JOIN document d ON d.n=e.document WHERE d.hash=?1 AND e.id=?2", err);
    if (st != DM_OK)
        return st;
    dm_bind_blob(q, 1, hash_str(hash));
    dm_bind_int(q, 2, (int64_t)event);
    st = dm_stmt_step(q, err);
    dm_stmt_done(q);
    return st == DM_END ? dm_fail(err, DM_EUSAGE, 0, "no event %016llx in that document; it may have been coded again",
                              (unsigned long long)event)
                        : st;
}

static dm_status insert(dm_store *s, const uint8_t *hash, const dm_review *r, uint64_t *n, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q,
        "INSERT INTO review(document, event, verdict, fix, reviewer, at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", err);
    if (st != DM_OK)
        return st;
    dm_bind_blob(q, 1, hash_str(hash));
    dm_bind_int(q, 2, (int64_t)r->event);
    dm_bind_int(q, 3, (int)r->verdict);
    dm_bind_str(q, 4, r->verdict == DM_VERDICT_FIX ? r->fix : DM_NIL);
    dm_bind_str(q, 5, dm_str_of(r->reviewer));
    dm_bind_int(q, 6, r->at);
    if ((st = dm_stmt_run(q, err)) == DM_OK)
        *n = (uint64_t)dm_db_last_id(dm_store_db(s));
    return st;
}

static dm_status finish(dm_store *s, dm_status st, dm_error *err)
{
    if (st == DM_OK)
        st = dm_db_commit(dm_store_db(s), err);
    dm_db_rollback(dm_store_db(s)); /* nothing to do after a commit */
    return st;
}

dm_status dm_store_review_put(dm_store *s, const uint8_t hash[DM_HASH_BYTES], const dm_review *r, uint64_t *n, dm_error *err)
{
    dm_status st = dm_db_begin(dm_store_db(s), err);
    if (st != DM_OK)
        return st;
    if ((st = check_event(s, hash, r->event, err)) == DM_OK)
        st = insert(s, hash, r, n, err);
    return finish(s, st, err);
}

/* The latest that counts: its row, 0 when there is none. */
static dm_status latest(dm_store *s, const uint8_t *hash, uint64_t event, uint64_t *n, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(
        dm_store_db(s), &q, "SELECT n FROM review WHERE document=?1 AND event=?2 AND undone=0 ORDER BY n DESC LIMIT 1", err);
    if (st != DM_OK)
        return st;
    dm_bind_blob(q, 1, hash_str(hash));
    dm_bind_int(q, 2, (int64_t)event);
    st = dm_stmt_step(q, err);
    *n = st == DM_OK ? (uint64_t)dm_col_int(q, 0) : 0;
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

static dm_status mark(dm_store *s, uint64_t n, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q, "UPDATE review SET undone=1 WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, (int64_t)n);
    return dm_stmt_run(q, err);
}

dm_status dm_store_review_undo(dm_store *s, const uint8_t hash[DM_HASH_BYTES], uint64_t event, uint64_t *n, dm_error *err)
{
    uint64_t row = 0;
    dm_status st = dm_db_begin(dm_store_db(s), err);
    if (st != DM_OK)
        return st;
    if ((st = latest(s, hash, event, &row, err)) == DM_OK)
        st = row ? mark(s, row, err) : DM_END;
    if ((st = finish(s, st, err)) == DM_OK)
        *n = row;
    return st;
}

static void copy(char *out, size_t room, dm_str s)
{
    size_t n = s.len < room ? s.len : room - 1;
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

dm_status dm_store_reviews(
    dm_store *s, const uint8_t hash[DM_HASH_BYTES], uint64_t event, dm_review_fn *fn, void *ctx, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q,
        "SELECT n, verdict, fix, reviewer, at, lower(hex(document)) FROM review WHERE document=?1 AND event=?2 AND undone=0"
        " ORDER BY n DESC",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_blob(q, 1, hash_str(hash));
    dm_bind_int(q, 2, (int64_t)event);
    char reviewer[4 * DM_REVIEWER_MAX], digits[2 * DM_HASH_BYTES + 1];
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        copy(reviewer, sizeof reviewer, dm_col_str(q, 3));
        copy(digits, sizeof digits, dm_col_str(q, 5));
        dm_review r = { (uint64_t)dm_col_int(q, 0), event, digits, (dm_verdict)dm_col_int(q, 1), dm_col_str(q, 2), reviewer,
            dm_col_int(q, 4) };
        st = fn(ctx, &r, err);
    }
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

/* The rows of events that were reviewed, with their latest verdicts: few, people made them. */
static dm_status gather(dm_store *s, dm_error *err)
{
    return dm_db_exec(dm_store_db(s),
        "CREATE TEMP TABLE IF NOT EXISTS reviewed(n INTEGER PRIMARY KEY, verdict INTEGER NOT NULL, review INTEGER NOT NULL);"
        "DELETE FROM temp.reviewed;"
        "INSERT INTO temp.reviewed SELECT e.n, v.verdict, v.n FROM (SELECT max(n) AS n FROM review WHERE undone=0 GROUP BY "
        "document, event) l"
        " JOIN review v ON v.n=l.n JOIN document d ON d.hash=v.document JOIN event e ON e.document=d.n AND e.id=v.event",
        err);
}

static void from_of(char *out, size_t room, bool all, dm_verdict v)
{
    if (v == DM_VERDICT_NONE)
        snprintf(out, room, "%s WHERE NOT EXISTS(SELECT 1 FROM temp.reviewed r WHERE r.n=e.n)",
            all ? "event e" : "temp.chosen k CROSS JOIN event e ON e.n=k.n");
    else
        snprintf(out, room, "temp.reviewed r CROSS JOIN event e ON e.n=r.n WHERE r.verdict=%d%s", (int)v,
            all ? "" : " AND EXISTS(SELECT 1 FROM temp.chosen k WHERE k.n=e.n)");
}

static dm_status count(dm_store *s, bool all, dm_verdict v, const char *from, uint64_t *total, dm_error *err)
{
    char sql[SQL_MAX];
    int64_t n = 0;
    if (all && v == DM_VERDICT_NONE)
        snprintf(sql, sizeof sql, "SELECT (SELECT count(*) FROM event)-(SELECT count(*) FROM temp.reviewed)");
    else
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", from);
    dm_status st = dm_db_number(dm_store_db(s), sql, &n, err);
    *total = (uint64_t)n;
    return st;
}

dm_status dm_store_review_queue(
    dm_store *s, const dm_filter *f, dm_verdict v, dm_row_fn *fn, void *ctx, uint64_t *total, dm_error *err)
{
    bool all = dm_filter_open(f);
    char from[300], sql[SQL_MAX];
    from_of(from, sizeof from, all, v);
    snprintf(sql, sizeof sql, "SELECT e.n FROM %s ORDER BY e.confidence, e.n LIMIT %lld OFFSET %lld", from,
        f->limit ? (long long)f->limit : -1LL, (long long)f->offset);
    dm_stmt *q = NULL;
    dm_status st = gather(s, err);
    if (st == DM_OK && !all)
        st = dm_store_choose(s, f, err);
    if (st == DM_OK && total)
        st = count(s, all, v, from, total, err);
    if (st == DM_OK)
        st = dm_db_prepare(dm_store_db(s), &q, sql, err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        st = fn(ctx, dm_col_int(q, 0), err);
    dm_stmt_free(q);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_said(dm_store *s, dm_said_fn *fn, void *ctx, dm_error *err)
{
    dm_stmt *q = NULL;
    dm_status st = dm_db_use(dm_store_db(s), &q,
        "SELECT (SELECT min(o.n) FROM review o WHERE o.document=v.document AND o.event=v.event), v.reviewer, v.verdict, v.n "
        "FROM"
        " (SELECT max(n) AS n FROM review WHERE undone=0 GROUP BY document, event, reviewer) l JOIN review v ON v.n=l.n ORDER "
        "BY 1, 4",
        err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        dm_said said = { dm_col_int(q, 0), dm_col_str(q, 1), (dm_verdict)dm_col_int(q, 2), (uint64_t)dm_col_int(q, 3) };
        st = fn(ctx, &said, err);
    }
    if (q)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_right(dm_store *s, dm_right_fn *fn, void *ctx, dm_error *err)
{
    dm_stmt *q = NULL;
    dm_status st = gather(s, err);
    if (st == DM_OK)
        st = dm_db_use(dm_store_db(s), &q,
            "SELECT e.n, v.fix FROM temp.reviewed r JOIN review v ON v.n=r.review JOIN event e ON e.n=r.n JOIN document d ON "
            "d.n=e.document"
            " WHERE r.verdict IN (1, 2) ORDER BY d.name, d.n, e.trigger_start, e.n",
            err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        st = fn(ctx, dm_col_int(q, 0), dm_col_str(q, 1), err);
    if (q)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

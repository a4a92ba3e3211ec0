// SPDX-License-Identifier: Apache-2.0
/* Roll calls, ballots and treaty actions into the record. What is there stays as it is. */
#include "store/rolls.h"
#include "store/work.h"
#include <stdio.h>

static void bind_z(dm_stmt *q, int at, dm_str s) { dm_bind_str(q, at, s.len ? s : DM_STR("")); }

static dm_status row_of(dm_store *s, const dm_rollcall *r, int64_t *row, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q, "SELECT n FROM rollcall WHERE source=?1 AND reference=?2", err);
    if (st != DM_OK)
        return st;
    bind_z(q, 1, r->source);
    bind_z(q, 2, r->reference);
    st = dm_stmt_step(q, err);
    *row = st == DM_OK ? dm_col_int(q, 0) : 0;
    if (st == DM_OK)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_rollcall(dm_store *s, const dm_rollcall *r, int64_t *row, bool *fresh, dm_error *err)
{
    dm_stmt *q;
    int64_t instrument = 0;
    dm_status st = row_of(s, r, row, err);
    *fresh = st == DM_OK && *row == 0;
    if (!*fresh)
        return st;
    if (r->instrument.type.len && (st = dm_store_instrument(s, &r->instrument, &instrument, err)) != DM_OK)
        return st;
    st = dm_db_use(dm_store_db(s), &q,
        "INSERT INTO rollcall(source, reference, instrument, body, subject, polarity, session, day, day_end, resolution, "
        "title, contexts) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        err);
    if (st != DM_OK)
        return st;
    bind_z(q, 1, r->source);
    bind_z(q, 2, r->reference);
    if (instrument)
        dm_bind_int(q, 3, instrument);
    bind_z(q, 4, r->instrument.body);
    bind_z(q, 5, r->instrument.subject);
    dm_bind_int(q, 6, r->instrument.polarity);
    if (r->session)
        dm_bind_int(q, 7, r->session);
    dm_bind_int(q, 8, r->from);
    dm_bind_int(q, 9, r->to);
    bind_z(q, 10, r->resolution);
    bind_z(q, 11, r->title);
    dm_bind_int(q, 12, (int64_t)r->contexts);
    st = dm_stmt_run(q, err);
    if (st == DM_OK)
        *row = dm_db_last_id(dm_store_db(s));
    return st;
}

static dm_status compare(dm_store *s, int64_t rollcall, dm_str code, const char *vote, dm_filed_before *how, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q, "SELECT vote FROM ballot WHERE rollcall=?1 AND code=?2", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, rollcall);
    bind_z(q, 2, code);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        *how = dm_str_is(dm_col_str(q, 0), vote) ? DM_FILED_SAME : DM_FILED_OTHER;
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_ballot(dm_store *s, int64_t rollcall, dm_str code, const char *vote, dm_filed_before *how, dm_error *err)
{
    dm_stmt *q;
    if (dm_ballots_take(s, rollcall, code))
        return dm_ballots_put(s, rollcall, code, dm_str_of(vote), how, err);
    dm_status st =
        dm_db_use(dm_store_db(s), &q, "INSERT INTO ballot VALUES(?1, ?2, ?3) ON CONFLICT(rollcall, code) DO NOTHING", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, rollcall);
    bind_z(q, 2, code);
    dm_bind_str(q, 3, dm_str_of(vote));
    if ((st = dm_stmt_run(q, err)) != DM_OK)
        return st;
    *how = DM_FILED_NEW;
    return dm_db_changes(dm_store_db(s)) ? DM_OK : compare(s, rollcall, code, vote, how, err);
}

dm_status dm_store_treaty_action(dm_store *s, const dm_treaty_action *a, dm_filed_before *how, dm_error *err)
{
    const dm_instrument in = { .type = DM_STR("treaty"), .name = a->treaty };
    int64_t instrument = 0;
    dm_stmt *q;
    dm_status st = dm_store_instrument(s, &in, &instrument, err);
    if (st == DM_OK)
        st = dm_db_use(dm_store_db(s), &q,
            "INSERT INTO treaty_action VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(instrument, code, action, day) DO NOTHING",
            err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, instrument);
    bind_z(q, 2, a->code);
    bind_z(q, 3, a->action);
    dm_bind_int(q, 4, a->from);
    dm_bind_int(q, 5, a->to);
    bind_z(q, 6, a->source);
    if ((st = dm_stmt_run(q, err)) == DM_OK)
        *how = dm_db_changes(dm_store_db(s)) ? DM_FILED_NEW : DM_FILED_SAME;
    return st;
}

void dm_store_taken_back(dm_store *s)
{
    memset(s->instruments, 0, sizeof s->instruments);
    dm_ballots_forget(s);
}

dm_status dm_store_casts(
    dm_store *s, dm_str source, const char *body, dm_day since, dm_day until, dm_cast_fn *fn, void *ctx, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use_long(dm_store_db(s), &q,
        "SELECT r.n, r.day, r.session, b.code, b.vote FROM rollcall r JOIN ballot b ON b.rollcall=r.n WHERE r.source=?1 AND "
        "(?2 IS NULL OR"
        " r.body=?2) AND r.day_end>=?3 AND r.day<=?4 AND b.vote<>'absent' ORDER BY r.n, b.code",
        err);
    if (st != DM_OK)
        return st;
    bind_z(q, 1, source);
    if (body)
        dm_bind_str(q, 2, dm_str_of(body));
    dm_bind_int(q, 3, since);
    dm_bind_int(q, 4, until == DM_DAY_NONE ? INT32_MAX : until);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        const dm_cast c = { dm_col_int(q, 0), (dm_day)dm_col_int(q, 1), (int)dm_col_int(q, 2), dm_col_str(q, 3),
            dm_col_str(q, 4) };
        if ((st = fn(ctx, &c, err)) != DM_OK) {
            dm_stmt_done(q);
            return st;
        }
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_votes_source(dm_store *s, char *out, size_t room, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(s), &q,
        "SELECT source, count(*) FROM rollcall GROUP BY source ORDER BY count(*) DESC, source LIMIT 1", err);
    if (st != DM_OK)
        return st;
    st = dm_stmt_step(q, err);
    snprintf(out, room, "%.*s", DM_FMT(st == DM_OK ? dm_col_str(q, 0) : DM_NIL));
    if (st == DM_OK)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

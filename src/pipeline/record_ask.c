// SPDX-License-Identifier: Apache-2.0
/* Questions to the record beside the walk over its events: one event by its digits, counts by a key, who is in it. */
#include "pipeline/record.h"
#include <stdio.h>

enum { ID_DIGITS = 16, ID_DIGITS_MIN = 4 };

/* First and last id that begin with the digits; false when these are none. Both have the same top bit, so that their order holds for
 * the signed numbers of the database, too. */
static bool id_range(const char *digits, uint64_t *from, uint64_t *to)
{
    size_t n = strlen(digits);
    if (n < ID_DIGITS_MIN || n > ID_DIGITS || strspn(digits, "0123456789abcdef") != n)
        return false;
    *from = 0;
    for (size_t i = 0; i < n; i++)
        *from = *from << 4 | (unsigned)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
    unsigned rest = 4 * (unsigned)(ID_DIGITS - n);
    *from = rest ? *from << rest : *from;
    *to = *from | (rest ? (UINT64_C(1) << rest) - 1 : 0);
    return true;
}

dm_status dm_record_event_id(dm_record *r, const char *digits, uint64_t *id, dm_error *err)
{
    uint64_t from, to;
    if (!id_range(digits, &from, &to))
        return dm_fail(err, DM_EUSAGE, 0, "'%.40s' is no beginning of an event's id (4 to 16 of 0-9a-f)", digits);
    dm_stmt *q;
    dm_status st =
        dm_db_use(dm_store_db(r->store), &q, "SELECT DISTINCT id FROM event WHERE id BETWEEN ?1 AND ?2 LIMIT 2", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, (int64_t)from);
    dm_bind_int(q, 2, (int64_t)to);
    if ((st = dm_stmt_step(q, err)) == DM_END)
        return dm_fail(err, DM_EUSAGE, 0, "no event '%s' in the record '%s'", digits, dm_db_path(dm_store_db(r->store)));
    if (st != DM_OK)
        return st;
    *id = (uint64_t)dm_col_int(q, 0);
    bool several = dm_stmt_step(q, err) == DM_OK;
    dm_stmt_done(q);
    return several ? dm_fail(err, DM_EUSAGE, 0, "several events begin with '%s'; give more digits", digits) : DM_OK;
}

dm_status dm_record_stats(
    dm_record *r, dm_by by, const dm_filter *filter, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err)
{
    dm_filter all = DM_FILTER_INIT;
    return dm_store_stats(r->store, by, filter ? filter : &all, limit, fn, ctx, err);
}

typedef struct naming {
    const dm_record *r;
    dm_presence_fn *fn;
    void *ctx;
} naming;

static dm_status with_name(void *ctx, const dm_presence *row, dm_error *err)
{
    naming *n = ctx;
    dm_presence named = *row;
    named.name = dm_record_name(n->r, row->code);
    return n->fn(n->ctx, &named, err);
}

dm_status dm_record_actors(
    dm_record *r, const dm_filter *filter, uint64_t offset, uint64_t limit, dm_presence_fn *fn, void *ctx, dm_error *err)
{
    dm_filter all = DM_FILTER_INIT;
    naming n = { r, fn, ctx };
    return dm_store_actors(r->store, filter ? filter : &all, offset, limit, with_name, &n, err);
}

// SPDX-License-Identifier: Apache-2.0
/* Ballots on their way to a server. A file has hundreds of thousands; asked and written one by one they would take minutes. Who imports
 * holds the writers' lock: so what a roll call has is asked once, kept here, and new ballots go many in a statement. */
#include "base/room.h"
#include "store/dialect.h"
#include "store/rolls.h"
#include "store/rowset.h"
#include "store/work.h"
#include <stdlib.h>

enum { TOGETHER = 4096, CODE_BYTES = 3, CODE_BITS = 8 * CODE_BYTES };

struct dm_ballots {
    dm_rowset asked; /* roll calls whose ballots are here */
    dm_rowset known; /* by key_of() */
    char *vote;      /* mark_of(), by place in known */
    size_t cap_vote;
    dm_buf rolls, codes, votes; /* that wait, as arrays */
    size_t n;
};

static dm_status no_memory(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory for the ballots of a file"); }

static uint64_t key_of(int64_t rollcall, dm_str code)
{
    uint64_t key = (uint64_t)rollcall;
    for (size_t i = 0; i < CODE_BYTES; i++)
        key = key << 8 | (i < code.len ? (unsigned char)code.p[i] : 0u);
    return key;
}

/* yes, no, abstain and absent are of different lengths. */
static char mark_of(dm_str vote) { return (char)vote.len; }

static dm_status keep(struct dm_ballots *b, uint64_t key, char mark, dm_error *err)
{
    uint32_t at = dm_rowset_add(&b->known, key);
    if (at == DM_ROWSET_NONE)
        return no_memory(err);
    if (!DM_ROOM(b->vote, at, b->cap_vote, TOGETHER))
        return no_memory(err);
    b->vote[at] = mark;
    return DM_OK;
}

static dm_status bring(dm_store *s, int64_t rollcall, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT code, vote FROM ballot WHERE rollcall=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, rollcall);
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        if ((st = keep(s->ballots, key_of(rollcall, dm_col_str(q, 0)), mark_of(dm_col_str(q, 1)), err)) != DM_OK)
            break;
    dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

static dm_status know(dm_store *s, int64_t rollcall, dm_error *err)
{
    struct dm_ballots *b = s->ballots;
    if (dm_rowset_find(&b->asked, (uint64_t)rollcall) != DM_ROWSET_NONE)
        return DM_OK;
    return dm_rowset_add(&b->asked, (uint64_t)rollcall) == DM_ROWSET_NONE ? no_memory(err) : bring(s, rollcall, err);
}

dm_status dm_ballots_flush(dm_store *s, dm_error *err)
{
    struct dm_ballots *b = s->ballots;
    if (!b || b->n == 0)
        return DM_OK;
    dm_buf *const lists[] = { &b->rolls, &b->codes, &b->votes };
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "INSERT INTO ballot SELECT * FROM unnest(CAST(?1 AS bigint[]), CAST(?2 AS text[]), CAST(?3 AS text[])) ON CONFLICT DO "
        "NOTHING",
        err);
    for (int i = 0; i < 3 && st == DM_OK; i++) {
        dm_array_end(lists[i]);
        st = lists[i]->failed ? no_memory(err) : DM_OK;
        dm_bind_str(q, i + 1, (dm_str){ lists[i]->p, lists[i]->len });
    }
    if (st == DM_OK)
        st = dm_stmt_run(q, err);
    for (int i = 0; i < 3; i++)
        dm_buf_clear(lists[i]);
    b->n = 0;
    return st;
}

static bool plain(dm_str code)
{
    for (size_t i = 0; i < code.len; i++)
        if (code.p[i] < 'A' || code.p[i] > 'Z')
            return false;
    return code.len > 0 && code.len <= CODE_BYTES;
}

bool dm_ballots_take(const dm_store *s, int64_t rollcall, dm_str code)
{
    return dm_db_engine(s->db) == DM_DB_POSTGRES && plain(code) && rollcall > 0 && rollcall >> (63 - CODE_BITS) == 0;
}

dm_status dm_ballots_put(dm_store *s, int64_t rollcall, dm_str code, dm_str vote, dm_filed_before *how, dm_error *err)
{
    if (!s->ballots && !(s->ballots = calloc(1, sizeof *s->ballots)))
        return no_memory(err);
    struct dm_ballots *b = s->ballots;
    dm_status st = know(s, rollcall, err);
    if (st != DM_OK)
        return st;
    uint64_t key = key_of(rollcall, code);
    uint32_t at = dm_rowset_find(&b->known, key);
    *how = at == DM_ROWSET_NONE ? DM_FILED_NEW : b->vote[at] == mark_of(vote) ? DM_FILED_SAME : DM_FILED_OTHER;
    if (*how != DM_FILED_NEW)
        return DM_OK;
    if ((st = keep(b, key, mark_of(vote), err)) != DM_OK)
        return st;
    dm_array_int(&b->rolls, rollcall);
    dm_array_item(&b->codes, code);
    dm_array_item(&b->votes, vote);
    if (b->rolls.failed || b->codes.failed || b->votes.failed)
        return no_memory(err);
    return ++b->n == TOGETHER ? dm_ballots_flush(s, err) : DM_OK;
}

void dm_ballots_forget(dm_store *s)
{
    struct dm_ballots *b = s->ballots;
    if (!b)
        return;
    dm_rowset_free(&b->asked);
    dm_rowset_free(&b->known);
    free(b->vote);
    dm_buf_free(&b->rolls), dm_buf_free(&b->codes), dm_buf_free(&b->votes);
    free(b);
    s->ballots = NULL;
}

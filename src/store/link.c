// SPDX-License-Identifier: Apache-2.0
/* One happening, many reports: which happening an event tells.
 *
 * Candidates are events between the same parties within some days, found by the dyad; the best that is alike enough gives its
 * happening. An event of a document that is coded again keeps the happening that it told before. */
#include "store/work.h"
#include <stdlib.h>

enum { DAYS_AROUND = 4, CANDIDATES_MAX = 200 };
static const double alike_min = 0.5;

dm_status dm_store_remember(dm_store *s, int64_t document, dm_error *err)
{
    s->n_old = 0;
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT trigger_start, type, happening FROM event WHERE document=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        if (s->n_old == s->cap_old) {
            uint32_t cap = s->cap_old ? s->cap_old * 2 : 64;
            old_event *v = realloc(s->old, cap * sizeof *v);
            if (!v) {
                dm_stmt_done(q);
                return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document");
            }
            s->old = v;
            s->cap_old = cap;
        }
        s->old[s->n_old++] = (old_event){ (uint32_t)dm_col_int(q, 0), (uint8_t)dm_col_int(q, 1), dm_col_int(q, 2) };
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_tidy(dm_store *s, dm_error *err)
{
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < s->n_old && st == DM_OK; i++) {
        dm_stmt *q;
        st = dm_db_use(
            s->db, &q, "DELETE FROM happening WHERE n=?1 AND NOT EXISTS(SELECT 1 FROM event WHERE happening=?1)", err);
        if (st == DM_OK) {
            dm_bind_int(q, 1, s->old[i].happening);
            st = dm_stmt_run(q, err);
        }
    }
    s->n_old = 0;
    return st;
}

static dm_status new_happening(dm_store *s, const dm_link *l, int64_t *happening, dm_error *err)
{
    dm_stmt *q;
    uint64_t id = l->id;
    for (;;) { /* an id is taken when the same sentence of a copied article founded another happening */
        dm_status st = dm_db_use(s->db, &q, "INSERT INTO happening(id) VALUES(?1) ON CONFLICT DO NOTHING", err);
        if (st != DM_OK)
            return st;
        dm_bind_int(q, 1, (int64_t)id);
        if ((st = dm_stmt_run(q, err)) != DM_OK)
            return st;
        if (dm_db_changes(s->db))
            break;
        id = dm_hash(&id, sizeof id, (uint64_t)l->document);
    }
    *happening = dm_db_last_id(s->db);
    return DM_OK;
}

static double alike(const dm_link *l, dm_stmt *q)
{
    if (dm_col_int(q, 3) != l->aux || (l->instrument && !dm_col_null(q, 6) && dm_col_int(q, 6) != l->instrument))
        return 0;
    int differ = __builtin_popcountll((uint64_t)dm_col_int(q, 2) ^ l->words);
    double score = 1 - differ / 64.0;
    if (l->day == dm_col_int(q, 4))
        score += 0.1;
    return score;
}

static dm_status best_of(dm_store *s, const dm_link *l, const char *actor, const char *target, int64_t *best, bool *other,
    double *score, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "SELECT e.happening, e.document, e.words, e.aux, e.day, e.mode, e.instrument FROM dyad d JOIN event e ON e.n=d.event"
        " WHERE d.actor=?1 AND d.target=?2 AND d.day BETWEEN ?3 AND ?4 AND d.type=?5 AND d.via<2 ORDER BY d.day, d.event LIMIT "
        "?6",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(actor));
    dm_bind_str(q, 2, dm_str_of(target));
    dm_bind_int(q, 3, l->day - DAYS_AROUND);
    dm_bind_int(q, 4, l->day + DAYS_AROUND);
    dm_bind_int(q, 5, l->type);
    dm_bind_int(q, 6, CANDIDATES_MAX);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        double a = alike(l, q);
        if (a > *score) {
            *score = a;
            *best = dm_col_int(q, 0);
            *other = dm_col_int(q, 1) != l->document;
        }
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_link(
    dm_store *s, const dm_doc *doc, const dm_event *ev, const dm_link *l, int64_t *happening, bool *joined, dm_error *err)
{
    (void)doc;
    *joined = false;
    for (uint32_t i = 0; i < s->n_old; i++)
        if (s->old[i].type == l->type && s->old[i].trigger == ev->trigger.start) {
            *happening = s->old[i].happening;
            return DM_OK;
        }
    double score = alike_min;
    dm_status st = DM_OK;
    const dm_party *to = l->n_recipient ? l->recipient : l->actor;
    uint32_t n_to = l->n_recipient ? l->n_recipient : l->n_actor;
    *happening = 0;
    for (uint32_t i = 0; i < l->n_actor && l->day != DM_NO_DAY; i++)
        for (uint32_t k = 0; k < n_to && st == DM_OK; k++)
            if (l->actor[i].code[0] && to[k].code[0])
                st = best_of(s, l, l->actor[i].code, to[k].code, happening, joined, &score, err);
    if (st == DM_OK && *happening == 0)
        st = new_happening(s, l, happening, err);
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* Happenings of a whole record anew. What a record finds while documents come depends on their order where linking cuts something off: of a
 * word's postings, of the documents that are compared, of the reports of a strand. Here the documents come in the order of publication and
 * hash, and their events in that of their ids, into a scratch record with the same code as in adding (link.c); then the outcome depends on
 * what they say alone. Tellings are those that the record keeps (`tale`), so no text is read again.
 *
 * Events without a telling are not linked: those of a file that gave their happenings, and what is behind TELL_EVENTS in a document. They stay
 * with the happening that they have, and where linked events had it too, with the first of these. */
#include "store/relink.h"
#include "base/flag.h"
#include "base/room.h"
#include "store/digest.h"
#include <stdlib.h>

/* Slim tables, with what link.c, story.c and this read. kept: events that are not linked. */
static const char tables[] =
    "CREATE TABLE sketch(place INTEGER PRIMARY KEY, sketch BLOB NOT NULL);"
    "CREATE TABLE renamed(document INTEGER NOT NULL, family INTEGER NOT NULL);"
    "CREATE TABLE document(n INTEGER PRIMARY KEY, hash BLOB NOT NULL, row INTEGER NOT NULL);"
    "CREATE TABLE happening(n INTEGER PRIMARY KEY, id INTEGER NOT NULL);"
    "CREATE TABLE event(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, document INTEGER NOT NULL, happening INTEGER NOT NULL,"
    " day INTEGER NOT NULL, day_end INTEGER NOT NULL, when_precision INTEGER NOT NULL, key INTEGER NOT NULL, row INTEGER NOT "
    "NULL,"
    " old INTEGER NOT NULL);"
    "CREATE INDEX event_happening ON event(happening);"
    "CREATE TABLE dyad(actor TEXT NOT NULL, target TEXT NOT NULL, day INTEGER NOT NULL, event INTEGER NOT NULL, via INTEGER "
    "NOT NULL,"
    " type INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY(actor, target, day, event, via)) WITHOUT ROWID;"
    "CREATE TABLE tale(document INTEGER PRIMARY KEY, day INTEGER NOT NULL, terms BLOB NOT NULL, facts BLOB NOT NULL);"
    "CREATE TABLE story(term INTEGER NOT NULL, day INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY(term, day, "
    "document))"
    " WITHOUT ROWID;"
    "CREATE TABLE likeness(a INTEGER NOT NULL, b INTEGER NOT NULL, score REAL NOT NULL, PRIMARY KEY(a, b)) WITHOUT ROWID;"
    "CREATE TABLE kept(row INTEGER PRIMARY KEY, document INTEGER NOT NULL, old INTEGER NOT NULL);";

/* An event of the document in hand, as its digest has it. */
typedef struct told_event {
    int64_t row, old;
    uint64_t id;
    dm_day day, day_end;
    uint8_t type;
    bool linked;
    uint32_t party, n_actor, n_recipient; /* first of its parties */
} told_event;

typedef struct reading {
    relinking *r;
    dm_stmt *documents, *ids; /* of the record, both in the order of documents */
    bool id_there;            /* a row of ids waits */
    told_event *v;
    uint32_t n, cap;
    dm_party *party;
    uint32_t n_party, cap_party;
    dm_event *event;    /* [TELL_EVENTS], what link.c reads of them */
    told_event **place; /* [TELL_EVENTS], in the same order */
    int64_t documents_put, events_put;
    uint8_t hash[DM_HASH_BYTES];
} reading;

static dm_status no_memory(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory for linking a record anew"); }

bool dm_relink_goes_on(relinking *r, double share)
{
    if (dm_flag(r->opts->stop))
        r->stats.stopped = true;
    else if (r->opts->after)
        r->opts->after(r->opts->ctx, &r->stats, share);
    return !r->stats.stopped;
}

dm_status dm_relink_put(relinking *r, const char *sql, int64_t a, int64_t b, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(r->scratch.db, &q, sql, err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, a);
    dm_bind_int(q, 2, b);
    return dm_stmt_run(q, err);
}

/* --- a document out of the record --- */

static dm_status take_party(reading *g, told_event *e, const dm_digest_party *p, dm_error *err)
{
    if (p->role > 1) /* a speaker; actors come first, then recipients */
        return DM_OK;
    if (!DM_ROOM(g->party, g->n_party, g->cap_party, 64))
        return no_memory(err);
    memset(&g->party[g->n_party], 0, sizeof *g->party);
    memcpy(g->party[g->n_party++].code, p->code, sizeof p->code);
    *(p->role ? &e->n_recipient : &e->n_actor) += 1;
    return DM_OK;
}

static dm_status take_event(reading *g, const dm_digest_event *d, dm_error *err)
{
    if (!DM_ROOM(g->v, g->n, g->cap, 64))
        return no_memory(err);
    told_event *e = &g->v[g->n++];
    *e = (told_event){
        .row = d->n, .old = d->happening, .day = d->day, .day_end = d->day_end, .type = d->type, .party = g->n_party
    };
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < d->n_party && st == DM_OK; i++)
        st = take_party(g, e, &d->party[i], err);
    return st;
}

static int by_row(const void *x, const void *y)
{
    const told_event *a = x, *b = y;
    return (a->row > b->row) - (a->row < b->row);
}

static told_event *event_of(const reading *g, int64_t row)
{
    const told_event key = { .row = row };
    return g->n ? bsearch(&key, g->v, g->n, sizeof *g->v, by_row) : NULL;
}

static dm_status take_digest(reading *g, dm_str bytes, dm_error *err)
{
    dm_digest_reader d = { .p = (const uint8_t *)bytes.p, .end = (const uint8_t *)bytes.p + bytes.len };
    dm_digest_event e;
    dm_status st = DM_OK;
    g->n = g->n_party = 0;
    while (bytes.len && st == DM_OK && dm_digest_take(&d, &e))
        st = take_event(g, &e, err);
    dm_digest_reader_free(&d);
    if (g->n)
        qsort(g->v, g->n, sizeof *g->v, by_row);
    if (st == DM_OK && d.failed)
        return no_memory(err);
    return st == DM_OK && d.bad
               ? dm_fail(err, DM_ECORRUPT, 0, "the record '%s' is damaged (a digest); restore a copy", dm_db_path(g->r->s->db))
               : st;
}

static dm_status next_id(reading *g, dm_error *err)
{
    dm_status st = dm_stmt_step(g->ids, err);
    g->id_there = st == DM_OK;
    return st == DM_END ? DM_OK : st;
}

/* Ids of the document's events; the rows of both questions come in the same order. */
static dm_status take_ids(reading *g, int64_t row, dm_error *err)
{
    dm_status st = DM_OK;
    uint32_t n = 0;
    for (; st == DM_OK && g->id_there && dm_col_int(g->ids, 0) == row; st = next_id(g, err)) {
        told_event *e = event_of(g, dm_col_int(g->ids, 1));
        if (e) {
            e->id = (uint64_t)dm_col_int(g->ids, 2);
            n++;
        }
    }
    return st == DM_OK && n < g->n
               ? dm_fail(err, DM_ECORRUPT, 0, "the record '%s' is damaged (the digest of document %lld); restore a copy",
                     dm_db_path(g->r->s->db), (long long)row)
               : st;
}

/* --- linking it --- */

typedef struct order {
    told_event *event;
    uint32_t telling;
} order;

static int by_id(const void *x, const void *y)
{
    uint64_t a = ((const order *)x)->event->id, b = ((const order *)y)->event->id;
    return (a > b) - (a < b);
}

/* Tellings of the document's events, in the order of the events' ids. */
static void take_tellings(reading *g, dm_str facts)
{
    struct linking *w = g->r->scratch.linking;
    order list[TELL_EVENTS];
    uint32_t n = 0, n_facts = dm_tale_unpack(w->other, TELL_EVENTS, facts);
    for (uint32_t i = 0; i < n_facts; i++) {
        told_event *e = event_of(g, w->other[i].event);
        if (e && !e->linked) {
            e->linked = true;
            list[n++] = (order){ e, i };
        }
    }
    qsort(list, n, sizeof *list, by_id);
    for (uint32_t i = 0; i < n; i++) {
        told_event *e = g->place[i] = list[i].event;
        w->now->v[i] = w->other[list[i].telling];
        g->event[i] = (dm_event){ .id = e->id,
            .type = e->type,
            .actor = g->party + e->party,
            .n_actor = e->n_actor,
            .recipient = g->party + e->party + e->n_actor,
            .n_recipient = e->n_recipient };
    }
    w->now->n = n;
}

static dm_status put_document(const reading *g, int64_t n, int64_t row, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(g->r->scratch.db, &q, "INSERT INTO document VALUES(?1, ?2, ?3)", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, n);
    dm_bind_blob(q, 2, (dm_str){ (const char *)g->hash, sizeof g->hash });
    dm_bind_int(q, 3, row);
    return dm_stmt_run(q, err);
}

static dm_status put_dyad(
    const reading *g, const told_event *e, const char *actor, const char *target, bool mutual, dm_error *err)
{
    dm_stmt *q;
    dm_status st =
        dm_db_use(g->r->scratch.db, &q, "INSERT INTO dyad VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING", err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(actor));
    dm_bind_str(q, 2, dm_str_of(target));
    dm_bind_int(q, 3, e->day);
    dm_bind_int(q, 4, g->events_put);
    dm_bind_int(q, 5, mutual);
    dm_bind_int(q, 6, e->type);
    dm_bind_int(q, 7, g->documents_put);
    return dm_stmt_run(q, err);
}

/* Those pairs of the event's that story.c looks for: of exact days. */
static dm_status put_dyads(const reading *g, const told_event *e, const dm_event *ev, dm_error *err)
{
    bool mutual = ev->n_recipient == 0;
    const dm_party *to = mutual ? ev->actor : ev->recipient;
    uint32_t n_to = mutual ? ev->n_actor : ev->n_recipient;
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < ev->n_actor && st == DM_OK; i++)
        for (uint32_t k = 0; k < n_to && st == DM_OK; k++)
            if (ev->actor[i].code[0] && to[k].code[0] && (!mutual || strcmp(ev->actor[i].code, to[k].code) != 0))
                st = put_dyad(g, e, ev->actor[i].code, to[k].code, mutual, err);
    return st;
}

static dm_status put_event(reading *g, uint32_t i, dm_error *err)
{
    struct linking *w = g->r->scratch.linking;
    const told_event *e = g->place[i];
    telling *t = &w->now->v[i];
    dm_stmt *q;
    dm_status st = dm_db_use(g->r->scratch.db, &q, "INSERT INTO event VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", err);
    if (st != DM_OK)
        return st;
    t->event = ++g->events_put;
    dm_bind_int(q, 1, t->event);
    dm_bind_int(q, 2, (int64_t)e->id);
    dm_bind_int(q, 3, g->documents_put);
    dm_bind_int(q, 4, w->happening[i]);
    dm_bind_int(q, 5, e->day);
    dm_bind_int(q, 6, e->day_end);
    dm_bind_int(q, 7, t->precise ? DM_PREC_DAY : DM_PREC_UNKNOWN);
    dm_bind_int(q, 8, (int64_t)(e->id ^ w->salt));
    dm_bind_int(q, 9, e->row);
    dm_bind_int(q, 10, e->old);
    st = dm_stmt_run(q, err);
    return st == DM_OK && t->precise ? put_dyads(g, e, &g->event[i], err) : st;
}

static dm_status link_document(reading *g, int64_t row, dm_error *err)
{
    dm_store *s = &g->r->scratch;
    dm_status st = put_document(g, ++g->documents_put, row, err);
    if (st == DM_OK)
        st = dm_link_again(s, g->event, g->documents_put, g->hash, err);
    for (uint32_t i = 0; i < s->linking->now->n && st == DM_OK; i++)
        st = put_event(g, i, err);
    return st == DM_OK ? dm_link_keep(s, g->documents_put, err) : st;
}

/* Events that are not linked. */
static dm_status keep_others(const reading *g, int64_t row, dm_error *err)
{
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < g->n && st == DM_OK; i++) {
        dm_stmt *q;
        if (g->v[i].linked)
            continue;
        if ((st = dm_db_use(g->r->scratch.db, &q, "INSERT INTO kept VALUES(?1, ?2, ?3)", err)) != DM_OK)
            return st;
        dm_bind_int(q, 1, g->v[i].row);
        dm_bind_int(q, 2, row);
        dm_bind_int(q, 3, g->v[i].old);
        st = dm_stmt_run(q, err);
    }
    return st;
}

static dm_status take_document(reading *g, dm_error *err)
{
    tale *now = g->r->scratch.linking->now;
    int64_t row = dm_col_int(g->documents, 0);
    dm_str hash = dm_col_str(g->documents, 1), terms = dm_col_str(g->documents, 3);
    memset(g->hash, 0, sizeof g->hash);
    memcpy(g->hash, hash.p ? hash.p : "", hash.len < sizeof g->hash ? hash.len : sizeof g->hash);
    now->day = (dm_day)dm_col_int(g->documents, 2);
    now->n_term = (uint32_t)(terms.len < sizeof now->term ? terms.len / sizeof *now->term : STORY_TERMS);
    memcpy(now->term, terms.p ? terms.p : "", now->n_term * sizeof *now->term);
    dm_status st = take_digest(g, dm_col_str(g->documents, 5), err);
    if (st == DM_OK)
        st = take_ids(g, row, err);
    if (st == DM_OK)
        take_tellings(g, dm_col_str(g->documents, 4));
    if (st == DM_OK && now->n)
        st = link_document(g, row, err);
    g->r->stats.documents++;
    g->r->stats.events += g->n;
    return st == DM_OK ? keep_others(g, row, err) : st;
}

/* --- all of them --- */

static dm_status walk(reading *g, dm_error *err)
{
    dm_db *db = g->r->s->db;
    dm_status st = dm_db_prepare_long(db, &g->documents,
        "SELECT d.n, d.hash, t.day, t.terms, t.facts, g.events FROM digest g CROSS JOIN document d ON d.n=g.document"
        " LEFT JOIN tale t ON t.document=d.n ORDER BY d.day_from, +d.hash",
        err);
    if (st == DM_OK)
        st = dm_db_prepare_long(db, &g->ids,
            "SELECT e.document, e.n, e.id FROM event e JOIN document d ON d.n=e.document ORDER BY d.day_from, d.hash, e.id",
            err);
    if (st == DM_OK)
        st = next_id(g, err);
    while (st == DM_OK && (st = dm_stmt_step(g->documents, err)) == DM_OK) {
        double part = (double)g->r->stats.documents / ((double)g->r->n_documents + 1);
        if (!dm_relink_goes_on(g->r, RELINK_FAMILIES + (RELINK_LINKED - RELINK_FAMILIES) * part))
            st = DM_END;
        else
            st = take_document(g, err);
    }
    dm_stmt_free(g->ids);
    dm_stmt_free(g->documents);
    return st == DM_END ? DM_OK : st;
}

static dm_status link_all(relinking *r, dm_error *err)
{
    reading g = { .r = r };
    g.event = calloc(TELL_EVENTS, sizeof *g.event);
    g.place = calloc(TELL_EVENTS, sizeof *g.place);
    dm_status st = g.event && g.place ? dm_link_ready(&r->scratch, err) : no_memory(err);
    if (st == DM_OK)
        st = walk(&g, err);
    free(g.event);
    free(g.place);
    free(g.v);
    free(g.party);
    return st;
}

static dm_status relink(relinking *r, dm_error *err)
{
    dm_status st = dm_sqlite_scratch(&r->scratch.db, err);
    if (st == DM_OK)
        st = dm_db_exec(r->scratch.db, tables, err);
    if (st == DM_OK)
        st = dm_db_exec(r->scratch.db, "BEGIN", err);
    if (st == DM_OK)
        st = dm_relink_families(r, err);
    if (st == DM_OK && !r->stats.stopped)
        st = link_all(r, err);
    if (st == DM_OK && !r->stats.stopped)
        st = dm_relink_carry(r, err);
    return st;
}

dm_status dm_store_relink(dm_store *s, const dm_relink_opts *opts, dm_relink_stats *stats, dm_error *err)
{
    static const dm_relink_opts usual = DM_RELINK_OPTS_INIT;
    relinking r = { .s = s, .opts = opts ? opts : &usual, .scratch = { .slim = true, .linker = s->linker } };
    if (!s->linker)
        return dm_fail(err, DM_EUSAGE, 0, "the record '%s' has no tables to link by", dm_db_path(s->db));
    dm_status st = dm_db_sorting(s->db, true, err);
    if (st == DM_OK)
        st = dm_db_begin(s->db, err);
    if (st == DM_OK)
        st = relink(&r, err);
    if (st == DM_OK && !r.stats.stopped)
        st = dm_db_commit(s->db, err);
    dm_db_rollback(s->db);
    dm_db_close(r.scratch.db);
    dm_linking_free(r.scratch.linking);
    dm_store_given_forget(s);
    dm_status after = dm_db_sorting(s->db, false, st == DM_OK ? err : NULL);
    if (stats)
        *stats = r.stats;
    return st == DM_OK ? after : st;
}

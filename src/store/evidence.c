// SPDX-License-Identifier: Apache-2.0
/* What the record holds about one actor and one target, as evidence for a stance: dyads, ballots, treaty actions.
 *
 * An act that an instrument's years spread over several (cosponsored in 1990, 1992 ...) is one piece of evidence for each of them. */
#include "store/work.h"
#include <stdio.h>
#include <stdlib.h>

enum { WORDS_KEPT = 256 };
enum { REPEATS_BACK = 64 /* rows of a day that are looked at for the same act in the same article */ };

typedef struct gathering {
    dm_store *s;
    dm_arena *arena;
    dm_evidence_list *list;
    dm_error *err;
    const char *words[WORDS_KEPT];
} gathering;

/* The same few words come again and again: those seen last are not copied anew. */
static const char *keep(gathering *g, dm_str s)
{
    if (s.len == 0)
        return "";
    const char **slot = &g->words[dm_hash(s.p, s.len, 0) % WORDS_KEPT];
    if (*slot && strlen(*slot) == s.len && memcmp(*slot, s.p, s.len) == 0)
        return *slot;
    const char *copy = dm_arena_copy(g->arena, s.p, s.len);
    *slot = copy;
    return copy ? copy : "";
}

static bool push(gathering *g, const dm_evidence *e, int64_t event, int64_t document)
{
    dm_evidence_list *l = g->list;
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 256;
        dm_evidence *v = realloc(l->v, cap * sizeof *v);
        if (v)
            l->v = v;
        dm_evidence_source *from = v ? realloc(l->from, cap * sizeof *from) : NULL;
        if (!from)
            return false;
        l->from = from;
        l->cap = cap;
    }
    l->v[l->n] = *e;
    l->from[l->n++] = (dm_evidence_source){ event, document };
    return true;
}

static dm_status full(gathering *g) { return dm_fail(g->err, DM_ENOMEM, 0, "out of memory for the evidence of a stance"); }

/* One piece, or one for each year of its instrument. */
static bool push_years(gathering *g, dm_evidence e, dm_str years, int64_t event, int64_t document)
{
    dm_str year;
    bool any = false, ok = true;
    while (ok && dm_str_split(&years, ' ', &year)) {
        int y = dm_str_digits(year);
        if (y <= 0)
            continue;
        dm_evidence one = e;
        dm_day first = dm_day_of(y, 1, 1), last = dm_day_of(y, 12, 31);
        if (e.from == DM_DAY_NONE || e.from < first || e.to > last) { /* a day inside the year is closer */
            one.from = first;
            one.to = last;
        }
        one.happening = e.happening ? dm_hash(&e.happening, sizeof e.happening, (uint64_t)y) : 0; /* each year stands alone */
        ok = push(g, &one, event, document);
        any = true;
    }
    return any ? ok : push(g, &e, event, document);
}

/* The same act of the same day told again in its article is one happening, though no other article tells it: the row before that tells
 * it gives its number. Rows come by day. */
static void join_repeat(const gathering *g, dm_evidence *e, int64_t document)
{
    const dm_evidence_list *l = g->list;
    for (size_t k = l->n, seen = 0; k-- > 0 && seen < REPEATS_BACK && l->v[k].from == e->from; seen++) {
        const dm_evidence *o = &l->v[k];
        if (l->from[k].document == document && o->via == e->via && o->type == e->type && o->aux == e->aux && o->to == e->to &&
            o->polarity == e->polarity && strcmp(o->mode, e->mode) == 0 && strcmp(o->instrument, e->instrument) == 0 &&
            strcmp(o->act, e->act) == 0) {
            e->happening = o->happening;
            return;
        }
    }
}

static dm_status gather_dyads(gathering *g, const char *actor, const char *target, uint64_t contexts)
{
    dm_stmt *q;
    dm_status st = dm_db_use_long(g->s->db, &q,
        "SELECT day, day_end, via, type, aux, contexts, mode, scale, confidence, instrument, act, polarity, others_word, "
        "happening,"
        " document, id, years, event, sector FROM dyad WHERE actor=?1 AND target=?2 AND (?3=0 OR (contexts & ?3)<>0) ORDER BY "
        "day, "
        "event, via",
        g->err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(actor));
    dm_bind_str(q, 2, dm_str_of(target));
    dm_bind_int(q, 3, (int64_t)contexts);
    while ((st = dm_stmt_step(q, g->err)) == DM_OK) {
        dm_day from = (dm_day)dm_col_int(q, 0), to = (dm_day)dm_col_int(q, 1);
        dm_evidence e = { .event = (uint64_t)dm_col_int(q, 15),
            .happening = (uint64_t)dm_col_int(q, 13),
            .from = from,
            .to = to,
            .via = (uint8_t)dm_col_int(q, 2),
            .type = (uint8_t)dm_col_int(q, 3),
            .aux = (uint8_t)dm_col_int(q, 4),
            .polarity = (int8_t)dm_col_int(q, 11),
            .has_instrument = dm_col_str(q, 9).len > 0,
            .others_word = dm_col_int(q, 12) != 0,
            .contexts = (uint64_t)dm_col_int(q, 5),
            .scale = dm_col_real(q, 7),
            .confidence = dm_col_real(q, 8),
            .reports = 1,
            .mode = keep(g, dm_col_str(q, 6)),
            .instrument = keep(g, dm_col_str(q, 9)),
            .act = keep(g, dm_col_str(q, 10)),
            .sector = keep(g, dm_col_str(q, 18)) };
        if (dm_col_str(q, 16).len == 0)
            join_repeat(g, &e, dm_col_int(q, 14));
        if (!push_years(g, e, dm_col_str(q, 16), dm_col_int(q, 17), dm_col_int(q, 14))) {
            dm_stmt_done(q);
            return full(g);
        }
    }
    return st == DM_END ? DM_OK : st;
}

static dm_status gather_ballots(gathering *g, const char *actor, const char *target, uint64_t contexts)
{
    dm_stmt *q;
    dm_status st = dm_db_use(g->s->db, &q,
        "SELECT r.day, r.day_end, b.vote, r.polarity, r.contexts, r.n FROM rollcall r JOIN ballot b ON b.rollcall=r.n AND "
        "b.code=?1"
        " WHERE r.subject=?2 AND (?3=0 OR (r.contexts & ?3)<>0) ORDER BY r.day, r.n",
        g->err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(actor));
    dm_bind_str(q, 2, dm_str_of(target));
    dm_bind_int(q, 3, (int64_t)contexts);
    while ((st = dm_stmt_step(q, g->err)) == DM_OK) {
        dm_str vote = dm_col_str(q, 2);
        int side = dm_str_is(vote, "yes") ? 1 : dm_str_is(vote, "no") ? -1 : 0;
        dm_day from = (dm_day)dm_col_int(q, 0), to = (dm_day)dm_col_int(q, 1);
        dm_evidence e = { .from = from,
            .to = to,
            .via = DM_VIA_BALLOT,
            .type = DM_TYPE_NONE,
            .polarity = (int8_t)(side * dm_col_int(q, 3)),
            .has_instrument = true,
            .contexts = (uint64_t)dm_col_int(q, 4),
            .confidence = 1,
            .reports = 1,
            .mode = "",
            .instrument = "vote",
            .act = keep(g, vote),
            .sector = "" };
        if (!push(g, &e, -dm_col_int(q, 5), 0)) {
            dm_stmt_done(q);
            return full(g);
        }
    }
    return st == DM_END ? DM_OK : st;
}

/* Actions of the actor on treaties that are about the target. */
static dm_status gather_treaties(gathering *g, const char *actor, const char *target, uint64_t contexts)
{
    dm_stmt *q;
    if (contexts) /* a treaty's context is not known */
        return DM_OK;
    dm_status st = dm_db_use(g->s->db, &q,
        "SELECT t.day, t.day_end, t.action, i.n FROM treaty_action t JOIN instrument i ON i.n=t.instrument"
        " WHERE t.code=?1 AND i.subject=?2 ORDER BY t.day, i.n, t.action",
        g->err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(actor));
    dm_bind_str(q, 2, dm_str_of(target));
    while ((st = dm_stmt_step(q, g->err)) == DM_OK) {
        dm_day from = (dm_day)dm_col_int(q, 0), to = (dm_day)dm_col_int(q, 1);
        dm_evidence e = { .from = from,
            .to = to,
            .via = DM_VIA_TREATY,
            .type = DM_TYPE_NONE,
            .has_instrument = true,
            .confidence = 1,
            .reports = 1,
            .mode = "",
            .instrument = "treaty",
            .act = keep(g, dm_col_str(q, 2)),
            .sector = "" };
        if (!push(g, &e, 0, 0)) {
            dm_stmt_done(q);
            return full(g);
        }
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_evidence(dm_store *s, const char *actor, const char *target, uint64_t contexts, dm_arena *arena,
    dm_evidence_list *out, dm_error *err)
{
    gathering g = { .s = s, .arena = arena, .list = out, .err = err };
    dm_status st = gather_dyads(&g, actor, target, contexts);
    if (st == DM_OK)
        st = gather_ballots(&g, actor, target, contexts);
    if (st == DM_OK)
        st = gather_treaties(&g, actor, target, contexts);
    if (st == DM_OK && arena->failed)
        st = full(&g);
    return st;
}

dm_status dm_store_evidence_words(dm_store *s, int64_t n, dm_arena *arena, dm_evidence_words *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st;
    memset(out, 0, sizeof *out);
    out->text = out->source = "";
    if (n == 0)
        return DM_OK;
    if (n > 0)
        st = dm_db_use(s->db, &q,
            "SELECT s.text, coalesce(d.publication, d.name) FROM event e JOIN sentence s ON s.n=e.sentence"
            " JOIN document d ON d.n=e.document WHERE e.n=?1",
            err);
    else
        st = dm_db_use(s->db, &q, "SELECT title, source || ' ' || reference FROM rollcall WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, n > 0 ? n : -n);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        dm_str text = dm_col_str(q, 0), source = dm_col_str(q, 1);
        char *t = dm_arena_copy(arena, text.p ? text.p : "", text.len),
             *f = dm_arena_copy(arena, source.p ? source.p : "", source.len);
        if (t && f) {
            for (char *c = t; *c; c++)
                *c = *c == '\n' || *c == '\r' || *c == '\t' ? ' ' : *c;
            *out = (dm_evidence_words){ t, f };
        }
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

// SPDX-License-Identifier: Apache-2.0
/* One happening, many reports: which happening each event of a document tells.
 *
 * The document is compared with those that may tell the same (story.c). Two of their events are likened when they are alike enough
 * (alike.c) and neither has a better counterpart in the other document. Likenesses are kept; events that they join are a strand, which
 * is sorted into happenings anew (strand.c) whenever a document adds to it. All of it depends on the documents alone, so the happenings
 * are the same in whatever order these come. Numbers of happenings stay with most of the events that have them. */
#include "store/batch.h"
#include "store/digest.h"
#include "store/links.h"
#include <math.h>
#include <stdlib.h>

enum { LIKENESSES_MAX = 1 << 14 /* of one strand */ };

static bool grow(void **v, uint32_t *cap, uint32_t n, size_t size)
{
    if (n < *cap)
        return true;
    uint32_t more = *cap ? *cap * 2 : 64;
    void *bigger = realloc(*v, more * size);
    if (!bigger)
        return false;
    *v = bigger;
    *cap = more;
    return true;
}

static dm_status no_memory(dm_error *err)
{
    return dm_fail(err, DM_ENOMEM, 0, "out of memory for linking a document's events");
}

static dm_status keep_row(int64_t **v, uint32_t *n, uint32_t *cap, int64_t row, dm_error *err)
{
    for (uint32_t i = 0; i < *n; i++)
        if ((*v)[i] == row)
            return DM_OK;
    if (!grow((void **)v, cap, *n, sizeof **v))
        return no_memory(err);
    (*v)[(*n)++] = row;
    return DM_OK;
}

static dm_status keep_likeness(struct linking *w, likeness l, dm_error *err)
{
    if (!grow((void **)&w->found, &w->cap_found, w->n_found + 1, sizeof *w->found))
        return no_memory(err);
    w->found[w->n_found++] = l;
    w->found[w->n_found++] = (likeness){ l.b, l.a, l.score };
    return DM_OK;
}

void dm_linking_free(struct linking *w)
{
    if (!w)
        return;
    void *const parts[] = { w->now, w->other, w->score, w->index, w->id, w->happening, w->joined, w->found, w->touched,
        w->taken, w->left };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        free(parts[i]);
    free(w);
}

static dm_status work_of(dm_store *s, dm_error *err)
{
    if (s->linking)
        return DM_OK;
    struct linking *w = calloc(1, sizeof *w);
    if (!w)
        return no_memory(err);
    w->now = calloc(1, sizeof *w->now);
    w->other = calloc(TELL_EVENTS, sizeof *w->other);
    w->score = calloc((size_t)TELL_EVENTS * TELL_EVENTS, sizeof *w->score);
    w->id = calloc(TELL_EVENTS, sizeof *w->id);
    w->happening = calloc(TELL_EVENTS, sizeof *w->happening);
    w->joined = calloc(TELL_EVENTS, sizeof *w->joined);
    if (!w->now || !w->other || !w->score || !w->id || !w->happening || !w->joined) {
        dm_linking_free(w);
        return no_memory(err);
    }
    s->linking = w;
    return DM_OK;
}

/* --- a document that is coded again --- */

static dm_status forget_likenesses(dm_store *s, int64_t event, dm_error *err)
{
    struct linking *w = s->linking;
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT b FROM likeness WHERE a=?1", err);
    if (st != DM_OK)
        return st;
    uint32_t first = w->n_touched;
    dm_bind_int(q, 1, event);
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        if ((st = keep_row(&w->touched, &w->n_touched, &w->cap_touched, dm_col_int(q, 0), err)) != DM_OK) {
            dm_stmt_done(q);
            return st;
        }
    if (st != DM_END || w->n_touched == first)
        return st == DM_END ? DM_OK : st;
    static const char *const steps[] = { "DELETE FROM likeness WHERE b=?1 AND a IN (SELECT b FROM likeness WHERE a=?1)",
        "DELETE FROM likeness WHERE a=?1" };
    for (size_t i = 0; i < 2; i++) {
        if ((st = dm_db_use(s->db, &q, steps[i], err)) != DM_OK)
            return st;
        dm_bind_int(q, 1, event);
        if ((st = dm_stmt_run(q, err)) != DM_OK)
            return st;
    }
    return DM_OK;
}

static dm_status remember_row(dm_store *s, old_event old, dm_error *err)
{
    if (!grow((void **)&s->old, &s->cap_old, s->n_old, sizeof *s->old))
        return no_memory(err);
    s->old[s->n_old++] = old;
    return DM_OK;
}

dm_status dm_store_remember(dm_store *s, int64_t document, dm_error *err)
{
    s->n_old = 0;
    dm_stmt *q;
    dm_status st = work_of(s, err);
    if (st == DM_OK)
        st = dm_db_use(s->db, &q, "SELECT trigger_start, type, happening, n FROM event WHERE document=?1 ORDER BY n", err);
    if (st != DM_OK)
        return st;
    s->linking->n_touched = s->linking->n_left = 0;
    dm_bind_int(q, 1, document);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        old_event old = { (uint32_t)dm_col_int(q, 0), (uint8_t)dm_col_int(q, 1), dm_col_int(q, 2) };
        if ((st = remember_row(s, old, err)) == DM_OK)
            st = keep_row(&s->linking->left, &s->linking->n_left, &s->linking->cap_left, old.happening, err);
        if (st == DM_OK)
            st = forget_likenesses(s, dm_col_int(q, 3), err);
        if (st != DM_OK) {
            dm_stmt_done(q);
            return st;
        }
    }
    return st == DM_END ? dm_tale_drop(s, document, err) : st;
}

/* --- which events are alike --- */

/* Pairs of the two documents that are alike enough and have no better counterpart on either side. */
static dm_status liken(dm_store *s, uint32_t n_other, dm_error *err)
{
    struct linking *w = s->linking;
    const tale *now = w->now;
    double best_other[TELL_EVENTS];
    for (uint32_t k = 0; k < n_other; k++)
        best_other[k] = -INFINITY;
    for (uint32_t i = 0; i < now->n; i++)
        for (uint32_t k = 0; k < n_other; k++) {
            bool may = dm_may_be_alike(s->linker, &now->v[i], &w->other[k]);
            double score = w->score[i * TELL_EVENTS + k] = may ? dm_alike(s->linker, &now->v[i], &w->other[k]) : -INFINITY;
            best_other[k] = score > best_other[k] ? score : best_other[k];
        }
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < now->n && st == DM_OK; i++) {
        double best = s->linker->join;
        for (uint32_t k = 0; k < n_other; k++)
            best = w->score[i * TELL_EVENTS + k] > best ? w->score[i * TELL_EVENTS + k] : best;
        for (uint32_t k = 0; k < n_other && st == DM_OK; k++) {
            double score = w->score[i * TELL_EVENTS + k];
            if (score >= best && score >= best_other[k])
                st = keep_likeness(w, (likeness){ -1 - (int64_t)i, w->other[k].event, score }, err);
        }
    }
    return st;
}

/* Where a batch is filed: what hangs together with the events that were found. */
static dm_status bring_found(dm_store *s, dm_error *err)
{
    const struct linking *w = s->linking;
    if (!s->db->batch || w->n_found == 0)
        return DM_OK;
    int64_t *event = malloc(w->n_found * sizeof *event);
    if (!event)
        return no_memory(err);
    for (uint32_t i = 0; i < w->n_found; i++)
        event[i] = w->found[i].b;
    dm_status st = dm_bring_strands(s, event, w->n_found, err);
    free(event);
    return st;
}

/* ev: the document's events, by their place in w->index. */
static dm_status compare(dm_store *s, const dm_event *ev, uint32_t n_ev, int64_t document, dm_error *err)
{
    struct linking *w = s->linking;
    int64_t other[COMPARED_MAX];
    uint32_t n = 0, n_other;
    dm_status st = w->now->n ? dm_story_candidates(s, w->now->term, w->now->n_term, w->now->day, other, &n, err) : DM_OK;
    for (uint32_t i = 0; i < n_ev && st == DM_OK; i++) {
        if (w->index[i] == DM_NONE || !w->now->v[w->index[i]].precise)
            continue;
        recall r = { document, w->now->v[w->index[i]].day, ev[i].type };
        st = dm_story_recall(s, &ev[i], &r, other, &n, err);
    }
    if (st == DM_OK)
        st = dm_bring_tales(s, other, n, err);
    for (uint32_t i = 0; i < n && st == DM_OK; i++) {
        if (other[i] == document)
            continue;
        if ((st = dm_tale_load(s, other[i], w->other, &n_other, err)) == DM_OK)
            st = liken(s, n_other, err);
    }
    return st == DM_OK ? bring_found(s, err) : st;
}

static bool index_room(struct linking *w, uint32_t n)
{
    if (n <= w->cap_index)
        return true;
    uint32_t *bigger = realloc(w->index, n * sizeof *bigger);
    if (!bigger)
        return false;
    w->index = bigger;
    w->cap_index = n;
    return true;
}

/* Facts of the document's events; an event that another has the content of is not filed and stands aside. */
static dm_status gather(dm_store *s, const dm_doc *doc, dm_error *err)
{
    struct linking *w = s->linking;
    tale *now = w->now;
    if (!index_room(w, doc->events.n))
        return no_memory(err);
    said_words said;
    said.sentence = DM_NONE;
    now->n = 0;
    if (s->terms_now)
        memcpy(now->term, s->terms_now->term, (now->n_term = s->terms_now->n) * sizeof *now->term);
    else
        now->n_term = dm_story_terms(now->term, s->linker, doc);
    now->day = doc->meta.date.precision != DM_PREC_UNKNOWN ? doc->meta.date.from : DM_DAY_NONE;
    for (uint32_t i = 0; i < doc->events.n; i++) {
        uint32_t k = 0;
        while (k < now->n && w->id[k] != doc->events.v[i].id)
            k++;
        w->index[i] = k == now->n && k < TELL_EVENTS ? k : DM_NONE;
        if (w->index[i] == DM_NONE)
            continue;
        dm_telling_make(&now->v[k], s->linker, doc, &doc->events.v[i], &said);
        w->id[k] = doc->events.v[i].id;
        w->joined[k] = false;
        w->happening[k] = 0;
        for (uint32_t o = 0; o < s->n_old; o++)
            if (s->old[o].type == doc->events.v[i].type && s->old[o].trigger == doc->events.v[i].trigger.start)
                w->happening[k] = s->old[o].happening;
        now->n++;
    }
    return DM_OK;
}

/* --- strands --- */

typedef struct strand {
    strand_event v[STRAND_MAX];
    likeness *of;
    uint32_t n, n_of, cap_of;
    bool whole; /* no event was left out */
} strand;

static bool in_strand(const strand *t, int64_t event)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (t->v[i].event == event)
            return true;
    return false;
}

static void add_new(strand *t, const dm_store *s, int64_t document, int64_t event)
{
    const struct linking *w = s->linking;
    const telling *l = &w->now->v[-1 - event];
    t->v[t->n++] = (strand_event){ .event = event,
        .document = document,
        .happening = w->happening[-1 - event],
        .key = w->id[-1 - event] ^ w->salt,
        .day = l->day,
        .day_end = l->day_end,
        .precise = l->precise };
}

static uint64_t salt_of(const char *hash)
{
    uint64_t salt;
    memcpy(&salt, hash, sizeof salt);
    return salt;
}

static dm_status add_old(strand *t, dm_store *s, int64_t event, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "SELECT e.document, e.happening, e.id, e.day, e.day_end, e.when_precision, d.hash FROM event e JOIN document d ON "
        "d.n=e.document WHERE e.n=?1",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, event);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        dm_str hash = dm_col_str(q, 6);
        t->v[t->n++] = (strand_event){ .event = event,
            .document = dm_col_int(q, 0),
            .happening = dm_col_int(q, 1),
            .key = (uint64_t)dm_col_int(q, 2) ^ (hash.len >= sizeof(uint64_t) ? salt_of(hash.p) : 0),
            .day = (dm_day)dm_col_int(q, 3),
            .day_end = (dm_day)dm_col_int(q, 4),
            .precise = dm_col_int(q, 5) == DM_PREC_DAY };
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

static dm_status add_event(strand *t, dm_store *s, int64_t document, int64_t event, dm_error *err)
{
    if (in_strand(t, event))
        return DM_OK;
    if (t->n == STRAND_MAX) {
        t->whole = false;
        return DM_OK;
    }
    if (event >= 0)
        return add_old(t, s, event, err);
    add_new(t, s, document, event);
    return DM_OK;
}

static dm_status add_likeness(strand *t, dm_store *s, int64_t document, likeness l, dm_error *err)
{
    if (t->n_of == LIKENESSES_MAX || !grow((void **)&t->of, &t->cap_of, t->n_of, sizeof *t->of))
        return t->n_of == LIKENESSES_MAX ? DM_OK : no_memory(err);
    t->of[t->n_of++] = l;
    return add_event(t, s, document, l.b, err);
}

/* Everything that is joined with the event by likenesses. */
static dm_status follow(strand *t, dm_store *s, int64_t document, int64_t event, dm_error *err)
{
    const struct linking *w = s->linking;
    t->n = t->n_of = 0;
    t->whole = true;
    dm_status st = add_event(t, s, document, event, err);
    for (uint32_t i = 0; i < t->n && st == DM_OK; i++) {
        int64_t from = t->v[i].event;
        for (uint32_t k = 0; k < w->n_found && st == DM_OK; k++)
            if (w->found[k].a == from)
                st = add_likeness(t, s, document, w->found[k], err);
        dm_stmt *q;
        if (from < 0 || st != DM_OK)
            continue;
        if ((st = dm_bring_strands(s, &from, 1, err)) != DM_OK)
            return st;
        if ((st = dm_db_use(s->db, &q, "SELECT b, score FROM likeness WHERE a=?1 ORDER BY b", err)) != DM_OK)
            return st;
        dm_bind_int(q, 1, from);
        while ((st = dm_stmt_step(q, err)) == DM_OK)
            if ((st = add_likeness(t, s, document, (likeness){ from, dm_col_int(q, 0), dm_col_real(q, 1) }, err)) != DM_OK) {
                dm_stmt_done(q);
                return st;
            }
        st = st == DM_END ? DM_OK : st;
    }
    return st;
}

/* --- happenings --- */

static dm_status new_happening(dm_store *s, uint64_t id, uint64_t salt, int64_t *happening, dm_error *err)
{
    dm_stmt *q;
    for (;;) { /* an id is taken when the same sentence of a copied article founded another happening */
        dm_status st = dm_db_use(s->db, &q, "INSERT INTO happening(id) VALUES(?1) ON CONFLICT DO NOTHING", err);
        if (st != DM_OK)
            return st;
        dm_bind_int(q, 1, (int64_t)id);
        if ((st = dm_stmt_run(q, err)) != DM_OK)
            return st;
        if (dm_db_changes(s->db))
            break;
        id = dm_hash(&id, sizeof id, salt);
    }
    *happening = dm_db_last_id(s->db);
    return DM_OK;
}

static bool is_taken(const struct linking *w, int64_t happening)
{
    for (uint32_t i = 0; i < w->n_taken; i++)
        if (w->taken[i] == happening)
            return true;
    return false;
}

/* The happening that most of the group tell already and no other group has; the oldest of several; else 0. */
static int64_t name_of(const struct linking *w, const strand *t, uint32_t group)
{
    int64_t best = 0;
    uint32_t most = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        int64_t h = t->v[i].happening;
        if (t->v[i].group != group || h == 0 || is_taken(w, h))
            continue;
        uint32_t told = 0;
        for (uint32_t k = 0; k < t->n; k++)
            told += t->v[k].group == group && t->v[k].happening == h;
        if (told > most || (told == most && h < best)) {
            most = told;
            best = h;
        }
    }
    return best;
}

static dm_status move_event(dm_store *s, int64_t document, int64_t event, int64_t happening, dm_error *err)
{
    static const char *const steps[] = { "UPDATE event SET happening=?2 WHERE n=?1",
        "UPDATE dyad SET happening=?2 WHERE event=?1" };
    dm_status st = DM_OK;
    for (size_t i = 0; i < (s->slim ? 1 : 2) && st == DM_OK; i++) {
        dm_stmt *q;
        if ((st = dm_db_use(s->db, &q, steps[i], err)) != DM_OK)
            return st;
        dm_bind_int(q, 1, event);
        dm_bind_int(q, 2, happening);
        st = dm_stmt_run(q, err);
    }
    return st == DM_OK && !s->slim ? dm_digest_move(s, document, event, happening, err) : st;
}

static dm_status set_happening(dm_store *s, strand_event *e, int64_t happening, bool joined, dm_error *err)
{
    struct linking *w = s->linking;
    if (e->event < 0) {
        w->happening[-1 - e->event] = happening;
        w->joined[-1 - e->event] = joined;
    } else if (e->happening != happening) {
        dm_status st = keep_row(&w->left, &w->n_left, &w->cap_left, e->happening, err);
        if (st == DM_OK)
            st = move_event(s, e->document, e->event, happening, err);
        if (st != DM_OK)
            return st;
    }
    e->happening = happening;
    return DM_OK;
}

static dm_status name_group(dm_store *s, strand *t, uint32_t group, dm_error *err)
{
    struct linking *w = s->linking;
    const strand_event *first = NULL;
    bool joined = false;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->v[i].group == group && (!first || t->v[i].key < first->key))
            first = &t->v[i];
    if (!first)
        return DM_OK;
    for (uint32_t i = 0; i < t->n; i++)
        joined |= t->v[i].group == group && t->v[i].document != first->document;
    int64_t happening = name_of(w, t, group);
    dm_status st = happening ? DM_OK : new_happening(s, first->key, first->key, &happening, err);
    if (st == DM_OK)
        st = keep_row(&w->taken, &w->n_taken, &w->cap_taken, happening, err);
    for (uint32_t i = 0; i < t->n && st == DM_OK; i++)
        if (t->v[i].group == group)
            st = set_happening(s, &t->v[i], happening, joined, err);
    return st;
}

/* The happening of the event's nearest likeness in the record, 0 when it has none, and whether as many tell it as are sorted at all. */
static dm_status nearest(dm_store *s, int64_t event, int64_t *happening, bool *settled, dm_error *err)
{
    const struct linking *w = s->linking;
    const likeness *best = NULL;
    *happening = 0;
    for (uint32_t k = 0; k < w->n_found; k++)
        if (w->found[k].a == event && (!best || w->found[k].score > best->score))
            best = &w->found[k];
    dm_stmt *q;
    dm_status st =
        best ? dm_db_use(s->db, &q,
                   "SELECT happening, (SELECT count(*) FROM (SELECT 1 FROM event o WHERE o.happening=e.happening LIMIT "
                   "?2) o) FROM event e WHERE n=?1",
                   err)
             : DM_OK;
    if (!best || st != DM_OK)
        return st;
    dm_bind_int(q, 1, best->b);
    dm_bind_int(q, 2, STRAND_MAX);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        *happening = dm_col_int(q, 0);
        *settled = dm_col_int(q, 1) == STRAND_MAX;
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

/* Of an event that joins a settled happening only the nearest likeness is kept, the first of several. */
static void keep_nearest(struct linking *w, int64_t event)
{
    uint32_t best = DM_NONE, kept = 0;
    for (uint32_t k = 0; k < w->n_found; k++)
        if (w->found[k].a == event && (best == DM_NONE || w->found[k].score > w->found[best].score))
            best = k;
    int64_t other = w->found[best].b;
    for (uint32_t k = 0; k < w->n_found; k++) {
        const likeness *l = &w->found[k];
        if ((l->a != event || l->b == other) && (l->b != event || l->a == other))
            w->found[kept++] = *l;
    }
    w->n_found = kept;
}

static dm_status join_nearest(dm_store *s, uint32_t i, int64_t happening, dm_error *err)
{
    struct linking *w = s->linking;
    w->happening[i] = happening;
    w->joined[i] = true;
    return keep_row(&w->taken, &w->n_taken, &w->cap_taken, happening, err);
}

/* A strand that is too long to be sorted again: what is new in it joins the happening of its nearest likeness. */
static dm_status grow_long(dm_store *s, strand *t, dm_error *err)
{
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < t->n && st == DM_OK; i++) {
        int64_t happening = 0;
        bool settled;
        if (t->v[i].event < 0 && (st = nearest(s, t->v[i].event, &happening, &settled, err)) == DM_OK && happening)
            st = join_nearest(s, (uint32_t)(-1 - t->v[i].event), happening, err);
    }
    return st;
}

static dm_status sort_strand(dm_store *s, strand *t, dm_error *err)
{
    if (!t->whole)
        return grow_long(s, t, err);
    dm_status st = dm_strand_sort(t->v, t->n, t->of, t->n_of, err);
    bool named[STRAND_MAX] = { false };
    for (;;) { /* the largest group first: it keeps the number that others may have too */
        uint32_t best = STRAND_MAX, most = 0;
        for (uint32_t g = 0; g < t->n; g++) {
            uint32_t size = 0;
            for (uint32_t i = 0; i < t->n && !named[g]; i++)
                size += t->v[i].group == g;
            if (size > most) {
                most = size;
                best = g;
            }
        }
        if (best == STRAND_MAX || st != DM_OK)
            return st;
        named[best] = true;
        st = name_group(s, t, best, err);
    }
}

/* The strand is sorted; its events need not be followed again. */
static void mark_done(struct linking *w, const strand *t, bool *done)
{
    for (uint32_t k = 0; k < t->n; k++) {
        if (t->v[k].event < 0)
            done[-1 - t->v[k].event] = true;
        for (uint32_t m = 0; m < w->n_touched; m++)
            if (w->touched[m] == t->v[k].event)
                w->touched[m] = 0;
    }
}

static dm_status sort_strand_of(dm_store *s, strand *t, int64_t document, int64_t event, bool *done, dm_error *err)
{
    int64_t happening = 0;
    bool settled = false;
    dm_status st = event < 0 ? nearest(s, event, &happening, &settled, err) : DM_OK;
    if (st == DM_OK && happening && settled) {
        done[-1 - event] = true;
        keep_nearest(s->linking, event);
        return join_nearest(s, (uint32_t)(-1 - event), happening, err);
    }
    if (st == DM_OK)
        st = follow(t, s, document, event, err);
    if (st == DM_OK)
        st = sort_strand(s, t, err);
    mark_done(s->linking, t, done);
    return st;
}

/* Those that nobody else tells. */
static dm_status name_alone(dm_store *s, uint32_t i, dm_error *err)
{
    struct linking *w = s->linking;
    dm_status st = DM_OK;
    if (w->happening[i] && is_taken(w, w->happening[i]))
        w->happening[i] = 0;
    if (w->happening[i] == 0)
        st = new_happening(s, w->id[i] ^ w->salt, w->salt, &w->happening[i], err);
    return st == DM_OK ? keep_row(&w->taken, &w->n_taken, &w->cap_taken, w->happening[i], err) : st;
}

/* Strands that the document's events are in, and those that lost an event of it. */
static dm_status sort_all(dm_store *s, int64_t document, dm_error *err)
{
    struct linking *w = s->linking;
    strand t = { .of = NULL };
    bool done[TELL_EVENTS] = { false };
    dm_status st = DM_OK;
    w->n_taken = 0;
    for (uint32_t i = 0; i < w->now->n && st == DM_OK; i++)
        for (uint32_t k = 0; k < w->n_found && st == DM_OK && !done[i]; k++)
            if (w->found[k].a == -1 - (int64_t)i)
                st = sort_strand_of(s, &t, document, -1 - (int64_t)i, done, err);
    for (uint32_t i = 0; i < w->n_touched && st == DM_OK; i++)
        if (w->touched[i])
            st = sort_strand_of(s, &t, document, w->touched[i], done, err);
    for (uint32_t i = 0; i < w->now->n && st == DM_OK; i++)
        if (!done[i])
            st = name_alone(s, i, err);
    free(t.of);
    return st;
}

dm_status dm_store_link_begin(dm_store *s, const dm_doc *doc, int64_t document, dm_error *err)
{
    dm_status st = work_of(s, err);
    if (st != DM_OK || !s->linker)
        return st;
    struct linking *w = s->linking;
    uint8_t hash[DM_HASH_BYTES];
    dm_filing_hash(hash, doc);
    w->salt = salt_of((const char *)hash);
    w->n_found = 0;
    if (s->n_old == 0)
        w->n_touched = w->n_left = 0;
    if ((st = gather(s, doc, err)) == DM_OK && (st = compare(s, doc->events.v, doc->events.n, document, err)) == DM_OK)
        st = sort_all(s, document, err);
    return st;
}

dm_status dm_link_ready(dm_store *s, dm_error *err) { return work_of(s, err); }

dm_status dm_link_again(dm_store *s, const dm_event *ev, int64_t document, const uint8_t hash[DM_HASH_BYTES], dm_error *err)
{
    struct linking *w = s->linking;
    if (!index_room(w, w->now->n))
        return no_memory(err);
    for (uint32_t i = 0; i < w->now->n; i++) {
        w->index[i] = i;
        w->id[i] = ev[i].id;
        w->joined[i] = false;
        w->happening[i] = 0;
    }
    w->salt = salt_of((const char *)hash);
    w->n_found = w->n_touched = w->n_left = 0;
    dm_status st = compare(s, ev, w->now->n, document, err);
    return st == DM_OK ? sort_all(s, document, err) : st;
}

dm_status dm_store_link(
    dm_store *s, uint32_t event, uint64_t id, int64_t document, int64_t *happening, bool *joined, dm_error *err)
{
    const struct linking *w = s->linking;
    *joined = false;
    if (!s->linker || w->index[event] == DM_NONE)
        return new_happening(s, id, (uint64_t)document, happening, err);
    *happening = w->happening[w->index[event]];
    *joined = w->joined[w->index[event]];
    return DM_OK;
}

/* --- after the events are written --- */

static dm_status write_likeness(dm_store *s, int64_t a, int64_t b, double score, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "INSERT INTO likeness VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, a);
    dm_bind_int(q, 2, b);
    dm_bind_real(q, 3, score);
    return dm_stmt_run(q, err);
}

static dm_status drop_untold(dm_store *s, dm_error *err)
{
    struct linking *w = s->linking;
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < w->n_left && st == DM_OK; i++) {
        dm_stmt *q;
        st = dm_db_use(
            s->db, &q, "DELETE FROM happening WHERE n=?1 AND NOT EXISTS(SELECT 1 FROM event WHERE happening=?1)", err);
        if (st == DM_OK) {
            dm_bind_int(q, 1, w->left[i]);
            st = dm_stmt_run(q, err);
        }
    }
    w->n_left = 0;
    return st;
}

dm_status dm_link_keep(dm_store *s, int64_t document, dm_error *err)
{
    const struct linking *w = s->linking;
    dm_status st = w->now->n ? dm_tale_put(s, document, w->now, err) : DM_OK;
    for (uint32_t i = 0; i < w->n_found && st == DM_OK; i++) {
        const likeness *l = &w->found[i];
        int64_t a = l->a < 0 ? w->now->v[-1 - l->a].event : l->a, b = l->b < 0 ? w->now->v[-1 - l->b].event : l->b;
        st = write_likeness(s, a, b, l->score, err);
    }
    return st == DM_OK ? drop_untold(s, err) : st;
}

dm_status dm_store_link_end(dm_store *s, const dm_doc *doc, const int64_t *row, int64_t document, dm_error *err)
{
    const struct linking *w = s->linking;
    if (!s->linker)
        return DM_OK;
    for (uint32_t i = 0; i < doc->events.n; i++)
        if (w->index[i] != DM_NONE)
            w->now->v[w->index[i]].event = row[i];
    return dm_link_keep(s, document, err);
}

dm_status dm_store_tidy(dm_store *s, dm_error *err)
{
    s->n_old = 0;
    return drop_untold(s, err);
}

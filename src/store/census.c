// SPDX-License-Identifier: Apache-2.0
/* One walk over the digests. Documents come together, and so do families: each key remembers what it met last, and that is all that counting
 * them once takes. Happenings come in any order: they are gathered with their keys, sorted and counted. */
#include "store/census.h"
#include "base/room.h"
#include "store/sift.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A key and a happening as one number. Happenings beyond are numbered anew. */
enum { HAPPENING_BITS = 40, KEYS_MAX = 1 << 24 };
static const uint64_t happening_max = UINT64_C(1) << (HAPPENING_BITS - 1);

typedef struct count {
    uint64_t events, happenings, documents, independent;
    int64_t event, happening, document, family; /* met last; 0: none */
    uint64_t deeds, scaled;                     /* of pairs */
    int64_t hundredths;
    double rest; /* of the scores: those that are whole hundredths, and the others */
    uint64_t as[2];
    int64_t as_event[2];
    dm_day first, last; /* of actors */
} count;

typedef struct census {
    dm_sift sift;
    dm_by by;
    uint32_t deeds;
    dm_rowset keys;
    count *v; /* [keys.n] */
    uint32_t cap;
    uint64_t *told; /* key and happening */
    size_t n_told, cap_told;
    dm_rowset far;   /* happenings with large numbers */
    dm_rowset rows;  /* documents or instruments whose keys are names ... */
    uint32_t *group; /* [rows.n] ... and which name each has */
    dm_arena arena;
    DM_VEC(dm_str) names;  /* of the groups */
    DM_VEC(dm_str) others; /* a second part of the name, or empty */
    bool failed;
    /* the event in hand */
    int64_t family, document;
    const dm_digest_event *e;
} census;

static bool tell(census *c, uint32_t key, int64_t happening)
{
    uint64_t h = (uint64_t)happening;
    if (h >= happening_max) {
        uint32_t at = dm_rowset_add(&c->far, h);
        if (at == DM_ROWSET_NONE)
            return false;
        h = happening_max + at;
    }
    if (!DM_ROOM(c->told, c->n_told, c->cap_told, 4096))
        return false;
    c->told[c->n_told++] = (uint64_t)key << HAPPENING_BITS | h;
    return true;
}

static count *count_of(census *c, uint64_t key)
{
    uint32_t at = dm_rowset_add(&c->keys, key);
    if (at >= KEYS_MAX) /* DM_ROWSET_NONE too */
        return NULL;
    if (at >= c->cap) {
        uint32_t cap = c->cap ? c->cap * 2 : 256;
        count *more = realloc(c->v, cap * sizeof *more);
        if (!more)
            return NULL;
        memset(more + c->cap, 0, (cap - c->cap) * sizeof *more);
        c->v = more;
        c->cap = cap;
    }
    return &c->v[at];
}

/* The event in hand counts for the key, once. */
static count *meet(census *c, uint64_t key)
{
    count *n = c->failed ? NULL : count_of(c, key);
    if (!n) {
        c->failed = true;
        return NULL;
    }
    if (n->event == c->e->n)
        return n;
    n->event = c->e->n;
    n->events++;
    n->documents += n->document != c->document;
    n->document = c->document;
    n->independent += n->family != c->family;
    n->family = c->family;
    if (n->happening != c->e->happening)
        c->failed = !tell(c, (uint32_t)(n - c->v), c->e->happening);
    n->happening = c->e->happening;
    return n;
}

static uint32_t number_of(const char *code)
{
    uint32_t n;
    memcpy(&n, code, sizeof n);
    return n;
}
_Static_assert(DM_CODE_MAX == sizeof(uint32_t), "a code is a number");

static uint64_t pair_of(const char *actor, const char *target) { return (uint64_t)number_of(actor) << 32 | number_of(target); }

static bool meet_pair(void *ctx, const char *actor, const char *target) { return meet(ctx, pair_of(actor, target)) != NULL; }

/* --- keys --- */

static void meet_bits(census *c, uint64_t bits)
{
    for (unsigned i = 0; bits; i++, bits >>= 1)
        if (bits & 1)
            meet(c, i);
}

static void meet_party(census *c, uint8_t role)
{
    for (uint32_t i = 0; i < c->e->n_party; i++)
        if (c->e->party[i].role == role && c->e->party[i].code[0])
            meet(c, number_of(c->e->party[i].code));
}

static void meet_named(census *c, int64_t row)
{
    uint32_t at = dm_rowset_find(&c->rows, (uint64_t)row);
    if (at != DM_ROWSET_NONE)
        meet(c, c->group[at]);
}

static void meet_keys(census *c)
{
    const dm_digest_event *e = c->e;
    int year = 0, month, day;
    switch (c->by) {
    case DM_BY_TYPE: meet(c, e->type); break;
    case DM_BY_YEAR:
        if (e->day != DM_DAY_NONE)
            dm_day_split(e->day, &year, &month, &day);
        meet(c, e->day == DM_DAY_NONE ? UINT64_MAX : (uint64_t)(int64_t)year);
        break;
    case DM_BY_ACTOR: meet_party(c, 0); break;
    case DM_BY_RECIPIENT: meet_party(c, 1); break;
    case DM_BY_DYAD: dm_digest_pairs(e, meet_pair, c); break;
    case DM_BY_CONTEXT: meet_bits(c, e->contexts & INT64_MAX); break;
    case DM_BY_STATUS: meet_bits(c, ((uint64_t)(e->aux & 15) << 1) | ((e->aux & 7) == 0)); break;
    case DM_BY_SOURCE: meet_named(c, c->document); break;
    case DM_BY_INSTRUMENT: meet_named(c, e->instrument); break;
    default: meet(c, 0); break;
    }
}

static dm_str name_at(census *c, dm_stmt *q, int at)
{
    dm_str s = dm_col_str(q, at);
    return s.len ? dm_arena_str(&c->arena, s) : DM_NIL;
}

/* The next row has this name: in the group of the row before it, or a new one. */
static bool name_row(census *c, dm_stmt *q)
{
    dm_str *last = c->names.n ? &c->names.v[c->names.n - 1] : NULL;
    if (!last || !dm_str_eq(*last, dm_col_str(q, 1)) || !dm_str_eq(c->others.v[c->names.n - 1], dm_col_str(q, 2))) {
        dm_str *name = DM_PUSH(&c->arena, &c->names), *other = DM_PUSH(&c->arena, &c->others);
        if (!name || !other)
            return false;
        *name = name_at(c, q, 1);
        *other = name_at(c, q, 2);
    }
    uint32_t at = dm_rowset_add(&c->rows, (uint64_t)dm_col_int(q, 0));
    uint32_t *more = at != DM_ROWSET_NONE && (at & (at - 1)) == 0 ? realloc(c->group, (at ? at * 2 : 1) * sizeof *more)
                                                                  : c->group; /* doubles */
    if (at == DM_ROWSET_NONE || !more)
        return false;
    c->group = more;
    c->group[at] = c->names.n - 1;
    return !c->arena.failed;
}

static dm_status name_rows(census *c, dm_store *s, dm_error *err)
{
    const char *sql = c->by == DM_BY_SOURCE       ? "SELECT n, coalesce(publication, ''), '' FROM document ORDER BY 2"
                      : c->by == DM_BY_INSTRUMENT ? "SELECT n, type, subject FROM instrument ORDER BY type, subject"
                                                  : NULL;
    dm_stmt *q = NULL;
    dm_status st = sql ? dm_db_prepare(dm_store_db(s), &q, sql, err) : DM_END;
    while (st != DM_END && st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        if (!name_row(c, q))
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the names of a count");
    dm_stmt_free(q);
    return st == DM_END ? DM_OK : st;
}

/* --- the walk --- */

typedef void take_fn(census *c);

typedef struct walking {
    census *c;
    take_fn *take;
} walking;

static dm_status on_event(void *ctx, int64_t family, int64_t document, const dm_digest_event *e, dm_error *err)
{
    const walking *w = ctx;
    census *c = w->c;
    if (!dm_sift_passes(&c->sift, document, e))
        return DM_OK;
    c->family = family;
    c->document = document;
    c->e = e;
    w->take(c);
    return !c->failed              ? DM_OK
           : c->keys.n >= KEYS_MAX ? dm_fail(err, DM_ELIMIT, 0, "more than %d things to count by; ask with a filter", KEYS_MAX)
                                   : dm_fail(err, DM_ENOMEM, 0, "out of memory for counting");
}

static dm_status count_told(census *c, dm_error *err)
{
    uint64_t *spare = c->n_told ? malloc(c->n_told * sizeof *spare) : NULL;
    if (c->n_told && !spare)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for counting");
    if (spare)
        dm_sort_numbers(c->told, spare, c->n_told);
    free(spare);
    for (size_t i = 0; i < c->n_told; i++)
        if (i == 0 || c->told[i] != c->told[i - 1])
            c->v[c->told[i] >> HAPPENING_BITS].happenings++;
    return DM_OK;
}

static dm_status run(census *c, dm_store *s, const dm_filter *f, take_fn *take, dm_error *err)
{
    walking w = { c, take };
    dm_status st = dm_sift_open(&c->sift, s, f, err);
    if (st == DM_OK)
        st = name_rows(c, s, err);
    if (st == DM_OK)
        st = dm_digest_walk(s, on_event, &w, err);
    return st == DM_OK ? count_told(c, err) : st;
}

static void clear(census *c)
{
    dm_sift_close(&c->sift);
    dm_rowset_free(&c->keys);
    dm_rowset_free(&c->far);
    dm_rowset_free(&c->rows);
    dm_arena_free(&c->arena);
    free(c->v);
    free(c->told);
    free(c->group);
}

/* --- in their order --- */

typedef struct line {
    const count *n;
    uint64_t key;
    dm_str name, other;
} line;

static dm_str code_of(census *c, uint32_t number)
{
    char code[DM_CODE_MAX];
    memcpy(code, &number, sizeof code);
    code[DM_CODE_MAX - 1] = '\0';
    return code[0] ? dm_arena_str(&c->arena, dm_str_of(code)) : DM_NIL;
}

static dm_str year_of(census *c, uint64_t key)
{
    char text[24];
    if (key == UINT64_MAX)
        return DM_STR("undated");
    snprintf(text, sizeof text, "%04u", (unsigned)key);
    return key <= 9999 ? dm_arena_str(&c->arena, dm_str_of(text)) : DM_NIL;
}

static void name_line(census *c, line *l)
{
    static const char *const statuses[] = { "done", "negated", "planned", "hypothetical", "historical" };
    switch (c->by) {
    case DM_BY_TYPE: l->name = dm_str_of(dm_type_name((dm_type)l->key)); break;
    case DM_BY_CONTEXT: l->name = dm_str_of(dm_context_name((unsigned)l->key)); break;
    case DM_BY_STATUS: l->name = dm_str_of(statuses[l->key]); break;
    case DM_BY_YEAR: l->name = year_of(c, l->key); break;
    case DM_BY_ACTOR:
    case DM_BY_RECIPIENT: l->name = code_of(c, (uint32_t)l->key); break;
    case DM_BY_DYAD:
        l->name = code_of(c, (uint32_t)(l->key >> 32));
        l->other = code_of(c, (uint32_t)l->key);
        break;
    case DM_BY_SOURCE:
    case DM_BY_INSTRUMENT:
        l->name = c->names.v[l->key];
        l->other = c->others.v[l->key];
        break;
    default: break;
    }
}

static int compare(dm_str a, dm_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int way = n ? memcmp(a.p, b.p, n) : 0;
    return way ? way : (a.len > b.len) - (a.len < b.len);
}

static int by_name(const void *a, const void *b)
{
    const line *x = a, *y = b;
    int way = compare(x->name, y->name);
    return way ? way : compare(x->other, y->other);
}

static int by_events(const void *a, const void *b)
{
    const line *x = a, *y = b;
    int way = (x->n->events < y->n->events) - (x->n->events > y->n->events);
    return way ? way : by_name(a, b);
}

static int by_number(const void *a, const void *b)
{
    const line *x = a, *y = b;
    int way = (x->n->events < y->n->events) - (x->n->events > y->n->events);
    return way ? way : (x->key > y->key) - (x->key < y->key);
}

/* All keys that were met, with their names, in order; NULL when memory ran out. */
static line *lines_of(census *c, dm_error *err)
{
    line *v = calloc(c->keys.n ? c->keys.n : 1, sizeof *v);
    for (uint32_t i = 0; v && i < c->keys.n; i++) {
        v[i] = (line){ .n = &c->v[i], .key = c->keys.key[i] };
        name_line(c, &v[i]);
    }
    if (!v || c->arena.failed) {
        dm_fail(err, DM_ENOMEM, 0, "out of memory for counting");
        free(v);
        return NULL;
    }
    qsort(v, c->keys.n, sizeof *v, c->by == DM_BY_YEAR ? by_name : c->by == DM_BY_CONTEXT ? by_number : by_events);
    return v;
}

static const char *cut(char out[DM_COUNT_KEY_MAX], dm_str s)
{
    size_t n = s.len < DM_COUNT_KEY_MAX ? s.len : DM_COUNT_KEY_MAX - 1;
    while (n < s.len && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--; /* never inside a character */
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
    return out;
}

static dm_status give_stats(census *c, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err)
{
    line *v = lines_of(c, err);
    dm_status st = v ? DM_OK : DM_ENOMEM;
    char key[DM_COUNT_KEY_MAX], other[DM_COUNT_KEY_MAX];
    for (uint32_t i = 0; st == DM_OK && i < c->keys.n && (limit == 0 || i < limit); i++) {
        const count *n = v[i].n;
        dm_tally row = { cut(key, v[i].name), cut(other, v[i].other), n->events, n->happenings, n->documents, n->independent };
        st = fn(ctx, &row, err);
    }
    free(v);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_census_stats(dm_store *s, dm_by by, const dm_filter *f, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err)
{
    census c = { .by = by };
    if (by == DM_BY_ALL && !count_of(&c, 0)) /* one row, also when nothing passes */
        c.failed = true;
    dm_status st = c.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for counting") : run(&c, s, f, meet_keys, err);
    if (st == DM_OK)
        st = give_stats(&c, limit, fn, ctx, err);
    clear(&c);
    return st;
}

/* --- pairs --- */

static bool take_pair(void *ctx, const char *actor, const char *target)
{
    census *c = ctx;
    const dm_digest_event *e = c->e;
    if (!dm_pair_asked_for(c->sift.f, actor, target))
        return true;
    count *n = meet(c, pair_of(actor, target));
    if (!n)
        return false;
    n->deeds += (c->deeds >> e->type & 1) && (e->aux & (DM_NEGATION | DM_FUTURE | DM_HYPOTHETICAL)) == 0;
    if (!isfinite(e->scale))
        return true;
    double hundredths = round(e->scale * 100);
    n->scaled++;
    if (fabs(hundredths) < 1e9 && hundredths / 100 == e->scale)
        n->hundredths += (int64_t)hundredths;
    else
        n->rest += e->scale;
    return true;
}

static void take_pairs(census *c) { dm_digest_pairs(c->e, take_pair, c); }

dm_status dm_census_pairs(dm_store *s, const dm_filter *f, uint32_t deeds, dm_pair_fn *fn, void *ctx, dm_error *err)
{
    census c = { .by = DM_BY_DYAD, .deeds = deeds };
    dm_status st = run(&c, s, f, take_pairs, err);
    line *v = st == DM_OK ? lines_of(&c, err) : NULL;
    st = st == DM_OK && !v ? DM_ENOMEM : st;
    for (uint64_t i = f->offset; st == DM_OK && i < c.keys.n && (f->limit == 0 || i < f->offset + f->limit); i++) {
        const count *n = v[i].n;
        double mean = n->scaled ? ((double)n->hundredths / 100 + n->rest) / (double)n->scaled : NAN;
        dm_pair row = { .actor = v[i].name.p,
            .recipient = v[i].other.p,
            .events = n->events,
            .happenings = n->happenings,
            .documents = n->documents,
            .words = n->events - n->deeds,
            .deeds = n->deeds,
            .scale = mean };
        st = fn(ctx, &row, err);
    }
    free(v);
    clear(&c);
    return st == DM_END ? DM_OK : st;
}

/* --- actors --- */

/* Who stands on the other side of a code, and in how many events. */
typedef struct actors {
    census c; /* the first, so that one is the other */
    dm_rowset pairs;
    struct with {
        uint64_t events;
        int64_t event;
    } * with; /* [pairs.n] */
    uint32_t cap;
} actors;

static bool meet_with(actors *a, const char *one, const char *other)
{
    uint32_t at = dm_rowset_add(&a->pairs, pair_of(one, other));
    if (at == DM_ROWSET_NONE)
        return false;
    if (at >= a->cap) {
        uint32_t cap = a->cap ? a->cap * 2 : 1024;
        struct with *more = realloc(a->with, cap * sizeof *more);
        if (!more)
            return false;
        memset(more + a->cap, 0, (cap - a->cap) * sizeof *more);
        a->with = more;
        a->cap = cap;
    }
    a->with[at].events += a->with[at].event != a->c.e->n;
    a->with[at].event = a->c.e->n;
    return true;
}

static bool take_with(void *ctx, const char *actor, const char *target)
{
    actors *a = ctx;
    bool ok = strcmp(actor, target) == 0 || (meet_with(a, actor, target) && meet_with(a, target, actor));
    a->c.failed |= !ok;
    return ok;
}

static void take_actors(census *c)
{
    const dm_digest_event *e = c->e;
    for (uint32_t i = 0; i < e->n_party; i++) {
        uint8_t role = e->party[i].role;
        if (role > 1 || !e->party[i].code[0])
            continue;
        count *n = meet(c, number_of(e->party[i].code));
        if (!n)
            return;
        n->as[role] += n->as_event[role] != e->n;
        n->as_event[role] = e->n;
        if (e->day == DM_DAY_NONE)
            continue;
        bool dated = n->scaled++ > 0;
        n->first = dated && n->first < e->day ? n->first : e->day;
        n->last = dated && n->last > e->day ? n->last : e->day;
    }
    dm_digest_pairs(e, take_with, c);
}

/* Whether x comes before y among those on the other side. */
static bool more_common(const dm_presence *row, size_t at, const char *code, uint64_t events)
{
    return events != row->with[at].events ? events > row->with[at].events : strcmp(code, row->with[at].code) < 0;
}

static void add_with(dm_presence *row, const char *code, uint64_t events)
{
    size_t at = row->n_with;
    while (at > 0 && more_common(row, at - 1, code, events))
        at--;
    if (at == DM_COUNTERPARTS)
        return;
    row->n_with += row->n_with < DM_COUNTERPARTS;
    for (size_t i = row->n_with - 1; i > at; i--)
        row->with[i] = row->with[i - 1];
    memcpy(row->with[at].code, code, DM_CODE_MAX);
    row->with[at].events = events;
}

/* The rows of the lines from `first` on, with the most common on their other sides. */
static dm_presence *rows_of(actors *a, const line *v, uint32_t first, uint32_t n)
{
    dm_presence *rows = calloc(n ? n : 1, sizeof *rows);
    uint32_t *place = calloc(a->c.keys.n ? a->c.keys.n : 1, sizeof *place); /* of a key among the rows, plus one */
    for (uint32_t i = 0; rows && place && i < n; i++) {
        const count *k = v[first + i].n;
        rows[i] = (dm_presence){ .code = v[first + i].name.p,
            .name = v[first + i].name,
            .as_actor = k->as[0],
            .as_recipient = k->as[1],
            .first = k->scaled ? k->first : DM_DAY_NONE,
            .last = k->scaled ? k->last : DM_DAY_NONE };
        place[k - a->c.v] = i + 1;
    }
    for (uint32_t i = 0; rows && place && i < a->pairs.n; i++) {
        uint32_t key = dm_rowset_find(&a->c.keys, a->pairs.key[i] >> 32), other = (uint32_t)a->pairs.key[i];
        char code[DM_CODE_MAX];
        memcpy(code, &other, sizeof code);
        if (key != DM_ROWSET_NONE && place[key])
            add_with(&rows[place[key] - 1], code, a->with[i].events);
    }
    if (!place) {
        free(rows);
        rows = NULL;
    }
    free(place);
    return rows;
}

dm_status dm_census_actors(
    dm_store *s, const dm_filter *f, uint64_t offset, uint64_t limit, dm_presence_fn *fn, void *ctx, dm_error *err)
{
    actors a = { .c = { .by = DM_BY_ACTOR } };
    dm_status st = run(&a.c, s, f, take_actors, err);
    line *v = st == DM_OK ? lines_of(&a.c, err) : NULL;
    st = st == DM_OK && !v ? DM_ENOMEM : st;
    uint32_t first = offset < a.c.keys.n ? (uint32_t)offset : a.c.keys.n, n = a.c.keys.n - first;
    n = limit && limit < n ? (uint32_t)limit : n;
    dm_presence *rows = st == DM_OK ? rows_of(&a, v, first, n) : NULL;
    if (st == DM_OK && !rows)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for counting");
    for (uint32_t i = 0; st == DM_OK && i < n; i++)
        st = fn(ctx, &rows[i], err);
    free(rows);
    free(v);
    free(a.with);
    dm_rowset_free(&a.pairs);
    clear(&a.c);
    return st == DM_END ? DM_OK : st;
}

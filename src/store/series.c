// SPDX-License-Identifier: Apache-2.0
/* Which instruments are one series. The key of a series is its id: family and the parts of the key that are known, in letters and digits.
 *
 * An event whose instrument lacks a part of its key stands, where its family may join, for the one series of the same article that has all
 * that it has and more. Whether it does depends on nothing but its own article, so the order of adding does not matter. */
#include "store/series.h"
#include "base/map.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    ID_BYTES = 400,
    NAME_IN_ID = 60 /* longer names are cut and get a hash */,
    IDS_TOLD = 5,
    DOCUMENT_EVENTS = 4096 /* of one document that are looked at together */
};

/* --- families --- */

typedef struct family {
    dm_str name;
    bool by_body, by_subject, joins;
} family;

static family family_of(const dm_tables *tables, dm_str type)
{
    const dm_table *t = dm_tables_get(tables, "instruments/families");
    for (uint32_t r = 0; t && r < dm_table_rows(t); r++)
        if (dm_str_eq(dm_table_cell(t, r, dm_table_column(t, "type")), type)) {
            dm_str key = dm_table_cell(t, r, dm_table_column(t, "key")), part;
            family f = { .name = dm_table_cell(t, r, dm_table_column(t, "family")),
                .joins = dm_str_is(dm_table_cell(t, r, dm_table_column(t, "joins")), "yes") };
            while (dm_str_split(&key, ' ', &part)) {
                f.by_body |= dm_str_is(part, "body");
                f.by_subject |= dm_str_is(part, "subject");
            }
            return f;
        }
    return (family){ .name = type, .by_body = true, .by_subject = true };
}

/* --- ids --- */

static void add_part(char *id, size_t *n, dm_str part, bool lower)
{
    if (part.len == 0 || *n + NAME_IN_ID + 16 >= ID_BYTES)
        return;
    bool gap = true; /* nothing was written behind the last hyphen */
    id[(*n)++] = '-';
    size_t i = 0, from = *n;
    while (i < part.len && *n - from < NAME_IN_ID) {
        uint32_t cp;
        i += dm_utf8_next(part.p, part.len, i, &cp);
        bool word = cp >= 0x80 ? dm_cp_is_alpha(cp) : dm_cp_is_alpha(cp) || (cp >= '0' && cp <= '9');
        if (word)
            *n += dm_utf8_put(id + *n, lower ? dm_cp_fold(cp) : cp);
        else if (!gap)
            id[(*n)++] = '-';
        gap = !word;
    }
    if (id[*n - 1] == '-')
        (*n)--;
    if (i < part.len)
        *n += (size_t)snprintf(id + *n, 16, "-%06x", (unsigned)(dm_hash(part.p, part.len, 0) & 0xFFFFFF));
}

static dm_str id_of(dm_series_set *set, const family *f, dm_str body, dm_str subject, dm_str name)
{
    char id[ID_BYTES];
    size_t n = f->name.len < 40 ? f->name.len : 40;
    memcpy(id, f->name.p, n);
    bool treaty = dm_str_is(f->name, "treaty") && name.len;
    if (f->by_body && !treaty)
        add_part(id, &n, body, false);
    if (f->by_subject && !treaty)
        add_part(id, &n, subject, false);
    add_part(id, &n, name, true);
    return dm_arena_str(&set->arena, (dm_str){ id, n });
}

/* --- reading the instruments --- */

static dm_str keep(dm_series_set *set, dm_str s) { return s.len ? dm_arena_str(&set->arena, s) : DM_STR(""); }

/* A body of the United Nations that is not said further is no body yet. */
static bool body_known(dm_str body) { return body.len && !dm_str_is(body, "UNO"); }

static bool add_row(dm_series_set *set, dm_map *known, dm_stmt *q)
{
    dm_str type = dm_col_str(q, 1), body = dm_col_str(q, 2), subject = dm_col_str(q, 3), name = dm_col_str(q, 4);
    family f = family_of(set->tables, type);
    dm_str id = id_of(set, &f, body, subject, name);
    dm_series_row *row = DM_PUSH(&set->arena, &set->rows);
    if (!id.p || !row)
        return false;
    *row = (dm_series_row){ .instrument = dm_col_int(q, 0), .series = dm_map_get(known, id, 0), .type = keep(set, type) };
    if (row->series != UINT32_MAX)
        return true;
    dm_one_series *s = DM_PUSH(&set->arena, &set->series);
    row->series = set->series.n - 1;
    if (!s || !dm_map_put(known, id, 0, row->series))
        return false;
    bool treaty = dm_str_is(f.name, "treaty") && name.len;
    *s = (dm_one_series){ .id = id,
        .family = keep(set, f.name),
        .body = f.by_body && !treaty ? keep(set, body) : DM_STR(""),
        .subject = f.by_subject && !treaty ? keep(set, subject) : DM_STR(""),
        .name = keep(set, name),
        .joins = f.joins,
        .full = name.len || ((!f.by_body || body_known(body)) && (!f.by_subject || subject.len)) };
    return true;
}

dm_status dm_series_load(dm_series_set *set, dm_store *store, const dm_tables *tables, dm_error *err)
{
    *set = (dm_series_set){ .store = store, .tables = tables };
    dm_map known = { 0 };
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(store), &q, "SELECT n, type, body, subject, name FROM instrument ORDER BY n", err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        if (!add_row(set, &known, q))
            break;
    bool full = st == DM_OK || set->arena.failed;
    if (st == DM_OK)
        dm_stmt_done(q);
    dm_map_free(&known);
    if (full)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the instruments of the record");
    return st == DM_END ? DM_OK : st;
}

void dm_series_clear(dm_series_set *set) { dm_arena_free(&set->arena); }

const dm_series_row *dm_series_row_of(const dm_series_set *set, int64_t instrument)
{
    uint32_t lo = 0, hi = set->rows.n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (set->rows.v[mid].instrument < instrument)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < set->rows.n && set->rows.v[lo].instrument == instrument ? &set->rows.v[lo] : NULL;
}

/* --- which are asked for --- */

/* Whether `words` stand in `text`, in any case. */
static bool contains(dm_str text, dm_str words)
{
    for (size_t i = 0; i + 1 <= text.len; i++) {
        size_t a = i, b = 0;
        uint32_t x = 0, y = 0;
        while (a < text.len && b < words.len) {
            a += dm_utf8_next(text.p, text.len, a, &x);
            b += dm_utf8_next(words.p, words.len, b, &y);
            if (dm_cp_fold(x) != dm_cp_fold(y))
                break;
            if (b == words.len)
                return true;
        }
    }
    return words.len == 0;
}

static bool same_text(dm_str a, dm_str b) { return a.len == b.len && contains(a, b); }

static bool passes(const dm_one_series *s, const dm_series_filter *f, dm_str wanted_family)
{
    bool vague = !s->body.len && !s->subject.len && !s->name.len;
    return (!wanted_family.len || dm_str_eq(s->family, wanted_family)) && (!f->body || dm_str_is(s->body, f->body)) &&
           (!f->subject || dm_str_is(s->subject, f->subject)) && (f->vague || !vague) &&
           (!f->text || contains(s->name, dm_str_of(f->text)) || contains(s->id, dm_str_of(f->text)));
}

dm_status dm_series_want(dm_series_set *set, const dm_series_filter *f, dm_error *err)
{
    const dm_table *t = dm_tables_get(set->tables, "instruments/families");
    dm_str wanted = DM_NIL;
    if (f->version != DM_SERIES_FILTER_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_series_filter of version %u, this library has %d; use DM_SERIES_FILTER_INIT",
            f->version, DM_SERIES_FILTER_VERSION);
    for (uint32_t r = 0; f->type && t && r < dm_table_rows(t); r++)
        if (dm_str_is(dm_table_cell(t, r, dm_table_column(t, "type")), f->type))
            wanted = dm_table_cell(t, r, dm_table_column(t, "family"));
    if (f->type && !wanted.len)
        return dm_fail(err, DM_EUSAGE, 0,
            "'%.60s' is no type of instrument; there are resolution, motion, vote, sanction, boycott, treaty, declaration, law "
            "and talks",
            f->type);
    set->n_wanted = 0;
    for (uint32_t i = 0; i < set->series.n; i++) {
        set->series.v[i].wanted = passes(&set->series.v[i], f, wanted);
        set->n_wanted += set->series.v[i].wanted;
    }
    return DM_OK;
}

/* The record's name of what is called `which` in data/instruments/named.tsv. */
static dm_str named(const dm_series_set *set, dm_str which)
{
    const dm_table *t = dm_tables_get(set->tables, "instruments/named");
    int names = t ? dm_table_column(t, "names") : -1;
    for (uint32_t r = 0; t && r < dm_table_rows(t); r++) {
        dm_str cell = dm_table_cell(t, r, names), one, first = DM_NIL;
        while (dm_str_split(&cell, '|', &one)) {
            first = first.len ? first : one;
            if (same_text(one, which))
                return first;
        }
    }
    return which;
}

static bool means(const dm_one_series *s, dm_str which, dm_str name, int how)
{
    return how == 0   ? dm_str_eq(s->id, which)
           : how == 1 ? s->name.len && same_text(s->name, name)
                      : contains(s->id, which) || contains(s->name, which);
}

static dm_status several(const dm_series_set *set, const char *which, dm_error *err)
{
    char list[DM_ERROR_MSG / 2];
    size_t n = 0;
    int told = 0;
    list[0] = '\0';
    for (uint32_t i = 0; i < set->series.n && told < IDS_TOLD && n + 1 < sizeof list; i++)
        if (set->series.v[i].wanted) {
            int k = snprintf(list + n, sizeof list - n, "%s%.*s", told++ ? ", " : "", DM_FMT(set->series.v[i].id));
            n += k > 0 ? (size_t)k : 0;
        }
    return dm_fail(err, DM_EUSAGE, set->n_wanted, "%s%.60s%s %u instruments; give one of %s%s", which ? "'" : "this is true of",
        which ? which : "", which ? "' may be any of" : "", set->n_wanted, list, set->n_wanted > IDS_TOLD ? " ..." : "");
}

dm_status dm_series_pick(dm_series_set *set, const char *which, uint32_t *out, dm_error *err)
{
    dm_str asked = dm_str_of(which), name = which ? named(set, asked) : DM_NIL;
    for (int how = 0; which && how < 3; how++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < set->series.n; i++)
            n += set->series.v[i].wanted && means(&set->series.v[i], asked, name, how);
        if (n == 0 && how < 2)
            continue;
        for (uint32_t i = 0; i < set->series.n; i++)
            set->series.v[i].wanted = set->series.v[i].wanted && means(&set->series.v[i], asked, name, how);
        set->n_wanted = n;
        break;
    }
    if (set->n_wanted == 0)
        return dm_fail(err, DM_EUSAGE, 0, "no instrument %s%.60s%s in the record '%s'; 'demarche instruments' lists them",
            which ? "is called '" : "is like that", which ? which : "", which ? "'" : "", dm_db_path(dm_store_db(set->store)));
    if (set->n_wanted > 1)
        return several(set, which, err);
    for (uint32_t i = 0; i < set->series.n; i++)
        if (set->series.v[i].wanted)
            *out = i;
    return DM_OK;
}

/* --- which events speak of them --- */

/* b has all that a has, and more. */
static bool refines(const dm_one_series *a, const dm_one_series *b)
{
    bool un = dm_str_is(a->body, "UNO") && b->body.len > 3 && dm_str_starts(b->body, "UN");
    bool body = !a->body.len || un || dm_str_eq(a->body, b->body);
    bool subject = !a->subject.len || dm_str_eq(a->subject, b->subject);
    return a != b && dm_str_eq(a->family, b->family) && !a->name.len && body && subject;
}

/* The one series among those of an article that an incomplete one stands for; itself when there is none or several. */
static uint32_t stands_for(const dm_series_set *set, uint32_t own, const uint32_t *others, size_t n)
{
    const dm_one_series *a = &set->series.v[own];
    uint32_t found = own;
    if (a->full || !a->joins)
        return own;
    for (size_t i = 0; i < n; i++) {
        const dm_one_series *b = &set->series.v[others[i]];
        bool best = others[i] != own && refines(a, b);
        for (size_t k = 0; best && k < n; k++)
            best = others[k] == others[i] || b->full || !refines(b, &set->series.v[others[k]]);
        if (best && found != own && found != others[i])
            return own;
        if (best)
            found = others[i];
    }
    return found;
}

typedef struct gathering {
    dm_series_set *set;
    dm_series_event_fn *fn;
    void *ctx;
    dm_arena arena; /* years of the events in hand */
    DM_VEC(dm_series_event) events;
    uint32_t others[DOCUMENT_EVENTS];
} gathering;

/* The series that the article's events name, each once. */
static size_t series_there(gathering *g)
{
    size_t n = 0;
    for (uint32_t i = 0; i < g->events.n && n < DOCUMENT_EVENTS; i++) {
        size_t k = 0;
        while (k < n && g->others[k] != g->events.v[i].series)
            k++;
        if (k == n)
            g->others[n++] = g->events.v[i].series;
    }
    return n;
}

/* One article is complete: gives what belongs to wanted series. */
static dm_status give(gathering *g, dm_error *err)
{
    dm_status st = DM_OK;
    size_t n = series_there(g);
    for (uint32_t i = 0; i < g->events.n && st == DM_OK; i++) {
        dm_series_event *e = &g->events.v[i];
        uint32_t series = stands_for(g->set, e->series, g->others, n);
        e->joined = series != e->series;
        e->series = series;
        if (g->set->series.v[series].wanted)
            st = g->fn(g->ctx, e, err);
    }
    g->events.n = 0;
    return st;
}

static dm_status take(gathering *g, dm_stmt *q, dm_error *err)
{
    const dm_series_row *row = dm_series_row_of(g->set, dm_col_int(q, 3));
    if (!row)
        return DM_OK; /* added since the instruments were read */
    if (g->events.n && g->events.v[0].document != dm_col_int(q, 0)) {
        dm_status st = give(g, err);
        if (st != DM_OK)
            return st;
        dm_arena_reset(&g->arena);
        memset(&g->events, 0, sizeof g->events);
    }
    dm_series_event *e = DM_PUSH(&g->arena, &g->events);
    dm_str years = dm_col_str(q, 6);
    if (e)
        *e = (dm_series_event){ .document = dm_col_int(q, 0),
            .event = dm_col_int(q, 1),
            .happening = dm_col_int(q, 2),
            .instrument = row->instrument,
            .series = row->series,
            .day = (dm_day)dm_col_int(q, 4),
            .day_end = (dm_day)dm_col_int(q, 5),
            .years = years.len ? dm_arena_str(&g->arena, years) : DM_NIL,
            .party = dm_col_int(q, 7) != 0 };
    return g->arena.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the instruments of an article") : DM_OK;
}

#define EVENT_COLUMNS                                                                                                          \
    "SELECT e.document, e.n, e.happening, e.instrument, e.day, e.day_end, e.years, ?2 IS NULL OR EXISTS(SELECT 1 FROM party p" \
    " WHERE p.event=e.n AND p.role<2 AND +p.code=?2) FROM event e "

/* Events with instruments of one document (document > 0) or of all, by document. */
static dm_status walk(gathering *g, int64_t document, const char *party, dm_error *err)
{
    dm_stmt *q;
    dm_db *db = dm_store_db(g->set->store);
    dm_status st =
        document
            ? dm_db_use(db, &q, EVENT_COLUMNS "WHERE e.document=?1 AND e.instrument IS NOT NULL ORDER BY e.n", err)
            : dm_db_use_long(db, &q, EVENT_COLUMNS "WHERE e.instrument IS NOT NULL AND ?1=0 ORDER BY e.document, e.n", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    if (party)
        dm_bind_str(q, 2, dm_str_of(party));
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        if ((st = take(g, q, err)) != DM_OK) {
            dm_stmt_done(q);
            return st;
        }
    return st == DM_END ? give(g, err) : st;
}

/* Documents whose events name a wanted series, each once. *v is malloc'ed. */
static dm_status documents_of(dm_series_set *set, int64_t **v, size_t *n, dm_error *err)
{
    size_t cap = 0;
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < set->rows.n && st == DM_OK; i++) {
        dm_stmt *q;
        if (!set->series.v[set->rows.v[i].series].wanted)
            continue;
        st = dm_db_use(dm_store_db(set->store), &q, "SELECT DISTINCT document FROM event WHERE instrument=?1", err);
        if (st != DM_OK)
            return st;
        dm_bind_int(q, 1, set->rows.v[i].instrument);
        while ((st = dm_stmt_step(q, err)) == DM_OK) {
            int64_t *more = *n == cap ? realloc(*v, (cap = cap ? cap * 2 : 256) * sizeof **v) : *v;
            if (!more) {
                dm_stmt_done(q);
                return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu documents", cap);
            }
            *v = more;
            more[(*n)++] = dm_col_int(q, 0);
        }
        st = st == DM_END ? DM_OK : st;
    }
    if (st == DM_OK)
        *n = dm_series_distinct(*v, *n);
    return st;
}

dm_status dm_series_events(dm_series_set *set, const char *party, dm_series_event_fn *fn, void *ctx, dm_error *err)
{
    /* Documents are asked for one by one unless it is so many, or one part in FEW of the series: then they are walked in one go. */
    enum { FEW = 2, SINGLY_MAX = 4000 };
    gathering *g = calloc(1, sizeof *g);
    if (!g)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the instruments of the record");
    g->set = set;
    g->fn = fn;
    g->ctx = ctx;
    dm_status st = DM_OK;
    if (set->n_wanted * FEW >= set->series.n) {
        st = walk(g, 0, party, err);
    } else {
        int64_t *v = NULL;
        size_t n = 0;
        st = documents_of(set, &v, &n, err);
        for (size_t i = 0; i < n && n <= SINGLY_MAX && st == DM_OK; i++)
            st = walk(g, v[i], party, err);
        if (st == DM_OK && n > SINGLY_MAX)
            st = walk(g, 0, party, err);
        free(v);
    }
    dm_arena_free(&g->arena);
    free(g);
    return st;
}

/* --- small change --- */

int dm_series_year(dm_day day)
{
    int y = 0, m, d;
    if (day != DM_DAY_NONE)
        dm_day_split(day, &y, &m, &d);
    return y;
}

int dm_series_years(dm_str text, int out[DM_YEARS_MAX])
{
    dm_str year;
    int n = 0;
    while (n < DM_YEARS_MAX && dm_str_split(&text, ' ', &year)) {
        int y = dm_str_digits(year);
        if (y > 0)
            out[n++] = y;
    }
    return n;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

size_t dm_series_distinct(int64_t *v, size_t n)
{
    size_t kept = 0;
    if (n)
        qsort(v, n, sizeof *v, by_value);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || v[i] != v[i - 1])
            v[kept++] = v[i];
    return kept;
}

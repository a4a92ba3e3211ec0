// SPDX-License-Identifier: Apache-2.0
/* Near copies of a whole record: the rule of family.c (documents that share a band and are alike are one family; of a band's documents each
 * is compared with the first CANDIDATES_MAX), with the documents in the order of their content in place of that of adding. Bands come sorted
 * from their table, so each is looked at once. */
#include "base/room.h"
#include "store/relink.h"
#include <stdlib.h>

enum { CANDIDATES_MAX = DM_FAMILY_CANDIDATES };

/* A document, by its place in the order. */
typedef struct member {
    int64_t row, family, oldest; /* as the record has it; oldest: the smallest row of the family, at its root */
    uint32_t up;                 /* toward the root */
} member;

typedef struct families {
    relinking *r;
    member *v;
    uint32_t *by_row; /* places, ascending by row */
    uint32_t n, cap;
    uint32_t *band; /* places of those that share one */
    uint32_t n_band, cap_band;
    uint32_t (*sketch)[DM_SKETCH]; /* of the first of them */
    bool *loaded;
} families;

static dm_status no_memory(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory for the families of a record"); }

/* --- the documents in order --- */

static dm_status keep_sketch(relinking *r, uint32_t place, dm_str sketch, dm_error *err)
{
    dm_stmt *q;
    if (sketch.len != DM_SKETCH * sizeof(uint32_t))
        return DM_OK;
    dm_status st = dm_db_use(r->scratch.db, &q, "INSERT INTO sketch VALUES(?1, ?2)", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, place);
    dm_bind_blob(q, 2, sketch);
    return dm_stmt_run(q, err);
}

static dm_status take_document(families *f, dm_stmt *q, dm_error *err)
{
    if (!DM_ROOM(f->v, f->n, f->cap, 1024))
        return no_memory(err);
    int64_t row = dm_col_int(q, 0);
    f->v[f->n] = (member){ row, dm_col_int(q, 1), row, f->n };
    return keep_sketch(f->r, f->n++, dm_col_str(q, 2), err);
}

static dm_status take_documents(families *f, dm_error *err)
{
    dm_stmt *q = NULL;
    dm_status st = dm_db_prepare_long(f->r->s->db, &q, "SELECT n, family, sketch FROM document ORDER BY day_from, hash", err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK)
        st = take_document(f, q, err);
    dm_stmt_free(q);
    return st == DM_END ? DM_OK : st;
}

typedef struct numbered {
    int64_t row;
    uint32_t place;
} numbered;

static int by_row(const void *x, const void *y)
{
    const numbered *a = x, *b = y;
    return (a->row > b->row) - (a->row < b->row);
}

static dm_status sort_rows(families *f, dm_error *err)
{
    numbered *v = malloc((f->n ? f->n : 1) * sizeof *v);
    f->by_row = malloc((f->n ? f->n : 1) * sizeof *f->by_row);
    if (v && f->by_row) {
        for (uint32_t i = 0; i < f->n; i++)
            v[i] = (numbered){ f->v[i].row, i };
        qsort(v, f->n, sizeof *v, by_row);
        for (uint32_t i = 0; i < f->n; i++)
            f->by_row[i] = v[i].place;
    }
    free(v);
    return v && f->by_row ? DM_OK : no_memory(err);
}

/* The place of a row; f->n: there is none. */
static uint32_t place_of(const families *f, int64_t row)
{
    uint32_t low = 0, high = f->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (f->v[f->by_row[middle]].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->n && f->v[f->by_row[low]].row == row ? f->by_row[low] : f->n;
}

/* --- who is alike --- */

static uint32_t root(families *f, uint32_t i)
{
    for (; f->v[i].up != i; i = f->v[i].up)
        f->v[i].up = f->v[f->v[i].up].up;
    return i;
}

static void join(families *f, uint32_t a, uint32_t b)
{
    a = root(f, a);
    b = root(f, b);
    uint32_t to = a < b ? a : b, from = a < b ? b : a;
    f->v[from].up = to;
    f->v[to].oldest = f->v[from].oldest < f->v[to].oldest ? f->v[from].oldest : f->v[to].oldest;
}

static dm_status load_sketch(const families *f, uint32_t place, uint32_t *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(f->r->scratch.db, &q, "SELECT sketch FROM sketch WHERE place=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, place);
    memset(out, 0, DM_SKETCH * sizeof *out);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        memcpy(out, dm_col_str(q, 0).p, DM_SKETCH * sizeof *out);
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

/* One of the band's documents with the first ones before it; those that are of its family already need not be looked at. */
static dm_status compare(families *f, uint32_t at, dm_error *err)
{
    uint32_t own[DM_SKETCH], me = f->band[at];
    bool mine = false;
    dm_status st = DM_OK;
    for (uint32_t k = 0; k < at && k < CANDIDATES_MAX && st == DM_OK; k++) {
        if (root(f, me) == root(f, f->band[k]))
            continue;
        if (!mine)
            st = load_sketch(f, me, own, err);
        mine = true;
        if (st == DM_OK && !f->loaded[k])
            st = load_sketch(f, f->band[k], f->sketch[k], err);
        f->loaded[k] = true;
        if (st == DM_OK && dm_sketch_alike(own, f->sketch[k]) >= DM_FAMILY_ALIKE)
            join(f, me, f->band[k]);
    }
    return st;
}

static int ascending(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static dm_status end_band(families *f, dm_error *err)
{
    dm_status st = DM_OK;
    if (f->n_band > 1) {
        qsort(f->band, f->n_band, sizeof *f->band, ascending);
        memset(f->loaded, 0, CANDIDATES_MAX * sizeof *f->loaded);
    }
    for (uint32_t i = 1; i < f->n_band && st == DM_OK; i++)
        st = compare(f, i, err);
    f->n_band = 0;
    return st;
}

static dm_status add_to_band(families *f, int64_t row, dm_error *err)
{
    if (!DM_ROOM(f->band, f->n_band, f->cap_band, 64))
        return no_memory(err);
    uint32_t place = place_of(f, row);
    if (place < f->n)
        f->band[f->n_band++] = place;
    return DM_OK;
}

static dm_status walk_bands(families *f, dm_error *err)
{
    dm_stmt *q = NULL;
    int64_t now = 0;
    uint64_t seen = 0;
    dm_status st = dm_db_prepare_long(f->r->s->db, &q, "SELECT hash, document FROM band ORDER BY hash, document", err);
    while (st == DM_OK && (st = dm_stmt_step(q, err)) == DM_OK) {
        if (dm_col_int(q, 0) != now)
            st = end_band(f, err);
        now = dm_col_int(q, 0);
        if (st == DM_OK)
            st = add_to_band(f, dm_col_int(q, 1), err);
        double part = f->n ? (double)++seen / ((double)f->n * DM_SKETCH_BANDS) : 1;
        if (st == DM_OK && seen % 1024 == 0 && !dm_relink_goes_on(f->r, RELINK_FAMILIES * (part < 1 ? part : 1)))
            st = DM_END;
    }
    dm_stmt_free(q);
    return st == DM_END ? end_band(f, err) : st;
}

/* --- what came of it --- */

static dm_status tell(families *f, dm_error *err)
{
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < f->n && st == DM_OK; i++) {
        int64_t family = f->v[root(f, i)].oldest;
        if (family == f->v[i].family)
            continue;
        f->r->stats.copies++;
        st = dm_relink_put(f->r, "INSERT INTO renamed VALUES(?1, ?2)", f->v[i].row, family, err);
    }
    return st;
}

dm_status dm_relink_families(relinking *r, dm_error *err)
{
    families f = { .r = r };
    f.sketch = malloc(CANDIDATES_MAX * sizeof *f.sketch);
    f.loaded = calloc(CANDIDATES_MAX, sizeof *f.loaded);
    dm_status st = f.sketch && f.loaded ? take_documents(&f, err) : no_memory(err);
    r->n_documents = f.n;
    if (st == DM_OK)
        st = sort_rows(&f, err);
    if (st == DM_OK)
        st = walk_bands(&f, err);
    if (st == DM_OK && !r->stats.stopped)
        st = tell(&f, err);
    free(f.v);
    free(f.by_row);
    free(f.band);
    free(f.sketch);
    free(f.loaded);
    return st == DM_OK ? dm_db_exec(r->scratch.db, "DROP TABLE sketch", err) : st;
}

// SPDX-License-Identifier: Apache-2.0
/* Near copies: documents whose sketches agree are one family, named by its oldest row. Candidates share a band of three minima; with 21
 * bands a pair that has 0.5 of its word runs in common is found with a probability of 0.94, one with 0.6 with 0.99. Families are connected components, so that
 * they do not depend on the order of adding. */
#include "store/batch.h"
#include <stdlib.h>

enum { BAND_ROWS = DM_SKETCH / DM_SKETCH_BANDS, CANDIDATES_MAX = DM_FAMILY_CANDIDATES };

int64_t dm_family_band(const uint32_t *sketch, int band)
{
    return (int64_t)dm_hash(sketch + band * BAND_ROWS, BAND_ROWS * sizeof *sketch, (uint64_t)band + 100);
}

/* All of family `from` into family `to`. */
static dm_status merge(dm_store *s, int64_t from, int64_t to, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "UPDATE document SET family=?2 WHERE family=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, from);
    dm_bind_int(q, 2, to);
    return dm_stmt_run(q, err);
}

static dm_status set_family(dm_store *s, int64_t document, int64_t family, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "UPDATE document SET family=?2 WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    dm_bind_int(q, 2, family);
    return dm_stmt_run(q, err);
}

/* A document that shares a band with the sketch: its family counts when they are alike. At most CANDIDATES_MAX families. */
static void weigh(const dm_filing *f, int64_t fam, dm_str sketch, int64_t *family, uint32_t *n)
{
    uint32_t other[DM_SKETCH];
    bool seen = false;
    if (sketch.len != sizeof other)
        return;
    memcpy(other, sketch.p, sizeof other);
    for (uint32_t i = 0; i < *n; i++)
        seen |= family[i] == fam;
    if (!seen && *n < CANDIDATES_MAX && dm_sketch_alike(f->sketch, other) >= DM_FAMILY_ALIKE)
        family[(*n)++] = fam;
}

/* At most CANDIDATES_MAX documents of the band, the oldest first. */
static dm_status alike_in_band(dm_store *s, const dm_filing *f, int band, int64_t *family, uint32_t *n, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "SELECT d.family, d.sketch FROM band b JOIN document d ON d.n=b.document WHERE b.hash=?1 ORDER BY b.document LIMIT ?2",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, dm_family_band(f->sketch, band));
    dm_bind_int(q, 2, CANDIDATES_MAX);
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        weigh(f, dm_col_int(q, 0), dm_col_str(q, 1), family, n);
    return st == DM_END ? DM_OK : st;
}

static dm_status weigh_document(dm_store *s, const dm_filing *f, int64_t document, int64_t *family, uint32_t *n, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT family, sketch FROM document WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        weigh(f, dm_col_int(q, 0), dm_col_str(q, 1), family, n);
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

/* The same for all bands while a batch is filed. Who shares several of them is looked at once. */
static dm_status alike_in_batch(dm_store *s, const dm_filing *f, int64_t *family, uint32_t *n, dm_error *err)
{
    const dm_bands *b = &s->db->batch->near;
    dm_numbers looked = { 0 };
    dm_status st = DM_OK;
    for (int band = 0; band < DM_SKETCH_BANDS && st == DM_OK; band++) {
        uint32_t at = dm_bands_first(b, dm_family_band(f->sketch, band));
        for (int tries = 0; at && tries < CANDIDATES_MAX && st == DM_OK; at = b->in[at - 1].next, tries++) {
            int fresh = dm_numbers_add(&looked, b->in[at - 1].document);
            if (fresh < 0)
                st = dm_fail(err, DM_ENOMEM, 0, "out of memory for near copies");
            else if (fresh)
                st = weigh_document(s, f, b->in[at - 1].document, family, n, err);
        }
    }
    free(looked.v);
    return st;
}

static dm_status find_alike(dm_store *s, const dm_filing *f, int64_t *family, uint32_t *n, dm_error *err)
{
    if (s->db->batch)
        return alike_in_batch(s, f, family, n, err);
    dm_status st = DM_OK;
    for (int band = 0; band < DM_SKETCH_BANDS && st == DM_OK; band++)
        st = alike_in_band(s, f, band, family, n, err);
    return st;
}

static dm_status put_bands(dm_store *s, int64_t document, const dm_filing *f, dm_error *err)
{
    dm_status st = DM_OK;
    for (int band = 0; band < DM_SKETCH_BANDS && st == DM_OK; band++) {
        dm_stmt *q;
        int fresh = s->db->batch ? dm_bands_add(&s->db->batch->near, dm_family_band(f->sketch, band), document) : 1;
        if (fresh < 0)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for near copies");
        if (!fresh)
            continue;
        if ((st = dm_db_use(s->db, &q, "INSERT INTO band VALUES(?1, ?2) ON CONFLICT DO NOTHING", err)) != DM_OK)
            break;
        dm_bind_int(q, 1, dm_family_band(f->sketch, band));
        dm_bind_int(q, 2, document);
        st = dm_stmt_run(q, err);
    }
    return st;
}

dm_status dm_store_family(dm_store *s, int64_t document, const dm_filing *f, bool *near_copy, dm_error *err)
{
    int64_t family[CANDIDATES_MAX], oldest = document;
    uint32_t n = 0;
    dm_status st = DM_OK;
    if (f->sketched)
        st = find_alike(s, f, family, &n, err);
    for (uint32_t i = 0; i < n; i++)
        oldest = family[i] < oldest ? family[i] : oldest;
    for (uint32_t i = 0; i < n && st == DM_OK; i++)
        if (family[i] != oldest)
            st = merge(s, family[i], oldest, err);
    if (st == DM_OK)
        st = set_family(s, document, oldest, err);
    if (st == DM_OK && f->sketched)
        st = put_bands(s, document, f, err);
    *near_copy = n > 0;
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* Many documents, one transaction, one answer. A connection that failed in the middle is given up with all that it remembers of rows: it is
 * the caller who opens another. */
#include "pipeline/filing.h"
#include "pipeline/coder.h"
#include "pipeline/record.h"
#include <stdlib.h>

struct dm_filer {
    dm_record *r;
    dm_doc *doc;
    int64_t coder;
};

void dm_filer_close(dm_filer *f)
{
    if (!f)
        return;
    dm_record_close(f->r);
    dm_doc_free(f->doc);
    free(f);
}

dm_status dm_filer_open(dm_filer **out, const char *store, const dm_coder *coder, dm_error *err)
{
    dm_filer *f = calloc(1, sizeof *f);
    if (!f || !(f->doc = dm_doc_new())) {
        free(f);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for filing");
    }
    dm_status st = dm_record_open(&f->r, store, DM_ACCESS_WRITE, NULL, err);
    if (st == DM_OK)
        st = dm_record_coder(f->r, dm_str_of(dm_version()), dm_coder_mark(coder), &f->coder, err);
    if (st == DM_OK) /* rows name rows that were written just before */
        st = dm_db_foreign(dm_store_db(f->r->store), false, err);
    if (st == DM_OK)
        *out = f;
    else
        dm_filer_close(f);
    return st;
}

dm_status dm_filer_pack(dm_buf *out, const dm_doc *doc, dm_error *err)
{
    dm_filing f;
    dm_filing_make(&f, doc);
    return dm_pack_write(out, doc, &f, err);
}

static dm_status put(dm_filer *f, dm_str packed, dm_add_stats *sum, dm_error *err)
{
    dm_filing filing;
    dm_put_result got;
    dm_doc_reset(f->doc);
    dm_status st = dm_pack_read(f->doc, &filing, packed, err);
    if (st == DM_OK)
        st = dm_store_put(f->r->store, f->doc, &filing, f->coder, false, &got, err);
    if (st == DM_OK)
        dm_add_count(sum, &got);
    return st;
}

dm_status dm_filer_file(dm_filer *f, const dm_str *packed, size_t n, dm_add_stats *sum, size_t *at, dm_error *err)
{
    dm_db *db = dm_store_db(f->r->store);
    dm_add_stats of_these = { 0 };
    dm_status st = dm_db_begin(db, err);
    for (size_t i = 0; i < n && st == DM_OK; i++) {
        *at = i;
        st = put(f, packed[i], &of_these, err);
    }
    if (st == DM_OK)
        st = dm_db_commit(db, err);
    if (st == DM_OK)
        dm_add_fold(sum, &of_these);
    else
        dm_db_rollback(db);
    return st;
}

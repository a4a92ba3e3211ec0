// SPDX-License-Identifier: Apache-2.0
/* Many documents, one transaction, one answer. A connection that failed in the middle is given up with all that it remembers of rows: it is
 * the caller who opens another. */
#include "pipeline/filing.h"
#include "pipeline/coder.h"
#include "pipeline/record.h"
#include <stdlib.h>

struct dm_filer {
    dm_record *r;
    int64_t coder;
};

void dm_filer_close(dm_filer *f)
{
    if (!f)
        return;
    dm_record_close(f->r);
    free(f);
}

dm_status dm_filer_open(dm_filer **out, const char *store, const dm_coder *coder, dm_error *err)
{
    dm_filer *f = calloc(1, sizeof *f);
    if (!f)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for filing");
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

dm_status dm_filer_file(dm_filer *f, const dm_str *packed, size_t n, dm_add_stats *sum, size_t *at, dm_error *err)
{
    const dm_file_opts how = { .coder = f->coder };
    dm_put_result *got = calloc(n ? n : 1, sizeof *got);
    dm_status st = got ? dm_store_file(f->r->store, packed, n, &how, got, at, err)
                       : dm_fail(err, DM_ENOMEM, 0, "out of memory for filing");
    for (size_t i = 0; i < n && st == DM_OK; i++)
        dm_add_count(sum, &got[i]);
    free(got);
    return st;
}

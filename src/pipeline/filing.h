// SPDX-License-Identifier: Apache-2.0
/* Documents that were coded elsewhere in the program, filed many at a time: what a worker asks of a record. */
#ifndef DM_PIPELINE_FILING_H
#define DM_PIPELINE_FILING_H

#include "doc/doc.h"
#include <demarche/record.h>

/* A record that is open for filing; belongs to one thread at a time. */
typedef struct dm_filer dm_filer;
dm_status dm_filer_open(dm_filer **out, const char *store, const dm_coder *coder, dm_error *err);
void dm_filer_close(dm_filer *f);

/* A document with its events as bytes. Pure; runs on the coding threads. */
dm_status dm_filer_pack(dm_buf *out, const dm_doc *doc, dm_error *err);

/* Files n packed documents as one transaction and returns when that is committed: DM_OK, and sum grows. Whatever else it returns, nothing
 * was filed. DM_EINPUT, DM_ELIMIT: document *at cannot be filed, the others perhaps can. Others: the record is away, or full, or locked; f
 * has to be opened anew before the same is tried again. A commit whose answer was lost may have happened: documents are filed once. */
dm_status dm_filer_file(dm_filer *f, const dm_str *packed, size_t n, dm_add_stats *sum, size_t *at, dm_error *err);

#endif

// SPDX-License-Identifier: Apache-2.0
/* What a reviewer says is right of an event: a JSON object, checked and brought into one spelling. */
#ifndef DM_PIPELINE_REVIEW_FIX_H
#define DM_PIPELINE_REVIEW_FIX_H

#include <demarche/desk.h>

/* Appends the object, keys in one order, words as the record writes them. DM_EUSAGE tells what cannot be. */
dm_status dm_fix_check(const dm_record *r, dm_str json, dm_buf *out, dm_error *err);
/* One gold record of the event, as coded or, where fix is not empty, as fixed. number counts the records of its document. */
dm_status dm_gold_put(dm_buf *out, const dm_filed *row, dm_str fix, unsigned number, dm_error *err);

#endif

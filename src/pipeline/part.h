// SPDX-License-Identifier: Apache-2.0
/* Parts from inside: a document with what the record files of it, and who coded it. */
#ifndef DM_PIPELINE_PART_H
#define DM_PIPELINE_PART_H

#include "store/store.h"
#include <demarche/part.h>

/* As dm_parts_next(), with the filing. */
dm_status dm_parts_take(dm_parts *parts, dm_doc *doc, dm_filing *f, dm_error *err);
/* The document that was taken last, packed (store/pack.c); until the next is taken. */
dm_str dm_parts_packed(const dm_parts *parts);
/* Version and mark of the coder that all parts are of. */
dm_str dm_parts_version(const dm_parts *parts);
uint64_t dm_parts_mark(const dm_parts *parts);

#endif

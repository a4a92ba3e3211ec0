// SPDX-License-Identifier: Apache-2.0
/* scan: what the tables know about the words, in one longest-match pass over the tokens, before any parsing. */
#ifndef DM_SCAN_SCAN_H
#define DM_SCAN_SCAN_H

#include "base/table.h"
#include "doc/doc.h"

/* Fills doc->hits (in text order) and sets needs_parse of the sentences that hold a trigger or an instrument. Borrows tables. */
dm_status dm_scan(const dm_tables *tables, dm_doc *doc, dm_error *err);

#endif

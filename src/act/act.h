// SPDX-License-Identifier: Apache-2.0
/* act: the instruments that a text speaks of: resolutions, motions, votes, sanctions, boycotts, treaties, declarations, laws, talks. */
#ifndef DM_ACT_ACT_H
#define DM_ACT_ACT_H

#include "base/table.h"
#include "doc/doc.h"

typedef struct dm_act dm_act; /* indexes over data/instruments; read-only, shared by threads */

dm_status dm_act_new(dm_act **out, const dm_tables *tables, dm_error *err);
void dm_act_free(dm_act *a);

/* Fills doc->insts (ordered by first token) from doc->hits. Wants trees (dm_doc_link()), mentions, doc->home and meta.date. */
dm_status dm_act_doc(const dm_act *a, dm_doc *doc, dm_error *err);

#endif

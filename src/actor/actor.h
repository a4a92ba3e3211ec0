// SPDX-License-Identifier: Apache-2.0
/* actor: who is named, described or meant. */
#ifndef DM_ACTOR_ACTOR_H
#define DM_ACTOR_ACTOR_H

#include "base/table.h"
#include "doc/doc.h"

typedef struct dm_actor dm_actor; /* indexes over data/actors; read-only, shared by threads */

dm_status dm_actor_new(dm_actor **out, const dm_tables *tables, dm_error *err);
void dm_actor_free(dm_actor *a);

/* Fills doc->entities, doc->mentions (ordered by first token, then longest first), token.mention, doc->home and doc->focus.
 * A doc->home that is set before stays. Wants doc->hits, trees of the parsed sentences (dm_doc_link()) and meta.date. */
dm_status dm_actor_doc(const dm_actor *a, dm_doc *doc, dm_error *err);

#endif

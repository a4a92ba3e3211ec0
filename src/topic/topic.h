// SPDX-License-Identifier: Apache-2.0
/* topic: what an event is about, in PLOVER's contexts. */
#ifndef DM_TOPIC_TOPIC_H
#define DM_TOPIC_TOPIC_H

#include "base/table.h"
#include "doc/doc.h"

typedef struct dm_topic dm_topic; /* data/contexts as bit sets; read-only, shared by threads */

dm_status dm_topic_new(dm_topic **out, const dm_tables *tables, dm_error *err);
void dm_topic_free(dm_topic *t);

/* Adds to events[i].contexts. Wants doc->hits, finished events and doc->event_head. */
dm_status dm_topic_doc(const dm_topic *t, dm_doc *doc, dm_error *err);

#endif

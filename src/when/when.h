// SPDX-License-Identifier: Apache-2.0
/* when: time expressions -> day intervals; the document's own date, also from its contents; the interval of each event. */
#ifndef DM_WHEN_WHEN_H
#define DM_WHEN_WHEN_H

#include "base/table.h"
#include "doc/doc.h"

typedef struct dm_when dm_when;

/* Reads when/words and when/events (required) and actors/people (optional). t must live longer. */
dm_status dm_when_new(dm_when **out, const dm_tables *t, dm_error *err);
void dm_when_free(dm_when *w);

/* Finds time expressions in all sentences -> doc->times, and the document's date where meta.date is not known. After parse. */
dm_status dm_when_doc(const dm_when *w, dm_doc *doc, dm_error *err);

/* Gives each event its interval (when) and that of the statement (said). After event. */
dm_status dm_when_events(const dm_when *w, dm_doc *doc, dm_error *err);

#endif

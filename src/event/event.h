// SPDX-License-Identifier: Apache-2.0
/* event: what was done or said, by whom, to whom, with what status and on whose word. */
#ifndef DM_EVENT_EVENT_H
#define DM_EVENT_EVENT_H

#include "base/table.h"
#include "doc/doc.h"

typedef struct dm_eventer dm_eventer; /* frames and status tables; read-only, shared by threads */

/* read: DM_READ_* of demarche/coder.h, 0 for all. */
dm_status dm_eventer_new(dm_eventer **out, const dm_tables *tables, unsigned read, dm_error *err);
void dm_eventer_free(dm_eventer *e);

/* Fills doc->events and doc->event_head from the parsed sentences, mentions and instruments. Call dm_doc_link() before. */
dm_status dm_event_doc(const dm_eventer *e, dm_doc *doc, dm_error *err);

/* Second half, after the events have their dates: historical, future by date, years of instruments, polarity, ids. */
dm_status dm_event_finish(const dm_eventer *e, dm_doc *doc, dm_error *err);

#endif

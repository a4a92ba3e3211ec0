// SPDX-License-Identifier: Apache-2.0
/* Coded events in: JSON lines of our own form (docs/record.md), of the plover export, and PLOVER's as others write them.
 *
 * Consecutive lines of one document come out as one document. Its text is put together from what the lines quote, each piece at its
 * place, so that every offset holds; what no line quotes is filled with spaces. Without offsets, sentences follow each other. */
#ifndef DM_READ_EVENTS_H
#define DM_READ_EVENTS_H

#include "doc/doc.h"

enum {
    DM_EVENT_LINE_MAX = 4 * 1024 * 1024, /* bytes of one line */
    DM_EVENT_DOC_MAX = 100000            /* events of one document; more begin another one */
};

typedef struct dm_coded {
    dm_doc *doc;               /* text, metadata, sentences with events, events */
    const uint64_t *happening; /* of event i as the file numbers it, 0: not told */
    dm_str coder;              /* who coded it */
    uint8_t hash[16];          /* of the document, as the file tells it */
    bool hashed;
} dm_coded;

typedef struct dm_events_reader dm_events_reader;

/* path "-": standard input. DM_EIO when it cannot be opened. */
dm_status dm_events_open(dm_events_reader **out, const char *path, dm_error *err);
/* Next document, borrowed until the next call. DM_END: nothing left. DM_EINPUT, DM_ELIMIT: one line (or one document) was left out,
 * err names it; the next call goes on. Any other status is final. */
dm_status dm_events_next(dm_events_reader *r, dm_coded *out, dm_error *err);
/* Bytes of the input that were read so far. */
uint64_t dm_events_bytes(const dm_events_reader *r);
void dm_events_close(dm_events_reader *r);

#endif

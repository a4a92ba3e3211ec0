// SPDX-License-Identifier: Apache-2.0
/* segment: document text -> paragraphs, sentences, tokens, quotations. Reads doc->lines where read left marks, needs none. */
#ifndef DM_SEGMENT_SEGMENT_H
#define DM_SEGMENT_SEGMENT_H

#include "base/table.h"
#include "doc/doc.h"

typedef struct dm_segmenter dm_segmenter;

/* Takes its abbreviations from the table segment/abbreviations; keeps nothing of t but its strings (t must live longer). */
dm_status dm_segmenter_new(dm_segmenter **out, const dm_tables *t, dm_error *err);
void dm_segmenter_free(dm_segmenter *s);

/* Fills doc->sents, doc->tokens and doc->quotes from doc->text. Thread-safe for different documents. */
dm_status dm_segment(const dm_segmenter *s, dm_doc *doc, dm_error *err);

#endif

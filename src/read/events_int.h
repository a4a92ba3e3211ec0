// SPDX-License-Identifier: Apache-2.0
/* Between the lines of coded events (events_line.c) and the documents they make (events.c). */
#ifndef DM_READ_EVENTS_INT_H
#define DM_READ_EVENTS_INT_H

#include "read/events.h"
#include "read/flat.h"
#include <demarche/buffer.h>

enum { DM_PIECES_MAX = 512 /* quoted words of one line */ };

/* Words that a line quotes and their place in the document, in code points. */
typedef struct dm_piece {
    dm_str text;
    uint32_t start, len;
} dm_piece;

/* One line being read. Spans of ev are code points until the document is whole. */
typedef struct dm_event_line {
    const dm_node *root;
    dm_doc *doc; /* its arena holds what is kept */
    dm_event ev;
    dm_str text;      /* the sentence */
    uint32_t at, len; /* its place */
    uint32_t sequence;
    bool placed;   /* the line says where the sentence stands */
    bool numbered; /* and which one it is */
    uint64_t happening;
    dm_piece piece[DM_PIECES_MAX];
    uint32_t n_piece;
    const char *wrong; /* why the line cannot be used; NULL: it can */
    char what[96];     /* the value at fault, or "" */
} dm_event_line;

/* What the document is known by: lines with the same key belong together. Empty: to no other. */
dm_status dm_event_line_key(const dm_node *root, dm_buf *out);
/* The article's day from an export's line. *sure: it need not be looked for further. */
void dm_event_line_published(const dm_node *root, dm_doc *doc, bool *sure);
/* Which sentence, and where, if the line tells. */
void dm_event_line_sentence(dm_event_line *l);
/* Everything else; l->at is known now. */
void dm_event_line_fill(dm_event_line *l);
/* Metadata of the document from its first line. */
void dm_event_line_meta(const dm_node *root, dm_doc *doc);

static inline dm_str dm_str_at(const dm_node *object, const char *key) { return dm_node_str(dm_node_get(object, key)); }
uint32_t dm_count_cp(dm_str s);

#endif

// SPDX-License-Identifier: Apache-2.0
/* Documents and events as text: JSONL, CSV, TSV, a readable page, CoNLL-U. The record format and the columns: docs/record.md.
 * Everything is appended to a dm_buf; nothing is printed. */
#ifndef DEMARCHE_WRITE_H
#define DEMARCHE_WRITE_H

#include <demarche/record.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dm_format { DM_FORMAT_TEXT, DM_FORMAT_JSONL, DM_FORMAT_CSV, DM_FORMAT_TSV } dm_format;

/* DM_EUSAGE for a name that is none of text, jsonl, csv, tsv. */
DM_API dm_status dm_format_find(dm_format *out, const char *name, dm_error *err);

/* Set with DM_WRITE_OPTS_INIT. why, color and width concern DM_FORMAT_TEXT only. */
typedef struct dm_write_opts {
    unsigned version;
    dm_format format;
    bool why;       /* the table lines and steps behind each event */
    bool color;     /* escape sequences of a terminal */
    unsigned width; /* columns to wrap at; 0: no wrapping */
} dm_write_opts;

enum { DM_WIDTH_MIN = 40 }; /* narrower widths are taken as this */

#define DM_WRITE_OPTS_VERSION 1
#define DM_WRITE_OPTS_INIT                                                                                                     \
    {                                                                                                                          \
        DM_WRITE_OPTS_VERSION, DM_FORMAT_JSONL, false, false, 0                                                                \
    }

/* What stands before the first document: the header line of CSV and TSV, nothing otherwise. */
DM_API dm_status dm_write_begin(dm_buf *out, const dm_write_opts *opts, dm_error *err);
/* The events of one document. */
DM_API dm_status dm_write_doc(dm_buf *out, const dm_doc *doc, const dm_write_opts *opts, dm_error *err);

/* One line a document, for whoever must know to which one events belong: {"number":N,"doc":ID,"events":[...]}; number is its place in the input. */
DM_API dm_status dm_write_answer(dm_buf *out, const dm_doc *doc, dm_error *err);
/* The line of an input that is no document: {"number":N,"error":MESSAGE}. */
DM_API dm_status dm_write_refusal(dm_buf *out, uint64_t number, const char *message, dm_error *err);

/* One event of a record (record.h): as dm_write_doc() would write it, with four more keys or columns at the end: happening (its number in
 * the record), reports (articles that tell it), independent (without near copies), document (hash). */
DM_API dm_status dm_write_filed(dm_buf *out, const dm_filed *row, const dm_write_opts *opts, dm_error *err);
/* What stands before the first of them. */
DM_API dm_status dm_write_filed_begin(dm_buf *out, const dm_write_opts *opts, dm_error *err);

/* The document itself: its text and nothing else (DM_FORMAT_TEXT), or one JSON object with text, metadata and notes (DM_FORMAT_JSONL). */
DM_API dm_status dm_write_source(dm_buf *out, const dm_doc *doc, dm_format format, dm_error *err);

/* The sentences of a parsed document as CoNLL-U. */
DM_API dm_status dm_write_conllu(dm_buf *out, const dm_doc *doc, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

// SPDX-License-Identifier: Apache-2.0
/* Bytes in, documents out: files, directories and standard input as plain text, HTML, JSON (lines, arrays, single objects), tables (CSV,
 * TSV) and feeds (RSS, Atom), also compressed and in archives (zip, tar).
 *
 * A reader holds a queue of inputs and gives one document a call, so that memory stays bounded however long an input is.
 * The document text is the decoded file (text), the value of its text key (JSON) or the text extracted from markup (HTML). Nothing
 * is deleted from a text: noise, headline, dateline, byline and date are marked in doc->lines, in text order, without overlaps.
 * A DATELINE span covers only the start of its line ("TOKYO, Feb 3 (Reuters) - "); spans of the other kinds cover whole lines. */
#ifndef DM_READ_READ_H
#define DM_READ_READ_H

#include "base/table.h"
#include "doc/doc.h"

typedef struct dm_reader dm_reader;

enum {
    DM_READ_OPTS_VERSION = 1,
    DM_READ_LINE_MAX =
        32 * 1024 * 1024, /* bytes of one JSON object: a text of DM_DOC_MAX bytes with every second byte escaped */
    DM_READ_HTML_MAX = 8 * 1024 * 1024, /* bytes of one page: trees take up to twenty times that */
    DM_READ_DEPTH_MAX = 64              /* nested folders */
};

typedef struct dm_read_opts {
    uint32_t version; /* DM_READ_OPTS_VERSION */
    const dm_tables
        *tables;      /* borrowed until dm_reader_close(); NULL: canonical JSON keys only, no knowledge of noise phrases */
    dm_interval date; /* date of every document, whatever the input says; precision UNKNOWN: not given */
    size_t line_max;  /* bytes of one JSON object; 0: DM_READ_LINE_MAX */
} dm_read_opts;
#define DM_READ_OPTS_INIT                                                                                                      \
    {                                                                                                                          \
        .version = DM_READ_OPTS_VERSION, .date = { DM_DAY_NONE, DM_DAY_NONE, DM_PREC_UNKNOWN }                                 \
    }

/* opts may be NULL for the defaults. */
dm_status dm_reader_open(dm_reader **out, const dm_read_opts *opts, dm_error *err);

/* Queues a file, a folder (all text, HTML and JSON files, tables, feeds and archives in it, sorted by name, folders inside included; hidden files, links to
 * folders and files of other kinds are passed over) or "-", standard input. Only looks at it when its turn comes. */
dm_status dm_reader_add(dm_reader *r, const char *path, dm_error *err);

/* Queues a file or "-" that holds one JSON object a line and one document an object: every line gives one document or one failure, also
 * one that is empty or holds a list. Nothing is read ahead of the line that is asked for, and nothing about the first is guessed. */
dm_status dm_reader_add_lines(dm_reader *r, const char *path, dm_error *err);

/* Queues bytes in memory, copied, as if they were a file of this name. */
dm_status dm_reader_add_bytes(dm_reader *r, const char *name, dm_str bytes, dm_error *err);

/* Resets doc and fills it. DM_END: nothing left. Any other failure concerns one input or one object in it, which err names;
 * doc is empty then and the next call goes on with the rest. */
dm_status dm_reader_next(dm_reader *r, dm_doc *doc, dm_error *err);

/* Files that folders held and that were passed over so far. */
size_t dm_reader_skipped(const dm_reader *r);

/* Bytes of the inputs that were read so far. */
uint64_t dm_reader_bytes(const dm_reader *r);

void dm_reader_close(dm_reader *r);

#endif

// SPDX-License-Identifier: Apache-2.0
/* What the parts of the reader share: rules from the tables, the byte stream, decoding, and one entry point for each format. */
#ifndef DM_READ_INTERNAL_H
#define DM_READ_INTERNAL_H

#include "read/read.h"
#include <demarche/buffer.h>
#include <sys/types.h>

/* rules.c: data/read/{noise,keys,markup}.tsv in the form in which they are used. */
typedef enum dm_where { DM_AT_LINE, DM_AT_PREFIX, DM_AT_SUFFIX, DM_AT_ANY, DM_AT_WORD } dm_where;
typedef enum dm_noise_kind { DM_NK_NOISE, DM_NK_BYLINE, DM_NK_LIST } dm_noise_kind;
typedef struct dm_noise {
    dm_str pattern; /* folded */
    uint16_t words; /* longest unit it speaks about */
    uint8_t kind, where, edge;
} dm_noise;

typedef enum dm_field {
    DM_FD_ID,
    DM_FD_TEXT,
    DM_FD_TITLE,
    DM_FD_DATE,
    DM_FD_URL,
    DM_FD_PUBLISHER,
    DM_FD_LANGUAGE,
    DM_FD_NEST, /* objects inside which the same keys count */
    DM_FD_LIST, /* arrays that hold the documents */
    DM_FIELDS
} dm_field;
typedef struct dm_key {
    dm_str name;   /* lower case, words joined by _ */
    uint16_t rank; /* lower is better */
    uint8_t field; /* dm_field */
} dm_key;

typedef enum dm_markup_kind {
    DM_MK_DROP,
    DM_MK_WEAK,
    DM_MK_GOOD,
    DM_MK_TITLE,
    DM_MK_DATE,
    DM_MK_PUBLISHER,
    DM_MK_URL,
    DM_MK_LANGUAGE,
    DM_MK_LDTYPE,
    DM_MK_KINDS
} dm_markup_kind;
typedef struct dm_markup {
    dm_str name; /* lower case */
    uint16_t rank;
    uint8_t kind;
} dm_markup;

typedef struct dm_rules {
    dm_noise *noise;   /* sorted by pattern */
    dm_key *keys;      /* sorted by name */
    dm_markup *markup; /* sorted by kind, name */
    size_t n_noise, n_keys, n_markup;
    uint32_t noise_at[257]; /* noise[noise_at[c]..noise_at[c + 1]) start with byte c */
    dm_arena arena;
} dm_rules;
dm_status dm_rules_load(dm_rules *rules, const dm_tables *tables, dm_error *err);
void dm_rules_free(dm_rules *rules);
/* A key may stand for several fields: the first, then the others. */
const dm_key *dm_rules_key(const dm_rules *rules, dm_str folded);
const dm_key *dm_rules_next_key(const dm_rules *rules, const dm_key *k);
const dm_markup *dm_rules_markup(const dm_rules *rules, dm_markup_kind kind, dm_str folded);

/* stream.c: bytes of a file or pipe with look-ahead. BOMs are taken off; UTF-16 and UTF-32 come out as UTF-8. */
typedef enum dm_wide { DM_BYTES, DM_UTF16LE, DM_UTF16BE, DM_UTF32LE, DM_UTF32BE } dm_wide;
typedef struct dm_unpack dm_unpack;
typedef struct dm_stream {
    int fd;
    const char *memory; /* instead of fd */
    size_t memory_left;
    dm_unpack *from; /* instead of both: the entry of an archive that is open */
    bool eof, failed, bom;
    uint8_t wide;  /* dm_wide */
    uint32_t high; /* UTF-16: a high surrogate that waits for its second half */
    unsigned char rest[4];
    unsigned n_rest;    /* bytes of an unfinished code unit */
    uint64_t malformed; /* unpaired surrogates and code points out of range */
    int error;          /* errno of a failed read */
    const char *why;    /* or what a failed unpacking says */
    uint64_t taken;     /* bytes that came in */
    char *buf;
    size_t at, end, cap;
} dm_stream;
dm_status dm_stream_start(dm_stream *s); /* fills the look-ahead and finds the encoding; fd or memory is set */
void dm_stream_stop(dm_stream *s);
dm_status dm_stream_fill(dm_stream *s);                           /* at least one more byte, DM_END, DM_EIO, DM_ENOMEM */
dm_status dm_stream_all(dm_stream *s, dm_buf *out, size_t limit); /* DM_ELIMIT past limit */
/* One line without its end. *over: it was longer than limit, was skipped, and out is empty. */
dm_status dm_stream_line(dm_stream *s, dm_buf *out, size_t limit, bool *over);
/* One JSON object by its braces; *lines counts line ends passed. Skips white space, commas and the brackets around objects. */
dm_status dm_stream_object(dm_stream *s, dm_buf *out, size_t limit, bool *over, size_t *lines, size_t *first_line);

const char *dm_stream_error(const dm_stream *s);

/* unpack.c: what is inside compressed files and archives, one entry after the other, never written anywhere. */
bool dm_packed(const char *bytes, size_t n); /* begins like one */
/* Takes the stream over, whose look-ahead is filled; name: for messages, borrowed. */
dm_status dm_unpack_open(dm_unpack **out, dm_stream *below, const char *name, dm_error *err);
void dm_unpack_close(dm_unpack *u);
/* The next file in it; *entry borrowed until the next call, "" for a file that is compressed alone. DM_END: no more. */
dm_status dm_unpack_next(dm_unpack *u, const char **entry, dm_error *err);
/* Bytes of the entry; 0: its end; -1: damaged, or over a limit: *why, borrowed, says so. */
ssize_t dm_unpack_read(dm_unpack *u, char *out, size_t max, const char **why);
uint64_t dm_unpack_bytes(const dm_unpack *u); /* packed bytes that were read */

/* feed.c: RSS and Atom. Takes all bytes, as UTF-8 (dm_decode()); one item or entry a call. */
typedef struct dm_feed dm_feed;
dm_status dm_feed_open(dm_feed **out, dm_str bytes, const char *name, const char *shown, dm_error *err);
dm_status dm_feed_next(dm_feed *f, dm_doc *doc, const dm_rules *rules, dm_error *err);
void dm_feed_close(dm_feed *f);

/* csv.c: rows with a head as objects. *out: new reference; NULL when the row is blank. head NULL: the row is the head, an array. */
struct json_t;
dm_status dm_csv_row(struct json_t **out, const struct json_t *head, dm_str row, char separator, dm_error *err);
/* One row, whose quoted cells may hold line ends; *lines counts these. As dm_stream_line(). */
dm_status dm_csv_cut(dm_stream *s, dm_buf *out, size_t limit, bool *over, size_t *lines);

/* sniff.c: the look-ahead of a stream that has started. */
typedef enum dm_format {
    DM_FORMAT_TEXT,
    DM_FORMAT_HTML,
    DM_FORMAT_JSON_LINES,
    DM_FORMAT_JSON,
    DM_FORMAT_CSV,
    DM_FORMAT_TSV
} dm_format;
const char *dm_base_name(const char *path);
bool dm_has_suffix(const char *path, const char *const *list); /* list of suffixes without dot, NULL at its end */
/* NULL, or what the bytes are instead of text, and what to do. */
const char *dm_sniff_binary(const dm_stream *s);
dm_format dm_sniff_format(const dm_stream *s, const char *path);
bool dm_sniff_feed(const dm_stream *s, const char *path);
bool dm_sniff_text(const dm_stream *s); /* anything but white space */

/* decode.c */
dm_status dm_note(dm_doc *doc, const char *format, ...) DM_PRINTF(2, 3);
bool dm_utf8_valid(dm_str s);
/* Turns *io into UTF-8 without NULs, with notes in doc. declared: encoding named in markup, may be empty. */
dm_status dm_decode(dm_buf *io, dm_str declared, bool wide, dm_doc *doc, dm_error *err);

/* date.c */
typedef struct dm_date_found {
    dm_interval when;
    bool ambiguous; /* 03/04/2022 */
    bool clock;     /* a time of day stands there */
    uint32_t other; /* words that are no part of a date */
} dm_date_found;
/* Reads dates as metadata and header lines write them; when.precision UNKNOWN if there is none. */
dm_date_found dm_date_read(dm_str s);

/* text.c: marks lines, takes headline, date and publisher from them where meta has none. */
dm_status dm_mark_lines(dm_doc *doc, const dm_rules *rules, dm_error *err);
/* Lower case (ASCII), curly quotes straight, runs of white space one space, outer brackets, bullets and stops off. */
dm_str dm_fold_line(dm_arena *a, dm_str s);

/* html.c, meta.c */
dm_status dm_html_read(dm_doc *doc, const dm_rules *rules, dm_str html, const char *name, dm_error *err);
dm_str dm_html_charset(dm_str head);
/* Takes a date written in metadata, unless the document has one; says in a note when it cannot be read. */
dm_status dm_meta_date(dm_doc *doc, dm_str value);
/* The day or month in an address like /2022/02/03/ where nothing else gives a date. */
void dm_meta_url_date(dm_doc *doc);
/* Copies value into the document, trimmed, unless empty or slot is set already. */
dm_status dm_meta_set(dm_doc *doc, dm_str *slot, dm_str value);

/* json.c */
typedef struct dm_json dm_json;
dm_status dm_json_open(
    dm_json **out, dm_stream *s, const char *name, const char *shown, bool lines, size_t line_max, dm_error *err);
/* Every line gives one document or one failure (dm_reader_add_lines()). */
void dm_json_each(dm_json *j);
/* The input is a table: rows in place of objects, the first names the columns. */
void dm_json_table(dm_json *j, char separator);
void dm_json_close(dm_json *j);
dm_status dm_json_next(dm_json *j, dm_doc *doc, const dm_rules *rules, dm_error *err);

#endif

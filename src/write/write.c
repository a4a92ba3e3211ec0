// SPDX-License-Identifier: Apache-2.0
/* The public face of the formats: options checked, one call a document, out of memory found at the end. */
#include "write/put.h"
#include <string.h>

static const char *const format_names[] = { "text", "jsonl", "csv", "tsv" };

dm_status dm_format_find(dm_format *out, const char *name, dm_error *err)
{
    for (unsigned i = 0; name && i < sizeof format_names / sizeof *format_names; i++)
        if (strcmp(name, format_names[i]) == 0) {
            *out = (dm_format)i;
            return DM_OK;
        }
    return dm_fail(err, DM_EUSAGE, 0, "unknown format '%s'; there are text, jsonl, csv and tsv", name ? name : "");
}

static dm_status check(const dm_write_opts *opts, dm_error *err)
{
    if (opts && opts->version != DM_WRITE_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_write_opts of version %u, this library has %u; use DM_WRITE_OPTS_INIT",
            opts->version, DM_WRITE_OPTS_VERSION);
    return DM_OK;
}

static dm_status finish(const dm_buf *out, dm_error *err)
{
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu bytes of output", out->len) : DM_OK;
}

dm_status dm_write_begin(dm_buf *out, const dm_write_opts *opts, dm_error *err)
{
    dm_status st = check(opts, err);
    if (st != DM_OK)
        return st;
    dm_format f = opts ? opts->format : DM_FORMAT_JSONL;
    if (f == DM_FORMAT_CSV || f == DM_FORMAT_TSV)
        dm_put_rows_header(out, f == DM_FORMAT_TSV);
    return finish(out, err);
}

dm_status dm_write_doc(dm_buf *out, const dm_doc *doc, const dm_write_opts *opts, dm_error *err)
{
    dm_status st = check(opts, err);
    if (st != DM_OK)
        return st;
    dm_format f = opts ? opts->format : DM_FORMAT_JSONL;
    if (f == DM_FORMAT_TEXT)
        dm_put_page(out, doc, opts);
    else if (f == DM_FORMAT_JSONL)
        dm_put_jsonl(out, doc);
    else
        dm_put_rows(out, doc, f == DM_FORMAT_TSV);
    return finish(out, err);
}

dm_status dm_write_answer(dm_buf *out, const dm_doc *doc, dm_error *err)
{
    dm_put_answer(out, doc);
    return finish(out, err);
}

/* A message quotes the input, and is cut to its room: bytes that are no whole character become '?'. */
static dm_str whole_characters(const char *message, char out[DM_ERROR_MSG])
{
    size_t len = strlen(message), n = 0;
    for (size_t i = 0; i < len && n + 4 < DM_ERROR_MSG;) {
        uint32_t cp;
        uint32_t bytes = dm_utf8_next(message, len, i, &cp);
        bool whole = bytes > 1 || (unsigned char)message[i] < 0x80;
        n += dm_utf8_put(out + n, whole ? cp : '?');
        i += bytes;
    }
    return (dm_str){ out, n };
}

dm_status dm_write_refusal(dm_buf *out, uint64_t number, const char *message, dm_error *err)
{
    dm_put_z(out, "{\"number\":");
    dm_put_u(out, number);
    dm_put_z(out, ",\"error\":");
    char text[DM_ERROR_MSG];
    dm_put_json(out, whole_characters(message, text));
    dm_put_z(out, "}\n");
    return finish(out, err);
}

dm_status dm_write_filed_begin(dm_buf *out, const dm_write_opts *opts, dm_error *err)
{
    dm_status st = check(opts, err);
    dm_format f = opts ? opts->format : DM_FORMAT_JSONL;
    if (st == DM_OK && (f == DM_FORMAT_CSV || f == DM_FORMAT_TSV))
        dm_put_listed_header(out, f == DM_FORMAT_TSV);
    return st == DM_OK ? finish(out, err) : st;
}

dm_status dm_write_filed(dm_buf *out, const dm_filed *row, const dm_write_opts *opts, dm_error *err)
{
    dm_status st = check(opts, err);
    if (st != DM_OK)
        return st;
    dm_format f = opts ? opts->format : DM_FORMAT_JSONL;
    if (f == DM_FORMAT_TEXT)
        dm_put_page(out, row->doc, opts);
    else if (f == DM_FORMAT_JSONL)
        dm_put_filed_json(out, row);
    else
        dm_put_listed_row(out, row, f == DM_FORMAT_TSV);
    return finish(out, err);
}

dm_status dm_write_source(dm_buf *out, const dm_doc *doc, dm_format format, dm_error *err)
{
    if (format != DM_FORMAT_TEXT && format != DM_FORMAT_JSONL)
        return dm_fail(err, DM_EUSAGE, 0, "a document's text can be had as text or jsonl");
    if (format == DM_FORMAT_TEXT)
        dm_put(out, doc->text);
    else
        dm_put_source(out, doc);
    return finish(out, err);
}

dm_status dm_write_conllu(dm_buf *out, const dm_doc *doc, dm_error *err)
{
    dm_put_conllu(out, doc);
    return finish(out, err);
}

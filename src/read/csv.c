// SPDX-License-Identifier: Apache-2.0
/* Tables of articles (RFC 4180, also with tabs): rows cut out of the stream by their quotation marks, cells by libcsv, a row as the JSON
 * object that its head makes of it, so that columns are found like keys. */
#include "read/internal.h"
#include <csv.h>
#include <jansson.h>

enum { CELLS_MAX = 4096 };

typedef struct row {
    json_t *cells; /* array */
    bool starved, rows_over;
} row;

static void on_cell(void *bytes, size_t len, void *ctx)
{
    row *r = ctx;
    if (json_array_size(r->cells) == CELLS_MAX) {
        r->rows_over = true;
        return;
    }
    json_t *v = json_stringn(bytes ? bytes : "", len);
    if (!v || json_array_append_new(r->cells, v) != 0)
        r->starved = true;
}

static dm_status cut_cells(row *r, dm_str text, char separator, dm_error *err)
{
    struct csv_parser p;
    if (csv_init(&p, CSV_APPEND_NULL) != 0)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    csv_set_delim(&p, (unsigned char)separator);
    bool parsed = csv_parse(&p, text.p, text.len, on_cell, NULL, r) == text.len && csv_fini(&p, on_cell, NULL, r) == 0;
    csv_free(&p);
    if (r->starved || !parsed)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a row of %zu bytes", text.len);
    return r->rows_over ? dm_fail(err, DM_ELIMIT, 0, "more than %d cells in a row; skipped", (int)CELLS_MAX) : DM_OK;
}

dm_status dm_csv_row(struct json_t **out, const struct json_t *head, dm_str text, char separator, dm_error *err)
{
    row r = { .cells = json_array() };
    *out = NULL;
    dm_status st = r.cells ? cut_cells(&r, text, separator, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory");
    if (st == DM_OK && !head) {
        *out = r.cells;
        return DM_OK;
    }
    size_t n = st == DM_OK ? json_array_size(r.cells) : 0;
    if (st == DM_OK && n != json_array_size(head))
        st = dm_fail(err, DM_EINPUT, 0, "%zu cells where the first line names %zu columns; skipped", n, json_array_size(head));
    json_t *object = st == DM_OK ? json_object() : NULL;
    if (st == DM_OK && !object)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory");
    for (size_t i = n; st == DM_OK && i-- > 0;) /* backwards: of columns with one name the first counts */
        if (json_object_set(object, json_string_value(json_array_get(head, i)), json_array_get(r.cells, i)) != 0)
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a row of %zu bytes", text.len);
    json_decref(r.cells);
    if (st != DM_OK)
        json_decref(object);
    else
        *out = object;
    return st;
}

dm_status dm_csv_cut(dm_stream *s, dm_buf *out, size_t limit, bool *over, size_t *lines)
{
    dm_buf line = { 0 };
    bool quoted = false, long_line = false;
    dm_status st;
    dm_buf_clear(out);
    *over = false;
    do {
        st = dm_stream_line(s, &line, limit, &long_line);
        if (st != DM_OK)
            break;
        *lines += 1;
        *over = *over || long_line || line.len > limit - out->len;
        for (size_t i = 0; i < line.len; i++)
            quoted ^= line.p[i] == '"';
        if (!*over && (dm_buf_add(out, line.p, line.len) != DM_OK || (quoted && dm_buf_add(out, "\n", 1) != DM_OK)))
            st = DM_ENOMEM;
    } while (st == DM_OK && quoted);
    dm_buf_free(&line);
    return st == DM_END && (out->len || *over) ? DM_OK : st;
}

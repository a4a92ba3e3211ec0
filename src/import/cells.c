// SPDX-License-Identifier: Apache-2.0
/* libcsv, fed line by line so that the number of the line is known. The separator is the one of tab, comma and semicolon that the first
 * line has most of. */
#include "import/cells.h"
#include <csv.h>
#include <stdlib.h>

enum { HEAD_BYTES = 1 << 16 /* of the first line that are looked at */ };

struct dm_cells {
    struct csv_parser parser;
    dm_cells_fn *fn;
    void *ctx;
    dm_error *err; /* of the call in hand */
    dm_status st;
    dm_buf head; /* until the separator is known */
    bool started;
    dm_buf text; /* of the cells of the row in hand */
    size_t start[DM_CELLS_MAX + 1];
    size_t n;
    uint32_t line, from; /* the line in hand; where the row in hand begins */
    size_t row_bytes;
};

static int blank(unsigned char c) { return c == ' '; } /* a tab may be the separator */

dm_status dm_cells_open(dm_cells **out, dm_cells_fn *fn, void *ctx, dm_error *err)
{
    dm_cells *c = calloc(1, sizeof *c);
    if (!c || csv_init(&c->parser, 0) != 0) {
        free(c);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a table");
    }
    csv_set_space_func(&c->parser, blank);
    c->fn = fn;
    c->ctx = ctx;
    c->line = c->from = 1;
    *out = c;
    return DM_OK;
}

void dm_cells_close(dm_cells *c)
{
    if (!c)
        return;
    csv_free(&c->parser);
    dm_buf_free(&c->head);
    dm_buf_free(&c->text);
    free(c);
}

static bool is_utf8(const char *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t cp, len = dm_utf8_next(p, n, i, &cp);
        if (len == 1 && cp == 0xFFFD)
            return false;
        i += len;
    }
    return true;
}

/* What is no UTF-8 is taken as Latin-1; control characters are blanks. */
static void add_text(dm_buf *out, const char *p, size_t n)
{
    bool ascii = true;
    for (size_t i = 0; i < n && ascii; i++)
        ascii = (unsigned char)p[i] >= 0x20 && (unsigned char)p[i] < 0x7F;
    if (ascii) {
        dm_buf_add(out, p, n);
        return;
    }
    bool utf8 = is_utf8(p, n);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        char two[4];
        if (c < 0x20 || c == 0x7F)
            dm_buf_add(out, " ", 1);
        else if (c < 0x80 || utf8)
            dm_buf_add(out, p + i, 1);
        else
            dm_buf_add(out, two, dm_utf8_put(two, c < 0xA0 ? ' ' : c));
    }
}

static void on_cell(void *p, size_t len, void *ctx)
{
    dm_cells *c = ctx;
    if (c->n == DM_CELLS_MAX)
        return; /* the columns that are read stand before */
    c->start[c->n++] = c->text.len;
    add_text(&c->text, p ? p : "", len);
    c->start[c->n] = c->text.len;
}

static void on_row(int end, void *ctx)
{
    (void)end;
    dm_cells *c = ctx;
    dm_str cell[DM_CELLS_MAX];
    for (size_t i = 0; i < c->n; i++)
        cell[i] = c->text.p ? dm_str_trim((dm_str){ c->text.p + c->start[i], c->start[i + 1] - c->start[i] }) : DM_NIL;
    if (c->text.failed)
        c->st = dm_fail(c->err, DM_ENOMEM, 0, "out of memory for a row");
    if (c->st == DM_OK && c->n)
        c->st = c->fn(c->ctx, cell, c->n, c->line, c->err);
    c->n = 0;
    c->row_bytes = 0;
    c->from = c->line + 1;
    dm_buf_clear(&c->text);
}

static dm_status parse(dm_cells *c, const char *p, size_t len, dm_error *err)
{
    c->err = err;
    while (len && c->st == DM_OK) {
        const char *end = memchr(p, '\n', len);
        size_t n = end ? (size_t)(end - p) + 1 : len;
        c->row_bytes += n;
        if (csv_parse(&c->parser, p, n, on_cell, on_row, c) != n)
            return dm_fail(err, DM_ENOMEM, c->line, "line %u: %s", c->line, csv_strerror(csv_error(&c->parser)));
        c->line += end != NULL;
        p += n;
        len -= n;
        if (c->row_bytes > DM_CELLS_ROW_BYTES)
            return dm_fail(err, DM_EINPUT, c->line,
                "line %u: a row of more than %d bytes ends here; is a quotation mark before it not closed?", c->line,
                DM_CELLS_ROW_BYTES);
    }
    return c->st;
}

static size_t count(const dm_buf *b, char what)
{
    size_t n = 0;
    bool quoted = false;
    for (size_t i = 0; i < b->len && i < HEAD_BYTES && b->p[i] != '\n'; i++) {
        quoted ^= b->p[i] == '"';
        n += !quoted && b->p[i] == what;
    }
    return n;
}

/* The first line is there: the separator, and the bytes so far without a BOM. */
static dm_status start(dm_cells *c, dm_error *err)
{
    const char *p = c->head.p;
    size_t n = c->head.len, tabs = count(&c->head, '\t'), commas = count(&c->head, ','), semicolons = count(&c->head, ';');
    c->started = true;
    if (n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0))
        return dm_fail(err, DM_EINPUT, 0, "the file is UTF-16; save it as UTF-8");
    csv_set_delim(&c->parser, tabs >= commas && tabs >= semicolons && tabs ? '\t' : semicolons > commas ? ';' : ',');
    size_t bom = n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    return n > bom ? parse(c, p + bom, n - bom, err) : DM_OK;
}

dm_status dm_cells_feed(dm_cells *c, const char *p, size_t len, dm_error *err)
{
    if (c->started)
        return parse(c, p, len, err);
    if (dm_buf_add(&c->head, p, len) != DM_OK)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a table");
    bool line = c->head.len && memchr(c->head.p, '\n', c->head.len);
    return line || c->head.len > HEAD_BYTES ? start(c, err) : DM_OK;
}

dm_status dm_cells_end(dm_cells *c, dm_error *err)
{
    dm_status st = c->started ? DM_OK : start(c, err);
    if (st != DM_OK)
        return st;
    c->err = err;
    csv_set_opts(&c->parser, CSV_STRICT | CSV_STRICT_FINI); /* at the end only: quotation marks inside of cells do no harm */
    if (csv_fini(&c->parser, on_cell, on_row, c) != 0 && csv_error(&c->parser) == CSV_EPARSE)
        return dm_fail(
            err, DM_EINPUT, c->from, "line %u: a quotation mark in the row that begins here is never closed", c->from);
    if (csv_error(&c->parser) != CSV_SUCCESS)
        return dm_fail(err, DM_ENOMEM, c->line, "line %u: %s", c->line, csv_strerror(csv_error(&c->parser)));
    return c->st;
}

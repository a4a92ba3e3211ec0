// SPDX-License-Identifier: Apache-2.0
/* Rows of CSV and TSV on any bytes: cells are UTF-8 without control characters, and the same bytes in other portions give the same rows
 * and the same refusal. The first byte chooses the portions. */
#include "base/map.h"
#include "fuzz.h"
#include "import/cells.h"

enum { INPUT_MAX = 1 << 16 };

typedef struct pass {
    uint64_t mark;
    uint32_t rows, line;
} pass;

static dm_status on_row(void *ctx, const dm_str *cell, size_t n, uint32_t line, dm_error *err)
{
    pass *p = ctx;
    (void)err;
    fuzz_need(n > 0 && n <= DM_CELLS_MAX, "a row with cells");
    fuzz_need(line >= p->line, "lines that go on");
    p->line = line;
    p->rows++;
    for (size_t i = 0; i < n; i++) {
        fuzz_need(fuzz_utf8(cell[i]), "cells in UTF-8");
        for (size_t k = 0; k < cell[i].len; k++)
            fuzz_need((unsigned char)cell[i].p[k] >= 0x20, "cells without control characters");
        p->mark = dm_hash(cell[i].p, cell[i].len, p->mark + i + line);
    }
    return DM_OK;
}

static pass read_in(const uint8_t *data, size_t size, size_t portion, dm_status *st)
{
    pass p = { 0 };
    dm_cells *c = NULL;
    dm_error err = { .msg = "" };
    fuzz_need(dm_cells_open(&c, on_row, &p, &err) == DM_OK, "memory");
    *st = DM_OK;
    for (size_t i = 0; i < size && *st == DM_OK; i += portion)
        *st = dm_cells_feed(c, (const char *)data + i, size - i < portion ? size - i : portion, &err);
    if (*st == DM_OK)
        *st = dm_cells_end(c, &err);
    fuzz_need(*st == DM_OK || err.msg[0], "a failure with a message");
    dm_cells_close(c);
    return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > INPUT_MAX)
        return 0;
    dm_status whole, pieces;
    size_t portion = data[0] % 32u + 1;
    pass a = read_in(data + 1, size - 1, size - 1, &whole), b = read_in(data + 1, size - 1, portion, &pieces);
    fuzz_need(whole == pieces && a.mark == b.mark && a.rows == b.rows, "the same rows when the bytes come in pieces");
    return 0;
}

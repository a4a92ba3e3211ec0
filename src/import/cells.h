// SPDX-License-Identifier: Apache-2.0
/* Rows of a CSV or TSV file as they come, through libcsv: quoted cells, cells over several lines, any line ends, a BOM. */
#ifndef DM_IMPORT_CELLS_H
#define DM_IMPORT_CELLS_H

#include "base/str.h"
#include <demarche/buffer.h>

enum { DM_CELLS_MAX = 256, DM_CELLS_ROW_BYTES = 1 << 20 };

/* One row; cells are UTF-8 without control characters and lie there until the callback returns. line: where the row ends. */
typedef dm_status dm_cells_fn(void *ctx, const dm_str *cell, size_t n, uint32_t line, dm_error *err);

typedef struct dm_cells dm_cells;
dm_status dm_cells_open(dm_cells **out, dm_cells_fn *fn, void *ctx, dm_error *err);
/* Bytes in any portions. DM_EINPUT: UTF-16, or a row over DM_CELLS_ROW_BYTES (a quotation mark that is not closed). */
dm_status dm_cells_feed(dm_cells *c, const char *p, size_t len, dm_error *err);
/* The end of the file: the last row may lack its line end. */
dm_status dm_cells_end(dm_cells *c, dm_error *err);
void dm_cells_close(dm_cells *c);

#endif

// SPDX-License-Identifier: Apache-2.0
/* What the export formats share: the exporter from inside, the way of the bytes, the table of columns that csv, dta and parquet write,
 * and small looks at parties and days. */
#ifndef DM_WRITE_EXPORT_H
#define DM_WRITE_EXPORT_H

#include "write/crosswalk.h"
#include "write/put.h"
#include <demarche/export.h>

typedef struct dm_export_format {
    const char *name;
    bool done_only;   /* has no place for a status */
    bool needs_cameo; /* made of CAMEO codes */
    bool once;        /* one event for a happening */
    bool own_file;    /* writes x->tmp itself */
    dm_status (*begin)(dm_exporter *x, dm_error *err);
    dm_status (*event)(dm_exporter *x, const dm_filed *f, dm_error *err);
    dm_status (*end)(dm_exporter *x, dm_error *err); /* may be NULL */
    void (*drop)(dm_exporter *x);                    /* frees x->state, removes files of its own; may be NULL */
} dm_export_format;

struct dm_exporter {
    const dm_export_format *format;
    dm_export_opts opts; /* path and duckdb: own copies */
    dm_tables *owned;    /* NULL: the coder's */
    dm_crosswalk *cross;
    dm_buf out, cell; /* bytes not yet handed on; a value being put together */
    char *tmp;        /* "PATH.tmp" */
    int fd;           /* of tmp, or -1 */
    void *state;      /* the format's */
    dm_export_stats stats;
    bool failed;
};

/* tables are borrowed until close, unless they are given as owned too (then x closes them, on failure as well). */
dm_status dm_export_start(dm_exporter **out, const char *format, const dm_export_opts *opts, const dm_tables *tables,
    dm_tables *owned, dm_error *err);
/* Hands x->out on when it has grown, or in any case (all). */
dm_status dm_export_flush(dm_exporter *x, bool all, dm_error *err);

extern const dm_export_format dm_export_plover, dm_export_csv, dm_export_icews, dm_export_gdelt, dm_export_gdelt1,
    dm_export_polecat, dm_export_dta, dm_export_parquet;

/* The columns of csv, dta and parquet. */
typedef enum dm_column_kind { DM_COL_TEXT, DM_COL_DAY, DM_COL_INT, DM_COL_BIG, DM_COL_REAL } dm_column_kind;
typedef struct dm_column {
    const char *name;
    dm_column_kind kind;
    const char *label; /* at most 80 bytes: Stata's variable label */
} dm_column;
enum { DM_RECORD_COLUMNS = 45, DM_COLUMNS = 58 };
extern const dm_column dm_columns[DM_COLUMNS];

/* Calls cell() for each column in turn; a value lives until cell() returns. false: out of memory. */
bool dm_filed_cells(
    const dm_crosswalk *cross, const dm_filed *f, void (*cell)(void *ctx, unsigned column, dm_str value), void *ctx);
/* One CSV line of all columns. */
void dm_put_filed_row(dm_buf *out, const dm_crosswalk *cross, const dm_filed *f);
void dm_put_filed_header(dm_buf *out);

/* The day of an event for formats that know one day: its first, else its last, else the first of the statement, else the article's. */
dm_day dm_filed_day(const dm_filed *f);
/* The day when the happening became known: the first report's, else the article's. */
dm_day dm_filed_known(const dm_filed *f);

/* Calls pair() for the rows of an event in formats with one actor and one recipient (either may be NULL). Of mutual events with several
 * actors and no recipient, each two actors make two rows. */
void dm_filed_pairs(const dm_crosswalk *cross, const dm_event *e,
    void (*pair)(void *ctx, const dm_party *actor, const dm_party *recipient), void *ctx);

/* Of an id, what a double holds exactly: readers that take numbers for doubles do not merge two. pair 0 keeps small numbers as they are. */
uint64_t dm_number_of(uint64_t id, uint32_t pair);

/* A value in a format without quotes: tabs, line ends and other control characters become spaces. Ends with a tab, or the line. */
void dm_put_flat(dm_buf *out, dm_str s, char end);

#endif

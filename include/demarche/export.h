// SPDX-License-Identifier: Apache-2.0
/* Events in the formats of other projects and programs. Every format's columns, and what stays empty and why: docs/formats.md.
 *
 * The caller hands over one event at a time, in an order that it keeps from run to run: the same events give the same bytes. Memory does
 * not grow with their number. A file appears under its name only when it is whole: until then it is "PATH.tmp". */
#ifndef DEMARCHE_EXPORT_H
#define DEMARCHE_EXPORT_H

#include <demarche/record.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dm_exporter dm_exporter;

/* Set with DM_EXPORT_OPTS_INIT and then change fields; strings are copied, coder is borrowed until close. */
typedef struct dm_export_opts {
    unsigned version;
    const dm_coder *coder; /* its tables are used; NULL: tables are opened from data_dir, as dm_coder_open() finds them */
    const char *data_dir;
    const char *path; /* file to write; NULL: the bytes go to emit (all formats but parquet) */
    dm_status (*emit)(void *ctx, dm_str bytes, dm_error *err);
    void *ctx;
    bool all; /* icews, gdelt, polecat: also what was refused, is planned or only possible, as if it were done */
    const char
        *duckdb; /* parquet: path of libduckdb.so; NULL: $DEMARCHE_DUCKDB, the system's, node_modules (docs/formats.md) */
} dm_export_opts;

#define DM_EXPORT_OPTS_VERSION 1
#define DM_EXPORT_OPTS_INIT                                                                                                    \
    {                                                                                                                          \
        DM_EXPORT_OPTS_VERSION, NULL, NULL, NULL, NULL, NULL, false, NULL                                                      \
    }

/* What became of the events: events = written + undone + uncoded + repeated. */
typedef struct dm_export_stats {
    uint64_t events, rows; /* handed over; rows written (icews and gdelt write one for each pair of parties) */
    uint64_t written;      /* events with at least one row */
    uint64_t undone;       /* left out: negated, future or hypothetical, in a format that has no place for that */
    uint64_t uncoded;      /* left out: no CAMEO code, in a format that is made of them */
    uint64_t repeated;     /* left out: another report stands for the happening */
    uint64_t cut;          /* values cut because the format's cells end there (dta: 2045 bytes) */
} dm_export_stats;

/* format: plover, csv, icews, gdelt, gdelt1, polecat, dta, parquet. DM_EUSAGE for another one, or where a path is needed and not given;
 * DM_EIO when the file cannot be made, or parquet's library cannot be loaded. */
DM_API dm_status dm_export_open(dm_exporter **out, const char *format, const dm_export_opts *opts, dm_error *err);
/* After a failure the exporter takes no more events: abort it. */
DM_API dm_status dm_export_event(dm_exporter *x, const dm_filed *filed, dm_error *err);
/* Finishes the output and frees x whatever comes. On failure nothing is left under the path. stats may be NULL. */
DM_API dm_status dm_export_close(dm_exporter *x, dm_export_stats *stats, dm_error *err);
/* Frees x and removes what it had begun. NULL is allowed. */
DM_API void dm_export_abort(dm_exporter *x);

/* The formats' names in the order above; NULL past the last. */
DM_API const char *dm_export_format_name(size_t i);

#ifdef __cplusplus
}
#endif
#endif

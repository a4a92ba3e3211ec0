// SPDX-License-Identifier: Apache-2.0
/* Opening an exporter: the tables that its formats need are the coder's, or opened for it. */
#include "write/export.h"
#include "pipeline/coder.h"

dm_status dm_export_open(dm_exporter **out, const char *format, const dm_export_opts *opts, dm_error *err)
{
    if (opts && opts->coder)
        return dm_export_start(out, format, opts, opts->coder->tables, NULL, err);
    char path[DM_PATH_MAX];
    dm_tables *tables = NULL;
    dm_status st = dm_data_path(path, opts ? opts->data_dir : NULL, "demarche.tables", err);
    if (st == DM_OK)
        st = dm_tables_open(&tables, path, err);
    return st == DM_OK ? dm_export_start(out, format, opts, tables, tables, err) : st;
}

// SPDX-License-Identifier: Apache-2.0
/* The stance model from the compiled tables, for callers that have no coder. */
#include "stance/stance.h"
#include "pipeline/coder.h"

dm_status dm_stance_model_load(dm_stance_model **out, const char *data_dir, dm_error *err)
{
    char path[DM_PATH_MAX];
    dm_tables *tables = NULL;
    dm_status st = dm_data_path(path, data_dir, "demarche.tables", err);
    st = st == DM_OK ? dm_tables_open(&tables, path, err) : st;
    st = st == DM_OK ? dm_stance_model_open(out, tables, err) : st;
    dm_tables_close(tables);
    return st;
}

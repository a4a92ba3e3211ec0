// SPDX-License-Identifier: Apache-2.0
/* Instruments of a record, for callers. */
#include "pipeline/record.h"
#include "store/series.h"

static const dm_series_filter all = DM_SERIES_FILTER_INIT;

dm_status dm_record_instruments(dm_record *r, const dm_series_filter *filter, dm_series_fn *fn, void *ctx, dm_error *err)
{
    return dm_store_instruments(r->store, r->tables, filter ? filter : &all, fn, ctx, err);
}

dm_status dm_record_life(dm_record *r, const char *which, const dm_series_filter *filter, dm_life **out, dm_error *err)
{
    return dm_store_life(r->store, r->tables, which, filter ? filter : &all, out, err);
}

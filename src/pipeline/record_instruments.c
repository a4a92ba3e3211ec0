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
    dm_series_filter on = filter ? *filter : all;
    char code[DM_CODE_MAX];
    dm_error own = { .msg = "" };
    dm_status st = dm_store_life(r->store, r->tables, which, &on, out, &own);
    if (st == DM_EUSAGE && own.at == 0 && which && !on.subject && dm_record_code(r, which, code, NULL) == DM_OK) {
        on.subject = code; /* "Iran": what is aimed at it */
        dm_error other = { .msg = "" };
        dm_status again = dm_store_life(r->store, r->tables, NULL, &on, out, &other);
        if (again != DM_EUSAGE || other.at) {
            st = again;
            own = other;
        }
    }
    if (st != DM_OK && err)
        *err = own;
    return st;
}

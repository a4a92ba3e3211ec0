// SPDX-License-Identifier: Apache-2.0
/* Happenings and near copies of a record found anew, for callers. */
#include "pipeline/record.h"

dm_status dm_record_relink(dm_record *r, const dm_relink_opts *opts, dm_relink_stats *stats, dm_error *err)
{
    if (stats)
        *stats = (dm_relink_stats){ 0 };
    if (opts && opts->version != DM_RELINK_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_relink_opts of version %u, this library has %d; use DM_RELINK_OPTS_INIT",
            opts->version, DM_RELINK_OPTS_VERSION);
    dm_status st = dm_record_writable(r, err);
    return st == DM_OK ? dm_store_relink(r->store, opts, stats, err) : st;
}

// SPDX-License-Identifier: Apache-2.0
/* stance: where an actor stands through time. What evidence is worth (weigh.c), one point a happening and day (gather.c), the position by a
 * smoother (smooth.c), changes of level (change.c), what is told of them (turns.c). Pure computation; equations: docs/stance.md. */
#ifndef DM_STANCE_STANCE_H
#define DM_STANCE_STANCE_H

#include "base/table.h"
#include <demarche/stance.h>

/* Reads data/stance from the tables and keeps nothing of them. DM_EINPUT names the line of a bad cell. */
dm_status dm_stance_model_open(dm_stance_model **out, const dm_tables *tables, dm_error *err);

#endif

// SPDX-License-Identifier: Apache-2.0
/* What the charts of a stance share: the range of both axes, their ticks, and the position on a day between points. */
#ifndef DM_WRITE_CHART_H
#define DM_WRITE_CHART_H

#include "write/put.h"
#include <demarche/stance.h>

typedef struct dm_frame {
    dm_day first, last; /* first < last */
    double low, high;   /* whole positions, 0 between or at them */
    int step;           /* of the ticks of positions */
    int years, months;  /* of the ticks of days; one of them is 0 */
    bool any;           /* anything to draw */
} dm_frame;

/* Ticks of days are at least room apart in a picture that is wide in the same unit. */
dm_frame dm_chart_frame(const dm_stance_series *series, size_t n, double wide, double room);
/* First tick at or behind day, and its label into out. */
dm_day dm_chart_tick(const dm_frame *f, dm_day day);
void dm_chart_tick_name(const dm_frame *f, dm_day day, char out[16]);

/* Position and deviation on a day; false where nothing is known. *hint is where the search begins: 0 first, days must ascend. */
bool dm_chart_at(const dm_stance_point *p, size_t n, dm_day day, size_t *hint, double *position, double *sd);

/* Arguments of a writer. */
dm_status dm_chart_check(const dm_stance_series *series, size_t n, const dm_stance_chart *chart, dm_error *err);

#endif

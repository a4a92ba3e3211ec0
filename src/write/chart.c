// SPDX-License-Identifier: Apache-2.0
/* Axes of the charts of a stance. */
#include "write/chart.h"
#include <math.h>

enum { TICKS_MOST = 6, SPAN_LEAST = 28, TICK_YEAR_MOST = 9999 };

static const double days_in_year = 365.25;

static void widen(dm_frame *f, const dm_stance_series *s)
{
    size_t n;
    const dm_stance_point *p = dm_stance_points(s->stance, DM_LANE_ALL, &n);
    for (size_t i = 0; i < n; i++) {
        f->first = !f->any || p[i].day < f->first ? p[i].day : f->first;
        f->last = !f->any || p[i].day > f->last ? p[i].day : f->last;
        f->any = true;
        if (p[i].supported) {
            f->low = fmin(f->low, p[i].position - p[i].sd);
            f->high = fmax(f->high, p[i].position + p[i].sd);
        }
    }
    const dm_stance_use *u = dm_stance_uses(s->stance, &n);
    for (size_t i = 0; i < n; i++)
        if (u[i].fate == DM_FATE_USED) {
            f->low = fmin(f->low, u[i].position);
            f->high = fmax(f->high, u[i].position);
        }
}

static void choose_days(dm_frame *f, double wide, double room)
{
    static const int years[] = { 1, 2, 5, 10, 20, 25, 50, 100, 250, 500, 1000, 2500 }, months[] = { 1, 3, 6 };
    double each = (f->last - f->first) / wide * room / days_in_year; /* years that a tick needs */
    for (unsigned i = 0; i < sizeof months / sizeof *months; i++)
        if (each <= months[i] / 12.0) {
            f->months = months[i];
            return;
        }
    unsigned i = 0;
    while (i + 1 < sizeof years / sizeof *years && each > years[i])
        i++;
    f->years = years[i];
}

dm_frame dm_chart_frame(const dm_stance_series *series, size_t n, double wide, double room)
{
    static const int steps[] = { 1, 2, 5, 10 };
    dm_frame f = { .low = 0, .high = 0 };
    for (size_t i = 0; i < n; i++)
        widen(&f, &series[i]);
    f.low = fmax(-10, fmin(floor(f.low), -2));
    f.high = fmin(10, fmax(ceil(f.high), 2));
    unsigned k = 0;
    while (k + 1 < sizeof steps / sizeof *steps && (f.high - f.low) / steps[k] > TICKS_MOST)
        k++;
    f.step = steps[k];
    if (f.last - f.first < SPAN_LEAST) {
        f.first -= SPAN_LEAST / 2;
        f.last += SPAN_LEAST / 2;
    }
    choose_days(&f, wide, room);
    return f;
}

dm_day dm_chart_tick(const dm_frame *f, dm_day day)
{
    int year, month, d;
    dm_day_split(day, &year, &month, &d);
    if (f->years) {
        int at = year - year % f->years;
        while (dm_day_of(at, 1, 1) < day)
            at += f->years;
        return dm_day_of(at, 1, 1);
    }
    int at = year * 12 + month - 1;
    at -= at % f->months;
    while (dm_day_of(at / 12, at % 12 + 1, 1) < day)
        at += f->months;
    return dm_day_of(at / 12, at % 12 + 1, 1);
}

void dm_chart_tick_name(const dm_frame *f, dm_day day, char out[16])
{
    dm_day_format(out, day);
    out[f->years ? 4 : 7] = 0;
}

bool dm_chart_at(const dm_stance_point *p, size_t n, dm_day day, size_t *hint, double *position, double *sd)
{
    size_t i = *hint;
    while (i + 1 < n && p[i + 1].day <= day)
        i++;
    *hint = i;
    if (!n || day < p[0].day || day > p[n - 1].day || !p[i].supported)
        return false;
    *position = p[i].position;
    *sd = p[i].sd;
    if (p[i].day == day || i + 1 == n)
        return true;
    if (!p[i + 1].supported)
        return false;
    double share = ((double)day - p[i].day) / ((double)p[i + 1].day - p[i].day);
    *position += share * (p[i + 1].position - p[i].position);
    *sd += share * (p[i + 1].sd - p[i].sd);
    return true;
}

dm_status dm_chart_check(const dm_stance_series *series, size_t n, const dm_stance_chart *chart, dm_error *err)
{
    if (!n || n > DM_STANCE_SERIES_MAX)
        return dm_fail(err, DM_EUSAGE, 0, "%zu stances to show; there must be 1 to %d", n, DM_STANCE_SERIES_MAX);
    for (size_t i = 0; i < n; i++)
        if (!series[i].stance || !series[i].name)
            return dm_fail(err, DM_EUSAGE, 0, "series %zu lacks its stance or its name", i + 1);
    if (chart && chart->version != DM_STANCE_CHART_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_stance_chart of version %u, this library has %u; use DM_STANCE_CHART_INIT",
            chart->version, DM_STANCE_CHART_VERSION);
    return DM_OK;
}

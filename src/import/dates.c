// SPDX-License-Identifier: Apache-2.0
/* Dates as the lists write them. Two-digit years are of this century below PIVOT; where that turns a term around, its start is moved
 * back a hundred years ("250101-331108"). */
#include "import/work.h"

enum { PIVOT = 30, YEAR_MIN = 1500, YEAR_MAX = 2200 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int number(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (p[i] - '0');
    return v;
}

/* A last day of a month that has fewer days is its last one (CAMEO writes February 30). */
static bool make(dm_day *first, dm_day *last, int y, int m, int d)
{
    if (y < YEAR_MIN || y > YEAR_MAX || m < 0 || m > 12 || d < 0 || d > 31 || (m == 0 && d))
        return false;
    int days = dm_month_days(y, m ? m : 12);
    *first = dm_day_of(y, m ? m : 1, d ? (d < days ? d : days) : 1);
    *last = dm_day_of(y, m ? m : 12, d ? (d < days ? d : days) : days);
    return true;
}

bool dm_import_day(dm_day *first, dm_day *last, dm_str s)
{
    size_t n = 0;
    while (n < s.len && is_digit(s.p[n]))
        n++;
    if (n == 6 && s.len == 6) {
        int yy = number(s.p, 2);
        return make(first, last, yy + (yy < PIVOT ? 2000 : 1900), number(s.p + 2, 2), number(s.p + 4, 2));
    }
    if (n == 8 && s.len == 8)
        return make(first, last, number(s.p, 4), number(s.p + 4, 2), number(s.p + 6, 2));
    if (n != 4)
        return false;
    int part[3] = { number(s.p, 4), 0, 0 };
    size_t at = 4;
    for (int i = 1; i < 3 && at + 2 < s.len && s.p[at] == '-' && is_digit(s.p[at + 1]) && is_digit(s.p[at + 2]); i++, at += 3)
        part[i] = number(s.p + at + 1, 2);
    return (at == s.len || (at == 10 && s.p[at] == 'T')) && make(first, last, part[0], part[1], part[2]);
}

bool dm_import_dates(dates *out, dm_str s)
{
    dm_day a, b, c, d;
    dates got = { DM_DAY_NONE, DM_DAY_NONE };
    s = dm_str_trim(s);
    if (!s.len) {
        *out = got;
        return true;
    }
    if (s.p[0] == '<' || s.p[0] == '>') {
        if (!dm_import_day(&a, &b, dm_str_trim((dm_str){ s.p + 1, s.len - 1 })))
            return false;
        *out = s.p[0] == '<' ? (dates){ DM_DAY_NONE, b } : (dates){ a, DM_DAY_NONE };
        return true;
    }
    const char *dash = memchr(s.p, '-', s.len);
    if (!dash)
        return false;
    dm_str from = dm_str_trim((dm_str){ s.p, (size_t)(dash - s.p) });
    dm_str to = dm_str_trim((dm_str){ dash + 1, s.len - (size_t)(dash + 1 - s.p) });
    if (!dm_import_day(&a, &b, from) || !dm_import_day(&c, &d, to))
        return false;
    if (a > d && from.len == 6) {
        int y, m, day;
        dm_day_split(a, &y, &m, &day);
        if (!make(&a, &b, y - 100, m, day))
            return false;
    }
    got = (dates){ a, d };
    if (got.from > got.to)
        return false;
    *out = got;
    return true;
}

dm_str dm_import_day_text(imp *m, dm_day d)
{
    char out[16];
    if (d == DM_DAY_NONE)
        return DM_NIL;
    dm_day_format(out, d);
    return dm_import_keep(m, dm_str_of(out));
}

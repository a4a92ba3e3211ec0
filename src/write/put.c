// SPDX-License-Identifier: Apache-2.0
/* Numbers, dates and JSON strings, written without stdio: faster, and the same bytes in every locale. */
#include "write/put.h"
#include <math.h>

const char *const dm_aux_names[DM_N_AUX] = { "negation", "future", "hypothetical", "historical" };

void dm_put(dm_buf *b, dm_str s) { (void)dm_buf_add(b, s.p, s.len); /* a failure stays in b->failed */ }

void dm_put_z(dm_buf *b, const char *z) { dm_put(b, dm_str_of(z)); }

void dm_put_u(dm_buf *b, uint64_t n)
{
    char digit[20];
    size_t at = sizeof digit;
    do {
        digit[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    dm_put(b, (dm_str){ digit + at, sizeof digit - at });
}

void dm_put_i(dm_buf *b, int64_t n)
{
    if (n < 0)
        dm_put_z(b, "-");
    dm_put_u(b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void dm_put_num(dm_buf *b, double x, int least, int most)
{
    if (!isfinite(x) || fabs(x) > 1e12)
        x = 0;
    uint64_t unit = 1;
    for (int i = 0; i < most; i++)
        unit *= 10;
    uint64_t n = (uint64_t)llround(fabs(x) * (double)unit);
    if (x < 0 && n)
        dm_put_z(b, "-");
    dm_put_u(b, n / unit);
    uint64_t rest = n % unit;
    int digits = most;
    for (; digits > least && rest % 10 == 0; digits--)
        rest /= 10;
    if (digits == 0)
        return;
    char text[8] = ".";
    for (int i = digits; i > 0; i--, rest /= 10)
        text[i] = (char)('0' + rest % 10);
    dm_put(b, (dm_str){ text, (size_t)digits + 1 });
}

void dm_put_id(dm_buf *b, uint64_t id)
{
    char hex[16];
    for (int i = 15; i >= 0; i--, id >>= 4)
        hex[i] = "0123456789abcdef"[id & 15];
    dm_put(b, (dm_str){ hex, sizeof hex });
}

void dm_put_day(dm_buf *b, dm_day day)
{
    char text[16];
    dm_day_format(text, day);
    dm_put_z(b, text);
}

void dm_put_interval(dm_buf *b, dm_interval i)
{
    if (i.from == DM_DAY_NONE && i.to == DM_DAY_NONE)
        return;
    if (i.from == DM_DAY_NONE)
        dm_put_z(b, "..");
    else
        dm_put_day(b, i.from);
    if (i.from == i.to)
        return;
    dm_put_z(b, "/");
    if (i.to == DM_DAY_NONE)
        dm_put_z(b, "..");
    else
        dm_put_day(b, i.to);
}

static void put_escape(dm_buf *b, unsigned char c)
{
    static const char *const shorts[] = { ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r" };
    if (c == '"')
        dm_put_z(b, "\\\"");
    else if (c == '\\')
        dm_put_z(b, "\\\\");
    else if (c < sizeof shorts / sizeof *shorts && shorts[c])
        dm_put_z(b, shorts[c]);
    else {
        char text[6] = { '\\', 'u', '0', '0', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15] };
        dm_put(b, (dm_str){ text, sizeof text });
    }
}

void dm_put_json(dm_buf *b, dm_str s)
{
    dm_put_z(b, "\"");
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        dm_put(b, (dm_str){ s.p + from, i - from });
        put_escape(b, c);
        from = i + 1;
    }
    if (s.len)
        dm_put(b, (dm_str){ s.p + from, s.len - from });
    dm_put_z(b, "\"");
}

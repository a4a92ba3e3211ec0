// SPDX-License-Identifier: Apache-2.0
/* Byte strings, UTF-8, hashes, calendar. Calendar arithmetic: days from civil, after Howard Hinnant's description of the algorithm. */
#include "base/str.h"
#define XXH_INLINE_ALL
#define XXH_NO_STREAM
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <xxhash.h>
#pragma GCC diagnostic pop
#include <math.h>
#include <stdlib.h>

bool dm_str_ends(dm_str a, const char *z)
{
    size_t n = strlen(z);
    return a.len >= n && memcmp(a.p + a.len - n, z, n) == 0;
}

bool dm_str_starts(dm_str a, const char *z)
{
    size_t n = strlen(z);
    return a.len >= n && memcmp(a.p, z, n) == 0;
}

int dm_str_cmp(dm_str a, dm_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* Called for nearly every word: lists are short and most words differ in their first letters, so no library call pays. */
bool dm_str_in(dm_str a, const char *list)
{
    for (const char *p = list; a.len; p++) {
        size_t i = 0;
        while (i < a.len && p[i] == a.p[i] && p[i] != ' ' && p[i])
            i++;
        if (i == a.len && (p[i] == ' ' || !p[i]))
            return true;
        for (p += i; *p != ' '; p++)
            if (!*p)
                return false;
    }
    return false;
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

dm_str dm_str_trim(dm_str s)
{
    while (s.len && is_space(s.p[0])) {
        s.p++;
        s.len--;
    }
    while (s.len && is_space(s.p[s.len - 1]))
        s.len--;
    return s;
}

int dm_str_digits(dm_str s)
{
    int v = 0;
    if (s.len == 0 || s.len > 4)
        return -1;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

bool dm_str_split(dm_str *rest, char sep, dm_str *piece)
{
    while (rest->len) {
        const char *e = memchr(rest->p, sep, rest->len);
        size_t n = e ? (size_t)(e - rest->p) : rest->len;
        *piece = dm_str_trim((dm_str){ rest->p, n });
        size_t step = e ? n + 1 : n;
        rest->p += step;
        rest->len -= step;
        if (piece->len)
            return true;
    }
    return false;
}

uint64_t dm_hash(const void *p, size_t len, uint64_t seed) { return XXH3_64bits_withSeed(p, len, seed); }

static bool is_tail(unsigned char c) { return (c & 0xC0) == 0x80; }

uint32_t dm_utf8_next(const char *s, size_t len, size_t i, uint32_t *cp)
{
    const unsigned char *p = (const unsigned char *)s + i;
    size_t left = len - i;
    unsigned char c = p[0];
    if (c < 0x80) {
        *cp = c;
        return 1;
    }
    if (c >= 0xC2 && c < 0xE0 && left >= 2 && is_tail(p[1])) {
        *cp = ((uint32_t)(c & 0x1F) << 6) | (p[1] & 0x3F);
        return 2;
    }
    if (c >= 0xE0 && c < 0xF0 && left >= 3 && is_tail(p[1]) && is_tail(p[2])) {
        uint32_t v = ((uint32_t)(c & 0x0F) << 12) | ((uint32_t)(p[1] & 0x3F) << 6) | (p[2] & 0x3F);
        if (v >= 0x800 && (v < 0xD800 || v > 0xDFFF)) {
            *cp = v;
            return 3;
        }
    }
    if (c >= 0xF0 && c < 0xF5 && left >= 4 && is_tail(p[1]) && is_tail(p[2]) && is_tail(p[3])) {
        uint32_t v =
            ((uint32_t)(c & 0x07) << 18) | ((uint32_t)(p[1] & 0x3F) << 12) | ((uint32_t)(p[2] & 0x3F) << 6) | (p[3] & 0x3F);
        if (v >= 0x10000 && v <= 0x10FFFF) {
            *cp = v;
            return 4;
        }
    }
    *cp = 0xFFFD;
    return 1;
}

size_t dm_utf8_put(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | (cp >> 6));
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | (cp >> 12));
        out[1] = (char)(0x80 | ((cp >> 6) & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (cp >> 18));
    out[1] = (char)(0x80 | ((cp >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((cp >> 6) & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

bool dm_cp_is_upper(uint32_t cp) { return dm_cp_fold(cp) != cp; }

bool dm_cp_is_alpha(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z');
    if (cp == 0xAA || cp == 0xB5 || cp == 0xBA)
        return true;
    if (cp < 0xC0 || cp == 0xD7 || cp == 0xF7)
        return false;
    if (cp >= 0x2000 && cp < 0x2C00)
        return false; /* punctuation, arrows, symbols */
    if (cp >= 0x3000 && cp < 0x3040)
        return false;
    return cp != 0xFFFD && !(cp >= 0xFF00 && cp < 0xFF21);
}

uint32_t dm_cp_fold(uint32_t cp)
{
    if (cp >= 'A' && cp <= 'Z')
        return cp + 32;
    if (cp < 0xC0)
        return cp;
    if (cp <= 0xDE)
        return cp == 0xD7 ? cp : cp + 32;
    if (cp >= 0x100 && cp <= 0x137)
        return cp == 0x130 ? 'i' : (cp & 1 ? cp : cp + 1);
    if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E))
        return cp & 1 ? cp + 1 : cp;
    if (cp >= 0x14A && cp <= 0x177)
        return cp & 1 ? cp : cp + 1;
    if (cp == 0x178)
        return 0xFF;
    if (cp >= 0x1CD && cp <= 0x1DC)
        return cp & 1 ? cp + 1 : cp;
    if (cp >= 0x1DE && cp <= 0x233)
        return (cp == 0x1F0 || (cp >= 0x1F1 && cp <= 0x1F3) || cp == 0x1F6 || cp == 0x1F7 || cp == 0x220 || cp == 0x221) ? cp
               : cp & 1                                                                                                  ? cp
                        : cp + 1;
    if (cp >= 0x391 && cp <= 0x3A9)
        return cp + 32;
    if (cp >= 0x410 && cp <= 0x42F)
        return cp + 32;
    if (cp >= 0x400 && cp <= 0x40F)
        return cp + 80;
    if (cp >= 0x1E00 && cp <= 0x1EFF)
        return (cp >= 0x1E96 && cp <= 0x1E9F) || (cp & 1) ? cp : cp + 1;
    return cp;
}

dm_day dm_day_of(int year, int month, int day)
{
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400;
    int yoe = year - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

/* Any number of days: those of damaged input are days of years that nobody lived in. */
void dm_day_split(dm_day d, int *year, int *month, int *day)
{
    int64_t z = (int64_t)d + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = (int)(z - era * 146097);
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + (int)era * 400 + (*month <= 2);
}

int dm_month_days(int year, int month)
{
    static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)))
        return 29;
    return month >= 1 && month <= 12 ? days[month - 1] : 0;
}

int dm_weekday(dm_day d) { return ((d + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */ }

bool dm_str_double(dm_str s, double *out)
{
    char buf[32], *end;
    if (!s.len || s.len >= sizeof buf)
        return false;
    memcpy(buf, s.p, s.len);
    buf[s.len] = '\0';
    *out = strtod(buf, &end);
    return *end == '\0' && isfinite(*out);
}

bool dm_str_float(dm_str s, float *out)
{
    double wide;
    if (!dm_str_double(s, &wide))
        return false;
    *out = (float)wide;
    return true;
}

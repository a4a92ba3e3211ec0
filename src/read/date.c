// SPDX-License-Identifier: Apache-2.0
/* Dates as metadata and header lines write them: ISO 8601, RFC 2822, "Feb. 3, 2022", "3 February 2022", 20220203, Unix time.
 * Only absolute dates; expressions of running text ("last Friday") belong to src/when. A date is never guessed: 03/04/2022 is
 * reported as ambiguous. */
#include "read/internal.h"

enum { PIECES_MAX = 40, TEXT_MAX = 200, YEAR_MIN = 1800, YEAR_MAX = 2199 };
enum { EPOCH_DIGITS = 10, EPOCH_MS_DIGITS = 13 };

/* A run of digits or letters and the byte after it. */
typedef struct piece {
    dm_str text;
    int64_t value; /* of digits, -1 for letters */
    int month;     /* 1..12 for the name of a month */
    char next;
} piece;

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80; }

static bool same_word(dm_str s, const char *word, size_t n)
{
    if (s.len != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s.p[i]) != word[i])
            return false;
    return true;
}

static bool word_in(dm_str s, const char *list)
{
    for (const char *p = list; *p;) {
        const char *e = strchr(p, ' ');
        size_t n = e ? (size_t)(e - p) : strlen(p);
        if (same_word(s, p, n))
            return true;
        if (!e)
            return false;
        p = e + 1;
    }
    return false;
}

static int month_of(dm_str s)
{
    static const char *const names[12] = { "january jan", "february feb", "march mar", "april apr", "may", "june jun",
        "july jul", "august aug", "september sep sept", "october oct", "november nov", "december dec" };
    for (int i = 0; i < 12; i++)
        if (word_in(s, names[i]))
            return i + 1;
    return 0;
}

/* Words that may stand around a date without making the line anything else than a date line. */
static bool is_date_word(dm_str s)
{
    return word_in(s, "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun") ||
           word_in(s,
               "t z am pm a p m of at on the st nd rd th date dated published publish updated update last modified posted "
               "first issued created released release time local hrs hours gmt utc est edt et cst cdt pst pdt bst cet cest "
               "ist jst kst sgt hkt msk aest");
}

static size_t cut(dm_str s, piece *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < PIECES_MAX;) {
        size_t at = i;
        bool digits = is_digit(s.p[i]);
        if (!digits && !is_letter(s.p[i])) {
            i++;
            continue;
        }
        while (i < s.len && (digits ? is_digit(s.p[i]) : is_letter(s.p[i])))
            i++;
        piece *p = &out[n++];
        *p = (piece){ .text = { s.p + at, i - at }, .value = -1, .next = i < s.len ? s.p[i] : 0 };
        if (!digits) {
            p->month = month_of(p->text);
            continue;
        }
        p->value = 0;
        for (size_t k = at; k < i && k < at + EPOCH_MS_DIGITS + 2; k++)
            p->value = p->value * 10 + (s.p[k] - '0');
    }
    return n;
}

static bool is_year(const piece *p) { return p->text.len == 4 && p->value >= YEAR_MIN && p->value <= YEAR_MAX; }

static bool is_small(const piece *p, int max) { return p->value >= 1 && p->value <= max && p->text.len <= 2; }

static bool set_day(dm_date_found *out, int64_t year, int64_t month, int64_t day)
{
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1 || day > dm_month_days((int)year, (int)month))
        return false;
    dm_day d = dm_day_of((int)year, (int)month, (int)day);
    out->when = (dm_interval){ d, d, DM_PREC_DAY };
    return true;
}

static void set_month(dm_date_found *out, int year, int month)
{
    out->when = (dm_interval){ dm_day_of(year, month, 1), dm_day_of(year, month, dm_month_days(year, month)), DM_PREC_MONTH };
}

/* 2022-02-03, 2022/2/3, 2022-02, 20220203 at piece i. */
static bool year_first(const piece *p, size_t n, size_t i, dm_date_found *out)
{
    if (p[i].text.len == 8)
        return set_day(out, p[i].value / 10000, p[i].value / 100 % 100, p[i].value % 100);
    if (!is_year(&p[i]) || i + 1 >= n || !strchr("-/.", p[i].next) || !p[i].next || !is_small(&p[i + 1], 12))
        return false;
    if (i + 2 < n && p[i + 1].next == p[i].next && is_small(&p[i + 2], 31))
        return set_day(out, p[i].value, p[i + 1].value, p[i + 2].value);
    set_month(out, (int)p[i].value, (int)p[i + 1].value);
    return true;
}

/* 25/12/2022, 12-25-2022, 25.12.2022; which of two small numbers is the month must show itself. */
static bool year_last(const piece *p, size_t n, size_t i, dm_date_found *out)
{
    if (i + 2 >= n || !is_small(&p[i], 31) || !is_small(&p[i + 1], 31) || !is_year(&p[i + 2]) || p[i].next != p[i + 1].next ||
        !p[i].next || !strchr("-/.", p[i].next))
        return false;
    int64_t a = p[i].value, b = p[i + 1].value;
    if (a != b && a <= 12 && b <= 12 && p[i].next != '.') {
        out->ambiguous = true;
        return true;
    }
    return a > 12 || p[i].next == '.' ? set_day(out, p[i + 2].value, b, a) : set_day(out, p[i + 2].value, a, b);
}

/* "3 February 2022", "3rd of Feb, 2022", "Feb. 3, 2022", "Feb 3 10:00:00 2022", "February 2022" around the month at piece m. */
static bool named_month(const piece *p, size_t n, size_t m, dm_date_found *out)
{
    int64_t day = 0, year = 0;
    for (size_t back = 1; back <= 3 && back <= m && !day; back++) {
        const piece *q = &p[m - back];
        if (is_small(q, 31))
            day = q->value;
        else if (!word_in(q->text, "of st nd rd th"))
            break;
    }
    for (size_t i = m + 1; i < n && i <= m + 8 && !year; i++) {
        bool clock = p[i].next == ':' || (p[i - 1].next == ':' && p[i].value >= 0);
        if (is_year(&p[i]) && !clock)
            year = p[i].value;
        else if (!day && is_small(&p[i], 31) && !clock)
            day = p[i].value;
    }
    if (!year)
        return false;
    if (day)
        return set_day(out, year, p[m].month, day);
    set_month(out, (int)year, p[m].month);
    return true;
}

static bool unix_time(const piece *p, size_t n, dm_date_found *out)
{
    if (n == 0 || n > 2 || p[0].value < 0 || (p[0].text.len != EPOCH_DIGITS && p[0].text.len != EPOCH_MS_DIGITS))
        return false;
    int64_t days = p[0].value / (p[0].text.len == EPOCH_DIGITS ? 1 : 1000) / 86400;
    out->when = (dm_interval){ (dm_day)days, (dm_day)days, DM_PREC_DAY };
    return true;
}

static bool find_date(const piece *p, size_t n, dm_date_found *out)
{
    for (size_t i = 0; i < n; i++)
        if (p[i].month ? named_month(p, n, i, out) : (year_first(p, n, i, out) || year_last(p, n, i, out)))
            return true;
    return unix_time(p, n, out);
}

static bool all_of(dm_str s, const piece *p, size_t n) { return n == 1 && is_year(p) && s.len == 4; }

dm_date_found dm_date_read(dm_str s)
{
    piece p[PIECES_MAX];
    dm_date_found out = { .when = { DM_DAY_NONE, DM_DAY_NONE, DM_PREC_UNKNOWN } };
    s = dm_str_trim(s);
    if (s.len > TEXT_MAX) {
        out.other = PIECES_MAX;
        return out;
    }
    size_t n = cut(s, p);
    for (size_t i = 0; i < n; i++) {
        if (p[i].value < 0 && !p[i].month && !is_date_word(p[i].text))
            out.other++;
        if (i + 1 < n && p[i].value >= 0 && p[i].value < 24 &&
            ((p[i].next == ':' && p[i + 1].value >= 0 && p[i + 1].text.len == 2) || word_in(p[i + 1].text, "am pm")))
            out.clock = true;
    }
    if (!find_date(p, n, &out) && all_of(s, p, n)) {
        int year = (int)p[0].value;
        out.when = (dm_interval){ dm_day_of(year, 1, 1), dm_day_of(year, 12, 31), DM_PREC_YEAR };
    }
    return out;
}

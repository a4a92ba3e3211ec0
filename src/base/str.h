// SPDX-License-Identifier: Apache-2.0
/* Byte strings with a length, UTF-8 steps, hashes and calendar arithmetic: the small change of every stage. */
#ifndef DM_BASE_STR_H
#define DM_BASE_STR_H

#include <demarche/document.h>
#include <string.h>

#define DM_STR(literal) ((dm_str){ (literal), sizeof(literal) - 1 })
#define DM_NIL ((dm_str){ NULL, 0 })
#define DM_FMT(s) (int)(s).len, (s).p ? (s).p : ""

static inline dm_str dm_str_of(const char *z) { return (dm_str){ z, z ? strlen(z) : 0 }; }
static inline bool dm_str_eq(dm_str a, dm_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0); }
static inline bool dm_str_is(dm_str a, const char *z) { return dm_str_eq(a, dm_str_of(z)); }
bool dm_str_ends(dm_str a, const char *z);
bool dm_str_starts(dm_str a, const char *z);
int dm_str_cmp(dm_str a, dm_str b);         /* bytewise, shorter first */
bool dm_str_in(dm_str a, const char *list); /* list: words separated by single spaces */
dm_str dm_str_trim(dm_str s);

/* s of one to four digits as a number, anything else -1. */
int dm_str_digits(dm_str s);
/* The whole string as a finite number; false when it is none. */
bool dm_str_double(dm_str s, double *out);
bool dm_str_float(dm_str s, float *out);

/* Takes the next piece of *rest up to sep off and returns it; false at the end. Pieces are trimmed; empty ones are skipped. */
bool dm_str_split(dm_str *rest, char sep, dm_str *piece);

uint64_t dm_hash(const void *p, size_t len, uint64_t seed); /* XXH3 */

/* Decodes one code point at s[i]; returns its length in bytes (1 for malformed, *cp = 0xFFFD). i < len. */
uint32_t dm_utf8_next(const char *s, size_t len, size_t i, uint32_t *cp);
size_t dm_utf8_put(char *out, uint32_t cp); /* at most 4 bytes */
bool dm_cp_is_upper(uint32_t cp);
bool dm_cp_is_alpha(uint32_t cp);
uint32_t dm_cp_fold(uint32_t cp); /* lower case for Latin, Greek, Cyrillic */

dm_day dm_day_of(int year, int month, int day);
void dm_day_split(dm_day d, int *year, int *month, int *day);
int dm_month_days(int year, int month);
int dm_weekday(dm_day d); /* 0 Monday .. 6 Sunday */

#endif

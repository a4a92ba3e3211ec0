// SPDX-License-Identifier: Apache-2.0
/* The tokenizer shared by segment and by the table compiler: names in tables must come out as the same words as in text.
 *
 * Words follow the English UD treebanks: clitics are split (do|n't, can|not, China|'s), hyphens and slashes between letters are tokens
 * of their own (U.S.|-|led) except after a prefix (anti-war, co-operation), numbers, dates and web addresses stay whole, currency
 * and per cent signs are split off. A period stays with acronyms (letter-dot-letter), initials and abbreviations; which words are
 * abbreviations is the caller's knowledge: tables treat every interior period as one, text asks its list.
 * Works in one pass; look-ahead inside a word is bounded. */
#ifndef DM_BASE_TOKEN_H
#define DM_BASE_TOKEN_H

#include "base/str.h"

enum { DM_TOKEN_LOOK = 64 }; /* bytes that a decision about a number or code may look ahead */

/* A token: byte range and DM_T_UPPER, DM_T_ALLCAPS, DM_T_SPACE, DM_T_PUNCT, DM_T_NUM of doc/doc.h (the same values). */
typedef struct dm_rawtok {
    uint32_t start, len;
    uint16_t flags;
} dm_rawtok;

enum { DM_RAW_UPPER = 1, DM_RAW_ALLCAPS = 2, DM_RAW_SPACE = 4, DM_RAW_PUNCT = 8, DM_RAW_NUM = 16 };

/* Whether word (without its period) is an abbreviation; rest is the text after the period, up to the end. */
typedef bool dm_abbrev_fn(const void *ctx, dm_str word, dm_str rest);

typedef struct dm_toker {
    const char *text;
    size_t len, at, chunk; /* chunk: where the stretch without white space that holds `at` ends */
    dm_abbrev_fn *abbrev;  /* NULL: every period that follows a letter belongs to its word (names in tables) */
    const void *ctx;
    bool whole; /* the chunk is a web or mail address */
    bool started;
} dm_toker;

/* Starts at byte `from` of text. Borrows text. */
void dm_toker_init(dm_toker *k, const char *text, size_t len, size_t from, dm_abbrev_fn *abbrev, const void *ctx);
/* Next token, or false at the end. */
bool dm_toker_next(dm_toker *k, dm_rawtok *out);

/* All tokens of a name in a table, at most max; returns how many. */
uint32_t dm_tokenize(const char *text, size_t len, dm_rawtok *out, uint32_t max);

/* Matching form of a token into out, which holds DM_NORM_ROOM(len) bytes; returns its length. Lower case; ’ becomes ', curly quotes
 * ", dashes -, an ellipsis three periods; the periods of acronyms and abbreviations are dropped ("U.S." us, "Gen." gen), and so is
 * the hyphen after "co" ("co-operation" cooperation, "co-sponsor" cosponsor). */
#define DM_NORM_ROOM(len) (2 * (size_t)(len) + 4)
uint32_t dm_token_norm(char *out, const char *p, uint32_t len);

#endif

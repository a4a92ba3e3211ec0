// SPDX-License-Identifier: Apache-2.0
/* The document as callers see it: its text, what is known about it, its sentences and tokens, and the events found in it.
 *
 * Everything returned here is borrowed from the document and lives until dm_doc_free(). Spans are half-open BYTE ranges of
 * dm_doc_text(); dm_doc_codepoint() turns a byte offset into the code-point offset that the exchange formats carry. */
#ifndef DEMARCHE_DOCUMENT_H
#define DEMARCHE_DOCUMENT_H

#include <demarche/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dm_doc dm_doc;

/* Text without a terminating NUL; p may be NULL when len is 0. */
typedef struct dm_str {
    const char *p;
    size_t len;
} dm_str;

typedef struct dm_span {
    uint32_t start, len; /* bytes */
} dm_span;

/* Days since 1970-01-01 (proleptic Gregorian). */
typedef int32_t dm_day;
#define DM_DAY_NONE INT32_MIN

typedef enum dm_precision {
    DM_PREC_UNKNOWN = 0,
    DM_PREC_DAY,
    DM_PREC_WEEK,
    DM_PREC_MONTH,
    DM_PREC_SEASON,
    DM_PREC_YEAR,
    DM_PREC_RANGE
} dm_precision;

/* First and last day, both inclusive; DM_DAY_NONE for an open end. precision UNKNOWN: nothing is known. */
typedef struct dm_interval {
    dm_day from, to;
    dm_precision precision;
} dm_interval;

typedef struct dm_meta {
    dm_str id; /* file name, or the id of a JSONL object */
    dm_str url, title, publisher, language;
    dm_interval date;    /* publication: given, found in markup or dateline, or worked out from the contents */
    uint8_t date_source; /* dm_date_source */
} dm_meta;

typedef enum dm_date_source { DM_DATE_NONE, DM_DATE_GIVEN, DM_DATE_META, DM_DATE_DATELINE, DM_DATE_CONTENT } dm_date_source;

/* PLOVER event types, in the manual's order of cooperation. */
typedef enum dm_type {
    DM_AGREE,
    DM_CONSULT,
    DM_SUPPORT,
    DM_CONCEDE,
    DM_COOPERATE,
    DM_AID,
    DM_RETREAT,
    DM_REQUEST,
    DM_ACCUSE,
    DM_REJECT,
    DM_THREATEN,
    DM_PROTEST,
    DM_SANCTION,
    DM_MOBILIZE,
    DM_COERCE,
    DM_ASSAULT,
    DM_N_TYPES,
    DM_TYPE_NONE = 255
} dm_type;

enum { DM_NEGATION = 1, DM_FUTURE = 2, DM_HYPOTHETICAL = 4, DM_HISTORICAL = 8 }; /* auxiliary modes, PLOVER */

enum { DM_CODE_MAX = 4, DM_SECTOR_MAX = 16, DM_CAMEO_MAX = 6, DM_MODE_MAX = 16, DM_YEARS_MAX = 64 };

/* One party of an event. code and sector are NUL-terminated and empty when not known. */
typedef struct dm_party {
    char code[DM_CODE_MAX];
    char sector[DM_SECTOR_MAX];
    dm_span span; /* the words that name it; for a party recovered from context, where it was last named */
} dm_party;

typedef enum dm_reason_kind { DM_PURPOSE, DM_CAUSE, DM_CONDITION, DM_CONCESSION } dm_reason_kind;

typedef struct dm_reason {
    uint8_t kind; /* dm_reason_kind */
    dm_span span;
} dm_reason;

/* The formal means of an event. Strings are empty when not known. */
typedef struct dm_instrument {
    dm_str type, body, subject, act, name;
    int8_t polarity; /* toward subject: -1 against, +1 for, 0 neither */
    uint8_t n_years;
    int16_t years[DM_YEARS_MAX];
} dm_instrument;

typedef struct dm_event {
    uint64_t id; /* hash of content; printed as 16 hex digits */
    uint32_t sentence;
    uint8_t type; /* dm_type */
    uint8_t aux;  /* DM_NEGATION | ... */
    bool historical_known;
    char mode[DM_MODE_MAX];   /* PLOVER mode or "" */
    char cameo[DM_CAMEO_MAX]; /* as a string: leading zeros matter */
    double scale, goldstein;
    int8_t quad;
    dm_party *actor, *recipient, *attribution; /* attribution: innermost speaker first */
    uint32_t n_actor, n_recipient, n_attribution;
    dm_span trigger;
    dm_interval when, said;
    uint64_t contexts;         /* bit i: dm_context_name(i) */
    dm_instrument *instrument; /* NULL when there is none */
    dm_reason *reason;
    uint32_t n_reason;
    double confidence;
    dm_str *why; /* table lines and steps */
    uint32_t n_why;
    dm_span when_words; /* what `when` rests on, in this article; len 0: not told in words of its own */
} dm_event;

typedef enum dm_sentence_kind { DM_SENT_BODY, DM_SENT_HEADLINE, DM_SENT_NOISE } dm_sentence_kind;

/* Owns nothing of the caller's. NULL is allowed. */
DM_API void dm_doc_free(dm_doc *doc);

DM_API dm_str dm_doc_text(const dm_doc *doc);
DM_API const dm_meta *dm_doc_meta(const dm_doc *doc);
DM_API const dm_event *dm_doc_events(const dm_doc *doc, size_t *n);

/* Sentence i: its span and kind. */
DM_API size_t dm_doc_sentence_count(const dm_doc *doc);
DM_API dm_span dm_doc_sentence(const dm_doc *doc, size_t i, dm_sentence_kind *kind);

/* Notes about repairs made while reading (malformed bytes, NULs): one per line, plain English. */
DM_API size_t dm_doc_note_count(const dm_doc *doc);
DM_API dm_str dm_doc_note(const dm_doc *doc, size_t i);

/* Code points before byte offset `at` (clamped to the text). */
DM_API uint32_t dm_doc_codepoint(const dm_doc *doc, uint32_t at);

DM_API const char *dm_type_name(dm_type type);
DM_API const char *dm_context_name(unsigned bit); /* NULL past the last */
DM_API const char *dm_precision_name(dm_precision p);
DM_API const char *dm_reason_name(dm_reason_kind k);

/* "YYYY-MM-DD" of a day into out (at least 16 bytes). */
DM_API void dm_day_format(char *out, dm_day day);
/* YYYY, YYYY-MM or YYYY-MM-DD to an interval; DM_EINPUT otherwise. */
DM_API dm_status dm_day_parse(dm_interval *out, dm_str text, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

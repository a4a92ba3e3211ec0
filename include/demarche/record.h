// SPDX-License-Identifier: Apache-2.0
/* The record: what many articles tell, in one file, and the questions that are asked of it.
 *
 * A dm_record belongs to one thread at a time; open it once in each thread. Reports and happenings are never confused: an event is one
 * telling in one article; a happening is what one or more events tell; near copies of an article are one independent report. */
#ifndef DEMARCHE_RECORD_H
#define DEMARCHE_RECORD_H

#include <demarche/coder.h>
#include <demarche/stance.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dm_record dm_record;

typedef enum dm_access { DM_ACCESS_READ, DM_ACCESS_WRITE } dm_access;

/* Opens the record in the file at path, or in the database at a URL (postgres://user@host/database, docs/postgresql.md). DM_ACCESS_WRITE
 * makes it when it is not there and brings older ones up to date. data_dir as in dm_coder_opts (names of countries, weights); NULL: found.
 * DM_EIO: missing, locked, read-only; DM_EINPUT: no record; DM_ECORRUPT; DM_EAWAY, also of all calls below: the server is away, what was
 * not committed is lost, and the same call may be tried again (the connection is opened anew by itself). */
DM_API dm_status dm_record_open(dm_record **out, const char *path, dm_access access, const char *data_dir, dm_error *err);
DM_API void dm_record_close(dm_record *record);
/* The name of a record as it may be shown: a URL without its password, cut at room. true: a password was left out. */
DM_API bool dm_record_shown(const char *path, char *out, size_t room);

/* Adding. */
typedef struct dm_add_stats {
    dm_run_stats run;
    uint64_t added, known; /* documents: new ones; those that were there already */
    uint64_t recoded;      /* documents whose events were made anew */
    uint64_t near_copies;  /* of `added`: near copies of a document of the record */
    uint64_t events;       /* events of the new documents */
    uint64_t linked;       /* of `events`: tell a happening of another document, too */
} dm_add_stats;

typedef struct dm_add_opts {
    unsigned version;
    unsigned threads; /* 0: one for each processor */
    bool recode;      /* documents that are there and were coded with other tables are coded again */
    void *ctx;        /* for the callbacks, as in dm_sink; each may be NULL */
    void (*note)(void *ctx, dm_str line);
    void (*failed)(void *ctx, const dm_error *err);
    void (*after)(void *ctx, const dm_add_stats *so_far);
    const volatile int *stop; /* not NULL and not 0: ends after the document in hand, as if the input ended */
    unsigned tries; /* how often what is in hand is filed again, with growing pauses, while the record's server is away */
} dm_add_opts;
#define DM_ADD_OPTS_VERSION 2
#define DM_ADD_OPTS_INIT                                                                                                       \
    {                                                                                                                          \
        DM_ADD_OPTS_VERSION, 0, false, NULL, NULL, NULL, NULL, NULL, 0                                                         \
    }

/* Codes everything in `in` and files it, each document all or nothing; with DM_OK all of it is committed. Documents of the record are not coded again. The record is the
 * same for any number of threads. opts and stats may be NULL. */
DM_API dm_status dm_record_add(
    dm_record *record, const dm_coder *coder, dm_input *in, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err);
/* Codes the documents of the record again that were coded with other tables or by another version. */
DM_API dm_status dm_record_recode(
    dm_record *record, const dm_coder *coder, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err);
/* Files events that were coded elsewhere: our JSONL or PLOVER's (docs/formats.md), from path or "-". */
DM_API dm_status dm_record_add_events(
    dm_record *record, const char *path, const dm_add_opts *opts, dm_add_stats *stats, dm_error *err);

/* Which happening each event tells and which documents are near copies, found anew for the whole record in an order that depends on what the
 * documents say alone: by day of publication, then by hash. Two records of the same documents, coded with the same tables, tell the same happenings afterwards,
 * whatever the order of adding was; beyond the limits of linking (docs/schema.md) the order shows before. Happenings keep their numbers
 * where most of their events stay, reviews stay, and so does what a file of events gave as happenings. One transaction, under the lock of
 * those who write: all or nothing. What linking needs meanwhile is in a temporary file. */
typedef struct dm_relink_stats {
    uint64_t documents, events; /* of the record; while it runs: those that were looked at */
    uint64_t moved;             /* events that tell a happening of another number now */
    uint64_t copies;            /* documents that are of another family now */
    uint64_t happenings;        /* of the record now */
    bool stopped;               /* by `stop`: the record is as it was */
} dm_relink_stats;
typedef struct dm_relink_opts {
    unsigned version;
    void *ctx;                                                             /* for the callback, which may be NULL */
    void (*after)(void *ctx, const dm_relink_stats *so_far, double share); /* share: of the work, 0 to 1 */
    const volatile int *stop;                                              /* not NULL and not 0: gives up */
} dm_relink_opts;
#define DM_RELINK_OPTS_VERSION 1
#define DM_RELINK_OPTS_INIT                                                                                                    \
    {                                                                                                                          \
        DM_RELINK_OPTS_VERSION, NULL, NULL, NULL                                                                               \
    }
/* opts and stats may be NULL. */
DM_API dm_status dm_record_relink(dm_record *record, const dm_relink_opts *opts, dm_relink_stats *stats, dm_error *err);

/* Names. The alpha-3 code of a country or body given by name, code or demonym, in any case, into code. DM_EUSAGE with suggestions in
 * err when it is unknown. */
DM_API dm_status dm_record_code(const dm_record *record, const char *name, char code[DM_CODE_MAX], dm_error *err);
/* English name of a code, or the code itself when it is unknown. */
DM_API dm_str dm_record_name(const dm_record *record, const char *code);

/* One party that is asked for: empty strings match everything. */
typedef struct dm_who {
    char code[DM_CODE_MAX];
    char sector[DM_SECTOR_MAX];
} dm_who;
/* "JPN", "Japan", "japanese", "JPN/GOV", "/MIL", "GOV". */
DM_API dm_status dm_record_who(const dm_record *record, const char *text, dm_who *out, dm_error *err);

enum { DM_WHO_MAX = 64 };

/* Words of a filter, with suggestions in err when there is no such word. */
typedef enum dm_word_kind {
    DM_WORD_TYPE,
    DM_WORD_MODE,
    DM_WORD_CONTEXT,
    DM_WORD_STATUS,
    DM_WORD_INSTRUMENT,
    DM_WORD_ACT
} dm_word_kind;
enum { DM_WORD_MAX = 32 };
/* The word as the record writes it, from any spelling ("human rights", "REQUEST", "Vote-Against"), into out; *number is its dm_type, its
 * bit of the contexts or its DM_NEGATION | ... (0: done), and 0 for the others. */
DM_API dm_status dm_record_word(
    const dm_record *record, dm_word_kind kind, const char *text, char out[DM_WORD_MAX], unsigned *number, dm_error *err);

/* Which events; set with DM_FILTER_INIT. What is not set matches everything. Strings and arrays are borrowed. */
typedef struct dm_filter {
    unsigned version;
    const dm_who *actor, *recipient, *either, *speaker; /* any of the list */
    size_t n_actor, n_recipient, n_either, n_speaker;   /* each at most DM_WHO_MAX */
    uint32_t types;                                     /* bit i: dm_type i */
    const char *mode;                                   /* PLOVER mode */
    uint64_t contexts;                                  /* any of these */
    uint8_t with, without;                              /* DM_NEGATION | ...: all of these; none of these */
    const char *instrument;                             /* type */
    const char *subject;                                /* at whom the instrument is aimed, code */
    const char *act;
    const char *source;  /* publication, or name of the document */
    const char *text;    /* words of the sentence, all of them; "a phrase"; a beginn* */
    dm_day since, until; /* DM_DAY_NONE: open */
    uint64_t id;         /* of the event; 0: any */
    uint64_t happening;  /* number of the happening; 0: any */
    double confidence;   /* at least */
    bool happenings;     /* one event of each happening: the first in the order */
    bool newest_first;
    uint64_t offset, limit; /* limit 0: all */
    /* Of dm_record_events() only: in an order, and with numbers of happenings, that depend on what is told alone, not on the order in which
     * articles were added. All that pass are held in memory (80 bytes each). newest_first has no effect. */
    bool by_content;
} dm_filter;
#define DM_FILTER_VERSION 1
#define DM_FILTER_INIT                                                                                                         \
    {                                                                                                                          \
        .version = DM_FILTER_VERSION, .since = DM_DAY_NONE, .until = DM_DAY_NONE                                               \
    }

/* One event of the record. Everything is borrowed until the callback returns. doc holds text and metadata of the article and this one
 * event; offsets are into the article. */
typedef struct dm_filed {
    const dm_doc *doc;
    const dm_event *event;
    const char *document; /* 32 hex digits: the hash of the document */
    uint64_t happening;   /* number of the happening in this record */
    uint32_t reports;     /* documents that tell it */
    uint32_t independent; /* of these, without near copies */
    dm_day first_report;  /* publication of the first document that tells it; DM_DAY_NONE: not known */
    bool repeat;          /* another event stands for the happening where a format wants one row of it */
    dm_day day, day_end;  /* under which it stands: when it happened, else when it was said, else the article's */
} dm_filed;

/* Called for each row; a status other than DM_OK ends the walk with it, DM_END without an error. */
typedef dm_status dm_filed_fn(void *ctx, const dm_filed *row, dm_error *err);

/* Events that pass the filter, by day, then document, then place in the text. */
DM_API dm_status dm_record_events(dm_record *record, const dm_filter *filter, dm_filed_fn *fn, void *ctx, dm_error *err);

typedef struct dm_counts {
    uint64_t events, happenings, documents;
    bool more; /* counting was cut off: there are more */
} dm_counts;
/* How many there are. filter->limit not 0: counting is cut off at so many events, or when it has been too much work (as much for the
 * same record every time). */
DM_API dm_status dm_record_count(dm_record *record, const dm_filter *filter, dm_counts *out, dm_error *err);

/* The id of the one event that begins with these hex digits (4 or more). DM_EUSAGE: none, or several. */
DM_API dm_status dm_record_event_id(dm_record *record, const char *digits, uint64_t *id, dm_error *err);

/* Counts by a key: what has most events first, years in their order. */
typedef enum dm_by {
    DM_BY_ALL,
    DM_BY_TYPE,
    DM_BY_YEAR,
    DM_BY_ACTOR,
    DM_BY_RECIPIENT,
    DM_BY_DYAD,
    DM_BY_CONTEXT,
    DM_BY_STATUS,
    DM_BY_SOURCE,
    DM_BY_INSTRUMENT
} dm_by;
/* DM_EUSAGE for a name that is none of type, year, actor ... */
DM_API dm_status dm_by_find(dm_by *out, const char *name, dm_error *err);
/* key and other (the second of a dyad, at whom an instrument is aimed) are borrowed and never NULL. documents counts articles,
 * independent the same without near copies. */
typedef struct dm_tally {
    const char *key, *other;
    uint64_t events, happenings, documents, independent;
} dm_tally;
typedef dm_status dm_tally_fn(void *ctx, const dm_tally *row, dm_error *err);
/* limit: rows; 0: all. DM_BY_ALL without a filter counts every document, also those without events. */
DM_API dm_status dm_record_stats(
    dm_record *record, dm_by by, const dm_filter *filter, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err);

/* Who is in the record, most events first. */
enum { DM_COUNTERPARTS = 3 };
typedef struct dm_presence {
    const char *code;
    dm_str name;
    uint64_t as_actor, as_recipient; /* events */
    dm_day first, last;              /* DM_DAY_NONE: only undated ones */
    struct {
        char code[DM_CODE_MAX];
        uint64_t events;
    } with[DM_COUNTERPARTS]; /* most common on the other side */
    size_t n_with;
} dm_presence;
typedef dm_status dm_presence_fn(void *ctx, const dm_presence *row, dm_error *err);
DM_API dm_status dm_record_actors(
    dm_record *record, const dm_filter *filter, uint64_t offset, uint64_t limit, dm_presence_fn *fn, void *ctx, dm_error *err);

/* The document with this hash, a unique beginning of it (4 digits or more), or this name: text, metadata and all its events. *out is the
 * caller's, dm_doc_free() it. DM_EUSAGE: none, or several. */
DM_API dm_status dm_record_document(dm_record *record, const char *which, dm_doc **out, dm_error *err);

/* --- where one stands toward another: stance.h on what the record holds --- */

/* Set with DM_POSITION_QUERY_INIT. Codes as dm_record_code() gives them. */
typedef struct dm_position_query {
    unsigned version;
    const char *actor, *recipient;
    uint64_t contexts;     /* evidence that has one of these; 0: all */
    dm_stance_opts stance; /* window and probability */
    bool
        words; /* the sentence of every piece of evidence; else only of those that made a turn, and of all where they are few */
} dm_position_query;
#define DM_POSITION_QUERY_VERSION 1
#define DM_POSITION_QUERY_INIT                                                                                                 \
    {                                                                                                                          \
        DM_POSITION_QUERY_VERSION, NULL, NULL, 0, DM_STANCE_OPTS_INIT, false                                                   \
    }

typedef struct dm_position dm_position;
DM_API dm_status dm_record_position(dm_record *record, const dm_position_query *query, dm_position **out, dm_error *err);
DM_API void dm_position_free(dm_position *position);
/* Borrowed until dm_position_free(). evidence, words and source are [n]; words and source are NULL where they were not asked for. */
DM_API const dm_stance *dm_position_stance(const dm_position *position);
DM_API const dm_evidence *dm_position_evidence(const dm_position *position, size_t *n);
DM_API const char *const *dm_position_words(const dm_position *position);
DM_API const char *const *dm_position_source(const dm_position *position);

/* A self-contained HTML page about query->actor toward query->recipient, appended to out: chart, turning points, instruments, every event
 * with its sentence and source, method. */
DM_API dm_status dm_record_report(dm_record *record, const dm_position_query *query, dm_buf *out, dm_error *err);
/* Who wanted something of somebody, and what came of it. */
typedef enum dm_answer {
    DM_ANSWER_NONE, /* nothing until the end of the record, or of the time that the table gives */
    DM_ANSWER_COMPLIED,
    DM_ANSWER_REFUSED,
    DM_ANSWER_BOTH /* first the one, then the other: the replies tell in which order */
} dm_answer;
enum { DM_REPLIES_MAX = 4, DM_ABOUT_MAX = 8 };
typedef struct dm_reply {
    const dm_filed *row;
    dm_answer answer;
    unsigned line; /* of data/stance/answers.tsv, by which it answers */
} dm_reply;
typedef struct dm_pressure {
    const dm_filed *request;
    bool against; /* asked not to do it */
    bool taken;   /* the instrument is that of the request before it in the article, to which its words refer */
    dm_str instrument, subject, act;       /* what is asked for; empty when no instrument is meant */
    char about[DM_ABOUT_MAX][DM_CODE_MAX]; /* whom it concerns, beside the two */
    size_t n_about;
    dm_answer answer;
    dm_reply reply[DM_REPLIES_MAX]; /* in the order of their days, one of each happening */
    size_t n_replies;
} dm_pressure;
typedef dm_status dm_pressure_fn(void *ctx, const dm_pressure *p, dm_error *err);
/* Requests, threats and accusations with a demand that had `actor` as their recipient and were made or announced, with the answers.
 * filter says which requests (its recipient is set here); about: only those that concern this code, "" for all. */
DM_API dm_status dm_record_pressure(dm_record *record, const dm_who *actor, const char *about, const dm_filter *filter,
    dm_pressure_fn *fn, void *ctx, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

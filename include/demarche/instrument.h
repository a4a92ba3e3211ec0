// SPDX-License-Identifier: Apache-2.0
/* Instruments of a record and their lives: resolutions, sanctions, treaties ... with every party's part in them, year by year, and the
 * roll calls and treaty actions that files of votes and signatures bring into the same record.
 *
 * A series is what is one thing through the years: a resolution with the motions and votes on it, of one body and on one subject (which
 * types and parts count: data/instruments/families.tsv). Its editions are its years. A named treaty is one instrument. */
#ifndef DEMARCHE_INSTRUMENT_H
#define DEMARCHE_INSTRUMENT_H

#include <demarche/import.h>
#include <demarche/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which series, and which of their parts count; set with DM_SERIES_FILTER_INIT. What is not set matches everything. Borrowed. */
typedef struct dm_series_filter {
    unsigned version;
    const char *type;    /* resolution, motion, vote, sanction, boycott, treaty, declaration, law, talks */
    const char *body;    /* as in the record: UNCHR, JPN-LEG */
    const char *subject; /* code of the one it is aimed at */
    const char *party;   /* code: only parts of this party; series in which it has one */
    const char *text;    /* words of the name or the id, in any case */
    dm_day since, until; /* of the parts; DM_DAY_NONE: open. Whole years count */
    bool vague;          /* also what has neither body, subject nor name */
    uint64_t offset, limit;
} dm_series_filter;
#define DM_SERIES_FILTER_VERSION 1
#define DM_SERIES_FILTER_INIT                                                                                                  \
    {                                                                                                                          \
        .version = DM_SERIES_FILTER_VERSION, .since = DM_DAY_NONE, .until = DM_DAY_NONE                                        \
    }

/* One series. events are tellings, happenings what they tell, documents the reports, independent those without near copies. */
typedef struct dm_series {
    const char *id; /* "resolution-UNCHR-CHN": the same in every record */
    const char *family, *body, *subject, *name;
    uint64_t events, happenings, documents, independent;
    uint64_t rollcalls, actions; /* of files: roll calls; actions on a treaty */
    int first, last;             /* years; 0: none is known */
} dm_series;

typedef dm_status dm_series_fn(void *ctx, const dm_series *series, dm_error *err);
/* Series that pass, most events first, then by id. Borrowed until the callback returns; DM_END from it ends the walk. */
DM_API dm_status dm_record_instruments(
    dm_record *record, const dm_series_filter *filter, dm_series_fn *fn, void *ctx, dm_error *err);

/* How the year of a part is known. */
typedef enum dm_dating {
    DM_DATING_FILE,      /* from a file of votes or signatures */
    DM_DATING_TOLD,      /* the text names the years of the instrument */
    DM_DATING_HAPPENED,  /* the text dates the event */
    DM_DATING_SAID,      /* only when it was said is known */
    DM_DATING_PUBLISHED, /* only the article's date is known */
    DM_DATING_UNKNOWN
} dm_dating;
DM_API const char *dm_dating_name(dm_dating d);

typedef enum dm_part_status { DM_PART_DONE, DM_PART_NEGATED, DM_PART_PLANNED, DM_PART_HYPOTHETICAL } dm_part_status;
DM_API const char *dm_part_status_name(dm_part_status s); /* done, negated, planned, hypothetical */

/* What one party did with the instrument in one year, or would not do, will do, was asked to do; several tellings of it are one part. */
typedef struct dm_part {
    int year, year_to; /* 0: not known */
    uint8_t dating;    /* dm_dating */
    uint8_t status;    /* dm_part_status */
    bool open;         /* planned or asked for, and the record knows of no later act of that kind by whoever it was up to */
    const dm_who *who; /* one; of a roll call all that voted so */
    size_t n_who;
    bool request;        /* asks somebody else to do it */
    dm_who asked;        /* of a request: who was asked; empty: nobody in particular */
    bool asked_not;      /* asked not to do it */
    const char *type;    /* of the instrument as the text has it: resolution, motion */
    const char *act;     /* as in docs/record.md; yes, no, abstention, absence; actions on treaties */
    const char *words;   /* "declined to cosponsor", "asked JPN to cosponsor" */
    const char *word_of; /* codes of the speakers, innermost first, joined by a blank; "" on the article's own word */
    uint32_t events, happenings, documents, independent; /* all 0 for files */
    /* Of the telling that is surest: */
    uint64_t event;                /* id; 0 for files */
    const char *sentence;          /* of a roll call its title */
    const char *document, *source; /* hash and publication or name; of files the file's name for it, and its source */
    dm_day day, day_end;           /* of the event, the vote or the action; DM_DAY_NONE */
    double confidence;
    const char *trace; /* why it is here and in this year, where that takes explaining; "" */
} dm_part;

typedef struct dm_life {
    dm_series series;
    const dm_part *part; /* by year, act, party */
    size_t n;
} dm_life;

/* The life of one series: by its id, a name of it, or words of either that only one has; which may be NULL when the filter leaves one
 * series. DM_EUSAGE: none, or several, with their ids. DM_ELIMIT over DM_LIFE_EVENTS_MAX events. *out: dm_life_free(). */
enum { DM_LIFE_EVENTS_MAX = 200000 };
DM_API dm_status dm_record_life(
    dm_record *record, const char *which, const dm_series_filter *filter, dm_life **out, dm_error *err);
DM_API void dm_life_free(dm_life *life);

/* Files of votes and signatures. */
typedef struct dm_votes_stats {
    uint64_t rows;               /* read, without the header */
    uint64_t rollcalls, ballots; /* new ones */
    uint64_t known;              /* ballots or actions that were there already */
    uint64_t outside;            /* rows of states that were not members */
    uint64_t rejected;           /* rows that could not be used */
    uint64_t actions;            /* new ones on treaties */
    const char *format;          /* "UN Digital Library", "Voeten", "treaty actions" */
} dm_votes_stats;

typedef struct dm_votes_opts {
    unsigned version;
    const char *source;      /* whose file it is: with its numbers it identifies roll calls; NULL: by the format */
    const char *body;        /* whose votes, where the file does not tell; NULL: UNGA */
    const char *treaty;      /* the treaty, where the file has no column for it */
    void *ctx;               /* for the callbacks; each may be NULL */
    dm_import_note_fn *note; /* a row that was rejected, and why */
    void (*after)(void *ctx, const dm_votes_stats *so_far, double share); /* now and then; share of the file, 0 to 1 */
    const volatile int *stop; /* not NULL and not 0: gives up; the record stays as it was */
} dm_votes_opts;
#define DM_VOTES_OPTS_VERSION 1
#define DM_VOTES_OPTS_INIT                                                                                                     \
    {                                                                                                                          \
        .version = DM_VOTES_OPTS_VERSION                                                                                       \
    }

/* Roll calls from a CSV or TSV of the UN Digital Library or in the columns of E. Voeten's data, seen from its header. All of the file comes
 * into the record or, on failure, nothing. What is there already is not added again. stats may be NULL. */
DM_API dm_status dm_record_import_votes(
    dm_record *record, const char *path, const dm_votes_opts *opts, dm_votes_stats *stats, dm_error *err);
/* Signatures, ratifications and so on from a CSV or TSV with columns for party, date, action and, without opts->treaty, treaty. */
DM_API dm_status dm_record_import_treaties(
    dm_record *record, const char *path, const dm_votes_opts *opts, dm_votes_stats *stats, dm_error *err);

/* Ideal points: where states stand on one dimension through time, from the roll calls of one source (method: docs/ideal.md). Positions have
 * mean 0 and standard deviation 1 over all; that of the United States is positive, where it voted. */
typedef struct dm_ideal_query {
    unsigned version;
    const char *source;  /* of the roll calls; NULL: the one with most of them, so that none counts twice */
    const char *body;    /* NULL: any */
    dm_day since, until; /* DM_DAY_NONE: open */
    bool sessions;       /* periods are sessions; else years */
} dm_ideal_query;
#define DM_IDEAL_QUERY_VERSION 1
#define DM_IDEAL_QUERY_INIT                                                                                                    \
    {                                                                                                                          \
        .version = DM_IDEAL_QUERY_VERSION, .since = DM_DAY_NONE, .until = DM_DAY_NONE                                          \
    }
typedef struct dm_ideal_row {
    char code[DM_CODE_MAX];
    int period;
    double position, se;
    uint32_t votes; /* cast, absences left out */
} dm_ideal_row;
typedef struct dm_ideal_told {
    char source[64];
    uint64_t rollcalls, votes;
    unsigned iterations;
    bool converged, anchored; /* anchored: the United States voted and fix the direction */
} dm_ideal_told;
/* *rows: by period, then code; the caller's, dm_ideal_rows_free(). told may be NULL. DM_EUSAGE: no roll calls that fit. */
DM_API dm_status dm_record_ideal(
    dm_record *record, const dm_ideal_query *query, dm_ideal_row **rows, size_t *n, dm_ideal_told *told, dm_error *err);
DM_API void dm_ideal_rows_free(dm_ideal_row *rows);

#ifdef __cplusplus
}
#endif
#endif

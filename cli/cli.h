// SPDX-License-Identifier: Apache-2.0
/* What the commands share: exit codes, their table, and the run over the inputs with its messages and progress. */
#ifndef DM_CLI_H
#define DM_CLI_H

#include <demarche/coder.h>
#include <demarche/instrument.h>
#include <demarche/part.h>
#include <demarche/record.h>
#include <demarche/write.h>
#include <popt.h>

/* As in docs/demarche.1. */
enum {
    EXIT_ALL_READ = 0,
    EXIT_SOME_FAILED = 1, /* some inputs could not be read; the others were coded */
    EXIT_USAGE = 2,
    EXIT_BROKEN = 3, /* data missing or damaged, out of memory, output that cannot be written */
    EXIT_AWAY = 4    /* a server is away or refuses for now: the same command may be tried again */
};

typedef struct cli_command {
    const char *name, *title; /* title: the whole of it, for its help */
    int (*run)(int argc, const char **argv);
    const char *summary;
} cli_command;
extern const cli_command cli_commands[]; /* ends with a NULL name */

int cmd_code(int argc, const char **argv);
int cmd_add(int argc, const char **argv);
int cmd_export(int argc, const char **argv);
int cmd_report(int argc, const char **argv);
int cmd_stance(int argc, const char **argv);
int cmd_text(int argc, const char **argv);
int cmd_parse(int argc, const char **argv);
int cmd_send(int argc, const char **argv);
int cmd_work(int argc, const char **argv);
int cmd_ideal(int argc, const char **argv);
int cmd_join(int argc, const char **argv);
int cmd_relink(int argc, const char **argv);
int cmd_import(int argc, const char **argv);
int cmd_events(int argc, const char **argv);
int cmd_serve(int argc, const char **argv);
int cmd_show(int argc, const char **argv);
int cmd_actors(int argc, const char **argv);
int cmd_stats(int argc, const char **argv);
int cmd_pressure(int argc, const char **argv);
int cmd_instruments(int argc, const char **argv);

/* popt with the usual --help. `usage` stands behind the command's name in the help. */
poptContext cli_options(int argc, const char **argv, const struct poptOption *options, const char *usage);
/* The values of an option that may be given several times, ended by NULL. false on out of memory. */
typedef struct cli_list {
    const char **v;
    size_t n;
} cli_list;
bool cli_list_add(cli_list *list, const char *value);

/* Reads the options. `on` (may be NULL) is given those whose val is not 0 and not 'h'; false from it: out of memory. false: *code is the exit code (help printed, or a usage error told). */
typedef bool cli_option_fn(void *ctx, int val, char *value);
bool cli_read_options_with(poptContext popt, int *code, cli_option_fn *on, void *ctx);
bool cli_read_options(poptContext popt, int *code);

/* What cli_run() needs. begin, render, refuse and end write with ctx, and all but render may be NULL: begin before the first document, refuse
 * in the place of what could not be read (number: from 1, counting both), end behind the last. */
typedef struct cli_job {
    const dm_coder_opts *coder;
    const char **paths; /* NULL or empty: usage error */
    const char *shard;  /* "3/8", or NULL: everything */
    int threads;
    bool timings;
    bool pipe; /* standard input, one document a line; a bad line is no failure of the whole */
    dm_status (*code)(const dm_coder *coder, dm_doc *doc, dm_error *err);
    dm_status (*begin)(void *ctx, const dm_coder *coder, const dm_input *in, dm_buf *out, dm_error *err);
    dm_status (*render)(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err);
    dm_status (*refuse)(void *ctx, uint64_t number, const char *why, dm_buf *out, dm_error *err);
    dm_status (*end)(void *ctx, const dm_input *in, uint64_t documents, dm_buf *out, dm_error *err);
    void *ctx;
} cli_job;

/* Runs the job from its inputs to standard output; returns the exit code. */
int cli_run(const cli_job *job);

/* One line on standard error, whatever the names and texts in it hold. */
void cli_tell(const char *before, dm_str text);
/* "demarche: message" on standard error, on a line of its own even below a progress bar. */
void cli_say(const char *format, ...) DM_PRINTF(1, 2);
/* A note of the library, told; ctx is not looked at. */
void cli_note(void *ctx, dm_str line);
/* A piece of a summary on standard error: "; 3 events". */
void cli_count(const char *before, uint64_t n, const char *one, const char *many);

/* Progress on standard error, only on a terminal and only after a second. */
void cli_progress_start(void);
bool cli_progress_wanted(void);
/* Bytes that the inputs have, where that is known: then there is a bar, and the time that is left. */
void cli_progress_total(uint64_t bytes);
/* Finds out how many there are in files and folders; not of standard input. */
void cli_progress_find(const char **inputs, const volatile int *stop);
void cli_progress(const dm_run_stats *s, bool last);
/* The same for work whose share is known, 0 to 1. */
void cli_progress_share(double share, const char *text);
void cli_progress_clear(void);

/* Text on standard output in lines of at most width columns, indented. */
void cli_wrap(const char *text, unsigned indent, unsigned width);
/* Options of stance and report into a query; NULL where not given. */
dm_status cli_position_query(
    const dm_record *r, const char *since, const char *until, const char *context, dm_position_query *q, dm_error *err);
/* Whether the three names are there; tells how it should be. */
bool cli_pair_named(const char **names, const char *usage);
/* A file that is there whole or not at all. */
dm_status cli_write_file(const char *path, dm_str bytes, dm_error *err);

/* demarche import votes|treaties RECORD FILE (cmd_import_votes.c); paths[0] is which. */
typedef struct cli_votes_args {
    const char *source, *body, *treaty;
} cli_votes_args;
int cli_import_votes(const char **paths, const cli_votes_args *args);

/* Rows for machines. text: NULL or empty is left out of JSON and an empty cell of CSV. CLI_BARE: a number or true; CLI_LIST: words joined by
 * single blanks, a list in JSON. */
typedef enum cli_form { CLI_TABLE, CLI_JSONL, CLI_CSV } cli_form;
typedef struct cli_field {
    const char *name, *text;
    enum { CLI_TEXT, CLI_BARE, CLI_LIST } kind;
} cli_field;
/* NULL: CLI_TABLE. false: told that it is none. */
bool cli_fields_form(const char *as, cli_form *out);
void cli_fields_put(cli_form form, bool first, const cli_field *f, size_t n);

/* Columns of the terminal that standard output is; else $COLUMNS; else 0. */
unsigned cli_width(void);
bool cli_color(void);

/* Exit code for a status that is not DM_OK. */
int cli_exit(dm_status st);
/* Exit code for what a query ended with; tells the message. */
int cli_query_exit(dm_status st, const dm_error *err);

/* The options by which every command over a record says which events: filter.c. Rows of their popt tables: CLI_FILTER_OPTIONS. */
typedef struct cli_filter {
    cli_list actor, recipient, either, speaker, type, context, status; /* as given; owned */
    char *mode, *instrument, *subject, *act, *source, *since, *until, *text;
    double confidence;
    int happenings, newest, limit, page;
    dm_who who[4][DM_WHO_MAX];
    char mode_word[DM_WORD_MAX], instrument_word[DM_WORD_MAX], act_word[DM_WORD_MAX], subject_code[DM_CODE_MAX];
    dm_filter f; /* after cli_filter_fill() */
} cli_filter;
enum {
    CLI_OPT_ACTOR = 1000,
    CLI_OPT_RECIPIENT,
    CLI_OPT_EITHER,
    CLI_OPT_SPEAKER,
    CLI_OPT_TYPE,
    CLI_OPT_CONTEXT,
    CLI_OPT_STATUS,
    CLI_LIMIT_UNSET = -1,
    CLI_PAGE_ROWS = 50 /* rows of a table, when no --limit is given */
};
#define CLI_FILTER_INIT                                                                                                        \
    {                                                                                                                          \
        .limit = CLI_LIMIT_UNSET, .page = 1                                                                                    \
    }
/* actor and recipient are left out where the command says them itself. */
#define CLI_PARTY_OPTIONS                                                                                                      \
    { "actor", 'A', POPT_ARG_STRING, NULL, CLI_OPT_ACTOR,                                                                      \
        "who did it: a name, code, demonym, sector, JPN/GOV; lists with commas", "WHO" },                                      \
        { "recipient", 'R', POPT_ARG_STRING, NULL, CLI_OPT_RECIPIENT, "to whom it was done", "WHO" },                          \
    {                                                                                                                          \
        "either", 'E', POPT_ARG_STRING, NULL, CLI_OPT_EITHER, "who is on either side", "WHO"                                   \
    }
#define CLI_FILTER_OPTIONS(a)                                                                                                  \
    { "speaker", 'S', POPT_ARG_STRING, NULL, CLI_OPT_SPEAKER, "on whose word it rests", "WHO" },                               \
        { "type", 't', POPT_ARG_STRING, NULL, CLI_OPT_TYPE, "PLOVER type, as AGREE or REQUEST (may be given again)", "TYPE" }, \
        { "mode", 'm', POPT_ARG_STRING, &(a)->mode, 0, "PLOVER mode, as visit", "MODE" },                                      \
        { "context", 'c', POPT_ARG_STRING, NULL, CLI_OPT_CONTEXT, "context, as human_rights: any of those given", "CONTEXT" }, \
        { "status", 's', POPT_ARG_STRING, NULL, CLI_OPT_STATUS,                                                                \
            "done, negated, planned, hypothetical, historical: all of those given", "STATUS" },                                \
        { "instrument", 'i', POPT_ARG_STRING, &(a)->instrument, 0, "by means of it, as resolution or sanction", "KIND" },      \
        { "subject", 0, POPT_ARG_STRING, &(a)->subject, 0, "at whom the instrument is aimed", "COUNTRY" },                     \
        { "act", 0, POPT_ARG_STRING, &(a)->act, 0, "what was done with the instrument, as cosponsor", "ACT" },                 \
        { "source", 0, POPT_ARG_STRING, &(a)->source, 0, "publication, or name of the article", "NAME" },                      \
        { "since", 0, POPT_ARG_STRING, &(a)->since, 0, "first day", "YYYY[-MM[-DD]]" },                                        \
        { "until", 0, POPT_ARG_STRING, &(a)->until, 0, "last day", "YYYY[-MM[-DD]]" },                                         \
        { "text", 'x', POPT_ARG_STRING, &(a)->text, 0, "words of the sentence, all of them; \"a phrase\"; a beginn*",          \
            "WORDS" },                                                                                                         \
    {                                                                                                                          \
        "confidence", 0, POPT_ARG_DOUBLE, &(a)->confidence, 0, "probability that it is right, at least", "0..1"                \
    }
#define CLI_PAGE_OPTIONS(a)                                                                                                    \
    { "newest", 'n', POPT_ARG_NONE, &(a)->newest, 0, "newest first", NULL },                                                   \
        { "limit", 'l', POPT_ARG_INT, &(a)->limit, 0, "rows (default: 50 of a table, else all; 0: all)", "N" },                \
    {                                                                                                                          \
        "page", 'p', POPT_ARG_INT, &(a)->page, 0, "which N rows of them, from 1", "K"                                          \
    }
bool cli_filter_option(cli_filter *a, int val, char *value); /* takes value over; false: out of memory or none of its options */
/* table: rows are for people, so the limit has a default. */
dm_status cli_filter_fill(cli_filter *a, const dm_record *record, bool table, dm_error *err);
void cli_filter_free(cli_filter *a);

/* First and last day of what was given; NULL leaves them as they are. */
dm_status cli_days(const char *since, const char *until, dm_day *from, dm_day *to, dm_error *err);
/* Names of contexts, joined by commas, added to *out as bits. */
dm_status cli_contexts(const dm_record *r, const char *list, uint64_t *out, dm_error *err);

/* Standard output of a query: through the pager when it is a terminal and there is more than a screen of it. */
typedef struct cli_out {
    dm_buf buf; /* written by the command; cli_out_flush() when it has grown, cli_out_end() at the end */
    bool paged, started, gone;
    int fd, pager;
} cli_out;
void cli_out_start(cli_out *o, bool pager);
dm_status cli_out_flush(cli_out *o, bool all, dm_error *err);
void cli_out_end(cli_out *o);
/* Whether memory ran out for a part of what is printed; now: it did just now. main() tells it. */
bool cli_output_lost(bool now);
void cli_put(dm_buf *b, const char *format, ...) DM_PRINTF(2, 3);
void cli_put_json(dm_buf *b, dm_str s);             /* with its quotes */
void cli_put_cell(dm_buf *b, dm_str s, bool first); /* of CSV */

/* Text in columns of the terminal. */
typedef enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_DIM, CLI_ACTOR, CLI_TYPE, CLI_MARKED, CLI_GOOD, CLI_BAD } cli_style;
unsigned cli_columns(dm_str s);
/* All of s in one line, its blanks kept, nothing that could drive a terminal. */
void cli_put_clean(dm_buf *b, dm_str s);
/* At most `width` columns of s, blanks as one, nothing that could drive a terminal; cut text ends in an ellipsis. Returns its columns. */
unsigned cli_put_cut(dm_buf *b, dm_str s, unsigned width);
void cli_put_style(dm_buf *b, cli_style style, bool on);
/* The sentence of the event around its trigger, which is marked, in `width` columns (0: all of it). */
void cli_put_sentence(dm_buf *b, const dm_doc *doc, const dm_event *e, unsigned width, bool color);
/* The same as a cell of a table, which is cut when its width is known. */
void cli_put_marks(dm_buf *b, const dm_doc *doc, const dm_event *e);

/* A table: cells are added row by row, printed when their widths are known. */
enum { CLI_TABLE_COLUMNS = 10 };
typedef struct cli_table {
    size_t n_columns, n_cells, cap;
    dm_str *cell; /* [cap][n_columns], owned */
    const char *head[CLI_TABLE_COLUMNS];
    bool right[CLI_TABLE_COLUMNS];
    unsigned most[CLI_TABLE_COLUMNS]; /* columns that it may take at most; 0: what it needs */
    cli_style style[CLI_TABLE_COLUMNS];
    bool failed;
} cli_table;
void cli_table_add(cli_table *t, dm_str text); /* copies */
/* width: of the terminal, 0 for any; the column `wide` gives way when there is no room. */
void cli_table_put(cli_table *t, dm_buf *out, unsigned width, size_t wide, bool color);
void cli_table_free(cli_table *t);

/* Words for people. */
void cli_put_day(dm_buf *b, const dm_filed *row);   /* as precise as it is known */
void cli_put_parties(dm_buf *b, const dm_event *e); /* actor -> recipient */
void cli_put_what(dm_buf *b, const dm_event *e);    /* type, mode, status */
void cli_put_instrument(dm_buf *b, const dm_event *e);
void cli_put_number(dm_buf *b, uint64_t n); /* 12,345 */

#endif

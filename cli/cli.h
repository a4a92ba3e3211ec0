// SPDX-License-Identifier: Apache-2.0
/* What the commands share: exit codes, their table, and the run over the inputs with its messages and progress. */
#ifndef DM_CLI_H
#define DM_CLI_H

#include <demarche/coder.h>
#include <demarche/instrument.h>
#include <demarche/record.h>
#include <demarche/write.h>
#include <popt.h>

/* As in docs/demarche.1. */
enum {
    EXIT_ALL_READ = 0,
    EXIT_SOME_FAILED = 1, /* some inputs could not be read; the others were coded */
    EXIT_USAGE = 2,
    EXIT_BROKEN = 3 /* data missing or damaged, out of memory, output that cannot be written */
};

typedef struct cli_command {
    const char *name, *title; /* title: the whole of it, for its help */
    int (*run)(int argc, const char **argv);
    const char *summary;
} cli_command;
extern const cli_command cli_commands[]; /* ends with a NULL name */

int cmd_code(int argc, const char **argv);
int cmd_add(int argc, const char **argv);
int cmd_report(int argc, const char **argv);
int cmd_stance(int argc, const char **argv);
int cmd_text(int argc, const char **argv);
int cmd_parse(int argc, const char **argv);
int cmd_ideal(int argc, const char **argv);
int cmd_import(int argc, const char **argv);
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

/* What cli_run() needs. begin and render write with ctx. */
typedef struct cli_job {
    const dm_coder_opts *coder;
    const char **paths; /* NULL or empty: usage error */
    int threads;
    bool timings;
    dm_status (*code)(const dm_coder *coder, dm_doc *doc, dm_error *err);
    dm_status (*begin)(void *ctx, dm_buf *out, dm_error *err); /* may be NULL */
    dm_status (*render)(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err);
    void *ctx;
} cli_job;

/* Runs the job from its inputs to standard output; returns the exit code. */
int cli_run(const cli_job *job);

/* "demarche: message" on standard error, on a line of its own even below a progress bar. */
void cli_say(const char *format, ...) DM_PRINTF(1, 2);

/* Progress on standard error, only on a terminal and only after a second. */
void cli_progress_start(void);
void cli_progress(const dm_run_stats *s, bool last);
void cli_progress_clear(void);

/* Text on standard output in lines of at most width columns, indented. */
void cli_wrap(const char *text, unsigned indent, unsigned width);
/* "human_rights,trade" into bits; false with err. */
bool cli_contexts(const char *list, uint64_t *out, dm_error *err);
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

#endif

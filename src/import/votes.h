// SPDX-License-Identifier: Apache-2.0
/* Files of roll calls and of treaty actions: their columns, found by the header, and each row as what it says. */
#ifndef DM_IMPORT_VOTES_H
#define DM_IMPORT_VOTES_H

#include "base/arena.h"
#include "base/map.h"
#include "base/table.h"
#include "import/cells.h"

/* --- who is meant: codes and names of states --- */

typedef struct dm_cow_term {
    int number;
    bool gone; /* a state that has a successor */
    uint32_t row;
    dm_str letters, code;
    dm_day from, to; /* INT32_MIN, INT32_MAX: open */
} dm_cow_term;

typedef struct dm_states {
    const dm_table *table;
    dm_arena arena;
    dm_map code, name, word; /* row of the table by code; by any name; by any name or adjective, as words */
    DM_VEC(dm_cow_term) cow; /* by number */
    uint32_t words_max;
} dm_states;

dm_status dm_states_load(dm_states *s, const dm_tables *tables, dm_error *err);
void dm_states_clear(dm_states *s);
/* Empty when it is unknown. day: about when. */
dm_str dm_states_alpha3(const dm_states *s, dm_str code);
dm_str dm_states_cow(const dm_states *s, dm_str number_or_letters, dm_day day);
dm_str dm_states_name(const dm_states *s, dm_str name); /* also "Iran (Islamic Republic of)" */
/* The state named by the longest run of words from w[0] on; *used words. */
dm_str dm_states_words(const dm_states *s, const dm_str *w, size_t n, size_t *used);

/* Lower-case words of a text into w (at most max), in buf, which has room bytes. */
size_t dm_words_of(dm_str text, char *buf, size_t room, dm_str *w, size_t max);

/* --- what a title says --- */

typedef struct dm_title {
    dm_str subject; /* code, or empty */
    int polarity;   /* toward it */
    bool own;       /* such resolutions are one series under body and subject */
    uint64_t contexts;
} dm_title;
void dm_title_read(const dm_tables *tables, const dm_states *states, dm_str title, dm_title *out);
/* Contexts of a flag column ("hr"); 0: it is none. */
uint64_t dm_title_flag(const dm_tables *tables, dm_str column);
/* The title without who adopted it. */
dm_str dm_title_clean(dm_str title);

/* --- rows of votes --- */

typedef enum dm_votes_column {
    DM_V_ROLL,
    DM_V_CODE,
    DM_V_COW,
    DM_V_COUNTRY,
    DM_V_NAME,
    DM_V_VOTE,
    DM_V_DATE,
    DM_V_YEAR,
    DM_V_SESSION,
    DM_V_RESOLUTION,
    DM_V_TITLE,
    DM_V_AGENDA,
    DM_V_COLUMNS
} dm_votes_column;

typedef enum dm_votes_form { DM_VOTES_UNDL, DM_VOTES_VOETEN } dm_votes_form;

typedef struct dm_votes_file {
    dm_votes_form form;
    int column[DM_V_COLUMNS]; /* -1: not there */
    struct {
        int column;
        uint64_t contexts;
    } flag[16];
    unsigned n_flags;
} dm_votes_file;

/* DM_EINPUT: the header is of neither form; the message names the columns that are needed. */
dm_status dm_votes_header(dm_votes_file *f, const dm_tables *tables, const dm_str *cell, size_t n, dm_error *err);

typedef struct dm_vote_row {
    dm_str roll, resolution, title, code;
    const char *vote; /* yes, no, abstain, absent; NULL: not a member */
    dm_day from, to;
    int session; /* 0: none */
    uint64_t flags;
} dm_vote_row;
/* NULL, or why the row cannot be used; *detail the words at fault. */
const char *dm_votes_row(
    const dm_votes_file *f, const dm_states *s, const dm_str *cell, size_t n, dm_vote_row *out, dm_str *detail);

/* A day, a month or a year in the forms that such files have: 1990-12-18, 18/12/1990 when the first number is over 12, 12/18/1990,
 * 18 Dec 1990, 1990. */
bool dm_votes_date(dm_str text, dm_day *from, dm_day *to);

/* --- rows of treaty actions --- */

typedef struct dm_actions_file {
    int party, date, action, treaty;
    struct {
        int column;
        dm_str action;
    } wide[16]; /* a column of dates for each action */
    unsigned n_wide;
} dm_actions_file;
dm_status dm_actions_header(
    dm_actions_file *f, const dm_tables *tables, const dm_str *cell, size_t n, bool named, dm_error *err);
/* The action that the words begin with; empty: unknown. */
dm_str dm_action_find(const dm_tables *tables, dm_str words);
/* The treaty's name in the record when its name is known (data/instruments/named.tsv), else as it is. */
dm_str dm_treaty_name(const dm_tables *tables, dm_str name);

#endif

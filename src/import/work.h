// SPDX-License-Identifier: Apache-2.0
/* Inside the import room: one reading, and what the readers of the forms share. Out of memory is a flag that is looked at in the end:
 * until then everything goes on with empty strings. */
#ifndef DM_IMPORT_WORK_H
#define DM_IMPORT_WORK_H

#include "base/map.h"
#include "doc/doc.h"
#include "import/import.h"

enum {
    NAME_WORDS_MAX = 20,  /* of a name; the phrase index takes a few more */
    WORD_BYTES_MAX = 80,  /* of one of its words */
    DETAIL_BYTES_MAX = 80 /* of the words that a remark repeats */
};

typedef struct col_codes {
    int code, kind, plover, sector, keeps, scope, from, to;
} col_codes;

typedef struct imp {
    dm_import *out;
    dm_arena *arena;
    const dm_tables *tables;
    const dm_table *codes, *states, *roles;
    col_codes cc;
    int states_code, roles_sector, roles_kind;
    uint32_t i_states, i_roles;
    dm_map code_row; /* PETRARCH piece -> its first row; rows of one piece stand together */
    dm_map is_state; /* codes of states.tsv */
    dm_str bytes;
    bool oom;
} imp;

/* A pair of dates, each DM_DAY_NONE when open. */
typedef struct dates {
    dm_day from, to;
} dates;

/* import.c */
void dm_import_remark_add(imp *m, uint32_t line, bool refused, const char *reason, dm_str detail);
dm_import_row *dm_import_row_new(imp *m, uint32_t line, dm_import_kind kind);
dm_str dm_import_keep(imp *m, dm_str s);
bool dm_import_next_line(imp *m, size_t *at, dm_str *line);

/* codes.c. What an actor code says; left_out: the first piece that nobody knows. */
typedef struct coded {
    dm_str code, sector, home, scope, left_out;
    uint32_t state_row, n_state_rows; /* rows of the crosswalk when the state has dates there; n 0: none */
    bool known, org;
} coded;
bool dm_import_is_code(const imp *m, dm_str code);
bool dm_import_is_sector(const imp *m, dm_str sector);
coded dm_import_decode(imp *m, dm_str letters, bool role);

/* dates.c */
bool dm_import_dates(dates *out, dm_str text);                /* "<060102", "20010101-20020101", ... */
bool dm_import_day(dm_day *first, dm_day *last, dm_str text); /* YYYY[-MM[-DD]][Thh...], YYYYMMDD or YYMMDD */
dm_str dm_import_day_text(imp *m, dm_day d);

/* names.c */
enum { CASE_KEEP, CASE_NAME, CASE_ACRONYM, CASE_LOWER };
dm_str dm_import_case(imp *m, dm_str name, int how);
bool dm_import_small_word(dm_str word);
const char *dm_import_name_fault(dm_str name); /* NULL: a name that can be looked for */
/* A row of our tables whose phrase is exactly these words, in the groups of the mask and the table; false when there is none. */
enum { DM_ANY_TABLE = UINT16_MAX };
bool dm_import_phrase(const imp *m, dm_str words, unsigned groups, uint32_t table, dm_phrase *out);
/* The longest phrase of a table that starts at a word of the text, the first such word from the left. */
bool dm_import_find(const imp *m, dm_str text, unsigned groups, uint32_t table, dm_phrase *out);

/* The readers. */
void dm_import_dictionary(imp *m);
void dm_import_own(imp *m);
void dm_import_csv(imp *m);
/* Header cell names of our TSV, for sniffing. */
bool dm_import_own_header(dm_str line);
bool dm_import_csv_header(dm_str line);

#endif

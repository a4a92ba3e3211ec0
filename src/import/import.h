// SPDX-License-Identifier: Apache-2.0
/* import: a user's own actors, in any of the forms that such lists have, as rows of our tables.
 *
 * Reads our TSV, PETRARCH/TABARI actor and agent dictionaries, and a CSV of office holders as Wikidata's query service writes it; which
 * one is seen from the text. What cannot be used is never dropped in silence: each such line is a remark with its number and reason. */
#ifndef DM_IMPORT_IMPORT_H
#define DM_IMPORT_IMPORT_H

#include "base/arena.h"
#include "base/table.h"
#include <demarche/buffer.h>

typedef enum dm_import_format { DM_IMPORT_TSV, DM_IMPORT_DICTIONARY, DM_IMPORT_CSV } dm_import_format;
typedef enum dm_import_kind {
    DM_KIND_BODY,
    DM_KIND_STATE,
    DM_KIND_PERSON,
    DM_KIND_ROLE, /* a common noun: a person, */
    DM_KIND_ROLE_GROUP,
    DM_KIND_ROLE_ORG
} dm_import_kind;

/* One row; strings live in the import. names: variants joined by |. from, to: YYYY-MM-DD or empty. line: in the user's file. */
typedef struct dm_import_row {
    dm_str names, code, sector, surname, scope, from, to, note;
    uint32_t line;
    uint8_t kind; /* dm_import_kind */
} dm_import_row;

/* refused: the line gives nothing; else it was used after a repair. reason is one of a few fixed texts, detail the words at fault. */
typedef struct dm_import_remark {
    uint32_t line, order; /* order: in which they were made */
    bool refused;
    const char *reason;
    dm_str detail;
} dm_import_remark;

typedef struct dm_import {
    dm_arena arena;
    dm_import_format format;
    DM_VEC(dm_import_row) rows;
    DM_VEC(dm_import_remark) remarks; /* by line */
    uint32_t entries, used, refused;  /* entries: names with their synonyms; refused: remarks that are */
} dm_import;

enum { DM_IMPORT_BYTES_MAX = 64 << 20 };

/* tables: ours, for codes, states and roles. name: of the file, for messages. Copies what it keeps of bytes. DM_EINPUT when the text is
 * in none of the forms, DM_ELIMIT above DM_IMPORT_BYTES_MAX, DM_ECORRUPT when the tables lack what is needed. */
dm_status dm_import_read(dm_import **out, const dm_tables *tables, const char *name, dm_str bytes, dm_error *err);
void dm_import_free(dm_import *im);

/* Our TSV, to keep and to edit; what it says, dm_import_read() reads again. */
dm_status dm_import_write(dm_buf *out, const dm_import *im, const char *name, dm_error *err);

/* Compiles imports into one image for dm_tables_add_image(); malloc'ed. The tables of each are called after its file and have the
 * columns of the TSV and `line`. names[i] belongs to imports[i]. */
dm_status dm_import_compile(
    void **image, size_t *size, const dm_import *const *imports, const char *const *names, size_t n, dm_error *err);

const char *dm_import_format_name(dm_import_format f);

#endif

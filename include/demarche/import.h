// SPDX-License-Identifier: Apache-2.0
/* A user's own actors: what dm_coder_opts.actors takes, as a table to keep and to edit, with an account of every line.
 *
 * Forms, seen from the text: our TSV (a header that names `names` or `name`, and `code`), a PETRARCH or TABARI dictionary of actors or
 * agents, a CSV of office holders as Wikidata's query service writes it. They are described in docs/tables.md. */
#ifndef DEMARCHE_IMPORT_H
#define DEMARCHE_IMPORT_H

#include <demarche/coder.h>

#ifdef __cplusplus
extern "C" {
#endif

/* refused: the line gave nothing; else it was used after a repair. reason: one of a few fixed texts; detail: the words at fault. */
typedef struct dm_import_note {
    uint32_t line;
    bool refused;
    const char *reason;
    dm_str detail;
} dm_import_note;

/* entries: names with their synonyms, or rows; used: those that gave a row; refused, repaired: notes; rows: of the table. */
typedef struct dm_import_stats {
    const char *format;
    uint32_t entries, used, rows, refused, repaired;
} dm_import_stats;

typedef void dm_import_note_fn(void *ctx, const dm_import_note *note);

/* Reads path and appends the table to tsv. note (may be NULL) is called for each line with a remark, stats may be NULL. DM_EIO when
 * the file cannot be read, DM_EINPUT when it is in none of the forms, DM_ELIMIT above 64 MB. */
DM_API dm_status dm_import_actors(const dm_coder *coder, const char *path, dm_buf *tsv, dm_import_stats *stats,
    dm_import_note_fn *note, void *ctx, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

// SPDX-License-Identifier: Apache-2.0
/* Pieces of the report page: one self-contained HTML file that opens without a network and prints. Whoever has the data calls them in
 * this order: begin, then sections with their content, end. All text from articles is escaped and isolated in direction. */
#ifndef DM_WRITE_REPORT_H
#define DM_WRITE_REPORT_H

#include "base/str.h"
#include <demarche/buffer.h>
#include <demarche/instrument.h>

/* Text inside an element: escaped, control characters dropped. */
void dm_html_text(dm_buf *b, dm_str s);
void dm_html_z(dm_buf *b, const char *z);

void dm_report_begin(dm_buf *b, const char *title, const char *intro);
void dm_report_section(dm_buf *b, const char *id, const char *title);
void dm_report_end(dm_buf *b);

/* "1997", "1997 to 1999", "3 March 2021": whole years as years. */
void dm_report_days(dm_buf *b, dm_day from, dm_day to);
/* Negated, planned ... as badges. */
void dm_report_status(dm_buf *b, unsigned aux);
/* A turning point; the sentences of its evidence follow by dm_report_quote(), then dm_report_turn_end(). */
void dm_report_turn(dm_buf *b, const dm_stance_turn *turn);
void dm_report_turn_end(dm_buf *b);
/* A sentence and where it is from. id: of the event below, 0 when it is not on the page. */
void dm_report_quote(dm_buf *b, const dm_evidence *e, const char *words, const char *source, uint64_t id);
/* One event of the record with its sentence, the parties and the words that state it marked. position: as the stance takes it. */
void dm_report_event(dm_buf *b, const dm_filed *row, const dm_evidence *e, const dm_stance_use *use, const char *value);
/* The life of an instrument: a table with a row for each year, the actor's part in one cell, everybody else's in the next. */
void dm_report_table_begin(dm_buf *b, const char *name, const char *actor);
void dm_report_table_end(dm_buf *b);
void dm_report_row_begin(dm_buf *b, const char *year); /* opens the first cell */
void dm_report_part(dm_buf *b, const dm_part *part, bool first, bool name_party, bool quote);
void dm_report_cell_end(dm_buf *b); /* and opens the next, or closes the last */
void dm_report_row_end(dm_buf *b);
/* Evidence that is no event (ballots, treaty actions). */
void dm_report_ballot(dm_buf *b, const dm_evidence *e, const char *title, const char *source);

#endif

// SPDX-License-Identifier: Apache-2.0
/* Small appenders that the formats share. They drop what does not fit: the format functions look at dm_buf.failed once, at the end. */
#ifndef DM_WRITE_PUT_H
#define DM_WRITE_PUT_H

#include "base/str.h"
#include "doc/doc.h"
#include <demarche/write.h>

enum { DM_N_AUX = 4 };
/* In the order of the bits DM_NEGATION, DM_FUTURE, ... */
extern const char *const dm_aux_names[DM_N_AUX];

void dm_put(dm_buf *b, dm_str s);
void dm_put_z(dm_buf *b, const char *z);
void dm_put_u(dm_buf *b, uint64_t n);
void dm_put_i(dm_buf *b, int64_t n);
/* With the digits that are needed: at least `least`, at most `most` (up to 6) behind the point, which is always a point. */
void dm_put_num(dm_buf *b, double x, int least, int most);
void dm_put_id(dm_buf *b, uint64_t id);
void dm_put_day(dm_buf *b, dm_day day);
/* "D", "D/D", "../D", "D/.."; nothing where both ends are unknown. */
void dm_put_interval(dm_buf *b, dm_interval i);
/* A JSON string with its quotes. s must be UTF-8. */
void dm_put_json(dm_buf *b, dm_str s);

static inline bool dm_interval_known(dm_interval i)
{
    return i.precision != DM_PREC_UNKNOWN && (i.from != DM_DAY_NONE || i.to != DM_DAY_NONE);
}

/* The formats: one document's events. */
void dm_put_jsonl(dm_buf *b, const dm_doc *doc);
void dm_put_answer(dm_buf *b, const dm_doc *doc);
void dm_put_source(dm_buf *b, const dm_doc *doc);
void dm_put_rows(dm_buf *b, const dm_doc *doc, bool tabs);
void dm_put_rows_header(dm_buf *b, bool tabs);
/* One event of a record. */
void dm_put_filed_json(dm_buf *out, const dm_filed *f);
void dm_put_listed_header(dm_buf *b, bool tabs);
void dm_put_listed_row(dm_buf *b, const dm_filed *row, bool tabs);
void dm_put_page(dm_buf *b, const dm_doc *doc, const dm_write_opts *opts);
void dm_put_conllu(dm_buf *b, const dm_doc *doc);

#endif

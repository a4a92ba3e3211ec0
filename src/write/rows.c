// SPDX-License-Identifier: Apache-2.0
/* CSV and TSV: one row an event, the columns of docs/record.md, and for a record's export those of docs/formats.md behind them. Several values of one cell are joined by ';', the n-th of each party
 * column belonging to the n-th party; a ';' inside a value is written ','. CSV is quoted as in RFC 4180 (lines end in LF). TSV is
 * never quoted: tabs and line ends inside a value become a space. */
#include "write/export.h"
#include <math.h>

const dm_column dm_columns[DM_COLUMNS] = { { "id", DM_COL_TEXT, "event id, a hash of its content" },
    { "doc", DM_COL_TEXT, "file name or id of the article" },
    { "date", DM_COL_DAY, "first day on which it happened or is to happen" },
    { "enddate", DM_COL_DAY, "last day, where it is not the first" },
    { "date_precision", DM_COL_TEXT, "how exact the dates are" },
    { "statement_date", DM_COL_TEXT, "when it was said: a day, or two joined by /" },
    { "actor", DM_COL_TEXT, "actors: ISO alpha-3 or entity codes, joined by ;" },
    { "actor_sector", DM_COL_TEXT, "actors: PLOVER sectors" }, { "actor_text", DM_COL_TEXT, "actors: words of the text" },
    { "recipient", DM_COL_TEXT, "recipients: ISO alpha-3 or entity codes, joined by ;" },
    { "recipient_sector", DM_COL_TEXT, "recipients: PLOVER sectors" },
    { "recipient_text", DM_COL_TEXT, "recipients: words of the text" }, { "event", DM_COL_TEXT, "PLOVER type" },
    { "mode", DM_COL_TEXT, "PLOVER mode" }, { "context", DM_COL_TEXT, "PLOVER contexts, joined by ;" },
    { "aux", DM_COL_TEXT, "status: negation, future, hypothetical, historical; empty: done" },
    { "cameo", DM_COL_TEXT, "CAMEO code" }, { "event_scale", DM_COL_REAL, "PLOVER score, -10 conflict to 10 cooperation" },
    { "goldstein", DM_COL_REAL, "Goldstein score of the CAMEO code (table of R's icews)" },
    { "quad_code", DM_COL_INT, "PLOVER quad class" }, { "trigger", DM_COL_TEXT, "words that state the event" },
    { "trigger_start", DM_COL_INT, "their first code point in the article" },
    { "trigger_end", DM_COL_INT, "the code point behind them" },
    { "attribution", DM_COL_TEXT, "speakers, innermost first: codes" },
    { "attribution_sector", DM_COL_TEXT, "speakers: PLOVER sectors" },
    { "attribution_text", DM_COL_TEXT, "speakers: words of the text" },
    { "instrument_type", DM_COL_TEXT, "resolution, treaty, vote, ..." }, { "instrument_body", DM_COL_TEXT, "whose instrument" },
    { "instrument_subject", DM_COL_TEXT, "at whom it is aimed" },
    { "instrument_act", DM_COL_TEXT, "what the actor does with it" },
    { "instrument_polarity", DM_COL_INT, "side taken toward the subject" },
    { "instrument_years", DM_COL_TEXT, "its years, joined by ;" }, { "instrument_name", DM_COL_TEXT, "its name" },
    { "reason", DM_COL_TEXT, "why, as the text states it" }, { "text", DM_COL_TEXT, "the sentence" },
    { "text_sequence", DM_COL_INT, "its number in the article, from 1" },
    { "text_start", DM_COL_INT, "its first code point in the article" }, { "text_end", DM_COL_INT, "the code point behind it" },
    { "url", DM_COL_TEXT, "address of the article" }, { "title", DM_COL_TEXT, "title of the article" },
    { "publication", DM_COL_TEXT, "publisher of the article" }, { "language", DM_COL_TEXT, "language of the article" },
    { "confidence", DM_COL_REAL, "probability that type, parties and status are right" },
    { "why", DM_COL_TEXT, "table lines and steps that made the event" }, { "coder", DM_COL_TEXT, "program and version" },
    { "happening", DM_COL_BIG, "number of the happening that the event reports, the same for all its reports" },
    { "reports", DM_COL_INT, "documents that tell the happening" },
    { "independent", DM_COL_INT, "of these, without near copies" }, { "document", DM_COL_TEXT, "hash of the document" },
    { "first_report", DM_COL_DAY, "publication of the first report of the happening" },
    { "actor_cow", DM_COL_TEXT, "actors: Correlates of War letters, on that day" },
    { "actor_ccode", DM_COL_TEXT, "actors: Correlates of War numbers, joined by ;" },
    { "recipient_cow", DM_COL_TEXT, "recipients: Correlates of War letters, on that day" },
    { "recipient_ccode", DM_COL_TEXT, "recipients: Correlates of War numbers, joined by ;" },
    { "ccode1", DM_COL_INT, "first actor that has one: Correlates of War number" },
    { "ccode2", DM_COL_INT, "first recipient that has one: Correlates of War number" },
    { "gwno1", DM_COL_INT, "first actor that has one: Gleditsch-Ward number" },
    { "gwno2", DM_COL_INT, "first recipient that has one: Gleditsch-Ward number" } };

/* A row being written: a value is collected in `cell`, and flushed with the quoting that it needs or given to `take`. */
typedef struct row {
    dm_buf *out, cell;
    const dm_doc *doc;
    bool tabs, first;
    void (*take)(void *ctx, unsigned column, dm_str value);
    void *ctx;
    unsigned column;
    bool failed; /* with take: memory ran out */
} row;

static void flush_csv(dm_buf *out, dm_str s)
{
    bool quote = false;
    for (size_t i = 0; i < s.len && !quote; i++)
        quote = s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
    if (!quote) {
        dm_put(out, s);
        return;
    }
    dm_put_z(out, "\"");
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == '"') {
            dm_put(out, (dm_str){ s.p + from, i + 1 - from });
            from = i;
        }
    dm_put(out, (dm_str){ s.p + from, s.len - from });
    dm_put_z(out, "\"");
}

static void flush_tsv(dm_buf *out, dm_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r') {
            dm_put(out, (dm_str){ s.p + from, i - from });
            dm_put_z(out, " ");
            from = i + 1;
        }
    dm_put(out, (dm_str){ s.p + from, s.len - from });
}

/* Ends the cell: what was put into r->cell is one value of the row. */
static void end_cell(row *r)
{
    if (r->take) {
        r->failed = r->failed || r->cell.failed;
        r->take(r->ctx, r->column++, (dm_str){ r->cell.p, r->cell.len });
        dm_buf_clear(&r->cell);
        return;
    }
    if (!r->first)
        dm_put_z(r->out, r->tabs ? "\t" : ",");
    r->first = false;
    dm_str s = { r->cell.p, r->cell.len };
    if (r->cell.failed)
        r->out->failed = true;
    else if (s.len)
        (r->tabs ? flush_tsv : flush_csv)(r->out, s);
    dm_buf_clear(&r->cell);
}

static void cell(row *r, dm_str s)
{
    dm_put(&r->cell, s);
    end_cell(r);
}

/* One of several values of a cell. */
static void item(row *r, bool first, dm_str s)
{
    if (!first)
        dm_put_z(&r->cell, ";");
    size_t from = r->cell.len;
    dm_put(&r->cell, s);
    for (size_t i = from; i < r->cell.len; i++)
        if (r->cell.p[i] == ';')
            r->cell.p[i] = ',';
}

static void parties(row *r, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        item(r, i == 0, dm_str_of(p[i].code));
    end_cell(r);
    for (uint32_t i = 0; i < n; i++)
        item(r, i == 0, dm_str_of(p[i].sector));
    end_cell(r);
    for (uint32_t i = 0; i < n; i++)
        item(r, i == 0, dm_doc_slice(r->doc, p[i].span));
    end_cell(r);
}

static void day(row *r, bool shown, dm_day d)
{
    if (shown && d != DM_DAY_NONE)
        dm_put_day(&r->cell, d);
    end_cell(r);
}

static void dates(row *r, const dm_event *e)
{
    bool known = dm_interval_known(e->when);
    day(r, known, e->when.from);
    day(r, known && e->when.to != e->when.from, e->when.to);
    cell(r, known ? dm_str_of(dm_precision_name(e->when.precision)) : DM_NIL);
    if (dm_interval_known(e->said))
        dm_put_interval(&r->cell, e->said);
    end_cell(r);
}

static void number(row *r, bool known, double x)
{
    if (known && isfinite(x))
        dm_put_num(&r->cell, x, 1, 3);
    end_cell(r);
}

static void place(row *r, dm_span s)
{
    dm_put_u(&r->cell, dm_doc_codepoint(r->doc, s.start));
    end_cell(r);
    dm_put_u(&r->cell, dm_doc_codepoint(r->doc, s.start + s.len));
    end_cell(r);
}

static void kind(row *r, const dm_event *e)
{
    cell(r, dm_str_of(dm_type_name((dm_type)e->type)));
    cell(r, dm_str_of(e->mode));
    bool any = false;
    for (unsigned i = 0; i < 64 && dm_context_name(i); i++)
        if (e->contexts >> i & 1) {
            item(r, !any, dm_str_of(dm_context_name(i)));
            any = true;
        }
    end_cell(r);
    any = false;
    for (unsigned i = 0; i < DM_N_AUX; i++)
        if (e->aux >> i & 1) {
            item(r, !any, dm_str_of(dm_aux_names[i]));
            any = true;
        }
    end_cell(r);
    cell(r, dm_str_of(e->cameo));
    number(r, true, e->scale);
    number(r, e->cameo[0] != 0, e->goldstein);
    if (e->quad > 0)
        dm_put_i(&r->cell, e->quad);
    end_cell(r);
}

static void instrument(row *r, const dm_event *e)
{
    static const dm_instrument none;
    const dm_instrument *in = e->instrument ? e->instrument : &none;
    cell(r, in->type);
    cell(r, in->body);
    cell(r, in->subject);
    cell(r, in->act);
    if (in->subject.len)
        dm_put_i(&r->cell, in->polarity);
    end_cell(r);
    for (unsigned i = 0; i < in->n_years; i++) {
        if (i)
            dm_put_z(&r->cell, ";");
        dm_put_i(&r->cell, in->years[i]);
    }
    end_cell(r);
    cell(r, in->name);
}

static void reasons(row *r, const dm_event *e)
{
    for (uint32_t i = 0; i < e->n_reason; i++) {
        item(r, i == 0, dm_str_of(dm_reason_name((dm_reason_kind)e->reason[i].kind)));
        dm_put_z(&r->cell, ": ");
        item(r, true, dm_doc_slice(r->doc, e->reason[i].span));
    }
    end_cell(r);
}

static void source(row *r, const dm_event *e)
{
    dm_span span = dm_doc_sentence(r->doc, e->sentence, NULL);
    cell(r, dm_doc_slice(r->doc, span));
    dm_put_u(&r->cell, (uint64_t)e->sentence + 1);
    end_cell(r);
    place(r, span);
    const dm_meta *m = &r->doc->meta;
    cell(r, m->url);
    cell(r, m->title);
    cell(r, m->publisher);
    cell(r, m->language);
    number(r, true, e->confidence);
    for (uint32_t i = 0; i < e->n_why; i++)
        item(r, i == 0, e->why[i]);
    end_cell(r);
    cell(r, DM_STR("demarche " DM_VERSION));
}

/* The columns of the record, docs/record.md. */
static void record_cells(row *r, const dm_event *e)
{
    r->first = true;
    dm_put_id(&r->cell, e->id);
    end_cell(r);
    cell(r, r->doc->meta.id);
    dates(r, e);
    parties(r, e->actor, e->n_actor);
    parties(r, e->recipient, e->n_recipient);
    kind(r, e);
    cell(r, dm_doc_slice(r->doc, e->trigger));
    place(r, e->trigger);
    parties(r, e->attribution, e->n_attribution);
    instrument(r, e);
    reasons(r, e);
    source(r, e);
}

static void codes(row *r, const dm_crosswalk *cross, const dm_party *p, uint32_t n, dm_day day, bool letters)
{
    for (uint32_t i = 0; i < n; i++) {
        dm_cow cow = dm_cross_cow(cross, p[i].code, day);
        item(r, i == 0, letters ? cow.letters : cow.number);
    }
    end_cell(r);
}

/* The first of the parties that has a number. */
static void first_code(row *r, const dm_crosswalk *cross, const dm_party *p, uint32_t n, dm_day day, bool gw)
{
    dm_str found = DM_NIL;
    for (uint32_t i = 0; i < n && found.len == 0; i++) {
        dm_cow cow = dm_cross_cow(cross, p[i].code, day);
        found = gw ? cow.gw : cow.number;
    }
    cell(r, found);
}

/* The columns that a record adds. */
static void filed_cells(row *r, const dm_crosswalk *cross, const dm_filed *f)
{
    const dm_event *e = f->event;
    dm_day on = dm_filed_day(f);
    dm_put_u(&r->cell, f->happening);
    end_cell(r);
    dm_put_u(&r->cell, f->reports);
    end_cell(r);
    dm_put_u(&r->cell, f->independent);
    end_cell(r);
    cell(r, dm_str_of(f->document));
    day(r, true, f->first_report);
    codes(r, cross, e->actor, e->n_actor, on, true);
    codes(r, cross, e->actor, e->n_actor, on, false);
    codes(r, cross, e->recipient, e->n_recipient, on, true);
    codes(r, cross, e->recipient, e->n_recipient, on, false);
    first_code(r, cross, e->actor, e->n_actor, on, false);
    first_code(r, cross, e->recipient, e->n_recipient, on, false);
    first_code(r, cross, e->actor, e->n_actor, on, true);
    first_code(r, cross, e->recipient, e->n_recipient, on, true);
}

bool dm_filed_cells(
    const dm_crosswalk *cross, const dm_filed *f, void (*take)(void *ctx, unsigned column, dm_str value), void *ctx)
{
    row r = { .doc = f->doc, .take = take, .ctx = ctx };
    record_cells(&r, f->event);
    filed_cells(&r, cross, f);
    dm_buf_free(&r.cell);
    return !r.failed;
}

void dm_put_filed_row(dm_buf *out, const dm_crosswalk *cross, const dm_filed *f)
{
    row r = { .out = out, .doc = f->doc };
    record_cells(&r, f->event);
    filed_cells(&r, cross, f);
    dm_put_z(out, "\n");
    dm_buf_free(&r.cell);
}

static void header(dm_buf *b, unsigned n, bool tabs)
{
    for (unsigned i = 0; i < n; i++) {
        if (i)
            dm_put_z(b, tabs ? "\t" : ",");
        dm_put_z(b, dm_columns[i].name);
    }
    dm_put_z(b, "\n");
}

void dm_put_filed_header(dm_buf *out) { header(out, DM_COLUMNS, false); }

void dm_put_rows_header(dm_buf *b, bool tabs) { header(b, DM_RECORD_COLUMNS, tabs); }

void dm_put_rows(dm_buf *b, const dm_doc *doc, bool tabs)
{
    row r = { .out = b, .doc = doc, .tabs = tabs };
    for (uint32_t i = 0; i < doc->events.n; i++) {
        record_cells(&r, &doc->events.v[i]);
        dm_put_z(b, "\n");
    }
    dm_buf_free(&r.cell);
}

void dm_put_listed_header(dm_buf *b, bool tabs)
{
    static const char *const more[] = { "happening", "reports", "independent", "document" };
    dm_put_rows_header(b, tabs);
    for (unsigned i = 0; i < sizeof more / sizeof *more; i++) {
        b->len -= i == 0 && !b->failed; /* the line goes on */
        dm_put_z(b, tabs ? "\t" : ",");
        dm_put_z(b, more[i]);
    }
    dm_put_z(b, "\n");
}

void dm_put_listed_row(dm_buf *b, const dm_filed *filed, bool tabs)
{
    row r = { .out = b, .doc = filed->doc, .tabs = tabs };
    record_cells(&r, filed->event);
    const uint64_t numbers[] = { filed->happening, filed->reports, filed->independent };
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        dm_put_u(&r.cell, numbers[i]);
        end_cell(&r);
    }
    cell(&r, dm_str_of(filed->document));
    dm_put_z(b, "\n");
    dm_buf_free(&r.cell);
}

// SPDX-License-Identifier: Apache-2.0
/* CSV and TSV: one row an event, the columns of docs/record.md. Several values of one cell are joined by ';', the n-th of each party
 * column belonging to the n-th party; a ';' inside a value is written ','. CSV is quoted as in RFC 4180 (lines end in LF). TSV is
 * never quoted: tabs and line ends inside a value become a space. */
#include "write/put.h"
#include <math.h>

static const char *const columns[] = { "id", "doc", "date", "enddate", "date_precision", "statement_date", "actor",
    "actor_sector", "actor_text", "recipient", "recipient_sector", "recipient_text", "event", "mode", "context", "aux", "cameo",
    "event_scale", "goldstein", "quad_code", "trigger", "trigger_start", "trigger_end", "attribution", "attribution_sector",
    "attribution_text", "instrument_type", "instrument_body", "instrument_subject", "instrument_act", "instrument_polarity",
    "instrument_years", "instrument_name", "reason", "text", "text_sequence", "text_start", "text_end", "url", "title",
    "publication", "language", "confidence", "why", "coder" };
enum { N_COLUMNS = sizeof columns / sizeof columns[0] };

/* A row being written: cells are collected in `cell` and flushed with the quoting that they need. */
typedef struct row {
    dm_buf *out, cell;
    const dm_doc *doc;
    bool tabs, first;
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

static void event_row(row *r, const dm_event *e)
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
    dm_put_z(r->out, "\n");
}

void dm_put_rows_header(dm_buf *b, bool tabs)
{
    for (unsigned i = 0; i < N_COLUMNS; i++) {
        if (i)
            dm_put_z(b, tabs ? "\t" : ",");
        dm_put_z(b, columns[i]);
    }
    dm_put_z(b, "\n");
}

void dm_put_rows(dm_buf *b, const dm_doc *doc, bool tabs)
{
    row r = { .out = b, .doc = doc, .tabs = tabs };
    for (uint32_t i = 0; i < doc->events.n; i++)
        event_row(&r, &doc->events.v[i]);
    dm_buf_free(&r.cell);
}

void dm_put_filed_header(dm_buf *b, bool tabs)
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

void dm_put_filed_row(dm_buf *b, const dm_filed *filed, bool tabs)
{
    row r = { .out = b, .doc = filed->doc, .tabs = tabs };
    event_row(&r, filed->event);
    b->len -= !b->failed;
    r.first = false;
    const uint64_t numbers[] = { filed->happening, filed->reports, filed->independent };
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        dm_put_u(&r.cell, numbers[i]);
        end_cell(&r);
    }
    cell(&r, dm_str_of(filed->document));
    dm_put_z(b, "\n");
    dm_buf_free(&r.cell);
}

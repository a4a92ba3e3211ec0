// SPDX-License-Identifier: Apache-2.0
/* The report page: structure, style, and how turns, sentences and events look. No script, no link to anything outside. */
#include "write/report.h"
#include "write/put.h"
#include <stdio.h>

enum { WHO_SHOWN = 12 };

static const char style[] =
    ":root{color-scheme:light "
    "dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--act:#fff3c4;--who:#0550ae;--whom:#8250df}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;--paper:#0d1117;--act:#4d3800;--who:#"
    "79c0ff;"
    "--whom:#d2a8ff}}\n"
    "body{font:16px/1.5 Georgia,'Times New Roman',serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2rem "
    "auto;padding:0 1rem}\n"
    "h1,h2,th,.badge,.meta,nav,figure,.when{font-family:system-ui,sans-serif}\n"
    "h1{font-size:1.7rem;margin-bottom:.2rem}h2{font-size:1.2rem;border-bottom:1px solid var(--line);margin-top:2.2rem}\n"
    ".meta,.when{color:var(--soft);font-size:.85rem}.badge{font-size:.75rem;border:1px solid "
    "currentColor;border-radius:.6rem;padding:0 .45rem}\n"
    "figure{margin:1rem 0}figure svg{width:100%;height:auto}blockquote{margin:.3rem 0 .3rem 1rem;border-left:3px solid "
    "var(--line);padding-left:.8rem}\n"
    "ol.turns>li{margin:.8rem 0}article{border-top:1px solid var(--line);padding:.6rem 0;break-inside:avoid}article "
    "p{margin:.2rem 0}\n"
    "mark{background:var(--act);color:inherit}.who{color:var(--who);border-bottom:2px "
    "solid}.whom{color:var(--whom);border-bottom:2px dotted}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9rem;table-layout:fixed}th:first-child{width:3.5rem}th:nth-child(2){"
    "width:30%}h3{margin-bottom:.3rem}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;"
    "border-bottom:1px solid var(--line)}a{color:inherit}\n"
    "@media "
    "print{:root{--ink:#000;--soft:#444;--line:#999;--paper:#fff;--act:#eee;--who:#000;--whom:#000}body{margin:0;max-width:"
    "none;font-size:10pt}"
    "nav{display:none}h2{break-after:avoid}}\n";

void dm_html_text(dm_buf *b, dm_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *as = c == '&'    ? "&amp;"
                         : c == '<'  ? "&lt;"
                         : c == '>'  ? "&gt;"
                         : c == '"'  ? "&quot;"
                         : c == '\'' ? "&#39;"
                                     : NULL;
        if (!as && (c == '\n' || c == '\r' || c == '\t'))
            as = " ";
        else if (!as && (c < 0x20 || c == 0x7F))
            as = "";
        if (!as)
            continue;
        dm_put(b, (dm_str){ s.p + from, i - from });
        dm_put_z(b, as);
        from = i + 1;
    }
    dm_put(b, (dm_str){ s.p + from, s.len - from });
}

void dm_html_z(dm_buf *b, const char *z) { dm_html_text(b, dm_str_of(z)); }

/* Text from an article: its direction must not turn what stands around it. */
static void bdi(dm_buf *b, dm_str s)
{
    dm_put_z(b, "<bdi>");
    dm_html_text(b, s);
    dm_put_z(b, "</bdi>");
}

void dm_report_begin(dm_buf *b, const char *title, const char *intro)
{
    dm_put_z(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline';img-src "
                "data:\">\n<title>");
    dm_html_z(b, title);
    dm_put_z(b, "</title>\n<style>\n");
    dm_put_z(b, style);
    dm_put_z(b, "</style>\n</head>\n<body>\n<header><h1>");
    dm_html_z(b, title);
    dm_put_z(b, "</h1>\n<p class=\"meta\">");
    dm_html_z(b, intro);
    dm_put_z(b, "</p></header>\n<nav class=\"meta\"><a href=\"#chart\">Chart</a> · <a href=\"#turns\">Turning points</a> · "
                "<a href=\"#instruments\">Instruments</a> · <a href=\"#events\">Events</a> · <a "
                "href=\"#method\">Method</a></nav>\n<main>\n");
}

void dm_report_section(dm_buf *b, const char *id, const char *title)
{
    dm_put_z(b, "<h2 id=\"");
    dm_html_z(b, id);
    dm_put_z(b, "\">");
    dm_html_z(b, title);
    dm_put_z(b, "</h2>\n");
}

void dm_report_end(dm_buf *b) { dm_put_z(b, "</main>\n</body>\n</html>\n"); }

void dm_report_days(dm_buf *b, dm_day from, dm_day to)
{
    char first[16], last[16];
    if (from == DM_DAY_NONE && to == DM_DAY_NONE) {
        dm_put_z(b, "undated");
        return;
    }
    dm_day_format(first, from == DM_DAY_NONE ? to : from);
    dm_day_format(last, to == DM_DAY_NONE ? from : to);
    if (strcmp(first + 4, "-01-01") == 0 && strcmp(last + 4, "-12-31") == 0)
        first[4] = last[4] = '\0';
    dm_put_z(b, first);
    if (strcmp(first, last) != 0) {
        dm_put_z(b, " to ");
        dm_put_z(b, last);
    }
}

void dm_report_status(dm_buf *b, unsigned aux)
{
    static const char *const words[DM_N_AUX] = { "negated", "planned", "hypothetical", "historical" };
    for (unsigned i = 0; i < DM_N_AUX; i++)
        if (aux >> i & 1) {
            dm_put_z(b, " <span class=\"badge\">");
            dm_put_z(b, words[i]);
            dm_put_z(b, "</span>");
        }
}

static void signed_value(dm_buf *b, double v)
{
    dm_put_z(b, v > 0 ? "+" : v < 0 ? "−" : "");
    dm_put_num(b, v < 0 ? -v : v, 1, 1);
}

void dm_report_turn(dm_buf *b, const dm_stance_turn *t)
{
    dm_put_z(b, "<li><strong>");
    if (t->from != DM_DAY_NONE)
        dm_report_days(b, t->from, t->to);
    else
        dm_report_days(b, t->day, t->day);
    dm_put_z(b, "</strong> ");
    dm_html_z(b, dm_turn_name((dm_turn_kind)t->kind));
    dm_put_z(b, ": ");
    if (t->kind == DM_TURN_CHANGE || t->kind == DM_TURN_RESUMED) {
        signed_value(b, t->before);
        dm_put_z(b, " to ");
    }
    signed_value(b, t->after);
    if (t->kind == DM_TURN_CHANGE) {
        dm_put_z(b, " <span class=\"meta\">probability ");
        dm_put_num(b, t->probability, 2, 2);
        dm_put_z(b, "</span>");
    }
    dm_put_z(b, "\n");
}

void dm_report_turn_end(dm_buf *b) { dm_put_z(b, "</li>\n"); }

static void act_of(dm_buf *b, const dm_evidence *e)
{
    if (e->act[0] && e->instrument[0]) {
        dm_html_z(b, e->act);
        dm_put_z(b, " ");
        dm_html_z(b, e->instrument);
    } else if (e->type < DM_N_TYPES) {
        dm_put_z(b, dm_type_name((dm_type)e->type));
        dm_put_z(b, e->mode[0] ? " " : "");
        dm_html_z(b, e->mode);
    }
    dm_report_status(b, e->aux);
}

void dm_report_quote(dm_buf *b, const dm_evidence *e, const char *words, const char *source, uint64_t id)
{
    dm_put_z(b, "<blockquote><span class=\"when\">");
    dm_report_days(b, e->from, e->to);
    dm_put_z(b, " · ");
    act_of(b, e);
    dm_put_z(b, "</span><br>");
    bdi(b, dm_str_of(words));
    dm_put_z(b, " <span class=\"meta\">");
    bdi(b, dm_str_of(source));
    if (id) {
        dm_put_z(b, " <a href=\"#e");
        dm_put_id(b, id);
        dm_put_z(b, "\">event</a>");
    }
    dm_put_z(b, "</span></blockquote>\n");
}

/* --- the sentence of an event with its spans --- */

enum { MARKS_MAX = 64 };
typedef struct mark {
    dm_span span;
    const char *open, *close;
} mark;

static void add_mark(mark *m, unsigned *n, dm_span span, dm_span sentence, const char *open, const char *close)
{
    if (span.len == 0 || span.start < sentence.start || span.start + span.len > sentence.start + sentence.len ||
        *n == MARKS_MAX)
        return;
    for (unsigned i = 0; i < *n; i++) /* marks do not overlap: the first that is given stays */
        if (span.start < m[i].span.start + m[i].span.len && m[i].span.start < span.start + span.len)
            return;
    unsigned at = (*n)++;
    for (; at > 0 && m[at - 1].span.start > span.start; at--)
        m[at] = m[at - 1];
    m[at] = (mark){ span, open, close };
}

static void marked_sentence(dm_buf *b, const dm_doc *doc, const dm_event *e)
{
    dm_span s = dm_doc_sentence(doc, e->sentence, NULL);
    mark m[MARKS_MAX];
    unsigned n = 0;
    for (uint32_t i = 0; i < e->n_actor; i++)
        add_mark(m, &n, e->actor[i].span, s, "<span class=\"who\">", "</span>");
    for (uint32_t i = 0; i < e->n_recipient; i++)
        add_mark(m, &n, e->recipient[i].span, s, "<span class=\"whom\">", "</span>");
    add_mark(m, &n, e->trigger, s, "<mark>", "</mark>");
    uint32_t at = s.start;
    dm_put_z(b, "<bdi>");
    for (unsigned i = 0; i < n; i++) {
        dm_html_text(b, dm_doc_slice(doc, (dm_span){ at, m[i].span.start - at }));
        dm_put_z(b, m[i].open);
        dm_html_text(b, dm_doc_slice(doc, m[i].span));
        dm_put_z(b, m[i].close);
        at = m[i].span.start + m[i].span.len;
    }
    dm_html_text(b, dm_doc_slice(doc, (dm_span){ at, s.start + s.len - at }));
    dm_put_z(b, "</bdi>");
}

static void put_parties(dm_buf *b, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        dm_put_z(b, i ? ", " : "");
        dm_html_z(b, p[i].code[0] ? p[i].code : "?");
        dm_put_z(b, p[i].sector[0] ? "/" : "");
        dm_html_z(b, p[i].sector);
    }
}

static void put_source(dm_buf *b, const dm_filed *row)
{
    const dm_meta *m = dm_doc_meta(row->doc);
    dm_put_z(b, "<p class=\"meta\">");
    bdi(b, m->publisher.len ? m->publisher : m->id);
    if (m->title.len) {
        dm_put_z(b, ", “");
        bdi(b, m->title);
        dm_put_z(b, "”");
    }
    if (dm_interval_known(m->date)) {
        dm_put_z(b, ", ");
        dm_report_days(b, m->date.from, m->date.to);
    }
    if (m->url.len) {
        dm_put_z(b, ", ");
        dm_html_text(b, m->url);
    }
    char text[96];
    snprintf(text, sizeof text, " · %u report%s (%u independent) · document %.12s", row->reports, row->reports == 1 ? "" : "s",
        row->independent, row->document);
    dm_put_z(b, text);
    dm_put_z(b, "</p>");
}

void dm_report_event(dm_buf *b, const dm_filed *row, const dm_evidence *e, const dm_stance_use *use, const char *value)
{
    const dm_event *ev = row->event;
    dm_put_z(b, "<article id=\"e");
    dm_put_id(b, ev->id);
    dm_put_z(b, "\"><p class=\"when\"><strong>");
    dm_report_days(b, e->from, e->to);
    dm_put_z(b, "</strong> · ");
    put_parties(b, ev->actor, ev->n_actor);
    dm_put_z(b, " → ");
    put_parties(b, ev->recipient, ev->n_recipient);
    dm_put_z(b, " · ");
    act_of(b, e);
    if (ev->n_attribution) {
        dm_put_z(b, " · says ");
        put_parties(b, ev->attribution, ev->n_attribution);
    }
    dm_put_z(b, " · ");
    dm_html_z(b, value);
    if (use->fate == DM_FATE_USED) {
        dm_put_z(b, " ");
        signed_value(b, use->position);
    }
    dm_put_z(b, "</p><p>");
    marked_sentence(b, row->doc, ev);
    dm_put_z(b, "</p>");
    put_source(b, row);
    dm_put_z(b, "</article>\n");
}

void dm_report_table_begin(dm_buf *b, const char *name, const char *actor)
{
    dm_put_z(b, "<h3>");
    dm_html_z(b, name);
    dm_put_z(b, "</h3>\n<table><thead><tr><th scope=\"col\">Year</th><th scope=\"col\">");
    dm_html_z(b, actor);
    dm_put_z(b, "</th><th scope=\"col\">Others</th></tr></thead><tbody>\n");
}

void dm_report_table_end(dm_buf *b) { dm_put_z(b, "</tbody></table>\n"); }

void dm_report_row_begin(dm_buf *b, const char *year)
{
    dm_put_z(b, "<tr><th scope=\"row\">");
    dm_html_z(b, year);
    dm_put_z(b, "</th><td>");
}

void dm_report_part(dm_buf *b, const dm_part *p, bool first, bool name_party, bool quote)
{
    dm_put_z(b, first ? "" : name_party ? "<br>" : "; ");
    for (size_t i = 0; name_party && i < p->n_who && i < WHO_SHOWN; i++) {
        dm_put_z(b, i ? ", " : "");
        dm_html_z(b, p->who[i].code[0] ? p->who[i].code : p->who[i].sector);
    }
    if (name_party && p->n_who > WHO_SHOWN)
        dm_put_z(b, " …");
    dm_put_z(b, name_party && p->n_who ? " " : "");
    dm_html_z(b, p->words);
    if (p->dating >= DM_DATING_SAID)
        dm_put_z(b, " <span class=\"meta\" title=\"the year is that of the statement\">~</span>");
    if (p->event && !name_party) { /* what others did is not among the events of the page */
        dm_put_z(b, " <a class=\"meta\" href=\"#e");
        dm_put_id(b, p->event);
        dm_put_z(b, "\" title=\"");
        dm_html_z(b, p->sentence);
        dm_put_z(b, "\">→</a>");
    } else if (quote && p->sentence[0]) {
        dm_put_z(b, " <small class=\"meta\">“");
        bdi(b, dm_str_of(p->sentence));
        dm_put_z(b, "” ");
        bdi(b, dm_str_of(p->source));
        dm_put_z(b, "</small>");
    }
}

void dm_report_cell_end(dm_buf *b) { dm_put_z(b, "</td><td>"); }

void dm_report_row_end(dm_buf *b)
{
    if (!b->failed && b->len >= 4)
        b->len -= 4; /* the cell that was opened behind the last */
    dm_put_z(b, "</tr>\n");
}

void dm_report_ballot(dm_buf *b, const dm_evidence *e, const char *title, const char *source)
{
    dm_put_z(b, "<article><p class=\"when\"><strong>");
    dm_report_days(b, e->from, e->to);
    dm_put_z(b, "</strong> · ");
    act_of(b, e);
    dm_put_z(b, "</p><p>");
    bdi(b, dm_str_of(title));
    dm_put_z(b, "</p><p class=\"meta\">");
    bdi(b, dm_str_of(source));
    dm_put_z(b, "</p></article>\n");
}

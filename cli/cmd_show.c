// SPDX-License-Identifier: Apache-2.0
/* demarche show: everything about one event, with the other reports of the same happening; or an article with its events. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPORTS_MOST = 200, SPANS_MAX = 64 };

typedef struct args {
    char *as;
    int text, no_pager;
} args;

typedef struct showing {
    dm_record *record;
    dm_write_opts write;
    bool color, jsonl;
    unsigned width;
    uint64_t n, happening;
    char document[33];
    cli_out out;
} showing;

/* A span of the sentence and how it is marked. */
typedef struct mark {
    uint32_t from, to;
    cli_style style;
} mark;

typedef struct marks {
    mark v[SPANS_MAX];
    size_t n;
} marks;

static void add_mark(marks *m, dm_span s, cli_style style)
{
    size_t at = m->n;
    if (s.len == 0 || m->n == SPANS_MAX)
        return;
    for (size_t i = 0; i < m->n; i++)
        if (s.start < m->v[i].to && m->v[i].from < s.start + s.len)
            return; /* the first that was added stays */
    for (; at > 0 && m->v[at - 1].from > s.start; at--)
        m->v[at] = m->v[at - 1];
    m->v[at] = (mark){ s.start, s.start + s.len, style };
    m->n++;
}

static marks marks_of(const dm_event *e)
{
    marks m = { .n = 0 };
    add_mark(&m, e->trigger, CLI_MARKED);
    for (uint32_t i = 0; i < e->n_actor; i++)
        add_mark(&m, e->actor[i].span, CLI_ACTOR);
    for (uint32_t i = 0; i < e->n_recipient; i++)
        add_mark(&m, e->recipient[i].span, CLI_ACTOR);
    for (uint32_t i = 0; i < e->n_attribution; i++)
        add_mark(&m, e->attribution[i].span, CLI_BOLD);
    for (uint32_t i = 0; i < e->n_reason; i++)
        add_mark(&m, e->reason[i].span, CLI_DIM);
    return m;
}

static void put_piece(dm_buf *b, const dm_doc *doc, uint32_t from, uint32_t to)
{
    dm_str s = { dm_doc_text(doc).p + from, to - from };
    bool lead = s.len && (s.p[0] == ' ' || s.p[0] == '\n'),
         trail = s.len > 1 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\n');
    cli_put(b, "%s", lead ? " " : "");
    cli_put_cut(b, s, 0);
    cli_put(b, "%s", trail ? " " : "");
}

/* The sentence with its parties, words, speakers and reasons marked: in colour, or in brackets. */
static void put_marked(dm_buf *b, const dm_doc *doc, const dm_event *e, bool color)
{
    marks m = marks_of(e);
    dm_span s = dm_doc_sentence(doc, e->sentence, NULL);
    uint32_t at = s.start, end = s.start + s.len;
    for (size_t i = 0; i < m.n; i++) {
        if (m.v[i].from < at || m.v[i].to > end)
            continue;
        put_piece(b, doc, at, m.v[i].from);
        cli_put_style(b, m.v[i].style, color);
        cli_put(b, "%s", color ? "" : "[");
        put_piece(b, doc, m.v[i].from, m.v[i].to);
        cli_put(b, "%s", color ? "\033[0m" : "]");
        at = m.v[i].to;
    }
    put_piece(b, doc, at, end);
    cli_put(b, "\n");
}

static void put_field(dm_buf *b, const char *name, dm_str value)
{
    if (!value.len)
        return;
    cli_put(b, "    %-14s", name);
    cli_put_cut(b, value, 0);
    cli_put(b, "\n");
}

static void put_source(dm_buf *b, const dm_filed *row)
{
    const dm_meta *m = dm_doc_meta(row->doc);
    put_field(b, "article", m->id);
    put_field(b, "title", m->title);
    put_field(b, "publication", m->publisher);
    put_field(b, "address", m->url);
    put_field(b, "language", m->language);
    put_field(b, "document", (dm_str){ row->document, strlen(row->document) });
}

static dm_status on_report(void *ctx, const dm_filed *row, dm_error *err)
{
    showing *s = ctx;
    dm_buf *b = &s->out.buf;
    if (strcmp(row->document, s->document) == 0)
        return DM_OK;
    const dm_meta *m = dm_doc_meta(row->doc);
    dm_str source = m->publisher.len ? m->publisher : m->id;
    cli_put(b, "%s    %08llx  ", s->n++ ? "" : "Other reports of the same happening:\n",
        (unsigned long long)(row->event->id >> 32));
    cli_put_day(b, row);
    cli_put(b, "  ");
    cli_put_cut(b, source, 60);
    cli_put(b, "\n              ");
    cli_put_sentence(b, row->doc, row->event, s->width > 34 ? s->width - 14 : 0, s->color);
    cli_put(b, "\n");
    return cli_out_flush(&s->out, false, err);
}

static dm_status on_event(void *ctx, const dm_filed *row, dm_error *err)
{
    showing *s = ctx;
    dm_buf *b = &s->out.buf;
    if (s->jsonl)
        return dm_write_filed(b, row, NULL, err);
    cli_put(b, "event %016llx  ", (unsigned long long)row->event->id);
    cli_put_day(b, row);
    cli_put(b, "  ");
    cli_put_parties(b, row->event);
    cli_put(b, "  ");
    cli_put_what(b, row->event);
    cli_put(b, "\n\n");
    put_marked(b, row->doc, row->event, s->color);
    cli_put(b, "\n");
    dm_status st = dm_write_filed(b, row, &s->write, err);
    put_source(b, row);
    cli_put(b, "    %-14s%llu, told by %u report%s (%u independent)\n\n", "happening", (unsigned long long)row->happening,
        row->reports, row->reports == 1 ? "" : "s", row->independent);
    s->happening = row->happening;
    snprintf(s->document, sizeof s->document, "%s", row->document);
    return st;
}

static dm_status show_event(showing *s, uint64_t id, dm_error *err)
{
    dm_filter f = DM_FILTER_INIT;
    f.id = id;
    f.limit = s->jsonl ? 0 : 1;
    dm_status st = dm_record_events(s->record, &f, on_event, s, err);
    if (st != DM_OK || s->jsonl)
        return st;
    dm_filter others = DM_FILTER_INIT;
    others.happening = s->happening;
    others.limit = REPORTS_MOST;
    return dm_record_events(s->record, &others, on_report, s, err);
}

static dm_status show_document(showing *s, const char *which, bool text, dm_error *err)
{
    dm_doc *doc = NULL;
    dm_status st = dm_record_document(s->record, which, &doc, err);
    if (st != DM_OK)
        return st;
    if (s->jsonl && text) {
        st = dm_write_source(&s->out.buf, doc, DM_FORMAT_JSONL, err);
    } else if (s->jsonl) {
        st = dm_write_doc(&s->out.buf, doc, NULL, err);
    } else {
        st = dm_write_source(&s->out.buf, doc, DM_FORMAT_TEXT, err);
        if (st == DM_OK && !text) {
            cli_put(&s->out.buf, "\n\n");
            st = dm_write_doc(&s->out.buf, doc, &s->write, err);
        }
    }
    dm_doc_free(doc);
    return st;
}

/* Hex digits are an event's before a document's. */
static dm_status show(showing *s, const char *which, bool text, dm_error *err)
{
    uint64_t id = 0;
    size_t n = strlen(which);
    dm_error not_event = { .msg = "" };
    bool digits = n >= 4 && n <= 16 && strspn(which, "0123456789abcdef") == n;
    dm_status st = digits && !text ? dm_record_event_id(s->record, which, &id, &not_event) : DM_EUSAGE;
    if (st == DM_OK)
        return show_event(s, id, err);
    if (st != DM_EUSAGE)
        return dm_fail(err, st, 0, "%s", not_event.msg);
    st = show_document(s, which, text, err);
    if (st == DM_EUSAGE && strncmp(not_event.msg, "several", 7) == 0)
        return dm_fail(err, DM_EUSAGE, 0, "%s", not_event.msg);
    if (st == DM_EUSAGE && strncmp(err->msg, "no ", 3) == 0)
        return dm_fail(err, DM_EUSAGE, 0, "no event or document '%.100s' in the record; 'demarche events' lists ids", which);
    return st;
}

static int run(const args *a, const char **paths)
{
    dm_error err = { .msg = "" };
    showing s = { .write = DM_WRITE_OPTS_INIT, .color = cli_color(), .width = cli_width() };
    if (!paths || !paths[0] || !paths[1] || paths[2]) {
        cli_say("name a record and an event or document: demarche show RECORD ID; see --help");
        return EXIT_USAGE;
    }
    s.jsonl = a->as && strcmp(a->as, "jsonl") == 0;
    if (a->as && !s.jsonl && strcmp(a->as, "text") != 0) {
        cli_say("unknown form '%.20s'; there are text and jsonl", a->as);
        return EXIT_USAGE;
    }
    s.write.format = DM_FORMAT_TEXT;
    s.write.why = true;
    s.write.color = s.color;
    s.write.width = s.width;
    cli_out_start(&s.out, !a->no_pager && !s.jsonl);
    dm_status st = dm_record_open(&s.record, paths[0], DM_ACCESS_READ, NULL, &err);
    if (st == DM_OK)
        st = show(&s, paths[1], a->text != 0, &err);
    if (st == DM_OK)
        st = cli_out_flush(&s.out, true, &err);
    dm_record_close(s.record);
    cli_out_end(&s.out);
    return cli_query_exit(s.out.gone ? DM_OK : st, &err);
}

int cmd_show(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "text", 'x', POPT_ARG_NONE, &a.text, 0, "the article's text alone", NULL },
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "form of the output (default text)", "text|jsonl" },
        { "no-pager", 0, POPT_ARG_NONE, &a.no_pager, 0, "never through a pager", NULL },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD EVENT|DOCUMENT");
    int code;
    if (cli_read_options(popt, &code))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    free(a.as);
    return code;
}

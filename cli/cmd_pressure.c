// SPDX-License-Identifier: Apache-2.0
/* demarche pressure: who asked an actor for what, about whom, and what it then did. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 4, BODY = 15 };

typedef struct args {
    cli_filter filter;
    char *as, *about;
    int no_pager;
} args;

typedef struct listing {
    bool jsonl, color;
    unsigned width;
    uint64_t n, of[4]; /* by dm_answer */
    cli_out out;
} listing;

static const char *const answers[] = { "silence", "complied", "refused", "complied and refused" };

static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return cli_filter_option(&a->filter, val, value);
}

static void put_str(dm_buf *b, const char *key, dm_str s)
{
    if (!s.len)
        return;
    cli_put(b, "%s\"%s\":", b->p[b->len - 1] == '{' ? "" : ",", key);
    cli_put_json(b, s);
}

/* The event's line without its line end. */
static dm_status put_event(dm_buf *b, const dm_filed *row, dm_error *err)
{
    dm_status st = dm_write_filed(b, row, NULL, err);
    if (st == DM_OK && b->len && b->p[b->len - 1] == '\n')
        b->len--;
    return st;
}

static dm_status put_jsonl(dm_buf *b, const dm_pressure *p, dm_error *err)
{
    cli_put(b, "{\"answer\":\"%s\",\"against\":%s", answers[p->answer], p->against ? "true" : "false");
    if (p->instrument.len) {
        cli_put(b, ",\"asked\":{");
        put_str(b, "instrument", p->instrument);
        put_str(b, "subject", p->subject);
        put_str(b, "act", p->act);
        cli_put(b, ",\"taken\":%s}", p->taken ? "true" : "false");
    }
    cli_put(b, ",\"about\":[");
    for (size_t i = 0; i < p->n_about; i++)
        cli_put(b, "%s\"%s\"", i ? "," : "", p->about[i]);
    cli_put(b, "],\"request\":");
    dm_status st = put_event(b, p->request, err);
    cli_put(b, ",\"replies\":[");
    for (size_t i = 0; i < p->n_replies && st == DM_OK; i++) {
        const dm_reply *r = &p->reply[i];
        cli_put(
            b, "%s{\"answer\":\"%s\",\"rule\":\"stance/answers.tsv:%u\",\"event\":", i ? "," : "", answers[r->answer], r->line);
        st = put_event(b, r->row, err);
        cli_put(b, "}");
    }
    cli_put(b, "]}\n");
    return st;
}

static const char *verb_of(const dm_event *e)
{
    bool planned = e->aux & DM_FUTURE;
    if (e->type == DM_THREATEN)
        return planned ? "is going to threaten" : "threatened";
    if (e->type == DM_ACCUSE)
        return planned ? "is going to press (by an accusation)" : "pressed (by an accusation)";
    if (strncmp(e->cameo, "10", 2) == 0)
        return planned ? "is going to press" : "pressed";
    return planned ? "is going to ask" : "asked";
}

static void put_side(dm_buf *b, const dm_party *v, uint32_t n)
{
    cli_put(b, "%s", n ? "" : "somebody");
    for (uint32_t i = 0; i < n; i++)
        cli_put(b, "%s%s%s%s", i ? ", " : "", v[i].code[0] ? v[i].code : "?", v[i].sector[0] ? "/" : "", v[i].sector);
}

static void put_asked(dm_buf *b, const dm_pressure *p)
{
    if (p->act.len) {
        cli_put(b, "%s %.*s %s%.*s", p->against ? ": not to" : ": to", (int)p->act.len, p->act.p,
            p->instrument.len ? "the " : "", (int)p->instrument.len, p->instrument.p);
        if (p->subject.len)
            cli_put(b, " on %.*s", (int)p->subject.len, p->subject.p);
        cli_put(b, "%s", p->taken ? " (asked for just before)" : "");
    } else if (p->against) {
        cli_put(b, " not to do something");
    } else if (p->request->event->mode[0]) {
        cli_put(b, " (%s)", p->request->event->mode);
    }
    size_t shown = 0;
    for (size_t i = 0; i < p->n_about; i++)
        if (!p->act.len || p->subject.len != strlen(p->about[i]) || memcmp(p->subject.p, p->about[i], p->subject.len) != 0)
            cli_put(b, "%s%s", shown++ ? ", " : "; concerns ", p->about[i]);
}

static void put_words(listing *l, const dm_filed *row)
{
    dm_buf *b = &l->out.buf;
    unsigned room = l->width > BODY + 20 ? l->width - BODY : 0;
    cli_put(b, "%*s", BODY, "");
    cli_put_sentence(b, row->doc, row->event, room, l->color);
    const dm_meta *m = dm_doc_meta(row->doc);
    dm_str source = m->publisher.len ? m->publisher : m->id;
    cli_put(b, "\n%*s", BODY, "");
    cli_put_style(b, CLI_DIM, l->color);
    cli_put_cut(b, source, 60);
    cli_put(b, ", event %08llx", (unsigned long long)(row->event->id >> 32));
    if (row->reports > 1)
        cli_put(b, ", %u reports", row->reports);
    cli_put(b, "%s\n", l->color ? "\033[0m" : "");
}

static void put_text(listing *l, const dm_pressure *p)
{
    dm_buf *b = &l->out.buf;
    const dm_event *e = p->request->event;
    cli_put_style(b, CLI_BOLD, l->color);
    cli_put_day(b, p->request);
    cli_put(b, "  ");
    put_side(b, e->actor, e->n_actor);
    cli_put(b, " %s ", verb_of(e));
    put_side(b, e->recipient, e->n_recipient);
    put_asked(b, p);
    cli_put(b, "%s\n", l->color ? "\033[0m" : "");
    put_words(l, p->request);
    if (p->n_replies == 0) {
        cli_put(b, "%*s", INDENT, "");
        cli_put_style(b, CLI_DIM, l->color);
        cli_put(b, "silence: no answer in the record%s\n", l->color ? "\033[0m" : "");
    }
    for (size_t i = 0; i < p->n_replies; i++) {
        const dm_reply *r = &p->reply[i];
        cli_put(b, "%*s", INDENT, "");
        cli_put_style(b, r->answer == DM_ANSWER_REFUSED ? CLI_BAD : CLI_GOOD, l->color);
        cli_put(b, "%-9s%s  ", answers[r->answer], l->color ? "\033[0m" : "");
        cli_put_day(b, r->row);
        cli_put(b, "  ");
        cli_put_parties(b, r->row->event);
        cli_put(b, "  ");
        cli_put_what(b, r->row->event);
        cli_put(b, "%s", r->row->event->instrument ? "  " : "");
        cli_put_instrument(b, r->row->event);
        cli_put(b, "\n");
        put_words(l, r->row);
    }
    cli_put(b, "\n");
}

static dm_status on_pressure(void *ctx, const dm_pressure *p, dm_error *err)
{
    listing *l = ctx;
    dm_status st = DM_OK;
    l->n++;
    l->of[p->answer]++;
    if (l->jsonl)
        st = put_jsonl(&l->out.buf, p, err);
    else
        put_text(l, p);
    return st == DM_OK ? cli_out_flush(&l->out, false, err) : st;
}

static dm_status list(args *a, const char **paths, listing *l, dm_error *err)
{
    dm_record *record = NULL;
    dm_who actor = { .code = "" };
    char about[DM_CODE_MAX] = "";
    dm_status st = dm_record_open(&record, paths[0], DM_ACCESS_READ, NULL, err);
    if (st == DM_OK)
        st = cli_filter_fill(&a->filter, record, !l->jsonl, err);
    if (st == DM_OK)
        st = dm_record_who(record, paths[1], &actor, err);
    if (st == DM_OK && a->about)
        st = dm_record_code(record, a->about, about, err);
    if (st == DM_OK)
        st = dm_record_pressure(record, &actor, about, &a->filter.f, on_pressure, l, err);
    if (st == DM_OK)
        st = cli_out_flush(&l->out, true, err);
    dm_record_close(record);
    return l->out.gone ? DM_OK : st;
}

static int run(args *a, const char **paths)
{
    dm_error err = { .msg = "" };
    if (!paths || !paths[0] || !paths[1] || paths[2]) {
        cli_say("name a record and an actor: demarche pressure RECORD ACTOR; see --help");
        return EXIT_USAGE;
    }
    listing l = { .jsonl = a->as && strcmp(a->as, "jsonl") == 0, .color = cli_color(), .width = cli_width() };
    if (a->as && !l.jsonl && strcmp(a->as, "text") != 0) {
        cli_say("unknown form '%.20s'; there are text and jsonl", a->as);
        return EXIT_USAGE;
    }
    cli_out_start(&l.out, !a->no_pager && !l.jsonl);
    dm_status st = list(a, paths, &l, &err);
    cli_out_end(&l.out);
    if (st == DM_OK && !l.jsonl)
        fprintf(stderr, "%llu requests: %llu complied with, %llu refused, %llu both, %llu met with silence\n",
            (unsigned long long)l.n, (unsigned long long)l.of[DM_ANSWER_COMPLIED], (unsigned long long)l.of[DM_ANSWER_REFUSED],
            (unsigned long long)l.of[DM_ANSWER_BOTH], (unsigned long long)l.of[DM_ANSWER_NONE]);
    return cli_query_exit(st, &err);
}

int cmd_pressure(int argc, const char **argv)
{
    args a = { .filter = CLI_FILTER_INIT };
    const struct poptOption options[] = {
        { "about", 'b', POPT_ARG_STRING, &a.about, 0, "only what concerns this country", "COUNTRY" },
        { "actor", 'A', POPT_ARG_STRING, NULL, CLI_OPT_ACTOR, "only what these asked", "WHO" },
        CLI_FILTER_OPTIONS(&a.filter),
        CLI_PAGE_OPTIONS(&a.filter),
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "form of the output (default text)", "text|jsonl" },
        { "no-pager", 0, POPT_ARG_NONE, &a.no_pager, 0, "never through a pager", NULL },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD ACTOR");
    int code;
    if (cli_read_options_with(popt, &code, on_option, &a))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    cli_filter_free(&a.filter);
    free(a.as);
    free(a.about);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
/* demarche stats: how much of what is in a record. Events, happenings, articles and independent reports are counted apart. */
#include "cli.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_COLUMNS = 6, C_KEY = 0, BAR = 24, EIGHTHS = 8 };

typedef struct args {
    cli_filter filter;
    char *as, *by;
    int no_pager;
} args;

typedef struct count {
    char key[160];
    uint64_t n[4]; /* documents, independent, happenings, events */
} count;

typedef struct listing {
    cli_form form;
    dm_by by;
    const char *by_name;
    count *v; /* rows of the table: the bars need the largest */
    size_t n, cap;
    cli_out out;
} listing;

static const char *const names[4] = { "documents", "independent", "happenings", "events" };

static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return cli_filter_option(&a->filter, val, value);
}

static dm_status keep(listing *l, const dm_tally *t, dm_error *err)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        count *v = realloc(l->v, cap * sizeof *v);
        if (!v)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for the counts");
        l->v = v;
        l->cap = cap;
    }
    count *c = &l->v[l->n++];
    const char *key = t->key[0] ? t->key : l->by == DM_BY_ALL ? "all" : "(none)";
    const char *link = !t->other[0] ? "" : l->by == DM_BY_DYAD ? " \xE2\x86\x92 " : " on ";
    strcpy(c->key, "");
    strncat(c->key, key, 70);
    strcat(c->key, link);
    strncat(c->key, t->other, 70);
    const uint64_t n[4] = { t->documents, t->independent, t->happenings, t->events };
    memcpy(c->n, n, sizeof n);
    return DM_OK;
}

static void put_jsonl(listing *l, const dm_tally *t)
{
    dm_buf *b = &l->out.buf;
    const uint64_t n[4] = { t->documents, t->independent, t->happenings, t->events };
    cli_put(b, "{");
    if (l->by != DM_BY_ALL) {
        cli_put(b, "\"%s\":", l->by == DM_BY_DYAD ? "actor" : l->by_name);
        cli_put_json(b, (dm_str){ t->key, strlen(t->key) });
        if (l->by == DM_BY_DYAD || l->by == DM_BY_INSTRUMENT) {
            cli_put(b, ",\"%s\":", l->by == DM_BY_DYAD ? "recipient" : "subject");
            cli_put_json(b, (dm_str){ t->other, strlen(t->other) });
        }
        cli_put(b, ",");
    }
    for (int i = 0; i < 4; i++)
        cli_put(b, "%s\"%s\":%llu", i ? "," : "", names[i], (unsigned long long)n[i]);
    cli_put(b, "}\n");
}

static void put_csv(listing *l, const dm_tally *t)
{
    dm_buf *b = &l->out.buf;
    bool two = l->by == DM_BY_DYAD || l->by == DM_BY_INSTRUMENT;
    if (l->by != DM_BY_ALL)
        cli_put_cell(b, (dm_str){ t->key, strlen(t->key) }, true);
    if (two)
        cli_put_cell(b, (dm_str){ t->other, strlen(t->other) }, false);
    cli_put(b, "%s%llu,%llu,%llu,%llu\n", l->by == DM_BY_ALL ? "" : ",", (unsigned long long)t->documents,
        (unsigned long long)t->independent, (unsigned long long)t->happenings, (unsigned long long)t->events);
}

static dm_status on_tally(void *ctx, const dm_tally *t, dm_error *err)
{
    listing *l = ctx;
    if (l->form == CLI_TABLE)
        return keep(l, t, err);
    if (l->form == CLI_JSONL)
        put_jsonl(l, t);
    else
        put_csv(l, t);
    return cli_out_flush(&l->out, false, err);
}

/* A bar in eighths of a column. */
static void put_bar(dm_buf *b, uint64_t n, uint64_t most)
{
    static const char *const part[EIGHTHS] = { "", "\xE2\x96\x8F", "\xE2\x96\x8E", "\xE2\x96\x8D", "\xE2\x96\x8C",
        "\xE2\x96\x8B", "\xE2\x96\x8A", "\xE2\x96\x89" };
    uint64_t eighths = most ? (uint64_t)((double)n / (double)most * BAR * EIGHTHS + 0.5) : 0;
    for (uint64_t i = 0; i < eighths / EIGHTHS; i++)
        cli_put(b, "\xE2\x96\x88");
    cli_put(b, "%s", part[n && !eighths ? 1 : eighths % EIGHTHS]);
}

static void put_table(listing *l, bool bars)
{
    cli_table t = { .n_columns = bars && l->by != DM_BY_ALL ? N_COLUMNS : N_COLUMNS - 1 };
    const char *heads[N_COLUMNS] = { l->by == DM_BY_ALL ? "" : l->by_name, "documents", "independent", "happenings", "events",
        "" };
    memcpy(t.head, heads, sizeof heads);
    uint64_t most = 0;
    for (size_t i = 0; i < l->n; i++)
        most = l->v[i].n[3] > most ? l->v[i].n[3] : most;
    dm_buf cell = { 0 };
    for (size_t i = 0; i < l->n; i++) {
        cli_table_add(&t, (dm_str){ l->v[i].key, strlen(l->v[i].key) });
        for (size_t k = 0; k < 4; k++) {
            t.right[k + 1] = true;
            cli_put_number(&cell, l->v[i].n[k]);
            t.failed = t.failed || cell.failed;
            cli_table_add(&t, (dm_str){ cell.p, cell.len });
            dm_buf_clear(&cell);
        }
        if (t.n_columns == N_COLUMNS) {
            put_bar(&cell, l->v[i].n[3], most);
            t.failed = t.failed || cell.failed;
            cli_table_add(&t, (dm_str){ cell.p, cell.len });
            dm_buf_clear(&cell);
        }
    }
    cli_table_put(&t, &l->out.buf, cli_width(), C_KEY, cli_color());
    cli_table_free(&t);
    dm_buf_free(&cell);
}

static void put_head(listing *l)
{
    const char *key = l->by == DM_BY_DYAD ? "actor,recipient," : l->by == DM_BY_INSTRUMENT ? "instrument,subject," : l->by_name;
    cli_put(&l->out.buf, "%s%sdocuments,independent,happenings,events\n", l->by == DM_BY_ALL ? "" : key,
        l->by == DM_BY_ALL || l->by == DM_BY_DYAD || l->by == DM_BY_INSTRUMENT ? "" : ",");
}

static dm_status list(args *a, const char *path, listing *l, dm_error *err)
{
    dm_record *record = NULL;
    dm_status st = a->by ? dm_by_find(&l->by, a->by, err) : DM_OK;
    if (st == DM_OK)
        st = dm_record_open(&record, path, DM_ACCESS_READ, NULL, err);
    if (st == DM_OK)
        st = cli_filter_fill(&a->filter, record, false, err);
    if (st == DM_OK && l->form == CLI_CSV)
        put_head(l);
    if (st == DM_OK)
        st = dm_record_stats(record, l->by, &a->filter.f, a->filter.f.limit, on_tally, l, err);
    if (st == DM_OK && l->form == CLI_TABLE)
        put_table(l, isatty(STDOUT_FILENO) || cli_width());
    if (st == DM_OK)
        st = cli_out_flush(&l->out, true, err);
    dm_record_close(record);
    return l->out.gone ? DM_OK : st;
}

static int run(args *a, const char **paths)
{
    dm_error err = { .msg = "" };
    listing l = { .by = DM_BY_ALL, .by_name = a->by };
    if (!paths || !paths[0] || paths[1]) {
        cli_say("name one record: demarche stats RECORD; see --help");
        return EXIT_USAGE;
    }
    if (!cli_fields_form(a->as, &l.form))
        return EXIT_USAGE;
    cli_out_start(&l.out, !a->no_pager && l.form == CLI_TABLE);
    dm_status st = list(a, paths[0], &l, &err);
    free(l.v);
    cli_out_end(&l.out);
    return cli_query_exit(st, &err);
}

int cmd_stats(int argc, const char **argv)
{
    args a = { .filter = CLI_FILTER_INIT };
    const struct poptOption options[] = {
        { "by", 'b', POPT_ARG_STRING, &a.by, 0,
            "a row for each: type, year, actor, recipient, dyad, context, status, source, instrument", "KEY" },
        CLI_PARTY_OPTIONS,
        CLI_FILTER_OPTIONS(&a.filter),
        { "limit", 'l', POPT_ARG_INT, &a.filter.limit, 0, "rows (default: all)", "N" },
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "form of the output (default table)", "table|jsonl|csv" },
        { "no-pager", 0, POPT_ARG_NONE, &a.no_pager, 0, "never through a pager", NULL },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD");
    int code;
    if (cli_read_options_with(popt, &code, on_option, &a))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    cli_filter_free(&a.filter);
    free(a.as);
    free(a.by);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
/* demarche actors: who is in a record. */
#include "cli.h"
#include <stdlib.h>
#include <string.h>

enum { N_COLUMNS = 7, C_NAME = 1 };

typedef struct args {
    cli_filter filter;
    char *as;
    int no_pager;
} args;

typedef struct listing {
    cli_form form;
    cli_table rows;
    cli_out out;
} listing;

static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return cli_filter_option(&a->filter, val, value);
}

static void day_of(char out[16], dm_day day)
{
    out[0] = '\0';
    if (day != DM_DAY_NONE)
        dm_day_format(out, day);
}

static void put_with(dm_buf *b, const dm_presence *p, const char *between)
{
    for (size_t i = 0; i < p->n_with; i++)
        cli_put(b, "%s%s %llu", i ? between : "", p->with[i].code, (unsigned long long)p->with[i].events);
}

static void put_jsonl(dm_buf *b, const dm_presence *p)
{
    char first[16], last[16];
    day_of(first, p->first), day_of(last, p->last);
    cli_put(b, "{\"code\":");
    cli_put_json(b, (dm_str){ p->code, strlen(p->code) });
    cli_put(b, ",\"name\":");
    cli_put_json(b, p->name);
    cli_put(
        b, ",\"as_actor\":%llu,\"as_recipient\":%llu", (unsigned long long)p->as_actor, (unsigned long long)p->as_recipient);
    if (first[0])
        cli_put(b, ",\"first\":\"%s\",\"last\":\"%s\"", first, last);
    cli_put(b, ",\"with\":[");
    for (size_t i = 0; i < p->n_with; i++)
        cli_put(b, "%s{\"code\":\"%s\",\"events\":%llu}", i ? "," : "", p->with[i].code, (unsigned long long)p->with[i].events);
    cli_put(b, "]}\n");
}

static void put_csv(dm_buf *b, const dm_presence *p)
{
    char first[16], last[16];
    dm_buf with = { 0 };
    day_of(first, p->first), day_of(last, p->last);
    put_with(&with, p, ";");
    cli_put_cell(b, (dm_str){ p->code, strlen(p->code) }, true);
    cli_put_cell(b, p->name, false);
    cli_put(b, ",%llu,%llu,%s,%s", (unsigned long long)p->as_actor, (unsigned long long)p->as_recipient, first, last);
    cli_put_cell(b, (dm_str){ with.p, with.len }, false);
    cli_put(b, "\n");
    b->failed = b->failed || with.failed;
    dm_buf_free(&with);
}

static void add_cell(cli_table *t, dm_buf *cell)
{
    t->failed = t->failed || cell->failed;
    cli_table_add(t, (dm_str){ cell->p, cell->len });
    dm_buf_clear(cell);
}

static void add_row(cli_table *t, const dm_presence *p)
{
    char first[16], last[16];
    dm_buf cell = { 0 };
    day_of(first, p->first), day_of(last, p->last);
    cli_table_add(t, (dm_str){ p->code, strlen(p->code) });
    cli_table_add(t, p->name);
    cli_put_number(&cell, p->as_actor);
    add_cell(t, &cell);
    cli_put_number(&cell, p->as_recipient);
    add_cell(t, &cell);
    cli_table_add(t, (dm_str){ first, strlen(first) });
    cli_table_add(t, (dm_str){ last, strlen(last) });
    put_with(&cell, p, ", ");
    add_cell(t, &cell);
    dm_buf_free(&cell);
}

static dm_status on_actor(void *ctx, const dm_presence *p, dm_error *err)
{
    listing *l = ctx;
    if (l->form == CLI_TABLE)
        add_row(&l->rows, p);
    else if (l->form == CLI_JSONL)
        put_jsonl(&l->out.buf, p);
    else
        put_csv(&l->out.buf, p);
    return cli_out_flush(&l->out, false, err);
}

static dm_status list(args *a, const char *path, listing *l, dm_error *err)
{
    dm_record *record = NULL;
    dm_status st = dm_record_open(&record, path, DM_ACCESS_READ, NULL, err);
    if (st == DM_OK)
        st = cli_filter_fill(&a->filter, record, l->form == CLI_TABLE, err);
    if (st == DM_OK && l->form == CLI_CSV)
        cli_put(&l->out.buf, "code,name,as_actor,as_recipient,first,last,with\n");
    if (st == DM_OK)
        st = dm_record_actors(record, &a->filter.f, a->filter.f.offset, a->filter.f.limit, on_actor, l, err);
    cli_table_put(&l->rows, &l->out.buf, cli_width(), C_NAME, cli_color());
    if (st == DM_OK)
        st = cli_out_flush(&l->out, true, err);
    dm_record_close(record);
    return l->out.gone ? DM_OK : st;
}

static int run(args *a, const char **paths)
{
    static const char *const heads[N_COLUMNS] = { "code", "name", "as actor", "as recipient", "first", "last", "most with" };
    dm_error err = { .msg = "" };
    listing l = { .rows = { .n_columns = N_COLUMNS } };
    memcpy(l.rows.head, heads, sizeof heads);
    l.rows.right[2] = l.rows.right[3] = true;
    l.rows.style[0] = CLI_ACTOR;
    if (!paths || !paths[0] || paths[1]) {
        cli_say("name one record: demarche actors RECORD; see --help");
        return EXIT_USAGE;
    }
    if (!cli_fields_form(a->as, &l.form))
        return EXIT_USAGE;
    cli_out_start(&l.out, !a->no_pager && l.form == CLI_TABLE);
    dm_status st = list(a, paths[0], &l, &err);
    cli_table_free(&l.rows);
    cli_out_end(&l.out);
    return cli_query_exit(st, &err);
}

int cmd_actors(int argc, const char **argv)
{
    args a = { .filter = CLI_FILTER_INIT };
    const struct poptOption options[] = {
        CLI_PARTY_OPTIONS,
        CLI_FILTER_OPTIONS(&a.filter),
        CLI_PAGE_OPTIONS(&a.filter),
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
    return code;
}

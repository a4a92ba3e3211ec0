// SPDX-License-Identifier: Apache-2.0
/* demarche events: the events of a record that pass a filter. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 200, COUNT_MOST = 10000, WORDS_LEAST = 32, ID_DIGITS = 8 };
enum { C_DAY, C_WHO, C_WHAT, C_MEANS, C_REPORTS, C_WORDS, C_ID, N_COLUMNS };

typedef struct args {
    cli_filter filter;
    char *as;
    int no_pager;
} args;

typedef struct listing {
    dm_write_opts write;
    bool table, narrow, color;
    unsigned width;
    uint64_t given;
    cli_table rows;
    cli_out out;
} listing;

static bool on_option(void *ctx, int val, char *value)
{
    args *a = ctx;
    return cli_filter_option(&a->filter, val, value);
}

static void new_table(listing *l)
{
    static const char *const heads[N_COLUMNS] = { "date", "who", "what", "by means of", "reports", "words", "id" };
    static const unsigned most[N_COLUMNS] = { 10, 22, 24, 26, 0, 0, 0 };
    memset(&l->rows, 0, sizeof l->rows);
    l->rows.n_columns = N_COLUMNS;
    memcpy(l->rows.head, heads, sizeof heads);
    memcpy(l->rows.most, most, sizeof most);
    l->rows.right[C_REPORTS] = true;
    l->rows.style[C_WHO] = CLI_ACTOR;
    l->rows.style[C_WHAT] = CLI_TYPE;
    l->rows.style[C_ID] = CLI_DIM;
}

static void end_cell(listing *l, dm_buf *cell)
{
    l->rows.failed = l->rows.failed || cell->failed;
    cli_table_add(&l->rows, (dm_str){ cell->p, cell->len });
    dm_buf_clear(cell);
}

static void add_row(listing *l, const dm_filed *row)
{
    dm_buf cell = { 0 };
    const dm_event *e = row->event;
    cli_put_day(&cell, row);
    end_cell(l, &cell);
    cli_put_parties(&cell, e);
    end_cell(l, &cell);
    cli_put_what(&cell, e);
    end_cell(l, &cell);
    cli_put_instrument(&cell, e);
    end_cell(l, &cell);
    cli_put_number(&cell, row->reports);
    end_cell(l, &cell);
    cli_put_marks(&cell, row->doc, e);
    end_cell(l, &cell);
    char id[17];
    snprintf(id, sizeof id, "%016llx", (unsigned long long)e->id);
    cli_put(&cell, "%.*s", ID_DIGITS, id);
    end_cell(l, &cell);
    dm_buf_free(&cell);
}

/* On a narrow terminal an event takes two lines, the second with the words. */
static void put_narrow(listing *l, const dm_filed *row)
{
    dm_buf *b = &l->out.buf, text = { 0 };
    cli_put_style(b, CLI_DIM, l->color);
    cli_put(b, "%08llx  ", (unsigned long long)(row->event->id >> 32));
    cli_put(b, "%s", l->color ? "\033[0m" : "");
    cli_put_day(&text, row);
    cli_put(&text, "  ");
    cli_put_parties(&text, row->event);
    cli_put(&text, "  ");
    cli_put_what(&text, row->event);
    if (row->reports > 1)
        cli_put(&text, "  %u reports", row->reports);
    cli_put_cut(b, (dm_str){ text.p, text.len }, l->width > 12 ? l->width - 10 : 12);
    cli_put(b, "\n          ");
    cli_put_sentence(b, row->doc, row->event, l->width > 30 ? l->width - 10 : 20, l->color);
    cli_put(b, "\n");
    b->failed = b->failed || text.failed;
    dm_buf_free(&text);
}

static dm_status put_rows(listing *l, bool all, dm_error *err)
{
    if (l->table && (all || l->rows.n_cells >= (size_t)CHUNK * N_COLUMNS)) {
        cli_table_put(&l->rows, &l->out.buf, l->width, C_WORDS, l->color);
        cli_table_free(&l->rows);
        new_table(l);
    }
    return cli_out_flush(&l->out, all, err);
}

static dm_status on_event(void *ctx, const dm_filed *row, dm_error *err)
{
    listing *l = ctx;
    l->given++;
    if (l->table && l->narrow)
        put_narrow(l, row);
    else if (l->table)
        add_row(l, row);
    else {
        dm_status st = dm_write_filed(&l->out.buf, row, &l->write, err);
        if (st != DM_OK)
            return st;
    }
    return put_rows(l, false, err);
}

/* "12 of 345 events, 300 happenings, 210 reports (documents)" */
static dm_status summary(dm_record *r, const dm_filter *f, const listing *l, dm_error *err)
{
    dm_filter all = *f;
    dm_counts n = { 0 };
    all.offset = 0;
    all.limit = COUNT_MOST;
    dm_status st = dm_record_count(r, &all, &n, err);
    if (st != DM_OK)
        return st;
    dm_buf b = { 0 };
    n.events = n.events < f->offset + l->given && !f->happenings ? f->offset + l->given : n.events;
    cli_put_number(&b, l->given);
    const char *unit = f->happenings ? " happenings (one event each) of " : " of ";
    cli_put(&b, "%s%s", unit, n.more ? "more than " : "");
    cli_put_number(&b, n.events);
    cli_put(&b, " events");
    if (!n.more) {
        cli_put(&b, ", ");
        cli_put_number(&b, n.happenings);
        cli_put(&b, " happenings, ");
        cli_put_number(&b, n.documents);
        cli_put(&b, " reports (documents)");
    } else {
        cli_put(&b, "; 'demarche stats' counts them all");
    }
    fprintf(stderr, "%.*s\n", (int)b.len, b.p ? b.p : "");
    dm_buf_free(&b);
    return DM_OK;
}

static dm_status begin(listing *l, const args *a, dm_error *err)
{
    l->write = (dm_write_opts)DM_WRITE_OPTS_INIT;
    l->table = !a->as || strcmp(a->as, "table") == 0;
    l->color = cli_color();
    l->width = cli_width();
    l->narrow = l->width && l->width < 112;
    new_table(l);
    if (l->table)
        return DM_OK;
    if (dm_format_find(&l->write.format, a->as, err) != DM_OK)
        return dm_fail(err, DM_EUSAGE, 0, "unknown form '%.20s'; there are table, text, jsonl, csv and tsv", a->as);
    if (l->write.format == DM_FORMAT_TEXT) {
        l->write.color = l->color;
        l->write.width = l->width;
    }
    return dm_write_filed_begin(&l->out.buf, &l->write, err);
}

static dm_status list(args *a, const char *path, listing *l, dm_error *err)
{
    dm_record *record = NULL;
    dm_status st = begin(l, a, err);
    bool people = l->table || l->write.format == DM_FORMAT_TEXT;
    if (st == DM_OK)
        st = dm_record_open(&record, path, DM_ACCESS_READ, NULL, err);
    if (st == DM_OK)
        st = cli_filter_fill(&a->filter, record, people, err);
    if (st == DM_OK)
        st = dm_record_events(record, &a->filter.f, on_event, l, err);
    if (st == DM_OK)
        st = put_rows(l, true, err);
    bool gone = l->out.gone;
    cli_table_free(&l->rows);
    cli_out_end(&l->out);
    if ((st == DM_OK || st == DM_END) && people && record)
        st = summary(record, &a->filter.f, l, err);
    dm_record_close(record);
    return gone ? DM_OK : st;
}

static int run(args *a, const char **paths)
{
    dm_error err = { .msg = "" };
    listing l = { .table = false };
    if (!paths || !paths[0] || paths[1]) {
        cli_say("name one record: demarche events RECORD; see --help");
        return EXIT_USAGE;
    }
    cli_out_start(&l.out, !a->no_pager && (!a->as || strcmp(a->as, "table") == 0 || strcmp(a->as, "text") == 0));
    return cli_query_exit(list(a, paths[0], &l, &err), &err);
}

int cmd_events(int argc, const char **argv)
{
    args a = { .filter = CLI_FILTER_INIT };
    const struct poptOption options[] = {
        CLI_PARTY_OPTIONS,
        CLI_FILTER_OPTIONS(&a.filter),
        { "happenings", 'H', POPT_ARG_NONE, &a.filter.happenings, 0, "one event of each happening, however often reported",
            NULL },
        CLI_PAGE_OPTIONS(&a.filter),
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "form of the output (default table)", "table|text|jsonl|csv|tsv" },
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

// SPDX-License-Identifier: Apache-2.0
/* demarche report: a page about one actor and one recipient, for keeps. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct args {
    char *output, *context, *since, *until;
} args;

static dm_status work(const args *a, const char **names, dm_error *err)
{
    char actor[DM_CODE_MAX], recipient[DM_CODE_MAX];
    dm_record *record = NULL;
    dm_position_query q = DM_POSITION_QUERY_INIT;
    dm_buf page = { 0 };
    dm_status st = dm_record_open(&record, names[0], DM_ACCESS_READ, NULL, err);
    if (st == DM_OK)
        st = cli_position_query(record, a->since, a->until, a->context, &q, err);
    if (st == DM_OK)
        st = dm_record_code(record, names[1], actor, err);
    if (st == DM_OK)
        st = dm_record_code(record, names[2], recipient, err);
    if (st == DM_OK) {
        q.actor = actor;
        q.recipient = recipient;
        st = dm_record_report(record, &q, &page, err);
    }
    dm_str bytes = { page.p, page.len };
    if (st == DM_OK && a->output && strcmp(a->output, "-") != 0)
        st = cli_write_file(a->output, bytes, err);
    else if (st == DM_OK && fwrite(bytes.p, 1, bytes.len, stdout) != bytes.len)
        st = dm_fail(err, DM_EIO, 0, "cannot write the output");
    dm_buf_free(&page);
    dm_record_close(record);
    return st;
}

static int run(const args *a, const char **names)
{
    dm_error err = { .msg = "" };
    return cli_pair_named(names, "report RECORD JPN CHN -o FILE.html") ? cli_query_exit(work(a, names, &err), &err)
                                                                       : EXIT_USAGE;
}

int cmd_report(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "output", 'o', POPT_ARG_STRING, &a.output, 0, "file to write (default: standard output)", "FILE.html" },
        { "context", 'c', POPT_ARG_STRING, &a.context, 0, "evidence of this PLOVER context only (several: a,b)", "NAME" },
        { "since", 's', POPT_ARG_STRING, &a.since, 0, "from this day, month or year", "DATE" },
        { "until", 'u', POPT_ARG_STRING, &a.until, 0, "up to this day, month or year", "DATE" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD ACTOR RECIPIENT");
    int code;
    if (cli_read_options(popt, &code))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    char *const strings[] = { a.output, a.context, a.since, a.until };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free(strings[i]);
    return code;
}

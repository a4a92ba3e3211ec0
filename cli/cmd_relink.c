// SPDX-License-Identifier: Apache-2.0
/* demarche relink: the happenings and near copies of a record found anew, in an order that does not depend on that of adding. */
#include "cli.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_SIGNAL = 128 };

static volatile int stop_asked; /* the signal */

static void on_signal(int signal) { __atomic_store_n(&stop_asked, signal, __ATOMIC_RELAXED); } /* on any thread */

static void on_after(void *ctx, const dm_relink_stats *so_far, double share)
{
    (void)ctx;
    char text[80];
    snprintf(text, sizeof text, "%llu documents, %llu events", (unsigned long long)so_far->documents,
        (unsigned long long)so_far->events);
    cli_progress_share(share, text);
}

static dm_status relink(const char *path, bool *stopped, dm_error *err)
{
    dm_record *record = NULL;
    dm_relink_stats s = { 0 };
    dm_relink_opts o = DM_RELINK_OPTS_INIT;
    char shown[512];
    o.after = on_after;
    o.stop = &stop_asked;
    dm_record_shown(path, shown, sizeof shown);
    dm_status st = dm_record_open(&record, path, DM_ACCESS_READ, NULL, err); /* a name that is wrong makes no record */
    if (st == DM_OK) {
        dm_record_close(record);
        record = NULL;
        st = dm_record_open(&record, path, DM_ACCESS_WRITE, NULL, err);
    }
    if (st == DM_OK)
        st = dm_record_relink(record, &o, &s, err);
    dm_record_close(record);
    cli_progress_clear();
    *stopped = s.stopped;
    if (st == DM_OK && s.stopped)
        cli_say("stopped; the record is as it was");
    else if (st == DM_OK)
        cli_say("%s: %llu of %llu events tell another happening now, %llu documents are of another family; %llu happenings",
            shown, (unsigned long long)s.moved, (unsigned long long)s.events, (unsigned long long)s.copies,
            (unsigned long long)s.happenings);
    return st;
}

static int run(const char **paths)
{
    dm_error err = { .msg = "" };
    bool stopped = false;
    if (!paths || !paths[0] || paths[1]) {
        cli_say("name one record: demarche relink RECORD");
        return EXIT_USAGE;
    }
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    cli_progress_start();
    dm_status st = relink(paths[0], &stopped, &err);
    if (st != DM_OK) {
        cli_say("%s", err.msg);
        return cli_exit(st);
    }
    return stopped ? EXIT_SIGNAL + stop_asked : EXIT_ALL_READ;
}

int cmd_relink(int argc, const char **argv)
{
    const struct poptOption options[] = {
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "RECORD");
    int code;
    if (cli_read_options(popt, &code))
        code = run(poptGetArgs(popt));
    poptFreeContext(popt);
    return code;
}

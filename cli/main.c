// SPDX-License-Identifier: Apache-2.0
/* demarche: picks the command. Uses the public headers only. */
#include "cli.h"
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const cli_command cli_commands[] = {
    { "code", "demarche code", cmd_code, "code events from news text" },
    { "add", "demarche add", cmd_add, "code articles into a record" },
    { "join", "demarche join", cmd_join, "the parts that many machines coded, as one record or one list of events" },
    { "relink", "demarche relink", cmd_relink,
        "find the happenings and near copies of a record anew, whatever the order of adding" },
    { "events", "demarche events", cmd_events, "list the events of a record" },
    { "show", "demarche show", cmd_show, "an event of a record with its reports, or an article" },
    { "actors", "demarche actors", cmd_actors, "who is in a record" },
    { "stats", "demarche stats", cmd_stats, "counts of a record, by type, year, actor ..." },
    { "stance", "demarche stance", cmd_stance, "where an actor stands toward another, since when, and why" },
    { "pressure", "demarche pressure", cmd_pressure, "who asked an actor for what, and what it then did" },
    { "instruments", "demarche instruments", cmd_instruments,
        "resolutions, sanctions, treaties ... and every party's part in them" },
    { "ideal", "demarche ideal", cmd_ideal, "where states stand on one dimension, from their votes" },
    { "report", "demarche report", cmd_report, "a page about one actor toward another" },
    { "export", "demarche export", cmd_export, "events in the formats of other programs" },
    { "import", "demarche import", cmd_import,
        "votes and treaties into a record; a dictionary of actors into a table of yours" },
    { "serve", "demarche serve", cmd_serve, "a record in the browser" },
    { "send", "demarche send", cmd_send, "put articles onto a queue, for workers on any machine" },
    { "work", "demarche work", cmd_work, "code articles from a queue into a record" },
    { "text", "demarche text", cmd_text, "print the document text that offsets refer to" },
    { "parse", "demarche parse", cmd_parse, "print sentences, tags and trees as CoNLL-U" },
    { NULL, NULL, NULL, NULL },
};

static void help(FILE *to)
{
    fputs("usage: demarche COMMAND [OPTION...] FILE...\n\ncommands:\n", to);
    for (const cli_command *c = cli_commands; c->name; c++)
        fprintf(to, "  %-11s %s\n", c->name, c->summary);
    fputs("\nFILE is a text, HTML, JSON or CSV file or a feed, compressed or in an archive, a folder of them, or - for "
          "standard input.\n"
          "'demarche COMMAND --help' lists a command's options; 'man demarche' tells the rest.\n",
        to);
}

/* Whoever lists the machine's processes sees the command line. */
static void warn_of_passwords(int argc, char **argv)
{
    char shown[512];
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "postgres", 8) == 0 && dm_record_shown(argv[i], shown, sizeof shown))
            cli_say(
                "'%s' was given with its password, which others on this machine can see; better in ~/.pgpass or $PGPASSFILE",
                shown);
}

/* What stdio still holds is written here, so that an output that was lost is told. A reader that has gone away is no failure. */
static int ended(int code)
{
    if (cli_output_lost(false) && code != EXIT_BROKEN) {
        cli_say("out of memory for the output: a part of it is missing");
        return EXIT_BROKEN;
    }
    errno = 0;
    bool lost = fflush(stdout) != 0 || ferror(stdout);
    if (!lost && close(STDOUT_FILENO) != 0)
        lost = errno != EBADF; /* some file systems tell it only now */
    if (!lost || errno == EPIPE || code == EXIT_BROKEN)
        return code;
    cli_say("cannot write the output: %s", errno ? strerror(errno) : "some of it was lost");
    return EXIT_BROKEN;
}

static bool running;

/* popt and libarchive end the program by themselves when they get no memory, with a code that stands for something else here. */
static void on_end(int status, void *unused)
{
    (void)unused;
    if (!running || status != EXIT_FAILURE)
        return;
    cli_say("out of memory; the program ends here");
    _exit(EXIT_BROKEN);
}

static int run(const cli_command *c, int argc, const char **argv)
{
    on_exit(on_end, NULL);
    running = true;
    int code = c->run(argc, argv);
    running = false;
    return ended(code);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, ""); /* for the width of characters on a terminal; numbers stay as in C */
    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return ended(EXIT_ALL_READ);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("demarche %s\n", dm_version());
        return ended(EXIT_ALL_READ);
    }
    warn_of_passwords(argc, argv);
    (void)dm_memory_guard(NULL); /* before anything of ICU; without it only the message of a refusal is lost */
    for (const cli_command *c = cli_commands; c->name; c++)
        if (strcmp(c->name, argv[1]) == 0) {
            const char **rest = (const char **)argv + 1;
            rest[0] = c->title;
            return run(c, argc - 1, rest);
        }
    cli_say("unknown command '%s'; 'demarche --help' lists the commands", argv[1]);
    return EXIT_USAGE;
}

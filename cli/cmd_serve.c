// SPDX-License-Identifier: Apache-2.0
/* demarche serve: a record in the browser, until it is interrupted. */
#include "cli.h"
#include <demarche/serve.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { PASSWORD_BYTES = 512 };

typedef struct args {
    char *listen, *password_file, *make_password, *user, *name, *reviewer;
    int port, read_only, open;
} args;

static volatile int stop_asked;

static void on_signal(int signal)
{
    (void)signal;
    __atomic_store_n(&stop_asked, 1, __ATOMIC_RELAXED); /* on any thread */
}

/* One line from standard input, not shown on a terminal. */
static bool read_password(char out[PASSWORD_BYTES])
{
    struct termios shown, hidden;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
    if (terminal) {
        fputs("password: ", stderr);
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    bool ok = fgets(out, PASSWORD_BYTES, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        fputc('\n', stderr);
    }
    if (ok)
        out[strcspn(out, "\r\n")] = '\0';
    return ok;
}

static int make_password(const args *a)
{
    char word[PASSWORD_BYTES];
    dm_error err = { .msg = "" };
    if (!read_password(word)) {
        cli_say("no password on standard input");
        return EXIT_USAGE;
    }
    dm_status st = dm_serve_password(a->make_password, a->user ? a->user : "desk", (dm_str){ word, strlen(word) }, &err);
    explicit_bzero(word, sizeof word); /* also on a terminal's line that was not taken: nothing stays in memory */
    return cli_query_exit(st, &err);
}

/* The browser is started by the desktop; a child of a child, so that nobody waits for it. */
static void open_browser(const char *url)
{
    pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) {
            execlp("xdg-open", "xdg-open", url, (char *)NULL);
            _exit(127);
        }
        _exit(0);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static int serve(const args *a, const char *record)
{
    dm_serve_opts opts = DM_SERVE_OPTS_INIT;
    dm_server *server = NULL;
    dm_error err = { .msg = "" };
    char shown[512];
    dm_record_shown(record, shown, sizeof shown);
    struct sigaction on = { .sa_handler = on_signal };
    opts.port = (unsigned)a->port;
    opts.listen = a->listen;
    opts.password_file = a->password_file;
    opts.name = a->name;
    opts.read_only = a->read_only;
    opts.reviewer = a->reviewer ? a->reviewer : getenv("USER");
    sigaction(SIGINT, &on, NULL);
    sigaction(SIGTERM, &on, NULL);
    signal(SIGPIPE, SIG_IGN);
    dm_status st = dm_server_open(&server, record, &opts, &err);
    if (st != DM_OK)
        return cli_query_exit(st, &err);
    if (!dm_server_writable(server) && !a->read_only)
        cli_say("the record '%s' cannot be written: it is shown, reviews and articles are not taken", shown);
    printf("%s\n", dm_server_url(server));
    fflush(stdout);
    cli_say("the desk of '%s' is open at %s; Ctrl-C closes it", shown, dm_server_url(server));
    if (a->open)
        open_browser(dm_server_url(server));
    dm_server_run(server, &stop_asked);
    dm_server_close(server);
    return EXIT_ALL_READ;
}

static int check(const args *a, const char *const *paths)
{
    if (a->make_password)
        return paths && paths[0] ? (cli_say("--make-password takes no record"), EXIT_USAGE) : make_password(a);
    if (!paths || !paths[0] || paths[1]) {
        cli_say("one record is served; 'demarche serve --help' tells the options");
        return EXIT_USAGE;
    }
    if (a->port < 0 || a->port > 65535) {
        cli_say("there is no port %d", a->port);
        return EXIT_USAGE;
    }
    if (a->password_file && !a->listen && !a->name) {
        cli_say("--password-file goes with --listen ADDRESS (or with --name, behind a gateway)");
        return EXIT_USAGE;
    }
    return serve(a, paths[0]);
}

int cmd_serve(int argc, const char **argv)
{
    args a = { .port = DM_SERVE_PORT };
    const struct poptOption options[] = {
        { "port", 'p', POPT_ARG_INT, &a.port, 0, "port to listen on (default: 8321; 0: any free one)", "N" },
        { "listen", 0, POPT_ARG_STRING, &a.listen, 0, "address for other machines to reach; needs --password-file", "ADDRESS" },
        { "password-file", 0, POPT_ARG_STRING, &a.password_file, 0, "names and hashed passwords that are let in", "FILE" },
        { "make-password", 0, POPT_ARG_STRING, &a.make_password, 0,
            "writes such a file, the password from standard input, and ends", "FILE" },
        { "user", 0, POPT_ARG_STRING, &a.user, 0, "name for --make-password (default: desk)", "NAME" },
        { "name", 0, POPT_ARG_STRING, &a.name, 0, "host name by which a gateway before the desk is reached", "HOST" },
        { "read-only", 0, POPT_ARG_NONE, &a.read_only, 0, "takes neither reviews nor articles", NULL },
        { "reviewer", 0, POPT_ARG_STRING, &a.reviewer, 0, "name under which reviews are kept (default: $USER)", "NAME" },
        { "open", 0, POPT_ARG_NONE, &a.open, 0, "opens it in the browser", NULL },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "show this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD");
    int code = 0;
    if (cli_read_options(popt, &code))
        code = check(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    char *const owned[] = { a.listen, a.password_file, a.make_password, a.user, a.name, a.reviewer };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
/* What a query prints: gathered, then written at once, through a pager when it is more than a screen of a terminal. A reader that has
 * gone away ends the query without a word. */
#include "cli.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FLUSH_BYTES = 1 << 16, PUT_MAX = 1024 };

static bool is_pager(const char *p) { return p && *p && strcmp(p, "cat") != 0; }

void cli_out_start(cli_out *o, bool pager)
{
    *o = (cli_out){ .fd = STDOUT_FILENO };
    const char *name = getenv("PAGER"), *term = getenv("TERM");
    o->paged = pager && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0 && (!name || is_pager(name));
    signal(SIGPIPE, SIG_IGN);
}

bool cli_output_lost(bool now)
{
    static bool lost;
    lost = lost || now;
    return lost;
}

static size_t lines_of(const dm_buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++)
        n += b->p[i] == '\n';
    return n;
}

static bool fills_screen(const dm_buf *b)
{
    struct winsize w;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && lines_of(b) >= w.ws_row;
}

static void run_pager(const int ends[2])
{
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    signal(SIGPIPE, SIG_DFL);
    setenv("LESS", "FRX", 0);
    const char *name = getenv("PAGER");
    execl("/bin/sh", "sh", "-c", is_pager(name) ? name : "less", (char *)NULL);
    _exit(127);
}

/* Without a pager the terminal gets everything. */
static void start_pager(cli_out *o)
{
    int ends[2];
    if (pipe(ends) != 0)
        return;
    pid_t child = fork();
    if (child == 0)
        run_pager(ends);
    close(ends[0]);
    if (child < 0) {
        close(ends[1]);
        return;
    }
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    o->fd = ends[1];
    o->pager = (int)child;
}

dm_status cli_out_flush(cli_out *o, bool all, dm_error *err)
{
    if (o->buf.failed)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the output");
    if (!all && o->buf.len < FLUSH_BYTES)
        return DM_OK;
    if (!o->started && o->paged && fills_screen(&o->buf))
        start_pager(o);
    o->started = true;
    for (size_t at = 0; at < o->buf.len;) {
        ssize_t n = write(o->fd, o->buf.p + at, o->buf.len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            o->gone = errno == EPIPE;
            dm_buf_clear(&o->buf);
            return o->gone ? DM_END : dm_fail(err, DM_EIO, 0, "cannot write the output: %s", strerror(errno));
        }
        at += (size_t)n;
    }
    dm_buf_clear(&o->buf);
    return DM_OK;
}

void cli_out_end(cli_out *o)
{
    if (o->pager) {
        close(o->fd);
        while (waitpid(o->pager, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    dm_buf_free(&o->buf);
}

void cli_put(dm_buf *b, const char *format, ...)
{
    char text[PUT_MAX];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (n > 0)
        dm_buf_add(b, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void cli_put_json(dm_buf *b, dm_str s)
{
    cli_put(b, "\"");
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            cli_put(b, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            cli_put(b, "\\u%04x", c);
        else
            dm_buf_add(b, s.p + i, 1);
    }
    cli_put(b, "\"");
}

void cli_put_cell(dm_buf *b, dm_str s, bool first)
{
    bool quote = false;
    for (size_t i = 0; i < s.len; i++)
        quote = quote || s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
    cli_put(b, "%s%s", first ? "" : ",", quote ? "\"" : "");
    for (size_t i = 0; i < s.len; i++)
        dm_buf_add(b, s.p[i] == '"' ? "\"\"" : s.p + i, s.p[i] == '"' ? 2 : 1);
    cli_put(b, "%s", quote ? "\"" : "");
}

// SPDX-License-Identifier: Apache-2.0
/* What the terminal is and may be told: width, colour, progress. */
#include "cli.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_S = 1, STEPS_PER_S = 5, WIDTH_MAX = 1000, BAR = 20, FOLDERS_OPEN = 16 };

/* The program's only state: one progress line on one terminal. */
static struct {
    bool on, shown;
    double started, last;
    uint64_t total; /* bytes of the inputs; 0: not known */
} progress;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void cli_progress_start(void)
{
    const char *term = getenv("TERM");
    progress.on = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    progress.started = progress.last = now();
}

bool cli_progress_wanted(void) { return progress.on; }

void cli_progress_clear(void)
{
    if (progress.shown)
        fputs("\r\033[K", stderr);
    progress.shown = false;
}

void cli_progress_total(uint64_t bytes) { progress.total = bytes; }

/* nftw() gives its callback no context: the sum is the program's. */
static struct {
    uint64_t bytes;
    const volatile int *stop;
} files;

static int add_size(const char *path, const struct stat *st, int type, struct FTW *where)
{
    const char *name = path + where->base;
    if (type == FTW_F && S_ISREG(st->st_mode) && (name[0] != '.' || where->level == 0))
        files.bytes += (uint64_t)st->st_size;
    return *files.stop ? 1 : 0;
}

void cli_progress_find(const char **inputs, const volatile int *stop)
{
    files.bytes = 0;
    files.stop = stop;
    for (; *inputs; inputs++) {
        if (strcmp(*inputs, "-") == 0)
            return;
        nftw(*inputs, add_size, FOLDERS_OPEN, 0);
    }
    cli_progress_total(files.bytes);
}

/* [########------------] 40 %, and the time that the rest will take at the rate so far. */
static void show_bar(double done, double seconds)
{
    int full = (int)(done * BAR);
    double left = done > 0 ? seconds * (1 - done) / done : 0;
    fprintf(stderr, "[%.*s%.*s] %2.0f %%  ", full, "####################", BAR - full, "--------------------", done * 100);
    if (left >= 3600)
        fprintf(stderr, "%ld:%02ld h left  ", (long)left / 3600, (long)left / 60 % 60);
    else
        fprintf(stderr, "%ld:%02ld left  ", (long)left / 60, (long)left % 60);
}

/* Whether it is time for another line, and how long the work takes so far; the line is empty then. */
static bool begin_line(double *seconds)
{
    double t = now();
    if (!progress.on || t - progress.started < QUIET_S || t - progress.last < 1.0 / STEPS_PER_S)
        return false;
    progress.last = t;
    progress.shown = true;
    *seconds = t - progress.started;
    fputs("\r\033[K", stderr);
    return true;
}

void cli_progress_share(double share, const char *text)
{
    double seconds;
    if (!begin_line(&seconds))
        return;
    show_bar(share > 1 ? 1 : share, seconds);
    fputs(text, stderr);
    fflush(stderr);
}

void cli_progress(const dm_run_stats *s, bool last)
{
    double seconds;
    if (last)
        cli_progress_clear();
    if (last || !begin_line(&seconds))
        return;
    double done = progress.total ? (double)s->read / (double)progress.total : 0;
    if (progress.total)
        show_bar(done > 1 ? 1 : done, seconds);
    fprintf(stderr, "%llu documents, %llu events, %.0f documents/s, %.1f MB/s", (unsigned long long)(s->documents + s->failed),
        (unsigned long long)s->events, (double)(s->documents + s->failed) / seconds, (double)s->read / 1e6 / seconds);
    fflush(stderr);
}

unsigned cli_width(void)
{
    struct winsize w;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
        return w.ws_col;
    const char *columns = getenv("COLUMNS");
    unsigned long n = columns ? strtoul(columns, NULL, 10) : 0;
    return n <= WIDTH_MAX ? (unsigned)n : WIDTH_MAX;
}

bool cli_color(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

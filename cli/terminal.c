// SPDX-License-Identifier: Apache-2.0
/* What the terminal is and may be told: width, colour, progress. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_S = 1, STEPS_PER_S = 5, WIDTH_MAX = 1000 };

/* The program's only state: one progress line on one terminal. */
static struct {
    bool on, shown;
    double started, last;
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

void cli_progress_clear(void)
{
    if (progress.shown)
        fputs("\r\033[K", stderr);
    progress.shown = false;
}

void cli_progress(const dm_run_stats *s, bool last)
{
    if (!progress.on)
        return;
    double t = now();
    if (last) {
        cli_progress_clear();
        return;
    }
    if (t - progress.started < QUIET_S || t - progress.last < 1.0 / STEPS_PER_S)
        return;
    progress.last = t;
    progress.shown = true;
    fprintf(stderr, "\r\033[K%llu documents, %llu events, %.1f MB, %.0f sentences/s",
        (unsigned long long)(s->documents + s->failed), (unsigned long long)s->events, (double)s->bytes / 1e6,
        (double)s->sentences / (t - progress.started));
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

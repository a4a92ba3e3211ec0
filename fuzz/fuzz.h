// SPDX-License-Identifier: Apache-2.0
/* What fuzz targets share: promises, our tables (opened once: opening is not what is tested), and inputs as files that have no name on
 * any disk. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/table.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_PATH = 1024 };

static inline void fuzz_need(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

/* Ends the run where a target cannot begin: not a find. */
static inline void fuzz_start(dm_status st, const dm_error *err)
{
    if (st == DM_OK)
        return;
    fprintf(stderr, "cannot start: %s\n", err->msg);
    _exit(1);
}

static inline dm_tables *fuzz_open_tables(void)
{
    const char *dir = getenv("DEMARCHE_DATA");
    char path[FUZZ_PATH];
    dm_tables *t = NULL;
    dm_error err = { .msg = "" };
    snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : ".");
    fuzz_start(dm_tables_open(&t, path, &err), &err);
    return t;
}

/* A file in memory that is written anew for each input. */
typedef struct fuzz_file {
    int fd;
    char path[32];
} fuzz_file;

static inline void fuzz_write(fuzz_file *f, const void *data, size_t size)
{
    if (!f->path[0]) {
        f->fd = memfd_create("input", MFD_CLOEXEC);
        fuzz_need(f->fd >= 0 && fchmod(f->fd, S_IRUSR | S_IWUSR) == 0, "a file in memory");
        snprintf(f->path, sizeof f->path, "/proc/self/fd/%d", f->fd);
    }
    fuzz_need(ftruncate(f->fd, 0) == 0 && pwrite(f->fd, data, size, 0) == (ssize_t)size, "room for the input");
}

static inline bool fuzz_inside(dm_str part, const void *from, size_t size)
{
    const char *p = from;
    return !part.len || (part.p >= p && part.p <= p + size && part.len <= (size_t)(p + size - part.p));
}

/* Bytes that say U+FFFD themselves are valid. */
static inline bool fuzz_utf8(dm_str s)
{
    for (size_t i = 0; i < s.len;) {
        uint32_t cp, n = dm_utf8_next(s.p, s.len, i, &cp);
        if (n == 1 && cp == 0xFFFD)
            return false;
        i += n;
    }
    return true;
}

#endif

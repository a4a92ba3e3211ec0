// SPDX-License-Identifier: Apache-2.0
/* What of a call the queue has: a line with the call's token, then the mark of each document that was confirmed. A call that is run again
 * passes over those; a document whose mark did not get there is sent twice, which the record does not mind. */
#include "queue/queue.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "demarche-send/1 "
enum { TOKEN_DIGITS = 16, HEAD_BYTES = sizeof HEAD - 1 + TOKEN_DIGITS + 1, SHOWN = 200 };

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, DM_MARK_BYTES); }

static dm_status no_file(const dm_journal *j, const char *what, dm_error *err)
{
    return dm_fail(
        err, DM_EIO, 0, "cannot %s the journal '%.*s': %s; give another with --journal", what, SHOWN, j->path, strerror(errno));
}

static dm_status begin(dm_journal *j, dm_error *err)
{
    char head[HEAD_BYTES + 1];
    dm_queue_token(j->run);
    snprintf(head, sizeof head, HEAD "%.16s\n", j->run);
    if (ftruncate(j->fd, 0) != 0 || pwrite(j->fd, head, HEAD_BYTES, 0) != HEAD_BYTES || lseek(j->fd, 0, SEEK_END) < 0)
        return no_file(j, "write", err);
    return DM_OK;
}

static bool read_all(int fd, void *to, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t k = read(fd, (char *)to + got, n - got);
        if (k <= 0 && !(k < 0 && errno == EINTR))
            return false;
        got += k > 0 ? (size_t)k : 0;
    }
    return true;
}

/* A mark that was cut off in the middle is none. */
static dm_status go_on(dm_journal *j, size_t size, dm_error *err)
{
    char head[HEAD_BYTES + 1] = "";
    if (size < HEAD_BYTES)
        return begin(j, err);
    if (!read_all(j->fd, head, HEAD_BYTES))
        return no_file(j, "read", err);
    if (strncmp(head, HEAD, sizeof HEAD - 1) != 0 || head[HEAD_BYTES - 1] != '\n')
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is no journal of demarche send; give another with --journal", SHOWN, j->path);
    memcpy(j->run, head + sizeof HEAD - 1, TOKEN_DIGITS);
    j->run[TOKEN_DIGITS] = '\0';
    j->n_before = (size - HEAD_BYTES) / DM_MARK_BYTES;
    j->before = calloc(j->n_before ? j->n_before : 1, sizeof *j->before);
    if (!j->before)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the journal '%.*s'", SHOWN, j->path);
    if (!read_all(j->fd, j->before, j->n_before * sizeof *j->before))
        return no_file(j, "read", err);
    qsort(j->before, j->n_before, sizeof *j->before, by_bytes);
    off_t end = (off_t)(HEAD_BYTES + j->n_before * DM_MARK_BYTES);
    return ftruncate(j->fd, end) == 0 && lseek(j->fd, end, SEEK_SET) == end ? DM_OK : no_file(j, "write", err);
}

dm_status dm_journal_open(dm_journal *j, const char *path, dm_error *err)
{
    struct stat s;
    *j = (dm_journal){ .fd = -1 };
    dm_queue_token(j->run);
    if (!path)
        return DM_OK;
    if (!(j->path = strdup(path)))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the journal '%.*s'", SHOWN, path);
    j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (j->fd < 0 || fstat(j->fd, &s) != 0)
        return no_file(j, "open", err);
    if (flock(j->fd, LOCK_EX | LOCK_NB) != 0)
        return dm_fail(
            err, DM_EUSAGE, 0, "another 'demarche send' of the same is running (the journal '%.*s' is locked)", SHOWN, path);
    return go_on(j, s.st_size > 0 ? (size_t)s.st_size : 0, err);
}

bool dm_journal_has(const dm_journal *j, const uint8_t mark[DM_MARK_BYTES])
{
    return j->n_before && bsearch(mark, j->before, j->n_before, sizeof *j->before, by_bytes);
}

void dm_journal_add(dm_journal *j, const uint8_t mark[DM_MARK_BYTES])
{
    if (j->fd >= 0 && write(j->fd, mark, DM_MARK_BYTES) != DM_MARK_BYTES)
        j->failed = true;
}

void dm_journal_close(dm_journal *j, bool finished)
{
    if (finished && j->fd >= 0)
        unlink(j->path);
    if (j->fd >= 0)
        close(j->fd);
    free(j->before);
    free(j->path);
    *j = (dm_journal){ .fd = -1 };
}

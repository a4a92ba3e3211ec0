// SPDX-License-Identifier: Apache-2.0
/* Compressed files and archives through libarchive: gzip, bzip2, xz and zstd, alone or around tar; tar; zip. Entries are read one after the
 * other in memory; nothing is written, so names that climb out of the archive, and links, lead nowhere. What unpacks to far more than
 * it weighs, and archives in archives, are refused. */
#include "read/internal.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    BLOCK = 65536,
    RATIO_MAX = 200,                /* text packs to a third or a tenth; a bomb to a thousandth */
    FREE_BYTES = 64 * 1024 * 1024,  /* unpacked, before the ratio counts */
    ENTRIES_MAX = 10 * 1000 * 1000, /* names in one archive */
    SHOWN = 160
};

struct dm_unpack {
    struct archive *a;
    dm_stream below;
    const char *name; /* for messages */
    uint64_t unpacked, entries;
    bool raw;   /* a file that is compressed alone */
    bool open;  /* an entry, not yet read to its end */
    bool jumps; /* what is not read need not be unpacked (zip in a file) */
    bool ended; /* damaged, or over a limit: nothing more comes */
    char why[320];
};

bool dm_packed(const char *p, size_t n)
{
    static const struct {
        const char *bytes;
        size_t n, at;
    } marks[] = { { "PK\003\004", 4, 0 }, { "PK\005\006", 4, 0 }, { "\037\213", 2, 0 }, { "\x28\xB5\x2F\xFD", 4, 0 },
        { "BZh", 3, 0 },
        { "\xFD"
          "7zXZ",
            5, 0 },
        { "ustar", 5, 257 } };
    for (size_t i = 0; p && i < sizeof marks / sizeof *marks; i++)
        if (n >= marks[i].at + marks[i].n && memcmp(p + marks[i].at, marks[i].bytes, marks[i].n) == 0)
            return i != 4 || (n > 9 && p[3] >= '1' && p[3] <= '9' && memcmp(p + 4, "1AY&SY", 6) == 0);
    return false;
}

/* What is ahead first, then the rest. */
static la_ssize_t on_read(struct archive *a, void *ctx, const void **bytes)
{
    dm_unpack *u = ctx;
    dm_stream *s = &u->below;
    s->at = s->at < s->end ? s->at : s->end;
    dm_status st = s->at < s->end ? DM_OK : dm_stream_fill(s);
    if (st == DM_EIO || st == DM_ENOMEM) {
        archive_set_error(a, s->error, "%s", st == DM_EIO ? strerror(s->error) : "out of memory");
        return -1;
    }
    *bytes = s->buf + s->at;
    size_t n = s->end - s->at;
    s->at = s->end;
    return st == DM_OK ? (la_ssize_t)n : 0;
}

static int formats(struct archive *a)
{
    int bad = archive_read_support_filter_gzip(a) | archive_read_support_filter_bzip2(a) | archive_read_support_filter_xz(a) |
              archive_read_support_filter_zstd(a);
    return bad | archive_read_support_format_tar(a) | archive_read_support_format_zip(a) | archive_read_support_format_raw(a);
}

static const char *why_of(dm_unpack *u)
{
    const char *why = archive_error_string(u->a);
    return archive_errno(u->a) == ENOMEM ? "out of memory" : why ? why : "damaged";
}

/* A file is read with its directory at the end (zip); a pipe from front to back. */
static int open_source(dm_unpack *u)
{
    dm_stream *s = &u->below;
    u->jumps = s->fd > 0 && lseek(s->fd, 0, SEEK_SET) == 0;
    if (u->jumps)
        return archive_read_open_fd(u->a, s->fd, BLOCK);
    return archive_read_open(u->a, u, NULL, on_read, NULL);
}

dm_status dm_unpack_open(dm_unpack **out, dm_stream *below, const char *name, dm_error *err)
{
    dm_unpack *u = calloc(1, sizeof *u);
    if (!u || !(u->a = archive_read_new())) {
        free(u);
        return dm_fail(err, DM_ENOMEM, 0, "'%.*s': out of memory", SHOWN, name);
    }
    u->below = *below;
    *below = (dm_stream){ .fd = -1 };
    u->name = name;
    if (formats(u->a) < ARCHIVE_WARN || open_source(u) < ARCHIVE_WARN) {
        dm_status st = archive_errno(u->a) == ENOMEM ? DM_ENOMEM : DM_EINPUT;
        st = dm_fail(err, st, 0, "cannot unpack '%.*s': %.120s", SHOWN, name, why_of(u));
        dm_unpack_close(u);
        return st;
    }
    *out = u;
    return DM_OK;
}

void dm_unpack_close(dm_unpack *u)
{
    if (!u)
        return;
    archive_read_free(u->a);
    dm_stream_stop(&u->below);
    free(u);
}

uint64_t dm_unpack_bytes(const dm_unpack *u)
{
    int64_t n = u ? archive_filter_bytes(u->a, -1) : 0;
    return n > 0 ? (uint64_t)n : 0;
}

static dm_status failed(dm_unpack *u, dm_error *err)
{
    dm_status st = archive_errno(u->a) == ENOMEM ? DM_ENOMEM : DM_EINPUT;
    return dm_fail(err, st, 0, "cannot unpack '%.*s' any further: %.160s", SHOWN, u->name, why_of(u));
}

/* What is left of an entry, within the limits, too. */
static bool skip_rest(dm_unpack *u, const char **why)
{
    char room[BLOCK / 4];
    if (u->jumps && (archive_format(u->a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP)
        u->open = false;
    while (u->open)
        if (dm_unpack_read(u, room, sizeof room, why) < 0)
            return false;
    return true;
}

dm_status dm_unpack_next(dm_unpack *u, const char **entry, dm_error *err)
{
    struct archive_entry *e;
    const char *why = "";
    for (;;) {
        if (u->ended)
            return DM_END;
        if (!skip_rest(u, &why))
            return dm_fail(err, DM_EINPUT, 0, "'%.*s': %.200s", SHOWN, u->name, why);
        int rc = archive_read_next_header(u->a, &e);
        if (rc == ARCHIVE_EOF)
            return DM_END;
        if (rc < ARCHIVE_WARN)
            return failed(u, err);
        if (++u->entries > ENTRIES_MAX)
            return dm_fail(err, DM_ELIMIT, 0, "'%.*s' holds more than %d names; split it", SHOWN, u->name, (int)ENTRIES_MAX);
        u->open = true;
        u->raw = archive_format(u->a) == ARCHIVE_FORMAT_RAW;
        const char *name = archive_entry_pathname_utf8(e);
        name = name ? name : archive_entry_pathname(e);
        *entry = u->raw ? "" : name ? name : "?";
        if (u->raw || (archive_entry_filetype(e) == AE_IFREG && !archive_entry_hardlink(e)))
            return DM_OK; /* folders, links and devices are passed over */
    }
}

ssize_t dm_unpack_read(dm_unpack *u, char *out, size_t max, const char **why)
{
    la_ssize_t n = archive_read_data(u->a, out, max);
    u->open = n > 0;
    if (n < 0) {
        u->ended = n == ARCHIVE_FATAL;
        snprintf(u->why, sizeof u->why, "it cannot be unpacked: %.200s", why_of(u));
        *why = u->why;
        return -1;
    }
    u->unpacked += (uint64_t)n;
    if (u->unpacked > FREE_BYTES && u->unpacked / RATIO_MAX > dm_unpack_bytes(u) + BLOCK) {
        snprintf(u->why, sizeof u->why,
            "it unpacks to more than %d times its size, which no text does; unpack it yourself if it is one", (int)RATIO_MAX);
        u->open = false;
        u->ended = true;
        *why = u->why;
        return -1;
    }
    return n;
}

// SPDX-License-Identifier: Apache-2.0
/* The exporter: which format, which events it takes, where its bytes go, and that a file is either whole or not there. Also the two
 * formats that need nothing more, plover and csv. */
#include "write/export.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH_AT = 1 << 16, NUMBER_BITS = 53 };

static const dm_export_format *const formats[] = { &dm_export_plover, &dm_export_csv, &dm_export_icews, &dm_export_gdelt,
    &dm_export_gdelt1, &dm_export_polecat, &dm_export_dta, &dm_export_parquet };
enum { N_FORMATS = sizeof formats / sizeof formats[0] };

const char *dm_export_format_name(size_t i) { return i < N_FORMATS ? formats[i]->name : NULL; }

static dm_status write_all(const dm_exporter *x, dm_error *err)
{
    for (size_t at = 0; at < x->out.len;) {
        ssize_t n = write(x->fd, x->out.p + at, x->out.len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return dm_fail(err, DM_EIO, 0, "cannot write '%.300s': %s", x->tmp, n < 0 ? strerror(errno) : "no room");
        at += (size_t)n;
    }
    return DM_OK;
}

dm_status dm_export_flush(dm_exporter *x, bool all, dm_error *err)
{
    if (x->out.failed || x->cell.failed)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu bytes of output", x->out.len);
    if (x->out.len == 0 || (!all && x->out.len < FLUSH_AT))
        return DM_OK;
    dm_status st = x->fd >= 0 ? write_all(x, err) : x->opts.emit(x->opts.ctx, (dm_str){ x->out.p, x->out.len }, err);
    dm_buf_clear(&x->out);
    return st;
}

static dm_status open_file(dm_exporter *x, dm_error *err)
{
    size_t n = strlen(x->opts.path) + sizeof ".tmp";
    x->tmp = malloc(n);
    if (!x->tmp)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the export");
    (void)snprintf(x->tmp, n, "%s.tmp", x->opts.path);
    x->fd = open(x->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (x->fd < 0) {
        int why = errno;
        dm_status st = dm_fail(err, DM_EIO, 0, "cannot make '%.300s': %s", x->tmp, strerror(why));
        free(x->tmp);
        x->tmp = NULL; /* not ours: nothing to remove */
        return st;
    }
    return DM_OK;
}

static const dm_export_format *find(const char *name)
{
    for (size_t i = 0; name && i < N_FORMATS; i++)
        if (strcmp(name, formats[i]->name) == 0)
            return formats[i];
    return NULL;
}

static dm_status check(const dm_export_format *f, const char *name, const dm_export_opts *o, dm_error *err)
{
    if (!f)
        return dm_fail(err, DM_EUSAGE, 0,
            "unknown format '%.40s'; there are plover, csv, icews, gdelt, gdelt1, polecat, dta and parquet", name ? name : "");
    if (!o || o->version != DM_EXPORT_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_export_opts of version %u, this library has %u; use DM_EXPORT_OPTS_INIT",
            o ? o->version : 0, DM_EXPORT_OPTS_VERSION);
    if (!o->path && (f->own_file || !o->emit))
        return dm_fail(err, DM_EUSAGE, 0, "%s is written to a file: give its path", f->name);
    struct stat there; /* the file takes the place of what has its name: that must not be /dev/null */
    if (o->path && stat(o->path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode))
        return dm_fail(err, DM_EUSAGE, 0, "'%.300s' is a device or a pipe, not a file; leave -o out and use '>'", o->path);
    return DM_OK;
}

static char *copy(const char *z) { return z ? strdup(z) : NULL; }

static dm_status start(dm_exporter *x, const dm_export_opts *opts, const dm_tables *tables, dm_error *err)
{
    x->opts = *opts;
    x->opts.path = copy(opts->path);
    x->opts.duckdb = copy(opts->duckdb);
    if ((opts->path && !x->opts.path) || (opts->duckdb && !x->opts.duckdb))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the export");
    dm_status st = dm_crosswalk_new(&x->cross, tables, err);
    if (st == DM_OK && x->opts.path)
        st = open_file(x, err);
    if (st == DM_OK)
        st = x->format->begin(x, err);
    return st;
}

dm_status dm_export_start(
    dm_exporter **out, const char *format, const dm_export_opts *opts, const dm_tables *tables, dm_tables *owned, dm_error *err)
{
    const dm_export_format *f = find(format);
    dm_status st = check(f, format, opts, err);
    dm_exporter *x = st == DM_OK ? calloc(1, sizeof *x) : NULL;
    if (!x) {
        dm_tables_close(owned);
        return st != DM_OK ? st : dm_fail(err, DM_ENOMEM, 0, "out of memory for the export");
    }
    x->format = f;
    x->owned = owned;
    x->fd = -1;
    st = start(x, opts, tables, err);
    if (st != DM_OK) {
        dm_export_abort(x);
        return st;
    }
    *out = x;
    return DM_OK;
}

/* Whether the format takes the event; counts the ones it leaves. */
static bool takes(dm_exporter *x, const dm_filed *f)
{
    enum { UNDONE = DM_NEGATION | DM_FUTURE | DM_HYPOTHETICAL };
    if (x->format->done_only && !x->opts.all && (f->event->aux & UNDONE)) {
        x->stats.undone++;
        return false;
    }
    if (x->format->needs_cameo && f->event->cameo[0] == 0) {
        x->stats.uncoded++;
        return false;
    }
    if (x->format->once && f->repeat) {
        x->stats.repeated++;
        return false;
    }
    return true;
}

dm_status dm_export_event(dm_exporter *x, const dm_filed *filed, dm_error *err)
{
    if (x->failed)
        return dm_fail(err, DM_EUSAGE, 0, "the export has failed before; abort it");
    x->stats.events++;
    if (!takes(x, filed))
        return DM_OK;
    uint64_t before = x->stats.rows;
    dm_status st = x->format->event(x, filed, err);
    if (st == DM_OK)
        st = dm_export_flush(x, false, err);
    x->failed = st != DM_OK;
    x->stats.written += x->stats.rows > before;
    return st;
}

/* Everything reaches the disk before the file gets its name. */
static dm_status settle(dm_exporter *x, dm_error *err)
{
    if (x->fd < 0)
        return DM_OK;
    int bad = fsync(x->fd) != 0 && errno != EINVAL && errno != EROFS; /* EINVAL: a pipe or device has nothing to sync */
    int why = errno;
    bad = close(x->fd) != 0 || bad;
    x->fd = -1;
    if (bad)
        return dm_fail(err, DM_EIO, 0, "cannot write '%.300s': %s", x->tmp, strerror(why));
    if (rename(x->tmp, x->opts.path) != 0)
        return dm_fail(err, DM_EIO, 0, "cannot put '%.150s' in its place '%.150s': %s", x->tmp, x->opts.path, strerror(errno));
    free(x->tmp);
    x->tmp = NULL;
    return DM_OK;
}

dm_status dm_export_close(dm_exporter *x, dm_export_stats *stats, dm_error *err)
{
    dm_status st = x->failed ? dm_fail(err, DM_EUSAGE, 0, "the export has failed before; nothing is kept") : DM_OK;
    if (st == DM_OK && x->format->end)
        st = x->format->end(x, err);
    if (st == DM_OK)
        st = dm_export_flush(x, true, err);
    if (st == DM_OK)
        st = settle(x, err);
    if (stats)
        *stats = x->stats;
    dm_export_abort(x); /* after settle() there is nothing left to remove */
    return st;
}

void dm_export_abort(dm_exporter *x)
{
    if (!x)
        return;
    if (x->format->drop)
        x->format->drop(x);
    if (x->fd >= 0)
        close(x->fd);
    if (x->tmp)
        (void)unlink(x->tmp);
    free(x->tmp);
    free((void *)(uintptr_t)x->opts.path);
    free((void *)(uintptr_t)x->opts.duckdb);
    dm_buf_free(&x->out);
    dm_buf_free(&x->cell);
    dm_crosswalk_free(x->cross);
    dm_tables_close(x->owned);
    free(x);
}

dm_day dm_filed_day(const dm_filed *f)
{
    const dm_interval *known[] = { &f->event->when, &f->event->said, &f->doc->meta.date };
    for (unsigned i = 0; i < 3; i++) {
        if (!dm_interval_known(*known[i]))
            continue;
        return known[i]->from != DM_DAY_NONE ? known[i]->from : known[i]->to;
    }
    return DM_DAY_NONE;
}

dm_day dm_filed_known(const dm_filed *f)
{
    if (f->first_report != DM_DAY_NONE)
        return f->first_report;
    return dm_interval_known(f->doc->meta.date) ? f->doc->meta.date.from : DM_DAY_NONE;
}

void dm_filed_pairs(const dm_crosswalk *cross, const dm_event *e,
    void (*pair)(void *ctx, const dm_party *actor, const dm_party *recipient), void *ctx)
{
    bool mutual;
    (void)dm_cross_cameo(cross, e->cameo, &mutual);
    mutual = mutual && e->n_recipient == 0 && e->n_actor > 1;
    const dm_party *to = mutual ? e->actor : e->recipient;
    uint32_t n_to = mutual ? e->n_actor : e->n_recipient;
    for (uint32_t i = 0; i < (e->n_actor ? e->n_actor : 1); i++)
        for (uint32_t k = 0; k < (n_to ? n_to : 1); k++)
            if (!mutual || i != k)
                pair(ctx, e->n_actor ? &e->actor[i] : NULL, n_to ? &to[k] : NULL);
}

uint64_t dm_number_of(uint64_t id, uint32_t pair)
{
    uint64_t both[2] = { id, pair };
    if (pair)
        id = dm_hash(both, sizeof both, 0);
    return id & ((UINT64_C(1) << NUMBER_BITS) - 1);
}

void dm_put_flat(dm_buf *out, dm_str s, char end)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F) {
            dm_put(out, (dm_str){ s.p + from, i - from });
            dm_put_z(out, " ");
            from = i + 1;
        }
    if (s.len)
        dm_put(out, (dm_str){ s.p + from, s.len - from });
    dm_put(out, (dm_str){ &end, 1 });
}

static dm_status begin_nothing(dm_exporter *x, dm_error *err)
{
    (void)x;
    (void)err;
    return DM_OK;
}

static dm_status plover_event(dm_exporter *x, const dm_filed *f, dm_error *err)
{
    (void)err;
    dm_put_filed_json(&x->out, f);
    x->stats.rows++;
    return DM_OK;
}

static dm_status csv_begin(dm_exporter *x, dm_error *err)
{
    (void)err;
    dm_put_filed_header(&x->out);
    return DM_OK;
}

static dm_status csv_event(dm_exporter *x, const dm_filed *f, dm_error *err)
{
    (void)err;
    dm_put_filed_row(&x->out, x->cross, f);
    x->stats.rows++;
    return DM_OK;
}

const dm_export_format dm_export_plover = { .name = "plover", .begin = begin_nothing, .event = plover_event };
const dm_export_format dm_export_csv = { .name = "csv", .begin = csv_begin, .event = csv_event };

// SPDX-License-Identifier: Apache-2.0
/* Files of a user's own actors: read, converted, and for a coder compiled into one image that is walked before ours. */
#include "import/import.h"
#include "pipeline/coder.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 1 << 16, NOTE_BYTES = 512 };

static dm_status slurp(dm_buf *out, const char *path, dm_error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return dm_fail(err, DM_EIO, 0, "cannot open '%.300s': %s", path, strerror(errno));
    char *chunk = malloc(CHUNK);
    size_t n = 1;
    while (chunk && n && !out->failed && out->len <= DM_IMPORT_BYTES_MAX) {
        n = fread(chunk, 1, CHUNK, f);
        dm_buf_add(out, chunk, n);
    }
    int why = ferror(f) ? errno : 0;
    bool memory = chunk && !out->failed;
    free(chunk);
    fclose(f);
    if (!memory)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory reading '%.300s'", path);
    return why ? dm_fail(err, DM_EIO, 0, "cannot read '%.300s': %s", path, strerror(why)) : DM_OK;
}

static dm_status read_file(dm_import **out, const dm_tables *tables, const char *path, dm_error *err)
{
    dm_buf bytes = { 0 };
    dm_status st = slurp(&bytes, path, err);
    if (st == DM_OK)
        st = dm_import_read(out, tables, path, (dm_str){ bytes.p, bytes.len }, err);
    dm_buf_free(&bytes);
    return st;
}

static void tell(const dm_coder_opts *opts, const char *path, const dm_import *im)
{
    char line[NOTE_BYTES];
    if (!opts->note || !im->refused)
        return;
    int n =
        snprintf(line, sizeof line, "%.300s: %u of %u entries used, lines not used: %u ('demarche import actors' tells which)",
            path, im->used, im->entries, im->refused);
    opts->note(opts->note_ctx, (dm_str){ line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1 });
}

static dm_status add_image(dm_tables *tables, dm_import *const *imports, const dm_coder_opts *opts, dm_error *err)
{
    void *image = NULL;
    size_t size = 0;
    dm_status st = dm_import_compile(&image, &size, (const dm_import *const *)imports, opts->actors, opts->n_actors, err);
    if (st == DM_OK && (st = dm_tables_add_image(tables, image, size, err)) != DM_OK)
        free(image);
    return st;
}

dm_status dm_add_actors(dm_tables *tables, const dm_coder_opts *opts, dm_error *err)
{
    dm_import *imports[DM_ACTORS_MAX] = { NULL };
    dm_status st = DM_OK;
    for (size_t i = 0; i < opts->n_actors && st == DM_OK; i++) {
        st = read_file(&imports[i], tables, opts->actors[i], err);
        if (st == DM_OK)
            tell(opts, opts->actors[i], imports[i]);
    }
    if (st == DM_OK && opts->n_actors)
        st = add_image(tables, imports, opts, err);
    for (size_t i = 0; i < opts->n_actors; i++)
        dm_import_free(imports[i]);
    return st;
}

static void report(const dm_import *im, dm_import_note_fn *note, void *ctx)
{
    for (uint32_t i = 0; note && i < im->remarks.n; i++) {
        const dm_import_remark *r = &im->remarks.v[i];
        const dm_import_note n = { r->line, r->refused, r->reason, r->detail };
        note(ctx, &n);
    }
}

dm_status dm_import_actors(const dm_coder *coder, const char *path, dm_buf *tsv, dm_import_stats *stats,
    dm_import_note_fn *note, void *ctx, dm_error *err)
{
    dm_import *im = NULL;
    dm_status st = read_file(&im, coder->tables, path, err);
    if (st != DM_OK)
        return st;
    report(im, note, ctx);
    if (stats)
        *stats = (dm_import_stats){ dm_import_format_name(im->format), im->entries, im->used, im->rows.n, im->refused,
            im->remarks.n - im->refused };
    st = dm_import_write(tsv, im, path, err);
    dm_import_free(im);
    return st;
}

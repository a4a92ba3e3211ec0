// SPDX-License-Identifier: Apache-2.0
/* dm-tables DATA_DIR OUT: compiles the tables that DATA_DIR/tables.tsv lists into one image (see base/table_image.h).
 * A table that is listed but missing is an error, so that the program never runs with half of its knowledge unnoticed. */
#include "base/table_build.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_LEN = 1024, MANIFEST_COLUMNS = 5 };

static char *slurp(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *buf = NULL;
    size_t n = 0, cap = 0;
    for (;;) {
        if (n + 65536 > cap) {
            cap = cap ? cap * 2 : 131072;
            char *more = realloc(buf, cap);
            if (!more)
                break;
            buf = more;
        }
        size_t got = fread(buf + n, 1, 65536, f);
        n += got;
        if (got == 0) {
            fclose(f);
            *len = n;
            return buf;
        }
    }
    free(buf);
    fclose(f);
    return NULL;
}

static int group_of(dm_str s)
{
    static const char *const names[DM_GROUPS] = { "name", "role", "trigger", "inst", "topic", "time", "cue" };
    for (int i = 0; i < DM_GROUPS; i++)
        if (dm_str_is(s, names[i]))
            return i;
    return -1;
}

static int add_table(dm_table_builder *b, const char *dir, const dm_str *cell)
{
    char path[PATH_LEN], name[PATH_LEN];
    dm_error err = { .msg = "" };
    snprintf(name, sizeof name, "%.*s", DM_FMT(cell[0]));
    snprintf(path, sizeof path, "%s/%.500s.tsv", dir, name);
    int group = cell[2].len ? group_of(cell[2]) : 0;
    dm_table_spec spec = { .name = name, .index = cell[1], .group = (dm_group)(group < 0 ? 0 : group) };
    spec.inflect = dm_str_is(cell[3], "verb")   ? DM_INFLECT_VERB
                   : dm_str_is(cell[3], "noun") ? DM_INFLECT_NOUN
                                                : DM_INFLECT_NONE;
    size_t len = 0;
    char *text = slurp(path, &len);
    if (!text || group < 0) {
        fprintf(stderr, "dm-tables: %s: %s\n", path, group < 0 ? "unknown group in tables.tsv" : strerror(errno));
        free(text);
        return 1;
    }
    dm_status st = dm_table_builder_add(b, &spec, (dm_str){ text, len }, &err);
    free(text);
    if (st != DM_OK)
        fprintf(stderr, "dm-tables: %s\n", err.msg);
    return st != DM_OK;
}

/* Walks the manifest: header line, then one table a line. */
static int add_all(dm_table_builder *b, const char *dir, dm_str manifest)
{
    int bad = 0, header = 1;
    while (manifest.len) {
        const char *e = memchr(manifest.p, '\n', manifest.len);
        size_t n = e ? (size_t)(e - manifest.p) : manifest.len;
        dm_str line = { manifest.p, n }, cell[MANIFEST_COLUMNS] = { DM_NIL };
        manifest.p += e ? n + 1 : n;
        manifest.len -= e ? n + 1 : n;
        if (!line.len || line.p[0] == '#' || header) {
            header = header && (!line.len || line.p[0] == '#');
            continue;
        }
        for (unsigned c = 0; c < MANIFEST_COLUMNS && line.len; c++) {
            const char *tab = memchr(line.p, '\t', line.len);
            size_t w = tab ? (size_t)(tab - line.p) : line.len;
            cell[c] = dm_str_trim((dm_str){ line.p, w });
            line.p += tab ? w + 1 : w;
            line.len -= tab ? w + 1 : w;
        }
        bad |= add_table(b, dir, cell);
    }
    return bad;
}

/* To a file beside it and then renamed: programs that have the old image mapped keep it whole. */
static int write_out(const char *path, const void *image, size_t size)
{
    char beside[PATH_LEN];
    int n = snprintf(beside, sizeof beside, "%s.%ld", path, (long)getpid());
    FILE *f = n > 0 && n < PATH_LEN ? fopen(beside, "wb") : NULL;
    int bad = !f || fwrite(image, 1, size, f) != size;
    if (f && fclose(f) != 0)
        bad = 1;
    if (!bad && rename(beside, path) != 0)
        bad = 1;
    if (bad) {
        fprintf(stderr, "dm-tables: cannot write '%s': %s\n", path, strerror(errno));
        if (f)
            remove(beside);
    }
    return bad;
}

int main(int argc, char **argv)
{
    char path[PATH_LEN];
    dm_table_builder *b = NULL;
    void *image = NULL;
    size_t len = 0, size = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: dm-tables DATA_DIR OUT\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/tables.tsv", argv[1]);
    char *manifest = slurp(path, &len);
    if (!manifest) {
        fprintf(stderr, "dm-tables: cannot read '%s': %s\n", path, strerror(errno));
        return 1;
    }
    int bad = dm_table_builder_new(&b, NULL) != DM_OK || add_all(b, argv[1], (dm_str){ manifest, len });
    if (!bad)
        bad = dm_table_builder_finish(b, &image, &size, NULL) != DM_OK || write_out(argv[2], image, size);
    free(image);
    free(manifest);
    dm_table_builder_free(b);
    return bad;
}

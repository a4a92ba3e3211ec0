// SPDX-License-Identifier: Apache-2.0
/* Users' lists of actors on any bytes: what is read must compile, and the table written from it must be read again as the same rows. */
#include "import/import.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16, PATH_BYTES = 4096 };

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_import: %s\n", what);
    abort();
}

static dm_tables *open_tables(void)
{
    const char *dir = getenv("DEMARCHE_DATA");
    char path[PATH_BYTES];
    dm_tables *t = NULL;
    dm_error err = { .msg = "" };
    snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : ".");
    if (dm_tables_open(&t, path, &err) != DM_OK) {
        fprintf(stderr, "fuzz_import: %s\n", err.msg);
        exit(1);
    }
    return t;
}

static bool same_row(const dm_import_row *a, const dm_import_row *b)
{
    return a->kind == b->kind && dm_str_eq(a->names, b->names) && dm_str_eq(a->code, b->code) &&
           dm_str_eq(a->sector, b->sector) && dm_str_eq(a->surname, b->surname) && dm_str_eq(a->from, b->from) &&
           dm_str_eq(a->to, b->to) && dm_str_eq(a->note, b->note);
}

static void check_again(const dm_tables *tables, const dm_import *im)
{
    dm_buf text = { 0 };
    dm_import *again = NULL;
    must(dm_import_write(&text, im, "fuzz", NULL) == DM_OK, "rows that cannot be written");
    must(dm_import_read(&again, tables, "fuzz", (dm_str){ text.p, text.len }, NULL) == DM_OK,
        "a table of ours that is not read");
    must(again->rows.n == im->rows.n && again->refused == 0, "a table of ours that is not read whole");
    for (uint32_t i = 0; i < im->rows.n; i++)
        must(same_row(&im->rows.v[i], &again->rows.v[i]), "a row that changes when it is read again");
    dm_import_free(again);
    dm_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_tables *tables; /* opened once: opening is not what is tested */
    if (!tables)
        tables = open_tables();
    dm_import *im = NULL;
    if (size > INPUT_MAX || dm_import_read(&im, tables, "fuzz", (dm_str){ (const char *)data, size }, NULL) != DM_OK)
        return 0;
    const dm_import *all[] = { im };
    const char *names[] = { "fuzz" };
    void *image = NULL;
    size_t image_size = 0;
    dm_error err = { .msg = "" };
    dm_status st = dm_import_compile(&image, &image_size, all, names, 1, &err);
    if (st != DM_OK)
        fprintf(stderr, "%s\n", err.msg);
    must(st == DM_OK, "rows that cannot be compiled");
    must(im->used <= im->entries && im->refused <= im->remarks.n, "counts that do not add up");
    free(image);
    check_again(tables, im);
    dm_import_free(im);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* Users' lists of actors, with FUZZ_IMPORT_HEAD before them: what is read must compile, and the table written from it must be read again as
 * the same rows. */
#include "fuzz.h"
#include "import/import.h"

enum { INPUT_MAX = 1 << 14 };

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
    fuzz_need(dm_import_write(&text, im, "fuzz", NULL) == DM_OK, "rows that cannot be written");
    fuzz_need(dm_import_read(&again, tables, "fuzz", (dm_str){ text.p, text.len }, NULL) == DM_OK,
        "a table of ours that is not read");
    fuzz_need(again->rows.n == im->rows.n && again->refused == 0, "a table of ours that is not read whole");
    for (uint32_t i = 0; i < im->rows.n; i++)
        fuzz_need(same_row(&im->rows.v[i], &again->rows.v[i]), "a row that changes when it is read again");
    dm_import_free(again);
    dm_buf_free(&text);
}

static void compile(const dm_import *im)
{
    const char *name = "fuzz";
    void *image = NULL;
    size_t size = 0;
    dm_error err = { .msg = "" };
    dm_status st = dm_import_compile(&image, &size, &im, &name, 1, &err);
    if (st != DM_OK)
        fprintf(stderr, "%s\n", err.msg);
    fuzz_need(st == DM_OK, "rows that can be compiled");
    free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] = FUZZ_IMPORT_HEAD;
    static char input[sizeof head + INPUT_MAX];
    static dm_tables *tables;
    dm_import *im = NULL;
    if (!tables)
        tables = fuzz_open_tables();
    if (size > INPUT_MAX)
        return 0;
    memcpy(input, head, sizeof head - 1);
    memcpy(input + sizeof head - 1, data, size);
    if (dm_import_read(&im, tables, "fuzz", (dm_str){ input, sizeof head - 1 + size }, NULL) != DM_OK)
        return 0;
    fuzz_need(im->used <= im->entries && im->refused <= im->remarks.n, "counts that add up");
    compile(im);
    check_again(tables, im);
    dm_import_free(im);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* The text of a table (our own TSV, or a user's) on any bytes: what compiles can be opened, and its cells lie in what was given. The first
 * byte chooses group and inflection. */
#include "base/table_build.h"
#include "fuzz.h"

enum { INPUT_MAX = 1 << 14, COLUMNS = 8 };

static void look(const dm_tables *t, const uint8_t *data, size_t size)
{
    const dm_table *table = dm_tables_get(t, "fuzz");
    fuzz_need(table != NULL, "a table that is found");
    for (uint32_t r = 0; r < dm_table_rows(table); r++) {
        fuzz_need(dm_table_line(table, r) >= 1, "a row with its line");
        for (int c = 0; c < COLUMNS; c++) {
            dm_str cell = dm_table_cell(table, r, c);
            fuzz_need(!cell.len || memmem(data, size, cell.p, cell.len) != NULL, "a cell that stands in the text");
        }
    }
}

static void open_image(const void *image, size_t image_size, const uint8_t *data, size_t size)
{
    static fuzz_file file;
    dm_tables *t = NULL;
    dm_error err = { .msg = "" };
    fuzz_write(&file, image, image_size);
    dm_status st = dm_tables_open(&t, file.path, &err);
    if (st != DM_OK)
        fprintf(stderr, "%s\n", err.msg);
    fuzz_need(st == DM_OK, "an image of ours that can be opened");
    look(t, data, size);
    dm_tables_close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > INPUT_MAX)
        return 0;
    const dm_table_spec spec = { "fuzz", dm_str_of("names"), (dm_group)(data[0] % DM_GROUPS), (data[0] >> 4) % 3 };
    dm_table_builder *b = NULL;
    void *image = NULL;
    size_t image_size = 0;
    dm_error err = { .msg = "" };
    fuzz_start(dm_table_builder_new(&b, &err), &err);
    if (dm_table_builder_add(b, &spec, (dm_str){ (const char *)data + 1, size - 1 }, &err) == DM_OK) {
        fuzz_need(dm_table_builder_finish(b, &image, &image_size, &err) == DM_OK, "a table that can be finished");
        open_image(image, image_size, data + 1, size - 1);
        free(image);
    } else {
        fuzz_need(err.msg[0], "a refusal with its reason");
    }
    dm_table_builder_free(b);
    return 0;
}

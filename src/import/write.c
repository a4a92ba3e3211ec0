// SPDX-License-Identifier: Apache-2.0
/* Rows as our TSV, for people (no line numbers: a row's line is its own) and for the table compiler. */
#include "base/table_build.h"
#include "import/work.h"
#include <demarche/error.h>

static const char *const kinds[] = { "body", "state", "person", "role-person", "role-group", "role-org" };
static const char *const role_kinds[] = { "person", "group", "org" };

static void put(dm_buf *b, dm_str s) { dm_buf_add(b, s.p, s.len); }
static void put_cell(dm_buf *b, dm_str s)
{
    put(b, s);
    dm_buf_add(b, "\t", 1);
}

dm_status dm_import_write(dm_buf *out, const dm_import *im, const char *name, dm_error *err)
{
    put(out, DM_STR("# Actors of "));
    for (const char *p = name; *p; p++)
        dm_buf_add(out, *p >= 0 && *p < ' ' ? "?" : p, 1);
    put(out, DM_STR(", converted by demarche import actors. Columns: docs/tables.md, \"Your own actors\".\n"
                    "names\tcode\tsector\tkind\tsurname\tscope\tfrom\tto\tnote\n"));
    for (uint32_t i = 0; i < im->rows.n; i++) {
        const dm_import_row *r = &im->rows.v[i];
        const dm_str cells[] = { r->names, r->code, r->sector, dm_str_of(kinds[r->kind]), r->surname, r->scope, r->from,
            r->to };
        for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
            put_cell(out, cells[k]);
        put(out, r->note);
        put(out, DM_STR("\n"));
    }
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the table") : DM_OK;
}

static void put_line(dm_buf *b, uint32_t line)
{
    char digits[12];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + line % 10);
        line /= 10;
    } while (line);
    dm_buf_add(b, digits + n, sizeof digits - n);
    dm_buf_add(b, "\n", 1);
}

/* The rows that are names, or those that are roles, with the columns that the actor stage reads. */
static dm_status text_of(dm_buf *b, const dm_import *im, bool roles, dm_error *err)
{
    dm_buf_clear(b);
    put(b, roles ? DM_STR("names\tsector\tkind\tscope\tnote\tline\n")
                 : DM_STR("names\tcode\tsector\tkind\tsurname\tfrom\tto\tline\n"));
    for (uint32_t i = 0; i < im->rows.n; i++) {
        const dm_import_row *r = &im->rows.v[i];
        bool role = r->kind >= DM_KIND_ROLE;
        if (role != roles)
            continue;
        const dm_str name_cells[] = { r->names, r->code, r->sector, dm_str_of(kinds[r->kind]), r->surname, r->from, r->to };
        const dm_str role_cells[] = { r->names, r->sector, dm_str_of(role ? role_kinds[r->kind - DM_KIND_ROLE] : ""), r->scope,
            r->note };
        for (size_t k = 0; k < (role ? sizeof role_cells : sizeof name_cells) / sizeof(dm_str); k++)
            put_cell(b, role ? role_cells[k] : name_cells[k]);
        put_line(b, r->line);
    }
    return b->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the users' tables") : DM_OK;
}

static dm_status add_tables(dm_table_builder *b, dm_buf *text, const dm_import *im, const char *name, dm_error *err)
{
    dm_status st = DM_OK;
    for (int roles = 0; roles < 2 && st == DM_OK; roles++) {
        dm_table_spec spec = { .name = name,
            .index = DM_STR("names"),
            .group = roles ? DM_GROUP_ROLE : DM_GROUP_NAME,
            .inflect = roles ? DM_INFLECT_NOUN : DM_INFLECT_NONE };
        st = text_of(text, im, roles != 0, err);
        if (st == DM_OK)
            st = dm_table_builder_add(b, &spec, (dm_str){ text->p, text->len }, err);
    }
    return st;
}

dm_status dm_import_compile(
    void **image, size_t *size, const dm_import *const *imports, const char *const *names, size_t n, dm_error *err)
{
    dm_table_builder *b = NULL;
    dm_buf text = { 0 };
    dm_status st = dm_table_builder_new(&b, err);
    for (size_t i = 0; i < n && st == DM_OK; i++)
        st = add_tables(b, &text, imports[i], names[i], err);
    if (st == DM_OK)
        st = dm_table_builder_finish(b, image, size, err);
    dm_buf_free(&text);
    dm_table_builder_free(b);
    return st;
}

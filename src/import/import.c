// SPDX-License-Identifier: Apache-2.0
/* Finds the form of a list, has it read, and keeps rows and remarks. */
#include "import/work.h"
#include <stdlib.h>

static const char *const format_names[] = { "table", "PETRARCH dictionary", "CSV of office holders" };

const char *dm_import_format_name(dm_import_format f) { return format_names[f]; }

/* The words at fault, cut where a character ends. */
static dm_str detail_of(imp *m, dm_str s)
{
    if (s.len > DETAIL_BYTES_MAX)
        for (s.len = DETAIL_BYTES_MAX; s.len && ((unsigned char)s.p[s.len] & 0xC0) == 0x80;)
            s.len--;
    return dm_import_keep(m, s);
}

void dm_import_remark_add(imp *m, uint32_t line, bool refused, const char *reason, dm_str detail)
{
    dm_import_remark *r = DM_PUSH(m->arena, &m->out->remarks);
    if (!r) {
        m->oom = true;
        return;
    }
    *r = (dm_import_remark){ line, m->out->remarks.n, refused, reason, detail_of(m, detail) };
    m->out->refused += refused;
}

dm_import_row *dm_import_row_new(imp *m, uint32_t line, dm_import_kind kind)
{
    dm_import_row *r = DM_PUSH(m->arena, &m->out->rows);
    if (!r) {
        m->oom = true;
        return NULL;
    }
    r->line = line;
    r->kind = (uint8_t)kind;
    return r;
}

dm_str dm_import_keep(imp *m, dm_str s)
{
    dm_str kept = dm_arena_str(m->arena, s);
    if (s.len && !kept.p) {
        m->oom = true;
        return DM_NIL;
    }
    return kept;
}

bool dm_import_next_line(imp *m, size_t *at, dm_str *line)
{
    if (*at >= m->bytes.len)
        return false;
    const char *p = m->bytes.p + *at, *e = memchr(p, '\n', m->bytes.len - *at);
    *line = (dm_str){ p, e ? (size_t)(e - p) : m->bytes.len - *at };
    *at += line->len + 1;
    if (line->len && line->p[line->len - 1] == '\r')
        line->len--;
    return true;
}

static bool has_bracket_code(dm_str line)
{
    const char *open = line.len ? memchr(line.p, '[', line.len) : NULL;
    size_t at = open ? (size_t)(open - line.p) + 1 : line.len;
    while (at < line.len && (line.p[at] == '~' || line.p[at] == ' '))
        at++;
    return at < line.len && line.p[at] >= 'A' && line.p[at] <= 'Z';
}

static dm_status sniff(imp *m, const char *name, dm_error *err)
{
    bool header = true;
    dm_str line;
    for (size_t at = 0; dm_import_next_line(m, &at, &line);) {
        dm_str t = dm_str_trim(line);
        if (!t.len || t.p[0] == '#')
            continue;
        if (header && dm_import_own_header(line)) {
            m->out->format = DM_IMPORT_TSV;
            return DM_OK;
        }
        if (header && dm_import_csv_header(line)) {
            m->out->format = DM_IMPORT_CSV;
            return DM_OK;
        }
        header = false;
        if (has_bracket_code(line)) {
            m->out->format = DM_IMPORT_DICTIONARY;
            return DM_OK;
        }
    }
    return dm_fail(err, DM_EINPUT, 0,
        "'%s' is no list of actors: neither a table with columns 'names' and 'code', nor a dictionary with codes in "
        "[brackets], nor a CSV "
        "with columns 'personLabel' and 'country'",
        name);
}

static dm_status need(const dm_table **out, const dm_tables *tables, const char *name, dm_error *err)
{
    *out = dm_tables_get(tables, name);
    return *out ? DM_OK : dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack '%s'; compile them again (make build)", name);
}

static dm_status index_codes(imp *m, dm_error *err)
{
    bool ok = true;
    for (uint32_t r = dm_table_rows(m->codes); r-- > 0;) /* backwards: the first row of a piece stays */
        ok = ok && dm_map_put(&m->code_row, dm_table_cell(m->codes, r, m->cc.code), 0, r);
    for (uint32_t r = 0; r < dm_table_rows(m->states); r++)
        ok = ok && dm_map_put(&m->is_state, dm_table_cell(m->states, r, m->states_code), 0, 1);
    return ok ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the codes of actors");
}

static dm_status open_tables(imp *m, dm_error *err)
{
    dm_status st = need(&m->codes, m->tables, "actors/petrarch_codes", err);
    if (st == DM_OK)
        st = need(&m->states, m->tables, "actors/states", err);
    if (st == DM_OK)
        st = need(&m->roles, m->tables, "actors/roles", err);
    if (st != DM_OK)
        return st;
    const dm_table *t = m->codes;
    m->cc = (col_codes){ dm_table_column(t, "code"), dm_table_column(t, "kind"), dm_table_column(t, "plover"),
        dm_table_column(t, "sector"), dm_table_column(t, "keeps"), dm_table_column(t, "scope"), dm_table_column(t, "from"),
        dm_table_column(t, "to") };
    m->states_code = dm_table_column(m->states, "code");
    m->roles_sector = dm_table_column(m->roles, "sector");
    m->roles_kind = dm_table_column(m->roles, "kind");
    m->i_states = dm_table_index(m->tables, m->states);
    m->i_roles = dm_table_index(m->tables, m->roles);
    return index_codes(m, err);
}

static int by_line(const void *a, const void *b)
{
    const dm_import_remark *x = a, *y = b;
    return x->line != y->line ? (x->line < y->line ? -1 : 1) : (x->order > y->order) - (x->order < y->order);
}

static dm_status read_all(imp *m, const char *name, dm_error *err)
{
    dm_status st = open_tables(m, err);
    if (st == DM_OK)
        st = sniff(m, name, err);
    if (st != DM_OK)
        return st;
    switch (m->out->format) {
    case DM_IMPORT_TSV: dm_import_own(m); break;
    case DM_IMPORT_CSV: dm_import_csv(m); break;
    case DM_IMPORT_DICTIONARY: dm_import_dictionary(m); break;
    }
    if (m->out->remarks.n) /* names are judged when their entry is whole */
        qsort(m->out->remarks.v, m->out->remarks.n, sizeof *m->out->remarks.v, by_line);
    return m->oom ? dm_fail(err, DM_ENOMEM, 0, "out of memory reading '%s'", name) : DM_OK;
}

dm_status dm_import_read(dm_import **out, const dm_tables *tables, const char *name, dm_str bytes, dm_error *err)
{
    if (bytes.len > DM_IMPORT_BYTES_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "'%s' is larger than %d MB", name, DM_IMPORT_BYTES_MAX >> 20);
    dm_import *im = calloc(1, sizeof *im);
    if (!im)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory reading '%s'", name);
    if (dm_str_starts(bytes, "\xEF\xBB\xBF")) {
        bytes.p += 3;
        bytes.len -= 3;
    }
    imp m = { .out = im, .arena = &im->arena, .tables = tables, .bytes = bytes };
    dm_status st = read_all(&m, name, err);
    dm_map_free(&m.code_row);
    dm_map_free(&m.is_state);
    if (st != DM_OK) {
        dm_import_free(im);
        return st;
    }
    *out = im;
    return DM_OK;
}

void dm_import_free(dm_import *im)
{
    if (!im)
        return;
    dm_arena_free(&im->arena);
    free(im);
}

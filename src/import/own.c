// SPDX-License-Identifier: Apache-2.0
/* Our own tables: a header that names columns of actors/bodies.tsv, people.tsv, states.tsv or roles.tsv, in any order, or the few of a
 * list made by hand (name, code, sector, from, to). Names are taken as they are written: capitals count. */
#include "import/work.h"

enum { COLUMNS_MAX = 32, NAME_COLUMNS_MAX = 4 };

typedef struct columns {
    int name[NAME_COLUMNS_MAX], demonyms, code, sector, kind, surname, office, scope, from, to, note;
    uint32_t n;
} columns;

static uint32_t cut(dm_str line, dm_str *cell)
{
    uint32_t n = 0;
    for (size_t from = 0, i = 0; i <= line.len; i++) {
        if (i < line.len && line.p[i] != '\t')
            continue;
        if (n < COLUMNS_MAX)
            cell[n] = dm_str_trim((dm_str){ line.p + from, i - from });
        n++;
        from = i + 1;
    }
    return n;
}

static int find(const dm_str *cell, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (dm_str_is(cell[i], name))
            return (int)i;
    return -1;
}

static bool read_header(columns *c, dm_str line)
{
    dm_str cell[COLUMNS_MAX];
    uint32_t n = cut(line, cell);
    if (n < 2 || n > COLUMNS_MAX)
        return false;
    *c =
        (columns){ .name = { find(cell, n, "names"), find(cell, n, "name"), find(cell, n, "aliases"), find(cell, n, "people") },
            .demonyms = find(cell, n, "demonyms"),
            .code = find(cell, n, "code"),
            .sector = find(cell, n, "sector"),
            .kind = find(cell, n, "kind"),
            .surname = find(cell, n, "surname"),
            .office = find(cell, n, "office"),
            .scope = find(cell, n, "scope"),
            .from = find(cell, n, "from"),
            .to = find(cell, n, "to"),
            .note = find(cell, n, "note"),
            .n = n };
    return (c->name[0] >= 0 || c->name[1] >= 0) && (c->code >= 0 || c->scope >= 0);
}

bool dm_import_own_header(dm_str line)
{
    columns c;
    return read_header(&c, line);
}

static dm_str at(const dm_str *cell, int column) { return column < 0 ? DM_NIL : cell[column]; }

/* All variants of all name columns, those that cannot be looked for refused. */
static dm_str names_of(imp *m, const columns *c, const dm_str *cell, uint32_t line)
{
    dm_str all = DM_NIL, variant;
    int from[NAME_COLUMNS_MAX + 1] = { c->name[0], c->name[1], c->name[2], c->name[3], c->demonyms };
    size_t room = 1, n = 0;
    for (int i = 0; i <= NAME_COLUMNS_MAX; i++)
        room += at(cell, from[i]).len + 1;
    char *out = dm_arena_alloc(m->arena, room, 1);
    if (!out) {
        m->oom = true;
        return all;
    }
    for (int i = 0; i <= NAME_COLUMNS_MAX; i++)
        for (dm_str rest = at(cell, from[i]); dm_str_split(&rest, '|', &variant);) {
            const char *fault = dm_import_name_fault(variant);
            if (fault) {
                dm_import_remark_add(m, line, true, fault, variant);
                continue;
            }
            if (n)
                out[n++] = '|';
            memcpy(out + n, variant.p, variant.len);
            n += variant.len;
        }
    return (dm_str){ out, n };
}

static bool kind_of(const imp *m, const columns *c, const dm_str *cell, dm_str code, dm_import_kind *kind)
{
    static const char *const names[] = { "body", "state", "person", "role-person", "role-group", "role-org" };
    dm_str k = at(cell, c->kind);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (dm_str_is(k, names[i])) {
            *kind = (dm_import_kind)i;
            return true;
        }
    if (dm_str_is(k, "role") || (c->code < 0 && c->scope >= 0)) {
        *kind = dm_str_is(k, "group") ? DM_KIND_ROLE_GROUP : dm_str_is(k, "org") ? DM_KIND_ROLE_ORG : DM_KIND_ROLE;
        return true;
    }
    bool state =
        !at(cell, c->sector).len && !k.len && dm_import_is_code(m, code) && !dm_str_in(code, DM_BODY_CODES) && c->surname < 0;
    *kind = c->surname >= 0 || c->office >= 0 ? DM_KIND_PERSON : state ? DM_KIND_STATE : DM_KIND_BODY;
    return true;
}

/* A date cell: the day on which it begins or ends. */
static bool read_day(imp *m, dm_str cell, bool last, dm_str *out)
{
    dm_day a, b;
    if (cell.len && !dm_import_day(&a, &b, cell))
        return false;
    *out = cell.len ? dm_import_day_text(m, last ? b : a) : DM_NIL;
    return true;
}

static const char *code_fault(imp *m, const columns *c, const dm_str *cell, dm_import_row *row)
{
    dm_str code = at(cell, c->code), sector = at(cell, c->sector);
    bool role = row->kind >= DM_KIND_ROLE;
    if (!role && !code.len)
        return "a row without a code";
    if (code.len && !dm_import_is_code(m, code)) {
        coded got = dm_import_decode(m, code, false); /* a CAMEO code in our table: USAGOV */
        if (!got.known || !got.code.len || got.left_out.len || got.n_state_rows)
            return "an unknown code";
        code = got.code;
        sector = sector.len ? sector : got.sector;
    }
    if (sector.len && !dm_import_is_sector(m, sector))
        return "a sector that PLOVER does not have";
    row->code = dm_import_keep(m, code);
    row->sector = dm_import_keep(m, sector);
    return NULL;
}

static const char *fill(imp *m, const columns *c, const dm_str *cell, dm_import_row *row)
{
    const char *fault = code_fault(m, c, cell, row);
    if (fault)
        return fault;
    if (!read_day(m, at(cell, c->from), false, &row->from) || !read_day(m, at(cell, c->to), true, &row->to))
        return "a date that cannot be read";
    if (row->from.len && row->to.len && dm_str_cmp(row->from, row->to) > 0)
        return "a term that ends before it begins";
    row->names = names_of(m, c, cell, row->line);
    if (!row->names.len)
        return "a row without a name";
    row->surname = dm_import_keep(m, at(cell, c->surname));
    row->scope = dm_import_keep(m, at(cell, c->scope));
    row->note = dm_import_keep(m, at(cell, c->note));
    return NULL;
}

static void take_row(imp *m, const columns *c, dm_str line, uint32_t number)
{
    dm_str cell[COLUMNS_MAX];
    uint32_t n = cut(line, cell);
    dm_import_row row = { .line = number };
    dm_import_kind kind;
    m->out->entries++;
    for (uint32_t i = n; i < c->n; i++) /* editors drop empty cells at the end of a line */
        cell[i] = DM_NIL;
    if (n > c->n) {
        dm_import_remark_add(m, number, true, "more cells than the header has", line);
        return;
    }
    kind_of(m, c, cell, at(cell, c->code), &kind);
    row.kind = (uint8_t)kind;
    const char *fault = fill(m, c, cell, &row);
    if (fault) {
        dm_import_remark_add(m, number, true, fault, line);
        return;
    }
    dm_import_row *to = dm_import_row_new(m, number, kind);
    if (to)
        *to = row;
    m->out->used++;
}

void dm_import_own(imp *m)
{
    columns c = { .n = 0 };
    uint32_t number = 0;
    dm_str line;
    for (size_t from = 0; dm_import_next_line(m, &from, &line);) {
        number++;
        if (!dm_str_trim(line).len || line.p[0] == '#')
            continue;
        if (c.n)
            take_row(m, &c, line, number);
        else
            read_header(&c, line); /* sniffed before: it is one */
    }
}

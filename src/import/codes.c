// SPDX-License-Identifier: Apache-2.0
/* Actor codes of CAMEO, pieces of three letters, as a PLOVER code and sector; what each piece means stands in actors/petrarch_codes. */
#include "import/work.h"

enum { PIECE = 3 };

static bool is_state(const imp *m, dm_str code) { return dm_map_get(&m->is_state, code, 0) != UINT32_MAX; }

bool dm_import_is_code(const imp *m, dm_str code) { return is_state(m, code) || dm_str_in(code, DM_BODY_CODES); }

bool dm_import_is_sector(const imp *m, dm_str sector)
{
    dm_str piece;
    bool any = false;
    while (dm_str_split(&sector, '+', &piece)) {
        if (!dm_sector_known(m->tables, piece))
            return false;
        any = true;
    }
    return any;
}

typedef struct reading {
    coded c;
    dm_str strong, joined, weak, keeps, org_sector;
    dm_str nowhere; /* the entity code of a sector without a country */
} reading;

static dm_str cell(const imp *m, uint32_t row, int column) { return dm_table_cell(m->codes, row, column); }

static bool kept_by(dm_str keeps, dm_str sector)
{
    dm_str piece;
    while (dm_str_split(&keeps, '|', &piece))
        if (dm_str_eq(piece, sector))
            return true;
    return false;
}

static void take_state(reading *r, dm_str code)
{
    if (!r->c.code.len)
        r->c.code = code;
    else if (r->c.org && !r->c.home.len)
        r->c.home = code;
}

/* The row of a state in the crosswalk; several when the code changed its meaning over time. */
static void take_crosswalk(imp *m, reading *r, uint32_t row)
{
    dm_str piece = cell(m, row, m->cc.code);
    uint32_t n = 1;
    while (row + n < dm_table_rows(m->codes) && dm_str_eq(cell(m, row + n, m->cc.code), piece))
        n++;
    if (!r->c.code.len && (cell(m, row, m->cc.from).len || cell(m, row, m->cc.to).len)) {
        r->c.state_row = row;
        r->c.n_state_rows = n;
    }
    take_state(r, cell(m, row, m->cc.plover));
    if (!r->strong.len)
        r->strong = cell(m, row, m->cc.sector);
}

static void take_org(imp *m, reading *r, uint32_t row)
{
    if (r->c.code.len && !(r->c.org && dm_str_is(r->c.code, "IGO")))
        return;
    r->c.code = cell(m, row, m->cc.plover);
    r->c.org = true;
    r->keeps = cell(m, row, m->cc.keeps);
    r->org_sector = cell(m, row, m->cc.sector);
}

static void take_sector(imp *m, reading *r, uint32_t row)
{
    dm_str s = cell(m, row, m->cc.sector);
    if (r->c.org && !kept_by(r->keeps, s))
        return;
    if (!r->c.scope.len)
        r->c.scope = cell(m, row, m->cc.scope);
    if (!r->strong.len) {
        r->strong = s;
        r->nowhere = cell(m, row, m->cc.plover);
    } else if (dm_str_is(s, "PTY") ? dm_str_in(r->strong, "GOV OPP") : dm_str_is(r->strong, "PTY") && dm_str_in(s, "GOV OPP"))
        r->joined = dm_str_is(s, "PTY") ? r->strong : s;
}

/* A state's code wins at the start of an actor (MUS is Mauritius), any other meaning elsewhere and in a role (MUS is Muslim). */
static bool take_piece(imp *m, reading *r, dm_str piece, bool first)
{
    uint32_t row = dm_map_get(&m->code_row, piece, 0);
    dm_str kind = row == UINT32_MAX ? DM_NIL : cell(m, row, m->cc.kind);
    if (is_state(m, piece) && (first || !kind.len || dm_str_is(kind, "state")))
        take_state(r, dm_import_keep(m, piece));
    else if (dm_str_is(kind, "state"))
        take_crosswalk(m, r, row);
    else if (dm_str_is(kind, "org"))
        take_org(m, r, row);
    else if (dm_str_is(kind, "sector"))
        take_sector(m, r, row);
    else if (dm_str_is(kind, "faith")) {
        if (!r->weak.len && (!r->c.org || kept_by(r->keeps, cell(m, row, m->cc.sector))))
            r->weak = cell(m, row, m->cc.sector);
    } else if (!kind.len)
        return false;
    return true;
}

static dm_str sector_of(imp *m, const reading *r)
{
    if (r->joined.len) {
        dm_str s = dm_arena_printf(m->arena, "PTY+%.*s", DM_FMT(r->joined));
        m->oom = m->oom || !s.p;
        return s;
    }
    return r->strong.len ? r->strong : r->org_sector.len ? r->org_sector : r->weak;
}

coded dm_import_decode(imp *m, dm_str letters, bool role)
{
    reading r = { .c = { .known = false } };
    for (size_t at = 0; at < letters.len; at += PIECE) {
        dm_str piece = { letters.p + at, letters.len - at < PIECE ? letters.len - at : PIECE };
        bool ok = piece.len == PIECE && take_piece(m, &r, piece, at == 0 && !role);
        if (!ok && at == 0)
            return r.c; /* nothing is known of what the actor is */
        if (!ok && !r.c.left_out.len)
            r.c.left_out = piece;
        r.c.known = true;
    }
    r.c.sector = sector_of(m, &r);
    if (!role && !r.c.code.len && r.nowhere.len) {
        r.c.code = r.nowhere;
        r.c.org = true;
    }
    if (!r.c.scope.len)
        r.c.scope = DM_STR("any");
    return r.c;
}

// SPDX-License-Identifier: Apache-2.0
/* The crosswalk tables behind maps from code to row. Rows of one code in actors/cow stand together, in the order of their days. */
#include "write/crosswalk.h"
#include "base/map.h"
#include <stdlib.h>

enum { COUNTRY, SECTOR, ENTITY, CAMEO, COW };    /* kinds of keys */
enum { C_NAME, C_FIPS, C_CAMEO, C_ICEWS, N_C };  /* columns of export/countries */
enum { S_CAMEO, S_GROUP, S_ICEWS, S_NAME, N_S }; /* of export/sectors */
enum {
    W_CODE,
    W_COW,
    W_NUMBER,
    W_FROM,
    W_TO,
    W_GW,
    W_SUCCESSOR,
    N_W,
    HOPS = 4
}; /* of actors/cow; a chain of successors ends */

typedef struct membership {
    dm_day from, to;
} membership;

struct dm_crosswalk {
    const dm_table *countries, *sectors, *cameo, *cow;
    int country_col[N_C], sector_col[N_S], cow_col[N_W], cameo_name, cameo_mutual;
    dm_map rows;
    membership *member; /* [rows of cow] */
};

static dm_status columns(const dm_table *t, const char *table, const char *const *names, int *at, int n, dm_error *err)
{
    for (int i = 0; i < n; i++)
        if ((at[i] = t ? dm_table_column(t, names[i]) : -1) < 0)
            return dm_fail(err, DM_ECORRUPT, 0, "the data has no table '%s' with a column '%s'; it is older than this program",
                table, names[i]);
    return DM_OK;
}

/* Maps the cells of a key column to their rows; the first row of several wins. kind_column: -1, or where rows with "entity" differ. */
static bool index_rows(dm_map *m, const dm_table *t, int key, uint32_t kind, int kind_column)
{
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        dm_str cell = dm_table_cell(t, r, key);
        uint32_t k = kind_column >= 0 && dm_str_is(dm_table_cell(t, r, kind_column), "entity") ? (uint32_t)ENTITY : kind;
        if (dm_map_get(m, cell, k) == UINT32_MAX && !dm_map_put(m, cell, k, r))
            return false;
    }
    return true;
}

static dm_status read_days(dm_crosswalk *c, dm_error *err)
{
    uint32_t n = dm_table_rows(c->cow);
    c->member = calloc(n ? n : 1, sizeof *c->member);
    if (!c->member)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the country codes");
    for (uint32_t r = 0; r < n; r++) {
        dm_str from = dm_table_cell(c->cow, r, c->cow_col[W_FROM]), to = dm_table_cell(c->cow, r, c->cow_col[W_TO]);
        dm_interval a = { .from = INT32_MIN }, b = { .to = INT32_MAX };
        dm_status st = from.len ? dm_day_parse(&a, from, err) : DM_OK;
        if (st == DM_OK && to.len)
            st = dm_day_parse(&b, to, err);
        if (st != DM_OK)
            return dm_fail(err, DM_ECORRUPT, dm_table_line(c->cow, r), "actors/cow.tsv:%u: a day cannot be read",
                dm_table_line(c->cow, r));
        c->member[r] = (membership){ a.from, b.to };
    }
    return DM_OK;
}

static dm_status find_columns(dm_crosswalk *c, dm_error *err)
{
    static const char *const country[] = { "name", "fips", "cameo", "icews" };
    static const char *const sector[] = { "cameo", "group", "icews", "name" };
    static const char *const cow[] = { "code", "cow", "ccode", "from", "to", "gw", "successor" };
    static const char *const cameo[] = { "name", "mutual" };
    int pair[2] = { -1, -1 };
    dm_status st = columns(c->countries, "export/countries", country, c->country_col, N_C, err);
    if (st == DM_OK)
        st = columns(c->sectors, "export/sectors", sector, c->sector_col, N_S, err);
    if (st == DM_OK)
        st = columns(c->cow, "actors/cow", cow, c->cow_col, N_W, err);
    if (st == DM_OK && (st = columns(c->cameo, "export/cameo", cameo, pair, 2, err)) == DM_OK) {
        c->cameo_name = pair[0];
        c->cameo_mutual = pair[1];
    }
    return st;
}

static dm_status fill(dm_crosswalk *c, const dm_tables *t, dm_error *err)
{
    c->countries = dm_tables_get(t, "export/countries");
    c->sectors = dm_tables_get(t, "export/sectors");
    c->cameo = dm_tables_get(t, "export/cameo");
    c->cow = dm_tables_get(t, "actors/cow");
    dm_status st = find_columns(c, err);
    if (st == DM_OK)
        st = read_days(c, err);
    if (st != DM_OK)
        return st;
    bool kept =
        index_rows(&c->rows, c->countries, dm_table_column(c->countries, "code"), COUNTRY, -1) &&
        index_rows(&c->rows, c->sectors, dm_table_column(c->sectors, "key"), SECTOR, dm_table_column(c->sectors, "kind")) &&
        index_rows(&c->rows, c->cameo, dm_table_column(c->cameo, "code"), CAMEO, -1) &&
        index_rows(&c->rows, c->cow, c->cow_col[W_CODE], COW, -1);
    return kept ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the country codes");
}

dm_status dm_crosswalk_new(dm_crosswalk **out, const dm_tables *t, dm_error *err)
{
    dm_crosswalk *c = calloc(1, sizeof *c);
    if (!c)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the country codes");
    dm_status st = fill(c, t, err);
    if (st != DM_OK) {
        dm_crosswalk_free(c);
        return st;
    }
    *out = c;
    return DM_OK;
}

void dm_crosswalk_free(dm_crosswalk *c)
{
    if (!c)
        return;
    dm_map_free(&c->rows);
    free(c->member);
    free(c);
}

dm_country dm_cross_country(const dm_crosswalk *c, const char *code)
{
    uint32_t r = dm_map_get(&c->rows, dm_str_of(code), COUNTRY);
    if (r == UINT32_MAX)
        return (dm_country){ 0 };
    const int *at = c->country_col;
    dm_country found = { dm_table_cell(c->countries, r, at[C_NAME]), dm_table_cell(c->countries, r, at[C_FIPS]),
        dm_table_cell(c->countries, r, at[C_CAMEO]), dm_table_cell(c->countries, r, at[C_ICEWS]) };
    if (found.cameo.len == 0)
        found.cameo = dm_str_of(code);
    if (found.icews.len == 0)
        found.icews = found.name;
    return found;
}

/* Row of the membership on that day, else UINT32_MAX; *last: the code's last row. */
static uint32_t member_on(const dm_crosswalk *c, dm_str code, dm_day day, uint32_t *last)
{
    uint32_t r = dm_map_get(&c->rows, code, COW), n = dm_table_rows(c->cow);
    *last = UINT32_MAX;
    for (; r < n && dm_str_eq(dm_table_cell(c->cow, r, c->cow_col[W_CODE]), code); r++) {
        *last = r;
        if (day >= c->member[r].from && day <= c->member[r].to)
            return r;
    }
    return UINT32_MAX;
}

dm_cow dm_cross_cow(const dm_crosswalk *c, const char *code, dm_day day)
{
    dm_str at = dm_str_of(code);
    uint32_t row = UINT32_MAX, last;
    for (int hops = 0; row == UINT32_MAX && hops < HOPS; hops++) {
        row = member_on(c, at, day, &last);
        if (last == UINT32_MAX)
            break;
        at = dm_table_cell(c->cow, last, c->cow_col[W_SUCCESSOR]);
        if (day == DM_DAY_NONE)
            row = last; /* whatever the day: who the state is, or last was */
        if (at.len == 0 || day <= c->member[last].to)
            break; /* only what comes after a state's end is its successor's */
    }
    if (row == UINT32_MAX)
        return (dm_cow){ 0 };
    dm_cow found = { dm_table_cell(c->cow, row, c->cow_col[W_COW]), dm_table_cell(c->cow, row, c->cow_col[W_NUMBER]),
        dm_table_cell(c->cow, row, c->cow_col[W_GW]) };
    if (found.gw.len == 0)
        found.gw = found.number;
    return found;
}

static dm_role role(const dm_crosswalk *c, dm_str key, uint32_t kind)
{
    uint32_t r = dm_map_get(&c->rows, key, kind);
    if (r == UINT32_MAX)
        return (dm_role){ 0 };
    const int *at = c->sector_col;
    return (dm_role){ dm_table_cell(c->sectors, r, at[S_CAMEO]), dm_table_cell(c->sectors, r, at[S_GROUP]),
        dm_table_cell(c->sectors, r, at[S_ICEWS]), dm_table_cell(c->sectors, r, at[S_NAME]) };
}

dm_role dm_cross_sector(const dm_crosswalk *c, dm_str sector) { return role(c, sector, SECTOR); }

dm_role dm_cross_entity(const dm_crosswalk *c, const char *code) { return role(c, dm_str_of(code), ENTITY); }

dm_str dm_cross_cameo(const dm_crosswalk *c, const char *cameo, bool *mutual)
{
    uint32_t r = dm_map_get(&c->rows, dm_str_of(cameo), CAMEO);
    *mutual = r != UINT32_MAX && dm_table_cell(c->cameo, r, c->cameo_mutual).len > 0;
    return r == UINT32_MAX ? DM_NIL : dm_table_cell(c->cameo, r, c->cameo_name);
}

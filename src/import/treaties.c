// SPDX-License-Identifier: Apache-2.0
/* Files of treaty actions: one action a row, or one party a row with a column of dates for each action. */
#include "import/votes.h"

enum { HEADER_BYTES = 64 };

static dm_str lower(dm_str s, char *out)
{
    size_t n = s.len < HEADER_BYTES ? s.len : HEADER_BYTES;
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] - 'A' + 'a' : s.p[i]);
    return (dm_str){ out, n };
}

dm_str dm_action_find(const dm_tables *tables, dm_str text)
{
    const dm_table *t = dm_tables_get(tables, "instruments/actions");
    char buf[HEADER_BYTES];
    dm_str given = lower(dm_str_trim(text), buf), best = DM_NIL;
    size_t longest = 0;
    for (uint32_t r = 0; t && r < dm_table_rows(t); r++) {
        dm_str words = dm_table_cell(t, r, dm_table_column(t, "words")), one;
        while (dm_str_split(&words, '|', &one)) {
            bool starts = one.len <= given.len && memcmp(one.p, given.p, one.len) == 0;
            char next = starts && one.len < given.len ? given.p[one.len] : ' ';
            if (starts && one.len > longest && !(next >= 'a' && next <= 'z')) {
                longest = one.len;
                best = dm_table_cell(t, r, dm_table_column(t, "action"));
            }
        }
    }
    return best;
}

static void find(int *column, dm_str name, const char *words, size_t i)
{
    if (*column < 0 && dm_str_in(name, words))
        *column = (int)i;
}

dm_status dm_actions_header(
    dm_actions_file *f, const dm_tables *tables, const dm_str *cell, size_t n, bool named, dm_error *err)
{
    *f = (dm_actions_file){ -1, -1, -1, -1, .n_wide = 0 };
    for (size_t i = 0; i < n; i++) {
        char buf[HEADER_BYTES];
        dm_str name = lower(cell[i], buf);
        find(&f->party, name, "party participant participants state country code iso3", i);
        find(&f->date, name, "date action_date day", i);
        find(&f->action, name, "action action_type type status", i);
        find(&f->treaty, name, "treaty treaty_name agreement title name", i);
    }
    for (size_t i = 0; f->action < 0 && i < n; i++) {
        dm_str action = dm_action_find(tables, cell[i]);
        if (action.len && f->n_wide < sizeof f->wide / sizeof *f->wide) {
            f->wide[f->n_wide].column = (int)i;
            f->wide[f->n_wide++].action = action;
        }
    }
    bool dated = f->action >= 0 ? f->date >= 0 : f->n_wide > 0;
    if (f->party < 0 || !dated || (f->treaty < 0 && !named))
        return dm_fail(err, DM_EINPUT, 1,
            "the first line must name the columns party, date and action (or a column of dates for each: signature, "
            "ratification ...)%s",
            f->treaty < 0 && !named ? ", and treaty, or name the treaty with --treaty" : "");
    return DM_OK;
}

static bool same(dm_str a, dm_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        char x = a.p[i], y = b.p[i];
        x = (char)(x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x);
        y = (char)(y >= 'A' && y <= 'Z' ? y - 'A' + 'a' : y);
        if (x != y)
            return false;
    }
    return true;
}

dm_str dm_treaty_name(const dm_tables *tables, dm_str name)
{
    const dm_table *t = dm_tables_get(tables, "instruments/named");
    for (uint32_t r = 0; t && r < dm_table_rows(t); r++) {
        dm_str cell = dm_table_cell(t, r, dm_table_column(t, "names")), one, first = DM_NIL;
        while (dm_str_split(&cell, '|', &one)) {
            first = first.len ? first : one;
            if (same(one, name))
                return first;
        }
    }
    return name;
}

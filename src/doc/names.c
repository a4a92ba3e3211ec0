// SPDX-License-Identifier: Apache-2.0
/* PLOVER's names (types, contexts) and the words of the record for precision and reasons; dates as text. */
#include "doc/doc.h"
#include <stdio.h>

const char *const dm_type_names[DM_N_TYPES] = { "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT",
    "REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT" };

static const char *const context_names[] = { "military", "intelligence", "executive", "legislative", "election",
    "political_institutions", "pro_democracy", "pro_autocracy", "economic", "legal", "reparations", "human_rights",
    "rights_freedoms", "repression", "human_security", "gender", "lgbt", "religion_ethnicity", "inequality", "diplomatic",
    "territory", "peacekeeping", "health", "asylum", "migration", "disasters", "natural_resource", "environment", "technology",
    "terrorism", "cbrn", "cyber", "misinformation", "crime", "corruption", "illegal_drugs", "trafficking" };
enum { N_CONTEXTS = sizeof context_names / sizeof context_names[0] };
_Static_assert(N_CONTEXTS == 37, "PLOVER has 37 contexts");

const char *dm_type_name(dm_type type) { return type < DM_N_TYPES ? dm_type_names[type] : ""; }

dm_type dm_type_find(dm_str name)
{
    for (unsigned i = 0; i < DM_N_TYPES; i++)
        if (dm_str_is(name, dm_type_names[i]))
            return (dm_type)i;
    return DM_TYPE_NONE;
}

bool dm_sector_known(const dm_tables *tables, dm_str word)
{
    const dm_table *t = dm_tables_get(tables, "export/sectors");
    int key = t ? dm_table_column(t, "key") : -1, kind = t ? dm_table_column(t, "kind") : -1;
    for (uint32_t row = 0; word.len && key >= 0 && row < dm_table_rows(t); row++)
        if (dm_str_eq(dm_table_cell(t, row, key), word))
            return dm_str_is(dm_table_cell(t, row, kind), "sector");
    return false;
}

const char *dm_context_name(unsigned bit) { return bit < N_CONTEXTS ? context_names[bit] : NULL; }

int dm_context_find(dm_str name)
{
    for (int i = 0; i < N_CONTEXTS; i++)
        if (dm_str_is(name, context_names[i]))
            return i;
    return -1;
}

const char *dm_precision_name(dm_precision p)
{
    static const char *const names[] = { "unknown", "day", "week", "month", "season", "year", "range" };
    return p <= DM_PREC_RANGE ? names[p] : "unknown";
}

const char *dm_reason_name(dm_reason_kind k)
{
    static const char *const names[] = { "purpose", "cause", "condition", "concession" };
    return k <= DM_CONCESSION ? names[k] : "";
}

void dm_day_format(char *out, dm_day day)
{
    int y, m, d;
    dm_day_split(day, &y, &m, &d);
    if (y < 0 || y > 9999)
        y = y < 0 ? 0 : 9999;
    snprintf(out, 16, "%04d-%02u-%02u", y, (unsigned)m % 100, (unsigned)d % 100);
}

static bool digits(dm_str s, size_t at, size_t n, int *out)
{
    if (at + n > s.len)
        return false;
    *out = 0;
    for (size_t i = at; i < at + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *out = *out * 10 + (s.p[i] - '0');
    }
    return true;
}

dm_status dm_day_parse(dm_interval *out, dm_str s, dm_error *err)
{
    int y = 0, m = 0, d = 0;
    bool ok = digits(s, 0, 4, &y) && y > 0;
    if (ok && s.len > 4)
        ok = s.p[4] == '-' && digits(s, 5, 2, &m) && m >= 1 && m <= 12;
    if (ok && s.len > 7)
        ok = s.p[7] == '-' && digits(s, 8, 2, &d) && d >= 1 && d <= dm_month_days(y, m) && s.len == 10;
    if (!ok || (s.len != 4 && s.len != 7 && s.len != 10))
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is not a date; write YYYY, YYYY-MM or YYYY-MM-DD",
            (int)(s.len > 40 ? 40 : s.len), s.p ? s.p : "");
    if (d)
        *out = (dm_interval){ dm_day_of(y, m, d), dm_day_of(y, m, d), DM_PREC_DAY };
    else if (m)
        *out = (dm_interval){ dm_day_of(y, m, 1), dm_day_of(y, m, dm_month_days(y, m)), DM_PREC_MONTH };
    else
        *out = (dm_interval){ dm_day_of(y, 1, 1), dm_day_of(y, 12, 31), DM_PREC_YEAR };
    return DM_OK;
}

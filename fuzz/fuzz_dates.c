// SPDX-License-Identifier: Apache-2.0
/* All that reads a date by itself, without a text around: filters, metadata, votes, dictionaries, lists of office holders. Days come in
 * order, and a day that is written out is read as itself. */
#include "fuzz.h"
#include "import/votes.h"
#include "import/work.h"
#include "read/internal.h"

static void check(dm_day from, dm_day to) { fuzz_need(from <= to, "a date that ends before it begins"); }

static void check_interval(dm_interval i)
{
    char text[16];
    dm_interval again;
    check(i.from, i.to);
    dm_day_format(text, i.from);
    fuzz_need(dm_day_parse(&again, dm_str_of(text), NULL) == DM_OK, "a day that is written and not read");
    fuzz_need(again.from == i.from && again.to == i.from, "a day that is read as another one");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const dm_str s = { (const char *)data, size };
    dm_interval i;
    dm_day from, to;
    dates pair;
    dm_error err = { .msg = "" };
    if (dm_day_parse(&i, s, &err) == DM_OK)
        check_interval(i);
    else
        fuzz_need(err.msg[0], "a refusal with its reason");
    if (dm_votes_date(s, &from, &to))
        check(from, to);
    if (dm_import_day(&from, &to, s))
        check(from, to);
    if (dm_import_dates(&pair, s) && pair.from != DM_DAY_NONE && pair.to != DM_DAY_NONE)
        check(pair.from, pair.to);
    dm_date_found found = dm_date_read(s);
    if (found.when.precision != DM_PREC_UNKNOWN)
        check_interval(found.when);
    return 0;
}

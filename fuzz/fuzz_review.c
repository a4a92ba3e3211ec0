// SPDX-License-Identifier: Apache-2.0
/* Fixes of a reviewer on any bytes: what is taken is taken again as the same words, and makes a gold record that is JSON. */
#include "fuzz_record.h"
#include "pipeline/review_fix.h"
#include <jansson.h>

enum { INPUT_MAX = DM_FIX_MAX };

static dm_record *record;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    record = fuzz_open_record("TOKYO, May 4, 2021 - Japan condemned China on Tuesday over the resolution on human rights.\n");
    return 0;
}

static dm_status on_row(void *ctx, const dm_filed *row, dm_error *err)
{
    const dm_buf *fix = ctx;
    dm_buf gold = { 0 };
    fuzz_need(dm_gold_put(&gold, row, (dm_str){ fix->p, fix->len }, 1, err) == DM_OK, "a gold record");
    json_t *j = json_loadb(gold.p ? gold.p : "", gold.len, 0, NULL);
    fuzz_need(json_is_object(j), "a gold record that is JSON");
    json_decref(j);
    dm_buf_free(&gold);
    return DM_OK;
}

static void check(dm_buf *fix)
{
    dm_buf again = { 0 };
    dm_filter f = DM_FILTER_INIT;
    dm_error err = { .msg = "" };
    f.limit = 1;
    dm_status st = dm_fix_check(record, (dm_str){ fix->p, fix->len }, &again, &err);
    if (st != DM_OK)
        fprintf(stderr, "%s\n%.*s\n", err.msg, (int)fix->len, fix->p);
    fuzz_need(st == DM_OK, "a fix that is taken again");
    fuzz_need(again.len == fix->len && memcmp(again.p, fix->p, fix->len) == 0, "a fix in one spelling");
    fuzz_need(dm_record_events(record, &f, on_row, fix, &err) == DM_OK, "the event of the record");
    dm_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dm_buf fix = { 0 };
    dm_error err = { .msg = "" };
    if (size > INPUT_MAX)
        return 0;
    if (dm_fix_check(record, (dm_str){ (const char *)data, size }, &fix, &err) == DM_OK)
        check(&fix);
    else
        fuzz_need(err.msg[0], "a refusal with its reason");
    dm_buf_free(&fix);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* Query strings as filters: what is taken is a filter that the record can be asked with, and what is not has its reason. The record is
 * empty, so that what is asked costs little: fuzz_http.c asks one with events. */
#include "fuzz_record.h"
#include "serve/ask.h"

enum { INPUT_MAX = DM_URL_MAX - 16 };

static dm_record *record;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    record = fuzz_open_record(NULL);
    return 0;
}

static void check(const dm_filter *f)
{
    fuzz_need(f->limit >= 1 && f->limit <= DM_ROWS_MAX && f->offset <= DM_OFFSET_MAX, "a page within bounds");
    fuzz_need(f->confidence >= 0 && f->confidence <= 1, "a confidence from 0 to 1");
    fuzz_need(f->since == DM_DAY_NONE || f->until == DM_DAY_NONE || f->since <= f->until, "days in order");
    fuzz_need(f->n_actor <= DM_WHO_MAX && f->n_recipient <= DM_WHO_MAX && f->n_either <= DM_WHO_MAX, "not too many parties");
    for (size_t i = 0; i < f->n_actor; i++)
        fuzz_need(memchr(f->actor[i].code, 0, DM_CODE_MAX) && memchr(f->actor[i].sector, 0, DM_SECTOR_MAX), "codes that end");
}

static void count(const dm_filter *f)
{
    dm_filter few = *f;
    dm_counts n;
    dm_error err = { .msg = "" };
    few.limit = 1;
    dm_status st = dm_record_count(record, &few, &n, &err);
    if (st != DM_OK && st != DM_EUSAGE)
        fprintf(stderr, "%s\n", err.msg);
    fuzz_need(st == DM_OK || (st == DM_EUSAGE && err.msg[0]), "a filter that the record can be asked with");
    fuzz_need(st != DM_OK || n.events == 0, "no events in an empty record");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_request q;
    static dm_ask a;
    static char url[DM_URL_MAX] = "/api/events?";
    char code[4][DM_CODE_MAX];
    size_t n = strlen("/api/events?"), codes;
    dm_error err = { .msg = "" };
    uint64_t contexts;
    if (size > INPUT_MAX)
        return 0;
    memcpy(url + n, data, size);
    url[n + size] = '\0';
    if (dm_request_parse(&q, url, &err) != DM_OK)
        return 0;
    if (dm_ask_read(&a, record, &q, "", &err) == DM_OK) {
        check(&a.f);
        count(&a.f);
    } else {
        fuzz_need(err.msg[0], "a refusal with its reason");
    }
    (void)dm_ask_codes(record, &q, "actor", code, sizeof code / sizeof *code, &codes, &err);
    (void)dm_ask_contexts(record, &q, &contexts, &err);
    return 0;
}

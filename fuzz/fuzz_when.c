// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: text through segment, scan and when. The first byte chooses the document's date. Intervals must be in order. */
#include "fuzz_utf8.h"
#include "scan/scan.h"
#include "segment/segment.h"
#include "when/when.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    dm_tables *tables;
    dm_segmenter *seg;
    dm_when *when;
} kit;

static void open_kit(void)
{
    char path[1024];
    const char *dir = getenv("DEMARCHE_DATA");
    if (kit.when)
        return;
    snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : ".");
    if (dm_tables_open(&kit.tables, path, NULL) != DM_OK || dm_segmenter_new(&kit.seg, kit.tables, NULL) != DM_OK ||
        dm_when_new(&kit.when, kit.tables, NULL) != DM_OK) {
        fprintf(stderr, "no tables in '%s'; set DEMARCHE_DATA\n", path);
        exit(2);
    }
}

static void check(dm_interval i)
{
    if (i.precision != DM_PREC_UNKNOWN && i.from != DM_DAY_NONE && i.to != DM_DAY_NONE && i.from > i.to)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || !valid_utf8((const char *)data + 1, size - 1))
        return 0;
    open_kit();
    dm_doc *doc = dm_doc_new();
    if (!doc)
        return 0;
    if (data[0] % 4) {
        dm_day d = dm_day_of(1980, 1, 1) + data[0] * 71;
        doc->meta.date = (dm_interval){ d, d + (data[0] % 4 == 3 ? 90 : 0), data[0] % 4 == 3 ? DM_PREC_RANGE : DM_PREC_DAY };
    }
    if (dm_doc_set_text(doc, (dm_str){ (const char *)data + 1, size - 1 }, NULL) == DM_OK &&
        dm_segment(kit.seg, doc, NULL) == DM_OK && dm_scan(kit.tables, doc, NULL) == DM_OK &&
        dm_when_doc(kit.when, doc, NULL) == DM_OK) {
        check(doc->meta.date);
        for (uint32_t i = 0; i < doc->times.n; i++) {
            check(doc->times.v[i].when);
            if (doc->times.v[i].n == 0 || doc->times.v[i].first + doc->times.v[i].n > doc->tokens.n)
                abort();
        }
    }
    dm_doc_free(doc);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* Packed documents, as they go from the coding threads to the one that writes, on any bytes: what is taken can be written in every format,
 * and packed again it is the same. */
#include "doc/doc.h"
#include "fuzz.h"
#include "store/store.h"
#include <demarche/write.h>

enum { INPUT_MAX = 1 << 16 };

static void write_all(const dm_doc *doc)
{
    dm_buf out = { 0 };
    for (int f = DM_FORMAT_TEXT; f <= DM_FORMAT_TSV; f++) {
        dm_write_opts opts = DM_WRITE_OPTS_INIT;
        opts.format = (dm_format)f;
        opts.why = true;
        fuzz_need(dm_write_doc(&out, doc, &opts, NULL) == DM_OK, "a document that can be written");
    }
    dm_buf_free(&out);
}

/* Codes that do not end are cut, so only what was written once is the same again. */
static void pack_again(const dm_doc *doc, const dm_filing *f)
{
    static dm_doc *other;
    dm_buf first = { 0 }, second = { 0 };
    dm_filing g;
    if (!other)
        other = dm_doc_new();
    dm_doc_reset(other);
    fuzz_need(dm_pack_write(&first, doc, f, NULL) == DM_OK, "a document that can be packed");
    fuzz_need(dm_pack_read(other, &g, (dm_str){ first.p, first.len }, NULL) == DM_OK, "a packed document that is read");
    fuzz_need(dm_pack_write(&second, other, &g, NULL) == DM_OK, "a document that can be packed again");
    fuzz_need(first.len == second.len && memcmp(first.p, second.p, first.len) == 0, "the same bytes when it is packed again");
    dm_buf_free(&first);
    dm_buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_doc *doc;
    dm_filing f = { .sketched = 0 };
    dm_error err = { .msg = "" };
    if (!doc)
        doc = dm_doc_new();
    if (size > INPUT_MAX)
        return 0;
    dm_doc_reset(doc);
    if (dm_pack_read(doc, &f, (dm_str){ (const char *)data, size }, &err) == DM_OK) {
        write_all(doc);
        pack_again(doc, &f);
    } else {
        fuzz_need(err.msg[0], "a refusal with its reason");
    }
    return 0;
}

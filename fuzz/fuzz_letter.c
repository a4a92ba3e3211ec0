// SPDX-License-Identifier: Apache-2.0
/* Documents as messages of the queue, on any bytes, since anybody may have put them there: what is taken is written again as the same bytes,
 * and can be coded. */
#include "fuzz_doc.h"
#include "queue/queue.h"

enum { INPUT_MAX = 1 << 14 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_coder *coder;
    static dm_doc *doc;
    dm_buf out = { 0 };
    dm_error err = { .msg = "" };
    if (!coder) {
        coder = fuzz_open_coder();
        doc = dm_doc_new();
    }
    if (size > INPUT_MAX)
        return 0;
    if (dm_letter_read(doc, (dm_str){ (const char *)data, size }, &err) == DM_OK) {
        fuzz_need(dm_letter_write(&out, doc, &err) == DM_OK, "a letter that can be written");
        fuzz_need(out.len == size && memcmp(out.p, data, size) == 0, "a letter that is written as it was read");
        dm_buf_clear(&out);
        if (dm_code_doc(coder, doc, &err) == DM_OK)
            fuzz_check_coded(&out, doc);
    } else {
        fuzz_need(err.msg[0], "a refusal with its reason");
    }
    dm_buf_free(&out);
    return 0;
}

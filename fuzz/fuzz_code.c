// SPDX-License-Identifier: Apache-2.0
/* All stages and all formats on any bytes: nothing may crash, every span must lie in the text, and coding twice must give the same. */
#include "fuzz_doc.h"

enum { INPUT_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_coder *coder;
    dm_error err = { .msg = "" };
    if (!coder)
        coder = fuzz_open_coder();
    if (size > INPUT_MAX)
        return 0;
    dm_doc *doc = NULL;
    dm_buf first = { 0 }, second = { 0 };
    dm_str bytes = { (const char *)data, size };
    if (dm_code_bytes(coder, &doc, "fuzz", bytes, &err) == DM_OK) {
        fuzz_check_coded(&first, doc);
        fuzz_need(dm_code_bytes(coder, &doc, "fuzz", bytes, &err) == DM_OK, "an article that is coded twice");
        fuzz_write_all(&second, doc);
        fuzz_need(first.len == second.len && memcmp(first.p, second.p, first.len) == 0, "two runs with the same result");
    }
    dm_buf_free(&first);
    dm_buf_free(&second);
    dm_doc_free(doc);
    return 0;
}

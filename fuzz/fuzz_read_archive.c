// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: the reader on archives and compressed files (zip, office documents, tar, gzip, zstd). The first byte chooses the name. */
#include "fuzz_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "fuzz.zip", "fuzz.docx", "fuzz.tar", "fuzz.tar.gz", "fuzz.txt.gz", "fuzz.jsonl.zst",
        "fuzz.txt" };
    return size ? fuzz_read(names[data[0] % (sizeof names / sizeof *names)], data + 1, size - 1) : 0;
}

// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: the reader on tables of articles. The first byte chooses commas or tabs. */
#include "fuzz_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return size ? fuzz_read(data[0] & 1 ? "fuzz.tsv" : "fuzz.csv", data + 1, size - 1) : 0;
}

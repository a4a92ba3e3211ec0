// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: the reader on XML, as feeds come. */
#include "fuzz_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_read("fuzz.xml", data, size); }

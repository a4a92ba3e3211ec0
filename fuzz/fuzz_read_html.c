// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: the reader on web pages. */
#include "fuzz_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_read("fuzz.html", data, size); }

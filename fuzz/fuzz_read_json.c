// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: the reader on files of JSON: single objects, lists, objects over several lines. */
#include "fuzz_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_read("fuzz.json", data, size); }

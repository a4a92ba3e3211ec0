// SPDX-License-Identifier: Apache-2.0
/* PETRARCH and TABARI dictionaries on any bytes, behind a first line that says it is one; else as fuzz_import.c. */
#define FUZZ_IMPORT_HEAD "JAPAN_ [JPN]\n"
#include "fuzz_import.h"

// SPDX-License-Identifier: Apache-2.0
/* What the stages behind read may take for granted of their text. */
#ifndef FUZZ_UTF8_H
#define FUZZ_UTF8_H
#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static bool valid_utf8(const char *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        i += dm_utf8_next(p, n, i, &cp);
        if (cp == 0xFFFD)
            return false;
    }
    return true;
}

#endif

// SPDX-License-Identifier: Apache-2.0
/* The one place that fills a dm_error. */
#include <demarche/error.h>
#include <stdarg.h>
#include <stdio.h>

dm_status dm_fail(dm_error *err, dm_status code, size_t at, const char *format, ...)
{
    if (err) {
        va_list ap;
        err->code = code;
        err->at = at;
        va_start(ap, format);
        vsnprintf(err->msg, sizeof err->msg, format, ap);
        va_end(ap);
    }
    return code;
}

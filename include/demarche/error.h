// SPDX-License-Identifier: Apache-2.0
/* Status codes and the per-call error object. Nothing here is global: a caller that wants the message passes a dm_error. */
#ifndef DEMARCHE_ERROR_H
#define DEMARCHE_ERROR_H

#include <stddef.h>

#if defined(__GNUC__)
#define DM_API __attribute__((visibility("default")))
#define DM_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define DM_API
#define DM_PRINTF(a, b)
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dm_status {
    DM_OK = 0,
    DM_END,      /* nothing more to read; not an error */
    DM_ENOMEM,   /* out of memory */
    DM_EIO,      /* the system refused: open, read, write */
    DM_EINPUT,   /* input that cannot be read as what it claims to be */
    DM_ELIMIT,   /* input over a named limit */
    DM_EUSAGE,   /* wrong argument */
    DM_ECORRUPT, /* a compiled table or model file that is damaged or of another version */
    DM_EAWAY     /* a server is away or refuses for now: nothing is wrong with what was asked, it may be tried again */
} dm_status;

enum { DM_ERROR_MSG = 480 };

/* What went wrong: `at` is a byte offset or line where that makes sense, else 0; msg is lower case, cause first, quoted subject. */
typedef struct dm_error {
    dm_status code;
    size_t at;
    char msg[DM_ERROR_MSG];
} dm_error;

/* Fills err (which may be NULL) and returns code, so that callers can write `return dm_fail(err, DM_EIO, 0, "cannot open '%s'", p);` */
DM_API dm_status dm_fail(dm_error *err, dm_status code, size_t at, const char *format, ...) DM_PRINTF(4, 5);

#ifdef __cplusplus
}
#endif
#endif

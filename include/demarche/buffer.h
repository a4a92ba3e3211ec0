// SPDX-License-Identifier: Apache-2.0
/* Growing buffer of bytes, for output. Zero-initialise it, free it with dm_buf_free(). */
#ifndef DEMARCHE_BUFFER_H
#define DEMARCHE_BUFFER_H

#include <demarche/error.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* failed is set when memory ran out: what came since is not in it, and every writer that was given the buffer says DM_ENOMEM. */
typedef struct dm_buf {
    char *p;
    size_t len, cap;
    bool failed;
} dm_buf;

DM_API dm_status dm_buf_add(dm_buf *b, const char *p, size_t len);
/* Empties it and keeps its memory. */
DM_API void dm_buf_clear(dm_buf *b);
DM_API void dm_buf_free(dm_buf *b);

#ifdef __cplusplus
}
#endif
#endif

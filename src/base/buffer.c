// SPDX-License-Identifier: Apache-2.0
/* Growing buffer: capacity doubles; once memory ran out it stays failed, so that writers need to look only at their end. */
#include <demarche/buffer.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 4096 };

static bool make_room(dm_buf *b, size_t len)
{
    size_t cap = b->cap ? b->cap : FIRST_CAP;
    if (len > SIZE_MAX / 2 - b->len)
        return false;
    while (cap < b->len + len)
        cap *= 2;
    char *p = realloc(b->p, cap);
    if (!p)
        return false;
    b->p = p;
    b->cap = cap;
    return true;
}

dm_status dm_buf_add(dm_buf *b, const char *p, size_t len)
{
    if (b->failed)
        return DM_ENOMEM;
    if (len > b->cap - b->len && !make_room(b, len)) {
        b->failed = true;
        return DM_ENOMEM;
    }
    if (len)
        memcpy(b->p + b->len, p, len);
    b->len += len;
    return DM_OK;
}

void dm_buf_clear(dm_buf *b)
{
    b->len = 0;
    b->failed = false;
}

void dm_buf_free(dm_buf *b)
{
    free(b->p);
    *b = (dm_buf){ 0 };
}

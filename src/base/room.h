// SPDX-License-Identifier: Apache-2.0
/* Growing arrays outside of arenas: what they hold outlives a document. The owner frees them. */
#ifndef DM_BASE_ROOM_H
#define DM_BASE_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The array whose address is at `array` gets n elements of size bytes; false: out of memory, and it is as it was. */
static inline bool dm_room_grow(void *array, size_t n, size_t size)
{
    void *v;
    memcpy(&v, array, sizeof v);
    void *more = n > SIZE_MAX / size ? NULL : realloc(v, n * size);
    if (more)
        memcpy(array, &more, sizeof more);
    return more != NULL;
}

/* Room for one more element behind the n of array v with room for cap (size_t or uint32_t): doubled when it is full, `first` when
 * there is none yet. false: out of memory. */
#define DM_ROOM(v, n, cap, first)                                                                                              \
    ((n) < (cap) ||                                                                                                            \
        (dm_room_grow(&(v), (cap) ? (size_t)(cap)*2 : (size_t)(first), sizeof *(v)) && ((cap) = (cap) ? (cap)*2 : (first))))

#endif

// SPDX-License-Identifier: Apache-2.0
/* Bump allocator: everything of one document lives in one arena and goes back at once.
 * dm_arena_alloc() returns zeroed, 16-byte aligned memory or NULL. Reset keeps the largest block for the next document. */
#ifndef DM_BASE_ARENA_H
#define DM_BASE_ARENA_H

#include <demarche/document.h>
#include <stdint.h>
#include <string.h>

typedef struct dm_arena_block dm_arena_block;
typedef struct dm_arena {
    dm_arena_block *head;
    size_t used; /* bytes handed out since the last reset */
    bool failed; /* a request was refused since the last reset: whoever runs the stages asks once, behind each */
} dm_arena;

void *dm_arena_alloc(dm_arena *a, size_t n, size_t size); /* n elements of size bytes, checked */
void dm_arena_reset(dm_arena *a);
void dm_arena_free(dm_arena *a);
char *dm_arena_copy(dm_arena *a, const char *p, size_t len); /* adds a NUL after the copy */
dm_str dm_arena_str(dm_arena *a, dm_str s);                  /* p is NULL on out of memory and len > 0 */
dm_str dm_arena_printf(dm_arena *a, const char *format, ...) DM_PRINTF(2, 3);

/* Growing array in an arena: DM_VEC(T) declares, DM_PUSH returns a zeroed new element or NULL. */
#define DM_VEC(T)                                                                                                              \
    struct {                                                                                                                   \
        T *v;                                                                                                                  \
        uint32_t n, cap;                                                                                                       \
    }
#define DM_PUSH(a, vec)                                                                                                        \
    (dm_vec_room((a), (void **)&(vec)->v, (vec)->n, &(vec)->cap, sizeof *(vec)->v) ? &(vec)->v[(vec)->n++] : NULL)
bool dm_vec_room(dm_arena *a, void **v, uint32_t n, uint32_t *cap, size_t size);

#endif

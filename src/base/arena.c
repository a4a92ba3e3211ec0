// SPDX-License-Identifier: Apache-2.0
/* Bump allocator. Blocks form a list, newest first. A growing array that has become large moves into a block of its own, which then
 * grows in place of being copied and left behind. With DM_ARENA_PASSTHROUGH every request and every array is a block of its own, so
 * that ASan sees overruns between neighbours and pointers kept across a DM_PUSH. */
#include "base/arena.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_MIN = 64 * 1024, BLOCK_KEEP = 8 * 1024 * 1024, ALIGN = 16, VEC_FIRST = 16 };
#ifdef DM_ARENA_PASSTHROUGH
enum { VEC_OWN = 0 };
#else
enum { VEC_OWN = 512 * 1024 }; /* bytes from which an array has its own block */
#endif

struct dm_arena_block {
    dm_arena_block *next;
    size_t size, used;
    bool vec; /* holds one growing array and nothing else */
    _Alignas(ALIGN) unsigned char data[];
};

static dm_arena_block *block_new(dm_arena *a, size_t need)
{
    size_t size = need;
#ifndef DM_ARENA_PASSTHROUGH
    if (size < BLOCK_MIN)
        size = BLOCK_MIN;
    if (a->head && size < a->head->size * 2 && a->head->size < BLOCK_KEEP)
        size = a->head->size * 2; /* geometric: few blocks even for a document of 16 MB */
#endif
    if (size > SIZE_MAX - sizeof(dm_arena_block))
        return NULL;
    dm_arena_block *b = malloc(sizeof *b + size);
    if (!b)
        return NULL;
    b->next = a->head;
    b->size = size;
    b->used = 0;
    b->vec = false;
    a->head = b;
    return b;
}

void *dm_arena_alloc(dm_arena *a, size_t n, size_t size)
{
    if (size && n > (SIZE_MAX - ALIGN) / size)
        return NULL;
    size_t need = (n * size + ALIGN - 1) / ALIGN * ALIGN;
    if (need == 0)
        need = ALIGN;
    dm_arena_block *b = a->head;
#ifdef DM_ARENA_PASSTHROUGH
    b = NULL;
#endif
    if (!b || b->size - b->used < need) {
        b = block_new(a, need);
        a->failed = a->failed || !b;
        if (!b)
            return NULL;
    }
    void *p = b->data + b->used;
    b->used += need;
    a->used += need;
    memset(p, 0, need);
    return p;
}

void dm_arena_reset(dm_arena *a)
{
    dm_arena_block *keep = NULL;
    for (dm_arena_block *b = a->head; b;) {
        dm_arena_block *next = b->next;
        if (b->size <= BLOCK_KEEP && (!keep || b->size > keep->size)) {
            free(keep);
            keep = b;
        } else {
            free(b);
        }
        b = next;
    }
    if (keep) {
        keep->next = NULL;
        keep->used = 0;
        keep->vec = false;
    }
    a->head = keep;
    a->used = 0;
    a->failed = false;
}

void dm_arena_free(dm_arena *a)
{
    for (dm_arena_block *b = a->head; b;) {
        dm_arena_block *next = b->next;
        free(b);
        b = next;
    }
    a->head = NULL;
    a->used = 0;
}

char *dm_arena_copy(dm_arena *a, const char *p, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *out = dm_arena_alloc(a, len + 1, 1);
    if (out && len)
        memcpy(out, p, len);
    return out;
}

dm_str dm_arena_str(dm_arena *a, dm_str s) { return (dm_str){ dm_arena_copy(a, s.p, s.len), s.len }; }

dm_str dm_arena_printf(dm_arena *a, const char *format, ...)
{
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *out = n < 0 ? NULL : dm_arena_alloc(a, (size_t)n + 1, 1);
    if (out)
        vsnprintf(out, (size_t)n + 1, format, again);
    va_end(again);
    return (dm_str){ out, out ? (size_t)n : 0 };
}

/* An array's own block, made or grown to `bytes`; the first `old` bytes of v are kept, the rest is zero. */
static void *vec_block(dm_arena *a, void *v, size_t old, size_t bytes)
{
    dm_arena_block **link = &a->head;
    while (*link && (*link)->data != v)
        link = &(*link)->next;
    bool grown = *link && (*link)->vec;
    if (bytes > SIZE_MAX - sizeof(dm_arena_block))
        return NULL;
    dm_arena_block *b = realloc(grown ? *link : NULL, sizeof *b + bytes);
    a->failed = a->failed || !b;
    if (!b)
        return NULL;
    if (grown) {
        *link = b;
    } else {
        /* behind the head, which still has room for small requests */
        dm_arena_block **at = a->head ? &a->head->next : &a->head;
        b->next = *at;
        *at = b;
        if (old)
            memcpy(b->data, v, old);
    }
    b->vec = true;
    b->size = b->used = bytes;
    a->used += bytes - (grown ? old : 0);
    memset(b->data + old, 0, bytes - old);
    return b->data;
}

bool dm_vec_room(dm_arena *a, void **v, uint32_t n, uint32_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t old = (size_t)n * size;
    if (*cap > UINT32_MAX / 2 || (size && *cap > SIZE_MAX / 2 / size))
        return false;
    uint32_t more = *cap == 0 ? VEC_FIRST : old < VEC_OWN ? *cap * 2 : *cap + *cap / 2;
    size_t bytes = (size_t)more * size;
    void *p = bytes >= VEC_OWN ? vec_block(a, *v, old, bytes) : dm_arena_alloc(a, more, size);
    if (!p)
        return false;
    if (old && bytes < VEC_OWN)
        memcpy(p, *v, old);
    *v = p;
    *cap = more;
    return true;
}

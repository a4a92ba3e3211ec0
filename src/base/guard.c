// SPDX-License-Identifier: Apache-2.0
/* Memory for libraries that do not look whether they got it. Some crash a little after a refusal (ICU's detector of encodings, libxml2), so
 * while somebody is inside them, what the system refuses comes from a reserve in the program's own image; jansson's refusals are only counted.
 * Each has one set of functions for the whole process, so what belongs to these is the process's, too. */
#include "base/guard.h"
#include <demarche/coder.h>
#include <jansson.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uclean.h>

enum {
    RESERVE_BYTES = 512 * 1024,
    ENOUGH_BYTES = 256 * 1024, /* more than ICU's detector asks for when it is first used */
    BLOCK = alignof(max_align_t)
};

static alignas(max_align_t) char reserve[RESERVE_BYTES];
static struct {
    pthread_mutex_t lock;
    size_t used, held; /* bytes given, from the beginning; pieces that are not given back */
    unsigned inside;   /* calls into such a library */
    bool on;
    uint64_t refusals; /* not under lock */
    json_malloc_t json;
    xmlMallocFunc xml_take;
    xmlReallocFunc xml_retake;
    xmlStrdupFunc xml_copy;
    xmlFreeFunc xml_give;
} guard = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool of_reserve(const void *p) { return (uintptr_t)p - (uintptr_t)reserve < RESERVE_BYTES; }

static void count(void) { __atomic_fetch_add(&guard.refusals, 1, __ATOMIC_RELAXED); }

uint64_t dm_guard_refusals(void) { return __atomic_load_n(&guard.refusals, __ATOMIC_RELAXED); }

/* Each piece has its size before it. */
static void *rescue(size_t size)
{
    void *out = NULL;
    count();
    pthread_mutex_lock(&guard.lock);
    if (guard.inside && size < RESERVE_BYTES) {
        size_t whole = BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
        if (whole <= RESERVE_BYTES - guard.used) {
            memcpy(reserve + guard.used, &size, sizeof size);
            out = reserve + guard.used + BLOCK;
            guard.used += whole;
            guard.held++;
        }
    }
    pthread_mutex_unlock(&guard.lock);
    return out;
}

static void give_back(void)
{
    pthread_mutex_lock(&guard.lock);
    if (--guard.held == 0)
        guard.used = 0;
    pthread_mutex_unlock(&guard.lock);
}

/* p as a piece of another size, when the system has none or p is of the reserve. */
static void *moved(void *p, size_t before, size_t size)
{
    void *out = rescue(size);
    if (out)
        memcpy(out, p, before < size ? before : size);
    return out;
}

static size_t size_of_piece(const void *p)
{
    size_t size;
    memcpy(&size, (const char *)p - BLOCK, sizeof size);
    return size;
}

/* ICU's */
static void *take(const void *unused, size_t size)
{
    (void)unused;
    void *p = malloc(size);
    return p ? p : rescue(size);
}

static void give(const void *unused, void *p)
{
    (void)unused;
    if (of_reserve(p))
        give_back();
    else
        free(p);
}

static void *retake(const void *unused, void *p, size_t size)
{
    if (!p)
        return take(unused, size);
    bool ours = of_reserve(p);
    void *out = ours ? NULL : realloc(p, size);
    if (!out && size && (out = moved(p, ours ? size_of_piece(p) : malloc_usable_size(p), size)) != NULL)
        give(unused, p);
    return out;
}

/* libxml2's: before those that were there, whose blocks we know nothing of unless they are the system's */
static void *xml_take(size_t size)
{
    void *p = guard.xml_take(size);
    return p ? p : rescue(size);
}

static void xml_give(void *p)
{
    if (of_reserve(p))
        give_back();
    else
        guard.xml_give(p);
}

static void *xml_retake(void *p, size_t size)
{
    if (!p)
        return xml_take(size);
    bool ours = of_reserve(p);
    void *out = ours ? NULL : guard.xml_retake(p, size);
    if (!out && size && (ours || guard.xml_retake == realloc) &&
        (out = moved(p, ours ? size_of_piece(p) : malloc_usable_size(p), size)) != NULL)
        xml_give(p);
    return out;
}

static char *xml_copy(const char *s)
{
    char *p = guard.xml_copy(s);
    return p ? p : moved((char *)(uintptr_t)s, strlen(s) + 1, strlen(s) + 1);
}

static void *json_take(size_t size)
{
    void *p = guard.json(size);
    if (!p)
        count();
    return p;
}

static void guard_others(void)
{
    json_free_t json_give;
    json_get_alloc_funcs(&guard.json, &json_give);
    json_set_alloc_funcs(json_take, json_give);
    xmlMemGet(&guard.xml_give, &guard.xml_take, &guard.xml_retake, &guard.xml_copy);
    xmlMemSetup(xml_give, xml_take, xml_retake, xml_copy);
}

dm_status dm_memory_guard(dm_error *err)
{
    UErrorCode e = U_ZERO_ERROR;
    pthread_mutex_lock(&guard.lock);
    if (!guard.on) {
        u_setMemoryFunctions(NULL, take, retake, give, &e);
        guard.on = U_SUCCESS(e);
        if (guard.on)
            guard_others();
    }
    pthread_mutex_unlock(&guard.lock);
    return U_SUCCESS(e) ? DM_OK : dm_fail(err, DM_EUSAGE, 0, "the guard of memory comes too late: %s", u_errorName(e));
}

bool dm_guard_enter(void)
{
    void *room = malloc(ENOUGH_BYTES);
    free(room);
    if (!room)
        return false;
    pthread_mutex_lock(&guard.lock);
    bool enough = RESERVE_BYTES - guard.used >= ENOUGH_BYTES; /* what a library keeps of earlier refusals is gone */
    guard.inside += enough;
    pthread_mutex_unlock(&guard.lock);
    return enough;
}

void dm_guard_leave(void)
{
    pthread_mutex_lock(&guard.lock);
    guard.inside--;
    pthread_mutex_unlock(&guard.lock);
}

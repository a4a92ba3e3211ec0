// SPDX-License-Identifier: Apache-2.0
/* jansson calls a request for memory that was refused a syntax error, or goes on and leaves out the letter that had no room. Callers must tell
 * them apart: bad JSON is skipped, a machine without memory stops. */
#ifndef DM_BASE_JSON_LOAD_H
#define DM_BASE_JSON_LOAD_H

#include "base/guard.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

enum { DM_JSON_ROOM = 64 * 1024 };

/* As json_loadb(). NULL and *starved: memory ran out; NULL and not: the text is no JSON, as *e says. */
static inline json_t *dm_json_load(const char *p, size_t len, size_t flags, json_error_t *e, bool *starved)
{
    uint64_t before = dm_guard_refusals();
    json_t *v = json_loadb(p, len, flags, e);
    *starved = dm_guard_refusals() != before;
    if (!*starved && v)
        return v;
    json_decref(v);
    void *room = malloc(len + DM_JSON_ROOM);
    *starved |= !room;
    free(room);
    return *starved ? NULL : json_loadb(p, len, flags, e); /* the same error again */
}

#endif

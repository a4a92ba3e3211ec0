// SPDX-License-Identifier: Apache-2.0
/* One JSON value as a row of nodes: what stands in a list or object follows it. Made for millions of short lines of events, where a tree
 * with an allocation for each value takes longer than everything else that is done with the line. */
#ifndef DM_READ_FLAT_H
#define DM_READ_FLAT_H

#include "base/str.h"

enum { DM_FLAT_DEPTH_MAX = 32, DM_FLAT_NODES_MAX = 1 << 20 };

typedef enum dm_flat_kind {
    DM_FLAT_NULL,
    DM_FLAT_BOOL,
    DM_FLAT_NUMBER,
    DM_FLAT_STRING,
    DM_FLAT_LIST,
    DM_FLAT_OBJECT
} dm_flat_kind;

typedef struct dm_node {
    uint8_t kind; /* dm_flat_kind */
    bool whole;   /* a number without point and exponent that fits */
    uint32_t n;   /* nodes of this value, itself among them */
    uint32_t members;
    dm_str key;    /* inside an object */
    dm_str text;   /* DM_FLAT_STRING */
    double number; /* DM_FLAT_NUMBER */
    int64_t integer;
} dm_node;

typedef struct dm_flat {
    dm_node *v;
    uint32_t n, cap;
} dm_flat;

/* Parses the whole of the bytes, which are UTF-8; strings are undone of their escapes in place and borrowed from there. NULL: done, the
 * value is v[0]; "": out of memory; else what is wrong, *at where. */
const char *dm_flat_parse(dm_flat *f, char *p, size_t len, size_t *at);
void dm_flat_free(dm_flat *f);

static inline bool dm_node_is(const dm_node *v, dm_flat_kind kind) { return v && v->kind == kind; }
/* First member and the one behind a member; no members: NULL from dm_node_first(). Count with members. */
static inline const dm_node *dm_node_first(const dm_node *v)
{
    return v && v->kind >= DM_FLAT_LIST && v->members ? v + 1 : NULL;
}
static inline const dm_node *dm_node_next(const dm_node *v) { return v + v->n; }
/* Member of an object, or NULL. */
static inline const dm_node *dm_node_get(const dm_node *o, const char *key)
{
    if (!dm_node_is(o, DM_FLAT_OBJECT))
        return NULL;
    size_t len = strlen(key);
    const dm_node *m = o + 1;
    for (uint32_t i = 0; i < o->members; i++, m += m->n)
        if (m->key.len == len && memcmp(m->key.p, key, len) == 0)
            return m;
    return NULL;
}
static inline dm_str dm_node_str(const dm_node *v) { return dm_node_is(v, DM_FLAT_STRING) ? v->text : DM_NIL; }
static inline int64_t dm_node_int(const dm_node *v) { return dm_node_is(v, DM_FLAT_NUMBER) && v->whole ? v->integer : 0; }
static inline uint32_t dm_node_count(const dm_node *v) { return dm_node_is(v, DM_FLAT_LIST) ? v->members : 0; }

#endif

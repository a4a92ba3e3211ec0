// SPDX-License-Identifier: Apache-2.0
/* Open addressing, linear probing, at most half full. */
#include "base/map.h"
#include <stdlib.h>

/* XXH3 joins short words with the low bits of its seed: kinds that lie side by side must differ in the high ones ("net" and "new"). */
static uint64_t key_of(dm_str word, uint32_t kind)
{
    uint64_t k = dm_hash(word.p, word.len, 0xD1B54A32D192ED03u + kind * 0x9E3779B97F4A7C15u);
    return k ? k : 1;
}

static dm_map_slot *slot_of(dm_map_slot *slots, uint32_t cap, uint64_t key)
{
    uint32_t at = (uint32_t)key & (cap - 1);
    while (slots[at].key && slots[at].key != key)
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

static bool grow(dm_map *m)
{
    uint32_t cap = m->cap ? m->cap * 2 : 64;
    dm_map_slot *slots = calloc(cap, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < m->cap; i++)
        if (m->slots[i].key)
            *slot_of(slots, cap, m->slots[i].key) = m->slots[i];
    free(m->slots);
    m->slots = slots;
    m->cap = cap;
    return true;
}

bool dm_map_put(dm_map *m, dm_str word, uint32_t kind, uint32_t value)
{
    if ((m->n + 1) * 2 > m->cap && !grow(m))
        return false;
    uint64_t key = key_of(word, kind);
    dm_map_slot *s = slot_of(m->slots, m->cap, key);
    m->n += s->key == 0;
    *s = (dm_map_slot){ key, value, 0 };
    return true;
}

uint32_t dm_map_get(const dm_map *m, dm_str word, uint32_t kind)
{
    if (!m->cap)
        return UINT32_MAX;
    const dm_map_slot *s = slot_of(m->slots, m->cap, key_of(word, kind));
    return s->key ? s->value : UINT32_MAX;
}

void dm_map_free(dm_map *m)
{
    free(m->slots);
    *m = (dm_map){ 0 };
}

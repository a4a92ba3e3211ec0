// SPDX-License-Identifier: Apache-2.0
/* Which documents have which band, in memory: an open-addressing table of lists. */
#include "store/bands.h"
#include "base/room.h"
#include "base/str.h"

enum { SLOTS_FIRST = 1024 };

static struct dm_band_slot *place(const dm_bands *b, int64_t hash)
{
    size_t at = (size_t)hash & (b->cap - 1); /* it is a hash */
    while (b->slot[at].first && b->slot[at].hash != hash)
        at = (at + 1) & (b->cap - 1);
    return &b->slot[at];
}

static bool grow(dm_bands *b)
{
    dm_bands old = *b;
    b->cap = old.cap ? old.cap * 2 : SLOTS_FIRST;
    b->slot = calloc(b->cap, sizeof *b->slot);
    if (!b->slot) {
        *b = old;
        return false;
    }
    for (size_t i = 0; i < old.cap; i++)
        if (old.slot[i].first)
            *place(b, old.slot[i].hash) = old.slot[i];
    free(old.slot);
    return true;
}

int dm_bands_add(dm_bands *b, int64_t hash, int64_t document)
{
    if ((b->n + 1) * 2 > b->cap && !grow(b))
        return -1;
    struct dm_band_slot *s = place(b, hash);
    if (s->first && b->in[s->last - 1].document == document)
        return 0;
    if (b->n_in == UINT32_MAX || !DM_ROOM(b->in, b->n_in, b->cap_in, SLOTS_FIRST))
        return -1;
    b->in[b->n_in++] = (struct dm_band_in){ document, 0 };
    if (s->first) {
        b->in[s->last - 1].next = b->n_in;
    } else {
        *s = (struct dm_band_slot){ .hash = hash, .first = b->n_in };
        b->n++;
    }
    s->last = b->n_in;
    return 1;
}

uint32_t dm_bands_first(const dm_bands *b, int64_t hash) { return b->cap ? place(b, hash)->first : 0; }

void dm_bands_clear(dm_bands *b)
{
    if (b->cap)
        memset(b->slot, 0, b->cap * sizeof *b->slot);
    b->n = 0;
    b->n_in = 0;
}

void dm_bands_free(dm_bands *b)
{
    free(b->slot);
    free(b->in);
    *b = (dm_bands){ 0 };
}

// SPDX-License-Identifier: Apache-2.0
/* One pass: at each token the phrase index is walked as far as the words go; the longest match of each group of tables wins, and a
 * token covered by it starts no other match of that group. Phrases never cross a sentence. Linear: a walk is at most PHRASE_MAX long. */
#include "scan/scan.h"

enum { PHRASE_MAX = 24, PER_GROUP_MAX = 32 };

typedef struct best {
    uint32_t len, n;
    dm_hit hit[PER_GROUP_MAX];
} best;

typedef struct walk {
    const dm_tables *tables;
    dm_doc *doc;
    best found[DM_GROUPS];
    uint32_t covered[DM_GROUPS]; /* one past the last token taken by the group */
} walk;

static bool letters_ok(const walk *w, const dm_phrase *p, uint32_t first, uint32_t n)
{
    if ((p->flags & DM_PHRASE_ALLCAPS) && !(w->doc->tokens.v[first].flags & DM_T_ALLCAPS))
        return false;
    for (uint32_t i = 0; i < n && i < 16; i++)
        if ((p->caps >> i & 1) && !(w->doc->tokens.v[first + i].flags & DM_T_UPPER))
            return false;
    return true;
}

/* "the North" of "the North Korean envoy": a short name with its article ends where the capitals end. */
static bool cut_short(const walk *w, const dm_phrase *p, uint32_t first, uint32_t n)
{
    const dm_token *t = &w->doc->tokens.v[first], *next = t + n;
    return p->group == DM_GROUP_NAME && dm_str_is(t->norm, "the") && first + n < w->doc->tokens.n && next->sent == t->sent &&
           (next->flags & DM_T_UPPER);
}

static void keep(walk *w, const dm_phrase *p, uint32_t base, uint32_t first, uint32_t n)
{
    best *b = &w->found[p->group];
    if (p->group >= DM_GROUPS || w->covered[p->group] > first || !letters_ok(w, p, first, n) || n < b->len ||
        cut_short(w, p, first, n))
        return;
    if (n > b->len)
        *b = (best){ .len = n };
    if (b->n < PER_GROUP_MAX)
        b->hit[b->n++] = (dm_hit){ first, n, (uint16_t)(p->table + base), p->column, p->row };
}

static void walk_from(walk *w, uint32_t image, uint32_t first, uint32_t end)
{
    uint32_t node = 0, base = dm_image_base(w->tables, image);
    for (uint32_t t = first; t < end && t - first < PHRASE_MAX; t++) {
        node = dm_phrase_step(w->tables, image, node, w->doc->tokens.v[t].norm);
        if (node == DM_NO_NODE)
            return;
        uint32_t n;
        const dm_phrase *p = dm_phrase_at(w->tables, image, node, &n);
        for (uint32_t i = 0; i < n; i++)
            keep(w, &p[i], base, first, t - first + 1);
    }
}

static dm_status flush(walk *w, dm_sent *s, dm_error *err)
{
    for (unsigned g = 0; g < DM_GROUPS; g++) {
        best *b = &w->found[g];
        for (uint32_t i = 0; i < b->n; i++) {
            dm_hit *h = DM_PUSH(&w->doc->arena, &w->doc->hits);
            if (!h)
                return dm_fail(err, DM_ENOMEM, 0, "out of memory scanning");
            *h = b->hit[i];
            w->covered[g] = h->first + h->n;
        }
        if (b->n && (g == DM_GROUP_TRIGGER || g == DM_GROUP_INST))
            s->needs_parse = 1;
        b->len = b->n = 0;
    }
    return DM_OK;
}

dm_status dm_scan(const dm_tables *tables, dm_doc *doc, dm_error *err)
{
    walk w = { .tables = tables, .doc = doc };
    uint32_t images = dm_tables_images(tables);
    for (uint32_t i = 0; i < doc->sents.n; i++) {
        dm_sent *s = &doc->sents.v[i];
        if (s->kind == DM_SENT_NOISE)
            continue;
        for (uint32_t t = s->first; t < s->first + s->n; t++) {
            for (uint32_t m = images; m-- > 0;) /* the users' own tables first: their lines win over ours */
                walk_from(&w, m, t, s->first + s->n);
            dm_status st = flush(&w, s, err);
            if (st != DM_OK)
                return st;
        }
    }
    return DM_OK;
}

// SPDX-License-Identifier: Apache-2.0
/* A stance from the record: its evidence is gathered, fitted, and given the sentences that it rests on. */
#include "pipeline/record.h"
#include "stance/stance.h"
#include <stdlib.h>

enum { WORDS_FOR_ALL = 2000 /* so many sentences are loaded unasked */ };

struct dm_position {
    dm_arena arena;
    dm_evidence_list list;
    const char **words, **source; /* [list.n] */
    dm_stance *stance;
};

void dm_position_free(dm_position *p)
{
    if (!p)
        return;
    dm_stance_free(p->stance);
    free(p->list.v);
    free(p->list.from);
    dm_arena_free(&p->arena);
    free(p);
}

const dm_stance *dm_position_stance(const dm_position *p) { return p->stance; }

const dm_evidence *dm_position_evidence(const dm_position *p, size_t *n)
{
    *n = p->list.n;
    return p->list.v;
}

const char *const *dm_position_words(const dm_position *p) { return p->words; }
const char *const *dm_position_source(const dm_position *p) { return p->source; }

int64_t dm_position_row(const dm_position *p, size_t i) { return p->list.from[i].event; }

static dm_status load_words(dm_record *r, dm_position *p, size_t i, dm_error *err)
{
    if (p->words[i])
        return DM_OK;
    dm_evidence_words w;
    dm_status st = dm_store_evidence_words(r->store, p->list.from[i].event, &p->arena, &w, err);
    if (st == DM_OK) {
        p->words[i] = w.text;
        p->source[i] = w.source;
    }
    return st;
}

static dm_status load_turn_words(dm_record *r, dm_position *p, dm_error *err)
{
    dm_status st = DM_OK;
    for (int lane = 0; lane < DM_LANES; lane++) {
        size_t n;
        const dm_stance_turn *turn = dm_stance_turns(p->stance, (dm_lane)lane, &n);
        for (size_t i = 0; i < n; i++)
            for (uint32_t k = 0; k < turn[i].n_evidence && st == DM_OK; k++)
                st = load_words(r, p, turn[i].evidence[k], err);
    }
    return st;
}

static dm_status load_all_words(dm_record *r, dm_position *p, bool all, dm_error *err)
{
    p->words = dm_arena_alloc(&p->arena, p->list.n + 1, sizeof *p->words);
    p->source = dm_arena_alloc(&p->arena, p->list.n + 1, sizeof *p->source);
    if (!p->words || !p->source)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the sentences of a stance");
    dm_status st = load_turn_words(r, p, err);
    all = all || p->list.n <= WORDS_FOR_ALL;
    for (size_t i = 0; all && i < p->list.n && st == DM_OK; i++)
        st = load_words(r, p, i, err);
    return st;
}

dm_status dm_record_position(dm_record *r, const dm_position_query *q, dm_position **out, dm_error *err)
{
    if (q->version != DM_POSITION_QUERY_VERSION || !q->actor || !q->recipient)
        return dm_fail(err, DM_EUSAGE, 0, "a position needs DM_POSITION_QUERY_INIT, an actor and a recipient");
    dm_stance_model *model = NULL;
    dm_position *p = calloc(1, sizeof *p);
    if (!p)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a stance");
    dm_status st = dm_stance_model_open(&model, r->tables, err);
    if (st == DM_OK)
        st = dm_store_evidence(r->store, q->actor, q->recipient, q->contexts, &p->arena, &p->list, err);
    if (st == DM_OK)
        st = dm_stance_fit(&p->stance, model, p->list.v, p->list.n, &q->stance, err);
    if (st == DM_OK)
        st = load_all_words(r, p, q->words, err);
    dm_stance_model_free(model);
    if (st == DM_OK)
        *out = p;
    else
        dm_position_free(p);
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* Stated purpose, cause, condition and concession: adverbial clauses and prepositional phrases of the event's clause. */
#include "event/build.h"

enum { REASONS_MAX = 6 };

static bool speaks_of_time(const dm_doc *doc, uint32_t k)
{
    for (uint32_t i = dm_doc_time_from(doc, k + 1);
         i-- > 0 && doc->tokens.v[doc->times.v[i].first].sent == doc->tokens.v[k].sent;)
        if (k < doc->times.v[i].first + doc->times.v[i].n)
            return true;
    return false;
}

static int reason_kind(const ev_work *w, uint32_t k)
{
    const dm_doc *doc = w->d.doc;
    unsigned d = dm_tok(doc, k)->deprel;
    if (d != DM_D_ADVCL && d != DM_D_OBL && d != DM_D_NMOD)
        return -1;
    const mark_row *m = dm_mark_of(&w->e->status, doc, k);
    if (m && d != DM_D_ADVCL && (dm_str_in(m->word, "to since as over") || speaks_of_time(doc, k)))
        return dm_str_is(m->word, "over") && !speaks_of_time(doc, k) ? DM_CAUSE : -1;
    if (m)
        return m->reason;
    if (d == DM_D_ADVCL && dm_tok(doc, k)->xpos == DM_X_VBG && dm_str_in(dm_tok(doc, k)->lemma, "cite claim argue hope fear"))
        return dm_str_is(dm_tok(doc, k)->lemma, "hope") ? DM_PURPOSE : DM_CAUSE;
    return -1;
}

static dm_status add(ev_work *w, dm_event *ev, int kind, uint32_t k, dm_error *err)
{
    dm_doc *doc = w->d.doc;
    uint32_t first, end;
    dm_subtree(doc, k, &first, &end);
    while (end > first + 1 && (dm_tok(doc, end - 1)->flags & DM_T_PUNCT))
        end--;
    while (first + 1 < end && dm_str_in(dm_tok(doc, first)->norm, ", ; :"))
        first++;
    dm_reason *list = dm_arena_alloc(&doc->arena, ev->n_reason + 1u, sizeof *list);
    if (!list)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for reasons");
    if (ev->n_reason)
        memcpy(list, ev->reason, ev->n_reason * sizeof *list);
    list[ev->n_reason++] = (dm_reason){ (uint8_t)kind, dm_doc_token_span(doc, first, end - first) };
    ev->reason = list;
    return DM_OK;
}

dm_status dm_fill_reasons(ev_work *w, const cand *c, dm_event *ev, dm_error *err)
{
    const uint32_t at[] = { c->t, c->status.top, c->m.view.support };
    for (unsigned i = 0; i < 3; i++) {
        if (at[i] == DM_NONE || (i && at[i] == at[0]) || (i == 2 && at[2] == at[1]))
            continue;
        DM_EACH_KID(w->d.doc, at[i], k)
        {
            int kind = reason_kind(w, k);
            if (kind < 0 || ev->n_reason == REASONS_MAX)
                continue;
            uint32_t first, end;
            dm_subtree(w->d.doc, k, &first, &end);
            if (c->t >= first && c->t < end)
                continue; /* the event itself stands in that clause */
            dm_status st = add(w, ev, kind, k, err);
            if (st != DM_OK)
                return st;
        }
    }
    return DM_OK;
}

// SPDX-License-Identifier: Apache-2.0
/* Whom the article speaks of: every coded party, how often, where first and last. Read sentence by sentence, so that a long text costs no
 * more for each event than a short one; the least named steps back when more than SALIENT_MAX parties are known. */
#include "event/build.h"

static salient *entry(ev_work *w, const char *code)
{
    for (uint32_t i = 0; i < w->n_salient; i++)
        if (strcmp(w->salient[i].party.code, code) == 0)
            return &w->salient[i];
    salient *s = &w->salient[w->n_salient];
    if (w->n_salient < SALIENT_MAX) {
        w->n_salient++;
    } else {
        s = w->salient;
        for (uint32_t i = 1; i < w->n_salient; i++)
            if (w->salient[i].count < s->count || (w->salient[i].count == s->count && w->salient[i].last < s->last))
                s = &w->salient[i];
    }
    memset(s, 0, sizeof *s);
    memcpy(s->party.code, code, strnlen(code, DM_CODE_MAX - 1));
    return s;
}

static void name(ev_work *w, const dm_mention *m, uint32_t lead)
{
    const dm_doc *doc = w->d.doc;
    for (uint32_t i = 0; i < m->n_entity; i++) {
        const dm_entity *en = &doc->entities.v[m->entity[i]];
        if (!en->code[0])
            continue;
        salient *s = entry(w, en->code);
        s->count++;
        s->last = m->sent;
        s->title |= doc->sents.v[m->sent].kind == DM_SENT_HEADLINE;
        s->lead |= m->sent == lead;
        s->party.span = dm_doc_token_span(doc, m->first, m->n);
        memcpy(s->party.sector, en->sector, sizeof s->party.sector);
    }
}

void dm_salience_read(ev_work *w, uint32_t sent)
{
    const dm_doc *doc = w->d.doc;
    if (w->lead == DM_NONE && doc->sents.v[sent].kind != DM_SENT_HEADLINE)
        w->lead = sent;
    while (w->next_mention < doc->mentions.n && doc->mentions.v[w->next_mention].sent <= sent)
        name(w, &doc->mentions.v[w->next_mention++], w->lead);
}

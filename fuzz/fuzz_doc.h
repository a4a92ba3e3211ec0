// SPDX-License-Identifier: Apache-2.0
/* What holds of every coded document, whatever it was made of. */
#ifndef FUZZ_DOC_H
#define FUZZ_DOC_H

#include "doc/doc.h"
#include "fuzz.h"
#include <demarche/coder.h>
#include <demarche/write.h>

static inline void fuzz_check_span(dm_str text, dm_span s)
{
    fuzz_need(s.start <= text.len && s.len <= text.len - s.start, "spans inside the text");
    fuzz_need(s.len == 0 || ((unsigned char)text.p[s.start] & 0xC0) != 0x80, "spans that begin with a character");
}

static inline void fuzz_check_parties(dm_str text, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        fuzz_check_span(text, p[i].span);
}

static inline void fuzz_check_events(const dm_doc *doc)
{
    size_t n;
    const dm_event *e = dm_doc_events(doc, &n);
    dm_str text = dm_doc_text(doc);
    for (size_t i = 0; i < n; i++) {
        fuzz_need(e[i].type < DM_N_TYPES, "events with a type");
        fuzz_need(e[i].sentence < dm_doc_sentence_count(doc), "events in a sentence");
        fuzz_check_span(text, e[i].trigger);
        fuzz_check_parties(text, e[i].actor, e[i].n_actor);
        fuzz_check_parties(text, e[i].recipient, e[i].n_recipient);
        fuzz_check_parties(text, e[i].attribution, e[i].n_attribution);
        for (uint32_t k = 0; k < e[i].n_reason; k++)
            fuzz_check_span(text, e[i].reason[k].span);
    }
}

/* What the stages leave for each other: every reference inside its array, mentions and instruments in text order, arcs inside their
 * sentence. */
static inline void fuzz_check_stages(const dm_doc *doc)
{
    for (uint32_t t = 0; t < doc->tokens.n; t++) {
        const dm_token *k = &doc->tokens.v[t];
        fuzz_need(k->sent < doc->sents.n, "tokens in a sentence");
        fuzz_need(k->mention == DM_NONE || k->mention < doc->mentions.n, "tokens of mentions that there are");
        fuzz_need(!doc->sents.v[k->sent].parsed || k->head == DM_NONE || doc->tokens.v[k->head].sent == k->sent,
            "arcs inside their sentence");
    }
    for (uint32_t i = 0; i < doc->mentions.n; i++) {
        const dm_mention *m = &doc->mentions.v[i];
        fuzz_need(m->n && m->first < doc->tokens.n && m->n <= doc->tokens.n - m->first, "mentions of tokens");
        fuzz_need(m->head >= m->first && m->head < m->first + m->n, "mentions with their head");
        fuzz_need(i == 0 || doc->mentions.v[i - 1].first <= m->first, "mentions in order");
        for (uint32_t k = 0; k < m->n_entity; k++)
            fuzz_need(m->entity[k] < doc->entities.n, "mentions of somebody");
    }
    for (uint32_t i = 0; i < doc->insts.n; i++) {
        const dm_inst *in = &doc->insts.v[i];
        fuzz_need(in->first < doc->tokens.n && in->n <= doc->tokens.n - in->first && in->head < doc->tokens.n,
            "instruments of tokens");
        fuzz_need(i == 0 || doc->insts.v[i - 1].first <= in->first, "instruments in order");
        fuzz_need(in->chain == DM_NONE || in->chain < doc->insts.n, "instruments in a chain that there is");
    }
    for (uint32_t i = 1; i < doc->times.n; i++)
        fuzz_need(doc->times.v[i - 1].first <= doc->times.v[i].first, "times in order");
    fuzz_need(doc->events.n == doc->event_head.n, "events with a trigger");
}

static inline void fuzz_write_all(dm_buf *out, const dm_doc *doc)
{
    for (int f = DM_FORMAT_TEXT; f <= DM_FORMAT_TSV; f++) {
        dm_write_opts opts = DM_WRITE_OPTS_INIT;
        opts.format = (dm_format)f;
        opts.why = true;
        opts.width = 60;
        fuzz_need(dm_write_doc(out, doc, &opts, NULL) == DM_OK, "a document that can be written");
    }
}

/* All of it; what it is in every format goes to out. */
static inline void fuzz_check_coded(dm_buf *out, const dm_doc *doc)
{
    fuzz_check_events(doc);
    fuzz_check_stages(doc);
    fuzz_write_all(out, doc);
}

static inline dm_coder *fuzz_open_coder(void)
{
    dm_coder *coder = NULL;
    dm_error err = { .msg = "" };
    fuzz_start(dm_coder_open(&coder, NULL, &err), &err);
    return coder;
}

#endif

// SPDX-License-Identifier: Apache-2.0
/* All stages and all formats on any bytes: nothing may crash, every span must lie in the text, and coding twice must give the same. */
#include "doc/doc.h"
#include <demarche/coder.h>
#include <demarche/write.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16 };

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_code: %s\n", what);
    abort();
}

static void check_span(dm_str text, dm_span s)
{
    must(s.start <= text.len && s.len <= text.len - s.start, "a span outside the text");
    must(s.len == 0 || ((unsigned char)text.p[s.start] & 0xC0) != 0x80, "a span that starts inside a character");
}

static void check_parties(dm_str text, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        check_span(text, p[i].span);
}

static void check_events(const dm_doc *doc)
{
    size_t n;
    const dm_event *e = dm_doc_events(doc, &n);
    dm_str text = dm_doc_text(doc);
    for (size_t i = 0; i < n; i++) {
        must(e[i].type < DM_N_TYPES, "an event without a type");
        must(e[i].sentence < dm_doc_sentence_count(doc), "an event outside the sentences");
        check_span(text, e[i].trigger);
        check_parties(text, e[i].actor, e[i].n_actor);
        check_parties(text, e[i].recipient, e[i].n_recipient);
        check_parties(text, e[i].attribution, e[i].n_attribution);
        for (uint32_t k = 0; k < e[i].n_reason; k++)
            check_span(text, e[i].reason[k].span);
    }
}

/* What the stages leave for each other: every reference inside its array, mentions and instruments in text order, arcs inside their
 * sentence. */
static void check_stages(const dm_doc *doc)
{
    for (uint32_t t = 0; t < doc->tokens.n; t++) {
        const dm_token *k = &doc->tokens.v[t];
        must(k->sent < doc->sents.n, "a token without a sentence");
        must(k->mention == DM_NONE || k->mention < doc->mentions.n, "a token of no mention");
        must(!doc->sents.v[k->sent].parsed || k->head == DM_NONE || doc->tokens.v[k->head].sent == k->sent,
            "an arc out of its sentence");
    }
    for (uint32_t i = 0; i < doc->mentions.n; i++) {
        const dm_mention *m = &doc->mentions.v[i];
        must(m->n && m->first < doc->tokens.n && m->n <= doc->tokens.n - m->first, "a mention outside the tokens");
        must(m->head >= m->first && m->head < m->first + m->n, "a mention whose head is not in it");
        must(i == 0 || doc->mentions.v[i - 1].first <= m->first, "mentions out of order");
        for (uint32_t k = 0; k < m->n_entity; k++)
            must(m->entity[k] < doc->entities.n, "a mention of nobody");
    }
    for (uint32_t i = 0; i < doc->insts.n; i++) {
        const dm_inst *in = &doc->insts.v[i];
        must(in->first < doc->tokens.n && in->n <= doc->tokens.n - in->first && in->head < doc->tokens.n,
            "an instrument outside the tokens");
        must(i == 0 || doc->insts.v[i - 1].first <= in->first, "instruments out of order");
        must(in->chain == DM_NONE || in->chain < doc->insts.n, "an instrument in no chain");
    }
    for (uint32_t i = 1; i < doc->times.n; i++)
        must(doc->times.v[i - 1].first <= doc->times.v[i].first, "times out of order");
    must(doc->events.n == doc->event_head.n, "an event without a trigger");
}

static void write_all(dm_buf *out, const dm_doc *doc)
{
    for (int f = DM_FORMAT_TEXT; f <= DM_FORMAT_TSV; f++) {
        dm_write_opts opts = DM_WRITE_OPTS_INIT;
        opts.format = (dm_format)f;
        opts.why = true;
        opts.width = 60;
        must(dm_write_doc(out, doc, &opts, NULL) == DM_OK, "a document that cannot be written");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_coder *coder; /* opened once: opening is not what is tested */
    dm_error err = { .msg = "" };
    if (!coder && dm_coder_open(&coder, NULL, &err) != DM_OK) {
        fprintf(stderr, "fuzz_code: %s\n", err.msg);
        exit(1);
    }
    if (size > INPUT_MAX)
        return 0;
    dm_doc *doc = NULL;
    dm_buf first = { 0 }, second = { 0 };
    dm_str bytes = { (const char *)data, size };
    if (dm_code_bytes(coder, &doc, "fuzz", bytes, &err) == DM_OK) {
        check_events(doc);
        check_stages(doc);
        write_all(&first, doc);
        must(dm_code_bytes(coder, &doc, "fuzz", bytes, &err) == DM_OK, "an article that is coded once and not twice");
        write_all(&second, doc);
        must(first.len == second.len && memcmp(first.p, second.p, first.len) == 0, "two runs differ");
    }
    dm_buf_free(&first);
    dm_buf_free(&second);
    dm_doc_free(doc);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: any valid UTF-8 goes through segment; spans must be ordered and inside the text, sentences must tile the tokens. */
#include "fuzz_utf8.h"
#include "segment/segment.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static dm_segmenter *segmenter(void)
{
    static dm_segmenter *s;
    static dm_tables *t;
    char path[1024];
    const char *dir = getenv("DEMARCHE_DATA");
    if (s)
        return s;
    snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : ".");
    if (dm_tables_open(&t, path, NULL) != DM_OK || dm_segmenter_new(&s, t, NULL) != DM_OK) {
        fprintf(stderr, "no tables in '%s'; set DEMARCHE_DATA\n", path);
        exit(2);
    }
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data;
    if (size == 0 || !valid_utf8(p, size))
        return 0;
    dm_doc *doc = dm_doc_new();
    if (!doc)
        return 0;
    if (dm_doc_set_text(doc, (dm_str){ p, size }, NULL) == DM_OK && dm_segment(segmenter(), doc, NULL) == DM_OK) {
        uint32_t at = 0, next = 0;
        for (uint32_t t = 0; t < doc->tokens.n; t++) {
            dm_span s = doc->tokens.v[t].span;
            if (s.start < at || s.len == 0 || s.start + s.len > doc->text.len)
                abort();
            at = s.start + s.len;
        }
        for (uint32_t i = 0; i < doc->sents.n; i++) {
            const dm_sent *s = &doc->sents.v[i];
            if (s->first != next || s->n == 0 || s->n > DM_SENT_TOKENS_MAX)
                abort();
            next += s->n;
        }
        if (next != doc->tokens.n)
            abort();
    }
    dm_doc_free(doc);
    return 0;
}

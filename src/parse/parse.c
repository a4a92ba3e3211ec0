// SPDX-License-Identifier: Apache-2.0
/* The stage itself: sentences of any length in stretches of DM_PARSE_WINDOW words, and the way from and to the shared document. */
#include "parse/parse.h"
#include "parse/model.h"
#include "parse/parser.h"

#include <stdlib.h>

dm_status dm_parser_new(dm_parser **out, const dm_model *model, dm_error *err)
{
    dm_parser *p = calloc(1, sizeof *p);
    if (!p)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    p->model = model;
    *out = p;
    return DM_OK;
}

void dm_parser_free(dm_parser *p)
{
    if (!p)
        return;
    free(p->work);
    free(p->word);
    free(p->parsed);
    free(p);
}

/* The roots of later stretches hang on the first root. */
static void join(dm_parsed *out, uint32_t from, uint32_t n, int32_t root)
{
    for (uint32_t i = from; i < from + n; i++) {
        if (out[i].head >= 0) {
            out[i].head += (int32_t)from;
        } else if (from > 0) {
            out[i].head = root;
            out[i].deprel = DM_D_PARATAXIS;
        }
    }
}

dm_status dm_parse_words(dm_parser *p, dm_parsed *out, const dm_word *w, uint32_t n, dm_error *err)
{
    int32_t root = -1;
    for (uint32_t from = 0, len; from < n; from += len) {
        len = n - from < DM_PARSE_WINDOW ? n - from : DM_PARSE_WINDOW;
        dm_status st = dm_net_run(p, out + from, w + from, len, err);
        if (st != DM_OK)
            return st;
        dm_morph(out + from, w + from, len);
        for (uint32_t i = 0; from == 0 && i < len; i++)
            if (out[i].head < 0)
                root = (int32_t)i;
        join(out, from, len, root);
    }
    return DM_OK;
}

static bool make_room(dm_parser *p, uint32_t n)
{
    if (n <= p->room)
        return true;
    dm_word *word = realloc(p->word, n * sizeof *word);
    if (word)
        p->word = word;
    dm_parsed *parsed = realloc(p->parsed, n * sizeof *parsed);
    if (parsed)
        p->parsed = parsed;
    if (!word || !parsed)
        return false;
    p->room = n;
    return true;
}

static dm_status store(dm_parser *p, dm_doc *doc, uint32_t first, uint32_t n, dm_error *err)
{
    char lemma[DM_LEMMA_MAX];
    for (uint32_t i = 0; i < n; i++) {
        dm_token *t = &doc->tokens.v[first + i];
        const dm_parsed *r = &p->parsed[i];
        t->upos = r->upos;
        t->xpos = r->xpos;
        t->deprel = r->deprel;
        t->feats = r->feats;
        t->head = r->head < 0 ? DM_NONE : first + (uint32_t)r->head;
        t->lemma = dm_arena_str(&doc->arena, (dm_str){ lemma, dm_lemma(p->model, lemma, p->word, p->parsed, i) });
        if (!t->lemma.p && t->lemma.len)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    }
    return DM_OK;
}

dm_status dm_parse_sentence(dm_parser *p, dm_doc *doc, uint32_t sent, dm_error *err)
{
    dm_sent *s = &doc->sents.v[sent];
    uint32_t skip = s->dateline < s->n ? s->dateline : s->n, n = s->n - skip, first = s->first + skip;
    if (n == 0)
        return DM_OK;
    if (!make_room(p, n))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    for (uint32_t i = 0; i < n; i++) {
        dm_str form = dm_token_text(doc, first + i);
        p->word[i] = (dm_word){ form.p, form.len > UINT16_MAX ? UINT16_MAX : (uint32_t)form.len };
    }
    dm_status st = dm_parse_words(p, p->parsed, p->word, n, err);
    if (st == DM_OK)
        st = store(p, doc, first, n, err);
    if (st == DM_OK)
        s->parsed = 1;
    return st;
}

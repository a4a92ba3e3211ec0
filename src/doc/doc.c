// SPDX-License-Identifier: Apache-2.0
/* The document record: construction, code-point index, tree accessors, and the public read-only views.
 * Invariant: the text is valid UTF-8 of at most DM_DOC_MAX bytes, so every offset fits 32 bits. */
#include "doc/doc.h"
#include <stdio.h>
#include <stdlib.h>

enum { CP_STEP = 256 };

dm_doc *dm_doc_new(void) { return calloc(1, sizeof(dm_doc)); }

void dm_doc_reset(dm_doc *doc)
{
    dm_arena arena = doc->arena;
    memset(doc, 0, sizeof *doc);
    doc->arena = arena;
    dm_arena_reset(&doc->arena);
}

void dm_doc_free(dm_doc *doc)
{
    if (!doc)
        return;
    dm_arena_free(&doc->arena);
    free(doc);
}

static bool starts_cp(char c) { return ((unsigned char)c & 0xC0) != 0x80; }

dm_status dm_doc_set_text(dm_doc *doc, dm_str text, dm_error *err)
{
    if (text.len > DM_DOC_MAX)
        return dm_fail(
            err, DM_ELIMIT, DM_DOC_MAX, "document text is %zu bytes, over the limit of %d; split it", text.len, DM_DOC_MAX);
    dm_str copy = dm_arena_str(&doc->arena, text);
    uint32_t *marks = dm_arena_alloc(&doc->arena, text.len / CP_STEP + 1, sizeof *marks);
    if (!copy.p || !marks)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a text of %zu bytes", text.len);
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (i % CP_STEP == 0)
            marks[i / CP_STEP] = count;
        count += starts_cp(copy.p[i]);
    }
    if (text.len % CP_STEP == 0)
        marks[text.len / CP_STEP] = count;
    doc->text = copy;
    doc->cp_marks = marks;
    return DM_OK;
}

uint32_t dm_doc_codepoint(const dm_doc *doc, uint32_t at)
{
    if (!doc->cp_marks)
        return 0;
    if (at > doc->text.len)
        at = (uint32_t)doc->text.len;
    uint32_t count = doc->cp_marks[at / CP_STEP];
    for (uint32_t i = at / CP_STEP * CP_STEP; i < at; i++)
        count += starts_cp(doc->text.p[i]);
    return count;
}

dm_span dm_doc_token_span(const dm_doc *doc, uint32_t first, uint32_t n)
{
    if (n == 0 || first + n > doc->tokens.n)
        return (dm_span){ 0, 0 };
    dm_span a = doc->tokens.v[first].span, b = doc->tokens.v[first + n - 1].span;
    return (dm_span){ a.start, b.start + b.len - a.start };
}

dm_status dm_doc_link(dm_doc *doc, dm_error *err)
{
    uint32_t n = doc->tokens.n;
    doc->kid_first = dm_arena_alloc(&doc->arena, n ? n : 1, sizeof(uint32_t));
    doc->kid_next = dm_arena_alloc(&doc->arena, n ? n : 1, sizeof(uint32_t));
    if (!doc->kid_first || !doc->kid_next)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the trees of %u tokens", n);
    memset(doc->kid_first, 0xFF, n * sizeof(uint32_t));
    memset(doc->kid_next, 0xFF, n * sizeof(uint32_t));
    for (uint32_t i = n; i-- > 0;) { /* backwards, so that lists come out in text order */
        uint32_t h = doc->tokens.v[i].head;
        if (h == DM_NONE || h >= n)
            continue;
        doc->kid_next[i] = doc->kid_first[h];
        doc->kid_first[h] = i;
    }
    return DM_OK;
}

/* Index of the first element of a vector in text order whose first token is t or behind it. */
#define FIRST_FROM(vec, t)                                                                                                     \
    uint32_t lo = 0, hi = (vec).n;                                                                                             \
    while (lo < hi) {                                                                                                          \
        uint32_t mid = lo + (hi - lo) / 2;                                                                                     \
        if ((vec).v[mid].first < (t))                                                                                          \
            lo = mid + 1;                                                                                                      \
        else                                                                                                                   \
            hi = mid;                                                                                                          \
    }                                                                                                                          \
    return lo

uint32_t dm_doc_hit_from(const dm_doc *doc, uint32_t t) { FIRST_FROM(doc->hits, t); }

uint32_t dm_doc_inst_from(const dm_doc *doc, uint32_t t) { FIRST_FROM(doc->insts, t); }

uint32_t dm_doc_time_from(const dm_doc *doc, uint32_t t) { FIRST_FROM(doc->times, t); }

bool dm_token_is(const dm_doc *doc, uint32_t t, const char *norm)
{
    return t < doc->tokens.n && dm_str_is(doc->tokens.v[t].norm, norm);
}

uint32_t dm_kid(const dm_doc *doc, uint32_t t, dm_deprel rel)
{
    DM_EACH_KID(doc, t, k) if (doc->tokens.v[k].deprel == rel) return k;
    return DM_NONE;
}

void dm_subtree(const dm_doc *doc, uint32_t t, uint32_t *first, uint32_t *end)
{
    uint32_t lo = t, hi = t;
    for (uint32_t f = doc->kid_first[t]; f != DM_NONE && f < lo;) { /* leftmost chain */
        lo = f;
        f = doc->kid_first[f];
    }
    for (uint32_t at = t;;) { /* rightmost chain: the last kid, while it lies right */
        uint32_t last = DM_NONE;
        DM_EACH_KID(doc, at, k) last = k;
        if (last == DM_NONE || last < at)
            break;
        hi = at = last;
    }
    *first = lo;
    *end = hi + 1;
}

dm_deprel dm_deprel_base(dm_deprel rel)
{
    switch (rel) {
    case DM_D_ACL_RELCL: return DM_D_ACL;
    case DM_D_ADVCL_RELCL: return DM_D_ADVCL;
    case DM_D_AUX_PASS: return DM_D_AUX;
    case DM_D_CC_PRECONJ: return DM_D_CC;
    case DM_D_COMPOUND_PRT: return DM_D_COMPOUND;
    case DM_D_CSUBJ_OUTER:
    case DM_D_CSUBJ_PASS: return DM_D_CSUBJ;
    case DM_D_DET_PREDET: return DM_D_DET;
    case DM_D_NMOD_DESC:
    case DM_D_NMOD_POSS:
    case DM_D_NMOD_TMOD:
    case DM_D_NMOD_UNMARKED: return DM_D_NMOD;
    case DM_D_NSUBJ_OUTER:
    case DM_D_NSUBJ_PASS: return DM_D_NSUBJ;
    case DM_D_OBL_AGENT:
    case DM_D_OBL_TMOD:
    case DM_D_OBL_UNMARKED: return DM_D_OBL;
    default: return rel;
    }
}

dm_str dm_doc_text(const dm_doc *doc) { return doc->text; }

const dm_meta *dm_doc_meta(const dm_doc *doc) { return &doc->meta; }

const dm_event *dm_doc_events(const dm_doc *doc, size_t *n)
{
    *n = doc->events.n;
    return doc->events.v;
}

size_t dm_doc_sentence_count(const dm_doc *doc) { return doc->sents.n; }

dm_span dm_doc_sentence(const dm_doc *doc, size_t i, dm_sentence_kind *kind)
{
    if (i >= doc->sents.n)
        return (dm_span){ 0, 0 };
    if (kind)
        *kind = (dm_sentence_kind)doc->sents.v[i].kind;
    return doc->sents.v[i].span;
}

size_t dm_doc_note_count(const dm_doc *doc) { return doc->notes.n; }

dm_str dm_doc_note(const dm_doc *doc, size_t i) { return i < doc->notes.n ? doc->notes.v[i] : DM_NIL; }

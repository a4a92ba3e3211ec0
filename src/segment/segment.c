// SPDX-License-Identifier: Apache-2.0
/* Drives segmentation paragraph by paragraph: tokens, quotation marks and brackets, dateline, sentences. One pass over the text. */
#include "segment/seg_int.h"
#include <stdlib.h>

dm_status dm_segmenter_new(dm_segmenter **out, const dm_tables *t, dm_error *err)
{
    dm_segmenter *s = calloc(1, sizeof *s);
    if (!s)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    dm_status st = dm_seg_words_new(&s->words, t, err);
    if (st != DM_OK) {
        free(s);
        return st;
    }
    *out = s;
    return DM_OK;
}

void dm_segmenter_free(dm_segmenter *s)
{
    if (!s)
        return;
    dm_seg_words_free(s->words);
    free(s);
}

/* Whether a period belongs to the word before it. */
static bool abbrev(const void *ctx, dm_str word, dm_str rest)
{
    const dm_segmenter *s = ctx;
    uint8_t kind = dm_seg_kind(s->words, word);
    if (kind & (K_TITLE | K_MONTH | K_ANY))
        return true;
    if (!(kind & K_NUMBER))
        return false;
    size_t i = 0;
    while (i < rest.len && i < 4 && (rest.p[i] == ' ' || (unsigned char)rest.p[i] == 0xC2 || (unsigned char)rest.p[i] == 0xA0))
        i++;
    return i < rest.len && rest.p[i] >= '0' && rest.p[i] <= '9';
}

/* Matching form: the text itself where it is plain lower case already, else a folded copy. */
static bool set_norm(dm_doc *doc, dm_token *t, char **room, size_t *left)
{
    dm_str s = dm_doc_slice(doc, t->span);
    bool plain = !(s.len >= 2 && !((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= '0' && s.p[0] <= '9')));
    for (size_t i = 0; i < s.len && plain; i++) {
        unsigned char c = (unsigned char)s.p[i];
        plain = c < 0x80 && !(c >= 'A' && c <= 'Z') && c != '`' && (c != '.' || s.len == 1);
    }
    t->norm = s;
    if (plain)
        return true;
    size_t need = DM_NORM_ROOM(s.len);
    if (need > *left) {
        *left = need > 4096 ? need : 4096;
        *room = dm_arena_alloc(&doc->arena, *left, 1);
        if (!*room)
            return false;
    }
    t->norm = (dm_str){ *room, dm_token_norm(*room, s.p, (uint32_t)s.len) };
    *room += t->norm.len;
    *left -= t->norm.len;
    return true;
}

static dm_status tokens(dm_seg_state *st, const dm_para *p, char **room, size_t *left, dm_error *err)
{
    dm_doc *doc = st->doc;
    dm_toker k;
    dm_rawtok raw;
    dm_toker_init(&k, doc->text.p, p->end, p->start, abbrev, st->seg);
    st->first = doc->tokens.n;
    while (dm_toker_next(&k, &raw)) {
        dm_token *t = DM_PUSH(&doc->arena, &doc->tokens);
        if (!t)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory");
        t->span = (dm_span){ raw.start, raw.len };
        t->flags = raw.flags;
        t->mention = t->head = DM_NONE;
        if (!set_norm(doc, t, room, left))
            return dm_fail(err, DM_ENOMEM, 0, "out of memory");
        t->lemma = t->norm;
    }
    st->end = doc->tokens.n;
    return DM_OK;
}

static dm_status roles_room(dm_seg_state *st, dm_error *err)
{
    uint32_t n = st->end - st->first;
    if (n <= st->room)
        return DM_OK;
    uint32_t room = st->room < 256 ? 256 : st->room;
    while (room < n)
        room *= 2;
    uint8_t *r = realloc(st->role, room);
    if (!r)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    st->role = r;
    st->room = room;
    return DM_OK;
}

static dm_status paragraph(dm_seg_state *st, const dm_para *p, char **room, size_t *left, dm_error *err)
{
    dm_status s = tokens(st, p, room, left, err);
    if (s == DM_OK)
        s = roles_room(st, err);
    if (s != DM_OK || st->first == st->end)
        return s;
    s = dm_seg_quotes(st, err);
    if (s != DM_OK)
        return s;
    dm_para here = *p;
    uint32_t n = dm_seg_dateline(st, p);
    if (n) {
        st->datelines++;
        if (!p->fixed)
            here.kind = DM_SENT_BODY;
    }
    st->body += here.kind == DM_SENT_BODY;
    return dm_seg_sentences(st, &here, n, err);
}

/* Which quotation is open where a sentence starts: both lists are in text order. */
static void link_quotes(dm_doc *doc)
{
    uint32_t q = 0;
    for (uint32_t i = 0; i < doc->sents.n; i++) {
        dm_sent *s = &doc->sents.v[i];
        while (q < doc->quotes.n && doc->quotes.v[q].first + doc->quotes.v[q].n <= s->first)
            q++;
        if (q < doc->quotes.n && doc->quotes.v[q].first <= s->first)
            s->quote = q;
    }
}

dm_status dm_segment(const dm_segmenter *seg, dm_doc *doc, dm_error *err)
{
    if (doc->text.len > DM_DOC_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "document of %zu bytes is over the limit of %d", doc->text.len, (int)DM_DOC_MAX);
    dm_seg_state st = { .seg = seg, .doc = doc, .quote_from = DM_NONE, .quote_last = DM_NONE };
    char *room = NULL;
    size_t left = 0;
    dm_status s = dm_seg_paragraphs(&st, err);
    for (uint32_t i = 0; i < st.paras.n && s == DM_OK; i++)
        s = paragraph(&st, &st.paras.v[i], &room, &left, err);
    if (s == DM_OK)
        s = dm_seg_quotes_end(&st, err);
    free(st.role);
    if (s == DM_OK)
        link_quotes(doc);
    return s;
}

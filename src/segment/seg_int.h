// SPDX-License-Identifier: Apache-2.0
/* What the files of segment share: the word list and the paragraph in hand. */
#ifndef DM_SEGMENT_SEG_INT_H
#define DM_SEGMENT_SEG_INT_H

#include "base/token.h"
#include "segment/segment.h"

/* Kinds of words in segment/abbreviations, as bits. */
enum { K_TITLE = 1, K_NUMBER = 2, K_MONTH = 4, K_ANY = 8, K_STARTER = 16, K_SPEECH = 32, K_LABEL = 64 };

typedef struct dm_seg_words dm_seg_words;
dm_status dm_seg_words_new(dm_seg_words **out, const dm_tables *t, dm_error *err);
void dm_seg_words_free(dm_seg_words *w);
uint8_t dm_seg_kind(const dm_seg_words *w, dm_str word);

/* A stretch of text that is a paragraph of its own. */
typedef struct dm_para {
    uint32_t start, end; /* bytes */
    uint32_t number;
    uint8_t kind;  /* dm_sentence_kind */
    uint8_t fixed; /* kind comes from a mark of read */
} dm_para;

/* Roles of marks, found before sentences are cut. */
enum {
    R_OPEN = 1,
    R_CLOSE = 2,
    R_TERMINAL = 4,
    R_INSIDE = 8 /* in brackets that an earlier word of the paragraph stands before */
};

typedef struct dm_seg_state {
    const dm_segmenter *seg;
    dm_doc *doc;
    DM_VEC(dm_para) paras;
    uint8_t *role;       /* [room]: roles of the paragraph's tokens */
    uint32_t first, end; /* tokens of the paragraph in hand */
    uint32_t room;
    uint32_t quote_from; /* first token of the open quotation, or DM_NONE */
    uint32_t quote_last; /* end of the paragraph in which it was last seen open */
    uint32_t quote_mark; /* its opening mark */
    uint32_t datelines;  /* datelines found so far */
    uint32_t body;       /* body paragraphs so far */
} dm_seg_state;

struct dm_segmenter {
    dm_seg_words *words;
};

/* paragraphs.c: cuts the text into st->paras. */
dm_status dm_seg_paragraphs(dm_seg_state *st, dm_error *err);
/* quotes.c: roles and flags of quotation marks and brackets of the paragraph. */
dm_status dm_seg_quotes(dm_seg_state *st, dm_error *err);
dm_status dm_seg_quotes_end(dm_seg_state *st, dm_error *err);
/* dateline.c: tokens of the paragraph's dateline, 0 when there is none. */
uint32_t dm_seg_dateline(const dm_seg_state *st, const dm_para *p);
/* sentences.c: cuts the paragraph's tokens into sentences. */
dm_status dm_seg_sentences(dm_seg_state *st, const dm_para *p, uint32_t dateline, dm_error *err);

static inline dm_str dm_seg_text(const dm_seg_state *st, uint32_t t) { return dm_token_text(st->doc, t); }
static inline bool dm_seg_is(const dm_seg_state *st, uint32_t t, const char *norm)
{
    return dm_str_is(st->doc->tokens.v[t].norm, norm);
}

#endif

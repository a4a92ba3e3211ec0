// SPDX-License-Identifier: Apache-2.0
/* What the tagger and parser look at in a word: hashes of its folded form, of its beginning and end, and its shape.
 * Shared by the run-time stage and the trainer, which must see the very same numbers: change DM_FEAT_VERSION with any change here. */
#ifndef DM_PARSE_FEAT_H
#define DM_PARSE_FEAT_H

#include <stdint.h>

enum {
    DM_FEAT_VERSION = 1,
    DM_FORM_BYTES = 64,     /* longer words keep their first and last halves */
    DM_FEAT_SHAPES = 64,    /* rows of the affix table taken by shapes */
    DM_FEAT_BUCKETS = 16384 /* hashed rows behind them */
};

enum { DM_FEAT_ROWS = 11 }; /* rows of the affix table that a word adds up */

typedef struct dm_word {
    const char *form;
    uint32_t len;
} dm_word;

typedef struct dm_feat {
    uint64_t form;              /* hash of the folded form: key of the word vectors */
    uint64_t pattern;           /* same with digits as 0: key of the trained word table */
    uint32_t row[DM_FEAT_ROWS]; /* rows of the affix table */
} dm_feat;

/* Folds a word: lower case, typographic quotes and dashes to ASCII. out holds DM_FORM_BYTES; returns the length. */
uint32_t dm_fold(char *out, const char *form, uint32_t len);

uint64_t dm_feat_hash(const char *p, uint32_t len, uint32_t seed);

/* Features of the n words of one sentence. */
void dm_feat_sentence(dm_feat *out, const dm_word *w, uint32_t n);

#endif

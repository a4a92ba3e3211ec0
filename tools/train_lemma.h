// SPDX-License-Identifier: Apache-2.0
/* Learns the lemma rules of src/parse/lemma.c: whole words and endings, by class of tag, to edit scripts. */
#ifndef DM_TOOLS_TRAIN_LEMMA_H
#define DM_TOOLS_TRAIN_LEMMA_H

#include "train_data.h"

typedef struct dm_lemma_rules {
    uint64_t *key; /* [n] ascending */
    uint16_t *script;
    size_t n;
    uint8_t (*text)[16]; /* [scripts] cut, length, bytes */
    size_t scripts;
} dm_lemma_rules;

typedef struct dm_lemma_trainer dm_lemma_trainer;

dm_lemma_trainer *dm_lemma_trainer_new(void);
dm_status dm_lemma_add_treebank(dm_lemma_trainer *t, dm_str text, dm_error *err);
/* Verbs, nouns and exception lists of WordNet's folder; forms are made by the spelling rules where no exception is listed. */
dm_status dm_lemma_add_wordnet(dm_lemma_trainer *t, const char *dir, dm_error *err);
void dm_lemma_learn(dm_lemma_rules *out, dm_lemma_trainer *t);

#endif

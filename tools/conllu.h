// SPDX-License-Identifier: Apache-2.0
/* CoNLL-U reader for the trainer and the scorer. Reads from memory, copies nothing: words borrow the caller's bytes.
 * Multiword ranges (1-2) and empty nodes (1.1) are skipped. */
#ifndef DM_TOOLS_CONLLU_H
#define DM_TOOLS_CONLLU_H

#include <demarche/document.h>

enum { DM_CONLLU_WORDS = 1000 }; /* a longer sentence is refused */

typedef struct dm_cword {
    dm_str form, lemma, feats;
    uint8_t upos, xpos, deprel; /* numbers of doc/ud.h */
    uint16_t head;              /* 0: root, else 1..n */
} dm_cword;

typedef struct dm_conllu {
    dm_str rest;
    size_t line;
    uint32_t n; /* words of the last sentence */
    dm_cword word[DM_CONLLU_WORDS];
} dm_conllu;

void dm_conllu_init(dm_conllu *r, dm_str text);

/* Next sentence into r->word; DM_END after the last. Heads are checked to lie in the sentence. */
dm_status dm_conllu_next(dm_conllu *r, dm_error *err);

/* Whole file into memory from malloc; out->p is NULL for an empty file. */
dm_status dm_conllu_load(dm_str *out, const char *path, dm_error *err);

#endif

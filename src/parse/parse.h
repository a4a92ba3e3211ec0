// SPDX-License-Identifier: Apache-2.0
/* parse: part-of-speech tags, lemmas, features and Universal Dependencies arcs of a sentence, from a model file that is mapped
 * read-only. One dm_model serves any number of threads; each thread has its own dm_parser. Every result is one single-rooted tree
 * and is the same on every machine. */
#ifndef DM_PARSE_PARSE_H
#define DM_PARSE_PARSE_H

#include "doc/doc.h"
#include "parse/feat.h"

typedef struct dm_model dm_model;
typedef struct dm_parser dm_parser;

/* Maps the file and checks it whole; DM_ECORRUPT with a message for a damaged file or one of another version. */
dm_status dm_model_open(dm_model **out, const char *path, dm_error *err);
void dm_model_close(dm_model *m);
uint64_t dm_model_mark(const dm_model *m); /* a hash of the file */

/* Borrows the model until dm_parser_free(). */
dm_status dm_parser_new(dm_parser **out, const dm_model *model, dm_error *err);
void dm_parser_free(dm_parser *p);

enum {
    DM_PARSE_WINDOW = 256, /* words parsed together; of a longer sentence each such stretch is, and hangs on the first */
    DM_LEMMA_MAX = 96
};

typedef struct dm_parsed {
    int32_t head; /* word of the sentence, -1 for the root */
    uint16_t feats;
    uint8_t upos, xpos, deprel;
} dm_parsed;

/* Parses n words of any bytes. out[n]. */
dm_status dm_parse_words(dm_parser *p, dm_parsed *out, const dm_word *w, uint32_t n, dm_error *err);

/* Lemma of word i of a parsed sentence into out (DM_LEMMA_MAX bytes, no NUL); returns its length. Proper nouns and "I" have
 * capitals. */
uint32_t dm_lemma(const dm_model *m, char *out, const dm_word *w, const dm_parsed *parsed, uint32_t i);

/* Fills upos .. head and lemma of the tokens of sentence `sent` and sets its `parsed`. Tokens of the dateline stay outside the tree. */
dm_status dm_parse_sentence(dm_parser *p, dm_doc *doc, uint32_t sent, dm_error *err);

#endif

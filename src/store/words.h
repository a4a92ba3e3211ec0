// SPDX-License-Identifier: Apache-2.0
/* The words of a sentence as SQLite's full text keeps them (porter unicode61), for a database that keeps them otherwise: so that both
 * engines find the same sentences. */
#ifndef DM_STORE_WORDS_H
#define DM_STORE_WORDS_H

#include "base/str.h"
#include <demarche/buffer.h>
#include <demarche/error.h>

/* How sentences are cut into words; schema.c gives the same to SQLite. */
#define DM_WORDS_TOKENIZER "porter unicode61 remove_diacritics 2"

typedef struct dm_words dm_words;
dm_status dm_words_open(dm_words **out, dm_error *err);
void dm_words_close(dm_words *w);

/* The sentence as a tsvector: 'word':1,4 'other':2. Appended. */
dm_status dm_words_vector(dm_words *w, dm_str text, dm_buf *out, dm_error *err);
/* The same in the binary form that COPY takes. Appended. */
dm_status dm_words_binary(dm_words *w, dm_str text, dm_buf *out, dm_error *err);
/* A term of a question as a tsquery: words that follow each other, the last one perhaps only begun. Appended; nothing when the term has no
 * word. */
dm_status dm_words_term(dm_words *w, dm_str term, bool begun, dm_buf *out, dm_error *err);

#endif

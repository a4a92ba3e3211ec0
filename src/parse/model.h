// SPDX-License-Identifier: Apache-2.0
/* The model file: layout shared by the program, which maps it read-only, and by the trainer, which writes it.
 *
 * Header, section table, sections; every section starts at a multiple of 64 bytes and its size follows from the header, so that a
 * file whose sizes do not agree is refused, as is one whose hash does not. Little-endian. */
#ifndef DM_PARSE_MODEL_H
#define DM_PARSE_MODEL_H

#include "parse/kernel.h"
#include "parse/parse.h"

enum {
    DM_MODEL_VERSION = 2,
    DM_MODEL_LAYERS = 4,
    DM_MODEL_VEC = 100,      /* components of a word vector, two to a byte */
    DM_MODEL_RELS = 64,      /* relations, padded to whole panels */
    DM_MODEL_DIST = 32,      /* distance buckets, padded */
    DM_MODEL_ROOT_DIST = 19, /* bucket of the root */
    DM_LEMMA_SUFFIX = 8,     /* longest ending that a lemma rule looks at, bytes */
    DM_MODEL_ALIGN = 64
};

/* A hash table of fixed keys: start[h >> (64 - bits)] .. start[.. + 1] are the places of key (uint32_t)h. */
enum dm_section {
    DM_S_TAGS,         /* uint16_t [tags]: upos << 8 | xpos */
    DM_S_WORD_START,   /* uint32_t [2^word_bits + 1] */
    DM_S_WORD_KEY,     /* uint32_t [words] */
    DM_S_WORD_ROW,     /* int8_t [words + 1][dim], the last for unknown words */
    DM_S_WORD_UNIT,    /* float [words + 1] */
    DM_S_AFFIX_ROW,    /* int8_t [DM_FEAT_SHAPES + DM_FEAT_BUCKETS][dim] */
    DM_S_AFFIX_UNIT,   /* float [DM_FEAT_SHAPES + DM_FEAT_BUCKETS] */
    DM_S_VEC_START,    /* uint32_t [2^vec_bits + 1] */
    DM_S_VEC_KEY,      /* uint32_t [vecs] */
    DM_S_VEC_LEVEL,    /* uint8_t [vecs][DM_MODEL_VEC / 2], low half first */
    DM_S_VEC_UNIT,     /* float [vecs] */
    DM_S_VEC_NONE,     /* float [dim]: in place of a missing vector */
    DM_S_VEC_LEVELS,   /* int8_t [16] */
    DM_S_ROOT,         /* float [arc + rel] */
    DM_S_LEMMA_START,  /* uint32_t [2^lemma_bits + 1] */
    DM_S_LEMMA_KEY,    /* uint32_t [lemmas] */
    DM_S_LEMMA_SCRIPT, /* uint16_t [lemmas] */
    DM_S_SCRIPT,       /* uint8_t [scripts][16]: cut, length, bytes to add */
    DM_S_MATRIX, /* from here four a matrix: panels int8_t [k][n], sum int32_t [n], scale float [n], bias float [n] or nothing */
    DM_M_VEC = 0,
    DM_M_CONV,
    DM_M_TAG,
    DM_M_MLP,
    DM_M_BIL,
    DM_M_DIST,
    DM_M_REL,
    DM_M_LAYER,
    DM_MATRICES = DM_M_LAYER + DM_MODEL_LAYERS,
    DM_S_GATE = DM_S_MATRIX + 4 * DM_MATRICES, /* float [4][2 * hidden], one a layer */
    DM_SECTIONS = DM_S_GATE + DM_MODEL_LAYERS
};

typedef struct dm_model_head {
    char magic[8]; /* "DMMODEL" */
    uint32_t version, order, feat_version, sections;
    uint64_t size, hash; /* of the file; of the bytes after this header */
    uint32_t dim, hidden, layers, arc, rel, tags, tags_padded, tag_layer;
    uint32_t words, word_bits, vecs, vec_bits, lemmas, lemma_bits, scripts, reserved;
} dm_model_head;
_Static_assert(sizeof(dm_model_head) == 104, "model file header");

typedef struct dm_model_section {
    uint64_t at, size;
} dm_model_section;

enum { DM_SCRIPT_BYTES = 16, DM_MODEL_ORDER = 0x01020304 };

struct dm_model {
    const dm_model_head *head;
    const void *section[DM_SECTIONS];
    dm_matrix matrix[DM_MATRICES];
    const dm_kernel *kernel;
    void *map;
    size_t map_size;
};

/* Sizes that all sections must have; false when the header's own numbers are out of range. */
bool dm_model_sizes(uint64_t *size, const dm_model_head *h);
/* Rows and columns of matrix i. */
void dm_model_shape(uint32_t *k, uint32_t *n, const dm_model_head *h, int i);

/* Place of a key in a table of fixed keys, or -1. */
int64_t dm_model_find(const uint32_t *start, const uint32_t *key, uint32_t bits, uint64_t hash);

/* Forward pass over n words (n <= DM_SENT_MAX); fills tags and a single-rooted tree. net.c */
dm_status dm_net_run(dm_parser *p, dm_parsed *out, const dm_word *w, uint32_t n, dm_error *err);

/* Seeds of the hashes that key the lemma rules: of a whole word and of an ending, for one class of tags. lemma.c */
uint32_t dm_lemma_seed(uint8_t upos, uint8_t xpos, bool whole);
/* Script that the rules give for a folded word; NULL: none. */
const uint8_t *dm_lemma_script(const dm_model *m, const char *form, uint32_t len, uint8_t upos, uint8_t xpos);

/* Features from tag, form and tree; out[i].head etc. are set. morph.c */
void dm_morph(dm_parsed *out, const dm_word *w, uint32_t n);

#endif

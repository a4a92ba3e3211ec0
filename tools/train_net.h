// SPDX-License-Identifier: Apache-2.0
/* The network as the trainer sees it: float parameters, a forward and a backward pass over a batch of sentences.
 *
 * word vectors + affix rows -> convolution of width 3 -> bidirectional simple recurrent layers -> tags (from layer tag_layer),
 * arc scores (bilinear, with a bias by signed distance) and relation scores. src/parse/net.c runs the same network quantised. */
#ifndef DM_TOOLS_TRAIN_NET_H
#define DM_TOOLS_TRAIN_NET_H

#include "parse/feat.h"
#include "train_math.h"

enum {
    DM_VEC_DIM = 100, /* word vectors */
    DM_VEC_PAD = 112, /* with the flag "no vector" at DM_VEC_DIM and zeros */
    DM_NET_LAYERS = 6,
    DM_NET_SENT = 160, /* longer sentences are not trained on */
    DM_NET_RELS = 64,  /* relations, padded */
    DM_NET_DIST = 20   /* distance buckets: 9 each way, root */
};

typedef struct dm_net_config {
    size_t dim, hidden, layers, arc, rel, tags, tag_layer; /* tags: padded */
    size_t words;                                          /* rows of the word table; 0 is the unknown word */
    float drop_in, drop_layer, drop_mlp, drop_word;
    float trust; /* share of the teachers' distributions in the targets, the rest is the treebank's answer */
} dm_net_config;

typedef struct dm_layer {
    dm_param w, gate; /* [in][2 * gates * hidden]; gate: rows vf, vr, bf, br of [2 * hidden] */
    size_t in, gates;
} dm_layer;

typedef struct dm_net {
    dm_net_config cfg;
    dm_param affix, word, vec, conv, conv_b, tag, tag_b, mlp, mlp_b, bil, bil_b, root, dist, lab, lab_b;
    dm_layer layer[DM_NET_LAYERS];
} dm_net;

typedef struct dm_tok {
    const float *vec; /* [DM_VEC_PAD] */
    uint32_t word;
    uint32_t row[DM_FEAT_ROWS];
    int16_t tag, rel; /* gold; -1: not known */
    uint16_t head;
    float rare; /* chance to be seen as unknown, in training */
} dm_tok;

typedef struct dm_sentence {
    dm_tok *tok;
    uint32_t n;
    float *soft; /* teachers' mean distributions: arcs [n][n + 1], tags [n][tags], relations [n][DM_NET_RELS]; or NULL */
} dm_sentence;

typedef struct dm_pass dm_pass; /* workspace */

void dm_net_init(dm_net *net, const dm_net_config *cfg, dm_rng *rng);
void dm_net_free(dm_net *net);
void dm_net_each(dm_net *net, void (*f)(dm_param *, void *), void *arg);

dm_pass *dm_pass_new(const dm_net *net, size_t tokens, size_t sentences);
void dm_pass_free(dm_pass *p);

/* Forward over sentences; rng NULL: no dropout. Then scores can be read. */
void dm_pass_forward(dm_pass *p, dm_net *net, const dm_sentence *const *sent, size_t n, dm_rng *rng);
/* Gradients of the summed loss / tokens into net; returns the loss. weight: of each sentence. */
double dm_pass_backward(dm_pass *p, dm_net *net);

/* After forward: arc scores [n][n + 1] of sentence s, tag scores [n][tags]. */
const float *dm_pass_arcs(const dm_pass *p, size_t s);
const float *dm_pass_tags(const dm_pass *p, size_t s);
/* Adds share times the distributions of sentence s to its soft targets, made when NULL; relations are those of the true heads. */
void dm_pass_teach(dm_pass *p, const dm_net *net, size_t s, dm_sentence *pupil, float share);
/* Relation scores [n][DM_NET_RELS] for the given heads. */
const float *dm_pass_rels(dm_pass *p, const dm_net *net, size_t s, const uint32_t *head);

#endif

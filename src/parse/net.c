// SPDX-License-Identifier: Apache-2.0
/* The quantised network over one stretch of words: tags, arc scores, tree, relations. tools/train_net.c trains the same network.
 * Sizes come from the checked model header; the workspace grows to the longest stretch seen. */
#include "parse/model.h"
#include "parse/mst.h"
#include "parse/parser.h"

#include <stdlib.h>

/* Words are followed and preceded by a row of zeros in `quant`, which the convolution reads at the ends. */
typedef struct work {
    dm_feat *feat;
    int8_t *quant; /* [n + 2][widest] */
    int8_t *heads; /* root and words as columns of a matrix */
    int32_t *head_sum;
    float *unit; /* [n + 2] */
    float *head_unit;
    float *a, *b, *u; /* [n][widest] values */
    float *mlp, *near, *score, *tag;
    uint32_t *head;
    void *mst;
} work;

static size_t up(size_t n) { return (n + DM_MODEL_ALIGN - 1) / DM_MODEL_ALIGN * DM_MODEL_ALIGN; }

static size_t columns(uint32_t n) { return (n + 1 + DM_PANEL - 1) / DM_PANEL * DM_PANEL; }

static size_t widest(const dm_model_head *h)
{
    const size_t all[] = { 2 * (size_t)h->hidden, h->dim, h->arc, h->rel, DM_MODEL_VEC };
    size_t w = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        w = all[i] > w ? all[i] : w;
    return w;
}

/* Cuts the workspace into arrays; with base NULL only counts. */
static size_t lay_out(work *w, char *base, const dm_model_head *h, uint32_t n)
{
    size_t at = 0, wide = widest(h), rows = n + 2, f = sizeof(float), cols = columns(n);
    const struct {
        void **p;
        size_t size;
    } part[] = {
        { (void **)&w->feat, n * sizeof *w->feat },
        { (void **)&w->quant, rows * wide * sizeof *w->quant },
        { (void **)&w->heads, cols * h->arc * sizeof *w->heads },
        { (void **)&w->head_sum, cols * sizeof *w->head_sum },
        { (void **)&w->unit, rows * f },
        { (void **)&w->head_unit, cols * f },
        { (void **)&w->a, rows * wide * f },
        { (void **)&w->b, rows * wide * f },
        { (void **)&w->u, rows * 8 * h->hidden * f },
        { (void **)&w->mlp, rows * 2 * (h->arc + h->rel) * f },
        { (void **)&w->near, n * DM_MODEL_DIST * f },
        { (void **)&w->score, n * cols * f },
        { (void **)&w->tag, n * (h->tags_padded > DM_MODEL_RELS ? h->tags_padded : DM_MODEL_RELS) * f },
        { (void **)&w->head, n * sizeof *w->head },
        { &w->mst, dm_mst_scratch(n) },
    };
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        if (base)
            *part[i].p = base + at;
        at += up(part[i].size);
    }
    return at;
}

static bool make_room(work *w, dm_parser *p, uint32_t n)
{
    size_t need = lay_out(w, NULL, p->model->head, n);
    if (need > p->work_size) {
        void *more = aligned_alloc(DM_MODEL_ALIGN, need);
        if (!more)
            return false;
        free(p->work);
        p->work = more;
        p->work_size = need;
    }
    lay_out(w, p->work, p->model->head, n);
    return true;
}

static void quantise_rows(const dm_model *m, work *w, const float *x, size_t stride, size_t width, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        m->kernel->quantise(w->quant + i * width, w->unit + i, x + i * stride, width);
}

/* ---- words ---- */

/* The vector's levels into row i of quant; false when the word has none. */
static bool vector_levels(const dm_model *m, work *w, uint32_t i)
{
    int8_t *q = w->quant + i * DM_MODEL_VEC;
    int64_t at = dm_model_find(m->section[DM_S_VEC_START], m->section[DM_S_VEC_KEY], m->head->vec_bits, w->feat[i].form);
    if (at < 0) {
        memset(q, 0, DM_MODEL_VEC * sizeof *q);
        w->unit[i] = 0;
        return false;
    }
    const int8_t *level = m->section[DM_S_VEC_LEVELS];
    const uint8_t *packed = (const uint8_t *)m->section[DM_S_VEC_LEVEL] + (size_t)at * (DM_MODEL_VEC / 2);
    for (int k = 0; k < DM_MODEL_VEC / 2; k++) {
        q[2 * k] = level[packed[k] & 15];
        q[2 * k + 1] = level[packed[k] >> 4];
    }
    w->unit[i] = ((const float *)m->section[DM_S_VEC_UNIT])[at];
    return true;
}

/* a[i] = word vector, word row and affix rows added up. */
static void embed(const dm_model *m, work *w, uint32_t n)
{
    const dm_model_head *h = m->head;
    const dm_kernel *k = m->kernel;
    const int8_t *word = m->section[DM_S_WORD_ROW], *affix = m->section[DM_S_AFFIX_ROW];
    const float *word_unit = m->section[DM_S_WORD_UNIT], *affix_unit = m->section[DM_S_AFFIX_UNIT];
    bool known[DM_PARSE_WINDOW];
    for (uint32_t i = 0; i < n; i++)
        known[i] = vector_levels(m, w, i);
    k->gemm(w->a, h->dim, w->quant, DM_MODEL_VEC, w->unit, n, &m->matrix[DM_M_VEC]);
    for (uint32_t i = 0; i < n; i++) {
        const int8_t *row[DM_FEAT_ROWS + 1];
        float unit[DM_FEAT_ROWS + 1], *x = w->a + (size_t)i * h->dim;
        if (!known[i])
            memcpy(x, m->section[DM_S_VEC_NONE], h->dim * sizeof *x);
        int64_t at = dm_model_find(m->section[DM_S_WORD_START], m->section[DM_S_WORD_KEY], h->word_bits, w->feat[i].pattern);
        size_t own = at < 0 ? h->words : (size_t)at;
        row[0] = word + own * h->dim;
        unit[0] = word_unit[own];
        for (int r = 0; r < DM_FEAT_ROWS; r++) {
            row[r + 1] = affix + (size_t)w->feat[i].row[r] * h->dim;
            unit[r + 1] = affix_unit[w->feat[i].row[r]];
        }
        k->add_rows(x, row, unit, DM_FEAT_ROWS + 1, h->dim);
    }
}

/* a = a + leaky(conv(a)): one unit for the whole stretch, since a row of the product spans three words. */
static void convolve(const dm_model *m, work *w, uint32_t n)
{
    const dm_kernel *k = m->kernel;
    size_t d = m->head->dim;
    memset(w->quant, 0, d * sizeof *w->quant);
    k->quantise(w->quant + d, w->unit, w->a, n * d);
    memset(w->quant + (n + 1) * d, 0, d * sizeof *w->quant);
    for (uint32_t i = 1; i < n; i++)
        w->unit[i] = w->unit[0];
    k->gemm(w->b, d, w->quant, d, w->unit, n, &m->matrix[DM_M_CONV]);
    k->leaky(w->b, n * d);
    k->add(w->a, w->a, w->b, n * d);
}

/* ---- recurrent layers: a -> a ---- */

static void layer(const dm_model *m, work *w, uint32_t l, uint32_t n)
{
    size_t H = m->head->hidden, wide = 2 * H;
    const dm_matrix *x = &m->matrix[DM_M_LAYER + l];
    const float *gate = m->section[DM_S_GATE + l];
    size_t gates = x->n / wide;
    float cell[256];
    quantise_rows(m, w, w->a, x->k, x->k, n);
    m->kernel->gemm(w->u, x->n, w->quant, x->k, w->unit, n, x);
    for (size_t dir = 0; dir < 2; dir++) {
        const float *g = gate + dir * H;
        dm_recur r = { .vf = g,
            .vr = g + wide,
            .bf = g + 2 * wide,
            .br = g + 3 * wide,
            .u = w->u + dir * gates * H,
            .skip = gates == 3 ? w->a + dir * H : NULL,
            .h = w->b + dir * H,
            .u_stride = x->n,
            .skip_stride = wide,
            .h_stride = wide,
            .hidden = H };
        m->kernel->recur(&r, cell, n, (int)dir);
    }
    float *swap = w->a;
    w->a = w->b;
    w->b = swap;
}

/* ---- tags ---- */

static void tag(const dm_model *m, work *w, dm_parsed *out, uint32_t n)
{
    const dm_matrix *x = &m->matrix[DM_M_TAG];
    const uint16_t *name = m->section[DM_S_TAGS];
    quantise_rows(m, w, w->a, x->k, x->k, n);
    m->kernel->gemm(w->tag, x->n, w->quant, x->k, w->unit, n, x);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t best = m->kernel->best(w->tag + (size_t)i * x->n, x->n);
        uint16_t t = name[best < m->head->tags ? best : 0]; /* the padding's bias keeps it from winning */
        out[i].upos = (uint8_t)(t >> 8);
        out[i].xpos = (uint8_t)(t & 255);
    }
}

/* ---- arcs ---- */

static size_t distance(uint32_t i, uint32_t j)
{
    uint32_t d = i < j ? j - i : i - j;
    size_t b = d <= 4 ? d - 1 : d <= 6 ? 4 : d <= 9 ? 5 : d <= 14 ? 6 : d <= 22 ? 7 : 8;
    return i < j ? b : 9 + b;
}

/* Heads become the columns of a matrix: 0 the root, then the words, zeros up to whole panels. */
static dm_matrix head_matrix(const dm_model *m, work *w, uint32_t n)
{
    size_t A = m->head->arc, wide = m->matrix[DM_M_MLP].n, cols = columns(n);
    int8_t row[512];
    memset(w->heads, 0, cols * A * sizeof *w->heads);
    for (size_t j = 0; j < cols; j++) {
        w->head_unit[j] = 0;
        w->head_sum[j] = 0;
        if (j > n)
            continue;
        const float *x = j == 0 ? m->section[DM_S_ROOT] : w->mlp + (j - 1) * wide + A;
        m->kernel->quantise(row, &w->head_unit[j], x, A);
        int8_t *to = w->heads + dm_panel_at(A, 0, j);
        for (size_t k = 0; k < A; k += 4)
            memcpy(to + k * DM_PANEL, row + k, 4);
        for (size_t k = 0; k < A; k++)
            w->head_sum[j] += 128 * row[k];
    }
    return (dm_matrix){ w->heads, w->head_sum, w->head_unit, NULL, (uint32_t)A, (uint32_t)cols };
}

static void arcs(const dm_model *m, work *w, uint32_t n)
{
    const dm_kernel *k = m->kernel;
    size_t A = m->head->arc, cols = columns(n);
    const dm_matrix *mlp = &m->matrix[DM_M_MLP];
    quantise_rows(m, w, w->a, mlp->k, mlp->k, n);
    k->gemm(w->mlp, mlp->n, w->quant, mlp->k, w->unit, n, mlp);
    for (uint32_t i = 0; i < n; i++)
        k->leaky(w->mlp + (size_t)i * mlp->n, 2 * A);
    quantise_rows(m, w, w->mlp, mlp->n, A, n);
    k->gemm(w->b, A, w->quant, A, w->unit, n, &m->matrix[DM_M_BIL]);
    k->gemm(w->near, DM_MODEL_DIST, w->quant, A, w->unit, n, &m->matrix[DM_M_DIST]);
    quantise_rows(m, w, w->b, A, A, n);
    dm_matrix heads = head_matrix(m, w, n);
    k->gemm(w->score, cols, w->quant, A, w->unit, n, &heads);
    for (uint32_t i = 0; i < n; i++) {
        float *s = w->score + (size_t)i * cols;
        const float *near = w->near + (size_t)i * DM_MODEL_DIST;
        s[0] += near[DM_MODEL_ROOT_DIST];
        for (uint32_t j = 0; j < n; j++)
            if (j != i)
                s[j + 1] += near[distance(i, j)];
    }
    dm_mst(w->head, w->score, n, (uint32_t)cols, w->mst);
}

/* ---- relations ---- */

static void relations(const dm_model *m, work *w, dm_parsed *out, uint32_t n)
{
    const dm_kernel *k = m->kernel;
    size_t A = m->head->arc, B = m->head->rel, wide = m->matrix[DM_M_MLP].n;
    const float *root = (const float *)m->section[DM_S_ROOT] + A;
    for (uint32_t i = 0; i < n; i++) {
        const float *dep = w->mlp + i * wide + 2 * A;
        const float *head = w->head[i] == 0 ? root : w->mlp + (w->head[i] - 1) * wide + 2 * A + B;
        k->add(w->b + i * B, dep, head, B);
    }
    k->leaky(w->b, n * B);
    quantise_rows(m, w, w->b, B, B, n);
    k->gemm(w->tag, DM_MODEL_RELS, w->quant, B, w->unit, n, &m->matrix[DM_M_REL]);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t best = w->head[i] == 0 ? DM_D_ROOT : k->best(w->tag + (size_t)i * DM_MODEL_RELS, DM_MODEL_RELS);
        out[i].deprel = (uint8_t)(best < DM_DEPREL_N ? best : DM_D_DEP); /* biases keep padding, "_" and root from winning */
        out[i].head = (int32_t)w->head[i] - 1;
    }
}

dm_status dm_net_run(dm_parser *p, dm_parsed *out, const dm_word *words, uint32_t n, dm_error *err)
{
    work w;
    const dm_model *m = p->model;
    if (!make_room(&w, p, n))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    dm_feat_sentence(w.feat, words, n);
    embed(m, &w, n);
    convolve(m, &w, n);
    for (uint32_t l = 0; l < m->head->layers; l++) {
        layer(m, &w, l, n);
        if (l + 1 == m->head->tag_layer)
            tag(m, &w, out, n);
    }
    arcs(m, &w, n);
    relations(m, &w, out, n);
    return DM_OK;
}

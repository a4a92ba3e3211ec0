// SPDX-License-Identifier: Apache-2.0
/* See train_write.h: quantises every table and lays the sections out in the order of enum dm_section. */
#include "train_write.h"
#include "base/str.h"
#include "doc/ud.h"
#include "parse/model.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float NEVER = -1e30f;

typedef struct image {
    char *p;
    dm_model_head *head;
    dm_model_section *section;
} image;

static void *part(image *m, int i) { return m->p + m->section[i].at; }

static uint32_t bits_for(size_t n)
{
    uint32_t b = 1;
    while (((size_t)3 << b) < n)
        b++;
    return b;
}

/* ---- tables of fixed keys ---- */

typedef struct keyed {
    uint64_t key;
    uint32_t row;
} keyed;

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static keyed *sorted(const uint64_t *key, size_t n)
{
    keyed *k = dm_need(n + 1, sizeof *k);
    for (size_t i = 0; i < n; i++)
        k[i] = (keyed){ key[i], (uint32_t)i };
    qsort(k, n, sizeof *k, by_key);
    return k;
}

static void put_keys(uint32_t *start, uint32_t *key, uint32_t bits, const keyed *k, size_t n)
{
    size_t i = 0;
    for (size_t b = 0; b < (size_t)1 << bits; b++) {
        start[b] = (uint32_t)i;
        while (i < n && k[i].key >> (64 - bits) == b) {
            key[i] = (uint32_t)k[i].key;
            i++;
        }
    }
    start[(size_t)1 << bits] = (uint32_t)n;
}

/* ---- numbers ---- */

static float highest(const float *x, size_t n, size_t step)
{
    float high = 0;
    for (size_t i = 0; i < n; i++)
        high = fabsf(x[i * step]) > high ? fabsf(x[i * step]) : high;
    return high;
}

static void put_row(int8_t *out, float *unit, const float *x, size_t n)
{
    *unit = highest(x, n, 1) / 127;
    for (size_t i = 0; i < n; i++)
        out[i] = *unit > 0 ? (int8_t)lrintf(x[i] / *unit) : 0;
}

static void put_matrix(image *m, int i, const dm_param *w, const dm_param *bias)
{
    int8_t *panel = part(m, DM_S_MATRIX + 4 * i);
    int32_t *sum = part(m, DM_S_MATRIX + 4 * i + 1);
    float *scale = part(m, DM_S_MATRIX + 4 * i + 2);
    uint32_t k, n;
    dm_model_shape(&k, &n, m->head, i);
    for (size_t c = 0; c < n; c++) {
        size_t rows = w->rows < k ? w->rows : k;
        scale[c] = c < w->cols ? highest(w->w + c, rows, w->cols) / DM_QUANT_MAX : 0;
        for (size_t r = 0; r < k; r++) {
            float v = r < rows && c < w->cols && scale[c] > 0 ? w->w[r * w->cols + c] / scale[c] : 0;
            panel[dm_panel_at(k, r, c)] = (int8_t)lrintf(v);
            sum[c] += 128 * panel[dm_panel_at(k, r, c)];
        }
    }
    if (bias)
        memcpy(part(m, DM_S_MATRIX + 4 * i + 3), bias->w, n * sizeof(float));
}

/* Distance vectors are rows in the trainer and columns of a matrix here. */
static void put_distances(image *m, const dm_param *dist)
{
    dm_param turned = { .rows = dist->cols, .cols = DM_MODEL_DIST };
    turned.w = dm_need(turned.rows * turned.cols, sizeof(float));
    for (size_t b = 0; b < dist->rows; b++)
        for (size_t k = 0; k < dist->cols; k++)
            turned.w[k * turned.cols + b] = dist->w[b * dist->cols + k];
    put_matrix(m, DM_M_DIST, &turned, NULL);
    free(turned.w);
}

/* ---- sections ---- */

static void put_words(image *m, const dm_net *net, const dm_data *d)
{
    size_t n = d->words - 1, dim = net->cfg.dim;
    keyed *k = sorted(d->word_key + 1, n);
    put_keys(part(m, DM_S_WORD_START), part(m, DM_S_WORD_KEY), m->head->word_bits, k, n);
    int8_t *row = part(m, DM_S_WORD_ROW);
    float *unit = part(m, DM_S_WORD_UNIT);
    for (size_t i = 0; i < n; i++)
        put_row(row + i * dim, unit + i, net->word.w + (k[i].row + 1) * dim, dim);
    put_row(row + n * dim, unit + n, net->word.w, dim);
    free(k);
    row = part(m, DM_S_AFFIX_ROW);
    unit = part(m, DM_S_AFFIX_UNIT);
    for (size_t i = 0; i < net->affix.rows; i++)
        put_row(row + i * dim, unit + i, net->affix.w + i * dim, dim);
}

static void put_vectors(image *m, const dm_net *net, const dm_vectors *v)
{
    keyed *k = sorted(v->key, v->n);
    put_keys(part(m, DM_S_VEC_START), part(m, DM_S_VEC_KEY), m->head->vec_bits, k, v->n);
    uint8_t *level = part(m, DM_S_VEC_LEVEL);
    float *unit = part(m, DM_S_VEC_UNIT);
    for (size_t i = 0; i < v->n; i++) {
        const uint8_t *from = v->level + (size_t)k[i].row * DM_VEC_DIM;
        for (size_t c = 0; c < DM_VEC_DIM; c += 2)
            *level++ = (uint8_t)(from[c] | from[c + 1] << 4);
        unit[i] = v->scale[k[i].row];
    }
    free(k);
    memcpy(part(m, DM_S_VEC_NONE), net->vec.w + DM_VEC_DIM * net->cfg.dim, net->cfg.dim * sizeof(float));
    memcpy(part(m, DM_S_VEC_LEVELS), dm_vec_levels, sizeof dm_vec_levels);
    put_matrix(m, DM_M_VEC, &net->vec, NULL);
}

static void put_lemmas(image *m, const dm_lemma_rules *l)
{
    keyed *k = sorted(l->key, l->n);
    put_keys(part(m, DM_S_LEMMA_START), part(m, DM_S_LEMMA_KEY), m->head->lemma_bits, k, l->n);
    uint16_t *script = part(m, DM_S_LEMMA_SCRIPT);
    for (size_t i = 0; i < l->n; i++)
        script[i] = l->script[k[i].row];
    memcpy(part(m, DM_S_SCRIPT), l->text, l->scripts * DM_SCRIPT_BYTES);
    free(k);
}

/* Classes that must never win: padding, and relations that the parser may not choose or that the data lack. */
static void bar_classes(image *m, const dm_data *d)
{
    float *tag = part(m, DM_S_MATRIX + 4 * DM_M_TAG + 3), *rel = part(m, DM_S_MATRIX + 4 * DM_M_REL + 3);
    for (size_t i = d->tags; i < m->head->tags_padded; i++)
        tag[i] = NEVER;
    for (size_t i = 0; i < DM_MODEL_RELS; i++)
        if (i >= DM_DEPREL_N || i == DM_D_NONE || i == DM_D_ROOT || !d->rel_seen[i])
            rel[i] = NEVER;
}

static void put_net(image *m, const dm_net *net)
{
    put_matrix(m, DM_M_CONV, &net->conv, &net->conv_b);
    put_matrix(m, DM_M_TAG, &net->tag, &net->tag_b);
    put_matrix(m, DM_M_MLP, &net->mlp, &net->mlp_b);
    put_matrix(m, DM_M_BIL, &net->bil, &net->bil_b);
    put_matrix(m, DM_M_REL, &net->lab, &net->lab_b);
    put_distances(m, &net->dist);
    for (size_t l = 0; l < net->cfg.layers; l++) {
        put_matrix(m, DM_M_LAYER + (int)l, &net->layer[l].w, NULL);
        memcpy(part(m, DM_S_GATE + (int)l), net->layer[l].gate.w, m->section[DM_S_GATE + (int)l].size);
    }
    memcpy(part(m, DM_S_ROOT), net->root.w, (net->cfg.arc + net->cfg.rel) * sizeof(float));
}

static dm_model_head head_of(const dm_net *net, const dm_data *d, const dm_lemma_rules *l)
{
    const dm_net_config *c = &net->cfg;
    dm_model_head h = { .magic = "DMMODEL",
        .version = DM_MODEL_VERSION,
        .order = DM_MODEL_ORDER,
        .feat_version = DM_FEAT_VERSION,
        .sections = DM_SECTIONS,
        .dim = (uint32_t)c->dim,
        .hidden = (uint32_t)c->hidden,
        .layers = (uint32_t)c->layers,
        .arc = (uint32_t)c->arc,
        .rel = (uint32_t)c->rel,
        .tags = (uint32_t)d->tags,
        .tags_padded = (uint32_t)c->tags,
        .tag_layer = (uint32_t)c->tag_layer,
        .words = (uint32_t)d->words - 1,
        .vecs = (uint32_t)d->vec.n,
        .lemmas = (uint32_t)l->n,
        .scripts = (uint32_t)l->scripts };
    h.word_bits = bits_for(h.words);
    h.vec_bits = bits_for(h.vecs);
    h.lemma_bits = bits_for(h.lemmas);
    return h;
}

static dm_status save(const image *m, const char *path, dm_error *err)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return dm_fail(err, DM_EIO, 0, "cannot open '%s': %s", path, strerror(errno));
    bool ok = fwrite(m->p, 1, m->head->size, f) == m->head->size;
    ok = fclose(f) == 0 && ok;
    return ok ? DM_OK : dm_fail(err, DM_EIO, 0, "cannot write '%s'", path);
}

dm_status dm_write_model(const char *path, const dm_net *net, const dm_data *data, const dm_lemma_rules *lemma, dm_error *err)
{
    uint64_t size[DM_SECTIONS];
    dm_model_section section[DM_SECTIONS];
    dm_model_head head = head_of(net, data, lemma);
    if (!dm_model_sizes(size, &head))
        return dm_fail(err, DM_EUSAGE, 0, "the network has sizes that the program cannot run");
    uint64_t at = sizeof head + sizeof section;
    for (int i = 0; i < DM_SECTIONS; i++) {
        at = (at + DM_MODEL_ALIGN - 1) / DM_MODEL_ALIGN * DM_MODEL_ALIGN;
        section[i] = (dm_model_section){ at, size[i] };
        at += size[i];
    }
    head.size = at;
    image m = { dm_need(at, 1), NULL, section };
    m.head = (dm_model_head *)m.p;
    *m.head = head;
    memcpy(m.p + sizeof head, section, sizeof section);
    memcpy(part(&m, DM_S_TAGS), data->tag, data->tags * sizeof data->tag[0]);
    put_words(&m, net, data);
    put_vectors(&m, net, &data->vec);
    put_lemmas(&m, lemma);
    put_net(&m, net);
    bar_classes(&m, data);
    m.head->hash = dm_hash(m.p + sizeof head, at - sizeof head, 0);
    dm_status st = save(&m, path, err);
    free(m.p);
    return st;
}

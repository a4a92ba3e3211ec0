// SPDX-License-Identifier: Apache-2.0
/* Inner loops of the network, one set for each level of the processor. All sets give the same bits: products are integers, and the
 * float parts are element by element, in one order, without fused operations. */
#ifndef DM_PARSE_KERNEL_H
#define DM_PARSE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

enum {
    DM_PANEL = 16,     /* columns of a matrix that lie together; every width is a multiple */
    DM_QUANT_MAX = 127 /* largest quantised value; pairs of products fit 16 bits with sign */
};

/* A quantised matrix of k rows and n columns, k a multiple of 4. Value [row][col] is at
 * panel[col / 16][row / 4][col % 16][row % 4]. */
typedef struct dm_matrix {
    const int8_t *panel;
    const int32_t *sum; /* [n] 128 times the sum of the column, for instructions that want the other factor without sign */
    const float *scale; /* [n] */
    const float *bias;  /* [n] or NULL */
    uint32_t k, n;
} dm_matrix;

/* Gates and weights of one direction of a recurrent layer. */
typedef struct dm_recur {
    const float *vf, *vr, *bf, *br; /* [hidden] */
    const float *u;                 /* first token: candidate, forget, reset, [skip], hidden each */
    const float *skip;              /* highway input; NULL: in u */
    float *h;
    size_t u_stride, skip_stride, h_stride, hidden;
} dm_recur;

typedef struct dm_kernel {
    const char *name;
    /* out[i][j] = a[i] . w[][j] * scale_a[i] * w.scale[j] + w.bias[j] */
    void (*gemm)(float *out, size_t ldo, const int8_t *a, size_t lda, const float *scale_a, size_t m, const dm_matrix *w);
    /* Row of n floats to integers and their unit; values that are not finite become 0. */
    void (*quantise)(int8_t *out, float *scale, const float *x, size_t n);
    /* x += the rows, each times its scale */
    void (*add_rows)(float *x, const int8_t *const *row, const float *scale, size_t rows, size_t n);
    uint32_t (*best)(const float *x, size_t n); /* place of the largest, the first of equals */
    void (*leaky)(float *x, size_t n);          /* x < 0: x / 10 */
    void (*add)(float *out, const float *a, const float *b, size_t n);
    void (*recur)(const dm_recur *r, float *cell, size_t n, int backwards);
} dm_kernel;

/* Levels from 0 (plain C or SSE2) up; NULL where this processor lacks it. */
enum { DM_KERNEL_LEVELS = 3 };
const dm_kernel *dm_kernel_level(int level);
const dm_kernel *dm_kernel_best(void);

/* Index into dm_matrix.panel of [row][col]. */
static inline size_t dm_panel_at(size_t k, size_t row, size_t col)
{
    return (col / DM_PANEL) * k * DM_PANEL + (row / 4) * 4 * DM_PANEL + (col % DM_PANEL) * 4 + row % 4;
}

#endif

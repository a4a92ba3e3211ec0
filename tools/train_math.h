// SPDX-License-Identifier: Apache-2.0
/* Arithmetic of the trainer: matrix products, Adam, random numbers. One thread, fixed order of operations: the same compiler gives
 * the same bytes on every run. All matrices are row-major floats; widths (n) are multiples of DM_LANES. */
#ifndef DM_TOOLS_TRAIN_MATH_H
#define DM_TOOLS_TRAIN_MATH_H

#include <stddef.h>
#include <stdint.h>

enum { DM_LANES = 16 };

typedef struct dm_rng {
    uint64_t s;
} dm_rng;
uint64_t dm_rng_next(dm_rng *r);
float dm_rng_unit(dm_rng *r);  /* [0, 1) */
float dm_rng_gauss(dm_rng *r); /* sum of twelve uniforms: mean 0, deviation 1 */

/* c[m][n] (+)= a[m][k] b[k][n]; lda, ldc: row strides; b is dense [k][n]. pack: scratch of k * 32 floats. */
void dm_gemm(
    float *c, const float *a, const float *b, size_t m, size_t n, size_t k, size_t lda, size_t ldc, int add, float *pack);
/* out[cols][rows_pad] = in[rows][cols] (row stride ld) transposed; the padding is zeroed. */
void dm_transpose(float *out, const float *in, size_t rows, size_t cols, size_t ld, size_t rows_pad);

float dm_dot(const float *a, const float *b, size_t n);
void dm_axpy(float *y, float a, const float *x, size_t n);

/* A trained matrix with its gradient and its Adam state. ema: running mean of the values, what the model file gets. */
typedef struct dm_param {
    float *w, *g, *m, *v, *ema;
    size_t rows, cols;
    uint8_t *touched; /* sparse tables: rows with a gradient in this step; NULL for dense ones */
} dm_param;

/* out of memory ends the trainer with a message */
void *dm_need(size_t n, size_t size);
void dm_param_init(dm_param *p, size_t rows, size_t cols, float deviation, int sparse, dm_rng *rng);
void dm_param_free(dm_param *p);

typedef struct dm_adam {
    float rate, beta1, beta2, eps, decay;
    float fix1, fix2; /* bias corrections of this step */
    float scale;      /* gradient clipping */
} dm_adam;
double dm_param_norm2(const dm_param *p);
void dm_param_step(dm_param *p, const dm_adam *a);
void dm_param_average(dm_param *p, float rate); /* moves ema toward w */

#endif

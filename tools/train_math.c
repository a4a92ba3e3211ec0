// SPDX-License-Identifier: Apache-2.0
/* See train_math.h. The product kernel works on blocks of 8 rows by 32 columns held in registers. */
#include "train_math.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef float lanes __attribute__((vector_size(DM_LANES * sizeof(float)), aligned(4), may_alias));
enum { BLOCK_ROWS = 8, BLOCK_COLS = 2 * DM_LANES };

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
/* Both clones contract to fused multiply-adds (the trainer is compiled for x86-64-v3), so they give the same bits. */
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "default")))
#else
#define CLONES
#endif

uint64_t dm_rng_next(dm_rng *r)
{
    uint64_t z = (r->s += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

float dm_rng_unit(dm_rng *r) { return (float)(dm_rng_next(r) >> 40) * (1.0f / 16777216.0f); }

float dm_rng_gauss(dm_rng *r)
{
    float s = -6;
    for (int i = 0; i < 12; i++)
        s += dm_rng_unit(r);
    return s;
}

CLONES static void block(
    float *c, const float *a, const float *pack, size_t rows, size_t n, size_t k, size_t lda, size_t ldc, int add)
{
    lanes acc[BLOCK_ROWS][2];
    memset(acc, 0, sizeof acc);
    const float *r[BLOCK_ROWS];
    for (size_t i = 0; i < BLOCK_ROWS; i++)
        r[i] = a + (i < rows ? i : 0) * lda; /* missing rows repeat the first */
    for (size_t x = 0; x < k; x++) {
        const lanes b0 = *(const lanes *)(pack + x * BLOCK_COLS), b1 = *(const lanes *)(pack + x * BLOCK_COLS + DM_LANES);
#pragma GCC unroll 8
        for (int i = 0; i < BLOCK_ROWS; i++) {
            acc[i][0] += b0 * r[i][x];
            acc[i][1] += b1 * r[i][x];
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t h = 0; h * DM_LANES < n; h++) {
            lanes *to = (lanes *)(c + i * ldc + h * DM_LANES);
            if (add)
                *to += acc[i][h];
            else
                *to = acc[i][h];
        }
}

void dm_gemm(
    float *c, const float *a, const float *b, size_t m, size_t n, size_t k, size_t lda, size_t ldc, int add, float *pack)
{
    for (size_t j = 0; j < n; j += BLOCK_COLS) {
        size_t width = n - j < BLOCK_COLS ? n - j : BLOCK_COLS;
        for (size_t x = 0; x < k; x++) {
            memcpy(pack + x * BLOCK_COLS, b + x * n + j, width * sizeof *b);
            memset(pack + x * BLOCK_COLS + width, 0, (BLOCK_COLS - width) * sizeof *b);
        }
        for (size_t i = 0; i < m; i += BLOCK_ROWS)
            block(c + i * ldc + j, a + i * lda, pack, m - i < BLOCK_ROWS ? m - i : BLOCK_ROWS, width, k, lda, ldc, add);
    }
}

void dm_transpose(float *out, const float *in, size_t rows, size_t cols, size_t ld, size_t rows_pad)
{
    enum { TILE = 16 };
    for (size_t r0 = 0; r0 < rows; r0 += TILE)
        for (size_t c0 = 0; c0 < cols; c0 += TILE)
            for (size_t c = c0; c < c0 + TILE && c < cols; c++)
                for (size_t r = r0; r < r0 + TILE && r < rows; r++)
                    out[c * rows_pad + r] = in[r * ld + c];
    for (size_t c = 0; c < cols && rows < rows_pad; c++)
        memset(out + c * rows_pad + rows, 0, (rows_pad - rows) * sizeof *out);
}

float dm_dot(const float *a, const float *b, size_t n)
{
    lanes s = { 0 };
    for (size_t i = 0; i < n; i += DM_LANES)
        s += *(const lanes *)(a + i) * *(const lanes *)(b + i);
    float sum = 0;
    for (int i = 0; i < DM_LANES; i++)
        sum += s[i];
    return sum;
}

void dm_axpy(float *y, float a, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += DM_LANES)
        *(lanes *)(y + i) += a * *(const lanes *)(x + i);
}

void *dm_need(size_t n, size_t size)
{
    void *p = n <= SIZE_MAX / (size + 1) ? aligned_alloc(64, (n * size + 127) / 64 * 64) : NULL;
    if (!p) {
        fprintf(stderr, "train: out of memory\n");
        exit(1);
    }
    memset(p, 0, (n * size + 127) / 64 * 64);
    return p;
}

void dm_param_init(dm_param *p, size_t rows, size_t cols, float deviation, int sparse, dm_rng *rng)
{
    size_t n = rows * cols;
    p->rows = rows;
    p->cols = cols;
    p->w = dm_need(n, sizeof(float));
    p->g = dm_need(n, sizeof(float));
    p->m = dm_need(n, sizeof(float));
    p->v = dm_need(n, sizeof(float));
    p->ema = dm_need(n, sizeof(float));
    p->touched = sparse ? dm_need(rows, 1) : NULL;
    for (size_t i = 0; i < n; i++)
        p->w[i] = p->ema[i] = deviation * dm_rng_gauss(rng);
}

void dm_param_free(dm_param *p)
{
    free(p->w);
    free(p->g);
    free(p->m);
    free(p->v);
    free(p->ema);
    free(p->touched);
    memset(p, 0, sizeof *p);
}

static double square_sum(const float *g, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i += DM_LANES)
        s += (double)dm_dot(g + i, g + i, DM_LANES);
    return s;
}

double dm_param_norm2(const dm_param *p)
{
    if (!p->touched)
        return square_sum(p->g, p->rows * p->cols);
    double s = 0;
    for (size_t r = 0; r < p->rows; r++)
        if (p->touched[r])
            s += square_sum(p->g + r * p->cols, p->cols);
    return s;
}

static void step(dm_param *p, size_t from, size_t n, const dm_adam *a)
{
    float *restrict w = p->w + from, *restrict g = p->g + from, *restrict m = p->m + from, *restrict v = p->v + from;
    for (size_t i = 0; i < n; i++) {
        float d = g[i] * a->scale;
        m[i] = a->beta1 * m[i] + (1 - a->beta1) * d;
        v[i] = a->beta2 * v[i] + (1 - a->beta2) * d * d;
        w[i] -= a->rate * (m[i] * a->fix1 / (sqrtf(v[i] * a->fix2) + a->eps) + a->decay * w[i]);
        g[i] = 0;
    }
}

void dm_param_step(dm_param *p, const dm_adam *a)
{
    if (!p->touched) {
        step(p, 0, p->rows * p->cols, a);
        return;
    }
    for (size_t r = 0; r < p->rows; r++) {
        if (p->touched[r])
            step(p, r * p->cols, p->cols, a);
        p->touched[r] = 0;
    }
}

void dm_param_average(dm_param *p, float rate)
{
    float *restrict ema = p->ema, *restrict w = p->w;
    for (size_t i = 0, n = p->rows * p->cols; i < n; i++)
        ema[i] += rate * (w[i] - ema[i]);
}

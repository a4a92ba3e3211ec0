// SPDX-License-Identifier: Apache-2.0
/* Body of kernel.c, included once a processor level with these macros set (no include guard: meant to be read several times):
 *   K_NAME(x)  name of a function    K_TARGET  function attribute    K_WIDTH  floats in a vector    K_LABEL  name of the level
 * and, where the level has its own product, else K_GEMM names one:
 *   K_INT      integer vector type   K_ROWS, K_PANELS  rows and panels of the product held in registers
 *   K_LOAD(p)  load integers         K_SPLAT(x)  four int8 in an int32, to all lanes
 *   K_MADD(acc, a, b)  acc + the sums of four products    K_START(p)  first sum, from dm_matrix.sum */

typedef float K_NAME(vf) __attribute__((vector_size(4 * K_WIDTH), aligned(4), may_alias));
typedef int32_t K_NAME(vi) __attribute__((vector_size(4 * K_WIDTH), aligned(4), may_alias));
typedef int8_t K_NAME(vb) __attribute__((vector_size(K_WIDTH), aligned(1), may_alias));
#define VF K_NAME(vf)
#define VI K_NAME(vi)
#define VECS (DM_PANEL / K_WIDTH)
/* a where mask, else b, bit by bit */
#define K_PICK(mask, a, b) ((VF)(((VI)(a) & (mask)) | ((VI)(b) & ~(mask))))

#ifndef K_GEMM
#define K_GEMM K_NAME(gemm)

/* rows and panels are constants in every call, so that the sums stay in registers. */
K_TARGET static inline __attribute__((always_inline)) void K_NAME(block)(float *out, size_t ldo, const int8_t *a, size_t lda,
    const float *unit, const dm_matrix *w, size_t col, const int rows, const int panels)
{
    K_INT acc[K_ROWS][K_PANELS * VECS];
    const int8_t *panel = w->panel + col * w->k;
    const size_t k = w->k, next = (size_t)DM_PANEL * k;
    const int vecs = panels * VECS;
    K_UNROLL
    for (int i = 0; i < rows; i++) {
        K_UNROLL
        for (int v = 0; v < vecs; v++)
            acc[i][v] = K_START(w->sum + col + (size_t)v * K_WIDTH);
    }
    for (size_t x = 0; x < k; x += 4, panel += 4 * DM_PANEL) {
        K_INT b[K_PANELS * VECS];
        K_UNROLL
        for (int v = 0; v < vecs; v++)
            b[v] = K_LOAD(panel + (size_t)(v / VECS) * next + v % VECS * 4 * K_WIDTH);
        K_UNROLL
        for (int i = 0; i < rows; i++) {
            int32_t four;
            memcpy(&four, a + (size_t)i * lda + x, sizeof four);
            K_INT p = K_SPLAT(four);
            K_UNROLL
            for (int v = 0; v < vecs; v++)
                acc[i][v] = K_MADD(acc[i][v], p, b[v]);
        }
    }
    K_UNROLL
    for (int i = 0; i < rows; i++) {
        K_UNROLL
        for (int v = 0; v < vecs; v++) {
            const size_t at = col + (size_t)v * K_WIDTH;
            VI whole;
            memcpy(&whole, &acc[i][v], sizeof whole);
            VF y = __builtin_convertvector(whole, VF) * (unit[i] * *(const VF *)(w->scale + at));
            if (w->bias)
                y += *(const VF *)(w->bias + at);
            *(VF *)(out + (size_t)i * ldo + at) = y;
        }
    }
}

#define K_CASE(r)                                                                                                              \
    case r:                                                                                                                    \
        if (panels == K_PANELS)                                                                                                \
            K_NAME(block)(out, ldo, a, lda, unit, w, col, r < K_ROWS ? r : K_ROWS, K_PANELS);                                  \
        else                                                                                                                   \
            K_NAME(block)(out, ldo, a, lda, unit, w, col, r < K_ROWS ? r : K_ROWS, 1);                                         \
        break;

K_TARGET static void K_NAME(rows)(float *out, size_t ldo, const int8_t *a, size_t lda, const float *unit, const dm_matrix *w,
    size_t col, size_t rows, int panels)
{
    switch (rows) {
        K_CASE(1)
        K_CASE(2)
        K_CASE(3)
        K_CASE(4)
#if K_ROWS > 4
        K_CASE(5)
        K_CASE(6)
        K_CASE(7)
        K_CASE(8)
#endif
    default: break;
    }
}

/* Rows in blocks as even as they can be: 25 go as 7, 6, 6, 6. */
K_TARGET static void K_NAME(gemm)(
    float *out, size_t ldo, const int8_t *a, size_t lda, const float *unit, size_t m, const dm_matrix *w)
{
    size_t blocks = (m + K_ROWS - 1) / K_ROWS;
    for (size_t col = 0; col < w->n;) {
        int panels = w->n - col >= K_PANELS * DM_PANEL ? K_PANELS : 1;
        for (size_t b = 0, i = 0; b < blocks; b++) {
            size_t rows = (m - i) / (blocks - b) + ((m - i) % (blocks - b) != 0);
            K_NAME(rows)(out + i * ldo, ldo, a + i * lda, lda, unit + i, w, col, rows, panels);
            i += rows;
        }
        col += (size_t)panels * DM_PANEL;
    }
}

#endif /* K_GEMM */

K_TARGET static void K_NAME(quantise)(int8_t *out, float *scale, const float *x, size_t n)
{
    const VF zero = { 0 };
    VF top = zero;
    for (size_t i = 0; i < n; i += K_WIDTH) {
        VF v = *(const VF *)(x + i);
        v = (VF)((VI)v & INT32_MAX);
        VI more = (VI)(v > top);
        top = K_PICK(more, v, top);
    }
    float high = 0;
    for (int i = 0; i < K_WIDTH; i++)
        high = top[i] > high ? top[i] : high;
    *scale = high / DM_QUANT_MAX;
    float inverse = high > 1e-30f ? (float)DM_QUANT_MAX / high : 0;
    for (size_t i = 0; i < n; i += K_WIDTH) {
        VF v = *(const VF *)(x + i) * inverse;
        VI sane = (VI)(v < zero + (DM_QUANT_MAX + 0.5f)) & (VI)(v > zero - (DM_QUANT_MAX + 0.5f));
        v = K_PICK(sane, v, zero);
        VF half = (VF)(((VI)v & INT32_MIN) | (VI)(zero + 0.5f));
        *(K_NAME(vb) *)(out + i) = __builtin_convertvector(__builtin_convertvector(v + half, VI), K_NAME(vb));
    }
}

K_TARGET static void K_NAME(add_rows)(float *x, const int8_t *const *row, const float *scale, size_t rows, size_t n)
{
    for (size_t i = 0; i < n; i += K_WIDTH) {
        VF sum = *(VF *)(x + i);
        for (size_t r = 0; r < rows; r++) {
            K_NAME(vb) q = *(const K_NAME(vb) *)(row[r] + i);
            sum += scale[r] * __builtin_convertvector(__builtin_convertvector(q, VI), VF);
        }
        *(VF *)(x + i) = sum;
    }
}

K_TARGET static uint32_t K_NAME(best)(const float *x, size_t n)
{
    VF top = *(const VF *)x;
    for (size_t i = K_WIDTH; i < n; i += K_WIDTH) {
        VF v = *(const VF *)(x + i);
        VI more = (VI)(v > top);
        top = K_PICK(more, v, top);
    }
    float high = top[0];
    for (int i = 1; i < K_WIDTH; i++)
        high = top[i] > high ? top[i] : high;
    uint32_t at = 0;
    while (at + 1 < n && x[at] != high)
        at++;
    return at;
}

K_TARGET static void K_NAME(leaky)(float *x, size_t n)
{
    const VF zero = { 0 };
    for (size_t i = 0; i < n; i += K_WIDTH) {
        VF v = *(VF *)(x + i);
        VI up = (VI)(v > zero);
        *(VF *)(x + i) = K_PICK(up, v, v * 0.1f);
    }
}

K_TARGET static void K_NAME(add)(float *out, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i += K_WIDTH)
        *(VF *)(out + i) = *(const VF *)(a + i) + *(const VF *)(b + i);
}

/* dm_gate() of gate.h, a vector at a time. */
#define K_GATE(y)                                                                                                              \
    do {                                                                                                                       \
        y *= 0.5f;                                                                                                             \
        VI above = (VI)(y > three), below = (VI)(y < -three);                                                                  \
        y = K_PICK(above, three, y);                                                                                           \
        y = K_PICK(below, -three, y);                                                                                          \
        VF s_ = y * y;                                                                                                         \
        y = 0.5f + 0.5f * (y * (27.0f + s_) / (27.0f + 9.0f * s_));                                                            \
    } while (0)

K_TARGET static void K_NAME(recur)(const dm_recur *r, float *cell, size_t n, int backwards)
{
    size_t H = r->hidden;
    const VF three = (VF){ 0 } + 3.0f;
    memset(cell, 0, H * sizeof *cell);
    for (size_t i = 0; i < n; i++) {
        size_t t = backwards ? n - 1 - i : i;
        const float *u = r->u + t * r->u_stride, *skip = r->skip ? r->skip + t * r->skip_stride : u + 3 * H;
        float *h = r->h + t * r->h_stride;
        for (size_t j = 0; j < H; j += K_WIDTH) {
            VF c = *(VF *)(cell + j), x = *(const VF *)(u + j), s = *(const VF *)(skip + j);
            VF f = *(const VF *)(u + H + j) + *(const VF *)(r->vf + j) * c + *(const VF *)(r->bf + j);
            VF g = *(const VF *)(u + 2 * H + j) + *(const VF *)(r->vr + j) * c + *(const VF *)(r->br + j);
            K_GATE(f);
            K_GATE(g);
            c = x + f * (c - x);
            *(VF *)(cell + j) = c;
            *(VF *)(h + j) = s + g * (c - s);
        }
    }
}

static const dm_kernel K_NAME(
    kernel) = { K_LABEL, K_GEMM, K_NAME(quantise), K_NAME(add_rows), K_NAME(best), K_NAME(leaky), K_NAME(add), K_NAME(recur) };

#undef K_GATE
#undef K_PICK
#undef VECS
#undef VI
#undef VF
#undef K_NAME
#undef K_GEMM
#undef K_START
#undef K_LABEL
#undef K_TARGET
#undef K_WIDTH
#undef K_INT
#undef K_ROWS
#undef K_PANELS
#undef K_CASE
#undef K_LOAD
#undef K_SPLAT
#undef K_MADD

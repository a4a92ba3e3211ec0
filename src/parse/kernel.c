// SPDX-License-Identifier: Apache-2.0
/* See kernel.h. The same body is compiled for the plain processor (SSE2 on x86), AVX2 and
 * AVX-512 VNNI. Fused multiply-add would
 * round differently from level to level, so it is off in this file: by pragma for clang, by build flag (-ffp-contract=off) for gcc. */
#include "parse/kernel.h"

#include <string.h>
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#define K_UNROLL _Pragma("unroll")
#else
#define K_UNROLL _Pragma("GCC unroll 16")
#pragma GCC optimize("O3")
#endif

#ifdef __SSE2__
#include <immintrin.h>

/* Eight columns of two rows: int8 widened to int16, pairs multiplied; each sum is in two halves until the end. */
static void plain_block(int32_t *sum0, int32_t *sum1, const int8_t *a0, const int8_t *a1, const int8_t *b, size_t k)
{
    __m128i acc[2][4];
    memset(acc, 0, sizeof acc);
    for (size_t x = 0; x < k; x += 4, b += 4 * DM_PANEL) {
        int32_t four[2];
        memcpy(&four[0], a0 + x, 4);
        memcpy(&four[1], a1 + x, 4);
        __m128i p = _mm_set1_epi32(four[0]), q = _mm_set1_epi32(four[1]);
        p = _mm_srai_epi16(_mm_unpacklo_epi8(p, p), 8);
        q = _mm_srai_epi16(_mm_unpacklo_epi8(q, q), 8);
        for (int v = 0; v < 4; v += 2) {
            __m128i w = _mm_loadu_si128((const void *)(b + 8 * v));
            __m128i low = _mm_srai_epi16(_mm_unpacklo_epi8(w, w), 8), high = _mm_srai_epi16(_mm_unpackhi_epi8(w, w), 8);
            acc[0][v] = _mm_add_epi32(acc[0][v], _mm_madd_epi16(p, low));
            acc[0][v + 1] = _mm_add_epi32(acc[0][v + 1], _mm_madd_epi16(p, high));
            acc[1][v] = _mm_add_epi32(acc[1][v], _mm_madd_epi16(q, low));
            acc[1][v + 1] = _mm_add_epi32(acc[1][v + 1], _mm_madd_epi16(q, high));
        }
    }
    int32_t half[2][16];
    memcpy(half, acc, sizeof half);
    for (int c = 0; c < 8; c++) {
        sum0[c] = half[0][2 * c] + half[0][2 * c + 1];
        sum1[c] = half[1][2 * c] + half[1][2 * c + 1];
    }
}
#else
static void plain_block(int32_t *sum0, int32_t *sum1, const int8_t *a0, const int8_t *a1, const int8_t *b, size_t k)
{
    memset(sum0, 0, 8 * sizeof *sum0);
    memset(sum1, 0, 8 * sizeof *sum1);
    for (size_t x = 0; x < k; x += 4, b += 4 * DM_PANEL)
        for (int c = 0; c < 8; c++)
            for (size_t y = 0; y < 4; y++) {
                sum0[c] += a0[x + y] * b[4 * (size_t)c + y];
                sum1[c] += a1[x + y] * b[4 * (size_t)c + y];
            }
}
#endif

static void plain_gemm(float *out, size_t ldo, const int8_t *a, size_t lda, const float *unit, size_t m, const dm_matrix *w)
{
    for (size_t col = 0; col < w->n; col += 8) {
        const int8_t *b = w->panel + col / DM_PANEL * DM_PANEL * w->k + col % DM_PANEL * 4;
        for (size_t i = 0; i < m; i += 2) {
            int32_t acc[2][8];
            size_t rows = m - i < 2 ? 1 : 2;
            plain_block(acc[0], acc[1], a + i * lda, a + (i + rows - 1) * lda, b, w->k);
            for (size_t r = 0; r < rows; r++)
                for (size_t c = 0; c < 8; c++) {
                    float y = (float)acc[r][c] * (unit[i + r] * w->scale[col + c]);
                    out[(i + r) * ldo + col + c] = w->bias ? y + w->bias[col + c] : y;
                }
        }
    }
}

#define K_NAME(x) plain_##x
#define K_LABEL "plain"
#define K_TARGET
#define K_WIDTH 4
#define K_GEMM plain_gemm
#include "parse/kernel_body.h"

#ifdef __SSE2__

/* Without sign on one side, with it moved to the other: the sums of two products stay below 32767. */
#define K_NAME(x) avx2_##x
#define K_LABEL "avx2"
#define K_TARGET __attribute__((target("avx2")))
#define K_WIDTH 8
#define K_INT __m256i
#define K_ROWS 5
#define K_PANELS 1
#define K_LOAD(p) _mm256_loadu_si256((const void *)(p))
#define K_SPLAT(x) _mm256_set1_epi32(x)
#define K_START(p) _mm256_setzero_si256()
#define K_MADD(acc, a, b)                                                                                                      \
    _mm256_add_epi32(                                                                                                          \
        acc, _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(a), _mm256_sign_epi8(b, a)), _mm256_set1_epi16(1)))
#include "parse/kernel_body.h"

/* One factor is moved up by 128 to have no sign; the sums start 128 times the column's sum lower. */
#define K_NAME(x) vnni_##x
#define K_LABEL "avx512vnni"
#define K_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define K_WIDTH 16
#define K_INT __m512i
#define K_ROWS 8
#define K_PANELS 2
#define K_LOAD(p) _mm512_loadu_si512((const void *)(p))
#define K_SPLAT(x) _mm512_set1_epi32((x) ^ (int32_t)0x80808080)
#define K_START(p) _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_loadu_si512((const void *)(p)))
#define K_MADD(acc, a, b) _mm512_dpbusd_epi32(acc, a, b)
#include "parse/kernel_body.h"

const dm_kernel *dm_kernel_level(int level)
{
    __builtin_cpu_init();
    if (level == 1)
        return __builtin_cpu_supports("avx2") ? &avx2_kernel : NULL;
    if (level == 2)
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni")
                   ? &vnni_kernel
                   : NULL;
    return level == 0 ? &plain_kernel : NULL;
}

#else

const dm_kernel *dm_kernel_level(int level) { return level == 0 ? &plain_kernel : NULL; }

#endif

const dm_kernel *dm_kernel_best(void)
{
    const dm_kernel *best = NULL;
    for (int i = 0; i < DM_KERNEL_LEVELS; i++) {
        const dm_kernel *k = dm_kernel_level(i);
        if (k)
            best = k;
    }
    return best;
}

// SPDX-License-Identifier: Apache-2.0
/* See kernel.h. The same body is compiled for SSE2 (or plain C elsewhere), AVX2, AVX-512 and AVX-512 VNNI. Fused multiply-add would
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

#define K_NAME(x) sse2_##x
#define K_LABEL "sse2"
#define K_TARGET
#define K_WIDTH 4
#define K_INT __m128i
#define K_ROWS 2
#define K_PANELS 1
#define K_LOAD(p) _mm_loadu_si128((const void *)(p))
#define K_SPLAT(x) _mm_set1_epi32(x)
#define K_MADD(acc, a, b) _mm_add_epi32(acc, _mm_madd_epi16(a, b))
#include "parse/kernel_body.h"

#define K_NAME(x) avx2_##x
#define K_LABEL "avx2"
#define K_TARGET __attribute__((target("avx2")))
#define K_WIDTH 8
#define K_INT __m256i
#define K_ROWS 6
#define K_PANELS 1
#define K_LOAD(p) _mm256_loadu_si256((const void *)(p))
#define K_SPLAT(x) _mm256_set1_epi32(x)
#define K_MADD(acc, a, b) _mm256_add_epi32(acc, _mm256_madd_epi16(a, b))
#include "parse/kernel_body.h"

#define K_NAME(x) avx512_##x
#define K_LABEL "avx512"
#define K_TARGET __attribute__((target("avx512f,avx512bw,avx512vl")))
#define K_WIDTH 16
#define K_INT __m512i
#define K_ROWS 8
#define K_PANELS 2
#define K_LOAD(p) _mm512_loadu_si512((const void *)(p))
#define K_SPLAT(x) _mm512_set1_epi32(x)
#define K_MADD(acc, a, b) _mm512_add_epi32(acc, _mm512_madd_epi16(a, b))
#include "parse/kernel_body.h"

#define K_NAME(x) vnni_##x
#define K_LABEL "avx512vnni"
#define K_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define K_WIDTH 16
#define K_INT __m512i
#define K_ROWS 8
#define K_PANELS 2
#define K_LOAD(p) _mm512_loadu_si512((const void *)(p))
#define K_SPLAT(x) _mm512_set1_epi32(x)
#define K_MADD(acc, a, b) _mm512_dpwssd_epi32(acc, a, b)
#include "parse/kernel_body.h"

const dm_kernel *dm_kernel_level(int level)
{
    __builtin_cpu_init();
    switch (level) {
    case 0: return &sse2_kernel;
    case 1: return __builtin_cpu_supports("avx2") ? &avx2_kernel : NULL;
    case 2: return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") ? &avx512_kernel : NULL;
    case 3:
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni")
                   ? &vnni_kernel
                   : NULL;
    default: return NULL;
    }
}

#else /* any other processor: the compiler's own vectors of four */

typedef int32_t plain_int __attribute__((vector_size(16)));

static plain_int plain_load(const int16_t *p)
{
    plain_int v;
    memcpy(&v, p, sizeof v);
    return v;
}

static plain_int plain_madd(plain_int acc, plain_int a, plain_int b)
{
    plain_int low = (a << 16 >> 16) * (b << 16 >> 16), high = (a >> 16) * (b >> 16);
    return acc + low + high;
}

#define K_NAME(x) plain_##x
#define K_LABEL "plain"
#define K_TARGET
#define K_WIDTH 4
#define K_INT plain_int
#define K_ROWS 2
#define K_PANELS 1
#define K_LOAD(p) plain_load(p)
#define K_SPLAT(x) ((plain_int){ x, x, x, x })
#define K_MADD(acc, a, b) plain_madd(acc, a, b)
#include "parse/kernel_body.h"

const dm_kernel *dm_kernel_level(int level) { return level == 0 ? &plain_kernel : NULL; }

#endif

const dm_kernel *dm_kernel_best(void)
{
    const dm_kernel *best = NULL;
    for (int i = 0; i < DM_KERNEL_LEVELS; i++) {
        const dm_kernel *k = dm_kernel_level(i);
        if (k) best = k;
    }
    return best;
}

// SPDX-License-Identifier: Apache-2.0
/* Best single-rooted tree over arc scores. */
#ifndef DM_PARSE_MST_H
#define DM_PARSE_MST_H

#include <stddef.h>
#include <stdint.h>

/* Scratch bytes that dm_mst() needs for n words. */
size_t dm_mst_scratch(uint32_t n);

/* score[i * stride + j]: word i (0..n-1) with head j, j = 0 the root and j = k + 1 word k; the own word is never chosen.
 * head[i] receives j. Exactly one word gets the root, whatever the scores are. n >= 1. scratch is 16-byte aligned. */
void dm_mst(uint32_t *head, const float *score, uint32_t n, uint32_t stride, void *scratch);

#endif

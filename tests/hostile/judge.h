// SPDX-License-Identifier: Apache-2.0
/* What the tests of counted work share: hostile text that grows, and the judgement of three sizes n, 2n, 4n. Work that is a + b n has twice
 * the growth from 2n to 4n that it had from n to 2n; a quadratic part shows at once, since what is constant falls out. */
#ifndef TESTS_HOSTILE_JUDGE_H
#define TESTS_HOSTILE_JUDGE_H

#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum { SIZES = 3, PIECES = 4 };

/* The pieces are repeated in turn; %u is a running number in letters, %d in digits, %c a capital that goes with it. once: stands before,
 * last behind them. */
typedef struct shape {
    const char *name, *once, *piece[PIECES], *last;
} shape;

extern const shape dm_shapes[]; /* of text; ends with a NULL name */

/* At least `length` bytes of the shape; malloc'ed. */
dm_str dm_shape_make(const shape *s, size_t length);

/* False, and told on standard error, when the work of `what` on the shape grows faster than it may. Fewer steps than FLOOR are not judged:
 * tables that double are a large part of them. In a build that counts nothing, everything is fine. */
bool dm_grows_linearly(const char *what, const char *on, const uint64_t work[SIZES]);
bool dm_steps_counted(void);

#endif

// SPDX-License-Identifier: Apache-2.0
/* Counted work. In a build with -Dsteps=true every basic block of the library counts one step, and so do every 64 bytes that it has the C
 * library copy, fill, compare or search: the same numbers on every machine, however busy. In any other build nothing is counted. */
#ifndef TESTS_HOSTILE_STEPS_H
#define TESTS_HOSTILE_STEPS_H

#include <stdint.h>

uint64_t dm_steps(void); /* of this thread so far */
void dm_steps_add(uint64_t n);
void __sanitizer_cov_trace_pc(void); /* the compiler's calls: one a basic block */

#endif

// SPDX-License-Identifier: Apache-2.0
/* The counter of a build with -Dsteps=true, part of base there, since everything is linked with that. */
#include "hostile/steps.h"

#define NOT_COUNTED __attribute__((no_sanitize_coverage))

static _Thread_local uint64_t counter;

NOT_COUNTED uint64_t dm_steps(void) { return counter; }

NOT_COUNTED void dm_steps_add(uint64_t n) { counter += n; }

NOT_COUNTED void __sanitizer_cov_trace_pc(void) { counter++; }

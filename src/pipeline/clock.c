// SPDX-License-Identifier: Apache-2.0
/* The clock by which stages are timed; apart, so that tests can put another in its place. */
#include "pipeline/coder.h"
#include <time.h>

uint64_t dm_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

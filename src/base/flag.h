// SPDX-License-Identifier: Apache-2.0
/* Flags that ask work to stop. A signal handler or another thread sets them: they are read and written whole, in no order with anything. */
#ifndef DM_BASE_FLAG_H
#define DM_BASE_FLAG_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is set; NULL never is. */
static inline bool dm_flag(const volatile int *flag) { return flag != NULL && __atomic_load_n(flag, __ATOMIC_RELAXED) != 0; }

static inline void dm_flag_set(volatile int *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELAXED); }

#endif

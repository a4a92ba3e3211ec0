// SPDX-License-Identifier: Apache-2.0
/* Around calls into libraries that do not look whether they get memory: ICU's detector of encodings and libxml2 crash, jansson loses a letter of
 * a text without a word. In programs that called dm_memory_guard() their refusals are counted and, between enter and leave, met from a reserve;
 * in others only the look for room before helps. */
#ifndef DM_BASE_GUARD_H
#define DM_BASE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

/* How often the system refused them memory: when it grew over a call, what the call gave may not be used. Of all threads. */
uint64_t dm_guard_refusals(void);
/* From here on ICU and libxml2 get memory as long as the reserve lasts; false when there is none left, and then nothing is to be left. */
bool dm_guard_enter(void);
void dm_guard_leave(void);

#endif

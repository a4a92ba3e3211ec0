// SPDX-License-Identifier: Apache-2.0
/* Waiting for what is away: each wait up to twice the one before, half of it by chance, so that many workers do not knock at once. */
#include "base/flag.h"
#include "queue/queue.h"
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

enum { SLICE_MS = 50 };

uint64_t dm_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t random_bits(void)
{
    uint64_t bits = 0;
    struct timespec t;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) == (ssize_t)sizeof bits)
        return bits;
    clock_gettime(CLOCK_REALTIME, &t); /* only at the very start of a machine */
    return dm_hash(&t, sizeof t, (uint64_t)(uintptr_t)&bits);
}

void dm_queue_token(char out[DM_TOKEN_BYTES]) { snprintf(out, DM_TOKEN_BYTES, "%016llx", (unsigned long long)random_bits()); }

void dm_backoff_reset(dm_backoff *b) { *b = (dm_backoff){ .most_ms = b->most_ms, .seed = b->seed }; }

uint64_t dm_backoff_next(dm_backoff *b)
{
    uint64_t most = b->most_ms ? b->most_ms : DM_BACKOFF_MOST_MS;
    if (!b->seed)
        b->seed = random_bits();
    b->seed = dm_hash(&b->seed, sizeof b->seed, 1);
    b->ms = b->ms ? b->ms * 2 : DM_BACKOFF_FIRST_MS;
    if (b->ms > most)
        b->ms = most;
    return b->ms / 2 + b->seed % (b->ms / 2 + 1);
}

void dm_wait_ms(pthread_cond_t *told, pthread_mutex_t *held, unsigned ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until); /* the calendar may be set meanwhile */
    until.tv_nsec += (long)ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_clockwait(told, held, CLOCK_MONOTONIC, &until);
}

bool dm_backoff_wait(dm_backoff *b, unsigned patience, const volatile int *stop)
{
    uint64_t now = dm_clock_ms(), until = now + dm_backoff_next(b);
    if (!b->began)
        b->began = now ? now : 1;
    if (patience && now - b->began >= (uint64_t)patience * 1000)
        return false;
    for (; now < until && !dm_flag(stop); now = dm_clock_ms()) {
        uint64_t ms = until - now < SLICE_MS ? until - now : SLICE_MS;
        nanosleep(&(struct timespec){ .tv_nsec = (long)ms * 1000000 }, NULL);
    }
    return !dm_flag(stop);
}

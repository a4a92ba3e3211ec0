// SPDX-License-Identifier: Apache-2.0
/* Parsers waiting for a thread: a parser is scratch memory over the shared model, made when all others are in use. */
#include "pipeline/coder.h"
#include <pthread.h>
#include <stdlib.h>

struct dm_pool {
    const dm_model *model;
    pthread_mutex_t lock;
    dm_parser *idle[DM_THREADS_MAX];
    unsigned n;
};

dm_status dm_pool_new(dm_pool **out, const dm_model *model, dm_error *err)
{
    dm_pool *p = calloc(1, sizeof *p);
    if (!p)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the parsers");
    p->model = model;
    pthread_mutex_init(&p->lock, NULL);
    *out = p;
    return DM_OK;
}

void dm_pool_free(dm_pool *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->n; i++)
        dm_parser_free(p->idle[i]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

dm_status dm_pool_take(dm_pool *p, dm_parser **out, dm_error *err)
{
    pthread_mutex_lock(&p->lock);
    dm_parser *got = p->n ? p->idle[--p->n] : NULL;
    pthread_mutex_unlock(&p->lock);
    if (!got)
        return dm_parser_new(out, p->model, err);
    *out = got;
    return DM_OK;
}

void dm_pool_give(dm_pool *p, dm_parser *parser)
{
    pthread_mutex_lock(&p->lock);
    bool kept = p->n < DM_THREADS_MAX;
    if (kept)
        p->idle[p->n++] = parser;
    pthread_mutex_unlock(&p->lock);
    if (!kept)
        dm_parser_free(parser);
}

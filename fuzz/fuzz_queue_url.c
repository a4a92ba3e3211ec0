// SPDX-License-Identifier: Apache-2.0
/* Addresses of queues on any bytes: what is taken names servers and a stream of allowed characters, and what may be shown of it holds no
 * password. */
#include "fuzz.h"
#include "queue/queue.h"

enum { INPUT_MAX = 1 << 11 };

static void clear(dm_queue *q)
{
    for (size_t i = 0; i < q->n_servers; i++)
        free(q->servers[i]);
    free(q->url), free(q->user), free(q->password);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char url[INPUT_MAX + 1];
    dm_queue q;
    dm_error err = { .msg = "" };
    if (size > INPUT_MAX)
        return 0;
    memset(&q, 0, sizeof q);
    memcpy(url, data, size);
    url[size] = '\0';
    if (dm_url_read(&q, url, &err) == DM_OK) {
        fuzz_need(q.n_servers > 0 && q.n_servers <= DM_SERVERS_MAX && q.stream[0], "servers and a stream");
        fuzz_need(strspn(q.url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/[],") == strlen(q.url),
            "an address that can be shown");
        fuzz_need(!q.password || strchr(url, '@') != NULL, "a password that was given");
    } else {
        fuzz_need(err.msg[0], "a refusal with its reason");
    }
    fuzz_need(!q.password || strlen(q.password) < 8 || !strstr(err.msg, q.password), "a message without the password");
    clear(&q);
    return 0;
}

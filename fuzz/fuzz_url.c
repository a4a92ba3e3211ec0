// SPDX-License-Identifier: Apache-2.0
/* Addresses, query strings and headers of requests, each on any bytes, without a record behind them: what is taken apart is UTF-8, lies in
 * the request and is found again by its key. */
#include "fuzz.h"
#include "serve/request.h"

static const char *const keys[] = { "actor", "limit", "offset", "text", "since", "" };

static void check(const dm_request *q)
{
    const char *end = q->url + sizeof q->url;
    fuzz_need(q->n_param <= DM_PARAMS_MAX && q->path[0] == '/', "a request of this form");
    fuzz_need(q->path >= q->url && q->path < end && fuzz_utf8(dm_str_of(q->path)), "a path inside the request, UTF-8");
    for (size_t i = 0; i < q->n_param; i++) {
        const dm_param *p = &q->param[i];
        fuzz_need(p->key > q->path && p->key < end && p->value > p->key && p->value < end, "parameters inside the request");
        fuzz_need(fuzz_utf8(dm_str_of(p->key)) && fuzz_utf8(dm_str_of(p->value)), "parameters in UTF-8");
        fuzz_need(dm_request_get(q, p->key) != NULL, "a parameter that is found");
    }
}

static void ask(const dm_request *q)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        dm_error err = { .msg = "" };
        uint64_t n = 0;
        if (dm_request_number(q, keys[i], 1, 500, 50, &n, &err) == DM_OK)
            fuzz_need(n >= 1 && n <= 500, "a number between its bounds");
        else
            fuzz_need(err.msg[0], "a refusal with its reason");
    }
    (void)dm_request_only(q, "actor limit offset", "text", NULL);
}

static void headers(const char *s)
{
    static const char tag[] = "\"0123456789abcdef\"";
    char both[FUZZ_PATH];
    (void)dm_host_ok(s, 8321, NULL, false);
    (void)dm_host_ok(s, 8321, "desk.example", true);
    (void)dm_host_ok(s, 0, "desk.example", true);
    fuzz_need(!dm_origin_ok("null", s, NULL), "no page without an origin");
    (void)dm_origin_ok(s, "localhost:8321", "desk.example");
    (void)dm_origin_ok("https://desk.example", s, "desk.example");
    if (strlen(s) < sizeof both - sizeof "http://") {
        snprintf(both, sizeof both, "http://%s", s);
        fuzz_need(dm_origin_ok(both, s, NULL), "a page of the same host");
    }
    (void)dm_takes_gzip(s);
    (void)dm_tag_matches(s, tag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_request q;
    static char input[2 * DM_URL_MAX];
    dm_error err = { .msg = "" };
    if (size >= sizeof input)
        return 0;
    memcpy(input, data, size);
    input[size] = '\0';
    if (dm_request_parse(&q, input, &err) == DM_OK) {
        check(&q);
        ask(&q);
    } else {
        fuzz_need(err.msg[0], "a refusal with its reason");
    }
    headers(input);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* The desk's answers to any request: "METHOD URL\nBODY" is asked of a small record. Whatever comes, the reply has a status, is whole JSON
 * where it says so, and a GET leaves the record as it was. */
#include "serve/desk.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 15, PATH_BYTES = 80 };

static const char article[] = "TOKYO, May 4, 2021 - Japan condemned China on Tuesday. Tokyo imposed sanctions on Beijing.\n\n"
                              "The United States asked Japan to cosponsor the resolution on China.\n";
static char path[PATH_BYTES];

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_http: %s\n", what);
    abort();
}

static void remove_record(void)
{
    char name[PATH_BYTES + 8];
    for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", NULL }; *end; end++) {
        snprintf(name, sizeof name, "%s%s", path, *end);
        unlink(name);
    }
}

static dm_desk *open_desk(void)
{
    dm_error err = { .msg = "" };
    dm_serve_opts opts = DM_SERVE_OPTS_INIT;
    dm_desk *d = NULL;
    opts.data_dir = getenv("DEMARCHE_DATA");
    snprintf(path, sizeof path, "/tmp/fuzz_http.%ld.db", (long)getpid());
    remove_record();
    if (dm_desk_open(&d, path, &opts, &err) != DM_OK) {
        fprintf(stderr, "fuzz_http: %s\n", err.msg);
        exit(1);
    }
    atexit(remove_record);
    static dm_request q;
    dm_http_reply reply = { .status = 0 };
    must(dm_request_parse(&q, "/api/documents?name=a.txt", NULL) == DM_OK, "the first request");
    q.post = true;
    q.body = (dm_str){ article, sizeof article - 1 };
    dm_desk_answer(d, &q, NULL, &reply);
    must(reply.status == 200, "the first article");
    dm_buf_free(&reply.body);
    return d;
}

static dm_status drop(void *ctx, dm_str bytes, dm_error *err)
{
    (void)err;
    *(size_t *)ctx += bytes.len;
    return DM_OK;
}

static void look(dm_desk *d, const dm_request *q, dm_http_reply *reply)
{
    size_t sum = 0;
    must(reply->status >= 200 && reply->status < 600, "a reply without a status");
    must(reply->status != 500, "an error of ours");
    if (reply->streams && reply->status == 200)
        must(dm_desk_stream(d, q, drop, &sum, NULL) == DM_OK, "a download that was promised");
    else if (reply->status != 304) {
        json_t *value = json_loadb(reply->body.p ? reply->body.p : "", reply->body.len, JSON_DECODE_ANY, NULL);
        must(value != NULL, "a reply that is no JSON");
        json_decref(value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_desk *desk;
    static dm_request q;
    static char input[INPUT_MAX + 1];
    if (size > INPUT_MAX)
        return 0;
    if (!desk)
        desk = open_desk();
    memcpy(input, data, size);
    input[size] = '\0';
    char *url = strchr(input, ' '), *line = url ? strchr(url, '\n') : NULL;
    if (!line)
        return 0;
    *line = '\0';
    dm_error err = { .msg = "" };
    dm_host_ok(url + 1, 8321, "desk.example", true);
    dm_origin_ok(url + 1, "localhost:8321", "desk.example");
    dm_takes_gzip(url + 1);
    dm_tag_matches(url + 1, "\"a\"");
    if (dm_request_parse(&q, url + 1, &err) != DM_OK)
        return 0;
    q.post = input[0] == 'P' && dm_desk_body_max(q.path) != DM_ARTICLE_MAX; /* articles have a target of their own */
    q.body = (dm_str){ line + 1, size - (size_t)(line + 1 - input) };
    dm_http_reply reply = { .status = 0 };
    dm_desk_answer(desk, &q, NULL, &reply);
    look(desk, &q, &reply);
    dm_buf_free(&reply.body);
    return 0;
}

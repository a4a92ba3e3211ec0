// SPDX-License-Identifier: Apache-2.0
/* A request as its bytes say it, and the reply to it. Nothing here knows sockets: the same code answers the server and the fuzzer. */
#ifndef DM_SERVE_REQUEST_H
#define DM_SERVE_REQUEST_H

#include "base/str.h"
#include <demarche/buffer.h>

enum {
    DM_URL_MAX = 4096,         /* bytes of path and query */
    DM_HEADER_MAX = 16 * 1024, /* bytes of the header */
    DM_PARAMS_MAX = 96,
    DM_BODY_MAX = 1 << 20,     /* bytes of a posted object */
    DM_ARTICLE_MAX = 16 << 20, /* bytes of a posted article */
    DM_ROWS_USUAL = 50,
    DM_ROWS_MAX = 500,
    DM_OFFSET_MAX = 100 * 1000 * 1000
};

typedef struct dm_param {
    const char *key, *value;
} dm_param;

/* path and parameters are decoded UTF-8 without NUL. */
typedef struct dm_request {
    char url[2 * DM_URL_MAX + 4]; /* holds path and parameters */
    const char *path;
    dm_param param[DM_PARAMS_MAX];
    size_t n_param;
    bool post;
    dm_str body;
    int64_t at; /* seconds since 1970 */
} dm_request;

/* Takes the URL ("/api/events?actor=JPN") apart. DM_ELIMIT: too long, too many parameters; DM_EUSAGE: malformed. */
dm_status dm_request_parse(dm_request *q, const char *url, dm_error *err);
/* The first value of the key; NULL when there is none. */
const char *dm_request_get(const dm_request *q, const char *key);
/* DM_EUSAGE when there is a parameter that is none of the words of the lists (separated by single blanks), or one of `once` twice. */
dm_status dm_request_only(const dm_request *q, const char *known, const char *more, dm_error *err);
/* A whole number between least and most, `usual` where it is not given. */
dm_status dm_request_number(
    const dm_request *q, const char *key, uint64_t least, uint64_t most, uint64_t usual, uint64_t *out, dm_error *err);

/* Of the Host header: "localhost:8321", "[::1]:8321". port 0: any. name: may be NULL. lan: any address is ours. */
bool dm_host_ok(const char *host, unsigned port, const char *name, bool lan);
/* Of the Origin header, which has to be that of the host. name: reached by TLS too. */
bool dm_origin_ok(const char *origin, const char *host, const char *name);
/* Whether Accept-Encoding takes gzip. */
bool dm_takes_gzip(const char *accept);
/* Whether If-None-Match names the tag (weakly compared). */
bool dm_tag_matches(const char *header, const char *tag);

#endif

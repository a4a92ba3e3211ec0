// SPDX-License-Identifier: Apache-2.0
/* What may be shown of a URL: all but its secrets. */
#include "store/postgres.h"
#include <stdlib.h>

/* Copies parameters but for secrets. */
static char *put_options(char *out, const char *at)
{
    static const char *const secrets[] = { "password=", "sslpassword=" };
    char mark = '?';
    while (*at == '?' || *at == '&') {
        size_t n = 1 + strcspn(at + 1, "&");
        bool secret = memchr(at + 1, '%', strcspn(at + 1, "=&")) != NULL; /* a key in disguise: libpq takes it off */
        for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
            secret |= strncmp(at + 1, secrets[i], strlen(secrets[i])) == 0;
        if (!secret) {
            *out++ = mark;
            memcpy(out, at + 1, n - 1);
            out += n - 1;
            mark = '&';
        }
        at += n;
    }
    return out;
}

char *dm_pg_shown(const char *url)
{
    char *shown = malloc(strlen(url) + 1), *out = shown;
    const char *at = strstr(url, "://");
    if (!shown || !at)
        return shown;
    at += 3;
    memcpy(out, url, (size_t)(at - url));
    out += at - url;
    size_t whole = strlen(at), host = strcspn(at, "/?"), query = strcspn(at, "?"), user = 0;
    for (size_t i = 0; i < whole && (i < host || !user); i++) /* a password may hold an @, or what ends a host */
        user = at[i] == '@' ? i : user;
    if (user) {
        size_t name = strcspn(at, ":@/?");
        memcpy(out, at, name);
        out += name;
        at += user > query ? whole : user; /* a password here or there: nothing more is shown */
    }
    size_t rest = strcspn(at, "?");
    memcpy(out, at, rest);
    out = put_options(out + rest, at + rest);
    *out = '\0';
    return shown;
}

// SPDX-License-Identifier: Apache-2.0
/* URLs of records at a server, with secrets anywhere: in what is shown of a URL libpq finds no password. */
#include "fuzz.h"
#include "store/postgres.h"

enum { INPUT_MAX = 1 << 12 };

static bool has(const PQconninfoOption *o, const char *name)
{
    for (; o && o->keyword; o++)
        if (strcmp(o->keyword, name) == 0)
            return o->val && *o->val;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char url[INPUT_MAX + 16];
    if (size > INPUT_MAX || memchr(data, 0, size))
        return 0;
    memcpy(url, "postgres://", sizeof "postgres://");
    memcpy(url + strlen(url), data, size);
    url[strlen("postgres://") + size] = '\0';
    char *shown = dm_pg_shown(url);
    fuzz_need(shown != NULL && strlen(shown) <= strlen(url), "what is shown is no longer than what is hidden");
    PQconninfoOption *o = PQconninfoParse(shown, NULL); /* NULL: more was hidden than the password */
    if (has(o, "password") || has(o, "sslpassword"))
        fprintf(stderr, "%s\n%s\n", url, shown);
    fuzz_need(!has(o, "password") && !has(o, "sslpassword"), "a URL that shows no password");
    PQconninfoFree(o);
    free(shown);
    return 0;
}

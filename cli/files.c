// SPDX-License-Identifier: Apache-2.0
/* What stance and report share: wrapped text, names of contexts, the query, files that appear whole. */
#include "cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { WRAP_LEAST = 30 };

/* Columns of the first n bytes of s; malformed bytes count one. */
static unsigned columns(const char *s, size_t n)
{
    unsigned sum = 0;
    mbstate_t state = { 0 };
    for (size_t i = 0; i < n;) {
        wchar_t c;
        size_t len = mbrtowc(&c, s + i, n - i, &state);
        if (len == 0 || len > n - i) {
            memset(&state, 0, sizeof state);
            len = 1;
            sum++;
        } else {
            int w = wcwidth(c);
            sum += w > 0 ? (unsigned)w : 0;
        }
        i += len;
    }
    return sum;
}

void cli_wrap(const char *text, unsigned indent, unsigned width)
{
    unsigned room = width > indent + WRAP_LEAST ? width - indent : WRAP_LEAST, used = 0;
    for (const char *p = text + strspn(text, " "); *p; p += strspn(p, " ")) {
        size_t len = strcspn(p, " ");
        unsigned w = columns(p, len);
        if (used && used + 1 + w > room) {
            putchar('\n');
            used = 0;
        }
        printf("%*s%.*s", used ? 1 : (int)indent, "", (int)len, p);
        used += (used ? 1 : 0) + w;
        p += len;
    }
    putchar('\n');
}

bool cli_contexts(const char *list, uint64_t *out, dm_error *err)
{
    for (*out = 0; *list;) {
        size_t len = strcspn(list, ",");
        unsigned bit = 0;
        const char *name;
        while ((name = dm_context_name(bit)) && (strlen(name) != len || strncmp(name, list, len) != 0))
            bit++;
        if (!name) {
            char known[360] = "";
            for (unsigned i = 0; (name = dm_context_name(i)) && strlen(known) + strlen(name) + 3 < sizeof known; i++)
                strcat(strcat(known, i ? ", " : ""), name);
            dm_fail(err, DM_EUSAGE, 0, "no context is called '%.*s'; there are %s", (int)(len < 40 ? len : 40), list, known);
            return false;
        }
        *out |= (uint64_t)1 << bit;
        list += len + (list[len] == ',');
    }
    return true;
}

bool cli_position_query(const char *since, const char *until, const char *context, dm_position_query *q, dm_error *err)
{
    dm_interval i;
    if (since && dm_day_parse(&i, (dm_str){ since, strlen(since) }, err) != DM_OK)
        return false;
    if (since)
        q->stance.since = i.from;
    if (until && dm_day_parse(&i, (dm_str){ until, strlen(until) }, err) != DM_OK)
        return false;
    if (until)
        q->stance.until = i.to;
    return !context || cli_contexts(context, &q->contexts, err);
}

bool cli_pair_named(const char **names, const char *usage)
{
    bool ok = names && names[0] && names[1] && names[2] && !names[3];
    if (!ok)
        cli_say("name the record, the actor and the recipient: demarche %s", usage);
    return ok;
}

dm_status cli_write_file(const char *path, dm_str bytes, dm_error *err)
{
    char half[4096];
    if (snprintf(half, sizeof half, "%s.tmp", path) >= (int)sizeof half)
        return dm_fail(err, DM_EUSAGE, 0, "the path of the output is too long");
    FILE *f = fopen(half, "wb");
    bool ok = f && fwrite(bytes.p, 1, bytes.len, f) == bytes.len;
    ok = f && fclose(f) == 0 && ok;
    if (ok && rename(half, path) == 0)
        return DM_OK;
    int why = errno;
    if (f)
        remove(half);
    return dm_fail(err, DM_EIO, 0, "cannot write '%s': %s", path, strerror(why));
}

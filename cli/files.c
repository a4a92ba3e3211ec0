// SPDX-License-Identifier: Apache-2.0
/* What stance and report share: wrapped text, the query, files that appear whole. */
#include "cli.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { WRAP_LEAST = 30 };

void cli_wrap(const char *text, unsigned indent, unsigned width)
{
    unsigned room = width > indent + WRAP_LEAST ? width - indent : WRAP_LEAST, used = 0;
    for (const char *p = text + strspn(text, " "); *p; p += strspn(p, " ")) {
        size_t len = strcspn(p, " ");
        unsigned w = cli_columns((dm_str){ p, len });
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

dm_status cli_position_query(
    const dm_record *r, const char *since, const char *until, const char *context, dm_position_query *q, dm_error *err)
{
    dm_status st = cli_days(since, until, &q->stance.since, &q->stance.until, err);
    return st == DM_OK && context ? cli_contexts(r, context, &q->contexts, err) : st;
}

bool cli_pair_named(const char **names, const char *usage)
{
    bool ok = names && names[0] && names[1] && names[2] && !names[3];
    if (!ok)
        cli_say("name the record, the actor and the recipient: demarche %s", usage);
    return ok;
}

/* A pipe or a device is written as it is. */
static bool is_special(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && !S_ISREG(s.st_mode);
}

dm_status cli_write_file(const char *path, dm_str bytes, dm_error *err)
{
    char half[4096];
    bool direct = is_special(path);
    if (snprintf(half, sizeof half, "%s%s", path, direct ? "" : ".tmp") >= (int)sizeof half)
        return dm_fail(err, DM_EUSAGE, 0, "the path of the output is too long");
    FILE *f = fopen(half, "wb");
    bool ok = f && fwrite(bytes.p, 1, bytes.len, f) == bytes.len;
    ok = f && fclose(f) == 0 && ok;
    if (ok && (direct || rename(half, path) == 0))
        return DM_OK;
    int why = errno;
    if (f && !direct)
        remove(half);
    return dm_fail(err, DM_EIO, 0, "cannot write '%s': %s", path, strerror(why));
}

// SPDX-License-Identifier: Apache-2.0
/* The embedded files by path. Only what is in the table can be had: no path reaches the disk. */
#include "serve/pages.h"

static const dm_page *exactly(const char *path)
{
    for (const dm_page *p = dm_pages; p->path; p++)
        if (strcmp(p->path, path) == 0)
            return p;
    return NULL;
}

const dm_page *dm_page_find(const char *path)
{
    const char *last = strrchr(path, '/');
    const dm_page *p = exactly(path);
    return p || strchr(last ? last : path, '.') || strncmp(path, "/api", 4) == 0 || strncmp(path, "/assets/", 8) == 0
               ? p
               : exactly("/index.html");
}

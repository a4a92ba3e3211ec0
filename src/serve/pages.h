// SPDX-License-Identifier: Apache-2.0
/* The page: files that were embedded when the program was built (tools/embed.py writes them). */
#ifndef DM_SERVE_PAGES_H
#define DM_SERVE_PAGES_H

#include "base/str.h"

typedef struct dm_page {
    const char *path; /* "/index.html" */
    const char *type;
    const unsigned char *bytes;
    size_t len;
    const unsigned char *zipped; /* gzip, or NULL where that is no gain */
    size_t zipped_len;
    bool fixed; /* named by a hash of its bytes: may be kept for ever */
} dm_page;

/* Ends with a NULL path. */
extern const dm_page dm_pages[];

/* The file of this path; of a path without a dot the index, as the page has addresses of its own. NULL: none. */
const dm_page *dm_page_find(const char *path);

#endif

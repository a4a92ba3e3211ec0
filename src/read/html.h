// SPDX-License-Identifier: Apache-2.0
/* The three steps of a page, each in its own file: tree (page.c), metadata (meta.c), text (extract.c). */
#ifndef DM_READ_HTML_H
#define DM_READ_HTML_H

#include "read/internal.h"
#include <gumbo.h>

/* A parsed page in memory of its own, so that gumbo's recursive free is never called and its appetite has a bound. */
typedef struct dm_page dm_page;
dm_status dm_page_parse(dm_page **out, dm_str html, const char *name, dm_error *err);
const GumboNode *dm_page_root(const dm_page *page);
void dm_page_free(dm_page *page);

/* Title, date, publisher, url, language. body: JSON-LD's articleBody, in doc's arena, or empty. */
dm_status dm_page_meta(const dm_page *page, dm_doc *doc, const dm_rules *rules, dm_str *body);

/* The article's paragraphs with blank lines between them, appended to out; nothing if none was found. */
dm_status dm_page_text(const dm_page *page, const dm_rules *rules, bool strict, dm_buf *out);

/* Value of an attribute, empty if there is none. */
dm_str dm_attribute(const GumboNode *node, const char *name);
static inline const GumboVector *dm_children(const GumboNode *n)
{
    return n->type == GUMBO_NODE_DOCUMENT                                    ? &n->v.document.children
           : n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE ? &n->v.element.children
                                                                             : &kGumboEmptyVector;
}
/* Next node in document order, iteratively; skips the inside of node when inside is false. NULL at the end of root. */
const GumboNode *dm_next_node(const GumboNode *root, const GumboNode *node, bool inside);

#endif

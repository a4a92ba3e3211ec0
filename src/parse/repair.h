// SPDX-License-Identifier: Apache-2.0
/* Repairs of trees that follow from verb forms alone. */
#ifndef DM_PARSE_REPAIR_H
#define DM_PARSE_REPAIR_H

#include "doc/doc.h"

/* Works on one parsed sentence, before dm_doc_link(). */
void dm_parse_repair(dm_doc *doc, uint32_t sent);

#endif

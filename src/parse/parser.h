// SPDX-License-Identifier: Apache-2.0
/* Inside of a dm_parser: the model it borrows and its scratch memory. */
#ifndef DM_PARSE_PARSER_H
#define DM_PARSE_PARSER_H

#include "parse/parse.h"

struct dm_parser {
    const dm_model *model;
    void *work; /* of net.c */
    size_t work_size;
    dm_word *word; /* of the sentence at hand */
    dm_parsed *parsed;
    uint32_t room; /* words that fit both */
};

#endif

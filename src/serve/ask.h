// SPDX-License-Identifier: Apache-2.0
/* The parameters that say which events, the same for every answer. */
#ifndef DM_SERVE_ASK_H
#define DM_SERVE_ASK_H

#include "serve/request.h"
#include <demarche/record.h>

#define DM_ASK_KEYS                                                                                                            \
    "actor recipient either speaker type mode context status instrument subject act source since until text confidence "       \
    "happenings newest limit offset"

/* f points into the ask: it may not be copied. */
typedef struct dm_ask {
    dm_filter f;
    dm_who who[4][DM_WHO_MAX];
    char mode[DM_WORD_MAX], instrument[DM_WORD_MAX], act[DM_WORD_MAX], subject[DM_CODE_MAX];
} dm_ask;

/* more: keys beside those of a filter. DM_EUSAGE tells what is wrong, with suggestions. */
dm_status dm_ask_read(dm_ask *a, const dm_record *r, const dm_request *q, const char *more, dm_error *err);
/* "Japan,USA" into codes, from every parameter of that key. */
dm_status dm_ask_codes(
    const dm_record *r, const dm_request *q, const char *key, char out[][DM_CODE_MAX], size_t room, size_t *n, dm_error *err);
dm_status dm_ask_day(const dm_request *q, const char *key, bool last, dm_day *out, dm_error *err);
dm_status dm_ask_contexts(const dm_record *r, const dm_request *q, uint64_t *out, dm_error *err);

#endif

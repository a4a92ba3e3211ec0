// SPDX-License-Identifier: Apache-2.0
/* What counting needs of a document's events, in one row of the table `digest`: so that a question that counts very many events reads some
 * fifty bytes of each in one walk, not rows of five tables. A digest repeats other rows and says nothing of its own. */
#ifndef DM_STORE_DIGEST_H
#define DM_STORE_DIGEST_H

#include "store/store.h"

/* role: 0 actor, 1 recipient, 2 speaker. */
typedef struct dm_digest_party {
    char code[DM_CODE_MAX]; /* behind its end only NULs */
    uint8_t role;
    dm_str sector;
} dm_digest_party;

typedef struct dm_digest_event {
    int64_t n, sentence, happening, instrument; /* rows; instrument 0: none */
    uint64_t contexts;
    double confidence, scale; /* scale NaN: none */
    dm_day day, day_end;
    uint8_t type, aux;
    dm_str mode, act;
    const dm_digest_party *party; /* actors, recipients, speakers, each in their order */
    uint32_t n_party;
} dm_digest_event;

/* Appends an event to the bytes of a digest. */
void dm_digest_put(dm_buf *out, const dm_digest_event *e);

/* Takes events off the front of a digest's bytes. Starts zeroed but for p and end; dm_digest_reader_free() it. */
typedef struct dm_digest_reader {
    const uint8_t *p, *end;
    dm_digest_party *party;
    uint32_t cap;
    bool bad, failed; /* damaged; out of memory */
} dm_digest_reader;
/* False at the end, or when it is bad or failed. Strings point into the bytes. */
bool dm_digest_take(dm_digest_reader *r, dm_digest_event *out);
void dm_digest_reader_free(dm_digest_reader *r);

/* The document's digest. more: the events come behind those that are there; else in their place. */
dm_status dm_digest_save(dm_store *s, int64_t document, dm_str bytes, bool more, dm_error *err);
/* An event of the document tells another happening now. */
dm_status dm_digest_move(dm_store *s, int64_t document, int64_t event, int64_t happening, dm_error *err);
/* All digests anew, from the rows of events and parties: for records of before. */
dm_status dm_digest_make_all(dm_db *db, dm_error *err);

/* All events of the record, those of one family of documents together, and in it those of one document. */
typedef dm_status dm_digest_fn(void *ctx, int64_t family, int64_t document, const dm_digest_event *e, dm_error *err);
dm_status dm_digest_walk(dm_store *s, dm_digest_fn *fn, void *ctx, dm_error *err);

#endif

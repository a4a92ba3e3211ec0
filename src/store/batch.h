// SPDX-License-Identifier: Apache-2.0
/* A batch of documents on its way to a server. Filing asks so many small questions of the record that each of them over the line would cost
 * more than coding. So a batch has a small record of its own in memory, an SQLite one with the same tables: what filing will ask for is
 * brought there in a few large questions (bring.c), the documents are filed there by the same statements as in a file, and what is new or
 * changed is sent to the server (ship.c). Who does so holds the writers' lock: what was brought stays true until the batch is committed. */
#ifndef DM_STORE_BATCH_H
#define DM_STORE_BATCH_H

#include "store/bands.h"
#include "store/engine.h"
#include "store/work.h"

typedef enum dm_base { BASE_DOCUMENT, BASE_SENTENCE, BASE_EVENT, BASE_HAPPENING, BASE_INSTRUMENT, N_BASES } dm_base;

/* Numbers that were brought, so that they are asked for once. Open addressing; 0 is free. */
typedef struct dm_numbers {
    int64_t *v;
    size_t n, cap;
} dm_numbers;
/* 1: new, 0: known, -1: out of memory. */
int dm_numbers_add(dm_numbers *m, int64_t n);
void dm_numbers_clear(dm_numbers *m);

/* A change of rows that the server has. */
typedef struct dm_change {
    const char *sql;
    int64_t n[2];
    size_t blob_at, blob_len; /* of `blobs`; a blob in place of n[1] */
    bool blob;
    uint8_t params;
} dm_change;

/* Where in an outgoing row the number of an event's happening stands. */
typedef struct dm_place {
    int64_t event;
    size_t at;
} dm_place;
typedef struct dm_places {
    dm_place *v;
    size_t n, cap;
} dm_places;

enum { DM_N_OUTGOING = 7 /* tables whose rows are put down as they are inserted (outgoing.c) */ };

struct dm_batch {
    dm_db *memory;
    int64_t base[N_BASES]; /* the server's highest rows: what is above is new */
    int64_t counted;       /* the record's count of changes when what is here was true; -1: nothing is */
    size_t filed;          /* documents since the memory was emptied */
    dm_numbers documents, events, tales, likened, digests;
    dm_numbers bands, words, parties; /* what was asked for, as hashes */
    dm_bands near;                    /* documents by band, brought and new */
    dm_change *change;
    size_t n_change, cap_change;
    dm_buf blobs;
    struct dm_route {
        const char *sql;
        int8_t outgoing;  /* the table whose rows it puts down, or -1 */
        int8_t wrapped;   /* or -1 */
    } route[256];         /* of statements, by the address of their text */
    dm_stmt *wrapped[16]; /* statements that change rows of the server */
    unsigned n_wrapped;
    dm_stmt *putting[DM_N_OUTGOING];
    dm_buf out[DM_N_OUTGOING]; /* rows that are new */
    dm_places places[DM_N_OUTGOING];
    int64_t last_document; /* whose events were put down last, and their ids */
    dm_numbers ids;
    dm_words *words_of;    /* the store's, while there is a batch */
    int64_t next[N_BASES]; /* the highest number given */
    int64_t last;          /* of the row that was put down last, when it was the last statement */
    bool last_fresh, outgoing_last;
};

dm_status dm_batch_open(struct dm_batch **out, dm_error *err);
void dm_batch_close(struct dm_batch *b);
/* Learns the server's highest rows, and empties the memory unless nobody but this batch has written since. From here to dm_batch_end(),
 * the store's statements go to memory. */
dm_status dm_batch_begin(dm_store *s, dm_error *err);
dm_status dm_batch_end(dm_store *s, dm_error *err);
/* Whether what was made is committed: what is in memory stays true, or does not. */
void dm_batch_true(dm_store *s, bool committed, size_t documents);

/* Sends everything; inside the server's transaction. */
dm_status dm_batch_ship(dm_store *s, dm_error *err);

/* Before the first document is filed: what all of them will ask for. terms: of each, as dm_story_terms() gives them. */
typedef struct dm_batch_terms {
    uint32_t term[12], n;
} dm_batch_terms;
dm_status dm_bring_documents(dm_store *s, const dm_str *packed, size_t n, dm_batch_terms *terms, size_t *at, dm_error *err);

/* While one is filed; nothing where there is no batch. Facts of documents; strands of events; a document's digest; an instrument. */
dm_status dm_bring_tales(dm_store *s, const int64_t *document, uint32_t n, dm_error *err);
dm_status dm_bring_strands(dm_store *s, const int64_t *event, size_t n, dm_error *err);
dm_status dm_bring_digest(dm_store *s, int64_t document, dm_error *err);
dm_status dm_bring_instrument(dm_store *s, const dm_instrument *in, dm_error *err);

#endif

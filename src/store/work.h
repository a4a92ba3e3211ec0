// SPDX-License-Identifier: Apache-2.0
/* The store from inside. */
#ifndef DM_STORE_WORK_H
#define DM_STORE_WORK_H

#include "store/store.h"
#include "store/words.h"

enum { INSTRUMENTS_KEPT = 1024 /* rows of instruments that are looked up without the database */ };

typedef struct kept {
    uint64_t key;
    int64_t row;
} kept;

/* An event of a document that is being coded again, from before: its happening goes to the new event at the same place. */
typedef struct old_event {
    uint32_t trigger;
    uint8_t type;
    int64_t happening;
} old_event;

/* Happenings as a file of coded events numbers them, and their rows here (coded.c). Open addressing; key 0 is free. */
typedef struct numbers {
    struct number {
        uint64_t key;
        int64_t row;
    } * v;
    size_t n, cap;
} numbers;
struct linker;
struct linking;

struct dm_store {
    dm_db *db;
    kept instruments[INSTRUMENTS_KEPT];
    numbers given;    /* row by the file's number */
    bool given_begun; /* its first document was put */
    bool given_links; /* the record held documents before it, of something else: they are linked, whatever the file's numbers */
    old_event *old;
    uint32_t n_old, cap_old;
    bool slim;               /* a scratch record, of what linking reads alone (relink.c) */
    struct linker *linker;   /* NULL: no linking */
    struct linking *linking; /* its work on the document in hand */
    struct dm_batch *batch;  /* where many documents are filed before a server has them (batch.h); made when it is wanted */
    struct dm_batch_terms *terms, *terms_now; /* rare words of its documents; those of the document in hand, or NULL */
    struct dm_ballots *ballots;               /* of a file that is imported, on their way to a server (ballots.c) */
    struct dm_portion *portion;               /* events that are loaded next (portion.h) */
    int64_t loaded;                           /* the event that was loaded last, and the hash of its document */
    uint8_t loaded_hash[DM_HASH_BYTES];
    dm_words *words; /* of sentences, where the database does not cut them itself; made when it is wanted */
};

dm_status dm_store_words(dm_store *s, dm_error *err);

enum { DM_FAMILY_CANDIDATES = 400 /* documents of a band that one is compared with, the first ones */ };
/* Sketches of near copies: a short one with a sentence cut and a few words edited stays above; other articles have less than 0.1. */
#define DM_FAMILY_ALIKE 0.4
/* Finds the near copies of a new document and sets its family. */
dm_status dm_store_family(dm_store *s, int64_t document, const dm_filing *f, bool *near_copy, dm_error *err);

/* Before a document's events are replaced: keeps which happenings they told. After it: removes those that nobody tells any more. */
dm_status dm_store_remember(dm_store *s, int64_t document, dm_error *err);
dm_status dm_store_tidy(dm_store *s, dm_error *err);

/* put.c: the parts of putting a document. */
/* Row of the new document, or 0 when it was there. */
dm_status dm_store_put_document(dm_store *s, const dm_doc *doc, const dm_filing *f, int64_t coder, int64_t *row, dm_error *err);
/* sentences: rows of those that are there, 0 for the others, or NULL: none is. given: happening of each event in its file, or NULL:
 * found by linking. */
dm_status dm_store_put_events(dm_store *s, const dm_doc *doc, int64_t document, int64_t *sentences, const uint64_t *given,
    dm_put_result *out, dm_error *err);
/* When body fails, the caller's transaction is rolled back. */
typedef dm_status dm_store_body(void *ctx, dm_error *err);
dm_status dm_store_whole(dm_store *s, dm_store_body *body, void *ctx, dm_error *err);

/* overlay.c: lays the text of doc over that of the document's row, and moves the spans of both. *clash: they contradict each other, and
 * nothing was done. */
dm_status dm_store_overlay(dm_store *s, int64_t document, dm_doc *doc, bool *clash, dm_error *err);

/* coded.c: happenings that a file numbers. Whether the event is in the record already; if so, its happening is learnt. */
dm_status dm_store_given_there(dm_store *s, int64_t document, uint64_t id, uint64_t given, bool *there, dm_error *err);
/* The row of the file's number; 0: a new one. */
dm_status dm_store_given(dm_store *s, uint64_t id, uint64_t given, int64_t *happening, bool *joined, dm_error *err);
/* That number is this row. */
dm_status dm_store_given_learn(dm_store *s, uint64_t given, int64_t row, dm_error *err);
/* After a rollback: rows may be gone. They are learnt again from what is there. */
void dm_store_given_forget(dm_store *s);
/* ballots.c: whether this one goes with others; as rolls.h has it. */
bool dm_ballots_take(const dm_store *s, int64_t rollcall, dm_str code);
void dm_batch_close(struct dm_batch *b);
/* The key under which a document is found by one band of its sketch (family.c). */
int64_t dm_family_band(const uint32_t *sketch, int band);
void dm_linker_free(struct linker *k);
void dm_linking_free(struct linking *w);

#endif

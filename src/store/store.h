// SPDX-License-Identifier: Apache-2.0
/* The record: documents with their events in, rows and evidence out. The stage behind the readers; the pipeline wires it to the coder.
 *
 * A dm_store belongs to one thread at a time. Documents come as dm_doc (from the coder, or from dm_pack_read()), and go out as dm_doc
 * again, so that every format that can write what was coded can write what is kept. Columns: docs/schema.md. */
#ifndef DM_STORE_STORE_H
#define DM_STORE_STORE_H

#include "base/table.h"
#include "doc/doc.h"
#include "store/db.h"
#include <demarche/record.h>
#include <demarche/stance.h>

enum {
    DM_SAID_DAYS = 1096, /* a statement or article that is known no closer dates nothing */
    DM_HASH_BYTES = 16,
    DM_SKETCH = 64,      /* minima of a document's sketch */
    DM_SKETCH_BANDS = 21 /* of three minima each */
};

/* What is kept of a document beside its own fields. */
typedef struct dm_filing {
    uint8_t hash[DM_HASH_BYTES];
    uint8_t sketched; /* long enough to be compared */
    uint32_t sketch[DM_SKETCH];
} dm_filing;

/* Hash of what makes a document the same one: text, publication, address. */
void dm_filing_hash(uint8_t out[DM_HASH_BYTES], const dm_doc *doc);
/* Hash and sketch. Pure; runs on the coding threads. */
void dm_filing_make(dm_filing *out, const dm_doc *doc);
/* Share of their three-word runs that two sketched documents have in common, estimated: 0 to 1. */
double dm_sketch_alike(const uint32_t *a, const uint32_t *b);

/* A document with its filing as bytes and back: from the coding threads to the one that writes. Spans are checked on reading. */
dm_status dm_pack_write(dm_buf *out, const dm_doc *doc, const dm_filing *f, dm_error *err);
dm_status dm_pack_read(dm_doc *doc, dm_filing *f, dm_str bytes, dm_error *err);

typedef struct dm_store dm_store;
dm_status dm_store_open(dm_store **out, const char *path, dm_db_mode mode, dm_error *err);
void dm_store_close(dm_store *s);
dm_db *dm_store_db(dm_store *s);

/* Row of the coder with this version and tables; makes it. Needs a transaction. */
dm_status dm_store_coder(dm_store *s, dm_str version, dm_str tables, int64_t *out, dm_error *err);
/* The row of the document with this hash and its coder; 0 when there is none. */
dm_status dm_store_known(dm_store *s, const uint8_t hash[DM_HASH_BYTES], int64_t *document, int64_t *coder, dm_error *err);

typedef struct dm_put_result {
    bool known;              /* was there already; nothing was written */
    bool replaced;           /* was there, and has new events now */
    bool clash;              /* coded elsewhere: its text contradicts that of the record; nothing was written */
    bool near_copy;          /* joined the family of an earlier document */
    uint32_t events, linked; /* linked: events that joined a happening of another document */
} dm_put_result;

/* Writes one document inside the caller's transaction, which is rolled back when that fails. replace: a document that is there gets the
 * new events in place of its old ones. */
dm_status dm_store_put(
    dm_store *s, const dm_doc *doc, const dm_filing *f, int64_t coder, bool replace, dm_put_result *out, dm_error *err);

/* Files n packed documents as one transaction, and returns when that is committed. Whatever else than DM_OK it returns, nothing was filed.
 * DM_EINPUT, DM_ELIMIT: document *at cannot be filed, the others perhaps can; DM_EAWAY: the same may be tried again, and what was committed
 * without the answer having come is known then. got: [n]. */
typedef struct dm_file_opts {
    int64_t coder;
    bool replace;
} dm_file_opts;
dm_status dm_store_file(
    dm_store *s, const dm_str *packed, size_t n, const dm_file_opts *opts, dm_put_result *got, size_t *at, dm_error *err);

/* Events that were coded elsewhere, of one document, or of a part of it: what is there stays, what is new is added, each event once.
 * given: the happening of each event as its file numbers it; 0, or NULL for all: found by linking. The text and the
 * spans of doc may change. */
dm_status dm_store_put_coded(
    dm_store *s, dm_doc *doc, const dm_filing *f, int64_t coder, const uint64_t *given, dm_put_result *out, dm_error *err);
/* Before the first document of such a file, and behind the last, outside a transaction. */
/* Around the filling of a record: an empty one does without the indexes of questions until it is full. */
dm_status dm_store_fill_begin(dm_store *s, dm_error *err);
dm_status dm_store_fill_end(dm_store *s, dm_error *err);
dm_status dm_store_coded_begin(dm_store *s, dm_error *err);
dm_status dm_store_coded_end(dm_store *s, dm_error *err);

/* What stands for the tables of a coder that is not ours: its documents are not coded again. */
#define DM_CODED_ELSEWHERE "elsewhere"

/* Day and last day under which an event stands: when it happened, else when it was said, else its article's; DM_DAY_NONE. */
void dm_event_days(const dm_doc *doc, const dm_event *ev, dm_day *from, dm_day *to);

/* What links reports of one happening: data/linking, which must live as long as the store. Without it each event is a happening of its
 * own. */
dm_status dm_store_linker(dm_store *s, const dm_tables *tables, dm_error *err);
/* Around the writing of a document's events: begin finds the happening of each, link gives it (joined: another document tells it, too),
 * end keeps what later documents are compared with; row: of each event, 0 when it was not filed. */
dm_status dm_store_link_begin(dm_store *s, const dm_doc *doc, int64_t document, dm_error *err);
dm_status dm_store_link(
    dm_store *s, uint32_t event, uint64_t id, int64_t document, int64_t *happening, bool *joined, dm_error *err);
dm_status dm_store_link_end(dm_store *s, const dm_doc *doc, const int64_t *row, int64_t document, dm_error *err);

/* Happenings and families of the whole record anew: dm_record_relink(). Outside a transaction. opts may be NULL. */
dm_status dm_store_relink(dm_store *s, const dm_relink_opts *opts, dm_relink_stats *stats, dm_error *err);

/* Row of an instrument, made when it is new. */
dm_status dm_store_instrument(dm_store *s, const dm_instrument *in, int64_t *out, dm_error *err);

/* dm_store_expect(): these will be loaded next, in this order; from a server they come together. At most as many as dm_portion_size() says,
 * which grows; before: what it said last, 0 at first. An array of numbers as the server reads it: dm_numbers_list(). */
enum { DM_PORTION_MOST = 512 };
/* The numbers of ?1 in a question. In a question of its own: the server does not count them then, and looks each up by its key; for some
 * hundreds of them it would read tables whole. */
#define DM_ARRAY_1 "unnest((SELECT CAST(?1 AS bigint[])))"
size_t dm_portion_size(dm_store *s, size_t before);
dm_status dm_store_expect(dm_store *s, const int64_t *event, size_t n, dm_error *err);
dm_status dm_numbers_list(dm_buf *out, const int64_t *v, size_t n, dm_error *err);
/* Hash of the document of the event that was loaded last; NULL: it was another one. */
const uint8_t *dm_store_loaded_hash(const dm_store *s, int64_t event);
/* Loads event row n into doc as its only event: text, metadata, its sentence. doc is reset unless it holds the same document (*held,
 * which starts as 0). */
dm_status dm_store_load_event(dm_store *s, int64_t n, dm_doc *doc, int64_t *held, dm_filed *out, dm_error *err);
/* Loads a whole document with all its events in the order of the text. DM_END: there is none. */
dm_status dm_store_load_document(dm_store *s, int64_t n, dm_doc *doc, dm_error *err);

/* Event rows that pass the filter, in its order, one by one. */
typedef dm_status dm_row_fn(void *ctx, int64_t event, dm_error *err);
dm_status dm_store_find(dm_store *s, const dm_filter *f, dm_row_fn *fn, void *ctx, dm_error *err);
dm_status dm_store_count(
    dm_store *s, const dm_filter *f, uint64_t *events, uint64_t *happenings, uint64_t *documents, bool *more, dm_error *err);

/* Evidence of one actor toward one target (evidence.c). v and from are malloc'ed; strings live in the arena. */
typedef struct dm_evidence_source {
    int64_t event, document; /* rows; event: minus the row of the roll call for a ballot, 0 for a treaty action */
} dm_evidence_source;
typedef struct dm_evidence_list {
    dm_evidence *v;
    dm_evidence_source *from;
    size_t n, cap;
} dm_evidence_list;
/* Appends to *out, ordered by day. contexts 0: all; else those that share one. */
dm_status dm_store_evidence(dm_store *s, const char *actor, const char *target, uint64_t contexts, dm_arena *arena,
    dm_evidence_list *out, dm_error *err);

/* The sentence behind evidence and where it stands; never NULL, in the arena. */
typedef struct dm_evidence_words {
    const char *text, *source;
} dm_evidence_words;
dm_status dm_store_evidence_words(dm_store *s, int64_t event, dm_arena *arena, dm_evidence_words *out, dm_error *err);
/* Counts by key and who is in the record, as dm_record_stats() and dm_record_actors(); names are filled in by the caller. */
dm_status dm_store_stats(dm_store *s, dm_by by, const dm_filter *f, uint64_t limit, dm_tally_fn *fn, void *ctx, dm_error *err);
dm_status dm_store_actors(
    dm_store *s, const dm_filter *f, uint64_t offset, uint64_t limit, dm_presence_fn *fn, void *ctx, dm_error *err);

#endif

// SPDX-License-Identifier: Apache-2.0
/* The coder: text in, documents with their events out.
 *
 * From simple to advanced: dm_code_bytes() codes one article held in memory; dm_input + dm_code_doc() walk over files, folders and
 * streams one document at a time; dm_run() does the same on several threads with the output in the order of the input.
 *
 * A dm_coder holds tables and model, mapped read-only: make one, share it between threads. A dm_doc belongs to one thread at a
 * time. Nothing here prints: what a user should know is in the status, the dm_error, dm_doc_note() and the callbacks of dm_sink. */
#ifndef DEMARCHE_CODER_H
#define DEMARCHE_CODER_H

#include <demarche/buffer.h>
#include <demarche/document.h>

#ifdef __cplusplus
extern "C" {
#endif

DM_API const char *dm_version(void);

/* For programs that own their process, before ICU is used in it: has ICU's requests for memory guarded (u_setMemoryFunctions), since its
 * detector of encodings crashes where the system refuses one. Calling it again does nothing. Not for libraries: ICU's functions are those of the
 * whole process. */
DM_API dm_status dm_memory_guard(dm_error *err);

typedef struct dm_coder dm_coder;

/* Set with DM_CODER_OPTS_INIT and then change fields; all strings are copied. */
typedef struct dm_coder_opts {
    unsigned version;
    const char *data_dir; /* folder with demarche.tables and english.dmm; NULL: $DEMARCHE_DATA, beside the program, installed */
    const char *home;     /* country (alpha-3 code) of bare roles; NULL: what the article tells */
    dm_interval date;     /* date of every document, over anything found; precision DM_PREC_UNKNOWN: found */
    const char *const
        *actors;     /* files of the user's own actors, forms as in demarche/import.h; their lines win over ours, a later
                                * file's over an earlier one's */
    size_t n_actors; /* at most DM_ACTORS_MAX */
    void (*note)(
        void *note_ctx, dm_str line); /* called in dm_coder_open() for each file that could not be used whole; may be NULL */
    void *note_ctx;
    unsigned read; /* which knowledge may propose events: DM_READ_*, 0 for all */
} dm_coder_opts;

enum { DM_ACTORS_MAX = 64, DM_READ_FRAMES = 1, DM_READ_BACKOFF = 2 };
#define DM_CODER_OPTS_VERSION 3
#define DM_CODER_OPTS_INIT                                                                                                     \
    {                                                                                                                          \
        DM_CODER_OPTS_VERSION, NULL, NULL, { DM_DAY_NONE, DM_DAY_NONE, DM_PREC_UNKNOWN }, NULL, 0, NULL, NULL, 0               \
    }

/* opts may be NULL. DM_ECORRUPT for data that is damaged or of another version, DM_EIO where it is missing; DM_EIO or
 * DM_EINPUT for a file of actors that cannot be read at all. */
DM_API dm_status dm_coder_open(dm_coder **out, const dm_coder_opts *opts, dm_error *err);
DM_API void dm_coder_close(dm_coder *coder);

/* Codes one article held in memory: plain text, HTML or a JSON object, read as a file of this name would be. *out is NULL or a document
 * of an earlier call, which is emptied and used again; free it with dm_doc_free(). Name and bytes are copied. */
DM_API dm_status dm_code_bytes(const dm_coder *coder, dm_doc **out, const char *name, dm_str bytes, dm_error *err);

/* Inputs: an ordered list of files, folders and "-" (standard input), read one document at a time. */
typedef struct dm_input dm_input;

/* Borrows coder until dm_input_close(). */
DM_API dm_status dm_input_open(dm_input **out, const dm_coder *coder, dm_error *err);
/* A path that does not exist fails at dm_input_next(), in its place. */
DM_API dm_status dm_input_add(dm_input *in, const char *path, dm_error *err);
/* A file or "-" of one JSON object a line, one document an object: every line gives one document or one failure, in its order, whatever it
 * looks like, and as soon as it is there. */
DM_API dm_status dm_input_add_lines(dm_input *in, const char *path, dm_error *err);
/* Bytes in memory, copied, as if they were a file of this name. */
DM_API dm_status dm_input_add_bytes(dm_input *in, const char *name, dm_str bytes, dm_error *err);
/* Next document into *doc (NULL or used again, as above), read but not coded. DM_END after the last. Any other status: one input
 * could not be read, err names it and the place; the next call goes on behind it. DM_ENOMEM is final. */
DM_API dm_status dm_input_next(dm_input *in, dm_doc **doc, dm_error *err);
/* Bytes of the inputs that were read so far, as they came: of files, not of texts. */
DM_API uint64_t dm_input_bytes(const dm_input *in);
/* "3/8": of everything that is added, give only what falls to the third of eight shards. By the content of a document, not its place: the
 * shards together give everything once, whichever machine asks. What the system refuses is told by every shard. DM_EUSAGE. */
enum { DM_SHARDS_MAX = 65536 };
DM_API dm_status dm_input_shard(dm_input *in, const char *text, dm_error *err);
/* Documents and failures that were passed so far, those of other shards too; after DM_END the same for all shards of one input. */
DM_API uint64_t dm_input_seen(const dm_input *in);
DM_API void dm_input_close(dm_input *in);

/* All stages on a document that was read. */
DM_API dm_status dm_code_doc(const dm_coder *coder, dm_doc *doc, dm_error *err);

/* Sentences, tokens and trees of a document that was read, every sentence parsed. */
DM_API dm_status dm_parse_text(const dm_coder *coder, dm_doc *doc, dm_error *err);

/* Processor time that the stages took, added up over threads. */
typedef struct dm_stage_time {
    const char *name;
    uint64_t ns;
} dm_stage_time;
enum { DM_STAGES_MAX = 16 };

typedef struct dm_run_stats {
    uint64_t documents, failed, sentences, events, bytes; /* bytes: of document text */
    uint64_t read;                                        /* bytes of the inputs, as they came */
    unsigned n_stages;
    dm_stage_time stage[DM_STAGES_MAX];
} dm_run_stats;

/* What dm_run() calls. stop: not NULL and not 0: no further document is taken, as if the input ended. skip: on the coding thread, before
 * anything is done with a document that was read; true: it is neither coded nor rendered, but counted. code: what is done with a document
 * that was read; NULL: dm_code_doc(), its stages timed. render: on the coding thread, several at once, appends to out. The others: one at a
 * time, in the order of the input. emit takes the bytes of one document; note is a repair that was made while reading, "NAME: what"; failed is an input that
 * could not be read or coded, number its place among all documents and failures, from 1, also those of other shards; after is called behind each document and each failure. A status other than DM_OK from render or emit
 * ends the run with that status. All but render may be NULL. */
typedef struct dm_sink {
    void *ctx;
    const volatile int *stop;
    bool (*skip)(void *ctx, const dm_doc *doc);
    dm_status (*code)(const dm_coder *coder, dm_doc *doc, dm_error *err);
    dm_status (*render)(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err);
    dm_status (*emit)(void *ctx, dm_str bytes, dm_error *err);
    void (*note)(void *ctx, dm_str line);
    void (*failed)(void *ctx, uint64_t number, const dm_error *err);
    void (*after)(void *ctx, const dm_run_stats *so_far);
} dm_sink;

enum { DM_THREADS_MAX = 256 };

/* Codes everything in `in`. threads 0: one for each processor. The bytes emitted do not depend on threads. stats may be NULL.
 * DM_OK even when some inputs failed: stats->failed counts them. */
DM_API dm_status dm_run(
    const dm_coder *coder, dm_input *in, const dm_sink *sink, unsigned threads, dm_run_stats *stats, dm_error *err);

#ifdef __cplusplus
}
#endif
#endif

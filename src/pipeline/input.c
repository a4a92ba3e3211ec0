// SPDX-License-Identifier: Apache-2.0
/* Inputs for callers of the library: the reader, with documents made, numbered and used again, and dealt out to shards.
 *
 * A document falls to a shard by the hash that also tells the record whether it has it: by its text, publication and address, and
 * not by where it lies. What is no document has no such hash; it is dealt by its place, so that it is told once among all shards.
 * What the system refuses (a file that cannot be opened) may be so on one machine only: every shard that meets it tells it. */
#include "pipeline/coder.h"
#include "read/read.h"
#include "store/store.h"
#include <stdlib.h>

struct dm_input {
    dm_reader *reader;
    uint32_t shard, shards; /* from 1; shards 0: everything is ours */
    uint64_t seen;          /* documents, and what could not be read as one, of all shards */
};

static dm_status open_reader(dm_reader **out, const dm_coder *coder, dm_error *err)
{
    dm_read_opts opts = DM_READ_OPTS_INIT;
    opts.tables = coder->tables;
    opts.date = coder->date;
    return dm_reader_open(out, &opts, err);
}

dm_status dm_input_open(dm_input **out, const dm_coder *coder, dm_error *err)
{
    dm_input *in = calloc(1, sizeof *in);
    if (!in)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the list of inputs");
    dm_status st = open_reader(&in->reader, coder, err);
    if (st != DM_OK)
        free(in);
    else
        *out = in;
    return st;
}

dm_status dm_input_add(dm_input *in, const char *path, dm_error *err) { return dm_reader_add(in->reader, path, err); }

dm_status dm_input_add_lines(dm_input *in, const char *path, dm_error *err)
{
    return dm_reader_add_lines(in->reader, path, err);
}

dm_status dm_input_add_bytes(dm_input *in, const char *name, dm_str bytes, dm_error *err)
{
    return dm_reader_add_bytes(in->reader, name, bytes, err);
}

static dm_status next_into(dm_reader *reader, dm_doc **doc, dm_error *err)
{
    if (!*doc)
        *doc = dm_doc_new();
    if (!*doc)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    dm_status st = dm_reader_next(reader, *doc, err);
    return st == DM_OK && (*doc)->arena.failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory reading a document") : st;
}

static bool ours(const dm_input *in, uint64_t hash) { return !in->shards || hash % in->shards == in->shard - 1; }

static bool document_is_ours(const dm_input *in, const dm_doc *doc)
{
    uint8_t hash[DM_HASH_BYTES];
    uint64_t first = 0;
    if (!in->shards)
        return true;
    dm_filing_hash(hash, doc);
    for (int i = 0; i < 8; i++)
        first = first << 8 | hash[i];
    return ours(in, first);
}

static bool failure_is_ours(const dm_input *in, dm_status st)
{
    return (st != DM_EINPUT && st != DM_ELIMIT) || ours(in, in->seen);
}

dm_status dm_input_next(dm_input *in, dm_doc **doc, dm_error *err)
{
    dm_status st;
    bool mine;
    do {
        st = next_into(in->reader, doc, err);
        in->seen += st != DM_END;
        if (st == DM_OK)
            (*doc)->number = in->seen;
        mine = st == DM_OK ? document_is_ours(in, *doc) : failure_is_ours(in, st);
    } while (!mine);
    return st;
}

dm_status dm_input_shard(dm_input *in, const char *text, dm_error *err)
{
    char *end = NULL;
    unsigned long shard = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0, shards = 0;
    if (end && *end == '/' && end[1] >= '0' && end[1] <= '9')
        shards = strtoul(end + 1, &end, 10);
    if (!end || *end || shard < 1 || shard > shards || shards > DM_SHARDS_MAX)
        return dm_fail(
            err, DM_EUSAGE, 0, "'%.40s' is no shard; give which of how many, as 3/8, at most %d", text, DM_SHARDS_MAX);
    in->shard = (uint32_t)shard;
    in->shards = (uint32_t)shards;
    return DM_OK;
}

uint64_t dm_input_seen(const dm_input *in) { return in->seen; }

void dm_input_dealt(const dm_input *in, uint32_t *shard, uint32_t *shards)
{
    *shard = in->shard;
    *shards = in->shards;
}

uint64_t dm_input_bytes(const dm_input *in) { return dm_reader_bytes(in->reader); }

void dm_input_close(dm_input *in)
{
    if (!in)
        return;
    dm_reader_close(in->reader);
    free(in);
}

dm_status dm_code_bytes(const dm_coder *coder, dm_doc **out, const char *name, dm_str bytes, dm_error *err)
{
    dm_reader *reader = NULL;
    dm_status st = open_reader(&reader, coder, err);
    if (st != DM_OK)
        return st;
    st = dm_reader_add_bytes(reader, name, bytes, err);
    if (st == DM_OK)
        st = next_into(reader, out, err);
    dm_reader_close(reader);
    if (st == DM_END)
        return dm_fail(err, DM_EINPUT, 0, "%s: holds no article", name);
    return st == DM_OK ? dm_code_doc(coder, *out, err) : st;
}

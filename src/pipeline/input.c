// SPDX-License-Identifier: Apache-2.0
/* Inputs for callers of the library: the reader, with documents made and used again. */
#include "pipeline/coder.h"
#include "read/read.h"
#include <stdlib.h>

struct dm_input {
    dm_reader *reader;
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

dm_status dm_input_next(dm_input *in, dm_doc **doc, dm_error *err) { return next_into(in->reader, doc, err); }

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

// SPDX-License-Identifier: Apache-2.0
/* What the reader targets share: bytes go through a reader as a file of a given name; every document that comes out must keep
 * the promises of read.h. Knowledge tables are used where $DEMARCHE_DATA holds compiled ones. */
#ifndef FUZZ_READ_H
#define FUZZ_READ_H

#include "fuzz.h"
#include "read/read.h"

static dm_tables *fuzz_tables;

static inline void fuzz_check(const dm_doc *doc)
{
    uint32_t at = 0;
    for (size_t i = 0; i < doc->text.len;) {
        uint32_t cp, n = dm_utf8_next(doc->text.p, doc->text.len, i, &cp);
        fuzz_need(!(n == 1 && cp == 0xFFFD), "text is valid UTF-8");
        fuzz_need(cp != 0, "text has no NULs");
        i += n;
    }
    for (uint32_t i = 0; i < doc->lines.n; i++) {
        dm_span s = doc->lines.v[i].span;
        fuzz_need(s.start >= at && s.len > 0, "lines are in order, not empty and do not overlap");
        fuzz_need((size_t)s.start + s.len <= doc->text.len, "lines lie inside the text");
        at = s.start + s.len;
    }
    fuzz_need(doc->meta.id.len > 0, "a document has an id");
    fuzz_need(doc->text.len > 0, "a document has a text");
}

/* One reader for all inputs, as for the files of a folder: its rules take longer to load than a small file to read. */
static inline int fuzz_read(const char *name, const uint8_t *data, size_t size)
{
    static dm_reader *r;
    static dm_doc *doc;
    dm_error err = { .msg = "" };
    if (!r) {
        dm_read_opts opts = DM_READ_OPTS_INIT;
        opts.tables = fuzz_tables;
        opts.line_max = 65536;
        fuzz_start(dm_reader_open(&r, &opts, &err), &err);
        doc = dm_doc_new();
    }
    fuzz_start(dm_reader_add_bytes(r, name, (dm_str){ (const char *)data, size }, &err), &err);
    dm_status st;
    while ((st = dm_reader_next(r, doc, &err)) != DM_END) {
        if (st == DM_OK)
            fuzz_check(doc);
        else
            fuzz_need(err.code == st && err.msg[0], "a failure has a message");
    }
    return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    fuzz_tables = getenv("DEMARCHE_DATA") ? fuzz_open_tables() : NULL;
    return 0;
}

#endif

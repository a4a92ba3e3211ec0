// SPDX-License-Identifier: Apache-2.0
/* Many documents in one transaction, whatever the engine. */
#include "store/batch.h"
#include "store/rolls.h"
#include <stdlib.h>

/* A server takes texts of UTF-8 without zero bytes only. */
static dm_status check_text(dm_store *s, const dm_doc *doc, dm_error *err)
{
    const dm_meta *m = &doc->meta;
    const dm_str parts[] = { doc->text, m->id, m->url, m->title, m->publisher, m->language };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t at = 0, step; at < parts[i].len; at += step) {
            uint32_t cp = 0;
            char bytes[4];
            step = dm_utf8_next(parts[i].p, parts[i].len, at, &cp);
            if (cp == 0 || (cp >= 0x80 && (dm_utf8_put(bytes, cp) != step || memcmp(bytes, parts[i].p + at, step) != 0)))
                return dm_fail(err, DM_EINPUT, at,
                    "'%.*s': the record '%.200s' cannot hold a text that is not UTF-8, or has a zero byte in it", DM_FMT(m->id),
                    dm_db_path(s->db));
        }
    return DM_OK;
}

static dm_status put_one(dm_store *s, dm_doc *doc, dm_str packed, const dm_file_opts *o, dm_put_result *got, dm_error *err)
{
    dm_filing f;
    dm_doc_reset(doc);
    dm_status st = dm_pack_read(doc, &f, packed, err);
    if (st == DM_OK && dm_db_engine(s->db) == DM_DB_POSTGRES)
        st = check_text(s, doc, err);
    return st == DM_OK ? dm_store_put(s, doc, &f, o->coder, o->replace, got, err) : st;
}

static dm_status put_all(
    dm_store *s, const dm_str *packed, size_t n, const dm_file_opts *o, dm_put_result *got, size_t *at, dm_error *err)
{
    dm_doc *doc = dm_doc_new();
    dm_status st = doc ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    for (size_t i = 0; i < n && st == DM_OK; i++) {
        *at = i;
        if (s->terms)
            s->terms_now = &s->terms[i];
        st = put_one(s, doc, packed[i], o, &got[i], err);
    }
    s->terms_now = NULL;
    dm_doc_free(doc);
    return st;
}

/* Documents that are coded again change rows of everywhere: those are filed at the server itself. */
static dm_status put_through_memory(
    dm_store *s, const dm_str *packed, size_t n, const dm_file_opts *o, dm_put_result *got, size_t *at, dm_error *err)
{
    s->terms = calloc(n ? n : 1, sizeof *s->terms);
    dm_status st = s->terms ? dm_batch_begin(s, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory for a batch");
    if (st == DM_OK)
        st = dm_bring_documents(s, packed, n, s->terms, at, err);
    if (st == DM_OK)
        st = put_all(s, packed, n, o, got, at, err);
    dm_status end = dm_batch_end(s, st == DM_OK ? err : NULL);
    st = st == DM_OK ? end : st;
    if (st == DM_OK)
        st = dm_batch_ship(s, err);
    free(s->terms);
    s->terms = NULL;
    return st;
}

dm_status dm_store_file(
    dm_store *s, const dm_str *packed, size_t n, const dm_file_opts *o, dm_put_result *got, size_t *at, dm_error *err)
{
    bool memory = dm_db_engine(s->db) == DM_DB_POSTGRES && !o->replace;
    memset(got, 0, n * sizeof *got);
    *at = 0;
    dm_status st = dm_db_begin(s->db, err);
    if (st == DM_OK)
        st = memory ? put_through_memory(s, packed, n, o, got, at, err) : put_all(s, packed, n, o, got, at, err);
    if (st == DM_OK)
        st = dm_db_commit(s->db, err);
    if (memory)
        dm_batch_true(s, st == DM_OK, n);
    if (st != DM_OK) {
        dm_db_rollback(s->db);
        dm_store_taken_back(s);
    }
    return st;
}

// SPDX-License-Identifier: Apache-2.0
/* Coded events as JSON lines, ours and PLOVER's, on any bytes: spans lie in the text that was put together, what is read can be packed and
 * written, and what was written is read again as as many events. */
#include "doc/doc.h"
#include "fuzz.h"
#include "read/events.h"
#include "store/store.h"
#include <demarche/write.h>

enum { INPUT_MAX = 1 << 15 };

static void span(const dm_doc *doc, dm_span s)
{
    fuzz_need(s.start <= doc->text.len && s.len <= doc->text.len - s.start, "a span inside the text");
    fuzz_need(!s.len || ((unsigned char)doc->text.p[s.start] & 0xC0) != 0x80, "a span that begins with a character");
}

static void parties(const dm_doc *doc, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        fuzz_need(memchr(p[i].code, 0, sizeof p[i].code) && memchr(p[i].sector, 0, sizeof p[i].sector), "codes that end");
        span(doc, p[i].span);
    }
}

static void check(const dm_doc *doc)
{
    fuzz_need(fuzz_utf8(doc->text), "a text in UTF-8");
    fuzz_need(doc->events.n > 0, "a document with events");
    for (uint32_t i = 0; i < doc->events.n; i++) {
        const dm_event *e = &doc->events.v[i];
        fuzz_need(e->type < DM_N_TYPES && e->sentence < doc->sents.n, "an event with type and sentence");
        span(doc, e->trigger);
        parties(doc, e->actor, e->n_actor);
        parties(doc, e->recipient, e->n_recipient);
        parties(doc, e->attribution, e->n_attribution);
        for (uint32_t k = 0; k < e->n_reason; k++)
            span(doc, e->reason[k].span);
    }
    for (uint32_t i = 0; i < doc->sents.n; i++)
        span(doc, doc->sents.v[i].span);
}

static uint32_t count(const dm_buf *lines)
{
    static fuzz_file file;
    dm_events_reader *r = NULL;
    dm_error err = { .msg = "" };
    dm_coded c;
    dm_status st;
    uint32_t n = 0;
    fuzz_write(&file, lines->p, lines->len);
    fuzz_start(dm_events_open(&r, file.path, &err), &err);
    while ((st = dm_events_next(r, &c, &err)) != DM_END) {
        if (st != DM_OK)
            fprintf(stderr, "%s\n%.*s\n", err.msg, (int)lines->len, lines->p);
        fuzz_need(st == DM_OK, "events of ours that are read again");
        n += c.doc->events.n;
    }
    dm_events_close(r);
    return n;
}

static void write_and_read(const dm_doc *doc)
{
    dm_buf out = { 0 };
    dm_write_opts opts = DM_WRITE_OPTS_INIT;
    dm_filing f;
    opts.format = DM_FORMAT_JSONL;
    fuzz_need(dm_write_doc(&out, doc, &opts, NULL) == DM_OK, "events that can be written");
    fuzz_need(count(&out) == doc->events.n, "as many events when they are read again");
    dm_buf_clear(&out);
    dm_filing_make(&f, doc);
    fuzz_need(dm_pack_write(&out, doc, &f, NULL) == DM_OK, "events that can be packed");
    dm_doc *again = dm_doc_new();
    fuzz_need(dm_pack_read(again, &f, (dm_str){ out.p, out.len }, NULL) == DM_OK, "events that can be unpacked");
    dm_doc_free(again);
    dm_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fuzz_file file;
    dm_events_reader *r = NULL;
    dm_error err = { .msg = "" };
    dm_coded c;
    dm_status st;
    if (size > INPUT_MAX)
        return 0;
    fuzz_write(&file, data, size);
    fuzz_start(dm_events_open(&r, file.path, &err), &err);
    while ((st = dm_events_next(r, &c, &err)) != DM_END) {
        fuzz_need(st == DM_OK || ((st == DM_EINPUT || st == DM_ELIMIT) && err.msg[0]), "a line left out with its reason");
        if (st == DM_OK) {
            check(c.doc);
            write_and_read(c.doc);
        }
    }
    dm_events_close(r);
    return 0;
}

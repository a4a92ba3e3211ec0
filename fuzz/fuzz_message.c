// SPDX-License-Identifier: Apache-2.0
/* What a worker gets from the queue: headers as they come over the wire, and the parts of a document, on any bytes, since anybody may have put
 * them there. What is taken has subjects that are only its own, and its parts are whole; what is not has its reason.
 *
 * The first byte chooses: even, the headers are the input's; odd, they are made to fit the body, or nothing behind them would be reached. Its
 * other bits are the number of parts. Then two bytes of length and the headers, and the body. The queue is left out: message.c is compiled in
 * here and asks us for the parts. */
#include <nats/nats.h>
static natsStatus fuzz_last(natsMsg **out, jsCtx *js, const char *stream, const char *subject, jsOptions *o, jsErrCode *code);
#define js_GetLastMsg fuzz_last
#include "../src/queue/message.c" // NOLINT(bugprone-suspicious-include)
#undef js_GetLastMsg
#include "fuzz.h"

/* The library's way from the wire; in none of its headers, but exported. */
natsStatus natsMsg_create(natsMsg **out, const char *subject, int subject_len, const char *reply, int reply_len,
    const char *bytes, int bytes_len, int header_len);

enum { INPUT_MAX = 1 << 13, HEAD = 3, PARTS_MOST = 8, WIRE_MAX = INPUT_MAX + 512 };

static const char first_line[] = "NATS/1.0\r\n";
static struct {
    dm_str body;
    uint64_t parts;
    bool fewer;
} given;

/* The part that the subject ends with, cut out of the body; the last one may be missing. */
static natsStatus fuzz_last(natsMsg **out, jsCtx *js, const char *stream, const char *subject, jsOptions *o, jsErrCode *code)
{
    (void)js, (void)o, (void)code;
    fuzz_need(strcmp(stream, "DEMARCHE-parts") == 0, "the stream of parts");
    fuzz_need(strncmp(subject, "DEMARCHE.parts.", 15) == 0 && strlen(subject) < DM_SUBJECT_MAX - 1, "a subject of parts");
    fuzz_need(strspn(subject + 15, "0123456789abcdef-.") == strlen(subject + 15), "a subject without wild cards");
    uint64_t i = strtoull(strrchr(subject, '.') + 1, NULL, 10), n = given.parts ? given.parts : 1;
    if (i >= n || (given.fewer && i + 1 == n))
        return NATS_NOT_FOUND;
    size_t from = given.body.len * i / n, to = given.body.len * (i + 1) / n;
    return natsMsg_Create(out, subject, NULL, given.body.p + from, (int)(to - from));
}

/* As it comes over the wire. */
static natsMsg *message_of(dm_str headers, dm_str body)
{
    char wire[WIRE_MAX];
    int at = snprintf(wire, sizeof wire, "%s", first_line);
    memcpy(wire + at, headers.p ? headers.p : "", headers.len);
    at += (int)headers.len;
    memcpy(wire + at, "\r\n\r\n", 4);
    at += 4;
    memcpy(wire + at, body.p ? body.p : "", body.len);
    natsMsg *msg = NULL;
    natsStatus s = natsMsg_create(&msg, "DEMARCHE.docs", 13, NULL, 0, wire, at + (int)body.len, at);
    fuzz_need(s == NATS_OK, "a message");
    return msg;
}

static natsMsg *fitting_message(dm_str headers, dm_str body)
{
    char fit[INPUT_MAX];
    int n = snprintf(fit, sizeof fit,
        DM_HEAD_FORM ": " DM_FORM_DOCUMENT "\r\n" DM_HEAD_KEY ": 0123456789abcdef-1\r\n" DM_HEAD_PARTS ": %" PRIu64
                     "\r\n" DM_HEAD_BYTES ": %zu\r\n" DM_HEAD_HASH ": %016" PRIx64 "\r\n" DM_HEAD_NAME ": %.*s",
        given.parts, body.len, dm_hash(body.p, body.len, 0), (int)(headers.len < 256 ? headers.len : 256),
        headers.p ? headers.p : "");
    return message_of((dm_str){ fit, (size_t)n }, given.parts ? DM_NIL : body);
}

static void check(const dm_message *m)
{
    char name[DM_NAME_SHOWN];
    fuzz_need(m->parts <= DM_PARTS_MAX && m->size <= LETTER_MAX, "a document within the limits");
    fuzz_need(!m->form.len || dm_str_is(m->form, DM_FORM_DOCUMENT), "a form that is known");
    fuzz_need(!m->parts || (!m->body.len && is_key(m->key)), "parts that can be found");
    dm_header_text(name, sizeof name, m->name);
    fuzz_need(!fuzz_utf8(m->name) || fuzz_utf8(dm_str_of(name)), "a name of whole characters");
    for (const char *p = name; *p; p++)
        fuzz_need((unsigned char)*p >= 0x20 && *p != 0x7F, "a name without control characters");
}

static void join(const dm_message *m, dm_buf *out, dm_doc *doc)
{
    static dm_queue q = { .stream = "DEMARCHE", .url = (char *)(uintptr_t) "nats://fuzz" };
    static dm_link l = { .q = &q };
    dm_error err = { .msg = "" };
    dm_str bytes = m->body;
    dm_status st = m->parts ? dm_message_join(&l, m, out, &err) : DM_OK;
    if (m->parts)
        bytes = (dm_str){ out->p, out->len };
    fuzz_need(st != DM_OK || !m->parts || (bytes.len == m->size && dm_hash(bytes.p, bytes.len, 0) == m->hash),
        "parts that are whole");
    if (st == DM_OK && m->form.len)
        st = dm_letter_read(doc, bytes, &err);
    fuzz_need(st == DM_OK || err.msg[0], "a refusal with its reason");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_doc *doc;
    dm_buf out = { 0 };
    dm_error err = { .msg = "" };
    if (!doc) {
        doc = dm_doc_new();
        fuzz_need(nats_Open(-1) == NATS_OK, "the library of NATS");
    }
    if (size < HEAD || size > INPUT_MAX / 2)
        return 0;
    size_t n = (size_t)data[1] << 8 | data[2];
    n = n < size - HEAD ? n : size - HEAD;
    dm_str headers = { (const char *)data + HEAD, n }, body = { (const char *)data + HEAD + n, size - HEAD - n };
    given.parts = data[0] >> 1 & (PARTS_MOST - 1);
    given.body = body;
    given.fewer = data[0] >> 7;
    natsMsg *msg = data[0] & 1 ? fitting_message(headers, body) : message_of(headers, body);
    dm_message m;
    if (dm_message_read(&m, msg, &err) == DM_OK) {
        check(&m);
        join(&m, &out, doc);
    } else {
        fuzz_need(err.msg[0], "a refusal with its reason");
    }
    natsMsg_Destroy(msg);
    dm_buf_free(&out);
    return 0;
}

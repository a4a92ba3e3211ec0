// SPDX-License-Identifier: Apache-2.0
/* A message taken apart, and documents that are over the server's limit: their bytes lie in messages of the stream of parts, each under
 * a subject of its own, and the message of the document tells how many there are and what they come to. A document is coded only when all
 * of it is there. */
#include "queue/queue.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LETTER_MAX = 128 << 20 /* bytes of a document as a message: text and where its lines are */,
    HEADER_MAX = 512,
    DIGITS_MAX = 20
};

void dm_header_text(char *out, size_t most, dm_str text)
{
    size_t n = 0;
    for (size_t i = 0, len; i < text.len; i += len) {
        uint32_t cp;
        len = dm_utf8_next(text.p, text.len, i, &cp);
        unsigned char c = (unsigned char)text.p[i];
        if (n + len >= most) /* no piece of a character */
            break;
        if (len == 1)
            out[n++] = c >= 0x80 ? '?' : c < 0x20 || c == 0x7F ? ' ' : (char)c;
        for (size_t k = 0; len > 1 && k < len; k++)
            out[n++] = text.p[i + k];
    }
    out[n] = '\0';
}

dm_status dm_message_head(natsMsg *msg, const char *name, dm_error *err, const char *format, ...)
{
    char value[HEADER_MAX];
    va_list ap;
    va_start(ap, format);
    vsnprintf(value, sizeof value, format, ap);
    va_end(ap);
    return natsMsgHeader_Set(msg, name, value) == NATS_OK ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a message");
}

const char *dm_message_header(natsMsg *msg, const char *name)
{
    const char *value = NULL;
    return natsMsgHeader_Get(msg, name, &value) == NATS_OK && value ? value : "";
}

static bool read_number(natsMsg *msg, const char *name, int base, uint64_t *out)
{
    const char *s = dm_message_header(msg, name), *digits = base == 16 ? "0123456789abcdef" : "0123456789";
    *out = 0;
    if (strlen(s) > DIGITS_MAX || strspn(s, digits) != strlen(s))
        return false;
    *out = strtoull(s, NULL, base);
    return true;
}

/* Keys are parts of subjects: letters and digits, and one dash. */
static bool is_key(dm_str key)
{
    for (size_t i = 0; i < key.len; i++)
        if (!strchr("0123456789abcdef-", key.p[i]))
            return false;
    return key.len > 0 && key.len < DM_SUBJECT_MAX / 2;
}

dm_status dm_message_read(dm_message *out, natsMsg *msg, dm_error *err)
{
    int len = natsMsg_GetDataLength(msg);
    dm_message m = { .form = dm_str_of(dm_message_header(msg, DM_HEAD_FORM)),
        .name = dm_str_of(dm_message_header(msg, DM_HEAD_NAME)),
        .key = dm_str_of(dm_message_header(msg, DM_HEAD_KEY)),
        .body = { natsMsg_GetData(msg), len > 0 ? (size_t)len : 0 } };
    bool good = read_number(msg, DM_HEAD_PARTS, 10, &m.parts) && read_number(msg, DM_HEAD_BYTES, 10, &m.size) &&
                read_number(msg, DM_HEAD_HASH, 16, &m.hash);
    if (!good || (m.parts && (m.body.len || !is_key(m.key))))
        return dm_fail(err, DM_EINPUT, 0, "the message's headers break the rules (docs/queue.md)");
    if (m.form.len && !dm_str_is(m.form, DM_FORM_DOCUMENT))
        return dm_fail(err, DM_EINPUT, 0, "the message has the form '%.40s', which this version does not know", m.form.p);
    if (m.size > LETTER_MAX || m.parts > DM_PARTS_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "the document has %" PRIu64 " bytes in %" PRIu64 " parts; %d and %d are the limits",
            m.size, m.parts, LETTER_MAX, DM_PARTS_MAX);
    *out = m;
    return DM_OK;
}

void dm_parts_subject(const dm_queue *q, dm_str key, uint64_t i, char out[DM_SUBJECT_MAX])
{
    if (i == UINT64_MAX)
        snprintf(out, DM_SUBJECT_MAX, "%s.parts.%.*s.*", q->stream, DM_FMT(key));
    else
        snprintf(out, DM_SUBJECT_MAX, "%s.parts.%.*s.%" PRIu64, q->stream, DM_FMT(key), i);
}

static dm_status join_part(dm_link *l, const dm_message *m, uint64_t i, dm_buf *out, dm_error *err)
{
    char stream[DM_SUBJECT_MAX], subject[DM_SUBJECT_MAX];
    natsMsg *part = NULL;
    jsErrCode code = (jsErrCode)0;
    dm_stream_name(l->q, DM_STREAM_PARTS, stream);
    dm_parts_subject(l->q, m->key, i, subject);
    natsStatus s = js_GetLastMsg(&part, l->js, stream, subject, NULL, &code);
    if (s == NATS_NOT_FOUND)
        return dm_fail(err, DM_EINPUT, 0, "part %" PRIu64 " of %" PRIu64 " is not in the queue", i + 1, m->parts);
    if (s != NATS_OK)
        return dm_link_fail(l->q, "read a part of a document", s, code, err) == DM_ENOMEM ? DM_ENOMEM : DM_EIO;
    size_t n = (size_t)natsMsg_GetDataLength(part);
    dm_status st = DM_OK;
    if (n > m->size - out->len)
        st = dm_fail(err, DM_EINPUT, 0, "the parts of the document are more than its %" PRIu64 " bytes", m->size);
    else if (dm_buf_add(out, natsMsg_GetData(part), n) != DM_OK)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a document of %" PRIu64 " bytes", m->size);
    natsMsg_Destroy(part);
    return st;
}

dm_status dm_message_join(dm_link *l, const dm_message *m, dm_buf *out, dm_error *err)
{
    dm_status st = DM_OK;
    dm_buf_clear(out);
    for (uint64_t i = 0; i < m->parts && st == DM_OK; i++)
        st = join_part(l, m, i, out, err);
    if (st == DM_OK && (out->len != m->size || dm_hash(out->p, out->len, 0) != m->hash))
        return dm_fail(err, DM_EINPUT, 0, "the parts of the document do not fit together: they are damaged");
    return st;
}

void dm_parts_remove(dm_link *l, dm_str key)
{
    char stream[DM_SUBJECT_MAX], subject[DM_SUBJECT_MAX];
    jsOptions o;
    if (!is_key(key))
        return;
    jsOptions_Init(&o);
    dm_stream_name(l->q, DM_STREAM_PARTS, stream);
    dm_parts_subject(l->q, key, UINT64_MAX, subject);
    o.Stream.Purge.Subject = subject;
    js_PurgeStream(l->js, stream, &o, NULL);
}

dm_status dm_message_post(dm_link *l, natsMsg *msg, const char *id, dm_error *err)
{
    jsPubOptions o;
    jsErrCode code = (jsErrCode)0;
    jsPubOptions_Init(&o);
    o.MsgId = id;
    natsStatus s = js_PublishMsg(NULL, l->js, msg, &o, &code);
    return s == NATS_OK ? DM_OK : dm_link_fail(l->q, "put a message", s, code, err);
}

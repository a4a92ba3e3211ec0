// SPDX-License-Identifier: Apache-2.0
/* Documents that cannot be coded lie in a stream of their own, as they came and with the reason, until somebody sends them back or drops
 * them. Their number is that of the message in the stream. */
#include "queue/queue.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const kept[] = { DM_HEAD_FORM, DM_HEAD_NAME, DM_HEAD_PARTS, DM_HEAD_BYTES, DM_HEAD_HASH, DM_HEAD_KEY };
enum { REASON_MAX = 400 };

/* Without what only the first journey needed. */
static dm_status copy_headers(natsMsg *to, natsMsg *from, dm_error *err)
{
    dm_status st = DM_OK;
    for (size_t i = 0; i < sizeof kept / sizeof *kept && st == DM_OK; i++) {
        const char *value = dm_message_header(from, kept[i]);
        if (*value && strlen(value) < DM_NAME_SHOWN)
            st = dm_message_head(to, kept[i], err, "%s", value);
    }
    return st;
}

/* A message like this one for another subject. */
static dm_status copy(natsMsg **out, natsMsg *msg, const char *subject, dm_error *err)
{
    natsMsg *m = NULL;
    dm_status st = natsMsg_Create(&m, subject, NULL, natsMsg_GetData(msg), natsMsg_GetDataLength(msg)) == NATS_OK
                       ? DM_OK
                       : dm_fail(err, DM_ENOMEM, 0, "out of memory for a message");
    if (st == DM_OK)
        st = copy_headers(m, msg, err);
    if (st == DM_OK)
        *out = m;
    else
        natsMsg_Destroy(m);
    return st;
}

/* A message may be as large as the server allows, and then there is no room for the reason: its bytes go into parts, as those of large
 * documents do, and its letter tells where they lie. */
static dm_status put_aside(dm_link *l, natsMsg *msg, natsMsg **letter, dm_error *err)
{
    char key[DM_TOKEN_BYTES], subject[DM_SUBJECT_MAX];
    const char *bytes = natsMsg_GetData(msg);
    size_t len = (size_t)natsMsg_GetDataLength(msg), room = dm_link_room(l);
    uint64_t parts = 0;
    dm_status st = DM_OK;
    dm_queue_token(key);
    for (size_t at = 0; at < len && st == DM_OK; at += room, parts++) {
        natsMsg *part = NULL;
        dm_parts_subject(l->q, dm_str_of(key), parts, subject);
        if (natsMsg_Create(&part, subject, NULL, bytes + at, (int)(len - at < room ? len - at : room)) != NATS_OK)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for a message");
        st = dm_message_post(l, part, NULL, err);
        natsMsg_Destroy(part);
    }
    natsMsg *m = NULL;
    dm_subject(l->q, DM_STREAM_DEAD, subject);
    if (st == DM_OK && natsMsg_Create(&m, subject, NULL, NULL, 0) != NATS_OK)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a message");
    if (st == DM_OK)
        st = copy_headers(m, msg, err);
    if (st == DM_OK)
        st = dm_message_head(m, DM_HEAD_PARTS, err, "%" PRIu64, parts);
    if (st == DM_OK)
        st = dm_message_head(m, DM_HEAD_BYTES, err, "%zu", len);
    if (st == DM_OK)
        st = dm_message_head(m, DM_HEAD_HASH, err, "%016" PRIx64, dm_hash(bytes, len, 0));
    if (st == DM_OK)
        st = dm_message_head(m, DM_HEAD_KEY, err, "%s", key);
    *letter = m;
    return st;
}

dm_status dm_dead_put(dm_link *l, natsMsg *msg, uint64_t deliveries, const char *reason, dm_error *err)
{
    char subject[DM_SUBJECT_MAX], why[REASON_MAX];
    natsMsg *m = NULL;
    dm_subject(l->q, DM_STREAM_DEAD, subject);
    dm_header_text(why, sizeof why, dm_str_of(reason));
    bool full = (size_t)natsMsg_GetDataLength(msg) > dm_link_room(l);
    dm_status st = full ? put_aside(l, msg, &m, err) : copy(&m, msg, subject, err);
    if (st == DM_OK)
        st = dm_message_head(m, DM_HEAD_REASON, err, "%s", why);
    if (st == DM_OK)
        st = dm_message_head(m, DM_HEAD_DELIVERIES, err, "%" PRIu64, deliveries);
    if (st == DM_OK)
        st = dm_message_post(l, m, NULL, err);
    natsMsg_Destroy(m);
    return st;
}

/* --- listing --- */

/* DM_END: no such message. */
static dm_status get(dm_link *l, uint64_t number, natsMsg **out, dm_error *err)
{
    char stream[DM_SUBJECT_MAX];
    jsErrCode code = (jsErrCode)0;
    dm_stream_name(l->q, DM_STREAM_DEAD, stream);
    natsStatus s = js_GetMsg(out, l->js, stream, number, NULL, &code);
    if (s == NATS_NOT_FOUND)
        return DM_END;
    return s == NATS_OK ? DM_OK : dm_link_fail(l->q, "read a dead letter", s, code, err);
}

static dm_status range(dm_link *l, uint64_t *first, uint64_t *last, dm_error *err)
{
    char stream[DM_SUBJECT_MAX];
    jsErrCode code = (jsErrCode)0;
    jsStreamInfo *si = NULL;
    dm_stream_name(l->q, DM_STREAM_DEAD, stream);
    natsStatus s = js_GetStreamInfo(&si, l->js, stream, NULL, &code);
    if (s != NATS_OK)
        return dm_link_fail(l->q, "look at the dead letters", s, code, err);
    *first = si->State.FirstSeq ? si->State.FirstSeq : 1; /* 0: there was never one */
    *last = si->State.Msgs ? si->State.LastSeq : 0;
    jsStreamInfo_Destroy(si);
    return DM_OK;
}

static dm_status tell(natsMsg *msg, uint64_t number, dm_dead_fn *fn, void *ctx, dm_error *err)
{
    const char *parts = dm_message_header(msg, DM_HEAD_PARTS);
    char name[DM_NAME_SHOWN], reason[REASON_MAX]; /* anybody may have put it there */
    dm_header_text(name, sizeof name, dm_str_of(dm_message_header(msg, DM_HEAD_NAME)));
    dm_header_text(reason, sizeof reason, dm_str_of(dm_message_header(msg, DM_HEAD_REASON)));
    dm_dead d = { .number = number,
        .when = natsMsg_GetTime(msg) / 1000000000,
        .name = name,
        .reason = reason,
        .deliveries = strtoull(dm_message_header(msg, DM_HEAD_DELIVERIES), NULL, 10),
        .bytes = *parts ? strtoull(dm_message_header(msg, DM_HEAD_BYTES), NULL, 10)
                        : (unsigned long long)(unsigned)natsMsg_GetDataLength(msg),
        .parts = *parts != '\0' };
    return fn(ctx, &d, err);
}

dm_status dm_queue_dead(dm_queue *q, dm_dead_fn *fn, void *ctx, dm_error *err)
{
    dm_link *l = NULL;
    uint64_t i = 0, last = 0;
    dm_status st = dm_link_open(&l, q, NULL, err);
    if (st == DM_OK)
        st = range(l, &i, &last, err);
    for (; st == DM_OK && i <= last; i++) {
        natsMsg *msg = NULL;
        st = get(l, i, &msg, err);
        if (st == DM_OK)
            st = tell(msg, i, fn, ctx, err);
        else if (st == DM_END)
            st = DM_OK; /* sent back or dropped */
        natsMsg_Destroy(msg);
    }
    dm_link_close(l);
    return st == DM_END ? DM_OK : st;
}

/* --- sending back, dropping --- */

typedef dm_status dead_fn(dm_link *l, natsMsg *msg, dm_error *err);

/* Without an id: the queue must not take it for the message of before. */
static dm_status send_back(dm_link *l, natsMsg *msg, dm_error *err)
{
    char subject[DM_SUBJECT_MAX];
    natsMsg *m = NULL;
    dm_subject(l->q, DM_STREAM_DOCS, subject);
    dm_status st = copy(&m, msg, subject, err);
    if (st == DM_OK)
        st = dm_message_post(l, m, NULL, err);
    natsMsg_Destroy(m);
    return st;
}

static dm_status forget(dm_link *l, natsMsg *msg, dm_error *err)
{
    (void)err;
    dm_parts_remove(l, dm_str_of(dm_message_header(msg, DM_HEAD_KEY)));
    return DM_OK;
}

static dm_status one(dm_link *l, uint64_t number, dead_fn *fn, dm_error *err)
{
    char stream[DM_SUBJECT_MAX];
    natsMsg *msg = NULL;
    jsErrCode code = (jsErrCode)0;
    dm_stream_name(l->q, DM_STREAM_DEAD, stream);
    dm_status st = get(l, number, &msg, err);
    if (st == DM_END)
        return dm_fail(err, DM_EUSAGE, 0, "there is no dead letter %" PRIu64 "; 'demarche send --dead' lists them", number);
    if (st == DM_OK)
        st = fn(l, msg, err);
    natsMsg_Destroy(msg);
    if (st != DM_OK)
        return st;
    natsStatus s = js_DeleteMsg(l->js, stream, number, NULL, &code); /* one that is sent back twice is filed once */
    return s == NATS_OK || s == NATS_NOT_FOUND ? DM_OK : dm_link_fail(l->q, "take a dead letter away", s, code, err);
}

static dm_status each(dm_queue *q, const uint64_t *numbers, size_t n, dead_fn *fn, dm_error *err)
{
    dm_link *l = NULL;
    dm_status st = dm_link_open(&l, q, NULL, err);
    for (size_t i = 0; i < n && st == DM_OK; i++)
        st = one(l, numbers[i], fn, err);
    dm_link_close(l);
    return st;
}

dm_status dm_queue_replay(dm_queue *q, const uint64_t *numbers, size_t n, dm_error *err)
{
    return each(q, numbers, n, send_back, err);
}

dm_status dm_queue_drop(dm_queue *q, const uint64_t *numbers, size_t n, dm_error *err)
{
    return each(q, numbers, n, forget, err);
}

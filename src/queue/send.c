// SPDX-License-Identifier: Apache-2.0
/* What the readers read goes onto the queue, document by document. */
#include "base/flag.h"
#include "queue/queue.h"
#include <inttypes.h>
#include <stdio.h>

typedef struct sending {
    dm_link *l;
    dm_post *post;
    dm_journal journal;
    const dm_send_opts *opts;
    dm_send_stats stats;
    dm_buf letter;
    size_t room;
    char call[DM_TOKEN_BYTES]; /* parts are this call's own: those of an earlier one may be taken away with its document */
} sending;

static void on_confirmed(void *ctx, const uint8_t mark[DM_MARK_BYTES], size_t bytes)
{
    sending *s = ctx;
    (void)bytes;
    s->stats.sent++;
    dm_journal_add(&s->journal, mark);
}

static dm_status head(const sending *s, natsMsg *msg, const dm_doc *doc, dm_error *err)
{
    char name[DM_NAME_SHOWN];
    (void)s;
    dm_header_text(name, sizeof name, doc->meta.id);
    dm_status st = dm_message_head(msg, DM_HEAD_FORM, err, "%s", DM_FORM_DOCUMENT);
    return st == DM_OK ? dm_message_head(msg, DM_HEAD_NAME, err, "%s", name) : st;
}

/* The parts first, and when they are all there the message that tells of them. */
static dm_status send_parts(sending *s, const char *key, uint64_t *n, dm_error *err)
{
    char subject[DM_SUBJECT_MAX], id[DM_SUBJECT_MAX];
    dm_status st = DM_OK;
    for (size_t at = 0; at < s->letter.len && st == DM_OK; at += s->room, (*n)++) {
        natsMsg *msg = NULL;
        size_t len = s->letter.len - at < s->room ? s->letter.len - at : s->room;
        dm_parts_subject(s->l->q, dm_str_of(key), *n, subject);
        snprintf(id, sizeof id, "%s-%" PRIu64, key, *n);
        st = dm_post_begin(s->post, subject, (dm_str){ s->letter.p + at, len }, id, &msg, err);
        if (st == DM_OK)
            st = dm_post_send(s->post, NULL, err);
    }
    return st == DM_OK ? dm_post_flush(s->post, err) : st;
}

static dm_status send_document(sending *s, const dm_doc *doc, const uint8_t mark[DM_MARK_BYTES], dm_error *err)
{
    char key[DM_SUBJECT_MAX], id[DM_SUBJECT_MAX], subject[DM_SUBJECT_MAX];
    uint64_t parts = 0, words[2];
    natsMsg *msg = NULL;
    dm_status st = DM_OK;
    memcpy(words, mark, sizeof words);
    snprintf(id, sizeof id, "%s-%016" PRIx64 "%016" PRIx64, s->journal.run, words[0], words[1]);
    snprintf(key, sizeof key, "%s-%016" PRIx64, s->call, words[0]);
    bool large = s->letter.len > s->room;
    if (large)
        st = send_parts(s, key, &parts, err);
    dm_subject(s->l->q, DM_STREAM_DOCS, subject);
    if (st == DM_OK)
        st = dm_post_begin(s->post, subject, large ? DM_NIL : (dm_str){ s->letter.p, s->letter.len }, id, &msg, err);
    if (st == DM_OK)
        st = head(s, msg, doc, err);
    if (st == DM_OK && large)
        st = dm_message_head(msg, DM_HEAD_PARTS, err, "%" PRIu64, parts);
    if (st == DM_OK && large)
        st = dm_message_head(msg, DM_HEAD_BYTES, err, "%zu", s->letter.len);
    if (st == DM_OK && large)
        st = dm_message_head(msg, DM_HEAD_HASH, err, "%016" PRIx64, dm_hash(s->letter.p, s->letter.len, 0));
    if (st == DM_OK && large)
        st = dm_message_head(msg, DM_HEAD_KEY, err, "%s", key);
    if (st == DM_OK)
        st = dm_post_send(s->post, mark, err);
    s->stats.parted += large && st == DM_OK;
    s->stats.bytes += st == DM_OK ? doc->text.len : 0;
    return st;
}

static void tell_notes(const sending *s, const dm_doc *doc)
{
    char line[DM_ERROR_MSG];
    for (size_t i = 0; s->opts->note && i < dm_doc_note_count(doc); i++) {
        dm_str note = dm_doc_note(doc, i);
        int n = snprintf(line, sizeof line, "%.*s: %.*s", DM_FMT(doc->meta.id), DM_FMT(note));
        s->opts->note(s->opts->ctx, (dm_str){ line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1 });
    }
}

static dm_status send_one(sending *s, const dm_doc *doc, dm_error *err)
{
    uint64_t words[2];
    uint8_t mark[DM_MARK_BYTES];
    tell_notes(s, doc);
    dm_buf_clear(&s->letter);
    dm_status st = dm_letter_write(&s->letter, doc, err);
    if (st != DM_OK)
        return st;
    words[0] = dm_hash(s->letter.p, s->letter.len, 1);
    words[1] = dm_hash(s->letter.p, s->letter.len, 2);
    memcpy(mark, words, sizeof mark);
    if (dm_journal_has(&s->journal, mark)) {
        s->stats.before++;
        return DM_OK;
    }
    return send_document(s, doc, mark, err);
}

static bool stopped(const sending *s) { return dm_flag(s->opts->stop); }

static void tell_stats(sending *s, dm_input *in)
{
    s->stats.read = dm_input_bytes(in);
    s->stats.retries = dm_post_retries(s->post);
    if (s->opts->after)
        s->opts->after(s->opts->ctx, &s->stats);
}

static dm_status send_all(sending *s, dm_input *in, dm_error *err)
{
    dm_doc *doc = NULL;
    dm_status st = DM_OK;
    while (st == DM_OK && !stopped(s)) {
        dm_error of_input = { .msg = "" };
        dm_status got = dm_input_next(in, &doc, &of_input);
        if (got == DM_END)
            break;
        if (got == DM_OK) {
            st = send_one(s, doc, err);
        } else if (got == DM_ENOMEM) {
            st = dm_fail(err, got, 0, "%s", of_input.msg);
        } else {
            s->stats.failed++;
            if (s->opts->failed)
                s->opts->failed(s->opts->ctx, &of_input);
        }
        tell_stats(s, in);
    }
    dm_doc_free(doc);
    dm_status rest = dm_post_flush(s->post, st == DM_OK ? err : NULL);
    tell_stats(s, in);
    return st == DM_OK ? rest : st;
}

dm_status dm_queue_send(dm_queue *q, dm_input *in, const dm_send_opts *opts, dm_send_stats *stats, dm_error *err)
{
    const dm_send_opts usual = DM_SEND_OPTS_INIT;
    sending s = { .opts = opts ? opts : &usual, .journal = { .fd = -1 } };
    if (s.opts->version != DM_SEND_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_send_opts of version %u, this library has %d; use DM_SEND_OPTS_INIT",
            s.opts->version, DM_SEND_OPTS_VERSION);
    dm_status st = dm_journal_open(&s.journal, s.opts->journal, err);
    if (st == DM_OK)
        st = dm_link_open(&s.l, q, s.opts->stop, err);
    if (st == DM_OK)
        st = dm_post_open(&s.post, s.l, on_confirmed, &s, s.opts->stop, err);
    if (st == DM_OK) {
        s.room = dm_link_room(s.l);
        dm_queue_token(s.call);
        st = send_all(&s, in, err);
    }
    if (st == DM_OK && s.journal.failed)
        dm_queue_tell(q, "the journal '%.200s' could not be written whole", s.opts->journal);
    dm_post_close(s.post);
    dm_link_close(s.l);
    dm_journal_close(&s.journal, st == DM_OK && !stopped(&s));
    dm_buf_free(&s.letter);
    if (stats)
        *stats = s.stats;
    return st == DM_END ? DM_OK : st;
}

// SPDX-License-Identifier: Apache-2.0
/* The queue below its server: documents as bytes and back, hostile bytes, addresses, header texts, waits, journals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pipeline/filing.h"
#include "queue/queue.h"
#include <unistd.h>

static const char article[] = "{\"id\": \"a-1\", \"title\": \"Pact\", \"url\": \"https://example.org/1\", \"source\": "
                              "\"Wire\", \"date\": \"2021-05-04\", \"text\": "
                              "\"TOKYO, May 4, 2021 - Japan condemned China on Tuesday.\\n\\nThe United States imposed "
                              "sanctions on Iran.\\n\\nCaf\\u00e9.\"}";

static dm_doc *read_article(dm_coder **coder)
{
    dm_error err = { .msg = "" };
    dm_input *in = NULL;
    dm_doc *doc = NULL;
    assert_int_equal(dm_coder_open(coder, NULL, &err), DM_OK);
    assert_int_equal(dm_input_open(&in, *coder, &err), DM_OK);
    assert_int_equal(dm_input_add_bytes(in, "a.jsonl", (dm_str){ article, sizeof article - 1 }, &err), DM_OK);
    assert_int_equal(dm_input_next(in, &doc, &err), DM_OK);
    dm_input_close(in);
    return doc;
}

/* What is coded from the letter is, byte for byte, what is coded from the file. */
static void test_letter_carries_all(void **state)
{
    dm_coder *coder = NULL;
    dm_doc *doc = read_article(&coder), *copy = NULL;
    dm_buf letter = { 0 }, one = { 0 }, two = { 0 };
    size_t events = 0;
    (void)state;
    assert_int_equal(dm_letter_write(&letter, doc, NULL), DM_OK);
    assert_int_equal(
        dm_letter_open(coder, &copy, DM_STR(DM_FORM_DOCUMENT), DM_NIL, (dm_str){ letter.p, letter.len }, NULL), DM_OK);
    assert_int_equal(dm_code_doc(coder, doc, NULL), DM_OK);
    assert_int_equal(dm_code_doc(coder, copy, NULL), DM_OK);
    (void)dm_doc_events(copy, &events);
    assert_true(events >= 2);
    assert_int_equal(dm_filer_pack(&one, doc, NULL), DM_OK);
    assert_int_equal(dm_filer_pack(&two, copy, NULL), DM_OK);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.p, two.p, one.len);
    dm_buf_free(&letter);
    dm_buf_free(&one);
    dm_buf_free(&two);
    dm_doc_free(doc);
    dm_doc_free(copy);
    dm_coder_close(coder);
}

/* Every beginning of a letter is refused; a letter with any byte changed is refused, or is some document that can be coded. */
static void test_hostile_letters(void **state)
{
    dm_coder *coder = NULL;
    dm_doc *doc = read_article(&coder), *copy = dm_doc_new();
    dm_buf letter = { 0 };
    unsigned taken = 0;
    (void)state;
    assert_int_equal(dm_letter_write(&letter, doc, NULL), DM_OK);
    for (size_t n = 0; n < letter.len; n++)
        assert_int_equal(dm_letter_read(copy, (dm_str){ letter.p, n }, NULL), DM_EINPUT);
    for (size_t i = 0; i < letter.len; i++)
        for (int bit = 0; bit < 8; bit += 7) {
            letter.p[i] = (char)(letter.p[i] ^ 1 << bit);
            dm_status st = dm_letter_read(copy, (dm_str){ letter.p, letter.len }, NULL);
            assert_true(st == DM_OK || st == DM_EINPUT || st == DM_ELIMIT);
            taken += st == DM_OK;
            if (st == DM_OK && i % 16 == 0)
                assert_int_equal(dm_code_doc(coder, copy, NULL), DM_OK);
            letter.p[i] = (char)(letter.p[i] ^ 1 << bit);
        }
    assert_true(taken > 0 && taken < 2 * letter.len);
    dm_buf_free(&letter);
    dm_doc_free(doc);
    dm_doc_free(copy);
    dm_coder_close(coder);
}

static dm_status open_url(const char *url, dm_queue **q)
{
    dm_error err = { .msg = "" };
    dm_status st = dm_queue_open(q, url, NULL, &err);
    assert_null(strstr(err.msg, "s3cret"));
    return st;
}

static void test_addresses(void **state)
{
    static const char *const bad[] = { "", "http://h", "nats://", "nats:///S", "nats://h:0", "nats://h:70000", "nats://h:12x",
        "nats://h/a.b", "nats://h/a b", "nats://h/>", "nats://user@h", "nats://a b", "nats://[::1", "nats://h\r\nX: y" };
    dm_queue *q = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(open_url(bad[i], &q), DM_EUSAGE);
    assert_int_equal(open_url("nats://anna:s3cret@h1,h2:99/NEWS", &q), DM_OK);
    assert_string_equal(dm_queue_url(q), "nats://h1:4222,h2:99/NEWS");
    assert_true(dm_queue_exposed(q));
    dm_queue_close(q);
    assert_int_equal(open_url("tls://[::1]:4222", &q), DM_OK);
    assert_string_equal(dm_queue_url(q), "tls://[::1]:4222/DEMARCHE");
    assert_false(dm_queue_exposed(q));
    dm_queue_close(q);
}

static void test_header_texts(void **state)
{
    char out[8];
    (void)state;
    dm_header_text(out, sizeof out, DM_STR("a\r\nb: c\x01"));
    assert_string_equal(out, "a  b: c");
    dm_header_text(out, sizeof out, DM_STR("abcdef\xc3\xa9gh")); /* cut before the character, not in it */
    assert_string_equal(out, "abcdef");
    dm_header_text(out, sizeof out, DM_NIL);
    assert_string_equal(out, "");
}

/* Waits double up to their limit, and are never less than half of what they may be. */
static void test_waits(void **state)
{
    dm_backoff b = { .most_ms = 1000 };
    uint64_t most = DM_BACKOFF_FIRST_MS;
    (void)state;
    for (int i = 0; i < 50; i++) {
        uint64_t ms = dm_backoff_next(&b);
        assert_in_range(ms, most / 2, most);
        most = most * 2 < 1000 ? most * 2 : 1000;
    }
    dm_backoff_reset(&b);
    assert_in_range(dm_backoff_next(&b), DM_BACKOFF_FIRST_MS / 2, DM_BACKOFF_FIRST_MS);
    volatile int stop = 1;
    assert_false(dm_backoff_wait(&b, 0, &stop));
}

static void test_journals(void **state)
{
    char path[64], run[DM_TOKEN_BYTES];
    uint8_t one[DM_MARK_BYTES] = { 1 }, two[DM_MARK_BYTES] = { 2 };
    dm_journal j, other;
    dm_error err = { .msg = "" };
    (void)state;
    snprintf(path, sizeof path, "/tmp/test_queue.%ld", (long)getpid());
    assert_int_equal(dm_journal_open(&j, path, &err), DM_OK);
    memcpy(run, j.run, sizeof run);
    dm_journal_add(&j, two);
    dm_journal_add(&j, one);
    assert_int_equal(dm_journal_open(&other, path, &err), DM_EUSAGE); /* in use */
    dm_journal_close(&other, false);
    assert_int_equal(write(j.fd, two, 5), 5); /* cut off in the middle of a mark */
    dm_journal_close(&j, false);
    assert_int_equal(dm_journal_open(&j, path, &err), DM_OK);
    assert_string_equal(j.run, run);
    assert_int_equal(j.n_before, 2);
    assert_true(dm_journal_has(&j, one) && dm_journal_has(&j, two));
    dm_journal_close(&j, true);
    assert_int_equal(access(path, F_OK), -1);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("somebody's own file, which is not to be touched at all\n", f);
    fclose(f);
    assert_int_equal(dm_journal_open(&j, path, &err), DM_EINPUT);
    dm_journal_close(&j, false);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letter_carries_all),
        cmocka_unit_test(test_hostile_letters),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_header_texts),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_journals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

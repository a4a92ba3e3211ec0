// SPDX-License-Identifier: Apache-2.0
/* The desk below its sockets: URLs and headers taken apart, filters, reviews kept beside the coding, their statistics by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "serve/desk.h"
#include <math.h>
#include <unistd.h>

static char path[64];

typedef struct found {
    uint64_t id[8];
    char document[8][33];
    size_t n;
} found;

static dm_status on_event(void *ctx, const dm_filed *row, dm_error *err)
{
    (void)err;
    found *f = ctx;
    f->id[f->n] = row->event->id;
    memcpy(f->document[f->n], row->document, 33);
    return ++f->n == 8 ? DM_END : DM_OK;
}

static dm_record *make_record(found *f)
{
    static const char text[] =
        "TOKYO, May 4, 2021 - Japan condemned China on Tuesday. The United States imposed sanctions on Iran.\n\n"
        "France accused Russia of spying. Germany met Poland in Berlin.\n";
    dm_error err = { .msg = "" };
    dm_record *r = NULL;
    dm_coder *coder = NULL;
    dm_input *in = NULL;
    snprintf(path, sizeof path, "/tmp/test_serve.%ld.db", (long)getpid());
    assert_int_equal(dm_coder_open(&coder, NULL, &err), DM_OK);
    assert_int_equal(dm_record_open(&r, path, DM_ACCESS_WRITE, NULL, &err), DM_OK);
    assert_int_equal(dm_input_open(&in, coder, &err), DM_OK);
    assert_int_equal(dm_input_add_bytes(in, "a.txt", (dm_str){ text, sizeof text - 1 }, &err), DM_OK);
    assert_int_equal(dm_record_add(r, coder, in, NULL, NULL, &err), DM_OK);
    dm_input_close(in);
    dm_coder_close(coder);
    memset(f, 0, sizeof *f);
    assert_int_equal(dm_record_events(r, NULL, on_event, f, &err), DM_OK);
    assert_true(f->n >= 3);
    return r;
}

static void drop_record(dm_record *r)
{
    char name[80];
    dm_record_close(r);
    for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", NULL }; *end; end++) {
        snprintf(name, sizeof name, "%s%s", path, *end);
        unlink(name);
    }
}

/* --- requests --- */

static dm_request *parse(const char *url, dm_status want)
{
    static dm_request q;
    dm_error err = { .msg = "" };
    assert_int_equal(dm_request_parse(&q, url, &err), want);
    return &q;
}

static void urls(void **state)
{
    (void)state;
    dm_request *q = parse("/api/events?actor=JPN%2CUSA&text=a+b%26c&flag&actor=x", DM_OK);
    assert_string_equal(q->path, "/api/events");
    assert_int_equal(q->n_param, 4);
    assert_string_equal(dm_request_get(q, "actor"), "JPN,USA");
    assert_string_equal(dm_request_get(q, "text"), "a b&c");
    assert_string_equal(dm_request_get(q, "flag"), "");
    assert_null(dm_request_get(q, "other"));
    assert_string_equal(parse("/a+b%20c", DM_OK)->path, "/a+b c");
    assert_string_equal(parse("/x?%C3%A9=%E2%82%AC", DM_OK)->param[0].value, "\xE2\x82\xAC");
    static const char *const bad[] = { "", "api", "/%", "/%4", "/%zz", "/%00", "/%ff", "/%C0%AF", "/x?a=%", "/x?%ff=1",
        "http://a/b" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        parse(bad[i], DM_EUSAGE);
    char longest[DM_URL_MAX + 2];
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    longest[DM_URL_MAX + 1] = '\0';
    parse(longest, DM_ELIMIT);
    longest[DM_URL_MAX] = '\0';
    parse(longest, DM_OK);
    for (size_t i = 2; i + 1 < DM_URL_MAX; i += 2)
        memcpy(longest + i, "a&", 2);
    longest[1] = '?';
    parse(longest, DM_ELIMIT); /* parameters */
}

static void numbers(void **state)
{
    (void)state;
    uint64_t n = 0;
    dm_request *q = parse("/x?a=7&b=&c=08&d=-1&e=1.5&f=99999999999999999999999&g=500&h=501&i=0x1&j=%201", DM_OK);
    assert_int_equal(dm_request_number(q, "a", 1, 500, 50, &n, NULL), DM_OK);
    assert_int_equal(n, 7);
    assert_int_equal(dm_request_number(q, "z", 1, 500, 50, &n, NULL), DM_OK);
    assert_int_equal(n, 50);
    assert_int_equal(dm_request_number(q, "c", 1, 500, 50, &n, NULL), DM_OK);
    assert_int_equal(n, 8);
    assert_int_equal(dm_request_number(q, "g", 1, 500, 50, &n, NULL), DM_OK);
    for (const char *k = "bdefhij"; *k; k++)
        assert_int_equal(dm_request_number(q, (char[]){ *k, '\0' }, 1, 500, 50, &n, NULL), DM_EUSAGE);
}

static void hosts(void **state)
{
    (void)state;
    assert_true(dm_host_ok("localhost:8321", 8321, NULL, false));
    assert_true(dm_host_ok("[::1]:8321", 8321, NULL, false));
    assert_true(dm_host_ok("127.0.0.1", 80, NULL, false));
    static const char *const bad[] = { "", ":8321", "evil:8321", "localhost", "localhost:", "localhost:8321x",
        "localhost:99999999", "[::1:8321", "localhost.:8321", "127.0.0.1:8321:8321", "192.168.0.2:8321", "[::2]:8321",
        "localhost:8321 ", "user@localhost:8321" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(dm_host_ok(bad[i], 8321, NULL, false));
    assert_false(dm_host_ok(NULL, 8321, NULL, false));
    assert_true(dm_host_ok("192.168.0.2:8321", 8321, NULL, true));
    assert_true(dm_host_ok("[fe80::1]:8321", 8321, NULL, true));
    assert_false(dm_host_ok("evil.example:8321", 8321, NULL, true)); /* a name may be another's */
    assert_true(dm_host_ok("desk.example", 8321, "desk.example", false));
    assert_true(dm_origin_ok("http://localhost:8321", "localhost:8321", NULL));
    assert_false(dm_origin_ok("https://localhost:8321", "localhost:8321", NULL));
    assert_false(dm_origin_ok("http://localhost:8321.evil", "localhost:8321", NULL));
    assert_false(dm_origin_ok("null", "localhost:8321", NULL));
    assert_true(dm_origin_ok("https://desk.example", "desk.example", "desk.example"));
    assert_false(dm_origin_ok("https://evil.example", "desk.example", "desk.example"));
}

static void headers(void **state)
{
    (void)state;
    static const char *const yes[] = { "gzip", "GZIP", "br, gzip", "gzip;q=0.1", "*", "deflate;q=0,gzip ; q=1",
        "gzip;q=1.000" };
    static const char *const no[] = { "", "br", "gzip;q=0", "gzip;q=0.000", "xgzip", "gzipx", "identity, *;q=0" };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(dm_takes_gzip(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(dm_takes_gzip(no[i]));
    assert_false(dm_takes_gzip(NULL));
    assert_true(dm_tag_matches("\"a\"", "\"a\""));
    assert_true(dm_tag_matches("\"b\", W/\"a\"", "\"a\""));
    assert_true(dm_tag_matches("*", "\"a\""));
    assert_false(dm_tag_matches("\"ab\"", "\"a\""));
    assert_false(dm_tag_matches("\"a\"b", "\"a\""));
    assert_false(dm_tag_matches("", "\"a\""));
}

/* --- reviews --- */

static dm_status say(dm_record *r, const found *f, size_t i, dm_verdict v, const char *who, const char *fix)
{
    uint64_t n = 0;
    dm_review review = { .event = f->id[i], .document = f->document[i], .verdict = v, .fix = dm_str_of(fix), .reviewer = who };
    return dm_record_review(r, &review, &n, NULL);
}

static dm_status on_review(void *ctx, const dm_review *v, dm_error *err)
{
    (void)err;
    char *out = ctx;
    size_t n = strlen(out);
    snprintf(out + n, 200 - n, "%s %s;", v->reviewer, dm_verdict_name(v->verdict));
    return DM_OK;
}

static void expect(dm_record *r, const found *f, size_t i, const char *want)
{
    char got[200] = "";
    assert_int_equal(dm_record_reviews(r, f->id[i], f->document[i], on_review, got, NULL), DM_OK);
    assert_string_equal(got, want);
}

static void kept_and_undone(void **state)
{
    (void)state;
    found f;
    dm_record *r = make_record(&f);
    uint64_t n = 0;
    expect(r, &f, 0, "");
    assert_int_equal(dm_record_review_undo(r, f.id[0], f.document[0], &n, NULL), DM_EUSAGE);
    assert_int_equal(say(r, &f, 0, DM_VERDICT_ACCEPT, "Ada", NULL), DM_OK);
    assert_int_equal(say(r, &f, 0, DM_VERDICT_REJECT, "Bo", NULL), DM_OK);
    assert_int_equal(say(r, &f, 0, DM_VERDICT_FIX, "Ada", "{\"event\":[\"aid\"]}"), DM_OK);
    expect(r, &f, 0, "Ada fix;Bo reject;Ada accept;");
    assert_int_equal(dm_record_review_undo(r, f.id[0], f.document[0], &n, NULL), DM_OK);
    assert_int_equal(n, 3);
    expect(r, &f, 0, "Bo reject;Ada accept;");
    assert_int_equal(say(r, &f, 0, DM_VERDICT_ACCEPT, "Cy", NULL), DM_OK); /* numbers are not given twice */
    assert_int_equal(dm_record_review_undo(r, f.id[0], f.document[0], &n, NULL), DM_OK);
    assert_int_equal(n, 4);
    assert_int_equal(say(r, &f, 0, DM_VERDICT_NONE, "Ada", NULL), DM_EUSAGE);
    assert_int_equal(say(r, &f, 0, DM_VERDICT_FIX, "Ada", NULL), DM_EUSAGE);
    assert_int_equal(say(r, &f, 0, DM_VERDICT_ACCEPT, "", NULL), DM_EUSAGE);
    f.id[0] ^= 1;
    assert_int_equal(say(r, &f, 0, DM_VERDICT_ACCEPT, "Ada", NULL), DM_EUSAGE); /* no such event */
    f.id[0] ^= 1;
    dm_record *reader = NULL;
    assert_int_equal(dm_record_open(&reader, path, DM_ACCESS_READ, NULL, NULL), DM_OK);
    assert_int_equal(say(reader, &f, 0, DM_VERDICT_ACCEPT, "Ada", NULL), DM_EUSAGE);
    dm_record_close(reader);
    drop_record(r);
}

/* Three events; Ada: accept, accept, reject; Bo: accept, reject. By hand: pairs 2, agreed 1; of the events two are accepted or not by their
 * latest verdict: accept (Bo), reject (Bo), reject (Ada). Alpha: coincidences of 4 values, accept 3, reject 1; observed apart 2, expected
 * 2*3*1/3 = 2: 0. */
static void statistics(void **state)
{
    (void)state;
    found f;
    dm_review_stats s;
    dm_record *r = make_record(&f);
    assert_int_equal(dm_record_review_stats(r, &s, NULL, NULL, NULL), DM_OK);
    assert_int_equal(s.events, 0);
    assert_true(isnan(s.precision) && isnan(s.low) && isnan(s.agreement) && isnan(s.alpha));
    say(r, &f, 0, DM_VERDICT_ACCEPT, "Ada", NULL);
    assert_int_equal(dm_record_review_stats(r, &s, NULL, NULL, NULL), DM_OK);
    assert_float_equal(s.precision, 1, 1e-12);
    assert_float_equal(s.low, 0.206549, 1e-6); /* Wilson, 1 of 1 */
    assert_float_equal(s.high, 1, 1e-12);
    say(r, &f, 1, DM_VERDICT_ACCEPT, "Ada", NULL);
    say(r, &f, 2, DM_VERDICT_ACCEPT, "Ada", NULL);
    say(r, &f, 2, DM_VERDICT_REJECT, "Ada", NULL); /* changed her mind: counts once */
    say(r, &f, 0, DM_VERDICT_ACCEPT, "Bo", NULL);
    say(r, &f, 1, DM_VERDICT_REJECT, "Bo", NULL);
    assert_int_equal(dm_record_review_stats(r, &s, NULL, NULL, NULL), DM_OK);
    assert_int_equal(s.events, 3);
    assert_int_equal(s.verdict[DM_VERDICT_ACCEPT], 1);
    assert_int_equal(s.verdict[DM_VERDICT_REJECT], 2);
    assert_float_equal(s.precision, 1.0 / 3, 1e-12);
    assert_float_equal(s.low, 0.061492, 1e-6); /* Wilson, 1 of 3 */
    assert_float_equal(s.high, 0.792340, 1e-6);
    assert_int_equal(s.pairs, 2);
    assert_int_equal(s.agreed, 1);
    assert_float_equal(s.agreement, 0.5, 1e-12);
    assert_float_equal(s.alpha, 0, 1e-12);
    drop_record(r);
}

static dm_status on_gold(void *ctx, dm_str json, dm_error *err)
{
    (void)err;
    dm_buf_add(ctx, json.p, json.len);
    return DM_OK;
}

static void gold(void **state)
{
    (void)state;
    found f;
    dm_buf out = { 0 };
    dm_record *r = make_record(&f);
    say(r, &f, 0, DM_VERDICT_FIX, "Ada",
        "{\"event\":[\"threaten\"],\"actor\":[{\"code\":\"fra\"}],\"recipient\":[{\"sector\":\"MIL\"}],\"aux\":[\"future\"],"
        "\"date\":\"2020-02\","
        "\"enddate\":\"2020-02\",\"instrument\":{\"type\":\"sanction\",\"subject\":\"russia\",\"years\":[2020]}}");
    say(r, &f, 1, DM_VERDICT_REJECT, "Ada", NULL);
    assert_int_equal(dm_record_review_gold(r, on_gold, &out, NULL), DM_OK);
    dm_buf_add(&out, "", 1);
    static const char *const parts[] = { "\"event\": [\"THREATEN\"]", "\"actor\": [\"FRA\"]", "\"recipient\": null",
        "\"aux\": [\"future\"]", "\"date\": [\"2020-02-01\", \"2020-02-29\"]", "\"type\": \"sanction\"", "\"subject\": \"RUS\"",
        "\"years\": [2020]", "\"doc\": \"a.txt\"", "\"required\": true" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_non_null(strstr(out.p, parts[i]));
    assert_ptr_equal(strchr(out.p, '\n'), out.p + out.len - 2); /* one line: what is rejected is no gold */
    dm_buf_free(&out);
    drop_record(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(urls), cmocka_unit_test(numbers), cmocka_unit_test(hosts),
        cmocka_unit_test(headers), cmocka_unit_test(kept_and_undone), cmocka_unit_test(statistics), cmocka_unit_test(gold) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* The public calls from outside: opening, one article, many in order on threads, failures in their place, stopping. Needs the compiled
 * tables and the model ($DEMARCHE_DATA, set by meson). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include <demarche/coder.h>
#include <demarche/write.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_DOCS = 300, PATH_LEN = 256 };

static dm_str str(const char *z) { return (dm_str){ z, strlen(z) }; }

static void options_are_checked(void **state)
{
    (void)state;
    dm_coder *coder = NULL;
    dm_error err = { .msg = "" };
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    o.version = 77;
    assert_int_equal(dm_coder_open(&coder, &o, &err), DM_EUSAGE);
    o = (dm_coder_opts)DM_CODER_OPTS_INIT;
    o.home = "japan";
    assert_int_equal(dm_coder_open(&coder, &o, &err), DM_EUSAGE);
    assert_non_null(strstr(err.msg, "japan"));
    o.home = NULL;
    o.data_dir = "/nowhere/at/all";
    assert_int_equal(dm_coder_open(&coder, &o, &err), DM_EIO);
    assert_null(coder);
    dm_coder_close(NULL);
}

static void damaged_tables_are_refused(void **state)
{
    (void)state;
    char dir[] = "/tmp/dm-test-XXXXXX", path[PATH_LEN];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/demarche.tables", dir);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    for (int i = 0; i < 4096; i++)
        fputc(i * 37 & 255, f);
    fclose(f);
    dm_coder *coder = NULL;
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    o.data_dir = dir;
    dm_error err = { .msg = "" };
    assert_int_equal(dm_coder_open(&coder, &o, &err), DM_ECORRUPT);
    assert_true(strlen(err.msg) > 0);
    unlink(path);
    rmdir(dir);
}

static void an_article_gives_its_event(void **state)
{
    dm_doc *doc = NULL;
    dm_error err = { .msg = "" };
    assert_int_equal(dm_code_bytes(*state, &doc, "a.txt", str("Japan condemned China on Tuesday."), &err), DM_OK);
    size_t n;
    const dm_event *e = dm_doc_events(doc, &n);
    assert_int_equal(n, 1);
    assert_string_equal(dm_type_name(e->type), "ACCUSE");
    assert_string_equal(e->actor[0].code, "JPN");
    assert_string_equal(e->recipient[0].code, "CHN");
    assert_int_equal(e->aux, 0);
    assert_int_equal(dm_code_bytes(*state, &doc, "b.txt", str("It rained in the garden."), &err), DM_OK);
    (void)dm_doc_events(doc, &n);
    assert_int_equal(n, 0);
    dm_doc_free(doc);
}

/* Number of events of a sentence when only this knowledge may propose them; `learned` counts those of the back-off. */
static uint32_t events_by(unsigned read, uint32_t *learned)
{
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    dm_coder *coder = NULL;
    dm_doc *doc = NULL;
    dm_error err = { .msg = "" };
    o.read = read;
    assert_int_equal(dm_coder_open(&coder, &o, &err), DM_OK);
    assert_int_equal(
        dm_code_bytes(coder, &doc, "a.txt", str("France condemned Syria. Kenya invaded Somalia on Monday."), &err), DM_OK);
    size_t n;
    const dm_event *e = dm_doc_events(doc, &n);
    *learned = 0;
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < e[i].n_why; k++)
            *learned += e[i].why[k].len == 14 && memcmp(e[i].why[k].p, "event/back-off", 14) == 0;
    dm_doc_free(doc);
    dm_coder_close(coder);
    return (uint32_t)n;
}

static void frames_and_back_off_are_told_apart(void **state)
{
    (void)state;
    uint32_t learned = 0;
    assert_int_equal(events_by(0, &learned), 2);
    assert_int_equal(events_by(DM_READ_FRAMES, &learned), 2);
    assert_int_equal(learned, 0);
    uint32_t alone = events_by(DM_READ_BACKOFF, &learned);
    assert_int_equal(learned, alone);
    assert_true(alone > 0);
}

static void nothing_is_an_error_with_a_name(void **state)
{
    dm_doc *doc = NULL;
    dm_error err = { .msg = "" };
    dm_status st = dm_code_bytes(*state, &doc, "empty.txt", (dm_str){ NULL, 0 }, &err);
    assert_int_not_equal(st, DM_OK);
    assert_non_null(strstr(err.msg, "empty.txt"));
    dm_doc_free(doc);
}

/* What a run does, written down: names in order, failures as "!". */
typedef struct seen {
    dm_buf names;
    unsigned in_callback, after, stop_at;
    bool render_fails;
    pthread_mutex_t lock;
} seen;

static dm_status render(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err)
{
    const seen *s = ctx;
    dm_str id = dm_doc_meta(doc)->id;
    if (s->render_fails)
        return dm_fail(err, DM_EIO, 0, "no");
    return dm_buf_add(out, id.p, id.len) == DM_OK ? dm_buf_add(out, " ", 1) : DM_ENOMEM;
}

static dm_status emit(void *ctx, dm_str bytes, dm_error *err)
{
    seen *s = ctx;
    assert_int_equal(pthread_mutex_trylock(&s->lock), 0); /* one at a time */
    dm_status st = dm_buf_add(&s->names, bytes.p, bytes.len);
    pthread_mutex_unlock(&s->lock);
    return s->stop_at && s->names.len >= s->stop_at ? dm_fail(err, DM_EIO, 0, "stopped") : st;
}

static void failed(void *ctx, uint64_t number, const dm_error *err)
{
    (void)number;
    seen *s = ctx;
    assert_true(strlen(err->msg) > 0);
    (void)dm_buf_add(&s->names, "! ", 2);
}

static void after(void *ctx, const dm_run_stats *so_far)
{
    seen *s = ctx;
    s->after++;
    assert_int_equal(so_far->documents + so_far->failed, s->after);
}

/* A JSONL file of N_DOCS objects, every 50th of them broken. */
static void make_corpus(char *path)
{
    strcpy(path, "/tmp/dm-test-XXXXXX.jsonl");
    int fd = mkstemps(path, 6);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    for (int i = 0; i < N_DOCS; i++)
        if (i % 50 == 49)
            fprintf(f, "{\"id\": \"%d\", \"text\": }\n", i);
        else
            fprintf(f, "{\"id\": \"%d\", \"text\": \"Japan condemned China.%*s\"}\n", i, i % 7 * 100, "x.");
    fclose(f);
}

static dm_status run(dm_coder *coder, const char *path, unsigned threads, seen *s, dm_run_stats *stats)
{
    dm_input *in = NULL;
    dm_error err = { .msg = "" };
    pthread_mutex_init(&s->lock, NULL);
    assert_int_equal(dm_input_open(&in, coder, &err), DM_OK);
    assert_int_equal(dm_input_add(in, path, &err), DM_OK);
    assert_int_equal(dm_input_add(in, "/nowhere/at/all.txt", &err), DM_OK);
    const dm_sink sink = { .ctx = s, .render = render, .emit = emit, .failed = failed, .after = after };
    dm_status st = dm_run(coder, in, &sink, threads, stats, &err);
    dm_input_close(in);
    pthread_mutex_destroy(&s->lock);
    return st;
}

static void documents_come_out_in_order(void **state)
{
    char path[PATH_LEN];
    make_corpus(path);
    seen first = { 0 };
    dm_run_stats stats = { 0 };
    assert_int_equal(run(*state, path, 1, &first, &stats), DM_OK);
    assert_int_equal(stats.documents, N_DOCS - N_DOCS / 50);
    assert_int_equal(stats.failed, N_DOCS / 50 + 1);
    assert_true(stats.events >= stats.documents);
    assert_int_equal(strncmp(first.names.p, "0 1 2 3 ", 8), 0);
    assert_non_null(memmem(first.names.p, first.names.len, " 48 ! 50 ", 9));
    assert_memory_equal(first.names.p + first.names.len - 4, "! ! ", 4);
    for (unsigned threads = 2; threads <= 9; threads += 7) {
        seen more = { 0 };
        assert_int_equal(run(*state, path, threads, &more, NULL), DM_OK);
        assert_int_equal(more.names.len, first.names.len);
        assert_memory_equal(more.names.p, first.names.p, first.names.len);
        dm_buf_free(&more.names);
    }
    dm_buf_free(&first.names);
    unlink(path);
}

static void a_sink_can_stop_the_run(void **state)
{
    char path[PATH_LEN];
    make_corpus(path);
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        seen s = { .stop_at = 20 };
        assert_int_equal(run(*state, path, threads, &s, NULL), DM_EIO);
        assert_true(s.names.len >= 20 && s.names.len < 30);
        dm_buf_free(&s.names);
        seen r = { .render_fails = true };
        assert_int_equal(run(*state, path, threads, &r, NULL), DM_EIO);
        assert_int_equal(r.names.len, 0);
        dm_buf_free(&r.names);
    }
    unlink(path);
}

static void too_many_threads_are_refused(void **state)
{
    dm_input *in = NULL;
    assert_int_equal(dm_input_open(&in, *state, NULL), DM_OK);
    const dm_sink sink = { .render = render };
    assert_int_equal(dm_run(*state, in, &sink, DM_THREADS_MAX + 1, NULL, NULL), DM_EUSAGE);
    dm_input_close(in);
}

static void every_sentence_is_parsed(void **state)
{
    dm_input *in = NULL;
    dm_doc *doc = NULL;
    dm_buf out = { 0 };
    char path[] = "/tmp/dm-test-XXXXXX.txt";
    int fd = mkstemps(path, 4);
    assert_true(fd >= 0);
    static const char text[] = "The garden is green. It is raining.";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    assert_int_equal(dm_input_open(&in, *state, NULL), DM_OK);
    assert_int_equal(dm_input_add(in, path, NULL), DM_OK);
    assert_int_equal(dm_input_next(in, &doc, NULL), DM_OK);
    assert_int_equal(dm_parse_text(*state, doc, NULL), DM_OK);
    assert_int_equal(dm_write_conllu(&out, doc, NULL), DM_OK);
    assert_int_equal(dm_buf_add(&out, "", 1), DM_OK);
    assert_non_null(strstr(out.p, "\tgreen\tgreen\tADJ\t"));
    assert_non_null(strstr(out.p, "# text = It is raining."));
    assert_int_equal(dm_input_next(in, &doc, NULL), DM_END);
    dm_buf_free(&out);
    dm_doc_free(doc);
    dm_input_close(in);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(damaged_tables_are_refused),
        cmocka_unit_test(an_article_gives_its_event),
        cmocka_unit_test(frames_and_back_off_are_told_apart),
        cmocka_unit_test(nothing_is_an_error_with_a_name),
        cmocka_unit_test(documents_come_out_in_order),
        cmocka_unit_test(a_sink_can_stop_the_run),
        cmocka_unit_test(too_many_threads_are_refused),
        cmocka_unit_test(every_sentence_is_parsed),
    };
    return cmocka_run_group_tests(tests, coder_open, coder_close);
}

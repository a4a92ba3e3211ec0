// SPDX-License-Identifier: Apache-2.0
/* Every allocation that the library makes fails once, in turn, and then for good: opening, one article of each kind through all stages,
 * writing. Whenever a request was refused the call must say DM_ENOMEM, leave its output alone and leak nothing (ASan), and the next
 * call must work. Linked with --wrap, so that the library's own requests come here and the system libraries' do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include <demarche/coder.h>
#include <demarche/write.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under ASan every arena request is an allocation of its own: beyond the first hundreds only a sample is tried. */
enum { EACH_UP_TO = 150, STEP_PART = 12, NEVER = -1 };

static struct {
    long left;    /* requests until one is refused; NEVER: none */
    bool forever; /* all later ones too */
    bool fired;
} faults = { NEVER, false, false };

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);

static bool refused(void)
{
    if (faults.left == NEVER)
        return false;
    if (faults.left > 0) {
        faults.left--;
        return false;
    }
    if (!faults.forever)
        faults.left = NEVER;
    faults.fired = true;
    return true;
}

void *__wrap_malloc(size_t size) { return refused() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t n, size_t size) { return refused() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *p, size_t size) { return refused() ? NULL : __real_realloc(p, size); }
char *__wrap_strdup(const char *s) { return refused() ? NULL : __real_strdup(s); }

typedef struct article {
    const char *name, *text;
} article;

static const article ARTICLES[] = {
    { "plain.txt",
        "TOKYO, March 3, 2006 (Agency) - Japan on Tuesday declined to cosponsor a resolution on China, officials said.\n\n"
        "Foreign Minister Taro Aso told reporters that Tokyo would not join the United States. \"We have no plan to condemn "
        "Beijing,\" he "
        "said. China welcomed the decision. Its spokesman said the two sides would hold talks next month.\n\n"
        "If the motion is put to the vote, Japan may abstain, as it has done every year since 1997. The Organization of "
        "American States "
        "(OAS) criticised Cuba; the OAS imposed sanctions on Haiti because of the coup.\n" },
    { "page.html", "<html><head><title>Kenya expels envoy</title><meta property='article:published_time' "
                   "content='2004-03-17'></head><body><nav>Home "
                   "About</nav><article><p>Kenya on Monday expelled the Sudanese ambassador after soldiers from Sudan attacked "
                   "a village near the "
                   "border.</p><p>Sudan denied the charge and accused Kenya of backing rebels in the south of the "
                   "country.</p></article></body>"
                   "</html>" },
    { "one.json", "{\"id\": \"a1\", \"title\": \"Peru and Chile\", \"date\": \"1999-05-04\", \"text\": \"Peru and Chile signed "
                  "a treaty in "
                  "Lima. The two countries agreed to open the border within 90 days.\"}" },
};
enum { N_ARTICLES = sizeof ARTICLES / sizeof *ARTICLES };

static dm_str str(const char *z) { return (dm_str){ z, strlen(z) }; }

/* The calls under test: DM_OK, or the status of the first that failed. */
typedef dm_status (*action)(const dm_coder *coder, const article *a, dm_error *err);

static dm_status opening(const dm_coder *unused, const article *a, dm_error *err)
{
    dm_coder *coder = NULL;
    dm_status st = dm_coder_open(&coder, NULL, err);
    (void)unused;
    (void)a;
    if (st != DM_OK)
        assert_null(coder);
    dm_coder_close(coder);
    return st;
}

static dm_status coding(const dm_coder *coder, const article *a, dm_error *err)
{
    dm_doc *doc = NULL;
    dm_status st = dm_code_bytes(coder, &doc, a->name, str(a->text), err);
    dm_doc_free(doc);
    return st;
}

static dm_status writing(const dm_coder *coder, const article *a, dm_error *err)
{
    static dm_doc *doc; /* coded before the faults begin */
    dm_buf out = { 0 };
    dm_status st = DM_OK;
    if (!a) {
        dm_doc_free(doc);
        doc = NULL;
        return DM_OK;
    }
    if (faults.left == NEVER)
        return dm_code_bytes(coder, &doc, a->name, str(a->text), err);
    for (int f = DM_FORMAT_TEXT; f <= DM_FORMAT_TSV && st == DM_OK; f++) {
        dm_write_opts opts = DM_WRITE_OPTS_INIT;
        opts.format = (dm_format)f;
        opts.why = true;
        opts.width = 60;
        st = dm_write_doc(&out, doc, &opts, err);
    }
    if (st == DM_OK)
        st = dm_write_conllu(&out, doc, err);
    dm_buf_free(&out);
    return st;
}

static long next_fault(long n) { return n < EACH_UP_TO ? n + 1 : n + 1 + n / STEP_PART; }

/* Refuses request 0, 1, 2 ... until the action ends without meeting one. */
static void refuse_in_turn(action act, const char *what, const dm_coder *coder, const article *a, bool forever)
{
    long n = 0;
    for (;; n = next_fault(n)) {
        dm_error err = { .code = DM_OK };
        faults.fired = false;
        faults.forever = forever;
        faults.left = n;
        dm_status st = act(coder, a, &err);
        faults.left = NEVER;
        if (!faults.fired) {
            assert_int_equal(st, DM_OK);
            break;
        }
        if (st != DM_ENOMEM || err.code != DM_ENOMEM || !err.msg[0])
            fail_msg("%s%s%s: request %ld refused %s: status %d, error %d '%s'", what, a ? " " : "", a ? a->name : "", n,
                forever ? "for good" : "once", (int)st, (int)err.code, err.msg);
    }
    assert_true(n > 0);
}

static void opening_runs_out(void **state)
{
    (void)state;
    refuse_in_turn(opening, "opening", NULL, NULL, false);
    refuse_in_turn(opening, "opening", NULL, NULL, true);
}

static void coding_runs_out(void **state)
{
    for (int i = 0; i < N_ARTICLES; i++) {
        refuse_in_turn(coding, "coding", *state, &ARTICLES[i], false);
        refuse_in_turn(coding, "coding", *state, &ARTICLES[i], true);
    }
}

/* A document that ran out of memory is as good as a new one. */
static void a_document_recovers(void **state)
{
    dm_doc *doc = NULL, *fresh = NULL;
    dm_buf again = { 0 }, first = { 0 };
    const dm_write_opts opts = DM_WRITE_OPTS_INIT;
    assert_int_equal(dm_code_bytes(*state, &fresh, "a.txt", str(ARTICLES[0].text), NULL), DM_OK);
    assert_int_equal(dm_write_doc(&first, fresh, &opts, NULL), DM_OK);
    assert_true(first.len > 0);
    for (long n = 0; n < EACH_UP_TO; n += 7) {
        faults.forever = false;
        faults.left = n;
        (void)dm_code_bytes(*state, &doc, "a.txt", str(ARTICLES[0].text), NULL);
        faults.left = NEVER;
        assert_int_equal(dm_code_bytes(*state, &doc, "a.txt", str(ARTICLES[0].text), NULL), DM_OK);
        dm_buf_clear(&again);
        assert_int_equal(dm_write_doc(&again, doc, &opts, NULL), DM_OK);
        assert_int_equal(again.len, first.len);
        assert_memory_equal(again.p, first.p, first.len);
    }
    dm_buf_free(&again);
    dm_buf_free(&first);
    dm_doc_free(doc);
    dm_doc_free(fresh);
}

static void writing_runs_out(void **state)
{
    for (int i = 0; i < N_ARTICLES; i++) {
        assert_int_equal(writing(*state, &ARTICLES[i], NULL), DM_OK);
        refuse_in_turn(writing, "writing", *state, &ARTICLES[i], false);
    }
    (void)writing(*state, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_runs_out),
        cmocka_unit_test_setup_teardown(coding_runs_out, coder_open, coder_close),
        cmocka_unit_test_setup_teardown(a_document_recovers, coder_open, coder_close),
        cmocka_unit_test_setup_teardown(writing_runs_out, coder_open, coder_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

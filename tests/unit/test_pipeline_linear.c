// SPDX-License-Identifier: Apache-2.0
/* Hostile text costs every stage work in proportion to its length, whatever it looks like: counted in steps, not by the clock, in a build with
 * -Dsteps=true (tests/hostile/steps.h); any other build only runs the shapes, for its own checks. What is written is looked at, too. */
#include "hostile/judge.h"
#include "hostile/steps.h"
#include "pipeline/coder.h"
#include <demarche/write.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include <stdio.h>
#include <stdlib.h>

enum { LENGTH = 16 * 1024, SHORT = 2 * 1024 };

/* dm_code_timed() asks for the time around each stage: here it is told the steps. */
uint64_t __wrap_dm_now_ns(void);
uint64_t __wrap_dm_now_ns(void) { return dm_steps(); }

/* work[stage] of the text; the stage `write` is run here. */
static void measure(const dm_coder *coder, dm_str text, uint64_t *work)
{
    dm_error err = { .msg = "" };
    dm_doc *doc = dm_doc_new();
    dm_buf out = { 0 };
    assert_non_null(doc);
    memset(work, 0, DM_STAGES_MAX * sizeof *work);
    assert_int_equal(dm_doc_set_text(doc, text, &err), DM_OK);
    assert_int_equal(dm_code_timed(coder, doc, work, &err), DM_OK);
    uint64_t from = dm_steps();
    assert_int_equal(dm_write_doc(&out, doc, NULL, &err), DM_OK);
    work[dm_stage_count() - 1] = dm_steps() - from;
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void work_is_linear(void **state)
{
    unsigned bad = 0;
    bool counted = dm_steps_counted();
    for (const shape *s = dm_shapes; s->name; s++) {
        uint64_t work[SIZES][DM_STAGES_MAX];
        size_t length = counted ? LENGTH : SHORT;
        for (int k = 0; k < SIZES; k++, length *= 2) {
            dm_str text = dm_shape_make(s, length);
            measure(*state, text, work[k]);
            free((void *)(uintptr_t)text.p);
        }
        for (unsigned i = 0; i < dm_stage_count(); i++)
            bad += !dm_grows_linearly(dm_stage_name(i), s->name, (const uint64_t[SIZES]){ work[0][i], work[1][i], work[2][i] });
        assert_true(!counted || work[0][1] > 0); /* something was counted */
    }
    assert_int_equal(bad, 0);
}

/* The judgement itself: linear with a large constant passes, a quadratic part does not. */
static void judgement(void **state)
{
    (void)state;
    const uint64_t linear[SIZES] = { 5000000 + 1000000, 5000000 + 2000000, 5000000 + 4000000 };
    const uint64_t with_logarithm[SIZES] = { 1000000 * 15, 2000000 * 16, 4000000 * 17 };
    const uint64_t quadratic[SIZES] = { 1000000 + 300000, 2000000 + 1200000, 4000000 + 4800000 };
    assert_true(dm_grows_linearly("a test", "nothing", linear));
    assert_true(dm_grows_linearly("a test", "nothing", with_logarithm));
    assert_false(dm_grows_linearly("a test (this one has to fail)", "nothing", quadratic));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(judgement), cmocka_unit_test(work_is_linear) };
    return cmocka_run_group_tests(tests, coder_open, coder_close);
}

// SPDX-License-Identifier: Apache-2.0
/* Confidence of events: names of facts, sums of weights, tables that are refused, the trained table, facts of a finished record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/table_build.h"
#include "event/confidence.h"

enum { PATH_BYTES = 4096 };

static dm_tables *compile(const char *name, const char *tsv)
{
    const dm_table_spec spec = { name, DM_NIL, DM_GROUP_NAME, DM_INFLECT_NONE };
    dm_table_builder *b = NULL;
    assert_int_equal(dm_table_builder_new(&b, NULL), DM_OK);
    assert_int_equal(dm_table_builder_add(b, &spec, dm_str_of(tsv), NULL), DM_OK);
    void *image = NULL;
    size_t size = 0;
    assert_int_equal(dm_table_builder_finish(b, &image, &size, NULL), DM_OK);
    dm_table_builder_free(b);
    char path[] = "/tmp/test_confidenceXXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, image, size), (ssize_t)size);
    close(fd);
    free(image);
    dm_tables *t = NULL;
    assert_int_equal(dm_tables_open(&t, path, NULL), DM_OK);
    unlink(path);
    return t;
}

static dm_status load(dm_confidence *c, const char *name, const char *tsv, dm_error *err)
{
    dm_tables *t = compile(name, tsv);
    dm_status st = dm_confidence_load(c, t, err);
    dm_tables_close(t);
    return st;
}

static void names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DM_N_FACTS; i++) {
        assert_non_null(dm_fact_name(i));
        assert_int_equal(dm_type_find(dm_str_of(dm_fact_name(i))), DM_TYPE_NONE);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(dm_fact_name(i), dm_fact_name(k));
    }
    assert_null(dm_fact_name(DM_N_FACTS));
}

static void sums(void **state)
{
    (void)state;
    dm_confidence c = { 0 };
    assert_float_equal(dm_confidence_of(&c, UINT64_MAX, DM_AGREE), 0.5, 1e-12);
    assert_int_equal(load(&c, "model/confidence", "fact\tweight\nbase\t1\nnoun\t-0.5\ndated\t0.25\nREJECT\t2\n", NULL), DM_OK);
    uint64_t noun = UINT64_C(1) << DM_FACT_NOUN, dated = UINT64_C(1) << DM_FACT_DATED;
    assert_float_equal(dm_confidence_of(&c, 0, DM_AGREE), 0.7310586, 1e-6);
    assert_float_equal(dm_confidence_of(&c, noun, DM_AGREE), 0.6224593, 1e-6);
    assert_float_equal(dm_confidence_of(&c, noun | dated, DM_AGREE), 0.6791787, 1e-6);
    assert_float_equal(dm_confidence_of(&c, noun | dated, DM_REJECT), 0.9399133, 1e-6);
    assert_float_equal(dm_confidence_of(&c, 0, DM_TYPE_NONE), 0.7310586, 1e-6);
}

static void refused(void **state)
{
    (void)state;
    dm_confidence c = { 0 };
    dm_error err = { 0 };
    assert_int_equal(load(&c, "model/other", "fact\tweight\nbase\t1\n", &err), DM_ECORRUPT);
    assert_int_equal(load(&c, "model/confidence", "fact\tweight\nbase\t1\nmoonlight\t1\n", &err), DM_EINPUT);
    assert_non_null(strstr(err.msg, "moonlight"));
    static const char *const bad[] = { "fact\tweight\nbase\t\n", "fact\tweight\nbase\t1x\n", "fact\tweight\nbase\tnan\n",
        "fact\tweight\nbase\t1e999\n", "fact\tnote\nbase\t1\n" };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(load(&c, "model/confidence", bad[i], &err), DM_EINPUT);
}

/* The table that ships: every line is known, guesses cost, nothing is certain. */
static void trained(void **state)
{
    (void)state;
    char path[PATH_BYTES];
    const char *dir = getenv("DEMARCHE_DATA");
    assert_non_null(dir);
    snprintf(path, sizeof path, "%s/demarche.tables", dir);
    dm_tables *t = NULL;
    dm_confidence c = { 0 };
    assert_int_equal(dm_tables_open(&t, path, NULL), DM_OK);
    assert_int_equal(dm_confidence_load(&c, t, NULL), DM_OK);
    uint64_t plain = UINT64_C(1) << DM_FACT_MAIN;
    for (unsigned type = 0; type < DM_N_TYPES; type++) {
        double p = dm_confidence_of(&c, plain, type);
        assert_true(p > 0.3 && p < 0.98);
        assert_true(dm_confidence_of(&c, plain | UINT64_C(1) << DM_FACT_RECIPIENT_UNSURE, type) < p);
        assert_true(dm_confidence_of(&c, plain | UINT64_C(1) << DM_FACT_HYPOTHETICAL, type) < p);
    }
    dm_tables_close(t);
}

static void late(void **state)
{
    (void)state;
    dm_party who = { .code = "FRA" };
    dm_instrument inst = { 0 };
    dm_event ev = { .aux = DM_NEGATION | DM_HISTORICAL, .attribution = &who, .n_attribution = 1 };
    uint64_t bits = UINT64_C(1) << DM_FACT_NEGATED | UINT64_C(1) << DM_FACT_HISTORICAL | UINT64_C(1) << DM_FACT_ATTRIBUTED;
    assert_true(dm_facts_late(&ev) == bits);
    ev = (dm_event){ .aux = DM_FUTURE | DM_HYPOTHETICAL, .instrument = &inst, .when = { 0, 0, DM_PREC_DAY } };
    bits = UINT64_C(1) << DM_FACT_TO_COME | UINT64_C(1) << DM_FACT_HYPOTHETICAL | UINT64_C(1) << DM_FACT_INSTRUMENT |
           UINT64_C(1) << DM_FACT_DATED;
    assert_true(dm_facts_late(&ev) == bits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(sums),
        cmocka_unit_test(refused),
        cmocka_unit_test(trained),
        cmocka_unit_test(late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

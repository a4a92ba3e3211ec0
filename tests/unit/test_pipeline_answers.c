// SPDX-License-Identifier: Apache-2.0
/* Which act answers which request: the rules of data/stance/answers.tsv, on deeds made by hand. */
#include "pipeline/answers.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static dm_tables *tables;

static dm_deed deed(dm_type type, const char *cameo, const char *act, dm_day day, unsigned aux)
{
    return (dm_deed){ .type = (uint8_t)type,
        .aux = (uint8_t)aux,
        .cameo = dm_str_of(cameo),
        .instrument = act ? DM_STR("resolution") : DM_NIL,
        .subject = act ? DM_STR("CHN") : DM_NIL,
        .act = act ? dm_str_of(act) : DM_NIL,
        .day = day,
        .day_end = day };
}

static void same_act(void **state)
{
    (void)state;
    dm_deed request = deed(DM_REQUEST, "022", "cosponsor", 1000, 0);
    dm_deed done = deed(DM_SUPPORT, "051", "cosponsor", 1010, 0),
            declined = deed(DM_SUPPORT, "051", "cosponsor", 1010, DM_NEGATION);
    assert_int_equal(dm_judge(tables, &request, false, &done, DM_TIE_INSTRUMENT).answer, DM_ANSWER_COMPLIED);
    assert_int_equal(dm_judge(tables, &request, false, &declined, DM_TIE_INSTRUMENT).answer, DM_ANSWER_REFUSED);
    /* asked not to: the other way round */
    assert_int_equal(dm_judge(tables, &request, true, &done, DM_TIE_INSTRUMENT).answer, DM_ANSWER_REFUSED);
    assert_int_equal(dm_judge(tables, &request, true, &declined, DM_TIE_INSTRUMENT).answer, DM_ANSWER_COMPLIED);
    dm_deed against = deed(DM_REJECT, "120", "vote_against", 1010, 0);
    assert_int_equal(dm_judge(tables, &request, false, &against, DM_TIE_INSTRUMENT).answer, DM_ANSWER_REFUSED);
    dm_deed refused = deed(DM_REJECT, "121", "cosponsor", 1010, 0),
            not_refused = deed(DM_REJECT, "121", "cosponsor", 1010, DM_NEGATION);
    assert_int_equal(dm_judge(tables, &request, false, &refused, DM_TIE_INSTRUMENT).answer, DM_ANSWER_REFUSED);
    assert_int_equal(dm_judge(tables, &request, false, &not_refused, DM_TIE_INSTRUMENT).answer, DM_ANSWER_COMPLIED);
    dm_deed wished = deed(DM_SUPPORT, "051", "cosponsor", 1010, DM_HYPOTHETICAL);
    assert_int_equal(dm_judge(tables, &request, false, &wished, DM_TIE_INSTRUMENT).answer, DM_ANSWER_NONE);
}

static void in_time(void **state)
{
    (void)state;
    dm_deed request = deed(DM_REQUEST, "022", "cosponsor", 1000, 0);
    dm_deed before = deed(DM_SUPPORT, "051", "cosponsor", 999, 0), late = deed(DM_SUPPORT, "051", "cosponsor", 5000, 0);
    assert_int_equal(dm_judge(tables, &request, false, &before, DM_TIE_INSTRUMENT).answer, DM_ANSWER_NONE);
    assert_int_equal(dm_judge(tables, &request, false, &late, DM_TIE_INSTRUMENT).answer, DM_ANSWER_NONE);
    assert_true(dm_answer_days(tables, DM_TIE_INSTRUMENT) >= dm_answer_days(tables, DM_TIE_ASKER));
    dm_deed undated = deed(DM_SUPPORT, "051", "cosponsor", DM_DAY_NONE, 0);
    assert_int_equal(dm_judge(tables, &request, false, &undated, DM_TIE_INSTRUMENT).answer, DM_ANSWER_NONE);
}

static void toward_the_asker(void **state)
{
    (void)state;
    dm_deed aid = deed(DM_REQUEST, "023", NULL, 1000, 0), meet = deed(DM_REQUEST, "026", NULL, 1000, 0);
    dm_deed gives = deed(DM_AID, "071", NULL, 1020, 0), met = deed(DM_CONSULT, "042", NULL, 1020, 0);
    dm_deed rejects = deed(DM_REJECT, "120", NULL, 1020, 0), never_met = deed(DM_CONSULT, "042", NULL, 1020, DM_NEGATION);
    assert_int_equal(dm_judge(tables, &aid, false, &gives, DM_TIE_ASKER).answer, DM_ANSWER_COMPLIED);
    assert_int_equal(dm_judge(tables, &aid, false, &met, DM_TIE_ASKER).answer, DM_ANSWER_NONE); /* not what was asked for */
    assert_int_equal(dm_judge(tables, &meet, false, &met, DM_TIE_ASKER).answer, DM_ANSWER_COMPLIED);
    assert_int_equal(dm_judge(tables, &meet, false, &never_met, DM_TIE_ASKER).answer, DM_ANSWER_REFUSED);
    dm_judgement general = dm_judge(tables, &meet, false, &rejects, DM_TIE_ASKER);
    assert_int_equal(general.answer, DM_ANSWER_REFUSED);
    assert_true(general.rank > dm_judge(tables, &meet, false, &met, DM_TIE_ASKER).rank); /* what was asked for counts more */
}

static void what_asks(void **state)
{
    (void)state;
    dm_deed request = deed(DM_REQUEST, "022", NULL, 0, 0), accused = deed(DM_ACCUSE, "111", NULL, 0, 0);
    dm_deed appeal = deed(DM_ACCUSE, "020", NULL, 0, 0), met = deed(DM_CONSULT, "040", NULL, 0, 0);
    assert_true(dm_asks(tables, &request));
    assert_true(dm_asks(tables, &appeal));
    assert_false(dm_asks(tables, &accused));
    assert_false(dm_asks(tables, &met));
    assert_int_equal(dm_ask_types(tables), 1u << DM_REQUEST | 1u << DM_THREATEN | 1u << DM_ACCUSE);
}

static void words_behind(void **state)
{
    (void)state;
    assert_true(dm_asked_against(tables, DM_STR(" Japan not to comply at meetings")));
    assert_false(dm_asked_against(tables, DM_STR(" Japan to cosponsor the resolution")));
    assert_true(dm_asked_refers(tables, DM_STR(" Japan not to comply at meetings")));
    assert_false(dm_asked_refers(tables, DM_STR(" Japan to send ships; compliance is expected")));
    dm_deed asked = deed(DM_REQUEST, "022", "cosponsor", 0, 0), means = deed(DM_REQUEST, "022", "adopt", 0, 0);
    assert_false(dm_asked_by_means(tables, &asked, DM_STR(" Japan to cosponsor it")));
    assert_true(dm_asked_by_means(tables, &means, DM_STR(" the government to probe alleged abuses")));
    assert_false(dm_asked_by_means(tables, &means, DM_STR(" the council to adopt the Resolution")));
}

int main(void)
{
    char path[4096];
    const char *dir = getenv("DEMARCHE_DATA");
    snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : "build");
    dm_error err = { .msg = "" };
    if (dm_tables_open(&tables, path, &err) != DM_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    const struct CMUnitTest tests[] = { cmocka_unit_test(same_act), cmocka_unit_test(in_time),
        cmocka_unit_test(toward_the_asker), cmocka_unit_test(what_asks), cmocka_unit_test(words_behind) };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dm_tables_close(tables);
    return failed;
}

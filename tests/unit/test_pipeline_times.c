// SPDX-License-Identifier: Apache-2.0
/* Dates of events through the whole pipeline: which expression dates which event, and when it was said. Our own sentences. */
#include "doc/doc.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include <demarche/coder.h>
#include <stdio.h>
#include <stdlib.h>

/* Document's date 2004-03-17, a Wednesday. from "" : the event carries no date; said "": not looked at. */
static const struct {
    const char *text, *trigger, *from, *to, *said;
} CASES[] = {
    { "Russia on Tuesday vetoed a draft resolution on Cyprus.", "vetoed", "2004-03-16", "2004-03-16", "" },
    { "France expelled two Libyan diplomats last week and will recall its ambassador on Friday.", "expelled", "2004-03-08",
        "2004-03-14", "" },
    { "France expelled two Libyan diplomats last week and will recall its ambassador on Friday.", "recall", "2004-03-19",
        "2004-03-19", "" },
    { "Germany will sign the treaty on Monday, the foreign minister said on Sunday.", "sign", "2004-03-22", "2004-03-22",
        "2004-03-14" },
    { "Since January, Israel has arrested more than 200 Palestinians.", "arrested", "2004-01-01", "2004-03-17", "" },
    { "Turkey condemned the attack, which killed 20 people in Istanbul on March 9.", "condemned", "", "", "" },
    { "Turkey condemned the attack, which killed 20 people in Istanbul on March 9.", "killed", "2004-03-09", "2004-03-09", "" },
    { "Rwanda and Uganda agreed in July 2002 to withdraw troops within 90 days.", "agreed", "2002-07-01", "2002-07-31", "" },
    { "Sudan's 1998 expulsion of aid workers was criticized by Washington.", "expulsion", "1998-01-01", "1998-12-31", "" },
    { "Police in Minsk detained dozens of protesters over the weekend.", "detained", "2004-03-13", "2004-03-14", "" },
    { "In the past three years, Belarus has expelled 15 diplomats.", "expelled", "2001-03-17", "2004-03-17", "" },
};

static dm_doc *code(const dm_coder *coder, const char *text)
{
    dm_doc *doc = dm_doc_new();
    dm_error err = { .msg = "" };
    assert_non_null(doc);
    assert_int_equal(dm_day_parse(&doc->meta.date, dm_str_of("2004-03-17"), &err), DM_OK);
    doc->meta.date_source = DM_DATE_GIVEN;
    assert_int_equal(dm_doc_set_text(doc, dm_str_of(text), &err), DM_OK);
    assert_int_equal(dm_code_doc(coder, doc, &err), DM_OK);
    return doc;
}

static void day_text(char *out, dm_interval i, dm_day d)
{
    out[0] = 0;
    if (i.precision != DM_PREC_UNKNOWN && d != DM_DAY_NONE)
        dm_day_format(out, d);
}

static void dates_of_events(void **state)
{
    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        size_t n;
        char from[16], to[16], said[16];
        dm_doc *doc = code(*state, CASES[k].text);
        const dm_event *e = dm_doc_events(doc, &n);
        const dm_event *hit = NULL;
        for (size_t i = 0; i < n; i++) {
            if (dm_str_starts(dm_doc_slice(doc, e[i].trigger), CASES[k].trigger))
                hit = &e[i];
        }
        if (!hit)
            fail_msg("no event '%s' in: %s", CASES[k].trigger, CASES[k].text);
        day_text(from, hit->when, hit->when.from);
        day_text(to, hit->when, hit->when.to);
        day_text(said, hit->said, hit->said.from);
        if (strcmp(from, CASES[k].from) != 0 || strcmp(to, CASES[k].to) != 0)
            fail_msg("'%s' dated %s..%s in: %s", CASES[k].trigger, from, to, CASES[k].text);
        if (CASES[k].said[0])
            assert_string_equal(said, CASES[k].said);
        dm_doc_free(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(dates_of_events) };
    return cmocka_run_group_tests(tests, coder_open, coder_close);
}

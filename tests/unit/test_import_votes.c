// SPDX-License-Identifier: Apache-2.0
/* import: files of votes and treaty actions: rows whatever the portions and quotes, states by any code and name, dates, titles, headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "doc/doc.h"
#include "import/votes.h"

enum { PATH_BYTES = 4096, TEXT_BYTES = 512 };

typedef struct fixture {
    dm_tables *tables;
    dm_states states;
} fixture;

static int setup(void **state)
{
    static fixture f;
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/demarche.tables", getenv("DEMARCHE_DATA"));
    *state = &f;
    return dm_tables_open(&f.tables, path, NULL) == DM_OK && dm_states_load(&f.states, f.tables, NULL) == DM_OK ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    dm_states_clear(&f->states);
    dm_tables_close(f->tables);
    return 0;
}

static void is(dm_str got, const char *want)
{
    if (!dm_str_is(got, want))
        fail_msg("'%.*s' is not '%s'", DM_FMT(got), want);
}

static dm_status join(void *ctx, const dm_str *cell, size_t n, uint32_t line, dm_error *err)
{
    (void)err;
    char *out = ctx;
    size_t at = strlen(out);
    at += (size_t)snprintf(out + at, TEXT_BYTES - at, "%u", line);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, TEXT_BYTES - at, "[%.*s]", DM_FMT(cell[i]));
    return DM_OK;
}

static void rows_are(const char *text, size_t len, const char *want)
{
    for (size_t portion = 1; portion <= len; portion += portion < 4 ? 1 : len / 3 + 1) {
        char got[TEXT_BYTES] = "";
        dm_cells *c = NULL;
        dm_error err = { .msg = "" };
        assert_int_equal(dm_cells_open(&c, join, got, &err), DM_OK);
        for (size_t i = 0; i < len; i += portion)
            assert_int_equal(dm_cells_feed(c, text + i, len - i < portion ? len - i : portion, &err), DM_OK);
        assert_int_equal(dm_cells_end(c, &err), DM_OK);
        assert_string_equal(got, want);
        dm_cells_close(c);
    }
}

#define ROWS(text, want) rows_are(text, sizeof text - 1, want)

static void cells_of_any_file(void **state)
{
    (void)state;
    ROWS("a,b\n1,2\n", "1[a][b]2[1][2]");
    ROWS("\xEF\xBB\xBF"
         "a,b\r\n1,2",
        "1[a][b]2[1][2]");
    ROWS("a\tb,c\n1\t\n", "1[a][b,c]2[1][]");
    ROWS("a;b,c;d\n", "1[a][b,c][d]");
    ROWS("a,b\n\"x, \"\"y\"\"\",\"two\nlines\"\n3, 4 \n", "1[a][b]3[x, \"y\"][two lines]4[3][4]");
    ROWS("a,b\nR\xE9,\xC3\xA9\n", "1[a][b]2[R\xC3\xA9][\xC3\xA9]");
    ROWS("a,b\n\n\n1,2\n", "1[a][b]4[1][2]");
    ROWS("a,b\n1\n1,2,3\n", "1[a][b]2[1]3[1][2][3]");
}

static void states_by_code_and_day(void **state)
{
    const fixture *f = *state;
    dm_day day = dm_day_of(1970, 1, 1), late = dm_day_of(2005, 1, 1);
    is(dm_states_cow(&f->states, DM_STR("740"), day), "JPN");
    is(dm_states_cow(&f->states, DM_STR("2"), day), "USA");
    is(dm_states_cow(&f->states, DM_STR("365"), day), "SUN");
    is(dm_states_cow(&f->states, DM_STR("365"), late), "RUS");
    is(dm_states_cow(&f->states, DM_STR("369"), day), "UKR"); /* voted before the list has it as a state */
    is(dm_states_cow(&f->states, DM_STR("345"), dm_day_of(1975, 1, 1)), "YUG");
    is(dm_states_cow(&f->states, DM_STR("345"), dm_day_of(2010, 1, 1)), "SRB");
    is(dm_states_cow(&f->states, DM_STR("GMY"), late), "DEU");
    is(dm_states_cow(&f->states, DM_STR("999"), late), "");
    is(dm_states_alpha3(&f->states, DM_STR("jpn")), "JPN");
    is(dm_states_alpha3(&f->states, DM_STR("QQQ")), "");
}

static void states_by_name(void **state)
{
    const fixture *f = *state;
    is(dm_states_name(&f->states, DM_STR("IRAN (ISLAMIC REPUBLIC OF)")), "IRN");
    is(dm_states_name(&f->states, DM_STR("Korea, Republic of")), "KOR");
    is(dm_states_name(&f->states, DM_STR("The Bahamas")), "BHS");
    is(dm_states_name(&f->states, DM_STR("U.S.")), "USA");
    is(dm_states_name(&f->states, DM_STR("Japanese")), "");
    is(dm_states_name(&f->states, DM_STR("Atlantis (Kingdom of)")), "");
}

static void dates_of_files(void **state)
{
    (void)state;
    static const struct {
        const char *text, *from, *to;
    } cases[] = { { "1990-12-18", "1990-12-18", "1990-12-18" }, { "18/12/1990", "1990-12-18", "1990-12-18" },
        { "12/18/1990", "1990-12-18", "1990-12-18" }, { "18 Dec 1990", "1990-12-18", "1990-12-18" },
        { "19901218", "1990-12-18", "1990-12-18" }, { "1990-12-18T00:00:00Z", "1990-12-18", "1990-12-18" },
        { "1990-12-18 00:00:00", "1990-12-18", "1990-12-18" }, { "1990", "1990-01-01", "1990-12-31" },
        { "1990-02", "1990-02-01", "1990-02-28" }, { "Feb 1992", "1992-02-01", "1992-02-29" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dm_day from, to;
        char got[2][16];
        if (!dm_votes_date(dm_str_of(cases[i].text), &from, &to))
            fail_msg("'%s' is no date", cases[i].text);
        dm_day_format(got[0], from);
        dm_day_format(got[1], to);
        assert_string_equal(got[0], cases[i].from);
        assert_string_equal(got[1], cases[i].to);
    }
    static const char *const wrong[] = { "", "soon", "1991-02-30", "13/13/1990", "12", "1990-13-01", "1990x", "-" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        dm_day from, to;
        if (dm_votes_date(dm_str_of(wrong[i]), &from, &to))
            fail_msg("'%s' is a date", wrong[i]);
    }
}

static void titles_name_subject_and_side(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *title, *subject;
        int polarity;
        bool own;
        const char *context;
    } cases[] = {
        { "Situation of human rights in the Islamic Republic of Iran : resolution / adopted", "IRN", -1, true, "human_rights" },
        { "Situation of human rights in Myanmar", "MMR", -1, true, "human_rights" },
        { "Situation of human rights in the Democratic People's Republic of Korea", "PRK", -1, true, "human_rights" },
        { "Assistance to the Palestinian people", "PSE", 1, false, "human_security" },
        { "Necessity of ending the embargo imposed by the United States of America against Cuba", "USA", -1, false,
            "economic" },
        { "Israeli nuclear armament", "ISR", -1, false, "cbrn" },
        { "The occupied Syrian Golan", "SYR", 1, false, "territory" },
        { "Aggression against Ukraine", "RUS", -1, false, "territory" },
        { "Question of Cyprus", "CYP", 0, false, NULL },
        { "Nuclear disarmament", "", 0, false, "cbrn" },
        { "", "", 0, false, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dm_title t;
        dm_title_read(f->tables, &f->states, dm_str_of(cases[i].title), &t);
        is(t.subject, cases[i].subject);
        assert_int_equal(t.polarity, cases[i].polarity);
        assert_int_equal(t.own, cases[i].own);
        if (cases[i].context)
            assert_true(t.contexts >> dm_context_find(dm_str_of(cases[i].context)) & 1);
        else
            assert_int_equal(t.contexts, 0);
    }
    is(dm_title_clean(DM_STR("Nuclear disarmament : resolution / adopted by the General Assembly")), "Nuclear disarmament");
}

/* One data row of a file with this header. */
static const char *row(const fixture *f, const char *header, const char *line, dm_vote_row *out)
{
    dm_votes_file file;
    dm_str h[32], c[32], piece, detail;
    size_t n = 0, m = 0;
    for (const char *p = header; n < 32 && p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        h[n++] = (dm_str){ p, strcspn(p, ",") };
    for (const char *p = line; m < 32 && p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        c[m++] = (dm_str){ p, strcspn(p, ",") };
    (void)piece;
    assert_int_equal(dm_votes_header(&file, f->tables, h, n, NULL), DM_OK);
    return dm_votes_row(&file, &f->states, c, m, out, &detail);
}

static void rows_of_both_forms(void **state)
{
    const fixture *f = *state;
    dm_vote_row r;
    assert_null(
        row(f, "undl_id,ms_code,ms_name,ms_vote,date,session,resolution,title", "1,,JAPAN,A,1990-01-02,45,A/RES/45/1,T", &r));
    is(r.code, "JPN");
    assert_string_equal(r.vote, "abstain");
    assert_int_equal(r.session, 45);
    assert_null(row(f, "rcid,ccode,vote,session,hr", "1.0,260.0,8.0,10,1", &r));
    is(r.code, "DEU");
    assert_string_equal(r.vote, "absent");
    assert_int_equal(r.from, dm_day_of(1955, 9, 1));
    assert_int_equal(r.flags, (uint64_t)1 << dm_context_find(DM_STR("human_rights")));
    assert_null(row(f, "rcid,Country,vote,year", "1,AUL,1,1990", &r));
    is(r.code, "AUS");
    assert_null(row(f, "rcid,Countryname,vote,year", "1,Viet Nam,9,1990", &r));
    assert_null(r.vote);
    assert_non_null(row(f, "rcid,ccode,vote,year", "1,2,4,1990", &r));
    assert_non_null(row(f, "rcid,ccode,vote,year", "1,2,1,NA", &r));
    assert_non_null(row(f, "rcid,ccode,vote,year", "NA,2,1,1990", &r));
    assert_non_null(row(f, "rcid,ccode,vote,year", "1,2", &r));
}

static void actions_and_treaties(void **state)
{
    const fixture *f = *state;
    is(dm_action_find(f->tables, DM_STR("Ratification")), "ratify");
    is(dm_action_find(f->tables, DM_STR("reservation (article IX)")), "reserve");
    is(dm_action_find(f->tables, DM_STR("provisional application")), "apply");
    is(dm_action_find(f->tables, DM_STR("signal")), "");
    is(dm_treaty_name(f->tables, DM_STR("kyoto TREATY")), "Kyoto Protocol");
    is(dm_treaty_name(f->tables, DM_STR("Treaty of Nowhere")), "Treaty of Nowhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cells_of_any_file), cmocka_unit_test(states_by_code_and_day),
        cmocka_unit_test(states_by_name), cmocka_unit_test(dates_of_files), cmocka_unit_test(titles_name_subject_and_side),
        cmocka_unit_test(rows_of_both_forms), cmocka_unit_test(actions_and_treaties) };
    return cmocka_run_group_tests(tests, setup, teardown);
}

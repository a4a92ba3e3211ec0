// SPDX-License-Identifier: Apache-2.0
/* import: the forms, codes and dates of dictionaries, what is refused and why, the table written and read again, and lines that win. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "doc/doc.h"
#include "import/import.h"
#include <demarche/import.h>

enum { PATH_BYTES = 4096 };

static int setup(void **state)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/demarche.tables", getenv("DEMARCHE_DATA"));
    return dm_tables_open((dm_tables **)state, path, NULL) == DM_OK ? 0 : -1;
}

static int teardown(void **state)
{
    dm_tables_close(*state);
    return 0;
}

static dm_import *read_text(void **state, const char *text)
{
    dm_import *im = NULL;
    dm_error err = { .msg = "" };
    if (dm_import_read(&im, *state, "test", dm_str_of(text), &err) != DM_OK)
        fail_msg("%s", err.msg);
    return im;
}

static void is(dm_str got, const char *want)
{
    if (!dm_str_is(got, want))
        fail_msg("'%.*s' is not '%s'", DM_FMT(got), want);
}

/* Row i as "names code sector from to". */
static void row_is(const dm_import *im, uint32_t i, const char *want)
{
    char got[512];
    assert_true(i < im->rows.n);
    const dm_import_row *r = &im->rows.v[i];
    snprintf(got, sizeof got, "%.*s/%.*s/%.*s/%.*s/%.*s", DM_FMT(r->names), DM_FMT(r->code), DM_FMT(r->sector), DM_FMT(r->from),
        DM_FMT(r->to));
    assert_string_equal(got, want);
}

static bool refused_at(const dm_import *im, uint32_t line, const char *reason)
{
    for (uint32_t i = 0; i < im->remarks.n; i++)
        if (im->remarks.v[i].line == line && im->remarks.v[i].refused && strstr(im->remarks.v[i].reason, reason))
            return true;
    return false;
}

static void dictionary_entries(void **state)
{
    dm_import *im = read_text(
        state, "# comment\nZORVANIA_ [GRC]\n+ZORVANIAN_ ; adjective\n\t[ITA <20010131]\n\nUN_THING_\nU.N._THING_\n^I\n");
    assert_int_equal(im->format, DM_IMPORT_DICTIONARY);
    row_is(im, 0, "Zorvania|Zorvanian/GRC///");
    row_is(im, 1, "Zorvania|Zorvanian/ITA///2001-01-31");
    assert_int_equal(im->rows.v[1].line, 4);
    assert_int_equal(im->rows.v[0].kind, DM_KIND_STATE);
    assert_true(refused_at(im, 6, "without a code"));
    dm_import_free(im);
    im = read_text(state, "UN_THING_\nTHE_THING_OF_THE_UN_\nTHE_THING_\n\t[IGOUNO]\nNEXT_THING_ [USAGOV]\n");
    assert_int_equal(im->entries, 2);
    row_is(im, 0, "Un Thing|Thing of the Un|the Thing/UNO///");
    dm_import_free(im);
}

static void dictionary_dates(void **state)
{
    dm_import *im = read_text(state,
        "SOME_VOSS_\n\t[USAGOV 990131-20050228]\n\t[USAELI >050301]\n\t[USAGOV <19801231]\n\t[USAMIL 250101-331108]\n"
        "\t[USAGOV 2004017-20061201]\n\t[USAGOV 20060101-20050101]\n\t[USAGOV991231-20000230]\n");
    row_is(im, 0, "Some Voss/USA/GOV/1999-01-31/2005-02-28");
    row_is(im, 1, "Some Voss/USA/ELI/2005-03-01/");
    row_is(im, 2, "Some Voss/USA/GOV//1980-12-31");
    row_is(im, 3, "Some Voss/USA/MIL/1925-01-01/1933-11-08");
    row_is(im, 4, "Some Voss/USA/GOV/1999-12-31/2000-02-29");
    assert_int_equal(im->rows.n, 5);
    assert_int_equal(im->rows.v[0].kind, DM_KIND_PERSON);
    is(im->rows.v[0].surname, "Voss");
    assert_true(refused_at(im, 6, "date") && refused_at(im, 7, "date"));
    assert_int_equal(im->refused, 2);
    dm_import_free(im);
}

static void dictionary_codes(void **state)
{
    static const char *const cases[][2] = { { "KSVGOV", "KOS/GOV" }, { "TMP", "TLS/" }, { "IGOUNOREFHCR", "UNO/" },
        { "IGOEUREEC", "EUR/" }, { "NGOUSAHLH", "NGO/" }, { "USAMED", "USA/JRN" }, { "MEDCHN", "CHN/JRN" },
        { "USAHLH", "USA/MED" }, { "AFGGOVHLH", "AFG/GOV" }, { "INDOPPPTY", "IND/PTY+OPP" }, { "GRCCHRDOX", "GRC/REL" },
        { "INTREB", "IMG/REB" }, { "IMGMUSALQ", "IMG/REB" }, { "BMUGOV", "GBR/GOV" }, { "SRP", "BIH/PRE" }, { "MUS", "MUS/" },
        { "NGOCHRPRO214", "NGO/" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128], got[64];
        snprintf(text, sizeof text, "ZORVANIAN_THINGUMMY_ [%s]\n", cases[i][0]);
        dm_import *im = read_text(state, text);
        assert_int_equal(im->rows.n, 1);
        snprintf(got, sizeof got, "%.*s/%.*s", DM_FMT(im->rows.v[0].code), DM_FMT(im->rows.v[0].sector));
        assert_string_equal(got, cases[i][1]);
        dm_import_free(im);
    }
}

static void crosswalk_over_time(void **state)
{
    dm_import *im = read_text(state, "ZORVANIAN_COUNCIL_ [FRYGOV 20000101-20051231]\nZORVANIAN_HOUSE_ [FRY <19900101]\n");
    row_is(im, 0, "Zorvanian Council/YUG/GOV/2000-01-01/2003-02-03");
    row_is(im, 1, "Zorvanian Council/SCG/GOV/2003-02-04/2005-12-31");
    assert_int_equal(im->rows.n, 2); /* there was no such state before */
    dm_import_free(im);
}

static void dictionary_refusals(void **state)
{
    dm_import *im = read_text(state,
        "\t[USA]\n+SYNONYM_\nNOBODY_ATALL_ [---]\nLOST_NAME_ [QQQ]\nMERE_ELITE_ [ELI]\nATTACK_ [USA]\nX_ [USA]\nEMPTY_ONE_ []\n"
        "BAD_\xFF_BYTES_ [USA]\nFINE_NAME_ [USA\n");
    static const char *const why[] = { "code without a name", "synonym without", "nobody", "unknown code", "without a country",
        "common word", "two letters", "bracket without", "damaged" };
    for (uint32_t i = 0; i < sizeof why / sizeof why[0]; i++)
        if (!refused_at(im, i + 1, why[i]))
            fail_msg("line %u is not refused as '%s'", i + 1, why[i]);
    row_is(im, 0, "Fine Name/USA///");
    assert_int_equal(im->rows.n, 1);
    assert_int_equal(im->remarks.n, im->refused + 1); /* the bracket that was closed */
    dm_import_free(im);
}

static void names_in_the_case_of_text(void **state)
{
    dm_import *im = read_text(state,
        "REPUBLIC_OF_ZORVANIA_(ROZ)_ [GRC]\n+RZVB_\n+IRAN_OF_THE_WEST\n+BAN_KI-MOON_\n+O'NEIL_K._\n+IRAX_\n+ERDO\xC4\x9E"
        "AN_\n"
        "ZORVANIAN_GAS_UNION_ [MNC]\n+ZOGU_\n");
    is(im->rows.v[0].names, "Republic of Zorvania|ROZ|RZVB|Iran of the West|Ban Ki-moon|O'Neil K.|Irax|Erdo\xC4\x9F"
                            "an");
    is(im->rows.v[1].names, "Zorvanian Gas Union|ZOGU");
    dm_import_free(im);
}

static void agents_become_roles(void **state)
{
    dm_import *im = read_text(state, "!PERSON! = MAN, MEN, WOMAN\nSTEEL!PERSON! [~LAB]\nCHAMBER_OF_TRADE {CHAMBERS_OF_TRADE} "
                                     "[~BUS]\nMONK_IN_RED [~BUD]\nDEPUTY_ENVOY [~GOV]\nOBSERVERS_IN [IGO~]\n");
    row_is(im, 0, "steelman|steelmen|steelwoman//LAB//");
    row_is(im, 1, "chamber of trade|chambers of trade//BUS//");
    row_is(im, 2, "monk in red//REL//");
    is(im->rows.v[3].scope, "national");
    is(im->rows.v[4].note, "code=IGO");
    for (uint32_t i = 0; i < im->rows.n; i++)
        assert_true(im->rows.v[i].kind >= DM_KIND_ROLE);
    dm_import_free(im);
}

static void own_table(void **state)
{
    dm_import *im =
        read_text(state, "\xEF\xBB\xBF# mine\nname\tcode\tsector\tfrom\tto\r\nZorvania|Zorvanian\tGRC\t\t\t\r\nVoss Bank\tMNC\n"
                         "Quillan Voss\tFRAGOV\t\t2008\t2010-05\nA B\tQQQ\t\t\t\nC D\tFRA\tXYZ\t\t\nE "
                         "F\tFRA\tGOV\t2010\t2008\nG H\tFRA\tGOV\tsoon\t\n\tFRA\t\t\t\nI\tFRA\t\t\t\t\tmore\n");
    assert_int_equal(im->format, DM_IMPORT_TSV);
    row_is(im, 0, "Zorvania|Zorvanian/GRC///");
    row_is(im, 1, "Voss Bank/MNC///");
    row_is(im, 2, "Quillan Voss/FRA/GOV/2008-01-01/2010-05-31");
    assert_int_equal(im->rows.n, 3);
    assert_int_equal(im->rows.v[0].kind, DM_KIND_STATE);
    assert_true(refused_at(im, 6, "unknown code") && refused_at(im, 7, "sector") && refused_at(im, 8, "ends before") &&
                refused_at(im, 9, "date") && refused_at(im, 10, "without a name") && refused_at(im, 11, "more cells"));
    dm_import_free(im);
}

static void office_holders(void **state)
{
    dm_import *im = read_text(state,
        "person,personLabel,personAltLabel,positionLabel,start,end,countryLabel\n"
        "http://x/Q1,\"Voss, Quillan\",\"Quill Voss, Quilly\",Prime Minister of "
        "Zorvania,2001-04-26T00:00:00Z,2006-09-26T00:00:00Z,Japan\n"
        "http://x/Q2,\"Mara\nDell\",,\"judge of the \"\"High\"\" Court\",t1234,,FRA\n\nhttp://x/Q3,Q3,,minister,,,JPN\nx,Ann "
        "Orr,,minister,,,Zorvania\nx,Ann Orr,,minister,2003,2001,JPN\n");
    assert_int_equal(im->format, DM_IMPORT_CSV);
    row_is(im, 0, "Voss, Quillan|Quill Voss/JPN/GOV/2001-04-26/2006-09-26");
    row_is(im, 1, "Mara Dell/FRA/JUD//");
    is(im->rows.v[1].note, "judge of the \"High\" Court");
    is(im->rows.v[1].surname, "Dell");
    assert_int_equal(im->rows.n, 2);
    assert_true(
        refused_at(im, 6, "without a label") && refused_at(im, 7, "unknown country") && refused_at(im, 8, "ends before"));
    dm_import_free(im);
}

static void nothing_of_the_kind(void **state)
{
    dm_import *im = NULL;
    dm_error err = { .msg = "" };
    assert_int_equal(dm_import_read(&im, *state, "f", dm_str_of("Japan condemned China.\n"), &err), DM_EINPUT);
    assert_non_null(strstr(err.msg, "'f'"));
    assert_int_equal(dm_import_read(&im, *state, "f", DM_NIL, &err), DM_EINPUT);
    assert_null(im);
}

static void written_and_read_again(void **state)
{
    dm_import *im =
        read_text(state, "SOME_VOSS_\n\t[USAGOV 990131-20050228]\nSTEEL_MAKER [~BUS]\nVOSS_BANK_ [MNCUSA]\nZORVANIA_ [GRC]\n");
    dm_buf out = { 0 };
    assert_int_equal(dm_import_write(&out, im, "x", NULL), DM_OK);
    dm_buf_add(&out, "", 1);
    dm_import *again = read_text(state, out.p);
    assert_int_equal(again->rows.n, im->rows.n);
    assert_int_equal(again->refused, 0);
    for (uint32_t i = 0; i < im->rows.n; i++) {
        assert_true(
            dm_str_eq(im->rows.v[i].names, again->rows.v[i].names) && dm_str_eq(im->rows.v[i].from, again->rows.v[i].from));
        assert_true(
            dm_str_eq(im->rows.v[i].note, again->rows.v[i].note) && dm_str_eq(im->rows.v[i].scope, again->rows.v[i].scope));
        assert_int_equal(im->rows.v[i].kind, again->rows.v[i].kind);
    }
    dm_buf_free(&out);
    dm_import_free(im);
    dm_import_free(again);
}

/* The parties of the first event of a text, coded with a user's table. */
static void first_event(const char *table, const char *text, const char *date, char *got, size_t size)
{
    char path[] = "/tmp/test_importXXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, table, strlen(table)), (ssize_t)strlen(table));
    close(fd);
    const char *files[] = { path };
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    o.actors = files;
    o.n_actors = 1;
    assert_int_equal(dm_day_parse(&o.date, dm_str_of(date), NULL), DM_OK);
    dm_coder *c = NULL;
    dm_doc *doc = NULL;
    assert_int_equal(dm_coder_open(&c, &o, NULL), DM_OK);
    assert_int_equal(dm_code_bytes(c, &doc, "a.txt", dm_str_of(text), NULL), DM_OK);
    size_t n;
    const dm_event *e = dm_doc_events(doc, &n);
    assert_true(n > 0 && e->n_actor == 1);
    snprintf(got, size, "%s/%s", e->actor[0].code, e->actor[0].sector);
    bool traced = false;
    for (uint32_t i = 0; i < e->n_why; i++)
        traced = traced || dm_str_starts(e->why[i], path);
    snprintf(got + strlen(got), size - strlen(got), "%s", traced ? " traced" : "");
    dm_doc_free(doc);
    dm_coder_close(c);
    unlink(path);
}

static void users_lines_win(void **state)
{
    (void)state;
    char got[64];
    first_event("name\tcode\tsector\nJapan\tGRC\t\n", "Japan condemned China on Tuesday.", "2010-05-05", got, sizeof got);
    assert_string_equal(got, "GRC/GOV traced");
    first_event("names\tcode\tsector\tkind\tfrom\tto\nQuillan Voss\tITA\tGOV\tperson\t2008\t2009\nQuillan "
                "Voss\tIGO\t\tperson\t2010\t2011\n",
        "Quillan Voss condemned China on Tuesday.", "2010-05-05", got, sizeof got);
    assert_string_equal(got, "IGO/ traced");
    first_event("names\tcode\tsector\tkind\tfrom\tto\nQuillan Voss\tITA\tGOV\tperson\t2008\t2009\n",
        "Quillan Voss condemned China on Tuesday.", "2015-05-05", got, sizeof got);
    assert_string_equal(got, "ITA/ELI traced");
    first_event("name\tcode\tsector\tfrom\tto\nJapan\tGRC\t\t1990\t1995\n", "Japan condemned China on Tuesday.", "2010-05-05",
        got, sizeof got);
    assert_string_equal(got, "JPN/GOV");
    first_event("THING_BEARER [~MIL]\n", "Japanese thing bearers condemned China on Tuesday.", "2010-05-05", got, sizeof got);
    assert_string_equal(got, "JPN/MIL");
}

static void bad_files_end_the_opening(void **state)
{
    (void)state;
    const char *missing[] = { "/nowhere/actors.tsv" };
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    dm_coder *c = NULL;
    dm_error err = { .msg = "" };
    o.actors = missing;
    o.n_actors = 1;
    assert_int_equal(dm_coder_open(&c, &o, &err), DM_EIO);
    assert_non_null(strstr(err.msg, "/nowhere/actors.tsv"));
    o.n_actors = DM_ACTORS_MAX + 1;
    assert_int_equal(dm_coder_open(&c, &o, &err), DM_EUSAGE);
    assert_null(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dictionary_entries),
        cmocka_unit_test(dictionary_dates),
        cmocka_unit_test(dictionary_codes),
        cmocka_unit_test(crosswalk_over_time),
        cmocka_unit_test(dictionary_refusals),
        cmocka_unit_test(names_in_the_case_of_text),
        cmocka_unit_test(agents_become_roles),
        cmocka_unit_test(own_table),
        cmocka_unit_test(office_holders),
        cmocka_unit_test(nothing_of_the_kind),
        cmocka_unit_test(written_and_read_again),
        cmocka_unit_test(users_lines_win),
        cmocka_unit_test(bad_files_end_the_opening),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

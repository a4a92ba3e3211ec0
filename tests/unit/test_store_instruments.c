// SPDX-License-Identifier: Apache-2.0
/* store: which instruments are one series, whom an incomplete mention stands for, the life of a series, and files of votes that come in
 * whole or not at all. The record is made row by row, so that every case is what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/record.h"
#include "record_place.h"
#include <demarche/instrument.h>

enum { SQL_BYTES = 2048, DONE = 0 };

typedef struct fixture {
    char path[PLACE_BYTES];
    dm_record *r;
    int events;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    dm_error err = { .msg = "" };
    *state = f;
    return place_new(f->path, "/tmp/dm_instruments_XXXXXX") &&
                   dm_record_open(&f->r, f->path, DM_ACCESS_WRITE, NULL, &err) == DM_OK
               ? 0
               : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    dm_record_close(f->r);
    bool gone = place_clear(f->path);
    free(f);
    return gone ? 0 : -1;
}

static void sql(fixture *f, const char *format, ...) DM_PRINTF(2, 3);
static void sql(fixture *f, const char *format, ...)
{
    char text[SQL_BYTES];
    dm_error err = { .msg = "" };
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (dm_db_exec(dm_store_db(f->r->store), text, &err) != DM_OK)
        fail_msg("%s: %s", err.msg, text);
}

static void document(fixture *f, int n)
{
    sql(f,
        "INSERT INTO coder VALUES(1,'v','t') ON CONFLICT DO NOTHING;"
        "INSERT INTO document VALUES(%d, CAST('%016d' AS BLOB), 'a%d.txt', NULL, NULL, NULL, NULL, 10600, 10600, "
        "1, 1, '', 1, %d, NULL, 'text');"
        "INSERT INTO sentence VALUES(%d, %d, 0, 0, 4, 0, 'words of article %d')",
        n, n, n, n, n, n, n);
}

/* An event of a document: type as in the table, its instrument "type body subject name" and act; years NULL: said on day 10600, 1999. */
static void event(fixture *f, int doc, int type, int aux, const char *actor, const char *recipient, const char *in,
    const char *act, int polarity, const char *years)
{
    char part[4][32] = { "", "", "", "" };
    sscanf(in, "%31[^|]|%31[^|]|%31[^|]|%31[^|]", part[0], part[1], part[2], part[3]);
    for (int i = 0; i < 4; i++)
        if (strcmp(part[i], "-") == 0)
            part[i][0] = '\0';
    int n = ++f->events;
    sql(f, "INSERT INTO instrument(type, body, subject, name) VALUES('%s','%s','%s','%s') ON CONFLICT DO NOTHING", part[0],
        part[1], part[2], part[3]);
    sql(f,
        "INSERT INTO happening VALUES(%d, %d);"
        "INSERT INTO event SELECT %d, %d, %d, %d, %d, %d, '', %d, '', NULL, NULL, 1, 0, 10600, 10600, NULL, NULL, 0, 10600, "
        "10600, 1, 0, 1, 0.5, '',"
        " n, '%s', %d, %s%s%s, 0, 0, 0 FROM instrument WHERE type='%s' AND body='%s' AND subject='%s' AND name='%s'",
        n, n, n, n, doc, doc, n, type, aux, act, polarity, years ? "'" : "NULL", years ? years : "", years ? "'" : "", part[0],
        part[1], part[2], part[3]);
    sql(f, "INSERT INTO party VALUES(%d, 0, 0, '%s', 'GOV', 0, 1, 10600, %d, %d, 0)", n, actor, type, aux);
    if (recipient)
        sql(f, "INSERT INTO party VALUES(%d, 1, 0, '%s', 'GOV', 0, 1, 10600, %d, %d, 0)", n, recipient, type, aux);
}

static dm_status add_id(void *ctx, const dm_series *s, dm_error *err)
{
    (void)err;
    char *out = ctx;
    size_t n = strlen(out);
    snprintf(out + n, SQL_BYTES - n, "%s:%d ", s->id, (int)s->events);
    return DM_OK;
}

static void list_is(fixture *f, const dm_series_filter *filter, const char *want)
{
    char got[SQL_BYTES] = "";
    dm_error err = { .msg = "" };
    if (dm_record_instruments(f->r, filter, add_id, got, &err) != DM_OK)
        fail_msg("%s", err.msg);
    assert_string_equal(got, want);
}

/* "1999 JPN declined to cosponsor*;" with * where it is still open. */
static void life_is(fixture *f, const char *which, const dm_series_filter *filter, const char *want)
{
    char got[SQL_BYTES] = "";
    dm_life *life = NULL;
    dm_error err = { .msg = "" };
    if (dm_record_life(f->r, which, filter, &life, &err) != DM_OK)
        fail_msg("%s", err.msg);
    for (size_t i = 0, n = 0; i < life->n; i++)
        n += (size_t)snprintf(got + n, sizeof got - n, "%d %s %s%s;", life->part[i].year, life->part[i].who[0].code,
            life->part[i].words, life->part[i].open ? "*" : "");
    assert_string_equal(got, want);
    dm_life_free(life);
}

static void motions_and_votes_are_of_the_series(void **state)
{
    fixture *f = *state;
    document(f, 1);
    event(f, 1, DM_ACCUSE, DONE, "USA", "CHN", "resolution|UNCHR|CHN|-", "introduce", -1, "1990 1992");
    event(f, 1, DM_REQUEST, DM_FUTURE, "CHN", NULL, "motion|UNCHR|CHN|-", "submit", 1, NULL);
    event(f, 1, DM_SANCTION, DONE, "USA", "CHN", "sanction|USA-GOV|CHN|-", "impose", -1, NULL);
    event(f, 1, DM_SUPPORT, DONE, "JPN", NULL, "treaty|EUR|-|Ottawa Treaty", "sign", 0, NULL);
    list_is(f, NULL, "resolution-UNCHR-CHN:2 sanction-CHN:1 treaty-ottawa-treaty:1 ");
    life_is(f, "resolution-UNCHR-CHN", NULL, "1990 USA introduced;1992 USA introduced;1999 CHN will submit the motion*;");
    life_is(f, "mine ban treaty", NULL, "1999 JPN signed;");
    dm_series_filter only = DM_SERIES_FILTER_INIT;
    only.type = "motion";
    list_is(f, &only, "resolution-UNCHR-CHN:2 ");
    only.type = NULL;
    only.party = "JPN";
    list_is(f, &only, "treaty-ottawa-treaty:1 ");
    only.party = NULL;
    only.since = dm_day_of(1991, 1, 1);
    only.until = dm_day_of(1992, 12, 31);
    list_is(f, &only, "resolution-UNCHR-CHN:1 ");
}

static void incomplete_mentions_join_the_only_one(void **state)
{
    fixture *f = *state;
    document(f, 1);
    event(f, 1, DM_ACCUSE, DONE, "USA", "CHN", "resolution|UNCHR|CHN|-", "draft", -1, NULL);
    event(f, 1, DM_SUPPORT, DONE, "JPN", "USA", "resolution|-|-|-", "cosponsor", -1, NULL);
    event(f, 1, DM_SUPPORT, DONE, "FRA", "USA", "resolution|UNO|CHN|-", "cosponsor", -1, NULL);
    document(f, 2); /* two that it could be: it stands for itself */
    event(f, 2, DM_ACCUSE, DONE, "USA", "CHN", "resolution|UNCHR|CHN|-", "draft", -1, NULL);
    event(f, 2, DM_ACCUSE, DONE, "USA", "IRN", "resolution|UNCHR|IRN|-", "draft", -1, NULL);
    event(f, 2, DM_SUPPORT, DONE, "DEU", "USA", "resolution|UNCHR|-|-", "cosponsor", -1, NULL);
    document(f, 3); /* nothing that it could be */
    event(f, 3, DM_SUPPORT, DONE, "ITA", "USA", "resolution|-|-|-", "cosponsor", -1, NULL);
    document(f, 4); /* talks stand for no others */
    event(f, 4, DM_CONSULT, DONE, "ITA", "CHN", "talks|UNO|CHN|-", "hold", 0, NULL);
    event(f, 4, DM_CONSULT, DONE, "ITA", "CHN", "talks|-|-|-", "hold", 0, NULL);
    list_is(f, NULL, "resolution-UNCHR-CHN:4 resolution-UNCHR:1 resolution-UNCHR-IRN:1 talks-UNO-CHN:1 ");
    dm_series_filter all = DM_SERIES_FILTER_INIT;
    all.vague = true;
    list_is(f, &all, "resolution-UNCHR-CHN:4 resolution:1 resolution-UNCHR:1 resolution-UNCHR-IRN:1 talks:1 talks-UNO-CHN:1 ");
    dm_life *life = NULL;
    assert_int_equal(dm_record_life(f->r, "resolution-UNCHR-CHN", NULL, &life, NULL), DM_OK);
    for (size_t i = 0; i < life->n; i++)
        assert_int_equal(life->part[i].trace[0] != '\0', strcmp(life->part[i].who[0].code, "USA") != 0);
    dm_life_free(life);
}

static void who_was_asked_and_has_yet_to(void **state)
{
    fixture *f = *state;
    const char *in = "resolution|UNCHR|CHN|-";
    document(f, 1);
    event(f, 1, DM_REQUEST, DONE, "USA", "JPN", in, "cosponsor", -1, NULL);
    event(f, 1, DM_REQUEST, DONE, "CHN", "JPN", in, "cosponsor", 1, NULL);
    event(f, 1, DM_REQUEST, DONE, "USA", "FRA", in, "cosponsor", -1, NULL);
    event(f, 1, DM_REQUEST, DM_NEGATION, "USA", "ITA", in, "cosponsor", 1, NULL);
    event(f, 1, DM_SUPPORT, DM_NEGATION, "JPN", "USA", in, "cosponsor", 1, NULL);
    event(f, 1, DM_REJECT, DM_FUTURE, "JPN", "CHN", "motion|UNCHR|CHN|-", "vote_against", -1, NULL);
    event(f, 1, DM_SUPPORT, DM_HYPOTHETICAL, "DEU", "USA", in, "cosponsor", -1, NULL);
    event(f, 1, DM_REJECT, DONE, "GBR", "USA", in, "cosponsor", 1, NULL);
    life_is(f, NULL, NULL,
        "1999 USA asked FRA to cosponsor*;1999 USA asked JPN to cosponsor;1999 CHN asked JPN not to cosponsor;1999 GBR "
        "declined to cosponsor;"
        "1999 JPN declined to cosponsor;1999 USA did not ask ITA to cosponsor;1999 DEU may cosponsor;1999 JPN will vote "
        "against the motion*;");
    dm_series_filter only = DM_SERIES_FILTER_INIT;
    only.party = "JPN";
    life_is(f, "resolution-UNCHR-CHN", &only,
        "1999 USA asked JPN to cosponsor;1999 CHN asked JPN not to cosponsor;1999 JPN declined to cosponsor;1999 JPN will vote "
        "against the motion*;");
}

static void only_years_with_an_edition(void **state)
{
    fixture *f = *state;
    document(f, 1);
    event(f, 1, DM_ACCUSE, DONE, "USA", "CHN", "resolution|UNCHR|CHN|-", "introduce", -1, "1990 1992");
    event(f, 1, DM_SUPPORT, DONE, "JPN", "USA", "resolution|UNCHR|CHN|-", "cosponsor", -1, "1989 1990 1991 1992");
    document(f, 2); /* says nothing of when it was made: all its years stand */
    event(f, 2, DM_SUPPORT, DONE, "FRA", "USA", "resolution|UNCHR|CHN|-", "cosponsor", -1, "1990 1991 1992");
    life_is(f, NULL, NULL,
        "1990 USA introduced;1990 FRA cosponsored;1990 JPN cosponsored;1991 FRA cosponsored;1992 USA introduced;1992 FRA "
        "cosponsored;1992 JPN cosponsored;");
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int64_t rows(fixture *f, const char *table)
{
    char text[64];
    int64_t n = -1;
    snprintf(text, sizeof text, "SELECT count(*) FROM %s", table);
    assert_int_equal(dm_db_number(dm_store_db(f->r->store), text, &n, NULL), DM_OK);
    return n;
}

static void a_file_comes_in_whole_or_not_at_all(void **state)
{
    fixture *f = *state;
    char path[] = "/tmp/dm_votes_XXXXXX";
    dm_votes_stats s;
    dm_error err = { .msg = "" };
    const char *good =
        "undl_id,ms_code,ms_vote,date,title\n1,USA,Y,1990-01-01,Situation of human rights in Iraq\n2,USA,N,1990-01-02,x\n"
        "1,JPN,A,1990-01-01,Situation of human rights in Iraq\n";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && close(fd) == 0);
    write_file(path, "undl_id,ms_code,ms_vote,date\n1,USA,Y,1990-01-01\n");
    const int stop = 1;
    dm_votes_opts opts = DM_VOTES_OPTS_INIT;
    opts.stop = &stop;
    assert_int_not_equal(dm_record_import_votes(f->r, path, &opts, &s, &err), DM_OK);
    assert_int_equal(rows(f, "rollcall") + rows(f, "ballot") + rows(f, "instrument"), 0);
    write_file(path, good);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(dm_record_import_votes(f->r, path, NULL, &s, &err), DM_OK);
        assert_int_equal(s.ballots, again ? 0 : 3);
        assert_int_equal(s.known, again ? 3 : 0);
        assert_int_equal(rows(f, "rollcall"), 2);
        assert_int_equal(rows(f, "ballot"), 3);
    }
    life_is(f, "resolution-UNGA-IRQ", NULL, "1990 USA voted yes;1990 JPN abstained;");
    unlink(path);
}

static void names_that_are_none_or_several(void **state)
{
    fixture *f = *state;
    dm_life *life = NULL;
    dm_error err = { .msg = "" };
    document(f, 1);
    event(f, 1, DM_ACCUSE, DONE, "USA", "CHN", "resolution|UNCHR|CHN|-", "draft", -1, NULL);
    event(f, 1, DM_ACCUSE, DONE, "USA", "CHN", "resolution|UNGA|CHN|-", "draft", -1, NULL);
    assert_int_equal(dm_record_life(f->r, "no such", NULL, &life, &err), DM_EUSAGE);
    assert_int_equal(err.at, 0);
    assert_int_equal(dm_record_life(f->r, "China", NULL, &life, &err), DM_EUSAGE);
    assert_int_equal(err.at, 2);
    assert_non_null(strstr(err.msg, "resolution-UNCHR-CHN, resolution-UNGA-CHN"));
    assert_null(life);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { CASE(motions_and_votes_are_of_the_series), CASE(incomplete_mentions_join_the_only_one),
        CASE(who_was_asked_and_has_yet_to), CASE(only_years_with_an_edition), CASE(a_file_comes_in_whole_or_not_at_all),
        CASE(names_that_are_none_or_several) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* when: the cases of when_cases.tsv; the document's date from metadata, datelines and contents; times of events; years. Uses the
 * compiled tables ($DEMARCHE_DATA, set by meson) and no parser: the tree cases set their arcs by hand. */
#include "doc/times.h"
#include "scan/scan.h"
#include "segment/segment.h"
#include "when/when.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct kit {
    dm_tables *tables;
    dm_segmenter *seg;
    dm_when *when;
} kit;

static kit K;

static int set_up(void **state)
{
    char path[1024];
    const char *dir = getenv("DEMARCHE_DATA");
    dm_error err = { .msg = "" };
    (void)state;
    snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : ".");
    if (dm_tables_open(&K.tables, path, &err) != DM_OK || dm_segmenter_new(&K.seg, K.tables, &err) != DM_OK ||
        dm_when_new(&K.when, K.tables, &err) != DM_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dm_when_free(K.when);
    dm_segmenter_free(K.seg);
    dm_tables_close(K.tables);
    return 0;
}

static dm_doc *read_text(const char *text, const char *date)
{
    dm_doc *doc = dm_doc_new();
    dm_error err = { .msg = "" };
    assert_non_null(doc);
    if (date && *date)
        assert_int_equal(dm_day_parse(&doc->meta.date, dm_str_of(date), &err), DM_OK);
    assert_int_equal(dm_doc_set_text(doc, dm_str_of(text), &err), DM_OK);
    assert_int_equal(dm_segment(K.seg, doc, &err), DM_OK);
    assert_int_equal(dm_scan(K.tables, doc, &err), DM_OK);
    return doc;
}

static dm_doc *read_when(const char *text, const char *date)
{
    dm_doc *doc = read_text(text, date);
    assert_int_equal(dm_when_doc(K.when, doc, NULL), DM_OK);
    return doc;
}

static void day_text(char *out, dm_interval i, dm_day d)
{
    if (i.precision == DM_PREC_UNKNOWN)
        out[0] = 0;
    else if (d == DM_DAY_NONE)
        strcpy(out, "..");
    else
        dm_day_format(out, d);
}

static const dm_time *time_of(const dm_doc *doc, const char *words)
{
    for (uint32_t i = 0; i < doc->times.n; i++) {
        dm_span s = dm_doc_token_span(doc, doc->times.v[i].first, doc->times.v[i].n);
        if (dm_str_is(dm_doc_slice(doc, s), words))
            return &doc->times.v[i];
    }
    return NULL;
}

/* 1 when the case fails; prints what came instead. */
static int run_case(char **f, int line)
{
    char from[16], to[16];
    dm_doc *doc = read_when(f[0], f[1]);
    const dm_time *t = time_of(doc, f[2]);
    bool want_none = strcmp(f[5], "none") == 0, ok = want_none ? t == NULL : false;
    if (t && !want_none) {
        day_text(from, t->when, t->when.from);
        day_text(to, t->when, t->when.to);
        ok = strcmp(from, f[3]) == 0 && strcmp(to, f[4]) == 0 &&
             strcmp(dm_precision_name((dm_precision)t->when.precision), f[5]) == 0;
        if (!ok)
            fprintf(stderr, "when_cases.tsv:%d: %s: want %s..%s %s, got %s..%s %s (%.*s)\n", line, f[2], f[3], f[4], f[5], from,
                to, dm_precision_name(t->when.precision), DM_FMT(t->why));
    } else if (!ok) {
        fprintf(stderr, "when_cases.tsv:%d: '%s' %s\n", line, f[2], want_none ? "is no time" : "not found");
        for (uint32_t i = 0; i < doc->times.n; i++) {
            dm_str s = dm_doc_slice(doc, dm_doc_token_span(doc, doc->times.v[i].first, doc->times.v[i].n));
            fprintf(stderr, "    found '%.*s'\n", DM_FMT(s));
        }
    }
    dm_doc_free(doc);
    return !ok;
}

static void test_cases(void **state)
{
    char line[2048], *field[6];
    int failed = 0, n = 0, at = 0;
    (void)state;
    FILE *f = fopen("tests/unit/when_cases.tsv", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        at++;
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '#' || strncmp(line, "text\t", 5) == 0)
            continue;
        char *p = line;
        int k = 0;
        for (; k < 6 && p; k++) {
            field[k] = p;
            p = strchr(p, '\t');
            if (p)
                *p++ = 0;
        }
        assert_int_equal(k, 6);
        failed += run_case(field, at);
        n++;
    }
    fclose(f);
    assert_true(n > 200);
    assert_int_equal(failed, 0);
}

static void check_date(const char *text, const char *from, const char *to, dm_date_source source)
{
    char a[16], b[16];
    dm_doc *doc = read_when(text, NULL);
    day_text(a, doc->meta.date, doc->meta.date.from);
    day_text(b, doc->meta.date, doc->meta.date.to);
    if (strcmp(a, from) || strcmp(b, to))
        fprintf(stderr, "date of: %s\n", text);
    assert_string_equal(a, from);
    assert_string_equal(b, to);
    assert_int_equal(doc->meta.date_source, source);
    dm_doc_free(doc);
}

static void test_metadata_date(void **state)
{
    (void)state;
    check_date("Envoys meet in Oslo\n\nPublished: 3 May 2004, 12:54 p.m.\n\nTwo envoys met on Sunday.\n", "2004-05-03",
        "2004-05-03", DM_DATE_META);
    check_date("WORLD\n\n  • July 9, 2012\n  • The Herald\n\nTwo envoys met on Sunday after talks in June 2011.\n",
        "2012-07-09", "2012-07-09", DM_DATE_META);
    check_date(" date 2015-11-03 NAIROBI (AGENCY) - Two envoys met here.\n", "2015-11-03", "2015-11-03", DM_DATE_DATELINE);
    check_date("GENEVA, March 3, 2006 (Agency) - Two envoys met here.\n", "2006-03-03", "2006-03-03", DM_DATE_DATELINE);
    check_date(
        "The report was published on 3 May 2004. It was short.\n", "", "", DM_DATE_NONE); /* a sentence, no line of metadata */
    check_date("Last updated: 5 June 2010\nPosted: 4 June 2010\n\nTwo envoys met.\n", "2010-06-04", "2010-06-04", DM_DATE_META);
}

static void test_content_date(void **state)
{
    (void)state;
    /* the year before last is named, last year is not; the term of the minister ends the search */
    check_date("The two sides met. They broke off talks last year. The prime minister will visit this summer.\n", "", "",
        DM_DATE_NONE);
    check_date("The group has met every year through 2003. It did not meet last year. Prime Minister Junichiro Koizumi said it "
               "would meet "
               "this year. A vote is scheduled for May 12.\n",
        "2005-01-01", "2005-05-11", DM_DATE_CONTENT);
    /* a former holder bounds from below, a present one from both sides */
    check_date("President Barack Obama and President Nicolas Sarkozy said on Monday that they would act. Former President "
               "Jacques Chirac was "
               "absent.\n",
        "2009-01-20", "2012-05-15", DM_DATE_CONTENT);
}

/* Title and surname bind as the full name does; a year given with its days, and "last December" after it, is last year's. */
static void test_content_surnames(void **state)
{
    (void)state;
    check_date("President Clinton met Prime Minister Blair on Monday.\n", "1997-05-02", "2001-01-20", DM_DATE_CONTENT);
    check_date("Envoys had met on February 24th 1996. President Clinton vetoed the plan. Last December the group left, and the "
               "chancellor "
               "will visit on May 6.\n",
        "1997-01-01", "1997-05-05", DM_DATE_CONTENT);
}

static void test_years(void **state)
{
    (void)state;
    int16_t y[8];
    dm_doc *doc = read_when("They sent a report every year except 1993 and 1995, from 1992 to 1997.", "2000-01-01");
    assert_int_equal(doc->times.n, 1);
    assert_int_equal(dm_when_years(doc, &doc->times.v[0], y, 8), 4);
    assert_int_equal(y[0], 1992);
    assert_int_equal(y[1], 1994);
    assert_int_equal(y[2], 1996);
    assert_int_equal(y[3], 1997);
    assert_int_equal(dm_when_years(doc, &doc->times.v[0], y, 2), 2);
    dm_doc_free(doc);
    doc = read_when(
        "Since the massacre at the camp in May 1992 they have sent a report every year but 1994, through 1996.", "2000-01-01");
    const dm_time *t = time_of(doc, "every year but 1994, through 1996");
    assert_non_null(t);
    assert_int_equal(dm_when_years(doc, t, y, 8), 3); /* from the first whole year */
    assert_int_equal(y[0], 1993);
    assert_int_equal(y[2], 1996);
    dm_doc_free(doc);
}

/* Sets one arc of a hand-made tree. */
static void arc(dm_doc *doc, uint32_t t, uint32_t head, uint8_t rel, uint8_t upos, uint8_t xpos)
{
    doc->tokens.v[t].head = head;
    doc->tokens.v[t].deprel = rel;
    doc->tokens.v[t].upos = upos;
    doc->tokens.v[t].xpos = xpos;
}

/* "Rome condemned the raid on Friday , officials said Monday ." */
static void test_event_and_statement(void **state)
{
    (void)state;
    dm_doc *doc = read_text("Rome condemned the raid on Friday, officials said Monday.", "2004-03-17");
    assert_int_equal(doc->tokens.n, 11);
    arc(doc, 0, 1, DM_D_NSUBJ, DM_U_PROPN, DM_X_NNP);
    arc(doc, 1, DM_NONE, DM_D_ROOT, DM_U_VERB, DM_X_VBD);
    arc(doc, 2, 3, DM_D_DET, DM_U_DET, DM_X_DT);
    arc(doc, 3, 1, DM_D_OBJ, DM_U_NOUN, DM_X_NN);
    arc(doc, 4, 5, DM_D_CASE, DM_U_ADP, DM_X_IN);
    arc(doc, 5, 1, DM_D_OBL, DM_U_PROPN, DM_X_NNP);
    arc(doc, 6, 8, DM_D_PUNCT, DM_U_PUNCT, DM_X_COMMA);
    arc(doc, 7, 8, DM_D_NSUBJ, DM_U_NOUN, DM_X_NNS);
    arc(doc, 8, 1, DM_D_PARATAXIS, DM_U_VERB, DM_X_VBD);
    arc(doc, 9, 8, DM_D_OBL_TMOD, DM_U_PROPN, DM_X_NNP);
    arc(doc, 10, 1, DM_D_PUNCT, DM_U_PUNCT, DM_X_PUNCT);
    doc->sents.v[0].parsed = 1;
    assert_int_equal(dm_doc_link(doc, NULL), DM_OK);
    assert_int_equal(dm_when_doc(K.when, doc, NULL), DM_OK);
    dm_event *e = DM_PUSH(&doc->arena, &doc->events);
    uint32_t *head = DM_PUSH(&doc->arena, &doc->event_head);
    assert_true(e && head);
    *head = 1;
    e->attribution = dm_arena_alloc(&doc->arena, 1, sizeof *e->attribution);
    assert_non_null(e->attribution);
    e->n_attribution = 1;
    e->attribution[0].span = doc->tokens.v[7].span;
    assert_int_equal(dm_when_events(K.when, doc, NULL), DM_OK);
    assert_int_equal(e->when.from, dm_day_of(2004, 3, 12));
    assert_int_equal(e->when.precision, DM_PREC_DAY);
    assert_int_equal(e->said.from, dm_day_of(2004, 3, 15));
    assert_int_equal(dm_time_for(doc, 3), dm_time_for(doc, 1)); /* the raid is the verb's object: same clause, same time */
    dm_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases), cmocka_unit_test(test_metadata_date),
        cmocka_unit_test(test_content_date), cmocka_unit_test(test_content_surnames), cmocka_unit_test(test_years),
        cmocka_unit_test(test_event_and_statement) };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

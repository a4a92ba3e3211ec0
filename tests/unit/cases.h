// SPDX-License-Identifier: Apache-2.0
/* Case tables of the unit tests that run the whole pipeline: TSV rows, a coder, one text coded at a date. Header only: each test
 * program is one file. */
#ifndef DM_TESTS_CASES_H
#define DM_TESTS_CASES_H

#include "doc/doc.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include <demarche/coder.h>
#include <stdio.h>
#include <stdlib.h>

enum { CASE_LINE = 4096, CASE_FIELDS = 12 };

typedef struct case_row {
    const char *file;
    int line;
    char *field[CASE_FIELDS]; /* "" where the row ends early */
} case_row;

typedef bool (*case_fn)(void *ctx, const case_row *row); /* true: the case holds */
typedef struct case_count {
    int cases, failed;
} case_count;

/* "|" in a text stands for an empty line. */
static void cases_paragraphs(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text && n + 3 < size; text++)
        if (*text == '|') {
            out[n++] = '\n';
            out[n++] = '\n';
        } else {
            out[n++] = *text;
        }
    out[n] = 0;
}

static dm_doc *cases_code(const dm_coder *coder, const char *text, const char *date)
{
    char body[CASE_LINE];
    dm_doc *doc = dm_doc_new();
    dm_error err = { .msg = "" };
    assert_non_null(doc);
    assert_int_equal(dm_day_parse(&doc->meta.date, dm_str_of(date), &err), DM_OK);
    doc->meta.date_source = DM_DATE_GIVEN;
    cases_paragraphs(body, sizeof body, text);
    assert_int_equal(dm_doc_set_text(doc, dm_str_of(body), &err), DM_OK);
    assert_int_equal(dm_code_doc(coder, doc, &err), DM_OK);
    return doc;
}

/* Runs fn on every row. Comment lines start with '#', the first other line is the header. */
static case_count cases_run(const char *file, case_fn fn, void *ctx)
{
    char line[CASE_LINE], empty[1] = "";
    case_count count = { 0, 0 };
    case_row row = { .file = file };
    bool header = true;
    FILE *f = fopen(file, "r");
    if (!f)
        fail_msg("cannot open '%s'", file);
    while (fgets(line, sizeof line, f)) {
        row.line++;
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '#')
            continue;
        if (header) {
            header = false;
            continue;
        }
        char *p = line;
        for (int k = 0; k < CASE_FIELDS; k++) {
            row.field[k] = p ? p : empty;
            p = p ? strchr(p, '\t') : NULL;
            if (p)
                *p++ = 0;
        }
        count.cases++;
        count.failed += !fn(ctx, &row);
    }
    fclose(f);
    return count;
}

#endif

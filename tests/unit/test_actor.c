// SPDX-License-Identifier: Apache-2.0
/* actor: actor_cases.tsv through the whole pipeline: the words of a mention and the parties that it stands for, at a date. Gaps that
 * are known stand in actor_known_gaps.tsv; one that closes fails here, so that its line is moved to the cases. */
#include "cases.h"

enum { OUT = 256 };
enum { F_FAMILY, F_DATE, F_TEXT, F_MENTION, F_PARTY };

typedef struct ctx {
    const dm_coder *coder;
    bool gaps;
} ctx;

/* "JPN[GOV]+CHN[GOV]"; "?" where there is no code. */
static void parties(char *out, const dm_doc *doc, const dm_mention *m)
{
    size_t n = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < m->n_entity && n < OUT; i++) {
        const dm_entity *en = &doc->entities.v[m->entity[i]];
        n += (size_t)snprintf(out + n, OUT - n, "%s%s%s%s%s", i ? "+" : "", en->code[0] ? en->code : "?",
            en->sector[0] ? "[" : "", en->sector, en->sector[0] ? "]" : "");
    }
}

static dm_str words(const dm_doc *doc, const dm_mention *m)
{
    return dm_doc_slice(doc, dm_doc_token_span(doc, m->first, m->n));
}

/* Every mention of these words has the party (a pronoun that stands twice must be right twice); party "none": there is no such mention. */
static bool holds(const dm_doc *doc, const case_row *row)
{
    char got[OUT];
    uint32_t found = 0, right = 0;
    for (uint32_t i = 0; i < doc->mentions.n; i++) {
        const dm_mention *m = &doc->mentions.v[i];
        if (!dm_str_is(words(doc, m), row->field[F_MENTION]))
            continue;
        parties(got, doc, m);
        found++;
        right += strcmp(got, row->field[F_PARTY]) == 0;
    }
    return strcmp(row->field[F_PARTY], "none") == 0 ? found == 0 : found > 0 && right == found;
}

static void show(const case_row *row, const dm_doc *doc, bool gap)
{
    char got[OUT];
    fprintf(stderr, "%s:%d: %s%s: want '%s' = %s\n", row->file, row->line, gap ? "holds now, move it to actor_cases.tsv: " : "",
        row->field[F_TEXT], row->field[F_MENTION], row->field[F_PARTY]);
    for (uint32_t i = 0; i < doc->mentions.n; i++) {
        const dm_mention *m = &doc->mentions.v[i];
        parties(got, doc, m);
        fprintf(stderr, "    '%.*s' = %s  %.*s\n", DM_FMT(words(doc, m)), got, DM_FMT(m->why));
    }
}

static bool run_case(void *p, const case_row *row)
{
    const ctx *c = p;
    dm_doc *doc = cases_code(c->coder, row->field[F_TEXT], row->field[F_DATE]);
    bool ok = holds(doc, row) != c->gaps;
    if (!ok)
        show(row, doc, c->gaps);
    dm_doc_free(doc);
    return ok;
}

static void cases_hold(void **state)
{
    ctx c = { *state, false };
    case_count count = cases_run("tests/unit/actor_cases.tsv", run_case, &c);
    assert_true(count.cases >= 80);
    assert_int_equal(count.failed, 0);
}

static void known_gaps_stay_listed(void **state)
{
    ctx c = { *state, true };
    assert_int_equal(cases_run("tests/unit/actor_known_gaps.tsv", run_case, &c).failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cases_hold), cmocka_unit_test(known_gaps_stay_listed) };
    return cmocka_run_group_tests(tests, coder_open, coder_close);
}

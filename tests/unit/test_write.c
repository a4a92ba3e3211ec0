// SPDX-License-Identifier: Apache-2.0
/* The formats on a document made by hand: exact bytes, offsets in code points, quoting, wrapping, hostile text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doc/doc.h"
#include "write/put.h"
#include <demarche/write.h>

static const char text[] = "Caf\xC3\xA9 talks, said \"X\".\nJapan condemned\tChina; twice, hard.";

static dm_span at(const char *words)
{
    const char *p = strstr(text, words);
    assert_non_null(p);
    return (dm_span){ (uint32_t)(p - text), (uint32_t)strlen(words) };
}

static dm_party *party(dm_doc *doc, const char *code, const char *sector, const char *words)
{
    dm_party *p = dm_arena_alloc(&doc->arena, 1, sizeof *p);
    strcpy(p->code, code);
    strcpy(p->sector, sector);
    if (words)
        p->span = at(words);
    return p;
}

static void add_sentence(dm_doc *doc, const char *words)
{
    dm_sent *s = DM_PUSH(&doc->arena, &doc->sents);
    s->span = at(words);
}

static dm_event *add_event(dm_doc *doc)
{
    dm_event *e = DM_PUSH(&doc->arena, &doc->events);
    *e = (dm_event){ .id = 0xABC,
        .sentence = 1,
        .type = DM_ACCUSE,
        .aux = DM_NEGATION | DM_HYPOTHETICAL,
        .mode = "disapprove",
        .cameo = "111",
        .scale = -2,
        .goldstein = -2.25,
        .quad = 3,
        .n_actor = 1,
        .n_recipient = 1,
        .trigger = at("condemned"),
        .when = { 19024, 19030, DM_PREC_WEEK },
        .said = { 19026, DM_DAY_NONE, DM_PREC_RANGE },
        .contexts = 1u << 11 | 1,
        .confidence = 0.8249 };
    e->actor = party(doc, "JPN", "GOV", "Japan");
    e->recipient = party(doc, "CHN", "", "China; twice");
    return e;
}

static dm_doc *make(void)
{
    dm_doc *doc = dm_doc_new();
    assert_non_null(doc);
    assert_int_equal(dm_doc_set_text(doc, (dm_str){ text, sizeof text - 1 }, NULL), DM_OK);
    doc->meta.id = DM_STR("a \"b\".txt");
    doc->meta.title = DM_STR("T\x01\\");
    add_sentence(doc, "Caf\xC3\xA9 talks, said \"X\".");
    add_sentence(doc, "Japan condemned\tChina; twice, hard.");
    add_event(doc);
    return doc;
}

static void written(dm_buf *out, const dm_doc *doc, dm_write_opts opts)
{
    assert_int_equal(dm_write_begin(out, &opts, NULL), DM_OK);
    assert_int_equal(dm_write_doc(out, doc, &opts, NULL), DM_OK);
    assert_int_equal(dm_buf_add(out, "", 1), DM_OK);
}

static dm_write_opts as(dm_format f)
{
    dm_write_opts o = DM_WRITE_OPTS_INIT;
    o.format = f;
    return o;
}

static void jsonl_is_exact(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_buf out = { 0 };
    written(&out, doc, as(DM_FORMAT_JSONL));
    assert_string_equal(out.p,
        "{\"id\":\"0000000000000abc\",\"doc\":\"a \\\"b\\\".txt\",\"date\":\"2022-02-01\",\"enddate\":\"2022-02-07\","
        "\"date_precision\":\"week\",\"statement_date\":\"2022-02-03/..\","
        "\"actor\":[{\"code\":\"JPN\",\"sector\":\"GOV\",\"entity_text\":\"Japan\",\"start\":22,\"end\":27}],"
        "\"recipient\":[{\"code\":\"CHN\",\"entity_text\":\"China; twice\",\"start\":38,\"end\":50}],"
        "\"event\":[\"ACCUSE\"],\"mode\":[\"disapprove\"],\"context\":[\"military\",\"human_rights\"],"
        "\"aux\":[\"negation\",\"hypothetical\"],\"cameo\":\"111\",\"event_scale\":-2.0,\"goldstein\":-2.25,\"quad_code\":3,"
        "\"trigger\":{\"text\":\"condemned\",\"start\":28,\"end\":37},"
        "\"text\":\"Japan condemned\\tChina; twice, hard.\",\"text_info\":{\"sequence\":2,\"start\":22,\"end\":57},"
        "\"cite_info\":{\"title\":\"T\\u0001\\\\\"},\"confidence\":0.825,\"coder\":\"demarche " DM_VERSION "\"}\n");
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void jsonl_has_the_rest(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_event *e = &doc->events.v[0];
    dm_instrument in = { .type = DM_STR("resolution"),
        .subject = DM_STR("CHN"),
        .act = DM_STR("draft"),
        .polarity = -1,
        .n_years = 2,
        .years = { 1990, 1992 } };
    dm_reason reason = { DM_PURPOSE, at("twice") };
    dm_str why[] = { DM_STR("frames/verbs.tsv:812"), DM_STR("status/none") };
    e->instrument = &in;
    e->reason = &reason;
    e->n_reason = 1;
    e->why = why;
    e->n_why = 2;
    e->attribution = party(doc, "USA", "", NULL);
    e->n_attribution = 1;
    e->when = (dm_interval){ DM_DAY_NONE, 19024, DM_PREC_RANGE };
    dm_buf out = { 0 };
    written(&out, doc, as(DM_FORMAT_JSONL));
    assert_non_null(strstr(out.p, "\"enddate\":\"2022-02-01\",\"date_precision\":\"range\""));
    assert_null(strstr(out.p, "\"date\":"));
    assert_non_null(
        strstr(out.p, "\"attribution\":[{\"code\":\"USA\"}],\"instrument\":{\"type\":\"resolution\",\"subject\":\"CHN\","
                      "\"act\":\"draft\",\"polarity\":-1,\"years\":[1990,1992]},\"reason\":[{\"kind\":\"purpose\","
                      "\"text\":\"twice\",\"start\":45,\"end\":50}],\"text\":"));
    assert_non_null(strstr(out.p, ",\"why\":[\"frames/verbs.tsv:812\",\"status/none\"],\"coder\":"));
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static size_t count_char(const char *s, char c)
{
    size_t n = 0;
    for (; *s; s++)
        n += *s == c;
    return n;
}

static void csv_quotes_and_joins(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_buf out = { 0 };
    written(&out, doc, as(DM_FORMAT_CSV));
    assert_int_equal(strncmp(out.p, "id,doc,date,enddate,", 20), 0);
    const char *row = strchr(out.p, '\n') + 1;
    assert_int_equal(
        strncmp(row, "0000000000000abc,\"a \"\"b\"\".txt\",2022-02-01,2022-02-07,week,2022-02-03/..,JPN,GOV,Japan,CHN,,", 91),
        0);
    assert_non_null(strstr(row, ",\"China, twice\",ACCUSE,"));
    assert_non_null(strstr(row, ",military;human_rights,negation;hypothetical,111,-2.0,-2.25,3,condemned,28,37,"));
    assert_non_null(strstr(row, ",\"Japan condemned\tChina; twice, hard.\",2,22,57,"));
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void tsv_has_as_many_cells_as_its_header(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_buf out = { 0 };
    written(&out, doc, as(DM_FORMAT_TSV));
    char *row = strchr(out.p, '\n');
    *row++ = 0;
    assert_int_equal(count_char(out.p, '\t'), 44);
    assert_int_equal(count_char(row, '\t'), 44);
    assert_int_equal(count_char(row, '\n'), 1);
    assert_non_null(strstr(row, "\tJapan condemned China; twice, hard.\t2\t"));
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void page_keeps_its_width(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_buf out = { 0 };
    dm_write_opts o = as(DM_FORMAT_TEXT);
    o.width = DM_WIDTH_MIN;
    written(&out, doc, o);
    size_t col = 0;
    for (const char *p = out.p; *p; p++) {
        col = *p == '\n' ? 0 : col + (((unsigned char)*p & 0xC0) != 0x80);
        assert_true(col <= DM_WIDTH_MIN);
    }
    assert_non_null(strstr(out.p, "ACCUSE/disapprove"));
    assert_non_null(strstr(out.p, "\xC2\xAB"
                                  "condemned\xC2\xBB"));
    assert_null(strchr(out.p, '\x01'));
    assert_null(strchr(out.p, '\033'));
    assert_null(strstr(out.p, "(\n")); /* brackets and marks stay with their words */
    assert_null(strstr(out.p, "\xC2\xAB\n"));
    assert_null(strstr(out.p, "\n                  )"));
    assert_non_null(strstr(out.p, "(conditional,"));
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void page_shows_why_when_asked(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_str why[] = { DM_STR("frames/verbs.tsv:812") };
    doc->events.v[0].why = why;
    doc->events.v[0].n_why = 1;
    dm_buf out = { 0 };
    written(&out, doc, as(DM_FORMAT_TEXT));
    assert_null(strstr(out.p, "verbs.tsv"));
    dm_buf_clear(&out);
    dm_write_opts o = as(DM_FORMAT_TEXT);
    o.why = o.color = true;
    written(&out, doc, o);
    assert_non_null(strstr(out.p, "frames/verbs.tsv:812"));
    assert_non_null(strstr(out.p, "\033["));
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void numbers_have_the_digits_they_need(void **state)
{
    (void)state;
    static const struct {
        double x;
        int least, most;
        const char *text;
    } cases[] = { { 0, 1, 3, "0.0" }, { -0.0001, 1, 3, "0.0" }, { 0.5, 0, 3, "0.5" }, { 7, 0, 3, "7" },
        { 9.9996, 1, 3, "10.0" }, { -6.5, 1, 3, "-6.5" }, { 0.007, 1, 3, "0.007" }, { 1.0 / 3.0, 1, 6, "0.333333" },
        { 0.0, 2, 2, "0.00" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dm_buf out = { 0 };
        dm_put_num(&out, cases[i].x, cases[i].least, cases[i].most);
        assert_int_equal(dm_buf_add(&out, "", 1), DM_OK);
        assert_string_equal(out.p, cases[i].text);
        dm_buf_free(&out);
    }
}

static void conllu_has_one_root(void **state)
{
    (void)state;
    dm_doc *doc = make();
    static const char *const words[] = { "Japan", "condemned", "China", ";" };
    for (uint32_t i = 0; i < 4; i++) {
        dm_token *t = DM_PUSH(&doc->arena, &doc->tokens);
        t->span = at(words[i]);
        t->lemma = dm_str_of(words[i]);
        t->head = i == 1 ? DM_NONE : i == 0 ? DM_NONE : 1; /* "Japan" stands for a word that the parser left out */
        t->deprel = i == 1 ? DM_D_ROOT : i == 2 ? DM_D_OBJ : i == 3 ? DM_D_PUNCT : DM_D_NONE;
        t->upos = i == 1 ? DM_U_VERB : DM_U_PROPN;
        t->flags = i && i < 3 ? DM_T_SPACE : 0;
    }
    doc->sents.v[1].first = 0;
    doc->sents.v[1].n = 4;
    doc->sents.v[1].parsed = 1;
    doc->tokens.v[1].feats = DM_F_PAST | DM_F_FIN;
    dm_buf out = { 0 };
    assert_int_equal(dm_write_conllu(&out, doc, NULL), DM_OK);
    assert_int_equal(dm_buf_add(&out, "", 1), DM_OK);
    assert_string_equal(out.p,
        "# sent_id = a \"b\".txt:2\n# text = Japan condemned China; twice, hard.\n"
        "1\tJapan\tJapan\tPROPN\t_\t_\t2\tdep\t_\t_\n2\tcondemned\tcondemned\tVERB\t_\tTense=Past|VerbForm=Fin\t0\troot\t_\t_\n"
        "3\tChina\tChina\tPROPN\t_\t_\t2\tobj\t_\tSpaceAfter=No\n4\t;\t;\tPROPN\t_\t_\t2\tpunct\t_\t_\n\n");
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void wrong_versions_are_refused(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_write_opts o = DM_WRITE_OPTS_INIT;
    o.version = 99;
    dm_buf out = { 0 };
    dm_error err = { .msg = "" };
    assert_int_equal(dm_write_doc(&out, doc, &o, &err), DM_EUSAGE);
    assert_non_null(strstr(err.msg, "99"));
    dm_format f;
    assert_int_equal(dm_format_find(&f, "xml", &err), DM_EUSAGE);
    assert_int_equal(dm_format_find(&f, "tsv", &err), DM_OK);
    assert_int_equal(f, DM_FORMAT_TSV);
    assert_int_equal(dm_write_source(&out, doc, DM_FORMAT_CSV, &err), DM_EUSAGE);
    dm_doc_free(doc);
}

static void source_is_the_text_itself(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_buf out = { 0 };
    assert_int_equal(dm_write_source(&out, doc, DM_FORMAT_TEXT, NULL), DM_OK);
    assert_int_equal(out.len, sizeof text - 1);
    assert_memory_equal(out.p, text, out.len);
    dm_buf_free(&out);
    dm_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jsonl_is_exact),
        cmocka_unit_test(jsonl_has_the_rest),
        cmocka_unit_test(csv_quotes_and_joins),
        cmocka_unit_test(tsv_has_as_many_cells_as_its_header),
        cmocka_unit_test(page_keeps_its_width),
        cmocka_unit_test(page_shows_why_when_asked),
        cmocka_unit_test(numbers_have_the_digits_they_need),
        cmocka_unit_test(conllu_has_one_root),
        cmocka_unit_test(wrong_versions_are_refused),
        cmocka_unit_test(source_is_the_text_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* segment: tokens and their matching forms, sentences, paragraphs, quotations, datelines, kinds; limits. */
#include "base/token.h"
#include "segment/segment.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static dm_tables *tables;
static dm_segmenter *seg;

static int set_up(void **state)
{
    char path[1024];
    const char *dir = getenv("DEMARCHE_DATA");
    dm_error err = { .msg = "" };
    (void)state;
    snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : ".");
    if (dm_tables_open(&tables, path, &err) != DM_OK || dm_segmenter_new(&seg, tables, &err) != DM_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dm_segmenter_free(seg);
    dm_tables_close(tables);
    return 0;
}

static dm_doc *cut_doc(dm_str text)
{
    dm_doc *doc = dm_doc_new();
    dm_error err = { .msg = "" };
    assert_non_null(doc);
    assert_int_equal(dm_doc_set_text(doc, text, &err), DM_OK);
    assert_int_equal(dm_segment(seg, doc, &err), DM_OK);
    return doc;
}

static dm_doc *cut(const char *text) { return cut_doc(dm_str_of(text)); }

/* The tokens of sentence s joined by spaces. */
static const char *words(const dm_doc *doc, uint32_t s, char *out, size_t cap)
{
    size_t n = 0;
    for (uint32_t t = doc->sents.v[s].first; t < doc->sents.v[s].first + doc->sents.v[s].n; t++) {
        dm_str w = dm_token_text(doc, t);
        int k = snprintf(out + n, cap - n, "%s%.*s", n ? " " : "", DM_FMT(w));
        if (k < 0 || (size_t)k >= cap - n)
            break;
        n += (size_t)k;
    }
    return out;
}

static const struct {
    const char *text, *tokens;
} TOKENS[] = {
    { "We don't, can't and won't; they'll say it's China's.", "We do n't , ca n't and wo n't ; they 'll say it 's China 's ." },
    { "We don’t know; China’s can’t.", "We do n’t know ; China ’s ca n’t ." },
    { "It cannot be gonna.", "It can not be gon na ." },
    { "The U.S.-led no-action Japan-U.S. pact.", "The U.S. - led no - action Japan - U.S. pact ." },
    { "Anti-war, pro-democracy, non-aligned, co-operation, mid-July.",
        "Anti-war , pro-democracy , non-aligned , co-operation , mid-July ." },
    { "It paid $3.5bn, US$2 or €1,000 and 5% of 10km.", "It paid $ 3.5 bn , US$ 2 or € 1,000 and 5 % of 10 km ." },
    { "In 1990-95 on 2003-05-01 or 3/5/2004 at 12:54p.m.", "In 1990 - 95 on 2003-05-01 or 3/5/2004 at 12:54 p.m." },
    { "The 1990s, the 3rd, the '80s.", "The 1990s , the 3rd , the '80s ." },
    { "He read A/RES/48/134 and and/or notes.", "He read A/RES/48/134 and and / or notes ." },
    { "See https://example.org/a?b=1, or mail a.b@example.org.", "See https://example.org/a?b=1 , or mail a.b@example.org ." },
    { "The workers' union of O'Neill said 'no'.", "The workers ' union of O'Neill said ' no ' ." },
    { "AT&T… and so on... -- he said!?", "AT&T … and so on ... -- he said !?" },
    { "word—word – word (a)[b]", "word — word – word ( a ) [ b ]" },
    { "Ph.D. in the U.S.A. of J.P. Morgan", "Ph.D. in the U.S.A. of J.P. Morgan" },
};

static void test_tokens(void **state)
{
    char out[512];
    (void)state;
    for (size_t i = 0; i < sizeof TOKENS / sizeof *TOKENS; i++) {
        dm_doc *doc = cut(TOKENS[i].text);
        assert_string_equal(words(doc, 0, out, sizeof out), TOKENS[i].tokens);
        dm_doc_free(doc);
    }
}

static void norm_is(const char *word, const char *want)
{
    char out[128];
    uint32_t n = dm_token_norm(out, word, (uint32_t)strlen(word));
    assert_int_equal(n, strlen(want));
    assert_memory_equal(out, want, n);
}

static void test_norm(void **state)
{
    (void)state;
    norm_is("U.S.", "us");
    norm_is("U.N", "un");
    norm_is("Gen.", "gen");
    norm_is("Ph.D.", "phd");
    norm_is("a.m.", "am");
    norm_is("China’S", "china's");
    norm_is("“", "\"");
    norm_is("—", "-");
    norm_is("--", "-");
    norm_is("…", "...");
    norm_is("...", "...");
    norm_is("Example.com", "example.com");
    norm_is("3.5", "3.5");
    norm_is("ÉTAT", "état");
    norm_is("Co-operation", "cooperation");
    norm_is("co-sponsored", "cosponsored");
    norm_is("anti-war", "anti-war");
}

/* A name in a table comes out as the same words as in running text. */
static void test_names_like_text(void **state)
{
    static const char *const NAMES[] = { "U.S. Department of State", "St. Kitts and Nevis", "Gen. Min Aung Hlaing",
        "J.P. Morgan Co.", "People's Republic", "Boutros Boutros-Ghali", "George W. Bush", "No. 10", "Côte d'Ivoire",
        "Human Rights Watch (HRW)" };
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        dm_rawtok tok[16];
        char text[256], norm[128];
        uint32_t n = dm_tokenize(NAMES[i], strlen(NAMES[i]), tok, 16);
        snprintf(text, sizeof text, "He met %s there.", NAMES[i]);
        dm_doc *doc = cut(text);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t len = dm_token_norm(norm, NAMES[i] + tok[k].start, tok[k].len);
            assert_true(dm_str_eq(doc->tokens.v[2 + k].norm, (dm_str){ norm, len }));
        }
        assert_true(dm_token_is(doc, 2 + n, "there"));
        dm_doc_free(doc);
    }
}

static const struct {
    const char *text;
    uint32_t sentences;
} SPLITS[] = {
    { "Gen. Lee met Sen. John W. Smith Jr. of the U.S. on Sept. 3. He left.", 2 },
    { "The U.N. Security Council met. The U.N. It left.", 3 },
    { "He left at 5 p.m. Monday. Talks went on until 7 a.m. China objected.", 3 },
    { "We are No. 5 in the list. No. We are not.", 3 },
    { "\"Why now?\" Mr. Kim asked. \"Is it true?\" he added.", 2 },
    { "“We agree. We will sign,” he said.", 2 },
    { "The minister (who is ill. He is 80) left.", 1 },
    { "(The vote was put off. Russia objected.) It was held later.", 3 },
    { "They talked… Then they left... and came back.", 2 },
    { "It was signed in Washington, D.C. The talks went on.", 2 },
    { "The firm, Acme Co. Ltd., paid 3.5 million.", 1 },
    { "He was born in 1805.[6] He died later.[7]", 2 },
    { "They spoke with them. al-Shabaab did not answer.", 2 },
    { "One line\nthat goes on in the next one, and\nends here.", 1 },
};

static void test_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SPLITS / sizeof *SPLITS; i++) {
        dm_doc *doc = cut(SPLITS[i].text);
        if (doc->sents.n != SPLITS[i].sentences)
            fprintf(stderr, "%u sentences in: %s\n", doc->sents.n, SPLITS[i].text);
        assert_int_equal(doc->sents.n, SPLITS[i].sentences);
        dm_doc_free(doc);
    }
}

static void test_paragraphs(void **state)
{
    (void)state;
    dm_doc *doc = cut("Talks fail again\n\nThe first paragraph is one line. It has two sentences.\nThe second paragraph "
                      "follows at once.\r\n\r\n"
                      "• A point\n• Another point\n");
    assert_int_equal(doc->sents.n, 6);
    assert_int_equal(doc->sents.v[0].kind, DM_SENT_HEADLINE);
    assert_int_equal(doc->sents.v[1].kind, DM_SENT_BODY);
    assert_int_equal(doc->sents.v[1].para, doc->sents.v[2].para);
    assert_true(doc->sents.v[3].para > doc->sents.v[2].para);
    assert_true(doc->sents.v[5].para > doc->sents.v[4].para);
    dm_doc_free(doc);
    /* wrapped at a column: the breaks inside a paragraph do not count */
    doc = cut("Delegates from forty countries met in the capital on Monday to talk about\n"
              "a ban on the mines that kill farmers long after wars have ended, and they\n"
              "agreed to meet again. Nobody signed. The Foreign Minister of the host said\n"
              "Canada would pay.\n");
    assert_int_equal(doc->sents.n, 3);
    assert_int_equal(doc->sents.v[2].para, 0);
    dm_doc_free(doc);
}

static void test_marks(void **state)
{
    (void)state;
    const char *text = "share this\nMinister resigns\nThe minister resigned. He was ill.\n";
    dm_doc *doc = dm_doc_new();
    assert_non_null(doc);
    assert_int_equal(dm_doc_set_text(doc, dm_str_of(text), NULL), DM_OK);
    dm_line *l = DM_PUSH(&doc->arena, &doc->lines);
    assert_non_null(l);
    *l = (dm_line){ { 11, 16 }, DM_LINE_HEADLINE }; /* unordered on purpose */
    l = DM_PUSH(&doc->arena, &doc->lines);
    assert_non_null(l);
    *l = (dm_line){ { 0, 10 }, DM_LINE_NOISE };
    assert_int_equal(dm_segment(seg, doc, NULL), DM_OK);
    assert_int_equal(doc->sents.n, 4);
    assert_int_equal(doc->sents.v[0].kind, DM_SENT_NOISE);
    assert_int_equal(doc->sents.v[1].kind, DM_SENT_HEADLINE);
    assert_int_equal(doc->sents.v[2].kind, DM_SENT_BODY);
    dm_doc_free(doc);
}

static const struct {
    const char *text;
    uint8_t dateline;
} DATELINES[] = {
    { "GENEVA, March 3 (Agency) - The council voted.", 8 },
    { "date 2010-02-03 LIMA (AGENCY) - Peru voted.", 7 },
    { "MOSCOW — Russia voted.", 2 },
    { "NEW DELHI: India voted.", 3 },
    { "Nairobi (Agency) -- The council voted.", 5 },
    { "NATO - the alliance of the West - voted.", 0 },
    { "Talks - the third this year - failed.", 0 },
    { "NOTE: This text was changed.", 0 },
    { "The council voted - at last.", 0 },
};

static void test_datelines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DATELINES / sizeof *DATELINES; i++) {
        dm_doc *doc = cut(DATELINES[i].text);
        if (doc->sents.v[0].dateline != DATELINES[i].dateline)
            fprintf(stderr, "dateline %u in: %s\n", doc->sents.v[0].dateline, DATELINES[i].text);
        assert_int_equal(doc->sents.v[0].dateline, DATELINES[i].dateline);
        uint32_t start = doc->sents.v[0].first + doc->sents.v[0].dateline;
        assert_true(doc->tokens.v[start].flags & DM_T_SENT_START);
        dm_doc_free(doc);
    }
}

static void test_quotes(void **state)
{
    (void)state;
    dm_doc *doc = cut("“One. Two.\n\n“Three,” he said. \"Four\" and 'five six' too.\n\nThe “open one stays here.\n\nOutside.");
    assert_int_equal(doc->quotes.n, 4);
    assert_int_equal(doc->sents.v[0].quote, DM_NONE);
    assert_int_equal(doc->sents.v[1].quote, 0); /* Two. */
    assert_int_equal(doc->sents.v[2].quote, 0); /* the quotation goes on in the next paragraph */
    assert_int_equal(doc->sents.v[3].quote, DM_NONE);
    uint32_t last = doc->tokens.n - 2;
    assert_true(dm_token_is(doc, last, "outside"));
    assert_false(doc->tokens.v[last].flags & DM_T_QUOTED);
    assert_true(doc->tokens.v[doc->quotes.v[0].first].flags & DM_T_QUOTED);
    dm_doc_free(doc);
}

/* Spans are ordered, do not overlap, and leave out nothing but white space; sentences tile the tokens. */
static void check_tiling(const dm_doc *doc)
{
    uint32_t at = 0, next = 0;
    for (uint32_t t = 0; t < doc->tokens.n; t++) {
        dm_span s = doc->tokens.v[t].span;
        assert_true(s.start >= at && s.len > 0 && s.start + s.len <= doc->text.len);
        at = s.start + s.len;
    }
    for (uint32_t i = 0; i < doc->sents.n; i++) {
        const dm_sent *s = &doc->sents.v[i];
        assert_int_equal(s->first, next);
        assert_true(s->n > 0 && s->n <= DM_SENT_TOKENS_MAX && s->dateline <= s->n);
        next = s->first + s->n;
    }
    assert_int_equal(next, doc->tokens.n);
}

static void test_limits(void **state)
{
    (void)state;
    enum { N = 300000 };
    static const char *const UNITS[] = { "a ", "a, ", "(", "\"", "a.", "1-", "A/", "'", "a-", "\n", "“a ", ".", "www.", "U.S. ",
        "@", "1,", "\xE2\x80\x99" };
    char *buf = malloc(N);
    assert_non_null(buf);
    for (size_t u = 0; u < sizeof UNITS / sizeof *UNITS; u++) {
        size_t n = 0, k = strlen(UNITS[u]);
        while (n + k <= N) {
            memcpy(buf + n, UNITS[u], k);
            n += k;
        }
        dm_doc *doc = cut_doc((dm_str){ buf, n });
        check_tiling(doc);
        dm_doc_free(doc);
    }
    free(buf);
    dm_doc *doc = cut("");
    assert_int_equal(doc->sents.n, 0);
    dm_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_tokens), cmocka_unit_test(test_norm),
        cmocka_unit_test(test_names_like_text), cmocka_unit_test(test_sentences), cmocka_unit_test(test_paragraphs),
        cmocka_unit_test(test_marks), cmocka_unit_test(test_datelines), cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_limits) };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

// SPDX-License-Identifier: Apache-2.0
/* parse: well-formed trees whatever comes in, the same bits on every level of the processor, damaged models refused, and plain
 * sentences read rightly. Runs in the source folder: the model is data/model/english.dmm. */
#include "doc/doc.h"
#include "parse/kernel.h"
#include "parse/model.h"
#include "parse/mst.h"
#include "parse/parse.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MODEL "data/model/english.dmm"
enum { WORDS_MAX = 700, NAME_MAX_BYTES = 64 };

typedef struct bench {
    dm_model *model;
    dm_parser *parser;
    dm_word word[WORDS_MAX];
    dm_parsed out[WORDS_MAX];
    uint32_t n;
} bench;

static int setup(void **state)
{
    dm_error err = { 0 };
    bench *b = calloc(1, sizeof *b);
    *state = b;
    if (!b || dm_model_open(&b->model, MODEL, &err) != DM_OK || dm_parser_new(&b->parser, b->model, &err) != DM_OK) {
        print_error("%s\n", err.msg);
        return -1;
    }
    return 0;
}

static int teardown(void **state)
{
    bench *b = *state;
    dm_parser_free(b->parser);
    dm_model_close(b->model);
    free(b);
    return 0;
}

/* Parses words separated by single spaces. */
static void parse(bench *b, const char *text)
{
    b->n = 0;
    while (*text) {
        size_t len = strcspn(text, " ");
        b->word[b->n++] = (dm_word){ text, (uint32_t)len };
        text += len + (text[len] == ' ');
    }
    dm_error err = { 0 };
    assert_int_equal(dm_parse_words(b->parser, b->out, b->word, b->n, &err), DM_OK);
}

static void assert_tree(const dm_parsed *p, uint32_t n)
{
    uint32_t roots = 0;
    for (uint32_t i = 0; i < n; i++) {
        assert_in_range(p[i].head + 1, 0, n);
        assert_true(p[i].deprel > 0 && p[i].deprel < DM_DEPREL_N);
        assert_true(p[i].upos < DM_UPOS_N && p[i].xpos < DM_XPOS_N);
        roots += p[i].head < 0;
        assert_int_equal(p[i].head < 0, p[i].deprel == DM_D_ROOT);
        uint32_t steps = 0;
        for (int32_t k = p[i].head; k >= 0; k = p[k].head)
            assert_true(++steps <= n);
    }
    assert_int_equal(roots, 1);
}

static void odd_sentences_give_trees(void **state)
{
    bench *b = *state;
    static const char *const odd[] = { ".", "a", "a a a a a a a a a a a a a a a a a", "( ( ( ( ) ) ) )", "\" \" \" \" '",
        "\xff\xfe\x80", "1 2 3 4 5 6 7 8 9", "AND OR AND OR BUT", "\xE2\x80\x9C \xE2\x80\x9D \xE2\x80\x94 \xE2\x80\x99s",
        "to to to of of of the the the", "said said said said said" };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        parse(b, odd[i]);
        assert_tree(b->out, b->n);
    }
}

static void random_words_give_trees(void **state)
{
    bench *b = *state;
    static const char bytes[] = "the of said U.N. Japan's -- \xC3\x89tat\0\x01\xF0\x9F 12:30 (and), that which would have been";
    uint64_t s = 7;
    for (int round = 0; round < 200; round++) {
        b->n = 1 + (uint32_t)(round * 3 % (WORDS_MAX - 1));
        for (uint32_t i = 0; i < b->n; i++) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            uint32_t at = (uint32_t)(s >> 33) % (sizeof bytes - 12);
            b->word[i] = (dm_word){ bytes + at, 1 + (uint32_t)(s >> 20) % 11 };
        }
        assert_int_equal(dm_parse_words(b->parser, b->out, b->word, b->n, NULL), DM_OK);
        assert_tree(b->out, b->n);
    }
}

static void empty_and_huge_words(void **state)
{
    bench *b = *state;
    char *huge = malloc(100000);
    assert_non_null(huge);
    memset(huge, 'x', 100000);
    b->word[0] = (dm_word){ huge, 0 };
    b->word[1] = (dm_word){ huge, 100000 };
    assert_int_equal(dm_parse_words(b->parser, b->out, b->word, 2, NULL), DM_OK);
    assert_tree(b->out, 2);
    char lemma[DM_LEMMA_MAX];
    assert_true(dm_lemma(b->model, lemma, b->word, b->out, 1) <= DM_LEMMA_MAX);
    assert_int_equal(dm_lemma(b->model, lemma, b->word, b->out, 0), 0);
    assert_int_equal(dm_parse_words(b->parser, b->out, b->word, 0, NULL), DM_OK);
    free(huge);
}

/* A parser that has seen other sentences gives the same result as a new one. */
static void same_result_again(void **state)
{
    bench *b = *state;
    static const char text[] =
        "Japan 's foreign minister urged China on Monday to release the detained activists , officials said .";
    parse(b, text);
    dm_parsed first[64];
    memcpy(first, b->out, b->n * sizeof *first);
    parse(b, "A longer one comes in between , with many more words than the other has , so that the workspace has to grow .");
    parse(b, text);
    dm_parser *fresh = NULL;
    dm_parsed other[64];
    assert_int_equal(dm_parser_new(&fresh, b->model, NULL), DM_OK);
    assert_int_equal(dm_parse_words(fresh, other, b->word, b->n, NULL), DM_OK);
    for (uint32_t i = 0; i < b->n; i++) {
        assert_int_equal(first[i].head, b->out[i].head);
        assert_int_equal(first[i].deprel, b->out[i].deprel);
        assert_int_equal(first[i].xpos, other[i].xpos);
        assert_int_equal(first[i].head, other[i].head);
        assert_int_equal(first[i].feats, other[i].feats);
    }
    dm_parser_free(fresh);
}

static uint32_t at(const bench *b, const char *form)
{
    for (uint32_t i = 0; i < b->n; i++)
        if (strlen(form) == b->word[i].len && memcmp(form, b->word[i].form, b->word[i].len) == 0)
            return i;
    fail_msg("no '%s'", form);
    return 0;
}

static void assert_arc(const bench *b, const char *dependent, const char *head, dm_deprel rel)
{
    uint32_t d = at(b, dependent);
    assert_int_equal(b->out[d].head, head ? (int32_t)at(b, head) : -1);
    assert_string_equal(dm_deprel_name(b->out[d].deprel), dm_deprel_name(rel));
}

static void plain_sentences(void **state)
{
    bench *b = *state;
    parse(b, "France condemned the attack on Tuesday .");
    assert_arc(b, "condemned", NULL, DM_D_ROOT);
    assert_arc(b, "France", "condemned", DM_D_NSUBJ);
    assert_arc(b, "attack", "condemned", DM_D_OBJ);
    assert_arc(b, "Tuesday", "condemned", DM_D_OBL);
    assert_int_equal(b->out[1].xpos, DM_X_VBD);
    assert_true(b->out[1].feats & DM_F_PAST);

    parse(b, "The envoy was expelled by the government last week .");
    assert_arc(b, "envoy", "expelled", DM_D_NSUBJ_PASS);
    assert_arc(b, "was", "expelled", DM_D_AUX_PASS);
    assert_arc(b, "government", "expelled", DM_D_OBL_AGENT);
    assert_true(b->out[3].feats & DM_F_PASS);

    parse(b, "The two sides will not sign the treaty , he said .");
    assert_arc(b, "sides", "sign", DM_D_NSUBJ);
    assert_arc(b, "not", "sign", DM_D_ADVMOD);
    assert_arc(b, "treaty", "sign", DM_D_OBJ);
    assert_arc(b, "he", "said", DM_D_NSUBJ);

    parse(b, "Ministers agreed to lift sanctions and to send aid .");
    assert_arc(b, "lift", "agreed", DM_D_XCOMP);
    assert_arc(b, "sanctions", "lift", DM_D_OBJ);
    assert_arc(b, "send", "lift", DM_D_CONJ);
    assert_arc(b, "aid", "send", DM_D_OBJ);
}

static void assert_lemma(bench *b, const char *form, const char *lemma)
{
    char out[DM_LEMMA_MAX];
    uint32_t n = dm_lemma(b->model, out, b->word, b->out, at(b, form));
    assert_int_equal(n, strlen(lemma));
    assert_memory_equal(out, lemma, n);
}

static void lemmas(void **state)
{
    bench *b = *state;
    parse(b, "The countries imposed sanctions , banning ships , and were criticised by allies who met Americans in Geneva .");
    assert_lemma(b, "countries", "country");
    assert_lemma(b, "imposed", "impose");
    assert_lemma(b, "sanctions", "sanction");
    assert_lemma(b, "banning", "ban");
    assert_lemma(b, "were", "be");
    assert_lemma(b, "criticised", "criticise");
    assert_lemma(b, "met", "meet");
    assert_lemma(b, "Geneva", "Geneva");
}

/* ---- arithmetic ---- */

static void levels_agree(void **state)
{
    (void)state;
    enum { M = 13, K = 96, N = 48 };
    static int8_t a[M * K], w[K * N];
    int32_t sums[N] = { 0 };
    float unit[M], scale[N], bias[N], x[K], want[M * N], got[M * N];
    int8_t row[K];
    uint32_t s = 1;
    for (int i = 0; i < M * K; i++)
        a[i] = (int8_t)((s = s * 1664525u + 1013904223u) % 255);
    for (int i = 0; i < K * N; i++)
        w[i] = (int8_t)(((s = s * 1664525u + 1013904223u) >> 9) % 255);
    for (int i = 0; i < M; i++)
        unit[i] = 0.001f * (float)(i + 1);
    for (int i = 0; i < N; i++)
        scale[i] = 0.0003f * (float)(i + 1), bias[i] = (float)i - 20.5f;
    for (int i = 0; i < K; i++)
        x[i] = (float)(i * i % 37) * 0.37f - 5, row[i] = (int8_t)(i * 5 - 128);
    for (int i = 0; i < M * K; i++)
        a[i] = a[i] == -128 ? 127 : a[i];
    for (int i = 0; i < K * N; i++)
        w[i] = w[i] == -128 ? -127 : w[i];
    for (size_t c = 0; c < N; c++)
        for (size_t k = 0; k < K; k++)
            sums[c] += 128 * w[dm_panel_at(K, k, c)];
    const dm_matrix m = { w, sums, scale, bias, K, N };
    const dm_kernel *plain = dm_kernel_level(0);
    plain->gemm(want, N, a, K, unit, M, &m);
    double sum = 0;
    for (int k = 0; k < K; k++)
        sum += a[k] * w[dm_panel_at(K, (size_t)k, 17)];
    float gap = (float)sum * (unit[0] * scale[17]) + bias[17] - want[17];
    assert_true(gap < 0.001f && gap > -0.001f);
    for (int level = 1; level < DM_KERNEL_LEVELS; level++) {
        const dm_kernel *k = dm_kernel_level(level);
        if (!k)
            continue;
        for (size_t rows = 1; rows <= M; rows++) {
            memset(got, 0, sizeof got);
            k->gemm(got, N, a, K, unit, rows, &m);
            assert_memory_equal(got, want, rows * N * sizeof *got);
        }
        float y[K], z[K], su, sv;
        int8_t q[K], r[K];
        memcpy(y, x, sizeof x);
        memcpy(z, x, sizeof x);
        const int8_t *both[] = { row, a };
        const float scales[] = { 0.37f, 0.013f };
        plain->add_rows(y, both, scales, 2, K);
        k->add_rows(z, both, scales, 2, K);
        assert_int_equal(plain->best(y, K), k->best(z, K));
        plain->leaky(y, K);
        k->leaky(z, K);
        plain->quantise(q, &su, y, K);
        k->quantise(r, &sv, z, K);
        assert_memory_equal(y, z, sizeof y);
        assert_memory_equal(q, r, sizeof q);
        assert_memory_equal(&su, &sv, sizeof su);
        float g[4 * 16], u[2 * 48], cell[16], h[2][2 * 16];
        for (int i = 0; i < 64; i++)
            g[i] = (float)(i % 7) * 0.3f - 1;
        for (int i = 0; i < 96; i++)
            u[i] = (float)(i % 11) * 0.5f - 2.5f;
        for (int b = 0; b < 2; b++) {
            dm_recur c = { g, g + 16, g + 32, g + 48, u, x, h[b], 48, 16, 16, 16 };
            (b ? k : plain)->recur(&c, cell, 2, 1);
        }
        assert_memory_equal(h[0], h[1], sizeof h[0]);
    }
}

/* All trees of a few words are tried. */
static float best_by_trying(const float *score, uint32_t n, uint32_t stride)
{
    float best = -1e9f;
    uint32_t head[8] = { 0 };
    for (;;) {
        uint32_t roots = 0;
        bool tree = true;
        float sum = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t k = i + 1, steps = 0;
            roots += head[i] == 0;
            while (k && steps++ <= n)
                k = head[k - 1];
            tree = tree && k == 0;
            sum += score[i * stride + head[i]];
        }
        if (tree && roots == 1 && sum > best)
            best = sum;
        uint32_t i = 0;
        while (i < n && head[i] == n)
            head[i++] = 0;
        if (i == n)
            return best;
        head[i]++;
    }
}

static void tree_is_best(void **state)
{
    (void)state;
    uint32_t s = 3;
    for (int round = 0; round < 400; round++) {
        uint32_t n = 1 + (uint32_t)round % 5, head[8];
        float score[8 * 9];
        for (int i = 0; i < 72; i++)
            score[i] = (float)((s = s * 1664525u + 1013904223u) >> 22) * 0.01f;
        void *scratch = aligned_alloc(64, (dm_mst_scratch(n) + 63) / 64 * 64);
        assert_non_null(scratch);
        dm_mst(head, score, n, 9, scratch);
        float sum = 0;
        for (uint32_t i = 0; i < n; i++)
            sum += score[i * 9 + head[i]];
        float gap = best_by_trying(score, n, 9) - sum;
        assert_true(gap < 0.001f && gap > -0.001f);
        free(scratch);
    }
}

/* Found by fuzz_model: a model's numbers may be anything when its hash is right. */
static void any_scores_give_a_tree(void **state)
{
    (void)state;
    static const float odd[] = { NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 0, 1 };
    enum { KINDS = sizeof odd / sizeof *odd };
    uint32_t s = 7;
    for (int round = 0; round < 2000; round++) {
        uint32_t n = 1 + (uint32_t)round % 8, head[8], roots = 0;
        float score[8 * 9];
        for (int i = 0; i < 72; i++)
            score[i] = odd[((s = s * 1664525u + 1013904223u) >> 22) % KINDS];
        void *scratch = aligned_alloc(64, (dm_mst_scratch(n) + 63) / 64 * 64);
        assert_non_null(scratch);
        dm_mst(head, score, n, 9, scratch);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t k = i, steps = 0;
            roots += head[i] == 0;
            while (head[k] != 0 && steps++ <= n)
                k = head[k] - 1;
            assert_int_equal(head[k], 0);
        }
        assert_int_equal(roots, 1);
        free(scratch);
    }
}

/* ---- damaged files ---- */

static void write_file(char *name, const char *bytes, size_t n)
{
    snprintf(name, NAME_MAX_BYTES, "/tmp/dm-test-XXXXXX");
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), (ssize_t)n);
    close(fd);
}

static void assert_refused(const char *bytes, size_t n)
{
    char name[NAME_MAX_BYTES];
    dm_model *m = NULL;
    dm_error err = { 0 };
    write_file(name, bytes, n);
    assert_int_equal(dm_model_open(&m, name, &err), DM_ECORRUPT);
    assert_null(m);
    assert_non_null(strstr(err.msg, "model"));
    unlink(name);
}

static void damaged_models_are_refused(void **state)
{
    (void)state;
    FILE *f = fopen(MODEL, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    size_t n = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(n + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, n, f), n);
    fclose(f);
    const size_t cut[] = { 0, 1, 8, sizeof(dm_model_head) - 1, sizeof(dm_model_head), 1000, n / 2, n - 1 };
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++)
        assert_refused(bytes, cut[i]);
    bytes[n] = 0;
    assert_refused(bytes, n + 1);
    const size_t flip[] = { 0, 9, 13, 17, 21, 24, 33, 40, 47, 60, 75, 90, 105, 300, n / 3, n - 1 };
    for (size_t i = 0; i < sizeof flip / sizeof flip[0]; i++) {
        bytes[flip[i]] ^= 0x41;
        assert_refused(bytes, n);
        bytes[flip[i]] ^= 0x41;
    }
    /* wrong numbers under a right hash */
    dm_model_head *h = (dm_model_head *)bytes;
    dm_model_section *sec = (dm_model_section *)(h + 1);
    uint64_t was = sec[DM_S_WORD_KEY].at;
    sec[DM_S_WORD_KEY].at = n;
    h->hash = dm_hash(bytes + sizeof *h, n - sizeof *h, 0);
    assert_refused(bytes, n);
    sec[DM_S_WORD_KEY].at = was;
    uint32_t *start = (uint32_t *)(bytes + sec[DM_S_WORD_START].at);
    start[5] = UINT32_MAX;
    h->hash = dm_hash(bytes + sizeof *h, n - sizeof *h, 0);
    assert_refused(bytes, n);
    free(bytes);
}

static void missing_model(void **state)
{
    (void)state;
    dm_model *m = NULL;
    dm_error err = { 0 };
    assert_int_equal(dm_model_open(&m, "/nonexistent/english.dmm", &err), DM_EIO);
    assert_null(m);
    dm_model_close(NULL);
    dm_parser_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_sentences_give_trees),
        cmocka_unit_test(random_words_give_trees),
        cmocka_unit_test(empty_and_huge_words),
        cmocka_unit_test(same_result_again),
        cmocka_unit_test(plain_sentences),
        cmocka_unit_test(lemmas),
        cmocka_unit_test(levels_agree),
        cmocka_unit_test(tree_is_best),
        cmocka_unit_test(any_scores_give_a_tree),
        cmocka_unit_test(damaged_models_are_refused),
        cmocka_unit_test(missing_model),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

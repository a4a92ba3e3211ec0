// SPDX-License-Identifier: Apache-2.0
/* dm-eval-parse: scores a parser model on a CoNLL-U file with its own words: UPOS, XPOS, LEMMA, UAS, LAS, all words counted,
 * punctuation too. LAS compares universal relations, as the CoNLL 2018 shared task did; LAS+ with subtypes. */
#include "conllu.h"
#include "doc/ud.h"
#include "parse/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct score {
    size_t words, sentences, tagged, upos, xpos, lemmas, lemma, uas, las, las_full;
} score;

static double now(void) /* processor time: other processes do not count */
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Gold relations by number are compared; the two old names count as their successors. */
static uint8_t full(uint8_t rel)
{
    if (rel == DM_D_NMOD_TMOD)
        return DM_D_NMOD_UNMARKED;
    return rel == DM_D_OBL_TMOD ? DM_D_OBL_UNMARKED : rel;
}

static bool same_base(uint8_t a, uint8_t b)
{
    const char *x = dm_deprel_name(a), *y = dm_deprel_name(b);
    size_t n = strcspn(x, ":");
    return n == strcspn(y, ":") && memcmp(x, y, n) == 0;
}

static void count(score *s, const dm_conllu *r, const dm_word *w, const dm_parsed *p, const dm_model *m)
{
    char lemma[DM_LEMMA_MAX];
    s->sentences++;
    for (uint32_t i = 0; i < r->n; i++) {
        const dm_cword *g = &r->word[i];
        bool head = p[i].head + 1 == g->head;
        s->words++;
        s->upos += p[i].upos == g->upos;
        s->tagged += g->xpos != 0;
        s->xpos += g->xpos != 0 && p[i].xpos == g->xpos;
        s->lemmas += !dm_str_is(g->lemma, "_") || dm_str_is(g->form, "_");
        s->lemma += dm_str_eq((dm_str){ lemma, dm_lemma(m, lemma, w, p, i) }, g->lemma);
        s->uas += head;
        s->las += head && same_base(p[i].deprel, g->deprel);
        s->las_full += head && p[i].deprel == full(g->deprel);
    }
}

static dm_status score_file(score *s, double *seconds, const dm_model *m, const char *path, int times, dm_error *err)
{
    static dm_conllu r;
    static dm_word w[DM_CONLLU_WORDS];
    static dm_parsed p[DM_CONLLU_WORDS];
    dm_str text = { 0 };
    dm_parser *parser = NULL;
    dm_status st = dm_conllu_load(&text, path, err);
    if (st == DM_OK)
        st = dm_parser_new(&parser, m, err);
    if (st == DM_OK)
        dm_conllu_init(&r, text);
    while (st == DM_OK && (st = dm_conllu_next(&r, err)) == DM_OK) {
        for (uint32_t i = 0; i < r.n; i++)
            w[i] = (dm_word){ r.word[i].form.p, (uint32_t)r.word[i].form.len };
        double from = now();
        for (int k = 0; st == DM_OK && k < times; k++)
            st = dm_parse_words(parser, p, w, r.n, err);
        *seconds += now() - from;
        if (st == DM_OK)
            count(s, &r, w, p, m);
    }
    dm_parser_free(parser);
    free((void *)(uintptr_t)text.p);
    return st == DM_END ? DM_OK : st;
}

static double percent(size_t part, size_t whole) { return whole ? 100.0 * (double)part / (double)whole : 0; }

int main(int argc, char **argv)
{
    dm_error err = { 0 };
    dm_model *m = NULL;
    int times = argc > 3 && strcmp(argv[1], "--repeat") == 0 ? atoi(argv[2]) : 0;
    char **arg = argv + (times > 0 ? 3 : 1);
    if (argc < 3 || arg + 2 > argv + argc) {
        fputs("usage: dm-eval-parse [--repeat N] MODEL CONLLU...\n", stderr);
        return 2;
    }
    dm_status st = dm_model_open(&m, *arg++, &err);
    for (; st == DM_OK && *arg; arg++) {
        score s = { 0 };
        double seconds = 0;
        st = score_file(&s, &seconds, m, *arg, times > 0 ? times : 1, &err);
        if (st != DM_OK)
            break;
        printf("%s: UPOS %.2f XPOS %.2f LEMMA %.2f UAS %.2f LAS %.2f LAS+ %.2f; %zu words, %.0f sentences/s, %.0f words/s\n",
            *arg, percent(s.upos, s.words), percent(s.xpos, s.tagged), percent(s.lemma, s.lemmas), percent(s.uas, s.words),
            percent(s.las, s.words), percent(s.las_full, s.words), s.words,
            (double)s.sentences * (times > 0 ? times : 1) / seconds, (double)s.words * (times > 0 ? times : 1) / seconds);
    }
    dm_model_close(m);
    if (st != DM_OK)
        fprintf(stderr, "dm-eval-parse: %s\n", err.msg);
    return st == DM_OK ? 0 : 1;
}

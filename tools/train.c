// SPDX-License-Identifier: Apache-2.0
/* dm-train: treebanks, word vectors and WordNet's word lists in, one parser model out. One thread; the same files, options, compiler
 * and C library give the same bytes. See data/model/README.md for the command that made the model in the repository. */
#include "doc/ud.h"
#include "parse/mst.h"
#include "train_data.h"
#include "train_lemma.h"
#include "train_net.h"
#include "train_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FILES_MAX = 16, AVERAGE_EVERY = 16, BEST_MIX = 2000 };

typedef struct options {
    const char *out, *vectors, *wordnet;
    const char *train[FILES_MAX], *dev[FILES_MAX];
    int n_train, n_dev;
    double dim, hidden, layers, tag_layer, arc, rel, epochs, batch, rate, drop_in, drop_layer, drop_mlp, drop_word, twist,
        limit, seed;
    double teachers, teacher_layers, teacher_epochs, trust;
} options;

typedef struct trainer {
    options opt;
    dm_counts counts;
    dm_data data;
    dm_bank train, dev[FILES_MAX];
    dm_net net;
    dm_pass *pass;
    dm_rng rng;
    dm_adam adam;
    double beta1, beta2; /* powers */
    size_t step, steps;
} trainer;

static const char usage[] =
    "usage: dm-train --out MODEL --vectors JSON --wordnet DIR [--dev CONLLU]... [--NAME NUMBER]... TREEBANK...\n"
    "  A treebank written as FILE:N gives every N-th sentence only; without XPOS tags it trains the arcs alone.\n"
    "  numbers: --dim --hidden --layers --tag-layer --arc --rel --epochs --batch --rate --drop-in --drop-layer --drop-mlp\n"
    "           --drop-word --headline (every n-th sentence also as a headline) --limit (word vectors kept) --seed\n"
    "           --teachers (networks whose mean the model learns from) --teacher-layers --teacher-epochs\n"
    "           --trust (share of the teachers in what it learns)\n";

/* ---- options ---- */

static bool number_option(options *o, const char *name, const char *value)
{
    const struct {
        const char *name;
        double *to;
    } all[] = { { "--dim", &o->dim }, { "--hidden", &o->hidden }, { "--layers", &o->layers }, { "--tag-layer", &o->tag_layer },
        { "--arc", &o->arc }, { "--rel", &o->rel }, { "--epochs", &o->epochs }, { "--batch", &o->batch },
        { "--rate", &o->rate }, { "--drop-in", &o->drop_in }, { "--drop-layer", &o->drop_layer },
        { "--drop-mlp", &o->drop_mlp }, { "--drop-word", &o->drop_word }, { "--headline", &o->twist }, { "--limit", &o->limit },
        { "--seed", &o->seed }, { "--teachers", &o->teachers }, { "--teacher-layers", &o->teacher_layers },
        { "--teacher-epochs", &o->teacher_epochs }, { "--trust", &o->trust } };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(name, all[i].name) != 0)
            continue;
        char *end;
        *all[i].to = strtod(value, &end);
        return *end == 0 && *all[i].to >= 0;
    }
    return false;
}

static bool read_options(options *o, int argc, char **argv)
{
    *o = (options){ .dim = 128,
        .hidden = 128,
        .layers = 2,
        .tag_layer = 2,
        .arc = 128,
        .rel = 128,
        .epochs = 24,
        .batch = 800,
        .rate = 0.002,
        .drop_in = 0.3,
        .drop_layer = 0.33,
        .drop_mlp = 0.33,
        .drop_word = 0.05,
        .twist = 25,
        .limit = 150000,
        .seed = 1,
        .teachers = 3,
        .teacher_layers = 3,
        .teacher_epochs = 16,
        .trust = 0.6 };
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (strncmp(a, "--", 2) != 0) {
            if (o->n_train == FILES_MAX)
                return false;
            o->train[o->n_train++] = a;
            continue;
        }
        if (!v)
            return false;
        if (strcmp(a, "--out") == 0)
            o->out = v;
        else if (strcmp(a, "--vectors") == 0)
            o->vectors = v;
        else if (strcmp(a, "--wordnet") == 0)
            o->wordnet = v;
        else if (strcmp(a, "--dev") == 0 && o->n_dev < FILES_MAX)
            o->dev[o->n_dev++] = v;
        else if (!number_option(o, a, v))
            return false;
        i++;
    }
    return o->out && o->vectors && o->wordnet && o->n_train > 0 && o->layers >= 1 && o->layers <= DM_NET_LAYERS &&
           o->teacher_layers >= 1 && o->teacher_layers <= DM_NET_LAYERS && o->tag_layer >= 1 && o->tag_layer <= o->layers &&
           o->batch >= 1 && o->epochs >= 1;
}

/* ---- data ---- */

typedef struct source {
    dm_str text;
    unsigned keep; /* every n-th sentence */
    bool tagged;
} source;

static dm_status load_source(source *s, const char *arg, dm_error *err)
{
    char path[4096];
    const char *colon = strrchr(arg, ':');
    size_t len = colon ? (size_t)(colon - arg) : strlen(arg);
    if (len >= sizeof path)
        return dm_fail(err, DM_EUSAGE, 0, "path too long");
    memcpy(path, arg, len);
    path[len] = 0;
    s->keep = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 1;
    dm_status st = dm_conllu_load(&s->text, path, err);
    if (st != DM_OK)
        return st;
    dm_conllu *r = dm_need(1, sizeof *r);
    dm_conllu_init(r, s->text);
    s->tagged = dm_conllu_next(r, NULL) == DM_OK && r->word[0].xpos != 0;
    free(r);
    return DM_OK;
}

static dm_status load_data(trainer *t, dm_lemma_trainer *lemma, dm_error *err)
{
    source s[FILES_MAX] = { 0 };
    dm_status st = DM_OK;
    const options *o = &t->opt;
    for (int i = 0; st == DM_OK && i < o->n_train; i++) {
        st = load_source(&s[i], o->train[i], err);
        if (st == DM_OK && s[i].keep <= 1)
            st = dm_counts_add(&t->counts, s[i].text, err);
        if (st == DM_OK)
            st = dm_lemma_add_treebank(lemma, s[i].text, err);
    }
    if (st == DM_OK)
        dm_data_build(&t->data, &t->counts);
    if (st == DM_OK)
        st = dm_vectors_read(&t->data, o->vectors, (size_t)o->limit, err);
    for (int i = 0; st == DM_OK && i < o->n_train; i++)
        st = dm_bank_add(&t->train, &t->data, &t->counts, s[i].text, s[i].tagged ? (unsigned)o->twist : 0, s[i].keep, err);
    for (int i = 0; st == DM_OK && i < o->n_dev; i++) {
        dm_str text;
        st = dm_conllu_load(&text, o->dev[i], err);
        if (st == DM_OK)
            st = dm_bank_add(&t->dev[i], &t->data, &t->counts, text, 0, 1, err);
    }
    if (st == DM_OK)
        st = dm_lemma_add_wordnet(lemma, o->wordnet, err);
    return st; /* the texts stay: the process ends soon after they are no longer needed */
}

/* ---- progress on held-out sentences ---- */

typedef struct score {
    size_t words, heads, arcs, tagged, tags;
} score;

static size_t best(const float *x, size_t n)
{
    size_t b = 0;
    for (size_t i = 1; i < n; i++)
        b = x[i] > x[b] ? i : b;
    return b;
}

static bool same_base(unsigned a, unsigned b)
{
    const char *x = dm_deprel_name(a), *y = dm_deprel_name(b);
    size_t n = strcspn(x, ":");
    return n == strcspn(y, ":") && memcmp(x, y, n) == 0;
}

static void score_sentence(trainer *t, const dm_sentence *s, score *sum, void *scratch)
{
    uint32_t head[DM_NET_SENT];
    size_t width = t->net.cfg.tags;
    dm_pass_forward(t->pass, &t->net, &s, 1, NULL);
    dm_mst(head, dm_pass_arcs(t->pass, 0), s->n, s->n + 1, scratch);
    const float *rel = dm_pass_rels(t->pass, &t->net, 0, head), *tag = dm_pass_tags(t->pass, 0);
    for (uint32_t i = 0; i < s->n; i++) {
        const dm_tok *k = &s->tok[i];
        bool ok = head[i] == k->head;
        sum->words++;
        sum->heads += ok;
        sum->arcs += ok && same_base((unsigned)best(rel + i * DM_NET_RELS, DM_NET_RELS), (unsigned)k->rel);
        sum->tagged += k->tag >= 0;
        sum->tags += k->tag >= 0 && best(tag + i * width, t->data.tags) == (size_t)k->tag;
    }
}

static void report(trainer *t)
{
    void *scratch = dm_need(dm_mst_scratch(DM_NET_SENT), 1);
    for (int d = 0; d < t->opt.n_dev; d++) {
        score s = { 0 };
        for (size_t i = 0; i < t->dev[d].n; i++)
            score_sentence(t, &t->dev[d].sent[i], &s, scratch);
        double n = (double)s.words / 100;
        printf("  %s: tags %.2f UAS %.2f LAS %.2f\n", t->opt.dev[d], 100 * (double)s.tags / (double)s.tagged,
            (double)s.heads / n, (double)s.arcs / n);
    }
    free(scratch);
}

/* ---- training ---- */

static void add_norm(dm_param *p, void *sum) { *(double *)sum += dm_param_norm2(p); }
static void adam_step(dm_param *p, void *adam) { dm_param_step(p, adam); }
static void average(dm_param *p, void *rate) { dm_param_average(p, *(float *)rate); }

static void swap_average(dm_param *p, void *unused)
{
    (void)unused;
    float *w = p->w;
    p->w = p->ema;
    p->ema = w;
}

/* Up over the first fiftieth, then down along a cosine to a hundredth. */
static double rate_at(const trainer *t)
{
    double done = (double)t->step / (double)t->steps, r = t->opt.rate;
    if (done < 0.02)
        return r * done / 0.02;
    double x = done > 1 ? 0 : 0.5 * (1 + cos(3.14159265358979 * (done - 0.02) / 0.98));
    return r * (x < 0.01 ? 0.01 : x);
}

static void update(trainer *t)
{
    const double most = 2; /* longest gradient */
    double norm = 0;
    dm_net_each(&t->net, add_norm, &norm);
    norm = sqrt(norm);
    t->beta1 *= (double)t->adam.beta1;
    t->beta2 *= (double)t->adam.beta2;
    t->adam.rate = (float)rate_at(t);
    t->adam.fix1 = (float)(1 / (1 - t->beta1));
    t->adam.fix2 = (float)(1 / (1 - t->beta2));
    t->adam.scale = norm > most ? (float)(most / norm) : 1;
    dm_net_each(&t->net, adam_step, &t->adam);
    if (++t->step % AVERAGE_EVERY == 0) {
        float rate = t->step < BEST_MIX ? 0.2f : 0.02f;
        dm_net_each(&t->net, average, &rate);
    }
}

static double epoch(trainer *t, size_t *order, const dm_sentence **batch)
{
    const dm_bank *b = &t->train;
    double loss = 0;
    size_t batches = 0;
    for (size_t i = b->n; i-- > 1;) {
        size_t k = dm_rng_next(&t->rng) % (i + 1), x = order[i];
        order[i] = order[k];
        order[k] = x;
    }
    for (size_t i = 0; i < b->n; batches++) {
        size_t n = 0, words = 0;
        while (i < b->n && words < (size_t)t->opt.batch) {
            batch[n] = &b->sent[order[i++]];
            words += batch[n++]->n;
        }
        dm_pass_forward(t->pass, &t->net, batch, n, &t->rng);
        loss += dm_pass_backward(t->pass, &t->net);
        update(t);
    }
    return loss / (double)batches;
}

static dm_net_config config_of(const trainer *t, double layers, double trust)
{
    const options *o = &t->opt;
    return (dm_net_config){ .dim = (size_t)o->dim,
        .hidden = (size_t)o->hidden,
        .layers = (size_t)layers,
        .arc = (size_t)o->arc,
        .rel = (size_t)o->rel,
        .tags = (t->data.tags + DM_LANES - 1) / DM_LANES * DM_LANES,
        .tag_layer = (size_t)(o->tag_layer < layers ? o->tag_layer : layers),
        .words = t->data.words,
        .drop_in = (float)o->drop_in,
        .drop_layer = (float)o->drop_layer,
        .drop_mlp = (float)o->drop_mlp,
        .drop_word = (float)o->drop_word,
        .trust = (float)trust };
}

/* Trains t->net from scratch; it ends with the mean of its last values. */
static void fit(trainer *t, const char *what, const dm_net_config *c, int epochs, uint64_t seed)
{
    size_t room = (size_t)t->opt.batch, *order = dm_need(t->train.n, sizeof *order);
    const dm_sentence **batch = dm_need(room + 1, sizeof *batch);
    t->rng.s = seed;
    t->adam = (dm_adam){ .beta1 = 0.9f, .beta2 = 0.98f, .eps = 1e-8f };
    t->beta1 = t->beta2 = 1;
    t->step = 0;
    t->steps = t->train.tokens / room * (size_t)epochs + 1;
    dm_net_init(&t->net, c, &t->rng);
    t->pass = dm_pass_new(&t->net, room + DM_NET_SENT, room + 1);
    for (size_t i = 0; i < t->train.n; i++)
        order[i] = i;
    for (int e = 1; e <= epochs; e++) {
        clock_t from = clock();
        double loss = epoch(t, order, batch);
        printf("%s, epoch %d: loss %.4f, %.0f s\n", what, e, loss, (double)(clock() - from) / CLOCKS_PER_SEC);
    }
    dm_net_each(&t->net, swap_average, NULL);
    report(t);
    free(order);
    free(batch);
}

/* Gives all sentences what the present network thinks of them. */
static void show(trainer *t)
{
    size_t room = (size_t)t->opt.batch;
    const dm_sentence **batch = dm_need(room + 1, sizeof *batch);
    for (size_t i = 0; i < t->train.n;) {
        size_t n = 0, words = 0, first = i;
        while (i < t->train.n && words < room) {
            batch[n] = &t->train.sent[i++];
            words += batch[n++]->n;
        }
        dm_pass_forward(t->pass, &t->net, batch, n, NULL);
        for (size_t k = 0; k < n; k++)
            dm_pass_teach(t->pass, &t->net, k, &t->train.sent[first + k], 1.0f / (float)t->opt.teachers);
    }
    free(batch);
}

static void teach(trainer *t)
{
    dm_net_config c = config_of(t, t->opt.teacher_layers, 0);
    for (int k = 1; k <= (int)t->opt.teachers; k++) {
        char what[32];
        snprintf(what, sizeof what, "teacher %d", k);
        fit(t, what, &c, (int)t->opt.teacher_epochs, (uint64_t)t->opt.seed + (uint64_t)k);
        show(t);
        dm_pass_free(t->pass);
        dm_net_free(&t->net);
    }
}

static void train(trainer *t)
{
    teach(t);
    dm_net_config c = config_of(t, t->opt.layers, t->opt.trust);
    fit(t, "model", &c, (int)t->opt.epochs, (uint64_t)t->opt.seed);
    dm_pass_free(t->pass);
}

int main(int argc, char **argv)
{
    static trainer t;
    dm_error err = { 0 };
    if (!read_options(&t.opt, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    dm_lemma_trainer *lemma = dm_lemma_trainer_new();
    dm_lemma_rules rules = { 0 };
    dm_status st = load_data(&t, lemma, &err);
    if (st == DM_OK) {
        dm_lemma_learn(&rules, lemma);
        printf("%zu sentences, %zu words, %zu known words, %zu vectors, %zu tags, %zu lemma rules, %zu scripts\n", t.train.n,
            t.train.tokens, t.data.words, t.data.vec.n, t.data.tags, rules.n, rules.scripts);
        train(&t);
        st = dm_write_model(t.opt.out, &t.net, &t.data, &rules, &err);
    }
    if (st != DM_OK) {
        fprintf(stderr, "dm-train: %s\n", err.msg);
        return 1;
    }
    return 0;
}

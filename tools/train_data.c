// SPDX-License-Identifier: Apache-2.0
/* See train_data.h. */
#include "train_data.h"
#include "doc/ud.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const int8_t dm_vec_levels[DM_VEC_LEVELS] = { -109, -83, -65, -50, -38, -26, -16, -5, 5, 16, 26, 38, 50, 65, 83, 109 };
static const float LEVEL_UNIT = 40.0f;

/* ---- map ---- */

static void map_grow(dm_keymap *m)
{
    dm_keymap old = *m;
    size_t cap = old.key ? 2 * (old.mask + 1) : 1024;
    m->key = dm_need(cap, sizeof *m->key);
    m->value = dm_need(cap, sizeof *m->value);
    m->mask = cap - 1;
    for (size_t i = 0; old.key && i <= old.mask; i++) {
        if (!old.key[i])
            continue;
        size_t k = old.key[i] & m->mask;
        while (m->key[k])
            k = (k + 1) & m->mask;
        m->key[k] = old.key[i];
        m->value[k] = old.value[i];
    }
    free(old.key);
    free(old.value);
}

uint32_t *dm_keymap_at(dm_keymap *m, uint64_t key, int *fresh)
{
    if (key == 0)
        key = 1;
    if (!m->key || 2 * m->n > m->mask)
        map_grow(m);
    size_t k = key & m->mask;
    while (m->key[k] && m->key[k] != key)
        k = (k + 1) & m->mask;
    if (fresh)
        *fresh = m->key[k] == 0;
    if (!m->key[k]) {
        m->key[k] = key;
        m->value[k] = 0;
        m->n++;
    }
    return &m->value[k];
}

const uint32_t *dm_keymap_find(const dm_keymap *m, uint64_t key)
{
    if (key == 0)
        key = 1;
    if (!m->key)
        return NULL;
    size_t k = key & m->mask;
    while (m->key[k] && m->key[k] != key)
        k = (k + 1) & m->mask;
    return m->key[k] ? &m->value[k] : NULL;
}

void dm_keymap_free(dm_keymap *m)
{
    free(m->key);
    free(m->value);
    memset(m, 0, sizeof *m);
}

/* ---- words and tags ---- */

static uint32_t words_of(dm_word *out, const dm_conllu *r)
{
    for (uint32_t i = 0; i < r->n; i++)
        out[i] = (dm_word){ r->word[i].form.p, (uint32_t)r->word[i].form.len };
    return r->n;
}

dm_status dm_counts_add(dm_counts *c, dm_str text, dm_error *err)
{
    dm_conllu *r = dm_need(1, sizeof *r);
    dm_word *w = dm_need(DM_CONLLU_WORDS, sizeof *w);
    dm_feat *f = dm_need(DM_CONLLU_WORDS, sizeof *f);
    dm_conllu_init(r, text);
    dm_status st;
    while ((st = dm_conllu_next(r, err)) == DM_OK) {
        dm_feat_sentence(f, w, words_of(w, r));
        for (uint32_t i = 0; i < r->n; i++) {
            ++*dm_keymap_at(&c->word, f[i].pattern, NULL);
            if (r->word[i].xpos != 0)
                ++*dm_keymap_at(&c->tag, 1 + ((uint64_t)r->word[i].upos << 8 | r->word[i].xpos), NULL);
        }
    }
    free(r);
    free(w);
    free(f);
    return st == DM_END ? DM_OK : st;
}

typedef struct ranked {
    uint64_t key;
    uint32_t count;
} ranked;

static int by_count(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

static ranked *rank(const dm_keymap *m, uint32_t least, size_t *n)
{
    ranked *r = dm_need(m->n + 1, sizeof *r);
    *n = 0;
    for (size_t i = 0; m->key && i <= m->mask; i++)
        if (m->key[i] && m->value[i] >= least)
            r[(*n)++] = (ranked){ m->key[i], m->value[i] };
    qsort(r, *n, sizeof *r, by_count);
    return r;
}

void dm_data_build(dm_data *d, const dm_counts *c)
{
    size_t n;
    ranked *r = rank(&c->word, DM_WORD_MIN, &n);
    d->words = n + 1;
    d->word_key = dm_need(d->words, sizeof *d->word_key);
    for (size_t i = 0; i < n; i++) {
        d->word_key[i + 1] = r[i].key;
        *dm_keymap_at(&d->word, r[i].key, NULL) = (uint32_t)(i + 1);
    }
    free(r);
    r = rank(&c->tag, 3, &n);
    d->tags = n < DM_TAGS_MAX ? n : DM_TAGS_MAX;
    for (size_t i = 0; i < d->tags; i++)
        d->tag[i] = (uint16_t)(r[i].key - 1);
    free(r);
}

/* ---- vectors ---- */

typedef struct json {
    const char *p, *end;
} json;

static bool seek_to(json *j, const char *needle)
{
    size_t n = strlen(needle);
    for (; (size_t)(j->end - j->p) >= n; j->p++)
        if (memcmp(j->p, needle, n) == 0) {
            j->p += n;
            return true;
        }
    return false;
}

/* A JSON string of ASCII escapes and UTF-8; \u escapes below 0x800 only are needed. Returns its length, or -1. */
static int read_string(json *j, char *out, int room)
{
    int n = 0;
    if (j->p >= j->end || *j->p++ != '"')
        return -1;
    while (j->p < j->end && *j->p != '"') {
        unsigned c = (unsigned char)*j->p++;
        if (c == '\\' && j->p < j->end) {
            c = (unsigned char)*j->p++;
            if (c == 'u' && j->end - j->p >= 4) {
                char hex[5] = { j->p[0], j->p[1], j->p[2], j->p[3], 0 };
                c = (unsigned)strtoul(hex, NULL, 16);
                j->p += 4;
            }
        }
        if (n + 2 > room)
            return -1;
        if (c >= 0x100 || (c >= 0x80 && j->p[-1] != (char)c)) {
            out[n++] = (char)(0xC0 | (c >> 6 & 31));
            out[n++] = (char)(0x80 | (c & 63));
        } else {
            out[n++] = (char)c;
        }
    }
    j->p++;
    return n;
}

static float read_float(json *j)
{
    char *end;
    while (j->p < j->end && (*j->p == ',' || *j->p == '[' || *j->p == ':'))
        j->p++;
    float f = strtof(j->p, &end);
    if (end == j->p)
        j->p = j->end;
    else
        j->p = end;
    return f;
}

static void vectors_room(dm_vectors *v, size_t limit)
{
    v->key = dm_need(limit, sizeof *v->key);
    v->value = dm_need(limit * DM_VEC_PAD, sizeof(float));
    v->level = dm_need(limit * DM_VEC_DIM, 1);
    v->scale = dm_need(limit, sizeof(float));
}

/* Every dimension to mean 0 and deviation 1 over the words. */
static void standardise(dm_vectors *v)
{
    for (size_t k = 0; k < DM_VEC_DIM; k++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < v->n; i++) {
            double x = (double)v->value[i * DM_VEC_PAD + k];
            sum += x;
            square += x * x;
        }
        double mean = sum / (double)v->n, dev = sqrt(square / (double)v->n - mean * mean + 1e-9);
        for (size_t i = 0; i < v->n; i++) {
            float *x = &v->value[i * DM_VEC_PAD + k];
            *x = (float)(((double)*x - mean) / dev);
        }
    }
}

static void quantise(dm_vectors *v)
{
    for (size_t i = 0; i < v->n; i++) {
        float *x = v->value + i * DM_VEC_PAD, s = 0;
        for (size_t k = 0; k < DM_VEC_DIM; k++)
            s += x[k] * x[k];
        v->scale[i] = sqrtf(s / DM_VEC_DIM + 1e-9f) / LEVEL_UNIT;
        for (size_t k = 0; k < DM_VEC_DIM; k++) {
            float y = x[k] / v->scale[i];
            uint8_t best = 0;
            for (uint8_t l = 1; l < DM_VEC_LEVELS; l++)
                if (fabsf(y - (float)dm_vec_levels[l]) < fabsf(y - (float)dm_vec_levels[best]))
                    best = l;
            v->level[i * DM_VEC_DIM + k] = best;
            x[k] = v->scale[i] * (float)dm_vec_levels[best];
        }
    }
}

static void read_vector(dm_data *d, json *j, const char *word, int len, size_t limit, size_t cap)
{
    dm_vectors *v = &d->vec;
    float x[DM_VEC_DIM + 2];
    for (size_t k = 0; k < DM_VEC_DIM + 2; k++)
        x[k] = read_float(j);
    char folded[DM_FORM_BYTES];
    uint32_t n = dm_fold(folded, word, (uint32_t)len);
    uint64_t key = dm_feat_hash(folded, n, 0);
    bool wanted = x[DM_VEC_DIM + 1] < (float)limit || dm_keymap_find(&d->word, key);
    int fresh = 0;
    if (!wanted || v->n == cap)
        return;
    uint32_t *at = dm_keymap_at(&v->index, key, &fresh);
    if (!fresh)
        return;
    *at = (uint32_t)v->n;
    v->key[v->n] = key;
    memcpy(v->value + v->n * DM_VEC_PAD, x, DM_VEC_DIM * sizeof *x);
    v->n++;
}

dm_status dm_vectors_read(dm_data *d, const char *path, size_t limit, dm_error *err)
{
    dm_str text;
    dm_status st = dm_conllu_load(&text, path, err);
    if (st != DM_OK)
        return st;
    ((char *)(uintptr_t)text.p)[text.len] = 0; /* ours, and one byte longer: strtof stops here */
    json j = { text.p, text.p + text.len };
    size_t cap = limit + d->words;
    vectors_room(&d->vec, cap);
    if (!seek_to(&j, "\"vectors\":{"))
        st = dm_fail(err, DM_EINPUT, 0, "no vectors in '%s'", path);
    while (st == DM_OK && j.p < j.end && *j.p == '"') {
        char word[1024];
        int n = read_string(&j, word, sizeof word);
        if (n < 0) {
            st = dm_fail(err, DM_EINPUT, (size_t)(j.p - text.p), "bad string in '%s'", path);
            break;
        }
        read_vector(d, &j, word, n, limit, cap);
        if (!seek_to(&j, "]"))
            break;
        if (j.p < j.end && *j.p == ',')
            j.p++;
    }
    free((void *)(uintptr_t)text.p);
    if (st == DM_OK && d->vec.n == 0)
        st = dm_fail(err, DM_EINPUT, 0, "no vectors in '%s'", path);
    if (st != DM_OK)
        return st;
    standardise(&d->vec);
    quantise(&d->vec);
    return DM_OK;
}

/* ---- sentences ---- */

/* ATIS keeps two names that the other treebanks have given up. */
static uint8_t relation(uint8_t rel)
{
    if (rel == DM_D_NMOD_TMOD)
        return DM_D_NMOD_UNMARKED;
    return rel == DM_D_OBL_TMOD ? DM_D_OBL_UNMARKED : rel;
}

static int16_t tag_class(const dm_data *d, const dm_cword *w)
{
    if (w->xpos == 0)
        return -1;
    for (size_t i = 0; i < d->tags; i++)
        if (d->tag[i] == (w->upos << 8 | w->xpos))
            return (int16_t)i;
    return -1;
}

static void add_sentence(dm_bank *b, const dm_data *d, const dm_counts *c, const dm_conllu *r, const dm_word *w)
{
    dm_feat f[DM_NET_SENT];
    dm_feat_sentence(f, w, r->n);
    if (b->n == b->cap) {
        dm_sentence *more = dm_need(b->cap * 2 + 1024, sizeof *more);
        if (b->n)
            memcpy(more, b->sent, b->n * sizeof *more);
        free(b->sent);
        b->sent = more;
        b->cap = b->cap * 2 + 1024;
    }
    dm_sentence *s = &b->sent[b->n++];
    s->n = r->n;
    s->tok = dm_need(r->n, sizeof *s->tok);
    b->tokens += r->n;
    for (uint32_t i = 0; i < r->n; i++) {
        dm_tok *t = &s->tok[i];
        const uint32_t *row = dm_keymap_find(&d->word, f[i].pattern), *vec = dm_keymap_find(&d->vec.index, f[i].form);
        const uint32_t *count = dm_keymap_find(&c->word, f[i].pattern);
        t->word = row ? *row : 0;
        t->vec = vec ? d->vec.value + *vec * DM_VEC_PAD : NULL;
        t->rare = 0.5f / (0.5f + (count ? (float)*count : 0.0f));
        memcpy(t->row, f[i].row, sizeof t->row);
        t->tag = tag_class(d, &r->word[i]);
        t->rel = relation(r->word[i].deprel);
        t->head = r->word[i].head;
    }
}

/* Headlines: words of four letters or more get a capital, or all letters do; a full stop at the end goes. */
static void add_headline(dm_bank *b, const dm_data *d, const dm_counts *c, dm_conllu *r, bool all)
{
    char *buf = dm_need(1, 65536), *p = buf;
    dm_word w[DM_NET_SENT];
    const dm_cword *last = &r->word[r->n - 1];
    if (r->n > 3 && last->form.len == 1 && last->form.p[0] == '.') {
        bool leaf = true;
        for (uint32_t i = 0; i < r->n; i++)
            leaf = leaf && r->word[i].head != r->n;
        if (leaf)
            r->n--;
    }
    for (uint32_t i = 0; i < r->n; i++) {
        dm_str f = r->word[i].form;
        if (f.len > 255)
            f.len = 255;
        memcpy(p, f.p, f.len);
        for (size_t k = 0; k < f.len; k++)
            if (all || (k == 0 && (f.len > 3 || i == 0)))
                p[k] = (char)toupper((unsigned char)p[k]);
        w[i] = (dm_word){ p, (uint32_t)f.len };
        p += f.len;
    }
    add_sentence(b, d, c, r, w);
    free(buf);
}

dm_status dm_bank_add(dm_bank *b, dm_data *d, const dm_counts *c, dm_str text, unsigned twist, unsigned keep, dm_error *err)
{
    dm_conllu *r = dm_need(1, sizeof *r);
    dm_word *w = dm_need(DM_CONLLU_WORDS, sizeof *w);
    dm_conllu_init(r, text);
    dm_status st;
    unsigned seen = 0;
    while ((st = dm_conllu_next(r, err)) == DM_OK) {
        if (r->n > DM_NET_SENT || (keep > 1 && seen++ % keep != 0))
            continue;
        words_of(w, r);
        for (uint32_t i = 0; i < r->n; i++)
            d->rel_seen[relation(r->word[i].deprel)] = 1;
        add_sentence(b, d, c, r, w);
        if (twist && b->n % twist == 0)
            add_headline(b, d, c, r, b->n / twist % 4 == 0);
    }
    free(r);
    free(w);
    return st == DM_END ? DM_OK : st;
}

// SPDX-License-Identifier: Apache-2.0
/* See train_lemma.h. A rule is kept only where it says something else than the shorter ending does. */
#include "train_lemma.h"
#include "doc/ud.h"
#include "parse/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPTS_MAX = 8192, ADD_MAX = DM_SCRIPT_BYTES - 2, LEAST_TYPES = 2 };

typedef struct entry { /* one form with one script */
    char form[DM_FORM_BYTES];
    uint32_t len, count;
    uint32_t seed; /* of the ending; whole words have their own */
    uint8_t upos, xpos;
    uint16_t script;
} entry;

struct dm_lemma_trainer {
    entry *e;
    size_t n, cap;
    dm_keymap seen; /* form, class, script -> entry + 1 */
    uint8_t (*text)[DM_SCRIPT_BYTES];
    size_t scripts;
    dm_keymap script; /* hash of text -> number + 1 */
};

dm_lemma_trainer *dm_lemma_trainer_new(void)
{
    dm_lemma_trainer *t = dm_need(1, sizeof *t);
    t->text = dm_need(SCRIPTS_MAX, DM_SCRIPT_BYTES);
    return t;
}

/* Script from form to lemma: what they share in front stays. -1: too long. */
static int script_of(dm_lemma_trainer *t, const char *form, uint32_t len, dm_str lemma)
{
    uint32_t same = 0;
    while (same < len && same < lemma.len && form[same] == lemma.p[same])
        same++;
    uint8_t text[DM_SCRIPT_BYTES] = { (uint8_t)(len - same), (uint8_t)(lemma.len - same) };
    if (lemma.len - same > ADD_MAX || t->scripts == SCRIPTS_MAX)
        return -1;
    if (lemma.len > same)
        memcpy(text + 2, lemma.p + same, lemma.len - same);
    uint32_t *at = dm_keymap_at(&t->script, dm_feat_hash((const char *)text, sizeof text, 7), NULL);
    if (*at == 0) {
        memcpy(t->text[t->scripts], text, sizeof text);
        *at = (uint32_t)++t->scripts;
    }
    return (int)*at - 1;
}

static void add(dm_lemma_trainer *t, dm_str form, uint8_t upos, uint8_t xpos, dm_str lemma, uint32_t count)
{
    entry e = { .upos = upos, .xpos = xpos, .count = count };
    char base[DM_FORM_BYTES];
    e.len = dm_fold(e.form, form.p, (uint32_t)form.len);
    char low[DM_FORM_BYTES];
    uint32_t low_len = dm_fold(low, lemma.p, (uint32_t)(lemma.len > 255 ? 255 : lemma.len));
    if (upos == DM_U_PROPN || low_len != lemma.len)
        lemma = (dm_str){ low, low_len };
    memcpy(base, e.form, e.len);
    if (upos != DM_U_PROPN && !(lemma.len == 1 && lemma.p[0] == 'I'))
        lemma = (dm_str){ low, low_len };
    int s = script_of(t, base, e.len, lemma);
    if (s < 0)
        return;
    e.script = (uint16_t)s;
    e.seed = dm_lemma_seed(upos, xpos, false);
    uint64_t key = dm_feat_hash(e.form, e.len, e.seed) * 31 + e.script;
    uint32_t *at = dm_keymap_at(&t->seen, key, NULL);
    if (*at) {
        t->e[*at - 1].count += count;
        return;
    }
    if (t->n == t->cap) {
        size_t cap = 2 * t->cap + 4096;
        entry *more = dm_need(cap, sizeof *more);
        if (t->n)
            memcpy(more, t->e, t->n * sizeof *more);
        free(t->e);
        t->e = more;
        t->cap = cap;
    }
    t->e[t->n++] = e;
    *at = (uint32_t)t->n;
}

dm_status dm_lemma_add_treebank(dm_lemma_trainer *t, dm_str text, dm_error *err)
{
    dm_conllu *r = dm_need(1, sizeof *r);
    dm_conllu_init(r, text);
    dm_status st;
    while ((st = dm_conllu_next(r, err)) == DM_OK)
        for (uint32_t i = 0; i < r->n; i++) {
            const dm_cword *w = &r->word[i];
            bool odd = w->xpos == DM_X_GW || w->deprel == DM_D_GOESWITH || dm_str_is(w->lemma, "_");
            for (size_t k = 0; k + 9 <= w->feats.len; k++)
                odd = odd || memcmp(w->feats.p + k, "Typo=Yes", 8) == 0;
            if (w->xpos != 0 && !odd)
                add(t, w->form, w->upos, w->xpos, w->lemma, 1);
        }
    free(r);
    return st == DM_END ? DM_OK : st;
}

/* ---- WordNet ---- */

typedef struct listed { /* lemmas that have irregular forms of a kind */
    dm_keymap past, ing, plural, degree;
} listed;

static bool ends(dm_str s, const char *z)
{
    size_t n = strlen(z);
    return s.len >= n && memcmp(s.p + s.len - n, z, n) == 0;
}

static uint64_t key_of(dm_str s) { return dm_feat_hash(s.p, (uint32_t)s.len, 0); }

static void add_form(dm_lemma_trainer *t, dm_str lemma, size_t cut, const char *end, uint8_t xpos)
{
    char form[DM_FORM_BYTES];
    int n = snprintf(form, sizeof form, "%.*s%s", (int)(lemma.len - cut), lemma.p, end);
    if (n < 2 || (size_t)n >= sizeof form)
        return;
    dm_str f = { form, (size_t)n };
    uint8_t upos = xpos == DM_X_NNS ? DM_U_NOUN : xpos == DM_X_JJR || xpos == DM_X_JJS ? DM_U_ADJ : DM_U_VERB;
    add(t, f, upos, xpos, lemma, 1);
}

static bool consonant_y(dm_str s) { return s.len > 2 && ends(s, "y") && !memchr("aeiou", s.p[s.len - 2], 5); }

static void add_s(dm_lemma_trainer *t, dm_str s, uint8_t xpos)
{
    if (consonant_y(s))
        add_form(t, s, 1, "ies", xpos);
    else if (ends(s, "s") || ends(s, "x") || ends(s, "z") || ends(s, "ch") || ends(s, "sh"))
        add_form(t, s, 0, "es", xpos);
    else
        add_form(t, s, 0, "s", xpos);
}

static void add_verb(dm_lemma_trainer *t, dm_str s, const listed *irregular)
{
    add_s(t, s, DM_X_VBZ);
    bool e = ends(s, "e") && !ends(s, "ee") && !ends(s, "ye") && !ends(s, "oe");
    if (!dm_keymap_find(&irregular->ing, key_of(s)))
        add_form(t, s, e ? 1 : 0, "ing", DM_X_VBG);
    if (dm_keymap_find(&irregular->past, key_of(s)))
        return;
    for (uint8_t x = 0; x < 2; x++) {
        uint8_t xpos = x ? DM_X_VBN : DM_X_VBD;
        if (consonant_y(s))
            add_form(t, s, 1, "ied", xpos);
        else
            add_form(t, s, ends(s, "e") ? 1 : 0, "ed", xpos);
    }
}

/* bigger, biggest: of short adjectives only, the others take more and most. */
static void add_adjective(dm_lemma_trainer *t, dm_str s, const listed *irregular)
{
    enum { SHORT = 7 };
    if (s.len > SHORT || dm_keymap_find(&irregular->degree, key_of(s)))
        return;
    for (int most = 0; most < 2; most++) {
        uint8_t xpos = most ? DM_X_JJS : DM_X_JJR;
        if (consonant_y(s))
            add_form(t, s, 1, most ? "iest" : "ier", xpos);
        else
            add_form(t, s, ends(s, "e") ? 1 : 0, most ? "est" : "er", xpos);
    }
}

static dm_str next_line(dm_str *rest)
{
    const char *nl = memchr(rest->p, '\n', rest->len);
    size_t n = nl ? (size_t)(nl - rest->p) : rest->len;
    dm_str line = { rest->p, n };
    rest->p += n + (nl != NULL);
    rest->len -= n + (nl != NULL);
    return line;
}

static dm_str first_field(dm_str line)
{
    const char *sp = line.len ? memchr(line.p, ' ', line.len) : NULL;
    return (dm_str){ line.p, sp ? (size_t)(sp - line.p) : line.len };
}

static bool plain_word(dm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < 'a' || s.p[i] > 'z')
            return false;
    return s.len > 1 && s.len < 40;
}

static void add_exception(dm_lemma_trainer *t, char kind, dm_str form, dm_str lemma, listed *irregular)
{
    if (kind == 'n') {
        ++*dm_keymap_at(&irregular->plural, key_of(lemma), NULL);
        add(t, form, DM_U_NOUN, DM_X_NNS, lemma, 1);
    } else if (kind == 'v' && ends(form, "ing")) {
        ++*dm_keymap_at(&irregular->ing, key_of(lemma), NULL);
        add(t, form, DM_U_VERB, DM_X_VBG, lemma, 1);
    } else if (kind == 'v' && ends(form, "s")) {
        add(t, form, DM_U_VERB, DM_X_VBZ, lemma, 1);
    } else if (kind == 'v') {
        ++*dm_keymap_at(&irregular->past, key_of(lemma), NULL);
        add(t, form, DM_U_VERB, DM_X_VBD, lemma, 1);
        add(t, form, DM_U_VERB, DM_X_VBN, lemma, 1);
    } else if (ends(form, "r") || ends(form, "st")) {
        bool most = ends(form, "st");
        ++*dm_keymap_at(&irregular->degree, key_of(lemma), NULL);
        add(t, form, kind == 'a' ? DM_U_ADJ : DM_U_ADV,
            kind == 'a' ? (most ? DM_X_JJS : DM_X_JJR) : (most ? DM_X_RBS : DM_X_RBR), lemma, 1);
    }
}

static dm_status each_line(dm_lemma_trainer *t, const char *dir, const char *name, listed *irregular, dm_error *err)
{
    char path[4096];
    dm_str text = { 0 };
    snprintf(path, sizeof path, "%s/%s", dir, name);
    dm_status st = dm_conllu_load(&text, path, err);
    if (st != DM_OK)
        return st;
    dm_str rest = text;
    bool exceptions = strstr(name, ".exc") != NULL;
    while (rest.len > 0) {
        dm_str line = next_line(&rest), form = first_field(line);
        if (!plain_word(form))
            continue;
        if (exceptions) {
            dm_str tail = { line.p + form.len + 1, line.len > form.len ? line.len - form.len - 1 : 0 };
            dm_str lemma = first_field(tail);
            if (plain_word(lemma))
                add_exception(t, strncmp(name, "adv", 3) == 0 ? 'r' : name[0], form, lemma, irregular);
        } else if (strcmp(name, "index.verb") == 0) {
            add_verb(t, form, irregular);
        } else if (strcmp(name, "index.adj") == 0) {
            add_adjective(t, form, irregular);
        } else if (!dm_keymap_find(&irregular->plural, key_of(form))) {
            add_s(t, form, DM_X_NNS);
        }
    }
    free((void *)(uintptr_t)text.p);
    return DM_OK;
}

dm_status dm_lemma_add_wordnet(dm_lemma_trainer *t, const char *dir, dm_error *err)
{
    static const char *const name[] = { "noun.exc", "verb.exc", "adj.exc", "adv.exc", "index.verb", "index.noun", "index.adj" };
    listed irregular = { 0 };
    dm_status st = DM_OK;
    for (size_t i = 0; st == DM_OK && i < sizeof name / sizeof name[0]; i++)
        st = each_line(t, dir, name[i], &irregular, err);
    dm_keymap_free(&irregular.past);
    dm_keymap_free(&irregular.ing);
    dm_keymap_free(&irregular.plural);
    dm_keymap_free(&irregular.degree);
    return st;
}

/* ---- learning ---- */

static int by_form(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    uint32_t n = x->len < y->len ? x->len : y->len;
    int c = memcmp(x->form, y->form, n);
    if (c)
        return c;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->script < y->script ? -1 : x->script > y->script;
}

/* Keeps the most frequent script of each form. */
static void settle(dm_lemma_trainer *t)
{
    size_t n = 0;
    qsort(t->e, t->n, sizeof *t->e, by_form);
    for (size_t i = 0; i < t->n; i++) {
        const entry *last = n ? &t->e[n - 1] : NULL;
        if (last && last->seed == t->e[i].seed && last->len == t->e[i].len && memcmp(last->form, t->e[i].form, last->len) == 0)
            continue;
        t->e[n++] = t->e[i];
    }
    t->n = n;
}

typedef struct vote {
    uint64_t key;
    uint32_t sample; /* an entry with this ending */
    uint16_t script;
} vote;

static int by_vote(const void *a, const void *b)
{
    const vote *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->script != y->script)
        return x->script < y->script ? -1 : 1;
    return x->sample < y->sample ? -1 : x->sample > y->sample;
}

/* What the endings learned so far, shorter than k, say about an entry; -1: nothing. */
static int predicted(const dm_keymap *rules, const entry *e, uint32_t k)
{
    for (uint32_t j = k; j-- > 0;) {
        const uint32_t *s = dm_keymap_find(rules, dm_feat_hash(e->form + e->len - j, j, e->seed));
        if (s)
            return (int)*s;
    }
    return -1;
}

static void learn_group(const dm_lemma_trainer *t, dm_keymap *rules, const vote *v, size_t n, uint32_t k)
{
    size_t best = 0, best_n = 0;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && v[j].script == v[i].script; j++) {
        }
        if (j - i > best_n) {
            best = i;
            best_n = j - i;
        }
    }
    if (best_n < (k == 0 ? 1 : LEAST_TYPES) || predicted(rules, &t->e[v[0].sample], k) == v[best].script)
        return;
    *dm_keymap_at(rules, v[0].key, NULL) = v[best].script;
}

static void learn_endings(const dm_lemma_trainer *t, dm_keymap *rules, uint32_t k)
{
    vote *v = dm_need(t->n + 1, sizeof *v);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const entry *e = &t->e[i];
        if (e->len < k || t->text[e->script][0] > k + 3u)
            continue; /* a script that looks far beyond the ending is no rule */
        v[n++] = (vote){ dm_feat_hash(e->form + e->len - k, k, e->seed), (uint32_t)i, e->script };
    }
    qsort(v, n, sizeof *v, by_vote);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && v[j].key == v[i].key; j++) {
        }
        learn_group(t, rules, v + i, j - i, k);
    }
    free(v);
}

static int by_key(const void *a, const void *b)
{
    const vote *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

void dm_lemma_learn(dm_lemma_rules *out, dm_lemma_trainer *t)
{
    dm_keymap rules = { 0 }, words = { 0 };
    settle(t);
    for (uint32_t k = 0; k <= DM_LEMMA_SUFFIX; k++)
        learn_endings(t, &rules, k);
    for (size_t i = 0; i < t->n; i++) {
        const entry *e = &t->e[i];
        uint32_t deep = e->len < DM_LEMMA_SUFFIX ? e->len : DM_LEMMA_SUFFIX;
        if (predicted(&rules, e, deep + 1) == e->script)
            continue;
        *dm_keymap_at(&words, dm_feat_hash(e->form, e->len, dm_lemma_seed(e->upos, e->xpos, true)), NULL) = e->script;
    }
    vote *v = dm_need(rules.n + words.n + 1, sizeof *v);
    const dm_keymap *both[] = { &rules, &words };
    size_t n = 0;
    for (int b = 0; b < 2; b++)
        for (size_t i = 0; both[b]->key && i <= both[b]->mask; i++)
            if (both[b]->key[i])
                v[n++] = (vote){ both[b]->key[i], 0, (uint16_t)both[b]->value[i] };
    qsort(v, n, sizeof *v, by_key);
    out->key = dm_need(n, sizeof *out->key);
    out->script = dm_need(n, sizeof *out->script);
    for (size_t i = 0; i < n; i++) {
        out->key[i] = v[i].key;
        out->script[i] = v[i].script;
    }
    out->n = n;
    out->text = t->text;
    out->scripts = t->scripts;
    free(v);
    dm_keymap_free(&rules);
    dm_keymap_free(&words);
}

// SPDX-License-Identifier: Apache-2.0
/* How far two tellings are the same happening: a sum of weights from data/linking, learnt by tools/train_linking.py. Some things cannot
 * be: no party in common, acts that are no kin, an act and its refusal, two exact days that are apart. */
#include "store/linking.h"
#include <math.h>
#include <stdlib.h>

enum { DAYS_NEAR = 4, DAYS_MONTH = 31 };

static const char *const feature_names[N_FEATURES] = { "bias", "type", "cameo", "mode_diff", "quad", "actor_same", "actor_part",
    "actor_diff", "recipient_same", "recipient_part", "recipient_diff", "shared", "swapped", "full", "full_near", "future",
    "hypothetical", "instrument_same", "instrument_diff", "instrument_one", "act_same", "act_diff", "context", "day_same",
    "day_next", "vague_near", "vague_month", "vague_far", "papers_near", "papers_far", "words", "words_shared", "near",
    "near_shared", "trigger", "trigger_diff" };

typedef enum relation { MISSING, SAME, PART, DIFFERENT } relation;

static uint32_t in_common(const uint16_t *a, uint32_t n_a, const uint16_t *b, uint32_t n_b)
{
    uint32_t n = 0;
    for (uint32_t i = 0, j = 0; i < n_a && j < n_b;) {
        n += a[i] == b[j];
        uint16_t x = a[i], y = b[j];
        i += x <= y;
        j += y <= x;
    }
    return n;
}

static relation relate(const uint16_t *a, uint32_t n_a, const uint16_t *b, uint32_t n_b)
{
    if (n_a == 0 || n_b == 0)
        return MISSING;
    uint32_t both = in_common(a, n_a, b, n_b);
    return both == 0 ? DIFFERENT : both == n_a && both == n_b ? SAME : PART;
}

/* All parties of a telling, ascending, each once. */
static uint32_t parties(uint16_t *out, const telling *t)
{
    uint32_t n = 0;
    for (uint32_t i = 0, j = 0; i < t->n_actor || j < t->n_recipient;) {
        uint16_t a = i < t->n_actor ? t->actor[i] : UINT16_MAX, r = j < t->n_recipient ? t->recipient[j] : UINT16_MAX;
        out[n++] = a < r ? a : r;
        i += i < t->n_actor && a <= r;
        j += j < t->n_recipient && r <= a;
    }
    return n;
}

/* Weight of the words in common, and the share that they are of all; only those near the trigger, or all. */
static double words_in_common(const telling *a, const telling *b, bool near, double *share)
{
    uint32_t both = 0, all = 0;
    const uint32_t hash = ~(uint32_t)(WORD_NEAR | WORD_WEIGHT);
    for (uint32_t i = 0, j = 0; i < a->n_word || j < b->n_word;) {
        uint32_t x = i < a->n_word ? a->word[i] : 0, y = j < b->n_word ? b->word[j] : 0;
        bool in_a = i < a->n_word && (j == b->n_word || (x & hash) <= (y & hash)),
             in_b = j < b->n_word && (i == a->n_word || (y & hash) <= (x & hash));
        uint32_t weight = (in_a ? x : y) & WORD_WEIGHT;
        i += in_a;
        j += in_b;
        in_a = in_a && (!near || x & WORD_NEAR);
        in_b = in_b && (!near || y & WORD_NEAR);
        all += in_a || in_b ? weight : 0;
        both += in_a && in_b ? weight : 0;
    }
    *share = all ? sqrt((double)both / all) : 0;
    return both / 10.0;
}

static int64_t days_apart(const telling *a, const telling *b)
{
    int64_t one = (int64_t)a->day - b->day_end, other = (int64_t)b->day - a->day_end;
    int64_t gap = one > other ? one : other;
    return gap > 0 ? gap : 0;
}

static double of_parties(const double *w, const telling *a, const telling *b, double *shared, bool *full)
{
    relation actor = relate(a->actor, a->n_actor, b->actor, b->n_actor);
    relation recipient = relate(a->recipient, a->n_recipient, b->recipient, b->n_recipient);
    uint16_t all_a[2 * TELL_PARTIES], all_b[2 * TELL_PARTIES];
    uint32_t n_a = parties(all_a, a), n_b = parties(all_b, b), both = in_common(all_a, n_a, all_b, n_b);
    *shared = both ? (double)both / (n_a + n_b - both) : 0;
    *full = actor == SAME && recipient == SAME;
    double sum = *shared * w[F_SHARED];
    sum += actor == SAME ? w[F_ACTOR_SAME] : actor == PART ? w[F_ACTOR_PART] : actor == DIFFERENT ? w[F_ACTOR_DIFF] : 0;
    sum += recipient == SAME        ? w[F_RECIPIENT_SAME]
           : recipient == PART      ? w[F_RECIPIENT_PART]
           : recipient == DIFFERENT ? w[F_RECIPIENT_DIFF]
                                    : 0;
    bool swapped = actor == DIFFERENT && (relate(a->actor, a->n_actor, b->recipient, b->n_recipient) == SAME ||
                                             relate(a->recipient, a->n_recipient, b->actor, b->n_actor) == SAME);
    return sum + (swapped ? w[F_SWAPPED] : 0);
}

static double of_instrument(const double *w, const telling *a, const telling *b)
{
    if (!a->instrument || !b->instrument)
        return a->instrument || b->instrument ? w[F_INSTRUMENT_ONE] : 0;
    return (a->instrument == b->instrument ? w[F_INSTRUMENT_SAME] : w[F_INSTRUMENT_DIFF]) +
           (a->act == b->act ? w[F_ACT_SAME] : w[F_ACT_DIFF]);
}

static double of_days(const double *w, const telling *a, const telling *b, int64_t gap, int64_t papers)
{
    double sum = papers <= DAYS_NEAR ? w[F_PAPERS_NEAR] : papers > DAYS_MONTH ? w[F_PAPERS_FAR] : 0;
    if (a->precise && b->precise)
        return sum + (gap ? w[F_DAY_NEXT] : w[F_DAY_SAME]);
    return sum + (gap == 0 ? 0 : gap <= DAYS_NEAR ? w[F_VAGUE_NEAR] : gap <= DAYS_MONTH ? w[F_VAGUE_MONTH] : w[F_VAGUE_FAR]);
}

static double of_words(const double *w, const telling *a, const telling *b)
{
    double all, near, n_all = words_in_common(a, b, false, &all), n_near = words_in_common(a, b, true, &near);
    bool trigger = a->lemma && a->lemma == b->lemma;
    double sum = all * w[F_WORDS] + fmin(n_all, 20) / 10 * w[F_WORDS_SHARED] + near * w[F_NEAR] +
                 fmin(n_near, 15) / 10 * w[F_NEAR_SHARED];
    return sum + (trigger ? w[F_TRIGGER] : all > 0.8 ? w[F_TRIGGER_DIFF] : 0); /* the same sentence, another act of it */
}

double dm_alike(const struct linker *k, const telling *a, const telling *b)
{
    const double *w = k->weight;
    uint8_t differ = a->aux ^ b->aux;
    if (!dm_may_be_alike(k, a, b))
        return -INFINITY;
    int64_t gap = days_apart(a, b), papers = llabs((int64_t)a->published - b->published);
    if (a->precise && b->precise && gap > 1)
        return -INFINITY;
    double shared;
    bool full, same = a->type == b->type;
    double sum = w[F_BIAS] + of_parties(w, a, b, &shared, &full);
    if (shared == 0)
        return -INFINITY;
    sum += same ? w[F_TYPE] : 0;
    sum += a->cameo && a->cameo == b->cameo ? w[F_CAMEO] : 0;
    sum += same && a->mode && b->mode && a->mode != b->mode ? w[F_MODE_DIFF] : 0;
    sum += a->quad == b->quad ? w[F_QUAD] : 0;
    sum += full && same ? w[F_FULL] : 0;
    sum += full && same && papers <= DAYS_NEAR && gap <= 1 ? w[F_FULL_NEAR] : 0;
    sum += differ & DM_FUTURE ? w[F_FUTURE] : 0;
    sum += differ & DM_HYPOTHETICAL ? w[F_HYPOTHETICAL] : 0;
    sum += a->contexts & b->contexts ? w[F_CONTEXT] : 0;
    sum += of_instrument(w, a, b) + of_days(w, a, b, gap, papers);
    return sum + k->words_most < k->join ? -INFINITY : sum + of_words(w, a, b); /* not even with all words in common */
}

/* --- from the tables --- */

static dm_status read_words(struct linker *k, const dm_table *t, dm_error *err)
{
    int word = dm_table_column(t, "word"), weight = dm_table_column(t, "weight");
    uint32_t rows = dm_table_rows(t);
    for (k->slots = 64; k->slots < 2 * rows; k->slots *= 2) {
    }
    k->word = malloc(k->slots * sizeof *k->word);
    if (!k->word)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the words of linking");
    for (uint32_t i = 0; i < k->slots; i++)
        k->word[i] = (rare_word){ 0, NO_WORD };
    for (uint32_t i = 0; i < rows; i++) {
        dm_str text = dm_table_cell(t, i, word);
        double value = 0;
        if (!dm_str_double(dm_table_cell(t, i, weight), &value) || value < 0 || value > WORD_WEIGHT)
            return dm_fail(err, DM_ECORRUPT, 0, "linking/words.tsv:%u: a weight is 0 to %d", dm_table_line(t, i), WORD_WEIGHT);
        uint32_t hash = dm_link_hash(text.p, text.len), at = hash >> 7;
        while (k->word[at & (k->slots - 1)].weight != NO_WORD)
            at++;
        if (dm_str_is(text, "*"))
            k->unknown = (uint8_t)value;
        else
            k->word[at & (k->slots - 1)] = (rare_word){ hash, (uint8_t)value };
    }
    return DM_OK;
}

static int type_of(dm_str name)
{
    int t = (int)dm_type_find(name);
    return t < DM_N_TYPES ? t : -1;
}

static dm_status read_kin(struct linker *k, const dm_table *t, dm_error *err)
{
    int one = dm_table_column(t, "type"), other = dm_table_column(t, "kin");
    for (int i = 0; i < DM_N_TYPES; i++)
        k->kin[i] = (uint16_t)(1u << i);
    for (uint32_t i = 0; i < dm_table_rows(t); i++) {
        int a = type_of(dm_table_cell(t, i, one)), b = type_of(dm_table_cell(t, i, other));
        if (a < 0 || b < 0)
            return dm_fail(err, DM_ECORRUPT, 0, "linking/kin.tsv:%u: no such type", dm_table_line(t, i));
        k->kin[a] |= (uint16_t)(1u << b);
        k->kin[b] |= (uint16_t)(1u << a);
    }
    return DM_OK;
}

static dm_status read_weights(struct linker *k, const dm_table *t, dm_error *err)
{
    int name = dm_table_column(t, "feature"), weight = dm_table_column(t, "weight");
    bool seen[N_FEATURES + 1] = { false };
    for (uint32_t i = 0; i < dm_table_rows(t); i++) {
        double value = 0;
        dm_str what = dm_table_cell(t, i, name);
        int f = 0;
        while (f < N_FEATURES && !dm_str_is(what, feature_names[f]))
            f++;
        if (!dm_str_double(dm_table_cell(t, i, weight), &value) || (f == N_FEATURES && !dm_str_is(what, "join")))
            return dm_fail(err, DM_ECORRUPT, 0, "linking/weights.tsv:%u: not a feature and its weight", dm_table_line(t, i));
        *(f < N_FEATURES ? &k->weight[f] : &k->join) = value;
        seen[f] = true;
    }
    for (int f = 0; f <= N_FEATURES; f++)
        if (!seen[f])
            return dm_fail(
                err, DM_ECORRUPT, 0, "linking/weights.tsv: no weight for '%s'", f < N_FEATURES ? feature_names[f] : "join");
    return DM_OK;
}

/* What words can add at most. */
static double most_of_words(const double *w)
{
    return fmax(w[F_WORDS], 0) + 2 * fmax(w[F_WORDS_SHARED], 0) + fmax(w[F_NEAR], 0) + 1.5 * fmax(w[F_NEAR_SHARED], 0) +
           fmax(fmax(w[F_TRIGGER], w[F_TRIGGER_DIFF]), 0);
}

dm_status dm_store_linker(dm_store *s, const dm_tables *tables, dm_error *err)
{
    const dm_table *words = dm_tables_get(tables, "linking/words"), *kin = dm_tables_get(tables, "linking/kin"),
                   *weights = dm_tables_get(tables, "linking/weights");
    if (!words || !kin || !weights)
        return dm_fail(err, DM_ECORRUPT, 0, "the tables have no 'linking': they are of another version; build them again");
    dm_linker_free(s->linker);
    s->linker = calloc(1, sizeof *s->linker);
    if (!s->linker)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for linking");
    dm_status st = read_words(s->linker, words, err);
    if (st == DM_OK)
        st = read_kin(s->linker, kin, err);
    if (st == DM_OK)
        st = read_weights(s->linker, weights, err);
    s->linker->words_most = most_of_words(s->linker->weight);
    return st;
}

void dm_linker_free(struct linker *k)
{
    if (k)
        free(k->word);
    free(k);
}

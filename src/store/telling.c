// SPDX-License-Identifier: Apache-2.0
/* What linking looks at of an event and of a document: parties, days and instrument as hashes, and the words of the sentence, each with
 * how rare it is. Made from the document alone, so that it does not matter what else is in the record. */
#include "store/linking.h"
#include <stdlib.h>

enum { WORD_MIN = 3, DIGITS_MIN = 2, STEM_MIN = 3, NEAR_BEFORE = 6, NEAR_BEHIND = 8, STORY_WORDS = 2048 };

/* Longest first among those that could both fit. */
static const char *const endings[] = { "ations", "ation", "ingly", "ments", "edly", "ings", "ment", "ions", "ing", "ion", "ies",
    "ied", "ers", "ed", "es", "er", "ly", "s", "e" };

static size_t stem(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len >= n + STEM_MIN && memcmp(word + len - n, endings[i], n) == 0)
            return len - n;
    }
    return len;
}

/* Small letters of ASCII behind their capitals; the text around a word is skipped in one go. */
static bool is_small(unsigned char c) { return c >= 'a' && c <= 'z'; }
static bool is_gap(unsigned char c) { return c < '0' || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || (c > 'z' && c < 0x80); }

size_t dm_link_word(dm_str text, size_t *at, size_t *start, char out[WORD_BYTES])
{
    enum { NONE, LETTERS, DIGITS } run = NONE;
    size_t n = 0, points = 0;
    while (*at < text.len && is_gap((unsigned char)text.p[*at]))
        ++*at;
    while (*at <= text.len) {
        for (; run == LETTERS && *at < text.len && is_small((unsigned char)text.p[*at]); ++*at, points++)
            if (n + 4 <= WORD_BYTES)
                out[n++] = text.p[*at];
        uint32_t cp = ' ', bytes = 1;
        if (*at < text.len)
            bytes = dm_utf8_next(text.p, text.len, *at, &cp);
        int kind = dm_cp_is_alpha(cp) ? LETTERS : cp >= '0' && cp <= '9' ? DIGITS : NONE;
        if (run != NONE && kind != (int)run) {
            if (points >= (run == DIGITS ? DIGITS_MIN : WORD_MIN))
                return run == DIGITS ? n : stem(out, n);
            n = points = 0;
            run = NONE;
        }
        if (kind != NONE) {
            if (points++ == 0)
                *start = *at;
            run = kind == DIGITS ? DIGITS : LETTERS;
            if (n + 4 <= WORD_BYTES)
                n += dm_utf8_put(out + n, dm_cp_fold(cp));
        }
        *at += bytes;
    }
    return 0;
}

uint32_t dm_link_weigh(const struct linker *k, const char *word, size_t len)
{
    uint32_t hash = dm_link_hash(word, len);
    uint32_t at = hash >> 7;
    while (k->word[at & (k->slots - 1)].weight != NO_WORD && k->word[at & (k->slots - 1)].hash != hash)
        at++;
    const rare_word *found = &k->word[at & (k->slots - 1)];
    return hash | (found->weight == NO_WORD ? k->unknown : found->weight);
}

static int by_worth(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    uint32_t va = a & (WORD_NEAR | WORD_WEIGHT), vb = b & (WORD_NEAR | WORD_WEIGHT);
    return va != vb ? (va < vb) - (va > vb) : (a > b) - (a < b);
}

static int by_value(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

/* The words once each (near if any of them is), the worthiest TELL_WORDS of them, ascending. */
static uint8_t choose_words(uint32_t *out, uint32_t *word, uint32_t n)
{
    uint32_t kept = 0;
    qsort(word, n, sizeof *word, by_value);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t same = ~(uint32_t)(WORD_NEAR | WORD_WEIGHT);
        if (kept && (word[kept - 1] & same) == (word[i] & same))
            word[kept - 1] |= word[i] & WORD_NEAR;
        else
            word[kept++] = word[i];
    }
    qsort(word, kept, sizeof *word, by_worth);
    uint32_t n_out = kept < TELL_WORDS ? kept : TELL_WORDS;
    qsort(word, n_out, sizeof *word, by_value);
    memcpy(out, word, n_out * sizeof *word);
    return (uint8_t)n_out;
}

static void read_sentence(said_words *s, const struct linker *k, const dm_doc *doc, uint32_t sentence)
{
    dm_str said = dm_doc_slice(doc, doc->sents.v[sentence].span);
    size_t at = 0, start = 0, len;
    char text[WORD_BYTES];
    s->n = 0;
    s->sentence = sentence;
    while (s->n < SENTENCE_WORDS && (len = dm_link_word(said, &at, &start, text)) > 0) {
        s->word[s->n] = dm_link_weigh(k, text, len);
        s->start[s->n++] = (uint32_t)start;
    }
}

static void take_words(telling *t, const struct linker *k, const dm_doc *doc, const dm_event *ev, said_words *s)
{
    uint32_t word[SENTENCE_WORDS], n = 0, before = 0, behind = 0;
    size_t from = ev->trigger.start - doc->sents.v[ev->sentence].span.start, to = from + ev->trigger.len;
    if (s->sentence != ev->sentence)
        read_sentence(s, k, doc, ev->sentence);
    memcpy(word, s->word, s->n * sizeof *word);
    while (n < s->n) {
        size_t start = s->start[n];
        before += start < from;
        bool trigger = start >= from && start < to;
        if (trigger && !t->lemma)
            t->lemma = word[n] & ~(uint32_t)(WORD_NEAR | WORD_WEIGHT);
        if (trigger || (start >= to && behind++ < NEAR_BEHIND))
            word[n] |= WORD_NEAR;
        n++;
    }
    for (uint32_t i = before > NEAR_BEFORE ? before - NEAR_BEFORE : 0; i < before; i++)
        word[i] |= WORD_NEAR;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) /* words that say nothing have no weight */
        if (word[i] & WORD_WEIGHT)
            word[kept++] = word[i];
    t->n_word = choose_words(t->word, word, kept);
}

static uint8_t take_parties(uint16_t *out, const dm_party *who, uint32_t n)
{
    uint8_t kept = 0;
    for (uint32_t i = 0; i < n && kept < TELL_PARTIES; i++) {
        dm_str name = dm_str_of(who[i].code[0] ? who[i].code : who[i].sector);
        uint16_t hash = name.len ? (uint16_t)(dm_hash(name.p, name.len, 11) | 1) : 0;
        uint8_t at = 0;
        while (at < kept && out[at] < hash)
            at++;
        if (hash == 0 || (at < kept && out[at] == hash))
            continue;
        memmove(out + at + 1, out + at, (size_t)(kept - at) * sizeof *out);
        out[at] = hash;
        kept++;
    }
    return kept;
}

static void mark_parties(telling *t)
{
    t->who = 0;
    for (uint32_t i = 0; i < t->n_actor; i++)
        t->who |= (uint64_t)1 << (t->actor[i] >> 1) % 64;
    for (uint32_t i = 0; i < t->n_recipient; i++)
        t->who |= (uint64_t)1 << (t->recipient[i] >> 1) % 64;
}

static uint32_t short_hash(dm_str s) { return s.len ? (uint32_t)dm_hash(s.p, s.len, 13) | 1 : 0; }

void dm_telling_make(telling *out, const struct linker *k, const dm_doc *doc, const dm_event *ev, said_words *said)
{
    memset(out, 0, sizeof *out);
    dm_event_days(doc, ev, &out->day, &out->day_end);
    out->published = doc->meta.date.precision != DM_PREC_UNKNOWN ? doc->meta.date.from : DM_DAY_NONE;
    out->precise = ev->when.precision == DM_PREC_DAY;
    out->contexts = ev->contexts;
    out->type = ev->type;
    out->aux = ev->aux;
    out->quad = ev->quad;
    out->mode = short_hash(dm_str_of(ev->mode));
    out->cameo = short_hash(dm_str_of(ev->cameo));
    if (ev->instrument) {
        out->instrument = short_hash(ev->instrument->type);
        out->act = short_hash(ev->instrument->act);
    }
    out->n_actor = take_parties(out->actor, ev->actor, ev->n_actor);
    out->n_recipient = take_parties(out->recipient, ev->recipient, ev->n_recipient);
    mark_parties(out);
    take_words(out, k, doc, ev, said);
}

uint32_t dm_story_terms(uint32_t out[STORY_TERMS], const struct linker *k, const dm_doc *doc)
{
    uint32_t *word = malloc(STORY_WORDS * sizeof *word), n = 0, kept = 0;
    char text[WORD_BYTES];
    size_t at = 0, start = 0, len;
    while (word && n < STORY_WORDS && (len = dm_link_word(doc->text, &at, &start, text)) > 0)
        word[n++] = dm_link_weigh(k, text, len);
    if (n == 0) {
        free(word);
        return 0;
    }
    qsort(word, n, sizeof *word, by_value);
    for (uint32_t i = 0, run; i < n;
         i += run) { /* a word that comes again says more of the story: two steps for the second and third */
        for (run = 1; i + run < n && word[i + run] == word[i]; run++) {
        }
        uint32_t weight = (word[i] & WORD_WEIGHT) + (run > 1 ? 10 : 0) + (run > 2 ? 6 : 0);
        if ((word[i] & WORD_WEIGHT) >= 20) /* a word in each seventh article tells no story */
            word[kept++] = (word[i] & ~(uint32_t)(WORD_NEAR | WORD_WEIGHT)) | (weight > 127 ? 127 : weight);
    }
    qsort(word, kept, sizeof *word, by_worth);
    uint32_t n_out = kept < STORY_TERMS ? kept : STORY_TERMS;
    for (uint32_t i = 0; i < n_out; i++)
        out[i] = word[i] & ~(uint32_t)(WORD_NEAR | WORD_WEIGHT);
    free(word);
    return n_out;
}

/* --- as bytes --- */

dm_status dm_tale_pack(dm_buf *out, const telling *v, uint32_t n, dm_error *err)
{
    for (uint32_t i = 0; i < n; i++)
        dm_buf_add(out, (const char *)&v[i], offsetof(telling, word) + v[i].n_word * sizeof *v[i].word);
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for %u events", n) : DM_OK;
}

uint32_t dm_tale_unpack(telling *out, uint32_t room, dm_str bytes)
{
    const size_t fixed = offsetof(telling, word);
    uint32_t n = 0;
    for (size_t at = 0; n < room && at + fixed <= bytes.len; n++) {
        memcpy(&out[n], bytes.p + at, fixed);
        at += fixed;
        size_t words = out[n].n_word * sizeof *out[n].word;
        if (out[n].n_word > TELL_WORDS || out[n].n_actor > TELL_PARTIES || out[n].n_recipient > TELL_PARTIES ||
            out[n].type >= DM_N_TYPES || at + words > bytes.len)
            return n; /* a damaged record: what is behind is not compared */
        memcpy(out[n].word, bytes.p + at, words);
        at += words;
        mark_parties(&out[n]);
    }
    return n;
}

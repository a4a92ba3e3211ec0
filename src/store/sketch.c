// SPDX-License-Identifier: Apache-2.0
/* Near copies: hashes and sketches of documents.
 *
 * The sketch is MinHash (Broder 1997) over runs of three words, words being stretches of letters and digits, folded; XXH3 hashes the
 * run, and each of the DM_SKETCH minima is over another multiply-shift mix of that hash. The share of equal minima estimates the Jaccard
 * index of the two sets. */
#include "store/store.h"

enum { RUN = 3, RUNS_MIN = 12, WORD_BYTES = 48 };

void dm_filing_hash(uint8_t out[DM_HASH_BYTES], const dm_doc *doc)
{
    for (uint64_t half = 0; half < 2; half++) {
        uint64_t h = dm_hash(doc->text.p, doc->text.len, half + 1);
        h = dm_hash(doc->meta.publisher.p, doc->meta.publisher.len, h);
        h = dm_hash(doc->meta.url.p, doc->meta.url.len, h);
        for (int i = 0; i < 8; i++)
            out[half * 8 + (uint64_t)i] = (uint8_t)(h >> (56 - 8 * i));
    }
}

/* Next word of the text at *at, folded into out; its length, 0 at the end. */
static size_t next_word(dm_str text, size_t *at, char out[WORD_BYTES])
{
    size_t n = 0;
    while (*at < text.len) {
        uint32_t cp;
        uint32_t bytes = dm_utf8_next(text.p, text.len, *at, &cp);
        bool letter = dm_cp_is_alpha(cp) || (cp >= '0' && cp <= '9');
        if (!letter && n > 0)
            return n;
        if (letter && n + 4 <= WORD_BYTES)
            n += dm_utf8_put(out + n, dm_cp_fold(cp));
        *at += bytes;
    }
    return n;
}

static void take_run(uint32_t *minima, uint64_t h)
{
    for (uint32_t i = 0; i < DM_SKETCH; i++) {
        uint64_t mixed = (h ^ (h >> 29)) * (0x9E3779B97F4A7C15u + 2 * (uint64_t)i * 0xD1B54A32D192ED03u);
        uint32_t v = (uint32_t)(mixed >> 32);
        minima[i] = v < minima[i] ? v : minima[i];
    }
}

/* Runs of words of one stretch of text into the sketch; how many there were. */
static uint32_t take_text(uint32_t *minima, dm_str text)
{
    uint64_t last[RUN] = { 0 };
    uint32_t words = 0;
    size_t at = 0, len;
    char word[WORD_BYTES];
    while ((len = next_word(text, &at, word)) > 0) {
        memmove(last, last + 1, (RUN - 1) * sizeof *last);
        last[RUN - 1] = dm_hash(word, len, 0);
        if (++words >= RUN)
            take_run(minima, dm_hash(last, sizeof last, 1));
    }
    return words >= RUN ? words - RUN + 1 : 0;
}

void dm_filing_make(dm_filing *out, const dm_doc *doc)
{
    memset(out, 0, sizeof *out);
    dm_filing_hash(out->hash, doc);
    memset(out->sketch, 0xFF, sizeof out->sketch);
    uint32_t runs = 0, body = 0;
    for (uint32_t i = 0; i < doc->sents.n; i++) /* scrape noise is the site's, not the article's */
        if (doc->sents.v[i].kind == DM_SENT_BODY) {
            runs += take_text(out->sketch, dm_doc_slice(doc, doc->sents.v[i].span));
            body++;
        }
    if (body == 0)
        runs = take_text(out->sketch, doc->text);
    out->sketched = runs >= RUNS_MIN;
}

double dm_sketch_alike(const uint32_t *a, const uint32_t *b)
{
    uint32_t same = 0;
    for (uint32_t i = 0; i < DM_SKETCH; i++)
        same += a[i] == b[i];
    return (double)same / DM_SKETCH;
}

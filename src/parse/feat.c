// SPDX-License-Identifier: Apache-2.0
/* Word features for the tagger and parser (see feat.h). Pure functions of the words; bytes that are not UTF-8 do no harm. */
#include "parse/feat.h"

#include <stdbool.h>
#include <string.h>

enum shape {
    SHAPE_LOWER,
    SHAPE_CAP,
    SHAPE_CAPS,
    SHAPE_MIXED,
    SHAPE_INITIAL,
    SHAPE_ACRONYM,
    SHAPE_DIGITS,
    SHAPE_NUMBER,
    SHAPE_ALNUM,
    SHAPE_PUNCT,
    SHAPE_OPEN,
    SHAPE_CLOSE,
    SHAPE_FOREIGN,
    SHAPE_ADDRESS,
    SHAPE_COUNT,
    ROW_FIRST = 16, /* shape + 16: the same at the start of the sentence */
    ROW_CASE = 32,  /* + case of the whole sentence */
    ROW_LAST = 40,
    ROW_PAST_COLON = 41,
    ROW_QUOTED = 42,
    ROW_PLAIN = 43
};

/* UTF-8 sequences that stand for an ASCII one. */
static const struct {
    char from[4];
    char to[4];
} typographic[] = {
    { "\xE2\x80\x98", "'" },
    { "\xE2\x80\x99", "'" },
    { "\xCA\xBC", "'" },
    { "\xE2\x80\x9C", "\"" },
    { "\xE2\x80\x9D", "\"" },
    { "\xE2\x80\x9E", "\"" },
    { "\xC2\xAB", "\"" },
    { "\xC2\xBB", "\"" },
    { "\xE2\x80\x93", "-" },
    { "\xE2\x80\x94", "--" },
    { "\xE2\x80\x95", "--" },
    { "\xE2\x80\x90", "-" },
    { "\xE2\x80\x91", "-" },
    { "\xE2\x80\xA6", "..." },
    { "``", "\"" },
    { "''", "\"" },
};

static uint32_t fold_sequence(char *out, uint32_t room, const char *p, uint32_t len, uint32_t *taken)
{
    for (size_t i = 0; i < sizeof typographic / sizeof typographic[0]; i++) {
        uint32_t n = (uint32_t)strlen(typographic[i].from), m = (uint32_t)strlen(typographic[i].to);
        if (n <= len && m <= room && memcmp(p, typographic[i].from, n) == 0) {
            memcpy(out, typographic[i].to, m);
            *taken = n;
            return m;
        }
    }
    *taken = 1;
    out[0] = *p;
    return 1;
}

static void lower_latin1(char *out, uint32_t n)
{
    for (uint32_t i = 0; i + 1 < n; i++) { /* À..Þ but × */
        unsigned char c = (unsigned char)out[i + 1];
        if ((unsigned char)out[i] == 0xC3 && c >= 0x80 && c <= 0x9E && c != 0x97)
            out[i + 1] = (char)(c + 0x20);
    }
}

uint32_t dm_fold(char *out, const char *form, uint32_t len)
{
    char cut[DM_FORM_BYTES];
    if (len > DM_FORM_BYTES) { /* the middle of a long word says least */
        memcpy(cut, form, DM_FORM_BYTES / 2);
        memcpy(cut + DM_FORM_BYTES / 2, form + len - DM_FORM_BYTES / 2, DM_FORM_BYTES / 2);
        form = cut;
        len = DM_FORM_BYTES;
    }
    uint32_t n = 0;
    for (uint32_t i = 0, taken; i < len && n < DM_FORM_BYTES; i += taken) {
        unsigned char c = (unsigned char)form[i];
        taken = 1;
        if (c >= 'A' && c <= 'Z')
            out[n++] = (char)(c + 32);
        else if (c >= 0x80 || c == '`' || c == '\'')
            n += fold_sequence(out + n, DM_FORM_BYTES - n, form + i, len - i, &taken);
        else
            out[n++] = (char)c;
    }
    lower_latin1(out, n);
    return n;
}

uint64_t dm_feat_hash(const char *p, uint32_t len, uint32_t seed)
{
    uint64_t h = 0x9E3779B97F4A7C15u ^ ((uint64_t)seed << 32 | len);
    for (uint32_t i = 0; i < len; i++) {
        h = (h ^ (unsigned char)p[i]) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 29;
    }
    h *= 0xC4CEB9FE1A85EC53u;
    return h ^ h >> 32;
}

typedef struct letters {
    uint32_t upper, lower, digit, high, period, other;
    bool first_upper;
} letters;

static letters count_letters(dm_word w)
{
    letters l = { 0 };
    for (uint32_t i = 0; i < w.len; i++) {
        unsigned char c = (unsigned char)w.form[i];
        if (c >= 'A' && c <= 'Z')
            l.upper++;
        else if (c >= 'a' && c <= 'z')
            l.lower++;
        else if (c >= '0' && c <= '9')
            l.digit++;
        else if (c >= 0x80)
            l.high++;
        else if (c == '.')
            l.period++;
        else
            l.other++;
    }
    l.first_upper = w.len > 0 && ((w.form[0] >= 'A' && w.form[0] <= 'Z') ||
                                     (w.len > 1 && (unsigned char)w.form[0] == 0xC3 && (unsigned char)w.form[1] < 0x9F));
    return l;
}

static bool has(dm_word w, const char *needle)
{
    uint32_t n = (uint32_t)strlen(needle);
    for (uint32_t i = 0; i + n <= w.len; i++)
        if (memcmp(w.form + i, needle, n) == 0)
            return true;
    return false;
}

static uint32_t mark_shape(dm_word w)
{
    static const char *const open[] = { "\xE2\x80\x9C", "\xE2\x80\x98", "\xC2\xAB", "``", "(", "[" };
    static const char *const close[] = { "\xE2\x80\x9D", "\xE2\x80\x99", "\xC2\xBB", "''", ")", "]" };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        if (w.len == strlen(open[i]) && memcmp(w.form, open[i], w.len) == 0)
            return SHAPE_OPEN;
        if (w.len == strlen(close[i]) && memcmp(w.form, close[i], w.len) == 0)
            return SHAPE_CLOSE;
    }
    return SHAPE_PUNCT;
}

static uint32_t shape_of(dm_word w)
{
    letters l = count_letters(w);
    uint32_t alpha = l.upper + l.lower;
    if (alpha + l.digit == 0) {
        uint32_t mark = mark_shape(w);
        return mark == SHAPE_PUNCT && l.high > 0 && (w.len == 0 || (unsigned char)w.form[0] != 0xE2) ? SHAPE_FOREIGN : mark;
    }
    if (l.digit > 0 && alpha == 0)
        return l.other + l.period + l.high == 0 ? SHAPE_DIGITS : SHAPE_NUMBER;
    if (has(w, "@") || has(w, "://") || has(w, "www."))
        return SHAPE_ADDRESS;
    if (l.digit > 0)
        return SHAPE_ALNUM;
    if (l.upper == 1 && l.lower == 0)
        return SHAPE_INITIAL;
    if (l.upper > 1 && l.lower == 0)
        return l.period > 0 ? SHAPE_ACRONYM : SHAPE_CAPS;
    if (l.first_upper)
        return l.upper > 1 ? SHAPE_MIXED : SHAPE_CAP;
    return l.upper > 0 ? SHAPE_MIXED : SHAPE_LOWER;
}

/* 0 ordinary, 1 title case, 2 capitals, 3 no capitals at all. */
static uint32_t sentence_case(const dm_word *w, uint32_t n)
{
    uint32_t words = 0, caps = 0, all = 0;
    for (uint32_t i = 0; i < n; i++) {
        letters l = count_letters(w[i]);
        if (l.upper + l.lower < 4)
            continue; /* small words stay small in titles */
        words++;
        caps += l.first_upper;
        all += l.upper > 0 && l.lower == 0;
    }
    if (words < 2)
        return 0;
    if (all * 4 > words * 3)
        return 2;
    if (caps * 5 > words * 4)
        return 1;
    return caps == 0 ? 3 : 0;
}

static uint32_t bucket(const char *p, uint32_t len, uint32_t kind)
{
    return DM_FEAT_SHAPES + (uint32_t)(dm_feat_hash(p, len, kind) % DM_FEAT_BUCKETS);
}

/* Beginnings of 1 to 3 bytes and ends of 1 to 5, the shorter ones whole where the word is short. */
static void add_affixes(uint32_t *row, const char *p, uint32_t n)
{
    for (uint32_t k = 1; k <= 3; k++)
        row[k - 1] = bucket(p, n < k ? n : k, 16 + k);
    for (uint32_t k = 1; k <= 5; k++) {
        uint32_t m = n < k ? n : k;
        row[2 + k] = bucket(p + n - m, m, k);
    }
}

void dm_feat_sentence(dm_feat *out, const dm_word *w, uint32_t n)
{
    uint32_t whole = ROW_CASE + sentence_case(w, n);
    bool quoted = false, colon = false;
    for (uint32_t i = 0; i < n; i++) {
        char buf[DM_FORM_BYTES];
        uint32_t len = dm_fold(buf, w[i].form, w[i].len), shape = shape_of(w[i]);
        out[i].form = dm_feat_hash(buf, len, 0);
        for (uint32_t k = 0; k < len; k++)
            if (buf[k] >= '0' && buf[k] <= '9')
                buf[k] = '0';
        out[i].pattern = dm_feat_hash(buf, len, 0);
        add_affixes(out[i].row, buf, len);
        out[i].row[8] = i == 0 ? ROW_FIRST + shape : shape;
        out[i].row[9] = whole;
        bool mark = len == 1 && buf[0] == '"';
        if (mark)
            quoted = !quoted;
        out[i].row[10] = i + 1 == n ? ROW_LAST : quoted ? ROW_QUOTED : colon ? ROW_PAST_COLON : ROW_PLAIN;
        if (len == 1 && (buf[0] == ':' || buf[0] == ';'))
            colon = true;
    }
}

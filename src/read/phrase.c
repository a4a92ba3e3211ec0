// SPDX-License-Identifier: Apache-2.0
/* Lines against the phrases of data/read/noise.tsv. Both sides are folded: lower case, straight quotes, single spaces, without
 * bullets and outer brackets. */
#include "read/lines.h"

static size_t fold_char(dm_str s, size_t i, char *out)
{
    static const char *const quotes[][2] = { { "\xE2\x80\x98", "'" }, { "\xE2\x80\x99", "'" }, { "\xE2\x80\x9C", "\"" },
        { "\xE2\x80\x9D", "\"" }, { "\xE2\x80\x93", "-" }, { "\xE2\x80\x94", "-" } };
    dm_str rest = { s.p + i, s.len - i };
    *out = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    if ((unsigned char)s.p[i] < 0x80)
        return 1;
    for (size_t k = 0; k < sizeof quotes / sizeof *quotes; k++)
        if (dm_str_starts(rest, quotes[k][0])) {
            *out = quotes[k][1][0];
            return 3;
        }
    if (dm_str_starts(rest, "\xC2\xA0")) {
        *out = ' ';
        return 2;
    }
    return 1;
}

static bool is_outer(char c)
{
    return c == ' ' || c == '[' || c == ']' || c == '(' || c == ')' || c == '.' || c == '*' || c == '|' || c == '-' ||
           c == ',' || c == '!' || c == '>' || c == ':' || c == '#' || c == '_' || c == '\t';
}

dm_str dm_fold_line(dm_arena *a, dm_str s)
{
    s = dm_without_bullet(s);
    char *out = dm_arena_alloc(a, s.len + 1, 1);
    if (!out)
        return DM_NIL;
    size_t n = 0, from = 0;
    for (size_t i = 0; i < s.len;) {
        char c;
        i += fold_char(s, i, &c);
        if (dm_is_blank(c) || c == '\n' || c == '\r')
            c = ' ';
        if (c != ' ' || (n && out[n - 1] != ' '))
            out[n++] = c;
    }
    while (n && is_outer(out[n - 1]))
        n--;
    while (from < n && is_outer(out[from]))
        from++;
    return (dm_str){ out + from, n - from };
}

/* Is the end of a pattern at byte i of s also the end of a word? */
static bool word_ends(dm_str s, size_t i)
{
    return i == 0 || i >= s.len || !dm_is_word_byte(s.p[i - 1]) || !dm_is_word_byte(s.p[i]);
}

static bool phrase_in(const dm_noise *p, dm_str folded)
{
    size_t n = p->pattern.len;
    if (n > folded.len)
        return false;
    switch (p->where) {
    case DM_AT_LINE: return dm_str_eq(p->pattern, folded);
    case DM_AT_PREFIX: return memcmp(folded.p, p->pattern.p, n) == 0 && word_ends(folded, n);
    case DM_AT_SUFFIX: return memcmp(folded.p + folded.len - n, p->pattern.p, n) == 0 && word_ends(folded, folded.len - n);
    case DM_AT_ANY:
        for (const char *at = folded.p; (at = memmem(at, folded.len - (size_t)(at - folded.p), p->pattern.p, n)); at++) {
            size_t i = (size_t)(at - folded.p);
            if (word_ends(folded, i) && word_ends(folded, i + n))
                return true;
        }
        return false;
    default: return false;
    }
}

/* Words of buttons: "print", "PRINT", "Share Tweet Email". */
bool dm_noise_buttons(const dm_rules *rules, dm_str folded)
{
    dm_str word;
    while (dm_next_word(&folded, &word)) {
        while (word.len && !dm_is_letter_at(word, word.len - 1))
            word.len--;
        while (word.len && !dm_is_letter_at(word, 0)) {
            word.p++;
            word.len--;
        }
        if (!word.len)
            continue;
        bool found = false;
        uint32_t c = (unsigned char)word.p[0];
        for (uint32_t i = rules->noise_at[c]; i < rules->noise_at[c + 1] && !found; i++)
            found = rules->noise[i].where == DM_AT_WORD && dm_str_eq(rules->noise[i].pattern, word);
        if (!found)
            return false;
    }
    return true;
}

const dm_noise *dm_noise_find(const dm_rules *rules, dm_str folded, uint32_t words, bool edge)
{
    for (size_t i = 0; i < rules->n_noise; i++) {
        const dm_noise *p = &rules->noise[i];
        if (p->where == DM_AT_WORD || words > p->words || (p->edge && !edge))
            continue;
        if (p->where <= DM_AT_PREFIX && folded.p[0] != p->pattern.p[0])
            continue;
        if (phrase_in(p, folded))
            return p;
    }
    return NULL;
}

// SPDX-License-Identifier: Apache-2.0
/* Names written in another way: "Bashar Al Assad" for Bashar al-Assad, "Tobias Billstrom" for Tobias Billström, "Moammar Kaddafi". A key keeps
 * what the spellings of one name share: no accents, articles or h, one letter for sounds that are written in several ways. Only the first
 * and last word count, and both must agree, so that two persons hardly ever share a key. */
#include "actor/work.h"
#include <unicode/unorm2.h>

/* The letter without its accents, in lower case; 0 for none. */
static char plain_letter(uint32_t cp)
{
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *nfd = cp < 0x80 ? NULL : unorm2_getNFDInstance(&error);
    UChar parts[8];
    int32_t n = nfd && U_SUCCESS(error) ? unorm2_getDecomposition(nfd, (UChar32)cp, parts, 8, &error) : 0;
    if (n > 0 && U_SUCCESS(error))
        cp = parts[0];
    cp = dm_cp_fold(cp);
    switch (cp) {
    case 0xF8: return 'o';
    case 0xE6: return 'a';
    case 0x111: return 'd';
    case 0x131: return 'i';
    case 0x142: return 'l';
    case 0xDF: return 's';
    default: return (char)(cp >= 'a' && cp <= 'z' ? cp : 0);
    }
}

static char sound(char c)
{
    switch (c) {
    case 'e': return 'a';
    case 'y': return 'i';
    case 'o': return 'u';
    case 'q':
    case 'g':
    case 'c': return 'k';
    case 'w': return 'v';
    case 'z': return 's';
    default: return c;
    }
}

static bool is_vowel(char c) { return c == 'a' || c == 'i' || c == 'u'; }

/* The key of one word; its length. Of a run of vowels the first counts, of a doubled consonant one. */
static size_t word_key(char *out, size_t room, dm_str word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.len;) {
        uint32_t cp;
        i += dm_utf8_next(word.p, word.len, i, &cp);
        char c = plain_letter(cp);
        bool ph = c == 'h' && n && out[n - 1] == 'p';
        if (ph)
            out[n - 1] = 'f';
        if (!c || c == 'h')
            continue;
        c = sound(c);
        bool same = n && (out[n - 1] == c || (is_vowel(c) && is_vowel(out[n - 1])));
        if (!same && n < room)
            out[n++] = c;
    }
    return n;
}

static bool is_article(dm_str word)
{
    char low[4];
    if (word.len > 3)
        return false;
    for (size_t i = 0; i < word.len; i++)
        low[i] = (char)dm_cp_fold((unsigned char)word.p[i]);
    return dm_str_in((dm_str){ low, word.len }, "al el as ash an ad ar at ul ur bin ibn ben jr sr");
}

/* Takes the next word off; hyphens part words, apostrophes do not. */
static bool next_word(dm_str *rest, dm_str *word)
{
    size_t a = 0, b;
    while (a < rest->len && (rest->p[a] == ' ' || rest->p[a] == '-' || rest->p[a] == '\n'))
        a++;
    for (b = a; b < rest->len && rest->p[b] != ' ' && rest->p[b] != '-' && rest->p[b] != '\n';)
        b++;
    *word = (dm_str){ rest->p + a, b - a };
    *rest = (dm_str){ rest->p + b, rest->len - b };
    return word->len > 0;
}

dm_str dm_spelling_key(dm_str name, char *out, size_t size)
{
    dm_str word, last = DM_NIL;
    size_t n = 0;
    while (next_word(&name, &word))
        if (!is_article(word)) {
            if (n == 0)
                n = word_key(out, size / 2 - 1, word);
            else
                last = word;
        }
    if (n < 2 || !last.len || memchr(last.p, '.', last.len))
        return DM_NIL;
    out[n++] = ' ';
    size_t k = word_key(out + n, size - n, last);
    return k < 2 ? DM_NIL : (dm_str){ out, n + k };
}

static bool index_cell(dm_actor *a, uint32_t row, dm_str cell)
{
    dm_str name;
    while (dm_str_split(&cell, '|', &name)) {
        char buf[KEY_MAX];
        dm_str key = dm_spelling_key(name, buf, sizeof buf);
        if (key.len && dm_map_get(&a->spelling, key, 0) == UINT32_MAX && !dm_map_put(&a->spelling, key, 0, row))
            return false;
    }
    return true;
}

bool dm_spelling_index(dm_actor *a)
{
    int aliases = dm_table_column(a->people, "aliases");
    for (uint32_t r = 0; r < dm_table_rows(a->people); r++)
        if (!index_cell(a, r, dm_table_cell(a->people, r, a->cp.name)) ||
            !index_cell(a, r, dm_table_cell(a->people, r, aliases)))
            return false;
    return true;
}

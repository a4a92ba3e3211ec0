// SPDX-License-Identifier: Apache-2.0
/* Words, bullets and closing marks of a line of text: the small questions that the marking of lines asks. */
#include "read/lines.h"

/* Next run of non-space bytes. */
bool dm_next_word(dm_str *rest, dm_str *word)
{
    while (rest->len && (dm_is_blank(rest->p[0]) || rest->p[0] == '\n' || rest->p[0] == '\r')) {
        rest->p++;
        rest->len--;
    }
    size_t n = 0;
    while (n < rest->len && !dm_is_blank(rest->p[n]) && rest->p[n] != '\n' && rest->p[n] != '\r')
        n++;
    *word = (dm_str){ rest->p, n };
    rest->p += n;
    rest->len -= n;
    return n > 0;
}

/* Curly quotes, dashes and bullets are three bytes from E2; every other byte above 7F may be a letter. */
bool dm_is_letter_at(dm_str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    return dm_is_word_byte(s.p[i]) || (c >= 0xC3 && c != 0xE2 && c != 0xEF);
}

static bool has_letter(dm_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (dm_is_letter_at(s, i))
            return true;
        if ((unsigned char)s.p[i] == 0xE2)
            i += 2;
    }
    return false;
}

uint32_t dm_count_words(dm_str s, uint32_t max)
{
    uint32_t n = 0;
    dm_str word;
    while (n < max && dm_next_word(&s, &word))
        n += has_letter(word);
    return n;
}

static const char *const bullets[] = { "\xE2\x80\xA2", "\xE2\x96\xAA", "\xE2\x96\xBA", "\xE2\x96\xB6", "\xE2\x97\x8F",
    "\xE2\x80\xA3", "\xE2\x97\xA6", "\xE2\x86\x92", "\xE2\x9E\xA4", "\xC2\xBB", "\xC2\xB7", "\xE2\x80\xBA", "\xEF\x82\xB7" };

/* Bytes of the bullet at the start of s with the space after it, or 0. Dashes and asterisks need the space. */
size_t dm_bullet_len(dm_str s)
{
    for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++)
        if (dm_str_starts(s, bullets[i]))
            return strlen(bullets[i]);
    if (s.len >= 2 && (s.p[0] == '*' || s.p[0] == '-' || s.p[0] == '+' || s.p[0] == 'o') && dm_is_blank(s.p[1]))
        return 2;
    return 0;
}

dm_str dm_without_bullet(dm_str s)
{
    size_t n = dm_bullet_len(s);
    return dm_str_trim((dm_str){ s.p + n, s.len - n });
}

static const char *const closers[] = { "\"", "'", ")", "]", "\xE2\x80\x9D", "\xE2\x80\x99", "\xC2\xBB", "*", "_" };

dm_str dm_strip_closers(dm_str s)
{
    for (size_t i = 0; i < sizeof closers / sizeof *closers;) {
        if (s.len && dm_str_ends(s, closers[i])) {
            s.len -= strlen(closers[i]);
            s = dm_str_trim(s);
            i = 0;
        } else {
            i++;
        }
    }
    return s;
}

bool dm_ends_sentence(dm_str s)
{
    s = dm_strip_closers(s);
    if (!s.len)
        return false;
    return strchr(".?!:;", s.p[s.len - 1]) != NULL || dm_str_ends(s, "\xE2\x80\xA6") || dm_str_ends(s, "\xE3\x80\x82");
}
bool dm_is_connector(dm_str w)
{
    return dm_str_in(w, "and in of for the with de van von bin al el la di da del at & to on or, und et y");
}

/* Words begin with a capital, small connecting words aside. */
bool dm_all_capitalised(dm_str s)
{
    dm_str word;
    uint32_t n = 0;
    while (dm_next_word(&s, &word)) {
        while (word.len && !dm_is_letter_at(word, 0)) {
            word.p++;
            word.len--;
        }
        if (!word.len || dm_is_connector(word))
            continue;
        if (word.p[0] >= 'a' && word.p[0] <= 'z')
            return false;
        n++;
    }
    return n > 0;
}
bool dm_all_caps(dm_str s)
{
    uint32_t caps = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] >= 'a' && s.p[i] <= 'z')
            return false;
        caps += dm_is_upper(s.p[i]);
    }
    return caps >= 3;
}
bool dm_next_line(dm_str text, size_t *at, dm_str *line)
{
    if (*at >= text.len)
        return false;
    size_t from = *at, i = from;
    while (i < text.len && text.p[i] != '\n' && text.p[i] != '\r')
        i++;
    *line = (dm_str){ text.p + from, i - from };
    if (i < text.len)
        i += text.p[i] == '\r' && i + 1 < text.len && text.p[i + 1] == '\n' ? 2 : 1;
    *at = i;
    return true;
}

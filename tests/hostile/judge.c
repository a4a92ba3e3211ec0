// SPDX-License-Identifier: Apache-2.0
/* Hostile text and the judgement of work on it; calls of the C library that the tests count by their bytes (linked with --wrap). */
#include "hostile/judge.h"
#include "hostile/steps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOOR = 400 * 1000, TENTHS = 26, ROOM = 512, BLOCK = 64 };

const shape dm_shapes[] = {
    { "one sentence without an end", "",
        { "the minister of Japan met China and said that talks with Kenya in 1998 would go on " }, "" },
    { "names", "", { "Japan ", "Vladimir Putin ", "Kenya ", "Angela Merkel " }, "" },
    { "the same name", "", { "Mr Putin of Russia met Mr Putin. " }, "" },
    { "meetings", "", { "Japan met France. ", "Kenya met Vladimir Putin. ", "Peru met Brazil. " }, "" },
    { "new persons", "", { "President A%cmos Q%u%crt of Japan met him. ", "Minister B%u%cel of Peru met her. " }, "" },
    { "open brackets", "Japan ", { "(" }, "" },
    { "brackets in brackets", "", { "Japan (China " }, "" },
    { "closing brackets", "Japan met China", { ")" }, "" },
    { "brackets", "", { "Japan (which met China) condemned [sic] Peru. " }, "" },
    { "quotations", "", { "\"We condemn China,\" Japan said. " }, "" },
    { "quotation marks", "", { "\" a " }, "" },
    { "quotations in quotations", "",
        { "\xE2\x80\x9CHe said \xE2\x80\x98"
          "she said " },
        "" },
    { "quotations never closed", "", { "\xE2\x80\x9Cwe condemn " }, "" },
    { "closing quotation marks", "Japan said: ", { "\xE2\x80\x9D" }, "" },
    { "apostrophes", "", { "the ministers' ", "'s " }, "" },
    { "conjuncts", "Japan ", { "and China " }, "" },
    { "and", "", { "and " }, "" },
    { "commas", "", { "Japan, China, " }, "" },
    { "dates", "", { "Japan met China on May 7, 1987. ", "Peru met Chile in June 2001. " }, "" },
    { "dates alone", "", { "May 7, 1987, ", "12/11/2001 " }, "" },
    { "times that hang on others", "", { "a month later, two weeks earlier, last year, " }, "" },
    { "times that hang on events", "", { "Japan met China a day after the vote. " }, "" },
    { "resolutions", "", { "Japan drafted a resolution on China at the U.N. and withdrew it. " }, "" },
    { "numbered resolutions", "", { "Peru voted for Resolution %d, which condemned Kenya. " }, "" },
    { "similar resolutions", "Japan drafted a resolution on China. ", { "It backed all such resolutions. " }, "" },
    { "acts without parties", "Japan met China. ",
        { "The government condemned the decision because of the attack. ", "He rejected it. " }, "" },
    { "events", "", { "Japan condemned China. " }, "" },
    { "events of all kinds", "",
        { "Japan condemned China, ", "France sued Peru, ", "Kenya vowed to sanction Chad ", "if Mali did not join. " }, "" },
    { "refusals", "", { "Japan refused to stop failing to decline to condemn China. " }, "" },
    { "paragraphs", "", { "The minister said so.\n\n", "Japan condemned it.\n\n" }, "" },
    { "acronyms", "", { "the Front for Peace of Kenya (FPK) attacked the army. " }, "" },
    { "new acronyms", "", { "the Front for %cxaria of Q%uland (F%c%d) attacked the army. " }, "" },
    { "pronouns", "", { "He met him and they told her that it was theirs. " }, "" },
    { "pronouns after names", "Tony Blair met Angela Merkel. ", { "He thanked her. ", "They met it. " }, "" },
    { "descriptions", "", { "The former defence minister met its giant neighbour. " }, "" },
    { "groups", "", { "The two sides met the three countries. " }, "" },
    { "titles", "", { "Prime Minister ", "President " }, "" },
    { "bullets", "", { "  \xE2\x80\xA2 Japan met China\n" }, "" },
    { "numbers", "", { "1 " }, "" },
    { "digits", "", { "1" }, "" },
    { "dots", "Japan met China", { "." }, "" },
    { "initials", "", { "A. " }, "" },
    { "abbreviations", "", { "Mr. ", "U.S. ", "Gen. " }, "" },
    { "one word", "Japan", { "a" }, "" },
    { "one word of capitals", "", { "JAPAN" }, "" },
    { "hyphens without blanks", "", { "anti-Japan-" }, "" },
    { "dashes", "", { "Japan - China -- " }, "" },
    { "slashes", "", { "Japan/China/" }, "" },
    { "relative clauses", "Japan ", { "which condemned China " }, "" },
    { "clauses of saying", "", { "Japan said that China said that " }, "" },
    { "prepositions", "Japan met China ", { "in the house of the man with a dog on the hill " }, "" },
    { "possessives", "Japan", { "'s minister" }, "" },
    { "questions", "", { "Did Japan condemn China? " }, "" },
    { "headlines", "", { "Japan Condemns China\n" }, "" },
    { "datelines", "", { "TOKYO, Feb 3 (Reuters) - Japan met China.\n" }, "" },
    { "blank lines", "Japan met China.", { "\n" }, "" },
    { "blanks", "Japan met", { " " }, " China." },
    { "combining marks", "Japan", { "\xCC\x81" }, "" },
    { "marks of direction", "Japan met ", { "\xE2\x80\xAE" }, "" },
    { "another script", "", { "\xE6\x97\xA5\xE6\x9C\xAC" }, "" },
    { "addresses", "", { "https://www.example.org/a/b?c=d&e=%u " }, "" },
    { NULL, NULL, { NULL }, NULL },
};

/* One piece with its %u, %d and %c filled in; returns its end. */
static char *put_piece(char *out, const char *piece, unsigned i)
{
    for (; *piece; piece++) {
        if (piece[0] == '%' && piece[1] == 'u') {
            for (unsigned v = i; v; v /= 26)
                *out++ = (char)('a' + v % 26);
            piece++;
        } else if (piece[0] == '%' && piece[1] == 'd') {
            out += sprintf(out, "%u", i);
            piece++;
        } else if (piece[0] == '%' && piece[1] == 'c') {
            *out++ = (char)('A' + i % 26);
            piece++;
        } else {
            *out++ = *piece;
        }
    }
    return out;
}

dm_str dm_shape_make(const shape *s, size_t length)
{
    char *text = malloc(length + ROOM);
    if (!text)
        abort();
    char *end = put_piece(text, s->once, 0);
    for (unsigned i = 0, p = 0; end < text + length; i++) {
        end = put_piece(end, s->piece[p], i);
        p = p + 1 < PIECES && s->piece[p + 1] ? p + 1 : 0;
    }
    end = put_piece(end, s->last, 0);
    return (dm_str){ text, (size_t)(end - text) };
}

bool dm_grows_linearly(const char *what, const char *on, const uint64_t work[SIZES])
{
    uint64_t first = work[1] > work[0] ? work[1] - work[0] : 0, then = work[2] > work[1] ? work[2] - work[1] : 0;
    if (work[2] < FLOOR || then * 10 <= first * TENTHS)
        return true;
    fprintf(stderr, "%s takes %llu, %llu and %llu steps on n, 2n and 4n of: %s\n", what, (unsigned long long)work[0],
        (unsigned long long)work[1], (unsigned long long)work[2], on);
    return false;
}

#ifdef DM_STEPS
bool dm_steps_counted(void) { return true; }
#define COUNT(n) dm_steps_add((n) / BLOCK)
#else
bool dm_steps_counted(void) { return false; }
#define COUNT(n) (void)(n)
uint64_t dm_steps(void) { return 0; }
void dm_steps_add(uint64_t n) { (void)n; }
#endif

/* ---- calls of the C library ---- */

void *__real_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *to, int c, size_t n);
void *__real_memchr(const void *p, int c, size_t n);
int __real_memcmp(const void *a, const void *b, size_t n);
void *__real_memmem(const void *p, size_t n, const void *what, size_t m);
size_t __real_strlen(const char *s);
void *__real_realloc(void *p, size_t n);
void *__wrap_memcpy(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__wrap_memset(void *to, int c, size_t n);
void *__wrap_memchr(const void *p, int c, size_t n);
int __wrap_memcmp(const void *a, const void *b, size_t n);
void *__wrap_memmem(const void *p, size_t n, const void *what, size_t m);
size_t __wrap_strlen(const char *s);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_memcpy(void *to, const void *from, size_t n)
{
    COUNT(n);
    return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
    COUNT(n);
    return __real_memmove(to, from, n);
}

void *__wrap_memset(void *to, int c, size_t n)
{
    COUNT(n);
    return __real_memset(to, c, n);
}

void *__wrap_memchr(const void *p, int c, size_t n)
{
    const char *at = __real_memchr(p, c, n);
    COUNT(at ? (size_t)(at - (const char *)p) : n);
    return (void *)(uintptr_t)at;
}

int __wrap_memcmp(const void *a, const void *b, size_t n)
{
    COUNT(n);
    return __real_memcmp(a, b, n);
}

void *__wrap_memmem(const void *p, size_t n, const void *what, size_t m)
{
    const char *at = __real_memmem(p, n, what, m);
    COUNT(at ? (size_t)(at - (const char *)p) : n);
    return (void *)(uintptr_t)at;
}

size_t __wrap_strlen(const char *s)
{
    size_t n = __real_strlen(s);
    COUNT(n);
    return n;
}

void *__wrap_realloc(void *p, size_t n)
{
    COUNT(n);
    return __real_realloc(p, n);
}

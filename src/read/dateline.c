// SPDX-License-Identifier: Apache-2.0
/* Datelines at the start of an article: " date 2019-06-11 OSLO (AGENCY) - ", "TOKYO, Feb 3 (Agency) -- ", "GENEVA (3 February
 * 2022) â ", "NEW DELHI: ". Only form decides; that a city exists is not asked. */
#include "read/lines.h"

enum {
    DATELINE_BYTES = 110,
    CITY_LETTERS = 4 /* shorter words in capitals (EU, UN, WHO) are bodies */
};

/* Length of the dash or colon that ends a dateline at s[i], with the space after it; 0 if there is none. */
static size_t separator(dm_str s, size_t i)
{
    static const char *const marks[] = { " - ", " -- ", " \xE2\x80\x93 ", " \xE2\x80\x94 ", "-- ", "\xE2\x80\x94 ",
        "\xE2\x80\x93 ", " -", "--", "\xE2\x80\x94", ": " };
    dm_str rest = { s.p + i, s.len - i };
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
        if (dm_str_starts(rest, marks[k]))
            return strlen(marks[k]);
    return 0;
}

/* Letters of a word that is all capitals, else 0. */
static uint32_t caps_letters(dm_str w)
{
    uint32_t n = 0;
    for (size_t i = 0; i < w.len; i++) {
        if (w.p[i] >= 'a' && w.p[i] <= 'z')
            return 0;
        n += dm_is_upper(w.p[i]) || (unsigned char)w.p[i] >= 0xC3;
    }
    return n;
}

/* Words before the bracket or the dash, by form. */
typedef struct place {
    uint32_t words, dates, digits, caps;
    bool city_in_caps; /* starts with words in capitals */
    bool title;        /* "MR." */
    bool other;        /* a word that no dateline has */
} place;

static place read_place(dm_str s)
{
    place p = { 0 };
    dm_str word;
    uint32_t letters = 0; /* in the run of capitals that the place starts with */
    bool running = true;
    while (dm_next_word(&s, &word) && p.words < 12) {
        uint32_t caps = caps_letters(word);
        p.words++;
        p.digits += word.p[0] >= '0' && word.p[0] <= '9';
        if (dm_date_read(word).other == 0) {
            p.dates++;
            continue;
        }
        p.caps += caps >= 2;
        p.title = p.title || (caps >= 2 && word.p[word.len - 1] == '.');
        p.other = p.other || (word.p[0] >= 'a' && word.p[0] <= 'z' && !dm_is_connector(word));
        running = running && caps >= 2;
        letters += running ? caps : 0;
    }
    p.city_in_caps = letters >= CITY_LETTERS;
    return p;
}

/* A city in capitals; a city in small letters beside an agency or a date; a date beside an agency. */
static bool is_place(const place *p, bool agency, bool dated, bool colon)
{
    if (p->other || p->words > 10)
        return false;
    if (p->words == 0 || p->words == p->dates)
        return agency || (dated && p->digits > 0 && p->words >= 2);
    if (colon)
        return p->caps == p->words - p->dates && p->city_in_caps && p->words <= 4 && !p->title;
    return agency || p->city_in_caps || (dated && p->digits > 0);
}

static dm_str in_brackets(dm_str s, size_t *open, size_t *close)
{
    const char *a = memchr(s.p, '(', s.len), *b = a ? memchr(a, ')', s.len - (size_t)(a - s.p)) : NULL;
    *open = a ? (size_t)(a - s.p) : s.len;
    *close = b ? (size_t)(b - s.p) : s.len;
    return b ? dm_str_trim((dm_str){ a + 1, (size_t)(b - a - 1) }) : DM_NIL;
}

static bool try_dateline(dm_str s, size_t end, size_t sep, dm_dateline *out)
{
    size_t open, close;
    if (s.p[end + sep] >= 'a' && s.p[end + sep] <= 'z')
        return false; /* a sentence starts there */
    dm_str inside = in_brackets((dm_str){ s.p, end }, &open, &close);
    if (open < end && close + 1 < end)
        return false; /* words between bracket and dash */
    dm_str where = dm_str_trim((dm_str){ s.p, open < end ? open : end });
    dm_date_found date = dm_date_read(inside), before = dm_date_read(where);
    bool dated = inside.len && date.other == 0;
    bool agency = inside.len && !dated && dm_count_words(inside, 6) <= 5 && dm_all_capitalised(inside);
    if ((inside.len && !agency && !dated) || (!inside.len && open < end))
        return false;
    place p = read_place(where);
    if (!is_place(&p, agency, dated || before.when.precision == DM_PREC_DAY, s.p[end] == ':'))
        return false;
    *out = (dm_dateline){
        .len = end + sep, .colon = s.p[end] == ':', .agency = agency ? inside : DM_NIL, .date = dated ? date : before
    };
    return true;
}

dm_dateline dm_dateline_find(dm_str s)
{
    dm_dateline out = { 0 };
    size_t stop = s.len < DATELINE_BYTES ? s.len : DATELINE_BYTES;
    for (size_t i = 1; i < stop; i++) {
        size_t sep = s.p[i] == ' ' || s.p[i] == '-' || s.p[i] == ':' || (unsigned char)s.p[i] == 0xE2 ? separator(s, i) : 0;
        if (sep && i + sep < s.len)
            return try_dateline(s, i, sep, &out) ? out : (dm_dateline){ 0 };
    }
    return out;
}

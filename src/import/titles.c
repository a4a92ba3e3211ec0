// SPDX-License-Identifier: Apache-2.0
/* What the title of a resolution says of its subject, its side and its contexts (data/instruments/titles.tsv). */
#include "doc/doc.h"
#include "import/votes.h"

enum { WORDS = 120, BYTES = 2000, GAP = 4 /* words between a pattern and its country */, PATTERN_WORDS = 16 };

/* The countries of a title: code of the one that begins at a word, and its length. */
typedef struct words {
    dm_str w[WORDS];
    size_t n;
    dm_str code[WORDS];
    size_t used[WORDS];
    char buf[BYTES];
} words;

static void read_words(const dm_states *states, dm_str title, words *t)
{
    t->n = dm_words_of(title, t->buf, sizeof t->buf, t->w, WORDS);
    for (size_t i = 0; i < t->n; i++)
        t->used[i] = 0;
    for (size_t i = 0; i < t->n;) {
        t->code[i] = dm_states_words(states, t->w + i, t->n - i, &t->used[i]);
        i += t->code[i].len ? t->used[i] : 1;
    }
}

/* Whether the pattern fits from word `at` on; *country: the code at its *. */
static bool fits_at(const words *t, const dm_str *p, size_t n, size_t at, dm_str *country)
{
    for (size_t i = 0; i < n; i++) {
        if (!dm_str_is(p[i], "*")) {
            if (at >= t->n || !dm_str_eq(p[i], t->w[at++]))
                return false;
            continue;
        }
        size_t gap = 0, most = i == 0 ? 0 : GAP;
        while (gap <= most && at + gap < t->n && !t->used[at + gap])
            gap++;
        if (gap > most || at + gap >= t->n)
            return false;
        *country = t->code[at + gap];
        at += gap + t->used[at + gap];
    }
    return true;
}

static bool fits(const words *t, dm_str pattern, dm_str *country)
{
    dm_str p[PATTERN_WORDS], one;
    size_t n = 0;
    while (n < PATTERN_WORDS && dm_str_split(&pattern, ' ', &one))
        p[n++] = one;
    for (size_t at = 0; n && at < t->n; at++)
        if (fits_at(t, p, n, at, country))
            return true;
    return false;
}

static uint64_t contexts_of(dm_str cell)
{
    uint64_t sum = 0;
    dm_str one;
    while (dm_str_split(&cell, '|', &one)) {
        int bit = dm_context_find(one);
        sum |= bit >= 0 ? (uint64_t)1 << bit : 0;
    }
    return sum;
}

void dm_title_read(const dm_tables *tables, const dm_states *states, dm_str title, dm_title *out)
{
    const dm_table *t = dm_tables_get(tables, "instruments/titles");
    words w;
    bool found = false;
    *out = (dm_title){ .subject = DM_NIL };
    read_words(states, title, &w);
    for (uint32_t r = 0; t && r < dm_table_rows(t); r++) {
        dm_str kind = dm_table_cell(t, r, dm_table_column(t, "kind")), country = DM_NIL;
        bool is_title = dm_str_is(kind, "title");
        if ((is_title && found) || dm_str_is(kind, "flag") ||
            !fits(&w, dm_table_cell(t, r, dm_table_column(t, "pattern")), &country))
            continue;
        out->contexts |= contexts_of(dm_table_cell(t, r, dm_table_column(t, "contexts")));
        if (!is_title)
            continue;
        dm_str fixed = dm_table_cell(t, r, dm_table_column(t, "subject")),
               side = dm_table_cell(t, r, dm_table_column(t, "polarity"));
        out->subject = fixed.len ? fixed : country;
        out->polarity = dm_str_is(side, "-1") ? -1 : dm_str_is(side, "1") ? 1 : 0;
        out->own = dm_str_is(dm_table_cell(t, r, dm_table_column(t, "own")), "yes");
        found = true;
    }
    for (size_t i = 0; !found && i < w.n && !out->subject.len; i++)
        if (w.used[i])
            out->subject = w.code[i];
}

uint64_t dm_title_flag(const dm_tables *tables, dm_str column)
{
    const dm_table *t = dm_tables_get(tables, "instruments/titles");
    for (uint32_t r = 0; t && r < dm_table_rows(t); r++)
        if (dm_str_is(dm_table_cell(t, r, dm_table_column(t, "kind")), "flag") &&
            dm_str_eq(dm_table_cell(t, r, dm_table_column(t, "pattern")), column))
            return contexts_of(dm_table_cell(t, r, dm_table_column(t, "contexts")));
    return 0;
}

dm_str dm_title_clean(dm_str title)
{
    enum { LONG = 160 };
    static const char *const marks[] = { ": resolution", ": draft resolution", ": decision", " / adopted", " / statement" };
    size_t end = title.len;
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++)
        for (size_t i = 0, n = strlen(marks[m]); i + n <= end; i++)
            if (memcmp(title.p + i, marks[m], n) == 0)
                end = i;
    while (end > LONG && ((unsigned char)title.p[end - 1] != ' ' || end > LONG + 1))
        end--;
    while (end && end < title.len && ((unsigned char)title.p[end] & 0xC0) == 0x80)
        end--;
    dm_str s = dm_str_trim((dm_str){ title.p, end });
    while (s.len && strchr(" .:;,-", s.p[s.len - 1]))
        s.len--;
    return s;
}

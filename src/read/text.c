// SPDX-License-Identifier: Apache-2.0
/* Marks what is not article in a text: noise, headline, dateline, byline, date. Nothing is deleted.
 *
 * The text is cut into units: a line, or the lines of one hard-wrapped paragraph. Units that read like prose (they end like a
 * sentence, or are long) make the body; the units before the first and after the last of them are header and footer. Known
 * phrases (data/read/noise.tsv) decide first, then form and place. A text of a single unit, or without any prose, is left alone
 * but for its dateline: it is somebody's sentence. */
#include "read/internal.h"

enum {
    UNITS_MAX = 65536, /* units looked at; a newspaper page has a hundred */
    PROSE_WORDS = 30,
    WRAPPED_WORDS = 20,   /* so many words are prose even without a full stop */
    SENTENCE_WORDS = 3,   /* fewest words of prose with a full stop */
    HEADER_DATELINES = 3, /* so many prose units may open with a dateline */
    EDGE_HEAD = 12,
    EDGE_FOOT = 20, /* units at both ends where phrases of zone "edge" count */
    CROSSHEAD_WORDS = 8,
    SECTION_WORDS = 5,
    BYLINE_WORDS = 12,
    WRAP_LOOK = 2000,
    WRAP_LINES = 3,
    WRAP_FULL = 60,
    WRAP_MIN = 45,
    WRAP_MAX = 130, /* bytes of a line that a hard wrap may have ended */
    DATELINE_BYTES = 110,
    CITY_LETTERS = 4, /* shorter ones (EU, UN, WHO) are bodies */
    HEADLINE_WORDS = 25,
    FOLD_WORDS = 80 /* longer units are not compared with phrases */
};

typedef enum mark { M_NONE, M_PROSE, M_NOISE, M_HEADLINE, M_DATELINE, M_BYLINE, M_DATE } mark;

typedef struct unit {
    uint32_t start, len;
    uint16_t words;
    uint8_t mark;
    bool stop; /* ends like a sentence */
    bool bullet, wrapped;
    bool blank_before, blank_after;
    bool list; /* opens a list of links */
} unit;

typedef struct marker {
    dm_doc *doc;
    const dm_rules *rules;
    DM_VEC(unit) units;
    uint32_t first, last; /* prose */
    bool wrapped;         /* the text has hard line breaks */
    dm_str headline;      /* folded */
    uint32_t crossheads;
} marker;

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }

static bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

static dm_str unit_text(const marker *m, const unit *u) { return (dm_str){ m->doc->text.p + u->start, u->len }; }

/* ---- words of a string ---- */

/* Next run of non-space bytes. */
static bool next_word(dm_str *rest, dm_str *word)
{
    while (rest->len && (is_blank(rest->p[0]) || rest->p[0] == '\n' || rest->p[0] == '\r')) {
        rest->p++;
        rest->len--;
    }
    size_t n = 0;
    while (n < rest->len && !is_blank(rest->p[n]) && rest->p[n] != '\n' && rest->p[n] != '\r')
        n++;
    *word = (dm_str){ rest->p, n };
    rest->p += n;
    rest->len -= n;
    return n > 0;
}

/* Curly quotes, dashes and bullets are three bytes from E2; every other byte above 7F may be a letter. */
static bool is_letter_at(dm_str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    return is_word_byte(s.p[i]) || (c >= 0xC3 && c != 0xE2 && c != 0xEF);
}

static bool has_letter(dm_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (is_letter_at(s, i))
            return true;
        if ((unsigned char)s.p[i] == 0xE2)
            i += 2;
    }
    return false;
}

static uint32_t count_words(dm_str s, uint32_t max)
{
    uint32_t n = 0;
    dm_str word;
    while (n < max && next_word(&s, &word))
        n += has_letter(word);
    return n;
}

/* ---- marks of punctuation ---- */

static const char *const bullets[] = { "\xE2\x80\xA2", "\xE2\x96\xAA", "\xE2\x96\xBA", "\xE2\x96\xB6", "\xE2\x97\x8F",
    "\xE2\x80\xA3", "\xE2\x97\xA6", "\xE2\x86\x92", "\xE2\x9E\xA4", "\xC2\xBB", "\xC2\xB7", "\xE2\x80\xBA", "\xEF\x82\xB7" };

/* Bytes of the bullet at the start of s with the space after it, or 0. Dashes and asterisks need the space. */
static size_t bullet_len(dm_str s)
{
    for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++)
        if (dm_str_starts(s, bullets[i]))
            return strlen(bullets[i]);
    if (s.len >= 2 && (s.p[0] == '*' || s.p[0] == '-' || s.p[0] == '+' || s.p[0] == 'o') && is_blank(s.p[1]))
        return 2;
    return 0;
}

static dm_str without_bullet(dm_str s)
{
    size_t n = bullet_len(s);
    return dm_str_trim((dm_str){ s.p + n, s.len - n });
}

static const char *const closers[] = { "\"", "'", ")", "]", "\xE2\x80\x9D", "\xE2\x80\x99", "\xC2\xBB", "*", "_" };

static dm_str strip_closers(dm_str s)
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

static bool ends_sentence(dm_str s)
{
    s = strip_closers(s);
    if (!s.len)
        return false;
    return strchr(".?!:;", s.p[s.len - 1]) != NULL || dm_str_ends(s, "\xE2\x80\xA6") || dm_str_ends(s, "\xE3\x80\x82");
}

/* ---- cutting ---- */

static bool next_line(dm_str text, size_t *at, dm_str *line)
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

static bool starts_lower(dm_str s) { return s.len && ((s.p[0] >= 'a' && s.p[0] <= 'z') || strchr(",;(", s.p[0])); }

/* Did an editor or mailer break the lines? Then many go on in small letters. */
static bool is_hard_wrapped(dm_str text)
{
    size_t at = 0, broken = 0, seen = 0;
    dm_str line, last = DM_NIL;
    while (seen++ < WRAP_LOOK && broken < WRAP_LINES && next_line(text, &at, &line)) {
        line = dm_str_trim(line);
        broken +=
            last.len >= WRAP_MIN && last.len <= WRAP_MAX && !ends_sentence(last) && starts_lower(line) && !bullet_len(line);
        last = line;
    }
    return broken >= WRAP_LINES;
}

/* Does line b go on with the paragraph of unit a? */
static bool continues(const marker *m, const unit *a, dm_str b, size_t last_len)
{
    if (a->stop || bullet_len(b) || last_len < WRAP_MIN || last_len > WRAP_MAX || b.len > WRAP_MAX)
        return false;
    return starts_lower(b) || (m->wrapped && b.len <= last_len + last_len / 3 && (a->wrapped || last_len >= WRAP_FULL));
}

static bool add_unit(marker *m, dm_str line, bool blank, size_t *last_len)
{
    uint32_t start = (uint32_t)(line.p - m->doc->text.p);
    unit *u = m->units.n ? &m->units.v[m->units.n - 1] : NULL;
    if (u && !blank && continues(m, u, line, *last_len)) {
        u->wrapped = true;
        u->len = start + (uint32_t)line.len - u->start;
    } else {
        if (u)
            u->blank_after = blank;
        u = DM_PUSH(&m->doc->arena, &m->units);
        if (!u)
            return false;
        *u = (unit){ .start = start, .len = (uint32_t)line.len, .blank_before = blank || m->units.n == 1, .blank_after = true };
        u->bullet = bullet_len(line) > 0;
    }
    u->stop = ends_sentence(line);
    *last_len = line.len;
    return true;
}

static dm_status cut_units(marker *m, dm_error *err)
{
    size_t at = 0, last_len = 0;
    bool blank = true;
    dm_str line;
    m->wrapped = is_hard_wrapped(m->doc->text);
    while (m->units.n < UNITS_MAX && next_line(m->doc->text, &at, &line)) {
        line = dm_str_trim(line);
        if (!line.len) {
            blank = true;
            continue;
        }
        if (!add_unit(m, line, blank, &last_len))
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for lines");
        blank = false;
    }
    for (uint32_t i = 0; i < m->units.n; i++)
        m->units.v[i].words = (uint16_t)count_words(unit_text(m, &m->units.v[i]), UINT16_MAX);
    if (at < m->doc->text.len &&
        dm_note(m->doc, "only the first %d paragraphs were looked at for noise", (int)UNITS_MAX) != DM_OK)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for notes");
    return DM_OK;
}

/* ---- folding and phrases ---- */

static size_t fold_char(dm_str s, size_t i, char *out)
{
    static const char *const quotes[][2] = { { "\xE2\x80\x98", "'" }, { "\xE2\x80\x99", "'" }, { "\xE2\x80\x9C", "\"" },
        { "\xE2\x80\x9D", "\"" }, { "\xE2\x80\x93", "-" }, { "\xE2\x80\x94", "-" } };
    dm_str rest = { s.p + i, s.len - i };
    *out = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
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
    s = without_bullet(s);
    char *out = dm_arena_alloc(a, s.len + 1, 1);
    if (!out)
        return DM_NIL;
    size_t n = 0, from = 0;
    for (size_t i = 0; i < s.len;) {
        char c;
        i += fold_char(s, i, &c);
        if (is_blank(c) || c == '\n' || c == '\r')
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
static bool word_ends(dm_str s, size_t i) { return i == 0 || i >= s.len || !is_word_byte(s.p[i - 1]) || !is_word_byte(s.p[i]); }

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
static bool all_buttons(const dm_rules *rules, dm_str folded)
{
    dm_str word;
    while (next_word(&folded, &word)) {
        while (word.len && !is_letter_at(word, word.len - 1))
            word.len--;
        while (word.len && !is_letter_at(word, 0)) {
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

static const dm_noise *find_phrase(const dm_rules *rules, dm_str folded, uint32_t words, bool edge)
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

/* "Beijing expelled the correspondent." ends like a byline, but is a sentence. */
static bool is_sentence_after_all(const dm_noise *p, const unit *u, bool capitals)
{
    return p->where == DM_AT_SUFFIX && p->edge && u->stop && !capitals;
}

/* ---- what a unit looks like ---- */

static bool is_connector(dm_str w)
{
    return dm_str_in(w, "and in of for the with de van von bin al el la di da del at & to on or, und et y");
}

/* Words begin with a capital, small connecting words aside. */
static bool all_capitalised(dm_str s)
{
    dm_str word;
    uint32_t n = 0;
    while (next_word(&s, &word)) {
        while (word.len && !is_letter_at(word, 0)) {
            word.p++;
            word.len--;
        }
        if (!word.len || is_connector(word))
            continue;
        if (word.p[0] >= 'a' && word.p[0] <= 'z')
            return false;
        n++;
    }
    return n > 0;
}

static bool is_url(dm_str s)
{
    dm_str rest = s, word;
    if (!next_word(&rest, &word) || dm_str_trim(rest).len)
        return false;
    bool mail = memchr(word.p, '@', word.len) && memchr(word.p, '.', word.len);
    return mail || dm_str_starts(word, "http://") || dm_str_starts(word, "https://") || dm_str_starts(word, "www.") ||
           dm_str_starts(word, "@") || dm_str_starts(word, "#");
}

/* "World > Asia", "Home » News » Africa", "Home / World / Asia". */
static bool is_breadcrumb(dm_str s)
{
    static const char *const marks[] = { " > ", " \xC2\xBB ", " \xE2\x80\xBA ", " / ", " | " };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(s.p, s.len, marks[i], strlen(marks[i])))
            return all_capitalised(s);
    return false;
}

static bool is_byline(dm_str s, uint32_t words)
{
    bool by = dm_str_starts(s, "By ") || dm_str_starts(s, "BY ") || dm_str_starts(s, "by ");
    return by && words >= 2 && words <= BYLINE_WORDS && is_upper(s.p[3]) && all_capitalised((dm_str){ s.p + 3, s.len - 3 }) &&
           !(words > 4 && ends_sentence(s));
}

static bool is_all_caps(dm_str s)
{
    uint32_t caps = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] >= 'a' && s.p[i] <= 'z')
            return false;
        caps += is_upper(s.p[i]);
    }
    return caps >= 3;
}

static bool is_prose(const unit *u)
{
    return (u->stop && u->words >= SENTENCE_WORDS) || u->words >= (u->wrapped ? WRAPPED_WORDS : PROSE_WORDS);
}

/* ---- steps ---- */

static mark mark_of(const dm_noise *p)
{
    return p->kind == DM_NK_BYLINE ? M_BYLINE : p->kind == DM_NK_DATELINE ? M_DATELINE : M_NOISE;
}

static dm_status phrases(marker *m, dm_error *err)
{
    for (uint32_t i = 0; i < m->units.n; i++) {
        unit *u = &m->units.v[i];
        dm_str s = unit_text(m, u);
        if (u->words > FOLD_WORDS)
            continue;
        if (u->words == 0) { /* rules and rows of signs */
            u->mark = M_NOISE;
            continue;
        }
        dm_str folded = dm_fold_line(&m->doc->arena, s);
        if (!folded.p)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for lines");
        if (!folded.len)
            continue;
        const dm_noise *p = find_phrase(m->rules, folded, u->words, i < EDGE_HEAD || i + EDGE_FOOT >= m->units.n);
        if (p && !is_sentence_after_all(p, u, all_capitalised(s))) {
            u->mark = (uint8_t)mark_of(p);
            u->list = p->kind == DM_NK_LIST;
        } else if (is_url(s) || (m->rules->n_noise && u->words <= CROSSHEAD_WORDS && all_buttons(m->rules, folded))) {
            u->mark = M_NOISE;
        } else if (is_byline(s, u->words)) {
            u->mark = M_BYLINE;
        }
    }
    return DM_OK;
}

static bool date_like(const unit *u, const dm_date_found *d)
{
    bool dated = d->when.precision != DM_PREC_UNKNOWN;
    return u->words <= 14 && (dated || d->clock);
}

/* A line of a day or a clock: date line, or publisher with the time. */
static void date_line(marker *m, unit *u)
{
    dm_str s = without_bullet(unit_text(m, u));
    if (u->mark != M_NONE || u->words > 14)
        return;
    dm_date_found d = dm_date_read(s);
    bool clock_stop = dm_str_ends(s, ".m."); /* "12:54 p.m." */
    if (!date_like(u, &d) || (u->stop && !clock_stop && d.other > 0))
        return;
    bool place = d.other <= 4 && !d.clock && all_capitalised(s); /* "Minsk, Aug. 19, 2020" */
    u->mark = d.other == 0 || place ? M_DATE : d.other <= 6 ? M_BYLINE : M_NONE;
    dm_meta *meta = &m->doc->meta;
    if (u->mark != M_NONE && d.when.precision == DM_PREC_DAY && meta->date.precision == DM_PREC_UNKNOWN) {
        meta->date = d.when;
        meta->date_source = DM_DATE_DATELINE;
    }
}

static void find_prose(marker *m)
{
    m->first = m->last = DM_NONE;
    for (uint32_t i = 0; i < m->units.n; i++) {
        unit *u = &m->units.v[i];
        if (u->mark != M_NONE || !is_prose(u))
            continue;
        u->mark = M_PROSE;
        if (m->first == DM_NONE)
            m->first = i;
        m->last = i;
    }
}

/* ", The Japan News , 12:54 p.m.": what stands there in capitals is the publisher. */
static dm_status publisher_of(marker *m, dm_str s)
{
    dm_str piece;
    dm_date_found whole = dm_date_read(s);
    if (!whole.clock)
        return DM_OK;
    s = without_bullet(s);
    while (dm_str_split(&s, ',', &piece)) {
        dm_date_found d = dm_date_read(piece);
        if (d.other >= 2 && d.when.precision == DM_PREC_UNKNOWN && !d.clock && count_words(piece, 9) <= 6 &&
            all_capitalised(piece) && !dm_str_starts(piece, "By "))
            return dm_meta_set(m->doc, &m->doc->meta.publisher, piece);
    }
    return DM_OK;
}

static bool same_as_title(marker *m, dm_str folded)
{
    if (m->headline.len)
        return dm_str_eq(m->headline, folded);
    if (!m->doc->meta.title.len)
        return false;
    dm_str title = dm_fold_line(&m->doc->arena, m->doc->meta.title);
    return dm_str_eq(title, folded);
}

static dm_status take_headline(marker *m, unit *u, dm_str folded)
{
    bool repeated = m->headline.len && dm_str_eq(m->headline, folded);
    u->mark = repeated ? M_NOISE : M_HEADLINE;
    if (!m->headline.len)
        m->headline = folded;
    return repeated ? DM_OK : dm_meta_set(m->doc, &m->doc->meta.title, unit_text(m, u));
}

/* A question or exclamation that stands first, by itself, in front of prose. */
static bool asking_headline(const marker *m, uint32_t i)
{
    const unit *u = &m->units.v[i];
    dm_str s = strip_closers(unit_text(m, u));
    return i == m->first && i + 1 < m->units.n && u->words <= 15 && u->blank_after && s.len && strchr("?!", s.p[s.len - 1]) &&
           is_prose(&m->units.v[i + 1]);
}

/* Is a clearly longer line, not yet taken for anything, still to come in the header? */
static bool longer_follows(const marker *m, uint32_t i)
{
    const unit *u = &m->units.v[i];
    for (uint32_t k = i + 1; u->words < SECTION_WORDS && !m->headline.len && k < m->first; k++)
        if (m->units.v[k].mark == M_NONE && m->units.v[k].words >= u->words + 2)
            return true;
    return false;
}

static dm_status header_unit(marker *m, uint32_t i)
{
    unit *u = &m->units.v[i];
    dm_str s = unit_text(m, u);
    dm_str folded = dm_fold_line(&m->doc->arena, s);
    if (!folded.p)
        return DM_ENOMEM;
    bool next_is_body = i + 1 == m->first;
    if (same_as_title(m, folded))
        return take_headline(m, u, folded);
    if (is_breadcrumb(s) || u->bullet)
        u->mark = M_NOISE;
    else if (next_is_body && u->words <= 3 && is_all_caps(s))
        u->mark = M_BYLINE; /* a city by itself */
    else if (u->words <= 6 && m->headline.len && all_capitalised(s))
        u->mark = M_BYLINE;
    else if (longer_follows(m, i))
        u->mark = M_NOISE; /* "World news - Europe" above the headline */
    else if (u->words <= 2 && !(next_is_body && !m->headline.len))
        u->mark = M_NOISE;
    else if (u->words <= 2 && u->words > 0 && all_capitalised(s) && is_all_caps(s))
        u->mark = M_NOISE;
    else
        return take_headline(m, u, folded);
    return DM_OK;
}

static void date_lines(marker *m)
{
    for (uint32_t i = 0; i < m->units.n && i < EDGE_HEAD; i++) {
        unit *u = &m->units.v[i];
        date_line(m, u);
        if (u->mark == M_NONE && is_prose(u))
            return;
    }
}

static dm_status header(marker *m)
{
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < m->first && st == DM_OK; i++) {
        unit *u = &m->units.v[i];
        if (u->mark == M_NONE)
            st = header_unit(m, i);
        else if (u->mark == M_BYLINE)
            st = publisher_of(m, unit_text(m, u));
    }
    return st;
}

static void footer(marker *m)
{
    for (uint32_t i = m->last + 1; i < m->units.n; i++) {
        unit *u = &m->units.v[i];
        bool cut_off = i + 1 == m->units.n && i == m->last + 1 && u->words >= 12 && !u->bullet;
        if (u->mark == M_NONE && !cut_off)
            u->mark = M_NOISE;
    }
}

/* Items after "Related:" up to the next prose; runs of link bullets. */
static void lists(marker *m)
{
    bool in_list = false;
    for (uint32_t i = 0; i < m->units.n; i++) {
        unit *u = &m->units.v[i];
        in_list = u->list || (in_list && u->mark != M_PROSE);
        if (in_list && u->mark == M_NONE)
            u->mark = M_NOISE;
    }
    for (uint32_t i = 0; i < m->units.n;) {
        uint32_t n = 0, words = 0;
        while (i + n < m->units.n && m->units.v[i + n].bullet && m->units.v[i + n].mark == M_NONE)
            words += m->units.v[i + n++].words;
        for (uint32_t k = 0; n >= 3 && words <= 4 * n && k < n; k++)
            m->units.v[i + k].mark = M_NOISE;
        i += n ? n : 1;
    }
}

static bool crosshead(const marker *m, const unit *u)
{
    dm_str s = unit_text(m, u);
    return u->words <= CROSSHEAD_WORDS && !u->bullet && !u->wrapped && u->blank_before && u->blank_after && s.len && !u->stop &&
           s.p[s.len - 1] != ',' && !(s.p[0] >= 'a' && s.p[0] <= 'z');
}

static dm_status middle(marker *m)
{
    uint32_t prose = 0, heads = 0;
    for (uint32_t i = m->first; i < m->last; i++) {
        prose += m->units.v[i].mark == M_PROSE;
        heads += m->units.v[i].mark == M_NONE && crosshead(m, &m->units.v[i]);
    }
    for (uint32_t i = m->first; i < m->last; i++) {
        unit *u = &m->units.v[i];
        if (u->mark != M_NONE || u->words > HEADLINE_WORDS)
            continue;
        dm_str folded = dm_fold_line(&m->doc->arena, unit_text(m, u));
        if (!folded.p)
            return DM_ENOMEM;
        if (same_as_title(m, folded)) {
            dm_status st = take_headline(m, u, folded);
            if (st != DM_OK)
                return st;
        } else if (crosshead(m, u) && heads * 2 <= prose + 1) {
            u->mark = M_HEADLINE;
        }
    }
    return DM_OK;
}

/* ---- dateline ---- */

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

/* What was found. */
typedef struct dateline {
    size_t len;    /* with the separator; 0: no dateline */
    dm_str agency; /* inside the brackets */
    dm_date_found date;
} dateline;

/* Letters of a word that is all capitals, else 0. */
static uint32_t caps_letters(dm_str w)
{
    uint32_t n = 0;
    for (size_t i = 0; i < w.len; i++) {
        if (w.p[i] >= 'a' && w.p[i] <= 'z')
            return 0;
        n += is_upper(w.p[i]) || (unsigned char)w.p[i] >= 0xC3;
    }
    return n;
}

/* Words before the bracket or the dash, by form. */
typedef struct place {
    uint32_t words, dates, digits, caps;
    bool city_in_caps; /* starts with words in capitals */
    bool other;        /* a word that no dateline has */
} place;

static place read_place(dm_str s)
{
    place p = { 0 };
    dm_str word;
    uint32_t letters = 0; /* in the run of capitals that the place starts with */
    bool running = true;
    while (next_word(&s, &word) && p.words < 12) {
        uint32_t caps = caps_letters(word);
        p.words++;
        p.digits += word.p[0] >= '0' && word.p[0] <= '9';
        if (dm_date_read(word).other == 0) {
            p.dates++;
            continue;
        }
        p.caps += caps >= 2;
        p.other = p.other || (word.p[0] >= 'a' && word.p[0] <= 'z' && !is_connector(word));
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
        return p->caps == p->words - p->dates && p->city_in_caps && p->words <= 4;
    return agency || p->city_in_caps || (dated && p->digits > 0);
}

static dm_str in_brackets(dm_str s, size_t *open, size_t *close)
{
    const char *a = memchr(s.p, '(', s.len), *b = a ? memchr(a, ')', s.len - (size_t)(a - s.p)) : NULL;
    *open = a ? (size_t)(a - s.p) : s.len;
    *close = b ? (size_t)(b - s.p) : s.len;
    return b ? dm_str_trim((dm_str){ a + 1, (size_t)(b - a - 1) }) : DM_NIL;
}

static bool try_dateline(dm_str s, size_t end, size_t sep, dateline *out)
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
    bool agency = inside.len && !dated && count_words(inside, 6) <= 5 && all_capitalised(inside);
    if ((inside.len && !agency && !dated) || (!inside.len && open < end))
        return false;
    place p = read_place(where);
    if (!is_place(&p, agency, dated || before.when.precision == DM_PREC_DAY, s.p[end] == ':'))
        return false;
    *out = (dateline){ .len = end + sep, .agency = agency ? inside : DM_NIL, .date = dated ? date : before };
    return true;
}

static dateline find_dateline(dm_str s)
{
    dateline out = { 0 };
    size_t stop = s.len < DATELINE_BYTES ? s.len : DATELINE_BYTES;
    for (size_t i = 1; i < stop; i++) {
        size_t sep = s.p[i] == ' ' || s.p[i] == '-' || s.p[i] == ':' || (unsigned char)s.p[i] == 0xE2 ? separator(s, i) : 0;
        if (sep && i + sep < s.len)
            return try_dateline(s, i, sep, &out) ? out : (dateline){ 0 };
    }
    return out;
}

/* "BLOOMBERG" is written Bloomberg; short ones (AFP, DPA) are initials. */
static dm_status set_agency(dm_doc *doc, dm_str agency)
{
    char name[64];
    if (agency.len > 4 && agency.len < sizeof name && is_all_caps(agency)) {
        for (size_t i = 0; i < agency.len; i++)
            name[i] = i && is_upper(agency.p[i]) && is_word_byte(agency.p[i - 1]) ? (char)(agency.p[i] + 32) : agency.p[i];
        agency.p = name;
    }
    return dm_meta_set(doc, &doc->meta.publisher, agency);
}

static bool emit(dm_doc *doc, uint32_t start, uint32_t len, dm_line_kind kind)
{
    dm_line *l = DM_PUSH(&doc->arena, &doc->lines);
    if (l)
        *l = (dm_line){ .span = { start, len }, .kind = (uint8_t)kind };
    return l != NULL;
}

static dm_status dateline_of(marker *m, const unit *u)
{
    dateline d = find_dateline(unit_text(m, u));
    if (!d.len)
        return DM_OK;
    dm_meta *meta = &m->doc->meta;
    if (d.date.when.precision == DM_PREC_DAY && meta->date.precision == DM_PREC_UNKNOWN) {
        meta->date = d.date.when;
        meta->date_source = DM_DATE_DATELINE;
    }
    dm_status st = set_agency(m->doc, d.agency);
    return st == DM_OK && !emit(m->doc, u->start, (uint32_t)d.len, DM_LINE_DATELINE) ? DM_ENOMEM : st;
}

/* ---- all ---- */

static dm_status emit_all(marker *m)
{
    static const uint8_t kinds[] = { [M_NOISE] = DM_LINE_NOISE,
        [M_HEADLINE] = DM_LINE_HEADLINE,
        [M_DATELINE] = DM_LINE_DATELINE,
        [M_BYLINE] = DM_LINE_BYLINE,
        [M_DATE] = DM_LINE_DATE };
    uint32_t datelines = 0;
    for (uint32_t i = 0; i < m->units.n; i++) {
        const unit *u = &m->units.v[i];
        dm_status st = DM_OK;
        if (u->mark > M_PROSE)
            st = emit(m->doc, u->start, u->len, (dm_line_kind)kinds[u->mark]) ? DM_OK : DM_ENOMEM;
        else if (datelines++ < HEADER_DATELINES)
            st = dateline_of(m, u);
        if (st != DM_OK)
            return st;
    }
    return DM_OK;
}

static dm_status mark_zones(marker *m)
{
    date_lines(m);
    find_prose(m);
    if (m->first != DM_NONE && asking_headline(m, m->first)) {
        dm_str folded = dm_fold_line(&m->doc->arena, unit_text(m, &m->units.v[m->first]));
        dm_status st = folded.p ? take_headline(m, &m->units.v[m->first], folded) : DM_ENOMEM;
        if (st != DM_OK)
            return st;
        m->first++;
    }
    if (m->first == DM_NONE)
        return DM_OK;
    dm_status st = header(m);
    if (st != DM_OK)
        return st;
    lists(m);
    footer(m);
    return middle(m);
}

dm_status dm_mark_lines(dm_doc *doc, const dm_rules *rules, dm_error *err)
{
    marker m = { .doc = doc, .rules = rules };
    dm_status st = cut_units(&m, err);
    if (st == DM_OK && m.units.n > 1) {
        st = phrases(&m, err);
        if (st == DM_OK)
            st = mark_zones(&m);
    }
    if (st == DM_OK)
        st = emit_all(&m);
    return st == DM_OK ? st : dm_fail(err, st, 0, "out of memory for lines");
}

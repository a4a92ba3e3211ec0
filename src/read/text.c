// SPDX-License-Identifier: Apache-2.0
/* Marks what is not article in a text: noise, headline, dateline, byline, date. Nothing is deleted.
 *
 * The text is cut into units: a line, or the lines of one hard-wrapped paragraph. Units that read like prose (they end like a
 * sentence, or are long) make the body; the units before the first and after the last of them are header and footer. Known
 * phrases (data/read/noise.tsv) decide first, then form and place. A text of a single unit, or without any prose, is left alone
 * but for its dateline: it is somebody's sentence. */
#include "read/lines.h"

enum {
    UNITS_MAX = 65536, /* units looked at; a newspaper page has a hundred */
    PROSE_WORDS = 30,
    WRAPPED_WORDS = 20,   /* so many words are prose even without a full stop */
    SENTENCE_WORDS = 3,   /* fewest words of prose with a full stop */
    HEADER_DATELINES = 3, /* so many prose units may open with a dateline */
    EDGE_HEAD = 12,
    EDGE_FOOT = 20, /* units at both ends where phrases of zone "edge" count */
    CUT_LAST = 12,  /* words of a last paragraph that a scraper cut off in mid-sentence */
    CUT_WORDS = 20, /* the same with noise after it */
    CROSSHEAD_WORDS = 8,
    SECTION_WORDS = 5,
    BYLINE_WORDS = 12,
    WRAP_LOOK = 2000,
    WRAP_LINES = 3,
    WRAP_FULL = 60,
    WRAP_MIN = 45,
    WRAP_MAX = 130, /* bytes of a line that a hard wrap may have ended */
    HEADLINE_WORDS = 25,
    FOLD_WORDS = 80 /* longer units are not compared with phrases */
};

typedef enum mark { M_NONE, M_PROSE, M_NOISE, M_HEADLINE, M_BYLINE, M_DATE } mark;

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

static dm_str unit_text(const marker *m, const unit *u) { return (dm_str){ m->doc->text.p + u->start, u->len }; }

/* ---- cutting ---- */

static bool starts_lower(dm_str s) { return s.len && ((s.p[0] >= 'a' && s.p[0] <= 'z') || strchr(",;(", s.p[0])); }

/* Did an editor or mailer break the lines? Then many go on in small letters. */
static bool is_hard_wrapped(dm_str text)
{
    size_t at = 0, broken = 0, seen = 0;
    dm_str line, last = DM_NIL;
    while (seen++ < WRAP_LOOK && broken < WRAP_LINES && dm_next_line(text, &at, &line)) {
        line = dm_str_trim(line);
        broken += last.len >= WRAP_MIN && last.len <= WRAP_MAX && !dm_ends_sentence(last) && starts_lower(line) &&
                  !dm_bullet_len(line);
        last = line;
    }
    return broken >= WRAP_LINES;
}

/* Does line b go on with the paragraph of unit a? */
static bool continues(const marker *m, const unit *a, dm_str b, size_t last_len)
{
    if (a->stop || dm_bullet_len(b) || last_len < WRAP_MIN || last_len > WRAP_MAX || b.len > WRAP_MAX)
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
        u->bullet = dm_bullet_len(line) > 0;
    }
    u->stop = dm_ends_sentence(line);
    *last_len = line.len;
    return true;
}

static dm_status cut_units(marker *m, dm_error *err)
{
    size_t at = 0, last_len = 0;
    bool blank = true;
    dm_str line;
    m->wrapped = is_hard_wrapped(m->doc->text);
    while (m->units.n < UNITS_MAX && dm_next_line(m->doc->text, &at, &line)) {
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
        m->units.v[i].words = (uint16_t)dm_count_words(unit_text(m, &m->units.v[i]), UINT16_MAX);
    if (at < m->doc->text.len &&
        dm_note(m->doc, "only the first %d paragraphs were looked at for noise", (int)UNITS_MAX) != DM_OK)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for notes");
    return DM_OK;
}
/* "Beijing expelled the correspondent." ends like a byline, but is a sentence. */
static bool is_sentence_after_all(const dm_noise *p, const unit *u, bool capitals)
{
    return p->where == DM_AT_SUFFIX && p->edge && u->stop && !capitals;
}
/* ---- what a unit looks like ---- */

static bool is_url(dm_str s)
{
    dm_str rest = s, word;
    if (!dm_next_word(&rest, &word) || dm_str_trim(rest).len)
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
            return dm_all_capitalised(s);
    return false;
}

static bool is_byline(dm_str s, uint32_t words)
{
    bool by = dm_str_starts(s, "By ") || dm_str_starts(s, "BY ") || dm_str_starts(s, "by ");
    return by && words >= 2 && words <= BYLINE_WORDS && dm_is_upper(s.p[3]) &&
           dm_all_capitalised((dm_str){ s.p + 3, s.len - 3 }) && !(words > 4 && dm_ends_sentence(s));
}

static bool is_prose(const unit *u)
{
    return (u->stop && u->words >= SENTENCE_WORDS) || u->words >= (u->wrapped ? WRAPPED_WORDS : PROSE_WORDS);
}
/* ---- steps ---- */

static mark mark_of(const dm_noise *p) { return p->kind == DM_NK_BYLINE ? M_BYLINE : M_NOISE; }

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
        const dm_noise *p = dm_noise_find(m->rules, folded, u->words, i < EDGE_HEAD || i + EDGE_FOOT >= m->units.n);
        if (p && !is_sentence_after_all(p, u, dm_all_capitalised(s))) {
            u->mark = (uint8_t)mark_of(p);
            u->list = p->kind == DM_NK_LIST;
        } else if (is_url(s) || (m->rules->n_noise && u->words <= CROSSHEAD_WORDS && dm_noise_buttons(m->rules, folded))) {
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
    dm_str s = dm_without_bullet(unit_text(m, u));
    if (u->mark != M_NONE || u->words > 14)
        return;
    dm_date_found d = dm_date_read(s);
    bool clock_stop = dm_str_ends(s, ".m."); /* "12:54 p.m." */
    if (!date_like(u, &d) || (u->stop && !clock_stop && d.other > 0))
        return;
    bool place = d.other <= 4 && !d.clock && dm_all_capitalised(s); /* "Minsk, Aug. 19, 2020" */
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

/* ", The Morning Herald , 9:05 a.m.": what stands there in capitals is the publisher. */
static dm_status publisher_of(marker *m, dm_str s)
{
    dm_str piece;
    dm_date_found whole = dm_date_read(s);
    if (!whole.clock)
        return DM_OK;
    s = dm_without_bullet(s);
    while (dm_str_split(&s, ',', &piece)) {
        dm_date_found d = dm_date_read(piece);
        if (d.other >= 2 && d.when.precision == DM_PREC_UNKNOWN && !d.clock && dm_count_words(piece, 9) <= 6 &&
            dm_all_capitalised(piece) && !dm_str_starts(piece, "By "))
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
    dm_str s = dm_strip_closers(unit_text(m, u));
    return i == m->first && i + 1 < m->units.n && u->words <= 15 && u->blank_after && s.len && strchr("?!", s.p[s.len - 1]) &&
           is_prose(&m->units.v[i + 1]) && !dm_dateline_find(unit_text(m, u)).colon && !dm_str_starts(s, "Q:");
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
    else if (next_is_body && u->words <= 3 && dm_all_caps(s))
        u->mark = M_BYLINE; /* a city by itself */
    else if (u->words <= 6 && m->headline.len && dm_all_capitalised(s))
        u->mark = M_BYLINE;
    else if (longer_follows(m, i))
        u->mark = M_NOISE; /* "World news - Europe" above the headline */
    else if (u->words <= 2 && !(next_is_body && !m->headline.len))
        u->mark = M_NOISE;
    else if (u->words <= 2 && u->words > 0 && dm_all_capitalised(s) && dm_all_caps(s))
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
        bool cut_off = i == m->last + 1 && u->words >= (i + 1 == m->units.n ? CUT_LAST : CUT_WORDS) && !u->bullet;
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
           s.p[s.len - 1] != ',' && !(s.p[0] >= 'a' && s.p[0] <= 'z') && s.p[0] != '"' && !dm_str_starts(s, "\xE2\x80\x9C");
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
/* "BLOOMBERG" is written Bloomberg; short ones (AFP, DPA) are initials. */
static dm_status set_agency(dm_doc *doc, dm_str agency)
{
    char name[64];
    if (agency.len > 4 && agency.len < sizeof name && dm_all_caps(agency)) {
        for (size_t i = 0; i < agency.len; i++)
            name[i] =
                i && dm_is_upper(agency.p[i]) && dm_is_word_byte(agency.p[i - 1]) ? (char)(agency.p[i] + 32) : agency.p[i];
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

/* Capitals and a colon open a speaker's words in a transcript; a dateline stands once, at the start. */
static bool is_speaker(const marker *m, uint32_t i, uint32_t nth)
{
    uint32_t seen = 0;
    for (uint32_t k = i + 1; k < m->units.n && seen < HEADER_DATELINES; k++)
        if (m->units.v[k].mark <= M_PROSE) {
            seen++;
            if (dm_dateline_find(unit_text(m, &m->units.v[k])).colon)
                return true;
        }
    return nth > 0;
}

/* Unit i, the nth of the body. */
static dm_status dateline_of(marker *m, uint32_t i, uint32_t nth)
{
    const unit *u = &m->units.v[i];
    dm_dateline d = dm_dateline_find(unit_text(m, u));
    if (!d.len || (d.colon && is_speaker(m, i, nth)))
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
    static const uint8_t kinds[] = {
        [M_NOISE] = DM_LINE_NOISE, [M_HEADLINE] = DM_LINE_HEADLINE, [M_BYLINE] = DM_LINE_BYLINE, [M_DATE] = DM_LINE_DATE
    };
    uint32_t datelines = 0;
    for (uint32_t i = 0; i < m->units.n; i++) {
        const unit *u = &m->units.v[i];
        dm_status st = DM_OK;
        if (u->mark > M_PROSE)
            st = emit(m->doc, u->start, u->len, (dm_line_kind)kinds[u->mark]) ? DM_OK : DM_ENOMEM;
        else if (datelines < HEADER_DATELINES)
            st = dateline_of(m, i, datelines++);
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

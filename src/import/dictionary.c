// SPDX-License-Identifier: Apache-2.0
/* PETRARCH and TABARI dictionaries of actors and agents.
 *
 *     NAME_OF_ACTOR_ [CODE dates]      a name with its code, or with codes in indented lines below; ; and # begin comments
 *     +SYNONYM_                        belongs to the name above; so does a name that follows one without a code at once
 *         [CODE <date]                 <date until, >date since, date-date a term; YYMMDD or YYYYMMDD
 *     NAME {PLURAL} [~CODE]            a role; !PERSON! stands for the words that a line "!PERSON! = MAN, WOMAN" lists
 *
 * All names are in capitals; dm_import_case() gives them the case of text. Whether a name is a person is not said: see is_person(). */
#include "import/work.h"

enum {
    EXPANSIONS_MAX = 64,
    CODES_MAX = 100 /* rows of one entry */,
    ACRONYM_MAX = 6,
    LETTERS_MAX = 32,
    COMMENT_DIGITS_MAX = 3
};
#define LINE_GROUPS (1u << DM_GROUP_ROLE | 1u << DM_GROUP_TRIGGER | 1u << DM_GROUP_INST)

typedef struct raw_name {
    dm_str text;
    uint32_t line;
    bool acronym; /* stood in brackets behind the name, in capitals */
} raw_name;

typedef struct raw_code {
    coded c;
    dates when;
    uint32_t line;
    bool role;
} raw_code;

typedef struct word_set {
    dm_str name, words;
} word_set;

typedef struct reader {
    imp *m;
    DM_VEC(raw_name) names;
    DM_VEC(raw_code) codes;
    DM_VEC(word_set) sets;
    DM_VEC(dm_str) good; /* the names of an entry that can be used, in the case of text */
    uint32_t line, first_line;
    bool open, gap, had_code; /* an entry is open; a blank line came since its last line; some code stood there, good or bad */
} reader;

static void oom(reader *r) { r->m->oom = true; }

/* Underscores to blanks; a stop or blank at the end says how TABARI matched, which is no matter here. */
static dm_str clean(reader *r, dm_str s)
{
    char *out = dm_arena_alloc(r->m->arena, s.len + 1, 1);
    size_t n = 0;
    if (!out) {
        oom(r);
        return DM_NIL;
    }
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i] == '_' || s.p[i] == '\t' ? ' ' : s.p[i];
        if (c != ' ' || (n && out[n - 1] != ' '))
            out[n++] = c;
    }
    return dm_str_trim((dm_str){ out, n });
}

/* "THE UNITED STATES": the article is no part of a name of several words; of "THE TIMES" it is. */
static dm_str without_article(dm_str s)
{
    if (!dm_str_starts(s, "THE "))
        return s;
    dm_str rest = { s.p + 4, s.len - 4 };
    return rest.len && memchr(rest.p, ' ', rest.len) ? rest : s;
}

static void push_name(reader *r, dm_str text, bool acronym)
{
    raw_name *n = DM_PUSH(r->m->arena, &r->names);
    if (!n)
        oom(r);
    else
        *n = (raw_name){ without_article(text), r->line, acronym };
}

/* "NAME (ABC)": the name without and the acronym. */
static void add_bare(reader *r, dm_str s)
{
    const char *open = s.len ? memchr(s.p, '(', s.len) : NULL;
    const char *close = open ? memchr(open, ')', s.len - (size_t)(open - s.p)) : NULL;
    if (!close) {
        push_name(r, s, false);
        return;
    }
    dm_str in = { open + 1, (size_t)(close - open - 1) };
    dm_str before = { s.p, (size_t)(open - s.p) }, after = { close + 1, s.len - (size_t)(close + 1 - s.p) };
    dm_str both = dm_arena_printf(r->m->arena, "%.*s %.*s", DM_FMT(before), DM_FMT(after));
    if (!both.p)
        oom(r);
    push_name(r, clean(r, both), false);
    if (in.len >= 2 && in.len <= ACRONYM_MAX && !memchr(in.p, ' ', in.len))
        push_name(r, in, true);
}

static const word_set *set_in(const reader *r, dm_str s, size_t *at, size_t *end)
{
    const char *a = s.len ? memchr(s.p, '!', s.len) : NULL;
    const char *b = a ? memchr(a + 1, '!', s.len - (size_t)(a + 1 - s.p)) : NULL;
    if (!b)
        return NULL;
    dm_str name = { a + 1, (size_t)(b - a - 1) };
    *at = (size_t)(a - s.p);
    *end = (size_t)(b + 1 - s.p);
    for (uint32_t i = 0; i < r->sets.n; i++)
        if (dm_str_eq(r->sets.v[i].name, name))
            return &r->sets.v[i];
    return NULL;
}

/* Replaces sets by their words, breadth first, at most EXPANSIONS_MAX names. */
static void add_expanded(reader *r, dm_str s)
{
    dm_str queue[EXPANSIONS_MAX];
    uint32_t n = 1;
    queue[0] = s;
    for (uint32_t i = 0; i < n; i++) {
        size_t at = 0, end = 0;
        const word_set *set = set_in(r, queue[i], &at, &end);
        dm_str words = set ? set->words : DM_NIL, word;
        if (!set)
            add_bare(r, queue[i]);
        while (n < EXPANSIONS_MAX && dm_str_split(&words, ',', &word)) {
            dm_str q = queue[i];
            queue[n] = dm_arena_printf(r->m->arena, "%.*s%.*s%.*s", (int)at, q.p, DM_FMT(word), (int)(q.len - end), q.p + end);
            if (queue[n].p)
                n++;
            else
                oom(r);
        }
    }
}

/* A name as it stands in the line; "A+_B" are two that ran together. */
static void add_names(reader *r, dm_str text)
{
    dm_str piece;
    while (dm_str_split(&text, '+', &piece)) {
        dm_str s = clean(r, piece);
        if (s.len)
            add_expanded(r, s);
    }
}

static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Letters of the code into out; what follows them is the date. Up to three digits inside are a comment on the code. */
static dm_str letters_of(dm_str s, char *out, size_t *n, bool *digits)
{
    size_t i = 0;
    *n = 0;
    *digits = false;
    while (i < s.len && *n < LETTERS_MAX) {
        size_t k = i;
        while (k < s.len && is_digit(s.p[k]))
            k++;
        if (k > i) {
            if (*n == 0 || k - i > COMMENT_DIGITS_MAX || (k < s.len && !is_letter(s.p[k])))
                break;
            *digits = true;
            i = k;
        } else if (is_letter(s.p[i])) {
            out[(*n)++] = s.p[i++];
        } else
            break;
    }
    return (dm_str){ s.p + i, s.len - i };
}

static void add_code(reader *r, dm_str s)
{
    char letters[LETTERS_MAX];
    size_t n;
    bool digits;
    dm_str whole = s = dm_str_trim(s);
    bool before = s.len && s.p[0] == '~', behind = s.len && s.p[s.len - 1] == '~';
    r->had_code = true;
    s = (dm_str){ s.p + before, s.len - before - (behind && s.len > before) };
    if (dm_str_is(s, "---")) {
        dm_import_remark_add(r->m, r->line, true, "a code that says that the name is nobody", whole);
        return;
    }
    dm_str rest = letters_of(s, letters, &n, &digits);
    raw_code code = { .line = r->line, .role = before || behind };
    code.c = dm_import_decode(r->m, (dm_str){ letters, n }, code.role);
    if (!code.c.known) {
        dm_import_remark_add(r->m, r->line, true, "an unknown code", whole);
        return;
    }
    if (!dm_import_dates(&code.when, rest)) {
        dm_import_remark_add(r->m, r->line, true, "a date that cannot be read", whole);
        return;
    }
    if (!code.role && !code.c.code.len) {
        dm_import_remark_add(r->m, r->line, true, "a code without a country or organisation", whole);
        return;
    }
    if (code.c.left_out.len || digits)
        dm_import_remark_add(r->m, r->line, false, "a piece of the code that is not known was left out", whole);
    if (r->codes.n == CODES_MAX) {
        dm_import_remark_add(r->m, r->line, true, "more codes than a name may have", whole);
        return;
    }
    raw_code *c = DM_PUSH(r->m->arena, &r->codes);
    if (c)
        *c = code;
    else
        oom(r);
}

/* Every [code] of a line. */
static void add_codes(reader *r, dm_str s)
{
    const char *open;
    while (s.len && (open = memchr(s.p, '[', s.len)) != NULL) {
        dm_str rest = { open + 1, s.len - (size_t)(open + 1 - s.p) };
        size_t n = 0;
        while (n < rest.len && rest.p[n] != ']' && rest.p[n] != '[' && rest.p[n] != '}')
            n++;
        dm_str in = { rest.p, n };
        if (!dm_str_trim(in).len)
            dm_import_remark_add(r->m, r->line, true, "a bracket without a code", s);
        else {
            if (n == rest.len || rest.p[n] != ']')
                dm_import_remark_add(r->m, r->line, false, "a bracket that is not closed was taken as closed", in);
            add_code(r, in);
        }
        size_t used = n < rest.len && rest.p[n] != '[' ? n + 1 : n;
        s = (dm_str){ rest.p + used, rest.len - used };
    }
}

static bool has_vowel(dm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (strchr("AEIOUY", s.p[i]))
            return true;
    return false;
}

static bool is_initials_of(dm_str acronym, dm_str name)
{
    size_t n = 0, all = 0;
    bool fits = true, fits_all = true;
    dm_str word;
    while (dm_str_split(&name, ' ', &word)) {
        char low[8];
        bool small = false;
        for (size_t i = 0; word.len < sizeof low && i <= word.len; i++)
            low[i] = i == word.len ? 0 : (char)(word.p[i] | 0x20);
        if (word.len < sizeof low)
            small = dm_import_small_word((dm_str){ low, word.len });
        fits_all = fits_all && all < acronym.len && acronym.p[all] == word.p[0];
        all++;
        if (small)
            continue;
        fits = fits && n < acronym.len && acronym.p[n] == word.p[0];
        n++;
    }
    return acronym.len >= 2 && ((fits && n == acronym.len) || (fits_all && all == acronym.len));
}

/* A word that text writes in capitals: periods, no vowel, three letters, the initials of another name of the entry, or a short name of
 * an organisation; "IRAN" and "CHAD" are none. */
static bool is_acronym(const reader *r, dm_str s, bool org)
{
    char bare[ACRONYM_MAX + 1];
    size_t n = 0;
    bool dots = false;
    for (size_t i = 0; i < s.len; i++) {
        dots = dots || s.p[i] == '.';
        if (s.p[i] == '.')
            continue;
        if (s.p[i] < 'A' || s.p[i] > 'Z' || n > ACRONYM_MAX)
            return false;
        bare[n++] = s.p[i];
        if (n > ACRONYM_MAX)
            return false;
    }
    dm_str b = { bare, n };
    if (n < 2)
        return false;
    if (dots || n <= 3 || !has_vowel(b) || (org && n <= 4))
        return true;
    for (uint32_t i = 0; i < r->names.n && i < EXPANSIONS_MAX; i++)
        if (memchr(r->names.v[i].text.p ? r->names.v[i].text.p : "", ' ', r->names.v[i].text.len) &&
            is_initials_of(b, r->names.v[i].text))
            return true;
    return false;
}

/* Names of the entry that can be looked for, in the case of text, into r->good. */
static void choose_names(reader *r, bool role, bool org)
{
    r->good.n = 0;
    for (uint32_t i = 0; i < r->names.n; i++) {
        const raw_name *raw = &r->names.v[i];
        const char *fault = dm_import_name_fault(raw->text);
        dm_phrase known;
        bool acronym = !role && (raw->acronym || is_acronym(r, raw->text, org));
        if (!fault && !role && !acronym && dm_import_phrase(r->m, raw->text, LINE_GROUPS, DM_ANY_TABLE, &known) &&
            known.caps == 0)
            fault = "a name that is a common word";
        dm_str name = fault ? DM_NIL : dm_import_case(r->m, raw->text, role ? CASE_LOWER : acronym ? CASE_ACRONYM : CASE_NAME);
        if (!fault) /* small letters may come apart into more words */
            fault = dm_import_name_fault(name);
        if (fault) {
            dm_import_remark_add(r->m, raw->line, true, fault, raw->text);
            continue;
        }
        dm_str *to = DM_PUSH(r->m->arena, &r->good);
        if (to)
            *to = name;
        else
            oom(r);
    }
}

static dm_str joined(reader *r)
{
    size_t len = 0, n = 0;
    for (uint32_t i = 0; i < r->good.n; i++)
        len += r->good.v[i].len + 1;
    char *out = dm_arena_alloc(r->m->arena, len + 1, 1);
    if (!out) {
        oom(r);
        return DM_NIL;
    }
    for (uint32_t i = 0; i < r->good.n; i++) {
        if (!r->good.v[i].len)
            continue;
        if (n)
            out[n++] = '|';
        memcpy(out + n, r->good.v[i].p, r->good.v[i].len);
        n += r->good.v[i].len;
    }
    return (dm_str){ out, n };
}

/* Nothing says that a name is a person's. Two to five words, none of them "of" or "the", the last no common noun for persons and
 * bodies, and a term of office: who has one is a person. */
static bool is_person(const reader *r)
{
    bool term = false;
    uint32_t words = 0;
    dm_phrase p;
    dm_str rest = r->good.n ? r->good.v[0] : DM_NIL, word = DM_NIL;
    for (uint32_t i = 0; i < r->codes.n; i++) {
        const raw_code *c = &r->codes.v[i];
        term = term || (c->c.sector.len && (c->when.from != DM_DAY_NONE || c->when.to != DM_DAY_NONE)) ||
               dm_str_is(c->c.sector, "ELI") || (c->c.org && c->when.from != DM_DAY_NONE);
    }
    while (term && dm_str_split(&rest, ' ', &word)) {
        if (dm_str_in(word, "of the for and"))
            return false;
        words++;
    }
    return term && words >= 2 && words <= 5 && !dm_import_phrase(r->m, word, 1u << DM_GROUP_ROLE, DM_ANY_TABLE, &p);
}

static dm_str last_word(dm_str s)
{
    size_t at = s.len;
    while (at && s.p[at - 1] != ' ')
        at--;
    return (dm_str){ s.p + at, s.len - at };
}

/* person, group or org as roles.tsv has it for the last word. */
static dm_import_kind role_kind(const reader *r)
{
    dm_phrase p;
    dm_str word = r->good.n ? last_word(r->good.v[0]) : DM_NIL;
    if (!word.len || !dm_import_find(r->m, word, 1u << DM_GROUP_ROLE, r->m->i_roles, &p))
        return DM_KIND_ROLE;
    dm_str kind = dm_table_cell(r->m->roles, p.row, r->m->roles_kind);
    return dm_str_is(kind, "org") ? DM_KIND_ROLE_ORG : dm_str_is(kind, "group") ? DM_KIND_ROLE_GROUP : DM_KIND_ROLE;
}

static dm_str note_of(reader *r, const raw_code *c)
{
    dm_phrase p;
    dm_str note = DM_NIL;
    if (c->role && c->c.code.len)
        note = dm_arena_printf(r->m->arena, "code=%.*s", DM_FMT(c->c.code));
    else if (c->role && r->good.n && dm_import_phrase(r->m, r->good.v[0], 1u << DM_GROUP_TRIGGER, DM_ANY_TABLE, &p))
        note = DM_STR("noun");
    else if (c->c.home.len)
        note = dm_arena_printf(r->m->arena, "home=%.*s", DM_FMT(c->c.home));
    return note;
}

static void add_row(reader *r, const raw_code *c, dm_str names, dm_import_kind kind, dm_str code, dates when)
{
    dm_import_row *row = dm_import_row_new(r->m, c->line, kind);
    if (!row)
        return;
    row->names = names;
    row->code = c->role ? DM_NIL : code;
    row->sector = c->c.sector;
    row->scope = c->role ? c->c.scope : DM_NIL;
    row->from = dm_import_day_text(r->m, when.from);
    row->to = dm_import_day_text(r->m, when.to);
    row->note = note_of(r, c);
    if (kind == DM_KIND_PERSON)
        row->surname = last_word(r->good.v[0]);
}

/* Both terms at once; false when they do not meet. */
static bool meet(dates *out, dates a, dates b)
{
    out->from = a.from == DM_DAY_NONE || (b.from != DM_DAY_NONE && b.from > a.from) ? b.from : a.from;
    out->to = a.to == DM_DAY_NONE || (b.to != DM_DAY_NONE && b.to < a.to) ? b.to : a.to;
    return out->from == DM_DAY_NONE || out->to == DM_DAY_NONE || out->from <= out->to;
}

static void add_crosswalk_rows(reader *r, const raw_code *c, dm_str names, dm_import_kind kind)
{
    const imp *m = r->m;
    for (uint32_t i = 0; i < c->c.n_state_rows; i++) {
        uint32_t row = c->c.state_row + i;
        dm_day other;
        dates holds = { DM_DAY_NONE, DM_DAY_NONE }, both;
        dm_str from = dm_table_cell(m->codes, row, m->cc.from), to = dm_table_cell(m->codes, row, m->cc.to);
        bool ok = (!from.len || dm_import_day(&holds.from, &other, from)) && (!to.len || dm_import_day(&other, &holds.to, to));
        if (ok && meet(&both, c->when, holds))
            add_row(r, c, names, kind, dm_table_cell(m->codes, row, m->cc.plover), both);
    }
}

static void add_rows(reader *r, bool role)
{
    dm_str names = joined(r);
    bool person = !role && is_person(r);
    for (uint32_t i = 0; i < r->codes.n; i++) {
        const raw_code *c = &r->codes.v[i];
        if (c->role != role)
            continue;
        bool state = !c->c.org && !c->c.sector.len;
        dm_import_kind kind = role ? role_kind(r) : person ? DM_KIND_PERSON : state ? DM_KIND_STATE : DM_KIND_BODY;
        if (c->c.n_state_rows)
            add_crosswalk_rows(r, c, names, kind);
        else
            add_row(r, c, names, kind, c->c.code, c->when);
    }
}

/* The entry above is whole. */
static void close_entry(reader *r)
{
    if (!r->open)
        return;
    uint32_t before = r->m->out->rows.n;
    bool role = r->codes.n && r->codes.v[0].role, org = r->codes.n && r->codes.v[0].c.org;
    r->m->out->entries++;
    if (!r->had_code)
        dm_import_remark_add(r->m, r->first_line, true, "a name without a code", r->names.n ? r->names.v[0].text : DM_NIL);
    if (r->codes.n) {
        choose_names(r, role, org);
        if (r->good.n)
            add_rows(r, role);
    }
    r->m->out->used += r->m->out->rows.n > before;
    r->open = r->had_code = false;
    r->names.n = r->codes.n = 0;
}

static void open_entry(reader *r)
{
    close_entry(r);
    r->open = true;
    r->first_line = r->line;
}

/* "!NAME! = A, B" */
static bool take_set(reader *r, dm_str s)
{
    const char *eq = s.p[0] == '!' ? memchr(s.p, '=', s.len) : NULL;
    const char *end = eq ? memchr(s.p + 1, '!', (size_t)(eq - s.p - 1)) : NULL;
    if (!end)
        return false;
    word_set *w = DM_PUSH(r->m->arena, &r->sets);
    if (!w) {
        oom(r);
        return true;
    }
    *w = (word_set){ { s.p + 1, (size_t)(end - s.p - 1) }, clean(r, (dm_str){ eq + 1, s.len - (size_t)(eq + 1 - s.p) }) };
    return true;
}

/* A line with a name: what stands before the brackets, the plural inside braces, the codes behind. */
static void take_name(reader *r, dm_str s, bool synonym)
{
    size_t n = 0;
    while (n < s.len && s.p[n] != '[' && s.p[n] != '{')
        n++;
    dm_str rest = { s.p + n, s.len - n };
    if (synonym && !r->open) {
        dm_import_remark_add(r->m, r->line, true, "a synonym without a name above it", s);
        return;
    }
    bool coded_here = rest.len && memchr(rest.p, '[', rest.len);
    if (!synonym && !(r->open && !r->had_code && !r->gap && !coded_here))
        open_entry(r);
    add_names(r, (dm_str){ s.p, n });
    const char *close = rest.len && rest.p[0] == '{' ? memchr(rest.p, '}', rest.len) : NULL;
    if (close) {
        add_names(r, (dm_str){ rest.p + 1, (size_t)(close - rest.p - 1) });
        rest = (dm_str){ close + 1, rest.len - (size_t)(close + 1 - rest.p) };
    }
    add_codes(r, rest);
}

static void take_line(reader *r, dm_str line)
{
    size_t n = 0;
    while (n < line.len && line.p[n] != ';' && line.p[n] != '#')
        n++;
    dm_str s = dm_str_trim((dm_str){ line.p, n });
    if (!s.len) {
        r->gap = r->gap || !dm_str_trim(line).len;
        return;
    }
    if (take_set(r, s))
        return;
    if (s.p[0] == '[') {
        if (r->open)
            add_codes(r, s);
        else
            dm_import_remark_add(r->m, r->line, true, "a code without a name above it", s);
    } else if (s.p[0] == '+' || s.p[0] == '&')
        take_name(r, (dm_str){ s.p + 1, s.len - 1 }, true);
    else
        take_name(r, s, false);
    r->gap = false;
}

void dm_import_dictionary(imp *m)
{
    reader r = { .m = m };
    dm_str line;
    for (size_t at = 0; dm_import_next_line(m, &at, &line);) {
        r.line++;
        take_line(&r, line);
    }
    close_entry(&r);
}

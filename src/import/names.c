// SPDX-License-Identifier: Apache-2.0
/* Names: the letters' case that our tables go by, what can be looked for at all, and what our tables know of the same words. */
#include "base/token.h"
#include "import/work.h"

enum { NORM_MAX = DM_NORM_ROOM(WORD_BYTES_MAX), FIND_BYTES_MAX = 512 };

bool dm_import_small_word(dm_str w)
{
    return dm_str_in(w, "a al and as at by da das de del der des di do dos du e el et for from in la las le les los of on the "
                        "to und van von y");
}

static size_t fold(char *out, dm_str w)
{
    size_t n = 0;
    uint32_t cp;
    for (size_t i = 0; i < w.len;) {
        i += dm_utf8_next(w.p, w.len, i, &cp);
        n += dm_utf8_put(out + n, dm_cp_fold(cp));
    }
    return n;
}

/* "O'NEIL", "D'ESTE": the letter behind the first one's apostrophe. */
static bool keeps_capital(dm_str w, size_t i)
{
    return i == 2 && w.p[1] == '\'' && (w.p[0] == 'O' || w.p[0] == 'D' || w.p[0] == 'L');
}

/* Single letters and initials keep their capitals: "K.", "A.G.". */
static bool is_initials(dm_str w) { return w.len == 1 || (w.len <= 8 && w.p[1] == '.'); }

static size_t case_word(char *out, dm_str w, bool capital)
{
    if (is_initials(w)) {
        memcpy(out, w.p, w.len);
        return w.len;
    }
    size_t n = fold(out, w);
    uint32_t cp;
    uint32_t step = dm_utf8_next(w.p, w.len, 0, &cp);
    if (capital)
        memcpy(out, w.p, step < n ? step : n);
    if (capital && n == w.len && w.len > 3 && keeps_capital(w, 2))
        out[2] = w.p[2];
    return n;
}

/* An upper-case name as text writes it. A capital asks for a capital in the text, a small letter for nothing: small words and what
 * follows a hyphen get none ("Ban Ki-moon", "ministry of defence" in any case of "of"), unless the name would have no capital at all. */
dm_str dm_import_case(imp *m, dm_str name, int how)
{
    if (how == CASE_KEEP || how == CASE_ACRONYM)
        return dm_import_keep(m, name);
    char *out = dm_arena_alloc(m->arena, name.len + 1, 4); /* folding may lengthen a letter */
    if (!out) {
        m->oom = true;
        return DM_NIL;
    }
    size_t n = 0;
    bool any = how == CASE_LOWER;
    dm_str rest = name, word;
    while (dm_str_split(&rest, ' ', &word)) {
        char low[4 * WORD_BYTES_MAX];
        dm_str folded = { low, word.len <= WORD_BYTES_MAX ? fold(low, word) : 0 };
        bool capital = how == CASE_NAME && (!dm_import_small_word(folded) || (!any && !rest.len));
        any = any || capital;
        if (n)
            out[n++] = ' ';
        n += case_word(out + n, word, capital);
    }
    return (dm_str){ out, n };
}

static const char *bytes_fault(dm_str s)
{
    uint32_t cp;
    if (s.len && s.p[0] == '#')
        return "a name with a control character or a bar"; /* a table would take it for a comment */
    for (size_t i = 0; i < s.len;) {
        i += dm_utf8_next(s.p, s.len, i, &cp);
        if (cp == 0xFFFD)
            return "damaged characters in a name";
        if (cp < ' ' || cp == 0x7F || cp == '|')
            return "a name with a control character or a bar";
    }
    return NULL;
}

const char *dm_import_name_fault(dm_str name)
{
    const char *fault = bytes_fault(name);
    dm_rawtok tok[NAME_WORDS_MAX + 1];
    if (fault)
        return fault;
    if (name.len > (size_t)NAME_WORDS_MAX * WORD_BYTES_MAX)
        return "a name that is too long";
    uint32_t n = dm_tokenize(name.p, name.len, tok, NAME_WORDS_MAX + 1);
    uint32_t letters = 0, cp;
    if (n > NAME_WORDS_MAX)
        return "a name that is too long";
    for (uint32_t i = 0; i < n; i++)
        if (tok[i].len > WORD_BYTES_MAX)
            return "a name that is too long";
    for (size_t i = 0; i < name.len; letters += dm_cp_is_alpha(cp) || cp > 0x7F || (cp >= '0' && cp <= '9'))
        i += dm_utf8_next(name.p, name.len, i, &cp);
    return n == 0 || letters < 2 ? "a name of less than two letters" : NULL;
}

enum { OURS = 0 }; /* the image of our tables */

/* The longest phrase of ours from words[0] on, of one of the groups and of the table; whole: all n words of it. */
static bool match_in(const imp *m, uint32_t table, const dm_str *words, uint32_t n, unsigned groups, bool whole, dm_phrase *out)
{
    uint32_t node = 0, n_at;
    bool found = false;
    for (uint32_t i = 0; i < n; i++) {
        node = dm_phrase_step(m->tables, OURS, node, words[i]);
        if (node == DM_NO_NODE)
            break;
        const dm_phrase *p = dm_phrase_at(m->tables, OURS, node, &n_at);
        for (uint32_t k = 0; k < n_at && (!whole || i + 1 == n); k++) {
            if (!(groups >> p[k].group & 1) || (table != DM_ANY_TABLE && p[k].table != table))
                continue;
            *out = p[k];
            found = true;
            break;
        }
    }
    return found;
}

typedef struct words {
    dm_str v[NAME_WORDS_MAX];
    char norm[NAME_WORDS_MAX][NORM_MAX];
    uint32_t n;
} words;

static void cut_words(words *w, dm_str text)
{
    dm_rawtok tok[NAME_WORDS_MAX];
    uint32_t n = dm_tokenize(text.p, text.len < FIND_BYTES_MAX ? text.len : FIND_BYTES_MAX, tok, NAME_WORDS_MAX);
    w->n = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (tok[i].len > WORD_BYTES_MAX)
            break;
        w->v[w->n] = (dm_str){ w->norm[w->n], dm_token_norm(w->norm[w->n], text.p + tok[i].start, tok[i].len) };
        w->n++;
    }
}

bool dm_import_phrase(const imp *m, dm_str text, unsigned groups, uint32_t table, dm_phrase *out)
{
    words w;
    cut_words(&w, text);
    return w.n && match_in(m, table, w.v, w.n, groups, true, out);
}

bool dm_import_find(const imp *m, dm_str text, unsigned groups, uint32_t table, dm_phrase *out)
{
    words w;
    cut_words(&w, text);
    for (uint32_t i = 0; i < w.n; i++)
        if (match_in(m, table, w.v + i, w.n - i, groups, false, out))
            return true;
    return false;
}

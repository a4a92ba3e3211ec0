// SPDX-License-Identifier: Apache-2.0
/* Tokenizer: see token.h. Invariants: tokens come in text order, never overlap, never hold white space, and cover every other byte. */
#include "base/token.h"

/* Prefixes that stay joined to what follows their hyphen, as in the treebanks. */
static const char PREFIXES[] =
    "anti arch bi co counter cross e ex hyper infra inter intra mid mini multi non over post pre pro pseudo "
    "quasi re semi socio sub super trans tri ultra under";
/* Units that are split from the number before them. */
static const char UNITS[] =
    "am pm k m b bn mn tn mm cm km kg mg ft x t mph kph kb mb gb hz khz mhz ghz mw gw kw lb lbs p c f sq "
    "mins hrs percent pct years days";
static const char CLITICS[] = "s re ve ll d m";
static const char DOMAINS[] = "com org net gov edu int info uk co eu tv";

enum { ABBR_PART = 3, AMP_PART = 4, PREFIX_LEN = 8, GROUPS_MAX = 4 };

typedef enum cls { C_SPACE, C_LETTER, C_DIGIT, C_APOS, C_PUNCT } cls;

static bool space_cp(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF || c == 0;
}

static bool apos_cp(uint32_t c) { return c == '\'' || c == 0x2019 || c == '`' || c == 0x2BC; }
static bool hyphen_cp(uint32_t c) { return c == '-' || c == 0x2010 || c == 0x2011; }

/* Symbols and punctuation beyond ASCII; everything else up there is taken for a letter. */
static bool high_punct(uint32_t c)
{
    if (c < 0xC0)
        return c != 0xAA && c != 0xB5 && c != 0xBA && c != 0xAD;
    if (c == 0xD7 || c == 0xF7 || c == 0xFFFD)
        return true;
    if (c >= 0x2000 && c <= 0x2BFF)
        return !(c >= 0x200C && c <= 0x200D) && !(c >= 0x2C00);
    return (c >= 0x3001 && c <= 0x3020) || (c >= 0xFF01 && c <= 0xFF0F) || (c >= 0xFF1A && c <= 0xFF20) ||
           (c >= 0xE000 && c <= 0xF8FF) || (c >= 0x1F000 && c <= 0x1FAFF);
}

static cls class_of(uint32_t c)
{
    if (c < 0x80) {
        if ((c | 32) >= 'a' && (c | 32) <= 'z')
            return C_LETTER;
        if (c >= '0' && c <= '9')
            return C_DIGIT;
        if (space_cp(c))
            return C_SPACE;
        return apos_cp(c) ? C_APOS : C_PUNCT;
    }
    if (space_cp(c))
        return C_SPACE;
    if (apos_cp(c))
        return C_APOS;
    return high_punct(c) ? C_PUNCT : C_LETTER;
}

/* Code point at i and its length; 0 and 0 at the end of the chunk. */
static uint32_t peek(const dm_toker *k, size_t i, uint32_t *n)
{
    uint32_t c = 0;
    *n = 0;
    if (i >= k->chunk)
        return 0;
    unsigned char b = (unsigned char)k->text[i];
    if (b < 0x80) {
        *n = 1;
        return b;
    }
    *n = dm_utf8_next(k->text, k->chunk, i, &c);
    return c;
}

static cls class_at(const dm_toker *k, size_t i, uint32_t *n)
{
    uint32_t c = peek(k, i, n);
    return *n ? class_of(c) : C_SPACE;
}

static bool digit_at(const dm_toker *k, size_t i) { return i < k->chunk && k->text[i] >= '0' && k->text[i] <= '9'; }
static bool byte_at(const dm_toker *k, size_t i, char c) { return i < k->chunk && k->text[i] == c; }

static bool letter_at(const dm_toker *k, size_t i)
{
    uint32_t n;
    return class_at(k, i, &n) == C_LETTER;
}

static bool alnum_at(const dm_toker *k, size_t i) { return letter_at(k, i) || digit_at(k, i); }

/* ASCII lower case of a short word into buf, "" when it is too long or not ASCII. */
static dm_str lower_word(char *buf, size_t cap, const char *p, size_t len)
{
    if (len >= cap)
        return DM_NIL;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c >= 0x80)
            return DM_NIL;
        buf[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return (dm_str){ buf, len };
}

static bool word_in(const char *p, size_t len, const char *list)
{
    char buf[16];
    dm_str w = lower_word(buf, sizeof buf, p, len);
    return w.len > 0 && dm_str_in(w, list);
}

static size_t letters_end(const dm_toker *k, size_t i)
{
    uint32_t n;
    while (class_at(k, i, &n) == C_LETTER)
        i += n;
    return i;
}

static size_t digits_end(const dm_toker *k, size_t i)
{
    while (digit_at(k, i))
        i++;
    return i;
}

/* Whether a chunk is a web or mail address. */
static bool is_address(const char *p, size_t len)
{
    if (len >= 4 && (memcmp(p, "www.", 4) == 0 || memcmp(p, "WWW.", 4) == 0))
        return true;
    for (size_t i = 1; i + 1 < len; i++) {
        if (p[i] == ':' && i + 2 < len && p[i + 1] == '/' && p[i + 2] == '/')
            return true;
        if (p[i] == '@' && class_of((unsigned char)p[i - 1]) < C_APOS && class_of((unsigned char)p[i + 1]) < C_APOS)
            return true;
    }
    return false;
}

/* Finds the chunk that starts at k->at. */
static void chunk_open(dm_toker *k)
{
    size_t i = k->at;
    while (i < k->len) {
        uint32_t c, n = dm_utf8_next(k->text, k->len, i, &c);
        if (space_cp(c))
            break;
        i += n;
    }
    k->chunk = i;
    k->whole = is_address(k->text + k->at, i - k->at);
}

/* Number groups joined by hyphens from i on: dates and telephone numbers stay whole (three groups, or 345-9945), ranges do not. */
static size_t hyphen_number(const dm_toker *k, size_t i)
{
    size_t start = i, len[GROUPS_MAX] = { 0 };
    uint32_t groups = 0;
    while (digit_at(k, i) && groups < GROUPS_MAX && i - start < DM_TOKEN_LOOK) {
        size_t e = digits_end(k, i);
        len[groups++] = e - i;
        i = e;
        if (!byte_at(k, i, '-') || !digit_at(k, i + 1))
            break;
        i++;
    }
    bool clock = byte_at(k, i, 'T') && digit_at(k, i + 1); /* 2004-05-03T10:00 */
    if ((alnum_at(k, i) && !clock) || groups < 2)
        return start;
    bool phone = groups == 2 && len[0] == 3 && len[1] == 4;
    return phone || groups >= 3 ? i : start;
}

/* One step over a separator inside a number: where the digits go on, or 0. */
static size_t number_joint(const dm_toker *k, size_t i)
{
    if (!digit_at(k, i + 1))
        return 0;
    char c = k->text[i];
    if (c == '.' || c == ':' || c == '/')
        return i + 1;
    if (c != ',')
        return 0;
    return digits_end(k, i + 1) == i + 4 ? i + 1 : 0;
}

/* End of the letters that belong to the number before them: 3rd, 1990s, 4A; none for units. */
static size_t number_suffix(const dm_toker *k, size_t i)
{
    size_t e = letters_end(k, i);
    if (e == i) {
        uint32_t n, c = peek(k, i, &n);
        bool decade = i > 0 && k->text[i - 1] == '0' && apos_cp(c) && byte_at(k, i + n, 's') && !alnum_at(k, i + n + 1);
        return decade ? i + n + 1 : i;
    }
    if (word_in(k->text + i, e - i, UNITS) || (byte_at(k, e, '.') && letter_at(k, e + 1)))
        return i;
    while (alnum_at(k, e)) {
        uint32_t n;
        (void)peek(k, e, &n);
        e += n;
    }
    return e;
}

static size_t scan_number(const dm_toker *k, size_t i)
{
    size_t joined = hyphen_number(k, i);
    if (joined > i)
        return joined;
    i = digits_end(k, i);
    for (size_t next; i < k->chunk && (next = number_joint(k, i)) != 0;)
        i = digits_end(k, next);
    return number_suffix(k, i);
}

/* Document symbols: A/RES/48/134, S/1999/20, E/CN.4/2004. Returns their end, or i. */
static size_t scan_symbol(const dm_toker *k, size_t i)
{
    size_t e = i, stop = k->chunk - i > DM_TOKEN_LOOK ? i + DM_TOKEN_LOOK : k->chunk;
    bool slash = false, digit = false;
    while (e < stop) {
        char c = k->text[e];
        bool part = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!part && !((c == '/' || c == '.') && e + 1 < stop && alnum_at(k, e + 1)))
            break;
        slash |= c == '/';
        digit |= slash && c >= '0' && c <= '9';
        e++;
    }
    return slash && digit && !alnum_at(k, e) ? e : i;
}

/* At an apostrophe after `from`: the end of the word before the clitic, or 0 when the apostrophe is inside the word (O'Neill). */
static size_t clitic_split(const dm_toker *k, size_t from, size_t i, uint32_t n)
{
    size_t e = letters_end(k, i + n);
    if (e == i + n)
        return i;
    if (digit_at(k, e))
        return 0;
    if (word_in(k->text + i + n, e - i - n, CLITICS))
        return i;
    bool nt = e == i + n + 1 && (k->text[i + n] | 32) == 't' && i > from + 1 && (k->text[i - 1] | 32) == 'n';
    return nt ? i - 1 : 0;
}

/* At a period after a part of a word that began at `part`: the position where the word goes on behind the period, its end with the
 * period (*done), or 0 when the period does not belong to it. */
static size_t period_step(const dm_toker *k, size_t from, size_t part, size_t i, bool dotted, bool *done)
{
    size_t plen = i - part, e = letters_end(k, i + 1);
    *done = false;
    if (e > i + 1) { /* letters follow at once */
        size_t nlen = e - i - 1;
        if (plen <= ABBR_PART && nlen <= ABBR_PART && (plen == 1 || nlen == 1))
            return i + 1;
        if (word_in(k->text + i + 1, nlen, DOMAINS))
            return i + 1;
        return plen == 1 && dm_cp_is_upper((unsigned char)k->text[part]) ? (*done = true, i + 1) : 0;
    }
    *done = true;
    if (byte_at(k, i + 1, '.'))
        return 0;
    if (dotted && plen <= ABBR_PART)
        return i + 1;
    if (plen == 1 && !dotted && part == from && dm_cp_is_upper((unsigned char)k->text[part]))
        return i + 1;
    if (!k->abbrev)
        return i + 1;
    dm_str word = { k->text + from, i - from }, rest = { k->text + i + 1, k->len - i - 1 };
    return k->abbrev(k->ctx, word, rest) ? i + 1 : 0;
}

/* "cannot", "gonna", "wanna", "gotta": the length of the first half, or 0. */
static size_t fused_word(const char *p, size_t len)
{
    if (len == 6 && word_in(p, len, "cannot"))
        return 3;
    if (len == 5 && word_in(p, len, "gonna wanna gotta"))
        return 3;
    return 0;
}

static bool upper_range(const dm_toker *k, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (k->text[i] < 'A' || k->text[i] > 'Z')
            return false;
    }
    return to > from;
}

/* "AT&T", "R&D" and "US$": where the word goes on, or 0. */
static size_t sign_step(const dm_toker *k, size_t from, size_t i)
{
    if (!upper_range(k, from, i) || i - from > AMP_PART)
        return 0;
    if (byte_at(k, i, '$'))
        return i + 1;
    if (!byte_at(k, i, '&'))
        return 0;
    size_t e = letters_end(k, i + 1);
    return e - i - 1 <= AMP_PART && upper_range(k, i + 1, e) ? e : 0;
}

/* After a hyphen that follows the whole word so far: where the word goes on, or 0. */
static size_t hyphen_step(const dm_toker *k, size_t from, size_t i, uint32_t n)
{
    if (!alnum_at(k, i + n) || i - from > PREFIX_LEN)
        return 0;
    return word_in(k->text + from, i - from, PREFIXES) ? i + n : 0;
}

static size_t scan_word(const dm_toker *k, size_t from)
{
    size_t i = from, part = from;
    bool dotted = false, done = false;
    for (;;) {
        uint32_t n;
        cls c = class_at(k, i, &n);
        if (c == C_LETTER || (c == C_DIGIT && i > part)) {
            i += n;
            continue;
        }
        if (c == C_DIGIT)
            return scan_number(k, i);
        size_t next = 0;
        if (c == C_APOS) {
            next = clitic_split(k, from, i, n);
            if (next)
                return next;
            i += n;
            continue;
        }
        if (c == C_SPACE)
            break;
        uint32_t cp = peek(k, i, &n);
        if (cp == '.')
            next = period_step(k, from, part, i, dotted, &done);
        else if (hyphen_cp(cp))
            next = dotted ? 0 : hyphen_step(k, from, i, n);
        else if (cp == '_' && alnum_at(k, i + 1))
            next = i + 1;
        else if (cp == '&' || cp == '$')
            done = (next = sign_step(k, from, i)) != 0;
        if (!next)
            break;
        if (done)
            return next;
        dotted |= cp == '.';
        i = part = next;
    }
    size_t half = fused_word(k->text + from, i - from);
    return half ? from + half : i;
}

/* Runs of one mark (..., --, !!, ***) and of ? with ! are one token. */
static size_t scan_marks(const dm_toker *k, size_t i)
{
    char c = k->text[i];
    if (!strchr("!?*=-_.~+<>|#", c))
        return i + 1;
    size_t e = i + 1;
    while (e < k->chunk && (k->text[e] == c || ((c == '!' || c == '?') && (k->text[e] == '!' || k->text[e] == '?'))))
        e++;
    return e;
}

/* '90s, ’72, 'em after white space. */
static size_t scan_elision(const dm_toker *k, size_t i, uint32_t n)
{
    size_t e = i + n;
    if (digit_at(k, e) && digit_at(k, e + 1) && !digit_at(k, e + 2)) {
        e += 2;
        return byte_at(k, e, 's') && !alnum_at(k, e + 1) ? e + 1 : e;
    }
    e = letters_end(k, i + n);
    if (e > i + n && word_in(k->text + i + n, e - i - n, "em s re ve ll d m tis twas til n"))
        return e;
    return i + n;
}

/* The rest of an address, without the marks that close the sentence or bracket around it. */
static size_t scan_address(const dm_toker *k, size_t i)
{
    size_t e = k->chunk;
    while (e > i + 1) {
        unsigned char c = (unsigned char)k->text[e - 1];
        if (!strchr(".,;:!?)]>\"'", c))
            break;
        e--;
    }
    return e;
}

static size_t scan_other(const dm_toker *k, size_t i, uint32_t cp, uint32_t n, bool spaced)
{
    if (apos_cp(cp)) {
        if (cp == '`' && byte_at(k, i + 1, '`'))
            return i + 2;
        if (cp == '\'' && byte_at(k, i + 1, '\''))
            return i + 2;
        size_t e = scan_elision(k, i, n);
        bool clitic = !spaced && e > i + n && letter_at(k, i + n) && word_in(k->text + i + n, e - i - n, CLITICS);
        return spaced || clitic ? e : i + n;
    }
    if ((cp == '.' || cp == '+') && spaced && digit_at(k, i + 1))
        return scan_number(k, i + 1);
    if ((cp == '@' || cp == '#') && spaced && letter_at(k, i + 1))
        return scan_word(k, i + 1);
    return cp < 0x80 ? scan_marks(k, i) : i + n;
}

static uint16_t flags_of(const char *p, size_t len)
{
    uint16_t f = 0;
    uint32_t letters = 0, lower = 0, digits = 0, first = 0;
    for (size_t i = 0; i < len;) {
        uint32_t c, n = dm_utf8_next(p, len, i, &c);
        cls k = class_of(c);
        if (k == C_LETTER) {
            if (!letters++)
                first = c;
            lower += !dm_cp_is_upper(c);
        }
        digits += k == C_DIGIT;
        i += n;
    }
    if (!letters && !digits)
        f |= DM_RAW_PUNCT;
    if (letters && dm_cp_is_upper(first))
        f |= DM_RAW_UPPER;
    if (letters >= 2 && !lower)
        f |= DM_RAW_ALLCAPS;
    if (len && p[0] >= '0' && p[0] <= '9')
        f |= DM_RAW_NUM;
    return f;
}

void dm_toker_init(dm_toker *k, const char *text, size_t len, size_t from, dm_abbrev_fn *abbrev, const void *ctx)
{
    *k = (dm_toker){ .text = text, .len = len, .at = from, .chunk = from, .abbrev = abbrev, .ctx = ctx };
}

static bool skip_space(dm_toker *k, bool *spaced)
{
    *spaced = !k->started;
    while (k->at < k->len) {
        uint32_t c, n = dm_utf8_next(k->text, k->len, k->at, &c);
        if (!space_cp(c))
            break;
        k->at += n;
        *spaced = true;
    }
    k->started = true;
    return k->at < k->len;
}

bool dm_toker_next(dm_toker *k, dm_rawtok *out)
{
    bool first = !k->started, spaced = false;
    size_t before = k->at, i, e;
    uint32_t n;
    if (!skip_space(k, &spaced))
        return false;
    if (k->at >= k->chunk)
        chunk_open(k);
    i = k->at;
    uint32_t cp = peek(k, i, &n);
    cls c = class_of(cp);
    if (k->whole && (c == C_LETTER || c == C_DIGIT))
        e = scan_address(k, i);
    else if (c == C_DIGIT)
        e = scan_number(k, i);
    else if (c == C_LETTER) {
        e = cp < 0x80 && dm_cp_is_upper(cp) ? scan_symbol(k, i) : i;
        if (e == i)
            e = scan_word(k, i);
    } else {
        e = scan_other(k, i, cp, n, spaced);
    }
    if (e <= i)
        e = i + (n ? n : 1);
    out->start = (uint32_t)i;
    out->len = (uint32_t)(e - i);
    out->flags = flags_of(k->text + i, e - i);
    if (spaced && !(first && before == i))
        out->flags |= DM_RAW_SPACE;
    k->at = e;
    return true;
}

uint32_t dm_tokenize(const char *text, size_t len, dm_rawtok *out, uint32_t max)
{
    dm_toker k;
    uint32_t n = 0;
    dm_toker_init(&k, text, len, 0, NULL, NULL);
    while (n < max && dm_toker_next(&k, &out[n]))
        n++;
    return n;
}

/* Plain form of typographic marks; 0: drop it. */
static uint32_t plain_cp(uint32_t c)
{
    if (c < 0x80)
        return c == '`' ? '\'' : c;
    if (c == 0x2018 || c == 0x2019 || c == 0x2BC || c == 0x201A || c == 0xB4)
        return '\'';
    if (c == 0x201C || c == 0x201D || c == 0x201E || c == 0xAB || c == 0xBB)
        return '"';
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
        return '-';
    if (c == 0xAD || c == 0x200C || c == 0x200D)
        return 0;
    return c;
}

/* Whether the periods of the token are those of an acronym or abbreviation: all but web addresses and numbers. */
static bool drops_periods(const char *p, uint32_t len)
{
    if (class_of((unsigned char)p[0]) != C_LETTER && (unsigned char)p[0] < 0x80)
        return false;
    uint32_t part = 0;
    bool dot = false;
    for (uint32_t i = 0; i < len; i++) {
        if (strchr("@/:0123456789", p[i]))
            return false;
        if (p[i] == '.') {
            if (dot && part > ABBR_PART)
                return false;
            dot = true;
            part = 0;
        } else {
            part++;
        }
    }
    return dot && (part <= ABBR_PART) && !(part >= 2 && word_in(p + len - part, part, DOMAINS));
}

uint32_t dm_token_norm(char *out, const char *p, uint32_t len)
{
    uint32_t o = 0;
    if (len >= 2 && p[0] == '-' && p[1] == '-') {
        out[0] = '-';
        return 1;
    }
    if (len == 2 && ((p[0] == '`' && p[1] == '`') || (p[0] == '\'' && p[1] == '\''))) {
        out[0] = '"';
        return 1;
    }
    bool drop = len > 0 && drops_periods(p, len);
    bool co = len > 3 && (p[0] | 32) == 'c' && (p[1] | 32) == 'o' && p[2] == '-';
    for (uint32_t i = 0; i < len;) {
        if (co && i == 2)
            i = 3;
        uint32_t c, n = dm_utf8_next(p, len, i, &c);
        i += n;
        if (c == '.' && drop)
            continue;
        if (c == 0x2026) {
            memcpy(out + o, "...", 3);
            o += 3;
            continue;
        }
        c = plain_cp(c);
        if (c)
            o += (uint32_t)dm_utf8_put(out + o, dm_cp_fold(c));
    }
    return o;
}

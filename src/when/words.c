// SPDX-License-Identifier: Apache-2.0
/* The lexicon of time: table when/words in a hash table keyed by the folded words of an entry joined by spaces. Entries of several
 * words leave markers for their beginnings, so that a look-up walks only as far as some entry goes. */
#include "base/token.h"
#include "when/when_int.h"
#include <stdlib.h>

enum { KEY_MAX = 64, PHRASE_MAX = 6 };

typedef struct entry {
    char key[KEY_MAX];
    uint8_t len, kind, vague, more;
    int16_t value;
} entry;

struct dm_words {
    uint32_t mask, n;
    entry *slot;
    struct {
        char code[DM_CODE_MAX];
        int8_t month;
    } fiscal[64];
    uint32_t n_fiscal;
};

static const char *const KINDS[] = { [W_MONTH] = "month",
    [W_WEEKDAY] = "weekday",
    [W_SEASON] = "season",
    [W_UNIT] = "unit",
    [W_NUMBER] = "number",
    [W_ORDINAL] = "ordinal",
    [W_DAYREL] = "dayrel",
    [W_PART] = "part",
    [W_DAYPART] = "daypart",
    [W_LAST] = "last",
    [W_NEXT] = "next",
    [W_THIS] = "this",
    [W_SAME] = "same",
    [W_PRIOR] = "prior",
    [W_FOLLOWING] = "following",
    [W_AGO] = "ago",
    [W_EARLIER] = "earlier",
    [W_LATER] = "later",
    [W_HENCE] = "hence",
    [W_NOW] = "now",
    [W_PAST] = "past",
    [W_RECENT] = "recent",
    [W_FUTURE] = "future",
    [W_SET] = "set",
    [W_HOLIDAY] = "holiday",
    [W_FISCAL] = "fiscal",
    [W_FISCALWORD] = "fiscalword",
    [W_PLAN] = "plan",
    [W_THEN] = "then",
    [W_EXTEND] = "extend",
    [W_PASTCUE] = "pastcue",
    [W_ABOUT] = "about",
    [W_CLOCK] = "clock" };
static const char *const UNITS[] = { [U_HOUR] = "hour",
    [U_DAY] = "day",
    [U_WEEKEND] = "weekend",
    [U_WEEK] = "week",
    [U_FORTNIGHT] = "fortnight",
    [U_MONTH] = "month",
    [U_SEASON] = "season",
    [U_QUARTER] = "quarter",
    [U_HALF] = "half",
    [U_YEAR] = "year",
    [U_DECADE] = "decade",
    [U_CENTURY] = "century" };
static const char *const PARTS[] = { [PART_EARLY] = "early",
    [PART_MID] = "mid",
    [PART_LATE] = "late",
    [PART_BEGIN] = "begin",
    [PART_END] = "end",
    [PART_EVE] = "eve" };

static int name_index(const char *const *names, size_t n, dm_str s)
{
    for (size_t i = 0; i < n; i++) {
        if (names[i] && dm_str_is(s, names[i]))
            return (int)i;
    }
    return -1;
}

#define INDEX(names, s) name_index(names, sizeof(names) / sizeof *(names), s)

static int small_int(dm_str s)
{
    int v = 0, sign = 1;
    for (size_t i = 0; i < s.len && i < 5; i++) {
        if (s.p[i] == '-' && i == 0)
            sign = -1;
        else if (s.p[i] >= '0' && s.p[i] <= '9')
            v = v * 10 + (s.p[i] - '0');
    }
    return sign * v;
}

/* The number that a kind's value cell stands for; holidays as month * 32 + day. */
static int value_of(uint8_t kind, dm_str v)
{
    if (kind == W_UNIT || kind == W_SET)
        return INDEX(UNITS, v);
    if (kind == W_PART)
        return INDEX(PARTS, v);
    if (kind == W_HOLIDAY)
        return v.len == 5 ? small_int((dm_str){ v.p, 2 }) * 32 + small_int((dm_str){ v.p + 3, 2 }) : -1;
    return small_int(v);
}

static entry *find(const dm_words *w, const char *key, size_t len)
{
    uint32_t i = (uint32_t)dm_hash(key, len, 1) & w->mask;
    while (w->slot[i].len && !(w->slot[i].len == len && memcmp(w->slot[i].key, key, len) == 0))
        i = (i + 1) & w->mask;
    return &w->slot[i];
}

static bool grow(dm_words *w)
{
    uint32_t cap = w->slot ? (w->mask + 1) * 2 : 1024;
    entry *old = w->slot, *fresh = calloc(cap, sizeof *fresh);
    uint32_t n = old ? w->mask + 1 : 0;
    if (!fresh)
        return false;
    w->slot = fresh;
    w->mask = cap - 1;
    for (uint32_t i = 0; i < n; i++) {
        if (old[i].len)
            *find(w, old[i].key, old[i].len) = old[i];
    }
    free(old);
    return true;
}

/* The slot of a key, made when it is new; NULL on out of memory. */
static entry *touch(dm_words *w, const char *key, size_t len)
{
    if (!w->slot || w->n * 2 > w->mask) {
        if (!grow(w))
            return NULL;
    }
    entry *e = find(w, key, len);
    if (!e->len) {
        memcpy(e->key, key, len);
        e->len = (uint8_t)len;
        w->n++;
    }
    return e;
}

/* Enters one variant; its beginnings get a marker. */
static dm_status enter(dm_words *w, dm_str name, uint8_t kind, int value, bool vague, dm_error *err)
{
    dm_rawtok tok[PHRASE_MAX];
    char key[KEY_MAX * 4];
    uint32_t n = dm_tokenize(name.p, name.len, tok, PHRASE_MAX), len = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (len + DM_NORM_ROOM(tok[i].len) + 1 > sizeof key)
            break;
        if (i)
            key[len++] = ' ';
        len += dm_token_norm(key + len, name.p + tok[i].start, tok[i].len);
        if (len >= KEY_MAX)
            return dm_fail(err, DM_ECORRUPT, 0, "entry '%.*s' of when/words is too long", DM_FMT(name));
        entry *e = touch(w, key, len);
        if (!e)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory");
        if (i + 1 < n) {
            e->more = 1;
        } else if (!e->kind) {
            e->kind = kind;
            e->value = (int16_t)value;
            e->vague = vague;
        }
    }
    return DM_OK;
}

static void enter_fiscal(dm_words *w, dm_str name, int value)
{
    if (w->n_fiscal >= sizeof w->fiscal / sizeof *w->fiscal || name.len != 3)
        return;
    memcpy(w->fiscal[w->n_fiscal].code, name.p, 3);
    w->fiscal[w->n_fiscal++].month = (int8_t)value;
}

static dm_status enter_row(dm_words *w, const dm_table *t, uint32_t r, dm_error *err)
{
    int ck = dm_table_column(t, "kind"), cv = dm_table_column(t, "value"), cn = dm_table_column(t, "names");
    int kind = INDEX(KINDS, dm_table_cell(t, r, ck));
    int value = kind > 0 ? value_of((uint8_t)kind, dm_table_cell(t, r, cv)) : -1;
    if (kind <= 0 || ((kind == W_UNIT || kind == W_SET || kind == W_PART || kind == W_HOLIDAY) && value < 0))
        return dm_fail(
            err, DM_ECORRUPT, dm_table_line(t, r), "unknown kind or value in when/words.tsv, line %u", dm_table_line(t, r));
    bool vague = dm_str_is(dm_table_cell(t, r, dm_table_column(t, "note")), "vague");
    dm_str rest = dm_table_cell(t, r, cn), name;
    dm_status s = DM_OK;
    while (s == DM_OK && dm_str_split(&rest, '|', &name)) {
        if (kind == W_FISCAL)
            enter_fiscal(w, name, value);
        else
            s = enter(w, name, (uint8_t)kind, value, vague, err);
    }
    return s;
}

dm_status dm_words_new(dm_words **out, const dm_tables *t, dm_error *err)
{
    const dm_table *table = dm_tables_get(t, "when/words");
    if (!table)
        return dm_fail(err, DM_ECORRUPT, 0, "no table 'when/words' among the compiled tables");
    dm_words *w = calloc(1, sizeof *w);
    if (!w || !grow(w)) {
        free(w);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    }
    for (uint32_t r = 0; r < dm_table_rows(table); r++) {
        dm_status s = enter_row(w, table, r, err);
        if (s != DM_OK) {
            dm_words_free(w);
            return s;
        }
    }
    *out = w;
    return DM_OK;
}

void dm_words_free(dm_words *w)
{
    if (!w)
        return;
    free(w->slot);
    free(w);
}

int dm_words_fiscal(const dm_words *w, const char *country)
{
    for (uint32_t i = 0; i < w->n_fiscal; i++) {
        if (strncmp(w->fiscal[i].code, country, 3) == 0)
            return w->fiscal[i].month;
    }
    return 0;
}

/* Capitals decide whether "march" and "may" are months. */
static bool case_ok(const dm_doc *doc, uint32_t t, uint8_t kind)
{
    return (kind != W_MONTH && kind != W_WEEKDAY && kind != W_HOLIDAY) || (doc->tokens.v[t].flags & DM_T_UPPER);
}

dm_wlex dm_words_at(const dm_words *w, const dm_doc *doc, uint32_t t, uint32_t end)
{
    char key[KEY_MAX];
    size_t len = 0;
    dm_wlex best = { .kind = W_NONE, .n = 1 };
    for (uint32_t i = t; i < end && i < t + PHRASE_MAX; i++) {
        dm_str n = doc->tokens.v[i].norm;
        if (len + n.len + 1 >= KEY_MAX)
            break;
        if (i > t)
            key[len++] = ' ';
        memcpy(key + len, n.p, n.len);
        len += n.len;
        const entry *e = len ? find(w, key, len) : NULL;
        if (!e || !e->len)
            break;
        if (e->kind && case_ok(doc, t, e->kind))
            best = (dm_wlex){ .kind = e->kind, .vague = e->vague, .n = (uint8_t)(i - t + 1), .value = e->value };
        if (!e->more)
            break;
    }
    return best;
}

// SPDX-License-Identifier: Apache-2.0
/* Which state a file of votes means: alpha-3, Correlates of War number or letters with a day, or a name in any of the forms that such files
 * have. */
#include "import/votes.h"
#include <stdio.h>
#include <stdlib.h>

enum { NAME_BYTES = 200, WORDS = 24 };

size_t dm_words_of(dm_str text, char *buf, size_t room, dm_str *w, size_t max)
{
    size_t n = 0, used = 0;
    bool open = false;
    for (size_t i = 0; i < text.len && used + 8 < room;) {
        uint32_t cp;
        i += dm_utf8_next(text.p, text.len, i, &cp);
        bool letter = dm_cp_is_alpha(cp) || (cp >= '0' && cp <= '9');
        if (cp == '.' || cp == '\'' || cp == 0x2019)
            continue; /* U.S., Cote d'Ivoire */
        if (letter && !open && n == max)
            break;
        if (letter && !open)
            w[n++] = (dm_str){ buf + used, 0 };
        if (letter) {
            size_t k = dm_utf8_put(buf + used, dm_cp_fold(cp));
            used += k;
            w[n - 1].len += k;
        } else if (open) {
            buf[used++] = ' '; /* words stand beside each other: a run of them is one string */
        }
        open = letter;
    }
    return n;
}

static dm_str run_of(const dm_str *w, size_t n) { return (dm_str){ w[0].p, (size_t)(w[n - 1].p + w[n - 1].len - w[0].p) }; }

/* The first row that has the words keeps them. */
static bool put(dm_states *s, dm_map *map, dm_str text, uint32_t row)
{
    char buf[NAME_BYTES];
    dm_str w[WORDS];
    size_t n = dm_words_of(text, buf, sizeof buf, w, WORDS);
    if (n == 0 || dm_map_get(map, run_of(w, n), 0) != UINT32_MAX)
        return true;
    if (n > s->words_max)
        s->words_max = (uint32_t)n;
    return dm_map_put(map, run_of(w, n), 0, row);
}

static bool put_names(dm_states *s, uint32_t row, const char *column, bool adjective)
{
    dm_str cell = dm_table_cell(s->table, row, dm_table_column(s->table, column)), one;
    bool ok = true;
    while (ok && dm_str_split(&cell, '|', &one))
        ok = put(s, &s->word, one, row) && (adjective || put(s, &s->name, one, row));
    return ok;
}

static dm_day day_at(const dm_table *t, uint32_t row, const char *column, dm_day open)
{
    dm_interval i;
    dm_str cell = dm_table_cell(t, row, dm_table_column(t, column));
    return cell.len && dm_day_parse(&i, cell, NULL) == DM_OK ? i.from : open;
}

static int by_number(const void *a, const void *b)
{
    const dm_cow_term *x = a, *y = b;
    if (x->number != y->number)
        return x->number - y->number;
    if (x->gone != y->gone) /* the table also lists the years of the Soviet Union under Russia */
        return x->gone ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static bool load_cow(dm_states *s, const dm_table *t)
{
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        dm_cow_term *c = DM_PUSH(&s->arena, &s->cow);
        if (!c)
            return false;
        *c = (dm_cow_term){ .number = dm_str_digits(dm_table_cell(t, r, dm_table_column(t, "ccode"))),
            .gone = dm_table_cell(t, r, dm_table_column(t, "successor")).len > 0,
            .row = r,
            .letters = dm_table_cell(t, r, dm_table_column(t, "cow")),
            .code = dm_table_cell(t, r, dm_table_column(t, "code")),
            .from = day_at(t, r, "from", INT32_MIN),
            .to = day_at(t, r, "to", INT32_MAX) };
    }
    if (s->cow.n)
        qsort(s->cow.v, s->cow.n, sizeof *s->cow.v, by_number);
    return true;
}

dm_status dm_states_load(dm_states *s, const dm_tables *tables, dm_error *err)
{
    *s = (dm_states){ .table = dm_tables_get(tables, "actors/states") };
    const dm_table *cow = dm_tables_get(tables, "actors/cow");
    if (!s->table || !cow)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack 'actors/states' or 'actors/cow'; compile them again");
    int code = dm_table_column(s->table, "code");
    bool ok = load_cow(s, cow);
    for (uint32_t r = 0; ok && r < dm_table_rows(s->table); r++) {
        dm_str c = dm_table_cell(s->table, r, code), note = dm_table_cell(s->table, r, dm_table_column(s->table, "note"));
        if (dm_map_get(&s->code, c, 0) == UINT32_MAX)
            ok = dm_map_put(&s->code, c, 0, r);
        if (dm_str_starts(note, "region of") || dm_str_starts(note, "PRE"))
            continue; /* of a state, but not the state */
        ok = ok && put_names(s, r, "names", false) && put_names(s, r, "demonyms", true);
    }
    return ok ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the names of states");
}

void dm_states_clear(dm_states *s)
{
    dm_map_free(&s->code);
    dm_map_free(&s->name);
    dm_map_free(&s->word);
    dm_arena_free(&s->arena);
}

static dm_str code_of(const dm_states *s, uint32_t row)
{
    return row == UINT32_MAX ? DM_NIL : dm_table_cell(s->table, row, dm_table_column(s->table, "code"));
}

dm_str dm_states_alpha3(const dm_states *s, dm_str code)
{
    char upper[4];
    if (code.len != 3)
        return DM_NIL;
    for (int i = 0; i < 3; i++)
        upper[i] = (char)(code.p[i] >= 'a' && code.p[i] <= 'z' ? code.p[i] - 'a' + 'A' : code.p[i]);
    return code_of(s, dm_map_get(&s->code, (dm_str){ upper, 3 }, 0));
}

/* Days between the day and the term. */
static int64_t away(const dm_cow_term *c, dm_day day)
{
    if (day < c->from)
        return (int64_t)c->from - day;
    return day > c->to ? (int64_t)day - c->to : 0;
}

/* States voted in the United Nations before the list has them as states (Ukraine), so the nearest term counts. */
dm_str dm_states_cow(const dm_states *s, dm_str which, dm_day day)
{
    int number = dm_str_digits(which);
    const dm_cow_term *best = NULL;
    uint32_t lo = 0, hi = s->cow.n;
    while (number >= 0 && lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->cow.v[mid].number < number)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (uint32_t i = lo; i < s->cow.n && (number < 0 || s->cow.v[i].number == number); i++)
        if ((number >= 0 || dm_str_eq(s->cow.v[i].letters, which)) && (!best || away(&s->cow.v[i], day) < away(best, day)))
            best = &s->cow.v[i];
    return best ? best->code : DM_NIL;
}

static dm_str exact(const dm_states *s, dm_str name)
{
    char buf[NAME_BYTES];
    dm_str w[WORDS];
    size_t n = dm_words_of(name, buf, sizeof buf, w, WORDS);
    size_t the = n > 1 && dm_str_is(w[0], "the");
    return n ? code_of(s, dm_map_get(&s->name, run_of(w + the, n - the), 0)) : DM_NIL;
}

dm_str dm_states_name(const dm_states *s, dm_str name)
{
    char turned[NAME_BYTES];
    dm_str code = exact(s, name);
    const char *open = name.len ? memchr(name.p, '(', name.len) : NULL;
    const char *comma = name.len ? memchr(name.p, ',', name.len) : NULL;
    const char *cut = open ? open : comma;
    if (code.len || !cut)
        return code;
    dm_str head = dm_str_trim((dm_str){ name.p, (size_t)(cut - name.p) });
    dm_str tail = { cut + 1, (size_t)(name.p + name.len - cut - 1) };
    while (tail.len && (tail.p[tail.len - 1] == ')' || tail.p[tail.len - 1] == ' '))
        tail.len--;
    if (head.len + tail.len + 2 < sizeof turned) { /* "Iran (Islamic Republic of)", "Korea, Republic of" */
        int n = snprintf(turned, sizeof turned, "%.*s %.*s", DM_FMT(tail), DM_FMT(head));
        code = exact(s, (dm_str){ turned, n > 0 ? (size_t)n : 0 });
    }
    return code.len || !open ? code : exact(s, head);
}

dm_str dm_states_words(const dm_states *s, const dm_str *w, size_t n, size_t *used)
{
    for (size_t k = n < s->words_max ? n : s->words_max; k > 0; k--) {
        dm_str code = code_of(s, dm_map_get(&s->word, run_of(w, k), 0));
        if (code.len) {
            *used = k;
            return code;
        }
    }
    return DM_NIL;
}

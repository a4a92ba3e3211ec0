// SPDX-License-Identifier: Apache-2.0
/* Countries and bodies by any name, and what to suggest when a name is unknown. */
#include "pipeline/record.h"
#include <stdio.h>

enum { SUGGESTIONS = 3, NAME_BYTES = 80, FAR = 3 /* edits that a suggestion may be away */ };

static uint32_t fold(dm_str s, uint32_t *out)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.len && n < NAME_BYTES;) {
        uint32_t cp;
        i += dm_utf8_next(s.p, s.len, i, &cp);
        if (cp != '.')
            out[n++] = dm_cp_fold(cp);
    }
    return n;
}

typedef struct name {
    uint32_t cp[NAME_BYTES], n;
} name;

static bool same(const name *a, const name *b) { return a->n == b->n && memcmp(a->cp, b->cp, a->n * sizeof *a->cp) == 0; }

/* Levenshtein distance, at most FAR + 1. */
static unsigned distance(const name *a, const name *b)
{
    unsigned row[NAME_BYTES + 1];
    if (a->n > b->n + FAR || b->n > a->n + FAR)
        return FAR + 1;
    for (unsigned k = 0; k <= b->n; k++)
        row[k] = k;
    for (unsigned i = 1; i <= a->n; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned k = 1; k <= b->n; k++) {
            unsigned change = diagonal + (a->cp[i - 1] != b->cp[k - 1]), above = row[k] + 1, left = row[k - 1] + 1;
            diagonal = row[k];
            row[k] = change < above ? (change < left ? change : left) : above < left ? above : left;
        }
    }
    return row[b->n] > FAR ? FAR + 1 : row[b->n];
}

typedef struct suggestion {
    dm_str text;
    dm_str code;
    unsigned far;
} suggestion;

typedef struct search {
    name asked;
    char *code;
    bool found;
    suggestion best[SUGGESTIONS];
    unsigned n;
} search;

static void suggest(search *s, dm_str text, dm_str code, unsigned far)
{
    for (unsigned i = 0; i < s->n; i++)
        if (dm_str_eq(s->best[i].code, code)) {
            if (far < s->best[i].far)
                s->best[i] = (suggestion){ text, code, far };
            return;
        }
    unsigned at = s->n < SUGGESTIONS ? s->n++ : SUGGESTIONS;
    if (at == SUGGESTIONS) {
        at = SUGGESTIONS - 1;
        if (s->best[at].far <= far)
            return;
    }
    for (; at > 0 && s->best[at - 1].far > far; at--)
        s->best[at] = s->best[at - 1];
    s->best[at] = (suggestion){ text, code, far };
}

static bool has_prefix(const name *whole, const name *start)
{
    return start->n >= 3 && whole->n > start->n && memcmp(whole->cp, start->cp, start->n * sizeof *start->cp) == 0;
}

/* One name of a row; true: it is the one. */
static bool look(search *s, dm_str text, dm_str code)
{
    name own;
    own.n = fold(text, own.cp);
    if (same(&own, &s->asked))
        return true;
    unsigned far = has_prefix(&own, &s->asked) ? 1 : distance(&own, &s->asked);
    if (far <= FAR && far * 2 <= s->asked.n)
        suggest(s, text, code, far);
    return false;
}

static void look_in(search *s, const dm_tables *tables, const char *table_name, const char *const *columns)
{
    const dm_table *t = dm_tables_get(tables, table_name);
    int code_at = t ? dm_table_column(t, "code") : -1;
    for (uint32_t row = 0; t && row < dm_table_rows(t) && !s->found; row++) {
        dm_str code = dm_table_cell(t, row, code_at);
        if (code.len == 0 || code.len >= DM_CODE_MAX)
            continue;
        bool here = look(s, code, code);
        for (const char *const *c = columns; *c && !here; c++) {
            dm_str names = dm_table_cell(t, row, dm_table_column(t, *c)), one;
            while (!here && dm_str_split(&names, '|', &one))
                here = look(s, one, code);
        }
        if (here) {
            memcpy(s->code, code.p, code.len);
            s->code[code.len] = '\0';
            s->found = true;
        }
    }
}

dm_status dm_record_code(const dm_record *r, const char *text, char code[DM_CODE_MAX], dm_error *err)
{
    static const char *const state_columns[] = { "names", "demonyms", "people", NULL };
    static const char *const body_columns[] = { "names", NULL };
    search s = { .code = code };
    s.asked.n = fold(dm_str_trim(dm_str_of(text)), s.asked.cp);
    look_in(&s, r->tables, "actors/states", state_columns);
    if (!s.found)
        look_in(&s, r->tables, "actors/bodies", body_columns);
    if (s.found)
        return DM_OK;
    char hint[200] = "";
    size_t n = 0;
    for (unsigned i = 0; i < s.n && n < sizeof hint; i++)
        n += (size_t)snprintf(hint + n, sizeof hint - n, "%s%.*s (%.*s)", i ? ", " : "; did you mean ", DM_FMT(s.best[i].text),
            DM_FMT(s.best[i].code));
    return dm_fail(err, DM_EUSAGE, 0, "no country or body is called '%.60s'%s%s", text, hint, s.n ? "?" : "");
}

static bool has_small(dm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] >= 'a' && s.p[i] <= 'z')
            return true;
    return false;
}

/* The first name that is more than an abbreviation. */
static dm_str full_name(dm_str names)
{
    dm_str one, best = DM_NIL;
    while (dm_str_split(&names, '|', &one))
        if (best.len == 0 || (!has_small(best) && has_small(one)))
            best = one;
    return best;
}

/* Of several rows with a code those without a note come first: the others are dependencies and parts. */
dm_str dm_record_name(const dm_record *r, const char *code)
{
    static const char *const tables[] = { "actors/states", "actors/bodies" };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const dm_table *t = dm_tables_get(r->tables, tables[i]);
        int code_at = t ? dm_table_column(t, "code") : -1, names_at = t ? dm_table_column(t, "names") : -1;
        int note_at = t ? dm_table_column(t, "note") : -1;
        dm_str best = DM_NIL;
        for (uint32_t row = 0; code_at >= 0 && row < dm_table_rows(t); row++) {
            if (!dm_str_is(dm_table_cell(t, row, code_at), code))
                continue;
            dm_str name = full_name(dm_table_cell(t, row, names_at));
            bool own = dm_table_cell(t, row, note_at).len == 0;
            if (name.len && (best.len == 0 || own))
                best = name;
            if (name.len && own)
                break;
        }
        if (best.len)
            return best;
    }
    return dm_str_of(code);
}

/* A bare word that is one of PLOVER's sectors is one, before the names of states are asked. */
dm_status dm_record_who(const dm_record *r, const char *text, dm_who *out, dm_error *err)
{
    memset(out, 0, sizeof *out);
    const char *slash = strchr(text, '/');
    size_t head = slash ? (size_t)(slash - text) : strlen(text);
    if (slash && strlen(slash + 1) >= sizeof out->sector)
        return dm_fail(err, DM_EUSAGE, 0, "'%.60s': a sector is three capital letters, as in JPN/GOV", text);
    if (slash)
        memcpy(out->sector, slash + 1, strlen(slash + 1));
    if (head == 0)
        return DM_OK;
    char name_of[NAME_BYTES];
    if (head >= sizeof name_of)
        return dm_fail(err, DM_EUSAGE, 0, "no country or body has a name of %zu bytes", head);
    memcpy(name_of, text, head);
    name_of[head] = '\0';
    if (!slash && dm_sector_known(r->tables, dm_str_of(name_of))) {
        memcpy(out->sector, name_of, head + 1);
        return DM_OK;
    }
    return dm_record_code(r, name_of, out->code, err);
}

// SPDX-License-Identifier: Apache-2.0
/* The words of a filter: types, modes, contexts, statuses, instruments, acts. Any spelling is taken; what is unknown gets suggestions. */
#include "pipeline/record.h"
#include <stdio.h>

enum { FAR = 2, HINTS = 4, SHOWN = 40, NAMES_MAX = 256 };

typedef struct known {
    dm_str name;
    unsigned number;
} known;

typedef struct list {
    known v[NAMES_MAX];
    size_t n;
} list;

/* Lower case, with - for what stands between words. */
static size_t plain(dm_str s, char out[DM_WORD_MAX])
{
    size_t n = 0;
    s = dm_str_trim(s);
    for (size_t i = 0; i < s.len && n + 1 < DM_WORD_MAX; i++) {
        char c = s.p[i];
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == ' ' || c == '_' ? '-' : c;
    }
    out[n] = '\0';
    return n;
}

static unsigned distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    unsigned row[DM_WORD_MAX + 1];
    for (unsigned k = 0; k <= n_b; k++)
        row[k] = k;
    for (unsigned i = 1; i <= n_a; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned k = 1; k <= n_b; k++) {
            unsigned change = diagonal + (a[i - 1] != b[k - 1]), above = row[k] + 1, left = row[k - 1] + 1;
            diagonal = row[k];
            row[k] = change < above ? (change < left ? change : left) : above < left ? above : left;
        }
    }
    return row[n_b];
}

static void add(list *l, dm_str name, unsigned number)
{
    for (size_t i = 0; i < l->n; i++)
        if (dm_str_eq(l->v[i].name, name))
            return;
    if (l->n < NAMES_MAX && name.len && name.len < DM_WORD_MAX)
        l->v[l->n++] = (known){ name, number };
}

static void add_column(list *l, const dm_tables *tables, const char *name, const char *column)
{
    const dm_table *t = dm_tables_get(tables, name);
    int at = t ? dm_table_column(t, column) : -1;
    for (uint32_t row = 0; at >= 0 && row < dm_table_rows(t); row++)
        if (!dm_str_is(dm_table_cell(t, row, at), "*"))
            add(l, dm_table_cell(t, row, at), 0);
}

/* Modes are the second words of the keys of frames/scores: "CONSULT visit". */
static void add_modes(list *l, const dm_tables *tables)
{
    const dm_table *t = dm_tables_get(tables, "frames/scores");
    int at = t ? dm_table_column(t, "key") : -1;
    for (uint32_t row = 0; at >= 0 && row < dm_table_rows(t); row++) {
        dm_str key = dm_table_cell(t, row, at), type;
        if (dm_str_split(&key, ' ', &type) && key.len)
            add(l, dm_str_trim(key), 0);
    }
}

static const char *fill(list *l, const dm_tables *tables, dm_word_kind kind)
{
    static const struct {
        const char *name;
        unsigned bits;
    } statuses[] = { { "done", 0 }, { "negated", DM_NEGATION }, { "planned", DM_FUTURE }, { "hypothetical", DM_HYPOTHETICAL },
        { "historical", DM_HISTORICAL } };
    switch (kind) {
    case DM_WORD_TYPE:
        for (int i = 0; i < DM_N_TYPES; i++)
            add(l, dm_str_of(dm_type_name((dm_type)i)), (unsigned)i);
        return "type";
    case DM_WORD_MODE: add_modes(l, tables); return "mode";
    case DM_WORD_CONTEXT:
        for (unsigned i = 0; i < 64 && dm_context_name(i); i++)
            add(l, dm_str_of(dm_context_name(i)), i);
        return "context";
    case DM_WORD_STATUS:
        for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
            add(l, dm_str_of(statuses[i].name), statuses[i].bits);
        return "status";
    case DM_WORD_INSTRUMENT: add_column(l, tables, "instruments/polarity", "type"); return "instrument";
    default: add_column(l, tables, "instruments/polarity", "act"); return "act";
    }
}

/* Near ones; when none is near and the list is short, all of them. */
static void hint(const list *l, const char *asked, size_t n_asked, char *out, size_t room)
{
    bool near[NAMES_MAX] = { false };
    size_t n_near = 0, n = 0;
    for (size_t i = 0; i < l->n; i++) {
        char own[DM_WORD_MAX];
        size_t n_own = plain(l->v[i].name, own);
        near[i] = distance(asked, n_asked, own, n_own) <= FAR || (n_asked >= 3 && strstr(own, asked)) ||
                  (n_own >= 3 && strstr(asked, own));
        n_near += near[i];
    }
    out[0] = '\0';
    for (size_t i = 0, shown = 0; i < l->n && n < room; i++)
        if (n_near ? near[i] && shown < HINTS : l->n <= SHOWN) {
            const char *before = shown ? ", " : n_near ? "; did you mean " : "; there are ";
            n += (size_t)snprintf(out + n, room - n, "%s%.*s", before, DM_FMT(l->v[i].name));
            shown++;
        }
    if (n_near && n + 1 < room)
        snprintf(out + n, room - n, "?");
}

dm_status dm_record_word(
    const dm_record *r, dm_word_kind kind, const char *text, char out[DM_WORD_MAX], unsigned *number, dm_error *err)
{
    list l = { .n = 0 };
    const char *what = fill(&l, r->tables, kind);
    char asked[DM_WORD_MAX], own[DM_WORD_MAX];
    size_t n = plain(dm_str_of(text), asked);
    for (size_t i = 0; i < l.n; i++) {
        plain(l.v[i].name, own);
        if (strcmp(asked, own) == 0) {
            snprintf(out, DM_WORD_MAX, "%.*s", DM_FMT(l.v[i].name));
            *number = l.v[i].number;
            return DM_OK;
        }
    }
    char more[400];
    hint(&l, asked, n, more, sizeof more);
    return dm_fail(err, DM_EUSAGE, 0, "no %s is called '%.40s'%s", what, text, more);
}

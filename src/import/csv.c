// SPDX-License-Identifier: Apache-2.0
/* Office holders as CSV, the way Wikidata's query service writes the answer to the query in docs/tables.md: a header, cells in quotes
 * where needed (a cell may hold line breaks), dates as 2001-04-26T00:00:00Z. Columns may also be called as in COLUMN_NAMES. */
#include "import/work.h"

enum { CELLS_MAX = 32, C_PERSON = 0, C_POSITION, C_START, C_END, C_COUNTRY, C_ALIASES, C_COLUMNS };

/* Lower case, in order of preference: labels before identifiers. */
static const char *const column_names[C_COLUMNS][8] = {
    { "personlabel", "itemlabel", "holderlabel", "name", "person", NULL },
    { "positionlabel", "officelabel", "position", "office", NULL },
    { "start", "starttime", "startdate", "from", "begin", NULL },
    { "end", "endtime", "enddate", "to", NULL },
    { "iso3", "alpha3", "iso", "countrycode", "code", "countrylabel", "country", NULL },
    { "aliases", "personaltlabel", "altlabel", "alias", NULL },
};

typedef struct csv {
    imp *m;
    dm_str text;
    size_t at;
    uint32_t line;      /* of the record that was read last */
    uint32_t next_line; /* of the next one */
    char separator;
    dm_str cell[CELLS_MAX];
    uint32_t n;
} csv;

/* Inside quotes; "" is one quote. The cell is copied without them. */
static dm_str quoted_cell(csv *c)
{
    size_t from = ++c->at, n = 0;
    while (c->at < c->text.len && (c->text.p[c->at] != '"' || (c->at + 1 < c->text.len && c->text.p[c->at + 1] == '"'))) {
        c->at += c->text.p[c->at] == '"' ? 2 : 1;
        n++;
    }
    char *out = dm_arena_alloc(c->m->arena, n + 1, 1);
    for (size_t i = from, k = 0; out && k < n; k++) {
        out[k] = c->text.p[i] == '\n' || c->text.p[i] == '\r' || c->text.p[i] == '\t' ? ' ' : c->text.p[i];
        c->next_line += c->text.p[i] == '\n';
        i += c->text.p[i] == '"' ? 2 : 1;
    }
    c->m->oom = c->m->oom || !out;
    c->at += c->at < c->text.len;
    return out ? dm_str_trim((dm_str){ out, n }) : DM_NIL;
}

static dm_str plain_cell(csv *c)
{
    size_t from = c->at;
    while (c->at < c->text.len && c->text.p[c->at] != c->separator && c->text.p[c->at] != '\n')
        c->at++;
    return dm_str_trim((dm_str){ c->text.p + from, c->at - from });
}

/* The next record that is not blank. */
static bool next_record(csv *c)
{
    c->n = 0;
    while (c->at < c->text.len) {
        c->line = c->next_line;
        for (c->n = 0;;) {
            dm_str cell = c->at < c->text.len && c->text.p[c->at] == '"' ? quoted_cell(c) : plain_cell(c);
            while (c->at < c->text.len && c->text.p[c->at] != c->separator && c->text.p[c->at] != '\n')
                c->at++; /* what stands behind a closing quote */
            if (c->n < CELLS_MAX)
                c->cell[c->n] = cell;
            c->n++;
            if (c->at >= c->text.len || c->text.p[c->at++] == '\n')
                break;
        }
        c->next_line++;
        if (c->n > 1 || c->cell[0].len)
            return true;
    }
    return false;
}

static bool same_word(dm_str s, const char *low)
{
    size_t n = strlen(low);
    if (s.len != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 0x20 : s.p[i]) != low[i])
            return false;
    return true;
}

static void find_columns(const csv *c, int *column)
{
    for (int k = 0; k < C_COLUMNS; k++) {
        column[k] = -1;
        for (int i = 0; column_names[k][i] && column[k] < 0; i++)
            for (uint32_t h = 0; h < c->n && h < CELLS_MAX; h++)
                if (same_word(c->cell[h], column_names[k][i]))
                    column[k] = (int)h;
    }
}

/* A header is one where a person and a country have their columns; it is plain words, never longer than a line. */
static char separator_of(dm_str line, int *column)
{
    static const char separators[] = ",;\t";
    char found = 0;
    dm_arena scratch = { 0 };
    imp m = { .arena = &scratch };
    for (const char *s = separators; *s && !found; s++) {
        csv c = { .m = &m, .text = line, .separator = *s };
        if (next_record(&c)) {
            find_columns(&c, column);
            found = column[C_PERSON] >= 0 && column[C_COUNTRY] >= 0 ? *s : 0;
        }
    }
    dm_arena_free(&scratch);
    return found;
}

bool dm_import_csv_header(dm_str line)
{
    int column[C_COLUMNS];
    return separator_of(line, column) != 0;
}

static dm_str cell(const csv *c, int column)
{
    return column < 0 || (uint32_t)column >= c->n || column >= CELLS_MAX ? DM_NIL : c->cell[column];
}

/* An alpha-3 code or the name of a state. */
static dm_str code_of(imp *m, dm_str country)
{
    dm_phrase p;
    if (dm_import_is_code(m, country))
        return country;
    if (country.len == 3) {
        coded got = dm_import_decode(m, country, false);
        if (got.known && got.code.len)
            return got.code;
    }
    if (dm_import_phrase(m, country, 1u << DM_GROUP_NAME, m->i_states, &p))
        return dm_table_cell(m->states, p.row, m->states_code);
    return DM_NIL;
}

/* What roles.tsv says of "Prime Minister of Japan"; who holds an office that it does not know is of the government. */
static dm_str sector_of(imp *m, dm_str position)
{
    dm_phrase p;
    if (dm_import_find(m, position, 1u << DM_GROUP_ROLE, m->i_roles, &p)) {
        dm_str s = dm_table_cell(m->roles, p.row, m->roles_sector);
        if (s.len)
            return s;
    }
    return DM_STR("GOV");
}

/* Dates that Wikidata does not know come as addresses of its own ("t123", ".well-known/genid"): then the end is open. */
static bool term(imp *m, dm_str start, dm_str end, dm_import_row *row, bool *unknown)
{
    dm_day a = DM_DAY_NONE, b = DM_DAY_NONE, other;
    *unknown = (start.len && !dm_import_day(&a, &other, start)) || (end.len && !dm_import_day(&other, &b, end));
    if (a != DM_DAY_NONE && b != DM_DAY_NONE && a > b)
        return false;
    row->from = dm_import_day_text(m, a);
    row->to = dm_import_day_text(m, b);
    return true;
}

/* The label and its aliases, which Wikidata joins by ", ". */
static dm_str names_of(imp *m, dm_str label, dm_str aliases, uint32_t line)
{
    char *out = dm_arena_alloc(m->arena, label.len + aliases.len + 2, 1);
    size_t n = label.len;
    dm_str alias;
    if (!out) {
        m->oom = true;
        return DM_NIL;
    }
    memcpy(out, label.p, label.len);
    char by = aliases.len && memchr(aliases.p, '|', aliases.len) ? '|' : ',';
    while (dm_str_split(&aliases, by, &alias)) {
        const char *fault = dm_import_name_fault(alias);
        if (!fault && !memchr(alias.p, ' ', alias.len))
            fault = "an alias of one word";
        if (fault) {
            dm_import_remark_add(m, line, false, fault, alias);
            continue;
        }
        out[n++] = '|';
        memcpy(out + n, alias.p, alias.len);
        n += alias.len;
    }
    return (dm_str){ out, n };
}

static dm_str surname_of(dm_str name)
{
    size_t at = name.len;
    while (at && name.p[at - 1] != ' ')
        at--;
    return at ? (dm_str){ name.p + at, name.len - at } : DM_NIL;
}

static const char *person_fault(dm_str name)
{
    if (!name.len)
        return "a record without a person";
    if (dm_str_starts(name, "http") || (name.len > 1 && name.p[0] == 'Q' && name.p[1] >= '0' && name.p[1] <= '9'))
        return "a person without a label";
    return dm_import_name_fault(name);
}

static void take_record(csv *c, const int *column)
{
    imp *m = c->m;
    bool unknown = false;
    dm_str name = cell(c, column[C_PERSON]);
    dm_str code = code_of(m, cell(c, column[C_COUNTRY]));
    dm_import_row row = { .line = c->line, .kind = DM_KIND_PERSON };
    const char *fault = person_fault(name);
    m->out->entries++;
    if (!fault && !code.len)
        fault = "an unknown country";
    if (!fault && !term(m, cell(c, column[C_START]), cell(c, column[C_END]), &row, &unknown))
        fault = "a term that ends before it begins";
    if (fault) {
        dm_import_remark_add(m, c->line, true, fault, name.len ? name : cell(c, column[C_COUNTRY]));
        return;
    }
    if (unknown)
        dm_import_remark_add(m, c->line, false, "a date that is not known was left open", name);
    row.names = names_of(m, name, cell(c, column[C_ALIASES]), c->line);
    row.code = dm_import_keep(m, code);
    row.sector = sector_of(m, cell(c, column[C_POSITION]));
    row.surname = dm_import_keep(m, surname_of(name));
    row.note = dm_import_keep(m, dm_import_name_fault(cell(c, column[C_POSITION])) ? DM_NIL : cell(c, column[C_POSITION]));
    dm_import_row *to = dm_import_row_new(m, c->line, DM_KIND_PERSON);
    if (to)
        *to = row;
    m->out->used++;
}

void dm_import_csv(imp *m)
{
    int column[C_COLUMNS];
    csv c = { .m = m, .text = m->bytes, .next_line = 1 };
    dm_str line = DM_NIL;
    size_t at = 0;
    while (dm_import_next_line(m, &at, &line)) {
        c.next_line++;
        if (dm_str_trim(line).len && line.p[0] != '#') /* sniffed before: it is the header */
            break;
    }
    c.separator = separator_of(line, column);
    c.at = at < m->bytes.len ? at : m->bytes.len;
    while (next_record(&c))
        take_record(&c, column);
}

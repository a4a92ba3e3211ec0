// SPDX-License-Identifier: Apache-2.0
/* SQL is written for SQLite in the part that PostgreSQL shares; the rest is exchanged here, word by word, both forms side by side.
 *
 * Rows get their numbers from the writer, who is alone while it writes (an advisory lock): the highest and one more, as in SQLite. So a
 * record has the same numbers whichever engine it is in, when the same was added in the same order. */
#include "store/dialect.h"
#include <ctype.h>
#include <stdio.h>

typedef struct word {
    const char *lite, *pg;
} word;

static const word words[] = {
    { "CROSS JOIN", "JOIN" }, /* to SQLite: in this order */
    { "temp.", "pg_temp." },
    { "INTEGER PRIMARY KEY", "bigint PRIMARY KEY" },
    { "INTEGER NOT NULL", "bigint NOT NULL" },
    { "AS BLOB", "AS bytea" },
    { "LIMIT -1", "LIMIT ALL" },
    { "HAS WORDS", "@@" }, /* select.c has an @ of its own */
    { "instr(", "strpos(" },
    { "lower(hex(d.hash))", "encode(d.hash, 'hex')" },
    { "lower(hex(document))", "encode(document, 'hex')" },
    { "strftime('%Y', e.day*86400, 'unixepoch')", "to_char(date '1970-01-01' + e.day::int, 'YYYY') COLLATE \"C\"" },
};

/* Of the schema. References are not declared: who writes is alone and files a document whole, and looking each of them up again would
 * double the server's work (docs/postgresql.md). */
static const word types[] = {
    { "INTEGER PRIMARY KEY AUTOINCREMENT", "bigint PRIMARY KEY" },
    { "INTEGER", "bigint" },
    { "BLOB", "bytea" },
    { "REAL", "double precision" },
    { "TEXT", "text COLLATE \"C\"" }, /* sorted by its bytes */
    { " STRICT, WITHOUT ROWID;", ";" },
    { " WITHOUT ROWID, STRICT;", ";" },
    { " STRICT;", ";" },
    { " WITHOUT ROWID;", ";" },
    { " ON DELETE CASCADE", "" },
};

/* Tables whose rows are numbered. */
static const char *const numbered[] = { "coder", "document", "sentence", "instrument", "happening", "event", "rollcall",
    "review" };

static void put(dm_buf *out, const char *z) { dm_buf_add(out, z, strlen(z)); }

static bool in_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* The word of the list that stands at z; whole words only. */
static const word *word_at(const word *list, size_t n, const char *z, bool behind_word)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(list[i].lite);
        if (strncmp(z, list[i].lite, len) != 0)
            continue;
        bool open = in_word(list[i].lite[0]) && behind_word;
        bool more = in_word(list[i].lite[len - 1]) && in_word(z[len]);
        if (!open && !more)
            return &list[i];
    }
    return NULL;
}

/* "INSERT INTO event(id, ...": the table, if its rows are numbered and the number is not given. */
static const char *numbered_table(const char *sql)
{
    static const char head[] = "INSERT INTO ";
    if (strncmp(sql, head, sizeof head - 1) != 0)
        return NULL;
    sql += sizeof head - 1;
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
        size_t n = strlen(numbered[i]);
        if (strncmp(sql, numbered[i], n) == 0 && sql[n] == '(' && strncmp(sql + n, "(n,", 3) != 0)
            return numbered[i];
    }
    return NULL;
}

static size_t put_parameter(dm_buf *out, const char *sql, int *params)
{
    size_t n = 1;
    int at = 0;
    put(out, "$");
    for (; isdigit((unsigned char)sql[n]); n++)
        at = at * 10 + sql[n] - '0';
    dm_buf_add(out, sql + 1, n - 1);
    *params = at > *params ? at : *params;
    return n;
}

/* '...' as it is; how long it is. */
static size_t put_quoted(dm_buf *out, const char *sql)
{
    size_t n = 1;
    while (sql[n] && sql[n] != '\'')
        n++;
    n += sql[n] != '\0';
    dm_buf_add(out, sql, n);
    return n;
}

/* +column: to SQLite that no index is to be looked for. */
static bool hint(const char *sql, char before)
{
    return *sql == '+' && islower((unsigned char)sql[1]) && strchr(" (=", before);
}

bool dm_dialect_statement(dm_buf *out, const char *sql, bool *own, int *params)
{
    const char *table = numbered_table(sql), *start = sql, *values = table ? strstr(sql, "VALUES(") : NULL;
    const char *column = table ? strchr(sql, '(') : NULL;
    char before = ' ';
    *params = 0;
    for (size_t n; *sql; before = sql[n - 1], sql += n) {
        const word *w = word_at(words, sizeof words / sizeof *words, sql, in_word(before) || before == '_');
        n = 1;
        if (w) {
            put(out, w->pg);
            n = strlen(w->lite);
        } else if (*sql == '?') {
            n = put_parameter(out, sql, params);
        } else if (*sql == '\'') {
            n = put_quoted(out, sql);
        } else if (!hint(sql, before)) {
            dm_buf_add(out, sql, 1);
        }
        if (table && sql == column)
            put(out, "n, ");
        if (values && sql + n - 1 == values + 6)
            put(out, "(SELECT coalesce(max(n), 0) + 1 FROM "), put(out, table), put(out, "), ");
    }
    *own = table && !strstr(start, "RETURNING");
    if (*own)
        put(out, " RETURNING n");
    dm_buf_add(out, "", 1);
    return !out->failed;
}

static bool of_no_use(const char *sql)
{
    return strncmp(sql, "PRAGMA", 6) == 0 || strncmp(sql, "CREATE VIRTUAL", 14) == 0 || strstr(sql, "sentence_text") != NULL;
}

bool dm_dialect_schema(dm_buf *out, const char *sql)
{
    static const char reference[] = " REFERENCES ";
    char before = ' ';
    for (size_t n; *sql && !of_no_use(sql); before = sql[n - 1], sql += n) {
        const word *w = word_at(types, sizeof types / sizeof *types, sql, in_word(before));
        n = 1;
        if (w) {
            put(out, w->pg);
            n = strlen(w->lite);
        } else if (*sql == '\'') {
            n = put_quoted(out, sql);
        } else if (strncmp(sql, reference, sizeof reference - 1) == 0) {
            n = strcspn(sql, ")") + 1;
        } else {
            dm_buf_add(out, sql, 1);
        }
    }
    dm_buf_add(out, "", 1);
    return !out->failed;
}

void dm_array_item(dm_buf *array, dm_str item)
{
    dm_buf_add(array, array->len ? "," : "{", 1);
    dm_buf_add(array, item.p, item.len);
}

void dm_array_int(dm_buf *array, int64_t item)
{
    char text[24];
    dm_array_item(array, (dm_str){ text, (size_t)snprintf(text, sizeof text, "%lld", (long long)item) });
}

void dm_array_end(dm_buf *array) { dm_buf_add(array, array->len ? "}" : "{}", array->len ? 1 : 2); }

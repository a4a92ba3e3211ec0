// SPDX-License-Identifier: Apache-2.0
/* Rows for machines: one JSON object a line, or CSV with a header, from the same named fields. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cli_fields_form(const char *as, cli_form *out)
{
    static const struct {
        const char *name;
        cli_form form;
    } forms[] = { { "table", CLI_TABLE }, { "jsonl", CLI_JSONL }, { "csv", CLI_CSV } };
    *out = CLI_TABLE;
    for (size_t i = 0; as && i < sizeof forms / sizeof *forms; i++)
        if (strcmp(as, forms[i].name) == 0) {
            *out = forms[i].form;
            return true;
        }
    if (as)
        cli_say("'%s' is no form; there are table, jsonl and csv", as);
    return !as;
}

static void json_text(const char *s)
{
    putchar('"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void csv_text(const char *s)
{
    if (!s[strcspn(s, ",\"\r\n")]) {
        fputs(s, stdout);
        return;
    }
    putchar('"');
    for (; *s; s++) {
        if (*s == '"')
            putchar('"');
        putchar(*s);
    }
    putchar('"');
}

static void json_list(const char *s)
{
    putchar('[');
    for (size_t n; *s; s += n + (s[n] == ' ')) {
        char one[64];
        n = strcspn(s, " ");
        snprintf(one, sizeof one, "%.*s", (int)n, s);
        json_text(one);
        if (s[n])
            putchar(',');
    }
    putchar(']');
}

static void json(const cli_field *f, size_t n)
{
    bool first = true;
    putchar('{');
    for (size_t i = 0; i < n; i++) {
        if (!f[i].text || (!*f[i].text && f[i].kind != CLI_LIST))
            continue; /* what is not known is absent */
        printf("%s\"%s\":", first ? "" : ",", f[i].name);
        first = false;
        if (f[i].kind == CLI_BARE)
            fputs(f[i].text, stdout);
        else if (f[i].kind == CLI_LIST)
            json_list(f[i].text);
        else
            json_text(f[i].text);
    }
    fputs("}\n", stdout);
}

void cli_fields_put(cli_form form, bool first, const cli_field *f, size_t n)
{
    if (form == CLI_JSONL) {
        json(f, n);
        return;
    }
    for (size_t i = 0; first && i < n; i++)
        printf("%s%s", f[i].name, i + 1 < n ? "," : "\n");
    for (size_t i = 0; i < n; i++) {
        csv_text(f[i].text ? f[i].text : "");
        putchar(i + 1 < n ? ',' : '\n');
    }
}

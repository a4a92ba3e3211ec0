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
        cli_say("unknown form '%.20s'; there are table, jsonl and csv", as);
    return !as;
}

static void json_list(dm_buf *b, const char *s)
{
    cli_put(b, "[");
    for (size_t n; *s; s += n + (s[n] == ' ')) {
        n = strcspn(s, " ");
        cli_put_json(b, (dm_str){ s, n });
        cli_put(b, s[n] ? "," : "");
    }
    cli_put(b, "]");
}

static void json(dm_buf *b, const cli_field *f, size_t n)
{
    bool first = true;
    cli_put(b, "{");
    for (size_t i = 0; i < n; i++) {
        if (!f[i].text || (!*f[i].text && f[i].kind != CLI_LIST))
            continue; /* what is not known is absent */
        cli_put(b, "%s\"%s\":", first ? "" : ",", f[i].name);
        first = false;
        if (f[i].kind == CLI_BARE)
            cli_put(b, "%s", f[i].text);
        else if (f[i].kind == CLI_LIST)
            json_list(b, f[i].text);
        else
            cli_put_json(b, (dm_str){ f[i].text, strlen(f[i].text) });
    }
    cli_put(b, "}\n");
}

static void csv(dm_buf *b, bool heads, const cli_field *f, size_t n)
{
    for (size_t i = 0; heads && i < n; i++)
        cli_put(b, "%s%s", i ? "," : "", f[i].name);
    cli_put(b, heads ? "\n" : "");
    for (size_t i = 0; i < n; i++)
        cli_put_cell(b, (dm_str){ f[i].text, f[i].text ? strlen(f[i].text) : 0 }, i == 0);
    cli_put(b, "\n");
}

void cli_fields_put(cli_form form, bool first, const cli_field *f, size_t n)
{
    dm_buf line = { 0 };
    if (form == CLI_JSONL)
        json(&line, f, n);
    else
        csv(&line, first, f, n);
    cli_output_lost(line.failed);
    fwrite(line.p, 1, line.len, stdout);
    dm_buf_free(&line);
}

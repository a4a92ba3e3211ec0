// SPDX-License-Identifier: Apache-2.0
/* Events in words for people: when, who to whom, what, by which means. */
#include "cli.h"
#include <stdio.h>
#include <string.h>

void cli_put_number(dm_buf *b, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < len; i++)
        cli_put(b, "%s%c", i && (len - i) % 3 == 0 ? "," : "", digits[i]);
}

void cli_put_day(dm_buf *b, const dm_filed *row)
{
    char day[16];
    if (row->day == DM_DAY_NONE) {
        cli_put(b, "undated");
        return;
    }
    dm_day_format(day, row->day);
    dm_precision p = row->event->when.precision;
    size_t len = p == DM_PREC_YEAR ? 4 : p == DM_PREC_MONTH ? 7 : strlen(day);
    if (len < strlen(day))
        day[strlen(day) - (p == DM_PREC_YEAR ? 6 : 3)] = '\0'; /* years may have more than four digits */
    cli_put(b, "%s", day);
}

static void put_list(dm_buf *b, const dm_party *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        bool again = false;
        for (uint32_t k = 0; k < i; k++)
            again = again || (strcmp(v[k].code, v[i].code) == 0 && strcmp(v[k].sector, v[i].sector) == 0);
        if (!again)
            cli_put(b, "%s%s%s%s", i ? "," : "",
                v[i].code[0]     ? v[i].code
                : v[i].sector[0] ? ""
                                 : "?",
                v[i].sector[0] ? "/" : "", v[i].sector);
    }
}

void cli_put_parties(dm_buf *b, const dm_event *e)
{
    if (e->n_actor == 0)
        cli_put(b, "?");
    put_list(b, e->actor, e->n_actor);
    if (e->n_recipient) {
        cli_put(b, " \xE2\x86\x92 ");
        put_list(b, e->recipient, e->n_recipient);
    }
}

void cli_put_what(dm_buf *b, const dm_event *e)
{
    static const char *const words[] = { "not done", "planned", "hypothetical", "past" };
    cli_put(b, "%s%s%s", dm_type_name((dm_type)e->type), e->mode[0] ? "/" : "", e->mode);
    for (unsigned i = 0; i < 4; i++)
        if (e->aux >> i & 1)
            cli_put(b, ", %s", words[i]);
}

static void put_str(dm_buf *b, const char *before, dm_str s)
{
    if (s.len)
        cli_put(b, "%s%.*s", before, (int)s.len, s.p);
}

void cli_put_instrument(dm_buf *b, const dm_event *e)
{
    const dm_instrument *in = e->instrument;
    if (!in)
        return;
    put_str(b, "", in->act);
    put_str(b, in->act.len ? " " : "", in->type);
    put_str(b, " on ", in->subject);
    for (unsigned i = 0; i < in->n_years && in->n_years <= 2; i++)
        cli_put(b, "%s%d", i ? "," : " ", in->years[i]);
    if (in->n_years > 2)
        cli_put(b, " %d-%d", in->years[0], in->years[in->n_years - 1]);
}

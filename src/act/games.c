// SPDX-License-Identifier: Apache-2.0
/* Which games a boycott is of, and who hosts them: "the Beijing Games" by its own words; "the games" by the last ones named before, else
 * after, else the ones nearest to the article's date. */
#include "act/work.h"

static bool is_games(const iw *w, const dm_hit *h)
{
    if (h->table != w->a->i_games)
        return false;
    dm_str note = dm_table_cell(w->a->games, h->row, w->a->cg.note);
    return dm_str_ends(note, "games") || dm_str_is(note, "football") || dm_str_is(note, "sport");
}

/* Code of a state whose city or name stands among the tokens. */
static bool host_among(const iw *w, uint32_t first, uint32_t n, char *code)
{
    for (uint32_t k = 0; k < w->doc->hits.n && w->doc->hits.v[k].first < first + n; k++) {
        const dm_hit *h = &w->doc->hits.v[k];
        if (h->first < first || h->table != w->a->i_states)
            continue;
        dm_str c = dm_table_cell(w->a->states, h->row, w->a->state_code);
        if (c.len == 3) {
            memcpy(code, c.p, 3);
            code[3] = 0;
            return true;
        }
    }
    return false;
}

static uint32_t distance(const iw *w, const dm_hit *h)
{
    dm_interval from;
    const dm_interval *d = &w->doc->meta.date;
    if (d->precision == DM_PREC_UNKNOWN || d->from == DM_DAY_NONE || dm_day_parse(&from, dm_table_cell(w->a->games, h->row, w->a->cg.from), NULL) != DM_OK)
        return 0;
    return from.from > d->from ? (uint32_t)(from.from - d->from) : (uint32_t)(d->from - from.from);
}

/* "Beijing 2022 Olympics": the variant that tells city and year, else the first. */
static dm_str games_name(const iw *w, const dm_hit *h)
{
    dm_str rest = dm_table_cell(w->a->games, h->row, w->a->cg.names), piece, best = DM_NIL;
    while (dm_str_split(&rest, '|', &piece)) {
        bool digit = false;
        for (size_t i = 0; i < piece.len; i++)
            digit = digit || (piece.p[i] >= '0' && piece.p[i] <= '9');
        if (!best.len || (digit && !(piece.p[0] >= '0' && piece.p[0] <= '9')))
            best = piece;
        if (digit && best.p == piece.p)
            break;
    }
    return best;
}

bool dm_act_games(const iw *w, uint32_t t, char *code, dm_str *name)
{
    const dm_hit *best = NULL;
    char host[DM_CODE_MAX] = "";
    for (uint32_t k = 0; k < w->doc->hits.n; k++) {
        const dm_hit *h = &w->doc->hits.v[k];
        char c[DM_CODE_MAX] = "";
        if (!is_games(w, h) || !host_among(w, h->first, h->n, c))
            continue;
        bool same = best && best->first == h->first;
        if (best && h->first > t && !same)
            break; /* one before it (or its own words) is there */
        if (!best || !same || distance(w, h) < distance(w, best)) {
            best = h;
            memcpy(host, c, sizeof c);
        }
    }
    if (!best)
        return false;
    memcpy(code, host, DM_CODE_MAX);
    *name = games_name(w, best);
    return true;
}

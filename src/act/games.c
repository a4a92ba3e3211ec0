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

/* The place that a variant of the games' name starts with ("Rio de Janeiro Olympics"): row of states, or UINT32_MAX. */
static uint32_t place_in(const iw *w, dm_str name)
{
    uint32_t found = UINT32_MAX;
    for (size_t n = 1; n <= name.len; n++)
        if (n == name.len || name.p[n] == ' ') {
            uint32_t row = dm_map_get(&w->a->place, (dm_str){ name.p, n }, 0);
            found = row != UINT32_MAX ? row : found;
        }
    return found;
}

static bool host_of(const iw *w, const dm_hit *h, char *code)
{
    dm_str rest = dm_table_cell(w->a->games, h->row, w->a->cg.names), piece;
    while (dm_str_split(&rest, '|', &piece)) {
        uint32_t row = place_in(w, piece);
        dm_str c = row == UINT32_MAX ? DM_NIL : dm_table_cell(w->a->states, row, w->a->state_code);
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
    if (d->precision == DM_PREC_UNKNOWN || d->from == DM_DAY_NONE ||
        dm_day_parse(&from, dm_table_cell(w->a->games, h->row, w->a->cg.from), NULL) != DM_OK)
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

typedef struct choice {
    const dm_hit *hit;
    char host[DM_CODE_MAX];
    bool sure; /* the words themselves tell the host */
} choice;

/* The hits from k on that cover the same words: the row nearest in time, sure when all have one host. */
static bool read_place(const iw *w, uint32_t k, choice *out)
{
    uint32_t first = w->doc->hits.v[k].first;
    *out = (choice){ .sure = true };
    for (; k < w->doc->hits.n && w->doc->hits.v[k].first == first; k++) {
        const dm_hit *h = &w->doc->hits.v[k];
        char host[DM_CODE_MAX] = "";
        if (!is_games(w, h) || !host_of(w, h, host))
            continue;
        if (out->hit && strcmp(host, out->host) != 0)
            out->sure = false;
        if (!out->hit || distance(w, h) < distance(w, out->hit)) {
            out->hit = h;
            memcpy(out->host, host, sizeof host);
        }
    }
    return out->hit != NULL;
}

void dm_act_find_games(iw *w)
{
    for (uint32_t k = 0; k < w->doc->hits.n && w->n_games < GAMES_MAX; k++) {
        const dm_hit *v = w->doc->hits.v;
        if (is_games(w, &v[k]) && (w->n_games == 0 || v[w->games[w->n_games - 1]].first != v[k].first))
            w->games[w->n_games++] = k;
    }
}

bool dm_act_games(const iw *w, uint32_t t, char *code, dm_str *name)
{
    choice best = { .hit = NULL }, c;
    for (uint32_t k = 0; k < w->n_games; k++) {
        if (!read_place(w, w->games[k], &c) || (best.hit && best.sure && (!c.sure || c.hit->first > t)))
            continue;
        if (!best.hit || c.sure || !best.sure)
            best = c;
    }
    if (!best.hit || (!best.sure && w->doc->meta.date.precision == DM_PREC_UNKNOWN))
        return false;
    memcpy(code, best.host, DM_CODE_MAX);
    *name = games_name(w, best.hit);
    return true;
}

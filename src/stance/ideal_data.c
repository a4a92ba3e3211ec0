// SPDX-License-Identifier: Apache-2.0
/* Votes sorted twice: by roll call for the items, by state and period for the chains. Counting sorts only, so that equal votes give
 * equal sums in whatever order they came. */
#include "stance/ideal_int.h"
#include <stdlib.h>
#include <string.h>

enum { WORK_ARRAYS = 8 };

static int by_period(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t period_index(const dm_ideal_model *m, int32_t period)
{
    const int32_t *at = bsearch(&period, m->periods, m->n_periods, sizeof period, by_period);
    return (uint32_t)(at - m->periods);
}

static dm_status find_periods(dm_ideal_model *m, const int32_t *roll_period, size_t n)
{
    m->periods = malloc(n * sizeof *m->periods);
    if (!m->periods)
        return DM_ENOMEM;
    memcpy(m->periods, roll_period, n * sizeof *m->periods);
    qsort(m->periods, n, sizeof *m->periods, by_period);
    for (size_t i = 0; i < n; i++)
        if (m->n_periods == 0 || m->periods[i] != m->periods[m->n_periods - 1])
            m->periods[m->n_periods++] = m->periods[i];
    return DM_OK;
}

/* starts[k + 1] holds the number of key k; turns it into the first place of each. */
static void sum_up(uint32_t *starts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        starts[i + 1] += starts[i];
}

/* order: the votes by actor; then by roll call into out, stable, so by roll call, then actor. at: zeroed, one more than keys. */
static void sort_votes(
    const dm_ideal_vote *votes, uint32_t n, const uint32_t *order, uint32_t *at, size_t keys, bool roll, uint32_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        at[(roll ? votes[i].roll : votes[i].actor) + 1]++;
    sum_up(at, keys);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t v = order ? order[i] : i;
        out[at[roll ? votes[v].roll : votes[v].actor]++] = v;
    }
}

/* Which level of its item each vote code is: only the kinds that occur count, in the order no, abstain, yes. */
static uint8_t item_levels(const dm_ideal_vote *votes, const uint32_t *order, const dm_ideal_item *it, uint8_t level[4])
{
    bool seen[4] = { false, false, false, false };
    for (uint32_t i = 0; i < it->n; i++)
        seen[votes[order[it->first + i]].vote] = true;
    uint8_t n = (uint8_t)(seen[DM_IDEAL_YES] + seen[DM_IDEAL_ABSTAIN] + seen[DM_IDEAL_NO]);
    level[DM_IDEAL_NO] = DM_IDEAL_LOW;
    level[DM_IDEAL_YES] = DM_IDEAL_HIGH;
    level[DM_IDEAL_ABSTAIN] = DM_IDEAL_MIDDLE;
    if (n == 2)
        level[DM_IDEAL_ABSTAIN] = seen[DM_IDEAL_YES] ? DM_IDEAL_LOW : DM_IDEAL_HIGH;
    return n;
}

/* Items from the votes in order of roll call; ivotes[i].cell holds the actor until the cells are known. */
static void fill_items(dm_ideal_model *m, const dm_ideal_vote *votes, const uint32_t *order)
{
    for (uint32_t i = 0; i < m->n_votes; i++)
        m->items[votes[order[i]].roll].n++;
    for (uint32_t k = 0, first = 0; k < m->n_items; first += m->items[k++].n) {
        dm_ideal_item *it = &m->items[k];
        uint8_t level[4];
        it->first = first;
        it->levels = item_levels(votes, order, it, level);
        for (uint32_t i = first; i < first + it->n; i++)
            m->ivotes[i] = (dm_ideal_ivote){ votes[order[i]].actor, level[votes[order[i]].vote] };
    }
}

/* by_time: roll calls by period. Fills slots: for each actor its votes (indices in ivotes) by period and roll call; at: first slots. */
static void fill_slots(const dm_ideal_model *m, const uint32_t *by_time, uint32_t *at, uint32_t *slots)
{
    for (uint32_t i = 0; i < m->n_votes; i++)
        at[m->ivotes[i].cell + 1]++;
    sum_up(at, m->n_actors);
    for (uint32_t k = 0; k < m->n_items; k++) {
        const dm_ideal_item *it = &m->items[by_time[k]];
        for (uint32_t i = it->first; i < it->first + it->n; i++)
            slots[at[m->ivotes[i].cell]++] = i;
    }
}

/* Cells from the slots: a new one where the actor or the period changes. item_of[vote], period_of[item]. With cells == NULL it counts. */
static uint32_t fill_cells(dm_ideal_model *m, const uint32_t *slots, const uint32_t *item_of, const uint32_t *period_of)
{
    uint32_t n = 0, actor_before = UINT32_MAX, period_before = 0, kept = 0;
    for (uint32_t s = 0; s < m->n_votes; s++) {
        dm_ideal_ivote *v = &m->ivotes[slots[s]];
        uint32_t actor = v->cell, item = item_of[slots[s]], period = period_of[item];
        bool entry = actor != actor_before, fresh = entry || period != period_before;
        n += fresh;
        if (m->cells) {
            dm_ideal_cell *c = &m->cells[n - 1];
            if (fresh) {
                *c = (dm_ideal_cell){ .first = kept, .period = period, .actor = actor };
                c->gap = entry ? 0 : (double)m->periods[period] - (double)m->periods[period_before];
            }
            c->all++;
            v->cell = n - 1;
            if (m->items[item].levels > 1) {
                m->cvotes[kept++] = (dm_ideal_cvote){ item, v->level };
                c->n++;
            }
        }
        actor_before = actor;
        period_before = period;
    }
    return n;
}

static void fill_chains(dm_ideal_model *m)
{
    for (uint32_t c = 0; c < m->n_cells; c++)
        m->chain[m->cells[c].actor + 1]++;
    for (uint32_t a = 0; a < m->n_actors; a++) {
        uint32_t n = m->chain[a + 1];
        m->longest = n > m->longest ? n : m->longest;
        m->chain[a + 1] += m->chain[a];
    }
}

/* Scratch of the sorting: temporary, all of one size or another. */
typedef struct scratch {
    uint32_t *order, *slots, *item_of, *period_of, *at;
} scratch;

static bool scratch_init(scratch *s, const dm_ideal_model *m)
{
    size_t keys = (m->n_actors > m->n_items ? m->n_actors : m->n_items) + (size_t)2;
    s->order = calloc(m->n_votes, sizeof *s->order);
    s->slots = calloc(m->n_votes, sizeof *s->slots);
    s->item_of = calloc(m->n_votes, sizeof *s->item_of);
    s->period_of = calloc(m->n_items, sizeof *s->period_of);
    s->at = calloc(keys > m->n_periods + (size_t)2 ? keys : m->n_periods + (size_t)2, sizeof *s->at);
    return s->order && s->slots && s->item_of && s->period_of && s->at;
}

static void scratch_clear(scratch *s)
{
    free(s->order);
    free(s->slots);
    free(s->item_of);
    free(s->period_of);
    free(s->at);
}

static bool model_room(dm_ideal_model *m)
{
    m->normal = malloc(sizeof *m->normal);
    m->items = calloc(m->n_items, sizeof *m->items);
    m->chain = calloc((size_t)m->n_actors + 1, sizeof *m->chain);
    m->logdet = calloc(m->n_actors, sizeof *m->logdet);
    m->ivotes = calloc(m->n_votes, sizeof *m->ivotes);
    m->cvotes = calloc(m->n_votes, sizeof *m->cvotes);
    m->item_order = calloc(m->n_items, sizeof *m->item_order);
    m->items_at = calloc((size_t)m->n_periods + 1, sizeof *m->items_at);
    m->cells_at = calloc((size_t)m->n_periods + 1, sizeof *m->cells_at);
    m->stretch = calloc(m->n_periods, sizeof *m->stretch);
    return m->item_order && m->items_at && m->cells_at && m->stretch && m->normal && m->items && m->chain && m->logdet &&
           m->ivotes && m->cvotes;
}

/* Roll calls by period, in their own order inside one. */
static void order_items(dm_ideal_model *m, const int32_t *roll_period, scratch *s)
{
    size_t keys = (size_t)m->n_periods + 1;
    memset(s->at, 0, keys * sizeof *s->at);
    for (uint32_t k = 0; k < m->n_items; k++) {
        s->period_of[k] = period_index(m, roll_period[k]);
        s->at[s->period_of[k] + 1]++;
    }
    sum_up(s->at, m->n_periods);
    memcpy(m->items_at, s->at, keys * sizeof *s->at);
    for (uint32_t k = 0; k < m->n_items; k++)
        m->item_order[s->at[s->period_of[k]]++] = k;
}

static void order_cells(dm_ideal_model *m, uint32_t *at)
{
    size_t keys = (size_t)m->n_periods + 1;
    memset(at, 0, keys * sizeof *at);
    for (uint32_t i = 0; i < m->n_cells; i++)
        at[m->cells[i].period + 1]++;
    sum_up(at, m->n_periods);
    memcpy(m->cells_at, at, keys * sizeof *at);
    for (uint32_t i = 0; i < m->n_cells; i++)
        m->cell_order[at[m->cells[i].period]++] = i;
}

static dm_status sort_all(dm_ideal_model *m, const dm_ideal_vote *votes, const int32_t *roll_period, scratch *s)
{
    size_t actors = ((size_t)m->n_actors + 1) * sizeof *s->at, rolls = ((size_t)m->n_items + 1) * sizeof *s->at;
    sort_votes(votes, m->n_votes, NULL, s->at, m->n_actors, false, s->slots);
    memset(s->at, 0, rolls);
    sort_votes(votes, m->n_votes, s->slots, s->at, m->n_items, true, s->order);
    fill_items(m, votes, s->order);
    for (uint32_t k = 0; k < m->n_items; k++)
        for (uint32_t i = 0; i < m->items[k].n; i++)
            s->item_of[m->items[k].first + i] = k;
    order_items(m, roll_period, s);
    memset(s->at, 0, actors);
    fill_slots(m, m->item_order, s->at, s->slots);
    m->n_cells = fill_cells(m, s->slots, s->item_of, s->period_of);
    m->cells = calloc(m->n_cells, sizeof *m->cells);
    if (!m->cells)
        return DM_ENOMEM;
    fill_cells(m, s->slots, s->item_of, s->period_of);
    fill_chains(m);
    m->work = calloc(m->longest, WORK_ARRAYS * sizeof *m->work);
    m->cell_order = calloc(m->n_cells, sizeof *m->cell_order);
    if (!m->work || !m->cell_order)
        return DM_ENOMEM;
    order_cells(m, s->at);
    return DM_OK;
}

dm_status dm_ideal_model_init(
    dm_ideal_model *m, const dm_ideal_vote *votes, size_t n_votes, const int32_t *roll_period, size_t n_rolls, size_t n_actors)
{
    m->n_votes = (uint32_t)n_votes;
    m->n_items = (uint32_t)n_rolls;
    m->n_actors = (uint32_t)n_actors;
    scratch s = { NULL, NULL, NULL, NULL, NULL };
    dm_status st = find_periods(m, roll_period, n_rolls);
    if (st == DM_OK && (!model_room(m) || !scratch_init(&s, m)))
        st = DM_ENOMEM;
    if (st == DM_OK)
        st = sort_all(m, votes, roll_period, &s);
    if (st == DM_OK)
        dm_ideal_normal_init(m->normal);
    scratch_clear(&s);
    return st;
}

void dm_ideal_model_clear(dm_ideal_model *m)
{
    free(m->normal);
    free(m->items);
    free(m->cells);
    free(m->chain);
    free(m->ivotes);
    free(m->cvotes);
    free(m->logdet);
    free(m->work);
    free(m->periods);
    free(m->cell_order);
    free(m->cells_at);
    free(m->item_order);
    free(m->items_at);
    free(m->stretch);
}

// SPDX-License-Identifier: Apache-2.0
/* What a piece of evidence is worth: data/stance/weights.tsv as bit sets, first row that fits; then its status, who vouches for it, how sure
 * it is and how many told it. */
#include "stance/work.h"
#include <math.h>
#include <stdlib.h>

enum { COL_MODE, COL_INSTRUMENT, COL_ACT, N_WORD_COLUMNS };
enum { DONE = 1, REFUSED = 2 };

static const char weights_name[] = "stance/weights", status_name[] = "stance/status", sectors_name[] = "stance/sectors",
                  settings_name[] = "stance/settings";

static const char *const setting_names[N_SETTINGS] = { "confidence_least", "reports_gain", "reports_most", "interval_most",
    "part_days", "part_share", "same_days", "start_sd", "noise", "noise_spread", "drift", "drift_spread", "tail", "horizon",
    "sd_most", "hazard_years", "hazard_most", "jump_sd", "noise_sure", "probability_least", "odds_least", "step_least",
    "against_step", "against_weight", "against_share", "against_each" };

static const char *const via_names[] = { "recipient", "mutual", "instrument", "ballot", "treaty" };
static const char *const status_names[N_STATUS] = { "negation", "future", "hypothetical", "historical", "others_word" };
static const char *const from_names[] = { "scale", "polarity", "fixed" };

/* --- loading --- */

typedef struct reader {
    dm_stance_model *m;
    const dm_table *t;
    const char *name;
    uint32_t row;
    uint32_t n_words[N_WORD_COLUMNS];
    dm_error *err;
} reader;

static dm_str cell(const reader *r, const char *column) { return dm_table_cell(r->t, r->row, dm_table_column(r->t, column)); }

static dm_status bad(const reader *r, const char *what, dm_str value)
{
    uint32_t line = dm_table_line(r->t, r->row);
    return dm_fail(r->err, DM_EINPUT, line, "%s.tsv:%u: %s '%.*s'", r->name, line, what, DM_FMT(value));
}

static dm_status number(const reader *r, const char *column, double *out)
{
    return dm_str_double(cell(r, column), out) ? DM_OK : bad(r, "no number:", cell(r, column));
}

/* Position of s in names [n], n when it is none. */
static unsigned index_of(dm_str s, const char *const *names, unsigned n)
{
    unsigned i = 0;
    while (i < n && !dm_str_is(s, names[i]))
        i++;
    return i;
}

static dm_status read_vias(reader *r, uint8_t *out)
{
    dm_str rest = cell(r, "via"), piece;
    enum { N = sizeof via_names / sizeof *via_names };
    *out = dm_str_is(rest, "*") ? (1u << N) - 1 : 0;
    while (!*out || rest.len) {
        if (dm_str_is(rest, "*") || !dm_str_split(&rest, '|', &piece))
            break;
        unsigned v = index_of(piece, via_names, N);
        if (v == N)
            return bad(r, "unknown via", piece);
        *out = (uint8_t)(*out | 1u << v);
    }
    return *out ? DM_OK : bad(r, "no via:", cell(r, "via"));
}

static dm_status read_types(reader *r, uint32_t *out)
{
    dm_str rest = cell(r, "type"), piece;
    *out = 0;
    if (dm_str_is(rest, "*")) {
        *out = UINT32_MAX;
        return DM_OK;
    }
    while (dm_str_split(&rest, '|', &piece)) {
        unsigned t = 0;
        while (t < DM_N_TYPES && !dm_str_is(piece, dm_type_name((dm_type)t)))
            t++;
        if (t == DM_N_TYPES)
            return bad(r, "unknown event type", piece);
        *out |= 1u << t;
    }
    return *out ? DM_OK : bad(r, "no type:", cell(r, "type"));
}

static dm_status read_words(reader *r, const char *column, unsigned kind, uint64_t *out)
{
    dm_str rest = cell(r, column), piece;
    *out = 0;
    if (dm_str_is(rest, "*")) {
        *out = UINT64_MAX;
        return DM_OK;
    }
    while (dm_str_split(&rest, '|', &piece)) {
        uint32_t bit = dm_map_get(&r->m->words, piece, kind);
        if (bit == UINT32_MAX) {
            bit = r->n_words[kind]++;
            if (bit >= WORDS_MAX)
                return bad(r, "too many different words in this column:", piece);
            if (!dm_map_put(&r->m->words, piece, kind, bit))
                return dm_fail(r->err, DM_ENOMEM, 0, "out of memory for the stance tables");
        }
        *out |= (uint64_t)1 << bit;
    }
    return *out ? DM_OK : bad(r, "empty cell of column", dm_str_of(column));
}

static dm_status read_kinds(reader *r, dm_rule *out)
{
    dm_str status = cell(r, "status"), lane = cell(r, "lane");
    out->statuses = dm_str_is(status, "*")         ? DONE | REFUSED
                    : dm_str_is(status, "done")    ? DONE
                    : dm_str_is(status, "refused") ? REFUSED
                                                   : 0;
    out->lane = dm_str_is(lane, "words") ? DM_LANE_WORDS : dm_str_is(lane, "deeds") ? DM_LANE_DEEDS : 0;
    out->from = (uint8_t)index_of(cell(r, "from"), from_names, FROM_FIXED + 1);
    if (!out->statuses)
        return bad(r, "status is done, refused or *, not", status);
    if (!out->lane)
        return bad(r, "lane is words or deeds, not", lane);
    return out->from <= FROM_FIXED ? DM_OK : bad(r, "from is scale, polarity or fixed, not", cell(r, "from"));
}

static dm_status read_rule(reader *r, dm_rule *out)
{
    dm_status st = read_vias(r, &out->vias);
    st = st == DM_OK ? read_types(r, &out->types) : st;
    st = st == DM_OK ? read_words(r, "mode", COL_MODE, &out->modes) : st;
    st = st == DM_OK ? read_words(r, "instrument", COL_INSTRUMENT, &out->instruments) : st;
    st = st == DM_OK ? read_words(r, "act", COL_ACT, &out->acts) : st;
    st = st == DM_OK ? read_kinds(r, out) : st;
    st = st == DM_OK ? number(r, "value", &out->value) : st;
    st = st == DM_OK ? number(r, "weight", &out->weight) : st;
    out->line = dm_table_line(r->t, r->row);
    if (st == DM_OK && (out->weight < 0 || fabs(out->value) > 10))
        return bad(r, "weight below 0 or value off the scale:", cell(r, "value"));
    return st;
}

static dm_status read_rules(reader *r)
{
    r->m->rule = calloc(dm_table_rows(r->t) + 1u, sizeof *r->m->rule);
    if (!r->m->rule)
        return dm_fail(r->err, DM_ENOMEM, 0, "out of memory for the stance tables");
    dm_status st = DM_OK;
    for (r->row = 0; r->row < dm_table_rows(r->t) && st == DM_OK; r->row++)
        st = read_rule(r, &r->m->rule[r->m->n++]);
    return st;
}

static dm_status read_status(reader *r)
{
    uint32_t seen = 0;
    for (r->row = 0; r->row < dm_table_rows(r->t); r->row++) {
        dm_str name = cell(r, "status"), lane = cell(r, "lane");
        unsigned i = index_of(name, status_names, N_STATUS);
        if (i == N_STATUS || (lane.len && !dm_str_is(lane, "words")))
            return bad(r, "unknown status or lane:", name);
        dm_status_rule *s = &r->m->status[i];
        s->words = lane.len > 0;
        dm_status st = number(r, "scale", &s->scale);
        st = st == DM_OK ? number(r, "weight", &s->weight) : st;
        if (st != DM_OK)
            return st;
        seen |= 1u << i;
    }
    return seen == (1u << N_STATUS) - 1 ? DM_OK : dm_fail(r->err, DM_EINPUT, 0, "%s.tsv lacks a status", r->name);
}

static dm_status read_sectors(reader *r)
{
    for (r->row = 0; r->row < dm_table_rows(r->t); r->row++) {
        dm_str name = cell(r, "sector");
        if (r->m->n_sectors == SECTORS_MAX || name.len != SECTOR_LETTERS)
            return bad(r, "no sector of three letters, or one too many:", name);
        dm_sector_rule *s = &r->m->sector[r->m->n_sectors++];
        memcpy(s->name, name.p, name.len);
        dm_status st = number(r, "weight", &s->weight);
        if (st != DM_OK)
            return st;
    }
    return DM_OK;
}

static dm_status read_settings(reader *r)
{
    uint32_t seen = 0;
    for (r->row = 0; r->row < dm_table_rows(r->t); r->row++) {
        unsigned i = index_of(cell(r, "name"), setting_names, N_SETTINGS);
        if (i == N_SETTINGS)
            return bad(r, "unknown setting", cell(r, "name"));
        dm_status st = number(r, "value", &r->m->set[i]);
        if (st == DM_OK &&
            (r->m->set[i] < 0 || (r->m->set[i] <= 0 && i != SET_REPORTS_GAIN && i != SET_AGAINST_EACH && i != SET_PART_SHARE)))
            st = bad(r, "must be above 0:", cell(r, "name"));
        if (st != DM_OK)
            return st;
        seen |= 1u << i;
    }
    for (unsigned i = 0; i < N_SETTINGS; i++)
        if (!(seen >> i & 1))
            return dm_fail(r->err, DM_EINPUT, 0, "%s.tsv lacks '%s'", r->name, setting_names[i]);
    return DM_OK;
}

dm_status dm_stance_model_open(dm_stance_model **out, const dm_tables *tables, dm_error *err)
{
    static const char *const names[] = { weights_name, status_name, sectors_name, settings_name };
    static dm_status (*const read[])(reader *) = { read_rules, read_status, read_sectors, read_settings };
    dm_stance_model *m = calloc(1, sizeof *m);
    if (!m)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the stance tables");
    dm_status st = DM_OK;
    for (unsigned i = 0; i < sizeof names / sizeof *names && st == DM_OK; i++) {
        reader r = { .m = m, .t = dm_tables_get(tables, names[i]), .name = names[i], .err = err };
        st = r.t ? read[i](&r) : dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack '%s'; compile them again", names[i]);
    }
    if (st != DM_OK) {
        dm_stance_model_free(m);
        return st;
    }
    *out = m;
    return DM_OK;
}

void dm_stance_model_free(dm_stance_model *m)
{
    if (!m)
        return;
    dm_map_free(&m->words);
    free(m->rule);
    free(m);
}

/* --- weighing --- */

typedef struct facts {
    unsigned via, type, status, polarity; /* polarity: 0 none, 1 against, 2 for */
    unsigned mode, instrument, act;
} facts;

static unsigned word_of(const dm_stance_model *m, const char *word, unsigned kind)
{
    if (!word || !*word)
        return WORD_NONE;
    uint32_t bit = dm_map_get(&m->words, dm_str_of(word), kind);
    return bit == UINT32_MAX ? WORD_OTHER : bit;
}

static facts facts_of(const dm_stance_model *m, const dm_evidence *e)
{
    bool refused = (e->aux & DM_NEGATION) || e->type == DM_REJECT;
    return (facts){ .via = e->via,
        .type = e->type < DM_N_TYPES ? e->type : DM_N_TYPES,
        .status = refused ? REFUSED : DONE,
        .polarity = e->polarity < 0   ? 1
                    : e->polarity > 0 ? 2
                                      : 0,
        .mode = word_of(m, e->mode, COL_MODE),
        .instrument = word_of(m, e->instrument, COL_INSTRUMENT),
        .act = word_of(m, e->act, COL_ACT) };
}

static bool fits(const dm_rule *r, const facts *f)
{
    return (r->vias >> f->via & 1) && (r->types >> f->type & 1) && (r->statuses & f->status) && (r->modes >> f->mode & 1) &&
           (r->instruments >> f->instrument & 1) && (r->acts >> f->act & 1) && (r->from != FROM_POLARITY || f->polarity);
}

/* The same few kinds come again and again: their row is remembered. m->n when none fits. */
static uint32_t row_for(const dm_stance_model *m, const facts *f, dm_weigh_memo *memo)
{
    uint64_t key =
        1u + ((uint64_t)f->via << 1 | (uint64_t)f->type << 4 | (uint64_t)f->status << 9 | (uint64_t)f->polarity << 11 |
                 (uint64_t)f->mode << 13 | (uint64_t)f->instrument << 19 | (uint64_t)f->act << 25);
    dm_weigh_memo *slot = &memo[key * 0x9E3779B97F4A7C15u >> 52];
    if (slot->key == key)
        return slot->row;
    uint32_t row = 0;
    while (row < m->n && !fits(&m->rule[row], f))
        row++;
    *slot = (dm_weigh_memo){ key, row };
    return row;
}

static double certainty(const dm_stance_model *m, const dm_evidence *e)
{
    double sure = e->confidence, least = m->set[SET_CONFIDENCE_LEAST];
    sure = sure > least ? sure < 1 ? sure : 1 : least; /* what is no number counts least */
    double told = e->reports > 1 ? 1 + m->set[SET_REPORTS_GAIN] * log(e->reports) : 1;
    return sure * fmin(told, m->set[SET_REPORTS_MOST]);
}

/* How far the actor speaks for its country: its sectors are joined by "+". */
static double standing(const dm_stance_model *m, const char *sectors)
{
    double most = sectors && *sectors ? 0 : 1;
    for (const char *s = sectors; s && *s; s += strcspn(s, "+"), s += *s == '+') {
        double w = 1;
        for (uint32_t i = 0; i < m->n_sectors; i++)
            if (strncmp(s, m->sector[i].name, SECTOR_LETTERS) == 0)
                w = m->sector[i].weight;
        most = fmax(most, w);
    }
    return most;
}

static double clamp(double x, double most) { return x > most ? most : x > -most ? x : isnan(x) ? 0 : -most; }

void dm_stance_weigh(const dm_stance_model *m, const dm_evidence *e, dm_weigh_memo *memo, dm_stance_use *out)
{
    facts f = facts_of(m, e);
    uint32_t row = f.via <= DM_VIA_TREATY ? row_for(m, &f, memo) : m->n;
    const dm_rule *r = row < m->n ? &m->rule[row] : NULL;
    *out = (dm_stance_use){ .fate = DM_FATE_SILENT, .lane = DM_LANE_WORDS, .day = DM_DAY_NONE, .trust = 1 };
    if (!r)
        return;
    double y = r->from == FROM_SCALE   ? r->value * clamp(e->scale, 10)
               : r->from == FROM_FIXED ? r->value
                                       : r->value * (f.polarity == 2 ? 1 : -1);
    double w = r->weight * certainty(m, e) * standing(m, e->sector);
    out->lane = r->lane;
    for (unsigned i = 0; i < N_STATUS; i++) {
        if (i == STATUS_OTHERS ? !e->others_word : !(e->aux >> i & 1))
            continue;
        w *= m->status[i].weight;
        y *= r->from == FROM_SCALE ? m->status[i].scale : 1;
        out->lane = m->status[i].words ? DM_LANE_WORDS : out->lane;
    }
    out->line = r->line;
    out->position = clamp(y, 10);
    out->weight = w;
    out->fate = w > 0 ? DM_FATE_USED : DM_FATE_SILENT;
}

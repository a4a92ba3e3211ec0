// SPDX-License-Identifier: Apache-2.0
/* The tables of data/status, read once. */
#include "event/status.h"
#include <stdlib.h>

static uint16_t parse_effects(dm_str s, bool *ok)
{
    static const struct {
        const char *name;
        uint16_t bit;
    } names[] = { { "neg", EFFECT_NEG }, { "future", EFFECT_FUTURE }, { "hyp", EFFECT_HYP }, { "hist", EFFECT_HIST },
        { "absorb", EFFECT_ABSORB }, { "reject", EFFECT_REJECT }, { "end", EFFECT_NEG }, { "request", EFFECT_REQUEST },
        { "done", EFFECT_DONE }, { "decide", EFFECT_DECIDE }, { "doubt", EFFECT_HYP | EFFECT_DOUBT } };
    uint16_t bits = 0;
    dm_str e;
    while (dm_str_split(&s, ',', &e)) {
        bool found = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (dm_str_is(e, names[i].name)) {
                bits |= names[i].bit;
                found = true;
            }
        *ok = *ok && found;
    }
    return bits;
}

static uint8_t parse_comps(dm_str s)
{
    uint8_t bits = 0;
    dm_str c;
    while (dm_str_split(&s, ',', &c))
        bits |= dm_str_is(c, "inf")       ? COMP_INF
                : dm_str_is(c, "ing")     ? COMP_ING
                : dm_str_is(c, "that")    ? COMP_THAT
                : dm_str_is(c, "np")      ? COMP_NP
                : dm_str_is(c, "obj-inf") ? COMP_OBJ_INF
                : dm_str_is(c, "np-of")   ? COMP_NP_OF
                : dm_str_is(c, "subj")    ? COMP_SUBJ
                                          : 0;
    return bits;
}

static dm_status table_missing(const char *name, dm_error *err)
{
    return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack '%s'; compile them again", name);
}

static dm_status row_bad(const dm_table *t, uint32_t row, dm_error *err)
{
    return dm_fail(err, DM_EINPUT, dm_table_line(t, row), "%.*s.tsv:%u: unknown effect or reason", DM_FMT(dm_table_name(t)),
        dm_table_line(t, row));
}

static dm_status out_of_memory(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory loading status tables"); }

static dm_str first_word(dm_str words)
{
    const char *e = memchr(words.p, ' ', words.len);
    return e ? (dm_str){ words.p, (size_t)(e - words.p) } : words;
}

static bool chain_op(dm_status_tables *s, uint32_t i)
{
    dm_str key = first_word(s->ops[i].words);
    uint32_t at = dm_map_get(&s->by_op, key, (uint32_t)s->ops[i].pos);
    if (at == UINT32_MAX)
        return dm_map_put(&s->by_op, key, (uint32_t)s->ops[i].pos, i);
    while (s->ops[at].next != DM_NONE)
        at = s->ops[at].next;
    s->ops[at].next = i;
    return true;
}

static dm_status load_ops(dm_status_tables *s, dm_error *err)
{
    const dm_table *t = dm_tables_get(s->tables, "status/operators");
    if (!t)
        return table_missing("status/operators", err);
    uint32_t n = dm_table_rows(t);
    int cl = dm_table_column(t, "lemma"), cp = dm_table_column(t, "pos"), cc = dm_table_column(t, "comp"),
        ce = dm_table_column(t, "effect");
    s->op_table = (uint16_t)dm_table_index(s->tables, t);
    s->ops = calloc(n ? n : 1, sizeof *s->ops);
    for (uint32_t r = 0; s->ops && r < n; r++) {
        bool ok = true;
        dm_str pos = dm_table_cell(t, r, cp);
        s->ops[r] = (op_row){ dm_table_cell(t, r, cl), pos.len ? pos.p[0] : 'v', parse_comps(dm_table_cell(t, r, cc)),
            parse_effects(dm_table_cell(t, r, ce), &ok), r, DM_NONE };
        if (!ok)
            return row_bad(t, r, err);
        if (!chain_op(s, r))
            return out_of_memory(err);
        s->n_ops++;
    }
    return s->ops ? DM_OK : out_of_memory(err);
}

/* Word -> (row << 16 | effect) maps; kind: first letter of the pos column, or 0. */
static dm_status load_words(dm_status_tables *s, dm_map *m, const char *name, uint16_t *index, dm_error *err)
{
    const dm_table *t = dm_tables_get(s->tables, name);
    if (!t)
        return table_missing(name, err);
    int cw = dm_table_column(t, "word"), cp = dm_table_column(t, "pos"), ce = dm_table_column(t, "effect");
    *index = (uint16_t)dm_table_index(s->tables, t);
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        bool ok = true;
        dm_str pos = dm_table_cell(t, r, cp);
        uint32_t v = r << 16 | parse_effects(dm_table_cell(t, r, ce), &ok);
        if (!ok)
            return row_bad(t, r, err);
        if (!dm_map_put(m, dm_table_cell(t, r, cw), pos.len > 2 ? (uint32_t)pos.p[2] : 0, v))
            return out_of_memory(err);
    }
    return DM_OK;
}

static dm_status load_speech(dm_status_tables *s, dm_error *err)
{
    const dm_table *t = dm_tables_get(s->tables, "status/speech");
    if (!t)
        return table_missing("status/speech", err);
    int cl = dm_table_column(t, "lemma"), cp = dm_table_column(t, "pos"), ck = dm_table_column(t, "kind");
    s->speech_table = (uint16_t)dm_table_index(s->tables, t);
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        dm_str pos = dm_table_cell(t, r, cp);
        static const char *const kinds[] = { "", "say", "deny", "", "hold", "say+hold", "", "", "judge", "say+judge" };
        uint32_t kind = 0;
        for (uint32_t i = 1; i < sizeof kinds / sizeof *kinds; i++)
            kind = kinds[i][0] && dm_str_is(dm_table_cell(t, r, ck), kinds[i]) ? i : kind;
        if (!kind)
            return row_bad(t, r, err);
        if (!dm_map_put(&s->speech, dm_table_cell(t, r, cl), pos.len ? (uint32_t)pos.p[0] : 'v', kind))
            return out_of_memory(err);
    }
    return DM_OK;
}

static dm_status load_marks(dm_status_tables *s, dm_error *err)
{
    const dm_table *t = dm_tables_get(s->tables, "status/marks");
    if (!t)
        return table_missing("status/marks", err);
    uint32_t n = dm_table_rows(t);
    int cw = dm_table_column(t, "word"), ce = dm_table_column(t, "effect"), cr = dm_table_column(t, "reason");
    s->mark_table = (uint16_t)dm_table_index(s->tables, t);
    s->marks = calloc(n ? n : 1, sizeof *s->marks);
    for (uint32_t r = 0; s->marks && r < n; r++) {
        bool ok = true;
        dm_str reason = dm_table_cell(t, r, cr);
        int8_t kind = -1;
        for (int k = DM_PURPOSE; k <= DM_CONCESSION; k++)
            if (dm_str_is(reason, dm_reason_name((dm_reason_kind)k)))
                kind = (int8_t)k;
        s->marks[r] = (mark_row){ dm_table_cell(t, r, cw), parse_effects(dm_table_cell(t, r, ce), &ok), kind, r };
        if (!ok || (reason.len && kind < 0))
            return row_bad(t, r, err);
        if (!dm_map_put(&s->by_mark, s->marks[r].word, 0, r))
            return out_of_memory(err);
        s->n_marks++;
    }
    return s->marks ? DM_OK : out_of_memory(err);
}

dm_status dm_status_load(dm_status_tables *s, const dm_tables *tables, dm_error *err)
{
    s->tables = tables;
    dm_status st = load_ops(s, err);
    if (st == DM_OK)
        st = load_words(s, &s->modals, "status/modals", &s->modal_table, err);
    if (st == DM_OK)
        st = load_words(s, &s->adverbs, "status/adverbs", &s->adverb_table, err);
    if (st == DM_OK)
        st = load_marks(s, err);
    return st == DM_OK ? load_speech(s, err) : st;
}

void dm_status_free(dm_status_tables *s)
{
    free(s->ops);
    free(s->marks);
    dm_map_free(&s->by_op);
    dm_map_free(&s->by_mark);
    dm_map_free(&s->modals);
    dm_map_free(&s->adverbs);
    dm_map_free(&s->speech);
    *s = (dm_status_tables){ 0 };
}

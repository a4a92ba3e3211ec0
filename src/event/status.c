// SPDX-License-Identifier: Apache-2.0
/* Status composed along the path to the root. The path stops at a relative clause and at a clause that another verb merely mentions:
 * what lies above those says nothing about the event. Negations cancel in pairs ("did not fail to"). */
#include "event/status.h"
#include <stdlib.h>

enum { PATH_MAX = 12, WINDOW = 4, BUF = 64 };

static uint16_t parse_effects(dm_str s, bool *ok)
{
    static const struct {
        const char *name;
        uint16_t bit;
    } names[] = { { "neg", EFFECT_NEG }, { "future", EFFECT_FUTURE }, { "hyp", EFFECT_HYP }, { "hist", EFFECT_HIST },
        { "absorb", EFFECT_ABSORB }, { "reject", EFFECT_REJECT }, { "end", EFFECT_NEG }, { "request", EFFECT_REQUEST },
        { "done", EFFECT_DONE }, { "decide", EFFECT_DECIDE } };
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
        uint32_t kind = dm_str_is(dm_table_cell(t, r, ck), "deny") ? 2 : 1;
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

static void why(status *out, uint16_t table, uint32_t row)
{
    if (out->n_why < STATUS_WHY)
        out->why[out->n_why++] = (status_step){ table, row };
}

static bool is_verbal(const dm_doc *doc, uint32_t t)
{
    return dm_tok(doc, t)->upos == DM_U_VERB || dm_tok(doc, t)->upos == DM_U_AUX;
}

static bool is_nominal(const dm_doc *doc, uint32_t t)
{
    unsigned u = dm_tok(doc, t)->upos;
    return u == DM_U_NOUN || u == DM_U_PROPN || u == DM_U_PRON;
}

/* What the modifiers of one word say: auxiliaries, negation, adverbs, adjectives, "no" before its subject or object. */
typedef struct local {
    uint16_t effect;
    bool would;
} local;

static void take(status *out, local *l, uint16_t table, uint32_t packed)
{
    uint16_t e = (uint16_t)(packed & 0xFFFF);
    l->effect ^= e & EFFECT_NEG;
    l->effect |= e & (uint16_t)~EFFECT_NEG;
    why(out, table, packed >> 16);
}

/* An auxiliary before its subject in a clause that is no question. */
static bool inverted(const dm_doc *doc, uint32_t aux)
{
    uint32_t v = dm_tok(doc, aux)->head, s = v == DM_NONE ? DM_NONE : dm_kid(doc, v, DM_D_NSUBJ);
    if (s == DM_NONE && v != DM_NONE)
        s = dm_kid(doc, v, DM_D_NSUBJ_PASS);
    return s != DM_NONE && aux < s;
}

static void local_modal(const dm_status_tables *s, const dm_doc *doc, uint32_t k, status *out, local *l)
{
    uint32_t v = dm_map_get(&s->modals, dm_tok(doc, k)->norm, 0);
    bool name = (dm_tok(doc, k)->flags & (DM_T_UPPER | DM_T_SENT_START | DM_T_ALLCAPS)) == DM_T_UPPER && k &&
                !(dm_tok(doc, k - 1)->flags & DM_T_PUNCT);
    if (v == UINT32_MAX || (name && dm_str_is(dm_tok(doc, k)->norm, "may")))
        return; /* "Theresa May condemned" */
    if (dm_str_in(dm_tok(doc, k)->norm, "would 'd"))
        l->would = true;
    else if (dm_str_is(dm_tok(doc, k)->norm, "should") && inverted(doc, k))
        l->effect |= EFFECT_HYP; /* "Should they refuse, ..." is a condition */
    else
        take(out, l, s->modal_table, v);
}

static bool correlative_only(const dm_doc *doc, uint32_t k)
{
    /* "not only", "not just", "if not": no negation */
    return k + 1 < doc->tokens.n && dm_str_in(dm_tok(doc, k + 1)->norm, "only just merely least necessarily");
}

/* from: the dependent that the way came through; its determiner has been counted there. */
static void local_of(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t from, status *out, local *l)
{
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        uint32_t v = UINT32_MAX;
        if (d == DM_D_AUX)
            local_modal(s, doc, k, out, l);
        if (d == DM_D_ADVMOD || d == DM_D_AUX || d == DM_D_DET || d == DM_D_CC_PRECONJ || d == DM_D_CC)
            v = d == DM_D_DET ? dm_map_get(&s->adverbs, dm_tok(doc, k)->norm, 't')
                              : dm_map_get(&s->adverbs, dm_tok(doc, k)->norm, 'v');
        else if (d == DM_D_AMOD)
            v = dm_map_get(&s->adverbs, dm_tok(doc, k)->norm, 'j');
        else if (k != from && (d == DM_D_NSUBJ || d == DM_D_OBJ || d == DM_D_NSUBJ_PASS)) {
            v = dm_map_get(&s->adverbs, dm_tok(doc, k)->norm, 't');
            DM_EACH_KID(doc, k, q)
            if ((dm_tok(doc, q)->deprel == DM_D_DET || dm_tok(doc, q)->deprel == DM_D_CC_PRECONJ) && v == UINT32_MAX)
                v = dm_map_get(&s->adverbs, dm_tok(doc, q)->norm, 't');
        }
        if (v != UINT32_MAX && !(dm_str_in(dm_tok(doc, k)->norm, "not n't") && correlative_only(doc, k)))
            take(out, l, s->adverb_table, v);
        if (dm_token_is(doc, k, "longer") && k && dm_token_is(doc, k - 1, "no"))
            l->effect ^= EFFECT_NEG;
    }
}

const mark_row *dm_mark_of(const dm_status_tables *s, const dm_doc *doc, uint32_t clause)
{
    char buf[BUF];
    DM_EACH_KID(doc, clause, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d != DM_D_MARK && d != DM_D_CASE && !(d == DM_D_ADVMOD && dm_tok(doc, k)->xpos == DM_X_WRB))
            continue;
        size_t n = dm_tok(doc, k)->norm.len;
        if (n > sizeof buf - 1)
            continue;
        memcpy(buf, dm_tok(doc, k)->norm.p, n);
        for (uint32_t j = k + 1; j < doc->tokens.n && j <= k + 3; j++) { /* "in order to", "because of" as neighbours */
            unsigned jd = dm_tok(doc, j)->deprel;
            if ((jd != DM_D_FIXED && jd != DM_D_MARK && jd != DM_D_CASE) || n + dm_tok(doc, j)->norm.len + 1 > sizeof buf ||
                dm_token_is(doc, j, "to"))
                break;
            buf[n++] = ' ';
            memcpy(buf + n, dm_tok(doc, j)->norm.p, dm_tok(doc, j)->norm.len);
            n += dm_tok(doc, j)->norm.len;
        }
        uint32_t r = dm_map_get(&s->by_mark, (dm_str){ buf, n }, 0);
        if (r == UINT32_MAX)
            r = dm_map_get(&s->by_mark, dm_tok(doc, k)->norm, 0);
        if (r != UINT32_MAX)
            return &s->marks[r];
    }
    return NULL;
}

/* The further words of a multiword line must follow the first within a short window ("rule ... out", "stop short of"). */
static bool words_follow(const dm_doc *doc, uint32_t t, dm_str words)
{
    dm_str rest = words, w;
    uint32_t at = t + 1;
    if (!dm_str_split(&rest, ' ', &w))
        return false;
    while (dm_str_split(&rest, ' ', &w)) {
        uint32_t end = at + WINDOW;
        while (at < end && at < doc->tokens.n && !dm_str_eq(dm_tok(doc, at)->norm, w))
            at++;
        if (at >= end || at >= doc->tokens.n)
            return false;
        at++;
    }
    return true;
}

static const op_row *find_op(const dm_status_tables *s, const dm_doc *doc, uint32_t g, uint8_t comp)
{
    static const char order[] = "van";
    const op_row *best = NULL;
    for (unsigned i = 0; i < 3; i++) {
        char pos = order[i];
        if ((pos == 'n') != (is_nominal(doc, g) != 0) || (pos == 'v' && !is_verbal(doc, g)))
            continue;
        dm_str key = pos == 'a' ? dm_tok(doc, g)->norm : dm_tok(doc, g)->lemma;
        for (uint32_t r = dm_map_get(&s->by_op, key, (uint32_t)pos); r != DM_NONE; r = s->ops[r].next)
            if ((s->ops[r].comp & comp) && words_follow(doc, g, s->ops[r].words) &&
                (!best || s->ops[r].words.len > best->words.len))
                best = &s->ops[r];
        if (best)
            return best;
    }
    return best;
}

static bool marked_to(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k) if (dm_tok(doc, k)->deprel == DM_D_MARK && dm_token_is(doc, k, "to")) return true;
    return false;
}

static uint8_t comp_of(const dm_doc *doc, uint32_t cur)
{
    if (is_verbal(doc, cur) && dm_tok(doc, cur)->xpos == DM_X_VBG && dm_tok(doc, cur)->deprel != DM_D_CCOMP)
        return COMP_ING;
    if (marked_to(doc, cur))
        return dm_kid(doc, dm_tok(doc, cur)->head, DM_D_OBJ) != DM_NONE ? COMP_INF | COMP_OBJ_INF : COMP_INF;
    if (dm_tok(doc, cur)->deprel == DM_D_CCOMP)
        return COMP_THAT;
    if (is_nominal(doc, cur))
        return COMP_NP;
    if (dm_tok(doc, cur)->deprel == DM_D_ADVCL && dm_tok(doc, cur)->xpos == DM_X_VBN)
        return 0; /* "threatened by X, it moved": beside the clause, not its complement */
    return is_verbal(doc, cur) ? COMP_INF : COMP_NP;
}

unsigned dm_is_speech(const dm_status_tables *s, const dm_doc *doc, uint32_t t)
{
    char pos = is_verbal(doc, t) ? 'v' : is_nominal(doc, t) ? 'n' : 'a';
    uint32_t v = dm_map_get(&s->speech, pos == 'a' ? dm_tok(doc, t)->norm : dm_tok(doc, t)->lemma, (uint32_t)pos);
    return v == UINT32_MAX ? 0 : v;
}

/* Somebody's words stand above or beside the clause: then "would" is the future of what was said. */
static bool reported(const dm_status_tables *s, const dm_doc *doc, uint32_t clause)
{
    uint32_t cur = clause;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t g = dm_tok(doc, cur)->head;
        DM_EACH_KID(doc, cur, k)
        if (dm_tok(doc, k)->deprel == DM_D_PARATAXIS && dm_is_speech(s, doc, k))
            return true;
        if (g == DM_NONE)
            return false;
        unsigned d = dm_tok(doc, cur)->deprel;
        if ((d == DM_D_CCOMP || d == DM_D_ACL || d == DM_D_PARATAXIS) && dm_is_speech(s, doc, g)) {
            const op_row *op = find_op(s, doc, g, COMP_THAT); /* what is hoped or feared is no announcement */
            return !op || !(op->effect & EFFECT_HYP);
        }
        if (d != DM_D_CONJ && d != DM_D_XCOMP)
            return false;
        cur = g;
    }
    return false;
}

/* The subordinator of a condition that the clause depends on, or NULL. */
static const mark_row *condition_of(const dm_status_tables *s, const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    {
        const mark_row *m = dm_tok(doc, k)->deprel == DM_D_ADVCL ? dm_mark_of(s, doc, k) : NULL;
        if (m && m->reason == DM_CONDITION)
            return m;
    }
    return NULL;
}

/* Effects of one word on the way, with "would" resolved. */
static uint16_t effects_at(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t from, status *out)
{
    local l = { 0, false };
    local_of(s, doc, t, from, out, &l);
    const mark_row *condition = condition_of(s, doc, t);
    if (l.would)
        l.effect |= !condition && reported(s, doc, t) ? EFFECT_FUTURE : EFFECT_HYP;
    if (condition && (l.effect & (EFFECT_FUTURE | EFFECT_HYP))) {
        l.effect |= EFFECT_HYP;
        why(out, s->mark_table, condition->row);
    }
    bool clause = dm_tok(doc, t)->head == DM_NONE || dm_headline_subject(doc, t) != DM_NONE;
    if (clause && marked_to(doc, t) && dm_surface_subject(doc, t) != DM_NONE)
        l.effect |= EFFECT_FUTURE; /* headline: "Japan to skip talks" */
    return l.effect;
}

static void apply(status *out, uint16_t effect)
{
    if ((effect & EFFECT_DECIDE) && !(out->aux & DM_NEGATION))
        effect |= EFFECT_FUTURE;
    out->aux ^= effect & EFFECT_NEG;
    out->aux |= effect & (EFFECT_FUTURE | EFFECT_HYP | EFFECT_HIST);
}

static bool has_own_aux(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d == DM_D_AUX || d == DM_D_NSUBJ || d == DM_D_NSUBJ_PASS)
            return true;
    }
    return false;
}

static bool joined_by(const dm_doc *doc, uint32_t t, const char *word)
{
    DM_EACH_KID(doc, t, k) if (dm_tok(doc, k)->deprel == DM_D_CC && dm_token_is(doc, k, word)) return true;
    return false;
}

/* "a guarded attitude to an embargo": the adjective of the governing noun decides. */
static bool step_attitude(const dm_status_tables *s, const dm_doc *doc, uint32_t g, status *out)
{
    if (!is_nominal(doc, g))
        return false;
    DM_EACH_KID(doc, g, k)
    {
        if (dm_tok(doc, k)->deprel != DM_D_AMOD)
            continue;
        for (uint32_t r = dm_map_get(&s->by_op, dm_tok(doc, k)->norm, 'a'); r != DM_NONE; r = s->ops[r].next)
            if ((s->ops[r].comp & COMP_NP) && (s->ops[r].effect & EFFECT_NEG)) {
                apply(out, s->ops[r].effect);
                why(out, s->op_table, s->ops[r].row);
                return true;
            }
    }
    return false;
}

/* word is a further word of a line of several words. */
static bool has_word(dm_str words, dm_str word)
{
    dm_str rest = words, w;
    (void)dm_str_split(&rest, ' ', &w);
    while (dm_str_split(&rest, ' ', &w))
        if (dm_str_eq(w, word))
            return true;
    return false;
}

/* One step up through an operator; false when the way ends there. */
static bool step_operator(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, status *out)
{
    bool through_noun = out->top == cur && is_nominal(doc, cur) && dm_tok(doc, cur)->deprel == DM_D_OBJ;
    const op_row *op = find_op(s, doc, g, through_noun ? COMP_NP_OF : comp_of(doc, cur));
    if (!op && through_noun)
        op = find_op(s, doc, g, comp_of(doc, cur));
    if (!op)
        return false;
    if (out->n_why && out->top == cur && has_word(op->words, dm_tok(doc, cur)->norm)) {
        out->top = g; /* "stopped short of": counted at "short" */
        return true;
    }
    why(out, s->op_table, op->row);
    if ((op->effect & EFFECT_ABSORB) && out->absorber == DM_NONE)
        out->absorber = g;
    if ((op->effect & EFFECT_REJECT) && out->rejecter == DM_NONE)
        out->rejecter = g;
    apply(out, op->effect);
    apply(out, effects_at(s, doc, g, cur, out));
    out->top = g;
    return true;
}

static bool step_speech(const dm_status_tables *s, const dm_doc *doc, uint32_t g, status *out)
{
    unsigned kind = dm_is_speech(s, doc, g);
    if (!kind)
        return false;
    local l = { 0, false };
    status scratch = { .n_why = STATUS_WHY };
    local_of(s, doc, g, DM_NONE, &scratch, &l);
    if (kind == 2)
        out->aux ^= EFFECT_NEG;
    else if (l.effect & EFFECT_NEG)
        out->aux |= EFFECT_HYP; /* "has not said that" */
    return true;
}

static bool bare_participle(const dm_doc *doc, uint32_t t)
{
    return (dm_tok(doc, t)->xpos == DM_X_VBG || dm_tok(doc, t)->xpos == DM_X_VBN) && dm_kid(doc, t, DM_D_MARK) == DM_NONE;
}

/* "after Israel refused", "because it had asked": no complement of the verb above. */
static bool finite_adjunct(const dm_doc *doc, uint32_t clause)
{
    uint32_t m = dm_kid(doc, clause, DM_D_MARK);
    if (m != DM_NONE && !dm_str_in(dm_tok(doc, m)->norm, "to of from for on at about into against with in by that"))
        return true;
    return dm_kid(doc, clause, DM_D_NSUBJ) != DM_NONE && m == DM_NONE;
}

/* Adverbial clause: its subordinator decides; a bare participle goes with its main clause, but not with its negation. */
static bool step_advcl(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, status *out)
{
    if (!finite_adjunct(doc, cur) && step_operator(s, doc, cur, g, out))
        return true;
    const mark_row *m = dm_mark_of(s, doc, cur);
    if (m) {
        apply(out, m->effect);
        if (m->effect)
            why(out, s->mark_table, m->row);
        if (m->reason == DM_PURPOSE && (m->effect & EFFECT_HYP)) {
            out->purpose = 1;
            out->purpose_of = g;
        }
        return false;
    }
    if (!bare_participle(doc, cur))
        return false;
    apply(out, effects_at(s, doc, g, cur, out) & (uint16_t)~EFFECT_NEG);
    return true;
}

static bool step_conj(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, status *out)
{
    if (has_own_aux(doc, cur) && !marked_to(doc, g))
        return dm_tok(doc, g)->deprel == DM_D_CCOMP || dm_tok(doc, g)->deprel == DM_D_XCOMP;
    uint16_t e = effects_at(s, doc, g, cur, out);
    bool shared =
        joined_by(doc, cur, "or") || (is_nominal(doc, cur) && !joined_by(doc, cur, "nor")); /* "nor" negates by itself */
    apply(out, shared ? e : e & (uint16_t)~EFFECT_NEG);
    return true;
}

static bool step(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, uint32_t support, status *out)
{
    if (g == support) {
        apply(out, effects_at(s, doc, g, cur, out));
        return true;
    }
    switch (dm_deprel_base((dm_deprel)dm_tok(doc, cur)->deprel)) {
    case DM_D_CONJ: return step_conj(s, doc, cur, g, out);
    case DM_D_ADVCL: return dm_tok(doc, cur)->deprel == DM_D_ADVCL && step_advcl(s, doc, cur, g, out);
    case DM_D_ACL:
        return dm_tok(doc, cur)->deprel == DM_D_ACL && (step_operator(s, doc, cur, g, out) || step_speech(s, doc, g, out));
    case DM_D_CCOMP:
    case DM_D_XCOMP:
    case DM_D_CSUBJ: {
        const mark_row *m = dm_mark_of(s, doc, cur);
        if (m && dm_str_in(m->word, "if whether"))
            apply(out, EFFECT_HYP);
        return step_operator(s, doc, cur, g, out) || step_speech(s, doc, g, out);
    }
    case DM_D_OBJ:
    case DM_D_OBL:
    case DM_D_NMOD:
    case DM_D_NSUBJ:
    case DM_D_IOBJ: {
        if (dm_tok(doc, cur)->deprel == DM_D_NSUBJ)
            return false;
        const mark_row *m = dm_mark_of(s, doc, cur);
        if (m && m->effect) {
            apply(out, m->effect);
            why(out, s->mark_table, m->row);
        }
        return step_attitude(s, doc, g, out) || step_operator(s, doc, cur, g, out);
    }
    default: return false;
    }
}

static bool is_question(const dm_doc *doc, uint32_t t)
{
    const dm_sent *st = &doc->sents.v[dm_tok(doc, t)->sent];
    return st->n &&
           (dm_token_is(doc, st->first + st->n - 1, "?") || (st->n > 1 && dm_token_is(doc, st->first + st->n - 2, "?")));
}

bool dm_has_to(const dm_doc *doc, uint32_t t)
{
    uint32_t g = dm_tok(doc, t)->head;
    return g != DM_NONE && dm_tok(doc, t)->deprel == DM_D_XCOMP && dm_str_in(dm_tok(doc, g)->lemma, "have need") &&
           marked_to(doc, t) && dm_kid(doc, g, DM_D_OBJ) == DM_NONE && dm_kid(doc, g, DM_D_ADVMOD) == DM_NONE &&
           !dm_str_in(dm_tok(doc, g)->norm, "had needed having");
}

/* "has no intention of leaving", "was in no mood to talk": as much as "will not". */
static bool no_will(const dm_doc *doc, uint32_t t)
{
    uint32_t g = dm_tok(doc, t)->head, no = g == DM_NONE ? DM_NONE : dm_kid(doc, g, DM_D_DET);
    return no != DM_NONE && dm_tok(doc, t)->deprel == DM_D_ACL && dm_token_is(doc, no, "no") &&
           dm_str_in(dm_tok(doc, g)->lemma, "intention mood desire wish");
}

void dm_status_of(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t support, status *out)
{
    *out = (status){ .absorber = DM_NONE, .rejecter = DM_NONE, .top = t };
    uint16_t own = effects_at(s, doc, t, DM_NONE, out);
    out->request = (own & EFFECT_REQUEST) || dm_has_to(doc, t);
    out->will_not = ((own & EFFECT_NEG) && (own & EFFECT_FUTURE)) || no_will(doc, t);
    apply(out, own);
    if (support != DM_NONE && support > t && dm_tok(doc, support)->head == t)
        apply(out, effects_at(s, doc, support, t, out)); /* "sanctions that were never imposed" */
    uint32_t cur = t;
    for (unsigned depth = 0; depth < PATH_MAX; depth++) {
        uint32_t g = dm_tok(doc, cur)->head;
        if (g == DM_NONE || dm_headline_subject(doc, cur) != DM_NONE || !step(s, doc, cur, g, support, out))
            break;
        cur = g;
    }
    if (no_will(doc, t))
        out->aux |= DM_NEGATION;
    if (is_question(doc, t))
        out->aux |= DM_HYPOTHETICAL;
}

static bool according_to(const dm_doc *doc, uint32_t k)
{
    char buf[BUF];
    return dm_str_in(dm_case_of(doc, k, buf, sizeof buf), "according_to according per in_the_words_of");
}

/* Speech beside the clause: "..., he said" as parataxis, "according to". */
static uint32_t beside(const dm_status_tables *s, const dm_doc *doc, uint32_t clause, uint32_t *verb, bool *deny)
{
    DM_EACH_KID(doc, clause, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if ((d == DM_D_OBL || d == DM_D_NMOD || d == DM_D_ADVCL) && according_to(doc, k)) {
            *verb = k;
            return k;
        }
        if ((d == DM_D_PARATAXIS || d == DM_D_ADVCL) && dm_is_speech(s, doc, k) && is_verbal(doc, k)) {
            uint32_t mark = dm_kid(doc, k, DM_D_MARK);
            if (d == DM_D_ADVCL && (mark == DM_NONE ? dm_is_passive(doc, k) : !dm_token_is(doc, mark, "as")))
                continue;
            uint32_t subject = dm_surface_subject(doc, k);
            if (subject == DM_NONE || dm_kid(doc, k, DM_D_CCOMP) != DM_NONE)
                continue;
            *verb = k;
            *deny = dm_is_speech(s, doc, k) == 2;
            return subject;
        }
    }
    return DM_NONE;
}

static uint32_t speech_holder(const dm_doc *doc, uint32_t g)
{
    if (!is_nominal(doc, g))
        return dm_logical_subject(doc, g);
    uint32_t p = dm_kid(doc, g, DM_D_NMOD_POSS);
    if (p != DM_NONE)
        return p;
    DM_EACH_KID(doc, g, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if ((d == DM_D_AMOD || d == DM_D_COMPOUND || d == DM_D_NMOD) && dm_tok(doc, k)->mention != DM_NONE)
            return k;
    }
    uint32_t v = dm_tok(doc, g)->head;
    return v != DM_NONE && is_verbal(doc, v) && dm_tok(doc, g)->deprel == DM_D_OBJ ? dm_logical_subject(doc, v) : DM_NONE;
}

unsigned dm_speakers(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t *speaker, uint32_t *verbs, bool *deny)
{
    unsigned n = 0;
    uint32_t cur = t;
    *deny = false;
    for (unsigned depth = 0; depth < PATH_MAX && n < SPEAKERS_MAX; depth++) {
        bool no = false;
        uint32_t verb = DM_NONE, who = beside(s, doc, cur, &verb, &no);
        if (who != DM_NONE && n < SPEAKERS_MAX) {
            *deny = *deny || (n == 0 && no);
            verbs[n] = verb;
            speaker[n++] = who;
        }
        uint32_t g = dm_tok(doc, cur)->head;
        if (g == DM_NONE || n == SPEAKERS_MAX)
            break;
        unsigned d = dm_tok(doc, cur)->deprel, kind = 0;
        bool finite = d == DM_D_CCOMP || (d == DM_D_ACL && dm_kid(doc, cur, DM_D_MARK) != DM_NONE && !marked_to(doc, cur)) ||
                      (d == DM_D_XCOMP && dm_is_passive(doc, g)) || (d == DM_D_PARATAXIS && dm_is_speech(s, doc, g));
        if (finite && (kind = dm_is_speech(s, doc, g)) != 0 && (who = speech_holder(doc, g)) != DM_NONE) {
            *deny = *deny || (n == 0 && kind == 2);
            verbs[n] = g;
            speaker[n++] = who;
        }
        cur = g;
    }
    return n;
}

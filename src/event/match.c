// SPDX-License-Identifier: Apache-2.0
/* Chooses the frame: all conditions of a line must hold; most conditions win, ties go to the earlier line. A word that the tables know
 * in another spelling (-ise/-ize, -our/-or) is tried in that spelling when the first finds nothing. */
#include "event/match.h"

enum { WORD_MAX = 64, LOOK_THROUGH = 2, PARTICLE_WINDOW = 5 };

/* "a series of attacks", "the use of force": the noun that counts. */
static uint32_t look_through(const dm_doc *doc, uint32_t h)
{
    for (unsigned i = 0; i < LOOK_THROUGH; i++) {
        uint32_t next = DM_NONE;
        DM_EACH_KID(doc, h, k)
        {
            char buf[WORD_MAX];
            if (dm_tok(doc, k)->deprel == DM_D_NMOD && dm_str_is(dm_case_of(doc, k, buf, sizeof buf), "of")) {
                next = k;
                break;
            }
        }
        if (next == DM_NONE)
            return h;
        if (dm_tok(doc, h)->upos != DM_U_NUM &&
            !dm_str_in(dm_tok(doc, h)->lemma,
                "series number use kind sort type form lot range set round wave string package act piece dozen hundred "
                "thousand million billion one some any most many part majority group member amount level percent rest "
                "remainder share half none neither each both last first quantity batch shipment consignment fleet total worth "
                "ton tonne couple handful pair hour day week month marathon flurry "
                "several all few score bulk wall web raft array barrage"))
            return h;
        h = next;
    }
    return h;
}

/* Words of one entry: spaces in the lemma column, '_' in a value. */
static bool is_gap(char c) { return c == ' ' || c == '_'; }

static bool multiword_fits(const dm_doc *doc, uint32_t h, dm_str words)
{
    /* all words but the last must stand right before h */
    uint32_t at = h;
    size_t end = words.len;
    while (end && !is_gap(words.p[end - 1]))
        end--;
    while (end) {
        size_t b = --end;
        while (b && !is_gap(words.p[b - 1]))
            b--;
        if (at == 0 || !dm_str_eq(dm_tok(doc, at - 1)->norm, (dm_str){ words.p + b, end - b }))
            return false;
        at--;
        end = b;
    }
    return true;
}

/* "They were imposed in May": the noun of the instrument that a pronoun stands for. */
static uint32_t noun_of_pronoun(const ev_doc *e, uint32_t h)
{
    unsigned u = dm_tok(e->doc, h)->upos;
    uint32_t i = u == DM_U_PRON || u == DM_U_DET || u == DM_U_NUM ? e->inst_at[h] : DM_NONE;
    return i == DM_NONE || e->doc->insts.v[i].chain >= e->doc->insts.n ? h : e->doc->insts.v[e->doc->insts.v[i].chain].head;
}

static bool value_fits(const ev_doc *e, const frame_value *v, uint32_t h)
{
    if (v->kind == VALUE_CLASS || v->kind == VALUE_LEMMA)
        h = noun_of_pronoun(e, h);
    const dm_token *t = dm_tok(e->doc, h);
    switch (v->kind) {
    case VALUE_ANY: return true;
    case VALUE_LEMMA: {
        if (dm_str_eq(v->lemma, t->lemma) || dm_str_eq(v->lemma, t->norm))
            return true;
        if (!memchr(v->lemma.p, '_', v->lemma.len) || !multiword_fits(e->doc, h, v->lemma))
            return false;
        size_t last = v->lemma.len;
        while (!is_gap(v->lemma.p[last - 1]))
            last--;
        dm_str end = { v->lemma.p + last, v->lemma.len - last };
        return dm_str_eq(end, t->lemma) || dm_str_eq(end, t->norm); /* "good_offices" */
    }
    case VALUE_CLASS:
        return dm_frames_in_class(e->frames, t->lemma, v->klass) || dm_frames_in_class(e->frames, t->norm, v->klass);
    default: return dm_party_test(e, h, (value_kind)v->kind);
    }
}

/* "Ambassador Kang Chol": the title before a name says what the person is. */
static bool is_title(const dm_token *k) { return k->deprel == DM_D_NMOD_DESC && k->upos == DM_U_PROPN; }

/* Any value of the condition, on the head of the slot, on a title before it or on a noun conjoined to it. */
static bool values_fit(const ev_doc *e, const frame_cond *c, uint32_t arg)
{
    uint32_t h = look_through(e->doc, arg);
    for (unsigned i = 0; i < c->n; i++) {
        if (value_fits(e, &e->frames->values[c->first + i], h) ||
            (h != arg && value_fits(e, &e->frames->values[c->first + i], arg)))
            return true;
        DM_EACH_KID(e->doc, h, k)
        if ((dm_tok(e->doc, k)->deprel == DM_D_CONJ || is_title(dm_tok(e->doc, k))) &&
            value_fits(e, &e->frames->values[c->first + i], k))
            return true;
    }
    return false;
}

static void use(match *m, uint32_t t)
{
    if (m->n_used < USED_MAX)
        m->used[m->n_used++] = t;
}

/* "offered a round of talks": the talks were meant, and the round is no event beside the offer. */
static void use_through(match *m, uint32_t outer, uint32_t inner)
{
    use(m, inner);
    if (outer != inner)
        use(m, outer);
}

/* "took a dim view": the adj of a verb line is an adjective before the object. */
static bool object_adj_fits(const ev_doc *e, const frame_cond *c, const view *v)
{
    uint32_t o = dm_view_slot(v, SLOT_OBJ);
    if (o == DM_NONE)
        return false;
    DM_EACH_KID(e->doc, o, k)
    if (dm_tok(e->doc, k)->deprel == DM_D_AMOD && values_fit(e, c, k))
        return true;
    return false;
}

static bool cond_holds(const ev_doc *e, const frame_cond *c, const view *v, match *m)
{
    bool any = false;
    for (unsigned i = 0; i < v->n; i++) {
        if (v->arg[i].slot != c->slot)
            continue;
        any = true;
        if (c->absent)
            return false;
        bool fits = values_fit(e, c, v->arg[i].head);
        if (c->negate && fits)
            return false;
        if (!c->negate && fits) {
            if (e->frames->values[c->first].kind == VALUE_CLASS || e->frames->values[c->first].kind == VALUE_LEMMA)
                use_through(m, v->arg[i].head, look_through(e->doc, v->arg[i].head));
            return true;
        }
    }
    return c->absent || (c->negate && !any) || (c->negate && any);
}

/* Particles and other further words of a verb line: "call off", "put pressure": within a short window after the verb, or before it in a
 * noun or adjective line. */
static bool words_fit(const dm_doc *doc, const frame *fr, uint32_t t)
{
    if (!memchr(fr->words.p, ' ', fr->words.len))
        return true;
    if (fr->pos != 'v')
        return multiword_fits(doc, t, fr->words);
    dm_str rest = fr->words, w;
    uint32_t at = t + 1;
    dm_str_split(&rest, ' ', &w);
    while (dm_str_split(&rest, ' ', &w)) {
        uint32_t found = DM_NONE;
        for (uint32_t k = at; k < doc->tokens.n && k < at + PARTICLE_WINDOW && dm_tok(doc, k)->sent == dm_tok(doc, t)->sent;
             k++)
            if (dm_str_eq(dm_tok(doc, k)->norm, w) && (dm_tok(doc, k)->head == t || k == at)) {
                found = k;
                break;
            }
        if (found == DM_NONE)
            return false;
        at = found + 1;
    }
    return true;
}

/* How much a line says: a condition that names words or parties counts more than one that any word fills. */
static int weight(const dm_frames *f, const frame *fr)
{
    int sum = memchr(fr->words.p, ' ', fr->words.len) != NULL ? 6 : 0;
    for (unsigned c = 0; c < fr->n_cond; c++)
        sum += !fr->cond[c].absent && f->values[fr->cond[c].first].kind == VALUE_ANY ? 3 : 4;
    return sum;
}

static void choose(const ev_doc *e, uint32_t first, match *m)
{
    int best = -1;
    match trial = *m, winner = *m;
    for (uint32_t i = first; i != DM_NONE; i = e->frames->frames[i].next) {
        const frame *fr = &e->frames->frames[i];
        trial.n_used = 0;
        int score = weight(e->frames, fr);
        if (score <= best || !words_fit(e->doc, fr, m->view.t))
            continue;
        bool ok = true;
        for (unsigned c = 0; c < fr->n_cond && ok; c++)
            ok = cond_holds(e, &fr->cond[c], &m->view, &trial) ||
                 (fr->pos == 'v' && fr->cond[c].slot == SLOT_ADJ && !fr->cond[c].absent && !fr->cond[c].negate &&
                     object_adj_fits(e, &fr->cond[c], &m->view));
        if (ok) {
            best = score;
            winner.frame = fr;
            winner.n_used = trial.n_used;
            memcpy(winner.used, trial.used, sizeof winner.used);
        }
    }
    *m = winner;
}

static bool swap_tail(char *out, dm_str w, const char *from, const char *to)
{
    size_t f = strlen(from), t = strlen(to);
    if (!dm_str_ends(w, from) || w.len - f + t >= WORD_MAX)
        return false;
    memcpy(out, w.p, w.len - f);
    memcpy(out + w.len - f, to, t + 1);
    return true;
}

static uint32_t find_spelled(const dm_frames *f, dm_str lemma, char pos)
{
    static const char *const pairs[][2] = { { "ise", "ize" }, { "ize", "ise" }, { "yse", "yze" }, { "yze", "yse" },
        { "our", "or" }, { "or", "our" }, { "ence", "ense" }, { "ense", "ence" }, { "isation", "ization" },
        { "ization", "isation" } };
    uint32_t i = dm_frames_find(f, lemma, pos);
    char buf[WORD_MAX];
    for (unsigned p = 0; i == DM_NONE && p < sizeof pairs / sizeof *pairs; p++)
        if (swap_tail(buf, lemma, pairs[p][0], pairs[p][1]))
            i = dm_frames_find(f, dm_str_of(buf), pos);
    return i;
}

static size_t common_prefix(dm_str a, dm_str b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.p[n] == b.p[n])
        n++;
    return n;
}

/* A form that the lemmatiser got wrong is still known to scan, which found the table's line by all its forms. */
static uint32_t find_by_hit(const ev_doc *e, uint32_t t, char pos)
{
    const dm_doc *doc = e->doc;
    for (uint32_t lo = dm_doc_hit_from(doc, t); lo < doc->hits.n && doc->hits.v[lo].first == t; lo++) {
        const dm_table *table = dm_tables_at(e->frames->tables, doc->hits.v[lo].table);
        dm_str name = dm_table_name(table), cell = dm_table_cell(table, doc->hits.v[lo].row, (int)doc->hits.v[lo].column), word;
        if (!dm_str_starts(name, pos == 'v' ? "frames/verbs" : "frames/nouns"))
            continue;
        while (dm_str_split(&cell, '|', &word)) {
            const char *space = memchr(word.p, ' ', word.len);
            dm_str first = { word.p, space ? (size_t)(space - word.p) : word.len };
            size_t same = common_prefix(first, dm_tok(doc, t)->norm);
            if (same >= 3 && same + 2 >= first.len && dm_frames_find(e->frames, first, pos) != DM_NONE)
                return dm_frames_find(e->frames, first, pos);
        }
    }
    return DM_NONE;
}

void dm_match(const ev_doc *e, uint32_t t, match *out)
{
    const dm_token *tk = dm_tok(e->doc, t);
    bool full = tk->upos == DM_U_AUX && tk->deprel != DM_D_AUX && tk->deprel != DM_D_AUX_PASS && tk->deprel != DM_D_COP;
    char pos = tk->upos == DM_U_VERB || full                     ? 'v' /* "did away with": an auxiliary's word as full verb */
               : tk->upos == DM_U_NOUN || tk->upos == DM_U_PROPN ? 'n'
               : tk->upos == DM_U_ADJ                            ? 'a'
                                                                 : 0;
    out->frame = NULL;
    out->n_used = 0;
    if (!pos)
        return;
    uint32_t first = find_spelled(e->frames, tk->upos == DM_U_PROPN || pos == 'a' ? tk->norm : tk->lemma, pos);
    if (first == DM_NONE && pos == 'v' && (tk->xpos == DM_X_VBN || tk->xpos == DM_X_JJ)) {
        first = find_spelled(e->frames, tk->norm, 'a');
        pos = 'a';
    }
    if (first == DM_NONE && (pos == 'v' || pos == 'n'))
        first = find_by_hit(e, t, pos);
    if (first == DM_NONE)
        return;
    dm_view_build(e->frames, e->doc, t, pos, &out->view);
    choose(e, first, out);
}

void dm_match_copula(const ev_doc *e, uint32_t predicate, match *out)
{
    uint32_t be = dm_kid(e->doc, predicate, DM_D_COP);
    out->frame = NULL;
    out->n_used = 0;
    if (be == DM_NONE || be > predicate || dm_kid(e->doc, predicate, DM_D_CASE) == DM_NONE)
        return;
    dm_view_build_copula(e->frames, e->doc, be, &out->view);
    choose(e, dm_frames_find(e->frames, DM_STR("be"), 'v'), out);
}

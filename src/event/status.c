// SPDX-License-Identifier: Apache-2.0
/* Status composed along the path to the root. The path stops at a relative clause and at a clause that another verb merely mentions:
 * what lies above those says nothing about the event. Negations cancel in pairs ("did not fail to"). */
#include "event/status.h"

enum { PATH_MAX = 12, WINDOW = 4, BUF = 64, MARK_WORDS = 5 };

static void why(status *out, uint16_t table, uint32_t row)
{
    if (out->n_why < STATUS_WHY)
        out->why[out->n_why++] = (status_step){ table, row };
}

bool dm_verbal(const dm_doc *doc, uint32_t t) { return dm_tok(doc, t)->upos == DM_U_VERB || dm_tok(doc, t)->upos == DM_U_AUX; }

bool dm_nominal(const dm_doc *doc, uint32_t t)
{
    unsigned u = dm_tok(doc, t)->upos;
    return u == DM_U_NOUN || u == DM_U_PROPN || u == DM_U_PRON;
}

/* What the modifiers of one word say: auxiliaries, negation, adverbs, adjectives, "no" before its subject or object. */
typedef struct local {
    uint16_t effect;
    bool would, perfect;
    uint32_t can; /* packed line of "can" or "could", or UINT32_MAX */
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
    else if (dm_str_in(dm_tok(doc, k)->norm, "can could ca"))
        l->can = v;
    else if (dm_str_is(dm_tok(doc, k)->norm, "should") && inverted(doc, k))
        l->effect |= EFFECT_HYP; /* "Should they refuse, ..." is a condition */
    else
        take(out, l, s->modal_table, v);
}

static bool correlative_only(const dm_doc *doc, uint32_t k)
{
    /* "not only", "not just", "could not but": no negation */
    return k + 1 < doc->tokens.n && dm_str_in(dm_tok(doc, k + 1)->norm, "only just merely least necessarily simply solely but");
}

bool dm_marked_to(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k) if (dm_tok(doc, k)->deprel == DM_D_MARK && dm_token_is(doc, k, "to")) return true;
    return false;
}

/* "barely a year ago", "almost two hundred": said of a measure, not of the verb. */
static bool of_measure(const dm_doc *doc, uint32_t k)
{
    bool nearly = dm_str_in(dm_tok(doc, k)->norm, "almost nearly nigh");
    if (k + 1 >= doc->tokens.n || (!nearly && !dm_str_in(dm_tok(doc, k)->norm, "barely hardly scarcely")))
        return false;
    return dm_tok(doc, k + 1)->xpos == DM_X_CD || dm_str_in(dm_tok(doc, k + 1)->norm, "a an half") ||
           (nearly && dm_str_in(dm_tok(doc, k + 1)->norm, "every all any no the"));
}

/* "promised never to": a negation right before "to" belongs to the infinitive, wherever the tree has it. */
static bool before_to(const dm_doc *doc, uint32_t k, uint32_t t)
{
    return dm_str_in(dm_tok(doc, k)->norm, "not never") && k + 1 < doc->tokens.n && dm_token_is(doc, k + 1, "to") &&
           dm_tok(doc, k + 1)->deprel == DM_D_MARK && dm_tok(doc, k + 1)->head != t;
}

static bool negated_infinitive(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    if (dm_tok(doc, k)->deprel == DM_D_MARK && dm_token_is(doc, k, "to") && k && dm_tok(doc, k - 1)->head != t &&
        before_to(doc, k - 1, DM_NONE))
        return true;
    return false;
}

/* What stands before a subject or object: "no minister", "few ministers" (but "a few"), "not one minister". */
static uint32_t quantifier(const dm_status_tables *s, const dm_doc *doc, uint32_t noun)
{
    uint32_t v = dm_map_get(&s->adverbs, dm_tok(doc, noun)->norm, 't'), few = UINT32_MAX;
    bool article = false;
    DM_EACH_KID(doc, noun, q)
    {
        unsigned d = dm_tok(doc, q)->deprel;
        uint32_t is = dm_map_get(&s->adverbs, dm_tok(doc, q)->norm, 't');
        article = article || (d == DM_D_DET && dm_str_in(dm_tok(doc, q)->norm, "a the these those"));
        if (d == DM_D_AMOD && q < noun)
            few = is != UINT32_MAX ? is : few;
        else if ((d == DM_D_DET || d == DM_D_CC_PRECONJ) && v == UINT32_MAX)
            v = is;
        else if (d == DM_D_ADVMOD && dm_token_is(doc, q, "not") && !correlative_only(doc, q) && v == UINT32_MAX)
            v = dm_map_get(&s->adverbs, dm_tok(doc, q)->norm, 'v');
    }
    return v != UINT32_MAX || article ? v : few;
}

/* "at no point", "under no circumstances": a phrase that negates its verb; "signed neither in May nor in June". */
static uint32_t negating_phrase(const dm_status_tables *s, const dm_doc *doc, uint32_t noun)
{
    DM_EACH_KID(doc, noun, q)
    {
        if (dm_tok(doc, q)->deprel == DM_D_DET && dm_token_is(doc, q, "no"))
            return dm_map_get(&s->adverbs, dm_tok(doc, noun)->norm, 'l');
        if (dm_token_is(doc, q, "neither") &&
            (dm_tok(doc, q)->deprel == DM_D_CC_PRECONJ || dm_tok(doc, q)->deprel == DM_D_ADVMOD))
            return dm_map_get(&s->adverbs, dm_tok(doc, q)->norm, 'v');
    }
    return UINT32_MAX;
}

/* from: the dependent that the way came through; its determiner has been counted there. */
static void local_of(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t from, status *out, local *l)
{
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        uint32_t v = UINT32_MAX;
        if (d == DM_D_AUX) {
            l->perfect = l->perfect || dm_token_is(doc, k, "have");
            local_modal(s, doc, k, out, l);
            DM_EACH_KID(doc, k, q) /* "Never has it threatened" */
            if (dm_tok(doc, q)->deprel == DM_D_ADVMOD && (v = dm_map_get(&s->adverbs, dm_tok(doc, q)->norm, 'v')) != UINT32_MAX)
                take(out, l, s->adverb_table, v);
            v = UINT32_MAX;
        }
        if (d == DM_D_ADVMOD || d == DM_D_AUX || d == DM_D_DET || d == DM_D_CC_PRECONJ || d == DM_D_CC)
            v = d == DM_D_DET ? dm_map_get(&s->adverbs, dm_tok(doc, k)->norm, 't')
                              : dm_map_get(&s->adverbs, dm_tok(doc, k)->norm, 'v');
        else if (d == DM_D_AMOD)
            v = dm_map_get(&s->adverbs, dm_tok(doc, k)->norm, 'j');
        else if (k != from && (d == DM_D_NSUBJ || d == DM_D_OBJ || d == DM_D_NSUBJ_PASS))
            v = quantifier(s, doc, k);
        else if (d == DM_D_OBL)
            v = negating_phrase(s, doc, k);
        if (v != UINT32_MAX && !before_to(doc, k, t) && !(d == DM_D_ADVMOD && of_measure(doc, k)) &&
            !(dm_str_in(dm_tok(doc, k)->norm, "not n't") && correlative_only(doc, k)))
            take(out, l, s->adverb_table, v);
        if (dm_token_is(doc, k, "longer") && k && dm_token_is(doc, k - 1, "no"))
            l->effect ^= EFFECT_NEG;
    }
    if (negated_infinitive(doc, t))
        l->effect ^= EFFECT_NEG;
}

/* The longest line whose words stand in the text from token k on; *n: how many. */
static const mark_row *mark_at(const dm_status_tables *s, const dm_doc *doc, uint32_t k, uint32_t *n)
{
    char buf[BUF];
    size_t len = 0;
    const mark_row *best = NULL;
    for (uint32_t j = k; j < doc->tokens.n && j < k + MARK_WORDS; j++) {
        dm_str w = dm_tok(doc, j)->norm;
        if (len + w.len + 1 > sizeof buf)
            break;
        if (len)
            buf[len++] = ' ';
        memcpy(buf + len, w.p, w.len);
        len += w.len;
        uint32_t r = dm_map_get(&s->by_mark, (dm_str){ buf, len }, 0);
        if (r != UINT32_MAX) {
            best = &s->marks[r];
            *n = j - k + 1;
        }
    }
    return best;
}

/* "Had it refused", "were it to refuse", "should it refuse": no question, and no subordinator. */
static bool inverted_condition(const dm_doc *doc, uint32_t clause)
{
    unsigned d = dm_tok(doc, clause)->deprel;
    bool joined = d == DM_D_CCOMP || d == DM_D_PARATAXIS || (d == DM_D_CONJ && dm_kid(doc, clause, DM_D_CC) == DM_NONE);
    if ((d != DM_D_ADVCL && !joined) || dm_kid(doc, clause, DM_D_MARK) != DM_NONE)
        return false;
    DM_EACH_KID(doc, clause, k)
    {
        unsigned kd = dm_tok(doc, k)->deprel;
        if ((kd == DM_D_AUX || kd == DM_D_COP || kd == DM_D_AUX_PASS) && dm_str_in(dm_tok(doc, k)->norm, "had were should"))
            return inverted(doc, k);
    }
    return false;
}

/* "rather than condemn", "instead of asking": the words right before the clause, where the tree hangs them elsewhere. */
static const mark_row *mark_before(const dm_status_tables *s, const dm_doc *doc, uint32_t clause)
{
    uint32_t n = 0;
    const mark_row *m = clause >= 2 ? mark_at(s, doc, clause - 2, &n) : NULL;
    return m && n == 2 && (m->effect & EFFECT_NEG) ? m : NULL;
}

const mark_row *dm_mark_of(const dm_status_tables *s, const dm_doc *doc, uint32_t clause)
{
    DM_EACH_KID(doc, clause, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d != DM_D_MARK && d != DM_D_CASE && !(d == DM_D_ADVMOD && dm_tok(doc, k)->xpos == DM_X_WRB))
            continue;
        if (d == DM_D_CASE && dm_token_is(doc, k, "to"))
            continue; /* "an objection to the plan" */
        uint32_t n = 0;
        const mark_row *wide = k > 1 ? mark_at(s, doc, k - 2, &n) : NULL; /* "as soon as" */
        if (!wide || n < 3)
            wide = k ? mark_at(s, doc, k - 1, &n) : NULL; /* "even if" */
        if (wide && n >= 2 && !(wide->effect & EFFECT_NEG))
            return wide;
        const mark_row *m = mark_at(s, doc, k, &n);
        if (m)
            return m;
    }
    if (inverted_condition(doc, clause)) {
        uint32_t r = dm_map_get(&s->by_mark, DM_STR("if"), 0);
        return r == UINT32_MAX ? NULL : &s->marks[r];
    }
    unsigned d = dm_tok(doc, clause)->deprel;
    return d == DM_D_ADVCL ? mark_before(s, doc, clause) : NULL;
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
        if ((pos == 'n') != (dm_nominal(doc, g) != 0) || (pos == 'v' && !dm_verbal(doc, g)))
            continue;
        dm_str key = pos == 'a' ? dm_tok(doc, g)->norm : dm_tok(doc, g)->lemma;
        if (pos == 'v' && (dm_token_is(doc, g, "going") || (dm_token_is(doc, g, "used") && !dm_is_passive(doc, g))))
            key = dm_tok(doc, g)->norm; /* "was going to" is no "go", "used to" no "use" */
        for (uint32_t r = dm_map_get(&s->by_op, key, (uint32_t)pos); r != DM_NONE; r = s->ops[r].next)
            if ((s->ops[r].comp & comp) && words_follow(doc, g, s->ops[r].words) &&
                (!best || s->ops[r].words.len > best->words.len))
                best = &s->ops[r];
        if (best)
            return best;
    }
    return best;
}

/* "a claim that it attacked them": the clause says what the noun holds, also where the tree takes "that" for a relative. */
bool dm_content_clause(const dm_doc *doc, uint32_t cur)
{
    uint32_t that = DM_NONE;
    unsigned objects = 0;
    bool subject = false, relative = dm_tok(doc, cur)->deprel == DM_D_ACL_RELCL;
    if (!relative && dm_tok(doc, cur)->deprel != DM_D_ACL)
        return false;
    DM_EACH_KID(doc, cur, k)
    {
        unsigned d = dm_deprel_base((dm_deprel)dm_tok(doc, k)->deprel);
        if (dm_token_is(doc, k, "that") && (d == DM_D_MARK || (relative && d == DM_D_OBJ)))
            that = k;
        else if (d == DM_D_NSUBJ)
            subject = true;
        else if (d == DM_D_OBJ || d == DM_D_CCOMP || d == DM_D_XCOMP)
            objects++;
    }
    return that != DM_NONE && (!relative || (subject && objects));
}

uint8_t dm_comp_of(const dm_doc *doc, uint32_t cur)
{
    bool to = dm_marked_to(doc, cur) && (dm_tok(doc, cur)->xpos != DM_X_VBG || dm_kid(doc, cur, DM_D_AUX) != DM_NONE);
    if (!to && dm_verbal(doc, cur) && dm_tok(doc, cur)->xpos == DM_X_VBG && dm_tok(doc, cur)->deprel != DM_D_CCOMP)
        return COMP_ING;
    if (to)
        return dm_kid(doc, dm_tok(doc, cur)->head, DM_D_OBJ) != DM_NONE ? COMP_INF | COMP_OBJ_INF : COMP_INF;
    if (dm_tok(doc, cur)->deprel == DM_D_CCOMP || dm_content_clause(doc, cur))
        return COMP_THAT;
    if (dm_nominal(doc, cur))
        return COMP_NP;
    if ((dm_tok(doc, cur)->deprel == DM_D_ADVCL || dm_tok(doc, cur)->deprel == DM_D_ACL) && dm_tok(doc, cur)->xpos == DM_X_VBN)
        return 0; /* "threatened by X, it moved", "a motion tabled by X": beside the clause or noun, not its complement */
    return dm_verbal(doc, cur) ? COMP_INF : COMP_NP;
}

/* Somebody's words stand above the clause or, unless only what stands above counts, beside it: then "would" is the future of what was said. */
static bool reported(const dm_status_tables *s, const dm_doc *doc, uint32_t clause, bool above)
{
    uint32_t cur = clause;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t g = dm_tok(doc, cur)->head;
        DM_EACH_KID(doc, cur, k)
        if (dm_tok(doc, k)->deprel == DM_D_PARATAXIS && dm_is_speech(s, doc, k))
            return !above;
        if (g == DM_NONE)
            return false;
        unsigned d = dm_tok(doc, cur)->deprel;
        if ((d == DM_D_CCOMP || d == DM_D_ACL || d == DM_D_PARATAXIS) && dm_is_speech(s, doc, g)) {
            if (above && (dm_tok(doc, g)->xpos != DM_X_VBD || g > clause))
                return false;                                 /* "analysts say that it would, if"; "it would, if, he said" */
            const op_row *op = find_op(s, doc, g, COMP_THAT); /* what is hoped or feared is no announcement */
            return !op || !(op->effect & EFFECT_HYP);
        }
        if (d != DM_D_CONJ && d != DM_D_XCOMP)
            return false;
        cur = g;
    }
    return false;
}

/* The subordinator of a clause, also where it is a participle that holds the clause: "provided that it agrees". */
static const mark_row *clause_mark(const dm_status_tables *s, const dm_doc *doc, uint32_t clause)
{
    const mark_row *m = dm_mark_of(s, doc, clause);
    if (m || dm_kid(doc, clause, DM_D_CCOMP) == DM_NONE)
        return m;
    uint32_t r = dm_map_get(&s->by_mark, dm_tok(doc, clause)->norm, 0);
    return r == UINT32_MAX ? NULL : &s->marks[r];
}

/* The subordinator of a condition that the clause depends on, or NULL. */
static const mark_row *condition_of(const dm_status_tables *s, const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        const mark_row *m = d == DM_D_ADVCL                               ? clause_mark(s, doc, k)
                            : d == DM_D_OBL || inverted_condition(doc, k) ? dm_mark_of(s, doc, k)
                                                                          : NULL;
        if (m && m->reason == DM_CONDITION && (m->effect & EFFECT_HYP))
            return m;
        if (m && m->reason == DM_CONDITION && d == DM_D_ADVCL)
            return m;
    }
    return NULL;
}

static bool is_question(const dm_doc *doc, uint32_t t)
{
    const dm_sent *st = &doc->sents.v[dm_tok(doc, t)->sent];
    return st->n &&
           (dm_token_is(doc, st->first + st->n - 1, "?") || (st->n > 1 && dm_token_is(doc, st->first + st->n - 2, "?")));
}

/* "Had it refused, ...", "Were it to refuse, ...": the comma that ends a condition which opens the sentence by its verb, or DM_NONE.
 * By the words alone: trees of such clauses are often wrong. */
static uint32_t fronted_condition(const dm_doc *doc, uint32_t t)
{
    const dm_sent *st = &doc->sents.v[dm_tok(doc, t)->sent];
    uint32_t k = st->first + st->dateline, end = st->first + st->n;
    while (k < end && dm_str_in(dm_tok(doc, k)->norm, "\" ' \xe2\x80\x9c \xe2\x80\x98 but and yet"))
        k++;
    if (k >= end || !dm_str_in(dm_tok(doc, k)->norm, "had were should") || is_question(doc, t))
        return DM_NONE;
    bool verb = false;
    for (k++; k < end; k++) {
        verb = verb || dm_verbal(doc, k);
        if (verb && dm_token_is(doc, k, ","))
            return k;
    }
    return DM_NONE;
}

/* "is to travel", "were to sign". */
static bool is_to(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if ((d == DM_D_AUX || d == DM_D_COP) && dm_str_in(dm_tok(doc, k)->norm, "is are was were am 's 're") && k < t)
            return !dm_token_is(doc, t, "blame");
    }
    return false;
}

/* "has still to ratify", "those yet to condemn it" */
static bool still_to(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    if (dm_tok(doc, k)->deprel == DM_D_ADVMOD && dm_str_in(dm_tok(doc, k)->norm, "still yet") && k < t)
        return true;
    return false;
}

/* Effects of one word on the way, with "would" resolved. */
static uint16_t effects_at(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t from, status *out)
{
    local l = { .can = UINT32_MAX };
    local_of(s, doc, t, from, out, &l);
    const mark_row *condition = condition_of(s, doc, t);
    uint32_t comma = condition ? DM_NONE : fronted_condition(doc, t);
    bool under = condition || (comma != DM_NONE && comma < t);
    bool flat = (l.effect & EFFECT_NEG) && !under && !l.perfect;
    if (l.would)
        l.effect |= (reported(s, doc, t, under) ? EFFECT_FUTURE : flat ? 0 : EFFECT_HYP) | (flat ? EFFECT_WILL_NOT : 0);
    if (l.can != UINT32_MAX) {
        why(out, s->modal_table, l.can >> 16);
        l.effect |= flat ? 0 : EFFECT_HYP; /* "could not persuade them": it did not happen */
    }
    if (condition && (l.effect & (EFFECT_FUTURE | EFFECT_HYP))) {
        l.effect |= EFFECT_HYP;
        why(out, s->mark_table, condition->row);
    }
    bool clause = dm_tok(doc, t)->head == DM_NONE || dm_headline_subject(doc, t) != DM_NONE;
    if (dm_marked_to(doc, t) && (is_to(doc, t) || (clause && dm_surface_subject(doc, t) != DM_NONE)))
        l.effect ^= l.perfect || still_to(doc, t)
                        ? EFFECT_NEG
                        : EFFECT_FUTURE; /* headline: "Japan to skip talks"; "was to have met": it did not */
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
    if (!dm_nominal(doc, g))
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
    bool through_noun = out->top == cur && dm_nominal(doc, cur) && dm_tok(doc, cur)->deprel == DM_D_OBJ;
    const op_row *op = find_op(s, doc, g, through_noun ? COMP_NP_OF : dm_comp_of(doc, cur));
    if (!op && through_noun)
        op = find_op(s, doc, g, dm_comp_of(doc, cur));
    if (!op)
        return false;
    if (op->pos == 'v' && (op->comp & COMP_INF) && op->effect == EFFECT_HYP && !dm_is_passive(doc, g) &&
        dm_str_in(op->words, "say believe think understand report hold feel hear calculate estimate reckon"))
        return false; /* hearsay is "is said to have" */
    if (out->n_why && out->top == cur && has_word(op->words, dm_tok(doc, cur)->norm)) {
        out->top = g; /* "stopped short of": counted at "short" */
        return true;
    }
    why(out, s->op_table, op->row);
    if ((op->effect & EFFECT_ABSORB) && out->absorber == DM_NONE)
        out->absorber = g;
    if ((op->effect & EFFECT_REJECT) && out->rejecter == DM_NONE)
        out->rejecter = g;
    uint16_t at = effects_at(s, doc, g, cur, out), effect = op->effect;
    if ((at & EFFECT_NEG) && !(op->comp & COMP_THAT & dm_comp_of(doc, cur)) && !(effect & (EFFECT_NEG | EFFECT_ABSORB)))
        effect &= (uint16_t)~EFFECT_HYP; /* "did not try to", "was not allowed to": it did not happen */
    if ((at & EFFECT_NEG) && ((effect & EFFECT_DOUBT) || ((effect & EFFECT_NEG) && (effect & EFFECT_HYP)))) {
        effect &= (uint16_t) ~(EFFECT_HYP | EFFECT_NEG); /* "no doubt that", "could not prevent" */
        at &= (uint16_t)~EFFECT_NEG;
    }
    apply(out, effect);
    apply(out, at);
    out->top = g;
    return true;
}

static bool step_speech(const dm_status_tables *s, const dm_doc *doc, uint32_t g, status *out)
{
    unsigned kind = dm_is_speech(s, doc, g);
    if (!kind)
        return false;
    local l = { .can = UINT32_MAX };
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
    if (m != DM_NONE && dm_token_is(doc, m, "as") && dm_tok(doc, clause)->xpos == DM_X_VB)
        return false; /* "went so far as to" */
    if (m != DM_NONE && !dm_str_in(dm_tok(doc, m)->norm, "to of from for on at about into against with in by that"))
        return true;
    return dm_kid(doc, clause, DM_D_NSUBJ) != DM_NONE && m == DM_NONE;
}

static bool present_tense(const dm_doc *doc, uint32_t t)
{
    unsigned x = dm_tok(doc, t)->xpos;
    if (x == DM_X_VBZ || x == DM_X_VBP)
        return true;
    DM_EACH_KID(doc, t, k) if (dm_tok(doc, k)->xpos == DM_X_VBZ || dm_tok(doc, k)->xpos == DM_X_VBP) return true;
    return false;
}

/* "will not lift them until Tokyo apologises", "would sign after the vote passes": not yet so when it was said. */
static uint16_t awaited(const dm_status_tables *s, const dm_doc *doc, const mark_row *m, uint32_t clause, uint32_t main)
{
    bool until = dm_str_in(m->word, "until till"), when = dm_str_in(m->word, "before when after once whenever") ||
                                                          dm_str_is(m->word, "as soon as") || dm_str_is(m->word, "by the time");
    if (!until && !when)
        return 0;
    status scratch = { .n_why = STATUS_WHY };
    uint16_t e = effects_at(s, doc, main, clause, &scratch);
    if (when && present_tense(doc, clause) && !dm_str_in(m->word, "when before after")) /* "once it is ratified" */
        return EFFECT_FUTURE;
    if (!(e & (EFFECT_FUTURE | EFFECT_HYP | EFFECT_WILL_NOT)))
        return 0;
    return until ? EFFECT_HYP : present_tense(doc, clause) ? EFFECT_FUTURE : 0;
}

/* "denied the charge, saying that ...", "appealed to it, warning that ...": a participle behind a comma is no complement. */
static bool beside_comma(const dm_doc *doc, uint32_t clause)
{
    return clause && bare_participle(doc, clause) && dm_tok(doc, clause)->xpos == DM_X_VBG && dm_token_is(doc, clause - 1, ",");
}

/* "admitted to having taken them": what was admitted, not what for. */
static bool to_having(const dm_doc *doc, uint32_t clause)
{
    uint32_t aux = dm_kid(doc, clause, DM_D_AUX);
    return dm_marked_to(doc, clause) &&
           ((aux != DM_NONE && dm_token_is(doc, aux, "having")) || dm_tok(doc, clause)->xpos == DM_X_VBG);
}

/* "It will not join, a minister said, dismissing the offer": what the speaker does while speaking. */
static bool behind_speech(const dm_doc *doc, uint32_t clause, uint32_t main)
{
    if (!beside_comma(doc, clause))
        return false;
    DM_EACH_KID(doc, main, k)
    if (k > main && k < clause && dm_tok(doc, k)->deprel == DM_D_PARATAXIS)
        return true;
    return false;
}

/* Adverbial clause: its subordinator decides; a bare participle goes with its main clause, but not with its negation. */
static bool step_advcl(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, status *out)
{
    bool fronted = bare_participle(doc, cur) && cur < g; /* "Visiting Lima, the minister promised ...": no complement */
    if (!fronted && !finite_adjunct(doc, cur) && !beside_comma(doc, cur) && step_operator(s, doc, cur, g, out))
        return true;
    if (to_having(doc, cur))
        return false;
    const mark_row *m = clause_mark(s, doc, cur);
    if (m) {
        apply(out, m->effect);
        if (m->effect)
            why(out, s->mark_table, m->row);
        else
            apply(out, awaited(s, doc, m, cur, g));
        if (m->reason == DM_PURPOSE && (m->effect & EFFECT_HYP)) {
            out->purpose = 1;
            out->purpose_of = g;
        }
        return false;
    }
    if (!bare_participle(doc, cur) || behind_speech(doc, cur, g))
        return false;
    status scratch = { .n_why = STATUS_WHY };
    if (beside_comma(doc, cur) && (effects_at(s, doc, g, cur, &scratch) & EFFECT_NEG))
        return false; /* "will not attend, blaming its neighbour": what is done instead is done */
    apply(out, effects_at(s, doc, g, cur, out) & (uint16_t)~EFFECT_NEG);
    return true;
}

/* "It suggested that X did it; Y summoned the envoy": a clause of its own behind a semicolon is under nothing said before. */
static bool own_clause(const dm_doc *doc, uint32_t cur, uint32_t g)
{
    uint32_t s = dm_kid(doc, cur, DM_D_NSUBJ);
    if (s == DM_NONE || s < g || s > cur || dm_kid(doc, cur, DM_D_MARK) != DM_NONE)
        return false;
    for (unsigned i = 0; i < 8 && s > g; i++, s--)
        if (dm_token_is(doc, s, ";"))
            return true;
    return false;
}

static bool step_conj(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, status *out)
{
    if (has_own_aux(doc, cur) && !dm_marked_to(doc, g))
        return dm_tok(doc, g)->deprel == DM_D_CCOMP || dm_tok(doc, g)->deprel == DM_D_XCOMP;
    uint16_t e = effects_at(s, doc, g, cur, out);
    bool shared =
        joined_by(doc, cur, "or") || (dm_nominal(doc, cur) && !joined_by(doc, cur, "nor")); /* "nor" negates by itself */
    apply(out, shared ? e : e & (uint16_t)~EFFECT_NEG);
    return true;
}

/* "in the event of an attack", "on condition that it apologises", "provided that it does": the words that hold the clause say it. */
static bool step_mark(const dm_status_tables *s, const dm_doc *doc, uint32_t g, status *out)
{
    bool provided = dm_str_in(dm_tok(doc, g)->norm, "provided providing assuming supposing granted") &&
                    dm_kid(doc, g, DM_D_NSUBJ) == DM_NONE;
    const mark_row *m = dm_nominal(doc, g)                                 ? dm_mark_of(s, doc, g)
                        : provided || dm_tok(doc, g)->deprel == DM_D_ADVCL ? clause_mark(s, doc, g)
                                                                           : NULL;
    if (!m || !m->effect || (dm_nominal(doc, g) && !memchr(m->word.p, ' ', m->word.len)))
        return false;
    apply(out, m->effect);
    why(out, s->mark_table, m->row);
    return true;
}

/* "got its ban lifted", "wants them freed": the participle is what the verb above is about. */
static bool step_result(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, status *out)
{
    uint32_t v = dm_tok(doc, g)->head;
    return dm_tok(doc, cur)->xpos == DM_X_VBN && v != DM_NONE && dm_tok(doc, g)->deprel == DM_D_OBJ &&
           dm_str_in(dm_tok(doc, v)->lemma, "get have want need see like prefer order") && step_operator(s, doc, cur, v, out);
}

/* "reports that it had attacked were false": what is said of the noun that holds the clause. */
static bool step_verdict(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, status *out)
{
    const op_row *op = out->n_why && dm_nominal(doc, cur) && cur != out->top ? NULL : find_op(s, doc, g, COMP_THAT);
    if (!op || !(op->effect & EFFECT_NEG) || op->pos != 'a')
        return false;
    apply(out, op->effect);
    why(out, s->op_table, op->row);
    return true;
}

/* "a summit is unlikely", "talks never took place": a predicate that says whether the event, its subject, is real. */
static bool step_subject(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, status *out)
{
    if (!dm_nominal(doc, cur) || cur > g)
        return false;
    const op_row *op = find_op(s, doc, g, COMP_SUBJ);
    uint32_t inf = op ? DM_NONE : dm_kid(doc, g, DM_D_XCOMP);
    if (inf != DM_NONE && find_op(s, doc, inf, COMP_SUBJ))
        op = find_op(s, doc, g, COMP_INF); /* "failed to take place" */
    if (!op)
        return false;
    apply(out, op->effect);
    apply(out, effects_at(s, doc, g, cur, out));
    why(out, s->op_table, op->row);
    return false;
}

/* "In talks with X, Y proposed ...", "promised it in a telephone call": a phrase before the verb, or one of place beside what the verb
 * is about, is a circumstance, not what was proposed. */
static bool circumstance(const dm_doc *doc, uint32_t cur, uint32_t g)
{
    if (dm_tok(doc, cur)->deprel != DM_D_OBL || dm_tok(doc, g)->upos != DM_U_VERB)
        return false;
    uint32_t c = dm_kid(doc, cur, DM_D_CASE);
    bool about = dm_kid(doc, g, DM_D_OBJ) != DM_NONE || dm_kid(doc, g, DM_D_CCOMP) != DM_NONE ||
                 dm_kid(doc, g, DM_D_XCOMP) != DM_NONE || dm_kid(doc, g, DM_D_NSUBJ_PASS) != DM_NONE;
    return cur < g || (about && c != DM_NONE && dm_str_in(dm_tok(doc, c)->norm, "in at during via amid through"));
}

static bool step(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g, uint32_t support, status *out)
{
    if (g == support) {
        apply(out, effects_at(s, doc, g, cur, out));
        return true;
    }
    if (own_clause(doc, cur, g))
        return true;
    switch (dm_deprel_base((dm_deprel)dm_tok(doc, cur)->deprel)) {
    case DM_D_PARATAXIS:
    case DM_D_CONJ:
        if (inverted_condition(doc, cur))
            apply(out, EFFECT_HYP);
        else if (dm_tok(doc, cur)->deprel == DM_D_CONJ)
            return step_conj(s, doc, cur, g, out);
        return false;
    case DM_D_ADVCL: return dm_tok(doc, cur)->deprel == DM_D_ADVCL && step_advcl(s, doc, cur, g, out);
    case DM_D_ACL:
        if (dm_tok(doc, cur)->xpos == DM_X_VBN && bare_participle(doc, cur) && !has_own_aux(doc, cur) && dm_nominal(doc, g))
            return step_result(s, doc, cur, g, out); /* "the accord signed by": told of the noun, not what it is about */
        if ((dm_tok(doc, cur)->deprel != DM_D_ACL && !dm_content_clause(doc, cur)) || step_mark(s, doc, g, out))
            return false;
        return step_operator(s, doc, cur, g, out) || step_speech(s, doc, g, out);
    case DM_D_CCOMP:
    case DM_D_XCOMP:
    case DM_D_CSUBJ: {
        const mark_row *m = dm_mark_of(s, doc, cur);
        if (m && dm_str_in(m->word, "if whether")) {
            apply(out, EFFECT_HYP); /* "it remains to be seen whether": nothing above says more */
            return false;
        }
        if (inverted_condition(doc, cur)) {
            apply(out, EFFECT_HYP);
            return false;
        }
        if (step_mark(s, doc, g, out))
            return false;
        return step_operator(s, doc, cur, g, out) || step_speech(s, doc, g, out);
    }
    case DM_D_OBJ:
    case DM_D_OBL:
    case DM_D_NMOD:
    case DM_D_NSUBJ:
    case DM_D_IOBJ: {
        if (dm_tok(doc, cur)->deprel == DM_D_NSUBJ)
            return step_verdict(s, doc, cur, g, out) || step_subject(s, doc, cur, g, out);
        if (dm_tok(doc, cur)->deprel == DM_D_NMOD && step_mark(s, doc, g, out))
            return false;
        const mark_row *m = dm_mark_of(s, doc, cur);
        if (m && m->effect) {
            apply(out, m->effect);
            why(out, s->mark_table, m->row);
        }
        if (circumstance(doc, cur, g))
            return false;
        return step_attitude(s, doc, g, out) || step_operator(s, doc, cur, g, out);
    }
    default: return false;
    }
}

/* "said that they had to go": the "have to" of what was said. */
static bool reported_past(const dm_doc *doc, uint32_t have)
{
    uint32_t g = dm_tok(doc, have)->head;
    return dm_tok(doc, have)->deprel == DM_D_CCOMP && g != DM_NONE && dm_tok(doc, g)->xpos == DM_X_VBD;
}

bool dm_has_to(const dm_doc *doc, uint32_t t)
{
    uint32_t g = dm_tok(doc, t)->head;
    return g != DM_NONE && dm_tok(doc, t)->deprel == DM_D_XCOMP && dm_str_in(dm_tok(doc, g)->lemma, "have need") &&
           dm_marked_to(doc, t) && dm_kid(doc, g, DM_D_OBJ) == DM_NONE && dm_kid(doc, g, DM_D_ADVMOD) == DM_NONE &&
           (!dm_str_in(dm_tok(doc, g)->norm, "had needed having") || reported_past(doc, g));
}

/* "has no intention of leaving", "was in no mood to talk": as much as "will not". */
static bool no_will(const dm_doc *doc, uint32_t t)
{
    uint32_t g = dm_tok(doc, t)->head, no = g == DM_NONE ? DM_NONE : dm_kid(doc, g, DM_D_DET);
    return no != DM_NONE && dm_tok(doc, t)->deprel == DM_D_ACL && dm_token_is(doc, no, "no") &&
           dm_str_in(dm_tok(doc, g)->lemma, "intention mood desire wish");
}

static bool going_to(const dm_doc *doc, uint32_t t)
{
    uint32_t g = dm_tok(doc, t)->head;
    return g != DM_NONE && dm_tok(doc, t)->deprel == DM_D_XCOMP && dm_token_is(doc, g, "going") && dm_marked_to(doc, t);
}

void dm_status_of(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t support, status *out)
{
    *out = (status){ .absorber = DM_NONE, .rejecter = DM_NONE, .top = t };
    uint16_t own = effects_at(s, doc, t, DM_NONE, out);
    out->request = (own & EFFECT_REQUEST) || dm_has_to(doc, t);
    out->will_not = (own & EFFECT_NEG) && (own & (EFFECT_FUTURE | EFFECT_WILL_NOT)) ? 1 : no_will(doc, t) ? 2 : 0;
    uint32_t head = dm_tok(doc, t)->head;
    if (!out->will_not && head != DM_NONE && dm_tok(doc, t)->deprel == DM_D_CONJ && !has_own_aux(doc, t) &&
        (joined_by(doc, t, "nor") || joined_by(doc, t, "or"))) {
        status scratch = { .n_why = STATUS_WHY };
        uint16_t e = effects_at(s, doc, head, t, &scratch); /* "would neither apologise nor withdraw" */
        out->will_not = (e & EFFECT_NEG) && (e & (EFFECT_FUTURE | EFFECT_WILL_NOT));
    }
    apply(out, own);
    if (support != DM_NONE && support > t && dm_tok(doc, support)->head == t)
        apply(out, effects_at(s, doc, support, t, out)); /* "sanctions that were never imposed" */
    uint32_t cur = t;
    for (unsigned depth = 0; depth < PATH_MAX; depth++) {
        uint32_t g = dm_tok(doc, cur)->head;
        const mark_row *top = g == DM_NONE && dm_verbal(doc, cur) ? dm_mark_of(s, doc, cur) : NULL;
        if (top && top->reason == DM_CONDITION)
            apply(out, EFFECT_HYP); /* "If only it had asked." */
        if (g == DM_NONE || dm_headline_subject(doc, cur) != DM_NONE || !step(s, doc, cur, g, support, out))
            break;
        cur = g;
    }
    if (no_will(doc, t))
        out->aux |= DM_NEGATION;
    if (going_to(doc, t) && (out->aux & DM_NEGATION))
        out->will_not = true; /* "is not going to recognise it" */
    uint32_t comma = fronted_condition(doc, t);
    if (is_question(doc, t) || (comma != DM_NONE && (t < comma || (out->aux & DM_FUTURE))))
        out->aux |= DM_HYPOTHETICAL;
}

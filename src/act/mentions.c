// SPDX-License-Identifier: Apache-2.0
/* Hits of the instrument tables become mentions: where the words are a noun phrase (or a verb that is an instrument by itself), by their
 * head in the tree. Of several lines for the same words the named one wins, then the one in being at the article's date. */
#include "act/work.h"

/* A verb of the phrase ("motion to take no action") is its head only when no noun is: trees often hang it elsewhere. */
static uint32_t head_of(const iw *w, uint32_t first, uint32_t n)
{
    uint32_t verb = first + n - 1;
    for (uint32_t t = first + n; t-- > first;) {
        uint32_t h = dm_ict(w, t)->head;
        if (dm_ict(w, t)->upos == DM_U_PUNCT || (h != DM_NONE && h >= first && h < first + n))
            continue;
        if (!dm_act_verbal(w, t))
            return t;
        verb = t;
    }
    return verb;
}

/* A common noun must be a noun here: "talks" is also a verb, "act" and "bill" too. */
static bool nominal(const iw *w, uint32_t head)
{
    const dm_token *t = dm_ict(w, head);
    return !w->doc->sents.v[t->sent].parsed || t->upos == DM_U_NOUN || t->upos == DM_U_PROPN;
}

/* "Bill" of Bill Clinton, "Convention" of a party's name; but "the Sandhurst Declaration" is what its last word says. */
static bool in_a_name(const iw *w, uint32_t head)
{
    uint32_t m = dm_ict(w, head)->mention;
    if (dm_str_in(dm_ict(w, head)->norm,
            "declaration declarations accord accords agreement agreements treaty treaties pact protocol "
            "protocols memorandum communique communiqué resolution covenant statement"))
        return false;
    return m != DM_NONE && m < w->doc->mentions.n && w->doc->mentions.v[m].form == DM_FORM_NAME;
}

/* The noun only modifies another ("sanctions relief", "treaty obligations", "resolution text"): what is spoken of is the other thing.
 * Modifiers of words that are themselves about the instrument stay. */
static bool only_modifies(const iw *w, uint32_t head)
{
    const dm_token *t = dm_ict(w, head);
    return t->deprel == DM_D_COMPOUND && t->head != DM_NONE && dm_ict(w, t->head)->upos == DM_U_PROPN && t->upos == DM_U_NOUN;
}

static bool since(const iw *w, dm_str from)
{
    dm_interval day;
    if (!from.len || w->doc->meta.date.precision == DM_PREC_UNKNOWN || w->doc->meta.date.to == DM_DAY_NONE)
        return true;
    return dm_day_parse(&day, from, NULL) != DM_OK || day.from <= w->doc->meta.date.to;
}

static void read_determiners(const iw *w, inst *i)
{
    DM_EACH_KID(w->doc, i->head, k)
    {
        dm_str n = dm_ict(w, k)->norm;
        unsigned d = dm_ict(w, k)->deprel;
        if (dm_str_in(n, "the this that these those both its their his her our"))
            i->definite = true;
        if (dm_str_in(n, "such similar same other previous earlier past successive subsequent") &&
            (d == DM_D_AMOD || d == DM_D_DET || d == DM_D_DET_PREDET))
            i->such = true;
    }
    const dm_token *t = dm_ict(w, i->head);
    i->plural = (t->feats & DM_F_PLUR) || t->xpos == DM_X_NNS || t->xpos == DM_X_NNPS;
}

static dm_str first_name(dm_str names)
{
    dm_str piece = DM_NIL;
    (void)dm_str_split(&names, '|', &piece);
    return piece;
}

static inst *add(iw *w, uint32_t first, uint32_t n, uint32_t head, uint32_t row)
{
    inst *i = DM_PUSH(&w->doc->arena, &w->v);
    if (!i)
        return NULL;
    *i = (inst){
        .first = first, .n = n, .head = head, .sent = dm_ict(w, head)->sent, .chain = DM_NONE, .gap = DM_NONE, .row = row
    };
    read_determiners(w, i);
    return i;
}

static void copy(char *out, size_t size, dm_str s)
{
    size_t n = s.len < size ? s.len : size - 1;
    if (n)
        memcpy(out, s.p, n);
    out[n] = 0;
}

static bool add_named(iw *w, const dm_hit *h)
{
    const dm_act *a = w->a;
    inst *i = add(w, h->first, h->n, head_of(w, h->first, h->n), h->row);
    if (!i)
        return false;
    i->named = true;
    i->own = true;
    i->type = dm_table_cell(a->named, h->row, a->cm.type);
    i->name = first_name(dm_table_cell(a->named, h->row, a->cm.names));
    copy(i->body, sizeof i->body, dm_table_cell(a->named, h->row, a->cm.body));
    copy(i->subject, sizeof i->subject, dm_table_cell(a->named, h->row, a->cm.subject));
    copy(i->sponsor, sizeof i->sponsor, dm_table_cell(a->named, h->row, a->cm.sponsor));
    i->own_subject = i->subject[0] != 0;
    i->body_why = i->body[0] ? "name" : NULL;
    i->subject_why = i->subject[0] ? "name" : NULL;
    i->sponsor_why = i->sponsor[0] ? "name" : NULL;
    return true;
}

/* `a "no-confidence" vote`: the quotation marks part the phrase that the table knows. */
static void quoted_no_action(const iw *w, inst *i)
{
    enum { WORDS = 6 };
    uint32_t low = w->doc->sents.v[i->sent].first, t = i->first;
    if (!dm_token_is(w->doc, i->head, "motion") && !dm_token_is(w->doc, i->head, "motions"))
        return;
    for (unsigned step = 0; t > low && step < WORDS; step++) {
        t--;
        if (dm_token_is(w->doc, t, "no") && dm_token_is(w->doc, t + 2, "action")) {
            i->n += i->first - t;
            i->first = t;
            i->own = true;
            return;
        }
        if (!(dm_ict(w, t)->flags & DM_T_PUNCT) && !dm_token_is(w->doc, t, "action"))
            return;
    }
}

static bool add_noun(iw *w, const dm_hit *h)
{
    const dm_act *a = w->a;
    uint32_t head = head_of(w, h->first, h->n);
    dm_str note = dm_table_cell(a->nouns, h->row, a->cn.note);
    bool death = dm_str_in(dm_ict(w, head)->norm, "penalty penalties") && head > 0 &&
                 dm_str_in(dm_ict(w, head - 1)->norm, "death prison jail maximum minimum capital tax");
    if (!nominal(w, head) || only_modifies(w, head) || in_a_name(w, head) || death)
        return true;
    inst *i = add(w, h->first, h->n, head, h->row);
    if (!i)
        return false;
    i->type = dm_table_cell(a->nouns, h->row, a->cn.type);
    dm_str piece;
    while (dm_str_split(&note, ' ', &piece)) {
        i->weak = i->weak || dm_str_is(piece, "weak");
        i->own = i->own || dm_str_is(piece, "own");
    }
    quoted_no_action(w, i);
    return true;
}

/* Inflected verbs ("boycotted") are no hits of the nouns. */
static bool add_verb(iw *w, uint32_t t, uint32_t row)
{
    inst *i = add(w, t, 1, t, row);
    if (!i)
        return false;
    i->type = dm_table_cell(w->a->nouns, row, w->a->cn.type);
    i->verb = true;
    i->plural = i->definite = i->such = false;
    return true;
}

static bool is_inst_hit(const iw *w, const dm_hit *h)
{
    if (h->table == w->a->i_nouns)
        return true;
    return h->table == w->a->i_named && since(w, dm_table_cell(w->a->named, h->row, w->a->cm.from));
}

/* Of the hits on the same words, the best; *next is the first hit after them. */
static const dm_hit *best_at(const iw *w, uint32_t h, uint32_t *next)
{
    const dm_hit *v = w->doc->hits.v, *best = NULL;
    uint32_t first = v[h].first, k = h;
    for (; k < w->doc->hits.n && v[k].first == first; k++)
        if (is_inst_hit(w, &v[k]) && (!best || (v[k].table == w->a->i_named && best->table == w->a->i_nouns)))
            best = &v[k];
    *next = k;
    return best;
}

/* Verbs whose object a pronoun can name only when an instrument was spoken of, by the types of instrument; near: the verb has other senses,
 * so that the instrument must be of the same sentence or the one before. */
static const struct pronoun_verbs {
    const char *verbs, *types;
    bool near;
} pronoun_verbs[] = {
    { "sign initial ratify abrogate renegotiate countersign conclude accede adhere subscribe party signatory",
        "treaty law declaration", false },
    { "violate breach flout tear scrap repudiate broker turn spurn shun", "treaty", true },
    { "veto adopt pass table cosponsor co-sponsor draft carry defeat redraft", "resolution motion law declaration", false },
    { "introduce sponsor approve back support endorse oppose reject amend circulate block submit",
        "resolution motion law declaration treaty", true },
    { "impose reimpose lift ease relax tighten renew waive", "sanction", false },
    { "suspend extend keep maintain remove drop widen scrap end", "sanction", true },
};

/* Whether a pronoun stands where such a verb has its object. */
static bool object_of(const iw *w, uint32_t t, dm_str verb)
{
    unsigned d = dm_ict(w, t)->deprel;
    if (d == DM_D_OBJ || d == DM_D_NSUBJ_PASS)
        return true;
    if (d == DM_D_NSUBJ)
        return dm_str_is(verb, "pass") && dm_kid(w->doc, dm_ict(w, t)->head, DM_D_OBJ) == DM_NONE;
    return (d == DM_D_OBL || d == DM_D_NMOD) && dm_str_is(dm_act_case(w, t), "to") &&
           dm_str_in(verb, "accede adhere subscribe party signatory");
}

static bool add_pronoun(iw *w, uint32_t t)
{
    const dm_token *k = dm_ict(w, t);
    if (k->head == DM_NONE || !dm_str_in(k->norm, "it they them one ones those these none both"))
        return true;
    dm_str verb = dm_ict(w, k->head)->lemma;
    if (!object_of(w, t, verb))
        return true;
    for (unsigned v = 0; v < sizeof pronoun_verbs / sizeof *pronoun_verbs; v++)
        if (dm_str_in(verb, pronoun_verbs[v].verbs)) {
            inst *i = add(w, t, 1, t, DM_NONE);
            if (!i)
                return false;
            i->pronoun = pronoun_verbs[v].types;
            i->near = pronoun_verbs[v].near;
            i->definite = !dm_str_in(k->norm, "one ones those");
            i->such = !i->definite;
            return true;
        }
    return true;
}

static bool verbs_until(iw *w, uint32_t *t, uint32_t end)
{
    for (; *t < end; (*t)++) {
        if (!w->doc->sents.v[dm_ict(w, *t)->sent].parsed)
            continue;
        if (!dm_act_verbal(w, *t)) {
            if (!add_pronoun(w, *t))
                return false;
            continue;
        }
        uint32_t row = dm_map_get(&w->a->verb, dm_ict(w, *t)->lemma, 0);
        if (row != UINT32_MAX && !add_verb(w, *t, row))
            return false;
    }
    return true;
}

dm_status dm_act_mentions(iw *w)
{
    uint32_t t = 0, next = 0;
    bool ok = true;
    for (uint32_t h = 0; h < w->doc->hits.n && ok; h = next) {
        const dm_hit *best = best_at(w, h, &next);
        if (!best)
            continue;
        ok = verbs_until(w, &t, best->first);
        bool verb = ok && best->n == 1 && dm_act_verbal(w, best->first);
        if (ok && !verb) {
            ok = best->table == w->a->i_named ? add_named(w, best) : add_noun(w, best);
            t = t < best->first + best->n ? best->first + best->n : t;
        }
    }
    ok = ok && verbs_until(w, &t, w->doc->tokens.n);
    return ok ? DM_OK : dm_fail(w->err, DM_ENOMEM, 0, "out of memory for instruments");
}

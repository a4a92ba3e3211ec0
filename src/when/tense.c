// SPDX-License-Identifier: Apache-2.0
/* Whether a time expression looks back or ahead: by the verb that governs it where the sentence is parsed, else by words around it. */
#include "when/when_int.h"

enum { CLIMB_MAX = 12, CUE_LOOK = 14 };

static const dm_token *tok(const dm_doc *doc, uint32_t t) { return &doc->tokens.v[t]; }

uint32_t dm_time_head(const dm_doc *doc, uint32_t first, uint32_t n)
{
    if (!doc->sents.v[tok(doc, first)->sent].parsed)
        return DM_NONE;
    for (uint32_t t = first; t < first + n; t++) {
        uint32_t h = tok(doc, t)->head;
        bool outside = h == DM_NONE || h < first || h >= first + n;
        if (outside && tok(doc, t)->deprel != DM_D_PUNCT && tok(doc, t)->deprel != DM_D_CASE &&
            tok(doc, t)->deprel != DM_D_MARK)
            return t;
    }
    return first + n - 1;
}

static bool has_word_kid(const dm_doc *doc, uint32_t v, const char *list)
{
    if (!doc->kid_first)
        return false;
    DM_EACH_KID(doc, v, k)
    {
        if (dm_str_in(tok(doc, k)->norm, list))
            return true;
    }
    return false;
}

static bool is_verb(const dm_doc *doc, uint32_t t) { return tok(doc, t)->upos == DM_U_VERB || tok(doc, t)->upos == DM_U_AUX; }

/* Auxiliaries only: "In May it left" has a May that some parser takes for the modal. */
static bool has_aux(const dm_doc *doc, uint32_t v, const char *list)
{
    if (!doc->kid_first)
        return false;
    DM_EACH_KID(doc, v, k)
    {
        if (dm_deprel_base((dm_deprel)tok(doc, k)->deprel) == DM_D_AUX && dm_str_in(tok(doc, k)->norm, list))
            return true;
    }
    return false;
}

/* "China put tariffs", "the council set up": the form of the past is that of the present, and one who acts alone would have an -s. */
static bool past_like_present(const dm_doc *doc, uint32_t v)
{
    if (!dm_str_in(tok(doc, v)->norm,
            "put set cut quit hit shut let split spread cast burst hurt bid shed thrust upset beset broadcast") ||
        has_word_kid(doc, v, "to do does did"))
        return false;
    DM_EACH_KID(doc, v, k)
    if (dm_deprel_base((dm_deprel)tok(doc, k)->deprel) == DM_D_NSUBJ)
        return !(tok(doc, k)->feats & DM_F_PLUR) && tok(doc, k)->xpos != DM_X_NNS && tok(doc, k)->xpos != DM_X_NNPS &&
               !dm_str_in(tok(doc, k)->norm, "we you they i") && !has_word_kid(doc, k, "and");
    return false;
}

/* Tense of one verb by its form and its auxiliaries. */
static dm_tense verb_tense(const dm_wstate *st, uint32_t v)
{
    const dm_doc *doc = st->doc;
    const dm_token *k = tok(doc, v);
    if (has_aux(doc, v, "will wo shall 'll"))
        return TENSE_FUTURE;
    if (has_aux(doc, v, "may might could should would must can"))
        return has_aux(doc, v, "have has had") ? TENSE_PAST : TENSE_FUTURE;
    bool sets = dm_norm_is(st, v, "set") && v + 1 < st->doc->tokens.n &&
                !dm_norm_in(st, v + 1, "to for"); /* "set up a commission", "were set ablaze" */
    if (!sets && dm_lex(st, v).kind == W_PLAN && !dm_norm_in(st, v, "proposed pledged promised vowed invited anticipated"))
        return TENSE_FUTURE;
    if (k->feats & DM_F_PAST)
        return TENSE_PAST;
    if (k->xpos == DM_X_VBD || k->xpos == DM_X_VBN || (st->doc->kid_first && past_like_present(doc, v)))
        return TENSE_PAST;
    if (has_word_kid(doc, v, "was were had did have has been"))
        return TENSE_PAST;
    if (k->xpos == DM_X_VB || (k->feats & DM_F_INF))
        return has_word_kid(doc, v, "to") ? TENSE_FUTURE : TENSE_UNKNOWN;
    if (k->xpos == DM_X_VBG)
        return has_word_kid(doc, v, "is are am 's 're") ? TENSE_FUTURE : TENSE_UNKNOWN;
    if (k->xpos == DM_X_VBZ || k->xpos == DM_X_VBP)
        return TENSE_PRESENT;
    return TENSE_UNKNOWN;
}

static bool planned_noun(const dm_wstate *st, uint32_t n)
{
    if (!st->doc->kid_first)
        return false;
    DM_EACH_KID(st->doc, n, k)
    {
        if (tok(st->doc, k)->deprel == DM_D_AMOD &&
            dm_norm_in(st, k, "planned scheduled upcoming forthcoming coming expected proposed next due"))
            return true;
    }
    return false;
}

static dm_tense tree_tense(const dm_wstate *st, uint32_t head)
{
    uint32_t t = head;
    bool infinitive = false;
    int verbs = 0;
    for (int i = 0; i < CLIMB_MAX && t != DM_NONE; i++) {
        if (t != head || is_verb(st->doc, t)) {
            if (planned_noun(st, t))
                return TENSE_FUTURE;
            if (is_verb(st->doc, t)) {
                dm_tense x = verb_tense(st, t);
                if (x == TENSE_FUTURE && has_word_kid(st->doc, t, "to") && !infinitive &&
                    tok(st->doc, t)->deprel == DM_D_ADVCL) {
                    infinitive = true; /* purpose: "came on Monday to discuss": the verb above decides */
                    x = TENSE_UNKNOWN;
                }
                uint32_t up = tok(st->doc, t)->head;
                if (x == TENSE_FUTURE && tok(st->doc, t)->deprel == DM_D_XCOMP && up != DM_NONE &&
                    dm_str_in(tok(st->doc, up)->lemma, "fail manage refuse decline neglect begin start continue cease help "
                                                       "come go rush dare try attempt struggle hasten "
                                                       "hurry scramble happen proceed"))
                    x = TENSE_UNKNOWN;  /* "failed to agree at a meeting on Friday" */
                if (x == TENSE_PRESENT) /* "opens on Friday"; but "accuse them of killing civilians in March" */
                    return verbs ? TENSE_UNKNOWN : TENSE_FUTURE;
                verbs++;
                if (x != TENSE_UNKNOWN)
                    return x;
            }
            if (dm_lex(st, t).kind == W_PLAN)
                return TENSE_FUTURE;
        }
        t = tok(st->doc, t)->head;
    }
    return TENSE_UNKNOWN;
}

/* -1 past, +1 future, 0 nothing: what word t says of the time near it. */
static int cue(const dm_wstate *st, uint32_t t)
{
    const dm_token *k = tok(st->doc, t);
    dm_wlex l = dm_lex(st, t);
    if (l.kind == W_PLAN || dm_norm_in(st, t, "'ll next upcoming could may might would should"))
        return 1;
    if (l.kind == W_PASTCUE)
        return -1;
    dm_str n = k->norm;
    bool word = !(k->flags & (DM_T_UPPER | DM_T_NUM | DM_T_PUNCT)) || (k->flags & DM_T_SENT_START);
    return word && n.len > 3 && dm_str_ends(n, "ed") &&
                   !dm_str_in(n, "need united indeed exceed proceed speed breed feed succeed")
               ? -1
               : 0;
}

static dm_tense surface_tense(const dm_wstate *st, uint32_t first, uint32_t n)
{
    uint32_t lo = st->lex_from, hi = st->lex_from + st->lex_n, gap = 0;
    for (uint32_t t = first; t > lo && gap < CUE_LOOK; gap++) {
        int c = cue(st, --t);
        if (c) {
            bool modal = t > lo && c < 0 && cue(st, t - 1) > 0;
            return c > 0 || modal ? TENSE_FUTURE : TENSE_PAST;
        }
    }
    gap = 0;
    for (uint32_t t = first + n; t < hi && gap < CUE_LOOK; t++, gap++) {
        int c = cue(st, t);
        if (c)
            return c > 0 ? TENSE_FUTURE : TENSE_PAST;
    }
    return TENSE_UNKNOWN;
}

/* "to extend the mandate until June 30", "to leave by Friday": the end of something set now lies ahead. */
static bool sets_end(const dm_wstate *st, uint32_t head, uint8_t op)
{
    if ((op != OP_UNTIL && op != OP_BY && op != OP_THROUGH) || head == DM_NONE)
        return false;
    uint32_t g = tok(st->doc, head)->head;
    return g != DM_NONE && tok(st->doc, g)->xpos == DM_X_VB && has_word_kid(st->doc, g, "to");
}

dm_tense dm_tense_of(const dm_wstate *st, uint32_t head, uint32_t first, uint32_t n, uint8_t op)
{
    if (sets_end(st, head, op))
        return TENSE_FUTURE;
    dm_tense t = head != DM_NONE ? tree_tense(st, head) : TENSE_UNKNOWN;
    return t != TENSE_UNKNOWN || head != DM_NONE ? t : surface_tense(st, first, n);
}

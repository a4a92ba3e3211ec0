// SPDX-License-Identifier: Apache-2.0
/* Argument views. Every climb is bounded by CLIMB_MAX, so a malformed tree costs no more than a deep one. */
#include "event/view.h"

enum { CASE_MAX = 64 };

static bool is_relative(const dm_doc *doc, uint32_t k)
{
    return dm_str_in(dm_tok(doc, k)->norm, "who which that whom") &&
           (dm_tok(doc, k)->upos == DM_U_PRON || dm_tok(doc, k)->upos == DM_U_DET || dm_tok(doc, k)->upos == DM_U_SCONJ);
}

static bool is_verbal(const dm_doc *doc, uint32_t t)
{
    unsigned u = dm_tok(doc, t)->upos;
    return u == DM_U_VERB || u == DM_U_AUX;
}

static bool participle_past(const dm_token *t) { return t->xpos == DM_X_VBN || (t->feats & DM_F_PASS); }

/* "side by side", "hand in hand": how something is done, whatever the tree makes of the two nouns. */
static bool paired_noun(const dm_doc *doc, uint32_t k)
{
    uint32_t n = doc->tokens.n;
    bool first = k + 2 < n && dm_str_eq(dm_tok(doc, k)->norm, dm_tok(doc, k + 2)->norm) && dm_tok(doc, k + 1)->upos == DM_U_ADP;
    bool second = k >= 2 && dm_str_eq(dm_tok(doc, k)->norm, dm_tok(doc, k - 2)->norm) && dm_tok(doc, k - 1)->upos == DM_U_ADP;
    return dm_tok(doc, k)->upos == DM_U_NOUN && (first || second);
}

static bool has_agent(const dm_doc *doc, uint32_t t)
{
    uint32_t by = dm_kid(doc, t, DM_D_OBL_AGENT);
    return by != DM_NONE && !paired_noun(doc, by);
}

bool dm_is_passive(const dm_doc *doc, uint32_t t)
{
    if (is_verbal(doc, t) && has_agent(doc, t) && dm_kid(doc, t, DM_D_OBJ) == DM_NONE &&
        (dm_tok(doc, t)->xpos == DM_X_VBD || participle_past(dm_tok(doc, t))))
        return true; /* "Aid pledged by Canada": a headline leaves the auxiliary out */
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d == DM_D_AUX_PASS || d == DM_D_NSUBJ_PASS)
            return true;
        if (d == DM_D_NSUBJ || d == DM_D_AUX || d == DM_D_OBJ)
            return false;
    }
    const dm_token *tk = dm_tok(doc, t);
    if (!is_verbal(doc, t) || !participle_past(tk))
        return false;
    if (tk->deprel == DM_D_CONJ && tk->head != DM_NONE)
        return dm_is_passive(doc, tk->head) ||
               (dm_tok(doc, tk->head)->xpos != DM_X_VBN && dm_tok(doc, tk->head)->xpos != DM_X_VBD);
    return tk->deprel == DM_D_ACL || tk->deprel == DM_D_ADVCL || tk->deprel == DM_D_XCOMP || tk->deprel == DM_D_AMOD ||
           tk->deprel == DM_D_ROOT || tk->deprel == DM_D_CCOMP || tk->deprel == DM_D_PARATAXIS;
}

static size_t add_word(char *out, size_t size, size_t n, dm_str w)
{
    if (n + w.len + 2 > size)
        return n;
    if (n)
        out[n++] = '_';
    memcpy(out + n, w.p, w.len);
    return n + w.len;
}

dm_str dm_case_of(const dm_doc *doc, uint32_t t, char *out, size_t size)
{
    size_t n = 0;
    DM_EACH_KID(doc, t, k)
    {
        if (dm_tok(doc, k)->deprel != DM_D_CASE && !(dm_tok(doc, k)->deprel == DM_D_MARK && dm_tok(doc, k)->upos != DM_U_PART))
            continue;
        if (dm_str_in(dm_tok(doc, k)->norm, "'s '"))
            continue;
        n = add_word(out, size, n, dm_tok(doc, k)->norm);
        DM_EACH_KID(doc, k, fx) if (dm_tok(doc, fx)->deprel == DM_D_FIXED) n = add_word(out, size, n, dm_tok(doc, fx)->norm);
    }
    return (dm_str){ out, n };
}

/* "Japan is the only member that ...": a predicate noun stands for its subject. */
static uint32_t equated(const dm_doc *doc, uint32_t noun)
{
    uint32_t subject = dm_kid(doc, noun, DM_D_COP) == DM_NONE ? DM_NONE : dm_kid(doc, noun, DM_D_NSUBJ);
    bool cleft = subject != DM_NONE && dm_token_is(doc, subject, "it"); /* "it was X that ..." */
    return subject == DM_NONE || cleft ? noun : subject;
}

static uint32_t own_subject(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d != DM_D_NSUBJ && d != DM_D_NSUBJ_PASS && d != DM_D_NSUBJ_OUTER)
            continue;
        if (is_relative(doc, k) && dm_tok(doc, t)->deprel == DM_D_ACL_RELCL && dm_tok(doc, t)->head != DM_NONE)
            return equated(doc, dm_tok(doc, t)->head);
        return k;
    }
    return DM_NONE;
}

static uint32_t own_object(const dm_doc *doc, uint32_t t)
{
    uint32_t o = dm_kid(doc, t, DM_D_OBJ);
    if (o != DM_NONE && is_relative(doc, o) && dm_tok(doc, t)->deprel == DM_D_ACL_RELCL)
        return dm_tok(doc, t)->head;
    return o;
}

/* "accused Iran of hiding", "kept him from leaving": the object does it. */
static bool object_does_it(const dm_doc *doc, uint32_t clause)
{
    uint32_t g = dm_tok(doc, clause)->head;
    if (g != DM_NONE &&
        dm_str_in(dm_tok(doc, g)->lemma, "have use need make take set give hold find")) /* "has no law for imposing" */
        return false;
    DM_EACH_KID(doc, clause, k)
    {
        if ((dm_tok(doc, k)->deprel == DM_D_MARK || dm_tok(doc, k)->deprel == DM_D_CASE) &&
            dm_str_in(dm_tok(doc, k)->norm, "of for from into"))
            return true;
    }
    return false;
}

static bool has_infinitive_mark(const dm_doc *doc, uint32_t t)
{
    DM_EACH_KID(doc, t, k) if (dm_tok(doc, k)->deprel == DM_D_MARK && dm_token_is(doc, k, "to")) return true;
    return false;
}

/* Verbs whose subject, not object, controls the infinitive. */
static bool subject_controls(dm_str lemma)
{
    return dm_str_in(lemma, "promise threaten vow pledge agree swear offer use take need spend");
}

static uint32_t surface(const dm_doc *doc, uint32_t t, unsigned depth);

static uint32_t controller(const dm_doc *doc, uint32_t g, bool object_first, unsigned depth)
{
    if (object_first && !subject_controls(dm_tok(doc, g)->lemma)) {
        uint32_t o = own_object(doc, g);
        if (o == DM_NONE)
            o = dm_kid(doc, g, DM_D_IOBJ);
        if (o != DM_NONE)
            return o;
        if (is_verbal(doc, g) &&
            dm_str_in(dm_tok(doc, g)->lemma, "call appeal plead rely count")) /* call ON x to, appeal TO x to */
            DM_EACH_KID(doc, g, k) if (dm_tok(doc, k)->deprel == DM_D_OBL)
            {
                char buf[CASE_MAX];
                dm_str c = dm_case_of(doc, k, buf, sizeof buf);
                if (dm_str_in(c, "on upon to with for"))
                    return k;
            }
    }
    return surface(doc, g, depth + 1);
}

/* The subject that a noun's infinitive or participle inherits: the noun itself, or for "took the decision to X" the taker. */
static uint32_t noun_controller(const dm_doc *doc, uint32_t t, uint32_t noun, unsigned depth)
{
    bool utterance =
        dm_str_in(dm_tok(doc, noun)->lemma, "statement letter note message communique declaration text appeal speech");
    bool gerund = dm_tok(doc, t)->xpos == DM_X_VBG &&
                  (utterance || dm_kid(doc, t, DM_D_MARK) != DM_NONE || dm_kid(doc, t, DM_D_CASE) != DM_NONE);
    if (!has_infinitive_mark(doc, t) && !gerund)
        return noun;
    bool predicate = dm_kid(doc, noun, DM_D_COP) != DM_NONE; /* "was on the brink of resigning" */
    uint32_t own = gerund && !predicate ? DM_NONE : own_subject(doc, noun);
    if (own != DM_NONE && own != t)
        return own; /* "X was the first to sign" */
    DM_EACH_KID(doc, noun, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d == DM_D_NMOD_POSS ||
            ((d == DM_D_AMOD || d == DM_D_COMPOUND || d == DM_D_NMOD) && dm_tok(doc, k)->mention != DM_NONE))
            return noun;
    }
    unsigned d = dm_tok(doc, noun)->deprel;
    uint32_t g = dm_tok(doc, noun)->head;
    if (g != DM_NONE && is_verbal(doc, g) && (d == DM_D_OBJ || d == DM_D_XCOMP || d == DM_D_OBL)) {
        uint32_t s = dm_is_passive(doc, g) ? DM_NONE : surface(doc, g, depth + 1);
        return s == DM_NONE ? noun : s;
    }
    return noun;
}

/* "Japan to skip talks": a headline's name with an infinitive and no verb is a clause. */
uint32_t dm_headline_subject(const dm_doc *doc, uint32_t t)
{
    uint32_t g = dm_tok(doc, t)->head;
    unsigned d = dm_tok(doc, t)->deprel;
    if (g == DM_NONE || g > t || dm_tok(doc, g)->head != DM_NONE || (d != DM_D_ACL && d != DM_D_ADVCL) ||
        !has_infinitive_mark(doc, t))
        return DM_NONE;
    bool name =
        dm_tok(doc, g)->upos == DM_U_PROPN && dm_kid(doc, g, DM_D_COP) == DM_NONE && dm_kid(doc, g, DM_D_AUX) == DM_NONE;
    return name ? g : DM_NONE;
}

static uint32_t surface(const dm_doc *doc, uint32_t t, unsigned depth)
{
    if (depth > CLIMB_MAX)
        return DM_NONE;
    uint32_t s = own_subject(doc, t), g = dm_tok(doc, t)->head;
    if (s != DM_NONE || g == DM_NONE)
        return s;
    if (dm_headline_subject(doc, t) != DM_NONE)
        return g;
    switch (dm_tok(doc, t)->deprel) {
    case DM_D_CONJ: return surface(doc, g, depth + 1);
    case DM_D_XCOMP: return controller(doc, g, true, depth);
    case DM_D_CCOMP:
        return dm_tok(doc, t)->xpos == DM_X_VBG || has_infinitive_mark(doc, t) ? controller(doc, g, true, depth) : DM_NONE;
    case DM_D_ADVCL:
        return is_verbal(doc, g) || dm_tok(doc, g)->upos == DM_U_ADJ || own_subject(doc, g) != DM_NONE
                   ? controller(doc, g,
                         object_does_it(doc, t) ||
                             (has_infinitive_mark(doc, t) && dm_str_in(dm_tok(doc, g)->lemma, "call appeal urge ask")),
                         depth)
                   : DM_NONE;
    case DM_D_NMOD:
    case DM_D_ACL: return noun_controller(doc, t, g, depth);
    case DM_D_ACL_RELCL: return g;
    case DM_D_CSUBJ:
        return dm_str_in(dm_tok(doc, g)->lemma, "first last only next") ? noun_controller(doc, t, g, depth) : DM_NONE;
    case DM_D_PARATAXIS: return dm_tok(doc, t)->xpos == DM_X_VBG ? surface(doc, g, depth + 1) : DM_NONE;
    default: return DM_NONE;
    }
}

uint32_t dm_surface_subject(const dm_doc *doc, uint32_t t) { return surface(doc, t, 0); }

static uint32_t agent_of(const dm_doc *doc, uint32_t t)
{
    char buf[CASE_MAX];
    DM_EACH_KID(doc, t, k)
    {
        if (dm_tok(doc, k)->deprel == DM_D_OBL_AGENT)
            return k;
        if (dm_tok(doc, k)->deprel == DM_D_OBL && dm_str_is(dm_case_of(doc, k, buf, sizeof buf), "by"))
            return k;
    }
    return DM_NONE;
}

uint32_t dm_logical_subject(const dm_doc *doc, uint32_t t)
{
    return dm_is_passive(doc, t) ? agent_of(doc, t) : surface(doc, t, 0);
}

uint32_t dm_view_slot(const view *v, uint16_t slot)
{
    for (unsigned i = 0; i < v->n; i++)
        if (v->arg[i].slot == slot)
            return v->arg[i].head;
    return DM_NONE;
}

static void put(view *v, uint16_t slot, uint32_t head, bool inherited)
{
    if (slot == NO_SLOT || head == DM_NONE || v->n == VIEW_MAX || head == v->t)
        return;
    v->arg[v->n++] = (view_arg){ slot, inherited, head };
}

/* "called on Togo" with the preposition taken for a particle. */
static dm_str particle_before(const dm_doc *doc, const view *v, uint32_t k)
{
    uint32_t p = v->pos == 'v' && k > v->t ? dm_kid(doc, v->t, DM_D_COMPOUND_PRT) : DM_NONE;
    bool last = p != DM_NONE && p + 1 < doc->tokens.n && p < k && (p + 1 == k || dm_tok(doc, p + 1)->head == k);
    return last ? dm_tok(doc, p)->norm : DM_NIL;
}

static bool calendar_name(const dm_doc *doc, uint32_t k)
{
    return dm_str_in(dm_tok(doc, k)->norm,
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june "
        "july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec");
}

static void put_prep(const dm_frames *f, const dm_doc *doc, view *v, uint32_t k, bool inherited)
{
    char buf[CASE_MAX];
    dm_str c = dm_case_of(doc, k, buf, sizeof buf);
    if (!c.len && dm_tok(doc, k)->deprel == DM_D_OBL)
        c = particle_before(doc, v, k);
    if (!c.len || (calendar_name(doc, k) && dm_str_in(c, "on in at by for of from")))
        return; /* "on Friday" fills no place of the verb's */
    uint16_t slot = dm_frames_prep(f, c);
    put(v, slot, k, inherited);
    if (slot != NO_SLOT)
        return;
    size_t i = c.len;
    while (i && c.p[i - 1] != '_')
        i--;
    if (i)
        put(v, dm_frames_prep(f, (dm_str){ c.p + i, c.len - i }), k, inherited);
}

static bool is_clause_inf(const dm_doc *doc, uint32_t k)
{
    if (has_infinitive_mark(doc, k))
        return true;
    return dm_tok(doc, k)->xpos == DM_X_VB && dm_kid(doc, k, DM_D_AUX) == DM_NONE && dm_kid(doc, k, DM_D_NSUBJ) == DM_NONE;
}

/* "denied having sent", "admitted to having taken" */
static bool is_perfect_gerund(const dm_doc *doc, uint32_t k)
{
    uint32_t aux = dm_kid(doc, k, DM_D_AUX);
    return aux != DM_NONE && dm_token_is(doc, aux, "having");
}

/* "insisted that it was closed", not "that it be closed": the complement tells a fact (slot `told`). */
static bool tells_fact(const dm_frames *f, const dm_doc *doc, uint32_t k)
{
    unsigned x = dm_tok(doc, k)->xpos;
    bool base = dm_frames_find(f, dm_tok(doc, k)->norm, 'v') != DM_NONE; /* "that Japan withdraw" tagged as a past form */
    if (x == DM_X_VBZ || (x == DM_X_VBD && !base))
        return true;
    DM_EACH_KID(doc, k, a)
    {
        const dm_token *t = dm_tok(doc, a);
        bool finite = t->xpos == DM_X_VBZ || t->xpos == DM_X_VBD || t->xpos == DM_X_VBP;
        if ((t->deprel == DM_D_AUX || t->deprel == DM_D_AUX_PASS || t->deprel == DM_D_COP) &&
            (finite || dm_str_in(t->norm, "will would can could cannot may might")))
            return true;
    }
    return false;
}

/* "said that Peru had not kept its word", not "that it had not": what somebody else leaves undone (slot `unmet`). */
static bool tells_neglect(const dm_doc *doc, uint32_t k)
{
    uint32_t who = dm_kid(doc, k, DM_D_NSUBJ);
    if (who == DM_NONE || dm_tok(doc, who)->upos == DM_U_PRON)
        return false;
    bool negated = false;
    DM_EACH_KID(doc, k, a)
    {
        if (dm_tok(doc, a)->deprel == DM_D_AUX &&
            dm_str_in(dm_tok(doc, a)->norm, "will wo would can ca could shall should must"))
            return false; /* what will not be done is foretold */
        negated = negated || dm_str_in(dm_tok(doc, a)->norm, "not n't never");
    }
    return negated;
}

/* What a finite complement foretells ("told X that it would pay": slot `will`), and the condition it sets (`unless`, `if`). */
static void put_foretold(const dm_frames *f, const dm_doc *doc, view *v, uint32_t k)
{
    char buf[CASE_MAX];
    if (tells_fact(f, doc, k))
        put(v, dm_frames_prep(f, DM_STR("told")), k, false);
    if (tells_neglect(doc, k))
        put(v, dm_frames_prep(f, DM_STR("unmet")), k, false);
    DM_EACH_KID(doc, k, a)
    {
        const dm_token *tk = dm_tok(doc, a);
        if (tk->deprel == DM_D_AUX && dm_str_in(tk->norm, "will would shall 'll"))
            put(v, dm_frames_prep(f, DM_STR("will")), k, false);
        else if (tk->deprel == DM_D_ADVCL && dm_str_in(dm_case_of(doc, a, buf, sizeof buf), "unless if"))
            put_prep(f, doc, v, a, false);
    }
}

/* "said that Peru was lying": the participle of a finite clause, no gerund. */
static bool is_progressive_clause(const dm_doc *doc, uint32_t k)
{
    uint32_t aux = dm_kid(doc, k, DM_D_AUX);
    return dm_tok(doc, k)->deprel == DM_D_CCOMP && aux != DM_NONE && !is_perfect_gerund(doc, k) &&
           dm_kid(doc, k, DM_D_NSUBJ) != DM_NONE;
}

/* A clausal dependent: to-infinitive, gerund, finite clause, or the predicate of "call it vile". */
static void put_clause(const dm_frames *f, const dm_doc *doc, view *v, uint32_t k)
{
    unsigned d = dm_tok(doc, k)->deprel;
    if (is_verbal(doc, k) && is_clause_inf(doc, k) && d != DM_D_CCOMP) {
        put(v, SLOT_INF, k, false);
        DM_EACH_KID(doc, k, s)
        if (dm_tok(doc, s)->deprel == DM_D_NSUBJ && dm_tok(doc, k)->deprel != DM_D_CONJ)
            DM_EACH_KID(doc, k, m) if (dm_token_is(doc, m, "for"))
            {
                put(v, dm_frames_prep(f, DM_STR("for")), s, false);
                put(v, SLOT_FOR_INF, k, false);
            }
    } else if ((dm_tok(doc, k)->xpos == DM_X_VBG && !is_progressive_clause(doc, k)) || is_perfect_gerund(doc, k)) {
        put(v, SLOT_ING, k, false);
        put_prep(f, doc, v, k, false);
    } else if (d == DM_D_CCOMP) {
        put(v, is_clause_inf(doc, k) ? SLOT_INF : SLOT_THAT, k, false);
        put_foretold(f, doc, v, k);
    } else if (d == DM_D_XCOMP) {
        put(v, SLOT_PRED, k, false);
        if (dm_tok(doc, k)->upos == DM_U_ADJ && k == v->t + 1 && dm_view_slot(v, SLOT_OBJ) == DM_NONE)
            put(v, SLOT_OBJ, own_object(doc, k), false); /* "set free the crew", "threw open the gates" */
        put_prep(f, doc, v, k, false);
    } else if (d == DM_D_ADVCL) {
        put_prep(f, doc, v, k, false);
    }
}

/* An oblique without preposition: the parser's label for an object that it was not sure of ("handed over two suspects", "killed at least
 * 20 people"), unless it is a time. */
static bool bare_object(const dm_doc *doc, uint32_t k)
{
    char buf[CASE_MAX];
    const dm_token *t = dm_tok(doc, k);
    return t->deprel == DM_D_OBL && (t->upos == DM_U_NOUN || t->upos == DM_U_PROPN) &&
           dm_case_of(doc, k, buf, sizeof buf).len == 0 &&
           !dm_str_in(t->lemma,
               "day week weekend month year decade century morning night evening afternoon midnight noon time hour minute "
               "moment today yesterday tomorrow tonight spring summer autumn winter way fashion percent home") &&
           !calendar_name(doc, k);
}

/* "handed over the suspects", read as a phrase with "over": the word right after the verb is its particle when the tables know the two. */
static bool after_particle(const dm_frames *f, const dm_doc *doc, uint32_t verb, uint32_t k)
{
    char buf[CASE_MAX];
    dm_str lemma = dm_tok(doc, verb)->lemma, word = verb + 1 < doc->tokens.n ? dm_tok(doc, verb + 1)->norm : (dm_str){ 0 };
    if (dm_tok(doc, k)->deprel != DM_D_OBL || !dm_str_eq(dm_case_of(doc, k, buf, sizeof buf), word) ||
        dm_tok(doc, verb + 1)->head != k || calendar_name(doc, k) ||
        !(dm_str_in(word, "over out off down up back away aside") ||
            (dm_str_is(word, "in") && dm_str_in(lemma, "take let bring") && dm_tok(doc, k)->upos == DM_U_NOUN)))
        return false;
    for (uint32_t i = dm_frames_find(f, lemma, 'v'); i != DM_NONE; i = f->frames[i].next) {
        dm_str w = f->frames[i].words;
        if (w.len == lemma.len + 1 + word.len && w.p[lemma.len] == ' ' && memcmp(w.p + lemma.len + 1, word.p, word.len) == 0)
            return true;
    }
    return false;
}

/* "at least 20 people", "up to 300 troops": an approximate number, not a place. */
static bool counted(const dm_doc *doc, uint32_t k)
{
    char buf[CASE_MAX];
    return dm_kid(doc, k, DM_D_NUMMOD) != DM_NONE &&
           (dm_str_in(dm_case_of(doc, k, buf, sizeof buf), "up_to around about over under between close_to") ||
               (dm_kid(doc, k, DM_D_CASE) != DM_NONE &&
                   dm_str_in(dm_tok(doc, dm_kid(doc, k, DM_D_CASE) + 1)->norm, "least most")));
}

/* "threw Peru a lifeline": of two objects the first is who gets the second. */
static uint32_t second_object(const dm_doc *doc, uint32_t t)
{
    uint32_t first = dm_kid(doc, t, DM_D_OBJ);
    DM_EACH_KID(doc, t, k)
    if (k > first && k > t && dm_tok(doc, k)->deprel == DM_D_OBJ && dm_tok(doc, k)->upos == DM_U_NOUN &&
        dm_kid(doc, k, DM_D_CASE) == DM_NONE && !calendar_name(doc, k))
        return first > t ? k : DM_NONE;
    return DM_NONE;
}

static void put_object(const dm_doc *doc, view *v)
{
    uint32_t o = own_object(doc, v->t), second = second_object(doc, v->t);
    if (second == DM_NONE) {
        put(v, SLOT_OBJ, o, false);
    } else if (dm_str_in(dm_tok(doc, v->t)->lemma, "call term deem label brand dub consider think declare pronounce name")) {
        put(v, SLOT_OBJ, o, false);
        put(v, SLOT_PRED, second, false);
    } else {
        put(v, SLOT_IOBJ, o, false);
        put(v, SLOT_OBJ, second, false);
    }
}

/* One dependent of a verb or predicate into its slot. */
static void put_verb_kid(const dm_frames *f, const dm_doc *doc, view *v, uint32_t k, bool two_objects)
{
    if (paired_noun(doc, k)) {
        put(v, SLOT_ADV, k, false);
        return;
    }
    switch (dm_tok(doc, k)->deprel) {
    case DM_D_OBJ:
        if (dm_view_slot(v, SLOT_OBJ) != DM_NONE) { /* "set Uganda a deadline", read as two objects */
            put(v, SLOT_IOBJ, dm_view_slot(v, SLOT_OBJ), false);
            put(v, SLOT_OBJ, k, false);
        } else {
            put_object(doc, v);
        }
        break;
    case DM_D_IOBJ: put(v, SLOT_IOBJ, k, false); break;
    case DM_D_NSUBJ:
    case DM_D_NSUBJ_PASS:
    case DM_D_NSUBJ_OUTER: {
        uint32_t s = own_subject(doc, v->t);
        put(v, v->passive ? (two_objects ? SLOT_IOBJ : SLOT_OBJ) : SLOT_SUBJ, s, false);
        break;
    }
    case DM_D_OBL_AGENT:
        put(v, SLOT_SUBJ, k, false);
        put_prep(f, doc, v, k, false);
        break;
    case DM_D_OBL:
    case DM_D_OBL_UNMARKED:
    case DM_D_OBL_TMOD: {
        char buf[CASE_MAX];
        if ((counted(doc, k) || bare_object(doc, k) || after_particle(f, doc, v->t, k)) &&
            dm_kid(doc, v->t, DM_D_OBJ) == DM_NONE) {
            put(v, SLOT_OBJ, k, false); /* "killed at least 20 people" */
            break;
        }
        if (v->passive && dm_str_is(dm_case_of(doc, k, buf, sizeof buf), "by"))
            put(v, SLOT_SUBJ, k, false);
        put_prep(f, doc, v, k, false);
        break;
    }
    case DM_D_NMOD: put_prep(f, doc, v, k, false); break;
    case DM_D_XCOMP:
    case DM_D_CCOMP:
    case DM_D_ADVCL: put_clause(f, doc, v, k); break;
    case DM_D_CSUBJ: put(v, SLOT_SUBJ, k, false); break;
    case DM_D_ADVMOD: put(v, SLOT_ADV, k, false); break;
    default: break;
    }
}

/* The gap of a relative clause: "the motion (that) China said it would submit". */
/* The instrument before it whose relative clause (without pronoun) the verb belongs to, or DM_NONE. */
static uint32_t instrument_before(const dm_doc *doc, uint32_t t)
{
    uint32_t lo = 0, hi = doc->insts.n;
    while (lo < hi) { /* first instrument after t */
        uint32_t mid = lo + (hi - lo) / 2;
        if (doc->insts.v[mid].first <= t)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (uint32_t i = lo; i-- > 0 && doc->insts.v[i].sent == dm_tok(doc, t)->sent;)
        if (doc->insts.v[i].gap == t)
            return doc->insts.v[i].head;
    return DM_NONE;
}

static uint32_t gap_filler(const dm_doc *doc, uint32_t t)
{
    for (unsigned depth = 0; depth < CLIMB_MAX && t != DM_NONE; depth++) {
        unsigned d = dm_tok(doc, t)->deprel;
        if (d == DM_D_ACL_RELCL) {
            uint32_t s = own_subject(doc, t);
            return s != DM_NONE && s != dm_tok(doc, t)->head ? dm_tok(doc, t)->head : DM_NONE;
        }
        if (d != DM_D_CCOMP && d != DM_D_XCOMP)
            return DM_NONE;
        t = dm_tok(doc, t)->head;
    }
    return DM_NONE;
}

static void share_with_conjunct(const dm_frames *f, const dm_doc *doc, view *v)
{
    if (dm_view_slot(v, SLOT_OBJ) == DM_NONE && !v->passive) /* "criticised and threatened Fiji": hung on the second */
        DM_EACH_KID(doc, v->t, k)
    if (dm_tok(doc, k)->deprel == DM_D_CONJ && k == v->t + 2 && is_verbal(doc, k) && !dm_is_passive(doc, k))
        put(v, SLOT_OBJ, own_object(doc, k), true);
    uint32_t g = dm_tok(doc, v->t)->head;
    if (dm_tok(doc, v->t)->deprel != DM_D_CONJ || g == DM_NONE || !is_verbal(doc, g))
        return;
    bool has_object = dm_view_slot(v, SLOT_OBJ) != DM_NONE;
    DM_EACH_KID(doc, g, k)
    {
        if (k < v->t)
            continue; /* only what follows both verbs is shared */
        if (dm_tok(doc, k)->deprel == DM_D_OBJ && !has_object)
            put(v, SLOT_OBJ, k, true);
        else if (dm_tok(doc, k)->deprel == DM_D_OBL)
            put_prep(f, doc, v, k, true);
    }
}

/* "called the vote a farce", hung on the object as if it were part of it. */
static void put_bare_predicate(const dm_doc *doc, view *v)
{
    char buf[CASE_MAX];
    uint32_t o = dm_view_slot(v, SLOT_OBJ);
    if (o == DM_NONE || o < v->t || dm_view_slot(v, SLOT_PRED) != DM_NONE ||
        !dm_str_in(dm_tok(doc, v->t)->lemma, "call term deem label brand dub consider think declare pronounce name"))
        return;
    DM_EACH_KID(doc, o, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        bool bare = (d == DM_D_NMOD || d == DM_D_APPOS || d == DM_D_NMOD_UNMARKED || d == DM_D_NMOD_DESC) &&
                    dm_case_of(doc, k, buf, sizeof buf).len == 0;
        if (bare && k > o && dm_kid(doc, k, DM_D_DET) != DM_NONE && dm_tok(doc, k)->upos == DM_U_NOUN)
            put(v, SLOT_PRED, k, false);
    }
}

static void view_verb(const dm_frames *f, const dm_doc *doc, view *v)
{
    v->passive = dm_is_passive(doc, v->t);
    bool two_objects = v->passive && dm_kid(doc, v->t, DM_D_OBJ) != DM_NONE;
    DM_EACH_KID(doc, v->t, k) put_verb_kid(f, doc, v, k, two_objects);
    if (own_subject(doc, v->t) == DM_NONE) {
        uint32_t s = surface(doc, v->t, 0);
        if (s != DM_NONE && v->passive && two_objects)
            put(v, SLOT_IOBJ, s, true); /* "denied a visa by X, Y left" */
        else if (s != DM_NONE && !(v->passive && dm_view_slot(v, SLOT_OBJ) != DM_NONE))
            put(v, v->passive ? SLOT_OBJ : SLOT_SUBJ, s, true);
    }
    if (dm_view_slot(v, SLOT_OBJ) == DM_NONE) /* "asked Tokyo to ...": the one object there is */
        put(v, SLOT_OBJ, dm_view_slot(v, SLOT_IOBJ), false);
    if (dm_view_slot(v, SLOT_OBJ) == DM_NONE)
        put(v, SLOT_OBJ, gap_filler(doc, v->t), true);
    if (dm_view_slot(v, SLOT_OBJ) == DM_NONE)
        put(v, SLOT_OBJ, instrument_before(doc, v->t), true);
    share_with_conjunct(f, doc, v);
    put_bare_predicate(doc, v);
    uint32_t o = dm_view_slot(v, SLOT_OBJ);
    if (o != DM_NONE && o > v->t) /* "imposed sanctions on X": the object's phrases may be the verb's */
        DM_EACH_KID(doc, o, k) if (dm_tok(doc, k)->deprel == DM_D_NMOD) put_prep(f, doc, v, k, true);
}

/* "it is (high) time (that) X left": the parser hangs the clause on "time" as if it were a relative one. */
static bool is_time_to(const dm_doc *doc, uint32_t t)
{
    return dm_str_is(dm_tok(doc, t)->lemma, "time") && dm_kid(doc, t, DM_D_COP) != DM_NONE &&
           dm_kid(doc, t, DM_D_DET) == DM_NONE;
}

static void put_noun_kid(const dm_frames *f, const dm_doc *doc, view *v, uint32_t k, bool inherited)
{
    switch (dm_tok(doc, k)->deprel) {
    case DM_D_NMOD_POSS: put(v, SLOT_POSS, k, inherited); break;
    case DM_D_COMPOUND:
    case DM_D_NMOD_DESC:
    case DM_D_NMOD_UNMARKED: put(v, SLOT_COMP, k, inherited); break;
    case DM_D_AMOD: put(v, SLOT_ADJ, k, inherited); break;
    case DM_D_NMOD: {
        char buf[CASE_MAX];
        if (dm_kid(doc, k, DM_D_CASE) == DM_NONE && is_time_to(doc, v->t) && k && dm_token_is(doc, k - 1, "for"))
            put(v, dm_frames_prep(f, DM_STR("for")), k, inherited); /* "time for X to go": "for" hung on the verb */
        put_prep(f, doc, v, k, inherited);
        DM_EACH_KID(doc, k, by) /* "the arrest of two men by Turkey", "the visit of X to Y" */
        if (dm_tok(doc, by)->deprel == DM_D_NMOD && dm_str_in(dm_case_of(doc, by, buf, sizeof buf), "by to"))
            put_prep(f, doc, v, by, inherited);
        break;
    }
    case DM_D_OBL: put_prep(f, doc, v, k, inherited); break;
    case DM_D_NSUBJ:
    case DM_D_NSUBJ_OUTER: put(v, SLOT_SUBJ, own_subject(doc, v->t), inherited); break;
    case DM_D_ACL:
    case DM_D_XCOMP:
    case DM_D_CCOMP: put_clause(f, doc, v, k); break;
    case DM_D_ACL_RELCL:
        if (is_time_to(doc, v->t))
            put(v, SLOT_THAT, k, false);
        break;
    default: break;
    }
}

/* The support verb's line, particle included ("carry out"). */
static const light *light_of(const dm_frames *f, const dm_doc *doc, uint32_t verb)
{
    char buf[CASE_MAX];
    uint32_t p = dm_kid(doc, verb, DM_D_COMPOUND_PRT);
    dm_str lemma = dm_tok(doc, verb)->lemma;
    if (p != DM_NONE) {
        dm_str particle = dm_tok(doc, p)->norm;
        if (lemma.len + particle.len + 1 < sizeof buf) {
            memcpy(buf, lemma.p, lemma.len);
            buf[lemma.len] = ' ';
            memcpy(buf + lemma.len + 1, particle.p, particle.len);
            return dm_frames_light(f, (dm_str){ buf, lemma.len + 1 + particle.len });
        }
    }
    return dm_frames_light(f, lemma);
}

static void put_support(const dm_frames *f, const dm_doc *doc, view *v, uint32_t verb, const light *l)
{
    uint32_t s = dm_logical_subject(doc, verb);
    v->support = verb;
    v->support_converse = l->passive_side;
    v->support_aux = l->aux;
    if (s != v->t)
        put(v, SLOT_SUBJ, s, true);
    DM_EACH_KID(doc, verb, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (k == v->t || k == s)
            continue;
        if (d == DM_D_OBL || d == DM_D_OBL_AGENT)
            put_prep(f, doc, v, k, true);
        else if (d == DM_D_IOBJ)
            put(v, SLOT_IOBJ, k, true);
        else if (d == DM_D_OBJ)
            put(v, SLOT_OBJ, k, true);
    }
}

/* "announced at the summit", "apply for refuge": where, when or what for, and not what the verb carries out. */
static bool beside(const dm_doc *doc, uint32_t n)
{
    uint32_t c = dm_kid(doc, n, DM_D_CASE);
    return c != DM_NONE && dm_str_in(dm_tok(doc, c)->norm, "at for before after during since under despite without near from");
}

/* "called the pact a mistake", "declared the quarrel over": what is said of one that is there already. */
static bool declared_so(const dm_doc *doc, uint32_t n, uint32_t verb)
{
    uint32_t det = dm_kid(doc, n, DM_D_DET);
    return dm_str_in(dm_tok(doc, verb)->lemma, "declare") && det != DM_NONE && dm_token_is(doc, det, "the");
}

/* The support verb above ("imposed SANCTIONS on") or below ("SANCTIONS imposed by"). */
static void find_support(const dm_frames *f, const dm_doc *doc, view *v)
{
    uint32_t n = v->t;
    for (unsigned depth = 0; dm_tok(doc, n)->deprel == DM_D_CONJ && dm_tok(doc, n)->head != DM_NONE && depth < CLIMB_MAX;
         depth++)
        n = dm_tok(doc, n)->head;
    if (dm_tok(doc, n)->deprel == DM_D_NMOD && dm_tok(doc, n)->head != DM_NONE &&
        dm_str_in(dm_tok(doc, dm_tok(doc, n)->head)->lemma,
            "round series number set wave string spate bout hour day week month marathon flurry"))
        n = dm_tok(doc, n)->head; /* "held five rounds of talks" */
    uint32_t g = dm_tok(doc, n)->head;
    unsigned d = dm_tok(doc, n)->deprel;
    const light *l = NULL;
    if (g != DM_NONE && is_verbal(doc, g) && (l = light_of(f, doc, g)) != NULL &&
        ((d == DM_D_OBJ && !declared_so(doc, n, g)) || (d == DM_D_NSUBJ_PASS && !l->passive_side) ||
            (d == DM_D_OBL && n > g && !beside(doc, n) && dm_kid(doc, g, DM_D_OBJ) == DM_NONE && !dm_is_passive(doc, g)))) {
        put_support(f, doc, v, g, l);
        return;
    }
    if (is_time_to(doc, v->t))
        return;
    DM_EACH_KID(doc, v->t, k)
    {
        unsigned kd = dm_tok(doc, k)->deprel;
        if ((kd == DM_D_ACL || kd == DM_D_ACL_RELCL) && is_verbal(doc, k) && (l = light_of(f, doc, k)) != NULL) {
            if (!l->passive_side && (dm_is_passive(doc, k) || kd == DM_D_ACL_RELCL))
                put_support(f, doc, v, k, l);
            return;
        }
    }
}

/* "Algeria, the main backer of X", "its main backer, Algeria": a noun in apposition is said of the other. */
static void put_apposed(const dm_doc *doc, view *v)
{
    const dm_token *t = dm_tok(doc, v->t);
    if (dm_view_slot(v, SLOT_SUBJ) != DM_NONE)
        return;
    uint32_t other = t->deprel == DM_D_APPOS ? t->head : dm_kid(doc, v->t, DM_D_APPOS);
    char buf[CASE_MAX];
    if (other != DM_NONE && !dm_str_in(dm_case_of(doc, other, buf, sizeof buf), "in at from near")) /* "In Lima, backers of" */
        put(v, SLOT_SUBJ, other, true);
}

/* "are back at the table", "is close to a deal": the subject of the predicate that the noun's phrase goes with. */
static void put_predicate_subject(const dm_doc *doc, view *v)
{
    uint32_t g = dm_tok(doc, v->t)->head;
    if (g != DM_NONE && !is_verbal(doc, g) && dm_tok(doc, v->t)->deprel == DM_D_OBL && dm_kid(doc, g, DM_D_COP) != DM_NONE &&
        dm_view_slot(v, SLOT_SUBJ) == DM_NONE)
        put(v, SLOT_SUBJ, own_subject(doc, g), true);
}

/* A name or a word like "Lao": what may be joined by a hyphen to another before a noun. */
static bool capital(const dm_doc *doc, uint32_t k)
{
    unsigned u = dm_tok(doc, k)->upos;
    return u == DM_U_PROPN || (u == DM_U_ADJ && (dm_tok(doc, k)->flags & DM_T_UPPER));
}

/* "the Peru-Chile border talks", "Thai-Lao talks": both names before a noun, joined by a hyphen, whatever the tree made of them. */
static void put_joined_names(const dm_doc *doc, view *v)
{
    uint32_t first = doc->sents.v[dm_tok(doc, v->t)->sent].first, k = v->t;
    for (unsigned i = 0; i < CLIMB_MAX && k > first; i++) {
        k--;
        unsigned d = dm_tok(doc, k)->deprel;
        if (capital(doc, k))
            break;
        if (dm_tok(doc, k)->head != v->t || (d != DM_D_AMOD && d != DM_D_COMPOUND))
            return;
    }
    if (k < first + 2 || !capital(doc, k) || !capital(doc, k - 2) ||
        !dm_str_in(dm_tok(doc, k - 1)->norm, "- \xe2\x80\x93 / \xe2\x80\x94"))
        return;
    put(v, SLOT_COMP, k - 2, true);
    put(v, SLOT_COMP, k, true);
}

/* "Iran and Iraq in talks": a headline without a verb says of the names what they are in. */
static void put_headline_names(const dm_doc *doc, view *v)
{
    uint32_t g = dm_tok(doc, v->t)->head;
    char buf[CASE_MAX];
    if (g != DM_NONE && g < v->t && dm_tok(doc, v->t)->deprel == DM_D_NMOD && dm_tok(doc, g)->head == DM_NONE &&
        dm_tok(doc, g)->upos == DM_U_PROPN && dm_str_in(dm_case_of(doc, v->t, buf, sizeof buf), "in at") &&
        dm_view_slot(v, SLOT_SUBJ) == DM_NONE)
        put(v, SLOT_SUBJ, g, true);
}

/* "Landing in Lima, the three ministers ...": a participle at the start that was read as a noun; the clause's own subject follows. */
static void put_late_subject(const dm_doc *doc, view *v)
{
    const dm_token *t = dm_tok(doc, v->t);
    if (t->deprel != DM_D_NSUBJ || t->head == DM_NONE || v->t != doc->sents.v[t->sent].first || !dm_str_ends(t->norm, "ing"))
        return;
    DM_EACH_KID(doc, t->head, k)
    if (k > v->t && dm_tok(doc, k)->deprel == DM_D_NSUBJ)
        put(v, SLOT_POSS, k, true);
}

static void view_noun(const dm_frames *f, const dm_doc *doc, view *v)
{
    DM_EACH_KID(doc, v->t, k) put_noun_kid(f, doc, v, k, false);
    put_apposed(doc, v);
    put_predicate_subject(doc, v);
    put_joined_names(doc, v);
    put_headline_names(doc, v);
    put_late_subject(doc, v);
    uint32_t g = dm_tok(doc, v->t)->head;
    if (dm_tok(doc, v->t)->deprel == DM_D_CONJ && g != DM_NONE && !is_verbal(doc, g))
        DM_EACH_KID(doc, g, k)
        {
            unsigned d = dm_tok(doc, k)->deprel;
            if ((k < g && (d == DM_D_NMOD_POSS || d == DM_D_AMOD || d == DM_D_COMPOUND)) || (k > v->t && d == DM_D_NMOD))
                put_noun_kid(f, doc, v, k, true);
        }
    find_support(f, doc, v);
}

static void view_adjective(const dm_frames *f, const dm_doc *doc, view *v)
{
    DM_EACH_KID(doc, v->t, k) put_verb_kid(f, doc, v, k, false);
    if (own_subject(doc, v->t) != DM_NONE)
        return;
    uint32_t g = dm_tok(doc, v->t)->head;
    if (dm_tok(doc, v->t)->deprel == DM_D_AMOD || dm_tok(doc, v->t)->deprel == DM_D_ACL)
        put(v, SLOT_SUBJ, g, true);
    else
        put(v, SLOT_SUBJ, surface(doc, v->t, 0), true);
}

void dm_view_build(const dm_frames *f, const dm_doc *doc, uint32_t t, char pos, view *out)
{
    memset(out, 0, offsetof(view, arg));
    out->t = t;
    out->pos = pos;
    out->support = DM_NONE;
    if (pos == 'v')
        view_verb(f, doc, out);
    else if (pos == 'n')
        view_noun(f, doc, out);
    else
        view_adjective(f, doc, out);
}

void dm_view_build_copula(const dm_frames *f, const dm_doc *doc, uint32_t be, view *out)
{
    uint32_t predicate = dm_tok(doc, be)->head;
    memset(out, 0, offsetof(view, arg));
    out->t = be;
    out->pos = 'v';
    out->support = DM_NONE;
    put(out, SLOT_SUBJ, surface(doc, predicate, 0), false);
    put_prep(f, doc, out, predicate, false);
    DM_EACH_KID(doc, predicate, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d == DM_D_OBL || d == DM_D_NMOD)
            put_prep(f, doc, out, k, false);
        else if (d == DM_D_ADVMOD)
            put(out, SLOT_ADV, k, false);
    }
}

// SPDX-License-Identifier: Apache-2.0
/* Whose word an event is: words of saying above its clause or beside it, of asking and judging where no clause is said, and who stands
 * behind the nameless ("sources close to the ministry"). */
#include "event/status.h"

enum { PATH_MAX = 12, BUF = 64 };
enum { SAYS = DM_SPEECH_SAY, DENIES = DM_SPEECH_DENY, HOLDS = DM_SPEECH_HOLD, JUDGES = DM_SPEECH_JUDGE };

static unsigned kind_of(const dm_status_tables *s, const dm_doc *doc, uint32_t t)
{
    char pos = dm_verbal(doc, t) ? 'v' : dm_nominal(doc, t) ? 'n' : 'a', buf[BUF];
    dm_str word = pos == 'a' ? dm_tok(doc, t)->norm : dm_tok(doc, t)->lemma;
    uint32_t v = dm_map_get(&s->speech, word, (uint32_t)pos);
    for (uint32_t k = t + 1; v == UINT32_MAX && pos == 'v' && k < t + 3 && k < doc->tokens.n;
         k++) { /* "point out", "make it clear" */
        dm_str next = dm_tok(doc, k)->norm;
        if (word.len + next.len + 1 > sizeof buf)
            break;
        memcpy(buf, word.p, word.len);
        buf[word.len] = ' ';
        memcpy(buf + word.len + 1, next.p, next.len);
        v = dm_map_get(&s->speech, (dm_str){ buf, word.len + 1 + next.len }, 'v');
    }
    return v == UINT32_MAX ? 0 : v;
}

unsigned dm_is_speech(const dm_status_tables *s, const dm_doc *doc, uint32_t t) { return kind_of(s, doc, t) & (SAYS | DENIES); }

static bool according_to(const dm_doc *doc, uint32_t k)
{
    char buf[BUF];
    return dm_str_in(dm_case_of(doc, k, buf, sizeof buf), "according_to according per in_the_words_of");
}

/* "in the words of X", "in X's view", "to quote X": whose they are, or DM_NONE. */
static uint32_t in_words_of(const dm_doc *doc, uint32_t k)
{
    char buf[BUF];
    if (!dm_str_in(
            dm_tok(doc, k)->lemma, "word view opinion eye account telling version judgment judgement estimation reckoning") ||
        !dm_str_in(dm_case_of(doc, k, buf, sizeof buf), "in by on"))
        return DM_NONE;
    uint32_t p = dm_kid(doc, k, DM_D_NMOD_POSS);
    return p != DM_NONE ? p : dm_kid(doc, k, DM_D_NMOD);
}

/* "They went on, a lawmaker grumbled, and took more": a parser may join the inserted speech as if it were told beside. */
static bool inserted(const dm_doc *doc, uint32_t v)
{
    bool closes = v + 1 < doc->tokens.n && dm_str_in(dm_tok(doc, v + 1)->norm, ", . ; -- :");
    uint32_t subject = dm_surface_subject(doc, v);
    return closes && subject != DM_NONE && subject < v && dm_tok(doc, subject)->upos != DM_U_PROPN &&
           !dm_str_in(dm_tok(doc, v)->lemma, "protest object agree disagree") && dm_tok(doc, v)->xpos == DM_X_VBD &&
           !dm_is_passive(doc, v) && dm_kid(doc, v, DM_D_CC) == DM_NONE && dm_kid(doc, v, DM_D_OBJ) == DM_NONE &&
           dm_kid(doc, v, DM_D_CONJ) == DM_NONE;
}

/* Speech beside the clause: "..., he said" as parataxis, "according to". from: the clause below that one comes from. */
static uint32_t beside(const dm_status_tables *s, const dm_doc *doc, uint32_t clause, uint32_t from, uint32_t *verb, bool *deny)
{
    DM_EACH_KID(doc, clause, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if ((d == DM_D_OBL || d == DM_D_NMOD || d == DM_D_ADVCL) && according_to(doc, k)) {
            *verb = k;
            return k;
        }
        uint32_t of = d == DM_D_OBL ? in_words_of(doc, k) : DM_NONE;
        if (of != DM_NONE) {
            *verb = k;
            return of;
        }
        bool parenthesis = d == DM_D_PARATAXIS || d == DM_D_ADVCL || (d == DM_D_CONJ && k != from && inserted(doc, k));
        if (parenthesis && dm_is_speech(s, doc, k) && dm_verbal(doc, k)) {
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

/* "sources close to the government", "people in the ministry": whose view the nameless give. */
static uint32_t whose(const dm_doc *doc, uint32_t who)
{
    if (who == DM_NONE || dm_tok(doc, who)->mention != DM_NONE ||
        !dm_str_in(dm_tok(doc, who)->lemma, "source person people insider those anyone one others many some"))
        return who;
    DM_EACH_KID(doc, who, k)
    {
        unsigned d = dm_deprel_base((dm_deprel)dm_tok(doc, k)->deprel);
        if (d == DM_D_NMOD && dm_tok(doc, k)->mention != DM_NONE)
            return k;
        if (d != DM_D_AMOD && d != DM_D_ACL)
            continue;
        DM_EACH_KID(doc, k, q)
        if (dm_deprel_base((dm_deprel)dm_tok(doc, q)->deprel) == DM_D_OBL && dm_tok(doc, q)->mention != DM_NONE)
            return q;
    }
    return who;
}

/* "according to a report by the ministry", "in the words of the envoy": the one behind a noun of saying. */
static uint32_t behind(const dm_status_tables *s, const dm_doc *doc, uint32_t noun)
{
    if (!dm_nominal(doc, noun) || dm_tok(doc, noun)->mention != DM_NONE || !dm_is_speech(s, doc, noun))
        return whose(doc, noun);
    uint32_t found = DM_NONE;
    DM_EACH_KID(doc, noun, k)
    {
        unsigned d = dm_deprel_base((dm_deprel)dm_tok(doc, k)->deprel);
        if ((d == DM_D_NMOD || d == DM_D_OBL) && (found == DM_NONE || dm_tok(doc, found)->mention == DM_NONE))
            found = k;
    }
    return found == DM_NONE ? noun : whose(doc, found);
}

/* "accused them of having armed it", "denied being paid": a gerund by its auxiliary. */
static bool having_done(const dm_doc *doc, uint32_t v)
{
    DM_EACH_KID(doc, v, k)
    if (dm_deprel_base((dm_deprel)dm_tok(doc, k)->deprel) == DM_D_AUX && dm_str_in(dm_tok(doc, k)->norm, "having being"))
        return dm_kid(doc, v, DM_D_NSUBJ) == DM_NONE;
    return false;
}

/* "asked them to withdraw", "accused them of spying": what is asked or charged is the word of the one who asks. */
static bool held(const dm_status_tables *s, const dm_doc *doc, uint32_t cur, uint32_t g)
{
    unsigned d = dm_deprel_base((dm_deprel)dm_tok(doc, cur)->deprel);
    bool below = d == DM_D_XCOMP || d == DM_D_OBJ || d == DM_D_OBL || d == DM_D_ADVCL || d == DM_D_CCOMP;
    if (!below || !dm_verbal(doc, g))
        return false;
    unsigned kind = kind_of(s, doc, g);
    bool gerund = dm_comp_of(doc, cur) == COMP_ING || having_done(doc, cur);
    if (gerund && ((kind & JUDGES) || (d == DM_D_XCOMP && (kind & SAYS)))) /* "praised it for helping", "admitted helping it" */
        return true;
    return (kind & HOLDS) && (d != DM_D_ADVCL || gerund);
}

static uint32_t speech_holder(const dm_doc *doc, uint32_t g)
{
    if (!dm_nominal(doc, g))
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
    bool under = dm_tok(doc, g)->deprel == DM_D_OBJ || dm_tok(doc, g)->deprel == DM_D_OBL; /* "on the ground that" */
    return v != DM_NONE && dm_verbal(doc, v) && under ? dm_logical_subject(doc, v) : DM_NONE;
}

unsigned dm_speakers(const dm_status_tables *s, const dm_doc *doc, uint32_t t, uint32_t *speaker, uint32_t *verbs, bool *deny)
{
    unsigned n = 0;
    uint32_t cur = t, from = DM_NONE;
    *deny = false;
    for (unsigned depth = 0; depth < PATH_MAX && n < SPEAKERS_MAX; depth++) {
        bool no = false;
        uint32_t verb = DM_NONE, who = beside(s, doc, cur, from, &verb, &no);
        if (who != DM_NONE && n < SPEAKERS_MAX) {
            *deny = *deny || (n == 0 && no);
            verbs[n] = verb;
            speaker[n++] = behind(s, doc, who);
        }
        uint32_t g = dm_tok(doc, cur)->head;
        if (g == DM_NONE || n == SPEAKERS_MAX)
            break;
        unsigned d = dm_tok(doc, cur)->deprel, kind = 0;
        bool finite = d == DM_D_CCOMP || (d == DM_D_ACL && dm_kid(doc, cur, DM_D_MARK) != DM_NONE && !dm_marked_to(doc, cur)) ||
                      (d == DM_D_ACL_RELCL && dm_content_clause(doc, cur)) || (d == DM_D_XCOMP && dm_is_passive(doc, g)) ||
                      (d == DM_D_PARATAXIS && dm_is_speech(s, doc, g));
        if (dm_str_is(dm_tok(doc, g)->lemma, "know") && dm_tok(doc, g)->deprel == DM_D_XCOMP && d == DM_D_CCOMP)
            g = dm_tok(doc, g)->head; /* "let them know that": the one who lets */
        bool says = finite && (kind = dm_is_speech(s, doc, dm_tok(doc, cur)->head)) != 0;
        if ((says || held(s, doc, cur, g)) && (who = speech_holder(doc, g)) != DM_NONE) {
            *deny = *deny || (n == 0 && kind == 2);
            verbs[n] = g;
            speaker[n++] = behind(s, doc, who);
        }
        from = cur;
        cur = g;
    }
    return n;
}

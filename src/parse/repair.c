// SPDX-License-Identifier: Apache-2.0
/* Certain repairs of trees: verb forms that cannot stand in one coordination, "U.S.-led" before a noun, and a noun that has a subject but
 * no verb ("the government recently seized control" read as a noun phrase), clauses joined to "said" that are said, too, and verbs behind a
 * closed relative clause; further down, each with its own example, words read as part of a noun phrase that are a clause, an object, a
 * participle or a time.
 *
 * In "asked Japan to join and warned China" the finite "warned" cannot share the "to" of "join"; likewise after a modal. Where the parser
 * hung a finite verb on a bare infinitive, it is hung on the nearest finite verb above instead. Heads stay to the left, so the tree stays
 * a tree. */
#include "parse/repair.h"

enum { CLIMB_MAX = 8 };

static bool is_finite(const dm_token *t) { return t->upos == DM_U_VERB && (t->xpos == DM_X_VBD || t->xpos == DM_X_VBZ); }

static bool has_subject(const dm_doc *doc, const dm_sent *s, uint32_t verb)
{
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (doc->tokens.v[t].head == verb && dm_deprel_base((dm_deprel)doc->tokens.v[t].deprel) == DM_D_NSUBJ)
            return true;
    return false;
}

static uint32_t finite_above(const dm_doc *doc, uint32_t t)
{
    uint32_t up = t;
    for (unsigned i = 0; i < CLIMB_MAX; i++) {
        up = doc->tokens.v[up].head;
        if (up == DM_NONE)
            return DM_NONE;
        const dm_token *k = &doc->tokens.v[up];
        if (up < t && (is_finite(k) || (k->upos == DM_U_VERB && (k->xpos == DM_X_VBN || k->xpos == DM_X_VBP))))
            return up;
    }
    return DM_NONE;
}

/* The noun that a hyphened participle stands before: the last of the run of adjectives and nouns behind it. */
static uint32_t noun_behind(const dm_doc *doc, uint32_t from, uint32_t end)
{
    uint32_t noun = DM_NONE;
    for (uint32_t t = from; t < end; t++) {
        unsigned u = doc->tokens.v[t].upos;
        if (u == DM_U_NOUN || u == DM_U_PROPN)
            noun = t;
        else if (u != DM_U_ADJ)
            break;
    }
    return noun;
}

static bool between(uint32_t t, uint32_t from, uint32_t to) { return t != DM_NONE && t >= from && t <= to; }

/* "the United States-led boycott": name -> participle -> noun; what hung on either from outside hangs on the noun. */
static void join_hyphen(dm_doc *doc, const dm_sent *s, uint32_t name, uint32_t participle, uint32_t noun)
{
    dm_token *k = doc->tokens.v;
    uint32_t first = name;
    while (first > s->first && between(k[first - 1].head, first, name) &&
           (k[first - 1].upos == DM_U_PROPN || k[first - 1].upos == DM_U_ADJ))
        first--;
    uint32_t outer = between(k[noun].head, first, noun)
                         ? (between(k[name].head, first, noun) ? k[participle].head : k[name].head)
                         : k[noun].head;
    uint8_t rel = between(k[noun].head, first, noun)
                      ? (between(k[name].head, first, noun) ? k[participle].deprel : k[name].deprel)
                      : k[noun].deprel;
    uint32_t up = outer;
    for (uint32_t steps = 0; up != DM_NONE && steps <= s->n; steps++, up = k[up].head)
        if (between(up, first, noun))
            return; /* it would hang under itself: the tree is left as it is */
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        bool outside = t < first || t > noun;
        if (outside && (k[t].head == participle || (k[t].head == name && t < first)))
            k[t].head = k[t].deprel == DM_D_CASE || k[t].deprel == DM_D_DET || k[t].deprel == DM_D_NMOD_POSS || outer == DM_NONE
                            ? noun
                            : outer;
    }
    k[noun].head = outer;
    k[noun].deprel = rel;
    k[participle].head = noun;
    k[participle].deprel = DM_D_AMOD;
    k[name].head = participle;
    k[name].deprel = DM_D_COMPOUND;
    for (uint32_t t = participle + 1; t < noun; t++)
        if (k[t].head == participle)
            k[t].head = noun;
}

static void repair_hyphens(dm_doc *doc, const dm_sent *s)
{
    const dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 1; t + 2 < s->first + s->n; t++) {
        bool tight = dm_str_is(k[t].norm, "-") && !(k[t].flags & DM_T_SPACE) && !(k[t + 1].flags & DM_T_SPACE);
        if (!tight || k[t - 1].upos != DM_U_PROPN || k[t + 1].xpos != DM_X_VBN)
            continue;
        uint32_t noun = noun_behind(doc, t + 2, s->first + s->n);
        if (noun != DM_NONE && !(k[t + 1].head == noun && k[t - 1].head == t + 1))
            join_hyphen(doc, s, t - 1, t + 1, noun);
    }
}

static bool is_nominal(const dm_token *t) { return t->upos == DM_U_NOUN || t->upos == DM_U_PROPN; }

/* What the words around a noun say: its subject, a past form between, whether it has a copula or auxiliary. */
typedef struct verbless {
    uint32_t subject, verb;
    bool copula;
} verbless;

static verbless look(const dm_doc *doc, const dm_sent *s, uint32_t noun)
{
    const dm_token *k = doc->tokens.v;
    verbless v = { DM_NONE, DM_NONE, false };
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        if (k[t].head != noun)
            continue;
        v.copula = v.copula || k[t].deprel == DM_D_COP || k[t].deprel == DM_D_AUX || k[t].deprel == DM_D_MARK;
        if (k[t].deprel == DM_D_NSUBJ && t < noun && v.subject == DM_NONE)
            v.subject = t;
        bool modifier = k[t].deprel == DM_D_AMOD || k[t].deprel == DM_D_COMPOUND || k[t].deprel == DM_D_ACL;
        bool past = k[t].upos == DM_U_VERB && (k[t].xpos == DM_X_VBD || (k[t].xpos == DM_X_VBN && v.verb == DM_NONE));
        if (modifier && t < noun && past)
            v.verb = t;
    }
    return v;
}

/* A noun at the top with a past form before it that is tagged as finite: the subject is the name before that form. */
static uint32_t name_before(const dm_doc *doc, const dm_sent *s, uint32_t verb, uint32_t noun)
{
    const dm_token *k = doc->tokens.v;
    for (uint32_t t = verb; t-- > s->first;)
        if (is_nominal(&k[t]) || (k[t].upos == DM_U_ADJ && k[t].head == verb))
            return k[t].head == noun || k[t].head == verb ? t : DM_NONE;
    return DM_NONE;
}

/* "Peru delivered tents to Chile": a participle without hyphen right behind a name that opens the sentence is a finite verb. */
static bool name_alone(const dm_doc *doc, const dm_sent *s, uint32_t verb)
{
    uint32_t open = s->first + s->dateline;
    if (verb <= open || doc->tokens.v[verb - 1].upos != DM_U_PROPN)
        return false;
    for (uint32_t t = open; t < verb; t++)
        if (doc->tokens.v[t].upos != DM_U_PROPN && doc->tokens.v[t].upos != DM_U_DET)
            return false;
    return true;
}

static void make_clause(dm_doc *doc, const dm_sent *s, uint32_t subject, uint32_t verb, uint32_t noun)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        unsigned d = dm_deprel_base((dm_deprel)k[t].deprel);
        bool clausal =
            d == DM_D_PUNCT || d == DM_D_ADVCL || d == DM_D_OBL || d == DM_D_PARATAXIS || d == DM_D_CCOMP || d == DM_D_XCOMP;
        if (k[t].head == noun && t != verb && t != subject && (t < verb ? t > subject : t > noun && clausal))
            k[t].head = verb;
        else if (t < subject && (k[t].head == noun || k[t].head == verb))
            k[t].head = d == DM_D_PUNCT || d == DM_D_OBL || d == DM_D_ADVMOD ? verb : subject;
    }
    k[verb].head = k[noun].head;
    k[verb].deprel = k[noun].deprel;
    k[verb].xpos = DM_X_VBD;
    k[verb].feats = DM_F_PAST | DM_F_FIN;
    k[noun].head = verb;
    k[noun].deprel = DM_D_OBJ;
    k[subject].head = verb;
    k[subject].deprel = DM_D_NSUBJ;
}

static void repair_verbless(dm_doc *doc, const dm_sent *s)
{
    const dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        bool top = k[t].head == DM_NONE;
        if (!is_nominal(&k[t]) || !(top || k[t].deprel == DM_D_CCOMP || k[t].deprel == DM_D_CONJ))
            continue;
        verbless v = look(doc, s, t);
        if (v.copula || v.verb == DM_NONE)
            continue;
        if (v.subject == DM_NONE && top && (k[v.verb].xpos == DM_X_VBD || name_alone(doc, s, v.verb)))
            v.subject = name_before(doc, s, v.verb, t);
        if (v.subject != DM_NONE && v.subject < v.verb)
            make_clause(doc, s, v.subject, v.verb, t);
    }
}

static uint32_t first_kid(const dm_doc *doc, const dm_sent *s, uint32_t head, unsigned rel)
{
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (doc->tokens.v[t].head == head && doc->tokens.v[t].deprel == rel)
            return t;
    return DM_NONE;
}

/* "said that it would help, and that they had attacked", "said it was ready and had sent a team": the second clause is said, too. */
static void repair_said(dm_doc *doc, const dm_sent *s)
{
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        dm_token *k = &doc->tokens.v[t];
        if (k->deprel != DM_D_CONJ || k->upos != DM_U_VERB || k->head == DM_NONE || doc->tokens.v[k->head].upos != DM_U_VERB)
            continue;
        uint32_t said = first_kid(doc, s, k->head, DM_D_CCOMP), mark = first_kid(doc, s, t, DM_D_MARK),
                 aux = first_kid(doc, s, t, DM_D_AUX);
        if (said == DM_NONE || said >= t || said <= k->head)
            continue;
        bool that = mark != DM_NONE && dm_str_is(doc->tokens.v[mark].norm, "that");
        bool had = aux != DM_NONE && dm_str_in(doc->tokens.v[aux].norm, "had would") &&
                   doc->tokens.v[k->head].xpos == DM_X_VBD && !has_subject(doc, s, t);
        if (that || had)
            k->head = said;
    }
}

static bool comma_before(const dm_doc *doc, const dm_sent *s, uint32_t t)
{
    return t != DM_NONE && t > s->first && dm_str_is(doc->tokens.v[t - 1].norm, ",");
}

/* "overran the town, which was a safe area, and murdered its men": the second comma closes the relative clause, and the verb after it
 * is joined to the main one. */
static void repair_closed_relative(dm_doc *doc, const dm_sent *s)
{
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        dm_token *k = &doc->tokens.v[t];
        if (k->deprel != DM_D_CONJ || k->upos != DM_U_VERB || (k->xpos != DM_X_VBD && k->xpos != DM_X_VBN) ||
            k->head == DM_NONE)
            continue;
        uint32_t rel = k->head, noun = doc->tokens.v[rel].head, cc = first_kid(doc, s, t, DM_D_CC);
        if (doc->tokens.v[rel].deprel != DM_D_ACL_RELCL || noun == DM_NONE || first_kid(doc, s, rel, DM_D_CONJ) != t ||
            !comma_before(doc, s, cc) || first_kid(doc, s, t, DM_D_AUX) != DM_NONE || has_subject(doc, s, t))
            continue;
        bool open = false;
        for (uint32_t i = noun + 1; i < rel && !open; i++)
            open = dm_str_in(doc->tokens.v[i].norm, "which who whom whose where") && comma_before(doc, s, i);
        uint32_t up = open ? finite_above(doc, rel) : DM_NONE;
        if (up == DM_NONE || (doc->tokens.v[up].xpos != DM_X_VBD && doc->tokens.v[up].xpos != DM_X_VBN))
            continue;
        k->head = up;
        if (doc->tokens.v[up].xpos == DM_X_VBD)
            k->xpos = DM_X_VBD;
    }
}

/* The subject behind the comma that closes the opening phrase: a nominal that hangs on the verb, or was joined to the opening word. */
static uint32_t late_subject(const dm_doc *doc, uint32_t opening, uint32_t verb)
{
    bool comma = false;
    for (uint32_t t = opening + 1; t < verb; t++) {
        const dm_token *k = &doc->tokens.v[t];
        comma = comma || dm_str_is(k->norm, ",");
        bool joined = k->head == opening && (k->deprel == DM_D_CONJ || k->deprel == DM_D_APPOS);
        bool subject = k->head == verb && (k->deprel == DM_D_NSUBJ || k->deprel == DM_D_NSUBJ_PASS);
        if (comma && (joined || subject) && (is_nominal(k) || k->upos == DM_U_PRON))
            return t;
    }
    return DM_NONE;
}

/* Whether the word at the top has a verb of its own: a copula, an auxiliary or a finite verb joined to it. */
static bool has_verb(const dm_doc *doc, const dm_sent *s, uint32_t top)
{
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        const dm_token *k = &doc->tokens.v[t];
        bool joined = k->deprel == DM_D_CONJ || k->deprel == DM_D_PARATAXIS || k->deprel == DM_D_ROOT;
        if (k->head == top &&
            (k->deprel == DM_D_COP || k->deprel == DM_D_AUX || k->deprel == DM_D_NSUBJ || (joined && k->upos == DM_U_VERB)))
            return true;
    }
    return false;
}

/* "The letter, which Peru signed, voiced regret": with a name at the top and no verb, a past form behind the name or behind a comma
 * that is tagged as the participle of a bare noun is the verb. */
static void repair_bare_object(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    uint32_t top = s->first;
    while (top < s->first + s->n && k[top].head != DM_NONE)
        top++;
    if (top == s->first + s->n || !is_nominal(&k[top]) || has_verb(doc, s, top))
        return;
    for (uint32_t t = top + 1; t + 1 < s->first + s->n; t++) {
        bool behind = is_nominal(&k[t - 1]) || dm_str_is(k[t - 1].norm, ",");
        if (!behind || k[t].upos != DM_U_VERB || k[t].xpos != DM_X_VBN || k[t].deprel != DM_D_AMOD || k[t].head <= t ||
            first_kid(doc, s, k[t].head, DM_D_CC) != DM_NONE)
            continue;
        uint32_t noun = k[t].head;
        k[t].head = DM_NONE;
        k[t].deprel = DM_D_ROOT;
        k[t].xpos = DM_X_VBD;
        k[t].feats = DM_F_PAST | DM_F_FIN;
        k[noun].head = t;
        k[noun].deprel = DM_D_OBJ;
        k[top].head = t;
        k[top].deprel = DM_D_NSUBJ;
        return;
    }
}

/* "It recalled the consul, cut off aid and closed ports": a verb that has an object has no second one; the participle
 * of a bare noun behind a comma is the next verb. */
static void repair_second_object(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 1; t < s->first + s->n; t++) {
        uint32_t noun = k[t].head, verb = noun == DM_NONE ? DM_NONE : k[noun].head;
        if (k[t].upos != DM_U_VERB || k[t].xpos != DM_X_VBN || k[t].deprel != DM_D_AMOD || verb == DM_NONE || verb >= t ||
            noun < t || k[noun].deprel != DM_D_OBJ || !is_finite(&k[verb]) || !dm_str_is(k[t - 1].norm, ","))
            continue;
        uint32_t first = first_kid(doc, s, verb, DM_D_OBJ);
        if (first == DM_NONE || first >= t)
            continue;
        k[t].head = verb;
        k[t].deprel = DM_D_CONJ;
        k[t].xpos = DM_X_VBD;
        k[t].feats = DM_F_PAST | DM_F_FIN;
        k[noun].head = t;
    }
}

/* "Meeting in Lima, the ministers signed ...": no noun and no subject of the verb, but what the ministers did meanwhile. */
static void repair_opening(dm_doc *doc, const dm_sent *s)
{
    uint32_t t = s->first + s->dateline;
    if (t + 2 >= s->first + s->n || !dm_str_is(doc->tokens.v[t].norm, "meeting") || doc->tokens.v[t].upos != DM_U_NOUN ||
        !dm_str_in(doc->tokens.v[t + 1].norm, "in at on with for after near outside behind"))
        return;
    dm_token *k = &doc->tokens.v[t];
    if (k->head == DM_NONE || k->head < t || doc->tokens.v[k->head].upos != DM_U_VERB)
        return;
    uint32_t subject = late_subject(doc, t, k->head);
    if (subject == DM_NONE)
        return;
    k->upos = DM_U_VERB;
    k->xpos = DM_X_VBG;
    k->lemma = DM_STR("meet");
    k->deprel = DM_D_ADVCL;
    if (doc->tokens.v[subject].head == t)
        doc->tokens.v[subject].deprel = DM_D_NSUBJ;
    doc->tokens.v[subject].head = k->head;
    for (uint32_t i = t + 1; i < s->first + s->n; i++)
        if (doc->tokens.v[i].head == t && doc->tokens.v[i].deprel == DM_D_NMOD)
            doc->tokens.v[i].deprel = DM_D_OBL;
}

/* "Oslo voiced regret and Lima recalled its envoy": a name and a past form before a noun are a clause when a second name and verb follow;
 * the parser made them one long subject. */
static void repair_joined_clause(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 1; t + 3 < s->first + s->n; t++) {
        uint32_t noun = k[t].head, verb = noun == DM_NONE ? DM_NONE : k[noun].head;
        if (k[t].upos != DM_U_VERB || k[t].deprel != DM_D_AMOD || k[t].xpos == DM_X_VBG || noun < t || verb == DM_NONE ||
            verb < noun || !is_nominal(&k[noun]) || k[noun].deprel != DM_D_NSUBJ || k[verb].upos != DM_U_VERB ||
            k[t - 1].upos != DM_U_PROPN || (k[t - 1].head != noun && k[t - 1].head != t))
            continue;
        uint32_t second = first_kid(doc, s, noun, DM_D_CONJ);
        uint32_t cc = second == DM_NONE ? DM_NONE : first_kid(doc, s, second, DM_D_CC);
        bool joined = cc != DM_NONE && second > noun && second < verb && k[second].upos == DM_U_PROPN;
        bool finite = k[t].xpos == DM_X_VBD && t + 1 == noun && first_kid(doc, s, noun, DM_D_DET) == DM_NONE;
        if (!joined && !finite)
            continue;
        for (uint32_t i = s->first; i < s->first + s->n; i++)
            if (i < t - 1 && k[i].head == noun)
                k[i].head = t - 1;
            else if (i < t && k[i].head == verb)
                k[i].head = t;
        k[t].head = k[verb].head;
        k[t].deprel = k[verb].deprel;
        k[t].xpos = DM_X_VBD;
        k[t].feats = DM_F_PAST | DM_F_FIN;
        k[t - 1].head = t;
        k[t - 1].deprel = DM_D_NSUBJ;
        k[noun].head = t;
        k[noun].deprel = DM_D_OBJ;
        k[verb].head = t;
        k[verb].deprel = joined ? DM_D_CONJ : DM_D_PARATAXIS;
        if (joined) {
            k[second].head = verb;
            k[second].deprel = DM_D_NSUBJ;
            k[cc].head = verb;
        }
    }
}

/* "recalled its envoy two weeks later": the noun was read as part of "envoy two weeks". */
static void repair_later(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 1; t + 3 < s->first + s->n; t++) {
        uint32_t time = t + 2, verb = k[time].head;
        if (!is_nominal(&k[t]) || k[t].head != time || k[t + 1].head != time ||
            !(k[t + 1].upos == DM_U_NUM || dm_str_in(k[t + 1].norm, "a an some several")) ||
            !dm_str_in(k[time].lemma, "minute hour day week month year decade") ||
            !dm_str_in(k[time + 1].norm, "later earlier ago afterwards afterward"))
            continue;
        if (verb != DM_NONE && verb == time + 1)
            verb = k[verb].head;
        if (verb == DM_NONE || verb >= t || k[verb].upos != DM_U_VERB)
            continue;
        bool phrase = false;
        for (uint32_t i = verb + 1; i < t; i++)
            if (k[i].head == time) {
                k[i].head = t;
                phrase = phrase || k[i].deprel == DM_D_CASE;
            }
        k[t].head = verb;
        k[t].deprel = phrase ? DM_D_OBL : DM_D_OBJ;
    }
}

/* "voted against them and Peru abstained", "voiced anger and Lima recalled its envoy": the name before a verb without a subject was
 * joined to the pronoun or thing. */
static void repair_name_joined(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 2; t < s->first + s->n; t++) {
        uint32_t name = t;
        if (!is_finite(&k[t]) || k[t].deprel != DM_D_CONJ || has_subject(doc, s, t))
            continue;
        while (name > s->first && k[name - 1].head == t && (k[name - 1].upos == DM_U_AUX || k[name - 1].upos == DM_U_ADV))
            name--;
        if (name-- == s->first || !is_nominal(&k[name]) || k[name].deprel != DM_D_CONJ || k[name].head >= name)
            continue;
        const dm_token *to = &k[k[name].head];
        bool pronoun = to->upos == DM_U_PRON && dm_str_in(to->norm, "him her it them us me");
        bool thing = to->upos == DM_U_NOUN && to->deprel == DM_D_OBJ && k[name].upos == DM_U_PROPN;
        if (!pronoun && !thing)
            continue;
        uint32_t cc = first_kid(doc, s, name, DM_D_CC);
        if (cc != DM_NONE)
            k[cc].head = t;
        k[name].head = t;
        k[name].deprel = DM_D_NSUBJ;
    }
}

/* "lodged what it termed a protest", "after what he described as an attack": the noun is what was lodged; how it was called stands
 * beside it. */
static void repair_called(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first; t + 3 < s->first + s->n; t++) {
        uint32_t verb = dm_str_is(k[t].norm, "what") && k[t].head != DM_NONE ? first_kid(doc, s, t, DM_D_ACL_RELCL) : DM_NONE;
        if (verb == DM_NONE && dm_str_is(k[t].norm, "what") && k[t].head != DM_NONE && k[t].head < t)
            verb = first_kid(doc, s, k[t].head, DM_D_CCOMP); /* "lodged what it called a protest", read as two objects */
        if (verb == DM_NONE || verb < t ||
            !dm_str_in(k[verb].lemma, "call term describe label brand dub consider deem regard see view") ||
            !has_subject(doc, s, verb))
            continue;
        uint32_t noun = DM_NONE;
        for (uint32_t i = verb + 1; i < s->first + s->n && noun == DM_NONE; i++)
            if (k[i].head == verb && is_nominal(&k[i]) &&
                (k[i].deprel == DM_D_OBJ || k[i].deprel == DM_D_XCOMP || k[i].deprel == DM_D_OBL))
                noun = i;
        uint32_t as = noun == DM_NONE ? DM_NONE : first_kid(doc, s, noun, DM_D_CASE);
        if (noun == DM_NONE || (k[noun].deprel == DM_D_OBL && (as == DM_NONE || !dm_str_is(k[as].norm, "as"))))
            continue;
        if (as != DM_NONE) {
            k[as].head = verb;
            k[as].deprel = DM_D_MARK;
        }
        for (uint32_t i = s->first; i < t; i++)
            if (k[i].head == t && k[i].deprel == DM_D_CASE)
                k[i].head = noun;
        k[noun].head = k[t].head;
        k[noun].deprel = k[t].deprel;
        k[verb].head = noun;
        k[verb].deprel = DM_D_ACL_RELCL;
        k[t].head = verb;
        k[t].deprel = DM_D_OBJ;
    }
}

/* A noun tagged so though it has an object: "rights groups fault Oslo", "the decision bars all ships". */
static void repair_noun_verb(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 1; t + 1 < s->first + s->n; t++) {
        bool clause =
            k[t].head == DM_NONE || k[t].deprel == DM_D_CCOMP || k[t].deprel == DM_D_CONJ || k[t].deprel == DM_D_PARATAXIS;
        if (k[t].upos != DM_U_NOUN || !clause)
            continue;
        uint32_t object = first_kid(doc, s, t, DM_D_OBJ), before = t - 1;
        if (object == DM_NONE && k[t + 1].head == t && k[t + 1].upos == DM_U_PROPN && k[t + 1].deprel == DM_D_VOCATIVE)
            object = t + 1;
        bool subject = k[before].head == t && is_nominal(&k[before]) &&
                       (k[before].deprel == DM_D_NSUBJ || k[before].deprel == DM_D_COMPOUND);
        bool agrees = k[t].xpos == DM_X_NNS ? k[before].xpos != DM_X_NNS : k[before].xpos == DM_X_NNS;
        if (object == DM_NONE || object < t || !subject || !agrees || first_kid(doc, s, t, DM_D_COP) != DM_NONE ||
            (first_kid(doc, s, t, DM_D_NSUBJ) != DM_NONE && first_kid(doc, s, t, DM_D_NSUBJ) != before))
            continue;
        for (uint32_t i = s->first; i < before; i++)
            if (k[i].head == t && (k[i].deprel == DM_D_DET || k[i].deprel == DM_D_AMOD || k[i].deprel == DM_D_COMPOUND ||
                                      k[i].deprel == DM_D_NMOD_POSS))
                k[i].head = before;
        for (uint32_t i = t + 1; i < s->first + s->n; i++)
            if (k[i].head == t && k[i].deprel == DM_D_NMOD)
                k[i].deprel = DM_D_OBL;
        k[before].deprel = DM_D_NSUBJ;
        k[object].deprel = DM_D_OBJ;
        k[t].upos = DM_U_VERB;
        k[t].xpos = k[t].xpos == DM_X_NNS ? DM_X_VBZ : DM_X_VBP;
        k[t].feats = DM_F_PRES | DM_F_FIN;
    }
}

/* "X, the premier, flew to Lima, agreed to talks and asked for aid": a series of finite verbs of which the first hangs on the next. */
static bool opens_series(const dm_doc *doc, const dm_sent *s, uint32_t verb)
{
    uint32_t g = doc->tokens.v[verb].head;
    return g != DM_NONE && g > verb && doc->tokens.v[g].upos == DM_U_VERB && first_kid(doc, s, g, DM_D_CONJ) != DM_NONE &&
           comma_before(doc, s, g);
}

/* "the envoy, recalled in March, ...": a past form that has neither subject nor object nor subordinator is a participle. */
static void repair_participle(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (k[t].upos == DM_U_VERB && k[t].xpos == DM_X_VBD && (k[t].deprel == DM_D_ADVCL || k[t].deprel == DM_D_ACL) &&
            !has_subject(doc, s, t) && first_kid(doc, s, t, DM_D_OBJ) == DM_NONE &&
            first_kid(doc, s, t, DM_D_MARK) == DM_NONE && first_kid(doc, s, t, DM_D_AUX) == DM_NONE &&
            first_kid(doc, s, t, DM_D_CCOMP) == DM_NONE && first_kid(doc, s, t, DM_D_XCOMP) == DM_NONE &&
            comma_before(doc, s, t) && !opens_series(doc, s, t)) {
            k[t].xpos = DM_X_VBN;
            k[t].feats = DM_F_PAST | DM_F_PART | DM_F_PASS;
            if (t >= s->first + 2 && is_nominal(&k[t - 2]) && k[t - 2].head == k[t].head) {
                k[t].head = t - 2;
                k[t].deprel = DM_D_ACL;
            }
        }
}

/* "had banned imports and frozen Peruvian assets": after a perfect, "and" joins two participles. */
static void repair_joined_perfect(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 2; t + 1 < s->first + s->n; t++) {
        uint32_t noun = k[t].head, verb = noun;
        if (k[t].upos != DM_U_VERB || k[t].deprel != DM_D_AMOD || k[t].xpos != DM_X_VBN || !dm_str_is(k[t - 1].norm, "and") ||
            noun == DM_NONE || noun < t || k[noun].deprel != DM_D_CONJ || k[noun].head > t)
            continue;
        for (unsigned i = 0; i < CLIMB_MAX && verb != DM_NONE && (verb == noun || k[verb].upos != DM_U_VERB); i++)
            verb = k[verb].head;
        uint32_t aux = verb == DM_NONE || verb > t ? DM_NONE : first_kid(doc, s, verb, DM_D_AUX);
        if (aux == DM_NONE || k[verb].xpos != DM_X_VBN || !dm_str_in(k[aux].norm, "has have had") ||
            first_kid(doc, s, verb, DM_D_AUX_PASS) != DM_NONE)
            continue;
        k[t].head = verb;
        k[t].deprel = DM_D_CONJ;
        k[t - 1].head = t;
        k[noun].head = t;
        k[noun].deprel = DM_D_OBJ;
    }
}

/* "came to blows", "resorted to threats": what follows "to" and is no infinitive is a noun. */
static void repair_to_noun(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 2; t < s->first + s->n; t++)
        if (k[t].upos == DM_U_VERB && k[t].xpos == DM_X_VBZ && dm_str_is(k[t - 1].norm, "to") && k[t - 1].head == t &&
            k[t].head == t - 2 && (k[t].deprel == DM_D_XCOMP || k[t].deprel == DM_D_ADVCL) && !has_subject(doc, s, t)) {
            k[t].upos = DM_U_NOUN;
            k[t].xpos = DM_X_NNS;
            k[t].feats = DM_F_PLUR | DM_F_THIRD;
            k[t].deprel = DM_D_OBL;
            k[t - 1].deprel = DM_D_CASE;
        }
}

/* "summoned the envoy, suspended official contacts and put off talks": the middle one of three verbs, read as a participle before its
 * object. */
static void repair_middle_verb(dm_doc *doc, const dm_sent *s)
{
    dm_token *k = doc->tokens.v;
    for (uint32_t t = s->first + 1; t + 1 < s->first + s->n; t++) {
        uint32_t noun = k[t].head;
        if (k[t].upos != DM_U_VERB || k[t].deprel != DM_D_AMOD || (k[t].xpos != DM_X_VBN && k[t].xpos != DM_X_VBD) ||
            !comma_before(doc, s, t) || noun == DM_NONE || noun < t || k[noun].deprel != DM_D_CONJ || k[noun].head > t)
            continue;
        uint32_t first = k[noun].head, verb = first;
        for (unsigned i = 0; i < CLIMB_MAX && verb != DM_NONE && k[verb].upos != DM_U_VERB; i++)
            verb = k[verb].head;
        if (!is_nominal(&k[first]) || verb == DM_NONE || verb > first || !is_finite(&k[verb]))
            continue;
        bool third = false;
        for (uint32_t i = noun + 1; i < s->first + s->n && !third; i++)
            third = k[i].head == verb && k[i].deprel == DM_D_CONJ && k[i].xpos == k[verb].xpos && k[i].upos == DM_U_VERB &&
                    first_kid(doc, s, i, DM_D_CC) != DM_NONE && !has_subject(doc, s, i);
        if (!third)
            continue;
        k[t].head = verb;
        k[t].deprel = DM_D_CONJ;
        k[t].xpos = DM_X_VBD;
        k[t].feats = DM_F_PAST | DM_F_FIN;
        k[t - 1].head = t;
        k[noun].head = t;
        k[noun].deprel = DM_D_OBJ;
    }
}

/* "Both denied it", "Neither blamed Lima": alone before a verb without a subject, it is the subject. */
static void repair_both(dm_doc *doc, const dm_sent *s)
{
    for (uint32_t t = s->first; t + 1 < s->first + s->n; t++) {
        dm_token *k = &doc->tokens.v[t];
        bool stray = k->deprel == DM_D_ADVMOD || k->deprel == DM_D_DET || k->deprel == DM_D_CC_PRECONJ;
        if (!stray || !dm_str_in(k->norm, "both neither") || k->head == DM_NONE || k->head <= t)
            continue;
        uint32_t next = t + 1;
        while (next < k->head && doc->tokens.v[next].upos == DM_U_ADV)
            next++;
        dm_token *verb = &doc->tokens.v[next];
        bool past = verb->upos == DM_U_VERB && verb->xpos == DM_X_VBN && verb->deprel == DM_D_ROOT &&
                    first_kid(doc, s, next, DM_D_AUX) == DM_NONE && first_kid(doc, s, next, DM_D_AUX_PASS) == DM_NONE;
        if (next != k->head || (!is_finite(verb) && !past) || has_subject(doc, s, next))
            continue;
        k->deprel = DM_D_NSUBJ;
        if (past) {
            verb->xpos = DM_X_VBD;
            verb->feats = DM_F_PAST | DM_F_FIN;
        }
    }
}

void dm_parse_repair(dm_doc *doc, uint32_t sent)
{
    const dm_sent *s = &doc->sents.v[sent];
    repair_opening(doc, s);
    repair_verbless(doc, s);
    repair_bare_object(doc, s);
    repair_second_object(doc, s);
    repair_hyphens(doc, s);
    repair_said(doc, s);
    repair_closed_relative(doc, s);
    repair_joined_clause(doc, s);
    repair_later(doc, s);
    repair_name_joined(doc, s);
    repair_called(doc, s);
    repair_noun_verb(doc, s);
    repair_participle(doc, s);
    repair_to_noun(doc, s);
    repair_middle_verb(doc, s);
    repair_joined_perfect(doc, s);
    repair_both(doc, s);
    for (uint32_t t = s->first; t < s->first + s->n; t++) {
        dm_token *k = &doc->tokens.v[t];
        bool past = k->upos == DM_U_VERB && k->xpos == DM_X_VBN && first_kid(doc, s, t, DM_D_AUX) == DM_NONE &&
                    first_kid(doc, s, t, DM_D_AUX_PASS) == DM_NONE; /* "would help, and paid tribute" */
        if (k->deprel != DM_D_CONJ || (!is_finite(k) && !past) || k->head == DM_NONE || k->head >= t)
            continue;
        const dm_token *g = &doc->tokens.v[k->head];
        if (g->upos != DM_U_VERB || g->xpos != DM_X_VB || has_subject(doc, s, t))
            continue;
        uint32_t up = finite_above(doc, k->head);
        if (up == DM_NONE || (past && doc->tokens.v[up].xpos != DM_X_VBD))
            continue;
        k->head = up;
        k->xpos = past ? DM_X_VBD : k->xpos;
    }
}

// SPDX-License-Identifier: Apache-2.0
/* Who made it (sponsor) and whom it is aimed at (subject), from the instrument's own words: modifiers, participles, relative clauses,
 * prepositions, and the verb whose object or subject it is. What the article says elsewhere comes in chains.c. */
#include "act/work.h"

enum { CLAUSE_MAX = 32, GAP_MAX = 12 };

static bool makes(dm_str lemma)
{
    return dm_str_in(lemma,
        "draft sponsor submit table introduce propose present file initiate tender author lead broker "
        "circulate co-sponsor cosponsor back "
        "launch lodge move offer prepare write organize organise pen craft word compose bring float champion");
}

static bool makes_at(const iw *w, uint32_t t)
{
    uint32_t prt = dm_kid(w->doc, t, DM_D_COMPOUND_PRT);
    if (prt == DM_NONE)
        prt = dm_kid(w->doc, t, DM_D_ADVMOD);
    bool phrasal = prt != DM_NONE && dm_str_in(dm_ict(w, t)->lemma, "put bring draw") &&
                   dm_str_in(dm_ict(w, prt)->norm, "forward together up");
    return phrasal || makes(dm_ict(w, t)->lemma);
}

static void put(char *out, const char *code)
{
    memcpy(out, code, DM_CODE_MAX);
    out[DM_CODE_MAX - 1] = 0;
}

static void add_fellow(inst *i, const dm_entity *e)
{
    if (!e || !e->code[0] || strcmp(e->code, i->sponsor) == 0)
        return;
    for (unsigned k = 0; k < DM_FELLOWS; k++) {
        if (!i->fellow[k][0])
            put(i->fellow[k], e->code);
        if (strcmp(i->fellow[k], e->code) == 0)
            return;
    }
}

/* "by X, Y and Z": who is named together with the sponsor at t; the tree may hang Z on Y. */
static void add_fellows(const iw *w, inst *i, uint32_t t, unsigned depth)
{
    DM_EACH_KID(w->doc, t, k)
    {
        if (dm_ict(w, k)->deprel != DM_D_CONJ || dm_act_verbal(w, k))
            continue;
        const dm_entity *e = dm_act_entity_at(w, k);
        add_fellow(i, e && e->code[0] ? e : dm_act_find_state(w, k, false));
        if (depth < DM_FELLOWS)
            add_fellows(w, i, k, depth + 1);
    }
}

/* t: where the sponsor is named. */
static void sponsor(const iw *w, inst *i, const dm_entity *e, uint32_t t, const char *why)
{
    put(i->sponsor, e->code);
    i->sponsor_why = why;
    add_fellows(w, i, t, 0);
}

static bool aimed(const inst *i) { return dm_str_in(i->type, "resolution sanction boycott motion"); }

/* A bare country noun before it ("Iran sanctions", "Iraq resolution") is whom it is aimed at; an adjective or initials ("U.S.") made it. */
static bool modifier_is_subject(const iw *w, const inst *i, uint32_t k, const dm_entity *e)
{
    const dm_mention *m = &w->doc->mentions.v[dm_ict(w, k)->mention];
    return aimed(i) && dm_ict(w, k)->deprel == DM_D_COMPOUND && m->form == DM_FORM_NAME &&
           !(dm_ict(w, k)->flags & DM_T_ALLCAPS) && e->nature == DM_NAT_STATE && strcmp(e->code, w->doc->home) != 0 &&
           strncmp(i->body, e->code, 3) != 0;
}

/* "U.S.-led", "Saudi-backed": the words stand before the noun, whatever the tree makes of them. */
static bool led_by(iw *w, inst *i)
{
    uint32_t low = w->doc->sents.v[i->sent].first, at = i->first;
    for (uint32_t t = at; t > low + 1 && at - t < 6; t--) {
        if (!dm_str_in(
                dm_ict(w, t - 1)->norm, "led backed sponsored drafted brokered proposed initiated imposed organised organized"))
            continue;
        uint32_t p = t - 2;
        if (dm_token_is(w->doc, p, "-") && p > low)
            p--;
        else
            continue;
        const dm_entity *e = dm_act_entity_at(w, p);
        if (e && e->code[0]) {
            sponsor(w, i, e, p, "led by");
            return true;
        }
    }
    return false;
}

static bool from_modifiers(const iw *w, inst *i)
{
    DM_EACH_KID(w->doc, i->head, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        const dm_entity *e =
            d == DM_D_AMOD || d == DM_D_COMPOUND || d == DM_D_NMOD_POSS || d == DM_D_FLAT ? dm_act_entity_at(w, k) : NULL;
        char body[BODY_MAX];
        if (!e || !e->code[0] || dm_str_in(dm_str_of(e->code), "UNO IGO") || e->nature == DM_NAT_PLACE ||
            (!dm_str_in(i->type, "sanction boycott law") && dm_act_body_of(w, e, body)))
            continue;
        if (modifier_is_subject(w, i, k, e))
            continue;
        sponsor(w, i, e, k, d == DM_D_NMOD_POSS ? "possessor" : "modifier");
        return true;
    }
    return false;
}

/* "drafted by X", "that X submitted", "X means to table". */
static bool from_clause(iw *w, inst *i, uint32_t clause)
{
    const dm_token *c = dm_ict(w, clause);
    if (c->deprel == DM_D_ACL && makes_at(w, clause)) {
        uint32_t by = dm_act_agent(w, clause);
        const dm_entity *e = by == DM_NONE ? NULL : dm_act_find_state(w, by, true);
        if (e)
            sponsor(w, i, e, by, "agent");
        return e != NULL;
    }
    if (c->deprel != DM_D_ACL_RELCL)
        return false;
    for (uint32_t t = clause; t < w->doc->tokens.n && t < clause + CLAUSE_MAX && dm_ict(w, t)->sent == i->sent; t++) {
        if (!dm_act_verbal(w, t) || !(makes_at(w, t) || (t == clause && dm_str_in(c->lemma, "impose issue announce sign"))))
            continue;
        uint32_t s = dm_act_subject(w, t, true);
        const dm_entity *e = s == DM_NONE || s == i->head ? NULL : dm_act_find_state(w, s, true);
        if (!e && (s = dm_act_subject(w, clause, true)) != DM_NONE && s != i->head)
            e = dm_act_find_state(w, s, true);
        if (e) {
            sponsor(w, i, e, s, "relative clause");
            return true;
        }
    }
    return false;
}

/* "a draft Cuba says it may table": a relative clause without its pronoun, which trees often attach elsewhere. A verb of making
 * without an object of its own, in the same stretch between commas, with a subject after the noun. */
static bool from_gap(iw *w, inst *i)
{
    uint32_t end = w->doc->sents.v[i->sent].first + w->doc->sents.v[i->sent].n;
    for (uint32_t t = i->head + 1; t < end && t < i->head + GAP_MAX; t++) {
        if (dm_ict(w, t)->flags & DM_T_PUNCT)
            return false;
        if (!dm_act_verbal(w, t) || !makes_at(w, t) || dm_act_passive(w, t) || dm_kid(w->doc, t, DM_D_OBJ) != DM_NONE)
            continue;
        uint32_t s = dm_act_subject(w, t, true);
        const dm_entity *e = s == DM_NONE || s <= i->head ? NULL : dm_act_find_state(w, s, true);
        if (e) {
            sponsor(w, i, e, s, "relative clause");
            i->gap = t;
        }
        return e != NULL;
    }
    return false;
}

static void from_governing_verb(iw *w, inst *i)
{
    uint32_t verb = dm_ict(w, i->head)->head;
    if (verb == DM_NONE || !dm_act_verbal(w, verb) || !makes_at(w, verb) ||
        dm_str_in(dm_ict(w, verb)->lemma, "back cosponsor co-sponsor"))
        return;
    unsigned d = dm_ict(w, i->head)->deprel;
    bool misread = d == DM_D_NSUBJ && dm_kid(w->doc, verb, DM_D_OBJ) == DM_NONE; /* "the text, put forward by X, passed" */
    if (d != DM_D_OBJ && d != DM_D_NSUBJ_PASS && !misread)
        return;
    uint32_t s = d == DM_D_OBJ ? dm_act_subject(w, verb, true) : dm_act_agent(w, verb);
    const dm_entity *e = s == DM_NONE ? NULL : dm_act_find_state(w, s, true);
    if (e)
        sponsor(w, i, e, s, "subject of the verb");
}

void dm_act_sponsor(iw *w, inst *i)
{
    if (i->sponsor[0] || i->verb || dm_str_in(i->type, "treaty talks"))
        return;
    if (led_by(w, i) || from_modifiers(w, i))
        return;
    DM_EACH_KID(w->doc, i->head, k)
    {
        if (from_clause(w, i, k))
            return;
        if (dm_ict(w, k)->deprel == DM_D_NMOD && dm_str_is(dm_act_case(w, k), "by")) {
            const dm_entity *e = dm_act_find_state(w, k, true);
            if (e) {
                sponsor(w, i, e, k, "by");
                return;
            }
        }
    }
    if (!from_gap(w, i))
        from_governing_verb(w, i);
}

/* --- subject --- */

static bool subject(inst *i, const dm_entity *e, const char *why)
{
    if (!e || e->code[0] == 0 || strcmp(e->code, i->sponsor) == 0 || strncmp(e->code, i->body, 3) == 0)
        return false;
    put(i->subject, e->code);
    i->subject_why = why;
    i->own_subject = true;
    return true;
}

static bool criticises(dm_str lemma)
{
    return dm_str_in(lemma,
        "condemn criticise criticize censure denounce deplore rebuke blame accuse chide castigate target slam blast decry "
        "lambast "
        "chastise reprimand fault punish penalise penalize isolate pressure pressurize warn sanction express voice regret "
        "lament "
        "bemoan attack admonish scold upbraid reproach excoriate assail lash rap chide expose indict arraign berate repudiate");
}

static bool asks(dm_str lemma)
{
    return dm_str_in(lemma,
        "urge ask demand call press order require authorise authorize oblige compel tell request impose threaten order implore "
        "beseech exhort appeal insist plead "
        "instruct direct summon invite enjoin entreat warn remind give bar forbid ban prohibit isolate refer");
}

/* How a preposition aims an instrument of this type: sanctions on, boycott of, resolution on; 0 not at all. */
static unsigned aim(const inst *i, dm_str c)
{
    bool sanction = dm_str_is(i->type, "sanction");
    if (dm_str_is(i->type, "boycott"))
        return dm_str_in(c, "of against on over") ? 1 : dm_str_in(c, "in") ? 2 : 0;
    if (dm_str_in(i->type, "law motion vote declaration"))
        return dm_str_in(c, "against targeting") ? 1 : dm_str_is(i->type, "declaration") && dm_str_in(c, "on about") ? 2 : 0;
    if (dm_str_in(c, "against on over targeting toward towards"))
        return 1;
    if (!sanction && dm_str_in(c, "about regarding concerning censuring condemning criticising criticizing"))
        return 1;
    return dm_str_in(c, sanction ? "to for of" : "for")
               ? 2
               : 0; /* "embargo to", "condemnation for": only when it is a state itself */
}

/* "sanctions on officials of other countries", "on any buyer": on nobody in particular. */
static bool of_others(const iw *w, uint32_t t)
{
    static const char others[] = "other others foreign any third anyone whoever countries";
    if (dm_str_in(dm_ict(w, t)->norm, others))
        return true;
    DM_EACH_KID(w->doc, t, k) if (dm_ict(w, k)->deprel != DM_D_ACL_RELCL && dm_str_in(dm_ict(w, k)->norm, others)) return true;
    return false;
}

static bool makes_it(const iw *w, const inst *i, const dm_entity *e)
{
    uint32_t verb = dm_ict(w, i->head)->head,
             s = verb == DM_NONE || !dm_act_verbal(w, verb) ? DM_NONE : dm_act_subject(w, verb, true);
    const dm_entity *by = s == DM_NONE ? NULL : dm_act_find_state(w, s, true);
    return by && strcmp(by->code, e->code) == 0;
}

/* The games, goods or meeting boycotted; a state inside the phrase; else somebody that is no state. */
static bool aim_at(iw *w, inst *i, uint32_t k, unsigned kind, const char *why)
{
    bool games = dm_str_in(dm_ict(w, k)->norm, "game games olympics paralympics cup competition tournament ceremony");
    if (dm_str_is(i->type, "boycott") && games) {
        char code[DM_CODE_MAX] = "";
        dm_str name = DM_NIL;
        if (dm_act_games(w, k, code, &name)) {
            put(i->subject, code);
            i->name = name;
            i->own_subject = true;
            i->subject_why = "host of the games";
            return true;
        }
    }
    bool clause =
        dm_ict(w, k)->deprel == DM_D_OBL; /* beside a verb only what is named itself: "adopted on Thursday in Geneva" */
    const dm_entity *e = kind == 1 && !clause ? dm_act_find_state(w, k, false) : dm_act_entity_at(w, k);
    if (!e && clause && dm_ict(w, k)->upos == DM_U_NOUN)
        e = dm_act_find_state(w, k, false);
    if (dm_act_state(e) && !(clause && e->nature == DM_NAT_PLACE))
        return subject(i, e, why);
    if (kind != 1 || !dm_str_is(i->type, "sanction"))
        return false;
    if (of_others(w, k)) {
        i->other_subject = true;
        return false;
    }
    e = dm_act_find_state(w, k, true); /* "on the generals": of the article's own country, unless it makes them */
    return e && !clause && e->nature != DM_NAT_PLACE && !makes_it(w, i, e) && subject(i, e, why);
}

static bool from_prepositions(iw *w, inst *i, uint32_t of, const char *why)
{
    static const unsigned passes[] = { 1, 2 };
    for (unsigned p = 0; p < sizeof passes / sizeof *passes; p++)
        DM_EACH_KID(w->doc, of, k)
        {
            unsigned d = dm_ict(w, k)->deprel;
            if ((d == DM_D_NMOD || d == DM_D_OBL) && aim(i, dm_act_case(w, k)) == passes[p] &&
                (d == DM_D_NMOD || passes[p] == 1) && aim_at(w, i, k, passes[p], why))
                return true;
        }
    return false;
}

/* Whom a verb of criticism or demand is about: its object, "call on X", "concern about Y in X"; then its purpose ("drafted to condemn X"). */
static bool from_verb_args(iw *w, inst *i, uint32_t verb, const char *why)
{
    bool hard = criticises(dm_ict(w, verb)->lemma), soft = asks(dm_ict(w, verb)->lemma);
    DM_EACH_KID(w->doc, verb, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        bool arg = d == DM_D_OBJ || d == DM_D_IOBJ ||
                   (d == DM_D_OBL && dm_str_in(dm_act_case(w, k), "on upon about over against at for"));
        uint32_t m = dm_ict(w, k)->mention; /* whom a text is said to ask "it" of is too often somebody else */
        bool pronoun = m != DM_NONE && m < w->doc->mentions.n && w->doc->mentions.v[m].form == DM_FORM_PRONOUN;
        if ((hard || soft) && arg && k != i->head && !pronoun) {
            const dm_entity *e = dm_act_find_state(w, k, false);
            if (e && !(soft && strcmp(e->code, w->doc->home) == 0 && strncmp(i->body, e->code, 3) == 0) && subject(i, e, why))
                return true;
        }
    }
    DM_EACH_KID(w->doc, verb, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        bool inner = (d == DM_D_ADVCL || d == DM_D_XCOMP || d == DM_D_CONJ) && k > i->head &&
                     (criticises(dm_ict(w, k)->lemma) || asks(dm_ict(w, k)->lemma));
        if (inner && k != verb)
            DM_EACH_KID(w->doc, k, o)
        if ((dm_ict(w, o)->deprel == DM_D_OBJ || dm_ict(w, o)->deprel == DM_D_OBL) &&
            subject(i, dm_act_find_state(w, o, false), "purpose"))
            return true;
    }
    return false;
}

static bool from_governing(iw *w, inst *i)
{
    const dm_token *t = dm_ict(w, i->head);
    uint32_t verb = t->head;
    if (verb == DM_NONE || !dm_act_verbal(w, verb))
        return false;
    if (t->deprel == DM_D_NSUBJ && !dm_act_passive(w, verb))
        return from_verb_args(w, i, verb, "object of its verb");
    if (t->deprel != DM_D_OBJ && t->deprel != DM_D_NSUBJ_PASS)
        return false;
    if (from_prepositions(w, i, verb, "preposition of the verb"))
        return true;
    DM_EACH_KID(w->doc, verb, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        if ((d == DM_D_ADVCL || d == DM_D_XCOMP) && k > i->head && criticises(dm_ict(w, k)->lemma) &&
            !dm_str_is(i->type, "sanction"))
            DM_EACH_KID(w->doc, k, o)
        if (dm_ict(w, o)->deprel == DM_D_OBJ && subject(i, dm_act_find_state(w, o, false), "clause beside it"))
            return true;
    }
    return false;
}

static bool from_own_modifiers(iw *w, inst *i)
{
    DM_EACH_KID(w->doc, i->head, k)
    {
        const dm_entity *e = dm_ict(w, k)->deprel == DM_D_COMPOUND ? dm_act_entity_at(w, k) : NULL;
        if (dm_act_state(e) && modifier_is_subject(w, i, k, e) && subject(i, e, "modifier"))
            return true;
        if (dm_ict(w, k)->deprel == DM_D_AMOD && dm_str_in(dm_ict(w, k)->norm, "anti-") &&
            dm_act_state(dm_act_entity_at(w, k)) && subject(i, dm_act_entity_at(w, k), "anti-"))
            return true;
    }
    return false;
}

static bool from_verb_object(iw *w, inst *i)
{
    uint32_t o = dm_kid(w->doc, i->head, DM_D_OBJ);
    if (o == DM_NONE)
        o = dm_kid(w->doc, i->head, DM_D_NSUBJ_PASS);
    return o != DM_NONE && aim_at(w, i, o, 1, "object");
}

bool dm_act_rejects(dm_str verb)
{
    return dm_str_in(verb,
        "reject denounce dismiss decry slam protest deplore defy shrug repudiate rubbish scorn ridicule mock "
        "brush condemn resent flout disregard ignore");
}

/* Who rejects or denounces a resolution or sanctions without a word on whom they are aimed at, is mostly the one. */
static void who_rejects(iw *w, inst *i)
{
    uint32_t verb = dm_ict(w, i->head)->head;
    if (verb == DM_NONE || !dm_act_verbal(w, verb) || dm_ict(w, i->head)->deprel != DM_D_OBJ ||
        !dm_str_in(i->type, "resolution sanction") || !dm_act_rejects(dm_ict(w, verb)->lemma))
        return;
    uint32_t s = dm_act_subject(w, verb, true);
    const dm_entity *e = s == DM_NONE ? NULL : dm_act_find_state(w, s, true);
    if (e && e->nature != DM_NAT_PLACE)
        (void)subject(i, e, "who rejects it");
}

void dm_act_subject_of(iw *w, inst *i)
{
    if (i->subject[0] || dm_str_in(i->type, "treaty talks"))
        return;
    if (i->verb) {
        (void)from_verb_object(w, i);
        return;
    }
    if (from_prepositions(w, i, i->head, "preposition"))
        return;
    bool critical = dm_str_in(i->type, "resolution declaration law sanction boycott");
    DM_EACH_KID(w->doc, i->head, k)
    {
        unsigned d = dm_ict(w, k)->deprel;
        if (critical && (d == DM_D_ACL || d == DM_D_ACL_RELCL) && from_verb_args(w, i, k, "its clause"))
            return;
    }
    if (from_own_modifiers(w, i))
        return;
    if (critical && from_governing(w, i))
        return;
    who_rejects(w, i);
}

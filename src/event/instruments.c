// SPDX-License-Identifier: Apache-2.0
/* The instrument of an event: the mention among its arguments or the trigger itself, what the actor does with it, and the parties that
 * the instrument supplies (a resolution's subject is who is accused, its sponsor who is supported). */
#include "event/build.h"

static bool acts_on_subject(dm_str act) { return dm_str_in(act, "draft introduce adopt issue lead impose submit"); }

bool dm_acts_with_sponsor(dm_str act) { return dm_str_in(act, "cosponsor back vote_for vote_against abstain join block"); }

/* Whether the act can be done with an instrument of this type: nobody signs talks or votes for sanctions' embargo. */
static bool act_fits(dm_str act, dm_str type)
{
    if (dm_str_in(act, "sign ratify"))
        return dm_str_in(type, "treaty law declaration");
    if (dm_str_in(act, "vote_for vote_against abstain cosponsor"))
        return dm_str_in(type, "resolution motion law declaration treaty vote");
    if (dm_str_in(act, "draft introduce adopt"))
        return !dm_str_in(type, "talks boycott");
    if (dm_str_is(act, "visit"))
        return dm_str_is(type, "talks");
    return true;
}

/* The instrument mention at a token that the event's act can be about. */
static uint32_t inst_for(const ev_work *w, const cand *c, uint32_t token)
{
    uint32_t i = w->d.inst_at[token];
    return i != DM_NONE && (!c->act.len || act_fits(c->act, w->d.doc->insts.v[i].type)) ? i : DM_NONE;
}

static uint32_t find_inst(const ev_work *w, const cand *c)
{
    static const uint16_t first[] = { SLOT_OBJ, SLOT_SUBJ, SLOT_SUBJECT_INST, SLOT_COMP, SLOT_ADJ };
    uint32_t i;
    if (w->d.inst_at[c->t] != DM_NONE)
        return w->d.inst_at[c->t];
    for (unsigned p = 0; p < sizeof first / sizeof *first; p++)
        for (unsigned a = 0; a < c->m.view.n; a++)
            if (c->m.view.arg[a].slot == first[p] && (i = inst_for(w, c, c->m.view.arg[a].head)) != DM_NONE)
                return i;
    for (unsigned u = 0; u < c->m.n_used; u++)
        if ((i = inst_for(w, c, c->m.used[u])) != DM_NONE)
            return i;
    for (unsigned a = 0; a < c->m.view.n; a++)
        if (c->m.view.arg[a].slot >= SLOT_PREP && (c->act.len || c->type == DM_SUPPORT || c->type == DM_REJECT) &&
            (i = inst_for(w, c, c->m.view.arg[a].head)) != DM_NONE)
            return i;
    return DM_NONE;
}

/* A word that stands for an instrument spoken of before: a pronoun, or a noun that says nothing of its kind. */
static bool stands_for_it(const dm_doc *doc, uint32_t head)
{
    const dm_token *t = dm_tok(doc, head);
    return t->upos == DM_U_PRON || t->upos == DM_U_DET || t->upos == DM_U_NUM ||
           dm_str_in(t->lemma, "text document paper draft measure proposal change one idea move plan debate vote wording "
                               "language favour favor arrangement version passage signature name sponsorship");
}

/* "Six abstained", "France and Britain signed", "voted against it": nothing named is what the act is done with. */
static bool lacks_object(const ev_work *w, const cand *c)
{
    for (unsigned a = 0; a < c->m.view.n; a++) {
        uint16_t slot = c->m.view.arg[a].slot;
        bool object = slot == SLOT_OBJ || slot == dm_frames_prep(w->d.frames, DM_STR("for")) ||
                      slot == dm_frames_prep(w->d.frames, DM_STR("against")) ||
                      slot == dm_frames_prep(w->d.frames, DM_STR("to"));
        if (object && !stands_for_it(w->d.doc, c->m.view.arg[a].head))
            return false;
    }
    return true;
}

/* The instrument that a vote or signature without its object is about: the last one spoken of that such an act is done with; for a vote
 * that opens a report, the one that the next sentences name. Both looks are bounded. */
static uint32_t spoken_of(const ev_work *w, const cand *c)
{
    enum { MENTIONS = 24, SENTENCES = 9, AHEAD = 2 };
    const dm_doc *doc = w->d.doc;
    bool vote = dm_str_in(c->act, "vote_for vote_against abstain cosponsor");
    if (!vote && !dm_str_in(c->act, "sign ratify block"))
        return DM_NONE;
    if (!dm_str_is(c->act, "abstain") && !lacks_object(w, c))
        return DM_NONE;
    uint32_t at = dm_doc_inst_from(doc, c->t), sent = dm_tok(doc, c->t)->sent;
    for (uint32_t k = at; k-- > 0 && at - k <= MENTIONS && sent - doc->insts.v[k].sent <= SENTENCES;) {
        dm_str type = doc->insts.v[k].type;
        bool voted = vote && dm_str_in(type, "treaty vote law"); /* what is voted on is mostly a text */
        bool blocked = dm_str_is(c->act, "block") && !dm_str_in(type, "resolution motion law declaration");
        if (!voted && !blocked && act_fits(c->act, type))
            return k;
    }
    for (uint32_t k = at; vote && k < doc->insts.n && k < at + AHEAD * 2 && doc->insts.v[k].sent - sent <= AHEAD; k++)
        if (dm_str_in(doc->insts.v[k].type, "resolution motion"))
            return k;
    return DM_NONE;
}

/* "Twelve members rejected the text, nine supported it": those who are counted voted. */
static bool counted(const dm_doc *doc, uint32_t subject)
{
    if (subject == DM_NONE)
        return false;
    const dm_token *t = dm_tok(doc, subject);
    if (t->upos == DM_U_NUM)
        return true;
    return dm_kid(doc, subject, DM_D_NUMMOD) != DM_NONE &&
           dm_str_in(t->lemma, "member state country delegation nation government delegate senator deputy lawmaker legislator");
}

/* What those who are counted did with a text is their vote, and so is siding with somebody right where votes are told. */
static void as_vote(ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    if (c->m.view.pos != 'v' || (c->type != DM_SUPPORT && c->type != DM_REJECT) ||
        (c->act.len && !dm_str_in(c->act, "back adopt")))
        return;
    const dm_event *last = w->recent_event == DM_NONE ? NULL : &doc->events.v[w->recent_event];
    bool told = last && last->instrument && dm_str_in(last->instrument->act, "vote_for vote_against abstain adopt") &&
                dm_tok(doc, c->t)->sent - last->sentence <= 1;
    bool sides = told && dm_str_in(dm_tok(doc, c->t)->lemma, "side stand vote line");
    if (sides || counted(doc, dm_view_slot(&c->m.view, SLOT_SUBJ)))
        c->act = c->type == DM_SUPPORT ? DM_STR("vote_for") : DM_STR("vote_against");
    if (sides && w->recent_inst != DM_NONE) {
        c->inst = w->recent_inst;
        dm_note(c, "act/spoken-of");
    }
}

static uint32_t paper_beside(const ev_work *w, uint32_t t, unsigned deprel)
{
    const dm_doc *doc = w->d.doc;
    char buf[32];
    DM_EACH_KID(doc, t, k)
    {
        uint32_t i = w->d.inst_at[k];
        if (i != DM_NONE && dm_tok(doc, k)->deprel == deprel && dm_str_in(doc->insts.v[i].type, "declaration resolution") &&
            dm_str_in(dm_case_of(doc, k, buf, sizeof buf), "in through via"))
            return i;
    }
    return DM_NONE;
}

/* "In a joint declaration the three condemned X and called for Y": the paper says what the clauses beside it say. */
static uint32_t paper_of(const ev_work *w, const cand *c)
{
    const dm_doc *doc = w->d.doc;
    enum { CLIMB = 4 };
    if (c->type != DM_ACCUSE && c->type != DM_REQUEST && c->type != DM_SUPPORT && c->type != DM_REJECT && c->type != DM_AGREE)
        return DM_NONE;
    uint32_t t = c->t;
    for (unsigned step = 0; step < CLIMB; step++) {
        uint32_t obj = dm_kid(doc, t, DM_D_OBJ), i = paper_beside(w, t, DM_D_OBL);
        if (i == DM_NONE && obj != DM_NONE)
            i = paper_beside(w, obj, DM_D_NMOD); /* "pledged closer ties in a communique": trees hang it on the ties */
        if (i != DM_NONE)
            return i;
        unsigned d = dm_tok(doc, t)->deprel;
        if (dm_tok(doc, t)->head == DM_NONE || (d != DM_D_CONJ && d != DM_D_CCOMP && d != DM_D_PARATAXIS))
            return DM_NONE;
        t = dm_tok(doc, t)->head;
    }
    return DM_NONE;
}

static dm_str default_act(const dm_inst *i, unsigned type, bool trigger, bool verb)
{
    if (dm_str_is(i->type, "talks"))
        return type == DM_CONSULT || type == DM_AGREE ? DM_STR("hold") : DM_NIL;
    if (dm_str_is(i->type, "sanction"))
        return type == DM_SANCTION || type == DM_COERCE || type == DM_THREATEN || type == DM_REJECT ? DM_STR("impose")
               : type == DM_CONCEDE || type == DM_RETREAT                                           ? DM_STR("lift")
               : type == DM_SUPPORT                                                                 ? DM_STR("back")
                                                                                                    : DM_NIL;
    if (dm_str_is(i->type, "boycott"))
        return type == DM_SUPPORT || type == DM_AGREE || (trigger && verb) ? DM_STR("join") : trigger ? DM_STR("lead") : DM_NIL;
    if (dm_str_is(i->type, "resolution") || dm_str_is(i->type, "declaration"))
        return type == DM_REQUEST && dm_str_is(i->type, "resolution") ? DM_STR("adopt")
               : type == DM_ACCUSE || type == DM_REQUEST              ? DM_STR("issue")
               : type == DM_SUPPORT                                   ? DM_STR("back")
                                                                      : DM_NIL;
    if (dm_str_is(i->type, "treaty"))
        return type == DM_SUPPORT || type == DM_AGREE || type == DM_REJECT ? DM_STR("sign")
               : type == DM_SANCTION                                       ? DM_STR("withdraw")
                                                                           : DM_NIL;
    if (dm_str_is(i->type, "law"))
        return type == DM_REJECT                          ? DM_STR("block")
               : type == DM_SUPPORT                       ? DM_STR("back")
               : type == DM_SANCTION || type == DM_COERCE ? DM_STR("adopt")
                                                          : DM_NIL;
    return DM_NIL;
}

static bool code_in(const party_list *l, dm_str code)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (dm_str_is(code, l->p[i].code))
            return true;
    return false;
}

static void give(party_list *to, dm_str code, dm_span span)
{
    char buf[DM_CODE_MAX] = "";
    if (code.len == 3) {
        memcpy(buf, code.p, 3);
        dm_party_add(to, buf, "", span);
    }
}

/* All who made the instrument, but for those who act here. */
static void give_sponsors(cand *c, party_list *to, const dm_inst *i, dm_span span)
{
    if (!code_in(&c->actor, dm_str_of(i->sponsor)))
        give(to, dm_str_of(i->sponsor), span);
    for (unsigned k = 0; k < DM_FELLOWS; k++)
        if (!code_in(&c->actor, dm_str_of(i->fellow[k])))
            give(to, dm_str_of(i->fellow[k]), span);
}

/* "The text passed by 12 votes to 9", "its amendment was beaten": who voted is the body whose text it is. */
static void body_acts(cand *c, const dm_inst *i, dm_span span)
{
    dm_str code = i->body.len > 2 && memcmp(i->body.p, "UN", 2) == 0 ? DM_STR("UNO") : (dm_str){ i->body.p, 3 };
    if (i->body.len >= 3) {
        give(&c->actor, code, span);
        dm_note(c, "act/body");
    }
    if (!c->recipient.n && i->subject.len && dm_str_is(c->act, "adopt") && !dm_str_eq(i->subject, code)) {
        give(&c->recipient, i->subject, span);
        dm_note(c, "act/subject");
    }
}

/* "a truce was signed that May", "the two signed an accord": between the two countries that the article is about. */
static void both_countries(const ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    uint32_t subject = dm_view_slot(&c->m.view, SLOT_SUBJ);
    bool group = subject != DM_NONE && (dm_tok(doc, subject)->upos == DM_U_NUM || dm_tok(doc, subject)->upos == DM_U_PRON);
    if (dm_parties_coded(&c->actor) || dm_parties_coded(&c->recipient) || c->m.view.pos != 'v' || !doc->home[0] ||
        !doc->focus[0] || (subject != DM_NONE && !group))
        return;
    c->actor.n = 0;
    dm_span span = dm_doc_token_span(doc, c->t, 1);
    give(&c->actor, dm_str_of(doc->home), span);
    give(&c->actor, dm_str_of(doc->focus), span);
    dm_note(c, "act/both-countries");
}

/* "stayed away from Mexico" right after "signed its drafts": the same instrument, when the same party acts toward the same. */
static void from_last_event(ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    if (w->recent_event == DM_NONE || c->inst != DM_NONE || c->type != DM_SUPPORT ||
        !dm_str_in(dm_tok(doc, c->t)->lemma, "join follow comply cooperate"))
        return;
    const dm_event *ev = &doc->events.v[w->recent_event];
    bool close = dm_tok(doc, c->t)->sent - ev->sentence <= 1 && ev->instrument && w->recent_inst != DM_NONE;
    if (close && ev->n_actor && ev->n_recipient && c->actor.n && c->recipient.n &&
        strcmp(ev->actor[0].code, c->actor.p[0].code) == 0 && strcmp(ev->recipient[0].code, c->recipient.p[0].code) == 0) {
        c->inst = w->recent_inst;
        c->act = ev->instrument->act;
        dm_note(c, "act/last-event");
    }
}

/* The infinitive that a request asks for. */
static uint32_t asked_for(const dm_doc *doc, uint32_t t)
{
    uint32_t k = dm_kid(doc, t, DM_D_XCOMP);
    return k != DM_NONE ? k : dm_kid(doc, t, DM_D_CCOMP);
}

/* "asked Japan not to": what is asked for is the other side. */
static bool asks_not(const dm_doc *doc, uint32_t t)
{
    uint32_t asked = asked_for(doc, t);
    if (asked == DM_NONE)
        return false;
    DM_EACH_KID(doc, asked, k)
    {
        if (k < asked && dm_str_in(dm_tok(doc, k)->norm, "not n't never"))
            return true;
    }
    return false;
}

/* The last request to the same party in the sentence before or in this one that names an instrument. */
static const dm_event *last_request(const ev_work *w, const cand *c)
{
    const dm_doc *doc = w->d.doc;
    for (uint32_t i = w->recent_event == DM_NONE ? 0 : w->recent_event + 1;
         i-- > 0 && dm_tok(doc, c->t)->sent - doc->events.v[i].sentence <= 1;) {
        const dm_event *ev = &doc->events.v[i];
        if (ev->type == DM_REQUEST && ev->instrument && ev->n_recipient && c->recipient.n &&
            strcmp(ev->recipient[0].code, c->recipient.p[0].code) == 0)
            return ev;
    }
    return NULL;
}

/* "X has asked him to sign the treaty. Y has asked him not to comply": with what X asked him for. */
static void from_last_request(ev_work *w, cand *c)
{
    const dm_doc *doc = w->d.doc;
    uint32_t asked = c->type == DM_REQUEST && c->m.view.pos == 'v' ? asked_for(doc, c->t) : DM_NONE;
    if (c->inst != DM_NONE || asked == DM_NONE || dm_kid(doc, asked, DM_D_OBJ) != DM_NONE ||
        dm_kid(doc, asked, DM_D_XCOMP) != DM_NONE ||
        !dm_str_in(dm_tok(doc, asked)->lemma, "comply accede oblige agree accept consent"))
        return;
    const dm_event *ev = last_request(w, c);
    for (uint32_t k = ev ? dm_doc_inst_from(doc, c->t) : 0; k-- > 0 && dm_tok(doc, c->t)->sent - doc->insts.v[k].sent <= 1;)
        if (dm_str_eq(doc->insts.v[k].type, ev->instrument->type)) {
            c->inst = k;
            c->act = ev->instrument->act;
            dm_note(c, "act/last-request");
            return;
        }
}

/* A councils' or assembly's own name, as the article has it there. */
static bool is_organ(const dm_doc *doc, const party_list *l)
{
    static const char *const organs[] = { "Council", "Assembly", "ommittee", "Commission on Human", "Rights Commission",
        "council", "assembly" };
    if (l->n != 1 || strcmp(l->p[0].code, "UNO") != 0)
        return false;
    dm_str name = dm_doc_slice(doc, l->p[0].span);
    for (unsigned o = 0; o < sizeof organs / sizeof *organs; o++)
        for (size_t at = 0, n = strlen(organs[o]); at + n <= name.len; at++)
            if (memcmp(name.p + at, organs[o], n) == 0)
                return true;
    return false;
}

/* Several states, or a body of states: what they say together in a statement is a declaration; one state's statement is just words. */
static bool many_or_body(const party_list *l)
{
    return l->n > 1 || (l->n == 1 && dm_str_in(dm_str_of(l->p[0].code), "UNO EUR IGO IMG"));
}

static bool sentence_has(const dm_doc *doc, uint32_t sent, const char *words)
{
    const dm_sent *s = &doc->sents.v[sent];
    for (uint32_t t = s->first; t < s->first + s->n; t++)
        if (dm_str_in(dm_tok(doc, t)->norm, words))
            return true;
    return false;
}

/* An organ of the United Nations speaks by resolutions: where votes are counted in the sentence, or the article knows of one near by. What
 * it says in a statement is a declaration. */
static bool organ_speaks(ev_work *w, cand *c)
{
    enum { NEAR = 6 };
    const dm_doc *doc = w->d.doc;
    uint32_t sent = dm_tok(doc, c->t)->sent, found = DM_NONE;
    bool speech = c->type == DM_ACCUSE || c->type == DM_REQUEST || c->type == DM_SUPPORT || c->type == DM_REJECT;
    if (!speech || (c->act.len && !c->borrowed_act) || c->m.view.pos == 'n')
        return false;
    bool organ = is_organ(doc, &c->actor);
    if ((organ || many_or_body(&c->actor)) && sentence_has(doc, sent, "statement communique communiqué")) {
        c->implied = DM_STR("declaration");
        c->act = DM_STR("issue");
        return true;
    }
    bool votes_down = c->type == DM_REJECT && dm_str_in(dm_tok(doc, c->t)->lemma, "vote reject defeat throw turn oppose");
    if (!organ || votes_down)
        return false;
    bool counted = sentence_has(doc, sent, "votes unanimously favour favor abstaining abstentions unanimous") ||
                   dm_str_is(dm_tok(doc, dm_tok(doc, c->t)->head == DM_NONE ? c->t : dm_tok(doc, c->t)->head)->lemma, "vote");
    uint32_t at = dm_doc_inst_from(doc, c->t);
    for (uint32_t k = at > NEAR ? at - NEAR : 0; k < doc->insts.n && k < at + NEAR; k++)
        if (dm_str_is(doc->insts.v[k].type, "resolution"))
            found = k;
    if (!counted && found == DM_NONE)
        return false;
    c->inst = found;
    c->implied = DM_STR("resolution");
    c->act = DM_STR("adopt");
    return true;
}

static bool names_act(dm_str lemma)
{
    return dm_str_in(lemma, "draft introduce cosponsor back adopt abstain submit block impose lift join lead sign ratify "
                            "withdraw hold visit issue extend break");
}

void dm_fill_instrument(ev_work *w, cand *c)
{
    as_vote(w, c);
    uint32_t paper = c->act.len || c->inst != DM_NONE ? DM_NONE : paper_of(w, c);
    if (c->inst == DM_NONE)
        c->inst = paper == DM_NONE ? find_inst(w, c) : paper;
    from_last_event(w, c);
    from_last_request(w, c);
    if (paper != DM_NONE) {
        c->act = dm_str_is(w->d.doc->insts.v[paper].type, "declaration") ? DM_STR("issue") : DM_STR("adopt");
        dm_note(c, "act/says-it");
    }
    if (c->inst == DM_NONE && (c->inst = spoken_of(w, c)) != DM_NONE)
        dm_note(c, "act/spoken-of");
    bool organ = c->inst == DM_NONE && organ_speaks(w, c);
    if (organ)
        dm_note(c, "act/organ");
    if (c->inst == DM_NONE)
        return;
    const dm_inst *i = &w->d.doc->insts.v[c->inst];
    uint32_t doing = c->m.view.pos == 'v' ? c->t : c->m.view.support; /* "signed a joint statement" */
    bool named =
        doing != DM_NONE && !c->borrowed_act && !organ && paper == DM_NONE && names_act(dm_tok(w->d.doc, doing)->lemma);
    if (named && !dm_str_in(c->act, "vote_for vote_against abstain") && act_fits(dm_tok(w->d.doc, doing)->lemma, i->type))
        c->act = dm_tok(w->d.doc, doing)->lemma;
    if (dm_str_is(c->act, "join") && dm_str_is(i->type, "resolution"))
        c->act = DM_STR("cosponsor"); /* to join a resolution's makers */
    bool given = c->act.len > 0 && !organ && paper == DM_NONE;
    if (!c->act.len)
        c->act = default_act(i, c->type, i->head == c->t, c->m.view.pos == 'v');
    if (dm_str_is(c->act, "issue") && dm_str_is(dm_tok(w->d.doc, i->head)->lemma, "draft"))
        c->act = DM_STR("draft");
    dm_str made = dm_tok(w->d.doc, c->t)->lemma;
    if (dm_str_is(c->act, "introduce") && (dm_str_is(made, "draft") || dm_str_is(i->type, "motion")))
        c->act = dm_str_is(made, "draft") ? DM_STR("draft") : DM_STR("submit");
    uint32_t row = paper == DM_NONE ? dm_implied_row(w, c, i->type) : DM_NONE;
    if (row != DM_NONE)
        c->act = dm_table_cell(w->e->implied.table, row, w->e->implied.act);
    if (!c->act.len) {
        c->inst = DM_NONE;
        return;
    }
    dm_span span = dm_doc_token_span(w->d.doc, i->first, i->n);
    if (given && c->type == DM_REQUEST && i->subject.len && dm_str_is(i->type, "resolution") &&
        dm_str_in(c->act, "draft introduce submit adopt"))
        c->type = DM_ACCUSE; /* a resolution tabled against somebody (gold/GUIDE.md) */
    dm_str sponsor = { i->sponsor, strlen(i->sponsor) };
    if (dm_acts_with_sponsor(c->act) && sponsor.len && !code_in(&c->actor, sponsor) &&
        (c->type == DM_SUPPORT || c->type == DM_REJECT || c->type == DM_AGREE)) {
        c->recipient.n = 0;
        give_sponsors(c, &c->recipient, i, span);
        dm_note(c, "act/sponsor");
    } else if (dm_acts_with_sponsor(c->act) && c->recipient.n && i->subject.len && code_in(&c->recipient, i->subject)) {
        c->recipient.n = 0; /* its subject is not whom a vote is cast toward */
    } else if (acts_on_subject(c->act) && i->subject.len && (c->type == DM_ACCUSE || c->type == DM_SANCTION) &&
               !c->m.frame->no_recipient) {
        if (!code_in(&c->recipient, i->subject)) {
            c->recipient.n = 0;
            give(&c->recipient, i->subject, span);
            dm_note(c, "act/subject");
        }
    }
    if (c->type == DM_REQUEST && dm_str_is(i->type, "motion") && !c->recipient.n && i->body.len > 2 &&
        memcmp(i->body.p, "UN", 2) == 0)
        give(&c->recipient, DM_STR("UNO"), span); /* a motion is put to its organ */
    bool cast = dm_str_in(c->act, "vote_for abstain") && counted(w->d.doc, dm_view_slot(&c->m.view, SLOT_SUBJ));
    bool voted = c->m.view.pos == 'v' && (cast || dm_str_in(c->act, "adopt vote_against"));
    if (voted && !c->actor.n)
        body_acts(c, i, span);
    if (dm_str_is(c->act, "sign") && dm_str_is(i->type, "treaty"))
        both_countries(w, c);
    if (!voted && !c->actor.n && (c->m.view.pos == 'n' || acts_on_subject(c->act)) && sponsor.len) {
        give_sponsors(c, &c->actor, i, span);
        dm_note(c, "act/sponsor");
    }
}

static int8_t polarity_of(const ev_work *w, const dm_instrument *i, const dm_event *ev)
{
    const dm_table *t = w->e->polarity;
    if (!t)
        return 0;
    int ct = dm_table_column(t, "type"), ca = dm_table_column(t, "act"), cs = dm_table_column(t, "status"),
        cp = dm_table_column(t, "polarity");
    bool refused = (ev->aux & DM_NEGATION) || ev->type == DM_REJECT;
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        dm_str type = dm_table_cell(t, r, ct), status = dm_table_cell(t, r, cs), p = dm_table_cell(t, r, cp);
        if ((dm_str_is(type, "*") || dm_str_eq(type, i->type)) && dm_str_eq(dm_table_cell(t, r, ca), i->act) &&
            dm_str_is(status, "negation") == (refused && !dm_str_in(i->act, "vote_against block abstain")))
            return dm_str_is(p, "-1") ? -1 : dm_str_is(p, "1") || dm_str_is(p, "+1") ? 1 : 0;
    }
    return 0;
}

/* "sanctions on X", "a boycott of X's games": the instrument's own words know better than the choice whom the act is done to. */
static void toward_own_subject(const dm_inst *i, cand *c)
{
    bool aimed = dm_str_in(i->type, "sanction boycott") && (c->type == DM_SANCTION || c->type == DM_CONCEDE) &&
                 dm_str_in(c->act, "impose extend lift lead join");
    if (!aimed || i->sure != DM_SURE_OWN || c->recipient.n > 1 || code_in(&c->recipient, i->subject) ||
        code_in(&c->actor, i->subject))
        return;
    dm_span span = c->recipient.n ? c->recipient.p[0].span : (dm_span){ 0 };
    if (!c->recipient.n)
        return;
    c->recipient.n = 0;
    give(&c->recipient, i->subject, span);
    dm_note(c, "act/subject");
}

/* A body adopts a text toward whom it is aimed at, and members vote toward the sponsor: neither toward the body itself. */
static void toward_whom_body_acts(const dm_inst *i, cand *c)
{
    dm_str sponsor = dm_str_of(i->sponsor), to = DM_NIL;
    bool body = c->recipient.n == 1 && strcmp(c->recipient.p[0].code, "UNO") == 0;
    if (!body || (c->type != DM_SUPPORT && c->type != DM_REJECT && c->type != DM_ACCUSE))
        return;
    if (dm_str_is(c->act, "adopt") && code_in(&c->actor, DM_STR("UNO")))
        to = i->subject;
    else if (dm_str_in(c->act, "vote_for vote_against abstain cosponsor") && !code_in(&c->actor, sponsor))
        to = sponsor;
    if (!to.len)
        return;
    dm_span span = c->recipient.p[0].span;
    c->recipient.n = 0;
    if (dm_str_eq(to, sponsor))
        give_sponsors(c, &c->recipient, i, span);
    else
        give(&c->recipient, to, span);
    dm_note(c, dm_str_eq(to, sponsor) ? "act/sponsor" : "act/subject");
}

void dm_settle_instrument(ev_work *w, cand *c)
{
    if ((c->inst == DM_NONE || c->borrowed_act) && !c->implied.len && organ_speaks(w, c))
        dm_note(c, "act/organ");
    const dm_inst *i = c->inst == DM_NONE ? NULL : &w->d.doc->insts.v[c->inst];
    if (i)
        toward_own_subject(i, c);
    bool vote = c->type == DM_SUPPORT || c->type == DM_REJECT || c->type == DM_AGREE;
    if (i && dm_str_in(c->act, "ratify join") && dm_parties_same(&c->actor, &c->recipient))
        c->recipient.n = 0;
    if (i)
        toward_whom_body_acts(i, c);
    if (!i || !vote || !dm_acts_with_sponsor(c->act) || !i->subject.len || c->recipient.n != 1 ||
        !code_in(&c->recipient, i->subject))
        return;
    dm_span span = c->recipient.p[0].span;
    c->recipient.n = 0;
    if (i->sponsor[0] && !code_in(&c->actor, dm_str_of(i->sponsor)))
        give_sponsors(c, &c->recipient, i, span);
}

static bool single_state(const party_list *l)
{
    return l->n == 1 && l->p[0].code[0] && !dm_str_in(dm_str_of(l->p[0].code), DM_BODY_CODES);
}

/* Acts whose recipient is whom the instrument is aimed at. */
static bool toward_subject(const cand *c, dm_str type, dm_str act)
{
    if (dm_str_is(type, "sanction"))
        return dm_str_in(act, "impose extend lift") &&
               (c->type == DM_SANCTION || c->type == DM_COERCE || c->type == DM_CONCEDE || c->type == DM_RETREAT ||
                   c->type == DM_THREATEN);
    if (dm_str_is(type, "boycott"))
        return c->type == DM_SANCTION || c->type == DM_PROTEST || c->type == DM_REJECT || dm_str_is(act, "join");
    return (dm_str_in(type, "resolution declaration") && acts_on_subject(act) &&
               (c->type == DM_ACCUSE || (c->type == DM_SUPPORT && dm_str_is(act, "adopt")))) ||
           (dm_str_is(type, "law") && (c->type == DM_SANCTION || c->type == DM_ACCUSE));
}

/* The subject that the event's recipient shows stands also for the instrument's later mentions, unless its own words said it. */
static dm_str subject_from_event(dm_doc *doc, const cand *c, uint32_t inst, dm_str type, dm_str act)
{
    dm_inst *i = inst == DM_NONE ? NULL : &doc->insts.v[inst], *root = i ? &doc->insts.v[i->chain] : NULL;
    if (i && i->sure)
        return i->subject;
    bool request =
        c->type == DM_REQUEST && acts_on_subject(act) && dm_str_in(type, "resolution declaration") && !(i && i->subject.len);
    if ((request || toward_subject(c, type, act)) && single_state(&c->recipient) &&
        !code_in(&c->actor, dm_str_of(c->recipient.p[0].code))) {
        dm_str code = dm_arena_str(&doc->arena, dm_str_of(c->recipient.p[0].code));
        if (root && !root->sure) {
            root->subject = code;
            root->sure = DM_SURE_ACT;
        }
        return code;
    }
    return root && root->sure ? root->subject : i ? i->subject : DM_NIL;
}

dm_status dm_make_instrument(ev_work *w, const cand *c, dm_event *ev, dm_error *err)
{
    dm_doc *doc = w->d.doc;
    const dm_implied *x = &w->e->implied;
    uint32_t row = c->inst == DM_NONE ? dm_implied_row(w, c, DM_NIL) : DM_NONE;
    static const dm_inst none = { .type = { NULL, 0 } };
    const dm_inst *i = c->inst == DM_NONE ? &none : &doc->insts.v[c->inst];
    dm_str type = c->inst == DM_NONE ? c->implied : i->type, act = c->act;
    if (c->implied.len)
        row = DM_NONE;
    if (row != DM_NONE) {
        type = dm_table_cell(x->table, row, x->inst);
        act = dm_table_cell(x->table, row, x->act).len ? dm_table_cell(x->table, row, x->act) : c->act;
    }
    if (!type.len || !act.len)
        return DM_OK;
    dm_instrument *out = dm_arena_alloc(&doc->arena, 1, sizeof *out);
    if (!out)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for an instrument");
    *out = (dm_instrument){ .type = type, .body = i->body, .subject = i->subject, .act = act, .name = i->name };
    out->subject = subject_from_event(doc, c, c->inst, type, act);
    out->polarity = out->subject.len ? polarity_of(w, out, ev) : 0;
    if (ev->type == DM_REQUEST && asks_not(doc, c->t))
        out->polarity = (int8_t)-out->polarity;
    ev->instrument = out;
    return DM_OK;
}

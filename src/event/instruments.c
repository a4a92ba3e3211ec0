// SPDX-License-Identifier: Apache-2.0
/* The instrument of an event: the mention among its arguments or the trigger itself, what the actor does with it, and the parties that
 * the instrument supplies (a resolution's subject is who is accused, its sponsor who is supported). */
#include "event/build.h"

static bool acts_on_subject(dm_str act) { return dm_str_in(act, "draft introduce adopt issue lead impose submit"); }

bool dm_acts_with_sponsor(dm_str act) { return dm_str_in(act, "cosponsor back vote_for vote_against abstain join block"); }

static uint32_t find_inst(const ev_work *w, const cand *c)
{
    static const uint16_t first[] = { SLOT_OBJ, SLOT_SUBJ, SLOT_SUBJECT_INST, SLOT_COMP, SLOT_ADJ };
    if (w->d.inst_at[c->t] != DM_NONE)
        return w->d.inst_at[c->t];
    for (unsigned p = 0; p < sizeof first / sizeof *first; p++)
        for (unsigned a = 0; a < c->m.view.n; a++)
            if (c->m.view.arg[a].slot == first[p] && w->d.inst_at[c->m.view.arg[a].head] != DM_NONE)
                return w->d.inst_at[c->m.view.arg[a].head];
    for (unsigned u = 0; u < c->m.n_used; u++)
        if (w->d.inst_at[c->m.used[u]] != DM_NONE)
            return w->d.inst_at[c->m.used[u]];
    for (unsigned a = 0; a < c->m.view.n; a++)
        if (c->m.view.arg[a].slot >= SLOT_PREP && (c->act.len || c->type == DM_SUPPORT || c->type == DM_REJECT) &&
            w->d.inst_at[c->m.view.arg[a].head] != DM_NONE)
            return w->d.inst_at[c->m.view.arg[a].head];
    return DM_NONE;
}

static dm_str default_act(const dm_inst *i, unsigned type, bool trigger, bool verb)
{
    if (dm_str_is(i->type, "talks"))
        return type == DM_CONSULT || type == DM_AGREE ? DM_STR("hold") : DM_NIL;
    if (dm_str_is(i->type, "sanction"))
        return type == DM_SANCTION ? DM_STR("impose") : DM_NIL;
    if (dm_str_is(i->type, "boycott"))
        return type == DM_SUPPORT || type == DM_AGREE || (trigger && verb) ? DM_STR("join") : trigger ? DM_STR("lead") : DM_NIL;
    if (dm_str_is(i->type, "resolution") || dm_str_is(i->type, "declaration"))
        return type == DM_REQUEST && dm_str_is(i->type, "resolution") ? DM_STR("adopt")
               : type == DM_ACCUSE || type == DM_REQUEST              ? DM_STR("issue")
               : type == DM_SUPPORT                                   ? DM_STR("back")
                                                                      : DM_NIL;
    if (dm_str_is(i->type, "treaty"))
        return type == DM_SUPPORT ? DM_STR("sign") : DM_NIL;
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

static bool names_act(dm_str lemma)
{
    return dm_str_in(lemma, "draft introduce cosponsor back adopt abstain submit block impose lift join lead sign ratify "
                            "withdraw hold visit issue extend break");
}

void dm_fill_instrument(ev_work *w, cand *c)
{
    c->inst = find_inst(w, c);
    from_last_event(w, c);
    if (c->inst == DM_NONE)
        return;
    const dm_inst *i = &w->d.doc->insts.v[c->inst];
    if (c->act.len && !c->borrowed_act && c->m.view.pos == 'v' && names_act(dm_tok(w->d.doc, c->t)->lemma))
        c->act = dm_tok(w->d.doc, c->t)->lemma;
    if (dm_str_is(c->act, "join") && dm_str_is(i->type, "resolution"))
        c->act = DM_STR("cosponsor"); /* to join a resolution's makers */
    bool given = c->act.len > 0;
    if (!given)
        c->act = default_act(i, c->type, i->head == c->t, c->m.view.pos == 'v');
    dm_str made = dm_tok(w->d.doc, c->t)->lemma;
    if (dm_str_is(c->act, "introduce") && (dm_str_is(made, "draft") || dm_str_is(i->type, "motion")))
        c->act = dm_str_is(made, "draft") ? DM_STR("draft") : DM_STR("submit");
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
        give(&c->recipient, sponsor, span);
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
    if (!c->actor.n && (c->m.view.pos == 'n' || acts_on_subject(c->act)) && sponsor.len) {
        give(&c->actor, sponsor, span);
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

dm_status dm_make_instrument(ev_work *w, const cand *c, dm_event *ev, dm_error *err)
{
    bool talks = c->inst == DM_NONE && c->type == DM_CONSULT && c->m.view.pos == 'v' && c->actor.n + c->recipient.n > 1;
    if (c->inst == DM_NONE && !talks)
        return DM_OK;
    dm_doc *doc = w->d.doc;
    static const dm_inst verbal_talks = { .type = { "talks", 5 } }; /* "met", "visited": talks said by the verb */
    const dm_inst *i = talks ? &verbal_talks : &doc->insts.v[c->inst];
    dm_str act = !talks ? c->act : strcmp(c->m.frame->mode, "visit") == 0 ? DM_STR("visit") : DM_STR("hold");
    dm_instrument *out = dm_arena_alloc(&doc->arena, 1, sizeof *out);
    if (!out)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for an instrument");
    *out = (dm_instrument){ .type = i->type, .body = i->body, .subject = i->subject, .act = act, .name = i->name };
    if (!out->subject.len && c->recipient.n == 1 && c->recipient.p[0].code[0] &&
        (c->type == DM_ACCUSE || c->type == DM_SANCTION))
        out->subject = dm_arena_str(&doc->arena, dm_str_of(c->recipient.p[0].code));
    out->polarity = out->subject.len ? polarity_of(w, out, ev) : 0;
    ev->instrument = out;
    return DM_OK;
}

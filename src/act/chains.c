// SPDX-License-Identifier: Apache-2.0
/* Coreference of instruments: "the resolution", "the motion", "the convention", "similar resolutions" take the slots of an earlier mention
 * of a fitting kind; weak nouns without a sign are dropped; last, what the article says of all resolutions or sanctions.
 * The look back is bounded by LOOK_BACK mentions, so the pass is linear. */
#include "act/work.h"

enum { LOOK_BACK = 120, TALLY_MAX = 16 };

static bool generic(dm_str lemma)
{
    return dm_str_in(lemma, "measure text document draft deal treaty pact accord agreement sanction penalty motion resolution "
                            "legislation law bill act draft move proposal");
}

static bool noun_fits(const iw *w, const inst *late, const inst *early)
{
    dm_str a = dm_ict(w, late->head)->lemma, b = dm_ict(w, early->head)->lemma;
    if (dm_str_eq(a, b) || (early->named && !late->named && dm_str_eq(a, dm_ict(w, early->first + early->n - 1)->norm)))
        return true;
    if (late->own != early->own && !early->named)
        return false;
    return generic(a) && !dm_str_in(late->type, "talks vote");
}

/* A measure can be any of a parliament's or council's papers; a motion can be a parliament's resolution. */
static bool type_fits(const iw *w, const inst *late, const inst *early)
{
    dm_str lemma = dm_ict(w, late->head)->lemma;
    bool steps = dm_str_is(lemma, "measure") && late->plural;
    if (dm_str_eq(late->type, early->type) && !steps)
        return true;
    if (early->named && !late->named && late->definite && dm_str_eq(lemma, dm_ict(w, early->first + early->n - 1)->norm))
        return true; /* "the Statute" after "the Rome Statute" */
    if (late->named || early->own)
        return false;
    if (dm_str_in(lemma, "measure text document draft")) /* "the measures" are steps taken, "the measure" is a paper */
        return dm_str_is(lemma, "measure") && late->plural ? dm_str_is(early->type, "sanction")
                                                           : dm_str_in(early->type, "resolution law motion");
    if (dm_str_is(lemma, "motion") && !late->own)
        return dm_str_is(early->type, "resolution");
    return dm_str_is(lemma, "vote") ? false : dm_str_in(lemma, "act bill legislation law") && dm_str_is(early->type, "law");
}

static bool body_clash(const char *a, const char *b)
{
    if (!a[0] || !b[0] || strcmp(a, b) == 0)
        return false;
    bool un = memcmp(a, "UN", 2) == 0 && memcmp(b, "UN", 2) == 0;
    return !(un && (strcmp(a, "UNO") == 0 || strcmp(b, "UNO") == 0));
}

static bool clash(const inst *a, const inst *b)
{
    if (a->named && b->named)
        return !dm_str_eq(a->name, b->name);
    return (a->own_subject && b->subject[0] && strcmp(a->subject, b->subject) != 0) ||
           (a->sponsor[0] && b->sponsor[0] && strcmp(a->sponsor, b->sponsor) != 0) || body_clash(a->body, b->body);
}

static bool refers_back(const inst *i)
{
    return i->pronoun || i->definite || i->such || i->named ||
           (i->plural && !i->weak && dm_str_in(i->type, "sanction boycott resolution")) || i->verb;
}

/* What a pronoun stands for: the last mention of a type that its verb takes, not far back. */
static uint32_t pronoun_antecedent(const iw *w, uint32_t k)
{
    enum { NEAR = 1, FAR = 3, MENTIONS = 12 };
    const inst *late = &w->v.v[k];
    for (uint32_t e = k; e-- > 0 && k - e <= MENTIONS;) {
        const inst *early = &w->v.v[e];
        if (late->sent - early->sent > (late->near ? NEAR : FAR))
            return DM_NONE;
        if (!early->dropped && !early->verb && dm_str_in(early->type, late->pronoun) &&
            early->head != dm_ict(w, late->head)->head)
            return e;
    }
    return DM_NONE;
}

static uint32_t antecedent(const iw *w, uint32_t k)
{
    if (w->v.v[k].pronoun)
        return pronoun_antecedent(w, k);
    const inst *late = &w->v.v[k];
    uint32_t stop = k > LOOK_BACK ? k - LOOK_BACK : 0, second = DM_NONE;
    for (uint32_t e = k; e-- > stop;) {
        const inst *early = &w->v.v[e];
        if (early->dropped || early->verb || !type_fits(w, late, early) || clash(late, early) || (late->named && !early->named))
            continue;
        if (!dm_str_eq(late->type, early->type)) { /* a motion that was called one before wins over a resolution nearer by */
            second = second == DM_NONE ? e : second;
            continue;
        }
        if (noun_fits(w, late, early))
            return e;
    }
    return second;
}

/* What a parliament asks of its own government is not aimed at a state, and its own country is no sponsor. */
static void drop_home(inst *i)
{
    if (strlen(i->body) < 3 || i->named)
        return;
    if (strncmp(i->subject, i->body, 3) == 0) {
        i->subject[0] = 0;
        i->own_subject = false;
        i->subject_why = NULL;
    }
    if (strncmp(i->sponsor, i->body, 3) == 0) {
        i->sponsor[0] = 0;
        memset(i->fellow, 0, sizeof i->fellow);
        i->sponsor_why = NULL;
    }
}

static void inherit(inst *late, const inst *early)
{
    late->type = early->type;
    bool means =
        dm_str_in(late->type, "sanction boycott"); /* others may impose the like: only "the sanctions" are the same ones */
    if ((!late->body[0] || strcmp(late->body, "UNO") == 0) && (!means || late->definite)) {
        memcpy(late->body, early->body, sizeof late->body);
        late->body_why = late->body[0] ? "chain" : NULL;
    }
    drop_home(late);
    if (!late->subject[0] && !late->other_subject) {
        memcpy(late->subject, early->subject, sizeof late->subject);
        late->subject_why = late->subject[0] ? "chain" : NULL;
    }
    bool same = late->definite || late->such || late->named;
    if (!late->sponsor[0] && same && !(dm_str_is(late->type, "sanction") && !late->definite)) {
        memcpy(late->sponsor, early->sponsor, sizeof late->sponsor);
        memcpy(late->fellow, early->fellow, sizeof late->fellow);
        late->sponsor_why = late->sponsor[0] ? "chain" : NULL;
    }
    if (!late->name.len && !late->such && late->definite)
        late->name = early->name;
}

/* A weak noun (measure, text, convention, deal) without antecedent needs a body, a maker or a subject of its own. */
static bool has_sign(const iw *w, const inst *i)
{
    uint32_t g = dm_ict(w, i->head)->head;
    if (dm_str_is(dm_ict(w, i->head)->lemma, "act") || dm_token_is(w->doc, i->head, "act")) /* "balancing act" */
        return (dm_ict(w, i->head)->flags & DM_T_UPPER) && (dm_ict(w, i->head)->flags & DM_T_SPACE) &&
               i->first != w->doc->sents.v[i->sent].first;
    bool signed_ = g != DM_NONE && dm_act_verbal(w, g) && dm_ict(w, i->head)->deprel != DM_D_NSUBJ &&
                   dm_str_in(dm_ict(w, g)->lemma,
                       "ratify sign adopt cosponsor draft table broker strike conclude negotiate initial abrogate veto");
    if (dm_token_is(w->doc, i->head, "measures"))
        return false;
    if (dm_token_is(w->doc, i->head, "statement"))
        return i->body[0] != 0; /* a council's; anybody makes statements */
    return i->body[0] || (i->sponsor[0] && !dm_str_is(i->type, "law")) || i->own_subject || signed_;
}

static void retype_measure(const iw *w, inst *i)
{
    dm_str lemma = dm_ict(w, i->head)->lemma;
    if (dm_str_is(lemma, "measure") && strchr(i->body, '-') && !dm_str_eq(i->type, DM_STR("sanction")))
        i->type = DM_STR("law");
}

typedef struct tally {
    char code[TALLY_MAX][DM_CODE_MAX];
    uint32_t count[TALLY_MAX], n;
} tally;

static void count(tally *t, const char *code)
{
    for (uint32_t k = 0; k < t->n; k++)
        if (strcmp(t->code[k], code) == 0) {
            t->count[k]++;
            return;
        }
    if (t->n < TALLY_MAX) {
        memcpy(t->code[t->n], code, DM_CODE_MAX);
        t->count[t->n++] = 1;
    }
}

/* The code named in most mentions, if it is alone or twice as frequent as the next. */
static const char *clear_winner(const tally *t)
{
    uint32_t best = 0, next = 0, at = 0;
    for (uint32_t k = 0; k < t->n; k++)
        if (t->count[k] > best) {
            next = best;
            best = t->count[k];
            at = k;
        } else if (t->count[k] > next)
            next = t->count[k];
    return best && best >= 2 * next ? t->code[at] : NULL;
}

static unsigned kind_of(dm_str type)
{
    return dm_str_in(type, "resolution motion") ? 0 : dm_str_is(type, "sanction") ? 1 : dm_str_is(type, "boycott") ? 2 : 3;
}

/* Verbs whose subject has a hand in the instrument: it is no target then. */
static bool handles(dm_str verb)
{
    return dm_str_in(verb,
        "impose reimpose lift ease relax waive extend renew prolong tighten widen expand maintain keep adopt pass approve "
        "draft table introduce submit propose sponsor cosponsor co-sponsor present put announce declare slap levy drop "
        "suspend end enforce launch back support veto block circulate bring move order apply remove scrap lead join "
        "want seek favour favor enact sign issue");
}

/* The state that acts on it: sponsor, body's state, or subject of the governing verb; "" none. */
static const char *maker_of(const iw *w, const inst *i)
{
    if (i->sponsor[0])
        return i->sponsor;
    if (i->body[0] && i->body[3] == '-')
        return i->body;
    uint32_t g = i->verb ? i->head : dm_ict(w, i->head)->head;
    bool none = g == DM_NONE || !dm_act_verbal(w, g) || !(i->verb || handles(dm_ict(w, g)->lemma));
    uint32_t s = none ? DM_NONE : dm_act_subject(w, g, true);
    const dm_entity *e = s == DM_NONE ? NULL : dm_act_find_state(w, s, true);
    return e ? e->code : "";
}

/* Who abstains or signs with the sponsors is a bystander, never whom a text is aimed at. */
static bool stands_by(const iw *w, const char *code)
{
    for (uint32_t m = 0; m < w->doc->mentions.n; m++) {
        const dm_mention *p = &w->doc->mentions.v[m];
        const dm_entity *e = p->n_entity ? &w->doc->entities.v[p->entity[0]] : NULL;
        uint32_t g = dm_ict(w, p->head)->head;
        if (e && strcmp(e->code, code) == 0 && g != DM_NONE && dm_ict(w, p->head)->deprel == DM_D_NSUBJ &&
            dm_str_in(dm_ict(w, g)->lemma, "abstain cosponsor co-sponsor"))
            return true;
    }
    return false;
}

/* Between the two countries that an article is about, what one of them makes is aimed at the other; a third party's may be at either. */
static const char *other_country(const iw *w, const inst *i)
{
    const char *maker = maker_of(w, i), *home = w->doc->home, *focus = w->doc->focus;
    if (!maker[0] || !home[0] || !focus[0])
        return NULL;
    const char *other = strncmp(maker, home, 3) == 0 ? focus : strncmp(maker, focus, 3) == 0 ? home : NULL;
    return other && !stands_by(w, other) ? other : NULL;
}

/* The country that the article speaks of far more than of any other that makes none of these instruments: their target. */
static const char *article_target(const iw *w, unsigned kind, tally *t)
{
    enum { LEAST = 3 };
    *t = (tally){ .n = 0 };
    for (uint32_t m = 0; m < w->doc->mentions.n; m++) {
        const dm_mention *p = &w->doc->mentions.v[m];
        const dm_entity *e = p->n_entity == 1 ? &w->doc->entities.v[p->entity[0]] : NULL;
        if (dm_act_state(e) && p->form != DM_FORM_PRONOUN)
            count(t, e->code);
    }
    for (uint32_t k = 0; k < w->v.n; k++)
        if (kind_of(w->v.v[k].type) == kind && !w->v.v[k].dropped) {
            const char *maker = maker_of(w, &w->v.v[k]);
            for (uint32_t c = 0; c < t->n; c++)
                if (strncmp(t->code[c], maker, 3) == 0)
                    t->count[c] -= t->count[c] < LEAST ? t->count[c] : LEAST; /* one misread maker must not rule it out */
        }
    const char *best = clear_winner(t);
    for (uint32_t c = 0; best && c < t->n; c++)
        if (t->code[c] == best && t->count[c] < LEAST)
            return NULL;
    return best;
}

/* A country does not sanction itself. */
static bool is_actor(const iw *w, const inst *i, const char *code)
{
    uint32_t g = i->verb ? i->head : dm_ict(w, i->head)->head;
    if (g == DM_NONE || !dm_act_verbal(w, g))
        return false;
    uint32_t s = dm_act_subject(w, g, true);
    const dm_entity *e = s == DM_NONE ? NULL : dm_act_find_state(w, s, true);
    return e && strcmp(e->code, code) == 0 && !dm_str_is(i->type, "motion");
}

static void fill_from_article(iw *w)
{
    tally t[3] = { { .n = 0 } };
    for (uint32_t k = 0; k < w->v.n; k++) {
        const inst *i = &w->v.v[k];
        unsigned kind = kind_of(i->type);
        if (kind < 3 && i->own_subject && !i->dropped)
            count(&t[kind], i->subject);
    }
    tally states;
    const char *target = t[1].n == 0 ? article_target(w, 1, &states) : NULL;
    for (uint32_t k = 0; k < w->v.n; k++) {
        inst *i = &w->v.v[k];
        unsigned kind = kind_of(i->type);
        if (kind == 3 || i->subject[0] || i->other_subject || i->dropped)
            continue;
        const char *code = clear_winner(&t[kind]), *why = "the article's others";
        if (!code && kind < 2 && !t[kind].n && !dm_str_is(i->type, "motion") && (code = clear_winner(&t[1 - kind])) &&
            strncmp(maker_of(w, i), code, 3) == 0)
            code = NULL; /* who protests against sanctions on itself */
        if (!code && t[kind].n == 0 && kind != 2 && !dm_str_is(i->type, "motion")) {
            code = kind == 1 && target && strncmp(target, maker_of(w, i), 3) != 0 ? target : other_country(w, i);
            why = "the article's focus";
        }
        if (!code || strcmp(code, i->sponsor) == 0 || is_actor(w, i, code) || (i->body[0] && strncmp(code, i->body, 3) == 0))
            if (!dm_str_is(i->type, "motion") || !code)
                continue;
        memcpy(i->subject, code, DM_CODE_MAX);
        i->subject_why = why;
    }
}

/* "The law" and "the bill" in an article with one law that has a name. */
static void fill_from_named_law(iw *w)
{
    const inst *law = NULL;
    for (uint32_t k = 0; k < w->v.n; k++) {
        const inst *i = &w->v.v[k];
        if (!i->named || !dm_str_is(i->type, "law") || i->pronoun)
            continue;
        if (law && !dm_str_eq(law->name, i->name))
            return;
        law = i;
    }
    for (uint32_t k = 0; law && k < w->v.n; k++) {
        inst *i = &w->v.v[k];
        bool same = dm_str_is(i->type, "law") && (i->definite || i->pronoun) && !i->plural && !i->dropped && !i->name.len;
        if (!same || (i->sponsor[0] && strcmp(i->sponsor, law->sponsor) != 0) ||
            (i->subject[0] && strcmp(i->subject, law->subject) != 0))
            continue;
        i->name = law->name;
        memcpy(i->subject, law->subject, sizeof i->subject);
        i->subject_why = "the law that the article names";
        i->own_subject = law->own_subject;
        if (!i->body[0])
            memcpy(i->body, law->body, sizeof i->body);
    }
}

/* Sanctions without a target in an article whose resolutions are all aimed at one state, and the other way round. */
static void fill_from_other_kinds(iw *w)
{
    tally t = { .n = 0 };
    bool filled[3] = { false };
    for (uint32_t k = 0; k < w->v.n; k++)
        if (kind_of(w->v.v[k].type) < 2 && w->v.v[k].subject[0] && !w->v.v[k].dropped) {
            count(&t, w->v.v[k].subject);
            filled[kind_of(w->v.v[k].type)] = true;
        }
    if (t.n != 1)
        return;
    for (uint32_t k = 0; k < w->v.n; k++) {
        inst *i = &w->v.v[k];
        unsigned kind = kind_of(i->type);
        if (kind > 1 || filled[kind] || i->subject[0] || i->other_subject || i->dropped || dm_str_is(i->type, "motion") ||
            strcmp(t.code[0], i->sponsor) == 0 || is_actor(w, i, t.code[0]))
            continue;
        memcpy(i->subject, t.code[0], DM_CODE_MAX);
        i->subject_why = "the article's other instruments";
    }
}

/* Later words tell what the first mention left open: subject and sponsor of a chain hold for all of it. */
static void spread(iw *w)
{
    for (uint32_t k = 0; k < w->v.n; k++) {
        const inst *i = &w->v.v[k];
        inst *root = i->chain == DM_NONE ? NULL : &w->v.v[i->chain];
        if (!root || i->dropped)
            continue;
        if (!root->subject[0] && i->subject[0] && !root->other_subject) {
            memcpy(root->subject, i->subject, sizeof root->subject);
            root->subject_why = "chain";
        }
        if (!root->sponsor[0] && i->sponsor[0] && !dm_str_is(i->type, "sanction")) {
            memcpy(root->sponsor, i->sponsor, sizeof root->sponsor);
            memcpy(root->fellow, i->fellow, sizeof root->fellow);
            root->sponsor_why = "chain";
        }
    }
    for (uint32_t k = 0; k < w->v.n; k++) {
        inst *i = &w->v.v[k];
        const inst *root = i->chain == DM_NONE ? NULL : &w->v.v[i->chain];
        if (!root || i->dropped || i->subject[0] || i->other_subject || !root->subject[0])
            continue;
        memcpy(i->subject, root->subject, sizeof i->subject);
        i->subject_why = "chain";
    }
}

/* One organ for all resolutions and motions of the article: the only one that any resolution names, else the only UN organ that it speaks
 * of. A no-action motion belongs to an organ of the United Nations, never to a parliament. */
static void fill_bodies(iw *w)
{
    char only[BODY_MAX] = "";
    bool several = false;
    for (uint32_t k = 0; k < w->v.n; k++) {
        const inst *i = &w->v.v[k];
        if (i->dropped || !i->body[0] || i->named || !dm_str_is(i->type, "resolution"))
            continue;
        several = several || (only[0] && strcmp(only, i->body) != 0);
        memcpy(only, i->body, sizeof only);
    }
    if (several)
        only[0] = 0;
    else if (!only[0] && w->un_body[0])
        memcpy(only, w->un_body, sizeof only);
    for (uint32_t k = 0; k < w->v.n; k++) {
        inst *i = &w->v.v[k];
        bool un = memcmp(only, "UN", 2) == 0, council = dm_str_is(i->type, "declaration") && i->own && !i->weak;
        bool wanted = dm_str_is(i->type, "resolution") || (un && (dm_str_is(i->type, "motion") || council));
        if (i->dropped || i->body[0] || !only[0] || i->named || !wanted)
            continue;
        memcpy(i->body, only, sizeof i->body);
        i->body_why = "the organ that the article names";
    }
}

void dm_act_chains(iw *w)
{
    for (uint32_t k = 0; k < w->v.n; k++) {
        inst *i = &w->v.v[k];
        uint32_t e = refers_back(i) ? antecedent(w, k) : DM_NONE;
        if (e != DM_NONE) {
            inherit(i, &w->v.v[e]);
            i->row = i->pronoun ? w->v.v[e].row : i->row;
            i->named = i->pronoun ? w->v.v[e].named : i->named;
            if (i->definite || i->named || i->pronoun)
                i->chain = w->v.v[e].chain != DM_NONE ? w->v.v[e].chain : e;
            continue;
        }
        drop_home(i);
        i->dropped = i->pronoun || (i->weak && !has_sign(w, i));
        if (i->pronoun)
            continue;
        retype_measure(w, i);
    }
    spread(w);
    fill_from_named_law(w);
    fill_from_article(w);
    fill_from_other_kinds(w);
    spread(w); /* what the article told of one mention holds for its chain */
    fill_bodies(w);
}

// SPDX-License-Identifier: Apache-2.0
/* Whom a pronoun stands for: the subject of its clause for possessives and reflexives; else, among the last LOOK_BACK mentions of at most
 * DISTANCE_MAX sentences before, the one that fits in kind, number and sex and is most prominent: subjects before possessors of
 * subjects before objects, places last, nearer before farther. "They" after coordinated names is all of them. A pronoun that stands for
 * a paper ("the law ... it bans") or for nobody ("it is clear that") gets no mention. */
#include "actor/work.h"

enum { DISTANCE_MAX = 3, CLIMB_MAX = 10, ROOT_SUBJECT = 5 };

const dm_entity *dm_first_entity(const aw *w, uint32_t mention)
{
    const dm_mention *m = &w->doc->mentions.v[mention];
    return m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
}

static bool is_subject(const aw *w, const dm_mention *m)
{
    return w->doc->sents.v[m->sent].parsed && dm_deprel_base((dm_deprel)dm_atok(w, m->head)->deprel) == DM_D_NSUBJ;
}

static bool one_of(dm_str p, const char *list) { return dm_str_in(p, list); }

static bool is_he(dm_str p) { return one_of(p, "he him his himself she her hers herself"); }

static bool is_it(dm_str p) { return one_of(p, "it its itself"); }

static bool head_is_plural(const aw *w, const dm_mention *m)
{
    const dm_token *t = dm_atok(w, m->head);
    return (t->feats & DM_F_PLUR) != 0 || t->xpos == DM_X_NNS;
}

static bool person_like(const aw *w, const dm_entity *en)
{
    return en->nature == DM_NAT_PERSON ||
           (en->nature == DM_NAT_ROLE && !en->plural && dm_str_is(dm_role_kind(w, en), "person"));
}

static bool is_media(const aw *w, const dm_entity *en)
{
    return en->nature == DM_NAT_BODY && en->table == w->a->i_bodies && en->table_row != DM_NONE &&
           dm_str_is(dm_table_cell(w->a->bodies, en->table_row, w->a->cb.kind), "media");
}

static bool fits_it(const aw *w, const dm_mention *m, const dm_entity *en, bool object)
{
    if (en->nature == DM_NAT_STATE)
        return !object;
    if (en->nature == DM_NAT_BODY)
        return !is_media(w, en) && !(m->form == DM_FORM_ROLE && head_is_plural(w, m)); /* "the members": not it */
    return en->nature == DM_NAT_ROLE && dm_str_in(dm_role_kind(w, en), "org group") && !head_is_plural(w, m);
}

/* "Canada and Mexico": is the mention at this dependent of the head joined to it? Two persons with titles are often taken for one name. */
bool dm_is_joined(const aw *w, const dm_mention *m, uint32_t k)
{
    if (w->name_at[k] == DM_NONE || !dm_first_entity(w, w->name_at[k]))
        return false;
    bool flat = dm_atok(w, k)->deprel == DM_D_FLAT && k >= m->first + m->n &&
                w->doc->mentions.v[w->name_at[k]].first >= m->first + m->n;
    return dm_atok(w, k)->deprel == DM_D_CONJ || flat;
}

/* Are there mentions joined to this one? */
bool dm_has_conjunct(const aw *w, const dm_mention *m)
{
    if (!w->doc->sents.v[m->sent].parsed)
        return false;
    DM_EACH_KID(w->doc, m->head, k)
    if (dm_is_joined(w, m, k))
        return true;
    return false;
}

/* object: an "it" that something is done to is seldom a state; whose doing it is, the event stage asks. */
static bool fits(const aw *w, const dm_mention *m, const dm_entity *en, dm_str pronoun, bool object)
{
    if (m->form == DM_FORM_ADJ)
        return is_it(pronoun) && en->nature == DM_NAT_STATE && !object;
    if (is_he(pronoun))
        return person_like(w, en) && m->n_entity == 1 && !(m->form == DM_FORM_ROLE && head_is_plural(w, m)) &&
               !(en->female && one_of(pronoun, "he him his himself")) && !(en->male && one_of(pronoun, "she her hers herself"));
    if (is_it(pronoun))
        return m->n_entity == 1 && !dm_has_conjunct(w, m) && fits_it(w, m, en, object);
    if (is_media(w, en))
        return false;
    return en->plural || m->n_entity > 1 || en->nature == DM_NAT_PEOPLE || (en->nature == DM_NAT_BODY && en->code[0]) ||
           en->nature == DM_NAT_STATE;
}

static bool in_root_clause(const aw *w, uint32_t verb)
{
    unsigned d = dm_atok(w, verb)->deprel;
    return d == DM_D_ROOT || d == DM_D_CONJ || d == DM_D_PARATAXIS;
}

/* The subject first, then whose the subject is, then what is nearest; a place least. */
static int salience(const aw *w, const dm_mention *m)
{
    if (!w->doc->sents.v[m->sent].parsed)
        return 0;
    uint32_t h = m->head;
    if (dm_deprel_base((dm_deprel)dm_atok(w, h)->deprel) == DM_D_NSUBJ) {
        uint32_t v = dm_atok(w, h)->head;
        return v == DM_NONE || in_root_clause(w, v) ? ROOT_SUBJECT : dm_atok(w, v)->deprel == DM_D_ADVCL ? 3 : 4;
    }
    unsigned d = dm_atok(w, h)->deprel;
    uint32_t up = dm_atok(w, h)->head;
    if (up != DM_NONE && (d == DM_D_NMOD_POSS || d == DM_D_CONJ || d == DM_D_APPOS) &&
        dm_deprel_base((dm_deprel)dm_atok(w, up)->deprel) == DM_D_NSUBJ)
        return d == DM_D_CONJ ? 1 : 3;
    if (m->first && m->form == DM_FORM_NAME && dm_str_in(dm_atok(w, m->first - 1)->norm, "in at near across from"))
        return -2;
    return 0;
}

/* What speaks for this kind of antecedent after this kind of pronoun. */
static int kind_score(const aw *w, const dm_mention *m, const dm_entity *en, dm_str p)
{
    if (is_he(p))
        return (en->nature == DM_NAT_PERSON ? 2 : 0) + (en->female || en->male ? 1 : 0);
    if (is_it(p))
        return m->form == DM_FORM_ADJ ? -4 : 0;
    if (m->n_entity > 1 || dm_has_conjunct(w, m))
        return 3;
    return en->plural || en->nature == DM_NAT_PEOPLE ? 1 : en->nature == DM_NAT_STATE ? -4 : -1;
}

static bool entity_of_code(const aw *w, uint32_t t)
{
    const dm_entity *en = w->name_at[t] == DM_NONE ? NULL : dm_first_entity(w, w->name_at[t]);
    return en && en->code[0];
}

/* The subject of the clause that holds token t, as a mention already seen; DM_NONE otherwise. */
uint32_t dm_clause_subject(const aw *w, uint32_t t)
{
    uint32_t cur = t;
    for (unsigned depth = 0; depth < CLIMB_MAX; depth++) {
        cur = dm_atok(w, cur)->head;
        if (cur == DM_NONE)
            return DM_NONE;
        DM_EACH_KID(w->doc, cur, k)
        {
            unsigned d = dm_atok(w, k)->deprel;
            bool fronted = depth > 0 && dm_atok(w, cur)->deprel == DM_D_ROOT && t < cur && entity_of_code(w, k);
            bool subject = d == DM_D_NSUBJ || d == DM_D_NSUBJ_PASS;
            if (subject && (k < t || fronted) && w->name_at[k] != DM_NONE)
                return w->name_at[k];
            uint32_t noun = subject && k < t && dm_atok(w, cur)->deprel == DM_D_ACL_RELCL &&
                                    dm_str_in(dm_atok(w, k)->norm, "which who that")
                                ? dm_atok(w, cur)->head
                                : DM_NONE;
            if (noun != DM_NONE && w->name_at[noun] != DM_NONE)
                return w->name_at[noun]; /* "Serbia, which called home its ambassadors" */
        }
    }
    return DM_NONE;
}

/* "a ban on Burmese timber over its army's raids": after over, for, about it is the party named just before, not the subject. */
static uint32_t over_its(const aw *w, const recent *r, uint32_t t)
{
    uint32_t noun = dm_atok(w, t)->head, k = noun == DM_NONE ? DM_NONE : dm_kid(w->doc, noun, DM_D_CASE);
    if (k == DM_NONE || !dm_str_in(dm_atok(w, k)->norm, "over for about") || r->n == 0)
        return DM_NONE;
    const dm_mention *m = &w->doc->mentions.v[r->mention[r->n - 1]];
    const dm_entity *en = dm_first_entity(w, r->mention[r->n - 1]);
    bool near = m->sent == dm_atok(w, t)->sent && m->first + m->n + 2 >= k && m->form != DM_FORM_ADJ && !is_subject(w, m);
    return near && en && fits(w, m, en, dm_atok(w, t)->norm, false) ? r->mention[r->n - 1] : DM_NONE;
}

/* What a state has abroad and others turn on. */
static bool is_asset_abroad(dm_str lemma)
{
    return dm_str_in(lemma,
        "embassy consulate mission legation compound diplomat ambassador envoy consul attaché attache troop soldier force army "
        "navy fleet warship frigate destroyer submarine ship vessel trawler tanker boat plane aircraft jet airliner drone "
        "missile rocket battery base outpost convoy tank warplane bomber helicopter fisherman sailor crew");
}

/* "stormed its embassy", "seized its ships", "demanded the withdrawal of its troops": not the subject's own. */
static bool is_others(const aw *w, uint32_t t)
{
    uint32_t noun = dm_atok(w, t)->head, up = noun == DM_NONE ? DM_NONE : dm_atok(w, noun)->head;
    if (up == DM_NONE || !dm_str_in(dm_atok(w, t)->norm, "its their") || !is_asset_abroad(dm_atok(w, noun)->lemma))
        return false;
    bool leaves = dm_atok(w, noun)->deprel == DM_D_NMOD &&
                  dm_str_in(dm_atok(w, up)->lemma, "withdrawal pullout pull-out departure retreat removal expulsion evacuation "
                                                   "eviction pullback exit");
    if (leaves)
        return dm_atok(w, up)->deprel == DM_D_OBJ && dm_atok(w, up)->head != DM_NONE &&
               dm_str_in(dm_atok(w, dm_atok(w, up)->head)->lemma, "demand request seek urge want insist");
    return dm_atok(w, noun)->deprel == DM_D_OBJ &&
           dm_str_in(dm_atok(w, up)->lemma,
               "storm attack besiege ransack torch raid bomb shell bombard picket stone pelt firebomb mob overrun vandalise "
               "vandalize loot seize intercept impound board sink capture ambush hijack detain expel oust shadow buzz down "
               "strafe ram harass fire-bomb invade burn");
}

static uint32_t antecedent(const aw *w, const recent *r, uint32_t t)
{
    dm_str p = dm_atok(w, t)->norm;
    bool possessive = dm_str_in(p, "its their his her itself themselves himself herself") &&
                      !(w->doc->sents.v[dm_atok(w, t)->sent].parsed && is_others(w, t));
    if (possessive && w->doc->sents.v[dm_atok(w, t)->sent].parsed) {
        uint32_t m = over_its(w, r, t);
        if (m == DM_NONE)
            m = dm_clause_subject(w, t);
        const dm_entity *en = m == DM_NONE ? NULL : dm_first_entity(w, m);
        bool one_state = en && !is_he(p) && !is_it(p) && en->nature == DM_NAT_STATE && w->doc->mentions.v[m].n_entity == 1 &&
                         !dm_has_conjunct(w, &w->doc->mentions.v[m]); /* "Bonn will host their ministers" */
        if (en && !one_state && fits(w, &w->doc->mentions.v[m], en, p, false))
            return m;
    }
    /* an object is not its own clause's subject (binding) */
    bool object = !possessive && dm_deprel_base((dm_deprel)dm_atok(w, t)->deprel) != DM_D_NSUBJ;
    uint32_t subject = object ? dm_clause_subject(w, t) : DM_NONE;
    const dm_entity *barred = subject == DM_NONE ? NULL : dm_first_entity(w, subject);
    uint32_t best = DM_NONE;
    int best_score = -100;
    for (uint32_t i = r->n; i-- > 0;) {
        const dm_mention *m = &w->doc->mentions.v[r->mention[i]];
        const dm_entity *en = dm_first_entity(w, r->mention[i]);
        int distance = (int)(dm_atok(w, t)->sent - m->sent);
        if (distance > DISTANCE_MAX)
            break;
        bool several = !is_he(p) && !is_it(p) && dm_has_conjunct(w, m);
        bool self = barred && (en == barred || (barred->code[0] && en && dm_is_country(barred->code) &&
                                                   strcmp(en->code, barred->code) == 0 && !is_he(p)));
        self = self || (subject != DM_NONE && dm_atok(w, m->head)->deprel == DM_D_APPOS &&
                           dm_atok(w, m->head)->head == w->doc->mentions.v[subject].head);
        if (!en || self || m->first >= t || !(several || fits(w, m, en, p, object && dm_atok(w, t)->deprel == DM_D_OBJ)))
            continue;
        bool spoken = (dm_atok(w, m->first)->flags & DM_T_QUOTED) && !(dm_atok(w, t)->flags & DM_T_QUOTED);
        int prominent = salience(w, m);
        prominent += is_it(p) && prominent == ROOT_SUBJECT; /* a state goes on acting; people take turns */
        int score = (spoken ? -3 : 0) + prominent + kind_score(w, m, en, p) - 3 * distance + (en->code[0] ? 1 : 0) -
                    (int)(r->n - i) / 4 + (is_it(p) && distance == 0 ? 2 : 0);
        if (score > best_score) {
            best_score = score;
            best = r->mention[i];
        }
    }
    return best;
}

/* "It is important that ...", "it emerged that": nobody. */
static bool pleonastic(const aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    if (!dm_str_is(k->norm, "it"))
        return false;
    if (k->head == DM_NONE)
        return true;
    if (dm_str_in(dm_atok(w, k->head)->norm, /* "it is ready to help": somebody */
            "prepared ready willing able unable unwilling determined eager reluctant keen anxious committed bound due obliged "
            "entitled responsible"))
        return false;
    if (k->deprel == DM_D_EXPL)
        return true;
    bool copula = dm_kid(w->doc, k->head, DM_D_COP) != DM_NONE;
    if (copula && (dm_kid(w->doc, k->head, DM_D_ACL_RELCL) != DM_NONE ||
                      dm_str_in(dm_atok(w, k->head)->norm, "time day year sign step reason turn fault mistake pity shame")))
        return true; /* "It was the Council that" */
    bool clause = false, predicate = dm_atok(w, k->head)->upos == DM_U_ADJ;
    DM_EACH_KID(w->doc, k->head, c)
    {
        unsigned d = dm_deprel_base((dm_deprel)dm_atok(w, c)->deprel);
        clause = clause || d == DM_D_CSUBJ || d == DM_D_CCOMP || d == DM_D_XCOMP || d == DM_D_ADVCL;
    }
    return predicate && clause && !dm_str_in(dm_atok(w, k->head)->norm, "free set likely unlikely");
}

static void add_joined(const aw *w, dm_mention *to, const dm_mention *from, unsigned depth)
{
    DM_EACH_KID(w->doc, from->head, k)
    {
        const dm_entity *en = dm_is_joined(w, from, k) ? dm_first_entity(w, w->name_at[k]) : NULL;
        bool known = !en || to->n_entity == DM_MENTION_ENTITIES;
        for (uint32_t i = 0; !known && i < to->n_entity; i++)
            known = strcmp(w->doc->entities.v[to->entity[i]].code, en->code) == 0;
        if (!known)
            to->entity[to->n_entity++] = w->doc->mentions.v[w->name_at[k]].entity[0];
        if (en && depth < CLIMB_MAX && w->doc->mentions.v[w->name_at[k]].head == k)
            add_joined(w, to, &w->doc->mentions.v[w->name_at[k]], depth + 1); /* the tree may hang C on B */
    }
}

/* "they" after "Canada and Mexico": all of them. */
static void add_conjuncts(const aw *w, dm_mention *to, const dm_mention *from)
{
    if (w->doc->sents.v[from->sent].parsed)
        add_joined(w, to, from, 0);
}

static bool is_paper(const aw *w, uint32_t t)
{
    return w->name_at[t] == DM_NONE &&
           dm_str_in(dm_atok(w, t)->lemma,
               "law bill resolution decision treaty agreement pact accord measure motion text report ruling "
               "order decree statement declaration plan proposal deal embargo ban convention protocol vote "
               "constitution amendment charter verdict warrant offer summit bargain document memorandum compromise formula "
               "arrangement draft communique communiqué truce ceasefire armistice clause code guideline directive "
               "programme program budget sentence judgment judgement");
}

/* What happens does nothing that persons do: "The raid came at dawn. It killed two." */
static bool is_happening(const aw *w, uint32_t t)
{
    return w->name_at[t] == DM_NONE &&
           dm_str_in(dm_atok(w, t)->lemma, "attack raid strike war blast explosion bombing crisis dispute row quarrel conflict "
                                           "visit trip move step decision "
                                           "campaign incident coup election referendum protest demonstration rally meeting "
                                           "meetings conference session ceremony "
                                           "quake earthquake storm flood disaster crash shooting killing massacre boycott "
                                           "blockade siege invasion operation "
                                           "exercise test launch case trial hearing inquiry scandal affair episode tour tariff "
                                           "dam pipeline canal bridge plan");
}

/* Verbs whose subject is a person, state or body. */
static bool needs_agent(const aw *w, uint32_t verb)
{
    return dm_str_in(dm_atok(w, verb)->lemma,
        "say add tell deny warn accuse insist announce declare urge ask demand request refuse reject decline agree promise "
        "pledge "
        "vow offer propose hope want expect believe think regret complain argue claim maintain note recall expel impose invite "
        "appeal call condemn criticise criticize denounce welcome praise thank sign withdraw suspend threaten seek plan "
        "intend");
}

/* "The law was adopted in May. It bans ...": a paper as subject of the sentence before, in the same paragraph. */
static bool after_paper(const aw *w, uint32_t t)
{
    uint32_t sent = dm_atok(w, t)->sent, v = dm_atok(w, t)->head;
    if (sent == 0 || v == DM_NONE || dm_atok(w, t)->deprel == DM_D_NMOD_POSS || !in_root_clause(w, v))
        return false;
    const dm_sent *before = &w->doc->sents.v[sent - 1];
    if (!before->parsed || before->para != w->doc->sents.v[sent].para || (dm_atok(w, t)->flags & DM_T_QUOTED))
        return false;
    for (uint32_t k = before->first; k < before->first + before->n; k++)
        if (dm_deprel_base((dm_deprel)dm_atok(w, k)->deprel) == DM_D_NSUBJ && dm_atok(w, k)->head != DM_NONE &&
            dm_atok(w, dm_atok(w, k)->head)->deprel == DM_D_ROOT)
            return is_paper(w, k) || (is_happening(w, k) && !needs_agent(w, v));
    return false;
}

/* "We welcome the decision" outside quotations: whoever issued the text. */
static dm_status take_we(aw *w, uint32_t t)
{
    if (w->issuer == DM_NONE || (dm_atok(w, t)->flags & DM_T_QUOTED) ||
        !dm_str_in(dm_atok(w, t)->norm, "we us our ours ourselves"))
        return DM_OK;
    return dm_mention_new(w, t, 1, DM_FORM_PRONOUN, w->issuer, 0.7f, DM_STR("actor/issuer")) ? DM_OK : DM_ENOMEM;
}

/* "X met his counterpart Y. They agreed": the two who dealt with each other in the sentence before. */
static bool pair_before(const aw *w, uint32_t t, uint32_t *one, uint32_t *other)
{
    uint32_t sent = dm_atok(w, t)->sent;
    if (sent == 0 || !w->doc->sents.v[sent - 1].parsed || w->doc->sents.v[sent - 1].para != w->doc->sents.v[sent].para)
        return false;
    const dm_sent *s = &w->doc->sents.v[sent - 1];
    for (uint32_t k = s->first; k < s->first + s->n; k++) {
        if (dm_atok(w, k)->deprel != DM_D_ROOT)
            continue;
        uint32_t a = dm_kid(w->doc, k, DM_D_NSUBJ), b = dm_kid(w->doc, k, DM_D_OBJ);
        if (a == DM_NONE || b == DM_NONE || !dm_str_in(dm_atok(w, k)->lemma, "meet visit telephone phone host receive join"))
            return false;
        *one = w->name_at[a];
        *other = w->name_at[b];
        const dm_entity *x = *one == DM_NONE ? NULL : dm_first_entity(w, *one),
                        *y = *other == DM_NONE ? NULL : dm_first_entity(w, *other);
        return x && y && x->code[0] && y->code[0] && !x->plural && strcmp(x->code, y->code) != 0;
    }
    return false;
}

/* "they" for such a pair; *done tells whether there was one. */
static dm_status take_pair(aw *w, uint32_t t, bool *done)
{
    uint32_t a = DM_NONE, b = DM_NONE;
    *done = dm_str_in(dm_atok(w, t)->norm, "they") && pair_before(w, t, &a, &b);
    if (!*done)
        return DM_OK;
    dm_mention *m =
        dm_mention_new(w, t, 1, DM_FORM_PRONOUN, w->doc->mentions.v[a].entity[0], 0.7f, DM_STR("actor/coref-pronoun"));
    if (!m)
        return DM_ENOMEM;
    m->entity[m->n_entity++] = w->doc->mentions.v[b].entity[0];
    return DM_OK;
}

dm_status dm_take_pronoun(aw *w, const recent *r, uint32_t t)
{
    dm_str p = dm_atok(w, t)->norm;
    if (dm_str_in(p, "we us our ours ourselves"))
        return take_we(w, t);
    if (!dm_str_in(p, "he him his himself she her hers herself it its itself they them their theirs themselves") ||
        !w->doc->sents.v[dm_atok(w, t)->sent].parsed || pleonastic(w, t))
        return DM_OK;
    bool done = false;
    dm_status st = take_pair(w, t, &done);
    if (st != DM_OK || done)
        return st;
    uint32_t a = is_it(p) && after_paper(w, t) ? DM_NONE : antecedent(w, r, t);
    if (a == DM_NONE)
        return DM_OK;
    dm_mention from = w->doc->mentions.v[a];
    dm_mention *m =
        dm_mention_new(w, t, 1, DM_FORM_PRONOUN, from.entity[0], from.confidence * 0.75f, DM_STR("actor/coref-pronoun"));
    if (!m)
        return DM_ENOMEM;
    memcpy(m->entity, from.entity, sizeof m->entity);
    m->n_entity = from.n_entity;
    if (!is_he(p) && !is_it(p))
        add_conjuncts(w, m, &from);
    if (dm_str_starts(from.why, "actor/home-country"))
        m->why = from.why;
    dm_entity *en = &w->doc->entities.v[from.entity[0]];
    if (en->nature == DM_NAT_PERSON) {
        en->male = en->male || dm_str_in(p, "he him his himself");
        en->female = en->female || dm_str_in(p, "she her hers herself");
    }
    return DM_OK;
}

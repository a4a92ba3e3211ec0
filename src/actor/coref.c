// SPDX-License-Identifier: Apache-2.0
/* Who pronouns, definite descriptions and groups stand for, and whose the bare roles are. One walk over the text; at each point the
 * last LOOK_BACK mentions are looked at, so the whole is linear. */
#include "actor/work.h"
#include <stdio.h>
#include <stdlib.h>

enum { PHRASE_MAX = 96, PHRASE_WORDS = 6 };

typedef struct recent {
    uint32_t mention[LOOK_BACK];
    uint32_t n;
} recent;

static void see(recent *r, uint32_t mention)
{
    if (r->n == LOOK_BACK) {
        memmove(r->mention, r->mention + 1, (LOOK_BACK - 1) * sizeof *r->mention);
        r->n--;
    }
    r->mention[r->n++] = mention;
}

static const dm_entity *entity_of(const aw *w, uint32_t mention)
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

static dm_str role_kind(const aw *w, const dm_entity *en)
{
    bool role = en->nature == DM_NAT_ROLE && en->table == w->a->i_roles && en->table_row != DM_NONE;
    return role ? dm_table_cell(w->a->roles, en->table_row, w->a->cr.kind) : DM_NIL;
}

static bool person_like(const aw *w, const dm_entity *en)
{
    return en->nature == DM_NAT_PERSON || (en->nature == DM_NAT_ROLE && !en->plural && dm_str_is(role_kind(w, en), "person"));
}

static bool head_is_plural(const aw *w, const dm_mention *m)
{
    const dm_token *t = dm_atok(w, m->head);
    return (t->feats & DM_F_PLUR) != 0 || t->xpos == DM_X_NNS;
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
        return !is_media(w, en);
    return en->nature == DM_NAT_ROLE && dm_str_in(role_kind(w, en), "org group") && !head_is_plural(w, m);
}

/* "Canada and Mexico": the mentions joined to this one. */
static bool has_conjunct(const aw *w, const dm_mention *m)
{
    if (!w->doc->sents.v[m->sent].parsed)
        return false;
    DM_EACH_KID(w->doc, m->head, k)
        if (dm_atok(w, k)->deprel == DM_D_CONJ && w->name_at[k] != DM_NONE && entity_of(w, w->name_at[k])) return true;
    return false;
}

/* object: an "it" that something is done to is seldom a state; whose doing it is, the event stage asks. */
static bool fits(const aw *w, const dm_mention *m, const dm_entity *en, dm_str pronoun, bool object)
{
    if (m->form == DM_FORM_ADJ)
        return is_it(pronoun) && en->nature == DM_NAT_STATE && !object;
    if (is_he(pronoun))
        return person_like(w, en) && m->n_entity == 1 && !(en->female && one_of(pronoun, "he him his himself")) && !(en->male && one_of(pronoun, "she her hers herself"));
    if (is_it(pronoun))
        return m->n_entity == 1 && !has_conjunct(w, m) && fits_it(w, m, en, object);
    return en->plural || m->n_entity > 1 || en->nature == DM_NAT_PEOPLE || (en->nature == DM_NAT_BODY && en->code[0]) || en->nature == DM_NAT_STATE;
}

/* The subject first, then whose the subject is, then what is nearest; a place least. */
static int salience(const aw *w, const dm_mention *m)
{
    if (!w->doc->sents.v[m->sent].parsed)
        return 0;
    uint32_t h = m->head;
    if (dm_deprel_base((dm_deprel)dm_atok(w, h)->deprel) == DM_D_NSUBJ) {
        uint32_t v = dm_atok(w, h)->head;
        return v != DM_NONE && dm_atok(w, v)->deprel == DM_D_ADVCL ? 3 : 4;
    }
    unsigned d = dm_atok(w, h)->deprel;
    uint32_t up = dm_atok(w, h)->head;
    if (up != DM_NONE && (d == DM_D_NMOD_POSS || d == DM_D_CONJ || d == DM_D_APPOS) && dm_deprel_base((dm_deprel)dm_atok(w, up)->deprel) == DM_D_NSUBJ)
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
    if (m->n_entity > 1 || has_conjunct(w, m))
        return 3;
    return en->plural || en->nature == DM_NAT_PEOPLE ? 1 : en->nature == DM_NAT_STATE ? -4 : -1;
}

static bool entity_of_code(const aw *w, uint32_t t)
{
    const dm_entity *en = w->name_at[t] == DM_NONE ? NULL : entity_of(w, w->name_at[t]);
    return en && en->code[0];
}

/* The subject of the clause that holds token t, as a mention already seen; DM_NONE otherwise. */
static uint32_t clause_subject(const aw *w, uint32_t t)
{
    uint32_t cur = t;
    for (unsigned depth = 0; depth < 10; depth++) {
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
            uint32_t noun = subject && k < t && dm_atok(w, cur)->deprel == DM_D_ACL_RELCL && dm_str_in(dm_atok(w, k)->norm, "which who that") ? dm_atok(w, cur)->head : DM_NONE;
            if (noun != DM_NONE && w->name_at[noun] != DM_NONE)
                return w->name_at[noun]; /* "Serbia, which called home its ambassadors" */
        }
    }
    return DM_NONE;
}

/* "sanctions against China over its record": after over, for, about it is the party named just before, not the subject. */
static uint32_t over_its(const aw *w, const recent *r, uint32_t t)
{
    uint32_t noun = dm_atok(w, t)->head, k = noun == DM_NONE ? DM_NONE : dm_kid(w->doc, noun, DM_D_CASE);
    if (k == DM_NONE || !dm_str_in(dm_atok(w, k)->norm, "over for about") || r->n == 0)
        return DM_NONE;
    const dm_mention *m = &w->doc->mentions.v[r->mention[r->n - 1]];
    const dm_entity *en = entity_of(w, r->mention[r->n - 1]);
    bool near = m->sent == dm_atok(w, t)->sent && m->first + m->n + 2 >= k && m->form != DM_FORM_ADJ && !is_subject(w, m);
    return near && en && fits(w, m, en, dm_atok(w, t)->norm, false) ? r->mention[r->n - 1] : DM_NONE;
}

static uint32_t antecedent(const aw *w, const recent *r, uint32_t t)
{
    dm_str p = dm_atok(w, t)->norm;
    bool possessive = dm_str_in(p, "its their his her itself themselves himself herself");
    if (possessive && w->doc->sents.v[dm_atok(w, t)->sent].parsed) {
        uint32_t m = over_its(w, r, t);
        if (m == DM_NONE)
            m = clause_subject(w, t);
        const dm_entity *en = m == DM_NONE ? NULL : entity_of(w, m);
        if (en && fits(w, &w->doc->mentions.v[m], en, p, false))
            return m;
    }
    /* an object is not its own clause's subject (binding) */
    bool object = !possessive && dm_deprel_base((dm_deprel)dm_atok(w, t)->deprel) != DM_D_NSUBJ;
    uint32_t subject = object ? clause_subject(w, t) : DM_NONE;
    const dm_entity *barred = subject == DM_NONE ? NULL : entity_of(w, subject);
    uint32_t best = DM_NONE;
    int best_score = -100;
    for (uint32_t i = r->n; i-- > 0;) {
        const dm_mention *m = &w->doc->mentions.v[r->mention[i]];
        const dm_entity *en = entity_of(w, r->mention[i]);
        int distance = (int)(dm_atok(w, t)->sent - m->sent);
        if (distance > 3)
            break;
        bool several = !is_he(p) && !is_it(p) && has_conjunct(w, m);
        bool self = barred && (en == barred || (barred->code[0] && en && dm_is_country(barred->code) && strcmp(en->code, barred->code) == 0 && !is_he(p)));
        if (!en || self || m->first >= t || !(several || fits(w, m, en, p, object && dm_atok(w, t)->deprel == DM_D_OBJ)))
            continue;
        bool spoken = (dm_atok(w, m->first)->flags & DM_T_QUOTED) && !(dm_atok(w, t)->flags & DM_T_QUOTED);
        int score = (spoken ? -3 : 0) + salience(w, m) + kind_score(w, m, en, p) - 3 * distance + (en->code[0] ? 1 : 0) - (int)(r->n - i) / 4;
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
    if (k->deprel == DM_D_EXPL || k->head == DM_NONE)
        return true;
    bool copula = dm_kid(w->doc, k->head, DM_D_COP) != DM_NONE;
    if (copula && (dm_kid(w->doc, k->head, DM_D_ACL_RELCL) != DM_NONE || dm_str_in(dm_atok(w, k->head)->norm, "time day year sign step reason")))
        return true; /* "It was the Council that" */
    bool clause = false, predicate = dm_atok(w, k->head)->upos == DM_U_ADJ;
    DM_EACH_KID(w->doc, k->head, c)
    {
        unsigned d = dm_deprel_base((dm_deprel)dm_atok(w, c)->deprel);
        clause = clause || d == DM_D_CSUBJ || d == DM_D_CCOMP || d == DM_D_XCOMP || d == DM_D_ADVCL;
    }
    return predicate && clause;
}

/* "they" after "Canada and Mexico": all of them. */
static void add_conjuncts(const aw *w, dm_mention *to, const dm_mention *from)
{
    if (!w->doc->sents.v[from->sent].parsed)
        return;
    DM_EACH_KID(w->doc, from->head, k)
    {
        const dm_entity *en = w->name_at[k] == DM_NONE ? NULL : entity_of(w, w->name_at[k]);
        bool known = !en || dm_atok(w, k)->deprel != DM_D_CONJ || to->n_entity == DM_MENTION_ENTITIES;
        for (uint32_t i = 0; !known && i < to->n_entity; i++)
            known = strcmp(w->doc->entities.v[to->entity[i]].code, en->code) == 0;
        if (!known)
            to->entity[to->n_entity++] = w->doc->mentions.v[w->name_at[k]].entity[0];
    }
}

static bool in_root_clause(const aw *w, uint32_t verb)
{
    unsigned d = dm_atok(w, verb)->deprel;
    return d == DM_D_ROOT || d == DM_D_CONJ || d == DM_D_PARATAXIS;
}

static bool is_paper(const aw *w, uint32_t t)
{
    return w->name_at[t] == DM_NONE && dm_str_in(dm_atok(w, t)->lemma, "law bill resolution decision treaty agreement pact accord measure motion text report ruling "
                                                               "order decree statement declaration plan proposal deal embargo ban convention protocol vote "
                                                               "constitution amendment charter verdict warrant offer summit");
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
        if (dm_deprel_base((dm_deprel)dm_atok(w, k)->deprel) == DM_D_NSUBJ && dm_atok(w, k)->head != DM_NONE && dm_atok(w, dm_atok(w, k)->head)->deprel == DM_D_ROOT)
            return is_paper(w, k);
    return false;
}

/* "We welcome the decision" outside quotations: whoever issued the text. */
static dm_status take_we(aw *w, uint32_t t)
{
    if (w->issuer == DM_NONE || (dm_atok(w, t)->flags & DM_T_QUOTED) || !dm_str_in(dm_atok(w, t)->norm, "we us our ours ourselves"))
        return DM_OK;
    return dm_mention_new(w, t, 1, DM_FORM_PRONOUN, w->issuer, 0.7f, DM_STR("actor/issuer")) ? DM_OK : DM_ENOMEM;
}

static dm_status take_pronoun(aw *w, const recent *r, uint32_t t)
{
    dm_str p = dm_atok(w, t)->norm;
    if (dm_str_in(p, "we us our ours ourselves"))
        return take_we(w, t);
    if (!dm_str_in(p, "he him his himself she her hers herself it its itself they them their theirs themselves") || !w->doc->sents.v[dm_atok(w, t)->sent].parsed || pleonastic(w, t))
        return DM_OK;
    uint32_t a = is_it(p) && after_paper(w, t) ? DM_NONE : antecedent(w, r, t);
    if (a == DM_NONE)
        return DM_OK;
    dm_mention from = w->doc->mentions.v[a];
    dm_mention *m = dm_mention_new(w, t, 1, DM_FORM_PRONOUN, from.entity[0], from.confidence * 0.75f, DM_STR("actor/coref-pronoun"));
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

static bool year_ok(const aw *w, const struct fact *f)
{
    dm_interval d = w->doc->meta.date;
    int y, m, day;
    if (d.precision == DM_PREC_UNKNOWN || d.from == DM_DAY_NONE)
        return true;
    dm_day_split(d.from, &y, &m, &day);
    return (!f->from || y >= f->from) && (!f->to || y <= f->to);
}

static dm_str fact_code(const aw *w, uint32_t i)
{
    return dm_table_cell(w->a->facts, w->a->fact[i - 1].row, dm_table_column(w->a->facts, "code"));
}

/* The entity of the most recently mentioned state for which the fact holds; a fact that one state alone has needs no mention. */
static uint32_t described_state(aw *w, const recent *r, uint32_t fact, bool alone_too)
{
    for (uint32_t k = r->n; k-- > 0;) {
        const dm_entity *en = entity_of(w, r->mention[k]);
        for (uint32_t i = fact; en && i; i = w->a->fact[i - 1].next)
            if (year_ok(w, &w->a->fact[i - 1]) && dm_str_is(fact_code(w, i), en->code))
                return w->doc->mentions.v[r->mention[k]].entity[0];
    }
    dm_str only = DM_NIL;
    for (uint32_t i = alone_too ? fact : 0; i; i = w->a->fact[i - 1].next) {
        if (!year_ok(w, &w->a->fact[i - 1]))
            continue;
        if (only.len && !dm_str_eq(only, fact_code(w, i)))
            return DM_NONE;
        only = fact_code(w, i);
    }
    char key[16], code[DM_CODE_MAX];
    dm_copy_code(code, sizeof code, only);
    snprintf(key, sizeof key, "state %s", code);
    uint32_t id = only.len ? dm_entity_find(w, dm_str_of(key)) : DM_NONE;
    return id != DM_NONE || !only.len ? id : dm_entity_new(w, dm_str_of(key), code, DM_STR("GOV"), DM_NAT_STATE, only);
}

static uint32_t phrase_fact(const aw *w, uint32_t first, uint32_t *words)
{
    char buf[PHRASE_MAX];
    size_t n = 0;
    uint32_t found = 0, sent = dm_atok(w, first)->sent;
    for (uint32_t t = first; t < w->doc->tokens.n && t < first + PHRASE_WORDS && dm_atok(w, t)->sent == sent; t++) {
        dm_str s = dm_atok(w, t)->norm;
        bool glue = n == 0 || dm_str_in(s, "'s - '") || (t > first && dm_str_in(dm_atok(w, t - 1)->norm, "-"));
        if (n + s.len + 2 > sizeof buf)
            break;
        if (!glue)
            buf[n++] = ' ';
        memcpy(buf + n, s.p, s.len);
        n += s.len;
        uint32_t f = dm_map_get(&w->a->facts_phrase, (dm_str){ buf, n }, 0);
        if (f != UINT32_MAX) {
            found = f;
            *words = t - first + 1;
        }
    }
    return found;
}

static uint32_t number_of(dm_str word)
{
    static const char *const words[] = { "two", "three", "four", "five", "six", "seven" };
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
        if (dm_str_is(word, words[i]))
            return i + 2;
    return dm_str_is(word, "both") ? 2 : 0;
}

/* "both have passed laws", "turned both down", "the neighbours": two parties without a noun or number. */
static bool alone(const aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    unsigned d = dm_deprel_base((dm_deprel)k->deprel);
    bool argument = d == DM_D_NSUBJ || d == DM_D_OBJ || d == DM_D_IOBJ || d == DM_D_OBL;
    if (!w->doc->sents.v[k->sent].parsed || !argument)
        return false;
    if (dm_str_in(k->norm, "both neither"))
        return true;
    if (t && dm_str_in(k->norm, "side party government country") && dm_str_in(dm_atok(w, t - 1)->norm, "each either neither"))
        return true;
    return t && dm_str_in(k->norm, "neighbours neighbors rivals foes") && dm_str_is(dm_atok(w, t - 1)->norm, "the");
}

/* "the two sides", "both capitals", "the four countries": how many parties, 0 when it is no such phrase. */
static uint32_t group_size(const aw *w, uint32_t t, uint32_t *words)
{
    if (alone(w, t)) {
        *words = 1;
        return 2;
    }
    uint32_t k = t, end = w->doc->sents.v[dm_atok(w, t)->sent].first + w->doc->sents.v[dm_atok(w, t)->sent].n;
    if (dm_str_in(dm_atok(w, k)->norm, "the these those all"))
        k++;
    uint32_t size = k < end ? number_of(dm_atok(w, k)->norm) : 0;
    if (!size || (k == t && size != 2))
        return 0;
    k++;
    for (int skip = 0; skip < 2 && k < end && dm_str_in(dm_atok(w, k)->norm, "the neighbouring neighboring asian rival warring european african arab foreign prime"); skip++)
        k++;
    if (k >= end || !dm_str_in(dm_atok(w, k)->norm, "sides countries nations capitals governments leaders neighbours neighbors states powers parties allies "
                                                     "ministers presidents men women delegations rivals foes partners armies premiers"))
        return 0;
    *words = k - t + 1;
    return size;
}

typedef struct pick {
    uint32_t v[DM_MENTION_ENTITIES];
    uint32_t n;
} pick;

static void pick_entity(const aw *w, pick *p, uint32_t id, const dm_entity *barred)
{
    const dm_entity *en = &w->doc->entities.v[id];
    bool known = p->n == DM_MENTION_ENTITIES || (barred && strcmp(barred->code, en->code) == 0) || !dm_is_country(en->code) || en->nature == DM_NAT_OTHER;
    for (uint32_t k = 0; k < p->n; k++)
        known = known || strcmp(w->doc->entities.v[p->v[k]].code, en->code) == 0;
    if (!known)
        p->v[p->n++] = id;
}

/* "Saudi Arabia, Egypt and Bahrain": the joined mentions from this one on. */
static void pick_joined(const aw *w, pick *p, const dm_mention *m)
{
    p->n = 0;
    pick_entity(w, p, m->entity[0], NULL);
    DM_EACH_KID(w->doc, m->head, k)
    {
        if (dm_atok(w, k)->deprel == DM_D_CONJ && w->name_at[k] != DM_NONE && entity_of(w, w->name_at[k]))
            pick_entity(w, p, w->doc->mentions.v[w->name_at[k]].entity[0], NULL);
    }
}

static bool names_men(dm_str noun) { return dm_str_in(noun, "men women leaders presidents ministers premiers"); }

/* The last so many different countries mentioned, but for the subject of the same clause ("China called on the two sides"). */
static void pick_recent(const aw *w, const recent *r, uint32_t t, uint32_t size, const dm_entity *barred, bool men, pick *p)
{
    p->n = 0;
    for (uint32_t i = r->n; i-- > 0 && p->n < size;) {
        const dm_mention *o = &w->doc->mentions.v[r->mention[i]];
        for (uint32_t e = o->n_entity; e-- > 0 && p->n < size;) {
            unsigned nature = w->doc->entities.v[o->entity[e]].nature;
            if (o->first < t && (men ? nature == DM_NAT_PERSON : nature != DM_NAT_PLACE))
                pick_entity(w, p, o->entity[e], barred);
        }
    }
}

/* "the two sides" of the whole article, when both were spoken of lately. */
static void pick_pair(const aw *w, const recent *r, uint32_t t, const dm_entity *barred, pick *p)
{
    p->n = 0;
    for (uint32_t i = r->n; i-- > 0 && p->n < 2;) {
        const dm_mention *o = &w->doc->mentions.v[r->mention[i]];
        for (uint32_t e = o->n_entity; e-- > 0 && p->n < 2;) {
            const char *code = w->doc->entities.v[o->entity[e]].code;
            if (o->first < t && (strcmp(code, w->doc->home) == 0 || strcmp(code, w->doc->focus) == 0))
                pick_entity(w, p, o->entity[e], barred);
        }
    }
}

/* Parties named together, so many as the phrase says, come first; then two men last named; then whoever was named last. */
static dm_status take_group(aw *w, const recent *r, uint32_t t, uint32_t words, uint32_t size)
{
    uint32_t head = t + words - 1;
    bool subject_itself = dm_deprel_base((dm_deprel)dm_atok(w, head)->deprel) == DM_D_NSUBJ;
    uint32_t s = subject_itself || !w->doc->sents.v[dm_atok(w, t)->sent].parsed ? DM_NONE : clause_subject(w, head);
    const dm_entity *barred = s == DM_NONE ? NULL : entity_of(w, s);
    if (barred && dm_str_in(dm_str_of(barred->sector), "CVL OPP SOC REB LAB JRN EDU REL")) /* a citizen may speak of both governments */
        barred = NULL;
    pick p = { .n = 0 };
    for (uint32_t i = r->n; i-- > 0 && p.n != size;) {
        const dm_mention *o = &w->doc->mentions.v[r->mention[i]];
        p.n = 0;
        if (o->first < t && o->n_entity == 1 && has_conjunct(w, o))
            pick_joined(w, &p, o);
        else if (o->n_entity == size && o->first < t)
            for (uint32_t e = 0; e < size; e++)
                pick_entity(w, &p, o->entity[e], NULL);
    }
    if (p.n != size && names_men(dm_atok(w, head)->norm))
        pick_recent(w, r, t, size, barred, true, &p);
    if (p.n != size && size == 2)
        pick_pair(w, r, t, barred, &p);
    if (p.n != size)
        pick_recent(w, r, t, size, barred, false, &p);
    if (p.n < 2)
        return DM_OK;
    dm_mention *m = dm_mention_new(w, t, words, DM_FORM_GROUP, p.v[0], p.n == size ? 0.75f : 0.5f, DM_STR("actor/group"));
    if (!m)
        return DM_ENOMEM;
    for (uint32_t k = 1; k < p.n; k++)
        m->entity[m->n_entity++] = p.v[k];
    dm_mention *inner = w->name_at[head] < w->doc->mentions.n - 1 ? &w->doc->mentions.v[w->name_at[head]] : NULL;
    if (inner && inner->form == DM_FORM_ROLE) { /* the role inside is the same group */
        memcpy(inner->entity, m->entity, sizeof inner->entity);
        inner->n_entity = m->n_entity;
        inner->why = m->why;
    }
    return DM_OK;
}

/* A mention that may turn out to be the body named before: a bare role that ends here, or nothing. */
static bool open_to_body(const aw *w, uint32_t t, uint32_t *first)
{
    uint32_t i = w->name_at[t];
    *first = t;
    if (i == DM_NONE)
        return true;
    const dm_mention *m = &w->doc->mentions.v[i];
    *first = m->first;
    bool bare = dm_str_starts(m->why, "actor/home-country") || dm_str_is(m->why, "actor/unknown-role") || dm_str_is(m->why, "actor/description");
    return m->form == DM_FORM_ROLE && bare && m->first + m->n == t + 1 &&
           (m->n == 1 || !dm_str_in(dm_atok(w, m->first)->norm, "national federal state local supreme constitutional provincial regional city military"));
}

/* Is this one of the general nouns for the body? */
static bool called(const aw *w, uint32_t id, dm_str noun)
{
    const dm_entity *en = id == DM_NONE ? NULL : &w->doc->entities.v[id];
    if (!en || en->table != w->a->i_bodies || en->table_row == DM_NONE)
        return false;
    dm_str heads = dm_table_cell(w->a->bodies, en->table_row, w->a->cb.heads), h;
    while (dm_str_split(&heads, '|', &h))
        if (dm_str_eq(h, noun))
            return true;
    return false;
}

/* "the Council", "the watchdog": a body named before, by a word of its name or one of the table's general nouns. */
static dm_status take_body(aw *w, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    uint32_t first = t;
    if ((k->upos != DM_U_NOUN && k->upos != DM_U_PROPN) || !open_to_body(w, t, &first))
        return DM_OK;
    if (first == 0 || !dm_str_in(dm_atok(w, first - 1)->norm, "the this that 's its their") || dm_atok(w, first - 1)->sent != k->sent)
        return DM_OK;
    uint32_t id = dm_str_in(k->norm, "body organisation organization agency institution") && called(w, w->last_body, k->norm)
                      ? w->last_body
                      : dm_map_get(&w->body_word, k->norm, 0);
    bool longer = t + 1 < w->doc->tokens.n && dm_atok(w, t + 1)->upos == DM_U_PROPN && dm_atok(w, t + 1)->sent == k->sent;
    if (id == UINT32_MAX || longer)
        return DM_OK;
    if (dm_str_in(dm_str_of(w->doc->entities.v[id].code), "UNO IGO EUR"))
        w->last_body = id;
    if (w->name_at[t] == DM_NONE)
        return dm_mention_new(w, t, 1, DM_FORM_DESC, id, 0.75f, DM_STR("actor/description-body")) ? DM_OK : DM_ENOMEM;
    dm_mention *m = &w->doc->mentions.v[w->name_at[t]];
    m->entity[0] = id;
    m->form = DM_FORM_DESC;
    m->confidence = 0.75f;
    m->why = DM_STR("actor/description-body");
    return DM_OK;
}

static bool is_body_word(dm_str word)
{
    return dm_str_in(word, "council committee assembly commission court tribunal union organisation organization agency league parliament congress senate "
                           "secretariat bank fund party front army movement group alliance federation forum panel association bureau office");
}

/* The words by which a body may be called again: general nouns of its table line, and the nouns of its name. */
static bool learn_body(aw *w, const dm_mention *m)
{
    const dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
    dm_str last = dm_atok(w, m->first + m->n - 1)->norm;
    bool owned = m->form == DM_FORM_ROLE && en && en->code[0] && !en->plural && !dm_str_starts(m->why, "actor/home-country");
    if (owned && is_body_word(last)) /* "Britain's highest court", later "the court" */
        return dm_map_put(&w->body_word, last, 0, m->entity[0]) || dm_oom(w);
    if (!en || en->nature != DM_NAT_BODY || m->form != DM_FORM_NAME)
        return true;
    if (dm_str_in(dm_str_of(en->code), "UNO IGO EUR"))
        w->last_body = m->entity[0];
    if (en->table == w->a->i_bodies && en->table_row != DM_NONE) {
        dm_str heads = dm_table_cell(w->a->bodies, en->table_row, w->a->cb.heads), h;
        while (dm_str_split(&heads, '|', &h))
            if (!memchr(h.p, ' ', h.len) && !dm_map_put(&w->body_word, h, 0, m->entity[0]))
                return dm_oom(w);
    }
    for (uint32_t t = m->first; t < m->first + m->n && m->n > 1; t++)
        if (is_body_word(dm_atok(w, t)->norm) && !dm_map_put(&w->body_word, dm_atok(w, t)->norm, 0, m->entity[0]))
            return dm_oom(w);
    return true;
}

/* The words of a person's title, by which the text comes back ("the general"), and what they say of the sex. */
static bool learn_title(aw *w, const dm_mention *m)
{
    dm_entity *en = m->n_entity ? &w->doc->entities.v[m->entity[0]] : NULL;
    if (!en || en->nature != DM_NAT_PERSON || m->form != DM_FORM_NAME)
        return true;
    char buf[PHRASE_MAX];
    size_t n = 0;
    for (uint32_t t = m->first; t < m->first + m->n; t++) {
        dm_str s = dm_atok(w, t)->norm;
        en->male = en->male || dm_str_in(s, "mr sir lord king prince");
        en->female = en->female || dm_str_in(s, "mrs ms miss lady queen princess madame");
        if (!w->title[t] || w->title[t] == 3 || n + s.len + 2 > sizeof buf)
            continue;
        if (n)
            buf[n++] = ' ';
        memcpy(buf + n, s.p, s.len);
        n += s.len;
    }
    if (n && dm_str_in((dm_str){ buf, n }, "gen"))
        n = (size_t)snprintf(buf, sizeof buf, "general");
    return n == 0 || dm_map_put(&w->title_entity, (dm_str){ buf, n }, 0, m->entity[0]) || dm_oom(w);
}

/* "their host, President Fernandez": the noun beside the name is the person. */
static dm_status take_apposed(aw *w, uint32_t mention)
{
    const dm_mention *m = &w->doc->mentions.v[mention];
    const dm_entity *en = entity_of(w, mention);
    const dm_token *h = dm_atok(w, m->head);
    if (!en || en->nature != DM_NAT_PERSON || !en->code[0] || !w->doc->sents.v[m->sent].parsed || h->deprel != DM_D_APPOS || h->head == DM_NONE)
        return DM_OK;
    if (w->name_at[h->head] != DM_NONE || dm_atok(w, h->head)->upos != DM_U_NOUN)
        return DM_OK;
    return dm_mention_new(w, h->head, 1, DM_FORM_DESC, m->entity[0], 0.85f, DM_STR("actor/apposition")) ? DM_OK : DM_ENOMEM;
}

static dm_status take_description(aw *w, const recent *r, uint32_t t, uint32_t *skip)
{
    uint32_t words = 0, before = w->name_at[t];
    if (w->name_at[t] != DM_NONE && w->doc->mentions.v[w->name_at[t]].form != DM_FORM_ADJ && entity_of(w, w->name_at[t]) &&
        entity_of(w, w->name_at[t])->nature != DM_NAT_OTHER && !dm_str_starts(w->doc->mentions.v[w->name_at[t]].why, "actor/home-country") &&
        !dm_str_is(w->doc->mentions.v[w->name_at[t]].why, "actor/unknown-role"))
        return DM_OK;
    uint32_t size = group_size(w, t, &words);
    if (size) {
        *skip = words;
        return take_group(w, r, t, words, size);
    }
    dm_status st = take_body(w, t);
    if (st != DM_OK || w->name_at[t] != before)
        return st;
    bool definite = t > 0 && dm_str_in(dm_atok(w, t - 1)->norm, "the its their this that 's his our") && dm_atok(w, t - 1)->sent == dm_atok(w, t)->sent;
    uint32_t fact = phrase_fact(w, t, &words);
    if (!fact || (!definite && words < 3))
        return DM_OK;
    uint32_t id = described_state(w, r, fact, definite && words > 1);
    if (id == DM_NONE)
        return DM_OK;
    *skip = words;
    return dm_mention_new(w, t, words, DM_FORM_DESC, id, 0.8f, DM_STR("actor/description")) ? DM_OK : DM_ENOMEM;
}

/* "the country", "the nation": the state spoken of last; "its giant neighbour", in apposition: whom it stands beside. */
static dm_status take_plain(aw *w, const recent *r, uint32_t t)
{
    const dm_token *k = dm_atok(w, t);
    if (w->name_at[t] != DM_NONE || t == 0 || !w->doc->sents.v[k->sent].parsed)
        return DM_OK;
    bool place = dm_str_in(k->norm, "country nation kingdom republic island state regime communist");
    bool related = dm_str_in(k->norm, "neighbour neighbor ally rival partner adversary patron enemy foe");
    uint32_t pick = DM_NONE;
    if (related && k->deprel == DM_D_APPOS && k->head != DM_NONE)
        pick = w->name_at[k->head];
    if (place && k->upos == DM_U_NOUN) {
        uint32_t d = dm_kid(w->doc, t, DM_D_DET);
        if (d == DM_NONE || !dm_str_in(dm_atok(w, d)->norm, "the this that"))
            return DM_OK;
        for (uint32_t i = r->n; i-- > 0 && pick == DM_NONE;) {
            const dm_entity *en = entity_of(w, r->mention[i]);
            if (en && en->code[0] && (en->nature == DM_NAT_STATE || (en->nature == DM_NAT_PLACE && dm_str_is(k->norm, "island"))))
                pick = r->mention[i];
        }
    }
    if (pick == DM_NONE || !w->doc->mentions.v[pick].n_entity)
        return DM_OK;
    return dm_mention_new(w, t, 1, DM_FORM_DESC, w->doc->mentions.v[pick].entity[0], 0.65f, DM_STR("actor/description")) ? DM_OK : DM_ENOMEM;
}

static void set_code(dm_entity *en, const char *code)
{
    if (!en->code[0])
        memcpy(en->code, code, DM_CODE_MAX);
}

static int by_place(const void *a_, const void *b_)
{
    const dm_mention *a = a_, *b = b_;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    return (int)a->form - (int)b->form;
}

static void sort_mentions(aw *w)
{
    if (w->doc->mentions.n)
        qsort(w->doc->mentions.v, w->doc->mentions.n, sizeof *w->doc->mentions.v, by_place);
    for (uint32_t t = 0; t < w->doc->tokens.n; t++)
        w->name_at[t] = w->doc->tokens.v[t].mention = DM_NONE;
    for (uint32_t i = 0; i < w->doc->mentions.n; i++) /* later is inner: longest first at each place */
        for (uint32_t t = w->doc->mentions.v[i].first; t < w->doc->mentions.v[i].first + w->doc->mentions.v[i].n; t++)
            w->name_at[t] = w->doc->tokens.v[t].mention = i;
}

/* "its forces", "his officials": the role belongs to whom the pronoun stands for. */
static void give_owner(aw *w, uint32_t pronoun)
{
    uint32_t noun = dm_atok(w, pronoun)->head;
    if (dm_atok(w, pronoun)->deprel != DM_D_NMOD_POSS || noun == DM_NONE || w->name_at[noun] == DM_NONE || w->name_at[pronoun] == DM_NONE)
        return;
    const dm_mention *owned = &w->doc->mentions.v[w->name_at[noun]], *by = &w->doc->mentions.v[w->name_at[pronoun]];
    if (owned->n_entity && by->n_entity && dm_str_is(owned->why, "actor/possessive-pronoun"))
        set_code(&w->doc->entities.v[owned->entity[0]], w->doc->entities.v[by->entity[0]].code);
}

static void home_for_the_rest(aw *w)
{
    for (uint32_t i = 0; i < w->doc->mentions.n && w->doc->home[0]; i++) {
        dm_mention *m = &w->doc->mentions.v[i];
        if (m->n_entity && dm_str_is(m->why, "actor/possessive-pronoun") && !w->doc->entities.v[m->entity[0]].code[0]) {
            set_code(&w->doc->entities.v[m->entity[0]], w->doc->home);
            m->why = DM_STR("actor/home-country");
        }
    }
}

dm_status dm_actor_coref(aw *w)
{
    sort_mentions(w);
    uint32_t named = w->doc->mentions.n, next = 0, skip = 0;
    recent r = { .n = 0 };
    topics tp = { 0 };
    for (uint32_t t = 0; t < w->doc->tokens.n; t++) {
        while (next < named && w->doc->mentions.v[next].first <= t) {
            dm_bare_settle(w, next, &tp);
            dm_topic_see(w, &tp, next);
            if (w->doc->mentions.v[next].n_entity)
                see(&r, next);
            if (take_apposed(w, next) != DM_OK || !learn_body(w, &w->doc->mentions.v[next]) || !learn_title(w, &w->doc->mentions.v[next]))
                return DM_ENOMEM;
            next++;
        }
        if (skip) {
            skip--;
            continue;
        }
        uint32_t before = w->doc->mentions.n;
        dm_status st = take_pronoun(w, &r, t);
        if (st == DM_OK && w->doc->mentions.n == before)
            st = take_description(w, &r, t, &skip);
        if (st == DM_OK && w->doc->mentions.n == before)
            st = take_plain(w, &r, t);
        if (st != DM_OK)
            return st;
        if (w->doc->mentions.n > before) {
            see(&r, before);
            dm_topic_see(w, &tp, before);
            give_owner(w, t);
        }
        skip = skip ? skip - 1 : 0;
    }
    home_for_the_rest(w);
    sort_mentions(w);
    return DM_OK;
}

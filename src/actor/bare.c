// SPDX-License-Identifier: Apache-2.0
/* Whose a bare role is ("the government", "protesters", "a spokesman"), and where a person comes from whom nothing places.
 *
 * The walk over the text (coref.c) keeps a topic: the state that was subject last, or at whose place the sentence starts. A bare role
 * belongs, in this order, to what it stands beside or whose clause it is in, to whom it reports on, to the place (people) or the topic
 * (offices) of the paragraph, to the home country. All are defaults: the trace says actor/home-country. */
#include "actor/work.h"

enum { TOPIC_PARAS = 1, TOPIC_SENTENCES = 3, CLIMB_MAX = 8 };

static const char *code_at(const aw *w, uint32_t t)
{
    const dm_entity *en = t == DM_NONE || w->name_at[t] == DM_NONE ? NULL : dm_first_entity(w, w->name_at[t]);
    return en && en->code[0] ? en->code : NULL;
}

bool dm_is_country(const char *code) { return code[0] && !dm_str_in(dm_str_of(code), "UNO IGO NGO MNC IMG ISM EUR"); }

static void set_code(dm_entity *en, const char *code)
{
    if (!en->code[0] && code)
        memcpy(en->code, code, DM_CODE_MAX);
}

static bool after_in(const aw *w, const dm_mention *o)
{
    uint32_t before = o->first;
    if (before-- == 0)
        return false;
    if (before && dm_str_is(dm_atok(w, before)->norm, "the"))
        before--;
    return dm_atok(w, before)->sent == o->sent &&
           dm_str_in(dm_atok(w, before)->norm, "in at across throughout inside outside near around");
}

static bool is_place(const dm_entity *en)
{
    return en && en->code[0] && (en->nature == DM_NAT_STATE || en->nature == DM_NAT_PLACE);
}

/* The place of the sentence: a state or town named with "in" or "at"; NULL when there is none. */
static const char *sentence_place(const aw *w, const dm_mention *m)
{
    uint32_t self = (uint32_t)(m - w->doc->mentions.v);
    uint32_t lo = self > LOOK_BACK ? self - LOOK_BACK : 0,
             hi = self + LOOK_BACK < w->doc->mentions.n ? self + LOOK_BACK : w->doc->mentions.n;
    for (uint32_t i = lo; i < hi; i++) {
        const dm_mention *o = &w->doc->mentions.v[i];
        if (i != self && o->sent == m->sent && is_place(dm_first_entity(w, i)) && after_in(w, o))
            return dm_first_entity(w, i)->code;
    }
    return NULL;
}

/* "Japan has decided ..., government sources said": who reports on a clause belongs to its subject. */
const char *dm_reported_subject(const aw *w, const dm_mention *m)
{
    if (!w->doc->sents.v[m->sent].parsed || dm_deprel_base((dm_deprel)dm_atok(w, m->head)->deprel) != DM_D_NSUBJ)
        return NULL;
    uint32_t v = dm_atok(w, m->head)->head;
    if (v != DM_NONE &&
        dm_str_in(dm_atok(w, v)->lemma, "grumble complain protest lament object sneer scoff mock gripe moan allege "
                                        "charge jeer fume protest accuse criticise criticize"))
        return NULL; /* about somebody else */
    uint32_t clause = v == DM_NONE ? DM_NONE : dm_kid(w->doc, v, DM_D_CCOMP);
    if (clause == DM_NONE && v != DM_NONE && dm_atok(w, v)->deprel == DM_D_PARATAXIS)
        clause = dm_atok(w, v)->head;
    if (clause == DM_NONE)
        return NULL;
    DM_EACH_KID(w->doc, clause, k)
    {
        unsigned d = dm_atok(w, k)->deprel;
        uint32_t o = (d == DM_D_NSUBJ || d == DM_D_NSUBJ_PASS) ? w->name_at[k] : DM_NONE;
        const dm_entity *en = o == DM_NONE ? NULL : dm_first_entity(w, o);
        if (en && en->code[0] && (en->nature == DM_NAT_STATE || en->nature == DM_NAT_BODY || en->nature == DM_NAT_PERSON))
            return en->code;
    }
    return NULL;
}

/* "Tanzania, whose people": the noun that the relative clause belongs to. */
static const char *whose(const aw *w, const dm_mention *m)
{
    if (m->first == 0 || !w->doc->sents.v[m->sent].parsed)
        return NULL;
    uint32_t p = dm_kid(w->doc, m->head, DM_D_NMOD_POSS);
    if (p == DM_NONE || !dm_str_is(dm_atok(w, p)->norm, "whose"))
        return NULL;
    uint32_t before = p ? p - 1 : p; /* the noun right before it, wherever the tree hung the clause */
    if (before && (dm_atok(w, before)->flags & DM_T_PUNCT))
        before--;
    if (before < p && dm_atok(w, before)->sent == m->sent && code_at(w, before))
        return code_at(w, before);
    uint32_t cur = m->head;
    for (unsigned i = 0; i < CLIMB_MAX && cur != DM_NONE; i++, cur = dm_atok(w, cur)->head)
        if (dm_atok(w, cur)->deprel == DM_D_ACL_RELCL)
            return code_at(w, dm_atok(w, cur)->head);
    return NULL;
}

/* "Tom Ikimi, the foreign minister": whom the role stands beside; NULL when it stands alone. */
static const char *beside(const aw *w, const dm_mention *m)
{
    const dm_token *h = dm_atok(w, m->head);
    if (!w->doc->sents.v[m->sent].parsed || h->head == DM_NONE)
        return NULL;
    if (h->deprel == DM_D_APPOS)
        return code_at(w, h->head);
    const dm_entity *en =
        h->deprel == DM_D_CONJ && w->name_at[h->head] != DM_NONE ? dm_first_entity(w, w->name_at[h->head]) : NULL;
    bool fellow = en && (en->nature == DM_NAT_PERSON || en->nature == DM_NAT_ROLE) &&
                  w->doc->entities.v[m->entity[0]].nature == DM_NAT_ROLE;
    return fellow ? code_at(w, h->head) : NULL; /* "the president and the speaker" */
}

/* "the coalition's coordinator", "the President of the Committee": owners that only the walk knows. */
static const char *owned(aw *w, const dm_mention *m)
{
    if (!w->doc->sents.v[m->sent].parsed)
        return NULL;
    DM_EACH_KID(w->doc, m->head, k)
    {
        unsigned d = dm_atok(w, k)->deprel;
        if (d == DM_D_NMOD_POSS && code_at(w, k) && w->name_at[k] < (uint32_t)(m - w->doc->mentions.v))
            return code_at(w, k);
        uint32_t c = d == DM_D_NMOD ? dm_kid(w->doc, k, DM_D_CASE) : DM_NONE;
        uint32_t body = c != DM_NONE && dm_str_in(dm_atok(w, c)->norm, "of for") && !code_at(w, k)
                            ? dm_map_get(&w->body_word, dm_atok(w, k)->norm, 0)
                            : DM_NONE;
        if (c != DM_NONE && body == DM_NONE && dm_str_in(dm_atok(w, c)->norm, "of") && w->name_at[k] != DM_NONE &&
            dm_str_starts(w->doc->mentions.v[w->name_at[k]].why, "actor/home-country"))
            body = dm_map_get(&w->body_word, dm_atok(w, k)->norm, 0);
        if (body != DM_NONE && w->doc->entities.v[body].code[0])
            return w->doc->entities.v[body].code;
    }
    return NULL;
}

/* "the leaders of the 15 member states": of the organisation named last. */
static const char *member_states(const aw *w, const dm_mention *m)
{
    uint32_t k = w->doc->sents.v[m->sent].parsed && w->last_body != DM_NONE ? dm_kid(w->doc, m->head, DM_D_NMOD) : DM_NONE;
    if (k == DM_NONE || !dm_str_in(dm_atok(w, k)->norm, "states countries nations governments"))
        return NULL;
    uint32_t of = dm_kid(w->doc, k, DM_D_COMPOUND);
    return of != DM_NONE && dm_str_in(dm_atok(w, of)->norm, "member") ? w->doc->entities.v[w->last_body].code : NULL;
}

/* States whose group says that they are no soldiers' to rule: "the junta" there is another state's. */
static bool is_club_member(const aw *w, const char *code)
{
    int c = dm_table_column(w->a->facts, "code"), groups = dm_table_column(w->a->facts, "groups");
    for (uint32_t r = 0; r < dm_table_rows(w->a->facts); r++) {
        dm_str cell = dm_table_cell(w->a->facts, r, groups), g;
        if (!dm_str_is(dm_table_cell(w->a->facts, r, c), code))
            continue;
        while (dm_str_split(&cell, '|', &g))
            if (dm_str_starts(g, "G7") || dm_str_starts(g, "EU") || dm_str_starts(g, "OECD"))
                return true;
    }
    return false;
}

/* "the junta", "the generals" in a paper of a democracy: the other state's that the article is about. */
static const char *junta_elsewhere(const aw *w, const dm_mention *m)
{
    dm_str noun = dm_atok(w, m->head)->norm;
    bool military = dm_str_in(noun, "authorities government rulers regime leaders rule leadership") && m->head &&
                    dm_str_is(dm_atok(w, m->head - 1)->norm, "military");
    if ((!military && !dm_str_in(noun, "junta generals putschists")) || !w->doc->focus[0] || !is_club_member(w, w->doc->home))
        return NULL;
    return is_club_member(w, w->doc->focus) ? NULL : w->doc->focus;
}

/* "the Secretary General": the head of the organisation named last. */
static const char *organisation(const aw *w, const dm_mention *m)
{
    uint32_t last = m->first + m->n - 1;
    if (last > m->first && dm_str_is(dm_atok(w, last)->norm, "helmets"))
        return "UNO"; /* "the blue helmets" */
    bool upper = (dm_atok(w, m->first)->flags & DM_T_UPPER) != 0;
    if (upper && dm_str_is(dm_atok(w, m->first)->norm, "high") && dm_str_is(dm_atok(w, last)->norm, "commissioner") &&
        w->last_body != DM_NONE)
        return w->doc->entities.v[w->last_body].code;
    bool general = dm_str_is(dm_atok(w, last)->norm, "general") && last > m->first &&
                   dm_str_in(dm_atok(w, m->first)->norm, "secretary director");
    return general && w->last_body != DM_NONE ? w->doc->entities.v[w->last_body].code : NULL;
}

static bool near(const aw *w, const struct topic *p, const dm_mention *m)
{
    return p->code[0] && w->doc->sents.v[m->sent].para <= p->para + TOPIC_PARAS && m->sent <= p->sent + TOPIC_SENTENCES;
}

static bool here(const aw *w, const struct topic *p, const dm_mention *m)
{
    return p->code[0] && w->doc->sents.v[m->sent].para == p->para;
}

/* "the general" after "General Pinochet". */
static bool titled_before(aw *w, dm_mention *m)
{
    if (m->first == 0 || !dm_str_is(dm_atok(w, m->first - 1)->norm, "the") || w->doc->entities.v[m->entity[0]].plural ||
        dm_atok(w, m->head)->deprel == DM_D_APPOS)
        return false;
    char buf[KEY_MAX];
    size_t n = 0;
    for (uint32_t t = m->first; t < m->first + m->n && n + dm_atok(w, t)->norm.len + 1 < sizeof buf; t++) {
        if (n)
            buf[n++] = ' ';
        memcpy(buf + n, dm_atok(w, t)->norm.p, dm_atok(w, t)->norm.len);
        n += dm_atok(w, t)->norm.len;
    }
    uint32_t id = dm_map_get(&w->title_entity, (dm_str){ buf, n }, 0);
    if (id == DM_NONE)
        return false;
    m->entity[0] = id;
    m->why = DM_STR("actor/coref-title");
    m->confidence = 0.75f;
    return true;
}

/* "Chile broke with the junta": another state's, when a state is subject; NULL when nobody is ruled out. */
static const char *not_own(const aw *w, const dm_mention *m)
{
    const dm_token *h = dm_atok(w, m->head);
    bool rulers = dm_str_in(h->norm, "regime junta rulers generals colonels putschists");
    if (!w->doc->sents.v[m->sent].parsed || (h->deprel != DM_D_OBJ && h->deprel != DM_D_IOBJ && h->deprel != DM_D_OBL) ||
        (!rulers && !dm_str_in(h->norm, "government authorities leadership administration president")))
        return NULL;
    uint32_t v = h->head;
    for (unsigned i = 0; i < CLIMB_MAX && v != DM_NONE; i++, v = dm_atok(w, v)->head) {
        uint32_t s = dm_kid(w->doc, v, DM_D_NSUBJ);
        const dm_entity *en = s == DM_NONE || w->name_at[s] == DM_NONE ? NULL : dm_first_entity(w, w->name_at[s]);
        if (s != DM_NONE)
            return en && (en->nature == DM_NAT_STATE || (rulers && en->nature == DM_NAT_PERSON)) && dm_is_country(en->code)
                       ? en->code
                       : NULL;
        if (dm_atok(w, v)->deprel != DM_D_XCOMP && dm_atok(w, v)->deprel != DM_D_CONJ)
            return NULL;
    }
    return NULL;
}

/* "the president, whom the army toppled": who deals so with a leader is of his country. */
static const char *toppled(const aw *w, const dm_mention *m)
{
    const dm_token *h = dm_atok(w, m->head);
    uint32_t v = w->doc->sents.v[m->sent].parsed && dm_deprel_base((dm_deprel)h->deprel) == DM_D_NSUBJ ? h->head : DM_NONE;
    if (v == DM_NONE || dm_atok(w, v)->deprel != DM_D_ACL_RELCL ||
        !dm_str_in(dm_atok(w, v)->lemma, "topple oust depose overthrow elect re-elect reelect appoint unseat impeach remove"))
        return NULL;
    return code_at(w, dm_atok(w, v)->head);
}

static void settle_role(aw *w, dm_mention *m, const topics *tp)
{
    if (titled_before(w, m))
        return;
    dm_entity *en = &w->doc->entities.v[m->entity[0]];
    bool any = dm_str_is(m->why, "actor/home-country-any");
    set_code(en, whose(w, m));
    set_code(en, beside(w, m));
    set_code(en, owned(w, m));
    set_code(en, organisation(w, m));
    set_code(en, toppled(w, m));
    set_code(en, member_states(w, m));
    set_code(en, junta_elsewhere(w, m));
    if (any) {
        set_code(en, sentence_place(w, m));
        if (here(w, &tp->place, m))
            set_code(en, tp->place.code);
    } else
        set_code(en, dm_reported_subject(w, m));
    const char *barred = not_own(w, m);
    if (near(w, &tp->state, m) && !(barred && strcmp(barred, tp->state.code) == 0) && !dm_role_excludes(w, en, tp->state.code))
        set_code(en, tp->state.code);
    if (dm_role_excludes(w, en, w->doc->home))
        set_code(en, w->doc->focus);
    if (barred && strcmp(barred, w->doc->home) == 0 && w->doc->focus[0])
        set_code(en, w->doc->focus);
    set_code(en, w->doc->home);
}

/* "who mediated for the United Nations": whom the clause says that the person works for. */
static const char *serves(const aw *w, uint32_t verb)
{
    if (!dm_str_in(dm_atok(w, verb)->lemma, "mediate work speak negotiate act serve lobby campaign report observe"))
        return NULL;
    DM_EACH_KID(w->doc, verb, k)
    {
        uint32_t c = dm_atok(w, k)->deprel == DM_D_OBL ? dm_kid(w->doc, k, DM_D_CASE) : DM_NONE;
        if (c != DM_NONE && dm_str_in(dm_atok(w, c)->norm, "for at as") && code_at(w, k))
            return code_at(w, k);
    }
    return NULL;
}

/* "X, who chairs the Committee", "X of the opposition": what the person heads or belongs to. */
static const char *headed(const aw *w, const dm_mention *m)
{
    if (!w->doc->sents.v[m->sent].parsed)
        return NULL;
    DM_EACH_KID(w->doc, m->head, k)
    {
        unsigned d = dm_atok(w, k)->deprel;
        uint32_t c = d == DM_D_NMOD ? dm_kid(w->doc, k, DM_D_CASE) : DM_NONE;
        if (c != DM_NONE && dm_str_in(dm_atok(w, c)->norm, "of from") && code_at(w, k))
            return code_at(w, k);
        if (d == DM_D_APPOS && code_at(w, k))
            return code_at(w, k);
        if (d == DM_D_ACL_RELCL && serves(w, k))
            return serves(w, k);
        bool heads = d == DM_D_ACL_RELCL &&
                     dm_str_in(dm_atok(w, k)->lemma, "chair head lead run govern rule represent direct command preside");
        uint32_t o = heads ? dm_kid(w->doc, k, DM_D_OBJ) : DM_NONE;
        if (o != DM_NONE && code_at(w, o))
            return code_at(w, o);
    }
    return NULL;
}

/* "his counterpart": of the two states that the article is about, the one not spoken of. */
static void settle_counterpart(aw *w, dm_mention *m, const topics *tp)
{
    dm_entity *en = &w->doc->entities.v[m->entity[0]];
    if (!tp->state.code[0] || !w->doc->home[0])
        return;
    if (strcmp(tp->state.code, w->doc->home) != 0)
        set_code(en, w->doc->home);
    else if (w->doc->focus[0])
        set_code(en, w->doc->focus);
    m->confidence = 0.5f;
}

/* "The foreign minister, X": one person. X is the minister's country's, whatever organisation he came to head later. */
static void join_name(aw *w, dm_mention *m)
{
    uint32_t k = w->doc->sents.v[m->sent].parsed && m->form == DM_FORM_ROLE ? dm_kid(w->doc, m->head, DM_D_APPOS) : DM_NONE;
    uint32_t o = k == DM_NONE ? DM_NONE : w->name_at[k];
    if (o == DM_NONE || !w->doc->mentions.v[o].n_entity || m->n_entity != 1)
        return;
    const dm_entity *role = &w->doc->entities.v[m->entity[0]];
    dm_entity *en = &w->doc->entities.v[w->doc->mentions.v[o].entity[0]];
    if (en->nature != DM_NAT_PERSON || role->nature != DM_NAT_ROLE || role->plural || !role->code[0])
        return;
    if (!dm_is_country(en->code) && dm_role_is_national(w, role))
        memcpy(en->code, role->code, sizeof en->code);
    set_code(en, role->code);
    if (!en->sector[0])
        memcpy(en->sector, role->sector, sizeof en->sector);
    if (strcmp(en->code, role->code) == 0)
        m->entity[0] = w->doc->mentions.v[o].entity[0];
}

/* "Interior Minister X" opens a paragraph: readers know whose, so it is rather home's than that of whom the last paragraph spoke of. */
static bool in_office(const aw *w, const dm_mention *m)
{
    for (uint32_t t = m->first; t + 1 < m->first + m->n; t++)
        if (w->title[t] && dm_str_in(dm_atok(w, t)->norm, "minister spokesman spokeswoman spokesperson secretary"))
            return true;
    return false;
}

static void settle_person(aw *w, dm_mention *m, const topics *tp)
{
    dm_entity *en = &w->doc->entities.v[m->entity[0]];
    set_code(en, beside(w, m));
    set_code(en, headed(w, m));
    if (in_office(w, m) ? here(w, &tp->state, m) : near(w, &tp->state, m))
        set_code(en, tp->state.code);
    set_code(en, sentence_place(w, m));
    set_code(en, w->doc->home);
    if (en->code[0]) {
        m->why = DM_STR("actor/home-country-person");
        m->confidence = 0.4f;
    }
}

/* "Paramount Chief" of "Paramount Chief Vekuii Rukoro": the role and the person are one. */
static bool inside_person(aw *w, uint32_t mention)
{
    dm_mention *m = &w->doc->mentions.v[mention];
    const dm_mention *o = mention ? m - 1 : NULL;
    dm_entity *person = o && o->n_entity ? &w->doc->entities.v[o->entity[0]] : NULL;
    if (!person || person->nature != DM_NAT_PERSON || o->first + o->n < m->first + m->n || m->form != DM_FORM_ROLE)
        return false;
    if (!person->sector[0])
        memcpy(person->sector, w->doc->entities.v[m->entity[0]].sector, sizeof person->sector);
    m->entity[0] = o->entity[0];
    m->why = o->why;
    return true;
}

/* "the foreign minister" of before, but the paragraph speaks of another state by now. */
static bool moved_on(const aw *w, const dm_mention *m, const topics *tp)
{
    const dm_entity *en = &w->doc->entities.v[m->entity[0]];
    return en->nature == DM_NAT_ROLE && dm_is_country(en->code) && here(w, &tp->state, m) &&
           strcmp(tp->state.code, en->code) != 0 && strcmp(en->code, w->doc->home) != 0 && dm_role_is_national(w, en) &&
           !dm_role_excludes(w, en, tp->state.code);
}

static void move_on(aw *w, dm_mention *m, const topics *tp)
{
    dm_entity was = w->doc->entities.v[m->entity[0]];
    uint32_t id = dm_entity_new(w, DM_NIL, tp->state.code, dm_str_of(was.sector), DM_NAT_ROLE, was.name);
    if (id == DM_NONE)
        return;
    w->doc->entities.v[id].plural = was.plural;
    w->doc->entities.v[id].table = was.table;
    w->doc->entities.v[id].table_row = was.table_row;
    m->entity[0] = id;
    m->why = DM_STR("actor/home-country");
    m->confidence = 0.6f;
}

/* "members rejected the draft": the members of the organisation spoken of. */
static bool is_member(const aw *w, const dm_mention *m)
{
    bool open = dm_str_starts(m->why, "actor/home-country") || dm_str_is(m->why, "actor/description") ||
                dm_str_is(m->why, "actor/unknown-role");
    uint32_t of = w->doc->sents.v[m->sent].parsed ? dm_kid(w->doc, m->head, DM_D_COMPOUND) : DM_NONE;
    return w->last_body != DM_NONE && m->form == DM_FORM_ROLE && open && of == DM_NONE && /* "an opposition member" */
           dm_str_in(dm_atok(w, m->first + m->n - 1)->norm, "members member delegates");
}

/* Does the paragraph name this state before the mention, and not only as a place? */
static bool spoken_of(const aw *w, uint32_t mention, const char *code)
{
    const dm_mention *m = &w->doc->mentions.v[mention];
    uint32_t para = w->doc->sents.v[m->sent].para;
    for (uint32_t i = mention;
         i-- > 0 && mention - i <= LOOK_BACK && w->doc->sents.v[w->doc->mentions.v[i].sent].para == para;) {
        const dm_entity *en = dm_first_entity(w, i);
        if (en && en->nature != DM_NAT_PLACE && strcmp(en->code, code) == 0)
            return true;
    }
    return false;
}

/* "Congress", "the Senate": several states have one of this name. The table's is meant at home or where its state is spoken of, else that of
 * the state spoken of. */
static void settle_common(aw *w, uint32_t mention, const topics *tp)
{
    dm_mention *m = &w->doc->mentions.v[mention];
    const dm_entity *en = dm_first_entity(w, mention);
    if (m->form != DM_FORM_NAME || en->nature != DM_NAT_BODY || en->table != w->a->i_bodies || en->table_row == DM_NONE ||
        !dm_str_starts(dm_table_cell(w->a->bodies, en->table_row, w->a->cb.note), "ambiguous: common"))
        return;
    const char *code = near(w, &tp->state, m) ? tp->state.code : w->doc->home;
    if (!dm_is_country(code) || strcmp(w->doc->home, en->code) == 0 || spoken_of(w, mention, en->code))
        return;
    char own[DM_CODE_MAX];
    memcpy(own, code, sizeof own);
    uint32_t id = dm_entity_new(w, DM_NIL, own, dm_str_of(en->sector), DM_NAT_BODY, en->name);
    if (id == DM_NONE)
        return;
    m->entity[0] = id;
    m->why = DM_STR("actor/home-country");
    m->confidence = 0.6f;
}

/* Do the facts say that the two states are neighbours? */
static bool are_neighbours(const aw *w, const char *one, const char *other)
{
    int code = dm_table_column(w->a->facts, "code"), beside = dm_table_column(w->a->facts, "neighbours");
    for (uint32_t r = 0; r < dm_table_rows(w->a->facts); r++) {
        dm_str cell = dm_table_cell(w->a->facts, r, beside), n;
        if (!dm_str_is(dm_table_cell(w->a->facts, r, code), one))
            continue;
        while (dm_str_split(&cell, '|', &n))
            if (dm_str_is(n, other))
                return true;
    }
    return false;
}

/* "its neighbour", "Algeria's rival": of the two states that the article is about, the one whose neighbour or rival it is not. */
static void settle_related(const aw *w, dm_mention *m)
{
    dm_entity *en = &w->doc->entities.v[m->entity[0]];
    uint32_t p = w->doc->sents.v[m->sent].parsed ? dm_kid(w->doc, m->head, DM_D_NMOD_POSS) : DM_NONE;
    bool beside = dm_str_in(dm_atok(w, m->head)->lemma, "neighbour neighbor"),
         against = dm_str_in(dm_atok(w, m->head)->lemma, "rival foe enemy adversary arch-rival archrival patron");
    const char *owner = p == DM_NONE ? NULL : code_at(w, p), *other = NULL;
    if (en->code[0] || (dm_atok(w, m->head)->feats & DM_F_PLUR) || !owner || (!beside && !against) || !w->doc->focus[0])
        return;
    if (strcmp(owner, w->doc->home) == 0)
        other = w->doc->focus;
    else if (beside || strcmp(owner, w->doc->focus) == 0)
        other = w->doc->home;
    if (beside && other && !are_neighbours(w, owner, other))
        other = strcmp(owner, w->doc->focus) != 0 && are_neighbours(w, owner, w->doc->focus) ? w->doc->focus : NULL;
    if (!other)
        return;
    set_code(en, other);
    m->why = DM_STR("actor/counterpart");
    m->confidence = 0.6f;
}

void dm_bare_settle(aw *w, uint32_t mention, const topics *tp)
{
    dm_mention *m = &w->doc->mentions.v[mention];
    if (m->n_entity == 1)
        settle_common(w, mention, tp);
    if (!m->n_entity || inside_person(w, mention))
        return;
    if (is_member(w, m)) {
        m->entity[0] = w->last_body;
        m->why = DM_STR("actor/organisation");
        m->confidence = 0.6f;
    } else if (dm_str_is(m->why, "actor/unknown-role"))
        settle_related(w, m);
    else if (dm_str_is(m->why, "actor/description") && m->form == DM_FORM_ROLE && moved_on(w, m, tp))
        move_on(w, m, tp);
    else if (dm_str_is(m->why, "actor/counterpart"))
        settle_counterpart(w, m, tp);
    else if (dm_str_starts(m->why, "actor/home-country"))
        settle_role(w, m, tp);
    else if (w->doc->entities.v[m->entity[0]].nature == DM_NAT_PERSON && !w->doc->entities.v[m->entity[0]].code[0])
        settle_person(w, m, tp);
    join_name(w, m);
}

static bool in_main_clause(const aw *w, uint32_t verb)
{
    unsigned d = verb == DM_NONE ? (unsigned)DM_D_ROOT : dm_atok(w, verb)->deprel;
    return d == DM_D_ROOT || d == DM_D_CONJ || d == DM_D_PARATAXIS;
}

/* 2 subject of a main clause (or its possessor), 1 of another clause, 0 neither. */
static unsigned prominence(const aw *w, const dm_mention *m)
{
    if (!w->doc->sents.v[m->sent].parsed)
        return 0;
    uint32_t h = m->head;
    unsigned d = dm_atok(w, h)->deprel;
    if ((d == DM_D_NMOD_POSS || d == DM_D_AMOD) && dm_atok(w, h)->head != DM_NONE)
        h = dm_atok(w, h)->head;
    if (dm_deprel_base((dm_deprel)dm_atok(w, h)->deprel) != DM_D_NSUBJ)
        return 0;
    return in_main_clause(w, dm_atok(w, h)->head) ? 2 : 1;
}

static void put(const aw *w, struct topic *p, const dm_mention *m, const char *code, unsigned rank)
{
    if (p->code[0] && p->sent == m->sent && p->rank > rank)
        return;
    *p = (struct topic){ .para = w->doc->sents.v[m->sent].para, .sent = m->sent, .rank = rank };
    memcpy(p->code, code, DM_CODE_MAX);
}

void dm_topic_see(const aw *w, topics *tp, uint32_t mention)
{
    const dm_mention *m = &w->doc->mentions.v[mention];
    const dm_entity *en = dm_first_entity(w, mention);
    if (!en || m->n_entity != 1 || !dm_is_country(en->code) || w->doc->sents.v[m->sent].kind == DM_SENT_NOISE)
        return;
    if (en->table == w->a->i_bodies && en->table_row != DM_NONE &&
        dm_str_is(dm_table_cell(w->a->bodies, en->table_row, w->a->cb.kind), "media"))
        return;
    unsigned rank = prominence(w, m);
    bool place = is_place(en) && after_in(w, m);
    const dm_token *h = dm_atok(w, m->head);
    bool aside = w->doc->sents.v[m->sent].parsed && h->deprel == DM_D_OBL && h->head != DM_NONE &&
                 dm_atok(w, h->head)->deprel == DM_D_ACL_RELCL;
    if (place && !aside)
        put(w, &tp->place, m, en->code, 1);
    if (place && m->first <= w->doc->sents.v[m->sent].first + 1u)
        rank = 2;
    if (rank && !place)
        put(w, &tp->state, m, en->code, rank);
    else if (rank == 2)
        put(w, &tp->state, m, en->code, rank);
}

// SPDX-License-Identifier: Apache-2.0
/* Parties of a phrase: the mention at its head, else the possessor, demonym or prepositional phrase inside it, else the sponsor of the
 * instrument it is. Descent is bounded by DEPTH_MAX. First-person words are the speaker of the quotation they stand in. */
#include "event/party.h"

enum { DEPTH_MAX = 3, CASE_MAX = 64, INCLUDING_MAX = 14, ROW_MAX = 16, CHAIN_MAX = 8 };

bool dm_party_add(party_list *l, const char *code, const char *sector, dm_span span)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (code[0] && strcmp(l->p[i].code, code) == 0)
            return true;
    if (l->n == PARTIES_MAX)
        return false;
    dm_party *p = &l->p[l->n++];
    memset(p, 0, sizeof *p);
    memcpy(p->code, code, strnlen(code, DM_CODE_MAX - 1));
    memcpy(p->sector, sector, strnlen(sector, DM_SECTOR_MAX - 1));
    p->span = span;
    l->found = true;
    return true;
}

bool dm_party_among(const dm_party *p, uint32_t n, const char *code)
{
    for (uint32_t i = 0; i < n; i++)
        if (code[0] && strcmp(p[i].code, code) == 0)
            return true;
    return false;
}

bool dm_parties_share(const party_list *l, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (dm_party_among(p, n, l->p[i].code))
            return true;
    return false;
}

bool dm_parties_coded(const party_list *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->p[i].code[0])
            return true;
    return false;
}

bool dm_parties_same(const party_list *a, const party_list *b)
{
    if (a->n != b->n || a->n == 0)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!dm_party_among(b->p, b->n, a->p[i].code))
            return false;
    return true;
}

static bool first_person(const dm_doc *doc, uint32_t t)
{
    return dm_tok(doc, t)->upos == DM_U_PRON && dm_str_in(dm_tok(doc, t)->norm, "i we us me our my ours mine ourselves myself");
}

static dm_span head_span(const dm_doc *doc, uint32_t h)
{
    uint32_t a = h, b = h;
    DM_EACH_KID(doc, h, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        if (d == DM_D_FLAT || d == DM_D_COMPOUND || d == DM_D_AMOD || d == DM_D_DET || d == DM_D_NUMMOD) {
            a = k < a ? k : a;
            b = k > b ? k : b;
        }
    }
    return dm_doc_token_span(doc, a, b - a + 1);
}

static void add_mention(const ev_doc *e, const dm_mention *m, party_list *out)
{
    dm_span span = dm_doc_token_span(e->doc, m->first, m->n);
    bool first = out->n == 0;
    for (uint32_t i = 0; i < m->n_entity; i++) {
        const dm_entity *en = &e->doc->entities.v[m->entity[i]];
        dm_party_add(out, en->code, en->sector, span);
    }
    if (first) {
        out->bare = dm_str_starts(m->why, "actor/home-country");
        out->why = m->why;
        out->confidence = m->confidence;
    }
}

static bool coded(const ev_doc *e, const dm_mention *m)
{
    for (uint32_t i = 0; i < m->n_entity; i++)
        if (e->doc->entities.v[m->entity[i]].code[0])
            return true;
    return false;
}

static void inside(const ev_doc *e, uint32_t h, role as, unsigned depth, party_list *out);
static void joined(const ev_doc *e, uint32_t h, role as, unsigned depth, party_list *out);

static void one(const ev_doc *e, uint32_t h, role as, unsigned depth, party_list *out)
{
    const dm_doc *doc = e->doc;
    if (depth > DEPTH_MAX)
        return;
    if (first_person(doc, h)) {
        uint32_t q = dm_quote_of(doc, h), who = q == DM_NONE ? DM_NONE : e->quote_who[q];
        if (who != DM_NONE && who != h && !first_person(doc, who))
            one(e, who, ROLE_SPEAKER, depth + 1, out);
        else if (q == DM_NONE && e->mention_at[h] != DM_NONE) /* a press release speaks for its issuer */
            add_mention(e, &doc->mentions.v[e->mention_at[h]], out);
        return;
    }
    uint32_t m = e->mention_at[h];
    if (m != DM_NONE && coded(e, &doc->mentions.v[m])) {
        add_mention(e, &doc->mentions.v[m], out);
        return;
    }
    uint32_t before = out->n;
    inside(e, h, as, depth, out);
    if (out->n == before && m != DM_NONE)
        add_mention(e, &doc->mentions.v[m], out);
}

/* The sponsor or body of an instrument that stands where a party is asked for. */
static bool from_instrument(const ev_doc *e, uint32_t h, party_list *out)
{
    if (e->inst_at[h] == DM_NONE)
        return false;
    const dm_inst *i = &e->doc->insts.v[e->inst_at[h]];
    char code[DM_CODE_MAX] = "", sector[DM_SECTOR_MAX] = "";
    bool un = i->body.len > 2 && memcmp(i->body.p, "UN", 2) == 0; /* a draft is its sponsor's, a resolution the organ's */
    if (un && dm_str_is(dm_tok(e->doc, i->head)->lemma, "resolution"))
        memcpy(code, "UNO", 4);
    else if (i->sponsor[0])
        memcpy(code, i->sponsor, sizeof code);
    else if (i->body.len >= 3 && (i->body.len == 3 || i->body.p[3] == '-')) {
        memcpy(code, i->body.p, 3);
        if (i->body.len > 4 && i->body.len - 4 < sizeof sector)
            memcpy(sector, i->body.p + 4, i->body.len - 4);
    } else if (un)
        memcpy(code, "UNO", 4);
    if (!code[0])
        return false;
    dm_party_add(out, code, sector, dm_doc_token_span(e->doc, i->first, i->n));
    for (unsigned k = 0; k < DM_FELLOWS && i->fellow[k][0] && strcmp(code, i->sponsor) == 0; k++)
        dm_party_add(out, i->fellow[k], "", dm_doc_token_span(e->doc, i->first, i->n));
    out->why = DM_STR("act/sponsor");
    out->confidence = 0.7f;
    return true;
}

static int rank_of(const ev_doc *e, uint32_t k, role as)
{
    const dm_doc *doc = e->doc;
    char buf[CASE_MAX];
    switch (dm_tok(doc, k)->deprel) {
    case DM_D_NMOD_POSS: return 0;
    case DM_D_AMOD:
    case DM_D_COMPOUND:
    case DM_D_NMOD_DESC:
    case DM_D_NMOD_UNMARKED: return 1;
    case DM_D_APPOS:
    case DM_D_FLAT: return 2;
    case DM_D_NMOD: {
        dm_str c = dm_case_of(doc, k, buf, sizeof buf);
        if (dm_str_in(c, as == ROLE_RECIPIENT ? "of by in against on from toward towards to at with between among"
                                              : "of by from between among for"))
            return dm_str_is(c, "of") || dm_str_is(c, "by") ? 3 : 4;
        return -1;
    }
    case DM_D_ACL: return as != ROLE_RECIPIENT && dm_is_passive(doc, k) ? 5 : -1;
    default: return -1;
    }
}

static void inside(const ev_doc *e, uint32_t h, role as, unsigned depth, party_list *out)
{
    for (int want = 0; want <= 5; want++) {
        uint32_t before = out->n;
        if (want == 2 && from_instrument(e, h, out))
            return;
        DM_EACH_KID(e->doc, h, k)
        {
            if (rank_of(e, k, as) != want)
                continue;
            if (want == 5) {
                uint32_t agent = dm_logical_subject(e->doc, k);
                if (agent != DM_NONE)
                    dm_parties_of(e, agent, as, out);
            } else {
                one(e, k, as, depth + 1, out);
                if (out->n > before)
                    joined(e, k, as, depth + 1, out);
            }
        }
        if (out->n > before)
            return;
    }
}

static bool is_quantifier(const dm_doc *doc, uint32_t h)
{
    return dm_str_in(dm_tok(doc, h)->norm, "some many most several few others both all none one two three four others each "
                                           "either neither majority minority number dozens hundreds thousands");
}

/* "some in the ruling party", "members of": whom the quantity is taken from; alone ("although some complained"), the subject of the
 * clause above. */
static void of_quantity(const ev_doc *e, uint32_t h, role as, party_list *out)
{
    const dm_doc *doc = e->doc;
    DM_EACH_KID(doc, h, k)
    {
        char buf[CASE_MAX];
        if (dm_tok(doc, k)->deprel == DM_D_NMOD &&
            dm_str_in(dm_case_of(doc, k, buf, sizeof buf), "in within among inside at from of"))
            one(e, k, as, 1, out);
    }
    uint32_t v = dm_tok(doc, h)->head, above = v == DM_NONE ? DM_NONE : dm_tok(doc, v)->head;
    bool subject = dm_deprel_base((dm_deprel)dm_tok(doc, h)->deprel) == DM_D_NSUBJ;
    if (!out->n && subject && above != DM_NONE && dm_tok(doc, above)->upos == DM_U_VERB &&
        dm_tok(doc, v)->deprel != DM_D_CCOMP) {
        uint32_t s = dm_surface_subject(doc, above);
        if (s != DM_NONE && s != h)
            one(e, s, as, 1, out);
    }
}

/* "it", "the measure" without a party of its own: the instrument spoken of last in the sentence. */
static void from_last_instrument(const ev_doc *e, uint32_t h, party_list *out)
{
    const dm_doc *doc = e->doc;
    for (uint32_t i = dm_doc_inst_from(doc, h + 1); i-- > 0 && doc->insts.v[i].sent == dm_tok(doc, h)->sent;)
        if (doc->insts.v[i].head < h) {
            from_instrument(e, doc->insts.v[i].head, out);
            return;
        }
}

static bool names_somebody(const ev_doc *e, uint32_t h)
{
    const dm_token *t = dm_tok(e->doc, h);
    if (t->upos == DM_U_PROPN)
        return true;
    return (t->upos == DM_U_NOUN && e->persons_class != UINT32_MAX &&
               dm_frames_in_class(e->frames, t->lemma, e->persons_class)) ||
           (t->upos == DM_U_PRON && dm_str_in(t->norm, "he she they him her them who"));
}

static void including(const ev_doc *e, uint32_t h, role as, party_list *out)
{
    /* "forty states, including Peru and Chad": the named members stand for the group */
    DM_EACH_KID(e->doc, h, k)
    {
        char buf[CASE_MAX];
        if (dm_tok(e->doc, k)->deprel == DM_D_NMOD && dm_str_in(dm_case_of(e->doc, k, buf, sizeof buf), "including such_as"))
            dm_parties_of(e, k, as, out);
    }
    uint32_t end = h + INCLUDING_MAX < e->doc->tokens.n ? h + INCLUDING_MAX : e->doc->tokens.n;
    for (uint32_t t = h + 1; t < end && !out->n && dm_tok(e->doc, t)->sent == dm_tok(e->doc, h)->sent;
         t++) /* hung elsewhere by the tree */
        if (dm_token_is(e->doc, t, "including") && dm_tok(e->doc, t)->head != DM_NONE && dm_tok(e->doc, t)->head > t)
            one(e, dm_tok(e->doc, t)->head, as, 0, out);
}

static bool in_list(const dm_doc *doc, uint32_t t)
{
    unsigned u = dm_tok(doc, t)->upos;
    return u == DM_U_PROPN || u == DM_U_CCONJ || u == DM_U_DET || u == DM_U_ADJ || dm_token_is(doc, t, ",");
}

/* Names that stand in a row, from t on. */
static void names_in_row(const ev_doc *e, uint32_t t, uint32_t end, party_list *out)
{
    for (unsigned i = 0; i < ROW_MAX && t < end && in_list(e->doc, t); i++, t++)
        if (e->mention_at[t] != DM_NONE && dm_tok(e->doc, t)->upos == DM_U_PROPN &&
            coded(e, &e->doc->mentions.v[e->mention_at[t]]))
            add_mention(e, &e->doc->mentions.v[e->mention_at[t]], out);
}

/* "several members, among them Peru and Chad", "Peru and Chad among them": the named ones stand for the group. */
static void among_them(const ev_doc *e, uint32_t h, party_list *out)
{
    const dm_doc *doc = e->doc;
    const dm_sent *s = &doc->sents.v[dm_tok(doc, h)->sent];
    uint32_t end = s->first + s->n < h + INCLUDING_MAX ? s->first + s->n : h + INCLUDING_MAX;
    if (dm_tok(doc, h)->upos == DM_U_PROPN || dm_tok(doc, h)->upos == DM_U_PRON)
        return;
    for (uint32_t t = h + 1; t + 1 < end; t++) {
        if (!dm_str_in(dm_tok(doc, t)->norm, "among amongst") || !dm_str_in(dm_tok(doc, t + 1)->norm, "them whom which"))
            continue;
        names_in_row(e, t + 2, s->first + s->n, out);
        uint32_t from = t;
        while (!out->n && from > h + 1 && in_list(doc, from - 1))
            from--;
        names_in_row(e, from, t, out);
        return;
    }
}

/* "Presidents A of Peru and B of Ecuador": the tree may hang B beside Peru. */
static void second_of_pair(const ev_doc *e, uint32_t h, role as, party_list *out)
{
    const dm_doc *doc = e->doc;
    DM_EACH_KID(doc, h, k)
    {
        char buf[CASE_MAX];
        if (dm_tok(doc, k)->deprel != DM_D_NMOD || !dm_str_is(dm_case_of(doc, k, buf, sizeof buf), "of"))
            continue;
        DM_EACH_KID(doc, k, c)
        if (dm_tok(doc, c)->deprel == DM_D_CONJ && dm_tok(doc, c)->upos == DM_U_PROPN) {
            uint32_t of = dm_kid(doc, c, DM_D_NMOD);
            if (of != DM_NONE && dm_str_is(dm_case_of(doc, of, buf, sizeof buf), "of"))
                one(e, c, as, 0, out);
        }
    }
}

/* "in Lhasa, Kashgar and Macau": where something goes on, not a list of parties. */
static bool is_locality(const ev_doc *e, uint32_t h)
{
    const dm_mention *m = e->mention_at[h] == DM_NONE ? NULL : &e->doc->mentions.v[e->mention_at[h]];
    return m && m->n_entity && e->doc->entities.v[m->entity[0]].nature == DM_NAT_PLACE;
}

/* "A, B and C": the tree may hang C on B. */
static void joined(const ev_doc *e, uint32_t h, role as, unsigned depth, party_list *out)
{
    DM_EACH_KID(e->doc, h, k)
    {
        if (dm_tok(e->doc, k)->deprel != DM_D_CONJ || dm_tok(e->doc, k)->upos == DM_U_VERB)
            continue;
        one(e, k, as, 0, out);
        if (depth < CHAIN_MAX && !is_locality(e, k))
            joined(e, k, as, depth + 1, out);
    }
}

void dm_parties_of(const ev_doc *e, uint32_t h, role as, party_list *out)
{
    uint32_t before = out->n;
    party_list named = { .n = 0 };
    among_them(e, h, &named);
    if (named.n && !before) {
        *out = named;
        return;
    }
    one(e, h, as, 0, out);
    second_of_pair(e, h, as, out);
    joined(e, h, as, 0, out);
    if (out->n == before || out->bare) {
        party_list in = { 0 };
        including(e, h, as, &in);
        if (in.n)
            *out = in;
    }
    if (out->n == before && is_quantifier(e->doc, h))
        of_quantity(e, h, as, out);
    if (out->n == before && dm_str_in(dm_tok(e->doc, h)->norm, "it this that"))
        from_last_instrument(e, h, out);
    if (out->n == before && names_somebody(e, h)) {
        dm_party_add(out, "", "", head_span(e->doc, h));
        out->confidence = 0.3f;
    }
}

static bool nature_fits(const dm_entity *en, value_kind kind)
{
    switch (kind) {
    case VALUE_PARTY: return true;
    case VALUE_STATE: return en->code[0] && (en->nature == DM_NAT_STATE || en->nature == DM_NAT_PLACE);
    case VALUE_PERSON: return en->nature == DM_NAT_PERSON || en->nature == DM_NAT_ROLE;
    case VALUE_BODY: return en->nature == DM_NAT_BODY;
    case VALUE_PEOPLE: return en->nature == DM_NAT_PEOPLE || en->nature == DM_NAT_ROLE;
    default: return false;
    }
}

/* "Peru and Chile", "the two presidents" where they are known: an act in common, not of one towards another. */
static bool several(const ev_doc *e, uint32_t h)
{
    party_list l = { 0 };
    unsigned coded = 0;
    dm_parties_of(e, h, ROLE_ACTOR, &l);
    for (uint32_t i = 0; i < l.n; i++)
        coded += l.p[i].code[0] != '\0';
    return coded > 1;
}

bool dm_party_test(const ev_doc *e, uint32_t h, value_kind kind)
{
    if (kind == VALUE_SEVERAL)
        return several(e, h);
    uint32_t m = e->mention_at[h];
    if (m == DM_NONE)
        return (kind == VALUE_PARTY || kind == VALUE_PERSON) && names_somebody(e, h);
    const dm_mention *me = &e->doc->mentions.v[m];
    for (uint32_t i = 0; i < me->n_entity; i++)
        if (nature_fits(&e->doc->entities.v[me->entity[i]], kind))
            return true;
    return false;
}

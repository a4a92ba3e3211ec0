// SPDX-License-Identifier: Apache-2.0
/* The learned back-off (propose.h). A word's own meaning is the share of each type among the lines that the frames have for it, or, where they
 * have none, what data/model/words.tsv guesses from WordNet; the words around it are looked at the same way. */
#include "event/build.h"
#include <demarche/coder.h>
#include <math.h>

enum { PLAIN_LINE = 2 };

typedef struct meaning {
    float type[DM_N_TYPES];
    bool known, guessed;
} meaning;

const char *dm_type_hint_name(unsigned hint)
{
    static const char *const names[] = {
#define X_(name, text) text,
        DM_TYPE_HINTS(X_)
#undef X_
    };
    return hint < DM_N_TYPE_HINTS ? names[hint] : NULL;
}

const char *dm_event_hint_name(unsigned hint)
{
    static const char *const names[] = {
#define X_(name, text) text,
        DM_EVENT_HINTS(X_)
#undef X_
    };
    return hint < DM_N_EVENT_HINTS ? names[hint] : NULL;
}

/* ---- the tables */

static float *place(dm_backoff *b, dm_str kind, dm_str name)
{
    if (dm_str_is(kind, "threshold"))
        return dm_str_is(name, "alone") ? &b->threshold_alone : &b->threshold;
    if (dm_str_is(kind, "prior")) {
        dm_type t = dm_type_find(name);
        return t < DM_N_TYPES ? &b->prior[t] : NULL;
    }
    for (unsigned i = 0; dm_str_is(kind, "type") && i < DM_N_TYPE_HINTS; i++)
        if (dm_str_is(name, dm_type_hint_name(i)))
            return &b->type[i];
    for (unsigned i = 0; dm_str_is(kind, "event") && i < DM_N_EVENT_HINTS; i++)
        if (dm_str_is(name, dm_event_hint_name(i)))
            return &b->event[i];
    return NULL;
}

dm_status dm_backoff_load(dm_backoff *b, const dm_frames *frames, dm_error *err)
{
    static const char pos[3] = { 'V', 'N', 'A' };
    const dm_table *t = dm_tables_get(frames->tables, "model/backoff");
    if (!t)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack 'model/backoff'; compile them again");
    int kind = dm_table_column(t, "kind"), hint = dm_table_column(t, "hint"), weight = dm_table_column(t, "weight");
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        dm_str name = dm_table_cell(t, r, hint);
        float *to = place(b, dm_table_cell(t, r, kind), name);
        if (!to || !dm_str_float(dm_table_cell(t, r, weight), to))
            return dm_fail(err, DM_EINPUT, dm_table_line(t, r), "model/backoff.tsv:%u: '%.*s' is no %s", dm_table_line(t, r),
                DM_FMT(name), to ? "line with a number" : "hint");
        b->on = true;
    }
    for (unsigned p = 0; p < 3; p++)
        for (unsigned k = 0; k < DM_N_TYPES; k++)
            if ((b->frame[p][k] = dm_frames_learned(frames, dm_str_of(dm_type_names[k]), pos[p])) == DM_NONE)
                return dm_fail(err, DM_EINPUT, 0, "frames/backoff.tsv has no line for %s", dm_type_names[k]);
    return DM_OK;
}

/* ---- what words mean */

static void by_frames(const dm_frames *f, uint32_t first, meaning *m)
{
    float sum = 0;
    for (uint32_t i = first; i != DM_NONE; i = f->frames[i].next) {
        float n = f->frames[i].n_cond ? 1 : PLAIN_LINE;
        sum += n;
        if (f->frames[i].type < DM_N_TYPES)
            m->type[f->frames[i].type] += n;
    }
    for (unsigned k = 0; k < DM_N_TYPES && sum > 0; k++)
        m->type[k] /= sum;
    m->known = true;
}

static void meaning_of(const ev_work *w, uint32_t t, meaning *m)
{
    const dm_token *k = dm_tok(w->d.doc, t);
    char pos = k->upos == DM_U_VERB ? 'v' : k->upos == DM_U_NOUN ? 'n' : k->upos == DM_U_ADJ ? 'a' : 0;
    *m = (meaning){ .known = false };
    if (!pos)
        return;
    uint32_t first = dm_frames_find(w->d.frames, pos == 'a' ? k->norm : k->lemma, pos);
    if (first != DM_NONE) {
        by_frames(w->d.frames, first, m);
        return;
    }
    float p = 0;
    unsigned type = dm_frames_guess(w->d.frames, k->lemma, pos, &p);
    if (type < DM_N_TYPES) {
        m->type[type] = p;
        m->guessed = true;
    }
}

static bool is_party(const ev_work *w, uint32_t h)
{
    return dm_party_test(&w->d, h, VALUE_STATE) || dm_party_test(&w->d, h, VALUE_BODY) ||
           dm_party_test(&w->d, h, VALUE_PEOPLE) || dm_party_test(&w->d, h, VALUE_PERSON);
}

/* ---- hints */

static uint64_t bit(dm_event_hint h, bool yes) { return yes ? UINT64_C(1) << h : 0; }

static uint64_t hints_of_place(const dm_doc *doc, uint32_t t)
{
    unsigned d = dm_tok(doc, t)->deprel;
    uint32_t h = dm_tok(doc, t)->head;
    return bit(DM_EVENT_HINT_ROOT, d == DM_D_ROOT) | bit(DM_EVENT_HINT_CCOMP, d == DM_D_CCOMP) |
           bit(DM_EVENT_HINT_XCOMP, d == DM_D_XCOMP) | bit(DM_EVENT_HINT_RELATIVE, d == DM_D_ACL || d == DM_D_ACL_RELCL) |
           bit(DM_EVENT_HINT_ADVERBIAL, d == DM_D_ADVCL) | bit(DM_EVENT_HINT_CONJUNCT, d == DM_D_CONJ) |
           bit(DM_EVENT_HINT_OBJECT_OF, d == DM_D_OBJ) |
           bit(DM_EVENT_HINT_UNDER_NOUN, h != DM_NONE && dm_tok(doc, h)->upos == DM_U_NOUN);
}

static uint64_t hints_of_kids(const dm_doc *doc, uint32_t t)
{
    uint64_t out = 0;
    DM_EACH_KID(doc, t, k)
    {
        unsigned d = dm_tok(doc, k)->deprel;
        out |= bit(DM_EVENT_HINT_MODAL,
                   d == DM_D_AUX && dm_str_in(dm_tok(doc, k)->norm, "would could may might should must will")) |
               bit(DM_EVENT_HINT_NEGATED, dm_str_in(dm_tok(doc, k)->norm, "not n't never no nor neither")) |
               bit(DM_EVENT_HINT_HAS_OBJECT, d == DM_D_OBJ) | bit(DM_EVENT_HINT_HAS_CLAUSE, d == DM_D_CCOMP);
    }
    return out;
}

static uint64_t hints_of_sentence(const ev_work *w, uint32_t t)
{
    const dm_doc *doc = w->d.doc;
    bool under = false, holds = false, any = false;
    uint32_t h = t;
    for (unsigned i = 0; i < CLIMB_MAX && (h = dm_tok(doc, h)->head) != DM_NONE; i++)
        under = under || dm_live_at(w, h);
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->c[i].dropped || w->c[i].type == DM_TYPE_NONE)
            continue;
        any = true;
        h = w->c[i].t;
        for (unsigned k = 0; k < CLIMB_MAX && (h = dm_tok(doc, h)->head) != DM_NONE; k++)
            holds = holds || h == t;
    }
    const dm_token *k = dm_tok(doc, t);
    return bit(DM_EVENT_HINT_UNDER_EVENT, under) | bit(DM_EVENT_HINT_HOLDS_EVENT, holds) |
           bit(DM_EVENT_HINT_NOTHING_ELSE, !any) | bit(DM_EVENT_HINT_QUOTED, (k->flags & DM_T_QUOTED) != 0) |
           bit(DM_EVENT_HINT_HEADLINE, doc->sents.v[k->sent].kind == DM_SENT_HEADLINE);
}

static float larger(float a, float b) { return a > b ? a : b; }

static void hints_of_words(const ev_work *w, const view *v, dm_proposal *p)
{
    const dm_doc *doc = w->d.doc;
    uint32_t h = dm_tok(doc, p->token)->head;
    meaning m;
    if (h != DM_NONE) {
        meaning_of(w, h, &m);
        for (unsigned k = 0; k < DM_N_TYPES; k++)
            p->type[k][DM_TYPE_HINT_HEAD] = m.type[k];
    }
    for (unsigned a = 0; a < v->n; a++) {
        uint16_t slot = v->arg[a].slot;
        dm_type_hint to = slot == SLOT_OBJ ? DM_TYPE_HINT_OBJECT
                          : slot == SLOT_INF || slot == SLOT_ING || slot == SLOT_THAT || slot == SLOT_PRED
                              ? DM_TYPE_HINT_COMPLEMENT
                          : slot >= SLOT_PREP ? DM_TYPE_HINT_OBLIQUE
                                              : DM_TYPE_HINT_MODIFIER;
        if (slot == SLOT_SUBJ || slot == SLOT_POSS)
            continue;
        meaning_of(w, v->arg[a].head, &m);
        for (unsigned k = 0; k < DM_N_TYPES; k++)
            p->type[k][to] = larger(p->type[k][to], m.type[k]);
    }
}

static uint64_t hints_of_parties(const ev_work *w, const view *v)
{
    bool subject = false, object = false, oblique = false, owner = false, doer = false;
    for (unsigned a = 0; a < v->n; a++) {
        uint16_t slot = v->arg[a].slot;
        bool party = is_party(w, v->arg[a].head);
        doer = doer || slot == SLOT_SUBJ;
        subject = subject || (slot == SLOT_SUBJ && party);
        object = object || ((slot == SLOT_OBJ || slot == SLOT_IOBJ) && party);
        oblique = oblique || (slot >= SLOT_PREP && party);
        owner = owner || (slot == SLOT_POSS && party);
    }
    return bit(DM_EVENT_HINT_SUBJECT_PARTY, subject) | bit(DM_EVENT_HINT_OBJECT_PARTY, object) |
           bit(DM_EVENT_HINT_OBLIQUE_PARTY, oblique) | bit(DM_EVENT_HINT_POSSESSOR_PARTY, owner) |
           bit(DM_EVENT_HINT_NO_PARTY, !subject && !object && !oblique && !owner) | bit(DM_EVENT_HINT_NO_SUBJECT, !doer) |
           bit(DM_EVENT_HINT_PASSIVE, v->passive != 0);
}

/* The word's own meaning, and again where something holds besides. */
static void hints_of_word(const meaning *m, const view *v, dm_proposal *p)
{
    static const struct {
        dm_type_hint hint;
        uint64_t all; /* of these event hints */
    } where[] = { { DM_TYPE_HINT_WORD_SUBJECT, UINT64_C(1) << DM_EVENT_HINT_SUBJECT_PARTY },
        { DM_TYPE_HINT_WORD_OBJECT, UINT64_C(1) << DM_EVENT_HINT_OBJECT_PARTY },
        { DM_TYPE_HINT_WORD_BOTH, UINT64_C(1) << DM_EVENT_HINT_OBJECT_PARTY | UINT64_C(1) << DM_EVENT_HINT_SUBJECT_PARTY },
        { DM_TYPE_HINT_WORD_OBLIQUE, UINT64_C(1) << DM_EVENT_HINT_OBLIQUE_PARTY },
        { DM_TYPE_HINT_WORD_NOUN, UINT64_C(1) << DM_EVENT_HINT_NOUN },
        { DM_TYPE_HINT_WORD_ADJ, UINT64_C(1) << DM_EVENT_HINT_ADJ },
        { DM_TYPE_HINT_WORD_PASSIVE, UINT64_C(1) << DM_EVENT_HINT_PASSIVE },
        { DM_TYPE_HINT_WORD_QUOTED, UINT64_C(1) << DM_EVENT_HINT_QUOTED },
        { DM_TYPE_HINT_WORD_ROOT, UINT64_C(1) << DM_EVENT_HINT_ROOT },
        { DM_TYPE_HINT_WORD_NO_EVENT, UINT64_C(1) << DM_EVENT_HINT_NO_EVENT_LINE },
        { DM_TYPE_HINT_WORD_WEAK, UINT64_C(1) << DM_EVENT_HINT_WEAK_NOUN } };
    float top = 0;
    for (unsigned k = 0; k < DM_N_TYPES; k++)
        top = larger(top, m->type[k]);
    for (unsigned k = 0; k < DM_N_TYPES; k++) {
        float x = m->type[k], *to = p->type[k];
        to[m->guessed ? DM_TYPE_HINT_WORD_GUESS : DM_TYPE_HINT_WORD] = x;
        to[DM_TYPE_HINT_WORD_TOP] = x > 0 && x >= top;
        to[DM_TYPE_HINT_WORD_SHORT] = v->n == 0 ? x : 0;
        for (unsigned i = 0; i < sizeof where / sizeof *where; i++)
            to[where[i].hint] = (p->event & where[i].all) == where[i].all ? x : 0;
    }
}

/* False: the word has no meaning to go by. */
static bool describe(const ev_work *w, uint32_t t, const cand *old, view *v, dm_proposal *p)
{
    const dm_doc *doc = w->d.doc;
    const dm_token *k = dm_tok(doc, t);
    meaning m;
    char pos = k->upos == DM_U_VERB ? 'v' : k->upos == DM_U_NOUN ? 'n' : 'a';
    meaning_of(w, t, &m);
    if (!m.known && !m.guessed)
        return false;
    *p = (dm_proposal){ .token = t };
    dm_view_build(w->d.frames, doc, t, pos, v);
    p->event = bit(DM_EVENT_HINT_BASE, true) | bit(DM_EVENT_HINT_NOUN, pos == 'n') | bit(DM_EVENT_HINT_ADJ, pos == 'a') |
               bit(DM_EVENT_HINT_NO_EVENT_LINE, old && old->type == DM_TYPE_NONE) |
               bit(DM_EVENT_HINT_WEAK_NOUN, old && old->dropped == 2) | bit(DM_EVENT_HINT_UNKNOWN_WORD, m.guessed) |
               hints_of_place(doc, t) | hints_of_kids(doc, t) | hints_of_sentence(w, t) | hints_of_parties(w, v);
    hints_of_word(&m, v, p);
    hints_of_words(w, v, p);
    return true;
}

/* ---- the choice */

static float weigh(const dm_backoff *b, const dm_proposal *p, unsigned type, float event)
{
    float sum = event + b->prior[type];
    for (unsigned i = 0; i < DM_N_TYPE_HINTS; i++)
        sum += b->type[i] * p->type[type][i];
    return sum;
}

/* The likeliest type, and how likely an event of any type is. */
static unsigned likeliest(const dm_backoff *b, const dm_proposal *p, float *odds)
{
    float event = 0, score[DM_N_TYPES], all = 1; /* e^0: none */
    unsigned best = 0;
    for (uint64_t bits = p->event; bits; bits &= bits - 1)
        event += b->event[__builtin_ctzll(bits)];
    for (unsigned k = 0; k < DM_N_TYPES; k++) {
        score[k] = weigh(b, p, k, event);
        best = score[k] > score[best] ? k : best;
        all += expf(score[k]);
    }
    *odds = 1 - 1 / all;
    return best;
}

static cand *anything_at(ev_work *w, uint32_t t)
{
    for (uint32_t i = 0; i < w->n; i++)
        if (w->c[i].t == t)
            return &w->c[i];
    return NULL;
}

static void keep(const ev_work *w, const dm_proposal *p)
{
    dm_doc *doc = w->d.doc;
    dm_proposal *to = doc->keep_choices && !w->surveying ? DM_PUSH(&doc->arena, &doc->proposals) : NULL;
    if (to)
        *to = *p;
}

/* Puts the candidate where its word stands in the text. */
static void settle(ev_work *w, uint32_t from)
{
    for (uint32_t i = from; i < w->n; i++)
        for (uint32_t k = i; k > 0 && w->c[k - 1].t > w->c[k].t; k--) {
            cand c = w->c[k];
            w->c[k] = w->c[k - 1];
            w->c[k - 1] = c;
        }
}

static void propose(ev_work *w, cand *old, const view *v, const dm_proposal *p)
{
    const dm_backoff *b = &w->e->backoff;
    float odds = 0;
    unsigned type = likeliest(b, p, &odds), pos = v->pos == 'v' ? 0 : v->pos == 'n' ? 1 : 2;
    if (odds < (w->d.frames->read & DM_READ_FRAMES ? b->threshold : b->threshold_alone))
        return;
    if (old && old->dropped == 2 && old->type == type) {
        old->dropped = 0;
        old->learned = true;
        dm_note(old, "event/back-off");
        return;
    }
    match m = { .frame = &w->d.frames->frames[b->frame[pos][type]], .view = *v };
    if (old)
        old->dropped = 1;
    cand *c = dm_candidate_add(w, p->token, &m);
    if (c) {
        c->learned = true;
        dm_note(c, "event/back-off");
    }
}

void dm_propose(ev_work *w, uint32_t sent)
{
    const dm_sent *s = &w->d.doc->sents.v[sent];
    const dm_backoff *b = &w->e->backoff;
    uint32_t n = w->n;
    if (!(w->d.frames->read & DM_READ_BACKOFF))
        return;
    for (uint32_t t = s->first + s->dateline; t < s->first + s->n; t++) {
        unsigned upos = dm_tok(w->d.doc, t)->upos;
        cand *old = anything_at(w, t);
        bool open = !old || (old->dropped == 2 && old->type != DM_TYPE_NONE); /* a line that says "no event" is heeded */
        dm_proposal p;
        view v;
        if ((upos != DM_U_VERB && upos != DM_U_NOUN && upos != DM_U_ADJ) || w->d.in_name[t] || !open ||
            (old && old->dropped == 1) || !describe(w, t, old, &v, &p))
            continue;
        keep(w, &p);
        if (b->on)
            propose(w, old, &v, &p);
    }
    settle(w, n);
}

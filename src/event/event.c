// SPDX-License-Identifier: Apache-2.0
/* Driver of the event room: sentence by sentence candidates, parties, instruments, then events; after dates, the second half.
 * Invariant: events stand in text order of their triggers, and every span lies in the document's text. */
#include "doc/times.h"
#include "event/build.h"
#include <demarche/coder.h>
#include <stdio.h>
#include <stdlib.h>

enum { HISTORY_DAYS = 90, WHY_MAX = 16 };

/* Every type must have its score: what is missing there would be a zero nobody meant. */
static dm_status index_scores(dm_eventer *e, dm_error *err)
{
    int ck = dm_table_column(e->scores, "key");
    for (uint32_t r = 0; r < dm_table_rows(e->scores); r++)
        if (!dm_map_put(&e->score_row, dm_table_cell(e->scores, r, ck), 0, r))
            return dm_fail(err, DM_ENOMEM, 0, "out of memory loading scores");
    for (unsigned t = 0; t < DM_N_TYPES; t++)
        if (dm_map_get(&e->score_row, dm_str_of(dm_type_names[t]), 0) == UINT32_MAX)
            return dm_fail(err, DM_EINPUT, 0, "frames/scores.tsv has no line for %s", dm_type_names[t]);
    return DM_OK;
}

dm_status dm_eventer_new(dm_eventer **out, const dm_tables *tables, unsigned read, dm_error *err)
{
    dm_eventer *e = calloc(1, sizeof *e);
    if (!e)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    e->tables = tables;
    dm_status st = dm_frames_load(&e->frames, tables, err);
    e->frames.read = read ? read : DM_READ_FRAMES | DM_READ_BACKOFF;
    if (st == DM_OK)
        st = dm_status_load(&e->status, tables, err);
    if (st == DM_OK)
        st = dm_confidence_load(&e->confidence, tables, err);
    if (st == DM_OK)
        st = dm_party_model_load(&e->parties, tables, err);
    if (st == DM_OK)
        st = dm_backoff_load(&e->backoff, &e->frames, err);
    if (st == DM_OK)
        st = dm_implied_load(&e->implied, tables, err);
    e->polarity = dm_tables_get(tables, "instruments/polarity");
    e->scores = dm_tables_get(tables, "frames/scores");
    if (st == DM_OK && (!e->polarity || !e->scores))
        st = dm_fail(
            err, DM_ECORRUPT, 0, "the compiled tables lack 'instruments/polarity' or 'frames/scores'; compile them again");
    if (st == DM_OK)
        st = index_scores(e, err);
    if (st != DM_OK) {
        dm_eventer_free(e);
        return st;
    }
    *out = e;
    return DM_OK;
}

void dm_eventer_free(dm_eventer *e)
{
    if (!e)
        return;
    dm_frames_free(&e->frames);
    dm_status_free(&e->status);
    dm_map_free(&e->score_row);
    dm_implied_free(&e->implied);
    free(e);
}

static double number(dm_str s)
{
    double out = 0.0;
    return dm_str_double(s, &out) ? out : 0.0;
}

static uint32_t score_row(const dm_eventer *e, const char *key, size_t len)
{
    return dm_map_get(&e->score_row, (dm_str){ key, len }, 0);
}

/* PLOVER scale and quad by type and mode, Goldstein by CAMEO code (longest known prefix): frames/scores.tsv. */
static void score(const dm_eventer *e, dm_event *ev)
{
    const dm_table *t = e->scores;
    int cv = dm_table_column(t, "value");
    char full[64];
    uint32_t r = score_row(e, dm_type_names[ev->type], strlen(dm_type_names[ev->type]));
    ev->quad = (int8_t)number(dm_table_cell(t, r, dm_table_column(t, "quad")));
    ev->scale = number(dm_table_cell(t, r, cv));
    int n = snprintf(full, sizeof full, "%s %s", dm_type_names[ev->type], ev->mode);
    if (ev->mode[0] && n > 0 && (r = score_row(e, full, (size_t)n)) != UINT32_MAX)
        ev->scale = number(dm_table_cell(t, r, cv));
    for (size_t len = strlen(ev->cameo); len >= 2; len--)
        if ((r = score_row(e, ev->cameo, len)) != UINT32_MAX) {
            ev->goldstein = number(dm_table_cell(t, r, cv));
            return;
        }
}

static bool cooperative(unsigned type)
{
    return type == DM_CONSULT || type == DM_SUPPORT || type == DM_COOPERATE || type == DM_AID;
}

static bool yields(unsigned type) { return type == DM_RETREAT || type == DM_CONCEDE; }

/* What is agreed to or planned cooperation is AGREE; its status flags stay (PLOVER manual; CAMEO 03). A concession that is announced is
 * one already, and so is a truce, withdrawal or release; who will resign has said so. */
static void convert_future(dm_event *ev)
{
    static const char *const codes[DM_N_TYPES] = { [DM_CONSULT] = "036",
        [DM_SUPPORT] = "032",
        [DM_COOPERATE] = "031",
        [DM_AID] = "033",
        [DM_RETREAT] = "035",
        [DM_CONCEDE] = "035" };
    if (!(ev->aux & DM_FUTURE) || (ev->aux & (DM_NEGATION | DM_HYPOTHETICAL)) || !(cooperative(ev->type) || yields(ev->type)))
        return;
    if (yields(ev->type)) {
        if (ev->type == DM_CONCEDE || strcmp(ev->mode, "resign") == 0)
            return;
        ev->type = DM_CONCEDE;
    } else {
        snprintf(ev->cameo, sizeof ev->cameo, "%s", codes[ev->type]);
        ev->type = DM_AGREE;
    }
    ev->mode[0] = '\0';
}

/* "will not meet X": those who would have met are the one who refuses and the others. */
static void part_sides(const ev_work *w, cand *c)
{
    uint32_t subject = dm_view_slot(&c->m.view, SLOT_SUBJ);
    party_list by = { 0 }, all = c->actor;
    if (!c->m.frame->actor.all || c->recipient.n || subject == DM_NONE)
        return;
    dm_parties_of(&w->d, subject, ROLE_ACTOR, &by);
    if (!by.n || by.n >= all.n)
        return;
    c->actor = by;
    for (uint32_t i = 0; i < all.n; i++) {
        bool subjects = false;
        for (uint32_t k = 0; k < by.n; k++)
            subjects = subjects || strcmp(by.p[k].code, all.p[i].code) == 0;
        if (!subjects)
            dm_party_add(&c->recipient, all.p[i].code, all.p[i].sector, all.p[i].span);
    }
}

/* "will not lift", "would not attend": the refusal is the event. */
static void convert_refusal(const ev_work *w, cand *c)
{
    if (!c->status.will_not || c->m.view.pos != 'v' || !(cooperative(c->type) || yields(c->type) || c->type == DM_AGREE))
        return;
    c->refused_type = (uint8_t)(c->type + 1);
    c->type = DM_REJECT;
    c->status.aux &=
        (uint8_t) ~(DM_NEGATION | (c->status.will_not == 2 ? DM_FUTURE : 0)); /* "no intention": a refusal of today */
    part_sides(w, c);
    dm_note(c, "event/will-not-is-refusal");
}

static dm_status copy_parties(dm_doc *doc, const party_list *from, dm_party **out, uint32_t *n, dm_error *err)
{
    if (!from->n)
        return DM_OK;
    *out = dm_arena_alloc(&doc->arena, from->n, sizeof **out);
    if (!*out)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for parties");
    memcpy(*out, from->p, from->n * sizeof **out);
    *n = from->n;
    return DM_OK;
}

/* "We thank both countries" outside quotation marks: the text itself is somebody's word. */
static void own_voice(const ev_work *w, uint32_t t, party_list *out)
{
    const dm_doc *doc = w->d.doc;
    const dm_sent *s = &doc->sents.v[dm_tok(doc, t)->sent];
    for (uint32_t k = s->first; k < s->first + s->n && !out->n; k++)
        if (dm_str_in(dm_tok(doc, k)->norm, "we i") && dm_tok(doc, k)->upos == DM_U_PRON &&
            !(dm_tok(doc, k)->flags & DM_T_QUOTED))
            dm_parties_of(&w->d, k, ROLE_SPEAKER, out);
}

static void speakers(const ev_work *w, const cand *c, party_list *out)
{
    for (uint32_t i = 0; i < c->n_speakers; i++)
        dm_parties_of(&w->d, dm_speaker_meant(&w->d, c->speaker[i]), ROLE_SPEAKER, out);
    uint32_t q = out->n ? DM_NONE : dm_quote_of(w->d.doc, c->t);
    if (q != DM_NONE && w->d.quote_who[q] != DM_NONE)
        dm_parties_of(&w->d, dm_speaker_meant(&w->d, w->d.quote_who[q]), ROLE_SPEAKER, out);
    if (!out->n && q == DM_NONE)
        own_voice(w, c->t, out);
}

static dm_status push_why(dm_doc *doc, dm_event *ev, dm_str s, dm_error *err)
{
    if (!ev->why) {
        ev->why = dm_arena_alloc(&doc->arena, WHY_MAX, sizeof *ev->why);
        if (!ev->why)
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for a trace");
    }
    if (!s.p && s.len)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a trace");
    if (s.len && ev->n_why < WHY_MAX)
        ev->why[ev->n_why++] = s;
    return DM_OK;
}

static dm_str line_of(const dm_eventer *e, dm_doc *doc, uint16_t table, uint32_t row)
{
    const dm_table *t = dm_tables_at(e->tables, table);
    return t ? dm_arena_printf(&doc->arena, "%.*s.tsv:%u", DM_FMT(dm_table_name(t)), dm_table_line(t, row)) : DM_NIL;
}

static dm_status trace(const ev_work *w, const cand *c, dm_event *ev, dm_error *err)
{
    dm_doc *doc = w->d.doc;
    dm_status st = push_why(doc, ev, line_of(w->e, doc, c->m.frame->table, c->m.frame->row), err);
    for (unsigned i = 0; i < c->status.n_why && st == DM_OK; i++)
        st = push_why(doc, ev, line_of(w->e, doc, c->status.why[i].table, c->status.why[i].row), err);
    for (unsigned i = 0; i < c->n_notes && st == DM_OK; i++)
        st = push_why(doc, ev, dm_str_of(c->note[i]), err);
    if (st == DM_OK && c->actor.n)
        st = push_why(doc, ev, c->actor.why, err);
    if (st == DM_OK && c->recipient.n && !dm_str_eq(c->recipient.why, c->actor.why))
        st = push_why(doc, ev, c->recipient.why, err);
    return st;
}

static dm_span trigger_span(const dm_doc *doc, const cand *c)
{
    uint32_t a = c->t, b = c->t;
    if (c->m.view.t != c->t) /* "was in Lima": from the copula to the predicate */
        return dm_doc_token_span(doc, c->m.view.t, c->t - c->m.view.t + 1);
    uint32_t prt = dm_kid(doc, c->t, DM_D_COMPOUND_PRT);
    if (prt != DM_NONE && prt == c->t + 1)
        b = prt;
    if (c->m.view.pos == 'v' && c->t + 1 < doc->tokens.n && b == c->t && dm_tok(doc, c->t + 1)->deprel == DM_D_CASE &&
        dm_str_in(dm_tok(doc, c->t + 1)->norm, "on for with"))
        b = c->t + 1;
    return dm_doc_token_span(doc, a, b - a + 1);
}

static dm_status build(ev_work *w, cand *c, dm_error *err)
{
    dm_doc *doc = w->d.doc;
    dm_event *ev = DM_PUSH(&doc->arena, &doc->events);
    uint32_t *head = DM_PUSH(&doc->arena, &doc->event_head);
    uint64_t *facts = DM_PUSH(&doc->arena, &doc->event_facts);
    if (!ev || !head || !facts)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for events");
    *head = c->t;
    ev->sentence = dm_tok(doc, c->t)->sent;
    ev->type = c->type;
    ev->aux = c->status.aux;
    if (ev->type == DM_REJECT)
        ev->aux &= (uint8_t)~DM_NEGATION;
    memcpy(ev->mode, c->m.frame->mode, sizeof ev->mode);
    memcpy(ev->cameo, c->m.frame->cameo, sizeof ev->cameo);
    if (c->refused_type) {
        snprintf(ev->cameo, sizeof ev->cameo, "%s", yields(c->refused_type - 1u) ? "123" : "120");
        ev->mode[0] = '\0';
    }
    ev->trigger = trigger_span(doc, c);
    *facts = dm_facts_of(w, c);
    party_list by = { 0 };
    speakers(w, c, &by);
    dm_status st = copy_parties(doc, &c->actor, &ev->actor, &ev->n_actor, err);
    if (st == DM_OK)
        st = copy_parties(doc, &c->recipient, &ev->recipient, &ev->n_recipient, err);
    if (st == DM_OK)
        st = copy_parties(doc, &by, &ev->attribution, &ev->n_attribution, err);
    if (st == DM_OK)
        st = dm_make_instrument(w, c, ev, err);
    if (st == DM_OK)
        st = dm_fill_reasons(w, c, ev, err);
    w->recent_event = doc->events.n - 1;
    w->recent_inst = c->inst;
    return st == DM_OK ? trace(w, c, ev, err) : st;
}

/* "said at a meeting", "its meeting tomorrow": an occasion of one party is no meeting, unless a verb says that it was held. */
static bool mere_occasion(const ev_work *w, const cand *c)
{
    (void)w;
    return c->type == DM_CONSULT && c->m.view.pos == 'n' && c->actor.n + c->recipient.n < 2 && c->m.view.support == DM_NONE;
}

/* "The mayor of Lima was in Lima": nobody visits his own country. */
static bool at_home(const cand *c)
{
    return c->type == DM_CONSULT && strcmp(c->m.frame->mode, "visit") == 0 && dm_parties_same(&c->actor, &c->recipient);
}

/* "Peru received the envoy of Peru's neighbour": one party on both sides, where the frame's own places name two. */
static void part_visit(const ev_work *w, cand *c)
{
    bool hosts = c->type == DM_CONSULT && c->m.view.pos == 'v' && c->m.view.passive &&
                 dm_str_in(dm_tok(w->d.doc, c->t)->lemma, "host receive welcome greet entertain treat");
    if (!c->dropped &&
        hosts) { /* "was received by the premier": the guest is who acts; the host does where he is the subject */
        party_list host = c->actor;
        c->actor = c->recipient;
        c->recipient = host;
    }
    if (c->dropped || !at_home(c))
        return;
    party_list by = { 0 }, to = { 0 };
    for (unsigned a = 0; a < c->m.view.n; a++) {
        const view_arg *v = &c->m.view.arg[a];
        for (unsigned i = 0; i < c->m.frame->actor.n; i++)
            if (c->m.frame->actor.slot[i] == v->slot)
                dm_parties_of(&w->d, v->head, ROLE_ACTOR, &by);
        for (unsigned i = 0; i < c->m.frame->recipient.n; i++)
            if (c->m.frame->recipient.slot[i] == v->slot)
                dm_parties_of(&w->d, v->head, ROLE_RECIPIENT, &to);
    }
    if (!dm_parties_coded(&by) || !dm_parties_coded(&to) || dm_parties_same(&by, &to))
        return;
    c->actor = by;
    c->recipient = to;
    dm_note(c, "event/sides-of-the-frame");
}

/* An event needs somebody: a known party, or at least a named one on both sides or as actor of a verb. */
static bool worth(const ev_work *w, const cand *c)
{
    if (c->dropped || c->type == DM_TYPE_NONE || mere_occasion(w, c) || at_home(c))
        return false;
    if (dm_parties_coded(&c->actor))
        return true;
    if (dm_parties_coded(&c->recipient))
        return c->actor.n || c->m.view.pos == 'v' || c->type == DM_ASSAULT || c->type == DM_COERCE;
    return c->actor.n && (c->recipient.n || c->m.view.pos == 'v');
}

/* "withdrew its envoy and cut off aid", "stormed the tower, killing ten guards": verbs with words of their own are two acts. */
static bool own_deed(const ev_work *w, const cand *c)
{
    const dm_doc *doc = w->d.doc;
    unsigned d = dm_tok(doc, c->t)->deprel;
    bool subject = dm_kid(doc, c->t, DM_D_NSUBJ) != DM_NONE || dm_kid(doc, c->t, DM_D_NSUBJ_PASS) != DM_NONE;
    if (c->m.view.pos != 'v')
        return false;
    if (d == DM_D_ADVCL)
        return subject || (dm_tok(doc, c->t)->xpos == DM_X_VBG && dm_kid(doc, c->t, DM_D_OBJ) != DM_NONE &&
                              dm_kid(doc, c->t, DM_D_MARK) == DM_NONE);
    return d == DM_D_CONJ && (subject || dm_kid(doc, c->t, DM_D_OBJ) != DM_NONE || dm_kid(doc, c->t, DM_D_OBL) != DM_NONE);
}

static bool repeats(const ev_work *w, const cand *c)
{
    for (const cand *o = w->c; o < c; o++) {
        if (o->dropped || o->type != c->type || !worth(w, o) || o->status.aux != c->status.aux)
            continue;
        bool linked = dm_tok(w->d.doc, c->t)->head == o->t || dm_tok(w->d.doc, o->t)->head == c->t;
        if (linked && own_deed(w, c))
            continue;
        if (linked && dm_parties_same(&o->actor, &c->actor) &&
            (dm_parties_same(&o->recipient, &c->recipient) || !c->recipient.n))
            return true;
    }
    return false;
}

/* "Japan should press China, an adviser said": the duty laid on the subject is a request of the speaker's. */
static void requests(ev_work *w)
{
    for (uint32_t i = 0; i < w->n; i++) {
        cand *c = &w->c[i];
        if (!c->status.request || c->dropped || !c->n_speakers || c->type == DM_REQUEST)
            continue;
        party_list by = { 0 };
        dm_parties_of(&w->d, c->speaker[0], ROLE_SPEAKER, &by);
        uint32_t subject = dm_surface_subject(w->d.doc, c->t);
        bool self = subject == DM_NONE || dm_tok(w->d.doc, subject)->upos == DM_U_PRON ||
                    (by.n && c->actor.n && by.p[0].span.start == c->actor.p[0].span.start);
        if (!by.n || self || !c->actor.n)
            continue;
        c->recipient = c->actor;
        c->actor = by;
        c->type = DM_REQUEST;
        c->modal_request = 1;
        c->inst = DM_NONE;
        c->status.aux = 0;
        dm_note(c, "event/duty-is-request");
    }
}

static dm_status sentence(ev_work *w, uint32_t s, dm_error *err)
{
    dm_salience_read(w, s);
    dm_status st = DM_OK;
    dm_candidates(w, s);
    dm_propose(w, s);
    dm_fill_parties(w);
    requests(w);
    dm_plain_duties(w, s);
    dm_plain_refusals(w, s);
    dm_plain_stands(w, s);
    dm_echoes(w, s);
    for (uint32_t i = 0; i < w->n; i++)
        if (!w->c[i].dropped && w->c[i].type != DM_TYPE_NONE) {
            convert_refusal(w, &w->c[i]);
            part_visit(w, &w->c[i]);
        }
    for (uint32_t i = 0; i < w->n && st == DM_OK; i++)
        if (worth(w, &w->c[i]) && !repeats(w, &w->c[i])) {
            st = build(w, &w->c[i], err);
            *w->told = w->c[i];
        }
    return st;
}

static uint32_t *index_new(dm_doc *doc)
{
    uint32_t n = doc->tokens.n ? doc->tokens.n : 1;
    uint32_t *v = dm_arena_alloc(&doc->arena, n, sizeof *v);
    if (v)
        memset(v, 0xFF, n * sizeof *v);
    return v;
}

/* Capitalised words of a name are never what somebody does: "Ban Ki-moon", "the Group of Friends". */
static void mark_name(ev_doc *d, const dm_mention *m)
{
    for (uint32_t t = m->first; t < m->first + m->n && t < d->doc->tokens.n; t++)
        if (dm_tok(d->doc, t)->flags & DM_T_UPPER)
            d->in_name[t] = 1;
}

static dm_status index_document(ev_doc *d, dm_error *err)
{
    dm_doc *doc = d->doc;
    d->mention_at = index_new(doc);
    d->inst_at = index_new(doc);
    d->in_name = dm_arena_alloc(&doc->arena, doc->tokens.n ? doc->tokens.n : 1, 1);
    if (!d->mention_at || !d->inst_at || !d->in_name)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory indexing mentions");
    memset(d->in_name, 0, doc->tokens.n);
    d->focus_at = d->home_at = DM_NONE;
    for (uint32_t i = doc->mentions.n; i-- > 0;) {
        const char *code = doc->mentions.v[i].n_entity ? doc->entities.v[doc->mentions.v[i].entity[0]].code : "";
        if (code[0] && strcmp(code, doc->focus) == 0)
            d->focus_at = i;
        if (code[0] && strcmp(code, doc->home) == 0)
            d->home_at = i;
    }
    for (uint32_t i = 0; i < doc->mentions.n; i++) {
        if (doc->mentions.v[i].form == DM_FORM_NAME)
            mark_name(d, &doc->mentions.v[i]);
        uint32_t h = doc->mentions.v[i].head;
        if (h >= doc->tokens.n)
            continue;
        uint32_t old = d->mention_at[h];
        const dm_mention *o = old == DM_NONE ? NULL : &doc->mentions.v[old], *m = &doc->mentions.v[i];
        if (!o || m->n > o->n || (m->n == o->n && m->confidence > o->confidence))
            d->mention_at[h] = i; /* the widest mention with this head knows most, then the surest */
    }
    for (uint32_t i = 0; i < doc->insts.n; i++)
        if (doc->insts.v[i].head < doc->tokens.n)
            d->inst_at[doc->insts.v[i].head] = i;
    return dm_quote_speakers(d, err);
}

dm_status dm_event_doc(const dm_eventer *e, dm_doc *doc, dm_error *err)
{
    ev_work w = { .e = e, .recent_event = DM_NONE, .recent_inst = DM_NONE, .lead = DM_NONE };
    w.d = (ev_doc){
        .doc = doc, .frames = &e->frames, .status = &e->status, .persons_class = dm_frames_class(&e->frames, "PERSONS")
    };
    w.c = dm_arena_alloc(&doc->arena, CANDIDATES_MAX, sizeof *w.c);
    w.told = dm_arena_alloc(&doc->arena, 1, sizeof *w.told);
    if (w.told)
        memset(w.told, 0, sizeof *w.told);
    dm_status st = w.c && w.told ? index_document(&w.d, err) : dm_fail(err, DM_ENOMEM, 0, "out of memory for candidates");
    if (st == DM_OK)
        dm_survey(&w);
    for (uint32_t s = 0; s < doc->sents.n && st == DM_OK; s++)
        if (doc->sents.v[s].parsed)
            st = sentence(&w, s, err);
    return st;
}

static uint64_t mix_parties(uint64_t h, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        h = dm_hash(p[i].code, strlen(p[i].code), h + i);
    return h;
}

/* Content only: the document's name and words, the place and what was read there; no table lines, so that ids outlive table edits. */
static uint64_t id_of(const dm_doc *doc, uint64_t text_hash, const dm_event *ev)
{
    uint64_t h = dm_hash(doc->meta.id.p, doc->meta.id.len, text_hash);
    uint32_t head[3] = { ev->trigger.start, ev->trigger.len, (uint32_t)ev->type << 8 | ev->aux };
    h = dm_hash(head, sizeof head, h);
    h = mix_parties(h, ev->actor, ev->n_actor);
    return mix_parties(h + 1, ev->recipient, ev->n_recipient);
}

static void date_status(const dm_doc *doc, dm_event *ev, uint32_t head)
{
    dm_interval pub = doc->meta.date;
    if (pub.precision == DM_PREC_UNKNOWN || ev->when.precision == DM_PREC_UNKNOWN)
        return;
    if (ev->when.to != DM_DAY_NONE && pub.from != DM_DAY_NONE && ev->when.to < pub.from - HISTORY_DAYS)
        ev->aux |= DM_HISTORICAL;
    bool told_as_past = head != DM_NONE && dm_tok(doc, head)->xpos == DM_X_VBD;
    if (ev->when.from != DM_DAY_NONE && pub.to != DM_DAY_NONE && ev->when.from > pub.to && !told_as_past)
        ev->aux |= DM_FUTURE;
}

/* The years that a time expression of the event writes out for its instrument. */
static void instrument_years(const dm_doc *doc, uint32_t i)
{
    dm_instrument *inst = doc->events.v[i].instrument;
    uint32_t t = inst && i < doc->event_head.n ? dm_time_for(doc, doc->event_head.v[i]) : DM_NONE;
    bool voted = inst && dm_str_in(inst->type, "resolution motion vote");
    if (t != DM_NONE && voted && doc->times.v[t].when.precision >= DM_PREC_YEAR)
        inst->n_years = (uint8_t)dm_when_years(doc, &doc->times.v[t], inst->years, DM_YEARS_MAX);
}

enum { SUCH_BEFORE = 3 };

/* Whether the event's sentence names its instrument as one of those told of before: "all such resolutions", "those motions". */
static bool told_of_before(const dm_doc *doc, const dm_event *ev)
{
    const dm_sent *s = &doc->sents.v[ev->sentence];
    for (uint32_t k = dm_doc_inst_from(doc, s->first); k < doc->insts.n && doc->insts.v[k].first < s->first + s->n; k++) {
        const dm_inst *in = &doc->insts.v[k];
        uint32_t from = in->first > s->first + SUCH_BEFORE ? in->first - SUCH_BEFORE
                                                           : s->first; /* "all such" may stand outside the mention */
        for (uint32_t t = from; dm_str_eq(in->type, ev->instrument->type) && t < in->first + in->n; t++)
            if (dm_str_in(doc->tokens.v[t].norm, "such these those"))
                return true;
    }
    return false;
}

/* "All such resolutions through 1996" were in the years that the article has listed: a year without one drops out. */
static void years_of_such(dm_doc *doc, uint32_t i)
{
    dm_instrument *late = doc->events.v[i].instrument;
    if (!late || late->n_years < 2 || !told_of_before(doc, &doc->events.v[i]))
        return;
    for (uint32_t k = i; k-- > 0;) {
        const dm_instrument *early = doc->events.v[k].instrument;
        if (!early || early->n_years < 2 || !dm_str_eq(early->type, late->type) || !dm_str_eq(early->subject, late->subject))
            continue;
        uint8_t n = 0;
        for (uint8_t y = 0; y < late->n_years; y++)
            for (uint8_t z = 0; z < early->n_years; z++)
                if (early->years[z] == late->years[y]) {
                    late->years[n++] = late->years[y];
                    break;
                }
        late->n_years = n ? n : late->n_years;
        return;
    }
}

/* Whether the sentence opens with a pronoun that counts those told of before as its subject: "None were voted on". */
static bool counts_those_before(const dm_doc *doc, uint32_t sent)
{
    const dm_sent *s = &doc->sents.v[sent];
    const dm_token *t = s->n ? &doc->tokens.v[s->first] : NULL;
    return t && (t->upos == DM_U_PRON || t->upos == DM_U_DET) && dm_str_in(t->norm, "none all each both neither most") &&
           (t->deprel == DM_D_NSUBJ || t->deprel == DM_D_NSUBJ_PASS) && dm_kid(doc, s->first, DM_D_NMOD) == DM_NONE;
}

/* "X tabled resolutions every year through 1997. None were voted on because of motions by Y": the motions are of the same years. */
static void years_of_those(dm_doc *doc, uint32_t i)
{
    const dm_event *ev = &doc->events.v[i];
    dm_instrument *late = ev->instrument;
    if (!late || late->n_years || ev->when.precision != DM_PREC_UNKNOWN || (ev->aux & (DM_FUTURE | DM_HYPOTHETICAL)) ||
        !dm_str_in(late->type, "resolution motion vote") || !counts_those_before(doc, ev->sentence))
        return;
    for (uint32_t k = i; k-- > 0 && ev->sentence - doc->events.v[k].sentence <= 1;) {
        const dm_instrument *early = doc->events.v[k].instrument;
        if (early && early->n_years > 1 && dm_str_eq(early->subject, late->subject)) {
            memcpy(late->years, early->years, sizeof late->years);
            late->n_years = early->n_years;
            return;
        }
    }
}

dm_status dm_event_finish(const dm_eventer *e, dm_doc *doc, dm_error *err)
{
    (void)err;
    uint64_t text_hash = dm_hash(doc->text.p, doc->text.len, 0);
    for (uint32_t i = 0; i < doc->events.n; i++) {
        dm_event *ev = &doc->events.v[i];
        date_status(doc, ev, i < doc->event_head.n ? doc->event_head.v[i] : DM_NONE);
        instrument_years(doc, i);
        years_of_such(doc, i);
        years_of_those(doc, i);
        convert_future(ev);
        score(e, ev);
        if (i < doc->event_facts.n) {
            doc->event_facts.v[i] |= dm_facts_late(ev);
            ev->confidence = dm_confidence_of(&e->confidence, doc->event_facts.v[i], ev->type);
        }
        ev->id = id_of(doc, text_hash, ev);
    }
    return DM_OK;
}

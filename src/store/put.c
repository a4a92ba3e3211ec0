// SPDX-License-Identifier: Apache-2.0
/* Writing a document and its events. A document is there whole or not at all: when a part of it fails, the transaction is rolled back,
 * and with it what else was in it (a savepoint for each document would make FTS5 write a segment for each).
 *
 * Rows are made from the events as they are; nothing is interpreted here but which dyads an event speaks of. */
#include "store/batch.h"
#include "store/digest.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROLE_ACTOR, ROLE_RECIPIENT, ROLE_SPEAKER };

static dm_interval known(dm_interval i)
{
    return i.precision != DM_PREC_UNKNOWN ? i : (dm_interval){ DM_DAY_NONE, DM_DAY_NONE, 0 };
}

void dm_event_days(const dm_doc *doc, const dm_event *ev, dm_day *from, dm_day *to)
{
    const dm_interval tried[] = { known(ev->when), known(ev->said), known(doc->meta.date) };
    *from = *to = DM_DAY_NONE;
    for (size_t i = 0; i < 3 && *from == DM_DAY_NONE; i++) {
        if (tried[i].from == DM_DAY_NONE && tried[i].to == DM_DAY_NONE)
            continue;
        dm_day first = tried[i].from != DM_DAY_NONE ? tried[i].from : tried[i].to;
        dm_day last = tried[i].to != DM_DAY_NONE ? tried[i].to : tried[i].from;
        if (i > 0 && (int64_t)last - first > DM_SAID_DAYS) /* an article that could be of any of these years dates nothing */
            continue;
        *from = first;
        *to = last;
    }
}

static void bind_day(dm_stmt *q, int at, dm_interval i, dm_day day)
{
    if (i.precision == DM_PREC_UNKNOWN || day == DM_DAY_NONE)
        dm_bind_null(q, at);
    else
        dm_bind_int(q, at, day);
}

static void bind_real(dm_stmt *q, int at, double v)
{
    if (isfinite(v))
        dm_bind_real(q, at, v);
    else
        dm_bind_null(q, at);
}

dm_status dm_store_coder(dm_store *s, dm_str version, dm_str tables, int64_t *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "INSERT INTO coder(version, tables) VALUES(?1, ?2) ON CONFLICT(version, tables) DO UPDATE SET version=excluded.version "
        "RETURNING n",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, version);
    dm_bind_str(q, 2, tables);
    st = dm_stmt_step(q, err);
    if (st == DM_OK) {
        *out = dm_col_int(q, 0);
        while ((st = dm_stmt_step(q, err)) == DM_OK) {
        } /* RETURNING: to the end, so that the row is written */
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_known(dm_store *s, const uint8_t hash[DM_HASH_BYTES], int64_t *document, int64_t *coder, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT n, coder FROM document WHERE hash=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_blob(q, 1, (dm_str){ (const char *)hash, DM_HASH_BYTES });
    st = dm_stmt_step(q, err);
    *document = st == DM_OK ? dm_col_int(q, 0) : 0;
    *coder = st == DM_OK ? dm_col_int(q, 1) : 0;
    if (st == DM_OK)
        dm_stmt_done(q);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_instrument(dm_store *s, const dm_instrument *in, int64_t *out, dm_error *err)
{
    const dm_str parts[] = { in->type, in->body, in->subject, in->name };
    uint64_t key = 0x1A57;
    for (int i = 0; i < 4; i++)
        key = dm_hash(parts[i].p, parts[i].len, key + 1);
    kept *slot = &s->instruments[key % INSTRUMENTS_KEPT];
    if (slot->row && slot->key == key) {
        *out = slot->row;
        return DM_OK;
    }
    dm_stmt *q;
    dm_status st = dm_bring_instrument(s, in, err);
    if (st == DM_OK)
        st = dm_db_use(
            s->db, &q, "INSERT INTO instrument(type, body, subject, name) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING", err);
    for (int i = 0; st == DM_OK && i < 4; i++)
        dm_bind_str(q, i + 1, parts[i].len ? parts[i] : DM_STR(""));
    if (st == DM_OK)
        st = dm_stmt_run(q, err);
    if (st == DM_OK)
        st = dm_db_use(s->db, &q, "SELECT n FROM instrument WHERE type=?1 AND body=?2 AND subject=?3 AND name=?4", err);
    for (int i = 0; st == DM_OK && i < 4; i++)
        dm_bind_str(q, i + 1, parts[i].len ? parts[i] : DM_STR(""));
    if (st == DM_OK)
        st = dm_stmt_step(q, err);
    if (st == DM_OK) {
        *out = dm_col_int(q, 0);
        *slot = (kept){ key, *out };
        dm_stmt_done(q);
    }
    return st;
}

/* --- the document --- */

static void bind_document(dm_stmt *q, const dm_doc *doc, const dm_filing *f, int64_t coder)
{
    const dm_meta *m = &doc->meta;
    dm_bind_blob(q, 1, (dm_str){ (const char *)f->hash, DM_HASH_BYTES });
    dm_bind_str(q, 2, m->id.len ? m->id : DM_STR(""));
    dm_bind_str(q, 3, m->url);
    dm_bind_str(q, 4, m->title);
    dm_bind_str(q, 5, m->publisher);
    dm_bind_str(q, 6, m->language);
    dm_bind_int(q, 7, m->date.precision != DM_PREC_UNKNOWN ? m->date.from : DM_DAY_NONE);
    dm_bind_int(q, 8, m->date.precision != DM_PREC_UNKNOWN ? m->date.to : DM_DAY_NONE);
    dm_bind_int(q, 9, (int)m->date.precision);
    dm_bind_int(q, 10, m->date_source);
    dm_bind_str(q, 11, dm_str_of(doc->home));
    dm_bind_int(q, 12, coder);
    if (f->sketched)
        dm_bind_blob(q, 13, (dm_str){ (const char *)f->sketch, sizeof f->sketch });
    dm_bind_str(q, 14, doc->text.len ? doc->text : DM_STR(""));
}

dm_status dm_store_put_document(dm_store *s, const dm_doc *doc, const dm_filing *f, int64_t coder, int64_t *row, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q,
        "INSERT INTO document(hash, name, url, title, publication, language, day_from, day_to, day_precision, day_source, "
        "home, coder,"
        " family, sketch, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, CAST(?13 AS BLOB), ?14) ON "
        "CONFLICT(hash) DO NOTHING",
        err);
    if (st != DM_OK)
        return st;
    bind_document(q, doc, f, coder);
    st = dm_stmt_run(q, err);
    if (st == DM_OK)
        *row = dm_db_changes(s->db) ? dm_db_last_id(s->db) : 0;
    return st;
}

/* The words of a sentence, for questions by words. */
static dm_status put_words(dm_store *s, int64_t row, dm_str text, dm_error *err)
{
    bool server = dm_db_engine(s->db) == DM_DB_POSTGRES;
    dm_buf words = { 0 };
    if (s->db->batch) /* they are cut when the sentence is sent */
        return DM_OK;
    dm_stmt *q;
    dm_status st = server ? dm_store_words(s, err) : DM_OK;
    if (st == DM_OK && server)
        st = dm_words_vector(s->words, text, &words, err);
    if (st == DM_OK)
        st = dm_db_use(s->db, &q,
            server ? "UPDATE sentence SET words=CAST(?2 AS tsvector) WHERE n=?1"
                   : "INSERT INTO sentence_text(rowid, text) VALUES(?1, ?2)",
            err);
    if (st == DM_OK) {
        dm_bind_int(q, 1, row);
        dm_bind_str(q, 2, server ? (dm_str){ words.p ? words.p : "", words.len } : text.len ? text : DM_STR(""));
        st = dm_stmt_run(q, err);
    }
    dm_buf_free(&words);
    return st;
}

static dm_status put_sentence(dm_store *s, const dm_doc *doc, uint32_t i, int64_t document, int64_t *row, dm_error *err)
{
    const dm_sent *sent = &doc->sents.v[i];
    dm_stmt *q;
    dm_status st = dm_db_use(
        s->db, &q, "INSERT INTO sentence(document, sequence, start, len, kind, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", err);
    if (st != DM_OK)
        return st;
    dm_str text = dm_doc_slice(doc, sent->span);
    dm_bind_int(q, 1, document);
    dm_bind_int(q, 2, i);
    dm_bind_int(q, 3, sent->span.start);
    dm_bind_int(q, 4, sent->span.len);
    dm_bind_int(q, 5, sent->kind);
    dm_bind_str(q, 6, text.len ? text : DM_STR(""));
    if ((st = dm_stmt_run(q, err)) != DM_OK)
        return st;
    *row = dm_db_last_id(s->db);
    return put_words(s, *row, text, err);
}

/* --- events --- */

typedef struct putting {
    dm_store *s;
    const dm_doc *doc;
    const dm_event *ev;
    const uint64_t *given; /* happenings of the events as their file numbers them, or NULL */
    bool part;             /* the document was there: some of its events may be */
    bool linked;           /* happenings are found by linking */
    int64_t document, sentence, event, happening, instrument;
    dm_day day, day_end;
    dm_buf digest; /* of the events so far */
    dm_digest_party *party;
    uint32_t cap_party;
    dm_error *err;
} putting;

static dm_status put_party(putting *p, int role, uint32_t place, const dm_party *who)
{
    dm_stmt *q;
    dm_status st = dm_db_use(p->s->db, &q, "INSERT INTO party VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", p->err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, p->event);
    dm_bind_int(q, 2, role);
    dm_bind_int(q, 3, place);
    dm_bind_str(q, 4, dm_str_of(who->code));
    dm_bind_str(q, 5, dm_str_of(who->sector));
    dm_bind_int(q, 6, who->span.start);
    dm_bind_int(q, 7, who->span.len);
    dm_bind_int(q, 8, p->day);
    dm_bind_int(q, 9, p->ev->type);
    dm_bind_int(q, 10, p->ev->aux);
    dm_bind_int(q, 11, (int64_t)p->ev->contexts);
    return dm_stmt_run(q, p->err);
}

static dm_status put_parties(putting *p)
{
    const dm_event *e = p->ev;
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < e->n_actor && st == DM_OK; i++)
        st = put_party(p, ROLE_ACTOR, i, &e->actor[i]);
    for (uint32_t i = 0; i < e->n_recipient && st == DM_OK; i++)
        st = put_party(p, ROLE_RECIPIENT, i, &e->recipient[i]);
    for (uint32_t i = 0; i < e->n_attribution && st == DM_OK; i++)
        st = put_party(p, ROLE_SPEAKER, i, &e->attribution[i]);
    return st;
}

static bool among(const dm_party *v, uint32_t n, const char *code)
{
    for (uint32_t i = 0; i < n; i++)
        if (v[i].code[0] && strcmp(v[i].code, code) == 0)
            return true;
    return false;
}

/* Whether an earlier party of the list has the same code: sectors make no dyad of their own. */
static bool repeated(const dm_party *v, uint32_t i) { return among(v, i, v[i].code); }

/* The sector in which a country acts: the government's where it acts itself, else that of the first party named. */
static const char *acting_sector(const dm_event *e, const char *actor)
{
    const char *first = NULL;
    for (uint32_t i = 0; i < e->n_actor; i++) {
        if (strcmp(e->actor[i].code, actor) != 0)
            continue;
        if (!e->actor[i].sector[0] || strstr(e->actor[i].sector, "GOV"))
            return e->actor[i].sector;
        first = first ? first : e->actor[i].sector;
    }
    return first ? first : "";
}

/* Rests on the word of others only: speakers are named, and none is of the actor's own country. */
static bool others_word(const dm_event *e, const char *actor)
{
    return e->n_attribution > 0 && !among(e->attribution, e->n_attribution, actor);
}

static dm_str years_text(const dm_event *e, char *out, size_t room)
{
    size_t n = 0;
    for (uint32_t i = 0; e->instrument && i < e->instrument->n_years; i++)
        n += (size_t)snprintf(out + n, room - n, i ? " %d" : "%d", e->instrument->years[i]);
    return (dm_str){ n ? out : NULL, n };
}

static dm_status put_dyad(putting *p, const char *actor, const char *target, dm_via via)
{
    const dm_event *e = p->ev;
    const dm_instrument *in = e->instrument;
    bool aimed = in && dm_str_is(in->subject, target); /* an instrument aimed at somebody else says nothing of this pair */
    char years[DM_YEARS_MAX * 8];
    dm_stmt *q;
    dm_status st = dm_db_use(p->s->db, &q,
        "INSERT INTO dyad VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
        "?21)",
        p->err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(actor));
    dm_bind_str(q, 2, dm_str_of(target));
    dm_bind_int(q, 3, p->day);
    dm_bind_int(q, 4, p->event);
    dm_bind_int(q, 5, (int)via);
    dm_bind_int(q, 6, p->day_end);
    dm_bind_int(q, 7, e->type);
    dm_bind_int(q, 8, e->aux);
    dm_bind_int(q, 9, (int64_t)e->contexts);
    dm_bind_str(q, 10, dm_str_of(e->mode));
    bind_real(q, 11, e->scale);
    dm_bind_real(q, 12, e->confidence);
    dm_bind_str(q, 13, aimed && in->type.len ? in->type : DM_STR(""));
    dm_bind_str(q, 14, aimed && in->act.len ? in->act : DM_STR(""));
    dm_bind_int(q, 15, aimed ? in->polarity : 0);
    dm_bind_int(q, 16, others_word(e, actor));
    dm_bind_int(q, 17, p->happening);
    dm_bind_int(q, 18, p->document);
    dm_bind_int(q, 19, (int64_t)e->id);
    dm_bind_str(q, 21, dm_str_of(acting_sector(e, actor)));
    dm_bind_str(q, 20, aimed ? years_text(e, years, sizeof years) : DM_NIL);
    return dm_stmt_run(q, p->err);
}

/* Of one actor: toward each recipient, each fellow of a reciprocal event, and the subject of the instrument when it is none of these. */
static dm_status put_dyads_of(putting *p, uint32_t i)
{
    const dm_event *e = p->ev;
    const char *actor = e->actor[i].code;
    dm_status st = DM_OK;
    for (uint32_t k = 0; k < e->n_recipient && st == DM_OK; k++)
        if (e->recipient[k].code[0] && !repeated(e->recipient, k))
            st = put_dyad(p, actor, e->recipient[k].code, DM_VIA_RECIPIENT);
    bool mutual = e->n_recipient == 0 && e->n_actor > 1;
    for (uint32_t k = 0; mutual && k < e->n_actor && st == DM_OK; k++)
        if (e->actor[k].code[0] && !repeated(e->actor, k) && strcmp(e->actor[k].code, actor) != 0)
            st = put_dyad(p, actor, e->actor[k].code, DM_VIA_MUTUAL);
    dm_str subject = e->instrument ? e->instrument->subject : DM_NIL;
    char code[DM_CODE_MAX] = "";
    if (subject.len > 0 && subject.len < DM_CODE_MAX) {
        memcpy(code, subject.p, subject.len);
        code[subject.len] = '\0';
    }
    bool there = among(e->recipient, e->n_recipient, code) || (mutual && among(e->actor, e->n_actor, code));
    if (st == DM_OK && code[0] && strcmp(code, actor) != 0 && !there)
        st = put_dyad(p, actor, code, DM_VIA_INSTRUMENT);
    return st;
}

static dm_status put_dyads(putting *p)
{
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < p->ev->n_actor && st == DM_OK; i++)
        if (p->ev->actor[i].code[0] && !repeated(p->ev->actor, i))
            st = put_dyads_of(p, i);
    return st;
}

static dm_status put_reasons(putting *p)
{
    dm_status st = DM_OK;
    for (uint32_t i = 0; i < p->ev->n_reason && st == DM_OK; i++) {
        dm_stmt *q;
        if ((st = dm_db_use(p->s->db, &q, "INSERT INTO reason VALUES(?1, ?2, ?3, ?4, ?5)", p->err)) != DM_OK)
            break;
        const dm_reason *r = &p->ev->reason[i];
        dm_bind_int(q, 1, p->event);
        dm_bind_int(q, 2, i);
        dm_bind_int(q, 3, r->kind);
        dm_bind_int(q, 4, r->span.start);
        dm_bind_int(q, 5, r->span.len);
        st = dm_stmt_run(q, p->err);
    }
    return st;
}

static void bind_event(dm_stmt *q, const putting *p, dm_str why, dm_str years)
{
    const dm_event *e = p->ev;
    dm_bind_int(q, 1, (int64_t)e->id);
    dm_bind_int(q, 2, p->document);
    dm_bind_int(q, 3, p->sentence);
    dm_bind_int(q, 4, p->happening);
    dm_bind_int(q, 5, e->type);
    dm_bind_str(q, 6, dm_str_of(e->mode));
    dm_bind_int(q, 7, e->aux);
    dm_bind_str(q, 8, dm_str_of(e->cameo));
    bind_real(q, 9, e->scale);
    bind_real(q, 10, e->goldstein);
    dm_bind_int(q, 11, e->quad);
    dm_bind_int(q, 12, (int64_t)e->contexts);
    dm_bind_int(q, 13, p->day);
    dm_bind_int(q, 14, p->day_end);
    bind_day(q, 15, e->when, e->when.from);
    bind_day(q, 16, e->when, e->when.to);
    dm_bind_int(q, 17, (int)e->when.precision);
    bind_day(q, 18, e->said, e->said.from);
    bind_day(q, 19, e->said, e->said.to);
    dm_bind_int(q, 20, (int)e->said.precision);
    dm_bind_int(q, 21, e->trigger.start);
    dm_bind_int(q, 22, e->trigger.len);
    dm_bind_real(q, 23, isfinite(e->confidence) ? e->confidence : 0);
    dm_bind_str(q, 24, why.len ? why : DM_STR(""));
    if (p->instrument) {
        dm_bind_int(q, 25, p->instrument);
        dm_bind_str(q, 26, e->instrument->act.len ? e->instrument->act : DM_STR(""));
        dm_bind_int(q, 27, e->instrument->polarity);
        dm_bind_str(q, 28, years);
    }
    dm_bind_int(q, 29, e->n_reason);
    dm_bind_int(q, 30, e->when_words.start);
    dm_bind_int(q, 31, e->when_words.len);
}

static dm_status put_event_row(putting *p)
{
    dm_buf why = { 0 };
    for (uint32_t i = 0; i < p->ev->n_why; i++) {
        if (i)
            dm_buf_add(&why, "\n", 1);
        dm_buf_add(&why, p->ev->why[i].p, p->ev->why[i].len);
    }
    char years[DM_YEARS_MAX * 8];
    dm_stmt *q;
    dm_status st = why.failed ? dm_fail(p->err, DM_ENOMEM, 0, "out of memory for an event") : DM_OK;
    if (st == DM_OK)
        st = dm_db_use(p->s->db, &q,
            "INSERT INTO event(id, document, sentence, happening, type, mode, aux, cameo, scale, goldstein, quad, contexts, "
            "day, day_end,"
            " when_from, when_to, when_precision, said_from, said_to, said_precision, trigger_start, trigger_len, confidence, "
            "why,"
            " instrument, act, polarity, years, reasons, when_start, when_len) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
            "?11, ?12, ?13, "
            "?14, ?15,"
            " ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31) ON CONFLICT(document, id) DO "
            "NOTHING",
            p->err);
    if (st == DM_OK) {
        bind_event(q, p, (dm_str){ why.p, why.len }, years_text(p->ev, years, sizeof years));
        st = dm_stmt_run(q, p->err);
    }
    p->event = st == DM_OK && dm_db_changes(p->s->db) ? dm_db_last_id(p->s->db) : 0;
    dm_buf_free(&why);
    return st;
}

static uint32_t digest_parties(dm_digest_party *out, int role, const dm_party *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        out[i] = (dm_digest_party){ .role = (uint8_t)role, .sector = dm_str_of(v[i].sector) };
        memcpy(out[i].code, v[i].code, strlen(v[i].code));
    }
    return n;
}

static dm_status add_digest(putting *p)
{
    const dm_event *e = p->ev;
    uint32_t n = e->n_actor + e->n_recipient + e->n_attribution;
    uint32_t room = n ? n : 1; /* an event of elsewhere may name nobody */
    if (room > p->cap_party) {
        dm_digest_party *more = realloc(p->party, room * sizeof *more);
        if (!more)
            return dm_fail(p->err, DM_ENOMEM, 0, "out of memory for the parties of an event");
        p->party = more;
        p->cap_party = room;
    }
    uint32_t at = digest_parties(p->party, ROLE_ACTOR, e->actor, e->n_actor);
    at += digest_parties(p->party + at, ROLE_RECIPIENT, e->recipient, e->n_recipient);
    digest_parties(p->party + at, ROLE_SPEAKER, e->attribution, e->n_attribution);
    dm_digest_event d = { .n = p->event,
        .sentence = p->sentence,
        .happening = p->happening,
        .instrument = p->instrument,
        .contexts = e->contexts,
        .confidence = isfinite(e->confidence) ? e->confidence : 0,
        .scale = e->scale,
        .day = p->day,
        .day_end = p->day_end,
        .type = e->type,
        .aux = e->aux,
        .mode = dm_str_of(e->mode),
        .act = p->instrument ? e->instrument->act : DM_NIL,
        .party = p->party,
        .n_party = n };
    dm_digest_put(&p->digest, &d);
    return p->digest.failed ? dm_fail(p->err, DM_ENOMEM, 0, "out of memory for the events of a document") : DM_OK;
}

/* Which happening the event tells: found by linking, or as its file has it. *there: the event is in the record already. */
static dm_status find_happening(putting *p, bool *joined, bool *there)
{
    uint32_t i = (uint32_t)(p->ev - p->doc->events.v);
    uint64_t given = p->given ? p->given[i] : 0;
    dm_status st = p->part ? dm_store_given_there(p->s, p->document, p->ev->id, given, there, p->err) : DM_OK;
    if (st != DM_OK || *there)
        return st;
    if (!p->linked)
        return dm_store_given(p->s, p->ev->id, given, &p->happening, joined, p->err);
    st = dm_store_link(p->s, i, p->ev->id, p->document, &p->happening, joined, p->err);
    return st == DM_OK ? dm_store_given_learn(p->s, given, p->happening, p->err) : st;
}

static dm_status put_event(putting *p, dm_put_result *out)
{
    dm_event_days(p->doc, p->ev, &p->day, &p->day_end);
    p->instrument = 0;
    dm_status st = DM_OK;
    if (p->ev->instrument)
        st = dm_store_instrument(p->s, p->ev->instrument, &p->instrument, p->err);
    bool joined = false, there = false;
    p->event = 0;
    if (st == DM_OK)
        st = find_happening(p, &joined, &there);
    if (there)
        return st;
    if (st == DM_OK)
        st = put_event_row(p);
    if (st != DM_OK || p->event == 0)
        return st;
    if ((st = put_parties(p)) == DM_OK && (st = put_dyads(p)) == DM_OK && (st = put_reasons(p)) == DM_OK &&
        (st = add_digest(p)) == DM_OK) {
        out->events++;
        out->linked += joined;
    }
    return st;
}

/* Each sentence is written once, before its first event. */
dm_status dm_store_put_events(dm_store *s, const dm_doc *doc, int64_t document, int64_t *sentences, const uint64_t *given,
    dm_put_result *out, dm_error *err)
{
    putting p = { .s = s, .doc = doc, .given = given, .part = sentences != NULL, .document = document, .err = err };
    p.linked = !p.part && (!given || s->given_links || !given[0]);
    int64_t *row = sentences ? sentences : calloc(doc->sents.n + 1, sizeof *row),
            *event = calloc(doc->events.n + 1, sizeof *event);
    dm_status st = row && event ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for %u sentences", doc->sents.n);
    if (st == DM_OK && p.linked)
        st = dm_store_link_begin(s, doc, document, err);
    for (uint32_t i = 0; i < doc->events.n && st == DM_OK; i++) {
        p.ev = &doc->events.v[i];
        if (!row[p.ev->sentence])
            st = put_sentence(s, doc, p.ev->sentence, document, &row[p.ev->sentence], err);
        p.sentence = row[p.ev->sentence];
        if (st == DM_OK)
            st = put_event(&p, out);
        event[i] = p.event;
    }
    if (st == DM_OK)
        st = dm_digest_save(s, document, (dm_str){ p.digest.p, p.digest.len }, p.part, err);
    if (st == DM_OK && p.linked)
        st = dm_store_link_end(s, doc, event, document, err);
    dm_buf_free(&p.digest);
    free(p.party);
    free(event);
    if (!sentences)
        free(row);
    return st;
}

/* Takes the events of a document out of the record; the document stays. */
static dm_status drop_events(dm_store *s, int64_t document, dm_error *err)
{
    static const char *const steps[] = {
        "INSERT INTO sentence_text(sentence_text, rowid, text) SELECT 'delete', n, text FROM sentence WHERE document=?1",
        "DELETE FROM party WHERE event IN (SELECT n FROM event WHERE document=?1)",
        "DELETE FROM dyad WHERE event IN (SELECT n FROM event WHERE document=?1)",
        "DELETE FROM reason WHERE event IN (SELECT n FROM event WHERE document=?1)",
        "DELETE FROM event WHERE document=?1",
        "DELETE FROM sentence WHERE document=?1",
    };
    size_t first = dm_db_engine(s->db) == DM_DB_POSTGRES; /* there the words are in the sentence */
    for (size_t i = first; i < sizeof steps / sizeof *steps; i++) {
        dm_stmt *q;
        dm_status st = dm_db_use(s->db, &q, steps[i], err);
        if (st != DM_OK)
            return st;
        dm_bind_int(q, 1, document);
        if ((st = dm_stmt_run(q, err)) != DM_OK)
            return st;
    }
    return DM_OK;
}

static dm_status replace_events(
    dm_store *s, const dm_doc *doc, int64_t document, int64_t coder, dm_put_result *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_store_remember(s, document, err);
    if (st == DM_OK)
        st = drop_events(s, document, err);
    if (st == DM_OK)
        st = dm_db_use(s->db, &q, "UPDATE document SET coder=?2 WHERE n=?1", err);
    if (st == DM_OK) {
        dm_bind_int(q, 1, document);
        dm_bind_int(q, 2, coder);
        st = dm_stmt_run(q, err);
    }
    if (st == DM_OK)
        st = dm_store_put_events(s, doc, document, NULL, NULL, out, err);
    return st == DM_OK ? dm_store_tidy(s, err) : st;
}

static dm_status put_or_replace(
    dm_store *s, const dm_doc *doc, const dm_filing *f, int64_t coder, bool replace, dm_put_result *out, dm_error *err)
{
    int64_t row = 0, old = 0, old_coder = 0;
    dm_status st = dm_store_put_document(s, doc, f, coder, &row, err);
    if (st != DM_OK)
        return st;
    if (row) {
        if ((st = dm_store_family(s, row, f, &out->near_copy, err)) == DM_OK)
            st = dm_store_put_events(s, doc, row, NULL, NULL, out, err);
        return st;
    }
    out->known = true;
    if (!replace || (st = dm_store_known(s, f->hash, &old, &old_coder, err)) != DM_OK || old_coder == coder)
        return st;
    out->known = false;
    out->replaced = true;
    return replace_events(s, doc, old, coder, out, err);
}

dm_status dm_store_whole(dm_store *s, dm_store_body *body, void *ctx, dm_error *err)
{
    dm_status st = body(ctx, err);
    if (st == DM_OK)
        return st;
    dm_db_rollback(s->db); /* a full disk may have ended the transaction already */
    s->n_old = 0;
    memset(s->instruments, 0, sizeof s->instruments); /* rows that were taken back */
    dm_store_given_forget(s);
    return st;
}

typedef struct put_args {
    dm_store *s;
    const dm_doc *doc;
    const dm_filing *f;
    int64_t coder;
    bool replace;
    dm_put_result *out;
} put_args;

static dm_status put_body(void *ctx, dm_error *err)
{
    const put_args *a = ctx;
    return put_or_replace(a->s, a->doc, a->f, a->coder, a->replace, a->out, err);
}

dm_status dm_store_put(
    dm_store *s, const dm_doc *doc, const dm_filing *f, int64_t coder, bool replace, dm_put_result *out, dm_error *err)
{
    memset(out, 0, sizeof *out);
    put_args a = { s, doc, f, coder, replace, out };
    return dm_store_whole(s, put_body, &a, err);
}

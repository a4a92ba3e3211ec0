// SPDX-License-Identifier: Apache-2.0
/* One walk of a filter as one statement: its driver, the conditions that the driver leaves, the order. */
#include "store/select.h"
#include <stdio.h>
#include <stdlib.h>

static void put(dm_select *q, const char *z) { dm_buf_add(&q->sql, z, strlen(z)); }

static void put_value(dm_select *q, dm_select_value v)
{
    if (q->n == DM_VALUES_MAX) {
        q->failed = true;
        return;
    }
    q->v[q->n++] = v;
    char mark[16];
    snprintf(mark, sizeof mark, "?%d", q->n);
    put(q, mark);
}

static void put_int(dm_select *q, int64_t n) { put_value(q, (dm_select_value){ .n = n }); }
static void put_text(dm_select *q, const char *z) { put_value(q, (dm_select_value){ .is_str = true, .s = z }); }

/* " AND " and a condition on a column that the driver has; @ stands for its alias. */
static void also(dm_select *q, const char *condition)
{
    put(q, " AND ");
    for (; *condition; condition++)
        dm_buf_add(&q->sql, *condition == '@' ? &q->alias : condition, 1);
}

static void of_event(dm_select *q, const char *condition)
{
    q->needs_event = true;
    put(q, " AND ");
    put(q, condition);
}

static bool coded(const dm_who *who, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!who[i].code[0])
            return false;
    return n > 0;
}

static bool sectored(const dm_who *who, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (who[i].sector[0])
            return true;
    return false;
}

static bool paired(const dm_filter *f) { return coded(f->actor, f->n_actor) && coded(f->recipient, f->n_recipient); }

bool dm_path_fits(const dm_filter *f, dm_path path)
{
    switch (path) {
    case PATH_EVENT_ID: return f->id != 0;
    case PATH_HAPPENING: return f->happening != 0;
    case PATH_TEXT: return f->text && *f->text;
    case PATH_SOURCE: return f->source && *f->source;
    case PATH_PAIR: return paired(f);
    case PATH_INSTRUMENT: return f->instrument || f->subject;
    case PATH_ACT: return f->act != NULL;
    case PATH_ACTOR: return coded(f->actor, f->n_actor);
    case PATH_RECIPIENT: return coded(f->recipient, f->n_recipient) && f->n_actor == 0;
    case PATH_EITHER: return coded(f->either, f->n_either);
    case PATH_SPEAKER: return coded(f->speaker, f->n_speaker);
    case PATH_TYPE: return f->types != 0;
    default: return true;
    }
}

static size_t count_types(uint32_t types)
{
    size_t n = 0;
    for (; types; types &= types - 1)
        n++;
    return n;
}

size_t dm_path_arms(const dm_filter *f, dm_path path, size_t instruments)
{
    switch (path) {
    case PATH_PAIR: return f->n_actor * f->n_recipient <= DM_PAIR_ARMS ? f->n_actor * f->n_recipient : f->n_actor;
    case PATH_INSTRUMENT: return instruments;
    case PATH_ACTOR: return f->n_actor;
    case PATH_RECIPIENT: return f->n_recipient;
    case PATH_EITHER: return f->n_either * 2;
    case PATH_SPEAKER: return f->n_speaker;
    case PATH_TYPE: return count_types(f->types);
    default: return 1;
    }
}

/* (x.code=? AND x.sector ... OR ...) */
static void put_who(dm_select *q, const dm_who *who, size_t n)
{
    put(q, "(");
    for (size_t i = 0; i < n; i++) {
        put(q, i ? " OR (x.event IS NOT NULL" : "(x.event IS NOT NULL");
        if (who[i].code[0])
            put(q, " AND +x.code="), put_text(q, who[i].code);
        if (who[i].sector[0]) /* also inside "PTY+OPP" */
            put(q, " AND instr(x.sector, "), put_text(q, who[i].sector), put(q, ")>0");
        put(q, ")");
    }
    put(q, ")");
}

/* A party in one of the roles ("0", "0,1") is one of the list. */
static void put_party(dm_select *q, const dm_who *who, size_t n, const char *roles)
{
    if (n == 0)
        return;
    put(q, " AND EXISTS(SELECT 1 FROM party x WHERE x.event="), put(q, q->row), put(q, " AND x.role IN ("), put(q, roles);
    put(q, ") AND "), put_who(q, who, n);
    put(q, ")");
}

/* Copies the words or the phrase at text[*i]; returns how many bytes came. */
static size_t put_term(char *out, size_t room, const char *text, size_t *i)
{
    bool phrase = text[*i] == '"';
    size_t n = 0;
    *i += phrase;
    for (; text[*i] && (phrase ? text[*i] != '"' : text[*i] != ' '); ++*i)
        if (text[*i] != '"' && text[*i] != '*' && n < room)
            out[n++] = text[*i];
    return n;
}

/* The next word or phrase of text from *i on, without its quotes; begun: a * is behind it. false: no more. */
static bool next_term(const char *text, size_t *i, char *out, size_t room, size_t *len, bool *begun)
{
    while (text[*i] == ' ')
        ++*i;
    if (!text[*i])
        return false;
    *len = put_term(out, room, text, i);
    *begun = text[*i - 1] == '*';
    if (text[*i] == '"')
        *begun = text[++*i] == '*';
    if (text[*i] == '*')
        ++*i;
    return true;
}

/* Words as an FTS5 query that cannot fail: each word and each quoted phrase as a string, * behind it kept. */
static const char *fts_query(dm_select *q, const char *text)
{
    size_t n = 0, i = 0, got;
    bool begun;
    while (n + 8 < sizeof q->text && next_term(text, &i, q->text + n + 1, sizeof q->text - n - 8, &got, &begun)) {
        if (got == 0)
            continue;
        q->text[n] = '"';
        n += got + 1;
        q->text[n++] = '"';
        if (begun)
            q->text[n++] = '*';
        q->text[n++] = ' ';
    }
    q->text[n] = '\0';
    return n ? q->text : "\"\"";
}

/* The same as a tsquery, cut into words as the sentences were. */
static const char *ts_query(dm_store *s, dm_select *q, const char *text)
{
    dm_buf words = { 0 };
    char term[DM_TEXT_MAX];
    size_t i = 0, got;
    bool begun;
    dm_status st = dm_store_words(s, NULL);
    while (st == DM_OK && next_term(text, &i, term, sizeof term, &got, &begun))
        st = dm_words_term(s->words, (dm_str){ term, got }, begun, &words, NULL);
    q->failed |= st != DM_OK || words.len >= sizeof q->text;
    if (!q->failed && words.len)
        memcpy(q->text, words.p, words.len);
    q->text[q->failed ? 0 : words.len] = '\0';
    dm_buf_free(&words);
    return q->text;
}

/* "COLUMN FROM ... WHERE": sentences with the words that are asked for. */
static void put_sentences(dm_store *s, dm_select *q, const char *text)
{
    if (dm_db_engine(s->db) == DM_DB_POSTGRES) {
        put(q, " FROM sentence WHERE words HAS WORDS CAST("), put_text(q, ts_query(s, q, text)), put(q, " AS tsquery)");
        return;
    }
    put(q, " FROM sentence_text WHERE sentence_text MATCH "), put_text(q, fts_query(q, text));
}

/* How an engine calls the number of a sentence there. */
static const char *sentence_row(const dm_store *s) { return dm_db_engine(s->db) == DM_DB_POSTGRES ? "n" : "rowid"; }

static void drive_party(dm_select *q, const dm_who *who, int role)
{
    q->row = "p.event", q->alias = 'p';
    put(q, " FROM party p @ WHERE p.code="), put_text(q, who->code);
    put(q, " AND p.role="), put_int(q, role);
    if (who->sector[0])
        put(q, " AND instr(p.sector, "), put_text(q, who->sector), put(q, ")>0");
}

static void drive_pair(dm_select *q, const dm_filter *f, size_t at)
{
    bool each = f->n_actor * f->n_recipient <= DM_PAIR_ARMS;
    q->row = "d.event", q->alias = 'd';
    put(q, " FROM dyad d @ WHERE d.actor="), put_text(q, f->actor[each ? at / f->n_recipient : at].code);
    put(q, " AND d.via<2 AND d.target");
    if (each) {
        put(q, "="), put_text(q, f->recipient[at % f->n_recipient].code);
        return;
    }
    put(q, " IN (");
    for (size_t i = 0; i < f->n_recipient; i++)
        put(q, i ? ", " : ""), put_text(q, f->recipient[i].code);
    put(q, ")");
}

static int type_at(uint32_t types, size_t at)
{
    int i = 0;
    for (; i < DM_N_TYPES; i++)
        if ((types >> i & 1) && at-- == 0)
            break;
    return i;
}

static void drive_event(dm_select *q, const dm_arm *a)
{
    const dm_filter *f = a->f;
    q->row = "e.n", q->alias = 'e';
    put(q, " FROM event e WHERE ");
    switch (a->part == PART_LONG ? PATH_DAY : a->path) { /* one walk of long events, of all types */
    case PATH_EVENT_ID: put(q, "e.id="), put_int(q, (int64_t)f->id); break;
    case PATH_HAPPENING: put(q, "e.happening="), put_int(q, (int64_t)f->happening); break;
    case PATH_TEXT:
        put(q, "e.sentence IN (SELECT "), put(q, sentence_row(q->store)), put_sentences(q->store, q, f->text), put(q, ")");
        break;
    case PATH_SOURCE:
        put(q, "e.document IN (SELECT n FROM document WHERE publication="), put_text(q, f->source);
        put(q, " UNION SELECT n FROM document WHERE name="), put_text(q, f->source), put(q, ")");
        break;
    case PATH_INSTRUMENT: put(q, "e.instrument="), put_int(q, a->instrument); break;
    case PATH_ACT: put(q, "e.act="), put_text(q, f->act); break;
    case PATH_TYPE: put(q, "e.type="), put_int(q, type_at(f->types, a->at)); break;
    default: put(q, "1=1"); break;
    }
}

/* The long events have an index of their own, which all walks by day use. */
static bool lone(const dm_arm *a) { return a->part == PART_LONG && a->path >= PATH_ACTOR; }

static void drive(dm_select *q, const dm_arm *a)
{
    const dm_filter *f = a->f;
    switch (lone(a) ? PATH_DAY : a->path) {
    case PATH_PAIR: drive_pair(q, f, a->at); break;
    case PATH_ACTOR: drive_party(q, &f->actor[a->at], 0); break;
    case PATH_RECIPIENT: drive_party(q, &f->recipient[a->at], 1); break;
    case PATH_EITHER: drive_party(q, &f->either[a->at / 2], (int)(a->at % 2)); break;
    case PATH_SPEAKER: drive_party(q, &f->speaker[a->at], 2); break;
    default: drive_event(q, a); break;
    }
}

/* Sets are found by their key alone; the rest walks by day. */
static bool by_key(dm_path path) { return path <= PATH_SOURCE || path == PATH_INSTRUMENT || path == PATH_ACT; }

static void put_days(dm_select *q, const dm_arm *a)
{
    const dm_filter *f = a->f;
    bool key = by_key(a->path);
    int64_t since = f->since;
    if (f->until != DM_DAY_NONE)
        also(q, key ? "+@.day<=" : "@.day<="), put_int(q, f->until);
    if (f->since == DM_DAY_NONE)
        return;
    if (a->part == PART_LONG) {
        also(q, "@.day<"), put_int(q, since - DM_LONG_DAYS);
        of_event(q, "e.day_end>="), put_int(q, since);
        put(q, " AND e.day_end > e.day + 400");
    } else if (a->part == PART_REST) {
        also(q, "@.day>="), put_int(q, since - DM_LONG_DAYS);
        also(q, "(@.day>="), put_int(q, since);
        put(q, " OR e.day_end>="), put_int(q, since), put(q, ")");
        q->needs_event = true;
    } else if (q->alias == 'p') { /* parties have the first day only */
        put(q, " AND e.day_end>="), put_int(q, since);
        q->needs_event = true;
    } else {
        also(q, "+@.day_end>="), put_int(q, since);
    }
}

static void put_kind(dm_select *q, const dm_arm *a)
{
    const dm_filter *f = a->f;
    if (f->types && (a->path != PATH_TYPE || lone(a))) {
        also(q, "+@.type IN (");
        for (size_t i = 0; i < count_types(f->types); i++)
            put(q, i ? ", " : ""), put_int(q, type_at(f->types, i));
        put(q, ")");
    }
    if (f->contexts)
        also(q, "(@.contexts & "), put_int(q, (int64_t)f->contexts), put(q, ")<>0");
    if (f->with || f->without) {
        also(q, "(@.aux & "), put_int(q, f->with | f->without);
        put(q, ")="), put_int(q, f->with);
    }
    if (f->mode)
        of_event(q, "e.mode="), put_text(q, f->mode);
    if (f->confidence > 0)
        of_event(q, "e.confidence>="), put_value(q, (dm_select_value){ .is_real = true, .r = f->confidence });
    if (f->id && a->path != PATH_EVENT_ID)
        of_event(q, "+e.id="), put_int(q, (int64_t)f->id);
    if (f->happening && a->path != PATH_HAPPENING)
        of_event(q, "+e.happening="), put_int(q, (int64_t)f->happening);
}

static void put_codes(dm_select *q, const dm_who *who, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(q, i ? ", " : ""), put_text(q, who[i].code);
}

/* One of the actors toward one of the recipients, not each of them with somebody else. */
static void put_dyad(dm_select *q, const dm_filter *f)
{
    put(q, " AND EXISTS(SELECT 1 FROM dyad x WHERE x.event="), put(q, q->row);
    put(q, " AND x.via<2 AND +x.actor IN ("), put_codes(q, f->actor, f->n_actor);
    put(q, ") AND +x.target IN ("), put_codes(q, f->recipient, f->n_recipient);
    put(q, "))");
}

static void put_parties(dm_select *q, const dm_arm *a)
{
    const dm_filter *f = a->f;
    bool pair = a->path == PATH_PAIR;
    if (paired(f) && (lone(a) || !pair))
        put_dyad(q, f);
    if ((lone(a) || a->path != PATH_ACTOR) && (!pair || sectored(f->actor, f->n_actor)))
        put_party(q, f->actor, f->n_actor, "0");
    if ((lone(a) || a->path != PATH_RECIPIENT) && (!pair || sectored(f->recipient, f->n_recipient))) {
        /* of a pair the other one may be a second actor: they met */
        put_party(q, f->recipient, f->n_recipient, paired(f) ? "0,1" : "1");
    }
    if (lone(a) || a->path != PATH_EITHER)
        put_party(q, f->either, f->n_either, "0,1");
    if (lone(a) || a->path != PATH_SPEAKER)
        put_party(q, f->speaker, f->n_speaker, "2");
}

static void put_means(dm_select *q, const dm_arm *a)
{
    const dm_filter *f = a->f;
    if ((f->instrument || f->subject) && a->path != PATH_INSTRUMENT) {
        of_event(q, "+e.instrument IN (SELECT n FROM instrument WHERE 1=1");
        if (f->instrument)
            put(q, " AND type="), put_text(q, f->instrument);
        if (f->subject)
            put(q, " AND subject="), put_text(q, f->subject);
        put(q, ")");
    }
    if (f->act && a->path != PATH_ACT)
        of_event(q, "e.act="), put_text(q, f->act);
    if (f->source && *f->source && a->path != PATH_SOURCE) {
        of_event(q, "(EXISTS(SELECT 1 FROM document c WHERE c.publication="), put_text(q, f->source);
        put(q, " AND c.n=e.document) OR EXISTS(SELECT 1 FROM document c WHERE c.name="), put_text(q, f->source);
        put(q, " AND c.n=e.document))");
    }
}

/* The @ of the driver becomes the join with the event, where that is needed. */
static bool finish(dm_select *q, const char *head, const char *tail)
{
    char join[64] = "";
    if (q->needs_event && q->alias != 'e')
        snprintf(join, sizeof join, "CROSS JOIN event e ON e.n=%s", q->row);
    dm_buf out = { 0 };
    char *at = q->sql.failed ? NULL : memchr(q->sql.p, '@', q->sql.len);
    size_t front = at ? (size_t)(at - q->sql.p) : q->sql.len;
    dm_buf_add(&out, head, strlen(head));
    dm_buf_add(&out, q->sql.p, front);
    if (at) {
        dm_buf_add(&out, join, strlen(join));
        dm_buf_add(&out, at + 1, q->sql.len - front - 1);
    }
    dm_buf_add(&out, tail, strlen(tail) + 1);
    bool ok = !q->sql.failed && !out.failed;
    dm_buf_free(&q->sql);
    q->sql = out;
    return ok;
}

static dm_status ready(dm_store *s, dm_select *q, const char *head, const char *tail, dm_error *err)
{
    dm_status st;
    if (!finish(q, head, tail))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    else if (q->failed)
        st = dm_fail(err, DM_EUSAGE, 0, "the filter has more than %d values", DM_VALUES_MAX);
    else
        st = q->many ? dm_db_prepare_long(s->db, &q->rows, q->sql.p, err) : dm_db_prepare(s->db, &q->rows, q->sql.p, err);
    for (int i = 0; st == DM_OK && i < q->n; i++) {
        if (q->v[i].is_str)
            dm_bind_str(q->rows, i + 1, dm_str_of(q->v[i].s));
        else if (q->v[i].is_real)
            dm_bind_real(q->rows, i + 1, q->v[i].r);
        else
            dm_bind_int(q->rows, i + 1, q->v[i].n);
    }
    return st;
}

void dm_select_free(dm_select *q)
{
    if (!q)
        return;
    dm_stmt_free(q->rows);
    dm_buf_free(&q->sql);
    free(q);
}

dm_status dm_select_arm(dm_store *s, const dm_arm *a, dm_select **out, dm_error *err)
{
    dm_select *q = calloc(1, sizeof *q);
    if (!q)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    q->store = s;
    q->many = true;
    drive(q, a);
    put_days(q, a);
    put_kind(q, a);
    put_parties(q, a);
    put_means(q, a);
    q->needs_event |= a->sentence || (a->whole && q->alias != 'd');
    char head[160], tail[96];
    const char *way = a->f->newest_first ? " DESC" : "";
    const char *more = !a->whole ? ", 0, 0" : q->alias == 'd' ? ", d.happening, d.document" : ", e.happening, e.document";
    snprintf(head, sizeof head, "SELECT %c.day, %s%s, %s", q->alias, q->row, more, a->sentence ? "e.sentence" : "0");
    snprintf(tail, sizeof tail, " ORDER BY %c.day%s, %s%s", q->alias, way, q->row, way);
    dm_status st = ready(s, q, head, tail, err);
    if (st == DM_OK)
        *out = q;
    else
        dm_select_free(q);
    return st;
}

/* The key of a path and nothing else; text and sources without their events, which a walk of a few rows need not sort. */
static void drive_key(dm_select *q, const dm_arm *a)
{
    const dm_filter *f = a->f;
    if (a->path == PATH_TEXT) {
        put_sentences(q->store, q, f->text);
    } else if (a->path == PATH_SOURCE) {
        put(q, " FROM document c CROSS JOIN event e ON e.document=c.n WHERE c.publication="), put_text(q, f->source);
    } else {
        drive(q, a);
        bool day = !by_key(a->path);
        if (day && f->until != DM_DAY_NONE)
            also(q, "@.day<="), put_int(q, f->until);
        if (day && f->since != DM_DAY_NONE)
            also(q, "@.day>="), put_int(q, (int64_t)f->since - DM_LONG_DAYS);
    }
}

dm_status dm_select_size(dm_store *s, const dm_arm *a, int64_t cap, int64_t *out, dm_error *err)
{
    dm_select *q = calloc(1, sizeof *q);
    if (!q)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    q->store = s;
    drive_key(q, a);
    put(q, " LIMIT "), put_int(q, cap);
    dm_status st = ready(s, q, "SELECT count(*) FROM (SELECT 1", ") x", err);
    if (st == DM_OK && (st = dm_stmt_step(q->rows, err)) == DM_OK)
        *out = dm_col_int(q->rows, 0);
    dm_select_free(q);
    return st;
}

dm_status dm_select_sentences(dm_store *s, const dm_filter *f, dm_select **out, dm_error *err)
{
    dm_select *q = calloc(1, sizeof *q);
    if (!q)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    char head[32];
    put_sentences(s, q, f->text);
    snprintf(head, sizeof head, "SELECT %s", sentence_row(s));
    q->many = true;
    dm_status st = ready(s, q, head, "", err);
    if (st == DM_OK)
        *out = q;
    else
        dm_select_free(q);
    return st;
}

dm_status dm_select_instruments(dm_store *s, const dm_filter *f, int64_t *rows, size_t room, size_t *n, dm_error *err)
{
    dm_select *q = calloc(1, sizeof *q);
    if (!q)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a query");
    put(q, " FROM instrument WHERE 1=1");
    if (f->instrument)
        put(q, " AND type="), put_text(q, f->instrument);
    if (f->subject)
        put(q, " AND subject="), put_text(q, f->subject);
    put(q, " LIMIT "), put_int(q, (int64_t)room + 1);
    dm_status st = ready(s, q, "SELECT n", "", err);
    for (*n = 0; st == DM_OK && (st = dm_stmt_step(q->rows, err)) == DM_OK; ++*n)
        if (*n < room)
            rows[*n] = dm_col_int(q->rows, 0);
    dm_select_free(q);
    return st == DM_END ? DM_OK : st;
}

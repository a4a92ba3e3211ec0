// SPDX-License-Identifier: Apache-2.0
/* Schema versions and the steps between them. A step is never changed after a release: a new one is added behind it.
 *
 * Days are days since 1970-01-01; DM_DAY_NONE (the smallest 32-bit number) stands for "not known" where a key needs a value.
 * Spans are bytes of the document's text. Types are numbered as in the table `type`. */
#include "store/schema.h"
#include "store/digest.h"
#include <stdio.h>
#include <stdlib.h>

_Static_assert(DM_DAY_NONE == INT32_MIN, "days in the file, and -2147483648 in the SQL of this folder");

/* The application id in the file's head: "dmrc". */
#define APPLICATION_ID "1684894307"

static const char *const step_1[] = {
    "CREATE TABLE type(n INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;",
    "INSERT INTO type "
    "VALUES(0,'AGREE'),(1,'CONSULT'),(2,'SUPPORT'),(3,'CONCEDE'),(4,'COOPERATE'),(5,'AID'),(6,'RETREAT'),(7,'REQUEST'),"
    "(8,'ACCUSE'),(9,'REJECT'),(10,'THREATEN'),(11,'PROTEST'),(12,'SANCTION'),(13,'MOBILIZE'),(14,'COERCE'),(15,'ASSAULT');",

    /* What coded a document: the program's version and a hash of its tables and model. */
    "CREATE TABLE coder(n INTEGER PRIMARY KEY, version TEXT NOT NULL, tables TEXT NOT NULL, UNIQUE(version, tables)) STRICT;",

    "CREATE TABLE document("
    " n INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE CHECK(length(hash)=16), name TEXT NOT NULL, url TEXT, title TEXT, "
    "publication TEXT,"
    " language TEXT, day_from INTEGER NOT NULL, day_to INTEGER NOT NULL, day_precision INTEGER NOT NULL, day_source INTEGER "
    "NOT NULL,"
    " home TEXT NOT NULL, coder INTEGER NOT NULL REFERENCES coder(n), family INTEGER NOT NULL, sketch BLOB, text TEXT NOT "
    "NULL) STRICT;",
    "CREATE INDEX document_family ON document(family);",
    "CREATE INDEX document_name ON document(name);",
    "CREATE INDEX document_publication ON document(publication);",

    /* Bands of the sketch: documents that share one are compared. */
    "CREATE TABLE band(hash INTEGER NOT NULL, document INTEGER NOT NULL REFERENCES document(n) ON DELETE CASCADE,"
    " PRIMARY KEY(hash, document)) STRICT, WITHOUT ROWID;",

    /* The sentences that carry events. */
    "CREATE TABLE sentence(n INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document(n) ON DELETE CASCADE,"
    " sequence INTEGER NOT NULL, start INTEGER NOT NULL, len INTEGER NOT NULL, kind INTEGER NOT NULL, text TEXT NOT NULL) "
    "STRICT;",
    "CREATE INDEX sentence_document ON sentence(document);",
    "CREATE VIRTUAL TABLE sentence_text USING fts5(text, content='sentence', content_rowid='n', columnsize=0, "
    "tokenize='porter unicode61 remove_diacritics 2');",
    /* Words wait in memory until so many bytes of them go into one segment: few segments, little merging. */
    "INSERT INTO sentence_text(sentence_text, rank) VALUES('hashsize', 33554432);",

    "CREATE TABLE instrument(n INTEGER PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL, subject TEXT NOT NULL, name TEXT "
    "NOT NULL,"
    " UNIQUE(type, body, subject, name)) STRICT;",
    "CREATE INDEX instrument_subject ON instrument(subject);",

    "CREATE TABLE happening(n INTEGER PRIMARY KEY, id INTEGER NOT NULL) STRICT;",

    "CREATE TABLE event("
    " n INTEGER PRIMARY KEY, id INTEGER NOT NULL, document INTEGER NOT NULL REFERENCES document(n) ON DELETE CASCADE,"
    " sentence INTEGER NOT NULL REFERENCES sentence(n), happening INTEGER NOT NULL REFERENCES happening(n),"
    " type INTEGER NOT NULL REFERENCES type(n), mode TEXT NOT NULL, aux INTEGER NOT NULL, cameo TEXT NOT NULL,"
    " scale REAL, goldstein REAL, quad INTEGER NOT NULL, contexts INTEGER NOT NULL,"
    " day INTEGER NOT NULL, day_end INTEGER NOT NULL,"
    " when_from INTEGER, when_to INTEGER, when_precision INTEGER NOT NULL, said_from INTEGER, said_to INTEGER, said_precision "
    "INTEGER NOT NULL,"
    " trigger_start INTEGER NOT NULL, trigger_len INTEGER NOT NULL, confidence REAL NOT NULL, why TEXT NOT NULL,"
    " instrument INTEGER REFERENCES instrument(n), act TEXT, polarity INTEGER, years TEXT, reasons INTEGER NOT NULL,"
    " UNIQUE(document, id)) STRICT;",
    "CREATE INDEX event_id ON event(id);",
    "CREATE INDEX event_day ON event(day, type, aux, contexts);",
    "CREATE INDEX event_long ON event(day, day_end) WHERE day_end > day + 400;",
    "CREATE INDEX event_type ON event(type, day, aux, contexts);",
    "CREATE INDEX event_happening ON event(happening, document);",
    "CREATE INDEX event_sentence ON event(sentence);",
    "CREATE INDEX event_act ON event(act, day) WHERE act IS NOT NULL;",
    "CREATE INDEX event_instrument ON event(instrument, day) WHERE instrument IS NOT NULL;",
    "CREATE INDEX event_told ON event(document) WHERE instrument IS NOT NULL;",

    /* For linking. tale: what documents are compared by (telling.c); story: rare words of documents, by day; likeness: pairs of events
     * that are alike, kept both ways. */
    "CREATE TABLE tale(document INTEGER PRIMARY KEY REFERENCES document(n) ON DELETE CASCADE, day INTEGER NOT NULL, terms BLOB "
    "NOT "
    "NULL, facts BLOB NOT NULL) STRICT;",
    "CREATE TABLE story(term INTEGER NOT NULL, day INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY(term, day, "
    "document)) "
    "STRICT, WITHOUT ROWID;",
    "CREATE TABLE likeness(a INTEGER NOT NULL, b INTEGER NOT NULL, score REAL NOT NULL, PRIMARY KEY(a, b)) STRICT, WITHOUT "
    "ROWID;",

    /* role: 0 actor, 1 recipient, 2 speaker. The columns from day on repeat the event's, for filters by party. */
    "CREATE TABLE party(event INTEGER NOT NULL REFERENCES event(n) ON DELETE CASCADE, role INTEGER NOT NULL, place INTEGER NOT "
    "NULL,"
    " code TEXT NOT NULL, sector TEXT NOT NULL, start INTEGER NOT NULL, len INTEGER NOT NULL,"
    " day INTEGER NOT NULL, type INTEGER NOT NULL, aux INTEGER NOT NULL, contexts INTEGER NOT NULL,"
    " PRIMARY KEY(event, role, place)) STRICT, WITHOUT ROWID;",
    "CREATE INDEX party_who ON party(code, role, day, event, type, aux, contexts, sector);",

    /* Who concerns whom: what a stance rests on. via as dm_via: 0 recipient, 1 mutual, 2 instrument. */
    "CREATE TABLE dyad(actor TEXT NOT NULL, target TEXT NOT NULL, day INTEGER NOT NULL, event INTEGER NOT NULL REFERENCES "
    "event(n) ON DELETE CASCADE,"
    " via INTEGER NOT NULL, day_end INTEGER NOT NULL, type INTEGER NOT NULL, aux INTEGER NOT NULL, contexts INTEGER NOT NULL,"
    " mode TEXT NOT NULL, scale REAL, confidence REAL NOT NULL, instrument TEXT NOT NULL, act TEXT NOT NULL,"
    " polarity INTEGER NOT NULL, others_word INTEGER NOT NULL, happening INTEGER NOT NULL, document INTEGER NOT NULL, id "
    "INTEGER NOT NULL,"
    " years TEXT, sector TEXT NOT NULL, PRIMARY KEY(actor, target, day, event, via)) STRICT, WITHOUT ROWID;",
    "CREATE INDEX dyad_target ON dyad(target, day);",
    "CREATE INDEX dyad_event ON dyad(event);",

    "CREATE TABLE reason(event INTEGER NOT NULL REFERENCES event(n) ON DELETE CASCADE, place INTEGER NOT NULL, kind INTEGER "
    "NOT NULL,"
    " start INTEGER NOT NULL, len INTEGER NOT NULL, PRIMARY KEY(event, place)) STRICT, WITHOUT ROWID;",

    /* Roll calls and treaty actions come from files of votes and signatures; day is the day of the vote or the action. */
    "CREATE TABLE rollcall(n INTEGER PRIMARY KEY, source TEXT NOT NULL, reference TEXT NOT NULL, instrument INTEGER REFERENCES "
    "instrument(n),"
    " body TEXT NOT NULL, subject TEXT NOT NULL, polarity INTEGER NOT NULL, session INTEGER, day INTEGER NOT NULL, day_end "
    "INTEGER NOT NULL,"
    " resolution TEXT NOT NULL, title TEXT NOT NULL, contexts INTEGER NOT NULL, UNIQUE(source, reference)) STRICT;",
    "CREATE INDEX rollcall_subject ON rollcall(subject);",
    "CREATE INDEX rollcall_instrument ON rollcall(instrument);",
    "CREATE TABLE ballot(rollcall INTEGER NOT NULL REFERENCES rollcall(n) ON DELETE CASCADE, code TEXT NOT NULL,"
    " vote TEXT NOT NULL CHECK(vote IN ('yes','no','abstain','absent')), PRIMARY KEY(rollcall, code)) STRICT, WITHOUT ROWID;",
    "CREATE INDEX ballot_code ON ballot(code);",
    "CREATE TABLE treaty_action(instrument INTEGER NOT NULL REFERENCES instrument(n), code TEXT NOT NULL, action TEXT NOT NULL,"
    " day INTEGER NOT NULL, day_end INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY(instrument, code, action, day)) "
    "STRICT, WITHOUT ROWID;",
    "CREATE INDEX treaty_code ON treaty_action(code);",

    "PRAGMA application_id=" APPLICATION_ID ";",
    NULL,
};

/* What people said of the coding. Rows are never changed but for `undone`; the highest n that is not undone counts. An event is named by
 * what survives coding again: its id and its document's hash. verdict as dm_verdict. at: seconds since 1970, 0 not told. */
static const char *const step_2[] = {
    "CREATE TABLE review(n INTEGER PRIMARY KEY AUTOINCREMENT, document BLOB NOT NULL CHECK(length(document)=16), event INTEGER "
    "NOT NULL,"
    " verdict INTEGER NOT NULL CHECK(verdict BETWEEN 1 AND 3), fix TEXT, reviewer TEXT NOT NULL, at INTEGER NOT NULL,"
    " undone INTEGER NOT NULL DEFAULT 0, CHECK((fix IS NULL) = (verdict<>2))) STRICT;",
    "CREATE INDEX review_event ON review(document, event, n);",
    "CREATE INDEX event_confidence ON event(confidence);", /* the queue: what is least sure first */
    NULL,
};

/* The words that date an event; what counting needs of a document's events (digest.h), which is made for those that are there below. */
static const char *const step_3[] = {
    "ALTER TABLE event ADD COLUMN when_start INTEGER NOT NULL DEFAULT 0;",
    "ALTER TABLE event ADD COLUMN when_len INTEGER NOT NULL DEFAULT 0;",
    "CREATE TABLE digest(document INTEGER PRIMARY KEY REFERENCES document(n) ON DELETE CASCADE, events BLOB NOT NULL) STRICT;",
    /* All that the list of instruments looks at. */
    "DROP INDEX IF EXISTS event_told;",
    "CREATE INDEX event_told ON event(document, n, instrument, happening, day, day_end, years) WHERE instrument IS NOT NULL;",
    NULL,
};

const char *const *const dm_schema_steps[DM_SCHEMA_VERSION] = { step_1, step_2, step_3 };

/* Indexes that only questions need. A record that is filled from nothing does without them until it is full: one sort of ten million
 * rows takes seconds, ten million inserts at random places minutes. */
static const char *const late[] = { "event_id", "event_day", "event_long", "event_type", "event_sentence", "event_instrument",
    "event_act", "event_told", "event_confidence", "sentence_document", "document_name", "document_publication",
    "event_confidence", "party_who", "dyad_target" };
enum { N_LATE = sizeof late / sizeof *late };

/* The statement of the latest step that makes the index. */
static const char *index_sql(const char *name)
{
    static const char head[] = "CREATE INDEX ";
    for (int v = DM_SCHEMA_VERSION; v-- > 0;)
        for (const char *const *sql = dm_schema_steps[v]; *sql; sql++) {
            size_t n = strlen(name);
            const char *at = *sql + sizeof head - 1;
            if (strncmp(*sql, head, sizeof head - 1) == 0 && strncmp(at, name, n) == 0 && at[n] == ' ')
                return *sql;
        }
    return "";
}

dm_status dm_schema_drop_late(dm_db *db, dm_error *err)
{
    if (dm_db_engine(db) == DM_DB_POSTGRES) /* others may be writing, too */
        return DM_OK;
    dm_status st = dm_db_begin(db, err);
    for (int i = 0; i < N_LATE && st == DM_OK; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "DROP INDEX IF EXISTS %s", late[i]);
        st = dm_db_exec(db, sql, err);
    }
    if (st == DM_OK)
        st = dm_db_commit(db, err);
    dm_db_rollback(db);
    return st;
}

static dm_status is_there(dm_db *db, const char *name, bool *there, dm_error *err)
{
    char sql[128];
    int64_t n = 0;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM sqlite_master WHERE type='index' AND name='%s'", name);
    dm_status st = dm_db_number(db, sql, &n, err);
    *there = n > 0;
    return st;
}

dm_status dm_schema_make_late(dm_db *db, dm_error *err)
{
    if (dm_db_engine(db) == DM_DB_POSTGRES)
        return DM_OK;
    dm_status st = DM_OK;
    bool there = true;
    for (int i = 0; i < N_LATE && st == DM_OK && there; i++)
        st = is_there(db, late[i], &there, err);
    if (st != DM_OK || there)
        return st;
    st = dm_db_sorting(db, true, err);
    for (int i = 0; i < N_LATE && st == DM_OK; i++) { /* each for itself: what is done is done */
        if ((st = dm_db_begin(db, err)) == DM_OK && (st = is_there(db, late[i], &there, err)) == DM_OK && !there)
            st = dm_db_exec(db, index_sql(late[i]), err);
        if (st == DM_OK)
            st = dm_db_commit(db, err);
        dm_db_rollback(db);
    }
    dm_status after = dm_db_sorting(db, false, st == DM_OK ? err : NULL);
    return st == DM_OK ? after : st;
}

static dm_status migrate(dm_db *db, int64_t from, dm_error *err)
{
    for (int64_t v = from; v < DM_SCHEMA_VERSION; v++) {
        char mark[64];
        snprintf(mark, sizeof mark, "PRAGMA user_version=%d", (int)v + 1);
        dm_status st = dm_db_begin(db, err);
        int64_t now = 0; /* another program may have been faster */
        if (st == DM_OK)
            st = dm_db_number(db, "PRAGMA user_version", &now, err);
        if (st == DM_OK && now == v) {
            for (const char *const *sql = dm_schema_steps[v]; *sql && st == DM_OK; sql++)
                st = dm_db_exec(db, *sql, err);
            if (st == DM_OK && v == DM_SCHEMA_DIGESTS)
                st = dm_digest_make_all(db, err);
            if (st == DM_OK)
                st = dm_db_exec(db, mark, err);
        }
        if (st == DM_OK)
            st = dm_db_commit(db, err);
        if (st != DM_OK) {
            dm_db_rollback(db);
            return st;
        }
    }
    return DM_OK;
}

static dm_status file_ready(dm_db *db, bool readonly, dm_error *err)
{
    int64_t version = 0, id = 0, tables = 0;
    dm_status st = dm_db_number(db, "PRAGMA user_version", &version, err);
    if (st == DM_OK)
        st = dm_db_number(db, "PRAGMA application_id", &id, err);
    if (st == DM_OK)
        st = dm_db_number(db, "SELECT count(*) FROM sqlite_master", &tables, err);
    if (st != DM_OK)
        return st;
    bool empty = tables == 0 && version == 0;
    if (!empty && id != atoll(APPLICATION_ID))
        return dm_fail(
            err, DM_EINPUT, 0, "'%s' is a database, but not a record of demarche; give another file", dm_db_path(db));
    if (version < 0)
        return dm_fail(err, DM_ECORRUPT, 0,
            "the record '%s' is damaged: it says that its schema is %lld; take a copy from before", dm_db_path(db),
            (long long)version);
    if (version > DM_SCHEMA_VERSION)
        return dm_fail(err, DM_EINPUT, 0,
            "the record '%s' is of a newer demarche (schema %d, this program knows %d); update the program", dm_db_path(db),
            (int)version, DM_SCHEMA_VERSION);
    if (version == DM_SCHEMA_VERSION) /* a process that was killed while it filled the record left the late indexes out */
        return readonly ? DM_OK : dm_schema_make_late(db, err);
    if (readonly)
        return empty ? dm_fail(err, DM_EINPUT, 0, "'%s' is empty: there is no record in it; 'demarche add' makes one",
                           dm_db_path(db))
                     : dm_fail(err, DM_EINPUT, 0,
                           "the record '%s' is of an older demarche; 'demarche add --update %s' brings it up to date",
                           dm_db_path(db), dm_db_path(db));
    return migrate(db, version, err);
}

dm_status dm_schema_ready(dm_db *db, bool readonly, dm_error *err)
{
    return dm_db_engine(db) == DM_DB_POSTGRES ? dm_pg_schema_ready(db, readonly, err) : file_ready(db, readonly, err);
}

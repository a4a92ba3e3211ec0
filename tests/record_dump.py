# SPDX-License-Identifier: Apache-2.0
"""A record as lines that depend on its content only: row numbers are replaced by what the rows say. Two records that hold the same have the
same lines, whatever was added first."""
import sqlite3

import record_digest

def q(db, sql):
    return db.execute(sql).fetchall()


def columns(db, table, but):
    """Names of the table's columns that hold content, not row numbers."""
    return ", ".join(r[1] for r in q(db, f"PRAGMA table_info({table})") if r[1] not in but.split())


def lines(path):
    """Sorted lines of the record at path."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    docs = dict(q(db, "SELECT n, hex(hash) FROM document"))
    events = {n: (docs[d], i) for n, d, i in q(db, "SELECT n, document, id FROM event")}
    sentences = {n: (docs[d], s) for n, d, s in q(db, "SELECT n, document, sequence FROM sentence")}
    instruments = {n: rest for n, *rest in q(db, "SELECT n, type, body, subject, name FROM instrument")}
    told, family = {}, {}
    for n, h in q(db, "SELECT n, happening FROM event"):
        told[h] = min(told.get(h, events[n]), events[n])
    for n, f in q(db, "SELECT n, family FROM document"):
        family[f] = min(family.get(f, docs[n]), docs[n])
    out = [("coder", *r) for r in q(db, "SELECT version, tables FROM coder")]
    out += [("instrument", *r) for r in instruments.values()]
    out += [("document", docs[n], family[f], *r) for n, f, *r in
            q(db, "SELECT d.n, family, name, url, title, publication, language, day_from, day_to, day_precision, day_source, home, c.version, "
                  "c.tables, hex(sketch), text FROM document d JOIN coder c ON c.n=d.coder")]
    out += [("band", h, docs[d]) for h, d in q(db, "SELECT hash, document FROM band")]
    out += [("sentence", *sentences[n], *r) for n, *r in q(db, "SELECT n, start, len, kind, text FROM sentence")]
    out += [("event", *events[n], sentences[s], told[h], instruments.get(i), *r) for n, s, h, i, *r in
            q(db, f"SELECT n, sentence, happening, instrument, {columns(db, 'event', 'n document sentence happening instrument')} FROM event")]
    for table in ("party", "reason", "dyad"):
        out += [(table, *events[n], *r) for n, *r in q(db, f"SELECT event, {columns(db, table, 'event happening document')} FROM {table}")]
    out += [("dyad of", *events[n], told[h], docs[d]) for n, h, d in q(db, "SELECT event, happening, document FROM dyad")]
    out += [("rollcall", instruments.get(i), *r) for i, *r in q(db, f"SELECT instrument, {columns(db, 'rollcall', 'n instrument')} FROM rollcall")]
    out += [("ballot", *r) for r in q(db, "SELECT source, reference, code, vote FROM ballot JOIN rollcall ON n=rollcall")]
    out += [("treaty action", instruments[i], *r) for i, *r in q(db, "SELECT instrument, code, action, day, day_end, source FROM treaty_action")]
    out += [("no event", n) for n, in q(db, "SELECT n FROM happening WHERE n NOT IN (SELECT happening FROM event)")]
    db.close()
    return sorted(map(repr, out))


def faults(path):
    """What is wrong with the file as a database: nothing, one hopes."""
    db = sqlite3.connect(path)
    bad = [r[0] for r in q(db, "PRAGMA integrity_check") if r[0] != "ok"] + [repr(r) for r in q(db, "PRAGMA foreign_key_check")]
    try:
        db.execute("INSERT INTO sentence_text(sentence_text, rank) VALUES('integrity-check', 1)")
    except sqlite3.DatabaseError as e:
        bad.append(f"full text: {e}")
    db.rollback()
    digests = record_digest.wrong(db)
    db.close()
    return bad + [digests] if digests else bad


def counts(path):
    """Events of each document."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    out = dict(q(db, "SELECT hex(d.hash), count(e.n) FROM document d LEFT JOIN event e ON e.document=d.n GROUP BY d.n"))
    db.close()
    return out


def ballots(path):
    """Votes of each roll call."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    out = {tuple(r[:2]): r[2] for r in q(db, "SELECT source, reference, count(code) FROM rollcall LEFT JOIN ballot ON rollcall=n GROUP BY n")}
    db.close()
    return out

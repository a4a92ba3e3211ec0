# SPDX-License-Identifier: Apache-2.0
"""A record as the first schema had it, with the rows of a record of today: what a user of an old version has on disk."""
import pathlib
import re
import sqlite3

SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "src" / "store" / "schema.c"


def step_1():
    """The statements of the first step, from the source."""
    text = SCHEMA.read_text(encoding="utf-8")
    body = re.search(r"step_1\[\] = \{(.*?)\n    NULL,\n\};", text, re.S).group(1)
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
    application = re.search(r'#define APPLICATION_ID "(\d+)"', text).group(1)
    body = body.replace("APPLICATION_ID", f'"{application}"')
    parts = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', x)) for x in re.split(r'(?<="),\s*\n', body)]
    return [x for x in parts if x.strip()]


# What the steps behind the first made, taken away again: of a record at a server.
UNDO = """DROP TABLE review; DROP TABLE digest; DROP INDEX event_confidence; DROP INDEX event_told; ALTER TABLE event DROP COLUMN when_start;
ALTER TABLE event DROP COLUMN when_len; CREATE INDEX event_told ON event(document) WHERE instrument IS NOT NULL"""


def make(source, path):
    """The rows of source that the first schema had a place for."""
    pathlib.Path(path).unlink(missing_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    for sql in step_1():
        db.execute(sql)
    db.execute("ATTACH ? AS today", (str(source),))
    db.execute("BEGIN")
    tables = [r[0] for r in db.execute("SELECT name FROM main.sqlite_master WHERE type='table' AND name NOT LIKE 'sentence_text%' AND name<>'type'")]
    for table in tables:
        names = ", ".join(r[1] for r in db.execute(f"PRAGMA main.table_info({table})"))
        db.execute(f"INSERT INTO main.{table}({names}) SELECT {names} FROM today.{table}")
    db.execute("INSERT INTO main.sentence_text(sentence_text) VALUES('rebuild')")
    db.execute("COMMIT")
    db.execute("PRAGMA user_version=1")
    db.close()

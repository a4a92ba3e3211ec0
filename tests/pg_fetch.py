# SPDX-License-Identifier: Apache-2.0
"""A record at a server as a file of SQLite with the same rows, so that whatever looks into a record's file looks into both."""
import csv
import os
import re
import sqlite3
import subprocess
import sys

csv.field_size_limit(1 << 30)
TABLES = "type coder document band sentence instrument happening event tale story likeness party dyad reason rollcall ballot treaty_action review digest"


def is_url(name):
    return str(name).startswith(("postgres://", "postgresql://"))


def psql(url, *sql, check=True):
    """The answers to one or several statements, each in a transaction of its own."""
    p = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", str(url), *[x for s in sql for x in ("-c", s)]], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
    if check and p.returncode:
        raise RuntimeError(p.stderr.decode())
    return p.stdout.decode()


def value(text, kind):
    if text == "\\N":
        return None
    if kind == "bigint":
        return int(text)
    if kind == "double precision":
        return float(text)
    if kind == "bytea":
        return bytes.fromhex(text[2:])
    return text


UNESCAPE = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def plain(text):
    return text if text == "\\N" else re.sub(r"\\(.)", lambda m: UNESCAPE.get(m.group(1), m.group(1)), text)


def copied(url, columns):
    """Lines of each table, as COPY writes them, all of one moment."""
    mark = f"@{os.urandom(8).hex()} "
    script = ["BEGIN ISOLATION LEVEL REPEATABLE READ;"]
    for table, names in columns.items():
        script += [f"\\echo {mark}{table}", f"COPY {table}({', '.join(n for n, _ in names)}) TO STDOUT;"]
    out = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", str(url), "-f", "-"], input="\n".join(script).encode(), stdout=subprocess.PIPE,
                         check=True).stdout.decode()
    for part in out.split(mark)[1:]:
        table, _, lines = part.partition("\n")
        yield table, lines.split("\n")[:-1]


def fetch(url, path):
    """Writes the file at path; returns it."""
    if os.path.exists(path):
        os.unlink(path)
    columns = {}
    for line in psql(url, "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema=current_schema() ORDER BY "
                          "table_name, ordinal_position").splitlines():
        table, name, kind = line.split("|")
        if table in TABLES.split() and kind != "tsvector":
            columns.setdefault(table, []).append((name, kind))
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")
    db.execute("BEGIN")
    for table, lines in copied(url, columns):
        names = columns[table]
        db.execute(f"CREATE TABLE {table}({', '.join(n for n, _ in names)})")
        db.executemany(f"INSERT INTO {table} VALUES({', '.join('?' * len(names))})",
                       ([value(plain(x) if "\\" in x else x, t) for x, (_, t) in zip(line.split("\t"), names)] for line in lines))
    db.execute("COMMIT")
    db.close()
    return path


REFERENCES = (("document", "coder", "coder"), ("band", "document", "document"), ("sentence", "document", "document"), ("event", "document", "document"),
              ("event", "sentence", "sentence"), ("event", "happening", "happening"), ("event", "instrument", "instrument"), ("event", "type", "type"), ("document", "family", "document"), ("rollcall", "instrument", "instrument"),
              ("treaty_action", "instrument", "instrument"), ("dyad", "happening", "happening"), ("dyad", "document", "document"), ("party", "event", "event"),
              ("dyad", "event", "event"), ("reason", "event", "event"), ("tale", "document", "document"), ("story", "document", "document"),
              ("likeness", "a", "event"), ("likeness", "b", "event"), ("digest", "document", "document"), ("ballot", "rollcall", "rollcall"))


def faults(url):
    """What the file's foreign keys and its full text would say."""
    tables = psql(url, "SELECT tablename FROM pg_tables WHERE schemaname=current_schema()").split()  # an older record lacks some
    asked = [f"SELECT count(*) || ' rows of {table} name a {there} by {column} that is not there' FROM {table} t WHERE t.{column} IS NOT NULL AND "
             f"NOT EXISTS(SELECT 1 FROM {there} o WHERE o.n=t.{column}) HAVING count(*)>0" for table, column, there in REFERENCES if table in tables]
    asked.append("SELECT count(*) || ' sentences without their words' FROM sentence WHERE words IS NULL OR (text ~ '[[:alpha:]]' AND length(words)=0) "
                 "HAVING count(*)>0")
    return psql(url, " UNION ALL ".join(asked)).splitlines()


if __name__ == "__main__":
    print(fetch(sys.argv[1], sys.argv[2]), faults(sys.argv[1]))

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


def psql(url, sql, check=True):
    p = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", str(url), "-c", sql], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
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


def fetch(url, path):
    """Writes the file at path; returns it."""
    if os.path.exists(path):
        os.unlink(path)
    db = sqlite3.connect(path)
    for table in TABLES.split():
        columns = [line.split("|") for line in psql(url, "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema="
                                                    f"current_schema() AND table_name='{table}' ORDER BY ordinal_position").splitlines()]
        columns = [(n, t) for n, t in columns if t != "tsvector"]
        db.execute(f"CREATE TABLE {table}({', '.join(n for n, _ in columns)})")
        out = subprocess.run(["psql", "-X", "-q", str(url), "-c", f"COPY {table}({', '.join(n for n, _ in columns)}) TO STDOUT"], stdout=subprocess.PIPE,
                             check=True).stdout.decode()
        rows = [[value(plain(x), t) for x, (_, t) in zip(line.split("\t"), columns)] for line in out.split("\n")[:-1]]
        db.executemany(f"INSERT INTO {table} VALUES({', '.join('?' * len(columns))})", rows)
    db.commit()
    db.close()
    return path


REFERENCES = (("document", "coder", "coder"), ("band", "document", "document"), ("sentence", "document", "document"), ("event", "document", "document"),
              ("event", "sentence", "sentence"), ("event", "happening", "happening"), ("event", "instrument", "instrument"), ("party", "event", "event"),
              ("dyad", "event", "event"), ("reason", "event", "event"), ("tale", "document", "document"), ("story", "document", "document"),
              ("likeness", "a", "event"), ("likeness", "b", "event"), ("digest", "document", "document"), ("ballot", "rollcall", "rollcall"))


def faults(url):
    """What the file's foreign keys and its full text would say."""
    bad = []
    for table, column, there in REFERENCES:
        n = int(psql(url, f"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL AND NOT EXISTS(SELECT 1 FROM {there} o WHERE o.n=t.{column})"))
        bad += [f"{n} rows of {table} name a {there} that is not there"] if n else []
    n = int(psql(url, "SELECT count(*) FROM sentence WHERE words IS NULL OR (text ~ '[[:alpha:]]' AND length(words)=0)"))
    return bad + ([f"{n} sentences without their words"] if n else [])


if __name__ == "__main__":
    print(fetch(sys.argv[1], sys.argv[2]), faults(sys.argv[1]))

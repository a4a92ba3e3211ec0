# SPDX-License-Identifier: Apache-2.0
"""Where a test's records are: files in its folder, or databases of a throw-away cluster of PostgreSQL (tests/pg.sh). One suite runs over both:
`--record sqlite` or `--record postgres`; `--cluster FOLDER` takes a cluster that somebody else started and will stop."""
import os
import pathlib
import shutil
import sqlite3
import subprocess

import pg_fetch
import record_dump
import record_digest

PG = pathlib.Path(__file__).resolve().parent / "pg.sh"
KINDS = ("sqlite", "postgres")


class Failed(Exception):
    pass


def check(ok, what):
    if not ok:
        raise Failed(what)


def options(parser):
    """The options of every suite that runs over both."""
    parser.add_argument("--record", choices=KINDS, default="sqlite")
    parser.add_argument("--cluster", help="postgres: the folder of a cluster that runs already")


def of(o, work, prefix):
    """The records that the options ask for; prefix: of the names of databases."""
    return Files(work) if o.record == "sqlite" else Server(work, prefix, o.cluster)


class Files:
    """Records in files of SQLite. What only files have (permissions, a write-ahead log, bytes that can be damaged) is tested where this says so."""
    files = True

    def __init__(self, work):
        self.work = pathlib.Path(work)

    def name(self, name):
        return self.work / f"{name}.db"

    def remove(self, record):
        for end in ("", "-wal", "-shm", "-journal"):
            pathlib.Path(f"{record}{end}").unlink(missing_ok=True)

    def new(self, name):
        """The name of a record that is not there yet."""
        record = self.name(name)
        self.remove(record)
        return record

    def copy(self, base, name):
        record = self.new(name)
        shutil.copy(base, record)
        return record

    def there(self, record):
        """Whether its tables were made."""
        if not os.path.exists(record) or not os.path.getsize(record):
            return False
        db = sqlite3.connect(record)
        try:
            return db.execute("SELECT count(*) FROM sqlite_master WHERE name='event'").fetchone()[0] > 0
        finally:
            db.close()

    def view(self, record):
        """A file of SQLite with the rows of the record, to look into."""
        return record

    def sql(self, record, text, version=None):
        """Changes the record behind the program's back; version: what it says of its schema then."""
        db = sqlite3.connect(record)
        db.executescript(text + (f"; PRAGMA user_version={version}" if version is not None else ""))
        db.commit()
        db.close()

    def faults(self, record):
        return record_dump.faults(record)

    def shown(self, record):
        return str(record)

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()

    def close(self):
        pass

    def lines(self, record):
        return record_dump.lines(self.view(record))

    def counts(self, record):
        return record_dump.counts(self.view(record))

    def totals(self, record):
        """Events of each document, votes of each roll call."""
        file = self.view(record)
        return record_dump.counts(file) | record_dump.ballots(file)

    def db(self, record):
        """A connection for looking."""
        return sqlite3.connect(f"file:{self.view(record)}?mode=ro", uri=True)


class Server(Files):
    """Records in databases of their own."""
    files = False

    def __init__(self, work, prefix, cluster=None, fast=True):
        super().__init__(work)
        self.prefix, self.own = prefix, cluster is None
        self.cluster = pathlib.Path(cluster or self.work / "cluster")
        if self.own:
            self.work.chmod(0o755)
            self.pg("start", *(["--fast"] if fast else []))
        self.port = (self.cluster / "port").read_text().strip()

    def pg(self, what, *args):
        return subprocess.run([str(PG), what, str(self.cluster), *args], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()

    def name(self, name):
        return f"postgres://owner@/{self.prefix}_{name.replace('-', '_')}?host={self.cluster}&port={self.port}"

    def database(self, record):
        return str(record).split("?")[0].rsplit("/", 1)[1]

    def postgres(self, *sql):
        pg_fetch.psql(f"postgres://owner@/postgres?host={self.cluster}&port={self.port}", *sql)

    def remove(self, record):
        self.postgres(f"DROP DATABASE IF EXISTS {self.database(record)} WITH (FORCE)")

    def new(self, name, template="template0"):
        record = self.name(name)
        self.postgres(f"DROP DATABASE IF EXISTS {self.database(record)} WITH (FORCE)",
                      f"CREATE DATABASE {self.database(record)} TEMPLATE {template} STRATEGY file_copy")
        return record

    def copy(self, base, name):
        return self.new(name, self.database(base))

    def there(self, record):
        return pg_fetch.psql(record, "SELECT to_regclass('event') IS NOT NULL").strip() == "t"

    def view(self, record):
        return pathlib.Path(pg_fetch.fetch(record, self.work / f"{self.database(record)}.view.db"))

    def sql(self, record, text, version=None):
        pg_fetch.psql(record, text, *([f"UPDATE demarche SET version={version}"] if version is not None else []))

    def faults(self, record):
        db = sqlite3.connect(self.view(record))
        wrong = record_digest.wrong(db)
        db.close()
        return pg_fetch.faults(record) + ([wrong] if wrong else [])

    def durable(self, on):
        """Whether what is committed outlives the machine: on where servers are killed."""
        value = "on" if on else "off"
        self.postgres(*[f"ALTER SYSTEM SET {what} = {value}" for what in ("fsync", "full_page_writes", "synchronous_commit")], "SELECT pg_reload_conf()")

    def close(self):
        if self.own:
            self.pg("stop", "--kill")

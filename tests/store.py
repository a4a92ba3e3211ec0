#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What happens to a record when things go wrong, through the program: the same added twice, threads, a locked, read-only, full, damaged or
foreign record, a newer schema, a signal, lines of events that cannot be used, export and import. Messages and exit codes are compared.
Over files of SQLite or databases of PostgreSQL; what only a file has (FILES below) is tried of files.

usage: store.py [--program P] [--record sqlite|postgres] [--only WORD]"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests")]
import corpus  # noqa: E402
import pg_fetch  # noqa: E402
import places  # noqa: E402
from places import Failed, check  # noqa: E402
import record_dump  # noqa: E402

NOBODY = 65534


class Bench:
    def __init__(self, program, work, shared, where):
        self.program, self.work, self.records = program, work, where
        self.articles, self.events, self.base = work / "articles.jsonl", work / "events.jsonl", where.new("base")
        with open(self.articles, "w", encoding="utf-8") as f:
            for d in corpus.documents(corpus.sources(ROOT / "samples", shared), 600):
                f.write(json.dumps(d, ensure_ascii=False) + "\n")
        with open(self.events, "wb") as f:
            subprocess.run([program, "code", "--as", "jsonl", str(self.articles)], stdout=f, check=True)
        self.add(self.base, self.articles)

    def add(self, record, *inputs, rc=0, says="", options=(), **how):
        """Runs add; its exit code must be rc, and its messages must hold `says`. Returns them."""
        p = subprocess.run([self.program, "add", *options, str(record), *map(str, inputs)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                           text=True, errors="replace", timeout=300, **how)
        check(p.returncode == rc and says in p.stderr, f"exit {p.returncode} in place of {rc}, '{says}' wanted in: {p.stderr[-800:]}")
        return p.stderr

    def copy(self, name):
        """A copy of the base record."""
        return self.records.copy(self.base, name)

    def new(self, name):
        return self.records.new(name)

    def sound(self, record):
        bad = self.records.faults(record)
        check(not bad, bad)

    def same(self, a, b):
        x, y = set(self.records.lines(a)), set(self.records.lines(b))
        check(x == y, f"{len(x - y)} lines more, {len(y - x)} fewer: {sorted(x ^ y)[:3]}")
        self.sound(a)


def twice(b):
    again = b.copy("again")
    said = b.add(again, b.articles, says="0 documents added")
    check("0 events" in said, said)
    b.same(again, b.base)


def threads(b):
    one, two = b.new("one"), b.new("two")
    b.add(one, b.articles, options=["-j1"])
    b.add(two, b.articles, options=["-j2"])
    b.same(one, two)


def in_parts(b):
    """Half of the articles, then all of them."""
    part = b.work / "part.jsonl"
    lines = b.articles.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join(lines[: len(lines) // 2]))
    record = b.new("part")
    b.add(record, part)
    b.add(record, b.articles)
    b.same(record, b.base)


def signals(b):
    """SIGTERM ends after the document in hand, and the next run goes on."""
    record, stopped = b.new("signal"), 0
    for wait in (0.15, 0.3, 0.6):
        p = subprocess.Popen([b.program, "add", "-j1", str(record), str(b.articles)], stderr=subprocess.PIPE, text=True)
        time.sleep(wait)
        p.send_signal(signal.SIGTERM)
        said = p.communicate(timeout=60)[1]
        stopped += p.returncode == 128 + signal.SIGTERM and "goes on from there" in said
        check(p.returncode in (0, 128 + signal.SIGTERM, -signal.SIGTERM), f"exit {p.returncode}: {said}")
    b.add(record, b.articles)
    b.same(record, b.base)
    return f"{stopped} of 3 stopped"


def rejected(b):
    folder = b.work / "mixed"
    folder.mkdir()
    (folder / "good.txt").write_text("TOKYO, March 3, 2006 - Japan condemned China on Tuesday.\n")
    (folder / "bad.jsonl").write_text("{\"text\": \n{\"id\":\"a\",\"text\":\"Kenya expelled the envoy of Sudan on Monday.\"}\n")
    said = b.add(b.new("mixed"), folder, b.work / "missing.txt", rc=1, says="left out")
    check(said.count("missing.txt") == 2 and "2 documents added" in said, said)


@contextlib.contextmanager
def file_lock(b, record):
    db = sqlite3.connect(record, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("BEGIN EXCLUSIVE")
    yield record
    db.execute("ROLLBACK")
    db.close()


@contextlib.contextmanager
def server_lock(b, record):
    """Another writer in the middle of its batch; who waits does so for a second."""
    other = subprocess.Popen(["psql", "-X", "-q", str(record)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    print("BEGIN; SELECT pg_advisory_xact_lock(1684894307, hashtext(current_schema())); SELECT 'held';", file=other.stdin, flush=True)
    while "held" not in other.stdout.readline():
        check(other.poll() is None, "the lock was not given")
    yield f"{record}&options=-clock_timeout%3D1s"
    other.communicate("ROLLBACK;\n")


def locked(b):
    record = b.copy("locked")
    with (file_lock if b.records.files else server_lock)(b, record) as name:
        b.add(name, b.events, options=["--events"], rc=3 if b.records.files else 4, says="is locked by another program")
    b.add(record, b.articles, says="0 documents added")
    b.same(record, b.base)


def several(b):
    """Two at once: both wait for each other and the record is whole."""
    record = b.new("several")
    ps = [subprocess.Popen([b.program, "add", "-j1", str(record), str(b.articles)], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [p.communicate(timeout=300)[1] for p in ps]
    check([p.returncode for p in ps] == [0, 0], said)
    check(b.records.counts(record) == b.records.counts(b.base), "documents differ")
    b.sound(record)


def nobody_runs(program):
    try:
        return subprocess.run([program, "--version"], user=NOBODY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except PermissionError: # a folder above is closed
        return False


def read_only(b):
    if os.geteuid() != 0:
        user = {}
    elif nobody_runs(b.program):
        user = {"user": NOBODY, "group": NOBODY}
    else:
        return "skipped: root may write everything, and nobody may not run the program"
    folder = b.work / "closed"
    folder.mkdir()
    record = folder / "r.db"
    shutil.copy(b.base, record)
    os.chmod(record, 0o444)
    os.chmod(folder, 0o555)
    data = {"DEMARCHE_DATA": os.path.dirname(b.program)}
    new = b.work / "new.jsonl"
    new.write_text('{"id":"new","text":"Peru recognised Chile on Monday."}\n')
    os.chmod(new, 0o444)
    said = b.add(record, new, rc=3, env=os.environ | data, **user)
    check("read-only" in said or "cannot open" in said, said)
    b.add(folder / "other.db", new, rc=3, says="cannot open the record", env=os.environ | data, **user)
    os.chmod(folder, 0o755)
    b.same(record, b.base)


def limited(b):
    """A file that may not grow further stands for a full disk."""
    record = b.work / "limited.db"

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    said = b.add(record, b.articles, rc=3, preexec_fn=limit)
    check("cannot read or write the record" in said or "no room left" in said, said)
    check(not record_dump.faults(record), record_dump.faults(record))
    b.add(record, b.articles)
    b.same(record, b.base)


@contextlib.contextmanager
def small_disk(folder, size):
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)],
                                           stderr=subprocess.DEVNULL).returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def full_disk(b):
    with small_disk(b.work / "disk", "700k") as there:
        if not there:
            return "skipped: only root may mount a small disk"
        record = b.work / "disk" / "r.db"
        b.add(record, b.articles, rc=3, says="no room left")
        check(not record_dump.faults(record), record_dump.faults(record))
        subprocess.run(["mount", "-o", "remount,size=200m", str(b.work / "disk")], check=True)
        b.add(record, b.articles)
        b.same(record, b.base)


def newer(b):
    record = b.copy("newer")
    b.records.sql(record, "", version=99)
    b.add(record, b.articles, rc=3, says="is of a newer demarche")


def foreign(b):
    other = b.new("other")
    b.records.sql(other, "CREATE TABLE bookmarks(x int)" + ("; PRAGMA application_id=77" if b.records.files else ""))
    b.add(other, b.articles, rc=3, says="is a database, but not a record of demarche")


def no_database(b):
    text, empty = b.work / "text.db", b.work / "empty.db"
    text.write_text("This is no database. " * 100)
    b.add(text, b.articles, rc=3, says="is not a record (not an SQLite file)")
    empty.touch()
    b.add(empty, b.articles, says="documents added")
    b.add(b.work, b.articles, rc=3, says="cannot open the record")
    b.add(b.work / "no" / "where.db", b.articles, rc=3, says="cannot open the record")


def damaged(b):
    """Bytes changed at random places, and cut-off files: a clear word or no harm, never a crash."""
    rng, told = random.Random(5), 0
    whole = b.base.read_bytes()
    new = b.work / "one-more.jsonl"
    new.write_text('{"id":"more","text":"LIMA, May 4, 1999 - Peru condemned Chile on Monday and expelled its ambassador."}\n')
    for n in range(24):
        record = b.work / "damaged.db"
        for end in ("-wal", "-shm"):
            pathlib.Path(f"{record}{end}").unlink(missing_ok=True)
        data = bytearray(whole)
        if n % 3 == 0:
            data = data[: rng.randrange(1, len(data))]
        else:
            for _ in range(rng.choice((1, 20, 4000))):
                data[rng.randrange(0 if n % 2 else 100, len(data))] ^= 1 << rng.randrange(8)
        record.write_bytes(data)
        p = subprocess.run([b.program, "add", str(record), str(new), str(b.articles)], stderr=subprocess.PIPE, text=True, errors="replace",
                           timeout=300)
        check(p.returncode in (0, 3), f"case {n}: exit {p.returncode}: {p.stderr[-600:]}")
        check(p.returncode == 0 or "record" in p.stderr, p.stderr)
        told += p.returncode == 3
    check(told >= 6, f"only {told} of 24 were told of")
    return f"{told} of 24 told"


def coded(b):
    """Our own lines: added twice, in parts, with bad lines among them."""
    record, again = b.new("coded"), b.new("coded-parts")
    b.add(record, b.events, options=["--events"])
    check("0 events" in b.add(record, b.events, options=["--events"], says="0 documents added"), "events added twice")
    rows = [json.loads(x) for x in b.events.read_text(encoding="utf-8").splitlines()]
    db = b.records.db(record)
    check(db.execute("SELECT count(*) FROM event").fetchone()[0] == len(rows), "events are missing")
    names = dict(db.execute("SELECT name, lower(hex(hash)) FROM document"))
    told = dict(db.execute("SELECT printf('%016x', id), happening FROM event"))
    db.close()
    for r in rows:
        r["document"], r["happening"] = names[r["doc"]], told[r["id"]]
    by_day = b.work / "by-day.jsonl"
    by_day.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in sorted(rows, key=lambda r: r.get("date", ""))), encoding="utf-8")
    b.add(again, by_day, options=["--events"])
    # One thing may differ: the sketch, and with it the family, is of the sentences of the first part.
    drop = ("('document'", "('band'")
    x, y = ({z for z in b.records.lines(p) if not z.startswith(drop)} for p in (record, again))
    check(x == y, f"in parts: {sorted(x ^ y)[:3]}")
    b.sound(again)
    wrong = ['{"id":', '[1,2]', '{"id":"x","event":["DANCE"]}', '{"id":"x","event":["AGREE"],"date":"2001-02-30"}',
             '{"id":"x","event":["AGREE"],"text":"abc","text_info":{"start":5,"end":6}}', '{"id":"x"}', '"a"', '{"id":"\\ud800","event":["AGREE"]}',
             '{"id":"x","event":["AGREE"],"actor":[{"code":"JAPAN"}]}', '{"id":"x","event":["AGREE"],"confidence":7}']
    lines = b.events.read_text(encoding="utf-8").splitlines()
    mixed = b.work / "mixed.jsonl"
    mixed.write_text("\n".join([wrong[0], *lines[:3], wrong[1], wrong[6], *lines[3:], *wrong[2:6], *wrong[7:]]) + "\n", encoding="utf-8")
    bad = b.new("coded-bad")
    said = b.add(bad, mixed, options=["--events"], rc=1, says=f"{len(wrong)} inputs left out")
    for n in [1, 5, 6, *range(len(lines) + 4, len(lines) + len(wrong) + 1)]:
        check(f"mixed.jsonl:{n}: " in said, f"line {n} is not told: {said}")
    b.same(bad, record)


def round_trip(b):
    """Export, import into a new record, export: the same bytes."""
    samples, back = b.new("samples"), b.new("back")
    b.add(samples, ROOT / "samples")
    first, second = b.work / "first.jsonl", b.work / "second.jsonl"
    for record, out in ((samples, first), (back, second)):
        if record == back:
            b.add(back, first, options=["--events"])
        subprocess.run([b.program, "export", str(record), "--as", "plover", "-o", str(out)], check=True, stderr=subprocess.DEVNULL)
    check(first.stat().st_size > 100_000 and first.read_bytes() == second.read_bytes(), "the second export differs from the first")
    b.sound(back)


def plover(b):
    """PLOVER's keys as others write them: no offsets, no document."""
    rows = [{"id": "7", "date": "2001-05-04", "actor": [{"code": "JPN", "sector": "GOV", "entity_text": "Tokyo"}],
             "recipient": [{"code": "CHN", "entity_text": "Beijing"}], "event": ["ACCUSE"], "mode": ["disapprove"], "context": ["human_rights"],
             "event_text": "criticised", "text": "Tokyo criticised Beijing over prisons.", "text_info": {"sequence": 1},
             "cite_info": {"url": "http://example.org/a", "title": "Prisons", "publication": "Ledger"}},
            {"id": "8", "date": "2001-05-05", "actor": [{"code": "CHN"}], "recipient": [{"code": "JPN"}], "event": ["REJECT"], "mode": [],
             "context": [], "text": "Beijing rejected the charge.", "cite_info": {"url": "http://example.org/a", "title": "Prisons",
                                                                                  "publication": "Ledger"}},
            {"id": 9, "date": "2002-01", "actor": {"code": "FRA"}, "event": "CONSULT", "text": "Paris hosted talks."}]
    path, record = b.work / "plover.jsonl", b.new("plover")
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    b.add(record, path, options=["--events"], says="2 documents added")
    db = b.records.db(record)
    got = db.execute("SELECT d.text, s.text, substr(d.text, e.trigger_start+1, e.trigger_len), substr(d.text, p.start+1, p.len), e.mode FROM event e "
                     "JOIN document d ON d.n=e.document JOIN sentence s ON s.n=e.sentence JOIN party p ON p.event=e.n AND p.role=0 ORDER BY e.n").fetchall()
    check(got[0] == ("Tokyo criticised Beijing over prisons. Beijing rejected the charge.", "Tokyo criticised Beijing over prisons.", "criticised",
                     "Tokyo", "disapprove"), got[0])
    check(got[1][1] == "Beijing rejected the charge." and len(got) == 3, got)
    db.close()


def index_told(b, record):
    if b.records.files:
        with contextlib.closing(b.records.db(record)) as db:
            return db.execute("SELECT sql FROM sqlite_master WHERE name='event_told'").fetchone()[0]
    return pg_fetch.psql(record, "SELECT indexdef FROM pg_indexes WHERE indexname='event_told'")


def older(b):
    """A record of schema 2 is read only after `add --update`, which gives it back what it had."""
    record = b.copy("older")
    told = index_told(b, record)
    b.records.sql(record, "DROP TABLE digest; DROP INDEX event_told; UPDATE event SET when_start=0, when_len=0;"
                          "ALTER TABLE event DROP COLUMN when_start; ALTER TABLE event DROP COLUMN when_len;"
                          "CREATE INDEX event_told ON event(document) WHERE instrument IS NOT NULL", version=2)
    p = subprocess.run([b.program, "stats", str(record)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    check(p.returncode == 3 and "is of an older demarche; 'demarche add --update" in p.stderr, f"exit {p.returncode}: {p.stderr}")
    check(not b.records.files or f"add --update {record}" in p.stderr, p.stderr)
    b.add(record, options=["--update"], says="up to date")
    b.add(record, options=["--update"], says="up to date")
    b.add(record, b.articles, options=["--update"], rc=2, says="nothing to add")
    check(index_told(b, record) == told, "the index is not today's")
    counted = [subprocess.run([b.program, "stats", str(r), "--as", "csv"], check=True, stdout=subprocess.PIPE).stdout for r in (record, b.base)]
    check(counted[0] == counted[1], "counts differ")
    b.sound(record)


def nothing_to_update(b):
    none = b.records.name("none")
    b.add(none, options=["--update"], rc=3, says="No such file" if b.records.files else "does not exist")
    check(not b.records.files or not none.exists(), "a record was made")


def recode(b):
    """Coded again with other tables: events of elsewhere stay, and the record equals a fresh one."""
    actors, record, fresh = b.work / "mine.tsv", b.copy("recode"), b.new("fresh")
    actors.write_text("name\tcode\tsector\nZanthian League\tIGO\t\n")
    b.add(record, options=["--recode", "-A", str(actors)], says="coded again")
    b.add(fresh, b.articles, options=["-A", str(actors)])
    check(b.records.counts(record) == b.records.counts(fresh), "counts differ")
    b.sound(record)
    other = b.new("elsewhere")
    b.add(other, b.events, options=["--events"])
    before = b.records.lines(other)
    b.add(other, options=["--recode"], says="0 documents added")
    check([x for x in b.records.lines(other) if not x.startswith("('coder'")] == [x for x in before if not x.startswith("('coder'")],
          "events that were coded elsewhere were changed")


TESTS = (twice, threads, in_parts, signals, rejected, locked, several, newer, foreign, coded, round_trip, plover, older, nothing_to_update, recode)
# permissions, a file that may not grow, a full disk, no SQLite file, bytes changed and cut off; of a server, tests/postgres.py has roles and crashes
FILES = (read_only, limited, full_disk, no_database, damaged)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--only", default="")
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    places.options(ap)
    o = ap.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as tmp, places.of(o, tmp, "store") as where:
        os.chmod(tmp, 0o755)
        bench = Bench(os.path.abspath(o.program), pathlib.Path(tmp), o.shared, where)
        for test in TESTS + (FILES if where.files else ()):
            if o.only and o.only not in test.__name__:
                continue
            began = time.monotonic()
            try:
                note = test(bench) or ""
                print(f"ok   {test.__name__} ({time.monotonic() - began:.1f} s) {note}", flush=True)
            except (Failed, RuntimeError, subprocess.SubprocessError, sqlite3.Error, OSError) as e:
                failed += 1
                print(f"FAIL {test.__name__}: {e}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

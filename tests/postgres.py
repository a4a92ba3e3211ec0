#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The record in PostgreSQL, in one throw-away cluster: the same bytes as from a file, several writers at once, writers killed and the server
restarted in the middle, roles, passwords, TLS; and the suites that run over files run over it (store.py, kill.py, property/links.py, relink.py,
cli/run.sh, the unit tests of the store, serve.py). Two at a time; the server crashes when the others are done.

usage: postgres.py [--program P] [--only WORD] [--times 6] [--jobs 2]"""
import argparse
import copy
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests"), str(ROOT / "tests/property"), str(ROOT / "tests/gold")]
import corpus  # noqa: E402
import linking  # noqa: E402
import links  # noqa: E402
import pg_fetch  # noqa: E402
import places  # noqa: E402
from places import Failed, check  # noqa: E402
import record_dump  # noqa: E402


class Bench:
    def __init__(self, program, work, shared, times):
        self.program, self.work, self.times, self.shared, self.made = program, work, times, shared, 0
        self.sources = [str(ROOT / "samples"), str(ROOT / "tests/gold/reports")] + [p for p in [f"{shared}/seeds"] if os.path.exists(p)]
        self.articles = list(linking.gold()[0].values()) + list(corpus.documents(corpus.sources(ROOT / "samples", shared), 1200))
        random.Random(7).shuffle(self.articles)
        self.records = places.Server(work, "pg")
        self.cluster, self.pg_port = self.records.cluster, self.records.port
        self.pg_url = f"postgres://owner@/postgres?host={self.cluster}&port={self.pg_port}"

    def room(self, name):
        """The same for one test, with a folder and databases of its own."""
        b = copy.copy(self)
        b.work = self.work / name
        b.work.mkdir()
        b.records = places.Server(b.work, name, self.cluster)
        return b

    def pg(self, *args):
        return self.records.pg(*args)

    def database(self):
        self.made += 1
        return self.records.new(f"r{self.made}")

    def run(self, *args, rc=0, env=None):
        p = subprocess.run([self.program, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=300,
                           env={**os.environ, **(env or {})})
        said = p.stderr.decode(errors="replace")
        check(rc is None or p.returncode == rc, f"{args[:2]}: exit {p.returncode} in place of {rc}: {said[-600:]}")
        return p.stdout, said

    def lines(self, name, articles):
        path = self.work / name
        path.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles), encoding="utf-8")
        return path

    def dump(self, record):
        where = self.records if pg_fetch.is_url(record) else places.Files(self.work)
        bad = where.faults(record)
        check(not bad, bad)
        return where.lines(record)

    def same(self, a, b):
        exports = [self.run("export", r, "--as", "plover", "--by-content")[0] for r in (a, b)]
        check(len(exports[0]) > 10000 and exports[0] == exports[1], f"exports by content differ: {len(exports[0])} and {len(exports[1])} bytes")
        x, y = set(self.dump(a)), set(self.dump(b))
        check(x == y, f"{len(x - y)} lines more, {len(y - x)} fewer: {sorted(x ^ y)[:3]}")


QUESTIONS = [["export", "--as", f] for f in ("plover", "csv", "gdelt", "icews", "polecat")] + [
    ["stance", "JPN", "CHN", "-c", "human_rights"], ["stance", "USA", "CHN"], ["stance", "CHN", "USA"], ["pressure", "JPN"], ["pressure", "CHN"],
    ["instruments"], ["instruments", "--subject", "china", "--type", "resolution", "--body", "UNCHR"], ["actors"], ["actors", "--since", "2000"],
    ["events", "--text", "sanctions"], ["events", "--text", '"human rights" resol*'], ["events", "--text", "café ministre"], ["events", "--text", "!"],
    ["events", "--limit", "20"], ["events", "--newest", "--limit", "20", "--since", "1990-01-01"], ["events", "--since", "1995-01-01", "--type", "SANCTION"],
    ["report", "USA", "CHN"], ["stats"]] + [["stats", "--by", k, *s] for k in "type year actor recipient dyad context status source instrument".split()
                                            for s in ([], ["--since", "1995"])]


def outputs(b):
    """Every command prints the same bytes of both; votes too; added in parts, so that each run builds on what is there."""
    file, url, total = b.work / "outputs.db", b.database(), 0
    parts = [[s] for s in b.sources] + [[b.lines(f"part{i}.jsonl", b.articles[i::6])] for i in range(6)]
    for part in parts:
        said = [b.run("add", "-j1", r, *part, rc=None)[1].strip().splitlines()[-1].split(": ")[-1] for r in (file, url)]
        check(said[0] == said[1], said)
    for votes in ("undl.csv", "voeten.tsv"):
        for r in (file, url):
            b.run("import", "votes", r, ROOT / "tests/votes" / votes, rc=None)
    for q in QUESTIONS:
        x, y = (b.run(q[0], r, *q[1:], rc=None)[0] for r in (file, url))
        x = x.replace(str(file).encode(), b"RECORD")
        y = y.replace(url.replace("&", "&amp;").encode(), b"RECORD")
        check(x == y, f"{q}: {len(x)} bytes of a file, {len(y)} of the server")
        total += len(x)
    b.same(file, url)
    return f"{len(QUESTIONS)} questions, {total} bytes"


def events(b):
    """Coded events in and out again; coding again with other tables."""
    file, url = b.work / "events.db", b.database()
    coded, actors = b.work / "events.jsonl", b.work / "actors.tsv"
    coded.write_bytes(b.run("code", "--as", "jsonl", ROOT / "samples")[0])
    actors.write_text(links.ACTORS, encoding="utf-8")
    for r in (file, url):
        b.run("add", "--events", r, coded)
        b.run("add", "--events", r, coded)
    b.same(file, url)
    file, url = b.work / "again.db", b.database()
    for r in (file, url):
        b.run("add", "-j1", r, ROOT / "samples", b.lines("some.jsonl", b.articles[:60]))
        b.run("add", "--recode", "--actors", actors, r)
    b.same(file, url)


def start(b, url, path):
    return subprocess.Popen([b.program, "add", "-j1", url, str(path)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)


def writers(b):
    """Four at once, parts of their articles the same; the record is that of one undisturbed machine."""
    file, url = b.work / "writers.db", b.database()
    b.run("add", "-j1", file, b.lines("all.jsonl", b.articles))
    shares = [b.lines(f"share{i}.jsonl", b.articles[i::4] + b.articles[(i + 1) % 4::8]) for i in range(4)]
    running = [start(b, url, s) for s in shares]
    for p in running:
        said = p.communicate(timeout=300)[1].decode()
        check(p.returncode == 0, f"exit {p.returncode}: {said[-500:]}")
    b.same(file, url)


def first(b):
    """The tables of an empty database are made once, however many come at once: nobody takes half of them for another program's."""
    for i in range(5):
        url = b.database()
        running = [start(b, url, b.lines(f"first{k}.jsonl", b.articles[k:k + 1])) for k in range(4)]
        for p in running:
            said = p.communicate(timeout=120)[1].decode()
            check(p.returncode == 0, f"exit {p.returncode}: {said[-500:]}")
        check(json.loads(b.run("stats", url, "--as", "jsonl")[0].splitlines()[0])["documents"] == 4, "documents are missing")


def killed(b):
    """Writers are killed and the server crashes and comes back; what is there is whole, and the next runs finish it."""
    file, url, rng = b.work / "killed.db", b.database(), random.Random(3)
    articles = b.articles[:400]
    b.records.durable(True)
    b.run("add", "-j1", file, b.lines("all.jsonl", articles))
    whole = record_dump.counts(file)
    shares = [b.lines(f"share{i}.jsonl", articles[i::2]) for i in range(2)]
    kills = crashes = 0
    while kills + crashes < b.times:
        running = [start(b, url, s) for s in shares]
        time.sleep(rng.uniform(0.2, 2.5))
        if (kills + crashes) % 4 == 3:
            b.pg("stop", "--kill")
            time.sleep(0.5)
            b.pg("again")
            crashes += 1
            for p in running:
                said = p.communicate(timeout=300)[1].decode()
                check(p.returncode == 0, f"after the server came back: exit {p.returncode}: {said[-500:]}")
        else:
            for p in running:
                p.send_signal(signal.SIGKILL)
                p.communicate()
            kills += 1
        there = pg_fetch.psql(url, "SELECT to_regclass('event') IS NOT NULL").strip()
        here = record_dump.counts(pg_fetch.fetch(url, b.work / "fetched.db")) if there == "t" else {}
        bad = [h for h, n in here.items() if whole.get(h) != n]
        check(not bad and (not here or not pg_fetch.faults(url)), f"after {kills} kills, {crashes} crashes: {bad[:3]}")
        if len(here) == len(whole):
            b.same(file, url)
            url = b.database()
    for s in shares:
        b.run("add", "-j1", url, s)
    b.same(file, url)
    return f"{kills} kills, {crashes} crashes of the server"


def roles(b):
    """The SQL of docs/postgresql.md, and what each role may do."""
    text = (ROOT / "docs/postgresql.md").read_text().split("```sql\n")[1].split("```")[0]
    before, grants = text.split("-- as owner_news")
    own = b.pg_url
    for line in before.replace("\\c news", "").split(";"):
        if line.strip() and "SCHEMA" not in line:
            pg_fetch.psql(own, line)
    news = own.replace("/postgres?", "/news?")
    for line in before.split("\\c news")[1].split(";"):
        if line.strip():
            pg_fetch.psql(news, line)
    as_role = {r: news.replace("owner@", f"{r}@") for r in ("owner_news", "writer", "reader", "reviewer")}
    b.run("add", as_role["owner_news"], ROOT / "samples")
    pg_fetch.psql(as_role["owner_news"], grants.split("\n", 1)[1])
    some = b.lines("some.jsonl", b.articles[:20])
    b.run("add", as_role["writer"], some)
    b.run("stats", as_role["reader"], "--by", "type", "--since", "1990")
    for role in ("reader", "reviewer"):
        said = b.run("add", as_role[role], b.lines("more.jsonl", b.articles[20:30]), rc=3)[1]
        check("by this role" in said, said)
    for role, sql, allowed in (("reader", "DELETE FROM review", False), ("reader", "UPDATE demarche SET change=0", False), ("writer", "DROP TABLE event", False),
                               ("writer", "ALTER TABLE event ADD x bigint", False), ("writer", "CREATE TABLE x(n int)", False),
                               ("writer", "UPDATE demarche SET version=9", False), ("reviewer", "DELETE FROM review", False),
                               ("reviewer", "INSERT INTO event(n) VALUES(1)", False), ("reviewer", "UPDATE document SET text=''", False),
                               ("reviewer", "INSERT INTO review(n, document, event, verdict, reviewer, at) SELECT 1, hash, 1, 1, 'me', 0 FROM document LIMIT 1", True)):
        try:
            pg_fetch.psql(as_role[role], sql)
            check(allowed, f"{role} may: {sql}")
        except RuntimeError as e:
            check(not allowed, f"{role}: {e}")


def suite(b, *job, env=None, limit=400):
    """A suite of its own; its last line."""
    p = subprocess.run([*map(str, job)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}, cwd=ROOT, timeout=limit)
    said = p.stdout.decode(errors="replace")
    check(p.returncode == 0, f"{job}: {said[-1500:]}")
    return said.strip().splitlines()[-1].strip() if said.strip() else ""


def over_both(b, script, *args):
    return suite(b, sys.executable, ROOT / script, "--program", b.program, "--record", "postgres", "--cluster", b.cluster, *args)


def store(b):
    """tests/store.py: what happens when things go wrong."""
    return over_both(b, "tests/store.py", "--shared", b.shared)


def kill(b):
    """tests/kill.py: articles, events, coding again, votes, migration and reviews, killed."""
    return over_both(b, "tests/kill.py", "--shared", b.shared, "--times", b.times, "--sentences", "1500")


def linked(b):
    """tests/property/links.py: orders of arrival, runs and coding again do not matter."""
    return over_both(b, "tests/property/links.py", "--orders", "1")


def relinked(b):
    """tests/relink.py: after relink the order of adding does not show, and the bytes are those of a file."""
    return over_both(b, "tests/relink.py", "--articles", "250", "--kills", "2")


def commands(b):
    """tests/cli: every command's words."""
    return suite(b, ROOT / "tests/cli/run.sh", pathlib.Path(b.program).parent, "--cluster", b.cluster)


UNITS = ("test_store_link", "test_store_record", "test_store_census", "test_store_instruments", "test_store_memory")


def units(b):
    """The unit tests of the store again, on records at the server."""
    build = pathlib.Path(b.program).parent
    for name in UNITS:
        check(os.path.exists(build / name), f"{name} is not built")
        suite(b, build / name, env={"DEMARCHE_TEST_RECORD": b.database(), "DEMARCHE_DATA": str(build)})
    return ", ".join(UNITS)


def desk(b):
    """tests/serve.py: the desk."""
    build = str(pathlib.Path(b.program).parent)
    return suite(b, sys.executable, ROOT / "tests/serve.py", b.program, env={"DEMARCHE_TEST_RECORD": b.database(), "DEMARCHE_DATA": build})


def secrets(b):
    """TLS and passwords: a password is never shown, a wrong certificate is refused, password files work."""
    pg_fetch.psql(b.pg_url, "CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'geheim:w@rt'")
    b.database()
    there, word = f"localhost:{b.pg_port}/{b.records.database(b.records.name(f'r{b.made}'))}", urllib.parse.quote("geheim:w@rt")
    safe = f"?sslmode=verify-full&sslrootcert={b.cluster}/server.crt"
    said = b.run("add", f"postgres://keeper:{word}@{there}{safe}", ROOT / "samples/humanrights" if (ROOT / "samples/humanrights").exists() else ROOT / "samples")[1]
    check("with its password" in said and "geheim" not in said and word not in said, said)
    passes = b.work / "pass"
    passes.write_text(f"localhost:{b.pg_port}:*:keeper:geheim\\:w@rt\n")
    passes.chmod(0o600)
    said = b.run("stats", f"postgres://keeper@{there}{safe}", env={"PGPASSFILE": str(passes)})[1]
    check("password" not in said, said)
    b.run("stats", f"postgres://keeper@{there}{safe}", env={"PGPASSWORD": "geheim:w@rt"})
    for url, rc in ((f"postgres://keeper:falsch@{there}{safe}", 3), (f"postgres://keeper@{there}?sslmode=disable", 3),
                    (f"postgres://keeper:{word}@{there}?sslmode=verify-full", 3), ("postgres://keeper:geheim@localhost:1/none", 4),
                    (f"postgres://keeper@{there}?nonsense=geheim", 2), (f"postgres://owner@/none?host={b.cluster}&port={b.pg_port}", 3)):
        said = b.run("stats", url, rc=rc)[1]
        check("falsch" not in said and word not in said, said)
    other = b.database()
    pg_fetch.psql(other, "CREATE TABLE mine(n int)")
    check("not a record" in b.run("add", other, ROOT / "samples", rc=3)[1], "a foreign database was taken")
    said = b.run("stats", b.database(), rc=3)[1]
    check("is empty" in said, said)


TESTS = (outputs, store, kill, first, writers, linked, relinked, units, desk, events, commands, secrets, roles)
ALONE = (killed,)


def run(b, test):
    began = time.monotonic()
    try:
        said = test(b.room(test.__name__))
        print(f"ok    {test.__name__}{': ' + said if said else ''} ({time.monotonic() - began:.1f} s)", flush=True)
        return 0
    except (Failed, RuntimeError, subprocess.SubprocessError, OSError) as e:
        print(f"FAIL  {test.__name__}: {e}", flush=True)
        return 1


def run_all(b, tests, jobs):
    """Several at a time; how many failed."""
    left, failed = list(tests), []

    def work():
        while left:
            failed.append(run(b, left.pop(0)))

    threads = [threading.Thread(target=work) for _ in range(jobs)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sum(failed)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--only", default="")
    ap.add_argument("--times", type=int, default=6)
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    o = ap.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="demarche-pg-"))
    b = Bench(os.path.abspath(o.program), work, os.path.abspath(o.shared), o.times)
    wanted = [t for t in TESTS if re.search(o.only, t.__name__)]
    try:
        failed = run_all(b, wanted, o.jobs) + sum(run(b, t) for t in ALONE if re.search(o.only, t.__name__))
    finally:
        b.records.close()
        shutil.rmtree(work, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

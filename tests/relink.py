#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`demarche relink`: records of the same articles are the same afterwards, whatever the order of adding was. A corpus denser than linking looks
(dense.py) is added in three orders and as shards that are joined: the exports differ before and are the same bytes afterwards, those of
articles that were added in the order in which relink takes them. A second time nothing changes; nothing changes either where no limit was
reached; happenings that a file gave stay; reviews stay; kill -9 and a signal leave the record as it was; linking of the gold articles is no
worse. Over PostgreSQL the bytes are those of a file.

usage: relink.py [--program P] [--record sqlite|postgres] [--articles 900] [--kills 6] [--only WORD]"""
import argparse
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/gold"), str(ROOT / "tests/property")]
import dense  # noqa: E402
import linking  # noqa: E402
import links  # noqa: E402
import places  # noqa: E402
from places import Failed, check  # noqa: E402

SAID = re.compile(r": (\d+) of (\d+) events tell another happening now, (\d+) documents are of another family; (\d+) happenings$")


class Bench:
    def __init__(self, program, work, where, o):
        self.program, self.work, self.records, self.kills = program, work, where, o.kills
        self.files = places.Files(work)
        self.articles = dense.articles(o.articles)
        self.scratch = work / "scratch"  # the only place for temporary files: nothing may stay there
        self.scratch.mkdir(mode=0o777)
        self.env = {**os.environ, "TMPDIR": str(self.scratch), "SQLITE_TMPDIR": str(self.scratch)}

    def run(self, *args, rc=0):
        p = subprocess.run([self.program, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=300, env=self.env)
        said = p.stderr.decode(errors="replace").strip()
        check(p.returncode == rc, f"{args[:2]}: exit {p.returncode} in place of {rc}: {said[-600:]}")
        return p.stdout, said

    def lines(self, name, articles):
        path = self.work / name
        path.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles), encoding="utf-8")
        return path

    def add(self, record, articles):
        self.run("add", "-j1", record, self.lines("articles.jsonl", articles))
        return record

    def relink(self, record):
        """Events moved, documents of another family."""
        said = self.run("relink", record)[1]
        found = SAID.search(said)
        check(found, f"relink says: {said}")
        check(not list(self.scratch.iterdir()), f"left behind: {list(self.scratch.iterdir())}")
        return int(found[1]), int(found[3])

    def export(self, record):
        return tuple(self.run("export", record, "--as", form, "--by-content")[0] for form in ("plover", "csv"))

    def sound(self, record, where=None):
        where = where or self.records
        faults = links.Record(where, record).faults
        check(not faults, faults[:4])

    def joined(self, record, articles):
        """As three machines of a batch system would have it."""
        path, parts = self.lines("articles.jsonl", articles), []
        for i in range(3):
            parts.append(self.work / f"part{i}")
            parts[-1].write_bytes(self.run("code", "-j1", "--as", "part", "--shard", f"{i + 1}/3", path)[0])
        self.run("join", "--record", record, *parts)
        return record


def shuffled(articles, seed):
    out = list(articles)
    random.Random(seed).shuffle(out)
    return out


def apart(exports):
    return len(set(exports)) == len(exports)


def orders(b):
    """Also: the same as added in relink's own order; a second time; over the other engine."""
    new = b.records.new
    made = [b.add(new("straight"), b.articles), b.add(new("reversed"), b.articles[::-1]), b.add(new("shuffled"), shuffled(b.articles, 1)),
            b.joined(new("joined"), shuffled(b.articles, 2))]
    before = [b.export(r) for r in made]
    check(apart(before), "the corpus is not dense: two orders give the same bytes without relink")
    moved = [b.relink(r)[0] for r in made]
    check(min(moved) > 0, f"moved: {moved}")
    after = [b.export(r) for r in made]
    check(len(set(after)) == 1, "exports differ after relink")
    dumps = [b.records.lines(r) for r in made]
    check(all(d == dumps[0] for d in dumps[1:]), "rows differ after relink")
    for r in made:
        b.sound(r)
    b.after, b.base = after[0], made[3]
    return f"{len(b.articles)} articles, {moved} events moved, {len(after[0][0])} bytes"


def again(b):
    """Nothing is left to change, and nothing is written: row for row, with its numbers."""
    view = lambda: list(b.records.db(b.base).iterdump()) if b.records.files else [b.records.lines(b.base)]  # noqa: E731
    before = view()
    check(b.relink(b.base) == (0, 0), "a second time changes something")
    check(view() == before, "a second time writes something")


def own_order(b):
    """Adding in the order that relink takes makes the record that relink makes: it is the same linking."""
    db = b.records.db(b.base)
    of = {a["id"]: a for a in b.articles}
    names = [r[0] for r in db.execute("SELECT name FROM document ORDER BY day_from, hash")]
    db.close()
    file = b.add(b.files.new("own"), [of[n] for n in names])
    check(b.export(file) == b.after, "adding in relink's order gives something else than relink")
    check(b.relink(file) == (0, 0), "relink changes a record that was added in its order")
    if not b.records.files:
        return "bytes as from a file"
    return None


def below_limits(b):
    """The gold articles reach no limit: nothing changes, and linking is no worse."""
    articles, labels, families = linking.gold()
    record = b.add(b.records.new("gold"), list(articles.values()))
    dump, figures = b.records.lines(record), []
    for relinked in (False, True):
        if relinked:
            b.relink(record)
        events, got, _ = linking.told(str(b.records.view(record)), labels)
        m = linking.measure(events, families, got, "both")
        figures.append((m["pairs"][2], m["b_cubed"][2], m["families"][2]))
    check(all(y >= x for x, y in zip(*figures)), f"linking of the gold articles is worse: {figures}")
    check(b.records.lines(record) == dump, "relink changes a record that reached no limit")
    return "pairs F1 {:.3f}, B-cubed {:.3f}, copies {:.3f}".format(*figures[1])


def given(b):
    """A file's happenings stay, also where articles came behind it; what people said stays."""
    record, coded = b.records.new("given"), b.work / "events.jsonl"
    coded.write_bytes(b.run("export", b.base, "--as", "plover")[0])
    b.run("add", "--events", record, coded)
    dump = b.records.lines(record)
    check(b.relink(record) == (0, 0) and b.records.lines(record) == dump, "happenings of a file did not stay")
    b.add(record, list(linking.gold()[0].values())[:200])
    b.records.sql(record, "INSERT INTO review(n, document, event, verdict, reviewer, at) SELECT e.n, d.hash, e.id, 1, 'Ada', 5 FROM event e "
                          "JOIN document d ON d.n=e.document WHERE e.n % 7 = 0")
    count = lambda: b.records.db(record).execute("SELECT count(*), sum(event % 1000) FROM review").fetchone()  # noqa: E731
    reviews = count()
    b.relink(record)
    check(count() == reviews and reviews[0] > 100, f"reviews: {reviews} before, {count()} after")
    check(set(dump) - set(b.records.lines(record)) <= {x for x in dump if x.startswith("('dyad of'") or x.startswith("('event'") or "family" in x}, "rows changed")
    b.sound(record)
    b.relink(record)


def killed(b):
    """At any moment: as before or as after, whole, and nothing left behind."""
    base = b.add(b.records.new("base"), shuffled(b.articles, 3))
    before = b.export(base)
    began = time.monotonic()
    b.relink(b.records.copy(base, "timed"))
    seconds, rng, seen = time.monotonic() - began, random.Random(5), {"before": 0, "after": 0}
    record = b.records.copy(base, "killed")
    late, i = 0, -1
    while (i := i + 1) < b.kills or (not seen["before"] and i < b.kills + 8): # sooner and sooner, where the run that was timed was a slow one
        p = subprocess.Popen([b.program, "relink", str(record)], stderr=subprocess.PIPE, env=b.env)
        try:
            p.wait(seconds * rng.uniform(0.02, 1.0) / 2 ** late)
        except subprocess.TimeoutExpired:
            p.send_signal(signal.SIGTERM if i == 0 else signal.SIGKILL)
        said = p.communicate()[1].decode()
        done = p.returncode == 0 and "happenings" in said  # the signal came too late
        check(i or done or (p.returncode == 128 + signal.SIGTERM and "as it was" in said), f"SIGTERM: exit {p.returncode}: {said}")
        check(not list(b.scratch.iterdir()), f"left behind: {list(b.scratch.iterdir())}")
        now = b.export(record)
        check(now in (before, b.after), "a record that was killed is neither as before nor as after")
        b.sound(record)
        seen["before" if now == before else "after"] += 1
        late += now == b.after
        if now == b.after:
            record = b.records.copy(base, "killed")
    check(seen["before"] > 0, f"no kill came in time: {seen}")
    b.relink(record)
    check(b.export(record) == b.after, "after kills the record is another")
    return str(seen)


def usage(b):
    """Names that are wrong make no record and say so."""
    missing = b.work / "missing.db"
    check("missing.db" in b.run("relink", missing, rc=3)[1] and not missing.exists(), "a record that is not there")
    check("name one record" in b.run("relink", rc=2)[1], "no record named")
    empty = b.records.new("empty")
    (b.work / "none.jsonl").write_text("")
    b.run("add", empty, b.work / "none.jsonl", rc=1)
    check(b.relink(empty) == (0, 0), "an empty record")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default=str(ROOT / "build/demarche"))
    ap.add_argument("--articles", type=int, default=900)
    ap.add_argument("--kills", type=int, default=6)
    ap.add_argument("--only", help="tests with this word in their names, and `orders`, on which they build")
    places.options(ap)
    o = ap.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="demarche-relink-") as folder:
        with places.of(o, folder, "relink") as where:
            b = Bench(os.path.abspath(o.program), pathlib.Path(folder), where, o)
            for test in (orders, again, own_order, below_limits, given, killed, usage):
                if o.only and o.only not in test.__name__ and test is not orders:
                    continue
                began = time.monotonic()
                try:
                    said = test(b)
                    print(f"ok    {test.__name__} ({time.monotonic() - began:.1f} s){': ' + said if said else ''}", flush=True)
                except Failed as e:
                    failed += 1
                    print(f"FAIL  {test.__name__}: {e}", flush=True)
                    if test is orders:  # the others build on it
                        break
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

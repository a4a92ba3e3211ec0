#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Happenings and families do not depend on the order in which articles come, on the number of threads or on how many runs added them; coding
again with other tables leaves the numbers of what stayed the same, and gives the partition of a record made afresh with these tables.

usage: links.py --program P [--record sqlite|postgres] [--orders 3]"""
import argparse
import collections
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "gold"), str(pathlib.Path(__file__).resolve().parents[1])]
import linking  # noqa: E402
import places  # noqa: E402

# a user's actors: people of the samples that our tables do not know, and one that they do
ACTORS = "name\tcode\tsector\nGiovanni Melchett\tITA\tGOV\nIsaias Afwerki\tERI\tMIL\nCharles Taylor\tLBR\tREB\nbananas\tECU\tBUS\n"


class Record:
    """What a record holds, named by content: events as (article, trigger, type, parties ...), happenings as sets of them."""

    def __init__(self, where, record):
        db = sqlite3.connect(where.view(record))
        parties = collections.defaultdict(list)
        for event, role, code, sector in db.execute("SELECT event, role, code, sector FROM party ORDER BY event, role, place"):
            parties[event].append((role, code, sector))
        happenings, families, self.number = collections.defaultdict(set), collections.defaultdict(set), {}
        for n, name, start, kind, aux, h in db.execute("SELECT e.n, d.name, trigger_start, type, aux, happening FROM event e JOIN document d ON d.n=e.document"):
            key = (name, start, kind, aux, tuple(parties[n]))
            happenings[h].add(key)
            self.number[key] = h
        for name, family in db.execute("SELECT name, family FROM document"):
            families[family].add(name)
        self.happenings = {frozenset(v) for v in happenings.values()}
        self.families = {frozenset(v) for v in families.values()}
        self.faults = where.faults(record)
        for what, sql in (("dyads of another happening", "SELECT count(*) FROM dyad d JOIN event e ON e.n=d.event WHERE e.happening<>d.happening"),
                          ("happenings that nobody tells", "SELECT count(*) FROM happening h WHERE NOT EXISTS(SELECT 1 FROM event WHERE happening=h.n)"),
                          ("likenesses of one side", "SELECT count(*) FROM likeness l WHERE NOT EXISTS(SELECT 1 FROM likeness WHERE a=l.b AND b=l.a)"),
                          ("likenesses without an event", "SELECT count(*) FROM likeness WHERE a NOT IN (SELECT n FROM event)")):
            n = db.execute(sql).fetchone()[0]
            if n:
                self.faults.append(f"{n} {what}")
        db.close()


class Test:
    def __init__(self, program, folder, where):
        self.program, self.folder, self.records, self.made, self.failed = program, pathlib.Path(folder), where, 0, []

    def run(self, *args):
        subprocess.run([self.program, "add", *map(str, args)], check=True, stderr=subprocess.DEVNULL)

    def record(self, articles, *options, parts=1):
        self.made += 1
        path = self.records.new(f"r{self.made}")
        for i in range(parts):
            source = self.folder / "articles.jsonl"
            source.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles[i::parts]), encoding="utf-8")
            self.run(*options, path, source)
        return path

    def read(self, record):
        return Record(self.records, record)

    def check(self, what, right, detail=""):
        print(("ok    " if right else "FAIL  ") + what)
        if not right:
            self.failed.append(what)
            print(detail)

    def same(self, what, one, other):
        odd = one.happenings ^ other.happenings
        self.check(f"{what}: happenings", not odd, "\n".join(str(sorted(h)) for h in list(odd)[:6]))
        self.check(f"{what}: families", one.families == other.families)
        self.check(f"{what}: record whole", not other.faults, other.faults)


def orders(test, articles, n):
    first = test.read(test.record(articles, "-j1"))
    several = sum(len({k[0] for k in h}) > 1 for h in first.happenings)
    copies = sum(len(f) > 1 for f in first.families)
    print(f"{len(first.number)} events, {len(first.happenings)} happenings, {several} of several articles, {copies} families with copies")
    test.check("there is something to link", several >= 100 and copies >= 30 and not first.faults, first.faults)
    test.same("reversed", first, test.read(test.record(articles[::-1], "-j2")))
    for seed in range(n):
        mixed = list(articles)
        random.Random(seed).shuffle(mixed)
        test.same(f"shuffled {seed}", first, test.read(test.record(mixed, f"-j{1 + seed % 2}", parts=1 + 2 * seed)))


def recoding(test, articles):
    actors = test.folder / "actors.tsv"
    actors.write_text(ACTORS, encoding="utf-8")
    path = test.record(articles, "-j2")
    before = test.read(path)
    test.run("--recode", "--actors", actors, path)
    after, fresh = test.read(path), test.read(test.record(articles, "-j2", "--actors", actors))
    stayed = before.number.keys() & after.number.keys()
    test.check("other tables code some events otherwise", 0 < len(before.number.keys() - stayed) < len(before.number) / 10)
    test.same("coded again and afresh", fresh, after)
    # happenings none of whose events changed, before and after
    whole = {h for h in before.happenings & after.happenings}
    moved = [h for h in whole if len({before.number[k] for k in h} | {after.number[k] for k in h}) != 1]
    test.check(f"{len(whole)} of {len(before.happenings)} happenings unchanged, with their numbers", not moved and len(whole) > 0.9 * len(before.happenings), moved[:3])
    test.run("--recode", path)
    test.same("coded again with the first tables", before, test.read(path))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", required=True)
    ap.add_argument("--orders", type=int, default=3)
    places.options(ap)
    args = ap.parse_args()
    articles = list(linking.gold()[0].values())
    with tempfile.TemporaryDirectory() as tmp:
        with places.of(args, tmp, "links") as where:
            test = Test(args.program, tmp, where)
            orders(test, articles, args.orders)
            recoding(test, articles)
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())

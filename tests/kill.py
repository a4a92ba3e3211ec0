#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments while a record is written to: after each kill the file or the database must be sound and every document in it whole; the next run
goes on; a record that was finished in this way holds what an undisturbed one holds. In turn: articles (two threads), coded events, articles
coded again with other tables, votes, a record of the first schema that is brought up to date, and reviews that come in over HTTP, of which
every one that was acknowledged must be there.

usage: kill.py [--program P] [--record sqlite|postgres] [--times 20] [--seed 1] [--sentences 3000] [--only JOB]"""
import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests")]
import corpus  # noqa: E402
import old_record  # noqa: E402
import places  # noqa: E402


class Job:
    """One command that fills a record, from nothing or from `base`, and what it fills it with."""

    def __init__(self, name, args, where, base=None):
        self.name, self.args, self.base, self.records = name, args, base, where
        before = [where.totals(base)] if base else []
        whole = self.whole = self.copy(f"{name}-whole")
        began = time.monotonic()
        subprocess.run([x.format(record=whole) for x in args], check=True, stderr=subprocess.PIPE)
        self.seconds = time.monotonic() - began
        self.lines = where.lines(whole)
        self.allowed = [*before, where.totals(whole)]
        self.stats = self.tell(whole)
        if len(self.allowed[-1]) < 20 or where.faults(whole):
            sys.exit(f"kill: {name}: the undisturbed record is no good: {len(self.allowed[-1])} documents, {where.faults(whole)}")
        self.clear()

    def tell(self, record):
        """What a question says that rests on what is kept for quick answers."""
        return subprocess.run([self.args[0], "stats", str(record), "--by", "type"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def copy(self, name):
        return self.records.copy(self.base, name) if self.base else self.records.new(name)

    def clear(self):
        self.record = self.copy(self.name)

    def start(self, seconds):
        """Runs for so many seconds; True when it was done before."""
        p = subprocess.Popen([x.format(record=self.record) for x in self.args], stderr=subprocess.DEVNULL)
        try:
            if p.wait(seconds) != 0:
                sys.exit(f"kill: {self.name}: exit {p.returncode}")
            return True
        except subprocess.TimeoutExpired:
            os.kill(p.pid, signal.SIGKILL)
            p.wait()
            return False

    def check(self, what):
        """True when some of what is to come is there, and some is not."""
        if not self.records.there(self.record):
            return False
        bad = self.records.faults(self.record)
        here = self.records.totals(self.record)
        bad += [f"{h} has {n} in place of {self.allowed[-1].get(h)}" for h, n in here.items() if n not in [a.get(h) for a in self.allowed]]
        if self.base:
            bad += [f"{h} is gone" for h in self.allowed[0] if h not in here]
        if bad:
            sys.exit(f"kill: {self.name}, {what}: " + "; ".join(bad[:5]))
        return 0 < len(here) < len(self.allowed[-1])

    def compare(self):
        lines = self.records.lines(self.record)
        if lines != self.lines:
            a, b = set(lines), set(self.lines)
            sys.exit(f"kill: {self.name}: the record that was killed {len(a - b)} lines more, {len(b - a)} fewer: {sorted(a ^ b)[:4]}")
        if self.tell(self.record) != self.stats:
            sys.exit(f"kill: {self.name}: 'stats' tells something else of the record that was killed")


class Reviews:
    """A desk that is killed while somebody reviews: what was answered with 200 is kept."""
    name, seconds = "reviews", 1.0

    def __init__(self, program, where, base):
        self.program, self.base, self.records = program, base, where
        db = where.db(base)
        self.events = db.execute("SELECT printf('%016x', e.id), lower(hex(d.hash)) FROM event e JOIN document d ON d.n=e.document ORDER BY e.n").fetchall()
        db.close()
        self.clear()

    def clear(self):
        self.record = self.records.copy(self.base, "reviews")
        self.kept, self.at = [], 0

    def post(self, url, token):
        """One review after the other, until the desk is gone."""
        while True:
            event, document = self.events[self.at % len(self.events)]
            self.at += 1
            body = json.dumps({"event": event, "document": document, "verdict": "accept" if self.at % 2 else "reject", "by": "Ada"}).encode()
            request = urllib.request.Request(url + "api/review", body, {"X-Demarche-Token": token, "Content-Type": "application/json"})
            try:
                urllib.request.urlopen(request, timeout=10).read()
            except OSError:
                return
            self.kept.append(event)

    def start(self, seconds):
        p = subprocess.Popen([self.program, "serve", str(self.record), "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        url = p.stdout.readline().strip().rstrip("/") + "/"
        token = json.load(urllib.request.urlopen(url + "api/record", timeout=10))["token"]
        poster = threading.Thread(target=self.post, args=(url, token))
        poster.start()
        time.sleep(seconds * 0.4)
        p.send_signal(signal.SIGKILL)
        p.wait()
        p.stdout.close()
        poster.join()
        return False

    def check(self, what):
        bad = self.records.faults(self.record)
        db = self.records.db(self.record)
        there = [r[0] for r in db.execute("SELECT printf('%016x', event) FROM review ORDER BY n")]
        db.close()
        missing = len(self.kept) - sum(x == y for x, y in zip(there, self.kept))
        # the one that was under way may be there or not, and then nobody was told so
        if missing and [x for x in self.kept if x not in there]:
            bad.append(f"{missing} of {len(self.kept)} reviews that were acknowledged are not there")
        if len(there) < len(self.kept):
            bad.append(f"{len(self.kept)} acknowledged, {len(there)} there")
        if bad:
            sys.exit(f"kill: reviews, {what}: {bad[:5]}")
        return bool(there)

    def compare(self):
        pass


def articles_of(path, shared, sentences):
    with open(path, "w", encoding="utf-8") as f:
        for d in corpus.documents(corpus.sources(ROOT / "samples", shared), sentences):
            f.write(json.dumps(d, ensure_ascii=False) + "\n")


def votes_of(path, rng):
    """Roll calls of a made-up assembly, a row for each vote."""
    states = ["USA", "JPN", "CHN", "RUS", "FRA", "GBR", "DEU", "BRA", "IND", "ZAF", "KEN", "PER", "CHL", "MEX", "ITA", "ESP"]
    with open(path, "w", encoding="utf-8") as f:
        f.write("rcid,ccode,session,date,unres,vote,Country\n")
        codes = {"USA": 2, "JPN": 740, "CHN": 710, "RUS": 365, "FRA": 220, "GBR": 200, "DEU": 255, "BRA": 140, "IND": 750, "ZAF": 560, "KEN": 501,
                 "PER": 135, "CHL": 155, "MEX": 70, "ITA": 325, "ESP": 230}
        for n in range(4000):
            for s in states:
                f.write(f"{n + 1},{codes[s]},{50 + n // 100},{1995 + n // 200}-11-{1 + n % 28:02d},R/{n + 1},{rng.choice((1, 2, 3))},{s}\n")


def first_schema(where, whole):
    """The record as the first schema had it. At a server what came later is taken away; of a file it is made as that schema's source says."""
    if where.files:
        old_record.make(whole, where.new("first-schema"))
        return where.name("first-schema")
    record = where.copy(whole, "first-schema")
    where.sql(record, old_record.UNDO, version=1)
    return record


def jobs_of(o, work, where, rng):
    program = os.path.abspath(o.program)
    articles, events, votes, mine = work / "articles.jsonl", work / "events.jsonl", work / "votes.csv", work / "mine.tsv"
    articles_of(articles, o.shared, o.sentences)
    with open(events, "wb") as f:
        subprocess.run([program, "code", "--as", "jsonl", str(articles)], stdout=f, check=True)
    votes_of(votes, rng)
    mine.write_text("name\tcode\tsector\nZanthian League\tIGO\t\n")
    new = [program, "add", "-j2", "{record}"]
    jobs = [Job("articles", [*new, str(articles)], where), Job("events", [program, "add", "--events", "{record}", str(events)], where)]
    whole = jobs[0].whole
    old = first_schema(where, whole)
    jobs += [Job("recode", [program, "add", "-j2", "--recode", "-A", str(mine), "{record}"], where, whole),
             Job("votes", [program, "import", "votes", "{record}", str(votes)], where, whole),
             Job("older", [program, "add", "-j2", "-A", str(mine), "{record}", str(ROOT / "samples")], where, old),
             Reviews(program, where, whole)]
    return [j for j in jobs if o.only in j.name]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--times", type=int, default=20)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--sentences", type=int, default=3000)
    ap.add_argument("--only", default="")
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    places.options(ap)
    o = ap.parse_args()
    rng = random.Random(o.seed)
    with tempfile.TemporaryDirectory() as tmp, places.of(o, tmp, "kill") as where:
        jobs = jobs_of(o, pathlib.Path(tmp), where, rng)
        kills, finished, part = 0, 0, {j.name: 0 for j in jobs}
        each = max(1, min(4, o.times // len(jobs)))
        while kills < o.times:
            job = jobs[(kills // each) % len(jobs)]
            if job.start(rng.uniform(0, 1) * job.seconds):
                job.check("finished")
                job.compare()
                finished += 1
                job.clear()
                continue
            kills += 1
            part[job.name] += job.check(f"kill {kills}")
        for job in jobs:
            job.start(600 if isinstance(job, Job) else 0.1)
            job.check("finished")
            job.compare()
            finished += 1
    print(f"{kills} kills, {sum(part.values())} of them with a part there ({', '.join(f'{k} {v}' for k, v in part.items())}), "
          f"{finished} records finished: all whole and the same")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments while a record is added to: after each kill the file must be sound and every document in it whole; the next run
goes on; a record that was finished in this way holds what an undisturbed one holds. Articles (several threads) and coded events in turn.

usage: kill.py [--program P] [--times 20] [--seed 1] [--sentences 3000]"""
import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests")]
import corpus  # noqa: E402
import record_dump  # noqa: E402


class Job:
    """One command that fills a record, and what it fills it with."""

    def __init__(self, name, args, work):
        self.name, self.args, self.record = name, args, work / f"{name}.db"
        whole = work / f"{name}-whole.db"
        began = time.monotonic()
        subprocess.run([x.format(record=whole) for x in args], check=True, stderr=subprocess.PIPE)
        self.seconds = time.monotonic() - began
        self.lines, self.counts = record_dump.lines(whole), record_dump.counts(whole)
        if len(self.counts) < 20 or record_dump.faults(whole):
            sys.exit(f"kill: {name}: the undisturbed record is no good: {len(self.counts)} documents, {record_dump.faults(whole)}")

    def clear(self):
        for end in ("", "-wal", "-shm"):
            pathlib.Path(str(self.record) + end).unlink(missing_ok=True)

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
        if not self.record.exists() or not self.record.stat().st_size:
            return 0
        bad = record_dump.faults(self.record)
        try:
            here = record_dump.counts(self.record)
        except Exception as e:
            if "no such table" in str(e): # killed before the schema was there
                return 0
            raise
        bad += [f"document {h} has {n} events in place of {self.counts.get(h)}" for h, n in here.items() if self.counts.get(h) != n]
        if bad:
            sys.exit(f"kill: {self.name}, {what}: " + "; ".join(bad[:5]))
        return len(here)

    def compare(self):
        lines = record_dump.lines(self.record)
        if lines != self.lines:
            a, b = set(lines), set(self.lines)
            sys.exit(f"kill: {self.name}: the record that was killed {len(a - b)} lines more, {len(b - a)} fewer: {sorted(a ^ b)[:4]}")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--times", type=int, default=20)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--sentences", type=int, default=3000)
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    o = ap.parse_args()
    program, rng = os.path.abspath(o.program), random.Random(o.seed)
    with tempfile.TemporaryDirectory() as tmp:
        work = pathlib.Path(tmp)
        articles, events = work / "articles.jsonl", work / "events.jsonl"
        with open(articles, "w", encoding="utf-8") as f:
            for d in corpus.documents(corpus.sources(ROOT / "samples", o.shared), o.sentences):
                f.write(json.dumps(d, ensure_ascii=False) + "\n")
        with open(events, "wb") as f:
            subprocess.run([program, "code", "--as", "jsonl", str(articles)], stdout=f, check=True)
        jobs = [Job("articles", [program, "add", "-j2", "{record}", str(articles)], work),
                Job("events", [program, "add", "--events", "{record}", str(events)], work)]
        kills = finished = part = 0
        while kills < o.times:
            job = jobs[(kills // 4) % 2]
            if job.start(rng.uniform(0, 1) * job.seconds):
                job.check("finished")
                job.compare()
                finished += 1
                job.clear()
                continue
            kills += 1
            there = job.check(f"kill {kills}")
            part += 0 < there < len(job.counts)
        for job in jobs:
            job.start(600)
            job.check("finished")
            job.compare()
            finished += 1
        print(f"{kills} kills, {part} of them with some of the documents there, {finished} records finished: all whole and the same")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Damaged and cut-off files: the record and its write-ahead log, the model, the compiled tables, articles, lists of votes, coded events. Places
are systematic (heads of files and pages) and pseudo-random with a fixed seed. Never a crash, a hang or a changed record; what cannot be
used is told by name."""
import errno
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess

import bench as b
from bench import ROOT, Wrong

PAGE = 4096
QUESTIONS = (("events", "r.db"), ("stats", "r.db", "--by", "type"), ("stance", "r.db", "JPN", "CHN"), ("export", "r.db", "--as", "csv"),
             ("show", "r.db", "one.txt"), ("instruments", "r.db"), ("pressure", "r.db", "JPN"), ("actors", "r.db"),
             ("events", "r.db", "--text", "treaty", "--as", "jsonl"), ("report", "r.db", "JPN", "CHN"))


class Damage:
    def __init__(self, bench, share):
        self.bench, self.share, self.wrong, self.lines = bench, share, [], []
        self.rng = random.Random(20260101)
        self.folder = bench.work / "damage"
        self.folder.mkdir()

    def times(self, n):
        return max(4, int(n * self.share))

    def attempt(self, name, label, args, codes, env=None, names=None):
        """A run; None when it did what none may do. names: what the message must hold when it fails."""
        try:
            run = self.bench.faulty(args, env or {}, self.folder, shim=False)
            if run.code not in codes:
                raise Wrong(f"exit {run.code}: {run.err[-500:]}")
            if run.code == 3 and not any((names or "") in x for x in b.said(run)):
                raise Wrong(f"exit 3, '{names}' not named: {run.err[-500:]}")
            return run
        except Wrong as e:
            self.wrong.append((name, label, " ".join(map(str, args)), str(e)))
            return None

    # --- the record ---

    def places(self, size, n):
        """Offsets of bytes: the whole head of the file, heads of pages, anywhere."""
        out = list(range(0, 100)) if self.share >= 1 else [0, 16, 18, 20, 28, 44, 52, 56, 60, 68, 96]
        pages = range(0, size, PAGE)
        out += [p + self.rng.randrange(12) for p in self.rng.sample(pages, min(len(pages), n // 3))]
        out += [p + 8 + self.rng.randrange(400) for p in self.rng.choices(pages, k=n // 3)]
        return out + [self.rng.randrange(size) for _ in range(n // 3)]

    def broken_records(self):
        """Label and bytes of each."""
        whole = self.bench.full.read_bytes()
        for at in self.places(len(whole), self.times(1200)):
            data = bytearray(whole)
            data[at % len(data)] ^= 1 << self.rng.randrange(8)
            yield f"bit at {at}", data
        for _ in range(self.times(150)):
            yield (f"cut to {(n := self.rng.randrange(len(whole)))}", whole[:n])
        for n in range(0, len(whole), PAGE * max(1, int(4 / max(self.share, 0.1)))):
            yield f"cut to {n}", whole[:n]
            data = bytearray(whole)
            data[n:n + PAGE] = bytes(PAGE)
            yield f"page {n // PAGE} empty", data
            other = self.rng.randrange(len(whole) // PAGE) * PAGE
            data = bytearray(whole)
            data[n:n + PAGE] = whole[other:other + PAGE]
            yield f"page {n // PAGE} as {other // PAGE}", data

    def records(self):
        good = {}
        shutil.copy(self.bench.full, self.folder / "r.db")
        for q in QUESTIONS:
            good[q] = self.bench.plain(*q, cwd=self.folder).out
        runs = told = right = 0
        for i, (label, data) in enumerate(self.broken_records()):
            for q in (QUESTIONS[i % len(QUESTIONS)], QUESTIONS[(i * 7 + 3) % len(QUESTIONS)]):
                b.clear(self.folder / "r.db")
                (self.folder / "r.db").write_bytes(data)
                run = self.attempt("record", label, q, (0, 2, 3), names="r.db")
                if (self.folder / "r.db").read_bytes() != bytes(data):
                    self.wrong.append(("record", label, " ".join(q), "a question wrote to the record"))
                runs += 1
                told += run is not None and run.code != 0
                right += run is not None and run.code == 0 and run.out == good[q]
        self.lines.append(f"records: {runs} questions to damaged ones: {told} told it, {right} right answers, {runs - told - right} others "
                          "(a letter or a number of a row is another: SQLite keeps no sums)")

    def writing(self):
        """Articles into a damaged record: told, or added; what is there afterwards is read again."""
        runs = told = 0
        for i, (label, data) in enumerate(self.broken_records()):
            if i % 8:
                continue
            b.clear(self.folder / "r.db")
            (self.folder / "r.db").write_bytes(data)
            run = self.attempt("record, add", label, ("add", "-j1", "r.db", self.bench.inputs, self.bench.old), (0, 3), names="r.db")
            self.attempt("record, after add", label, ("events", "r.db"), (0, 3), names="r.db")
            runs += 1
            told += run is not None and run.code == 3
        self.lines.append(f"records: {runs} times added to damaged ones: {told} told it")

    def logs(self):
        """A program that was killed leaves its log behind; then the log is damaged."""
        record = self.folder / "r.db"
        b.clear(record)
        shutil.copy(self.bench.base, record)
        kept = self.folder / "kept"
        kept.mkdir()
        counts = b.record_dump.counts(self.bench.full)
        p = subprocess.run([self.bench.program, "add", "-j1", str(record), str(self.bench.inputs)], env=self.bench.env | {
            "LD_PRELOAD": ":".join([self.bench.shim, *self.bench.sanitizer]), "FAULT_CALL": "unlink", "FAULT_FILES": "r.db-wal", "FAULT_AT": "1",
            "FAULT_MANY": "0", "FAULT_ERRNO": str(errno.EIO)}, stderr=subprocess.PIPE)
        db = sqlite3.connect(record)  # holds the log open while another adds, so that it stays
        db.execute("SELECT count(*) FROM document").fetchone()
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM document").fetchone()
        self.bench.plain("add", "-j1", record, ROOT / "samples/09-apology.txt")
        for end in ("", "-wal"):
            shutil.copy(f"{record}{end}", kept / f"r.db{end}")
        db.close()
        all_counts = b.record_dump.counts(record)
        wal = (kept / "r.db-wal").read_bytes()
        if p.returncode not in (0, 3) or len(wal) < 4 * PAGE or len(all_counts) <= len(b.record_dump.counts(self.bench.base)):
            raise Wrong(f"no log to damage: {len(wal)} bytes, exit {p.returncode}")
        runs = 0
        for i in range(self.times(200)):
            data = bytearray(wal)
            if i % 3 == 0:
                data = data[:self.rng.randrange(len(data))]
            else:
                data[self.rng.randrange(32 if i % 3 == 1 else 0, 32 + 24 if i % 3 == 1 else len(data))] ^= 1 << self.rng.randrange(8)
            b.clear(record)
            shutil.copy(kept / "r.db", record)
            (self.folder / "r.db-wal").write_bytes(data)
            self.attempt("log", f"case {i}", ("events", "r.db"), (0,))
            try:
                b.whole(record, all_counts | counts)
            except Wrong as e:
                self.wrong.append(("log", f"case {i}", "", str(e)))
            self.attempt("log", f"case {i}", ("add", "-j1", "r.db", self.bench.inputs, ROOT / "samples/09-apology.txt"), (0,))
            if b.record_dump.counts(record) != all_counts:
                self.wrong.append(("log", f"case {i}", "", "not completed"))
            runs += 1
        self.lines.append(f"logs: {runs} damaged, each record sound at an earlier point and completed")

    # --- model and tables ---

    def knowledge(self):
        data = self.folder / "data"
        data.mkdir()
        for name in ("demarche.tables", "english.dmm"):
            shutil.copy(self.bench.build / name, data / name)
        article = self.bench.inputs / "one.txt"
        env = {"DEMARCHE_DATA": str(data)}
        for name in ("demarche.tables", "english.dmm"):
            path, runs = data / name, 0
            size = path.stat().st_size
            with open(path, "r+b") as f:
                at = list(range(0, 400, 1 if self.share >= 1 else 16)) + [self.rng.randrange(size) for _ in range(self.times(300))]
                for place in at:
                    f.seek(place)
                    was = f.read(1)
                    f.seek(place)
                    f.write(bytes([was[0] ^ 1 << self.rng.randrange(8)]))
                    f.flush()
                    self.attempt(name, f"bit at {place}", ("code", "-j1", article), (3,), env, names=name)
                    f.seek(place)
                    f.write(was)
                    f.flush()
                    runs += 1
            whole = path.read_bytes()
            for n in [0, 1, 7, 64, 65, size - 1, size - 4096, size // 2] + [self.rng.randrange(size) for _ in range(self.times(60))]:
                path.write_bytes(whole[:n])
                self.attempt(name, f"cut to {n}", ("code", "-j1", article), (3,), env, names=name)
                runs += 1
            path.write_bytes(whole + b"x")
            self.attempt(name, "longer", ("code", "-j1", article), (3,), env, names=name)
            path.unlink()
            self.attempt(name, "missing", ("code", "-j1", article), (3,), env, names=name)
            path.mkdir()
            self.attempt(name, "a folder", ("code", "-j1", article), (3,), env, names=name)
            path.rmdir()
            path.write_bytes(whole)
            self.lines.append(f"{name}: {runs + 3} damaged, each refused by name")

    # --- inputs ---

    def spoil(self, data):
        data = bytearray(data)
        how = self.rng.randrange(5)
        at = self.rng.randrange(len(data))
        if how == 0:
            return bytes(data[:at])
        if how == 1:
            del data[at:at + self.rng.randrange(1, 50)]
        elif how == 2:
            data[at:at] = bytes(self.rng.randrange(256) for _ in range(self.rng.randrange(1, 20)))
        for _ in range(self.rng.choice((1, 1, 3, 30))):
            data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
        return bytes(data)

    def articles(self):
        seeds = [p for p in sorted(self.bench.inputs.iterdir())] + sorted((ROOT / "samples").glob("2*.*")) + sorted((ROOT / "samples").glob("01*"))
        folder, runs, failed = self.folder / "spoilt", 0, 0
        folder.mkdir()
        for _ in range(self.times(120)):
            for path in folder.iterdir():
                path.unlink()
            for i in range(10):  # ten in one run
                seed = self.rng.choice(seeds)
                (folder / f"{i}{seed.suffix}").write_bytes(self.spoil(seed.read_bytes()))
            run = self.attempt("articles", f"run {runs // 10}", ("code", "-j2", "--as", "jsonl", folder), (0, 1))
            if run is None:
                shutil.copytree(folder, self.folder / f"crash-{runs}")
            else:
                for line in run.out.decode("utf-8").splitlines():
                    json.loads(line)
                failed += sum(x.startswith("demarche: '") or ": " in x for x in b.said(run))
            runs += 10
        self.lines.append(f"articles: {runs} spoilt ones coded, {failed} things told of them")

    def lists(self):
        votes = ROOT / "tests/votes"
        cases = [(p, ("import", "votes")) for p in sorted(votes.glob("undl.csv")) + sorted(votes.glob("voeten.tsv"))]
        cases += [(votes / "treaties.csv", ("import", "treaties")), (self.bench.events, ("add", "--events"))]
        runs = 0
        for path, command in cases:
            for i in range(self.times(120)):
                b.clear(self.folder / "r.db")
                shutil.copy(self.bench.base, self.folder / "r.db")
                spoilt = self.folder / f"spoilt{path.suffix}"
                spoilt.write_bytes(self.spoil(path.read_bytes()))
                self.attempt(path.name, f"case {i}", (*command, "r.db", spoilt), (0, 1, 3))
                bad = b.record_dump.faults(self.folder / "r.db")
                if bad:
                    self.wrong.append((path.name, f"case {i}", " ".join(command), f"the record: {bad[:3]}"))
                runs += 1
        self.lines.append(f"lists of votes and treaties, coded events: {runs} spoilt ones brought into a record, which is sound after each")

    def go(self, only, out):
        for part in (self.records, self.writing, self.logs, self.knowledge, self.articles, self.lists):
            if only and only not in part.__name__:
                continue
            try:
                part()
            except Wrong as e:
                self.wrong.append((part.__name__, "", "", str(e)))
            print(*self.lines, sep="\n", file=out, flush=True)
            self.lines.clear()
        for name, label, args, what in self.wrong:
            print(f"WRONG {name}, {label}: {args}\n    {what}", file=out)
        print(f"damage: {len(self.wrong)} wrong", file=out, flush=True)
        return not self.wrong

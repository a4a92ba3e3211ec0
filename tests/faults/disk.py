# SPDX-License-Identifier: Apache-2.0
"""Disks that are really full: small tmpfs mounts (root only) for the record with its log, for what is exported and for temporary files; and
/dev/full for whatever goes to standard output. What was told must be true: the record is sound, and goes on when there is room."""
import os
import pathlib
import shutil
import subprocess

import bench as b
from bench import ROOT, Wrong

KB = 1024


class Disk:
    def __init__(self, bench, share):
        self.bench, self.share, self.wrong, self.lines, self.n = bench, share, [], [], 0

    def mount(self, size):
        self.n += 1
        folder = self.bench.work / f"disk{self.n}"
        folder.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", str(folder)],
                                               stderr=subprocess.DEVNULL).returncode != 0:
            folder.rmdir()
            return None
        return folder

    def unmount(self, folder):
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()

    def filling(self, args, start):
        """Sizes from next to nothing until all of it fits. Returns how many were too small."""
        full = self.bench.work / "whole"
        full.mkdir(exist_ok=True)
        b.clear(full / "r.db")
        if start:
            shutil.copy(start, full / "r.db")
        self.bench.plain(*args, cwd=full, codes=(0, 1))
        lines, counts = b.record_dump.lines(full / "r.db"), b.record_dump.counts(full / "r.db")
        size, small = (start.stat().st_size // KB + 8 if start else 8), 0
        while True:
            folder = self.mount(size)
            if folder is None:
                return None
            try:
                if start:
                    shutil.copy(start, folder / "r.db")
                run = self.bench.faulty(args, {}, folder, shim=False, stdout="/dev/null")
                b.whole(folder / "r.db", counts)
                if run.code == 3 and not any("r.db" in x for x in b.said(run)):
                    raise Wrong(f"{size} KB: {run.err[-400:]}")
                if run.code not in (0, 1, 3):
                    raise Wrong(f"{size} KB: exit {run.code}: {run.err[-400:]}")
                subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)
                if run.code == 3:
                    self.bench.plain(*args, cwd=folder, codes=(0, 1))
                if b.record_dump.lines(folder / "r.db") != lines or b.record_dump.faults(folder / "r.db"):
                    raise Wrong(f"{size} KB: the record that was completed is another")
            finally:
                self.unmount(folder)
            if run.code != 3:
                return small
            small += 1
            size += max(4, int(size * 0.02 / self.share))

    def records(self):
        jobs = [("add to nothing", ("add", "-j2", "r.db", self.bench.inputs), None),
                ("add to a record", ("add", "-j2", "r.db", self.bench.inputs), self.bench.base),
                ("add --events", ("add", "--events", "r.db", self.bench.events), None),
                ("import votes", ("import", "votes", "r.db", ROOT / "tests/votes/undl.csv"), self.bench.base),
                ("relink", ("relink", "r.db"), self.bench.dense),
                ("add --recode", ("add", "--recode", "-j1", "-A", self.bench.work / "mine.tsv", "r.db"), self.bench.base)]
        for name, args, start in jobs:
            try:
                small = self.filling(args, start)
                self.lines.append(f"{name}: skipped, only root may mount a small disk" if small is None
                                  else f"{name}: {small} disks too small, each told; sound, and completed when there was room")
            except Wrong as e:
                self.wrong.append((name, str(e)))

    def outputs(self):
        """Files that are exported onto a full disk: told, and nothing half is left; what was there before stays."""
        shutil.copy(self.bench.full, self.bench.work / "q.db")
        record = self.bench.work / "q.db"
        jobs = [("export", record, "--as", f, "-o") for f in ("plover", "csv", "gdelt", "icews", "polecat", "dta")]
        jobs += [("report", record, "JPN", "CHN", "-o"), ("stance", record, "JPN", "CHN", "--svg")]
        runs = 0
        for args in jobs:
            folder = self.mount(16)
            if folder is None:
                self.lines.append("outputs: skipped, only root may mount a small disk")
                return
            try:
                for fill in (0, 8, 12, 16):
                    (folder / "filler").write_bytes(bytes(fill * KB))
                    out = folder / "out"
                    for before in (None, b"before"):
                        if before and fill < 16:
                            out.write_bytes(before)
                        run = self.bench.faulty((*args, out), {}, self.bench.work, shim=False)
                        there = out.read_bytes() if out.exists() else None
                        if run.code not in (0, 3) or (run.code == 3 and (there not in (None, before) or not b.said(run))):
                            raise Wrong(f"exit {run.code}, {len(there or b'')} bytes are there: {run.err[-300:]}")
                        if {x.name for x in folder.iterdir()} - {"filler", "out"}:
                            raise Wrong(f"left behind: {[x.name for x in folder.iterdir()]}")
                        out.unlink(missing_ok=True)
                        runs += run.code == 3
            except Wrong as e:
                self.wrong.append((" ".join(map(str, args)), str(e)))
            finally:
                self.unmount(folder)
        self.lines.append(f"outputs: {runs} files found no room: told, nothing half left")

    def temporary(self):
        """$TMPDIR without room."""
        folder = self.mount(4)
        if folder is None:
            self.lines.append("temporary files: skipped, only root may mount a small disk")
            return
        try:
            (folder / "filler").write_bytes(bytes(4 * KB))
            for name, args, codes in (("recode", ("add", "--recode", "-A", self.bench.work / "mine.tsv", "r.db"), (0, 3)),
                                      ("events", ("add", "--events", "r.db", self.bench.events), (0, 3)),
                                      ("stats", ("stats", "r.db", "--by", "actor"), (0, 3))):
                b.clear(self.bench.work / "r.db")
                shutil.copy(self.bench.base, self.bench.work / "r.db")
                env = {"TMPDIR": folder, "SQLITE_TMPDIR": folder}
                run = self.bench.faulty(args, env, self.bench.work, shim=False)
                if run.code not in codes or (run.code == 3 and not any("tempor" in x or "r.db" in x for x in b.said(run))):
                    raise Wrong(f"{name}: exit {run.code}: {run.err[-300:]}")
                b.whole(self.bench.work / "r.db", b.record_dump.counts(self.bench.work / "r.db"))
            self.lines.append("temporary files: no room for them is told or not needed")
        except Wrong as e:
            self.wrong.append(("temporary", str(e)))
        finally:
            self.unmount(folder)

    def standard_output(self):
        """Every command into /dev/full."""
        q = self.bench.work / "q.db"
        shutil.copy(self.bench.full, q)
        event = b.record_dump.q(__import__("sqlite3").connect(q), "SELECT printf('%016x', id) FROM event")[0][0]
        jobs = [("code", self.bench.inputs), ("code", "--as", "csv", self.bench.inputs), ("text", self.bench.inputs / "one.txt"),
                ("parse", self.bench.inputs / "one.txt"), ("events", q), ("events", q, "--as", "jsonl"), ("show", q, event), ("show", q, "one.txt"),
                ("actors", q), ("stats", q), ("stats", q, "--by", "type", "--as", "csv"), ("stance", q, "JPN", "CHN"),
                ("stance", q, "JPN", "CHN", "--as", "json"), ("pressure", q, "JPN"), ("instruments", q), ("instruments", q, "--as", "jsonl"),
                ("report", q, "JPN", "CHN"), ("export", q, "--as", "plover"), ("export", q, "--as", "gdelt"), ("ideal", q), ("--help",), ("--version",),
                ("code", "--help")]
        told = 0
        for args in jobs:
            try:
                good = self.bench.plain(*args, codes=(0, 1, 2, 3))
                run = self.bench.faulty(args, {}, self.bench.work, shim=False, stdout="/dev/full")
                if good.code == 0 and good.out and (run.code != 3 or not any("output" in x for x in b.said(run))):
                    raise Wrong(f"exit {run.code}: {run.err[-300:]}")
                told += run.code == 3
            except Wrong as e:
                self.wrong.append((" ".join(map(str, args)), str(e)))
        self.lines.append(f"standard output: {told} of {len(jobs)} commands told that /dev/full is full, the others printed nothing")

    def go(self, only, out):
        (self.bench.work / "mine.tsv").write_text("name\tcode\tsector\nZanthian League\tIGO\t\n")
        for part in (self.records, self.outputs, self.temporary, self.standard_output):
            if only and only not in part.__name__:
                continue
            part()
            print(*self.lines, sep="\n", file=out, flush=True)
            self.lines.clear()
        for name, what in self.wrong:
            print(f"WRONG {name}\n    {what}", file=out)
        print(f"disk: {len(self.wrong)} wrong", file=out, flush=True)
        return not self.wrong

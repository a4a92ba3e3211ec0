# SPDX-License-Identifier: Apache-2.0
"""The sweep: of each command every n-th request for memory and every n-th system call on a file fails, one in each run; and reads, writes and
clocks that do what they may do."""
import concurrent.futures
import errno
import pathlib
import re
import shutil

import bench as b
from bench import ROOT, Wrong

EACH_UP_TO, STEP_PART = 300, 12  # every n up to here, then growing steps
CODES = (0, 1, 3)
MEMORY = re.compile(r"memory")
FILES = re.compile(r"'[^']+'|the output|temporary file")  # where it was


class Scenario:
    """A command in a folder of its own. record: what it fills, from `base`; out: the file that it writes."""

    def __init__(self, name, *args, record=False, base=None, out=None, codes=(0,)):
        self.name, self.args, self.record, self.base, self.out, self.codes = name, args, record, base, out, codes

    def prepare(self, bench, folder):
        b.clear(folder / "r.db")
        if self.base:
            shutil.copy(getattr(bench, self.base), folder / "r.db")
        if self.out:
            (folder / self.out).unlink(missing_ok=True)

    def undisturbed(self, bench, folder):
        self.prepare(bench, folder)
        self.before = b.digest(folder / "r.db")
        self.good = bench.plain(*self.args, cwd=folder, codes=self.codes)
        self.good_file = b.digest(folder / self.out) if self.out else None
        if self.out and not self.good_file:
            raise Wrong(f"{self.name} writes no {self.out}")
        self.shown = self.record and bench.plain("export", folder / "r.db", "--as", "plover").out
        self.lines = self.record and b.record_dump.lines(folder / "r.db")
        self.counts = self.record and b.record_dump.counts(folder / "r.db")
        self.names = sorted(x.name for x in folder.iterdir())


def scenarios(bench):
    votes = ROOT / "tests/votes/undl.csv"
    return [
        Scenario("code", "code", "-j1", "--as", "jsonl", bench.inputs),
        Scenario("code-text", "code", "-j2", bench.inputs / "one.txt", bench.inputs / "page.html"),
        Scenario("code-kinds", "code", "-j1", "--as", "docs", bench.kinds),
        Scenario("code-part", "code", "-j1", "--as", "part", bench.kinds),
        Scenario("join", "join", *bench.parts),
        Scenario("join-record", "join", "--record", "r.db", *bench.parts, record=True),
        Scenario("text", "text", "--as", "jsonl", bench.kinds),
        Scenario("parse", "parse", "-j1", bench.inputs / "one.txt"),
        Scenario("import-actors", "import", "actors", bench.work / "dictionary.txt", "-o", "x.tsv", out="x.tsv"),
        Scenario("import-treaties", "import", "treaties", "--treaty", "Border Accord", "r.db", bench.work / "actions.csv", record=True, base="base", codes=(0, 1)),
        Scenario("add-new", "add", "-j1", "r.db", bench.inputs, record=True),
        Scenario("add-more", "add", "-j2", "r.db", bench.inputs, record=True, base="base"),
        Scenario("add-events", "add", "--events", "r.db", bench.events, record=True),
        Scenario("recode", "add", "--recode", "-j1", "-A", bench.work / "mine.tsv", "r.db", record=True, base="base"),
        Scenario("relink", "relink", "r.db", record=True, base="dense"),
        Scenario("import-votes", "import", "votes", "r.db", votes, record=True, base="base", codes=(0, 1)),
        Scenario("events", "events", "r.db", base="full"),
        Scenario("events-jsonl", "events", "r.db", "--as", "jsonl", "--text", "treaty", "--actor", "Peru", base="full"),
        Scenario("show", "show", "r.db", "one.txt", base="full"),
        Scenario("actors", "actors", "r.db", base="full"),
        Scenario("ideal", "ideal", "r.db", "--as", "csv", base="full"),
        Scenario("stats", "stats", "r.db", "--by", "actor", base="full"),
        Scenario("pressure", "pressure", "r.db", "JPN", base="full"),
        Scenario("instruments", "instruments", "r.db", base="full"),
        Scenario("stance", "stance", "r.db", "JPN", "CHN", base="full"),
        Scenario("stance-svg", "stance", "r.db", "JPN", "CHN", "--svg", "s.svg", base="full", out="s.svg"),
        Scenario("export", "export", "r.db", "--as", "plover", "-o", "x.jsonl", base="full", out="x.jsonl"),
        Scenario("export-dta", "export", "r.db", "--as", "dta", "-o", "x.dta", base="full", out="x.dta"),
        Scenario("export-gdelt", "export", "r.db", "--as", "gdelt", base="full"),
        Scenario("report", "report", "r.db", "JPN", "CHN", "-o", "p.html", base="full", out="p.html"),
        Scenario("report-out", "report", "r.db", "JPN", "CHN", base="full"),
    ]


def words(s, run, kind):
    """Whoever reads the message must learn what failed and where."""
    lines = b.said(run)
    if not lines:
        raise Wrong(f"exit {run.code} without a word: {run.err[-400:]}")
    if kind == "memory" and not any(MEMORY.search(x) for x in lines):
        raise Wrong(f"memory ran out, but it says: {lines[-1]}")
    if kind == "files" and not any(FILES.search(x) for x in lines):
        raise Wrong(f"no file is named: {lines[-1]}")


def judge(bench, s, folder, run, kind):
    """Everything that is asked of one run."""
    if run.code not in CODES and run.code not in s.codes:
        raise Wrong(f"exit {run.code}: {run.err[-600:]}")
    if run.code not in s.codes or (run.code == 1 and s.good.err.count("demarche:") < run.err.count("demarche:")):
        words(s, run, kind)
        failed = True
    else:
        failed = False
        if run.code != s.good.code or run.out != s.good.out:
            raise Wrong(f"false success: exit {run.code}, {len(run.out)} bytes in place of {len(s.good.out)}")
    if s.out:
        there = b.digest(folder / s.out)
        if there != s.good_file and (there or not failed):
            raise Wrong(f"{s.out} is {'not whole' if there else 'missing'}")
    strange = {x.name for x in folder.iterdir()} - set(s.names) - {"told", "stdout", "r.db", "r.db-wal", "r.db-shm", "r.db-journal"}
    if strange:
        raise Wrong(f"left behind: {sorted(strange)}")
    if not s.record:
        if b.digest(folder / "r.db") != s.before:
            raise Wrong("a question changed the record")
        return
    b.whole(folder / "r.db", s.counts)
    if failed:
        bench.plain(*s.args, cwd=folder, codes=s.codes)
    # An input that was left out comes last, and happenings are numbered as they come.
    if run.code != 1 and bench.plain("export", folder / "r.db", "--as", "plover").out != s.shown:
        raise Wrong("the record that was completed shows other events")
    lines = b.record_dump.lines(folder / "r.db")
    if lines != s.lines:
        x, y = set(lines), set(s.lines)
        raise Wrong(f"completed, {len(x - y)} lines more, {len(y - x)} fewer: {sorted(x ^ y)[:3]}")
    if b.record_dump.faults(folder / "r.db"):
        raise Wrong(f"completed, but {b.record_dump.faults(folder / 'r.db')}")


def following(n, share):
    """The next n of a sweep; share thins it."""
    if share >= 1:
        return n + 1 if n < EACH_UP_TO else n + 1 + n // STEP_PART
    return n + 1 + int(n * ((1 - share) * 0.35 if share >= 0.1 else 1.1))


class Sweep:
    def __init__(self, bench, share, workers):
        self.bench, self.share, self.workers = bench, share, workers
        self.runs, self.hits, self.failed, self.known, self.wrong = 0, 0, 0, 0, []

    def one(self, s, folder, faults, kind, label):
        s.prepare(self.bench, folder)
        run = None
        try:
            run = self.bench.faulty(s.args, faults, folder)
            if run is None:
                self.known += 1
            else:
                judge(self.bench, s, folder, run, kind)
        except Wrong as e:
            shown = " ".join(f"{k}={v}" for k, v in faults.items())
            self.wrong.append((s.name, label, shown, str(e)))
        self.runs += 1
        hit = run is None or bool(run.told)
        self.hits += hit
        self.failed += run is not None and run.code not in s.codes
        return hit

    def series(self, s, folder, make, kind, label):
        """n by n, until a run ends without having met its fault."""
        n, last = 1, 0
        while self.one(s, folder, make(n), kind, f"{label} {n}") and len(self.wrong) < 200:
            last, n = n, following(n, self.share)
        return last

    def kinds(self, s):
        """Label, what the message must be about, faults of n."""
        yield "memory", "memory", lambda n: {"FAULT_ALLOC": n}
        yield "memory for good", "memory", lambda n: {"FAULT_ALLOC": n, "FAULT_MANY": 0}
        record = {"FAULT_FILES": "r.db"}
        if s.record:
            for code, name in ((errno.ENOSPC, "no space"), (errno.EIO, "i/o error")):
                for many in (1, 0):
                    yield (f"record, {name}{'' if many else ' for good'}", "files",
                           lambda n, c=code, m=many: record | {"FAULT_CALL": "write,pwrite,fsync,truncate", "FAULT_AT": n, "FAULT_ERRNO": c,
                                                               "FAULT_MANY": m})
        if s.record or s.base:
            yield "record, reading", "files", lambda n: record | {"FAULT_CALL": "read,pread", "FAULT_AT": n, "FAULT_ERRNO": errno.EIO}
            yield "record, opening", "files", lambda n: record | {"FAULT_CALL": "open", "FAULT_AT": n, "FAULT_ERRNO": errno.EMFILE}
        if s.out:
            for call, code in (("write", errno.ENOSPC), ("open", errno.EACCES), ("rename", errno.EIO), ("fsync", errno.EIO)):
                yield (f"output, {call}", "files", lambda n, k=call, c=code: {"FAULT_FILES": s.out, "FAULT_CALL": k, "FAULT_AT": n, "FAULT_ERRNO": c})
        if not s.record and not s.out:
            yield "standard output", "files", lambda n: {"FAULT_FILES": "/stdout", "FAULT_CALL": "write", "FAULT_AT": n, "FAULT_MANY": 0}
        if any(str(a).startswith(str(self.bench.inputs)) for a in s.args):
            yield "inputs, reading", "files", lambda n: {"FAULT_FILES": "/inputs", "FAULT_CALL": "read", "FAULT_AT": n, "FAULT_ERRNO": errno.EIO}
            yield "inputs, opening", "files", lambda n: {"FAULT_FILES": "/inputs", "FAULT_CALL": "open", "FAULT_AT": n, "FAULT_ERRNO": errno.EMFILE}
        yield "tables, opening", "files", lambda n: {"FAULT_FILES": str(self.bench.build), "FAULT_CALL": "open", "FAULT_AT": n, "FAULT_ERRNO": errno.EIO}

    def allowed(self, s, folder):
        """What a system may do at any time and nobody may notice."""
        calls = {"FAULT_CALL": "read,write,pread,pwrite"}
        for faults in (calls | {"FAULT_SHORT": 1}, calls | {"FAULT_SHORT": 3}, {"FAULT_CLOCK": 1}, {"FAULT_CLOCK": 7},
                       *(calls | {"FAULT_FILES": x, "FAULT_EINTR": k, "FAULT_SHORT": k} for x in ("r.db", "/inputs") for k in (2, 3))):
            s.prepare(self.bench, folder)
            label = " ".join(f"{k[6:].lower()}={v}" for k, v in faults.items() if k != "FAULT_CALL")
            try:
                run = self.bench.faulty(s.args, faults, folder)
                if run.code not in s.codes:
                    raise Wrong(f"exit {run.code}: {run.err[-600:]}")
                judge(self.bench, s, folder, run, "files")
            except Wrong as e:
                self.wrong.append((s.name, label, str(faults), str(e)))
            self.runs += 1

    def scenario(self, s):
        folder = self.bench.work / s.name
        folder.mkdir()
        s.undisturbed(self.bench, folder)
        last = {}
        for label, kind, make in self.kinds(s):
            last[label] = self.series(s, folder, make, kind, label)
        self.allowed(s, folder)
        return f"{s.name}: last faults met: " + ", ".join(f"{k} {v}" for k, v in last.items())

    def go(self, only, out):
        (self.bench.work / "mine.tsv").write_text("name\tcode\tsector\nZanthian League\tIGO\t\n")
        todo = [s for s in scenarios(self.bench) if not only or re.fullmatch(only, s.name)]
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            for text in pool.map(self.scenario, todo):
                print(text, file=out, flush=True)
        for name, label, shown, what in self.wrong:
            print(f"WRONG {name}, {label}: {shown}\n    {what}", file=out)
        print(f"sweep: {self.runs} runs, {self.hits} met their fault, {self.failed} of them told it; {self.known} of them inside readstat, as is known; {len(self.wrong)} wrong", file=out, flush=True)
        return not self.wrong

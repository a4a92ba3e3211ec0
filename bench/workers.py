#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-workers: what queue and record cost a coder. A nats-server and a throw-away PostgreSQL (both with their files synced, as they would be in
earnest) on this machine; the bench corpus; then, round after round and one behind the other, so that whatever else the machine does weighs
on all alike: bare coding (demarche code -j1), coding into a SQLite record (add -j1), one worker from queue to record, confined to one core with the servers and then
with both, two workers, each -j1.

Of each the medians of: seconds by the clock from start to end; processor seconds of the workers; of the servers. The bars are those of the issue: a
worker keeps 90 % of bare speed, two workers on two cores are 1.8 times one. Two workers are compared with one in three ways. "A core each": one worker that shares one core with the servers, against two that share two
cores with them; nothing is left out, so it is what a second core brings. "One with both cores": the one worker may use two cores as well (it
codes on one and files on the other). "Servers elsewhere": by the workers' processor time alone; reckoned, not seen. By the clock all this means
something only where nothing else runs, or runs far behind (nice -n -20 make bench-workers)."""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests")]
import corpus  # noqa: E402
import natsd  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
BAR_ONE, BAR_TWO = 0.90, 1.80


def processes():
    """{pid: (parent, processor seconds, those of ended children)}"""
    out = {}
    for p in pathlib.Path("/proc").iterdir():
        if p.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                f = (p / "stat").read_text().rsplit(")", 1)[1].split()
                out[int(p.name)] = (int(f[1]), (int(f[11]) + int(f[12])) / TICKS, (int(f[13]) + int(f[14])) / TICKS)
    return out


def used_by(root):
    """Processor seconds of a process and all that it ever started."""
    every, total, todo = processes(), 0.0, [root]
    while todo:
        pid = todo.pop()
        if pid in every:
            total += every[pid][1] + every[pid][2]
            todo += [p for p, (parent, *_) in every.items() if parent == pid]
    return total


class Servers:
    def __init__(self, folder):
        self.folder = folder
        self.nats = natsd.Server(folder / "nats").start()
        try:
            self.pg = folder / "pg"
            self.script("start")
            self.postmaster = int((self.pg / "data/postmaster.pid").read_text().split()[0])
        except BaseException:
            self.nats.stop()
            raise

    def script(self, what, *more):
        p = subprocess.run([ROOT / "tests/pg.sh", what, self.pg, *more], stdout=subprocess.PIPE, text=True, check=True)
        return p.stdout.strip()

    def used(self):
        return used_by(self.nats.process.pid), used_by(self.postmaster)

    def stop(self):
        self.nats.stop()
        self.script("stop")


def family(root):
    every, todo, out = processes(), [root], []
    while todo:
        pid = todo.pop()
        if pid in every:
            out.append(pid)
            todo += [p for p, (parent, *_) in every.items() if parent == pid]
    return out


def confine(pids, cores):
    """All their threads onto these cores; what they start from now on, too."""
    for pid in pids:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(int(thread), cores)


def watched(commands, out=subprocess.DEVNULL):
    """Runs them side by side: seconds by the clock, processor seconds, standard error."""
    began = time.monotonic()
    running = [subprocess.Popen(c, stdout=out, stderr=subprocess.PIPE, text=True) for c in commands]
    told = [p.stderr.read() for p in running]
    cpu = 0.0
    for p, c, t in zip(running, commands, told):
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        if p.returncode:
            sys.exit(f"workers: {c[:2]} ended with {p.returncode}: {t[-500:]}")
        cpu += usage.ru_utime + usage.ru_stime
    return time.monotonic() - began, cpu, told


class Bench:
    def __init__(self, o, tmp):
        self.o, self.tmp, self.round = o, tmp, 0
        self.articles = tmp / "articles.jsonl"
        with open(self.articles, "w", encoding="utf-8") as f:
            self.documents = 0
            for d in corpus.documents(corpus.sources(ROOT / "samples", o.shared), o.sentences):
                f.write(json.dumps(d, ensure_ascii=False) + "\n")
                self.documents += 1
        self.servers = Servers(tmp)
        self.took = {}

    def note(self, name, wall, cpu, nats=0.0, pg=0.0):
        self.took.setdefault(name, []).append((wall, cpu, nats, pg))

    def bare(self):
        with open(self.tmp / "events.jsonl", "wb") as out:
            self.note("bare", *watched([[self.o.program, "code", "-j1", "--as", "jsonl", str(self.articles)]], out)[:2])
        self.events = sum(1 for _ in open(self.tmp / "events.jsonl", "rb"))

    def local(self):
        record = self.tmp / "record.db"
        self.note("add", *watched([[self.o.program, "add", "-j1", str(record), str(self.articles)]])[:2])
        for p in self.tmp.glob("record.db*"):
            p.unlink()

    def workers(self, n, cores=None):
        """cores: for the workers and the servers together; all when not told."""
        self.round += 1
        every = os.sched_getaffinity(0)
        mine = [os.getpid(), *family(self.servers.nats.process.pid), *family(self.servers.postmaster)]
        queue, record = f"{self.servers.nats.url}/round{self.round}", self.servers.script("database", f"round{self.round}")
        work = [self.o.program, "work", "--queue", queue, "--store", record, "-j1", "--until-empty", *self.o.more]
        watched([work]) # nothing is there yet: it makes the tables and the streams, once for all that is to come
        before = self.servers.used()
        wall, cpu, _ = watched([[self.o.program, "send", "--queue", queue, str(self.articles)]])
        after = self.servers.used()
        self.note("send", wall, cpu, after[0] - before[0])
        before = self.servers.used()
        confine(mine, cores or every)
        wall, cpu, told = watched([work] * n)
        confine([*mine, *family(self.servers.postmaster)], every)
        after = self.servers.used()
        self.note("1, 1 core" if cores else f"{n} workers" if n > 1 else "1 worker", wall, cpu, after[0] - before[0], after[1] - before[1])
        there = subprocess.run([self.o.program, "stats", record, "--as", "jsonl"], stdout=subprocess.PIPE, text=True).stdout
        if not self.whole(there):
            sys.exit(f"workers: the record of {n} workers is not that of the corpus: {there[:300]} {told}")

    def whole(self, stats):
        """All documents and events; happenings are not compared, which may hang on what was there when a document came."""
        there = json.loads(stats.splitlines()[0])
        return there["events"] == self.events and there["documents"] == self.documents

    def tell(self):
        mid = lambda name, i: statistics.median(x[i] for x in self.took[name])
        print(f"\n{self.documents:,} articles, {self.events:,} events; medians of {self.o.rounds} rounds; spread of processor time in brackets")
        print(f"{'':<10} {'wall':>8} {'coders':>8} {'nats':>7} {'postgres':>9}   articles/s by the clock")
        for name in self.took:
            cpus = [x[1] for x in self.took[name]]
            print(f"{name:<10} {mid(name, 0):>7.2f}s {mid(name, 1):>7.2f}s {mid(name, 2):>6.2f}s {mid(name, 3):>8.2f}s   "
                  f"{self.documents / mid(name, 0):>7,.0f}   ({min(cpus):.2f} to {max(cpus):.2f})")
        bare, one, two = (mid(n, 1) for n in ("bare", "1 worker", "2 workers"))
        keeps = statistics.median(b[0] / w[0] for b, w in zip(self.took["bare"], self.took["1 worker"]))
        times = lambda name: statistics.median(w[0] / t[0] for w, t in zip(self.took[name], self.took["2 workers"]))
        print(f"\n{'a worker, of bare speed; by the clock':<58} {100 * keeps:>5.0f}%   {100 * BAR_ONE:.0f}%")
        print(f"{'a worker, of bare speed; by processor time':<58} {100 * bare / one:>5.0f}%   {100 * BAR_ONE:.0f}%")
        print(f"{'two workers, of one, with a core each; servers on these':<58} {times('1, 1 core'):>6.2f}   {BAR_TWO}")
        print(f"{'two workers, of one with both cores; servers on these':<58} {times('1 worker'):>6.2f}   {BAR_TWO}")
        print(f"{'two workers, of one; servers elsewhere, by processor time':<58} {2 * one / two:>6.2f}   {BAR_TWO}")
        print(f"load averages at the end: {', '.join(f'{x:.1f}' for x in os.getloadavg())} on {os.cpu_count()} cores")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    ap.add_argument("--sentences", type=int, default=60000)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("more", nargs="*", help="options for demarche work, behind --")
    o = ap.parse_args()
    o.program = os.path.abspath(o.program)
    with tempfile.TemporaryDirectory() as tmp:
        os.chmod(tmp, 0o755) # the database runs as somebody else
        bench = Bench(o, pathlib.Path(tmp))
        try:
            for i in range(o.rounds):
                bench.bare()
                bench.local()
                bench.workers(1, {min(os.sched_getaffinity(0))})
                bench.workers(1)
                bench.workers(2)
                print(f"round {i + 1}: " + "; ".join(f"{n} {x[-1][0]:.1f} s, processor {sum(x[-1][1:]):.2f} s" for n, x in bench.took.items()), flush=True)
            bench.tell()
        finally:
            bench.servers.stop()


if __name__ == "__main__":
    main()

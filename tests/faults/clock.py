# SPDX-License-Identifier: Apache-2.0
"""The machine's clock is set by a day, forward and back, while somebody sends, works or serves: nobody notices. The shim shifts the calendar and
what waits for it; the server of the queue keeps its time, as on another machine."""
import json
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time

import bench as b
import desk
import natsd
from bench import Wrong

DAY = 86400
JUMPS = (DAY, -DAY, 0, -2 * DAY, 3 * DAY, -5 * DAY)  # seconds that the clock is off, one after the other
BACK = tuple(-DAY * n for n in range(1, 8))  # only ever back: whoever waits for a time of the calendar waits a day longer
EACH_S, TOO_LONG = 0.4, 60
ARTICLES = 1500


class Jumping:
    """A clock file; the clock is set along a series while `with` lasts."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "clock"
        self.set(0)
        self.done, self.jumps, self.series = threading.Event(), 0, JUMPS

    def set(self, seconds):
        if not self.path.exists():
            self.path.write_bytes(bytes(8))
        with open(self.path, "r+b") as f:
            f.write(struct.pack("=q", seconds))

    def run(self):
        for seconds in self.series:
            if self.done.wait(EACH_S):
                return
            self.set(seconds)
            self.jumps += 1

    def along(self, series):
        self.series = series
        self.set(0)
        return self

    def __enter__(self):
        self.done.clear()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


class Clock:
    def __init__(self, bench, share):
        self.bench, self.share, self.wrong, self.lines = bench, share, [], []
        self.folder = bench.work / "clock"
        self.folder.mkdir()
        self.jumping = Jumping(self.folder)
        self.env = bench.env | {"LD_PRELOAD": ":".join([bench.shim, *bench.sanitizer]), "FAULT_CLOCK_FILE": str(self.jumping.path),
                                "XDG_STATE_HOME": str(self.folder / "state")}

    def start(self, *args):
        return subprocess.Popen([self.bench.program, args[0], "--queue", self.server.url, *map(str, args[1:])], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=self.env, text=True)

    def end(self, p, what):
        try:
            err = p.communicate(timeout=TOO_LONG * (3 if self.bench.slow else 1))[1]
        except subprocess.TimeoutExpired:
            p.kill()
            raise Wrong(f"{what} does not go on: {p.communicate()[1][-500:]}")
        if p.returncode != 0:
            raise Wrong(f"{what}: exit {p.returncode}: {err[-500:]}")
        return err

    def articles(self):
        path = self.folder / "articles.jsonl"
        with open(path, "w") as f:
            for i in range(ARTICLES):
                f.write(json.dumps({"id": f"c{i}", "date": "1999-05-04",
                                    "text": f"LIMA - Peru condemned Chile on Tuesday over {i} ships. Chile praised Brazil and {i % 7} others."}) + "\n")
        alone = self.folder / "alone.db"
        self.bench.plain("add", "-j1", alone, path)
        return path, b.record_dump.lines(alone)

    def same(self, record):
        if b.record_dump.lines(record) != self.lines_alone:
            raise Wrong(f"{record.name} is not what one undisturbed machine makes")

    def sender(self):
        for series in (JUMPS, BACK):
            with self.jumping.along(series):
                self.end(self.start("send", "--no-journal", self.path), "the sender")

    def worker(self):
        for n, series in enumerate(((DAY,), (-DAY,))):
            self.end(self.start("send", "--no-journal", self.path), "the sender before the worker")
            with self.jumping.along(series):
                self.end(self.take(f"worker{n}.db"), "the worker")
            self.same(self.folder / f"worker{n}.db")

    def take(self, name):
        return self.start("work", "--store", self.folder / name, "--until-empty", "-j2", "--batch", "16", "--ack-seconds", "4")

    def outage(self):
        """Set back once, while the server is away from a worker and from a sender: both come back to it."""
        self.end(self.start("send", "--no-journal", self.path), "the sender before the outage")
        self.jumping.set(0)
        both = [self.take("outage.db"), self.start("send", "--no-journal", self.path)]
        time.sleep(0.7)
        self.server.stop(signal.SIGKILL)
        time.sleep(1.5)
        self.jumping.set(-DAY)
        time.sleep(0.5)
        self.server.start()
        self.end(both[1], "the sender that saw an outage")
        self.end(both[0], "the worker that saw an outage")
        self.end(self.take("outage.db"), "the worker behind it")
        self.same(self.folder / "outage.db")

    def waiting(self):
        """Set back once, while the worker waits for a server that is not there yet; and once more before it is told to end."""
        self.server.stop()
        record = self.folder / "waiting.db"
        self.jumping.set(0)
        p = self.start("work", "--store", record, "-j1")
        time.sleep(1)
        self.jumping.set(-DAY)
        time.sleep(1)
        self.server.start()
        self.end(self.start("send", "--no-journal", self.path), "the sender behind the jump")
        until = time.monotonic() + TOO_LONG
        while time.monotonic() < until and self.left():
            time.sleep(0.2)
        self.jumping.set(-3 * DAY)
        time.sleep(1)
        p.send_signal(signal.SIGTERM)
        self.end(p, "the worker that waited")
        self.same(record)

    def left(self):
        c = natsd.Client(self.server.host, self.server.port)
        try:
            state = c.stream("DEMARCHE")
        finally:
            c.close()
        return not state or state["messages"]

    def alive(self):
        """A document that takes longer than the queue waits: kept alive, so nobody gets it a second time."""
        text = "LIMA - Peru condemned Chile on Tuesday over ships. The president of Brazil, who had asked Peru for talks, praised Chile. "
        long = self.folder / "long.jsonl"
        long.write_text(json.dumps({"id": "long", "text": text * 6000}) + "\n")
        self.end(self.start("send", "--no-journal", long), "the sender of a long document")
        record = self.folder / "long.db"
        self.server_consumer_gone()
        with self.jumping.along(BACK):
            began = time.monotonic()
            err = self.end(self.start("work", "--store", record, "--until-empty", "-j1", "--ack-seconds", "1"), "the worker on a long document")
        if time.monotonic() - began < 1.5:
            raise Wrong(f"the long document took only {time.monotonic() - began:.1f} s: it shows nothing")
        if "again" in err or not b.record_dump.counts(record):
            raise Wrong(f"the long document was delivered again: {err[-500:]}")
        return f"{time.monotonic() - began:.0f} s under an ack wait of 1 s"

    def server_consumer_gone(self):
        """The first worker of a queue says how long it waits: the next makes the consumer anew."""
        c = natsd.Client(self.server.host, self.server.port)
        c.request("$JS.API.CONSUMER.DELETE.DEMARCHE.workers")
        c.close()

    def desk(self):
        record, told = self.folder / "desk.db", self.folder / "told"
        shutil.copy(self.bench.full, record)
        d = desk.Served(self.bench, record, {"FAULT_CLOCK_FILE": str(self.jumping.path)}, told)
        good = {p: desk.without_token(p, d.ask(p)[1]) for p in desk.PATHS}
        token = json.loads(d.ask("/api/record")[1])["token"]
        event = json.loads(d.ask("/api/events?limit=1")[1])["rows"][0]
        review = json.dumps({"event": event["id"], "document": event["document"], "verdict": "accept", "by": "Ada"}).encode()
        for seconds in JUMPS:
            self.jumping.set(seconds)
            for p in desk.PATHS:
                if not p.startswith(("/api/review", "/api/events")) and desk.without_token(p, d.ask(p)[1]) != good[p]:
                    raise Wrong(f"{p}: another answer after a jump of {seconds} s")
            status = d.ask("/api/review", "POST", review, {"X-Demarche-Token": token, "Content-Type": "application/json"})[0]
            if status != 200:
                raise Wrong(f"review: {status} after a jump of {seconds} s")
        code, said = d.end()
        if code != 0:
            raise Wrong(f"the desk: exit {code}: {said[-300:]}")

    def go(self, only, out):
        if not shutil.which("nats-server"):
            print("clock: no nats-server here; only the desk", file=out)
        else:
            self.server = natsd.Server(self.folder / "nats").start()
            self.path, self.lines_alone = self.articles()
        parts = [self.desk] if not shutil.which("nats-server") else [self.desk, self.sender, self.worker, self.outage, self.waiting, self.alive]
        for part in parts:
            if only and only != part.__name__:
                continue
            try:
                said = part()
                print(f"clock, {part.__name__}: goes on{'' if not said else ', ' + said}", file=out, flush=True)
            except Wrong as e:
                self.wrong.append((part.__name__, str(e)))
        if shutil.which("nats-server"):
            self.server.stop(signal.SIGKILL)
        for name, what in self.wrong:
            print(f"WRONG clock, {name}\n    {what}", file=out)
        print(f"clock: {self.jumping.jumps} jumps along series and {len(JUMPS) + 3} more, {len(self.wrong)} wrong", file=out, flush=True)
        return not self.wrong

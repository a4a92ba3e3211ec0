# SPDX-License-Identifier: Apache-2.0
"""The desk under faults: memory that is refused or calls on the record that fail, one in each run, while it is asked. An answer is the right
one, an error, or the connection ends; the next time it is right again; SIGTERM ends the program in order. And requests from several sides at
once until it is told to stop, for the thread sanitizer."""
import errno
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import urllib.parse

import bench as b
from bench import Wrong

PATHS = ("/api/record", "/api/events?limit=5", "/api/events?text=treaty", "/api/stats?by=year", "/api/stance?actor=JPN&recipient=CHN", "/api/actors?limit=5",
         "/api/review?limit=3", "/api/events.csv", "/api/instruments", "/api/dyads", "/api/sources", "/api/review/gold.jsonl", "/", "/api/nothing")
ANSWER_S = 15


class Served:
    """A desk that was started, perhaps with faults."""

    def __init__(self, bench, record, faults, told):
        pathlib.Path(told).unlink(missing_ok=True)
        env = bench.env | {k: str(v) for k, v in faults.items()} | {"FAULT_TELL": str(told), "FAULT_TRACE": "1"}
        if faults:
            env["LD_PRELOAD"] = ":".join([bench.shim, *bench.sanitizer])
        self.bench, self.told = bench, told
        self.err = open(f"{record}.err", "w+b")
        self.process = subprocess.Popen([bench.program, "serve", str(record), "--port", "0"], stdout=subprocess.PIPE, stderr=self.err, env=env,
                                        stdin=subprocess.DEVNULL)
        self.url = urllib.parse.urlsplit(self.process.stdout.readline().decode().strip())

    def ask(self, path, method="GET", body=None, headers=None):
        """Status and body; 0 when the connection ended."""
        c = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=ANSWER_S)
        try:
            c.request(method, path, body, headers or {})
            r = c.getresponse()
            return r.status, r.read()
        except TimeoutError:
            raise Wrong(f"{path}: no answer in {ANSWER_S} s")
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            c.close()

    def end(self):
        if self.process.poll() is None and self.url.hostname:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(b.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Wrong("does not end")
        finally:
            self.process.stdout.close()
            self.err.seek(0)
            said = self.err.read().decode("utf-8", "replace")
            self.err.close()
        if code < 0:
            raise Wrong(f"killed by {signal.Signals(-code).name}: {said[-2500:]}")
        if b.SANITIZER.search(said):
            raise Wrong(f"sanitizer: {said[-5000:]}")
        return code, said

    def hit(self):
        return pathlib.Path(self.told).exists()


def without_token(path, body):
    """The answer without what differs from one start to the next."""
    if path != "/api/record":
        return body
    value = json.loads(body)
    for key in ("token", "writable"):  # one that could not be opened for writing is shown, which is told on standard error
        value.pop(key, None)
    return json.dumps(value).encode()


class Desk:
    def __init__(self, bench, share):
        self.bench, self.share, self.wrong, self.runs, self.hits = bench, share, [], 0, 0
        self.folder = bench.work / "desk"
        self.folder.mkdir()
        self.record, self.told = self.folder / "r.db", self.folder / "told"
        shutil.copy(bench.full, self.record)
        d = Served(bench, self.record, {}, self.told)
        self.good = {p: d.ask(p) for p in PATHS}
        event = json.loads(d.ask("/api/events?limit=1")[1])["rows"][0]
        self.review = json.dumps({"event": event["id"], "document": event["document"], "verdict": "accept", "by": "Ada"}).encode()
        d.end()
        self.good = {p: (s, without_token(p, x)) for p, (s, x) in self.good.items()}
        bad = [p for p, (s, _) in self.good.items() if s != (404 if p.endswith("nothing") else 200)]
        if bad:
            raise Wrong(f"undisturbed: {bad}")

    def reviewed(self, d, token):
        return d.ask("/api/review", "POST", self.review, {"X-Demarche-Token": token, "Content-Type": "application/json"})[0]

    def questions(self, d):
        token = None
        for p in PATHS:
            status, body = d.ask(p)
            if status == 200 and p == "/api/record":
                token = json.loads(body)["token"]
            if status == self.good[p][0] == 200 and without_token(p, body) != self.good[p][1]:
                raise Wrong(f"{p}: 200 with another answer: {body[:200]}")
            if status not in (0, self.good[p][0]) and status < 500:
                raise Wrong(f"{p}: {status} {body[:200]}")
        if d.hit() and not pathlib.Path(self.told).read_text().startswith("clock"):  # it was one fault: now all is well
            for p in PATHS:
                got = d.ask(p)
                if (got[0], without_token(p, got[1]) if got[0] == 200 else got[1]) != self.good[p]:
                    raise Wrong(f"{p}: still {got[0]} after the fault: {got[1][:200]}")
        if token:
            status = self.reviewed(d, token)
            if status not in (0, 200) and status < 500:
                raise Wrong(f"review: {status}")

    def one(self, faults):
        b.clear(self.record)
        shutil.copy(self.bench.full, self.record)
        d = Served(self.bench, self.record, faults, self.told)
        try:
            try:
                if d.url.hostname:
                    self.questions(d)
            finally:
                code, said = d.end()
            if code not in (0, 3) or (code == 3 and "demarche: " not in said):
                raise Wrong(f"exit {code}: {said[-400:]}")
            if b.record_dump.faults(self.record):
                raise Wrong(f"the record: {b.record_dump.faults(self.record)}")
        except (Wrong, ValueError) as e:
            trace = pathlib.Path(self.told).read_text() if d.hit() else ""
            if not b.KNOWN.search(trace):
                self.wrong.append((" ".join(f"{k}={v}" for k, v in faults.items()), f"{e}\n{trace}"))
        self.runs += 1
        self.hits += d.hit()
        return d.hit()

    def sweep(self):
        files = {"FAULT_FILES": "r.db"}
        for make in (lambda n: {"FAULT_ALLOC": n},
                     lambda n: files | {"FAULT_CALL": "write,pwrite,fsync,truncate", "FAULT_AT": n, "FAULT_ERRNO": errno.ENOSPC},
                     lambda n: files | {"FAULT_CALL": "read,pread,open", "FAULT_AT": n, "FAULT_ERRNO": errno.EIO}):
            n = 1
            while self.one(make(n)) and len(self.wrong) < 30:
                n += 1 + int(n * (0.05 if self.share >= 1 else (1 - self.share) * 0.3 if self.share >= 0.1 else 2))
        for faults in (files | {"FAULT_CALL": "read,write,pread,pwrite", "FAULT_SHORT": 2},
                       {"FAULT_CALL": "read,write", "FAULT_FILES": "socket:", "FAULT_SHORT": 2}, files | {"FAULT_CALL": "read,write,pread,pwrite", "FAULT_EINTR": 3},
                       {"FAULT_CALL": "read,write", "FAULT_FILES": "socket:", "FAULT_EINTR": 3}, {"FAULT_CLOCK": 5}):
            self.one(faults)

    def several(self, d, stop, strange):
        n = 0
        while not stop.is_set():
            p = PATHS[n % len(PATHS)]
            n += 1
            try:
                status, body = d.ask(p)
            except Wrong as e:
                strange.append(str(e))
                return
            if status == 200 and without_token(p, body) != self.good[p][1] and not p.startswith(("/api/review", "/api/events")):
                strange.append(f"{p}: another answer")

    def parallel(self):
        """Six readers and a reviewer at once, then SIGTERM in the middle of it."""
        for wait in (1.0, 0.3, 2.0):
            b.clear(self.record)
            shutil.copy(self.bench.full, self.record)
            d, stop, strange = Served(self.bench, self.record, {}, self.told), threading.Event(), []
            token = json.loads(d.ask("/api/record")[1])["token"]
            readers = [threading.Thread(target=self.several, args=(d, stop, strange)) for _ in range(6)]
            for r in readers:
                r.start()
            until = time.monotonic() + wait * (4 if self.bench.slow else 1)
            while time.monotonic() < until:
                self.reviewed(d, token)
            try:
                code, said = d.end()
                if code != 0:
                    raise Wrong(f"exit {code}: {said[-300:]}")
            except Wrong as e:
                strange.append(str(e))
            stop.set()
            for r in readers:
                r.join()
            if b.record_dump.faults(self.record):
                strange.append(f"the record: {b.record_dump.faults(self.record)}")
            self.wrong += [("parallel", x) for x in strange[:3]]

    def go(self, only, out):
        if not only or only == "parallel":
            self.parallel()
        if not only or only == "sweep":
            self.sweep()
        for label, what in self.wrong:
            print(f"WRONG desk, {label}\n    {what}", file=out)
        print(f"desk: {self.runs} runs, {self.hits} met their fault; several asked at once; {len(self.wrong)} wrong", file=out, flush=True)
        return not self.wrong

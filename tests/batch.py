#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many machines by hand: shards, parts and join, --pipe, and the recipes as they stand in recipes/: Slurm (a real one of one node), GNU
parallel, and what Spark's RDD.pipe() and a Flink function do with a process, done here by the same means (neither is installed). All of
it must give, byte for byte, what one undisturbed run gives.

usage: batch.py [--program P] [--only WORD]"""
import argparse
import importlib.util
import itertools
import json
import os
import pathlib
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests")]
import corpus  # noqa: E402
import natsd  # noqa: E402
from places import Failed, check  # noqa: E402
import record_dump  # noqa: E402
import slurm  # noqa: E402

SENTENCE = "The United States condemned China on Monday and France recalled its ambassador from Turkey."
MEGA = 1 << 20
FILE_MAX = 2 << 30   # a test gone wild must not fill the disk


def recipe(path):
    """recipes/PATH as a module."""
    spec = importlib.util.spec_from_file_location("recipe", ROOT / "recipes" / path)
    out = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(out)
    return out


class Bench:
    def __init__(self, program, work, shared):
        self.program, self.work = program, work
        folder = work / "in"
        (folder / "deep").mkdir(parents=True)
        texts = corpus.sources(ROOT / "samples", shared)
        self.docs = list(corpus.documents(texts, 700))
        lines = [json.dumps(d, ensure_ascii=False) for d in self.docs]
        lines[20:20] = ["this is no JSON", '{"id": "empty", "text": ""}', lines[3]] # two that cannot be read, one that was there
        (folder / "b.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for i, (name, text) in enumerate(texts[:20]):
            (folder / ("deep" if i % 3 else ".") / f"{name}.txt").write_text(text, encoding="utf-8")
        (folder / "broken.json").write_text('{"text": ')
        self.inputs = [str(folder)]
        self.code = {}
        for form in ("jsonl", "csv", "text", "docs"):
            self.code[form] = self.run("code", "--as", form, *self.inputs, rc=1)
        self.record = work / "one.db"
        self.run("add", self.record, *self.inputs, rc=1)
        self.lines = record_dump.lines(self.record)
        self.events = self.run("events", self.record, "--as", "jsonl")
        check(len(self.code["docs"].splitlines()) > 60 and self.code["docs"].count(b'"error"') == 3, "the corpus is not what was meant")
        check(len(self.lines) > 1000 and self.events.count(b"\n") > 500, "the record is too small to tell anything")

    def run(self, *args, rc=0, says="", program=None, **how):
        """Standard output; the exit code must be rc, and the messages must hold `says`."""
        p = subprocess.run([program or self.program, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           **{"stdin": subprocess.DEVNULL, "timeout": 300, **how})
        told = p.stderr.decode(errors="replace")
        check(p.returncode == rc and says in told, f"{args[:6]}: exit {p.returncode} in place of {rc}, '{says}' wanted in: {told[-600:]}")
        return p.stdout

    def answers(self, *args, rc=(0, 1)):
        """Documents and failures that code names."""
        p = subprocess.run([self.program, "code", "--as", "docs", *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        check(p.returncode in rc, f"{args}: exit {p.returncode}: {p.stderr[-300:]}")
        return p.stdout.splitlines()

    def parts(self, n, folder, **options):
        """The paths of n parts of the corpus."""
        out = []
        for i in range(1, n + 1):
            out.append(folder / f"{i}-of-{n}")
            with open(out[-1], "wb") as f:
                p = subprocess.run([self.program, "code", "--as", "part", "--shard", f"{i}/{n}", *options.get("more", ()), *self.inputs],
                                   stdout=f, stderr=subprocess.PIPE)
            check(p.returncode in (0, 1), f"part {i} of {n}: exit {p.returncode}: {p.stderr[-300:]}")
        return out

    def same_record(self, record, what):
        """The whole content, and the very bytes of the list of events with the numbers of happenings."""
        lines = record_dump.lines(record)
        check(lines == self.lines, f"{what}: {len(set(lines) ^ set(self.lines))} lines differ: {sorted(set(lines) ^ set(self.lines))[:2]}")
        check(not record_dump.faults(record), f"{what}: {record_dump.faults(record)}")
        check(self.run("events", record, "--as", "jsonl") == self.events, f"{what}: the events of the record are not the same bytes")

    def same_out(self, out, what):
        """What a recipe left."""
        check((out / "events.jsonl").read_bytes() == self.code["jsonl"], f"{what}: events.jsonl is not what one machine writes")
        self.same_record(out / "record.db", what)


def numbered(lines):
    """Answers as {number: rest}; each number once."""
    out = {}
    for line in lines:
        d = json.loads(line)
        check(d["number"] not in out, f"number {d['number']} came twice")
        out[d["number"]] = line
    return out


def exit_of(b, shard):
    """How code ends on a shard: 1 when one of the inputs that cannot be read falls to it."""
    return int(any(b'"error"' in x for x in b.answers("--shard", shard, *b.inputs)))


def test_union(b, tmp):
    """The shards together are everything, each once, in order; documents that are alike fall to the same shard."""
    whole = b.code["docs"].splitlines()
    for n in (1, 2, 3, 8):
        shards = [b.answers("--shard", f"{i}/{n}", *b.inputs) for i in range(1, n + 1)]
        for s in shards:
            check([json.loads(x)["number"] for x in s] == sorted(json.loads(x)["number"] for x in s), "a shard is out of order")
        check(sorted(itertools.chain(*shards)) == sorted(whole), f"{n} shards are not the whole")
        check(n > 3 or min(map(len, shards)) > len(whole) / n / 2, f"{n} shards are of sizes {list(map(len, shards))}")
    check(b.answers("--shard", "2/3", "-j", "1", *b.inputs) == b.answers("--shard", "2/3", "-j", "3", *b.inputs), "threads change a shard")


def test_place(b, tmp):
    """A document falls to the same shard in a file, under another name, deeper, in JSON lines, in an archive, among others."""
    texts = corpus.sources(ROOT / "samples", "/nonexistent")
    for d in ("flat", "deep/er/still"):
        (tmp / d).mkdir(parents=True)
    for name, text in texts:
        (tmp / "flat" / f"{name}.txt").write_text(text, encoding="utf-8")
        (tmp / "deep/er/still" / f"new-{name}.txt").write_text(text, encoding="utf-8")
    with open(tmp / "lines.jsonl", "w", encoding="utf-8") as f:
        for name, text in reversed(texts):
            f.write(json.dumps({"id": name, "text": text}) + "\n")
    with tarfile.open(tmp / "packed.tar.gz", "w:gz") as tar:
        for name, _ in texts[::-1]:
            tar.add(tmp / "flat" / f"{name}.txt", f"in/the/archive/{name}.txt")
    dealt, sources = {}, ("flat", "deep", "lines.jsonl", "packed.tar.gz")
    for source in sources:
        for i in range(1, 6):
            for line in b.answers("--shard", f"{i}/5", tmp / source):
                name = pathlib.Path(json.loads(line)["doc"]).name.removeprefix("new-").removesuffix(".txt")
                dealt.setdefault(name, {})[source] = i
    check(len(dealt) == len(texts), f"{len(dealt)} of {len(texts)} documents were dealt")
    moved = {name: d for name, d in dealt.items() if len(d) != len(sources) or len(set(d.values())) != 1}
    check(not moved, f"not always to the same shard: {moved}")
    check(len({d["flat"] for d in dealt.values()}) == 5, "a shard is empty")


def test_bad_shards(b, tmp):
    for bad in ("0/4", "5/4", "1", "1/", "/4", "-1/4", "1/4/2", "a/b", "1/99999", "1/ 4", "", "1/0"):
        b.run("code", "--shard", bad, *b.inputs, rc=2, says="no shard" if bad else "")
    b.run("add", "--shard", "1/2", tmp / "r.db", rc=2)
    b.run("add", "--events", "--shard", "1/2", tmp / "r.db", b.inputs[0], rc=2, says="--shard")
    check(not (tmp / "r.db").exists(), "a record was made")


def test_join(b, tmp):
    """Parts in any order, by any number of machines: the bytes of one run, in every form, and its record."""
    for n in (1, 2, 5):
        parts = b.parts(n, tmp, more=["-j", "2"] if n == 2 else [])
        random.Random(n).shuffle(parts)
        for form, whole in b.code.items():
            joined = b.run("join", "--as", form, *parts)
            if form == "docs": # failures are told by the jobs and are in no part
                whole = b"".join(x for x in whole.splitlines(keepends=True) if b'"events":' in x)
            check(joined == whole, f"{n} parts joined as {form} are not what one machine writes")
        b.run("join", "--record", tmp / f"{n}.db", *parts)
        b.same_record(tmp / f"{n}.db", f"{n} parts")
    b.run("join", "--record", tmp / "1.db", *parts, says="0 documents added")
    b.same_record(tmp / "1.db", "joined again")
    whole = tmp / "whole"
    whole.write_bytes(b.run("code", "--as", "part", *b.inputs, rc=1))
    check(b.run("join", whole) == b.code["jsonl"], "a part that is the whole")


def test_join_server(b, tmp):
    """The same into a record on a server (which is filed by batches): the events of one run."""
    pg = ROOT / "tests/pg.sh"
    os.chmod(tmp, 0o755)
    b.run("start", tmp / "pg", program=pg)
    try:
        url = b.run("database", tmp / "pg", "joined", program=pg).decode().strip()
        b.run("join", "--record", url, *b.parts(2, tmp), says=f"{len(record_dump.counts(b.record))} documents added")
        check(b.run("events", url, "--as", "jsonl") == b.events, "the events of the record are not the same bytes")
    finally:
        b.run("stop", tmp / "pg", program=pg)


def test_add_shards(b, tmp):
    """add --shard, one machine after the other into one record: the same documents and events."""
    for i in (3, 1, 2):
        b.run("add", "--shard", f"{i}/3", tmp / "r.db", *b.inputs, rc=exit_of(b, f"{i}/3"))
    check(record_dump.counts(tmp / "r.db") == record_dump.counts(b.record), "not the documents of one run")
    ids = [sorted(json.loads(x)["id"] for x in b.run("events", r, "--as", "jsonl").splitlines()) for r in (tmp / "r.db", b.record)]
    check(ids[0] == ids[1], "not the events of one run")


def test_send_shards(b, tmp):
    """send --shard: what two machines send is what one would have sent, each document once."""
    server = natsd.Server(tmp / "nats").start()
    try:
        for i in (2, 1):
            b.run("send", "--queue", server.url, "--no-journal", "--shard", f"{i}/2", *b.inputs, rc=exit_of(b, f"{i}/2"))
        b.run("work", "--queue", server.url, "--store", tmp / "r.db", "-j1", "--until-empty", says=" added")
    finally:
        server.stop()
    check(record_dump.counts(tmp / "r.db") == record_dump.counts(b.record), "not the documents and events of one run")


def test_bad_parts(b, tmp):
    """What is no whole set of good parts is refused with its name; nothing is made of it."""
    one, two, three = b.parts(3, tmp)
    other = b.parts(2, tmp)[0]
    record = tmp / "no.db"
    b.run("join", "--record", record, one, three, rc=3, says="shard 2 of 3 is missing")
    b.run("join", "--record", record, one, two, rc=3, says="shard 3 of 3 is missing")
    b.run("join", "--record", record, one, two, two, three, rc=3, says="same shard")
    b.run("join", "--record", record, one, two, other, rc=3, says="one of")
    b.run("join", "--record", record, one, two, ROOT / "README.md", rc=3, says="is no part")
    b.run("join", "--record", record, one, two, tmp / "none", rc=3, says="cannot open")
    b.run("join", "--record", record, "/dev/null", two, three, rc=3, says="/dev/null")
    tables = tmp / "tables"
    tables.write_bytes(b.run("code", "--as", "part", "--shard", "3/3", "--home", "JPN", *b.inputs, rc=exit_of(b, "3/3")))
    b.run("join", "--record", record, one, two, tables, rc=3, says="other tables or options")
    small = tmp / "small"
    small.write_bytes(b.run("code", "--as", "part", "--shard", "3/3", ROOT / "samples"))
    b.run("join", "--record", record, one, two, small, rc=3, says="all parts need the same inputs")
    b.run("join", rc=2)
    b.run("join", "--record", record, "--as", "csv", one, rc=2)
    b.run("code", "--as", "part", *b.inputs, "/nonexistent", rc=3, says="left without an end")
    check(not record.exists(), "a record was made of what was refused")


def test_damage(b, tmp):
    """A part that was cut off anywhere, or has a byte that is another, is refused; never taken for another."""
    part = tmp / "part"
    part.write_bytes(b.run("code", "--as", "part", ROOT / "samples/05-ceasefire.txt", ROOT / "samples/09-apology.txt"))
    whole, good = part.read_bytes(), b.run("join", part)
    rng = random.Random(1)
    hurt = tmp / "hurt"

    def refused(data, what):
        hurt.write_bytes(data)
        p = subprocess.run([b.program, "join", str(hurt)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        check(p.returncode == 3 and b"hurt" in p.stderr, f"{what}: exit {p.returncode}, {p.stderr[-200:]}")
        check(good.startswith(p.stdout), f"{what}: something else was written")

    for at in [0, 1, len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(60))]:
        refused(whole[:at], f"cut off at {at}")
    for at in [*range(0, 120, 3), *range(len(whole) - 41, len(whole), 3), *(rng.randrange(len(whole)) for _ in range(100))]:
        refused(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1:], f"byte {at} of {len(whole)}")


class Pipe:
    """demarche code --pipe, a line at a time."""

    def __init__(self, program, *options, **how):
        self.process = subprocess.Popen([program, "code", "--pipe", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        **{"stderr": subprocess.PIPE, **how})

    def ask(self, line):
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def end(self, rc=0):
        """What was told, and the most memory that was used, in bytes."""
        self.process.stdin.close()
        rest = self.process.stdout.read()
        told = self.process.stderr.read().decode() if self.process.stderr else ""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        check(self.process.returncode == rc and not rest, f"exit {self.process.returncode}, {told[-300:]}, {rest[:100]}")
        return told, usage.ru_maxrss * 1024


def test_pipe(b, tmp):
    """One answer a line, at once, in order, whatever the line is; bad lines are told with their place and are no failure."""
    good = json.dumps({"id": "a", "text": SENTENCE}).encode()
    bad = [b"nonsense", b"", b'{"text":""}', b"[1]", b'{"id":"x"}', b"\xff\xfe\x00", b'{"text":"cut', good + b" " + good, b"null",
           b'{"text": 7}', b'{"documents":[' + good + b"]}", b" ", b"<html>"]
    for threads in "12":
        p = Pipe(b.program, "--as", "docs", "-j", threads)
        lines = [good, *bad, b"\xef\xbb\xbf" + good, good + b"\r"]
        for n, line in enumerate(lines, 1):
            d = json.loads(p.ask(line)) # hangs if anything is held back; the run has a time limit
            check(d["number"] == n, f"line {n} was answered as {d['number']}")
            if line in bad or n == len(lines) - 1:
                check(set(d) == {"number", "error"} and f"line {n}" in d["error"], f"line {n}: {line} gave {d}")
            else:
                check(d["doc"] == "a" and len(d["events"]) >= 2, f"line {n}: {d}")
        told, _ = p.end()
        check(told.count("\n") == len(bad) + 1 and all(f"line {n}" in told for n in range(2, len(bad) + 2)), f"told: {told}")
    p = Pipe(b.program, "--as", "docs")
    check("mark" not in p.ask(b"\xef\xbb\xbf" + good).decode(), "a byte order mark")
    p.end()


def test_pipe_forms(b, tmp):
    """The other forms through --pipe are those of a file; events of a document are there before the next line goes in."""
    lines = [json.dumps(d, ensure_ascii=False).encode() for d in b.docs]
    data = b"\n".join(lines) + b"\n"
    (tmp / "docs.jsonl").write_bytes(data)
    for form in ("jsonl", "tsv", "docs"):
        check(b.run("code", "--pipe", "--as", form, stdin=None, input=data) == b.run("code", "--as", form, tmp / "docs.jsonl"), form)
    check(b.run("code", "--pipe", "--as", "jsonl", stdin=None, input=data[:-1]) == b.run("code", "--as", "jsonl", tmp / "docs.jsonl"), "no last line end")
    check(b.run("code", "--pipe", stdin=None, input=b"") == b"", "nothing in")
    p = Pipe(b.program, "--as", "jsonl")
    check(json.loads(p.ask(lines[0]))["doc"] == b.docs[0]["id"], "events come with their line")
    p.process.kill()
    p.process.communicate()
    for args in (["x.jsonl"], ["--shard", "1/2"], ["--as", "part"]):
        b.run("code", "--pipe", *args, rc=2, says="--pipe")


def test_pipe_memory(b, tmp):
    """However much goes through: memory stays, a line without end is not taken in, and who does not read the answers stops the questions."""
    line = json.dumps({"id": "a", "text": SENTENCE}).encode() + b"\n"
    most = []
    for n in (200, 8000):
        p = Pipe(b.program, "--as", "docs", stderr=None)
        threading.Thread(target=lambda p=p: (p.process.stdin.write(line * n), p.process.stdin.flush()), daemon=True).start()
        for _ in range(n):
            p.process.stdout.readline()
        most.append(p.end()[1])
    check(most[1] < most[0] + 4 * MEGA, f"memory grows with the input: {most}")
    p = Pipe(b.program, "--as", "docs")
    for _ in range(150):
        p.process.stdin.write(b"x" * MEGA)
    d = json.loads(p.ask(b""))
    check("limit" in d["error"], f"a line of 150 MB: {d}")
    check(len(json.loads(p.ask(line[:-1]))["events"]) >= 2, "no answer behind it")
    told, rss = p.end()
    check(rss < most[0] + 100 * MEGA, f"a line of 150 MB took {rss / MEGA:.0f} MB")
    p = Pipe(b.program, "--as", "docs")
    os.set_blocking(p.process.stdin.fileno(), False)
    sent, quiet = 0, 0
    while quiet < 10 and sent < 64 * MEGA: # nobody reads: a second without room ends it
        try:
            sent += os.write(p.process.stdin.fileno(), line * 500)
            quiet = 0
        except BlockingIOError:
            quiet += 1
            time.sleep(0.1)
    check(quiet == 10 and sent < 4 * MEGA, f"{sent} bytes were taken though no answer was read")
    p.process.kill()
    p.process.communicate()


def test_pipe_ends(b, tmp):
    """The reader of the answers leaves: quiet end. Output that cannot be written: exit 3."""
    line = json.dumps({"id": "a", "text": SENTENCE}).encode() + b"\n"
    p = subprocess.Popen([b.program, "code", "--pipe", "--as", "docs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.close()
    try:
        p.stdin.write(line * 2000)
        p.stdin.close()
    except BrokenPipeError:
        pass
    told = p.stderr.read()
    check(p.wait(30) in (0, -signal.SIGPIPE) and not told, f"the reader left: {p.returncode}, {told}")
    with open("/dev/full", "wb") as full:
        p = subprocess.run([b.program, "code", "--pipe", "--as", "docs"], input=line, stdout=full, stderr=subprocess.PIPE)
    check(p.returncode == 3 and b"write" in p.stderr, f"/dev/full: {p}")


def rdd_pipe(command, partition, check_code):
    """What PySpark's RDD.pipe() does with one partition, by its documentation and source: the command is split, runs with an empty
    environment, is fed by a thread, str(x) without line ends and one line end; its lines are the result; with checkCode its exit counts."""
    p = subprocess.Popen(shlex.split(command), env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def feed():
        try:
            for x in partition:
                p.stdin.write((str(x).rstrip("\n") + "\n").encode())
            p.stdin.close()
        except BrokenPipeError:
            pass
    feeder = threading.Thread(target=feed)
    feeder.start()
    yield from (x.rstrip(b"\n").decode() for x in p.stdout)
    feeder.join()
    if p.wait() and check_code:
        raise RuntimeError(f"exit {p.returncode}")


def test_spark(b, tmp):
    """Partitions of any size: every document answered, bad lines too, and all events together those of one run."""
    spark = recipe("spark/code.py")
    lines = [json.dumps(d, ensure_ascii=False) for d in b.docs]
    data = "\n".join(lines).encode()
    whole = [json.loads(x) for x in b.run("code", "--as", "jsonl", "-", stdin=None, input=data).splitlines()]
    command = spark.command(b.program)
    for size in (7, 64, 10000):
        out = [x for i in range(0, len(lines), size) for x in rdd_pipe(command, lines[i:i + size], True)]
        check([json.loads(x)["doc"] for x in out] == [d["id"] for d in b.docs], "an answer a document, in order")
        check([e for x in out for e in spark.events(x)] == whole, f"partitions of {size}: not the events of one run")
    out = list(rdd_pipe(command, ["x", lines[0], "", lines[1]], True))
    check([("error" in json.loads(x)) for x in out] == [True, False, True, False], f"bad lines: {out}")
    check(list(rdd_pipe(command, [], True)) == [], "an empty partition")
    try:
        list(rdd_pipe(f"{b.program} code --pipe --as nonsense", lines[:1], True))
        check(False, "a command that is wrong must fail the partition")
    except RuntimeError:
        pass


def test_flink(b, tmp):
    """Through the life of a Flink function: open, map and map, close; a process that is killed fails the subtask."""
    flink = recipe("flink/code.py")
    coder = flink.Coder(b.program)
    coder.open()
    events = []
    for d in b.docs[:40]:
        answer = coder.map(json.dumps(d, ensure_ascii=False))
        check(json.loads(answer)["doc"] == d["id"], f"{d['id']} was answered by {answer[:80]}")
        events += flink.events(answer)
    check("error" in json.loads(coder.map("nonsense")), "a bad line")
    check("error" in json.loads(coder.map("two\nlines")), "a line end inside")
    check(json.loads(coder.map(json.dumps(b.docs[0])))["doc"] == b.docs[0]["id"], "the answer behind it is its own")
    data = "\n".join(json.dumps(d, ensure_ascii=False) for d in b.docs[:40]).encode()
    check(events == [json.loads(x) for x in b.run("code", "--as", "jsonl", "-", stdin=None, input=data).splitlines()], "the events of one run")
    os.kill(coder.process.pid, signal.SIGKILL)
    try:
        coder.map(json.dumps(b.docs[0]))
        check(False, "a dead process must fail the subtask")
    except (RuntimeError, BrokenPipeError):
        pass
    coder.close()


def flaky(b, tmp, shard):
    """A program that fails for one shard as long as tmp/fail is there."""
    path = tmp / "demarche"
    path.write_text(f'#!/bin/sh\ncase " $* " in *" {shard} "*) [ ! -e {tmp}/fail ] || {{ echo failing >&2; exit 9; }};; esac\nexec {b.program} "$@"\n')
    path.chmod(0o755)
    (tmp / "fail").touch()
    return path


def stamps(out):
    return {p.name: p.stat().st_mtime_ns for p in out.glob("part-?????")}


def test_parallel(b, tmp):
    """recipes/parallel as it stands: a shard that fails stops the join; the same command again does the rest and nothing twice."""
    out = tmp / "out"
    env = {**os.environ, "HOME": str(tmp), "SHARDS": "5", "DEMARCHE": str(flaky(b, tmp, "2/5")), "PARALLEL_MORE": "--jobs 2"}
    args = [out, *b.inputs]
    script = ROOT / "recipes/parallel/code.sh"
    p = subprocess.run([script, *args], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    check(p.returncode != 0 and not (out / "record.db").exists(), f"a shard failed: exit {p.returncode}: {p.stderr[-500:]}")
    before = stamps(out)
    check(len(before) == 4, f"{len(before)} parts in place of 4")
    (tmp / "fail").unlink()
    b.run(*args, program=script, env=env)
    after = stamps(out)
    check(len(after) == 5 and before.items() <= after.items(), "the parts that were there are kept, the other is made")
    b.same_out(out, "GNU parallel")


def test_slurm(b, tmp):
    """recipes/slurm as it stands, in a real Slurm: a shard that fails stops the join; submitted again, all is done."""
    out = tmp / "out"
    env = {"SHARDS": "4", "DEMARCHE": str(flaky(b, tmp, "3/4"))}
    submit = str(ROOT / "recipes/slurm/submit.sh")
    with slurm.Slurm(tmp / "slurm") as s:
        s.ask(submit, str(out), *b.inputs, **env)
        s.drained()
        before = stamps(out)
        check(len(before) == 3 and not (out / "record.db").exists(), f"a shard failed: {sorted(os.listdir(out))}")
        check("failing" in (out / "code-3.log").read_text(), "its log tells it")
        (tmp / "fail").unlink()
        jobs = s.ask(submit, str(out), *b.inputs, **env).split()
        check(len(jobs) == 2 and all(j.isdigit() for j in jobs), f"jobs: {jobs}")
        s.drained()
        after = stamps(out)
    logs = "".join(p.read_text() for p in sorted(out.glob("*.log")))
    check((out / "record.db").exists(), f"not joined: {logs[-800:]}")
    check(len(after) == 4 and before.items() <= after.items(), "the parts that were there are kept, the other is made")
    b.same_out(out, "Slurm")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    ap.add_argument("--only", default="")
    o = ap.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_MAX if hard == resource.RLIM_INFINITY else min(FILE_MAX, hard), hard))
    signal.alarm(280)
    failed = passed = 0
    with tempfile.TemporaryDirectory() as tmp:
        os.chmod(tmp, 0o755)
        work = pathlib.Path(tmp)
        bench = Bench(os.path.abspath(o.program), work, o.shared)
        for name, test in list(globals().items()):
            if not name.startswith("test_") or o.only not in name:
                continue
            own = work / name
            own.mkdir()
            began = time.monotonic()
            try:
                test(bench, own)
                passed += 1
                print(f"ok   {name[5:]} ({time.monotonic() - began:.1f}s)", flush=True)
            except Exception as e: # the other tests are worth running
                failed += 1
                print(f"FAIL {name[5:]}: {type(e).__name__}: {e}", flush=True)
            shutil.rmtree(own, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0 or passed == 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench: raw text to JSONL on one core (bench corpus, best of three), time by stage, start-up to first event, peak memory on a long
JSONL stream that is made as it is read (1 GB; --stream-mb for less, 0 for none). Prints; compares with nothing."""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))
import corpus  # noqa: E402


def peak_of(args, feed):
    """Runs args with feed(pipe) on its standard input; seconds, bytes of output, peak resident MB."""
    began = time.monotonic()
    p = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    feeder = threading.Thread(target=feed, args=(p.stdin,))
    feeder.start()
    size = 0
    while chunk := p.stdout.read(1 << 20):
        size += len(chunk)
    feeder.join()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - began, size, usage.ru_maxrss / 1024, p.returncode


def coded(program, threads, feed):
    return peak_of([program, "code", "-", "--as", "jsonl", "-j", str(threads)], feed)


def one_document(program, docs, megabytes):
    """The largest documents are the worst for memory: articles one behind the other as one text."""
    text = "\n\n".join(d["text"] for d in docs)
    text = text * (1 + megabytes * 1_000_000 // len(text.encode()))
    line = json.dumps({"id": "big", "text": text[: megabytes * 1_000_000]}, ensure_ascii=False).encode() + b"\n"

    def feed(pipe):
        pipe.write(line)
        pipe.close()

    took, size, peak, rc = coded(program, 1, feed)
    print(f"one document of {len(line) / 1e6:.0f} MB: peak memory {peak:.0f} MB ({took:.0f} s, {size / 1e6:.0f} MB of events, exit {rc})")


def speed(program, path):
    best = cpu = None
    for _ in range(3):
        began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(path.with_suffix(".events"), "wb") as out:
            p = subprocess.run([program, "code", "--as", "jsonl", "-j", "1", "--timings", str(path)], stdout=out, stderr=subprocess.PIPE, check=True)
        took = time.monotonic() - began
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        cpu = spent if cpu is None else min(cpu, spent)
        if best is None or took < best[0]:
            best = took, p.stderr.decode()
    stats = best[1].strip().splitlines()[-1]
    sentences = int(stats.split("sentences ")[1].split(",")[0])
    carrying = set()
    with open(path.with_suffix(".events"), encoding="utf-8") as f:
        for line in f:
            e = json.loads(line)
            carrying.add((e["doc"], e["text_info"]["sequence"]))
    print(f"one core: {sentences / best[0]:,.0f} sentences/s ({sentences:,} sentences, {len(carrying) / sentences:.0%} with an event, {best[0]:.2f} s)")
    print(f"by processor time, whatever else the machine does: {sentences / cpu:,.0f} sentences/s ({cpu:.2f} s)")
    print(best[1].rstrip())


def start_up(program, work):
    """Milliseconds from the start of the process to the first byte of its output."""
    path = work / "one.txt"
    path.write_text("Japan condemned China on Tuesday.\n")
    times = []
    for _ in range(30):
        began = time.monotonic()
        p = subprocess.Popen([program, "code", "--as", "jsonl", "-j", "1", str(path)], stdout=subprocess.PIPE)
        if not p.stdout.read(1):
            sys.exit("bench: the start-up sentence gave no event")
        times.append(1000 * (time.monotonic() - began))
        p.stdout.read()
        p.wait()
    print(f"start-up to first event: median {statistics.median(times):.1f} ms, best {min(times):.1f} ms")


def memory(program, docs, megabytes, threads, idle):
    """A stream of so many megabytes, made while it is read. Every twentieth document is an article of the corpus; the others are `idle`
    times a text in which nothing needs a parse, so that a gigabyte takes minutes and not half an hour."""
    filler = ["Seven grey cats slept near the window of the old kitchen on most afternoons of that warm and windless summer. "] * idle
    lines = []
    for n, d in enumerate(docs):
        text = d["text"] if n % 20 == 0 or not idle else " ".join(filler)
        lines.append(json.dumps({"id": d["id"], "text": text}, ensure_ascii=False).encode() + b"\n")

    def feed(pipe):
        sent = 0
        try:
            while sent < megabytes * 1_000_000:
                for line in lines:
                    pipe.write(line)
                    sent += len(line)
                    if sent >= megabytes * 1_000_000:
                        break
            pipe.close()
        except BrokenPipeError:
            pass

    took, size, peak, rc = coded(program, threads, feed)
    print(f"{megabytes:,} MB JSONL stream, {threads} thread(s): peak memory {peak:.0f} MB ({took:.0f} s, {size / 1e6:.0f} MB of events, exit {rc})")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--sentences", type=int, default=50000)
    ap.add_argument("--stream-mb", type=int, default=1000)
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    o = ap.parse_args()
    program = os.path.abspath(o.program)
    docs = list(corpus.documents(corpus.sources(ROOT / "samples", o.shared), o.sentences))
    with tempfile.TemporaryDirectory() as tmp:
        work = pathlib.Path(tmp)
        path = work / "corpus.jsonl"
        path.write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in docs), encoding="utf-8")
        speed(program, path)
        start_up(program, work)
        for threads in (1, 2) if o.stream_mb else ():
            memory(program, docs, o.stream_mb, threads, 40)
        one_document(program, docs, 4)


if __name__ == "__main__":
    main()

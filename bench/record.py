#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-record: a record of N generated events (bench/generate.c): rate of adding through a pipe, part by part, then questions, warm, with
the start of the program. Prints; compares with nothing."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
QUESTIONS = (
    ("one pair", ["--actor", "USA", "--recipient", "CHN"]),
    ("one pair, context, years", ["--actor", "JPN", "--recipient", "CHN", "--context", "human_rights", "--since", "1990", "--until", "1999"]),
    ("one actor, newest", ["--actor", "FRA", "--newest"]),
    ("either", ["--either", "PER"]),
    ("type and status", ["--type", "SANCTION", "--status", "planned"]),
    ("since", ["--since", "2015-06-01"]),
    ("instrument", ["--instrument", "resolution", "--subject", "CHN"]),
    ("source", ["--source", "Harbour Post"]),
    ("words", ["--text", "fishing rights floods"]),
    ("rare word", ["--text", "bran*", "--actor", "USA"]),
    ("happenings", ["--actor", "RUS", "--happenings"]),
)


def fill(o, record):
    """Seconds and processor seconds of adding; prints the rate of each part."""
    with open(ROOT / "data/actors/states.tsv", "rb") as states:
        make = subprocess.Popen([o.generate, str(o.events), str(o.seed), "25", "6", str(max(o.events // 10, 1))], stdin=states,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        began = time.monotonic()
        add = subprocess.Popen([o.program, "add", "--events", str(record), "-"], stdin=make.stdout)
        make.stdout.close()
        last = (0, 0.0)
        for line in make.stderr:
            n, t = int(line.split()[0]), float(line.split()[1])
            print(f"  to {n:>12,}: {(n - last[0]) / max(t - last[1], 1e-9):>8,.0f} events/s", flush=True)
            last = (n, t)
        _, status, usage = os.wait4(add.pid, 0)
        if status:
            sys.exit(f"bench: add ended with {os.waitstatus_to_exitcode(status)}")
        make.wait()
    took, cpu = time.monotonic() - began, usage.ru_utime + usage.ru_stime
    print(f"{o.events:,} events: {took:.1f} s, {o.events / took:,.0f} events/s; processor {cpu:.1f} s, {o.events / cpu:,.0f} events/s; "
          f"{record.stat().st_size / o.events:,.0f} bytes an event; peak memory {usage.ru_maxrss / 1024:,.0f} MB; with the indexes made at the end")


def ask(o, record):
    print(f"{'question':<28} {'rows':>5} {'ms':>7}   best of {o.times}, 50 rows, with the start of the program")
    for name, args in QUESTIONS:
        best, rows = None, 0
        for _ in range(o.times):
            began = time.monotonic()
            p = subprocess.run([o.program, "events", str(record), *args, "--limit", "50", "--as", "jsonl"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
            took = time.monotonic() - began
            if p.returncode:
                sys.exit(f"bench: {name}: {p.stderr.decode()[-300:]}")
            best, rows = min(best or took, took), p.stdout.count(b"\n")
        print(f"{name:<28} {rows:>5} {1000 * best:>7.1f}", flush=True)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--generate", default="build/dm-generate")
    ap.add_argument("--events", type=int, default=1000000)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--times", type=int, default=5)
    ap.add_argument("--record", help="where the record is made and kept; one that is there is only asked")
    o = ap.parse_args()
    o.program, o.generate = os.path.abspath(o.program), os.path.abspath(o.generate)
    with tempfile.TemporaryDirectory() as tmp:
        record = pathlib.Path(o.record or os.path.join(tmp, "record.db"))
        if not record.exists():
            fill(o, record)
        ask(o, record)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults: memory that runs out, files that fail, full disks, damaged files, clocks that jump. docs/robustness.md tells what is asked of a run.

usage: run.py BUILD [--share 0..1] [--parts sweep,...] [--only SCENARIO] [--workers N]"""
import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
import bench  # noqa: E402
import clock  # noqa: E402
import damage  # noqa: E402
import desk  # noqa: E402
import disk  # noqa: E402
import sweep  # noqa: E402

FILE_BYTES = 256 << 20

def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("build")
    ap.add_argument("--share", type=float, default=1.0, help="1: everything; less: a sample with fixed strides")
    ap.add_argument("--parts", default="sweep")
    ap.add_argument("--only", default="")
    ap.add_argument("--workers", type=int, default=2)
    o = ap.parse_args()
    ok = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))  # nobody fills the disk of this machine

    with tempfile.TemporaryDirectory(prefix="demarche-faults-", dir=bench.MEMORY) as tmp:
        b = bench.Bench(o.build, tmp)
        if subprocess.run([b.program, "--version"], env=b.env | {"LD_PRELOAD": b.shim, "FAULT_CALL": "rename"}, stdout=subprocess.DEVNULL).returncode == 77:
            sys.exit(77)
        for part in o.parts.split(","):
            work = {"sweep": lambda: sweep.Sweep(b, o.share, o.workers), "damage": lambda: damage.Damage(b, o.share), "disk": lambda: disk.Disk(b, o.share), "desk": lambda: desk.Desk(b, o.share),
                    "clock": lambda: clock.Clock(b, o.share)}[part]()
            ok = work.go(o.only, sys.stdout) and ok
    sys.exit(0 if ok else 1)

if __name__ == "__main__":
    main()

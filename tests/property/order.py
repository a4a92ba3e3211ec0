#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The output does not depend on the number of threads, on what was coded before, or on how often: 1, 2 and 5 threads give the same bytes
in every form; an article coded alone gives the records that it gives in the middle of a corpus."""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import corpus  # noqa: E402


def code(program, lines, *args):
    return subprocess.run([program, "code", "-", *args], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", required=True)
    ap.add_argument("--shared", default="../shared")
    o = ap.parse_args()
    docs = list(corpus.documents(corpus.sources(ROOT / "samples", o.shared), sentences=3000))
    lines = "".join(json.dumps(d) + "\n" for d in docs)
    bad = 0
    for form in ("jsonl", "csv", "tsv", "text"):
        first = code(o.program, lines, "--as", form, "-j", "1")
        for n in ("2", "5"):
            if code(o.program, lines, "--as", form, "-j", n) != first:
                print(f"{form}: {n} threads give other bytes than one")
                bad += 1
    together = code(o.program, lines, "--as", "jsonl").decode().splitlines()
    for d in docs[:: max(1, len(docs) // 8)]:
        alone = code(o.program, json.dumps(d) + "\n", "--as", "jsonl").decode().splitlines()
        if alone != [x for x in together if json.loads(x)["doc"] == d["id"]]:
            print(f"{d['id']}: other records alone than among others")
            bad += 1
    print(f"{len(docs)} documents, {len(together)} events, {bad} faults")
    return 1 if bad or not together else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""After a new model or table: move_cases.py BUILD [event|actor]... runs test_event and test_actor, moves known gaps that hold now to the
cases, and cases that fail now to the known gaps. Every line that becomes a gap is printed: look at each before it is committed, a
broken rule is no gap."""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def read(path):
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    head = [line for line in lines if line.startswith("#") or line.startswith("family\t")]
    return lines, head


def move(build, stage):
    env = {**os.environ, "DEMARCHE_DATA": str(build)}
    run = subprocess.run([build / f"test_{stage}"], cwd=HERE.parent.parent, env=env, capture_output=True, text=True)
    if run.returncode < 0 or run.returncode > 2:
        sys.exit(f"test_{stage} did not end as a test does: {run.returncode}")
    named = lambda table: {int(n) for n in re.findall(rf"{stage}_{table}\.tsv:(\d+):", run.stderr)}
    cases, head = read(HERE / f"{stage}_cases.tsv")
    gaps, gap_head = read(HERE / f"{stage}_known_gaps.tsv")
    failing, holding = named("cases"), named("known_gaps")
    lost = [line for n, line in enumerate(cases, 1) if n in failing]
    won = [line for n, line in enumerate(gaps, 1) if n in holding]
    kept = [line for n, line in enumerate(cases, 1) if n not in failing and line not in head] + won
    families = list(dict.fromkeys(line.split("\t")[0] for line in kept))
    kept.sort(key=lambda line: families.index(line.split("\t")[0]))
    open_gaps = [line for n, line in enumerate(gaps, 1) if n not in holding and line not in gap_head] + lost
    (HERE / f"{stage}_cases.tsv").write_text("\n".join(head + kept) + "\n", encoding="utf-8")
    (HERE / f"{stage}_known_gaps.tsv").write_text("\n".join(gap_head + open_gaps) + "\n", encoding="utf-8")
    print(f"{stage}: {len(kept)} cases, {len(open_gaps)} gaps; {len(won)} closed, {len(lost)} opened")
    for line in lost:
        print("  opened:", line.split("\t")[1 if stage == "event" else 2])


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    for stage in sys.argv[2:] or ["event", "actor"]:
        move(build, stage)


if __name__ == "__main__":
    main()

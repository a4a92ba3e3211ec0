#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Regression floor: the score on the three seed articles, the development half of our own gold (tests/gold) and the PLV training set does
not fall below tests/floor.json. Skipped (exit 77) where ../shared is not there. `--show` passes on to the scorer."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
import calibrate  # noqa: E402


def measure(program, shared, show):
    seeds = sorted(str(p) for p in (shared / "seeds").glob("*.txt"))
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as out:
        subprocess.run([program, "code", "--as", "jsonl", *seeds], stdout=out, check=True)
        text = subprocess.run([sys.executable, shared / "gold/score_events.py", shared / "gold/seeds.jsonl", out.name] + (["--show"] if show else []),
                              stdout=subprocess.PIPE, check=True).stdout.decode()
    print(text)
    found = {"status_f1": float(re.search(r"(?m)^score ([\d.]+)", text).group(1)), "marked_f1": float(re.search(r"(?m)^marked ([\d.]+)$", text).group(1))}
    for part in ("attribution", "date", "instrument"):
        hit, of = re.search(rf"(?m)^{part} .*, (\d+)/(\d+) of required", text).groups()
        found[part] = int(hit) / int(of)
    return found


def measure_plv(program, shared):
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as kept:
        text = subprocess.run([sys.executable, shared / "eval/plv_run.py", shared / "eval/PLV_train.tsv", "--coder", f"{program} code - --as jsonl",
                               "--keep", kept.name], stdout=subprocess.PIPE, check=True).stdout.decode()
    rows = {x.split()[0]: x.split() for x in text.splitlines() if re.match(r"(binary|penta|root) +\d", x)}
    print("\n".join(" ".join(r) for r in rows.values()))
    return {"plv_root_f1": float(rows["root"][4])}


def measure_gold(program, shared):
    """Development half only: events with status, and whether confidence tells right events from wrong ones."""
    se = calibrate.scorer(shared)
    gold, articles = calibrate.own_gold("dev")
    events = calibrate.code(program, articles)
    with tempfile.TemporaryDirectory() as tmp:
        files = [pathlib.Path(tmp, name) for name in ("gold.jsonl", "events.jsonl")]
        for path, records in zip(files, (gold, events)):
            path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
        text = subprocess.run([sys.executable, shared / "gold/score_events.py", *files], stdout=subprocess.PIPE, check=True).stdout.decode()
    print(text)
    return {"gold_dev_status_f1": float(re.search(r"(?m)^score ([\d.]+)", text).group(1)), "gold_dev_marked_f1": float(re.search(r"(?m)^marked ([\d.]+)$", text).group(1)),
            "gold_dev_confidence_order": calibrate.ranking(calibrate.judged(se, gold, events))}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", required=True)
    ap.add_argument("--shared", type=pathlib.Path, default=pathlib.Path("../shared"))
    ap.add_argument("--show", action="store_true")
    o = ap.parse_args()
    if not (o.shared / "gold/seeds.jsonl").exists():
        print(f"{o.shared}/gold is not there; the floor of the seeds' score cannot be checked")
        return 77
    floor = json.loads((HERE / "floor.json").read_text())
    program = os.path.abspath(o.program)
    found = measure(program, o.shared, o.show) | measure_gold(program, o.shared) | measure_plv(program, o.shared)
    bad = [f"{k} {found[k]:.3f} is under the floor of {v}" for k, v in floor.items() if found[k] < v]
    print("\n".join(bad) or "not under the floor: " + ", ".join(f"{k} {found[k]:.3f}" for k in floor))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

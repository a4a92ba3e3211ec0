#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make accuracy: every figure that ../shared lets us measure: the seed articles, the PLV training set, the parser on the development
treebanks, and our own gold articles (tests/gold, where they are). Prints what the scorers print."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def events(program, gold, articles, shared):
    print(f"== events: {pathlib.Path(gold).name} ({len(articles)} articles)", flush=True)
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as out:
        subprocess.run([program, "code", "--as", "jsonl", *map(str, articles)], stdout=out, check=True)
        subprocess.run([sys.executable, shared / "gold/score_events.py", gold, out.name], check=True)


def own_gold(program, half, shared):
    """The articles of one half of tests/gold, as its split tables have them."""
    folder = ROOT / "tests/gold"
    names = set()
    for split in sorted(folder.glob("split*.tsv")):
        rows = [line.split("\t") for line in split.read_text(encoding="utf-8").splitlines()[1:] if line and not line.startswith("#")]
        names |= {row[0] for row in rows if row[1] == half}
    records = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines() if json.loads(line)["doc"] in names]
    with tempfile.NamedTemporaryFile("w", suffix=f"-{half}.jsonl", encoding="utf-8") as gold:
        gold.write("".join(line + "\n" for line in records))
        gold.flush()
        events(program, gold.name, [folder / "articles" / name for name in sorted(names)], shared)


def plv(program, shared):
    print("== PLV training set", flush=True)
    subprocess.run([sys.executable, shared / "eval/plv_run.py", shared / "eval/PLV_train.tsv", "--coder", f"{program} code - --as jsonl"], check=True)


def parser(build, shared):
    print("== parser, predicted tags, gold tokens", flush=True)
    banks = [shared / "treebanks" / f for f in ("en_ewt-ud-dev.conllu", "gum_open-dev.conllu")]
    subprocess.run([build / "dm-eval-parse", ROOT / "data/model/english.dmm", *banks], check=True)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--shared", type=pathlib.Path, default=ROOT / "../shared")
    o = ap.parse_args()
    program = os.path.abspath(o.program)
    if not (o.shared / "gold/score_events.py").exists():
        sys.exit(f"accuracy: {o.shared} is not there; its scorers and gold records are needed")
    events(program, o.shared / "gold/seeds.jsonl", sorted((o.shared / "seeds").glob("*.txt")), o.shared)
    for half in ("dev", "test"):
        own_gold(program, half, o.shared)
    plv(program, o.shared)
    parser(pathlib.Path(program).parent, o.shared)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many of the sentences in sentences.tsv are read right: found, type, parties, status; none: nothing coded where nothing happens.

usage: sentences.py [--program build/demarche] [--show] [--type TYPE]

--show prints every sentence that is wrong and what was coded there. Frames are
written with the sentences on even lines of the file in view (--half even); those on odd lines tell how far that carries (--half odd)."""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def load():
    rows = []
    for line in (HERE / "sentences.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        text, trigger, kinds, actor, recipient, status = line.split("\t")
        side = lambda s: frozenset(c for c in s.split("+") if c != "-")
        rows.append(dict(text=text, trigger=trigger, kinds=kinds.split("/"), actor=side(actor), recipient=side(recipient), status=side(status)))
    return rows


def code(program, rows):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as f:
        f.writelines(json.dumps({"id": str(n), "text": row["text"]}, ensure_ascii=False) + "\n" for n, row in enumerate(rows))
        f.flush()
        out = subprocess.run([program, "code", "--as", "jsonl", f.name], stdout=subprocess.PIPE, check=True).stdout.decode()
    events = collections.defaultdict(list)
    for line in out.splitlines():
        e = json.loads(line)
        events[int(e["doc"])].append(e)
    return events


def codes(parties):
    return frozenset(p.get("code") or "" for p in parties or [])


def verdict(row, events):
    """What is wrong first, and the event it was seen in."""
    if row["kinds"] == ["none"]:
        return ("coded" if events else "right"), events[:1]
    start = row["text"].find(row["trigger"])
    here = [e for e in events if e["trigger"]["start"] < start + len(row["trigger"]) and start < e["trigger"]["end"]]
    if not here:
        return "not found", events
    typed = [e for e in here if e["event"][0] in row["kinds"]]
    if not typed:
        return "type", here
    e = typed[0]
    actor, recipient = codes(e["actor"]), codes(e["recipient"])
    together = {"CONSULT", "COOPERATE", "AGREE"} & set(row["kinds"]) and actor | recipient == row["actor"] | row["recipient"]
    if not together and (actor, recipient) != (row["actor"], row["recipient"]):
        return "parties", typed
    drop = {"historical"} | ({"negation"} if "REJECT" in row["kinds"] else set())
    return ("right" if frozenset(e["aux"]) - drop == row["status"] - drop else "status"), typed


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--program", default=HERE.parents[1] / "build/demarche")
    ap.add_argument("--show", action="store_true")
    ap.add_argument("--type")
    ap.add_argument("--half", choices=("even", "odd"), help="lines of the file: frames are written with the even ones in view only")
    o = ap.parse_args()
    rows = load()
    events = code(o.program, rows)
    table = collections.defaultdict(collections.Counter)
    for n, row in enumerate(rows):
        if o.half and (n % 2 == 0) != (o.half == "even"):
            continue
        what, seen = verdict(row, events[n])
        table[row["kinds"][0]][what] += 1
        if o.show and what != "right" and (not o.type or o.type == row["kinds"][0]):
            want = f"{'/'.join(row['kinds'])} {'+'.join(sorted(row['actor']))}>{'+'.join(sorted(row['recipient']))} {'+'.join(sorted(row['status']))}"
            got = "; ".join(f"{e['event'][0]} {'+'.join(sorted(codes(e['actor'])))}>{'+'.join(sorted(codes(e['recipient'])))} {'+'.join(e['aux'])} [{e['trigger']['text']}]" for e in seen)
            print(f"{n + 2} {what}: {row['text']} || {row['trigger']} = {want} || {got}")
    for kind, c in [*sorted(table.items()), ("all", sum(table.values(), collections.Counter()))]:
        total = sum(c.values())
        print(f"{kind:10} {total:4}  right {c['right'] / total:.2f}  " + "  ".join(f"{k} {v}" for k, v in c.most_common() if k != "right"))


if __name__ == "__main__":
    sys.exit(main())

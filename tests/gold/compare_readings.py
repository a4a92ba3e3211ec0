#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the first reading (first.jsonl) with the second (second_reading/NN.md, lines 'words | type | actor >
recipient | flags') and prints how far they agree. A line and a record are one event when the words lie in the
record's quote (or the quote in the words) and, of several such records, the one whose type, parties and status
fit best is taken."""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
FLAGS = {"N": "negation", "F": "future", "H": "hypothetical", "P": "historical"}
SCORED = {"negation", "future", "hypothetical"}
show = "--show" in sys.argv
first = next((pathlib.Path(a) for a in sys.argv[1:] if not a.startswith("--")), HERE / "first.jsonl")


def ways(record):
    for event in record["event"]:
        kind, *flags = event.split("+")
        yield kind, frozenset(flags if flags else record["aux"]) & SCORED


def side_ok(want, got):
    if want is None or not got:
        return True
    left = set(got)
    for place in want:
        hit = next((c for c in place.split("|") if c in left), None)
        if hit is None:
            return False
        left.discard(hit)
    return not left


def fit(record, line):
    kind, flags = line["type"], frozenset(line["aux"]) & SCORED
    drop = {"negation"} if kind == "REJECT" else set()
    t = any(k == kind for k, _ in ways(record))
    s = any(k == kind and f - drop == flags - drop for k, f in ways(record))
    if not t:
        s = any(f - drop == flags - drop for _, f in ways(record))
    return t, side_ok(record["actor"], line["actor"]) and side_ok(record["recipient"], line["recipient"]), s


records = {}
for raw in first.read_text(encoding="utf-8").splitlines():
    r = json.loads(raw)
    records.setdefault(r["doc"], []).append(r)
total = dict(first=0, second=0, both=0, type=0, parties=0, status=0, req=0, reqboth=0, hist=0, best=0)
for name, rs in records.items():
    text = (HERE / "articles" / name).read_bytes().decode("utf-8")
    used = set()
    for raw in (HERE / "second_reading" / (name[:2] + ".md")).read_text(encoding="utf-8").splitlines():
        if not raw.strip() or raw.startswith("#"):
            continue
        words, kind, sides, flags = [x.strip() for x in raw.split("|")]
        assert text.count(words) == 1, (name, words, text.count(words))
        a, b = [[c for c in x.strip().split(",") if c] for x in sides.split(">")]
        line = dict(type=kind, actor=a, recipient=b, aux=[FLAGS[c] for c in flags])
        at = text.index(words)
        total["second"] += 1
        near = [r for r in rs if r["id"] not in used and r["start"] < at + len(words) and at < r["start"] + len(r["quote"])]
        if not near:
            if show: print("only second", name[:2], raw)
            continue
        best = max(near, key=lambda r: (sum(w * x for w, x in zip((4, 2, 1), fit(r, line))), min(len(words) + at, r["start"] + len(r["quote"])) - max(at, r["start"])))
        t, p, s = fit(best, line)
        used.add(best["id"])
        total["both"] += 1; total["type"] += t; total["parties"] += p; total["status"] += s
        total["best"] += best["event"][0].split("+")[0] == line["type"]
        total["hist"] += ("historical" in best["aux"]) == ("historical" in line["aux"])
        if show and not (t and p and s and ("historical" in best["aux"]) == ("historical" in line["aux"])):
            print("differs", best["id"], "/".join(best["event"]), best["actor"], best["recipient"], best["aux"], "<>", raw)
    total["first"] += len(rs)
    total["req"] += sum(r["required"] for r in rs)
    total["reqboth"] += sum(r["required"] and r["id"] in used for r in rs)
    if show:
        for r in rs:
            if r["required"] and r["id"] not in used:
                print("only first", r["id"], "/".join(r["event"]), r["quote"])
n = total["both"]
print(f"records of the first reading {total['first']} ({total['req']} required), lines of the second {total['second']}")
print(f"found by both {n}: {n / total['second']:.3f} of the second's lines, {total['reqboth'] / total['req']:.3f} of the first's required records")
for key, label in (("type", "type (one of those accepted)"), ("best", "type (the one named first)"), ("parties", "parties"), ("status", "negation, future, hypothetical"), ("hist", "historical")):
    print(f"same {label}: {total[key]}/{n} = {total[key] / n:.3f}")

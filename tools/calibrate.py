#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Weights of the facts that an event's confidence rests on: logistic regression on our own gold, written to data/model/confidence.tsv.

usage: calibrate.py [--build BUILD] [--shared ../shared] [--out TABLE]        trains and writes
       calibrate.py --test [--half dev|test] [--markdown]                     reliability of the program's own figures

An event is right when score_events.py gives it a gold record of the same type, parties and status. Learnt from the development half of
tests/gold, where a right one counts SEEN, and from the seed articles at SEED_WEIGHT, because every rule has seen them; free repetitions of a matched record are left
out. Strength of the penalty, and how far all weights shrink in the end, are what judges an article best by the others (one left out at a
time). Standard library only; the same events give the same bytes."""
import argparse
import collections
import importlib.util
import json
import math
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SEED_WEIGHT = 0.2
TRAINING_WEIGHT = 0.3  # all training articles together count about as much as the development half
SEEN = 1.0           # what a right event counts for; under 1 if new articles did worse than those learnt from
RIDGES = 1.0, 3.0, 10.0, 30.0   # strengths of the penalty on weights that are tried
LEAST = 8            # events that must carry a fact before it gets a line
STEPS, DONE = 50, 1e-10
BINS = 10
HEAD = """# Confidence of an event: log odds that it is right (type, parties and status), summed over the facts of its making, made a
# probability by 1 / (1 + exp(-sum)). Written by tools/calibrate.py (make calibrate); edits are lost.
# fact: name in src/event/confidence.h, a PLOVER type, or base. weight: log odds. events, right: how many events of the training articles
# carry the fact, and the share of them that is right (seed articles counted in part).
# Source: our own gold records (tests/gold, development half) and the seed articles' (../shared/gold).
"""


def scorer(shared):
    spec = importlib.util.spec_from_file_location("score_events", shared / "gold/score_events.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def halves():
    """doc -> dev or test"""
    out = {}
    for path in sorted((ROOT / "tests/gold").glob("split*.tsv")):
        rows = [x.split("\t") for x in path.read_text(encoding="utf-8").splitlines() if x and not x.startswith("#")]
        out |= {r[0]: r[1] for r in rows[1:]}
    return out


def own_gold(half):
    """Gold records and articles of one half."""
    docs = sorted(d for d, h in halves().items() if h == half)
    files = sorted((ROOT / "tests/gold").glob("*.jsonl"))
    records = [json.loads(x) for f in files for x in f.read_text(encoding="utf-8").splitlines() if x]
    return [r for r in records if r["doc"] in set(docs)], [ROOT / "tests/gold/articles" / d for d in docs]


def training_gold():
    """Records and articles that were written for training only."""
    path = ROOT / "tests/gold/training.jsonl"
    records = [json.loads(x) for x in path.read_text(encoding="utf-8").splitlines() if x] if path.exists() else []
    return records, [ROOT / "tests/gold/training" / d for d in sorted({r["doc"] for r in records})]


def seeds(shared):
    records = [json.loads(x) for x in (shared / "gold/seeds.jsonl").read_text(encoding="utf-8").splitlines() if x]
    return records, sorted((shared / "seeds").glob("*.txt"))


def code(program, articles, read="all"):
    out = subprocess.run([program, "code", "--as", "jsonl", "--read", read, "-j", "1", *map(str, articles)], stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(x) for x in out.decode().splitlines()]


def verdicts(se, gold, events):
    """For each event: True right, False wrong, None a free repetition."""
    match = se.match(gold, events, False)
    inverse, taken, out = {j: i for i, j in match.items()}, set(), []
    for j, e in enumerate(events):
        if j in inverse:
            out.append(se.status_ok(gold[inverse[j]], e))
            continue
        twin = next((i for i in match if i not in taken and se.candidate(gold[i], e) and se.status_ok(gold[i], e)), None)
        taken.add(twin)
        out.append(False if twin is None else None)
    return out


def facts(build, articles):
    out = subprocess.run([build / "dm-facts", *map(str, articles)], stdout=subprocess.PIPE, check=True).stdout.decode()
    return [x.split("\t") for x in out.splitlines()]


def examples(build, se, gold, articles, weight):
    """(facts, right, weight, article) of each event."""
    events, rows = code(build / "demarche", articles), facts(build, articles)
    if [(e["doc"], e["id"]) for e in events] != [(r[0], r[1]) for r in rows]:
        sys.exit("calibrate: dm-facts and demarche give different events")
    found = zip(rows, verdicts(se, gold, events))
    return [(frozenset([r[2], *r[3].split()]), right, weight, r[0]) for r, right in found if right is not None]


def solve(a, b):
    """a x = b for a symmetric positive definite a, by Cholesky factors."""
    n = len(b)
    low = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = a[i][j] - math.fsum(low[i][k] * low[j][k] for k in range(j))
            low[i][j] = math.sqrt(s) if i == j else s / low[j][j]
    y = []
    for i in range(n):
        y.append((b[i] - math.fsum(low[i][k] * y[k] for k in range(i))) / low[i][i])
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (y[i] - math.fsum(low[k][i] * x[k] for k in range(i + 1, n))) / low[i][i]
    return x


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def train(rows, n, ridge):
    """Newton's method on the penalised likelihood of rows (columns, right, weight); column 0 is the base and is not penalised."""
    w = [0.0] * n
    for _ in range(STEPS):
        grad = [0.0] + [-ridge * x for x in w[1:]]
        hess = [[(ridge if i == j and i else 0.0) for j in range(n)] for i in range(n)]
        for cols, right, weight in rows:
            p = sigmoid(math.fsum(w[c] for c in cols))
            for c in cols:
                grad[c] += weight * (right - p)
                for d in cols:
                    hess[c][d] += weight * p * (1 - p)
        step = solve(hess, grad)
        w = [x + s for x, s in zip(w, step)]
        if max(map(abs, step)) < DONE:
            break
    return w


def left_out(rows, docs, n, ridge):
    """Log odds of each row by weights that never saw its article."""
    odds = [0.0] * len(rows)
    for doc in sorted(set(docs)):
        w = train([r for r, d in zip(rows, docs) if d != doc], n, ridge)
        for i, (r, d) in enumerate(zip(rows, docs)):
            if d == doc:
                odds[i] = math.fsum(w[c] for c in r[0])
    return odds


def loss(rows, odds):
    total = math.fsum(weight for _, _, weight in rows)
    return -math.fsum(weight * (right * math.log(sigmoid(x)) + (1 - right) * math.log(1 - sigmoid(x))) for (_, right, weight), x in zip(rows, odds)) / total


def stretch(rows, odds):
    """(shift, factor) with which left-out odds fit best."""
    shift, factor = 0.0, 1.0
    for _ in range(STEPS):
        g, h = [0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]
        for (_, right, weight), x in zip(rows, odds):
            p = sigmoid(shift + factor * x)
            for i, a in enumerate((1.0, x)):
                g[i] += weight * (right - p) * a
                for k, b in enumerate((1.0, x)):
                    h[i][k] += weight * p * (1 - p) * a * b
        step = solve(h, g)
        shift, factor = shift + step[0], factor + step[1]
        if max(map(abs, step)) < DONE:
            break
    return shift, factor


def fit(data, names):
    """Weights by name, after the strength of the penalty and the final stretch were chosen on left-out articles."""
    column = {name: i for i, name in enumerate(names)}
    rows = [([0] + sorted(column[f] for f in fs if f in column), SEEN * right, weight) for fs, right, weight, _ in data]
    docs = [doc for _, _, _, doc in data]
    tried = {ridge: left_out(rows, docs, len(names), ridge) for ridge in RIDGES}
    best = min(RIDGES, key=lambda ridge: loss(rows, tried[ridge]))
    shift, factor = stretch(rows, tried[best])
    weights = [factor * x for x in train(rows, len(names), best)]
    weights[0] += shift
    print(f"calibrate: penalty {best:g}, all weights times {factor:.2f}; log loss on left-out articles {loss(rows, [shift + factor * x for x in tried[best]]):.3f}")
    return weights


def write(path, data, names, weights):
    lines = [HEAD + "fact\tweight\tevents\tright\n"]
    for name, weight in zip(names, weights):
        here = [(right, k) for fs, right, k, _ in data if name == "base" or name in fs]
        total = math.fsum(k for _, k in here)
        lines.append(f"{name}\t{round(weight, 2) + 0.0:.2f}\t{total:.1f}\t{math.fsum(k for right, k in here if right) / total:.2f}\n")
    path.write_text("".join(lines), encoding="utf-8")


def calibrate(o, se):
    names = subprocess.run([o.build / "dm-facts", "--names"], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    data = examples(o.build, se, *own_gold("dev"), 1.0) + examples(o.build, se, *training_gold(), TRAINING_WEIGHT) + examples(o.build, se, *seeds(o.shared), SEED_WEIGHT)
    seen = collections.Counter(f for fs, _, _, _ in data for f in fs)
    names = ["base"] + [n for n in names if seen[n] >= LEAST]
    weights = fit(data, names)
    write(o.out, data, names, weights)
    print(f"calibrate: {len(data)} events, {sum(r for _, r, _, _ in data)} right, {len(names)} weights in {os.path.relpath(o.out)}; build anew to use them")


def reliability(pairs):
    """Rows (low, high, n, mean confidence, share right) of the bins in use, expected calibration error, Brier score."""
    bins = collections.defaultdict(list)
    for p, right in pairs:
        bins[min(int(p * BINS), BINS - 1)].append((p, right))
    rows = [(b / BINS, (b + 1) / BINS, len(v), math.fsum(p for p, _ in v) / len(v), sum(r for _, r in v) / len(v)) for b, v in sorted(bins.items())]
    error = sum(n * abs(mean - share) for _, _, n, mean, share in rows) / len(pairs)
    return rows, error, math.fsum((p - r) ** 2 for p, r in pairs) / len(pairs)


def ranking(pairs):
    """Chance that a right event has more confidence than a wrong one."""
    good, bad = [p for p, r in pairs if r], [p for p, r in pairs if not r]
    wins = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    return wins / (len(good) * len(bad)) if good and bad else float("nan")


def judged(se, gold, events):
    """(confidence, right) of each event that counts."""
    return [(e["confidence"], right) for e, right in zip(events, verdicts(se, gold, events)) if right is not None]


def report(pairs, half, markdown):
    """Reliability table with its summary as text, and the calibration error."""
    rows, error, brier = reliability(pairs)
    lines = ["| confidence | events | mean confidence | right |", "| --- | --- | --- | --- |"] if markdown else ["confidence  events  mean   right"]
    for low, high, n, mean, share in rows:
        cells = f"{low:.1f} to {high:.1f}", str(n), f"{mean:.3f}", f"{share:.3f}"
        lines.append("| " + " | ".join(cells) + " |" if markdown else f"{cells[0]}  {n:6}  {cells[2]}  {cells[3]}")
    right = sum(r for _, r in pairs)
    lines += [""] * markdown + [f"Calibration error {error:.3f} on the {half} half ({len(pairs)} events, {right} right = {right / len(pairs):.3f}, mean confidence "
                                f"{math.fsum(p for p, _ in pairs) / len(pairs):.3f}); Brier score {brier:.3f}; a right event has more confidence than a wrong one in "
                                f"{ranking(pairs):.2f} of pairs."]
    return "\n".join(lines) + "\n", error


def test(o, se):
    gold, articles = own_gold(o.half)
    print(report(judged(se, gold, code(o.build / "demarche", articles)), o.half, o.markdown)[0], end="")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    ap.add_argument("--shared", type=pathlib.Path, default=ROOT / "../shared")
    ap.add_argument("--out", type=pathlib.Path, default=ROOT / "data/model/confidence.tsv")
    ap.add_argument("--test", action="store_true")
    ap.add_argument("--half", choices=("dev", "test"), default="test")
    ap.add_argument("--markdown", action="store_true")
    o = ap.parse_args()
    o.build = o.build.resolve()
    if not (o.shared / "gold/score_events.py").exists():
        sys.exit(f"calibrate: {o.shared}/gold is not there; its scorer and the seeds' records are needed")
    os.environ.setdefault("DEMARCHE_DATA", str(o.build))
    se = scorer(o.shared)
    test(o, se) if o.test else calibrate(o, se)


if __name__ == "__main__":
    main()

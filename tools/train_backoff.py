#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Weights of the learned back-off (src/event/propose.h), learnt from our own gold; written to data/model/backoff.tsv.

usage: train_backoff.py [--build BUILD] [--shared ../shared] [--out TABLE] [--folds N]

dm-facts --proposals prints every word that no frame made an event of, with its hints. A gold record that the frames did not find is stated by
one of the words in its quote: the one, and the accepted type, that the weights of the moment make likeliest. Words outside all quotes state
nothing. The same is learnt once more without the frames, for every record, so that the back-off can be measured alone. The weights maximise the penalised likelihood (AdaGrad on the softmax over the types and none). The threshold is the one that gives
most on articles left out, when a proposal is worth what a right event adds to F1 against what a wrong one costs (WORTH: share of proposals of the
right type and place whose parties and status are right as well). Learnt from the training articles, the development half of tests/gold and
the seeds; the test half is never read. Standard library only; the same events give the same bytes."""
import argparse
import collections
import math
import os
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import calibrate  # noqa: E402
import train_parties  # noqa: E402

TYPES = "AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE ASSAULT".split()
EPOCHS, RATE, RIDGE, FOLDS, SEED = 6, 0.1, 0.01, 3, 20261122
OPTIONAL = 0.4       # weight of a record that may be missed
BESIDE = 0.3         # ... of the words beside the one that states the record
WORTH = 0.6
PRICE = 0.28         # a proposal pays when it is right more often than this (about half of F1)
HEAD = """# Back-off: log-linear weights of the hints of src/event/propose.h. Written by tools/train_backoff.py (make backoff); edits are lost.
# kind: type (weight of a hint for each type), event (of a hint for any event), prior (of a type), threshold (how likely an event must be).
# Source: our own gold records (tests/gold: training articles and development half) and the seed articles' (../shared/gold).
kind\thint\tweight
"""


def words(build, articles, how):
    """doc -> [(start, end, event hints, {type: {hint: value}})]; how: --proposals, or --alone without the frames"""
    out = subprocess.run([build / "dm-facts", how, *map(str, articles)], stdout=subprocess.PIPE, check=True).stdout.decode()
    table = collections.defaultdict(list)
    for line in out.splitlines():
        doc, start, end, event, *types = line.split("\t")
        hints = {}
        for cell in types:
            kind, *pairs = cell.split(" ")
            hints[kind] = {k: float(v) for k, v in (p.split("=") for p in pairs)}
        table[os.path.basename(doc)].append((int(start), int(end), event.split(), hints))
    return table


def columns(event, hints, kind):
    return [(("event", h), 1.0) for h in event] + [(("type", h), v) for h, v in hints.get(kind, {}).items()] + [(("prior", kind), 1.0)]


def examples(se, build, gold, articles, how):
    """(doc, words of one record or one word outside all, accepted types or none, weight)"""
    events = calibrate.code(build / "demarche", articles, "frames") if how == "--proposals" else []
    by_doc = collections.defaultdict(list)
    for e in events:
        by_doc[se.doc_of(e)].append(e)
    out, table = [], words(build, articles, how)
    for doc, here in table.items():
        records = [g for g in gold if g["doc"] == doc]
        inside = [any(g["start"] <= s < g["start"] + len(g["quote"]) for g in records) for s, *_ in here]
        out += [(doc, [w], None, 1.0) for w, i in zip(here, inside) if not i]
        for g in records:
            span = g["start"], g["start"] + len(g["quote"])
            kinds = [k for k in dict.fromkeys(k for k, _ in se.alternatives(g))]
            found = any(e["trigger"]["start"] < span[1] and span[0] < e["trigger"]["end"] and se.type_of(e) in kinds for e in by_doc[doc])
            bag = [w for w in here if span[0] <= w[0] < span[1]]
            if bag and not found:
                out.append((doc, bag, kinds, 1.0 if g["required"] else OPTIONAL))
    return out


def probabilities(w, word):
    scores = [math.fsum(w.get(f, 0.0) * v for f, v in columns(word[2], word[3], k)) for k in TYPES] + [0.0]
    top = max(scores)
    p = [math.exp(s - top) for s in scores]
    total = math.fsum(p)
    return [x / total for x in p]


def step(w, g2, word, target, weight, p):
    """One gradient step toward target (index into TYPES, len(TYPES) for none)."""
    grad = collections.defaultdict(float)
    for k, kind in enumerate(TYPES):
        d = weight * ((k == target) - p[k])
        if abs(d) > 1e-4:
            for f, v in columns(word[2], word[3], kind):
                grad[f] += d * v
    for f, d in grad.items():
        d -= RIDGE * w.get(f, 0.0)
        g2[f] += d * d
        w[f] = w.get(f, 0.0) + RATE * d / math.sqrt(g2[f])


def train(data):
    w, g2 = {("type", "word"): 2.0, ("event", "base"): -3.0}, collections.defaultdict(lambda: 1e-2)
    order, dice = list(range(len(data))), random.Random(SEED)
    for _ in range(EPOCHS):
        dice.shuffle(order)
        for i in order:
            _, bag, kinds, weight = data[i]
            if kinds is None:
                step(w, g2, bag[0], len(TYPES), weight, probabilities(w, bag[0]))
                continue
            every = [probabilities(w, word) for word in bag]
            n, k = max(((n, TYPES.index(k)) for n in range(len(bag)) for k in kinds), key=lambda x: every[x[0]][x[1]])
            step(w, g2, bag[n], k, weight, every[n])
            for other in range(len(bag)):
                if other != n:
                    step(w, g2, bag[other], len(TYPES), weight * BESIDE, every[other])
    return w


def judge(w, data):
    """(how likely an event, right) for every word; several words of one record: the first is right, the others are not."""
    out = []
    for _, bag, kinds, weight in data:
        seen = False
        for word in bag:
            p = probabilities(w, word)
            best = max(range(len(TYPES)), key=lambda k: p[k])
            right = kinds is not None and TYPES[best] in kinds and not seen
            seen = seen or right
            out.append((1 - p[-1], right, weight if kinds else 1.0))
    return out


def threshold(judged):
    """The likelihood from which on the next proposal no longer pays."""
    best, best_at, gain = 0.0, 0.99, 0.0
    for odds, right, _ in sorted(judged, key=lambda x: -x[0]):
        gain += WORTH * right - PRICE
        if gain > best:
            best, best_at = gain, odds
    return max(best_at, 0.05)


def folds(data, how, n):
    """How likely an event, and whether right, for each word of the articles by weights that never saw its article."""
    docs = sorted({d[0] for d in data[how]})
    every = data["--proposals"] + data["--alone"]
    out = []
    for k in range(n):
        left = set(docs[k::n])
        out += judge(train([d for d in every if d[0] not in left]), [d for d in data[how] if d[0] in left])
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--build", type=pathlib.Path, default=calibrate.ROOT / "build")
    ap.add_argument("--shared", type=pathlib.Path, default=calibrate.ROOT / "../shared")
    ap.add_argument("--out", type=pathlib.Path, default=calibrate.ROOT / "data/model/backoff.tsv")
    o = ap.parse_args()
    o.build = o.build.resolve()
    if not (o.shared / "gold/score_events.py").exists():
        sys.exit(f"train_backoff: {o.shared}/gold is not there; its scorer and the seeds' records are needed")
    os.environ.setdefault("DEMARCHE_DATA", str(o.build))
    se = calibrate.scorer(o.shared)
    sources = train_parties.sources(se, o.shared)
    data = {how: examples(se, o.build, *sources, how) for how in ("--proposals", "--alone")}
    lines = []
    for how, name in (("--proposals", "-"), ("--alone", "alone")):
        judged = folds(data, how, FOLDS)
        at = threshold(judged)
        said = [x for x in judged if x[0] >= at]
        print(f"train_backoff {how}: {sum(1 for d in data[how] if d[2])} records without an event; left out, from {at:.2f} on {len(said)} proposals, "
              f"{sum(r for _, r, _ in said)} of the right type in the right place")
        lines.append(f"threshold\t{name}\t{at:.3f}\n")
    w = train(data["--proposals"] + data["--alone"])
    lines = [f"{kind}\t{hint}\t{x:.3f}\n" for (kind, hint), x in sorted(w.items()) if abs(x) >= 0.005] + lines
    o.out.write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"train_backoff: {len(lines)} weights in {os.path.relpath(o.out)}; build anew to use them")


if __name__ == "__main__":
    main()

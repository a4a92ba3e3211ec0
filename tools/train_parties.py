#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Weights of the choice of parties (src/event/choose.h), learnt from our own gold; written to data/model/parties.tsv.

usage: train_parties.py [--build BUILD] [--shared ../shared] [--out TABLE] [--folds N] [--empty]

dm-facts --choices prints, for each side of each event, the sets of parties that were weighed and their clues. A set is right when
score_events.py would accept it for that side of the gold record whose words hold the trigger and whose type is the event's. The weights
maximise the penalised likelihood of the right sets (AdaGrad on the softmax, averaged); some clues have further weights, more strongly penalised,
for each type of event and together with other clues. Learnt from the training articles, the development half of tests/gold and the seeds; the test half is never read.
--folds N first reports how many sides would be right on articles left out. Standard library only; the same events give the same bytes."""
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

EPOCHS, RATE = 10, 0.15
RIDGE_ALL, RIDGE_TYPE = 0.05, 0.3    # penalty, spread over the examples
OPTIONAL = 0.6                       # weight of a record that may be missed
SEED_WEIGHT = 3.0                    # of a seed article's: real news, read by somebody else
TYPED = set("""own own_civil overlap empty is_un is_body is_private rule rule_home arg_in arg_of arg_subject arg_object civil text_hard_target
hard_recipient sponsor instrument_subject speaker same_type_recipient same_type_actor""".split())    # weighed for each type as well
PAIRED = set("rule here empty two rule_home rule_coref rule_name text_most_named before_trigger own".split())  # ... with every other clue
LEAST = 0.03                         # weights under this are not written
SEED = 20261122
HEAD = """# Choice of parties: log-linear weights of the clues of src/event/choose.h. Written by tools/train_parties.py (make parties); edits are lost.
# side: actor or recipient. with: any, or what must hold besides for the weight to be added: a PLOVER type of the event or another clue of
# the set. clue: see choose.h. weight: log odds.
# Source: our own gold records (tests/gold: training articles and development half) and the seed articles' (../shared/gold).
side\twith\tclue\tweight
"""


def sources(se, shared):
    gold, articles = [], []
    for part in (calibrate.own_gold("dev"), calibrate.training_gold(), calibrate.seeds(shared)):
        gold += part[0]
        articles += part[1]
    return gold, articles


def split(codes):
    return frozenset(codes.split("+")) if codes else frozenset()


def groups(build, articles):
    """(doc, start, side) -> [(type, mutual, codes, codes of the other side, clues)], the rules' answer first."""
    out = subprocess.run([build / "dm-facts", "--choices", *map(str, articles)], stdout=subprocess.PIPE, check=True).stdout.decode()
    table = collections.OrderedDict()
    for line in out.splitlines():
        doc, start, side, kind, mutual, codes, other, clues = line.split("\t")
        table.setdefault((os.path.basename(doc), int(start), side), []).append((kind, mutual == "1", split(codes), split(other), clues.split()))
    return table


def gold_of(se, gold, event):
    """The gold record of an event by words and type; of several, the one whose parties fit best."""
    start, end = event["trigger"]["start"], event["trigger"]["end"]
    fits = [g for g in gold if start < g["start"] + len(g["quote"]) and g["start"] < end and any(k == se.type_of(event) for k, _ in se.alternatives(g))]
    sides = lambda g: se.parties_ok(g, event) * 2 + se.side_ok(g["actor"], se.codes(event.get("actor"))) + se.side_ok(g["recipient"], se.codes(event.get("recipient")))
    return max(fits, key=sides) if fits else None


def right(se, g, side, codes, other):
    """Whether the scorer takes these codes for this side; None: not scored."""
    want = g[side]
    if want is None:
        return None
    if se.side_ok(want, codes):
        return True
    return side == "recipient" and len(g["actor"] or []) > 1 and not g["recipient"] and se.side_ok(g["actor"], codes | other)


def examples(se, build, gold, articles):
    by_doc = collections.defaultdict(list)
    for g in gold:
        by_doc[g["doc"]].append(g)
    events = {(se.doc_of(e), e["trigger"]["start"]): e for e in calibrate.code(build / "demarche", articles)}
    out = []
    table, seed = groups(build, articles), {a.name for a in articles if a.parent.name == "seeds"}
    for (doc, start, side), sets in table.items():
        event = events.get((doc, start))
        g = gold_of(se, by_doc[doc], event) if event else None
        if not g or any(w.startswith("event/duty") for w in event["why"]):
            continue
        marks = [right(se, g, side, codes, other) for _, _, codes, other, _ in sets]
        if marks[0] is None:
            continue
        out.append((doc, side, sets[0][0], [clues for *_, clues in sets], marks, (1.0 if g["required"] else OPTIONAL) * (SEED_WEIGHT if doc in seed else 1.0), (event, g, sets)))
    return out


def columns(side, kind, clues):
    return ([(side, "any", c) for c in clues] + [(side, kind, c) for c in clues if c in TYPED] +
            [(side, a, c) for a in clues if a in PAIRED for c in clues if c != a])


def prepare(data):
    """Names of the weights, and the examples with a right set as rows of their numbers."""
    ids = {}
    rows = [([[ids.setdefault(f, len(ids)) for f in columns(d[1], d[2], c)] for c in d[3]], d[4], d[5]) for d in data if any(d[4])]
    return list(ids), rows


def gradient(w, rows, marks, weight):
    scores = [sum([w[f] for f in r]) for r in rows]
    top = max(scores)
    p = [math.exp(s - top) for s in scores]
    total, good = sum(p), sum(x for x, m in zip(p, marks) if m)
    grad = {}
    for x, m, r in zip(p, marks, rows):
        d = weight * ((x / good if m else 0.0) - x / total)
        if abs(d) > 1e-9:
            for f in r:
                grad[f] = grad.get(f, 0.0) + d
    return grad


def train(data):
    """Weights by (side, with, clue): their mean over the second half of the steps."""
    names, examples_ = prepare(data)
    n, steps = len(names), 0
    ridge = [RIDGE_ALL if f[1] == "any" else RIDGE_TYPE for f in names]
    w, squares, total, since, start = [0.0] * n, [1e-6] * n, [0.0] * n, [0] * n, None
    order, dice = list(range(len(examples_))), random.Random(SEED)
    for epoch in range(EPOCHS):
        if epoch == EPOCHS // 2:
            start, since = steps, [steps] * n
        dice.shuffle(order)
        for i in order:
            steps += 1
            for f, d in gradient(w, *examples_[i]).items():
                d -= ridge[f] * w[f]
                squares[f] += d * d
                if start is not None:
                    total[f] += w[f] * (steps - since[f])
                    since[f] = steps
                w[f] += RATE * d / math.sqrt(squares[f])
    return {name: (total[f] + w[f] * (steps - since[f])) / (steps - start) for f, name in enumerate(names)}


def chosen(w, d):
    scores = [math.fsum(w.get(f, 0.0) for f in columns(d[1], d[2], c)) for c in d[3]]
    return max(range(len(scores)), key=lambda i: (scores[i], -i))


def report(name, data, picks):
    for side in ("actor", "recipient"):
        here = [(d, i) for d, i in zip(data, picks) if d[1] == side]
        n = len(here)
        print(f"{name} {side}: {n} sides; rules {sum(bool(d[4][0]) for d, _ in here) / n:.3f}, chosen {sum(bool(d[4][i]) for d, i in here) / n:.3f}, "
              f"any set right {sum(any(d[4]) for d, _ in here) / n:.3f}")


def folds(data, n):
    docs = sorted({d[0] for d in data})
    picks = [0] * len(data)
    for k in range(n):
        out = set(docs[k::n])
        w = train([d for d in data if d[0] not in out])
        for i, d in enumerate(data):
            if d[0] in out:
                picks[i] = chosen(w, d)
    report("left out", data, picks)
    return picks


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--build", type=pathlib.Path, default=calibrate.ROOT / "build")
    ap.add_argument("--shared", type=pathlib.Path, default=calibrate.ROOT / "../shared")
    ap.add_argument("--out", type=pathlib.Path, default=calibrate.ROOT / "data/model/parties.tsv")
    ap.add_argument("--folds", type=int, default=0)
    ap.add_argument("--empty", action="store_true", help="write a table without weights: the rules decide alone")
    o = ap.parse_args()
    if o.empty:
        o.out.write_text(HEAD, encoding="utf-8")
        return
    o.build = o.build.resolve()
    if not (o.shared / "gold/score_events.py").exists():
        sys.exit(f"train_parties: {o.shared}/gold is not there; its scorer and the seeds' records are needed")
    os.environ.setdefault("DEMARCHE_DATA", str(o.build))
    se = calibrate.scorer(o.shared)
    data = examples(se, o.build, *sources(se, o.shared))
    if o.folds:
        folds(data, o.folds)
    w = train(data)
    report("seen", data, [chosen(w, d) for d in data])
    lines = [f"{side}\t{with_}\t{clue}\t{x:.2f}\n" for (side, with_, clue), x in sorted(w.items()) if abs(x) >= LEAST]
    o.out.write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"train_parties: {len(data)} sides, {len(lines)} weights in {os.path.relpath(o.out)}; build anew to use them")


if __name__ == "__main__":
    main()

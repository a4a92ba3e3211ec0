#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What words mean that no frame knows: PLOVER types for verbs and nouns, learnt from the frames themselves and WordNet; writes
data/model/words.tsv, one of the hints of the back-off (src/event/propose.h).

usage: train_words.py [--wordnet /usr/share/wordnet] [--shared ../shared] [--least P]

A word is described by its first senses in WordNet 3.0 (Debian package wordnet-base): their synonyms, everything above them, their field, and
the words they are derived from. A softmax regression (AdaGrad, penalised) learns from the words of data/frames which type such a description
means; words that the treebank's training part uses often and no frame knows, and lines of type '-', mean none. A word that a frame knows gets
what the regression says when that word is left out (FOLDS parts), so that the back-off can be measured alone. Written are words whose best
type is likelier than P. Standard library only; the same input gives the same bytes."""
import argparse
import collections
import hashlib
import math
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TYPES = "AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE ASSAULT".split()
NONE = len(TYPES)
SENSES = 1.0, 0.5, 0.3      # weight of the first, second and third sense
EPOCHS, RATE, RIDGE, FOLDS, SEED = 12, 0.3, 0.002, 5, 7
OFTEN = 6                   # uses in the treebank after which a word without a frame counts as none
TABLES = {"v": ("verbs", "verbs_conflict"), "n": ("nouns", "nouns_conflict")}
HEAD = """# What words mean that no frame knows: their likeliest PLOVER type, percent. Written by tools/train_words.py (make backoff); edits are lost.
# Words that a frame knows stand here with what was guessed when that word was left out; they are used only to measure the back-off alone.
# Source: learnt from data/frames and WordNet 3.0, Copyright 2006 by Princeton University (data/model/NOTICE).
word\tpos\ttype\tpercent
"""


class WordNet:
    def __init__(self, folder, pos):
        name = {"v": "verb", "n": "noun"}[pos]
        self.synsets, self.senses = {}, {}
        for line in (folder / f"data.{name}").read_text(encoding="latin-1").splitlines():
            if line[0] == " ":
                continue
            f = line.split(" | ")[0].split()
            n = int(f[3], 16)
            words, at = [f[4 + 2 * i].lower() for i in range(n)], 5 + 2 * n
            up = [f[at + 4 * i + 1] for i in range(int(f[4 + 2 * n])) if f[at + 4 * i] in ("@", "@i")]
            kin = [(f[at + 4 * i + 1], f[at + 4 * i + 2]) for i in range(int(f[4 + 2 * n])) if f[at + 4 * i] == "+"]
            self.synsets[f[0]] = (f[1], words, up, kin)
        for line in (folder / f"index.{name}").read_text(encoding="latin-1").splitlines():
            if line[0] != " ":
                f = line.split()
                self.senses[f[0]] = f[-int(f[2]):]

    def above(self, synset):
        seen, todo = [], [synset]
        while todo:
            s = todo.pop()
            if s not in seen:
                seen.append(s)
                todo += self.synsets[s][2]
        return seen

    def describe(self, word):
        out = collections.defaultdict(float)
        for weight, synset in zip(SENSES, self.senses.get(word, ())):
            field, words, _, kin = self.synsets[synset]
            out["field " + field] += weight
            for s in self.above(synset):
                out["above " + s] += weight
            for w in words:
                if w != word:
                    out["like " + w] += weight
            for s, p in kin:
                out[f"kin {p}{s}"] += weight
        return dict(out)


def framed(pos):
    """lemma -> weight of each type in the lines of the frame tables."""
    out = collections.defaultdict(lambda: [0.0] * (NONE + 1))
    for name in TABLES[pos]:
        for line in (ROOT / f"data/frames/{name}.tsv").read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if line.startswith("#") or cells[0] == "lemma" or len(cells) < 3:
                continue
            for word in cells[0].split("|"):
                kind = TYPES.index(cells[2]) if cells[2] in TYPES else NONE
                out[word.replace(" ", "_")][kind] += 2.0 if not cells[1] else 1.0
    return out


def frequent(shared, pos):
    want, n = {"v": "VERB", "n": "NOUN"}[pos], collections.Counter()
    for name in ("en_ewt-ud-train.conllu", "gum_open-train.conllu"):
        for line in (shared / "treebanks" / name).read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if len(cells) == 10 and cells[3] == want:
                n[cells[2].lower()] += 1
    return n


def probabilities(w, x):
    scores = [math.fsum(w.get((f, k), 0.0) * v for f, v in x.items()) + w.get(("base", k), 0.0) for k in range(NONE + 1)]
    top = max(scores)
    p = [math.exp(s - top) for s in scores]
    total = math.fsum(p)
    return [v / total for v in p]


def train(data):
    w, g2 = {}, collections.defaultdict(lambda: 1e-6)
    order, dice = list(range(len(data))), random.Random(SEED)
    for _ in range(EPOCHS):
        dice.shuffle(order)
        for i in order:
            x, y = data[i]
            p = probabilities(w, x)
            for k in range(NONE + 1):
                d = y[k] - p[k]
                if abs(d) < 1e-3:
                    continue
                for f, v in [*x.items(), ("base", 1.0)]:
                    key = (f, k)
                    g = d * v - RIDGE * w.get(key, 0.0)
                    g2[key] += g * g
                    w[key] = w.get(key, 0.0) + RATE * g / math.sqrt(g2[key])
    return w


def part_of(word):
    return int(hashlib.sha256(word.encode()).hexdigest(), 16) % FOLDS


def learn(wn, known, often):
    """lemma -> probabilities, for every word of WordNet."""
    labels = {}
    for word, weights in known.items():
        if word in wn.senses:
            labels[word] = [v / math.fsum(weights) for v in weights]
    for word, n in often.items():
        if n >= OFTEN and word in wn.senses and word not in known:
            labels[word] = [0.0] * NONE + [1.0]
    described = {word: wn.describe(word) for word in wn.senses if "_" not in word}
    described |= {word: wn.describe(word) for word in labels}
    models = [train([(described[w], y) for w, y in sorted(labels.items()) if part_of(w) != k]) for k in range(FOLDS)]
    whole = train([(described[w], y) for w, y in sorted(labels.items())])
    out = {w: probabilities(models[part_of(w)] if w in labels else whole, x) for w, x in described.items()}
    events = [w for w in labels if max(labels[w][:NONE]) > 0.5]
    hits = sum(out[w].index(max(out[w])) == labels[w].index(max(labels[w])) for w in events)
    said = [w for w in labels if max(out[w][:NONE]) > 0.5]
    right = sum(labels[w][out[w].index(max(out[w]))] > 0.3 for w in said)
    print(f"{len(labels)} words learnt from; left out: of {len(events)} words with a type {hits / len(events):.3f} get it as the likeliest; "
          f"of {len(said)} given one with more than 0.5 it is right for {right / max(1, len(said)):.3f}")
    return out


def rows(pos, table, least):
    for word, p in sorted(table.items()):
        best = max(range(NONE), key=lambda k: p[k])
        if p[best] >= least and word.isalpha():
            yield f"{word}\t{pos}\t{TYPES[best]}\t{100 * p[best]:.0f}\n"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--wordnet", type=pathlib.Path, default=pathlib.Path("/usr/share/wordnet"))
    ap.add_argument("--shared", type=pathlib.Path, default=ROOT / "../shared")
    ap.add_argument("--least", type=float, default=0.3)
    o = ap.parse_args()
    if not (o.wordnet / "data.verb").exists():
        sys.exit(f"train_words: {o.wordnet} has no WordNet files; install the package wordnet-base")
    lines = []
    for pos in "vn":
        lines += rows(pos, learn(WordNet(o.wordnet, pos), framed(pos), frequent(o.shared, pos)), o.least)
    (ROOT / "data/model/words.tsv").write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"train_words: {len(lines)} words in data/model/words.tsv")


if __name__ == "__main__":
    main()

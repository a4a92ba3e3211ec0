#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What linking knows (data/linking): `words` counts how rare the stems of news are, in our training articles and the even themes of
tests/gold/reports; `weights --program P` learns what each agreement of two events is worth from the even themes: their articles go into a
record, whose kept facts (src/store/telling.c) are compared here as src/store/alike.c does. Thresholds are tried by leaving themes out."""
import argparse
import collections
import math
import pathlib
import random
import re
import sqlite3
import struct
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/gold"))
import linking  # noqa: E402

DATA = ROOT / "data/linking"
ENDINGS = "ations ation ingly ments edly ings ment ions ing ion ies ied ers ed es er ly s e".split()
WORD = re.compile(r"[^\W\d_]+|[0-9]+")
FIXED = struct.Struct("<qQiii5I6H6HBBBBBBbB")
NEAR, WEIGHT = 64, 63
TYPES = "AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE ASSAULT".split()
NAMES = """bias type cameo mode_diff quad actor_same actor_part actor_diff recipient_same recipient_part recipient_diff shared swapped full full_near
    future hypothetical instrument_same instrument_diff instrument_one act_same act_diff context day_same day_next vague_near vague_month vague_far
    papers_near papers_far words words_shared near near_shared trigger trigger_diff""".split()


def stem(word):
    for end in ENDINGS:
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[:-len(end)]
    return word


def words_of(text):
    for m in WORD.finditer(text):
        w = m.group()
        if w[0].isdigit():
            if len(w) >= 2:
                yield w
        elif len(w) >= 3:
            yield stem(w.lower())


def count_words():
    articles, _, _ = linking.gold()
    texts = [p.read_text(encoding="utf-8") for d in ("tests/gold/training", "samples") for p in sorted((ROOT / d).glob("*.txt"))]
    texts += [a["text"] for i, a in articles.items() if linking.half_of(i) == "even"]
    seen = collections.Counter(w for t in texts for w in set(words_of(t)))
    with open(DATA / "words.tsv", "w", encoding="utf-8") as f:
        f.write("# How much a word in common says that two sentences tell the same: log of its rarity, tenths. Written by tools/train_linking.py words.\n"
                "# word: stem (endings cut as in src/store/telling.c), * for all that are not here. Source: counts in tests/gold/training, samples, reports.\n"
                "word\tweight\n*\t55\n")
        for w, n in sorted(seen.items()):
            value = math.log(len(texts) / n) if n else 9
            if n >= 3 and value < 5.4:
                f.write(f"{w}\t{0 if value < 1.2 else round(10 * value)}\n")


def kin_pairs():
    pairs = {(t, t) for t in TYPES}
    for r in linking.rows(DATA / "kin.tsv"):
        pairs |= {(r["type"], r["kin"]), (r["kin"], r["type"])}
    return {(TYPES.index(a), TYPES.index(b)) for a, b in pairs}


class Telling:
    def __init__(self, raw):
        v = FIXED.unpack(raw[:FIXED.size])
        (self.event, self.contexts, self.day, self.day_end, self.published, self.mode, self.cameo, self.act, self.instrument, self.lemma) = v[:10]
        n_actor, n_recipient, n_word, self.type, self.aux, self.precise, self.quad = v[22:29]
        self.actor, self.recipient = set(v[10:10 + n_actor]), set(v[16:16 + n_recipient])
        self.size = FIXED.size + 4 * n_word
        words = struct.unpack(f"<{n_word}I", raw[FIXED.size:self.size])
        self.words = {w & ~127: w & WEIGHT for w in words}
        self.near = {w & ~127: w & WEIGHT for w in words if w & NEAR}


def relation(a, b):
    return None if not a or not b else "same" if a == b else "part" if a & b else "diff"


def in_common(a, b):
    both = sum(a[w] for w in a if w in b)
    every = sum(a.values()) + sum(b.values()) - both
    return both / 10, math.sqrt(both / every) if every else 0


def features(a, b, kin):
    """None when the two cannot be one happening."""
    differ, gap = a.aux ^ b.aux, max(0, a.day - b.day_end, b.day - a.day_end)
    mine, theirs = a.actor | a.recipient, b.actor | b.recipient
    if (a.type, b.type) not in kin or differ & 1 or (a.precise and b.precise and gap > 1) or not mine & theirs:
        return None
    f = {"bias": 1, "shared": len(mine & theirs) / len(mine | theirs)}
    actor, recipient, same = relation(a.actor, b.actor), relation(a.recipient, b.recipient), a.type == b.type
    papers = abs(a.published - b.published)
    for side, r in (("actor", actor), ("recipient", recipient)):
        if r:
            f[f"{side}_{r}"] = 1
    full = actor == recipient == "same"
    all_n, all_s = in_common(a.words, b.words)
    near_n, near_s = in_common(a.near, b.near)
    trigger = a.lemma and a.lemma == b.lemma
    flags = {"swapped": actor == "diff" and "same" in (relation(a.actor, b.recipient), relation(a.recipient, b.actor)), "type": same,
             "cameo": a.cameo and a.cameo == b.cameo, "mode_diff": same and a.mode and b.mode and a.mode != b.mode, "quad": a.quad == b.quad,
             "full": full and same, "full_near": full and same and papers <= 4 and gap <= 1, "future": differ & 2, "hypothetical": differ & 4,
             "context": a.contexts & b.contexts, "trigger": trigger, "trigger_diff": not trigger and all_s > 0.8,
             "papers_near": papers <= 4, "papers_far": papers > 31}
    if a.instrument and b.instrument:
        flags["instrument_same" if a.instrument == b.instrument else "instrument_diff"] = flags["act_same" if a.act == b.act else "act_diff"] = True
    elif a.instrument or b.instrument:
        flags["instrument_one"] = True
    if a.precise and b.precise:
        flags["day_next" if gap else "day_same"] = True
    elif gap:
        flags["vague_near" if gap <= 4 else "vague_month" if gap <= 31 else "vague_far"] = True
    f.update({k: 1 for k, v in flags.items() if v})
    f.update(words=all_s, words_shared=min(all_n, 20) / 10, near=near_s, near_shared=min(near_n, 15) / 10)
    return f


def load(program):
    articles, labels, _ = linking.gold()
    with tempfile.TemporaryDirectory() as tmp:
        record = f"{tmp}/r.db"
        linking.fill(program, record, [a for i, a in articles.items() if linking.half_of(i) == "even"])
        events, _, _ = linking.told(record, labels)
        tales = collections.defaultdict(list)
        for name, raw in sqlite3.connect(record).execute("SELECT d.name, t.facts FROM tale t JOIN document d ON d.n=t.document"):
            while raw:
                tales[name].append(Telling(raw))
                raw = raw[tales[name][-1].size:]
    return tales, {e["n"]: e["label"] for e in events}


def examples(tales, label):
    """(features, same happening, fold) of the pairs of events of different articles of one theme."""
    kin, out = kin_pairs(), []
    names = sorted(tales)
    for i, x in enumerate(names):
        for y in names[i + 1:]:
            if x[:3] != y[:3]:
                continue
            for a in tales[x]:
                for b in tales[y]:
                    f = features(a, b, kin) if a.event in label and b.event in label else None
                    if f:
                        out.append((f, label[a.event] == label[b.event], int(x[1:3]) // 2 % 3, a.event, b.event, x, y))
    return out


def learn(rows, rounds=25, decay=1.0):
    w, power, r = collections.defaultdict(float), collections.defaultdict(lambda: 1e-6), random.Random(1)
    rows = list(rows)
    for _ in range(rounds):
        r.shuffle(rows)
        for row in rows:
            z = sum(w[k] * v for k, v in row[0].items())
            miss = 1 / (1 + math.exp(-max(-30, min(30, z)))) - row[1]
            for k, v in row[0].items():
                step = miss * v + decay * w[k] / len(rows)
                power[k] += step * step
                w[k] -= 0.3 * step / math.sqrt(power[k])
    return w


def score(w, f):
    return sum(w[k] * v for k, v in f.items())


def kept(rows, scores, join):
    """Pairs that are each other's best in their two articles."""
    best = collections.defaultdict(lambda: join)
    for (_, _, _, a, b, x, y), s in zip(rows, scores):
        best[a, y], best[b, x] = max(best[a, y], s), max(best[b, x], s)
    return [same for (_, same, _, a, b, x, y), s in zip(rows, scores) if s >= best[a, y] and s >= best[b, x]]


def weights(program):
    tales, label = load(program)
    rows = examples(tales, label)
    wanted = sum(r[1] for r in rows)
    left_out = {k: learn([r for r in rows if r[2] != k]) for k in range(3)}
    scores = [score(left_out[r[2]], r[0]) for r in rows]
    print(f"{len(rows)} pairs, {wanted} the same")
    for join in (-1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5):
        got = kept(rows, scores, join)
        print(f"join {join:5}: precision {sum(got) / max(1, len(got)):.3f} recall {sum(got) / wanted:.3f}")
    w = learn(rows)
    old = {r["feature"]: r["weight"] for r in linking.rows(DATA / "weights.tsv")} if (DATA / "weights.tsv").exists() else {}
    with open(DATA / "weights.tsv", "w", encoding="utf-8") as f:
        f.write("# Log odds that two events are one happening, by what agrees and differs (src/store/alike.c). Written by tools/train_linking.py weights.\n"
                "# feature: name; weight: log odds; join: the sum from which two events are linked. Source: learnt from tests/gold/reports, even themes.\n"
                "feature\tweight\n")
        for name in NAMES:
            f.write(f"{name}\t{w.get(name, 0):.3f}\n")
        f.write(f"join\t{old.get('join', 0.5)}\n")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("what", choices=("words", "weights"))
    ap.add_argument("--program", default=str(ROOT / "build/demarche"))
    args = ap.parse_args()
    count_words() if args.what == "words" else weights(args.program)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bench corpus: seeds (where ../shared is there) and samples, repeated with names and dates permuted, as JSONL documents {id, text}.
The same numbers give the same bytes. Countries, demonyms, capitals and office holders come from data/actors; in each copy they are
exchanged for one another consistently, years, months and weekdays are shifted.

usage: corpus.py [--sentences N] [--bytes N] [--shared DIR] > corpus.jsonl"""
import argparse
import json
import pathlib
import random
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SENTENCE_END = re.compile(r"[.!?][\"'\u201d\u2019)]*(?:\s|$)")
PEOPLE = 200   # office holders that replace those of the article


def rows(path):
    lines = [x.rstrip("\n") for x in open(path, encoding="utf-8") if not x.startswith("#") and x.strip()]
    header = lines[0].split("\t")
    return [dict(zip(header, x.split("\t"))) for x in lines[1:]]


def states():
    """(name, people, demonym, capital) of states, in single capitalised words; the demonym stands in for the people."""
    out = []
    for r in rows(ROOT / "data/actors/states.tsv"):
        pick = lambda key: next((v for v in r[key].split("|") if re.fullmatch(r"[A-Z][a-z]{3,}", v)), None)
        name, demonym, capital = (pick(k) for k in ("names", "demonyms", "government"))
        if name and demonym and capital and "dependency" not in r["note"]:
            out.append((name, pick("people") or demonym, demonym, capital))
    return out


def people():
    """(full name, surname)"""
    seen, out = set(), []
    for r in rows(ROOT / "data/actors/people.tsv"):
        if r["surname"] and r["name"].endswith(" " + r["surname"]) and r["surname"] not in seen and re.fullmatch(r"[A-Z][a-z]{3,}", r["surname"]):
            seen.add(r["surname"])
            out.append((r["name"], r["surname"]))
    return out


def sources(samples, shared):
    paths = sorted(pathlib.Path(samples).glob("*.txt")) + sorted(pathlib.Path(shared, "seeds").glob("*.txt"))
    return [(p.stem, p.read_text(encoding="utf-8")) for p in paths]


def permuted(text, rng, all_states, all_people):
    """A copy of text with its names and dates exchanged."""
    new = {}
    shuffled = rng.sample(all_states, len(all_states))
    for old, other in zip(all_states, shuffled):
        new.update(zip(old, other))
    here = [p for p in all_people if p[1] in text]
    for old, other in zip(here, rng.sample(all_people, len(here))):
        new.update(zip(old, other))
    months, days, years = rng.randrange(12), rng.randrange(7), rng.randrange(-18, 4)
    new.update((m, MONTHS[(i + months) % 12]) for i, m in enumerate(MONTHS) if m != "May")
    new.update((d, DAYS[(i + days) % 7]) for i, d in enumerate(DAYS))
    words = re.compile(r"\b(?:(?:19|20)\d\d(?!\d)|" + "|".join(sorted(map(re.escape, new), key=len, reverse=True)) + r")\b")
    return words.sub(lambda m: new.get(m.group()) or str(int(m.group()) + years), text)


def documents(texts, sentences=None, size=None, seed=1):
    rng = random.Random(seed)
    all_states, all_people = states(), people()
    all_people = all_people[:: max(1, len(all_people) // PEOPLE)]
    counts = {name: max(1, len(SENTENCE_END.findall(text))) for name, text in texts}
    done = bytes_done = copy = 0
    while texts and (sentences is None or done < sentences) and (size is None or bytes_done < size):
        for name, text in texts:
            out = permuted(text, rng, all_states, all_people) if copy else text
            yield {"id": f"{name}-{copy}", "text": out}
            done, bytes_done = done + counts[name], bytes_done + len(out)
            if sentences is not None and done >= sentences:
                return
        copy += 1


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--sentences", type=int)
    ap.add_argument("--bytes", type=float)
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    o = ap.parse_args()
    texts = sources(ROOT / "samples", o.shared)
    if not texts:
        sys.exit("corpus: no samples and no seeds")
    limit = o.sentences if o.sentences or o.bytes else 50000
    try:
        for d in documents(texts, limit, o.bytes):
            sys.stdout.write(json.dumps(d, ensure_ascii=False) + "\n")
    except BrokenPipeError:
        sys.stderr.close()


if __name__ == "__main__":
    main()

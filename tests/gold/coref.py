#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: coref.py [--facts DM_FACTS] [--genre news] [--show N] [FILE.conllu ...]

Measures whom pronouns and definite descriptions stand for against the coreference of the GUM treebank (Entity= in MISC; by default
../shared/treebanks/gum_open-dev.conllu). A pronoun of the third person, or a definite common noun, counts when its chain names a person,
place or organisation before it. It is right when the entity that the actor stage gave it is one that the same chain names: some mention of
that entity that is a name holds the head of a mention of the chain. Prints, for each kind, how many there are, how many got an entity,
how many of these are right, and precision and recall. Most of GUM is no news, and the actor stage leaves many things open on purpose (a
building, a paper): compare figures with figures of another commit, not with those of a coreference system.
Needs dm-facts (make build) and $DEMARCHE_DATA or its data beside it. Standard library only."""
import argparse
import bisect
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HE, IT, THEY = "he him his himself she her hers herself".split(), "it its itself".split(), "they them their theirs themselves".split()
NAMED = {"person", "place", "organization"}
NAME_FORM = 0


class Token:
    def __init__(self, cols, sent):
        self.form, self.upos, self.head, self.misc, self.sent = cols[1], cols[3], cols[6], cols[9], sent
        self.start = self.end = 0


def documents(path):
    """(name, text, tokens) of each document; Token.head is an index into tokens or None."""
    name, tokens, text, base = None, [], [], 0
    for line in path.read_text(encoding="utf-8").splitlines() + ["# newdoc id = "]:
        if line.startswith("# newdoc"):
            if tokens:
                yield name, "".join(text), tokens
            name, tokens, text = line.partition("=")[2].strip(), [], []
        elif line.startswith("# newpar") and text and not line.startswith("# newpar_block"):
            text.append("\n\n")
        elif not line:
            base = len(tokens)
        elif line[0] != "#":
            cols = line.split("\t")
            if not cols[0].isdigit():
                continue
            if cols[0] == "1":
                base = len(tokens)
            t = Token(cols, base)
            t.head = base + int(cols[6]) - 1 if cols[6] != "0" else None
            text.append(t.form)
            text.append("" if "SpaceAfter=No" in t.misc else " ")
            tokens.append(t)


def place(tokens, pieces_text):
    """Sets the offsets of the tokens in the text that was joined from their pieces."""
    at = 0
    for t in tokens:
        at = pieces_text.index(t.form, at)
        t.start, t.end = at, at + len(t.form)
        at = t.end


def chains(tokens):
    """id -> [(first, last, kind of entity)] in the order of their ends."""
    open_at, out = collections.defaultdict(list), collections.defaultdict(list)
    for i, t in enumerate(tokens):
        m = re.search(r"(?:^|\|)Entity=([^|]*)", t.misc)
        if not m:
            continue
        for start, single, end in re.findall(r"\(((?:[^()]*))(\))?|([^()]+)\)", m.group(1)):
            if start:
                parts = start.split("-")
                key = re.sub(r"\[.*", "", parts[0])
                if single:
                    out[key].append((i, i, parts[1]))
                else:
                    open_at[key].append((i, parts[1]))
            elif end:
                key = re.sub(r"\[.*", "", end.split("-")[0])
                if open_at[key]:
                    first, kind = open_at[key].pop()
                    out[key].append((first, i, kind))
    return out


def head_of(tokens, first, last):
    for i in range(first, last + 1):
        if tokens[i].head is None or not first <= tokens[i].head <= last:
            return i
    return last


def mentions(program, texts):
    """document -> [(start, end, entities, form)]"""
    out = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, text in texts.items():
            path = pathlib.Path(folder) / (name + ".txt")
            path.write_text(text, encoding="utf-8")
            paths.append(path)
        run = subprocess.run([program, "--mentions", *paths], stdout=subprocess.PIPE, check=True)
        for line in run.stdout.decode().splitlines():
            doc, start, end, parties, form, _ = line.split("\t")
            ids = {p.split(":")[0] for p in parties.split("|") if p}
            out[pathlib.Path(doc).stem].append((int(start), int(end), ids, int(form)))
    return out


def kind_of(tokens, i, first, last):
    form = tokens[i].form.lower()
    for kind, words in (("he", HE), ("it", IT), ("they", THEY)):
        if first == last and form in words and tokens[i].upos == "PRON":
            return kind
    definite = tokens[first].form.lower() in ("the", "this", "that", "these", "those")
    return "noun" if definite and tokens[i].upos == "NOUN" else None


def judge(name, text, tokens, ours, show, tally):
    named = collections.defaultdict(list)     # entity of ours -> spans of its names
    at = collections.defaultdict(list)        # token -> our mentions that cover it
    starts = [t.start for t in tokens]
    for start, end, ids, form in ours:
        if form == NAME_FORM:
            for e in ids:
                named[e].append((start, end))
        for k in range(bisect.bisect_left(starts, start), len(tokens)):
            if tokens[k].start >= end:
                break
            at[k].append((end - start, ids))
    for chain in chains(tokens).values():
        names = []
        for first, last, kind in sorted(chain):
            head = head_of(tokens, first, last)
            what = kind_of(tokens, head, first, last)
            if what and names:
                hit = min(at[head], key=lambda x: x[0], default=None)
                got = bool(hit and hit[1])
                right = got and any(a <= tokens[h].start < b for e in hit[1] for a, b in named[e] for h in names)
                tally[what][0] += 1
                tally[what][1] += got
                tally[what][2] += right
                if not right and show[0] > 0:
                    show[0] -= 1
                    print(f"{name} {'wrong' if got else 'open '} {what} [{tokens[head].form}] of {tokens[names[-1]].form}: "
                          f"{text[max(0, tokens[head].start - 120):tokens[head].end + 40]!r}")
            elif kind in NAMED and tokens[head].upos == "PROPN":
                names.append(head)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("files", nargs="*", type=pathlib.Path)
    p.add_argument("--facts", default=str(ROOT / "build/dm-facts"))
    p.add_argument("--genre", default="", help="only documents of this genre (news, bio, interview, speech ...)")
    p.add_argument("--show", type=int, default=0, help="show so many that are open or wrong")
    a = p.parse_args()
    files = a.files or [ROOT.parent / "shared/treebanks/gum_open-dev.conllu"]
    docs = [d for f in files for d in documents(f) if a.genre in d[0]]
    if not docs:
        sys.exit("coref: no documents")
    ours = mentions(a.facts, {name: text for name, text, _ in docs})
    tally, show = collections.defaultdict(lambda: [0, 0, 0]), [a.show]
    for name, text, tokens in docs:
        place(tokens, text)
        judge(name, text, tokens, ours[name], show, tally)
    print(f"{len(docs)} documents\nkind\tthere\tresolved\tright\tprecision\trecall")
    for what in ("he", "it", "they", "noun"):
        n, got, right = tally[what]
        print(f"{what}\t{n}\t{got}\t{right}\t{right / got if got else 0:.2f}\t{right / n if n else 0:.2f}")


if __name__ == "__main__":
    main()

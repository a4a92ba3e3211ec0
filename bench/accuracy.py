#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make accuracy: every figure that ../shared lets us measure: events of our own gold (tests/gold, both halves) and of the seed articles,
reliability of the confidence, the PLV training set, the parser on the development treebanks, and errors of the development half by cause.
--doc FILE writes the tables between the marks of FILE anew (docs/accuracy.md); --show lists the errors of the development half."""
import argparse
import collections
import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import calibrate  # noqa: E402
import json  # noqa: E402

PARTS = "attribution", "date", "instrument"


def run(args):
    return subprocess.run([str(a) for a in args], stdout=subprocess.PIPE, check=True).stdout.decode()


def score(o, name, gold, events):
    """Prints what the scorer prints; its figures by name."""
    with tempfile.TemporaryDirectory() as tmp:
        files = [pathlib.Path(tmp, x) for x in ("gold.jsonl", "events.jsonl")]
        for path, records in zip(files, (gold, events)):
            path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
        text = run([sys.executable, o.shared / "gold/score_events.py", *files])
    print(f"== events: {name} ({len({g['doc'] for g in gold})} articles)\n{text}", flush=True)
    found = {k: float(re.search(rf"(?m)^{k} .*F1 ([\d.]+)", text).group(1)) for k in ("events", "with status", "marked")}
    for part in PARTS:
        hit, of = map(int, re.search(rf"(?m)^{part} .*, (\d+)/(\d+) of required", text).groups())
        found[part] = hit / of
    return found


def sentences(o):
    """Share of the sentences that are read right, of those in view and of the others."""
    out = {}
    for half in ("even", "odd"):
        text = run([sys.executable, ROOT / "tests/gold/sentences.py", "--program", o.program, "--half", half])
        print(f"== sentences, {half} lines\n{text}", flush=True)
        out[half] = float(re.search(r"(?m)^all .*right ([\d.]+)", text).group(1))
    return out


def plv(o):
    print("== PLV training set", flush=True)
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as kept:
        text = run([sys.executable, o.shared / "eval/plv_run.py", o.shared / "eval/PLV_train.tsv", "--coder", f"{o.program} code - --as jsonl", "--keep", kept.name])
    print(text, flush=True)
    rows = {x.split()[0]: x.split() for x in text.splitlines() if re.match(r"(binary|penta|root) +\d", x)}
    return {level: float(r[4]) for level, r in rows.items()} | {"tiers": re.search(r"(?m)^chosen by: (.*)$", text).group(1)}


def parser(o):
    print("== parser, predicted tags, gold tokens", flush=True)
    out = {}
    for bank in ("en_ewt-ud-dev", "gum_open-dev"):
        text = run([o.build / "dm-eval-parse", ROOT / "data/model/english.dmm", o.shared / f"treebanks/{bank}.conllu"])
        print(text, end="", flush=True)
        out[bank] = float(re.search(r"LAS ([\d.]+)", text).group(1))
    print()
    return out


def brief(e):
    side = lambda k: "+".join(sorted(x.get("code") or "?" for x in e.get(k) or [])) or "-"
    return f"{e['event'][0]} {side('actor')} > {side('recipient')} {'+'.join(e.get('aux') or ())}".strip()


def wrong_examples(o):
    """Table of bench/wrong.tsv with what the program says now."""
    rows = [x.split("\t") for x in (ROOT / "bench/wrong.tsv").read_text(encoding="utf-8").splitlines() if not x.startswith("#")][1:]
    docs = "".join(json.dumps({"id": str(i), "date": "2015-03-10", "text": r[0]}, ensure_ascii=False) + "\n" for i, r in enumerate(rows))
    out = subprocess.run([o.program, "code", "-", "--as", "jsonl", "-j", "1"], input=docs.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()
    said = collections.defaultdict(list)
    for e in map(json.loads, out.splitlines()):
        said[int(e["doc"])].append(brief(e))
    for i, r in enumerate(rows):
        if sorted(said[i]) == sorted(r[1].split("; ")):
            print(f"bench/wrong.tsv: right by now, replace it: {r[0]}")
    return table(("text", "right", "coded", "why"), [(r[0], r[1], "; ".join(said[i]) or "nothing", r[2]) for i, r in enumerate(rows)])


def missed_cause(se, g, here):
    typed = [e for e in here if any(k == se.type_of(e) for k, _ in se.alternatives(g))]
    if not typed:
        return ("type" if here else "nothing coded there"), here
    a, r = se.side_ok(g["actor"], se.codes(typed[0].get("actor"))), se.side_ok(g["recipient"], se.codes(typed[0].get("recipient")))
    return {(False, True): "actor", (True, False): "recipient", (False, False): "both parties"}.get((a, r), "taken by another record"), typed


def causes(o, se, gold, events):
    """Counts of missed records and of wrong events by cause; the first thing that is wrong names it."""
    match, missed, wrong = se.match(gold, events, False), collections.Counter(), collections.Counter()
    over = lambda g, e: se.doc_of(e) == g["doc"] and e["trigger"]["start"] < g["start"] + len(g["quote"]) and g["start"] < e["trigger"]["end"]
    for i, g in enumerate(gold):
        if not g["required"]:
            continue
        if i in match:
            cause, what = ("right", []) if se.status_ok(g, events[match[i]]) else ("status", [events[match[i]]])
        else:
            cause, what = missed_cause(se, g, [e for e in events if over(g, e)])
        missed[cause] += 1
        if o.show and cause != "right":
            print(f"MISSED {cause:22} {g['id']} {'/'.join(g['event'])} {g['actor']} > {g['recipient']} {g['aux']} | {g['quote'][:120]} || {'; '.join(map(brief, what))}")
    inverse = {j: i for i, j in match.items()}
    for j, (e, right) in enumerate(zip(events, calibrate.verdicts(se, gold, events))):
        near = [g for g in gold if over(g, e)]
        if right or right is None:
            cause = "right" if right else "repetition, not counted"
        elif j in inverse:
            cause = "status"
        elif not near:
            cause = "no record there"
        else:
            cause = "parties" if any(k == se.type_of(e) for g in near for k, _ in se.alternatives(g)) else "type"
        wrong[cause] += 1
        if o.show and right is False:
            print(f"WRONG  {cause:22} {e['doc'][:2]} {brief(e)} {e['confidence']:.2f} | {e['trigger']['text']} | {e['text'][:120]} || {e.get('why')}")
    return missed, wrong


def part_causes(o, se, gold, events):
    """(part, matched records that have it, right, not given, wrong) of attribution, date and instrument."""
    tests = {"attribution": (lambda g, e: se.speaker(e) == g["attribution"], se.speaker), "date": (se.date_ok, lambda e: e.get("date")),
             "instrument": (se.instrument_ok, lambda e: e.get("instrument"))}
    count = collections.Counter()
    for i, j in sorted(se.match(gold, events, False).items()):
        g, e = gold[i], events[j]
        for part, (ok, given) in tests.items():
            if not g.get(part):
                continue
            cause = "right" if ok(g, e) else "wrong" if given(e) else "not given"
            count[part, cause] += 1
            if o.show and cause != "right":
                print(f"PART   {part} {cause:10} {g['id']} {g[part]} | {given(e)} | {g['quote'][:120]}")
    return [(p, sum(count[p, c] for c in ("right", "not given", "wrong")), *(count[p, c] for c in ("right", "not given", "wrong"))) for p in PARTS]


def table(head, rows):
    return "\n".join("| " + " | ".join(map(str, r)) + " |" for r in (head, ["---"] * len(head), *rows)) + "\n"


def figures_table(f):
    n = lambda x: f"{x:.3f}"
    own = [(f"our {h} half: {what}", floor, goal, n(f[h][k])) for h, what, k, floor, goal in (
        ("test", "events with status, F1", "with status", 0.65, 0.80), ("test", "marked only, F1", "marked", 0.50, 0.70), ("test", "events (type and parties), F1", "events", "", ""),
        ("dev", "events with status, F1", "with status", "", ""), ("dev", "marked only, F1", "marked", "", ""))]
    own.append(("gap between the halves, events with status", "", "under 0.1", n(f["dev"]["with status"] - f["test"]["with status"])))
    own += [(f"our {h} half: {', '.join(PARTS)}, of required", "", "", ", ".join(n(f[h][p]) for p in PARTS)) for h in ("test", "dev")]
    own += [(f"our {h} half: events with status, F1, {what}", "", "", n(f["read"][how][h])) for h in ("test", "dev")
            for what, how in (("frames alone", "frames"), ("back-off alone", "backoff"))]
    own.append(("training articles (seen): events with status, F1", "", "", n(f["training"]["with status"])))
    own.append(("sentences read right, in view and others", "", "", f"{f['sentences']['even']:.2f}, {f['sentences']['odd']:.2f}"))
    own.append(("our test half: calibration error of the confidence", "", "under 0.05", n(f["calibration"])))
    seeds = [(f"seeds: {what}", floor, goal, n(f["seeds"][k])) for what, k, floor, goal in (
        ("events with status, F1", "with status", 0.85, 0.93), ("marked only, F1", "marked", 0.75, 0.90), ("attribution, of required", "attribution", 0.8, 0.9),
        ("date, of required", "date", 0.8, 0.9), ("instrument, of required", "instrument", 0.75, 0.9))]
    plv_rows = [(f"PLV train: {what}, macro-F1", floor, goal, n(f["plv"][k])) for what, k, floor, goal in (("root", "root", 0.72, 0.80), ("quad", "penta", 0.84, 0.90), ("binary", "binary", 0.93, 0.96))]
    banks = [(f"parser, predicted tags, gold tokens: LAS, {b}", floor, 85, f"{x:.2f}") for (b, x), floor in zip(f["parser"].items(), (82.5, 82))]
    return table(("figure", "floor", "goal", "measured"), own + seeds + plv_rows + banks) + f"\nPLV, how the event of a sentence was chosen: {f['plv']['tiers']}.\n"


def causes_table(missed, wrong, parts):
    share = lambda c: [(k, n, f"{n / sum(c.values()):.3f}") for k, n in c.most_common()]
    return table(("required record", "records", "share"), share(missed)) + "\n" + table(("coded event", "events", "share"), share(wrong)) + "\n" + table(
        ("of found records", "have one", "right", "not given", "wrong"), parts)


def rewrite(path, blocks):
    """Puts each block between `<!-- NAME -->` and `<!-- end -->`."""
    text = path.read_text(encoding="utf-8")
    for name, block in blocks.items():
        text, n = re.subn(rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda m: m.group(1) + block + m.group(2), text, flags=re.S)
        if n != 1:
            sys.exit(f"accuracy: {path} has no place for '{name}'")
    path.write_text(text, encoding="utf-8")


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--program", type=pathlib.Path, default=ROOT / "build/demarche")
    ap.add_argument("--shared", type=pathlib.Path, default=ROOT / "../shared")
    ap.add_argument("--doc", type=pathlib.Path)
    ap.add_argument("--show", action="store_true")
    o = ap.parse_args()
    o.program = o.program.resolve()
    o.build = o.program.parent
    if not (o.shared / "gold/score_events.py").exists():
        print(f"accuracy: skipped, {o.shared} is not there; its scorers, seeds and treebanks are needed")
        return
    os.environ.setdefault("DEMARCHE_DATA", str(o.build))
    se, found = calibrate.scorer(o.shared), {}
    found["read"] = {how: {half: score(o, f"{half}, {how} only", gold, calibrate.code(o.program, articles, how))["with status"]
                           for half, (gold, articles) in {h: calibrate.own_gold(h) for h in ("dev", "test")}.items()} for how in ("frames", "backoff")}
    gold, articles = calibrate.training_gold()
    found["training"] = score(o, "training articles", gold, calibrate.code(o.program, articles))
    found["sentences"] = sentences(o)
    for name, (gold, articles) in {"dev": calibrate.own_gold("dev"), "test": calibrate.own_gold("test"), "seeds": calibrate.seeds(o.shared)}.items():
        events = calibrate.code(o.program, articles)
        found[name] = score(o, name, gold, events)
        if name == "dev":
            missed, wrong = causes(o, se, gold, events)
            parts = part_causes(o, se, gold, events)
        elif name == "test":
            pairs = calibrate.judged(se, gold, events)
    print("== confidence, test half")
    reliability, found["calibration"] = calibrate.report(pairs, "test", True)
    print(reliability, flush=True)
    found |= {"plv": plv(o), "parser": parser(o)}
    by_cause, figures = causes_table(missed, wrong, parts), figures_table(found)
    print(f"== development half by cause\n{by_cause}\n== all figures\n{figures}", end="")
    if o.doc:
        git = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        stamp = f"Measured {datetime.date.today().isoformat()}{' at ' + git.stdout.decode().strip() if git.returncode == 0 else ''}.\n"
        rewrite(o.doc, {"figures": stamp + "\n" + figures, "causes": by_cause, "reliability": reliability, "examples": wrong_examples(o)})


if __name__ == "__main__":
    main()

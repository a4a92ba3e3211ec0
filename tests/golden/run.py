#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases: tests/golden/*.txt. A file holds cases separated by a line of '='; a case is settings ("# date: 2022-02-03",
"# home: JPN"), the article, a line '---', and the events that it must give, one a line, in text order:

    JPN/GOV ACCUSE/disapprove CHN [negation,future] "condemned" on 2022-02-01..2022-02-07 by USA/GOV via resolution:draft:CHN:-1 in 1998,2000

Parts that are not there are left out; '?' is a party without a code, '-' no actor or no recipient. A line "none" means no event.
Dates are compared only where the expected line has them. `--refresh` rewrites the expectations from what the program says."""
import argparse
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def party(p):
    return (p.get("code") or "?") + ("/" + p["sector"] if p.get("sector") else "")


def notation(e, dated):
    side = lambda key: "+".join(party(p) for p in e.get(key, [])) or "-"
    out = f'{side("actor")} {"/".join(e["event"] + e["mode"])} {side("recipient")}'
    if e["aux"]:
        out += " [" + ",".join(e["aux"]) + "]"
    out += ' "' + " ".join(e["trigger"]["text"].split()) + '"'
    if dated and (e.get("date") or e.get("enddate")):
        first, last = e.get("date", ""), e.get("enddate", "")
        out += f" on {first}" + (f"..{last}" if last else "")
    if e.get("attribution"):
        out += " by " + ">".join(party(p) for p in e["attribution"])
    i = e.get("instrument")
    if i:
        out += " via " + ":".join(str(i.get(k, "")) for k in ("type", "act", "subject", "polarity")).rstrip(":")
        if len(i.get("years", [])) > 1:
            out += " in " + ",".join(str(y) for y in i["years"])
    return out


def cases_of(path):
    for n, block in enumerate(re.split(r"(?m)^=+\n", path.read_text(encoding="utf-8")), 1):
        settings = dict(re.findall(r"(?m)^# (date|home): (\S+)$", block))
        body = re.sub(r"(?m)^# .*\n", "", block)
        article, rule, expected = body.partition("\n---\n")
        if not rule:
            sys.exit(f"{path.name}: case {n} has no line '---'")
        yield {"id": f"{path.stem}:{n}", "path": path, "settings": settings, "article": article.strip("\n"),
               "comments": re.findall(r"(?m)^# .*\n", block), "expected": [x for x in expected.split("\n") if x.strip()]}


def run(program, cases):
    """Codes the cases, those of one home country together; fills in case['events']."""
    for home in sorted({c["settings"].get("home", "") for c in cases}):
        group = [c for c in cases if c["settings"].get("home", "") == home]
        lines = "".join(json.dumps({"id": c["id"], "text": c["article"], **({"date": c["settings"]["date"]} if "date" in c["settings"] else {})}) + "\n"
                        for c in group)
        done = subprocess.run([program, "code", "-", "--as", "jsonl"] + (["--home", home] if home else []), input=lines.encode(),
                              stdout=subprocess.PIPE, check=True)
        found = {}
        for line in done.stdout.decode().splitlines():
            e = json.loads(line)
            found.setdefault(e["doc"], []).append(e)
        for c in group:
            c["events"] = sorted(found.get(c["id"], []), key=lambda e: (e["trigger"]["start"], e["trigger"]["end"]))


def got_lines(case):
    dated = any(re.search(r" on \d| on \.\.", x) for x in case["expected"])
    return [notation(e, dated) for e in case["events"]] or ["none"]


def refresh(path, cases):
    blocks = ["".join(c["comments"]) + c["article"] + "\n---\n" + "\n".join(got_lines(c)) + "\n" for c in cases]
    path.write_text("=====\n".join(blocks), encoding="utf-8")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--refresh", action="store_true")
    ap.add_argument("files", nargs="*", type=pathlib.Path)
    o = ap.parse_args()
    files = o.files or sorted(HERE.glob("*.txt"))
    cases = [c for f in files for c in cases_of(f)]
    run(o.program, cases)
    failed = 0
    for c in cases:
        got = got_lines(c)
        if got != c["expected"]:
            failed += 1
            print(f"FAIL {c['id']}: {c['article'][:200]}")
            print("".join(f"  - {x}\n" for x in c["expected"] if x not in got) + "".join(f"  + {x}\n" for x in got if x not in c["expected"]))
    if o.refresh:
        for f in files:
            refresh(f, [c for c in cases if c["path"] == f])
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed and not o.refresh or not cases else 0


if __name__ == "__main__":
    sys.exit(main())

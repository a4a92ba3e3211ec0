#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One happening, many reports: how well the record links the tellings of tests/gold/reports (README there) and finds near copies.

The articles go into a fresh record; each coded event takes the label whose words its trigger overlaps, or the only label of its sentence.
Scored per half (themes of even number: development; odd: blind): over pairs of matched events of different articles (same happening or
not; R of alike: recall of those that were coded with the same type and a party in common), B-cubed over the matched events, near copies over pairs of articles, and what became of the clusters with two or more coded
tellings. `--show` lists the errors of the even half. `--floor FILE` fails below the figures of that file."""
import argparse
import collections
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
REPORTS = HERE / "reports"


def rows(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    head, *rest = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [dict(zip(head, r)) for r in rest]


def gold():
    """Articles by id, labels by article as (start, end, happening), families by article."""
    articles, labels, families = {}, collections.defaultdict(list), {}
    for name in ("a", "b"):
        for line in (REPORTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            article = json.loads(line)
            articles[article["id"]] = article
        for r in rows(REPORTS / f"{name}.tsv"):
            at = articles[r["article"]]["text"].index(r["words"])
            labels[r["article"]].append((at, at + len(r["words"]), r["happening"]))
        families.update((r["article"], r["family"]) for r in rows(REPORTS / f"{name}_families.tsv"))
    return articles, labels, families


def half_of(name):
    return "even" if int(name[1:3]) % 2 == 0 else "odd"


def fill(program, record, articles):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as f:
        f.writelines(json.dumps(a, ensure_ascii=False) + "\n" for a in articles)
        f.flush()
        subprocess.run([program, "add", record, f.name], check=True, stderr=subprocess.DEVNULL)


def under(labels, trigger):
    return next((x for x in labels if trigger[0] < x[1] and x[0] < trigger[1]), None)


def give_labels(events, labels):
    """Each event of an article gets the label under its trigger; else the only one of its sentence, when no trigger is on that."""
    taken = {under(labels, e["place"]) for e in events}
    for e in events:
        inside = [x for x in labels if e["around"][0] <= x[0] < e["around"][1]]
        alone = inside[0] if len(inside) == 1 and inside[0] not in taken else None
        e["label"] = (under(labels, e["place"]) or alone or (0, 0, None))[2]


def told(record, labels):
    """Events with a label: dicts with article, label, happening, and what is shown of them."""
    db = sqlite3.connect(record)
    found, texts = [], {}
    sql = """SELECT d.name, d.text, e.n, e.happening, e.trigger_start, e.trigger_len, s.start, s.len, t.name, e.aux, e.day, e.mode,
             group_concat(p.role || ':' || p.code || '/' || p.sector, ' ') FROM event e JOIN document d ON d.n=e.document
             JOIN sentence s ON s.n=e.sentence JOIN type t ON t.n=e.type LEFT JOIN party p ON p.event=e.n GROUP BY e.n ORDER BY e.n"""
    for name, text, n, happening, start, length, s_start, s_len, kind, aux, day, mode, who in db.execute(sql):
        raw = texts.setdefault(name, text.encode())
        place = lambda at: len(raw[:at].decode())  # noqa: E731
        found.append({"article": name, "place": (place(start), place(start + length)), "around": (place(s_start), place(s_start + s_len)), "happening": happening, "n": n, "type": kind, "aux": aux, "day": day, "mode": mode, "who": who,
                      "trigger": raw[start:start + length].decode(), "sentence": raw[s_start:s_start + s_len].decode()})
    families = dict(db.execute("SELECT name, family FROM document"))
    db.close()
    for name in labels:
        give_labels([e for e in found if e["article"] == name], labels[name])
    return [e for e in found if e["label"]], families, len(found)


def ratio(a, b):
    return a / b if b else 1.0


def prf(right, said, wanted):
    p, r = ratio(right, said), ratio(right, wanted)
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def pairs(events, key):
    """Pairs of events of different articles with the same key, as indexes."""
    groups = collections.defaultdict(list)
    for i, e in enumerate(events):
        groups[e[key]].append(i)
    return {(a, b) for g in groups.values() for x, a in enumerate(g) for b in g[x + 1:] if events[a]["article"] != events[b]["article"]}


def b_cubed(events):
    by_label, by_happening = collections.defaultdict(set), collections.defaultdict(set)
    for i, e in enumerate(events):
        by_label[e["label"]].add(i)
        by_happening[e["happening"]].add(i)
    p = r = 0.0
    for e in events:
        both = len(by_label[e["label"]] & by_happening[e["happening"]])
        p += both / len(by_happening[e["happening"]])
        r += both / len(by_label[e["label"]])
    p, r = ratio(p, len(events)), ratio(r, len(events))
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def clusters(events):
    """Of the labels with coded tellings in two or more articles: whole, partly linked, apart; and merged with another label."""
    by_label, by_happening = collections.defaultdict(list), collections.defaultdict(set)
    for e in events:
        by_label[e["label"]].append(e)
        by_happening[e["happening"]].add(e["label"])
    count = collections.Counter()
    for group in by_label.values():
        if len({e["article"] for e in group}) < 2:
            continue
        kinds = len({e["happening"] for e in group})
        count["clusters"] += 1
        count["whole" if kinds == 1 else "apart" if kinds == len(group) else "partly"] += 1
        count["merged"] += any(len(by_happening[e["happening"]]) > 1 for e in group)
    return count


def family_pairs(families, names):
    of = collections.defaultdict(list)
    for name in names:
        of[families[name]].append(name)
    return {(a, b) for g in of.values() for i, a in enumerate(sorted(g)) for b in sorted(g)[i + 1:]}


def codes(event):
    return set(re.findall(r"[01]:([A-Z]{3})", event["who"] or ""))


def measure(events, wanted_families, got_families, half):
    mine = [e for e in events if half in (half_of(e["article"]), "both")]
    names = [n for n in wanted_families if half in (half_of(n), "both")]
    want, got = pairs(mine, "label"), pairs(mine, "happening")
    fam_want, fam_got = family_pairs(wanted_families, names), family_pairs(got_families, names)
    alike = {(a, b) for a, b in want if mine[a]["type"] == mine[b]["type"] and codes(mine[a]) & codes(mine[b])}
    return {"events": len(mine), "alike": ratio(len(alike & got), len(alike)), "pairs": prf(len(want & got), len(got), len(want)), "b_cubed": b_cubed(mine),
            "families": prf(len(fam_want & fam_got), len(fam_got), len(fam_want)), "clusters": clusters(mine)}


def show(events, wanted, got):
    mine = [e for e in events if half_of(e["article"]) == "even"]
    line = lambda e: f"    {e['article']} #{e['happening']} {e['label']} {e['type']} {e['aux']} day {e['day']} [{e['trigger']}] {e['who']} | {e['sentence'][:160]}"  # noqa: E731
    want, have = pairs(mine, "label"), pairs(mine, "happening")
    for title, these in (("WRONG", have - want), ("MISSED", want - have)):
        for a, b in sorted(these):
            print(f"{title}\n{line(mine[a])}\n{line(mine[b])}")
    names = [n for n in wanted if half_of(n) == "even"]
    want, have = family_pairs(wanted, names), family_pairs(got, names)
    print("families wrong", sorted(have - want), "missed", sorted(want - have))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", required=True)
    ap.add_argument("--record", help="keep the record here")
    ap.add_argument("--show", action="store_true")
    ap.add_argument("--floor", type=pathlib.Path)
    args = ap.parse_args()
    articles, labels, families = gold()
    with tempfile.TemporaryDirectory() as tmp:
        record = args.record or f"{tmp}/r.db"
        pathlib.Path(record).unlink(missing_ok=True)
        fill(args.program, record, articles.values())
        events, got, coded = told(record, labels)
    print(f"{len(articles)} articles, {sum(map(len, labels.values()))} labels, {coded} coded events, {len(events)} of them matched")
    print("half   events   pairs P    R    F1    R of alike    B3 P    R    F1    copies P    R    F1    clusters whole partly apart  merged")
    found = {}
    for half in ("even", "odd", "both"):
        m = found[half] = measure(events, families, got, half)
        c = m["clusters"]
        print(f"{half:5} {m['events']:7}    " + "{:.3f} {:.3f} {:.3f}".format(*m["pairs"]) + f"    {m['alike']:10.3f}    "
              + "    ".join("{:.3f} {:.3f} {:.3f}".format(*m[k]) for k in ("b_cubed", "families")) + f"    {c['clusters']:6} {c['whole']:7} {c['partly']:6} {c['apart']:5} {c['merged']:7}")
    if args.show:
        show(events, families, got)
    if not args.floor:
        return 0
    floor, even = json.loads(args.floor.read_text()), found["even"]
    have = {"linking_precision": even["pairs"][0], "linking_f1": even["pairs"][2], "linking_b_cubed_f1": even["b_cubed"][2],
            "linking_copies_f1": even["families"][2], "linking_clusters": even["clusters"]["clusters"]}
    low = [f"{k} is {v:.3f}, floor {floor[k]}" for k, v in have.items() if v < floor[k]]
    print("\n".join(low))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes gold.jsonl and training.jsonl, what the scorer reads, from the .rec files beside the articles (see README.md).

usage: records.py            writes both
       records.py --agree    how far the independent second reading (readings/NN.rec) agrees with the gold

A line of a .rec file is one record, fields divided by ' | ':

  quote | TYPES | ACTORS > RECIPIENTS | flags | date | speaker | instrument

`?` before the quote: optional. TYPES: accepted types, '/' between, TYPE+future etc. for a type with a status of its own, TYPE+none for none.
ACTORS, RECIPIENTS: codes with commas; '/' between alternatives for one place; '*' not scored; nothing for none. flags: of N F H P.
date: one day or FIRST..LAST, either end may be empty. instrument: type act [subject] [body=B] [name=N_N] [years=Y,Y]. `=` before the types: no others are added by the rules of AGREEMENT.md. Fields at the end may be left out; '#' is a comment.
Every quote must stand exactly once in the article; a line that does not fit stops the script with its place."""
import importlib.util
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
TYPES = set("AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE ASSAULT".split())
FLAGS = {"N": "negation", "F": "future", "H": "hypothetical", "P": "historical"}
MEANS = set("resolution motion vote sanction boycott treaty declaration law talks".split())
ACTS = set("draft introduce cosponsor back adopt vote_for vote_against abstain submit block impose lift join lead sign ratify withdraw hold visit issue extend break".split())
PROMISE = re.compile(r"offer|pledg|promis|agreed to|agreed in|invit|willing|ready to|vowed|assured|agreed on the")
DENIAL = re.compile(r"\b(deny|denies|denied)\b")
WILL_NOT = re.compile(r"will not|would not|ruled out|ruled that out")


def side(text):
    text = text.strip()
    if text == "*":
        return None
    codes = [c.strip().replace("/", "|") for c in text.split(",") if c.strip()]
    if not all(re.fullmatch(r"[A-Z]{3}(\|[A-Z]{3})*", c) for c in codes):
        raise ValueError(f"codes: {text!r}")
    return codes


def kinds_of(text, quote, aux):
    exact = text.startswith("=")
    kinds = [k.strip() for k in text.lstrip("=").split("/")]
    for kind in kinds:
        name, *flags = kind.split("+")
        if name not in TYPES or not set(flags) <= set(FLAGS.values()) | {"none"}:
            raise ValueError(f"type: {kind!r}")
    status = set(aux) - {"historical"}
    extra = (("ACCUSE+negation", "REJECT" in kinds and DENIAL.search(quote)),
             ("AGREE+future", "AGREE" in kinds and not status and PROMISE.search(quote)),
             ("REJECT+none", "REJECT" in kinds and "future" in aux),
             ("REJECT+future", "REJECT" in kinds and "future" not in aux and WILL_NOT.search(quote)),
             ("THREATEN+hypothetical", "THREATEN" in kinds and "hypothetical" not in aux and "future" in aux))
    return kinds + [k for k, want in extra if want and k not in kinds and not exact]


def date_of(text):
    if not text:
        return None
    first, _, last = text.partition("..") if ".." in text else (text, "", text)
    for day in (first, last):
        if day and not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            raise ValueError(f"date: {text!r}")
    return [first or None, last or None]


def instrument_of(text):
    if not text:
        return None
    kind, act, *rest = text.split()
    more = dict(x.split("=") for x in rest if "=" in x)
    subject = [x for x in rest if "=" not in x]
    if kind not in MEANS or act not in ACTS or len(subject) > 1 or not set(more) <= {"body", "name", "years"}:
        raise ValueError(f"instrument: {text!r}")
    out = dict(type=kind, subject=subject[0] if subject else "", act=act)
    out |= {k: v.replace("_", " ") for k, v in more.items() if k != "years"}
    return out | ({"years": [int(y) for y in more["years"].split(",")]} if "years" in more else {})


def record(line, name, text):
    fields = [f.strip() for f in line.split(" | ")] + [""] * 7
    quote, types, parties, flags, date, speaker, means = fields[:7]
    required = not quote.startswith("?")
    quote = quote.lstrip("?").strip().replace("\\n", "\n")
    if text.count(quote) != 1:
        raise ValueError(f"quote stands {text.count(quote)} times: {quote!r}")
    aux = [FLAGS[c] for c in flags.replace(" ", "").replace(",", "")]
    actors, _, recipients = parties.partition(">")
    row = dict(id=name[:2], doc=name, quote=quote, start=text.index(quote), event=kinds_of(types, quote, aux), actor=side(actors),
               recipient=side(recipients), aux=aux, date=date_of(date), attribution=None if DENIAL.search(quote) else speaker or None,
               instrument=instrument_of(means), required=required)
    return {k: v for k, v in row.items() if v is not None or k in ("actor", "recipient")}


def read(path, article):
    """(records, complaints) of one .rec file."""
    text, rows, bad = article.read_text(encoding="utf-8"), [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            rows.append(record(line, article.name, text))
        except (ValueError, KeyError) as err:
            bad.append(f"{path.relative_to(HERE)}:{number}: {err}")
    return rows, bad


def write(folder, out):
    rows, bad = [], []
    for path in sorted((HERE / folder).glob("*.rec")):
        here, wrong = read(path, path.with_suffix(".txt"))
        rows += [{**row, "id": f"{row['id']}-{n:02}"} for n, row in enumerate(here, 1)]
        bad += wrong
    for line in bad:
        print(line, file=sys.stderr)
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(f"{out.name}: {len(rows)} records, {sum(r['required'] for r in rows)} required, {len({r['doc'] for r in rows})} articles, {len(bad)} lines refused")
    return not bad


def as_event(row):
    """A record as a coder would have given it: first type, first alternative of each party."""
    kind, *flags = row["event"][0].split("+")
    first = lambda codes: [{"code": c.split("|")[0]} for c in codes or []]
    return dict(event=[kind], actor=first(row["actor"]), recipient=first(row["recipient"]), doc=row["doc"],
                aux=[x for x in flags if x != "none"] if flags else row["aux"],
                trigger=dict(start=row["start"], end=row["start"] + len(row["quote"])))


def figures(se, gold, events):
    match = se.match(gold, events, True)
    strict = {i for i, j in match.items() if se.status_ok(gold[i], events[j])}
    required = [i for i, g in enumerate(gold) if g["required"]]
    p, r = len(strict) / len(events), sum(i in strict for i in required) / len(required)
    return p, r, 2 * p * r / (p + r)


def agree():
    scorer = HERE.parents[2] / "shared/gold/score_events.py"
    spec = importlib.util.spec_from_file_location("score_events", scorer)
    se = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(se)
    halves = dict(x.split("\t")[:2] for x in (HERE / "split.tsv").read_text(encoding="utf-8").splitlines()[1:])
    for half in ("dev", "test"):
        gold, other = [], []
        for article in sorted(HERE / "articles" / doc for doc, h in halves.items() if h == half):
            gold += read(article.with_suffix(".rec"), article)[0]
            other += read(HERE / "readings" / f"{article.name[:2]}.rec", article)[0]
        for name, one, two in (("second reading, scored against the gold", gold, other), ("gold, scored against the second reading", other, gold)):
            print(f"{half} half, {name}: P {{:.3f}} R {{:.3f}} F1 {{:.3f}}".format(*figures(se, one, [as_event(r) for r in two if r["required"]])))
    return True


def main():
    if "--agree" in sys.argv:
        return not agree()
    return not all([write("articles", HERE / "gold.jsonl"), write("training", HERE / "training.jsonl")])


if __name__ == "__main__":
    sys.exit(main())

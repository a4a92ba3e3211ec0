#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every span of every record reproduces its text, whatever the input: articles as they are, with CRLF, with a BOM, as JSON, as HTML, with
letters of other scripts before every line. Offsets are code points of what `demarche text` prints. Codes, types, status marks and
dates are of the closed lists."""
import argparse
import datetime
import html
import json
import os
import re
import subprocess
import sys
import tempfile

TYPES = set("AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE ASSAULT".split())
AUX = ["negation", "future", "hypothetical", "historical"]
PRECISIONS = {"day", "week", "month", "season", "year", "range"}
TRIGGER_MAX = 160


def variants(path):
    """(file name, bytes) of the article in several coats."""
    raw = open(path, "rb").read()
    text = raw.decode("utf-8")
    yield "plain.txt", raw
    yield "crlf.txt", raw.replace(b"\n", b"\r\n")
    yield "bom.txt", b"\xef\xbb\xbf" + raw
    yield "wide.txt", text.replace("\n", "\n\u65e5\u672c \U0001f30d\u0301 ").encode()
    yield "utf16.txt", text.encode("utf-16")
    yield "one.json", json.dumps({"id": "one", "text": text}).encode()
    paragraphs = "".join(f"<p>{html.escape(p)}</p>\n" for p in text.split("\n") if p.strip())
    yield "page.html", f"<html><head><title>x</title></head><body><nav>Home</nav><article>{paragraphs}</article></body></html>".encode()


def objects(value):
    if isinstance(value, dict):
        yield value
        for v in value.values():
            yield from objects(v)
    elif isinstance(value, list):
        for v in value:
            yield from objects(v)


def check_event(e, text, faults):
    for o in objects(e):
        if "start" in o and "end" in o:
            want = o.get("entity_text", o.get("text", e["text"] if o is e["text_info"] else None))
            got = text[o["start"]:o["end"]]
            if not 0 <= o["start"] < o["end"] <= len(text) or got != want:
                faults.append(f"{o['start']}-{o['end']} is {got!r}, not {want!r}")
    t, s = e["trigger"], e["text_info"]
    if t["end"] - t["start"] > TRIGGER_MAX:
        faults.append(f"trigger of {t['end'] - t['start']} code points")
    if not (s["start"] <= t["start"] and t["end"] <= s["end"]):
        faults.append(f"trigger {t} outside its sentence {s}")
    if not (set(e["event"]) <= TYPES and len(e["event"]) == 1):
        faults.append(f"type {e['event']}")
    if e["aux"] != [a for a in AUX if a in e["aux"]]:
        faults.append(f"status {e['aux']}")
    if "date_precision" in e and e["date_precision"] not in PRECISIONS:
        faults.append(f"precision {e['date_precision']}")
    days = [datetime.date.fromisoformat(e[k]) for k in ("date", "enddate") if k in e]
    if days != sorted(days):
        faults.append(f"dates {days}")
    for p in e["actor"] + e["recipient"] + e.get("attribution", []):
        if "code" in p and not re.fullmatch(r"[A-Z]{3}", p["code"]):
            faults.append(f"code {p['code']!r}")
    if not re.fullmatch(r"[0-9a-f]{16}", e["id"]) or not 0 <= e["confidence"] <= 1:
        faults.append(f"id {e['id']} or confidence {e['confidence']}")


def check_file(program, path):
    faults, events = [], 0
    text = subprocess.run([program, "text", path], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")
    out = subprocess.run([program, "code", "--as", "jsonl", path], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")
    ids = set()
    for line in out.split("\n")[:-1]:
        e = json.loads(line)
        check_event(e, text, faults)
        if e["id"] in ids:
            faults.append(f"id {e['id']} twice")
        ids.add(e["id"])
        events += 1
    return faults, events


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", required=True)
    ap.add_argument("files", nargs="+")
    o = ap.parse_args()
    bad = total = files = 0
    with tempfile.TemporaryDirectory() as tmp:
        for path in filter(os.path.exists, o.files):
            for name, data in variants(path):
                coat = os.path.join(tmp, name)
                open(coat, "wb").write(data)
                faults, events = check_file(o.program, coat)
                total, files, bad = total + events, files + 1, bad + len(faults)
                for f in faults[:5]:
                    print(f"{path} as {name}: {f}")
    print(f"{files} files, {total} events, {bad} faults")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-desk RECORD=...: how long each answer of the desk takes on a record: the first question to a new process, then the same process
asked others before it, then the same question again (which may have been kept). Prints; compares with nothing."""
import argparse
import http.client
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.parse

ASKED = (
    "record", "names?q=jap", "sources", "actors", "actors?since=2015", "actors?type=SANCTION&status=done",
    "stats?by=type", "stats?by=year", "stats?by=actor", "stats?by=recipient", "stats?by=dyad", "stats?by=context", "stats?by=status",
    "stats?by=source", "stats?by=instrument", "stats?by=type&actor=USA", "stats?by=year&type=CONSULT", "stats?by=actor&context=diplomatic",
    "stats?by=type&since=2015-06-01", "stats?by=source&status=negated", "stats?by=year&text=fishing+rights", "stats?by=year&either=PER",
    "stats?by=type&confidence=0.5", "dyads", "dyads?actor=JPN", "dyads?either=FRA", "dyads?since=2010&until=2019", "dyads?context=human_rights",
    "dyads?text=fishing+rights", "events", "events?newest=1", "events?offset=10000", "events?actor=USA", "events?actor=JPN&recipient=CHN",
    "events?either=PER&newest=1", "events?type=CONSULT", "events?type=SANCTION&status=planned", "events?context=human_rights",
    "events?status=negated", "events?since=2015-06-01", "events?since=1999&until=2001", "events?confidence=0.9", "events?speaker=USA",
    "events?text=fishing+rights+floods", "events?text=bran*&actor=USA", "events?text=government", "events?source=Harbour+Post",
    "events?instrument=resolution&subject=CHN", "events?happenings=1", "events?happenings=1&actor=RUS&newest=1", "events?actor=/MIL",
    "events?mode=boycott",
    "events/%event", "documents/%document", "stance?actor=JPN&recipient=CHN", "stance?actor=CHN&recipient=USA",
    "stance?actor=JPN,FRA,GBR,DEU,IND,BRA&recipient=CHN", "pressure?actor=JPN", "pressure?actor=CHN", "pressure?actor=JPN&about=CHN", "instruments",
    "instruments?subject=CHN", "instruments?party=JPN", "instruments?instrument=resolution&since=2010", "instruments/%instrument",
    "review", "review?type=SANCTION", "review?actor=USA", "review/stats",
)


class Desk:
    def __init__(self, o):
        self.process = subprocess.Popen([o.program, "serve", o.record, "--port", "0", "--read-only"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        url = self.process.stdout.readline().strip()
        if not url:
            sys.exit("bench: the desk did not start")
        self.at = urllib.parse.urlsplit(url).netloc

    def cpu(self):
        """Milliseconds that it has worked, in steps of ten: other work on the machine does not change them."""
        v = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return 1000 * (int(v[11]) + int(v[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, path):
        began = time.monotonic()
        c = http.client.HTTPConnection(self.at, timeout=60)
        c.request("GET", "/api/" + path)
        r = c.getresponse()
        body = r.read()
        c.close()
        if r.status != 200:
            print(f"{path}: {r.status} {body[:200]!r}", file=sys.stderr)
        return 1000 * (time.monotonic() - began), body

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def names(o):
    """What stands for %event and its like: the first of each."""
    import json
    d = Desk(o)
    event = json.loads(d.ask("events?limit=1")[1])["rows"][0]
    series = json.loads(d.ask("instruments?limit=1")[1])["rows"]
    d.end()
    return {"%event": event["id"], "%document": event["document"], "%instrument": series[0]["id"] if series else "none"}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("record")
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--only", default="", help="only paths with this in them")
    o = ap.parse_args()
    o.program = os.path.abspath(o.program)
    known, warm, slow = names(o), Desk(o), 0
    print(f"{'GET /api/':<56} {'KB':>7} {'cpu':>7} {'first':>7} {'warm':>7} {'again':>7}   ms; cpu and first: of a new process")
    for path in (p for p in ASKED if o.only in p):
        for k, v in known.items():
            path = path.replace(k, urllib.parse.quote(v, safe=""))
        fresh = Desk(o)
        rested = fresh.cpu()
        first, body = fresh.ask(path)
        worked = fresh.cpu() - rested
        fresh.end()
        used, again = warm.ask(path)[0], warm.ask(path)[0]
        slow += worked > 300
        print(f"{path[:56]:<56} {len(body) / 1024:>7.0f} {worked:>7.0f} {first:>7.0f} {used:>7.0f} {again:>7.0f}{'  *' if worked > 300 else ''}", flush=True)
    warm.end()
    print(f"{slow} took more than 300 ms of work when first asked; load {', '.join(f'{x:.1f}' for x in os.getloadavg())}")


if __name__ == "__main__":
    main()

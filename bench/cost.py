#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-cost: what an event costs (microseconds of processor time, bytes of record) against the size of the corpus. Articles (the bench corpus)
are coded, and coded into a record, up to --articles events; generated events (bench/generate.c, without saying which happening they tell:
the linker works) are filed in one growing record up to --events, sampled on the way, and in whole records of smaller sizes. Points go to
--points as they come, so that a run that is cut short has those it reached; --plot-only writes --doc and --svg anew from them.

Processor time is that of the program alone, user and system: other work on the machine weighs on it less than on the clock, which the
points hold, too."""
import argparse
import datetime
import json
import math
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))
import corpus  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLES = 100                       # of the growing record
REPORTS, COPIES, LINKED = 25, 6, 0  # of dm-generate
SETTLED = 500_000                   # events before which a sample tells little: much of the record is still its log
SERIES = { # name: (what, colour, dashes)
    "code": ("articles coded, no record", "#1b6ca8", ""),
    "add": ("articles coded, linked, filed", "#b3432b", ""),
    "growing": ("coded events linked, filed (one growing record)", "#2e7d4f", ""),
    "whole": ("the same, whole records with their indexes", "#2e7d4f", "3 3"),
}


class Points:
    """Lines: series, events, processor seconds, wall seconds, bytes."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.rows = []
        if self.path.exists():
            self.rows = [(s, int(n), float(c), float(w), int(b)) for s, n, c, w, b in map(str.split, self.path.read_text().splitlines())]

    def add(self, series, events, cpu, wall, size):
        self.rows.append((series, events, cpu, wall, size))
        with open(self.path, "a") as f:
            f.write(f"{series}\t{events}\t{cpu:.3f}\t{wall:.3f}\t{size}\n")
        print(f"{series:<6} {events:>12,} events  {1e6 * cpu / events:>8.1f} us each  {size / events:>7.0f} bytes each  "
              f"{cpu:>8.1f} s of processor, {wall:>8.1f} s", flush=True)


def size_of(record):
    return sum(p.stat().st_size for p in record.parent.glob(record.name + "*"))


def used(pid):
    """Processor seconds of a process that runs."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def finish(p, what):
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode:
        sys.exit(f"cost: {what} ended with {p.returncode}")
    return usage.ru_utime + usage.ru_stime


def generated(o, points, events, record, sample):
    """A record of so many generated events; sampled on the way, or measured at its end."""
    every = max(events // SAMPLES, 1) if sample else events
    with open(ROOT / "data/actors/states.tsv", "rb") as states:
        make = subprocess.Popen([o.generate, *map(str, (events, o.seed, REPORTS, COPIES, every, LINKED))], stdin=states, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        began = time.monotonic()
        add = subprocess.Popen([o.program, "add", "--events", str(record), "-"], stdin=make.stdout, stderr=subprocess.DEVNULL)
        make.stdout.close()
        for line in make.stderr:
            if sample:
                points.add("growing", int(line.split()[0]), used(add.pid), time.monotonic() - began, size_of(record))
            if o.seconds and time.monotonic() - o.began > o.seconds:
                for p in (make, add):
                    p.send_signal(signal.SIGTERM)
                    p.wait()
                print(f"cost: {o.seconds} s are over; the growing record ends here", flush=True)
                return
        points.add("whole", events, finish(add, "add"), time.monotonic() - began, size_of(record))
        make.wait()


def articles(o, points, events, tmp):
    """Articles of about so many events, coded, and coded into a record."""
    source = tmp / "articles.jsonl"
    with open(source, "w", encoding="utf-8") as f:
        for d in corpus.documents(corpus.sources(ROOT / "samples", o.shared), int(events * o.per_event)):
            f.write(json.dumps(d, ensure_ascii=False) + "\n")
    out, record = tmp / "events.jsonl", tmp / "articles.db"
    for series, args, there in (("code", ["code", "-j1", "--as", "jsonl", str(source)], out), ("add", ["add", "-j1", str(record), str(source)], record)):
        began = time.monotonic()
        with open(out if series == "code" else os.devnull, "wb") as f:
            cpu = finish(subprocess.Popen([o.program, *args], stdout=f, stderr=subprocess.DEVNULL), series)
        wall = time.monotonic() - began
        if series == "code":
            coded = sum(1 for _ in open(out, "rb"))
            o.per_event *= events / max(coded, 1)
        points.add(series, coded, cpu, wall, size_of(there))
    for p in (source, out, *tmp.glob("articles.db*")):
        p.unlink(missing_ok=True)


def ladder(low, high):
    """1, 3, 10, 30 ... from low to high."""
    out, step = [], low
    while step <= high:
        out += [n for n in (step, 3 * step) if n <= high]
        step *= 10
    return out


# --- the picture ---

W, H, LEFT, RIGHT, TOP, GAP = 460, 300, 64, 40, 46, 40


def nice_top(value):
    """The next of 1, 2, 3, 5 times a power of ten."""
    power = 10 ** (len(str(int(max(value, 1)))) - 1)
    return next(m * power for m in (1, 2, 3, 5, 10) if m * power >= value)


def panel(x0, title, unit, rows, value):
    """One chart: events on a logarithmic axis, from nought upwards."""
    low, high = 3, 7
    top = nice_top(max(value(r) for r in rows) * 1.02)
    at = lambda n, v: (x0 + W * (math.log10(n) - low) / (high - low), TOP + H - H * v / top)
    out = [f'<text x="{x0}" y="{TOP - 22}" class="t">{title}</text>', f'<text x="{x0 + W}" y="{TOP - 22}" text-anchor="end">{unit}</text>']
    for i in range(6):
        v = top * i / 5
        y = at(1000, v)[1]
        out += [f'<line x1="{x0}" y1="{y:.1f}" x2="{x0 + W}" y2="{y:.1f}" class="g"/>',
                f'<text x="{x0 - 8}" y="{y + 4:.1f}" text-anchor="end">{v:,.0f}</text>']
    for p in range(low, high + 1):
        x = at(10 ** p, 0)[0]
        label = {3: "1,000", 4: "10,000", 5: "100,000", 6: "1 million", 7: "10 million"}[p]
        out += [f'<line x1="{x:.1f}" y1="{TOP + H}" x2="{x:.1f}" y2="{TOP + H + 5}" class="a"/>',
                f'<text x="{x:.1f}" y="{TOP + H + 20}" text-anchor="middle">{label}</text>']
    out.append(f'<text x="{x0 + W / 2}" y="{TOP + H + 38}" text-anchor="middle">events in the corpus</text>')
    for name, (_, colour, dashes) in SERIES.items():
        mine = sorted((r[1], value(r)) for r in rows if r[0] == name and r[1] >= 10 ** low)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*m) for m in mine))
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>')
        if name != "growing":
            out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in (at(*m) for m in mine)]
    return out


def picture(rows):
    wide, high = 2 * (LEFT + W) + GAP + RIGHT, TOP + H + 50 + 20 * len(SERIES)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="12">',
           "<!-- SPDX-License-Identifier: Apache-2.0; written by bench/cost.py -->",
           "<style>.t{font-size:15px;font-weight:bold}.g{stroke:#ddd}.a{stroke:#555}text{fill:#222}</style>",
           f'<rect width="{wide}" height="{high}" fill="#fff"/>']
    records = [r for r in rows if r[0] != "code"]
    out += panel(LEFT, "Processor time of an event", "µs", rows, lambda r: 1e6 * r[2] / r[1])
    out += panel(2 * LEFT + W + GAP, "Record, bytes of an event", "bytes", records, lambda r: r[4] / r[1])
    for i, (what, colour, dashes) in enumerate(SERIES.values()):
        y = TOP + H + 60 + 20 * i
        out += [f'<line x1="{LEFT}" y1="{y - 4}" x2="{LEFT + 30}" y2="{y - 4}" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>',
                f'<text x="{LEFT + 38}" y="{y}">{what}</text>']
    return "\n".join([*out, "</svg>", ""])


def table(rows):
    """Of the growing record the rungs of the ladder; of the rest all."""
    steps = {n for p in range(3, 8) for n in (10 ** p, 2 * 10 ** p, 5 * 10 ** p)}
    last = max((r[1] for r in rows if r[0] == "growing"), default=0)
    out = ["| | events | µs an event | µs, from the line before | bytes an event | processor, s | wall, s |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for name, (what, _, _) in SERIES.items():
        before = (0, 0.0)
        for _, n, cpu, wall, size in sorted(r for r in rows if r[0] == name and (name != "growing" or r[1] in steps or r[1] == last)):
            more = 1e6 * (cpu - before[1]) / (n - before[0]) if name == "growing" else None
            out.append(f"| {what} | {n:,} | {1e6 * cpu / n:.1f} | {f'{more:.1f}' if more is not None else ''} | {size / n:,.0f} | {cpu:.1f} | {wall:.0f} |")
            before = (n, cpu)
    return "\n".join(out)


def write(o, rows):
    pathlib.Path(o.svg).write_text(picture(rows), encoding="utf-8")
    doc = pathlib.Path(o.doc)
    text = doc.read_text(encoding="utf-8") if doc.exists() else "# Cost against corpus size\n\n<!-- cost --><!-- end -->\n"
    load = ", ".join(f"{x:.0f}" for x in os.getloadavg())
    now = f"Written {datetime.date.today()}; {os.cpu_count()} cores, load averages {load} at the end."
    new = re.sub(r"<!-- cost -->.*<!-- end -->", lambda _: f"<!-- cost -->\n{now}\n\n{table(rows)}\n<!-- end -->", text, flags=re.S)
    doc.write_text(new, encoding="utf-8")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--program", default="build/demarche")
    ap.add_argument("--generate", default="build/dm-generate")
    ap.add_argument("--shared", default=str(ROOT / "../shared"))
    ap.add_argument("--events", type=int, default=10_000_000, help="of the growing record")
    ap.add_argument("--whole", type=int, default=1_000_000, help="the largest of the whole records, each measured for itself")
    ap.add_argument("--articles", type=int, default=100_000, help="events of the most articles")
    ap.add_argument("--seconds", type=float, default=0, help="after which the growing record is left as it is (0: never)")
    ap.add_argument("--only", choices=("articles", "whole", "growing"), help="adds to the points that are there")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--points", default="build/cost.tsv")
    ap.add_argument("--plot-only", action="store_true")
    ap.add_argument("--doc", default=str(ROOT / "docs/cost.md"))
    ap.add_argument("--svg", default=str(ROOT / "docs/cost.svg"))
    o = ap.parse_args()
    o.program, o.generate, o.per_event, o.began = os.path.abspath(o.program), os.path.abspath(o.generate), 0.8, time.monotonic()
    if not o.plot_only:
        if not o.only:
            pathlib.Path(o.points).unlink(missing_ok=True)
        points = Points(o.points)
        with tempfile.TemporaryDirectory() as tmp:
            tmp = pathlib.Path(tmp)
            for n in ladder(1000, o.articles if o.only in (None, "articles") else 0):
                articles(o, points, n, tmp)
            for n in ladder(1000, min(o.whole, o.events - 1) if o.only in (None, "whole") else 0):
                generated(o, points, n, tmp / "whole.db", False)
                for p in tmp.glob("whole.db*"):
                    p.unlink()
            if o.only in (None, "growing"):
                generated(o, points, o.events, tmp / "growing.db", True)
    rows = [r for r in Points(o.points).rows if r[0] != "growing" or r[1] >= SETTLED]
    write(o, rows)


if __name__ == "__main__":
    main()

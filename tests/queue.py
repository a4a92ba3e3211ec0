#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""demarche send and demarche work with a real nats-server: what is sent is what is filed; parts, poison, dead letters and their replay, draining,
resuming, deduplication, restarts of the server, metrics, credentials, TLS.

usage: queue.py PROGRAM [TEST...]"""
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]
import natsd  # noqa: E402
import natsjwt  # noqa: E402
import record_dump  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else str(ROOT / "build/demarche")
STREAM = "DEMARCHE"


class Failed(Exception):
    pass


def expect(what, got, want):
    if got != want:
        raise Failed(f"{what}: {got!r} in place of {want!r}")


def within(what, text, pattern):
    if not re.search(pattern, text):
        raise Failed(f"{what}: no {pattern!r} in {text[-1500:]!r}")


class Bench:
    """A folder, a server, articles, and the record that one undisturbed machine makes of them."""

    def __init__(self, work, conf=""):
        self.work = pathlib.Path(work)
        self.env = dict(os.environ, XDG_STATE_HOME=str(self.work / "state"))
        self.server = natsd.Server(self.work / "nats", conf).start()
        self.runs = []

    def close(self):
        for p in self.runs:
            if p.poll() is None:
                p.kill()
                p.wait()
        self.server.stop(signal.SIGKILL)

    def client(self, **kw):
        return natsd.Client(self.server.host, self.server.port, **kw)

    def state(self, name=STREAM):
        c = self.client()
        try:
            return c.stream(name)
        finally:
            c.close()

    def run(self, *args, code=0, stdin=None, env=None, url=None, timeout=90):
        r = subprocess.run([PROGRAM, args[0], "--queue", url or self.server.url, *map(str, args[1:])], capture_output=True, timeout=timeout,
                           env=dict(self.env, **(env or {})), input=stdin, check=False)
        r.stderr, r.stdout = r.stderr.decode(), r.stdout.decode()
        if code is not None and r.returncode != code:
            raise Failed(f"{' '.join(map(str, args))}: exit {r.returncode} in place of {code}: {r.stderr[-1500:]}")
        return r

    def start(self, *args, log="run.log", stdin=subprocess.DEVNULL):
        with open(self.work / log, "ab") as f:
            p = subprocess.Popen([PROGRAM, args[0], "--queue", self.server.url, *map(str, args[1:])], stdout=f, stderr=f, env=self.env, stdin=stdin)
        self.runs.append(p)
        return p

    def work_all(self, record, *more, code=0):
        return self.run("work", "--store", record, "--until-empty", "-j2", *more, code=code)

    def alone(self, *paths, name="alone.db"):
        record = self.work / name
        subprocess.run([PROGRAM, "add", str(record), *map(str, paths)], check=True, capture_output=True)
        return record_dump.lines(record)

    def same(self, record, lines):
        here = record_dump.lines(self.work / record)
        if here != lines:
            a, b = set(here), set(lines)
            raise Failed(f"{record}: {len(a - b)} lines more, {len(b - a)} fewer than of one machine: {sorted(a ^ b)[:3]}")


def articles(path, sentences):
    with open(path, "wb") as f:
        subprocess.run([sys.executable, str(ROOT / "bench/corpus.py"), "--sentences", str(sentences)], stdout=f, check=True)
    return path


def short_articles(path, n):
    """n articles of two sentences, all different."""
    states = "France Germany Japan China Italy Spain Peru Chile Ghana Kenya India Brazil Canada Mexico Turkey Egypt".split()
    verbs = "condemned thanked criticized praised sanctioned invited".split()
    with open(path, "w") as f:
        for i in range(n):
            a, b, c = states[i % 16], states[(i // 16 + i + 1) % 16], states[(i // 7 + 5) % 16]
            text = (f"{a.upper()} - {a} {verbs[i % 6]} {b} on {1 + i % 28} May {1990 + i % 30}. "
                    f"The foreign minister of {c} {verbs[i // 6 % 6]} {a} over {i} ships.")
            f.write(json.dumps({"id": f"short-{i:06}", "text": text}) + "\n")
    return path


def wait_for(what, fn, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        got = fn()
        if got:
            return got
        time.sleep(0.05)
    raise Failed(f"{what}: not within {seconds} s")


# --- the tests ---

def test_all_kinds_of_input(b):
    """Files, folders, archives, JSONL and standard input give the same record as `demarche add`; what the readers refuse is told."""
    jsonl = articles(b.work / "a.jsonl", 400)
    folder = b.work / "folder"
    folder.mkdir()
    for p in sorted((ROOT / "samples").glob("*.txt"))[:40]:
        shutil.copy(p, folder)
    packed = b.work / "packed"
    packed.mkdir()
    (packed / "only-here.txt").write_text("LIMA, 4 May 2021 - Peru condemned Bolivia on Tuesday and recalled its ambassador.\n")
    shutil.make_archive(str(b.work / "archive"), "zip", packed)
    (b.work / "broken.zip").write_bytes((b.work / "archive.zip").read_bytes()[:60])
    (folder / "page.html").write_text("<html><head><title>France and Japan agree</title></head><body><article><p>PARIS - France and Japan signed a "
                                      "treaty on trade on 3 May 2021.</p><p>Germany condemned Russia.</p></article></body></html>")
    want = b.alone(jsonl, folder, b.work / "archive.zip")
    r = b.run("send", jsonl, folder, b.work / "archive.zip", b.work / "broken.zip", code=1)
    within("send", r.stderr, r"\d+ documents sent; 1 input left out")
    b.work_all(b.work / "q.db")
    b.same("q.db", want)
    expect("left in the stream", b.state()["messages"], 0)
    want = b.alone(jsonl, name="alone2.db")
    b.run("send", "-", stdin=jsonl.read_bytes())
    b.work_all(b.work / "q2.db")
    lines = record_dump.lines(b.work / "q2.db")
    expect("documents from standard input", sum(x.startswith("('document'") for x in lines), sum(x.startswith("('document'") for x in want))


def test_parts(b):
    """A document over the server's limit goes in parts, which are gone when it is filed."""
    text = "PARIS - France and Japan signed a treaty on trade on 3 May 2021.\n\n" + "".join(
        f"Minister number {i} of Germany criticized the government of Russia on Monday over {i} ships.\n\n" for i in range(4000))
    (b.work / "long.txt").write_text(text)
    (b.work / "short.txt").write_text("PARIS - France condemned Germany on 3 May 2021.\n")
    want = b.alone(b.work / "long.txt", b.work / "short.txt")
    limit = b.client().info["max_payload"]
    expect("the server's limit", limit < len(text), True)
    r = b.run("send", b.work / "long.txt", b.work / "short.txt")
    within("send", r.stderr, r"2 documents sent \(1 in parts\)")
    expect("parts in the stream", b.state(STREAM + "-parts")["messages"] > len(text) // limit, True)
    b.work_all(b.work / "q.db")
    b.same("q.db", want)
    expect("parts left", b.state(STREAM + "-parts")["messages"], 0)


test_parts.conf = "max_payload: 65536"


def test_missing_part(b):
    """A document whose parts are not all there is put away, never coded by half; with the parts back, it is replayed."""
    text = "PARIS - France and Japan signed a treaty on trade on 3 May 2021.\n\n" + "Germany criticized Russia on Monday.\n\n" * 5000
    (b.work / "long.txt").write_text(text)
    b.run("send", b.work / "long.txt")
    c = b.client()
    message = c.request(f"$JS.API.STREAM.MSG.GET.{STREAM}-parts", b'{"seq": 2}')["message"]
    c.request(f"$JS.API.STREAM.MSG.DELETE.{STREAM}-parts", b'{"seq": 2}')
    b.work_all(b.work / "q.db")
    dead = [json.loads(x) for x in b.run("send", "--dead", "--as", "jsonl").stdout.splitlines()]
    expect("dead letters", len(dead), 1)
    within("reason", dead[0]["reason"], r"part 2 of \d+ is not in the queue")
    expect("documents", len(record_dump.counts(b.work / "q.db")), 0)
    import base64
    c.request(message["subject"], base64.b64decode(message["data"]))
    b.run("send", "--dead", "--replay", dead[0]["number"])
    b.work_all(b.work / "q.db")
    b.same("q.db", b.alone(b.work / "long.txt"))


test_missing_part.conf = "max_payload: 65536"


def test_poison(b):
    """What cannot be read goes to the dead letters with its reason; a raw article is read as a file would be."""
    (b.work / "ok.txt").write_text("PARIS - France condemned Germany on 3 May 2021.\n")
    b.run("send", b.work / "ok.txt")
    c = b.client()
    put = lambda body, **h: c.request(f"{STREAM}.docs", body, {k.replace("_", "-"): v for k, v in h.items()})
    put(b"no letter at all", Demarche_Form="document/1", Demarche_Name="junk")
    put(b"x", Demarche_Form="document/9", Demarche_Name="future")
    put(b"", Demarche_Form="document/1", Demarche_Parts="3", Demarche_Bytes="99999999999", Demarche_Key="ab", Demarche_Name="huge")
    put(b"", Demarche_Form="document/1", Demarche_Parts="1", Demarche_Bytes="9", Demarche_Key="a.>", Demarche_Name="hostile")
    put(b"", Demarche_Name="empty.txt")
    put(b'{"id": "1", "text": "France condemned Germany."}\n{"id": "2", "text": "Japan thanked Italy."}\n', Demarche_Name="two.jsonl")
    put(b"<html><body><p>ROME - Italy thanked Japan on 4 May 2021.</p></body></html>", Demarche_Name="raw.html")
    r = b.work_all(b.work / "q.db")
    within("worker", r.stderr, r"2 documents added.*6 documents put away")
    expect("documents", len(record_dump.counts(b.work / "q.db")), 2)
    dead = {d["name"]: d for d in map(json.loads, b.run("send", "--dead", "--as", "jsonl").stdout.splitlines())}
    for name, reason in {"junk": "damaged", "future": "does not know", "huge": "limits", "hostile": "rules", "empty.txt": "no article|empty",
                         "two.jsonl": "more than one"}.items():
        within(name, dead[name]["reason"], reason)
    within("table", b.run("send", "--dead").stdout, r"number +when")
    expect("csv", len(b.run("send", "--dead", "--as", "csv").stdout.splitlines()), 7)
    b.run("send", "--dead", "--replay", dead["junk"]["number"], dead["future"]["number"], f"{dead['huge']['number']}-{dead['huge']['number']}")
    expect("dead after a replay", b.state(STREAM + "-dead")["messages"], 3)
    expect("in the stream after a replay", b.state()["messages"], 3)
    b.work_all(b.work / "q.db")
    expect("dead again", b.state(STREAM + "-dead")["messages"], 6)
    b.run("send", "--dead", "--replay")
    b.work_all(b.work / "q.db")
    dead = [json.loads(x)["number"] for x in b.run("send", "--dead", "--as", "jsonl").stdout.splitlines()]
    expect("dead again, all", len(dead), 6)
    b.run("send", "--dead", "--drop", f"{dead[0]}-{dead[-1]}")
    expect("dropped", b.state(STREAM + "-dead")["messages"], 0)
    within("none", b.run("send", "--dead", "--drop", "77", code=2).stderr, "no dead letter 77")


def test_hostile(b):
    """Messages that were made to stop workers, to drive terminals or to take other documents along; what is good is filed, all else put away."""
    b.run("send", "--dead")
    c = b.client()
    good = b"TOKYO, Feb 3, 2022 - Japan condemned China on Tuesday."

    def publish(head, body=b"", to=f"{STREAM}.docs"):
        c.n += 1
        reply = f"{c.inbox}.{c.n}"
        c.send(f"HPUB {to} {reply} {len(head)} {len(head) + len(body)}\r\n".encode() + head + body + b"\r\n")
        while True:
            subject, _, _, data = c.message()
            if subject == reply:
                return json.loads(data)

    headers = lambda *pairs: b"NATS/1.0\r\n" + b"".join(k + b": " + v + b"\r\n" for k, v in pairs) + b"\r\n"
    name, form = lambda text: (b"Demarche-Name", text), (b"Demarche-Form", b"document/1")
    statuses = [b"404 No Messages", b"408 Request Timeout", b"409 Consumer Deleted", b"503", b"100 Idle Heartbeat"]
    bombs = io.BytesIO()
    with zipfile.ZipFile(bombs, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a.txt", b" " * (30 << 20))
    hostile = [*((f"NATS/1.0 {s.decode()}\r\n\r\n".encode(), b"") for s in statuses), (headers((b"Status", b"503")), b""),
               (headers(name(b"\x1b]0;x\x07\x1b[2J../../../etc/passwd\xe2\x80\xae.txt")), b"\0\0\0\0junk"),
               (headers(name(b"n" * 50000)), b"\0\0\0\0"), (headers(name(b"\xff\xfe\xc3")), b"\0\0\0\0"),
               (headers(name(b"bomb.zip")), bombs.getvalue()), (headers((b"Demarche-Parts", b"1"), (b"Demarche-Parts", b"2")), b""),
               (headers((b"Demarche-Parts", b"-1")), b""), (headers((b"Demarche-Parts", b"65536"), (b"Demarche-Key", b"a"), (b"Demarche-Bytes", b"1")), b""),
               (headers((b"Demarche-Parts", b"1"), (b"Demarche-Key", b"*"), (b"Demarche-Bytes", b"1")), b""),
               (headers((b"Demarche-Parts", b"1"), (b"Demarche-Key", b">"), (b"Demarche-Bytes", b"1")), b""),
               (headers((b"Demarche-Parts", b"99999999999999999999999"), (b"Demarche-Key", b"a")), b""),
               (headers(form), b"DLR1" + b"\xff" * 400), (headers(form), b""), (headers((b"Demarche-Form", b"document/1\x00x")), good)]
    for head, body in hostile:
        expect("stored", "seq" in publish(head, body), True)
    expect("stored as large as may be", "seq" in c.request(f"{STREAM}.docs", os.urandom(65536)), True)
    expect("nobody rolls the stream up", publish(headers((b"Nats-Rollup", b"all")), good).get("error", {}).get("code"), 500)
    expect("stored", "seq" in c.request(f"{STREAM}.docs", good), True)
    total = b.state()["messages"]
    r = b.work_all(b.work / "q.db", "--ack-seconds", 3)
    clean = lambda text: not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    expect("what the worker says drives no terminal", clean(r.stderr), True)
    expect("left in the stream", b.state()["messages"], 0)
    dead = [json.loads(x) for x in b.run("send", "--dead", "--as", "jsonl").stdout.splitlines()]
    expect("put away", len(dead), total - 1)
    expect("filed", len(record_dump.counts(b.work / "q.db")), 1)
    publish(headers(name(b"\x1b[31mred\xe2\x80\xae"), (b"Demarche-Reason", b"\x1b[2J"), (b"Demarche-Deliveries", b"9" * 40), (b"Demarche-Parts", b"x")), b"",
            f"{STREAM}.dead")
    expect("the list drives no terminal", clean(b.run("send", "--dead").stdout), True)
    worker = b.start("work", "--store", b.work / "q.db") # replayed while it puts them away again: there is an end
    for _ in range(3):
        b.run("send", "--dead", "--replay", timeout=20)
        wait_for("dead again", lambda: b.state()["messages"] == 0 and b.state(STREAM + "-dead")["messages"] == len(dead) + 1)
    worker.send_signal(signal.SIGTERM)
    expect("exit", worker.wait(20), 0)
    within("in parts", b.run("send", "--dead", "--as", "jsonl").stdout, r'"bytes":65536')
    b.run("send", "--dead", "--drop", "1-5000", code=2)
    numbers = [json.loads(x)["number"] for x in b.run("send", "--dead", "--as", "jsonl").stdout.splitlines()]
    b.run("send", "--dead", "--drop", *numbers)
    expect("parts left", b.state(STREAM + "-parts")["messages"], 0)


test_hostile.conf = "max_payload: 65536"


def test_killer(b):
    """A document that was delivered too often is tried in a process of its own: one that dies there is put away, one that does not is filed."""
    (b.work / "a-slow.txt").write_text("PARIS - France and Japan signed a treaty on trade on 3 May 2021.\n\n" + "".join(
        f"The minister of {x} said that Germany and {y} had criticized Russia after talks with Japan {i} days ago in Paris.\n\n"
        for i in range(330) for x in ("Italy", "Spain", "Peru", "Chile", "Ghana") for y in ("Oman", "India", "China", "Cuba")))
    (b.work / "b-fine.txt").write_text("PARIS - France condemned Germany on 3 May 2021.\n")
    b.run("work", "--store", b.work / "q.db", "--until-empty", "--ack-seconds", 1)
    b.run("send", b.work / "a-slow.txt", b.work / "b-fine.txt")
    c = b.client()
    for _ in range(2):
        expect("pulled", len(c.pull(STREAM, 2)), 2)
        time.sleep(1.2)
    r = b.work_all(b.work / "q.db", "--max-deliver", 2, "--document-seconds", 1)
    within("worker", r.stderr, r"1 document added.*1 document put away")
    dead = json.loads(b.run("send", "--dead", "--as", "jsonl").stdout)
    expect("who", dead["name"], "a-slow.txt")
    within("reason", dead["reason"], "more than 1 seconds of processor time")
    expect("deliveries", dead["deliveries"] >= 3, True)


def test_drain(b):
    """SIGTERM: what is in hand is filed and acknowledged, the rest handed back, exit 0; another worker goes on."""
    jsonl = short_articles(b.work / "a.jsonl", 1500)
    want = b.alone(jsonl)
    b.run("send", jsonl)
    total = b.state()["messages"]
    p = b.start("work", "--store", b.work / "q.db", "-j2", "--batch", 16, "--ack-seconds", 300)
    wait_for("a first batch", lambda: b.state()["messages"] < total - 16)
    p.send_signal(signal.SIGTERM)
    expect("exit", p.wait(20), 0)
    c = b.client()
    left = c.stream(STREAM)["messages"]
    expect("stopped in the middle", 0 < left < total, True)
    expect("filed and acknowledged", len(record_dump.counts(b.work / "q.db")), total - left)
    r = b.work_all(b.work / "q.db") # would wait 300 s for what was not handed back
    expect("known to the second", "there already" in r.stderr, False)
    b.same("q.db", want)
    p = b.start("work", "--store", b.work / "q.db", log="idle.log")
    wait_for("the worker", lambda: "working" in (b.work / "idle.log").read_text())
    p.send_signal(signal.SIGINT)
    expect("exit of an idle one", p.wait(20), 0)


def test_resume(b):
    """A sender that is killed, and run again, neither loses nor doubles."""
    jsonl = short_articles(b.work / "a.jsonl", 1500)
    lines = jsonl.read_bytes().splitlines(keepends=True)
    want = b.alone(jsonl)
    way = ("send", "--journal", b.work / "journal", "-")
    for end, sig in ((500, signal.SIGKILL), (1000, signal.SIGTERM)):
        p = b.start(*way, log="send.log", stdin=subprocess.PIPE)
        p.stdin.write(b"".join(lines[:end]))
        p.stdin.flush()
        wait_for("most of it", lambda: (b.state() or {}).get("messages", 0) > end - 100, 20)
        p.send_signal(sig)
        p.stdin.close()
        expect("exit", p.wait(20), -sig if sig == signal.SIGKILL else 128 + sig)
        expect("cut off", b.state()["messages"] <= end, True)
        expect("a journal", (b.work / "journal").exists(), True)
    r = b.run(*way, stdin=jsonl.read_bytes())
    within("the last", r.stderr, r"\d+ documents sent, \d+ sent before")
    expect("messages", b.state()["messages"], len(lines))
    expect("a journal at the end", (b.work / "journal").exists(), False)
    b.run(*way, stdin=b"".join(lines[:100]))
    b.run("send", jsonl)
    expect("journals left", list((b.work / "state").rglob("send-*")), [])
    b.work_all(b.work / "q.db")
    b.same("q.db", want)


def test_replay_is_not_swallowed(b):
    """The same again goes through, also inside the queue's window of deduplication; the record keeps it once."""
    jsonl = articles(b.work / "a.jsonl", 300)
    want = b.alone(jsonl)
    b.run("send", jsonl)
    n = b.state()["messages"]
    b.run("send", jsonl)
    expect("sent twice", b.state()["messages"], 2 * n)
    r = b.work_all(b.work / "q.db")
    within("worker", r.stderr, rf"{n} documents added.*, {n} there already")
    b.same("q.db", want)


def test_server_restart(b):
    """The queue is killed and comes back while documents are sent and worked on."""
    jsonl = short_articles(b.work / "a.jsonl", 1500)
    want = b.alone(jsonl)
    total = sum(x.startswith("('document'") for x in want)
    worker = b.start("work", "--store", b.work / "q.db", "-j2", "--batch", 16, "--ack-seconds", 3)
    sender = b.start("send", jsonl, log="send.log")
    for sig in (signal.SIGKILL, signal.SIGTERM):
        time.sleep(0.7)
        b.server.stop(sig)
        time.sleep(0.7)
        b.server.start()
    expect("sender", sender.wait(60), 0)
    try:
        wait_for("all filed", lambda: b.state()["messages"] == 0, 60)
    except Failed as e:
        raise Failed(f"{e}; {b.state()}, {b.client().consumer(STREAM)}, {len(record_dump.counts(b.work / 'q.db'))} of {total} filed") from e
    worker.send_signal(signal.SIGTERM)
    expect("worker", worker.wait(20), 0)
    b.same("q.db", want)
    within("said", (b.work / "run.log").read_text(), "the queue is away[^\n]*\n(.*\n)*.*the queue is back")


SAMPLE = re.compile(r"^([a-z_:][a-z0-9_:]*)(\{[a-z_]+=\"[^\"\\\n]*\"(,[a-z_]+=\"[^\"\\\n]*\")*\})? (-?[0-9]+(\.[0-9]+)?)$")


def read_metrics(text):
    """Checks every line against the format; {name and labels: value}."""
    types, values, seen = {}, {}, None
    for line in text.splitlines():
        words = line.split(" ", 3)
        if line.startswith("# HELP "):
            seen = words[2]
            expect(f"help of {seen}", seen not in types and len(words) == 4, True)
        elif line.startswith("# TYPE "):
            expect("type behind help", words[2], seen)
            expect(f"type of {seen}", words[3] in ("counter", "gauge", "histogram"), True)
            types[seen] = words[3]
        else:
            m = SAMPLE.match(line)
            if not m:
                raise Failed(f"no sample: {line!r}")
            base = re.sub("_(bucket|sum|count)$", "", m[1]) if types.get(seen) == "histogram" else m[1]
            expect(f"family of {m[1]}", base, seen)
            expect(f"twice {line}", m[1] + (m[2] or "") in values, False)
            values[m[1] + (m[2] or "")] = float(m[4])
    for name, kind in types.items():
        if kind == "counter":
            expect(f"name of the counter {name}", name.endswith("_total"), True)
    return values


def test_consumer_lost(b):
    """The queue forgets its consumer while a worker holds a document: it is made anew, and what is left comes again."""
    text = "LIMA - Peru condemned Chile on Tuesday over ships. The president of Brazil, who had asked Peru for talks, praised Chile. "
    long = b.work / "long.jsonl"
    long.write_text(json.dumps({"id": "long", "date": "1999-05-04", "text": text * 4000}) + "\n")
    want = b.alone(long)
    b.run("send", long)
    worker = b.start("work", "--store", b.work / "q.db", "-j1", "--until-empty", "--ack-seconds", 60)
    wait_for("the document is taken", lambda: look(b, lambda c: (c.consumer(STREAM) or {}).get("num_ack_pending")))
    look(b, lambda c: c.request(f"$JS.API.CONSUMER.DELETE.{STREAM}.workers"))
    expect("exit of the worker", worker.wait(60), 0)
    b.same("q.db", want)


def look(b, what):
    c = b.client()
    try:
        return what(c)
    finally:
        c.close()


def test_metrics(b):
    """Prometheus' text form, counts that are true, loopback only."""
    jsonl = articles(b.work / "a.jsonl", 600)
    want = b.alone(jsonl)
    total = sum(x.startswith("('document'") for x in want)
    events = sum(x.startswith("('event'") for x in want)
    b.run("send", jsonl)
    c = b.client()
    c.request(f"{STREAM}.docs", b"junk", {"Demarche-Form": "document/1"})
    p = b.start("work", "--store", b.work / "q.db", "-j2", "--metrics", "127.0.0.1:0")
    url = wait_for("the address", lambda: re.search(r"http://127\S+", (b.work / "run.log").read_text()))[0]
    done = lambda: (lambda v: v if v["demarche_acks_total"] == total + 1 and v["demarche_queue_unfinished_messages"] == 0 else None)(
        read_metrics(urllib.request.urlopen(url, timeout=5).read().decode()))
    v = wait_for("all acknowledged", done)
    expect("content type", urllib.request.urlopen(url, timeout=5).headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
    expect("documents", v['demarche_documents_total{result="added"}'], total)
    expect("events", v["demarche_events_total"], events)
    expect("dead", v["demarche_dead_letters_total"], 1)
    expect("pending", v["demarche_queue_pending_messages"], 0)
    expect("batches", v["demarche_batch_documents_sum"], total)
    expect("buckets", v['demarche_batch_documents_bucket{le="+Inf"}'], v["demarche_batch_documents_count"])
    expect("coding", v["demarche_coding_seconds_total"] > 0, True)
    for bad, code in ((url.replace("/metrics", "/"), 404), (url.replace("/metrics", "/../etc/passwd"), 404)):
        try:
            urllib.request.urlopen(bad, timeout=5)
            raise Failed(f"{bad} is there")
        except urllib.error.HTTPError as e:
            expect(bad, e.code, code)
    p.send_signal(signal.SIGTERM)
    expect("exit", p.wait(20), 0)
    for bad in ("0.0.0.0:9100", "192.168.1.1:9100", "9100", "127.0.0.1:99999", "localhost:1"):
        within(bad, b.run("work", "--store", b.work / "q.db", "--metrics", bad, code=2).stderr, "is no address for metrics")


def test_login(b):
    """User and password from a file or the environment; wrong ones end the program; none is ever told."""
    (b.work / "a.txt").write_text("PARIS - France condemned Germany on 3 May 2021.\n")
    login = b.work / "login"
    login.write_text("anna:s3cret-word\n")
    login.chmod(0o600)
    b.run("send", b.work / "a.txt", "--login", login)
    b.run("send", b.work / "a.txt", env={"DEMARCHE_QUEUE_USER": "anna", "DEMARCHE_QUEUE_PASSWORD": "s3cret-word"})
    url = b.server.url.replace("nats://", "nats://anna:s3cret-word@")
    r = b.run("send", b.work / "a.txt", url=url)
    within("warning", r.stderr, "can see the password")
    told = r.stderr
    r = b.run("send", b.work / "a.txt", env={"DEMARCHE_QUEUE_USER": "anna", "DEMARCHE_QUEUE_PASSWORD": "wr0ng-word"}, code=2)
    within("wrong", r.stderr, "--login")
    told += r.stderr + b.run("send", b.work / "a.txt", code=2).stderr
    login.chmod(0o644)
    r = b.run("send", b.work / "a.txt", "--login", login, code=2)
    within("open to all", r.stderr, "others can read")
    expect("told", re.search("s3cret|wr0ng", told + r.stderr), None)
    r = b.run("work", "--store", b.work / "q.db", "--until-empty", env={"DEMARCHE_QUEUE_USER": "anna", "DEMARCHE_QUEUE_PASSWORD": "s3cret-word"})
    within("worker", r.stderr, "1 document added, 2 there already")


test_login.conf = 'authorization { user: "anna", password: "s3cret-word" }'


def test_usage(b):
    """Addresses and options that make no sense are told, with exit code 2."""
    for url in ("http://127.0.0.1", "nats://", "nats://a b", "nats://127.0.0.1:99999", "nats://127.0.0.1/a.b", "nats://h/" + "x" * 40):
        b.run("send", "x.txt", url=url, code=2)
    b.run("send", code=2)
    b.run("send", "x.txt", "--replay", code=2)
    b.run("send", "--dead", "--drop", code=2)
    b.run("send", "--dead", "--replay", "7-3", code=2)
    b.run("work", code=2)
    b.run("work", "--store", b.work / "q.db", "--tls-cert", "/etc/hostname", code=2)
    b.run("work", "--store", b.work / "no" / "such.db", code=3)
    r = b.run("send", b.work / "none.txt", code=1)
    within("missing", r.stderr, "none.txt")
    gone = natsd.free_port()
    r = b.run("send", ROOT / "README.md", "--patience", 1, url=f"nats://127.0.0.1:{gone}", code=4)
    within("away", r.stderr, "trying again")


def certificates(d, names):
    """An authority, and of it a certificate for each name; returns what calls openssl there."""
    ssl = lambda *a: subprocess.run(["openssl", *a], cwd=d, check=True, capture_output=True)
    ssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test")
    (d / "ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for who in names:
        ssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{who}.key", "-out", f"{who}.csr", "-subj", f"/CN={who}")
        ssl("x509", "-req", "-in", f"{who}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{who}.pem", "-days", "2",
            "-extfile", "ext")
    return ssl


def test_tls(b):
    """A server that wants certificates from both sides."""
    if not shutil.which("openssl"):
        print("  (without openssl: skipped)")
        return
    d = b.work / "tls"
    d.mkdir()
    ssl = certificates(d, ("server", "client"))
    b.server.stop()
    b.server = natsd.Server(b.work / "nats2", f'tls {{ cert_file: "{d}/server.pem", key_file: "{d}/server.key", ca_file: "{d}/ca.pem", verify: true }}')
    b.server.start()
    (b.work / "a.txt").write_text("PARIS - France condemned Germany on 3 May 2021.\n")
    url = b.server.url.replace("nats:", "tls:")
    way = ("--tls-ca", d / "ca.pem", "--tls-cert", d / "client.pem", "--tls-key", d / "client.key")
    b.run("send", b.work / "a.txt", *way, url=url)
    within("worker", b.run("work", "--store", b.work / "q.db", "--until-empty", *way, url=url).stderr, "1 document added")
    b.run("send", b.work / "a.txt", "--patience", 2, "--tls-ca", "/etc/ssl/certs/ca-certificates.crt" if os.path.exists(
        "/etc/ssl/certs/ca-certificates.crt") else d / "client.pem", url=url, code=None).returncode or expect("an unknown authority", "taken", "refused")
    b.run("send", b.work / "a.txt", "--patience", 2, code=None).returncode or expect("without TLS", "taken", "refused")
    within("no certificate", b.run("send", b.work / "a.txt", "--patience", 2, *way[:2], url=url, code=None).stderr, "cannot connect")
    ssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "own.key", "-out", "own.pem", "-days", "2", "-subj", "/CN=sender")
    within("a certificate of nobody's", b.run("send", b.work / "a.txt", "--patience", 2, *way[:2], "--tls-cert", d / "own.pem", "--tls-key",
                                              d / "own.key", url=url, code=None).stderr, "cannot connect")
    (d / "client.key").chmod(0o644)
    within("a key open to all", b.run("send", b.work / "a.txt", *way, url=url, code=2).stderr, "others can read the TLS key")


def test_tls_roles(b):
    """Who one is stands in the certificate (verify_and_map): each name may do its part and no more."""
    if not shutil.which("openssl"):
        print("  (without openssl: skipped)")
        return
    d = b.work / "tls"
    d.mkdir()
    certificates(d, ("server", *ROLES, "stranger"))
    users = ",\n".join(f'{{ user: "CN={who}", permissions: {{ publish: {json.dumps(may)}, subscribe: ["_INBOX.>"] }} }}'
                       for who, may in ROLES.items())
    b.server.stop()
    b.server = natsd.Server(b.work / "nats2", f'tls {{ cert_file: "{d}/server.pem", key_file: "{d}/server.key", ca_file: "{d}/ca.pem", '
                            f'verify_and_map: true }}\nauthorization {{ users: [ {users} ] }}\nmax_payload: 65536\n').start()
    url = b.server.url.replace("nats:", "tls:")
    way = lambda who: ("--tls-ca", d / "ca.pem", "--tls-cert", d / f"{who}.pem", "--tls-key", d / f"{who}.key")
    in_their_roles(b, {who: way(who) for who in ROLES}, url)
    within("a name that is not known", b.run("send", b.work / "a.txt", *way("stranger"), url=url, code=2).stderr, "Authorization Violation")


# Least privileges (docs/queue.md): what each may publish; all listen to _INBOX.>. The keeper makes the streams, and sees to dead letters.
LOOK = [f"$JS.API.STREAM.INFO.{STREAM}{end}" for end in ("", "-parts", "-dead")]
ROLES = {"keeper": [f"{STREAM}.>", "$JS.API.>", "$JS.ACK.>"],
         "sender": LOOK + [f"{STREAM}.docs", f"{STREAM}.parts.>"],
         "worker": LOOK + [f"$JS.API.CONSUMER.INFO.{STREAM}.workers", f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.workers", f"$JS.ACK.{STREAM}.workers.>",
                           f"$JS.API.STREAM.MSG.GET.{STREAM}-parts", f"$JS.API.STREAM.PURGE.{STREAM}-parts", f"{STREAM}.dead", f"{STREAM}.parts.>"]}


def command_line(p):
    return pathlib.Path(f"/proc/{p.pid}/cmdline").read_bytes().decode()


def in_their_roles(b, ways, url=None):
    """The keeper sets up, the sender sends (also in parts), the worker files and puts away, and none does more than its part."""
    (b.work / "a.txt").write_text("PARIS - France condemned Germany on 3 May 2021.\n")
    (b.work / "long.txt").write_text("ROME - Italy thanked Japan on 4 May 2021.\n\n" + "Germany criticized Russia on Monday.\n\n" * 5000)
    within("none yet", b.run("send", "--dead", *ways["keeper"], url=url).stderr, "no dead letters")
    b.run("work", "--store", b.work / "q.db", "--until-empty", *ways["keeper"], url=url)
    b.run("send", b.work / "a.txt", b.work / "long.txt", *ways["sender"], url=url)
    r = b.run("work", "--store", b.work / "q.db", "--until-empty", *ways["worker"], url=url)
    within("worker", r.stderr, "2 documents added")
    expect("refused to the worker", "does not allow" in r.stderr, False)
    told = b.run("send", b.work / "a.txt", *ways["worker"], url=url, code=2).stderr
    within("a worker that sends", told, rf"does not allow it to this user .*{STREAM}.docs")
    told = b.run("work", "--store", b.work / "q.db", *ways["sender"], url=url, code=2).stderr
    within("a sender that works", told, r"does not allow it to this user .*CONSUMER.INFO")
    b.run("send", "--dead", *ways["sender"], url=url) # how many there are it may see
    return told


def test_creds(b):
    """Signed accounts: credentials files with least privileges; those of somebody else, too old or damaged are refused, and none is told."""
    if not shutil.which("openssl"):
        print("  (without openssl: skipped)")
        return
    op = natsjwt.Operator(b.work / "op")
    b.server.stop()
    b.server = natsd.Server(b.work / "nats2", op.conf + "max_payload: 65536\n").start()
    files, secrets = {}, []
    for who, may in ROLES.items():
        files[who], seed = op.creds(who, may, ["_INBOX.>"])
        secrets.append(seed)
    told = in_their_roles(b, {who: ("--creds", path) for who, path in files.items()})
    files["nobody"], seed = natsjwt.Operator(b.work / "other").creds("nobody", ROLES["keeper"], ["_INBOX.>"])
    files["late"], late = op.creds("late", ROLES["keeper"], ["_INBOX.>"], expires=time.time() - 60)
    secrets += [seed, late]
    for who in ("nobody", "late"):
        r = b.run("send", b.work / "a.txt", "--creds", files[who], code=2)
        within(who, r.stderr, "Authorization Violation; see to user and password")
        told += r.stderr
    within("none at all", b.run("send", b.work / "a.txt", code=2).stderr, "Authorization Violation")
    text, bent = files["sender"].read_text(), b.work / "bent.creds"
    seed = secrets[1]
    for bad in ("", "no credentials\n", text.replace(seed, seed[:20] + ("A" if seed[20] != "A" else "B") + seed[21:]), text.replace(seed, seed[:-9]),
                text.replace("NATS USER JWT", "PRIVATE KEY"), text[:len(text) // 3]):
        bent.write_text(bad)
        bent.chmod(0o600)
        r = b.run("send", b.work / "a.txt", "--creds", bent, code=3)
        within("damaged", r.stderr, "is no creds file")
        told += r.stderr
    files["sender"].chmod(0o644)
    r = b.run("send", b.work / "a.txt", "--creds", files["sender"], code=2)
    within("open to all", r.stderr, "others can read the creds file")
    p = b.start("work", "--store", b.work / "q.db", "--creds", files["worker"], "--metrics", "127.0.0.1:0")
    url = wait_for("the address", lambda: re.search(r"http://127\S+", (b.work / "run.log").read_text()))[0]
    seen = command_line(p) + urllib.request.urlopen(url, timeout=5).read().decode()
    p.send_signal(signal.SIGTERM)
    expect("exit", p.wait(20), 0)
    told += r.stderr + seen + (b.work / "run.log").read_text()
    for word in secrets:
        expect("a secret is told", word in told or word[4:30] in told, False)


def test_login_withdrawn(b):
    """A login that is taken away while sender and worker run: both end with a message, and what was not filed is still in the queue."""
    env = {"DEMARCHE_QUEUE_USER": "anna", "DEMARCHE_QUEUE_PASSWORD": "s3cret-word"}
    b.env.update(env)
    worker = b.start("work", "--store", b.work / "q.db", log="work.log")
    sender = b.start("send", "-", log="send.log", stdin=subprocess.PIPE)
    sender.stdin.write(b'{"id": "1", "text": "France condemned Germany."}\n')
    sender.stdin.flush()
    look = lambda: b.client(user="anna", password="s3cret-word").stream(STREAM)
    wait_for("the first", lambda: (s := look()) and s["last_seq"] == 1 and s["messages"] == 0)
    b.server.stop()
    b.server.file.write_text(b.server.file.read_text().replace("s3cret-word", "an0ther-word"))
    b.server.start()
    sender.stdin.write(b'{"id": "2", "text": "Japan condemned China."}\n')
    sender.stdin.close()
    for name, p in (("work.log", worker), ("send.log", sender)):
        expect(f"exit ({name})", p.wait(30), 2)
        said = (b.work / name).read_text()
        within(name, said, "does not let this user in again: Authorization Violation")
        expect("told", re.search("s3cret|an0ther", said + command_line(p) if p.poll() is None else said), None)
    expect("documents", len(record_dump.counts(b.work / "q.db")), 1)


test_login_withdrawn.conf = test_login.conf


def main():
    tests = [(n[5:], f) for n, f in globals().items() if n.startswith("test_") and callable(f)]
    picked = sys.argv[2:]
    failed = 0
    if not shutil.which("nats-server"):
        sys.exit("queue: nats-server is not installed (tools/deps.sh check)")
    for name, fn in tests:
        if picked and name not in picked:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="demarche-queue-") as work:
            b = Bench(work, getattr(fn, "conf", ""))
            try:
                fn(b)
                print(f"ok    {name} ({time.monotonic() - began:.1f} s)", flush=True)
            except (Failed, subprocess.TimeoutExpired, SystemExit) as e:
                failed += 1
                print(f"FAIL  {name}: {e}", flush=True)
                for log in sorted(pathlib.Path(work).glob("*.log")):
                    print(f"      {log.name}: {log.read_text()[-1500:]}")
            finally:
                b.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

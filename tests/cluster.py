#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The proof: many machines make the record that one undisturbed machine makes, byte for byte.

Three nodes of nats-server with three replicas, PostgreSQL in a throw-away cluster, four workers and a sender. While they work, workers and
the sender are killed with -9 and started again, nodes of the queue are killed and stopped, the database crashes and comes back, and the
network is cut: between network namespaces where the machine allows them (root, ip), else in small proxies on loopback. Afterwards every
document is in the record once, the queue is empty, there are no dead letters, and the record's export is that of `demarche add` alone.

With --dense the articles are denser than linking looks (dense.py): the order of filing shows, and `demarche relink` takes it out of both
records before they are compared.

usage: cluster.py [--program P] [--articles 600] [--dense] [--seed 1] [--every SECONDS] [--loopback] [--limit SECONDS]"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]
import dense  # noqa: E402
from dense import GOODS, MONTHS  # noqa: E402
import natsd  # noqa: E402

STREAM, NODES, WORKERS = "DEMARCHE", 3, 4


def say(*words):
    print(f"[{time.monotonic() - BEGAN:6.1f} s]", *words, flush=True)


# --- the corpus: short articles, some telling what another one tells, some near copies; so many places and days that no story has more
# articles than the linker compares (COMPARED_MAX in src/store/links.h): beyond that the order of filing may show (docs/queue.md), as with --dense ---

STATES = {"France": ("French", "Paris"), "Germany": ("German", "Berlin"), "Japan": ("Japanese", "Tokyo"), "China": ("Chinese", "Beijing"),
          "Italy": ("Italian", "Rome"), "Spain": ("Spanish", "Madrid"), "Peru": ("Peruvian", "Lima"), "Chile": ("Chilean", "Santiago"),
          "Ghana": ("Ghanaian", "Accra"), "Kenya": ("Kenyan", "Nairobi"), "India": ("Indian", "New Delhi"), "Brazil": ("Brazilian", "Brasilia"),
          "Canada": ("Canadian", "Ottawa"), "Mexico": ("Mexican", "Mexico City"), "Turkey": ("Turkish", "Ankara"), "Egypt": ("Egyptian", "Cairo"),
          "Norway": ("Norwegian", "Oslo"), "Sweden": ("Swedish", "Stockholm"), "Poland": ("Polish", "Warsaw"), "Hungary": ("Hungarian", "Budapest"),
          "Greece": ("Greek", "Athens"), "Pakistan": ("Pakistani", "Islamabad"), "Vietnam": ("Vietnamese", "Hanoi"), "Nigeria": ("Nigerian", "Abuja")}
ACTS = ["{A} condemned {B} over the arrest of {n} fishermen near the {place} islands.",
        "{A} imposed sanctions on {B}, citing the export of {n} machine tools to {place}.",
        "{A} and {B} signed a treaty on trade in {good} after talks in {place}.",
        "The foreign minister of {A} visited {B} to discuss {n} joint projects on {good}.",
        "{A} expelled {n} diplomats of {B} and accused them of spying in {place}.",
        "{A} urged {B} to release {n} prisoners held since the riots in {place}.",
        "{A} rejected a demand of {B} to open its market for {good}.",
        "{A} promised {B} aid of {n} million dollars for schools in {place}."]
AGAIN = ["Officials in {capital} said that {rest}", "According to the foreign ministry in {capital}, {rest}"]
MORE = ["The president of {C} called the step a mistake and asked for talks about {good}.", "{C} offered to mediate between the two governments.",
        "Analysts in {place} said that prices of {good} would rise by {n} percent.", "The {D} parliament will debate the matter next week.",
        "A spokesman declined to say how many people of {place} were affected.", "Last year {C} had criticized {A} for a similar decision on {good}."]
PLACES = [a + b + c for a in "Kal Dor Osta Brin Quel Tes Varn Ilmo Sado Per Loran Mira Nord Cas Ruvi Hest Belg Ondr Faly Guma".split()
          for b in "mi va ne do mar si hol ra to ni".split() for c in "r l va dor na ven th lan ma sk".split()]


def article(rng, i, told):
    """One article; told: what earlier ones told, for those that tell it again."""
    names = list(STATES)
    if told and rng.random() < 0.12:
        facts = dict(rng.choice(told))
        act = rng.choice(AGAIN).format(capital=STATES[facts["A"]][1], rest=facts["act"][0].lower() + facts["act"][1:]
                                       if facts["act"].startswith("The ") else facts["act"])
    else:
        a, b, c = rng.sample(names, 3)
        facts = {"A": a, "B": b, "C": c, "D": STATES[c][0], "n": rng.randint(2, 9999), "place": rng.choice(PLACES), "good": rng.choice(GOODS),
                 "day": (rng.randint(1900, 2020), rng.randint(1, 12), rng.randint(1, 28))}
        act = facts["act"] = rng.choice(ACTS).format(**facts)
        told.append(facts)
    more = [m.format(**facts) for m in rng.sample(MORE, rng.randint(1, 4))]
    y, m, d = facts["day"]
    text = f"{STATES[facts['A']][1].upper()}, {d} {MONTHS[m - 1]} {y} - {act} {' '.join(more)}"
    return {"id": f"article-{i:06}", "text": text, "date": f"{y}-{m:02}-{d:02}", "source": rng.choice(("Wire", "Herald", "Gazette"))}


def write_corpus(path, n, seed):
    rng = random.Random(seed)
    told, last = [], None
    with open(path, "w") as f:
        for i in range(n):
            if last and rng.random() < 0.04: # a near copy under another name
                one = dict(last, id=f"article-{i:06}", text=last["text"] + f" ({rng.choice(PLACES)} desk {i})")
            else:
                one = last = article(rng, i, told)
            f.write(json.dumps(one) + "\n")


def write_dense(path, n, seed):
    with open(path, "w") as f:
        f.writelines(json.dumps(a) + "\n" for a in dense.articles(n, seed))


# --- the network ---

def sh(*words, check=True):
    return subprocess.run([str(w) for w in words], check=check, capture_output=True, text=True)


class Namespaces:
    """A bridge and, for each node and host, a namespace with an address on it."""
    name = "network namespaces"

    def __init__(self):
        self.tag = f"d{os.getpid() % 10000:04}"
        self.net = f"10.{random.randint(64, 127)}.{random.randint(1, 254)}"
        self.made = []
        sh("ip", "link", "add", f"{self.tag}br", "type", "bridge")
        sh("ip", "addr", "add", f"{self.net}.254/24", "dev", f"{self.tag}br")
        sh("ip", "link", "set", f"{self.tag}br", "up")

    @staticmethod
    def possible():
        if os.geteuid() != 0 or not shutil.which("ip"):
            return False
        try: # in a container or a chroot some of it may be refused
            trial = Namespaces()
        except subprocess.CalledProcessError:
            return False
        try:
            prefix, _ = trial.host("try", 9)
            return sh(*prefix, "true", check=False).returncode == 0
        except subprocess.CalledProcessError as e:
            say(f"no network namespaces: {' '.join(e.cmd)}: {e.stderr.strip()[:200]}")
            return False
        finally:
            trial.close()

    def host(self, who, number):
        ns = f"{self.tag}{who}"
        sh("ip", "netns", "add", ns)
        self.made.append(ns)
        sh("ip", "link", "add", f"{ns}v", "type", "veth", "peer", "name", "eth0", "netns", ns)
        sh("ip", "link", "set", f"{ns}v", "master", f"{self.tag}br")
        sh("ip", "link", "set", f"{ns}v", "up")
        sh("ip", "-n", ns, "addr", "add", f"{self.net}.{number}/24", "dev", "eth0")
        sh("ip", "-n", ns, "link", "set", "eth0", "up")
        sh("ip", "-n", ns, "link", "set", "lo", "up")
        return ["ip", "netns", "exec", ns], f"{self.net}.{number}"

    def cut(self, who):
        sh("ip", "link", "set", f"{self.tag}{who}v", "down")

    def mend(self, who):
        sh("ip", "link", "set", f"{self.tag}{who}v", "up")

    def node(self, i):
        prefix, host = self.host(f"n{i}", 10 + i)
        return prefix, host, 4222, 6222

    def worker_host(self, i, nodes):
        prefix, _ = self.host(f"h{i}", 20 + i)
        return prefix, ",".join(f"{host}:{port}" for host, port in nodes)

    def close(self):
        for ns in self.made:
            sh("ip", "netns", "del", ns, check=False)
        sh("ip", "link", "del", f"{self.tag}br", check=False)


class Proxy:
    """Hands bytes on from one port of loopback to another; cut: what is open ends, what comes is refused."""

    def __init__(self, to):
        self.to, self.open, self.is_cut = to, set(), False
        self.s = socket.create_server(("127.0.0.1", 0))
        self.port = self.s.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                a, _ = self.s.accept()
            except OSError:
                return
            try:
                if self.is_cut:
                    raise OSError
                b = socket.create_connection(self.to, 2)
            except OSError:
                a.close()
                continue
            self.open |= {a, b}
            for x, y in ((a, b), (b, a)):
                threading.Thread(target=self.pump, args=(x, y), daemon=True).start()

    def pump(self, x, y):
        try:
            while data := x.recv(65536):
                y.sendall(data)
        except OSError:
            pass
        for s in (x, y):
            self.open.discard(s)
            s.close()

    def cut(self):
        self.is_cut = True
        for s in list(self.open):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def mend(self):
        self.is_cut = False


class Loopback:
    name = "ports of loopback, cut in proxies"

    def __init__(self):
        self.proxies = {}

    def node(self, i):
        return [], "127.0.0.1", natsd.free_port(), natsd.free_port()

    def worker_host(self, i, nodes):
        self.proxies[f"h{i}"] = mine = [Proxy(n) for n in nodes]
        return [], ",".join(f"127.0.0.1:{p.port}" for p in mine)

    def cut(self, who):
        for p in self.proxies.get(who, []):
            p.cut()

    def mend(self, who):
        for p in self.proxies.get(who, []):
            p.mend()

    def close(self):
        for mine in self.proxies.values():
            for p in mine:
                p.s.close()


# --- the machines ---

class Cluster:
    def __init__(self, work, program, network, corpus):
        self.work, self.program, self.net, self.corpus = work, program, network, corpus
        self.counts = {}
        where = [network.node(i) for i in range(NODES)]
        routes = ", ".join(f'"nats://{host}:{route}"' for _, host, _, route in where)
        self.nodes = [natsd.Server(work / f"n{i}", f'cluster {{ name: "c", listen: "{host}:{route}", routes: [ {routes} ] }}', host, port, f"n{i}",
                                   prefix) for i, (prefix, host, port, route) in enumerate(where)]
        hosts = [network.worker_host(i, [(n.host, n.port) for n in self.nodes]) for i in range(2)]
        self.hosts = [hosts[i % 2] for i in range(WORKERS)]
        self.sender_host = hosts[0]
        self.workers, self.sender = [None] * WORKERS, None
        self.pg = work / "pg"
        os.chmod(work, 0o711)
        sh("sh", ROOT / "tests/pg.sh", "start", self.pg)
        self.store = sh("sh", ROOT / "tests/pg.sh", "database", self.pg, "proof").stdout.strip()
        for n in self.nodes:
            n.start(wait=False)

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1
        say(what)

    def start(self, log, host, *args):
        prefix, servers = host
        with open(self.work / log, "ab") as f:
            return subprocess.Popen([*prefix, self.program, args[0], "--queue", f"nats://{servers}", "--replicas", "3", *map(str, args[1:])],
                                    stdout=f, stderr=f, env=dict(os.environ, XDG_STATE_HOME=str(self.work / "state")))

    def start_sender(self):
        self.sender = self.start("send.log", self.sender_host, "send", "--journal", self.work / "journal", self.corpus)

    def start_worker(self, i):
        self.workers[i] = self.start(f"work{i}.log", self.hosts[i], "work", "--store", self.store, "-j1", "--batch", 64, "--ack-seconds", 5,
                                     "--max-deliver", 20)

    def state(self):
        """What a node that answers says of the stream; None: none answers."""
        for n in self.nodes:
            try:
                c = natsd.Client(n.host, n.port)
                c.s.settimeout(5)
                try:
                    return c.stream(STREAM), c.stream(STREAM + "-dead"), c.stream(STREAM + "-parts")
                finally:
                    c.close()
            except (OSError, SystemExit, ValueError, IndexError):
                continue
        return None

    def tend(self):
        """Whatever ended by itself is told, and started again."""
        for i, w in enumerate(self.workers):
            if w is not None and w.poll() is not None:
                raise SystemExit(f"worker {i} ended by itself with {w.returncode}: {self.tail(f'work{i}.log')}")
        if self.sender is not None and self.sender.poll() is not None:
            if self.sender.returncode != 0:
                raise SystemExit(f"the sender ended with {self.sender.returncode}: {self.tail('send.log')}")
            self.sender = None
            say("everything is sent:", self.tail("send.log", 200).strip())

    def tail(self, log, n=1500):
        return (self.work / log).read_text()[-n:] if (self.work / log).exists() else ""

    # disturbances

    def kill_worker(self, rng):
        i = rng.randrange(WORKERS)
        self.kill(self.workers[i])
        self.count("worker killed")
        self.start_worker(i)

    def kill_sender(self, rng):
        if self.sender is None:
            return self.kill_worker(rng)
        self.kill(self.sender)
        self.count("sender killed")
        self.start_sender()
        return None

    def kill(self, process):
        """With ip netns exec the process is the program itself: it is replaced."""
        process.kill()
        process.wait()

    def break_node(self, rng):
        n = rng.choice(self.nodes)
        sig = rng.choice((signal.SIGKILL, signal.SIGTERM))
        n.stop(sig)
        self.count(f"node of the queue {'killed' if sig == signal.SIGKILL else 'stopped'}")
        time.sleep(rng.uniform(0.5, 3))
        n.start(wait=False)

    def break_database(self, rng):
        kill = rng.random() < 0.5
        sh("sh", ROOT / "tests/pg.sh", "stop", self.pg, *(["--kill"] if kill else []))
        self.count(f"database {'crashed' if kill else 'stopped'}")
        time.sleep(rng.uniform(0.5, 3))
        sh("sh", ROOT / "tests/pg.sh", "again", self.pg)

    def cut_network(self, rng):
        who = rng.choice(["h0", "h1"] + ([f"n{i}" for i in range(NODES)] if isinstance(self.net, Namespaces) else []))
        self.net.cut(who)
        self.count(f"network of {'host' if who[0] == 'h' else 'node'} cut")
        time.sleep(rng.uniform(2, 7))
        self.net.mend(who)

    def close(self):
        for p in [*self.workers, self.sender]:
            if p is not None and p.poll() is None:
                p.kill()
                p.wait()
        for n in self.nodes:
            n.stop(signal.SIGKILL)
        sh("sh", ROOT / "tests/pg.sh", "stop", self.pg, "--kill", check=False)
        self.net.close()


def export(program, record, form, to):
    with open(to, "wb") as f:
        r = subprocess.run([program, "export", record, "--as", form, "--by-content"], stdout=f, stderr=subprocess.PIPE, check=False)
    if r.returncode:
        raise SystemExit(f"export of {record}: {r.stderr.decode()[-500:]}")
    return to


def same(a, b, what):
    with open(a, "rb") as x, open(b, "rb") as y:
        if x.read() == y.read():
            return say(f"{what}: the same {os.path.getsize(a)} bytes")
    x, y = open(a, errors="replace").read().splitlines(), open(b, errors="replace").read().splitlines()
    first = next((i for i, (p, q) in enumerate(zip(x, y)) if p != q), min(len(x), len(y)))
    raise SystemExit(f"{what}: {len(x)} and {len(y)} rows, the first that differs is {first + 1}:\n{x[first:first + 1]}\n{y[first:first + 1]}")


def disturb(c, rng, every, limit):
    """Breaks one thing after another until all is filed; then lets it be."""
    ways = [c.kill_worker, c.break_node, c.kill_sender, c.cut_network, c.kill_worker, c.break_database]
    until, turn, empty = time.monotonic() + limit, 0, 0
    journal = c.work / "journal"
    while c.sender.poll() is None and not (journal.exists() and journal.stat().st_size > 1000):
        time.sleep(0.005)
    if c.sender.poll() is None: # it is soon done: at once
        c.kill_sender(rng)
    while empty < 3:
        if time.monotonic() > until:
            raise SystemExit(f"not done within {limit} s: {c.state()}\n" + "\n".join(c.tail(f"work{i}.log", 600) for i in range(WORKERS)))
        time.sleep(rng.uniform(0.5, 1.5) * every if turn < 10 * len(ways) or every > 2 else every)
        c.tend()
        now = c.state()
        done = c.sender is None and now and now[0] and now[0]["messages"] == 0
        if turn < len(ways) or not done: # each at least once
            ways[turn % len(ways)](rng)
            turn += 1
            empty = 0
        else:
            empty += 1


def relink_both(c, program, alone):
    """The order of filing shows before; afterwards it is the caller's to compare."""
    a, b = (export(program, r, "csv", c.work / f"{name}.csv") for r, name in ((alone, "alone"), (c.store, "many")))
    with open(a) as x, open(b) as y:
        x, y = x.readlines(), y.readlines()
    say(f"before relink {sum(p != q for p, q in zip(x, y)) + abs(len(x) - len(y))} of {len(x)} rows of the csv differ")
    for record in (alone, c.store):
        began = time.monotonic()
        r = sh(program, "relink", record, check=False)
        if r.returncode:
            raise SystemExit(f"relink of {record} ends with {r.returncode}: {r.stderr[-500:]}")
        say(f"relink, {time.monotonic() - began:.1f} s: {r.stderr.strip()}")


def prove(c, o, rng, alone):
    for i in range(WORKERS):
        c.start_worker(i)
    c.start_sender()
    began = time.monotonic()
    disturb(c, rng, o.every, o.limit)
    say(f"the queue is empty after {time.monotonic() - began:.0f} s")
    for i, w in enumerate(c.workers):
        w.send_signal(signal.SIGTERM)
        if w.wait(60) != 0:
            raise SystemExit(f"worker {i} ends with {w.returncode}: {c.tail(f'work{i}.log')}")
        c.workers[i] = None
    docs, dead, _ = c.state()
    if docs["messages"] or dead["messages"]:
        raise SystemExit(f"left: {docs['messages']} documents, {dead['messages']} dead letters")
    if o.dense:
        relink_both(c, o.program, str(alone))
    for form in ("plover", "csv"):
        same(export(o.program, str(alone), form, c.work / f"alone.{form}"), export(o.program, c.store, form, c.work / f"many.{form}"), form)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default=str(ROOT / "build/demarche"))
    ap.add_argument("--articles", type=int, default=600)
    ap.add_argument("--dense", action="store_true")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--every", type=float, default=2.0)
    ap.add_argument("--limit", type=float, default=1500)
    ap.add_argument("--loopback", action="store_true")
    o = ap.parse_args()
    o.program = os.path.abspath(o.program)
    if not shutil.which("nats-server"):
        print("nats-server is not installed (tools/deps.sh check)")
        sys.exit(77)
    rng = random.Random(o.seed)
    with tempfile.TemporaryDirectory(prefix="demarche-cluster-") as folder:
        work = pathlib.Path(folder)
        corpus = work / "corpus.jsonl"
        (write_dense if o.dense else write_corpus)(corpus, o.articles, o.seed)
        began = time.monotonic()
        subprocess.run([o.program, "add", str(work / "alone.db"), str(corpus)], check=True, capture_output=True)
        say(f"one machine alone: {o.articles} articles, {time.monotonic() - began:.1f} s")
        network = Loopback() if o.loopback or not Namespaces.possible() else Namespaces()
        say("network:", network.name)
        c = Cluster(work, o.program, network, corpus)
        try:
            prove(c, o, rng, work / "alone.db")
            say("disturbances:", ", ".join(f"{n} x {what}" for what, n in sorted(c.counts.items())))
        except BaseException:
            keep = os.environ.get("KEEP")
            if keep:
                sh("cp", "-r", work, keep, check=False)
            raise
        finally:
            c.close()


BEGAN = time.monotonic()
if __name__ == "__main__":
    main()

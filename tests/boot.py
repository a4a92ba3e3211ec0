#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian packages on a bare Debian 12 that is booted: installed with apt, the units started by systemd with all their walls, documents sent through
nats-server and seen at the desk; stopped, killed, upgraded, removed and purged. What the comments of the units tell to write is what is
written here. The machine is a container of systemd-nspawn with a network of its own; nothing of this machine is touched.

usage: boot.py --debs FOLDER [--base FOLDER]   (base: a bare Debian, made by debootstrap when it is not there, and kept)
Needs root, debootstrap, systemd-nspawn and, the first time, a network."""
import argparse
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

ROOT = pathlib.Path(__file__).resolve().parents[1]
MIRROR = "http://deb.debian.org/debian"
PACKAGES = "systemd,systemd-sysv,dbus,nats-server,postgresql-15,python3-minimal"
OURS = ["demarche", "libdemarche0", "libdemarche-dev", "demarche-data"]
SECRETS = {"queue": "qu3ue-secret", "base": "b4se-secret", "desk": "d3sk-secret"}
PATIENCE = float(os.environ.get("PATIENCE", "4"))  # times the seconds that an idle machine would be given
BEGAN = time.monotonic()
checks = 0


class Failed(Exception):
    pass


def say(*words):
    print(f"[{time.monotonic() - BEGAN:6.1f} s]", *words, flush=True)


def expect(what, got, want=True):
    global checks
    checks += 1
    if got != want:
        raise Failed(f"{what}: {got!r} in place of {want!r}")


def skip(why):
    print(why)
    sys.exit(77)


def sh(*words, check=True, **kw):
    r = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False, **kw)
    if check and r.returncode:
        raise Failed(f"{' '.join(map(str, words))[:300]}: exit {r.returncode}: {(r.stdout + r.stderr)[-1500:]}")
    return r


def wait_for(what, fn, seconds=30):
    until = time.monotonic() + PATIENCE * seconds
    while time.monotonic() < until:
        got = fn()
        if got:
            return got
        time.sleep(0.2)
    raise Failed(f"{what}: not within {seconds} s")


def children(pid):
    try:
        return [int(x) for x in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class Machine:
    """A bare Debian that runs: base below, what happens here above it."""

    def __init__(self, base, work):
        self.work, self.root, self.process, self.leader = work, work / "root", None, 0
        for d in ("root", "up", "own"):
            (work / d).mkdir()
        sh("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base},upperdir={work / 'up'},workdir={work / 'own'}", self.root)

    def boot(self):
        log = open(self.work / "console.log", "ab")
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--boot", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe", "--link-journal=no",
             "--machine=demarche-boot", "-D", str(self.root)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.leader = wait_for("the first process", lambda: self.init(), 20)
        wait_for("the system", lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"), 90)

    def init(self):
        if self.process.poll() is not None:
            raise Failed("systemd-nspawn ended: " + (self.work / "console.log").read_text(errors="replace")[-800:])
        for pid in children(self.process.pid):
            if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "systemd":
                return pid
        return 0

    def run(self, *words, check=True, **kw):
        """In the machine."""
        env = dict(PATH="/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL="C.UTF-8", DEBIAN_FRONTEND="noninteractive", HOME="/root")
        return sh("nsenter", "-t", self.leader, "-m", "-u", "-i", "-n", "-p", "-C", *words, check=check, env=env, **kw)

    def python(self, code, **kw):
        """With this machine's python, in that one's network."""
        return sh("nsenter", "-t", self.leader, "-n", sys.executable, "-c", code, **kw).stdout

    def write(self, path, text, mode=0o644):
        # From within: an overlay that is changed from outside shows what it likes.
        self.run("sh", "-c", f"mkdir -p $(dirname {path}) && umask 077 && cat >{path} && chmod {mode:o} {path}", input=text)

    def show(self, unit, what):
        return self.run("systemctl", "show", "-P", what, unit).stdout.strip()

    def logs(self, unit):
        return self.run("journalctl", "--no-pager", "-o", "cat", "-u", unit).stdout

    def start(self, unit):
        r = self.run("systemctl", "start", unit, check=False)
        if r.returncode:
            raise Failed(f"{unit} does not start: {r.stderr} {self.logs(unit)[-1500:]}")

    def close(self):
        if self.process and self.process.poll() is None:
            if self.leader:
                os.kill(self.leader, signal.SIGRTMIN + 4)  # poweroff.target
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        sh("umount", "-l", self.root, check=False)


def make_base(base):
    if (base / "etc/debian_version").exists():
        return
    say(f"making a bare Debian in {base}")
    part = base.with_name(base.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    r = sh("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", part, MIRROR, check=False)
    if r.returncode:
        skip("debootstrap finds no Debian: " + (r.stdout.strip().splitlines() or ["?"])[-1])
    shutil.rmtree(part / "var/cache/apt/archives", ignore_errors=True)
    part.rename(base)


def fetch(m, debs):
    """What our packages need is fetched from outside, before the machine is cut off."""
    to = m.root / "srv/debs"
    to.mkdir(parents=True)
    for d in debs.glob("*.deb"):
        shutil.copy(d, to)
    names = ["/srv/debs/" + p.name for p in sorted(to.glob("*.deb"))]
    expect("packages", len(names), len(OURS))
    shutil.copy("/etc/resolv.conf", m.root / "etc/resolv.conf")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    sh("chroot", m.root, "apt-get", "update", env=env)
    sh("chroot", m.root, "apt-get", "install", "-y", "--no-install-recommends", "--download-only", *names, env=env)
    return names


def newer(m, names):
    """The same packages as a later version."""
    out = []
    for name in names:
        tree, path = m.work / "newer", m.root / name[1:]
        shutil.rmtree(tree, ignore_errors=True)
        sh("dpkg-deb", "-R", path, tree)
        control = tree / "DEBIAN/control"
        text = control.read_text()
        version = re.search(r"^Version: (.*)$", text, re.M)[1]
        control.write_text(text.replace(version, version + "+later"))
        to = path.with_name(path.name.replace(version, version + "+later"))
        sh("dpkg-deb", "-Znone", "-b", tree, to)
        out.append("/srv/debs/" + to.name)
    return out


def apt(m, *words):
    r = m.run("apt-get", "-y", "--no-install-recommends", *words)
    expect(f"apt-get {words[0]} without a warning", re.findall(r"^(?:W|E|warning|dpkg: .*):.*$", r.stdout + r.stderr, re.M), [])
    return r


def drop_in(unit, old, new):
    """The lines that the comment at the head of a unit tells to write."""
    text = (ROOT / f"packaging/systemd/{unit}@.service.in").read_text()
    head = text[:text.index("[Unit]")]
    lines = [x[4:] for x in head.splitlines() if x.startswith("#   ")]
    body = "\n".join(lines) + "\n"
    for a, b in zip(old, new):
        expect(f"{a!r} is told in {unit}", a in body)
        body = body.replace(a, b)
    return body.replace("@BINDIR@", "/usr/bin")


# --- the queue and the database of the machine ---

def servers(m):
    m.write("/etc/nats-server.conf", "listen: 127.0.0.1:4222\njetstream { store_dir: /var/lib/nats }\n"
            f'authorization {{ user: news, password: "{SECRETS["queue"]}" }}\n', 0o644)
    m.run("sh", "-c", "install -d -o nats -g nats /var/lib/nats && systemctl restart nats-server")
    m.write("/root/queue.login", f"news:{SECRETS['queue']}\n", 0o600)
    m.write("/root/create.sql", f"CREATE ROLE writer LOGIN PASSWORD '{SECRETS['base']}'; CREATE DATABASE news OWNER writer;\n")
    wait_for("the database", lambda: m.run("runuser", "-u", "postgres", "--", "psql", "-qc", "SELECT 1", check=False).returncode == 0, 60)
    m.run("sh", "-c", "runuser -u postgres -- psql -v ON_ERROR_STOP=1 -q < /root/create.sql")


def send(m, n, first=0):
    """n articles, all different."""
    states = "France Germany Japan China Italy Spain Peru Chile Ghana Kenya India Brazil Canada Mexico Turkey Egypt".split()
    lines = "".join(json.dumps({"id": f"a{i:05}", "text": f"{states[i % 16].upper()}, {1 + i % 28} May {1990 + i % 30} - {states[i % 16]} condemned "
                                f"{states[(i // 16 + i + 1) % 16]} over the arrest of {i} fishermen."}) + "\n" for i in range(first, first + n))
    m.run("demarche", "send", "--queue", "nats://127.0.0.1", "--login", "/root/queue.login", "-", input=lines)


def ask(m, path, port=8321, user=""):
    code = ("import base64,json,sys,urllib.request as u\n"
            f"r = u.Request('http://127.0.0.1:{port}{path}')\n"
            f"user = {user!r}\n"
            "if user: r.add_header('Authorization', 'Basic ' + base64.b64encode(user.encode()).decode())\n"
            "try:\n print(u.urlopen(r, timeout=20).read().decode())\n"
            "except u.HTTPError as e:\n print(json.dumps({'status': e.code}))\n"
            "except OSError:\n print('{}')\n")
    return json.loads(m.python(code) or "{}")


def documents(m, **kw):
    return ask(m, "/api/record", **kw).get("documents", -1)


# --- the walls ---

def process_of(m, unit):
    """Its process as this machine sees it."""
    inside = m.show(unit, "MainPID")
    expect(f"{unit} runs", m.show(unit, "ActiveState"), "active")
    group = m.show(unit, "ControlGroup")
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if re.search(rf"^NSpid:.*\s{inside}$", text, re.M) and group in (status.parent / "cgroup").read_text():
            return text, status.parent
    raise Failed(f"no process of {unit} with the number {inside} in {group}")


def walls(m, unit):
    status, proc = process_of(m, unit)
    field = lambda name: re.search(rf"^{name}:\s*(.*)$", status, re.M)[1]
    expect("not root", all(int(x) >= 61184 for x in field("Uid").split()))
    expect("no capabilities", {int(field(c), 16) for c in ("CapEff", "CapPrm", "CapBnd", "CapAmb")}, {0})
    expect("no new rights", field("NoNewPrivs"), "1")
    expect("system calls are filtered", field("Seccomp"), "2")
    mounts = [x.split() for x in (proc / "mounts").read_text().splitlines()]
    writable = {w[1] for w in mounts if "rw" in w[3].split(",") and w[2] in ("overlay", "ext4", "btrfs", "xfs")
                and not w[1].startswith("/run/host/")}  # of systemd-nspawn
    expect("what may be written", writable - {"/var/lib/private/demarche", "/var/lib/demarche", "/tmp", "/var/tmp"}, set())
    line = (proc / "cmdline").read_bytes().decode()
    expect("no secret in the list of processes", [s for s in SECRETS.values() if s in line], [])
    state = m.run("stat", "-c", "%a %U", "/var/lib/private/demarche").stdout.split()
    expect("the folder of records", state[0], "700")


def restart_after_kill(m, unit):
    before = m.show(unit, "MainPID")
    m.run("systemctl", "kill", "-s", "KILL", "--kill-whom=main", unit)
    wait_for(f"{unit} again", lambda: m.show(unit, "ActiveState") == "active" and m.show(unit, "MainPID") not in ("0", before), 30)
    expect("restarted once", m.show(unit, "NRestarts"), "1")


# --- the steps ---

def install(m, names):
    apt(m, "install", *names)
    say("installed:", m.run("demarche", "--version").stdout.strip())
    expect("nothing was started", m.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "demarche-*").stdout, "")
    for unit in ("demarche-desk@.service", "demarche-worker@.service"):
        r = m.run("systemctl", "is-enabled", unit, check=False)
        expect(f"{unit} is not enabled", r.stdout.strip(), "disabled")


def desk_and_worker(m):
    """A record in a file: one worker files, the desk shows."""
    m.write("/etc/demarche/queue.login", f"news:{SECRETS['queue']}\n", 0o600)
    m.write("/etc/demarche/worker.conf", "QUEUE=nats://127.0.0.1:4222\nSTORE=/var/lib/demarche/record.db\nOPTIONS=-j2 --metrics 127.0.0.1:9100\n")
    body = "".join(x + "\n" for x in drop_in("demarche-worker", [], []).splitlines() if "pgpass" not in x and "PGPASS" not in x)
    m.write("/etc/systemd/system/demarche-worker@.service.d/queue.conf", body)
    m.run("systemctl", "daemon-reload")
    m.start("demarche-worker@1")
    send(m, 300)
    m.start("demarche-desk@record")
    wait_for("the documents at the desk", lambda: documents(m) == 300, 60)
    walls(m, "demarche-worker@1")
    walls(m, "demarche-desk@record")
    expect("the record is its owner's", m.run("stat", "-c", "%a", "/var/lib/private/demarche/record.db").stdout.strip(), "600")
    say("300 documents through the queue, seen at the desk; the walls stand")


def drain(m):
    """Stopped in the middle: what is in hand is filed, nothing else is lost; started again, all is there."""
    send(m, 3000, 300)
    wait_for("some", lambda: documents(m) > 400, 30)
    m.run("systemctl", "stop", "demarche-worker@1")
    expect("ended well", (m.show("demarche-worker@1", "Result"), m.show("demarche-worker@1", "ExecMainStatus")), ("success", "0"))
    left = documents(m)
    said = m.logs("demarche-worker@1")
    expect("stopped in the middle", 300 < left < 3300)
    added = sum(int(x) for x in re.findall(r"(\d+) documents? added", said))
    expect("filed as it said", added, left)
    m.start("demarche-worker@1")
    wait_for("all of them", lambda: documents(m) == 3300, 90)
    say(f"stopped at {left} of 3300, then all")


def failures(m):
    restart_after_kill(m, "demarche-worker@1")
    restart_after_kill(m, "demarche-desk@record")
    wait_for("the desk", lambda: documents(m) == 3300, 30)
    send(m, 50, 3300)
    wait_for("the queue goes on", lambda: documents(m) == 3350, 30)
    m.run("systemctl", "daemon-reload")
    expect("they run on", m.run("systemctl", "is-active", "demarche-worker@1", "demarche-desk@record").stdout.split(), ["active"] * 2)
    m.run("systemctl", "restart", "nats-server")
    send(m, 50, 3350)
    wait_for("the queue is back", lambda: documents(m) == 3400, 60)
    say("killed with -9: restarted; the queue restarted: gone on")


def with_password(m):
    """The desk with a password, as its unit tells it; the password file is root's."""
    m.run("demarche", "serve", "--make-password", "/etc/demarche/desk-record.password", "--user", "anna", input=SECRETS["desk"] + "\n")
    expect("root's", m.run("stat", "-c", "%a %U", "/etc/demarche/desk-record.password").stdout.split(), ["600", "root"])
    body = drop_in("demarche-desk", ["desk-NAME.password"], ["desk-record.password"])
    m.write("/etc/systemd/system/demarche-desk@record.service.d/open.conf", body)
    m.run("systemctl", "daemon-reload")
    m.run("systemctl", "restart", "demarche-desk@record")
    wait_for("the desk", lambda: documents(m, user=f"anna:{SECRETS['desk']}") == 3400, 30)
    expect("without the password", ask(m, "/api/record").get("status"), 401)
    expect("with a wrong one", ask(m, "/api/record", user="anna:wr0ng").get("status"), 401)
    m.run("rm", "-r", "/etc/systemd/system/demarche-desk@record.service.d")
    m.run("systemctl", "daemon-reload")
    m.run("systemctl", "restart", "demarche-desk@record")
    wait_for("the desk", lambda: documents(m) == 3400, 30)
    say("the desk asks for its password")


def with_database(m):
    """Two workers for a record in PostgreSQL, the password in a credential, as the unit tells it."""
    m.write("/etc/demarche/pgpass", f"127.0.0.1:*:news:writer:{SECRETS['base']}\n", 0o600)
    m.write("/etc/demarche/worker.conf", "QUEUE=nats://127.0.0.1:4222\nSTORE=postgres://writer@127.0.0.1/news\n")
    m.write("/etc/systemd/system/demarche-worker@.service.d/queue.conf", drop_in("demarche-worker", [], []))
    m.run("systemctl", "daemon-reload")
    m.run("systemctl", "restart", "demarche-worker@1")
    m.start("demarche-worker@2")
    send(m, 600, 5000)
    count = lambda: m.run("runuser", "-u", "postgres", "--", "psql", "-Atqc", "SELECT count(*) FROM document", "news", check=False).stdout.strip()
    wait_for("the documents in the database", lambda: count() == "600", 60)
    for unit in ("demarche-worker@1", "demarche-worker@2"):
        walls(m, unit)
    say("two workers filed 600 documents in PostgreSQL")


def upgrade(m, names):
    units = ["demarche-desk@record", "demarche-worker@1", "demarche-worker@2"]
    before = [m.show(u, "MainPID") for u in units]
    m.run("systemctl", "enable", "demarche-desk@record")
    apt(m, "install", *names)
    expect("the later one", "+later" in m.run("dpkg-query", "-W", "demarche").stdout)
    for u, old in zip(units, before):
        expect(f"{u} runs", m.show(u, "ActiveState"), "active")
        expect(f"{u} is another process", m.show(u, "MainPID") != old)
    wait_for("the desk", lambda: documents(m) == 3400, 30)
    expect("what its owner wrote is there", "postgres://" in m.run("cat", "/etc/demarche/worker.conf").stdout)
    say("upgraded: the units run the new program")


def remove_and_purge(m):
    apt(m, "remove", *OURS)
    expect("nothing runs", m.run("sh", "-c", "ls -l /proc/[0-9]*/exe 2>&1 | grep /demarche; true").stdout, "")
    expect("no unit is active", m.run("systemctl", "list-units", "--plain", "--no-legend", "demarche-*").stdout, "")
    for p in ("/etc/demarche/worker.conf", "/var/lib/private/demarche/record.db"):
        expect(f"{p} is kept", m.run("test", "-s", p, check=False).returncode, 0)
    known = m.run("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n").stdout.splitlines()
    apt(m, "purge", *(p for p in OURS if f"{p} config-files" in known))
    known = m.run("dpkg-query", "-W", "-f", "${Package}\n").stdout.splitlines()
    expect("packages that dpkg knows", [p for p in OURS if p in known], [])
    left = m.run("sh", "-c", "find / -xdev -iname '*demarche*' ! -path '/proc/*' ! -path '/srv/*' ! -path '/var/log/*' ! -path '/var/lib/nats/*' | sort").stdout.split()
    ours = [x for x in left if not x.startswith(("/var/lib/private/demarche", "/var/lib/demarche", "/etc/demarche", "/root/.local",
                                                 "/etc/systemd/system/demarche-worker@.service.d"))]
    expect("left behind by purging", ours, [])
    expect("the record is kept", m.run("test", "-s", "/var/lib/private/demarche/record.db", check=False).returncode, 0)
    expect("no units", m.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "demarche-*").stdout, "")
    expect("failed units", m.run("systemctl", "--failed", "--plain", "--no-legend").stdout, "")
    say("removed and purged: the record and what its owner wrote are there, nothing else")


def nothing_told(m):
    said = m.run("journalctl", "--no-pager").stdout
    expect("the journal has lines", said.count("\n") > 50)
    expect("secrets in the journal", [s for s in SECRETS.values() if s in said], [])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--debs", required=True)
    ap.add_argument("--base", default=str(ROOT / "build-boot/bookworm"))
    o = ap.parse_args()
    if os.geteuid() != 0:
        skip("booting a machine needs root")
    for tool in ("debootstrap", "systemd-nspawn", "nsenter", "dpkg-deb"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed (debootstrap, systemd-container)")
    base = pathlib.Path(o.base).resolve()
    base.parent.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the machine is ended in any case
    make_base(base)
    with tempfile.TemporaryDirectory(prefix="demarche-boot-", dir=base.parent) as folder:
        m = Machine(base, pathlib.Path(folder))
        try:
            names = fetch(m, pathlib.Path(o.debs))
            later = newer(m, names)
            try:
                m.boot()
            except Failed as e:
                skip(f"this machine boots no other: {e}")
            say("booted")
            install(m, names)
            servers(m)
            for step in (desk_and_worker, drain, failures, with_password, with_database):
                step(m)
            upgrade(m, later)
            nothing_told(m)
            remove_and_purge(m)
            say(f"{checks} checks passed")
        except Failed as e:
            print(f"FAIL: {e}")
            if m.leader:
                print(m.run("sh", "-c", "journalctl --no-pager | grep -i demarche | tail -n 40", check=False).stdout)
            sys.exit(1)
        finally:
            m.close()


if __name__ == "__main__":
    main()

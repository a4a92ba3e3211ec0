# SPDX-License-Identifier: Apache-2.0
"""What the fault tests share: small real inputs, the undisturbed results, a run under the shim, and what is asked of every run: an exit code
that is documented, a message, no sanitizer report, no false success, a sound record that the next run completes to the same bytes."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests"))  # behind: tests/queue.py has the name of a module of Python
import dense  # noqa: E402
import record_dump  # noqa: E402

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # thousands of runs, each with its fsyncs
PATIENCE = 20  # seconds that a run may take, however disturbed
SANITIZER = re.compile(r"(AddressSanitizer|LeakSanitizer|ThreadSanitizer|UndefinedBehavior|runtime error:|SUMMARY: )")
# The writer of .dta does not look whether it got memory. Ours asks for more than that before, so only a refusal in the very middle of it, which no
# system does, still crashes.
KNOWN = re.compile("libreadstat")

ARTICLES = {
    "one.txt": "TOKYO, March 3, 2006 (Agency) - Japan on Tuesday declined to cosponsor a resolution on China, officials said.\n\n"
               "Foreign Minister Taro Aso told reporters that Tokyo would not join the United States. \"We have no plan to condemn Beijing,\" he "
               "said. China welcomed the decision. If the motion is put to the vote, Japan may abstain, as it has done every year since 1997.\n",
    "page.html": "<html><head><title>Kenya expels envoy</title><meta property='article:published_time' content='2004-03-17'>"
                 "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Kenya expels envoy\"}</script></head><body>"
                 "<nav>Home About</nav><article><p>Kenya on Monday expelled the Sudanese ambassador after soldiers from Sudan attacked a "
                 "village near the border.</p><p>Sudan denied the charge and accused Kenya of backing rebels.</p></article></body></html>",
    "two.jsonl": "{\"id\": \"a1\", \"title\": \"Peru and Chile\", \"date\": \"1999-05-04\", \"text\": \"Peru and Chile signed a treaty in Lima. "
                 "The two countries agreed to open the border within 90 days.\"}\n{\"id\": \"a2\", \"date\": \"1999-05-05\", \"text\": "
                 "\"LIMA - Peru and Chile on Tuesday signed a treaty to open their border, officials in Lima said.\"}\n",
    "latin.txt": "PARIS, le 4 mai 1999 - Soci\u00e9t\u00e9 Z\u00fcrich - France on Monday accused Iran of a breach of the accord.\n",
}
# One of each other kind that the readers know; a zip and a tar are made of some of them.
KINDS = {
    "feed.xml": "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Wire</title><item><title>Ghana thanks Canada</title>"
                "<pubDate>Tue, 04 May 1999 10:00:00 GMT</pubDate><description>ACCRA - Ghana thanked Canada &amp; praised its envoy on Tuesday."
                "</description></item><item><title>Two</title><description><![CDATA[<p>Egypt invited Turkey to talks.</p>]]></description></item>"
                "</channel></rss>",
    "rows.csv": "id,date,title,text\nr1,2001-02-03,\"One, two\",\"Spain condemned Italy. \"\"We will not talk\"\", Madrid said.\"\n"
                "r2,2001-02-04,Two,\"Italy expelled\nthe Spanish ambassador.\"\n",
    "list.json": "{\"articles\": [{\"id\": \"l1\", \"date\": \"2001-02-05\", \"body\": \"Brazil \\u00e9 \\\"met\\\" Mexico and signed an accord in Bras\\u00edlia on 4 February 2001, "
                 "the two foreign ministers told reporters after their talks.\"}, {\"id\": \"l2\", \"body\": \"India accused Kenya.\", \"n\": 3}]}",
}
PACKED = {"packed.zip": ("zip", ["rows.csv", "feed.xml"]), "packed.tar.gz": ("gztar", ["list.json"])}
DICTIONARY = ";a dictionary\nZANTHIA_ [KEN]\n+ZANTHIAN_LEAGUE [KEN]\nELBONIA_ [PER 990101-020304] [PERGOV >020304]\n"
ACTIONS = "Participant,Signature,Ratification\nPeru,4 May 1999,1 Jun 2001\nChile,4 May 1999,\nAtlantis,5 May 1999,\n"
EARLIER = {
    "old.jsonl": "{\"id\": \"o1\", \"date\": \"2006-03-02\", \"text\": \"BEIJING - China criticised Japan on Thursday and refused to hold talks "
                 "with Tokyo. Japan called the charge unfounded.\"}\n{\"id\": \"o2\", \"date\": \"1999-05-05\", \"text\": \"Peru and Chile on Tuesday "
                 "signed a treaty to open their border, officials in Lima said.\"}\n",
}


class Wrong(Exception):
    """A run that did what none may do."""


class Run:
    def __init__(self, code, out, err, told):
        self.code, self.out, self.err, self.told = code, out, err, told


class Bench:
    """Programs, inputs and the folder they are in."""

    def __init__(self, build, work):
        self.build, self.work = pathlib.Path(build).resolve(), pathlib.Path(work)
        self.program, self.shim = str(self.build / "demarche"), str(self.build / "libfaultshim.so")
        libs = subprocess.run(["ldd", self.program], capture_output=True, text=True, check=True).stdout
        self.sanitizer = [m for m in re.findall(r"=> (\S*lib(?:asan|tsan|ubsan)\S*)", libs)]
        self.slow = self.sanitizer or any(x in pathlib.Path(self.program).read_bytes() for x in (b"__asan_init", b"__tsan_init"))
        self.env = os.environ | {"DEMARCHE_DATA": str(self.build), "LC_ALL": "C.UTF-8", "TERM": "dumb", "USER": "ada", "TMPDIR": str(self.work)}
        self.env["ASAN_OPTIONS"] = "verify_asan_link_order=0:exitcode=98:allocator_may_return_null=1:handle_segv=1"
        self.env["UBSAN_OPTIONS"] = "halt_on_error=1:exitcode=98:print_stacktrace=1"
        self.env["LSAN_OPTIONS"] = "exitcode=98"
        self.inputs, self.old = self.work / "inputs", self.work / "old"
        for folder, files in ((self.inputs, ARTICLES), (self.old, EARLIER)):
            folder.mkdir()
            for name, text in files.items():
                (folder / name).write_bytes(text.encode("latin-1" if name == "latin.txt" else "utf-8"))
        self.kinds = self.work / "kinds"
        self.kinds.mkdir()
        for name, text in KINDS.items():
            (self.kinds / name).write_text(text)
        for name, (form, parts) in PACKED.items():
            (self.work / "pack").mkdir()
            for part in parts:
                shutil.copy(self.kinds / part, self.work / "pack")
            shutil.make_archive(str(self.kinds / name).removesuffix(".zip").removesuffix(".tar.gz"), form, self.work / "pack")
            shutil.rmtree(self.work / "pack")
        (self.work / "dictionary.txt").write_text(DICTIONARY)
        (self.work / "actions.csv").write_text(ACTIONS)
        self.base = self.work / "base.db"
        self.plain("add", "-j1", self.base, self.old)
        self.full = self.work / "full.db"
        shutil.copy(self.base, self.full)
        self.plain("add", "-j1", self.full, self.inputs)
        self.plain("import", "votes", self.full, ROOT / "tests/votes/undl.csv", codes=(0, 1))
        self.dense = self.work / "dense.db"
        (self.work / "dense.jsonl").write_text("".join(json.dumps(a) + "\n" for a in dense.articles(150)))
        self.plain("add", "-j1", self.dense, self.work / "dense.jsonl")
        with sqlite3.connect(self.dense) as db:  # so that relink has families to write, too
            db.execute("UPDATE document SET family=n")
        db.close()
        self.parts = [self.work / f"{n}.part" for n in (1, 2)]
        for n, part in enumerate(self.parts):
            part.write_bytes(self.plain("code", "-j1", "--as", "part", "--shard", f"{n + 1}/2", self.inputs).out)
        self.events = self.work / "events.jsonl"
        self.events.write_bytes(self.plain("export", self.full, "--as", "plover").out)

    def plain(self, *args, codes=(0,), cwd=None):
        """An undisturbed run, which must succeed."""
        p = subprocess.run([self.program, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=self.env,
                           timeout=300, cwd=cwd)
        if p.returncode not in codes or SANITIZER.search(p.stderr.decode("utf-8", "replace")):
            raise Wrong(f"undisturbed: exit {p.returncode} of {args}: {p.stderr.decode('utf-8', 'replace')[-2000:]}")
        return Run(p.returncode, p.stdout, p.stderr.decode("utf-8", "replace"), "")

    def faulty(self, args, faults, cwd, shim=True, stdout=None):
        """A run with faults (a dict of the shim's variables). What is never right ends here: a crash, a hang, a sanitizer's report."""
        told = pathlib.Path(cwd) / "told"
        told.unlink(missing_ok=True)
        out = pathlib.Path(stdout or cwd / "stdout")
        env = self.env | {k: str(v) for k, v in faults.items()} | {"FAULT_TELL": str(told), "FAULT_TRACE": "1"}
        if shim:
            env["LD_PRELOAD"] = ":".join([self.shim, *self.sanitizer])
        try:
            with open(out, "wb") as f:
                p = subprocess.run([self.program, *map(str, args)], stdout=f, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env,
                                   timeout=PATIENCE * (5 if self.slow else 1), cwd=cwd)
        except subprocess.TimeoutExpired as e:
            raise Wrong(f"hangs; so far: {(e.stderr or b'')[-500:]}")
        err = p.stderr.decode("utf-8", "replace")
        said = told.read_text() if told.exists() else ""
        if p.returncode < 0 and KNOWN.search(said):
            return None
        if p.returncode < 0:
            raise Wrong(f"killed by {signal.Signals(-p.returncode).name}: {err[-2500:]}")
        if SANITIZER.search(err):
            raise Wrong(f"sanitizer: {err[-6000:]}")
        return Run(p.returncode, b"" if stdout else out.read_bytes(), err, said)


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest() if pathlib.Path(path).exists() else None


def clear(record):
    for end in ("", "-wal", "-shm", "-journal"):
        pathlib.Path(str(record) + end).unlink(missing_ok=True)


def said(run):
    """The lines that the program said, without those of a summary."""
    return [x for x in run.err.splitlines() if x.startswith("demarche: ")]


def whole(record, counts):
    """A record that an interrupted run left: sound, and each document in it as in the undisturbed one."""
    if not record.exists() or record.stat().st_size == 0:
        return
    with tempfile.TemporaryDirectory(prefix="demarche-copy-", dir=MEMORY) as tmp:  # looked at where there is room
        for end in ("", "-wal", "-journal"):
            if pathlib.Path(f"{record}{end}").exists():
                shutil.copy(f"{record}{end}", f"{tmp}/r.db{end}")
        look(pathlib.Path(tmp) / "r.db", counts)


def look(record, counts):
    bad = [x for x in record_dump.faults(record) if "no such table: sentence_text" not in x]  # before the schema was there
    try:
        here = record_dump.counts(record)
    except Exception as e:
        if "no such table" not in str(e):
            raise
        here = {}
    bad += [f"document {h} has {n} events in place of {counts.get(h)}" for h, n in here.items() if counts.get(h) != n]
    if bad:
        raise Wrong("the record: " + "; ".join(bad[:4]))

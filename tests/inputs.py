#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same articles as files, packed in every way, as a table and as a feed: what is coded must be the same, through files and pipes.

usage: inputs.py --program P"""
import argparse
import bz2
import csv
import gzip
import html
import io
import json
import lzma
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
ARTICLES = sorted((ROOT / "samples").glob("*.txt"))


def code(program, *args, stdin=None, rc=0):
    p = subprocess.run([program, "code", "-j", "1", "--as", "jsonl", *map(str, args)], input=stdin, capture_output=True, timeout=120)
    if p.returncode != rc:
        sys.exit(f"exit {p.returncode} in place of {rc} for {args}: {p.stderr.decode()[-500:]}")
    return p.stdout, p.stderr.decode()


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(files, method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in files:
            z.writestr(name, data)
    return out.getvalue()


def packed(program, work, want, failures):
    files = [(f"in/{p.name}", p.read_bytes()) for p in ARTICLES] + [("in/picture.png", b"\x89PNG"), ("in/.hidden.txt", b"x")]
    kinds = {"a.tar": tar(files), "a.tgz": gzip.compress(tar(files)), "a.tar.bz2": bz2.compress(tar(files)), "a.tar.xz": lzma.compress(tar(files)),
             "a.zip": zipped(files, zipfile.ZIP_DEFLATED), "stored.zip": zipped(files, zipfile.ZIP_STORED)}
    zst = subprocess.run(["zstd", "-qc"], input=tar(files), capture_output=True) if subprocess.run(["which", "zstd"], capture_output=True).returncode == 0 else None
    if zst:
        kinds["a.tar.zst"] = zst.stdout
    for name, data in kinds.items():
        (work / name).write_bytes(data)
        for how, got in (("file", code(program, work / name)[0]), ("pipe", code(program, "-", stdin=data)[0])):
            if got != want:
                failures.append(f"{name} as {how}")
    folder = work / "folder"
    folder.mkdir()
    (folder / "a.zip").write_bytes(kinds["a.zip"])
    (folder / "numbers.csv").write_text("year,killed\n1999,4\n")
    (folder / "other.xml").write_text("<?xml version='1.0'?><x/>")
    if code(program, folder)[0] != want:
        failures.append("an archive in a folder")
    return len(kinds) * 2 + 1


def lines(program, work, failures):
    """JSON lines, alone, compressed, in an archive."""
    rows = b"".join(json.dumps({"id": p.name, "text": p.read_text(encoding="utf-8")}).encode() + b"\n" for p in ARTICLES)
    (work / "a.jsonl").write_bytes(rows)
    (work / "a.jsonl.gz").write_bytes(gzip.compress(rows))
    (work / "l.zip").write_bytes(zipped([("x/a.jsonl", rows)], zipfile.ZIP_DEFLATED))
    want = code(program, work / "a.jsonl")[0]
    for name in ("a.jsonl.gz", "l.zip"):
        if code(program, work / name)[0] != want:
            failures.append(name)
    for separator, name in ((",", "a.csv"), ("\t", "a.tsv")):
        out = io.StringIO()
        w = csv.writer(out, delimiter=separator, lineterminator="\r\n")
        w.writerow(["id", "text", "note"])
        for p in ARTICLES:
            w.writerow([p.name, p.read_text(encoding="utf-8"), 'a "quoted", note'])
        (work / name).write_text(out.getvalue(), encoding="utf-8", newline="")
        if code(program, work / name)[0] != want:
            failures.append(name)
    (work / "bad.csv").write_text('id,text\n1,"Japan condemned China."\n2\n3,France urged Iran to stop.\n')
    got, said = code(program, work / "bad.csv", rc=1)
    if "'bad.csv', line 3" not in said.replace(str(work) + "/", "") or b'"doc":"1"' not in got or b'"doc":"3"' not in got:
        failures.append(f"bad.csv: {said}")
    got, said = code(program, work / "folder" / "numbers.csv", rc=1)
    if "no column holds the articles" not in said:
        failures.append(f"numbers.csv: {said}")
    return 6


PARTS = ("Japan condemned China on Monday over the arrest of two lawyers & a bishop.", "China rejected the criticism and summoned the ambassador.")
RSS = ('<?xml version="1.0" encoding="{enc}"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Herald</title>'
       '<language>en</language><item><title>Lawyers</title><link>http://h.org/1</link><guid>urn:1</guid><pubDate>Mon, 03 Feb 2020 10:00:00 GMT</pubDate>'
       '<description>short</description><content:encoded><![CDATA[{html}]]></content:encoded></item></channel></rss>')
ATOM = ('<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Herald</title><entry><title>Lawyers</title><id>urn:1</id><link rel="self" href="http://no"/>'
        '<link href="http://h.org/1"/><published>2020-02-03T10:00:00Z</published><content type="html">{escaped}</content></entry></feed>')
XHTML = ('<feed xmlns="http://www.w3.org/2005/Atom"><title>Herald</title><entry><title>Lawyers</title><id>urn:1</id><updated>2020-02-03T10:00:00Z</updated>'
         '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{html}</div></content></entry></feed>')
RDF = ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
       '<channel><title>Herald</title></channel><item><title>Lawyers</title><dc:identifier>urn:1</dc:identifier><dc:date>2020-02-03</dc:date>'
       '<description>{escaped}</description></item></rdf:RDF>')


def feeds(program, work, failures):
    markup = "".join(f"<p>{html.escape(p)}</p>" for p in PARTS)
    filled = {"rss": RSS.format(html=markup, enc="utf-8"), "atom": ATOM.format(escaped=html.escape(markup)), "xhtml": XHTML.format(html=markup),
              "rdf": RDF.format(escaped=html.escape(markup))}
    for name, text in filled.items():
        path = work / f"{name}.xml"
        path.write_text(text, encoding="utf-8")
        rows = [json.loads(x) for x in code(program, path)[0].splitlines()]
        told = [(r["event"][0], r["actor"][0]["code"], r["recipient"][0]["code"], r["statement_date"]) for r in rows]
        if not {("ACCUSE", "JPN", "CHN", "2020-02-03"), ("REJECT", "CHN", "JPN", "2020-02-03")} <= set(told):
            failures.append(f"{name}: {told}")
        if name != "rdf" and rows[0]["doc"] != "urn:1":
            failures.append(f"{name}: id {rows[0]['doc']}")
    latin = RSS.format(html="<p>Le Japon — non. Japan condemned China over the caf\u00e9 raid.</p>".replace("—", "-"), enc="iso-8859-1")
    (work / "latin.rss").write_bytes(latin.encode("iso-8859-1"))
    text = subprocess.run([program, "text", str(work / "latin.rss")], capture_output=True).stdout.decode()
    if "caf\u00e9" not in text:
        failures.append(f"latin.rss: {text}")
    return len(filled) + 1


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default="build/demarche")
    program = str(pathlib.Path(ap.parse_args().program).resolve())
    failures = []
    with tempfile.TemporaryDirectory() as d:
        work = pathlib.Path(d)
        n = packed(program, work, code(program, *ARTICLES)[0], failures)
        n += lines(program, work, failures)
        n += feeds(program, work, failures)
    print(*failures, sep="\n", end="\n" if failures else "")
    print(f"{n - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fuzz_merge.py TARGET-BINARY CORPUS FOLDER...: adds to CORPUS few of the many inputs in the folders: those that reach most edges that the
corpus does not reach yet, smallest first among equals, until the corpus has --files files or --bytes bytes. Nothing is taken away."""
import argparse
import hashlib
import os
import subprocess
import tempfile

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("binary")
parser.add_argument("corpus")
parser.add_argument("folder", nargs="+")
parser.add_argument("--files", type=int, default=50)
parser.add_argument("--bytes", type=int, default=120_000)
parser.add_argument("--largest", type=int, default=4096)
args = parser.parse_args()


def edges(folders):
    """Edges of each file, by libFuzzer's merge, whose control file says what each input reaches."""
    with tempfile.TemporaryDirectory() as work:
        control, out = os.path.join(work, "control"), os.path.join(work, "out")
        os.mkdir(out)
        subprocess.run([args.binary, "-set_cover_merge=1", "-use_counters=0", f"-merge_control_file={control}", out, *folders],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        lines = open(control, encoding="utf-8", errors="replace").read().split("\n")
    n = int(lines[0])
    names, reached = lines[2:2 + n], {}
    for line in lines[2 + n:]:
        word = line.split()
        if word and word[0] == "FT":
            reached[names[int(word[1])]] = set(word[2:])
    return reached


def size(path):
    return os.path.getsize(path)


have = [os.path.join(args.corpus, f) for f in sorted(os.listdir(args.corpus))]
everything = edges([args.corpus, *args.folder])
seen = set().union(*(everything.pop(f, set()) for f in have))
new = {f: e - seen for f, e in everything.items() if size(f) <= args.largest}
files, total = len(have), sum(map(size, have))
while new and files < args.files:
    best = min(new, key=lambda f: (-len(new[f]), size(f), f))
    got = new.pop(best)
    if not got:
        break
    if total + size(best) > args.bytes:
        continue
    data = open(best, "rb").read()
    with open(os.path.join(args.corpus, "reach-" + hashlib.sha1(data).hexdigest()[:8]), "wb") as out:
        out.write(data)
    files, total, seen = files + 1, total + len(data), seen | got
    new = {f: e - got for f, e in new.items()}
print(f"{args.corpus}: {files} files, {total} bytes, {len(seen)} edges")

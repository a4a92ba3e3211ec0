# SPDX-License-Identifier: Apache-2.0
"""inputs.py PROGRAM: inputs that were made to harm, each read together with a good article. Each is refused by name with the limit that it broke,
or read within its limits; the good article is always coded; nothing takes more than SECONDS of processor time or MEMORY bytes. Everything
is made here; nothing large is stored."""
import bz2
import gzip
import io
import lzma
import os
import pathlib
import resource
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PROGRAM = os.path.abspath(sys.argv[1])
SANITIZED = "--sanitized" in sys.argv
SECONDS, MEMORY = (240, 0) if SANITIZED else (30, 3 << 30)
MB = 1 << 20
GOOD = "TOKYO, Feb 3, 2022 - Japan condemned China on Tuesday.\n"
bad, done = [], 0


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if MEMORY:  # address space: the sanitizers reserve much more than they use
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(*args, stdin=None):
    out = subprocess.run([PROGRAM, *map(str, args)], input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                         capture_output=True, preexec_fn=limits, timeout=600)
    return out.returncode, out.stdout.decode("utf-8", "replace"), out.stderr.decode("utf-8", "replace")


def check(name, ok, what=""):
    global done
    done += 1
    if not ok:
        bad.append(name)
        print(f"FAIL {name}: {what[:400]!r}")


def refused(name, path, *words):
    """The input is told with these words, exit code 1, and the article behind it is coded."""
    code, out, err = run("code", "-j", 1, "--as", "jsonl", path, folder / "good.txt")
    line = next((x for x in err.splitlines() if pathlib.Path(path).name in x), "")
    check(name, code == 1 and all(w in line for w in words) and '"ACCUSE"' in out, f"{code} {err} {out[:80]}")


def read(name, path, *absent):
    """The input is read (exit code 0), the article behind it is coded, and none of `absent` is in what comes out."""
    code, out, err = run("code", "-j", 1, "--as", "jsonl", path, folder / "good.txt")
    check(name, code == 0 and "good.txt" in out and not any(w in out for w in absent), f"{code} {err} {out[:80]}")


def put(name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


def tarred(*members):
    """Name, content, type, target of each."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, target, len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def archives():
    zeros, blanks = b"\0" * (64 * MB), b" " * (96 * MB)
    good = GOOD.encode()
    bomb = zipped(*((f"{i}.txt", blanks) for i in range(40)), ("good.txt", good))
    refused("decompression bomb (zip)", put("bomb.zip", bomb), "16 MB")
    refused("the same, called text", put("bomb.txt", bomb), "16 MB")
    refused("decompression bomb (zip of binary data)", put("zeros.zip", zipped(("0.txt", zeros), ("1.txt", zeros))), "binary data")
    refused("decompression bomb (gzip)", put("bomb.gz", gzip.compress(zeros)), "holds no articles")
    refused("decompression bomb (JSON lines, gzip)", put("bomb.jsonl", gzip.compress(blanks * 2)), "times its size")
    refused("decompression bomb in what is passed over", put("passed.tgz", gzip.compress(tarred(("x.bin", blanks * 2, tarfile.REGTYPE, "")))),
            "times its size")
    inner = zipped(("0.txt", good))
    for _ in range(8):
        inner = zipped(("again.zip", inner))
    refused("nested archives", put("nested.zip", inner), "an archive in an archive")
    read("gzip in gzip", put("twice.gz", gzip.compress(gzip.compress(good))))
    refused("a bomb in gzip in gzip", put("thrice.jsonl.gz", gzip.compress(gzip.compress(blanks * 2))), "times its size")
    link = tarfile.SYMTYPE
    out = tarred(("../../../tmp/escaped.txt", good, tarfile.REGTYPE, ""), ("/etc/escaped.txt", good, tarfile.REGTYPE, ""),
                 ("link.txt", b"", link, "/etc/passwd"), ("hard.txt", b"", tarfile.LNKTYPE, "/etc/passwd"), ("device.txt", b"", tarfile.CHRTYPE, ""),
                 ("through", b"", link, "/tmp"), ("through/escaped.txt", good, tarfile.REGTYPE, ""))
    read("paths and links that lead out of an archive", put("paths.tar", out), "root:", "passwd", "hard.txt", "link.txt")
    check("nothing was unpacked", not os.path.exists("/tmp/escaped.txt") and not os.path.exists("/etc/escaped.txt"))
    whole = zipped(("a.txt", good * 200), ("b.txt", good), method=zipfile.ZIP_STORED)
    refused("cut off", put("cut.zip", whole[:len(whole) // 2]), "cut.zip")
    refused("cut off (gzip)", put("cut.txt.gz", gzip.compress(os.urandom(20000).hex().encode())[:9000]), "cut.txt.gz")
    refused("no article in it", put("none.zip", zipped(("a.png", b"x"), ("word/document.xml", b"<w/>"))), "holds no articles")
    refused("empty", put("empty.zip", zipped()), "holds no articles")


def entries_of_one(name, data, n):
    """A zip of one stored entry that its list names n times (the way of overlapping files)."""
    packed = zipped((name, data))
    at = packed.rindex(b"PK\x05\x06")
    begin = int.from_bytes(packed[at + 16:at + 20], "little")
    one = packed[begin:at]
    body = one * n
    end = b"PK\x05\x06" + bytes(4) + n.to_bytes(2, "little") * 2 + len(body).to_bytes(4, "little") + begin.to_bytes(4, "little") + bytes(2)
    return packed[:begin] + body + end


def tar_block(name, kind, size_field, prefix=b""):
    """512 bytes of a tar header with a size field of one's own."""
    head = bytearray(512)
    head[:len(name)] = name
    head[100:108], head[108:116], head[116:124], head[136:148] = b"0000644\0", b"0000000\0", b"0000000\0", b"00000000000\0"
    head[124:136] = size_field
    head[156:157], head[257:265], head[345:345 + len(prefix)] = kind, b"ustar\x0000", prefix
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def crafted():
    """Archives that no packer makes."""
    good = GOOD.encode()
    told = b"%011o\0" % len(good)
    whole = tar_block(b"good.txt", b"0", told) + good.ljust(512, b"\0")
    refused("entries over each other in a zip", put("overlap.zip", entries_of_one("a.txt", b" " * (12 * MB), 20000)), "overlap.zip")
    read("the same entry again and again", put("again.zip", entries_of_one("a.txt", good, 300)))
    big = b"9" * (24 * MB)
    pax = b"%d path=" % (len(big) + 17) + big + b"\n"
    refused("a name of 24 MB (pax)", put("pax.tar", tar_block(b"x", b"x", b"%011o\0" % len(pax)) + pax.ljust(-(-len(pax) // 512) * 512, b"\0") + whole * 2),
            "pax.tar")
    refused("a name of 8 GB that is not there (GNU)", put("long.tar", tar_block(b"././@LongLink", b"L", b"77777777777\0") + good.ljust(512, b"\0")), "long.tar")
    refused("a file of 2^62 bytes that is not there", put("size.tar", tar_block(b"a.txt", b"0", b"\x80" + bytes(3) + (1 << 62).to_bytes(8, "big")) + good), "size.tar")
    refused("a file of less than no bytes", put("minus.tar", tar_block(b"a.txt", b"0", b"\xff" * 12) + good.ljust(512, b"\0") + whole), "minus.tar")
    holes = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n30 GNU.sparse.name=sparse.txt\n38 GNU.sparse.realsize=4398046511104\n"
    body = b"1\n4398046510592\n512\n".ljust(512, b"\0") + b"x" * 512
    refused("a file of 4 TB that is all holes", put("holes.tar", tar_block(b"x", b"x", b"%011o\0" % len(holes)) + holes.ljust(512, b"\0")
                                                  + tar_block(b"GNUSparseFile.0/sparse.txt", b"0", b"%011o\0" % len(body)) + body + bytes(1024)), "holes.tar")
    lies = zipped(("a.txt", good))
    at = lies.index(b"PK\x01\x02")
    read("a zip whose sizes lie", put("lies.zip", lies[:at + 20] + b"\xfe\xff\xff\xff" * 2 + lies[at + 28:]))
    locked = bytearray(zipped(("a.txt", good)))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    refused("an entry with a password", put("locked.zip", bytes(locked)), "locked.zip")
    head = b"\x1f\x8b\x08\x08" + bytes(6)
    refused("gzip with a name of 20 MB", put("name.txt.gz", head + b"n" * (20 * MB)), "name.txt.gz")
    read("gzip of many empty members", put("members.txt.gz", gzip.compress(b"") * 100000 + gzip.compress(good)))
    inner = good
    for _ in range(40):
        inner = gzip.compress(inner)
    refused("gzip in gzip, 40 times", put("forty.gz", inner), "forty.gz")
    refused("decompression bomb (xz)", put("bomb.jsonl.xz", lzma.compress(b" " * (200 * MB), preset=0)), "times its size")
    refused("decompression bomb (bzip2)", put("bomb.jsonl.bz2", bz2.compress(b" " * (200 * MB))), "times its size")
    names = ("\x1b]0;title\x07\x1b[2J.zip", "a\ndemarche: 7 documents added\n.txt", "\u202etxt.exe.txt", "\x9b31m.txt", "n" * 60000 + ".txt")
    path = put("names.zip", zipped(*((n, b"\0" * 900) for n in names), ("good.txt", good)))
    code, out, err = run("code", "-j", 1, "--as", "jsonl", path, folder / "good.txt")
    check("names that drive a terminal", code in (0, 1) and "good.txt" in out and not drives(err), f"{code} {err}")
    code, out, err = run("add", folder / "names.db", path)
    check("the same, with the list of reasons", code in (0, 1) and not drives(err), f"{code} {err}")
    for args in (("events", folder / "names.db"), ("stats", folder / "names.db", "--by", "source")):
        code, out, err = run(*args)
        check(f"the same in a record ({args[0]})", code == 0 and not drives(out), f"{code} {out[:200]}")


def drives(text):
    """Whether a terminal would do more than show it."""
    return any(ord(c) < 32 and c != "\n" or 0x7F <= ord(c) < 0xA0 or c in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
               for c in text) or any(not line.startswith(("demarche: ", "  ", folder.name, str(folder))) for line in text.splitlines() if "7 documents" in line)


def folders():
    top = folder / "links"
    top.mkdir()
    (top / "a.txt").write_text(GOOD)
    (top / "loop").symlink_to(top)
    (top / "up").symlink_to(folder)
    (top / "gone.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(top / "pipe.txt")
    code, out, err = run("code", "-j", 1, "--as", "jsonl", top, folder / "good.txt")
    check("loops of links, pipes", code == 1 and "gone.txt" in err and out.count('"doc":"a.txt"') >= 1 and "good.txt" in out, f"{code} {err} {out[:80]}")
    deep = folder / "deep"
    deep.mkdir()
    here = os.getcwd()
    os.chdir(deep)
    for _ in range(70):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    refused("nested folders", deep, "64 deep")
    refused("a device", "/dev/zero", "device")


def markup():
    n = 100000
    p = "<p>Japan condemned China on Tuesday. " * 3
    refused("elements in elements", put("deep.html", "<html><body>" + "<div>" * n + p), "nested more than")
    refused("formatting never closed", put("bold.html", "<html><body>" + "<b><p>" * n + p), "nested more than")
    refused("tables in tables", put("table.html", "<html><body>" + "<table><tr><td>" * n + p), "nested more than")
    refused("attributes of one tag", put("attributes.html", "<html><body><p " + " ".join(f"a{i}=1" for i in range(n)) + ">" + p), "1000 attributes")
    refused("a page over its limit", put("long.html", "<html><body>" + p * (9 * MB // len(p))), "8 MB")
    read("elements closed that were never open", put("closed.html", "<html><body>" + p + "</div>" * n))
    read("comments never closed", put("comment.html", "<html><body>" + p + "<!-- " * n))
    refused("scripts never closed", put("script.html", "<html><body>" + p + "<script>" * n), "without an end")
    refused("tags never closed", put("tags.html", "<html><body>" + p + "<a " * n), "1000 attributes")
    read("character references", put("references.html", "<html><body>" + p + "&amp;&#x41;&lt;" * n))
    read("characters that are none", put("none.html", "<html><body>" + p + "&#0;&#xFFFFFFFF;&#xD800;" * 1000))
    lines = "\n".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    laughs = f'<?xml version="1.0"?>\n<!DOCTYPE html [<!ENTITY l0 "laugh">\n{lines}]>\n<html><body><p>&l9;</p>{p}</body></html>'
    read("entities of entities (billion laughs)", put("laughs.xhtml", laughs), "laughlaugh")
    external = f'<?xml version="1.0"?>\n<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<html><body><p>Japan condemned China: &x;</p>{p}</body></html>'
    read("external entities", put("external.xhtml", external), "root:")
    item = "<item><title>&x;</title><description>Japan condemned China. &x;</description></item>"
    for name, entity in (("external", '<!ENTITY x SYSTEM "file:///etc/passwd">'), ("laughs", '<!ENTITY l0 "laugh">' + lines + '<!ENTITY x "&l9;">')):
        feed = f'<?xml version="1.0"?><!DOCTYPE rss [{entity}]><rss version="2.0"><channel>{item}</channel></rss>'
        refused(f"a feed with entities ({name})", put(f"{name}.rss", feed), "document type")
    refused("elements in elements of a feed", put("deep.rss", "<rss><channel><item><description>" + "<a>" * n), "deep.rss")
    refused("items without end", put("items.rss", "<rss><channel>" + "<item><title>x</title></item>" * 2000 + "</channel></rss>"), "item 1:")
    feed = (f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            f'<rss version="2.0"><channel>{item}</channel></rss>')
    refused("a document type in UTF-16", put("wide.rss", feed.encode("utf-16")), "wide.rss")
    far = f'<?xml version="1.0"?>{" " * (2 * MB)}<!-- - -->{feed[feed.index("<!DOCTYPE"):]}'
    refused("a document type behind 2 MB of blanks", put("far.rss", far), "document type")
    include = item.replace("&x;", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>')
    both = include.replace("</title>", "</title><guid>x</guid>").replace("</description>", " met. Japan condemned China on Tuesday.</description>")
    read("a feed that includes a file", put("include.rss", f'<?xml version="1.0"?><rss version="2.0"><channel>{both}</channel></rss>'), "root:", "nologin")
    lost = "".join(f'<b class="c{i}">' for i in range(190))
    refused("formatting that comes back in each paragraph", put("back.html", f"<html><body><p>{lost}x" + "<p>x" * 400000), "192 MB")
    read("what is not text any more", put("plain.html", "<html><body>" + p + "<plaintext><xmp><template><svg><math>" * 20))
    refused("a feed over its limit", put("long.rss", "<rss><channel><item><description>" + "x " * (5 * MB)), "8 MB")


def json():
    line = b'{"id":"fine","text":"Japan condemned China on Tuesday."}\n'
    for name, hostile, words in (
            ("arrays in arrays", b'{"text":' + b"[" * 200000 + b"]" * 200000 + b"}", "depth"),
            ("objects in objects", b'{"a":' * 200000 + b"1" + b"}" * 200000, "depth"),
            ("an object over its limit", b'{"text":"' + b"a" * (33 * MB) + b'"}', "over the limit"),
            ("a text over its limit", b'{"text":"' + b"a " * (9 * MB) + b'"}', "over the limit"),
            ("the same key again", b'{"text":"a","text":"b"}', "duplicate"),
            ("a string that does not end", b'{"text":"' + b"\\" * 999999, "not valid JSON"),
            ("a number without an end", b'{"text":' + b"9" * 999999 + b"}", "not valid JSON")):
        path = put("hostile.jsonl", line + hostile + b"\n" + line.replace(b"fine", b"last"))
        code, out, err = run("code", "-j", 1, "--as", "jsonl", path, folder / "good.txt")
        check(f"JSON: {name}", code == 1 and "line 2" in err and words in err and '"fine"' in out and '"last"' in out and "good.txt" in out,
              f"{code} {err} {out[:80]}")
    many = b"{" + b",".join(b'"k%d":1' % i for i in range(200000)) + b',"text":"Japan condemned China."}\n'
    read("JSON: an object of many keys", put("keys.jsonl", many))
    path = put("brackets.jsonl", b"[" * 500000 + line + line)
    code, out, err = run("code", "-j", 1, "--as", "jsonl", path)
    check("JSON: open brackets before objects", code == 0 and out.count('"fine"') == 2, f"{code} {err[:200]}")


def text():
    refused("a text over its limit", put("long.txt", GOOD * (17 * MB // len(GOOD))), "16 MB")
    read("one word of a megabyte", put("word.txt", "Japan" * 200000))
    read("one sentence of a megabyte", put("sentence.txt", "Japan met China and " * 50000))
    refused("bytes that are no text", put("noise.txt", bytes(range(256)) * 4000), "binary")
    refused("nothing", put("empty.txt", b""), "empty")
    refused("blanks", put("blank.txt", b" \n" * MB), "empty")
    read("half characters", put("half.txt", GOOD.encode() + b"\xf0\x9f" * 100000))
    read("marks of direction", put("bidi.txt", GOOD + "\u202e\u2066" * 100000))


def tables():
    record = folder / "votes.db"
    head = "undl_id,ms_code,ms_name,ms_vote,date,title\n"
    fine = "%d,JPN,JAPAN,Y,2020-01-02,Situation of human rights\n"
    for name, row, words in (("a giant field", '2,CHN,CHINA,N,2020-01-02,"' + "a" * (3 * MB) + '"\n', "line 3: a row of more than 1048576 bytes"),
                             ("a quotation that does not end", '2,CHN,CHINA,N,2020-01-02,"' + "a,b\n" * 200000, "line 3: a quotation mark"),
                             ("too many cells", "2,CHN" + ",x" * 100000 + "\n", ":3: ")):
        code, out, err = run("import", "votes", record, put("votes.csv", head + fine % 1 + row + fine % 3))
        check(f"votes: {name}", code == 1 and words in err, f"{code} {err} {out}")
    code, out, err = run("import", "votes", record, put("votes.csv", head + fine % 7 + fine % 9))
    check("votes: the record takes the next file", code == 0 and "2 roll calls" in err + out, f"{code} {err} {out}")
    huge = put("actors.tsv", ("a" * 99 + "\n") * (65 * MB // 100))
    code, _, err = run("import", "actors", huge)
    check("a list of actors over its limit", code == 1 and ("64 MB" in err or "limit" in err), f"{code} {err}")
    code, _, err = run("import", "actors", put("wide.csv", "person,position,start,end,country\n" + "a," * 100000 + "\n"))
    check("a list of actors with too many cells", code in (0, 1) and err, f"{code} {err}")
    coded = b'{"event":["ACCUSE"],"date":"2020-01-01","text":"' + b"a" * (5 * MB) + b'"}\n'
    good = b'{"id":"x","doc":"d","event":["ACCUSE"],"date":"2020-01-01","actor":[{"code":"JPN"}],"recipient":[{"code":"CHN"}],"text":"Japan condemned China."}\n'
    code, out, err = run("add", "--events", folder / "coded.db", put("coded.jsonl", coded + good))
    check("coded events: a line over its limit", code == 1 and "1 event" in out + err, f"{code} {err} {out}")


def secrets():
    """No message holds a password, not even one that was put into an address against all advice."""
    word = "geheim-4711"
    for name, args in (("of a database", ("events", f"postgres://desk:{word}@127.0.0.1:1/none?connect_timeout=2")),
                       ("of a database, wrong address", ("add", f"postgres://desk:{word}@:::/", folder / "good.txt")),
                       ("of a queue", ("send", "--queue", f"nats://desk:{word}@127.0.0.1:1", "--patience", 1, "--no-journal", folder / "good.txt")),
                       ("of a queue, wrong address", ("send", "--queue", f"nats://desk:{word}@:::/", "--no-journal", folder / "good.txt"))):
        code, out, err = run(*args)
        check(f"the password {name} is not told", code != 0 and err and word not in out + err, f"{code} {err} {out}")
    file = folder / "desk.password"
    code, out, err = run("serve", "--make-password", file, stdin=word.encode() + b"\n")
    check("the password of the desk is kept as a hash, for its owner", code == 0 and word not in out + err + file.read_text()
          and "$argon2id$" in file.read_text() and file.stat().st_mode & 0o77 == 0, f"{code} {err}")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    put("good.txt", GOOD)
    for part in (archives, crafted, folders, markup, json, text, tables, secrets):
        part()
print(f"{done} checks, {len(bad)} failed")
sys.exit(1 if bad or done < 50 else 0)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py OUTPUT FOLDER...: the files of the first folder that has an index.html, as C tables for src/serve/pages.h.

Written only when it changes, so that asking at every build costs nothing. Standard library only.
"""
import gzip, os, re, sys

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
    ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
}
GAIN = 1024  # bytes below which packing is not worth a table
HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")


def table(name, data):
    rows = [",".join(str(b) for b in data[i:i + 32]) for i in range(0, len(data), 32)]
    return "static const unsigned char %s[] = {\n%s\n};\n" % (name, ",\n".join(rows) or "0")


def files(folder):
    for base, dirs, names in os.walk(folder):
        dirs.sort()
        for name in sorted(names):
            path = os.path.join(base, name)
            kind = TYPES.get(os.path.splitext(name)[1])
            if kind and not name.startswith("."):
                yield "/" + os.path.relpath(path, folder).replace(os.sep, "/"), kind, path


def main():
    out, folders = sys.argv[1], sys.argv[2:]
    folder = next(f for f in folders if os.path.exists(os.path.join(f, "index.html")))
    tables, rows = [], []
    for i, (url, kind, path) in enumerate(files(folder)):
        with open(path, "rb") as f:
            data = f.read()
        packed = gzip.compress(data, 9, mtime=0)
        keep = len(data) > GAIN and len(packed) < len(data) * 9 // 10
        tables.append(table("file_%d" % i, data))
        if keep:
            tables.append(table("packed_%d" % i, packed))
        fixed = "true" if url.startswith("/assets/") and HASHED.search(url) else "false"
        url = url.replace("\\", "\\\\").replace('"', '\\"')
        rows.append('    { "%s", "%s", file_%d, %d, %s, %d, %s },\n' % (
            url, kind, i, len(data), "packed_%d" % i if keep else "NULL", len(packed) if keep else 0, fixed))
    text = ("// SPDX-License-Identifier: Apache-2.0\n/* Made by tools/embed.py: the files of the desk's page. */\n"
            '#include "serve/pages.h"\n\n%s\nconst dm_page dm_pages[] = {\n%s    { NULL, NULL, NULL, 0, NULL, 0, false },\n};\n'
            % ("\n".join(tables), "".join(rows)))
    try:
        with open(out, encoding="utf-8") as f:
            if f.read() == text:
                return
    except OSError:
        pass
    with open(out, "w", encoding="utf-8") as f:
        f.write(text)


main()

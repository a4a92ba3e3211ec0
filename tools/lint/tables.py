#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tables.py DATA_DIR: form of the knowledge tables: comment head, header, column counts, no stray blanks, the columns that
data/tables.tsv indexes, no repeated rows. Exit 1 with a line for each fault."""
import pathlib
import re
import sys

NAME = re.compile(r"[a-z][a-z0-9_]*$")


def rows_of(path, faults):
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        faults.append(f"{path}: not UTF-8: {e}")
        return []
    if b"\r" in raw:
        faults.append(f"{path}: carriage returns")
    if raw and not raw.endswith(b"\n"):
        faults.append(f"{path}: no line end behind the last line")
    if not text.startswith("#"):
        faults.append(f"{path}:1: the table opens with no comment that says what it is, its columns and sources")
    return [(i, line) for i, line in enumerate(text.split("\n"), 1) if line and not line.startswith("#")]


def check_rows(path, rows, faults):
    header = rows[0][1].split("\t")
    if len(set(header)) != len(header) or not all(NAME.match(h) for h in header):
        faults.append(f"{path}:{rows[0][0]}: header names must be different lower-case words: {header}")
    seen = {}
    for i, line in rows[1:]:
        cells = line.split("\t")
        if len(cells) != len(header):
            faults.append(f"{path}:{i}: {len(cells)} cells, the header has {len(header)}")
        if line in seen:
            faults.append(f"{path}:{i}: the same as line {seen[line]}")
        seen[line] = i
        for name, cell in zip(header, cells):
            if cell != cell.strip() or "  " in cell:
                faults.append(f"{path}:{i}: {name}: stray blanks in {cell!r}")
            if cell.startswith("|") or cell.endswith("|") or "||" in cell:
                faults.append(f"{path}:{i}: {name}: empty variant in {cell!r}")
    return header


def main():
    data = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "data")
    faults, headers = [], {}
    for path in sorted(data.rglob("*.tsv")):
        rows = rows_of(path, faults)
        if not rows:
            faults.append(f"{path}: no header")
            continue
        headers[str(path.relative_to(data))[:-4]] = check_rows(path, rows, faults)
    listed = set()
    for i, line in rows_of(data / "tables.tsv", [])[1:]:
        table, index = (line.split("\t") + [""])[:2]
        listed.add(table)
        if table not in headers:
            faults.append(f"{data}/tables.tsv:{i}: {table}.tsv is not there")
            continue
        for column in filter(None, index.split("|")):
            if column not in headers[table]:
                faults.append(f"{data}/tables.tsv:{i}: {table} has no column '{column}'")
    faults += [f"{data}/tables.tsv does not list {t}" for t in sorted(set(headers) - listed - {"tables"})]
    print("\n".join(faults) if faults else f"{len(headers)} tables are in form")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

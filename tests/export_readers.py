#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""export_readers.py FOLDER: reads the files that export_samples wrote there as other people would: pandas for csv, dta and the tab-separated
formats, DuckDB's C library for parquet; and holds them against one another. Readers that are not installed are named and passed over."""
import csv
import ctypes
import json
import os
import pathlib
import sys

FOLDER = pathlib.Path(sys.argv[1])
DAYS = {"date", "enddate", "first_report"}
NUMBERS = {"event_scale", "goldstein", "confidence"}
WHOLE = {"quad_code", "trigger_start", "trigger_end", "instrument_polarity", "text_sequence", "text_start", "text_end", "reports",
         "independent", "happening", "ccode1", "ccode2", "gwno1", "gwno2"}


def same(what, a, b):
    if a != b:
        sys.exit(f"{what}: {a!r} is not {b!r}")


def rows_of_csv():
    with open(FOLDER / "events.csv", newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def check_jsonl(rows):
    lines = [json.loads(line) for line in open(FOLDER / "events.plover", encoding="utf-8")]
    same("plover rows", len(lines), len(rows))
    for e, r in zip(lines, rows):
        same("id", e["id"], r["id"])
        same("has_event", e["has_event"], True)
        same("actor codes", ";".join(p.get("code", "") for p in e["actor"]), r["actor"])
        same("cameo", e.get("cameo", ""), r["cameo"])
        same("happening", str(e["happening"]), r["happening"])
        same("aux", ";".join(e["aux"]), r["aux"])


def check_tabs():
    """Every line as many cells as its format has columns, without any notion of quotes."""
    for name, columns in ("icews", 20), ("gdelt", 61), ("gdelt1", 58), ("polecat", 40):
        data = (FOLDER / f"events.{name}").read_bytes().decode("utf-8")
        same(f"{name}: last byte", data[-1], "\n")
        for line in data[:-1].split("\n"):
            same(f"{name}: cells of {line[:60]!r}", len(line.split("\t")), columns)
        same(f"{name}: carriage returns", "\r" in data, False)


def check_pandas(rows):
    try:
        import pandas as pd
    except ImportError:
        print("skipped: pandas is not installed (apt install python3-pandas)")
        return
    frame = pd.read_csv(FOLDER / "events.csv", dtype=str, keep_default_na=False)
    same("pandas csv", frame.to_dict("records"), rows)
    dta = pd.read_stata(FOLDER / "events.dta", convert_categoricals=False)
    same("dta columns", list(dta.columns), list(rows[0]))
    same("dta rows", len(dta), len(rows))
    for column in dta.columns:
        for ours, theirs in zip((r[column] for r in rows), dta[column]):
            if column in DAYS:
                theirs = "" if pd.isna(theirs) else theirs.strftime("%Y-%m-%d")
            elif column in NUMBERS | WHOLE:
                theirs = "" if pd.isna(theirs) else float(theirs)
                ours = float(ours) if ours else ""
            same(f"dta {column}", theirs, ours)
    with pd.read_stata(FOLDER / "events.dta", iterator=True) as reader:
        same("dta labels", reader.variable_labels()["cameo"], "CAMEO code")
        same("dta value labels", reader.value_labels()["quad"][3], "verbal conflict")
    for name in "icews", "polecat":
        tabs = pd.read_csv(FOLDER / f"events.{name}", sep="\t", quoting=csv.QUOTE_NONE, dtype=str, keep_default_na=False)
        same(f"{name}: a header and rows", len(tabs) > 0 and "Event ID" in tabs.columns, True)
    gdelt = pd.read_csv(FOLDER / "events.gdelt", sep="\t", header=None, quoting=csv.QUOTE_NONE, dtype=str, keep_default_na=False)
    same("gdelt ids", gdelt[0].is_unique, True)
    print(f"pandas {pd.__version__}: csv, dta and the tab-separated formats")


class Duck:
    """Queries through DuckDB's C library, values as text."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        self.lib.duckdb_value_varchar.restype = ctypes.c_void_p
        self.lib.duckdb_value_varchar.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64]
        self.lib.duckdb_row_count.restype = ctypes.c_uint64
        self.lib.duckdb_result_error.restype = ctypes.c_char_p
        self.db, self.con = ctypes.c_void_p(), ctypes.c_void_p()
        same("duckdb_open", self.lib.duckdb_open(None, ctypes.byref(self.db)), 0)
        same("duckdb_connect", self.lib.duckdb_connect(self.db, ctypes.byref(self.con)), 0)

    def query(self, sql, columns):
        result = (ctypes.c_void_p * 16)()
        if self.lib.duckdb_query(self.con, sql.encode(), result) != 0:
            sys.exit(f"DuckDB: {self.lib.duckdb_result_error(result)}")
        out = []
        for row in range(self.lib.duckdb_row_count(result)):
            cells = [self.lib.duckdb_value_varchar(result, c, row) for c in range(columns)]
            out.append(["" if c is None else ctypes.string_at(c).decode() for c in cells])
        self.lib.duckdb_destroy_result(result)
        return out


def check_parquet(rows):
    path = os.environ.get("DEMARCHE_DUCKDB", "")
    file = FOLDER / "events.parquet"
    if not file.exists():
        print("skipped: parquet was not written, for DuckDB was not found (npm install @duckdb/node-bindings-linux-x64, DEMARCHE_DUCKDB)")
        return
    data = file.read_bytes()
    same("parquet magic", (data[:4], data[-4:]), (b"PAR1", b"PAR1"))
    if not path:
        print("skipped: parquet is written, but DEMARCHE_DUCKDB does not say what reads it")
        return
    duck = Duck(path)
    names = list(rows[0])
    types = dict(duck.query(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{file}')", 2))
    same("parquet columns", list(types), names)
    same("parquet types", [types[c] for c in ("cameo", "date", "goldstein", "ccode1", "happening")],
         ["VARCHAR", "DATE", "DOUBLE", "INTEGER", "UBIGINT"])
    read = duck.query(f"SELECT * FROM '{file}'", len(names))
    same("parquet rows", len(read), len(rows))
    for ours, theirs in zip(rows, read):
        for name, value in zip(names, theirs):
            if name in NUMBERS | WHOLE and value:
                same(f"parquet {name}", float(value), float(ours[name]))
            else:
                same(f"parquet {name}", value, ours[name])
    print("DuckDB: parquet")


def main():
    rows = rows_of_csv()
    same("there are events", len(rows) > 100, True)
    same("codes keep their zeros", any(r["cameo"].startswith("0") for r in rows), True)
    check_jsonl(rows)
    check_tabs()
    check_pandas(rows)
    check_parquet(rows)


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check the tables of data/actors: columns, codes, sectors, kinds, dates, and names claimed twice.

Exit status 0 when nothing is wrong. A name may stand in several rows of a table only when the rows differ in dates, or when one of
them says `ambiguous` in its note: then the resolver knows that it has to choose.
"""
import collections
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "data" / "actors"
HEADERS = {
    "states.tsv": "code names demonyms people government places from to note",
    "bodies.tsv": "code names sector kind heads from to note",
    "roles.tsv": "names sector kind scope heads note",
    "facts.tsv": "code descriptions continent neighbours groups",
    "regions.tsv": "names code note",
}
NAME_COLUMNS = {
    "states.tsv": ("names", "demonyms", "people", "government", "places"),
    "bodies.tsv": ("names",),
    "roles.tsv": ("names",),
    "regions.tsv": ("names",),
}
STATES = set("""AFG ALB DZA AND AGO ATG ARG ARM AUS AUT AZE BHS BHR BGD BRB BLR BEL BLZ BEN BTN BOL BIH BWA BRA BRN BGR BFA BDI CPV
KHM CMR CAN CAF TCD CHL CHN COL COM COG COD CRI CIV HRV CUB CYP CZE DNK DJI DMA DOM ECU EGY SLV GNQ ERI EST SWZ ETH FJI FIN FRA GAB GMB
GEO DEU GHA GRC GRD GTM GIN GNB GUY HTI HND HUN ISL IND IDN IRN IRQ IRL ISR ITA JAM JPN JOR KAZ KEN KIR PRK KOR KWT KGZ LAO LVA LBN LSO
LBR LBY LIE LTU LUX MDG MWI MYS MDV MLI MLT MHL MRT MUS MEX FSM MDA MCO MNG MNE MAR MOZ MMR NAM NRU NPL NLD NZL NIC NER NGA MKD NOR OMN
PAK PLW PAN PNG PRY PER PHL POL PRT QAT ROU RUS RWA KNA LCA VCT WSM SMR STP SAU SEN SRB SYC SLE SGP SVK SVN SLB SOM ZAF SSD ESP LKA SDN
SUR SWE CHE SYR TJK TZA THA TLS TGO TON TTO TUN TUR TKM TUV UGA UKR ARE GBR USA URY UZB VUT VEN VNM YEM ZMB ZWE
TWN KOS PSE VAT HKG ESH ATA SUN YUG SCG CSK DDR YMD""".split())
ENTITIES = STATES | set("UNO EUR IGO NGO MNC IMG ISM".split())
SECTORS = set("COP GOV JUD LEG MIL PRM PTY REB SPY UAF UNK AGR BUS CRM CVL EDU ELI JRN LAB MED REF OPP PRE REL SOC".split())
KINDS = set("""un eu igo court parliament government ministry party army police agency intelligence rebel terror ngo media company union
movement religious bank""".split())
ROLE_KINDS = {"person", "group", "org"}
SCOPES = {"national", "spokes", "any"}
CONTINENTS = {"Africa", "Asia", "Europe", "North America", "South America", "Oceania"}
DATE = re.compile(r"^(\d{4})-(\d\d)-(\d\d)$")
SPAN = re.compile(r"^[^@]+(@(\d{4})?-(\d{4})?)?$")


class Report:
    def __init__(self):
        self.faults = 0

    def fault(self, table, line, text):
        self.faults += 1
        print(f"{table}:{line}: {text}")


def read(table, report):
    """Rows of a table as (line number, dictionary); faults of form are reported."""
    rows, header = [], None
    raw = (ROOT / table).read_bytes()
    if b"\r" in raw or not raw.endswith(b"\n"):
        report.fault(table, 0, "not LF lines, or no newline at the end")
    for number, line in enumerate(raw.decode("utf-8").split("\n")[:-1], 1):
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if header is None:
            header = cells
            if header != HEADERS[table].split():
                report.fault(table, number, f"header is {header}")
            continue
        if len(cells) != len(header):
            report.fault(table, number, f"{len(cells)} cells instead of {len(header)}")
            continue
        for cell in cells:
            if cell != cell.strip() or any(v != v.strip() or not v for v in cell.split("|") if cell):
                report.fault(table, number, f"space around or empty variant in '{cell[:60]}'")
        rows.append((number, dict(zip(header, cells))))
    return rows


def day(text):
    match = DATE.match(text)
    return bool(match) and 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31


def check_dates(table, number, row, report):
    for key in ("from", "to"):
        if row[key] and not day(row[key]):
            report.fault(table, number, f"{key} is no date: {row[key]}")
    if row["from"] and row["to"] and row["from"] > row["to"]:
        report.fault(table, number, "from is after to")


def check_sector(table, number, row, report):
    for sector in row["sector"].split("+") if row["sector"] else []:
        if sector not in SECTORS:
            report.fault(table, number, f"unknown sector {sector}")


def check_row(table, number, row, report):
    if table == "states.tsv":
        if row["code"] not in STATES:
            report.fault(table, number, f"unknown code {row['code']}")
        check_dates(table, number, row, report)
    elif table == "bodies.tsv":
        if row["code"] not in ENTITIES:
            report.fault(table, number, f"unknown code {row['code']}")
        if row["kind"] not in KINDS:
            report.fault(table, number, f"unknown kind {row['kind']}")
        check_sector(table, number, row, report)
        check_dates(table, number, row, report)
        for code in re.findall(r"(?:home|states)=([A-Z,]+)", row["note"]):
            report_codes(table, number, code.split(","), report)
    elif table == "roles.tsv":
        if row["kind"] not in ROLE_KINDS or row["scope"] not in SCOPES:
            report.fault(table, number, f"kind or scope: {row['kind']} {row['scope']}")
        check_sector(table, number, row, report)
    elif table == "facts.tsv":
        report_codes(table, number, [row["code"]] + [c for c in row["neighbours"].split("|") if c], report)
        for span in (row["descriptions"] + "|" + row["groups"]).split("|"):
            if span and not SPAN.match(span):
                report.fault(table, number, f"years of '{span}'")
        for continent in row["continent"].split("|"):
            if continent not in CONTINENTS:
                report.fault(table, number, f"continent '{continent}'")
    elif table == "regions.tsv" and row["code"]:
        report_codes(table, number, row["code"].split("|"), report)


def report_codes(table, number, codes, report):
    for code in codes:
        if code not in ENTITIES:
            report.fault(table, number, f"unknown code {code}")


def claims(table, rows):
    """name -> places where it is claimed: (table, line, code, dates, note)."""
    found = collections.defaultdict(list)
    for number, row in rows:
        dates = (row.get("from", ""), row.get("to", ""))
        for column in NAME_COLUMNS.get(table, ()):
            for name in row[column].split("|"):
                if name:
                    found[name].append((table, number, row.get("code", ""), dates, row.get("note", "")))
    return found


def check_doubles(found, report):
    for name, places in sorted(found.items()):
        if len(places) < 2 or any("ambiguous" in place[4] for place in places):
            continue
        keys = [(place[0], place[3]) for place in places]
        if len(set(keys)) < len(keys) or len({place[0] for place in places}) > 1:
            where = ", ".join(f"{place[0]}:{place[1]} {place[2]}" for place in places)
            report.fault(places[0][0], places[0][1], f"'{name}' is claimed twice: {where}")


def check_neighbours(rows, report):
    borders = {row["code"]: set(filter(None, row["neighbours"].split("|"))) for _, row in rows}
    for number, row in rows:
        for other in borders[row["code"]]:
            if other in borders and row["code"] not in borders[other]:
                report.fault("facts.tsv", number, f"{row['code']} borders {other}, but not the other way")


def main():
    report = Report()
    found = collections.defaultdict(list)
    for table in HEADERS:
        rows = read(table, report)
        for number, row in rows:
            check_row(table, number, row, report)
        for name, places in claims(table, rows).items():
            found[name].extend(places)
        if table == "facts.tsv":
            check_neighbours(rows, report)
        print(f"{table}: {len(rows)} rows, {len(claims(table, rows))} names")
    check_doubles(found, report)
    print(f"{report.faults} faults")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())

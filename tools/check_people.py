#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks data/actors/people.tsv and ranks.tsv: columns, codes, sectors, dates, order, doubles, overlapping terms.

Every finding is printed as FILE:LINE: message; the exit status is 1 if there is any. Codes are those of states.tsv where
that table is present, and PLOVER's codes of bodies.
"""
import collections
import os
import re
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "actors")
SECTORS = set("COP GOV JUD LEG MIL PRM PTY REB SPY UAF UNK AGR BUS CRM CVL EDU ELI JRN LAB MED REF OPP PRE REL SOC".split())
BODIES = {"UNO", "EUR", "IGO", "NGO", "IMG"}
DATE = re.compile(r"^(18|19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
# Offices that one person holds at a time, so that terms in one state must not overlap by more than the day of handover.
SINGLE = {"prime minister", "president", "chancellor", "foreign minister", "secretary of state", "king", "emperor",
          "chief cabinet secretary", "secretary-general", "supreme leader", "pope"}
# Terms that run beside another's, by their note.
STAND_IN = re.compile(r"\b(acting|rival|disputed)\b")
# States whose "president" is a body of several members.
COLLEGES = {("BIH", "president"), ("YUG", "president")}


def rows(name, columns, complain):
    path = os.path.join(HERE, name)
    header = None
    with open(path, encoding="utf-8", newline="") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith("\n") or "\r" in line:
                complain(name, number, "line end")
            line = line.rstrip("\r\n")
            if line.startswith("#"):
                continue
            cells = line.split("\t")
            if header is None:
                header = cells
                if header != columns:
                    complain(name, number, "header " + line)
                continue
            if len(cells) != len(columns):
                complain(name, number, "%d columns" % len(cells))
                continue
            for cell in cells:
                if cell != cell.strip() or "  " in cell or '"' in cell:
                    complain(name, number, "space or quote in " + repr(cell))
            yield number, cells


def variants(cell):
    return cell.split("|") if cell else []


def span(day, last):
    """Widens a date of year or month precision towards its middle, so that touching terms do not count as overlaps."""
    if not day:
        return "0000" if not last else "9999"
    if len(day) == 4:
        return day + "-06-15"
    return day + "-15" if len(day) == 7 else day


def check_person(cells, number, codes, complain):
    name, aliases, surname, code, sector, office, start, end = cells[:8]
    if code not in codes:
        complain("people.tsv", number, "code " + code)
    if sector and sector not in SECTORS:
        complain("people.tsv", number, "sector " + sector)
    if not name or not surname or not office or office != office.lower():
        complain("people.tsv", number, "name, surname or office of " + name)
    forms = [name] + variants(aliases)
    if len(set(forms)) != len(forms) or "" in forms + variants(surname):
        complain("people.tsv", number, "double or empty variant of " + name)
    for day in (start, end):
        if day and not DATE.match(day):
            complain("people.tsv", number, "date " + day)
    width = min(len(start), len(end))
    if width and start[:width] > end[:width]:
        complain("people.tsv", number, "ends before it begins: " + name)


def check_people(codes, complain):
    columns = "name aliases surname code sector office from to note".split()
    seen = {}
    terms = collections.defaultdict(list)
    texts = {}
    count = 0
    for number, cells in rows("people.tsv", columns, complain):
        count += 1
        check_person(cells, number, codes, complain)
        key = (cells[0], cells[3], cells[5], cells[6])
        if key in seen:
            complain("people.tsv", number, "as line %d: %s" % (seen[key], cells[0]))
        seen[key] = number
        if texts.setdefault(cells[0], cells[1:3]) != cells[1:3]:
            complain("people.tsv", number, "other aliases than before: " + cells[0])
        shared = (cells[3], cells[5]) in COLLEGES or cells[3] in BODIES - {"UNO"} or STAND_IN.search(cells[8])
        if cells[5] in SINGLE and not shared:
            terms[cells[3], cells[5]].append((span(cells[6], False), span(cells[7], True), number, cells[0]))
    for key, held in terms.items():
        held.sort()
        for before, after in zip(held, held[1:]):
            if before[1] > after[0] and before[1][:7] != after[0][:7]:
                complain("people.tsv", after[2], "%s %s: %s to %s, %s from %s" % (key + (before[3], before[1], after[3], after[0])))
    return count


def check_ranks(complain):
    seen = {}
    count = 0
    for number, cells in rows("ranks.tsv", ["title", "sector", "note"], complain):
        count += 1
        if cells[1] and cells[1] not in SECTORS:
            complain("ranks.tsv", number, "sector " + cells[1])
        for title in variants(cells[0]):
            if title in seen:
                complain("ranks.tsv", number, "as line %d: %s" % (seen[title], title))
            seen[title] = number
    return count


def state_codes():
    path = os.path.join(HERE, "states.tsv")
    with open(path, encoding="utf-8") as lines:
        codes = {line.split("\t")[0] for line in lines if not line.startswith("#")}
    return codes | BODIES


def main():
    findings = []

    def complain(name, number, text):
        findings.append("%s:%d: %s" % (name, number, text))

    people = check_people(state_codes(), complain)
    ranks = check_ranks(complain)
    for finding in findings:
        print(finding)
    print("people %d rows, ranks %d rows, %d findings" % (people, ranks, len(findings)))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""manual.py PROGRAM: the manual is complete and true. Every command's --help ends (at once, with few bytes); every command of the program has
one entry in docs/demarche.1 and every option of every --help stands in that entry or in a section that is for all; no entry and no option of
the manual is one that the program does not have; the page has no faults of form (mandoc, where it is)."""
import pathlib
import re
import shutil
import subprocess
import sys

PROGRAM = sys.argv[1]
PAGE = pathlib.Path(__file__).parent.parent / "docs" / "demarche.1"
SECONDS, BYTES = 10, 20000
bad = []


def run_help(*words):
    child = subprocess.Popen([PROGRAM, *words, "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = child.stdout.read(BYTES + 1).decode("utf-8", "replace")
    if len(out) > BYTES:
        child.kill()
        bad.append(f"'{' '.join(words)} --help' prints more than {BYTES} bytes")
        return ""
    if child.wait(SECONDS) != 0:
        bad.append(f"'{' '.join(words)} --help' ends with {child.returncode}")
    return out


def options(text):
    """Long and short options of a help text."""
    found = set()
    for line in text.splitlines():
        m = re.match(r"^ {2,6}((?:-\w, )?--[a-z][a-z-]*|-\w)(?:[= ]|$)", line)
        if m:
            found |= set(m.group(1).split(", "))
    return found


def plain(roff):
    """The text of the page without its marks."""
    text = re.sub(r'^\.(B|I|BI|BR|IR|RB|RI|TP|PP|SS|br|nf|fi)\b ?', "", roff, flags=re.M)
    text = re.sub(r"\\f.|\\&", "", text).replace("\\-", "-").replace('" "', "").replace('"', "")
    return text


page = PAGE.read_text()
commands_part = page[page.index(".SH COMMANDS"):page.index(".SH OPTIONS")]
shared = plain(page[page.index(".SH OPTIONS"):page.index(".SH EXIT STATUS")])
entries = {}
for part in re.split(r"^\.TP\n", commands_part, flags=re.M)[1:]:
    head = part.splitlines()[0]
    name = re.sub(r"[^a-z ]", "", plain(head)).split()[0]
    if re.match(r"\.BI? (\"?)[a-z]", head):
        entries.setdefault(name, []).append(plain(part))

listed = re.findall(r"^ {2}([a-z]+) +\S", run_help(), flags=re.M)
if len(listed) < 10:
    bad.append(f"'--help' lists only {len(listed)} commands")
all_options = set()
for name in listed:
    if name not in entries:
        bad.append(f"the manual has no entry for '{name}'")
    elif name != "import" and len(entries[name]) > 1:
        bad.append(f"the manual has {len(entries[name])} entries for '{name}'")
    here = "\n".join(entries.get(name, [])) + shared
    has = options(run_help(name))
    all_options |= has
    if not has:
        bad.append(f"'{name} --help' lists no option")
    for o in sorted(has):
        if not re.search(r"(?<![\w-])" + re.escape(o) + r"(?![\w-])", here):
            bad.append(f"the manual does not tell {o} of '{name}'")
for name in entries:
    if name not in listed:
        bad.append(f"the manual tells of '{name}', which the program does not have")
for o in sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+(?![\w])", plain(page)))):
    if o not in all_options and o not in ("--version", "--help"):
        bad.append(f"the manual tells of {o}, which no command has")
for name in listed:
    if not re.search(r"^\.B demarche " + name + r"\b", page[:page.index(".SH DESCRIPTION")], flags=re.M):
        bad.append(f"the synopsis lacks '{name}'")
if shutil.which("mandoc"):
    said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", PAGE], capture_output=True, text=True).stdout
    bad += [line for line in said.splitlines() if "referenced manual not found" not in line]
for line in bad:
    print(line)
print(f"{len(listed)} commands, {len(all_options)} options: " + ("all told" if not bad else f"{len(bad)} faults"))
sys.exit(1 if bad else 0)

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# export.sh EXPORT_SAMPLES: writes the coded samples in every format, twice, and lets the programs that people use read them: pandas, R with
# haven, DuckDB. What is not installed is named and passed over; without python3 nothing can be checked (exit 77).
set -eu
program=$(readlink -f "$1")
cd "$(dirname "$0")/.."
python=
for p in python3 /usr/bin/python3; do # one that has pandas, where there is one
    command -v "$p" >/dev/null 2>&1 || continue
    [ -n "$python" ] || python=$p
    if "$p" -c 'import pandas' 2>/dev/null; then
        python=$p
        break
    fi
done
[ -n "$python" ] || { echo "python3 is not installed"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/one" "$tmp/two"
"$program" "$tmp/one" done 1 samples/*.txt samples/*.html samples/*.jsonl
TZ=Asia/Kathmandu LC_ALL=C.UTF-8 "$program" "$tmp/two" done 1 samples/*.txt samples/*.html samples/*.jsonl >/dev/null
diff -r "$tmp/one" "$tmp/two" || { echo "two runs do not write the same bytes"; exit 1; }
[ -z "$(find "$tmp" -name '*.tmp*')" ] || { echo "temporary files are left:" "$tmp"/*/*.tmp*; exit 1; }
"$python" tests/export_readers.py "$tmp/one"
if command -v Rscript >/dev/null 2>&1; then
    Rscript tests/export_readers.R "$tmp/one"
else
    echo "skipped: R is not installed (apt install r-base-core r-cran-haven)"
fi

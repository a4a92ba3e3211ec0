#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# threads.sh BUILD: the pipeline on four threads in a ThreadSanitizer build; any report fails.
set -eu
cd "$(dirname "$0")/.."
[ -x "$1/demarche" ] || { echo "$1/demarche was not built" && exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 bench/corpus.py --sentences 1500 >"$tmp/corpus.jsonl"
export TSAN_OPTIONS=halt_on_error=1:exitcode=66
"$1/demarche" code -j 4 --as jsonl "$tmp/corpus.jsonl" samples/*.txt missing.txt >"$tmp/four.jsonl" || [ $? = 1 ]
"$1/demarche" code -j 1 --as jsonl "$tmp/corpus.jsonl" samples/*.txt missing.txt >"$tmp/one.jsonl" || [ $? = 1 ]
"$1/demarche" parse -j 4 samples/*.txt >/dev/null
"$1/demarche" code -j 4 --as jsonl "$tmp/corpus.jsonl" | head -n 5 >/dev/null
cmp "$tmp/one.jsonl" "$tmp/four.jsonl"
[ -s "$tmp/four.jsonl" ]

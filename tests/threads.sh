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

# The same into a record, stopped in the middle and then finished.
"$1/demarche" add -j 4 "$tmp/r.db" "$tmp/corpus.jsonl" 2>"$tmp/stopped" &
sleep 2
kill -TERM $! 2>/dev/null || true
wait $! || rc=$?
[ "${rc:-0}" = 0 ] || [ "$rc" = 143 ] || { cat "$tmp/stopped" && exit 1; }
"$1/demarche" add -j 4 "$tmp/r.db" "$tmp/corpus.jsonl"
"$1/demarche" add -j 1 "$tmp/one.db" "$tmp/corpus.jsonl"
"$1/demarche" stats "$tmp/r.db" --by type >"$tmp/four.txt"
"$1/demarche" stats "$tmp/one.db" --by type >"$tmp/one.txt"
cmp "$tmp/one.txt" "$tmp/four.txt"

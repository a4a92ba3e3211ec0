#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# library.sh BUILD: the programs in docs/library.md compile against the public headers alone, and work.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export LD_LIBRARY_PATH="$build" DEMARCHE_DATA="$build"
cd "$dir"
awk '/^```c$/ { n++; out = "example" n ".c"; next } /^```$/ { out = "" } out { print > out }' "$here/../docs/library.md"
flags=
case $(meson introspect "$build" --buildoptions | tr -d ' \n') in
*'"b_sanitize","value":"address'* | *'"value":"address,undefined"'*) flags='-fsanitize=address,undefined' ;;
esac
for f in example*.c; do
    # shellcheck disable=SC2086
    ${CC:-gcc} -std=c17 -Wall -Wextra -Werror $flags -I"$here/../include" "$f" -L"$build" -ldemarche -o "${f%.c}"
done
./example1 record.db "$here"/../samples/*.txt | grep -q 'events'
./example1 record.db "$here"/../samples/*.txt | grep -q '^0 new documents'
./example2 record.db USA CHN >events.txt
./example3 record.db USA CHN >stance.txt
./example4 record.db plover out.jsonl | grep -q 'rows'
./example5 record.db CHN >life.txt
[ -s life.txt ] && [ -s events.txt ] && [ -s out.jsonl ] && [ -s stance.txt ] || { echo "an example gave nothing"; exit 1; }
echo "examples compiled and run: $(wc -l <events.txt) events, $(wc -l <stance.txt) turns, $(wc -l <out.jsonl) lines exported"

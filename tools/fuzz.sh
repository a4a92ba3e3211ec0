#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh BUILD SECONDS: every fuzz target for so long, with libFuzzer, ASan and UBSan, from fuzz/corpus. New inputs go to BUILD, not into
# the corpus; a find is kept in fuzz/findings and ends the run.
set -eu
cd "$(dirname "$0")/.."
build=$1 seconds=$2
[ -f "$build/build.ninja" ] ||
    CC=clang meson setup "$build" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1
ninja -C "$build"
mkdir -p fuzz/findings
found=0
for source in fuzz/fuzz_*.c; do
    target=$(basename "$source" .c)
    name=${target#fuzz_}
    mkdir -p "$build/new/$name"
    corpus="fuzz/corpus/$name"
    [ -d "$corpus" ] || corpus=
    echo "== $name, $seconds s"
    # shellcheck disable=SC2086 # no corpus, no word
    DEMARCHE_DATA="$build" UBSAN_OPTIONS=halt_on_error=1 "$build/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
        -artifact_prefix="fuzz/findings/$name-" -print_final_stats=1 "$build/new/$name" $corpus 2>&1 | tail -n 25 || found=1
    ls fuzz/findings/"$name"-* 2>/dev/null && found=1
done
exit $found

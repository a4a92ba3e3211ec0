#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh BUILD SECONDS [TARGET...]: each fuzz target (all without names) for so long, with libFuzzer, from fuzz/corpus and the words of
# fuzz/dict. FUZZ_BUILD=fast: without ASan and UBSan and with -O2, for many executions. New inputs go to BUILD/new, not into the corpus; a
# find is kept in fuzz/findings and fails the run. Every run adds a line to BUILD/executions.tsv: tools/fuzz_sum.sh sums them. FUZZ_JOBS: so
# many targets at a time (1). FUZZ_SEED: where libFuzzer's chance begins (0: anywhere).
set -eu
cd "$(dirname "$0")/.."
build=$1 seconds=$2
shift 2
kind=${FUZZ_BUILD:-asan}
if [ ! -f "$build/build.ninja" ]; then
    case $kind in
    fast) CC=clang meson setup "$build" -Dfuzz=true -Doptimization=2 ;;
    *) CC=clang meson setup "$build" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 ;;
    esac
fi
if [ $# -eq 0 ]; then
    for source in fuzz/fuzz_*.c; do
        name=${source#fuzz/fuzz_}
        set -- "$@" "${name%.c}"
    done
fi
# shellcheck disable=SC2046 # one word for each target
ninja -C "$build" demarche.tables english.dmm $(printf 'fuzz_%s ' "$@")
mkdir -p fuzz/findings

# Longest input that libFuzzer makes: where everything that can go wrong fits, and not more.
length() {
    case $1 in
    dates) echo 64 ;;
    when | states | model) echo 200 ;;
    url | ask | csv | flat | http | password | segment | dictionary) echo 600 ;;
    queue_url | pg_url) echo 300 ;;
    votes | import | review | table_text | code | conllu) echo 1000 ;;
    *) echo 4000 ;;
    esac
}

# run TARGET: exit 1 for a find.
run() {
    name=$1
    new="$build/new/$name" log="$build/$name.log"
    mkdir -p "$new"
    set -- "$new"
    [ ! -d "fuzz/corpus/$name" ] || set -- "$@" "fuzz/corpus/$name"
    [ ! -f "fuzz/dict/$name.dict" ] || set -- "-dict=fuzz/dict/$name.dict" "$@"
    rc=0
    DEMARCHE_DATA="$build" UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$build/fuzz_$name" -max_total_time="$seconds" \
        -max_len="$(length "$name")" -timeout=20 -rss_limit_mb=2048 -entropic=0 -seed="${FUZZ_SEED:-0}" -print_final_stats=1 \
        -artifact_prefix="fuzz/findings/$name-" "$@" >"$log" 2>&1 || rc=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(grep -o ' cov: [0-9]*' "$log" | tail -n 1 | cut -c7-)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%MZ)" "$kind" "$name" "${runs:-0}" "${edges:-0}" "$seconds" "$rc" \
        >>"$build/executions.tsv"
    echo "$name: ${runs:-0} executions, ${edges:-0} edges"
    [ "$rc" -eq 0 ] || tail -n 40 "$log"
    return "$rc"
}

# FUZZ_JOBS of them at a time.
rm -f "$build/found"
n=0
for target; do
    (run "$target" || echo "$target" >>"$build/found") &
    n=$((n + 1))
    [ $((n % ${FUZZ_JOBS:-1})) -ne 0 ] || wait
done
wait
[ ! -f "$build/found" ]

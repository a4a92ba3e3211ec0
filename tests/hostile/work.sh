#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# work.sh BUILD: a build that counts its steps, and the tests of hostile text that judge by them (steps.h). Only what these need is built.
set -eu
cd "$(dirname "$0")/../.."
build=$1
tests='test_pipeline_linear test_pipeline_linear_bytes test_pipeline_linear_record'
[ -f "$build/build.ninja" ] || CC=gcc meson setup "$build" -Dsteps=true -Dpage=false -Doptimization=1 -Ddebug=false >/dev/null
# shellcheck disable=SC2086 # words
ninja -C "$build" $tests demarche.tables english.dmm >"$build/ninja.log" || { tail -n 30 "$build/ninja.log" && exit 1; }
for t in $tests; do
    DEMARCHE_DATA="$build" "$build/$t"
done

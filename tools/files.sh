#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# files.sh PATTERN...: our source files by shell patterns of their paths ('*.c', 'src/*/*.c', '*'), a line each: those that git tracks; in a
# tree that is no work tree of git (an unpacked archive), all but what is built and installed there.
set -eu
cd "$(dirname "$0")/.."
if git -c safe.directory='*' rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    exec git -c safe.directory='*' ls-files -- "$@"
fi
find . -type f ! -path './.git/*' ! -path './build*' ! -path '*/node_modules/*' ! -path '*/__pycache__/*' ! -path './web/dist/*' |
    sed 's#^\./##' | LC_ALL=C sort | while read -r f; do
    for pattern; do
        # shellcheck disable=SC2254 # it is a pattern
        case $f in $pattern) echo "$f" && break ;; esac
    done
done

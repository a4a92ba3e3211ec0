#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What every file and folder must have: SPDX lines, a purpose comment, a README in each src/ folder, no white space at line ends, commit
# subjects "area: change".
set -u
cd "$(dirname "$0")/../.." || exit 3
bad=0
say() {
    echo "$*"
    bad=1
}
[ "$(tools/files.sh '*.c' | wc -l)" -gt 100 ] || say "the source files are not found"
for f in $(tools/files.sh '*.c' '*.h' '*.py' '*.sh' meson.build Makefile demo check .ci/run); do
    [ -f "$f" ] || continue
    head -n 3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || say "$f: no SPDX line"
    case $f in
    *.c | *.h) sed -n 2p "$f" | grep -q '^/\*' || say "$f: the second line does not open a comment that says what the file is for" ;;
    esac
done
for dir in src/*/; do
    ls "$dir"*.c >/dev/null 2>&1 || continue
    [ -s "${dir}README.md" ] || say "${dir}README.md is missing"
done
for f in $(tools/files.sh 'src/*/*.c' 'cli/*.c' 'tests/unit/*.c' 'fuzz/fuzz_*.c' 'tools/*.c'); do
    name=$(basename "$f" .c)
    name=${name#test_}
    grep -qw -e "${name#fuzz_}" meson.build || say "$f is not in meson.build"
done
for f in README.md CHANGELOG.md LICENSE docs/record.md docs/tables.md docs/demarche.1; do
    [ -s "$f" ] || say "$f is missing"
done
tools/files.sh '*.c' '*.h' '*.py' '*.sh' meson.build Makefile | xargs grep -nIE '[[:space:]]+$' && say "white space at line ends"
git -c safe.directory='*' log --no-merges --format=%s -n 200 2>/dev/null | grep -vE '^([a-z0-9_./ ,-]+: .+|Merge .*)$' && say "commit subjects are 'area: change'"
exit $bad

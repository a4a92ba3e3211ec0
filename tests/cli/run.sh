#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD [--refresh] [--cluster FOLDER]: every tests/cli/case-*.sh is run in an empty folder with $D as the program and $R as the name of
# a record that is not there yet; what it prints must be exactly NAME.stdout and NAME.stderr. Cases print exit codes themselves. --refresh
# writes the expected files: read the difference afterwards. --cluster: the cases that have a record, with it at the server of pg.sh that runs
# in FOLDER; its address is shown as r.db, so that the same is expected.
set -u
build=$(cd "$1" && pwd) || exit 3
shift
refresh=no cluster=
while [ $# -gt 0 ]; do
    case $1 in
    --refresh) refresh=yes ;;
    --cluster) cluster=$2 && shift ;;
    *) echo "run.sh: unknown option '$1'" && exit 2 ;;
    esac
    shift
done
here=$(cd "$(dirname "$0")" && pwd)
D="$build/demarche"
[ -x "$D" ] || { echo "$D was not built" && exit 1; }
SAMPLES=$(cd "$here/../../samples" 2>/dev/null && pwd)
VOTES=$here/../votes
export D SAMPLES VOTES R LC_ALL=C.UTF-8 TERM=dumb
unset COLUMNS NO_COLOR DEMARCHE_DATA
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
for case in "$here"/case-*.sh; do
    name=$(basename "$case" .sh) R=r.db
    if [ -n "$cluster" ]; then
        grep -q '"\$R"' "$case" || continue
        R=$("$here/../pg.sh" database "$cluster" "cli_$(echo "$name" | tr - _)") || exit 3
    fi
    mkdir "$tmp/$name"
    (cd "$tmp/$name" && sh "$case" >"$tmp/$name.stdout" 2>"$tmp/$name.stderr" </dev/null)
    ok=yes
    for stream in stdout stderr; do
        [ -z "$cluster" ] || sed -i "s|$(echo "$R" | sed 's/[.]/\\&/g')|r.db|g" "$tmp/$name.$stream"
        [ $refresh = no ] || cp "$tmp/$name.$stream" "$here/$name.$stream"
        diff -u "$here/$name.$stream" "$tmp/$name.$stream" || ok=no
    done
    if [ $ok = yes ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAIL $name"; fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

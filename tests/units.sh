#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# units.sh BUILD: the systemd units are understood by systemd, start a program that is there with options that it has, and are closed: the
# exposure that `systemd-analyze security` gives stays under a bar (0 is closed, 10 open).
set -u
command -v systemd-analyze >/dev/null 2>&1 || { echo "systemd-analyze is not installed" && exit 77; }
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0
for unit in demarche-desk demarche-worker; do
    in="$here/packaging/systemd/$unit@.service.in"
    command=$(sed -n 's/^ExecStart=@BINDIR@\/demarche \([a-z]*\).*/\1/p' "$in")
    sed "s|@BINDIR@|$build|" "$in" >"$dir/$unit@.service"
    ln -s "$unit@.service" "$dir/$unit@test.service"
    said=$(systemd-analyze verify --man=no "$dir/$unit@test.service" 2>&1 | grep -F "$unit")
    [ -z "$said" ] || { echo "$said" && bad=1; }
    # Offline: nothing of this machine is asked. The score is in tenths.
    systemd-analyze security --offline=true --threshold=20 "$dir/$unit@test.service" >"$dir/score" 2>&1 || bad=1
    grep 'Overall exposure' "$dir/score" || { cat "$dir/score" && bad=1; }
    if ! DEMARCHE_DATA=$build "$build/demarche" --help </dev/null | grep -q "^  $command "; then
        echo "$unit: the program has no command '$command'"
        bad=1
    fi
    for option in $(grep '^ExecStart=' "$in" | grep -oE -- '--[a-z-]+'); do
        DEMARCHE_DATA=$build "$build/demarche" "$command" --help </dev/null 2>&1 | grep -q -- "$option[= ]" ||
            { echo "$unit: 'demarche $command' has no option $option" && bad=1; }
    done
done
# A mistake is found.
sed "s|@BINDIR@/demarche|/no/such/program|; s/^ProtectSystem=strict/ProtectSystm=strict/" "$here/packaging/systemd/demarche-desk@.service.in" \
    >"$dir/wrong@.service"
ln -s wrong@.service "$dir/wrong@test.service"
systemd-analyze verify --man=no "$dir/wrong@test.service" 2>&1 | grep -q 'ProtectSystm' || { echo "a mistake in a unit is not found" && bad=1; }
exit $bad

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# symbols.sh BUILD [--write]: every symbol that libdemarche exports starts with dm_ and stands in a public header; every DM_API function is there;
# every symbol of the object files that is not static starts with dm_; and what is exported is what packaging/debian/libdemarche0.symbols
# lists, the promise to programs that were built earlier. A new function is put there knowingly, by --write; one that is gone or changed
# needs a new soversion in meson.build.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 3
lib=$(ls "$1"/libdemarche.so.*.*.* 2>/dev/null | head -n 1)
[ -f "$lib" ] || { echo "no libdemarche in $1"; exit 1; }
bad=0
exported=$(nm -D --defined-only "$lib" | awk '$2 ~ /[TDBRW]/ { print $3 }' | sed 's/@.*//' | sort)
declared=$(cat include/demarche/*.h | tr '\n' ' ' | grep -o 'DM_API [^;]*' | sed 's/(.*//' | grep -o 'dm_[a-z0-9_]*$' | sort -u)
[ -n "$exported" ] || { echo "nothing is exported"; exit 1; }
for s in $exported; do
    case $s in dm_*) ;; *) echo "exported symbol '$s' does not start with dm_" && bad=1 ;; esac
    echo "$declared" | grep -qx "$s" || { echo "exported symbol '$s' stands in no public header" && bad=1; }
done
for s in $declared; do
    echo "$exported" | grep -qx "$s" || { echo "DM_API '$s' is not exported" && bad=1; }
done
for a in "$1"/libdm_*.a; do
    for s in $(nm --defined-only "$a" 2>/dev/null | awk 'NF == 3 && $2 ~ /[TDBRC]/ { print $3 }' | grep -v '^dm_'); do
        echo "$(basename "$a"): '$s' is not static and does not start with dm_"
        bad=1
    done
done
list=packaging/debian/libdemarche0.symbols
version=$(sed -n "s/^project('demarche'.* version: '\([0-9.]*\)'.*/\1/p" meson.build)
promised=$(sed -n 's/^ \([a-z0-9_]*\)@Base .*/\1/p' "$list" | sort)
if [ "${2:-}" = --write ]; then
    for s in $exported; do
        echo "$promised" | grep -qx "$s" || echo " $s@Base $version" >>"$list"
    done
    { sed -n '1,2p' "$list" && sed '1,2d' "$list" | sort; } >"$list.new" && mv "$list.new" "$list"
    promised=$(sed -n 's/^ \([a-z0-9_]*\)@Base .*/\1/p' "$list" | sort)
fi
for s in $exported; do
    echo "$promised" | grep -qx "$s" || { echo "'$s' is new in the ABI: tools/lint/symbols.sh BUILD --write puts it into $list" && bad=1; }
done
for s in $promised; do
    echo "$exported" | grep -qx "$s" || { echo "'$s' stands in $list and is exported no more: programs built with it break" && bad=1; }
done
exit $bad

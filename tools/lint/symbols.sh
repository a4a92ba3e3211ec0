#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# symbols.sh BUILD: every symbol that libdemarche exports starts with dm_ and stands in a public header; every DM_API function is there;
# every symbol of the object files that is not static starts with dm_.
set -u
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
exit $bad

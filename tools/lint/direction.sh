#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Dependency direction (docs/architecture.md): base <- doc <- stages <- pipeline <- {queue serve}; cli and bench on include/ alone.
set -u
cd "$(dirname "$0")/../.." || exit 3
stages='read segment scan parse when actor act event topic write import store stance'
bad=0

# allowed FOLDER: the folders of src/ whose headers it may include besides its own.
allowed() {
    case $1 in
    base) echo base ;;
    doc) echo base doc ;;
    pipeline) echo base doc pipeline $stages ;;
    queue | serve) echo base doc pipeline $stages "$1" ;;
    *) echo base doc "$1" ;;
    esac
}

for dir in src/*/; do
    name=$(basename "$dir")
    ok=$(allowed "$name")
    for file in "$dir"*.c "$dir"*.h; do
        [ -f "$file" ] || continue
        for inc in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
            case $inc in
            */*) folder=${inc%%/*} ;;
            *) folder=$name ;; # a header beside it
            esac
            case " $ok " in
            *" $folder "*) ;;
            *) echo "$file includes \"$inc\": $name may use $ok" && bad=1 ;;
            esac
            [ -f "src/$inc" ] || [ -f "$dir$inc" ] || { echo "$file includes \"$inc\", which is not there" && bad=1; }
        done
    done
done

for file in cli/*.c cli/*.h include/demarche/*.h; do
    [ -f "$file" ] || continue
    for inc in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
        [ "${file%%/*}" = cli ] && [ -f "cli/$inc" ] && continue
        echo "$file includes \"$inc\": public headers only, with <demarche/...>"
        bad=1
    done
done
exit $bad

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# shard.sh I OUT INPUT...: the I-th of SHARDS shards (called by code.sh). A part that is there is kept.
set -eu
shard=$1 out=$2
shift 2
part=$(printf '%s/part-%05d' "$out" "$shard")
[ ! -s "$part" ] || exit 0
rc=0
# shellcheck disable=SC2086 # options are words
"$DEMARCHE" code --as part --shard "$shard/$SHARDS" -j 1 ${CODE:-} "$@" >"$part.new" || rc=$?
[ $rc -le 1 ] || exit $rc # 1: some documents could not be read, which is told; the others are in the part
mv "$part.new" "$part"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# code.sh OUT INPUT...: codes the inputs with GNU parallel in SHARDS shards and joins them in OUT/record.db and OUT/events.jsonl. The same
# command again does only what failed or was not done. PARALLEL_MORE holds options for parallel: --jobs 4, or --sshloginfile hosts
# where OUT and the inputs lie on a file system that all hosts see (and DEMARCHE is the same path on all). CODE: for demarche code.
set -eu
[ $# -ge 2 ] || { echo "usage: [SHARDS=8] [CODE=...] [PARALLEL_MORE=...] $0 OUT INPUT..." >&2 && exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
SHARDS=${SHARDS:-$(nproc)} CODE=${CODE:-} DEMARCHE=${DEMARCHE:-demarche}
mkdir -p "$1"
# shellcheck disable=SC2086 # options are words
seq "$SHARDS" | parallel ${PARALLEL_MORE:-} --quote --retries 2 \
    env SHARDS="$SHARDS" CODE="$CODE" DEMARCHE="$DEMARCHE" "$here/shard.sh" {} "$@"
"$DEMARCHE" join --record "$1/record.db" "$1"/part-?????
"$DEMARCHE" join --as jsonl "$1"/part-????? >"$1/events.jsonl.new"
mv "$1/events.jsonl.new" "$1/events.jsonl"

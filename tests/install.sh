#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh BUILD: an installation works by itself: program, data, man page, headers, library; a C program compiled against it runs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
DESTDIR="$dest" meson install -C "$build" --no-rebuild --quiet
prefix=$(find "$dest" -type d -path '*/include/demarche' | sed 's|/include/demarche||')
lib=$(dirname "$(find "$prefix" -name 'libdemarche.so' | head -n 1)")
data="$prefix/share/demarche"
for f in "$prefix/bin/demarche" "$data/demarche.tables" "$data/english.dmm" "$prefix/share/man/man1/demarche.1"; do
    [ -s "$f" ] || { echo "$f was not installed" && exit 1; }
done
export LD_LIBRARY_PATH="$lib" DEMARCHE_DATA="$data"
cd "$dest"
echo "Japan condemned China on Tuesday." | "$prefix/bin/demarche" code - --as jsonl | grep -q '"ACCUSE"'
gcc -std=c17 -Wall -Wextra -Werror -I"$prefix/include" "$here/install_client.c" -L"$lib" -ldemarche -o client
./client | grep -q '"ACCUSE"'
echo "installed and used"

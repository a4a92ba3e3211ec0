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
for f in "$prefix/bin/demarche" "$data/demarche.tables" "$data/english.dmm" "$prefix/share/man/man1/demarche.1" "$lib/pkgconfig/demarche.pc" \
    "$prefix/share/bash-completion/completions/demarche" "$prefix/lib/systemd/system/demarche-desk@.service"; do
    [ -s "$f" ] || { echo "$f was not installed" && exit 1; }
done
export LD_LIBRARY_PATH="$lib" DEMARCHE_DATA="$data"
cd "$dest"
echo "Japan condemned China on Tuesday." | "$prefix/bin/demarche" code - --as jsonl | grep -q '"ACCUSE"'
# As a stranger would: by pkg-config, which knows only this folder. Nothing of the libraries below may be asked of him.
export PKG_CONFIG_SYSROOT_DIR="$dest" PKG_CONFIG_LIBDIR="$lib/pkgconfig"
# shellcheck disable=SC2046
gcc -std=c17 -Wall -Wextra -Werror "$here/install_client.c" $(pkg-config --cflags --libs demarche) -o client
[ "$(pkg-config --modversion demarche)" = "$("$prefix/bin/demarche" --version | grep -o '[0-9][0-9.]*' | head -n 1)" ]
readelf -d "$lib/libdemarche.so" | grep -q 'SONAME.*libdemarche\.so\.0\]'
grep -q "^ExecStart=.*/bin/demarche serve" "$prefix/lib/systemd/system/demarche-desk@.service"
./client | grep -q '"ACCUSE"'
echo "installed and used"

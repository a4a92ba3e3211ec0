#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb.sh FOLDER: Debian packages of the working tree into FOLDER. dpkg-buildpackage wants debian/ at the top and writes beside the sources,
# so our files (and the page of the desk, where it was built) are copied there first.
set -eu
cd "$(dirname "$0")/.."
command -v dh >/dev/null 2>&1 || { echo "deb: the package debhelper is missing; tools/deps.sh check installs it" >&2 && exit 1; }
tools/web.sh # a package is built without a network: the page comes from here
mkdir -p "$1"
out=$(cd "$1" && pwd)
version=$(sed -n "s/^project('demarche'.* version: '\([0-9.]*\)'.*/\1/p" meson.build)
tree="$out/demarche-$version"
rm -rf "$tree" "$out"/*.deb "$out"/*.buildinfo "$out"/*.changes
mkdir "$tree"
tools/files.sh '*' | grep -vE '^(tests|fuzz/corpus|tools/train-data|web)/' | tar -c -T - --ignore-failed-read | tar -x -C "$tree"
[ ! -d web/dist ] || { mkdir -p "$tree/web" && cp -r web/dist "$tree/web/"; }
mv "$tree/packaging/debian" "$tree/debian"
grep -q "^demarche ($version-" "$tree/debian/changelog" || { echo "deb: debian/changelog has no entry for $version" >&2 && exit 1; }
for p in $(sed -n "/^packages='/,/'\$/p" tools/deps.sh | grep -oE '(lib[a-z0-9-]*|zlib1g)-dev' | grep -v libc6-dev); do
    grep -qw -e "$p" "$tree/debian/control" || { echo "deb: packaging/debian/control does not build-depend on $p, tools/deps.sh does" >&2 && exit 1; }
done
cd "$tree"
DEB_BUILD_OPTIONS="parallel=$(nproc) nocheck noautodbgsym" dpkg-buildpackage -b -us -uc
ls -l "$out"/*.deb

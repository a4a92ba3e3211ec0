#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh build|check|boot: installs the Debian packages that building (or also checking, or booting a machine of its own) needs. Does
# nothing when all are there; without root and sudo it prints the one line that somebody with rights has to run, and fails.
set -eu
packages='gcc libc6-dev make meson ninja-build pkg-config libicu-dev libgumbo-dev libxml2-dev libarchive-dev libjansson-dev
libpopt-dev libxxhash-dev libsqlite3-dev libpq-dev libcsv-dev libreadstat-dev
libmicrohttpd-dev libsodium-dev zlib1g-dev libnats-dev'
# The desk's page wants node 18 and npm. Whoever has them from elsewhere keeps them: npm's own Debian package does not go with nodesource's node.
node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null ||
    packages="$packages nodejs npm"
if [ "${1:-build}" = check ]; then
    packages="$packages git build-essential libcmocka-dev clang libclang-rt-14-dev clang-format python3 postgresql-15 openssl nats-server iproute2 chromium fonts-dejavu-core fonts-liberation
slurm-wlm munge parallel
debhelper dpkg-dev fakeroot lintian man-db mandoc bash-completion systemd binutils"
fi
[ "${1:-build}" != boot ] || packages="$packages debhelper dpkg-dev fakeroot debootstrap systemd-container util-linux"
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "deps: this is no Debian system; install what stands for:" $packages >&2
    exit 0
fi
missing=
for p in $packages; do
    state=$(dpkg-query -W -f '${Status}' "$p" 2>/dev/null || true)
    [ "$state" = 'install ok installed' ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086 # a list of words
if [ "$(id -u)" = 0 ]; then
    run=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    run=sudo
else
    echo "deps: packages are missing; as root, run:" >&2
    echo "apt-get update && apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi
echo "deps: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
{ $run apt-get update && $run apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2 && echo "deps: apt-get could not install them" >&2 && exit 1; }

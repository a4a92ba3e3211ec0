#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb.sh FOLDER: Debian packages are made there, pass lintian, are installed on this machine, used as anybody would, and purged; nothing of
# them is left then. Needs root, and a machine without an installed demarche.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v dpkg-buildpackage >/dev/null 2>&1 || ! command -v dh >/dev/null 2>&1; then
    echo "dpkg-dev and debhelper are not installed" && exit 77
fi
[ "$(id -u)" = 0 ] || { echo "installing packages needs root" && exit 77; }
packages='demarche libdemarche0 libdemarche-dev demarche-data'
for p in $packages; do
    dpkg-query -W "$p" >/dev/null 2>&1 && echo "the package $p is installed on this machine already" && exit 77
done
say() {
    echo "FAIL: $*"
    bad=1
}
bad=0
"$here/tools/deb.sh" "$1" >"$1.log" 2>&1 || { tail -n 40 "$1.log" && exit 1; }
deb=$(cd "$1" && pwd)
for p in $packages; do
    set -- "$deb/${p}"_*.deb
    [ -f "$1" ] && echo "$(basename "$1"): $(($(stat -c %s "$1") / 1024)) KB" || say "no package $p was made"
done
if command -v lintian >/dev/null 2>&1; then
    # Ours carry no bug number (they close none) and are not uploaded anywhere.
    lintian --allow-root --suppress-tags initial-upload-closes-no-bugs,bogus-mail-host,bogus-mail-host-in-debian-changelog \
        "$deb"/*.changes >"$deb/lintian.txt" 2>&1
    grep '^E:' "$deb/lintian.txt" && say "lintian finds errors"
    echo "lintian: $(grep -c '^E:' "$deb/lintian.txt") errors, $(grep -c '^W:' "$deb/lintian.txt") warnings"
    grep '^W:' "$deb/lintian.txt"
fi

# What bears our name on this machine, outside of homes, temporary files and dpkg's own lists of files.
traces() { find /usr /lib/systemd /etc /var/lib /var/cache -xdev -name '*demarche*' ! -path '/var/cache/man/*' 2>/dev/null | sort; }
traces >"$deb/before"
dir=$(mktemp -d)
gone() {
    dpkg --purge $packages >/dev/null 2>&1
    rm -rf "$dir"
}
trap gone EXIT
dpkg -i "$deb"/*.deb >"$deb/dpkg.log" 2>&1 || { tail -n 20 "$deb/dpkg.log" && exit 1; }
unset DEMARCHE_DATA LD_LIBRARY_PATH PKG_CONFIG_PATH
cd "$dir" || exit 3
for f in /usr/bin/demarche /usr/share/demarche/demarche.tables /usr/share/man/man1/demarche.1.gz /usr/include/demarche/record.h \
    /lib/systemd/system/demarche-desk@.service /usr/share/doc/demarche/copyright; do
    dpkg -S "$f" >/dev/null 2>&1 || say "$f belongs to no package"
done
[ -z "$(dpkg --verify $packages)" ] || say "files are not as the packages have them: $(dpkg --verify $packages)"
ldd /usr/bin/demarche | grep -q '/usr\|=> /lib.*libdemarche\.so\.0' || say "the program does not take the installed library"
readelf -d /usr/bin/demarche | grep -Eq 'RPATH|RUNPATH' && say "the program looks for libraries in folders of its own"
echo "Japan condemned China on Tuesday." | /usr/bin/demarche code - --as jsonl | grep -q '"ACCUSE"' || say "the program codes nothing"
/usr/bin/demarche add record.db "$here"/samples/*.txt >/dev/null 2>&1 || say "no record is made"
/usr/bin/demarche actors record.db --as csv | grep -q '^CHN,' || say "the record is empty"
! command -v man >/dev/null 2>&1 || man -w demarche >/dev/null 2>&1 || say "man does not find the page"
awk '/^```c$/ { n++; out = "example" n ".c"; next } /^```$/ { out = "" } out { print > out }' "$here/docs/library.md"
# shellcheck disable=SC2046
gcc -std=c17 -Wall -Wextra -Werror example2.c $(pkg-config --cflags --libs demarche) -o example2 && ./example2 record.db USA CHN | grep -q . ||
    say "a program against the installed library does not work"
[ "$(pkg-config --modversion demarche)" = "$(/usr/bin/demarche --version | grep -o '[0-9][0-9.]*' | head -n 1)" ] || say "versions differ"
if [ -f /usr/share/bash-completion/bash_completion ]; then
    bash -c '. /usr/share/bash-completion/bash_completion; __load_completion demarche; complete -p demarche' 2>&1 | grep -q _demarche ||
        say "bash finds no completion"
fi
ls /etc/systemd/system/*/demarche* >/dev/null 2>&1 && say "a unit was enabled by installing"
dpkg --purge $packages >>"$deb/dpkg.log" 2>&1 || say "purging fails: $(tail -n 3 "$deb/dpkg.log")"
grep -i 'not empty\|warning' "$deb/dpkg.log" | grep -i demarche && say "something stays behind"
traces >"$deb/after"
diff "$deb/before" "$deb/after" || say "purging leaves something"
[ "$bad" = 0 ] && echo "made, installed, used, purged"
exit $bad

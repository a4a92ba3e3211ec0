#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web.sh [page|test]: builds the desk's page into web/dist; the build of the program then takes it in. Without node 18 and npm, or where npm
# cannot fetch the packages, it says so, exits 0, and the program has its plain page. page: the same, but says by exit 77 that it has. test:
# the page's own tests too, in chromium on a real record (DEMARCHE names the program); screenshots go to $SHOTS. Exit 77: cannot be run here.
cd "$(dirname "$0")/../web" || exit 3
task=${1:-build}
cannot() {
    echo "web: $1; the desk gets its plain page (Debian: apt-get install nodejs npm, then tools/web.sh)"
    [ "$task" = build ] && exit 0
    exit 77
}
node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null ||
    cannot "node 18 and npm are not here"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# two builds at once (ninja in two folders) take turns; the lock is on this script, which is always there
command -v flock >/dev/null 2>&1 && exec 9<"../tools/web.sh" && flock 9
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    rm -rf dist # what is there was built of other packages
    # without the packages' own scripts, which none of them needs, and on which Debian's npm 9.2 stops without a word
    npm ci --ignore-scripts --no-audit --no-fund --fetch-timeout=60000 --fetch-retries=1 --fetch-retry-mintimeout=1000 >"$log" 2>&1 9<&- || {
        grep -m 3 'npm \(ERR!\|error\)' "$log"
        rm -rf node_modules
        cannot "npm ci could not fetch the packages"
    }
    touch node_modules/.package-lock.json
fi
if [ ! -f dist/index.html ] || [ -n "$(find src index.html public vite.config.js package-lock.json -newer dist/index.html | head -n 1)" ]; then
    node node_modules/vite/bin/vite.js build >"$log" 2>&1 9<&- || { cat "$log"; exit 1; }
fi
exec 9<&-
[ "$task" = test ] || exit 0
if command -v chromium >/dev/null 2>&1 || [ -n "${CHROMIUM:-}" ]; then
    node --test tests/unit.test.js tests/bundle.test.js tests/desk.test.js
else
    node --test tests/unit.test.js tests/bundle.test.js && cannot "no chromium for the views"
fi
